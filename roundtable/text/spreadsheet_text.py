"""Escapes text that spreadsheet programs read as a formula. Independent of Django."""

import re

BYTE_ORDER_MARK = "\ufeff"  # without it, spreadsheet programs take UTF-8 for another encoding
LIST_SEPARATOR = "; "  # between the words of a list in a cell
# What such programs read as the start of a formula, including full-width characters.
FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")


def escape_formula(text: str) -> str:
    """Adds an apostrophe if a spreadsheet program would read the text as a formula.

    Text that already has such an apostrophe gets another one, so that unescaping is exact.
    """
    return f"'{text}" if starts_like_formula(text) else text


def unescape_formula(text: str) -> str:
    return text[1:] if text.startswith("'") and starts_like_formula(text) else text


def starts_like_formula(text: str) -> bool:
    """Ignores leading apostrophes."""
    return text.lstrip("'").startswith(FORMULA_STARTS)


_ESCAPE_START = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
_ESCAPED_CHARACTER = re.compile("_x([0-9A-Fa-f]{4})_")


def escape_xlsx(text: str) -> str:
    """Escapes carriage returns as _x000D_, and text that only looks like such an escape."""
    return _ESCAPE_START.sub("_x005F_", text).replace("\r", "_x000D_")


def unescape_xlsx(text: str) -> str:
    if "_x" not in text:
        return text
    found = _ESCAPED_CHARACTER.sub(lambda match: chr(int(match[1], 16)), text)
    # Rare characters are written as two surrogates; a single surrogate is invalid.
    return found.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
