"""Mail that was sent: shown in the outbox in development, nowhere in production."""

import os
import runpy
import sys
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

import pytest
import time_machine
from django.contrib import admin
from django.core.mail import EmailMultiAlternatives, get_connection
from django.test import Client
from pytest_django import Settings

from participants.models import Delegate
from roundtable import urls
from roundtable.mail import outbox
from tests.factories import make_user
from tests.mail_queue import run_queue
from tests.page_text import page_html
from tests.sign_in import add_authenticator
from tests.test_urls import MAP
from tests.url_patterns import page_paths

FILES = "django.core.mail.backends.filebased.EmailBackend"


@pytest.fixture
def folder(settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The folder that mail falls into; the addresses are those of a site where DEBUG is on."""
    # Reading the addresses again wraps this method again.
    monkeypatch.setattr(admin.site, "login", admin.site.login)
    settings.DEBUG = True
    settings.EMAIL_FILE_PATH = tmp_path / "outbox"
    module = ModuleType("addresses_in_development")
    module.__dict__.update(runpy.run_path(urls.__file__))
    monkeypatch.setitem(sys.modules, module.__name__, module)
    settings.ROOT_URLCONF = module.__name__
    folder: Path = settings.EMAIL_FILE_PATH
    return folder


def send(folder: Path, subject: str, body: str, html: str = "") -> None:
    """Sends as the settings for development do: one file for each connection."""
    mail = EmailMultiAlternatives(subject, body, "portal@example.org", ["dewi@example.org"])
    if html:
        mail.attach_alternative(html, "text/html")
    connection = get_connection(FILES, file_path=str(folder))
    mail.connection = connection
    mail.send()
    # Of files with the same time none is the newest.
    names = sorted(folder.glob("*.log"), key=lambda file: file.stat().st_mtime_ns)
    for second, file in enumerate(names):
        os.utime(file, (1_700_000_000 + second, 1_700_000_000 + second))


@pytest.mark.django_db
def test_outbox_is_absent_in_production(client: Client) -> None:
    assert client.get("/outbox/").status_code == 404
    assert not [entry for entry in urls.urlpatterns if "outbox" in str(entry.pattern)]
    assert "Sent emails" not in client.get("/").content.decode()


def test_development_adds_only_outbox_url(folder: Path) -> None:
    assert sorted(page_paths()) == sorted([*MAP, "outbox"])


@pytest.mark.django_db
def test_outbox_shows_the_newest_thirty_escaped(client: Client, folder: Path) -> None:
    answer = client.get("/outbox/")
    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
    assert "No emails yet. Request a sign-in code, then read it here." in answer.content.decode()
    assert '<a href="/outbox/">Sent emails</a>' in client.get("/").content.decode()
    folder.mkdir()
    for number in range(29):
        file = folder / f"{number}.log"
        file.write_text(f"To: d@example.org\nSubject: Mail {number:02}\nDate: now\n\nCode\n")
        os.utime(file, (1_700_000_000 + number, 1_700_000_000 + number))
    send(folder, "First", "Code <b>ABCD</b>")
    send(folder, "Zweite für Sie — ที่สอง", "Line one\nLine two: ü, ก", "<p>Not this</p>")
    page = client.get("/outbox/").content.decode()
    assert page.count('<article class="mail">') == 30
    assert "Mail 28" in page and "Mail 01" in page and "Mail 00" not in page
    assert page.index("Zweite für Sie — ที่สอง") < page.index("First") < page.index("Mail 28")
    assert "Line one\nLine two: ü, ก" in page
    assert "Code &lt;b&gt;ABCD&lt;/b&gt;" in page
    assert "Not this" not in page
    assert page.count("To dewi@example.org, ") == 2


def test_emails_sent_together_are_all_shown(tmp_path: Path) -> None:
    (tmp_path / "one.log").write_bytes(
        b"To: a@example.org\nSubject: First\nDate: now\n\nBody\n\n" + b"-" * 79 + b"\n"
        b"To: b@example.org\nSubject: Second\nDate: now\n\nOther\n\n" + b"-" * 79 + b"\n"
    )
    assert [
        (mail.to, mail.subject, mail.body.strip()) for mail in outbox.read_messages(tmp_path)
    ] == [
        ("b@example.org", "Second", "Other"),
        ("a@example.org", "First", "Body"),
    ]


@pytest.mark.django_db
def test_sign_in_code_is_shown_in_outbox(
    client: Client, folder: Path, settings: Settings, delegate: Delegate
) -> None:
    settings.EMAIL_BACKEND = FILES
    client.post("/accounts/login/", {"login": "delegate@example.org"})
    assert "delegate@example.org" not in client.get("/outbox/").content.decode()
    run_queue()
    page = client.get("/outbox/").content.decode()
    assert "To delegate@example.org, " in page
    assert "sign-in code" in page


@pytest.mark.django_db
def test_outbox_shows_totp_codes(client: Client, folder: Path) -> None:
    assert "authenticator apps" not in client.get("/outbox/").content.decode()
    add_authenticator(make_user("cochair@example.org"))
    with time_machine.travel(datetime(2026, 3, 2, 12, tzinfo=UTC), tick=False):
        page = page_html(client.get("/outbox/"))
    # Behind a fold, so that the newest email is the first that people see.
    fold = page.split("<details>")[1].split("</details>")[0]
    assert "<summary>Current codes of authenticator apps</summary>" in fold
    # As another program makes it from the same secret.
    assert "<dt>cochair@example.org</dt><dd><code>524793</code></dd>" in fold
