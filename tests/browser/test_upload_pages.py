"""The page of a file on its way in, in each of its states: whole, and usable by keyboard."""

from collections.abc import Callable
from unittest.mock import patch

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from outcomes.imports.storage import create_upload
from outcomes.imports.tasks import enqueue_run
from outcomes.models import Upload
from participants.models import User
from roundtable.models import Event
from tests.browser import pages
from tests.browser.conftest import Visit
from tests.browser.test_admin_pages import look
from tests.conftest import FULL
from tests.factories import make_user
from tests.import_pages import run_import_worker

Open = Callable[..., Visit]
pytestmark = [pytest.mark.enable_socket, pytest.mark.usefixtures("database")]


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """No page waits for the worker."""
    monkeypatch.setattr("outcomes.imports.admin.WAIT_SECONDS", 0)


@pytest.fixture
def operator() -> User:
    return make_user("brings-operator@example.org", is_superuser=True)


def upload(user: User, *lines: str, event: Event | None = None) -> Upload:
    content = "\n".join([*lines, ""]).encode()
    found = create_upload(user=user, chunks=[content], event=event, at=timezone.now())
    enqueue_run(found, Upload.Task.PREVIEW)
    return found


def states(user: User) -> dict[str, Upload]:
    """A file in each state, the waiting one left as it is."""
    event = pages.demonstration()
    part = event.participations.select_related("delegate", "organisation").order_by("pk")[0]
    office, heading = part.organisation.slug, "Name,Organisation,Post"
    alike = f"{part.delegate.name.upper()},{office},Clerk"
    found = {
        "no-roundtable": upload(
            user, "List of registration", "", "Participant,Body,Visa", "Rita,x,yes"
        ),
        "questions": upload(user, heading, alike, event=event),
        "previewed": upload(user, heading, f"رِيتا سين,{office},Clerk", event=event),
        "mistakes": upload(user, heading, "Rita Sen,nowhere,Clerk", event=event),
    }
    run_import_worker()
    with patch("outcomes.imports.storage.MAX_OPEN_UPLOADS", 6):
        waits, stopped = (upload(user, heading, event=event) for _number in range(2))
    # A worker that was killed while it stored the new rows of a file.
    stopped.next_task, stopped.claimed_at = Upload.Task.IMPORT, timezone.now()
    stopped.choices = {"checked": True, "total": 50, "stored": 20}
    stopped.save()
    return found | {"waits": waits, "stopped": stopped}


@pytest.mark.parametrize(
    ("width", "scheme"),
    [(360, "dark"), pytest.param(1280, "light", marks=pytest.mark.prove)],
)
def test_each_upload_state_is_accessible(
    visit: Open, operator: User, width: int, scheme: str
) -> None:
    seen = visit("/admin/", who=operator, width=width, scheme=scheme)
    faults = []
    for name, found in states(operator).items():
        page = seen.open(reverse("admin:roundtable_event_upload", args=[found.key]))
        asks = FULL or name in ("no-roundtable", "questions")  # which have forms
        faults += look(page, f"upload-{name}", f"{width}-{scheme}", asks=asks)
    assert faults == []


def test_question_is_answered_by_keyboard(visit: Open, operator: User) -> None:
    found = states(operator)["questions"]
    seen = visit("/admin/", who=operator)
    page = seen.open(reverse("admin:roundtable_event_upload", args=[found.key]))
    page.get_by_role("radio", name="The same person as").focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Check again").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    run_import_worker()
    page.reload()
    expect(page.locator("main")).to_contain_text("1 row: 0 to add, 1 to change")
    expect(page.get_by_role("radio", name="The same person as")).to_have_count(0)
