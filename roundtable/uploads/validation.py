"""Checks evidence files by their content, and removes metadata."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from zipfile import ZipFile, ZipInfo

import puremagic
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from roundtable.uploads.ooxml import (
    DOCX,
    PPTX,
    SETTINGS,
    XLSX,
    check_package,
    without_local_template,
)
from roundtable.uploads.opendocument import ODF_EXTENSIONS, check_opendocument
from roundtable.uploads.parts import MAX_ARCHIVE_PARTS, remaining_at_first, too_large_unpacked
from roundtable.uploads.pdf import check_pdf
from roundtable.uploads.scanner import scan
from roundtable.web.middleware import MAX_FILE

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
        clean = {row.filename: _without_metadata(parts, row) for row in rows}
        if not any(clean.values()):
            return content
        stored = BytesIO()
        with ZipFile(stored, "w") as again:
            for row in rows:
                info = ZipInfo(row.filename, row.date_time)
                info.compress_type = row.compress_type
                again.writestr(info, clean[row.filename] or parts.read(row))
        return stored.getvalue()


def _without_metadata(parts: ZipFile, row: ZipInfo) -> bytes | None:
    """None if the part stays as it is."""
    with parts.open(row) as part:
        head = part.read(4)
    if head.startswith(b"\xff\xd8"):  # a JPEG, whatever its name says
        content = parts.read(row)
        clean = strip_metadata(content)
    elif head == b"PK\x03\x04":  # the workbook of a chart
        content = parts.read(row)
        clean = strip_archive_metadata(content)
    elif SETTINGS.fullmatch(row.filename):
        content = parts.read(row)
        clean = without_local_template(content)
    else:
        return None
    return None if clean == content else clean


MAX_BYTES = MAX_FILE
MAX_PIXELS = 50_000_000

PDF = "application/pdf"
_EXTENSIONS = {
    PDF: "pdf",
    "image/jpeg": "jpg",
    "image/png": "png",
    DOCX: "docx",
    XLSX: "xlsx",
    PPTX: "pptx",
    **ODF_EXTENSIONS,
}


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


def too_large_sentence() -> str:
    return _("The file is larger than 20 MB. Choose a smaller file, or give a web address instead.")


def check_file(upload: "UploadedFile[bytes]") -> CheckedFile:
    """The content without metadata.

    Raises ValidationError if it is too large, of another kind, or not safe.
    """
    if not upload.size:
        raise ValidationError(_("The file is empty. Choose another file."))
    if upload.size > MAX_BYTES:
        raise ValidationError(too_large_sentence())
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
        checked = reader(content)
    except ValidationError:
        raise
    # With damaged files, the libraries raise all kinds of errors.
    except Exception:
        raise ValidationError(
            _("We cannot read the file. Open it, save it again, then choose it again.")
        ) from None
    # As it came: what is stored has less in it.
    scan(content)
    return checked


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
    check_pdf(content)
    return CheckedFile(strip_metadata(content), PDF)


def _check_office(content: bytes) -> CheckedFile:
    # Before a row of each part is kept in memory.
    if content.count(b"PK\x01\x02") > MAX_ARCHIVE_PARTS:
        raise too_large_unpacked()
    remaining = remaining_at_first()
    with ZipFile(BytesIO(content)) as archive:
        first = archive.namelist()[0]
        check = check_opendocument if first == "mimetype" else check_package
        media_type = check(archive, content, remaining)
    return CheckedFile(strip_archive_metadata(content), media_type)
