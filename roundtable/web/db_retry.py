"""What the portal does while the database is away, or cannot store anything.

A request that reads waits briefly. One that writes gets a page that keeps what the person wrote.
"""

import logging
import sys
from time import monotonic, sleep

from django.conf import settings
from django.core.exceptions import TooManyFieldsSent
from django.core.handlers.wsgi import WSGIRequest
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.middleware.csrf import CsrfViewMiddleware
from django.template.loader import render_to_string
from django.views import defaults

from roundtable.database.outages import Outage, outage_of
from roundtable.web.kept_forms import form_context
from roundtable.web.middleware import Middleware

logger = logging.getLogger(__name__)

# Seconds before the second to fifth attempt. A restarted server answers after one or two seconds;
# no visitor waits longer than six.
RETRY_WAITS = (0.25, 0.75, 1.5, 3.0)
MAX_WAIT = 6.0
# In seconds, for browsers and other clients, if all attempts fail.
RETRY_AFTER_SECONDS = "10"


class RetryMiddleware(Middleware):
    """Repeats a request that only reads if the database was unavailable.

    Must be the first middleware: a discarded response takes its headers, its cookies and the state
    of other middleware with it. Requests that write are never repeated, because no one can tell
    whether they took effect.
    """

    def __call__(self, request: WSGIRequest) -> HttpResponse:
        if request.method not in ("GET", "HEAD"):
            return self.get_response(request)
        # Copied first, because middleware changes it.
        environ = dict(request.environ)
        deadline = monotonic() + MAX_WAIT
        response = self.get_response(request)
        for wait in RETRY_WAITS:
            # A transaction that was opened outside cannot continue on another connection.
            if getattr(response, "outage", None) is not Outage.AWAY or connection.in_atomic_block:
                break
            remaining = deadline - monotonic()
            if remaining <= 0:
                break
            connection.close()
            logger.warning("The database is away; tried again in %s s", wait)
            sleep(min(wait, remaining))
            response = self.get_response(WSGIRequest(dict(environ)))
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        # With DEBUG, Django would answer 500 with a page of its own, and what was written is lost.
        return server_error(request) if settings.DEBUG and outage_of(exception) else None


class OutageResponse(HttpResponse):
    """The page of an outage. A request that reads is only repeated if the database was away."""

    status_code = 503

    def __init__(self, content: str, outage: Outage) -> None:
        super().__init__(content)
        self.outage = outage
        self["Retry-After"] = RETRY_AFTER_SECONDS


def server_error(request: HttpRequest) -> HttpResponse:
    """The error page; its status is 503 if the database was away or could not store anything."""
    outage = outage_of(sys.exception())
    if not outage:
        return defaults.server_error(request)
    if hasattr(request, "session"):
        # To store the session now would fail too, after another long wait.
        request.session.modified = False
    context = {
        "is_certain": outage is Outage.CANNOT_STORE,
        "was_sent": request.method == "POST",
        **(_own_form(request) if request.method == "POST" else {}),
    }
    return OutageResponse(render_to_string("503.html", context), outage)


class CsrfCheck(CsrfViewMiddleware):
    """Answers without the page of csrf_failure(), which would ask the database."""

    def _reject(self, request: HttpRequest, reason: str) -> str:
        return reason


def _own_form(request: HttpRequest) -> dict[str, object]:
    """What a person sent; empty if another site sent it, which must not get a button here."""
    try:
        csrf = CsrfCheck(server_error)
        csrf.process_request(request)
        if csrf.process_view(request, server_error, (), {}):
            return {}
        return form_context(request)
    # The body could not be read, or was too large.
    except Exception as problem:
        logger.warning("What was sent could not be shown again: %s.", type(problem).__name__)
        return {}


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    # Django also answers 400 if it could not save the session.
    if outage_of(exception):
        return server_error(request)
    if isinstance(exception, TooManyFieldsSent) and request.method == "POST":
        return HttpResponseBadRequest(render_to_string("400.html", {"is_too_much": True}))
    return defaults.bad_request(request, exception)
