"""One's own profile: written by its owner alone, and nothing of it is lost or leaks."""

import re
from collections.abc import Callable
from datetime import date
from html import escape
from typing import Any

import pytest
from django.test import Client

from participants.models import (
    ContactChannel,
    Delegate,
    DelegateLanguage,
    OrganisationKind,
    Participation,
    User,
)
from roundtable.models import AuditEntry, Event
from roundtable.web.row_keys import row_key
from tests.factories import (
    make_affiliation,
    make_channel,
    make_delegate,
    make_event,
    make_government,
    make_grant,
    make_organisation,
    make_participation,
    make_user,
)
from tests.page_text import page_html
from tests.recorded_fixtures import recorded

pytestmark = pytest.mark.django_db
Sign = Callable[[User | Delegate], Client]
Values = dict[str, Any]

NOTHING_SAVED = "Nothing is saved yet. Correct the fields marked below, then save again."
UNREADABLE_NUMBER = (
    "We cannot read this number. Start with + and the country code, for example +62 21 5555 0100."
)
INCOMPLETE_ADDRESS = (
    "This web address is not complete. Enter the full address, starting with https://"
)
NOT_A_CHOICE = "Select a valid choice. {} is not one of the available choices."


@pytest.fixture
@recorded
def owner(event: Event) -> Delegate:
    owner = make_delegate(name="Before", post="Old post", about="Old text")
    DelegateLanguage.objects.create(delegate=owner, language="en")
    DelegateLanguage.objects.create(delegate=owner, language="id")
    return owner


@pytest.fixture
def browser(client_of: Sign, owner: Delegate) -> Client:
    return client_of(owner)


def sent(*rows: Values, **fields: Any) -> Values:
    """What the form sends: `rows` are channels, those with an id stand first."""
    known = [row for row in rows if "id" in row]
    values: Values = {
        "name": "After",
        "listed_to": "only_me",
        "channel-TOTAL_FORMS": str(len(rows)),
        "channel-INITIAL_FORMS": str(len(known)),
    }
    for number, row in enumerate(rows):
        given = {"kind": "email", "value": "", "audience": "only_me"} | row
        values |= {f"channel-{number}-{name}": value for name, value in given.items()}
    return values | fields


def stored(owner: Delegate) -> list[tuple[str, str, str]]:
    return list(owner.channels.order_by("pk").values_list("kind", "value", "audience"))


def refused(browser: Client, values: Values, sentence: str) -> str:
    """The page that says so; nothing of the profile or of any channel has changed."""
    before = everything()
    answer = browser.post("/me/", values)
    page = answer.content.decode()
    assert answer.status_code == 400
    assert NOTHING_SAVED in page
    assert escape(sentence) in page
    assert everything() == before
    return page


def everything() -> list[Any]:
    return [
        list(Delegate.objects.order_by("pk").values()),
        list(ContactChannel.objects.order_by("pk").values()),
        list(DelegateLanguage.objects.order_by("pk").values()),
    ]


def is_checked(page: str, name: str, value: str) -> bool:
    start = page.index(f'name="{name}" value="{value}"')
    return " checked" in page[start : page.index(">", start)]


def test_owner_changes_every_field(browser: Client, owner: Delegate) -> None:
    answer = browser.post(
        "/me/",
        sent(
            name="  วีรยา ศรีสุข ",
            name_latin="Weeraya Srisuk",
            post="Head of Protection",
            about="Ask me about referral.\r\nIn Thai, please.",
            languages=["th", "id"],
            listed_to="participants",
        ),
    )
    assert (answer.status_code, answer["Location"]) == (302, "/me/")
    owner.refresh_from_db()
    assert (owner.name, owner.name_latin) == ("วีรยา ศรีสุข", "Weeraya Srisuk")
    assert (owner.post, owner.listed_to) == ("Head of Protection", "participants")
    assert owner.about == "Ask me about referral.\r\nIn Thai, please."
    assert [row.language for row in owner.languages.all()] == ["id", "th"]
    page = browser.get("/me/").content.decode()
    assert "Your profile is saved." in page
    assert 'name="name" value="วีรยา ศรีสุข"' in page
    assert "Your profile is saved." not in browser.get("/me/").content.decode()


def test_empty_fields_are_cleared(browser: Client, owner: Delegate) -> None:
    browser.post("/me/", sent(name="Only a name"))
    owner.refresh_from_db()
    assert (owner.name, owner.post, owner.about) == ("Only a name", "", "")
    assert not owner.languages.exists()


