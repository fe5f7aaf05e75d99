"""Reauthentication with a code by email.

allauth asks nothing of users without a password and a second factor, and it never verifies the
mailbox that is to be replaced.
"""

import time
from typing import Any

from allauth.account import app_settings
from allauth.account.adapter import get_adapter
from allauth.account.authentication import get_authentication_records
from allauth.account.models import EmailAddress
from allauth.core.exceptions import ImmediateHttpResponse
from django.http import HttpRequest
from django.shortcuts import redirect
from django.urls import reverse

from participants.accounts.codes import hash_code, is_code
from participants.accounts.second_factor import has_second_factor, has_used_second_factor
from participants.models import User
from roundtable.allauth_compat import record_authentication, suspend_request
from roundtable.web.limits import Limit, consume

SESSION_KEY = "fresh_code"  # session key of the code
PROVED_KEY = "proved"  # set once a code was entered to see details
MAX_ATTEMPTS = 3
FRESH_CODES = Limit("fresh code", 3, 60)


def recently_verified_addresses(request: HttpRequest) -> set[str]:
    """The user's addresses whose code was entered in this session a few minutes ago."""
    earliest = time.time() - app_settings.REAUTHENTICATION_TIMEOUT
    emails = {
        row.get("email")
        for row in get_authentication_records(request, request.user)
        if row.get("method") == "code" and row.get("at", 0) > earliest
    }
    # An address that the account no longer has proves nothing.
    own = EmailAddress.objects.filter(user_id=request.user.pk, verified=True)
    return set(own.filter(email__in=emails - {None}).values_list("email", flat=True))


def require_recent_verification(request: HttpRequest, addresses: list[str]) -> None:
    """Raises ImmediateHttpResponse unless one of the addresses was recently verified.

    The response leads to the page that asks for a code, and back. An empty list passes.
    """
    if addresses and not recently_verified_addresses(request).intersection(addresses):
        page = reverse("account_verify_mailbox")
        raise ImmediateHttpResponse(suspend_request(request, page))


def require_proof_to_show(request: HttpRequest) -> None:
    """Once a session, before details are shown that are not public.

    Someone with a passkey or an app has used it; all others enter a fresh code. A mailbox that
    others read, or an open window, must not be enough. Raises ImmediateHttpResponse, whose response
    leads to the page that asks, and back.
    """
    if has_second_factor(request.user):
        is_proved = has_used_second_factor(request)
    else:
        is_proved = PROVED_KEY in request.session or bool(recently_verified_addresses(request))
    if not is_proved:
        page = reverse("account_reauthenticate")
        raise ImmediateHttpResponse(suspend_request(request, page))
    request.session.setdefault(PROVED_KEY, True)


def require_second_factor(request: HttpRequest) -> None:
    """Raises ImmediateHttpResponse unless it was used a few minutes ago, in this session.

    The response leads to the page that asks for it, and back; or to the one where it is set up.
    """
    if not has_second_factor(request.user):
        raise ImmediateHttpResponse(redirect("mfa_index"))
    if not has_used_second_factor(request, time.time() - app_settings.REAUTHENTICATION_TIMEOUT):
        page = reverse("account_reauthenticate")
        raise ImmediateHttpResponse(suspend_request(request, page))


def code_recipient(request: HttpRequest) -> str:
    """The address that opened this session, or the main address."""
    assert isinstance(request.user, User)
    verified = EmailAddress.objects.filter(user=request.user, verified=True)
    own = set(verified.values_list("email", flat=True))
    for row in reversed(get_authentication_records(request, request.user)):
        if row.get("email") in own:
            return str(row["email"])
    return request.user.email


def pending_code_recipient(request: HttpRequest) -> str:
    """Empty if no code is valid."""
    pending = _pending_code(request)
    return str(pending["email"]) if pending else ""


def send_reauthentication_code(request: HttpRequest, email: str) -> int:
    """Returns the seconds to wait if the limit is reached, otherwise 0."""
    if wait := consume(FRESH_CODES, str(request.user.pk)):
        return wait
    adapter = get_adapter()
    code = adapter.generate_login_code()
    request.session[SESSION_KEY] = {
        "code": hash_code(code),
        "email": email,
        "at": time.time(),
        "tries": 0,
    }
    adapter.send_mail("account/email/fresh_code", email, {"code": code})
    return 0


def verify_reauthentication_code(request: HttpRequest, code: str) -> bool:
    pending = _pending_code(request)
    if pending is None:
        return False
    if not is_code(code, pending["code"]):
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
