"""What the logs say of signing in, and of changes to how someone signs in.

The audit log, which people read under "Your data", has the changes alone.
"""

from typing import Any

from allauth.account import signals as account
from allauth.mfa import signals as factors
from django.contrib.auth import signals as auth
from django.dispatch import Signal
from django.utils import timezone

from roundtable.audit import log as audit
from roundtable.logs import log_security_event

EVENTS: list[tuple[Signal, str]] = [
    (auth.user_logged_in, "signed in"),
    (auth.user_logged_out, "signed out"),
    (account.login_code_rejected, "wrong code"),
    (account.email_verification_code_rejected, "wrong code"),
    (factors.authentication_failed, "wrong second factor"),
    (factors.authenticator_used, "second factor used"),
]
CHANGES: list[tuple[Signal, str]] = [
    (factors.authenticator_added, "add factor"),
    (factors.authenticator_removed, "remove factor"),
    (factors.authenticator_reset, "renew recovery codes"),
    (account.email_confirmed, "add address"),
    (account.email_changed, "change main address"),
    (account.email_removed, "remove address"),
]


def _logs_event(event: str, *, is_change: bool) -> Any:
    def log(sender: Any, request: Any = None, **sent: Any) -> None:
        user = sent.get("user") or getattr(sent.get("email_address"), "user", None)
        log_security_event(event, request, **({"account": user.pk} if user else {}))
        if is_change and user:
            audit.record(action=event, at=timezone.now(), actor=user, subject=user)

    return log


for _signal, _event in EVENTS:
    _signal.connect(_logs_event(_event, is_change=False), weak=False)
for _signal, _event in CHANGES:
    _signal.connect(_logs_event(_event, is_change=True), weak=False)
