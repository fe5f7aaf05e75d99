"""Where one is signed in."""

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from io import BytesIO
from typing import Any
from urllib.parse import quote_plus

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from outcomes.models import Theme
from participants.accounts.sessions import device_name
from participants.models import Consent, Delegate, User
from participants.participation.confirmation import suspend_participation
from participants.privacy.consent import hide_profile, unhide_profile
from roundtable.models import AuditEntry, Event
from roundtable.web.row_keys import row_key
from tests.factories import NOON, make_grant, make_organisation, make_user
from tests.form_fields import form_fields, send_form
from tests.outcomes.test_outcomes_admin import filled
from tests.page_text import page_html, page_text
from tests.participants.accounts.test_reauthentication import (
    ASK,
    newest_code,
    prove,
    sign_in_by_code,
)
from tests.sign_in import add_authenticator, forget_limits, is_in, totp_code

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("recorded_templates")]
Sign = Callable[..., Client]


def test_browser_name_is_short() -> None:
    for said, words in (  # only what names something: there is much else between
        ("(Android 14; Mobile; rv:139.0) Firefox/139.0", "Firefox on Android"),
        ("(Linux; Android 10; K) Chrome/140.0.0.0 Mobile Safari/537.36", "Chrome on Android"),
        ("(Linux; Android 13) SamsungBrowser/23 Chrome/115 Safari", "Samsung Internet on Android"),
        ("(iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Safari", "Safari on iPhone"),
        ("(Windows NT 10.0; Win64) Chrome/140 Safari Edg/140", "Edge on Windows"),
        ("(Macintosh; Intel Mac OS X 10_15_7) Version/17.5 Safari", "Safari on Mac"),
        ("(X11; Linux x86_64; rv:139.0) Firefox/139.0", "Firefox on Linux"),
        ("curl/8.5", "Unknown browser"),
        ("", "Unknown browser"),
        ("<script>alert(1)</script> Firefox/1", "Firefox"),
    ):
        assert device_name(said) == words


def test_page_shows_last_use_without_user_agent() -> None:
    make_user("dewi@example.org")
    agent = "Mozilla/5.0 (Android 14; Mobile; rv:139.0) Gecko/139.0 Firefox/139.0"
    with time_machine.travel(NOON, tick=False) as clock:
        forget_limits()
        browser = Client(headers={"user-agent": agent})
        browser.post("/accounts/login/", {"login": "dewi@example.org"})
        browser.post("/accounts/login/code/confirm/", {"code": newest_code()})
        clock.shift(timedelta(minutes=4))
        browser.get("/me/")
        assert UserSession.objects.get().last_seen_at == NOON
        clock.shift(timedelta(minutes=2))
        page = browser.get("/accounts/sessions/").content.decode()
        assert UserSession.objects.get().last_seen_at == NOON + timedelta(minutes=6)
        assert "Firefox on Android" in page and "Mozilla" not in page
        assert "Last used on 2 March 2026, 12:06, signed in on 2 March 2026, 12:00 (UTC)" in page
        with CaptureQueriesContext(connection) as asked:
            browser.get("/about/")
        assert not [query for query in asked if "UPDATE" in query["sql"]]


@pytest.fixture
def clock() -> Iterator[Any]:
    with time_machine.travel(NOON, tick=False) as moved:
        yield moved


def test_session_ends_eight_hours_after_sign_in_whatever_is_asked_for(
    delegate: Delegate, clock: Any
) -> None:
    assert delegate.user
    browser = sign_in_by_code(delegate.user)
    for _hour in range(7):
        clock.shift(timedelta(hours=1))
        browser.post(ASK, {"send": "yes"})  # which saves the session, and enters no code
        assert is_in(browser)
    clock.shift(timedelta(hours=1, seconds=1))
    answer = browser.get("/me/", follow=True)
    assert answer.redirect_chain[0][0] == "/accounts/login/?next=/me/"
    assert "because you signed in eight hours ago" in page_text(answer)
    assert not UserSession.objects.exists() or not is_in(browser)
    # Signing in again starts anew.
    browser = sign_in_by_code(delegate.user)
    clock.shift(timedelta(hours=7))
    assert is_in(browser)


