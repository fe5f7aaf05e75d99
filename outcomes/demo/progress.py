"""Three years of made-up progress: updates in every state, evidence, and focal points."""

from datetime import date, timedelta
from random import Random

from outcomes.demo.people import noon, save_valid
from outcomes.demo.phrases import (
    CHANGE_REQUEST_NOTE,
    END_REASONS,
    EVIDENCE_TITLES,
    NEXT_STEPS,
    OBSTACLES,
    PENDING_REPORT_TEXTS,
    REPORT_TEXTS,
)
from outcomes.models import (
    ENDED_STATUSES,
    UNFULFILLED_STATUSES,
    Commitment,
    CommitmentParty,
    EditorialState,
    Evidence,
    ImplementationStatus,
    ProgressUpdate,
)
from participants.models import Delegate, Participation, User
from roundtable.models import Event

# The number of commitments by final status; all others have no update.
FINAL_STATUS_COUNTS = {
    ImplementationStatus.FULFILLED: 12,
    ImplementationStatus.CLOSED: 3,
    ImplementationStatus.SUPERSEDED: 3,
    ImplementationStatus.IN_PROGRESS: 14,
    ImplementationStatus.PLANNING: 7,
}
EARLIER_STATUSES = {
    ImplementationStatus.PLANNING: [ImplementationStatus.PLANNING],
    ImplementationStatus.IN_PROGRESS: [
        ImplementationStatus.PLANNING,
        ImplementationStatus.IN_PROGRESS,
    ],
    ImplementationStatus.FULFILLED: [
        ImplementationStatus.PLANNING,
        ImplementationStatus.IN_PROGRESS,
    ],
    ImplementationStatus.CLOSED: [ImplementationStatus.PLANNING, ImplementationStatus.IN_PROGRESS],
    ImplementationStatus.SUPERSEDED: [ImplementationStatus.PLANNING],
}
PENDING_STATES = [
    EditorialState.DRAFT,
    EditorialState.SUBMITTED,
    EditorialState.CHANGE_REQUESTED,
]


def add_progress(event: Event, *, by: list[User], on: date, random: Random) -> None:
    commitments = list(event.commitments.order_by("pk").prefetch_related("parties"))
    order = random.sample(commitments, k=len(commitments))
    # Most commitments past their due date come first, and so get an ended status.
    order.sort(key=lambda row: not (row.due_on and row.due_on < on and random.random() < 0.7))
    ends = [status for status, count in FINAL_STATUS_COUNTS.items() for _ in range(count)]
    for commitment, status in zip(order, ends, strict=False):
        _add_history(commitment, status, by=by, on=on, random=random)
    for index, commitment in enumerate(order[::4]):
        _add_pending(commitment, PENDING_STATES[index % 3], on=on, random=random)


def _add_history(
    commitment: Commitment,
    status: ImplementationStatus,
    *,
    by: list[User],
    on: date,
    random: Random,
) -> None:
    before = EARLIER_STATUSES[status][: random.randint(0, 2)]
    statuses = [*before, status]
    first = commitment.event.ends_on + timedelta(days=60)
    span = (on - timedelta(days=10) - first).days
    for day in sorted(random.sample(range(span), k=len(statuses))):
        update = _update(commitment, statuses.pop(0), first + timedelta(days=day), random)
        for _ in range(random.choice([0, 0, 1, 1, 2])):
            _add_evidence(update, random)
        update.submit(at=update.recorded_at)
        update.approve(
            by=random.choice(by), at=noon(update.reported_on + timedelta(days=random.randint(3, 9)))
        )


def _add_pending(
    commitment: Commitment, state: EditorialState, *, on: date, random: Random
) -> None:
    day = on - timedelta(days=random.randint(2, 40))
    update = _update(
        commitment, ImplementationStatus.IN_PROGRESS, day, random, PENDING_REPORT_TEXTS
    )
    if state != EditorialState.DRAFT:
        update.submit(at=noon(day + timedelta(days=1)))
    if state == EditorialState.CHANGE_REQUESTED:
        update.request_change(note=CHANGE_REQUEST_NOTE, at=noon(day + timedelta(days=2)))


def _update(
    commitment: Commitment,
    status: ImplementationStatus,
    day: date,
    random: Random,
    texts: list[str] | None = None,
) -> ProgressUpdate:
    used_texts = set(commitment.updates.values_list("text", flat=True))
    text = random.choice([text for text in texts or REPORT_TEXTS[status] if text not in used_texts])
    party = random.choice(list(commitment.parties.all()))
    is_going_on = status == ImplementationStatus.IN_PROGRESS
    return save_valid(
        ProgressUpdate(
            commitment=commitment,
            party=party,
            author=_representative(party),
            reported_on=day,
            recorded_at=noon(day + timedelta(days=1)),
            status=status,
            completion=25 * random.randint(1, 3) if is_going_on else None,
            text=text.format(n=random.randint(12, 480)),
            obstacles=random.choice(["", *OBSTACLES]) if is_going_on else "",
            next_steps=random.choice(["", *NEXT_STEPS]) if is_going_on else "",
            has_no_personal_details=True,
            reason=END_REASONS[status] if status in UNFULFILLED_STATUSES else "",
            source=_source(commitment) if status in ENDED_STATUSES else "",
        )
    )


def _representative(party: CommitmentParty) -> User | None:
    """Someone with an account who reports for the party and has no grant for the roundtable."""
    event = party.commitment.event
    participations = Participation.objects.confirmed().filter(
        event=event, organisation=party.organisation_id, delegate__user__isnull=False
    )
    users = User.objects.filter(delegate__in=participations.values("delegate"))
    return users.exclude(grants__event=event).order_by("pk").first()


def _source(commitment: Commitment) -> str:
    return f"https://example.org/{commitment.reference.lower()}/end"


def _add_evidence(update: ProgressUpdate, random: Random) -> None:
    number = random.randint(1000, 9999)
    save_valid(
        Evidence(
            update=update,
            title=random.choice(EVIDENCE_TITLES),
            url=f"https://example.org/{update.commitment.reference.lower()}/{number}",
            dated_on=update.reported_on - timedelta(days=random.randint(0, 30)),
            is_public=random.random() < 0.7,
        )
    )


def add_focal_points(event: Event, *, delegate: Delegate, random: Random) -> None:
    """`delegate` gets one accepted and one open request."""
    parties = CommitmentParty.objects.filter(
        commitment__event=event, organisation__isnull=False
    ).order_by("pk")
    for index, party in enumerate(parties.select_related("organisation")):
        person = _colleague(party, event, delegate, random)
        if person and (person == delegate or index % 2):
            task_count = delegate.focal_point_for.count()
            if person == delegate and task_count == 2:
                continue
            party.focal_point = person
            party.full_clean()
            party.request_focal_point(person)
            is_pending = task_count == 1 if person == delegate else index % 3 == 0
            if not is_pending:
                party.accept(noon(event.ends_on + timedelta(days=random.randint(20, 60))))


def _colleague(
    party: CommitmentParty, event: Event, delegate: Delegate, random: Random
) -> Delegate | None:
    if party.organisation_id == delegate.participations.get(event=event).organisation_id:
        return delegate
    colleagues = Delegate.objects.filter(
        user__isnull=False,
        participations__event=event,
        participations__organisation=party.organisation_id,
        participations__confirmed_at__isnull=False,
    ).order_by("pk")
    return random.choice(list(colleagues)) if colleagues else None
