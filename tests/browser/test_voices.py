"""What a co-chair enters, and what the party itself says of it, in Chromium.

With SHOTS=FOLDER in the environment it takes a picture of each step.
"""

import csv
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import time_machine
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from outcomes.models import Commitment, ProgressUpdate
from participants.models import User
from tests.browser.conftest import Visit
from tests.browser.test_full_visit import link_in_mail
from tests.browser.test_meeting_import import choose_file, run_worker, store_file
from tests.browser.test_reporting_round import Walk
from tests.factories import (
    make_commitment,
    make_delegate,
    make_event,
    make_government,
    make_holder,
    make_participation,
    make_party,
    make_user,
)

Open = Callable[..., Visit]
SPEAKER = "speaker@example.org"
SHELTERS = "Pay for ten shelters from the national budget"


class Meeting:
    """Two co-chairs, and Belize with one person who takes part for it."""

    def __init__(self) -> None:
        self.event = make_event(code="VOICE", slug="voices", title="Third Roundtable")
        self.first, self.second = (self._cochair(country) for country in ("ID", "AU"))
        self.belize = make_government("BZ", "Government of Belize")
        self.speaker = make_delegate(name="Ana", user=make_user(SPEAKER))

    def _cochair(self, country: str) -> User:
        email = f"{country.lower()}@desk.example"
        return make_holder(self.event, email, on_behalf_of=make_government(country))

    def draft(self, reference: str, text: str, **party: object) -> Commitment:
        row = make_commitment(
            self.event,
            reference=reference,
            text=text,
            state="draft",
            source_title="Budget speech 2026",
            source_url="https://example.org/budget-speech",
            place_in_source="page 4",
        )
        make_party(row, organisation=self.belize, **party)
        return row


@pytest.fixture
def meeting(restored: None) -> Meeting:
    return Meeting()


def compare(visit: Open, walk: Walk, row: Commitment, who: User) -> Visit:
    desk = visit(reverse("admin:outcomes_commitment_compare", args=[row.pk]), who=who)
    walk.keep(desk.page, "compare")
    desk.page.get_by_role("button", name="I compared it: the source says this").click()
    expect(desk.page.locator("ul.messagelist")).to_contain_text("Your comparison is saved.")
    return desk


@pytest.mark.walk
@pytest.mark.prove
def test_recorded_commitment_is_compared_and_then_disputed(visit: Open, meeting: Meeting) -> None:
    walk, row = Walk(), meeting.draft("VOICE-C1", SHELTERS)
    compare(visit, walk, row, meeting.first)
    make_participation(meeting.speaker, meeting.event, organisation=meeting.belize)
    desk = compare(visit, walk, row, meeting.second)
    expect(desk.page.locator("main")).to_contain_text("Its parties are told.")
    phone = visit(link_in_mail(SPEAKER, "/me/commitments/"), who=meeting.speaker.user, width=360)
    walk.keep(phone.page, "recorded")
    expect(phone.page.locator("main")).to_contain_text(SHELTERS)
    recorded, sentence = phone.page.url, "Government of Belize does not recognise this text"
    with time_machine.travel(timezone.now() + timedelta(days=14)):
        call_command("make_due_changes", "--clock-is-right")
        phone = visit(urlsplit(recorded).path, who=meeting.speaker.user, width=360)
        phone.page.get_by_role("button", name="We do not recognise this text").click()
        expect(phone.page.locator("main")).to_contain_text("does not recognise this text")
        walk.keep(phone.page, "disputed")
        visitor = visit(row.get_absolute_url(), width=360)
        expect(visitor.page.locator("main")).to_contain_text(SHELTERS)
        expect(visitor.page.locator("main")).not_to_contain_text(sentence)
        walk.keep(visitor.page, "within-fourteen-days")
    with time_machine.travel(timezone.now() + timedelta(days=28)):
        visitor = visit(row.get_absolute_url(), width=360)
        expect(visitor.page.locator("main")).to_contain_text(sentence)
        walk.keep(visitor.page, "after-fourteen-days")


