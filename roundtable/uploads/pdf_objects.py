"""Prints the first thing in a PDF that a document does not need, from standard input.

`python -m roundtable.uploads.pdf_objects` prints nothing if there is no such thing. It runs in its
own process with limits, because a PDF may be made to exhaust its reader.
"""

import re
import sys
from collections.abc import Iterator
from io import BytesIO

from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, StreamObject

from roundtable.uploads.links import is_neighbour, words
from roundtable.uploads.pdf_text import limit_process

CPU_SECONDS = 8
_AUTOMATIC_ACTIONS = {"/GoTo", "/Named"}  # what a PDF may do before someone selects a link
_ACTIONS = {*_AUTOMATIC_ACTIONS, "/URI"}
_NAMED = words("/NextPage /PrevPage /FirstPage /LastPage")
_ANNOTATIONS = words(
    """
    /Text /Link /FreeText /Line /Square /Circle /Polygon /PolyLine /Highlight /Underline /Squiggly
    /StrikeOut /Stamp /Caret /Ink /Popup /Widget /PrinterMark /TrapNet /Watermark /Redact
    """
)
# Actions that are refused also where no one would expect an action.
_UNSAFE_ACTIONS = words(
    """
    /Launch /JavaScript /SubmitForm /ImportData /GoToR /GoToE /GoToDp /Thread /Rendition /Movie
    /Sound /GoTo3DView /RichMediaExecute
    """
)
_UNSAFE_KEYS = words(
    """
    /JS /JavaScript /XFA /EF /EmbeddedFiles /RichMediaContent /Renditions /AlternatePresentations
    /Collection /OPI /FS
    """
)
_LINK = re.compile(r"(?:https?://[^\s/\\]|mailto:)[^\\\x00-\x1f\x7f]*", re.IGNORECASE)


def main() -> None:
    limit_process(CPU_SECONDS)
    sys.stdout.buffer.write((unsafe_name(sys.stdin.buffer.read()) or "").encode())


def unsafe_name(content: bytes) -> str | None:
    """The first name of an action, annotation, key or address that is refused.

    Raises all kinds of errors if the PDF is damaged.
    """
    reader = PdfReader(BytesIO(content))
    if reader.is_encrypted:
        return "Encrypt"
    for value in [reader.trailer, *_objects(reader)]:
        for item in _dictionaries(value):
            if found := _unsafe_name(item):
                return found.removeprefix("/")
    return None


def _objects(reader: PdfReader) -> Iterator[object]:
    numbers = {
        (number, generation) for generation, rows in reader.xref.items() for number in rows
    } | {(number, 0) for number in reader.xref_objStm}
    for number, generation in sorted(numbers):
        yield reader.get_object(IndirectObject(number, generation, reader))


def _dictionaries(value: object) -> Iterator[DictionaryObject]:
    """The dictionaries inside one object, without those that have a number of their own."""
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, DictionaryObject):
            yield item
            waiting += [dict.__getitem__(item, key) for key in item]
        elif isinstance(item, ArrayObject):
            waiting += list(list.__iter__(item))


def _unsafe_name(item: DictionaryObject) -> str | None:
    kind, subtype, action = (_text(item, key) for key in ("/Type", "/Subtype", "/S"))
    if unsafe_keys := _UNSAFE_KEYS & item.keys():
        return min(unsafe_keys)
    if action in _UNSAFE_ACTIONS:
        return action
    if kind == "/Action" and (found := _unsafe_action(item, _ACTIONS)):
        return found
    if (kind == "/Annot" or "/Rect" in item) and subtype and subtype not in _ANNOTATIONS:
        return subtype
    if kind in ("/Filespec", "/F") or _names_file(item):
        return "/Filespec"
    # A form that shows a page of another file, and a program for printers.
    if isinstance(item, StreamObject) and ("/Ref" in item or subtype == "/PS"):
        return "/Ref" if "/Ref" in item else "/PS"
    unsafe = (_unsafe_action(action, allowed) for action, allowed in _actions(item))
    return next(filter(None, unsafe), None)


def _actions(item: DictionaryObject) -> Iterator[tuple[DictionaryObject, set[str]]]:
    for key in ("/A", "/PA", "/OpenAction", "/Next", "/AA"):
        allowed = _ACTIONS if key in ("/A", "/PA") else _AUTOMATIC_ACTIONS
        value = item.get(key)
        found = value.get_object() if value is not None else None
        if key == "/AA" and isinstance(found, DictionaryObject):
            found = ArrayObject(found.values())
        for action in found if isinstance(found, ArrayObject) else [found]:
            action = action.get_object() if action is not None else None
            # Attributes of the structure have the key /A too.
            if isinstance(action, DictionaryObject) and "/S" in action:
                yield action, allowed


def _unsafe_action(action: DictionaryObject, allowed: set[str]) -> str | None:
    kind = _text(action, "/S")
    if kind not in allowed:
        return kind or "/Action"
    address = _text(action, "/URI").strip()
    if kind == "/URI" and not _LINK.fullmatch(address) and not is_neighbour(address):
        return address
    if kind == "/Named" and _text(action, "/N") not in _NAMED:
        return _text(action, "/N")
    return None


def _names_file(item: DictionaryObject) -> bool:
    """In annotations and fields, the same key has numbers."""
    value = item.get("/F")
    file = value.get_object() if value is not None else None
    if isinstance(item, StreamObject) and file is not None:
        return True  # the content is in another file
    return isinstance(file, str) or (
        isinstance(file, DictionaryObject) and bool({"/F", "/UF", "/EF"} & file.keys())
    )


def _text(item: DictionaryObject, key: str) -> str:
    value = item.get(key)
    found = value.get_object() if value is not None else None
    if isinstance(found, bytes):
        return found.decode("latin-1")
    return found if isinstance(found, str) else ""


if __name__ == "__main__":
    main()
