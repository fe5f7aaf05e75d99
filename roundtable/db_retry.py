"""Waits briefly while the database restarts, instead of showing an error page."""

import logging
import sys
from collections.abc import Callable
from time import monotonic, sleep

from django.core.exceptions import TooManyFieldsSent
from django.core.handlers.wsgi import WSGIRequest
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.template.loader import render_to_string
from django.views import defaults

logger = logging.getLogger(__name__)

# Seconds before the second to fifth attempt. A restarted server answers after one or two seconds;
# no visitor waits longer than six.
RETRY_WAITS = (0.25, 0.75, 1.5, 3.0)
MAX_WAIT = 6.0
# In seconds, for browsers and other clients, if all attempts fail.
RETRY_AFTER_SECONDS = "10"
# PostgreSQL's codes for "the connection failed" and "an operator ended it".
CONNECTION_LOST_CODES = ("08", "57P")
# What its driver raises without a code if the server does not answer, or no longer answers.
ERRORS_WITHOUT_CODE = {"OperationalError", "InterfaceError", "DatabaseError"}


class RetryMiddleware:
    """Repeats a request that only reads if the database was unavailable.

    Must be the first middleware: a discarded response takes its headers, its cookies and the state
    of other middleware with it. Requests that write are never repeated, because no one can tell
    whether they took effect.
    """

    def __init__(self, get_response: Callable[[WSGIRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: WSGIRequest) -> HttpResponse:
        if request.method not in ("GET", "HEAD"):
            return self.get_response(request)
        # Copied first, because middleware changes it.
        environ = dict(request.environ)
        deadline = monotonic() + MAX_WAIT
        response = self.get_response(request)
        for wait in RETRY_WAITS:
            # A transaction that was opened outside cannot continue on another connection.
            if response.status_code != 503 or connection.in_atomic_block:
                break
            remaining = deadline - monotonic()
            if remaining <= 0:
                break
            connection.close()
            logger.warning("The database is away; tried again in %s s", wait)
            sleep(min(wait, remaining))
            response = self.get_response(WSGIRequest(dict(environ)))
        return response


def server_error(request: HttpRequest) -> HttpResponse:
    """The error page; its status is 503 if the database was unavailable."""
    response = defaults.server_error(request)
    if is_connection_loss(sys.exception()):
        response.status_code = 503
        response["Retry-After"] = RETRY_AFTER_SECONDS
    return response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    # Django also answers 400 if it could not save the session.
    if is_connection_loss(exception):
        return server_error(request)
    if isinstance(exception, TooManyFieldsSent) and request.method == "POST":
        return HttpResponseBadRequest(render_to_string("400.html", {"is_too_much": True}))
    return defaults.bad_request(request, exception)


def is_connection_loss(error: BaseException | None) -> bool:
    """Whether the error, or one that caused it, is a refused or lost connection.

    Timeouts of locks and queries are neither, and have codes of their own.
    """
    while error is not None:
        # Only errors of PostgreSQL's driver have this attribute, whether Django wraps them or not.
        code = getattr(error, "pgcode", "")
        if code is None:
            if type(error).__name__ in ERRORS_WITHOUT_CODE:
                return True
        elif code.startswith(CONNECTION_LOST_CODES):
            return True
        error = error.__cause__ or error.__context__
    return False
