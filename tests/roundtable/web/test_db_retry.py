"""A request that only reads waits for the database; nothing else is ever repeated."""

import errno
import sqlite3
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.exceptions import SessionInterrupted
from django.core.exceptions import BadRequest
from django.core.handlers.exception import convert_exception_to_response
from django.core.handlers.wsgi import WSGIRequest
from django.db import DatabaseError, InterfaceError, OperationalError, connections, transaction
from django.http import HttpResponse, StreamingHttpResponse
from django.test import Client, RequestFactory

from participants.models import Delegate, User
from roundtable.cache import public_stamp
from roundtable.web import db_retry
from roundtable.web.db_retry import MAX_WAIT, RETRY_WAITS, RetryMiddleware

pytestmark = pytest.mark.each_database

# Not the proxy, whose attributes cannot be restored, and whose driver has no types.
connection: Any = connections["default"]


class View:
    """Replaces everything behind the middleware: runs one act per attempt, then answers."""

    def __init__(self, *acts: Callable[[], HttpResponse | None]) -> None:
        self.acts = list(acts)
        self.requests: list[WSGIRequest] = []

    def __call__(self, request: WSGIRequest) -> HttpResponse:
        self.requests.append(request)
        return (self.acts.pop(0)() if self.acts else None) or HttpResponse("page")

    @property
    def tries(self) -> int:
        return len(self.requests)


def ask(view: Any, method: str = "GET") -> HttpResponse:
    """Asks as Django does, which makes error pages of exceptions."""
    answer: Any = convert_exception_to_response(view)
    request = RequestFactory().generic(method, "/commitments/?theme=2", HTTP_COOKIE="sessionid=x")
    return RetryMiddleware(answer)(request)


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What was waited, without waiting."""
    waited: list[float] = []
    monkeypatch.setattr(db_retry, "sleep", waited.append)
    monkeypatch.setattr(db_retry, "monotonic", lambda: sum(waited))
    return waited


@pytest.fixture
def database_down(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[int], None]]:
    """Lets the database refuse that many new connections."""
    connection.ensure_connection()
    # Kept open, as SQLite forgets a database in memory with its last connection.
    kept = connection.connection
    connect = connection.get_new_connection
    refusals = 0

    def connect_or_refuse(parameters: object) -> object:
        nonlocal refusals
        if refusals:
            refusals -= 1
            raise driver_error(None)
        return connect(parameters)

    def start(number: int) -> None:
        nonlocal refusals
        refusals = number
        connection.connection = None

    monkeypatch.setattr(connection, "get_new_connection", connect_or_refuse)
    yield start
    if connection.connection not in (None, kept):
        connection.connection.close()
    connection.connection = kept


def driver_error(code: str | None, kind: str = "OperationalError") -> Exception:
    """As PostgreSQL's driver raises it, with the server's code or without one."""
    made: Exception = type(kind, (getattr(connection.Database, kind),), {"pgcode": code})()
    return made


def failing(code: str | None, kind: str = "OperationalError") -> Callable[[], None]:
    """Meets that error of the driver."""

    def fail() -> None:
        with connection.wrap_database_errors:
            raise driver_error(code, kind)

    return fail


LOST = failing(None)


def query() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def stop_at_a_lock() -> None:
    """As SQLite, if another process writes."""
    locked = sqlite3.OperationalError("database is locked")
    locked.sqlite_errorcode = sqlite3.SQLITE_BUSY | 2 << 8  # with a detail above the kind
    raise OperationalError("database is locked") from locked


def fill_the_disk() -> None:
    """As a file of evidence that has no space."""
    raise OSError(errno.ENOSPC, "No space left on device")


def lose_a_cursor() -> None:
    """As a list of choices does, whose end Django does not watch."""
    raise driver_error(None)


def update_nothing() -> None:
    """As Django says by itself that a row is gone."""
    raise DatabaseError("Save with update_fields did not affect any rows.")


def fail_otherwise() -> None:
    raise ZeroDivisionError


def ask_for_nonsense() -> None:
    raise BadRequest


def lose_the_session() -> None:
    """As Django's middleware for sessions, where the row cannot be written."""
    try:
        LOST()
    except OperationalError as error:
        raise SessionInterrupted from error


