"""Every page, for visitors and delegates, light and dark, on a phone and on a desk."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from pytest_django import Settings

from outcomes.search import views
from participants.models import User
from tests.browser import pages
from tests.browser.checks import check_page, compressed_size
from tests.browser.conftest import Visit
from tests.conftest import FULL

KB = 1000


def each(every: list[pages.Page]) -> pytest.MarkDecorator:
    """Runs a test once for each of these pages."""
    return pytest.mark.parametrize("page", every, ids=lambda page: page.name)


def third(every: list[pages.Page], rest: int = 0) -> list[pages.Page]:
    """Every third page; at full size all of them."""
    return every if FULL else every[rest::3]


@each(third(pages.PUBLIC_PAGES + pages.SIGN_IN_PAGES))
def test_page_is_accessible_for_visitors(look: Callable[..., Visit], page: pages.Page) -> None:
    opened = look(page, with_styles=True)
    styles = [answer for answer in opened.responses if ".css" in answer.url]
    assert 0 < compressed_size(styles) <= 12 * KB
    assert compressed_size(opened.responses) <= 40 * KB
    check_page(opened.page)


# Signed in, public pages differ in their first lines; at full size all are checked again.
@each((pages.PUBLIC_PAGES if FULL else pages.PUBLIC_PAGES[1::20]) + third(pages.SIGNED_IN_PAGES))
def test_page_is_accessible_for_delegates(
    look: Callable[..., Visit], delegate: User, page: pages.Page
) -> None:
    opened = look(page, delegate)
    check_page(opened.page, already_checked=page in pages.PUBLIC_PAGES)


@each(pages.COCHAIR_PAGES)
def test_page_is_accessible_for_cochairs(
    look: Callable[..., Visit], cochair: User, page: pages.Page
) -> None:
    check_page(look(page, cochair).page)


@each(pages.INVITED_PAGES)
def test_page_is_accessible_for_invited_person(
    look: Callable[..., Visit], invited: User, page: pages.Page
) -> None:
    check_page(look(page, invited).page)


def test_server_error_page_is_accessible(
    visit: Callable[..., Visit], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(views, "find", fail)
    # Pages that another test asked for are kept.
    page = visit("/search/?q=asked+here+alone", status=500, width=360).page
    expect(page.get_by_role("heading", level=1)).to_have_text("Something went wrong")
    check_page(page)


def test_csrf_failure_page_is_accessible(visit: Callable[..., Visit]) -> None:
    opened = visit("/accounts/login/", width=360)
    opened.page.context.clear_cookies()
    opened.page.get_by_label("Email").fill("delegate@example.org")
    opened.expected = 403
    opened.page.get_by_role("button", name="Send me a code").click()
    expect(opened.page.get_by_role("heading", level=1)).to_have_text("Send it again")
    check_page(opened.page)


def test_reveal_limit_page_is_accessible(
    visit: Callable[..., Visit], delegate: User, settings: Settings
) -> None:
    opened = visit(pages.inside_person(), width=360, who=delegate)
    opened.page.get_by_role("button", name="Show").click()
    check_page(opened.page)
    settings.REVEALS_PER_DAY = 1
    opened.open(pages.inside_person())
    opened.expected = 429
    opened.page.get_by_role("button", name="Show").click()
    expect(opened.page.get_by_role("heading", level=1)).to_have_text(
        "You have reached the limit for today"
    )
    check_page(opened.page)


def test_pages_work_without_javascript(visit: Callable[..., Visit], delegate: User) -> None:
    for who, every in (
        (None, pages.PUBLIC_PAGES + pages.SIGN_IN_PAGES),
        (delegate, pages.SIGNED_IN_PAGES),
    ):
        opened = visit("/", who=who, javascript=False)
        for page in third(every, 1):  # those that were not opened above
            main = opened.open(page.path, page.status).locator("main")
            assert main.locator("h1").is_visible(), page.name
            assert main.inner_text().strip(), page.name


# Follows the focus: tells what has it, whether that is seen, and strikes it off the list.
BEGIN = """() => {
    window.untouched = new Set([...document.querySelectorAll(
        "a[href], button, input:not([type=hidden]), select, textarea, summary")]
        .filter((element) => element.checkVisibility()));
}"""
STEP = """() => {
    const element = document.activeElement;
    if (element === document.body) return null;
    for (const other of window.untouched)
        if (other === element || (other.type === "radio" && other.name === element.name))
            window.untouched.delete(other);
    const target = element.closest("label") ?? element;
    const outlined = [element, target].some((shown) =>
        getComputedStyle(shown).outlineStyle !== "none"
        && parseFloat(getComputedStyle(shown).outlineWidth) >= 2);
    const uncovered = [...target.getClientRects()].some((box) => {
        const x = box.left + box.width / 2, y = box.top + box.height / 2;
        const top = document.elementFromPoint(x, y);
        return top && (target.contains(top) || top.contains(target));
    });
    return [element.outerHTML.slice(0, 160), outlined && uncovered];
}"""
LEFT = "() => [...window.untouched].map((element) => element.outerHTML.slice(0, 160))"


@pytest.mark.parametrize("width", [360, pytest.param(1280, marks=pytest.mark.prove)])
@pytest.mark.parametrize("name", ["roundtable-2018", "commitments", "person", "me"])
def test_every_control_is_reachable_with_visible_focus(
    visit: Callable[..., Visit], delegate: User, name: str, width: int
) -> None:
    found = next(page for page in pages.PUBLIC_PAGES + pages.SIGNED_IN_PAGES if page.name == name)
    page = visit(found.path, who=delegate, width=width).page
    page.evaluate(BEGIN)
    for _ in range(600):
        page.keyboard.press("Tab")
        step = page.evaluate(STEP)
        if step is None:
            break
        assert step[1], f"focus is not seen on {step[0]}"
    assert page.evaluate(LEFT) == []


def test_skip_link_moves_focus_to_content(visit: Callable[..., Visit]) -> None:
    page = visit("/commitments/").page
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to content")
    assert has_focus(page, "a.skip")
    box = skip.bounding_box()
    assert box and box["x"] >= 0 and box["y"] >= 0
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert has_focus(page, "main a, main input, main select, main button")


def has_focus(page: Page, selector: str) -> bool:
    """Whether what has the focus is one of these."""
    found: bool = page.evaluate("what => document.activeElement.matches(what)", selector)
    return found
