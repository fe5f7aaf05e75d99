"""The optional virus scanner: what it is asked, and what its answers mean."""

import logging
import socket
import struct
from collections.abc import Callable, Iterator
from threading import Thread

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from pytest_django import Settings

from roundtable.environment import parse_clamd_address
from roundtable.uploads import scanner
from roundtable.uploads.validation import check_file
from tests.outcomes.evidence.documents import JPEG, docx
from tests.outcomes.evidence.test_unsafe_documents import sentence
from tests.processes import TIMEOUT

FOUND = "The virus scanner refuses this file. Check your computer, or choose another file."
NO_ANSWER = "The virus scanner does not answer. Try again later."
# Longer than what is sent at once, and not compressible.
FILE = docx({"word/media/image1.jpeg": JPEG + bytes(range(256)) * 800})
Answer = Callable[[bytes], None]


@pytest.fixture
def answer(tmp_path_factory: pytest.TempPathFactory, settings: Settings) -> Iterator[Answer]:
    """Makes a scanner that answers the next file like this; the files are in `received`."""
    path = str(tmp_path_factory.mktemp("s") / "clamd")
    settings.CLAMD_ADDRESS = path
    threads = []
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path)
        server.listen()
        server.settimeout(TIMEOUT)

        def serve(said: bytes) -> None:
            with server.accept()[0] as client, client.makefile("rb") as sent:
                assert sent.read(10) == b"zINSTREAM\0"
                content = b""
                while length := struct.unpack(">I", sent.read(4))[0]:
                    content += sent.read(length)
                received.append(content)
                client.sendall(said)

        def start(said: bytes) -> None:
            threads.append(Thread(target=serve, args=[said]))
            threads[-1].start()

        yield start
        for thread in threads:
            thread.join()


received: list[bytes] = []


def test_clean_file_is_taken(answer: Answer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scanner, "CHUNK_BYTES", 1000)
    received.clear()
    answer(b"stream: OK\0")
    assert check_file(SimpleUploadedFile("a", FILE)).content == FILE
    assert received == [FILE] and len(FILE) > 1000


def test_file_with_a_virus_is_refused(answer: Answer, caplog: pytest.LogCaptureFixture) -> None:
    answer(b"stream: Eicar-Signature FOUND\0")
    assert sentence(FILE) == FOUND
    assert not caplog.records


@pytest.mark.parametrize("said", [b"", b"INSTREAM size limit exceeded. ERROR\0", b"stream: OK?\0"])
def test_file_is_refused_if_the_scanner_fails(
    answer: Answer, caplog: pytest.LogCaptureFixture, said: bytes
) -> None:
    answer(said)
    assert sentence(FILE) == NO_ANSWER
    [record] = caplog.records
    assert record.levelno == logging.ERROR
    assert record.getMessage() == "The virus scanner does not answer"


def test_file_is_refused_if_there_is_no_scanner_at_the_address(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.CLAMD_ADDRESS = "/no/such/socket"
    assert sentence(FILE) == NO_ANSWER
    assert [record.levelno for record in caplog.records] == [logging.ERROR]


@pytest.mark.usefixtures("answer")
def test_silent_scanner_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scanner, "TIMEOUT_SECONDS", 0.05)
    # No one accepts, so the connection opens and nothing answers.
    assert sentence(FILE) == NO_ANSWER


@pytest.mark.usefixtures("answer")
def test_unsafe_file_does_not_reach_the_scanner() -> None:
    assert "is a macro" in sentence(docx({"a.exe": b"MZ"}))


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("unix:///run/clamav/clamd.ctl", "/run/clamav/clamd.ctl"),
        ("tcp://127.0.0.1:3310", ("127.0.0.1", 3310)),
        ("tcp://localhost:3310", ("localhost", 3310)),
    ],
)
def test_address_of_scanner_is_read(
    monkeypatch: pytest.MonkeyPatch, url: str, address: object
) -> None:
    monkeypatch.setenv("CLAMD_URL", url)
    assert parse_clamd_address("CLAMD_URL") == address


@pytest.mark.parametrize(
    "url",
    ["tcp://192.0.2.1:3310", "tcp://127.0.0.1", "unix://run/a", "unix://", "/a"],
)
def test_address_on_another_machine_is_refused(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("CLAMD_URL", url)
    with pytest.raises(ValueError, match="CLAMD_URL"):
        parse_clamd_address("CLAMD_URL")
