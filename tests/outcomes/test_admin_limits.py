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
from tests.outcomes.test_admin import filled, page, signed
from tests.recorded import recorded

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noted_templates")]
Sign = Callable[[User | Delegate], Client]


@pytest.fixture
@recorded
def desk(db: None) -> Event:
    """A roundtable that is not public."""
    return make_event(code="DESK", slug="desk", is_public=False)


@pytest.fixture
@recorded
def accepted(desk: Event) -> CommitmentParty:
    """A party whose focal point has accepted."""
    person = make_delegate(name="Focal Point")
    make_participation(person, desk)
    party = make_party(make_commitment(desk, text="Train officers.\nPrint leaflets."))
    party.ask(person)
    party.accept(NOON)
    return party


# Limits ------------------------------------------------------------------------------------


@pytest.mark.parametrize("makes", ["public", "commitment", "number"])
def test_code_and_address_stay_once_others_cite_them(
    client_of: Sign, desk: Event, makes: str
) -> None:
    client = signed(client_of, "operator", desk)
    address = page(Event, "change", desk.pk)
    names = set(client.get(address).context["adminform"].form.fields)
    assert {"code", "slug"} <= names
    if makes == "public":
        Event.objects.filter(pk=desk.pk).update(is_public=True)
    elif makes == "commitment":
        make_commitment(desk)
    else:
        make_statement(desk)
    sent = filled(client, address, code="OTHER", slug="other", title="Corrected")
    assert client.post(address, sent).status_code == 302
    desk.refresh_from_db()
    assert (desk.code, desk.slug, desk.title) == ("DESK", "desk", "Corrected")


def save_with(client: Client, party: CommitmentParty, **changes: object) -> None:
    """Sends the form of the party's commitment with some fields changed."""
    address = page(Commitment, "change", party.commitment_id)
    assert client.post(address, filled(client, address, **changes)).status_code == 302
    party.refresh_from_db()


def test_other_words_are_accepted_anew(
    client_of: Sign, desk: Event, accepted: CommitmentParty
) -> None:
    client = signed(client_of, "cochair", desk)
    save_with(client, accepted, text="Train officers.\r\nPrint leaflets.", place_in_source="Here")
    assert accepted.focal_point_accepted_at == NOON
    save_with(client, accepted, text="Close every border.")
    assert accepted.focal_point is not None
    assert accepted.focal_point_accepted_at is None


def test_another_party_is_accepted_anew(
    client_of: Sign, desk: Event, accepted: CommitmentParty
) -> None:
    client = signed(client_of, "cochair", desk)
    save_with(client, accepted, **{"parties-0-organisation": make_organisation().pk})
    assert accepted.focal_point is not None
    assert accepted.focal_point_accepted_at is None


@pytest.mark.parametrize(
    "query",
    [
        {"due_on__year": "0"},
        {"due_on__year": "x"},
        {"due_on__gte": "x"},
        {"due_on__year__regex": "("},
        {"due_on__year": "2024", "due_on__month": "99"},
    ],
)
@pytest.mark.parametrize("name", ["changelist", "export"])
def test_a_list_of_days_that_are_none_is_refused(
    client_of: Sign, desk: Event, name: str, query: dict[str, str]
) -> None:
    client = signed(client_of, "cochair", desk)
    assert client.get(page(Commitment, name), query).status_code == 400
    good = {"due_on__year": "2024", "due_on__month": "5"}
    assert client.get(page(Commitment, name), good).status_code == 200
