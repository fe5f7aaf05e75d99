"""Bringing a file in as a person does: choosing it, waiting for the worker, pressing a button."""

import re
from typing import Any
from unittest.mock import patch

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from outcomes.imports.readers.workbooks import read_source_file
from roundtable.models import Event
from tests.form_fields import form_fields
from tests.mail_queue import run_queue
from tests.page_text import page_html

UPLOAD_URL = "/admin/roundtable/event/workbook/in/"
PLEDGES_ADDRESS = "https://example.org/pledges.csv"
# Cells of the list of pledges, by row and column, that are not as published.
ALTERED = {
    "r7c1": "Train no officers of post 7.",
    "r90c2": "harbour",
    "r150c3": "1 May 2037",
    "r301c1": "Train the officers of post 3O1.",
    "r382c2": "harbour",
}


def run_import_worker() -> None:
    """Does what the worker does; files are opened here, without a process of their own."""

    with patch("outcomes.imports.tasks.read_in_subprocess", read_source_file):
        run_queue(backend="imports")


def preview_file(
    browser: Client, content: bytes, event: Event | None = None, name: str = "talk.xlsx"
) -> Any:
    """Chooses a file; the page that says what it would do."""
    form = {"file": SimpleUploadedFile(name, content), "event": event.pk if event else ""}
    answer = browser.post(UPLOAD_URL, form)
    assert answer.status_code == 302, admin_text(answer)
    run_import_worker()
    return browser.get(answer["Location"])


def press_button(browser: Client, answer: Any, act: str, **sent: str) -> Any:
    """Presses a button of the page of an upload; the page after the worker was there."""
    address = answer.wsgi_request.path
    assert f'name="act" value="{act}"' in page_html(answer)
    response = browser.post(address, {"act": act, **sent})
    if response.status_code != 302:
        return response
    run_import_worker()
    return browser.get(response["Location"])


def confirm_import(browser: Client, answer: Any) -> Any:
    """Stores what the page shows."""
    found = re.search(r'name="digest" value="(\w{64})"', page_html(answer))
    assert found, admin_text(answer)
    return press_button(browser, answer, "import", digest=found[1])


def list_fields(answer: Any) -> dict[str, str]:
    """What the form of a list sends if nothing is changed."""
    fields = form_fields(page_html(answer), containing="heading_row")
    return {name: values[0] for name, values in fields.items()}


def check_list(browser: Client, answer: Any, **changed: str) -> Any:
    """Presses “Check again” with these changes; the page after the worker was there."""
    return press_button(browser, answer, "check", **list_fields(answer) | changed)


def import_list(browser: Client, answer: Any) -> Any:
    """Stores what the page shows."""
    return press_button(browser, answer, "import", **list_fields(answer))


def pledges(**altered: str) -> bytes:
    """A public list of 382 rows."""
    lines = ["No,Pledge,Who,Due,Remark"]
    for number in range(1, 383):
        cells = [f"P-{number}", f"Train the officers of post {number}.", "port", "1 May 2027", "x"]
        for place, text in altered.items():
            row, column = map(int, place.removeprefix("r").split("c"))
            if row == number:
                cells[column] = text
        lines.append(",".join(cells))
    return csv(*lines)


def import_pledges(browser: Client, event: Event, content: bytes) -> None:
    answer = preview_file(browser, content, event, name="pledges.csv")
    answer = check_list(browser, answer, source=PLEDGES_ADDRESS)
    assert list_fields(answer)["all.source_url"] == PLEDGES_ADDRESS
    import_list(browser, answer)


def admin_text(answer: Any) -> str:
    """What the page says."""
    content = answer.content.decode().split('<main id="main"')[1]
    return " ".join(re.sub(r"<[^>]*>", " ", content).split())


def csv(*lines: str) -> bytes:
    return "\n".join([*lines, ""]).encode()
