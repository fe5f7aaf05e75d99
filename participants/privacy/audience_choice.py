"""A person's choice of who sees a listing or a channel, and who is excluded."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from participants.models import (
    Audience,
    AudienceException,
    Constituency,
    ContactChannel,
    Delegate,
    EventRole,
    Organisation,
)
from participants.privacy import consent
from participants.privacy.audiences import is_within
from roundtable.audit import log as audit

OUTDATED_CONSENT_ERROR = _(
    "The notice has changed since you agreed. Agree to the new one on your profile first, or "
    "choose fewer people than before."
)


def own_constituency(delegate: Delegate) -> Constituency | None:
    """The one that the person takes part for; None if there are several."""
    rows = Organisation.objects.filter(participations__delegate=delegate)
    found = {row.constituency for row in rows} - {Constituency.OTHER}
    return found.pop() if len(found) == 1 else None


def audience_name(audience: str, constituency: Constituency | None) -> str:
    """The name of an audience on the pages of someone of this constituency: who is in it."""
    if audience == Audience.CONSTITUENCY and constituency:
        words = {"constituency": constituency.label}
        return gettext("%(constituency)s at this meeting") % words
    return str(Audience(audience).label)


@dataclass(frozen=True)
class AudienceChoice:
    """Who can see a listing or a contact detail, and whom it excludes."""

    audience: str = Audience.ONLY_ME
    excluded: frozenset[tuple[Any, ...]] = frozenset()

    @classmethod
    def of(cls, audience: str, exceptions: Iterable[AudienceException]) -> "AudienceChoice":
        excluded = (
            (row.organisation_id, row.country.code or "", row.constituency) for row in exceptions
        )
        return cls(audience, frozenset(excluded))

    def is_wider_than(self, other: "AudienceChoice") -> bool:
        """Whether someone could be in this one and not in the other."""
        if self.audience == Audience.ONLY_ME:
            return False
        return not is_within(self.audience, other.audience) or not other.excluded <= self.excluded


# By the id of the contact detail; None for the listing.
SharingChoices = dict[int | None, AudienceChoice]


def sharing_choices(delegate: Delegate) -> SharingChoices:
    audiences: dict[int | None, str] = dict(
        delegate.channels.order_by("pk").values_list("pk", "audience")
    )
    stored = Delegate.objects.values_list("listed_to", flat=True)
    audiences[None] = stored.get(pk=delegate.pk)
    exceptions = list(AudienceException.objects.filter(delegate=delegate))
    return {
        key: AudienceChoice.of(audience, [row for row in exceptions if row.channel_id == key])
        for key, audience in audiences.items()
    }


@contextmanager
def sharing_act(delegate: Delegate, *, at: datetime) -> Iterator[None]:
    """Every choice of an audience is made within this: it logs the notice that the act is under.

    Raises ValidationError, and changes nothing, if more people could see something and the person
    has not agreed to the current notice.
    """
    with transaction.atomic():
        delegate.lock()
        before = sharing_choices(delegate)
        yield
        after = sharing_choices(delegate)
        if after == before:
            return
        is_wider = any(
            choice.is_wider_than(before.get(key, AudienceChoice())) for key, choice in after.items()
        )
        if is_wider and consent.is_outdated(delegate):
            raise ValidationError(OUTDATED_CONSENT_ERROR)
        audit.record(
            action="choose audience",
            at=at,
            actor=delegate.user,
            subject=delegate,
            detail=consent.agreed_detail(delegate),
        )


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


def set_audience(
    delegate: Delegate,
    channel: ContactChannel | None,
    *,
    audience: str,
    exceptions: Sequence[AudienceException],
    at: datetime,
) -> None:
    """Raises ValidationError if the person has not agreed to share, or is protected."""
    with sharing_act(delegate, at=at):
        if channel:
            channel.audience = audience
            channel.full_clean()
            channel.save(update_fields=["audience"])
        else:
            delegate.write(listed_to=audience)
        delegate.exceptions.filter(channel=channel).delete()
        for exception in exceptions:
            exception.full_clean()
            exception.save()