def test_desk_asks_again_after_an_hour_without_use(
    cochair: User, event: Event, client_of: Sign, clock: Any
) -> None:
    browser, page = client_of(cochair), f"/admin/roundtable/event/{event.pk}/change/"
    assert browser.get(page).status_code == 200
    form = filled(browser, page)
    for _use in range(3):
        clock.shift(timedelta(minutes=40))
        assert browser.get(page).status_code == 200
    clock.shift(timedelta(minutes=61))
    written = form | {"title": "Written for an hour"}
    answer = browser.post(f"{page}?_changelist_filters=x", written)
    confirm = "/accounts/2fa/reauthenticate/"
    assert answer["Location"] == f"{confirm}?next={quote_plus(page)}"
    assert browser.get("/admin/").status_code == 302 and is_in(browser)
    event.refresh_from_db()
    assert event.title != "Written for an hour"
    # What was written is sent after the second factor.
    code = totp_code(at=time.time())
    answer = browser.post(confirm, {"code": code, "next": page})
    assert answer.status_code == 302
    event.refresh_from_db()
    assert event.title == "Written for an hour"
    assert browser.get("/admin/").status_code == 200


def test_form_that_waited_for_the_second_factor_is_processed_once(
    operator: User, client_of: Sign, clock: Any
) -> None:
    browser = client_of(operator)
    page = browser.get("/admin/outcomes/theme/add/")
    clock.shift(timedelta(minutes=61))
    asked = send_form(browser, page, containing="name", name="Shelter", slug="shelter")
    answer = send_form(browser, asked, containing="code", code=totp_code(at=time.time()))
    for _time in range(2):
        assert answer.redirect_chain[-1] == ("/admin/outcomes/theme/", 302)
        assert Theme.objects.filter(name="Shelter").count() == 1
        # As after going back.
        answer = send_form(browser, page, containing="name", name="Shelter", slug="shelter")


def test_form_with_a_file_is_sent_again_after_the_second_factor(
    cochair: User, client_of: Sign, clock: Any
) -> None:
    browser, path = client_of(cochair), "/admin/roundtable/event/workbook/in/"
    browser.get("/admin/")
    clock.shift(timedelta(minutes=61))
    with BytesIO(b"x") as file:
        answer = browser.post(path, {"file": file, "note": "Written"})
    confirm = "/accounts/2fa/reauthenticate/?next=%2Fadmin%2F"
    assert answer.status_code == 403 and f'href="{confirm}" target="_blank"' in page_html(answer)
    assert "A file cannot be kept. Add it once more afterwards." in page_text(answer)
    assert form_fields(page_html(answer), path, containing="note")["note"] == ["Written"]


def test_second_factor_gives_the_session_a_new_key(cochair: User, client_of: Sign) -> None:
    add_authenticator(cochair)
    browser = client_of(cochair, second_factor=False)
    known = browser.cookies["sessionid"].value
    UserSession.objects.create(user=cochair, session_key=known, ip="192.0.2.7")
    browser.post("/accounts/2fa/reauthenticate/", {"code": totp_code()})
    assert browser.get("/admin/").status_code == 200
    assert browser.cookies["sessionid"].value != known
    assert UserSession.objects.get().session_key == browser.cookies["sessionid"].value
    thief = Client()
    thief.cookies["sessionid"] = known
    assert thief.get("/admin/").status_code == 302 and not is_in(thief)


def test_fresh_code_gives_the_session_a_new_key(delegate: Delegate, client_of: Sign) -> None:
    browser = client_of(delegate)
    known = browser.cookies["sessionid"].value
    prove(browser)
    assert browser.cookies["sessionid"].value != known
    thief = Client()
    thief.cookies["sessionid"] = known
    assert not is_in(thief) and is_in(browser)


