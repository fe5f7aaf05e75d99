"""The second factor: required to work in the admin."""

import time
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.test import Client

from participants.models import Delegate, Grant, User
from roundtable.models import Event
from tests.conftest import FULL_WALKS
from tests.factories import NOON, make_grant, make_organisation, make_user
from tests.page_text import get_text, page_text
from tests.participants.accounts.test_reauthentication import newest_code
from tests.sign_in import (
    add_authenticator,
    forget_limits,
    record_authentication,
    sign_in,
    totp_code,
)
from tests.test_urls import admin_paths

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine(NOON, tick=False)]
Sign = Callable[..., Client]
ROLES = 1 + len(Grant.Role)
SET_UP, CONFIRM = "/accounts/2fa/", "/accounts/2fa/reauthenticate/"


def everywhere() -> list[str]:
    return [*admin_paths(), "/admin/nothing/", "/admin/participants/nothing/1/"]


def refusals(browser: Client, turn: int) -> dict[str, set[tuple[int, str]]]:
    """How each address answers, without what the page leads back to.

    Asked by one method at every fourth address, in turn; at full size by every one at all.
    """
    methods: list[Callable[[str], Any]] = [
        browser.get,
        browser.post,
        browser.head,
        browser.put,
        browser.delete,
    ]
    found = {}
    for place, path in enumerate(everywhere()):
        if not FULL_WALKS and place % ROLES != turn:
            continue  # the other accounts ask for it
        asked = methods if FULL_WALKS else [methods[place % len(methods)]]
        answers = [method(path) for method in asked]
        found[path] = {
            (answer.status_code, answer.get("Location", "").split("?")[0]) for answer in answers
        }
    return found


def roles(event: Event) -> list[User]:
    """One account of each kind that may work in the admin."""
    found = [make_user(is_superuser=True)]
    for role in Grant.Role.values:
        found.append(make_user())
        make_grant(found[-1], event, role=role, on_behalf_of=make_organisation())
    return found


@pytest.mark.walk
@pytest.mark.parametrize(("has_app", "page"), [(False, SET_UP), (True, CONFIRM)])
def test_admin_rejects_session_without_second_factor(
    event: Event, client_of: Sign, has_app: bool, page: str
) -> None:
    found: dict[str, set[tuple[int, str]]] = {}
    for turn, user in enumerate(roles(event)):
        if has_app:
            add_authenticator(user)
        answers = refusals(client_of(user, second_factor=False), turn)
        assert set.union(*answers.values()) == {(302, page)}
        found |= answers
    assert found.keys() == set(everywhere())


def test_foreign_or_removed_factor_is_rejected(
    cochair: User, operator: User, client_of: Sign
) -> None:
    browser = client_of(cochair)
    assert browser.get("/admin/").status_code == 200
    sign_in(browser, operator, second_factor=False)
    add_authenticator(operator)
    assert browser.get("/admin/")["Location"] == f"{CONFIRM}?next=%2Fadmin%2F"
    browser = client_of(cochair)
    used = add_authenticator(cochair)
    Authenticator.objects.filter(pk=used.pk).delete()
    add_authenticator(cochair)
    record_authentication(browser, cochair, {"method": "mfa", "type": "totp", "id": used.pk + 1000})
    assert browser.get("/admin/")["Location"] == f"{CONFIRM}?next=%2Fadmin%2F"


def test_recovery_codes_alone_are_not_a_factor(cochair: User, client_of: Sign) -> None:
    codes = RecoveryCodes.activate(cochair).instance
    browser = client_of(cochair, second_factor=False)
    record_authentication(
        browser, cochair, {"method": "mfa", "type": "recovery_codes", "id": codes.pk}
    )
    assert browser.get("/admin/")["Location"] == SET_UP
    add_authenticator(cochair)
    assert browser.get("/admin/").status_code == 200


def test_setup_page_explains_reason(cochair: User, delegate: Delegate, client_of: Sign) -> None:
    browser = client_of(cochair, second_factor=False)
    reason = "Someone who reads your emails must not be able to work there."
    page = unescape(browser.get("/admin/", follow=True).content.decode())
    assert (
        f"You can open the co-chairs' desk only with a second factor. {reason} Add an app or a "
        "passkey below, then open the desk again."
    ) in page
    assert reason not in get_text(client_of(delegate), SET_UP)
    add_authenticator(cochair)
    assert reason not in get_text(browser, SET_UP)


def test_totp_code_opens_requested_page(cochair: User, client_of: Sign) -> None:
    add_authenticator(cochair)
    browser = client_of(cochair, second_factor=False)
    where = browser.get("/admin/participants/delegate/?q=a")["Location"]
    assert where == f"{CONFIRM}?next=%2Fadmin%2Fparticipants%2Fdelegate%2F%3Fq%3Da"
    answer = browser.post(where, {"code": "000000"})
    assert answer.status_code == 200
    assert browser.get("/admin/").status_code == 302
    answer = browser.post(
        CONFIRM, {"code": totp_code(), "next": "/admin/participants/delegate/?q=a"}
    )
    assert (answer.status_code, answer["Location"]) == (302, "/admin/participants/delegate/?q=a")
    assert browser.get("/admin/").status_code == 200


def test_sign_in_with_code_and_app_opens_the_admin(cochair: User) -> None:
    add_authenticator(cochair)
    browser = Client()
    browser.post("/accounts/login/", {"login": cochair.email})
    code = newest_code()
    answer = browser.post("/accounts/login/code/confirm/", {"code": code})
    assert answer["Location"] == "/accounts/2fa/authenticate/"
    assert browser.get("/admin/")["Location"].startswith("/admin/login/")
    old = totp_code(at=time.time() - timedelta(minutes=5).total_seconds())
    assert browser.post(answer["Location"], {"code": old}).status_code == 200
    forget_limits()
    assert browser.post(answer["Location"], {"code": totp_code()})["Location"] == "/me/"
    assert browser.get("/admin/").status_code == 200


def test_wrong_codes_of_others_in_the_network_block_no_one(cochair: User, client_of: Sign) -> None:
    for number in range(3):
        stranger = make_user(f"stranger{number}@example.org")
        add_authenticator(stranger)
        browser = client_of(stranger)
        for _try in range(6):
            answer = browser.post(CONFIRM, {"code": "000000"})
        assert "You tried too often." in page_text(answer)
    browser = client_of(cochair, second_factor=False)
    add_authenticator(cochair)
    assert browser.post(CONFIRM, {"code": totp_code()}).status_code == 302


def test_other_pages_need_no_second_factor(cochair: User, client_of: Sign) -> None:
    browser = client_of(cochair, second_factor=False)
    for path in ("/", "/me/", "/commitments/", "/directory/", "/accounts/sessions/"):
        assert browser.get(path).status_code == 200, path


@pytest.mark.walk
def test_ended_grant_requires_no_second_factor(
    cochair: User, event: Event, client_of: Sign
) -> None:
    Grant.objects.update(valid_until=Grant.objects.get().valid_from)
    browser = client_of(cochair, second_factor=False)
    assert {browser.get(path).status_code for path in everywhere()} == {403}
