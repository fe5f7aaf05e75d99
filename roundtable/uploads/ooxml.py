"""What a Word, Excel or PowerPoint file may contain. All else is refused."""

import re
from html import unescape
from io import BytesIO
from urllib.parse import urlsplit
from zipfile import ZipFile, ZipInfo

from roundtable.uploads.links import words
from roundtable.uploads.parts import (
    MAX_CODE,
    Attributes,
    Parts,
    Remaining,
    SvgReader,
    XmlReader,
    check_formula,
    check_link,
    is_elsewhere,
    loads,
    local_name,
    too_large_unpacked,
    unknown_part,
    unreadable,
    unsafe_element,
    unsafe_field,
    unsafe_part,
)

CONTENT_TYPES = "[Content_Types].xml"
_OFFICE = "application/vnd.openxmlformats-officedocument."
_PACKAGE = "application/vnd.openxmlformats-package."
DOCX = f"{_OFFICE}wordprocessingml.document"
XLSX = f"{_OFFICE}spreadsheetml.sheet"
PPTX = f"{_OFFICE}presentationml.presentation"
_MAIN_TYPES = {f"{kind}.main+xml": kind for kind in (DOCX, XLSX, PPTX)}


def _types(prefix: str, names: str) -> set[str]:
    return {f"{prefix}{name}+xml".casefold() for name in names.split()}


# Kinds of XML parts that Word, Excel, PowerPoint, LibreOffice and Google Docs write.
_XML_TYPES = (
    _types("", " ".join(_MAIN_TYPES).replace("+xml", ""))
    | _types(
        f"{_OFFICE}wordprocessingml.",
        "document.glossary styles settings webSettings fontTable numbering footnotes endnotes "
        "header footer comments commentsExtended commentsIds commentsExtensible people",
    )
    | _types(
        f"{_OFFICE}spreadsheetml.",
        "worksheet chartsheet styles sharedStrings comments table tableSingleCells calcChain "
        "pivotTable pivotCacheDefinition pivotCacheRecords sheetMetadata revisionHeaders "
        "revisionLog userNames",
    )
    | _types(
        f"{_OFFICE}presentationml.",
        "slide slideLayout slideMaster notesSlide notesMaster handoutMaster presProps viewProps "
        "tableStyles commentAuthors comments tags",
    )
    | _types(
        f"{_OFFICE}drawingml.",
        "chart chartshapes diagramData diagramLayout diagramStyle diagramColors",
    )
    | _types(
        _OFFICE,
        "drawing theme themeOverride extended-properties custom-properties customXmlProperties",
    )
    | _types(_PACKAGE, "core-properties relationships digital-signature-xmlsignature")
    | _types(
        "application/vnd.ms-word.",
        "stylesWithEffects stylesWithtEffects commentsExtended people",
    )
    | _types(
        "application/vnd.ms-excel.",
        "threadedcomments person slicer slicerCache timeline timelineCache controlproperties "
        "namedsheetviews featurepropertybag rdrichvalue rdrichvaluestructure rdrichvaluetypes "
        "rdarray rdsupportingpropertybag rdsupportingpropertybagstructure richstyles "
        "richvaluerel",
    )
    | _types("application/vnd.ms-powerpoint.", "comments authors changesinfo revisioninfo")
    | _types(
        "application/vnd.ms-office.",
        "drawingml.diagramDrawing chartstyle chartcolorstyle chartex classificationlabels "
        "DocumentTasks",
    )
    | {"application/xml", "text/xml"}
)
_VML = f"{_OFFICE}vmldrawing"
_SVG = ("image/svg+xml", "image/svg")  # the second by LibreOffice
_BINARY_TYPES = {
    f"{_OFFICE}obfuscatedfont",
    "application/x-fontdata",
    "application/x-font-ttf",
    f"{_OFFICE}wordprocessingml.printersettings",
    f"{_OFFICE}spreadsheetml.printersettings",
    f"{_OFFICE}presentationml.printersettings",
    f"{_PACKAGE}digital-signature-origin",
}
# By the last word of the type. All targets but those of links are parts of the file.
_RELATIONSHIPS = words(
    """
    officeDocument core-properties coreProperties extended-properties extendedProperties
    custom-properties customProperties thumbnail styles stylesWithEffects settings webSettings
    fontTable font theme themeOverride numbering footnotes endnotes header footer comments
    commentsExtended commentsIds commentsExtensible people documenttasks glossaryDocument image
    hyperlink customXml customXmlProps printerSettings chart chartEx chartUserShapes chartStyle
    chartColorStyle worksheet chartsheet sharedStrings calcChain drawing vmlDrawing
    legacyDrawing legacyDrawingHF table tableSingleCells xmlMaps pivotTable pivotCacheDefinition
    pivotCacheRecords sheetMetadata threadedComment person slicer slicerCache timeline
    timelineCache ctrlProp namedSheetView FeaturePropertyBag rdRichValue rdRichValueStructure
    rdRichValueTypes rdArray
    rdSupportingPropertyBag rdSupportingPropertyBagStructure richStyles richValueRel
    revisionHeaders revisionLog usernames slide slideLayout slideMaster notesSlide notesMaster
    handoutMaster presProps viewProps tableStyles commentAuthors tags authors changesInfo
    revisionInfo diagramData diagramLayout diagramColors diagramQuickStyle diagramDrawing
    classificationlabels hdphoto origin signature
    """
)
_CHART_TYPES = {f"{_OFFICE}drawingml.chart+xml", "application/vnd.ms-office.chartex+xml"}
_FIELDS = words(
    """
    PAGE NUMPAGES SECTION SECTIONPAGES TOC TC XE INDEX TOA TA REF PAGEREF NOTEREF STYLEREF SEQ
    HYPERLINK DATE TIME CREATEDATE SAVEDATE PRINTDATE EDITTIME AUTHOR LASTSAVEDBY TITLE SUBJECT
    KEYWORDS COMMENTS FILENAME FILESIZE DOCPROPERTY DOCVARIABLE NUMCHARS NUMWORDS REVNUM TEMPLATE
    INFO USERNAME USERINITIALS USERADDRESS LISTNUM AUTONUM AUTONUMLGL AUTONUMOUT FORMTEXT
    FORMCHECKBOX FORMDROPDOWN IF COMPARE SYMBOL QUOTE EQ ADVANCE CITATION BIBLIOGRAPHY MERGEFIELD
    MERGEREC MERGESEQ SHAPE ADDIN
    """
)
_SLIDE_ACTIONS = re.compile(r"(?:ppaction://(?:hlinkshowjump|hlinksldjump|customshow|noaction).*)?")
_FORMULAS = words(
    "f formula formula1 formula2 oldFormula definedName calculatedColumnFormula totalsRowFormula "
    "FmlaMacro"
)
_CODE = words("formula textlink macro fmlaMacro")  # attributes
_OWN_MACRO = re.compile(r"(?:\[0\]!)?[\w.]*")  # it is no longer in the file
_MAP_ADDRESSES = words("SchemaRef FileBindingName schemaLocation")
SETTINGS = re.compile(r"word/(?:glossary/)?(?:_rels/)?settings\d*\.xml(?:\.rels)?")
_TAG = re.compile(
    rb"<(?:[\w.-]+:)?(Relationship|attachedTemplate)\b(?:[^<>\"']|\"[^<\"]*\"|'[^<']*')*/>"
)
_TEMPLATE_TARGET = re.compile(
    rb"(?=.*/attachedTemplate[\"']).*\bTarget\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", re.DOTALL
)
_UNSAFE_ELEMENTS = words("mailMerge ddeLink oleLink")
_NESTED = "\ufffc"  # instead of a field inside the instruction of another one


