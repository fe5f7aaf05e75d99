"""A file on its way in: kept privately, worked on in the background, and gone within the hour."""

import json
import os
import stat
from contextlib import ExitStack
from datetime import timedelta
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any
from unittest.mock import patch
from zipfile import ZipFile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client, override_settings
from django.utils.timezone import now
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult
from openpyxl import Workbook

from outcomes.imports import batches, tasks
from outcomes.imports.preview import Preview
from outcomes.imports.readers.pages import UnreadableError, UnreadableReason
from outcomes.imports.readers.workbooks import read_source_file
from outcomes.imports.records.snapshot import event_content
from outcomes.imports.storage import (
    create_upload,
    delete_expired_uploads,
    folder_path,
    read_file,
    read_json,
    seal_stored,
    working_on,
    write_json,
)
from outcomes.imports.tasks import enqueue_run, read_in_subprocess
from outcomes.imports.workbook import export
from outcomes.models import Commitment, Document, Theme, Upload
from participants.models import Delegate, User
from roundtable.audit.verify import find_log_faults
from roundtable.database import giving_way
from roundtable.models import AuditEntry, Event
from roundtable.workers.worker import leave_sign
from tests.conftest import FULL
from tests.factories import make_event, make_grant, make_holder, make_user
from tests.fixture_types import Sign
from tests.form_fields import form_fields
from tests.import_pages import (
    UPLOAD_URL,
    admin_text,
    confirm_import,
    press_button,
    preview_file,
    run_import_worker,
)
from tests.mail_queue import run_queue
from tests.roundtable_files import database_rows

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """No page waits for the worker."""
    monkeypatch.setattr("outcomes.imports.admin.WAIT_SECONDS", 0)


def documents(*titles: str) -> bytes:
    """One of our sheets, as a CSV in a ZIP."""
    content = BytesIO()
    with ZipFile(content, "w") as archive:
        archive.writestr("Documents.csv", "\n".join(["Title", *titles, ""]))
    return content.getvalue()


def choose(browser: Client, content: bytes, event: Event | None = None) -> str:
    """Chooses a file, and leaves before the worker has looked at it; where its page is."""
    sent = {"file": SimpleUploadedFile("a.csv", content), "event": event.pk if event else ""}
    return str(browser.post(UPLOAD_URL, sent)["Location"])


def test_file_is_processed_in_background(browser: Client, talk: Event) -> None:
    address = choose(browser, documents("Minutes", "List"), talk)
    page = browser.get(address)
    assert "Your file is waiting in the queue." in admin_text(page)
    assert "This page refreshes every 5 seconds. Stop refreshing" in admin_text(page)
    assert page["Refresh"] == "5"
    stopped = browser.get(address, {"stop": ""})
    assert "Refresh" not in stopped
    assert f'href="{address}"' in stopped.content.decode()
    assert ": waiting to be processed" in admin_text(browser.get(UPLOAD_URL))
    assert address in browser.get(UPLOAD_URL).content.decode()
    assert "Files that you started to import" in browser.get("/admin/").content.decode()
    run_import_worker()
    page = browser.get(address)
    assert "To add: 2. To change: 0. To remove: 0." in admin_text(page)
    assert "Refresh" not in page
    before = database_rows()
    browser.post(address, {"act": "import", "digest": "0" * 64})
    assert "Your file is waiting in the queue." in admin_text(browser.get(address))
    run_import_worker()
    assert "The data changed after you opened this page." in admin_text(browser.get(address))
    assert database_rows() == before
    assert "Everything is imported." in admin_text(confirm_import(browser, browser.get(address)))
    assert {row.title for row in Document.objects.all()} == {"Agenda", "Minutes", "List"}
    assert f'"{address}"' not in browser.get(UPLOAD_URL).content.decode()
    assert "Files that you started to import" not in browser.get("/admin/").content.decode()
    assert AuditEntry.objects.filter(action="load workbook", detail="TALK1").count() == 1
    # Pressed again, asked again: it is done once.
    upload = Upload.objects.get()
    enqueue_run(upload, Upload.Task.IMPORT)
    browser.post(address, {"act": "again"})
    run_import_worker()
    assert AuditEntry.objects.filter(action="load workbook").count() == 1


