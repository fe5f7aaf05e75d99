"""The log says who did what, and holds no value of a person, no path and no query."""

import json
import logging
import re
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path
from socket import AF_INET, AF_UNIX, SOCK_DGRAM, socket
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core import mail
from django.db import connection, transaction
from django.test import Client

from participants.accounts import views
from participants.models import Delegate, User
from roundtable.audit.models import AuditEntry
from roundtable.environment import parse_syslog_address
from roundtable.logs import ErrorEmailHandler, JsonFormatter, log_uncaught
from roundtable.sentry import SentryHandler
from tests.email_links import LinkClient, make_email_link
from tests.factories import NOON, channel_with, make_channel, make_delegate, make_user
from tests.participants.accounts.test_mailbox_handover import add_passkey
from tests.participants.accounts.test_reauthentication import ADDING, MAILBOX, newest_code
from tests.processes import PRODUCTION_ENVIRONMENT, TIMEOUT, manage
from tests.sign_in import add_authenticator, totp_code

pytestmark = pytest.mark.django_db
Sign = Callable[..., Client]
Lines = Callable[[], list[dict[str, Any]]]
CANARY = "zq-canary"


@pytest.fixture
def written(caplog: pytest.LogCaptureFixture) -> Iterator[StringIO]:
    """What the log contains, as in production."""
    stream, root = StringIO(), logging.getLogger()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter())
    root.addHandler(handler)
    with caplog.at_level(logging.INFO):
        yield stream
    root.removeHandler(handler)


@pytest.fixture
def lines(written: StringIO) -> Lines:
    return lambda: [json.loads(line) for line in written.getvalue().splitlines()]


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that stores one person's channel under the number of another one."""

    def fail(_request: Any) -> None:
        row = channel_with(f"{CANARY}@example.org")
        row.pk, row._state.adding = None, True
        with transaction.atomic():
            row.save()

    monkeypatch.setattr(views, "sign_in_addresses", fail)


def events(lines: list[dict[str, Any]]) -> list[tuple[str, str, int | None]]:
    return [
        (line["message"], line.get("route", ""), line.get("account"))
        for line in lines
        if line["logger"] == "roundtable.security"
    ]


def test_signing_in_and_its_changes_are_logged(written: StringIO, lines: Lines) -> None:
    user, browser = make_user(f"{CANARY}@example.org"), Client()
    browser.post("/accounts/login/", {"login": user.email})
    for code in ("AAAA-AAAA", newest_code()):
        browser.post("/accounts/login/code/confirm/", {"code": code})
    browser.post(*ADDING)
    browser.post("/accounts/confirm-email/", {"code": newest_code()})
    second = EmailAddress.objects.get(email="home@example.org")
    for act in ("action_primary", "action_remove"):
        browser.post("/accounts/email/", {act: "", "email": second.email})
    browser.post("/accounts/logout/")
    found = [event for event, _route, account in events(lines()) if account == user.pk]
    assert found == [
        "wrong code",
        "signed in",
        "add address",
        "change main address",
        "signed out",
    ]
    acts = AuditEntry.objects.order_by("sequence").values_list("action", flat=True)
    assert list(acts) == ["add address", "change main address"]
    assert ("signed in", "account_confirm_login_code", user.pk) in events(lines())
    assert [line["by"] for line in lines() if line["message"] == "signed in"] == ["code"]
    assert CANARY not in written.getvalue() and "home@" not in written.getvalue()


def test_second_factor_is_logged(client_of: Sign, lines: Lines) -> None:
    user = make_user()
    add_authenticator(user)
    browser = client_of(user)
    for code in ("000000", totp_code()):
        browser.post("/accounts/2fa/reauthenticate/", {"code": code})
    browser.post("/accounts/2fa/totp/deactivate/")
    found = [event for event, _route, _account in events(lines())]
    assert found[-3:] == ["wrong second factor", "proved who they are", "remove factor"]
    assert [line["by"] for line in lines() if line["message"] == "proved who they are"] == ["totp"]
    assert AuditEntry.objects.get().action == "remove factor"


