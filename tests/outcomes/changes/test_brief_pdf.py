"""The brief as a PDF: tagged, with text, for the same readers; absent where none can be made."""

import re
from collections.abc import Callable
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pypdf import PdfReader

from outcomes.changes import pdf
from outcomes.models import ImplementationStatus
from participants.models import Delegate, User
from roundtable.models import Event
from tests.conftest import ROOT
from tests.factories import (
    NOON,
    make_commitment,
    make_event,
    make_holder,
    make_organisation,
    make_party,
    make_update,
    make_user,
)
from tests.page_text import page_html, pdf_text
from tests.recorded_fixtures import recorded

pytestmark = pytest.mark.time_machine(NOON, tick=False)

Sign = Callable[[User | Delegate], Client]
PATH = "/roundtables/new/brief.pdf"
BUTTON = f'href="{PATH}">Download as PDF</a>'
needs_pango = pytest.mark.skipif(not pdf.can_render_pdf(), reason="Pango is not installed")


@pytest.fixture
@recorded
def meeting(db: None) -> Event:
    event = make_event(code="NEW", slug="new", title="Réunion de suivi & plus")
    late = make_commitment(
        event, reference="NEW-C1", text="Train < 200 officers.", due_on=date(2025, 1, 1)
    )
    make_party(late, organisation=make_organisation(name="Министерство труда"))
    return event


@pytest.fixture
def browser(meeting: Event, client_of: Sign) -> Client:
    return client_of(make_holder(meeting, "chair@example.org"))


@needs_pango
def test_pdf_matches_page_and_is_tagged(browser: Client) -> None:
    assert BUTTON in page_html(browser.get("/roundtables/new/brief/"))
    answer = browser.get(PATH)
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


def test_pdf_is_unavailable_without_pango(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "_weasyprint", lambda: None)
    answer = browser.get("/roundtables/new/brief/")
    assert answer.status_code == 200
    assert "PDF" not in answer.content.decode()
    assert browser.get(PATH).status_code == 404


def test_pdf_requires_brief_permission(meeting: Event, client_of: Sign) -> None:
    for user in (make_holder(make_event()), make_user()):
        assert client_of(user).get(PATH).status_code == 404
    assert Client().get(PATH)["Location"].startswith("/accounts/login/")


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
    meeting: Event, browser: Client
) -> None:
    fill(meeting)
    pages = [
        " ".join(page.extract_text().split())
        for page in PdfReader(BytesIO(browser.get(PATH).content)).pages
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
def test_no_page_but_the_last_is_half_empty(meeting: Event, browser: Client) -> None:
    fill(meeting)
    meeting.commitments.update(text="Read out the lawful fees on local radio. " * 6)
    *pages, _last = PdfReader(BytesIO(browser.get(PATH).content)).pages
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
