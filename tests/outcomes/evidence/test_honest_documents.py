"""What Word, Excel, PowerPoint, LibreOffice, Google Docs and PDF printers write is accepted."""

from io import BytesIO
from zipfile import ZipFile, ZipInfo

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from roundtable.uploads.pdf_objects import unsafe_name
from roundtable.uploads.validation import check_file
from tests.outcomes.evidence.documents import (
    DOCX,
    JPEG,
    ODS,
    OFFICE,
    PNG,
    Content,
    docx,
    docx_saying,
    docx_with,
    docx_with_template,
    field,
    odf,
    pdf,
    pptx_with,
    relationship,
    stream,
    xlsx,
    xlsx_counting,
)
from tests.outcomes.evidence.test_evidence import photo
from tests.outcomes.evidence.test_unsafe_documents import is_taken, sentence

MS = "application/vnd.ms-"
EMF = b"\x01\x00\x00\x00" + bytes(36) + b" EMF" + bytes(20)
# By the beginning of their kinds, the parts of XML. The types of the relationships that lead to
# them have the same names, or those after the colon.
XML_PARTS = {
    f"{OFFICE}wordprocessingml.": (
        "styles webSettings fontTable numbering footnotes endnotes header footer comments "
        "commentsExtended commentsIds commentsExtensible people document.glossary:glossaryDocument"
    ),
    # The second as Word spells it.
    f"{MS}word.": "stylesWithEffects stylesWithtEffects:stylesWithEffects",
    OFFICE: (
        "theme themeOverride extended-properties custom-properties drawing "
        "customXmlProperties:customXmlProps"
    ),
    f"{MS}office.": (
        "classificationlabels chartex:chartEx chartstyle:chartStyle "
        "chartcolorstyle:chartColorStyle drawingml.diagramDrawing:diagramDrawing"
    ),
    f"{OFFICE}drawingml.": (
        "chart chartshapes:chartUserShapes diagramData diagramLayout diagramColors "
        "diagramStyle:diagramQuickStyle"
    ),
    f"{OFFICE}spreadsheetml.": (
        "worksheet chartsheet styles sharedStrings comments table calcChain pivotTable "
        "pivotCacheDefinition pivotCacheRecords sheetMetadata tableSingleCells"
    ),
    f"{MS}excel.": (
        "threadedcomments:threadedComment person slicer controlproperties:ctrlProp "
        "featurepropertybag:FeaturePropertyBag rdrichvalue:rdRichValue "
        "rdrichvaluestructure:rdRichValueStructure rdrichvaluetypes:rdRichValueTypes "
        "richvaluerel:richValueRel"
    ),
    f"{OFFICE}presentationml.": (
        "slide slideLayout slideMaster notesSlide notesMaster handoutMaster presProps viewProps "
        "tableStyles commentAuthors tags"
    ),
    f"{MS}powerpoint.": "authors changesinfo:changesInfo revisioninfo:revisionInfo",
}
# A part, its kind, its content and the type of the relationship that leads to it.
PARTS: list[tuple[str, str, Content, str]] = [
    *(
        ("a.xml", f"{begins}{kind}+xml", "<s/>", to or kind)
        for begins, words in XML_PARTS.items()
        for kind, _colon, to in (word.partition(":") for word in words.split())
    ),
    ("word/settings.xml", f"{OFFICE}wordprocessingml.settings+xml", "<s/>", "settings"),
    (
        "docProps/core.xml",
        "application/vnd.openxmlformats-package.core-properties+xml",
        "<p/>",
        "metadata/core-properties",
    ),
    ("docProps/thumbnail.jpeg", "image/jpeg", JPEG, "metadata/thumbnail"),
    ("docProps/thumbnail.emf", "image/x-emf", EMF, "metadata/thumbnail"),
    ("customXml/item1.xml", "application/xml", '<a src="http://192.0.2.1/"/>', "customXml"),
    ("word/fonts/font1.odttf", f"{OFFICE}obfuscatedFont", bytes(range(64)), "font"),
    ("ppt/fonts/font1.fntdata", "application/x-fontdata", bytes(64), "font"),
    ("a.bin", f"{OFFICE}spreadsheetml.printerSettings", bytes(64), "printerSettings"),
    ("word/media/image1.png", "image/png", PNG, "image"),
    ("word/media/image1.jpeg", "image/jpeg", PNG, "image"),  # as some programs name it
    ("word/media/image1.gif", "image/gif", b"GIF89a", "image"),
    ("word/media/image1.bmp", "image/bmp", b"BM", "image"),
    ("word/media/image1.tiff", "image/tiff", b"II*\x00", "image"),
    ("word/media/image1.emf", "image/x-emf", EMF, "image"),
    ("word/media/image1.wmf", "image/x-wmf", b"\xd7\xcd\xc6\x9a", "image"),
    ("word/media/image1.webp", "image/webp", b"RIFF\x00\x00\x00\x00WEBP", "image"),
    ("word/media/image1.wdp", "image/vnd.ms-photo", b"II\xbc\x01", "hdphoto"),
    ("word/media/image1.png", "image/png", b"", "image"),
    (
        "word/media/image1.svg",
        "image/svg+xml",
        '<svg xmlns:l="http://www.w3.org/1999/xlink"><style>a{fill:url( #b)}</style><a l:href="'
        'https://example.org/"/><use l:href="#a"/><image href="data:image/png;base64,AA"/></svg>',
        "image",
    ),
    ("ppt/media/image1.svg", "image/svg", "<svg/>", "image"),
    (
        "xl/drawings/vmlDrawing1.vml",
        f"{OFFICE}vmlDrawing",
        '<xml xmlns:v="urn:schemas-microsoft-com:vml"><v:shape href="https://example.org/">'
        '<v:imagedata src=""/>One<br>Two</v:shape></xml>',
        "vmlDrawing",
    ),
    (
        "xl/xmlMaps.xml",
        "application/xml",
        '<MapInfo><Schema ID="S" SchemaRef=""><xsd:schema xmlns:xsd="http://www.w3.org/2001/'
        'XMLSchema"/></Schema><Map ID="1" Name="a"><DataBinding FileBinding="true"/></Map>'
        "</MapInfo>",
        "xmlMaps",
    ),
]


