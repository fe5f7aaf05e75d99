"""A full disk or a read-only database: public pages are read, and acts lose no text."""

import errno
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html import unescape
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.test import Client, RequestFactory
from django.urls import resolve
from pytest_django import Settings

from outcomes.models import ProgressUpdate
from participants.accounts import sessions
from participants.models import Delegate, User
from roundtable.database import outages
from roundtable.models import Event
from roundtable.web import limits
from roundtable.web.db_retry import server_error
from roundtable.web.limits import LimitCount
from tests.form_fields import form_fields
from tests.page_text import page_text

pytestmark = [pytest.mark.django_db, pytest.mark.each_database]
Sign = Callable[[User | Delegate], Client]
count_reader = limits.wait_of_reader


@contextmanager
def read_only() -> Iterator[None]:
    """Each statement that writes is refused, as by a server that only reads."""
    with transaction.atomic():
        savepoint = transaction.savepoint()
        with connection.cursor() as cursor:
            is_sqlite = connection.vendor == "sqlite"
            cursor.execute("PRAGMA query_only = ON" if is_sqlite else "SET TRANSACTION READ ONLY")
        try:
            yield
        finally:
            if is_sqlite:
                with connection.cursor() as cursor:
                    cursor.execute("PRAGMA query_only = OFF")
            transaction.savepoint_rollback(savepoint)


