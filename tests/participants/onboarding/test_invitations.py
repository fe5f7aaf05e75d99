"""Invitations: whom a co-chair invites, and what the link in the mail does."""

import hashlib
import html
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.core.exceptions import ValidationError
from django.test import Client

from participants.models import Delegate, EmailLink, Invitation, Organisation, User
from participants.onboarding import acceptance, invitations
from participants.onboarding.invitations import send_invitation
from roundtable.mail.batches import CANCEL_WINDOW
from roundtable.mail.models import QueuedEmail
from roundtable.models import AuditEntry, Event
from tests.email_links import LinkClient, links_for
from tests.factories import (
    NOON,
    make_delegate,
    make_event,
    make_grant,
    make_holder,
    make_invitation,
    make_notice,
    make_organisation,
    make_participation,
    make_role,
    make_user,
)
from tests.form_fields import form_fields, press
from tests.page_text import page_html, page_text
from tests.participants.accounts.test_reauthentication import newest_code
from tests.recorded_fixtures import recorded

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine(NOON, tick=False)]
Sign = Callable[..., Client]
Deliver = Callable[[], list[Any]]
CODE = "/accounts/login/code/confirm/"
KEY = "a-random-key"
LINK = f"/links/{KEY}/"


@pytest.fixture
@recorded
def invited(event: Event) -> Delegate:
    """Took part, says a co-chair, and has not been invited yet."""
    person = make_delegate(name="Ines Vited", user=None, invitation_email="ines@example.org")
    make_participation(person, event, confirmed=False)
    return person


@pytest.fixture
@recorded
def invitation(invited: Delegate, event: Event, cochair: User) -> Invitation:
    """An invitation whose link the tests know."""
    return make_invitation(
        invited,
        event,
        email="ines@example.org",
        key=KEY,
        invited_by=cochair,
    )


def rows() -> dict[str, list[Any]]:
    """All that is stored, without sessions and counts of requests."""
    return {
        model._meta.label: list(model._base_manager.order_by("pk").values())
        for model in apps.get_models()
        if model._meta.label not in ("sessions.Session", "roundtable.LimitCount")
    }


def link_in(message: Any) -> str:
    [link] = links_for("invitation", message.body)
    return link


# Inviting --------------------------------------------------------------------------------


def test_email_says_what_it_is_and_alone_has_the_key(
    invited: Delegate,
    event: Event,
    cochair: User,
    cohost: Organisation,
    deliver: Deliver,
    settings: Any,
) -> None:
    settings.CONTACT_EMAIL = "contact@example.org"
    cochair.grants.update(on_behalf_of=make_organisation(name="Ministry of Example"))
    invitation = send_invitation(delegate=invited, event=event, by=cochair, at=NOON)
    [message] = deliver()
    key = link_in(message).split("/")[2]
    assert len(key) == 43
    link = EmailLink.objects.of("invitation", invitation).get()
    assert link.key_hash == hashlib.sha256(key.encode()).hexdigest()
    assert (link.delegate, link.user) == (invited, None)
    assert invitation.expires_at == NOON + timedelta(days=14)
    assert link.expires_at == NOON + timedelta(days=366)  # by it, the person can be removed
    assert key not in repr(rows())
    assert (message.to, message.cc, message.bcc) == (["ines@example.org"], [], [])
    # A co-host's mailbox could be changed by one editor, who would then read the answers.
    assert message.reply_to == ["contact@example.org"]
    assert message.subject == "An invitation"
    for text in (message.body, message.alternatives[0][0]):
        text = " ".join(text.split())
        for told in (
            "You are invited to this portal as a participant of Roundtable 2024, May 2024 (RT2024)",
            "The roundtable is chaired by: Ministry.",
            "This invitation was sent on behalf of Ministry of Example.",
            "Other participants see nothing about you until you choose to share it. The co-chairs "
            "already see your name, organisation and this address.",
            "The link works until 16 March 2026, and only for this address.",
            "If this is not you, open the link and select “This is not me”.",
            "write to contact@example.org, the contact of this portal.",
        ):
            assert told in text
        assert "zq-ministry" not in text and "cochair@example.org" not in text
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.detail) == ("invite", "RT2024")


