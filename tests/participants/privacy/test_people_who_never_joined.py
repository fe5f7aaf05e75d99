"""People whom others entered and who never joined: told until when they are kept, then erased."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from io import StringIO
from pathlib import Path

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core.mail import EmailMultiAlternatives
from django.core.management import call_command
from django.db.models import Model
from django.db.models.signals import post_save, pre_delete
from django.test import Client
from pytest_django import Settings

from participants.models import (
    Delegate,
    Erasure,
    Invitation,
    InvitationRequest,
    Participation,
    Proposal,
    RetentionAction,
    User,
)
from participants.onboarding.invitations import send_invitation
from participants.privacy.erasure_ledger import compute_mark
from participants.privacy.retention import delete_old_requests, run_retention
from roundtable.mail.batches import cancel_batch, create_batch
from roundtable.models import Event, MailBatch
from tests.email_links import LinkClient
from tests.factories import (
    NOON,
    make_colleagues,
    make_delegate,
    make_event,
    make_grant,
    make_invitation,
    make_invitation_request,
    make_participation,
    make_proposal,
    make_user,
)
from tests.outcomes.test_outcomes_admin import page
from tests.page_text import page_text

pytestmark = pytest.mark.django_db
Sign = Callable[[User | Delegate], Client]
Deliver = Callable[[], list[EmailMultiAlternatives]]


def enter(name: str, event: Event, *, at: datetime = NOON, **fields: object) -> Delegate:
    person = make_delegate(name=name, user=None, invitation_email=f"{name.lower()}@example.org")
    make_participation(person, event, confirmed=False, entered_at=at, **fields)
    return person


def run(on: date, *options: str) -> list[str]:
    """What the daily command prints on that day."""
    out = StringIO()
    with time_machine.travel(datetime.combine(on, time(5), UTC), tick=False):
        call_command("review_profiles", "--clock-is-right", *options, stdout=out)
    return out.getvalue().splitlines()


def at_noon(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, 12, tzinfo=UTC)


def names() -> set[str]:
    return set(Delegate.objects.exclude(name="").values_list("name", flat=True))


def test_each_person_is_erased_twelve_months_after_last_entry_or_invitation(
    event: Event, cochair: User
) -> None:
    other_event = make_event()
    enter("Uninvited", event)
    invited_again, joined, cancelled = (
        enter(name, event) for name in ("Again", "Joined", "Cancelled")
    )
    entered_again = enter("Entered", event)
    make_participation(entered_again, other_event, confirmed=False, entered_at=at_noon(2026, 9, 1))
    for person in (invited_again, joined):
        send_invitation(delegate=person, event=event, by=cochair, at=at_noon(2026, 3, 10))
    send_invitation(delegate=invited_again, event=event, by=cochair, at=at_noon(2026, 6, 10))
    batch_at = at_noon(2026, 12, 1)
    batch = create_batch(event=event, action=MailBatch.Action.INVITE, at=batch_at)
    send_invitation(delegate=cancelled, event=event, by=cochair, at=batch_at, batch=batch)
    cancel_batch(batch, at=batch_at + timedelta(minutes=1))
    joined.write(user=make_user(joined_at=at_noon(2026, 3, 11)), reviewed_on=date(2026, 3, 11))
    nothing, one = ["Nothing is due."], ["Erased, because they never joined: 1"]
    asked, told = "Asked: 1", "Told that others entered them: 3"  # and the one who joined
    assert run(date(2027, 3, 1)) == [asked, told]
    assert names() == {"Uninvited", "Again", "Joined", "Cancelled", "Entered"}
    assert run(date(2027, 3, 2)) == ["Erased, because they never joined: 2"]
    assert names() == {"Again", "Joined", "Entered"}
    assert run(date(2027, 3, 2)) == nothing
    run(date(2027, 4, 1))  # makes the profile of the one who joined private
    assert run(date(2027, 6, 9)) == nothing
    assert run(date(2027, 6, 10)) == one
    assert run(date(2027, 8, 31)) == nothing
    assert run(date(2027, 9, 1)) == one
    assert names() == {"Joined"}


@pytest.mark.parametrize(
    ("entered", "erased"),
    [
        (at_noon(2028, 2, 29), date(2029, 2, 28)),
        (at_noon(2027, 2, 28), date(2028, 2, 28)),
        (datetime(2026, 3, 2, 23, 59, tzinfo=UTC), date(2027, 3, 2)),
    ],
)
def test_months_are_counted_by_the_calendar(event: Event, entered: datetime, erased: date) -> None:
    enter("Uninvited", event, at=entered)
    invited = enter("Invited", event, at=at_noon(2026, 1, 1))
    send_invitation(delegate=invited, event=event, by=make_user(is_superuser=True), at=entered)
    make_invitation_request(event, requested_at=entered)
    assert run(erased - timedelta(days=1)) == ["Told that others entered them: 1"]
    done = ["Erased, because they never joined: 2"]
    assert run(erased, "--dry-run") == ["Nothing is done. A real run would do this:", *done]
    assert names() == {"Uninvited", "Invited"}
    assert run(erased) == done
    noon = datetime.combine(erased, time(12), UTC)
    assert delete_old_requests(noon - timedelta(days=1)) == 0
    assert delete_old_requests(noon) == 1


def test_unwritable_ledger_stops_each_erasure_and_is_counted(
    event: Event, settings: Settings, tmp_path: Path
) -> None:
    for name in ("First", "Second"):
        enter(name, event)
    settings.ERASURE_LEDGER = tmp_path / "no" / "such" / "ledger"
    on = date(2027, 3, 2)
    counts = run_retention(on=on, at=datetime.combine(on, time(5), UTC))
    assert (counts, names()) == ({"failed": 2}, {"First", "Second"})


def change_while_running(model: type[Model], change: Callable[[], object], on: date) -> object:
    """Runs the command, and makes the change once the first row of the model is touched."""
    changes = [change]

    def once(**_sent: object) -> None:
        if changes:
            changes.pop()()

    for signal in (post_save, pre_delete):
        signal.connect(once, sender=model)
    try:
        return run_retention(on=on, at=datetime.combine(on, time(5), UTC))
    finally:
        for signal in (post_save, pre_delete):
            signal.disconnect(once, sender=model)


@pytest.mark.parametrize("became", ["gone", "joined", "erased"])
def test_who_is_gone_or_has_joined_while_the_command_runs_is_left_out(
    event: Event, became: str
) -> None:
    enter("First", event)
    second = Delegate.objects.filter(pk=enter("Second", event).pk)

    def change() -> object:
        if became == "gone":
            return second.delete()
        erased = {"erased_at": NOON, "name": "", "invitation_email": ""}
        return second.update(**({"user": make_user()} if became == "joined" else erased))

    assert change_while_running(Delegate, change, date(2027, 3, 2)) == {"never joined": 1}
    assert second.exists() == (became != "gone")


@pytest.mark.parametrize("became", ["gone", "erased"])
def test_who_is_gone_while_the_command_runs_is_not_asked(event: Event, became: str) -> None:
    first, second = (make_delegate(reviewed_on=date(2026, 3, 1)) for _ in range(2))
    rows = Delegate.objects.filter(pk=second.pk)

    def change() -> object:
        if became == "gone":
            return rows.delete()
        return rows.update(
            erased_at=NOON, name="", invitation_email="", user=None, consented_at=None
        )

    assert change_while_running(RetentionAction, change, date(2027, 3, 1)) == {"requested": 1}
    assert first.retention_actions.exists()


def test_requests_and_proposals_go_with_the_person(
    event: Event, cochair: User, settings: Settings
) -> None:
    person = enter("Ines", event)
    account = make_user("INES@example.org", joined_at=at_noon(2026, 3, 3))  # opened the link
    make_invitation(person, event, email="ines@example.org", invited_by=cochair)
    make_invitation_request(event, name="Ines", email="Ines@example.org")
    make_proposal(make_delegate(), kind=Proposal.Kind.MERGE, duplicate=person)
    run(date(2027, 3, 2))
    assert not Delegate.objects.filter(pk=person.pk).exists()
    assert not Participation.with_ended.filter(delegate=person.pk).exists()
    assert not User.objects.filter(pk=account.pk).exists()
    for model in (Invitation, InvitationRequest, Proposal):
        assert not model._default_manager.exists()
    for kind, value in (("handle", person.handle), ("address", "ines@example.org")):
        assert Erasure.objects.filter(kind=kind, mark=compute_mark(kind, value)).exists()


def test_confirmed_participation_stays_without_a_name_if_five_took_part(
    event: Event, cochair: User
) -> None:
    person = enter("Ines", event)
    alone = enter("Alone", event)
    for row in Participation.objects.filter(delegate__in=[person, alone]):
        row.confirmed_at = row.took_effect_at = NOON
        row.save()
    make_colleagues(person.participations.get())
    Participation.objects.exclude(delegate__in=[person, alone]).update(
        entered_at=at_noon(2027, 1, 1)
    )
    run(date(2027, 3, 2))
    person.refresh_from_db()
    assert (person.name, person.invitation_email) == ("", "")
    assert person.participations.count() == 1
    assert not Delegate.objects.filter(pk=alone.pk).exists()


def test_account_with_another_purpose_stays_also_after_a_restore(
    event: Event, cochair: User, deliver: Deliver
) -> None:
    """The person has a right at the desk, and never answered an invitation as a participant."""
    person = enter("Ines", event)
    account = make_user("ines@example.org", joined_at=at_noon(2026, 3, 3))
    make_grant(account, event)
    make_invitation(person, event, email="ines@example.org", invited_by=cochair)
    assert run(date(2027, 3, 2)) == ["Erased, because they never joined: 1"]
    call_command("replay_erasures", stdout=StringIO())
    account.refresh_from_db()
    assert (account.email, account.is_active) == ("ines@example.org", True)
    assert EmailAddress.objects.filter(user=account).exists()


def test_requests_and_nominations_are_deleted_twelve_months_after_the_decision(
    event: Event,
) -> None:
    make_invitation_request(event, name="Waits", requested_at=at_noon(2026, 3, 2))
    make_invitation_request(
        event,
        name="Refused",
        requested_at=at_noon(2026, 3, 2),
        decision="refused",
        decided_at=at_noon(2026, 4, 2),
    )
    assert delete_old_requests(at_noon(2027, 3, 1)) == 0
    assert delete_old_requests(at_noon(2027, 3, 2)) == 1
    assert [row.name for row in InvitationRequest.objects.all()] == ["Refused"]
    assert delete_old_requests(at_noon(2027, 4, 1)) == 0
    assert delete_old_requests(at_noon(2027, 4, 2)) == 1


def test_invitation_and_its_page_tell_the_day(
    event: Event, cochair: User, deliver: Deliver
) -> None:
    person = enter("Ines", event)
    with time_machine.travel(NOON, tick=False):
        send_invitation(delegate=person, event=event, by=cochair, at=NOON)
        [message] = deliver()
        told = "If you do not join, we erase your name, your organisation and this address on "
        for text in (str(message.body), str(message.alternatives[0][0])):
            assert f"{told}2 March 2027, 12 months after this" in " ".join(text.split())
        make_invitation(make_delegate(user=None), event, email="a@example.org", key="other")
        found = Invitation.objects.get(email="a@example.org")
        found.delegate.write(invitation_email="a@example.org")
        make_participation(found.delegate, event, confirmed=False)
        answer = LinkClient().get("/links/other/")
    assert "If you do not join, we erase all of this on 2 March 2027" in page_text(answer)


def test_desk_shows_the_day_that_the_viewers_own_roundtables_give(
    client_of: Sign, event: Event, cochair: User
) -> None:
    person, hidden = enter("Ines", event), make_event(is_public=False)
    sign = client_of(cochair)
    pages = [page(Delegate, "changelist"), page(Delegate, "change", person.pk)]
    for address in pages:
        assert "2 March 2027" in sign.get(address).content.decode()
    # Another roundtable, which the co-chair cannot see, enters and invites the same person.
    make_participation(person, hidden, confirmed=False, entered_at=at_noon(2026, 8, 1))
    inviter = make_grant(make_user(), hidden).user
    send_invitation(delegate=person, event=hidden, by=inviter, at=at_noon(2026, 8, 2))
    for address in pages:
        text = sign.get(address).content.decode()
        assert "2 March 2027" in text and "August 2027" not in text
    send_invitation(delegate=person, event=event, by=cochair, at=at_noon(2026, 5, 4))
    # One whose email was cancelled makes no difference.
    Invitation.objects.filter(invited_at=at_noon(2026, 5, 4)).update(revoked_at=at_noon(2026, 5, 5))
    make_invitation(person, event, invited_by=cochair, invited_at=at_noon(2026, 6, 1))
    for address in pages:
        assert "4 May 2027" in sign.get(address).content.decode()
