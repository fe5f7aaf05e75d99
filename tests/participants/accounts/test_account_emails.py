"""Mail about one's own account: neutral, short, in words and in HTML, to one address."""

import re
from pathlib import Path

import allauth
import pytest
from allauth.account.adapter import get_adapter
from allauth.core import context
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.test import Client, RequestFactory

from participants.models import Delegate
from roundtable.mail.models import QueuedEmail
from tests.factories import NOON, make_user
from tests.mail_queue import deliver_mail

pytestmark = pytest.mark.django_db

LINK = re.compile(r"https://portal\.example\.org/links/\S+")
SUBJECTS = {
    "account/email/account_already_exists": "Confirm this address",
    "account/email/email_changed": "Your sign-in details have changed",
    "account/email/email_confirm": "Your sign-in details have changed",
    "account/email/email_confirmation": "Confirm this address",
    "account/email/email_confirmation_signup": "Confirm this address",
    "account/email/email_deleted": "Your sign-in details have changed",
    "account/email/login_code": "Your sign-in code",
    "mfa/email/recovery_codes_generated": "Your sign-in details have changed",
    "mfa/email/totp_activated": "Your sign-in details have changed",
    "mfa/email/totp_deactivated": "Your sign-in details have changed",
    "mfa/email/webauthn_added": "Your sign-in details have changed",
    "mfa/email/webauthn_removed": "Your sign-in details have changed",
}
# There are no passwords, and no email says that an address is unknown.
NEVER_SENT = re.compile(r"account/email/(password_|unknown_account)")


def templates_of_allauth() -> set[str]:
    folder = Path(allauth.__file__).parent / "templates"
    return {
        str(path.relative_to(folder)).removesuffix("_subject.txt")
        for app in ("account", "mfa")
        for path in (folder / app / "email").glob("*_subject.txt")
    }


def mail_of(prefix: str, email: str) -> EmailMultiAlternatives:
    """What the adapter makes of one of allauth's mails."""
    with context.request_context(RequestFactory().get("/")):
        get_adapter().send_mail(
            prefix,
            email,
            {
                "code": "ABCD-EFGH",
                "timestamp": NOON,
                "ip": "192.0.2.7",
                "user_agent": "Browser of Dewi",
                "from_email": "old@example.org",
                "to_email": "new@example.org",
                "deleted_email": "gone@example.org",
            },
        )
    return deliver_mail()[-1]


def test_every_account_email_has_own_template() -> None:
    ours = {name for name in templates_of_allauth() if not NEVER_SENT.match(name)}
    assert ours == set(SUBJECTS)


def test_email_is_neutral_and_names_sender_and_reason(delegate: Delegate) -> None:
    for prefix, subject in SUBJECTS.items():
        message = mail_of(prefix, "delegate@example.org")
        assert (message.to, message.subject) == (["delegate@example.org"], subject)
        [(html, kind)] = message.alternatives
        assert kind == "text/html"
        for body in (str(message.body), str(html)):
            assert "Roundtable sent this email. It is the portal of a meeting" in body
            assert "You received this email because " in body
            assert "Hide everything about me now" in body
            assert len(set(LINK.findall(body.replace('"', " ")))) == 1
            for leak in ("RT2024", "Roundtable 2024", "Dewi", "192.0.2.7", "testserver", "Hello"):
                assert leak not in body
            for address in ("old@", "new@", "gone@", "delegate@"):
                assert address not in body
        assert "<" not in str(message.body) and "{" not in str(message.body) + str(html)


def test_email_to_unverified_address_has_no_hide_link(delegate: Delegate) -> None:
    message = mail_of("account/email/email_confirmation", "new@example.org")
    assert message.to == ["new@example.org"]
    assert "Hide everything" not in str(message.body)


def test_expired_code_is_not_sent(client: Client) -> None:
    make_user("dewi@example.org")
    client.post("/accounts/login/", {"login": "dewi@example.org"})
    email = QueuedEmail.objects.get()
    assert email.send_before
    waits = (email.send_before - email.queued_at).total_seconds()
    assert waits == settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT == 600
