"""The link in every message that hides its reader at once."""

from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.urls import reverse

from participants.models import Delegate

_SALT = "participants.hiding"
WORKS_FOR = timedelta(days=730)


def url_for(delegate: Delegate) -> str:
    """The whole address of a page with one button that hides this person, without signing in.

    It works for two years, as long as the person keeps the same account, and can do nothing else.
    It cannot be called back, and need not be: whoever finds it can only hide the person.
    """
    token = signing.dumps([delegate.handle, delegate.user_id], salt=_SALT)
    return f"{settings.PORTAL_URL}{reverse('hide-by-link', args=[token])}"


def delegate_of(token: str) -> Delegate | None:
    """Whom the link hides; None where it is wrong, too old, or the person is gone."""
    try:
        handle, user = signing.loads(token, salt=_SALT, max_age=WORKS_FOR)
    except (signing.BadSignature, ValueError):
        return None
    return Delegate.objects.filter(handle=handle, user=user, erased_at=None).first()