def check_package(
    archive: ZipFile, content: bytes, remaining: Remaining, *, is_inside: bool = False
) -> str:
    """The media type. Raises ValidationError if there is anything that a document does not need."""
    parts = Parts(archive, content, remaining)
    types = _content_types(parts)
    found = [_MAIN_TYPES[kind] for kind in types.values() if kind in _MAIN_TYPES]
    if len(found) != 1:
        if any("macroenabled" in kind for kind in types.values()):
            raise unsafe_part(next(name for name in types if "macroenabled" in types[name]))
        raise unreadable()
    for row in parts.rows:
        if row.filename != CONTENT_TYPES:
            _check_part(parts, row, types, media_type=found[0], is_inside=is_inside)
    return found[0]


class _ContentTypes(XmlReader):
    def __init__(self, part: str) -> None:
        super().__init__(part)
        self.by_extension: dict[str, str] = {}
        self.by_name: dict[str, str] = {}

    def start(self, name: str, attributes: Attributes) -> None:
        kind = attributes.get("ContentType", "").casefold()
        if "Extension" in attributes:
            self.by_extension[attributes["Extension"].casefold()] = kind
        if "PartName" in attributes:
            self.by_name[attributes["PartName"].casefold().lstrip("/")] = kind


def _content_types(parts: Parts) -> dict[str, str]:
    """The kind of each part by its name; empty if the file does not say it."""
    row = next((row for row in parts.rows if row.filename == CONTENT_TYPES), None)
    if row is None:
        raise unreadable()
    said = _ContentTypes(CONTENT_TYPES)
    parts.parse(row, said)
    return {
        name: said.by_name.get(name.casefold())
        or said.by_extension.get(name.casefold().rpartition(".")[2], "")
        for name in parts.names
        if name != CONTENT_TYPES
    }


