"""Questions that every page is asked: axe, width, headings, weight, targets for a finger."""

import gzip

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page, Response

from tests.browser.portal import HEIGHTS
from tests.conftest import FULL

AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# These pages have no scripts of their own, so the short run asks only how they work without.
with_and_without_scripts = pytest.mark.parametrize(
    "javascript",
    [
        pytest.param(True, id="script", marks=pytest.mark.prove),
        pytest.param(False, id="no-script"),
    ],
)
BACKGROUND = {"light": "rgb(251, 250, 246)", "dark": "rgb(18, 24, 29)"}

# By how much the page is wider than its window, and what sticks out.
OVERFLOW_SCRIPT = """() => {
    const root = document.scrollingElement, excess = root.scrollWidth - root.clientWidth;
    if (excess <= 0) return "";
    const out = [...document.querySelectorAll("body *")].filter((element) => {
        const range = document.createRange();
        range.selectNodeContents(element);
        const box = range.getBoundingClientRect();
        return box.right > root.clientWidth + 1 || box.left < -1;
    });
    return `${excess}px: ` + out.slice(-3).map((element) => element.outerHTML.slice(0, 120));
}"""

WIDEST_HEADING_SCRIPT = """() => Math.max(...[...document.querySelectorAll("h1")]
    .map((heading) => heading.getBoundingClientRect().width))"""

# What is pressed with a finger and lower than 44 pixels; links within sentences may be.
SMALL_TARGETS_SCRIPT = """() => [...document.querySelectorAll(
    "button, .button, input:not([type=hidden]), select, textarea, summary, nav a")]
    .map((element) => /^(radio|checkbox)$/.test(element.type)
        ? element.closest("label") ?? element.closest(".choice") ?? element : element)
    .filter((element) => element.checkVisibility()
        && element.getBoundingClientRect().height < 43.9)
    .map((element) => `${element.getBoundingClientRect().height}px ${element.outerHTML}`
        .slice(0, 140))"""


def check_page(page: Page, *, already_checked: bool = False) -> None:
    """Asks a page, opened 360 pixels wide in light colours, everything.

    axe looks at it narrow and light, or wide and dark, or not at all; at full size twice, save
    `again`, for a page that was asked as someone else already.
    """
    narrow, wide = (len(page.url) % 8 == rest for rest in (0, 1))  # an eighth of the pages each
    page.wait_for_load_state()  # a click returns before the next page is read
    assert page.locator("h1").count() == 1
    assert page.title().removesuffix("· Roundtable").strip()
    assert _background(page) == BACKGROUND["light"], "the style sheet is not applied"
    assert page.evaluate(SMALL_TARGETS_SCRIPT) == []
    if (FULL and not already_checked) or narrow:
        assert axe_violations(page) == []
    page.emulate_media(color_scheme="dark")
    assert _background(page) == BACKGROUND["dark"]
    if FULL or wide:
        resize(page, 1280)
        assert axe_violations(page) == []
    check_width(page)
    page.emulate_media(color_scheme="light")


def check_width(page: Page) -> None:
    """A narrow window shows the whole page without scrolling sideways, in both directions.

    Nor is what it is about squeezed into a part of it.
    """
    for width in (320, 360) if FULL else (320,):
        resize(page, width)
        for direction in ("rtl", "ltr"):
            page.evaluate("direction => document.documentElement.dir = direction", direction)
            assert page.evaluate(OVERFLOW_SCRIPT) == "", (direction, width)
            assert page.evaluate(WIDEST_HEADING_SCRIPT) > width / 2, (direction, width)


def axe_violations(page: Page) -> list[str]:
    """What axe finds, a line for each place.

    Of rows that are alike it is asked about the first three; at full size about all.
    """
    if page.evaluate("() => !window.axe"):
        page.evaluate(AXE_SCRIPT)
    run_only = {"type": "tag", "values": AXE_TAGS}
    options = {"runOnly": run_only, "resultTypes": ["violations"], "preload": False}
    repeated_rows = [] if FULL else [["li:nth-child(n+4)"], ["tr:nth-child(n+4)"]]
    found = page.evaluate(
        "([exclude, options]) => axe.run({include: [document], exclude}, options)",
        [repeated_rows, options],
    )
    return [
        f"{fault['id']}: {node['html'][:160]} {node['failureSummary']}"
        for fault in found["violations"]
        for node in fault["nodes"]
    ]


def compressed_size(responses: list[Response]) -> int:
    """How many bytes these answers take on the way, compressed."""
    # A redirect has no body.
    pages = [response for response in responses if not 300 <= response.status < 400]
    return sum(len(gzip.compress(response.body(), 6)) for response in pages)


def resize(page: Page, width: int) -> None:
    """Makes the window this wide."""
    page.set_viewport_size({"width": width, "height": HEIGHTS[width]})


def _background(page: Page) -> str:
    colour: str = page.evaluate("() => getComputedStyle(document.body).backgroundColor")
    return colour
