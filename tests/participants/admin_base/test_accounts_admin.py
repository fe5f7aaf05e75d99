"""Accounts on the desk: which addresses an operator can change, and which only the owner can."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urljoin

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.urls import reverse
from lxml import html

from participants.accounts.addresses import UNDELIVERABLE_DOMAIN
from participants.models import Delegate, Invitation, InvitationRequest, Participation, User
from roundtable.models import Event
from tests.decide import page_of as decision_page_of
from tests.factories import (
    NOON,
    make_delegate,
    make_grant,
    make_invitation,
    make_invitation_request,
    make_organisation,
    make_participation,
    make_user,
)
from tests.form_fields import send_form
from tests.mail_queue import queued_emails
from tests.participants.admin_base.test_participants_admin import admin_event
from tests.recorded_fixtures import recorded

__all__ = ["admin_event"]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("recorded_templates")]
Sign = Callable[..., Client]
NEW = "operators.other@example.org"


def page_of(user: User) -> str:
    return f"/admin/participants/user/{user.pk}/change/"


def write(browser: Client, user: User, email: str, **fields: str) -> Any:
    return browser.post(page_of(user), {"email": email, "is_active": "on"} | fields)


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


def test_operator_cannot_redirect_sign_in_codes(
    in_use: dict[str, User], operator: User, client_of: Sign
) -> None:
    browser, kept = client_of(operator), ("email", "is_active", "last_login", "password")
    for which, user in in_use.items():
        before = User.objects.values_list(*kept).get(pk=user.pk), addresses(user)
        page = browser.get(page_of(user)).content.decode()
        assert 'name="email"' not in page, which
        assert "Only they read and change it, on the page" in page, which
        assert write(browser, user, NEW, last_login="", password="x").status_code == 302
        after = User.objects.values_list(*kept).get(pk=user.pk), addresses(user)
        assert after == before, which
    Client().post("/accounts/login/", {"login": NEW})
    assert not queued_emails(to=NEW)


def test_unused_account_with_a_wrong_address_is_deleted_and_added_again(
    operator: User, client_of: Sign
) -> None:
    user, browser = make_user("misspelt@example.org"), client_of(operator)
    assert 'name="email"' not in browser.get(page_of(user)).content.decode()
    assert write(browser, user, "Spelt@example.org").status_code == 302
    assert addresses(user) == [("misspelt@example.org", True)]
    deleting = page_of(user).replace("/change/", "/delete/")
    send_form(browser, browser.get(deleting), containing="post")
    assert not User.objects.filter(pk=user.pk).exists()
    add = "/admin/participants/user/add/"
    send_form(browser, browser.get(add), containing="email", email="Spelt@example.org")
    assert addresses(User.objects.get(email="spelt@example.org")) == [("spelt@example.org", True)]
    page = browser.post(add, {"email": "SPELT@example.org", "is_active": "on"}).content.decode()
    assert "Another account already uses this address. Choose a different address." in page


def test_saving_other_field_does_not_verify_address(operator: User, client_of: Sign) -> None:
    user = make_user("invited@example.org")
    EmailAddress.objects.filter(user=user).update(verified=False)
    assert write(client_of(operator), user, "invited@example.org").status_code == 302
    assert addresses(user) == [("invited@example.org", False)]


def pages_from(browser: Client, start: str) -> dict[str, str]:
    """Each page of the desk that links lead to, without the filters of lists."""
    found: dict[str, str] = {}
    waiting = [start]
    while waiting:
        path = waiting.pop()
        answer = browser.get(path, follow=True)
        found[path] = answer.content.decode(errors="ignore")
        if "html" not in answer["Content-Type"]:
            continue
        for href in html.fromstring(found[path]).xpath("//a/@href"):
            link = urljoin(path, str(href)).split("?")[0].split("#")[0]
            if link.startswith(start) and link not in found and link not in waiting:
                waiting.append(link)
    return found


def test_operator_reads_no_sign_in_address(
    admin_event: Event, operator: User, client_of: Sign
) -> None:
    person = admin_event.participations.get().delegate
    assert person.user is not None
    own = person.user.email
    person.write(invitation_email=own)
    # The operator may stand in for a co-chair by now.
    Participation.objects.update(entered_at=NOON)
    make_participation(make_delegate(user=make_user("unread@example.org")), admin_event)
    answer = {"answer": Invitation.Answer.ACCEPTED, "answered_at": NOON}
    make_invitation(person, admin_event, email=own, **answer)
    decided = {"decision": InvitationRequest.Decision.INVITED, "decided_at": NOON}
    make_invitation_request(admin_event, email=own, **decided)
    make_grant(make_user("editor@example.org"), admin_event, role="editor")
    office = make_organisation()
    make_grant(make_user("waits@example.org"), admin_event, on_behalf_of=office, effective_on=None)
    known = list(User.objects.values_list("email", flat=True))
    # One's own is on the page of each account.
    known.remove(operator.email)
    browser = client_of(operator)
    pages = pages_from(browser, "/admin/")
    seat = admin_event.participations.get(delegate=person)
    decision = decision_page_of(seat)
    pages[decision] = browser.get(decision).content.decode()
    path = reverse("admin:participants_delegate_changelist")
    chosen = {"action": "left", "_selected_action": str(person.pk)}
    pages[f"{path} left"] = browser.post(path, chosen).content.decode()
    assert len(pages) > 50
    assert [(path, email) for path, text in pages.items() for email in known if email in text] == []
    accounts = pages["/admin/participants/user/"]
    assert "c…@example.org" in accounts and "Desk Delegate" in accounts


def test_operator_finds_an_account_by_the_whole_address_only(
    operator: User, client_of: Sign
) -> None:
    user, browser = make_user("signed-in@example.org"), client_of(operator)
    for words, found in ((user.email, [user]), ("signed", [])):
        answer = browser.get("/admin/participants/user/", {"q": words})
        assert list(answer.context["cl"].result_list) == found
