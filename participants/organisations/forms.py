"""The filters of the list of organisations."""

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from participants.demonstration import ScopeForm
from participants.models import EventRole, Organisation, OrganisationKind
from roundtable.filters.facet_index import Tally
from roundtable.filters.facets import FacetField, FacetForm, event_choices, set_choices


class OrganisationFilterForm(ScopeForm, FacetForm):
    """Filters the list of organisations."""

    facet_names = ("kind", "country", "event")

    kind = FacetField(label=_("Kind"), choices=OrganisationKind.choices)
    country = FacetField(label=_("Country"), label_of=countries.name)
    event = FacetField(label=_("Roundtable"))

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        of_countries = self.organisations().filter(country__in=self.given("country"))
        codes = of_countries.order_by().values_list("country", flat=True).distinct()
        set_choices(self, "country", ((code, countries.name(code)) for code in codes))
        set_choices(self, "event", event_choices(self.is_demonstration))

    def organisations(self) -> QuerySet[Organisation]:
        """Among which the facets filter."""
        return Organisation.objects.published().filter(is_demonstration=self.is_demonstration)

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
