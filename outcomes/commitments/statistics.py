"""How commitments are shared out, by status and by what else is known: the numbers of progress."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from operator import itemgetter
from urllib.parse import urlencode

from django.db import connection
from django.db.models import Case, Count, Exists, Model, OuterRef, Q, QuerySet, Value, When, Window
from django.db.models.functions import Lag, TruncQuarter
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from outcomes.commitments.as_of import NOW, Columns, columns, told_by
from outcomes.commitments.charts import NO_UPDATE, STATUS_CHOICES, Share, shares
from outcomes.models import (
    Assessment,
    Commitment,
    CommitmentParty,
    Freshness,
    Outcome,
    ProgressUpdate,
    Theme,
    fresh,
    overdue,
)
from participants.models import Kind, Organisation

NONE = "~none"  # a filter for what is not recorded; no short name of anything looks like it


NO_FINDING = "none"
FINDINGS: list[tuple[str, str | Promise]] = [
    *Assessment.Finding.choices,
    (NO_FINDING, _("No independent finding")),
]


def at_status(status: str, stand: Columns = NOW) -> Q:
    """The commitments that stand at this status; "no-update" are those without any."""
    return Q((stand.status, "" if status == NO_UPDATE else status))


def count(
    commitments: QuerySet[Commitment],
    on: date,
    status: str = "",
    only_overdue: bool = False,
    stand: Columns = NOW,
) -> dict[str, int]:
    """How many stand at each status, are "overdue", and are there at "all"; one query.

    Those at a status and at "all" are the overdue ones where `only_overdue`; "overdue" are those
    at `status` where one is given; "found" are both.
    """
    late = Case(When(overdue(on, stand.status), then=Value(True)), default=Value(False))
    rows = commitments.order_by().annotate(late=late).values_list(stand.status, "late")
    numbers = dict.fromkeys([slug for slug, _label in STATUS_CHOICES], 0)
    numbers |= {"all": 0, "overdue": 0, "found": 0}
    for word, is_late, number in rows.annotate(number=Count("pk")):
        slug = word or NO_UPDATE
        if is_late or not only_overdue:
            numbers[slug] += number
            numbers["all"] += number
        if slug == (status or slug):
            numbers["overdue"] += number if is_late else 0
            numbers["found"] += number if is_late or not only_overdue else 0
    return numbers


def themed() -> QuerySet[Model]:
    """Which commitment answers which published point that has themes."""
    answers = Commitment.outcomes.through.objects
    themes = Outcome.themes.through.objects.filter(outcome=OuterRef("outcome"))
    return answers.filter(Exists(themes), outcome__in=Outcome.objects.published())


def recorded(what: str) -> Exists:
    """Whether anything is recorded of a commitment's "theme", "kind" of party, or "country"."""
    if what == "theme":
        return Exists(themed().filter(commitment=OuterRef("pk")))
    parties = CommitmentParty.objects.filter(commitment=OuterRef("pk"), organisation__isnull=False)
    if what == "country":
        parties = parties.exclude(organisation__country="")
    return Exists(parties)


MOST_QUARTERS = 40  # ten years; narrower columns could not be told apart


@dataclass(frozen=True)
class Line:
    """One line of a distribution: what it is about, and how its commitments are shared out."""

    label: str | Promise
    parts: list[Share]
    query: str = ""  # what asks the list of commitments for all of them

    @property
    def total(self) -> int:
        """How many commitments it is about."""
        return sum(part.count for part in self.parts)


@dataclass(frozen=True)
class Distribution:
    """Lines with a title, and what stands out about how they are counted."""

    name: str
    title: str | Promise
    lines: list[Line]
    note: str | Promise = ""


@dataclass
class Progress:
    """Where the commitments of a filter stand, on each axis apart."""

    total: int
    reported: int
    status: list[Share]
    freshness: list[Share]
    findings: list[Share]
    crossed: list[Distribution] = field(default_factory=list)
    quarters: list[Line] = field(default_factory=list)


