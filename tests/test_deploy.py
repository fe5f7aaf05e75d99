"""The portal runs in production with the environment that docs/operations.md describes."""

import ast
import base64
import hashlib
import json
import re
import runpy
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from inspect import signature
from pathlib import Path
from socket import AF_UNIX, socket

import pytest
from gunicorn.util import close_graceful
from gunicorn.workers.gthread import PollableMethodQueue

from tests.conftest import FULL
from tests.processes import (
    PRODUCTION_ENVIRONMENT,
    ROOT,
    TIMEOUT,
    check_each,
    get_over_socket,
    manage,
    program_path,
    run,
    running_process,
    wait_for_output,
)
from tests.test_urls import MAP

pytestmark = pytest.mark.own_process

GUNICORN = [program_path("gunicorn"), "--config", "deploy/gunicorn.conf.py"]
REQUIRED = [
    "SECRET_KEY",
    "PORTAL_URL",
    "EMAIL_URL",
    "DEFAULT_FROM_EMAIL",
    "CONTACT_EMAIL",
    "DATA_CONTROLLER",
    "ERASURE_KEY",
    "ERASURE_LEDGER",
    "SEAL_KEY",
    "DATA_KEY",
]


# Read, but in neither table: only development sets it.
FOR_DEVELOPMENT = {"DEBUG"}


def documented_variables() -> list[set[str]]:
    """The variables that must be set, and those that may be."""
    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    must, may = text.split("These may be set too:")
    cells = [re.findall(r"(?m)^\|((?: `[A-Z_]+`,?)+) \|", part) for part in (must, may)]
    return [{name for cell in part for name in re.findall(r"[A-Z_]+", cell)} for part in cells]


