"""An import stores what it changes in parts: kills and other people come between two of them."""

from typing import Any
from unittest.mock import patch

import pytest
from django.db.models import Q
from django.test import Client

from outcomes.imports import tasks
from outcomes.imports.records.snapshot import event_content
from outcomes.imports.storage import folder_path
from outcomes.imports.workbook.export import write_workbook
from outcomes.models import Commitment, CommitmentParty, Document, Upload
from participants.models import Organisation, User
from roundtable.audit.verify import find_log_faults
from roundtable.models import AuditEntry, Event
from tests.factories import make_user
from tests.fixture_types import Sign
from tests.import_pages import (
    admin_text,
    check_list,
    csv,
    list_fields,
    press_button,
    preview_file,
    run_import_worker,
)
from tests.outcomes.imports.test_undo import undo_newest
from tests.outcomes.imports.test_uploads import Killed, begin_import

pytestmark = [pytest.mark.django_db, pytest.mark.each_database]
MAILBOX = "office@example.org"


def changed_workbook(talk: Event) -> bytes:
    """Three parts: two organisations, a document, a commitment; and a new draft."""
    content = event_content(talk)
    content["organisations"][0]["role_mailbox"] = MAILBOX
    content["organisations"] += [{"slug": "pier", "name": "Pier Union", "kind": "government"}]
    content["documents"] += [{"title": "Minutes"}]
    content["commitments"][0]["text"] = "Meet each week"
    content["commitments"] += [
        {"reference": "TALK1-C50", "text": "Dredge", "leads": ["pier"], "outcomes": ["1.a"]}
    ]
    return write_workbook(content)


def stored(talk: Event) -> list[str]:
    """Which of the changes are stored."""
    found = [
        *Organisation.objects.filter(Q(name="Pier Union") | Q(role_mailbox=MAILBOX)),
        *Document.objects.filter(title="Minutes"),
        *talk.commitments.filter(text__in=["Meet each week", "Dredge"]),
    ]
    return sorted(str(row) for row in found)


def work(after_each_part: Any) -> None:
    """Does what the worker does, as the portal runs it, and what happens between the parts."""
    upload = Upload.objects.get(state="waiting")
    with patch("outcomes.imports.tasks.pause", side_effect=after_each_part):
        tasks.process_upload.func(upload.pk, upload.run)


ALL = ["Harbour Clinic", "Minutes", "Pier Union", "TALK1-C1 Meet each week", "TALK1-C50 Dredge"]
AFTER = {
    0: [],
    1: ["Harbour Clinic", "Pier Union"],
    2: ["Harbour Clinic", "Minutes", "Pier Union"],
    3: ["Harbour Clinic", "Minutes", "Pier Union", "TALK1-C1 Meet each week"],
}


@pytest.mark.parametrize("parts", AFTER)
def test_import_that_is_killed_between_parts_ends_as_without_a_kill(
    parts: int, browser: Client, talk: Event
) -> None:
    workbook = changed_workbook(talk)
    address = preview_file(browser, workbook).wsgi_request.path
    begin_import(browser, address)
    if parts:
        with pytest.raises(Killed):
            work([None] * (parts - 1) + [Killed])
        said = admin_text(browser.get(address))
        assert "The worker stopped. When it starts again, your file continues" in said
    assert stored(talk) == AFTER[parts]
    run_import_worker()
    assert "Everything is imported." in admin_text(browser.get(address))
    assert stored(talk) == ALL
    changed = Commitment.objects.get(reference="TALK1-C1")
    assert changed.history.filter(text="Meet each week").count() == 1
    new = Commitment.objects.get(text="Dredge")
    assert [str(party) for party in new.parties.all()] == ["Pier Union"]
    assert Organisation.objects.get(name="Pier Union").history.count() == 1
    assert sorted(Upload.objects.get().imported_rows.values_list("model", "result")) == [
        ("commitment", "added"),
        ("commitment", "changed"),
        ("document", "added"),
        ("organisation", "added"),
        ("organisation", "changed"),
    ]
    assert AuditEntry.objects.filter(action="load workbook").count() == 1
    assert find_log_faults() == []
    again = preview_file(browser, workbook)
    assert "The portal already has everything in this file." in admin_text(again)


