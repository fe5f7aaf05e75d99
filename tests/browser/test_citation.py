"""A citation is copied with one press, or selected without a script."""

from collections.abc import Callable

from tests.browser.conftest import Visit

PATH = "/commitments/bp2018-c1/"
CITATION = (
    "Bali Process on People Smuggling, Trafficking in Persons and Related Transnational Crime, "
    "Government and Civil Society Roundtable, BP2018-C1, 14–15 May 2018."
)


def test_citation_is_copied(visit: Callable[..., Visit]) -> None:
    page = visit(PATH, width=360).page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy citation").click()
    page.get_by_role("button", name="Copied").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == f"{CITATION} {page.url}"


def test_citation_is_selectable_without_scripts(visit: Callable[..., Visit]) -> None:
    page = visit(PATH, javascript=False).page
    text = " ".join(page.locator("#citation").inner_text().split())
    assert text == f"{CITATION} {page.url}"
    assert not page.get_by_text("Copy citation").is_visible()
