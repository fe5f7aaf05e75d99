"""Asking to be invited: one answer for all, few emails, and what the co-chairs decide."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from participants.models import (
    Delegate,
    Invitation,
    InvitationRequest,
    Organisation,
    Participation,
    User,
)
from participants.onboarding.requests import grant_request, refuse_request
from roundtable.mail.models import QueuedEmail
from roundtable.models import AuditEntry, Event
from tests.factories import (
    NOON,
    make_delegate,
    make_event,
    make_grant,
    make_holder,
    make_invitation,
    make_invitation_request,
    make_organisation,
    make_participation,
    make_role,
    make_user,
)
from tests.form_fields import form_fields
from tests.page_text import page_html, page_text
from tests.recorded_fixtures import recorded

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine(NOON, tick=False)]
Sign = Callable[..., Client]
Deliver = Callable[[], list[Any]]
PAGE, SENT = "/invite-me/", "/invite-me/sent/"
DESK = "/admin/participants/invitationrequest/"


def asked(event: Event, email: str = "rima@example.org", **fields: str) -> dict[str, Any]:
    given = {"name": "Rima Asks", "organisation": "Example Shelter", "note": "I wore a red hat."}
    return {"event": event.pk, "email": email} | given | fields


def test_page_offers_public_events_only(client: Client, event: Event) -> None:
    make_event(title="Hidden roundtable", is_public=False)
    page = client.get(PAGE).content.decode()
    assert "Roundtable 2024" in page and "Hidden roundtable" not in page
    for path in ("/accounts/login/", "/accounts/signup/", "/directory/"):
        assert f'href="{PAGE}"' in client.get(path).content.decode(), path


def test_request_is_stored_and_in_the_daily_email_without_names(
    client: Client, event: Event, cochair: User, deliver: Deliver
) -> None:
    make_grant(make_user("editor@example.org"), event, role="editor")
    make_grant(make_user("elsewhere@example.org"), make_event())
    answer = client.post(PAGE, asked(event))
    assert (answer.status_code, answer["Location"]) == (302, SENT)
    row = InvitationRequest.objects.get()
    assert (row.event, row.name, row.email) == (event, "Rima Asks", "rima@example.org")
    assert (row.organisation, row.note) == ("Example Shelter", "I wore a red hat.")
    assert (row.requested_at, row.decision) == (NOON, "")
    assert deliver() == []
    call_command("send_reminders", verbosity=0)
    [message] = [mail for mail in deliver() if "What waits" in mail.subject]
    assert message.to == ["cochair@example.org"]
    said = message.subject + message.body + message.alternatives[0][0]
    assert "Requests and nominations 1" in said
    for word in ("Rima", "rima@", "Shelter", "red hat"):
        assert word not in said


def test_errors_are_shown_and_input_is_kept(client: Client, event: Event) -> None:
    answer = client.post(PAGE, asked(event, "rima at example", name=""))
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "Enter a valid email address." in page and "This field is required." in page
    assert 'value="rima at example"' in page and "I wore a red hat." in page
    hidden = make_event(is_public=False)
    assert client.post(PAGE, asked(hidden)).status_code == 400
    assert not InvitationRequest.objects.exists() and not QueuedEmail.objects.exists()


def people(event: Event) -> list[str]:
    """Addresses that the portal knows in each way, and one that it does not."""
    make_user("account@example.org")
    make_participation(make_delegate(user=make_user("joined@example.org")), event)
    person = make_delegate(user=None, invitation_email="invited@example.org")
    make_participation(person, event)
    make_invitation(person, event, email="invited@example.org")
    make_user("closed@example.org", is_active=False)
    make_invitation_request(event, email="refused@example.org", decision="refused", decided_at=NOON)
    make_invitation_request(event, email="waiting@example.org")
    for _number in range(3):
        make_invitation_request(event, email="often@example.org")
    names = ["account", "joined", "invited", "closed", "refused", "waiting", "often"]
    names += ["cochair", "nobody"]
    return [f"{name}@example.org" for name in names]


def shape(query: str) -> str:
    """A query without its values."""
    return re.sub(r"'[^']*'|\b\d+\b", "?", query)


def test_known_and_unknown_addresses_get_identical_response(event: Event, cochair: User) -> None:
    seen = {}
    for email in people(event):
        browser = Client(headers={"x-forwarded-for": "203.0.113.7"})
        rows = InvitationRequest.objects.exclude(email__iexact=email).count()
        with CaptureQueriesContext(connection) as queries:
            answer = browser.post(PAGE, asked(event, email))
        waiting = InvitationRequest.objects.filter(email=email, decision="").count()
        assert waiting == {"waiting@example.org": 2, "often@example.org": 3}.get(email, 1)
        assert InvitationRequest.objects.exclude(email__iexact=email).count() == rows
        page = browser.get(SENT)
        seen[email] = (
            answer.status_code,
            answer.content,
            dict(answer.headers),
            sorted(answer.cookies),
            page.content,
            dict(page.headers),
            [shape(query["sql"]) for query in queries],
        )
    assert set(map(repr, seen.values())) == {repr(seen["nobody@example.org"])}
    assert not QueuedEmail.objects.exists()


def test_at_most_three_requests_per_address_are_stored(event: Event) -> None:
    """A later one replaces none."""
    other = make_event()
    answers = set()
    for number, name in enumerate(["rima", "RIMA", "rima", "RIMA", "rima"]):
        sent = asked(event, f"{name}@example.org", name=f"Rima {number}")
        answer = Client().post(PAGE, sent)
        answers.add((answer.status_code, answer["Location"], answer.content))
    assert answers == {(302, SENT, b"")}
    Client().post(PAGE, asked(other, name="Elsewhere"))
    rows = InvitationRequest.objects.order_by("pk")
    assert [row.name for row in rows] == ["Rima 0", "Rima 1", "Rima 2", "Elsewhere"]
    # One that is decided makes room.
    rows.filter(name="Rima 1").update(decision="refused", decided_at=NOON)
    Client().post(PAGE, asked(event, name="Rima 5"))
    waiting = rows.filter(event=event, decision="")
    assert [row.name for row in waiting] == ["Rima 0", "Rima 2", "Rima 5"]


def test_ip_rate_limit_shows_generic_message(event: Event) -> None:
    make_user("known@example.org")
    for number in range(10):
        assert Client().post(PAGE, asked(event, f"p{number}@example.org")).status_code == 302
    known, unknown = (
        Client().post(PAGE, asked(event, email))
        for email in ("known@example.org", "nobody@example.org")
    )
    assert (known.status_code, unknown.status_code) == (429, 429)
    assert re.search(r"Wait \d+ minutes?, then try again\.", page_text(known))
    assert known.content == unknown.content
    assert InvitationRequest.objects.count() == 10


# The co-chairs' desk ---------------------------------------------------------------------


@pytest.fixture
def invitation_request(event: Event) -> InvitationRequest:
    """Someone asks."""
    return make_invitation_request(event, name="Rima Asks", email="rima@example.org")


@pytest.fixture
def desk(client_of: Sign, cochair: User) -> Client:
    """A co-chair's browser."""
    return client_of(cochair)


