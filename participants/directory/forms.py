"""Filter forms of organisations and people."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from participants.directory.vcard import V3, VERSIONS
from participants.models import Delegate, DelegateLanguage, Organisation, OrganisationKind
from participants.models.languages import LANGUAGE_CHOICES
from participants.name_folding import contains_all, normalise_for_search
from participants.privacy import visibility
from roundtable.query_forms import ListForm

MAX_SEARCH_WORDS = 8


class OrganisationFilterForm(ListForm):
    """Filters the list of organisations."""

    kind = forms.ChoiceField(label=_("Kind"), required=False)
    country = forms.ChoiceField(label=_("Country"), required=False)

    def __init__(self, data: Any, organisations: QuerySet[Organisation]) -> None:
        super().__init__(data)
        self.fields["kind"].choices = [("", _("All kinds")), *OrganisationKind.choices]  # type: ignore[attr-defined]
        codes = organisations.exclude(country="").values_list("country", flat=True)
        self.fields["country"].choices = country_choices(codes.order_by().distinct())  # type: ignore[attr-defined]

    def filter(self, organisations: QuerySet[Organisation]) -> QuerySet[Organisation]:
        if kind := self.cleaned_data["kind"]:
            organisations = organisations.filter(kind=kind)
        if country := self.cleaned_data["country"]:
            organisations = organisations.filter(country=country)
        return organisations


def country_choices(codes: Iterable[str]) -> list[tuple[str, Any]]:
    named = sorted(((code, countries.name(code)) for code in set(codes)), key=lambda c: c[1])
    return [("", _("All countries")), *named]


class DirectoryForm(ListForm):
    """Filters the directory and chooses its layout."""

    sort_fields = ("view",)

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
        label=_("Layout"),
        required=False,
        choices=[("", _("Cards")), ("table", _("Table")), ("country", _("By country"))],
    )

    def __init__(self, data: Any, people: QuerySet[Delegate], on: date) -> None:
        super().__init__(data)
        self.on = on
        # Choices come only from the visible people, so that they disclose no one else.
        places = list(
            visibility.current_affiliations(on)
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
            ("kind", [("", _("All kinds")), *OrganisationKind.choices]),
            ("country", country_choices(code for _slug, _name, code in places if code)),
            ("language", [("", _("All languages")), *languages]),
        ):
            self.fields[name].choices = choices  # type: ignore[attr-defined]

    def clean_q(self) -> list[str]:
        words = list(dict.fromkeys(normalise_for_search(self.cleaned_data["q"]).split()))
        if len(words) > MAX_SEARCH_WORDS:
            raise forms.ValidationError(
                _("Search for at most %(most)s words at a time."), params={"most": MAX_SEARCH_WORDS}
            )
        return words

    def filter(self, people: QuerySet[Delegate]) -> QuerySet[Delegate]:
        """People sorted by name, each annotated with a workplace that matches the filters."""
        criteria = self.cleaned_data
        places = visibility.current_affiliations(self.on).filter(
            self._workplace_condition(), delegate=OuterRef("pk")
        )
        if criteria["organisation"] or criteria["kind"] or criteria["country"]:
            people = people.filter(Exists(places))
        if criteria["language"]:
            spoken = DelegateLanguage.objects.filter(language=criteria["language"])
            people = people.filter(pk__in=spoken.values("delegate"))
        if criteria["q"]:
            candidates = people.values_list("pk", "name", "name_latin", "post")
            # The database cannot ignore accents and case in every script.
            people = people.filter(
                pk__in=[pk for pk, *texts in candidates if contains_all(criteria["q"], *texts)]
            )
        return people.annotate(
            workplace_name=Subquery(places.values("organisation__name")[:1]),
            workplace_slug=Subquery(places.values("organisation__slug")[:1]),
            workplace_country=Coalesce(
                Subquery(places.values("organisation__country")[:1]), Value("")
            ),
        ).order_by("name", "pk")

    def _workplace_condition(self) -> Q:
        criteria, condition = self.cleaned_data, Q()
        if criteria["organisation"]:
            condition &= Q(organisation__slug=criteria["organisation"])
        if criteria["kind"]:
            condition &= Q(organisation__kind=criteria["kind"])
        if criteria["country"]:
            condition &= Q(organisation__country=criteria["country"])
        return condition


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
