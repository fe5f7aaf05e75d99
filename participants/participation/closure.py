"""Closing the list of participants: a week later, they see what others share with them."""

import hashlib
import json
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from itertools import permutations

from django.db import transaction

from participants.models import Capacity, ListClosure, ListClosureConfirmation, Participation, User
from participants.models.confirmation import Confirmation
from participants.participation.confirmation import (
    CHAIRS,
    NOTICE_PERIOD,
    RELATED,
    confirmation_body,
    tell_who_shares,
)
from participants.permissions import ConfirmingRight, bodies_of, confirming_rights
from roundtable.audit import log as audit
from roundtable.models import Event


def list_hash(event: Event) -> str:
    """Of the confirmed participations, so that two people close the same list."""
    rows = Participation.objects.confirmed().filter(event=event).order_by("pk")
    content = [event.code, *(row.content_hash for row in rows.select_related(*RELATED))]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def agreeing_right(
    event: Event,
    user: User,
    confirmations: Iterable[Confirmation],
    at: datetime,
    capacities: Collection[Capacity] = tuple(Capacity),
) -> ConfirmingRight | None:
    """By which right the user may agree beside these others now; None if not."""
    own = bodies_of(user, at.date())
    for row in confirmations:
        others = bodies_of(row.by, at.date()) | {confirmation_body(row)}
        if row.by_id == user.pk or own & others or (not own and row.on_behalf_of is None):
            return None
    rights = confirming_rights(user, event, at.date())
    return next((right for right in rights if right.capacity in capacities), None)


def agreements(event: Event) -> list[ListClosureConfirmation]:
    """Those to the list as it is now."""
    rows = ListClosureConfirmation.objects.filter(closure__event=event)
    return list(rows.filter(content_hash=list_hash(event)).select_related("on_behalf_of", "by"))


def is_closed(event: Event) -> bool:
    return ListClosure.objects.filter(event=event, closed_at__isnull=False).exists()


@transaction.atomic
def agree_to_close(*, event: Event, by: User, shown_hash: str, at: datetime) -> bool:
    """Closes the list if a second organisation agrees; one of the two is a co-chair.

    Everyone on it was added without notice until now. So they see the others after the same week as
    those who are added later, and we tell who shares something.
    Returns False if the user may not agree, or the list is not the one that was shown.
    """
    Event.objects.select_for_update(no_key=True).get(pk=event.pk)
    content_hash = list_hash(event)
    confirmations = agreements(event)
    right = agreeing_right(event, by, confirmations, at)
    if is_closed(event) or right is None or shown_hash != content_hash:
        return False
    closure, _created = ListClosure.objects.get_or_create(event=event)
    closure.confirmations.exclude(content_hash=content_hash).delete()
    confirmation = right.confirm(
        ListClosureConfirmation(closure=closure), by=by, at=at, content_hash=content_hash
    )
    if _is_sufficient([*confirmations, confirmation]):
        closure.closed_at = at
        closure.save()
        rows = Participation.objects.confirmed().filter(event=event, details_open_on=None)
        rows.update(details_open_on=(at + NOTICE_PERIOD).date())
        tell_who_shares(event, [], at)
    audit.record(
        action="agree to close list of participants",
        at=at,
        actor=by,
        organisation=right.organisation.slug if right.organisation else "",
        detail=event.code,
    )
    return True


def _is_sufficient(confirmations: Sequence[ListClosureConfirmation]) -> bool:
    return any(
        first.capacity in CHAIRS
        and second.capacity != Capacity.OPERATOR
        and confirmation_body(first) != confirmation_body(second)
        for first, second in permutations(confirmations, 2)
    )
