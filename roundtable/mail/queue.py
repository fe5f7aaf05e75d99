"""Every mail: one letter for one cause, queued beside what caused it, sent by a worker.

No request sends mail, so that nobody can tell from an answer, or its time, whether any was sent.
The queue holds the letter's number alone; who it is for and what it says stand in the letter, and
only until it is sent.
"""

import contextlib
import logging
from datetime import datetime, timedelta
from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException
from typing import Any

from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import models, transaction
from django.db.models import F
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext_lazy as _
from django_tasks import task

from roundtable.mail.batches import Batch, lock_of, recipient_now

logger = logging.getLogger(__name__)

# How long after each refusal the mail server is asked again; then the letter is given up.
WAITS = [
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=8),
]
# What begins a cause that cannot come again.
FRESH = "fresh:"


class Letter(models.Model):
    """One message to one person, kept until it is sent; the cause alone stays after that."""

    cause = models.CharField(
        _("cause"),
        max_length=200,
        unique=True,
        help_text=_("Why it is sent: there is never a second message for one cause."),
    )
    recipient = models.EmailField(
        _("to"), blank=True, help_text=_("Empty once it is sent, or where nobody is to get it.")
    )
    subject = models.CharField(_("subject"), max_length=200, blank=True, help_text=_("Neutral."))
    text = models.TextField(_("text"), blank=True, help_text=_("Empty once it is sent."))
    html = models.TextField(_("HTML"), blank=True, help_text=_("Empty once it is sent."))
    unsubscribe_url = models.CharField(
        _("address that stops such letters"),
        max_length=500,
        blank=True,
        help_text=_("For the button of mail programs. Empty once it is sent, or where none."),
    )
    queued_at = models.DateTimeField(_("queued"), help_text=_("When it was handed over."))
    batch = models.ForeignKey(
        Batch,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="letters",
        verbose_name=_("on hold with"),
        help_text=_("What it waits with; empty where it leaves at once."),
    )
    not_after = models.DateTimeField(
        _("not after"),
        null=True,
        blank=True,
        help_text=_("It is given up where it could not be sent by then. Empty: any time will do."),
    )
    attempts = models.PositiveSmallIntegerField(
        _("attempts"), default=0, help_text=_("How often the mail server was asked.")
    )
    claimed_at = models.DateTimeField(
        _("being sent since"),
        null=True,
        blank=True,
        help_text=_("Set while the mail server is asked, so that nobody else asks it too."),
    )
    done_at = models.DateTimeField(
        _("done"), null=True, blank=True, help_text=_("When it was sent, or given up.")
    )
    is_sent = models.BooleanField(
        _("sent"), default=False, help_text=_("Whether the mail server took it.")
    )

    class Meta:
        verbose_name = _("letter")
        verbose_name_plural = _("letters")

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


class NotTakenError(Exception):
    """A letter that the mail server surely did not take, so it may be asked again."""


def fresh_cause() -> str:
    """A cause that never comes again, for mail that somebody asked for."""
    return FRESH + get_random_string(32)


@transaction.atomic
def post(
    *,
    cause: str,
    to: str,
    template: str,
    context: dict[str, Any],
    at: datetime,
    not_after: datetime | None = None,
    unsubscribe_url: str = "",
    batch: Batch | None = None,
) -> Letter | None:
    """Queues one letter; None where the cause had its letter before.

    Of a batch it leaves once the time of the batch has come. The words are those of
    `<template>.subject.txt`, `.txt` and `.html`. With an empty `to` all the same is done, and
    nobody gets it. Raises ValidationError where `to` is no address.
    """
    letter = Letter(
        cause=cause,
        recipient=to,
        subject=" ".join(render_to_string(f"{template}.subject.txt", context).split()),
        text=render_to_string(f"{template}.txt", context).strip() + "\n",
        html=render_to_string(f"{template}.html", context).strip() + "\n",
        unsubscribe_url=unsubscribe_url,
        queued_at=at,
        not_after=not_after,
        batch=batch,
    )
    letter.full_clean(validate_unique=False)
    values = {
        field.attname: getattr(letter, field.attname)
        for field in Letter._meta.concrete_fields
        if not field.primary_key
    }
    stored, is_new = Letter.objects.get_or_create(cause=cause, defaults=values)
    if not is_new:
        return None
    _enqueue(stored.pk, batch)
    return stored


