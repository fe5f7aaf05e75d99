"""Emails to people with an account: only to them, with the link that hides them."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.mail import EmailMultiAlternatives
from django.test import Client

from participants.accounts.emails import email_cochairs, email_delegate
from participants.models import Delegate, Grant, User
from roundtable.mail.models import QueuedEmail
from roundtable.models import Event
from tests.email_links import links_for
from tests.factories import NOON, make_event, make_grant, make_holder, make_user

pytestmark = pytest.mark.django_db

Deliver = Callable[[], list[EmailMultiAlternatives]]
TEMPLATE = "account/email/email_deleted"


def write(delegate: Delegate, dedup_key: str = "dedup_key") -> QueuedEmail | None:
    return email_delegate(
        delegate, dedup_key=dedup_key, template=TEMPLATE, context={"timestamp": NOON}, at=NOON
    )


def write_all(event: Event) -> list[QueuedEmail]:
    return email_cochairs(
        event, dedup_key="dedup_key", template=TEMPLATE, context={"timestamp": NOON}, at=NOON
    )


def test_delegate_email_contains_hide_link(
    delegate: Delegate, client: Client, deliver: Deliver
) -> None:
    write(delegate)
    assert write(delegate) is None
    [message] = deliver()
    assert message.to == ["delegate@example.org"]
    assert "An address can no longer be used to sign in to your account." in message.body
    assert "This changed on " in message.body
    [path] = links_for("hide", message.body)
    html = str(message.alternatives[0][0])
    assert f'<a href="https://portal.example.org{path}">Hide everything about me now</a>' in html
    page = client.get(path)
    assert page.status_code == 200
    delegate.refresh_from_db()
    assert delegate.hidden_at is None and delegate.listed_to == "everyone"


def test_no_email_to_account_that_cannot_sign_in(delegate: Delegate, deliver: Deliver) -> None:
    User.objects.update(is_active=False)
    delegate.refresh_from_db()
    assert write(delegate) is None
    delegate.user = None
    assert write(delegate) is None
    assert deliver() == []


def test_each_current_cochair_gets_email(
    event: Event, cochair: User, delegate: Delegate, deliver: Deliver
) -> None:
    day = NOON.date()
    assert delegate.user
    make_grant(delegate.user, event)
    make_grant(make_user("editor@example.org"), event, role=Grant.Role.EDITOR)
    make_grant(make_user("later@example.org"), event, valid_from=day + timedelta(days=1))
    make_holder(
        event,
        "former@example.org",
        valid_from=day - timedelta(days=9),
        valid_until=day - timedelta(days=1),
    )
    make_grant(make_user("closed@example.org", is_active=False), event)
    elsewhere = make_event(code="OTHER", slug="other", title="Other roundtable")
    make_grant(make_user("elsewhere@example.org"), elsewhere)
    emails = write_all(event)
    assert [email.dedup_key for email in emails] == [
        f"dedup_key:{cochair.pk}",
        f"dedup_key:{delegate.user.pk}",
    ]
    assert write_all(event) == []
    first, second = deliver()
    assert (first.to, second.to) == (["cochair@example.org"], ["delegate@example.org"])
    assert not links_for("hide", first.body), "a co-chair who is no delegate has nothing to hide"
    assert "Hide everything" not in str(first.alternatives[0][0])
    assert links_for("hide", second.body)
