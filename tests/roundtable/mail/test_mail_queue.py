"""Mail: one email for one cause, to one person, in plain text and HTML, never sent twice."""

import logging
from collections.abc import Callable
from datetime import timedelta
from smtplib import (
    SMTPConnectError,
    SMTPDataError,
    SMTPRecipientsRefused,
    SMTPServerDisconnected,
)

import pytest
import time_machine
from django.core import mail
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.locmem import EmailBackend
from django.db import transaction
from django_tasks_db.models import DBTaskResult

from roundtable.mail.models import QueuedEmail
from roundtable.mail.queue import one_time_key, send_queued_email
from tests.factories import NOON
from tests.mail_queue import clock, queue_code, run_queue

__all__ = ["clock"]  # fixture
pytestmark = [pytest.mark.django_db, pytest.mark.each_database]

Deliver = Callable[[], list[EmailMultiAlternatives]]


@pytest.fixture
def failing_backend(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """The mail server answers each email, or each call before it, with this problem."""

    def refusing(problem: Exception | None, *, at: str = "send_messages") -> None:
        def answer(*_arguments: object) -> None:
            if problem:
                raise problem

        if problem:
            monkeypatch.setattr(EmailBackend, at, answer)
        else:
            monkeypatch.undo()

    return refusing


def test_email_has_one_recipient_and_text_and_html(deliver: Deliver) -> None:
    queue_code()
    assert mail.outbox == []
    [message] = deliver()
    assert (message.to, message.cc, message.bcc) == (["to@example.org"], [], [])
    assert message.subject == "Your sign-in code"
    assert "ABC-DEF" in message.body
    [html] = message.alternatives
    assert html.mimetype == "text/html"  # type: ignore[attr-defined]
    assert "<p>ABC-DEF</p>" in html.content  # type: ignore[attr-defined]
    assert message.message().get_content_type() == "multipart/alternative"


def test_email_has_list_unsubscribe_header(deliver: Deliver) -> None:
    stop = "https://portal.example.org/follow/stop/token/"
    email = queue_code(unsubscribe_url=stop)
    queue_code("cause-2")
    stoppable, other = deliver()
    assert stoppable.message()["List-Unsubscribe"] == f"<{stop}>"
    assert stoppable.message()["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert not [name for name in other.message() if name.startswith("List-")]
    assert email is not None
    email.refresh_from_db()
    assert email.unsubscribe_url == ""


def test_dedup_key_queues_one_email(deliver: Deliver) -> None:
    assert queue_code() is not None
    assert queue_code() is None
    assert len(deliver()) == 1
    assert queue_code(to="other@example.org") is None
    assert len(deliver()) == 1
    assert DBTaskResult.objects.count() == 1
    for _email in range(2):
        queue_code(one_time_key())
    assert len(deliver()) == 3


def test_email_is_queued_only_after_commit(deliver: Deliver) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        queue_code()
        raise ZeroDivisionError
    assert deliver() == []
    assert queue_code() is not None


def test_invalid_address_is_rejected() -> None:
    with pytest.raises(ValidationError):
        queue_code(to="one@example.org, two@example.org")
    assert not QueuedEmail.objects.exists() and not DBTaskResult.objects.exists()


def test_sent_email_keeps_dedup_key_only_and_its_task_the_id(
    deliver: Deliver, clock: object
) -> None:
    email = queue_code()
    for _ in range(2):
        [row] = DBTaskResult.objects.values()
        assert row["args_kwargs"] == {"args": [email.pk], "kwargs": {}}
        assert (row["return_value"], row["traceback"]) == (None, "")
        assert "example.org" not in str(row) and "ABC-DEF" not in str(row)
        deliver()
    email.refresh_from_db()
    assert (email.dedup_key, email.is_sent, email.done_at) == ("cause-1", True, NOON)
    assert (email.recipient, email.subject, email.text) == ("", "", "")


def test_email_without_recipient_is_discarded(deliver: Deliver) -> None:
    queue_code(to="")
    assert deliver() == []
    email = QueuedEmail.objects.get()
    assert (email.is_sent, email.text) == (False, "") and email.done_at


@pytest.mark.parametrize(("minutes", "sent"), [(14, 1), (16, 0)])
def test_expired_email_is_discarded(
    deliver: Deliver, clock: time_machine.Traveller, minutes: int, sent: int
) -> None:
    queue_code(send_before=NOON + timedelta(minutes=15))
    clock.move_to(NOON + timedelta(minutes=minutes))
    assert len(deliver()) == sent
    assert QueuedEmail.objects.get().done_at


@pytest.mark.parametrize(
    ("problem", "step"),
    [
        (ConnectionRefusedError("refused"), "open"),
        (TimeoutError("slow"), "open"),
        (SMTPConnectError(421, b"busy"), "open"),
        (SMTPRecipientsRefused({"to@example.org": (450, b"later")}), "send_messages"),
        (SMTPDataError(451, b"later"), "send_messages"),
    ],
)
def test_rejected_email_is_retried(
    clock: time_machine.Traveller,
    failing_backend: Callable[..., None],
    caplog: pytest.LogCaptureFixture,
    problem: Exception,
    step: str,
) -> None:
    queue_code()
    failing_backend(problem, at=step)
    with caplog.at_level(logging.WARNING):
        run_queue()
    email = QueuedEmail.objects.get()
    assert f"QueuedEmail {email.pk} was refused and is tried again: " in caplog.text
    assert "to@example.org" not in caplog.text
    assert "to@example.org" not in str(list(DBTaskResult.objects.values()))
    failing_backend(None)
    run_queue()
    assert mail.outbox == [], "it waits a minute"
    clock.shift(timedelta(minutes=1, seconds=1))
    run_queue()
    assert [message.to for message in mail.outbox] == [["to@example.org"]]
    email.refresh_from_db()
    assert (email.attempts, email.is_sent) == (2, True)


def test_repeatedly_rejected_email_is_abandoned(
    clock: time_machine.Traveller,
    failing_backend: Callable[..., None],
    caplog: pytest.LogCaptureFixture,
) -> None:
    queue_code()
    failing_backend(SMTPRecipientsRefused({"to@example.org": (550, b"unknown")}))
    asked = []
    # Each time that it is tried, a minute before and after, and the end.
    for minute in (0, 1, 2, 5, 6, 7, 35, 36, 37, 155, 156, 157, 635, 636, 637, 720):
        clock.move_to(NOON + timedelta(minutes=minute))
        before = QueuedEmail.objects.get().attempts
        run_queue()
        if QueuedEmail.objects.get().attempts > before:
            asked.append(minute)
    assert asked == [0, 1, 6, 36, 156, 636]
    email = QueuedEmail.objects.get()
    assert (email.is_sent, email.recipient) == (False, "") and email.done_at
    assert f"QueuedEmail {email.pk} was given up: SMTPRecipientsRefused." in caplog.text
    assert "to@example.org" not in caplog.text


@pytest.mark.parametrize(
    "problem", [SMTPServerDisconnected("gone"), TimeoutError("slow"), KeyError("to@example.org")]
)
def test_possibly_accepted_email_is_not_resent(
    clock: time_machine.Traveller,
    failing_backend: Callable[..., None],
    caplog: pytest.LogCaptureFixture,
    problem: Exception,
) -> None:
    queue_code()
    failing_backend(problem)
    run_queue()
    failing_backend(None)
    clock.shift(timedelta(days=2))
    run_queue()
    assert mail.outbox == []
    email = QueuedEmail.objects.get()
    assert f"QueuedEmail {email.pk} was given up: {type(problem).__name__}." in caplog.text
    assert "to@example.org" not in caplog.text + str(list(DBTaskResult.objects.values()))


def test_duplicate_task_is_ignored(deliver: Deliver) -> None:
    email = queue_code()
    assert email
    send_queued_email.enqueue(email.pk)
    assert len(deliver()) == 1
    send_queued_email.enqueue(email.pk)
    assert len(deliver()) == 1
