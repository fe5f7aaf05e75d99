"""Emails to account holders, each with a link that hides the recipient's profile."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from participants.accounts.addresses import delivery_address, sign_in_addresses
from participants.email_links.links import create_link
from participants.models import Delegate, EmailLink, Grant, User
from roundtable.mail.models import MailBatch, QueuedEmail
from roundtable.mail.queue import enqueue
from roundtable.models import Event

HIDE_LINK_LIFETIME = timedelta(days=730)


def hide_url(delegate: Delegate, at: datetime) -> str:
    """Link that hides this person's profile without signing in.

    It works for two years, until the account changes or the person revokes it. The page shows
    nothing about the person, because emails are forwarded.
    """
    return create_link(
        EmailLink.Purpose.HIDE, delegate=delegate, at=at, lifetime=HIDE_LINK_LIFETIME
    )


def delegate_for_hide_link(link: EmailLink, at: datetime) -> Delegate | None:
    """None if the link no longer works."""
    person = link.delegate
    is_same = person is not None and person.user_id is not None and person.user_id == link.user_id
    return person if is_same and link.is_valid(at) else None


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
    values = {**context, "hide_url": hide_url(delegate, at)}
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
    values = {**context, "hide_url": hide_url_for(recipient, at)}
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
    delegate = Delegate.objects.filter(user=user).first()
    values = {**context, "hide_url": hide_url(delegate, at) if delegate else ""}
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
            context={**context, "hide_url": hide_url_for(recipient, at)},
            at=at,
        )
        for user in users
        if (recipient := delivery_address(user))
    ]
    return [email for email in emails if email]


def hide_url_for(email: str, at: datetime) -> str:
    """Empty if no person signs in with this address."""
    people = Delegate.objects.filter(
        user__emailaddress__email=email, user__emailaddress__verified=True, user__is_active=True
    )
    if delegate := people.select_related("user").first():
        return hide_url(delegate, at)
    # Signing in must take the same work for unknown addresses.
    create_link(EmailLink.Purpose.HIDE, at=at, lifetime=timedelta(days=1))
    return ""
