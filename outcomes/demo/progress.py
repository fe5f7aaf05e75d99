"""Three years of made-up progress: updates in every state, evidence, and focal points."""

from datetime import date, timedelta
from random import Random

from outcomes.demo.people import noon, store
from outcomes.demo.phrases import (
    ASKED_TO_CHANGE,
    EVIDENCE,
    NEXT_STEPS,
    OBSTACLES,
    REASONS,
    REPORTS,
    UNAPPROVED,
)
from outcomes.models import (
    ENDED,
    UNFULFILLED,
    Commitment,
    CommitmentParty,
    Evidence,
    ProgressUpdate,
    State,
    Status,
)
from participants.models import Delegate, User
from roundtable.models import Event

# The statuses that the commitments have come to, with how many of each; the rest has no update.
COMES_TO = {
    Status.FULFILLED: 12,
    Status.CLOSED: 3,
    Status.SUPERSEDED: 3,
    Status.IN_PROGRESS: 14,
    Status.PLANNING: 7,
}
BEFORE = {
    Status.PLANNING: [Status.PLANNING],
    Status.IN_PROGRESS: [Status.PLANNING, Status.IN_PROGRESS],
    Status.FULFILLED: [Status.PLANNING, Status.IN_PROGRESS],
    Status.CLOSED: [Status.PLANNING, Status.IN_PROGRESS],
    Status.SUPERSEDED: [Status.PLANNING],
}
WAITING = [
    State.DRAFT,
    State.SUBMITTED,
    State.CHANGE_REQUESTED,
]


def add_progress(event: Event, *, by: list[User], on: date, random: Random) -> None:
    """Updates from the meeting to that day: approved ones, and some that still wait."""
    commitments = list(event.commitments.order_by("pk").prefetch_related("parties"))
    order = random.sample(commitments, k=len(commitments))
    # Most of those whose day has passed were done by then: they come first, as what has ended does.
    order.sort(key=lambda row: not (row.due_on and row.due_on < on and random.random() < 0.7))
    ends = [status for status, count in COMES_TO.items() for _ in range(count)]
    for commitment, status in zip(order, ends, strict=False):
        _add_course(commitment, status, by=by, on=on, random=random)
    for index, commitment in enumerate(order[::4]):
        _add_waiting(commitment, WAITING[index % 3], on=on, random=random)


def _add_course(
    commitment: Commitment, status: Status, *, by: list[User], on: date, random: Random
) -> None:
    before = BEFORE[status][: random.randint(0, 2)]
    course = [*before, status]
    first = commitment.event.ends_on + timedelta(days=60)
    span = (on - timedelta(days=10) - first).days
    for day in sorted(random.sample(range(span), k=len(course))):
        update = _update(commitment, course.pop(0), first + timedelta(days=day), random)
        for _ in range(random.choice([0, 0, 1, 1, 2])):
            _add_evidence(update, random)
        update.approve(
            by=random.choice(by), at=noon(update.reported_on + timedelta(days=random.randint(3, 9)))
        )


def _add_waiting(commitment: Commitment, state: State, *, on: date, random: Random) -> None:
    day = on - timedelta(days=random.randint(2, 40))
    update = _update(commitment, Status.IN_PROGRESS, day, random, UNAPPROVED)
    if state != State.DRAFT:
        update.submit(at=noon(day + timedelta(days=1)))
    if state == State.CHANGE_REQUESTED:
        update.request_change(note=ASKED_TO_CHANGE, at=noon(day + timedelta(days=2)))


def _update(
    commitment: Commitment,
    status: Status,
    day: date,
    random: Random,
    texts: list[str] | None = None,
) -> ProgressUpdate:
    said = set(commitment.updates.values_list("text", flat=True))
    text = random.choice([text for text in texts or REPORTS[status] if text not in said])
    is_going_on = status == Status.IN_PROGRESS
    return store(
        ProgressUpdate(
            commitment=commitment,
            party=random.choice(list(commitment.parties.all())),
            reported_on=day,
            recorded_at=noon(day + timedelta(days=1)),
            status=status,
            step=25 * random.randint(1, 3) if is_going_on else None,
            text=text.format(n=random.randint(12, 480)),
            obstacles=random.choice(["", *OBSTACLES]) if is_going_on else "",
            next_steps=random.choice(["", *NEXT_STEPS]) if is_going_on else "",
            names_nobody=True,
            reason=REASONS[status] if status in UNFULFILLED else "",
            source=_source(commitment) if status in ENDED else "",
        )
    )


def _source(commitment: Commitment) -> str:
    return f"https://example.org/{commitment.reference.lower()}/end"


def _add_evidence(update: ProgressUpdate, random: Random) -> None:
    number = random.randint(1000, 9999)
    store(
        Evidence(
            update_of=update,
            title=random.choice(EVIDENCE),
            url=f"https://example.org/{update.commitment.reference.lower()}/{number}",
            dated_on=update.reported_on - timedelta(days=random.randint(0, 30)),
            is_public=random.random() < 0.7,
        )
    )


def add_focal_points(event: Event, *, delegate: Delegate, random: Random) -> None:
    """Colleagues who accepted to be asked, and some who have still to answer.

    `delegate` answers for one commitment and has one request waiting.
    """
    parties = CommitmentParty.objects.filter(
        commitment__event=event, organisation__isnull=False
    ).order_by("pk")
    for index, party in enumerate(parties.select_related("organisation")):
        person = _colleague(party, event, delegate, random)
        if person and (person == delegate or index % 2):
            mine = delegate.focal_point_for.count()
            if person == delegate and mine == 2:
                continue
            party.focal_point = person
            party.full_clean()
            party.ask(person)
            waits = mine == 1 if person == delegate else index % 3 == 0
            if not waits:
                party.accept(noon(event.ends_on + timedelta(days=random.randint(20, 60))))


def _colleague(
    party: CommitmentParty, event: Event, delegate: Delegate, random: Random
) -> Delegate | None:
    """A confirmed participant with an account who works for the party."""
    if party.organisation_id == delegate.participations.get(event=event).organisation_id:
        return delegate
    colleagues = Delegate.objects.filter(
        user__isnull=False,
        participations__event=event,
        participations__organisation=party.organisation_id,
        participations__confirmed_at__isnull=False,
    ).order_by("pk")
    return random.choice(list(colleagues)) if colleagues else None