@pytest.mark.parametrize("audience", ["only_me", "participants", "everyone"])
def test_each_audience_that_is_offered_can_be_chosen(
    browser: Client, owner: Delegate, audience: str
) -> None:
    row = {"value": "me@example.org", "audience": audience}
    assert browser.post("/me/", sent(row, listed_to=audience)).status_code == 302
    owner.refresh_from_db()
    assert owner.listed_to == audience
    assert stored(owner) == [("email", "me@example.org", audience)]
    page = browser.get("/me/").content.decode()
    for name in ("listed_to", "channel-0-audience"):
        assert is_checked(page, name, audience)


@pytest.mark.parametrize(
    ("kind", "typed", "kept"),
    [
        ("email", " Dewi.L@example.org ", "Dewi.L@example.org"),
        ("phone", "+62 21 5555 0100", "+622155550100"),
        ("mobile", "+66 (0)81-555-0100", "+66815550100"),
        ("whatsapp", "+880 1555 010000", "+8801555010000"),
        ("signal", "+62 812 5555 0100", "+6281255550100"),
        ("signal", "dewi.42", "dewi.42"),
        ("site", "https://example.org/dewi?a=1&b=2", "https://example.org/dewi?a=1&b=2"),
        ("other", "Line: dewi42; ask at the desk", "Line: dewi42; ask at the desk"),
    ],
)
def test_channel_value_is_normalised(
    browser: Client, owner: Delegate, kind: str, typed: str, kept: str
) -> None:
    assert browser.post("/me/", sent({"kind": kind, "value": typed})).status_code == 302
    assert stored(owner) == [(kind, kept, "only_me")]


def test_channels_are_added_changed_and_removed_together(browser: Client, owner: Delegate) -> None:
    first = make_channel(owner, value="first@example.org")
    second = make_channel(owner, value="second@example.org")
    answer = browser.post(
        "/me/",
        sent(
            {"id": row_key(first), "value": "changed@example.org", "audience": "participants"},
            {"id": row_key(second), "value": "second@example.org", "DELETE": "on"},
            {"kind": "phone", "value": "+62 21 5555 0100", "audience": "everyone"},
            {"kind": "email", "value": ""},
        ),
    )
    assert answer.status_code == 302
    assert stored(owner) == [
        ("email", "changed@example.org", "participants"),
        ("phone", "+622155550100", "everyone"),
    ]
    assert ContactChannel.objects.get(value="changed@example.org").pk == first.pk


def test_new_channel_defaults_to_only_me(browser: Client) -> None:
    page = browser.get("/me/").content.decode()
    for name in ("listed_to", "channel-0-audience", "channel-1-audience"):
        assert is_checked(page, name, "only_me")


