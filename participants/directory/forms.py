"""How organisations and people are filtered."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from participants.directory.vcard import V3, VERSIONS
from participants.languages import LANGUAGE_CHOICES
from participants.models import Delegate, DelegateLanguage, Kind, Organisation
from participants.name_folding import contains_all, folded
from participants.privacy import visibility
from roundtable.query_forms import ListForm

MOST_WORDS = 8


class OrganisationFilterForm(ListForm):
    """Which organisations a list shows."""

    kind = forms.ChoiceField(label=_("Kind"), required=False)
    country = forms.ChoiceField(label=_("Country"), required=False)

    def __init__(self, data: Any, organisations: QuerySet[Organisation]) -> None:
        super().__init__(data)
        self.fields["kind"].choices = [("", _("All kinds")), *Kind.choices]  # type: ignore[attr-defined]
        codes = organisations.exclude(country="").values_list("country", flat=True)
        self.fields["country"].choices = country_choices(codes.order_by().distinct())  # type: ignore[attr-defined]

    def filter(self, organisations: QuerySet[Organisation]) -> QuerySet[Organisation]:
        """Those that the form asks for."""
        if kind := self.cleaned_data["kind"]:
            organisations = organisations.filter(kind=kind)
        if country := self.cleaned_data["country"]:
            organisations = organisations.filter(country=country)
        return organisations


def country_choices(codes: Iterable[str]) -> list[tuple[str, Any]]:
    """Choices for these country codes, by their names."""
    named = sorted(((code, countries.name(code)) for code in set(codes)), key=lambda c: c[1])
    return [("", _("All countries")), *named]


class DirectoryForm(ListForm):
    """Who of the people whom a viewer may see, and how they are laid out."""

    arranging = ("view",)

    q = forms.CharField(
        label=_("Name or post"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    organisation = forms.ChoiceField(label=_("Organisation"), required=False)
    kind = forms.ChoiceField(label=_("Kind of organisation"), required=False)
    country = forms.ChoiceField(label=_("Country"), required=False)
    language = forms.ChoiceField(label=_("Language"), required=False)
    view = forms.ChoiceField(
        label=_("Laid out"),
        required=False,
        choices=[("", _("As people")), ("table", _("As a table")), ("country", _("By country"))],
    )

    def __init__(self, data: Any, people: QuerySet[Delegate], on: date) -> None:
        super().__init__(data)
        self.on = on
        # Asked of nobody but these, so that a choice tells of nobody else.
        places = list(
            visibility.workplaces(on)
            .filter(delegate__in=people.values("pk"))
            .order_by("organisation__name", "organisation__slug")
            .values_list("organisation__slug", "organisation__name", "organisation__country")
            .distinct()
        )
        spoken = DelegateLanguage.objects.filter(delegate__in=people.values("pk"))
        codes = set(spoken.order_by().values_list("language", flat=True).distinct())
        languages = sorted(
            (choice for choice in LANGUAGE_CHOICES if choice[0] in codes), key=lambda c: str(c[1])
        )
        for name, choices in (
            ("organisation", [("", _("All organisations")), *(place[:2] for place in places)]),
            ("kind", [("", _("All kinds")), *Kind.choices]),
            ("country", country_choices(code for _slug, _name, code in places if code)),
            ("language", [("", _("All languages")), *languages]),
        ):
            self.fields[name].choices = choices  # type: ignore[attr-defined]

    def clean_q(self) -> list[str]:
        """The words as they are compared.

        Raises ValidationError where there are too many.
        """
        words = list(dict.fromkeys(folded(self.cleaned_data["q"]).split()))
        if len(words) > MOST_WORDS:
            raise forms.ValidationError(
                _("Search for at most %(most)s words at a time."), params={"most": MOST_WORDS}
            )
        return words

    def filter(self, people: QuerySet[Delegate]) -> QuerySet[Delegate]:
        """Those that the form asks for, in the order of names.

        Each comes with the workplace that was asked for, and its country.
        """
        asked = self.cleaned_data
        places = visibility.workplaces(self.on).filter(self._at_places(), delegate=OuterRef("pk"))
        if asked["organisation"] or asked["kind"] or asked["country"]:
            people = people.filter(Exists(places))
        if asked["language"]:
            spoken = DelegateLanguage.objects.filter(language=asked["language"])
            people = people.filter(pk__in=spoken.values("delegate"))
        if asked["q"]:
            named = people.values_list("pk", "name", "name_latin", "post")
            # The database knows neither accents nor the case of every script.
            people = people.filter(
                pk__in=[pk for pk, *texts in named if contains_all(asked["q"], *texts)]
            )
        return people.annotate(
            workplace_name=Subquery(places.values("organisation__name")[:1]),
            workplace_slug=Subquery(places.values("organisation__slug")[:1]),
            workplace_country=Coalesce(
                Subquery(places.values("organisation__country")[:1]), Value("")
            ),
        ).order_by("name", "pk")

    def _at_places(self) -> Q:
        asked, condition = self.cleaned_data, Q()
        if asked["organisation"]:
            condition &= Q(organisation__slug=asked["organisation"])
        if asked["kind"]:
            condition &= Q(organisation__kind=asked["kind"])
        if asked["country"]:
            condition &= Q(organisation__country=asked["country"])
        return condition


class CardForm(forms.Form):
    """In which version a contact card is wanted."""

    version = forms.ChoiceField(
        required=False,
        choices=[(version, version) for version in VERSIONS],
        error_messages={
            "invalid_choice": _("Contact cards come in version 3.0 or 4.0. Choose one below.")
        },
    )

    def clean_version(self) -> str:
        """The version that was named, or the one that every address book takes."""
        return self.cleaned_data["version"] or V3
