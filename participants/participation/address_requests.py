"""Who requests a new address for someone who lost the mailbox, and who agrees.

Two people of two organisations, as for the person's participation, and never for their own.
"""

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from participants.accounts.address_requests import (
    RELATED,
    lock_address_request,
    open_address_request,
    stop_address_request,
    tell_owner,
)
from participants.accounts.emails import email_holders
from participants.models import AddressConfirmation, AddressRequest, Grant, Participation, User
from participants.participation.confirmation import Confirmer, is_sufficient
from participants.permissions import CAPACITIES, EventPermissions, visible_people
from roundtable.audit import log as audit


def participations_with_account(permissions: EventPermissions) -> QuerySet[Participation]:
    """Confirmed ones of people who have joined, where the user has a right to confirm."""
    rows = Participation.objects.confirmed().filter(
        delegate__user__is_active=True, delegate__user__is_superuser=False
    )
    if not permissions.is_operator:
        rows = rows.filter(
            event__in=permissions.confirmable, delegate__in=visible_people(permissions)
        )
    return rows.exclude(delegate__user=permissions.user).select_related(
        "delegate__user", "event", "organisation"
    )


def address_request_error(*, participation: Participation, by: User, at: datetime) -> str:
    """Empty if this user can request a new address for the person."""
    user = participation.delegate.user
    if user is None or not user.is_active or user.is_superuser or not participation.confirmed_at:
        return _("Choose someone who has joined and whose participation counts.")
    if open_address_request(user):
        return _("A new address is already requested. Now someone else must agree.")
    row = AddressRequest(user=user, participation=participation, requested_at=at)
    if Confirmer(by, at).right_for(row, []):
        return ""
    return _(
        "You cannot request this, because you could not confirm this person's participation. Ask "
        "a co-chair, a co-host or a confirmer of another organisation."
    )


@transaction.atomic
def request_address(
    *, participation: Participation, email: str, reason: str, by: User, at: datetime
) -> AddressRequest:
    """Requests it as the first of the two. Tells the owner, and who else may decide.

    Raises ValidationError if `by` may not request it, or one is open already.
    """
    participation.delegate.lock()
    if problem := address_request_error(participation=participation, by=by, at=at):
        raise ValidationError(problem)
    user = participation.delegate.user
    assert user is not None
    row = AddressRequest(
        user=user, participation=participation, email=email, reason=reason, requested_at=at
    )
    row.full_clean()
    row.save()
    _confirm(row, by, at)
    audit.record(
        action="request new address", at=at, actor=by, subject=row.delegate, detail=row.event.code
    )
    tell_owner(row, "address_requested", at)
    holders = Grant.objects.active(at.date()).filter(event=row.event, role__in=CAPACITIES)
    page = reverse("admin:participants_addressrequest_changelist")
    email_holders(
        holders.exclude(user__in=[by, user]),
        dedup_key=f"address request {row.pk}",
        template="participants/participation/emails/address_to_agree",
        context={"event": row.event, "url": f"{settings.PORTAL_URL}{page}"},
        at=at,
    )
    return row


@transaction.atomic
def agree_to_address(*, request: AddressRequest, by: User, at: datetime) -> bool:
    """The second one agrees: the profile is hidden, and the wait begins.

    Returns False if the user may not do this.
    """
    row = lock_address_request(request)
    if row is None or row.agreed_at or not _confirm(row, by, at):
        return False
    if is_sufficient(row, row.confirmations.all()):
        row.agreed_at = at
        row.full_clean()
        row.save()
        row.delegate.write(new_address_agreed_at=at)
        tell_owner(row, "address_agreed", at)
    audit.record(
        action="agree to new address", at=at, actor=by, subject=row.delegate, detail=row.event.code
    )
    return True


def stop_as_confirmer(*, request: AddressRequest, by: User, at: datetime) -> bool:
    """Anyone who has a right to confirm there can object. Returns False if the user has none."""
    rows = AddressRequest.objects.filter(pk=request.pk).select_related(*RELATED)
    row = rows.first()
    if row is None or not Confirmer(by, at).rights(row.event):
        return False
    return stop_address_request(row, by=by, at=at)


def agreeable(rows: Iterable[AddressRequest], user: User, at: datetime) -> list[int]:
    """Ids of those that the user may agree to now. Needs `confirmations` prefetched."""
    waiting = [
        row
        for row in rows
        if row.closed_at is None and row.agreed_at is None and row.participation.confirmed_at
    ]
    if not waiting:
        return []
    confirmer = Confirmer(user, at)
    return [row.pk for row in waiting if confirmer.right_for(row, list(row.confirmations.all()))]


def _confirm(row: AddressRequest, by: User, at: datetime) -> bool:
    confirmations = list(row.confirmations.select_related("on_behalf_of", "by"))
    right = Confirmer(by, at).right_for(row, confirmations)
    if right is None or not row.participation.confirmed_at:
        return False
    right.confirm(AddressConfirmation(request=row), by=by, at=at, content_hash=row.content_hash)
    return True
