"""Where people work and which languages they speak, kept in memory to count them by facets.

It contains all people, also those whom the viewer cannot see. A page must count and show only
people whom its viewer sees.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import partial

from django.db.models import CharField, QuerySet
from django.db.models.functions import Cast

from participants.models import Affiliation, Delegate, DelegateLanguage, Organisation
from participants.privacy import visibility
from roundtable.cache.changed_rows import ChangedRows
from roundtable.cache.values import get_or_set
from roundtable.database.row_triggers import Touch
from roundtable.filters.facet_index import FacetIndex, IndexQuery, IndexStore, Tally, index_query

CHANGED_PEOPLE = ChangedRows(
    "participants_changed_delegate",
    (
        Touch(Delegate, "handle", "id"),
        Touch(Affiliation, "delegate organisation until removed_at", "delegate_id"),
        Touch(DelegateLanguage, "delegate language", "delegate_id"),
    ),
)
store = IndexStore(CHANGED_PEOPLE)


def people_index(on: date) -> FacetIndex:
    """By "workplace", the ID of each present organisation, and by "language"."""
    return store.get(on, Delegate.objects.all(), partial(_query, on=on))


def _query(people: QuerySet[Delegate], on: date) -> IndexQuery:
    pks = people.order_by().values("pk")
    places = visibility.present_affiliations(on).filter(delegate__in=pks)
    spoken = DelegateLanguage.objects.filter(delegate__in=pks)
    return index_query(
        people,
        [
            Tally("workplace", places, Cast("organisation", CharField()), counted="delegate"),
            Tally("language", spoken, "language", counted="delegate"),
        ],
    )


@dataclass(frozen=True)
class Office:
    """A public organisation, with what people who work there are found by."""

    slug: str
    name: str
    kind: str
    country: str
    roles: set[str] = field(default_factory=set)


def public_offices() -> dict[int, Office]:
    """By ID."""
    return get_or_set("offices", _find_offices)


def _find_offices() -> dict[int, Office]:
    columns = ("pk", "slug", "name", "kind", "country")
    public = Organisation.objects.published().order_by()
    found: dict[int, Office] = {}
    # An organisation without a role has one row, too.
    for pk, slug, name, kind, country, role, is_known in public.values_list(
        *columns, "roles__role", "roles__event__is_public"
    ):
        office = found.setdefault(pk, Office(slug, name, kind, str(country)))
        if is_known:
            office.roles.add(role)
    return found


ThemesByOrganisation = Callable[[date], dict[str, dict[str, str]]]
_find_themes: list[ThemesByOrganisation] = []


def register_themes(find: ThemesByOrganisation) -> None:
    """Commitments are in another app."""
    _find_themes[:] = [find]


def themes_by_organisation(on: date) -> dict[str, dict[str, str]]:
    """By the short name of an organisation, the names of the themes of its commitments."""
    (find,) = _find_themes
    return get_or_set("themes by organisation", lambda: find(on))
