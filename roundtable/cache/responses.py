"""Keeps the pages that everyone sees alike, until anything public changes or a new day begins.

Each process has its own, in memory. A page is kept with the stamp that was read before it was made;
without a stamp nothing is kept, and nothing that was kept is shown.
"""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.middleware.gzip import re_accepts_gzip
from django.utils import timezone
from django.utils.http import parse_etags
from django.utils.translation import get_language_from_request

from roundtable.cache.public_stamp import read_stamp, reading_once
from roundtable.cache.values import PublicCache
from roundtable.web import limits
from roundtable.web.limits import Limit
from roundtable.web.middleware import PUBLIC, Middleware
from roundtable.web.negotiation import prefers_json

MAX_BYTES = 8 * 1024 * 1024  # of all pages of a process
MAX_PAGE_BYTES = 512 * 1024
ENTRY_BYTES = 2048  # about what an entry needs besides its content and its address
# What the key of a page includes, or what keeps a page from being kept.
VARIES = {"accept", "accept-encoding", "accept-language", "cookie"}
# Of the content, which a 304 does not have.
CONTENT_HEADERS = {"content-disposition", "content-encoding", "content-length", "content-type"}

Key = tuple[str | bool, ...]


@dataclass(frozen=True)
class KeptResponse:
    """A page as it was sent, and the limit that counts who reads it."""

    headers: dict[str, str]
    content: bytes
    limit: Limit | None

    def response(self) -> HttpResponse:
        return HttpResponse(self.content, headers=self.headers)


def _size(key: Key, kept: KeptResponse) -> int:
    return ENTRY_BYTES + len(kept.content) + sum(len(part) for part in key if isinstance(part, str))


store = PublicCache(MAX_BYTES, _size)


class ResponseCacheMiddleware(Middleware):
    """Answers from the store where it can, and with 304 if the client has the same page."""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in ("GET", "HEAD"):
            return self.get_response(request)
        with reading_once():
            return self._answer(request)

    def _answer(self, request: HttpRequest) -> HttpResponse:
        key = _key(request)
        stamp = read_stamp() if key else None
        if key is None or stamp is None:
            return _confirm_or_send(request, self.get_response(request))
        version = (stamp, timezone.localdate())
        kept: KeptResponse | None = store.get(key, version)
        # If that is too often, the view says so.
        if kept and not (kept.limit and limits.wait_of_reader(kept.limit, request, False)):
            return _confirm_or_send(request, kept.response())
        response = self.get_response(request)
        if _is_same_for_all(response) and len(response.content) <= MAX_PAGE_BYTES:
            limit = request.META.get(limits.META_KEY)
            store.put(key, version, KeptResponse(dict(response.items()), response.content, limit))
        return _confirm_or_send(request, response)


def _key(request: HttpRequest) -> Key | None:
    """All of a request that a public page depends on; None if the page may depend on more."""
    meta = request.META
    # In development, templates change too.
    if settings.DEBUG or "HTTP_AUTHORIZATION" in meta:
        return None
    # The other cookies are read by forms alone, whose pages are never kept.
    harmless = {settings.CSRF_COOKIE_NAME, settings.KNOWN_BROWSER_COOKIE}
    if "HTTP_COOKIE" in meta and not request.COOKIES.keys() <= harmless:
        return None
    if request.path_info.startswith(settings.STATIC_URL) or prefers_json(request):
        return None
    return (
        request.scheme or "",
        meta.get("HTTP_HOST", ""),
        meta["SERVER_NAME"],
        meta["SERVER_PORT"],
        request.path,
        # As received: what order the fields have can show in the links of a page.
        meta.get("QUERY_STRING", ""),
        get_language_from_request(request),
        bool(re_accepts_gzip.search(meta.get("HTTP_ACCEPT_ENCODING", ""))),
    )


def _is_same_for_all(response: HttpResponse) -> bool:
    return (
        response.status_code == 200
        and not response.streaming
        and response.get("Cache-Control") == PUBLIC
        and response.has_header("ETag")
        and not response.cookies
        and {name.strip().lower() for name in response.get("Vary", "").split(",")} <= VARIES
    )


def _confirm_or_send(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    asked = request.META.get("HTTP_IF_NONE_MATCH")
    if not asked or not _is_same_for_all(response):
        return response
    known = {tag.removeprefix("W/") for tag in parse_etags(asked)}
    if not known & {"*", response["ETag"].removeprefix("W/")}:
        return response
    confirmed = HttpResponseNotModified()
    for name, value in response.items():
        if name.lower() not in CONTENT_HEADERS:
            confirmed[name] = value
    return confirmed
