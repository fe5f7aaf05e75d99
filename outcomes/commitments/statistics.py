"""Statistics of progress: commitments by status and other attributes."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import reduce
from operator import itemgetter, or_
from urllib.parse import urlencode

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from outcomes.commitments.as_of import status_columns_for
from outcomes.commitments.charts import (
    FOUND_LESS,
    NO_UPDATE,
    STATUS_CHOICES,
    Share,
    status_shares,
)
from outcomes.commitments.commitment_index import (
    BY_MEMBERS,
    MAX_QUARTERS,
    NO_FINDING,
    NOT_RECORDED,
    OTHER_VOICES,
    RECORDED,
    quarter_name,
    quarter_number,
)
from outcomes.commitments.status import CONTRADICTING_FINDINGS
from outcomes.models import (
    Assessment,
    Commitment,
    Freshness,
    ImplementationStatus,
    Theme,
    overdue_q,
)
from participants.models import OrganisationKind
from roundtable.cache.values import get_or_set, question
from roundtable.filters.facet_index import FacetIndex

FINDING_CHOICES: list[tuple[str, str | Promise]] = [
    *Assessment.Finding.choices,
    (NO_FINDING, _("No independent assessment")),
]


ASSESSED = "assessed"  # key of counts: fulfilled, and an assessor looked at it
FINDINGS_SAYING_LESS = CONTRADICTING_FINDINGS[ImplementationStatus.FULFILLED]


def found_less_q(day: date | None = None) -> Q:
    """Condition: fulfilled, as the party reports, but an assessor found less."""
    less = Assessment.objects.newest(day).filter(finding__in=FINDINGS_SAYING_LESS)
    return _fulfilled_q(day) & Q(Exists(less.filter(commitment=OuterRef("pk"))))


def _assessed_q(day: date | None) -> Q:
    found = Assessment.objects.newest(day).filter(commitment=OuterRef("pk"))
    return _fulfilled_q(day) & Q(Exists(found))


def _fulfilled_q(day: date | None) -> Q:
    return Q((status_columns_for(day).status, ImplementationStatus.FULFILLED))


def count_by_status(
    commitments: QuerySet[Commitment], on: date, day: date | None = None
) -> dict[str, int]:
    """Counts by status, and as "all", "overdue" and "reported", of one roundtable.

    "reported" are those that a party reported on. Of the others, something is recorded from a
    source about "recorded", and members of a group reported on "by_members". Of the fulfilled,
    assessors looked at "assessed" and found less in "found_less". `commitments` are as_of(`day`).
    """
    status_columns = status_columns_for(day)
    conditions = {
        RECORDED: status_columns.is_only_recorded,
        BY_MEMBERS: status_columns.is_only_by_members,
        ASSESSED: _assessed_q(day),
        FOUND_LESS: found_less_q(day),
    }
    voices = {voice: Count("event", filter=condition) for voice, condition in conditions.items()}
    # By roundtable first, as the index is sorted: then the database counts without sorting.
    rows = (
        commitments.order_by()
        .values_list("event", status_columns.status)
        .annotate(
            number=Count("*"),
            late=Count("event", filter=overdue_q(day or on, status_columns.status)),
            **voices,
        )
    )
    numbers = dict.fromkeys([slug for slug, _label in STATUS_CHOICES], 0)
    numbers |= {"all": 0, "overdue": 0} | dict.fromkeys(conditions, 0)
    for _event, word, number, late, *heard in get_or_set(question(rows), lambda: list(rows)):
        numbers[word or NO_UPDATE] += number
        numbers["all"] += number
        numbers["overdue"] += late
        for voice, of_voice in zip(conditions, heard, strict=True):
            numbers[voice] += of_voice
    return numbers | {"reported": numbers["all"] - numbers[NO_UPDATE]}


@dataclass(frozen=True)
class DistributionLine:
    """One line of a distribution, with its shares by status."""

    label: str | Promise
    parts: list[Share]
    query: str = ""  # query string of the list of these commitments

    @property
    def total(self) -> int:
        return sum(part.count for part in self.parts)


@dataclass(frozen=True)
class Distribution:
    """Lines with a title and a note on how they are counted."""

    name: str
    title: str | Promise
    lines: list[DistributionLine]
    note: str | Promise = ""

    def short_answer(self, of_all: int) -> str:
        """The line with the most commitments, of those that are about something known."""
        known = [line for line in self.lines if not line.query.endswith(f"={NOT_RECORDED}")]
        return largest_of([(line.label, line.total) for line in known], of_all)


def largest_of(numbers: list[tuple[str | Promise, int]], of_all: int) -> str:
    """For example "Civil society: 33 of 62"; empty if there is nothing."""
    label, number = max(numbers, key=itemgetter(1), default=("", 0))
    values = {"label": label, "number": number, "all": of_all}
    return _("%(label)s: %(number)s of %(all)s") % values if number else ""


@dataclass
class ProgressStatistics:
    """Statistics of filtered commitments, one distribution for each attribute."""

    counts: dict[str, int]  # as index_counts()
    status: list[Share]
    freshness: list[Share]
    findings: list[Share]
    breakdowns: list[Distribution] = field(default_factory=list)
    quarters: list[DistributionLine] = field(default_factory=list)
    due: list[DistributionLine] = field(default_factory=list)

    @property
    def without_due_date(self) -> int:
        return self.counts["all"] - sum(line.total for line in self.due)


def index_counts(index: FacetIndex, found: int) -> dict[str, int]:
    """As count_by_status(), of these rows of the index."""
    numbers = _with_found_less(index, found)
    fulfilled = index.bits.get("status", {}).get(ImplementationStatus.FULFILLED, 0) & found
    without = index.bits.get("finding", {}).get(NO_FINDING, 0)
    voices = _count(index, "voice", found)
    return {
        **{slug: numbers.get(slug, 0) for slug, _label in STATUS_CHOICES},
        ASSESSED: (fulfilled & ~without).bit_count(),
        FOUND_LESS: numbers[FOUND_LESS],
        "all": found.bit_count(),
        "overdue": _count(index, "overdue", found).get("yes", 0),
        **{voice: voices.get(voice, 0) for voice in OTHER_VOICES},
        "reported": found.bit_count() - numbers.get(NO_UPDATE, 0),
    }


def year_of_roundtables(index: FacetIndex, found: int) -> int | None:
    """In which all these commitments were agreed, if it is one year."""
    years = {day[:4] for day, rows in index.bits.get("starts", {}).items() if rows & found}
    return int(years.pop()) if len(years) == 1 else None


def progress_statistics(
    index: FacetIndex, found: int, on: date, filters: dict[str, str]
) -> ProgressStatistics:
    """All statistics of these rows of the index; `on` is its day.

    `filters` are the query parameters that found the rows. An attribute that a filter fixes has
    one line, because other lines are not comparable.
    """
    counts = index_counts(index, found)
    by_country = index.bits.get("country", {})
    breakdowns: list[tuple[str, Promise, dict[str, str], Promise, Promise]] = [
        (
            "theme",
            _("By theme"),
            dict(Theme.objects.values_list("slug", "name")),
            _("No theme recorded"),
            _("A commitment with two themes counts under both."),
        ),
        (
            "kind",
            _("By kind of organisation"),
            {kind.value: str(kind.label) for kind in OrganisationKind},
            _("No organisation recorded"),
            _("A commitment by two kinds of organisations counts under both."),
        ),
        (
            "country",
            _("By country"),
            {code: countries.name(code) or code for code in by_country},
            _("No country recorded"),
            _("A commitment by parties from two countries counts under both."),
        ),
    ]
    return ProgressStatistics(
        counts=counts,
        status=status_shares(counts, filter_query(filters)),
        freshness=_neutral_shares(
            Freshness.choices, _count(index, "fresh", found), "fresh", Freshness.NEVER, filters
        ),
        findings=_neutral_shares(
            FINDING_CHOICES, _count(index, "finding", found), "finding", NO_FINDING, filters
        ),
        breakdowns=[
            Distribution(
                name,
                title,
                _lines(name, _count_by_status(index, name, found), labels, filters, unknown),
                note,
            )
            for name, title, labels, unknown, note in breakdowns
        ],
        quarters=_over_time(index, found, on),
        due=_by_due_date(index, found, on),
    )


def _count(index: FacetIndex, facet: str, found: int) -> dict[str, int]:
    bits = index.bits.get(facet, {})
    return {value: (of_value & found).bit_count() for value, of_value in bits.items()}


def _with_found_less(index: FacetIndex, found: int) -> dict[str, int]:
    """How many of these rows have each status, and of how many an assessor found less."""
    chosen: dict[str, list[str]] = {
        "status": [ImplementationStatus.FULFILLED],
        "finding": [*FINDINGS_SAYING_LESS],
    }
    less = index.matching(chosen, found).bit_count()
    return _count(index, "status", found) | {FOUND_LESS: less}


def _count_by_status(index: FacetIndex, facet: str, found: int) -> dict[str, dict[str, int]]:
    """By value of the facet, then by status."""
    return {
        value: _with_found_less(index, of_value & found)
        for value, of_value in index.bits.get(facet, {}).items()
        if of_value & found
    }


def filter_query(filters: dict[str, str], **more: str) -> str:
    return f"?{urlencode(filters | more)}&" if filters | more else "?"


def _neutral_shares(
    choices: Iterable[tuple[str, str | Promise]],
    counts: dict[str, int],
    name: str,
    silent_slug: str,
    filters: dict[str, str],
) -> list[Share]:
    # A neutral tone, because status colours would suggest a status.
    return [
        Share(
            slug=slug,
            label=label,
            tone="silent" if slug == silent_slug else "told",
            count=counts.get(slug, 0),
            query=f"{filter_query(filters)}{name}={slug}",
        )
        for slug, label in choices
    ]


def _lines(
    name: str,
    tally: dict[str, dict[str, int]],
    labels: dict[str, str],
    filters: dict[str, str],
    unknown_label: Promise,
) -> list[DistributionLine]:
    lines = [
        DistributionLine(
            label=unknown_label if word == NOT_RECORDED else str(labels.get(word, word)),
            parts=status_shares(counts, filter_query(filters, **{name: word})),
            query=filter_query(filters, **{name: word}).removesuffix("&"),
        )
        for word, counts in tally.items()
        if filters.get(name, word) == word
    ]
    lines.sort(key=lambda line: (line.label == unknown_label, -line.total, str(line.label)))
    return lines


def _over_time(index: FacetIndex, found: int, on: date) -> list[DistributionLine]:
    """For each quarter from the first of these rows, how many had which status at its end."""
    moved = index.bits.get("moved", {})
    having = dict.fromkeys((slug for slug, _label in STATUS_CHOICES), 0)
    lines = []
    for quarter in range(quarter_number(on) - MAX_QUARTERS + 1, quarter_number(on) + 1):
        name = quarter_name(quarter)
        moving = {status: moved.get(f"{name} {status}", 0) & found for status in having}
        others = ~reduce(or_, moving.values())
        having = {status: rows & others | moving[status] for status, rows in having.items()}
        if any(having.values()):
            counts = {status: rows.bit_count() for status, rows in having.items()}
            lines.append(DistributionLine(name, status_shares(counts)))
    return lines


def _by_due_date(index: FacetIndex, found: int, on: date) -> list[DistributionLine]:
    """From the first to the last quarter in which one of these rows is due.

    What is due long before or after this quarter counts in the first or the last of the chart.
    """
    by_quarter: dict[int, int] = {}
    first, last = quarter_number(on) - MAX_QUARTERS // 2, quarter_number(on) + MAX_QUARTERS // 2
    for month, rows in index.bits.get("due", {}).items():
        if rows & found:
            quarter = quarter_number(date.fromisoformat(f"{month}-01"))
            quarter = min(max(quarter, first), last)
            by_quarter[quarter] = by_quarter.get(quarter, 0) | rows & found
    if not by_quarter:
        return []
    return [
        DistributionLine(
            quarter_name(quarter),
            status_shares(_with_found_less(index, by_quarter.get(quarter, 0))),
        )
        for quarter in range(min(by_quarter), max(by_quarter) + 1)
    ]
