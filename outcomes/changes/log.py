"""Change log: one query over all tables for a period."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import CharField, F, QuerySet, Value
from django.utils import timezone

from outcomes.changes.corrections import public_corrections, reached_milestones
from outcomes.changes.descriptions import CORRECTION_SOURCES, describe_changes
from outcomes.changes.scope import ChangeTarget, scope_of
from outcomes.changes.values import Change, ChangeKind
from outcomes.models import Offer, ProgressUpdate


@dataclass(frozen=True)
class ChangeLog:
    """Lazy list of changes, newest first; slices and counts in the database."""

    index: "QuerySet[Any, tuple[datetime, str, int]]"
    until: datetime

    def count(self) -> int:
        return self.index.count()

    def __getitem__(self, part: slice) -> list[Change]:
        """A correction of two fields is one entry but two changes."""
        return describe_changes(list(self.index[part]), timezone.localdate(self.until))


def change_log(
    since: datetime,
    until: datetime,
    about: ChangeTarget | None = None,
    *,
    corrections_since: datetime | None = None,
) -> ChangeLog:
    """Public changes with `since` <= time < `until`; cheap with few corrections."""
    scope = scope_of(about)
    span: dict[str, Any] = {"approved_at__gte": since, "approved_at__lt": until}
    commitments = scope.commitments.order_by().values("pk")
    # What only keeps the place of a report is no change.
    updates = ProgressUpdate.objects.published().filter(
        commitment__in=commitments, in_place_of=None, **span
    )
    joined = Offer.objects.approved_joins().filter(commitment__in=commitments, **span)
    parts = [
        _keys(
            scope.statements.filter(published_at__gte=since, published_at__lt=until),
            ChangeKind.STATEMENT,
            "published_at",
        ),
        _keys(updates, ChangeKind.UPDATE, "approved_at"),
        _keys(scope.responses.filter(**span), ChangeKind.RESPONSE, "approved_at"),
        _keys(scope.assessments.filter(**span), ChangeKind.ASSESSMENT, "approved_at"),
        _keys(
            scope.commitments.filter(recorded_at__gte=since, recorded_at__lt=until),
            ChangeKind.COMMITMENT,
            "recorded_at",
        ),
        _keys(joined, ChangeKind.JOINED, "approved_at"),
        _keys(
            reached_milestones(scope.milestones, since, until), ChangeKind.MILESTONE, "history_date"
        ),
        *(
            _keys(
                public_corrections(rows, corrections_since or since, until),
                CORRECTION_SOURCES[rows.model],
                "history_date",
            )
            for rows in (
                scope.events,
                scope.statements,
                scope.outcomes,
                scope.commitments,
                scope.milestones,
                scope.organisations,
            )
        ),
    ]
    index = parts[0].union(*parts[1:], all=True)
    return ChangeLog(index.order_by("-log_at", "log_source", "-log_row"), until)


def latest_changes(
    since: datetime,
    until: datetime,
    about: ChangeTarget | None = None,
    *,
    limit: int = 500,
) -> list[Change]:
    return change_log(since, until, about)[:limit]


def _keys(rows: "QuerySet[Any]", source: str, at: str) -> "QuerySet[Any, Any]":
    keyed: QuerySet[Any] = rows.order_by().annotate(
        log_at=F(at),
        log_source=Value(str(source), output_field=CharField()),
        log_row=F("pk"),
    )
    return keyed.values_list("log_at", "log_source", "log_row")