@pytest.fixture(autouse=True)
def counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Readers are counted, which other tests leave out."""
    monkeypatch.setattr(limits, "wait_of_reader", count_reader)
    monkeypatch.setattr(outages, "_last_logged", -outages.LOG_INTERVAL)


def links_of(page: str) -> set[str]:
    found = {unescape(link) for link in re.findall(r'href="(/[^"#]*)', page)}
    return {link for link in found if not link.startswith(("/static/", "/accounts/"))}


def route_of(path: str) -> str:
    return resolve(path.partition("?")[0]).view_name


@pytest.mark.usefixtures("delegate", "focal_point")
def test_visitor_reads_a_page_of_each_route_without_a_write() -> None:
    client, waiting = Client(), ["/", "/search/?q=train", "/directory/"]
    statuses: dict[str, int] = {}
    with read_only():
        while waiting:
            path = waiting.pop(0)
            if route_of(path) in statuses:
                continue
            answer: Any = client.get(path)
            statuses[route_of(path)] = answer.status_code
            if answer["Content-Type"].startswith("text/html"):
                waiting += sorted(links_of(answer.content.decode()))
    refused = {route: status for route, status in statuses.items() if status not in (200, 302)}
    assert refused == {}
    assert len(statuses) > 25 and {"search", "delegate-list", "commitment-detail"} <= {*statuses}


def test_reader_is_not_counted_and_the_log_says_so_once(
    event: Event, caplog: pytest.LogCaptureFixture
) -> None:
    with read_only():
        for _ in range(3):
            assert Client().get("/search/?q=train").status_code == 200
    assert LimitCount.objects.count() == 0
    assert caplog.messages.count("Counts are skipped: the database cannot store anything.") == 1
    assert Client().get("/search/?q=train").status_code == 200
    assert LimitCount.objects.get().number == 1


@pytest.mark.usefixtures("event")
def test_reader_is_not_counted_if_no_transaction_can_begin(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    @contextmanager
    def refuse() -> Iterator[None]:
        raise OSError(errno.ENOSPC, "No space left on device")
        yield

    monkeypatch.setattr("roundtable.database.outages.transaction.atomic", refuse)
    assert Client().get("/search/?q=train").status_code == 200


def test_signed_in_reader_reads_after_the_session_was_to_be_stored(
    client_of: Sign, focal_point: Delegate
) -> None:
    client = client_of(focal_point)
    for path in ("/", "/commitments/", "/me/", "/search/?q=train"):
        session = client.session
        session[sessions.USED] = session[sessions.STARTED] = time.time() - 1000
        session.save()
        with read_only():
            assert client.get(path).status_code == 200
            assert client.session[sessions.USED] < time.time() - 900
        assert client.get(path).status_code == 200
        assert client.session[sessions.USED] > time.time() - 900


def test_page_shows_a_notice_that_cannot_be_forgotten(
    client_of: Sign, focal_point: Delegate
) -> None:
    client = client_of(focal_point)
    notice = "Your choice was not saved. Open the page again, then choose."
    assert client.post("/me/following/", {}).status_code == 302
    with read_only():
        assert notice in client.get("/commitments/").content.decode()
    assert notice in client.get("/commitments/").content.decode()
    assert notice not in client.get("/commitments/").content.decode()


def test_directory_is_not_shown_to_participants_who_cannot_be_counted(
    client_of: Sign, focal_point: Delegate
) -> None:
    client = client_of(focal_point)
    client.raise_request_exception = False
    with read_only():
        answer = client.get("/directory/")
    assert answer.status_code == 503
    assert "this page must store that you opened it" in page_text(answer)
    assert client.get("/directory/").status_code == 200


def test_act_says_that_nothing_was_saved_and_sends_the_text_later(
    client_of: Sign, event: Event, focal_point: Delegate
) -> None:
    party = event.commitments.get(reference="RT2024-C1").parties.get()
    path = f"/me/commitments/{party.pk}/report/"
    client = client_of(focal_point)
    client.raise_request_exception = False
    fields = form_fields(client.get(path).content.decode(), containing="text")
    written = fields | {"text": ["Two courses,\r\nin “Ōtara” <b>."], "act": ["draft"]}
    before = ProgressUpdate.objects.count()
    with read_only():
        answer = client.post(path, written)
    assert (answer.status_code, answer["Cache-Control"]) == (503, "private, no-store")
    assert "Nothing was saved: the portal cannot store anything at the moment." in page_text(answer)
    kept = form_fields(answer.content.decode(), path)
    sent = {name: values for name, values in written.items() if name[0] != " "}
    assert kept | {"csrfmiddlewaretoken": sent["csrfmiddlewaretoken"]} == kept | sent
    assert ProgressUpdate.objects.count() == before
    answer = client.post(path, {name: kept[name] for name in sent})
    assert answer.status_code == 302
    assert ProgressUpdate.objects.latest("pk").text == "Two courses,\r\nin “Ōtara” <b>."


def test_change_at_the_desk_keeps_what_was_written(
    client_of: Sign, event: Event, cochair: User
) -> None:
    commitment = event.commitments.get(reference="RT2024-C2")
    path = f"/admin/outcomes/commitment/{commitment.pk}/change/"
    client = client_of(cochair)
    client.raise_request_exception = False
    fields = form_fields(client.get(path).content.decode(), containing="text")
    with read_only():
        answer = client.post(path, fields | {"text": ["Print more."], "_continue": ["Save"]})
    assert answer.status_code == 503
    kept = form_fields(answer.content.decode(), path)
    assert (kept["text"], kept["_continue"]) == (["Print more."], ["Save"])


@pytest.mark.parametrize("debug", [False, True])
def test_sign_in_keeps_the_address(debug: bool, settings: Settings) -> None:
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    path = "/accounts/login/"
    fields = form_fields(client.get(path).content.decode(), path, containing="login")
    settings.DEBUG = debug
    with read_only():
        answer = client.post(path, fields | {"login": ["rita@example.org"]})
    assert answer.status_code == 503
    assert form_fields(answer.content.decode(), path, containing="login")["login"] == [
        "rita@example.org"
    ]


def outage_page(request: HttpRequest, problem: Exception) -> Any:
    try:
        raise problem
    except Exception:
        return server_error(request)


def test_what_another_site_sent_gets_no_button() -> None:
    full = OSError(errno.ENOSPC, "No space left on device")
    request = RequestFactory().post("/me/consent/", {"text": "from elsewhere"})
    answer = outage_page(request, full)
    assert answer.status_code == 503
    assert "from elsewhere" not in answer.content.decode()
    token = get_token(request)
    request = RequestFactory().post("/me/consent/", {"text": "own", "csrfmiddlewaretoken": token})
    request.COOKIES[settings.CSRF_COOKIE_NAME] = token
    answer = outage_page(request, full)
    kept = form_fields(answer.content.decode(), "/me/consent/", containing="text")
    assert kept["text"] == ["own"] and len(kept["csrfmiddlewaretoken"][0]) == 64


@pytest.mark.parametrize(
    ("once", "sentence"),
    [
        ("", "Check that first, then send it again."),
        ("a-key", "You can send it again: it is saved only once."),
    ],
)
def test_lost_connection_does_not_say_that_nothing_was_saved(once: str, sentence: str) -> None:
    lost = type("OperationalError", (Exception,), {"pgcode": None})()
    request = RequestFactory().post(
        "/me/consent/", {"text": "x"} | ({"once": once} if once else {})
    )
    request._dont_enforce_csrf_checks = True  # type: ignore[attr-defined]
    text = page_text(outage_page(request, lost))
    assert "we do not know whether this was saved" in text and sentence in text
    assert "Nothing was saved" not in text
