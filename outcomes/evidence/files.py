"""Downloads of evidence files, and their text."""

import re
import subprocess
from html import unescape
from io import BytesIO
from zipfile import ZipFile

from django.http import FileResponse
from django.utils.text import slugify

from outcomes.models import Evidence
from roundtable.uploads import downloads
from roundtable.uploads.pdf import run_limited
from roundtable.uploads.validation import PDF

MAX_TEXT_LENGTH = 500_000
MAX_XML_BYTES = 20 * 1024 * 1024  # including the tags
# The end of a line in an office document: of a paragraph or cell, or a break.
_LINE_ENDS = re.compile(r"</(?:\w+:)?(?:p|h|si|c|tc|table-cell)>|<(?:\w+:)?(?:br|tab)\b[^<>]*>")
_TARGETS = re.compile(r"(?:Target|xlink:href)=\"([^\"<>]{0,2000})\"")
_TAG = re.compile(r"<[^<>]*>")


def download(evidence: Evidence) -> FileResponse:
    """Raises Http404 if the file is missing."""
    name = slugify(evidence.title) or evidence.key
    return downloads.download(evidence.file, name, evidence.media_type)


def evidence_file_text(evidence: Evidence) -> str | None:
    """None if the file is missing or cannot be read."""
    try:
        with evidence.file.open("rb") as stored:
            return extract_text(stored.read(), evidence.media_type)
    except FileNotFoundError:
        return None


def public_evidence_text(evidence: Evidence) -> str:
    in_file = evidence_file_text(evidence) if evidence.file and evidence.is_public else None
    return "\n".join([evidence.title, evidence.url, in_file or ""])


def extract_text(content: bytes, media_type: str) -> str | None:
    """None for images, unreadable files and too long texts."""
    if media_type.startswith("image/"):
        return None
    words = _extract_pdf_text(content) if media_type == PDF else _extract_office_text(content)
    return words if words is not None and len(words) <= MAX_TEXT_LENGTH else None


def _extract_pdf_text(content: bytes) -> str | None:
    try:
        words = run_limited("roundtable.uploads.pdf_text", content)
    except subprocess.SubprocessError:
        return None
    # A scanned page has no text, which is not the same as an empty text: None means unknown.
    return words.decode().strip() or None


def _extract_office_text(content: bytes) -> str | None:
    found = []
    with ZipFile(BytesIO(content)) as parts:
        names = [name for name in parts.namelist() if name.endswith((".xml", ".rels"))]
        if sum(parts.getinfo(name).file_size for name in names) > MAX_XML_BYTES:
            return None
        for name in names:
            text = parts.read(name).decode("utf-8", "replace")
            found += _TARGETS.findall(text)
            # Other tags disappear without a space, because one word can be split by tags.
            found.append(_TAG.sub("", _LINE_ENDS.sub("\n", text)))
    return unescape("\n".join(found))
