"""What waits for one person, of every kind: in rows, each of what was asked together."""

from collections import Counter
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db.models import Exists, QuerySet
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from participants.decisions.engine import answer
from participants.decisions.kind import Kind, Shown, Signer, acts_of_model, kinds
from participants.decisions.listed import Decision, Listed, all_listed
from participants.display_names import display_name, with_display_names
from participants.models import Act, Organisation, User
from participants.permissions import ConfirmingRight, EventPermissions, visible_organisations


class Place(StrEnum):
    """In which list of one person an item stands."""

    MINE = "mine"
    # Left with a reason, and still open to this person.
    DECLINED = "declined"
    # This person asked for it, or agreed to it.
    OTHERS = "others"


@dataclass
class Row:
    """Items that were asked together, of which the person reads one line."""

    kind: Kind[Any] | Listed[Any]
    items: list[Any]
    shown: Shown
    since: datetime
    # When something last happened to one of them.
    newest: datetime
    # None if the person is not told.
    given: int | None
    missing: str | Promise
    # Whether another person said why not, as far as this one is told.
    is_declined: bool = False

    @property
    def key(self) -> str:
        return f"{self.kind.name}:{','.join(str(item.pk) for item in self.items)}"

    @property
    def page(self) -> str:
        """Of several items, only that of their letter."""
        if len(self.items) > 1:
            return self.shown.letter_page
        return self.shown.page or reverse(
            "admin:decide_one", args=[self.kind.name, self.items[0].pk]
        )

    @property
    def line(self) -> str:
        return (len(self.items) > 1 and self.shown.letter) or self.shown.line

    @property
    def sentence(self) -> str:
        number = len(self.items)
        return self.shown.together(number) if number > 1 else self.shown.sentence


@dataclass
class Group:
    """The rows of one kind."""

    kind: Kind[Any] | Listed[Any]
    rows: list[Row] = field(default_factory=list)

    @property
    def is_signed(self) -> bool:
        """Else each has a page of its own, and none is read together with others."""
        return isinstance(self.kind, Kind)

    @property
    def number(self) -> int:
        return sum(len(row.items) for row in self.rows)

    @property
    def number_together(self) -> int:
        """How many have a letter or source beside them, and can be read with others."""
        return sum(len(row.items) for row in self.rows if self.is_signed and row.shown.line)


def queue(viewer: EventPermissions, at: datetime, place: Place = Place.MINE) -> list[Group]:
    """All rows of one list, by kind; the oldest of each first."""
    signer, groups = Signer(viewer.user, at, viewer.bodies), []
    for kind in _to_decide(viewer, at):
        if isinstance(kind, Kind):
            items = [item for item, found in placed(kind, viewer, signer) if found == place]
            rows = list(_rows(kind, items, viewer, place)) if items else []
        else:
            rows = list(_listed_rows(kind, viewer, at)) if place == Place.MINE else []
        if rows:
            groups.append(Group(kind, sorted(rows, key=_by_age)))
    return groups


def _listed_rows(listed: Listed[Any], viewer: EventPermissions, at: datetime) -> Iterator[Row]:
    items = list(listed.waiting(viewer, at))
    for item, shown in zip(items, listed.shown(items, viewer) if items else [], strict=True):
        since = listed.since(item)
        yield Row(listed, [item], shown, since, since, None, listed.needed)


def _by_age(row: Row) -> datetime:
    return row.since


def waiting_count(viewer: EventPermissions, at: datetime) -> int:
    """How many items one person can decide now."""
    signer, signed, listed = Signer(viewer.user, at, viewer.bodies), 0, []
    for kind in _to_decide(viewer, at):
        if isinstance(kind, Kind):
            signed += _number_to_sign(kind, viewer, signer)
        else:
            listed.append(kind.waiting(viewer, at).order_by().values("pk"))
    return signed + (listed[0].union(*listed[1:], all=True).count() if listed else 0)


def _number_to_sign(kind: Kind[Any], viewer: EventPermissions, signer: Signer) -> int:
    """Of items that are alike, one is read."""
    rows = _open_rows(kind, viewer, signer)
    answered = acts_of_model(kind.model).exclude(what=Act.What.ASKED).values("item_id")
    untouched = rows.filter(**{kind.relation: None}).exclude(pk__in=answered)
    first: dict[Hashable, int] = {}
    alike = {pk: first.setdefault(key, pk) for pk, key in kind.alike(untouched, signer)}
    number = Counter(alike.values())
    items = list(rows.exclude(pk__among=[*(alike.keys() - number)]))
    return sum(
        number.get(item.pk, 1)
        for item in kind.read(items, signer, only_signed=True)
        if place_of(kind, item, signer) == Place.MINE
    )


