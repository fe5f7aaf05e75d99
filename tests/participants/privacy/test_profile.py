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
    channel_with,
    make_channel,
    make_delegate,
    make_event,
    make_government,
    make_holder,
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
    rows = owner.channels.order_by("pk")
    return [(row.kind, row.value, row.audience) for row in rows]


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
    browser.post("/me/", sent(name="Only a name"))
    owner.refresh_from_db()
    assert (owner.name, owner.post, owner.about) == ("Only a name", "", "")
    assert not owner.languages.exists()


def test_each_audience_that_is_offered_can_be_chosen(browser: Client, owner: Delegate) -> None:
    for number, audience in enumerate(("only_me", "participants", "everyone")):
        row = {"value": f" {audience}@example.org ", "audience": audience}
        assert browser.post("/me/", sent(row, listed_to=audience)).status_code == 302
        owner.refresh_from_db()
        assert owner.listed_to == audience
        assert stored(owner)[number] == ("email", f"{audience}@example.org", audience)
        page = browser.get("/me/").content.decode()
        for name in ("listed_to", f"channel-{number}-audience"):
            assert is_checked(page, name, audience)


def test_channels_are_added_changed_and_removed_together(browser: Client, owner: Delegate) -> None:
    first = make_channel(owner, value="first@example.org")
    second = make_channel(owner, value="second@example.org")
    answer = browser.post(
        "/me/",
        sent(
            {"id": row_key(first), "value": "changed@example.org", "audience": "participants"},
            {"id": row_key(second), "value": "no longer an address", "DELETE": "on"},
            {"kind": "phone", "value": "+62 21 5555 0100", "audience": "everyone"},
            {"kind": "email", "value": ""},
        ),
    )
    assert answer.status_code == 302
    assert stored(owner) == [
        ("email", "changed@example.org", "participants"),
        ("phone", "+622155550100", "everyone"),
    ]
    assert channel_with("changed@example.org") == first


def test_new_channel_defaults_to_only_me(browser: Client) -> None:
    page = browser.get("/me/").content.decode()
    for name in ("listed_to", "channel-0-audience", "channel-1-audience"):
        assert is_checked(page, name, "only_me")


