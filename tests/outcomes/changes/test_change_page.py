"""The page of what changed in public."""

from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from outcomes.models import Commitment, ImplementationStatus, ProgressUpdate
from roundtable.models import Event
from roundtable.text.diff import DiffSegment, diff_words, merge_words
from tests.factories import (
    NOON,
    make_commitment,
    make_event,
    make_party,
    make_update,
    make_user,
    save,
)
from tests.page_text import get_text, page_links, page_text

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine(NOON, tick=False)]
ALWAYS = datetime(1899, 1, 1, tzinfo=UTC)  # before the log begins


def told(commitment: Commitment, day: int, status: ImplementationStatus) -> ProgressUpdate:
    """An update that was approved on that day of February."""
    update = make_update(
        commitment, approved=False, reported_on=date(2025, 1, day), status=status, text="Words."
    )
    update.approve(by=make_user(), at=datetime(2026, 2, day, 9, tzinfo=UTC))
    return update


@pytest.fixture
def reported_commitment() -> Commitment:
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


def test_changes_show_before_and_after_newest_first(reported_commitment: Commitment) -> None:
    told(reported_commitment, 1, ImplementationStatus.PLANNING)
    reported_commitment.text, reported_commitment._history_date = (  # type: ignore[attr-defined]
        "Train sixty officers.",
        datetime(2026, 2, 3, tzinfo=UTC),
    )
    save(reported_commitment)
    page = get_text(Client(), "/changes/")
    assert "2 changes" in page
    correction = "text, before Train fifty officers. text, after Train sixty officers."
    update = "Status, before Never reported on Status, after Planning As of 1 January 2025"
    assert page.index("Text corrected") < page.index(correction) < page.index(update)
    html = Client().get("/changes/").content.decode()
    assert "Train <del>fifty </del>officers." in html
    assert "Train <ins>sixty </ins>officers." in html
    assert "/commitments/rt-c1/" in page_links(Client().get("/changes/"))


def test_log_is_filtered_by_date_and_event(reported_commitment: Commitment) -> None:
    told(reported_commitment, 1, ImplementationStatus.PLANNING)
    told(reported_commitment, 5, ImplementationStatus.FULFILLED)
    assert "2 changes since 1 February 2026" in get_text(Client(), "/changes/", since="2026-02-01")
    since = get_text(Client(), "/changes/", since="2026-02-02", event="rt")
    assert "1 change since" in since and "Fulfilled" in since
    told(reported_commitment, 7, ImplementationStatus.PLANNING)
    text = get_text(Client(), "/changes/", since="2026-02-02", until="2026-02-06")
    assert "1 change since 2 February 2026 until the end of 6 February 2026" in text
    assert "There are no public changes. Choose an earlier day, or all roundtables." in get_text(
        Client(), "/changes/", event="old"
    )


def test_last_meeting_filter_uses_latest_started_event_in_series(
    reported_commitment: Commitment,
) -> None:
    for event in ("rt", "old"):
        text = get_text(Client(), "/changes/", event=event)
        assert "Since the last meeting (14 May 2024)" in text
    assert "/changes/?event=rt&since=2024-05-14" in page_links(Client().get("/changes/?event=rt"))
    # Before a meeting, and on its day, it is the one before.
    Event.objects.filter(slug="rt").update(starts_on=date(2030, 5, 14), ends_on=date(2030, 5, 15))
    assert "Since the last meeting (1 May 2018)" in get_text(Client(), "/changes/", event="rt")


def test_withdrawn_or_hidden_changes_are_absent(reported_commitment: Commitment) -> None:
    update = told(reported_commitment, 1, ImplementationStatus.PLANNING)
    assert "Planning" in get_text(Client(), "/changes/")
    update.request_change(note="Say more.", at=datetime(2026, 2, 2, tzinfo=UTC))
    assert "There are no public changes. Choose an earlier day, or all roundtables." in get_text(
        Client(), "/changes/"
    )
    told(reported_commitment, 3, ImplementationStatus.FULFILLED)
    Event.objects.filter(slug="rt").update(is_public=False)
    assert "Fulfilled" not in get_text(Client(), "/changes/")
    assert Client().get("/changes/?event=rt").status_code == 400


