"""What one kind of item is: each is one class, beside the rows that it is about.

A kind says who may agree, when that is enough, and what is then done. The engine does the rest.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.contrib.contenttypes.models import ContentType
from django.db.models import Model, Prefetch, QuerySet, prefetch_related_objects

from participants.decisions.independence import Independence, Operator
from participants.models import Act, Capacity, Organisation, User
from participants.models.confirmation import Confirmation
from participants.permissions import (
    Body,
    ConfirmingRight,
    bodies_by_user,
    body_of,
    confirming_rights_by_event,
    event_of_holders,
    login_addresses,
    stand_in,
)
from roundtable.models import Event

# So long, a request waits for others.
REQUEST_PERIOD = timedelta(days=60)
ItemT = TypeVar("ItemT", bound=Any)
KindT = TypeVar("KindT", bound="Kind[Any]")


class Signer:
    """One person at one time. What is read of others is read once."""

    def __init__(self, user: User, at: datetime, own_bodies: set[Body] | None = None) -> None:
        self.user, self.at, self.on = user, at, at.date()
        self._bodies = {} if own_bodies is None else {user.pk: own_bodies}
        self._holders: dict[int, Event] = {}

    @property
    def own_bodies(self) -> set[Body]:
        return self.bodies_of(self.user)

    @cached_property
    def own_addresses(self) -> set[str]:
        return login_addresses(self.user)

    def bodies_of(self, user: User) -> set[Body]:
        self.read_bodies([user.pk])
        return self._bodies[user.pk]

    def read_bodies(self, users: Iterable[int]) -> None:
        """With the same few queries, of however many people."""
        if missing := set(users) - self._bodies.keys():
            self._bodies |= bodies_by_user(missing, self.on)

    @cached_property
    def _rights(self) -> dict[int, list[ConfirmingRight]]:
        return confirming_rights_by_event(self.user, self.on)

    def rights_at(self, event: Event, rule: Independence) -> list[ConfirmingRight]:
        if rule.from_last_roundtable:
            if event.pk not in self._holders:
                self._holders[event.pk] = event_of_holders(event, self.on)
            event = self._holders[event.pk]
        found = [
            right for right in self._rights.get(event.pk, ()) if right.capacity in rule.capacities
        ]
        if rule.operator in (Operator.STANDS_IN, Operator.STANDS_IN_LATER):
            return found or stand_in(self.user)
        return found

    def repeats(self, signature: Confirmation) -> bool:
        """Whether the person, or someone of one of their organisations, has signed it."""
        bodies = set(self.bodies_of(signature.by)) if signature.by else set()
        if signature.on_behalf_of:
            bodies.add(body_of(signature.on_behalf_of))
        return signature.by_id == self.user.pk or bool(self.own_bodies & bodies)


class Kind(Generic[ItemT]):
    """One kind of item that two organisations agree on. Items have `confirmations` and `acts`."""

    model: type[Model]
    signature: type[Any]
    # The field of a signature that names the item, and that leads from it to the roundtable.
    subject: str
    independence: Independence
    related: tuple[str, ...] = ()
    # So long after one other organisation agreed, it is made, unless someone stops it.
    wait: timedelta | None = None
    # So long, a request waits for others.
    ends_after: timedelta | None = None
    # The first signature is the request.
    is_asked_by_signing: bool = False
    # What is made loses its effect if it changes.
    is_void_if_changed: bool = False
    # The acts that end an item that is not made.
    endings: frozenset[str] = frozenset({Act.What.STOPPED, Act.What.WITHDRAWN, Act.What.EXPIRED})
    # Whose right ends at a roundtable keeps no signature elsewhere either.
    is_forgotten_everywhere: bool = False

    # The item -------------------------------------------------------------------------------

    def rows(self) -> QuerySet[Any]:
        rows: QuerySet[Any] = self.model._default_manager.select_related(*self.related)
        return rows

    def undecided(self, at: datetime) -> QuerySet[Any]:
        """Those that are not made: signatures of them can still go."""
        raise NotImplementedError

    def due(self, at: datetime) -> QuerySet[Any]:
        """Those of them that the daily run reads."""
        return self.undecided(at)

    def lock(self, primary_keys: Iterable[int]) -> list[ItemT]:
        """The stored rows, in one order. Some may be gone."""
        rows = self.rows().select_for_update(of=("self",))
        return list(rows.filter(pk__in=list(primary_keys)).order_by("pk"))

    def lock_to_sign(self, primary_keys: Iterable[int]) -> list[ItemT]:
        """As lock(), after what must be locked before people."""
        return self.lock(primary_keys)

    def content_hash(self, item: ItemT) -> str:
        content_hash: str = item.content_hash
        return content_hash

    def given(self, item: ItemT) -> list[Any]:
        """The signatures that count: of the present content, since two are required."""
        content_hash = self.content_hash(item)
        return [
            row
            for row in self._stored(item)
            if row.content_hash == content_hash and row.capacity != Capacity.ALONE
        ]

    def _stored(self, item: ItemT) -> Iterable[Any]:
        if "confirmations" in getattr(item, "_prefetched_objects_cache", ()):
            rows: Iterable[Any] = item.confirmations.all()
            return rows
        return list(item.confirmations.select_related("on_behalf_of", "by"))

    def read(self, items: Sequence[ItemT], signer: Signer) -> Sequence[ItemT]:
        """All that right() asks about these, in a few queries."""
        given = self.signature._default_manager.select_related("on_behalf_of", "by")
        prefetch_related_objects(items, Prefetch("confirmations", queryset=given), "acts")
        signatures = [row for item in items for row in item.confirmations.all()]
        people = {user.pk for item in items for user in self.involved(item)}
        signer.read_bodies(people | {row.by_id for row in signatures if row.by_id})
        return items

    def new_signature(self, item: ItemT) -> Any:
        return self.signature(**{self.subject: item})

    # Who may agree ---------------------------------------------------------------------------

    def events(self, item: ItemT) -> Sequence[Event]:
        return [item.event]

    def people(self, item: ItemT) -> list[User]:
        """Whom it is about."""
        return []

    def involved(self, item: ItemT) -> list[User]:
        """Those who do not count, nor anyone of their organisations."""
        asker = None if self.independence.asker else self.asker(item)
        return [*self.people(item), *([asker] if asker else [])]

    def organisations(self, item: ItemT) -> Iterable[Organisation]:
        """Those that it is about."""
        return []

    def asker(self, item: ItemT) -> User | None:
        return None

    def refuses(self, item: ItemT, signer: Signer) -> bool:
        """Whether there is another reason why this person is not one of them."""
        return False

    def rights(self, item: ItemT, signer: Signer, given: Sequence[Any]) -> list[ConfirmingRight]:
        """By which rights the person would agree to it now."""
        return [
            right
            for event in self.events(item)
            for right in signer.rights_at(event, self.independence)
        ]

    def may_stop(self, item: ItemT, signer: Signer) -> bool:
        return False

    # When it is enough -----------------------------------------------------------------------

    def is_open(self, item: ItemT, acts: Sequence[Act], at: datetime) -> bool:
        """Whether it may still be signed."""
        return not self.ended(acts)

    def ended(self, acts: Iterable[Act]) -> Act | None:
        """The act that ended an item, unless it was asked again."""
        last = None
        for act in sorted(acts, key=lambda row: (row.at, row.pk)):
            if act.what in self.endings:
                last = act
            elif act.what == Act.What.ASKED:
                last = None
        return last

    def is_made(self, item: ItemT, at: datetime) -> bool:
        raise NotImplementedError

    def is_agreed(self, item: ItemT, given: Sequence[Any]) -> bool:
        """Whether these are all who are required, without a wait."""
        return len(given) > 1

    def due_on(self, item: ItemT) -> date | None:
        """The day on which it is made, or in force, if no one stops it."""
        return None

    # What follows ----------------------------------------------------------------------------

    def begin_wait(self, item: ItemT, day: date, at: datetime) -> None:
        """Stores the day, and tells who can stop it."""

    def end_wait(self, primary_keys: Collection[int]) -> None:
        """No signature is left on these."""

    def make(self, item: ItemT, at: datetime) -> None:
        """Does it, and tells who must know. Raises ValidationError if it is not possible."""
        raise NotImplementedError

    def after_sign(self, made: Sequence[ItemT], at: datetime) -> None:
        """Tells once of all that one person completed together."""

    def void(self, item: ItemT, at: datetime) -> None:
        """Some signatures were of another content, and are gone."""
        item.refresh_from_db()

    def end(self, item: ItemT, act: Act) -> None:
        """Stores that it ended without being made, and tells who must know."""

    def record(self, verb: str, item: ItemT, by: User | None, at: datetime, **more: Any) -> None:
        """Adds an entry to the log."""
        raise NotImplementedError


_KINDS: dict[type[Model], Kind[Any]] = {}


def register(kind: KindT) -> KindT:
    _KINDS[kind.model] = kind
    return kind


def kinds() -> Mapping[type[Model], Kind[Any]]:
    return _KINDS


def kind_of(item: Model) -> Kind[Any]:
    return _KINDS[type(item)]


def acts_of(items: QuerySet[Any]) -> QuerySet[Act]:
    of_model = Act.objects.filter(item_type=ContentType.objects.get_for_model(items.model))
    return of_model.filter(item_id__in=items.order_by().values("pk"))


def forget_reasons(items: QuerySet[Any]) -> None:
    """They can say who a person is."""
    acts_of(items).exclude(reason="").update(reason="–")