def test_ineligible_delegates_cannot_be_invited(
    invited: Delegate, event: Event, cochair: User
) -> None:
    make_grant(make_user("editor@example.org"), event, role="editor")
    editor = User.objects.get(email="editor@example.org")
    stranger = make_holder(make_event(), "other-cochair@example.org")
    own = make_delegate(user=None, invitation_email="CoChair@example.org")
    silent = make_delegate(user=None)
    elsewhere = make_delegate(user=None, invitation_email="else@example.org")
    joined = make_delegate(invitation_email="joined@example.org")
    # Not by its owner.
    closed = make_delegate(user=make_user(is_active=False), invitation_email="shut@example.org")
    erased = make_delegate(user=None)
    Delegate.objects.filter(pk=erased.pk).update(erased_at=NOON, name="")
    for person in (own, silent, joined, closed, erased):
        make_participation(person, event)
    cases = [
        (invited, editor, "You are not a co-chair of this roundtable."),
        (invited, stranger, "You are not a co-chair of this roundtable."),
        (invited, make_user(), "You are not a co-chair of this roundtable."),
        (own, cochair, "This is you. Someone else must invite you."),
        (silent, cochair, "There is no invitation address. Add one first."),
        (elsewhere, cochair, "This person does not take part in the roundtable."),
        (joined, cochair, "This person has already joined."),
        (closed, cochair, "This person has already joined."),
        (erased, cochair, "This person asked to be erased."),
    ]
    for person, by, sentence in cases:
        with pytest.raises(ValidationError) as refusal:
            send_invitation(delegate=person, event=event, by=by, at=NOON)
        assert refusal.value.messages == [sentence]
    assert not Invitation.objects.exists()
    assert not QueuedEmail.objects.exists()


# The link --------------------------------------------------------------------------------


def test_opening_the_link_changes_nothing(client: Client, invitation: Invitation) -> None:
    before = rows()
    for _time in range(3):
        answer = client.get(LINK)
        assert answer.status_code == 200
        assert client.head(LINK).status_code == 200
    assert rows() == before
    page = answer.content.decode()
    assert "i…@example.org" in page and "ines@" not in page and "Ines" not in page
    assert "Roundtable 2024" in page
    assert "Continue and send me a code" in page and "This is not me" in page
    assert answer["Cache-Control"] == "private, no-store"


def test_invalid_links_show_identical_page(
    invitation: Invitation, invited: Delegate, event: Event
) -> None:
    states: dict[str, dict[str, Any]] = {
        "agreed": {"answer": "agreed", "answered_at": NOON},
        "not me": {"answer": "not-me", "answered_at": NOON},
    }
    pages = {}
    for number, (name, fields) in enumerate(states.items()):
        Invitation.objects.filter(pk=invitation.pk).update(revoked_at=NOON)
        key = f"key-{number}"
        make_invitation(invited, event, email="ines@example.org", key=key, **fields)
        path = f"/links/{key}/"
        pages[name] = LinkClient().get(path)
        pages[f"{name}, pressed"] = LinkClient().post(path)
        pages[f"{name}, not me"] = LinkClient().post(path, {"answer": "not-me"})
    for name, answer in pages.items():
        assert answer.status_code == 404, name
        assert answer.content == pages["agreed"].content, name
        assert answer.headers == pages["agreed"].headers, name
        assert not answer.cookies, name
    assert b'href="/invite-me/"' in pages["agreed"].content
    assert not User.objects.filter(email="ines@example.org").exists()
    assert Delegate.objects.get(pk=invited.pk).invitation_email == "ines@example.org"


def test_link_is_valid_for_fourteen_days(
    client: Client, invitation: Invitation, time_machine: Any
) -> None:
    time_machine.shift(timedelta(days=14) - timedelta(seconds=1))
    assert client.get(LINK).status_code == 200
    Delegate.objects.filter(pk=invitation.delegate_id).update(invitation_email="new@example.org")
    assert client.get(LINK).status_code == 404  # the address is corrected
    Delegate.objects.filter(pk=invitation.delegate_id).update(invitation_email=invitation.email)
    time_machine.shift(timedelta(seconds=1))
    expired = client.get(LINK)
    assert expired.status_code == 404 and b"can no longer invite" not in expired.content


