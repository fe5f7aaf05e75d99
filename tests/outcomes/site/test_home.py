"""The first page: what this is, where things stand, what changed and what is due."""

from datetime import date

import pytest
from django.test import Client

from outcomes.models import ImplementationStatus
from participants.models import EventRole, OrganisationKind, RecordedCount
from tests.factories import (
    NOON,
    make_commitment,
    make_event,
    make_organisation,
    make_party,
    make_role,
    make_series,
    make_statement,
    make_update,
    save,
)
from tests.page_text import FILES, acts, get_text, page_links, page_text

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine(NOON, tick=False)]
FILES_OF_EVENT = f"{FILES} Its points: {FILES} Its commitments: {FILES}"
WHAT = "What was agreed, and what came of it "


def test_empty_portal_shows_guidance(client: Client) -> None:
    make_event(is_public=False, title="Hidden")
    assert get_text(client, "/") == (
        WHAT + "No roundtable yet A roundtable appears here when its co-chairs make it public."
    )
    listed = get_text(client, "/roundtables/")
    assert "None yet. A roundtable appears here when its co-chairs make it public." in listed


def test_event_without_commitments_shows_message(client: Client) -> None:
    make_event(
        code="BARE", title="Bare roundtable", slug="bare", series=make_series(name="Process")
    )
    assert get_text(client, "/") == (
        WHAT
        + (
            "The latest roundtable Bare roundtable Process 14–15 May 2024 "
            "Progress so far No commitments are recorded. "
            + acts(
                "/roundtables/bare/",
                "Bare roundtable, May 2024 (BARE) — No commitments are recorded.",
                "Process, Bare roundtable, 14–15 May 2024.",
                FILES_OF_EVENT,
            )
            + "Latest reports No party has reported yet. A report appears here "
            "when it is checked. All changes, before and after Due next No commitment has a due "
            "date in the future."
        )
    )


def test_home_page_shows_status(client: Client) -> None:
    series = make_series(name="Process")
    make_event(code="EARLIER", title="Earlier roundtable", slug="earlier", series=series)
    make_event(
        title="Hidden roundtable", starts_on="2026-01-01", ends_on="2026-01-01", is_public=False
    )
    event = make_event(
        code="NEW",
        title="New roundtable",
        slug="new",
        series=series,
        starts_on=date(2025, 4, 30),
        ends_on=date(2025, 5, 2),
        city="Bangkok",
        country="TH",
        summary="Two days in Bangkok.",
    )
    make_statement(event, points=3)
    ministry = make_organisation(kind=OrganisationKind.GOVERNMENT, name="Ministry")
    make_role(event, organisation=ministry, role=EventRole.Role.COCHAIR)
    save(RecordedCount(event=event, kind=OrganisationKind.GOVERNMENT, number=3))
    for number, (text, due_on, status) in enumerate(
        (
            ("done", date(2026, 5, 1), ImplementationStatus.FULFILLED),
            ("late", date(2026, 3, 1), ImplementationStatus.IN_PROGRESS),
            ("next", date(2026, 3, 2), None),
            ("later", date(2026, 12, 24), ImplementationStatus.PLANNING),
            ("open", None, None),
        ),
        start=1,
    ):
        commitment = make_commitment(event, reference=f"NEW-C{number}", text=text, due_on=due_on)
        make_party(commitment, organisation=ministry)
        if status:
            make_update(commitment, status=status, reported_on=date(2025, 5 + number, 1))
    make_update(commitment, approved=False, text="Hidden report", reported_on=date(2026, 1, 1))
    answer = client.get("/")
    assert page_text(answer) == (
        WHAT
        + (
            "The latest roundtable New roundtable "
            "Process 30 April 2025 – 2 May 2025 Bangkok, Thailand Progress so far 5 commitments: "
            "1 fulfilled, 1 in progress, 1 in planning, 2 never reported on. "
            "1 of the 5 is past its due date. "
            "Fulfilled 1 In progress 1 Planning 1 Never reported on 2 "
            "Past their due date 1 of 5 "
            + acts(
                "/roundtables/new/",
                "New roundtable, April 2025 (NEW) — 5 commitments: 1 fulfilled, 1 in progress, "
                "1 in planning, 2 never reported on. 1 of the 5 is past its due date.",
                "Process, New roundtable, 30 April 2025 – 2 May 2025.",
                FILES_OF_EVENT,
            )
            + "Read what was agreed 3 points agreed We know of 3 participating organisations. "
            "See the 1 that is named "
            "What was agreed in 2025 1 Participants agreed to: 3 points "
            "Latest reports 1 September 2025 Planning later Ministry 1 July 2025 In progress late "
            "Ministry 1 June 2025 Fulfilled done Ministry All changes, before and after "
            "Due next 2 March 2026 Never reported on next 24 December 2026 Planning later "
            "Other roundtables Earlier roundtable, May 2024 (EARLIER) All roundtables"
        )
    )
    links = page_links(answer)
    assert "/commitments/?event=new&status=no-update" in links
    assert "/roundtables/new/#statement" in links
    page = answer.content.decode()
    assert 'aria-label="We know of 3 participating organisations. Governments: 3."' in page
    assert '<form class="search" role="search" action="/search/">' in page and 'name="q"' in page


