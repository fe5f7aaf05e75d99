"""What each kind of contact detail accepts, shows and opens."""

import re

import pytest
from django.core.exceptions import ValidationError

from outcomes.reporting.pii_scan import find_contact_details
from participants.models.channels import ChannelKind, clean_value, contact_url, display_value

# By kind: what people type, what is stored, what a page shows, and what its link opens.
EXAMPLES = {
    ChannelKind.EMAIL: (
        " dewi@example.org",
        "dewi@example.org",
        "dewi@example.org",
        "mailto:dewi@example.org",
    ),
    ChannelKind.PHONE: (
        "+62 21 5555 0100",
        "+622155550100",
        "+62 21 55550100",
        "tel:+622155550100",
    ),
    ChannelKind.MOBILE: (
        "+62 812 5555 0100",
        "+6281255550100",
        "+62 812-5555-0100",
        "tel:+6281255550100",
    ),
    ChannelKind.SIGNAL: ("dewi.42 ", "dewi.42", "dewi.42", ""),
    ChannelKind.WHATSAPP: (
        "+62 812 5555 0100",
        "+6281255550100",
        "+62 812-5555-0100",
        "https://wa.me/6281255550100",
    ),
    ChannelKind.SITE: (
        "https://example.org/dewi",
        "https://example.org/dewi",
        "https://example.org/dewi",
        "https://example.org/dewi",
    ),
    ChannelKind.OTHER: ("Line: dewi42", "Line: dewi42", "Line: dewi42", ""),
}


@pytest.mark.parametrize("kind", ChannelKind)
def test_each_kind_is_stored_shown_and_linked(kind: ChannelKind) -> None:
    typed, stored, shown, link = EXAMPLES[kind]
    assert clean_value(kind, typed) == stored
    assert display_value(kind, stored) == shown
    assert contact_url(kind, stored) == link


def test_number_is_stored_with_its_country_code() -> None:
    for kind, typed, country, stored in (
        (ChannelKind.MOBILE, "+66 (0)81-555-0100", "", "+66815550100"),
        (ChannelKind.WHATSAPP, "+880 1555 010000", "", "+8801555010000"),
        (ChannelKind.SIGNAL, "+62 812 5555 0100", "", "+6281255550100"),
        (ChannelKind.MOBILE, "0061 2 5550 4321", "", "+61255504321"),
        (ChannelKind.MOBILE, "0912 345 678", "VN", "+84912345678"),
        (ChannelKind.MOBILE, "+66 2 123 4567", "ID", "+6621234567"),
    ):
        assert clean_value(kind, typed, country) == stored


def test_invalid_value_is_rejected_with_a_sentence() -> None:
    wrong_length = "This number is too short or too long. Check the digits."
    for kind, typed, sentence in (
        (ChannelKind.EMAIL, "dewi at example", "Enter a valid email address."),
        (ChannelKind.EMAIL, "a@b@example.org", "Enter a valid email address."),
        (ChannelKind.PHONE, "+62 1", wrong_length),
        (ChannelKind.WHATSAPP, "+62 21 5555 0100 0100 0100", wrong_length),
        (ChannelKind.PHONE, "+999 5555 0100", "We cannot read this number. Start with +"),
        (ChannelKind.MOBILE, "call me", "We cannot read this number. Start with +"),
        *(
            (ChannelKind.SITE, typed, "This web address is not complete.")
            for typed in (
                "JaVaScRiPt:alert(1)",
                "data:text/html,hello",
                "ftp://example.org/",
                "example.org",
                "//example.org",
            )
        ),
    ):
        with pytest.raises(ValidationError, match=re.escape(sentence)):
            clean_value(kind, typed)


@pytest.mark.parametrize("kind", [kind for kind in ChannelKind if kind != ChannelKind.SITE])
def test_reports_are_searched_for_each_link(kind: ChannelKind) -> None:
    """Websites apart, which reports name as sources."""
    *_texts, link = EXAMPLES[kind]
    assert bool(find_contact_details(f"Ask her: {link}")) == bool(link)


def test_mail_address_cannot_add_recipients_or_a_subject() -> None:
    assert contact_url(ChannelKind.EMAIL, "me?cc=x%40evil.org&subject=@example.org") == (
        "mailto:me%3Fcc%3Dx%2540evil.org%26subject%3D@example.org"
    )
    assert contact_url(ChannelKind.EMAIL, "a.b+c@example.org") == "mailto:a.b+c@example.org"