def test_code_is_sent_to_invited_address_only(
    client: Client, invitation: Invitation, deliver: Deliver
) -> None:
    answer = client.post(LINK, {"answer": "continue", "email": "thief@example.org"})
    assert (answer.status_code, answer["Location"]) == (302, f"{CODE}?next=/welcome/")
    page = client.get(answer["Location"]).content.decode()
    assert "i…@example.org" in page and "ines@" not in page
    [message] = deliver()
    assert message.to == ["ines@example.org"]
    [code] = re.findall(r"^([A-Z0-9]{4}-[A-Z0-9]{4})$", message.body, re.MULTILINE)
    # The link alone proves nothing about the mailbox.
    assert not EmailAddress.objects.get(email="ines@example.org").verified
    answer = client.post(CODE, {"code": code, "next": "/welcome/"})
    assert (answer.status_code, answer["Location"]) == (302, "/welcome/")
    assert EmailAddress.objects.get(email="ines@example.org").verified
    assert "Is this you?" in client.get("/welcome/").content.decode()
    # The link works until it is answered, and who is signed in needs no other code.
    assert client.post(LINK)["Location"] == "/welcome/"
    assert LinkClient().post(LINK).status_code == 302
    assert User.objects.filter(email="ines@example.org").count() == 1
    assert [message.to for message in deliver()] == [["ines@example.org"]] * 2


def test_uppercase_address_can_accept(client: Client, invitation: Invitation) -> None:
    Delegate.objects.filter(pk=invitation.delegate_id).update(invitation_email="Ines@Example.ORG")
    Invitation.objects.update(email="Ines@Example.ORG")
    client.post(LINK)
    assert "ines@" not in client.get(CODE).content.decode().lower()
    client.post(CODE, {"code": newest_code(), "next": "/welcome/"})
    assert client.get("/welcome/").status_code == 200


def test_closed_account_gets_same_pages_without_code(
    client: Client, invitation: Invitation, deliver: Deliver
) -> None:
    make_user("ines@example.org", is_active=False)
    answer = client.post(LINK)
    assert (answer.status_code, answer["Location"]) == (302, f"{CODE}?next=/welcome/")
    assert "i…@example.org" in client.get(answer["Location"]).content.decode()
    assert deliver() == []


def test_other_signed_in_account_sees_explanation(
    client_of: Sign, invitation: Invitation, delegate: Delegate, deliver: Deliver
) -> None:
    browser = client_of(delegate)
    before = rows()
    for answer in (browser.get(LINK), browser.post(LINK, {"answer": "continue"})):
        page = page_html(answer)
        assert answer.status_code == 200
        assert "You are signed in with another address" in page
    assert rows() == before
    assert browser.get("/welcome/")["Location"] == "/me/"
    assert deliver() == []
    signed_out = browser.post(LINK, {"answer": "sign-out"})
    page = page_html(browser.get(signed_out["Location"]))
    assert "Continue and send me a code" in page
    assert browser.get("/me/").status_code == 302


def test_not_me_removes_address(client: Client, invitation: Invitation, deliver: Deliver) -> None:
    client.post(LINK)  # makes an account
    deliver()
    answer = LinkClient().post(LINK, {"answer": "not-me"})
    assert "Thank you for telling us" in answer.content.decode()
    person = invitation.delegate
    person.refresh_from_db()
    invitation.refresh_from_db()
    assert (person.name, person.invitation_email) == ("Ines Vited", "")
    assert (invitation.answer, invitation.answered_at, invitation.email) == ("not-me", NOON, "")
    assert not User.objects.filter(email="ines@example.org").exists()
    assert "ines@example.org" not in repr(rows())
    assert client.get(LINK).status_code == 404


def test_person_is_removed_with_the_link_alone(
    client: Client, invitation: Invitation, deliver: Deliver
) -> None:
    client.post(LINK)  # makes an account
    deliver()
    stranger = LinkClient()
    page = stranger.get(LINK)
    answer = press(stranger, page, page.request["PATH_INFO"], "Remove me")
    assert "Your data is deleted" in page_text(answer)
    assert not Delegate.objects.filter(pk=invitation.delegate_id, erased_at=None).exists()
    assert not User.objects.filter(email="ines@example.org").exists()
    for words in ("ines@example.org", "Ines Vited"):
        assert words not in repr(rows())
    assert client.get(LINK).status_code == 404


# The co-chairs' desk ---------------------------------------------------------------------

