"""The link in every message that hides its reader at once."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core import signing
from django.urls import reverse

from participants.accounts.addresses import stand_in_for
from participants.models import Delegate

_SALT = "participants.privacy.hiding"
WORKS_FOR = timedelta(days=730)


def url_for(delegate: Delegate) -> str:
    """The whole address of a page with one button that hides this person, without signing in.

    It works for two years, as long as the person keeps the same account and does not end it, and
    can do nothing else. Its page tells nothing of the person: messages are forwarded.
    """
    content = [delegate.handle, stand_in_for(delegate.user_id), delegate.link_round]
    token = signing.dumps(content, salt=_SALT)
    return f"{settings.PORTAL_URL}{reverse('hide-by-link', args=[token])}"


def is_ours(token: str) -> bool:
    """Whether the link was made here and is not too old, whatever became of the person."""
    return _content(token) is not None


def delegate_of(token: str) -> Delegate | None:
    """Whom the link hides; None where it hides nobody, or nobody any more."""
    content = _content(token)
    if content is None:
        return None
    handle, account, link_round = content
    people = Delegate.objects.filter(user__isnull=False, erased_at=None)
    found = people.filter(handle=handle, link_round=link_round).first()
    return found if found and stand_in_for(found.user_id) == account else None


def _content(token: str) -> list[Any] | None:
    try:
        content = signing.loads(token, salt=_SALT, max_age=WORKS_FOR)
    except signing.BadSignature:
        return None
    return content if isinstance(content, list) and len(content) == 3 else None
