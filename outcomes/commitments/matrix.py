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
    answered_by,
    as_of,
    check_begun,
    check_day,
    columns,
    made_by,
)
from outcomes.commitments.charts import NO_UPDATE, Share, shares
from outcomes.models import Commitment, Outcome, OutcomeAddressee, Response
from participants.models import EventRole, Group, Organisation
from participants.organisations.attendance import Bench, roll, with_role
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
        return check_day(self.cleaned_data["as_of"], self.today)

    def clean(self) -> dict[str, Any]:
        """Raises ValidationError for a day before the roundtable that is asked for."""
        cleaned = super().clean() or self.cleaned_data
        event = self._asked(cleaned.get("event") or "")
        if event and cleaned.get("as_of"):
            try:
                check_begun(cleaned["as_of"], event.starts_on)
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
        return self._asked(self.cleaned_data["event"]) or next(begun, None)

    def _asked(self, slug: str) -> Event | None:
        return next((event for event in self._events if event.slug == slug), None)


@dataclass(frozen=True)
class Cell:
    """One addressee and one point; `statuses` are of its commitments under that point."""

    point: Outcome
    is_addressed: bool
    response: Response | None
    answered: int  # of the members of a group
    statuses: list[Share]

    @property
    def is_asked(self) -> bool:
        """Whether an answer is asked of it, which only a recommendation does."""
        return self.is_addressed and self.point.kind == Outcome.Kind.RECOMMENDATION


@dataclass
class Row:
    """A group or an organisation that points speak to; neither: those whom no point speaks to."""

    group: Group | None = None
    organisation: Organisation | None = None
    members: list[Organisation] = field(default_factory=list)
    unnamed: int = 0  # more that the group is made of; a source gives the number and not which
    number_unknown: bool = False  # whether it has others whose number no source gives
    spoken_by: set[int] = field(default_factory=set)  # the points, by their numbers in the database
    cells: list[Cell] = field(default_factory=list)


@dataclass
class Matrix:
    """All rows over the points of one roundtable, with what its counts are of."""

    points: list[Outcome]
    rows: list[Row]
    under: int = 0  # commitments under any of the points
    elsewhere: int = 0  # commitments of the roundtable under none of them

    @property
    def addressees(self) -> int:
        """How many groups and organisations are spoken to."""
        return sum(bool(row.group or row.organisation) for row in self.rows)

    @property
    def asked(self) -> int:
        """How many answers are asked of organisations that are named."""
        return sum(cell.is_asked for row in self.rows if row.organisation for cell in row.cells)

    @property
    def answered(self) -> int:
        """How many of them have been given."""
        cells = [cell for row in self.rows if row.organisation for cell in row.cells]
        return sum(cell.is_asked and cell.response is not None for cell in cells)


Key = tuple[str, int]  # "group" or "organisation", and its number in the database
OTHERS: Key = ("", 0)


def matrix(event: Event, day: date | None = None) -> Matrix:
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
    rows = _addressees(event, points)
    responses: dict[tuple[int, int], Response] = {}
    for response in answered_by(Response.objects.approved(), day).filter(outcome__in=points):
        responses.setdefault((response.outcome_id, response.organisation_id), response)
    standing, under = _commitments(points, set(rows), day)
    if any(key == OTHERS for _point, key in standing):
        rows[OTHERS] = Row()
    for key, row in rows.items():
        row.cells = [
            Cell(
                point=point,
                is_addressed=point.pk in row.spoken_by,
                response=responses.get((point.pk, key[1])) if row.organisation else None,
                answered=sum((point.pk, member.pk) in responses for member in row.members),
                statuses=_statuses(standing.get((point.pk, key), Counter()), point, row, day),
            )
            for point in points
        ]
    of_event = Commitment.objects.published().filter(event=event)
    elsewhere = of_event.exclude(outcomes__in=points).count()
    return Matrix(points, list(rows.values()), len(under), elsewhere)


def _addressees(event: Event, points: list[Outcome]) -> dict[Key, Row]:
    """Whom the points speak to, in their order; each group before those it is made of."""
    spoken_to: dict[int, list[OutcomeAddressee]] = {}
    for addressee in OutcomeAddressee.objects.filter(
        outcome__in={pk for point in points for pk in (point.pk, point.parent_id)}
    ).select_related("organisation", "group"):
        spoken_to.setdefault(addressee.outcome_id, []).append(addressee)
    benches = roll(event)
    rows: dict[Key, Row] = {}
    for point in points:
        for addressee in spoken_to.get(point.pk, []) + spoken_to.get(point.parent_id or 0, []):
            for row in _rows_of(addressee, benches):
                one = row.group or row.organisation
                key = ("group" if row.group else "organisation", one.pk if one else 0)
                rows.setdefault(key, row).spoken_by.add(point.pk)
    return rows


def _rows_of(addressee: OutcomeAddressee, benches: list[Bench]) -> Iterator[Row]:
    group = addressee.group
    if not group:
        yield Row(organisation=addressee.organisation)
        return
    meant = [bench for bench in benches if group.made_of in (bench.constituency, "participants")]
    members = [seat.organisation for bench in meant for seat in bench.seats]
    if group.made_of == "cochairs":
        members = [role.organisation for role in with_role(benches, EventRole.Role.COCHAIR)]
    yield Row(
        group=group,
        members=members,
        unnamed=sum(bench.unnamed for bench in meant),
        number_unknown=any(bench.number_unknown for bench in meant),
    )
    for member in members:
        yield Row(organisation=member)


def _commitments(
    points: list[Outcome], known: set[Key], day: date | None
) -> tuple[dict[tuple[int, Key], Counter[str]], set[int]]:
    """How many stand at each status, by point and party; and all that stand under any point.

    Those without a party in `known` count with the others.
    """
    standing: dict[tuple[int, Key], Counter[str]] = {}
    parties: dict[tuple[int, int, str], set[Key]] = {}
    made = made_by(Commitment.objects.published(), day)
    under = as_of(made.filter(outcomes__in=points), day).order_by()
    for point, commitment, status, organisation, group in under.values_list(
        "outcomes", "pk", columns(day).status, "parties__organisation", "parties__group"
    ):
        key = ("organisation", organisation) if organisation else ("group", group or 0)
        parties.setdefault((point, commitment, status or NO_UPDATE), set()).add(key)
    for (point, _commitment, status), keys in parties.items():
        for key in (keys & known) or {OTHERS}:
            standing.setdefault((point, key), Counter())[status] += 1
    return standing, {commitment for _point, commitment, _status in parties}


def _statuses(counts: Counter[str], point: Outcome, row: Row, day: date | None) -> list[Share]:
    """The statuses that there are, each with what asks the list of commitments for it."""
    party = row.group or row.organisation
    found: Iterable[Share] = (share for share in shares(counts) if share.count)
    if not party:
        return list(found)  # no filter asks for them
    asked = {"point": point_word(point), "party": party.slug}
    if day:
        asked["as_of"] = day.isoformat()
    return [
        replace(share, query=f"?{urlencode(asked | {'status': share.slug})}") for share in found
    ]


def point_word(point: Outcome) -> str:
    """How a filter names a point, as in its address: bali-process-2018/1.a."""
    return f"{point.statement.event.slug}/{point.number}"
