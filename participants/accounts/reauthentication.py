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

SESSION_KEY = "fresh_code"  # the code's place in the session
MAX_ATTEMPTS = 3


def recently_verified_addresses(request: HttpRequest) -> set[str]:
    """The person's addresses whose code was entered here minutes ago, to sign in or for this.

    An address that the account has no longer proves nothing.
    """
    earliest = time.time() - app_settings.REAUTHENTICATION_TIMEOUT
    emails = {
        row.get("email")
        for row in get_authentication_records(request, request.user)
        if row.get("method") == "code" and row.get("at", 0) > earliest
    }
    own = EmailAddress.objects.filter(user_id=request.user.pk, verified=True)
    return set(own.filter(email__in=emails - {None}).values_list("email", flat=True))


def require_recent_verification(request: HttpRequest, addresses: list[str]) -> None:
    """Nothing, where one of these was proved, or there is none.

    Raises ImmediateHttpResponse otherwise: it leads to the page that asks, and back.
    """
    if addresses and not recently_verified_addresses(request).intersection(addresses):
        page = reverse("account_verify_mailbox")
        raise ImmediateHttpResponse(suspend_request(request, page))


def code_recipient(request: HttpRequest) -> str:
    """Where the code goes: the address that opened this session, or the one the account goes by."""
    assert isinstance(request.user, User)
    verified = EmailAddress.objects.filter(user=request.user, verified=True)
    own = set(verified.values_list("email", flat=True))
    for row in reversed(get_authentication_records(request, request.user)):
        if row.get("email") in own:
            return str(row["email"])
    return request.user.email


def pending_code_recipient(request: HttpRequest) -> str:
    """Where a code is on its way that still works; empty where none is."""
    pending = _pending_code(request)
    return str(pending["email"]) if pending else ""


def send_reauthentication_code(request: HttpRequest, email: str) -> bool:
    """Sends a code there; false where that was asked for too often."""
    if not ratelimit.consume(request, action="request_login_code", key=email):
        return False
    adapter = get_adapter()
    code = adapter.generate_login_code()
    request.session[SESSION_KEY] = {"code": code, "email": email, "at": time.time(), "tries": 0}
    adapter.send_mail("account/email/fresh_code", email, {"code": code})
    return True


def verify_reauthentication_code(request: HttpRequest, code: str) -> bool:
    """Whether this is the code; after the third wrong one it works no longer."""
    pending = _pending_code(request)
    if pending is None:
        return False
    if not compare_user_code(actual=code, expected=pending["code"]):
        pending["tries"] += 1
        request.session[SESSION_KEY] = pending
        return False
    del request.session[SESSION_KEY]
    record_authentication(request, request.user, method="code", email=pending["email"])
    return True


def _pending_code(request: HttpRequest) -> dict[str, Any] | None:
    pending: dict[str, Any] | None = request.session.get(SESSION_KEY)
    if pending is None or pending["tries"] >= MAX_ATTEMPTS:
        return None
    is_expired = time.time() - pending["at"] > app_settings.LOGIN_BY_CODE_TIMEOUT
    is_own = EmailAddress.objects.filter(
        user_id=request.user.pk, verified=True, email=pending["email"]
    ).exists()
    return pending if is_own and not is_expired else None
