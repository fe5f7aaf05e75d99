"""What each public commitment counts under, kept in memory for lists and statistics."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import cache
from typing import NamedTuple

from django.db.models import BooleanField, CharField, ExpressionWrapper
from django.db.models.functions import Cast, Substr

from outcomes.commitments.as_of import as_of, parties_as_of, status_columns_for, updates_as_of
from outcomes.commitments.charts import NO_UPDATE
from outcomes.models import (
    ENDED_STATUSES,
    Assessment,
    Commitment,
    CommitmentParty,
    Outcome,
    ProgressUpdate,
    freshness_of,
)
from participants.directory.people_index import register_themes
from roundtable.cache.values import PublicCache, get_or_set, pinned
from roundtable.filters.facet_index import FacetIndex, bits_by_value, bits_of

TEXT = CharField()
NOT_RECORDED = "~none"  # filter value for "not recorded"; a slug cannot contain "~"
NO_FINDING = "none"
RECORDED, BY_MEMBERS = OTHER_VOICES = ("recorded", "by_members")
MAX_QUARTERS = 40  # of the chart over time, ten years; narrower columns would be hard to see
# Visitors choose the days, and the index of 10,000 commitments has a MB.
MAX_EARLIER_DAYS = 2
earlier_days = PublicCache(MAX_EARLIER_DAYS)


def commitment_index(today: date, day: date | None = None) -> FacetIndex:
    """Of all public commitments, on an earlier day if it is given.

    Its facets are those of the list, and these: "due" is the month of the due date, "starts" the
    first day of the roundtable, "voice" who was heard of a commitment that no party reported on,
    "made_up" whether it is a demonstration, and "moved" the status at the end of each quarter in
    which it was added or reported on.
    """
    kept = earlier_days if day else pinned
    return get_or_set(("commitments", today, day), lambda: _read(day or today, day), kept)


def _themes_by_party(on: date) -> dict[str, dict[str, str]]:
    index = commitment_index(on)
    themes = [
        (slug, index.labels["theme", slug], rows)
        for slug, rows in index.bits.get("theme", {}).items()
        if slug != NOT_RECORDED
    ]
    return {
        party: {slug: name for slug, name, rows in themes if rows & of_party}
        for party, of_party in index.bits.get("party", {}).items()
    }


register_themes(_themes_by_party)


def _read(on: date, day: date | None) -> FacetIndex:
    """Row by row: many at once in memory would keep the collector of garbage busy."""
    quarter_of = _quarters_until(on)
    having = _read_commitments(on, day)
    months = having.pop("recorded", {})
    added = {pk: quarter_of(month) for month, pks in months.items() for pk in pks}
    bits = {
        facet: {value: bits_of(pks) for value, pks in by_value.items()}
        for facet, by_value in having.items()
    }
    index = FacetIndex(bits_of(added), bits, {})
    _add_parties(index, day)
    _add_themes(index)
    _add_findings(index, day)
    index.bits["moved"] = _find_moves(added, quarter_of, day)
    return index


class _Row(NamedTuple):
    """Dates are texts, because Python takes long to read them; times are in UTC, as all days."""

    pk: int
    status: str
    reported_on: str | None
    by_members: int
    is_recorded: bool
    due_on: str | None
    is_open: bool
    recorded_in: str  # month
    event: str
    starts_on: str
    is_made_up: bool


def _rows(day: date | None) -> Iterator[_Row]:
    columns = status_columns_for(day)
    rows = as_of(Commitment.objects.published(), day).order_by()
    found = rows.values_list(
        "pk",
        columns.status,
        Cast(columns.reported_on, TEXT),
        columns.members,
        ExpressionWrapper(columns.is_recorded, BooleanField()),
        Cast("due_on", TEXT),
        "is_open",
        _month_of("recorded_at"),
        "event__slug",
        Cast("event__starts_on", TEXT),
        "event__is_demonstration",
    )
    return map(_Row._make, found.iterator())


def _month_of(column: str) -> Substr:
    """Such as "2026-03"."""
    return Substr(Cast(column, TEXT), 1, 7)


def _read_commitments(on: date, day: date | None) -> dict[str, dict[str, list[int]]]:
    """By facet and value the IDs, and by the month in which they were recorded."""
    today = on.isoformat()
    freshness = cache(lambda day: freshness_of(date.fromisoformat(day) if day else None, on).value)
    having: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for row in _rows(day):
        is_ended = row.status in ENDED_STATUSES
        having["recorded"][row.recorded_in].append(row.pk)
        having["status"][row.status or NO_UPDATE].append(row.pk)
        having["fresh"][freshness(row.reported_on)].append(row.pk)
        having["event"][row.event].append(row.pk)
        having["starts"][row.starts_on].append(row.pk)
        if row.due_on:
            having["due"][row.due_on[:7]].append(row.pk)
        if row.due_on and row.due_on < today and not is_ended:
            having["overdue"]["yes"].append(row.pk)
        if row.is_open and not is_ended:
            having["joining"]["open"].append(row.pk)
        if row.is_recorded and not row.status:
            having["voice"][RECORDED].append(row.pk)
        if row.by_members and not row.status:
            having["voice"][BY_MEMBERS].append(row.pk)
        if row.is_made_up:
            having["made_up"]["yes"].append(row.pk)
    return having


def _add_parties(index: FacetIndex, day: date | None) -> None:
    """Organisations that are not named count by their kind and country only."""
    parties = parties_as_of(CommitmentParty.objects.without_members(), day).order_by()
    found = parties.values_list(
        "commitment",
        "group__slug",
        "group__name",
        "organisation__slug",
        "organisation__name",
        "organisation__is_name_published",
        "organisation__kind",
        "organisation__country",
    )
    for party, rows in bits_by_value((row[1:], row[0]) for row in found.iterator()).items():
        group, group_name, slug, name, is_named, kind, country = party
        if group:
            index.add("party", group, rows, group_name)
        if is_named:
            index.add("party", slug, rows, name)
        if kind:
            index.add("kind", kind, rows)
        if country:
            index.add("country", country, rows)
    index.add_others("kind", NOT_RECORDED)
    index.add_others("country", NOT_RECORDED)


def _add_themes(index: FacetIndex) -> None:
    points = Outcome.objects.published().filter(themes__isnull=False).order_by()
    themes = points.values_list("commitments", "themes__slug", "themes__name")
    pairs = ((row[1:], row[0]) for row in themes.iterator() if row[0])
    for (slug, name), rows in bits_by_value(pairs).items():
        index.add("theme", slug, rows, name)
    index.add_others("theme", NOT_RECORDED)


def _add_findings(index: FacetIndex, day: date | None) -> None:
    newest = Assessment.objects.newest(day).order_by().values_list("finding", "commitment")
    for finding, rows in bits_by_value(newest).items():
        index.add("finding", finding, rows)
    index.add_others("finding", NO_FINDING)


def _find_moves(
    added: Mapping[int, str], quarter_of: Callable[[str], str], day: date | None
) -> dict[str, int]:
    """The status at the end of each quarter in which a commitment was added or reported on.

    A report about a day before its commitment was added counts from the latter's quarter.
    """
    reports = ProgressUpdate.objects.setting_status().approved()
    # In the order of an index, so that the database need not sort them.
    reports = reports.order_by("commitment", "reported_on", "recorded_at", "pk")
    last: dict[str, dict[int, str]] = defaultdict(dict)
    for pk, quarter in added.items():
        last[quarter][pk] = NO_UPDATE
    columns = ("commitment", _month_of("reported_on"), "status")
    for pk, month, status in updates_as_of(reports, day).values_list(*columns).iterator():
        if pk in added:
            last[max(added[pk], quarter_of(month))][pk] = status
    return {
        f"{quarter} {status}": rows
        for quarter, of_quarter in last.items()
        for status, rows in bits_by_value((word, pk) for pk, word in of_quarter.items()).items()
    }


def _quarters_until(on: date) -> Callable[[str], str]:
    """The quarter of the chart for a month such as "2026-03"; an earlier one becomes the first."""
    last = quarter_number(on)

    @cache
    def quarter_of(month: str) -> str:
        number = quarter_number(date.fromisoformat(f"{month}-01"))
        return quarter_name(min(max(number, last - MAX_QUARTERS + 1), last))

    return quarter_of


def quarter_number(day: date) -> int:
    return day.year * 4 + (day.month - 1) // 3


def quarter_name(quarter: int) -> str:
    year, number = divmod(quarter, 4)
    return f"{year} Q{number + 1}"
