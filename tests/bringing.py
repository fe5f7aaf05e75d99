"""Bringing a file in as a person does: choosing it, waiting for the worker, pressing a button."""

import re
from pathlib import Path
from typing import Any
from unittest.mock import patch

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from outcomes.imports.readers.pages import Opened
from outcomes.imports.readers.workbooks import opened
from roundtable.models import Event
from tests.delivery import run_queue

PAGE = "/admin/roundtable/event/workbook/in/"


def work() -> None:
    """Does what the worker does; files are opened here, without a process of their own."""

    def here(path: Path, letters: str = "") -> Opened:
        return opened(path.read_bytes(), letters)

    with patch("outcomes.imports.tasks.opened_apart", here):
        run_queue(backend="imports")


def look(
    browser: Client, content: bytes, event: Event | None = None, name: str = "talk.xlsx"
) -> Any:
    """Chooses a file; the page that says what it would do."""
    sent = {"file": SimpleUploadedFile(name, content), "event": event.pk if event else ""}
    answer = browser.post(PAGE, sent)
    assert answer.status_code == 302, words(answer)
    work()
    return browser.get(answer["Location"])


def press(browser: Client, answer: Any, act: str, **sent: str) -> Any:
    """Presses a button of the page of an upload; the page after the worker was there."""
    address = answer.wsgi_request.path
    after = browser.post(address, {"act": act, **sent})
    if after.status_code != 302:
        return after
    work()
    return browser.get(after["Location"])


def store(browser: Client, answer: Any) -> Any:
    """Stores what the page shows."""
    found = re.search(r'name="digest" value="(\w{64})"', answer.content.decode())
    assert found, words(answer)
    return press(browser, answer, "store", digest=found[1])


def words(answer: Any) -> str:
    """What the page says."""
    content = answer.content.decode().split('<div id="content"')[1]
    return " ".join(re.sub(r"<[^>]*>", " ", content).split())
