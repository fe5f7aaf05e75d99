"""Sent emails and authenticator codes, for development. Not available if DEBUG is off."""

import time
from contextlib import suppress
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from allauth.mfa.app_settings import TOTP_PERIOD
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import decrypt
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_safe

from roundtable.allauth_compat import format_hotp_value, hotp_value
from roundtable.encryption import DecryptionError

MAX_MESSAGES = 30
# Separates messages that were sent together.
MESSAGE_SEPARATOR = b"\n" + b"-" * 79 + b"\n"


@dataclass(frozen=True)
class SentEmail:
    """One email as it was sent."""

    to: str
    subject: str
    date: str
    body: str


def read_messages(folder: Path) -> list[SentEmail]:
    files = sorted(folder.glob("*.log"), key=lambda file: file.stat().st_mtime_ns, reverse=True)
    messages = [
        part
        for file in files[:MAX_MESSAGES]
        for part in reversed(file.read_bytes().split(MESSAGE_SEPARATOR))
        if part.strip()
    ]
    return [_parse(message) for message in messages[:MAX_MESSAGES]]


def _parse(raw: bytes) -> SentEmail:
    message = message_from_bytes(raw, policy=policy.default)
    assert isinstance(message, EmailMessage)
    body = message.get_body(preferencelist=("plain", "html"))
    return SentEmail(
        to=str(message["To"]),
        subject=str(message["Subject"]),
        date=str(message["Date"]),
        body=body.get_content() if body else "",
    )


@dataclass(frozen=True)
class AppCode:
    """What an authenticator app would show now."""

    email: str
    secret: str
    code: str


def app_codes(at: float) -> list[AppCode]:
    """One for each account with an app, without those that cannot be decrypted."""
    apps = Authenticator.objects.filter(type=Authenticator.Type.TOTP).select_related("user")
    found = []
    for app in apps.order_by("user__email"):
        with suppress(DecryptionError):
            secret = decrypt(app.data["secret"])
            code = format_hotp_value(hotp_value(secret, int(at) // TOTP_PERIOD))
            found.append(AppCode(app.user.email, secret, code))
    return found


@require_safe
@login_not_required
def outbox(request: HttpRequest) -> HttpResponse:
    mails = read_messages(Path(settings.EMAIL_FILE_PATH))
    context = {"mails": mails, "app_codes": app_codes(time.time())}
    response = render(request, "roundtable/mail/outbox.html", context)
    response["Cache-Control"] = "no-store"
    return response


urlpatterns = [path("", outbox, name="outbox")]
