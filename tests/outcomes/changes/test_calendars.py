"""Calendars of due dates and milestones, and how programs recognise a moved day."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import icalendar
import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from outcomes.changes import calendars
from outcomes.models import CalendarAddress, Commitment, ImplementationStatus, Milestone
from participants.models import Delegate, Participation
from roundtable.models import Event
from tests.factories import (
    NOON,
    make_commitment,
    make_dispute,
    make_event,
    make_organisation,
    make_party,
    make_theme,
    make_update,
)
from tests.fixture_types import Sign
from tests.follow_up_factories import make_milestone, make_recommendation
from tests.page_text import get_text
from tests.recorded_fixtures import recorded

pytestmark = pytest.mark.django_db
HOST = "https://portal.example.org"
PAGE = "/me/calendar/"
ADDRESS = re.compile(r"https://portal\.example\.org(/my-calendar/[\w-]{43}\.ics)")
UNKNOWN_KEYS = ("a" * 43, "%00", "é", "x" * 4000)


@pytest.fixture
@recorded
def due() -> Commitment:
    """A commitment with a due date and a milestone, under a point with a theme."""
    event = make_event(code="RT2024", slug="roundtable-2024", title="Roundtable 2024")
    point = make_recommendation(event=event)
    point.themes.add(make_theme(slug="care"))
    commitment = make_commitment(
        event,
        reference="RT2024-C1",
        text="Train 50 nurses, midwives; drivers\\and all others.\r\nIn each province. " + "é" * 90,
        due_on=date(2026, 11, 2),
    )
    commitment.outcomes.add(point)
    make_party(commitment, organisation=make_organisation(slug="example-aid"))
    make_milestone(commitment=commitment, title="Curriculum is written", due_on=date(2026, 5, 1))
    return commitment


PATHS = [
    "/calendar.ics",
    "/roundtables/roundtable-2024.ics",
    "/themes/care.ics",
    "/organisations/example-aid.ics",
    "/outcomes/roundtable-2024/1.a.ics",
    "/outcomes/roundtable-2024/1.ics",
    "/commitments/rt2024-c1.ics",
]


def read(path: str = "/commitments/rt2024-c1.ics") -> icalendar.Calendar:
    with time_machine.travel(NOON, tick=False):
        answer = Client().get(path)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    # Lines end as the format wants, and none is longer than 75 bytes.
    assert answer.content.endswith(b"\r\n") and b"\n" not in answer.content.replace(b"\r\n", b"")
    assert max(map(len, answer.content.split(b"\r\n"))) <= 75
    found = icalendar.Calendar.from_ical(answer.content)
    assert isinstance(found, icalendar.Calendar)
    assert found.errors == []
    return found


def entries(path: str = "/commitments/rt2024-c1.ics") -> list[Any]:
    return read(path).walk("VEVENT")


def test_calendar_names_its_subject(due: Commitment) -> None:
    found = read()
    assert (found["version"], found["method"]) == ("2.0", "PUBLISH")
    assert found["x-wr-calname"] == found["name"] == "RT2024-C1: due dates"
    assert found["prodid"] and found["url"] == f"{HOST}/commitments/rt2024-c1/"
    raw = Client().get("/commitments/rt2024-c1.ics").content
    assert b"REFRESH-INTERVAL;VALUE=DURATION:PT12H\r\n" in raw
    assert b"DTSTART;VALUE=DATE:20261102\r\n" in raw


def test_each_calendar_has_the_due_date_and_the_milestone(due: Commitment) -> None:
    milestone = f"RT2024-C1-milestone-{due.milestones.get().pk}@portal.example.org"
    for path in PATHS:
        assert {
            str(row["uid"]): (row["dtstart"].dt, row["dtend"].dt)
            for row in entries(path)
            if row["uid"] != "roundtable-2024@portal.example.org"
        } == {
            "RT2024-C1@portal.example.org": (date(2026, 11, 2), date(2026, 11, 3)),
            milestone: (date(2026, 5, 1), date(2026, 5, 2)),
        }
        first = Client().get(path)
        same = Client().get(path, headers={"If-None-Match": first["ETag"]})
        assert (same.status_code, same.content) == (304, b"")


def test_entry_shows_due_item_and_status(due: Commitment) -> None:
    entry, step = entries()
    assert str(entry["summary"]).startswith(
        "RT2024-C1 is due: Train 50 nurses, midwives; drivers\\and all others. In each province. é"
    )
    assert str(entry["summary"]).endswith("…")
    assert str(entry["description"]).endswith("\n\nStatus: Never reported on")
    assert entry["url"] == step["url"] == f"{HOST}/commitments/rt2024-c1/"
    assert entry["transp"] == "TRANSPARENT"
    assert step["summary"] == "RT2024-C1, milestone: Curriculum is written"
    milestone = due.milestones.get()
    milestone.reached_on = date(2026, 2, 1)
    milestone.save()
    assert entries()[1]["summary"] == "RT2024-C1, reached: Curriculum is written"
    make_update(due, status=ImplementationStatus.FULFILLED)
    assert str(entries()[0]["summary"]).startswith("RT2024-C1 (Fulfilled): Train 50")
    Commitment.objects.filter(pk=due.pk).update(due_on=date.max)
    (last,) = (row for row in entries() if str(row["uid"]).startswith("RT2024-C1@"))
    assert last["dtstart"].dt == date.max


def test_due_date_and_milestone_name_the_party_that_disputes_the_text(due: Commitment) -> None:
    party = make_party(due, organisation=make_organisation(name="Ministry"))
    make_dispute(party, disputed_on=date(2026, 2, 1))
    make_commitment(due.event, due_on=date(2026, 12, 1))
    endings = [str(row["description"]).split("\n\n")[-1] for row in entries()]
    sentence = "Ministry does not recognise this text (1 February 2026)"
    assert endings == [sentence, sentence]
    [other] = [row for row in entries("/calendar.ics") if row["dtstart"].dt == date(2026, 12, 1)]
    assert str(other["description"]).endswith("\n\nStatus: Never reported on")


def test_moved_date_keeps_uid_and_increases_sequence(due: Commitment) -> None:
    before, before_step = entries()
    due.due_on = date(2027, 2, 1)
    due._history_date = datetime(2099, 1, 1, 12, tzinfo=UTC)  # type: ignore[attr-defined]
    due.save()
    after, after_step = entries()
    assert after["uid"] == before["uid"]
    assert (before["dtstart"].dt, after["dtstart"].dt) == (date(2026, 11, 2), date(2027, 2, 1))
    assert after["sequence"] == before["sequence"] + 1
    assert after["last-modified"].dt > before["last-modified"].dt
    assert after["dtstamp"].dt == after["last-modified"].dt == datetime(2099, 1, 1, 12, tzinfo=UTC)
    assert after_step == before_step


def test_moved_meeting_keeps_uid_and_increases_sequence(due: Commitment) -> None:
    paths = ("/calendar.ics", "/roundtables.ics", "/roundtables/roundtable-2024.ics")
    first = {path: (entries(path)[0], Client().get(path)["ETag"]) for path in paths}
    event = due.event
    event.starts_on, event.ends_on = date(2024, 6, 3), date(2024, 6, 4)
    event._history_date = datetime(2099, 1, 1, 12, tzinfo=UTC)  # type: ignore[attr-defined]
    event.save()
    for path, (before, tag) in first.items():
        after = entries(path)[0]
        assert after["uid"] == before["uid"] == "roundtable-2024@portal.example.org"
        assert after["dtstart"].dt == date(2024, 6, 3)
        assert after["sequence"] == before["sequence"] + 1
        assert after["dtstamp"].dt == after["last-modified"].dt
        assert after["dtstamp"].dt == datetime(2099, 1, 1, 12, tzinfo=UTC)
        # A program that asks whether anything changed gets the new day.
        assert Client().get(path, headers={"If-None-Match": tag}).status_code == 200
    event.summary = "Two days."  # which no calendar shows
    event.save()
    assert entries("/calendar.ics")[0] == after


def test_approved_update_increases_sequence(due: Commitment) -> None:
    first = entries()[0]
    update = make_update(due, party=due.parties.get(), status=ImplementationStatus.PLANNING)
    second = entries()[0]
    update.request_change(note="Take a name out.", at=NOON)
    third = entries()[0]
    assert first["sequence"] < second["sequence"] <= third["sequence"]
    assert first["uid"] == second["uid"] == third["uid"]
    assert str(second["description"]).endswith("Status: Planning")
    # The text of the report is hidden; its status still counts.
    assert str(third["description"]).endswith("Status: Planning")


def test_items_due_over_a_year_ago_are_omitted(due: Commitment) -> None:
    make_commitment(due.event, reference="RT2024-C2", due_on=NOON.date() - timedelta(days=365))
    make_commitment(due.event, reference="RT2024-C3", due_on=NOON.date() - timedelta(days=366))
    assert [str(row["uid"]) for row in entries("/calendar.ics")][:3] == [
        "roundtable-2024@portal.example.org",
        "RT2024-C2@portal.example.org",
        "RT2024-C1@portal.example.org",
    ]


def test_what_is_due_next_comes_before_what_is_over(
    due: Commitment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program that subscribes to the calendar reads no second page."""
    monkeypatch.setattr(calendars, "MAX_CALENDAR_ENTRIES", 3)
    for number, day in enumerate(["2026-02-27", "2026-02-28", "2030-01-01", "2026-03-01"]):
        make_commitment(due.event, reference=f"RT2024-C{number + 2}", due_on=day)
    for path in ("/calendar.ics", "/roundtables/roundtable-2024.ics", "/commitments.ics"):
        found = [
            row["uid"].split("@")[0] for row in entries(path) if "-milestone" not in row["uid"]
        ]
        assert found[-3:] == ["RT2024-C5", "RT2024-C1", "RT2024-C4"], path
    make_event(slug="next", starts_on=date(2026, 6, 1), ends_on=date(2026, 6, 1))
    for year in (2020, 2021, 2022):
        make_event(starts_on=date(year, 6, 1), ends_on=date(year, 6, 1))
    found = [row["dtstart"].dt.year for row in entries("/roundtables.ics")]
    assert found == [2022, 2024, 2026]