def _to_decide(viewer: EventPermissions, at: datetime) -> list[Kind[Any] | Listed[Any]]:
    """Those of which anything waits for anyone: to ask what a viewer may know of takes longer."""
    every: list[Kind[Any] | Listed[Any]] = [*kinds().values(), *all_listed()]
    asked = User.objects.filter(pk=viewer.user.pk)  # one row, for one answer about each
    waits = asked.values_list(*(Exists(kind.to_decide(at)) for kind in every)).get()
    return [kind for kind, found in zip(every, waits, strict=True) if found]


def _open_rows(kind: Kind[Any], viewer: EventPermissions, signer: Signer) -> QuerySet[Any]:
    """Those that the viewer may know of."""
    return kind.visible(viewer).filter(pk__in=kind.to_decide(signer.at).order_by().values("pk"))


def placed(
    kind: Kind[Any], viewer: EventPermissions, signer: Signer
) -> Iterator[tuple[Any, Place | None]]:
    """The open items that the viewer may know of, and in which of the lists each stands."""
    for item in kind.read(list(_open_rows(kind, viewer, signer)), signer):
        yield item, place_of(kind, item, signer)


def place_of(kind: Kind[Any], item: Any, signer: Signer) -> Place | None:
    # More people can compare a text after two did, and none waits for them.
    if not kind.is_agreed(item, kind.given(item)) and answer(item, signer).right:
        has_declined = any(
            act.what == Act.What.DECLINED and act.by_id == signer.user.pk for act in kind.acts(item)
        )
        return Place.DECLINED if has_declined else Place.MINE
    if not kind.is_open(item, kind.acts(item), signer.at):
        return None
    signed = any(row.by_id == signer.user.pk for row in kind.given(item))
    return Place.OTHERS if signed or kind.asker(item) == signer.user else None


def others_declined(kind: Kind[Any], item: Any, user: User) -> bool:
    return any(act.what == Act.What.DECLINED and act.by_id != user.pk for act in kind.acts(item))


def is_blind(kind: Kind[Any], place: Place | None) -> bool:
    """Whether the person first decides, then reads what others found."""
    return kind.is_blind and place == Place.MINE


def _rows(
    kind: Kind[Any], items: list[Any], viewer: EventPermissions, place: Place
) -> Iterator[Row]:
    found: dict[Hashable, Row] = {}
    for item, shown in zip(items, kind.shown(items, viewer), strict=True):
        given = [] if is_blind(kind, place) else kind.given(item)
        missing = kind.missing(item, given)
        declined = not is_blind(kind, place) and others_declined(kind, item, viewer.user)
        key = item.pk if shown.group is None else (shown.group, missing, len(given), declined)
        if key in found:
            found[key].items.append(item)
            found[key].since = min(found[key].since, kind.since(item))
            found[key].newest = max(found[key].newest, _newest(kind, item, given))
        else:
            number = None if is_blind(kind, place) else len(given)
            since, newest = kind.since(item), _newest(kind, item, given)
            found[key] = Row(kind, [item], shown, since, newest, number, missing, declined)
    yield from found.values()


def _newest(kind: Kind[Any], item: Any, given: list[Any]) -> datetime:
    days: list[datetime] = [row.confirmed_at for row in given]
    return max([kind.since(item), *days])


def outcome(kind: Kind[Any], item: Any, right: ConfirmingRight, signer: Signer) -> str:
    """What happens if this person agrees now."""
    if kind.is_blind:
        return _("It needs two organisations. Then you read here what others found.")
    given = kind.given(item)
    mine = kind.new_signature(item, right, signer.user, signer.at)
    if kind.is_agreed(item, [*given, mine]):
        return _("At once, with you.")
    if kind.wait:
        return _("In seven days, or at once when another organisation agrees too.")
    return _("Nothing yet. It also needs: %s") % kind.missing(item, [*given, mine])


