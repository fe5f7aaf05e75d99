"""What each public commitment counts under, kept in memory for lists and statistics."""

from datetime import date
from functools import partial
from typing import Any

from django.db.models import (
    Case,
    CharField,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
    Window,
)
from django.db.models.functions import Cast, Concat, Lag, Substr

from outcomes.commitments.as_of import (
    StatusColumns,
    as_of,
    assessments_as_of,
    parties_as_of,
    start_of,
    status_columns_for,
    updates_as_of,
)
from outcomes.commitments.charts import NO_UPDATE
from outcomes.models import (
    ENDED_STATUSES,
    Assessment,
    Commitment,
    CommitmentParty,
    Freshness,
    Outcome,
    ProgressUpdate,
    Statement,
    Theme,
    freshness_q,
    overdue_q,
)
from participants.directory.people_index import register_themes
from participants.models import Group, Organisation
from roundtable.cache.changed_rows import ChangedRows
from roundtable.database.row_triggers import Changed, Touch, ids_of
from roundtable.filters.facet_index import FacetIndex, IndexQuery, IndexStore, Tally, index_query
from roundtable.models import Event

TEXT = CharField()
NOT_RECORDED = "~none"  # filter value for "not recorded"; a slug cannot contain "~"
NO_FINDING = "none"
RECORDED, BY_MEMBERS = OTHER_VOICES = ("recorded", "by_members")
MAX_QUARTERS = 40  # of the chart over time, ten years; narrower columns would be hard to see

_answers = Commitment.outcomes.through._default_manager
CHANGED_COMMITMENTS = ChangedRows(
    "outcomes_changed_commitment",
    (
        Touch(
            Commitment,
            "event state due_on is_open recorded_at latest_status latest_reported_on "
            "latest_recorded_update members_reporting",
            "id",
        ),
        Touch(
            Event,
            "is_public is_demonstration slug starts_on",
            ids_of(Commitment.objects, "event"),
        ),
        Touch(
            CommitmentParty,
            "commitment organisation group role recorded_at",
            "commitment_id",
        ),
        Touch(
            Organisation,
            "slug name kind country is_name_published",
            ids_of(CommitmentParty.objects, "organisation", ids="commitment"),
        ),
        Touch(Group, "slug name", ids_of(CommitmentParty.objects, "group", ids="commitment")),
        Touch(
            ProgressUpdate,
            "commitment party state reported_by status reported_on recorded_at",
            "commitment_id",
        ),
        Touch(Assessment, "commitment organisation state finding assessed_on", "commitment_id"),
        Touch(Commitment.outcomes.through, "commitment outcome", "commitment_id"),
        Touch(Outcome, "statement number", ids_of(_answers, "outcome", ids="commitment")),
        Touch(Statement, "event state", ids_of(_answers, "outcome__statement", ids="commitment")),
        Touch(
            Outcome.themes.through,
            "outcome theme",
            ids_of(_answers, "outcome", Changed("outcome_id"), ids="commitment"),
        ),
        Touch(Theme, "slug name", ids_of(_answers, "outcome__themes", ids="commitment")),
    ),
)
store = IndexStore(CHANGED_COMMITMENTS)


def commitment_index(today: date, day: date | None = None) -> FacetIndex:
    """Of all public commitments, on an earlier day if it is given.

    Its facets are those of the list, and these: "due" is the month of the due date, "starts" the
    first day of the roundtable, "voice" who was heard of a commitment that no party reported on,
    "made_up" whether it is a demonstration, and "moved" the quarters in which a status began or
    ended.
    """
    rows = as_of(Commitment.objects.published(), day)
    return store.get((today, day), rows, partial(_query, on=day or today, day=day))


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


def _query(rows: QuerySet[Commitment], on: date, day: date | None) -> IndexQuery:
    columns = status_columns_for(day)
    return index_query(
        rows,
        [
            *_tally_reports(rows, on, columns),
            *_tally_findings(rows, day),
            *_tally_themes(rows),
            *_tally_commitment_parties(rows, day),
            *_tally_moves(rows, on, day),
            Tally("event", rows, "event__slug"),
            Tally("starts", rows, Cast("event__starts_on", TEXT)),
            Tally("made_up", rows.filter(event__is_demonstration=True), _word("yes")),
        ],
    )


def _tally_reports(rows: QuerySet[Commitment], on: date, columns: StatusColumns) -> list[Tally]:
    never = When(Q((columns.status, "")), then=Value(NO_UPDATE))
    status = Case(never, default=F(columns.status), output_field=TEXT)
    ages = [When(freshness_q(age, on, columns.reported_on), Value(age.value)) for age in Freshness]
    voices = other_voices(columns)
    can_be_joined = Q(is_open=True) & ~Q((f"{columns.status}__in", ENDED_STATUSES))
    return [
        Tally("status", rows, status),
        Tally("due", rows.filter(due_on__isnull=False), Substr(Cast("due_on", TEXT), 1, 7)),
        Tally("overdue", rows.filter(overdue_q(on, columns.status)), _word("yes")),
        Tally("joining", rows.filter(can_be_joined), _word("open")),
        Tally("fresh", rows, Case(*ages, output_field=TEXT)),
        *(Tally("voice", rows.filter(heard), _word(voice)) for voice, heard in voices.items()),
    ]


