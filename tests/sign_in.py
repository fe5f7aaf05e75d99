"""Signs people in, with a second factor where the portal asks for one."""

import time

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.account.internal.flows.login import _AUTHENTICATION_METHODS_USER_SESSION_KEY
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.test import Client

from participants.accounts.reauthentication import PROVED_KEY
from participants.accounts.sessions import RECENT, STARTED, USED
from participants.models import User
from roundtable.allauth_compat import TOTP, format_hotp_value, hotp_value
from roundtable.web.limits import LimitCount

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
TOTP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def totp_code(secret: str = TOTP_SECRET, at: float | None = None) -> str:
    """What an authenticator app shows now, and for some seconds still; or at that time."""
    if at is None and (left := 30 - time.time() % 30) < 5:
        time.sleep(left)
    code: str = format_hotp_value(hotp_value(secret, int(at or time.time()) // 30))
    return code


def add_authenticator(user: User) -> Authenticator:
    """Gives the account an authenticator app, unless it has one."""
    there = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).first()
    return there or TOTP.activate(user, TOTP_SECRET).instance


def record_authentication(client: Client, user: User, *records: dict[str, object]) -> None:
    """Writes into the session how it was opened, as allauth does."""
    session = client.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] = list(records)
    session[_AUTHENTICATION_METHODS_USER_SESSION_KEY] = str(user.pk)
    session.save()


def sign_in(
    client: Client, user: User, *, second_factor: bool | None = None, proved: bool = True
) -> None:
    """Opens a session; with a second factor where it is wanted, or left out and needed."""
    client.force_login(user, backend=BACKEND)
    session = client.session
    session[STARTED] = session[USED] = time.time()
    if proved:  # as if a code had been entered for the first details
        session[PROVED_KEY] = True
    session.save()
    if user.is_staff if second_factor is None else second_factor:
        used = {
            "method": "mfa",
            "type": "totp",
            "id": add_authenticator(user).pk,
            "at": time.time(),
        }
        record_authentication(client, user, used)


def is_in(browser: Client) -> bool:
    """Whether someone is signed in there."""
    return browser.get("/me/").status_code == 200


def record_email_code(client: Client, user: User) -> None:
    """As if a code from the person's mail had been entered just now."""
    record_authentication(client, user, {"method": "code", "email": user.email, "at": time.time()})


def forget_limits() -> None:
    """As if no one had asked for a code yet, or entered one."""
    cache.clear()
    LimitCount.objects.all().delete()


def count_once(client: Client) -> None:
    """Keeps the number of what waits, beyond its minute, for a walk whose requests are undone."""
    client.get("/privacy/")
    session = client.session
    for kept in session.get(RECENT, {}).values():
        kept["at"] += 24 * 60 * 60
    session.save()
