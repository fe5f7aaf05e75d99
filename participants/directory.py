"""The directory as a table and by country: plain values of people whom the door let through."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Case, Count, IntegerField, QuerySet, Value, When
from django.utils.translation import gettext as _
from django_countries import countries

from participants.models import Delegate
from participants.privacy import visibility


@dataclass(frozen=True)
class Row:
    """One person in the table."""

    card: visibility.Card
    country: str
    languages: tuple[str, ...]


@dataclass(frozen=True)
class Country:
    """People of one country, as far as they stand on this page; `number` counts all of them."""

    name: str
    number: int
    cards: list[visibility.Card]


def rows(people: Iterable[Delegate]) -> list[Row]:
    """A row of the table for each; their languages should be fetched together before."""
    people = list(people)
    return [
        Row(card, countries.name(_code_of(person)), tuple(map(str, person.languages.all())))
        for person, card in zip(people, visibility.cards(people), strict=True)
    ]


def numbers_by_country(people: QuerySet[Delegate]) -> dict[str, int]:
    """How many work in each country, in the order of its names; those of none stand last."""
    countries_of = people.order_by().values_list("workplace_country")  # type: ignore[misc]
    numbers = dict(countries_of.annotate(number=Count("pk")))
    return {code: numbers[code] for code in sorted(numbers, key=lambda c: (not c, _name(c), c))}


def in_order_of_countries(
    people: QuerySet[Delegate], numbers: dict[str, int]
) -> QuerySet[Delegate]:
    """The same people, those of each country together."""
    places = [When(workplace_country=code, then=Value(place)) for place, code in enumerate(numbers)]
    place = Case(*places, default=Value(len(places)), output_field=IntegerField())
    return people.order_by(place, "name", "pk")


def by_country(people: Iterable[Delegate], numbers: dict[str, int]) -> list[Country]:
    """The people of one page, which `in_order_of_countries` ordered, under their countries."""
    people = list(people)
    together: dict[str, list[visibility.Card]] = {}
    for person, card in zip(people, visibility.cards(people), strict=True):
        together.setdefault(_code_of(person), []).append(card)
    return [Country(_name(code), numbers[code], found) for code, found in together.items()]


def _code_of(person: Delegate) -> str:
    return str(person.workplace_country)  # type: ignore[attr-defined]


def _name(code: str) -> str:
    return countries.name(code) or _("International or not recorded")
