"""Documents that load, send or start something are refused, with a sentence that names the part."""

import re
import subprocess
import zlib
from collections.abc import Callable
from io import BytesIO
from typing import Any
from zipfile import ZIP_BZIP2, ZipFile

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from outcomes.evidence import ooxml, validation
from outcomes.evidence import parts as office_parts
from outcomes.evidence import pdf as pdf_files
from outcomes.evidence.pdf_objects import unsafe_name
from outcomes.evidence.validation import check_file
from tests.outcomes.evidence.documents import (
    JPEG,
    ODS,
    OFFICE,
    PNG,
    WORD,
    XLSX,
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


@pytest.fixture
def pdf_in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Starting a process for each PDF would take longer than the tests."""
    monkeypatch.setattr(
        pdf_files, "run_limited", lambda _module, content: (unsafe_name(content) or "").encode()
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


RELS, SETTINGS = "word/_rels/document.xml.rels", "word/settings.xml"
HTTP, UNC = "http://192.0.2.1/a.png", "\\\\192.0.2.1\\share\\a.png"
OFFICE_FILES: list[tuple[str, Callable[[], bytes], str]] = [
    ("picture by http", lambda: docx_with("image", HTTP), loads(HTTP)),
    ("picture by UNC", lambda: docx_with("image", UNC), loads(UNC)),
    (
        "picture by file",
        lambda: docx_with("image", "file://192.0.2.1/a"),
        loads("file://192.0.2.1/a"),
    ),
    (
        "picture that says to be inside",
        lambda: docx_with("image", "//192.0.2.1/a.png", is_external=False),
        loads("//192.0.2.1/a.png"),
    ),
    (
        "template",
        lambda: docx_with("attachedTemplate", "https://a.example/t.dotm"),
        loads("https://a.example/t.dotm"),
    ),
    (
        "mode that no program writes",
        lambda: docx(
            {RELS: relationship("image", "a.png").replace('"External"', '"external"')},
        ),
        loads("a.png"),
    ),
    ("template on a share", lambda: docx_with_template(UNC), loads(UNC)),
    (
        "template of another computer",
        lambda: docx_with_template("file://192.0.2.1/t.dotm"),
        loads("file://192.0.2.1/t.dotm"),
    ),
    (
        "template on a share, by file",
        lambda: docx_with_template("file:///\\\\192.0.2.1\\t.dotm"),
        loads("file:///\\\\192.0.2.1\\t.dotm"),
    ),
    (
        "template beside another part",
        lambda: docx_with("attachedTemplate", "Normal.dotm"),
        loads("Normal.dotm"),
    ),
    (
        "element that is left without the template inside it",
        lambda: docx({SETTINGS: '<s><!--<attachedTemplate a="--><mailMerge/>"/>--></s>'}),
        contains("mailMerge", SETTINGS),
    ),
    ("frame", lambda: docx_with("frame", HTTP), loads(HTTP)),
    ("sub-document", lambda: docx_with("subDocument", UNC), loads(UNC)),
    ("linked OLE", lambda: docx_with("oleObject", UNC), loads(UNC)),
    (
        "HTML inside",
        lambda: docx_with("aFChunk", "a.xml", is_external=False),
        contains("aFChunk", RELS),
    ),
    (
        "ActiveX",
        lambda: docx_with("control", "a.xml", is_external=False),
        contains("control", RELS),
    ),
    (
        "link to a file",
        lambda: docx_with("hyperlink", "file:///C:/a.exe"),
        links("file:///C:/a.exe"),
    ),
    ("link to a share", lambda: docx_with("hyperlink", UNC), links(UNC)),
    (
        "link to a program beside it",
        lambda: docx_with("hyperlink", "a.pdf.exe"),
        links("a.pdf.exe"),
    ),
    ("link to a drive", lambda: docx_with("hyperlink", "C:/a.pdf"), links("C:/a.pdf")),
    (
        "link to a share in other signs",
        lambda: docx_with("hyperlink", "%5C%5C192.0.2.1%5Ca.pdf"),
        links("%5C%5C192.0.2.1%5Ca.pdf"),
    ),
    ("link to a script", lambda: docx_with("hyperlink", "javascript:a"), links("javascript:a")),
    (
        "INCLUDEPICTURE",
        lambda: docx_saying(field(f' INCLUDEPICTURE "{HTTP}" \\d ')),
        has_field("INCLUDEPICTURE"),
    ),
    ("INCLUDETEXT", lambda: docx_saying(field(f'INCLUDETEXT "{HTTP}"')), has_field("INCLUDETEXT")),
    (
        "DDEAUTO over runs",
        lambda: docx_saying(field("DD", "EAU", "TO c:\\\\cmd.exe")),
        has_field("DDEAUTO"),
    ),
    ("DDE in small letters", lambda: docx_saying(field('dde Excel "a"')), has_field("dde")),
    (
        "DDE as simple field",
        lambda: docx_saying('<w:fldSimple w:instr=" DDE Excel a "><w:r/></w:fldSimple>'),
        has_field("DDE"),
    ),
    (
        "name from a field inside",
        lambda: docx_saying(
            '<w:fldChar w:fldCharType="begin"/><w:instrText>D</w:instrText>'
            f'{field(" QUOTE 68 ")}<w:instrText>E</w:instrText><w:fldChar w:fldCharType="end"/>'
        ),
        has_field("D\ufffcE"),
    ),
    (
        "deleted name before",
        lambda: docx_saying(
            '<w:fldChar w:fldCharType="begin"/><w:delInstrText>PAGE </w:delInstrText>'
            '<w:instrText>DDEAUTO a</w:instrText><w:fldChar w:fldCharType="end"/>'
        ),
        has_field("DDEAUTO"),
    ),
    (
        "name that is left if a change is rejected",
        lambda: docx_saying(
            '<w:fldChar w:fldCharType="begin"/><w:delInstrText>DDEAUTO </w:delInstrText>'
            '<w:instrText>PAGE</w:instrText><w:fldChar w:fldCharType="end"/>'
        ),
        has_field("DDEAUTO"),
    ),
    (
        "name as plain text",
        lambda: docx_saying(
            '<w:fldChar w:fldCharType="begin"/><w:t>DDE a</w:t><w:fldChar w:fldCharType="end"/>'
        ),
        has_field("DDE"),
    ),
    (
        "end that Word leaves out",
        lambda: docx_saying(
            '<w:fldChar w:fldCharType="begin"/><x:x xmlns:x="x"><w:instrText>PAGE</w:instrText>'
            '<w:fldChar w:fldCharType="end"/></x:x><w:instrText>DDEAUTO a</w:instrText>'
        ),
        has_field("DDEAUTO"),
    ),
    (
        "field without a begin",
        lambda: docx_saying("<w:instrText>DDEAUTO a</w:instrText>"),
        has_field("DDEAUTO"),
    ),
    ("link field", lambda: docx_saying(field('HYPERLINK "file://a/b"')), links("file://a/b")),
    (
        "link field with a tip",
        lambda: docx_saying(field('HYPERLINK \\o "tip" \\\\a\\b')),
        links("a"),
    ),
    (
        "mail merge",
        lambda: docx({"word/settings.xml": f"<w:settings {WORD}><w:mailMerge/></w:settings>"}),
        contains("mailMerge", "word/settings.xml"),
    ),
    ("drawing with an address", lambda: vml(f'<v:imagedata src="{HTTP}"/>'), loads(HTTP)),
    ("drawing with a linked address", lambda: vml(f'<v:imagedata o:href="{HTTP}"/>'), loads(HTTP)),
    (
        "OLE inside",
        lambda: docx({"word/embeddings/oleObject1.bin": b"\xd0\xcf\x11\xe0"}),
        is_program("word/embeddings/oleObject1.bin"),
    ),
    (
        "program inside",
        lambda: docx({"word/media/a.exe": b"MZ\x90"}),
        is_program("word/media/a.exe"),
    ),
    (
        "program as picture",
        lambda: docx({"word/media/image1.png": b"MZ\x90" + bytes(80)}),
        f"The part “word/media/image1.png” is not a picture, as its name says. {AS_PDF}",
    ),
    (
        "program as printer settings",
        lambda: docx({"a.dat": b"MZ"}, **{"a.dat": f"{OFFICE}wordprocessingml.printerSettings"}),
        is_program("a.dat"),
    ),
    ("macro", lambda: docx({"word/vbaProject.bin": b"x"}), is_program("word/vbaProject.bin")),
    (
        "macro document",
        lambda: docx(
            **{"word/document.xml": "application/vnd.ms-word.document.macroEnabled.main+xml"}
        ),
        is_program("word/document.xml"),
    ),
    (
        "XML of another kind",
        lambda: docx({"a.xml": "<a/>"}, **{"a.xml": "application/vnd.ms-office.webextension+xml"}),
        f"The part “a.xml” is not of a kind that a document needs. {AS_PDF}",
    ),
    (
        "name that leaves the folder",
        lambda: docx({"../../a.png": PNG}),
        f"The name of the part “../../a.png” is not allowed. {AS_PDF}",
    ),
    (
        "name with a drive",
        lambda: docx({"D:\\a.png": PNG}),
        f"The name of the part “D:\\a.png” is not allowed. {AS_PDF}",
    ),
    (
        "name from the root",
        lambda: docx({"/a.png": PNG}),
        f"The name of the part “/a.png” is not allowed. {AS_PDF}",
    ),
    ("names that differ by case", lambda: docx({"a.png": PNG, "A.PNG": PNG}), UNREADABLE),
    (
        "document type",
        lambda: docx({"a.xml": '<!DOCTYPE a SYSTEM "http://a/"><a/>'}),
        contains("DOCTYPE", "a.xml"),
    ),
    (
        "script in a picture",
        lambda: docx({"a.svg": "<svg><script/></svg>"}),
        contains("script", "a.svg"),
    ),
    (
        "picture in a picture",
        lambda: docx({"a.svg": f'<svg><image href="{HTTP}"/></svg>'}),
        loads(HTTP),
    ),
    (
        "style of a picture",
        lambda: docx({"a.svg": "<svg><style>@import 'a'</style></svg>"}),
        loads("@import 'a'"),
    ),
    (
        "event of a picture",
        lambda: docx({"a.svg": '<svg onload="a()"/>'}),
        contains("onload", "a.svg"),
    ),
    (
        "WEBSERVICE",
        lambda: xlsx_counting('_xlfn.WEBSERVICE("http://a/"&amp;A1)'),
        counts('_xlfn.WEBSERVICE("http://a/"&A1)'),
    ),
    (
        "IMAGE",
        lambda: xlsx_counting('_xlfn.IMAGE("http://a/")'),
        counts('_xlfn.IMAGE("http://a/")'),
    ),
    ("RTD", lambda: xlsx_counting('rtd ("a",,"b")'), counts('rtd ("a",,"b")')),
    ("DDE formula", lambda: xlsx_counting("cmd|'/c calc'!A0"), counts("cmd|'/c calc'!A0")),
    (
        "DDE after a quote",
        lambda: xlsx_counting("'a\"'!A1+cmd|'b'!A0&amp;\"\""),
        counts("'a\"'!A1+cmd|'b'!A0&\"\""),
    ),
    ("other workbook", lambda: xlsx_counting("[1]Sheet1!A1"), counts("[1]Sheet1!A1")),
    (
        "workbook on a share",
        lambda: xlsx_counting("'\\\\a\\[b.xlsx]S'!A1"),
        counts("'\\\\a\\[b.xlsx]S'!A1"),
    ),
    (
        "link formula",
        lambda: xlsx_counting('HYPERLINK("file:///a")'),
        counts('HYPERLINK("file:///a")'),
    ),
    (
        "link to a workbook",
        lambda: xlsx(
            "<worksheet/>",
            {
                "xl/_rels/workbook.xml.rels": relationship(
                    "externalLink", "a.xml", is_external=False
                )
            },
        ),
        contains("externalLink", "xl/_rels/workbook.xml.rels"),
    ),
    (
        "connection",
        lambda: xlsx(
            "<worksheet/>",
            {"xl/connections.xml": "<connections/>"},
            **{"xl/connections.xml": f"{OFFICE}spreadsheetml.connections+xml"},
        ),
        f"The part “xl/connections.xml” is not of a kind that a document needs. {AS_PDF}",
    ),
    (
        "macro of a shape",
        lambda: xlsx("<worksheet/>", {"xl/drawing1.xml": f"<sp macro=\"'{HTTP}'!A\"/>"}),
        contains(f"'{HTTP}'!A", "xl/drawing1.xml"),
    ),
    (
        "macro of a control",
        lambda: xlsx('<worksheet><formControlPr fmlaMacro="a.xlsm!A"/></worksheet>'),
        contains("a.xlsm!A", "xl/worksheets/sheet1.xml"),
    ),
    (
        "macro of a drawing",
        lambda: vml("<x:FmlaMacro xmlns:x='x'>[1]!A</x:FmlaMacro>"),
        contains("[1]!A", "word/drawing1.vml"),
    ),
    (
        "text of a shape by DDE",
        lambda: xlsx("<worksheet><sp textlink=\"cmd|'/c calc'!A0\"/></worksheet>"),
        counts("cmd|'/c calc'!A0"),
    ),
    (
        "map that reads a file",
        lambda: xlsx(f'<MapInfo><DataBinding FileBindingName="{HTTP}"/></MapInfo>'),
        loads(HTTP),
    ),
    (
        "map with a schema elsewhere",
        lambda: xlsx(f'<MapInfo><Schema SchemaRef="{HTTP}"/></MapInfo>'),
        loads(HTTP),
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
        "formula of a pivot table",
        lambda: xlsx('<worksheet><c formula="DDE(1)"/></worksheet>'),
        counts("DDE(1)"),
    ),
    (
        "metafile that is none",
        lambda: docx({"a.emf": b"\x01\x00\x00\x00" + bytes(60)}, **{"a.emf": "image/x-emf"}),
        f"The part “a.emf” is not a picture, as its name says. {AS_PDF}",
    ),
    (
        "name with an empty folder",
        lambda: docx({"word//a.png": PNG}),
        f"The name of the part “word//a.png” is not allowed. {AS_PDF}",
    ),
    (
        "name with a hidden end",
        lambda: docx({"a-b.png": PNG}).replace(b"a-b.png", b"a\0b.png"),
        f"The name of the part “a b.png” is not allowed. {AS_PDF}",
    ),
    (
        "style sheet",
        lambda: docx({"a.xml": '<?xml-stylesheet href="http://a/"?><a/>'}),
        contains("xml-stylesheet", "a.xml"),
    ),
    (
        "two documents in one",
        lambda: docx({"a.xml": "<a/>"}, **{"a.xml": f"{XLSX}.main+xml"}),
        UNREADABLE,
    ),
    ("something before it", lambda: b"PK\x03\x04" + bytes(40) + docx(), UNREADABLE),
    ("something after it", lambda: docx() + b"<script>", UNREADABLE),
    ("part with a password", lambda: with_password(docx()), UNREADABLE),
    ("other compression", lambda: packed(docx(), ZIP_BZIP2), UNREADABLE),
    ("folder with content", lambda: docx({"word/": "a"}), UNREADABLE),
    (
        "ODF form that is sent",
        lambda: odf('<x:model xmlns:x="http://www.w3.org/2002/xforms"/>'),
        contains("model", "content.xml"),
    ),
    (
        "ODF condition",
        lambda: odf('<table:c table:condition="DDE(1)"/>', kind=ODS),
        counts("DDE(1)"),
    ),
    (
        "ODF menu",
        lambda: odf("", {"Configurations2/menubar/menubar.xml": "<a/>"}),
        is_program("Configurations2/menubar/menubar.xml"),
    ),
    ("ODF program as font", lambda: odf("", {"Fonts/a.ttf": b"MZ"}), is_program("Fonts/a.ttf")),
    (
        "ODF picture with a script",
        lambda: odf("", {"Pictures/a.svg": "<svg><script/></svg>"}),
        contains("script", "Pictures/a.svg"),
    ),
    (
        "ODF template on a share",
        lambda: odf('<meta:template xlink:href="\\\\a\\b.ott"/>'),
        loads("\\\\a\\b.ott"),
    ),
    ("ODF picture by http", lambda: odf(f'<draw:image xlink:href="{HTTP}"/>'), loads(HTTP)),
    (
        "ODF picture beside it",
        lambda: odf('<draw:image xlink:href="../a.png"/>'),
        loads("../a.png"),
    ),
    (
        "ODF picture of a form",
        lambda: odf(f'<form:image form:image-data="{HTTP}"/>'),
        loads(HTTP),
    ),
    (
        "ODF picture of a form on a share",
        lambda: odf(f'<form:button form:image-data="{UNC}"/>'),
        loads(UNC),
    ),
    (
        "ODF picture as a property",
        lambda: odf(f'<form:property form:property-name="ImageURL" office:string-value="{HTTP}"/>'),
        loads(HTTP),
    ),
    (
        "ODF database",
        lambda: odf('<form:form form:datasource="file://192.0.2.1/a.odb"/>'),
        loads("file://192.0.2.1/a.odb"),
    ),
    ("ODF link to a file", lambda: odf('<text:a xlink:href="file:///a"/>'), links("file:///a")),
    (
        "ODF link to a macro",
        lambda: odf('<text:a xlink:href="vnd.sun.star.script:a"/>'),
        links("vnd.sun.star.script:a"),
    ),
    (
        "ODF section",
        lambda: odf(f'<text:section-source xlink:href="{HTTP}"/>'),
        loads(HTTP),
    ),
    ("ODF frame", lambda: odf("<draw:floating-frame/>"), contains("floating-frame", "content.xml")),
    ("ODF plug-in", lambda: odf("<draw:plugin/>"), contains("plugin", "content.xml")),
    ("ODF applet", lambda: odf("<draw:applet/>"), contains("applet", "content.xml")),
    (
        "ODF event",
        lambda: odf("<script:event-listener/>"),
        contains("event-listener", "content.xml"),
    ),
    (
        "ODF DDE",
        lambda: odf('<office:dde-source office:dde-application="soffice"/>'),
        contains("dde-source", "content.xml"),
    ),
    (
        "ODF DDE formula",
        lambda: odf("<table:c table:formula=\"of:=DDE('a';'b')\"/>", kind=ODS),
        counts("of:=DDE('a';'b')"),
    ),
    (
        "ODF other file",
        lambda: odf("<table:c table:formula=\"of:=['file:///a.ods'#$S.A1]\"/>", kind=ODS),
        counts("of:=['file:///a.ods'#$S.A1]"),
    ),
    (
        "ODF action",
        lambda: odf('<presentation:e presentation:action="execute"/>'),
        contains("execute", "content.xml"),
    ),
    (
        "ODF macro",
        lambda: odf("", {"Basic/script-lc.xml": "<a/>"}),
        is_program("Basic/script-lc.xml"),
    ),
    (
        "ODF object of another program",
        lambda: odf("", {"Object 1": b"\xd0\xcf\x11\xe0"}),
        is_program("Object 1"),
    ),
    (
        "ODF program as picture",
        lambda: odf("", {"Pictures/a.png": b"MZ"}),
        f"The part “Pictures/a.png” is not a picture, as its name says. {AS_PDF}",
    ),
    ("ODF template by http", lambda: odf(f'<meta:template xlink:href="{HTTP}"/>'), loads(HTTP)),
    (
        "ODF that is locked",
        lambda: odf("", {"META-INF/manifest.xml": "<m><encryption-data/></m>"}),
        "This document is locked. Choose a document without a password.",
    ),
]


@pytest.mark.parametrize(
    ("make", "said"), [pytest.param(make, said, id=name) for name, make, said in OFFICE_FILES]
)
def test_unsafe_office_file_is_refused_by_name(make: Callable[[], bytes], said: str) -> None:
    assert sentence(make()) == said


def names(part: str) -> str:
    return (
        f"This PDF contains “{part}”, which can load, send or start something. Print it to a new "
        "PDF, then choose the new PDF."
    )


def pdf_doing(action: str) -> bytes:
    return pdf(catalog=f"/OpenAction<<{action}>>")


def pdf_noting(subtype: str, more: str = "") -> bytes:
    return pdf(f"<</Type/Annot/Subtype/{subtype}/Rect[0 0 1 1]{more}>>")


PDF_FILES: list[tuple[str, Callable[[], bytes], str]] = [
    ("SubmitForm", lambda: pdf_doing("/S/SubmitForm/F(http://a/)"), names("SubmitForm")),
    ("ImportData", lambda: pdf_doing("/S/ImportData/F(a)"), names("ImportData")),
    ("GoToR", lambda: pdf_doing("/S/GoToR/F(a.pdf)"), names("GoToR")),
    ("GoToE", lambda: pdf_doing("/S/GoToE/T<<>>"), names("GoToE")),
    ("escaped name", lambda: pdf_doing("/S/GoTo#52/F(a.pdf)"), names("GoToR")),
    ("script", lambda: pdf_doing("/S/JavaScript/JS(a)"), names("JavaScript")),
    ("script without a kind", lambda: pdf("<</JS(a)>>"), names("JS")),
    ("program", lambda: pdf_doing("/S/Launch/F(a.exe)"), names("Launch")),
    ("Rendition", lambda: pdf_doing("/S/Rendition"), names("Rendition")),
    ("Sound", lambda: pdf_doing("/S/Sound"), names("Sound")),
    ("Movie", lambda: pdf_noting("Movie"), names("Movie")),
    ("Screen", lambda: pdf_noting("Screen"), names("Screen")),
    ("3D", lambda: pdf_noting("3D"), names("3D")),
    ("attached file", lambda: pdf_noting("FileAttachment"), names("FileAttachment")),
    ("menu command", lambda: pdf_doing("/S/Named/N/Quit"), names("Quit")),
    ("action after an action", lambda: pdf_doing("/S/GoTo/Next[<</S/Hide>>]"), names("Hide")),
    ("action of an event", lambda: pdf("<</AA<</O<</S/ResetForm>>>>>>"), names("ResetForm")),
    ("address at the start", lambda: pdf_doing(f"/S/URI/URI({HTTP})"), names("URI")),
    (
        "address after the start",
        lambda: pdf_doing(f"/S/GoTo/D[3 0 R/Fit]/Next<</S/URI/URI({HTTP})>>"),
        names("URI"),
    ),
    (
        "address of a page that opens",
        lambda: pdf(f"<</Type/Page/AA<</O<</S/URI/URI({HTTP})>>>>>>"),
        names("URI"),
    ),
    (
        "address of an event, in objects of their own",
        lambda: pdf("<</AA 5 0 R>>", "<</PV 6 0 R>>", f"<</S/URI/URI({HTTP})>>"),
        names("URI"),
    ),
    (
        "link to a file",
        lambda: pdf_noting("Link", "/A<</S/URI/URI(file://a/b)>>"),
        names("file://a/b"),
    ),
    (
        "link to a share",
        lambda: pdf_noting("Link", "/A<</S/URI/URI(\\\\\\\\a\\\\b)>>"),
        names("\\\\a\\b"),
    ),
    ("other file", lambda: pdf("<</Type/Filespec/F(a)>>"), names("Filespec")),
    ("file system of the web", lambda: pdf("<</FS/URL/F(http://a/)>>"), names("FS")),
    ("content elsewhere", lambda: pdf(stream("/F(http://a/)", b"")), names("Filespec")),
    (
        "page of another file",
        lambda: pdf(stream("/Subtype/Form/Ref<</Page 1>>", b"")),
        names("Ref"),
    ),
    ("form of another kind", lambda: pdf(catalog="/AcroForm<</XFA(a)>>"), names("XFA")),
    (
        "action in packed objects",
        lambda: pdf(
            stream(
                "/Type/ObjStm/N 1/First 4/Filter/FlateDecode", zlib.compress(b"9 0 <</S/GoToR>>")
            )
        ),
        names("GoToR"),
    ),
    ("action where none is expected", lambda: pdf("<</S/Thread>>"), names("Thread")),
    ("action by its type", lambda: pdf("<</Type/Action/S/Hide>>"), names("Hide")),
    ("annotation without a place", lambda: pdf("<</Type/Annot/Subtype/3D>>"), names("3D")),
    ("annotation by its place", lambda: pdf("<</Rect[0 0 1 1]/Subtype/3D>>"), names("3D")),
    ("file by its type", lambda: pdf("<</Type/Filespec/UF(a)>>"), names("Filespec")),
    ("file by its name", lambda: pdf("<</F<</UF(a)>>>>"), names("Filespec")),
    ("content in an unknown file", lambda: pdf(stream("/F<<>>", b"")), names("Filespec")),
    ("program for printers", lambda: pdf(stream("/Subtype/PS", b"")), names("PS")),
    ("action of a link", lambda: pdf("<</PA<</S/Hide>>>>"), names("Hide")),
    (
        "script at the end",
        lambda: pdf().replace(b"trailer<<", b"trailer<</JS(a)"),
        names("JS"),
    ),
    ("object in a stream", lambda: packed_pdf("<</S/Thread>>"), names("Thread")),
    (
        "key that hides a password",
        lambda: pdf().replace(
            b"/Root", b"/#45ncrypt<</Filter/Standard/V 1/R 2/O(a)/U(a)/P 1>>/Root"
        ),
        "This PDF is locked. Choose a PDF without a password.",
    ),
]


@pytest.mark.usefixtures("pdf_in_this_process")
@pytest.mark.parametrize(
    ("make", "said"), [pytest.param(make, said, id=name) for name, make, said in PDF_FILES]
)
def test_unsafe_pdf_is_refused_by_name(make: Callable[[], bytes], said: str) -> None:
    assert sentence(make()) == said


@pytest.mark.own_process
def test_pdf_is_checked_in_a_process_with_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    assert is_taken(pdf())
    assert sentence(pdf_noting("Screen")) == names("Screen")
    unknown = "We cannot check this PDF. Print it to a new PDF, then choose the new PDF."
    assert sentence(b"%PDF-1.4\nnothing\n%%EOF") == unknown

    def busy(*_args: Any, **_options: Any) -> None:
        raise subprocess.TimeoutExpired("reader", 15)

    monkeypatch.setattr(subprocess, "run", busy)
    assert sentence(pdf()) == unknown


def test_archive_has_at_most_two_thousand_parts() -> None:
    unpacked = "The file is too large after unpacking. Choose a smaller file."
    pictures = {f"word/media/{number}.jpeg": JPEG for number in range(1_998)}
    assert is_taken(docx(pictures))
    assert sentence(docx(pictures | {"word/media/more.jpeg": JPEG})) == unpacked
    # The parts of the workbook of a chart count too.
    del pictures["word/media/0.jpeg"]
    assert sentence(docx(pictures | {"word/embeddings/a.xlsx": xlsx()})) == unpacked


def test_xml_is_parsed_up_to_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(office_parts, "MAX_XML_BYTES", 50_000)
    assert is_taken(docx({"a.xml": f"<a>{'a' * 40_000}</a>"}))
    unpacked = "The file is too large after unpacking. Choose a smaller file."
    assert sentence(docx({"a.xml": f"<a>{'a' * 60_000}</a>"})) == unpacked
    assert sentence(odf(f"<text:p>{'a' * 60_000}</text:p>")) == unpacked


def test_long_name_is_cut_in_the_sentence() -> None:
    assert sentence(docx({f"{'a' * 200}.exe": b"MZ"})) == is_program("a" * 80 + "…")


def test_odf_needs_its_kind_first() -> None:
    assert sentence(zipped({"content.xml": "<a/>", "mimetype": "application/x"})) == UNREADABLE
    assert sentence(zipped({"mimetype": "application/x", "content.xml": "<a/>"})) == UNREADABLE


TOO_LARGE = "The file is too large after unpacking. Choose a smaller file."


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
