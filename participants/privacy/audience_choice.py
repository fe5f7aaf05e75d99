"""A person's choice of who sees a listing or a channel, and of who does not."""

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
    """Public organisations, those of the person's own roundtables, one's own, and chosen ones.

    For whom somebody else spoke or speaks is nobody's to read here.
    """
    events = delegate.participations.confirmed().values("event")
    roles = EventRole.objects.filter(event__in=events)
    own_participations = delegate.participations.all()
    return Organisation.objects.filter(
        Q(pk__in=Organisation.objects.published().values("pk"))
        | Q(pk__in=own_participations.values("organisation"))
        | Q(pk__in=delegate.affiliations.values("organisation"))
        | Q(pk__in=roles.values("organisation"))
        | Q(pk__in=[row.organisation_id for row in saved_exceptions if row.organisation_id]),
        is_demonstration=delegate.is_demonstration,
    ).order_by("name")


def sharing_version(delegate: Delegate, saved_exceptions: Iterable[AudienceException]) -> str:
    """A short text that changes with any choice of who sees what.

    A page carries it along, so that a page that was left open cannot undo a later choice.
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
    """Stores who sees the listing, or the channel, and who is left out of that.

    Raises ValidationError where the person has not agreed to share, or is protected.
    """
    row: Delegate | ContactChannel = channel or delegate
    if isinstance(row, ContactChannel):
        row.audience = audience
        field = "audience"
    else:
        row.listed_to = audience
        field = "listed_to"
    row.full_clean()
    row.save(update_fields=[field])
    delegate.exceptions.filter(channel=channel).delete()
    for exception in exceptions:
        exception.full_clean()
        exception.save()
    audit.record(action="choose audience", at=at, actor=delegate.user, subject=delegate)