def progress(
    rows: QuerySet[Commitment], on: date, asked: dict[str, str], by: date | None = None
) -> Progress:
    """All distributions of these commitments, in a constant number of queries.

    `asked` is the filter that gave the rows, as it stands in the query string. What it fixes has
    one line only, since no other is comparable. `by` is the day that the rows are as of, where
    they are looked back at.
    """
    on, stand = by or on, columns(by)
    begun, status, freshness = _standing(rows, on, stand)
    total = status.total()
    findings: Counter[str] = Counter(
        dict(
            Assessment.objects.newest(by)
            .filter(commitment__in=rows.values("pk"))
            .values_list("finding")
            .annotate(number=Count("pk"))
        )
    )
    findings[NO_FINDING] = total - findings.total()
    kinds, lands = _by_party(rows, stand)
    return Progress(
        total=total,
        reported=total - status[NO_UPDATE],
        status=shares(status, _query(asked)),
        freshness=_plain(Freshness.choices, freshness, "fresh", Freshness.NEVER, asked),
        findings=_plain(FINDINGS, findings, "finding", NO_FINDING, asked),
        crossed=[
            Distribution(
                "theme",
                _("By theme"),
                _lines(
                    "theme",
                    _by_theme(rows, stand),
                    dict(Theme.objects.values_list("slug", "name")),
                    asked,
                    _("No theme recorded"),
                ),
                _("A commitment under two themes counts in both."),
            ),
            Distribution(
                "kind",
                _("By kind of organisation"),
                _lines(
                    "kind",
                    kinds,
                    {kind.value: str(kind.label) for kind in Kind},
                    asked,
                    _("No organisation recorded"),
                ),
                _("A commitment of two kinds of organisations counts in both."),
            ),
            Distribution(
                "country",
                _("By country"),
                _lines(
                    "country",
                    lands,
                    dict(countries),
                    asked,
                    _("No country recorded"),
                ),
                _("A commitment of parties from two countries counts in both."),
            ),
        ],
        quarters=_over_time(rows, begun, on, by),
    )


Tally = dict[str, Counter[str]]  # by the word of a filter, how many stand at each status


def _standing(
    rows: QuerySet[Commitment], on: date, stand: Columns
) -> tuple[Counter[date], Counter[str], Counter[str]]:
    """How many began on which day, stand at which status, and were last reported on when."""
    ages = [When(fresh(age, on, stand.reported_on), then=Value(age.value)) for age in Freshness]
    begun: Counter[date] = Counter()
    status: Counter[str] = Counter()
    freshness: Counter[str] = Counter()
    for day, word, age, number in (
        rows.annotate(age=Case(*ages))
        .values_list("event__starts_on", stand.status, "age")
        .annotate(number=Count("pk"))
    ):
        begun[day] += number
        status[word or NO_UPDATE] += number
        freshness[age] += number
    return begun, status, freshness


def _query(asked: dict[str, str], **more: str) -> str:
    """What asks the list of commitments for the same, to be followed by another filter."""
    return f"?{urlencode(asked | more)}&" if asked | more else "?"


def _plain(
    choices: Iterable[tuple[str, str | Promise]],
    counts: Counter[str],
    name: str,
    silence: str,
    asked: dict[str, str],
) -> list[Share]:
    """Parts of a whole that is no status, so that none of its colours are used."""
    return [
        Share(
            slug=slug,
            label=label,
            tone="silent" if slug == silence else "told",
            count=counts[slug],
            query=f"{_query(asked)}{name}={slug}",
        )
        for slug, label in choices
    ]


def _by_theme(rows: QuerySet[Commitment], stand: Columns) -> Tally:
    known = rows.filter(outcomes__in=Outcome.objects.published(), outcomes__themes__isnull=False)
    tally: Tally = {}
    for word, status, number in known.values_list("outcomes__themes__slug", stand.status).annotate(
        number=Count("pk", distinct=True)
    ):
        tally.setdefault(str(word), Counter())[status or NO_UPDATE] = number
    unknown = rows.filter(~recorded("theme")).values_list(stand.status)
    for status, number in unknown.annotate(number=Count("pk")):
        tally.setdefault(NONE, Counter())[status or NO_UPDATE] = number
    return tally


