"""Nominations: a person who takes part for an organisation names others who take part for it.

A nomination is a request to be invited. The co-chairs decide about it, and confirmers confirm.
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from participants.models import (
    Affiliation,
    Delegate,
    InvitationRequest,
    Organisation,
    Participation,
    User,
)
from participants.onboarding.requests import lock_if_pending
from participants.participation.closure import is_closed
from roundtable.audit import log as audit
from roundtable.models import Event

MAX_OPEN_NOMINATIONS = 20


@dataclass(frozen=True)
class NominationPlace:
    """A roundtable, and the organisation that others can take part for."""

    event: Event
    organisation: Organisation

    @property
    def key(self) -> str:
        return f"{self.event.pk}-{self.organisation.pk}"


def nomination_places(person: Delegate, on: date) -> list[NominationPlace]:
    """Where the person takes part for an organisation, and the next roundtable of that series.

    Only roundtables that are upcoming or whose list is open, and that the person can see.
    """
    affiliations = Affiliation.objects.filter(delegate=person)
    current = affiliations.current(on).values("organisation")
    left = affiliations.exclude(organisation__in=current)
    rows = Participation.objects.confirmed().filter(delegate=person, organisation__archived_at=None)
    rows = rows.exclude(organisation__in=left.values("organisation"))
    rows = rows.select_related("event", "organisation")
    places = []
    for row in rows.order_by("-event__starts_on", "-pk"):
        for event in (_next_event(row.event, person), row.event):
            is_open = event and (event.starts_on > on or not is_closed(event))
            if event and is_open and event.is_demonstration == row.event.is_demonstration:
                places.append(NominationPlace(event, row.organisation))
    return list(dict.fromkeys(places))


def _next_event(event: Event, person: Delegate) -> Event | None:
    visible = Event.objects.published() | Event.objects.filter(
        participations__in=Participation.objects.confirmed().filter(delegate=person)
    )
    later = visible.filter(series=event.series_id, starts_on__gt=event.starts_on)
    return later.distinct().order_by("starts_on", "pk").first()


@transaction.atomic
def nominate(
    *, nomination: InvitationRequest, place: NominationPlace, by: User, at: datetime
) -> None:
    """Raises ValidationError if `by` cannot nominate there, or too many wait."""
    Event.objects.select_for_update().get(pk=place.event.pk)
    person = Delegate.objects.filter(user=by).first()
    if person is None or place not in nomination_places(person, at.date()):
        raise ValidationError(_("You can no longer nominate people there. Open the page again."))
    pending = InvitationRequest.objects.filter(
        event=place.event, nominated_for=place.organisation, decision=""
    )
    if pending.count() >= MAX_OPEN_NOMINATIONS:
        raise ValidationError(
            _(
                "The co-chairs have not decided about %d people whom your organisation nominated. "
                "Nominate more when they have decided about some."
            )
            % MAX_OPEN_NOMINATIONS
        )
    nomination.event, nomination.nominated_for = place.event, place.organisation
    nomination.organisation = place.organisation.name
    nomination.nominated_by, nomination.requested_at = by, at
    nomination.full_clean()
    nomination.save()


def open_nominations(user: User) -> "list[InvitationRequest]":
    rows = InvitationRequest.objects.filter(nominated_by=user, decision="")
    return list(rows.select_related("event", "nominated_for"))


@transaction.atomic
def withdraw_nomination(number: int, *, by: User, at: datetime) -> bool:
    """Deletes it, because it contains an address. Returns False if it was already decided."""
    row = InvitationRequest.objects.filter(pk=number, nominated_by=by).first()
    if row is None or not lock_if_pending(row):
        return False
    audit.record(action="withdraw nomination", at=at, actor=by, subject=row, detail=row.event.code)
    row.delete()
    return True


def nomination_sentence(nomination: InvitationRequest, nominator: str) -> str:
    """Empty if it is none. `nominator` is empty if the reader may not name that person."""
    if nomination.nominated_for is None:
        return ""
    words = {
        "person": nominator,
        "organisation": nomination.nominated_for.name,
        "day": date_format(timezone.localdate(nomination.requested_at)),
    }
    if not nominator:
        text = _("Nominated in the portal on %(day)s by a person who represents %(organisation)s")
    else:
        text = _("Nominated in the portal on %(day)s by %(person)s, for %(organisation)s")
    return text % words