def test_invalid_channel_shows_field_error(browser: Client, owner: Delegate) -> None:
    kept = make_channel(owner, value="kept@example.org")
    for kind, typed, sentence in [
        ("email", "dewi@example.org\nBcc: x@example.org", "Enter a valid email address."),
        ("phone", "021 5555 0100", UNREADABLE_NUMBER),
        ("signal", "+62 1", "This number is too short or too long. Check the digits."),
        ("site", "javascript:alert(1)", INCOMPLETE_ADDRESS),
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
        for kept_text in (
            'name="name" value="A new name"',
            'name="post" value="A new post"',
            "A new text</textarea>",
            'value="other@example.org"',
        ):
            assert kept_text in page
        for name, value in (
            ("languages", "th"),
            ("channel-0-audience", "everyone"),
            ("channel-1-audience", "participants"),
        ):
            assert is_checked(page, name, value), name
        assert not is_checked(page, "languages", "en")


def test_unstorable_text_shows_field_error(browser: Client) -> None:
    row = {"kind": "phone", "value": "+62 21 5555 0100", "audience": "everyone"}
    too_long = "Ensure this value has at most {} characters (it has {})."
    for field, typed, sentence in [
        ("name", "", "This field is required."),
        ("name", "   ", "This field is required."),
        ("name", "\u200b\u200b", "Enter at least one letter."),
        ("name", "x" * 201, too_long.format(200, 201)),
        ("name_latin", "x" * 201, too_long.format(200, 201)),
        ("post", "x" * 201, too_long.format(200, 201)),
        ("about", "x" * 601, too_long.format(600, 601)),
        ("post", "nul\0", "Null characters are not allowed."),
    ]:
        page = refused(browser, sent(row, **{field: typed}), sentence)
        beside = page[page.index(f'for="id_{field}"') :]
        beside = beside[: beside.index('<p class="help"')]
        assert escape(sentence) in beside
        assert escape(typed) in beside
        assert 'value="+62 21 5555 0100"' in page


def test_what_the_form_does_not_offer_is_rejected(browser: Client) -> None:
    def sentence(typed: str) -> str:
        return NOT_A_CHOICE.format(typed) if typed else "This field is required."

    for audience in ("friends", "", "EVERYONE", "introduced "):
        refused(browser, sent(listed_to=audience), sentence(audience))
        row = {"value": "me@example.org", "audience": audience}
        refused(browser, sent(row), sentence(audience))
    for kind in ("pigeon", "EMAIL", ""):
        refused(browser, sent({"kind": kind, "value": "me@example.org"}), sentence(kind))
    refused(browser, sent(languages=["en", "klingon"]), sentence("klingon"))
    refused(browser, {}, sentence(""))
    for broken in (
        {"channel-TOTAL_FORMS": "many"},
        {"channel-INITIAL_FORMS": ""},
        {"channel-INITIAL_FORMS": "99999999999999999999"},
    ):
        refused(browser, sent({"value": "me@example.org"}) | broken, "")


def test_channel_that_is_foreign_or_gone_cannot_be_changed(
    browser: Client, owner: Delegate, delegate: Delegate
) -> None:
    theirs = channel_with("dewi.private@example.org")
    mine = make_channel(owner, value="mine@example.org")
    their_row = {"id": row_key(theirs), "value": theirs.value}
    my_row = {"id": row_key(mine), "value": "m@example.org"}
    sentence = "This contact detail no longer exists. Reload the page."
    for rows in (
        [their_row | {"value": "mine@example.org"}],
        [their_row | {"audience": "everyone"}],
        [my_row, their_row | {"value": "t@example.org"}],
    ):
        refused(browser, sent(*rows), sentence)
    browser.post("/me/", sent(their_row | {"DELETE": "on"}))
    assert delegate.channels.get(pk=theirs.pk).value == "dewi.private@example.org"
    mine.delete()
    assert 'value="m@example.org"' in refused(browser, sent(my_row), sentence)


def test_form_changes_no_other_profile(
    browser: Client, owner: Delegate, delegate: Delegate, quiet_delegate: Delegate
) -> None:
    def others() -> list[Any]:
        people = Delegate.objects.exclude(pk=owner.pk).order_by("pk")
        channels = ContactChannel.objects.exclude(delegate=owner).order_by("pk")
        return [*people.values(), *channels.values()]

    before = others()
    browser.post("/me/", sent({"value": "gift@example.org", "delegate": delegate.pk}))
    browser.post(
        "/me/",
        sent(
            {"value": "own@example.org"},
            id=delegate.pk,
            handle=delegate.handle,
            user=delegate.user_id,
            is_demonstration="on",
            invitation_email="x@example.org",
            listed_to="everyone",
        ),
    )
    assert others() == before
    handle = owner.handle
    owner.refresh_from_db()
    assert (owner.name, owner.listed_to) == ("After", "everyone")
    assert (owner.handle, owner.is_demonstration, owner.invitation_email) == (handle, False, "")
    assert stored(owner) == [("email", "own@example.org", "only_me")]


def test_at_most_twelve_channels(browser: Client, owner: Delegate) -> None:
    rows = [{"value": f"me{number}@example.org"} for number in range(13)]
    sentence = "You can add 12 contact details at most. Remove some."
    assert 'value="me12@example.org"' in refused(browser, sent(*rows), sentence)
    page = refused(browser, sent() | {"channel-TOTAL_FORMS": "10000"}, sentence)
    assert page.count('<fieldset class="channel">') == 20
    assert browser.post("/me/", sent(*rows[:12])).status_code == 302
    assert len(stored(owner)) == 12
    page = browser.get("/me/").content.decode()
    assert "Add another contact detail" not in page
    assert page.count('<fieldset class="channel">') == 12


@pytest.mark.each_database
def test_duplicate_channel_is_reported(browser: Client, owner: Delegate) -> None:
    sentence = "You have already added this contact detail."
    for kind, first, second in [
        ("email", "me@example.org", "me@example.org"),
        ("email", "me@example.org", " me@example.org "),
        ("phone", "+62 21 5555 0100", "+62-21-55550100"),
    ]:
        rows = [{"kind": kind, "value": first}, {"kind": kind, "value": second}]
        assert f'value="{second}"' in refused(browser, sent(*rows), sentence)
        browser.post("/me/", sent(rows[0]))
        kept = owner.channels.get()
        refused(browser, sent(rows[0] | {"id": row_key(kept)}, rows[1]), sentence)
        refused(browser, sent(rows[1]), sentence)  # from a page that is older
        kept.delete()
    one, other = (make_channel(owner, value=f"{name}@example.org") for name in ("a", "b"))
    swapped = [
        {"id": row_key(one), "value": other.value},
        {"id": row_key(other), "value": one.value},
    ]
    assert browser.post("/me/", sent(*swapped)).status_code == 302
    assert [row.value for row in owner.channels.order_by("pk")] == [other.value, one.value]


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


def test_get_changes_nothing(browser: Client, owner: Delegate) -> None:
    make_channel(owner)
    before = everything()
    for path in ("/me/", "/me/?name=Changed", "/me/preview/", "/me/commitments/"):
        assert browser.get(path).status_code == 200
    assert browser.head("/me/").status_code == 200
    assert everything() == before
    assert not AuditEntry.objects.exists()


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


@pytest.mark.parametrize("has_profile", [True, False])
def test_admin_link_is_shown_to_permitted_users(
    client_of: Sign, event: Event, operator: User, has_profile: bool
) -> None:
    def sees_the_desk(user: User) -> bool:
        if has_profile:
            make_delegate(user=user)
        return 'href="/admin/"' in client_of(user).get("/me/").content.decode()

    start = date(2024, 1, 1)
    for role, begins, ends, expected in (
        ("cochair", start, None, True),
        ("editor", start, None, True),
        ("reader", start, None, True),
        ("cochair", start, date(2024, 12, 31), False),
        ("cochair", date(2999, 1, 1), None, False),
    ):
        holder = make_holder(event, role=role, valid_from=begins, valid_until=ends)
        assert sees_the_desk(holder) == expected, role
    assert not sees_the_desk(make_user())
    assert sees_the_desk(operator)


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


def test_preview_matches_chosen_viewer(client_of: Sign, delegate: Delegate) -> None:
    browser = client_of(delegate)
    for viewer, shown in PREVIEWS.items():
        page = page_html(browser.get(f"/me/preview/?viewer={viewer}"))
        assert [value for value in ALL_CHANNELS if value in page] == shown
        assert f'href="/me/preview/?viewer={viewer}" aria-current="page"' in page
        assert page.count('aria-current="page"') == 1
    assert not AuditEntry.objects.exists()


def test_preview_of_unlisted_profile_says_that_no_one_sees_it(
    client_of: Sign, event: Event, quiet_delegate: Delegate
) -> None:
    make_participation(make_delegate(), event)
    government = make_organisation(kind=OrganisationKind.GOVERNMENT)
    make_participation(make_delegate(), event, organisation=government)
    browser = client_of(quiet_delegate)
    for viewer, answer in (
        ("visitor", "No visitor sees you in the directory."),
        ("participant", "No one in this group sees you in the directory."),
        ("constituency", "No one in this group sees you in the directory."),
        ("introduced", "No one sees this. There is no one in this group yet."),
        ("cochair", "Co-chairs do not see you in the directory, unless they took part"),
    ):
        page = page_html(browser.get(f"/me/preview/?viewer={viewer}"))
        assert answer in page
        assert "quentin.private@example.org" not in page
