"""Who is told by email that something waits for them, or that their participation changed."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.management import call_command

from participants.accounts.grants import request_grant
from participants.accounts.log_head import send_log_head
from participants.models import Delegate, Grant, OrganisationKind, Participation, User
from participants.participation.confirmation import confirm_participations
from roundtable.models import Event
from tests.factories import (
    make_confirmation,
    make_delegate,
    make_event,
    make_holder,
    make_invitation_request,
    make_organisation,
    make_participation,
    make_user,
)

pytestmark = pytest.mark.django_db
Deliver = Callable[[], list[Any]]
TUESDAY = datetime(2026, 3, 3, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock() -> Any:
    with time_machine.travel(TUESDAY, tick=False) as travelled:
        yield travelled


@pytest.fixture
def meeting() -> Event:
    """A roundtable with a co-chair and a confirmer for civil society."""
    event = make_event(code="RT", title="Quiet meeting")
    for key, role, kind in (
        ("cochair", Grant.Role.COCHAIR, OrganisationKind.GOVERNMENT),
        ("confirmer", Grant.Role.CONFIRMER, OrganisationKind.CIVIL_SOCIETY),
    ):
        organisation = make_organisation(kind=kind, country="ID" if role == "cochair" else "")
        make_holder(event, f"{key}@example.org", role=role, on_behalf_of=organisation)
    return event


def user_of(name: str) -> User:
    return User.objects.get(email=f"{name}@example.org")


def takes_part(event: Event, name: str = "Zq Name", **fields: Any) -> Participation:
    given: dict[str, Any] = {"confirmed": False, "entered_at": TUESDAY} | fields
    organisation = make_organisation(name="Zq Shelter")
    return make_participation(make_delegate(name=name), event, organisation=organisation, **given)


class Reminders:
    """Runs the daily command; each call returns what it sent."""

    def __init__(self, deliver: Deliver) -> None:
        self.deliver, self.seen = deliver, len(deliver())

    def __call__(self) -> dict[str, str]:
        call_command("send_reminders", verbosity=0)
        new = self.deliver()[self.seen :]
        self.seen += len(new)
        return {message.to[0]: message.body for message in new}


@pytest.fixture
def reminders(meeting: Event, deliver: Deliver) -> Reminders:
    send_log_head(at=TUESDAY)  # which co-chairs get besides, once a month
    return Reminders(deliver)


def test_those_whose_confirmation_is_missing_are_told_without_names(
    meeting: Event, reminders: Reminders
) -> None:
    for number in range(3):
        takes_part(meeting, f"Zq {number}")
    takes_part(make_event())
    sent = reminders()
    assert set(sent) == {"cochair@example.org", "confirmer@example.org"}
    for body in sent.values():
        assert "RT: Participations 3" in body
        assert "https://portal.example.org/admin/decide/" in body
        assert "Zq " not in body and "Quiet" not in body and "@" not in body


def test_only_who_can_still_confirm_is_told(meeting: Event, reminders: Reminders) -> None:
    row = takes_part(meeting)
    confirm_participations(participations=[row], by=user_of("cochair"), at=TUESDAY)
    assert set(reminders()) == {"confirmer@example.org"}


def test_what_one_person_confirmed_before_two_were_required_waits_too(
    meeting: Event, reminders: Reminders
) -> None:
    row = takes_part(meeting, confirmed=True)
    make_confirmation(row, make_user())
    assert set(reminders()) == {"cochair@example.org", "confirmer@example.org"}


def test_one_email_a_day_when_something_new_waits_and_again_after_a_week(
    meeting: Event, reminders: Reminders, clock: Any
) -> None:
    takes_part(meeting)
    assert len(reminders()) == 2
    clock.shift(timedelta(hours=3))
    takes_part(meeting, entered_at=TUESDAY + timedelta(hours=2))
    assert reminders() == {}
    clock.shift(timedelta(days=1))
    assert len(reminders()) == 2
    clock.shift(timedelta(days=1))
    assert reminders() == {}
    clock.shift(timedelta(days=6))
    assert len(reminders()) == 2


def test_cochairs_are_told_of_requests_and_grants(
    meeting: Event, reminders: Reminders, deliver: Deliver
) -> None:
    make_invitation_request(meeting, requested_at=TUESDAY)
    grant = Grant(
        user=make_user("new@example.org"),
        event=meeting,
        role=Grant.Role.READER,
        on_behalf_of=make_organisation(),
        reason="Secretariat",
        valid_from=TUESDAY.date(),
    )
    request_grant(grant=grant, by=make_user(), at=TUESDAY)
    reminders.seen = len(deliver())
    sent = reminders()
    assert "RT: Requests and nominations 1" in sent["cochair@example.org"]
    assert "RT: Rights 1" in sent["cochair@example.org"]
    assert "Requests" not in sent["confirmer@example.org"]
    assert "RT: Rights 1" in sent["confirmer@example.org"]
    assert len(sent) == 2


def test_numbers_do_not_tell_who_is_hidden(meeting: Event, reminders: Reminders) -> None:
    """The email counts as many as the list that it links: also people whom it does not name."""
    takes_part(meeting, "Open")
    for name, state in (("Hidden", {"hidden_at": TUESDAY}), ("Protected", {"is_protected": True})):
        row = takes_part(meeting, name)
        Delegate.objects.filter(pk=row.delegate_id).update(**state)
    takes_part(meeting, "Entered protected", is_protected_from_desk=True)
    sent = reminders()
    assert "RT: Participations 4" in sent["cochair@example.org"]
