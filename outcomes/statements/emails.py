"""Emails about a text that is circulated or published.

They quote only published corrections: only the asked organisations may read a circulated text.
"""

from collections.abc import Collection
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse

from outcomes.commitments.queries import VisibleRewording, published_corrigenda
from outcomes.models import Circulation, CirculationReply, Statement, StatementVersion
from outcomes.reporting.focal_points import active_participations
from outcomes.reporting.request_emails import can_receive_mail
from participants.accounts.emails import email_delegate, email_holders
from participants.models import Delegate, Grant, Participation
from roundtable.models import Event

EMAILS = "outcomes/statements/emails"
REPEATED_AFTER = timedelta(days=7)


def notify_organisations(
    circulation: Circulation, *, dedup_key: str, template: str, at: datetime, silent: bool = False
) -> int:
    """All that were asked, or those that have not answered; returns the emails."""
    event, asked = circulation.version.statement.event, circulation.replies.all()
    if silent:
        asked = asked.filter(answer="")
    participations = _representing(event, at.date()).filter(
        organisation__in=asked.values("organisation")
    )
    path = reverse("my-circulation", args=[circulation.pk])
    context = {
        "event": event,
        "deadline": circulation.local_deadline,
        "url": f"{settings.PORTAL_URL}{path}",
        "is_reminder": silent,
    }
    people = [row.delegate for row in participations.select_related("delegate__user")]
    emails = [
        email_delegate(
            person,
            dedup_key=f"{dedup_key} {circulation.pk} {person.pk}",
            template=f"{EMAILS}/{template}",
            context=context,
            at=at,
        )
        for person in people
        if can_receive_mail(person)
    ]
    return sum(email is not None for email in emails)


def organisations_able_to_reply(event: Event, on: date) -> set[int]:
    """Includes hidden people, so that the result does not reveal them."""
    return set(_representing(event, on).values_list("organisation", flat=True))


def _representing(event: Event, on: date) -> QuerySet[Participation]:
    return active_participations(on).filter(event=event, delegate__user__is_active=True)


def notify_cochairs_of_objection(reply: CirculationReply, *, at: datetime) -> None:
    # The email does not say who objected; co-chairs read that in the admin.
    _notify_cochairs(
        reply.circulation,
        dedup_key=f"objected {reply.circulation_id}",
        template="objection_received",
        at=at,
    )


def ask_cochairs_to_sign(circulation: Circulation, *, at: datetime) -> bool:
    """Emails those who have not signed after agreement, and again each week.

    Returns false if they were all emailed before.
    """
    weeks = (at - circulation.deadline) // REPEATED_AFTER
    signed = circulation.version.sign_offs.filter(signed_at__isnull=False)
    return _notify_cochairs(
        circulation,
        dedup_key=f"tosign {circulation.pk}" + (f" week {weeks}" if weeks else ""),
        template="signature_requested",
        at=at,
        without=list(signed.values_list("organisation", flat=True)),
    )


def tell_participants(version: StatementVersion, *, at: datetime) -> int:
    """Once for each version that is published in a public roundtable; returns the emails."""
    event = version.statement.event
    if not event.is_public:
        return 0
    took_part = Participation.objects.confirmed().filter(event=event)
    people = Delegate.objects.filter(pk__in=took_part.values("delegate"))
    rewordings = _rewordings(version)
    emails = [
        email_delegate(
            person,
            dedup_key=f"published {version.pk} {person.pk}",
            template=f"{EMAILS}/text_published",
            context={
                "event": event,
                "statement": version.statement,
                "is_correction": version.corrigendum_id is not None,
                "rewordings": rewordings,
                "parts": ", ".join(part.name for part in rewordings),
                "url": f"{settings.PORTAL_URL}{event.get_absolute_url()}#statement",
            },
            at=at,
        )
        for person in people.select_related("user").order_by("pk")
        if can_receive_mail(person)
    ]
    return sum(email is not None for email in emails)


def _rewordings(version: StatementVersion) -> list[VisibleRewording]:
    """What this version corrects; empty for a first one."""
    if version.corrigendum_id is None:
        return []
    corrigenda = published_corrigenda(version.statement)
    return next(parts for row, parts in corrigenda if row.pk == version.corrigendum_id)


def tell_participants_of_public_event(event: Event, *, at: datetime) -> None:
    """The roundtable became public, and with it the latest version of its statement."""
    for statement in Statement.objects.published().filter(event=event):
        for version in statement.public_versions()[-1:]:
            tell_participants(version, at=at)


def _notify_cochairs(
    circulation: Circulation,
    *,
    dedup_key: str,
    template: str,
    at: datetime,
    without: Collection[int] = (),
) -> bool:
    statement = circulation.version.statement
    url = reverse("admin:outcomes_statement_agreement", args=[statement.pk])
    context = {"event": statement.event, "url": f"{settings.PORTAL_URL}{url}"}
    grants = Grant.objects.active(at.date()).filter(event=statement.event, role=Grant.Role.COCHAIR)
    if without:
        grants = grants.exclude(on_behalf_of__in=without)
    emails = email_holders(
        grants, dedup_key=dedup_key, template=f"{EMAILS}/{template}", context=context, at=at
    )
    return bool(emails)
