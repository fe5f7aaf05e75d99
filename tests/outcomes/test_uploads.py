"""A file on its way in: kept privately, worked on in the background, and gone within the hour."""

import os
import stat
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any
from unittest.mock import patch
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.utils.timezone import now
from openpyxl import Workbook

from outcomes.imports import tasks
from outcomes.imports.preview import Preview
from outcomes.imports.readers.pages import Reason, UnreadableError
from outcomes.imports.readers.workbooks import opened
from outcomes.imports.records.snapshot import content_of
from outcomes.imports.storage import folder_of, forget_old, keep, note, noted
from outcomes.imports.tasks import ask, opened_apart
from outcomes.imports.workbook import export
from outcomes.models import Document, Theme, Upload
from participants.models import Delegate, User
from roundtable.models import AuditEntry, Event
from tests.bringing import PAGE, look, press, store, words, work
from tests.conftest import FULL
from tests.delivery import run_queue
from tests.factories import make_event, make_grant, make_user
from tests.roundtable_files import everything, load, write_whole

pytestmark = pytest.mark.django_db
Sign = Callable[[User | Delegate], Client]


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """No page waits for the worker."""
    monkeypatch.setattr("outcomes.imports.admin.AWAITED", 0)


@pytest.fixture
def talk(tmp_path: Path) -> Event:
    load(write_whole(tmp_path))
    return Event.objects.get(code="TALK1")


def documents(*titles: str) -> bytes:
    return "\n".join(["Title", *titles, ""]).encode()


def choose(browser: Client, content: bytes, event: Event | None = None) -> str:
    """Chooses a file, and leaves before the worker has looked at it; where its page is."""
    sent = {"file": SimpleUploadedFile("a.csv", content), "event": event.pk if event else ""}
    return str(browser.post(PAGE, sent)["Location"])


def test_file_is_worked_on_while_one_is_away(client_of: Sign, operator: User, talk: Event) -> None:
    browser = client_of(operator)
    address = choose(browser, documents("Minutes", "List"), talk)
    page = browser.get(address)
    assert "It waits for its turn." in words(page)
    assert (
        "the worker" in words(browser.get(PAGE)) and address in browser.get(PAGE).content.decode()
    )
    work()
    page = browser.get(address)
    assert "To add: 2. To change: 0. To remove: 1." in words(page)
    before = everything()
    browser.post(address, {"act": "store", "digest": "0" * 64})
    assert "It waits for its turn." in words(browser.get(address))
    work()
    assert "Something was changed here since you looked." in words(browser.get(address))
    assert everything() == before
    assert "All of it is stored." in words(store(browser, browser.get(address)))
    assert {row.title for row in Document.objects.all()} == {"Minutes", "List"}
    assert address not in browser.get(PAGE).content.decode()
    assert "began to bring in" not in browser.get("/admin/").content.decode()
    assert AuditEntry.objects.filter(act="load workbook", detail="TALK1").count() == 1
    # Pressed again, asked again: it is done once.
    upload = Upload.objects.get()
    ask(upload, Upload.Wants.STORE)
    browser.post(address, {"act": "again"})
    work()
    assert AuditEntry.objects.filter(act="load workbook").count() == 1


def test_file_that_an_earlier_portal_read_is_read_anew(
    client_of: Sign, operator: User, talk: Event
) -> None:
    browser = client_of(operator)
    page = look(browser, documents("Minutes", "List"), talk)
    upload = Upload.objects.get()
    read = noted(upload, "pages")
    note(upload, "pages", {key: read[key] for key in read if key != "letters"})
    assert "All of it is stored." in words(store(browser, page))


