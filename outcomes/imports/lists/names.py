"""The organisations and groups that a list names: those on record, new ones, and open questions."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property
from heapq import nlargest

from outcomes.imports.lists.identity import unique_slug
from outcomes.imports.lists.recipe import NewOrganisation, Recipe
from outcomes.imports.records.duplicate_matcher import normalise_name
from participants.models import Group, Organisation
from participants.models.organisation import OrganisationKind
from participants.permissions import EventPermissions, visible_organisations
from roundtable.models import Event
from roundtable.text.name_folding import normalise_for_search

MAX_NEAREST = 3
MAX_COMPARED = 20
LIST_ENDS = (";", "\n")
_WEAK_LIST_ENDS = (",", "/", " and ", " & ")  # also within a name


@dataclass
class NameQuestion:
    """A name that is not on record."""

    name: str
    key: str  # the normalised name
    rows: int = 0
    nearest: list[tuple[str, str]] = field(default_factory=list)  # slug and name
    answer: str = ""  # a slug
    new: NewOrganisation | None = None
    suggested: tuple[str, str] = ("", "")  # kind and country that most rows say


class NameFinder:
    """Finds parties among those that the importer may see; all others look new."""

    def __init__(self, recipe: Recipe, event: Event, permissions: EventPermissions) -> None:
        self.recipe = recipe
        self.titles: dict[str, str] = {}
        self.slugs: dict[str, str] = {}
        self.by_words: dict[tuple[str, ...], set[str]] = {}
        self.by_country: dict[str, set[str]] = {}
        for group in Group.objects.filter(commitment_parties__commitment__event=event).distinct():
            self._add(group, [group.name, group.slug])
        visible = visible_organisations(permissions).filter(is_demonstration=event.is_demonstration)
        # Those of the roundtable come before others with the same name.
        for body in [*Organisation.objects.filter(roles__event=event).distinct(), *visible]:
            self._add(body, [body.name, body.short_name, body.slug])
            if body.country and body.kind == OrganisationKind.GOVERNMENT:
                key = normalise_name(str(body.country.name))
                self.by_country.setdefault(key, set()).add(body.slug)
        self.rows: Counter[str] = Counter()
        self.names: dict[str, str] = {}
        self.new_slugs: dict[str, str] = {}
        self.kinds: dict[str, Counter[tuple[str, str]]] = {}

    def _add(self, body: Organisation | Group, names: Iterable[str]) -> None:
        self.titles.setdefault(body.slug, body.name)
        for name in filter(None, names):
            self.slugs.setdefault(normalise_name(name), body.slug)
            self.by_words.setdefault(_words(name), set()).add(body.slug)

    def find(self, name: str) -> str:
        """The slug of the one that is meant; empty if that is not known."""
        key = normalise_name(name)
        if key in self.slugs:
            return self.slugs[key]
        if key in self.recipe.new_names:
            return self._new_slug(key, name)
        answer = self.recipe.names.get(key, "")
        return answer if answer in self.titles else ""

    def find_all(self, text: str) -> list[tuple[str, str]]:
        """Each name in a cell with its slug, which is empty if it is not known.

        A comma or “and” may be part of a name, so it parts names only if all of them are known.
        """
        whole = " ".join(text.split("\n")) if "\n" in text else text
        if slug := self.find(whole):
            return [(whole, slug)]
        found: list[tuple[str, str]] = []
        for part in _split(text, LIST_ENDS):
            slug = self.find(part)
            if slug:
                found.append((part, slug))
                continue
            for ends in (_WEAK_LIST_ENDS[:1], _WEAK_LIST_ENDS):
                names = [(name, self.find(name)) for name in _split(part, ends)]
                if len(names) > 1 and all(slug for _name, slug in names):
                    found += names
                    break
            else:
                found.append((part, ""))
        return list({(slug or name): (name, slug) for name, slug in found}.values())

    def note(self, name: str, kind: str, country: str) -> None:
        """Counts a name that is not on record, with what the row says of it."""
        key = normalise_name(name)
        self.rows[key] += 1
        self.names.setdefault(key, name)
        if kind or country:
            self.kinds.setdefault(key, Counter())[kind, country] += 1

    def is_on_record(self, name: str) -> bool:
        return normalise_name(name) in self.slugs

    def _new_slug(self, key: str, name: str) -> str:
        if key not in self.new_slugs:
            taken = {*self.titles, *self.new_slugs.values()}
            taken |= {*Organisation.objects.values_list("slug", flat=True)}
            taken |= {*Group.objects.values_list("slug", flat=True)}
            self.new_slugs[key] = unique_slug(name, taken)
        return self.new_slugs[key]

    def questions(self) -> list[NameQuestion]:
        """Those with most rows first."""
        found = []
        for key, rows in self.rows.most_common():
            new = self.recipe.new_names.get(key)
            answer = self.recipe.names.get(key, "")
            nearest = [] if new else self._nearest(self.names[key], key)
            if answer and answer in self.titles and answer not in dict(nearest):
                nearest.insert(0, (answer, self.titles[answer]))
            said = self.kinds.get(key)
            suggested = said.most_common(1)[0][0] if said else ("", "")
            name = self.names[key]
            found.append(NameQuestion(name, key, rows, nearest, answer, new, suggested))
        return found

    def _nearest(self, name: str, key: str) -> list[tuple[str, str]]:
        near = [*sorted(self.by_words.get(_words(name), ())), *sorted(self.by_country.get(key, ()))]
        close = get_close_matches(key, self._with_same_pairs(key), n=MAX_NEAREST, cutoff=0.75)
        slugs = dict.fromkeys([*near, *(self.slugs[one] for one in close)])
        return [(slug, self.titles[slug]) for slug in list(slugs)[:MAX_NEAREST]]

    def _with_same_pairs(self, key: str) -> list[str]:
        """The names that share most pairs of letters with it: to compare all takes long."""
        pairs, shared = _pairs(key), Counter[str]()
        for pair in pairs:
            shared.update(self._names_by_pair.get(pair, ()))
        return nlargest(
            MAX_COMPARED, shared, key=lambda name: shared[name] / (len(pairs) + len(name))
        )

    @cached_property
    def _names_by_pair(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for name in self.slugs:
            for pair in _pairs(name):
                found.setdefault(pair, []).append(name)
        return found

    def new_rows(self) -> list[dict[str, str]]:
        """The new organisations that rows name, as rows of our sheet."""
        return [
            {
                "slug": slug,
                "name": self.names[key],
                "kind": self.recipe.new_names[key].kind,
                "country": self.recipe.new_names[key].country,
            }
            for key, slug in self.new_slugs.items()
        ]


def _words(name: str) -> tuple[str, ...]:
    """The words of a name in one order, without the small ones."""
    words = normalise_for_search(name).replace(",", " ").split()
    return tuple(sorted(word for word in words if word not in ("the", "of", "and", "for", "de")))


def _pairs(name: str) -> set[str]:
    return {name[start : start + 2] for start in range(len(name) - 1)}


def _split(text: str, ends: Iterable[str]) -> list[str]:
    parts = [text]
    for end in ends:
        parts = [part for one in parts for part in one.split(end)]
    return [part.strip() for part in parts if part.strip()]
