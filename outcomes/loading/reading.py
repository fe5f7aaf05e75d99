"""From a file to tables: whatever cannot be read is one sentence."""

import tomllib
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from outcomes.loading.mistakes import FileRefused, Mistake, shown

LARGEST = 5 * 1024 * 1024  # bytes


def read(path: Path) -> dict[str, Any]:
    """The tables of a TOML file.

    Raises FileRefused where it cannot be read, is too large, not UTF-8 or not TOML.
    """
    try:
        return tomllib.loads(_text(path))
    except RecursionError as problem:
        raise _refused(_("Lists stand in lists too deeply. Write it more simply.")) from problem
    except ValueError as problem:  # impossible dates and endless numbers among them
        raise _refused(_("This is not TOML: %s.") % shown_problem(problem)) from problem


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except (OSError, ValueError) as problem:
        reason = getattr(problem, "strerror", None) or str(problem)
        raise _refused(_("The file cannot be read (%s). Check its name.") % reason) from problem
    if len(content) > LARGEST:
        raise _refused(_("The file is larger than 5 MB. One roundtable is much smaller."))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = content[: problem.start].count(b"\n") + 1
        raise _refused(
            _("Line %d is not UTF-8. Save the file in the encoding UTF-8.") % line
        ) from problem


def shown_problem(problem: Exception) -> str:
    """The words of Python's reader, on one line and of bearable length."""
    return shown_long(str(problem).rstrip("."))


def shown_long(text: str) -> str:
    """A text of up to 200 characters, in pieces that are safe to print."""
    return "".join(shown(text[start : start + 40]).removesuffix("…") for start in range(0, 200, 40))


def _refused(sentence: str) -> FileRefused:
    return FileRefused([Mistake("", sentence)])
