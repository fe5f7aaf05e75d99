"""What the controls of a template send is read somewhere: a renamed field breaks no page unseen."""

import re
from functools import cache
from pathlib import Path

import allauth
import django

from tests.conftest import ROOT

TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
SOURCES = [ROOT / app for app in ("roundtable", "participants", "outcomes")]
SOURCES += [Path(django.__file__).parent / "contrib/admin", Path(allauth.__file__).parent]
# What a view does if nothing else is asked; it reads no such word.
DEFAULT_ACTS = {"continue", "enter", "keep", "save", "store", "yes"}


@cache
def known_words() -> frozenset[str]:
    """Strings in the code, and names of form fields."""
    words: set[str] = set()
    for path in (path for source in SOURCES for path in source.rglob("*.py")):
        code = path.read_text()
        words.update(re.findall(r"[\"']([\w.*-]+)(?=[\"'{])", code))
        words.update(re.findall(r"^    (\w+)(?:: [^=\n]*)? = ", code, re.MULTILINE))
    return frozenset(words)


def is_read(word: str) -> bool:
    """Whether code has the word, or the beginning that it looks for, such as "text-"."""
    beginning = re.match(r"\w+[-.]", f"{word}-")
    return word in known_words() | DEFAULT_ACTS or (
        beginning is not None and beginning[0] in known_words()
    )


def sent_words(page: str) -> set[str]:
    """Names of controls and values of buttons; of "text-{{ key }}" the part before the variable."""
    controls = re.findall(r"<(?:button|input|select|textarea)\b(?:{.*?}+|[^>{])*", page)
    names = {name for control in controls for name in re.findall(r"\bname=\"([^\"]+)", control)}
    values = {
        value
        for control in controls
        if control.startswith("<button")
        for value in re.findall(r"\bvalue=\"([^\"]+)", control)
    }
    parameters = set(re.findall(r"[?&;](\w+)=", page))
    return {word.split("{")[0].removesuffix("-") for word in names | values | parameters} - {""}


def test_controls_send_what_code_reads() -> None:
    found = {
        path.relative_to(ROOT).as_posix(): {
            word for word in sent_words(path.read_text()) if not is_read(word)
        }
        for path in TEMPLATES
    }
    assert {name: words for name, words in found.items() if words} == {}


def test_sent_words_are_found() -> None:
    page = (
        '<button name="act" value="up-{{ key }}"></button><input {% if a > b %}{% endif %}name="q">'
    )
    assert sent_words(page) == {"act", "up", "q"}
    assert sent_words('<a href="?delete={{ key }}&amp;page=2">') == {"delete", "page"}
    assert "delete" in known_words() and "a-field-that-nobody-reads" not in known_words()
