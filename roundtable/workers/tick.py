"""Runs the regular commands that are due, one after the other; one that fails stops no other."""

import fcntl
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic

from django.conf import settings
from django.core.management import CommandError, call_command
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from roundtable.workers.jobs import Job

log = logging.getLogger(__name__)

OFTEN, HOURLY = timedelta(minutes=10), timedelta(hours=1)
DAILY, WEEKLY = timedelta(days=1), timedelta(days=7)
# In this order: what people wait for first.
SCHEDULE: dict[str, timedelta] = {
    "send_notifications": OFTEN,
    "clean_up_mail": HOURLY,
    "apply_retention": HOURLY,
    "make_due_changes": DAILY,
    "send_reminders": DAILY,
    "review_profiles": DAILY,
    "update_statistics": DAILY,
    "verify": DAILY,
    "backup": DAILY,
}
# What `backup` does besides, with a row of its own.
REHEARSAL_JOB = "rehearsal"
WATCHED = {**SCHEDULE, REHEARSAL_JOB: WEEKLY}
# Daily commands are due at this hour, when few people use the portal; weekly ones on Mondays.
HOUR = 5
# A command that failed runs again after this time, and one that has not run for so long is late.
PATIENCE = timedelta(hours=1)


def last_due(every: timedelta, at: datetime) -> datetime:
    """The latest time, up to this one, at which a command was due."""
    today = timezone.localtime(at).replace(hour=HOUR, minute=0, second=0, microsecond=0)
    monday = today - timedelta(days=today.weekday())
    return at - (at - monday) % every


def is_due(job: Job, every: timedelta, at: datetime) -> bool:
    # The clock may have been put back.
    if job.started_at is None or job.started_at > at:
        return True
    # No one runs it, so what has not ended was killed.
    has_failed = job.failure or job.seconds is None
    return (has_failed and at - job.started_at >= PATIENCE) or job.started_at < last_due(every, at)


def run_due(at: datetime) -> list[str]:
    """Runs what is due. Returns one sentence for each command that failed."""
    failures = []
    for name, every in SCHEDULE.items():
        with _lock(name) as is_free:
            job, _is_new = Job.objects.get_or_create(name=name)
            if is_free and is_due(job, every, at):
                _run(job, at)
                failures += [f"{name}: {job.failure}"] if job.failure else []
    return failures


def _run(job: Job, at: datetime) -> None:
    job.started_at, job.seconds, job.failure = at, None, ""
    job.save(update_fields=["started_at", "seconds", "failure"])
    began = monotonic()
    try:
        call_command(job.name)
    except CommandError as refusal:
        job.failure = str(refusal)
    except Exception as problem:
        # Without its text, in which a name can stand.
        log.exception("%s failed.", job.name)
        job.failure = type(problem).__name__
    job.seconds = monotonic() - began
    if not job.failure:
        job.done_at = timezone.now()
    job.save(update_fields=["seconds", "done_at", "failure"])


@contextmanager
def _lock(name: str) -> Iterator[bool]:
    """Whether no one else runs this command. The system ends the lock even if it is killed."""
    folder = Path(settings.DATA_DIR) / "jobs"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = os.open(folder / name, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(file)
        yield False
        return
    try:
        yield True
    finally:
        os.close(file)


def job_faults(at: datetime) -> Iterator[str]:
    """One sentence for each reason why regular commands do not do their work."""
    if Job.objects.filter(started_at__isnull=False).exists():
        yield from late_jobs(at)
    else:
        yield _("The regular commands have never run. Start roundtable-tick.timer.")


def late_jobs(at: datetime) -> Iterator[str]:
    """Commands that failed, or that were due and have not run."""
    for job in Job.objects.filter(name__in=WATCHED, started_at__isnull=False).order_by("pk"):
        done_at = job.done_at and timezone.localtime(job.done_at)
        last = date_format(done_at, "DATETIME_FORMAT") if done_at else "–"
        words = {"job": job.name, "last": last, "failure": job.failure}
        if job.failure:
            yield _("%(job)s failed. It was last done: %(last)s. %(failure)s") % words
        elif not _is_running(job, at) and not _is_done(job, at):
            yield _("%(job)s is late. It was last done: %(last)s.") % words


def _is_done(job: Job, at: datetime) -> bool:
    return job.done_at is not None and job.done_at >= last_due(WATCHED[job.name], at - PATIENCE)


def _is_running(job: Job, at: datetime) -> bool:
    return job.seconds is None and job.started_at is not None and at - job.started_at < PATIENCE
