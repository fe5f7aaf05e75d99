"""The co-chairs' desk: what stays as it is once others rely on it."""

from collections.abc import Callable

import pytest
from django.test import Client

from outcomes.models import Commitment, CommitmentParty
from participants.models import Delegate, User
from roundtable.models import Event
from tests.factories import (
    NOON,
    make_commitment,
    make_delegate,
    make_event,
    make_organisation,
    make_participation,
    make_party,
    make_statement,
)
from tests.outcomes.test_outcomes_admin import filled, page, signed
from tests.recorded_fixtures import recorded

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("recorded_templates")]
Sign = Callable[[User | Delegate], Client]


@pytest.fixture
@recorded
def admin_event(db: None) -> Event:
    """A roundtable that is not public."""
    return make_event(code="DESK", slug="desk", is_public=False)


@pytest.fixture
@recorded
def accepted(admin_event: Event) -> CommitmentParty:
    """A party whose focal point has accepted."""
    person = make_delegate(name="Focal Point")
    make_participation(person, admin_event)
    party = make_party(make_commitment(admin_event, text="Train officers.\nPrint leaflets."))
    party.request_focal_point(person)
    party.accept(NOON)
    return party


# Limits ------------------------------------------------------------------------------------


@pytest.mark.parametrize("makes", ["public", "commitment", "number"])
def test_code_and_slug_are_frozen_once_cited(
    client_of: Sign, admin_event: Event, makes: str
) -> None:
    client = signed(client_of, "operator", admin_event)
    address = page(Event, "change", admin_event.pk)
    assert {"code", "slug"} <= set(client.get(address).context["adminform"].form.fields)
    if makes == "public":
        Event.objects.filter(pk=admin_event.pk).update(is_public=True)
    elif makes == "commitment":
        make_commitment(admin_event)
    else:
        make_statement(admin_event)
    sent = filled(client, address, code="OTHER", slug="other", title="Corrected")
    assert client.post(address, sent).status_code == 302
    admin_event.refresh_from_db()
    assert (admin_event.code, admin_event.slug, admin_event.title) == ("DESK", "desk", "Corrected")


def save_with(client: Client, party: CommitmentParty, **changes: object) -> None:
    """Sends the form of the party's commitment with some fields changed."""
    address = page(Commitment, "change", party.commitment_id)
    assert client.post(address, filled(client, address, **changes)).status_code == 302
    party.refresh_from_db()


def test_changed_text_or_party_requires_new_acceptance(
    client_of: Sign, admin_event: Event, accepted: CommitmentParty
) -> None:
    client = signed(client_of, "cochair", admin_event)
    assert accepted.focal_point is not None
    save_with(client, accepted, text="Train officers.\r\nPrint leaflets.", place_in_source="Here")
    assert accepted.focal_point_accepted_at == NOON
    save_with(client, accepted, text="Close every border.")
    assert accepted.focal_point and not accepted.focal_point_accepted_at
    accepted.accept(NOON)
    # Of these two, the person may report for the second one only.
    other, represented = make_organisation(), make_organisation()
    accepted.focal_point.participations.update(organisation=represented)
    address = page(Commitment, "change", accepted.commitment_id)
    sent = filled(client, address, **{"parties-0-organisation": other.pk})
    assert client.post(address, sent).status_code == 200
    CommitmentParty.objects.update(recorded_at=NOON)
    save_with(client, accepted, text="Train officers.")
    assert accepted.recorded_at == NOON
    accepted.accept(NOON)
    save_with(client, accepted, **{"parties-0-organisation": represented.pk})
    assert accepted.focal_point and not accepted.focal_point_accepted_at
    assert accepted.recorded_at > NOON  # another party counts from now


@pytest.mark.parametrize("name", ["changelist", "export"])
def test_invalid_date_list_is_rejected(client_of: Sign, admin_event: Event, name: str) -> None:
    client, address = signed(client_of, "cochair", admin_event), page(Commitment, name)
    for query in (
        {"due_on__year": "0"},
        {"due_on__year": "x"},
        {"due_on__gte": "x"},
        {"due_on__year__regex": "("},
        {"due_on__year": "2024", "due_on__month": "99"},
    ):
        assert client.get(address, query).status_code == 400, query
    good = {"due_on__year": "2024", "due_on__month": "5"}
    assert client.get(address, good).status_code == 200


@pytest.mark.each_database
def test_number_that_no_row_has_is_refused(client_of: Sign, admin_event: Event) -> None:
    client = signed(client_of, "cochair", admin_event)
    address = page(Commitment, "change", make_commitment(admin_event).pk)
    sent = filled(client, f"{address}?_to_field=")
    for number in ("-99999999999999999999", "99999999999999999999"):
        answer = client.post(address, sent | {"outcomes": [number]})
        said = f"Select a valid choice. {number} is not one of the available choices."
        assert answer.status_code in (200, 400) and said in answer.content.decode()
        chosen = {"action": "end", "_selected_action": [number]}
        assert client.post(page(Commitment, "changelist"), chosen).status_code in (302, 400)
