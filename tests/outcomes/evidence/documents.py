"""Small documents, with the parts that office programs write or an attacker adds."""

import zlib
from collections.abc import Mapping
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

OFFICE = "application/vnd.openxmlformats-officedocument."
DOCX = f"{OFFICE}wordprocessingml.document"
XLSX = f"{OFFICE}spreadsheetml.sheet"
PPTX = f"{OFFICE}presentationml.presentation"
ODT = "application/vnd.oasis.opendocument.text"
ODS = "application/vnd.oasis.opendocument.spreadsheet"
WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
TO = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(60)
JPEG = b"\xff\xd8\xff\xe0" + bytes(60)
Content = str | bytes
Parts = Mapping[str, Content]
_DEFAULTS = {
    "rels": "application/vnd.openxmlformats-package.relationships+xml",
    "xml": "application/xml",
    "png": "image/png",
    "jpeg": "image/jpeg",
    "svg": "image/svg+xml",
    "vml": f"{OFFICE}vmlDrawing",
    "bin": f"{OFFICE}oleObject",
    "xlsx": XLSX,
}


def zipped(parts: Parts, comment: bytes = b"") -> bytes:
    stored = BytesIO()
    with ZipFile(stored, "w", ZIP_DEFLATED) as file:
        file.comment = comment
        for name, content in parts.items():
            file.writestr(name, content)
    return stored.getvalue()


def content_types(**by_name: str) -> str:
    """With slashes and points as part of the names: `content_types(**{"word/a.xml": "..."})`."""
    defaults = "".join(
        f'<Default Extension="{end}" ContentType="{kind}"/>' for end, kind in _DEFAULTS.items()
    )
    overrides = "".join(
        f'<Override PartName="/{name}" ContentType="{kind}"/>' for name, kind in by_name.items()
    )
    return f"<Types>{defaults}{overrides}</Types>"


def package(main: str, kind: str, body: Content, types: dict[str, str], parts: Parts) -> bytes:
    said = content_types(**{main: f"{kind}.main+xml"} | types)
    return zipped({"[Content_Types].xml": said, main: body, **parts})


def docx(parts: Parts | None = None, /, **types: str) -> bytes:
    return package("word/document.xml", DOCX, "<w/>", types, parts or {})


def docx_saying(runs: str, parts: Parts | None = None) -> bytes:
    body = f"<w:document {WORD}><w:body><w:p>{runs}</w:p></w:body></w:document>"
    return package("word/document.xml", DOCX, body, {}, parts or {})


def field(*instruction: str) -> str:
    """A field whose instruction is split over runs."""
    texts = "".join(f"<w:r><w:instrText>{text}</w:instrText></w:r>" for text in instruction)
    begins, separates, ends = (
        f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "separate", "end")
    )
    return f"{begins}{texts}{separates}<w:r><w:t>1</w:t></w:r>{ends}"


def relationship(kind: str, target: str, *, is_external: bool = True) -> str:
    mode = ' TargetMode="External"' if is_external else ""
    return (
        f'<Relationships><Relationship Id="r1" Type="{TO}/{kind}" Target="{target}"{mode}/>'
        "</Relationships>"
    )


def docx_with(kind: str, target: str, *, is_external: bool = True) -> bytes:
    rels = relationship(kind, target, is_external=is_external)
    return docx({"word/_rels/document.xml.rels": rels})


def docx_with_template(target: str) -> bytes:
    """As Word writes it: the name of the template in the settings, its path in their relations."""
    names = f'{WORD} xmlns:r="{TO}" xmlns:w14="w14" xmlns:m="m" m:Ignorable="w14"'
    settings = f'<w:settings {names}><w:attachedTemplate r:id="r1"/><w:zoom/></w:settings>'
    rels = relationship("attachedTemplate", target)
    return docx({"word/settings.xml": settings, "word/_rels/settings.xml.rels": rels})


def xlsx(sheet: str = "<worksheet/>", parts: Parts | None = None, /, **types: str) -> bytes:
    types = {"xl/worksheets/sheet1.xml": f"{OFFICE}spreadsheetml.worksheet+xml"} | types
    all_parts = {"xl/worksheets/sheet1.xml": sheet, **(parts or {})}
    return package("xl/workbook.xml", XLSX, "<workbook/>", types, all_parts)


def xlsx_counting(formula: str) -> bytes:
    return xlsx(f"<worksheet><c><f>{formula}</f></c></worksheet>")


def pptx_with(slide: str, parts: Parts | None = None) -> bytes:
    types = {"ppt/slides/slide1.xml": f"{OFFICE}presentationml.slide+xml"}
    all_parts = {"ppt/slides/slide1.xml": slide, **(parts or {})}
    return package("ppt/presentation.xml", PPTX, "<presentation/>", types, all_parts)


_ODF_WORDS = "office text table script presentation meta chart draw form"
_ODF_NAMES = "".join(
    f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for name in _ODF_WORDS.split()
)


def odf(body: str, parts: Parts | None = None, kind: str = ODT) -> bytes:
    names = f'{_ODF_NAMES} xmlns:xlink="http://www.w3.org/1999/xlink"'
    content = f"<office:document-content{names}>{body}</office:document-content>"
    return zipped({"mimetype": kind, "content.xml": content, **(parts or {})})


def pdf(*objects: str | bytes, catalog: str = "", page: str = "") -> bytes:
    """A PDF of one page, with these objects from number 4 on."""
    rows: list[str | bytes] = [
        f"<</Type/Catalog/Pages 2 0 R{catalog}>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 100 100]{page}>>",
        *objects,
    ]
    body, places = b"%PDF-1.4\n", []
    for number, row in enumerate(rows, start=1):
        places.append(len(body))
        content = row if isinstance(row, bytes) else row.encode("latin-1")
        body += b"%d 0 obj%sendobj\n" % (number, content)
    lines = "".join(f"{place:010} 00000 n \n" for place in places)
    end = f"xref\n0 {len(rows) + 1}\n0000000000 65535 f \n{lines}"
    end += f"trailer<</Size {len(rows) + 1}/Root 1 0 R>>\nstartxref\n{len(body)}\n%%EOF\n"
    return body + end.encode()


def stream(dictionary: str, content: bytes) -> bytes:
    head = f"<<{dictionary}/Length {len(content)}>>stream\n".encode("latin-1")
    return head + content + b"\nendstream "


def packed_pdf(packed_object: str) -> bytes:
    """A PDF whose object 4 is in a stream of objects, and whose list of places is a stream."""
    inside = f"4 0 {packed_object}".encode("latin-1")
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[]/Count 0>>",
        stream("/Type/ObjStm/N 1/First 4/Filter/FlateDecode", zlib.compress(inside)),
    ]
    body, rows = b"%PDF-1.5\n", bytes(4)
    for number, content in enumerate(objects, start=1):
        rows += bytes([1, *len(body).to_bytes(2, "big"), 0])
        body += b"%d 0 obj%sendobj\n" % (number, content)
    # Object 4 is the first one in object 3.
    rows += bytes([2, 0, 3, 0]) + bytes([1, *len(body).to_bytes(2, "big"), 0])
    places = stream("/Type/XRef/Size 6/W[1 2 1]/Root 1 0 R", rows)
    end = f"startxref\n{len(body)}\n%%EOF\n".encode()
    return body + b"5 0 obj" + places + b"endobj\n" + end
