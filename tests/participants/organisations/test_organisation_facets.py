"""Facets of the list of organisations."""

from random import Random

import pytest
from django.test import Client

from participants.models import OrganisationKind
from tests.conftest import FULL
from tests.facet_panels import expected_facets, matches, random_choices, shown_chips, shown_facets
from tests.factories import make_event, make_organisation, make_role
from tests.page_text import page_html, page_text

pytestmark = [pytest.mark.django_db, pytest.mark.each_database]


def make_offices(random: Random) -> list[dict[str, set[str]]]:
    """Twelve that are public, and one each that is not public, not named and archived unnamed."""
    events = {slug: make_event(slug=slug) for slug in ("one", "two")}
    hidden = make_event(slug="hidden", title="Canary", is_public=False)
    rows = []
    for number in range(12):
        office = make_organisation(
            name=f"Office {number}",
            kind=random.choice(OrganisationKind.values),
            country=random.choice(["TH", "ID", "AU", ""]),
        )
        attended = random.sample([*events], random.randint(1, 2))
        for slug in attended:
            for role in random.sample(["cochair", "participant"], random.randint(1, 2)):
                make_role(events[slug], organisation=office, role=role)
        make_role(hidden, organisation=office)
        country = {str(office.country)} - {""}
        rows.append({"kind": {office.kind}, "country": country, "event": {*attended}})
    make_role(hidden, organisation=make_organisation(name="Hidden Canary", country="NP"))
    unnamed = make_organisation(name="Shelter Canary", country="MM", is_name_published=False)
    make_role(events["one"], organisation=unnamed)
    return rows


@pytest.mark.parametrize("seed", range(4 if FULL else 1))
def test_numbers_of_organisations_are_true(client: Client, seed: int) -> None:
    random = Random(seed)
    rows = make_offices(random)
    for chosen in random_choices(rows, random, 100 if FULL else 20):
        answer = client.get("/organisations/", chosen)
        assert answer.status_code == 200, chosen
        assert shown_facets(answer) == expected_facets(rows, chosen), chosen
        found = sum(matches(row, chosen) for row in rows)
        said = f"{found} of 12 organisations match: " if chosen else "12 organisations "
        assert said in page_text(answer), chosen
        assert "Canary" not in page_html(answer)


def test_values_that_no_public_organisation_has_are_refused(client: Client) -> None:
    make_offices(Random(1))
    for query in ("country=NP", "country=MM", "event=hidden", "kind=none"):
        answer = client.get(f"/organisations/?{query}")
        assert answer.status_code == 400, query
        assert "Canary" not in page_html(answer)


def test_chips_lead_back(client: Client) -> None:
    event = make_event()
    make_role(event, organisation=make_organisation(country="TH"))
    answer = client.get("/organisations/?kind=civil-society&country=TH")
    assert shown_chips(answer) == {
        "Kind: Civil society": "/organisations/?country=TH",
        "Country: Thailand": "/organisations/?kind=civil-society",
    }
