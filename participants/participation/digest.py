"""One email a day to a person at most: what waits at the desk, and what was decided.

It names no person. What concerns the person herself is an email of its own, at once; that a right
is in force that she accepted before is a line of this one.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from participants.accounts.addresses import delivery_address
from participants.accounts.carry_over import rights_begun
from participants.accounts.emails import hide_url_for
from participants.decisions.kind import Kind
from participants.decisions.queue import Place, about_to_be, decided, queue
from participants.models import Grant, User
from participants.permissions import (
    CAPACITIES,
    EventPermissions,
    permissions_of,
    visible_organisations,
)
from roundtable.mail.models import QueuedEmail
from roundtable.mail.queue import enqueue

REPEATED_AFTER = timedelta(days=7)


@dataclass
class Line:
    """Some items of one kind and one meeting."""

    words: str
    newest: datetime


@dataclass
class Digest:
    """What one person reads of one day."""

    waiting: list[Line]
    decided: list[str]


def send_digests(*, at: datetime) -> int:
    """Returns the number of emails.

    One is sent when something new waits or was decided, and again a week later if something waits.
    """
    day = at - timedelta(days=1)
    new = Q(must_accept=True) & (Q(accepted_at__gte=day) | Q(effective_on__gte=day.date()))
    holders = Grant.objects.active(at.date()).filter(Q(role__in=CAPACITIES) | new)
    users = User.objects.filter(Q(is_superuser=True) | Q(grants__in=holders), is_active=True)
    return sum(_send(user, at) for user in users.distinct().order_by("pk"))


def _send(user: User, at: datetime) -> bool:
    recipient, key = delivery_address(user), f"digest:{user.pk}:"
    earlier = QueuedEmail.objects.filter(dedup_key__startswith=key).order_by("-queued_at").first()
    if not recipient or (earlier and earlier.queued_at.date() == at.date()):
        return False
    since = earlier.queued_at if earlier else at - timedelta(days=1)
    found = digest(user, at, since=since)
    newest = max((line.newest for line in found.waiting), default=None)
    is_new = newest is not None and (
        earlier is None or newest > since or at >= since + REPEATED_AFTER
    )
    if not is_new and not found.decided:
        return False
    context = {
        "waiting": [line.words for line in found.waiting],
        "decided": found.decided,
        "url": f"{settings.PORTAL_URL}{reverse('admin:decide')}",
        "hide_url": hide_url_for(recipient, at),
    }
    template = "participants/participation/emails/digest"
    dedup_key = f"{key}{at.date()}"
    return bool(
        enqueue(dedup_key=dedup_key, to=recipient, template=template, context=context, at=at)
    )


def digest(user: User, at: datetime, *, since: datetime) -> Digest:
    viewer = permissions_of(user, at.date())
    if viewer is None:
        return Digest([], [])
    return Digest(
        list(_waiting(viewer, at)), [*_own_rights(user, at, since), *_decided(viewer, at, since)]
    )


def _own_rights(user: User, at: datetime, since: datetime) -> Iterator[str]:
    for row in rights_begun(user, since, at):
        words = {"role": row.get_role_display(), "event": row.event}
        yield _("Your right as %(role)s at “%(event)s” is in force") % words


def _meeting(item: Any) -> str:
    event = getattr(item, "event", None)
    return event.code if event else _("Organisations")


def _waiting(viewer: EventPermissions, at: datetime) -> Iterator[Line]:
    for group in queue(viewer, at, Place.MINE):
        newest: dict[str, datetime] = {}
        numbers: Counter[str] = Counter()
        for row in group.rows:
            for item in row.items:
                meeting = _meeting(item)
                numbers[meeting] += 1
                newest[meeting] = max(row.newest, newest.get(meeting, row.newest))
        for meeting, number in sorted(numbers.items()):
            yield Line(_words(meeting, group.kind.label, number), newest[meeting])


def _words(meeting: str, label: str | Promise, number: int) -> str:
    return f"{meeting}: {label} {number}"


def _decided(viewer: EventPermissions, at: datetime, since: datetime) -> Iterator[str]:
    """A line for each organisation that it is about, named to who may see it."""
    ended = [(row.item, row.kind, str(row.outcome)) for row in decided(viewer, at, since)]
    found = ended + [(item, kind, words) for kind, item, words in about_to_be(viewer, at, since)]
    seen = set(visible_organisations(viewer).values_list("pk", flat=True)) if found else set()
    numbers = Counter(
        (_meeting(item), str(kind.label), what, _about(kind, item, seen))
        for item, kind, what in found
    )
    for (meeting, label, what, about), number in numbers.items():
        words = f"{_words(meeting, label, number)}, {what}"
        yield f"{words}: {about}" if about else words


def _about(kind: Any, item: Any, seen: set[int]) -> str:
    organisations = kind.organisations(item) if isinstance(kind, Kind) else []
    return next((row.name for row in organisations if row.pk in seen), "")
