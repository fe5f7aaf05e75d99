"""The queue of mail, worked on when a test says so."""

from unittest.mock import patch

from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django_tasks_db.models import DBTaskResult

from roundtable.workers.worker import Worker


def run_queue(max_tasks: int | None = None, backend: str = "mail", queue: str = "default") -> None:
    """Does what the worker does with all that is queued and due; a task that fails, fails here."""
    worker = Worker(
        queue_names=[queue],
        interval=0,
        batch=True,
        backend_name=backend,
        startup_delay=False,
        max_tasks=max_tasks,
        worker_id="test",
        excluded_queue_names=[],
    )
    # As the test client does: the connection holds the transaction of the test.
    with patch("roundtable.workers.worker.close_old_connections"):
        worker.run()
    failed = DBTaskResult.objects.failed()
    assert not failed, [task.traceback for task in failed]


def deliver_mail() -> list[EmailMultiAlternatives]:
    """Sends what is queued, and gives all that was sent in this test; the fixture `deliver` too."""
    run_queue()
    return mail.outbox  # type: ignore[return-value]
