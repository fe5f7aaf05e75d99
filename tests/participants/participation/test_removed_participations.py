"""A confirmed participation that is removed counts for nothing, but exceptions still match it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from outcomes.duplicates.people import merge_people
from participants.models import (
    Audience,
    Constituency,
    Delegate,
    Introduction,
    Invitation,
    Organisation,
    Participation,
    User,
)
from participants.onboarding.acceptance import merge_invitation
from participants.privacy import visibility
from participants.privacy.erasure import erase_delegate
from roundtable.models import Event
from tests.factories import (
    NOON,
    make_colleagues,
    make_delegate,
    make_event,
    make_exception,
    make_government,
    make_holder,
    make_introduction,
    make_invitation,
    make_organisation,
    make_participation,
    make_user,
    show_first,
)
from tests.form_fields import send_form

pytestmark = pytest.mark.django_db
Sign = Callable[[User | Delegate], Client]


@pytest.fixture
def atlantis(db: None) -> Organisation:
    return make_government("AU", "Ministry of Atlantis")


@pytest.fixture
def official(event: Event, atlantis: Organisation) -> Delegate:
    official = make_delegate(name="Oskar Official", listed_to=Audience.PARTICIPANTS)
    make_participation(official, event, organisation=atlantis)
    return official


def is_listed_to(viewer: Delegate, owner: Delegate) -> bool:
    assert viewer.user is not None
    eyes = visibility.get_viewer(viewer.user, NOON.date())
    return visibility.find_profile(eyes, owner.handle, NOON.date()) is not None


LIST = "/admin/participants/participation/"
END = {"action": "end"}


def ended_by_two(client_of: Sign, _cochair: User, operator: User, row: Participation) -> None:
    second = make_holder(row.event, on_behalf_of=make_organisation())
    chosen = {"_selected_action": row.pk}
    for user, act in ((operator, {"action": "suspend", "reason": "Doubt"}), (second, END)):
        assert client_of(user).post(LIST, act | chosen).status_code == 302


def removed_in_code(_client_of: Sign, _cochair: User, _operator: User, row: Participation) -> None:
    row.delete()


WAYS: list[Callable[[Sign, User, User, Participation], None]] = [
    ended_by_two,
    removed_in_code,
]


def test_operators_alone_do_not_end_a_participation(
    client_of: Sign, operator: User, official: Delegate
) -> None:
    """They act for no organisation, so two of them are no two organisations."""
    row = official.participations.get()
    browser = client_of(operator)
    chosen = {"action": "suspend", "_selected_action": row.pk}
    asked = send_form(browser, browser.get(LIST), containing="select_across", **chosen)
    send_form(browser, asked, containing="reason", reason="Doubt")
    second = make_user("second@example.org", is_superuser=True)
    for user in (operator, second):
        browser = client_of(user)
        answer = send_form(browser, browser.get(LIST), containing="select_across", **chosen | END)
        row.refresh_from_db()
        assert row.suspended_by == operator and row.ended_at is None
        refused = "Someone of another organisation must have suspended it first."
        assert refused in answer.content.decode()


@pytest.mark.parametrize("remove", WAYS)
def test_removed_participation_leaves_a_past_to_match(
    client_of: Sign,
    cochair: User,
    operator: User,
    event: Event,
    focal_point: Delegate,
    official: Delegate,
    atlantis: Organisation,
    remove: Callable[[Sign, User, User, Participation], None],
) -> None:
    """The attack: the desk removes it, and adds the person for another organisation."""

    def assert_each_exception_matches() -> None:
        targets: list[dict[str, Any]] = [
            {"organisation": atlantis},
            {"country": "AU"},
            {"constituency": Constituency.GOVERNMENTS},
        ]
        for target in targets:
            exception = make_exception(focal_point, **target)
            assert not is_listed_to(official, focal_point), target
            exception.delete()

    assert_each_exception_matches()
    remove(client_of, cochair, operator, official.participations.get())
    assert not official.participations.exists()
    make_participation(official, event, organisation=make_organisation(), confirmed_by=cochair)
    assert_each_exception_matches()
    assert is_listed_to(official, focal_point)


def test_introduction_does_not_lead_past_a_removed_participation(
    focal_point: Delegate, official: Delegate, atlantis: Organisation
) -> None:
    make_introduction(official, focal_point)
    make_exception(focal_point, organisation=atlantis)
    official.participations.get().delete()
    assert not Introduction.objects.in_force().exists()
    assert not is_listed_to(official, focal_point)


def test_removed_participation_counts_for_nothing_else(
    client_of: Sign, cochair: User, event: Event, focal_point: Delegate, official: Delegate
) -> None:
    show_first(official)
    for person, other in ((official, focal_point), (focal_point, official)):
        assert is_listed_to(person, other)
    official.participations.get().delete()
    for person, other in ((official, focal_point), (focal_point, official)):
        assert not is_listed_to(person, other)
    assert not event.participations.filter(delegate=official).exists()
    client = client_of(cochair)
    for path in (
        "/admin/participants/delegate/",
        "/admin/participants/participation/",
        "/admin/participants/introduction/add/",
    ):
        assert "Oskar Official" not in client.get(path).content.decode()
    change = f"/admin/participants/delegate/{official.pk}/change/"
    assert client.get(change).status_code == 404


def test_settled_facts_stay_settled_after_removal(
    client_of: Sign, cochair: User, event: Event, atlantis: Organisation
) -> None:
    """Exceptions of country and constituency read them."""
    make_participation(make_delegate(), event, organisation=atlantis).delete()
    path = f"/admin/participants/organisation/{atlantis.pk}/change/"
    page = client_of(cochair).get(path).content.decode()
    assert 'name="description"' in page
    for settled in ("name", "short_name", "kind", "country"):
        assert f'name="{settled}"' not in page
    other = make_holder(make_event())
    assert client_of(other).get(path).status_code == 404


def test_unconfirmed_participation_is_deleted(
    event: Event, focal_point: Delegate, atlantis: Organisation
) -> None:
    person = make_delegate()
    row = make_participation(person, event, confirmed=False, organisation=atlantis)
    row.delete()
    assert not Participation.with_ended.filter(delegate=person).exists()


def test_owner_reads_it_in_their_data(client_of: Sign, official: Delegate) -> None:
    official.participations.get().delete()
    page = client_of(official).get("/me/data/").content.decode()
    assert "Ministry of Atlantis" in page and "Removed" in page


def test_erasure_deletes_removed_participations(
    operator: User, event: Event, official: Delegate
) -> None:
    official.participations.get().delete()
    kept = make_participation(official, make_event())
    make_colleagues(kept)
    erase_delegate(official, by=operator, at=NOON)
    assert list(Participation.with_ended.filter(delegate=official)) == [kept]


def test_merge_of_two_people_keeps_removed_participations(
    operator: User, event: Event, focal_point: Delegate, official: Delegate, atlantis: Organisation
) -> None:
    make_exception(focal_point, organisation=atlantis)
    twin = make_delegate(user=None)
    make_participation(twin, event, organisation=atlantis).delete()
    viewer = make_delegate()
    make_participation(viewer, event)
    assert is_listed_to(viewer, focal_point)
    merge_people(target=viewer, duplicate=twin, by=operator, at=NOON)
    assert not is_listed_to(viewer, focal_point)


@pytest.mark.parametrize("is_removed", [False, True])
def test_second_invitation_keeps_what_exceptions_match(
    cochair: User, event: Event, focal_point: Delegate, atlantis: Organisation, is_removed: bool
) -> None:
    """Someone confirmed for Atlantis joins as a person who took part for another organisation."""
    make_exception(focal_point, organisation=atlantis)
    viewer = make_delegate()
    kept = make_participation(viewer, event)
    twin = make_delegate(user=None, invitation_email="twin@example.org")
    row = make_participation(twin, event, organisation=atlantis)
    other = make_event()
    make_participation(twin, other, confirmed=False)
    invitation = make_invitation(
        twin,
        other if is_removed else event,
        email="twin@example.org",
        expires_at=NOON + timedelta(days=9000),
    )
    if is_removed:
        row.delete()
    assert is_listed_to(viewer, focal_point)
    merge_invitation(invitation=invitation, target=viewer, at=NOON)
    # The invitation to the roundtable where the viewer takes part is deleted with the double.
    assert Invitation.objects.filter(answered_at=NOON).exists() == is_removed
    assert not is_listed_to(viewer, focal_point)
    assert viewer.participations.get(event=event) == kept
