"""Where one is signed in."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from participants.accounts.sessions import device_name
from participants.models import User
from roundtable.mail.models import QueuedEmail
from tests.factories import make_user

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (
            "Mozilla/5.0 (Android 14; Mobile; rv:139.0) Gecko/139.0 Firefox/139.0",
            "Firefox on Android",
        ),
        (
            "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) "
            "Chrome/140.0.0.0 Mobile Safari/537.36",
            "Chrome on Android",
        ),
        (
            "Mozilla/5.0 (Linux; Android 13; SM-A536) AppleWebKit/537.36 (KHTML, like Gecko) "
            "SamsungBrowser/23.0 Chrome/115.0.0.0 Mobile Safari/537.36",
            "Samsung Internet on Android",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 "
            "(KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
            "Safari on iPhone",
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
            "Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0",
            "Edge on Windows",
        ),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like "
            "Gecko) Version/17.5 Safari/605.1.15",
            "Safari on Mac",
        ),
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:139.0) Gecko/20100101 Firefox/139.0",
            "Firefox on Linux",
        ),
        ("curl/8.5", "Unknown browser"),
        ("", "Unknown browser"),
        ("<script>alert(1)</script> Firefox/1", "Firefox"),
    ],
)
def test_browser_name_is_short(said: str, words: str) -> None:
    assert device_name(said) == words


@pytest.mark.django_db
def test_page_shows_last_use_without_user_agent() -> None:
    make_user("dewi@example.org")
    agent = "Mozilla/5.0 (Android 14; Mobile; rv:139.0) Gecko/139.0 Firefox/139.0"
    with time_machine.travel(NOW, tick=False) as clock:
        cache.clear()
        browser = Client(headers={"user-agent": agent})
        browser.post("/accounts/login/", {"login": "dewi@example.org"})
        code = browser.session["account_login"]["state"]["stages"]["login_by_code"]["data"]["code"]
        browser.post("/accounts/login/code/confirm/", {"code": code})
        clock.shift(timedelta(minutes=9))
        browser.get("/me/")
        assert UserSession.objects.get().last_seen_at == NOW
        clock.shift(timedelta(minutes=2))
        page = browser.get("/accounts/sessions/").content.decode()
        assert UserSession.objects.get().last_seen_at == NOW + timedelta(minutes=11)
        assert "Firefox on Android" in page and "Mozilla" not in page
        assert "Last used on 2 March 2026, 12:11, signed in on 2 March 2026, 12:00 (UTC)" in page
        with CaptureQueriesContext(
            connection,
        ) as asked:
            browser.get("/about/")
        assert not [query for query in asked if "UPDATE" in query["sql"]]


@pytest.mark.django_db
def test_anonymous_visitor_has_no_session_row(client: Client) -> None:
    client.get("/")
    assert not UserSession.objects.exists() and not QueuedEmail.objects.exists()
    assert not User.objects.exists()
