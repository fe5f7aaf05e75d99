"""Reads CSV: detects encoding and delimiter."""

import csv
import io
import re
import unicodedata

from outcomes.imports.readers.pages import (
    MAX_CELL_LENGTH,
    MAX_COLUMNS,
    MAX_ROWS,
    Rows,
    UnreadableError,
    UnreadableReason,
    with_line_feeds,
)
from roundtable.text.spreadsheet_text import unescape_formula

DELIMITERS = (",", ";", "\t", "|")
DELIMITER_SAMPLE_ROWS = 20
SAMPLE_BYTES = 64 * 1024
SAMPLE_CELLS, SAMPLE_CELL_LENGTH = 3, 30  # cells; characters per cell
# The usual encodings of programs that do not write UTF-8.
CANDIDATE_ENCODINGS = (
    *("cp1252", "mac_roman", "cp1250", "cp1251", "koi8_r", "cp1253", "cp1256", "cp1258"),
    *("cp874", "gb18030", "big5hkscs", "cp932", "cp949"),
)
_NON_ASCII_RUN = re.compile(rb"[\x80-\xff]+")
SINGLE_BYTE_ENCODINGS = {"mac_roman": "MacRoman", "cp1252": "Windows-1252"}
_BYTE_ORDER_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
csv.field_size_limit(MAX_CELL_LENGTH)


def read_csv(text: str, page: str = "") -> Rows:
    """Raises UnreadableError."""
    first, _end, rest = text.partition("\n")
    delimiter = None
    first = first.rstrip("\r")
    if first.lower().startswith("sep=") and len(first) == 5:
        delimiter, text = first[4], rest  # Excel’s own line that declares the delimiter
    try:
        return _parse_csv(text, delimiter or _detect_delimiter(text), page)
    except csv.Error:
        raise UnreadableError(UnreadableReason.CELL_TOO_LONG, page) from None


def sample_encodings(content: bytes) -> dict[str, list[str]]:
    """Some cells in each possible encoding; empty if the guess is probably right."""
    end = content.rfind(b"\n", 0, SAMPLE_BYTES) + 1 if len(content) > SAMPLE_BYTES else 0
    head = content[: end or None]
    runs = [len(run) for run in _NON_ASCII_RUN.findall(head)]
    # Western languages have single non-ASCII letters, where the guess works. In other scripts, all
    # letters of a word are non-ASCII.
    if sum(run for run in runs if run > 2) * 4 < sum(runs):
        return {}
    found = {}
    for encoding in CANDIDATE_ENCODINGS:
        try:
            _decode_as(content, encoding)
            rows = read_csv(decode(head, encoding)[0])
        except UnreadableError:
            continue
        cells = dict.fromkeys(
            str(cell)[:SAMPLE_CELL_LENGTH] for row in rows for cell in row if cell
        )
        found[encoding] = [cell for cell in cells if not cell.isascii()][:SAMPLE_CELLS]
    return found


def decode(content: bytes, encoding: str = "") -> tuple[str, str]:
    """The text, and the name of its encoding if that is a guess.

    Raises UnreadableError.
    """
    text, guessed = (_decode_as(content, encoding), "") if encoding else _decode_guessing(content)
    if any(sign < " " and sign not in "\t\n\r\f\v" for sign in text):
        raise UnreadableError(UnreadableReason.NOT_A_TABLE)
    return text, guessed


def _decode_as(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        raise UnreadableError(UnreadableReason.NOT_A_TABLE) from None


def _decode_guessing(content: bytes) -> tuple[str, str]:
    for mark, encoding in _BYTE_ORDER_MARKS:
        if content.startswith(mark):
            return _decode_as(content, encoding), ""
    zeros = [content[start:1000:2].count(0) for start in (0, 1)]
    if max(zeros) * 5 > len(content[:1000]):
        # In UTF-16, Western letters have a zero byte; its position shows the byte order.
        encoding = "utf-16-le" if zeros[1] > zeros[0] else "utf-16-be"
        return _decode_as(content, encoding), "UTF-16"
    try:
        return content.decode("utf-8"), ""
    except UnicodeDecodeError:
        return _decode_single_byte(content)


def _decode_single_byte(content: bytes) -> tuple[str, str]:
    found: list[tuple[int, int, str, str]] = []
    for encoding in ("cp1252", "mac_roman"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        found.append((-_plausibility(text), len(found), encoding, text))
    _points, _number, encoding, text = min(found)
    return text, SINGLE_BYTE_ENCODINGS[encoding]


def _plausibility(text: str) -> int:
    """Higher if the non-ASCII characters look like those of real words."""
    score = 0
    for before, sign, after in zip(" " + text, text, text[1:] + " ", strict=False):
        if sign.isascii():
            continue
        if sign.isalpha():
            in_word = before.isalpha() or after.isalpha()
            is_misplaced_capital = sign.isupper() and before.islower()
            is_rare_letter = unicodedata.decomposition(sign) == "" and sign not in "ßæøœÆØŒđð"
            score += -2 if is_misplaced_capital or is_rare_letter else 2 if in_word else 0
        elif sign in "’‘“”–—…«»":
            score += 1 if before.isalnum() or after.isalnum() or " " in (before, after) else 0
        elif sign != "\N{NO-BREAK SPACE}":
            score -= 1
    return score


def _detect_delimiter(text: str) -> str:
    best, most = ",", 0
    for delimiter in DELIMITERS:
        widths = [len(row) for row in _sample_rows(text, delimiter)]
        usual = max(set(widths), key=widths.count, default=0)
        points = widths.count(usual) * (usual - 1) if usual > 1 else 0
        if points > most:
            best, most = delimiter, points
    return best


def has_columns(text: str) -> bool:
    """Whether most of the first rows have the same number of columns, and more than one."""
    try:
        rows = _sample_rows(text, _detect_delimiter(text))
    except csv.Error:  # a long cell
        return False
    # Many lines of JSON and HTML end with a delimiter, which makes no column.
    widths = [len(row) - (not row[-1].strip()) for row in rows]
    usual = max(set(widths), key=widths.count, default=0)
    return usual > 1 and len(widths) > 1 and widths.count(usual) * 2 > len(widths)


def _sample_rows(text: str, delimiter: str) -> list[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    return [row for row, _number in zip(reader, range(DELIMITER_SAMPLE_ROWS), strict=False) if row]


def _parse_csv(text: str, delimiter: str, page: str) -> Rows:
    rows: Rows = []
    for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
        cells = [with_line_feeds(unescape_formula(cell)) for cell in row]
        while cells and not cells[-1].strip():
            cells.pop()
        if cells and (len(rows) >= MAX_ROWS or len(cells) > MAX_COLUMNS):
            raise UnreadableError(UnreadableReason.TOO_MANY_ROWS, page)
        rows.append([cell or None for cell in cells])
    while rows and not rows[-1]:
        rows.pop()
    return rows
