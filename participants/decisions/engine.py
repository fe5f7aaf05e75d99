"""Everything that two organisations agree on: asked, signed, made; or declined, stopped, ended.

An item waits until others have signed it. Signatures say who agreed to which content; what they
cannot say is an Act. Its state follows from both. "Agreed" and "made" are two: what cannot be made
stays agreed, and is tried again.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from participants.decisions.kind import Kind, Signer, kind_of, kinds
from participants.models import Act, Bundle, Letter, User
from participants.permissions import ConfirmingRight, body_of
from roundtable.audit import log as audit
from roundtable.models import Event


class State(Enum):
    """Where an item is. Who is not part of it reads "asked" for a declined one too."""

    ASKED = "waits for another organisation"
    WAITING = "agreed by one, until its day"
    AGREED = "agreed, not made yet"
    MADE = "made"
    STOPPED = "stopped"
    WITHDRAWN = "withdrawn"
    EXPIRED = "ended without enough confirmations"


class Refusal(Enum):
    """Why someone may not sign an item now."""

    DECIDED = "it is decided, or has ended"
    OWN = "it is about the person, or an organisation of theirs, or they asked for it"
    SIGNED = "they, or someone of an organisation of theirs, have signed it"
    NO_RIGHT = "they have no right that is required for it"


@dataclass(frozen=True)
class Answer:
    """By which right someone may sign an item; else why not."""

    right: ConfirmingRight | None = None
    reason: Refusal | None = None


def right(item: Any, user: User, at: datetime) -> Answer:
    """By which right the user may sign the item now, or why not."""
    return answer(item, Signer(user, at))


def answer(item: Any, signer: Signer, given: Sequence[Any] | None = None) -> Answer:
    """As right(), of many items, or as if these were its signatures."""
    kind = kind_of(item)
    given = kind.given(item) if given is None else given
    is_enough = kind.is_agreed(item, given) and not kind.is_made_elsewhere
    if is_enough or not kind.is_open(item, kind.acts(item), signer.at):
        return Answer(reason=Refusal.DECIDED)
    if _is_own(kind, item, signer):
        return Answer(reason=Refusal.OWN)
    if any(signer.repeats(signature) for signature in given):
        return Answer(reason=Refusal.SIGNED)
    rights = kind.rights(item, signer, given)
    # Two operators act for no organisation, so they are one.
    if any(signature.on_behalf_of_id is None for signature in given):
        rights = [each for each in rights if each.organisation]
    return Answer(right=rights[0]) if rights else Answer(reason=Refusal.NO_RIGHT)


def _is_own(kind: Kind[Any], item: Any, signer: Signer) -> bool:
    people = kind.involved(item)
    involved = {body_of(organisation) for organisation in kind.organisations(item)}
    for person in people:
        involved |= signer.bodies_of(person)
    return signer.user in people or bool(involved & signer.own_bodies) or kind.refuses(item, signer)


def state(item: Any, signatures: Sequence[Any], acts: Sequence[Act], at: datetime) -> State:
    """Reads nothing. `signatures` are those that count."""
    kind = kind_of(item)
    if kind.is_made(item, at):
        return State.MADE
    if not kind.is_open(item, acts, at):
        last = kind.ended(acts)
        return State[last.what.upper()] if last else State.STOPPED
    if kind.is_agreed(item, signatures):
        return State.AGREED
    day = kind.due_on(item)
    if day is None:
        return State.ASKED
    return State.WAITING if day > at.date() else State.AGREED


# What people do ------------------------------------------------------------------------------


def ask(
    items: Sequence[Any],
    *,
    by: User | None,
    at: datetime,
    organisation: Any = None,
    letter: Letter | None = None,
    reason: str = "",
) -> Bundle:
    """Items that are stored already now wait for others."""
    bundle = Bundle.objects.create(
        asked_by=by, on_behalf_of=organisation, letter=letter, reason=reason, asked_at=at
    )
    for item in items:
        words = kind_of(item).words_when_asked(item)
        add_act(
            item, Act.What.ASKED, at, by=by, organisation=organisation, bundle=bundle, reason=words
        )
    return bundle


def sign(kind: Kind[Any], shown: Mapping[int, str], *, by: User, at: datetime) -> list[Any]:
    """Signs those items that the person may sign, and returns these.

    `shown` is the hash of what the person read, by id. What is complete is made at once.
    """
    with audit.written_last():
        items = kind.lock_to_sign(shown)
        void_changed(kind, items, at)
        signer, signed, made = Signer(by, at), [], []
        for item in kind.read(items, signer):
            may = answer(item, signer).right
            if may is None or shown[item.pk] != kind.content_hash(item):
                continue
            before = kind.given(item)
            kind.forget_read(item)  # what follows reads the new one too
            if kind.is_asked_by_signing and not before:
                add_act(item, Act.What.ASKED, at, by=by, organisation=may.organisation)
            row = kind.confirm(item, may, by, at)
            kind.record("confirm", item, by, at, right=may)
            signed.append(item)
            if kind.is_agreed(item, [*before, row]):
                made += [item] if _make(kind, item, at) else []
            elif kind.wait:
                kind.begin_wait(item, (at + kind.wait).date(), at)
        kind.after_sign(signed, made, at)
        return signed


@transaction.atomic
def decline(item: Any, *, by: User, reason: str, at: datetime) -> bool:
    """Leaves it to others, with a reason. Returns False if the person could not sign it."""
    kind = kind_of(item)
    locked = next(iter(kind.lock([item.pk])), None)
    may = right(locked, by, at).right if locked else None
    if may is None or not reason:
        return False
    add_act(locked, Act.What.DECLINED, at, by=by, organisation=may.organisation, reason=reason)
    return True


def stop(item: Any, *, by: User, at: datetime, reason: str = "") -> bool:
    """One holder of a right ends it before it is made; the person who asked withdraws it."""
    kind = kind_of(item)
    with audit.written_last():
        locked = next(iter(kind.lock([item.pk])), None)
        if locked is None or not kind.is_open(locked, kind.acts(locked), at):
            return False
        if not kind.may_stop(locked, Signer(by, at)):
            return False
        what = Act.What.WITHDRAWN if by == kind.asker(locked) else Act.What.STOPPED
        kind.end(locked, add_act(locked, what, at, by=by, reason=reason))
        kind.record("stop", locked, by, at)
        return True


def withdraw(item: Any, *, by: User, at: datetime) -> bool:
    """Only the person who asked does this."""
    return by == kind_of(item).asker(item) and stop(item, by=by, at=at)


def add_act(
    item: Any,
    what: Act.What,
    at: datetime,
    *,
    by: User | None = None,
    organisation: Any = None,
    bundle: Bundle | None = None,
    reason: str = "",
    content_hash: str = "",
) -> Act:
    row = Act(
        item=item,
        what=what,
        by=by,
        on_behalf_of=organisation,
        bundle=bundle,
        content_hash=content_hash or kind_of(item).content_hash(item),
        reason=Truncator(reason).chars(300),
        at=at,
    )
    row.save()
    return row


# What follows --------------------------------------------------------------------------------


def _make(kind: Kind[Any], item: Any, at: datetime) -> bool:
    """Returns False if it is agreed and cannot be made; the next run tries again."""
    if kind.is_made_elsewhere:
        return False
    try:
        with audit.savepoint():
            hash_before = kind.content_hash(item)
            kind.make(item, at)
            add_act(item, Act.What.MADE, at, content_hash=hash_before)
    except ValidationError as problem:
        item.refresh_from_db()
        reason = " ".join(problem.messages)
        last = item.acts.last()
        if last is None or (last.what, last.reason) != (Act.What.FAILED, reason):
            add_act(item, Act.What.FAILED, at, reason=reason)
        return False
    return True


def retry(item: Any, *, by: User, at: datetime) -> bool:
    """Makes what is agreed, or whose wait is over, for who may decide there.

    Returns whether it is made now.
    """
    kind = kind_of(item)
    with audit.written_last():
        locked = next(iter(kind.lock_to_sign([item.pk])), None)
        if locked is None:
            return False
        return may_retry(locked, Signer(by, at)) and _make(kind, locked, at)


def may_retry(item: Any, signer: Signer) -> bool:
    """Whether it is agreed and not made, and the person has a right to decide there."""
    kind = kind_of(item)
    where = state(item, kind.given(item), kind.acts(item), signer.at)
    return where == State.AGREED and any(
        signer.rights_at(event, kind.independence) for event in kind.events(item)
    )


@dataclass
class Due:
    """What one run did."""

    made: int = 0
    failed: int = 0
    expired: int = 0


def make_due(at: datetime) -> Due:
    """Makes what is agreed, and ends requests that no one completed in time."""
    found = Due()
    for kind in kinds().values():
        for pk in list(kind.due(at).order_by("pk").values_list("pk", flat=True)):
            with audit.written_last():
                for item in kind.lock_to_sign([pk]):
                    _go_on(kind, item, at, found)
    return found


def _go_on(kind: Kind[Any], item: Any, at: datetime, found: Due) -> None:
    had_day = kind.due_on(item)
    void_changed(kind, [item], at)
    acts = kind.acts(item)
    where = state(item, kind.given(item), acts, at)
    if where == State.AGREED:
        if _make(kind, item, at):
            found.made += 1
        else:
            found.failed += 1
    elif where == State.ASKED and had_day and had_day <= at.date():
        add_act(item, Act.What.FAILED, at, reason=_("It changed after it was confirmed."))
        found.failed += 1
    elif where == State.ASKED and kind.ends_after:
        asked = [act.at for act in acts if act.what == Act.What.ASKED]
        if not asked:
            # It was asked before acts were kept. The days until now do not count.
            add_act(item, Act.What.ASKED, at, by=kind.asker(item))
        elif asked[-1] <= at - kind.ends_after:
            kind.end(item, add_act(item, Act.What.EXPIRED, at))
            kind.record("end", item, None, at)
            found.expired += 1


def void_changed(kind: Kind[Any], items: Sequence[Any], at: datetime) -> None:
    """Signatures of another content than the present one go. The items are locked."""
    # What is in force stays so, whatever is confirmed again.
    items = [item for item in items if kind.is_void_if_changed or not kind.is_made(item, at)]
    for item in drop_changed(kind, items):
        kind.void(item, at)


def drop_changed(kind: Kind[Any], items: Sequence[Any]) -> list[Any]:
    """As void_changed(), and returns the items that lost a signature."""
    hashes, column = {item.pk: kind.content_hash(item) for item in items}, f"{kind.subject}_id"
    given = kind.signature._default_manager.filter(**{f"{kind.subject}__in": hashes})
    stale = [row for row in given if row.content_hash != hashes[getattr(row, column)]]
    if not stale:
        return []
    given.filter(pk__in=[row.pk for row in stale]).delete()
    changed = {getattr(row, column) for row in stale}
    _end_wait_if_unsigned(kind, changed)
    return [item for item in items if item.pk in changed]


def forget_pending(user: User, event: Event, at: datetime) -> None:
    """What the person signed there, and what is not made yet, no longer counts."""
    for kind in kinds().values():
        if not kind.is_made_elsewhere:
            forget(kind, kind.signature._default_manager.filter(by=user), at, event)


def forget(
    kind: Kind[Any], signatures: QuerySet[Any], at: datetime, event: Event | None = None
) -> None:
    """Removes those of these signatures whose items are not made yet."""
    pending = kind.undecided(at)
    if event and not kind.is_forgotten_everywhere:
        pending = pending.filter(**{kind.event_path: event})
    signed = pending.filter(**{f"{kind.relation}__in": signatures})
    ids = list(signed.values_list("pk", flat=True))
    signatures.filter(**{f"{kind.subject}__in": ids}).delete()
    _end_wait_if_unsigned(kind, ids)


def _end_wait_if_unsigned(kind: Kind[Any], ids: Collection[int]) -> None:
    unsigned = kind.model._base_manager.filter(**{"pk__in": ids, kind.relation: None})
    kind.end_wait(list(unsigned.values_list("pk", flat=True)))
