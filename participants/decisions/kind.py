"""What one kind of item is: each is one class, beside the rows that it is about.

A kind says who may agree, when that is enough, and what is then done. The engine does the rest.
"""

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.contrib.contenttypes.models import ContentType
from django.db.models import Min, Model, QuerySet, prefetch_related_objects
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from participants.decisions.independence import DECIDING, Independence
from participants.models import Act, Capacity, Organisation, OrganisationKind, User
from participants.models.confirmation import Confirmation
from participants.permissions import (
    Body,
    ConfirmingRight,
    EventPermissions,
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
# So long after it was entered, an organisation is new to those who decide.
NEW_FOR = timedelta(days=30)
ItemT = TypeVar("ItemT", bound=Any)
KindT = TypeVar("KindT", bound="Kind[Any]")


class Signer:
    """One person at one time. What is read of others is read once."""

    def __init__(self, user: User, at: datetime, own_bodies: set[Body] | None = None) -> None:
        self.user, self.at, self.on = user, at, at.date()
        self._bodies = {} if own_bodies is None else {user.pk: own_bodies}
        self._holders: dict[int, Event] = {}
        self._rights: dict[frozenset[str], dict[int, list[ConfirmingRight]]] = {}

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

    def rights_at(self, event: Event, rule: Independence) -> list[ConfirmingRight]:
        if rule.from_last_roundtable:
            if event.pk not in self._holders:
                self._holders[event.pk] = event_of_holders(event, self.on)
            event = self._holders[event.pk]
        if rule.roles not in self._rights:
            self._rights[rule.roles] = confirming_rights_by_event(self.user, self.on, rule.roles)
        capacities = {*DECIDING, None}
        rights = self._rights[rule.roles].get(event.pk, ())
        found = [right for right in rights if right.capacity in capacities]
        return found or (stand_in(self.user) if rule.operator else [])

    def repeats(self, signature: Confirmation) -> bool:
        """Whether the person, or someone of one of their organisations, has signed it."""
        bodies = set(self.bodies_of(signature.by)) if signature.by else set()
        if signature.on_behalf_of:
            bodies.add(body_of(signature.on_behalf_of))
        return signature.by_id == self.user.pk or bool(self.own_bodies & bodies)


@dataclass
class Read:
    """The signatures and acts of one item, in their order, and what its kind reads besides."""

    signatures: list[Any]
    acts: list[Act]
    more: Any


READ = "_decision_read"


@dataclass
class Shown:
    """What one person reads of an item before deciding."""

    sentence: str
    # Its line of the letter, or its source. Without one, the item is decided by itself.
    line: str = ""
    # What stands beside several items of one letter, and the page that lists them.
    letter: str = ""
    letter_page: str = ""
    facts: Sequence[tuple[str | Promise, str]] = ()
    # What to read besides, and its address.
    reading: tuple[str, str] = ("", "")
    # The page on which it is decided, if it has one of its own.
    page: str = ""
    # An address like that of the person, for who can decide about it: whose is it?
    mailbox: str = ""
    # Why it is not ticked at first.
    caution: str | Promise = ""
    # Items that were asked together are one row of the queue.
    group: Hashable = None
    # The sentence of so many of one group.
    together: Callable[[int], str] = str


class Kind(Generic[ItemT]):
    """One kind of item that two organisations agree on. Items have signatures and `acts`."""

    model: type[Model]
    signature: type[Any]
    # The field of a signature that names the item, and that leads from it to the roundtable.
    subject: str
    # From an item to its roundtable, and to its signatures.
    event_path: str = "event"
    relation: str = "confirmations"
    independence: Independence
    # The model whose admin shows more of an item than its facts.
    detailed_by: type[Model] | None = None
    related: tuple[str, ...] = ()
    # What the content hash reads of other tables.
    hashed: tuple[str, ...] = ()
    # So long after one other organisation agreed, it is made, unless someone stops it.
    wait: timedelta | None = None
    # So long, a request waits for others.
    ends_after: timedelta | None = None
    # The first signature is the request.
    is_asked_by_signing: bool = False
    # What is made loses its effect if it changes.
    is_void_if_changed: bool = False
    # What is agreed is made on another page. Others can still sign it, and signatures stay if the
    # right of who signed ends.
    is_made_elsewhere: bool = False
    # Who can decide reads what others found after the own decision.
    is_blind: bool = False
    # The acts that end an item that is not made.
    endings: frozenset[str] = frozenset({Act.What.STOPPED, Act.What.WITHDRAWN, Act.What.EXPIRED})
    # Whose right ends at a roundtable keeps no signature elsewhere either.
    is_forgotten_everywhere: bool = False
    # What the queue calls these, and what is true afterwards.
    label: str | Promise = ""
    effect: str | Promise = ""

    # The item -------------------------------------------------------------------------------

    def rows(self) -> QuerySet[Any]:
        rows: QuerySet[Any] = self.model._default_manager.select_related(*self.related)
        return rows

    def undecided(self, at: datetime) -> QuerySet[Any]:
        """Those that are not made: signatures of them can still go."""
        raise NotImplementedError

    def to_decide(self, at: datetime) -> QuerySet[Any]:
        """Those that people can still sign."""
        return self.undecided(at)

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
        stored = list(self.stored(item))
        content_hash = self.content_hash(item) if stored else ""
        return [
            row
            for row in stored
            if row.content_hash == content_hash and row.capacity != Capacity.ALONE
        ]

    def signatures(self) -> QuerySet[Any]:
        """Of any content."""
        rows: QuerySet[Any] = self.signature._default_manager.select_related("on_behalf_of", "by")
        return rows

    def stored(self, item: ItemT) -> Iterable[Any]:
        rows: Iterable[Any]
        if (read := item.__dict__.get(READ)) is not None:
            rows = read.signatures
        elif self.relation in getattr(item, "_prefetched_objects_cache", ()):
            rows = getattr(item, self.relation).all()
        else:
            rows = self.signatures().filter(**{self.subject: item})
        return rows

    def acts(self, item: ItemT) -> list[Act]:
        read = item.__dict__.get(READ)
        return list(item.acts.all()) if read is None else read.acts

    def read_more(self, items: Sequence[ItemT]) -> Mapping[int, Any]:
        """By item, what a kind asks besides; with the same few queries of however many."""
        return {}

    def more(self, item: ItemT) -> Any:
        read = item.__dict__.get(READ)
        return self.read_more([item])[item.pk] if read is None else read.more

    def read(
        self, items: Sequence[ItemT], signer: Signer, *, only_signed: bool = False
    ) -> Sequence[ItemT]:
        """All that right() asks about these, in a few queries.

        forget_read() before it is asked again about what changed. right() needs the content only of
        what is signed.
        """
        if not items:
            return items
        more = self.read_more(items)
        by_id = {item.pk: Read([], [], more.get(item.pk)) for item in items}
        for row in self.signatures().filter(**{f"{self.subject}__in": by_id}):
            by_id[getattr(row, f"{self.subject}_id")].signatures.append(row)
        for act in acts_of_model(self.model).filter(item_id__in=by_id):
            by_id[act.item_id].acts.append(act)
        for item in items:
            item.__dict__[READ] = by_id[item.pk]
        hashed = [item for item in items if by_id[item.pk].signatures] if only_signed else items
        prefetch_related_objects(hashed, *self.hashed)
        people = {user.pk for item in items for user in self.involved(item)}
        signed = {row.by_id for read in by_id.values() for row in read.signatures if row.by_id}
        signer.read_bodies(people | signed)
        return items

    def forget_read(self, item: ItemT) -> None:
        item.__dict__.pop(READ, None)

    def new_signature(self, item: ItemT, right: ConfirmingRight, by: User, at: datetime) -> Any:
        row, content_hash = self.signature(**{self.subject: item}), self.content_hash(item)
        return right.fill(row, by=by, at=at, content_hash=content_hash)

    def confirm(self, item: ItemT, right: ConfirmingRight, by: User, at: datetime) -> Any:
        """Stores the signature."""
        row = self.new_signature(item, right, by, at)
        row.save()
        return row

    @property
    def name(self) -> str:
        return str(self.model._meta.model_name)

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

    def organisations(self, item: ItemT) -> list[Organisation]:
        """Those that it is about, the first one above all."""
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

    def alike(self, rows: QuerySet[Any], signer: Signer) -> Iterable[tuple[int, Hashable]]:
        """Of items that no one answered: those with the same key, the person may sign all or none.

        Others are asked one by one.
        """
        return ()

    # How people read it ---------------------------------------------------------------------

    def visible(self, viewer: EventPermissions) -> QuerySet[Any]:
        """Those that the viewer may know of."""
        raise NotImplementedError

    def shown(self, items: Sequence[ItemT], viewer: EventPermissions) -> list[Shown]:
        """Each in its place, with a few queries for all."""
        about = [next(iter(self.organisations(item)), None) for item in items]
        why = cautions(about, viewer.on)
        found = []
        for item, organisation in zip(items, about, strict=True):
            shown = self.show(item, viewer)
            if organisation and not shown.caution:
                shown.caution = why.get(organisation.pk, "")
            found.append(shown)
        return found

    def show(self, item: ItemT, viewer: EventPermissions) -> Shown:
        """One of them, without why it is not ticked at first."""
        raise NotImplementedError

    def missing(self, item: ItemT, given: Sequence[Any]) -> str:
        """Who must agree besides these, in words."""
        return _("another organisation")

    def since(self, item: ItemT) -> datetime:
        if asked := self._asked(item):
            return asked.at
        # Before acts were kept, the first signature was the request.
        days: list[datetime] = [row.confirmed_at for row in self.stored(item)]
        return min(days)

    def _asked(self, item: ItemT) -> Act | None:
        return next((act for act in self.acts(item)[::-1] if act.what == Act.What.ASKED), None)

    def words_when_asked(self, item: ItemT) -> str:
        """Stored with the request, to say later what changed. They name no one."""
        return ""

    def change(self, item: ItemT) -> str:
        """What is other than when it was asked, in words."""
        asked = self._asked(item)
        is_same = asked is None or asked.content_hash == self.content_hash(item)
        return "" if is_same else _("it changed since it was asked")

    def page_hash(self, item: ItemT) -> str:
        """Of what a page shows of it: also of what is read and not signed."""
        return self.content_hash(item)

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

    def after_sign(self, signed: Sequence[ItemT], made: Sequence[ItemT], at: datetime) -> None:
        """Tells once of all that one person signed, and thereby made, together."""

    def void(self, item: ItemT, at: datetime) -> None:
        """Some signatures were of another content, and are gone."""
        item.refresh_from_db()

    def end(self, item: ItemT, act: Act) -> None:
        """Stores that it ended without being made, and tells who must know."""

    def record(self, verb: str, item: ItemT, by: User | None, at: datetime, **more: Any) -> None:
        """Adds an entry to the log."""
        raise NotImplementedError


def cautions(organisations: Iterable[Organisation | None], on: date) -> dict[int, str | Promise]:
    """By organisation, why what concerns it is not ticked at first."""
    found: dict[int, str | Promise] = {}
    known = {row.pk: row for row in organisations if row}
    history: Any = Organisation.history
    entered = history.filter(id__in=known).values("id").annotate(first=Min("history_date"))
    for pk, first in entered.values_list("id", "first"):
        if (day := timezone.localdate(first)) > on - NEW_FOR:
            found[pk] = _("a new organisation, on record since %s") % date_format(day)
    for pk, row in known.items():
        if row.kind == OrganisationKind.GOVERNMENT:
            found[pk] = _("a government")
    return found


_KINDS: dict[type[Model], Kind[Any]] = {}


def register(kind: KindT) -> KindT:
    _KINDS[kind.model] = kind
    return kind


def kinds() -> Mapping[type[Model], Kind[Any]]:
    return _KINDS


def kind_named(name: str) -> Kind[Any] | None:
    return next((kind for kind in _KINDS.values() if kind.name == name), None)


def kind_of(item: Model) -> Kind[Any]:
    return _KINDS[type(item)]


def acts_of_model(model: type[Model]) -> QuerySet[Act]:
    acts = Act.objects.select_related("bundle")
    return acts.filter(item_type=ContentType.objects.get_for_model(model))


def forget_reasons(items: QuerySet[Any]) -> None:
    """They can say who a person is."""
    acts = acts_of_model(items.model).filter(item_id__in=items.order_by().values("pk"))
    acts.exclude(reason="").update(reason="–")
