"""What the worker cannot see to itself: letters that a crash left behind, and old rows."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q
from django_tasks_db.models import DBTaskResult

from roundtable.mail.queue import FRESH, Letter, give_up, send_letter

logger = logging.getLogger(__name__)

# Far longer than the mail server may take.
UNANSWERED = timedelta(minutes=15)
TASKS_KEPT = timedelta(days=7)
# A cause that cannot come again need not be remembered for long; any other outlasts what repeats
# it: the review of a profile that nobody answers ends after two years.
FRESH_KEPT = timedelta(days=30)
CAUSES_KEPT = timedelta(days=3 * 366)


@dataclass(frozen=True)
class Upkeep:
    """How many letters were given up and queued again, and how many rows were removed."""

    given_up: int
    queued_again: int
    tasks: int
    letters: int


def tend(*, at: datetime) -> Upkeep:
    """Does all of it; doing it twice, or beside the workers, changes nothing more."""
    return Upkeep(
        given_up=_give_up_unanswered(at),
        queued_again=_queue_forgotten(at),
        tasks=_remove_tasks(at - TASKS_KEPT),
        letters=_remove_letters(at),
    )


def _give_up_unanswered(at: datetime) -> int:
    """Ends what a worker began and never finished: it may have been sent, so never again."""
    letters = Letter.objects.filter(done_at=None, claimed_at__lt=at - UNANSWERED)
    return sum(give_up(letter, "nobody knows whether it was sent", at=at) for letter in letters)


def _queue_forgotten(at: datetime) -> int:
    """Queues what nobody began and no task stands for: a worker ended just before."""
    waiting = DBTaskResult.objects.filter(task_path=send_letter.module_path, status="READY")
    numbers = {row["args"][0] for row in waiting.values_list("args_kwargs", flat=True)}
    letters = Letter.objects.filter(
        done_at=None, claimed_at=None, queued_at__lt=at - UNANSWERED
    ).exclude(pk__in=numbers)
    for number in letters.values_list("pk", flat=True):
        logger.warning("Letter %s was forgotten and is queued again.", number)
        send_letter.enqueue(number)
    return len(letters)


def _remove_tasks(before: datetime) -> int:
    old = Q(finished_at__lt=before) | Q(status="RUNNING", started_at__lt=before)
    return DBTaskResult.objects.filter(old, backend_name="mail").delete()[0]


def _remove_letters(at: datetime) -> int:
    fresh = Q(cause__startswith=FRESH, done_at__lt=at - FRESH_KEPT)
    return Letter.objects.filter(fresh | Q(done_at__lt=at - CAUSES_KEPT)).delete()[0]
