"""What every part of an office file is checked for: its name, kind, links and formulas."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote
from xml.parsers.expat import ParserCreate
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from roundtable.uploads.links import is_neighbour

MAX_ARCHIVE_PARTS = 2_000
MAX_UNPACKED_BYTES = 200 * 1024 * 1024
MAX_XML_BYTES = 64 * 1024 * 1024  # what is parsed while a visitor waits
MAX_TAG_BYTES = 10 * 1024 * 1024  # a picture can be inside an attribute
MAX_DEPTH = 256
MAX_CODE = 1_000_000  # characters of a formula, a field or a style
MAX_SHOWN = 80

# A path that leaves its folder or names a drive, and signs that hide where a name ends.
_UNSAFE_NAME = re.compile(r"[\x00-\x1f\x7f\\:]|^/|//|(?:^|/)\.{1,2}(?:/|$)")
_SAFE_LINK = re.compile(r"(?:https?://[^\s/\\?#]|mailto:)[^\\\x00-\x1f\x7f]*", re.IGNORECASE)
_LOCAL_PATH = re.compile(
    r"(?:file:(?://(?:localhost)?(?=/))?)?(?:/?[a-z]:)?(?!//)[^:\x00-\x1f\x7f]*", re.IGNORECASE
)
_PICTURES = (
    b"\x89PNG\r\n\x1a\n",
    b"\xff\xd8\xff",
    b"GIF87a",
    b"GIF89a",
    b"BM",
    b"II*\x00",
    b"MM\x00*",
    b"II\xbc",  # JPEG XR
    b"\xd7\xcd\xc6\x9a",  # WMF
    b"\x01\x00\x09\x00",
    b"\x02\x00\x09\x00",
    b"VCLMTF",  # LibreOffice's metafile
)
_PROGRAMS = (
    b"MZ",
    b"\x7fELF",
    b"#!",
    b"PK",
    b"%PDF",
    b"Rar!",
    b"7z\xbc\xaf",
    b"\xd0\xcf\x11\xe0",  # OLE
    b"L\x00\x00\x00\x01\x14\x02",  # a shortcut of Windows
    b"\xca\xfe\xba\xbe",
    b"\xce\xfa\xed\xfe",
    b"\xcf\xfa\xed\xfe",
    b"\xfe\xed\xfa",
)
# Functions that load something, start something, or send cells to a service.
_FUNCTIONS = re.compile(
    r"(?<![A-Z0-9_])(WEBSERVICE|IMAGE|RTD|DDE|CALL|REGISTER(?:\.ID)?|UNREGISTER|EXEC|EXECUTE|"
    r"INITIATE|POKE|REQUEST|SQL\.REQUEST|RUN|EVALUATE|FILES|DIRECTORY|DOCUMENTS|FOPEN|FREAD|"
    r"FREADLN|FWRITE|FWRITELN|FILE\.DELETE|GET\.[A-Z]+|STOCKHISTORY|CUBE[A-Z]+|PY|COPILOT|"
    r"TRANSLATE|DETECTLANGUAGE)\s*\(",
    re.IGNORECASE,
)
_QUOTED = re.compile(r'"(?:[^"]|"")*"|\'(?:[^\']|\'\')*\'')  # a text, or the name of a sheet
_TEXT_LINK = re.compile(
    r'"\s*(?:\\\\|//|(?:file|smb|ftp|javascript|vbscript|ms-[a-z-]+|search-ms):)', re.IGNORECASE
)
_NOT_PLAIN = re.compile(r"[\"'(|\[]")  # without these, it names cells and numbers only
_COLUMN_NAME = re.compile(r"\[[^\[\]]*\]")
_LIST = re.compile(r"\{[^{}]*\}")
_BOOK_NUMBER = re.compile(r"(?<![\w\])])\[\d+\]")


def shown(text: str) -> str:
    """A part of a file, short and in one line, for a sentence."""
    line = "".join(sign if sign.isprintable() else " " for sign in text).strip()
    return line if len(line) <= MAX_SHOWN else f"{line[:MAX_SHOWN]}…"


def refused(reason: str) -> ValidationError:
    return ValidationError(
        _("%(reason)s Save the document as a PDF, then choose the PDF.") % {"reason": reason}
    )


def unsafe_part(name: str) -> ValidationError:
    sentence = _("The part “%s” is a macro, a program or an object of another program.")
    return refused(sentence % shown(name))


def unknown_part(name: str) -> ValidationError:
    return refused(_("The part “%s” is not of a kind that a document needs.") % shown(name))


def unsafe_field(name: str) -> ValidationError:
    sentence = _("The field “%s” can load something or start a program.")
    return refused(sentence % shown(name))


def loads(target: str) -> ValidationError:
    sentence = _("The document loads “%s” from elsewhere when someone opens it.")
    return refused(sentence % shown(target))


def unsafe_link(target: str) -> ValidationError:
    sentence = _("A link leads to “%s”, which is not a web or email address.")
    return refused(sentence % shown(target))


def unsafe_element(name: str, part: str) -> ValidationError:
    sentence = _("“%(name)s” in the part “%(part)s” can load something or start a program.")
    return refused(sentence % {"name": shown(name), "part": shown(part)})


def unsafe_formula(formula: str) -> ValidationError:
    sentence = _("The formula “%s” can load something or start a program.")
    return refused(sentence % shown(formula))


def unreadable() -> ValidationError:
    return ValidationError(
        _(
            "We cannot read this as an office document. Save it again or as a PDF, then "
            "choose it again."
        )
    )


def too_large_unpacked() -> ValidationError:
    return ValidationError(_("The file is too large after unpacking. Choose a smaller file."))


def check_link(target: str) -> None:
    if not _SAFE_LINK.fullmatch(target.strip()) and not is_neighbour(target):
        raise unsafe_link(target)


def is_elsewhere(path: str) -> bool:
    """Whether a program asks another computer for this path."""
    return not _LOCAL_PATH.fullmatch(unquote(path).replace("\\", "/"))


def check_formula(formula: str) -> None:
    if not _NOT_PLAIN.search(formula):
        return
    quoted = _QUOTED.findall(formula)
    # No sheet has these signs in its name, so it is the name of a file.
    names_file = any(text[0] == "'" and set(text) & set("\\/:[]") for text in quoted)
    code = _LIST.sub("", _QUOTED.sub("''", formula))
    # A bar outside of a list is a question to another program: program|topic!item.
    asks_program = "|" in _COLUMN_NAME.sub("", code)
    has_function = _FUNCTIONS.search(_COLUMN_NAME.sub("", code))
    if names_file or asks_program or has_function or _BOOK_NUMBER.search(code):
        raise unsafe_formula(formula)
    if any(_TEXT_LINK.match(text) for text in quoted):
        raise unsafe_formula(formula)


def _is_picture(head: bytes) -> bool:
    is_emf = head.startswith(b"\x01\x00\x00\x00") and head[40:44] == b" EMF"
    is_webp = head.startswith(b"RIFF") and head[8:12] == b"WEBP"
    return not head or is_emf or is_webp or head.startswith(_PICTURES)


@dataclass
class Remaining:
    """What may still be unpacked of a file, with the files inside it."""

    parts: int
    bytes: int
    xml_bytes: int


def remaining_at_first() -> Remaining:
    return Remaining(MAX_ARCHIVE_PARTS, MAX_UNPACKED_BYTES, MAX_XML_BYTES)


class Parts:
    """The parts of an archive that contains nothing else."""

    def __init__(self, archive: ZipFile, content: bytes, remaining: Remaining) -> None:
        rows = archive.infolist()
        remaining.parts -= len(rows)
        if remaining.parts < 0:
            raise too_large_unpacked()
        # Nothing before the first part or after the last one, where other content could hide.
        is_whole = (
            min(row.header_offset for row in rows) == 0
            and content[-22:-18] == b"PK\x05\x06"
            and not any(row.flag_bits & 1 for row in rows)
            and all(row.compress_type in (ZIP_STORED, ZIP_DEFLATED) for row in rows)
        )
        # Programs compare names without regard to case.
        if not is_whole or len({row.filename.casefold() for row in rows}) < len(rows):
            raise unreadable()
        for row in rows:
            if _UNSAFE_NAME.search(row.orig_filename):
                sentence = _("The name of the part “%s” is not allowed.")
                raise refused(sentence % shown(row.orig_filename))
        self.rows = [row for row in rows if not row.is_dir()]
        self.names = [row.filename for row in self.rows]
        self._archive, self.remaining = archive, remaining
        if any(row.is_dir() and row.file_size for row in rows):
            raise unreadable()

    def head(self, row: ZipInfo) -> bytes:
        with self._archive.open(row) as part:
            return part.read(64)

    def chunks(self, row: ZipInfo, *, is_xml: bool = False) -> Iterator[bytes]:
        # Count the real bytes, because the size that the archive states may be wrong.
        with self._archive.open(row) as part:
            while chunk := part.read(256 * 1024):
                self.remaining.bytes -= len(chunk)
                self.remaining.xml_bytes -= len(chunk) if is_xml else 0
                if self.remaining.bytes < 0 or self.remaining.xml_bytes < 0:
                    raise too_large_unpacked()
                yield chunk

    def check_picture(self, row: ZipInfo) -> None:
        if not _is_picture(self.head(row)):
            sentence = _("The part “%s” is not a picture, as its name says.")
            raise refused(sentence % shown(row.filename))
        self._check_size(row)

    def check_other_content(self, row: ZipInfo) -> None:
        """Of a font or settings of a printer, for example."""
        if self.head(row).startswith(_PROGRAMS):
            raise unsafe_part(row.filename)
        self._check_size(row)

    def _check_size(self, row: ZipInfo) -> None:
        for _chunk in self.chunks(row):
            pass

    def parse(self, row: ZipInfo, reader: "XmlReader") -> None:
        for chunk in self.chunks(row, is_xml=True):
            reader.feed(chunk)
        reader.close()


Attributes = dict[str, str]


class XmlReader:
    """Reads one part. Subclasses refuse what it must not contain.

    Names of elements and attributes are “namespace name”, or the name alone.
    """

    def __init__(self, part: str) -> None:
        self.part = part
        self._depth = self._fed = 0
        self._text: list[str] = []
        self._text_length = 0
        self._parser: Any = ParserCreate(namespace_separator=" ")
        self._parser.buffer_text = True
        # No program writes a document type, and entities are declared in one.
        self._parser.StartDoctypeDeclHandler = self._refuse_doctype
        self._parser.ProcessingInstructionHandler = self._instruct
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end

    def feed(self, chunk: bytes) -> None:
        self._parser.Parse(chunk, False)
        self._fed += len(chunk)
        # A tag that does not end stays in memory.
        if self._fed - self._parser.CurrentByteIndex > MAX_TAG_BYTES:
            raise too_large_unpacked()

    def close(self) -> None:
        self._parser.Parse(b"", True)

    def parse(self, content: bytes) -> None:
        self.feed(content)
        self.close()

    def start(self, name: str, attributes: Attributes) -> None:
        pass

    def end(self, name: str) -> None:
        pass

    def begin_text(self) -> None:
        self._text, self._text_length = [], 0
        self._parser.CharacterDataHandler = self._collect

    def end_text(self) -> str:
        self._parser.CharacterDataHandler = None
        return "".join(self._text)

    def _start(self, name: str, attributes: Attributes) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise too_large_unpacked()
        self.start(name, attributes)

    def _end(self, name: str) -> None:
        self._depth -= 1
        self.end(name)

    def _collect(self, text: str) -> None:
        self._text.append(text)
        self._text_length += len(text)
        if self._text_length > MAX_CODE:
            raise too_large_unpacked()

    def _refuse_doctype(self, *_more: object) -> None:
        raise unsafe_element("DOCTYPE", self.part)

    def _instruct(self, target: str, _data: str) -> None:
        if target.casefold() == "xml-stylesheet":
            raise unsafe_element(target, self.part)


class SvgReader(XmlReader):
    """A picture that draws, and neither loads nor runs anything."""

    _RUNS = frozenset(
        ["script", "foreignObject", "iframe", "object", "embed", "audio", "video", "handler"]
    )
    _LOADS = re.compile(r"@import|url\(\s*+[\"']?+\s*+(?!#|data:image/)|\\", re.IGNORECASE)

    def start(self, name: str, attributes: Attributes) -> None:
        local = local_name(name)
        if local in self._RUNS:
            raise unsafe_element(local, self.part)
        for key, value in attributes.items():
            key = local_name(key)
            if key.casefold().startswith("on"):
                raise unsafe_element(key, self.part)
            if key == "href" and local == "a":
                check_link(value)
                continue
            is_address = key in ("href", "src") and value != ""
            if is_address and not value.startswith(("#", "data:image/")):
                raise loads(value)
            if self._LOADS.search(value):
                raise loads(value)
        if local == "style":
            self.begin_text()

    def end(self, name: str) -> None:
        if local_name(name) == "style" and self._LOADS.search(style := self.end_text()):
            raise loads(style)


def local_name(name: str) -> str:
    return name.rpartition(" ")[2]
