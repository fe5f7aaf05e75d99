"""A fresh code by e-mail, before what nobody else may do.

allauth lets whoever has neither a password nor a second factor change anything without asking, and
asks nobody for the mailbox that is to be replaced.
"""

import time
from typing import Any

from allauth.account import app_settings
from allauth.account.adapter import get_adapter
from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from allauth.account.internal.flows.reauthentication import suspend_request
from allauth.account.models import EmailAddress
from allauth.core import ratelimit
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.internal.cryptokit import compare_user_code
from django.http import HttpRequest
from django.urls import reverse

from participants.models import User

KEPT = "fresh_code"  # the code's place in the session
TRIES = 3


def proved(request: HttpRequest) -> set[str]:
    """The person's addresses whose code was entered here minutes ago, to sign in or for this.

    An address that the account has no longer proves nothing.
    """
    earliest = time.time() - app_settings.REAUTHENTICATION_TIMEOUT
    mails = {
        row.get("email")
        for row in get_authentication_records(request, request.user)
        if row.get("method") == "code" and row.get("at", 0) > earliest
    }
    own = EmailAddress.objects.filter(user_id=request.user.pk, verified=True)
    return set(own.filter(email__in=mails - {None}).values_list("email", flat=True))


def require(request: HttpRequest, mailboxes: list[str]) -> None:
    """Nothing, where one of these was proved, or there is none.

    Raises ImmediateHttpResponse otherwise: it leads to the page that asks, and back.
    """
    if mailboxes and not proved(request).intersection(mailboxes):
        page = reverse("account_mailbox")
        raise ImmediateHttpResponse(suspend_request(request, page))


def address_of(request: HttpRequest) -> str:
    """Where the code goes: the address that opened this session, or the one the account goes by."""
    assert isinstance(request.user, User)
    verified = EmailAddress.objects.filter(user=request.user, verified=True)
    own = set(verified.values_list("email", flat=True))
    for row in reversed(get_authentication_records(request, request.user)):
        if row.get("email") in own:
            return str(row["email"])
    return request.user.email


def sent_to(request: HttpRequest) -> str:
    """Where a code is on its way that still works; empty where none is."""
    waiting = _waiting(request)
    return str(waiting["email"]) if waiting else ""


def send(request: HttpRequest, email: str) -> bool:
    """Sends a code there; false where that was asked for too often."""
    if not ratelimit.consume(request, action="request_login_code", key=email):
        return False
    adapter = get_adapter()
    code = adapter.generate_login_code()
    request.session[KEPT] = {"code": code, "email": email, "at": time.time(), "tries": 0}
    adapter.send_mail("account/email/fresh_code", email, {"code": code})
    return True


def accept(request: HttpRequest, code: str) -> bool:
    """Whether this is the code; after the third wrong one it works no longer."""
    waiting = _waiting(request)
    if waiting is None:
        return False
    if not compare_user_code(actual=code, expected=waiting["code"]):
        waiting["tries"] += 1
        request.session[KEPT] = waiting
        return False
    del request.session[KEPT]
    record_authentication(request, request.user, method="code", email=waiting["email"])
    return True


def _waiting(request: HttpRequest) -> dict[str, Any] | None:
    waiting: dict[str, Any] | None = request.session.get(KEPT)
    if waiting is None or waiting["tries"] >= TRIES:
        return None
    is_late = time.time() - waiting["at"] > app_settings.LOGIN_BY_CODE_TIMEOUT
    is_own = EmailAddress.objects.filter(
        user_id=request.user.pk, verified=True, email=waiting["email"]
    ).exists()
    return waiting if is_own and not is_late else None
