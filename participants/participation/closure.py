"""Closing the list of participants: a week later, they see what others share with them."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import permutations
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from participants.accounts.request_kind import RequestKind
from participants.decisions.engine import sign
from participants.decisions.independence import CLOSING
from participants.decisions.kind import Shown, register
from participants.models import (
    Act,
    Capacity,
    ListClosure,
    ListClosureConfirmation,
    Participation,
    User,
)
from participants.participation.confirmation import (
    NOTICE_PERIOD,
    PARTICIPATIONS,
    tell_who_shares,
)
from participants.participation.requirement import CHAIRS, confirmation_body, lock_events
from participants.permissions import EventPermissions, visible_participations
from roundtable.audit import log as audit
from roundtable.models import Event


def list_hash(event: Event) -> str:
    """Of the confirmed participations, so that two people close the same list."""
    return _list_hashes([event])[event.pk]


def _list_hashes(events: Sequence[Event]) -> dict[int, str]:
    content = {event.pk: [event.code] for event in events}
    rows = Participation.objects.confirmed().filter(event__in=content).order_by("pk")
    for row in rows.select_related(*PARTICIPATIONS.related):
        content[row.event_id].append(row.content_hash)
    return {
        pk: hashlib.sha256(json.dumps(listed).encode()).hexdigest()
        for pk, listed in content.items()
    }


class Closings(RequestKind[ListClosure]):
    """The list of participants, as a whole. Two organisations close it; one is a co-chair."""

    model = ListClosure
    signature = ListClosureConfirmation
    subject = "closure"
    independence = CLOSING
    related = ("event",)
    called = "closing"
    is_asked_by_signing = True
    endings = frozenset()  # the next agreement is a new request
    label = _lazy("Lists")
    effect = _lazy("Seven days later, the people on it see what others share at the meeting.")

    def visible(self, viewer: EventPermissions) -> QuerySet[ListClosure]:
        return self.rows() if viewer.is_operator else self.rows().filter(event__in=viewer.readable)

    def shown(self, items: Sequence[ListClosure], viewer: EventPermissions) -> list[Shown]:
        # The same people as in the list, so that the numbers tell of no one else.
        rows = visible_participations(viewer).filter(event__in=[row.event_id for row in items])
        rows = rows.order_by()  # else people of one organisation are told apart
        people = Counter(rows.confirmed().values_list("event", flat=True))
        waiting = Counter(rows.filter(confirmed_at=None).values_list("event", flat=True))
        organisations = Counter(
            event for event, _pk in rows.confirmed().values_list("event", "organisation").distinct()
        )
        return [
            self._shown(row, *(found[row.event_id] for found in (people, organisations, waiting)))
            for row in items
        ]

    def _shown(self, row: ListClosure, people: int, organisations: int, waiting: int) -> Shown:
        facts = [
            (_("Confirmed people"), str(people)),
            (_("Their organisations"), str(organisations)),
            (_("Not confirmed, and not on the list"), str(waiting)),
        ]
        listed = reverse("admin:participants_participation_changelist")
        return Shown(
            _("Close the list of participants of %s") % row.event,
            facts=facts,
            reading=(_("Read the list"), f"{listed}?roundtable={row.event_id}&confirmed=yes"),
        )

    def missing(self, item: ListClosure, given: Sequence[Any]) -> str:
        if any(row.capacity in CHAIRS for row in given):
            return super().missing(item, given)
        return _("a co-chair of another organisation")

    def undecided(self, at: datetime) -> QuerySet[ListClosure]:
        return self.rows().filter(closed_at=None)

    def to_decide(self, at: datetime) -> QuerySet[ListClosure]:
        """Without a first agreement, no one asks for it."""
        return self.undecided(at).filter(confirmations__isnull=False).distinct()

    def due(self, at: datetime) -> QuerySet[ListClosure]:
        return self.to_decide(at)

    def lock(self, primary_keys: Iterable[int]) -> list[ListClosure]:
        rows = ListClosure.objects.filter(pk__in=list(primary_keys))
        lock_events(rows)
        return super().lock(rows.values_list("pk", flat=True))

    def read_more(self, items: Sequence[ListClosure]) -> dict[int, str]:
        hashes = _list_hashes([item.event for item in items])
        return {item.pk: hashes[item.event_id] for item in items}

    def content_hash(self, item: ListClosure) -> str:
        found: str = self.more(item)
        return found

    def asker(self, item: ListClosure) -> User | None:
        first = next(iter(self.stored(item)), None)
        return first.by if first else None

    def is_open(self, item: ListClosure, acts: Sequence[Act], at: datetime) -> bool:
        return item.closed_at is None

    def is_made(self, item: ListClosure, at: datetime) -> bool:
        return item.closed_at is not None

    def is_agreed(self, item: ListClosure, given: Sequence[ListClosureConfirmation]) -> bool:
        return any(
            first.capacity in CHAIRS
            and second.capacity != Capacity.OPERATOR
            and confirmation_body(first) != confirmation_body(second)
            for first, second in permutations(given, 2)
        )

    def make(self, item: ListClosure, at: datetime) -> None:
        """Everyone on it was added without notice until now, so they wait for a week too."""
        item.closed_at = at
        item.save()
        rows = Participation.objects.confirmed().filter(event=item.event, details_open_on=None)
        rows.update(details_open_on=(at + NOTICE_PERIOD).date())
        tell_who_shares(item.event, [], at)

    def end(self, item: ListClosure, act: Act) -> None:
        self.tell_asker(item, act)
        item.confirmations.all().delete()

    def record(
        self, verb: str, item: ListClosure, by: User | None, at: datetime, **more: Any
    ) -> None:
        verb = {"confirm": "agree to close"}.get(verb, "end request to close")
        right = more.get("right")
        audit.record(
            action=f"{verb} list of participants",
            at=at,
            actor=by,
            organisation=right.organisation.slug if right and right.organisation else "",
            detail=item.event.code,
        )


CLOSINGS = register(Closings())


def asked_closing(event: Event) -> ListClosure | None:
    """The closing, if someone agreed to the list as it is now."""
    closure = ListClosure.objects.filter(event=event).first()
    return closure if closure and (closure.closed_at or CLOSINGS.given(closure)) else None


def is_closed(event: Event) -> bool:
    return ListClosure.objects.filter(event=event, closed_at__isnull=False).exists()


@transaction.atomic
def agree_to_close(*, event: Event, by: User, shown_hash: str, at: datetime) -> bool:
    """The first agreement asks for it. Others agree as to everything else that is asked.

    Returns False if the user may not agree, or the list is not the one that was shown.
    """
    Event.objects.select_for_update(no_key=True).get(pk=event.pk)
    closure, is_new = ListClosure.objects.get_or_create(event=event)
    if sign(CLOSINGS, {closure.pk: shown_hash}, by=by, at=at):
        return True
    if is_new:
        closure.delete()
    return False