@pytest.mark.parametrize(
    ("name", "kind", "content", "to"), PARTS, ids=[f"{row[1]}-{row[0]}" for row in PARTS]
)
def test_part_that_office_programs_write_is_accepted(
    name: str, kind: str, content: Content, to: str
) -> None:
    rels = relationship(to, f"/{name}", is_external=False)
    assert is_taken(docx({name: content, "word/_rels/document.xml.rels": rels}, **{name: kind}))


@pytest.mark.parametrize(
    "instruction",
    [
        ["PAGE"],
        [" USERADDRESS "],
        [' TOC \\o "1-3" ', "\\h \\z \\u "],
        [" PAGEREF _Toc1 \\h "],
        [" HYPER", 'LINK "https://example.org/a?b=1" \\o "tip" \\t "_blank" '],
        [' HYPERLINK \\l "_Toc1" '],
        [" HYPERLINK “mailto:office@example.org” "],
        [' DATE \\@ "d MMMM yyyy" '],
        ["= SUM(ABOVE) "],
        [' ADDIN ZOTERO_ITEM CSL_CITATION {"link":"file:///a"} '],
        [""],
    ],
)
def test_field_that_loads_nothing_is_accepted(instruction: list[str]) -> None:
    assert is_taken(docx_saying(field(*instruction)))


def test_fields_inside_fields_are_accepted() -> None:
    begins, separates, ends = (
        f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "separate", "end")
    )
    condition = f"{begins}<w:r><w:instrText>IF </w:instrText></w:r>{field('PAGE')}"
    condition += f'<w:r><w:instrText> = 1 "a" "b"</w:instrText></w:r>{separates}{ends}'
    assert is_taken(docx_saying(condition))
    # The result of a table of contents is many paragraphs with links and numbers of pages.
    line = field('HYPERLINK \\l "a"') + field("PAGEREF a")
    table = f"{begins}<w:r><w:instrText>TOC</w:instrText></w:r>{separates}{line}</w:p><w:p>"
    assert is_taken(docx_saying(f"{table}{line}{ends}"))
    # A text box is written twice: for new programs and for old ones.
    box = f"<w:txbxContent><w:p>{field('PAGE')}</w:p></w:txbxContent>"
    both = f'<m:A xmlns:m="m"><m:Choice>{box}</m:Choice><m:Fallback>{box}</m:Fallback></m:A>'
    assert is_taken(docx_saying(f"<w:r>{both}</w:r>"))


@pytest.mark.parametrize(
    "target",
    [
        "https://example.org/a?b=1#c",
        "HTTP://example.org",
        "mailto:office@example.org?subject=a",
        "#Sheet2!A1",  # as LibreOffice writes a link to a place in the document
        "Annex%202.docx",
        "../Annexes/budget.XLSX#Sheet2!A1",
        "..\\Annexes\\map.jpg",
        "www.example.org",
    ],
)
def test_link_is_accepted(target: str) -> None:
    assert is_taken(docx_with("hyperlink", target))


