"""Other languages need longer words: no page may scroll sideways because of them."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.utils import translation
from django.utils.safestring import SafeString, mark_safe
from django_countries import countries

from roundtable.cache import responses, values
from tests.browser import pages
from tests.browser.checks import OVERFLOW_SCRIPT
from tests.browser.conftest import Visit
from tests.conftest import FULL
from tests.factories import make_user

# Each page with the fixture of who opens it; none for visitors.
PAGES = [
    pytest.param(page, who, id=f"{who}-{page.name}" if who else page.name)
    for who, every in (
        ("", pages.PUBLIC_PAGES + pages.SIGN_IN_PAGES),
        ("delegate", pages.SIGNED_IN_PAGES),
        ("cochair", pages.COCHAIR_PAGES),
        ("invited", pages.INVITED_PAGES),
    )
    for page in every
]
MASTHEAD_HEIGHTS = {360: 56, 800: 64, 1280: 64}


def lengthened(text: Any) -> Any:
    """The text and a third more, in words of seven letters; the portal's name stays."""
    if text == "Roundtable":
        return text
    more = len(text) // 3 + 1
    words = " ".join("ÄÖÜßõñŷ"[: min(7, more - begin)] for begin in range(0, more, 7))
    longer = f"{text} {words}"
    return mark_safe(longer) if isinstance(text, SafeString) else longer


@pytest.fixture
def longer_language(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    # The names of countries are kept for each language: other tests read their own.
    monkeypatch.setattr(countries, "_iter_cache", {}, raising=False)
    real = translation._trans  # type: ignore[attr-defined]
    translation.gettext("")
    for name in ("gettext", "pgettext", "ngettext", "npgettext"):
        original = getattr(real, name)

        def longer(*given: Any, original: Any = original) -> Any:
            text = original(*given)
            return lengthened(text) if text else text

        monkeypatch.setattr(real, name, longer)
    # Pages and their parts are kept, and other tests open the same ones.
    forget_kept_pages()
    yield
    forget_kept_pages()


def forget_kept_pages() -> None:
    responses.store.clear()
    values.store.clear()
    values.pinned.clear()


@pytest.mark.parametrize(("page", "who"), PAGES if FULL else PAGES[1::8])
def test_longer_words_fit_on_page(
    request: pytest.FixtureRequest,
    look: Callable[..., Visit],
    longer_language: None,
    page: pages.Page,
    who: str,
) -> None:
    opened = look(page, request.getfixturevalue(who) if who else None)
    assert "ÄÖÜ" in opened.page.content()
    for width, height in MASTHEAD_HEIGHTS.items():
        opened.page.set_viewport_size({"width": width, "height": 800})
        assert opened.page.evaluate(OVERFLOW_SCRIPT) == "", width
        masthead = opened.page.locator(".masthead").bounding_box()
        assert masthead and masthead["height"] == height


def test_longer_words_fit_on_admin_pages(
    visit: Callable[..., Visit], longer_language: None
) -> None:
    who = make_user("longer-operator@example.org", is_superuser=True)
    opened = visit("/admin/", who=who)
    wider = {}
    for name, address in list(pages.admin_pages().items())[:: 1 if FULL else 6]:
        page = opened.open(address)
        for width in (360, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            if found := page.evaluate(OVERFLOW_SCRIPT):
                wider[name, width] = found
    assert wider == {}