def _by_party(rows: QuerySet[Commitment], stand: Columns) -> tuple[Tally, Tally]:
    """By kind and by country of the organisations that undertook it.

    One pass over the parties: to let the database leave out what counts twice takes as long for
    either of the two.
    """
    kind_of: dict[int | None, str] = {None: ""}
    country_of: dict[int | None, str] = {None: ""}
    for pk, kind, country in Organisation.objects.values_list("pk", "kind", "country"):
        kind_of[pk], country_of[pk] = kind, str(country)
    kinds: Tally = defaultdict(Counter)
    lands: Tally = defaultdict(Counter)
    parties = rows.order_by("pk").values_list("pk", stand.status, "parties__organisation")
    for (_pk, status), same in groupby(parties.iterator(chunk_size=10_000), itemgetter(0, 1)):
        found = [organisation for _pk, _status, organisation in same]
        for tally, word_of in ((kinds, kind_of), (lands, country_of)):
            for word in {word_of[one] for one in found} - {""} or {NONE}:
                tally[word][status or NO_UPDATE] += 1
    return kinds, lands


def _lines(
    name: str,
    tally: Tally,
    labels: dict[str, str],
    asked: dict[str, str],
    nothing: Promise,
) -> list[Line]:
    """The lines with the most commitments first, and at the end those of which nothing is known."""
    lines = [
        Line(
            label=nothing if word == NONE else str(labels.get(word, word)),
            parts=shares(counts, _query(asked, **{name: word})),
            query=_query(asked, **{name: word}).removesuffix("&"),
        )
        for word, counts in tally.items()
        if counts and asked.get(name, word) == word
    ]
    lines.sort(key=lambda line: (line.label == nothing, -line.total, str(line.label)))
    return lines


def _over_time(
    rows: QuerySet[Commitment], begun: Counter[date], on: date, by: date | None
) -> list[Line]:
    """How many stood at each status at the end of each quarter, by what was reported until then."""
    if not begun:
        return []
    last = _quarter(on)
    steps: dict[int, Counter[str]] = {}
    for day, number in begun.items():
        steps.setdefault(min(_quarter(day), last), Counter())[NO_UPDATE] += number
    for day, status, before, number in _changes(rows, by):
        step = steps.setdefault(min(_quarter(day), last), Counter())
        step[status] += number
        step[before or NO_UPDATE] -= number
    counts: Counter[str] = Counter()
    lines = []
    for quarter in range(min(steps), last + 1):
        counts.update(steps.get(quarter, {}))
        year, number = divmod(quarter, 4)
        lines.append(Line(f"{year} Q{number + 1}", shares(counts)))
    return lines[-MOST_QUARTERS:]


def _quarter(day: date) -> int:
    return day.year * 4 + (day.month - 1) // 3


def _changes(
    rows: QuerySet[Commitment], by: date | None
) -> list[tuple[date, str, str | None, int]]:
    """How often in each quarter an approved update brought a status, and which it replaced."""
    before = Window(
        Lag("status"), partition_by="commitment", order_by=["reported_on", "recorded_at", "pk"]
    )
    updates = (
        told_by(ProgressUpdate.objects.approved().filter(commitment__in=rows.values("pk")), by)
        .order_by()
        .annotate(quarter=TruncQuarter("reported_on"), before=before)
        .values_list("quarter", "status", "before")
    )
    # The ORM cannot group by what a window gives.
    sql, given = updates.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT quarter, status, before, COUNT(*) FROM ({sql}) AS told"
            " GROUP BY quarter, status, before",
            given,
        )
        return [
            (day if isinstance(day, date) else date.fromisoformat(day), status, before, number)
            for day, status, before, number in cursor.fetchall()
        ]
