"""Access to personal data: what the person can see of it, and alerts to co-chairs."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from participants.accounts.emails import email_cochairs
from participants.models import (
    Delegate,
    ParticipantList,
    Participation,
    RevealBudget,
    SlugRedirect,
    User,
)
from participants.models.redirects import merged_delegates
from participants.permissions import AS_COCHAIR, acting_organisation
from participants.privacy.audience_choice import excludable_organisations
from roundtable.audit import log as audit
from roundtable.audit.models import AuditEntry, AuditKey
from roundtable.mail.models import QueuedEmail
from roundtable.models import Event

BURST_SIZE = 10  # profiles
BURST_WINDOW = timedelta(minutes=10)
RECENT_PERIOD = timedelta(days=30)
LIST_DETAIL = re.compile(rf"{AS_COCHAIR}, list (\d+)")


class AccessAction(models.TextChoices):
    """Kinds of access to personal data, as stored in the audit log."""

    REVEAL = "reveal", _("Opened your contact details")
    VCARD = "vcard", _("Downloaded your contact card")
    EXPORT = "export", _("Exported a list that includes your name")


@dataclass(frozen=True)
class AccessRecord:
    """An access as the affected person sees it. Only co-chairs are named."""

    at: datetime
    action: str
    organisation: str
    is_by_cochair: bool
    name: str
    purpose: str = ""  # of a list of participants

    @property
    def cochair(self) -> str:
        if not self.is_by_cochair:
            return ""
        if self.name:
            return gettext("%s, co-chair") % self.name
        if self.organisation:  # an account without a profile has no name
            return gettext("A co-chair, for %s") % self.organisation
        return gettext("A co-chair")


def access_entries(delegate: Delegate) -> QuerySet[AuditEntry]:
    keys = audit.valid_keys(*merged_delegates(delegate))
    return AuditEntry.objects.filter(subject__in=keys, action__in=AccessAction.values).order_by(
        "-sequence"
    )


def recent_access_count(delegate: Delegate, at: datetime) -> int:
    return access_entries(delegate).filter(at__gt=at - RECENT_PERIOD).count()


def describe_entries(entries: Iterable[AuditEntry], reader: Delegate) -> list[AccessRecord]:
    rows = list(entries)
    # Do not disclose organisations that the reader cannot see.
    slugs = {row.organisation for row in rows}
    merged = SlugRedirect.objects.filter(slug__in=slugs)
    visible_organisations = excludable_organisations(reader, ()).filter(
        models.Q(slug__in=slugs) | models.Q(pk__in=merged.values("organisation"))
    )
    organisations: dict[str | None, str] = {}
    for slug, former_slug, name in visible_organisations.values_list(
        "slug", "slug_redirects__slug", "name"
    ):
        organisations |= {slug: name, former_slug: name}
    hidden_label = gettext("an organisation that is not public")
    by_cochairs = {row for row in rows if row.detail.startswith(AS_COCHAIR)}
    names = _names_by_key({row.actor for row in by_cochairs})
    lists = {row: int(found[1]) for row in rows if (found := LIST_DETAIL.fullmatch(row.detail))}
    purposes = dict(
        ParticipantList.objects.filter(pk__in=lists.values()).values_list("pk", "purpose")
    )
    return [
        AccessRecord(
            at=row.at,
            action=str(AccessAction(row.action).label),
            organisation=organisations.get(row.organisation, hidden_label)
            if row.organisation
            else "",
            is_by_cochair=row in by_cochairs,
            # Other viewers appear only as an organisation.
            name=names.get(row.actor, "") if row in by_cochairs else "",
            purpose=purposes.get(lists.get(row, 0), ""),
        )
        for row in rows
    ]


def _names_by_key(keys: set[str]) -> dict[str, str]:
    prefix = f"{User._meta.label_lower}:"
    mapped = AuditKey.objects.filter(key__in=keys, subject__startswith=prefix)
    users = {
        row.key: int(row.subject.removeprefix(prefix)) for row in mapped if row.has_valid_signature
    }
    delegates = Delegate.objects.filter(user__in=users.values()).values_list("user", "name")
    names = dict(delegates)
    return {key: names.get(user, "") for key, user in users.items()}


def log_download(
    people: Sequence[Delegate], row: ParticipantList, *, by: User, at: datetime
) -> None:
    """For each person in a list, or in the workbook that follows its rules."""
    audit.record_all(
        people,
        action=AccessAction.EXPORT,
        at=at,
        actor=by,
        organisation=acting_organisation(by, row.event_id, at.date()),
        detail=f"{AS_COCHAIR}, list {row.pk}",
    )


def notify_access_burst(user: User, at: datetime) -> None:
    """Emails co-chairs about many accesses in a short time, at most once a day.

    A burst is BURST_SIZE profiles within BURST_WINDOW, or the whole daily budget.
    """
    on = at.date()
    dedup_key = f"looks:{user.pk}:{on}"
    budget = RevealBudget.objects.filter(user=user, day=on).first()
    used = budget.used if budget else 0
    if used < min(BURST_SIZE, settings.REVEALS_PER_DAY):
        return
    if used < settings.REVEALS_PER_DAY and _accesses_in_window(user, at) < BURST_SIZE:
        return
    if QueuedEmail.objects.filter(dedup_key__startswith=f"{dedup_key}:").exists():
        return
    for event in _events_of_viewer(user, at):
        context = {"url": _admin_url(user, event), "event": event, "number": used}
        email_cochairs(
            event,
            dedup_key=dedup_key,
            template="participants/privacy/emails/access_log_alert",
            context=context,
            at=at,
        )


def _accesses_in_window(user: User, at: datetime) -> int:
    return AuditEntry.objects.filter(
        actor__in=audit.valid_keys(user),
        action__in=[AccessAction.REVEAL, AccessAction.VCARD],
        at__gt=at - BURST_WINDOW,
        at__lte=at,
    ).count()


def _events_of_viewer(user: User, at: datetime) -> QuerySet[Event]:
    parts = Participation.objects.confirmed().filter(delegate__user=user)
    took_part = models.Q(pk__in=parts.values("event"))
    works_on = models.Q(pk__in=user.grants.active(at.date()).values("event"))
    return Event.objects.filter(took_part | works_on).distinct().order_by("pk")


def _admin_url(user: User, event: Event) -> str:
    # Emails are forwarded. If they left out only protected people, that would show who is
    # protected. So they name no one, and the page behind the link checks permissions.
    participation = Participation.objects.filter(delegate__user=user, event=event).first()
    if participation is None:
        return ""  # the co-chairs of this roundtable could not open the page
    path = reverse("admin:participants_participation_change", args=[participation.pk])
    return f"{settings.PORTAL_URL}{path}"
