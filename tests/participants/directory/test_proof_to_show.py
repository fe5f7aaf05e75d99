"""A mailbox alone opens no details: once a session, something more is asked for."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote_plus

import pytest
import time_machine
from django.test import Client

from participants.models import Delegate, User
from roundtable.models import AuditEntry, Event, IdempotencyKey
from tests.factories import make_delegate, make_participation, make_user
from tests.form_fields import press
from tests.page_text import page_text
from tests.participants.accounts.test_reauthentication import ASK, CONFIRM, newest_code
from tests.sign_in import add_authenticator, sign_in, totp_code

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("recorded_templates")]
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
DETAIL = "dewi.inside@example.org"


@pytest.fixture
def clock() -> Iterator[Any]:
    with time_machine.travel(NOW, tick=False) as moved:
        yield moved


@pytest.fixture
def reader(event: Event) -> User:
    user = make_user("reader@example.org")
    make_participation(make_delegate(name="Rita", user=user), event)
    return user


def sign_in_by_code(user: User) -> Client:
    browser = Client()
    browser.post("/accounts/login/", {"login": user.email})
    assert browser.post("/accounts/login/code/confirm/", {"code": newest_code()}).status_code == 302
    return browser


def test_fresh_code_is_asked_for_once_a_session(
    delegate: Delegate, reader: User, clock: Any
) -> None:
    page, show = f"/directory/{delegate.handle}/", f"/directory/{delegate.handle}/show/"
    browser = sign_in_by_code(reader)
    browser.handler.enforce_csrf_checks = True
    clock.shift(timedelta(minutes=6))
    asked = press(browser, page, show)
    assert asked.redirect_chain == [(f"{ASK}?next={quote_plus(show)}", 302)]
    assert not AuditEntry.objects.filter(action__in=["reveal", "vcard"]).exists()
    # The way to the code is not the answer of the form: sent again, it asks again.
    assert not IdempotencyKey.objects.exists()
    asked = press(browser, asked, ASK, "Send me a code")
    answer = press(browser, asked, ASK, "Continue", code=newest_code())
    assert answer.status_code == 200 and DETAIL in page_text(answer)
    clock.shift(timedelta(hours=5))
    assert DETAIL in page_text(press(browser, page, show))
    other = sign_in_by_code(reader)
    clock.shift(timedelta(minutes=6))
    for path in (show, f"/directory/{delegate.handle}.vcf", "/directory/nobody234/show/"):
        answer = other.post(path)
        assert (answer.status_code, answer["Location"].split("?")[0]) == (302, ASK), path


def test_code_of_signing_in_counts_for_five_minutes(
    delegate: Delegate, reader: User, clock: Any
) -> None:
    browser = sign_in_by_code(reader)
    clock.shift(timedelta(minutes=4))
    page, show = f"/directory/{delegate.handle}/", f"/directory/{delegate.handle}/show/"
    assert DETAIL in page_text(press(browser, page, show))


def test_who_has_an_app_uses_it(delegate: Delegate, reader: User) -> None:
    add_authenticator(reader)
    browser, show = Client(enforce_csrf_checks=True), f"/directory/{delegate.handle}/show/"
    sign_in(browser, reader, second_factor=False)  # `proved` by a code is not enough
    asked = press(browser, f"/directory/{delegate.handle}/", show)
    assert [path.split("?")[0] for path, _status in asked.redirect_chain] == [ASK, CONFIRM]
    assert DETAIL in page_text(press(browser, asked, CONFIRM, "Continue", code=totp_code()))


def test_public_page_asks_for_nothing(delegate: Delegate, reader: User) -> None:
    browser = Client()
    sign_in(browser, reader, proved=False)
    for path in (f"/directory/{delegate.handle}/", f"/directory/{delegate.handle}.vcf"):
        assert browser.get(path).status_code == 200
