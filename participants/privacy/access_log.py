"""Who looked: what a person reads of it, and what co-chairs learn of a run of looks."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models, transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from participants.accounts.emails import write_to_cochairs
from participants.models import Delegate, FormerSlug, RevealBudget, User
from participants.models.redirects import selves
from participants.permissions import AS_COCHAIR, behalf_of
from participants.privacy.audience_choice import can_be_left_out
from roundtable.audit import log as audit
from roundtable.audit.log import AuditEntry, AuditKey
from roundtable.mail.queue import Letter
from roundtable.models import Event

RUN = 10  # profiles
RUN_WITHIN = timedelta(minutes=10)
RECENTLY = timedelta(days=30)


class Act(models.TextChoices):
    """What was done with a person's data, in the words of the log."""

    REVEAL = "reveal", _("Opened what you share")
    VCARD = "vcard", _("Took your contact card")
    EXPORT = "export", _("Exported a list that names you")


@dataclass(frozen=True)
class Look:
    """One look at a person, as that person reads it; `name` is that of a co-chair alone."""

    at: datetime
    act: str
    organisation: str
    by_cochair: bool
    name: str

    @property
    def cochair(self) -> str:
        """The co-chair in words; empty where it was none."""
        if not self.by_cochair:
            return ""
        if self.name:
            return gettext("%s, co-chair") % self.name
        if self.organisation:  # an account without a profile has no name
            return gettext("A co-chair, for %s") % self.organisation
        return gettext("A co-chair")


def entries_about(delegate: Delegate) -> QuerySet[AuditEntry]:
    """The looks at a person in the log, the latest first."""
    keys = audit.keys_of(*selves(delegate))
    return AuditEntry.objects.filter(subject__in=keys, act__in=Act.values).order_by("-sequence")


def number_of_late(delegate: Delegate, at: datetime) -> int:
    """How many looks there were in the last 30 days."""
    return entries_about(delegate).filter(at__gt=at - RECENTLY).count()


def readable(entries: Iterable[AuditEntry], reader: Delegate) -> list[Look]:
    """The entries about this person in words, in four queries at most."""
    rows = list(entries)
    # Which organisations there are beside the public ones is not everybody's to know.
    slugs = {row.organisation for row in rows}
    merged = FormerSlug.objects.filter(slug__in=slugs)
    known = can_be_left_out(reader, ()).filter(
        models.Q(slug__in=slugs) | models.Q(pk__in=merged.values("organisation"))
    )
    organisations: dict[str | None, str] = {}
    for slug, former, name in known.values_list("slug", "former_slugs__slug", "name"):
        organisations |= {slug: name, former: name}
    hidden = gettext("an organisation that is not public")
    names = _names_behind({row.actor for row in rows if row.detail == AS_COCHAIR})
    return [
        Look(
            at=row.at,
            act=str(Act(row.act).label),
            organisation=organisations.get(row.organisation, hidden) if row.organisation else "",
            by_cochair=row.detail == AS_COCHAIR,
            # Anybody else is an organisation and no more.
            name=names.get(row.actor, "") if row.detail == AS_COCHAIR else "",
        )
        for row in rows
    ]


def _names_behind(keys: set[str]) -> dict[str, str]:
    prefix = f"{User._meta.label_lower}:"
    mapped = AuditKey.objects.filter(key__in=keys, subject__startswith=prefix)
    users = {row.key: int(row.subject.removeprefix(prefix)) for row in mapped if row.is_genuine}
    delegates = Delegate.objects.filter(user__in=users.values()).values_list("user", "name")
    names = dict(delegates)
    return {key: names.get(user, "") for key, user in users.items()}


@transaction.atomic
def note_export(*, people: Iterable[Delegate], by: User, at: datetime) -> None:
    """Writes one entry for each person whom an export names."""
    for person in people:
        body, detail = behalf_of(by, person, at.date())
        audit.record(
            act=Act.EXPORT, at=at, actor=by, subject=person, organisation=body, detail=detail
        )


def note_run(user: User, at: datetime) -> None:
    """Tells the co-chairs of the viewer's roundtables of a run of looks, once a day.

    A run is ten profiles within ten minutes, or the day's budget spent. The letter says how often,
    names nobody, and leads to who looked where that person belongs to the roundtable.
    """
    on = at.date()
    cause = f"looks:{user.pk}:{on}"
    budget = RevealBudget.objects.filter(user=user, day=on).first()
    used = budget.used if budget else 0
    if used < min(RUN, settings.REVEALS_PER_DAY):
        return
    if used < settings.REVEALS_PER_DAY and _looks_within(user, at) < RUN:
        return
    if Letter.objects.filter(cause__startswith=f"{cause}:").exists():
        return
    for event in _events_of(user, at):
        context = {"url": _desk_page(user, event), "event": event, "number": used}
        write_to_cochairs(
            event, cause=cause, template="participants/mail/looks", context=context, at=at
        )


def _looks_within(user: User, at: datetime) -> int:
    return AuditEntry.objects.filter(
        actor__in=audit.keys_of(user),
        act__in=[Act.REVEAL, Act.VCARD],
        at__gt=at - RUN_WITHIN,
        at__lte=at,
    ).count()


def _events_of(user: User, at: datetime) -> QuerySet[Event]:
    took_part = models.Q(
        participations__delegate__user=user, participations__confirmed_at__isnull=False
    )
    works_on = models.Q(pk__in=user.grants.active(at.date()).values("event"))
    return Event.objects.filter(took_part | works_on).distinct().order_by("pk")


def _desk_page(user: User, event: Event) -> str:
    # A mail is read by more than its reader. Were the protected alone not named in it, that would
    # say who is protected; so nobody is, and the page asks who opens it.
    delegate = Delegate.objects.filter(user=user, participations__event=event).first()
    if delegate is None:
        return ""  # which the co-chairs of this roundtable cannot open
    path = reverse("admin:participants_delegate_change", args=[delegate.pk])
    return f"{settings.PORTAL_URL}{path}"
