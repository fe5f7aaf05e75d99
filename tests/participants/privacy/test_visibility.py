"""The one door: who sees what of whom."""

from datetime import date, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries, Settings

from participants.models import Audience, Delegate, RevealBudget
from participants.models.channels import ChannelKind
from participants.privacy import visibility
from participants.privacy.visibility import ANONYMOUS_VIEWER, get_viewer
from roundtable.models import AuditEntry, Event
from tests.factories import (
    NOON,
    make_affiliation,
    make_channel,
    make_delegate,
    make_event,
    make_organisation,
    make_participation,
    make_role,
    make_user,
)

pytestmark = pytest.mark.each_database

TODAY = date(2026, 3, 2)


def eyes(who: Delegate) -> visibility.Viewer:
    assert who.user is not None
    return get_viewer(who.user, TODAY)


def seen(viewer: visibility.Viewer, who: Delegate, *, opened: bool) -> list[str] | None:
    profile = visibility.find_profile(viewer, who.handle, TODAY, revealed=opened)
    return None if profile is None else [channel.value for channel in profile.channels]


def test_participant_sees_details_after_reveal(
    delegate: Delegate, quiet_delegate: Delegate
) -> None:
    viewer = eyes(quiet_delegate)
    assert seen(viewer, delegate, opened=False) == ["dewi.open@example.org"]
    assert seen(viewer, delegate, opened=True) == [
        "dewi.open@example.org",
        "dewi.inside@example.org",
    ]


def test_each_of_many_viewers_sees_what_is_shared_with_them_in_as_many_queries(
    delegate: Delegate,
    quiet_delegate: Delegate,
    outsider: Delegate,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    make_affiliation(delegate)
    viewers = [ANONYMOUS_VIEWER, eyes(quiet_delegate), eyes(outsider), eyes(delegate)]
    for number in (1, 4):
        with django_assert_num_queries(7):
            found = visibility.profiles_seen_by(viewers[:number], delegate, TODAY)
    assert [[row.value for row in profile.channels] for profile in found if profile] == [
        ["dewi.open@example.org"],
        ["dewi.open@example.org", "dewi.inside@example.org"],
        ["dewi.open@example.org"],
        ["dewi.open@example.org", "dewi.inside@example.org", "dewi.private@example.org"],
    ]
    found = visibility.profiles_seen_by(viewers, quiet_delegate, TODAY)
    assert [profile is None for profile in found] == [True, False, True, True]


def test_profile_stays_hidden_where_the_query_finds_too_many(
    delegate: Delegate, quiet_delegate: Delegate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visibility, "listed_to", lambda viewer: Delegate.objects.all())
    assert seen(ANONYMOUS_VIEWER, quiet_delegate, opened=True) is None
    assert seen(eyes(delegate), quiet_delegate, opened=True) is None
    assert delegate.user is not None
    assert visibility.reveal(delegate.user, quiet_delegate.handle, NOON) is None
    assert not AuditEntry.objects.exists() and not RevealBudget.objects.exists()


def test_public_channel_of_restricted_profile_is_restricted(
    event: Event, quiet_delegate: Delegate
) -> None:
    careful = make_delegate(listed_to=Audience.PARTICIPANTS)
    make_participation(careful, event)
    make_channel(careful, value="careful@example.org", audience=Audience.EVERYONE)
    assert seen(ANONYMOUS_VIEWER, careful, opened=True) is None
    viewer = eyes(quiet_delegate)
    assert seen(viewer, careful, opened=False) == []
    assert seen(viewer, careful, opened=True) == ["careful@example.org"]


def test_card_of_who_asks_is_shown_unless_hidden_or_closed(quiet_delegate: Delegate) -> None:
    others = [make_delegate(hidden_at=NOON), make_delegate(user=make_user(is_active=False))]
    make_delegate()  # who asks no one
    numbers = [quiet_delegate.pk, *(one.pk for one in others)]
    assert list(visibility.requester_cards(numbers, TODAY)) == [quiet_delegate.pk]
    assert visibility.requester_cards([others[0].pk], TODAY) == {}


def test_only_current_public_affiliation_is_shown(event: Event) -> None:
    person = make_delegate(listed_to=Audience.EVERYONE)
    hidden = make_organisation(name="Hidden Shelter")
    make_role(make_event(is_public=False), organisation=hidden)
    make_affiliation(person, organisation=hidden)
    left = make_organisation(name="Former Office")
    make_role(event, organisation=left)
    make_affiliation(person, organisation=left, until=TODAY)
    profile = visibility.find_profile(ANONYMOUS_VIEWER, person.handle, TODAY)
    assert profile is not None and profile.workplaces == () and profile.card.workplace is None
    here = make_organisation(name="Open Office")
    make_role(event, organisation=here)
    make_affiliation(person, organisation=here, until=TODAY + timedelta(days=1))
    profile = visibility.find_profile(ANONYMOUS_VIEWER, person.handle, TODAY)
    assert profile is not None
    assert [place.name for place in profile.workplaces] == ["Open Office"]


def test_card_shows_the_workplace_of_its_own_person(event: Event) -> None:
    for name in ("First", "Second"):
        office = make_organisation(name=f"{name} Office", slug=f"{name.lower()}-office")
        make_role(event, organisation=office)
        person = make_delegate(name=f"{name} Person", listed_to=Audience.EVERYONE)
        make_affiliation(person, organisation=office)
    make_delegate(name="Third Person", listed_to=Audience.EVERYONE)
    rows = visibility.listed_delegates(ANONYMOUS_VIEWER, TODAY).order_by("name")
    cards = visibility.make_cards(rows)
    assert [(card.name, card.workplace) for card in cards] == [
        ("First Person", visibility.Workplace("First Office", "first-office")),
        ("Second Person", visibility.Workplace("Second Office", "second-office")),
        ("Third Person", None),
    ]


def test_reveal_is_logged_without_names(delegate: Delegate, quiet_delegate: Delegate) -> None:
    assert quiet_delegate.user is not None
    organisation = quiet_delegate.participations.get().organisation
    make_role(quiet_delegate.participations.get().event, organisation=organisation)
    make_affiliation(quiet_delegate, organisation=organisation)
    visibility.reveal(quiet_delegate.user, delegate.handle, NOON)
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.at, entry.organisation) == ("reveal", NOON, organisation.slug)
    text = " ".join(str(value) for value in vars(entry).values())
    for leak in ("Quentin", "Dewi", "example.org", delegate.handle):
        assert leak not in text


