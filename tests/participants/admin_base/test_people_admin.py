"""The co-chairs' desk: people and organisations that several roundtables share."""

from collections.abc import Callable
from datetime import date

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from participants.models import Delegate, Organisation, User
from participants.participation.confirmation import confirm_participations
from roundtable.models import Event
from tests.factories import (
    NOON,
    make_affiliation,
    make_delegate,
    make_event,
    make_government,
    make_grant,
    make_holder,
    make_organisation,
    make_participation,
    make_role,
    make_user,
)
from tests.outcomes.test_outcomes_admin import filled, page
from tests.recorded_fixtures import recorded

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("recorded_templates")]
Sign = Callable[[User | Delegate], Client]


@pytest.fixture
@recorded
def ours(db: None) -> Event:
    """The roundtable of who looks."""
    return make_event(code="OURS", is_public=False)


@pytest.fixture
@recorded
def theirs(db: None) -> Event:
    """A private roundtable of others."""
    return make_event(code="THEIRS", is_public=False)


@pytest.fixture
@recorded
def shared(ours: Event, theirs: Event) -> Delegate:
    """A person of both, who works for one organisation of each."""
    person = make_delegate(name="Shared Person", invitation_email="shared@example.org", user=None)
    for event in (ours, theirs):
        organisation = make_organisation(name=f"Organisation of {event.code}")
        make_participation(person, event, organisation=organisation)
        make_affiliation(person, organisation=organisation, post=f"Post of {event.code}")
    return person


def editor_of(*events: Event, email: str = "editor@example.org") -> User:
    """Someone who edits these roundtables."""
    user = make_user(email)
    for event in events:
        make_grant(user, event, role="editor")
    return user


def send(client: Client, person: Delegate) -> None:
    """Renames a person, and removes the first affiliation."""
    address = page(Delegate, "change", person.pk)
    sent = filled(client, address) | {
        "name": "Renamed",
        "invitation_email": "taken@example.org",
        "affiliations-0-DELETE": "on",
    }
    assert client.post(address, sent).status_code == 302
    person.refresh_from_db()


def test_editor_of_one_event_cannot_change_person_of_another(
    client_of: Sign, ours: Event, theirs: Event, shared: Delegate
) -> None:
    make_participation(alone := make_delegate(name="Shared Person", user=None), ours)
    make_affiliation(alone, organisation=shared.affiliations.all()[0].organisation)
    send(client_of(editor_of(ours)), shared)
    send(client_of(editor_of(ours, email="second@example.org")), alone)
    # Where the editor cannot look, the person stays as they were.
    kept = theirs.participations.get().delegate
    assert (kept.name, kept.invitation_email) == ("Shared Person", "shared@example.org")
    assert {row.post for row in kept.affiliations.all()} == {"Post of OURS", "Post of THEIRS"}
    assert theirs.participations.get().confirmed_at is not None
    # The editor does not learn of it: both look like people of one roundtable.
    for person in (shared, alone):
        assert (person.name, person.affiliations.count()) == ("Renamed", 0)


def test_editor_who_reads_the_other_event_changes_nothing_of_its_people(
    client_of: Sign, ours: Event, theirs: Event, shared: Delegate
) -> None:
    editor = editor_of(ours)
    make_grant(editor, theirs, role="reader")
    send(client_of(editor), shared)
    assert (shared.name, shared.invitation_email) == ("Shared Person", "shared@example.org")
    assert shared.affiliations.count() == 2


def test_editor_of_all_events_changes_delegate(
    client_of: Sign, ours: Event, theirs: Event, shared: Delegate
) -> None:
    send(client_of(editor_of(ours, theirs)), shared)
    # The invitation address is for co-chairs alone.
    assert (shared.name, shared.invitation_email) == ("Renamed", "shared@example.org")
    assert shared.affiliations.count() == 1


def test_affiliation_of_other_event_is_read_only(
    client_of: Sign, ours: Event, shared: Delegate
) -> None:
    client = client_of(editor_of(ours))
    text = client.get(page(Delegate, "change", shared.pk)).content.decode()
    assert "Post of OURS" in text
    assert "Post of THEIRS" not in text
    assert "Organisation of THEIRS" not in text
    text = client.get(page(Organisation, "changelist")).content.decode()
    assert "Organisation of OURS" in text
    assert "Organisation of THEIRS" not in text


