"""What the queue lists beside the kinds: each has rules of its own, and a page that decides it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.db.models import QuerySet
from django.utils.functional import Promise

from participants.decisions.kind import Shown
from participants.display_names import with_display_names
from participants.models import Act, User
from participants.permissions import EventPermissions

ItemT = TypeVar("ItemT", bound=Any)


@dataclass
class Decision:
    """Something that came to an end, and by whom."""

    kind: Any
    item: Any
    outcome: str | Promise
    at: datetime
    by: User | None
    # Of what is signed, how it ended.
    act: Act | None = None


class Listed(Generic[ItemT]):
    """One kind of item that people decide by rules of its own."""

    # The queue's address of it, what it calls these, and what is true afterwards.
    name: str
    label: str | Promise
    effect: str | Promise
    # Who decides about each.
    needed: str | Promise

    def to_decide(self, at: datetime) -> QuerySet[Any]:
        """Those that can wait for anyone."""
        raise NotImplementedError

    def waiting(self, viewer: EventPermissions, at: datetime) -> QuerySet[Any]:
        """Those that the viewer can decide now."""
        raise NotImplementedError

    def shown(self, items: Sequence[ItemT], viewer: EventPermissions) -> list[Shown]:
        """Each in its place, with the page that decides it."""
        raise NotImplementedError

    def since(self, item: ItemT) -> datetime:
        raise NotImplementedError

    # What was decided -----------------------------------------------------------------------

    # Of a row that says so: when, and by whom.
    day_field, person_field = "decided_at", "decided_by"

    def ended(self, viewer: EventPermissions) -> QuerySet[Any]:
        """The rows that say what was decided, for who can decide about such items."""
        raise NotImplementedError

    def outcome(self, row: Any) -> str | Promise:
        raise NotImplementedError

    def item_of(self, row: Any) -> ItemT:
        found: ItemT = row
        return found

    def decided(
        self, viewer: EventPermissions, since: datetime, at: datetime, limit: int | None
    ) -> list[Decision]:
        """The newest of what people decided in this time."""
        day, by = self.day_field, self.person_field
        rows = self.ended(viewer).filter(**{f"{day}__gt": since, f"{day}__lte": at})
        newest = with_display_names(rows.order_by(f"-{day}", "-pk"), by)[:limit]
        return [
            Decision(
                self, self.item_of(row), self.outcome(row), getattr(row, day), getattr(row, by)
            )
            for row in newest
        ]


_LISTED: list[Listed[Any]] = []


def register(listed: Listed[Any]) -> None:
    _LISTED.append(listed)


def all_listed() -> Sequence[Listed[Any]]:
    return _LISTED
