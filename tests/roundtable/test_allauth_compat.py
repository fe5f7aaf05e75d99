"""What the portal relies on in allauth's internals."""

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from allauth.account.authentication import get_authentication_records
from allauth.core.context import request_context
from allauth.core.exceptions import ReauthenticationRequired
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import decrypt
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.sessions.backends.db import SessionStore
from django.core.cache import cache
from django.http import HttpRequest
from django.test import RequestFactory
from django.utils.http import base36_to_int

from participants.models import User
from roundtable import allauth_compat
from tests.factories import NOON, make_user

# Appendix D of RFC 4226: the secret "12345678901234567890", and the first codes.
RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
RFC_CODES = ["755224", "287082", "359152"]


@pytest.fixture
def user(db: None) -> User:
    return make_user("someone@example.org")


@pytest.fixture
def ask(user: User) -> Callable[..., HttpRequest]:
    """A request with a session, by someone who is signed in or not."""

    def make(path: str = "/me/data/", *, is_signed_in: bool = True, **sent: str) -> HttpRequest:
        factory = RequestFactory()
        request = factory.post(path, sent) if sent else factory.get(path)
        request.session = SessionStore()
        request.user = user if is_signed_in else AnonymousUser()
        request._messages = CookieStorage(request)  # type: ignore[attr-defined]
        return request

    return make


def test_codes_are_those_of_the_standard() -> None:
    codes = [
        allauth_compat.format_hotp_value(allauth_compat.hotp_value(RFC_SECRET, count))
        for count in range(3)
    ]
    assert codes == RFC_CODES


def test_app_is_added_with_a_secret_of_its_own(user: User) -> None:
    first, second = (allauth_compat.generate_totp_secret() for _ in range(2))
    assert first != second
    app = allauth_compat.TOTP.activate(user, first).instance
    assert (app.user, app.type) == (user, Authenticator.Type.TOTP)
    assert decrypt(app.data["secret"]) == first
    assert app.data["secret"] != first


@pytest.mark.parametrize(
    ("typed", "is_same"),
    [("ABC-DEF", True), ("abcdef", True), (" abc def ", True), ("ABC-DEG", False), ("", False)],
)
def test_code_may_be_typed_in_any_way(typed: str, is_same: bool) -> None:
    normalized = allauth_compat.normalize_user_code(typed)
    assert (normalized == allauth_compat.normalize_user_code("ABC-DEF")) is is_same


def test_authentication_is_recorded_in_the_session(
    ask: Callable[..., HttpRequest], user: User
) -> None:
    request = ask()
    with time_machine.travel(NOON, tick=False):
        allauth_compat.record_authentication(request, user, method="code", email=user.email)
    (record,) = get_authentication_records(request, user)
    assert (record["method"], record["email"]) == ("code", user.email)
    assert record["at"] == NOON.timestamp()


def test_reauthentication_is_required_of_users_with_an_app(
    ask: Callable[..., HttpRequest], user: User
) -> None:
    allauth_compat.TOTP.activate(user, RFC_SECRET)
    request = ask()
    assert not allauth_compat.did_recently_reauthenticate(request)
    with request_context(request):
        with pytest.raises(ReauthenticationRequired):
            allauth_compat.raise_if_reauthentication_required(request, app="participants")
        allauth_compat.record_authentication(request, user, method="mfa", reauthenticated=True)
        allauth_compat.raise_if_reauthentication_required(request, app="participants")
    assert allauth_compat.did_recently_reauthenticate(request)


def test_suspended_request_is_resumed_in_the_portal_only(
    ask: Callable[..., HttpRequest], user: User
) -> None:
    request = ask("/me/data/?part=1")
    away = urlsplit(allauth_compat.suspend_request(request, "/verify/").url)
    assert (away.path, parse_qs(away.query)) == ("/verify/", {"next": ["/me/data/?part=1"]})
    back = ask("/verify/", next="/me/data/?part=1")
    back.session = request.session
    with request_context(back):
        resumed = allauth_compat.resume_request(back)
    assert resumed is not None and resumed.url == "/me/data/?part=1"
    elsewhere = ask("/verify/", next="https://elsewhere.example/")
    with request_context(elsewhere):
        assert allauth_compat.resume_request(elsewhere) is None


def test_code_by_email_begins_a_sign_in_that_can_be_ended(
    ask: Callable[..., HttpRequest], user: User, mailoutbox: list[object]
) -> None:
    cache.clear()
    request = ask("/invitations/x/", is_signed_in=False)
    with request_context(request):
        allauth_compat.LoginCodeVerificationProcess.initiate(
            request=request, user=user, email=user.email
        )
    stored = request.session[allauth_compat.LOGIN_SESSION_KEY]["user_pk"]
    assert base36_to_int(stored) == user.pk
    allauth_compat.clear_login(request)
    assert allauth_compat.LOGIN_SESSION_KEY not in request.session
