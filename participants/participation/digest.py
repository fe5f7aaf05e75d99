"""One email a day to a person at most: what waits at the desk, and what was decided.

It names no one. What concerns the person herself is an email of its own, at once.
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
from participants.accounts.emails import hide_url_for
from participants.decisions.queue import Place, about_to_be, decided, queue
from participants.models import Grant, User
from participants.permissions import CAPACITIES, EventPermissions, permissions_of
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
    holders = Grant.objects.active(at.date()).filter(role__in=CAPACITIES)
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
    return Digest(list(_waiting(viewer, at)), list(_decided(viewer, at, since)))


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
    ended = [(row.item, row.kind, str(row.outcome)) for row in decided(viewer, at, since)]
    later = [(item, kind, words) for kind, item, words in about_to_be(viewer, at, since)]
    numbers = Counter(
        (_meeting(item), str(kind.label), what) for item, kind, what in (*ended, *later)
    )
    for (meeting, label, what), number in numbers.items():
        yield f"{_words(meeting, label, number)}, {what}"
