"""Filter forms of organisations and people."""

from collections.abc import Collection, Iterable
from datetime import date
from functools import reduce
from operator import or_
from typing import Any

from django import forms
from django.db.models import OuterRef, QuerySet
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from participants.demonstration import ScopeForm
from participants.directory.people_index import (
    Office,
    PeopleIndex,
    people_index,
    public_offices,
    themes_by_organisation,
)
from participants.directory.vcard import V3, VERSIONS
from participants.models import Delegate, EventRole, OrganisationKind
from participants.models.delegate import BY_NAME
from participants.models.languages import LANGUAGE_CHOICES
from participants.privacy import visibility
from roundtable.cache.values import get_or_set, pinned
from roundtable.filters.facet_index import bits_of, ids_of_bits
from roundtable.filters.facets import (
    FacetField,
    FacetForm,
    FacetPanel,
    Label,
    event_choices,
    set_choices,
)
from roundtable.text.name_folding import contains_all, normalise_for_search

MAX_SEARCH_WORDS = 8


# Facets with values that only some viewers may know of.
OFFERED_NAMES = ("organisation", "country", "theme", "language")
ROLE_CHOICES = [
    (EventRole.Role.COCHAIR.value, _("Co-chair")),
    (EventRole.Role.COHOST.value, _("Co-host")),
    (EventRole.Role.PARTICIPANT.value, _("Participant")),
    (EventRole.Role.OBSERVER.value, _("Observer")),
]


