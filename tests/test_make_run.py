"""`make run`: what it prepares, what it says, and how it ends."""

import ast
import hashlib
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from html import unescape
from http.cookiejar import CookieJar
from pathlib import Path
from socket import socket
from typing import Any
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, build_opener

import pytest

from deploy import develop
from tests.conftest import FULL
from tests.processes import ROOT, TIMEOUT, free_port, run, running_process, wait_for_output

CODE = re.compile(r"(?m)^([A-Z0-9]+-[A-Z0-9]+)\s*$")

# Ports of this machine alone are opened here.
pytestmark = [pytest.mark.own_process, pytest.mark.enable_socket]

SCRIPT = ROOT / "deploy" / "develop.py"
# Runs the script as if Python were another one.
PRETEND = "import runpy, sys; {}; sys.argv = ['develop.py', 'run', '--port', '{}']; "
PRETEND += "runpy.run_path({!r}, run_name='__main__')"


def assert_one_sentence(result: subprocess.CompletedProcess[str], sentence: str) -> None:
    assert result.returncode == 1
    assert re.fullmatch(sentence + "\n", result.stderr), result.stderr
    assert result.stdout == ""


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """The files of a fresh clone, without an environment."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    folder = tmp_path / "clone"
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    return folder


@pytest.fixture
def prepared(clone: Path) -> Path:
    """A clone whose environment is the one of these tests, so that nothing is fetched."""
    (clone / ".venv").mkdir()
    for path in Path(sys.prefix).iterdir():
        if path.suffix != ".sha256":
            (clone / ".venv" / path.name).symlink_to(path)
    digest = hashlib.sha256((clone / "requirements.txt").read_bytes()).hexdigest()
    (clone / ".venv" / "requirements.txt.sha256").write_text(digest)
    # The compiled modules too, which takes a program some seconds.
    for compiled in ROOT.glob("[a-z]*/**/__pycache__"):  # not those of the environment
        if (place := clone / compiled.relative_to(ROOT)).parent.is_dir():
            shutil.copytree(compiled, place)
    return clone


@pytest.fixture
def tables(prepared: Path, migrated_file: Path) -> None:
    """Unless at full size a database that lacks one migration alone: all of them take long."""
    if FULL:
        return
    (prepared / "var").mkdir()
    file = shutil.copy(migrated_file, prepared / "var")
    with closing(sqlite3.connect(file)) as database, database:
        database.execute("DROP TABLE django_session")
        database.execute("DELETE FROM django_migrations WHERE app = 'sessions'")


def test_script_can_be_read_by_an_old_python() -> None:
    tree = ast.parse(SCRIPT.read_text(), feature_version=(3, 4))
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.JoinedStr)]


def test_old_python_gives_one_message() -> None:
    code = PRETEND.format("sys.version_info = (3, 9, 2)", free_port(), str(SCRIPT))
    result = run([sys.executable, "-c", code], {"PATH": ""})
    assert_one_sentence(result, r"Roundtable needs Python 3\.11 or newer, but this is 3\.9: .+")


def test_port_in_use_gives_one_message() -> None:
    with socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        result = run([sys.executable, str(SCRIPT), "run", "--port", str(port)], {})
    sentence = rf"Port {port} cannot be used \(.+\): choose another, for example make run PORT=.+"
    assert_one_sentence(result, sentence)


def test_invalid_port_gives_one_message() -> None:
    for port in ("70000", "-1"):
        result = run([sys.executable, str(SCRIPT), "run", f"--port={port}"], {})
        sentence = rf"Port {port} cannot be used \(ports are from 1 to 65535\): .+"
        assert_one_sentence(result, sentence)


def test_unwritable_folder_gives_one_message(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    folder = tmp_path / "file" / "data"
    command = [sys.executable, str(SCRIPT), "run", "--port", str(free_port())]
    result = run(command, {"DATA_DIR": str(folder)})
    assert_one_sentence(result, rf"{folder} is not writable \(Not a directory\): .+")


def test_missing_python_module_gives_one_message(clone: Path) -> None:
    script = clone / "deploy" / "develop.py"
    for module in ("venv", "ensurepip"):
        code = PRETEND.format(f"sys.modules[{module!r}] = None", free_port(), str(script))
        result = run([sys.executable, "-c", code], {})
        assert_one_sentence(result, rf"This Python has no module {module}: install it .+")


class Child:
    """A process that ends after it was looked at so often."""

    def __init__(self, looks: int, code: int = 0) -> None:
        self.looks, self.code = looks, code

    def poll(self) -> int | None:
        self.looks -= 1
        return None if self.looks >= 0 else self.code

    def wait(self, timeout: float) -> int:
        if self.poll() is None:
            raise subprocess.TimeoutExpired("server", timeout)
        return self.code


def test_worker_that_ended_is_started_again(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    started: list[str] = []

    def start(_manage: list[str], backend: str) -> Child:
        started.append(backend)
        return Child(9)

    monkeypatch.setattr(develop, "start_worker", start)
    children: Any = {"server": Child(3, code=7), "mail": Child(1), "imports": Child(9)}
    assert develop.watch(children, []) == 7
    assert started == ["mail"]
    assert capsys.readouterr().out == "The worker for mail ended and is started again.\n"


class Visitor:
    """A visitor with their own browser."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.opener: OpenerDirector = build_opener(HTTPCookieProcessor(CookieJar()))

    def get(self, path: str) -> str:
        """The page at that address; being led to another one, such as the sign-in, fails."""
        with self.opener.open(self.address + path, timeout=TIMEOUT) as answer:
            assert answer.geturl() == self.address + path
            return str(answer.read().decode())

    def post(self, path: str, page: str, **fields: str) -> str:
        """Sends the form of a page that was read; the page that one is led to."""
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
        assert token, page
        data = urlencode({"csrfmiddlewaretoken": token[1], **fields}).encode()
        with self.opener.open(self.address + path, data, timeout=TIMEOUT) as answer:
            return str(answer.read().decode())

    def sign_in(self, email: str) -> None:
        """As the start page of the terminal says: the address, then the code from the outbox."""
        page = self.post("accounts/login/", self.get("accounts/login/"), login=email)
        deadline = time.monotonic() + TIMEOUT
        # Before it, there may be a message about the account.
        while not (code := CODE.search(newest_mail(page_of_mail := self.mail_to(email)))):
            assert time.monotonic() < deadline, page_of_mail
            time.sleep(0.2)
        page = self.post("accounts/login/code/confirm/", page, code=code[1])
        if "Enter your second factor" in page:
            shown = re.search(rf"<dt>{email}</dt>\s*<dd>\s*<code>(\d{{6}})<", self.get("outbox/"))
            assert shown
            self.post("accounts/2fa/authenticate/", page, code=shown[1])

    def mail_to(self, email: str) -> str:
        """The outbox, once the worker has sent a message to this address."""
        deadline = time.monotonic() + TIMEOUT
        while f"To {email}, " not in (page := self.get("outbox/")):
            assert time.monotonic() < deadline, page
            time.sleep(0.2)
        return page


