"""What search engines are told of: each public page once, nothing hidden, no person."""

import re

import pytest
from django.test import Client

from tests.factories import (
    make_channel,
    make_commitment,
    make_delegate,
    make_event,
    make_organisation,
    make_party,
    make_role,
    make_statement,
)

pytestmark = [pytest.mark.django_db, pytest.mark.each_database]
HERE = "https://portal.example.org"


def addresses(client: Client, path: str) -> list[str]:
    answer = client.get(path)
    assert answer.status_code == 200
    return [
        address.removeprefix(HERE).removeprefix("http://testserver")
        for address in re.findall("<loc>([^<]+)</loc>", answer.content.decode())
    ]


def test_sitemap_names_each_public_record_once(client: Client) -> None:
    event = make_event(slug="here", code="HERE")
    make_statement(event, points=1)
    commitment = make_commitment(event, reference="HERE-C1")
    make_party(commitment, organisation=make_organisation(slug="office"))
    draft = make_commitment(event, state="draft")
    make_party(draft, organisation=make_organisation(slug="of-a-draft"))
    make_role(event, organisation=make_organisation(slug="at-risk", is_name_published=False))
    hidden = make_event(slug="hidden", is_public=False)
    make_statement(hidden)
    make_commitment(hidden)
    person = make_delegate(listed_to="everyone")
    make_channel(person, audience="everyone")

    parts = addresses(client, "/sitemap.xml")
    assert parts == [
        "/sitemap-pages.xml",
        "/sitemap-roundtables.xml",
        "/sitemap-outcomes.xml",
        "/sitemap-commitments.xml",
        "/sitemap-organisations.xml",
    ]
    _pages, *records = (addresses(client, part) for part in parts)
    assert records == [
        ["/roundtables/here/"],
        ["/outcomes/here/1/", "/outcomes/here/1.a/"],
        ["/commitments/here-c1/"],
        ["/organisations/office/"],
    ]


def test_each_address_answers(client: Client) -> None:
    event = make_event()
    make_statement(event)
    make_party(make_commitment(event))
    for part in addresses(client, "/sitemap.xml"):
        for address in addresses(client, part):
            assert client.get(address).status_code == 200, address
    for part in ("/sitemap-people.xml", "/sitemap-pages.xml?p=9", "/sitemap-pages.xml?p=x"):
        assert client.get(part).status_code == 404
