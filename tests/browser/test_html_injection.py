"""Whatever people write is shown as text: nothing of it runs, and nothing of it breaks a page."""

from collections.abc import Callable
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from outcomes.models import Evidence
from tests.browser.checks import check_width
from tests.browser.conftest import Visit
from tests.browser.filled_event import FilledEvent
from tests.conftest import FULL

SCRIPTS = [
    '"><script>alert(1)</script><img src=x onerror=alert(1)>',
    "{{ 7|add:7 }}{% now 'Y' %}'><svg onload=alert(1)><script>alert(1)</script></svg>",
    "javascript:alert(1)",
]
OPEN_ALL = """() => document.querySelectorAll("details").forEach((fold) => {
    fold.removeAttribute("name");  // of those with one name, only one is open
    fold.open = true;
})"""
RUNS = "javascript:alert(document.cookie)"
LONG = "Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz" * 3


def shown(page: Page) -> str:
    """All that a page shows, what is folded up included."""
    page.evaluate(OPEN_ALL)
    return page.locator("body").inner_text()


def beginning(text: str) -> str:
    """The text as far as every place for one shows it."""
    return text[:60].strip()


@pytest.mark.parametrize("script", SCRIPTS if FULL else SCRIPTS[:1])
def test_script_in_any_text_is_shown_as_text(visit: Callable[..., Visit], script: str) -> None:
    filled = FilledEvent(script)
    opened = visit("/about/")
    for path, names in filled.pages().items():
        text = shown(opened.open(path))
        assert [n for n in names if beginning(filled.named(n)) not in text] == [], path


@pytest.mark.parametrize("script", SCRIPTS if FULL else SCRIPTS[1:2])
def test_script_in_own_profile_is_shown_as_text(visit: Callable[..., Visit], script: str) -> None:
    filled = FilledEvent(script)
    opened = visit("/me/", who=filled.delegate.user)
    page = opened.page
    expect(page.get_by_label("Name", exact=True)).to_have_value(filled.named("delegate"))
    expect(page.get_by_label("About")).to_have_value(filled.named("about"))
    expect(page.get_by_label("Address or number").first).to_have_value(filled.named("channel"))
    assert beginning(filled.named("title")) in shown(page)
    assert beginning(filled.named("about")) in shown(opened.open("/me/preview/"))
    assert beginning(filled.named("commitment")) in shown(opened.open("/me/commitments/"))


@pytest.mark.parametrize("script", SCRIPTS if FULL else SCRIPTS[:2])
def test_script_in_query_string_is_shown_as_text(visit: Callable[..., Visit], script: str) -> None:
    asked = quote(script)
    opened = visit(f"/search/?q={asked}")
    expect(opened.page.locator("main").get_by_role("searchbox")).to_have_value(script)
    opened.open(f"/commitments/?party={asked}", 400)
    assert script in shown(opened.page)
    opened.open(f"/outcomes/?{asked}=1", 400)
    assert beginning(script)[:40] in shown(opened.page)
    opened.open(f"/{asked}/", 404)
    opened.open(f"/accounts/login/?next={asked}")


def test_stored_javascript_url_does_not_run(visit: Callable[..., Visit]) -> None:
    filled = FilledEvent("plain")
    Evidence.objects.filter(title__startswith="evidence").update(url=RUNS)
    opened = visit(filled.commitment.get_absolute_url())
    page = opened.page
    with page.expect_console_message(lambda told: told.text.startswith("Refused by policy")):
        page.get_by_role("link", name="evidence plain").click()
    assert not [told for told in opened.problems if told.startswith("dialog")]
    opened.problems.clear()


def test_long_words_do_not_cause_horizontal_scrolling(visit: Callable[..., Visit]) -> None:
    filled = FilledEvent(LONG)
    opened = visit("/about/", width=360)
    for path in filled.pages():
        check_width(opened.open(path))
    opened = visit("/me/", width=360, who=filled.delegate.user)
    for path in ("/me/", "/me/preview/", "/me/commitments/"):
        check_width(opened.open(path))
