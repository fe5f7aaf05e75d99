"""Tables as text (CSV), however a program wrote them: its letters, and what parts the cells."""

import csv
import io
import re
import unicodedata

from outcomes.imports.readers.pages import (
    LONGEST,
    MOST_COLUMNS,
    MOST_ROWS,
    Reason,
    Rows,
    UnreadableError,
)
from roundtable.spreadsheet_text import unescape

DELIMITERS = (",", ";", "\t")
LOOKED_AT = 20  # rows, to tell what parts the cells
HEAD = 64 * 1024  # bytes, of which samples are taken
SHOWN, SIGNS = 3, 30  # cells of a sample, and signs of each
# In which programs write what they have no UTF-8 for.
READINGS = (
    *("cp1252", "mac_roman", "cp1250", "cp1251", "koi8_r", "cp1253", "cp1256", "cp1258"),
    *("cp874", "gb18030", "big5hkscs", "cp932", "cp949"),
)
_RUN = re.compile(rb"[\x80-\xff]+")
OF_ONE_BYTE = {"mac_roman": "MacRoman", "cp1252": "Windows-1252"}
_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)


def rows_of(content: bytes, page: str = "", letters: str = "") -> tuple[Rows, str]:
    """The rows of a table, and the name of its encoding where that had to be guessed.

    `letters` is the encoding where somebody said it. Raises UnreadableError where it is none.
    """
    text, guessed = decoded(content, letters)
    first, _end, rest = text.partition("\n")
    delimiter = None
    first = first.rstrip("\r")
    if first.lower().startswith("sep=") and len(first) == 5:
        delimiter, text = first[4], rest  # what some programs write for their own kind
    csv.field_size_limit(LONGEST)
    try:
        return _read(text, delimiter or _delimiter_of(text), page), guessed
    except csv.Error:
        raise UnreadableError(Reason.LONG, page) from None


def readings(content: bytes) -> dict[str, list[str]]:
    """Some cells in each encoding that may be meant; empty where a guess may well be right.

    Words of Western languages have single letters that are not of ASCII, others have no other.
    """
    end = content.rfind(b"\n", 0, HEAD) + 1 if len(content) > HEAD else 0
    head = content[: end or None]
    runs = [len(run) for run in _RUN.findall(head)]
    if sum(run for run in runs if run > 2) * 4 < sum(runs):
        return {}
    found = {}
    for letters in READINGS:
        try:
            _in(content, letters)
            rows, _guessed = rows_of(head, letters=letters)
        except UnreadableError:
            continue
        cells = dict.fromkeys(str(cell)[:SIGNS] for row in rows for cell in row if cell)
        found[letters] = [cell for cell in cells if not cell.isascii()][:SHOWN]
    return found


def decoded(content: bytes, letters: str = "") -> tuple[str, str]:
    """The text, and the name of its encoding where that had to be guessed.

    Raises UnreadableError where it is no text.
    """
    text, guessed = (_in(content, letters), "") if letters else _decoded(content)
    if any(sign < " " and sign not in "\t\n\r\f\v" for sign in text):
        raise UnreadableError(Reason.NOTHING)
    return text, guessed


def _in(content: bytes, letters: str) -> str:
    try:
        return content.decode(letters)
    except UnicodeDecodeError:
        raise UnreadableError(Reason.NOTHING) from None


def _decoded(content: bytes) -> tuple[str, str]:
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return _in(content, encoding), ""
    zeros = [content[start:1000:2].count(0) for start in (0, 1)]
    if max(zeros) * 5 > len(content[:1000]):
        # Letters of Western languages have a zero beside them; where that is says which way.
        encoding = "utf-16-le" if zeros[1] > zeros[0] else "utf-16-be"
        return _in(content, encoding), "UTF-16"
    try:
        return content.decode("utf-8"), ""
    except UnicodeDecodeError:
        return _of_one_byte(content)


def _of_one_byte(content: bytes) -> tuple[str, str]:
    found: list[tuple[int, int, str, str]] = []
    for encoding in ("cp1252", "mac_roman"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        found.append((-_likely(text), len(found), encoding, text))
    _points, _number, encoding, text = min(found)
    return text, OF_ONE_BYTE[encoding]


def _likely(text: str) -> int:
    """How much the text looks like words that people write."""
    points = 0
    for before, sign, after in zip(" " + text, text, text[1:] + " ", strict=False):
        if sign.isascii():
            continue
        if sign.isalpha():
            in_word = before.isalpha() or after.isalpha()
            shouts = sign.isupper() and before.islower()
            is_odd = unicodedata.decomposition(sign) == "" and sign not in "ßæøœÆØŒđð"
            points += -2 if shouts or is_odd else 2 if in_word else 0
        elif sign in "’‘“”–—…«»":
            points += 1 if before.isalnum() or after.isalnum() or " " in (before, after) else 0
        elif sign != "\N{NO-BREAK SPACE}":
            points -= 1
    return points


def _delimiter_of(text: str) -> str:
    best, most = ",", 0
    for delimiter in DELIMITERS:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        widths = [len(row) for row, _number in zip(reader, range(LOOKED_AT), strict=False) if row]
        usual = max(set(widths), key=widths.count, default=0)
        points = widths.count(usual) * (usual - 1) if usual > 1 else 0
        if points > most:
            best, most = delimiter, points
    return best


def _read(text: str, delimiter: str, page: str) -> Rows:
    rows: Rows = []
    for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
        cells = [unescape(cell).replace("\r\n", "\n").replace("\r", "\n") for cell in row]
        while cells and not cells[-1].strip():
            cells.pop()
        if cells and (len(rows) >= MOST_ROWS or len(cells) > MOST_COLUMNS):
            raise UnreadableError(Reason.ROWS, page)
        rows.append([cell or None for cell in cells])
    while rows and not rows[-1]:
        rows.pop()
    return rows
