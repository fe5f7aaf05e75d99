"""Leaving an organisation: the work address no longer signs the person in."""

from datetime import date, datetime

from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from participants.accounts.addresses import remove_sign_in_address, sign_in_addresses
from participants.accounts.emails import email_account
from participants.accounts.sessions import end_sessions
from participants.models import Affiliation, Audience, Delegate, Invitation, User
from participants.models.channels import ChannelKind
from roundtable.audit import log as audit
from roundtable.mail.queue import enqueue


def current_affiliations_of(delegate: Delegate, on: date) -> QuerySet[Affiliation]:
    rows = Affiliation.objects.filter(delegate=delegate)
    return rows.current(on).select_related("organisation")


def has_passwordless_passkey(user: User) -> bool:
    keys = Authenticator.objects.filter(user=user, type=Authenticator.Type.WEBAUTHN)
    return any(key.wrap().is_passwordless for key in keys)


@transaction.atomic
def leave_organisation(
    *, user: User, address: str, affiliation: Affiliation | None, at: datetime
) -> None:
    """Removes the person's own work address and ends all sessions.

    Raises ValidationError if the person could no longer sign in.
    """
    # Lock the account: of two parallel requests, each could rely on the address that the other
    # removes.
    delegate = Delegate.objects.select_for_update().filter(user=user).first()
    user = User.objects.select_for_update().get(pk=user.pk)
    own = sign_in_addresses(user)
    if address not in own:
        raise ValidationError(_("This is not one of your sign-in addresses. Choose another one."))
    if own == [address] and not has_passwordless_passkey(user):
        raise ValidationError(
            _("You have no other way to sign in. Add another address or a passkey first.")
        )
    if delegate:
        if affiliation:
            end_affiliations(
                current_affiliations_of(delegate, at.date()).filter(pk=affiliation.pk), at.date()
            )
        clear_invitation_address(delegate, address, at)
        _stop_showing_work(delegate, affiliation, address, at.date())
    remove_sign_in_address(user, address)
    end_sessions(user)
    audit.record(action="leave organisation", at=at, actor=user, subject=delegate or user)
    email_account(
        user,
        dedup_key=f"left:{user.pk}:{at.isoformat()}",
        template="participants/accounts/emails/left_organisation",
        context={},
        at=at,
    )
    # Tell the reader of the old mailbox that the address no longer works, without a hide link.
    enqueue(
        dedup_key=f"left:{user.pk}:{at.isoformat()}:former",
        to=address,
        template="account/email/email_deleted",
        context={"timestamp": at},
        at=at,
    )


def _stop_showing_work(
    delegate: Delegate, left: Affiliation | None, address: str, on: date
) -> None:
    """The post and the work address no longer show; the person can share them again."""
    is_post_there = left is not None and left.post.lower() == delegate.post.lower()
    if delegate.post and (is_post_there or not current_affiliations_of(delegate, on).exists()):
        delegate.write(post="")
    for channel in delegate.channels.filter(kind=ChannelKind.EMAIL):
        if channel.value.casefold() == address.casefold():
            channel.audience = Audience.ONLY_ME
            channel.save(update_fields=["audience"])


def end_affiliations(rows: QuerySet[Affiliation], on: date) -> None:
    for row in rows:
        row.until = max(on, row.since or on)
        row.full_clean()
        row.save()


def clear_invitation_address(delegate: Delegate, address: str, at: datetime) -> None:
    pending = Invitation.objects.filter(delegate=delegate, answered_at=None, revoked_at=None)
    pending.filter(email__iexact=address).update(revoked_at=at)
    if delegate.invitation_email.lower() == address:
        delegate.write(invitation_email="")
