"""Choosing, coming in and being introduced with a keyboard alone."""

from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from participants.models import (
    Audience,
    AudienceException,
    Constituency,
    Delegate,
    Introduction,
    User,
)
from tests.browser import pages
from tests.browser.conftest import Visit

# Nothing may be pressed with a pointer: whoever tries is told.
NO_POINTER = """() => addEventListener("pointerdown", () => { throw Error("a pointer"); }, true)"""
FARTHEST = 200


def reach(page: Page, target: Locator) -> None:
    """Presses Tab until this has the focus."""
    element = target.element_handle()
    for _step in range(FARTHEST):
        page.keyboard.press("Tab")
        if element.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"Tab never came to {target}")


def press(page: Page, name: str, role: str = "button", key: str = "Enter") -> None:
    """Goes to a button, a link or a box, and presses it."""
    reach(page, page.locator("main").get_by_role(role, name=name, exact=True).first)  # type: ignore[arg-type]
    page.keyboard.press(key)


def choose(page: Page, chosen: Locator, *keys: str) -> None:
    """Goes to the audience that is chosen in a group, and moves on with arrows."""
    reach(page, chosen)
    for key in keys:
        page.keyboard.press(key)


def test_audience_and_exclusion_are_chosen_by_keyboard(
    visit: Callable[..., Visit], delegate: User
) -> None:
    page = visit("/me/audience/", who=delegate, width=360).page
    page.evaluate(NO_POINTER)
    everyone = page.get_by_role("radio", name="Anyone on the internet")
    expect(everyone).to_be_checked()
    choose(page, everyone, "ArrowUp")
    expect(page.get_by_role("radio", name="Everyone at the meeting")).to_be_checked()
    expect(page.get_by_text("Participants of your roundtable.")).to_be_visible()
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("radio", name="at this meeting")).to_be_checked()
    page.keyboard.press("ArrowDown")
    reach(page, page.locator("summary").filter(has_text="Constituencies"))
    page.keyboard.press("Enter")
    press(page, "Governments", "checkbox", "Space")
    press(page, "Show who can see it")
    expect(page.get_by_role("status")).to_contain_text("Excluded: Governments.")
    press(page, "Save")
    expect(page).to_have_url("/me/")
    delegate.delegate.refresh_from_db()
    assert delegate.delegate.listed_to == Audience.PARTICIPANTS
    assert (
        AudienceException.objects.get(delegate=delegate.delegate).constituency
        == Constituency.GOVERNMENTS
    )


def test_invited_person_accepts_by_keyboard(visit: Callable[..., Visit], invited: User) -> None:
    page = visit("/welcome/", who=invited, width=360).page
    reach(page, page.get_by_label("Post"))
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.type("Coordinator")
    press(page, "This is me: continue")
    expect(page.get_by_role("heading", level=1)).to_have_text("What you share")
    choose(page, page.get_by_role("radio", name="Only me").first, "ArrowDown")
    reach(page, page.get_by_role("combobox").first)
    page.keyboard.type("E-mail")
    page.keyboard.press("Tab")
    page.keyboard.type("bounmy.office@example.org")
    choose(page, page.get_by_role("radio", name="Only me").nth(1), "ArrowRight")
    press(page, "I have read the notice and agree", "checkbox", "Space")
    press(page, "Agree and finish")
    expect(page.get_by_role("status").first).to_contain_text("Welcome.")
    person = Delegate.objects.get(user=invited)
    assert (person.post, person.listed_to) == ("Coordinator", Audience.INTRODUCED)
    assert person.channels.get().audience == Audience.INTRODUCED


def test_introduction_is_accepted_and_requested_by_keyboard(
    visit: Callable[..., Visit], delegate: User
) -> None:
    opened = visit("/me/introductions/", who=delegate, width=360)
    page = opened.page
    asked = Introduction.objects.get(second=delegate.delegate, second_accepted_at=None)
    press(page, "Accept")
    expect(page.locator("main")).to_contain_text("You have no requests to answer.")
    assert asked in Introduction.objects.accepted()

    opened.open(pages.introduction_request().removesuffix("introduce/"))
    press(page, "Ask for an introduction", "link")
    reach(page, page.get_by_label("Why would you like to reach this person?"))
    page.keyboard.type("About the night line.")
    press(page, "Send request")
    expect(page.get_by_role("status").first).to_be_visible()
    [asked] = [row for row in Introduction.objects.all() if row.message == "About the night line."]
    assert asked.first == delegate.delegate