def test_sessions_are_ended_singly_or_all_after_a_fresh_code(delegate: Delegate) -> None:
    assert delegate.user
    own, phone, tablet = (sign_in_by_code(delegate.user) for _browser in range(3))
    forget_limits()
    with time_machine.travel(timezone.now() + timedelta(minutes=50), tick=False):
        keys = {browser: browser.cookies["sessionid"].value for browser in (own, phone, tablet)}
        row = UserSession.objects.get(session_key=keys[phone])
        page = own.get("/accounts/sessions/").content.decode()
        assert page.count("End this session") == 2 and "this session</span>" in page
        answer = own.post("/accounts/sessions/", {"session": row_key(row)})
        assert answer["Location"].startswith(ASK) and is_in(phone)
        own.post(ASK, {"send": "yes", "next": "/accounts/sessions/"})
        own.post(ASK, {"code": newest_code(), "next": "/accounts/sessions/"})
        assert [is_in(one) for one in (own, phone, tablet)] == [True, False, True]
        foreign = UserSession.objects.get(
            session_key=sign_in_by_code(make_user()).cookies["sessionid"].value
        )
        for wrong in (str(foreign.pk), row_key(foreign), "x", "9" * 30, ""):
            own.post("/accounts/sessions/", {"session": wrong})
        assert UserSession.objects.filter(pk=foreign.pk).exists() and is_in(own)
        answer = own.post("/accounts/sessions/", follow=True)
        assert "You are signed out everywhere else." in page_text(answer)
        assert [is_in(one) for one in (own, phone, tablet)] == [True, False, False]


def test_eleventh_session_ends_the_oldest(delegate: Delegate) -> None:
    assert delegate.user
    browsers = []
    for _sign_in in range(11):
        forget_limits()
        browsers.append(sign_in_by_code(delegate.user))
    assert [is_in(one) for one in browsers] == [False, *[True] * 10]


def suspend(delegate: Delegate) -> None:
    by = make_user()
    row = delegate.participations.get()
    make_grant(by, row.event, on_behalf_of=make_organisation())
    assert suspend_participation(participation=row, reason="Doubt", by=by, at=timezone.now())


def hide(delegate: Delegate) -> None:
    assert hide_profile(delegate, by=Consent.By.LINK, at=timezone.now())


@pytest.mark.parametrize("act", [suspend, hide])
def test_sessions_end_and_their_cookies_stay_dead(
    delegate: Delegate, client_of: Sign, act: Any
) -> None:
    browser = client_of(delegate)
    assert is_in(browser)
    act(delegate)
    assert not is_in(browser)
    unhide_profile(delegate, at=timezone.now())
    assert not is_in(browser) and not UserSession.objects.exists()


def test_operator_ends_sessions_on_the_server(delegate: Delegate, client_of: Sign) -> None:
    assert delegate.user
    other = client_of(make_user("other@example.org"))
    browser = client_of(delegate)
    for wrong in ([], ["unknown@example.org"], [delegate.user.email, "--all"]):
        with pytest.raises(CommandError):
            call_command("end_sessions", *wrong)
    call_command("end_sessions", "Delegate@example.org")
    assert not is_in(browser) and other.get("/accounts/email/").status_code == 200
    assert AuditEntry.objects.get().action == "end sessions"
    call_command("end_sessions", "--all")
    assert other.get("/accounts/email/").status_code == 302


def test_signing_out_clears_what_the_browser_keeps(delegate: Delegate, client_of: Sign) -> None:
    browser = client_of(delegate)
    for path in ("/me/", "/directory/", "/about/"):
        assert 'href="/accounts/logout/"' in browser.get(path).content.decode(), path
    key = browser.cookies["sessionid"].value
    assert "Sign out?" in browser.get("/accounts/logout/").content.decode()
    assert is_in(browser)
    answer = browser.post("/accounts/logout/")
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert answer["Clear-Site-Data"] == '"cache", "storage"'
    assert not Session.objects.filter(session_key=key).exists()
    answer = browser.get("/about/")
    assert "Clear-Site-Data" not in answer and "logout" not in answer.content.decode()
    browser.cookies["sessionid"] = key
    assert not is_in(browser)


def test_messages_cookie_has_no_names(cochair: User, event: Event, client_of: Sign) -> None:
    browser, page = client_of(cochair), f"/admin/roundtable/event/{event.pk}/change/"
    answer = browser.post(page, filled(browser, page) | {"title": "Zq canary"})
    assert answer.status_code == 302 and "messages" not in answer.cookies
    assert "Zq canary" in page_html(browser.get("/admin/roundtable/event/"))