@pytest.mark.walk
@pytest.mark.prove
def test_commitments_of_a_document_are_recorded_by_two(
    visit: Open, meeting: Meeting, tmp_path: Path
) -> None:
    """Twelve from one PDF: one co-chair imports a list of them, and both read the PDF."""
    make_participation(meeting.speaker, meeting.event, organisation=meeting.belize)
    walk, file = Walk(), tmp_path / "commitments.csv"
    with file.open("w", encoding="utf-8", newline="") as stored:
        lines = csv.writer(stored)
        lines.writerow(["Commitment", "Government", "Document", "Source URL", "Page", "Due"])
        for number in range(1, 13):
            promise = f"{SHELTERS.replace('ten', str(number))}, in district {number}"
            source = ["Budget speech 2026", "https://example.org/speech.pdf", f"page {number + 3}"]
            lines.writerow([promise, "Government of Belize", *source, "2027-06-01"])
    desk = visit("/admin/", who=meeting.first)
    page = choose_file(desk, meeting.event, file)
    walk.keep(page, "columns")
    page.get_by_label("This is a list of").select_option(label="Commitments")
    page.get_by_role("button", name="Show columns").click()
    walk.keep(page, "commitments")
    page.get_by_role("button", name="Check the file").click()
    run_worker(page)
    walk.keep(page, "shown")
    expect(page.locator("#content")).to_contain_text("To add: 24.")  # each with its lead
    store_file(page)
    assert Commitment.objects.filter(event=meeting.event, state="draft").count() == 12
    visitor = visit(f"/commitments/?event={meeting.event.slug}")
    expect(visitor.page.locator("main")).not_to_contain_text(SHELTERS[:7])
    for who in (meeting.first, meeting.second):
        reader = visit("/admin/", who=who)
        walk.keep(reader.page, "desk")
        reader.page.get_by_role("link", name="Commitments to compare").click()
        walk.keep(reader.page, "list")
        reader.page.locator("#result_list tbody th a").first.click()
        reader.page.get_by_role("link", name="compare with the source").click()
        for left in reversed(range(12)):
            if left in (11, 5):
                walk.keep(reader.page, "compare")
            reader.page.get_by_role("button", name="I compared it: the source says this").click()
            found = f"{left} more from this source" if left else "Your comparison is saved."
            expect(reader.page.locator("ul.messagelist")).to_contain_text(found)
        walk.keep(reader.page, "compared")
    told = Commitment.objects.filter(event=meeting.event, parties_told_at__isnull=False)
    assert told.count() == 12
    with time_machine.travel(timezone.now() + timedelta(days=14)):
        call_command("make_due_changes", "--clock-is-right")
    visitor = visit(f"/commitments/?event={meeting.event.slug}", width=360)
    expect(visitor.page.locator("main")).to_contain_text("in district 12")
    walk.keep(visitor.page, "public")
    visitor.open(told.first().get_absolute_url())  # type: ignore[union-attr]
    expect(visitor.page.locator("main")).to_contain_text("Budget speech 2026")
    walk.keep(visitor.page, "recorded-from")


@pytest.mark.walk
@pytest.mark.prove
def test_proposal_is_accepted_by_link_on_a_phone(visit: Open, meeting: Meeting) -> None:
    make_participation(meeting.speaker, meeting.event, organisation=meeting.belize)
    walk, row = Walk(), meeting.draft("VOICE-C2", SHELTERS, focal_point=meeting.speaker)
    desk = visit(reverse("admin:outcomes_commitment_propose", args=[row.pk]), who=meeting.first)
    walk.keep(desk.page, "propose")
    desk.page.get_by_role("button", name="Propose to the parties").click()
    expect(desk.page.locator("main")).to_contain_text("is proposed to its parties")
    phone = visit(link_in_mail(SPEAKER, "proposal"), width=360)
    walk.keep(phone.page, "proposed")
    assert phone.page.evaluate("document.documentElement.scrollWidth") == 360
    expect(phone.page.locator("h1")).to_have_text(SHELTERS)
    phone.page.get_by_role("button", name="Accept on behalf of Government of Belize").click()
    expect(phone.page.locator("h1")).to_have_text("You accepted this commitment")
    walk.keep(phone.page, "accepted")
    visitor = visit(row.get_absolute_url(), width=360)
    expect(visitor.page.locator("main")).to_contain_text("accepted by Government of Belize on")
    walk.keep(visitor.page, "undertaken")


@pytest.mark.walk
@pytest.mark.prove
def test_emailed_report_is_confirmed_by_link_on_a_phone(visit: Open, meeting: Meeting) -> None:
    make_participation(meeting.speaker, meeting.event, organisation=meeting.belize)
    walk, row = Walk(), meeting.draft("VOICE-C3", SHELTERS)
    Commitment.objects.filter(pk=row.pk).update(state="public")
    party = row.parties.get()
    party.request_focal_point(meeting.speaker)
    party.accept(timezone.now())
    desk = visit(reverse("admin:outcomes_progressupdate_add"), who=meeting.first).page
    desk.locator("select[name=commitment]").select_option(str(row.pk))
    desk.locator("select[name=party]").select_option(str(party.pk))
    desk.locator("input[name=reported_on]").fill(str(timezone.localdate()))
    desk.locator("input[name=received_on]").fill(str(timezone.localdate()))
    desk.locator("select[name=status]").select_option("in-progress")
    desk.locator("textarea[name=text]").fill("Three of ten are paid for.")
    desk.locator("input[name=has_no_personal_details]").check()
    walk.keep(desk, "entered")
    desk.locator("input[name=_save]").click()
    expect(desk.locator("ul.messagelist")).to_be_visible()
    phone = visit(link_in_mail(SPEAKER, "report"), width=360)
    walk.keep(phone.page, "asked")
    phone.page.get_by_role("button", name="Confirm as our report").click()
    walk.keep(phone.page, "confirmed")
    update = ProgressUpdate.objects.get(party=party)
    assert update.is_of_party
    # The other co-chair checks it: who entered it may not.
    review = reverse("admin:outcomes_progressupdate_review", args=[update.pk])
    check = visit(review, who=meeting.second).page
    walk.keep(check, "check")
    check.get_by_role("button", name="Checked: publish").click()
    visitor = visit(row.get_absolute_url(), width=360)
    expect(visitor.page.locator("main")).to_contain_text("Sent by Government of Belize on")
    expect(visitor.page.locator("main")).to_contain_text("In progress")
    walk.keep(visitor.page, "reported")
