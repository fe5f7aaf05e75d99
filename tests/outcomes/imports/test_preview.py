"""A roundtable is imported at the desk: previewed first, then stored as a whole."""

from datetime import date
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import load_workbook

from outcomes.imports.records.snapshot import event_content
from outcomes.imports.workbook import export
from outcomes.models import Commitment, Statement
from participants.models import User
from roundtable.models import AuditEntry, Event
from tests.factories import compare_with_source, make_grant, make_user
from tests.fixture_types import Sign
from tests.import_pages import UPLOAD_URL, admin_text, confirm_import, preview_file
from tests.outcomes.reporting.test_rounds import desk_text
from tests.page_text import page_html
from tests.roundtable_files import changed_workbook, database_rows

pytestmark = pytest.mark.django_db


def changed(event: Event, **cells: Any) -> bytes:
    return changed_workbook(event_content(event), cells)


def test_meeting_is_imported_from_empty_workbook(browser: Client) -> None:
    empty = browser.get("/admin/roundtable/event/workbook/")
    assert empty["Content-Disposition"] == 'attachment; filename="roundtable.xlsx"'
    book = load_workbook(BytesIO(empty.content))
    filled: dict[str, dict[str, Any]] = {
        "Series": {"Slug": "talks", "Name": "Talks"},
        "Roundtable": {
            "Code": "NEW1",
            "Slug": "new-1",
            "Title": "New talk",
            "Starts on": date(2026, 5, 1),
            "Ends on": "2026-05-02",
            "Time zone": "Asia/Dhaka",
        },
    }
    for sheet, values in filled.items():
        for row in book[sheet].iter_rows():
            if (label := str(row[0].value)) in values:
                row[1].value = values[label]
    book["Organisations"].append(["port", "Port Authority", None, "government"])
    book["Roles"].append(["port", "cohost"])
    book["Commitments"].append(["NEW1-C1", "+ Meet again"])
    book["Commitments"]["K2"] = "port"
    stored = BytesIO()
    book.save(stored)
    before = database_rows()
    answer = preview_file(browser, stored.getvalue())
    said = admin_text(answer)
    assert "To add: 6. To change: 0. To remove: 0. Unchanged: 0." in said
    assert "Organisations, row 2 To add: Port Authority" in said
    assert "Commitments, row 2 To add: NEW1-C1" in said
    assert database_rows() == before
    answer = confirm_import(browser, answer)
    assert "Everything is imported." in answer.content.decode()
    commitment = Commitment.objects.get(reference="NEW1-C1")
    assert commitment.text == "+ Meet again"
    assert str(commitment.parties.get()) == "Port Authority"
    assert AuditEntry.objects.filter(action="load workbook", detail="NEW1").count() == 1
    event = commitment.event
    book_of_it = browser.get(f"/admin/roundtable/event/{event.pk}/workbook/")
    assert book_of_it["Content-Disposition"] == 'attachment; filename="new-1.xlsx"'
    said = admin_text(preview_file(browser, book_of_it.content))
    assert "To add: 0. To change: 0. To remove: 0. Unchanged: 6." in said
    assert "The portal already has everything in this file." in said


def test_preview_shows_before_and_after(browser: Client, operator: User, talk: Event) -> None:
    text = "Meet <b>often</b>"
    content = changed(talk, Commitments_B2=text, Themes_B2="Work ashore", Roles_B2="observer")
    before = database_rows()
    answer = preview_file(browser, content)
    shown = "Text: <del>Meet again</del> <ins>Meet &lt;b&gt;often&lt;/b&gt;</ins>"
    assert shown in page_html(answer)
    said = admin_text(answer)
    assert "Themes, row 2 To change: Work ashore Name: Work at sea Work ashore" in said
    assert "To add: 1. To change: 2. To remove: 0." in said
    assert database_rows() == before
    confirm_import(browser, answer)
    assert Commitment.objects.get().text == text
    assert Commitment.objects.get().history.latest().history_user_id == operator.pk


def test_preview_shows_statement_publication(browser: Client, talk: Event) -> None:
    content = changed(talk)
    Statement.objects.update(state="draft", published_at=None)
    answer = preview_file(browser, content)
    refusal = "Statement, State Two people of two organisations must compare this text"
    assert refusal in admin_text(answer)
    compare_with_source(Statement.objects.get())
    answer = preview_file(browser, content)
    assert "State: draft published" in admin_text(answer)
    confirm_import(browser, answer)
    assert Statement.objects.get().state == "published"


def test_errors_name_their_cell_and_nothing_is_imported(browser: Client, talk: Event) -> None:
    content = changed(talk, Commitments_D2="soon", Commitments_B2="New words")
    before = database_rows()
    answer = preview_file(browser, content)
    said = admin_text(answer)
    assert "1 mistake: nothing is saved" in said
    assert "Commitments, row 2, Due on Write a date" in said
    assert "Import all changes" not in answer.content.decode()
    assert database_rows() == before


def test_unreadable_and_empty_files_give_one_message(browser: Client) -> None:
    for content, sentence in (
        (b"%PDF-1.7", "This is a PDF. Ask for the table as a spreadsheet, or copy it into one."),
        (b"nothing\0", "We cannot read a table in this file. Open it in a spreadsheet program"),
        (export.write_workbook({}), "This sheet is empty. Fill it in."),
    ):
        assert sentence in admin_text(preview_file(browser, content))


def test_text_too_long_for_cell_is_reported(browser: Client, event: Event) -> None:
    Commitment.objects.update(text="x" * 32_768)
    answer = browser.get(f"/admin/roundtable/event/{event.pk}/workbook/", follow=True)
    assert "One of the texts is longer than a workbook cell can hold" in answer.content.decode()


def test_import_link_is_shown_to_editors_only(
    client_of: Sign, operator: User, cochair: User, event: Event
) -> None:
    at_the_list = "/admin/roundtable/event/"
    reader = make_user()
    make_grant(reader, event, role="reader")
    for who in (operator, cochair):
        assert "Import a workbook" in desk_text(client_of(who), at_the_list)
    theirs = desk_text(client_of(reader), at_the_list)
    assert "Import a workbook" not in theirs and "Empty workbook (XLSX)" in theirs
    assert client_of(reader).get(UPLOAD_URL).status_code == 403
    sent = {"file": SimpleUploadedFile("a.xlsx", b"0")}
    assert client_of(reader).post(UPLOAD_URL, sent).status_code == 403
    page = f"/admin/roundtable/event/{event.pk}/change/"
    assert "Download as a workbook (XLSX)" in desk_text(client_of(cochair), page)
    assert "Workbook with delegates" in desk_text(client_of(cochair), page)
    assert "Workbook with delegates" not in desk_text(client_of(reader), page)
    book = client_of(cochair).get(f"/admin/roundtable/event/{event.pk}/workbook/")
    assert book.status_code == 200
