"""Headers that every answer carries."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control, patch_vary_headers

GetResponse = Callable[[HttpRequest], HttpResponse]


class IsolationMiddleware:
    """Keeps other sites from embedding the portal's answers, and it from embedding theirs."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Adds the headers that keep sites apart."""
        response = self.get_response(request)
        response.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.setdefault("Cross-Origin-Embedder-Policy", "require-corp")
        response.setdefault(
            "Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
        )
        return response


class CacheControlMiddleware:
    """Says who may keep an answer: anyone where there is no session, else nobody.

    Whoever keeps it asks each time before using it: people hide from one request to the next.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Adds the header, and says that answers differ by cookie."""
        response = self.get_response(request)
        has_session = settings.SESSION_COOKIE_NAME in request.COOKIES or bool(response.cookies)
        patch_vary_headers(response, ["Cookie"])
        if has_session or request.method not in ("GET", "HEAD"):
            response["Cache-Control"] = "private, no-store"
        elif not response.has_header("Cache-Control"):
            if response.status_code in (200, 304):  # the second is about the first
                patch_cache_control(response, public=True, no_cache=True)
            else:
                response["Cache-Control"] = "no-store"
        return response
