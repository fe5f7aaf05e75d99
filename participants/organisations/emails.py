"""The email about another role mailbox: whoever controls it is taken for the organisation."""

from collections.abc import Iterable
from datetime import date, datetime

from django.conf import settings
from django.db.models import QuerySet

from participants.accounts.emails import email_delegate, hide_url_for
from participants.models import Delegate, Organisation, Participation, User
from participants.permissions import events_of_organisation
from roundtable.mail.queue import enqueue


def people_taking_part_for(organisation: Organisation) -> QuerySet[Delegate]:
    parts = Participation.objects.confirmed_or_frozen().filter(organisation=organisation)
    people = Delegate.objects.filter(pk__in=parts.values("delegate"))
    return people.select_related("user").order_by("pk")


def tell_of_mailbox_change(
    organisation: Organisation,
    *,
    former: str,
    by: User | None,
    at: datetime,
    merged: Iterable[Delegate] | None = None,
) -> None:
    """Tells the former mailbox, and everyone who takes part for the organisation.

    After a merge, only `merged`: the people of the entry whose mailbox changed. The email contains
    neither mailbox. `by` is None for a command.
    """
    people = people_taking_part_for(organisation) if merged is None else merged
    is_public = Organisation.objects.published().filter(pk=organisation.pk).exists()
    context = {
        "organisation": organisation,
        "actor": _acting_organisation(by, organisation, at.date()) if by else None,
        "is_operator": by is None or by.is_superuser,
        "is_merge": merged is not None,
        "url": f"{settings.PORTAL_URL}{organisation.get_absolute_url()}" if is_public else "",
    }
    dedup_key = f"role mailbox {organisation.pk} {at.isoformat()}"
    template = "participants/organisations/emails/mailbox_changed"
    told = set()
    for person in people:
        email = email_delegate(
            person, dedup_key=f"{dedup_key}:{person.pk}", template=template, context=context, at=at
        )
        if email:
            told.add(email.recipient.casefold())
    if former and former.casefold() not in told:
        enqueue(
            dedup_key=f"{dedup_key}:former",
            to=former,
            template=template,
            context=context | {"is_former": True, "hide_url": hide_url_for(former, at)},
            at=at,
        )


def _acting_organisation(by: User, changed: Organisation, on: date) -> Organisation | None:
    """For whom the user acts at a roundtable of the organisation, else at any."""
    grants = by.grants.active(on).filter(on_behalf_of__isnull=False).order_by("pk")
    rows = grants.select_related("on_behalf_of")
    grant = rows.filter(event__in=events_of_organisation(changed)).first() or rows.first()
    return grant.on_behalf_of if grant else None