def test_reveal_budget_renews_next_day(
    delegate: Delegate, quiet_delegate: Delegate, settings: Settings
) -> None:
    settings.REVEALS_PER_DAY = 2
    assert quiet_delegate.user is not None
    for _look in range(2):
        assert visibility.reveal(quiet_delegate.user, delegate.handle, NOON)
    with pytest.raises(visibility.RevealBudgetExceeded):
        visibility.reveal(quiet_delegate.user, delegate.handle, NOON)
    assert AuditEntry.objects.count() == 2
    assert visibility.reveal(quiet_delegate.user, delegate.handle, NOON + timedelta(days=1))


def test_hidden_unknown_and_own_profiles_use_no_budget(
    delegate: Delegate, quiet_delegate: Delegate
) -> None:
    assert delegate.user is not None
    assert visibility.reveal(delegate.user, quiet_delegate.handle, NOON) is None
    assert visibility.reveal(delegate.user, "abcdefghjk", NOON) is None
    assert visibility.reveal(delegate.user, delegate.handle, NOON) is not None
    assert not AuditEntry.objects.exists() and not RevealBudget.objects.exists()


def test_profile_shows_what_the_person_wrote(event: Event) -> None:
    person = make_delegate(
        name="Ona Ong",
        name_latin="Ona",
        post="Director",
        about="Runs a shelter network.",
        listed_to=Audience.EVERYONE,
    )
    person.languages.create(language="th")
    for name, since, country in (
        ("Old Office", date(2019, 1, 1), "TH"),
        ("New Office", date(2021, 1, 1), "ID"),
        ("Undated Office", None, ""),
    ):
        office = make_organisation(name=name, slug=name.lower().replace(" ", "-"), country=country)
        make_role(event, organisation=office)
        make_affiliation(person, organisation=office, since=since, post=f"Post at {name}")
    make_channel(person, kind="phone", value="+66812345678", audience=Audience.EVERYONE)
    profile = visibility.find_profile(ANONYMOUS_VIEWER, person.handle, TODAY)
    workplace = visibility.Workplace("New Office", "new-office", "", "ID")
    card = visibility.Card(person.handle, "Ona Ong", "Ona", "Director", workplace, False)
    assert profile is not None
    assert (profile.card, profile.about, profile.is_own) == (card, "Runs a shelter network.", False)
    assert profile.languages == ("Thai",)
    assert profile.workplaces == (
        visibility.Workplace("New Office", "new-office", "Post at New Office", "ID"),
        visibility.Workplace("Old Office", "old-office", "Post at Old Office", "TH"),
        visibility.Workplace("Undated Office", "undated-office", "Post at Undated Office", ""),
    )
    assert profile.channels == (
        visibility.Channel(
            ChannelKind.PHONE, "+66812345678", "+66 81 234 5678", "tel:+66812345678"
        ),
    )
    make_delegate(listed_to=Audience.EVERYONE)
    assert visibility.cards_by_id(ANONYMOUS_VIEWER, [person.pk], TODAY) == {person.pk: card}