def _check_part(
    parts: Parts, row: ZipInfo, types: dict[str, str], *, media_type: str, is_inside: bool
) -> None:
    name, kind = row.filename, types[row.filename]
    reader: XmlReader | None = None
    if name.casefold().endswith(".rels"):
        source = name.replace("_rels/", "").removesuffix(".rels")
        reader = _Relationships(name, is_chart=types.get(source) in _CHART_TYPES)
    elif kind in _XML_TYPES:
        reader = (_WordReader if media_type == DOCX else _OfficeReader)(name)
    elif kind == _VML:
        reader = _OfficeReader(name)
    if reader and SETTINGS.fullmatch(name):  # as it will be stored
        reader.parse(without_local_template(_whole(parts, row)))
    elif reader and kind == _VML:
        # Excel writes this one tag of HTML, which is never closed.
        reader.parse(_whole(parts, row).replace(b"<br>", b"<br/>"))
    elif reader:
        parts.parse(row, reader)
    elif kind in _SVG:
        parts.parse(row, SvgReader(name))
    elif kind.startswith("image/"):
        parts.check_picture(row)
    elif kind in _BINARY_TYPES:
        parts.check_other_content(row)
    elif kind == XLSX and not is_inside:
        _check_workbook_of_chart(parts, row)
    elif kind.endswith(("+xml", "/xml")):
        raise unknown_part(name)
    else:
        raise unsafe_part(name)


def without_local_template(content: bytes) -> bytes:
    """The settings of a document, or what they lead to, without a template on this computer.

    Its path names who wrote the document. A template elsewhere stays, so it is refused.
    """
    return _TAG.sub(lambda tag: b"" if _is_local_template(tag) else tag[0], content)


def _is_local_template(tag: re.Match[bytes]) -> bool:
    if tag[1] == b"attachedTemplate":
        return True
    if found := _TEMPLATE_TARGET.match(tag[0]):
        target = unescape((found[1] or found[2] or b"").decode("utf-8", "replace"))
        return not is_elsewhere(target)
    return False


def _whole(parts: Parts, row: ZipInfo) -> bytes:
    return b"".join(parts.chunks(row, is_xml=True))


def _check_workbook_of_chart(parts: Parts, row: ZipInfo) -> None:
    """A chart in Word or PowerPoint has its numbers in a workbook of its own."""
    content = _whole(parts, row)
    with ZipFile(BytesIO(content)) as archive:
        if check_package(archive, content, parts.remaining, is_inside=True) != XLSX:
            raise unsafe_part(row.filename)


class _Relationships(XmlReader):
    """What a part is connected to, inside the file and outside of it."""

    def __init__(self, part: str, *, is_chart: bool) -> None:
        super().__init__(part)
        self._known = _RELATIONSHIPS | {"package"} if is_chart else _RELATIONSHIPS

    def start(self, name: str, attributes: Attributes) -> None:
        target, kind = attributes.get("Target"), attributes.get("Type", "").rpartition("/")[2]
        if target is None:
            return
        is_inside = attributes.get("TargetMode", "Internal") == "Internal" and _is_path(target)
        if not is_inside and kind == "hyperlink":
            check_link(target)
        elif not is_inside:
            raise loads(target)
        elif kind not in self._known:
            raise unsafe_element(kind, self.part)


def _is_path(target: str) -> bool:
    parts = urlsplit(target)
    return not parts.scheme and not target.startswith("//") and "\\" not in target


class _OfficeReader(XmlReader):
    def __init__(self, part: str) -> None:
        super().__init__(part)
        # Names that mean nothing here. A sheet has a million elements of ten names.
        self._plain: set[str] = set()
        self._is_map = False

    def start(self, name: str, attributes: Attributes) -> None:
        if not _CODE.isdisjoint(attributes):
            self._check_code(attributes)
        if self._is_map:
            _check_map(attributes)
        if name in self._plain:
            return
        namespace, _space, local = name.rpartition(" ")
        if local in _UNSAFE_ELEMENTS:
            raise unsafe_element(local, self.part)
        if local in _FORMULAS:
            self.begin_text()
        elif local == "MapInfo":
            self._is_map = True
        elif local.startswith("hlink"):
            if not _SLIDE_ACTIONS.fullmatch(attributes.get("action", "")):
                raise unsafe_element(attributes["action"], self.part)
        elif namespace.startswith("urn:schemas-microsoft-com:"):
            _check_drawing(attributes)
        else:
            self._plain.add(name)

    def end(self, name: str) -> None:
        if name in self._plain:
            return
        local = local_name(name)
        if local == "FmlaMacro":
            self._check_code({"macro": self.end_text()})
        elif local in _FORMULAS:
            check_formula(self.end_text())

    def _check_code(self, attributes: Attributes) -> None:
        for name in _CODE & attributes.keys():
            if name in ("formula", "textlink"):
                check_formula(attributes[name])
            elif not _OWN_MACRO.fullmatch(attributes[name]):
                raise unsafe_element(attributes[name], self.part)


