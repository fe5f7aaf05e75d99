"""Errors are red and successes are green, in light and in dark."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from participants.models import User
from tests.browser.conftest import Visit

BORDER_AND_BACKGROUND = """element => {
    const style = getComputedStyle(element);
    return [style.borderTopColor, style.backgroundColor];
}"""
RED = {
    "light": ["rgb(176, 0, 32)", "rgb(253, 238, 238)"],
    "dark": ["rgb(255, 154, 159)", "rgb(53, 23, 27)"],
}
GREEN = {
    "light": ["rgb(27, 110, 69)", "rgb(229, 243, 234)"],
    "dark": ["rgb(126, 211, 164)", "rgb(18, 48, 31)"],
}


def colours_of(found: Locator) -> dict[str, list[str]]:
    expect(found).to_be_visible()
    colours = {}
    for scheme in ("light", "dark"):
        found.page.emulate_media(color_scheme=scheme)
        colours[scheme] = found.evaluate(BORDER_AND_BACKGROUND)
    return colours


@pytest.mark.parametrize(
    "path",
    [
        "/changes/?since=soon",
        pytest.param("/commitments/?status=finished", marks=pytest.mark.prove),
    ],
)
def test_error_summary_is_red(visit: Callable[..., Visit], path: str) -> None:
    page = visit(path, status=400).page
    assert colours_of(page.locator(".wrong")) == RED
    heading = page.locator(".wrong h2").evaluate("element => getComputedStyle(element).color")
    assert heading == RED["dark"][0]


def test_success_message_is_green(visit: Callable[..., Visit], delegate: User) -> None:
    page = visit("/me/", who=delegate).page
    page.get_by_role("button", name="Save profile").last.click()
    assert colours_of(page.locator(".messages .success")) == GREEN


def test_error_summary_of_form_is_red(visit: Callable[..., Visit], delegate: User) -> None:
    opened = visit("/me/", who=delegate)
    opened.page.evaluate("() => [...document.forms].forEach(form => form.noValidate = true)")
    opened.page.locator(".lines summary").filter(has_text="Name").click()
    opened.page.get_by_label("Name", exact=True).fill("")
    opened.expected = 400
    opened.page.get_by_role("button", name="Save profile").last.click()
    assert colours_of(opened.page.locator(".wrong")) == RED
    assert not opened.page.locator(".messages .success").count()
