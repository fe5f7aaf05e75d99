"""The worker of a queue: it waits while the database is away, and leaves signs that it works."""

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Any

from django.conf import settings
from django.db import close_old_connections, connection
from django.utils.module_loading import import_string
from django_tasks import DEFAULT_TASK_QUEUE_NAME
from django_tasks.base import TaskResultStatus
from django_tasks_db.management.commands import db_worker
from django_tasks_db.models import DBTaskResult
from django_tasks_db.utils import exclusive_transaction

from roundtable.database.outages import end_pauses, growing_pauses, outage_of, pause
from roundtable.workers.second_worker import SecondWorker

logger = logging.getLogger(__name__)

SIGN_INTERVAL = 20.0  # seconds between two signs


class Worker(db_worker.Worker):
    """Waits while the database is away, where the library's worker ends."""

    has_begun = False
    outage_began: float | None = None
    last_sign = -SIGN_INTERVAL
    second: SecondWorker | None = None

    def run(self) -> None:
        queue = self._option("second_queue")
        if queue and self._does_all_queues and not (self.batch or self.max_tasks):
            self.second = SecondWorker(self.backend_name, queue)
        try:
            self._run_alone()
        finally:
            if self.second:
                self.second.end()
                self.second.wait()

    def _run_alone(self) -> None:
        pauses = growing_pauses()
        while self.running:
            try:
                had_task = self._do_round()
            except Exception as problem:
                outage = outage_of(problem)
                # A transaction that was opened outside cannot continue on another connection.
                if not outage or connection.in_atomic_block:
                    raise
                if self.outage_began is None:
                    self.outage_began, pauses = time.monotonic(), growing_pauses()
                    logger.warning("The worker for %s waits: %s.", self.backend_name, outage.value)
                connection.close()
                pause(next(pauses))
                continue
            self._leave_sign()
            is_finished = self.batch and not had_task
            if is_finished or (self.max_tasks and self._run_tasks >= self.max_tasks):
                break
            if not had_task:
                pause(self.interval)
        remove_sign(self.backend_name)

    def shutdown(self, signum: int, frame: FrameType | None) -> None:
        end_pauses()
        if self.second:
            self.second.end()
        if not self.running_task:
            remove_sign(self.backend_name)
        super().shutdown(signum, frame)

    def _do_round(self) -> bool:
        """Runs the next task; whether there was one."""
        close_old_connections()
        if self.outage_began is not None:
            self._queue_interrupted()
        if not self.has_begun:
            # A second worker ends with this one and is started again if it ends, so it does this.
            if not self.second:
                self._queue_first()
            self.has_begun = True
        tasks = DBTaskResult.objects.ready().filter(backend_name=self.backend_name)
        if not self._does_all_queues:
            tasks = tasks.filter(queue_name__in=self.queue_names)
        # Looked at first without a lock, for which all others wait on SQLite.
        if not tasks.exists():
            return False
        with exclusive_transaction():
            found = tasks.get_locked()
            if found:
                found.claim(self.worker_id)
        if found:
            self.run_task(found)
        return found is not None

    def _queue_first(self) -> None:
        """Queues what each worker of this queue starts with."""
        if path := self._option("first_task"):
            queue = DEFAULT_TASK_QUEUE_NAME if self.process_all_queues else self.queue_names[0]
            import_string(path).using(queue_name=queue).enqueue()

    def _option(self, name: str) -> str | None:
        backends: Any = settings.TASKS
        found: str | None = backends[self.backend_name].get("OPTIONS", {}).get(name)
        return found

    @property
    def _does_all_queues(self) -> bool:
        # Without `--queue-name`, a worker does all.
        return self.process_all_queues or self.queue_names == [DEFAULT_TASK_QUEUE_NAME]

    def run_task(self, db_task_result: "DBTaskResult[Any, Any]") -> None:
        with signs_meanwhile(self.backend_name):
            super().run_task(db_task_result)

    def _queue_interrupted(self) -> None:
        """Queues again what this worker began and could not finish.

        Nothing happens twice: each task of the portal first claims its email or its upload.
        """
        for task in DBTaskResult.objects.running().filter(backend_name=self.backend_name):
            if self.worker_id in task.worker_ids:
                task.status = TaskResultStatus.READY
                task.save(update_fields=["status"])

    def _leave_sign(self) -> None:
        now = time.monotonic()
        if self.outage_began is not None:
            seconds = now - self.outage_began
            self.outage_began = None
            logger.warning("The worker for %s continues after %d s.", self.backend_name, seconds)
        if now - self.last_sign >= SIGN_INTERVAL:
            self.last_sign = now
            leave_sign(self.backend_name)


def _sign_path(backend: str) -> Path:
    # A file, because its time can be set while the database is away and the disk is full.
    return Path(settings.DATA_DIR) / "workers" / backend


def leave_sign(backend: str) -> None:
    """Notes that the worker of this queue has done a round."""
    path = _sign_path(backend)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)
    except OSError as problem:
        logger.warning("The worker for %s left no sign: %s.", backend, type(problem).__name__)


@contextmanager
def signs_meanwhile(backend: str) -> Iterator[None]:
    """Leaves signs during a long task as well."""
    is_done = threading.Event()

    def leave_signs() -> None:
        while not is_done.wait(SIGN_INTERVAL):
            leave_sign(backend)

    thread = threading.Thread(target=leave_signs, daemon=True)
    thread.start()
    try:
        yield
    finally:
        is_done.set()
        thread.join()


def remove_sign(backend: str) -> None:
    """A worker that was told to stop is not a fault."""
    try:
        _sign_path(backend).unlink(missing_ok=True)
    except OSError as problem:
        logger.warning("The worker for %s left its sign: %s.", backend, type(problem).__name__)


def last_sign(backend: str) -> datetime | None:
    """When the worker last did a round; None if it does not run."""
    try:
        return datetime.fromtimestamp(_sign_path(backend).stat().st_mtime, UTC)
    except OSError:
        return None
