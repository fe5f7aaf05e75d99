"""People among the results: those whom the viewer may see, by what the viewer may read of them."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache

from django.db.models import QuerySet, TextField
from django.db.models.functions import Substr

from outcomes.search.words import Search, Term, stem, words_of
from participants.models import Delegate
from participants.models.delegate import BY_NAME
from participants.privacy import visibility
from roundtable.cache.values import get_or_set, pinned
from roundtable.encryption import seal_head
from roundtable.text.name_folding import normalise_for_search

OWN_TEXTS = ("name", "name_latin", "post")
PLACE_TEXTS = ("organisation__name", "organisation__short_name", "post")
# Random for each sealing, after what everything sealed begins with.
SEALING_AT, SEALING_LENGTH = len(seal_head()) + 1, 16
_opened: dict[tuple[int, str], str] = {}
MAX_OPENED = 20_000
Texts = dict[int, str]  # folded, one in each line, by the IDs of people in the order of names


@dataclass(frozen=True)
class FoundPeople:
    """Of whom a page is read at a time."""

    people: QuerySet[Delegate]
    ids: list[int]

    def __len__(self) -> int:
        return len(self.ids)

    def __getitem__(self, part: slice) -> list[visibility.Card]:
        return visibility.make_cards(self.people.filter(pk__in=self.ids[part]))


def find_people(search: Search, viewer: visibility.Viewer, on: date) -> FoundPeople:
    """By name, post, organisations and what they wrote of themselves.

    Parts of words are found as in the directory, and other forms of words as in the index. People
    are in no index: the one door decides about them.
    """
    listed = visibility.listed_delegates(viewer, on).order_by(*BY_NAME)
    people = listed.filter(is_demonstration=search.is_demonstration)
    texts = _texts_seen_by(viewer, people, on, search.is_demonstration)
    stems_of = cache(_stems_of)  # each line once, however many people and words have it
    found = set(texts)
    for terms in search.query.sought:
        found &= _with_any(terms, texts, stems_of)
    for terms in search.query.excluded:
        found -= _with_any(terms, texts, stems_of)
    return FoundPeople(people, [pk for pk in texts if pk in found])


def _texts_seen_by(
    viewer: visibility.Viewer, people: QuerySet[Delegate], on: date, is_demonstration: bool
) -> Texts:
    """What everyone may see is kept, because to read and fold it takes longer than all the rest."""
    if viewer == visibility.ANONYMOUS_VIEWER:
        key = ("texts of people", is_demonstration)
        return get_or_set(key, lambda: _read_texts(people, on), pinned)
    return _read_texts(people, on)


def _read_texts(people: QuerySet[Delegate], on: date) -> Texts:
    texts: dict[int, list[str]] = defaultdict(list)
    sealing = Substr("about", SEALING_AT, SEALING_LENGTH, output_field=TextField())
    abouts = {}
    for pk, about, *own in people.values_list("pk", sealing, *OWN_TEXTS):
        texts[pk] += map(_fold, own)
        if about:
            abouts[pk] = about
    for pk, text in _read_abouts(abouts).items():
        texts[pk].append(text)
    places = visibility.current_affiliations(on).filter(delegate__in=people.order_by().values("pk"))
    for pk, *place in places.values_list("delegate", *PLACE_TEXTS):
        texts[pk] += map(_fold, place)
    return {pk: "\n".join(lines) for pk, lines in texts.items()}


def _read_abouts(sealings: dict[int, str]) -> dict[int, str]:
    """What people wrote of themselves, folded, by person and by when it was sealed.

    To open and fold all of them takes longer than to search them, so they stay in memory.
    """
    known = {row: _opened[row] for row in sealings.items() if row in _opened}
    if new := sealings.keys() - {pk for pk, _sealing in known}:
        for person in Delegate.objects.filter(pk__among=sorted(new)).only("handle", "about"):
            known[person.pk, sealings[person.pk]] = _fold(person.about)
        if len(_opened) > MAX_OPENED:
            _opened.clear()
        _opened.update(known)
    return {pk: text for (pk, _sealing), text in known.items()}


def _fold(text: str) -> str:
    return normalise_for_search(" ".join(text.split()))


def _with_any(terms: Iterable[Term], texts: Texts, stems_of: Callable[[str], str]) -> set[int]:
    found = set()
    for term in terms:
        phrase = " ".join(term.words)
        found |= {pk for pk, text in texts.items() if phrase in text}
        # A word begins with its stem, save for the last letter. To find all stems takes longer.
        first = term.stems[0]
        start = first[:-1] if len(first) > 2 else first
        stems = f" {' '.join(term.stems)} "
        for pk, text in texts.items():
            if start in text and pk not in found:
                lines = (line for line in text.splitlines() if start in line)
                if any(stems in stems_of(line) for line in lines):
                    found.add(pk)
    return found


def _stems_of(line: str) -> str:
    """Between blanks, so that those of a phrase are found side by side."""
    return f" {' '.join(map(stem, words_of(line)))} "
