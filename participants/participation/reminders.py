"""The daily email to those whose confirmation or decision is missing. It names no one."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Prefetch, Q
from django.urls import reverse
from django.utils.translation import ngettext

from participants.accounts.addresses import delivery_address
from participants.accounts.emails import hide_url_for
from participants.accounts.grants import RIGHTS
from participants.decisions.engine import waiting
from participants.decisions.kind import Signer
from participants.models import (
    Grant,
    InvitationRequest,
    Participation,
    ParticipationConfirmation,
    User,
)
from participants.participation.confirmation import RELATED, confirmable
from participants.permissions import CAPACITIES, permissions_of, visible_participations
from roundtable.mail.models import QueuedEmail
from roundtable.mail.queue import enqueue

REPEATED_AFTER = timedelta(days=7)
Waiting = list[datetime]  # since when each row waits for this person


def remind_confirmers(*, at: datetime) -> int:
    """Returns the number of emails: one a day to a person at most.

    It is sent when something new waits, and again after a week.
    """
    holders = Grant.objects.active(at.date()).filter(role__in=CAPACITIES)
    users = User.objects.filter(Q(is_superuser=True) | Q(grants__in=holders), is_active=True)
    return sum(_remind(user, at) for user in users.distinct().order_by("pk"))


def _remind(user: User, at: datetime) -> bool:
    recipient, key = delivery_address(user), f"waits-for-you:{user.pk}:"
    earlier = QueuedEmail.objects.filter(dedup_key__startswith=key).order_by("-queued_at").first()
    if not recipient or (earlier and earlier.queued_at.date() == at.date()):
        return False
    waiting = [(since, words, url) for since, words, url in _waiting(user, at) if since]
    newest = max((max(since) for since, _words, _url in waiting), default=None)
    if newest is None or (
        earlier and newest <= earlier.queued_at and at < earlier.queued_at + REPEATED_AFTER
    ):
        return False
    context = {
        "lists": [(words, url) for _since, words, url in waiting],
        "hide_url": hide_url_for(recipient, at),
    }
    template = "participants/participation/emails/confirmations_missing"
    dedup_key = f"{key}{at.date()}"
    return bool(
        enqueue(dedup_key=dedup_key, to=recipient, template=template, context=context, at=at)
    )


def _waiting(user: User, at: datetime) -> Iterator[tuple[Waiting, str, str]]:
    participations = _participations(user, at)
    text = ngettext(
        "%d participation needs your confirmation.",
        "%d participations need your confirmation.",
        len(participations),
    )
    yield participations, text % len(participations), _list_url("participation")
    grants = _grants(user, at)
    text = ngettext(
        "%d right needs your confirmation.", "%d rights need your confirmation.", len(grants)
    )
    yield grants, text % len(grants), _list_url("grant")
    requests = _requests(user, at)
    text = ngettext(
        "%d request for an invitation, or nomination.",
        "%d requests for an invitation, or nominations.",
        len(requests),
    )
    yield requests, text % len(requests), _list_url("invitationrequest")


def _list_url(model: str) -> str:
    path = reverse(f"admin:participants_{model}_changelist")
    return f"{settings.PORTAL_URL}{path}?waits=me"


def _participations(user: User, at: datetime) -> Waiting:
    given = ParticipationConfirmation.objects.select_related("on_behalf_of", "by")
    rows = Participation.objects.select_related(*RELATED)
    if not user.is_superuser:
        permissions = permissions_of(user, at.date())
        seen = visible_participations(permissions) if permissions else rows.none()
        rows = rows.filter(pk__in=seen.values("pk"))
    found = list(rows.prefetch_related(Prefetch("confirmations", queryset=given)))
    mine = set(confirmable(found, user, at))
    return [
        max(
            row.entered_at,
            *(confirmation.confirmed_at for confirmation in row.confirmations.all()),
            row.suspended_at or row.entered_at,
        )
        for row in found
        if row.pk in mine
    ]


def _grants(user: User, at: datetime) -> Waiting:
    rows = list(RIGHTS.undecided(at))
    return [
        max(row.granted_at, row.suspended_at or row.granted_at)
        for row in waiting(rows, Signer(user, at))
    ]


def _requests(user: User, at: datetime) -> Waiting:
    chaired = user.grants.active(at.date()).filter(role=Grant.Role.COCHAIR)
    rows = InvitationRequest.objects.filter(decision="", event__in=chaired.values("event"))
    return list(rows.values_list("requested_at", flat=True))
