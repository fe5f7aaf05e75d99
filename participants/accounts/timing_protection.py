"""Signing in costs as much for an address that is not known here as for one that is.

Each function asks the database what allauth asks in the other case, and throws the answer away.
"""

from allauth.account.internal.stagekit import LOGIN_SESSION_KEY
from allauth.account.models import EmailAddress
from django.http import HttpRequest

from participants.models import User


def pad_address_lookup(email: str) -> None:
    """Looks among the accounts too, where the address alone was enough for allauth."""
    if EmailAddress.objects.filter(email=email.lower(), verified=True).exists():
        list(User.objects.filter(email=email.lower()).iterator(2000))


def pad_account_lookup(request: HttpRequest) -> None:
    """Looks for an account where a sign-in goes on that has none."""
    pending = request.session.get(LOGIN_SESSION_KEY)
    if pending and pending["user_pk"] is None:
        User.objects.filter(pk=0).first()
