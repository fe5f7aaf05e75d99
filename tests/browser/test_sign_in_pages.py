"""Signing in and out, as a person with a phone does it."""

import re
from collections.abc import Callable

import pytest
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.models import Authenticator
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core.cache import cache
from playwright.sync_api import Page, expect

from participants.models import User
from tests import sign_in
from tests.browser.checks import check_page, with_and_without_scripts
from tests.browser.conftest import Visit
from tests.mail_queue import deliver_mail


def ask_for_code(page: Page, email: str) -> None:
    """Fills in the address on the sign-in page."""
    page.get_by_label("Email").fill(email)
    page.get_by_role("button", name="Send me a code").click()
    expect(page.get_by_role("heading", name="Enter the code")).to_be_visible()


def code_sent_to(email: str) -> str:
    """The code in the newest mail, which went to this address alone."""
    newest = deliver_mail()[-1]
    assert newest.to == [email]
    found = re.search(r"^\s*([A-Z0-9]{3,}(?:-[A-Z0-9]{3,})?)\s*$", str(newest.body), re.MULTILINE)
    assert found, newest.body
    return found[1]


def enter(page: Page, code: str) -> None:
    """Enters a code and continues."""
    page.get_by_label("Code").fill(code)
    page.get_by_role("button", name="Continue").click()


def confirm(page: Page, secret: str) -> None:
    """Shows once more who one is, where the portal asks, with the code of the app."""
    expect(page.get_by_role("heading", level=1)).to_have_text("Confirm that it is you")
    check_page(page)
    page.get_by_label("Code").fill(app_code(secret))
    page.get_by_role("button", name="Continue").click()


def app_code(secret: str) -> str:
    """What an authenticator app shows now."""
    cache.clear()  # else the same half minute's code is refused the second time
    return sign_in.totp_code(secret)


def forget_proof() -> None:
    """Lets every session forget that it was opened by mail minutes ago."""
    for session in Session.objects.all():
        store = SessionStore(session.session_key)
        store[AUTHENTICATION_METHODS_SESSION_KEY] = []
        store.save()


@with_and_without_scripts
def test_delegate_signs_in_with_emailed_code_and_signs_out(
    visit: Callable[..., Visit], delegate: User, javascript: bool
) -> None:
    page = visit("/", width=360, javascript=javascript).page
    page.locator(".menu > summary").click()
    page.get_by_role("link", name="Sign in").click()
    ask_for_code(page, delegate.email)
    enter(page, code_sent_to(delegate.email))
    expect(page.get_by_role("heading", level=1)).to_have_text("What waits for you")
    assert page.get_by_label("Name", exact=True).input_value() == delegate.delegate.name

    page.get_by_role("contentinfo").get_by_role("link", name="Sign out").click()
    page.locator("main").get_by_role("button", name="Sign out").click()
    page.locator(".menu > summary").click()
    expect(page.get_by_role("link", name="Sign in")).to_be_visible()
    page.goto("/me/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")


def test_sign_in_pages_are_accessible(visit: Callable[..., Visit], delegate: User) -> None:
    page = visit("/accounts/login/", width=360).page
    ask_for_code(page, delegate.email)
    check_page(page)
    enter(page, "WRONG-CODE")
    expect(page.locator(".error")).to_be_visible()
    check_page(page)


def test_second_factor_is_added_required_and_removed(
    visit: Callable[..., Visit], delegate: User
) -> None:
    page = visit("/accounts/2fa/", width=360, who=delegate).page
    page.get_by_role("link", name="Add an app").click()
    code = page.get_by_role("main").get_by_role("img")
    assert code.evaluate("image => image.naturalWidth > 0")
    page.emulate_media(color_scheme="dark")
    white = code.evaluate("image => getComputedStyle(image).backgroundColor")
    assert white == "rgb(255, 255, 255)", "a camera needs black on white"
    page.emulate_media(color_scheme="light")
    secret = page.get_by_label("Secret").input_value()
    page.get_by_label("Authenticator code").fill(app_code(secret))
    page.get_by_role("button", name="Add the app").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Recovery codes")
    expect(page.locator("main code")).to_have_count(10)
    check_page(page)

    page = visit("/accounts/login/", width=360).page
    ask_for_code(page, delegate.email)
    enter(page, code_sent_to(delegate.email))
    check_page(page)
    page.get_by_label("Code").fill(app_code(secret))
    page.locator("main").get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What waits for you")

    page.goto("/accounts/2fa/")
    check_page(page)
    page.get_by_role("link", name="Remove the app").click()
    confirm(page, secret)
    page.get_by_role("button", name="Remove the app").click()
    expect(page.get_by_role("link", name="Add an app")).to_be_visible()


def test_first_passkey_needs_no_app_and_signs_in_alone(
    visit: Callable[..., Visit], delegate: User
) -> None:
    page = visit("/accounts/2fa/", width=360, who=delegate).page
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    telephone = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": telephone})
    page.get_by_role("link", name="Add a passkey").click()
    check_page(page)
    page.get_by_label("Name").fill("Telephone")
    page.get_by_label("Sign me in with this passkey").check()
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Recovery codes")
    expect(page.locator("main code")).to_have_count(10)
    expect(page.get_by_text("no longer work")).to_have_count(0)
    types = Authenticator.objects.filter(user=delegate).values_list("type", flat=True)
    assert set(types) == {"webauthn", "recovery_codes"}
    page.goto("/accounts/logout/")
    page.locator("main").get_by_role("button", name="Sign out").click()
    page.goto("/accounts/login/")
    page.get_by_role("button", name="passkey").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What waits for you")
    assert deliver_mail()[-1].subject == "Your sign-in details have changed"


@pytest.mark.prove
def test_second_address_is_added_and_work_address_removed(
    visit: Callable[..., Visit], delegate: User
) -> None:
    page = visit("/accounts/email/", width=360, who=delegate).page
    forget_proof()
    page.get_by_label("Email").fill("napha@example.com")
    page.get_by_role("button", name="Send a code to this address").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Confirm that it is you")
    check_page(page)
    page.get_by_role("button", name="Send me a code").click()
    check_page(page)
    page.get_by_label("Code from the email").fill(code_sent_to(delegate.email))
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", name="Enter the code")).to_be_visible()
    check_page(page)
    enter(page, code_sent_to("napha@example.com"))
    expect(page.locator("main")).to_contain_text("napha@example.com")
    check_page(page)

    page.get_by_role("link", name="I have left an organisation").click()
    check_page(page)
    page.get_by_label(delegate.email).check()
    page.get_by_role("button", name="End sign-in with this address").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    expect(page.locator("main")).to_contain_text(
        "You can no longer sign in with this address. Use your other address, or your passkey."
    )
    ask_for_code(page, "napha@example.com")
    enter(page, code_sent_to("napha@example.com"))
    expect(page.get_by_role("heading", level=1)).to_have_text("What waits for you")
