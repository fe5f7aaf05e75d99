"""What the queue lists beside the kinds: each has rules of its own, and a page that decides it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.db.models import QuerySet
from django.utils.functional import Promise

from participants.decisions.kind import Shown
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

    def waiting(self, viewer: EventPermissions, at: datetime) -> QuerySet[Any]:
        """Those that the viewer can decide now."""
        raise NotImplementedError

    def shown(self, items: Sequence[ItemT], viewer: EventPermissions) -> list[Shown]:
        """Each in its place, with the page that decides it."""
        raise NotImplementedError

    def since(self, item: ItemT) -> datetime:
        raise NotImplementedError

    def decided(
        self, viewer: EventPermissions, since: datetime, at: datetime, limit: int | None
    ) -> list[Decision]:
        """The newest of what people decided in this time, for who can decide about such items."""
        raise NotImplementedError


_LISTED: list[Listed[Any]] = []


def register(listed: Listed[Any]) -> None:
    _LISTED.append(listed)


def all_listed() -> Sequence[Listed[Any]]:
    return _LISTED
