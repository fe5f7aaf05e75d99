"""Emails that a crash left behind, old rows, and parallel workers."""

import threading
from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.core.management import CommandError, call_command
from django.db import connection
from django_tasks_db.models import DBTaskResult

from roundtable.mail.clean_up import (
    CleanUpResult,
    clean_up_mail,
    delete_old_emails,
    delete_old_tasks,
)
from roundtable.mail.models import QueuedEmail
from roundtable.mail.queue import one_time_key, send_queued_email
from tests.factories import NOON
from tests.mail_queue import clock, queue_code, run_queue

__all__ = ["clock"]  # fixture
pytestmark = [pytest.mark.django_db, pytest.mark.each_database]

NOTHING = CleanUpResult(failed=0, requeued=0)
SOON, LATER = NOON + timedelta(minutes=14), NOON + timedelta(minutes=16)


class PowerCutError(BaseException):
    """Ends a worker in the middle of its work."""


def test_email_is_not_resent_after_crash_past_mail_server(
    clock: time_machine.Traveller,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    email = queue_code()
    send = EmailBackend.send_messages

    def send_and_crash(backend: EmailBackend, messages: list[object]) -> None:
        send(backend, messages)  # type: ignore[arg-type]
        raise PowerCutError

    monkeypatch.setattr(EmailBackend, "send_messages", send_and_crash)
    with pytest.raises(PowerCutError):
        send_queued_email.func(email.pk)
    monkeypatch.undo()
    assert len(mail.outbox) == 1

    run_queue()
    assert clean_up_mail(at=SOON) == NOTHING
    email.refresh_from_db()
    assert email.claimed_at == NOON and email.recipient == "to@example.org"
    assert clean_up_mail(at=LATER) == CleanUpResult(failed=1, requeued=0)
    assert clean_up_mail(at=LATER) == NOTHING
    email.refresh_from_db()
    assert (email.is_sent, email.done_at, email.recipient) == (False, LATER, "")
    assert f"QueuedEmail {email.pk} was given up: unknown whether it was sent." in caplog.text
    assert "to@example.org" not in caplog.text
    clock.move_to(NOON + timedelta(days=3))
    run_queue()
    assert len(mail.outbox) == 1


def test_email_is_sent_after_crash_before_sending(clock: time_machine.Traveller) -> None:
    email = queue_code()
    DBTaskResult.objects.update(status="RUNNING", started_at=NOON)  # as a worker that ended left it
    run_queue()
    assert mail.outbox == []
    assert clean_up_mail(at=SOON) == NOTHING
    assert clean_up_mail(at=LATER) == CleanUpResult(failed=0, requeued=1)
    assert clean_up_mail(at=LATER) == NOTHING, "a task exists for it"
    run_queue()
    assert [message.to for message in mail.outbox] == [["to@example.org"]]
    email.refresh_from_db()
    assert email.is_sent


def test_email_waiting_for_retry_is_not_queued_twice(
    clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue_code()

    def refuse(_backend: EmailBackend) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr(EmailBackend, "open", refuse)
    for minute in (0, 2, 8):
        clock.move_to(NOON + timedelta(minutes=minute))
        run_queue()
    assert QueuedEmail.objects.get().attempts == 3
    assert clean_up_mail(at=LATER) == NOTHING
    assert DBTaskResult.objects.filter(status="READY").count() == 1


def test_email_stays_queued_for_next_worker(clock: time_machine.Traveller) -> None:
    for number in range(3):
        queue_code(f"cause-{number}")
    run_queue(max_tasks=1)
    assert len(mail.outbox) == 1
    clock.move_to(NOON + timedelta(days=1))
    run_queue()
    assert len(mail.outbox) == 3


@pytest.mark.parametrize(
    ("dedup_key", "days", "kept"),
    [("fresh", 29, 1), ("fresh", 31, 0), ("review:1", 1097, 1), ("review:1", 1100, 0)],
)
def test_old_emails_are_deleted_once_dedup_key_expires(
    clock: time_machine.Traveller, dedup_key: str, days: int, kept: int
) -> None:
    queue_code(one_time_key() if dedup_key == "fresh" else dedup_key)
    run_queue()
    assert delete_old_emails(NOON + timedelta(days=days)) == 1 - kept
    assert QueuedEmail.objects.count() == kept


def test_queued_email_is_never_deleted(clock: time_machine.Traveller) -> None:
    queue_code(one_time_key())
    assert delete_old_emails(NOON + timedelta(days=5000)) == 0
    assert QueuedEmail.objects.count() == 1


def test_old_tasks_are_deleted(clock: time_machine.Traveller) -> None:
    queue_code()
    run_queue()
    for days, kept in ((6, 1), (8, 0)):
        assert delete_old_tasks(NOON + timedelta(days=days)) == 1 - kept
        assert DBTaskResult.objects.count() == kept


def test_command_uses_given_time() -> None:
    for at, words in (
        ("soon", "Write the time like"),
        ("2999-01-01", "This time is in the future and would remove too much."),
    ):
        with pytest.raises(CommandError, match=words):
            call_command("clean_up_mail", at=at)
    queue_code()
    DBTaskResult.objects.all().delete()
    said = StringIO()
    call_command("clean_up_mail", at="2020-01-01T12:00", stdout=said)
    call_command("clean_up_mail", stdout=said)
    assert said.getvalue().splitlines() == [
        "Failed: 0 emails. Queued again: 0.",
        "Failed: 0 emails. Queued again: 1.",
    ]


@pytest.mark.django_db(transaction=True)
def test_two_workers_send_each_email_once(monkeypatch: pytest.MonkeyPatch) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("a database in memory has one connection; PostgreSQL shows it")
    emails = [queue_code(f"cause-{number}") for number in range(20)]
    for email in emails:
        send_queued_email.enqueue(email.pk)
    both = threading.Barrier(2)

    def work() -> None:
        both.wait()
        run_queue()
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(mail.outbox) == 20
    assert QueuedEmail.objects.filter(is_sent=True, attempts=1).count() == 20
    assert all(len(row.worker_ids) == 1 for row in DBTaskResult.objects.all())


def test_second_worker_skips_claimed_email(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    email = queue_code()
    seen: list[int] = []
    send = EmailBackend.send_messages

    def send_beside_another(backend: EmailBackend, messages: list[object]) -> int:
        # The other worker begins the same email while the mail server is asked.
        send_queued_email.func(email.pk)
        seen.append(len(mail.outbox))
        return int(send(backend, messages))  # type: ignore[arg-type]

    monkeypatch.setattr(EmailBackend, "send_messages", send_beside_another)
    run_queue()
    assert seen == [0]
    assert len(mail.outbox) == 1
