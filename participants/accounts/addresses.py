"""Which addresses an account signs in with."""

from contextlib import suppress

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import ProtectedError, Q
from django.utils.crypto import get_random_string, salted_hmac
from django.utils.translation import gettext_lazy as _

from participants.models import Delegate, User
from roundtable.audit import log as audit

# What stands in place of an address that was given up: no mail server of this name can exist.
UNDELIVERABLE_DOMAIN = "@no-address.invalid"


def account_pseudonym(user_id: int | None) -> str:
    """What names an account in a link, where its number would tell how many accounts there are."""
    return salted_hmac(
        "participants.accounts.addresses", str(user_id), algorithm="sha256"
    ).hexdigest()[:20]


def is_email_taken(email: str, user: User) -> bool:
    """Whether another account signs in with that address."""
    email = email.strip().lower()
    return (
        EmailAddress.objects.filter(email__iexact=email).exclude(user_id=user.pk).exists()
        or User.objects.filter(email__iexact=email).exclude(pk=user.pk).exists()
    )


def find_account(email: str) -> User | None:
    """Who signs in with that address, if anybody does."""
    email = email.strip()
    verified_owners = EmailAddress.objects.filter(email__iexact=email, verified=True).values("user")
    return User.objects.filter(Q(email__iexact=email) | Q(pk__in=verified_owners)).first()


@transaction.atomic
def set_sign_in_address(user: User, email: str) -> None:
    """Stores the account with the address that signs in, in place of the one before.

    Raises ValidationError where the address belongs to another account.
    """
    user.email = email.strip().lower()
    if is_email_taken(user.email, user):
        raise ValidationError({"email": _("Another account has this address. Choose another one.")})
    if not user.pk:
        user.set_unusable_password()
    user.full_clean()
    user.save()
    # The former mailbox may be in other hands by now; a second address of one's own stays.
    EmailAddress.objects.filter(user=user, primary=True).exclude(email=user.email).delete()
    EmailAddress.objects.update_or_create(
        user=user, email=user.email, defaults={"verified": True, "primary": True}
    )


def is_deliverable(email: str) -> bool:
    """Whether there is a mailbox behind the address, as far as one can tell."""
    return not email.endswith(UNDELIVERABLE_DOMAIN)


def delivery_address(user: User) -> str:
    """Where letters reach whoever has the account; empty where none does."""
    return user.email if user.is_active and is_deliverable(user.email) else ""


def is_in_use(user: User) -> bool:
    """Whether somebody signed in with the account, has a profile there, or gave its address up.

    Then the address is that person's to change, and nobody else's.
    """
    return (
        user.last_login is not None
        or not is_deliverable(user.email)
        or Delegate.objects.filter(user=user).exists()
    )


def is_closed(user: User) -> bool:
    """Whether the account is closed since its last address was given up."""
    return not user.is_active and not is_deliverable(user.email)


def sign_in_addresses(user: User) -> list[str]:
    """The addresses that sign in, the one that the account goes by first."""
    rows = EmailAddress.objects.filter(user=user, verified=True).order_by("-primary", "pk")
    return [email for email in rows.values_list("email", flat=True) if is_deliverable(email)]


def delete_closed_account(user: User) -> None:
    """Removes an account that nobody can open, unless it confirmed or approved something."""
    audit.forget_subject(user)
    with suppress(ProtectedError), transaction.atomic():
        user.delete()


@transaction.atomic
def remove_sign_in_address(user: User, email: str) -> None:
    """Lets the address sign in no longer; another one takes its place, where there is one."""
    EmailAddress.objects.filter(user=user, email__iexact=email).delete()
    if user.email.lower() != email.lower():
        return
    others = sign_in_addresses(user)
    set_sign_in_address(
        user, others[0] if others else f"{get_random_string(16).lower()}{UNDELIVERABLE_DOMAIN}"
    )