def test_delegate_with_own_address_cannot_be_confirmed(ours: Event) -> None:
    user = make_holder(ours, "cochair@example.org", on_behalf_of=make_organisation())
    EmailAddress.objects.create(user=user, email="second@example.org", verified=True)
    *own, other = (
        make_participation(make_delegate(user=None, invitation_email=email), ours, confirmed=False)
        for email in ("Cochair@Example.org", "Second@example.org", "")
    )
    assert confirm_participations(participations=[*own, other], by=user, at=NOON) == [other]


@pytest.mark.parametrize("name", ["changelist", "export"])
def test_list_filter_accepts_exact_kind_only(client_of: Sign, ours: Event, name: str) -> None:
    client, address = client_of(editor_of(ours)), page(Organisation, name)
    for query in ({"kind__regex": "("}, {"kind__range": "a"}, {"kind__in": "agency"}):
        assert client.get(address, query).status_code == 400, query
    assert client.get(address, {"kind__exact": "agency"}).status_code == 200


def test_long_search_is_rejected(client_of: Sign, ours: Event) -> None:
    client = client_of(editor_of(ours))
    response = client.get(page(Organisation, "changelist"), {"q": "a " * 3000})
    assert response.status_code == 200
    assert "at most 200 characters" in response.content.decode()
    assert client.get(page(Organisation, "export"), {"q": "a " * 3000}).status_code == 400
    assert client.get(page(Organisation, "changelist"), {"q": "a " * 100}).status_code == 200


# What decides whom others leave out ---------------------------------------------------------


@pytest.fixture
@recorded
def joined(ours: Event) -> Delegate:
    """A person with an account, who worked for someone before."""
    person = make_delegate(name="Joined Person", user=make_user("joined@example.org"))
    make_participation(person, ours, confirmed=False)
    make_affiliation(person, organisation=make_organisation(name="Former"), until=date(2020, 1, 1))
    return person


def changed(client: Client, person: Delegate, **fields: object) -> str:
    """Sends the person's page with some fields changed; returns the messages."""
    address = page(Delegate, "change", person.pk)
    return client.post(address, filled(client, address) | fields, follow=True).content.decode()


@pytest.mark.parametrize("role", ["editor", "cochair"])
def test_own_past_affiliation_and_participation_cannot_be_changed(
    client_of: Sign, joined: Delegate, ours: Event, role: str
) -> None:
    assert joined.user is not None
    make_grant(joined.user, ours, role=role)
    client, elsewhere = client_of(joined), make_organisation().pk
    kept, part = joined.affiliations.get(), joined.participations.get()
    sent = {
        "affiliations-TOTAL_FORMS": 2,
        "affiliations-INITIAL_FORMS": 1,
        "affiliations-0-id": kept.pk,
        "affiliations-0-delegate": joined.pk,
        "affiliations-0-organisation": elsewhere,
        "affiliations-0-until": "2021-01-01",
        "affiliations-1-organisation": elsewhere,
    }
    changed(client, joined, **sent)
    changed(client, joined, **sent, **{"affiliations-0-DELETE": "on"})
    assert list(joined.affiliations.values_list("organisation", "until")) == [
        (kept.organisation_id, date(2020, 1, 1))
    ]
    changed(client, joined, **{"participations-0-organisation": elsewhere})
    text = changed(client, joined, **{"participations-0-DELETE": "on"})
    assert "This participation is your own." in text
    assert joined.participations.get().organisation == part.organisation


@pytest.mark.parametrize("role", ["editor", "cochair"])
def test_affiliation_is_neither_deleted_nor_moved(
    client_of: Sign, joined: Delegate, ours: Event, role: str
) -> None:
    colleague = make_holder(ours, role=role)
    client = client_of(colleague)
    kept = joined.affiliations.get()
    changed(client, joined, **{"affiliations-0-DELETE": "on"})
    elsewhere = make_organisation().pk
    moved = {"affiliations-0-organisation": elsewhere, "affiliations-0-until": "2021-01-01"}
    changed(client, joined, **moved)
    assert list(joined.affiliations.values_list("organisation", "until")) == [
        (kept.organisation_id, date(2020, 1, 1))
    ]
    # An end is proposed to the person.
    assert list(joined.proposals.values_list("affiliation", "organisation", "until")) == [
        (kept.pk, kept.organisation_id, date(2021, 1, 1))
    ]


