"""The picker: who sees what, in words and numbers, and who is left out."""

import re
from collections.abc import Callable

import pytest
from django.test import Client

from participants.directory.audience_preview import Onlookers
from participants.models import Audience, AudienceException, Delegate, Kind, User
from participants.privacy import visibility
from roundtable.models import Event
from tests.factories import (
    NOON,
    make_affiliation,
    make_channel,
    make_delegate,
    make_event,
    make_exception,
    make_introduction,
    make_organisation,
    make_participation,
    make_role,
)
from tests.recorded import recorded

pytestmark = pytest.mark.django_db
Sign = Callable[[User | Delegate], Client]
ON = NOON.date()


@pytest.fixture
@recorded
def police(db: None) -> Delegate:
    """Works for a government, and took part in the event and in another one."""
    return make_delegate(name="Polly Police")


@pytest.fixture
@recorded
def met(event: Event, delegate: Delegate, police: Delegate) -> Delegate:
    """The delegate sat with civil society beside two others, and with a government elsewhere."""
    government = make_organisation(slug="gov-x", name="Government of X", kind=Kind.GOVERNMENT)
    make_role(event, organisation=government)
    second = make_event()
    make_participation(delegate, second)
    make_participation(police, event, organisation=government)
    make_participation(police, second, organisation=government)
    for number in range(2):
        make_participation(make_delegate(name=f"Beside {number}"), event)
    # Does not count: not confirmed.
    make_participation(make_delegate(), event, confirmed=False)
    return delegate


def words(of: Delegate, audience: str, *exceptions: AudienceException) -> str:
    return Onlookers.of(of).words(audience, exceptions)


def test_words_count_who_is_inside(met: Delegate) -> None:
    assert words(met, Audience.ONLY_ME) == "Nobody but you."
    assert words(met, Audience.INTRODUCED) == "0 people introduced to you."
    assert words(met, Audience.PARTICIPANTS) == "3 participants of 2 roundtables."
    assert words(met, Audience.CONSTITUENCY) == (
        "2 participants of 2 roundtables who sat with your side."
    )
    assert words(met, Audience.EVERYONE) == (
        "Anyone who opens this site, search engines and every government included."
    )
    make_introduction(make_delegate(), met)
    assert words(met, Audience.INTRODUCED) == "1 person introduced to you."
    assert words(met, Audience.PARTICIPANTS) == (
        "3 participants of 2 roundtables, and 1 person introduced to you."
    )


def test_words_name_who_is_left_out(met: Delegate) -> None:
    government = AudienceException(delegate=met, constituency="governments")
    country = AudienceException(delegate=met, country="TH")
    assert words(met, Audience.PARTICIPANTS, government, country) == (
        "3 participants of 2 roundtables; not Governments, Thailand."
    )
    assert words(met, Audience.CONSTITUENCY, government) == (
        "2 participants of 2 roundtables who sat with your side; not Governments."
    )


def test_number_tells_nothing_of_somebody_else(
    event: Event, met: Delegate, police: Delegate
) -> None:
    """Who ever worked where, and whose account is closed, is not found out by trying."""
    before = [words(met, audience) for audience in Audience.values]
    elsewhere = make_organisation(kind=Kind.GOVERNMENT, country="MM")
    for seat in event.participations.exclude(delegate=met):
        make_affiliation(seat.delegate, organisation=elsewhere)
    assert police.user is not None
    police.user.is_active = False
    police.user.save()
    assert [words(met, audience) for audience in Audience.values] == before
    left_out = AudienceException(delegate=met, organisation=elsewhere)
    assert words(met, Audience.PARTICIPANTS, left_out) == (
        f"3 participants of 2 roundtables; not {elsewhere.name}."
    )


def test_counted_before_it_is_saved(client_of: Sign, met: Delegate) -> None:
    data = {"audience": "participants", "organisations": ["gov-x"], "count": "1"}
    answer = client_of(met).post("/me/audience/", data)
    assert answer.status_code == 200
    page = answer.content.decode()
    assert "3 participants of 2 roundtables; not Government of X." in page
    assert "This is not saved yet." in page
    met.refresh_from_db()
    assert met.listed_to == Audience.EVERYONE and not met.exceptions.exists()


