"""A roundtable is brought in at the desk: looked at first, then stored as a whole."""

from collections.abc import Callable
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import load_workbook

from outcomes.imports.records.snapshot import content_of
from outcomes.imports.workbook import export
from outcomes.models import Commitment, Theme, Upload
from participants.models import Delegate, User
from roundtable.models import AuditEntry, Event
from tests.bringing import PAGE, look, store, words
from tests.factories import make_grant, make_user
from tests.outcomes.test_rounds import desk_text
from tests.roundtable_files import everything, load, write_whole

pytestmark = pytest.mark.django_db
Sign = Callable[[User | Delegate], Client]


def changed(tmp_path: Path, **cells: Any) -> bytes:
    """The workbook of the roundtable of `write_whole` with some cells written over."""
    load(write_whole(tmp_path))
    book = load_workbook(BytesIO(export.write(content_of(Event.objects.get(code="TALK1")))))
    for place, value in cells.items():
        sheet, cell = place.split("_")
        book[sheet][cell] = value
    stored = BytesIO()
    book.save(stored)
    return stored.getvalue()


def test_meeting_comes_in_from_an_empty_workbook(client_of: Sign, operator: User) -> None:
    browser = client_of(operator)
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
    book["Commitments"]["G2"] = "port"
    stored = BytesIO()
    book.save(stored)
    before = everything()
    answer = look(browser, stored.getvalue())
    said = words(answer)
    assert "To add: 6. To change: 0. To remove: 0. Unchanged: 0." in said
    assert "Organisations, row 2 To add: Port Authority" in said
    assert "Commitments, row 2 To add: NEW1-C1" in said
    assert everything() == before
    answer = store(browser, answer)
    assert "All of it is stored." in answer.content.decode()
    commitment = Commitment.objects.get(reference="NEW1-C1")
    assert commitment.text == "+ Meet again"
    assert str(commitment.parties.get()) == "Port Authority"
    assert AuditEntry.objects.filter(act="load workbook", detail="NEW1").count() == 1
    event = commitment.event
    book_of_it = browser.get(f"/admin/roundtable/event/{event.pk}/workbook/")
    assert book_of_it["Content-Disposition"] == 'attachment; filename="new-1.xlsx"'
    said = words(look(browser, book_of_it.content))
    assert "To add: 0. To change: 0. To remove: 0. Unchanged: 6." in said
    assert "All of it stands here already." in said


def test_each_change_is_shown_with_before_and_after(
    client_of: Sign, operator: User, tmp_path: Path
) -> None:
    content = changed(
        tmp_path, Commitments_B2="Meet <b>often</b>", Themes_B2="Work ashore", Roles_B2="observer"
    )
    browser = client_of(operator)
    before = everything()
    answer = look(browser, content)
    assert "Text: <del>Meet again</del> <ins>Meet &lt;b&gt;often&lt;/b&gt;</ins>" in (
        answer.content.decode()
    )
    said = words(answer)
    assert "Themes, row 2 To change: Work ashore Name: Work at sea Work ashore" in said
    assert "To add: 1. To change: 2. To remove: 1." in said
    assert everything() == before
    store(browser, answer)
    assert Commitment.objects.get().text == "Meet <b>often</b>"
    assert Commitment.objects.get().history.latest().history_user_id == operator.pk


def test_statement_that_would_be_published_is_said_to_be(
    client_of: Sign, operator: User, tmp_path: Path
) -> None:
    content = changed(tmp_path)
    event = Event.objects.get()
    event.statement.state, event.statement.published_at = "draft", None
    event.statement.save()
    answer = look(client_of(operator), content)
    assert "State: draft published" in words(answer)
    store(client_of(operator), answer)
    assert Event.objects.get().statement.state == "published"


def test_mistakes_are_said_by_cell_and_nothing_is_stored(
    client_of: Sign, operator: User, tmp_path: Path
) -> None:
    content = changed(tmp_path, Commitments_D2="soon", Commitments_B2="New words")
    browser = client_of(operator)
    before = everything()
    answer = look(browser, content)
    said = words(answer)
    assert "1 mistake: nothing is stored" in said
    assert "Commitments, row 2, Due on Write a date" in said
    assert "Store all of it" not in answer.content.decode()
    assert everything() == before


def test_what_changed_since_it_was_looked_at_is_shown_again(
    client_of: Sign, operator: User, tmp_path: Path
) -> None:
    content = changed(tmp_path, Themes_B2="Work ashore")
    browser = client_of(operator)
    answer = look(browser, content)
    Theme.objects.update(name="Work in harbours")
    late = store(browser, answer)
    assert "Something was changed here since you looked." in words(late)
    assert "Name: Work in harbours Work ashore" in words(late)
    assert Theme.objects.get().name == "Work in harbours"
    store(browser, late)
    assert Theme.objects.get().name == "Work ashore"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"nothing\0", "This is no workbook (XLSX) and no CSV that can be read."),
        (b"PK\x03\x04 nothing", "This is no workbook (XLSX) and no CSV that can be read."),
        (b"\n\n", "This is no workbook (XLSX) and no CSV that can be read."),
        (export.write({}), "Nothing stands on this sheet. Fill it in."),
    ],
)
def test_what_is_no_workbook_is_one_sentence(
    client_of: Sign, operator: User, content: bytes, sentence: str
) -> None:
    assert sentence in words(look(client_of(operator), content))


def test_file_that_is_too_large_is_not_taken(client_of: Sign, operator: User) -> None:
    with patch("outcomes.imports.forms.LARGEST", 0):
        sent = {"file": SimpleUploadedFile("a.xlsx", b"0")}
        assert "It is larger than 20 MB. Divide it." in words(client_of(operator).post(PAGE, sent))
    assert not Upload.objects.exists()


def test_text_that_no_cell_holds_is_said(client_of: Sign, operator: User, event: Event) -> None:
    Commitment.objects.update(text="x" * 32_768)
    answer = client_of(operator).get(f"/admin/roundtable/event/{event.pk}/workbook/", follow=True)
    assert "One of its texts is longer than a cell of a workbook holds" in answer.content.decode()


def test_who_edits_brings_in_and_the_list_says_so(
    client_of: Sign, operator: User, cochair: User, event: Event
) -> None:
    at_the_list = "/admin/roundtable/event/"
    reader = make_user()
    make_grant(reader, event, role="reader")
    for who in (operator, cochair):
        assert "Bring in a workbook" in desk_text(client_of(who), at_the_list)
    theirs = desk_text(client_of(reader), at_the_list)
    assert "Bring in a workbook" not in theirs and "Empty workbook (XLSX)" in theirs
    assert client_of(reader).get(PAGE).status_code == 403
    sent = {"file": SimpleUploadedFile("a.xlsx", b"0")}
    assert client_of(reader).post(PAGE, sent).status_code == 403
    page = f"/admin/roundtable/event/{event.pk}/change/"
    assert "Workbook (XLSX)" in desk_text(client_of(cochair), page)
    assert "Workbook with its delegates" in desk_text(client_of(cochair), page)
    assert "Workbook with its delegates" not in desk_text(client_of(reader), page)
    assert (
        client_of(cochair).get(f"/admin/roundtable/event/{event.pk}/workbook/").status_code == 200
    )