def _check_map(attributes: Attributes) -> None:
    """A map of XML names its schema, and the file that it fills the sheet from."""
    for name in _MAP_ADDRESSES & attributes.keys():
        if is_elsewhere(attributes[name]):
            raise loads(attributes[name])


def _check_drawing(attributes: Attributes) -> None:
    """VML names the address of a picture in the drawing itself."""
    for name, value in attributes.items():
        namespace, _space, local = name.rpartition(" ")
        if local == "href" and not namespace:
            check_link(value)
        elif local in ("src", "althref", "href") and value:
            raise loads(value)


class _WordReader(_OfficeReader):
    """Joins the instruction of each field, which can be split over many runs.

    Word leaves out elements of namespaces that it does not know, and chooses between
    alternatives. So a field must begin and end in elements of one namespace: what Word sees of
    it cannot differ from what is read here.
    """

    def __init__(self, part: str) -> None:
        super().__init__(part)
        self._namespaces = [""]
        # The open fields, for each change of the namespace.
        self._fields: list[list[_Field]] = [[]]

    def start(self, name: str, attributes: Attributes) -> None:
        super().start(name, attributes)
        namespace, _space, local = name.rpartition(" ")
        if namespace != self._namespaces[-1]:
            self._fields.append([])
        self._namespaces.append(namespace)
        if local == "fldSimple":
            _check_field(attributes.get(f"{namespace} instr", ""))
        elif local == "fldChar":
            self._field_character(attributes.get(f"{namespace} fldCharType", ""))
        elif self._is_instruction(local):
            self.begin_text()

    def end(self, name: str) -> None:
        super().end(name)
        local = local_name(name)
        if self._is_instruction(local):
            self._instruction(self.end_text(), is_deleted=local == "delInstrText")
        if self._namespaces.pop() != self._namespaces[-1]:
            for field in self._fields.pop():  # it does not end here
                raise unsafe_field("".join(field.instruction).strip().partition(" ")[0])

    def _open_instruction(self) -> "_Field | None":
        fields = self._fields[-1]
        return fields[-1] if fields and not fields[-1].has_result else None

    def _is_instruction(self, element: str) -> bool:
        # Also plain text, before the result.
        is_text = element == "t" and self._open_instruction() is not None
        return is_text or element in ("instrText", "delInstrText")

    def _instruction(self, text: str, *, is_deleted: bool) -> None:
        if field := self._open_instruction():
            field.add(text, is_deleted=is_deleted)
        else:
            _check_field(text)

    def _field_character(self, kind: str) -> None:
        fields = self._fields[-1]
        if kind == "begin":
            if outer := self._open_instruction():
                outer.add(_NESTED, is_deleted=False)
            fields.append(_Field())
        elif fields:
            fields[-1].check()
            if kind == "end":
                fields.pop()


class _Field:
    def __init__(self) -> None:
        self.instruction: list[str] = []
        self._accepted: list[str] = []  # what is left once all changes are accepted
        self._length = 0
        self.has_result = False

    def add(self, text: str, *, is_deleted: bool) -> None:
        self.instruction.append(text)
        if not is_deleted:
            self._accepted.append(text)
        self._length += len(text)
        if self._length > MAX_CODE:
            raise too_large_unpacked()

    def check(self) -> None:
        if not self.has_result:
            _check_field("".join(self.instruction))
            _check_field("".join(self._accepted))
        self.has_result = True


def _check_field(instruction: str) -> None:
    text = instruction.replace("\u201c", '"').replace("\u201d", '"').strip()
    name, *arguments = re.findall(r'"[^"]*"?|\\.|[^\s"\\]+', text) or [""]
    if name and not name.startswith("=") and name.upper() not in _FIELDS:
        raise unsafe_field(name)
    if name.upper() == "HYPERLINK":
        _check_field_link(arguments)


def _check_field_link(arguments: list[str]) -> None:
    takes_text = False  # a switch such as \l, \o or \t is followed by a text of its own
    for argument in arguments:
        if argument.startswith("\\"):
            takes_text = argument[1:].lower() in ("l", "o", "t")
        elif takes_text:
            takes_text = False
        else:
            check_link(argument.strip('"'))
