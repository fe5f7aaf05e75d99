"""What a PDF must not contain: scripts, other files, and what loads or sends something."""

import re
import subprocess
import sys
import zlib
from collections.abc import Iterator
from io import BytesIO
from zipfile import is_zipfile

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from roundtable.uploads.parts import MAX_UNPACKED_BYTES, shown, too_large_unpacked

TIMEOUT_SECONDS = 15  # a little longer than the limits of the processes
# Names can hide behind #xx escapes, which are decoded first. Only long ones: a short name is also
# found by chance in compressed data, so `pdf_objects` looks for those.
_UNSAFE_NAMES = re.compile(
    rb"/(JavaScript|Launch|EmbeddedFiles?|RichMedia|SubmitForm|ImportData|GoTo[RE]|Rendition|"
    rb"FileAttachment)(?![A-Za-z])"
)


def check_pdf(content: bytes) -> None:
    """Raises ValidationError if it is not whole or contains what a document does not need."""
    if is_zipfile(BytesIO(content)) or b"%%EOF" not in content[-2048:]:
        raise ValidationError(
            _(
                "This PDF contains something that is not part of it. Open it, print it to a "
                "new PDF, then choose the new PDF."
            )
        )
    if b"/Encrypt" in content:
        raise _locked()
    # Also what is no longer in use: a reader that repairs the PDF can find it.
    for part in (content, *_unpacked_object_streams(content)):
        if found := _UNSAFE_NAMES.search(_decode_pdf_names(part)):
            raise _unsafe(found[1].decode())
    try:
        name = run_limited("roundtable.uploads.pdf_objects", content).decode("utf-8", "replace")
    except subprocess.SubprocessError:
        raise ValidationError(
            _("We cannot check this PDF. Print it to a new PDF, then choose the new PDF.")
        ) from None
    if name == "Encrypt":
        raise _locked()
    if name:
        raise _unsafe(name)


def run_limited(
    module: str, content: bytes = b"", *arguments: str, seconds: float = TIMEOUT_SECONDS
) -> bytes:
    """What the module prints about the content, or about the file that the arguments name.

    Raises SubprocessError if it fails or takes too long.
    """
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        input=content,
        capture_output=True,
        cwd=settings.BASE_DIR,
        env={"PATH": "/usr/bin:/bin"},  # no secrets: the file is a stranger's
        timeout=seconds,
        check=True,
    )
    return done.stdout


def _unpacked_object_streams(content: bytes) -> Iterator[bytes]:
    """Object streams may hide active content."""
    remaining_bytes, ended = MAX_UNPACKED_BYTES, 0
    while (begins := content.find(b"stream", ended)) >= 0:
        ends = content.find(b"endstream", begins)
        if ends < 0:
            return
        # The text between two streams contains the dictionary of the second one.
        if b"/ObjStm" in _decode_pdf_names(content[ended:begins]):
            packed = zlib.decompressobj()
            part = packed.decompress(
                content[begins + 6 : ends].lstrip(b"\r\n"), max(remaining_bytes, 1)
            )
            remaining_bytes -= len(part)
            if packed.unconsumed_tail:
                raise too_large_unpacked()
            yield part
        ended = ends + len(b"endstream")


def _decode_pdf_names(part: bytes) -> bytes:
    return re.sub(rb"#([0-9A-Fa-f]{2})", lambda found: bytes([int(found[1], 16)]), part)


def _locked() -> ValidationError:
    return ValidationError(_("This PDF is locked. Choose a PDF without a password."))


def _unsafe(name: str) -> ValidationError:
    return ValidationError(
        _(
            "This PDF contains “%s”, which can load, send or start something. Print it to a new "
            "PDF, then choose the new PDF."
        )
        % shown(name)
    )
