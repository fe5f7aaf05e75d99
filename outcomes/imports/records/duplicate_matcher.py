"""Who may be the same person: the same address, or the same name at the same organisation."""

import re
from collections import defaultdict
from collections.abc import Iterable

from django.utils.translation import gettext as _

from outcomes.imports.records.validation import FileEntry
from participants.models import Organisation, Participation
from participants.name_folding import normalise_for_search

NEW_PERSON = "new"  # the answer that it is another person
SAME_PERSON = "same"  # the answer, to all, that each is the one person who looks alike
ALL_ROWS = "*"  # where an answer stands that is meant for all
_WORD = re.compile(r"\w+")
TITLES = {"mr", "mrs", "ms", "miss", "dr", "prof", "sir", "madam"}
ROW_PREFIX = "="  # begins the answer that it is the person of another row of the file


class DuplicateMatcher:
    """People at a roundtable and in the file, found again however somebody wrote them."""

    def __init__(self, participations: Iterable[Participation]) -> None:
        self.answers_by_key: dict[object, dict[str, str]] = defaultdict(
            dict
        )  # by each of their marks
        for participation in participations:
            person = participation.delegate
            names = [person.name, person.name_latin]
            for key in _match_keys(names, person.invitation_email, participation.organisation_id):
                self.answers_by_key[key][person.handle] = (
                    f"{person.name}, {participation.organisation}"
                )

    def add(self, entry: FileEntry, organisation: Organisation, answer: str) -> None:
        """Notes a row of the file for those that follow, and what to answer for its person."""
        title = _("%(name)s, in a row above") % {"name": entry.values["name"]}
        for key in _keys_of_entry(entry, organisation):
            self.answers_by_key[key].setdefault(answer, title)

    def find(self, entry: FileEntry, organisation: Organisation) -> list[tuple[str, str]]:
        """Those who look like the person of a row: what to answer for each, and who that is."""
        found: dict[str, str] = {}
        for key in _keys_of_entry(entry, organisation):
            found |= self.answers_by_key.get(key, {})
        return list(found.items())


def _keys_of_entry(entry: FileEntry, organisation: Organisation) -> list[object]:
    given = entry.values
    names = [given["name"], given.get("name_latin", "")]
    return _match_keys(names, given.get("invitation_email", ""), organisation.pk)


def _match_keys(names: list[str], address: str, organisation: int) -> list[object]:
    keys: list[object] = [
        (normalise_name(name), organisation) for name in names if normalise_name(name)
    ]
    # The family name stands first in many a list, and a title before it.
    words = (
        [word for word in _WORD.findall(normalise_for_search(name)) if word not in TITLES]
        for name in names
    )
    keys += [(tuple(sorted(some)), organisation) for some in words if some]
    return [*keys, address.casefold()] if address else keys


def normalise_name(name: str) -> str:
    """The name without case, accents, blanks and what does not show."""
    return "".join(normalise_for_search(name).split())
