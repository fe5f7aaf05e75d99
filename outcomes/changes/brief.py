"""Briefing for co-chairs before a meeting.

Contains public data and the numbers of pending texts and unanswered requests; never names people.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from django.utils.translation import gettext as _

from outcomes.changes.log import change_log
from outcomes.changes.values import Change
from outcomes.commitments.as_of import EARLIEST_DAY, last_meeting_before
from outcomes.commitments.charts import Share, status_shares
from outcomes.commitments.queries import findings_shown, parties_shown, with_parties
from outcomes.commitments.statistics import count_by_status
from outcomes.models import (
    ENDED_STATUSES,
    UNFULFILLED_STATUSES,
    Commitment,
    Freshness,
    Outcome,
    OutcomeAddressee,
    ProgressUpdate,
    Response,
    RoundRequest,
    freshness_of,
)
from outcomes.reporting.rounds import has_answered_q
from outcomes.reporting.submission import REVIEWED_KINDS, pending_texts
from outcomes.statements.preview import add_draft_numbers
from participants.models import Organisation, member_condition
from roundtable.models import Event

MAX_CHANGES = 40  # more would not be read before a meeting
MAX_ROWS = 3  # of a list, so that all lists begin on the first page


@dataclass(frozen=True)
class PointSummary:
    """A point with its commitments and numbers of addressees and answers."""

    point: Outcome
    asked: int
    answered: int
    commitments: list[Commitment]


@dataclass(frozen=True)
class OutstandingReport:
    """An organisation or group with the subjects that it has not reported on."""

    name: str
    subjects: list[str]
    last_reported_on: date | None = None


@dataclass(frozen=True)
class BriefList:
    """Rows that a meeting should hear of: the first at once, the others among the details."""

    title: str
    if_empty: str
    template: str  # of one row
    rows: Sequence[Any]

    @property
    def first_rows(self) -> Sequence[Any]:
        return self.rows[:MAX_ROWS]

    @property
    def more_rows(self) -> Sequence[Any]:
        return self.rows[MAX_ROWS:]


@dataclass(frozen=True)
class Brief:
    """Content of the briefing as of one day."""

    since: date | None
    counts: dict[str, int]
    shares: list[Share]
    points: list[PointSummary]
    to_whole_statement: list[Commitment]
    recent_changes: list[Change]
    omitted_count: int
    to_decide: list[BriefList]
    silent: list[BriefList]
    pending_count: int


def build_brief(event: Event, on: date, now: datetime) -> Brief:
    since = last_meeting_before(event, on)
    rows = Commitment.objects.public().filter(event=event)
    commitments = list(with_parties(rows, on).order_by("pk"))
    counts = count_by_status(rows, on)
    points, addressees = _points(event, commitments)
    changed = change_log(datetime.combine(since or EARLIEST_DAY, time(), UTC), now, event)
    recent_changes = changed[:MAX_CHANGES]
    ended = ProgressUpdate.objects.filter(
        pk__in=rows.filter(latest_status__in=UNFULFILLED_STATUSES).values("latest_update"),
        reported_on__gte=since or EARLIEST_DAY,
    )
    return Brief(
        since=since,
        counts=counts,
        shares=status_shares(counts),
        points=points,
        to_whole_statement=[row for row in commitments if not row.outcomes.all()],
        recent_changes=recent_changes,
        omitted_count=max(changed.count() - MAX_CHANGES, 0),
        to_decide=[
            BriefList(
                _("Past their due date"),
                _("No commitment is past its due date."),
                "outcomes/changes/_brief_overdue.html",
                [row for row in commitments if row.is_overdue(on)],
            ),
            BriefList(
                _("Ended without being fulfilled"),
                _("None since the last meeting."),
                "outcomes/changes/_brief_ended.html",
                list(
                    ended.select_related("commitment", "party__organisation", "party__group")
                    .prefetch_related(
                        parties_shown(on, "commitment__parties"),
                        findings_shown("commitment__assessments"),
                    )
                    .order_by("pk")
                ),
            ),
        ],
        silent=[
            BriefList(
                _("Parties that have not reported for a year or more"),
                _("None."),
                "outcomes/changes/_brief_silent.html",
                _silent_parties(event, commitments, on),
            ),
            BriefList(
                _("Requests without an answer"),
                _("No finished reporting round has requests without an answer."),
                "outcomes/changes/_brief_unanswered.html",
                _unanswered_requests(event, on),
            ),
            BriefList(
                _("Addressees that have not answered"),
                _("None recorded."),
                "outcomes/changes/_brief_addressee.html",
                addressees,
            ),
        ],
        pending_count=sum(pending_texts(kind, event).count() for kind in REVIEWED_KINDS),
    )


def _points(
    event: Event, commitments: list[Commitment]
) -> tuple[list[PointSummary], list[OutstandingReport]]:
    shown = Outcome.objects.published() if event.is_public else Outcome.objects.all()
    points = list(
        shown.points()
        .filter(statement__event=event)
        .select_related("parent", "statement__event")
        .order_by("parent__position", "position", "pk")
    )
    if points and not event.is_public:
        add_draft_numbers(points[0].statement, points)
    under: dict[int, list[Commitment]] = defaultdict(list)
    for commitment in commitments:
        for outcome in commitment.outcomes.all():
            under[outcome.pk].append(commitment)
    answered: dict[int, set[int]] = defaultdict(set)
    for outcome_id, organisation in (
        Response.objects.published()
        .filter(outcome__in=[point.pk for point in points])
        .values_list("outcome", "organisation")
    ):
        answered[outcome_id].add(organisation)
    addressees_by_point = _addressees_by_point(event)
    summaries: list[PointSummary] = []
    silent: dict[int, list[str]] = defaultdict(list)
    for point in points:
        asked: set[int] = set()
        if point.kind == Outcome.Kind.RECOMMENDATION:
            asked = addressees_by_point[point.pk] | addressees_by_point[point.parent_id or 0]
        responded = asked & answered[point.pk]
        summaries.append(PointSummary(point, len(asked), len(responded), under[point.pk]))
        for organisation in asked - responded:
            silent[organisation].append(point.number)
    names = Organisation.objects.filter(pk__in=silent).order_by("name", "pk")
    return summaries, [OutstandingReport(row.short, silent[row.pk]) for row in names]


def _addressees_by_point(event: Event) -> dict[int, set[int]]:
    rows = list(
        OutcomeAddressee.objects.filter(outcome__statement__event=event).values_list(
            "outcome", "organisation", "group__member_rule"
        )
    )
    members = {
        word: set(
            Organisation.objects.filter(member_condition(word, event.pk)).values_list(
                "pk", flat=True
            )
        )
        for word in sorted({word for _outcome, _organisation, word in rows if word})
    }
    found: dict[int, set[int]] = defaultdict(set)
    for outcome, organisation, word in rows:
        found[outcome] |= {organisation} if organisation else members.get(word, set())
    return found


def _silent_parties(
    event: Event, commitments: list[Commitment], on: date
) -> list[OutstandingReport]:
    """Parties to open commitments without a report in the 12 months before `on`."""
    last: dict[int, date] = {}
    approved = ProgressUpdate.objects.of_party().approved().filter(commitment__event=event)
    for number, reported_on in approved.values_list("party", "reported_on"):
        last.setdefault(number, reported_on)
    about: dict[str, list[str]] = defaultdict(list)
    last_reported: dict[str, date] = {}
    for commitment in commitments:
        for party in commitment.parties.all():
            day = last.get(party.pk)
            is_fresh = freshness_of(day, on) == Freshness.UNDER_A_YEAR
            if commitment.status in ENDED_STATUSES or is_fresh:
                continue
            who = party.public_short
            about[who].append(commitment.reference)
            if day:
                last_reported[who] = max(day, last_reported.get(who, day))
    return [OutstandingReport(who, about[who], last_reported.get(who)) for who in sorted(about)]


def _unanswered_requests(event: Event, on: date) -> list[OutstandingReport]:
    requests = RoundRequest.objects.filter(
        ~has_answered_q(), round__event=event, round__due_on__lt=on
    ).select_related("round", "party__commitment", "party__organisation", "party__group")
    lines: dict[tuple[str, str], list[str]] = defaultdict(list)
    for request in requests.order_by("round__opened_at", "round", "party__commitment", "pk"):
        who, reference = request.party.public_short, request.party.commitment.reference
        lines[who, reference].append(request.round.title)
    return [
        OutstandingReport(f"{who}, {reference}", rounds)
        for (who, reference), rounds in sorted(lines.items(), key=lambda it: (-len(it[1]), it[0]))
    ]