def test_left_out_of_the_listing_and_all_beneath(
    client_of: Sign, met: Delegate, police: Delegate
) -> None:
    client = client_of(met)
    data = {"audience": "participants", "organisations": ["gov-x"]}
    assert client.post("/me/audience/", data).status_code == 302
    assert police.user is not None
    eyes = visibility.viewer_of(police.user, ON)
    assert visibility.find(eyes, met.handle, ON) is None
    assert not visibility.listed(eyes, ON).filter(pk=met.pk).exists()
    page = client.get("/me/").content.decode()
    assert "3 participants of 2 roundtables; not Government of X." in page
    # Saving the profile leaves it as it is.
    assert AudienceException.objects.get().organisation.slug == "gov-x"  # type: ignore[union-attr]


def test_left_out_of_one_channel(client_of: Sign, met: Delegate, police: Delegate) -> None:
    channel = met.channels.get(value="dewi.inside@example.org")
    data = {"audience": "participants", "constituencies": ["governments"]}
    client_of(met).post(f"/me/audience/{channel.handle}/", data)
    assert police.user is not None
    profile = visibility.find(visibility.viewer_of(police.user, ON), met.handle, ON, opened=True)
    assert profile is not None
    assert [row.value for row in profile.channels] == ["dewi.open@example.org"]


def test_everyone_clears_after_saying_so(client_of: Sign, met: Delegate) -> None:
    met.listed_to = Audience.PARTICIPANTS
    met.save()
    make_exception(met, country="TH")
    client = client_of(met)
    data = {"audience": "everyone", "countries": ["TH"]}
    answer = client.post("/me/audience/", data)
    assert answer.status_code == 400
    assert "anyone can sign out and look" in answer.content.decode()
    met.refresh_from_db()
    assert (met.listed_to, met.exceptions.count()) == (Audience.PARTICIPANTS, 1)
    assert client.post("/me/audience/", data | {"drop": "on"}).status_code == 302
    met.refresh_from_db()
    assert (met.listed_to, met.exceptions.count()) == (Audience.EVERYONE, 0)


def test_profile_page_does_not_drop_them_by_the_way(client_of: Sign, met: Delegate) -> None:
    met.listed_to = Audience.PARTICIPANTS
    met.save()
    make_exception(met, country="TH")
    data = {
        "name": met.name,
        "listed_to": "everyone",
        "channel-TOTAL_FORMS": "0",
        "channel-INITIAL_FORMS": "0",
    }
    answer = client_of(met).post("/me/", data)
    assert answer.status_code == 400
    assert "You leave somebody out." in answer.content.decode()
    assert met.exceptions.count() == 1


def test_protected_is_never_listed_wider(client_of: Sign, met: Delegate) -> None:
    data = {
        "name": met.name,
        "is_protected": "on",
        "listed_to": "participants",
        "channel-TOTAL_FORMS": "0",
        "channel-INITIAL_FORMS": "0",
    }
    client = client_of(met)
    answer = client.post("/me/", data)
    assert answer.status_code == 400
    assert "seen by people introduced to you at most" in answer.content.decode()
    assert client.post("/me/", data | {"listed_to": "introduced"}).status_code == 302
    met.refresh_from_db()
    assert met.is_protected and met.listed_to == Audience.INTRODUCED
    wider = client.post("/me/audience/", {"audience": "participants"})
    assert wider.status_code == 400
    met.refresh_from_db()
    assert met.listed_to == Audience.INTRODUCED


def test_nothing_is_shared_without_the_agreement(client_of: Sign, event: Event) -> None:
    newcomer = make_delegate(consented_at=None, reviewed_on=None)
    make_participation(newcomer, event)
    answer = client_of(newcomer).post("/me/audience/", {"audience": "participants"})
    assert answer.status_code == 400
    assert "Agree to the notice" in answer.content.decode()


def test_somebody_elses_channel_is_absent(
    client_of: Sign, met: Delegate, quiet_delegate: Delegate
) -> None:
    channel = quiet_delegate.channels.get()
    for answer in (
        client_of(met).get(f"/me/audience/{channel.handle}/"),
        client_of(met).post(f"/me/audience/{channel.handle}/", {"audience": "everyone"}),
    ):
        assert answer.status_code == 404
    channel.refresh_from_db()
    assert channel.audience == Audience.ONLY_ME


