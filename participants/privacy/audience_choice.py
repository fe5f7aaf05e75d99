"""A person's choice of who sees a listing or a channel, and who is excluded."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from participants.models import (
    AudienceException,
    ContactChannel,
    Delegate,
    EventRole,
    Organisation,
)
from roundtable.audit import log as audit


def excludable_organisations(
    delegate: Delegate, saved_exceptions: Iterable[AudienceException]
) -> QuerySet[Organisation]:
    """Public and own ones, those of own roundtables, and those in saved exceptions.

    Organisations of other people are left out, because whom they represent is private.
    """
    events = delegate.participations.confirmed().values("event")
    roles = EventRole.objects.filter(event__in=events)
    own_participations = delegate.participations.all()
    return Organisation.objects.filter(
        Q(pk__in=Organisation.objects.published().values("pk"))
        | Q(pk__in=own_participations.values("organisation"))
        | Q(pk__in=delegate.affiliations.values("organisation"))
        | Q(pk__in=roles.values("organisation"), is_name_published=True)
        | Q(pk__in=[row.organisation_id for row in saved_exceptions if row.organisation_id]),
        is_demonstration=delegate.is_demonstration,
    ).order_by("name")


def sharing_version(delegate: Delegate, saved_exceptions: Iterable[AudienceException]) -> str:
    """A hash that changes with any choice of audience.

    Pages submit it, so that an old page cannot undo a later choice.
    """
    listing = [delegate.listed_to, delegate.is_protected, bool(delegate.consented_at)]
    channels = delegate.channels.order_by("pk").values_list("pk", "audience")
    exceptions = sorted(
        (row.channel_id or 0, row.organisation_id or 0, str(row.country.code), row.constituency)
        for row in saved_exceptions
    )
    content = json.dumps([listing, list(channels), exceptions])
    return hashlib.sha256(content.encode()).hexdigest()[:32]


@transaction.atomic
def set_audience(
    delegate: Delegate,
    channel: ContactChannel | None,
    *,
    audience: str,
    exceptions: Sequence[AudienceException],
    at: datetime,
) -> None:
    """Raises ValidationError if the person has not agreed to share, or is protected."""
    if channel:
        delegate.lock()
        channel.audience = audience
        channel.full_clean()
        channel.save(update_fields=["audience"])
    else:
        delegate.write(listed_to=audience)
    delegate.exceptions.filter(channel=channel).delete()
    for exception in exceptions:
        exception.full_clean()
        exception.save()
    audit.record(action="choose audience", at=at, actor=delegate.user, subject=delegate)
