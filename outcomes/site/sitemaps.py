"""The addresses that search engines may list. People are in none."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.db.models.functions import Lower
from django.urls import reverse

from outcomes.changes.topics import public_rows

PAGES = [
    "home",
    "event-list",
    "outcome-list",
    "commitment-list",
    "progress",
    "progress-matrix",
    "organisation-list",
    "change-list",
    "data",
    "about",
    "accessibility",
    "privacy",
]


class PortalSitemap(Sitemap[Any]):
    """Addresses at the portal's own host, whichever one was asked."""

    def get_domain(self, site: Any = None) -> str:
        return urlsplit(settings.PORTAL_URL).netloc

    def get_protocol(self, protocol: str | None = None) -> str:
        return urlsplit(settings.PORTAL_URL).scheme


class PageSitemap(PortalSitemap):
    """Pages of which there is one."""

    def items(self) -> list[str]:
        return PAGES

    def location(self, item: str) -> str:
        return reverse(item)


class RecordSitemap(PortalSitemap):
    """The pages of public records of one kind, without the demonstration."""

    limit = 5000  # of a part

    def __init__(self, kind: str, event: str, *fields: Any) -> None:
        self._kind, self._fields = kind, fields
        self._scope = {f"{event}is_demonstration": False}

    def items(self) -> Iterable[Any]:
        rows = public_rows(self._kind).filter(**self._scope)
        return rows.order_by("pk").values_list(*self._fields)

    def location(self, item: tuple[str, ...]) -> str:
        return reverse(f"{self._kind}-detail", args=item)


SITEMAPS: dict[str, type[Sitemap[Any]] | Sitemap[Any]] = {
    "pages": PageSitemap(),
    "roundtables": RecordSitemap("event", "", "slug"),
    "outcomes": RecordSitemap("outcome", "statement__event__", "statement__event__slug", "number"),
    "commitments": RecordSitemap("commitment", "event__", Lower("reference")),
    "organisations": RecordSitemap("organisation", "", "slug"),
}
