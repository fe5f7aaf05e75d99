"""Where somebody is signed in: in short words, and when it was last used."""

import time
from collections.abc import Callable

from allauth.account.authentication import get_authentication_records
from allauth.usersessions.models import UserSession
from django.contrib.auth import update_session_auth_hash
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from participants.models import User

GetResponse = Callable[[HttpRequest], HttpResponse]
UPDATE_INTERVAL = 600  # seconds
# What a browser calls itself: the first that is found counts, for many name others too.
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
    """What the browser says of itself, in words such as "Firefox on Android"."""
    browser = next((name for sign, name in BROWSERS if sign in user_agent), "")
    device = next((name for sign, name in DEVICES if sign in user_agent), "")
    if browser and device:
        return _("%(browser)s on %(device)s") % {"browser": browser, "device": device}
    return browser or device or _("A browser that does not say what it is")


class LastUsedMiddleware:
    """Writes down every ten minutes that a session is in use; not at every page."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Writes it down where that is due."""
        if request.user.is_authenticated and _is_update_due(request):
            row = UserSession.objects.filter(session_key=request.session.session_key)
            row.update(last_seen_at=timezone.now())
        return self.get_response(request)


def _is_update_due(request: HttpRequest) -> bool:
    """Whether ten minutes went by since it began, and since it was written down.

    Not remembered in the session: each time that is stored, its eight hours begin anew.
    """
    records = get_authentication_records(request, request.user)
    started_at = records[-1].get("at") if records else None
    if started_at is None or time.time() - started_at < UPDATE_INTERVAL:
        return False
    return bool(cache.add(f"seen:{request.session.session_key}", True, timeout=UPDATE_INTERVAL))


def end_sessions(user: User) -> None:
    """Ends each session of the account, on every device."""
    # Django seals sessions with this field. A list of sessions alone could miss one.
    user.set_unusable_password()
    user.save(update_fields=["password"])
    UserSession.objects.filter(user=user).delete()


def keep_session(request: HttpRequest) -> None:
    """Keeps the session that asks, after `end_sessions` was called for its own account."""
    assert isinstance(request.user, User)
    request.user.refresh_from_db(fields=["password"])
    update_session_auth_hash(request, request.user)
    UserSession.objects.create_from_request(request)
