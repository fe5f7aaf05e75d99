"""One organisation suspends a participation; two others bring it back, and silence never does."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from participants.accounts.grants import suspend_grant
from participants.models import Grant, Organisation, Participation, ParticipationConfirmation, User
from participants.participation.confirmation import end_participation, suspend_participation
from roundtable.models import Event
from tests.decide import agree, offers
from tests.factories import (
    NOON,
    make_event,
    make_government,
    make_grant,
    make_holder,
    make_organisation,
    make_user,
)
from tests.form_fields import send_form
from tests.participants.participation.test_confirmation import (
    Meeting,
    account,
    confirm,
    meeting,
    shelter,
)

__all__ = ["meeting"]
pytestmark = pytest.mark.django_db
Sign = Callable[..., Client]
LIST = reverse("admin:participants_participation_changelist")


@pytest.fixture
def row(meeting: Meeting) -> Participation:
    """A shelter's worker, confirmed by a co-chair and the confirmer."""
    found = meeting.takes_part(shelter())
    assert confirm(found, meeting.first, meeting.confirmer)
    return found


def act(browser: Client, row: Participation, action: str, **typed: str) -> Any:
    if action == "confirm":
        return agree(browser, row) if offers(browser, row) else None
    chosen = {"action": action, "_selected_action": row.pk}
    answer = send_form(browser, browser.get(LIST), containing="select_across", **chosen)
    if action == "suspend":
        return send_form(browser, answer, containing="reason", **{"reason": "A doubt"} | typed)
    return answer


def counts(row: Participation) -> bool:
    row.refresh_from_db()
    return row.confirmed_at is not None


def colleague_of(organisation: Organisation, event: Event, role: str) -> User:
    return make_holder(event, role=role, on_behalf_of=organisation)


@pytest.mark.parametrize("name", ["first", "second", "cohost"])
def test_one_account_disables_no_participant_for_good(
    meeting: Meeting, row: Participation, client_of: Sign, name: str
) -> None:
    attacker: User = getattr(meeting, name)
    browser = client_of(attacker)
    assert "1 participation is suspended." in act(browser, row, "suspend").content.decode()
    assert not counts(row)
    for action in ("confirm", "end"):
        act(browser, row, action)
    row.refresh_from_db()
    assert row.ended_at is None and not row.confirmations.exists()
    page = " ".join(client_of(meeting.confirmer).get(LIST).content.decode().split())
    assert "A doubt" in page
    others = [meeting.first, meeting.cohost]
    helper = next(user for user in others if user != attacker)
    for user in (meeting.confirmer, helper):
        act(client_of(user), row, "confirm")
    assert counts(row)
    again = act(browser, row, "suspend").content.decode()
    assert "others confirmed it again after your organisation suspended it" in again
    assert counts(row)


def test_two_accounts_of_one_government_neither_bring_back_nor_end(meeting: Meeting) -> None:
    row = meeting.takes_part(make_government("MY"))
    assert confirm(row, meeting.first, meeting.second)
    police = make_government("ID", "Police")
    colleague = colleague_of(police, meeting.event, Grant.Role.COCHAIR)
    assert suspend_participation(participation=row, reason="Doubt", by=meeting.first, at=NOON)
    assert not confirm(row, meeting.first, colleague, meeting.cohost)
    assert not row.confirmations.filter(by__in=[meeting.first, colleague]).exists()
    assert not end_participation(participation=row, by=colleague, at=NOON)
    assert confirm(row, meeting.second)
    assert not suspend_participation(participation=row, reason="x", by=colleague, at=NOON)


def test_account_of_two_roundtables_is_one_at_each(meeting: Meeting) -> None:
    """Who suspended it at one does not bring it back by a right that another organisation gave."""
    other = make_event()
    host = make_organisation()
    colleague = colleague_of(host, meeting.event, Grant.Role.COHOST)
    make_grant(meeting.first, other, role=Grant.Role.COHOST, on_behalf_of=host)
    row = meeting.takes_part(shelter())
    assert confirm(row, meeting.second, meeting.confirmer)
    assert suspend_participation(participation=row, reason="Doubt", by=meeting.first, at=NOON)
    assert not end_participation(participation=row, by=colleague, at=NOON)
    assert not confirm(row, colleague, meeting.confirmer)
    assert confirm(row, meeting.cohost)


