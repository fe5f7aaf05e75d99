"""Whatever page a limit answers with, its status is 429 and it says when to try again."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from roundtable.mail.models import QueuedEmail
from roundtable.models import Event
from tests.factories import NOON, make_delegate, make_invitation, make_participation, make_user
from tests.form_fields import Form, forms_of
from tests.page_text import page_html, page_text
from tests.sign_in import add_authenticator, record_email_code, sign_in

REAUTHENTICATE = "/accounts/reauthenticate/"
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.time_machine(NOON + timedelta(seconds=10), tick=False),
]


def form_on(page: Any, *names: str) -> Form:
    """The form of the page that has one of these fields, or begins with one of these buttons."""
    forms = forms_of(page.content.decode())
    return next(form for form in forms if {*names} & {*form.fields, form.button[0]})


def send(browser: Client, path: str, name: str, value: str) -> Any:
    """Opens the page, fills in the field or presses the button, and sends the page's own form."""
    page = browser.get(path, follow=True)
    assert page.status_code == 200, page
    form = form_on(page, name, "code")
    target = form.action or page.request["PATH_INFO"]
    return browser.post(target, {**form.fields, name: value})


def refused_after(times: int, ask: Callable[[], Any]) -> Any:
    for _time in range(times):
        assert ask().status_code in (200, 302, 400)
    answer = ask()
    assert answer.status_code == 429
    return answer


def test_limit_of_sign_in_codes_says_when_to_try_again(time_machine: Any) -> None:
    make_user("dewi@example.org")

    def ask(email: str = "dewi@example.org") -> Any:
        return send(Client(enforce_csrf_checks=True), "/accounts/login/", "login", email)

    answer = refused_after(3, ask)
    assert answer["Retry-After"] == "290"
    for told in ("Wait 5 minutes, then try again.", "A passkey works immediately"):
        assert told in page_text(answer)
    assert ask("DEWI@example.org").status_code == 429
    assert QueuedEmail.objects.count() == 3
    time_machine.shift(290)
    assert ask().status_code == 302


def test_limit_of_codes_that_confirm_an_act_says_when_to_try_again() -> None:
    browser = Client(enforce_csrf_checks=True)
    sign_in(browser, make_user())
    answer = refused_after(3, lambda: send(browser, REAUTHENTICATE, "send", ""))
    assert answer["Retry-After"] == "50"
    assert "You requested too many codes. Wait 1 minute, then try again." in page_text(answer)
    assert QueuedEmail.objects.count() == 3
    # An earlier code can still be entered, ten times a minute.
    assert form_on(answer, "code")
    browser.handler.enforce_csrf_checks = False
    answer = refused_after(10, lambda: browser.post(REAUTHENTICATE, {"code": "AAAA-AAAA"}))
    assert answer["Retry-After"] == "50"
    assert "Too many requests" in page_text(answer) and 'class="masthead"' in page_html(answer)


def test_limit_of_second_factors_says_when_to_try_again() -> None:
    user, browser = make_user(), Client(enforce_csrf_checks=True)
    sign_in(browser, user, second_factor=False)
    add_authenticator(user)
    path = "/accounts/2fa/reauthenticate/"
    answer = refused_after(5, lambda: send(browser, path, "code", "000000"))
    assert answer["Retry-After"] == "300"
    assert "You tried too often. Wait 5 minutes, then try again." in page_text(answer)


def test_limit_of_allauth_says_when_to_try_again() -> None:
    user, browser = make_user(), Client(enforce_csrf_checks=True)
    sign_in(browser, user)
    record_email_code(browser, user)
    path = "/accounts/email/"
    answer = refused_after(10, lambda: send(browser, path, "email", "not an address"))
    assert answer["Retry-After"] == "60"
    assert "Wait 1 minute, then try again." in page_text(answer)


def test_limit_of_invitation_codes_says_when_to_try_again(event: Event) -> None:
    guest = make_delegate(user=None, invitation_email="guest@example.org")
    make_participation(guest, event, confirmed=False)
    make_invitation(guest, event, email="guest@example.org", key="a-key")
    link = "/links/a-key/"
    answer = refused_after(
        3, lambda: send(Client(enforce_csrf_checks=True), link, "answer", "continue")
    )
    assert answer["Retry-After"] == "50"
    assert "We sent some codes a short time ago." in page_text(answer)
    assert "Look for one in your email, and in the junk folder." in page_text(answer)
    assert QueuedEmail.objects.count() == 3
