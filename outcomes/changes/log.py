"""The log: which rows changed in a span of time, as one query over all tables."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import CharField, F, QuerySet, Value

from outcomes.changes.corrections import corrected, reached
from outcomes.changes.descriptions import CORRECTIONS, tell
from outcomes.changes.scope import About, scope_of
from outcomes.changes.values import Change, Kind
from outcomes.models import Offer, ProgressUpdate, State


@dataclass(frozen=True)
class Log:
    """The changes in a span of time, newest first; read in slices, and counted by the database."""

    index: "QuerySet[Any, tuple[datetime, str, int]]"

    def count(self) -> int:
        """How many entries there are."""
        return self.index.count()

    def __getitem__(self, part: slice) -> list[Change]:
        """The entries of one slice; a correction of two fields is one entry and two changes."""
        return tell(list(self.index[part]))


def log(
    since: datetime, until: datetime, about: About | None = None, *, corrections: bool = True
) -> Log:
    """What changed from `since` until before `until`, of everything public or of one thing.

    Without corrections it costs little however long the span is.
    """
    scope = scope_of(about)
    span: dict[str, Any] = {"approved_at__gte": since, "approved_at__lt": until}
    commitments = scope.commitments.order_by().values("pk")
    updates = ProgressUpdate.objects.published().filter(commitment__in=commitments, **span)
    joined = Offer.objects.filter(
        state=State.APPROVED, outcome=None, commitment__in=commitments, **span
    )
    parts = [
        _keys(
            scope.statements.filter(published_at__gte=since, published_at__lt=until),
            Kind.STATEMENT,
            "published_at",
        ),
        _keys(updates, Kind.UPDATE, "approved_at"),
        _keys(scope.responses.filter(**span), Kind.RESPONSE, "approved_at"),
        _keys(scope.assessments.filter(**span), Kind.ASSESSMENT, "approved_at"),
        _keys(
            scope.commitments.filter(recorded_at__gte=since, recorded_at__lt=until),
            Kind.COMMITMENT,
            "recorded_at",
        ),
        _keys(joined, Kind.JOINED, "approved_at"),
        _keys(reached(scope.milestones, since, until), Kind.MILESTONE, "history_date"),
        *(
            _keys(corrected(rows, since, until), CORRECTIONS[rows.model], "history_date")
            for rows in (
                scope.events,
                scope.statements,
                scope.outcomes,
                scope.commitments,
                scope.milestones,
                scope.organisations,
            )
            if corrections
        ),
    ]
    index = parts[0].union(*parts[1:], all=True)
    return Log(index.order_by("-log_at", "log_source", "-log_row"))


def changes(
    since: datetime,
    until: datetime,
    about: About | None = None,
    *,
    most: int = 500,
) -> list[Change]:
    """The first of `log()`, newest first."""
    return log(since, until, about)[:most]


def _keys(rows: "QuerySet[Any]", source: str, at: str) -> "QuerySet[Any, Any]":
    keyed: QuerySet[Any] = rows.order_by().annotate(
        log_at=F(at),
        log_source=Value(str(source), output_field=CharField()),
        log_row=F("pk"),
    )
    return keyed.values_list("log_at", "log_source", "log_row")
