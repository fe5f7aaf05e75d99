"""Emails about a circulated text.

They never quote it, because only the asked organisations may read it.
"""

from collections.abc import Iterator
from datetime import date, datetime

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse

from outcomes.models import Circulation, CirculationReply
from outcomes.reporting.focal_points import active_participations
from outcomes.reporting.request_emails import can_receive_mail
from participants.accounts.emails import email_cochairs, email_delegate
from participants.models import Delegate, Organisation, Participation
from roundtable.models import Event


def representatives(
    circulation: Circulation, on: date
) -> "Iterator[tuple[Delegate, Organisation]]":
    participations = _representing(circulation.version.statement.event, on)
    asked = circulation.replies.values("organisation")
    for participation in participations.filter(organisation__in=asked).select_related(
        "delegate__user"
    ):
        if can_receive_mail(participation.delegate):
            yield participation.delegate, participation.organisation


def organisations_able_to_reply(event: Event, on: date) -> set[int]:
    """Includes hidden people, so that the result does not reveal them."""
    return set(_representing(event, on).values_list("organisation", flat=True))


def _representing(event: Event, on: date) -> QuerySet[Participation]:
    return active_participations(on).filter(event=event, delegate__user__is_active=True)


def notify_organisations(
    circulation: Circulation, *, dedup_key: str, template: str, at: datetime
) -> int:
    queued = 0
    for person, _organisation in representatives(circulation, at.date()):
        email = email_delegate(
            person,
            dedup_key=f"{dedup_key} {circulation.pk} {person.pk}",
            template=template,
            context=_context(circulation),
            at=at,
        )
        queued += email is not None
    return queued


def remind_silent(circulation: Circulation, *, at: datetime) -> int:
    silent = set(circulation.replies.filter(answer="").values_list("organisation", flat=True))
    queued = 0
    for person, organisation in representatives(circulation, at.date()):
        if organisation.pk in silent:
            email = email_delegate(
                person,
                dedup_key=f"silence ends {circulation.pk} {person.pk}",
                template="outcomes/statements/emails/text_circulated",
                context={**_context(circulation), "is_reminder": True},
                at=at,
            )
            queued += email is not None
    return queued


def notify_cochairs_of_objection(reply: CirculationReply, *, at: datetime) -> None:
    # The email does not say who objected; co-chairs read that in the admin.
    _notify_cochairs(
        reply.circulation,
        dedup_key=f"objected {reply.circulation_id}",
        template="outcomes/statements/emails/objection_received",
        at=at,
    )


def ask_cochairs_to_sign(circulation: Circulation, *, at: datetime) -> bool:
    """Emails the co-chairs after agreement; false if they were emailed before."""
    return _notify_cochairs(
        circulation,
        dedup_key=f"tosign {circulation.pk}",
        template="outcomes/statements/emails/signature_requested",
        at=at,
    )


def _notify_cochairs(
    circulation: Circulation, *, dedup_key: str, template: str, at: datetime
) -> bool:
    statement = circulation.version.statement
    url = reverse("admin:outcomes_statement_agreement", args=[statement.pk])
    context = {
        "event": statement.event,
        "url": f"{settings.PORTAL_URL}{url}",
    }
    emails = email_cochairs(
        statement.event, dedup_key=dedup_key, template=template, context=context, at=at
    )
    return bool(emails)


def _context(circulation: Circulation) -> dict[str, object]:
    event = circulation.version.statement.event
    path = reverse("my-circulation", args=[circulation.pk])
    return {
        "event": event,
        "circulation": circulation,
        "deadline": circulation.local_deadline,
        "url": f"{settings.PORTAL_URL}{path}",
    }
