"""The page of what changed in public."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from outcomes.models import Commitment, ProgressUpdate, Status
from roundtable.models import Event
from roundtable.text_diff import Piece, compared
from tests.factories import make_commitment, make_event, make_party, make_update, make_user, save
from tests.reading import links_of, read, text_of

pytestmark = pytest.mark.django_db
ALWAYS = datetime(1899, 1, 1, tzinfo=UTC)  # before the log begins


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    """2 March 2026."""
    with time_machine.travel(datetime(2026, 3, 2, 12, tzinfo=UTC), tick=False):
        yield


def told(commitment: Commitment, day: int, status: Status) -> ProgressUpdate:
    """An update that was approved on that day of February."""
    update = make_update(
        commitment, approved=False, reported_on=date(2025, 1, day), status=status, text="Words."
    )
    update.approve(by=make_user(), at=datetime(2026, 2, day, 9, tzinfo=UTC))
    return update


@pytest.fixture
def promise() -> Commitment:
    series_days = {"starts_on": date(2018, 5, 1), "ends_on": date(2018, 5, 2)}
    first = make_event(code="OLD", slug="old", **series_days)
    event = make_event(code="RT", slug="rt", series=first.series)
    for meeting in (first, event):
        meeting.history.update(history_date=ALWAYS)
    row = make_commitment(
        event, reference="RT-C1", text="Train fifty officers.", recorded_at=ALWAYS
    )
    row.history.update(history_date=ALWAYS)
    make_party(row)
    return row


def test_changes_stand_with_before_and_after_the_newest_first(promise: Commitment) -> None:
    told(promise, 1, Status.PLANNING)
    promise.text, promise._history_date = (  # type: ignore[attr-defined]
        "Train sixty officers.",
        datetime(2026, 2, 3, tzinfo=UTC),
    )
    save(promise)
    page = read(Client(), "/changes/")
    assert "2 changes" in page
    correction = "text, before Train fifty officers. text, after Train sixty officers."
    update = "Status, before No update yet Status, after Planning As of 1 January 2025"
    assert page.index("Text corrected") < page.index(correction) < page.index(update)
    html = Client().get("/changes/").content.decode()
    assert "Train <del>fifty </del>officers." in html
    assert "Train <ins>sixty </ins>officers." in html
    assert "/commitments/rt-c1/" in links_of(Client().get("/changes/"))


def test_log_is_read_since_a_day_and_of_one_roundtable(promise: Commitment) -> None:
    told(promise, 1, Status.PLANNING)
    told(promise, 5, Status.FULFILLED)
    assert "2 changes since 1 February 2026" in read(Client(), "/changes/", since="2026-02-01")
    since = read(Client(), "/changes/", since="2026-02-02", event="rt")
    assert "1 change since" in since and "Fulfilled" in since
    assert "Nothing changed in public." in read(Client(), "/changes/", event="old")


def test_last_meeting_is_the_latest_that_began_in_its_series(promise: Commitment) -> None:
    for event in ("rt", "old"):
        text = read(Client(), "/changes/", event=event)
        assert "Since the last meeting (14 May 2024)" in text
    assert "/changes/?event=rt&since=2024-05-14" in links_of(Client().get("/changes/?event=rt"))
    # Before a meeting, and on its day, it is the one before.
    Event.objects.filter(slug="rt").update(starts_on=date(2030, 5, 14), ends_on=date(2030, 5, 15))
    assert "Since the last meeting (1 May 2018)" in read(Client(), "/changes/", event="rt")


def test_what_is_taken_back_or_hidden_is_told_no_more(promise: Commitment) -> None:
    update = told(promise, 1, Status.PLANNING)
    assert "Planning" in read(Client(), "/changes/")
    update.request_change(note="Say more.", at=datetime(2026, 2, 2, tzinfo=UTC))
    assert "Nothing changed in public." in read(Client(), "/changes/")
    told(promise, 3, Status.FULFILLED)
    Event.objects.filter(slug="rt").update(is_public=False)
    assert "Fulfilled" not in read(Client(), "/changes/")
    assert Client().get("/changes/?event=rt").status_code == 400


def test_long_logs_have_pages(promise: Commitment) -> None:
    for day in range(1, 23):
        told(promise, day, Status.PLANNING)
    assert "Page 1 of 2" in read(Client(), "/changes/")
    second = read(Client(), "/changes/", page="2")
    assert "Page 2 of 2" in second and second.count("Status, before") == 2


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("since=soon", "Since: Write the day like 2019-06-01."),
        ("since=2026-03-03", "Since: That day has not come yet."),
        ("event=none", "Roundtable: There is no such roundtable."),
        ("page=9", "There is only 1 page."),
        ("word=1", "This page does not know “word”."),
    ],
)
def test_mistakes_are_named(promise: Commitment, query: str, words: str) -> None:
    answer = Client().get(f"/changes/?{query}")
    assert answer.status_code == 400
    assert words in text_of(answer)


def test_more_rows_cost_no_more_queries(promise: Commitment) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as asked:
            read(Client(), "/changes/")
        return len(asked)

    told(promise, 1, Status.PLANNING)
    one = cost()
    for day in range(2, 15):
        told(promise, day, Status.IN_PROGRESS)
    assert cost() == one


def test_first_page_leads_to_the_log(promise: Commitment) -> None:
    assert "/changes/" in links_of(Client().get("/"))


def test_words_that_differ_are_marked() -> None:
    assert compared("a b c", "a x c") == (
        [Piece("a ", False), Piece("b ", True), Piece("c", False)],
        [Piece("a ", False), Piece("x ", True), Piece("c", False)],
    )
    assert compared("a b", "a b, too")[1] == [Piece("a b", False), Piece(", too", True)]
    # Scripts without spaces are compared by signs, each with its marks.
    assert compared("เราพบกันที่บาหลี", "เราพบกันที่นี่") == (
        [Piece("เราพบกันที่", False), Piece("บาหลี", True)],
        [Piece("เราพบกันที่", False), Piece("นี่", True)],
    )
    assert compared("one two", "three four") == (
        [Piece("one two", False)],
        [Piece("three four", False)],
    )
    assert compared("", "a") == ([], [Piece("a", False)])
    # What repeats itself over and over would take minutes to compare.
    same = "na " * 900
    assert compared(same, same + "x") == ([Piece(same, False)], [Piece(same + "x", False)])
    long = "word " * 3000
    assert compared(long, long + "x") == ([Piece(long, False)], [Piece(long + "x", False)])
