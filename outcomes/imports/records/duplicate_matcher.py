"""Finds possible duplicates: the same address, or the same name at the same organisation."""

import re
from collections import defaultdict
from collections.abc import Iterable

from django.utils.translation import gettext as _

from outcomes.imports.records.validation import FileEntry
from participants.models import Organisation, Participation
from roundtable.text.name_folding import normalise_for_search

NEW_PERSON = "new"  # answer: this is another person
SAME_PERSON = "same"  # answer for all rows: each is its only match
ALL_ROWS = "*"  # key of the answer for all rows
_WORD = re.compile(r"\w+")
TITLES = {"mr", "mrs", "ms", "miss", "dr", "prof", "sir", "madam"}
ROW_PREFIX = "="  # prefix of an answer that names another row of the file


class DuplicateMatcher:
    """People at a roundtable and in earlier rows of the file, by address, name and organisation."""

    def __init__(self, participations: Iterable[Participation]) -> None:
        # For each match key, the titles of the people by the answer that selects them.
        self.answers_by_key: dict[object, dict[str, str]] = defaultdict(dict)
        for participation in participations:
            person = participation.delegate
            names = [person.name, person.name_latin]
            for key in _match_keys(names, person.invitation_email, participation.organisation_id):
                self.answers_by_key[key][person.handle] = (
                    f"{person.name}, {participation.organisation}"
                )

    def add(self, entry: FileEntry, organisation: Organisation, answer: str) -> None:
        title = _("%(name)s, in an earlier row") % {"name": entry.values["name"]}
        for key in _keys_of_entry(entry, organisation):
            self.answers_by_key[key].setdefault(answer, title)

    def find(self, entry: FileEntry, organisation: Organisation) -> list[tuple[str, str]]:
        """The possible matches of a row: the answer that selects each, and a title."""
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
    # Compared without word order and titles: many lists put the family name first.
    words = (
        [word for word in _WORD.findall(normalise_for_search(name)) if word not in TITLES]
        for name in names
    )
    keys += [(tuple(sorted(some)), organisation) for some in words if some]
    return [*keys, address.casefold()] if address else keys


def normalise_name(name: str) -> str:
    """The name without case, accents, spaces and invisible characters."""
    return "".join(normalise_for_search(name).split())
