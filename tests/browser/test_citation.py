"""A record is cited and shared with one press, or its text is selected without a script."""

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

from tests.browser.conftest import Visit

PATH = "/commitments/bp2018-c1/"
ADDRESS = f"https://portal.example.org{PATH}"
CITATION = (
    "Bali Process on People Smuggling, Trafficking in Persons and Related Transnational Crime, "
    "Government and Civil Society Roundtable, BP2018-C1, 14–15 May 2018."
)
STATE = "Never reported on."
# Chromium without a window has no share sheet; this one keeps what it is given.
SHARE_SHEET = "() => { navigator.share = async (given) => { window.given = given; } }"
FAULTY_SHARE_SHEET = "() => { navigator.share = async () => { throw new TypeError('none'); } }"


def test_citation_is_copied_and_state_shared_with_one_press(visit: Callable[..., Visit]) -> None:
    page = visit(PATH, width=360).page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_text("Copy citation").click()
    page.get_by_role("status").filter(has_text="Copied.").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == f"{CITATION} {ADDRESS}"
    page.evaluate(SHARE_SHEET)
    page.get_by_text("Share", exact=True).click()
    given = page.wait_for_function("window.given").json_value()
    assert given["url"] == ADDRESS
    assert given["text"].startswith("BP2018-C1: ") and STATE in given["text"]
    assert page.locator(".take.address").is_hidden()


def test_citation_is_selected_and_state_sent_without_scripts(visit: Callable[..., Visit]) -> None:
    page = visit(PATH, javascript=False).page
    page.get_by_text("Copy citation").click()
    text = " ".join(page.locator("#citation").inner_text().split())
    assert text == f"{CITATION} {ADDRESS}"
    page.get_by_text("Share", exact=True).click()
    address = page.get_by_role("link", name="Send by email").get_attribute("href")
    (body,) = parse_qs(urlsplit(str(address)).query)["body"]
    assert body.startswith("BP2018-C1: ") and STATE in body
    assert body.endswith(f"\n\n{ADDRESS}")


def test_address_is_shown_where_no_sheet_opens(visit: Callable[..., Visit]) -> None:
    page = visit(PATH, width=360).page
    page.evaluate(FAULTY_SHARE_SHEET)
    page.get_by_text("Share", exact=True).click()
    page.locator(".take").filter(has_text=STATE).wait_for()
