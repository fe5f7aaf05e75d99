"""Handover of a work mailbox: who reports it, what stops immediately, and what is said first."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from participants.accounts import departure
from participants.accounts.addresses import is_closed
from participants.models import Affiliation, Audience, Delegate, Invitation, InvitationRequest, User
from roundtable.mail.models import QueuedEmail
from roundtable.mail.queue import enqueue, one_time_key
from roundtable.models import AuditEntry, Event
from tests.factories import (
    NOON,
    channel_with,
    make_affiliation,
    make_channel,
    make_invitation,
    make_invitation_request,
    make_role,
    make_user,
)
from tests.mail_queue import queued_emails
from tests.page_text import get_text
from tests.participants.accounts.test_reauthentication import newest_code, prove
from tests.sign_in import forget_limits, is_in, record_email_code

pytestmark = pytest.mark.django_db
Sign = Callable[..., Client]
WORK, HOME = "delegate@example.org", "home@example.org"
LOGIN, CODE = "/accounts/login/", "/accounts/login/code/confirm/"


@pytest.fixture
def account(delegate: Delegate) -> User:
    """The delegate's account, with a second address."""
    assert delegate.user is not None
    EmailAddress.objects.create(user=delegate.user, email=HOME, verified=True)
    return delegate.user


def leave_work(user: User, work: Affiliation | None = None, at: datetime = NOON) -> None:
    departure.leave_organisation(user=user, address=WORK, affiliation=work, at=at)


def begin(email: str) -> tuple[Client, str]:
    """A browser that waits for a code, and the code that is on its way."""
    forget_limits()
    browser = Client()
    browser.post(LOGIN, {"login": email})
    return browser, newest_code()


def signed_in_by(email: str) -> Client:
    browser, code = begin(email)
    assert browser.post(CODE, {"code": code})["Location"] == "/me/"
    return browser


def may_sign_in(email: str) -> bool:
    forget_limits()
    before = len(queued_emails(to=email))
    browser = Client()
    browser.post(LOGIN, {"login": email})
    return len(queued_emails(to=email)) > before


def leave(browser: Client, **data: Any) -> Any:
    return browser.post("/me/left/", {"address": WORK} | data)


def test_page_shows_where_emails_are_sent_and_changes_nothing(
    account: User, delegate: Delegate, client_of: Sign
) -> None:
    work = make_affiliation(delegate)
    to_other = "From then on, emails from the portal go to your other address."
    to_none = "This is your only address, so you no longer receive any emails from the portal."
    browser = client_of(account)
    page = browser.get("/me/left/").content.decode()
    assert WORK in page and HOME in page and str(work.organisation) in page
    assert page.count("checked") == 1
    page = get_text(browser, "/me/left/")
    assert f"{to_other} They include the yearly question" in page and to_none not in page
    assert EmailAddress.objects.filter(user=account).count() == 2
    EmailAddress.objects.filter(email=HOME).delete()
    add_passkey(account, alone=True)
    page = get_text(browser, "/me/left/")
    assert f"{to_none} You do not even receive the yearly question" in page
    assert "A year later we erase it without a warning." in page and to_other not in page


def test_removed_address_cannot_sign_in(account: User, delegate: Delegate) -> None:
    work = make_affiliation(delegate, since=date(2020, 1, 1))
    kept = make_affiliation(delegate)
    delegate.write(invitation_email=WORK)
    by_work, by_home = signed_in_by(WORK), signed_in_by(HOME)
    other_home = signed_in_by(HOME)
    waiting, code = begin(WORK)
    answer = leave(by_home, work=work.pk)
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/email/")
    assert is_in(by_home)
    assert not is_in(by_work) and not is_in(other_home)
    answer = waiting.post(CODE, {"code": code})
    assert (answer.status_code, answer["Location"]) == (302, LOGIN)
    assert not is_in(waiting)
    page = waiting.get(LOGIN).content.decode()
    assert "You can no longer sign in with this address. Use another address." in page
    assert not may_sign_in(WORK) and may_sign_in(HOME)
    account.refresh_from_db()
    assert account.email == HOME
    rows = EmailAddress.objects.filter(user=account).values_list("email", "verified", "primary")
    assert list(rows) == [(HOME, True, True)]
    work.refresh_from_db()
    kept.refresh_from_db()
    assert work.until == date.today() and kept.until is None
    delegate.refresh_from_db()
    assert delegate.invitation_email == ""
    entry = AuditEntry.objects.get()
    assert entry.action == "leave organisation" and entry.actor and entry.subject
    told = QueuedEmail.objects.filter(dedup_key__startswith="left:").order_by("pk")
    assert [(row.recipient, row.subject) for row in told] == [
        (HOME, "Your sign-in details have changed"),
        (WORK, "Your sign-in details have changed"),
    ]
    assert "An address can no longer be used to sign in to your account." in told[1].text
    assert "/links/" not in told[1].text
    # A successor uses the address, and finds nothing of this person.
    make_user(WORK)
    assert "Dewi" not in signed_in_by(WORK).get("/me/").content.decode()


def test_user_without_other_access_sees_guidance(delegate: Delegate) -> None:
    browser = signed_in_by(WORK)
    page = browser.get("/me/left/").content.decode()
    assert "First add another address of your own, or a passkey." in page
    assert "End sign-in with this address" not in page
    answer = leave(browser)
    assert answer.status_code == 400
    assert is_in(browser) and may_sign_in(WORK)
    assert not AuditEntry.objects.exists()
    # With another one, the session that this address opened ends.
    assert delegate.user is not None
    EmailAddress.objects.create(user=delegate.user, email=HOME, verified=True)
    answer = leave(browser)
    assert (answer.status_code, answer["Location"]) == (302, LOGIN)
    assert not is_in(browser)
    assert "Use your other address, or your passkey." in browser.get(LOGIN).content.decode()


