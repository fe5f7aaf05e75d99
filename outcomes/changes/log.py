"""Change log: one query over all tables for a period."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, partial
from typing import Any

from django.db.models import CharField, F, QuerySet, Value
from django.utils import timezone

from outcomes.changes.corrections import public_corrections, reached_milestones
from outcomes.changes.descriptions import CORRECTION_SOURCES, describe_changes
from outcomes.changes.scope import ChangeTarget, FoundCommitments, Scope, scope_of
from outcomes.changes.values import Change, ChangeKind
from outcomes.models import Offer, ProgressUpdate
from roundtable.cache.values import get_or_set


@dataclass(frozen=True)
class ChangePart:
    """Changes of one kind: rows of one table, by the time in a column."""

    rows: "QuerySet[Any]"
    source: str
    at: str

    def keys(self, newest: int | None) -> "QuerySet[Any, Any]":
        """Of all rows, or of this many of the newest."""
        rows = self.rows.order_by()
        if newest is not None:
            # In a subquery, because SQLite takes no limit for one part of a union.
            latest = self.rows.order_by(f"-{self.at}", "-pk").values("pk")[:newest]
            rows = self.rows.model._base_manager.filter(pk__in=latest).order_by()
        keyed: QuerySet[Any] = rows.annotate(
            log_at=F(self.at),
            log_source=Value(str(self.source), output_field=CharField()),
            log_row=F("pk"),
        )
        return keyed.values_list("log_at", "log_source", "log_row")


@dataclass(frozen=True)
class ChangeLog:
    """Lazy list of changes, newest first; slices and counts in the database.

    Both are kept until something public changes: `span` names all that is covered.
    """

    find_parts: Callable[[], list[ChangePart]]
    until: datetime
    span: tuple[Hashable, ...]

    def count(self, most: int | None = None) -> int:
        """All of them, or up to `most`: to count all takes long where there are very many."""
        number = get_or_set(("changes", *self.span, most), lambda: self._union(most).count())
        return number if most is None else min(number, most)

    def __getitem__(self, part: slice) -> list[Change]:
        """A correction of two fields is one entry but two changes."""
        key = ("changes", *self.span, part.start, part.stop)
        return get_or_set(key, lambda: self.find(part))

    def find(self, part: slice) -> list[Change]:
        index = self._union(part.stop).order_by("-log_at", "log_source", "-log_row")
        return describe_changes(list(index[part]), timezone.localdate(self.until))

    @cached_property
    def _parts(self) -> list[ChangePart]:
        return self.find_parts()

    def _union(self, newest: int | None) -> "QuerySet[Any, tuple[datetime, str, int]]":
        keys = [part.keys(newest) for part in self._parts]
        return keys[0].union(*keys[1:], all=True)


def change_log(
    since: datetime,
    until: datetime,
    about: ChangeTarget | FoundCommitments | None = None,
    *,
    is_demonstration: bool = False,
    corrections_since: datetime | None = None,
    is_until_now: bool = True,
) -> ChangeLog:
    """Public changes with `since` <= time < `until`; cheap with few corrections."""
    scope = partial(scope_of, about, is_demonstration)
    find = partial(_find_parts, since, until, scope, corrections_since or since)
    covered = (type(about).__name__, about.pk if about else 0, is_demonstration)
    # Now moves on, and there is no later change.
    end = None if is_until_now else until
    return ChangeLog(find, until, (*covered, since, corrections_since, end))


def _find_parts(
    since: datetime,
    until: datetime,
    find_scope: Callable[[], Scope],
    corrections_since: datetime,
) -> list[ChangePart]:
    scope = find_scope()
    span: dict[str, Any] = {"approved_at__gte": since, "approved_at__lt": until}
    # What only keeps the place of a report is no change.
    updates = ProgressUpdate.objects.published().filter(in_place_of=None, **span)
    joined = Offer.objects.approved_joins().filter(**span)
    reached = scope.milestones.filter(reached_on__isnull=False)
    return [
        ChangePart(
            scope.statements.filter(published_at__gte=since, published_at__lt=until),
            ChangeKind.STATEMENT,
            "published_at",
        ),
        ChangePart(scope.of_commitments(updates), ChangeKind.UPDATE, "approved_at"),
        ChangePart(scope.responses.filter(**span), ChangeKind.RESPONSE, "approved_at"),
        ChangePart(scope.assessments.filter(**span), ChangeKind.ASSESSMENT, "approved_at"),
        ChangePart(
            scope.commitments.filter(recorded_at__gte=since, recorded_at__lt=until),
            ChangeKind.COMMITMENT,
            "recorded_at",
        ),
        ChangePart(scope.of_commitments(joined), ChangeKind.JOINED, "approved_at"),
        ChangePart(
            reached_milestones(scope.is_one_of(reached, "id"), since, until),
            ChangeKind.MILESTONE,
            "history_date",
        ),
        *(
            ChangePart(
                public_corrections(
                    rows.model, scope.is_one_of(rows, "id"), corrections_since, until
                ),
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


def latest_changes(
    since: datetime,
    until: datetime,
    about: ChangeTarget | FoundCommitments | None = None,
    *,
    limit: int = 500,
) -> list[Change]:
    return change_log(since, until, about).find(slice(limit))
