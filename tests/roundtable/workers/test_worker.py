"""Workers wait while the database is away, and the desk says when emails do not leave."""

import logging
import os
import signal
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.core.management import call_command, get_commands
from django.db import OperationalError, ProgrammingError
from django.test import Client
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from pytest_django import Settings

from participants.models import Delegate, User
from roundtable.checks import check_emails
from roundtable.database import outages
from roundtable.mail import queue
from roundtable.mail.batches import current_recipient
from roundtable.mail.health import email_faults
from roundtable.mail.models import MailBatch, QueuedEmail
from roundtable.mail.queue import send_queued_email
from roundtable.models import Event
from roundtable.workers import worker
from roundtable.workers.worker import Worker, last_sign, leave_sign
from tests.factories import NOON
from tests.mail_queue import queue_code
from tests.page_text import page_html

pytestmark = pytest.mark.django_db


class LostConnection(Exception):
    """As PostgreSQL's driver says it."""

    pgcode = "57P01"


class OutsideTransaction:
    """The connection as a worker has it, which no test has opened a transaction on."""

    in_atomic_block = False

    def close(self) -> None:
        pass


@pytest.fixture(autouse=True)
def folder(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    # The connection holds the transaction of the test.
    monkeypatch.setattr(worker, "close_old_connections", lambda: None)
    settings.DATA_DIR = tmp_path
    return tmp_path


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What was waited, without waiting, outside any transaction."""
    waited: list[float] = []
    for module in (worker, outages):
        monkeypatch.setattr(module, "pause", waited.append)
        monkeypatch.setattr(module, "connection", OutsideTransaction())
    return waited


@pytest.fixture
def may_pause() -> Iterator[None]:
    yield
    outages._pauses_ended = False


def make_worker(backend: str = "mail", **options: Any) -> Worker:
    usual: dict[str, Any] = {
        "queue_names": ["default"],
        "interval": 1,
        "batch": True,
        "backend_name": backend,
        "startup_delay": False,
        "max_tasks": None,
        "worker_id": "this-worker",
        "excluded_queue_names": [],
    }
    return Worker(**usual | options)


def queue_email(key: str = "cause", **fields: Any) -> QueuedEmail:
    email: QueuedEmail = queue_code(key)
    QueuedEmail.objects.filter(pk=email.pk).update(**fields)
    return email


def lose_connection(*_given: Any) -> Any:
    raise OperationalError("server closed the connection: to@example.org") from LostConnection()


def failing_first(times: int, act: Callable[..., Any], failure: Any = lose_connection) -> Any:
    remaining = times

    def attempt(*given: Any, **named: Any) -> Any:
        nonlocal remaining
        remaining -= 1
        return failure() if remaining >= 0 else act(*given, **named)

    return attempt


def test_command_runs_the_worker_that_waits() -> None:
    assert get_commands()["db_worker"] == "roundtable"
    queue_email()
    call_command("db_worker", "--backend", "mail", "--batch", "--no-startup-delay", "--no-reload")
    assert len(mail.outbox) == 1


def test_worker_waits_for_the_database_and_continues(
    pauses: list[float], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    queue_email()
    tasks = DBTaskResult.objects
    monkeypatch.setattr(tasks, "ready", failing_first(5, tasks.ready))
    with caplog.at_level(logging.WARNING, logger="roundtable.workers.worker"):
        make_worker().run()
    assert len(mail.outbox) == 1
    assert pauses == [1.0, 2.0, 4.0, 8.0, 8.0]
    assert caplog.messages == [
        "The worker for mail waits: the database is away.",
        "The worker for mail continues after 0 s.",
    ]


def test_worker_does_not_hide_other_errors(
    pauses: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise ProgrammingError("no such table")

    monkeypatch.setattr(DBTaskResult.objects, "ready", failing_first(1, list, fail))
    with pytest.raises(ProgrammingError):
        make_worker().run()
    assert pauses == []


def test_worker_takes_up_again_what_an_outage_interrupted(
    pauses: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    queue_email()
    monkeypatch.setattr(queue, "_claim", failing_first(1, queue._claim))
    monkeypatch.setattr(
        DBTaskResult, "set_failed", failing_first(1, lambda *_given: None, lose_connection)
    )
    make_worker().run()
    assert len(mail.outbox) == 1
    assert pauses == [1.0]
    assert [task.status for task in DBTaskResult.objects.all()] == ["SUCCESSFUL"]


def test_sent_email_is_noted_once_the_database_is_back(
    pauses: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    email = queue_email()
    monkeypatch.setattr(queue, "_mark_done", failing_first(3, queue._mark_done))
    make_worker().run()
    email.refresh_from_db()
    assert (email.is_sent, len(mail.outbox), pauses) == (True, 1, [1.0, 2.0, 4.0])


def test_refused_email_is_tried_again_after_an_outage(
    pauses: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    email = queue_email()
    monkeypatch.setattr(queue, "current_recipient", failing_first(1, current_recipient))
    monkeypatch.setattr(queue, "_schedule_retry", failing_first(2, queue._schedule_retry))
    make_worker().run()
    email.refresh_from_db()
    assert (email.done_at, email.claimed_at, pauses) == (None, None, [1.0, 2.0])
    assert [task.status for task in DBTaskResult.objects.order_by("enqueued_at")] == [
        "SUCCESSFUL",
        "READY",
    ]


@pytest.mark.usefixtures("may_pause")
def test_worker_ends_at_once_while_it_waits(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    waiting = make_worker()
    monkeypatch.setattr(worker, "connection", OutsideTransaction())
    monkeypatch.setattr(waiting, "_do_round", lose_connection)
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr(outages, "sleep", sleep)
    leave_sign("mail")
    before = signal.getsignal(signal.SIGTERM)
    signal.signal(signal.SIGTERM, waiting.shutdown)
    try:
        with pytest.raises(SystemExit) as ended:
            waiting.run()
    finally:
        signal.signal(signal.SIGTERM, before)
    assert (ended.value.code, slept, last_sign("mail")) == (0, [0.2], None)


def never_sleep(_seconds: float) -> None:
    raise AssertionError("it waits")


@pytest.mark.usefixtures("may_pause")
def test_worker_that_must_stop_does_not_wait_within_a_task(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(outages, "sleep", never_sleep)
    monkeypatch.setattr(outages, "connection", OutsideTransaction())
    busy = make_worker()
    busy.running_task = True
    busy.shutdown(signal.SIGTERM, None)
    with pytest.raises(OperationalError):
        outages.until_stored(lose_connection)
    assert not busy.running


@pytest.mark.usefixtures("may_pause")
def test_pause_ends_when_the_worker_must_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outages, "sleep", never_sleep)
    outages.end_pauses()
    outages.pause(3600)


def test_worker_leaves_a_sign_and_removes_it_at_its_end(
    pauses: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    working = make_worker(batch=False)

    def look(_seconds: float) -> None:
        seen.append(last_sign("mail"))
        working.running = False

    monkeypatch.setattr(worker, "pause", look)
    working.run()
    [sign] = seen
    assert sign is not None and timezone.now() - sign < timedelta(minutes=1)
    assert last_sign("mail") is None


def test_worker_works_without_a_place_for_its_sign(pauses: list[float], folder: Path) -> None:
    (folder / "workers").write_text("in the way")
    queue_email()
    make_worker().run()
    assert len(mail.outbox) == 1


def test_worker_leaves_signs_during_a_long_task(monkeypatch: pytest.MonkeyPatch) -> None:
    left = threading.Event()
    monkeypatch.setattr(worker, "SIGN_INTERVAL", 0.001)
    monkeypatch.setattr(worker, "leave_sign", lambda backend: left.set())
    with worker.signs_meanwhile("imports"):
        assert left.wait(60)


def age_sign(folder: Path, minutes: int) -> None:
    leave_sign("mail")
    moment = (timezone.now() - timedelta(minutes=minutes)).timestamp()
    os.utime(folder / "workers" / "mail", (moment, moment))


@pytest.mark.parametrize(
    ("minutes", "sentences"),
    [
        (4, []),
        (
            12,
            [
                "The mail worker did nothing for 12 minutes, so no email leaves. Restart"
                " roundtable-mail, and read its log."
            ],
        ),
    ],
)
def test_silent_worker_is_named(folder: Path, minutes: int, sentences: list[str]) -> None:
    age_sign(folder, minutes)
    assert list(email_faults(timezone.now())) == sentences
    assert [found.msg for found in check_emails(["default"])] == sentences


def test_stopped_worker_is_named_at_the_desk_only() -> None:
    assert list(email_faults(NOON)) == [
        "The mail worker does not run, so no email leaves. Start roundtable-mail."
    ]
    assert check_emails(["default"]) == []


@pytest.mark.parametrize(
    ("minutes", "attempts", "sentences"),
    [
        (4, 0, []),
        (31, 0, ["1 email has waited for more than 5 minutes. Check that roundtable-mail runs."]),
        (6, 0, ["1 email has waited for more than 5 minutes. Check that roundtable-mail runs."]),
        (29, 1, []),
        (31, 1, ["1 email has waited for 30 minutes or more. Read the log of roundtable-mail."]),
    ],
)
def test_late_emails_are_counted(minutes: int, attempts: int, sentences: list[str]) -> None:
    now = timezone.now()
    leave_sign("mail")
    queue_email(queued_at=now - timedelta(minutes=minutes), attempts=attempts)
    queue_email("done", queued_at=now - timedelta(days=1), done_at=now)
    assert list(email_faults(now)) == sentences
    assert [found.msg for found in check_emails(["default"])] == sentences
    assert check_emails(None) == []


def test_emails_that_all_were_given_up_are_named_until_one_leaves() -> None:
    now = timezone.now()
    leave_sign("mail")
    given_up = {"attempts": 1, "done_at": now - timedelta(days=1)}
    send_queued_email.func(queue_code("to no one", to="").pk)
    for key in ("first", "second"):
        queue_email(key, **given_up)
    assert list(email_faults(now)) == []
    queue_email("third", **given_up)
    assert [found[:33] for found in email_faults(now)] == ["The last 3 emails were given up. "]
    queue_email("fourth", attempts=1, done_at=now, is_sent=True)
    assert list(email_faults(now)) == []


def test_email_that_can_be_cancelled_is_not_late(event: Event) -> None:
    now = timezone.now()
    batch = MailBatch.objects.create(
        event=event, action="invite", created_at=now, send_after=now + timedelta(minutes=1)
    )
    queue_email(queued_at=now - timedelta(minutes=9), batch=batch)
    leave_sign("mail")
    assert list(email_faults(now)) == []
    assert len(list(email_faults(now + timedelta(minutes=7)))) == 2


def test_desk_tells_operators_alone_that_no_email_leaves(
    client_of: Callable[[User | Delegate], Client], operator: User, cochair: User
) -> None:
    sentence = "The mail worker does not run"
    assert sentence in page_html(client_of(operator).get("/admin/"))
    assert sentence not in page_html(client_of(cochair).get("/admin/"))