def test_organisation_that_cannot_be_chosen_is_refused(client_of: Sign, met: Delegate) -> None:
    make_organisation(slug="elsewhere", name="Elsewhere Ltd")
    data = {"audience": "participants", "organisations": ["elsewhere"]}
    answer = client_of(met).post("/me/audience/", data)
    assert answer.status_code == 400
    assert "Elsewhere Ltd" not in answer.content.decode()


@pytest.mark.parametrize("channels", [1, 3])
def test_page_costs_the_same(
    client_of: Sign,
    met: Delegate,
    channels: int,
    django_assert_num_queries: Callable[[int], object],
) -> None:
    for _number in range(channels):
        channel = make_channel(met)
        make_exception(met, channel=channel, country="TH")
    client = client_of(met)
    client.get("/me/audience/")
    with django_assert_num_queries(10):  # type: ignore[attr-defined]
        client.get("/me/audience/")


def test_offers_no_organisation_that_only_somebody_elses_part_tells_of(
    client_of: Sign, event: Event, met: Delegate
) -> None:
    shelter = make_organisation(slug="shelter", name="Quiet Shelter")
    make_participation(make_delegate(), event, organisation=shelter)
    own = met.participations.get(event=event).organisation
    page = client_of(met).get("/me/audience/").content.decode()
    assert "Quiet Shelter" not in page
    assert f'value="{own.slug}"' in page and 'value="gov-x"' in page
    answer = client_of(met).post(
        "/me/audience/", {"audience": "participants", "organisations": ["shelter"]}
    )
    assert answer.status_code == 400 and "Quiet Shelter" not in answer.content.decode()


def test_words_of_a_channel_know_the_listing(met: Delegate) -> None:
    onlookers = Onlookers.of(met)
    assert onlookers.words("participants", listed_to="only_me") == (
        "Nobody but you, as long as you are listed to nobody."
    )
    assert onlookers.words("participants", listed_to="constituency") == (
        "3 participants of 2 roundtables. Of these, only who may see that you are listed."
    )
    assert onlookers.words("participants", listed_to="everyone") == (
        "3 participants of 2 roundtables."
    )


def test_page_left_open_undoes_no_later_choice(client_of: Sign, met: Delegate) -> None:
    client = client_of(met)
    page = client.get("/me/").content.decode()
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))
    channel = met.channels.get(value="dewi.inside@example.org")
    data = {
        "state": fields["state"],
        "name": "Dewi L.",
        "listed_to": "everyone",
        "channel-TOTAL_FORMS": "1",
        "channel-INITIAL_FORMS": "1",
        "channel-0-id": channel.pk,
        "channel-0-kind": "email",
        "channel-0-value": channel.value,
        "channel-0-audience": "participants",
    }
    # Meanwhile, in another window:
    met.listed_to = channel.audience = Audience.ONLY_ME
    met.save()
    channel.save()
    answer = client.post("/me/", data)
    assert answer.status_code == 400
    page = answer.content.decode()
    assert "was changed since you opened this page" in page
    assert 'value="Dewi L."' in page
    met.refresh_from_db()
    channel.refresh_from_db()
    assert (met.name, met.listed_to, channel.audience) == (
        "Dewi Lestari",
        Audience.ONLY_ME,
        Audience.ONLY_ME,
    )
    checked = re.findall(r'<input type="radio" name="([^"]+)" value="([^"]+)"[^>]* checked', page)
    assert ("listed_to", "only_me") in checked
    assert ("channel-0-audience", "only_me") in checked


def test_picker_left_open_drops_no_exception(client_of: Sign, met: Delegate) -> None:
    client = client_of(met)
    page = client.get("/me/audience/").content.decode()
    state = re.findall(r'name="state" value="([^"]+)"', page)[0]
    make_exception(met, constituency="governments")
    answer = client.post("/me/audience/", {"state": state, "audience": "participants"})
    assert answer.status_code == 400
    assert met.exceptions.count() == 1
    met.refresh_from_db()
    assert met.listed_to == Audience.EVERYONE
