"""Headers of every response, and how large a request can be."""

import hashlib
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from django.conf import settings
from django.contrib.sessions import middleware
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.urls import Resolver404, resolve
from django.utils.cache import patch_vary_headers

from roundtable.database.giving_way import passing
from roundtable.database.outages import unless_refused

GetResponse = Callable[[HttpRequest], HttpResponse]
# In bytes. The second is for the forms that take a file. It is larger than a file may be, so that
# the form can answer with what else was entered; of a file that is too large, nothing is stored.
MAX_BODY = 3 * 1024 * 1024
MAX_BODY_WITH_FILE = 100 * 1024 * 1024
MAX_FILE = 20 * 1024 * 1024
ROUTES_WITH_FILES = {"admin:roundtable_event_import", "report", "report-by-link"}
# Forms that hide someone, or show less of them.
ROUTES_THAT_PASS = {
    "hide-by-link",
    "me-erase",
    "me-hide",
    "me-leave-organisation",
    "my-audience",
    "my-channel-audience",
    "my-consent-withdraw",
    "welcome-decline",
    "welcome-erase",
}


class Middleware:
    """What all middleware of the portal has."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response


class BodyLimitMiddleware(Middleware):
    """Refuses a large request before anything reads it: a file would be written to the disk."""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        size = int(length) if length.isascii() and length.isdigit() else 0
        takes_file = size > MAX_BODY and _route(request) in ROUTES_WITH_FILES
        if size > (MAX_BODY_WITH_FILE if takes_file else MAX_BODY):
            return HttpResponse(render_to_string("400.html", {"is_too_much": True}), status=413)
        return self.get_response(request)


class PassingMiddleware(Middleware):
    """Imports give way to the forms that hide someone, before anything of theirs is stored."""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method != "POST" or _route(request) not in ROUTES_THAT_PASS:
            return self.get_response(request)
        with passing():
            return self.get_response(request)


def _route(request: HttpRequest) -> str:
    try:
        return resolve(request.path_info).view_name
    except Resolver404:
        return ""


class BoundedUploadHandler(TemporaryFileUploadHandler):
    """Keeps at most MAX_FILE bytes of all files of a request.

    A file above the limit has no content and a size above the limit, so its form refuses it.
    """

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self._received = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self._received += len(raw_data)
        if self._received <= MAX_FILE:
            super().receive_data_chunk(raw_data, start)
        elif self.file.tell():
            self.file.seek(0)
            self.file.truncate()

    def file_complete(self, file_size: int) -> "UploadedFile[bytes] | None":
        is_whole = self._received <= MAX_FILE
        return super().file_complete(file_size if is_whole else max(file_size, MAX_FILE + 1))


class IsolationMiddleware(Middleware):
    """Stops other sites from embedding the portal's responses, and the other way round."""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.setdefault("X-Content-Type-Options", "nosniff")
        response.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.setdefault("Cross-Origin-Embedder-Policy", "require-corp")
        response.setdefault(
            "Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
        )
        return response


ResponseT = TypeVar("ResponseT", bound=HttpResponseBase)


def open_to_other_sites(response: ResponseT) -> ResponseT:
    """For public data: scripts of any site may read it, always as a visitor."""
    response["Access-Control-Allow-Origin"] = "*"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


class SessionMiddleware(middleware.SessionMiddleware):
    """Shows a page even if the session cannot be stored, such as that a notice was read.

    What the page did besides fails by itself if the database cannot store it.
    """

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        is_page = request.method in ("GET", "HEAD") and response.status_code in (200, 403, 404)
        if not is_page or not request.session.modified:
            return super().process_response(request, response)
        shown = unless_refused(partial(super().process_response, request, response))
        return response if shown is None else shown


# What anyone may keep, if it asks before each use: people can hide their profile in between.
PUBLIC = "public, no-cache"


class CacheControlMiddleware(Middleware):
    """Lets caches keep a response only if there is no session.

    Such a response has a hash of its content. It is weak because the compressed page has it too.
    """

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        has_session = settings.SESSION_COOKIE_NAME in request.COOKIES or bool(response.cookies)
        patch_vary_headers(response, ["Cookie"])
        if has_session or request.method not in ("GET", "HEAD"):
            response["Cache-Control"] = "private, no-store"
        elif not response.has_header("Cache-Control"):
            is_page = response.status_code == 200
            response["Cache-Control"] = PUBLIC if is_page else "no-store"
            if is_page and not response.streaming:
                response["ETag"] = f'W/"{hashlib.sha256(response.content).hexdigest()[:32]}"'
        return response
