"""Sessions of an account: device names and last use."""

import time
from collections.abc import Callable

from allauth.account.authentication import get_authentication_records
from allauth.usersessions.models import UserSession
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.hashers import make_password
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from participants.models import User

GetResponse = Callable[[HttpRequest], HttpResponse]
UPDATE_INTERVAL = 600  # seconds
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


class LastUsedMiddleware:
    """Records at most every ten minutes that a session is in use."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated and _is_update_due(request):
            row = UserSession.objects.filter(session_key=request.session.session_key)
            row.update(last_seen_at=timezone.now())
        return self.get_response(request)


def _is_update_due(request: HttpRequest) -> bool:
    records = get_authentication_records(request, request.user)
    started_at = records[-1].get("at") if records else None
    if started_at is None or time.time() - started_at < UPDATE_INTERVAL:
        return False
    # Use the cache: saving the session would restart its eight hours.
    return bool(cache.add(f"seen:{request.session.session_key}", True, timeout=UPDATE_INTERVAL))


def end_sessions(user: User) -> None:
    # Django signs sessions with this field, so a new value ends them all. UserSession could miss
    # one.
    user.write(password=make_password(None))
    UserSession.objects.filter(user=user).delete()


def keep_session(request: HttpRequest) -> None:
    """Keeps this session after end_sessions() was called for its own account."""
    assert isinstance(request.user, User)
    request.user.refresh_from_db(fields=["password"])
    update_session_auth_hash(request, request.user)
    UserSession.objects.create_from_request(request)
