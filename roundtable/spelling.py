"""Text as a workbook (XLSX) spells it, and the way back; knows no Django.

A sign that its files cannot hold is spelled by its number, such as _x000D_ for a carriage return.
"""

import re

_BEGIN = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
_SIGN = re.compile("_x([0-9A-Fa-f]{4})_")


def spelled(text: str) -> str:
    """The text for a cell; what only looks like the number of a sign stays what it is."""
    return _BEGIN.sub("_x005F_", text).replace("\r", "_x000D_")


def unspelled(text: str) -> str:
    """The text of a cell, with the signs that stand there by number."""
    if "_x" not in text:
        return text
    found = _SIGN.sub(lambda match: chr(int(match[1], 16)), text)
    # Rare signs are spelled as two halves; one half alone is no sign.
    return found.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
