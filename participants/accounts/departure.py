"""Somebody has left an organisation, and the work mailbox changes hands."""

from collections.abc import Collection
from datetime import date, datetime

from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from participants.accounts.addresses import remove_sign_in_address, sign_in_addresses
from participants.accounts.emails import email_account
from participants.accounts.sessions import end_sessions
from participants.models import Affiliation, Delegate, Invitation, User
from participants.permissions import EventPermissions
from roundtable.audit import log as audit
from roundtable.mail.queue import enqueue


def current_affiliations_of(delegate: Delegate, on: date) -> QuerySet[Affiliation]:
    """Where the person works on that day."""
    rows = delegate.affiliations.filter(Q(until=None) | Q(until__gt=on))
    return rows.select_related("organisation")


def has_passwordless_passkey(user: User) -> bool:
    """Whether a passkey signs the person in without any mail."""
    keys = Authenticator.objects.filter(user=user, type=Authenticator.Type.WEBAUTHN)
    return any(key.wrap().is_passwordless for key in keys)


@transaction.atomic
def leave_organisation(
    *, user: User, address: str, affiliation: Affiliation | None, at: datetime
) -> None:
    """The person says so: the address signs in no longer, and every session ends.

    Raises ValidationError where nothing else would sign the person in.
    """
    # Two at once would each take the other for the address that stays.
    user = User.objects.select_for_update().get(pk=user.pk)
    own = sign_in_addresses(user)
    if address not in own:
        raise ValidationError(_("You do not sign in with this address."))
    if own == [address] and not has_passwordless_passkey(user):
        raise ValidationError(
            _("Nothing else would sign you in. Add another address or a passkey first.")
        )
    delegate = Delegate.objects.filter(user=user).first()
    if delegate:
        if affiliation:
            _end_affiliations(
                current_affiliations_of(delegate, at.date()).filter(pk=affiliation.pk), at.date()
            )
        _clear_invitation_address(delegate, address, at)
    remove_sign_in_address(user, address)
    end_sessions(user)
    audit.record(action="leave organisation", at=at, actor=user, subject=delegate or user)
    _notify_departure(user, at)
    # Whoever reads it there now learns that it opens nothing, and no link hides anybody.
    enqueue(
        dedup_key=f"left:{user.pk}:{at.isoformat()}:former",
        to=address,
        template="account/email/email_deleted",
        context={"timestamp": at},
        at=at,
    )


def may_record_departure(delegate: Delegate, permissions: EventPermissions) -> bool:
    """Whether a co-chair of a roundtable of this person, or the operator, may say so.

    Not of oneself, who has a page for that, and nobody but an operator of an operator.
    """
    events = delegate.participations.values_list("event_id", flat=True)
    if delegate.erased_at or not any(permissions.may_decide(event) for event in events):
        return False
    user = delegate.user
    return user is None or (
        user != permissions.user and (permissions.is_operator or not user.is_superuser)
    )


@transaction.atomic
def record_departure(
    *, delegate: Delegate, by: User, events: Collection[int], at: datetime
) -> None:
    """A co-chair says so: the invitation address signs in no longer.

    Where the person has no other address, the account is closed for good; a new invitation begins
    with an empty profile. `events` are the roundtables whose organisations count as left.
    """
    person = Delegate.objects.select_for_update().get(pk=delegate.pk)
    represented = person.participations.filter(event__in=events).values("organisation")
    _end_affiliations(
        current_affiliations_of(person, at.date()).filter(organisation__in=represented), at.date()
    )
    address = person.invitation_email.lower()
    audit.record(action="left organisation", at=at, actor=by, subject=person)
    user = person.user and User.objects.select_for_update().get(pk=person.user.pk)
    if user:
        address = address or user.email
        _remove_address(user, address, at)
    _clear_invitation_address(person, address, at)


def _remove_address(user: User, address: str, at: datetime) -> None:
    if address not in sign_in_addresses(user):
        return  # the person has seen to it already
    remove_sign_in_address(user, address)
    end_sessions(user)
    if sign_in_addresses(user):
        _notify_departure(user, at)
    else:
        # A passkey may lie on a device that belongs to the organisation.
        user.is_active = False
        user.save(update_fields=["is_active"])


def _end_affiliations(rows: QuerySet[Affiliation], on: date) -> None:
    for row in rows:
        row.until = max(on, row.since or on)
        row.full_clean()
        row.save()


def _clear_invitation_address(delegate: Delegate, address: str, at: datetime) -> None:
    """Takes back what was sent to the address, and invites there no more."""
    pending = Invitation.objects.filter(delegate=delegate, answered_at=None, revoked_at=None)
    pending.filter(email__iexact=address).update(revoked_at=at)
    if delegate.invitation_email.lower() == address:
        delegate.invitation_email = ""
        delegate.full_clean()
        delegate.save()


def _notify_departure(user: User, at: datetime) -> None:
    email_account(
        user,
        dedup_key=f"left:{user.pk}:{at.isoformat()}",
        template="participants/accounts/emails/left_organisation",
        context={},
        at=at,
    )
