"""How organisations and people are filtered."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from participants.models import Kind, Organisation
from roundtable.querystrings import ListForm


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


def country_choices(codes: Any) -> list[tuple[str, Any]]:
    """Choices for these country codes, by their names."""
    named = sorted(((code, countries.name(code)) for code in set(codes)), key=lambda c: c[1])
    return [("", _("All countries")), *named]


class DirectoryForm(ListForm):
    """Which page of the directory is shown."""