@pytest.mark.parametrize(
    "target",
    [
        "file:///D:\\zq-ana\\Templates\\Normal.dotm",
        "file:///C:/zq-ana/Templates/Letter.dotx",
        "/zq-ana/Letter.dotx",
        "..\\zq-ana\\Normal.dotm",
        "zq-ana.dotm",
    ],
)
def test_local_template_is_dropped_with_its_relation(target: str) -> None:
    """Its path names who wrote the document."""
    checked = check_file(SimpleUploadedFile("a", docx_with_template(target)))
    with ZipFile(BytesIO(checked.content)) as kept:
        rels, settings = map(kept.read, ("word/_rels/settings.xml.rels", "word/settings.xml"))
    assert rels == b"<Relationships></Relationships>"
    assert b"attachedTemplate" not in settings
    # The names of Word's extensions stay, or Word calls the document damaged.
    assert b'm:Ignorable="w14"><w:zoom/></w:settings>' in settings


@pytest.mark.parametrize("macro", ["", "[0]!Button1_Click", "Sheet1.Button1_Click"])
def test_shape_that_names_a_removed_macro_is_accepted(macro: str) -> None:
    shape = f'<worksheet><sp macro="{macro}" textlink="Sheet1!$A$1"/></worksheet>'
    assert is_taken(xlsx(shape))


@pytest.mark.parametrize(
    "formula",
    [
        "SUM(A1:A9)",
        'IF(A1&gt;1,"a|b","[1]")',
        "SUM('North and South'!A1,'It''s'!B2)",
        "Table1[[#This Row],[a|b]]*2",
        "SUM(Table1[2024])",
        "{1,2;3,4}",
        'HYPERLINK("https://example.org/","x")',
        '"Total: "&amp;A1',
        "_xlfn.XLOOKUP(A1,B:B,C:C)",
        "IMAGES+CALLS",
    ],
)
def test_formula_is_accepted(formula: str) -> None:
    assert is_taken(xlsx_counting(formula))


def test_document_with_a_main_part_of_another_name_is_accepted() -> None:
    """Word on the web names it document2.xml."""
    parts = {"word/document2.xml": "<w/>"}
    types = {"word/document2.xml": f"{DOCX}.main+xml", "word/document.xml": "application/xml"}
    assert is_taken(docx(dict(parts), **types))


def test_chart_with_its_workbook_is_accepted_without_the_metadata_of_a_photo() -> None:
    taken = photo()
    types = {"xl/media/image1.dat": "image/jpeg"}
    workbook = xlsx("<worksheet/>", {"xl/media/image1.dat": taken}, **types)
    parts: dict[str, Content] = {
        "word/charts/chart1.xml": "<c/>",
        "word/charts/_rels/chart1.xml.rels": relationship("package", "a", is_external=False),
        "word/embeddings/a.xlsx": workbook,
    }
    types = {"word/charts/chart1.xml": f"{OFFICE}drawingml.chart+xml"}
    checked = check_file(SimpleUploadedFile("a", docx(parts, **types)))
    with ZipFile(BytesIO(checked.content)) as kept:
        inside = kept.read("word/embeddings/a.xlsx")
    with ZipFile(BytesIO(inside)) as kept:
        assert b"zq-description" not in kept.read("xl/media/image1.dat")
    assert b"zq-description" in taken
    # Only a chart leads to a workbook.
    parts["word/_rels/document.xml.rels"] = relationship("package", "a", is_external=False)
    assert "“package” in the part" in sentence(docx(parts, **types))


def test_slide_with_actions_of_its_own_is_accepted() -> None:
    actions = "".join(
        f'<hlinkClick action="{action}"/>'
        for action in ("", "ppaction://hlinksldjump", "ppaction://hlinkshowjump?jump=nextslide")
    )
    assert is_taken(pptx_with(f"<sld>{actions}<hlinkHover/></sld>"))