def test_long_log_is_paginated_with_the_same_queries(reported_commitment: Commitment) -> None:
    costs = []
    for day in range(1, 23):
        told(reported_commitment, day, ImplementationStatus.PLANNING)
        if day in (1, 14):
            with CaptureQueriesContext(connection) as asked:
                get_text(Client(), "/changes/")
            costs.append(len(asked))
    assert costs[0] == costs[1]
    assert "Page 1 of 2" in get_text(Client(), "/changes/")
    second = get_text(Client(), "/changes/", page="2")
    assert "Page 2 of 2" in second and second.count(" · Update · ") == 2
    assert second.count("Status Planning (not changed)") == 1
    assert second.count("Status, before Never reported on Status, after Planning") == 1


def test_filter_errors_are_named(reported_commitment: Commitment) -> None:
    for query, words in [
        ("since=soon", "Since: Enter the day like this: 2019-06-01."),
        ("since=2026-03-03", "Since: That day is in the future. Choose today or an earlier day."),
        (
            "since=2026-02-04&until=2026-02-02",
            "This day is before the first day. Choose a later day.",
        ),
        ("event=none", "Roundtable: This roundtable does not exist. Choose one from the list."),
        ("page=9", "There is only 1 page."),
        ("word=1", "This page cannot use “word”. Delete it from the web address."),
    ]:
        answer = Client().get(f"/changes/?{query}")
        assert answer.status_code == 400
        assert words in page_text(answer)


def marked(segments: list[DiffSegment]) -> str:
    """With brackets around what differs."""
    return "".join(f"[{row.text}]" if row.differs else row.text for row in segments)


@pytest.mark.parametrize(
    ("before", "after", "marked_before", "marked_after"),
    [
        ("a b c", "a x c", "a [b ]c", "a [x ]c"),
        ("a b", "a b, too", "a b", "a b[, too]"),
        # Scripts without spaces are compared by signs, each with its marks.
        ("เราพบกันที่บาหลี", "เราพบกันที่นี่", "เราพบกันที่[บาหลี]", "เราพบกันที่[นี่]"),
        ("one two", "three four", "one two", "three four"),
        ("", "a", "", "a"),
    ],
)
def test_text_differences_are_marked(
    before: str, after: str, marked_before: str, marked_after: str
) -> None:
    assert [*map(marked, diff_words(before, after))] == [marked_before, marked_after]


def test_what_would_take_minutes_to_compare_is_not_compared() -> None:
    for same in ("na " * 900, "word " * 3000):
        assert [*map(marked, diff_words(same, f"{same}x"))] == [same, f"{same}x"]


@pytest.mark.parametrize(
    ("before", "after", "merged"),
    [
        ("We met.", "We met in Bali.", [("We met ", ""), ("in Bali", "ins"), (".", "")]),
        (
            "all agree",
            "All agree",
            [("all", "del"), (" ", ""), ("All", "ins"), (" ", ""), ("agree", "")],
        ),
        ("We go", "We stay", [("We ", ""), ("go", "del"), (" ", ""), ("stay", "ins")]),
        ("one", "two", [("one", "del"), (" ", ""), ("two", "ins")]),
    ],
)
def test_two_texts_are_merged(before: str, after: str, merged: list[tuple[str, str]]) -> None:
    assert merge_words(before, after) == merged


def test_earlier_changes_follow_the_newest(
    reported_commitment: Commitment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("outcomes.changes.views.MAX_CHANGES", 2)
    for day in (1, 3, 3, 5):
        told(reported_commitment, day, ImplementationStatus.PLANNING)
    answer = Client().get("/changes/")
    assert "The newest 2 changes" in page_text(answer)
    assert "Earlier changes, until 3 February 2026" in page_text(answer)
    assert "/changes/?until=2026-02-03" in page_links(answer)
    # Both are of this day, so the next ones are of the day before.
    answer = Client().get("/changes/?until=2026-02-03")
    assert "The newest 2 changes" in page_text(answer) and "5 February" not in page_text(answer)
    assert "/changes/?until=2026-02-02" in page_links(answer)
    text = get_text(Client(), "/changes/", until="2026-02-02")
    assert "1 change" in text and "Earlier changes" not in text


@pytest.mark.django_db(transaction=True)
def test_lists_of_two_periods_are_kept_apart(reported_commitment: Commitment) -> None:
    for day in (1, 3):
        told(reported_commitment, day, ImplementationStatus.PLANNING)
    for _time in range(2):
        assert "1 change" in get_text(Client(), "/changes/", until="2026-02-02")
        assert "2 changes" in get_text(Client(), "/changes/")
