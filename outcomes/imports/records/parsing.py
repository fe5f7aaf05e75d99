"""From a file to tables: whatever cannot be read is one sentence."""

import re
import tomllib
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from outcomes.imports.records.errors import FileRefused, Mistake, shown

LARGEST = 1  # MB
# A key of very many parts, such as a.a.a, takes the parser the square of their number. No text
# of a roundtable has 30 words that are joined by dots. The lengths bound the search itself.
_PART = r"""(?:(?<![\w-])[\w-]{1,200}|"(?:\\.|[^"\\\n]){0,200}"|'[^'\n]{0,200}')"""
_LONG_KEY = re.compile(rf"(?:{_PART}[ \t]{{0,200}}\.[ \t]{{0,200}}){{30}}")


def read(path: Path) -> dict[str, Any]:
    """The tables of a TOML file.

    Raises FileRefused where it cannot be read, is too large, not UTF-8 or not TOML.
    """
    try:
        return tomllib.loads(_checked(_text(path)))
    except RecursionError as problem:
        raise _refused(_("Lists stand in lists too deeply. Write it more simply.")) from problem
    except ValueError as problem:  # impossible dates and endless numbers among them
        raise _refused(
            _("This is not TOML: %s.") % shown(str(problem).rstrip("."), 200)
        ) from problem


def bytes_of(path: Path, megabytes: int) -> bytes:
    """What a file holds.

    Raises FileRefused where it cannot be read, or is larger than that.
    """
    largest = megabytes * 1024 * 1024
    try:
        with path.open("rb") as file:
            content = file.read(largest + 1)
    except (OSError, ValueError) as problem:
        reason = getattr(problem, "strerror", None) or str(problem)
        raise _refused(_("The file cannot be read (%s). Check its name.") % reason) from problem
    if len(content) > largest:
        raise _refused(
            _("The file is larger than %d MB. One roundtable is much smaller.") % megabytes
        )
    return content


def _text(path: Path) -> str:
    content = bytes_of(path, LARGEST)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = content[: problem.start].count(b"\n") + 1
        raise _refused(
            _("Line %d is not UTF-8. Save the file in the encoding UTF-8.") % line
        ) from problem


def _checked(text: str) -> str:
    found = _LONG_KEY.search(text)
    if found:
        line = text.count("\n", 0, found.start()) + 1
        raise _refused(_("Line %d joins more than 30 words by dots. Write it more simply.") % line)
    return text


def _refused(sentence: str) -> FileRefused:
    return FileRefused([Mistake("", sentence)])
