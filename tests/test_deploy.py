"""The portal serves in earnest with the environment that the README documents."""

import ast
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.processes import DOCUMENTED, ROOT, get, manage, program, run, started, wait_for

pytestmark = pytest.mark.own_process

GUNICORN = [program("gunicorn"), "--config", "deploy/gunicorn.conf.py"]
REQUIRED = [
    "SECRET_KEY",
    "ALLOWED_HOSTS",
    "PORTAL_URL",
    "EMAIL_URL",
    "DEFAULT_FROM_EMAIL",
    "ERASURE_KEY",
    "ERASURE_LEDGER",
]


# What is read, and is none of the two tables of the README: only development sets it.
FOR_DEVELOPMENT = {"DEBUG"}


def tables_of_readme() -> list[set[str]]:
    """The variables that must be set, and those that may be."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    must, may = text.split("These may be set too:")
    cells = [re.findall(r"(?m)^\|((?: `[A-Z_]+`,?)+) \|", part) for part in (must, may)]
    return [{name for cell in part for name in re.findall(r"[A-Z_]+", cell)} for part in cells]


def variables_read() -> set[str]:
    """Each name in capitals that a setting, or gunicorn's, hands to what reads the environment."""
    readers = {"required", "optional", "str", "int", "bool", "get"}
    found = set()
    files = ["roundtable/settings.py", "roundtable/identity.py", "deploy/gunicorn.conf.py"]
    for name in files:
        for node in ast.walk(ast.parse((ROOT / name).read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            called = node.func.id if isinstance(node.func, ast.Name) else ""
            called = node.func.attr if isinstance(node.func, ast.Attribute) else called
            first = node.args[0]
            if called in readers and isinstance(first, ast.Constant):
                found.add(str(first.value))
    return found


def test_readme_documents_each_variable_that_is_read_and_no_other() -> None:
    must, may = tables_of_readme()
    assert must | may | FOR_DEVELOPMENT == variables_read()
    # Without a database of its own the portal makes an SQLite file.
    assert must - {"DATABASE_URL"} == set(REQUIRED)
    assert must <= set(DOCUMENTED)
    assert may == set(ALL_TOO) | {"BEHIND_TLS_PROXY"}


def without(name: str) -> dict[str, str]:
    return {key: value for key, value in DOCUMENTED.items() if key != name}


# What may be set too, as an operator would set all of it.
ALL_TOO = {
    "SECRET_KEY_FALLBACKS": "a-former-key-0123456789-abcdefghijklmnopqrstuvwxyz-0123456789",
    "OPERATOR_NAME": "The office",
    "CONTACT_EMAIL": "office@example.org",
    "DATA_CONTROLLER": "The office, Example Street 1",
    "TRUSTED_PROXY_COUNT": "1",
    "CSRF_TRUSTED_ORIGINS": "https://www.example.org",
    "CACHE_URL": "dbcache://cache",
    "OIDC_SERVER_URL": "https://login.example.org",
    "OIDC_CLIENT_ID": "portal",
    "OIDC_CLIENT_SECRET": "secret",
    "OIDC_NAME": "The ministry",
    "CANARY_DOMAIN": "mail.example.net",
    "REVEALS_PER_DAY": "20",
    "LOG_KEPT_DAYS": "900",
    "DATA_DIR": "var",
    "STATIC_ROOT": "staticfiles",
    "SECURE_SSL_REDIRECT": "true",
    "WEB_CONCURRENCY": "3",
}


@pytest.mark.parametrize("more", [{}, ALL_TOO], ids=["what must be set", "all"])
def test_check_for_deployment_is_clean(more: dict[str, str]) -> None:
    result = manage("check", "--deploy", "--fail-level", "WARNING", **DOCUMENTED, **more)
    assert result.returncode == 0, result.stderr
    assert "no issues (0 silenced)" in result.stdout
    assert result.stderr == ""


@pytest.mark.parametrize("name", REQUIRED)
@pytest.mark.parametrize("value", [None, "", "  "])
def test_missing_setting_stops_a_command_with_one_sentence(name: str, value: str | None) -> None:
    environment = without(name) if value is None else DOCUMENTED | {name: value}
    result = manage("check", **environment)
    assert result.returncode == 1
    assert re.fullmatch(
        rf"Roundtable cannot start: set {name} \(.+\)\. The README says how\.\n", result.stderr
    )
    assert result.stdout == ""


@pytest.mark.parametrize("name", REQUIRED)
def test_missing_setting_stops_gunicorn_with_one_sentence(name: str, tmp_path: Path) -> None:
    result = run([*GUNICORN, "--bind", f"unix:{tmp_path}/socket"], without(name))
    assert result.returncode != 0
    assert result.stderr.count("Roundtable cannot start:") == 1
    assert f"set {name} (" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "nonsense"),
        ("DATABASE_URL", "mysql://portal:secret@localhost/portal"),
        ("DATABASE_URL", "postgres://portal:secret@localhost:port/portal"),
        ("EMAIL_URL", "mail.example.org"),
        ("EMAIL_URL", "smtp://portal:secret@mail.example.org:port"),
        ("CACHE_URL", "nonsense"),
        ("REVEALS_PER_DAY", "many"),
        ("LOG_KEPT_DAYS", "forever"),
        ("LOG_KEPT_DAYS", "00"),
        ("LOG_KEPT_DAYS", "29"),
        ("LOG_KEPT_DAYS", "-730"),
        ("TRUSTED_PROXY_COUNT", "one"),
    ],
)
def test_setting_that_cannot_be_read_is_named_and_not_repeated(name: str, value: str) -> None:
    result = manage("check", **DOCUMENTED | {name: value})
    assert result.returncode == 1
    assert re.fullmatch(
        rf"Roundtable cannot start: {name} cannot be read; write it like \S+\.\n", result.stderr
    )
    assert value not in result.stderr