def test_people_of_an_organisation_are_those_who_work_there_now(event: Event) -> None:
    office, other, not_public = (make_organisation() for _ in range(3))
    for place in (office, other):
        make_role(event, organisation=place)
    here, there, left, hidden = (make_delegate(listed_to=Audience.EVERYONE) for _ in range(4))
    make_affiliation(here, organisation=office)
    make_affiliation(there, organisation=other)
    make_affiliation(left, organisation=office, until=TODAY)
    make_affiliation(hidden, organisation=office)
    hidden.write(listed_to=Audience.ONLY_ME)
    make_affiliation(here, organisation=not_public)
    for organisation, people in ((office, [here]), (other, [there]), (not_public, [])):
        found = visibility.listed_at_organisation(organisation, ANONYMOUS_VIEWER, TODAY)
        assert list(found) == people
    places = visibility.current_affiliations(TODAY, [other.pk])
    assert [row.organisation for row in places] == [other]


def test_those_who_share_with_everyone_come_by_name_and_only_so_many(event: Event) -> None:
    for name in ("Cem", "Ann", "Bea"):
        person = make_delegate(name=name, listed_to=Audience.EVERYONE)
        make_channel(person, value=f"{name.lower()}@example.org", audience=Audience.EVERYONE)
        make_channel(person, value=f"{name.lower()}@example.com", audience=Audience.PARTICIPANTS)
        make_participation(person, event, confirmed=name != "Bea")
    only_participants = make_delegate(name="Dan", listed_to=Audience.EVERYONE)
    make_channel(only_participants, audience=Audience.PARTICIPANTS)
    not_listed = make_delegate(name="Eve", listed_to=Audience.PARTICIPANTS)
    make_channel(not_listed, audience=Audience.EVERYONE)

    def names(event: Event | None = None, limit: int | None = None) -> list[str]:
        people = visibility.public_profiles(TODAY, event, limit)
        assert not any(profile.is_own for profile in people)
        assert {len(profile.channels) for profile in people} <= {1}
        return [profile.card.name for profile in people]

    assert names() == ["Ann", "Bea", "Cem"]
    assert names(event) == ["Ann", "Cem"]
    assert names(limit=2) == ["Ann", "Bea"]
    assert names(make_event()) == []


def test_participations_of_people_are_shown_to_whom_they_are_listed_there(db: None) -> None:
    public, quiet = make_event(), make_event(is_public=False)
    reader, open_person, shy = (make_delegate() for _ in range(3))
    open_person.write(listed_to=Audience.EVERYONE)
    make_channel(open_person, audience=Audience.EVERYONE)
    listed_only = make_delegate(listed_to=Audience.EVERYONE)
    met = make_delegate(listed_to=Audience.PARTICIPANTS)
    for person in (reader, open_person, shy, listed_only, met):
        make_participation(person, public)
        make_participation(person, quiet)
    make_participation(met, make_event())  # where the reader was not
    unconfirmed = make_delegate(listed_to=Audience.EVERYONE)
    make_channel(unconfirmed, audience=Audience.EVERYONE)
    make_participation(unconfirmed, public, confirmed=False)
    make_channel(shy, audience=Audience.EVERYONE)  # whose name is listed to no one

    def shown(viewer: visibility.Viewer) -> set[tuple[int, int]]:
        rows = visibility.participations_shown(viewer)
        return set(rows.values_list("delegate", "event"))

    everyone = {(open_person.pk, public.pk)}
    assert shown(ANONYMOUS_VIEWER) == everyone
    assert shown(eyes(reader)) == everyone | {
        (person.pk, public.pk) for person in (reader, listed_only, met)
    }