def test_operator_proposes_a_correction_only(
    client_of: Sign, joined: Delegate, operator: User
) -> None:
    kept, elsewhere = joined.affiliations.get(), make_organisation()
    client = client_of(operator)
    changed(client, joined, **{"affiliations-0-organisation": elsewhere.pk})
    changed(client, joined, **{"affiliations-0-DELETE": "on"})
    assert joined.affiliations.get().organisation == kept.organisation
    assert list(joined.proposals.values_list("affiliation", "organisation")) == [
        (kept.pk, elsewhere.pk)
    ]


def test_participation_organisation_is_frozen_after_joining(
    client_of: Sign, joined: Delegate, ours: Event
) -> None:
    client = client_of(editor_of(ours))
    kept = joined.participations.get()
    changed(client, joined, **{"participations-0-organisation": make_organisation().pk})
    text = changed(client, joined, **{"participations-0-DELETE": "on"})
    assert "This person has joined the portal. Ask a co-chair to remove this participation." in text
    assert joined.participations.get().organisation == kept.organisation


def test_own_unjoined_profile_counts_as_own(client_of: Sign, ours: Event) -> None:
    user = editor_of(ours)
    waiting = make_delegate(user=None, invitation_email="Editor@example.org")
    make_participation(waiting, ours, confirmed=False)
    make_affiliation(waiting)
    sent = {
        "affiliations-TOTAL_FORMS": 1,
        "affiliations-INITIAL_FORMS": 1,
        "affiliations-0-id": waiting.affiliations.get().pk,
        "affiliations-0-delegate": waiting.pk,
        "affiliations-0-DELETE": "on",
    }
    changed(client_of(user), waiting, **sent)
    assert waiting.affiliations.exists()


@pytest.mark.parametrize("role", ["editor", "cochair", "operator"])
def test_organisation_kind_is_frozen_once_it_decides_audiences(
    client_of: Sign, ours: Event, operator: User, role: str
) -> None:
    client = client_of(operator if role == "operator" else make_holder(ours, role=role))
    place = make_government("TH")
    address = page(Organisation, "change", place.pk)
    client.post(address, filled(client, address, kind="agency", country="FR"))
    place.refresh_from_db()
    assert (place.kind, place.country.code) == ("agency", "FR")
    make_role(ours, organisation=place)
    sent = filled(client, address, description="New", kind="civil-society", country="DE")
    assert client.post(address, sent).status_code == 302
    place.refresh_from_db()
    assert (place.description, place.kind, place.country.code) == ("New", "agency", "FR")


# The invitation address is the co-chairs' ---------------------------------------------------


@pytest.mark.parametrize("role", ["reader", "editor", "cochair"])
def test_only_cochairs_see_and_change_invitation_addresses(
    client_of: Sign, ours: Event, role: str
) -> None:
    person = make_delegate(name="Waiting", user=None, invitation_email="canary@example.org")
    make_participation(person, ours)
    client, is_seen = client_of(make_holder(ours, role=role)), role == "cochair"
    listed = page(Delegate, "changelist")
    for address in (listed, page(Delegate, "change", person.pk)):
        text = client.get(address).content.decode()
        assert ("canary@example.org" in text) == is_seen
        text = text.replace("Co-chairs can also search by invitation address.", "")
        assert ("nvitation address" in text) == is_seen
    for words, is_found in (("canary", is_seen), ("Wait", True)):
        found = client.get(listed, {"q": words}).context["cl"].result_list
        assert [row.name for row in found] == (["Waiting"] if is_found else [])
    if role == "reader":
        return
    changed(client, person, name="Renamed", invitation_email="mine@example.org")
    person.refresh_from_db()
    email = "mine@example.org" if is_seen else "canary@example.org"
    assert (person.name, person.invitation_email) == ("Renamed", email)


def test_cochair_sees_no_address_of_other_event(
    client_of: Sign, ours: Event, theirs: Event
) -> None:
    user = make_holder(ours)
    make_grant(user, theirs, role="editor")
    for event, name in ((ours, "Here"), (theirs, "There")):
        person = make_delegate(name=name, user=None, invitation_email=f"canary.{name}@example.org")
        make_participation(person, event)
    client = client_of(user)
    text = client.get(page(Delegate, "changelist")).content.decode()
    assert "canary.Here@example.org" in text
    assert "There" in text
    assert "canary.There" not in text
    found = client.get(page(Delegate, "changelist"), {"q": "canary"}).context["cl"].result_list
    assert [row.name for row in found] == ["Here"]
    assert "canary" not in client.get(page(Delegate, "change", person.pk)).content.decode()
