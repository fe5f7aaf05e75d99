"""Requests to be invited: "I was there, invite me", and what the co-chairs decide."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from participants.accounts.emails import write_to_cochairs
from participants.models import (
    Delegate,
    Invitation,
    InvitationRequest,
    Organisation,
    Participation,
    User,
)
from participants.onboarding.invitations import invite, why_not
from participants.permissions import Rights, acts_for
from roundtable.audit import log as audit
from roundtable.models import Event

# Anybody can type anybody's address: an earlier request stays, and a few later ones beside it.
UNDECIDED_AT_MOST = 3


@transaction.atomic
def ask(*, request: InvitationRequest, at: datetime) -> None:
    """Stores the request, unless several of that address wait already, and tells the co-chairs.

    Nothing is looked up about the address: known and unknown ones take the same steps, and a
    request too many is stored and removed as one that stays would be.
    """
    event = Event.objects.select_for_update().get(pk=request.event_id)
    request.asked_at = at
    request.full_clean()
    request.save()
    waiting = _waiting_with(request)
    stay = waiting.order_by("pk")[:UNDECIDED_AT_MOST]
    waiting.exclude(pk__in=stay.values("pk")).delete()
    link = reverse("admin:participants_invitationrequest_changelist")
    # However many ask: one letter an hour, and the list holds them all.
    write_to_cochairs(
        event,
        cause=f"invitation-request:{event.pk}:{at:%Y-%m-%dT%H}",
        template="participants/mail/invitation_request",
        context={"event": event, "url": f"{settings.PORTAL_URL}{link}"},
        at=at,
    )


@transaction.atomic
def grant(
    *, request: InvitationRequest, organisation: Organisation | None, by: User, at: datetime
) -> Invitation | None:
    """Invites who asked, as somebody of that organisation whose part is not confirmed yet.

    A delegate of the roundtable with the same address is invited instead of a new one. What else
    waits with that address is decided by it; None where the request was decided meanwhile. Raises
    ValidationError, with a sentence for the co-chair, where the person cannot be invited.
    """
    if not is_open(request):
        return None
    person = delegate_of(request) or _add_delegate(request, organisation)
    invitation = invite(delegate=person, event=request.event, by=by, at=at)
    _decide(request, InvitationRequest.Decision.INVITED, by=by, at=at)
    for other in _waiting_with(request):
        _decide(other, InvitationRequest.Decision.TOGETHER, by=by, at=at)
    return invitation


@transaction.atomic
def refuse(*, request: InvitationRequest, by: User, at: datetime) -> bool:
    """Lays the request aside; who asked is not told. False where it was decided meanwhile."""
    if not is_open(request):
        return False
    _decide(request, InvitationRequest.Decision.REFUSED, by=by, at=at)
    return True


def is_open(request: InvitationRequest) -> bool:
    """Whether it is still to be decided; nobody else decides until the transaction ends."""
    # The roundtable, not the row: whoever grants one request decides others with it.
    Event.objects.select_for_update().get(pk=request.event_id)
    return InvitationRequest.objects.filter(pk=request.pk, decision="").exists()


def delegate_of(request: InvitationRequest) -> Delegate | None:
    """Who of the roundtable has the address of the request already."""
    people = Delegate.objects.filter(participations__event=request.event_id)
    return people.filter(invitation_email__iexact=request.email).order_by("pk").first()


def why_not_granted(request: InvitationRequest, *, rights: Rights | None, own: set[str]) -> str:
    """Why somebody cannot invite who asked; empty where nothing is wrong."""
    person = delegate_of(request)
    if person:
        return why_not(person, request.event, rights=rights, own=own)
    if rights is None or not rights.may_decide(request.event_id):
        return _("You are no co-chair of this roundtable.")
    if request.email.lower() in own:
        return _("This is you. Another co-chair can invite you.")
    return ""


def _waiting_with(request: InvitationRequest) -> QuerySet[InvitationRequest]:
    rows = InvitationRequest.objects.filter(event=request.event_id, decision="")
    return rows.filter(email__iexact=request.email)


def _add_delegate(request: InvitationRequest, organisation: Organisation | None) -> Delegate:
    person = Delegate(
        name=request.name,
        invitation_email=request.email,
        is_demonstration=request.event.is_demonstration,
    )
    person.full_clean()
    person.save()
    part = Participation(delegate=person, event=request.event, organisation=organisation)
    part.full_clean()
    part.save()
    return person


def _decide(request: InvitationRequest, decision: str, *, by: User, at: datetime) -> None:
    request.decision, request.decided_by, request.decided_at = decision, by, at
    request.full_clean()
    request.save()
    audit.record(
        act=f"request {decision}",
        at=at,
        actor=by,
        subject=request,
        organisation=acts_for(by, request.event_id, at.date()),
        detail=request.event.code,
    )
