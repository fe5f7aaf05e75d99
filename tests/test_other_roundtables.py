"""The admin looks the same with and without a roundtable that the viewer cannot see."""

import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.utils.text import slugify

from participants.models import (
    Delegate,
    InvitationRequest,
    Organisation,
    Participation,
    SlugRedirect,
    User,
)
from roundtable.models import Event
from tests.factories import (
    make_affiliation,
    make_delegate,
    make_event,
    make_invitation_request,
    make_organisation,
    make_participation,
    make_role,
    make_user,
)
from tests.outcomes.test_outcomes_admin import filled, page
from tests.recorded_fixtures import recorded

pytestmark = pytest.mark.django_db
Sign = Callable[[User | Delegate], Client]


@pytest.fixture
@recorded
def secret(db: None) -> Event:
    """A roundtable that the co-chair knows nothing of."""
    return make_event(code="SECRET", title="Secret roundtable", is_public=False)


@pytest.fixture
@recorded
def office(event: Event) -> Organisation:
    """An organisation of the co-chair's own roundtable."""
    office = make_organisation(name="Office")
    make_role(event, organisation=office)
    return office


def body(browser: Client, address: str) -> str:
    """A page without what differs each time."""
    answer = browser.get(address)
    assert answer.status_code == 200
    return re.sub(r'value="[\w-]{20,}"', "", answer.content.decode())


@pytest.mark.parametrize("joined", [True, False])
def test_page_of_a_person_does_not_tell_of_another_roundtable(
    client_of: Sign, event: Event, cochair: User, secret: Event, office: Organisation, joined: bool
) -> None:
    person = make_delegate(name="Rita", user=make_user() if joined else None)
    make_participation(person, event, organisation=office, confirmed=False)
    make_affiliation(person, organisation=office, post="Head")
    browser, address = client_of(cochair), page(Delegate, "change", person.pk)
    before = body(browser, address)
    elsewhere = make_organisation(name="Zq Office")
    make_participation(person, secret, organisation=elsewhere)
    make_affiliation(person, organisation=elsewhere, post="Zq Post")
    assert body(browser, address) == before
    own = () if joined else ("name", "invitation_email", "affiliations-0-post")
    for name in ("name_latin", *own):
        assert f'name="{name}"' in before


def test_deleted_person_stays_in_another_roundtable(
    client_of: Sign, event: Event, cochair: User, secret: Event
) -> None:
    browser, answers = client_of(cochair), []
    for events in ([event], [event, secret]):
        person = make_delegate(name="Rita", user=None)
        for one in events:
            make_participation(person, one, confirmed=False)
        address = page(Delegate, "delete", person.pk)
        pages = [body(browser, address)]
        answer = browser.post(address, {"post": "yes"}, follow=True)
        pages.append(re.sub(r'value="[\w-]{20,}"', "", answer.content.decode()))
        answers.append([text.replace(f"/{person.pk}/", "/1/") for text in pages])
        assert not Participation.objects.filter(event=event).exists()
    assert answers[0] == answers[1]
    kept = secret.participations.get().delegate
    assert (kept.name, kept.erased_at) == ("Rita", None)


def test_merging_leaves_another_roundtable_its_person(
    client_of: Sign, event: Event, cochair: User, secret: Event, office: Organisation
) -> None:
    target = make_delegate(name="Rita Sen", user=None)
    duplicate = make_delegate(name="Sen Rita", user=None, invitation_email="rita@example.org")
    for person in (target, duplicate):
        make_participation(person, event, organisation=office, confirmed=False)
        part = make_participation(person, secret, organisation=make_organisation())
        make_affiliation(person, organisation=part.organisation)
    sent = {
        "action": "merge_two_people",
        "_selected_action": [target.pk, duplicate.pk],
        "target": target.pk,
    }
    preview = client_of(cochair).post(page(Delegate, "changelist"), sent).content.decode()
    assert "Participations, 1:" in preview and "Affiliations" not in preview
    sent["confirmed"] = "yes"
    answer = client_of(cochair).post(page(Delegate, "changelist"), sent, follow=True)
    assert "The two entries are merged into “Rita Sen”." in answer.content.decode()
    kept = secret.participations.order_by("delegate__name")
    assert [
        (row.delegate.name, row.delegate.invitation_email, bool(row.confirmed_at)) for row in kept
    ] == [("Rita Sen", "", True), ("Sen Rita", "rita@example.org", True)]
    assert target.pk not in {row.delegate_id for row in kept}


def test_request_from_someone_protected_looks_like_one_from_a_stranger(
    client_of: Sign,
    event: Event,
    cochair: User,
    office: Organisation,
) -> None:
    at_risk = make_delegate(name="Rita", invitation_email="rita@example.org")
    make_participation(at_risk, event, organisation=office, is_protected_from_desk=True)
    browser, answers = client_of(cochair), []
    for email in ("stranger@example.org", "rita@example.org"):
        row = make_invitation_request(event, name="Someone", email=email)
        address = page(InvitationRequest, "change", row.pk)
        refused = browser.post(address, {"answer": "invite"})
        answer = browser.post(address, {"answer": "invite", "speaks_for": office.pk})
        answers.append((refused.status_code, answer.status_code))
        row.refresh_from_db()
        assert row.decision == "invited"
        person = Delegate.objects.get(name="Someone", invitation_email=email)
        assert person != at_risk
        Delegate.objects.filter(pk=person.pk).delete()
        InvitationRequest.objects.all().delete()
    assert answers == [(200, 302)] * 2


@pytest.mark.usefixtures("recorded_templates")
def test_address_that_is_taken_does_not_tell(
    client_of: Sign, cochair: User, secret: Event, office: Organisation
) -> None:
    shelter = make_organisation(name="Secret Shelter", slug="secret-shelter")
    make_role(secret, organisation=shelter)
    SlugRedirect.objects.create(slug="merged", organisation=shelter)
    browser, address = client_of(cochair), page(Organisation, "add")
    assert 'name="slug"' not in browser.get(address).content.decode()
    for name in (office.slug, "Secret Shelter", "Merged", "Xyzzy"):
        sent = filled(browser, address, name=name, kind="other") | {"slug": "secret-shelter"}
        assert browser.post(address, sent).status_code == 302
        added = Organisation.objects.latest("pk")
        assert re.fullmatch(rf"{slugify(name)}-[0-9a-f]{{4}}", added.slug)