@pytest.fixture
@recorded
def shelter(event: Event) -> Organisation:
    """An organisation of the roundtable."""
    organisation = make_organisation(name="Example Shelter")
    make_role(event, organisation=organisation)
    return organisation


def test_admin_shows_requests_of_own_events_only(
    desk: Client, invitation_request: InvitationRequest
) -> None:
    theirs = make_invitation_request(make_event(), name="Somebody Else")
    page = desk.get(DESK).content.decode()
    assert "Rima Asks" in page and "rima@example.org" in page and "Waiting" in page
    assert "Somebody Else" not in page
    assert desk.get(f"{DESK}{theirs.pk}/change/").status_code == 404
    assert desk.post(f"{DESK}{theirs.pk}/change/", {"answer": "refuse"}).status_code == 404
    desk.post(DESK, {"action": "refuse", "_selected_action": [theirs.pk]})
    theirs.refresh_from_db()
    assert theirs.decision == ""


def test_only_cochairs_see_requests(
    client_of: Sign, event: Event, invitation_request: InvitationRequest
) -> None:
    for role in ("editor", "reader"):
        browser = client_of(make_holder(event, role=role))
        assert browser.get(DESK).status_code == 403
        assert browser.get(f"{DESK}{invitation_request.pk}/change/").status_code in (403, 404)


def test_invite_creates_unconfirmed_delegate(
    desk: Client,
    cochair: User,
    invitation_request: InvitationRequest,
    shelter: Organisation,
    deliver: Deliver,
) -> None:
    path = f"{DESK}{invitation_request.pk}/change/"
    # The organisation that was written is chosen already, as it is known by that name.
    assert f'<option value="{shelter.pk}" selected>' in page_html(desk.get(path))
    answer = desk.post(path, {"answer": "invite", "speaks_for": shelter.pk}, follow=True)
    assert "The invitation is sent." in answer.content.decode()
    part = Participation.objects.get(event=invitation_request.event)
    person = part.delegate
    assert (part.organisation, part.confirmed_at) == (shelter, None)
    assert (person.name, person.invitation_email) == ("Rima Asks", "rima@example.org")
    assert Invitation.objects.get().delegate == person
    assert [message.to for message in deliver()] == [["rima@example.org"]]
    row = InvitationRequest.objects.get()
    assert (row.decision, row.decided_by, row.decided_at) == ("invited", cochair, NOON)
    acts = AuditEntry.objects.values_list("action", flat=True)
    assert list(acts) == ["invite", "request invited"]
    page = desk.get(path).content.decode()
    assert "Invited" in page and 'name="answer"' not in page


