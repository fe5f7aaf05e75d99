"""Sign-in takes the same time for known and unknown addresses.

Each function runs the query that allauth runs in the other case, and discards the result.
"""

from allauth.account.models import EmailAddress
from django.http import HttpRequest

from participants.models import User
from roundtable.allauth_compat import LOGIN_SESSION_KEY


def pad_address_lookup(email: str) -> None:
    # allauth skips this query if it finds a verified address.
    if EmailAddress.objects.filter(email=email.lower(), verified=True).exists():
        list(User.objects.filter(email=email.lower()).iterator(2000))


def pad_account_lookup(request: HttpRequest) -> None:
    pending = request.session.get(LOGIN_SESSION_KEY)
    # Without an account, allauth does not run this query.
    if pending and pending["user_pk"] is None:
        User.objects.filter(pk=0).first()
