"""Corrections of public texts, read from the history tables.

A row counts only if its roundtable and statement were public for SETTLING_TIME before it: a text
that was never public is no previous version.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import (
    DateTimeField,
    Exists,
    ExpressionWrapper,
    F,
    Model,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
)
from django.db.models.lookups import IsNull

from outcomes.datasets.tables import (
    COMMITMENTS,
    MILESTONES,
    ORGANISATIONS,
    POINTS,
    ROUNDTABLES,
    STATEMENTS,
)
from outcomes.datasets.values import value_text
from outcomes.models import Commitment, CommitmentState, Milestone, Outcome, Statement
from participants.models import EventRole, Organisation
from roundtable.database.fields import field_of
from roundtable.models import Event

# Publication and correction can be one action: text that was public for a shorter time is ignored.
SETTLING_TIME = timedelta(minutes=5)
HISTORY_CHANGED = "~"

# By model; the other fields are not wording, or contain email addresses.
PUBLIC_TEXT_FIELDS: dict[type[Model], tuple[str, ...]] = {
    table.model: table.wordings
    for table in (ROUNDTABLES, STATEMENTS, POINTS, COMMITMENTS, MILESTONES, ORGANISATIONS)
}

# Where a row of its history names its roundtable, and its statement.
EVENT_OF: dict[type[Model], str] = {
    Event: "id",
    Statement: "event",
    Outcome: "statement__event",
    Commitment: "event",
    Milestone: "commitment__event",
}
STATEMENT_OF: dict[type[Model], str] = {Statement: "id", Outcome: "statement"}


@dataclass(frozen=True)
class FieldCorrection:
    """A corrected field, with display values."""

    field: str
    label: str
    before: str
    after: str


def public_corrections(
    model: Any, is_covered: Q, since: datetime, until: datetime
) -> "QuerySet[Any]":
    """History rows that correct rows of the model while they were public.

    `is_covered` is the condition for a row of the history that its subject is covered.
    """
    history: Any = model.history.model.objects.filter(
        is_covered,
        history_type=HISTORY_CHANGED,
        history_date__gte=since,
        history_date__lt=until,
    )
    if model is Commitment:  # a draft is compared with what was public before
        history = history.filter(state=CommitmentState.PUBLIC)
    history = with_previous_row(history).annotate(
        settled=ExpressionWrapper(F("history_date") - SETTLING_TIME, output_field=DateTimeField())
    )
    same = history.model.objects.filter(history_id=OuterRef("previous_row"))
    for field in PUBLIC_TEXT_FIELDS[model]:
        same = _with_same_value(same, field)
    return _written_in_public(history.filter(~Exists(same), previous_row__isnull=False), model)


def reached_milestones(still_reached: Q, since: datetime, until: datetime) -> "QuerySet[Any]":
    """History rows that first mark a milestone as reached, if it still is.

    `still_reached` is the condition for a row of the history that its milestone is.
    """
    history: Any = Milestone.history.model.objects.filter(
        still_reached,
        history_date__gte=since,
        history_date__lt=until,
        reached_on__isnull=False,
    )
    before = history.model.objects.filter(history_id=OuterRef("previous_row"))
    already_reached = before.filter(reached_on__isnull=False)
    return with_previous_row(history).filter(~Exists(already_reached))


def with_previous_row(history: "QuerySet[Any]") -> "QuerySet[Any]":
    """Annotates each history row with the ID of the one before it."""
    earlier = history.model.objects.filter(
        id=OuterRef("id"), history_date__lte=OuterRef("history_date")
    ).exclude(history_id=OuterRef("history_id"))
    if history.model.instance_type is Commitment:
        earlier = earlier.filter(state=CommitmentState.PUBLIC)
    latest = earlier.order_by("-history_date", "-history_id").values("history_id")[:1]
    found: QuerySet[Any] = history.annotate(previous_row=Subquery(latest))
    return found


def _with_same_value(rows: "QuerySet[Any]", field: str) -> "QuerySet[Any]":
    # In SQL, no value does not equal no value.
    neither = Q(IsNull(F(field), True), IsNull(OuterRef(field), True))
    return rows.filter(Q((field, OuterRef(field))) | neither)


def _written_in_public(history: "QuerySet[Any]", model: type[Model]) -> "QuerySet[Any]":
    """Limits history rows to those written while their subject was public."""
    at, settled = OuterRef("history_date"), OuterRef("settled")
    if model is Organisation:
        # An organisation was public if a public roundtable named it at that time.
        roles = EventRole.objects.filter(
            organisation=OuterRef("id"), recorded_at__lte=OuterRef("settled")
        )
        named = _while_public(
            roles, Event, "event", OuterRef(at), OuterRef(settled), is_public=True
        )
        return history.filter(Exists(named))
    if model is Outcome:
        numbered = history.model.objects.exclude(number="")
        history = history.filter(Exists(numbered.filter(history_id=OuterRef("previous_row"))))
    history = _while_public(history, Event, EVENT_OF[model], at, settled, is_public=True)
    if key := STATEMENT_OF.get(model):
        published = Statement.State.PUBLISHED
        history = _while_public(history, Statement, key, at, settled, state=published)
    return history


def _while_public(
    rows: "QuerySet[Any]",
    model: Any,
    key: str,
    at: OuterRef,
    settled: OuterRef,
    **public: Any,
) -> "QuerySet[Any]":
    """Rows whose `model` instance (ID in column `key`) was public from `settled` to `at`."""
    [(field, value)] = public.items()
    past = model.history.model.objects.filter(id=OuterRef(key), history_date__lt=at)
    then = past.filter(history_date__lte=settled).order_by("-history_date", "-history_id")
    hidden = past.filter(history_date__gt=settled).exclude(**public)
    found: QuerySet[Any] = rows.annotate(**{f"{field}_then": Subquery(then.values(field)[:1])})
    return found.filter(~Exists(hidden), **{f"{field}_then": value})


def field_corrections(model: type[Model], before: Any, after: Any) -> Iterator[FieldCorrection]:
    for field in PUBLIC_TEXT_FIELDS[model]:
        if getattr(before, field) != getattr(after, field):
            label = str(field_of(model, field).verbose_name)
            yield FieldCorrection(field, label, value_text(before, field), value_text(after, field))
