"""Who may be the same person: the same address, or the same name at the same organisation."""

import re
from collections import defaultdict
from collections.abc import Iterable

from django.utils.translation import gettext as _

from outcomes.imports.records.validation import Entry
from participants.models import Organisation, Participation
from participants.name_folding import folded

NEW = "new"  # the answer that it is another person
SAME = "same"  # the answer, to all, that each is the one person who looks alike
ALL = "*"  # where an answer stands that is meant for all
_WORD = re.compile(r"\w+")
TITLES = {"mr", "mrs", "ms", "miss", "dr", "prof", "sir", "madam"}
SAME_ROW = "="  # begins the answer that it is the person of another row of the file


class Alike:
    """People at a roundtable and in the file, found again however somebody wrote them."""

    def __init__(self, parts: Iterable[Participation]) -> None:
        self.known: dict[object, dict[str, str]] = defaultdict(dict)  # by each of their marks
        for part in parts:
            person = part.delegate
            names = [person.name, person.name_latin]
            for mark in _marks(names, person.invitation_email, part.organisation_id):
                self.known[mark][person.handle] = f"{person.name}, {part.organisation}"

    def add(self, entry: Entry, organisation: Organisation, answer: str) -> None:
        """Notes a row of the file for those that follow, and what to answer for its person."""
        title = _("%(name)s, in a row above") % {"name": entry.values["name"]}
        for mark in _of(entry, organisation):
            self.known[mark].setdefault(answer, title)

    def find(self, entry: Entry, organisation: Organisation) -> list[tuple[str, str]]:
        """Those who look like the person of a row: what to answer for each, and who that is."""
        found: dict[str, str] = {}
        for mark in _of(entry, organisation):
            found |= self.known.get(mark, {})
        return list(found.items())


def _of(entry: Entry, organisation: Organisation) -> list[object]:
    given = entry.values
    names = [given["name"], given.get("name_latin", "")]
    return _marks(names, given.get("invitation_email", ""), organisation.pk)


def _marks(names: list[str], address: str, organisation: int) -> list[object]:
    marks: list[object] = [(compared(name), organisation) for name in names if compared(name)]
    # The family name stands first in many a list, and a title before it.
    words = ([word for word in _WORD.findall(folded(name)) if word not in TITLES] for name in names)
    marks += [(tuple(sorted(some)), organisation) for some in words if some]
    return [*marks, address.casefold()] if address else marks


def compared(name: str) -> str:
    """The name without case, accents, blanks and what does not show."""
    return "".join(folded(name).split())
