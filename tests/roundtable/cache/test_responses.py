"""Kept pages: who gets them, what they depend on, and that they are never older than the data."""

import gzip
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from roundtable.cache import public_stamp, responses
from roundtable.cache.responses import ENTRY_BYTES, KeptResponse, _size, store
from roundtable.cache.values import PublicCache
from roundtable.models import Event
from roundtable.web import limits
from roundtable.web.limits import LimitCount, wait_of_reader
from tests.factories import make_commitment, make_delegate, make_event, make_statement
from tests.roundtable.web.test_db_retry import failing

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.each_database]
Sign = Callable[..., Client]
PAGE = "/roundtables/"


@pytest.fixture(autouse=True)
def empty_store(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(public_stamp, "_silent_until", 0.0)
    monkeypatch.setattr(public_stamp, "_next_check", 0.0)
    store.clear()


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> list[KeptResponse]:
    """The answers that came from the store."""
    found = []
    make = KeptResponse.response

    def noted(one: KeptResponse) -> Any:
        found.append(one)
        return make(one)

    monkeypatch.setattr(KeptResponse, "response", noted)
    return found


Kept = list[KeptResponse]


def ask(path: str = PAGE, **more: Any) -> Any:
    return Client().get(path, **more)


# What is kept ----------------------------------------------------------------------------


def test_second_visitor_gets_the_same_answer_for_one_query(kept: Kept) -> None:
    make_event(title="Roundtable of March")
    first = ask()
    with CaptureQueriesContext(connection) as queries:
        second = ask(headers={"user-agent": "Other/2.0", "referer": "https://example.org/"})
    assert [query["sql"] for query in queries] == [public_stamp.READ]
    assert len(kept) == 1 and b"Roundtable of March" in second.content
    assert (second.content, second.headers) == (first.content, first.headers)
    assert second["Content-Security-Policy"] and second["ETag"]
    head = Client().head(PAGE)
    assert len(kept) == 2 and head.headers == first.headers and not head.content
    # The cookies of forms are no session.
    browser = Client()
    browser.get("/accounts/login/")
    assert "csrftoken" in browser.cookies
    browser.cookies["known_browser"] = "x"
    assert browser.get(PAGE).content == first.content and len(kept) == 3
    # A change shows on the next request.
    Event.objects.update(title="After")
    assert b"After" in ask().content and len(kept) == 3
    assert b"After" in ask().content and len(kept) == 4


def test_other_request_gets_an_answer_of_its_own(kept: Kept) -> None:
    make_event()
    ask()
    others: list[dict[str, Any]] = [
        {"path": "/outcomes/"},
        {"path": "/roundtables/?page=1"},
        {"headers": {"accept-encoding": "gzip"}},
        {"headers": {"host": "localhost"}},
        {"secure": True},
        {"SERVER_PORT": "8000"},
    ]
    for number, more in enumerate(others):
        first = ask(**more)
        assert len(kept) == number and first.status_code == 200, more
        second = ask(**more)
        assert len(kept) == number + 1, more
        assert (second.content, second.headers) == (first.content, first.headers)
    # A host that is not allowed is refused.
    for _time in range(2):
        assert ask(headers={"host": "evil.example"}).status_code == 400
    assert len(kept) == len(others)


# What is not -----------------------------------------------------------------------------


def test_answers_that_are_never_kept(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    for path, status in (
        ("/accounts/login/", 200),
        ("/invite-me/", 200),
        ("/commitments/?status=nonsense", 400),
        ("/nothing/", 404),
        ("/me/", 302),
        ("/static/css/portal.css", 200),
    ):
        for _time in range(2):
            answer = ask(path, headers={"if-none-match": "*"})
            answer.close()
            assert answer.status_code == status, path
            assert "ETag" not in answer or path.startswith("/static/"), path
    monkeypatch.setattr(responses, "MAX_PAGE_BYTES", 100)
    for _time in range(2):
        assert ask().status_code == 200
    assert not kept


def test_requests_that_neither_read_nor_write_the_store(kept: Kept, client_of: Sign) -> None:
    make_event()
    requests: list[dict[str, Any]] = [
        {"headers": {"authorization": "Basic eA=="}},
        {"headers": {"cookie": "sessionid=ended"}},
        {"headers": {"cookie": "messages=x"}},
        {"headers": {"cookie": "unknown=x"}},
        {"headers": {"cookie": "csrftoken=x; sessionid=ended"}},
        {"method": "POST"},
    ]
    for more in requests:
        store.clear()
        for is_kept in (False, False, True):
            if is_kept:
                ask()
            Client().generic(path=PAGE, **{"method": "GET", **more})
            assert not kept, more
    store.clear()
    browser = client_of(make_delegate())
    own = browser.get(PAGE)
    assert b"Your profile" in own.content
    assert own["Cache-Control"] == "private, no-store" and "ETag" not in own
    assert b"Your profile" not in ask().content
    assert b"Your profile" in browser.get(PAGE).content
    assert not kept


def test_store_drops_what_was_not_used_for_longest() -> None:
    some = PublicCache(3 * (ENTRY_BYTES + 1000), _size)
    version: Any = "now"
    for name in "abc":
        assert some.get((name,), version) is None
        some.put((name,), version, KeptResponse({}, b"x" * 900, None))
    assert some.get(("a",), version)
    some.put(("d",), version, KeptResponse({}, b"x" * 900, None))
    assert [name for name in "abcd" if some.get((name,), version)] == ["a", "c", "d"]
    for _time in range(9):
        some.put(("d",), version, KeptResponse({}, b"x" * 900, None))
    assert [name for name in "abcd" if some.get((name,), version)] == ["a", "c", "d"]


def test_store_drops_what_is_of_an_earlier_version() -> None:
    some = PublicCache(10_000, _size)
    first: Any = "first"
    second: Any = "second"
    some.get(("a",), first)
    some.put(("a",), first, KeptResponse({}, b"", None))
    assert some.get(("b",), second) is None
    # One that was asked for earlier, and took longer.
    some.put(("b",), first, KeptResponse({}, b"", None))
    assert some.get(("b",), second) is None and some.get(("a",), first) is None


# Changes ---------------------------------------------------------------------------------


def test_new_day_shows_on_the_next_request(kept: Kept) -> None:
    with time_machine.travel(datetime(2026, 3, 2, 23, 59, tzinfo=UTC), tick=False) as clock:
        make_statement(event := make_event())
        make_commitment(event, due_on=datetime(2026, 3, 2, tzinfo=UTC).date())
        before = ask("/commitments/").content
        assert ask("/commitments/").content == before and len(kept) == 1
        clock.shift(timedelta(minutes=2))
        assert ask("/commitments/").content != before and len(kept) == 1


def test_page_that_was_begun_before_a_change_is_not_shown_after_it(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_event(title="Before")
    store_it = store.put
    changed: list[int] = []

    def change_first(*page: Any) -> None:
        if not changed:
            changed.append(Event.objects.update(title="After"))
        store_it(*page)

    monkeypatch.setattr(store, "put", change_first)
    assert b"Before" in ask().content
    assert b"After" in ask().content and not kept


def test_nothing_is_shown_from_the_store_if_the_stamp_is_not_known(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_event(title="Before")
    ask()
    monkeypatch.setattr(public_stamp, "_was_complete_lately", failing("57P01"))
    Event.objects.update(title="After")
    for _time in range(2):
        assert b"After" in ask().content
    assert not kept


# Limits ----------------------------------------------------------------------------------


def test_kept_answers_count_for_limits(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "wait_of_reader", wait_of_reader)
    with time_machine.travel(datetime(2026, 3, 2, 12, tzinfo=UTC), tick=False):
        for path in ("/search/?q=x", "/directory/"):
            kept.clear()
            assert ask(path).status_code == 200
            LimitCount.objects.update(number=118)
            assert [ask(path).status_code for _page in range(3)] == [200, 200, 429]
            assert len(kept) == 2
            assert ask(path, REMOTE_ADDR="198.51.100.7").status_code == 200


# 304 -------------------------------------------------------------------------------------


def test_page_that_the_client_has_is_confirmed(client_of: Sign) -> None:
    make_event(title="Before")
    for accepted, is_kept in product(("", "gzip"), (False, True)):
        asked = {"accept-encoding": accepted}
        page = ask(headers=asked)
        content = gzip.decompress(page.content) if accepted else page.content
        assert b"Before" in content
        if not is_kept:
            store.clear()
        for known in (page["ETag"], page["ETag"][2:], f'"other", {page["ETag"]}', "*"):
            same = ask(headers=asked | {"if-none-match": known})
            assert (same.status_code, same.content) == (304, b"")
            content_headers = {"Content-Type", "Content-Length", "Content-Encoding"}
            assert {**same.headers} == {
                name: value for name, value in page.headers.items() if name not in content_headers
            }
        known = {"if-none-match": page["ETag"]}
        assert Client().head(PAGE, headers=asked | known).status_code == 304
        assert ask(headers=asked | {"if-none-match": '"other"'}).status_code == 200
    # The hash is that of the content, packed or not.
    assert page["Content-Encoding"] == "gzip" and page["ETag"] == ask()["ETag"]
    assert ask("/outcomes/")["ETag"] != page["ETag"]
    # A session gets none, and no confirmation.
    for browser in (client_of(make_delegate()), Client(headers={"cookie": "sessionid=ended"})):
        answer = browser.get(PAGE, headers={"if-none-match": f"{page['ETag']}, *"})
        assert answer.status_code == 200 and "ETag" not in answer
    Event.objects.update(title="After")
    assert ask(headers=known).status_code == 200