def test_what_a_former_key_sealed_is_opened_when_it_is_named() -> None:
    seal = "from roundtable.encryption import seal; print(seal('Sesame'))"
    sealed = manage("shell", "--verbosity", "0", "--command", seal, **DOCUMENTED).stdout.strip()
    changed = DOCUMENTED | {"SECRET_KEY": "n" * 60 + "0123456789-abc"}
    ask = f"from roundtable.encryption import open_sealed; print(open_sealed('{sealed}'))"
    command = ("shell", "--verbosity", "0", "--command", ask)
    assert manage(*command, **changed).returncode == 1
    former = f"{'o' * 60}, {DOCUMENTED['SECRET_KEY']}"
    result = manage(*command, **changed, SECRET_KEY_FALLBACKS=former)
    assert result.stdout == "Sesame\n", result.stderr


def test_folder_of_the_database_is_made(tmp_path: Path) -> None:
    folder = tmp_path / "some" / "where"
    result = manage("migrate", "--verbosity", "0", **without("DATABASE_URL"), DATA_DIR=str(folder))
    assert (result.returncode, result.stderr) == (0, "")
    assert (folder / "roundtable.sqlite3").is_file()


def test_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    folder = tmp_path / "file" / "data"
    result = manage("migrate", **without("DATABASE_URL"), DATA_DIR=str(folder))
    assert result.returncode == 1
    sentence = f"Roundtable cannot start: {folder} cannot be made (Not a directory).\n"
    assert result.stderr == sentence


@pytest.fixture(scope="module")
def server() -> Iterator[Path]:
    """The portal under gunicorn; the file that it listens at. All it writes is in one folder."""
    with tempfile.TemporaryDirectory(prefix="roundtable-") as name:
        folder = Path(name)
        environment = DOCUMENTED | {
            "DATABASE_URL": f"sqlite:///{folder}/portal.sqlite3",
            "DATA_DIR": f"{folder}/data",
            "STATIC_ROOT": f"{folder}/static",
            "HOME": f"{folder}/home",
        }
        (folder / "home").mkdir()
        for command in (["migrate", "--verbosity", "0"], ["collectstatic", "--no-input"]):
            result = manage(*command, **environment)
            assert result.returncode == 0, result.stderr
        socket, log = folder / "socket", folder / "log"
        command = [*GUNICORN, "--bind", f"unix:{socket}", "--workers", "1"]
        with started(command, environment, log) as process:
            wait_for("Booting worker", log, process)
            yield socket
            process.terminate()
            process.wait(timeout=20)
        assert "Traceback" not in log.read_text()
        assert list((folder / "home").iterdir()) == []


def test_gunicorn_serves_the_first_page(server: Path) -> None:
    response, body = get(server, "/", X_Forwarded_Proto="https")
    assert response.status == 200
    assert b"Roundtable" in body
    assert response.headers["Strict-Transport-Security"].startswith("max-age=31536000")
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    assert "unsafe" not in response.headers["Content-Security-Policy"]
    assert response.headers["X-Frame-Options"] == "DENY"


def test_gunicorn_serves_files_that_may_be_kept(server: Path) -> None:
    _, body = get(server, "/", X_Forwarded_Proto="https")
    found = re.search(r'href="(/static/css/[^"]+\.css)"', body.decode())
    assert found
    address = found[1]
    assert re.search(r"\.[0-9a-f]{12}\.css$", address)
    response, plain = get(server, address, X_Forwarded_Proto="https")
    assert response.status == 200
    assert response.headers["Content-Type"].startswith("text/css")
    assert "immutable" in response.headers["Cache-Control"]
    response, packed = get(server, address, X_Forwarded_Proto="https", Accept_Encoding="br")
    assert response.headers["Content-Encoding"] == "br"
    assert len(packed) < len(plain)


def test_gunicorn_sends_cookies_by_tls_only(server: Path) -> None:
    response, _ = get(server, "/accounts/login/", X_Forwarded_Proto="https")
    assert response.status == 200
    cookies = response.headers.get_all("Set-Cookie") or []
    assert cookies
    for cookie in cookies:
        assert "; Secure" in cookie
        assert "; HttpOnly" in cookie


def test_gunicorn_sends_plain_http_to_tls(server: Path) -> None:
    response, _ = get(server, "/outcomes/")
    assert response.status == 301
    assert response.headers["Location"] == "https://portal.example.org/outcomes/"


def test_gunicorn_answers_to_its_own_names_only(server: Path) -> None:
    for host, status in (("www.example.org", 200), ("elsewhere.example.org", 400)):
        response, _ = get(server, "/", X_Forwarded_Proto="https", Host=host)
        assert response.status == status


def test_gunicorn_shows_no_mail(server: Path) -> None:
    response, _ = get(server, "/outbox/", X_Forwarded_Proto="https")
    assert response.status == 404
