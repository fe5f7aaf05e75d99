"""The brief for a meeting: what it contains, who may read it, and its PDF, which is tagged."""

import re
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pypdf import PdfReader

from outcomes.changes import pdf
from outcomes.models import Assessment, ImplementationStatus, Response
from participants.models import EventRole, Grant, User
from roundtable.models import Event
from tests.conftest import ROOT
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
from tests.fixture_types import Sign
from tests.follow_up_factories import (
    make_offer,
    make_recommendation,
    make_response,
    make_round,
    make_round_request,
)
from tests.page_text import page_html, page_text, pdf_text
from tests.recorded_fixtures import recorded

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine(NOON, tick=False)]
PATH, PDF = "/roundtables/new/brief/", "/roundtables/new/brief.pdf"
BUTTON = f'href="{PDF}">Download as PDF</a>'
needs_pango = pytest.mark.skipif(not pdf.can_render_pdf(), reason="Pango is not installed")


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
    elsewhere, past = make_holder(Event.objects.get(slug="old")), make_user()
    make_grant(past, meeting, valid_until=date(2026, 3, 1))
    for path in (PATH, PDF):
        for user in (elsewhere, past, make_delegate(), make_user()):
            assert client_of(user).get(path).status_code == 404
        answer = Client().get(path)
        assert answer.status_code == 302 and answer["Location"].startswith("/accounts/login/")
    reader = client_of(make_holder(meeting, role=Grant.Role.READER))
    assert reader.get(PATH).status_code == 200
    assert reader.get("/roundtables/none/brief/").status_code == 404


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


@pytest.mark.parametrize("path", [PATH, PDF])
def test_brief_requires_second_factor(meeting: Event, client_of: Sign, path: str) -> None:
    cochair = make_holder(meeting)
    answer = client_of(cochair, second_factor=False).get(path)
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


# As a PDF --------------------------------------------------------------------------------------


@pytest.fixture
@recorded
def printed(db: None) -> Event:
    """A roundtable whose names have marks, signs and other letters."""
    event = make_event(code="NEW", slug="new", title="Réunion de suivi & plus")
    late = make_commitment(
        event, reference="NEW-C1", text="Train < 200 officers.", due_on=date(2025, 1, 1)
    )
    make_party(late, organisation=make_organisation(name="Министерство труда"))
    return event


@pytest.fixture
def printer(printed: Event, client_of: Sign) -> Client:
    return client_of(make_holder(printed, "chair@example.org"))


@needs_pango
def test_pdf_matches_page_and_is_tagged(printer: Client) -> None:
    assert BUTTON in page_html(printer.get("/roundtables/new/brief/"))
    answer = printer.get(PDF)
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == 'attachment; filename="brief-new-2026-03-02.pdf"'
    text = pdf_text(answer.content)
    for words in (
        "Brief: Réunion de suivi & plus",
        "As of 2 March 2026",
        "NEW-C1 Train < 200 officers. Due 1 January 2025, never reported on",
        "Министерство труда: NEW-C1 never reported",
        "Progress on each point",
    ):
        assert words in text, words
    found = PdfReader(BytesIO(answer.content))
    root: Any = found.root_object
    assert root["/MarkInfo"]["/Marked"].value is True
    assert root["/Lang"] == "en"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"].value is True
    assert found.metadata
    assert found.metadata.title == "Brief: Réunion de suivi & plus, May 2024 (NEW)"
    kinds = kinds_of(root["/StructTreeRoot"])
    assert {"/H1", "/H2", "/H3", "/P", "/L", "/LI", "/Link"} <= kinds
    links = [
        str(link.get_object()["/A"]["/URI"])
        for page in found.pages
        for link in page.get("/Annots", [])
        if "/A" in link.get_object()
    ]
    assert "https://portal.example.org/commitments/new-c1/" in links


def kinds_of(node: object) -> set[str]:
    """The kinds of all elements below this one."""
    found = node.get_object() if hasattr(node, "get_object") else node
    if isinstance(found, list):
        return {kind for child in found for kind in kinds_of(child)}
    if not isinstance(found, dict):
        return set()
    kind = {str(found["/S"])} if "/S" in found else set()
    return kind | kinds_of(found.get("/K", []))