def _enqueue(number: int, batch: Batch | None) -> None:
    task_of = send_letter.using(run_after=batch.held_until) if batch else send_letter
    task_of.enqueue(number)


@task(backend="mail")
def send_letter(number: int) -> None:
    """Sends the letter of this number, unless that was begun before."""
    letter = _claim(number)
    if letter is None:
        return
    assert letter.claimed_at is not None
    now = letter.claimed_at
    if not letter.recipient or (letter.not_after and letter.not_after < now):
        _close(letter, is_sent=False, at=now)
        return
    try:
        letter.recipient = _recipient_of(letter, now)
        if letter.recipient:
            _hand_over(letter)
    except NotTakenError as problem:
        _try_later(letter, problem, at=now)
    # Of whatever kind: it may have been taken. Its own words could hold the recipient.
    except Exception as problem:
        give_up(letter, type(problem).__name__, at=now)
    else:
        _close(letter, is_sent=bool(letter.recipient), at=timezone.now())


@transaction.atomic
def _claim(number: int) -> Letter | None:
    """Takes the letter of this number for this worker alone; None where it is not to be sent."""
    batch, now = lock_of(number), timezone.now()
    if batch and batch.called_off_at:
        return None
    if batch and now < batch.held_until:
        _enqueue(number, batch)
        return None
    free = Letter.objects.filter(pk=number, claimed_at=None, done_at=None)
    # One conditional UPDATE: of two workers only one gets the letter.
    if not free.update(claimed_at=now, attempts=F("attempts") + 1):
        return None
    return Letter.objects.get(pk=number)


def _recipient_of(letter: Letter, now: datetime) -> str:
    """To whom it goes; raises NotTakenError where that cannot be found out: nothing was sent."""
    try:
        return recipient_now(letter, now)
    except Exception as problem:
        raise NotTakenError(type(problem).__name__) from None


def _hand_over(letter: Letter) -> None:
    """Gives the letter to the mail server; raises NotTakenError where that surely refused it."""
    connection = get_connection()
    try:
        connection.open()
    except (OSError, SMTPException) as problem:
        raise NotTakenError(type(problem).__name__) from None
    message = EmailMultiAlternatives(
        letter.subject,
        letter.text,
        to=[letter.recipient],
        connection=connection,
        headers=_headers(letter),
    )
    message.attach_alternative(letter.html, "text/html")
    try:
        message.send()
    except (SMTPRecipientsRefused, SMTPResponseException) as problem:
        raise NotTakenError(type(problem).__name__) from None
    finally:
        with contextlib.suppress(OSError, SMTPException):
            connection.close()


def _headers(letter: Letter) -> dict[str, str]:
    """What lets the mail program stop such letters by one press (RFC 8058)."""
    if not letter.unsubscribe_url:
        return {}
    return {
        "List-Unsubscribe": f"<{letter.unsubscribe_url}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def _try_later(letter: Letter, problem: NotTakenError, *, at: datetime) -> None:
    if letter.attempts > len(WAITS):
        give_up(letter, str(problem), at=at)
        return
    logger.warning("Letter %s was refused and is tried again: %s.", letter.pk, problem)
    with transaction.atomic():
        Letter.objects.filter(pk=letter.pk, done_at=None).update(claimed_at=None)
        send_letter.using(run_after=at + WAITS[letter.attempts - 1]).enqueue(letter.pk)


def give_up(letter: Letter, why: str, *, at: datetime) -> bool:
    """Ends a letter that is not sent; whether it was still open."""
    was_open = _close(letter, is_sent=False, at=at)
    if was_open:
        logger.error("Letter %s was given up: %s.", letter.pk, why)
    return was_open


def _close(letter: Letter, *, is_sent: bool, at: datetime) -> bool:
    """Keeps of a letter only that its cause had one; whether it was still open."""
    words = {"recipient": "", "subject": "", "text": "", "html": "", "unsubscribe_url": ""}
    still_open = Letter.objects.filter(pk=letter.pk, done_at=None)
    return bool(still_open.update(**words, claimed_at=None, done_at=at, is_sent=is_sent))
