"""Reads a TOML file; every problem becomes a mistake with one sentence."""

import re
import tomllib
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from outcomes.imports.records.errors import FileRejectedError, Mistake, excerpt

MAX_TOML_MEGABYTES = 1
# The parser needs quadratic time for a key with many parts, such as a.a.a. No text of a roundtable
# joins 30 words with dots. The length limits keep this search itself fast.
_KEY_PART = r"""(?:(?<![\w-])[\w-]{1,200}|"(?:\\.|[^"\\\n]){0,200}"|'[^'\n]{0,200}')"""
_LONG_KEY = re.compile(rf"(?:{_KEY_PART}[ \t]{{0,200}}\.[ \t]{{0,200}}){{30}}")


def parse_toml(path: Path) -> dict[str, Any]:
    """The tables of a TOML file.

    Raises FileRejectedError if it cannot be read, is too large, not UTF-8 or not TOML.
    """
    try:
        return tomllib.loads(_without_long_keys(_read_text(path)))
    except RecursionError as problem:
        raise _rejected(
            _("The file has too many lists inside other lists. Write it more simply.")
        ) from problem
    except ValueError as problem:  # also raised for impossible dates and very long numbers
        raise _rejected(
            _("This is not a valid TOML file: %s.") % excerpt(str(problem).rstrip("."), 200)
        ) from problem


def _read_text(path: Path) -> str:
    max_bytes = MAX_TOML_MEGABYTES * 1024 * 1024
    try:
        with path.open("rb") as file:
            content = file.read(max_bytes + 1)
    except (OSError, ValueError) as problem:
        reason = getattr(problem, "strerror", None) or str(problem)
        raise _rejected(_("We cannot read the file (%s). Check its name.") % reason) from problem
    if len(content) > max_bytes:
        raise _rejected(
            _(
                "The file is larger than %d MB. One roundtable is much smaller. Check that "
                "this is the correct file."
            )
            % MAX_TOML_MEGABYTES
        )
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = content[: problem.start].count(b"\n") + 1
        raise _rejected(
            _("Line %d is not in UTF-8. Save the file with the encoding UTF-8.") % line
        ) from problem


def _without_long_keys(text: str) -> str:
    found = _LONG_KEY.search(text)
    if found:
        line = text.count("\n", 0, found.start()) + 1
        raise _rejected(
            _("Line %d joins more than 30 words with dots. Write it more simply.") % line
        )
    return text


def _rejected(sentence: str) -> FileRejectedError:
    return FileRejectedError([Mistake("", sentence)])
