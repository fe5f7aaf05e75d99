"""Cleans up the mail queue: emails that a crashed worker left, and old rows."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q
from django_tasks_db.models import DBTaskResult

from roundtable.mail.models import QueuedEmail
from roundtable.mail.queue import ONE_TIME_PREFIX, mark_failed, send_queued_email

logger = logging.getLogger(__name__)

# Much longer than the mail server may take.
CLAIM_TIMEOUT = timedelta(minutes=15)
TASK_RETENTION = timedelta(days=7)
# A one-time key is not used again, so it is deleted early. Any other key must outlive what could
# repeat it: the review of a profile ends after two years without an answer.
ONE_TIME_KEY_RETENTION = timedelta(days=30)
DEDUP_KEY_RETENTION = timedelta(days=3 * 366)


@dataclass(frozen=True)
class CleanUpResult:
    """How many emails failed or were queued again."""

    failed: int
    requeued: int


def clean_up_mail(*, at: datetime) -> CleanUpResult:
    """Safe to run twice, and while workers run."""
    # They may have been sent, so they are not sent again.
    unfinished = QueuedEmail.objects.filter(done_at=None, claimed_at__lt=at - CLAIM_TIMEOUT)
    failed = sum(mark_failed(email, "unknown whether it was sent", at=at) for email in unfinished)
    return CleanUpResult(failed, _requeue_lost(at))


def delete_old_tasks(at: datetime) -> int:
    before = at - TASK_RETENTION
    old = Q(finished_at__lt=before) | Q(status="RUNNING", started_at__lt=before)
    return DBTaskResult.objects.filter(old, backend_name="mail").delete()[0]


def delete_old_emails(at: datetime) -> int:
    done = Q(done_at__lt=at - DEDUP_KEY_RETENTION)
    done |= Q(dedup_key__startswith=ONE_TIME_PREFIX, done_at__lt=at - ONE_TIME_KEY_RETENTION)
    return QueuedEmail.objects.filter(done).delete()[0]


def _requeue_lost(at: datetime) -> int:
    """Queues emails that have no task: a worker crashed just before it started them."""
    waiting = DBTaskResult.objects.filter(task_path=send_queued_email.module_path, status="READY")
    numbers = {row["args"][0] for row in waiting.values_list("args_kwargs", flat=True)}
    emails = QueuedEmail.objects.filter(
        done_at=None, claimed_at=None, queued_at__lt=at - CLAIM_TIMEOUT
    ).exclude(pk__in=numbers)
    for number in emails.values_list("pk", flat=True):
        logger.warning("QueuedEmail %s was forgotten and is queued again.", number)
        send_queued_email.enqueue(number)
    return len(emails)
