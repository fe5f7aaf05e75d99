"""Batches of emails that wait after an action at the co-chairs' desk and can be cancelled.

Data may change in the meantime. So each email is checked again just before it is sent: whether it
is still needed, and which address it goes to. Other apps register these checks.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from roundtable.mail.models import MailBatch

# How long the emails of a batch can be cancelled.
CANCEL_WINDOW = timedelta(minutes=10)
# Called just before an email is sent: returns its address, or an empty string to send nothing.
RecipientCheck = Callable[[Any, datetime], str]
RECIPIENT_CHECKS: dict[str, RecipientCheck] = {}


def create_batch(*, event: Any, action: str, at: datetime) -> MailBatch:
    batch = MailBatch(event=event, action=action, created_at=at, send_after=at + CANCEL_WINDOW)
    batch.full_clean()
    batch.save()
    return batch


def lock_batch(email_id: int) -> MailBatch | None:
    """Locks the batch of an email: its emails are either sent or cancelled, never both.

    Call it in a transaction, and read the time after it.
    """
    rows = MailBatch.objects.select_for_update()
    return rows.filter(pk__in=MailBatch.objects.filter(emails=email_id).values("pk")).first()


@transaction.atomic
def cancel_batch(batch: MailBatch, *, at: datetime) -> list[str] | None:
    """Deletes the emails of a batch and returns their keys, which can then be used again.

    Returns None if it is too late to cancel the batch.
    """
    locked = MailBatch.objects.select_for_update().get(pk=batch.pk)
    # One may have been sent since the button was pressed. Then nothing is cancelled.
    has_left = locked.emails.exclude(attempts=0, claimed_at=None, done_at=None).exists()
    if has_left or not locked.is_cancellable(at):
        return None
    locked.cancelled_at = at
    locked.save()
    dedup_keys = list(locked.emails.values_list("dedup_key", flat=True))
    locked.emails.all().delete()
    return dedup_keys


def register_recipient_check(dedup_key_prefix: str) -> Callable[[RecipientCheck], RecipientCheck]:
    """Registers the check of emails whose key starts with this prefix."""

    def register(ask: RecipientCheck) -> RecipientCheck:
        RECIPIENT_CHECKS[dedup_key_prefix] = ask
        return ask

    return register


def current_recipient(email: Any, at: datetime) -> str:
    """The address an email goes to now; empty if it is no longer needed."""
    for dedup_key_prefix, check in RECIPIENT_CHECKS.items():
        if email.dedup_key.startswith(dedup_key_prefix):
            return check(email, at)
    # An email of a batch is never sent without a check.
    return "" if email.batch_id else str(email.recipient)
