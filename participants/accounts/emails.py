"""Letters to people who have an account, each with the link that hides its reader at once."""

from datetime import datetime
from typing import Any

from participants.accounts.addresses import addresses_of, mailbox_of
from participants.models import Delegate, Grant, User
from participants.privacy import hiding
from roundtable.mail.batches import Batch
from roundtable.mail.queue import Letter, post
from roundtable.models import Event


def write_to(
    delegate: Delegate,
    *,
    cause: str,
    template: str,
    context: dict[str, Any],
    at: datetime,
    batch: Batch | None = None,
) -> Letter | None:
    """Queues a letter to the address that the person signs in with; None where there is none."""
    mailbox = mailbox_of(delegate.user) if delegate.user else ""
    if not mailbox:
        return None
    values = {**context, "hide_url": hiding.url_for(delegate)}
    return post(cause=cause, to=mailbox, template=template, context=values, at=at, batch=batch)


def write_to_user(
    user: User,
    *,
    cause: str,
    template: str,
    context: dict[str, Any],
    at: datetime,
    unsubscribe_url: str,
) -> Letter | None:
    """Queues one letter of a sort that its reader may end; None where no mailbox is known.

    `unsubscribe_url` ends it by one press in the mail program.
    """
    mailbox = mailbox_of(user)
    if not mailbox:
        return None
    values = {**context, "hide_url": hide_url_of(mailbox)}
    return post(
        cause=cause,
        to=mailbox,
        template=template,
        context=values,
        at=at,
        unsubscribe_url=unsubscribe_url,
    )


def write_to_account(
    user: User, *, cause: str, template: str, context: dict[str, Any], at: datetime
) -> list[Letter]:
    """Queues one letter for each address that signs in, so that no other hand hides it."""
    delegate = Delegate.objects.filter(user=user).first() if user.is_active else None
    values = {**context, "hide_url": hiding.url_for(delegate) if delegate else ""}
    letters = [
        post(cause=f"{cause}:{number}", to=address, template=template, context=values, at=at)
        for number, address in enumerate(addresses_of(user))
    ]
    return [letter for letter in letters if letter]


def write_to_cochairs(
    event: Event, *, cause: str, template: str, context: dict[str, Any], at: datetime
) -> list[Letter]:
    """Queues one letter for each co-chair of today, who then do not learn of each other."""
    grants = Grant.objects.active(at.date()).filter(event=event, role=Grant.Role.COCHAIR)
    users = User.objects.filter(grants__in=grants).order_by("pk")
    letters = [
        post(
            cause=f"{cause}:{user.pk}",
            to=mailbox,
            template=template,
            context={**context, "hide_url": hide_url_of(mailbox)},
            at=at,
        )
        for user in users
        if (mailbox := mailbox_of(user))
    ]
    return [letter for letter in letters if letter]


def hide_url_of(email: str) -> str:
    """The link for whoever signs in with this address; empty where that is no listed person."""
    delegate = Delegate.objects.filter(
        user__emailaddress__email=email, user__emailaddress__verified=True, user__is_active=True
    ).first()
    return hiding.url_for(delegate) if delegate else ""
