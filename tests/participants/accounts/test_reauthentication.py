"""Before how one signs in is changed, a fresh code by email or the second factor is asked for."""

import re
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from allauth.core import context
from allauth.mfa.models import Authenticator
from django.db import transaction
from django.test import Client, RequestFactory

from participants.models import User
from roundtable.mail.models import QueuedEmail
from tests.factories import NOON, make_user
from tests.mail_queue import queued_emails
from tests.page_text import page_text
from tests.recorded_fixtures import recorded
from tests.sign_in import add_authenticator, forget_limits, record_authentication, totp_code

pytestmark = pytest.mark.django_db
Sign = Callable[..., Client]
ASK, MAILBOX = "/accounts/reauthenticate/", "/accounts/mailbox/"
CONFIRM = "/accounts/2fa/reauthenticate/"


@pytest.fixture
@recorded
def dewi() -> User:
    return make_user("dewi@example.org")


def newest_code() -> str:
    found = re.findall(r"(?m)^([A-Z]{4}-[A-Z]{4})$", QueuedEmail.objects.latest("pk").text)
    assert len(found) == 1
    return str(found[0])


def sign_in_by_code(user: User) -> Client:
    browser = Client()
    browser.post("/accounts/login/", {"login": user.email})
    assert browser.post("/accounts/login/code/confirm/", {"code": newest_code()}).status_code == 302
    return browser


def prove(browser: Client, following: str = "/me/") -> None:
    """Enters a fresh code, as a person does."""
    browser.post(ASK, {"send": "yes", "next": following})
    answer = browser.post(ASK, {"code": newest_code(), "next": following})
    assert answer.status_code in (200, 302)


GUARDED_TO_SEE = [
    "/accounts/2fa/totp/activate/",
    "/accounts/2fa/webauthn/add/",
    "/accounts/2fa/recovery-codes/generate/",
]
GUARDED_TO_DO = [
    ("/accounts/2fa/webauthn/add/", {"name": "Telephone", "credential": "{}"}),
    ("/accounts/2fa/recovery-codes/generate/", {}),
]
ADDING = ("/accounts/email/", {"action_add": "", "email": "home@example.org"})
GO_BY_SECOND = ("/accounts/email/", {"action_primary": "", "email": "second@example.org"})
TAKE_OFF_SECOND = ("/accounts/email/", {"action_remove": "", "email": "second@example.org"})
LEAVE_SECOND = ("/me/left/", {"address": "second@example.org"})
# What wants the present mailbox, whatever else was shown.
OF_ADDRESSES = [ADDING, GO_BY_SECOND, TAKE_OFF_SECOND, LEAVE_SECOND]


