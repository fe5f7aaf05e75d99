"""Reminders 30 days before a due date, on the day and 30 days after.

Where a round asked and has no answer, its last day is the due date, until two months later.

One email for each person. Each reminder is sent once; of missed reminders, only the latest.
"""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from outcomes.models import (
    ENDED_STATUSES,
    CommitmentParty,
    EditorialState,
    ProgressUpdate,
    Reminder,
    RoundRequest,
)
from outcomes.models.commitment import DUE_SOON_PERIOD
from outcomes.reporting.focal_points import with_active_focal_point
from outcomes.reporting.request_emails import (
    can_receive_mail,
    parties_with_focal_point,
    queue_digest,
    reachable_q,
)
from outcomes.reporting.rounds import has_answered_q, submitted_updates
from participants.models import Delegate, User

# When each kind starts, relative to the due date; latest first, because the first match wins.
KIND_OFFSETS = {
    Reminder.Kind.AFTER: DUE_SOON_PERIOD,
    Reminder.Kind.DUE: timedelta(0),
    Reminder.Kind.BEFORE: -DUE_SOON_PERIOD,
}


def send_reminders(*, on: date, at: datetime) -> int:
    """Returns the number of emails; safe to run again."""
    people = list(_parties_due(on).order_by().values_list("focal_point", flat=True).distinct())
    return sum(_remind_person(number, on=on, at=at) for number in sorted(people))


@transaction.atomic
def _remind_person(delegate_id: int, *, on: date, at: datetime) -> bool:
    # Lock, so that two simultaneous runs do not send the same reminder.
    delegate = Delegate.objects.select_for_update().get(pk=delegate_id)
    if not can_receive_mail(delegate):
        return False
    submitted = submitted_updates().exclude(state=EditorialState.CHANGE_REQUESTED)
    parties = (
        _parties_due(on)
        .filter(focal_point=delegate)
        .prefetch_related("reminders", Prefetch("updates", submitted, "submitted_updates"))
    )
    reminders = [row for party in parties if (row := _next_reminder(party, on))]
    if not reminders:
        return False
    for row in reminders:
        row.full_clean()
        row.save()
    dedup_key = (
        f"reminder {delegate_id} {reminders[0].party_id} {reminders[0].due_on} {reminders[0].kind}"
    )
    email = queue_digest(
        delegate,
        [row.party for row in reminders],
        dedup_key=dedup_key,
        template="outcomes/reporting/emails/reminder",
        at=at,
        today=on,
    )
    return email is not None


def reports_to_write(user: User, on: date) -> QuerySet[CommitmentParty]:
    """Parties for which the user was asked to report, and has not reported since.

    Asked in a round, by a due date that is near or past, or to change what was submitted. Each has
    `asked_by`, the day of the earliest round without an answer.
    """
    parties = CommitmentParty.objects.filter(
        focal_point__user=user, focal_point_accepted_at__isnull=False
    )
    requests = RoundRequest.objects.filter(~has_answered_q(), party=OuterRef("pk")).order_by(
        "round__due_on"
    )
    of_party = ProgressUpdate.objects.of_party().filter(party=OuterRef("pk"))
    to_change = of_party.filter(state=EditorialState.CHANGE_REQUESTED)
    reported = (
        submitted_updates()
        .exclude(state=EditorialState.CHANGE_REQUESTED)
        .filter(
            party=OuterRef("pk"),
            submitted_at__gte=OuterRef("commitment__due_on") - DUE_SOON_PERIOD,
        )
    )
    is_due = Q(reminders_stopped_at=None, commitment__due_on__lte=on + DUE_SOON_PERIOD)
    has_ended = Q(commitment__latest_status__in=ENDED_STATUSES)
    is_asked = ~has_ended & (Q(Exists(requests)) | (is_due & ~Exists(reported)))
    return (
        with_active_focal_point(parties, on)
        .filter(is_asked | Q(Exists(to_change)))
        .annotate(asked_by=Subquery(requests.values("round__due_on")[:1]))
        .select_related("commitment__event", "organisation", "group")
        .order_by("commitment__due_on", "pk")
    )


def _parties_due(on: date) -> QuerySet[CommitmentParty]:
    """Parties with a due date within 30 days of `on`, if reminders can reach them."""
    requests = RoundRequest.objects.filter(
        ~has_answered_q(), party=OuterRef("pk"), round__due_on__gte=on - 2 * DUE_SOON_PERIOD
    ).order_by("-round__opened_at", "-pk")
    last_asked = Coalesce("reminded_at", "round__opened_at")
    return (
        parties_with_focal_point()
        .annotate(
            asked_by=Subquery(requests.values("round__due_on")[:1]),
            last_asked=Subquery(requests.values(asked=last_asked)[:1]),
            reminder_due_on=Coalesce("asked_by", "commitment__due_on"),
        )
        .filter(reachable_q(), reminder_due_on__lte=on + DUE_SOON_PERIOD, reminders_stopped_at=None)
        .exclude(commitment__latest_status__in=ENDED_STATUSES)
        .order_by("reminder_due_on", "pk")
    )


def _next_reminder(party: CommitmentParty, on: date) -> Reminder | None:
    """None if it was sent, or the party was asked or reported since it was due."""
    due_on: date = party.reminder_due_on  # type: ignore[attr-defined]  # see _parties_due()
    kind = next((kind for kind, days in KIND_OFFSETS.items() if on >= due_on + days), None)
    if kind is None:  # it is too early
        return None
    starts_on = due_on + KIND_OFFSETS[kind]
    last_asked: datetime | None = party.last_asked  # type: ignore[attr-defined]
    if last_asked and last_asked.date() >= starts_on:
        return None
    sent = {row.kind for row in party.reminders.all() if row.due_on == due_on}
    if any(later in sent and days >= KIND_OFFSETS[kind] for later, days in KIND_OFFSETS.items()):
        return None
    reported = [row.submitted_at.date() for row in party.submitted_updates]  # type: ignore[attr-defined]
    if any(day >= starts_on for day in reported):
        return None
    return Reminder(party=party, due_on=due_on, kind=kind, sent_on=on)