PEOPLE = "/admin/participants/delegate/"
QUERIES = 11


def test_admin_shows_invitation_status(
    client_of: Sign, invited: Delegate, event: Event, cochair: User
) -> None:
    browser = client_of(cochair)
    assert "Invitation: Not invited" in page_text(browser.get(PEOPLE))
    cases: list[tuple[dict[str, Any], str]] = [
        ({}, "Invited on"),
        ({"expires_at": NOON}, "Expired: invited on"),
        ({"answer": "agreed", "answered_at": NOON}, "Accepted on"),
        ({"answer": "not-me", "answered_at": NOON}, "Answered “This is not me” on"),
    ]
    for fields, state in cases:
        Invitation.objects.all().delete()
        make_invitation(invited, event, **fields)
        page = page_text(browser.get(PEOPLE))
        assert f"Invitation: {state} 2 March 2026" in page and "Invitation: Not invited" not in page


def test_editor_and_cochair_of_other_event_cannot_invite_or_see(
    client_of: Sign, invited: Delegate, event: Event
) -> None:
    chosen = {"action": "invite", "_selected_action": [invited.pk], "confirmed": "yes"}
    browser = client_of(make_holder(event, role="editor"))
    assert 'value="invite"' not in browser.get(PEOPLE).content.decode()
    browser.post(PEOPLE, chosen)
    elsewhere = make_event()
    browser = client_of(make_holder(elsewhere))
    browser.post(PEOPLE, chosen)
    assert not Invitation.objects.exists()
    # Of a person of both roundtables each co-chair sees the own invitation alone.
    make_participation(invited, elsewhere)
    make_invitation(invited, event)
    assert "Invitation: Not invited" in page_text(browser.get(PEOPLE))


def test_query_count_is_independent_of_people(
    client_of: Sign, invited: Delegate, event: Event, cochair: User, django_assert_num_queries: Any
) -> None:
    browser = client_of(cochair)
    make_invitation(invited, event)
    browser.get(PEOPLE)
    with django_assert_num_queries(QUERIES):
        browser.get(PEOPLE)
    for number in range(2):
        person = make_delegate(user=None, invitation_email=f"more{number}@example.org")
        make_participation(person, event)
        make_invitation(person, event)
    with django_assert_num_queries(QUERIES):
        browser.get(PEOPLE)


# The inviter's right -------------------------------------------------------------------------


def end_right(cochair: User) -> None:
    cochair.grants.update(valid_until=NOON.date() - timedelta(days=1))


def suspend_right(cochair: User) -> None:
    cochair.grants.update(effective_on=None, suspended_at=NOON)


def close_account(cochair: User) -> None:
    cochair.write(is_active=False)


@pytest.mark.each_database
@pytest.mark.parametrize("lose", [end_right, suspend_right, close_account])
def test_invitation_ends_with_the_right_of_its_inviter(
    client: Client,
    client_of: Sign,
    invitation: Invitation,
    cochair: User,
    operator: User,
    lose: Callable[[User], None],
) -> None:
    user = invitations.get_or_create_account(invitation, NOON)
    assert user is not None
    EmailAddress.objects.filter(user=user).update(verified=True)
    browser = client_of(user)
    assert browser.get("/welcome/").status_code == 200
    lose(cochair)
    answer = client.get(LINK)
    assert answer.status_code == 404
    sentence = "no longer valid, because the person who sent it can no longer invite people"
    assert sentence in " ".join(answer.content.decode().split())
    assert client.post(LINK, {"answer": "not-me"}).status_code == 404
    assert browser.get("/welcome/")["Location"] == "/me/"
    assert sentence in " ".join(browser.get("/me/").content.decode().split())
    agreed = acceptance.accept_invitation(
        invitation=invitation, user=user, notice=make_notice(), at=NOON
    )
    assert agreed is None
    desk = client_of(operator).get("/admin/participants/delegate/").content.decode()
    assert "No longer valid: the person who invited on 2 March 2026 can no longer invite" in desk


# What the email says ---------------------------------------------------------------------------


def desk_text(answer: Any) -> str:
    return html.unescape(answer.content.decode())