def test_invalid_channel_shows_field_error(browser: Client, owner: Delegate) -> None:
    kept = make_channel(owner, value="kept@example.org")
    for kind, typed, sentence in [
        ("email", "dewi at example", "Enter a valid email address."),
        ("email", "a@b@example.org", "Enter a valid email address."),
        ("email", "dewi@example.org\nBcc: x@example.org", "Enter a valid email address."),
        ("phone", "021 5555 0100", UNREADABLE_NUMBER),
        ("phone", "+62 1", "This number is too short or too long. Check the digits."),
        ("phone", "+999 5555 0100", UNREADABLE_NUMBER),
        ("mobile", "call me", UNREADABLE_NUMBER),
        (
            "whatsapp",
            "+62 21 5555 0100 0100 0100",
            "This number is too short or too long. Check the digits.",
        ),
        ("signal", "+62 1", "This number is too short or too long. Check the digits."),
        ("site", "javascript:alert(1)", INCOMPLETE_ADDRESS),
        ("site", "JaVaScRiPt:alert(1)", INCOMPLETE_ADDRESS),
        ("site", "data:text/html,hello", INCOMPLETE_ADDRESS),
        ("site", "ftp://example.org/", INCOMPLETE_ADDRESS),
        ("site", "example.org", INCOMPLETE_ADDRESS),
        ("site", "//example.org", INCOMPLETE_ADDRESS),
        ("other", "x" * 255, "Ensure this value has at most 254 characters (it has 255)."),
        ("other", "nul\0", "Null characters are not allowed."),
    ]:
        page = refused(
            browser,
            sent(
                {"id": row_key(kept), "value": "other@example.org", "audience": "everyone"},
                {"kind": kind, "value": typed, "audience": "participants"},
                name="A new name",
                post="A new post",
                about="A new text",
                languages=["th"],
            ),
            sentence,
        )
        row = page[page.index('name="channel-1-kind"') :]
        assert '<div class="error" id="id_channel-1-value_error">' in row
        assert escape(sentence) in row
        # The form still has all that was typed.
        assert re.search(rf'<option\s+value="{kind}"\s+selected\s*>', row)
        assert escape(typed) in row
        assert 'name="name" value="A new name"' in page
        assert 'name="post" value="A new post"' in page
        assert "A new text</textarea>" in page
        assert 'value="other@example.org"' in page
        for name, value in (
            ("languages", "th"),
            ("channel-0-audience", "everyone"),
            ("channel-1-audience", "participants"),
        ):
            assert is_checked(page, name, value), name
        assert not is_checked(page, "languages", "en")


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("name", "", "This field is required."),
        ("name", "   ", "This field is required."),
        ("name", "\u200b\u200b", "Enter at least one letter."),
        ("name", "x" * 201, "Ensure this value has at most 200 characters (it has 201)."),
        ("name_latin", "x" * 201, "Ensure this value has at most 200 characters (it has 201)."),
        ("post", "x" * 201, "Ensure this value has at most 200 characters (it has 201)."),
        ("about", "x" * 601, "Ensure this value has at most 600 characters (it has 601)."),
        ("post", "nul\0", "Null characters are not allowed."),
    ],
)
def test_unstorable_text_shows_field_error(
    browser: Client, field: str, typed: str, sentence: str
) -> None:
    row = {"kind": "phone", "value": "+62 21 5555 0100", "audience": "everyone"}
    page = refused(browser, sent(row, **{field: typed}), sentence)
    beside = page[page.index(f'for="id_{field}"') :]
    beside = beside[: beside.index('<p class="help"')]
    assert escape(sentence) in beside
    assert escape(typed) in beside
    assert 'value="+62 21 5555 0100"' in page


@pytest.mark.parametrize("audience", ["friends", "", "EVERYONE", "introduced "])
def test_audience_not_offered_is_rejected(browser: Client, audience: str) -> None:
    sentence = NOT_A_CHOICE.format(audience) if audience else "This field is required."
    refused(browser, sent(listed_to=audience), sentence)
    refused(browser, sent({"value": "me@example.org", "audience": audience}), sentence)


@pytest.mark.parametrize("kind", ["pigeon", "EMAIL", ""])
def test_unknown_channel_kind_is_rejected(browser: Client, kind: str) -> None:
    sentence = NOT_A_CHOICE.format(kind) if kind else "This field is required."
    refused(browser, sent({"kind": kind, "value": "me@example.org"}), sentence)


def test_unknown_language_is_rejected(browser: Client) -> None:
    refused(browser, sent(languages=["en", "klingon"]), NOT_A_CHOICE.format("klingon"))


def test_foreign_channel_cannot_be_changed(
    browser: Client, owner: Delegate, delegate: Delegate
) -> None:
    theirs = delegate.channels.get(value="dewi.private@example.org")
    sentence = "This contact detail no longer exists. Reload the page."
    refused(browser, sent({"id": row_key(theirs), "value": "mine@example.org"}), sentence)
    refused(
        browser,
        sent({"id": row_key(theirs), "value": theirs.value, "audience": "everyone"}),
        sentence,
    )
    browser.post("/me/", sent({"id": row_key(theirs), "value": theirs.value, "DELETE": "on"}))
    assert delegate.channels.get(pk=theirs.pk).value == "dewi.private@example.org"
    mine = make_channel(owner, value="mine@example.org")
    refused(
        browser,
        sent(
            {"id": row_key(mine), "value": "m@example.org"},
            {"id": row_key(theirs), "value": "t@example.org"},
        ),
        sentence,
    )


def test_channel_cannot_be_moved_to_other_delegate(
    browser: Client, owner: Delegate, delegate: Delegate
) -> None:
    row = {"value": "gift@example.org", "delegate": delegate.pk}
    browser.post("/me/", sent(row))
    assert not delegate.channels.filter(value="gift@example.org").exists()


