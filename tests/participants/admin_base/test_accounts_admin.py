"""Accounts on the desk: which addresses an operator can change, and which only the owner can."""

from collections.abc import Callable
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from participants.accounts.addresses import UNDELIVERABLE_DOMAIN
from participants.models import Delegate, User
from roundtable.mail.models import QueuedEmail
from tests.factories import NOON, make_delegate, make_user
from tests.recorded_fixtures import recorded

pytestmark = pytest.mark.django_db
Sign = Callable[..., Client]
NEW = "operators.other@example.org"


def page_of(user: User) -> str:
    return f"/admin/participants/user/{user.pk}/change/"


def write(browser: Client, user: User, email: str) -> Any:
    return browser.post(page_of(user), {"email": email, "is_active": "on"})


def addresses(user: User) -> list[tuple[str, bool]]:
    rows = EmailAddress.objects.filter(user=user).order_by("pk")
    return list(rows.values_list("email", "verified"))


@pytest.fixture
@recorded
def in_use(delegate: Delegate) -> dict[str, User]:
    """Accounts that are someone's, each for one reason."""
    assert delegate.user is not None
    signed_in = make_user("signed-in@example.org", last_login=NOON)
    unread = make_delegate().user
    given_up = make_user(f"abc{UNDELIVERABLE_DOMAIN}", is_active=False)
    assert unread is not None
    return {"both": delegate.user, "signed in": signed_in, "profile": unread, "left": given_up}


@pytest.mark.parametrize("which", ["both", "signed in", "profile", "left"])
def test_operator_cannot_redirect_sign_in_codes(
    in_use: dict[str, User], operator: User, client_of: Sign, which: str
) -> None:
    user = in_use[which]
    before, browser = (user.email, addresses(user)), client_of(operator)
    page = browser.get(page_of(user)).content.decode()
    assert 'name="email"' not in page and "only they can change it, on the page" in page
    assert write(browser, user, NEW).status_code == 302
    user.refresh_from_db()
    assert (user.email, addresses(user)) == before
    Client().post("/accounts/login/", {"login": NEW})
    assert not QueuedEmail.objects.filter(recipient=NEW).exists()


def test_unused_address_can_be_corrected(operator: User, client_of: Sign) -> None:
    user, browser = make_user("misspelt@example.org"), client_of(operator)
    assert 'name="email"' in browser.get(page_of(user)).content.decode()
    assert write(browser, user, "Spelt@example.org").status_code == 302
    assert addresses(user) == [("spelt@example.org", True)]


def test_saving_other_field_does_not_verify_address(operator: User, client_of: Sign) -> None:
    user = make_user("invited@example.org")
    EmailAddress.objects.filter(user=user).update(verified=False)
    assert write(client_of(operator), user, "invited@example.org").status_code == 302
    assert addresses(user) == [("invited@example.org", False)]
