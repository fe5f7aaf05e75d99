"""Which organisations the page of a roundtable counts and names as participants."""

import pytest
from django.test import Client

from participants.models import Consent, EventRole, OrganisationKind, RecordedCount
from participants.privacy.consent import hide_profile
from roundtable.models import Event
from tests.factories import (
    NOON,
    make_delegate,
    make_event,
    make_organisation,
    make_participation,
    make_role,
    save,
)
from tests.page_text import get_text, page_links

pytestmark = pytest.mark.django_db
PAGE = "/roundtables/here/"


@pytest.fixture
def here() -> Event:
    """Two organisations with a role, one of them without a participant, and one without a role."""
    event = make_event(slug="here")
    ministry = make_organisation(name="Ministry", kind=OrganisationKind.GOVERNMENT)
    make_role(event, organisation=ministry)
    make_role(
        event,
        organisation=make_organisation(name="Watchers", kind=OrganisationKind.AGENCY),
        role=EventRole.Role.OBSERVER,
    )
    shelter = make_organisation(name="Shelter", kind=OrganisationKind.CIVIL_SOCIETY)
    for organisation in (ministry, ministry, shelter, shelter):
        make_participation(make_delegate(), event, organisation=organisation)
    return event


def test_confirmed_participation_counts_its_organisation(client: Client, here: Event) -> None:
    unconfirmed = make_organisation(kind=OrganisationKind.CIVIL_SOCIETY)
    make_participation(make_delegate(), here, organisation=unconfirmed, confirmed=False)
    make_organisation(name="Elsewhere")
    answer = client.get(PAGE)
    text = get_text(client, PAGE)
    assert "We know of 3 participating organisations. See the 2 that are named " in text
    assert "Governments 1 Ministry Civil society 1 1 more, name not recorded" in text
    assert "Shelter" not in text
    assert "/organisations/?event=here" in page_links(answer)
    listed = get_text(client, "/organisations/?event=here")
    assert "Ministry" in listed and "Watchers" in listed
    assert "2 of 2 organisations match" in listed


def test_organisation_is_named_once_its_role_is_recorded(client: Client, here: Event) -> None:
    shelter = here.participations.latest("pk").organisation
    make_role(here, organisation=shelter)
    text = get_text(client, PAGE)
    assert "We know of 3 participating organisations. See the 3 that are named " in text
    assert "Civil society 1 Shelter " in text


def test_number_in_a_source_contains_those_without_a_name(client: Client, here: Event) -> None:
    row = RecordedCount(event=here, kind=OrganisationKind.CIVIL_SOCIETY)
    for number, more in ((1, "1 1 more, name"), (4, "4 4 more, names")):
        row.number = number
        save(row)
        assert f"Civil society {more} not recorded" in get_text(client, PAGE)


def test_what_a_person_does_to_be_safe_moves_no_number(client: Client, here: Event) -> None:
    before = client.get(PAGE).content
    for row in here.participations.select_related("delegate"):
        person = row.delegate
        person.write(is_protected=True)
        hide_profile(person, at=NOON, by=Consent.By.OWNER)
        row.confirmed_at = row.details_open_on = None
        row.is_protected_from_desk, row.suspended_at = True, NOON
        row.save()
    assert client.get(PAGE).content == before


def test_removed_participation_does_not_count(client: Client, here: Event) -> None:
    for row in here.participations.filter(organisation__name="Shelter"):
        row.delete()
    assert "We know of 2 participating organisations." in get_text(client, PAGE)