def test_form_ignores_foreign_profile(browser: Client, owner: Delegate, delegate: Delegate) -> None:
    browser.post(
        "/me/",
        sent(
            id=delegate.pk,
            handle=delegate.handle,
            user=delegate.user_id,
            is_demonstration="on",
            invitation_email="x@example.org",
        ),
    )
    handle = owner.handle
    owner.refresh_from_db()
    delegate.refresh_from_db()
    assert (owner.name, delegate.name) == ("After", "Dewi Lestari")
    assert (owner.handle, owner.is_demonstration, owner.invitation_email) == (handle, False, "")


def test_channel_removed_in_between_is_reported(browser: Client, owner: Delegate) -> None:
    gone = make_channel(owner, value="gone@example.org")
    ContactChannel.objects.all().delete()
    page = refused(
        browser,
        sent({"id": row_key(gone), "value": "gone@example.org"}),
        "This contact detail no longer exists. Reload the page.",
    )
    assert 'value="gone@example.org"' in page


@pytest.mark.parametrize(
    "broken",
    [
        {"channel-TOTAL_FORMS": "many"},
        {"channel-INITIAL_FORMS": ""},
        {"channel-INITIAL_FORMS": "99999999999999999999"},
    ],
)
def test_tampered_form_is_rejected(browser: Client, broken: Values) -> None:
    refused(browser, sent({"value": "me@example.org"}) | broken, "")


def test_empty_post_is_rejected(browser: Client) -> None:
    refused(browser, {}, "This field is required.")


def test_at_most_twelve_channels(browser: Client, owner: Delegate) -> None:
    rows = [{"value": f"me{number}@example.org"} for number in range(13)]
    page = refused(browser, sent(*rows), "You can add 12 contact details at most. Remove some.")
    assert 'value="me12@example.org"' in page
    assert browser.post("/me/", sent(*rows[:12])).status_code == 302
    assert len(stored(owner)) == 12
    page = browser.get("/me/").content.decode()
    assert "Add another contact detail" not in page
    assert page.count('<fieldset class="channel">') == 12


def test_too_many_rows_are_rejected(browser: Client) -> None:
    page = refused(
        browser,
        sent() | {"channel-TOTAL_FORMS": "10000"},
        "You can add 12 contact details at most. Remove some.",
    )
    assert page.count('<fieldset class="channel">') == 20


@pytest.mark.parametrize(
    ("kind", "first", "second"),
    [
        ("email", "me@example.org", "me@example.org"),
        ("email", "me@example.org", " me@example.org "),
        ("phone", "+62 21 5555 0100", "+62-21-55550100"),
    ],
)
def test_duplicate_channel_is_reported(
    browser: Client, owner: Delegate, kind: str, first: str, second: str
) -> None:
    sentence = "You have already added this contact detail."
    rows = [{"kind": kind, "value": first}, {"kind": kind, "value": second}]
    page = refused(browser, sent(*rows), sentence)
    assert f'value="{second}"' in page
    browser.post("/me/", sent(rows[0]))
    kept = owner.channels.get()
    refused(browser, sent({"id": row_key(kept), "kind": kind, "value": first}, rows[1]), sentence)


def test_channel_can_be_removed_and_added_in_one_save(browser: Client, owner: Delegate) -> None:
    kept = make_channel(owner, value="me@example.org")
    other = make_channel(owner, value="other@example.org")
    answer = browser.post(
        "/me/",
        sent(
            {"id": row_key(kept), "value": "me@example.org", "DELETE": "on"},
            {"id": row_key(other), "value": "other@example.org", "audience": "everyone"},
        ),
    )
    assert answer.status_code == 302
    assert stored(owner) == [("email", "other@example.org", "everyone")]


def test_number_without_country_code_is_asked_about(
    browser: Client, owner: Delegate, event: Event
) -> None:
    ministry = make_government("ID")
    make_participation(owner, event, organisation=ministry)
    row = {"kind": "phone", "value": "021 5555 0100"}
    sentence = "Choose the country of 021 5555 0100 below. We then add its country code."
    page = refused(browser, sent(row), sentence)
    assert 'value="021 5555 0100"' in page and page.count('name="channel-0-country"') == 1
    assert re.search(r'<option\s+value="ID"\s+selected', page)
    assert "channel-1-country" not in page
    assert browser.post("/me/", sent(row | {"country": "ID"})).status_code == 302
    assert stored(owner) == [("phone", "+622155550100", "only_me")]


