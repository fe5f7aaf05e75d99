"""Mail that cannot be sent fails no request and tells nobody anything."""

import logging
import time
from smtplib import SMTPRecipientsRefused

import pytest
from django.core.mail import EmailMessage
from django.test import Client

from participants.models import Delegate
from roundtable.mailing import deliver


def test_mail_server_that_is_away_is_logged_without_the_recipient(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(message: EmailMessage) -> None:
        raise SMTPRecipientsRefused({"to@example.org": (550, b"unknown")})

    monkeypatch.setattr(EmailMessage, "send", refuse)
    with caplog.at_level(logging.ERROR):
        deliver(EmailMessage("Subject", "Text", "from@example.org", ["to@example.org"]))
    assert "A message could not be sent: SMTPRecipientsRefused." in caplog.text
    assert "to@example.org" not in caplog.text


def test_known_and_unknown_addresses_are_answered_alike_where_mail_is_slow(
    settings: pytest.FixtureRequest, delegate: Delegate, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.MAIL_AT_ONCE = False  # type: ignore[attr-defined]
    sent = []

    def slow(message: EmailMessage) -> None:
        time.sleep(1)
        sent.append(message)

    monkeypatch.setattr(EmailMessage, "send", slow)
    answers = []
    for email in ("delegate@example.org", "nobody@example.org"):
        client = Client()
        answer = client.post("/accounts/login/", {"login": email})
        answers.append((answer.status_code, answer["Location"], list(sent)))
    assert answers == [(302, "/accounts/login/code/confirm/", [])] * 2
