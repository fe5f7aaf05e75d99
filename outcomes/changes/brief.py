"""What a co-chair takes to a meeting: where points stand, what moved, who is silent.

It holds what everyone may read, and beside that only how many texts wait for approval and which
requests of rounds were not answered. It names organisations and groups, never people.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from django.db.models import Q

from outcomes.changes.log import log
from outcomes.changes.values import Change
from outcomes.commitments.as_of import EARLIEST, meeting_before
from outcomes.commitments.charts import Share, shares
from outcomes.commitments.queries import with_parties
from outcomes.commitments.statistics import count
from outcomes.models import (
    ENDED,
    UNFULFILLED,
    Assessment,
    Commitment,
    Offer,
    Outcome,
    OutcomeAddressee,
    ProgressUpdate,
    Response,
    RoundRequest,
    State,
    years_before,
)
from outcomes.reporting.rounds import has_answered
from participants.models import Organisation, members_of
from roundtable.models import Event

MOST_CHANGES = 40  # as many as are read before a meeting


@dataclass(frozen=True)
class Stand:
    """One point: how many were asked and answered, and the commitments under it."""

    point: Outcome
    asked: int
    answered: int
    commitments: list[Commitment]


@dataclass(frozen=True)
class Silence:
    """Who said nothing, and about what; `last` is the day of its last word, where there is one."""

    who: str
    about: list[str]
    last: date | None = None


@dataclass(frozen=True)
class Brief:
    """All that stands in the brief, as of one day."""

    since: date | None
    counts: dict[str, int]
    shares: list[Share]
    points: list[Stand]
    moved: list[Change]
    left_out: int
    parties: list[Silence]
    addressees: list[Silence]
    overdue: list[Commitment]
    ended: list[ProgressUpdate]
    unanswered: list[Silence]
    waiting: int


def brief(event: Event, on: date, now: datetime) -> Brief:
    """The brief for that roundtable, in a constant number of queries."""
    since = meeting_before(event, on)
    rows = Commitment.objects.filter(event=event)
    commitments = list(with_parties(rows).order_by("pk"))
    counts = count(rows, on)
    points, addressees = _points(event, commitments)
    changed = log(datetime.combine(since or EARLIEST, time(), UTC), now, event)
    moved = changed[:MOST_CHANGES]
    ended = ProgressUpdate.objects.filter(
        pk__in=rows.filter(latest_status__in=UNFULFILLED).values("latest_update"),
        reported_on__gte=since or EARLIEST,
    )
    return Brief(
        since=since,
        counts=counts,
        shares=shares(counts),
        points=points,
        moved=moved,
        left_out=max(changed.count() - MOST_CHANGES, 0),
        parties=_silent_parties(event, commitments, on),
        addressees=addressees,
        overdue=[row for row in commitments if row.is_overdue(on)],
        ended=list(
            ended.select_related("commitment", "party__organisation", "party__group").order_by("pk")
        ),
        unanswered=_unanswered(event, on),
        waiting=_waiting(event),
    )


def _points(event: Event, commitments: list[Commitment]) -> tuple[list[Stand], list[Silence]]:
    """The published points in their order, and who has not answered which of them."""
    published = Outcome.objects.published().filter(statement__event=event)
    points = list(
        published.points()
        .select_related("parent", "statement__event")
        .order_by("parent__position", "position", "pk")
    )
    under: dict[int, list[Commitment]] = {}
    for commitment in commitments:
        for outcome in commitment.outcomes.all():
            under.setdefault(outcome.pk, []).append(commitment)
    answered: dict[int, set[int]] = {}
    for outcome_id, organisation in (
        Response.objects.published()
        .filter(outcome__in=[point.pk for point in points])
        .values_list("outcome", "organisation")
    ):
        answered.setdefault(outcome_id, set()).add(organisation)
    spoken_to = _spoken_to(event)
    stands: list[Stand] = []
    silent: dict[int, list[str]] = {}
    for point in points:
        asked: set[int] = set()
        if point.kind == Outcome.Kind.RECOMMENDATION:
            asked = spoken_to.get(point.pk, set()) | spoken_to.get(point.parent_id or 0, set())
        said = asked & answered.get(point.pk, set())
        stands.append(Stand(point, len(asked), len(said), under.get(point.pk, [])))
        for organisation in asked - said:
            silent.setdefault(organisation, []).append(point.number)
    names = Organisation.objects.filter(pk__in=silent).order_by("name", "pk")
    return stands, [Silence(row.short, silent[row.pk]) for row in names]


def _spoken_to(event: Event) -> dict[int, set[int]]:
    """The organisations that each point or lead-in speaks to, itself or as members of a group."""
    rows = list(
        OutcomeAddressee.objects.filter(outcome__statement__event=event).values_list(
            "outcome", "organisation", "group__made_of"
        )
    )
    members = {
        word: set(
            Organisation.objects.filter(members_of(word, event.pk)).values_list("pk", flat=True)
        )
        for word in sorted({word for _outcome, _organisation, word in rows if word})
    }
    found: dict[int, set[int]] = {}
    for outcome, organisation, word in rows:
        meant = {organisation} if organisation else members.get(word, set())
        found.setdefault(outcome, set()).update(meant)
    return found


def _silent_parties(event: Event, commitments: list[Commitment], on: date) -> list[Silence]:
    """Who has reported on something that is not over neither this year nor the year before it."""
    last: dict[int, date] = {}
    approved = ProgressUpdate.objects.approved().filter(commitment__event=event)
    for number, told in approved.values_list("party", "reported_on"):
        last.setdefault(number, told)
    about: dict[str, list[str]] = {}
    spoke: dict[str, date] = {}
    for commitment in commitments:
        for party in commitment.parties.all():
            day = last.get(party.pk)
            if commitment.status in ENDED or (day and day > years_before(on, 1)):
                continue
            who = party.organisation.short if party.organisation else str(party)
            about.setdefault(who, []).append(commitment.reference)
            if day:
                spoke[who] = max(day, spoke.get(who, day))
    return [Silence(who, about[who], spoke.get(who)) for who in sorted(about)]


def _unanswered(event: Event, on: date) -> list[Silence]:
    """Who was asked in rounds that are over and has handed in nothing since; one line a round."""
    requests = RoundRequest.objects.filter(
        ~has_answered(), round__event=event, round__due_on__lt=on
    ).select_related("round", "party__commitment", "party__organisation", "party__group")
    lines: dict[tuple[str, str], list[str]] = {}
    for request in requests.order_by("round__opened_at", "round", "party__commitment", "pk"):
        organisation = request.party.organisation
        who = organisation.short if organisation else str(request.party)
        line = lines.setdefault((who, request.party.commitment.reference), [])
        line.append(request.round.title)
    return [
        Silence(f"{who}, {reference}", rounds)
        for (who, reference), rounds in sorted(lines.items(), key=lambda it: (-len(it[1]), it[0]))
    ]


def _waiting(event: Event) -> int:
    """How many texts wait for a co-chair; what they say does not stand here."""
    waits = Q(state=State.SUBMITTED)
    return (
        ProgressUpdate.objects.filter(waits, commitment__event=event).count()
        + Assessment.objects.filter(waits, commitment__event=event).count()
        + Response.objects.filter(waits, outcome__statement__event=event).count()
        + Offer.objects.filter(
            waits, Q(outcome__statement__event=event) | Q(commitment__event=event)
        ).count()
    )
