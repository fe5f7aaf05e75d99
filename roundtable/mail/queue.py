"""The mail queue: one email for each reason, saved together with its cause, sent by a worker.

No request sends mail, so neither its response nor its duration shows whether an email was sent. A
task contains only the email's number; its recipient and text are kept only until it is sent.
"""

import contextlib
import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial
from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import transaction
from django.db.models import F
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.crypto import get_random_string
from django_tasks import task

from roundtable.database.outages import until_stored
from roundtable.mail.batches import current_recipient, lock_batch
from roundtable.mail.html import html_of
from roundtable.mail.models import MailBatch, QueuedEmail

logger = logging.getLogger(__name__)

# The wait after each refusal by the mail server. After the last one, the email fails.
RETRY_DELAYS = [
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=8),
]
# What is deleted once an email is sent, or its recipient is erased.
EMPTY_CONTENT = {
    "recipient": "",
    "subject": "",
    "text": "",
    "unsubscribe_url": "",
    "reply_to": "",
}
# The start of each key that never repeats.
ONE_TIME_PREFIX = "fresh:"


class RetryableSendError(Exception):
    """The mail server certainly did not accept the email, so we can try again."""


def one_time_key() -> str:
    """A key that never repeats, for an email that someone asked for."""
    return ONE_TIME_PREFIX + get_random_string(32)


@transaction.atomic
def enqueue(
    *,
    dedup_key: str,
    to: str,
    template: str,
    context: dict[str, Any],
    at: datetime,
    send_before: datetime | None = None,
    unsubscribe_url: str = "",
    reply_to: str = "",
    batch: MailBatch | None = None,
) -> QueuedEmail | None:
    """Queues one email; returns None if this key was used before.

    The words come from `<template>.subject.txt` and `.txt`. With an empty `to`, everything
    is the same but no one gets the email. Raises ValidationError if `to` is not an address.
    """
    email = QueuedEmail(
        dedup_key=dedup_key,
        recipient=to,
        **render_email(template, context),
        unsubscribe_url=unsubscribe_url,
        reply_to=reply_to,
        queued_at=at,
        send_before=send_before,
        batch=batch,
    )
    email.full_clean(validate_unique=False)
    values = {
        field.attname: getattr(email, field.attname)
        for field in QueuedEmail._meta.concrete_fields
        if not field.primary_key
    }
    stored, is_new = QueuedEmail.objects.get_or_create(dedup_key=dedup_key, defaults=values)
    if not is_new:
        return None
    _enqueue_task(stored.pk, batch)
    return stored


def render_email(template: str, context: dict[str, Any]) -> dict[str, str]:
    """Subject and text of an email."""
    context = {"contact_email": settings.CONTACT_EMAIL} | context
    return {
        "subject": " ".join(render_to_string(f"{template}.subject.txt", context).split()),
        "text": render_to_string(f"{template}.txt", context).strip() + "\n",
    }


def send_without_storing(*, to: str, template: str, context: dict[str, Any]) -> None:
    """After an erasure, not even an unsent email keeps the address.

    It is sent as soon as the transaction is committed. If the mail server refuses it, it is lost.
    """
    email = QueuedEmail(recipient=to, **render_email(template, context))
    if to:
        transaction.on_commit(partial(_try_to_deliver, email))


def _try_to_deliver(email: QueuedEmail) -> None:
    try:
        _deliver(email)
    except Exception as problem:  # it may contain the address
        logger.error("An email that is not stored was given up: %s.", type(problem).__name__)


def _enqueue_task(email_id: int, batch: MailBatch | None) -> None:
    send_task = send_queued_email.using(run_after=batch.send_after) if batch else send_queued_email
    send_task.enqueue(email_id)


@task(backend="mail")
def send_queued_email(email_id: int) -> None:
    """Does nothing if a worker already started it."""
    email = _claim(email_id)
    if email is None:
        return
    assert email.claimed_at is not None
    now = email.claimed_at
    if not email.recipient or (email.send_before and email.send_before < now):
        email.attempts -= 1  # the mail server was not contacted
        _mark_done(email, is_sent=False, at=now)
        return
    try:
        email.recipient = _current_recipient(email, now)
        if email.recipient:
            _deliver(email)
    # What became of the email must be stored, even if the database is away now.
    except RetryableSendError as problem:
        until_stored(partial(_schedule_retry, email, problem, at=now))
    # Any other error: the email may have been accepted, so it is not sent again. Only the type is
    # logged, because the message could contain the recipient.
    except Exception as problem:
        until_stored(partial(mark_failed, email, type(problem).__name__, at=now))
    else:
        is_sent = bool(email.recipient)
        email.attempts -= not is_sent
        until_stored(partial(_mark_done, email, is_sent=is_sent, at=timezone.now()))


