"""What is written into a report keeps itself, and never over what someone else wrote."""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from outcomes.models import CommitmentParty, ProgressUpdate
from outcomes.reporting import forms
from outcomes.reporting.links import create_report_link
from participants.models import EmailLink, User
from tests.browser.checks import check_page
from tests.browser.conftest import Visit

Open = Callable[..., Visit]
DONE, MORE = "The pathway was tested twice.", "The pathway was tested three times."
KEPT = "Saved as a draft. Only the focal point sees it."


@pytest.fixture
def party(delegate: User) -> CommitmentParty:
    """For whom the delegate of the demonstration answers."""
    return CommitmentParty.objects.get(
        focal_point=delegate.delegate, focal_point_accepted_at__isnull=False
    )


@pytest.fixture
def link(party: CommitmentParty) -> str:
    """The address in the focal point's mail."""
    return urlsplit(create_report_link(party, at=timezone.now())).path


def newest(party: CommitmentParty) -> ProgressUpdate:
    return ProgressUpdate.objects.filter(party=party).latest("pk")


def typed(page: Page, words: str) -> None:
    """Words in the form, and then no key for a while."""
    page.clock.install()
    page.get_by_label("What was done").fill(words)
    page.clock.run_for(3000)


@pytest.mark.parametrize("by", ["link", pytest.param("account", marks=pytest.mark.prove)])
def test_draft_is_autosaved_and_submitted_once_with_its_evidence(
    visit: Open, delegate: User, party: CommitmentParty, link: str, by: str
) -> None:
    who = delegate if by == "account" else None
    path = f"/me/commitments/{party.pk}/report/" if who else link
    before = ProgressUpdate.objects.count()
    page = visit(path, who=who, width=360).page
    assert ProgressUpdate.objects.count() == before
    typed(page, DONE)
    expect(page.get_by_text(KEPT)).to_be_visible()
    draft = newest(party)
    assert (draft.state, draft.text) == ("draft", DONE)
    if by == "link":
        check_page(page)

    again = visit(path, who=who, width=360).page
    expect(again.get_by_label("What was done")).to_have_value(DONE)
    page.locator("summary").filter(has_text="Evidence").click()
    page.get_by_label("Title").fill("The report")
    page.get_by_label("Address").fill("https://example.org/report")
    typed(page, MORE)
    expect(page.get_by_text(KEPT)).to_be_visible()
    page.get_by_label("Names no person and no shelter").check()
    page.get_by_role("button", name="Submit report").click()
    expect(page.get_by_role("status")).to_contain_text("Your report is submitted.")
    done = newest(party)
    assert (done.pk, done.state, done.text) == (draft.pk, "submitted", MORE)
    assert [row.title for row in done.evidence.all()] == ["The report"]


def test_too_large_file_is_named_before_it_is_sent(
    visit: Open, link: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forms, "MAX_BYTES", 1000)
    page = visit(link, width=360).page
    page.get_by_label("What was done").fill(DONE)
    page.locator("summary").filter(has_text="Evidence").click()
    file = page.get_by_label("File")
    sentence = page.get_by_text("The file is larger than 20 MB. Choose a smaller file")
    for size, is_too_large in ((1001, True), (1000, False), (1001, True)):
        file.set_input_files(
            {"name": "a.pdf", "mimeType": "application/pdf", "buffer": bytes(size)}
        )
        expect(sentence).to_be_visible(visible=is_too_large)
        expect(file).to_have_value("" if is_too_large else re.compile(r"a\.pdf$"))
    expect(page.get_by_label("What was done")).to_have_value(DONE)
    check_page(page)


def test_autosave_does_not_withdraw_submitted_report(
    visit: Open, party: CommitmentParty, link: str
) -> None:
    page = visit(link, width=360).page
    page.get_by_label("What was done").fill(DONE)
    page.get_by_label("Names no person and no shelter").check()
    page.get_by_role("button", name="Submit report").click()
    expect(page.get_by_role("status")).to_contain_text("Your report is submitted.")
    page.locator("summary").filter(has_text="Read or change what you submitted").click()
    typed(page, MORE)
    page.clock.run_for(60_000)
    assert (newest(party).state, newest(party).text) == ("submitted", DONE)


def test_autosave_does_not_overwrite_another_users_changes(
    visit: Open, party: CommitmentParty, link: str
) -> None:
    page, other = visit(link, width=360).page, visit(link, width=360).page
    typed(other, MORE)
    expect(other.get_by_text(KEPT)).to_be_visible()
    typed(page, DONE)
    expect(page.get_by_text("Not saved yet. Select “Save as a draft” to see why.")).to_be_visible()
    assert newest(party).text == MORE
    page.get_by_role("button", name="Save as a draft").click()
    expect(page.locator("main")).to_contain_text(MORE)
    expect(page.get_by_label("What was done")).to_have_value(DONE)


def test_failed_autosave_is_retried(visit: Open, party: CommitmentParty, link: str) -> None:
    opened = visit(link, width=360)
    page = opened.page
    page.context.set_offline(True)
    typed(page, DONE)
    expect(page.get_by_text("Not saved yet.")).to_be_visible()
    opened.problems.clear()  # of the network that was taken away
    page.context.set_offline(False)  # and no key is pressed
    expect(page.get_by_text(KEPT)).to_be_visible()
    assert newest(party).text == DONE


def test_unchanged_draft_is_not_saved_and_draft_can_be_discarded(
    visit: Open, party: CommitmentParty, link: str
) -> None:
    before = ProgressUpdate.objects.count()
    page = visit(link, width=360).page
    was = page.get_by_label("What was done").input_value()
    page.clock.install()
    page.get_by_label("What was done").fill(DONE)
    page.get_by_label("What was done").fill(was)
    page.clock.run_for(60_000)
    assert ProgressUpdate.objects.count() == before
    typed(page, DONE)
    expect(page.get_by_text(KEPT)).to_be_visible()
    page.get_by_role("button", name="Nothing new since").click()
    expect(page.get_by_label("What was done")).to_have_value(DONE)
    page.locator("summary").filter(has_text="Delete draft").click()
    check_page(page)
    page.get_by_role("button", name="Yes, delete draft").click()
    expect(page.get_by_role("button", name="Nothing new since")).to_be_visible()
    assert ProgressUpdate.objects.count() == before


@pytest.mark.parametrize("ends", ["link", "session"])
def test_text_stays_on_page_after_link_or_session_ends(
    visit: Open, delegate: User, party: CommitmentParty, link: str, ends: str
) -> None:
    who = delegate if ends == "session" else None
    opened = visit(f"/me/commitments/{party.pk}/report/" if who else link, width=360, who=who)
    page = opened.page
    if who:
        page.context.clear_cookies()
    else:
        EmailLink.objects.of("report", party).revoke(timezone.now())
    typed(page, DONE)
    told = page.get_by_text(
        "Not saved. You are signed out, or the link has expired. Copy your "
        "text before you continue."
    )
    expect(told).to_be_visible()
    opened.problems.clear()  # of the answer that was refused
    page.get_by_role("button", name="Save as a draft").click()
    expect(page.get_by_label("What was done")).to_have_value(DONE)
    expect(told).to_be_visible()
