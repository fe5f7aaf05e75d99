"""Letters on hold: those that one act at the desk caused wait a while, and can be called off.

Much may change while a letter waits, so it is asked once more when it leaves: whether its cause
still holds, and to whom it goes now. The apps above say so in their module `held`.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from roundtable.mail.models import MailBatch

# How long the letters of a batch can be called off.
CANCEL_WINDOW = timedelta(minutes=10)
# Asked of a letter at the moment it leaves: the address it goes to; empty where to nobody.
RecipientCheck = Callable[[Any, datetime], str]
_RECIPIENT_CHECKS: dict[str, RecipientCheck] = {}


def create_batch(*, event: Any, action: str, at: datetime) -> MailBatch:
    """A batch whose letters leave ten minutes from then."""
    batch = MailBatch(event=event, action=action, created_at=at, send_after=at + CANCEL_WINDOW)
    batch.full_clean()
    batch.save()
    return batch


def lock_batch(email_id: int) -> MailBatch | None:
    """The batch that a letter waits with, locked: its letters leave or are called off, never both.

    Whoever asks is within a transaction, and reads the time after this.
    """
    rows = MailBatch.objects.select_for_update()
    return rows.filter(pk__in=MailBatch.objects.filter(emails=email_id).values("pk")).first()


@transaction.atomic
def cancel_batch(batch: MailBatch, *, at: datetime) -> list[str] | None:
    """Removes the letters of a batch, none of which was sent, and gives their causes.

    The causes may have letters again. None where the batch has left, or was called off before.
    """
    locked = MailBatch.objects.select_for_update().get(pk=batch.pk)
    # Since the moment of the press one may have left: then nothing is called off.
    has_left = locked.emails.exclude(attempts=0, claimed_at=None, done_at=None).exists()
    if has_left or not locked.is_cancellable(at):
        return None
    locked.cancelled_at = at
    locked.save()
    dedup_keys = list(locked.emails.values_list("dedup_key", flat=True))
    locked.emails.all().delete()
    return dedup_keys


def register_recipient_check(dedup_key_prefix: str) -> Callable[[RecipientCheck], RecipientCheck]:
    """Has this asked of each letter whose cause begins so."""

    def register(ask: RecipientCheck) -> RecipientCheck:
        _RECIPIENT_CHECKS[dedup_key_prefix] = ask
        return ask

    return register


def current_recipient(email: Any, at: datetime) -> str:
    """To whom a letter goes that is about to leave; empty where its cause holds no more.

    Of what was on hold nothing leaves that nobody can be asked about.
    """
    for dedup_key_prefix, check in _RECIPIENT_CHECKS.items():
        if email.dedup_key.startswith(dedup_key_prefix):
            return check(email, at)
    return "" if email.batch_id else str(email.recipient)