@transaction.atomic
def _claim(email_id: int) -> QueuedEmail | None:
    """Reserves the email for this worker; None if it must not be sent now."""
    batch, now = lock_batch(email_id), timezone.now()
    if batch and batch.cancelled_at:
        return None
    if batch and now < batch.send_after:
        _enqueue_task(email_id, batch)
        return None
    unclaimed = QueuedEmail.objects.filter(pk=email_id, claimed_at=None, done_at=None)
    # One conditional UPDATE: only one of two workers gets the email.
    if not unclaimed.update(claimed_at=now, attempts=F("attempts") + 1):
        return None
    return QueuedEmail.objects.get(pk=email_id)


def _current_recipient(email: QueuedEmail, now: datetime) -> str:
    """Raises RetryableSendError if the check fails."""
    try:
        return current_recipient(email, now)
    except Exception as problem:
        raise RetryableSendError(type(problem).__name__) from None


def _deliver(email: QueuedEmail) -> None:
    """Raises RetryableSendError if the mail server certainly refused the email."""
    connection = get_connection()
    try:
        connection.open()
    except (OSError, SMTPException) as problem:
        raise RetryableSendError(type(problem).__name__) from None
    message = EmailMultiAlternatives(
        email.subject,
        email.text,
        to=[email.recipient],
        reply_to=[email.reply_to] if email.reply_to else None,
        connection=connection,
        headers=_headers(email),
    )
    message.attach_alternative(html_of(email.subject, email.text), "text/html")
    try:
        message.send()
    except (SMTPRecipientsRefused, SMTPResponseException) as problem:
        raise RetryableSendError(type(problem).__name__) from None
    finally:
        with contextlib.suppress(OSError, SMTPException):
            connection.close()


def _headers(email: QueuedEmail) -> dict[str, str]:
    if not email.unsubscribe_url:
        return {}
    # One-click unsubscribe in mail programs (RFC 8058).
    return {
        "List-Unsubscribe": f"<{email.unsubscribe_url}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def _schedule_retry(email: QueuedEmail, problem: RetryableSendError, *, at: datetime) -> None:
    if email.attempts > len(RETRY_DELAYS):
        mark_failed(email, str(problem), at=at)
        return
    logger.warning("QueuedEmail %s was refused and is tried again: %s.", email.pk, problem)
    with transaction.atomic():
        QueuedEmail.objects.filter(pk=email.pk, done_at=None).update(claimed_at=None)
        send_queued_email.using(run_after=at + RETRY_DELAYS[email.attempts - 1]).enqueue(email.pk)


def mark_failed(email: QueuedEmail, reason: str, *, at: datetime) -> bool:
    """Whether the email was still unfinished."""
    was_open = _mark_done(email, is_sent=False, at=at)
    if was_open:
        logger.error("QueuedEmail %s was given up: %s.", email.pk, reason)
    return was_open


def cancel_emails_to(addresses: Iterable[str], *, queued_until: datetime | None = None) -> None:
    """Empties the emails that wait for a mailbox which someone else may read now.

    Their keys stay, so that no email is queued again.
    """
    emails = QueuedEmail.objects.exclude(recipient="")
    if queued_until:
        emails = emails.filter(queued_at__lte=queued_until)
    else:
        # Those of a batch go to the address that the person has when they are sent.
        emails = emails.filter(batch=None)
    lower = {address.lower() for address in addresses}
    found = [email.pk for email in emails if email.recipient.lower() in lower]
    emails.filter(pk__in=found).update(**EMPTY_CONTENT)


def _mark_done(email: QueuedEmail, *, is_sent: bool, at: datetime) -> bool:
    """Deletes the content and keeps the key; whether the email was still unfinished."""
    still_open = QueuedEmail.objects.filter(pk=email.pk, done_at=None)
    values = {"attempts": email.attempts, "claimed_at": None, "done_at": at, "is_sent": is_sent}
    return bool(still_open.update(**EMPTY_CONTENT, **values))