@pytest.mark.parametrize(
    ("value", "country", "number"),
    [
        ("0061 2 5550 4321", "", "+61255504321"),
        ("0912 345 678", "VN", "+84912345678"),
        ("+66 2 123 4567", "ID", "+6621234567"),
    ],
)
def test_number_gets_its_country_code(
    browser: Client, owner: Delegate, value: str, country: str, number: str
) -> None:
    row = {"kind": "mobile", "value": value, "country": country}
    assert browser.post("/me/", sent(row)).status_code == 302
    assert stored(owner) == [("mobile", number, "only_me")]


@pytest.mark.each_database
def test_details_that_change_places_get_a_sentence(browser: Client, owner: Delegate) -> None:
    first, second = (make_channel(owner, value=f"{name}@example.org") for name in ("a", "b"))
    rows = [
        {"id": row_key(first), "value": second.value},
        {"id": row_key(second), "value": first.value},
    ]
    sentence = "You have already added this contact detail."
    page = refused(browser, sent(*rows), sentence)
    assert f'value="{second.value}"' in page


def test_removed_row_is_not_validated(browser: Client, owner: Delegate) -> None:
    kept = make_channel(owner, value="me@example.org")
    row = {"id": row_key(kept), "value": "no longer an address", "DELETE": "on"}
    assert browser.post("/me/", sent(row)).status_code == 302
    assert stored(owner) == []


def test_get_changes_nothing(browser: Client, owner: Delegate) -> None:
    make_channel(owner)
    before = everything()
    for path in ("/me/", "/me/?name=Changed", "/me/preview/", "/me/commitments/"):
        assert browser.get(path).status_code == 200
    assert browser.head("/me/").status_code == 200
    assert everything() == before
    assert not AuditEntry.objects.exists()


def test_other_profiles_are_unchanged(
    browser: Client, delegate: Delegate, quiet_delegate: Delegate
) -> None:
    before = list(Delegate.objects.filter(pk__in=[delegate.pk, quiet_delegate.pk]).values())
    channels = list(ContactChannel.objects.order_by("pk").values())
    browser.post("/me/", sent(listed_to="everyone"))
    assert list(Delegate.objects.filter(pk__in=[delegate.pk, quiet_delegate.pk]).values()) == before
    assert list(ContactChannel.objects.order_by("pk").values()) == channels


def test_user_without_profile_sees_message(client_of: Sign, event: Event) -> None:
    browser = client_of(make_user())
    for answer in (browser.get("/me/"), browser.post("/me/", sent(listed_to="everyone"))):
        assert answer.status_code == 200
        assert (
            "You have no contact profile, because no one has added you as a participant."
            in answer.content.decode()
        )
    assert not Delegate.objects.exists()
    assert browser.get("/me/preview/").status_code == 404


DESK = "Co-chairs&#x27; desk"


@pytest.mark.parametrize("has_profile", [True, False])
@pytest.mark.parametrize(
    ("role", "begins", "ends", "sees_the_desk"),
    [
        ("cochair", date(2024, 1, 1), None, True),
        ("editor", date(2024, 1, 1), None, True),
        ("reader", date(2024, 1, 1), None, True),
        ("cochair", date(2024, 1, 1), date(2024, 12, 31), False),
        ("cochair", date(2999, 1, 1), None, False),
        (None, None, None, False),
    ],
)
def test_admin_link_is_shown_to_permitted_users(
    client_of: Sign,
    event: Event,
    has_profile: bool,
    role: str | None,
    begins: date | None,
    ends: date | None,
    sees_the_desk: bool,
) -> None:
    user = make_user()
    if has_profile:
        make_delegate(user=user)
    if role:
        make_grant(user, event, role=role, valid_from=begins, valid_until=ends)
    page = client_of(user).get("/me/").content.decode()
    assert ('href="/admin/"' in page) == sees_the_desk


def test_operator_sees_admin_link(client_of: Sign, operator: User) -> None:
    assert 'href="/admin/"' in client_of(operator).get("/me/").content.decode()


def test_own_page_lists_participations(client_of: Sign, event: Event) -> None:
    person = make_delegate()
    assert "No roundtable is recorded." in client_of(person).get("/me/").content.decode()
    make_participation(person, event)
    hidden = make_event(title="Not public yet", slug="hidden", is_public=False)
    make_participation(person, hidden, confirmed=False)
    page = page_html(client_of(person).get("/me/"))
    assert (
        '<a href="/roundtables/roundtable-2024/">Roundtable 2024, May 2024 (RT2024)</a>'
    ) in page
    assert "Not public yet" in page and "/roundtables/hidden/" not in page
    assert page.count("(not confirmed yet)") == 1
    assert Participation.objects.filter(confirmed_at=None).count() == 1