ODF_BODIES = [
    '<office:scripts/><office:event-listeners/><text:a xlink:href="https://example.org/"/>',
    '<draw:image xlink:href="Pictures/1.png"/><draw:image xlink:href="./Pictures/1.png"/>',
    '<draw:object xlink:href="./Object 1"/><draw:image xlink:href="./ObjectReplacements/O"/>',
    '<text:a xlink:href="#mark"/><text:a xlink:href=""/><meta:template xlink:href="../a.ott"/>',
    '<presentation:event-listener presentation:action="show" xlink:href="#Page"/>',
    '<text:section-source text:section-name="Label"/><draw:object xlink:href="./Object_2"/>',
    '<chart:chart xlink:href=".."/><draw:g draw:formula="logwidth/2"/>',
    '<form:button form:image-data=""/><form:image form:image-data="Pictures/1.png"/>',
    '<form:form form:datasource="Bibliography"/><text:a xlink:href="../Annex 2.odt"/>',
    '<form:property form:property-name="ImageURL" office:string-value=""/>',
]
ODF_PARTS: dict[str, Content] = {
    "Pictures/1.png": PNG,
    "Pictures/TablePreview1.svm": b"VCLMTF",
    "Object 1/content.xml": '<i xmlns:l="http://www.w3.org/1999/xlink" l:href="Pictures/2.png"/>',
    "Object 1/Pictures/2.png": PNG,
    "Object 1/styles.xml": "<a/>",
    "Object 1/Configurations2/accelerator/current.xml": b"",
    "Object_2/content.xml": "<a/>",
    "ObjectReplacements/Object 1": b"VCLMTF",
    "Thumbnails/thumbnail.png": PNG,
    "Fonts/Font_1.ttf": b"\x00\x01\x00\x00",
    "Configurations2/accelerator/current.xml": b"",
    "layout-cache": bytes(40),
    "styles.xml": "<a/>",
    "settings.xml": b"",
    "meta.xml": "<a/>",
    "manifest.rdf": "<a/>",
    "META-INF/manifest.xml": "<a/>",
}


@pytest.mark.parametrize("body", ODF_BODIES)
def test_opendocument_is_accepted(body: str) -> None:
    assert is_taken(odf(body, ODF_PARTS))


@pytest.mark.parametrize(
    "formula",
    [
        "of:=SUM([.A1:.A20])",
        'of:=IF([.A1]&gt;1;"a|b";"[c]")'.replace('"', "&quot;"),
        "of:=[$Data.$A31]*2",
        "of:={1;2|3;4}",
    ],
)
def test_formula_of_opendocument_is_accepted(formula: str) -> None:
    assert is_taken(odf(f'<table:c table:formula="{formula}"/>', kind=ODS))


def test_empty_folders_are_accepted() -> None:
    content = odf("<office:body/>")
    stored = BytesIO(content)
    with ZipFile(stored, "a") as file:
        file.writestr(ZipInfo("Configurations2/images/Bitmaps/"), b"")
    assert is_taken(stored.getvalue())


@pytest.mark.parametrize(
    "objects",
    [
        ["<</Type/Annot/Subtype/Link/Rect[0 0 1 1]/A<</S/URI/URI(https://example.org/)>>>>"],
        ["<</Type/Annot/Subtype/Link/Rect[0 0 1 1]/F 4/A<</S/URI/URI(mailto:a@example.org)>>>>"],
        ["<</Type/Annot/Subtype/Link/Rect[0 0 1 1]/A<</S/URI/URI(www.example.org)>>>>"],
        ["<</Type/Annot/Subtype/Link/Rect[0 0 1 1]/A<</S/URI/URI(Annex%202.pdf)>>>>"],
        ["<</Type/Annot/Subtype/Link/Rect[0 0 1 1]/A<</S/GoTo/D[3 0 R/Fit]>>>>"],
        ["<</Type/Annot/Subtype/Widget/Rect[0 0 1 1]/FT/Tx/T(name)/F 4>>"],
        ["<</Title(Chapter)/A<</S/Named/N/NextPage>>>>"],
        ["<</Type/StructElem/S/P/A<</O/Layout/Placement/Block>>>>"],
        ["<</Trans<</S/Dissolve>>/Group<</S/Transparency>>/BM/Screen>>"],
        ["<</Font<</F 5 0 R>>>>", "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"],
        [stream("/Type/XObject/Subtype/Form/BBox[0 0 1 1]", b"/JS /XFA by chance")],
    ],
)
def test_what_printers_write_in_a_pdf_is_accepted(objects: list[str | bytes]) -> None:
    assert unsafe_name(pdf(*objects)) is None


@pytest.mark.usefixtures("pdf_in_this_process")
def test_pdf_that_opens_at_a_page_is_accepted() -> None:
    assert is_taken(pdf(catalog="/OpenAction[3 0 R/Fit]"))
    assert is_taken(pdf(catalog="/OpenAction<</S/GoTo/D[3 0 R/Fit]>>"))
    assert is_taken(pdf(stream("", b"/JS(x)")))
