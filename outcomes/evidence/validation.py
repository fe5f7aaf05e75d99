"""Checks evidence files by their content, and removes metadata."""

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

# A JPEG segment with Exif or XMP metadata: marker, length, signature.
_METADATA_SEGMENT = re.compile(
    rb"\xff\xe1(..)(?:Exif\x00\x00|http://ns\.adobe\.com/xap/1\.0/\x00)", re.DOTALL
)


def strip_metadata(content: bytes) -> bytes:
    """Overwrites Exif and XMP of all embedded JPEGs with zeros; keeps the length."""
    blank = bytearray(content)
    for match in _METADATA_SEGMENT.finditer(content):
        begins, length = match.start() + 4, int.from_bytes(match[1], "big") - 2
        ends = min(begins + length, len(content))
        blank[begins:ends] = bytes(max(ends - begins, 0))
    return bytes(blank)


def strip_archive_metadata(content: bytes) -> bytes:
    """As `strip_metadata`; an archive without metadata stays unchanged."""
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
# The main part decides the type of an office file.
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
# Scripts and embedded files. PDF names can hide behind #xx escapes, which are decoded first.
_PDF_ACTIVE_CONTENT = re.compile(
    rb"/(?:JavaScript|JS|Launch|EmbeddedFiles?|RichMedia|XFA)(?![A-Za-z])"
)
_MACROS = re.compile(r"vbaproject|activex|(?:^|/)(?:basic|scripts)/|macrosheets/", re.IGNORECASE)
_EXTERNAL_REFERENCE = re.compile(rb"(?:attachedTemplate|oleObject|frame|externalLink)\"")


@dataclass(frozen=True)
class CheckedFile:
    """The content of a checked file, as it may be stored and downloaded."""

    content: bytes
    media_type: str

    @property
    def extension(self) -> str:
        return extension_of(self.media_type)


def extension_of(media_type: str) -> str:
    return _EXTENSIONS[media_type]


def check_file(upload: "UploadedFile[bytes]") -> CheckedFile:
    """The content without metadata.

    Raises ValidationError if it is too large, of another kind, or not safe.
    """
    if not upload.size:
        raise ValidationError(_("The file is empty. Choose another file."))
    if upload.size > MAX_BYTES:
        raise ValidationError(
            _(
                "The file is larger than 20 MB. Choose a smaller file, or give a web address "
                "instead."
            )
        )
    content = upload.read()
    reader = _checker_for(content)
    if reader is None:
        raise ValidationError(
            _(
                "This is not a PDF, an image (JPEG, PNG, WebP, GIF) or an office document. "
                "Choose one of these."
            )
        )
    try:
        return reader(content)
    except ValidationError:
        raise
    # With damaged files, the libraries raise all kinds of errors.
    except Exception:
        raise ValidationError(
            _("We cannot read the file. Open it, save it again, then choose it again.")
        ) from None


def _checker_for(content: bytes) -> Callable[[bytes], CheckedFile] | None:
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
    with Image.open(BytesIO(content), formats=["JPEG", "PNG", "WEBP", "GIF"]) as image:
        if image.width * image.height > MAX_PIXELS:
            raise ValidationError(
                _(
                    "The image has more than 50 million pixels. Save it in a smaller size, then "
                    "choose it again."
                )
            )
        # MPO: a JPEG to which phones append a second picture, for depth.
        is_photo = image.format in ("JPEG", "MPO")
        upright = ImageOps.exif_transpose(image)
    has_transparency = "transparency" in upright.info or upright.mode in ("RGBA", "LA", "PA")
    # A new picture from the pixels alone: no place, no time, no appended data.
    stripped = upright.convert("RGB" if is_photo or not has_transparency else "RGBA")
    stripped.info = {}
    stored = BytesIO()
    if is_photo:
        stripped.save(stored, "JPEG", quality=90)
    else:
        stripped.save(stored, "PNG")
    if stored.tell() > MAX_BYTES:
        raise ValidationError(
            _(
                "The image is larger than 20 MB after unpacking. Save it in a smaller size, "
                "then choose it again."
            )
        )
    return CheckedFile(stored.getvalue(), "image/jpeg" if is_photo else "image/png")


def _check_pdf(content: bytes) -> CheckedFile:
    if is_zipfile(BytesIO(content)) or b"%%EOF" not in content[-2048:]:
        raise ValidationError(
            _(
                "This PDF contains something that is not part of it. Open it, print it to a "
                "new PDF, then choose the new PDF."
            )
        )
    if b"/Encrypt" in content:
        raise ValidationError(_("This PDF is locked. Choose a PDF without a password."))
    unpacked = [content, *_unpacked_object_streams(content)]
    if any(_PDF_ACTIVE_CONTENT.search(_decode_pdf_names(part)) for part in unpacked):
        raise ValidationError(
            _(
                "This PDF contains scripts, active forms or other files. Print it to a new "
                "PDF, then choose the new PDF."
            )
        )
    return CheckedFile(strip_metadata(content), PDF)


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
        # No data before the first part or after the last one, and no duplicate names, in which
        # other content could hide.
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
    """Raises ValidationError if it is no office document."""
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
    """Unpacks one part and returns how many bytes may still be unpacked."""
    # Count the real bytes, because the size that the archive states may be wrong.
    head = b""
    with parts.open(row) as part:
        while chunk := part.read(1024 * 1024):
            remaining_bytes -= len(chunk)
            if remaining_bytes < 0:
                raise _too_large_unpacked()
            if row.filename.endswith(".rels"):
                head += chunk
    # Search each tag on its own, which takes linear time; one search of all is quadratic.
    if any(b'"External"' in tag and _EXTERNAL_REFERENCE.search(tag) for tag in head.split(b"<")):
        raise _has_macros()
    return remaining_bytes


def _too_large_unpacked() -> ValidationError:
    return ValidationError(_("The file is too large after unpacking. Choose a smaller file."))


def _unreadable_office_file() -> ValidationError:
    return ValidationError(
        _(
            "We cannot read this as an office document. Save it again or as a PDF, then "
            "choose it again."
        )
    )


def _has_macros() -> ValidationError:
    return ValidationError(
        _(
            "This document contains macros, or loads content from another place. Save it "
            "as a PDF, then choose the PDF."
        )
    )
