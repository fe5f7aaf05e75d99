"""What an OpenDocument file may contain. All else is refused."""

import re
from urllib.parse import unquote
from zipfile import ZipFile, ZipInfo

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from roundtable.uploads.links import words
from roundtable.uploads.parts import (
    Attributes,
    Parts,
    Remaining,
    SvgReader,
    XmlReader,
    check_formula,
    check_link,
    is_elsewhere,
    loads,
    unreadable,
    unsafe_element,
    unsafe_part,
)

_KIND = "application/vnd.oasis.opendocument."
ODF_EXTENSIONS = {
    f"{_KIND}text": "odt",
    f"{_KIND}spreadsheet": "ods",
    f"{_KIND}presentation": "odp",
}
_OBJECT = r"(?:Object[ _]?\d+/)?"
_XML_PART = re.compile(
    rf"{_OBJECT}(?:content|styles|settings|meta)\.xml|manifest\.rdf|"
    r"META-INF/(?:manifest|documentsignatures)\.xml"
)
_PICTURE = re.compile(
    rf"{_OBJECT}(?:Pictures|media)/[^/]+|{_OBJECT}ObjectReplacements/[^/]+|"
    r"Thumbnails/thumbnail\.png"
)
_BINARY_PART = re.compile(rf"{_OBJECT}Fonts/[^/]+\.(?:ttf|otf|ttc|odttf)|layout-cache")
_MENU = re.compile(rf"{_OBJECT}Configurations2/.+")
_UNSAFE_ELEMENTS = words(
    """
    script plugin applet object-ole floating-frame execute-macro binary-data dde-connection
    dde-connection-decl dde-connection-decls dde-source dde-link table-source
    cell-range-source auto-reload connection-resource database-display database-next
    database-row-select database-row-number database-name database-source-sql
    database-source-table database-source-query source-service
    """
)
_OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
_SCRIPT = "urn:oasis:names:tc:opendocument:xmlns:script:1.0"
_XFORMS = "http://www.w3.org/2002/xforms"
_SLIDE_ACTIONS = words(
    "none previous-page next-page first-page last-page last-visited-page stop show hide fade-out"
)
# Elements with an address that is followed only by someone who selects it.
_LINKS = words("a area-rectangle area-circle area-polygon event-listener")


def check_opendocument(archive: ZipFile, content: bytes, remaining: Remaining) -> str:
    """The media type. Raises ValidationError if there is anything that a document does not need."""
    parts = Parts(archive, content, remaining)
    kind = parts.head(parts.rows[0]).decode("ascii", "replace")
    if kind not in ODF_EXTENSIONS:
        raise unreadable()
    for row in parts.rows[1:]:
        _check_part(parts, row)
    return kind


def _check_part(parts: Parts, row: ZipInfo) -> None:
    name = row.filename
    if _XML_PART.fullmatch(name):
        # Programs leave out parts that they do not need, and write them empty.
        if row.file_size:
            parts.parse(row, _Reader(name, set(parts.names)))
    elif _PICTURE.fullmatch(name):
        if name.casefold().endswith(".svg"):
            parts.parse(row, SvgReader(name))
        else:
            parts.check_picture(row)
    elif _BINARY_PART.fullmatch(name):
        parts.check_other_content(row)
    # LibreOffice writes empty files for what someone could change in its menus.
    elif not _MENU.fullmatch(name) or row.file_size or parts.head(row):
        raise unsafe_part(name)


class _Reader(XmlReader):
    def __init__(self, part: str, names: set[str]) -> None:
        super().__init__(part)
        self._folder = part.rpartition("/")[0]
        self._names = names | {name.rpartition("/")[0] for name in names}

    def start(self, name: str, attributes: Attributes) -> None:
        namespace, _space, local = name.rpartition(" ")
        if local == "encryption-data":
            raise _locked()
        is_script = namespace == _SCRIPT and local == "event-listener"
        if local in _UNSAFE_ELEMENTS or is_script or namespace == _XFORMS:
            raise unsafe_element(local, self.part)
        for key, value in attributes.items():
            namespace, _space, key = key.rpartition(" ")
            if key in ("href", "image-data"):
                self._check_address(local, value)
            elif key == "datasource" and set(value) & set(":/\\"):
                raise loads(value)  # a database without a name on this computer
            elif key == "property-name" and value.endswith("URL"):
                self._check_address(local, attributes.get(f"{_OFFICE} string-value", ""))
            elif key in ("formula", "condition"):
                check_formula(value)
            elif key == "action" and "presentation" in namespace and value not in _SLIDE_ACTIONS:
                raise unsafe_element(value, self.part)

    def _check_address(self, element: str, address: str) -> None:
        if element in _LINKS:
            check_link(address)
        elif element == "template":
            # The file that it was made from. No one opens it, except from another computer.
            if is_elsewhere(address):
                raise loads(address)
        elif element == "chart" and address in (".", ".."):
            pass  # the numbers are in the document around the chart
        elif address and not address.startswith("#") and not self._is_part(address):
            raise loads(address)

    def _is_part(self, address: str) -> bool:
        path = unquote(address).removeprefix("./").rstrip("/")
        # Impress names the picture of an object also where it wrote none.
        return bool(_PICTURE.fullmatch(path)) or bool(
            {path, f"{self._folder}/{path}"} & self._names
        )


def _locked() -> ValidationError:
    return ValidationError(_("This document is locked. Choose a document without a password."))
