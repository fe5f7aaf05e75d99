"""Where people work and which languages they speak, kept in memory to count them by facets.

It contains all people, also those whom the viewer cannot see. A page must count and show only
people whom its viewer sees.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from participants.models import DelegateLanguage, Organisation
from participants.privacy import visibility
from roundtable.cache.values import get_or_set, pinned
from roundtable.filters.facet_index import bits_by_value


@dataclass(frozen=True)
class PeopleIndex:
    """The bits of people, by the ID of each present organisation and by language."""

    by_workplace: dict[int, int]
    by_language: dict[str, int]


def people_index(on: date) -> PeopleIndex:
    return get_or_set(("people", on), lambda: _read(on), pinned)


def _read(on: date) -> PeopleIndex:
    places = visibility.present_affiliations(on).order_by()
    return PeopleIndex(
        bits_by_value(places.values_list("organisation", "delegate")),
        bits_by_value(DelegateLanguage.objects.values_list("language", "delegate")),
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
    return get_or_set("offices", _find_offices, pinned)


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
    return get_or_set("themes by organisation", lambda: find(on), pinned)
