"""Recognises files that hold no table, or one that we cannot read, by their content."""

import re

from outcomes.imports.readers.pages import UnreadableError, UnreadableReason

OLE_SIGNATURE = b"\xd0\xcf\x11\xe0"
_SIGNATURES = (
    (rb"(?:\xef\xbb\xbf)?\s*%PDF-", UnreadableReason.PDF),
    (rb"\{\\rtf", UnreadableReason.WORD),
    (rb"\x89PNG|\xff\xd8\xff|GIF8[79]a|II\*\0|MM\0\*|BM.{4}\0{4}", UnreadableReason.IMAGE),
    (rb"RIFF.{4}WEBP|.{4}ftyp(?:heic|heix|mif1|avif)", UnreadableReason.IMAGE),
)
# The streams of OLE files. A file may be inside another one, whose streams come first.
_OLE_STREAMS: dict[str, UnreadableReason | None] = {
    "Workbook": None,
    "Book": None,
    "WordDocument": UnreadableReason.WORD,
    "EncryptedPackage": UnreadableReason.PASSWORD,
}
_OLE_ENTRY_BYTES = 128
# The second record of an XLS, or the one after “write protected”, says that the rest is encrypted.
_LOCKED_XLS = re.compile(rb"\x09\x08\x10\0\0\x06\x05\0.{12}(?:\x86\0\0\0)?\x2f\0", re.S)
# Excel's “web archive” is HTML with the headers of an email.
_MARKUP_START = re.compile(
    r"(?:\s|(?><!--.*?-->))*+(?:<(?:[?]xml|!doctype|html|head|body|table|meta|style|script)\b"
    r"|MIME-Version:)",
    re.I | re.S,
)
_FIRST_ELEMENT = re.compile(r"\s*<([A-Za-z][\w:.-]*)[^<>]*>")
_YAML_KEY = r"[\"']?\w[\w .()/-]*+[\"']?:(?:\s|$)"
_YAML_OBJECT = re.compile(rf"(?:---\s+)?- \{{\s*{_YAML_KEY}")
_YAML_START = re.compile(rf"%YAML|---\s*$|(?:- )*{_YAML_KEY}")
_YAML_LINE = re.compile(rf"(?:- )*{_YAML_KEY}|- |\s|---|\.\.\.|#")
_YAML_SAMPLE_LINES = 50


def refuse_binary(content: bytes) -> None:
    """Raises UnreadableError if it is known to be no workbook and no text."""
    for signature, reason in _SIGNATURES:
        if re.match(signature, content, re.S):
            raise UnreadableError(reason)
    if content.startswith(OLE_SIGNATURE):
        first = min(_OLE_STREAMS, key=lambda name: _place_of_stream(content, name))
        if of_stream := _OLE_STREAMS[first]:
            raise UnreadableError(of_stream)
        if _LOCKED_XLS.search(content):
            raise UnreadableError(UnreadableReason.PASSWORD)


def _place_of_stream(content: bytes, name: str) -> int:
    for found in re.finditer(re.escape(f"{name}\0".encode("utf-16-le")), content):
        if found.start() % _OLE_ENTRY_BYTES == 0:
            return found.start()
    return len(content)


def refuse_text(text: str, *, has_columns: bool) -> None:
    """Raises UnreadableError if it is HTML, XML or YAML; with columns, only if that is certain."""
    if _MARKUP_START.match(text):
        raise UnreadableError(UnreadableReason.HTML)
    if _YAML_OBJECT.match(text):
        raise UnreadableError(UnreadableReason.YAML)
    if has_columns:
        return
    element = _FIRST_ELEMENT.match(text)
    if element and f"</{element[1]}>" in text:
        raise UnreadableError(UnreadableReason.HTML)
    lines = text.strip().split("\n", _YAML_SAMPLE_LINES)[:_YAML_SAMPLE_LINES]
    lines = [line for line in lines if line.strip() and not line.startswith("#")]
    if len(lines) > 1 and _YAML_START.match(lines[0]) and all(map(_YAML_LINE.match, lines[1:])):
        raise UnreadableError(UnreadableReason.YAML)
