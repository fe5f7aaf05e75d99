"""A meeting comes in, in Chromium: 13 governments, 8 of the Movement, and people who registered.

The list is what a registration desk has: a title above the headings, names of columns of its own,
stray blanks. The test fixes mistakes by matching the columns. With SHOTS=FOLDER in the
environment it takes a picture of each step.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from openpyxl import Workbook
from playwright.sync_api import Page, expect

from participants.models import Delegate, Organisation, Participation, User
from roundtable.models import Event
from tests.browser.conftest import Visit
from tests.browser.test_reporting_round import Walk
from tests.conftest import FULL
from tests.factories import make_event, make_grant, make_user
from tests.mail_queue import run_queue

Open = Callable[..., Visit]
GOVERNMENTS = [f"Ministry of Example {letter}" for letter in "ABCDEFGHIJKLM"]
SOCIETIES = [f"Example Society {number}" for number in range(1, 7)]
MOVEMENT = ["Example Committee", "Example Federation"]
PEOPLE = 60 if FULL else 18
SCRIPTS = ["Rita Sen", "สมชาย ใจดี", "نور الهدى", "Nguyễn Thị Ánh", "戸田 花子", "Siti"]


@pytest.fixture
def meeting(restored: None) -> Event:
    return make_event(
        code="RT2027",
        slug="rt2027",
        title="Third roundtable",
        is_public=False,
        is_demonstration=True,
    )


@pytest.fixture
def cochair(meeting: Event) -> User:
    user = make_user("brings@example.org")
    make_grant(user, meeting)
    return user


def save(folder: Path, name: str, rows: list[list[Any]]) -> Path:
    book = Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    book.save(folder / name)
    return folder / name


def delegations(folder: Path) -> Path:
    kinds = [("Government", GOVERNMENTS), ("National society", SOCIETIES), ("Movement", MOVEMENT)]
    rows: list[list[Any]] = [["Body", "Type"]]
    rows += [[f" {name} ", kind] for kind, names in kinds for name in names]
    return save(folder, "delegations.xlsx", rows)


def registrations(folder: Path) -> Path:
    bodies = [*GOVERNMENTS, *SOCIETIES, *MOVEMENT]
    rows: list[list[Any]] = [
        ["Third roundtable: list of registration", None, None, None, None, None],
        [None],
        ["No.", "Who\u200b", "Delegation", "Official e-mail", "Private e-mail", "Visa status"],
    ]
    for number in range(PEOPLE):
        body = bodies[number % len(bodies)]
        name = f"{SCRIPTS[number % len(SCRIPTS)]} {number}"
        mail = f"person{number}@example.org"
        rows.append([number, f"{name}\u00a0", f"{body.upper()} ", mail, f"private-{mail}", "done"])
    return save(folder, "registration.xlsx", rows)


@pytest.mark.walk
def test_meeting_is_imported_after_three_errors_are_fixed(
    visit: Open, meeting: Event, cochair: User, tmp_path: Path
) -> None:
    walk, desk = Walk(), visit("/admin/", who=cochair)
    page = choose_file(desk, meeting, delegations(tmp_path))
    page.get_by_label("This is a list of").select_option(label="Organisations")
    page.get_by_role("button", name="Show columns").click()
    page.get_by_label("Body").select_option(label="Name")
    page.get_by_label("Type").select_option(label="Kind")
    walk.keep(page, "delegations")
    page.get_by_role("button", name="Check the file").click()
    run_worker(page)
    expect(page.locator("#content")).to_contain_text("To add: 21.")
    walk.keep(page, "delegations-shown")
    store_file(page)
    assert Organisation.objects.filter(name__startswith="Ministry of Example").count() == 13

    # Nothing says that “Who” is a name; two columns hold addresses, and one is what no one needs.
    page = choose_file(desk, meeting, registrations(tmp_path))
    expect(page.locator("#content")).to_contain_text("The headings are in row 3")
    page.get_by_label("This is a list of").select_option(label="Delegates")
    page.get_by_role("button", name="Show columns").click()
    walk.keep(page, "columns")
    page.get_by_label("Official e-mail").select_option(label="Invitation email")
    page.get_by_label("Private e-mail").select_option(label="Invitation email")
    page.get_by_label("Delegation").select_option(label="Do not import")
    desk.expected = 400
    page.get_by_role("button", name="Check the file").click()
    expect(page.locator("#content")).to_contain_text(
        "Two columns are matched to “Invitation email”."
    )
    walk.keep(page, "two-addresses")
    desk.expected = 200
    page.get_by_label("Private e-mail").select_option(label="Do not import")
    page.get_by_role("button", name="Check the file").click()
    run_worker(page)
    expect(page.locator("#content")).to_contain_text("Organisation")
    expect(page.locator("#content")).to_contain_text("nothing is saved")
    walk.keep(page, "faults")
    page.get_by_role("button", name="Change which column is which").click()
    run_worker(page)
    page.get_by_label("Who").select_option(label="Name")
    page.get_by_label("Delegation").select_option(label="Organisation")
    page.get_by_label("Visa status").select_option(label="Do not import")
    walk.keep(page, "fixed")
    page.get_by_role("button", name="Check the file").click()
    run_worker(page)
    expect(page.locator("#content")).to_contain_text(f"To add: {PEOPLE}.")
    walk.keep(page, "people-shown")
    store_file(page)
    walk.keep(page, "stored")
    parts = Participation.objects.filter(event=meeting)
    assert parts.count() == PEOPLE
    assert not parts.filter(confirmed_at__isnull=False).exists()
    last = Delegate.objects.get(name=f"Siti {PEOPLE - 1}")
    assert last.invitation_email == f"person{PEOPLE - 1}@example.org"
    assert last.participations.get().organisation.name == "Example Society 5"
    assert Delegate.objects.filter(name="نور الهدى 2").exists()
    page = desk.open(f"{reverse('admin:participants_participation_changelist')}?confirmed=no")
    expect(page.locator("#content")).to_contain_text("Nguyễn Thị Ánh")
    walk.keep(page, "waiting-to-be-confirmed")


def choose_file(desk: Visit, meeting: Event, file: Path) -> Page:
    page = desk.open(reverse("admin:roundtable_event_import"))
    page.get_by_label("Workbook (XLSX), CSV, or CSVs in a ZIP").set_input_files(file)
    page.locator("select[name=event]").select_option(str(meeting.pk))
    page.get_by_role("button", name="Check the file").click()
    run_worker(page)
    return page


def run_worker(page: Page) -> None:
    """Runs the worker. The page reloads by itself, and here immediately."""
    page.wait_for_load_state()
    run_queue(backend="imports")
    page.reload()


def store_file(page: Page) -> None:
    page.get_by_role("button", name="Import all changes").first.click()
    run_worker(page)
    expect(page.locator("#content")).to_contain_text("Everything is imported.")