def test_cached_pages_of_older_release_are_read_again(browser: Client, talk: Event) -> None:
    page = preview_file(browser, documents("Minutes", "List"), talk)
    upload = Upload.objects.get()
    read = read_json(upload, "pages")
    write_json(upload, "pages", {key: read[key] for key in read if key != "encoding"})
    assert "Everything is imported." in admin_text(confirm_import(browser, page))


def test_page_waits_briefly_for_worker(
    browser: Client, talk: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = choose(browser, documents("Minutes"), talk)
    monkeypatch.setattr("outcomes.imports.admin.WAIT_SECONDS", 60)
    with patch("outcomes.imports.admin.sleep", lambda _seconds: run_import_worker()):
        assert "To add: 1." in admin_text(browser.get(address))
    browser.post(address, {"act": "preview"})
    with patch("outcomes.imports.admin.sleep", lambda _s: Upload.objects.all().delete()):
        assert browser.get(address).status_code == 404


def test_file_is_private_and_deleted_within_an_hour(browser: Client, talk: Event) -> None:
    confirm_import(browser, preview_file(browser, documents("Minutes"), talk))
    upload = Upload.objects.get()
    folder = folder_path(upload)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    assert {path.name for path in folder.iterdir()} == {
        *("file", "lock", "pages.json", "parts.json", "progress.json"),
        *("asked.json", "result.json"),
    }
    assert delete_expired_uploads(now() + timedelta(minutes=49)) == 0 and folder.exists()
    Upload.objects.update(finished_at=now() - timedelta(minutes=51))
    with patch("django_tasks_db.models.timezone.now", return_value=now() + timedelta(minutes=51)):
        run_queue(backend="imports")  # by the worker itself
    assert not folder.exists() and Upload.objects.get() == upload
    assert "a.csv" not in admin_text(browser.get(UPLOAD_URL))
    assert "TALK1" in admin_text(browser.get(UPLOAD_URL))
    left = folder.parent / "of-nobody"
    left.mkdir()
    assert delete_expired_uploads(now() + timedelta(hours=2)) == 0
    assert not left.exists()


def test_what_is_staged_is_sealed_for_its_place(browser: Client, talk: Event) -> None:
    preview_file(browser, documents("Minutes of Ana"), talk)
    folder = folder_path(Upload.objects.get())
    contents = {path.name: path.read_bytes() for path in folder.iterdir() if path.name != "lock"}
    assert {"file", "pages.json", "result.json"} <= set(contents)
    for name, content in contents.items():
        assert content.startswith(b"sealed1.") and b"Minutes" not in content, name
    upload = Upload.objects.get()
    file, pages = read_file(upload), read_json(upload, "pages")
    assert b"Minutes of Ana" in file and "Minutes of Ana" in str(pages)
    # Of the former release.
    (folder / "file").write_bytes(file)
    (folder / "pages.json").write_bytes(json.dumps(pages).encode())
    for _time in range(2):
        seal_stored()
        assert (read_file(upload), read_json(upload, "pages")) == (file, pages)
    assert b"Minutes" not in (folder / "file").read_bytes() + (folder / "pages.json").read_bytes()
    # In another place, or without its key, it is as if it were deleted.
    (folder / "result.json").write_bytes((folder / "pages.json").read_bytes())
    assert read_json(upload, "result") is None
    with override_settings(DATA_KEY="another-data-key-" + "n" * 40):
        assert browser.get(f"{UPLOAD_URL}{upload.key}/").status_code == 200


def test_command_deletes_expired_uploads(operator: User) -> None:
    upload = create_upload(user=operator, chunks=[b"a"], event=None, at=now() - timedelta(hours=49))
    said = StringIO()
    call_command("apply_retention", stdout=said)
    assert said.getvalue() == (
        "Uploaded files for an import, and what was read from them: 1 deleted.\n"
    )
    assert not folder_path(upload).exists()


def test_user_has_at_most_five_open_uploads(browser: Client, talk: Event) -> None:
    folders = []
    for number in range(7):
        choose(browser, documents(f"Minutes {number}"), talk)
        folders.append(folder_path(Upload.objects.latest("pk")))
    assert [folder.exists() for folder in folders] == [False] * 2 + [True] * 5


def test_upload_is_visible_to_its_owner_only(client_of: Sign, operator: User, talk: Event) -> None:
    address = choose(client_of(operator), documents("Minutes"), talk)
    other = make_holder(talk)
    for act in ("preview", "import", "drop", "again"):
        assert client_of(other).post(address, {"act": act}).status_code == 404
    assert client_of(other).get(address).status_code == 404
    assert address not in client_of(other).get(UPLOAD_URL).content.decode()
    assert client_of(operator).post(address, {"act": "burn"}).status_code == 400
    for sent in (
        {"act": "preview", "answer.delegates(#1)": "\0"},
        {"act": "import", "digest": "\0"},
    ):
        assert client_of(operator).post(address, sent).status_code == 400
    dropped = client_of(operator).post(address, {"act": "drop"}, follow=True)
    assert "The file is deleted." in dropped.content.decode()
    assert client_of(operator).get(address).status_code == 404


def test_partial_file_for_event_without_grant_is_rejected(client_of: Sign, talk: Event) -> None:
    user, other = make_user(), make_event(is_public=False)
    make_grant(user, talk)
    sent = {"file": SimpleUploadedFile("a.csv", documents("A")), "event": other.pk}
    answer = client_of(user).post(UPLOAD_URL, sent)
    assert "Select a valid choice." in admin_text(answer)
    upload = create_upload(user=user, chunks=[documents("A")], event=other, at=now())
    enqueue_run(upload, Upload.Task.PREVIEW)
    run_import_worker()
    result = read_json(Upload.objects.get(), "result")
    assert "The file has no sheet “Roundtable”." in str(result["mistakes"])


def test_import_after_losing_grant_is_rejected(client_of: Sign, talk: Event) -> None:
    user = make_user()
    grant = make_grant(user, talk)
    answer = preview_file(client_of(user), documents("Minutes"), talk)
    browser = client_of(user)
    browser.post(answer.wsgi_request.path, {"act": "import", "digest": "0" * 64})
    grant.delete()
    before = database_rows()
    run_import_worker()
    assert database_rows() == before
    result = read_json(Upload.objects.get(), "result")
    assert result["mistakes"] == [
        ["", "You no longer have permission to import. Ask an operator for a new grant."]
    ]


def test_page_knows_whether_worker_works_and_next_worker_goes_on(
    browser: Client, talk: Event
) -> None:
    address = choose(browser, documents("Minutes"), talk)
    long_ago = now() - timedelta(hours=1)
    Upload.objects.update(claimed_at=long_ago, uploaded_at=long_ago)
    upload = Upload.objects.get()
    with working_on(upload) as is_ours:
        assert is_ours
        write_json(upload, "progress", {"rows": 7, "run": 1})
        assert "We are reading your file. 7 rows so far." in admin_text(browser.get(address))
        run_import_worker()  # it leaves the file to the other worker
        assert Upload.objects.get().state == "waiting"
    page = browser.get(address)
    assert "The worker stopped. When it starts again, your file continues" in admin_text(page)
    assert page["Refresh"] == "5"
    run_import_worker()
    assert "To add: 1." in admin_text(browser.get(address))


class Killed(BaseException):
    """As if the worker was killed."""


def begin_import(browser: Client, address: str) -> None:
    """Sends the form of the preview with all its fields, as a browser does."""
    browser.handler.enforce_csrf_checks = True
    sent = form_fields(browser.get(address).content.decode(), containing="digest")
    assert browser.post(address, sent).status_code == 302
    browser.handler.enforce_csrf_checks = False


def kill_during_import(browser: Client, address: str, batches: int) -> None:
    """Starts an import, and kills its worker after so many batches."""
    begin_import(browser, address)
    upload = Upload.objects.get()
    pauses: list[Any] = [None] * (batches - 1) + [Killed]
    with (
        patch("outcomes.imports.batches.pause", side_effect=pauses),
        patch("outcomes.imports.batches.next_size", return_value=20),
        pytest.raises(Killed),
    ):
        tasks.process_upload.func(upload.pk, upload.run)


def people_and_commitments(talk: Event) -> bytes:
    """25 new people, 25 new drafts, and a new organisation."""
    content = event_content(talk)
    content["organisations"] += [{"slug": "pier", "name": "Pier Union", "kind": "government"}]
    content["delegates"] = [
        {"name": f"Person {number} of Pier", "organisation": "pier", "post": "Clerk"}
        for number in range(25)
    ]
    content["commitments"] += [
        {"reference": f"TALK1-C{n}", "text": f"Dredge {n}", "leads": ["pier"], "outcomes": ["1.a"]}
        for n in range(50, 75)
    ]
    return export.write_workbook(content)


def test_killed_import_goes_on_when_a_worker_starts(browser: Client, talk: Event) -> None:
    commitments = Commitment.objects.count()
    people = Delegate.objects.filter(name__endswith="of Pier")
    address = preview_file(browser, people_and_commitments(talk)).wsgi_request.path
    kill_during_import(browser, address, batches=2)
    assert (Commitment.objects.count() - commitments, people.count()) == (25, 15)
    page = admin_text(browser.get(address))
    assert "The worker stopped. When it starts again, your file continues without you." in page
    assert "40 of 50 new commitments and people are stored." in page
    digest = read_json(Upload.objects.get(), "result")["digest"]
    browser.post(address, {"act": "import", "digest": digest})  # does not begin it again
    begun = {row.pk for row in people.all()}
    deleted = begun.pop()
    Delegate.objects.get(pk=deleted).delete()  # this person must not come back
    run_import_worker()
    assert "Everything is imported." in admin_text(browser.get(address))
    assert (Commitment.objects.count() - commitments, people.count()) == (25, 24)
    assert begun < {row.pk for row in people.all()}
    for row in Commitment.objects.filter(reference__gte="TALK1-C50", text__startswith="Dredge"):
        assert [str(party) for party in row.parties.all()] == ["Pier Union"]
        assert [point.number for point in row.outcomes.all()] == ["1.a"]
        assert row.history.count() == 1
    assert AuditEntry.objects.filter(action="add delegate").count() == 25
    assert AuditEntry.objects.filter(action="load workbook").count() == 1
    assert find_log_faults() == []


def test_batch_that_was_stored_is_not_stored_again_and_is_kept(
    browser: Client, talk: Event
) -> None:
    address = preview_file(browser, people_and_commitments(talk)).wsgi_request.path
    kill_during_import(browser, address, batches=2)
    upload = Upload.objects.get()
    before = database_rows()
    given = read_json(upload, "plan")["records"][20:40]

    def note(**choices: Any) -> None:
        raise AssertionError(choices)

    upload.choices["stored"] = 20  # as before the commit of which the worker got no answer
    batches._store_batch(upload, 20, given, talk, note, now())
    assert database_rows() == before
    assert upload.choices["stored"] == 40
    page = browser.post(address, {"act": "drop"}, follow=True)
    assert "What was imported before is kept." in page.content.decode()


def test_error_during_import_says_what_is_stored_and_goes_on(browser: Client, talk: Event) -> None:
    address = preview_file(browser, people_and_commitments(talk)).wsgi_request.path
    kill_during_import(browser, address, batches=1)
    with patch("outcomes.imports.batches.store_records", side_effect=KeyError("Rita Sen")):
        run_import_worker()
    page = browser.get(address)
    stopped = "The import stopped before its end. What it stored before that is kept."
    assert stopped in admin_text(page)
    assert "20 of 50 new commitments and people are stored." in admin_text(page)
    assert "nothing is saved" not in admin_text(page)
    assert "Everything is imported." in admin_text(press_button(browser, page, "again"))
    assert Delegate.objects.filter(name__endswith="of Pier").count() == 25


def test_worker_that_is_killed_each_time_stops_trying(browser: Client, talk: Event) -> None:
    address = choose(browser, documents("Minutes"), talk)
    for _time in range(4):
        upload = Upload.objects.get()
        with (
            patch("outcomes.imports.tasks.preview_import", side_effect=Killed),
            pytest.raises(Killed),
        ):
            tasks._process_run(upload, now())
        tasks.resume_interrupted.func()
    page = browser.get(address)
    assert "The worker stopped several times while it read this file." in admin_text(page)
    assert "To add: 1." in admin_text(press_button(browser, page, "again"))


def test_worker_that_was_killed_before_it_opened_the_file_is_followed(
    browser: Client, talk: Event
) -> None:
    address = choose(browser, documents("Minutes"), talk)
    DBTaskResult.objects.update(status=TaskResultStatus.RUNNING)
    tasks.resume_interrupted.func()
    tasks.resume_interrupted.func()  # another worker starts
    run_import_worker()
    assert "To add: 1." in admin_text(browser.get(address))


def test_small_files_have_a_queue_of_their_own(browser: Client, talk: Event) -> None:
    choose(browser, documents("x" * tasks.SMALL_FILE), talk)
    address = choose(browser, documents("Minutes"), talk)
    run_queue(backend="imports", queue="small")
    assert [row.state for row in Upload.objects.order_by("pk")] == ["waiting", "previewed"]
    assert "To add: 1." in admin_text(browser.get(address))
    run_import_worker()
    assert not Upload.objects.filter(state="waiting").exists()


@pytest.mark.parametrize(
    ("size", "seconds", "following"),
    [(20, 0.1, 40), (20, 0.01, 40), (400, 0.01, 500), (100, 0.4, 50), (1, 9.0, 1), (20, 0, 40)],
)
def test_size_of_batches_follows_their_time(size: int, seconds: float, following: int) -> None:
    assert batches.next_size(size, seconds) == following


def test_import_gives_way_to_who_hides(browser: Client, talk: Event) -> None:
    answer = preview_file(browser, documents("Minutes"), talk)
    begin_import(browser, answer.wsgi_request.path)
    before = database_rows()
    waited: list[bool] = []

    def end_of_passing(seconds: float) -> None:
        waited.append(database_rows() == before)
        act.close()

    with (
        ExitStack() as act,
        patch.object(giving_way, "pause", end_of_passing),
        patch.object(giving_way, "_is_in_the_way", return_value=True),
    ):
        act.enter_context(giving_way.passing())
        run_import_worker()
    assert waited == [True]
    assert "Everything is imported." in admin_text(browser.get(answer.wsgi_request.path))
    assert Document.objects.filter(title="Minutes").count() == 1


def test_superseded_run_imports_nothing(browser: Client, talk: Event) -> None:
    answer = preview_file(browser, documents("Minutes"), talk)
    digest = read_json(Upload.objects.get(), "result")["digest"]
    browser.post(answer.wsgi_request.path, {"act": "import", "digest": digest})
    before = database_rows()
    from_then = Upload.objects.get()

    def supersede(*args: Any, **kwargs: Any) -> None:
        Upload.objects.update(run=from_then.run + 1, claimed_at=None)

    with (
        patch("outcomes.imports.tasks.acting_organisation", side_effect=supersede),
        patch("outcomes.imports.tasks.audit.record"),
    ):
        run_import_worker()
    assert database_rows() == before
    assert Upload.objects.get().state != "done"


def test_unexpected_error_is_reported_without_its_text(
    browser: Client, talk: Event, caplog: pytest.LogCaptureFixture
) -> None:
    with patch("outcomes.imports.tasks.parse_pages", side_effect=KeyError("Rita Sen")):
        answer = preview_file(browser, documents("Minutes"), talk)
    assert "An error occurred, and nothing is saved. Try again." in admin_text(answer)
    assert "KeyError" in caplog.text and "Rita" not in caplog.text
    assert 'value="Try again"' in answer.content.decode()
    assert "To add: 1." in admin_text(press_button(browser, answer, "again"))


def test_page_says_whether_a_worker_runs(browser: Client, talk: Event) -> None:
    address = choose(browser, documents("Minutes"), talk)
    assert "Your file is waiting in the queue." in admin_text(browser.get(address))
    long_ago = (now() - timedelta(minutes=3)).timestamp()
    Upload.objects.update(uploaded_at=now() - timedelta(minutes=3))
    os.utime(folder_path(Upload.objects.get()) / "asked.json", (long_ago, long_ago))
    no_worker = "Your file is waiting, and no worker is running. When one starts,"
    assert no_worker in admin_text(browser.get(address))
    leave_sign("imports")
    assert "Your file is waiting in the queue." in admin_text(browser.get(address))


def test_superseded_run_shows_nothing(browser: Client, talk: Event) -> None:
    preview_file(browser, documents("Minutes"), talk)
    late = Upload.objects.get()
    tasks.enqueue_run(late, Upload.Task.PREVIEW)
    tasks._save_result(late, Preview(kept=["what was once so"]))
    assert Upload.objects.get().state == "waiting"
    assert read_json(late, "result")["kept"] == ["document “Agenda”"]


@pytest.mark.walk
def test_text_repeated_in_many_cells_is_rejected(tmp_path: Path) -> None:
    book = Workbook(write_only=True)
    page = book.create_sheet("Delegates")
    for _number in range(1100):
        page.append(["x" * 30_000])
    book.save(tmp_path / "many.xlsx")
    with pytest.raises(UnreadableError):
        read_source_file((tmp_path / "many.xlsx").read_bytes())


@pytest.mark.walk
def test_long_result_is_paginated(browser: Client, talk: Event) -> None:
    answer = preview_file(browser, documents(*(f"Minutes {number}" for number in range(401))), talk)
    assert "To add: 401." in admin_text(answer)
    assert admin_text(answer).count("To add:") == 201
    third = browser.get(f"{answer.wsgi_request.path}3/")
    assert admin_text(third).count("To add:") == 2  # one in the sum
    assert browser.get(f"{answer.wsgi_request.path}4/").status_code == 404


@pytest.mark.walk
def test_file_is_read_in_limited_subprocess(talk: Event) -> None:
    content = export.write_workbook(event_content(talk))
    assert read_in_subprocess(content) == read_source_file(content)
    content = "Name\nสมชาย\n".encode("cp874")
    assert read_in_subprocess(content, "cp874").pages == {"": [["Name"], ["สมชาย"]]}
    content = b"\xd0\xcf\x11\xe0"
    with pytest.raises(UnreadableError) as refused:
        read_in_subprocess(content)
    assert refused.value.reason == UnreadableReason.NOT_A_TABLE
    with (
        patch("outcomes.imports.tasks.READ_TIMEOUT", 0.001),
        pytest.raises(UnreadableError) as late,
    ):
        read_in_subprocess(content)
    assert late.value.reason == UnreadableReason.LIMIT_EXCEEDED


def test_archive_of_many_parts_is_not_read() -> None:
    content = BytesIO()
    with ZipFile(content, "w") as made:
        for number in range(2_001):
            made.writestr(f"{number}.csv", "")
    with pytest.raises(UnreadableError) as refused:
        read_source_file(content.getvalue())
    assert refused.value.reason == UnreadableReason.TOO_LARGE


@pytest.mark.walk
def test_hostile_file_ends_in_page(browser: Client, talk: Event, samples: Path) -> None:
    before = database_rows()
    files = [file for file in sorted((samples / "hostile").rglob("*")) if file.is_file()]
    for file in files if FULL else files[::3]:
        answer = preview_file(browser, file.read_bytes(), talk, file.name)
        assert answer.status_code == 200, file
        assert Upload.objects.latest("pk").state in ("needs-mapping", "previewed"), file
    assert database_rows() == before


def test_complete_workbook_names_its_event(browser: Client, talk: Event) -> None:
    Theme.objects.update(name="Work in harbours")
    content = export.write_workbook(event_content(talk))
    Theme.objects.update(name="Work at sea")
    answer = preview_file(browser, content, make_event())
    assert "Name: Work at sea Work in harbours" in admin_text(answer)
    assert "Everything is imported." in admin_text(confirm_import(browser, answer))
