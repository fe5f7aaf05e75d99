"""Mail: one letter for one cause, to one person, in words and in HTML, never sent twice."""

import logging
from collections.abc import Callable, Iterator
from datetime import timedelta
from smtplib import (
    SMTPConnectError,
    SMTPDataError,
    SMTPRecipientsRefused,
    SMTPServerDisconnected,
)
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.locmem import EmailBackend
from django.db import transaction
from django_tasks_db.models import DBTaskResult

from roundtable.mail.queue import Letter, fresh_cause, post, send_letter
from tests.delivery import run_queue
from tests.factories import NOON

pytestmark = pytest.mark.django_db

Deliver = Callable[[], list[EmailMultiAlternatives]]
TEMPLATE = "account/email/login_code"


def post_code(cause: str = "cause-1", to: str = "to@example.org", **more: Any) -> Letter | None:
    return post(cause=cause, to=to, template=TEMPLATE, context={"code": "ABC-DEF"}, at=NOON, **more)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """Noon, until the test moves on."""
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def refuse(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """The mail server answers each letter, or each call before it, with this problem."""

    def refusing(problem: Exception | None, *, at: str = "send_messages") -> None:
        def answer(*_arguments: object) -> None:
            if problem:
                raise problem

        if problem:
            monkeypatch.setattr(EmailBackend, at, answer)
        else:
            monkeypatch.undo()

    return refusing


def test_letter_is_sent_to_one_person_in_words_and_in_html(deliver: Deliver) -> None:
    post_code()
    assert mail.outbox == []
    [message] = deliver()
    assert (message.to, message.cc, message.bcc) == (["to@example.org"], [], [])
    assert message.subject == "Your sign-in code"
    assert "ABC-DEF" in message.body
    [html] = message.alternatives
    assert html.mimetype == "text/html"  # type: ignore[attr-defined]
    assert "<strong>ABC-DEF</strong>" in html.content  # type: ignore[attr-defined]
    assert message.message().get_content_type() == "multipart/alternative"


def test_letter_can_be_stopped_from_the_mail_program(deliver: Deliver) -> None:
    stop = "https://portal.example.org/follow/stop/token/"
    letter = post_code(unsubscribe_url=stop)
    post_code("cause-2")
    stoppable, other = deliver()
    assert stoppable.message()["List-Unsubscribe"] == f"<{stop}>"
    assert stoppable.message()["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert not [name for name in other.message() if name.startswith("List-")]
    assert letter is not None
    letter.refresh_from_db()
    assert letter.unsubscribe_url == ""


def test_one_cause_has_one_letter(deliver: Deliver) -> None:
    assert post_code() is not None
    assert post_code() is None
    assert len(deliver()) == 1
    assert post_code(to="other@example.org") is None
    assert len(deliver()) == 1
    assert DBTaskResult.objects.count() == 1


def test_fresh_causes_differ(deliver: Deliver) -> None:
    post_code(fresh_cause())
    post_code(fresh_cause())
    assert len(deliver()) == 2


def test_letter_is_queued_only_where_its_cause_is_stored(deliver: Deliver) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        post_code()
        raise ZeroDivisionError
    assert deliver() == []
    assert post_code() is not None


def test_what_is_no_address_is_refused() -> None:
    with pytest.raises(ValidationError):
        post_code(to="one@example.org, two@example.org")
    assert not Letter.objects.exists() and not DBTaskResult.objects.exists()


def test_sent_letter_keeps_its_cause_alone(deliver: Deliver, clock: object) -> None:
    post_code()
    deliver()
    letter = Letter.objects.get()
    assert (letter.cause, letter.is_sent, letter.done_at) == ("cause-1", True, NOON)
    assert (letter.recipient, letter.subject, letter.text, letter.html) == ("", "", "", "")


def test_queue_holds_the_number_and_nothing_personal(deliver: Deliver) -> None:
    letter = post_code()
    assert letter
    for _ in range(2):
        [row] = DBTaskResult.objects.values()
        assert row["args_kwargs"] == {"args": [letter.pk], "kwargs": {}}
        assert (row["return_value"], row["traceback"]) == (None, "")
        assert "example.org" not in str(row) and "ABC-DEF" not in str(row)
        deliver()


def test_letter_to_nobody_is_thrown_away(deliver: Deliver) -> None:
    post_code(to="")
    assert deliver() == []
    letter = Letter.objects.get()
    assert (letter.is_sent, letter.text) == (False, "") and letter.done_at


@pytest.mark.parametrize(("minutes", "sent"), [(14, 1), (16, 0)])
def test_letter_that_is_too_late_is_thrown_away(
    deliver: Deliver, clock: time_machine.Traveller, minutes: int, sent: int
) -> None:
    post_code(not_after=NOON + timedelta(minutes=15))
    clock.move_to(NOON + timedelta(minutes=minutes))
    assert len(deliver()) == sent
    assert Letter.objects.get().done_at


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
def test_letter_that_was_refused_is_sent_later(
    clock: time_machine.Traveller,
    refuse: Callable[..., None],
    caplog: pytest.LogCaptureFixture,
    problem: Exception,
    step: str,
) -> None:
    post_code()
    refuse(problem, at=step)
    with caplog.at_level(logging.WARNING):
        run_queue()
    letter = Letter.objects.get()
    assert f"Letter {letter.pk} was refused and is tried again: " in caplog.text
    assert "to@example.org" not in caplog.text
    assert "to@example.org" not in str(list(DBTaskResult.objects.values()))
    refuse(None)
    run_queue()
    assert mail.outbox == [], "it waits a minute"
    clock.shift(timedelta(minutes=1, seconds=1))
    run_queue()
    assert [message.to for message in mail.outbox] == [["to@example.org"]]
    letter.refresh_from_db()
    assert (letter.attempts, letter.is_sent) == (2, True)


def test_letter_that_is_always_refused_is_given_up(
    clock: time_machine.Traveller, refuse: Callable[..., None], caplog: pytest.LogCaptureFixture
) -> None:
    post_code()
    refuse(SMTPRecipientsRefused({"to@example.org": (550, b"unknown")}))
    asked = []
    for minute in range(12 * 60):
        clock.move_to(NOON + timedelta(minutes=minute))
        before = Letter.objects.get().attempts
        run_queue()
        if Letter.objects.get().attempts > before:
            asked.append(minute)
    assert asked == [0, 1, 6, 36, 156, 636]
    letter = Letter.objects.get()
    assert (letter.is_sent, letter.recipient) == (False, "") and letter.done_at
    assert f"Letter {letter.pk} was given up: SMTPRecipientsRefused." in caplog.text
    assert "to@example.org" not in caplog.text


@pytest.mark.parametrize(
    "problem", [SMTPServerDisconnected("gone"), TimeoutError("slow"), KeyError("to@example.org")]
)
def test_letter_that_may_have_been_taken_is_not_sent_again(
    clock: time_machine.Traveller,
    refuse: Callable[..., None],
    caplog: pytest.LogCaptureFixture,
    problem: Exception,
) -> None:
    post_code()
    refuse(problem)
    run_queue()
    refuse(None)
    clock.shift(timedelta(days=2))
    run_queue()
    assert mail.outbox == []
    letter = Letter.objects.get()
    assert f"Letter {letter.pk} was given up: {type(problem).__name__}." in caplog.text
    assert "to@example.org" not in caplog.text + str(list(DBTaskResult.objects.values()))


def test_second_task_for_a_letter_changes_nothing(deliver: Deliver) -> None:
    letter = post_code()
    assert letter
    send_letter.enqueue(letter.pk)
    assert len(deliver()) == 1
    send_letter.enqueue(letter.pk)
    assert len(deliver()) == 1
