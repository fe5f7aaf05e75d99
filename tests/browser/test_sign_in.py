"""Signing in and out, as a person with a phone does it."""

import re
from collections.abc import Callable

import pytest
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core.cache import cache
from playwright.sync_api import Page, expect

from participants.models import User
from tests.browser.checks import check
from tests.browser.conftest import Visit
from tests.delivery import sent


def ask_for_code(page: Page, email: str) -> None:
    """Fills in the address on the sign-in page."""
    page.get_by_label("Email").fill(email)
    page.get_by_role("button", name="Send me a code").click()
    expect(page.get_by_role("heading", name="Enter the code")).to_be_visible()


def code_sent_to(email: str) -> str:
    """The code in the newest mail, which went to this address alone."""
    newest = sent()[-1]
    assert newest.to == [email]
    found = re.search(r"^\s*([A-Z0-9]{3,}(?:-[A-Z0-9]{3,})?)\s*$", str(newest.body), re.MULTILINE)
    assert found, newest.body
    return found[1]


def enter(page: Page, code: str) -> None:
    """Enters a code and goes on."""
    page.get_by_label("Code").fill(code)
    page.get_by_role("button", name="Go on").click()


def confirm(page: Page, code: str) -> None:
    """Shows once more who one is, where the portal asks."""
    expect(page.get_by_role("heading", level=1)).to_contain_text("Confirm Access")
    check(page)
    page.get_by_label("Code").fill(code)
    page.get_by_role("button", name="Confirm").click()


def app_code(secret: str) -> str:
    """What an authenticator app shows now."""
    cache.clear()  # else the same half minute's code is refused the second time
    counter = next(iter(yield_hotp_counters_from_time()))
    code: str = format_hotp_value(hotp_value(secret, counter))
    return code


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"])
def test_delegate_signs_in_with_the_code_from_the_mail_and_out_again(
    visit: Callable[..., Visit], delegate: User, javascript: bool
) -> None:
    page = visit("/", width=360, javascript=javascript).page
    page.get_by_role("link", name="Sign in").click()
    ask_for_code(page, delegate.email)
    enter(page, code_sent_to(delegate.email))
    expect(page.get_by_role("heading", level=1)).to_have_text("Who can reach you, and how")
    assert page.get_by_label("Name", exact=True).input_value() == delegate.delegate.name

    page.get_by_role("link", name="Sign out").click()
    page.locator("main").get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("link", name="Sign in")).to_be_visible()
    page.goto("/me/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")


def test_pages_on_the_way_are_sound(visit: Callable[..., Visit], delegate: User) -> None:
    page = visit("/accounts/login/", width=360).page
    ask_for_code(page, delegate.email)
    check(page)
    enter(page, "WRONG-CODE")
    expect(page.locator(".error")).to_be_visible()
    check(page)


def test_wrong_code_is_told_and_another_is_sent(
    visit: Callable[..., Visit], delegate: User
) -> None:
    page = visit("/accounts/login/", width=360, javascript=False).page
    ask_for_code(page, delegate.email)
    enter(page, "WRONG-CODE")
    expect(page.locator(".error")).to_be_visible()
    page.get_by_role("button", name="Send another code").click()
    expect(page.get_by_role("heading", name="Enter the code")).to_be_visible()
    assert len(sent()) == 2
    enter(page, code_sent_to(delegate.email))
    expect(page.get_by_role("heading", level=1)).to_have_text("Who can reach you, and how")


def test_unknown_address_sees_the_same_page_and_gets_no_mail(
    visit: Callable[..., Visit], delegate: User
) -> None:
    seen = []
    for email in (delegate.email, "stranger@example.org"):
        page = visit("/accounts/login/", width=360).page
        ask_for_code(page, email)
        seen.append(page.locator("main").inner_text().replace(email, "ADDRESS"))
    assert seen[0] == seen[1]
    assert [message.to for message in sent()] == [[delegate.email]]


def test_sign_in_leads_on_to_where_one_wanted_to_go(
    visit: Callable[..., Visit], delegate: User
) -> None:
    page = visit("/me/commitments/", width=360).page
    ask_for_code(page, delegate.email)
    enter(page, code_sent_to(delegate.email))
    expect(page.get_by_role("heading", level=1)).to_have_text("Commitments you are asked about")


def test_second_factor_is_set_up_asked_for_and_taken_off(
    visit: Callable[..., Visit], delegate: User
) -> None:
    page = visit("/me/", width=360, who=delegate).page
    page.get_by_role("link", name="Second factor").click()
    page.get_by_role("link", name="Activate").click()
    code = page.get_by_role("main").get_by_role("img")
    assert code.evaluate("image => image.naturalWidth > 0")
    page.emulate_media(color_scheme="dark")
    white = code.evaluate("image => getComputedStyle(image).backgroundColor")
    assert white == "rgb(255, 255, 255)", "a camera needs black on white"
    page.emulate_media(color_scheme="light")
    secret = page.get_by_label("Authenticator secret").input_value()
    page.get_by_label("Authenticator code").fill(app_code(secret))
    page.get_by_role("button", name="Activate").click()
    confirm(page, app_code(secret))
    expect(page.get_by_role("heading", level=1)).to_contain_text("Recovery Codes")
    check(page)

    page = visit("/accounts/login/", width=360).page
    ask_for_code(page, delegate.email)
    enter(page, code_sent_to(delegate.email))
    check(page)
    page.get_by_label("Code").fill(app_code(secret))
    page.locator("main").get_by_role("button", name="Sign In").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Who can reach you, and how")

    page = visit("/accounts/2fa/", width=360, who=delegate).page
    check(page)
    page.get_by_role("link", name="Deactivate").click()
    confirm(page, app_code(secret))
    page.get_by_role("button", name="Deactivate").click()
    expect(page.locator("main")).to_contain_text("An authenticator app is not active")
