"""Bulk actions: preview first, then emails that wait and can be cancelled."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from unittest.mock import Mock

import pytest
import time_machine
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from outcomes.duplicates.people import merge_people
from outcomes.models import CommitmentParty, Outcome, ReportingRound, RoundRequest
from outcomes.reporting.batch_admin import cancel_batch
from outcomes.reporting.handover import hand_over
from outcomes.reporting.links import create_report_link
from participants.accounts.addresses import set_sign_in_address
from participants.models import Consent, Delegate, EmailLink, Invitation, User
from participants.privacy import consent, erasure
from roundtable.audit.models import AuditEntry
from roundtable.mail.batches import create_batch
from roundtable.mail.clean_up import clean_up_mail
from roundtable.mail.models import MailBatch, QueuedEmail
from roundtable.mail.queue import enqueue, send_queued_email
from roundtable.models import Event
from tests.email_links import links_for
from tests.factories import (
    NOON,
    make_commitment,
    make_delegate,
    make_event,
    make_grant,
    make_holder,
    make_participation,
    make_party,
    make_statement,
    make_theme,
    make_update,
    make_user,
)
from tests.follow_up_factories import make_round, make_round_request
from tests.mail_queue import change_emails, run_queue
from tests.recorded_fixtures import recorded

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("recorded_templates")]
Sign = Callable[[User | Delegate], Client]
Deliver = Callable[[], list[EmailMultiAlternatives]]
PEOPLE = "/admin/participants/delegate/"
HOLD = "/admin/roundtable/mailbatch/"
ROUNDS = "/admin/outcomes/reportinground/"
TEN = timedelta(minutes=10)


@pytest.fixture
def today() -> Any:
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture
@recorded
def admin_event(today: Any) -> Event:
    return make_event(code="DESK", slug="desk", is_public=False)


def cochair(event: Event, word: str = "chair") -> User:
    return make_holder(event, f"zq-{word}@example.org", valid_from=date(2026, 1, 1))


def guests(event: Event, number: int = 2) -> list[Delegate]:
    people = []
    for place in range(number):
        one = make_delegate(user=None, invitation_email=f"guest{place}@{event.slug}.example.org")
        make_participation(one, event)
        people.append(one)
    return people


def run_admin_action(client: Client, address: str, action: str, *rows: Any, **fields: Any) -> str:
    sent = {"action": action, "_selected_action": [str(row.pk) for row in rows]}
    return client.post(address, sent | fields, follow=True).content.decode()


def invite(client: Client, *people: Delegate) -> str:
    return run_admin_action(client, PEOPLE, "invite", *people, confirmed="yes")


def cancel(client: Client, batch: MailBatch | None = None) -> str:
    """The newest batch, if none is given."""
    batch = batch or MailBatch.objects.latest("pk")
    return run_admin_action(client, HOLD, "cancel", batch)


def link_of(text: str) -> str:
    return links_for("invitation", text)[0]


# Mail on hold ---------------------------------------------------------------------------------


def test_invitations_are_sent_after_cancel_window(
    client_of: Sign, admin_event: Event, today: Any, deliver: Deliver
) -> None:
    client = client_of(cochair(admin_event))
    text = invite(client, *guests(admin_event))
    assert "We send 2 invitations in ten minutes." in text
    assert deliver() == []
    # A worker that comes too early leaves them.
    for email in QueuedEmail.objects.all():
        send_queued_email.call(email.pk)
        email.refresh_from_db()
        assert (email.claimed_at, email.done_at, email.attempts) == (None, None, 0)
    today.shift(TEN - timedelta(seconds=1))
    assert deliver() == []
    today.shift(timedelta(seconds=1))
    assert sorted(email.to[0] for email in deliver()) == [
        "guest0@desk.example.org",
        "guest1@desk.example.org",
    ]
    assert "1 was already sent or cancelled." in cancel(client)
    assert Invitation.objects.filter(revoked_at=None).count() == 2


def test_cancelling_batch_revokes_invitation_links(
    client_of: Sign, client: Client, admin_event: Event, today: Any, deliver: Deliver
) -> None:
    user, people = cochair(admin_event), guests(admin_event)
    browser = client_of(user)
    invite(browser, *people)
    path = link_of(QueuedEmail.objects.exclude(recipient="")[0].text)
    assert client.get(path).status_code == 200
    assert "Emails that you can still cancel" in browser.get("/admin/").content.decode()
    today.shift(TEN - timedelta(seconds=1))
    browser = client_of(user)
    listed = browser.get(f"{HOLD}?waits=me")
    assert listed.context["cl"].result_count == 1 and "guest" not in listed.content.decode()
    assert "1 group of emails on hold" in " ".join(listed.content.decode().split())
    said = "These emails are cancelled. They will not be sent, and the links in them do not work. "
    said += "If a person had an earlier invitation, that invitation works again."
    assert said in cancel(browser)
    assert client.get(path).status_code == 404
    today.shift(timedelta(days=1))
    clean_up_mail(at=NOON + timedelta(days=1))
    assert deliver() == []
    assert not QueuedEmail.objects.exists()
    entry = AuditEntry.objects.get(action="call off letters")
    assert entry.detail == "DESK invite"
    # The people can be invited again.
    browser = client_of(user)
    assert "Withdrawn on" in browser.get(PEOPLE).content.decode()
    invite(browser, people[0])
    today.shift(TEN)
    assert [email.to[0] for email in deliver()] == ["guest0@desk.example.org"]


def link_sent(client: Client, person: Delegate, today: Any, deliver: Deliver) -> str:
    """The link of an invitation that has left."""
    invite(client, person)
    today.shift(TEN)
    return link_of(str(deliver()[0].body))


def test_previous_link_works_again_after_cancel(
    client_of: Sign, client: Client, admin_event: Event, today: Any, deliver: Deliver
) -> None:
    user, (person,) = cochair(admin_event), guests(admin_event, 1)
    path = link_sent(client_of(user), person, today, deliver)
    batches = []
    for _time in range(2):  # the first of these is never sent either
        invite(client_of(user), person)
        batches.append(MailBatch.objects.latest("pk"))
        today.shift(timedelta(minutes=1))
    assert client.get(path).status_code == 404
    for batch in batches:
        cancel(client_of(user), batch)
    assert client.get(path).status_code == 200
    assert Invitation.objects.filter(revoked_at=None).count() == 1
    today.shift(TEN)
    assert len(deliver()) == 1
    # It does not if it was revoked otherwise.
    Invitation.objects.update(revoked_at=NOON + TEN)
    invite(client_of(user), person)
    cancel(client_of(user))
    assert client.get(path).status_code == 404
    assert not Invitation.objects.filter(revoked_at=None).exists()


def test_email_being_sent_cannot_be_cancelled(
    client_of: Sign, admin_event: Event, today: Any
) -> None:
    client = client_of(cochair(admin_event))
    invite(client, *guests(admin_event))
    begun = QueuedEmail.objects.order_by("pk")[0]
    QueuedEmail.objects.filter(pk=begun.pk).update(claimed_at=NOON)
    assert "1 was already sent or cancelled." in cancel(client)
    # Not by halves either.
    assert MailBatch.objects.get().cancelled_at is None and QueuedEmail.objects.count() == 2
    assert Invitation.objects.filter(revoked_at=None).count() == 2


def test_delayed_cancel_after_sending_has_no_effect(
    client_of: Sign, admin_event: Event, today: Any, deliver: Deliver
) -> None:
    user = cochair(admin_event)
    invite(client_of(user), *guests(admin_event))
    batch = MailBatch.objects.get()
    today.shift(TEN)
    run_queue(max_tasks=1)
    assert len(mail.outbox) == 1
    assert not cancel_batch(batch=batch, by=user, at=NOON + TEN - timedelta(seconds=1))
    assert len(deliver()) == 2
    assert Invitation.objects.filter(revoked_at=None).count() == 2
    assert not AuditEntry.objects.filter(action="call off letters").exists()


def test_worker_locks_batch_before_reading_time(
    client_of: Sign, admin_event: Event, today: Any
) -> None:
    invite(client_of(cochair(admin_event)), *guests(admin_event, 1))
    today.shift(TEN)
    with CaptureQueriesContext(connection) as asked:
        send_queued_email.call(QueuedEmail.objects.get().pk)
    locks = [row["sql"] for row in asked.captured_queries if "FOR UPDATE" in row["sql"]]
    if connection.features.has_select_for_update:
        assert 'FROM "roundtable_mailbatch"' in locks[0]
    assert len(mail.outbox) == 1
    # A cancelled batch stays cancelled, even if some of its emails remain.
    change_emails(done_at=None, attempts=0, recipient="guest0@desk.example.org")
    MailBatch.objects.update(cancelled_at=NOON)
    send_queued_email.call(QueuedEmail.objects.get().pk)
    assert len(mail.outbox) == 1 and QueuedEmail.objects.get().attempts == 0


def test_cancel_is_limited_to_own_event(client_of: Sign, admin_event: Event, today: Any) -> None:
    other, user = make_event(), cochair(admin_event)
    make_grant(user, other, valid_from=date(2026, 1, 1))
    invite(client_of(user), *guests(admin_event), *guests(other))
    stranger = client_of(cochair(other, "other"))
    rows = stranger.get(HOLD).context["cl"].result_list
    assert [row.event for row in rows] == [other]
    theirs = MailBatch.objects.get(event=admin_event)
    cancel(stranger, theirs)
    theirs.refresh_from_db()
    assert theirs.cancelled_at is None
    editor = make_holder(admin_event, role="editor", valid_from=date(2026, 1, 1))
    assert client_of(editor).get(HOLD).status_code == 403


# Asking again ---------------------------------------------------------------------------------


def asked_round(event: Event) -> tuple[ReportingRound, RoundRequest]:
    focal = make_delegate()
    make_participation(focal, event)
    party = make_party(make_commitment(event))
    party.request_focal_point(focal)
    party.accept(NOON)
    row = make_round(event=event, opened_at=NOON - timedelta(days=9), due_on=date(2026, 6, 1))
    return row, make_round_request(round=row, party=party)


def test_repeated_requests_are_previewed_queued_and_cancelled(
    client_of: Sign, admin_event: Event, today: Any, deliver: Deliver
) -> None:
    row, request = asked_round(admin_event)
    user = cochair(admin_event)
    shown = run_admin_action(client_of(user), ROUNDS, "ask_again", row)
    assert "Ask these parties again?" in shown and str(request.party) in shown
    assert not MailBatch.objects.exists()
    text = run_admin_action(client_of(user), ROUNDS, "ask_again", row, confirmed="yes")
    assert "We will ask 1 party again in ten minutes." in text
    request.refresh_from_db()
    assert request.reminded_at == NOON
    link = EmailLink.objects.of("report", request.party).get()
    cancel(client_of(user))
    request.refresh_from_db()
    link.refresh_from_db()
    assert request.reminded_at is None and link.revoked_at == NOON
    today.shift(TEN)
    assert deliver() == []
    run_admin_action(client_of(user), ROUNDS, "ask_again", row, confirmed="yes")  # on the same day
    today.shift(TEN)
    assert len(deliver()) == 1


# Queued emails are checked before sending -----------------------------------------------------


def test_queued_invitation_uses_corrected_address(
    client_of: Sign, client: Client, admin_event: Event, today: Any, deliver: Deliver
) -> None:
    (person,) = guests(admin_event, 1)
    invite(client_of(cochair(admin_event)), person)
    person.write(invitation_email="right@desk.example.org")
    today.shift(TEN)
    (email,) = deliver()
    assert email.to == ["right@desk.example.org"]
    assert client.get(link_of(str(email.body))).status_code == 200
    assert Invitation.objects.get(revoked_at=None).email == "right@desk.example.org"


def no_longer_participant(person: Delegate, user: User) -> None:
    person.participations.all().delete()


def joined(person: Delegate, user: User) -> None:
    person.write(user=make_user())


def without_address(person: Delegate, user: User) -> None:
    person.write(invitation_email="")


def erased(person: Delegate, user: User) -> None:
    erasure.erase_delegate(person, by=None, at=NOON)


def merged(person: Delegate, user: User) -> None:
    operator = make_user(is_superuser=True)
    merge_people(target=make_delegate(user=None), duplicate=person, by=operator, at=NOON)


def answered_elsewhere(person: Delegate, user: User) -> None:
    person.invitations.update(answer="agreed", answered_at=NOON)


def no_longer_cochair(person: Delegate, user: User) -> None:
    user.grants.all().delete()


@pytest.mark.parametrize(
    "change",
    [
        no_longer_participant,
        joined,
        without_address,
        erased,
        merged,
        answered_elsewhere,
        no_longer_cochair,
    ],
)
def test_invalid_queued_invitation_is_not_sent(
    client_of: Sign,
    admin_event: Event,
    today: Any,
    deliver: Deliver,
    change: Callable[[Delegate, User], None],
) -> None:
    user, (person,) = cochair(admin_event), guests(admin_event, 1)
    invite(client_of(user), person)
    change(person, user)
    today.shift(TEN)
    assert deliver() == []
    email = QueuedEmail.objects.get()
    assert email.done_at and not email.is_sent and not email.recipient
    assert not Invitation.objects.filter(answered_at=None, revoked_at=None).exists()


def test_unsent_invitation_does_not_restore_link_of_former_participant(
    client_of: Sign, client: Client, admin_event: Event, today: Any, deliver: Deliver
) -> None:
    user, (person,) = cochair(admin_event), guests(admin_event, 1)
    path = link_sent(client_of(user), person, today, deliver)
    invite(client_of(user), person)
    no_longer_participant(person, user)
    today.shift(TEN)
    assert len(deliver()) == 1
    assert client.get(path).status_code == 404


def test_queued_email_with_unknown_key_stays(
    admin_event: Event, today: Any, deliver: Deliver
) -> None:
    enqueue(
        dedup_key="unheard of",
        to="guest@example.org",
        template="account/email/email_deleted",
        context={"timestamp": NOON},
        at=NOON,
        batch=create_batch(event=admin_event, action=MailBatch.Action.INVITE, at=NOON),
    )
    today.shift(TEN)
    assert deliver() == []
    assert QueuedEmail.objects.get().done_at


def test_email_stays_queued_when_check_fails(
    client_of: Sign,
    admin_event: Event,
    today: Any,
    deliver: Deliver,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    invite(client_of(cochair(admin_event)), *guests(admin_event, 1))
    with monkeypatch.context() as patched:
        patched.setattr(
            "participants.onboarding.invitations.permissions_of", Mock(side_effect=OperationalError)
        )
        today.shift(TEN)
        assert deliver() == []
    today.shift(timedelta(minutes=1))
    assert [email.to[0] for email in deliver()] == ["guest0@desk.example.org"]


def asked_about_two(event: Event) -> tuple[Delegate, list[CommitmentParty], ReportingRound]:
    row, request = asked_round(event)
    person = request.party.focal_point
    assert person
    other = make_party(make_commitment(event))
    other.request_focal_point(person)
    other.accept(NOON)
    make_round_request(round=row, party=other)
    return person, [request.party, other], row


def ask_two_again(client_of: Sign, event: Event) -> tuple[Delegate, list[CommitmentParty]]:
    person, parties, row = asked_about_two(event)
    ask_again(client_of(cochair(event)), row)
    return person, parties


def ask_again(client: Client, row: ReportingRound) -> None:
    run_admin_action(client, ROUNDS, "ask_again", row, confirmed="yes")


def test_queued_request_uses_current_sign_in_address(
    client_of: Sign, admin_event: Event, today: Any, deliver: Deliver
) -> None:
    person, _parties = ask_two_again(client_of, admin_event)
    assert person.user
    set_sign_in_address(person.user, "moved@example.org")
    today.shift(TEN)
    assert [email.to for email in deliver()] == [["moved@example.org"]]


def test_addresses_in_round_text_do_not_block_emails(
    client_of: Sign, admin_event: Event, today: Any, deliver: Deliver
) -> None:
    _person, parties, row = asked_about_two(admin_event)
    link = create_report_link(parties[0], at=NOON - timedelta(days=40))
    ReportingRound.objects.update(title=f"As in https://example.org/report/2018/ and {link}")
    ask_again(client_of(cochair(admin_event)), row)
    today.shift(TEN)
    (email,) = deliver()
    assert "https://example.org/report/2018/" in str(email.body)
    assert QueuedEmail.objects.filter(dedup_key__startswith="round").count() == 1


def give_back(person: Delegate, party: CommitmentParty) -> None:
    hand_over(party, suggestion="", by=person.user, at=NOON)
    QueuedEmail.objects.filter(dedup_key__startswith="handover").delete()


def report(person: Delegate, party: CommitmentParty) -> None:
    make_update(party.commitment, party=party, approved=False).submit(at=NOON)


def want_no_reminders(person: Delegate, party: CommitmentParty) -> None:
    CommitmentParty.objects.filter(pk=party.pk).update(reminders_stopped_at=NOON)


def remove(person: Delegate, party: CommitmentParty) -> None:
    party.delete()


@pytest.mark.parametrize("change", [give_back, report, want_no_reminders, remove])
def test_only_open_requests_are_repeated(
    client_of: Sign,
    client: Client,
    admin_event: Event,
    today: Any,
    deliver: Deliver,
    change: Callable[[Delegate, CommitmentParty], None],
) -> None:
    person, (one, two), row = asked_about_two(admin_event)
    user, reference = cochair(admin_event), one.commitment.reference
    ask_again(client_of(user), row)
    change(person, one)
    today.shift(TEN)
    (email,) = deliver()
    body = str(email.body)
    assert two.commitment.reference in body and reference not in body
    (link,) = links_for("report", body)
    assert client.get(link).status_code == 200
    assert EmailLink.objects.of("report", two).filter(revoked_at=None).count() == 1
    # The next day, the other one is settled too before the email leaves.
    today.shift(timedelta(days=1))
    ask_again(client_of(user), row)
    assert MailBatch.objects.count() == 2
    change(person, two)
    today.shift(TEN)
    assert deliver() == [email]


def hidden(person: Delegate) -> None:
    consent.hide_profile(person, by=Consent.By.OWNER, at=NOON)
    QueuedEmail.objects.exclude(dedup_key__startswith="round").delete()


def gone(person: Delegate) -> None:
    erasure.erase_delegate(person, by=None, at=NOON)


def rounds_removed(person: Delegate) -> None:
    ReportingRound.objects.all().delete()


@pytest.mark.parametrize("change", [hidden, gone, rounds_removed])
def test_hidden_or_erased_delegate_is_not_asked_again(
    client_of: Sign,
    admin_event: Event,
    today: Any,
    deliver: Deliver,
    change: Callable[[Delegate], None],
) -> None:
    person, _parties = ask_two_again(client_of, admin_event)
    change(person)
    today.shift(TEN)
    assert deliver() == []


# Themes ---------------------------------------------------------------------------------------

POINTS = "/admin/outcomes/outcome/"


def test_bulk_theme_change_is_previewed_then_applied(client_of: Sign, admin_event: Event) -> None:
    statement = make_statement(admin_event)
    old, new = make_theme(name="Old theme"), make_theme(name="New theme")
    one, two = statement.outcomes.points()
    one.themes.set([old])
    client = client_of(cochair(admin_event))
    rows = (*statement.outcomes.all(),)
    text = run_admin_action(client, POINTS, "change_themes", *rows)
    assert "Add these themes" in text
    sent = {"asked": "yes", "add": [new.pk], "remove": [old.pk], "why": "As agreed in May"}
    text = run_admin_action(client, POINTS, "change_themes", *rows, **sent)
    assert "Old theme → New theme" in text and "none → New theme" in text
    assert set(one.themes.all()) == {old}
    text = run_admin_action(client, POINTS, "change_themes", *rows, **sent, confirmed="yes")
    assert "2 points are changed." in text
    assert set(one.themes.all()) == set(two.themes.all()) == {new}
    assert not statement.outcomes.get(parent=None).themes.exists()
    assert one.history.latest("history_id").history_change_reason == "As agreed in May"
    assert AuditEntry.objects.get(action="change themes of 2 points").detail == "DESK"


def test_invalid_selection_changes_no_theme(client_of: Sign, admin_event: Event) -> None:
    statement, theme = make_statement(admin_event), str(make_theme().pk)
    rows, client = statement.outcomes.points(), client_of(cochair(admin_event))
    for fields, sentence in (
        ({}, "Choose a theme to add or to remove."),
        (
            {"add": theme, "remove": theme},
            "You chose to add and to remove the same theme. Choose only one of the two.",
        ),
        ({"add": "no"}, "is not a valid value"),
        ({"add": theme, "why": "x" * 101}, "at most 100 characters"),
    ):
        sent = fields | {"asked": "yes", "confirmed": "yes"}
        assert sentence in run_admin_action(client, POINTS, "change_themes", *rows, **sent)
    assert not Outcome.objects.filter(themes__isnull=False).exists()


def test_themes_of_other_events_are_unchanged(client_of: Sign, admin_event: Event) -> None:
    rows = make_statement(admin_event).outcomes.points()
    sent: dict[str, Any] = {"asked": "yes", "add": [make_theme().pk], "confirmed": "yes"}
    reader = make_holder(admin_event, role="reader", valid_from=date(2026, 1, 1))
    for user in (reader, cochair(make_event(), "else")):
        run_admin_action(client_of(user), POINTS, "change_themes", *rows, **sent)
    assert not Outcome.objects.filter(themes__isnull=False).exists()


# Ending commitments ---------------------------------------------------------------------------

COMMITMENTS = "/admin/outcomes/commitment/"
END = {
    "asked": "yes",
    "status": "closed",
    "on": "2026-03-01",
    "reason": "The law was not passed.",
    "source": "Minutes of 1 March",
    "has_no_personal_details": "on",
}


def test_bulk_closing_is_previewed_and_needs_reason_and_source(
    client_of: Sign, admin_event: Event
) -> None:
    one, two, done, alone = (make_commitment(admin_event) for _number in range(4))
    make_party(one, role="partner")
    leads = make_party(one, role="lead")
    make_party(two)
    make_party(done)
    make_update(done, status="fulfilled", source="The gazette", reported_on=date(2026, 2, 1))
    client, rows = client_of(cochair(admin_event)), (one, two, done, alone)
    assert "Why they end" in run_admin_action(client, COMMITMENTS, "end", *rows)
    text = run_admin_action(client, COMMITMENTS, "end", *rows, **END)
    assert "Record that these commitments ended?" in text
    assert "It has already ended. You do not need to do anything." in text
    assert "It has no party to report for. Add a party first." in text
    assert f"{leads} → Closed without being fulfilled" in text
    assert one.updates.count() == 0
    text = run_admin_action(client, COMMITMENTS, "end", *rows, **END, confirmed="yes")
    assert "You recorded that 2 commitments ended." in text
    for row in (one, two):
        row.refresh_from_db()
        update = row.updates.get()
        assert (row.latest_status, update.state, update.status) == ("", "submitted", "closed")
        assert update.reported_by == "recorded"
        assert (update.reason, update.source) == ("The law was not passed.", "Minutes of 1 March")
    assert one.updates.get().party == leads
    done.refresh_from_db()
    assert done.latest_status == "fulfilled"
    assert AuditEntry.objects.filter(action="end commitment").count() == 2
    text = run_admin_action(client, COMMITMENTS, "end", one, **END)
    assert "It is already recorded that it ended. You do not need to do anything." in text


def test_bulk_closing_without_reason_is_rejected(client_of: Sign, admin_event: Event) -> None:
    row = make_commitment(admin_event)
    make_party(row)
    client = client_of(cochair(admin_event))
    for fields, sentence in (
        ({"reason": " "}, "This field is required."),
        ({"source": ""}, "This field is required."),
        ({"has_no_personal_details": ""}, "This field is required."),
        ({"on": "2026-03-03"}, "That day is in the future. Choose today or an earlier day."),
        ({"on": "2000-01-01"}, "Its roundtable began after that day. Choose a later day."),
        ({"status": "fulfilled"}, "is not one of the available choices"),
    ):
        assert sentence in run_admin_action(client, COMMITMENTS, "end", row, **(END | fields))
        run_admin_action(client, COMMITMENTS, "end", row, **(END | fields), confirmed="yes")
        assert not row.updates.exists(), fields


def test_only_permitted_users_close_commitments(client_of: Sign, admin_event: Event) -> None:
    row = make_commitment(admin_event)
    make_party(row)
    since = date(2026, 1, 1)
    for user in (
        make_holder(admin_event, role="editor", valid_from=since),
        make_holder(admin_event, role="reader", valid_from=since),
        make_holder(make_event(), valid_from=since),
    ):
        run_admin_action(client_of(user), COMMITMENTS, "end", row, **END, confirmed="yes")
    assert not row.updates.exists()
