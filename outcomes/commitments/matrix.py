"""Matrix of addressees and points: answers and status of commitments."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from outcomes.commitments.as_of import (
    AsOfField,
    DayForm,
    as_of,
    responses_as_of,
    status_columns_for,
    with_counted_parties,
)
from outcomes.commitments.charts import FOUND_LESS, NO_UPDATE, Share, status_shares
from outcomes.commitments.filters import EventField
from outcomes.commitments.queries import with_parties
from outcomes.commitments.statistics import found_less_q
from outcomes.models import (
    Commitment,
    Dispute,
    Outcome,
    OutcomeAddressee,
    Response,
)
from participants.demonstration import ScopeForm
from participants.models import EventRole, Group, Organisation
from participants.organisations.attendance import (
    ConstituencyGroup,
    attendance_by_constituency,
    filter_by_role,
)
from roundtable.models import Event


class MatrixForm(ScopeForm, DayForm):
    """Roundtable and day of the matrix."""

    event = EventField()

    as_of = AsOfField()

    def __init__(self, data: Any, today: date) -> None:
        super().__init__(data, today)
        points = Outcome.objects.published().filter(statement__event=OuterRef("pk"))
        events = Event.objects.published().filter(is_demonstration=self.is_demonstration)
        self._events = list(events.order_by(Exists(points).desc(), "-starts_on", "code"))
        named = [(event.slug, str(event)) for event in self._events]
        self.fields["event"].choices = [("", _("Latest roundtable")), *named]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        event = self._event_by_slug(cleaned.get("event") or "")
        if event:
            self.check_begun(event.starts_on)
        return cleaned

    def chosen_event(self) -> Event | None:
        """Default: the latest roundtable with published points."""
        begun = (event for event in self._events if not self.day or event.starts_on <= self.day)
        return self._event_by_slug(self.cleaned_data["event"]) or next(begun, None)

    def _event_by_slug(self, slug: str) -> Event | None:
        return next((event for event in self._events if event.slug == slug), None)


@dataclass(frozen=True)
class MatrixCell:
    """Answer of an addressee to a point, and statuses of its commitments under it."""

    point: Outcome
    is_addressed: bool
    response: Response | None
    answered: int  # answers of members of a group
    statuses: list[Share]

    @property
    def expects_response(self) -> bool:
        return self.is_addressed and self.point.kind == Outcome.Kind.RECOMMENDATION


@dataclass
class MatrixRow:
    """A group or an organisation; neither for parties that no point addresses."""

    group: Group | None = None
    organisation: Organisation | None = None
    members: list[Organisation] = field(default_factory=list)
    unnamed_count: int = 0  # members whose number a source gives, without names
    has_unknown_count: bool = False  # more members, number unknown
    addressed_by: set[int] = field(default_factory=set)  # primary keys of points
    cells: list[MatrixCell] = field(default_factory=list)


@dataclass
class Matrix:
    """All rows and points of one roundtable, with totals."""

    points: list[Outcome]
    rows: list[MatrixRow]
    commitments_under_points: int = 0  # each counted once
    commitments_elsewhere: int = 0  # of this roundtable, under no point
    counts: dict[str, int] = field(default_factory=dict)  # as "all", "reported" and "recorded"
    disputed: list[Commitment] = field(default_factory=list)

    @property
    def legend(self) -> list[Share]:
        """One of each status that is in a cell."""
        shares = (share for row in self.rows for cell in row.cells for share in cell.statuses)
        return list({share.label: share for share in shares}.values())

    @property
    def addressees(self) -> int:
        return sum(bool(row.group or row.organisation) for row in self.rows)

    @property
    def asked(self) -> int:
        """Number of answers that named organisations are asked for."""
        return sum(
            cell.expects_response for row in self.rows if row.organisation for cell in row.cells
        )

    @property
    def answered(self) -> int:
        cells = [cell for row in self.rows if row.organisation for cell in row.cells]
        return sum(cell.expects_response and cell.response is not None for cell in cells)


PARTY_COLUMNS = ("counted_parties__organisation", "counted_parties__group")
RowKey = tuple[str, int]  # "group" or "organisation", and primary key
OTHER_PARTIES: RowKey = ("", 0)


def build_matrix(event: Event, on: date, day: date | None = None) -> Matrix:
    """Constant number of queries; `on` is today, and `day` an earlier day, if any."""
    points = list(
        Outcome.objects.published()
        .points()
        .filter(statement__event=event)
        .exclude(parent__number="")
        .select_related("parent", "statement__event")
    )
    rows = _addressee_rows(event, points)
    responses: dict[tuple[int, int], Response] = {}
    for response in responses_as_of(Response.objects.approved(), day).filter(outcome__in=points):
        responses.setdefault((response.outcome_id, response.organisation_id), response)
    status_counts, under = _count_commitments(points, set(rows), day)
    if any(key == OTHER_PARTIES for _point, key in status_counts):
        rows[OTHER_PARTIES] = MatrixRow()
    for key, row in rows.items():
        row.cells = [
            MatrixCell(
                point=point,
                is_addressed=point.pk in row.addressed_by,
                response=responses.get((point.pk, key[1])) if row.organisation else None,
                answered=sum((point.pk, member.pk) in responses for member in row.members),
                statuses=_statuses(status_counts.get((point.pk, key), Counter()), point, row, day),
            )
            for point in points
        ]
    of_event = as_of(Commitment.objects.published().filter(event=event), day)
    elsewhere = of_event.exclude(outcomes__in=points).count()
    columns = status_columns_for(day)
    counts = of_event.aggregate(
        all=Count("pk"),
        reported=Count("pk", filter=~Q((columns.status, ""))),
        recorded=Count("pk", filter=columns.is_only_recorded),
        by_members=Count("pk", filter=columns.is_only_by_members),
    )
    disputes = Dispute.objects.public_on(day or on).filter(party__commitment=OuterRef("pk"))
    disputed = with_parties(of_event.filter(Exists(disputes)), on, day).order_by("pk")
    return Matrix(points, list(rows.values()), len(under), elsewhere, counts, list(disputed))


def _addressee_rows(event: Event, points: list[Outcome]) -> dict[RowKey, MatrixRow]:
    """Ordered by point; a group comes before its members."""
    by_outcome: dict[int, list[OutcomeAddressee]] = {}
    for addressee in OutcomeAddressee.objects.filter(
        outcome__in={pk for point in points for pk in (point.pk, point.parent_id)}
    ).select_related("organisation", "group"):
        by_outcome.setdefault(addressee.outcome_id, []).append(addressee)
    benches = attendance_by_constituency(event)
    rows: dict[RowKey, MatrixRow] = {}
    for point in points:
        of_lead_in = by_outcome.get(point.parent_id or 0, [])
        for addressee in by_outcome.get(point.pk, []) + of_lead_in:
            for row in _rows_for(addressee, benches):
                one = row.group or row.organisation
                key = ("group" if row.group else "organisation", one.pk if one else 0)
                rows.setdefault(key, row).addressed_by.add(point.pk)
    return rows


def _rows_for(addressee: OutcomeAddressee, benches: list[ConstituencyGroup]) -> Iterator[MatrixRow]:
    group = addressee.group
    if not group:
        yield MatrixRow(organisation=addressee.organisation)
        return
    own = [bench for bench in benches if group.member_rule in (bench.constituency, "participants")]
    members = [seat.organisation for bench in own for seat in bench.organisations]
    if group.member_rule == "cochairs":
        members = [seat.organisation for seat in filter_by_role(benches, EventRole.Role.COCHAIR)]
    yield MatrixRow(
        group=group,
        members=members,
        unnamed_count=sum(bench.unnamed_count for bench in own),
        has_unknown_count=any(bench.has_unknown_count for bench in own),
    )
    for member in members:
        yield MatrixRow(organisation=member)


def _count_commitments(
    points: list[Outcome], known: set[RowKey], day: date | None
) -> tuple[dict[tuple[int, RowKey], Counter[str]], set[int]]:
    """Counts by point, party and status, and IDs of all commitments under a point."""
    status_counts: dict[tuple[int, RowKey], Counter[str]] = {}
    parties: dict[tuple[int, int, str], set[RowKey]] = {}
    commitments = as_of(Commitment.objects.published().filter(outcomes__in=points), day)
    under = with_counted_parties(commitments, day).order_by()
    columns = (status_columns_for(day).status, *PARTY_COLUMNS)
    less = set(commitments.filter(found_less_q(day)).values_list("pk", flat=True))
    for point, commitment, status, organisation, group in under.values_list(
        "outcomes", "pk", *columns
    ):
        key = ("organisation", organisation) if organisation else ("group", group or 0)
        parties.setdefault((point, commitment, status or NO_UPDATE), set()).add(key)
    for (point, commitment, status), keys in parties.items():
        for key in (keys & known) or {OTHER_PARTIES}:
            counts = status_counts.setdefault((point, key), Counter())
            counts[status] += 1
            counts[FOUND_LESS] += commitment in less
    return status_counts, {commitment for _point, commitment, _status in parties}


def _statuses(
    counts: Counter[str], point: Outcome, row: MatrixRow, day: date | None
) -> list[Share]:
    party = row.group or row.organisation
    query = ""
    # The list of commitments has no filter for the others.
    if party and not (row.organisation and not row.organisation.is_name_published):
        filters = {"point": point_path(point), "party": party.slug}
        if day:
            filters["as_of"] = day.isoformat()
        query = f"?{urlencode(filters)}&"
    return [share for share in status_shares(counts, query) if share.count]


def point_path(point: Outcome) -> str:
    """The value of a point in filters, such as bali-process-2018/1.a."""
    return f"{point.statement.event.slug}/{point.number}"
