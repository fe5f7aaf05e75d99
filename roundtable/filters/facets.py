"""Facets: filters of which several values can be chosen.

Several values of one facet widen what is found, several facets narrow it. The number beside a value
says how many rows have it, with the other filters applied.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from django import forms
from django.db.models import Model, Q, QuerySet
from django.forms.boundfield import BoundField
from django.utils.formats import date_format
from django.utils.functional import Promise

from roundtable.cache.values import get_or_set, pinned
from roundtable.filters.facet_index import FacetIndex, Tally, read_index
from roundtable.filters.query_forms import ListForm, encode_query
from roundtable.models import Event

SHOWN_VALUES = 8  # of each facet, and the chosen ones; the others after "Show all"
MAX_VALUES = 200  # after "Show all"
FORM_ID = "facets"  # in _facets.html
M = TypeVar("M", bound=Model)
Label = str | Promise


class FacetWidget(forms.CheckboxSelectMultiple):
    """Its errors link to the form, which shows only the values that rows have."""

    def id_for_label(self, id_: str, index: str | None = None) -> str:
        return FORM_ID


class FacetField(forms.MultipleChoiceField):
    """The chosen values of a facet.

    Its choices are in the order of the class; if a form sets them, they are those that can be
    chosen. `label_of` names a value that is not among them.
    """

    widget = FacetWidget

    def __init__(
        self,
        *,
        label: Any,
        choices: Iterable[tuple[str, Label]] = (),
        label_of: Callable[[str], Label] | None = None,
        invalid_choice: Any = None,
    ) -> None:
        choices = list(choices)
        errors = {"invalid_choice": invalid_choice} if invalid_choice else None
        super().__init__(label=label, required=False, choices=choices, error_messages=errors)
        self.order = [value for value, _label in choices]
        self.label_of = label_of

    def to_python(self, value: Any) -> list[str]:
        """Without repeated values, and without empty ones, as an unused menu sends them."""
        return list(dict.fromkeys(word for word in super().to_python(value) if word))

    def find_label(self, value: str) -> str:
        """Empty if the value is not offered."""
        labels: dict[Any, Any] = dict(self.choices)  # type: ignore[arg-type]
        return str(labels.get(value) or (self.label_of(value) if self.label_of else ""))


@dataclass(frozen=True)
class FacetValue:
    """A value of a facet; `number` rows have it, if they were counted."""

    value: str
    label: str
    number: int | None
    is_chosen: bool


@dataclass(frozen=True)
class Facet:
    """A facet with those of its values that are shown, out of `total`."""

    name: str
    label: Label
    values: list[FacetValue]
    total: int

    @property
    def is_cut(self) -> bool:
        return len(self.values) < self.total


@dataclass(frozen=True)
class FacetPanel:
    """The facets of a list, and the number of its rows without any filter."""

    facets: list[Facet]
    total: int


@dataclass(frozen=True)
class Chip:
    """A filter that is on; `query` is the query string without it."""

    label: Label
    value: Label
    query: str


class FacetForm(ListForm):
    """Filters of a list, some of which are facets."""

    page_fields = ("page", "more")
    facet_names: tuple[str, ...] = ()  # in the order of the page
    # Fields above the fold of the facets; their widgets have the attribute form="facets".
    search_names: tuple[str, ...] = ()

    # The facet of which all values are shown.
    more = forms.ChoiceField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        set_choices(self, "more", ((name, name) for name in self.facet_names))

    def given(self, name: str) -> list[str]:
        """The values in the query string, before they are checked; no row can have the others."""
        return [word for word in self.values_of(name) if word and "\0" not in word]

    def condition(self, name: str) -> Q:
        """Of a row that has one of the chosen values of this facet."""
        raise NotImplementedError

    def tallies(self, name: str, rows: QuerySet[Any]) -> list[Tally]:
        """Together all values of the facet among `rows`."""
        raise NotImplementedError

    def chosen(self, name: str) -> list[str]:
        found: list[str] = self.cleaned_data[name]
        return found

    def narrow(self, rows: QuerySet[M]) -> QuerySet[M]:
        """The rows that all facets find."""
        for name in self.facet_names:
            if self.chosen(name):
                rows = rows.filter(self.condition(name))
        return rows

    def public_panel(self, rows: QuerySet[Any]) -> FacetPanel:
        """The facets of `rows`, which everyone sees."""
        index = get_or_set(
            (type(self), "facets", *(self.cleaned_data[name] for name in self.scope_fields)),
            lambda: read_index(
                rows, [tally for name in self.facet_names for tally in self.tallies(name, rows)]
            ),
            pinned,
        )
        return self.index_panel(index, index.everything)

    def index_panel(self, index: FacetIndex, among: int) -> FacetPanel:
        """The facets of these rows of the index, with the number of all its rows."""
        chosen = {name: self.chosen(name) for name in self.facet_names}
        numbers = index.count(self.facet_names, chosen, among)
        return self.make_panel(numbers, index.labels, index.everything.bit_count())

    def make_panel(
        self, numbers: dict[tuple[str, str], int], labels: dict[tuple[str, str], str], total: int
    ) -> FacetPanel:
        """`numbers` and `labels` by facet and value."""
        by_facet: dict[str, dict[str, int]] = defaultdict(dict)
        for (name, value), number in numbers.items():
            by_facet[name][value] = number
        facets = [self._facet(name, by_facet[name], labels) for name in self.facet_names]
        return FacetPanel([facet for facet in facets if facet.values], total)

    def _facet(
        self, name: str, numbers: dict[str, int], labels: dict[tuple[str, str], str]
    ) -> Facet:
        field, chosen = self.fields[name], self.chosen(name)
        assert isinstance(field, FacetField)
        found = []
        for value in {*chosen, *numbers}:
            label = labels.get((name, value)) or field.find_label(value)
            number = numbers.get(value, 0)
            if label and (number or value in chosen):
                found.append(FacetValue(value, label, number, value in chosen))
        found.sort(key=lambda row: (-numbers.get(row.value, 0), row.label.casefold(), row.value))
        is_whole = self.cleaned_data["more"] == name
        most = MAX_VALUES if is_whole else SHOWN_VALUES
        values = [row for place, row in enumerate(found) if place < most or row.is_chosen]
        if field.order:
            values.sort(key=lambda row: field.order.index(row.value))
        elif is_whole:
            values.sort(key=lambda row: row.label.casefold())
        return Facet(name, field.label or "", values, len(found))

    @property
    def chosen_facets(self) -> list[Facet]:
        """What is chosen, for a page without results because of a mistake elsewhere."""
        active, found = self.active_values(), []
        for name in self.facet_names:
            choices: Any = self.fields[name]
            labels = {value: str(label) for value, label in choices.choices}
            values = [
                FacetValue(value, labels[value], None, True)
                for value in active.get(name, ())
                if value in labels
            ]
            if values:
                found.append(Facet(name, self.fields[name].label or "", values, len(values)))
        return found

    @property
    def chips(self) -> list[Chip]:
        """Every filter that is on, of a form without mistakes in its filters."""
        active = self.active_values()
        return [
            Chip(
                self.fields[name].label or "",
                self._label_of(name, value),
                encode_query(active | {name: [other for other in values if other != value]}),
            )
            for name, values in active.items()
            if name not in self.sort_fields + self.scope_fields
            for value in values
        ]

    def _label_of(self, name: str, value: str) -> Label:
        field = self.fields[name]
        if isinstance(field, FacetField):
            return field.find_label(value)
        if isinstance(field, forms.DateField):
            return date_format(self.cleaned_data[name])
        if isinstance(field, forms.ChoiceField):
            labels: dict[Any, Any] = dict(field.choices)  # type: ignore[arg-type]
            return str(labels[value])
        return value

    @property
    def query_without_filters(self) -> str:
        active = self.active_values()
        kept = self.sort_fields + self.scope_fields
        return encode_query({name: active.get(name, []) for name in kept})

    @property
    def search_fields(self) -> list[BoundField]:
        return [self[name] for name in self.search_names]

    @property
    def plain_fields(self) -> list[BoundField]:
        """What the form asks after its facets."""
        others = (*self.facet_names, *self.search_names)
        return [field for field in self.visible_fields() if field.name not in others]

    @property
    def kept_fields(self) -> list[BoundField]:
        """Hidden filters that are on."""
        return [
            field
            for field in self.hidden_fields()
            if field.name not in self.page_fields and field.value()
        ]


def set_choices(form: forms.Form, name: str, choices: Iterable[tuple[str, Label]]) -> None:
    form.fields[name].choices = list(choices)  # type: ignore[attr-defined]


def event_choices(is_demonstration: bool) -> list[tuple[str, Label]]:
    """Public roundtables, latest first."""
    events = Event.objects.published().filter(is_demonstration=is_demonstration)
    return [(event.slug, str(event)) for event in events]