class DirectoryForm(ScopeForm, FacetForm):
    """Filters the directory and chooses its layout.

    Values of facets, and their numbers, come only from people whom the viewer sees, so that they
    disclose no one else.
    """

    sort_fields = ("view",)
    facet_names = ("event", "organisation", "kind", "country", "theme", "role", "language")
    search_names = ("q",)
    # All of these are found in one place of work.
    workplace_names = ("organisation", "kind", "country", "theme", "role")

    q = forms.CharField(
        label=_("Name or post"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off", "form": "facets"}),
    )
    event = FacetField(label=_("Roundtable"))
    organisation = FacetField(label=_("Organisation"))
    kind = FacetField(label=_("Kind of organisation"), choices=OrganisationKind.choices)
    country = FacetField(label=_("Country"))
    theme = FacetField(label=_("Theme of the organisation's commitments"))
    role = FacetField(label=_("Role of the organisation"), choices=ROLE_CHOICES)
    language = FacetField(label=_("Language"))
    view = forms.ChoiceField(
        label=_("Layout"),
        required=False,
        widget=forms.HiddenInput,
        choices=[("", _("Cards")), ("table", _("Table")), ("country", _("By country"))],
    )

    def __init__(
        self, data: Any, viewer: visibility.Viewer, people: QuerySet[Delegate], on: date
    ) -> None:
        super().__init__(data)
        self.viewer, self.on = viewer, on
        self.people = people.filter(is_demonstration=self.is_demonstration)
        set_choices(self, "event", event_choices(self.is_demonstration))
        for name in OFFERED_NAMES:
            # No visible person has the others.
            labels = self._labels[name] if self.given(name) else {}
            set_choices(self, name, labels.items())

    def offers(self, name: str, values: Iterable[str]) -> set[str]:
        return self._labels[name].keys() & set(values)

    @cached_property
    def _labels(self) -> dict[str, dict[str, Label]]:
        """The values that visible people have."""
        found: dict[str, dict[str, Label]] = {name: {} for name in OFFERED_NAMES}
        for office in self.offices.values():
            found["organisation"][office.slug] = office.name
            if office.country:
                found["country"][office.country] = countries.name(office.country)
            found["theme"] |= self._themes_at(office)
        spoken = self.index.by_language
        for language, label in LANGUAGE_CHOICES:
            if spoken.get(language, 0) & self.visible:
                found["language"][language] = label
        return found

    def clean_q(self) -> list[str]:
        words = list(dict.fromkeys(normalise_for_search(self.cleaned_data["q"]).split()))
        if len(words) > MAX_SEARCH_WORDS:
            raise forms.ValidationError(
                _("Search for at most %(most)s words at a time."), params={"most": MAX_SEARCH_WORDS}
            )
        return words

    @cached_property
    def index(self) -> PeopleIndex:
        return people_index(self.on)

    @cached_property
    def visible(self) -> int:
        """The bits of visible people."""
        # To find out who is visible takes longer than all that follows.
        if self.viewer == visibility.ANONYMOUS_VIEWER:
            key = (type(self), "visible", self.is_demonstration)
            return get_or_set(key, self._read_visible, pinned)
        return self._read_visible()

    def _read_visible(self) -> int:
        return bits_of([*self.people.order_by().values_list("pk", flat=True)])

    @cached_property
    def found_by_name(self) -> int:
        """Visible people whose name or post has the words."""
        words = self.cleaned_data["q"]
        if not words:
            return self.visible
        candidates = self.people.order_by().values_list("pk", "name", "name_latin", "post")
        # The database cannot ignore accents and case in every script.
        return bits_of([pk for pk, *texts in candidates if contains_all(words, *texts)])

    @cached_property
    def offices(self) -> dict[int, Office]:
        """Public organisations where visible people work."""
        working_at = self.index.by_workplace
        return {
            pk: office
            for pk, office in public_offices().items()
            if working_at.get(pk, 0) & self.visible
        }

    @cached_property
    def _themes(self) -> dict[str, dict[str, str]]:
        return themes_by_organisation(self.on)

    def _themes_at(self, office: Office) -> dict[str, str]:
        return self._themes.get(office.slug, {})

    def panel(self) -> FacetPanel:
        if self.viewer != visibility.ANONYMOUS_VIEWER:
            return self._count_facets()
        chosen = tuple((name, *values) for name, values in self.active_values().items())
        return get_or_set((type(self), chosen, self.cleaned_data["more"]), self._count_facets)

    def _count_facets(self) -> FacetPanel:
        numbers: dict[tuple[str, str], int] = {}
        labels: dict[tuple[str, str], str] = {}
        for name in self.facet_names:
            others = self._found(without=name)
            for value, people in self._people_by(name).items():
                if number := (people & others).bit_count():
                    numbers[name, value] = number
                    labels[name, value] = str(self._labels.get(name, {}).get(value, ""))
        return self.make_panel(numbers, labels, self.visible.bit_count())

    @cached_property
    def found(self) -> int:
        """The bits of those whom all filters find."""
        return self._found()

    def _found(self, *, without: str = "") -> int:
        """Those whom all filters find, or all facets but one."""
        found = self.found_by_name
        if self._narrows_workplace(without):
            found &= self._working_at(self._matching_offices(without))
        for name in ("event", "language"):
            if name != without and self.chosen(name):
                people = self._people_by(name)
                found &= _either(people.get(value, 0) for value in self.chosen(name))
        return found

    def _narrows_workplace(self, without: str = "") -> bool:
        return any(self.chosen(name) for name in self.workplace_names if name != without)

    def _matching_offices(self, without: str = "") -> list[int]:
        """Of each person, one workplace must match all facets about workplaces."""
        chosen = {name: set(self.chosen(name)) for name in self.workplace_names if name != without}
        return [
            pk
            for pk, office in self.offices.items()
            if all(
                not values or not values.isdisjoint(self._values_of(office, name))
                for name, values in chosen.items()
            )
        ]

    def _values_of(self, office: Office, name: str) -> Collection[str]:
        match name:
            case "organisation":
                return {office.slug}
            case "theme":
                return self._themes_at(office).keys()
            case "role":
                return office.roles
        value: str = getattr(office, name)
        return {value} if value else set()

    def _working_at(self, offices: Iterable[int]) -> int:
        working_at = self.index.by_workplace
        return _either(working_at.get(pk, 0) for pk in offices)

    def _people_by(self, name: str) -> dict[str, int]:
        """People by the values of a facet; about a workplace, where the other facets match it."""
        if name == "event":
            return self._people_by_event
        if name == "language":
            return self.index.by_language
        offices: dict[str, list[int]] = {}
        for pk in self._matching_offices(without=name):
            for value in self._values_of(self.offices[pk], name):
                offices.setdefault(value, []).append(pk)
        return {value: self._working_at(pks) for value, pks in offices.items()}

    @cached_property
    def _people_by_event(self) -> dict[str, int]:
        known = visibility.participations_shown(self.viewer).order_by()
        people: dict[str, list[int]] = {}
        for slug, pk in known.values_list("event__slug", "delegate"):
            people.setdefault(slug, []).append(pk)
        return {slug: bits_of(pks) for slug, pks in people.items()}

    def found_people(self) -> QuerySet[Delegate]:
        """Sorted by name, each annotated with a workplace that matches the facets."""
        people = self.people.order_by(*BY_NAME)
        if self.found != self.visible:
            people = people.filter(pk__among=[*ids_of_bits(self.found)])
        if not self._narrows_workplace():  # people have their workplace from listed_delegates()
            return people
        offices = self._matching_offices()
        places = visibility.current_affiliations(self.on, offices).filter(delegate=OuterRef("pk"))
        return visibility.with_first_workplace(people, places)


def _either(bits: Iterable[int]) -> int:
    return reduce(or_, bits, 0)


class VCardForm(forms.Form):
    """The vCard version to download."""

    version = forms.ChoiceField(
        required=False,
        choices=[(version, version) for version in VERSIONS],
        error_messages={
            "invalid_choice": _(
                "Contact cards are available in version 3.0 or 4.0. Choose one below."
            )
        },
    )

    def clean_version(self) -> str:
        # Every address book accepts version 3.0.
        return self.cleaned_data["version"] or V3