def other_voices(columns: StatusColumns) -> dict[str, Q]:
    """Who was heard about a commitment that no party reported on."""
    return {RECORDED: columns.is_only_recorded, BY_MEMBERS: columns.is_only_by_members}


def _tally_findings(rows: QuerySet[Commitment], day: date | None) -> list[Tally]:
    newest = Assessment.objects.newest(day).filter(commitment__in=rows.values("pk"))
    found = assessments_as_of(Assessment.objects.approved(), day)
    without = rows.filter(~Exists(found.filter(commitment=OuterRef("pk"))))
    return [
        Tally("finding", newest, "finding", counted="commitment"),
        Tally("finding", without, _word(NO_FINDING)),
    ]


def _tally_themes(rows: QuerySet[Commitment]) -> list[Tally]:
    themed = rows.filter(outcomes__in=Outcome.objects.published(), outcomes__themes__isnull=False)
    return [
        Tally("theme", themed, "outcomes__themes__slug", "outcomes__themes__name"),
        _tally_unrecorded("theme", rows, None),
    ]


def _tally_commitment_parties(rows: QuerySet[Commitment], day: date | None) -> list[Tally]:
    parties = parties_as_of(CommitmentParty.objects.without_members(), day)
    parties = parties.filter(commitment__in=rows.order_by().values("pk"))
    found = tally_parties("party", parties, "commitment")
    for name in ("kind", "country"):
        column = f"organisation__{name}"
        recorded = parties.filter(organisation__isnull=False).exclude(**{column: ""})
        found += [
            Tally(name, recorded, column, counted="commitment"),
            _tally_unrecorded(name, rows, day),
        ]
    return found


def tally_parties(name: str, rows: QuerySet[Any], counted: str) -> list[Tally]:
    """Organisations and groups. Organisations that are not named are left out."""
    named = rows.filter(organisation__is_name_published=True)
    groups = rows.filter(group__isnull=False)
    return [
        Tally(name, named, "organisation__slug", "organisation__name", counted),
        Tally(name, groups, "group__slug", "group__name", counted),
    ]


def _tally_unrecorded(name: str, rows: QuerySet[Commitment], day: date | None) -> Tally:
    return Tally(name, rows.filter(~_is_recorded(name, day)), _word(NOT_RECORDED))


def _is_recorded(attribute: str, day: date | None = None) -> Exists:
    """Condition: the commitment has a "theme", or a party with a "kind" or "country" that day."""
    if attribute == "theme":
        # Rows of the commitment-point table whose point is published and has themes.
        themes = Outcome.themes.through.objects.filter(outcome=OuterRef("outcome"))
        themed = _answers.filter(Exists(themes), outcome__in=Outcome.objects.published())
        return Exists(themed.filter(commitment=OuterRef("pk")))
    parties = parties_as_of(CommitmentParty.objects.without_members(), day)
    parties = parties.filter(commitment=OuterRef("pk"), organisation__isnull=False)
    if attribute == "country":
        parties = parties.exclude(organisation__country="")
    return Exists(parties)


def _tally_moves(rows: QuerySet[Commitment], on: date, day: date | None) -> list[Tally]:
    """Each status from the quarter in which it begins, and again from that in which it ends.

    A report about a day before its commitment was added counts from the latter's quarter.
    """
    reports = ProgressUpdate.objects.setting_status().approved()
    updates = updates_as_of(reports.filter(commitment__in=rows.values("pk")), day)
    before = Window(
        Lag("status", default=Value(NO_UPDATE)),
        partition_by="commitment",
        order_by=["reported_on", "recorded_at", "pk"],
    )
    quarter = _quarter_of(on, "commitment__recorded_at", "reported_on")
    added = Concat(_quarter_of(on, "recorded_at"), Value(f" {NO_UPDATE}"), output_field=TEXT)
    ended = Concat(quarter, Value(" "), before, output_field=TEXT)
    begun = Concat(quarter, Value(" "), "status", output_field=TEXT)
    return [
        Tally("moved", rows, added, is_toggled=True),
        Tally("moved", updates, ended, counted="commitment", is_toggled=True),
        Tally("moved", updates, begun, counted="commitment", is_toggled=True),
    ]


def _quarter_of(on: date, added: str, reported_on: str = "") -> Case:
    """The quarter of the chart, such as "2026 Q1"; an earlier one becomes the first.

    For SQLite, TruncQuarter is a function in Python, which takes long for each commitment.
    """
    last = quarter_number(on)
    earlier = []
    for quarter in range(last - MAX_QUARTERS + 1, last):
        end = _first_day(quarter + 1)
        is_before = Q((f"{added}__lt", start_of(end)))
        if reported_on:
            is_before &= Q((f"{reported_on}__lt", end))
        earlier.append(When(is_before, then=Value(quarter_name(quarter))))
    return Case(*earlier, default=Value(quarter_name(last)), output_field=TEXT)


def quarter_number(day: date) -> int:
    return day.year * 4 + (day.month - 1) // 3


def quarter_name(quarter: int) -> str:
    year, number = divmod(quarter, 4)
    return f"{year} Q{number + 1}"


def _first_day(quarter: int) -> date:
    year, number = divmod(quarter, 4)
    return date(year, 3 * number + 1, 1)


def _word(word: str) -> Value:
    return Value(word, output_field=TEXT)