def edit_between_parts(browser: Client, talk: Event) -> Any:
    """Someone edits the commitment after the first part; the page that is shown then."""
    address = preview_file(browser, changed_workbook(talk)).wsgi_request.path
    begin_import(browser, address)
    work(lambda _seconds: talk.commitments.update(text="Meet twice a year"))
    assert stored(talk) == AFTER[2]
    return browser.get(address)


def test_row_that_someone_edits_between_parts_is_shown_before_it_is_overwritten(
    browser: Client, talk: Event
) -> None:
    page = edit_between_parts(browser, talk)
    said = admin_text(page)
    assert "The import stopped before its end. What it stored before that is kept." in said
    assert "Someone changed the data in the meantime. Check what is left, then import it." in said
    assert "To add: 2. To change: 1." in said  # with the party of the new one
    assert "Text: Meet twice a year Meet each week" in said
    assert "othing is saved" not in said
    begin_import(browser, page.wsgi_request.path)
    run_import_worker()
    assert "Everything is imported." in admin_text(browser.get(page.wsgi_request.path))
    assert stored(talk) == ALL


def test_stored_parts_of_an_import_that_stopped_can_be_undone(browser: Client, talk: Event) -> None:
    page = edit_between_parts(browser, talk)
    said = admin_text(press_button(browser, page, "drop"))
    assert "What was imported before is kept. You can undo it here." in said
    assert "2 added, 1 changed" in said and "Unfinished imports" not in said
    assert not folder_path(Upload.objects.get()).exists()
    said = undo_newest(browser)
    assert "1 documents: an undo does not reach things of this kind" in said
    assert stored(talk) == ["Minutes"]


def test_of_two_imports_at_once_the_one_that_comes_second_stops(
    browser: Client, client_of: Sign, talk: Event
) -> None:
    ours = preview_file(browser, changed_workbook(talk)).wsgi_request.path
    begin_import(browser, ours)
    mine = Upload.objects.get()
    other = client_of(make_user(is_superuser=True))
    theirs = ""

    def import_theirs(_seconds: float) -> None:
        nonlocal theirs
        if not theirs:
            theirs = preview_file(other, changed_workbook(talk)).wsgi_request.path
            begin_import(other, theirs)
            run_import_worker()

    with patch("outcomes.imports.tasks.pause", side_effect=import_theirs):
        tasks.process_upload.func(mine.pk, mine.run)
    assert "Everything is imported." in admin_text(other.get(theirs))
    said = admin_text(browser.get(ours))
    assert "The import stopped before its end." in said
    assert "The portal already has everything in this file." in said
    assert stored(talk) == ALL
    assert Upload.objects.get(pk=mine.pk).imported_rows.count() == 2


def test_killed_list_finds_its_new_organisations_again(
    client_of: Sign, editor: User, talk: Event
) -> None:
    browser = client_of(editor)
    lines = ("No,Pledge,Who", "P-1,Train all.,Quay Union", "P-2,Meet.,Sea Office")
    answer = preview_file(browser, csv(*lines), talk, name="list.csv")
    answer = check_list(browser, answer, rest="new", rest_kind="government")
    assert (
        browser.post(answer.wsgi_request.path, list_fields(answer) | {"act": "import"}).status_code
        == 302
    )
    with patch.dict("outcomes.imports.records.results.PART_SIZES", organisations=1):
        with pytest.raises(Killed):
            work([Killed])
        assert Organisation.objects.filter(name__in=["Quay Union", "Sea Office"]).count() == 1
        run_import_worker()
    page = browser.get(answer.wsgi_request.path)
    assert "Everything is imported." in admin_text(page)
    parties = CommitmentParty.objects.filter(commitment__text__in=["Train all.", "Meet."])
    assert sorted(str(row) for row in parties) == ["Quay Union", "Sea Office"]
    assert Organisation.objects.filter(name__in=["Quay Union", "Sea Office"]).count() == 2
