"""Asks a virus scanner (ClamAV's clamd) about a file, if the portal has one."""

import logging
import socket
import struct
from collections.abc import Iterator

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

logger = logging.getLogger(__name__)
TIMEOUT_SECONDS = 10
CHUNK_BYTES = 64 * 1024


def scan(content: bytes) -> None:
    """Raises ValidationError if the scanner finds a virus, or does not answer."""
    if not settings.CLAMD_ADDRESS:
        return
    try:
        answer = _answer(content)
    except OSError:
        answer = ""
    # The scanner answers with a word before FOUND, which it chose itself, or with its error.
    if answer.endswith(" FOUND"):
        raise ValidationError(
            _("The virus scanner refuses this file. Check your computer, or choose another file.")
        )
    if answer != "stream: OK":
        logger.error("The virus scanner does not answer")
        raise ValidationError(_("The virus scanner does not answer. Try again later."))


def _answer(content: bytes) -> str:
    address = settings.CLAMD_ADDRESS
    family = socket.AF_UNIX if isinstance(address, str) else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as connection:
        connection.settimeout(TIMEOUT_SECONDS)
        connection.connect(address)
        connection.sendall(b"zINSTREAM\0")
        for chunk in _chunks(content):
            # Each chunk after its length; an empty one ends the file.
            connection.sendall(struct.pack(">I", len(chunk)) + chunk)
        answer = b""
        while received := connection.recv(4096):
            answer += received
    return answer.rstrip(b"\0").decode("utf-8", "replace")


def _chunks(content: bytes) -> Iterator[bytes]:
    for begins in range(0, len(content), CHUNK_BYTES):
        yield content[begins : begins + CHUNK_BYTES]
    yield b""
