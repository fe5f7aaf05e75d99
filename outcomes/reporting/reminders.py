"""Reminders of due dates: 30 days before, on the day, and 30 days after, one letter a person.

Who was reminded of a step, or of a later one, is not reminded of it again, however late or often
this runs. A step that passed unsent is left out: only the present one is worth a letter.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Prefetch, QuerySet

from outcomes.models import ENDED, CommitmentParty, ProgressUpdate, Reminder
from outcomes.models.commitment import SOON
from outcomes.reporting.request_emails import answered_for, reachable, takes_letters, write_digest
from outcomes.reporting.rounds import handed_in
from participants.models import Delegate

Step = Reminder.Step
# How many days after the due date each step begins, the last one first.
BEGINS = {Step.AFTER: SOON, Step.DUE: timedelta(0), Step.BEFORE: -SOON}


def step_on(due_on: date, on: date) -> Reminder.Step | None:
    """Which reminder of that due date it is time for; None while it is far off."""
    return next((step for step, days in BEGINS.items() if on >= due_on + days), None)


def remind(*, on: date, at: datetime) -> int:
    """Writes to each person whom something is due of on that day; how many letters.

    A second run finds nothing to do.
    """
    people = list(_due(on).order_by().values_list("focal_point", flat=True).distinct())
    return sum(_remind_one(number, on=on, at=at) for number in sorted(people))


@transaction.atomic
def _remind_one(number: int, *, on: date, at: datetime) -> bool:
    # Locked, so that two runs at once do not both find the same due.
    delegate = Delegate.objects.select_for_update().get(pk=number)
    if not takes_letters(delegate):
        return False
    parties = _with_what_was_sent(_due(on).filter(focal_point=delegate))
    due = [row for party in parties if (row := _unsent(party, on))]
    if not due:
        return False
    for row in due:
        row.full_clean()
        row.save()
    cause = f"reminder {number} {due[0].party_id} {due[0].due_on} {due[0].step}"
    parties = [row.party for row in due]
    template = "outcomes/mail/reminder"
    return bool(write_digest(delegate, parties, cause=cause, template=template, at=at, today=on))


def _due(on: date) -> QuerySet[CommitmentParty]:
    """Parties with something due by 30 days from that day, whom a reminder may reach."""
    return (
        answered_for()
        .filter(reachable(), commitment__due_on__lte=on + SOON, reminders_stopped_at=None)
        .exclude(commitment__latest_status__in=ENDED)
        .order_by("commitment__due_on", "pk")
    )


def _with_what_was_sent(parties: QuerySet[CommitmentParty]) -> Iterable[CommitmentParty]:
    told = handed_in().exclude(state=ProgressUpdate.State.CHANGE_REQUESTED)
    return parties.prefetch_related("reminders", Prefetch("updates", told, "handed_in"))


def _unsent(party: CommitmentParty, on: date) -> Reminder | None:
    """The reminder to send; None where that was done, or the party has reported since it began."""
    due_on = party.commitment.due_on
    step = step_on(due_on, on) if due_on else None
    if due_on is None or step is None:
        return None
    begins = due_on + BEGINS[step]
    sent = {row.step for row in party.reminders.all() if row.due_on == due_on}
    if any(later in sent and days >= BEGINS[step] for later, days in BEGINS.items()):
        return None
    reported = [row.submitted_at.date() for row in party.handed_in]  # type: ignore[attr-defined]
    if any(day >= begins for day in reported):
        return None
    return Reminder(party=party, due_on=due_on, step=step, sent_on=on)