def test_calendar_of_a_year_has_all_of_it_on_pages(
    due: Commitment, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        row = make_commitment(due.event, due_on=date(2024, 6 + number, 1))
        make_milestone(commitment=row, due_on=date(2025, 1, 1))
    make_commitment(due.event, due_on=date(2027, 3, 2))
    monkeypatch.setattr(calendars, "MAX_CALENDAR_ENTRIES", 2)
    with time_machine.travel(NOON, tick=False):
        page = client.get("/follow/").content.decode()
    assert "more than 2, add “&amp;page=2”" in " ".join(page.split())
    (address,) = re.findall(r"/calendar.ics\?year=2026", page)
    addresses = [
        address.replace("2026", f"{year}&page={number}")
        for year, pages in ((2024, 3), (2025, 3), (2026, 1), (2027, 1))
        for number in range(1, pages + 1)
    ]
    assert entries("/calendar.ics?year=2024&page=4") == []
    found = [str(row["uid"]) for address in addresses for row in entries(address)]
    meeting_and_due = 1 + Commitment.objects.count() + Milestone.objects.count()
    assert len(found) == len(set(found)) == meeting_and_due
    assert str(read(addresses[0])["x-wr-calname"]).endswith("due dates (2024)")
    assert entries("/roundtables/roundtable-2024.ics?year=2024")[0]["dtstart"].dt.year == 2024
    assert len(entries("/calendar.ics?nocache=1")) > 0
    for wrong in ("year=x", "year=0", "page=0", "year=2026&page=1001"):
        assert client.get(f"/calendar.ics?{wrong}").status_code == 400


def test_calendar_of_what_is_not_public_is_absent(due: Commitment) -> None:
    hidden = make_commitment(make_event(is_public=False), text="zq", due_on=date(2026, 6, 1))
    make_milestone(commitment=hidden, title="zq")
    assert b"zq" not in Client().get("/calendar.ics").content
    assert len(entries("/calendar.ics")) == 3
    Event.objects.update(is_public=False)
    for path in PATHS[1:]:
        assert Client().get(path).status_code == 404, path
    assert entries("/calendar.ics") == []


def test_text_cannot_inject_calendar_lines(due: Commitment) -> None:
    due.text = "A\r\nEND:VEVENT\r\nBEGIN:VEVENT\x0b\r\nUID:other\r"
    due.save()
    entry = entries()[0]
    assert len(entries()) == 2
    assert entry["uid"] == "RT2024-C1@portal.example.org"
    assert str(entry["summary"]) == "RT2024-C1 is due: A END:VEVENT BEGIN:VEVENT UID:other"


def test_calendar_of_a_list_has_what_its_filters_find(due: Commitment) -> None:
    make_commitment(due.event, reference="RT2024-C2", due_on=date(2026, 12, 1))
    hidden = make_commitment(make_event(is_public=False), due_on=date(2026, 6, 1))
    make_milestone(commitment=hidden, title="zq")
    milestone = f"RT2024-C1-milestone-{due.milestones.get().pk}"
    found = [str(row["uid"]).partition("@")[0] for row in entries("/commitments.ics")]
    assert found == ["RT2024-C1", "RT2024-C2", milestone]
    found = [
        str(row["uid"]).partition("@")[0]
        for row in entries("/commitments.ics?party=example-aid&status=no-update")
    ]
    assert found == ["RT2024-C1", milestone]
    filtered = read("/commitments.ics?party=example-aid")
    assert filtered["url"] == f"{HOST}/commitments/?party=example-aid"
    aid = due.parties.get().public_name
    assert str(filtered["x-wr-calname"]) == f"Commitments: due dates (Party: {aid})"
    for mistake, words in {
        "as_of=2025-01-01": b"A calendar is about today.",
        "page=2": b"A file has all rows.",
        "status=never": b"",
    }.items():
        answer = Client().get(f"/commitments.ics?{mistake}")
        assert answer.status_code == 400 and words in answer.content, mistake


def test_calendar_of_roundtables_has_their_days(due: Commitment) -> None:
    make_event(is_public=False)
    Event.objects.filter(pk=due.event.pk).update(
        starts_on=date(2024, 5, 14), ends_on=date(2024, 5, 16), city="Bogor", country="ID"
    )
    [entry] = entries("/roundtables.ics")
    assert entry["summary"] == "Roundtable 2024"
    assert (entry["dtstart"].dt, entry["dtend"].dt) == (date(2024, 5, 14), date(2024, 5, 17))
    assert entry["location"] == "Bogor, Indonesia"
    assert entry["url"] == f"{HOST}/roundtables/roundtable-2024/"
    assert str(entry["uid"]) == "roundtable-2024@portal.example.org"
    for path in ("/roundtables/roundtable-2024.ics", "/calendar.ics"):
        meeting, *others = entries(path)
        assert meeting == entry
        assert len(others) == 2  # a due date and a milestone
    page = Client().get("/roundtables/").content.decode()
    assert 'href="/roundtables.ics"' in page
    assert 'href="/commitments.ics"' in Client().get("/commitments/").content.decode()
    earlier = Client().get("/commitments/?as_of=2026-01-01").content.decode()
    assert "/commitments.csv?as_of=2026-01-01" in earlier and "/commitments.ics" not in earlier


# At an address that only its owner knows -----------------------------------------------------


@pytest.fixture
def own(event: Event, focal_point: Delegate) -> Commitment:
    """A commitment on which the focal point reports; others are not theirs."""
    Commitment.objects.update(due_on=date(2027, 3, 1))
    commitment = event.commitments.get(reference="RT2024-C1")
    make_milestone(commitment=commitment, title="Curriculum is written", due_on=date(2027, 2, 1))
    other = make_commitment(event, reference="RT2024-C9", due_on=date(2027, 4, 1))
    make_party(other)
    return commitment


def make_address(browser: Client) -> str:
    page = browser.post(PAGE)
    assert page.status_code == 200
    [address] = set(ADDRESS.findall(page.content.decode()))
    return str(address)


def titles_at(address: str) -> list[str]:
    return [str(entry["summary"]) for entry in entries(address)]


@pytest.mark.each_database
def test_own_calendar_has_what_the_person_reports_on_at_one_address(
    client_of: Sign, focal_point: Delegate, own: Commitment
) -> None:
    browser = client_of(focal_point)
    assert "/me/calendar/" in browser.get("/me/commitments/").content.decode()
    assert "The due dates of the commitment that you report on" in get_text(browser, PAGE)
    former = make_address(browser)
    saved = CalendarAddress.objects.get()  # only the hash
    assert len(saved.key_hash) == 64 and saved.key_hash not in former
    assert titles_at(former) == [
        f"RT2024-C1 is due: {own.text}",
        "RT2024-C1, milestone: Curriculum is written",
    ]
    answer = Client().get(former)
    assert "Access-Control-Allow-Origin" not in answer
    assert answer["Cache-Control"] == "private, no-cache"
    assert not ADDRESS.search(browser.get(PAGE).content.decode())
    assert "If you make a new one, this one stops working." in get_text(browser, PAGE)
    present = make_address(browser)
    assert Client().get(former).status_code == 404
    assert len(titles_at(present)) == 2
    browser.post(PAGE, {"delete": "yes"})
    assert Client().get(present).status_code == 404
    assert CalendarAddress.objects.count() == 0


@pytest.mark.each_database
def test_address_stops_with_the_profile_the_account_and_the_task(
    client_of: Sign, focal_point: Delegate, own: Commitment
) -> None:
    browser = client_of(focal_point)
    address = make_address(browser)
    assert len(titles_at(address)) == 2
    focal_point.write(hidden_at=timezone.now())
    assert Client().get(address).status_code == 404
    focal_point.write(hidden_at=None)
    assert len(titles_at(address)) == 2
    Event.objects.update(is_public=False)
    assert titles_at(address) == []
    Event.objects.update(is_public=True)
    Participation.objects.all().delete()
    assert titles_at(address) == []
    assert "The due dates of the 0 commitments that you report on" in get_text(browser, PAGE)
    assert focal_point.user
    focal_point.user.write(is_active=False)
    for path in (address, *(f"/my-calendar/{key}.ics" for key in UNKNOWN_KEYS)):
        assert Client().get(path).status_code == 404
    assert Client().get(PAGE).status_code == 302
