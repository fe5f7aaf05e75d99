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
    did_recently_reauthenticate,
    raise_if_reauthentication_required,
    resume_request,
    suspend_request,
)
from allauth.account.internal.stagekit import LOGIN_SESSION_KEY, clear_login
from allauth.core.internal.cryptokit import normalize_user_code
from allauth.core.internal.ratelimit import truncate_ip
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
)

__all__ = [
    "EMAIL_VERIFICATION_CODE_SESSION_KEY",
    "LOGIN_SESSION_KEY",
    "TOTP",
    "LoginCodeVerificationProcess",
    "clear_login",
    "did_recently_reauthenticate",
    "format_hotp_value",
    "generate_totp_secret",
    "hotp_value",
    "normalize_user_code",
    "raise_if_reauthentication_required",
    "record_authentication",
    "resume_request",
    "suspend_request",
    "truncate_ip",
]