def test_next_roundtable_offers_no_text_and_no_earlier_day(client: Client) -> None:
    event = make_event(
        title="Next", slug="next", starts_on=date(2026, 5, 1), ends_on=date(2026, 5, 2)
    )
    make_event(title="Later", slug="later", starts_on=date(2026, 9, 1), ends_on=date(2026, 9, 2))
    text = get_text(client, "/")
    assert "The next roundtable Next" in text
    assert "Read what was agreed" not in text and "The latest roundtable" not in text
    assert "See this page as of an earlier day" not in get_text(client, event.get_absolute_url())
    make_event(title="Held", slug="held", starts_on=date(2025, 5, 1), ends_on=date(2025, 5, 2))
    assert "The latest roundtable Held" in get_text(client, "/")


def test_home_page_lists_are_short(client: Client) -> None:
    event = make_event(code="MANY")
    for number in range(10, 18):
        commitment = make_commitment(
            event, reference=f"MANY-C{number}", due_on=date(2027, 1, number)
        )
        make_update(commitment, reported_on=date(2025, 1, number))
        make_event(
            code=f"JAN{number}",
            starts_on=date(2023, 1, number),
            ends_on=date(2023, 1, number),
        )
    text = get_text(client, "/")
    changed, rest = text.split("Latest reports ")[1].split(" Due next ")
    due, earlier = rest.split(" Other roundtables ")
    assert changed.count(" January 2025 ") == 5 and changed.startswith("17 January 2025")
    assert due.count(" January 2027") == 5 and due.startswith("10 January 2027")
    assert earlier.count(", January 2023 (") == 5 and earlier.endswith(
        ", January 2023 (JAN13) All roundtables"
    )


def test_agreed_text_stays_on_the_home_page(client: Client) -> None:
    """The first record, however many meetings are newer."""
    days = (date(2018, 5, 14), date(2018, 5, 15))
    first = make_event(slug="first", title="First", starts_on=days[0], ends_on=days[1])
    make_statement(first)
    for year in range(2019, 2026):
        days = (date(year, 5, 14), date(year, 5, 15))
        make_statement(make_event(starts_on=days[0], ends_on=days[1], slug=f"in-{year}"))
    answer = client.get("/")
    others = page_text(answer).split("Other roundtables ")[1]
    years = [word for word in others.split() if word.isdigit() and word.startswith("20")]
    assert years == ["2024", "2023", "2022", "2021", "2020", "2019", "2018"]
    assert others.endswith("All roundtables")
    assert page_links(answer)[-2:] == ["/roundtables/first/", "/roundtables/"]
