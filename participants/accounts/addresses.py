"""Addresses that an account signs in with."""

from contextlib import suppress

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import ProtectedError, Q
from django.utils.crypto import get_random_string
from django.utils.translation import gettext_lazy as _

from participants.models import Delegate, InvitationRequest, User
from roundtable.audit import log as audit
from roundtable.mail.queue import cancel_emails_to

# Domain of a placeholder for a removed address. No mail server can exist below .invalid.
UNDELIVERABLE_DOMAIN = "@no-address.invalid"
EMAIL_TAKEN = _("Another account already uses this address. Choose a different address.")


def placeholder_address() -> str:
    return f"{get_random_string(16).lower()}{UNDELIVERABLE_DOMAIN}"


def is_email_taken(email: str, user: User) -> bool:
    email = email.strip().lower()
    return (
        EmailAddress.objects.filter(email__iexact=email).exclude(user_id=user.pk).exists()
        or User.objects.filter(email__iexact=email).exclude(pk=user.pk).exists()
    )


def find_account(email: str) -> User | None:
    email = email.strip()
    verified_owners = EmailAddress.objects.filter(email__iexact=email, verified=True).values("user")
    return User.objects.filter(Q(email__iexact=email) | Q(pk__in=verified_owners)).first()


@transaction.atomic
def set_sign_in_address(user: User, email: str) -> None:
    """Makes this the main address in place of the former one. Adds an account that is new.

    Raises ValidationError if another account uses the address.
    """
    email = email.strip().lower()
    if is_email_taken(email, user):
        raise ValidationError({"email": EMAIL_TAKEN})
    if user.pk:
        user.write(email=email)
    else:
        user.email = email
        user.set_unusable_password()
        user.full_clean()
        user.save()
    # Someone else may read the former mailbox now. Secondary addresses stay.
    former = EmailAddress.objects.filter(user=user, primary=True).exclude(email=user.email)
    cancel_emails_to(former.filter(verified=True).values_list("email", flat=True))
    former.delete()
    EmailAddress.objects.update_or_create(
        user=user, email=user.email, defaults={"verified": True, "primary": True}
    )


def is_deliverable(email: str) -> bool:
    return not email.endswith(UNDELIVERABLE_DOMAIN)


def delivery_address(user: User) -> str:
    """Empty if the account is closed or has no mailbox."""
    return user.email if user.is_active and is_deliverable(user.email) else ""


def is_in_use(user: User) -> bool:
    """Whether the account has been used, has a profile or a grant, or has lost its address.

    If so, only its owner may change the address.
    """
    return (
        user.last_login is not None
        or not is_deliverable(user.email)
        or Delegate.objects.filter(user=user).exists()
        or user.grants.exists()
    )


def is_closed(user: User) -> bool:
    """Whether the account was closed when its last address was removed."""
    return not user.is_active and not is_deliverable(user.email)


def has_joined(delegate: Delegate) -> bool:
    """Whether the person has an account. Then only they change their name and address."""
    return delegate.user is not None and not is_closed(delegate.user)


def sign_in_addresses(user: User) -> list[str]:
    """Verified addresses, the main one first."""
    rows = EmailAddress.objects.filter(user=user, verified=True).order_by("-primary", "pk")
    return [email for email in rows.values_list("email", flat=True) if is_deliverable(email)]


def delete_closed_account(user: User) -> None:
    audit.forget_subject(user)
    with suppress(ProtectedError), transaction.atomic():
        user.delete()


@transaction.atomic
def forget_address(user: User, email: str) -> None:
    """No one at the desk reads an address that the owner no longer uses.

    Nor does it stay where an erasure would no longer find it.
    """
    delegate = Delegate.objects.filter(user=user).first()
    if delegate is None:
        return
    delegate.lock()
    if delegate.invitation_email.lower() == email.lower():
        delegate.write(invitation_email="")
    answered = delegate.invitations.filter(answered_at__isnull=False, email__iexact=email)
    answered.update(email="")
    InvitationRequest.objects.exclude(decision="").filter(email__iexact=email).delete()


@transaction.atomic
def remove_sign_in_address(user: User, email: str) -> None:
    """Removes an address. Another one becomes the main address, if there is one."""
    forget_address(user, email)
    EmailAddress.objects.filter(user=user, email__iexact=email).delete()
    cancel_emails_to([email])
    if user.email.lower() != email.lower():
        return
    others = sign_in_addresses(user)
    set_sign_in_address(user, others[0] if others else placeholder_address())


def mask_address(email: str) -> str:
    """Shortens an address to the form a…@example.org."""
    # Anyone with a forwarded link can open a page that shows this.
    name, _at, host = email.rpartition("@")
    return f"{name[:1]}…@{host}" if email else ""
