"""Text that no spreadsheet program takes for a formula, and the way back; knows no Django."""

import re

# What such programs take for the start of a formula, full-width forms included.
FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")


def escape_formula(text: str) -> str:
    """The text with an apostrophe in front where a spreadsheet would take it for a formula.

    One that has such an apostrophe of its own gets another, so that the way back is exact.
    """
    return f"'{text}" if starts_like_formula(text) else text


def unescape_formula(text: str) -> str:
    """The text without the apostrophe that `escape` put in front."""
    return text[1:] if text.startswith("'") and starts_like_formula(text) else text


def starts_like_formula(text: str) -> bool:
    """Whether it begins as a formula does, apostrophes aside."""
    return text.lstrip("'").startswith(FORMULA_STARTS)


_ESCAPE_START = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
_ESCAPED_CHARACTER = re.compile("_x([0-9A-Fa-f]{4})_")


def escape_xlsx(text: str) -> str:
    """The text for a cell; what only looks like the number of a sign stays what it is."""
    return _ESCAPE_START.sub("_x005F_", text).replace("\r", "_x000D_")


def unescape_xlsx(text: str) -> str:
    """The text of a cell, with the signs that stand there by number."""
    if "_x" not in text:
        return text
    found = _ESCAPED_CHARACTER.sub(lambda match: chr(int(match[1], 16)), text)
    # Rare signs are spelled as two halves; one half alone is no sign.
    return found.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
