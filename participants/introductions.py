"""Introductions: somebody asks or proposes, both sides accept, either side ends it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.urls import reverse

from participants import sharing
from participants.letters import write_to
from participants.models import Delegate, Introduction, User
from participants.permissions import acts_for, rights_of
from participants.sharing import Card, Viewer
from roundtable import audit

# Who got no answer, or a no that nobody tells, may ask the same person again after this time.
ASK_AGAIN_AFTER = timedelta(days=365)
# Requests that one person may have waiting: enough for a meeting, too few to go through a list.
MOST_WAITING = 20


class TooMany(Exception):
    """The person has as many requests waiting as one may."""


@dataclass(frozen=True)
class Side:
    """An introduction as one of the two reads it."""

    number: int
    # None where the other one is not listed to the reader: a name is no one's to give away.
    card: Card | None
    message: str
    proposed_at: datetime
    # Who proposed it, seen from here: "me", "them" or "co-chairs".
    proposer: str
    is_accepted: bool
    awaits_me: bool


@transaction.atomic
def ask(*, by: Delegate, handle: str, message: str, at: datetime) -> Introduction | None:
    """Asks a person whom `by` sees listed; None where that one is hidden, absent or oneself.

    Where the two are introduced, or a request waits or was refused lately, that one is returned
    and nobody is written to. Raises TooMany where too many requests wait.
    """
    assert by.user is not None
    profile = sharing.find(sharing.viewer_of(by.user, at.date()), handle, at.date())
    if profile is None or profile.is_own:
        return None
    other = Delegate.objects.get(handle=handle)
    between = Introduction.objects.filter(
        Q(first=by, second=other) | Q(first=other, second=by)
    ).filter(Q(ended_at=None) | Q(first=by, proposed_at__gt=at - ASK_AGAIN_AFTER))
    if known := between.order_by("-proposed_at").first():
        if known.ended_at is None and not _is_accepted(known, by):
            accept(known, by=by, at=at)
        return known
    if by.introductions_as_first.open().count() >= MOST_WAITING:
        raise TooMany
    row = Introduction(
        first=by,
        second=other,
        proposed_by=by.user,
        message=message,
        proposed_at=at,
        first_accepted_at=at,
    )
    row.full_clean()
    row.save()
    audit.record(act="ask for introduction", at=at, actor=by.user, subject=other)
    _tell(other, row, at)
    return row


@transaction.atomic
def introduce(
    *, first: Delegate, second: Delegate, by: User, message: str, at: datetime
) -> Introduction:
    """A co-chair proposes that two people of one roundtable reach each other.

    Raises PermissionError where `by` is no co-chair of a roundtable that both took part in, and
    ValidationError where the same proposal of theirs is open.
    """
    events = shared_events(first, second)
    rights = rights_of(by, at.date())
    decided = [event for event in sorted(events) if rights and rights.may_decide(event)]
    if not decided or by.pk in (first.user_id, second.user_id):
        raise PermissionError("Only a co-chair of a roundtable of both may introduce them.")
    row = Introduction(first=first, second=second, proposed_by=by, message=message, proposed_at=at)
    row.full_clean()
    row.save()
    for side in (first, second):
        audit.record(
            act="propose introduction",
            at=at,
            actor=by,
            subject=side,
            organisation=acts_for(by, decided[0], at.date()),
        )
        _tell(side, row, at)
    return row


def proposed_lately(first: Delegate, second: Delegate, *, by: User, at: datetime) -> bool:
    """Whether `by` proposed the same within a year, whatever came of it."""
    return (
        Introduction.objects.filter(proposed_by=by, proposed_at__gt=at - ASK_AGAIN_AFTER)
        .filter(Q(first=first, second=second) | Q(first=second, second=first))
        .exists()
    )


def shared_events(first: Delegate, second: Delegate) -> set[int]:
    """The roundtables that both are confirmed participants of."""
    of_first = first.participations.confirmed().values_list("event", flat=True)
    return set(of_first) & set(second.participations.confirmed().values_list("event", flat=True))


@transaction.atomic
def accept(introduction: Introduction, *, by: Delegate, at: datetime) -> None:
    """One of the two agrees; once both did, each is inside “introduced to me” of the other."""
    row = Introduction.objects.select_for_update().get(pk=introduction.pk)
    if row.ended_at or _is_accepted(row, by):
        return
    if row.first_id == by.pk:
        row.first_accepted_at = at
    else:
        row.second_accepted_at = at
    row.full_clean()
    row.save()
    audit.record(act="accept introduction", at=at, actor=by.user, subject=_other(row, by))
    if row.first_accepted_at and row.second_accepted_at:
        write_to(
            _other(row, by),
            cause=f"introduction:{row.pk}:accepted",
            template="participants/mail/introduction_accepted",
            context={"url": _page()},
            at=at,
        )


@transaction.atomic
def end(introduction: Introduction, *, by: Delegate, at: datetime) -> None:
    """One of the two refuses or ends it, which the other is not told."""
    row = Introduction.objects.select_for_update().get(pk=introduction.pk)
    if row.ended_at:
        return
    row.ended_at = at
    row.full_clean()
    row.save()
    audit.record(act="end introduction", at=at, actor=by.user, subject=by)


def sides_of(delegate: Delegate, viewer: Viewer, at: datetime) -> list[Side]:
    """What a person finds under “Introductions”, in three queries.

    Whoever asked reads on that a request waits, even where it was refused.
    """
    own_wish = Q(first=delegate, proposed_by=delegate.user_id)
    lately = Q(proposed_at__gt=at - ASK_AGAIN_AFTER, second_accepted_at=None)
    rows = list(
        Introduction.objects.of(delegate)
        .filter(Q(ended_at=None) | (own_wish & lately))
        .select_related("first", "second")
    )
    cards = _cards(rows, delegate, viewer, at.date())
    return [_side(row, delegate, cards) for row in rows]


def _cards(
    rows: Iterable[Introduction], delegate: Delegate, viewer: Viewer, on: date
) -> dict[int, Card]:
    others = {_other(row, delegate) for row in rows}
    found = sharing.cards_by_number(viewer, {other.pk for other in others}, on)
    # Who asks is known to whom they ask.
    asking = {row.first_id for row in rows if row.proposed_by_id == row.first.user_id}
    asking -= {delegate.pk, *found}
    return found | sharing.cards_of_asking(asking, on)


def _side(row: Introduction, delegate: Delegate, cards: dict[int, Card]) -> Side:
    proposers = {delegate.user_id: "me", _other(row, delegate).user_id: "them"}
    is_accepted = bool(row.first_accepted_at and row.second_accepted_at)
    return Side(
        number=row.pk,
        card=cards.get(_other(row, delegate).pk),
        message=row.message,
        proposed_at=row.proposed_at,
        proposer=proposers.get(row.proposed_by_id, "co-chairs"),
        is_accepted=is_accepted,
        awaits_me=not is_accepted and not row.ended_at and not _is_accepted(row, delegate),
    )


def _is_accepted(row: Introduction, by: Delegate) -> bool:
    return bool(row.first_accepted_at if row.first_id == by.pk else row.second_accepted_at)


def _other(row: Introduction, delegate: Delegate) -> Delegate:
    return row.second if row.first_id == delegate.pk else row.first


def _tell(delegate: Delegate, row: Introduction, at: datetime) -> None:
    write_to(
        delegate,
        cause=f"introduction:{row.pk}:{delegate.pk}",
        template="participants/mail/introduction_asked",
        context={"url": _page()},
        at=at,
    )


def _page() -> str:
    return f"{settings.PORTAL_URL}{reverse('my-introductions')}"
