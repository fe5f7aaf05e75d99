"""Opens links in emails as a browser does."""

import re
from typing import Any
from urllib.parse import urlsplit

from django.test import Client

from participants.models import EmailLink
from tests.factories import NOON, save


class LinkClient(Client):
    """Trades a link of an email for its page, then sends the request there."""

    def generic(self, method: str, path: Any, *given: Any, **named: Any) -> Any:
        link = re.fullmatch("/links/([^/]+)/", urlsplit(str(path)).path)
        if link and EmailLink.objects.filter(key_hash=EmailLink.digest(link[1])).exists():
            path = page_of(self, str(path))
        return super().generic(method, path, *given, **named)


def page_of(browser: Client, url: str) -> str:
    """The address of the page that the link leads to, in this browser."""
    answer = Client.generic(browser, "GET", urlsplit(url).path)
    assert answer.status_code == 302, answer.status_code
    leads_to: str = answer.headers["Location"]
    return leads_to


def links_for(purpose: str, text: object) -> list[str]:
    """The links for this purpose in an email, in their order."""
    links = EmailLink.objects.of(purpose)
    return [
        path
        for path, key in re.findall(r"(/links/([^/\s\"]+)/)", str(text))
        if links.filter(key_hash=EmailLink.digest(key)).exists()
    ]


def make_email_link(key: str = "a-key", **fields: Any) -> EmailLink:
    given: dict[str, Any] = {
        "purpose": EmailLink.Purpose.HIDE,
        "created_at": NOON,
        "expires_at": NOON.replace(year=9999),
    }
    return save(EmailLink(key_hash=EmailLink.digest(key), **given | fields))