def newest_mail(outbox: str) -> str:
    text = unescape(re.search(r"(?s)<main.*</main>", outbox)[0])  # type: ignore[index]
    found = re.search(r"(?s)<pre[^>]*>(.*?)</pre>", text)
    assert found, text
    return found[1]


def wait_until_none_is_left(group: int) -> None:
    """Neither the server nor the worker outlives what started them."""
    deadline = time.monotonic() + TIMEOUT
    while time.monotonic() < deadline:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return
        time.sleep(0.05)
    raise AssertionError("something is still running")


def press_ctrl_c(process: subprocess.Popen[bytes]) -> None:
    """A terminal tells all that it started."""
    os.killpg(process.pid, signal.SIGINT)


@contextmanager
def running(
    clone: Path,
    port: int,
    end: Callable[[subprocess.Popen[bytes]], None] = press_ctrl_c,
) -> Iterator[tuple[Visitor, Path]]:
    """The portal as `make run` starts it, once it answers; ended as with Ctrl-C."""
    log = clone.parent / f"log-{time.monotonic_ns()}"
    command = [sys.executable, str(clone / "deploy" / "develop.py"), "run", "--port", str(port)]
    with running_process(command, {"PYTHONUNBUFFERED": "1"}, log) as process:
        wait_for_output("Starting development server", log, process)
        visitor = Visitor(f"http://localhost:{port}/")
        deadline = time.monotonic() + TIMEOUT
        while time.monotonic() < deadline:
            try:
                visitor.get("")
                break
            except URLError:
                time.sleep(0.1)
        yield visitor, log
        end(process)
        assert process.wait(timeout=TIMEOUT) in (0, 130)
        wait_until_none_is_left(process.pid)
    assert "Traceback" not in log.read_text()


@pytest.mark.usefixtures("tables")
def test_run_prepares_serves_and_keeps_data(prepared: Path) -> None:
    port = free_port()
    with running(prepared, port) as (visitor, log):
        said = log.read_text()
        assert f"Roundtable: http://localhost:{port}/\n" in said
        assert "Loading" in said
        for email in ("operator", "cochair", "delegate"):
            assert f"{email}@example.org" in said
            has_secret = re.search(rf"(?m)^  {email}@example\.org +[A-Z2-7]{{32}}$", said)
            assert bool(has_secret) == (email != "delegate")
            if email == "cochair" and not FULL:
                continue  # signs in as an operator does
            other = Visitor(visitor.address)
            other.sign_in(f"{email}@example.org")
            other.get("admin/" if email != "delegate" else "me/")
        assert "Bali Process" in visitor.get("roundtables/")
        assert "Demonstration" in visitor.get("roundtables/?demonstration=yes")

    with closing(sqlite3.connect(prepared / "var" / "roundtable.sqlite3")) as database, database:
        database.execute("UPDATE roundtable_event SET title = 'Corrected title'")

    with running(prepared, port, end=subprocess.Popen.terminate) as (visitor, log):
        assert "Loading" not in log.read_text()
        assert "operator@example.org" in log.read_text()
        assert "Corrected title" in visitor.get("roundtables/")