def test_refused_passkeys_are_logged(client_of: Sign, written: StringIO, lines: Lines) -> None:
    user = make_user()
    add_authenticator(user)
    wrong = {"credential": json.dumps({"id": CANARY})}
    Client().post("/accounts/2fa/webauthn/login/", wrong)
    browser = Client()
    browser.post("/accounts/login/", {"login": user.email})
    browser.post("/accounts/login/code/confirm/", {"code": newest_code()})
    browser.post("/accounts/2fa/authenticate/", wrong)
    add_passkey(user, alone=True)
    client_of(user).post("/accounts/2fa/webauthn/reauthenticate/", wrong)
    assert [event for event in events(lines()) if event[0] == "wrong passkey"] == [
        ("wrong passkey", "mfa_login_webauthn", None),
        ("wrong passkey", "mfa_authenticate", user.pk),
        ("wrong passkey", "mfa_reauthenticate_webauthn", user.pk),
    ]
    assert CANARY not in written.getvalue()


def test_refusals_are_logged_by_route(client_of: Sign, written: StringIO, lines: Lines) -> None:
    user = make_user()
    assert client_of(user).get(f"/admin/?{CANARY}=1").status_code == 403
    assert ("refused", "admin:index", user.pk) in events(lines())
    browser = Client(enforce_csrf_checks=True)
    path = f"/directory/{CANARY}/show/"
    assert browser.post(path, {"accept": CANARY}).status_code == 403
    [line] = [line for line in lines() if line.get("route") == "delegate-reveal"][-1:]
    assert (line["message"], line["status"], line["method"]) == ("refused", 403, "POST")
    with time_machine.travel(NOON, tick=False):  # the limit counts by the minute
        browser = client_of(make_user())
        for _try in range(12):
            browser.post("/accounts/reauthenticate/", {"code": CANARY})
    assert 429 in [line.get("status") for line in lines()]
    assert CANARY not in written.getvalue()


def test_limit_of_codes_is_logged(written: StringIO, lines: Lines) -> None:
    with time_machine.travel(NOON, tick=False):
        for _try in range(4):
            Client().post("/accounts/login/", {"login": f"{CANARY}@example.org"})
    assert events(lines()).count(("too many codes", "account_login", None)) == 1
    assert CANARY not in written.getvalue()


def test_opened_link_is_logged_without_its_key(written: StringIO, lines: Lines) -> None:
    person = make_delegate()
    make_email_link(CANARY, delegate=person, user=person.user)
    assert LinkClient().get(f"/links/{CANARY}/").status_code == 200
    assert ("opened an emailed link", "open-link", person.user_id) in events(lines())
    Client().get(f"/links/{CANARY}x/")
    assert CANARY not in written.getvalue()