def leads_to(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.get("Location", "").split("?")[0]


def addresses() -> list[tuple[str, bool, bool]]:
    return list(EmailAddress.objects.order_by("pk").values_list("email", "verified", "primary"))


def test_user_without_second_factor_must_enter_email_code(dewi: User, client_of: Sign) -> None:
    browser = client_of(dewi)
    assert leads_to(browser.post(*ADDING)) == (302, MAILBOX)
    EmailAddress.objects.create(user=dewi, email="second@example.org", verified=True)
    for path, data in OF_ADDRESSES[1:]:
        assert leads_to(browser.post(path, data)) == (302, MAILBOX), data
    for path in GUARDED_TO_SEE:
        assert leads_to(browser.get(path)) == (302, ASK), path
    for path, data in [*GUARDED_TO_DO, ("/accounts/2fa/totp/activate/", {"code": "123456"})]:
        assert leads_to(browser.post(path, data)) == (302, ASK), path
    assert addresses() == [("dewi@example.org", True, True), ("second@example.org", True, False)]
    assert not Authenticator.objects.exists() and not QueuedEmail.objects.exists()


def test_user_with_second_factor_must_use_it(dewi: User, client_of: Sign) -> None:
    add_authenticator(dewi)
    confirm = (302, "/accounts/2fa/reauthenticate/")
    for used in (False, True):  # to sign in; it is asked for once more
        browser = client_of(dewi, second_factor=used)
        for path, data in [*GUARDED_TO_DO, ("/accounts/2fa/totp/deactivate/", {})]:
            assert leads_to(browser.post(path, data)) == confirm, path
        assert leads_to(browser.get(ASK)) == confirm
        browser.post(ASK, {"send": "yes"})
    assert Authenticator.objects.count() == 1 and not QueuedEmail.objects.exists()


def test_requested_change_is_made_after_code_entry(dewi: User, client_of: Sign) -> None:
    browser = client_of(dewi)
    where = browser.post(*ADDING)["Location"]
    assert where == f"{MAILBOX}?next=%2Faccounts%2Femail%2F"
    page = browser.get(where).content.decode()
    assert "We send a code to dewi@example.org." in page and not QueuedEmail.objects.exists()
    answer = browser.post(MAILBOX, {"send": "yes", "next": "/accounts/email/"})
    assert answer["Location"] == f"{MAILBOX}?next=%2Faccounts%2Femail%2F"
    email = QueuedEmail.objects.get()
    assert (email.recipient, email.subject) == ("dewi@example.org", "Your code")
    assert "We have sent a code to dewi@example.org." in browser.get(where).content.decode()
    answer = browser.post(MAILBOX, {"code": newest_code().lower(), "next": "/accounts/email/"})
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/confirm-email/")
    assert QueuedEmail.objects.latest("pk").recipient == "home@example.org"
    assert not EmailAddress.objects.filter(email="home@example.org").exists()
    browser.post("/accounts/confirm-email/", {"code": newest_code()})
    assert EmailAddress.objects.get(email="home@example.org").verified
    answer = browser.post("/accounts/email/", {"action_primary": "", "email": "home@example.org"})
    assert answer["Location"] == "/accounts/email/"
    dewi.refresh_from_db()
    assert dewi.email == "home@example.org"
    assert told() == {"dewi@example.org", "home@example.org"}
    # Now the new mailbox is the one to prove.
    answer = browser.post("/accounts/email/", {"action_remove": "", "email": "dewi@example.org"})
    assert leads_to(answer) == (302, MAILBOX)


def told() -> set[str]:
    """Who read that the sign-in details have changed."""
    return {email.recipient for email in queued_emails(subject="Your sign-in details have changed")}


@pytest.fixture
def two_factor_user(dewi: User) -> User:
    """Has two addresses and an authenticator app."""
    EmailAddress.objects.create(user=dewi, email="second@example.org", verified=True)
    add_authenticator(dewi)
    return dewi


def show_factor(browser: Client, following: str = "/me/") -> Any:
    """Enters the code of the app once more; it works once, so what was used is forgotten."""
    forget_limits()
    return browser.post(f"{CONFIRM}?next={following}", {"code": totp_code(), "next": following})


def test_second_factor_does_not_replace_mailbox_code(
    two_factor_user: User, client_of: Sign
) -> None:
    before = addresses()
    browser = client_of(two_factor_user, second_factor=True)
    assert show_factor(browser)["Location"] == "/me/"
    assert browser.get("/accounts/2fa/totp/deactivate/").status_code == 200, "the factor is fresh"
    for change in OF_ADDRESSES[1:]:
        assert leads_to(browser.post(*change)) == (302, MAILBOX), change
    # Nor does a mailbox that is not the present one, save for who has left.
    used = list(browser.session["account_authentication_methods"])
    code = {"method": "code", "email": "second@example.org", "at": time.time()}
    record_authentication(browser, two_factor_user, *used, code)
    for change in (GO_BY_SECOND, TAKE_OFF_SECOND):
        assert leads_to(browser.post(*change)) == (302, MAILBOX), change
    assert addresses() == before
    EmailAddress.objects.filter(email="second@example.org").delete()
    assert leads_to(browser.post(*ADDING)) == (302, MAILBOX)
    assert not QueuedEmail.objects.exists()


def test_mailbox_code_does_not_replace_second_factor(
    two_factor_user: User, client_of: Sign
) -> None:
    before = addresses()
    browser = client_of(two_factor_user, second_factor=True)
    browser.post(MAILBOX, {"send": "dewi@example.org"})
    assert leads_to(browser.post(MAILBOX, {"code": newest_code()})) == (302, CONFIRM)
    for change in OF_ADDRESSES[1:]:
        assert leads_to(browser.post(*change)) == (302, CONFIRM), change
    assert addresses() == before
    EmailAddress.objects.filter(email="second@example.org").delete()
    assert leads_to(browser.post(*ADDING)) == (302, CONFIRM)


def test_address_change_requires_both_mailboxes_and_second_factor(
    dewi: User, client_of: Sign
) -> None:
    add_authenticator(dewi)
    browser = client_of(dewi, second_factor=True)
    assert leads_to(browser.post(*ADDING)) == (302, MAILBOX)
    browser.post(MAILBOX, {"send": "yes", "next": "/accounts/email/"})
    assert QueuedEmail.objects.get().recipient == "dewi@example.org"
    answer = browser.post(MAILBOX, {"code": newest_code(), "next": "/accounts/email/"})
    assert answer["Location"] == f"{CONFIRM}?next=%2Faccounts%2Femail%2F"
    answer = show_factor(browser, "/accounts/email/")
    assert answer["Location"] == "/accounts/confirm-email/"
    assert QueuedEmail.objects.latest("pk").recipient == "home@example.org"
    assert addresses() == [("dewi@example.org", True, True)]


@pytest.mark.parametrize(
    ("change", "sentence", "mailboxes"),
    [
        (ADDING, "An address was added.", {"dewi@example.org"}),
        (GO_BY_SECOND, "sign in with has changed.", {"dewi@example.org", "second@example.org"}),
        (TAKE_OFF_SECOND, "no longer be used", {"dewi@example.org", "second@example.org"}),
    ],
)
def test_each_change_of_addresses_is_told_to_every_mailbox_of_before(
    dewi: User, client_of: Sign, change: Any, sentence: str, mailboxes: set[str]
) -> None:
    if change is not ADDING:
        EmailAddress.objects.create(user=dewi, email="second@example.org", verified=True)
    browser = client_of(dewi)
    browser.post(MAILBOX, {"send": "yes"})
    browser.post(MAILBOX, {"code": newest_code()})
    browser.post(*change)
    if change is ADDING:
        assert told() == set()  # nothing changed yet
        browser.post("/accounts/confirm-email/", {"code": newest_code()})
    assert told() == mailboxes
    emails = queued_emails(subject="Your sign-in details have changed")
    assert all(sentence in email.text for email in emails)


def test_each_change_of_factors_is_told_to_every_mailbox(dewi: User) -> None:
    EmailAddress.objects.create(user=dewi, email="second@example.org", verified=True)
    EmailAddress.objects.create(user=dewi, email="typo@example.org", verified=False)
    changes = ["totp_activated", "totp_deactivated", "webauthn_added", "webauthn_removed"]
    for change in [*changes, "recovery_codes_generated"]:
        QueuedEmail.objects.all().delete()
        with context.request_context(RequestFactory().get("/")):
            get_adapter().send_notification_mail(f"mfa/email/{change}", dewi)
        assert told() == {"dewi@example.org", "second@example.org"}, change


def test_user_who_left_must_verify_remaining_mailbox(
    two_factor_user: User, client_of: Sign
) -> None:
    browser = client_of(two_factor_user, second_factor=True)
    leave = ("/me/left/", {"address": "dewi@example.org"})
    where = browser.post(*leave)["Location"]
    page = browser.get(where).content.decode()
    assert 'value="dewi@example.org"' in page and 'value="second@example.org"' in page
    browser.post(MAILBOX, {"send": "second@example.org", "next": "/me/left/"})
    assert QueuedEmail.objects.get().recipient == "second@example.org"
    browser.post(MAILBOX, {"code": newest_code(), "next": "/me/left/"})
    assert show_factor(browser, "/me/left/")["Location"] == "/accounts/email/"
    assert addresses() == [("second@example.org", True, True)]
    # For anything else only the present mailbox is asked.
    page = browser.get(f"{MAILBOX}?next=/accounts/email/").content.decode()
    assert "We send a code to second@example.org." in page
    browser.post(MAILBOX, {"send": "stranger@example.org"})
    assert QueuedEmail.objects.latest("pk").recipient == "second@example.org"


def test_code_of_other_mailbox_is_rejected(two_factor_user: User, client_of: Sign) -> None:
    browser = client_of(two_factor_user, second_factor=True)
    browser.post(MAILBOX, {"send": "second@example.org", "next": "/me/left/"})
    answer = browser.post(MAILBOX, {"code": newest_code(), "next": "/accounts/email/"})
    assert answer.status_code == 400


def test_third_wrong_code_ends_reauthentication(dewi: User, client_of: Sign) -> None:
    browser = client_of(dewi)
    browser.post(ASK, {"send": "yes"})
    right = newest_code()
    for _time in range(3):
        answer = browser.post(ASK, {"code": "AAAA-AAAA"})
        assert answer.status_code == 400
        assert "This code is wrong or too old." in answer.content.decode()
    assert browser.post(ASK, {"code": right}).status_code == 400
    assert browser.post(ASK, {"code": ""}).status_code == 400
    assert browser.get("/accounts/2fa/totp/activate/").status_code == 302


def test_foreign_or_used_code_is_rejected(dewi: User, client_of: Sign) -> None:
    here, there = client_of(dewi), client_of(dewi)
    here.post(ASK, {"send": "yes"})
    code = newest_code()
    there.post(ASK, {"code": code})
    assert there.get("/accounts/2fa/totp/activate/").status_code == 302
    here.post(ASK, {"code": code})
    assert here.get("/accounts/2fa/totp/activate/").status_code == 200
    assert here.post(ASK, {"code": code}).status_code == 400


def test_code_validity_periods(dewi: User, client_of: Sign) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        browser = client_of(dewi)
        browser.post(ASK, {"send": "yes"})
        clock.shift(timedelta(minutes=9))
        browser.post(ASK, {"code": newest_code()})
        for minutes, status in ((4, 200), (2, 302)):
            clock.shift(timedelta(minutes=minutes))
            assert browser.get("/accounts/2fa/totp/activate/").status_code == status
        forget_limits()
        browser.post(ASK, {"send": "yes"})
        clock.shift(timedelta(minutes=11))
        assert browser.post(ASK, {"code": newest_code()}).status_code == 400


def test_new_authenticator_shows_recovery_codes_and_opens_admin(
    cochair: User, client_of: Sign, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Outside of a test, each request commits.
    monkeypatch.setattr(transaction, "on_commit", lambda act, **_options: act())
    browser = client_of(cochair, second_factor=False)
    prove(browser)
    page = browser.get("/accounts/2fa/totp/activate/").content.decode()
    secret = browser.session["mfa.totp.secret"]
    assert f">{secret}</textarea>" in page
    code = totp_code(secret)
    answer = browser.post("/accounts/2fa/totp/activate/", {"code": code}, follow=True)
    # Who just showed the app is not asked for it once more.
    assert answer.redirect_chain[-1][0] == "/accounts/2fa/recovery-codes/"
    shown = answer.content.decode()
    assert "We do not show them again." in shown and shown.count("<code>") == 10
    assert "no longer work" not in shown
    assert "<code>" not in browser.get("/accounts/2fa/recovery-codes/").content.decode()
    assert browser.get("/admin/").status_code == 200
    said = page_text(browser.post("/accounts/2fa/recovery-codes/generate/", follow=True))
    assert "You have new recovery codes. Your earlier codes no longer work." in said
