"""From a round of reporting to the record: asked, reported on a phone, approved, read by everyone.

With SHOTS=FOLDER in the environment it takes a picture of each page on the way.
"""

import os
import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import feedparser
import icalendar
import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from outcomes.models import Commitment, CommitmentParty
from participants.models import User
from tests.browser.conftest import Visit
from tests.browser.pages import demonstration
from tests.browser.test_full_visit import link_in_mail
from tests.mail_queue import deliver_mail

ADDRESS = "delegate@example.org"
DONE = "The pathway was tested twice, in March and in September."
SOURCE = "The yearly report, page 12"
Open = Callable[..., Visit]


class Walk:
    """Keeps a picture of each page, where pictures are wanted."""

    def __init__(self) -> None:
        self.taken = 0

    def keep(self, page: Page, name: str) -> None:
        """Takes one."""
        self.taken += 1
        if folder := os.environ.get("SHOTS"):
            page.screenshot(path=f"{folder}/{self.taken:02}-{name}.png", full_page=True)


@pytest.fixture
def party(delegate: User) -> CommitmentParty:
    """For whom the delegate of the demonstration answers; in progress until yesterday."""
    found = CommitmentParty.objects.select_related("commitment").get(
        focal_point=delegate.delegate, focal_point_accepted_at__isnull=False
    )
    found.commitment.due_on = date(2030, 6, 1)
    found.commitment.save()
    return found


@pytest.mark.walk
def test_update_from_reporting_round_appears_on_every_page(
    visit: Open, cochair: User, party: CommitmentParty
) -> None:
    walk, commitment = Walk(), party.commitment
    before = str(commitment.status.label) if commitment.status else "Never reported on"
    assert before != "Fulfilled"
    desk = visit("/about/", who=cochair)
    fulfilled = _fulfilled(visit("/progress/?event=demonstration"))
    _open_round(desk, commitment, walk)
    _report(visit, walk)
    visitor = visit(commitment.get_absolute_url(), width=360)
    expect(visitor.page.locator("main")).not_to_contain_text(DONE)
    _approve(desk, walk)

    page = visitor.open(commitment.get_absolute_url())
    expect(page.locator(".where-line b")).to_have_text("Fulfilled.")
    expect(page.locator("main")).to_contain_text(DONE)
    expect(page.locator("main")).to_contain_text(SOURCE)
    walk.keep(page, "commitment")
    assert _fulfilled(visitor) == fulfilled + 1
    walk.keep(visitor.page, "progress")
    _looked_back(visitor, commitment, before, fulfilled, walk)
    _in_touch(visitor, commitment)

    page = desk.open(f"{demonstration().get_absolute_url()}brief/")
    statuses = page.locator(".points-stand dd").filter(has_text=f"{commitment.reference}:")
    expect(statuses.first).to_have_text(f"{commitment.reference}: Fulfilled")
    walk.keep(page, "brief")


def _open_round(desk: Visit, commitment: Commitment, walk: Walk) -> None:
    """A co-chair asks the parties of one commitment to report."""
    page = desk.open(reverse("admin:outcomes_reportinground_add"))
    page.locator("#id_event").select_option(str(commitment.event_id))
    page.get_by_label("Occasion").fill("Before the ministerial conference")
    page.locator("#id_due_on").fill(str(timezone.localdate() + timedelta(days=60)))
    page.get_by_label("Commitments").fill(commitment.reference)
    walk.keep(page, "round")
    page.get_by_role("button", name="Save", exact=True).click()
    walk.keep(page, "round-asks")
    page.get_by_role("button", name="Ask these parties").click()
    expect(page.locator("ul.messagelist")).to_contain_text("1 party is asked to report.")


def _report(visit: Open, walk: Walk) -> None:
    """The focal point reads the mail on a phone, and reports by its link, without scripts."""
    email = [message for message in deliver_mail() if message.to == [ADDRESS]][-1]
    assert "Before the ministerial conference" in str(email.body)
    phone = visit(link_in_mail(ADDRESS, "report"), width=360, javascript=False)
    page = phone.page
    walk.keep(page, "report")
    page.get_by_label("Fulfilled", exact=True).check()
    page.get_by_label("What was done").fill(DONE)
    page.get_by_role("button", name="Save as a draft").click()
    expect(page.get_by_label("What was done")).to_have_value(DONE)
    page.get_by_label("Where this can be read").fill(SOURCE)
    page.get_by_label("Names no person and no shelter").check()
    walk.keep(page, "report-filled")
    page.get_by_role("button", name="Submit report").click()
    expect(page.get_by_role("status")).to_contain_text("Your report is submitted.")
    walk.keep(page, "handed-in")


def _approve(desk: Visit, walk: Walk) -> None:
    """A co-chair reads what was submitted, sees who answered, and checks it."""
    page = desk.open(reverse("admin:outcomes_reportinground_changelist"))
    row = page.get_by_role("row").filter(has_text="Before the ministerial conference")
    expect(row).to_contain_text(re.compile(r"1 of \d"))
    walk.keep(page, "rounds")
    page = desk.open(reverse("admin:outcomes_progressupdate_changelist") + "?state=submitted")
    page.locator("#result_list tbody th a").first.click()
    expect(page.locator(".reviewed")).to_contain_text(DONE)
    walk.keep(page, "approval")
    page.get_by_role("button", name="Checked: publish").click()
    expect(page.locator("ul.messagelist")).to_contain_text("The text is checked.")


def _fulfilled(visitor: Visit, as_of: str = "") -> int:
    """How many commitments of the demonstration the progress page counts as fulfilled."""
    page = visitor.open(f"/progress/?event=demonstration&as_of={as_of}")
    fulfilled = page.locator(".where .key li").filter(has_text=re.compile("Fulfilled"))
    return int(fulfilled.locator("b").inner_text()) if fulfilled.count() else 0


def _looked_back(
    visitor: Visit, commitment: Commitment, before: str, fulfilled: int, walk: Walk
) -> None:
    """The day before, all of it is as it was."""
    yesterday = str(timezone.localdate() - timedelta(days=1))
    page = visitor.open(f"{commitment.get_absolute_url()}?as_of={yesterday}")
    expect(page.locator(".where-line b")).to_contain_text(before)
    expect(page.locator("main")).not_to_contain_text(DONE)
    walk.keep(page, "commitment-the-day-before")
    assert _fulfilled(visitor, yesterday) == fulfilled


def _in_touch(visitor: Visit, commitment: Commitment) -> None:
    """The feed tells what was done, the calendar that it is over."""
    path = commitment.get_absolute_url().rstrip("/")
    answer = visitor.page.request.get(f"{path}.atom")
    feed = feedparser.parse(answer.body())
    assert not feed.bozo
    assert DONE in str(feed.entries[0])
    calendar: Any = icalendar.Calendar.from_ical(visitor.page.request.get(f"{path}.ics").body())
    (entry,) = (
        found
        for found in calendar.walk("VEVENT")
        if found["uid"].startswith(f"{commitment.reference}@")
    )
    assert entry["dtstart"].dt == date(2030, 6, 1)
    assert "Status: Fulfilled" in entry["description"]
