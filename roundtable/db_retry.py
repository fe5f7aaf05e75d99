"""A short wait instead of an error page while the database restarts."""

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

# Seconds before the second, third, fourth and fifth try. A server that is started anew answers
# after one or two; nobody who reads waits longer than six.
RETRY_WAITS = (0.25, 0.75, 1.5, 3.0)
MAX_WAIT = 6.0
# Seconds after which a visitor's program may ask once more when all tries were in vain.
RETRY_AFTER_SECONDS = "10"
# PostgreSQL's codes for "the connection failed" and "an operator ended it".
CONNECTION_LOST_CODES = ("08", "57P")
# What its driver raises without a code when no server answers, or no longer.
ERRORS_WITHOUT_CODE = {"OperationalError", "InterfaceError", "DatabaseError"}


class RetryMiddleware:
    """Tries a request that only reads once more where the database was away.

    Must stand first: with an answer that is thrown away go its headers, its cookies and all that
    other middleware knew. What writes is never repeated, as nobody can tell whether it was done.
    """

    def __init__(self, get_response: Callable[[WSGIRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: WSGIRequest) -> HttpResponse:
        """The first answer that the database was there for, or the last."""
        if request.method not in ("GET", "HEAD"):
            return self.get_response(request)
        # Copied first, as middleware writes into it.
        environ = dict(request.environ)
        deadline = monotonic() + MAX_WAIT
        response = self.get_response(request)
        for wait in RETRY_WAITS:
            # A transaction that somebody else began cannot go on with another connection.
            if response.status_code != 503 or connection.in_atomic_block:
                break
            remaining = deadline - monotonic()
            if remaining <= 0:
                break
            connection.close()
            logger.warning("The database is away; %s is tried again in %s s", request.path, wait)
            sleep(min(wait, remaining))
            response = self.get_response(WSGIRequest(dict(environ)))
        return response


def server_error(request: HttpRequest) -> HttpResponse:
    """The page for what went wrong here; its status is 503 where the database was away."""
    response = defaults.server_error(request)
    if is_connection_loss(sys.exception()):
        response.status_code = 503
        response["Retry-After"] = RETRY_AFTER_SECONDS
    return response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The page for what cannot be understood, which Django also shows for an unsaved session."""
    if is_connection_loss(exception):
        return server_error(request)
    if isinstance(exception, TooManyFieldsSent) and request.method == "POST":
        return HttpResponseBadRequest(render_to_string("400.html", {"is_too_much": True}))
    return defaults.bad_request(request, exception)


def is_connection_loss(error: BaseException | None) -> bool:
    """Says whether the error, or one that led to it, is a connection refused or lost.

    A lock or a question that took too long is neither, and has a code of its own.
    """
    while error is not None:
        # Only errors of PostgreSQL's driver have this, be they dressed as Django's or naked.
        code = getattr(error, "pgcode", "")
        if code is None:
            if type(error).__name__ in ERRORS_WITHOUT_CODE:
                return True
        elif code.startswith(CONNECTION_LOST_CODES):
            return True
        error = error.__cause__ or error.__context__
    return False
