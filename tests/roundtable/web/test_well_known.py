"""security.txt and robots.txt: where to report a hole, and what may be indexed."""

from datetime import UTC, datetime

import pytest
from django.test import Client
from pytest_django import Settings

from roundtable.web.well_known import NOT_INDEXED, security_lines
from tests.test_urls import MAP, PUBLIC

# Pages for everyone that show one person, or answer to what the visitor sends.
PUBLIC_BUT_NOT_INDEXED = {
    "close-links",
    "erased",
    "evidence-file",
    "hide-by-code",
    "invitation",
    "link-closed",
    "request-invitation",
    "request-invitation-done",
    "search",
}


def test_security_txt_has_the_fields_of_its_standard(settings: Settings) -> None:
    settings.CONTACT_EMAIL = "office@example.org"
    assert security_lines(datetime(2027, 3, 2, 15, 30, tzinfo=UTC)) == [
        "Contact: mailto:office@example.org",
        "Expires: 2027-08-29T00:00:00Z",
        "Preferred-Languages: en",
        "Canonical: https://portal.example.org/.well-known/security.txt",
        "Policy: https://portal.example.org/privacy/#security",
    ]


@pytest.mark.django_db
def test_security_txt_is_plain_text_and_its_policy_exists(client: Client) -> None:
    answer = client.get("/.well-known/security.txt")
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.content.decode().startswith("Contact: mailto:")
    assert 'id="security"' in client.get("/privacy/").content.decode()


@pytest.mark.django_db
def test_robots_txt_excludes_what_is_for_one_person(client: Client) -> None:
    lines = client.get("/robots.txt").content.decode().splitlines()
    assert lines[0] == "User-agent: *"
    assert lines[-1] == "Sitemap: https://portal.example.org/sitemap.xml"
    assert {"/me/", "/admin/", "/accounts/", "/links/"} <= {
        line.removeprefix("Disallow: ") for line in lines[1:]
    }
    hidden = {name for name, row in MAP.items() if row.path.startswith(NOT_INDEXED)}
    private = {name for name, row in MAP.items() if row.privacy != PUBLIC}
    # All lead to signing in, at addresses below a public one.
    assert private - hidden == {
        "event-brief",
        "event-brief-pdf",
        "delegate-reveal",
        "request-introduction",
    }
    links = {name for name in MAP if name.endswith(("-link", "-by-link"))}
    sign_in = {name for name in MAP if name.startswith(("account_", "mfa_"))}
    assert hidden - private - links - sign_in == PUBLIC_BUT_NOT_INDEXED
