"""Headers of every response."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control, patch_vary_headers

GetResponse = Callable[[HttpRequest], HttpResponse]


class IsolationMiddleware:
    """Stops other sites from embedding the portal's responses, and the other way round."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.setdefault("Cross-Origin-Embedder-Policy", "require-corp")
        response.setdefault(
            "Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
        )
        return response


class CacheControlMiddleware:
    """Lets caches keep a response only if there is no session.

    Caches must ask before each use, because people can hide their profile between two requests.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        has_session = settings.SESSION_COOKIE_NAME in request.COOKIES or bool(response.cookies)
        patch_vary_headers(response, ["Cookie"])
        if has_session or request.method not in ("GET", "HEAD"):
            response["Cache-Control"] = "private, no-store"
        elif not response.has_header("Cache-Control"):
            if response.status_code in (200, 304):  # a 304 confirms a cached 200
                patch_cache_control(response, public=True, no_cache=True)
            else:
                response["Cache-Control"] = "no-store"
        return response