@needs_pango
def test_pdf_fetches_no_external_resources(tmp_path: Path) -> None:
    drawn = '<svg xmlns="http://www.w3.org/2000/svg"><text y="20">zq-drawn</text></svg>'
    (tmp_path / "zq.svg").write_text(drawn)
    image = f'<img src="file://{tmp_path}/zq.svg" alt="">'
    html = f'<html lang="en"><title>T</title><h1>Seen</h1>{image}</html>'
    text = pdf_text(pdf.render_pdf(html, f'@import url("file://{tmp_path}/zq.css");'))
    assert text == "Seen"


def test_pdf_is_unavailable_without_pango(printer: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "_weasyprint", lambda: None)
    answer = printer.get("/roundtables/new/brief/")
    assert answer.status_code == 200
    assert "PDF" not in answer.content.decode()
    assert printer.get(PDF).status_code == 404


def fill(event: Event) -> None:
    """Five rows for each list of the brief, with sentences as long as they usually are."""
    cochair = User.objects.get(email="chair@example.org")
    for number in range(2, 7):
        late = make_commitment(
            event,
            reference=f"NEW-C{number}",
            text="Read out the lawful fees on local radio in all of the twelve districts",
            due_on=date(2025, 1, 1),
        )
        make_party(late, organisation=make_organisation(name=f"Department of Late Travel {number}"))
        ended = make_commitment(
            event,
            reference=f"NEW-C1{number}",
            text="Publish the names of recruiters whose licence was withdrawn",
        )
        make_update(
            ended,
            party=make_party(ended),
            status=ImplementationStatus.CLOSED,
            reason="The budget went to another programme, and we found no other.",
            source="https://example.org/gazette/2025/12/end",
            reported_on=date(2025, 2, 1),
            by=cochair,
        )


@needs_pango
def test_first_page_says_what_to_decide_and_who_has_not_reported(
    printed: Event, printer: Client
) -> None:
    fill(printed)
    pages = [
        " ".join(page.extract_text().split())
        for page in PdfReader(BytesIO(printer.get(PDF).content)).pages
    ]
    first = pages[0]
    for words in (
        "11 commitments: 5 closed without being fulfilled, 6 never reported on.",
        "No text is waiting for a check.",
        "Past their due date NEW-C1 Train < 200 officers.",
        "NEW-C3 Read out the lawful fees",
        "3 more are under “Details”. Ended without being fulfilled NEW-C12 Publish",
        "NEW-C14 Publish",
        "2 more are under “Details”. Who has not reported or answered "
        "Parties that have not reported for a year or more Department of Late Travel 2: NEW-C2",
        "Department of Late Travel 4: NEW-C4 never reported",
    ):
        assert words in first, words
    assert "NEW-C4 Read out" not in first and "NEW-C15 Publish" not in first
    details = " ".join(pages).split(" Details Past their due date ")[1]
    assert "NEW-C4 Read out" in details and "NEW-C15 Publish" in details


def lowest_text(page: Any) -> float:
    """How far down the page its text goes, without the number of the page; 1 is the foot."""
    found: list[float] = []

    def visit(text: str, page_matrix: Any, matrix: Any, *_others: Any) -> None:
        height = matrix[5] * page_matrix[3] + page_matrix[5]
        if text.strip() and height > 51:  # points: the margin at the foot
            found.append(height)

    page.extract_text(visitor_text=visit)
    return 1 - min(found) / float(page.mediabox.height)


@needs_pango
def test_no_page_but_the_last_is_half_empty(printed: Event, printer: Client) -> None:
    fill(printed)
    printed.commitments.update(text="Read out the lawful fees on local radio. " * 6)
    *pages, _last = PdfReader(BytesIO(printer.get(PDF).content)).pages
    assert pages and all(lowest_text(page) > 2 / 3 for page in pages)


@needs_pango
def test_last_page_has_more_than_one_line() -> None:
    style = (ROOT / "static" / "css" / "brief.css").read_text("utf-8")

    def pages_of(rows: int) -> list[list[str]]:
        lines = "".join(f"<li>Row {number}</li>" for number in range(rows))
        body = f'<section class="details"><h2>Details</h2><ul>{lines}</ul></section>'
        html = f'<html lang="en"><title>T</title><article class="brief">{body}</article></html>'
        pages = PdfReader(BytesIO(pdf.render_pdf(html, style))).pages
        return [re.findall(r"Row \d+", page.extract_text()) for page in pages]

    fitting = len(pages_of(100)[0])
    assert [len(rows) for rows in pages_of(fitting)] == [fitting]
    assert [len(rows) for rows in pages_of(fitting + 1)] == [fitting - 4, 5]
