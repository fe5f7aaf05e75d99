"""The sentences of a statement, in pages if there are many."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.core.paginator import Page
from django.db.models import Prefetch, QuerySet

from outcomes.commitments.as_of import AsOfForm, as_of
from outcomes.commitments.queries import findings_shown, number_of
from outcomes.models import Commitment, Outcome, Statement
from outcomes.statements.preview import add_draft_numbers
from roundtable.filters.query_forms import ListForm, get_page

POINTS_PER_PAGE = 100
COMMITMENTS_PER_POINT = 4
# In the place in the source of a point that has no number there.
NUMBERED_BY_PORTAL = "numbered by this portal"


class StatementForm(AsOfForm, ListForm):
    """The day and the page of a statement."""


@dataclass(frozen=True)
class Sentence:
    """A point with its lead-in, or a lead-in that has no points; without the texts."""

    lead_in: int
    lead_in_number: str
    point: int | None
    number: str


@dataclass(frozen=True)
class StatementPage:
    """One page of the sentences of a statement."""

    page: Page[Sentence]
    parts: list[tuple[Outcome, list[Outcome]]]  # lead-ins, with those of their points on the page
    point_count: int  # on all pages
    is_numbered_by_portal: bool


def sentences(outcomes: QuerySet[Outcome]) -> tuple[list[Sentence], bool]:
    """In the order of the statement; and whether the portal added all numbers."""
    rows = list(
        outcomes.order_by("position", "pk").values_list("pk", "parent", "number", "place_in_source")
    )
    points: dict[int, list[tuple[int | None, str]]] = {}
    for pk, parent, number, _place in rows:
        if parent:
            points.setdefault(parent, []).append((pk, number))
    found = [
        Sentence(lead_in, lead_in_number, point, number)
        for lead_in, parent, lead_in_number, _place in rows
        if not parent
        for point, number in points.get(lead_in, [(None, "")])
    ]
    has_portal_numbers = all(NUMBERED_BY_PORTAL in place for _pk, _parent, _number, place in rows)
    return found, bool(found) and has_portal_numbers


def page_of_number(found: Iterable[Sentence], number: str) -> int:
    """The page of the statement that shows a point, or the first point of a lead-in."""
    for place, sentence in enumerate(found):
        if number in (sentence.number, sentence.lead_in_number):
            return place // POINTS_PER_PAGE + 1
    return 1


def statement_page(form: StatementForm, statement: Statement) -> StatementPage:
    """The page that the form asks for; the form then has an error if it does not exist."""
    is_public = statement.event.is_public
    outcomes = statement.outcomes.published() if is_public else statement.outcomes.all()
    found, is_numbered_by_portal = sentences(outcomes)
    page: Page[Sentence] = get_page(form, found, page_size=POINTS_PER_PAGE)
    shown = list(page.object_list)
    pks = {pk for sentence in shown for pk in (sentence.lead_in, sentence.point) if pk}
    known = as_of(
        Commitment.objects.published() if is_public else Commitment.objects.public(), form.day
    )
    rows = {row.pk: row for row in _with_commitments(outcomes.filter(pk__in=pks), known, form.day)}
    parts: dict[int, list[Outcome]] = {}
    for sentence in shown:
        points = parts.setdefault(sentence.lead_in, [])
        if sentence.point:
            points.append(rows[sentence.point])
    if not is_public:
        add_draft_numbers(statement, list(rows.values()))
    return StatementPage(
        page=page,
        parts=[(rows[lead_in], points) for lead_in, points in parts.items()],
        point_count=sum(sentence.point is not None for sentence in found),
        is_numbered_by_portal=is_numbered_by_portal,
    )


def _with_commitments(
    outcomes: QuerySet[Outcome], known: QuerySet[Commitment], day: date | None
) -> QuerySet[Outcome]:
    """With the number of known commitments to each point, and the first of them."""
    first = known.select_related("event").prefetch_related(findings_shown(day=day))
    first = first.order_by("pk")[:COMMITMENTS_PER_POINT]
    counted = outcomes.annotate(commitment_count=number_of(known, "outcomes"))
    return counted.prefetch_related(Prefetch("commitments", first, to_attr="first_commitments"))
