"""Files as evidence: taken for what their content shows, and only as far as they can be trusted."""

import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from zipfile import ZipFile, ZipInfo, is_zipfile

import puremagic
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

# A segment of a JPEG that holds such facts, with its length before them.
_METADATA_SEGMENT = re.compile(
    rb"\xff\xe1(..)(?:Exif\x00\x00|http://ns\.adobe\.com/xap/1\.0/\x00)", re.DOTALL
)


def strip_metadata(content: bytes) -> bytes:
    """The same, as long as before, with nothing left of such facts in any JPEG within."""
    blank = bytearray(content)
    for match in _METADATA_SEGMENT.finditer(content):
        begins, length = match.start() + 4, int.from_bytes(match[1], "big") - 2
        ends = min(begins + length, len(content))
        blank[begins:ends] = bytes(max(ends - begins, 0))
    return bytes(blank)


def strip_archive_metadata(content: bytes) -> bytes:
    """The same for an archive; as it was where no part of it holds such facts."""
    with ZipFile(BytesIO(content)) as parts:
        rows = parts.infolist()
        clean = {row.filename: strip_metadata(parts.read(row)) for row in rows if _is_jpeg(row)}
        if all(clean[name] == parts.read(name) for name in clean):
            return content
        stored = BytesIO()
        with ZipFile(stored, "w") as again:
            for row in rows:
                info = ZipInfo(row.filename, row.date_time)
                info.compress_type = row.compress_type
                again.writestr(info, clean.get(row.filename) or parts.read(row))
        return stored.getvalue()


def _is_jpeg(row: ZipInfo) -> bool:
    return row.filename.lower().endswith((".jpg", ".jpeg", ".jpe", ".jfif"))


MAX_BYTES = 20 * 1024 * 1024
MAX_UNPACKED_BYTES = 200 * 1024 * 1024
MAX_ARCHIVE_PARTS = 5_000
MAX_PIXELS = 50_000_000

PDF = "application/pdf"
_OOXML = "application/vnd.openxmlformats-officedocument."
_ODF = "application/vnd.oasis.opendocument."
# The part that makes an office file what it is.
_MAIN_PART = {
    "word/document.xml": (f"{_OOXML}wordprocessingml.document", "docx"),
    "xl/workbook.xml": (f"{_OOXML}spreadsheetml.sheet", "xlsx"),
    "ppt/presentation.xml": (f"{_OOXML}presentationml.presentation", "pptx"),
}
_ODF_EXTENSIONS = {f"{_ODF}text": "odt", f"{_ODF}spreadsheet": "ods", f"{_ODF}presentation": "odp"}
_EXTENSIONS = {
    PDF: "pdf",
    "image/jpeg": "jpg",
    "image/png": "png",
    **dict(_MAIN_PART.values()),
    **_ODF_EXTENSIONS,
}
# What a page of paper cannot do. Names may be spelt with #xx, which is undone before.
_PDF_ACTIVE_CONTENT = re.compile(
    rb"/(?:JavaScript|JS|Launch|EmbeddedFiles?|RichMedia|XFA)(?![A-Za-z])"
)
_MACROS = re.compile(r"vbaproject|activex|(?:^|/)(?:basic|scripts)/|macrosheets/", re.IGNORECASE)
_EXTERNAL_REFERENCE = re.compile(rb"(?:attachedTemplate|oleObject|frame|externalLink)\"")


@dataclass(frozen=True)
class CheckedFile:
    """What is stored of a file that was given: its content as it may be handed on."""

    content: bytes
    media_type: str

    @property
    def extension(self) -> str:
        """How its name ends, by its kind."""
        return extension_of(self.media_type)


def extension_of(media_type: str) -> str:
    """How the name of a file of this kind ends."""
    return _EXTENSIONS[media_type]


def check_file(upload: "UploadedFile[bytes]") -> CheckedFile:
    """The content of a file that may be stored, an image without all but its picture.

    Raises ValidationError with a sentence where it is too large, of another kind, or not safe.
    """
    if not upload.size:
        raise ValidationError(_("The file is empty. Choose another one."))
    if upload.size > MAX_BYTES:
        raise ValidationError(
            _("The file is larger than 20 MB. Choose a smaller one, or give an address instead.")
        )
    content = upload.read()
    reader = _checker_for(content)
    if reader is None:
        raise ValidationError(
            _("This is no PDF, image (JPEG, PNG, WebP, GIF) or office document. Choose one.")
        )
    try:
        return reader(content)
    except ValidationError:
        raise
    # Damaged files make the libraries raise errors of every kind.
    except Exception:
        raise ValidationError(
            _("The file cannot be read. Open it, save it again, and choose it once more.")
        ) from None


def _checker_for(content: bytes) -> Callable[[bytes], CheckedFile] | None:
    """Who reads such a file, as its first bytes show."""
    try:
        kinds = {match.mime_type for match in puremagic.magic_string(content)}
    except (puremagic.PureError, ValueError):
        return None
    if content.startswith(b"%PDF-") and PDF in kinds:
        return _check_pdf
    if content.startswith(b"PK\x03\x04"):
        return _check_office
    if kinds & {"image/jpeg", "image/png", "image/webp", "image/gif"}:
        return _check_image
    return None