def test_suspension_keeps_who_confirmed_until_two_others_do(
    meeting: Meeting, row: Participation
) -> None:
    earlier = ParticipationConfirmation.with_earlier.filter(participation=row)
    kept = set(earlier.values_list("pk", flat=True))
    assert suspend_participation(participation=row, reason="Doubt", by=meeting.second, at=NOON)
    held = meeting.confirmer.grants.get()
    assert suspend_grant(grant=held, reason="Doubt", by=meeting.second, at=NOON)
    Grant.objects.filter(pk=held.pk).update(suspended_at=None)
    assert not confirm(row, meeting.confirmer)
    assert kept < set(earlier.values_list("pk", flat=True))
    assert confirm(row, meeting.cohost)
    assert not kept & set(earlier.values_list("pk", flat=True))
    assert earlier.filter(has_effect=True).count() == 2


def test_participation_never_returns_by_silence_or_by_governments_alone(
    meeting: Meeting, row: Participation
) -> None:
    """Even if the confirmer who suspended it was the only one of the constituency."""
    assert suspend_participation(participation=row, reason="Doubt", by=meeting.confirmer, at=NOON)
    call_command("make_due_changes", "--clock-is-right", verbosity=0)  # months later
    assert not counts(row)
    assert not confirm(row, meeting.first, meeting.second, meeting.cohost, meeting.confirmer)
    another = colleague_of(shelter("Another network"), meeting.event, Grant.Role.CONFIRMER)
    assert confirm(row, another)


def test_suspension_asks_for_a_reason_and_tells_the_person(
    meeting: Meeting, row: Participation, client_of: Sign, deliver: Callable[[], list[Any]]
) -> None:
    browser = client_of(meeting.second)
    answer = act(browser, row, "suspend", reason=" ")
    assert "Nothing is changed yet." in answer.content.decode() and counts(row)
    act(browser, row, "suspend", reason="Someone else came")
    mail = deliver()[-1]
    assert (mail.to, mail.subject) == ([account(row).email], "Your participation is suspended")
    # Mailboxes are read by others.
    assert "Someone else came" not in mail.body and meeting.australia.name not in mail.body
    page = " ".join(client_of(account(row)).get("/me/").content.decode().split())
    assert "Government AU suspended it, for this reason: Someone else came" in page


def test_person_is_told_of_suspension_return_and_end(
    meeting: Meeting, row: Participation, client_of: Sign, deliver: Callable[[], list[Any]]
) -> None:
    person = account(row)
    for user, action, words in (
        (meeting.first, "suspend", ["Your participation is suspended"]),
        (meeting.first, "end", []),
        (meeting.cohost, "confirm", []),
        (meeting.confirmer, "confirm", ["Your participation counts again"]),
        (meeting.confirmer, "suspend", ["Your participation is suspended"]),
        (meeting.first, "end", ["Your participation has ended"]),
    ):
        before = len(deliver())
        act(client_of(user), row, action)
        assert [mail.subject for mail in deliver()[before:] if mail.to == [person.email]] == words
    assert User.objects.get(pk=person.pk).is_active


def test_operator_stands_in_for_the_cochair_who_suspended(
    meeting: Meeting, row: Participation
) -> None:
    Grant.objects.filter(user__in=[meeting.second, meeting.cohost]).delete()
    operator = make_user(is_superuser=True)
    assert suspend_participation(participation=row, reason="Doubt", by=meeting.first, at=NOON)
    assert not confirm(row, operator, meeting.confirmer, at=NOON + timedelta(days=1))
    assert confirm(row, operator, at=NOON + timedelta(days=7))
