"""Requests to be invited: "I was there, invite me", and what the co-chairs decide."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from participants.invitations import invite, why_not
from participants.letters import write_to_cochairs
from participants.models import (
    Delegate,
    Invitation,
    InvitationRequest,
    Organisation,
    Participation,
    User,
)
from participants.permissions import Rights, acts_for
from roundtable import audit
from roundtable.models import Event


@transaction.atomic
def ask(*, request: InvitationRequest, at: datetime) -> None:
    """Stores the request in place of an undecided one of the same address, and tells the co-chairs.

    Nothing is looked up about the address: known and unknown ones take the same steps.
    """
    event = Event.objects.select_for_update().get(pk=request.event_id)
    request.asked_at = at
    request.full_clean()
    InvitationRequest.objects.filter(event=event, email__iexact=request.email, decision="").delete()
    request.save()
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
) -> Invitation:
    """Invites who asked, as somebody of that organisation whose part is not confirmed yet.

    A delegate of the roundtable with the same address is invited instead of a new one. Raises
    ValidationError, with a sentence for the co-chair, where the person cannot be invited.
    """
    _hold(request)
    person = delegate_of(request) or _add_delegate(request, organisation)
    invitation = invite(delegate=person, event=request.event, by=by, at=at)
    _decide(request, InvitationRequest.Decision.INVITED, by=by, at=at)
    return invitation


@transaction.atomic
def refuse(*, request: InvitationRequest, by: User, at: datetime) -> None:
    """Lays the request aside; who asked is not told."""
    _hold(request)
    _decide(request, InvitationRequest.Decision.REFUSED, by=by, at=at)


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


def _hold(request: InvitationRequest) -> None:
    InvitationRequest.objects.select_for_update().get(pk=request.pk)


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
