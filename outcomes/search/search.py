"""From typed words to sections of results."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _
from django_countries import countries

from outcomes.models import Synonyms
from outcomes.search.index import MAX_COUNT, Index, SectionCount, get_index
from outcomes.search.kinds import SECTIONS, Section
from outcomes.search.marks import Marker
from outcomes.search.people import FoundPeople, find_people
from outcomes.search.results import Result, country_results, load_results
from outcomes.search.words import Search, Thesaurus, neighbours, parse
from participants.models import Organisation
from participants.privacy import visibility
from roundtable.cache.values import get_or_set, pinned

COUNTRIES = Section("country", _("Countries"))
PEOPLE = Section("person", _("People"))
ALL_SECTIONS = (*SECTIONS, COUNTRIES, PEOPLE)
MIN_CORRECTED, MAX_CORRECTED = 4, 20  # letters


@dataclass(frozen=True)
class SectionRows:
    """The results of a section, which are read when a page of them is taken."""

    section: Section
    number: int
    index: Index | None
    count: SectionCount | None
    search: Search
    on: date
    codes: tuple[str, ...] = ()
    people: FoundPeople | None = None

    @property
    def is_more(self) -> bool:
        return self.number > MAX_COUNT

    @property
    def leads(self) -> bool:
        """Whether it has a reference, such as the number of a point, or the name of a country."""
        return bool(self.codes or (self.count and self.count.is_reference))

    def __len__(self) -> int:
        return min(self.number, MAX_COUNT)

    def __getitem__(self, part: slice) -> list[Result] | list[visibility.Card]:
        if self.people is not None:
            return self.people[part]
        marker = Marker(self.search.query)
        if self.count is None or self.index is None:
            return country_results(self.codes[part], marker)
        first, last, _step = part.indices(len(self))
        found = self.index.find(self.search.query, [self.count], first, last - first)
        return load_results(found, marker, self.on)


@dataclass(frozen=True)
class Found:
    """The sections in which something was found, for the words that were typed or meant."""

    search: Search
    sections: tuple[SectionRows, ...]
    corrected: str = ""

    def section(self, name: str) -> SectionRows | None:
        return next((rows for rows in self.sections if rows.section.name == name), None)

    def first_rows(self, number: int) -> list[tuple[SectionRows, list[Any]]]:
        """So many results of each section, with few queries for all of them."""
        counts = [rows.count for rows in self.sections if rows.count]
        results: list[Result] = []
        if counts:
            found = get_index().find(self.search.query, counts, 0, number)
            results = load_results(found, Marker(self.search.query), self.sections[0].on)
        return [
            (
                rows,
                [result for result in results if result.section is rows.section]
                if rows.count
                else list(rows[:number]),
            )
            for rows in self.sections
        ]


def find(text: str, viewer: visibility.Viewer, on: date, is_demonstration: bool) -> Found:
    """In the record, or in the demonstration.

    If nothing has all words, words with a small mistake in them are replaced.
    """
    thesaurus = Thesaurus(row.phrases for row in Synonyms.objects.all())
    found = _find(parse(text, thesaurus, is_demonstration), viewer, on)
    if found.sections or not (corrected := _correct(found.search)):
        return found
    meant = _find(parse(corrected, thesaurus, is_demonstration), viewer, on)
    return Found(meant.search, meant.sections, corrected) if meant.sections else found


def _find(search: Search, viewer: visibility.Viewer, on: date) -> Found:
    if not search.groups or search.short_prefix:
        return Found(search, ())
    index = get_index()
    sections = [
        SectionRows(count.section, count.number, index, count, search, on)
        for count in index.count(search.query)
    ]
    codes = tuple(_countries(search))
    sections.append(SectionRows(COUNTRIES, len(codes), None, None, search, on, codes=codes))
    people = find_people(search, viewer, on)
    sections.append(SectionRows(PEOPLE, len(people), None, None, search, on, people=people))
    found = [rows for rows in sections if rows.number]
    return Found(search, tuple(sorted(found, key=lambda rows: not rows.leads)))


def _countries(search: Search) -> Iterable[str]:
    """Countries of public organisations."""
    if search.excluded:
        return
    marker = Marker(search.query)
    is_demonstration = search.is_demonstration
    for code, name in get_or_set(
        ("countries", is_demonstration), lambda: _public_countries(is_demonstration), pinned
    ):
        if marker.covers(search.query, name):
            yield code


def _public_countries(is_demonstration: bool) -> list[tuple[str, str]]:
    used = Organisation.objects.published().filter(is_demonstration=is_demonstration)
    codes = set(used.order_by().values_list("country", flat=True).distinct())
    return [(code, str(name)) for code, name in countries if code in codes]


def _correct(search: Search) -> str:
    """The text with the nearest words that occur; empty if there are none for each mistake."""
    index = get_index()
    groups = {group.word: group for group in search.groups if _may_have_mistake(group.word)}
    known = index.frequencies(
        [term.words[0] for group in groups.values() for term in group.terms if len(term.words) == 1]
    )
    replaced: dict[str, str] = {}
    for word, group in groups.items():
        if any(term.words[0] in known for term in group.terms):
            continue
        near = index.frequencies(neighbours(word))
        if not near:
            return ""
        # A shorter one may be no word, but only have the stem of a word.
        replaced[word] = max(
            near,
            key=lambda other: (other[0] == word[0], len(other) >= len(word), near[other], other),
        )
    return search.corrected(replaced) if replaced else ""


def _may_have_mistake(word: str) -> bool:
    is_plain = word.isascii() and word.isalpha()
    return is_plain and MIN_CORRECTED <= len(word) <= MAX_CORRECTED