def test_email_with_own_words_is_shown_before_it_is_sent(
    desk: Client, invitation_request: InvitationRequest, shelter: Organisation, deliver: Deliver
) -> None:
    path = f"{DESK}{invitation_request.pk}/change/"
    page = desk.get(path).content.decode()
    assert "You are invited to this portal as a participant of" in page
    sent = {"answer": "invite", "speaks_for": shelter.pk, "own_words": "Welcome back"}
    page = desk.post(path, sent).content.decode()
    assert "Nothing is sent yet." in page and "&gt; Welcome back" in page
    assert not Invitation.objects.exists()
    desk.post(path, form_fields(page, containing="previewed") | {"answer": "invite"})
    assert Invitation.objects.get().own_words == "Welcome back"
    assert "> Welcome back" in deliver()[0].body


def test_delegate_with_that_address_is_invited_instead_of_a_new_one(
    desk: Client, event: Event, invitation_request: InvitationRequest
) -> None:
    person = make_delegate(name="Known", user=None, invitation_email="RIMA@example.org")
    make_participation(person, event, confirmed=False)
    desk.post(f"{DESK}{invitation_request.pk}/change/", {"answer": "invite"})
    assert Delegate.objects.get() == person
    assert Invitation.objects.get().delegate == person


def test_rejection_sends_no_email(
    desk: Client, invitation_request: InvitationRequest, event: Event
) -> None:
    second = make_invitation_request(event)
    desk.post(f"{DESK}{invitation_request.pk}/change/", {"answer": "refuse"})
    desk.post(DESK, {"action": "refuse", "_selected_action": [invitation_request.pk, second.pk]})
    assert list(InvitationRequest.objects.values_list("decision", flat=True)) == ["refused"] * 2
    assert not QueuedEmail.objects.exists() and not Delegate.objects.exists()


def test_invite_requires_organisation_and_other_person(
    desk: Client, event: Event, invitation_request: InvitationRequest, shelter: Organisation
) -> None:
    answer = desk.post(f"{DESK}{invitation_request.pk}/change/", {"answer": "invite"})
    assert "Choose the organisation the person represented." in answer.content.decode()
    own = make_invitation_request(event, email="CoChair@example.org")
    joined = make_invitation_request(event, email="joined@example.org")
    make_participation(make_delegate(invitation_email="joined@example.org"), event)
    for row, sentence in (
        (own, "This is you. Someone else must invite you."),
        (joined, "This person has already joined."),
    ):
        data = {"answer": "invite", "speaks_for": shelter.pk}
        answer = desk.post(f"{DESK}{row.pk}/change/", data)
        assert sentence in answer.content.decode()
    assert not Invitation.objects.exists()
    assert set(InvitationRequest.objects.values_list("decision", flat=True)) == {""}


def test_requests_of_one_address_are_separate_until_granted(
    desk: Client,
    cochair: User,
    event: Event,
    invitation_request: InvitationRequest,
    shelter: Organisation,
) -> None:
    stranger = make_invitation_request(
        event, name="A Stranger", email="RIMA@example.org", requested_at=NOON - timedelta(days=9)
    )
    refused = make_invitation_request(event, name="A Third", email="rima@example.org")
    elsewhere = make_invitation_request(make_event(), email="rima@example.org")
    page = desk.get(DESK).content.decode()
    for words in ("Rima Asks", "A Stranger", "21 February 2026", "2 March 2026"):
        assert words in page
    desk.post(f"{DESK}{refused.pk}/change/", {"answer": "refuse"})
    data = {"answer": "invite", "speaks_for": shelter.pk}
    assert desk.post(f"{DESK}{invitation_request.pk}/change/", data).status_code == 302
    rows = InvitationRequest.objects.in_bulk()
    assert rows[invitation_request.pk].decision == "invited"
    assert (rows[stranger.pk].decision, rows[stranger.pk].decided_by) == ("together", cochair)
    assert rows[stranger.pk].decided_at == NOON
    assert (rows[refused.pk].decision, rows[elsewhere.pk].decision) == ("refused", "")
    assert "Invited through another request from this address" in desk.get(DESK).content.decode()
    # The person is invited once, under the name that was granted.
    assert [row.delegate.name for row in Invitation.objects.all()] == ["Rima Asks"]
    assert desk.post(f"{DESK}{stranger.pk}/change/", data).status_code == 403
    acts = AuditEntry.objects.values_list("action", flat=True)
    assert list(acts) == ["request refused", "invite", "request invited", "request together"]


def test_stale_page_cannot_decide_twice(
    cochair: User, event: Event, invitation_request: InvitationRequest, shelter: Organisation
) -> None:
    left_open = make_invitation_request(event, email="rima@example.org")
    given: dict[str, Any] = {"organisation": shelter, "by": cochair, "at": NOON}
    assert grant_request(invitation_request=invitation_request, **given) is not None
    assert grant_request(invitation_request=left_open, **given) is None
    assert refuse_request(invitation_request=left_open, by=cochair, at=NOON) is False
    assert InvitationRequest.objects.get(pk=left_open.pk).decision == "together"
    assert Invitation.objects.count() == 1
