"""Links in emails: random keys, which a browser trades for a short session."""

import hashlib
import json
import secrets
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core import signing
from django.db import models
from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse

from participants.models import BOUND_TO_ADDRESS, Delegate, EmailLink, User

# Key in the session: for the number of each opened link, its primary key, and when it was opened
# and last used, in seconds.
SESSION_KEY = "email_links"
IDLE_TIME = 60 * 60
SESSION_LIFETIME = settings.SESSION_COOKIE_AGE
UPDATE_INTERVAL = 60
# Emails of release 0.1.0 have signed links. For two years they still work.
FORMER_SALTS: dict[str, str] = {
    EmailLink.Purpose.REPORT: "outcomes.reporting.links",
    EmailLink.Purpose.REVIEW: "participants.privacy.retention",
    EmailLink.Purpose.HIDE: "participants.accounts.emails",
    EmailLink.Purpose.UNSUBSCRIBE: "outcomes.changes.subscriptions",
}
FORMER_LIFETIME = timedelta(days=730)
KEPT_AFTER_REVOCATION = timedelta(days=30)


def create_link(
    purpose: str,
    *,
    at: datetime,
    lifetime: timedelta,
    user: User | None = None,
    delegate: Delegate | None = None,
    target: models.Model | None = None,
    key: str = "",
) -> str:
    """Absolute URL for an email to this account or person. `key` is random if empty."""
    account = user or (delegate.user if delegate else None)
    key = key or secrets.token_urlsafe(32)
    address = None
    if purpose in BOUND_TO_ADDRESS and account:
        address = EmailAddress.objects.filter(user=account, email=account.email).first()
    EmailLink.objects.create(
        key_hash=EmailLink.digest(key),
        purpose=purpose,
        user=account,
        delegate=delegate,
        address=address,
        target_id=target.pk if target else None,
        created_at=at,
        expires_at=at + lifetime,
    )
    return f"{settings.PORTAL_URL}{reverse('open-link', args=[key])}"


def link_for_key(key: str, *, former: str = "") -> EmailLink | None:
    """Whatever its state. `former` is the purpose of a signed link of release 0.1.0."""
    key_hash = EmailLink.digest(key)
    if former in FORMER_SALTS:
        try:
            content = signing.loads(key, salt=FORMER_SALTS[former], max_age=FORMER_LIFETIME)
        except signing.BadSignature:
            return None
        key_hash = former_hash(content)
    return EmailLink.objects.filter(key_hash=key_hash).first()


def former_hash(content: object) -> str:
    """The hash of a signed link is that of its content, as the migrations saved it."""
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def open_link(request: HttpRequest, link: EmailLink) -> None:
    """From now on, this browser can use the page of the link, but does not know its key."""
    now = time.time()
    opened: dict[str, list[float]] = request.session.get(SESSION_KEY, {})
    current = {number: entry for number, entry in opened.items() if _is_open(entry, now)}
    request.session[SESSION_KEY] = current | {str(link.number): [link.pk, now, now]}
    if not request.user.is_authenticated:
        request.session.set_expiry(0)


def opened_link(request: HttpRequest, purpose: str, number: int) -> EmailLink | None:
    """The link that this browser opened. None if it did not, or some time ago."""
    now = time.time()
    opened: dict[str, list[float]] = request.session.get(SESSION_KEY, {})
    entry = opened.get(str(number))
    if not entry or not _is_open(entry, now):
        return None
    pk, opened_at, used_at = entry
    if now - used_at > UPDATE_INTERVAL:
        request.session[SESSION_KEY] = opened | {str(number): [pk, opened_at, now]}
    rows = EmailLink.objects.of(purpose).select_related("user", "delegate__user", "address")
    return rows.filter(pk=int(pk)).first()


def _is_open(entry: list[float], now: float) -> bool:
    _pk, opened_at, used_at = entry
    return now - opened_at < SESSION_LIFETIME and now - used_at < IDLE_TIME


def close_links(request: HttpRequest) -> None:
    request.session.pop(SESSION_KEY, None)


def delete_ended_links(at: datetime) -> int:
    ended = Q(expires_at__lt=at) | Q(revoked_at__lt=at - KEPT_AFTER_REVOCATION)
    return EmailLink.objects.filter(ended).delete()[0]


# What the unsubscribe button of email programs does: their request has no cookies.
OneClick = Callable[[EmailLink, datetime], None]
ONE_CLICK: dict[str, OneClick] = {}


def register_one_click(purpose: str) -> Callable[[OneClick], OneClick]:
    def register(act: OneClick) -> OneClick:
        ONE_CLICK[purpose] = act
        return act

    return register
