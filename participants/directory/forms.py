"""Filter forms of organisations and people."""

from collections.abc import Iterable
from datetime import date
from typing import Any, TypeVar

from django import forms
from django.db.models import (
    CharField,
    Exists,
    Model,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Coalesce
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from participants.directory.vcard import V3, VERSIONS
from participants.models import (
    Affiliation,
    Delegate,
    DelegateLanguage,
    EventRole,
    Organisation,
    OrganisationKind,
)
from participants.models.languages import LANGUAGE_CHOICES
from participants.models.organisation import THEMES, commitment_themes_q
from participants.name_folding import contains_all, normalise_for_search
from participants.privacy import visibility
from roundtable.facet_index import Tally
from roundtable.facets import (
    FacetField,
    FacetForm,
    FacetPanel,
    Label,
    event_choices,
    set_choices,
)
from roundtable.public_cache import get_or_set

M = TypeVar("M", bound=Model)
MAX_SEARCH_WORDS = 8


class OrganisationFilterForm(FacetForm):
    """Filters the list of organisations."""

    facet_names = ("kind", "country", "event")

    kind = FacetField(label=_("Kind"), choices=OrganisationKind.choices)
    country = FacetField(label=_("Country"), label_of=countries.name)
    event = FacetField(label=_("Roundtable"))

    def __init__(self, data: Any, organisations: QuerySet[Organisation]) -> None:
        super().__init__(data)
        of_countries = organisations.filter(country__in=self.given("country"))
        codes = of_countries.order_by().values_list("country", flat=True).distinct()
        set_choices(self, "country", ((code, countries.name(code)) for code in codes))
        set_choices(self, "event", event_choices())

    def condition(self, name: str) -> Q:
        values = self.chosen(name)
        if name == "event":
            roles = EventRole.objects.filter(event__slug__in=values)
            return Q(pk__in=roles.values("organisation"))
        return Q((f"{name}__in", values))

    def tallies(self, name: str, rows: QuerySet[Any]) -> list[Tally]:
        if name == "event":
            roles = EventRole.objects.filter(
                event__is_public=True, organisation__in=rows.order_by().values("pk")
            )
            return [Tally(name, roles, "event__slug", counted="organisation")]
        return [Tally(name, rows.exclude(**{name: ""}), name)]


# Facets with values that only some viewers may know of.
OFFERED_NAMES = ("organisation", "country", "theme", "language")
ROLE_CHOICES = [
    (EventRole.Role.COCHAIR.value, _("Co-chair")),
    (EventRole.Role.COHOST.value, _("Co-host")),
    (EventRole.Role.PARTICIPANT.value, _("Participant")),
    (EventRole.Role.OBSERVER.value, _("Observer")),
]


class DirectoryForm(FacetForm):
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
    country = FacetField(label=_("Country"), label_of=countries.name)
    theme = FacetField(label=_("Theme of the organisation's commitments"))
    role = FacetField(label=_("Role of the organisation"), choices=ROLE_CHOICES)
    language = FacetField(label=_("Language"), label_of=dict(LANGUAGE_CHOICES).__getitem__)
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
        self.viewer, self.people, self.on = viewer, people, on
        set_choices(self, "event", event_choices())
        offered = self._offered({name: self.given(name) for name in OFFERED_NAMES})
        for name in OFFERED_NAMES:
            set_choices(self, name, offered[name])

    def offers(self, name: str, values: Iterable[str]) -> set[str]:
        return {value for value, _label in self._offered({name: list(values)})[name]}

    def _offered(self, given: dict[str, list[str]]) -> dict[str, list[tuple[str, Label]]]:
        """Those of the given values that a visible person has, in one query if there are any."""
        found: dict[str, list[tuple[str, Label]]] = {name: [] for name in given}
        asked = [self._visible(name, values) for name, values in given.items() if values]
        if asked:
            for name, value, label in asked[0].union(*asked[1:]):
                found[name].append((value, label))
        return found

    def _visible(self, name: str, values: list[str]) -> QuerySet[Any, Any]:
        """The name of the facet, value and label of these values, as far as they are visible."""
        is_facet, none = Value(name, CharField()), Value("", CharField())
        if name == "language":
            spoken = DelegateLanguage.objects.filter(
                delegate__pk__among=self.visible_ids, language__in=values
            )
            return spoken.order_by().values_list(is_facet, "language", none)
        offices = Organisation.objects.filter(pk__among=self.office_ids).order_by()
        if name == "organisation":
            return offices.filter(slug__in=values).values_list(is_facet, "slug", "name")
        if name == "country":
            return offices.filter(country__in=values).values_list(is_facet, "country", none)
        themes = offices.filter(commitment_themes_q(), **{f"{THEMES}__slug__in": values})
        return themes.values_list(is_facet, f"{THEMES}__slug", f"{THEMES}__name")

    def clean_q(self) -> list[str]:
        words = list(dict.fromkeys(normalise_for_search(self.cleaned_data["q"]).split()))
        if len(words) > MAX_SEARCH_WORDS:
            raise forms.ValidationError(
                _("Search for at most %(most)s words at a time."), params={"most": MAX_SEARCH_WORDS}
            )
        return words

    @cached_property
    def visible_ids(self) -> list[int]:
        # Asked once: to find out who is visible takes longer than all that follows.
        return list(self.people.order_by().values_list("pk", flat=True))

    @cached_property
    def office_ids(self) -> list[int]:
        """Public organisations where visible people work."""
        places = visibility.current_affiliations(self.on).order_by()
        places = places.filter(delegate__pk__among=self.visible_ids)
        return list(places.values_list("organisation", flat=True).distinct())

    @cached_property
    def found_ids(self) -> list[int]:
        """Visible people whose name or post has the words."""
        words = self.cleaned_data["q"]
        if not words:
            return self.visible_ids
        candidates = self.people.order_by().values_list("pk", "name", "name_latin", "post")
        # The database cannot ignore accents and case in every script.
        return [pk for pk, *texts in candidates if contains_all(words, *texts)]

    def panel(self) -> FacetPanel:
        if self.viewer != visibility.ANONYMOUS_VIEWER:
            return self._count_facets()
        chosen = tuple((name, *values) for name, values in self.active_values().items())
        return get_or_set((type(self), chosen, self.cleaned_data["more"]), self._count_facets)

    def _count_facets(self) -> FacetPanel:
        """In SQL, because of each person one workplace must match all facets about workplaces."""
        people = Delegate.objects.filter(pk__among=self.found_ids)
        first, *others = [
            tally.numbers()
            for name in self.facet_names
            for tally in self.tallies(name, self.narrow(people, without=name))
        ]
        numbers: dict[tuple[str, str], int] = {}
        labels: dict[tuple[str, str], str] = {}
        for name, value, label, number in first.union(*others, all=True).order_by():
            numbers[name, value] = number
            labels[name, value] = label
        return self.make_panel(numbers, labels, len(self.visible_ids))

    def filter(self, people: QuerySet[Delegate]) -> QuerySet[Delegate]:
        """People sorted by name, each annotated with a workplace that matches the facets."""
        places = self._places().filter(delegate=OuterRef("pk"))
        return (
            self.narrow(people.filter(pk__among=self.found_ids))
            .annotate(
                workplace_name=Subquery(places.values("organisation__name")[:1]),
                workplace_slug=Subquery(places.values("organisation__slug")[:1]),
                workplace_country=Coalesce(
                    Subquery(places.values("organisation__country")[:1]), Value("")
                ),
            )
            .order_by("name", "pk")
        )

    def narrow(self, rows: QuerySet[M], *, without: str = "") -> QuerySet[M]:
        if any(self.chosen(name) for name in self.workplace_names if name != without):
            rows = rows.filter(Exists(self._places(without).filter(delegate=OuterRef("pk"))))
        for name in ("event", "language"):
            if name != without and self.chosen(name):
                rows = rows.filter(self.condition(name))
        return rows

    def condition(self, name: str) -> Q:
        """Of a person; of an affiliation, if the facet is about the workplace."""
        values = self.chosen(name)
        match name:
            case "event":
                known = visibility.participations_shown(self.viewer)
                return Q(pk__in=known.filter(event__slug__in=values).values("delegate"))
            case "language":
                spoken = DelegateLanguage.objects.filter(language__in=values)
                return Q(pk__in=spoken.values("delegate"))
            case "organisation":
                return Q(organisation__slug__in=values)
            case "theme":
                offices = Organisation.objects.filter(
                    commitment_themes_q(), **{f"{THEMES}__slug__in": values}
                )
                return Q(organisation__in=offices.values("pk"))
            case "role":
                roles = EventRole.objects.filter(event__is_public=True, role__in=values)
                return Q(organisation__in=roles.values("organisation"))
        return Q((f"organisation__{name}__in", values))

    def _places(self, without: str = "") -> QuerySet[Affiliation]:
        """Current affiliations that match all facets about the workplace, or all but one."""
        condition = Q()
        for name in self.workplace_names:
            if name != without and self.chosen(name):
                condition &= self.condition(name)
        return visibility.current_affiliations(self.on, self.office_ids).filter(condition)

    def tallies(self, name: str, rows: QuerySet[Any]) -> list[Tally]:
        people = rows.order_by().values("pk")
        if name == "event":
            known = visibility.participations_shown(self.viewer).filter(delegate__in=people)
            return [Tally(name, known, "event__slug", counted="delegate")]
        if name == "language":
            spoken = DelegateLanguage.objects.filter(delegate__in=people)
            return [Tally(name, spoken, "language", counted="delegate")]
        places = self._places(without=name).filter(delegate__in=people)
        match name:
            case "organisation":
                slug, label = "organisation__slug", "organisation__name"
                return [Tally(name, places, slug, label, "delegate")]
            case "theme":
                path = f"organisation__{THEMES}"
                themed = places.filter(
                    commitment_themes_q("organisation__"), **{f"{path}__isnull": False}
                )
                return [Tally(name, themed, f"{path}__slug", f"{path}__name", "delegate")]
            case "role":
                in_public = places.filter(organisation__roles__event__is_public=True)
                return [Tally(name, in_public, "organisation__roles__role", counted="delegate")]
        column = f"organisation__{name}"
        recorded = places.exclude(**{column: ""})
        return [Tally(name, recorded, column, counted="delegate")]


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