def test_page_waits_a_moment_for_the_worker(
    client_of: Sign, operator: User, talk: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = client_of(operator)
    address = choose(browser, documents("Minutes"), talk)
    monkeypatch.setattr("outcomes.imports.admin.AWAITED", 60)
    with patch("outcomes.imports.admin.sleep", lambda _seconds: work()):
        assert "To add: 1." in words(browser.get(address))
    browser.post(address, {"act": "look"})
    with patch("outcomes.imports.admin.sleep", lambda _s: Upload.objects.all().delete()):
        assert browser.get(address).status_code == 404


def test_file_is_kept_privately_and_goes_within_the_hour(
    client_of: Sign, operator: User, talk: Event
) -> None:
    browser = client_of(operator)
    store(browser, look(browser, documents("Minutes"), talk))
    upload = Upload.objects.get()
    folder = folder_of(upload)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    assert {path.name for path in folder.iterdir()} == {
        "file",
        "pages.json",
        "progress.json",
        "asked.json",
        "result.json",
    }
    assert forget_old(now() + timedelta(minutes=49)) == 0 and folder.exists()
    assert forget_old(now() + timedelta(minutes=51)) == 1
    assert not folder.exists() and not Upload.objects.exists()
    left = folder.parent / "of-nobody"
    left.mkdir()
    forget_old(now() + timedelta(hours=2))
    assert not left.exists()


def test_worker_removes_it_by_itself(client_of: Sign, operator: User, talk: Event) -> None:
    browser = client_of(operator)
    store(browser, look(browser, documents("Minutes"), talk))
    folder = folder_of(Upload.objects.get())
    Upload.objects.update(ended_at=now() - timedelta(minutes=51))
    with patch("django_tasks_db.models.timezone.now", return_value=now() + timedelta(minutes=51)):
        run_queue(backend="imports")
    assert not folder.exists()


def test_command_removes_what_was_left(operator: User) -> None:
    upload = keep(user=operator, chunks=[b"a"], event=None, at=now() - timedelta(days=2))
    said = StringIO()
    call_command("tend_uploads", stdout=said)
    assert said.getvalue() == "1 file is removed.\n"
    assert not folder_of(upload).exists()


def test_nobody_keeps_more_than_five(client_of: Sign, operator: User, talk: Event) -> None:
    browser = client_of(operator)
    folders = []
    for number in range(7):
        choose(browser, documents(f"Minutes {number}"), talk)
        folders.append(folder_of(Upload.objects.latest("pk")))
    assert [folder.exists() for folder in folders] == [False] * 2 + [True] * 5


def test_file_is_its_owners_alone(client_of: Sign, operator: User, talk: Event) -> None:
    address = choose(client_of(operator), documents("Minutes"), talk)
    other = make_user()
    make_grant(other, talk)
    for act in ("look", "store", "drop", "again"):
        assert client_of(other).post(address, {"act": act}).status_code == 404
    assert client_of(other).get(address).status_code == 404
    assert address not in client_of(other).get(PAGE).content.decode()
    assert client_of(operator).post(address, {"act": "burn"}).status_code == 400
    for sent in ({"act": "look", "answer.delegates(#1)": "\0"}, {"act": "store", "digest": "\0"}):
        assert client_of(operator).post(address, sent).status_code == 400
    assert "The file is removed." in words_of(client_of(operator), address)
    assert client_of(operator).get(address).status_code == 404


def words_of(browser: Client, address: str) -> str:
    return browser.post(address, {"act": "drop"}, follow=True).content.decode()


def test_part_for_a_roundtable_one_does_not_edit_is_refused(client_of: Sign, talk: Event) -> None:
    user, other = make_user(), make_event(is_public=False)
    make_grant(user, talk)
    sent = {"file": SimpleUploadedFile("a.csv", documents("A")), "event": other.pk}
    answer = client_of(user).post(PAGE, sent)
    assert "Select a valid choice." in words(answer)
    upload = keep(user=user, chunks=[documents("A")], event=other, at=now())
    ask(upload, Upload.Wants.LOOK)
    work()
    assert Upload.objects.get().state == "asks"


def test_who_lost_the_grant_brings_nothing_in(client_of: Sign, talk: Event) -> None:
    user = make_user()
    grant = make_grant(user, talk)
    answer = look(client_of(user), documents("Minutes"), talk)
    browser = client_of(user)
    browser.post(answer.wsgi_request.path, {"act": "store", "digest": "0" * 64})
    grant.delete()
    before = everything()
    work()
    assert everything() == before
    result = noted(Upload.objects.get(), "result")
    assert result["mistakes"] == [["", "You may no longer bring anything in."]]


def test_worker_that_died_is_said_and_the_file_taken_up_again(
    client_of: Sign, operator: User, talk: Event
) -> None:
    browser = client_of(operator)
    address = choose(browser, documents("Minutes"), talk)
    Upload.objects.update(claimed_at=now() - timedelta(minutes=1))
    note(Upload.objects.get(), "progress", {"rows": 7, "run": 1})
    assert "It is being read. 7 rows so far." in words(browser.get(address))
    work()  # the run was begun by somebody else
    assert Upload.objects.get().state == "waiting"
    (folder_of(Upload.objects.get()) / "progress.json").unlink()
    Upload.objects.update(claimed_at=now() - timedelta(minutes=3))
    page = browser.get(address)
    assert "it may have been stopped" in words(page)
    browser.post(address, {"act": "again"})
    work()
    assert "To add: 1." in words(browser.get(address))


def test_run_that_is_void_stores_nothing(client_of: Sign, operator: User, talk: Event) -> None:
    browser = client_of(operator)
    answer = look(browser, documents("Minutes"), talk)
    digest = noted(Upload.objects.get(), "result")["digest"]
    browser.post(answer.wsgi_request.path, {"act": "store", "digest": digest})
    before = everything()
    from_then = Upload.objects.get()

    def meanwhile(*args: Any, **kwargs: Any) -> None:
        Upload.objects.update(run=from_then.run + 1, claimed_at=None)

    with (
        patch("outcomes.imports.tasks.acts_for", side_effect=meanwhile),
        patch("outcomes.imports.tasks.audit.record"),
    ):
        work()
    assert everything() == before
    assert Upload.objects.get().state != "done"


def test_what_goes_wrong_is_said_without_its_words(
    client_of: Sign, operator: User, talk: Event, caplog: pytest.LogCaptureFixture
) -> None:
    browser = client_of(operator)
    with patch("outcomes.imports.tasks.read_pages", side_effect=KeyError("Rita Sen")):
        answer = look(browser, documents("Minutes"), talk)
    assert "Something went wrong, and nothing is stored." in words(answer)
    assert "KeyError" in caplog.text and "Rita" not in caplog.text
    assert 'value="Take it up again"' in answer.content.decode()
    assert "To add: 1." in words(press(browser, answer, "again"))


def test_file_that_nobody_began_with_is_taken_up_again(
    client_of: Sign, operator: User, talk: Event
) -> None:
    browser = client_of(operator)
    address = choose(browser, documents("Minutes"), talk)
    assert "It waits for its turn." in words(browser.get(address))
    long_ago = (now() - timedelta(minutes=3)).timestamp()
    Upload.objects.update(uploaded_at=now() - timedelta(minutes=3))
    os.utime(folder_of(Upload.objects.get()) / "asked.json", (long_ago, long_ago))
    assert "it may have been stopped" in words(browser.get(address))


def test_run_that_is_void_tells_nothing(client_of: Sign, operator: User, talk: Event) -> None:
    browser = client_of(operator)
    look(browser, documents("Minutes"), talk)
    late = Upload.objects.get()
    tasks.ask(late, Upload.Wants.LOOK)
    tasks._show(late, Preview(kept=["what was once so"]))
    assert Upload.objects.get().state == "waiting"
    assert noted(late, "result")["kept"] == []


@pytest.mark.walk
def test_one_text_in_very_many_cells_is_refused(tmp_path: Path) -> None:
    book = Workbook(write_only=True)
    page = book.create_sheet("Delegates")
    for _number in range(1100):
        page.append(["x" * 30_000])
    book.save(tmp_path / "many.xlsx")
    with pytest.raises(UnreadableError):
        opened((tmp_path / "many.xlsx").read_bytes())


@pytest.mark.walk
def test_long_result_has_pages(client_of: Sign, operator: User, talk: Event) -> None:
    browser = client_of(operator)
    answer = look(browser, documents(*(f"Minutes {number}" for number in range(401))), talk)
    assert "To add: 401." in words(answer)
    assert words(answer).count("To add:") == 201
    third = browser.get(f"{answer.wsgi_request.path}3/")
    assert words(third).count("To add:") == 2  # one in the sum
    assert words(third).count("To remove:") == 2
    assert browser.get(f"{answer.wsgi_request.path}4/").status_code == 404


@pytest.mark.walk
def test_file_is_opened_apart_within_limits(tmp_path: Path, talk: Event) -> None:
    path = tmp_path / "file"
    path.write_bytes(export.write(content_of(talk)))
    assert opened_apart(path) == opened(path.read_bytes())
    path.write_bytes("Name\nสมชาย\n".encode("cp874"))
    assert opened_apart(path, "cp874").pages == {"": [["Name"], ["สมชาย"]]}
    path.write_bytes(b"\xd0\xcf\x11\xe0")
    with pytest.raises(UnreadableError) as refused:
        opened_apart(path)
    assert refused.value.reason == Reason.OLD
    with patch("outcomes.imports.tasks.PATIENCE", 0.001), pytest.raises(UnreadableError) as late:
        opened_apart(path)
    assert late.value.reason == Reason.LIMITS


@pytest.mark.prove
def test_file_that_unpacks_without_end_is_one_sentence(tmp_path: Path, samples: Path) -> None:
    start = '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    bomb = f"{start}{'<si><t>a</t></si>' * 5_000_000}</sst>".encode()
    path = tmp_path / "file"
    good = samples / "hostile" / "xlsx" / "sheetjs" / "text_and_numbers.xlsx"
    with ZipFile(good) as parts, ZipFile(path, "w", ZIP_DEFLATED) as made:
        for name in parts.namelist():
            made.writestr(name, bomb if name == "xl/sharedStrings.xml" else parts.read(name))
    with pytest.raises(UnreadableError) as refused:
        opened_apart(path)
    assert refused.value.reason == Reason.LIMITS


@pytest.mark.walk
def test_every_hostile_file_ends_in_a_page(
    client_of: Sign, operator: User, talk: Event, samples: Path
) -> None:
    browser = client_of(operator)
    before = everything()
    files = [file for file in sorted((samples / "hostile").rglob("*")) if file.is_file()]
    for file in files if FULL else files[::3]:
        answer = look(browser, file.read_bytes(), talk, file.name)
        assert answer.status_code == 200, file
        assert Upload.objects.latest("pk").state in ("asks", "shown"), file
    assert everything() == before


def test_workbook_says_its_roundtable_itself(client_of: Sign, operator: User, talk: Event) -> None:
    Theme.objects.update(name="Work in harbours")
    content = export.write(content_of(talk))
    Theme.objects.update(name="Work at sea")
    browser = client_of(operator)
    answer = look(browser, content, make_event())
    assert "Name: Work at sea Work in harbours" in words(answer)
    assert "All of it is stored." in words(press_store(browser, answer))


def press_store(browser: Client, answer: Any) -> Any:
    digest = noted(Upload.objects.get(), "result")["digest"]
    return press(browser, answer, "store", digest=digest)
