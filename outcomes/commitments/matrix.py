"""Addressees by points: what each answered, and how its commitments under each point stand."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from outcomes.commitments.as_of import (
    AsOfField,
    as_of,
    check_as_of_day,
    check_event_begun,
    existing_as_of,
    responses_as_of,
    status_columns_for,
)
from outcomes.commitments.charts import NO_UPDATE, Share, status_shares
from outcomes.models import Commitment, Outcome, OutcomeAddressee, Response
from participants.models import EventRole, Group, Organisation
from participants.organisations.attendance import (
    ConstituencyGroup,
    attendance_by_constituency,
    filter_by_role,
)
from roundtable.models import Event
from roundtable.query_forms import QueryForm


class MatrixForm(QueryForm):
    """Of which roundtable addressees and points are shown, and as of which day.

    Of the latest where no roundtable is chosen; of the latest that had begun where a day is.
    """

    event = forms.ChoiceField(
        label=_("Roundtable"),
        required=False,
        error_messages={"invalid_choice": _("There is no such roundtable.")},
    )

    as_of = AsOfField()

    def __init__(self, data: Any, today: date) -> None:
        super().__init__(data)
        self.today = today
        points = Outcome.objects.published().filter(statement__event=OuterRef("pk"))
        agreed = Event.objects.published().order_by(Exists(points).desc(), "-starts_on", "code")
        self._events = list(agreed)
        named = [(event.slug, event.title) for event in self._events]
        self.fields["event"].choices = [("", _("The latest")), *named]  # type: ignore[attr-defined]

    def clean_as_of(self) -> date | None:
        """Raises ValidationError for a day that cannot be looked back to."""
        return check_as_of_day(self.cleaned_data["as_of"], self.today)

    def clean(self) -> dict[str, Any]:
        """Raises ValidationError for a day before the roundtable that is asked for."""
        cleaned = super().clean() or self.cleaned_data
        event = self._event_by_slug(cleaned.get("event") or "")
        if event and cleaned.get("as_of"):
            try:
                check_event_begun(cleaned["as_of"], event.starts_on)
            except forms.ValidationError as mistake:
                self.add_error("as_of", mistake)
        return cleaned

    @property
    def day(self) -> date | None:
        """The day that is looked back to; None for today."""
        day: date | None = self.cleaned_data.get("as_of")
        return day

    def chosen_event(self) -> Event | None:
        """The one asked for; else the latest that agreed on something, or the latest; or None."""
        begun = (event for event in self._events if not self.day or event.starts_on <= self.day)
        return self._event_by_slug(self.cleaned_data["event"]) or next(begun, None)

    def _event_by_slug(self, slug: str) -> Event | None:
        return next((event for event in self._events if event.slug == slug), None)


@dataclass(frozen=True)
class MatrixCell:
    """One addressee and one point; `statuses` are of its commitments under that point."""

    point: Outcome
    is_addressed: bool
    response: Response | None
    answered: int  # of the members of a group
    statuses: list[Share]

    @property
    def expects_response(self) -> bool:
        """Whether an answer is asked of it, which only a recommendation does."""
        return self.is_addressed and self.point.kind == Outcome.Kind.RECOMMENDATION


@dataclass
class MatrixRow:
    """A group or an organisation that points speak to; neither: those whom no point speaks to."""

    group: Group | None = None
    organisation: Organisation | None = None
    members: list[Organisation] = field(default_factory=list)
    unnamed_count: int = (
        0  # more that the group is made of; a source gives the number and not which
    )
    has_unknown_count: bool = False  # whether it has others whose number no source gives
    addressed_by: set[int] = field(
        default_factory=set
    )  # the points, by their numbers in the database
    cells: list[MatrixCell] = field(default_factory=list)


@dataclass
class Matrix:
    """All rows over the points of one roundtable, with what its counts are of."""

    points: list[Outcome]
    rows: list[MatrixRow]
    commitments_under_points: int = 0  # commitments under any of the points
    commitments_elsewhere: int = 0  # commitments of the roundtable under none of them

    @property
    def addressees(self) -> int:
        """How many groups and organisations are spoken to."""
        return sum(bool(row.group or row.organisation) for row in self.rows)

    @property
    def asked(self) -> int:
        """How many answers are asked of organisations that are named."""
        return sum(
            cell.expects_response for row in self.rows if row.organisation for cell in row.cells
        )

    @property
    def answered(self) -> int:
        """How many of them have been given."""
        cells = [cell for row in self.rows if row.organisation for cell in row.cells]
        return sum(cell.expects_response and cell.response is not None for cell in cells)


RowKey = tuple[str, int]  # "group" or "organisation", and its number in the database
OTHER_PARTIES: RowKey = ("", 0)


def build_matrix(event: Event, day: date | None = None) -> Matrix:
    """Who had answered which point of this roundtable by that day; None is today.

    In a constant number of queries.
    """
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
    of_event = Commitment.objects.published().filter(event=event)
    elsewhere = of_event.exclude(outcomes__in=points).count()
    return Matrix(points, list(rows.values()), len(under), elsewhere)


def _addressee_rows(event: Event, points: list[Outcome]) -> dict[RowKey, MatrixRow]:
    """Whom the points speak to, in their order; each group before those it is made of."""
    addressees_by_outcome: dict[int, list[OutcomeAddressee]] = {}
    for addressee in OutcomeAddressee.objects.filter(
        outcome__in={pk for point in points for pk in (point.pk, point.parent_id)}
    ).select_related("organisation", "group"):
        addressees_by_outcome.setdefault(addressee.outcome_id, []).append(addressee)
    constituency_groups = attendance_by_constituency(event)
    rows: dict[RowKey, MatrixRow] = {}
    for point in points:
        for addressee in addressees_by_outcome.get(point.pk, []) + addressees_by_outcome.get(
            point.parent_id or 0, []
        ):
            for row in _rows_for(addressee, constituency_groups):
                one = row.group or row.organisation
                key = ("group" if row.group else "organisation", one.pk if one else 0)
                rows.setdefault(key, row).addressed_by.add(point.pk)
    return rows


def _rows_for(
    addressee: OutcomeAddressee, constituency_groups: list[ConstituencyGroup]
) -> Iterator[MatrixRow]:
    group = addressee.group
    if not group:
        yield MatrixRow(organisation=addressee.organisation)
        return
    matching_groups = [
        constituency_group
        for constituency_group in constituency_groups
        if group.member_rule in (constituency_group.constituency, "participants")
    ]
    members = [
        seat.organisation
        for constituency_group in matching_groups
        for seat in constituency_group.organisations
    ]
    if group.member_rule == "cochairs":
        members = [
            role.organisation
            for role in filter_by_role(constituency_groups, EventRole.Role.COCHAIR)
        ]
    yield MatrixRow(
        group=group,
        members=members,
        unnamed_count=sum(
            constituency_group.unnamed_count for constituency_group in matching_groups
        ),
        has_unknown_count=any(
            constituency_group.has_unknown_count for constituency_group in matching_groups
        ),
    )
    for member in members:
        yield MatrixRow(organisation=member)


def _count_commitments(
    points: list[Outcome], known: set[RowKey], day: date | None
) -> tuple[dict[tuple[int, RowKey], Counter[str]], set[int]]:
    """How many stand at each status, by point and party; and all that stand under any point.

    Those without a party in `known` count with the others.
    """
    status_counts: dict[tuple[int, RowKey], Counter[str]] = {}
    parties: dict[tuple[int, int, str], set[RowKey]] = {}
    commitments = existing_as_of(Commitment.objects.published(), day)
    under = as_of(commitments.filter(outcomes__in=points), day).order_by()
    for point, commitment, status, organisation, group in under.values_list(
        "outcomes", "pk", status_columns_for(day).status, "parties__organisation", "parties__group"
    ):
        key = ("organisation", organisation) if organisation else ("group", group or 0)
        parties.setdefault((point, commitment, status or NO_UPDATE), set()).add(key)
    for (point, _commitment, status), keys in parties.items():
        for key in (keys & known) or {OTHER_PARTIES}:
            status_counts.setdefault((point, key), Counter())[status] += 1
    return status_counts, {commitment for _point, commitment, _status in parties}


def _statuses(
    counts: Counter[str], point: Outcome, row: MatrixRow, day: date | None
) -> list[Share]:
    """The statuses that there are, each with what asks the list of commitments for it."""
    party = row.group or row.organisation
    found: Iterable[Share] = (share for share in status_shares(counts) if share.count)
    if not party:
        return list(found)  # no filter asks for them
    filters = {"point": point_path(point), "party": party.slug}
    if day:
        filters["as_of"] = day.isoformat()
    return [
        replace(share, query=f"?{urlencode(filters | {'status': share.slug})}") for share in found
    ]


def point_path(point: Outcome) -> str:
    """How a filter names a point, as in its address: bali-process-2018/1.a."""
    return f"{point.statement.event.slug}/{point.number}"