def add_passkey(user: User, *, alone: bool) -> None:
    credential = {"clientExtensionResults": {"credProps": {"rk": alone}}}
    Authenticator.objects.create(
        user=user,
        type=Authenticator.Type.WEBAUTHN,
        data={"name": "Telephone", "credential": credential},
    )


def test_discoverable_passkey_is_sufficient(delegate: Delegate, client_of: Sign) -> None:
    user = delegate.user
    assert user is not None
    add_passkey(user, alone=False)
    with pytest.raises(ValidationError, match="You have no other way to sign in"):
        leave_work(user)
    add_passkey(user, alone=True)
    leave_work(user)
    assert not may_sign_in(WORK)
    user.refresh_from_db()
    assert user.is_active and not is_closed(user)
    assert user.email.endswith("@no-address.invalid")
    # The next address becomes the main one.
    browser = client_of(user)
    assert "no-address" not in browser.get("/accounts/email/").content.decode()
    Authenticator.objects.all().delete()
    record_email_code(browser, user)
    browser.post("/accounts/email/", {"action_add": "", "email": HOME})
    browser.post("/accounts/confirm-email/", {"code": newest_code()})
    rows = EmailAddress.objects.filter(user=user)
    assert list(rows.values_list("email", "verified", "primary")) == [(HOME, True, True)]
    assert may_sign_in(HOME)


def test_list_says_which_passkey_signs_in_alone(account: User, client_of: Sign) -> None:
    for alone in (True, False):
        add_passkey(account, alone=alone)
    page = get_text(client_of(account), "/accounts/2fa/webauthn/")
    assert page.count("signs in without another code") == 1
    assert page.count("only together with a code from your email") == 1


def test_foreign_address_cannot_be_removed(account: User, client_of: Sign) -> None:
    other = make_user("other@example.org")
    browser = client_of(account)
    prove(browser)
    answer = leave(browser, address="other@example.org")
    assert answer.status_code == 400
    assert EmailAddress.objects.filter(user=other).exists()


def queued_for(address: str) -> str:
    row = enqueue(
        dedup_key=one_time_key(),
        to=address,
        template="participants/accounts/emails/left_organisation",
        context={},
        at=NOON,
    )
    assert row is not None
    return row.dedup_key


def waiting(key: str) -> str:
    row = QueuedEmail.objects.get(dedup_key=key)
    assert bool(row.recipient) == bool(row.text)
    return str(row.recipient)


@pytest.mark.each_database
@pytest.mark.parametrize("removed", [HOME, WORK])
def test_removed_address_leaves_queued_emails_and_what_the_desk_reads(
    account: User, delegate: Delegate, event: Event, client_of: Sign, removed: str
) -> None:
    delegate.write(invitation_email=removed)
    answer = {"answer": Invitation.Answer.ACCEPTED, "answered_at": NOON}
    answered = make_invitation(delegate, event, email=removed.title(), **answer)
    decided = {"decision": InvitationRequest.Decision.INVITED, "decided_at": NOON}
    make_invitation_request(event, email=removed, **decided)
    other = WORK if removed == HOME else HOME
    to_removed, to_other = queued_for(removed.title()), queued_for(other)
    if removed == WORK:
        leave_work(account)
        # The notice about it is sent.
        assert len(queued_emails(to=WORK)) == 1
    else:
        browser = client_of(account)
        prove(browser)
        browser.post("/accounts/email/", {"action_remove": "", "email": HOME})
    assert not EmailAddress.objects.filter(email=removed).exists()
    assert (waiting(to_removed), waiting(to_other)) == ("", other)
    answered.refresh_from_db()
    delegate.refresh_from_db()
    assert (answered.email, delegate.invitation_email) == ("", "")
    assert not InvitationRequest.objects.exists()


def test_removing_an_unverified_address_empties_no_email(
    delegate: Delegate, client_of: Sign
) -> None:
    """The address is perhaps someone else's."""
    assert delegate.user is not None
    EmailAddress.objects.create(user=delegate.user, email="other@example.org", verified=False)
    to_other, browser = queued_for("other@example.org"), client_of(delegate)
    prove(browser)
    browser.post("/accounts/email/", {"action_remove": "", "email": "other@example.org"})
    assert not EmailAddress.objects.filter(email="other@example.org").exists()
    assert waiting(to_other) == "other@example.org"


@pytest.mark.each_database
def test_post_and_work_address_stop_showing_on_that_day(
    account: User, delegate: Delegate, client: Client
) -> None:
    delegate.write(post="Head of Nets")
    work = make_affiliation(delegate, post="Head of Nets")
    make_role(delegate.participations.get().event, organisation=work.organisation)
    make_channel(delegate, value=WORK, audience=Audience.EVERYONE)
    page = get_text(client, f"/directory/{delegate.handle}/")
    assert all(text in page for text in ("Head of Nets", WORK, work.organisation.name))
    # A post at another organisation goes on to show.
    other = make_affiliation(delegate, post="Clerk")
    leave_work(account, other)
    delegate.refresh_from_db()
    assert delegate.post == "Head of Nets"
    EmailAddress.objects.create(user=account, email=WORK, verified=True)
    leave_work(account, work, timezone.now())
    page = get_text(client, f"/directory/{delegate.handle}/")
    assert not [t for t in ("Head of Nets", WORK, work.organisation.name) if t in page]
    assert "dewi.open@example.org" in page
    assert channel_with(WORK).audience == Audience.ONLY_ME
