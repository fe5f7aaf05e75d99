"""What a page shows first, in both directions, and that nothing on it moves or stands apart."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from participants.models import User
from tests.browser.conftest import Visit

Open = Callable[..., Visit]
ANSWERS = [
    "/",
    "/roundtables/bali-process-2018/",
    "/roundtables/demonstration/",
    "/roundtables/demonstration/?as_of=2024-06-01",
    "/outcomes/bali-process-2018/1/",
    "/outcomes/bali-process-2018/1.b/",
    "/commitments/",
    "/commitments/?demonstration=yes",
    "/commitments/bp2018-c1/",
    "/commitments/demo23-c1/",
    "/commitments/demo23-c1/?as_of=2024-06-01",
    "/organisations/australia/",
    "/organisations/example-harbour-legal-aid/",
    "/progress/?event=bali-process-2018",
    "/progress/?event=demonstration",
]
SCREENS = [(360, 740), (1280, 800)]  # widths, and how much is seen without scrolling
MATRIX = "/progress/matrix/?event=demonstration"

# The largest height at which the text of a commitment and its reports stand apart.
LARGEST_GAP = """() => {
    const ranges = [...document.querySelectorAll("article *, .beneath *")]
        .filter((element) => element.checkVisibility() && !element.children.length)
        .map((element) => element.getBoundingClientRect())
        .filter((box) => box.height > 0)
        .map((box) => [box.top, box.bottom])
        .sort((one, other) => one[0] - other[0]);
    let end = ranges[0][1], largest = 0;
    for (const [top, bottom] of ranges) {
        largest = Math.max(largest, top - end);
        end = Math.max(end, bottom);
    }
    return largest;
}"""
# How far things moved that a reader may have begun to read, as Lighthouse counts it.
LAYOUT_SHIFT = """() => new Promise((resolve) => {
    let total = 0;
    new PerformanceObserver((list) => list.getEntries().forEach((entry) => total += entry.value))
        .observe({type: "layout-shift", buffered: true});
    setTimeout(() => resolve(total), 200);
})"""


@pytest.mark.parametrize("path", ANSWERS)
def test_answer_is_on_the_first_screen(visit: Open, path: str) -> None:
    page = visit(path, width=360, javascript=False).page
    for width, fold in SCREENS:
        page.set_viewport_size({"width": width, "height": fold})
        for direction in ("ltr", "rtl"):
            page.evaluate("direction => document.documentElement.dir = direction", direction)
            answer = page.locator(".where").bounding_box()
            assert answer and answer["y"] + answer["height"] <= fold, (width, direction)


@pytest.mark.parametrize(("width", "fold"), SCREENS)
def test_brief_and_desk_begin_with_their_answer(
    visit: Open, cochair: User, width: int, fold: int
) -> None:
    opened = visit("/roundtables/demonstration/brief/", who=cochair, width=width, javascript=False)
    key = opened.page.locator(".brief .key").bounding_box()
    assert key is not None and key["y"] + key["height"] <= fold
    opened.open("/admin/")
    waiting = opened.page.locator("#todo li").first.bounding_box()
    assert waiting is not None and waiting["y"] + waiting["height"] <= fold


def test_nothing_moves_while_a_page_loads(visit: Open, delegate: User) -> None:
    for who, paths in (
        (None, [*ANSWERS, MATRIX]),
        (delegate, ["/me/", "/directory/?demonstration=yes"]),
    ):
        opened = visit("/about/", who=who, width=360)
        for path in paths:
            assert opened.open(path).evaluate(LAYOUT_SHIFT) == 0, path


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("reference", ["bp2018-c1", "demo23-c1", "demo23-c11"])
def test_commitment_has_no_hole(visit: Open, reference: str, width: int) -> None:
    page = visit(f"/commitments/{reference}/", width=width).page
    assert page.evaluate(LARGEST_GAP) <= 120


def test_matrix_fits_a_wide_screen(visit: Open) -> None:
    page = visit(MATRIX, width=1280, javascript=False).page
    assert page.locator(".matrix thead th").count() == 15
    hidden = page.locator(".scrolls").evaluate("box => box.scrollWidth - box.clientWidth")
    assert hidden <= 0
    # The words of the points stay while one scrolls.
    page.locator(".scrolls").evaluate("box => box.scrollTop = 300")
    expect(page.locator(".matrix thead th").nth(1)).to_be_in_viewport()


def test_matrix_shows_one_organisation_at_a_time_on_a_phone(visit: Open) -> None:
    page = visit(MATRIX, width=360, javascript=False).page
    cells = page.locator(".matrix tbody td:visible")
    assert cells.count() == 0
    page.get_by_role("link", name="Show: Harbour Legal Aid (example)").click()
    assert cells.count() > 0
    assert rows_of(page) == ["Harbour Legal Aid (example)"]
    page.get_by_role("link", name="Show: Migrant Voices Collective (example)").click()
    assert rows_of(page) == ["Migrant Voices (example)"]


def rows_of(page: Page) -> list[str]:
    """The organisations whose cells can be seen."""
    rows = page.locator(".matrix tbody tr").filter(has=page.locator("td:visible"))
    return [row.locator("th a").first.inner_text() for row in rows.all()]


def test_one_line_of_the_profile_is_open_at_a_time(visit: Open, delegate: User) -> None:
    page = visit("/me/", who=delegate, width=360, javascript=False).page
    lines = page.locator(".lines > details")
    for number in (0, 1, 2):
        lines.nth(number).locator("summary").first.click()
        opened = page.locator(".lines > details[open]")
        assert opened.count() == 1
        assert opened.locator("summary").first.inner_text() == (
            lines.nth(number).locator("summary").first.inner_text()
        )
