"""The brief for a meeting: what it contains, and who may read it."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from outcomes.models import Assessment, ImplementationStatus, Response
from participants.models import Delegate, EventRole, Grant, User
from roundtable.models import Event
from tests.factories import (
    NOON,
    make_addressee,
    make_commitment,
    make_delegate,
    make_event,
    make_grant,
    make_holder,
    make_organisation,
    make_outcome,
    make_party,
    make_role,
    make_update,
    make_user,
)
from tests.follow_up_factories import (
    make_offer,
    make_recommendation,
    make_response,
    make_round,
    make_round_request,
)
from tests.page_text import page_html, page_text

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine(NOON, tick=False)]
Sign = Callable[[User | Delegate], Client]
PATH = "/roundtables/new/brief/"


@pytest.fixture
def browser(meeting: Event, client_of: Sign) -> Client:
    """Of a co-chair."""
    return client_of(make_holder(meeting, "chair@example.org"))


@pytest.fixture
def meeting() -> Event:
    old = make_event(code="OLD", slug="old", starts_on=date(2018, 5, 1), ends_on=date(2018, 5, 1))
    event = make_event(code="NEW", slug="new", title="Second meeting", series=old.series)
    point = make_recommendation(event=event)
    silent = make_organisation(name="Example Silence")
    make_role(event, organisation=silent, role=EventRole.Role.PARTICIPANT)
    make_addressee(point, organisation=silent)
    answering = point.addressed_organisations().exclude(pk=silent.pk).get()
    make_response(outcome=point, organisation=answering, stance=Response.Stance.NOTED)
    late = make_commitment(event, reference="NEW-C1", text="Train.", due_on=date(2025, 1, 1))
    late.outcomes.set([point])
    party = make_party(
        late, organisation=make_organisation(name="Example Ministry"), focal_point=None
    )
    make_update(
        late,
        party=party,
        approved=False,
        status=ImplementationStatus.PLANNING,
        reported_on=date(2024, 6, 1),
    ).approve(by=make_user(), at=datetime(2024, 6, 2, tzinfo=UTC))
    make_update(
        late, party=party, approved=False, status=ImplementationStatus.FULFILLED, text="Zq-unread."
    ).submit(at=datetime(2025, 3, 1, tzinfo=UTC))
    ended = make_commitment(event, reference="NEW-C2", text="Print.")
    make_party(ended, organisation=make_organisation(name="Example Press"))
    make_update(
        ended,
        status=ImplementationStatus.CLOSED,
        reported_on=date(2025, 2, 1),
        source="The gazette",
    )
    fresh = make_commitment(event, reference="NEW-C3", text="Meet.")
    make_party(fresh, organisation=make_organisation(name="Example Aid"))
    make_update(fresh, reported_on=date(2026, 1, 1))
    for month in (6, 9):
        asked = make_round(
            event=event,
            title=f"Round {month}",
            opened_at=datetime(2025, month, 1, tzinfo=UTC),
            due_on=date(2025, month, 20),
        )
        make_round_request(round=asked, party=party)
    make_round_request(
        round=make_round(event=event, title="Still open", due_on=date(2026, 6, 1)), party=party
    )
    return event


def test_brief_lists_decisions_silent_parties_and_changes(browser: Client) -> None:
    text = page_text(browser.get(PATH))
    for words in (
        "Brief: Second meeting",
        "Progress so far 3 commitments: 1 in progress, 1 in planning, "
        "1 closed without being fulfilled. 1 of the 3 is past its due date.",
        "1 text is waiting for a check.",
        "NEW-C1 Train. Due 1 January 2025, reported 1 June 2024",
        "NEW-C2 Print. Closed without being fulfilled, Example Press, "
        "1 February 2025. Why: The law changed. Source: The gazette",
        "Example Ministry, NEW-C1: no answer to 2 requests: Round 6, Round 9",
        "Example Ministry: NEW-C1 last reported 1 June 2024",
        "Example Silence: 1.a",
        "1 of 2 addressees answered NEW-C1: Planning",
        "Changes since the last meeting (14 May 2024)",
        "NEW-C1 Status: Never reported on → Planning",
    ):
        assert words in text, words
    for words in ("Zq-unread", "Still open", "Example Aid: NEW-C3", "Example Press: NEW-C2"):
        assert words not in text, words


def test_brief_contains_no_names_of_people(meeting: Event, browser: Client) -> None:
    person = make_delegate(name="Zq Person", user=make_user("zq@example.org"))
    party = meeting.commitments.get(reference="NEW-C1").parties.get()
    party.request_focal_point(person)
    party.accept(datetime(2025, 1, 1, tzinfo=UTC))
    page = browser.get(PATH).content.decode()
    assert "Zq Person" not in page and "zq@example.org" not in page


def test_brief_requires_grant_for_event(meeting: Event, client_of: Sign) -> None:
    elsewhere, past, reader = make_user(), make_user(), make_user()
    make_grant(elsewhere, Event.objects.get(slug="old"))
    make_grant(past, meeting, valid_until=date(2026, 3, 1))
    make_grant(reader, meeting, role=Grant.Role.READER)
    for user in (elsewhere, past, make_delegate()):
        assert client_of(user).get(PATH).status_code == 404
    assert client_of(reader).get(PATH).status_code == 200
    assert client_of(reader).get("/roundtables/none/brief/").status_code == 404
    answer = Client().get(PATH)
    assert answer.status_code == 302 and answer["Location"].startswith("/accounts/login/")


def test_pending_texts_of_this_roundtable_are_counted(meeting: Event, browser: Client) -> None:
    make_update(make_commitment(make_event()), approved=False).submit(at=NOON)
    assert "1 text is waiting for a check." in page_text(browser.get(PATH))
    commitment = meeting.commitments.get(reference="NEW-C1")
    commitment.is_open = True
    commitment.save()
    for given in ({"commitment": commitment}, {"outcome": commitment.outcomes.get()}):
        make_offer(approved=False, **given).submit(at=NOON)
    assert "3 texts are waiting for a check." in page_text(browser.get(PATH))


def test_query_count_is_independent_of_rows(meeting: Event, browser: Client) -> None:
    browser.get("/about/")

    def cost() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert browser.get(PATH).status_code == 200
        return len(asked)

    one = cost()
    lead_in = meeting.statement.outcomes.lead_ins()[0]
    for _number in range(5):
        make_outcome(meeting.statement, parent=lead_in)
        commitment = make_commitment(meeting, due_on=date(2025, 1, 1))
        make_update(commitment, status=ImplementationStatus.PLANNING)
        make_round_request(
            round=make_round(
                event=meeting, opened_at=datetime(2026, 3, 1, tzinfo=UTC), due_on=date(2026, 3, 1)
            ),
            party=commitment.parties.get(),
        )
    assert Assessment.objects.count() == 0
    assert cost() == one


def test_admin_links_to_brief_also_before_it_is_public(meeting: Event, browser: Client) -> None:
    address = f"/admin/roundtable/event/{meeting.pk}/change/"
    assert f'<a href="{PATH}">Meeting brief</a>' in page_html(browser.get(address))
    Event.objects.filter(pk=meeting.pk).update(is_public=False)
    assert f'<a href="{PATH}">Meeting brief</a>' in page_html(browser.get(address))
    assert browser.get(PATH).status_code == 200


@pytest.mark.parametrize("path", [PATH, PATH.rstrip("/") + ".pdf"])
def test_brief_requires_second_factor(meeting: Event, client_of: Sign, path: str) -> None:
    cochair = make_holder(meeting)
    answer = client_of(cochair, second_factor=False).get(path)  # type: ignore[call-arg]
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/2fa/")
    # Where there is no business at the desk, it is as absent as ever.
    assert client_of(make_user("guest@example.org")).get(path).status_code == 404


def test_brief_lists_commitments_to_the_whole_statement(meeting: Event, browser: Client) -> None:
    make_outcome(meeting.statement, parent=meeting.statement.outcomes.lead_ins()[0])
    text = page_text(browser.get(PATH))
    assert "The whole statement NEW-C2: Closed without being fulfilled NEW-C3: In progress" in text
    assert text.count("Only commitments to the whole statement") == 1
    for commitment in meeting.commitments.filter(outcomes=None):
        commitment.outcomes.set(meeting.statement.outcomes.points()[:1])
    assert "No commitment yet" in page_text(browser.get(PATH))