def variables_read() -> set[str]:
    """Each name in capitals that a setting, or gunicorn's, hands to what reads the environment."""
    readers = {"required", "optional", "str", "int", "bool", "get"}
    found = set()
    files = ["roundtable/settings.py", "roundtable/environment.py", "deploy/gunicorn.conf.py"]
    for file in files:
        for node in ast.walk(ast.parse((ROOT / file).read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            called = node.func.id if isinstance(node.func, ast.Name) else ""
            called = node.func.attr if isinstance(node.func, ast.Attribute) else called
            first = node.args[0]
            name = str(first.value) if isinstance(first, ast.Constant) else ""
            if called in readers and name.isupper():
                found.add(name)
    return found


def test_documented_variables_are_those_in_use() -> None:
    must, may = documented_variables()
    assert must | may | FOR_DEVELOPMENT == variables_read()
    # Without a database of its own the portal makes an SQLite file.
    assert must - {"DATABASE_URL"} == set(REQUIRED)
    assert must <= set(PRODUCTION_ENVIRONMENT)
    assert may == set(ALL_TOO) | (PRODUCTION_ENVIRONMENT.keys() - must)


def without(name: str) -> dict[str, str]:
    return {key: value for key, value in PRODUCTION_ENVIRONMENT.items() if key != name}


# What may be set too, as an operator would set all of it.
ALL_TOO = {
    "SECRET_KEY_FALLBACKS": "a-former-key-0123456789-abcdefghijklmnopqrstuvwxyz-0123456789",
    "SEAL_KEY_FALLBACKS": "an-earlier-key-0123456789-abcdefghijklmnopqrstuvwxyz-0123456789",
    "DATA_KEY_FALLBACKS": "a-key-of-before-0123456789-abcdefghijklmnopqrstuvwxyz-0123456789",
    "SEAL_LEDGER": PRODUCTION_ENVIRONMENT["ERASURE_LEDGER"].replace("erasures", "other-seals"),
    "ALLOWED_HOSTS": "portal.example.org, www.example.org",
    "BACKUP_FOLDER": "var/backups",
    "BACKUP_RECIPIENT": "age1chzxchvkgv0zhn6tzej7avxecxjmglg29dfrakwqdtyah4ddgvcsw2xkrn",
    "MONITOR_TOKEN": "a-token",
    "MAIL_PROVIDER": "A mail provider",
    "BACKUP_PROVIDER": "Another office",
    "ERROR_PROVIDER": "The office",
    "TRUSTED_PROXY_COUNT": "1",
    "CSRF_TRUSTED_ORIGINS": "https://www.example.org",
    "OIDC_SERVER_URL": "https://login.example.org",
    "OIDC_CLIENT_ID": "portal",
    "OIDC_CLIENT_SECRET": "secret",
    "OIDC_NAME": "The ministry",
    "REVEALS_PER_DAY": "20",
    "LOG_RETENTION_DAYS": "900",
    "HSTS_PRELOAD": "true",
    "ERROR_EMAILS": "errors@example.org, office@example.org",
    "SYSLOG": "udp://127.0.0.1:514",
    "SENTRY_DSN": "https://key@errors.example.org/1",
    "CLAMD_URL": "unix:///run/clamav/clamd.ctl",
    "DATA_DIR": "var",
    "STATIC_ROOT": "staticfiles",
    "SECURE_SSL_REDIRECT": "true",
    "WEB_CONCURRENCY": "3",
}


@pytest.mark.parametrize("more", [{}, ALL_TOO], ids=["what must be set", "all"])
def test_check_for_deployment_is_clean(more: dict[str, str]) -> None:
    result = manage(
        "check", "--deploy", "--fail-level", "WARNING", **PRODUCTION_ENVIRONMENT, **more
    )
    assert result.returncode == 0, result.stderr
    # That the host is in no browser's list of HTTPS sites is the operator's choice.
    assert f"no issues ({1 if more else 2} silenced)" in result.stdout
    assert result.stderr == ""


def test_missing_setting_stops_command_with_one_message() -> None:
    asked = [(name, value) for name in REQUIRED for value in (None, "", "  ")]
    asked = asked if FULL else asked[::2]  # of each setting one or two
    results = check_each(
        [
            without(name) if value is None else PRODUCTION_ENVIRONMENT | {name: value}
            for name, value in asked
        ]
    )
    for (name, _value), result in zip(asked, results, strict=True):
        assert (result.returncode, result.stdout) == (1, ""), name
        assert re.fullmatch(
            rf"Roundtable cannot start: set {name} \(.+\)\. See docs/operations\.md\.\n",
            result.stderr,
        ), result.stderr


# Gunicorn reads the same settings as a command: in the short run it is asked about two of them.
REST = [pytest.param(name, marks=pytest.mark.prove) for name in REQUIRED[1:-1]]
SOME = [REQUIRED[0], *REST, REQUIRED[-1]]


@pytest.mark.parametrize("name", SOME)
def test_missing_setting_stops_gunicorn_with_one_message(name: str, tmp_path: Path) -> None:
    result = run([*GUNICORN, "--bind", f"unix:{tmp_path}/socket"], without(name))
    assert result.returncode != 0
    assert result.stderr.count("Roundtable cannot start:") == 1
    assert f"set {name} (" in result.stderr
    assert "Traceback" not in result.stderr


INVALID = [
    ("DATABASE_URL", "nonsense"),
    ("DATABASE_URL", "mysql://portal:secret@localhost/portal"),
    ("DATABASE_URL", "postgres://portal:secret@localhost:port/portal"),
    ("EMAIL_URL", "mail.example.org"),
    ("EMAIL_URL", "smtp+tls://portal:secret@mail.example.org:port"),
    ("CONTACT_EMAIL", "the office"),
    ("SYSLOG", "nonsense"),
    ("SENTRY_DSN", "https://errors.example.org/1"),
    ("CLAMD_URL", "tcp://scanner.example.org:3310"),
    ("CLAMD_URL", "tcp://127.0.0.1:port"),
    ("REVEALS_PER_DAY", "many"),
    ("LOG_RETENTION_DAYS", "forever"),
    ("LOG_RETENTION_DAYS", "00"),
    ("LOG_RETENTION_DAYS", "29"),
    ("LOG_RETENTION_DAYS", "-730"),
    ("TRUSTED_PROXY_COUNT", "one"),
]


def test_invalid_setting_is_named_without_its_value() -> None:
    results = check_each([PRODUCTION_ENVIRONMENT | {name: value} for name, value in INVALID])
    for (name, value), result in zip(INVALID, results, strict=True):
        assert result.returncode == 1, (name, value)
        assert re.fullmatch(
            rf"Roundtable cannot start: {name} cannot be read; write it like \S+\.\n",
            result.stderr,
        ), result.stderr
        assert value not in result.stderr


UNENCRYPTED = [
    (
        "EMAIL_URL",
        "smtp://portal:secret@mail.example.org:25",
        "is not encrypted; write smtp+tls",
    ),
    ("SENTRY_DSN", "http://secret@errors.example.org/1", "is not encrypted; write https"),
    ("OIDC_SERVER_URL", "http://login.example.org", "is not encrypted; write https"),
    (
        "DATABASE_URL",
        "postgres://portal:secret@db.example.org/portal",
        "does not check the certificate of the database; append ?sslmode=verify-full",
    ),
    (
        "DATABASE_URL",
        "postgres://portal:secret@db.example.org/portal?sslmode=require",
        "does not check the certificate of the database; append ?sslmode=verify-full",
    ),
]


def test_unencrypted_connection_to_another_machine_stops_the_start() -> None:
    every = PRODUCTION_ENVIRONMENT | ALL_TOO
    results = check_each([every | {name: value} for name, value, _advice in UNENCRYPTED])
    for (name, _value, advice), result in zip(UNENCRYPTED, results, strict=True):
        assert result.returncode == 1, name
        assert result.stderr.startswith(f"Roundtable cannot start: {name} {advice}")
        assert result.stderr.count("\n") == 1 and "secret" not in result.stderr


@pytest.mark.parametrize(
    "connections",
    [
        {
            "EMAIL_URL": "smtp://localhost:25",
            "OIDC_SERVER_URL": "http://127.0.0.1:8080",
            "SENTRY_DSN": "http://key@127.0.0.1:9000/1",
            "DATABASE_URL": "postgres://portal@/portal?host=/run/postgresql",
        },
        {"DATABASE_URL": "postgres://portal@db.example.org/portal?sslmode=verify-full"},
    ],
)
def test_connection_within_the_machine_or_encrypted_is_accepted(
    connections: dict[str, str],
) -> None:
    read = "from django.conf import settings as s; print(s.SECRET_KEY_FALLBACKS)"
    given = PRODUCTION_ENVIRONMENT | ALL_TOO | {"SECRET_KEY_FALLBACKS": "former, earlier"}
    result = run_with_settings(read, **given | connections)
    assert (result.stdout, result.stderr) == ("['former', 'earlier']\n", "")


def test_development_says_that_its_contact_is_made_up(tmp_path: Path) -> None:
    ask = "from django.conf import settings as s; print(s.CONTACT_EMAIL, '|', s.DATA_CONTROLLER)"
    result = run_with_settings(ask, DEBUG="true", DATA_DIR=str(tmp_path))
    assert result.stdout == "made-up-contact@example.org | Made-up office, for development\n"


def run_with_settings(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs what needs the settings alone: to load the apps takes longer."""
    named = {"DJANGO_SETTINGS_MODULE": "roundtable.settings"}
    return run([sys.executable, "-W", "error", "-c", code], environment | named)


def test_uncreatable_folder_gives_one_message(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    folder = tmp_path / "file" / "data"
    result = manage("migrate", **without("DATABASE_URL"), DATA_DIR=str(folder))
    assert result.returncode == 1
    sentence = f"Roundtable cannot start: {folder} cannot be created (Not a directory).\n"
    assert result.stderr == sentence


# To pack the files of the admin takes longest, and no test here asks for one.
COLLECT = ["collectstatic", "--no-input", *([] if FULL else ["--ignore", "admin"])]


@pytest.fixture(scope="module")
def server(migrated_file: Path) -> Iterator[Path]:
    """The portal under gunicorn; the file that it listens at. All it writes is in one folder."""
    with tempfile.TemporaryDirectory(prefix="roundtable-") as name:
        folder = Path(name)
        environment = without("DATABASE_URL") | {
            "DATA_DIR": f"{folder}/some/where",
            "STATIC_ROOT": f"{folder}/static",
            "HOME": f"{folder}/home",
        }
        (folder / "home").mkdir()
        result = manage(*COLLECT, **environment)
        assert (result.returncode, result.stderr) == (0, "")
        shutil.copyfile(migrated_file, folder / "some" / "where" / migrated_file.name)
        place, log = folder / "socket", folder / "log"
        command = [*GUNICORN, "--bind", f"unix:{place}", "--workers", "1"]
        with running_process(command, environment, log) as process:
            wait_for_output("Booting worker", log, process)
            yield place
            process.terminate()
            process.wait(timeout=TIMEOUT)
        assert "Traceback" not in log.read_text()
        assert list((folder / "home").iterdir()) == []


def test_gunicorn_serves_the_first_page(server: Path) -> None:
    response, body = get_over_socket(server, "/", X_Forwarded_Proto="https")
    assert response.status == 200
    assert b"Roundtable" in body
    assert response.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    assert "unsafe" not in response.headers["Content-Security-Policy"]
    assert response.headers["X-Frame-Options"] == "DENY"


def test_gunicorn_serves_cacheable_files(server: Path) -> None:
    _, body = get_over_socket(server, "/", X_Forwarded_Proto="https")
    found = re.search(r'href="(/static/css/[^"]+\.css)"', body.decode())
    assert found
    address = found[1]
    assert re.search(r"\.[0-9a-f]{12}\.css$", address)
    response, plain = get_over_socket(server, address, X_Forwarded_Proto="https")
    assert response.status == 200
    assert response.headers["Content-Type"].startswith("text/css")
    assert "immutable" in response.headers["Cache-Control"]
    response, packed = get_over_socket(
        server, address, X_Forwarded_Proto="https", Accept_Encoding="br"
    )
    assert response.headers["Content-Encoding"] == "br"
    assert len(packed) < len(plain)


def test_gunicorn_serves_scripts_with_their_checksum(server: Path) -> None:
    _, body = get_over_socket(server, "/accounts/login/", X_Forwarded_Proto="https")
    scripts = re.findall(r'<script src="([^"]+)" integrity="sha384-([^"]+)"', body.decode())
    assert len(scripts) == body.count(b"<script src=") == 3
    for address, checksum in scripts:
        _, content = get_over_socket(server, address, X_Forwarded_Proto="https")
        assert base64.b64decode(checksum) == hashlib.sha384(content).digest()


def test_gunicorn_sets_secure_cookies(server: Path) -> None:
    response, _ = get_over_socket(server, "/accounts/login/", X_Forwarded_Proto="https")
    assert response.status == 200
    cookies = response.headers.get_all("Set-Cookie") or []
    assert cookies
    for cookie in cookies:
        assert cookie.startswith("__Host-") and "; Path=/" in cookie and "Domain" not in cookie
        assert "; Secure" in cookie
        assert "; HttpOnly" in cookie


def test_gunicorn_redirects_http_to_https(server: Path) -> None:
    response, _ = get_over_socket(server, "/outcomes/")
    assert response.status == 301
    assert response.headers["Location"] == "https://portal.example.org/outcomes/"


def test_gunicorn_rejects_unknown_hosts(server: Path) -> None:
    for host, status in (("portal.example.org", 200), ("elsewhere.example.org", 400)):
        response, _ = get_over_socket(server, "/", X_Forwarded_Proto="https", Host=host)
        assert response.status == status


def test_gunicorn_logs_no_path_of_a_wrong_request(server: Path) -> None:
    for request in (
        "GET /links/zq-key/ and more HTTP/1.1",
        "GET /links/zq-key/ HTTP/9.1",
        "G@T /links/zq-key/ HTTP/1.1",
        f"GET /links/zq-key{'y' * 9000}/ HTTP/1.1",
        "GET /links/zq-key/ HTTP/1.1\r\nA wrong header of zq-key",
    ):
        with socket(AF_UNIX) as connection:
            connection.connect(str(server))
            connection.sendall(f"{request}\r\n\r\n".encode())
            assert re.match(rb"HTTP/1\.1 4\d\d ", connection.recv(4096))
    lines = server.with_name("log").read_text().splitlines()
    messages = [json.loads(line)["message"] for line in lines if line.startswith("{")]
    assert messages.count("Invalid request") == 5
    assert "zq-key" not in " ".join(lines)
    assert [message for message in messages if "%" in message] == []
    assert [message for message in messages if message.startswith("Booting worker with pid: ")]


def test_gunicorn_ends_no_worker_that_waits_for_its_clients() -> None:
    """Its loop closes up to 60 connections in a row, and waits for each client for 2 seconds."""
    waits = signature(close_graceful).parameters["timeout"].default
    callbacks = signature(PollableMethodQueue.run_callbacks).parameters["max_callbacks"].default
    given = runpy.run_path(str(ROOT / "deploy" / "gunicorn.conf.py"))
    assert given["timeout"] > (callbacks + 10) * waits


def test_http_leads_pages_alone_to_https() -> None:
    """What programs read is refused."""
    text = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
    (refused,) = re.findall(r"location ~ (\S+) \{ return 403; \}", text)
    paths = {page.path for page in MAP.values()}
    read_by_programs = {path for path in paths if re.search(refused, path)}
    assert {"/feed.atom", "/calendar.ics", "/commitments.csv", "/links/"} < read_by_programs
    assert {path for path in paths if path.startswith("/api/")} < read_by_programs
    others = paths - read_by_programs
    assert [path for path in others if not path.endswith("/")] == []
    assert {"/", "/commitments/", "/me/"} < others


def test_gunicorn_has_no_outbox(server: Path) -> None:
    response, _ = get_over_socket(server, "/outbox/", X_Forwarded_Proto="https")
    assert response.status == 404


REGISTERED = """
from django.core.checks.registry import registry
from roundtable.mail.batches import RECIPIENT_CHECKS
own = ("roundtable.", "participants.", "outcomes.")
checks = registry.get_checks(include_deployment_checks=True)
print(*sorted(check.__name__ for check in checks if check.__module__.startswith(own)))
print(*sorted(RECIPIENT_CHECKS))
"""


def test_checks_register_themselves_at_startup() -> None:
    result = manage("shell", "--no-imports", "-c", REGISTERED, **PRODUCTION_ENVIRONMENT)
    assert result.stdout.splitlines() == [
        "check_backup_recipient check_data_key check_emails check_erasure_key check_jobs "
        "check_ledger_files check_notice_files check_recorded_notices check_responsibility "
        "check_schema check_seal_key check_sealed_data check_search_index check_triggers",
        "invitation: round ",
    ], result.stderr