def test_line_has_time_level_and_request(written: StringIO, lines: Lines) -> None:
    for _request in range(2):
        Client().get(f"/{CANARY}%0A%0Dsecond/?q={CANARY}")
    first, second = [line for line in lines() if line["logger"] == "django.request"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", first["time"])
    assert (first["level"], first["message"], first["method"]) == ("WARNING", "Not Found", "GET")
    assert first["request"] != second["request"]
    assert CANARY not in written.getvalue()


def test_refused_lookup_is_a_warning_and_no_email(
    client_of: Sign, operator: User, lines: Lines, settings: Any
) -> None:
    settings.ADMINS = [("", "errors@example.org")]
    query = f"?user__password__startswith={CANARY}"
    browser = client_of(operator, second_factor=True)
    assert browser.get(f"/admin/participants/delegate/{query}").status_code in (302, 400)
    assert {line["level"] for line in lines()} <= {"INFO", "WARNING"}
    assert mail.outbox == []


@pytest.mark.each_database
@pytest.mark.usefixtures("failing")
def test_error_is_described_without_values(
    client_of: Sign,
    delegate: Delegate,
    written: StringIO,
    lines: Lines,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings.ADMINS = [("", "errors@example.org")]
    reporting = SentryHandler("https://key@errors.example.org/1")
    reports: list[Any] = []
    monkeypatch.setattr(reporting._client.transport, "capture_envelope", reports.append)
    handlers = (ErrorEmailHandler(), reporting)
    for handler in handlers:
        handler.setFormatter(JsonFormatter())
        logging.getLogger().addHandler(handler)
    make_channel(delegate, value=f"{CANARY}@example.org")
    browser = client_of(delegate)
    browser.raise_request_exception = False
    for _request in range(2):
        answer = browser.post(MAILBOX, {"code": CANARY}, headers={"referer": f"/{CANARY}"})
        assert answer.status_code == 500
    for handler in handlers:
        logging.getLogger().removeHandler(handler)
    line = next(line for line in lines() if line["level"] == "ERROR")
    assert line["message"] == "Internal Server Error"
    assert "django.db.utils.IntegrityError" in line["error"]
    assert "channel" in line["constraint"]
    assert (line["route"], line["account"]) == ("account_verify_mailbox", delegate.user_id)
    assert any(re.search(r"test_logs.py:\d+ fail$", place) for place in line["at"])
    [email] = mail.outbox  # one of two: the same place within an hour
    assert email.to == ["errors@example.org"] and "IntegrityError" in email.body
    report = reports[0].get_event()
    assert report["extra"].items() <= line.items()
    assert line.keys() - report["extra"].keys() == {"error", "at"}
    [kind] = report["exception"]["values"]
    assert kind["type"] == "django.db.utils.IntegrityError"
    assert "fail" in [frame["function"] for frame in kind["stacktrace"]["frames"]]
    for text in (written.getvalue(), str(email.message()), str(reports[0].serialize())):
        assert CANARY not in text and "sessionid" not in text and "example.org/" not in text


def test_failed_command_prints_no_values(written: StringIO, lines: Lines) -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM nothing WHERE value = %s", [CANARY])
    except Exception as problem:
        log_uncaught(type(problem), problem, problem.__traceback__)
    assert lines()[-1]["level"] == "CRITICAL" and CANARY not in written.getvalue()
    try:
        raise KeyboardInterrupt
    except KeyboardInterrupt as problem:
        log_uncaught(type(problem), problem, problem.__traceback__)
    assert lines()[-1]["level"] == "CRITICAL" and len(lines()) == 1


@pytest.mark.own_process
def test_command_in_production_writes_json_to_syslog_too(tmp_path: Path) -> None:
    address = str(tmp_path / "log")
    with socket(AF_UNIX, SOCK_DGRAM) as listener:
        listener.bind(address)
        environment = PRODUCTION_ENVIRONMENT | {"DATABASE_URL": f"sqlite:///{tmp_path}/x.sqlite3"}
        program = "import logging; logging.getLogger('roundtable').warning('zq')"
        done = manage("shell", "--no-imports", "-c", program, **environment, SYSLOG=address)
        sent = listener.recv(4096).decode()
    assert done.returncode == 0, done.stderr
    for line in (done.stderr, sent.partition(">")[2].rstrip("\0")):
        assert json.loads(line)["message"] == "zq"
    program = "from django.db import connection; connection.cursor().execute('SELECT zq')"
    done = manage("shell", "--no-imports", "-c", program, **environment)
    assert done.returncode == 1
    assert json.loads(done.stderr)["error"].startswith("django.db.utils.OperationalError")


@pytest.mark.own_process
@pytest.mark.enable_socket
def test_failed_command_is_reported_before_it_ends(tmp_path: Path) -> None:
    with socket(AF_INET) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        address = f"http://key@127.0.0.1:{listener.getsockname()[1]}/1"
        environment = PRODUCTION_ENVIRONMENT | {"DATABASE_URL": f"sqlite:///{tmp_path}/x.sqlite3"}
        program = "from django.db import connection; connection.cursor().execute('SELECT zq')"
        done = manage("shell", "--no-imports", "-c", program, **environment, SENTRY_DSN=address)
        assert (done.returncode, done.stderr.count("\n")) == (1, 1)
        listener.settimeout(TIMEOUT)
        connected, _who = listener.accept()
        with connected:
            assert connected.recv(99).startswith(b"POST /api/1/envelope/ ")


def test_other_addresses_of_a_log_stop_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = ("log.example.org", "udp://log.example.org:514")
    for address in (*elsewhere, "http://localhost", "udp://", "log"):
        monkeypatch.setenv("SYSLOG", address)
        with pytest.raises(ValueError, match="SYSLOG"):
            parse_syslog_address("SYSLOG")
    monkeypatch.setenv("SYSLOG", "udp://localhost")
    assert parse_syslog_address("SYSLOG")["syslog"]["address"] == ("localhost", 514)
