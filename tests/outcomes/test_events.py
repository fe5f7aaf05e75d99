"""The page of a roundtable says what its sources say, and no more."""

import pytest
from django.test import Client

from outcomes.models import Outcome
from participants.models import Audience, EventRole, Kind, RecordedCount
from roundtable.models import Event
from tests.factories import (
    make_channel,
    make_commitment,
    make_delegate,
    make_event,
    make_organisation,
    make_party,
    make_role,
    make_statement,
    save,
)


def page_of(event: Event) -> str:
    return Client().get(event.get_absolute_url()).content.decode()


@pytest.mark.django_db
def test_counted_governments_are_drawn_and_their_source_stands_beneath() -> None:
    event = make_event()
    make_role(event, organisation=make_organisation(kind=Kind.GOVERNMENT, name="Atlantis"))
    make_role(
        event,
        organisation=make_organisation(kind=Kind.GOVERNMENT, name="Observia"),
        role=EventRole.Role.OBSERVER,
    )
    save(
        RecordedCount(
            event=event,
            kind=Kind.GOVERNMENT,
            number=13,
            source_wording="representatives from 13 governments",
            source="The hosts",
        )
    )
    save(RecordedCount(event=event, kind=Kind.CIVIL_SOCIETY, source_wording="national CSOs"))
    page = page_of(event)
    assert "12 more, names not recorded" in page
    assert "<q>representatives from 13 governments</q>" in page
    assert "<q>national CSOs</q>" in page
    assert "Took part; names and number not recorded" in page
    assert page.count('class="gov" cx=') == 14


@pytest.mark.django_db
def test_what_is_not_recorded_is_said() -> None:
    page = page_of(make_event(city="", country="", venue=""))
    assert page.count("<dd>not recorded</dd>") == 3  # place, venue, co-chairs
    assert "No statement is published." in page
    assert "No commitment is recorded." in page
    assert "No document is recorded." in page
    assert "Nobody shares contact details with everyone." in page
    assert "Participants may see more after signing in." in page


@pytest.mark.django_db
def test_commitment_under_unpublished_points_is_not_said_to_answer_the_whole() -> None:
    event = make_event()
    statement = make_statement(event, published=False)
    commitment = make_commitment(event, reference=f"{event.code}-C1")
    make_party(commitment)
    commitment.outcomes.add(*Outcome.objects.points())
    assert "under the whole statement" not in page_of(event)
    detail = Client().get(commitment.get_absolute_url()).content.decode()
    assert "points that are not published yet" in detail
    for outcome in statement.outcomes.all():
        assert outcome.text not in detail
    commitment.outcomes.clear()
    assert "under the whole statement" in page_of(event)


@pytest.mark.django_db
def test_more_people_than_fit_are_mentioned() -> None:
    def share(number: int) -> None:
        person = make_delegate(name=f"Person {number:02}", listed_to=Audience.EVERYONE)
        make_channel(person, audience=Audience.EVERYONE)

    for number in range(24):
        share(number)
    page = Client().get("/commitments/").content.decode()
    assert "Person 23" in page and "These are the first of them" not in page
    share(24)
    page = Client().get("/commitments/").content.decode()
    assert "Person 24" not in page and "These are the first of them" in page