# What the digest and the page call what happened.
DECIDED = {
    Act.What.MADE: _lazy("decided"),
    Act.What.FAILED: _lazy("agreed, and cannot be made now"),
    Act.What.STOPPED: _lazy("stopped"),
    Act.What.WITHDRAWN: _lazy("withdrawn"),
    Act.What.EXPIRED: _lazy("ended without enough confirmations"),
}


def decided(
    viewer: EventPermissions, at: datetime, since: datetime, limit: int | None = None
) -> list[Decision]:
    """What came to an end since then, of what the viewer may know; the newest first."""
    found = [row for listed in all_listed() for row in listed.decided(viewer, since, at, limit)]
    for kind in kinds().values():
        visible = kind.visible(viewer)
        acts = acts_of_model(kind.model).filter(
            at__gt=since, at__lte=at, what__in=DECIDED, item_id__in=visible.order_by().values("pk")
        )
        last: dict[int, Act] = {}
        for act in with_display_names(acts, "by").order_by("-at", "-pk")[:limit]:
            last.setdefault(act.item_id, act)
        items = visible.in_bulk(last) if last else {}
        found += [
            Decision(
                kind, item, DECIDED[Act.What(last[pk].what)], last[pk].at, last[pk].by, last[pk]
            )
            for pk, item in items.items()
        ]
    return sorted(found, key=lambda row: row.at, reverse=True)[:limit]


@dataclass
class Past:
    """One line of what was decided."""

    sentence: str
    page: str
    outcome: str | Promise
    day: date
    by: str


def decided_lately(viewer: EventPermissions, at: datetime) -> list[Past]:
    """Of the last 30 days, at most 50."""
    found = decided(viewer, at, at - timedelta(days=30), 50)
    signer, lines = Signer(viewer.user, at, viewer.bodies), {}
    seen = set(visible_organisations(viewer).values_list("pk", flat=True)) if found else set()
    for kind in {id(row.kind): row.kind for row in found}.values():
        rows = [row for row in found if row.kind is kind]
        items = [row.item for row in rows]
        if isinstance(kind, Kind):
            kind.read(items, signer)
        for row, shown in zip(rows, kind.shown(items, viewer), strict=True):
            line = Row(kind, [row.item], shown, row.at, row.at, 0, "")
            by = _deciders(row, viewer, seen)
            lines[id(row)] = Past(line.sentence, line.page, row.outcome, row.at.date(), by)
    return [lines[id(row)] for row in found]


def _deciders(row: Decision, viewer: EventPermissions, seen: set[int]) -> str:
    """The organisations that signed it, or the person who ended it."""
    act = row.act
    if act is None or act.by:
        return display_name(row.by, viewer)
    signed = [
        _named(signature.on_behalf_of, seen)
        for signature in row.kind.stored(row.item)
        if signature.content_hash == act.content_hash
    ]
    return ", ".join(signed) if act.what in (Act.What.MADE, Act.What.FAILED) else ""


def about_to_be(
    viewer: EventPermissions, at: datetime, since: datetime
) -> Iterator[tuple[Kind[Any], Any, str]]:
    """What was signed since then, and has its effect on a day unless someone stops it."""
    for kind in kinds().values():
        if kind.wait:
            signed = kind.signature._default_manager.filter(confirmed_at__gt=since)
            waiting = kind.undecided(at).order_by().filter(confirmations__in=signed).values("pk")
            for item in kind.visible(viewer).filter(pk__in=waiting):
                if (day := kind.due_on(item)) and day > at.date():
                    yield kind, item, _("on %s, unless someone stops it") % date_format(day)


def agreed_by(item: Any, kind: Kind[Any], seen: set[int]) -> list[tuple[str, date]]:
    return [(_named(row.on_behalf_of, seen), row.confirmed_at.date()) for row in kind.given(item)]


def declined_by(item: Any, kind: Kind[Any], seen: set[int]) -> list[tuple[str, date, str]]:
    """For who asked and for those who decide: for others, it looks like no answer."""
    return [
        (_named(act.on_behalf_of, seen), act.at.date(), act.reason)
        for act in kind.acts(item)
        if act.what == Act.What.DECLINED
    ]


def _named(organisation: Organisation | None, seen: set[int]) -> str:
    """Some act for one of a roundtable that the viewer cannot see."""
    if organisation is None:
        return _("The operator")
    return organisation.name if organisation.pk in seen else _("Another organisation")