@pytest.fixture
def cohost(event: Event) -> Organisation:
    """A co-host with a mailbox of its own."""
    government = make_organisation(
        name="Ministry", kind="government", country="ID", role_mailbox="zq-ministry@example.org"
    )
    for role in ("cochair", "cohost"):
        make_role(event, organisation=government, role=role)
    office = make_organisation(name="Harbour Office", role_mailbox="office@example.org")
    make_role(event, organisation=office, role="cohost")
    return office


WORDS = "Dear friends,\r\nwe meet on 14/05/2027 <b>again</b>. At 9 a.m. & on time."


def test_own_words_are_sent_only_as_the_preview_showed_them(
    client_of: Sign,
    invited: Delegate,
    event: Event,
    cochair: User,
    cohost: Organisation,
    deliver: Deliver,
    time_machine: Any,
    settings: Any,
) -> None:
    settings.CONTACT_EMAIL = "contact@example.org"
    second = make_delegate(name="Second Sita", user=None, invitation_email="sita@example.org")
    silent = make_delegate(name="Silent Sue", user=None)
    for person in (second, silent):
        make_participation(person, event, confirmed=False)
    browser = client_of(cochair)
    chosen = {"action": "invite", "_selected_action": [invited.pk, second.pk, silent.pk]}
    page = desk_text(browser.post(PEOPLE, chosen))
    assert "Invite these people?" in page and "ines@example.org" in page
    assert 'value="Send 2 invitations"' in page
    assert "<bdi>Silent Sue</bdi>: There is no invitation address. Add one first." in page
    assert "<bdi>An invitation</bdi>" in page
    assert "<bdi>contact@example.org</bdi>" in page
    assert "You are invited to this portal as a participant of Roundtable 2024" in page
    assert "If you write something, you first see the email with your words." in page
    assert 'value="Show the email with your words"' in page
    sent = chosen | {"confirmed": "yes", "own_words": WORDS}
    browser.post(PEOPLE, chosen | {"confirmed": "yes", "preview": "1"})
    assert not Invitation.objects.exists()
    answer = browser.post(PEOPLE, sent)
    assert "Nothing is sent yet. Read the email with your words, then send it." in desk_text(answer)
    assert "> we meet on 14/05/2027 <b>again</b>." in desk_text(answer)
    assert "<b>again</b>" not in answer.content.decode()
    assert not Invitation.objects.exists()
    # The page that was shown sends what it shows.
    form = form_fields(answer.content.decode(), containing="previewed")
    browser.post(PEOPLE, form)
    words = "Dear friends,\nwe meet on 14/05/2027 <b>again</b>. At 9 a.m. & on time."
    assert {row.own_words for row in Invitation.objects.all()} == {words}
    time_machine.shift(CANCEL_WINDOW)
    messages = deliver()
    assert sorted(message.to[0] for message in messages) == ["ines@example.org", "sita@example.org"]
    for message in messages:
        assert "> Dear friends,\n> we meet on 14/05/2027 <b>again</b>." in message.body
        assert "<b>again</b>" not in message.alternatives[0][0]
        assert "&gt; we meet on 14/05/2027 &lt;b&gt;again&lt;/b&gt;." in message.alternatives[0][0]


def test_own_words_contain_no_links_and_no_contact_details(
    client_of: Sign, invited: Delegate, cochair: User
) -> None:
    browser = client_of(cochair)
    sent = {"action": "invite", "_selected_action": [invited.pk], "confirmed": "yes"}
    for words in (
        "See https://evil.example/login",
        "See evil.example now",
        "See ｅｖｉｌ．example now",
        "See ev\u200bil.ex\u200bample now",
        "Write to rita@example.org",
        "Call +62 812 3456 789",
        "Call 0812-3456-789",
        "x" * 601,
    ):
        page = desk_text(browser.post(PEOPLE, sent | {"own_words": words, "previewed": words}))
        assert "Your words contain a web address" in page or "at most 600 characters" in page
        assert f"> {words[:9]}" not in page
    assert not Invitation.objects.exists()


def test_corrected_address_gets_the_same_words(
    invited: Delegate, event: Event, cochair: User, deliver: Deliver
) -> None:
    send_invitation(delegate=invited, event=event, by=cochair, at=NOON, own_words="Welcome back")
    Delegate.objects.filter(pk=invited.pk).update(invitation_email="new@example.org")
    deliver()
    assert [row.own_words for row in Invitation.objects.all()] == ["Welcome back"] * 2
