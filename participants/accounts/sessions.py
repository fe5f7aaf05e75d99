"""Sessions of an account: how long they last, what proved who someone is, and device names."""

import time
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

from allauth.account.authentication import get_authentication_records
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import SESSION_KEY, logout, update_session_auth_hash
from django.contrib.auth.hashers import make_password
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.messages.storage.session import SessionStorage
from django.contrib.sessions.models import Session
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from participants.accounts.codes import hash_waiting_codes
from participants.accounts.sign_in_limits import remember_browser
from participants.models import User
from roundtable.allauth_compat import renew_key
from roundtable.database.outages import unless_refused
from roundtable.logs import log_security_event

GetResponse = Callable[[HttpRequest], HttpResponse]
T = TypeVar("T")
# In seconds.
LIFETIME = settings.SESSION_COOKIE_AGE
IDLE_AT_DESK = 60 * 60  # after that, the desk asks for the second factor again
UPDATE_INTERVAL = 5 * 60
MAX_SESSIONS = 10
RECENT_PERIOD = 60
# Keys in the session, with times in seconds.
STARTED, USED, PROOFS_FROM, RECENT = "started_at", "used_at", "proofs_from", "recent"
# Posted because each is logged. They change nothing that waits for the person.
POSTED_READS = {"delegate-reveal", "delegate-vcard"}
# The first match counts, because many user agents also name other browsers.
BROWSERS = [
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("UCBrowser", "UC Browser"),
    ("YaBrowser", "Yandex Browser"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
]
DEVICES = [
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "Mac"),
    ("Linux", "Linux"),
]


def device_name(user_agent: str) -> str:
    """Such as "Firefox on Android" or "Unknown browser"."""
    browser = next((name for sign, name in BROWSERS if sign in user_agent), "")
    device = next((name for sign, name in DEVICES if sign in user_agent), "")
    if browser and device:
        return _("%(browser)s on %(device)s") % {"browser": browser, "device": device}
    return browser or device or _("Unknown browser")


class SessionMiddleware:
    """Knows when each session started and was last used, and ends it in time.

    A key that someone knew before the second factor was used must not open the desk afterwards, so
    each proof of identity gives the session a new key.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        before = request.user.pk
        if before:
            _limit(request)
        key, proofs = request.session.session_key, len(_proofs(request))
        response = self.get_response(request)
        if request.method not in ("GET", "HEAD") and not _is_posted_read(request):
            request.session.pop(RECENT, None)
        if before and not request.user.is_authenticated:
            # A page in another tab, or in the browser's memory, shows what it showed before.
            response["Clear-Site-Data"] = '"cache", "storage"'
            log_security_event("signed out", request, account=before)
        elif before and len(_proofs(request)) > proofs:
            by = _proofs(request)[-1]
            log_security_event("proved who they are", request, account=before, by=by)
            if key == request.session.session_key:
                renew_key(request)
        elif isinstance(request.user, User) and not before:
            by = ", ".join(_proofs(request))
            log_security_event("signed in", request, account=request.user.pk, by=by)
            remember_browser(request, response, request.user)
        if request.session.modified:
            hash_waiting_codes(request.session)
        return response


def _is_posted_read(request: HttpRequest) -> bool:
    match = request.resolver_match
    return match is not None and match.view_name in POSTED_READS


def _limit(request: HttpRequest) -> None:
    session, now = request.session, time.time()
    started, used = session.get(STARTED), session.get(USED)
    if started and now - started > LIFETIME:
        logout(request)
        messages.info(request, _("You were signed out, because you signed in eight hours ago."))
        return
    if used and now - used > IDLE_AT_DESK:
        session[PROOFS_FROM] = now
    if not (started and used) or now - used > UPDATE_INTERVAL:
        session[STARTED], session[USED] = started or now, now
        row = UserSession.objects.filter(session_key=session.session_key)
        unless_refused(partial(row.update, last_seen_at=timezone.now()))


def recent(request: HttpRequest, name: str, find: Callable[[], T], *, is_exact: bool = False) -> T:
    """What was found in the last minute, if the person has sent no form since."""
    kept, now = request.session.get(RECENT, {}), time.time()
    row = kept.get(name)
    is_recent = row is not None and now - row["at"] < RECENT_PERIOD
    if is_recent and not is_exact:
        value: T = row["value"]
        return value
    found = find()
    if not is_recent or row["value"] != found:
        request.session[RECENT] = kept | {name: {"at": now, "value": found}}
    return found


def _proofs(request: HttpRequest) -> list[str]:
    """Such as "code" and "totp"."""
    if not request.user.is_authenticated:
        return []
    records = get_authentication_records(request, request.user)
    return [row.get("type") or row["method"] for row in records]


def start_session(request: HttpRequest) -> None:
    """Also if someone signs in again in the same browser. Ends the oldest session above ten.

    allauth lists the new one a moment later.
    """
    request.session[STARTED] = request.session[USED] = time.time()
    rows = UserSession.objects.filter(user_id=request.user.pk).order_by("-created_at", "-pk")
    for row in rows[MAX_SESSIONS - 1 :]:
        row.end()


def proofs_of(request: HttpRequest) -> list[dict[str, Any]]:
    """How the person proved who they are, since the desk was last used within an hour."""
    records: list[dict[str, Any]] = get_authentication_records(request, request.user)
    earliest = request.session.get(PROOFS_FROM, 0)
    return [row for row in records if row.get("at", 0) >= earliest]


def end_sessions(user: User) -> None:
    # Django signs sessions with this field, so a new value ends them all. UserSession could miss
    # one.
    user.write(password=make_password(None))
    UserSession.objects.filter(user=user).delete()


def delete_ended_sessions(at: datetime) -> int:
    number: int = Session.objects.filter(expire_date__lte=at).delete()[0]
    keys = Session.objects.values("session_key")
    # allauth's own rows have the browser and the network address.
    UserSession.objects.exclude(session_key__in=keys).delete()
    return number


def keep_session(request: HttpRequest) -> None:
    """Keeps this session after end_sessions() was called for its own account."""
    assert isinstance(request.user, User)
    request.user.refresh_from_db(fields=["password"])
    update_session_auth_hash(request, request.user)
    UserSession.objects.create_from_request(request)


class MessageStorage(CookieStorage):
    """Keeps messages to people who are signed in in the session: they can contain names.

    Anyone who sits at the computer can read the cookie, which is for visitors.
    """

    cookie_name = settings.MESSAGE_COOKIE_NAME

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request)
        self.session: Any = SessionStorage(request)

    def _get(self, *_given: Any, **_named: Any) -> tuple[list[Any], bool]:
        of_visitor = super()._get()[0]  # type: ignore[misc]
        found = [*(of_visitor or []), *(self.session._get()[0] or [])]
        return found, True

    def _store(self, messages: list[Any], response: HttpResponse, *given: Any) -> list[Any]:
        is_signed_in = SESSION_KEY in self.request.session
        self.session._store(messages if is_signed_in else [], response)
        if is_signed_in and self.cookie_name not in self.request.COOKIES:
            return []
        shown = [] if is_signed_in else messages
        left: list[Any] = super()._store(shown, response, *given)  # type: ignore[misc]
        return left
