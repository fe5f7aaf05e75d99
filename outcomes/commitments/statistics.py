"""Statistics of progress: commitments by status and other attributes."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from operator import itemgetter
from urllib.parse import urlencode

from django.db import connection
from django.db.models import (
    Case,
    Count,
    DateField,
    Exists,
    Model,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
    Window,
)
from django.db.models.functions import Greatest, Lag, TruncQuarter
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from outcomes.commitments.as_of import (
    CURRENT_COLUMNS,
    StatusColumns,
    parties_as_of,
    start_of,
    status_columns_for,
    updates_as_of,
    with_counted_parties,
)
from outcomes.commitments.charts import NO_UPDATE, STATUS_CHOICES, Share, status_shares
from outcomes.models import (
    Assessment,
    Commitment,
    CommitmentParty,
    Freshness,
    Outcome,
    ProgressUpdate,
    Theme,
    freshness_q,
    overdue_q,
)
from participants.models import Organisation, OrganisationKind
from roundtable.public_cache import get_or_set, question

NOT_RECORDED = "~none"  # filter value for "not recorded"; a slug cannot contain "~"


NO_FINDING = "none"
FINDING_CHOICES: list[tuple[str, str | Promise]] = [
    *Assessment.Finding.choices,
    (NO_FINDING, _("No independent assessment")),
]


def status_q(status: str, status_columns: StatusColumns = CURRENT_COLUMNS) -> Q:
    """Condition for a status; "no-update" means never reported on."""
    return Q((status_columns.status, "" if status == NO_UPDATE else status))


def count_by_status(
    commitments: QuerySet[Commitment],
    on: date,
    status_columns: StatusColumns = CURRENT_COLUMNS,
) -> dict[str, int]:
    """Counts by status, and as "all", "overdue" and "reported", in one query.

    "reported" are those that a party reported on. Of the others, something is recorded from a
    source about "recorded", and members of a group reported on "by_members".
    """
    voices = {
        voice: Count("event", filter=condition)
        for voice, condition in _other_voices(status_columns).items()
    }
    # By roundtable first, as the index is sorted: then the database counts without sorting.
    rows = (
        commitments.order_by()
        .values_list("event", status_columns.status)
        .annotate(
            number=Count("*"),
            late=Count("event", filter=overdue_q(on, status_columns.status)),
            **voices,
        )
    )
    numbers = dict.fromkeys([slug for slug, _label in STATUS_CHOICES], 0)
    numbers |= {"all": 0, "overdue": 0} | dict.fromkeys(OTHER_VOICES, 0)
    for _event, word, number, late, *heard in get_or_set(question(rows), lambda: list(rows)):
        numbers[word or NO_UPDATE] += number
        numbers["all"] += number
        numbers["overdue"] += late
        for voice, of_voice in zip(OTHER_VOICES, heard, strict=True):
            numbers[voice] += of_voice
    return numbers | {"reported": numbers["all"] - numbers[NO_UPDATE]}


OTHER_VOICES = ("recorded", "by_members")


def _other_voices(status_columns: StatusColumns) -> dict[str, Q]:
    """Who was heard about a commitment that no party reported on."""
    conditions = (status_columns.is_only_recorded, status_columns.is_only_by_members)
    return dict(zip(OTHER_VOICES, conditions, strict=True))


def themed_commitment_points() -> QuerySet[Model]:
    """Rows of the commitment–point table whose point is published and has themes."""
    answers = Commitment.outcomes.through.objects
    themes = Outcome.themes.through.objects.filter(outcome=OuterRef("outcome"))
    return answers.filter(Exists(themes), outcome__in=Outcome.objects.published())


def is_recorded(attribute: str, day: date | None = None) -> Exists:
    """Condition: the commitment has a "theme", or a party with a "kind" or "country" that day."""
    if attribute == "theme":
        return Exists(themed_commitment_points().filter(commitment=OuterRef("pk")))
    parties = parties_as_of(CommitmentParty.objects.without_members(), day)
    parties = parties.filter(commitment=OuterRef("pk"), organisation__isnull=False)
    if attribute == "country":
        parties = parties.exclude(organisation__country="")
    return Exists(parties)


MAX_QUARTERS = 40  # ten years; narrower columns would be hard to see


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


@dataclass
class ProgressStatistics:
    """Statistics of filtered commitments, one distribution for each attribute."""

    counts: dict[str, int]  # "all", "reported", "recorded" and "by_members"
    status: list[Share]
    freshness: list[Share]
    findings: list[Share]
    breakdowns: list[Distribution] = field(default_factory=list)
    quarters: list[DistributionLine] = field(default_factory=list)


def progress_statistics(
    rows: QuerySet[Commitment], on: date, filters: dict[str, str], as_of_day: date | None = None
) -> ProgressStatistics:
    """All statistics of `rows`, in a constant number of queries.

    `filters` are the query parameters that gave `rows`. An attribute that a filter fixes has one
    line, because other lines are not comparable.
    """
    on, status_columns = as_of_day or on, status_columns_for(as_of_day)
    tallies = get_or_set(
        ("progress", question(rows.order_by("pk")), on, as_of_day),
        lambda: _tally(rows, on, status_columns, as_of_day),
    )
    status, by_kind, by_country = tallies.status, tallies.by_kind, tallies.by_country
    total = status.total()
    return ProgressStatistics(
        counts={"all": total, "reported": total - status[NO_UPDATE], **tallies.other_voices},
        status=status_shares(status, _filter_query(filters)),
        freshness=_neutral_shares(
            Freshness.choices, tallies.freshness, "fresh", Freshness.NEVER, filters
        ),
        findings=_neutral_shares(FINDING_CHOICES, tallies.findings, "finding", NO_FINDING, filters),
        breakdowns=[
            Distribution(
                "theme",
                _("By theme"),
                _lines(
                    "theme",
                    tallies.by_theme,
                    dict(Theme.objects.values_list("slug", "name")),
                    filters,
                    _("No theme recorded"),
                ),
                _("A commitment with two themes counts under both."),
            ),
            Distribution(
                "kind",
                _("By kind of organisation"),
                _lines(
                    "kind",
                    by_kind,
                    {kind.value: str(kind.label) for kind in OrganisationKind},
                    filters,
                    _("No organisation recorded"),
                ),
                _("A commitment by two kinds of organisations counts under both."),
            ),
            Distribution(
                "country",
                _("By country"),
                _lines(
                    "country",
                    by_country,
                    {code: countries.name(code) or code for code in by_country},
                    filters,
                    _("No country recorded"),
                ),
                _("A commitment by parties from two countries counts under both."),
            ),
        ],
        quarters=_over_time(tallies.added, tallies.changes, on),
    )


StatusCounts = dict[str, Counter[str]]  # filter value -> status -> number
# Quarter, new status, previous status and number of reports.
StatusChange = tuple[date, str, str | None, int]


@dataclass(frozen=True)
class Tallies:
    """All that the statistics count in the database; everyone gets the same."""

    added: Counter[date]
    status: Counter[str]
    freshness: Counter[str]
    other_voices: Counter[str]
    findings: Counter[str]
    by_theme: StatusCounts
    by_kind: StatusCounts
    by_country: StatusCounts
    changes: list[StatusChange]


def _tally(
    rows: QuerySet[Commitment], on: date, status_columns: StatusColumns, as_of_day: date | None
) -> Tallies:
    added, status, freshness, other_voices = _count_by_axis(rows, on, status_columns)
    findings: Counter[str] = Counter(
        dict(
            Assessment.objects.newest(as_of_day)
            .filter(commitment__in=rows.values("pk"))
            .values_list("finding")
            .annotate(number=Count("pk"))
        )
    )
    findings[NO_FINDING] = status.total() - findings.total()
    by_kind, by_country = _by_party(with_counted_parties(rows, as_of_day), status_columns)
    return Tallies(
        added,
        status,
        freshness,
        other_voices,
        findings,
        _by_theme(rows, status_columns, status),
        by_kind,
        by_country,
        _status_changes(rows, on, as_of_day) if added else [],
    )


def _count_by_axis(
    rows: QuerySet[Commitment], on: date, status_columns: StatusColumns
) -> tuple[Counter[date], Counter[str], Counter[str], Counter[str]]:
    ages = [
        When(freshness_q(age, on, status_columns.reported_on), then=Value(age.value))
        for age in Freshness
    ]
    added: Counter[date] = Counter()
    status: Counter[str] = Counter()
    freshness: Counter[str] = Counter()
    other_voices = Counter(dict.fromkeys(OTHER_VOICES, 0))
    voices = {
        voice: Count("event", filter=condition)
        for voice, condition in _other_voices(status_columns).items()
    }
    for day, word, age, number, *heard in (
        rows.annotate(age=Case(*ages), added=_quarter_added(on))
        .values_list("added", status_columns.status, "age")
        .annotate(number=Count("*"), **voices)
    ):
        added[day] += number
        status[word or NO_UPDATE] += number
        freshness[age] += number
        for voice, of_voice in zip(OTHER_VOICES, heard, strict=True):
            other_voices[voice] += of_voice
    return added, status, freshness, other_voices


def _filter_query(filters: dict[str, str], **more: str) -> str:
    return f"?{urlencode(filters | more)}&" if filters | more else "?"


def _neutral_shares(
    choices: Iterable[tuple[str, str | Promise]],
    counts: Counter[str],
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
            count=counts[slug],
            query=f"{_filter_query(filters)}{name}={slug}",
        )
        for slug, label in choices
    ]


def _by_theme(
    rows: QuerySet[Commitment], status_columns: StatusColumns, status_counts: Counter[str]
) -> StatusCounts:
    """`status_counts` are those of all rows: what has no theme is the rest."""
    published = Outcome.objects.published().order_by()
    known = rows.filter(outcomes__in=published, outcomes__themes__isnull=False)
    tally: StatusCounts = {}
    for word, status, number in known.values_list(
        "outcomes__themes__slug", status_columns.status
    ).annotate(number=Count("pk", distinct=True)):
        tally.setdefault(str(word), Counter())[status or NO_UPDATE] = number
    themes = Outcome.themes.through.objects.filter(outcome=OuterRef("pk"))
    themed = rows.filter(outcomes__in=published.filter(Exists(themes)))
    counted = themed.values_list(status_columns.status).annotate(number=Count("pk", distinct=True))
    unknown = status_counts - Counter({status or NO_UPDATE: number for status, number in counted})
    return tally | ({NOT_RECORDED: unknown} if unknown else {})


def _by_party(
    rows: QuerySet[Commitment], status_columns: StatusColumns
) -> tuple[StatusCounts, StatusCounts]:
    # One pass in Python: COUNT(DISTINCT) in the database takes as long for each of the two.
    kind_of: dict[int | None, str] = {None: ""}
    country_of: dict[int | None, str] = {None: ""}
    for pk, kind, country in Organisation.objects.values_list("pk", "kind", "country"):
        kind_of[pk], country_of[pk] = kind, str(country)
    by_kind: StatusCounts = defaultdict(Counter)
    by_country: StatusCounts = defaultdict(Counter)
    parties = rows.order_by("pk").values_list(
        "pk", status_columns.status, "counted_parties__organisation"
    )
    for (_pk, status), rows_of_one in groupby(
        parties.iterator(chunk_size=10_000), itemgetter(0, 1)
    ):
        found = [organisation for _pk, _status, organisation in rows_of_one]
        for tally, word_of in ((by_kind, kind_of), (by_country, country_of)):
            for word in {word_of[one] for one in found} - {""} or {NOT_RECORDED}:
                tally[word][status or NO_UPDATE] += 1
    return by_kind, by_country


def _lines(
    name: str,
    tally: StatusCounts,
    labels: dict[str, str],
    filters: dict[str, str],
    unknown_label: Promise,
) -> list[DistributionLine]:
    lines = [
        DistributionLine(
            label=unknown_label if word == NOT_RECORDED else str(labels.get(word, word)),
            parts=status_shares(counts, _filter_query(filters, **{name: word})),
            query=_filter_query(filters, **{name: word}).removesuffix("&"),
        )
        for word, counts in tally.items()
        if counts and filters.get(name, word) == word
    ]
    lines.sort(key=lambda line: (line.label == unknown_label, -line.total, str(line.label)))
    return lines


def _over_time(
    added: Counter[date], status_changes: list[StatusChange], on: date
) -> list[DistributionLine]:
    if not added:
        return []
    last = _quarter_number(on)
    quarter_changes: dict[int, Counter[str]] = {}
    for day, number in added.items():
        quarter_changes.setdefault(min(_quarter_number(day), last), Counter())[NO_UPDATE] += number
    for day, status, before, number in status_changes:
        changes = quarter_changes.setdefault(min(_quarter_number(day), last), Counter())
        changes[status] += number
        changes[before or NO_UPDATE] -= number
    counts: Counter[str] = Counter()
    lines = []
    for quarter in range(min(quarter_changes), last + 1):
        counts.update(quarter_changes.get(quarter, {}))
        year, number = divmod(quarter, 4)
        lines.append(DistributionLine(f"{year} Q{number + 1}", status_shares(counts)))
    return lines[-MAX_QUARTERS:]


def _quarter_number(day: date) -> int:
    return day.year * 4 + (day.month - 1) // 3


def _first_day(quarter: int) -> date:
    year, number = divmod(quarter, 4)
    return date(year, 3 * number + 1, 1)


def _quarter_added(on: date, recorded_at: str = "recorded_at") -> Case:
    """First day of the quarter, among those of the chart; an earlier one becomes the first.

    For SQLite, TruncQuarter is a function in Python, which takes long for each commitment.
    """
    last = _quarter_number(on)
    earlier = [
        When(
            Q((f"{recorded_at}__lt", start_of(_first_day(quarter + 1)))),
            then=Value(_first_day(quarter)),
        )
        for quarter in range(last - MAX_QUARTERS + 1, last)
    ]
    return Case(*earlier, default=Value(_first_day(last)), output_field=DateField())


def _status_changes(
    rows: QuerySet[Commitment], on: date, as_of_day: date | None
) -> list[StatusChange]:
    """A report about a day before its commitment was added counts from the latter's quarter."""
    quarter = Greatest(TruncQuarter("reported_on"), _quarter_added(on, "commitment__recorded_at"))
    before = Window(
        Lag("status"), partition_by="commitment", order_by=["reported_on", "recorded_at", "pk"]
    )
    updates = (
        updates_as_of(
            ProgressUpdate.objects.setting_status()
            .approved()
            .filter(commitment__in=rows.values("pk")),
            as_of_day,
        )
        .order_by()
        .annotate(quarter=quarter, before=before)
        .values_list("quarter", "status", "before")
    )
    # The ORM cannot group by a window expression.
    sql, parameters = updates.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT quarter, status, before, COUNT(*) FROM ({sql}) AS told"
            " GROUP BY quarter, status, before",
            parameters,
        )
        return [
            (day if isinstance(day, date) else date.fromisoformat(day), status, before, number)
            for day, status, before, number in cursor.fetchall()
        ]
