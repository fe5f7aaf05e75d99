"""A delegate tends the profile on a phone; another finds it, opens it, and keeps the card."""

from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from participants.models import User
from tests.browser.checks import axe_violations
from tests.browser.conftest import Visit

NUMBER = "+61 491 570 110"
DIALLED = NUMBER.replace(" ", "")


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
    assert DIALLED not in [row.value for row in delegate.delegate.channels.all()]