def fail_in_consequence() -> None:
    try:
        LOST()
    except OperationalError:
        fail_otherwise()


def terminate() -> None:
    """The server ends the connection, as when it is stopped."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")


def terminate_in_a_transaction() -> None:
    """Django then connects again by itself, and hides that the connection was lost."""
    with transaction.atomic():
        terminate()


def use_a_dead_connection() -> None:
    """The connection went away unseen."""
    connection.connection.close()
    with pytest.raises(InterfaceError):
        query()
    query()


def take_too_long() -> None:
    """The server gives up on one question, and the connection is well."""
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 1")
        try:
            cursor.execute("SELECT pg_sleep(5)")
        finally:
            cursor.execute("SET statement_timeout = 0")


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_refused_connection_is_retried(
    database_down: Callable[[int], None], waits: list[float], method: str
) -> None:
    database_down(2)
    view = View(query, query, query)
    response = ask(view, method)
    assert (response.status_code, response.content) == (200, b"page")
    assert view.tries == 3
    assert waits == [*RETRY_WAITS[:2]]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_unsafe_request_is_not_retried(waits: list[float], method: str) -> None:
    view = View(LOST)
    response = ask(view, method)
    assert (view.tries, waits) == (1, [])
    assert (response.status_code, response["Retry-After"]) == (503, "10")


def test_response_has_retry_after_header_after_five_attempts(waits: list[float]) -> None:
    view = View(*[LOST] * 9)
    response = ask(view)
    assert view.tries == 5
    assert waits == [*RETRY_WAITS] == sorted(set(RETRY_WAITS))
    assert sum(RETRY_WAITS) < MAX_WAIT
    assert (response.status_code, response["Retry-After"]) == (503, "10")
    assert "The portal cannot read its data at the moment." in response.content.decode()


def test_slow_attempts_end_within_time_limit(waits: list[float]) -> None:
    def fail_slowly() -> None:
        waits.append(MAX_WAIT / 2 - 0.2)
        LOST()

    view = View(*[fail_slowly] * 9)
    assert ask(view).status_code == 503
    assert view.tries == 3
    assert waits[1::2] == pytest.approx([RETRY_WAITS[0], 0.15]), (
        "the last wait is as long as time is left"
    )


def test_each_attempt_has_fresh_request(waits: list[float]) -> None:
    seen: list[tuple[object, ...]] = []

    class Writing(View):
        def __call__(self, request: WSGIRequest) -> HttpResponse:
            kept = (request.get_full_path(), request.COOKIES, request.GET.dict())
            seen.append((*kept, "CSRF_COOKIE" in request.META, hasattr(request, "user")))
            request.META["CSRF_COOKIE"] = "of this try"
            request.user = AnonymousUser()
            return super().__call__(request)

    view = Writing(LOST, LOST)
    assert ask(view).status_code == 200
    assert seen == [("/commitments/?theme=2", {"sessionid": "x"}, {"theme": "2"}, False, False)] * 3
    assert len(set(map(id, view.requests))) == 3


def test_connection_is_closed_between_attempts(
    waits: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    closed: list[int] = []
    monkeypatch.setattr(connection, "close", lambda: closed.append(len(waits)))
    assert ask(View(LOST, LOST)).status_code == 200
    assert closed == [0, 1]


@pytest.mark.parametrize(
    "failure",
    [
        LOST,
        failing(None, "InterfaceError"),
        failing(None, "DatabaseError"),  # while rows arrive
        failing("08006"),  # the connection failed
        failing("57P01"),  # an operator stops the server
        failing("57P02"),  # another connection crashed
        failing("57P03"),  # the server is starting
        lose_a_cursor,
        lose_the_session,
        fail_in_consequence,
    ],
)
def test_every_connection_error_is_retried(waits: list[float], failure: Callable[[], None]) -> None:
    view = View(failure)
    assert ask(view).status_code == 200
    assert (view.tries, waits) == (2, [RETRY_WAITS[0]])


@pytest.mark.parametrize(
    ("failure", "status"),
    [
        (failing("40P01"), 500),  # two waited for each other
        (failing("57014"), 500),  # the question took too long
        (failing("23505", "IntegrityError"), 500),
        (failing(None, "ProgrammingError"), 500),
        (failing("XX000", "InternalError"), 500),
        (update_nothing, 500),
        (fail_otherwise, 500),
        (ask_for_nonsense, 400),
    ],
)
def test_other_errors_are_not_retried(
    waits: list[float], failure: Callable[[], None], status: int
) -> None:
    view = View(failure)
    response = ask(view)
    assert (response.status_code, view.tries, waits) == (status, 1, [])
    assert "Retry-After" not in response


@pytest.mark.parametrize(
    "failure",
    [
        failing("25006"),  # read-only
        failing("53100"),  # the disk is full
        failing("55P03"),  # a lock was not to be had
        stop_at_a_lock,
        fill_the_disk,
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_refused_write_is_no_error_and_not_retried(
    waits: list[float], failure: Callable[[], None], method: str
) -> None:
    view = View(failure)
    response = ask(view, method)
    assert (response.status_code, view.tries, waits) == (503, 1, [])
    assert response["Retry-After"] == "10"


@pytest.mark.skipif(connection.vendor != "postgresql", reason="only a server can end a connection")
@pytest.mark.parametrize(
    ("act", "status", "tries"),
    [
        (terminate, 200, 2),
        (terminate_in_a_transaction, 200, 2),
        (use_a_dead_connection, 200, 2),
        (take_too_long, 500, 1),
    ],
)
@pytest.mark.django_db(transaction=True)
def test_lost_connection_is_retried_and_a_slow_query_is_not(
    waits: list[float], act: Callable[[], None], status: int, tries: int
) -> None:
    query()
    view = View(act, query)
    assert (ask(view).status_code, view.tries) == (status, tries)
    assert waits == [*RETRY_WAITS[: tries - 1]]


@pytest.mark.django_db
def test_no_retry_inside_transaction(waits: list[float]) -> None:
    view = View(LOST)
    assert ask(view).status_code == 503
    assert (view.tries, waits) == (1, [])
    query()


def test_started_response_is_not_retried(waits: list[float]) -> None:
    def rows() -> Iterator[bytes]:
        yield b"half"
        LOST()

    # Typed as what views of the portal answer.
    stream: Any = StreamingHttpResponse(rows())
    view = View(lambda: stream)
    response: Any = ask(view)
    assert response is stream
    with pytest.raises(OperationalError):
        list(response)
    assert (view.tries, waits) == (1, [])


def test_visitor_request_is_retried(
    database_down: Callable[[int], None],
    waits: list[float],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(public_stamp, "_silent_until", 0.0)
    # The third is the question whether a kept page is still valid, which is not repeated.
    database_down(3)
    response = Client(raise_request_exception=False).get("/")
    assert response.status_code == 200
    assert waits == [*RETRY_WAITS[:2]]
    assert "default-src 'none'" in response["Content-Security-Policy"]


def test_signed_in_request_is_retried(
    database_down: Callable[[int], None],
    waits: list[float],
    delegate: Delegate,
    client_of: Callable[[User | Delegate], Client],
) -> None:
    client = client_of(delegate)
    client.raise_request_exception = False
    database_down(3)
    response = client.get("/me/")
    assert response.status_code == 200
    assert delegate.name in response.content.decode()
    assert waits == [*RETRY_WAITS[:3]]


def test_database_outage_page_uses_portal_layout(
    database_down: Callable[[int], None], waits: list[float]
) -> None:
    database_down(99)
    client = Client(raise_request_exception=False)
    response = client.get("/")
    assert (response.status_code, response["Retry-After"]) == (503, "10")
    assert response["Cache-Control"] == "no-store"
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert "The portal cannot read its data at the moment." in response.content.decode()
    database_down(0)
    assert client.get("/").status_code == 200