PREVIEWS = {
    "visitor": ["dewi.open@example.org"],
    "participant": ["dewi.open@example.org", "dewi.inside@example.org"],
    "cochair": ["dewi.open@example.org"],
}
ALL_CHANNELS = ["dewi.open@example.org", "dewi.inside@example.org", "dewi.private@example.org"]


@pytest.mark.parametrize("viewer", PREVIEWS)
def test_preview_matches_chosen_viewer(client_of: Sign, delegate: Delegate, viewer: str) -> None:
    page = page_html(client_of(delegate).get(f"/me/preview/?viewer={viewer}"))
    assert [value for value in ALL_CHANNELS if value in page] == PREVIEWS[viewer]
    assert f'href="/me/preview/?viewer={viewer}" aria-current="page"' in page
    assert page.count('aria-current="page"') == 1
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize(
    ("viewer", "answer"),
    [
        ("visitor", "No visitor sees you in the directory."),
        ("participant", "No one in this group sees you in the directory."),
        ("constituency", "No one in this group sees you in the directory."),
        ("introduced", "No one sees this. There is no one in this group yet."),
        ("cochair", "Co-chairs do not see you in the directory, unless they took part"),
    ],
)
def test_preview_of_unlisted_profile_says_that_no_one_sees_it(
    client_of: Sign, delegate: Delegate, quiet_delegate: Delegate, viewer: str, answer: str
) -> None:
    event = delegate.participations.get().event
    make_participation(make_delegate(), event)
    government = make_organisation(kind=OrganisationKind.GOVERNMENT)
    make_participation(make_delegate(), event, organisation=government)
    page = page_html(client_of(quiet_delegate).get(f"/me/preview/?viewer={viewer}"))
    assert answer in page
    assert "quentin.private@example.org" not in page


def test_own_directory_page_shows_everything_to_owner_only(
    client: Client, client_of: Sign, delegate: Delegate, focal_point: Delegate
) -> None:
    path = f"/directory/{delegate.handle}/"
    page = client_of(delegate).get(path).content.decode()
    assert [value for value in ALL_CHANNELS if value in page] == ALL_CHANNELS
    assert "This is your profile, so you see all your details." in page
    for browser in (client, client_of(focal_point)):
        page = browser.get(path).content.decode()
        assert [value for value in ALL_CHANNELS if value in page] == ["dewi.open@example.org"]


def test_change_is_visible_immediately(browser: Client, client: Client, owner: Delegate) -> None:
    path = f"/directory/{owner.handle}/"
    row = {"value": "now@example.org", "audience": "everyone"}
    assert client.get(path).status_code == 404
    browser.post("/me/", sent(row, listed_to="everyone"))
    assert "now@example.org" in client.get(path).content.decode()
    kept = owner.channels.get()
    browser.post(
        "/me/", sent({"id": row_key(kept)} | row | {"audience": "only_me"}, listed_to="everyone")
    )
    assert "now@example.org" not in client.get(path).content.decode()
    browser.post("/me/", sent(listed_to="only_me"))
    assert client.get(path).status_code == 404


def test_past_affiliation_is_absent_from_preview(client_of: Sign, delegate: Delegate) -> None:
    organisation = delegate.participations.get().organisation
    make_affiliation(delegate, organisation=organisation, post="Then", until=date(2020, 1, 1))
    page = client_of(delegate).get("/me/preview/").content.decode()
    assert "Then" not in page and "not recorded" in page


def test_stale_page_adds_no_duplicates(client_of: Sign, delegate: Delegate) -> None:
    data = {
        "name": delegate.name,
        "listed_to": "everyone",
        "channel-TOTAL_FORMS": "1",
        "channel-INITIAL_FORMS": "0",
        "channel-0-kind": "email",
        "channel-0-value": " dewi.open@example.org",
        "channel-0-audience": "everyone",
    }
    answer = client_of(delegate).post("/me/", data)
    assert answer.status_code == 400
    assert "You have already added this contact detail." in answer.content.decode()
    assert delegate.channels.count() == 3
