"""Requests for an invitation and the decisions on them."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from participants.decisions.engine import ask
from participants.decisions.kind import Shown
from participants.decisions.listed import Listed, register
from participants.models import (
    Affiliation,
    Delegate,
    Grant,
    Invitation,
    InvitationRequest,
    Organisation,
    Participation,
    User,
)
from participants.models.organisation import OrganisationKind, kinds_of
from participants.onboarding.invitations import (
    invitation_error,
    inviting_right_error,
    send_invitation,
)
from participants.permissions import (
    EventPermissions,
    acting_organisation,
    permissions_of,
    visible_people,
)
from roundtable.audit import log as audit
from roundtable.models import Event

# Anyone can enter anyone's address, so a later request never replaces an earlier one.
MAX_PENDING_PER_ADDRESS = 3


@transaction.atomic
def submit_request(*, invitation_request: InvitationRequest, at: datetime) -> None:
    """Saves the request, unless the address has too many pending ones.

    The daily email tells those who decide.
    """
    # So that the surplus is counted once.
    Event.objects.select_for_update().get(pk=invitation_request.event_id)
    invitation_request.requested_at = at
    invitation_request.full_clean()
    invitation_request.save()
    # Known and unknown addresses take the same steps, and a surplus request is saved and deleted,
    # so that the response time discloses nothing.
    pending = _pending_for_same_address(invitation_request).filter(nominated_for=None)
    allowed = pending.order_by("pk")[:MAX_PENDING_PER_ADDRESS]
    pending.exclude(pk__in=allowed.values("pk")).delete()


@transaction.atomic
def grant_request(
    *,
    invitation_request: InvitationRequest,
    organisation: Organisation | None,
    by: User,
    at: datetime,
    own_words: str = "",
) -> Invitation | None:
    """Invites the requester, with an unconfirmed participation for that organisation.

    Invites an existing delegate with the same address, and closes other requests from that address.
    Returns None if the request was already decided. Raises ValidationError if the person cannot be
    invited.
    """
    if not lock_if_pending(invitation_request):
        return None
    permissions = permissions_of(by, at.date())
    person = matching_delegate(invitation_request, permissions) or _create_delegate(
        invitation_request, invitation_request.nominated_for or organisation, by
    )
    if invitation_request.nominated_for:
        _note_nomination(invitation_request, person)
    event = invitation_request.event
    invitation = send_invitation(delegate=person, event=event, by=by, at=at, own_words=own_words)
    _record_decision(invitation_request, InvitationRequest.Decision.INVITED, by=by, at=at)
    for other in _pending_for_same_address(invitation_request):
        _record_decision(other, InvitationRequest.Decision.ANSWERED_WITH_ANOTHER, by=by, at=at)
    return invitation


@transaction.atomic
def refuse_request(*, invitation_request: InvitationRequest, by: User, at: datetime) -> bool:
    """Does not tell the requester. Returns False if the request was already decided."""
    if not lock_if_pending(invitation_request):
        return False
    _record_decision(invitation_request, InvitationRequest.Decision.REFUSED, by=by, at=at)
    return True


def lock_if_pending(row: InvitationRequest) -> bool:
    """Whether the request is undecided. Blocks other decisions until the transaction ends."""
    # Lock the roundtable, not the row: granting one request also decides others.
    Event.objects.select_for_update().get(pk=row.event_id)
    return InvitationRequest.objects.filter(pk=row.pk, decision="").exists()


def matching_delegate(
    row: InvitationRequest, permissions: EventPermissions | None
) -> Delegate | None:
    """Among the people whom the co-chair may see: others look as if they were not there."""
    if permissions is None:
        return None
    parts = Participation.objects.filter(event=row.event_id)
    people = visible_people(permissions).filter(pk__in=parts.values("delegate"))
    return people.filter(invitation_email__iexact=row.email).order_by("pk").first()


def grant_request_error(
    row: InvitationRequest,
    *,
    permissions: EventPermissions | None,
    own_addresses: set[str],
    organisation: Organisation | None,
) -> str:
    """Empty if the requester can be invited, for this organisation if they are not known yet."""
    if person := matching_delegate(row, permissions):
        return invitation_error(
            person, row.event, permissions=permissions, own_addresses=own_addresses
        )
    organisations = [organisation] if organisation else []
    # As the person will be entered.
    is_protected = any(body.kind == OrganisationKind.CIVIL_SOCIETY for body in organisations)
    if problem := inviting_right_error(
        permissions, row.event, organisations, is_protected=is_protected
    ):
        return problem
    if row.email.lower() in own_addresses:
        return _("This is you. Someone else must invite you.")
    return ""


def _pending_for_same_address(row: InvitationRequest) -> QuerySet[InvitationRequest]:
    rows = InvitationRequest.objects.filter(event=row.event_id, decision="")
    return rows.filter(email__iexact=row.email)


def may_decide_request(row: InvitationRequest, permissions: EventPermissions) -> bool:
    organisation = row.nominated_for
    if organisation is None or permissions.is_operator:
        return permissions.may_decide(row.event_id)
    if _is_for_confirmers(row.event, organisation, permissions.on):
        return (row.event_id, organisation.constituency) in permissions.constituencies
    return permissions.may_decide(row.event_id)


def _is_for_confirmers(event: Event, organisation: Organisation, on: date) -> bool:
    """As _nominated_to_confirmers(), of one nomination."""
    if not organisation.is_name_published:
        return True
    is_shelter = organisation.kind == OrganisationKind.CIVIL_SOCIETY
    return is_shelter and _confirmers_of_civil_society(on).filter(event=event).exists()


def _confirmers_of_civil_society(on: date) -> QuerySet[Grant]:
    return Grant.objects.active(on).filter(
        role=Grant.Role.CONFIRMER, on_behalf_of__kind=OrganisationKind.CIVIL_SOCIETY
    )


def _nominated_to_confirmers(on: date) -> Q:
    """Nominations that only the confirmers of the constituency read.

    Of an organisation at risk, and of civil society where someone confirms it: these people are
    protected from the desk before they are entered.
    """
    confirmers = _confirmers_of_civil_society(on).filter(event=OuterRef("event"))
    is_of_civil_society = Q(nominated_for__kind=OrganisationKind.CIVIL_SOCIETY)
    return Q(nominated_for__is_name_published=False) | (Q(Exists(confirmers)) & is_of_civil_society)


def visible_requests(
    rows: QuerySet[InvitationRequest], permissions: EventPermissions
) -> QuerySet[InvitationRequest]:
    """Those that the viewer decides, or decided about people whom they still see elsewhere."""
    if permissions.is_operator:
        return rows
    for_confirmers = _nominated_to_confirmers(permissions.on)
    decidable = Q(~for_confirmers, event__in=permissions.decidable)
    for event, constituency in permissions.constituencies:
        of_constituency = Q(event=event, nominated_for__kind__in=kinds_of(constituency))
        decidable |= for_confirmers & of_constituency
    rows = rows.filter(decidable)
    unseen = Delegate.objects.exclude(pk__in=visible_people(permissions).values("pk")).filter(
        Q(invitation_email__iexact=OuterRef("email"))
        | Q(user__emailaddress__email__iexact=OuterRef("email")),
        participations__event=OuterRef("event"),
    )
    return rows.filter(Q(decision="") | ~Exists(unseen))


class Requests(Listed[InvitationRequest]):
    """Requests for an invitation, and nominations."""

    name = "invitationrequest"
    label = _lazy("Requests and nominations")
    effect = _lazy("The person is invited, or the request is refused.")
    needed = _lazy("a co-chair, or the confirmer of its constituency")

    def rows(self) -> QuerySet[InvitationRequest]:
        return InvitationRequest.objects.select_related("event", "nominated_for")

    def to_decide(self, at: datetime) -> QuerySet[InvitationRequest]:
        return self.rows().filter(decision="")

    def waiting(self, viewer: EventPermissions, at: datetime) -> QuerySet[InvitationRequest]:
        return visible_requests(self.to_decide(at), viewer)

    def shown(self, items: Sequence[InvitationRequest], viewer: EventPermissions) -> list[Shown]:
        asked, nominated = _("Invite %s to %s, who asks for it"), _("Invite %s to %s, nominated")
        page = "admin:participants_invitationrequest_change"
        return [
            Shown(
                (nominated if row.nominated_for else asked)
                % (f"{row.name} ({row.organisation})", row.event),
                page=reverse(page, args=[row.pk]),
            )
            for row in items
        ]

    def since(self, item: InvitationRequest) -> datetime:
        return item.requested_at

    def ended(self, viewer: EventPermissions) -> QuerySet[InvitationRequest]:
        return visible_requests(self.rows().exclude(decision=""), viewer)

    def outcome(self, row: InvitationRequest) -> str:
        is_refused = row.decision == InvitationRequest.Decision.REFUSED
        return _("refused") if is_refused else _("invited")


register(Requests())


def _create_delegate(
    row: InvitationRequest, organisation: Organisation | None, by: User
) -> Delegate:
    person = Delegate(
        name=row.name,
        invitation_email=row.email,
        is_demonstration=row.event.is_demonstration,
    )
    person.full_clean()
    person.save()
    participation = Participation(
        delegate=person, event=row.event, organisation=organisation, capacity=row.capacity
    )
    participation.enter(by)
    participation.full_clean()
    participation.save()
    ask([participation], by=by, at=timezone.now())
    if row.post:
        assert organisation is not None
        Affiliation.objects.create(delegate=person, organisation=organisation, post=row.post)
    return person


def _note_nomination(row: InvitationRequest, person: Delegate) -> None:
    """Those who confirm read it. It names no one: it is kept when the nominator is erased."""
    day = date_format(timezone.localdate(row.requested_at))
    text = _("Nominated in the portal on %s by a person who represents the organisation") % day
    Participation.objects.filter(
        delegate=person,
        event=row.event_id,
        organisation=row.nominated_for,
        confirmed_at=None,
        nomination="",
    ).update(nomination=text)


def _record_decision(row: InvitationRequest, decision: str, *, by: User, at: datetime) -> None:
    row.decision, row.decided_by, row.decided_at = decision, by, at
    row.full_clean()
    row.save()
    audit.record(
        action=f"request {decision}",
        at=at,
        actor=by,
        subject=row,
        organisation=acting_organisation(by, row.event_id, at.date()),
        detail=row.event.code,
    )
