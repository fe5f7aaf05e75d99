"""What the portal uses of allauth's internals, which can change in any release.

No other module of the portal imports them. tests/roundtable/test_allauth_compat.py tests what the
portal needs: run it before you raise the upper bound of django-allauth in pyproject.toml.
"""

from allauth.account.internal.flows.email_verification_by_code import (
    EMAIL_VERIFICATION_CODE_SESSION_KEY,
)
from allauth.account.internal.flows.login import record_authentication
from allauth.account.internal.flows.login_by_code import LoginCodeVerificationProcess
from allauth.account.internal.flows.reauthentication import (
    STATE_SESSION_KEY,
    did_recently_reauthenticate,
    raise_if_reauthentication_required,
    resume_request,
    suspend_request,
)
from allauth.account.internal.stagekit import LOGIN_SESSION_KEY, clear_login
from allauth.core.internal.cryptokit import normalize_user_code
from allauth.core.internal.httpkit import deserialize_request
from allauth.core.internal.ratelimit import truncate_ip
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
)
from allauth.usersessions.models import UserSession
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest

__all__ = [
    "EMAIL_VERIFICATION_CODE_SESSION_KEY",
    "LOGIN_SESSION_KEY",
    "TOTP",
    "LoginCodeVerificationProcess",
    "RecoveryCodes",
    "clear_login",
    "deserialize_request",
    "did_recently_reauthenticate",
    "format_hotp_value",
    "generate_totp_secret",
    "hotp_value",
    "normalize_user_code",
    "raise_if_reauthentication_required",
    "record_authentication",
    "renew_key",
    "resume_by",
    "resume_request",
    "suspend_request",
    "truncate_ip",
]


def resume_by(callback: str, session: SessionBase) -> None:
    """A form that waits for its sender to reauthenticate is then handed to `callback`."""
    waiting = session.get(STATE_SESSION_KEY, {})
    if "request" in waiting:
        session[STATE_SESSION_KEY] = {"callback": callback, "state": waiting["request"]}


def renew_key(request: HttpRequest) -> None:
    """A new key for the session. The list of the account's devices keeps its row."""
    former = request.session.session_key
    request.session.cycle_key()
    rows = UserSession.objects.filter(session_key=former)
    rows.update(session_key=request.session.session_key)
