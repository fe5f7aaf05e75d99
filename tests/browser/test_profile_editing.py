"""A delegate tends the profile on a phone; another finds it, opens it, and keeps the card."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from participants.models import Delegate, User
from roundtable.audit.models import AuditEntry
from tests.browser.checks import axe_violations, with_and_without_scripts
from tests.browser.conftest import Visit
from tests.factories import make_delegate, make_participation

NUMBER = "+61 491 570 110"
DIALLED = NUMBER.replace(" ", "")


@pytest.fixture
def colleague(delegate: User) -> Delegate:
    """Another confirmed participant of the demonstration, who knows no one yet."""
    met = delegate.delegate.participations.confirmed()[0]
    colleague = make_delegate(name="Colleague Chandra", is_demonstration=True)
    make_participation(colleague, met.event, organisation=met.organisation)
    return colleague


def open_line(page: Page, name: str) -> None:
    """Opens a line of the profile, unless it is open."""
    line = page.locator(".lines > details").filter(has=page.get_by_text(name, exact=True)).first
    if line.get_attribute("open") is None:
        line.locator("summary").first.click()


def save(page: Page) -> None:
    page.get_by_role("button", name="Save profile").last.click()


def new_way(page: Page) -> Locator:
    """The first empty row of ways to be reached."""
    open_line(page, "Add a contact detail")
    return page.get_by_role("group", name="Add another contact detail").first


def choose(within: Locator | Page, audience: str) -> None:
    """Presses the label of an audience, as a finger does."""
    within.locator("label").filter(has_text=audience).click()


@with_and_without_scripts
def test_delegate_shares_a_number_and_another_participant_uses_it(
    visit: Callable[..., Visit], delegate: User, colleague: Delegate, javascript: bool
) -> None:
    page = visit("/me/", who=delegate, width=360, javascript=javascript).page
    open_line(page, "Name")
    page.get_by_label("Name", exact=True).fill("ดาวเรือง Sukma")
    open_line(page, "Post, and about you")
    page.get_by_label("Post").fill("Head of Referrals")
    open_line(page, "Who can see you in the directory")
    choose(
        page.get_by_role("group", name="Who can see you in the directory"),
        "Everyone at the meeting",
    )
    row = new_way(page)
    row.get_by_role("combobox").select_option(label="Mobile phone")
    row.get_by_label("Address or number").fill(NUMBER)
    choose(row, "Everyone at the meeting")
    save(page)
    expect(page.get_by_role("status")).to_contain_text(
        "Your profile is saved. Select “See what others see” to check it."
    )

    page.get_by_role("link", name="See what others see").click()
    expect(page.locator("main")).to_contain_text("No visitor sees you in the directory.")
    page.get_by_role("link", name="A participant", exact=True).click()
    expect(page.locator("article.framed")).to_contain_text("ดาวเรือง Sukma")
    expect(page.locator("article.framed")).to_contain_text(NUMBER)

    path = "/directory/?demonstration=yes"
    page = visit(path, who=colleague.user, width=360, javascript=javascript).page
    card = find(page, "ดาวเรือง Sukma")
    expect(card).to_contain_text("Head of Referrals")
    card.get_by_role("link", name="ดาวเรือง Sukma").click()
    expect(page.locator("main")).not_to_contain_text(NUMBER)
    page.get_by_role("button", name="Show what is shared with me").click()
    expect(page.get_by_role("link", name=NUMBER)).to_have_attribute("href", f"tel:{DIALLED}")
    with page.expect_download() as started:
        page.get_by_role("button", name="Download contact card (.vcf)").click()
    card_text = started.value.path().read_text()
    assert started.value.suggested_filename == f"{delegate.delegate.handle}.vcf"
    assert "FN:ดาวเรือง Sukma" in card_text and f"TEL;TYPE=CELL:{DIALLED}" in card_text
    assert AuditEntry.objects.filter(action="reveal").count() >= 2


def find(page: Page, name: str) -> Locator:
    """The card of someone in the directory, on whichever page of it."""
    while not page.get_by_role("link", name=name).count():
        page.get_by_role("link", name="Next page").click()
    return page.locator(".person").filter(has_text=name)


def test_delegate_listed_to_participants_is_hidden_from_others(
    visit: Callable[..., Visit], delegate: User
) -> None:
    delegate.delegate.write(listed_to="participants")
    where = delegate.delegate.get_absolute_url()
    visit(where, status=404, width=360)
    visit(where, status=404, width=360, who=make_delegate(name="Outsider").user)


def test_error_is_shown_beside_its_field_and_input_is_kept(
    visit: Callable[..., Visit], delegate: User
) -> None:
    opened = visit("/me/", who=delegate, width=360)
    page = opened.page
    open_line(page, "Post, and about you")
    page.get_by_label("Post").fill("Head of Referrals")
    row = new_way(page)
    row.get_by_label("Address or number").fill("0491 570 110")
    choose(row, "Everyone at the meeting")
    opened.expected = 400
    save(page)
    expect(row.locator(".error")).to_contain_text("This field is required")
    row.get_by_role("combobox").select_option(label="Mobile phone")
    save(page)
    expect(page.get_by_role("alert")).to_contain_text("Nothing is saved yet")
    row = new_way(page)
    expect(row.locator(".error")).to_contain_text("Choose the country of 0491 570 110 below.")
    row.get_by_label("Country of this number").select_option("AU")
    expect(row.get_by_label("Address or number")).to_have_value("0491 570 110")
    expect(row.get_by_role("radio", name="Everyone at the meeting")).to_be_checked()
    expect(page.get_by_label("Post")).to_have_value("Head of Referrals")
    assert axe_violations(page) == []
    delegate.delegate.refresh_from_db()
    assert delegate.delegate.post != "Head of Referrals"

    opened.expected = 200
    row.get_by_label("Address or number").fill(NUMBER)
    save(page)
    expect(page.get_by_role("status")).to_contain_text(
        "Your profile is saved. Select “See what others see” to check it."
    )
    line = page.locator(".lines > details").filter(has=page.locator(f"[value='{DIALLED}']"))
    line.locator("summary").first.click()
    line.get_by_label("Remove").check()
    save(page)
    expect(page.get_by_role("status")).to_contain_text(
        "Your profile is saved. Select “See what others see” to check it."
    )
    assert not delegate.delegate.channels.filter(value=DIALLED).exists()
