"""Emails to account holders, each with a link that hides the recipient's profile."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core import signing
from django.db.models import QuerySet
from django.urls import reverse

from participants.accounts.addresses import (
    account_pseudonym,
    delivery_address,
    is_account_pseudonym,
    sign_in_addresses,
)
from participants.models import Delegate, Grant, User
from roundtable.mail.models import MailBatch, QueuedEmail
from roundtable.mail.queue import enqueue
from roundtable.models import Event

_SALT = "participants.accounts.emails"
HIDE_LINK_LIFETIME = timedelta(days=730)


def hide_url(delegate: Delegate) -> str:
    """Link that hides this person's profile without signing in.

    It works for two years, until the account changes or the person revokes it. The page shows
    nothing about the person, because emails are forwarded.
    """
    content = [delegate.handle, account_pseudonym(delegate.user_id), delegate.hide_link_version]
    token = signing.dumps(content, salt=_SALT)
    return f"{settings.PORTAL_URL}{reverse('hide-by-link', args=[token])}"


def is_authentic_link(token: str) -> bool:
    """Whether the link is genuine and not too old, whatever the state of the profile."""
    return _read_token(token) is not None


def delegate_for_hide_link(token: str) -> Delegate | None:
    """None if the link is not valid, or no longer."""
    content = _read_token(token)
    if content is None:
        return None
    handle, account, hide_link_version = content
    people = Delegate.objects.filter(user__isnull=False, erased_at=None)
    found = people.filter(handle=handle, hide_link_version=hide_link_version).first()
    return found if found and is_account_pseudonym(account, found.user_id) else None


def _read_token(token: str) -> list[Any] | None:
    try:
        content = signing.loads(token, salt=_SALT, max_age=HIDE_LINK_LIFETIME)
    except signing.BadSignature:
        return None
    return content if isinstance(content, list) and len(content) == 3 else None


def email_delegate(
    delegate: Delegate,
    *,
    dedup_key: str,
    template: str,
    context: dict[str, Any],
    at: datetime,
    batch: MailBatch | None = None,
) -> QueuedEmail | None:
    """None if the person has no mailbox."""
    recipient = delivery_address(delegate.user) if delegate.user else ""
    if not recipient:
        return None
    values = {**context, "hide_url": hide_url(delegate)}
    return enqueue(
        dedup_key=dedup_key, to=recipient, template=template, context=values, at=at, batch=batch
    )


def email_user(
    user: User,
    *,
    dedup_key: str,
    template: str,
    context: dict[str, Any],
    at: datetime,
    unsubscribe_url: str,
) -> QueuedEmail | None:
    """`unsubscribe_url` is for the unsubscribe button of mail programs."""
    recipient = delivery_address(user)
    if not recipient:
        return None
    values = {**context, "hide_url": hide_url_for(recipient)}
    return enqueue(
        dedup_key=dedup_key,
        to=recipient,
        template=template,
        context=values,
        at=at,
        unsubscribe_url=unsubscribe_url,
    )


def email_account(
    user: User, *, dedup_key: str, template: str, context: dict[str, Any], at: datetime
) -> list[QueuedEmail]:
    delegate = Delegate.objects.filter(user=user).first() if user.is_active else None
    values = {**context, "hide_url": hide_url(delegate) if delegate else ""}
    # Use every address, so that someone who reads one mailbox cannot hide the message.
    emails = [
        enqueue(
            dedup_key=f"{dedup_key}:{number}", to=address, template=template, context=values, at=at
        )
        for number, address in enumerate(sign_in_addresses(user))
    ]
    return [email for email in emails if email]


def email_account_made(user: User, at: datetime) -> None:
    email_account(
        user,
        dedup_key=f"account {user.pk} {'operator' if user.is_superuser else 'made'}",
        template="participants/accounts/emails/account_made",
        context={"is_operator": user.is_superuser},
        at=at,
    )


def email_cochairs(
    event: Event, *, dedup_key: str, template: str, context: dict[str, Any], at: datetime
) -> list[QueuedEmail]:
    grants = Grant.objects.active(at.date()).filter(event=event, role=Grant.Role.COCHAIR)
    return email_holders(grants, dedup_key=dedup_key, template=template, context=context, at=at)


def email_holders(
    grants: QuerySet[Grant],
    *,
    dedup_key: str,
    template: str,
    context: dict[str, Any],
    at: datetime,
) -> list[QueuedEmail]:
    users = User.objects.filter(grants__in=grants).distinct().order_by("pk")
    # Separate emails, so that they do not see each other's addresses.
    emails = [
        enqueue(
            dedup_key=f"{dedup_key}:{user.pk}",
            to=recipient,
            template=template,
            context={**context, "hide_url": hide_url_for(recipient)},
            at=at,
        )
        for user in users
        if (recipient := delivery_address(user))
    ]
    return [email for email in emails if email]


def hide_url_for(email: str) -> str:
    """Empty if no person signs in with this address."""
    delegate = Delegate.objects.filter(
        user__emailaddress__email=email, user__emailaddress__verified=True, user__is_active=True
    ).first()
    return hide_url(delegate) if delegate else ""
