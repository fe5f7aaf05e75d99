"""The queue of mail, worked on when a test says so."""

from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import pytest
import time_machine
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django_tasks_db.models import DBTaskResult

from roundtable.mail.models import QueuedEmail
from roundtable.mail.queue import enqueue
from roundtable.workers.worker import Worker
from tests.factories import NOON


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


def queued_emails(to: str = "", subject: str = "") -> list[QueuedEmail]:
    """Those to this address, with these words in the subject; the database cannot find them."""
    rows = QueuedEmail.objects.order_by("pk")
    return [row for row in rows if to in ("", row.recipient) and subject in row.subject]


def change_emails(**values: Any) -> None:
    for row in queued_emails():
        for name, value in values.items():
            setattr(row, name, value)
        row.save()


def queue_code(dedup_key: str = "cause-1", to: str = "to@example.org", **more: Any) -> Any:
    """Queues a sign-in code; the email, or None if it was queued before."""
    template, context = "account/email/login_code", {"code": "ABC-DEF"}
    return enqueue(dedup_key=dedup_key, to=to, template=template, context=context, at=NOON, **more)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """Noon, until the test moves on."""
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def deliver_mail() -> list[EmailMultiAlternatives]:
    """Sends what is queued, and gives all that was sent in this test; the fixture `deliver` too."""
    run_queue()
    return mail.outbox  # type: ignore[return-value]
