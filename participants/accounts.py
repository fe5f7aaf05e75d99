"""Which address an account signs in with."""

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from participants.models import User


def is_taken(email: str, user: User) -> bool:
    """Whether another account signs in with that address."""
    email = email.strip().lower()
    return (
        EmailAddress.objects.filter(email__iexact=email).exclude(user_id=user.pk).exists()
        or User.objects.filter(email__iexact=email).exclude(pk=user.pk).exists()
    )


@transaction.atomic
def set_sign_in_address(user: User, email: str) -> None:
    """Stores the account with the address that signs in, in place of the one before.

    Raises ValidationError where the address belongs to another account.
    """
    user.email = email.strip().lower()
    if is_taken(user.email, user):
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