def _check_image(content: bytes) -> CheckedFile:
    """The picture alone: where and when it was taken, and whatever was appended, is left out."""
    with Image.open(BytesIO(content), formats=["JPEG", "PNG", "WEBP", "GIF"]) as image:
        if image.width * image.height > MAX_PIXELS:
            raise ValidationError(
                _("The image is larger than 50 million pixels. Save it smaller, then choose it.")
            )
        # Phones put a second picture behind the first, for depth.
        is_photo = image.format in ("JPEG", "MPO")
        upright = ImageOps.exif_transpose(image)
    has_transparency = "transparency" in upright.info or upright.mode in ("RGBA", "LA", "PA")
    stripped = upright.convert("RGB" if is_photo or not has_transparency else "RGBA")
    stripped.info = {}
    stored = BytesIO()
    if is_photo:
        stripped.save(stored, "JPEG", quality=90)
    else:
        stripped.save(stored, "PNG")
    if stored.tell() > MAX_BYTES:
        raise ValidationError(
            _("The image is larger than 20 MB once unpacked. Save it smaller, then choose it.")
        )
    return CheckedFile(stored.getvalue(), "image/jpeg" if is_photo else "image/png")


def _check_pdf(content: bytes) -> CheckedFile:
    if is_zipfile(BytesIO(content)) or b"%%EOF" not in content[-2048:]:
        raise ValidationError(
            _("There is something else in this PDF. Open it, print it to a new PDF, and choose it.")
        )
    if b"/Encrypt" in content:
        raise ValidationError(_("This PDF is locked. Choose one without a password."))
    unpacked = [content, *_unpacked_object_streams(content)]
    if any(_PDF_ACTIVE_CONTENT.search(_decode_pdf_names(part)) for part in unpacked):
        raise ValidationError(
            _(
                "This PDF holds scripts, forms that run, or other files. Print it to a new PDF, "
                "and choose that."
            )
        )
    return CheckedFile(strip_metadata(content), PDF)


def _unpacked_object_streams(content: bytes) -> Iterator[bytes]:
    """What is packed into streams of objects, one after the other."""
    remaining_bytes, ended = MAX_UNPACKED_BYTES, 0
    while (begins := content.find(b"stream", ended)) >= 0:
        ends = content.find(b"endstream", begins)
        if ends < 0:
            return
        # All that was written since the stream before says what this one is.
        if b"/ObjStm" in _decode_pdf_names(content[ended:begins]):
            packed = zlib.decompressobj()
            part = packed.decompress(
                content[begins + 6 : ends].lstrip(b"\r\n"), max(remaining_bytes, 1)
            )
            remaining_bytes -= len(part)
            if packed.unconsumed_tail:
                raise _too_large_unpacked()
            yield part
        ended = ends + len(b"endstream")


def _decode_pdf_names(part: bytes) -> bytes:
    return re.sub(rb"#([0-9A-Fa-f]{2})", lambda found: bytes([int(found[1], 16)]), part)


def _check_office(content: bytes) -> CheckedFile:
    with ZipFile(BytesIO(content)) as parts:
        rows = parts.infolist()
        if len(rows) > MAX_ARCHIVE_PARTS or sum(row.file_size for row in rows) > MAX_UNPACKED_BYTES:
            raise _too_large_unpacked()
        names = [row.filename for row in rows]
        # Nothing before the first part, behind the last one, or twice under one name.
        is_whole = (
            min(row.header_offset for row in rows) == 0
            and not parts.comment
            and content[-22:-18] == b"PK\x05\x06"
            and len(set(names)) == len(names)
        )
        if not is_whole or any(row.flag_bits & 1 for row in rows):
            raise _unreadable_office_file()
        media_type = _office_media_type(parts, names)
        if any(_MACROS.search(name) for name in names):
            raise _has_macros()
        remaining_bytes = MAX_UNPACKED_BYTES
        for row in rows:
            remaining_bytes = _check_part(parts, row, remaining_bytes)
    return CheckedFile(strip_archive_metadata(content), media_type)


def _office_media_type(parts: ZipFile, names: list[str]) -> str:
    """What kind of office document it is; raises ValidationError where it is none."""
    if names[0] == "mimetype" and "content.xml" in names:
        with parts.open("mimetype") as part:
            kind = part.read(200).decode("ascii", "replace")
        if kind in _ODF_EXTENSIONS:
            return kind
    for main, (media_type, _ending) in _MAIN_PART.items():
        if main in names and "[Content_Types].xml" in names:
            with parts.open("[Content_Types].xml") as part:
                types = part.read(1_000_000)
            if b"macroEnabled" in types:
                raise _has_macros()
            if f"{media_type}.main+xml".encode() in types:
                return media_type
    raise _unreadable_office_file()


def _check_part(parts: ZipFile, row: ZipInfo, remaining_bytes: int) -> int:
    """Unpacks one part, whatever size it says to have; how much may still be unpacked."""
    head = b""
    with parts.open(row) as part:
        while chunk := part.read(1024 * 1024):
            remaining_bytes -= len(chunk)
            if remaining_bytes < 0:
                raise _too_large_unpacked()
            if row.filename.endswith(".rels"):
                head += chunk
    # One tag after the other, so that the work grows with the file and not with its square.
    if any(b'"External"' in tag and _EXTERNAL_REFERENCE.search(tag) for tag in head.split(b"<")):
        raise _has_macros()
    return remaining_bytes


def _too_large_unpacked() -> ValidationError:
    return ValidationError(_("The file is too large once unpacked. Choose a smaller one."))


def _unreadable_office_file() -> ValidationError:
    return ValidationError(
        _("This is no office document that can be read. Save it again, or as a PDF, and choose it.")
    )


def _has_macros() -> ValidationError:
    return ValidationError(
        _("This document holds macros, or fetches from elsewhere. Save it as a PDF, and choose it.")
    )
