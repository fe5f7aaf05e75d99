"""Who is inside which audience: each audience, each exception and each kind of viewer, by name."""

from collections.abc import Callable
from datetime import date, timedelta
from itertools import product
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from participants.models import (
    Audience,
    Constituency,
    Delegate,
    Organisation,
    OrganisationKind,
    Participation,
    User,
)
from participants.privacy import visibility
from participants.privacy.audiences import (
    ANONYMOUS_VIEWER,
    EventConfirmer,
    ExceptionSet,
    ProfileOwner,
    Viewer,
    get_viewer,
    get_viewers,
    is_in_audience,
    is_within,
)
from roundtable.models import Event
from tests.factories import (
    NOON,
    make_affiliation,
    make_channel,
    make_confirmation,
    make_delegate,
    make_event,
    make_exception,
    make_grant,
    make_holder,
    make_introduction,
    make_organisation,
    make_participation,
    make_user,
    show_first,
)
from tests.recorded_fixtures import recorded

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 2)
YESTERDAY = TODAY - timedelta(days=1)
LATER = NOON + timedelta(hours=1)

AUDIENCE_OF = dict(zip("MICPE", Audience, strict=True))


@pytest.fixture
@recorded
def event(db: None) -> Event:
    return make_event()


def make_owner(event: Event, listed_to: str = Audience.EVERYONE, **fields: Any) -> Delegate:
    """A person of civil society who took part, with one channel for each audience."""
    owner = make_delegate(name="Owner", listed_to=listed_to, **fields)
    make_participation(owner, event, organisation=office(OrganisationKind.CIVIL_SOCIETY))
    for audience in Audience:
        make_channel(owner, value=f"{audience}@example.org", audience=audience)
    return owner


def office(kind: str, **fields: Any) -> Organisation:
    return make_organisation(kind=kind, **fields)


def participant(
    event: Event, kind: str = OrganisationKind.CIVIL_SOCIETY, **fields: Any
) -> Delegate:
    """Who is of a government has shown civil society a work contact."""
    person = make_delegate()
    make_participation(person, event, organisation=office(kind, **fields))
    if kind == OrganisationKind.GOVERNMENT:
        show_first(person)
    return person


Eyes = Delegate | User | AnonymousUser


def seen_by(who: Eyes, owner: Delegate) -> str | None:
    """The audiences whose channels are seen, each by its letter; None where no one is listed.

    Both halves of the door are asked.
    """
    user = who.user if isinstance(who, Delegate) else who
    assert user is not None
    viewer = get_viewer(user, TODAY)
    profile = visibility.find_profile(viewer, owner.handle, TODAY, revealed=True)
    listed = visibility.listed_delegates(viewer, TODAY).filter(pk=owner.pk).exists()
    assert listed == (profile is not None)
    if profile is None:
        return None
    found = {channel.value for channel in profile.channels}
    return "".join(
        letter for letter, audience in AUDIENCE_OF.items() if f"{audience}@example.org" in found
    )


# Each kind of viewer, made for an owner who sat with civil society at the event.
Making = Callable[[Event, Delegate], Eyes]


def visitor(_event: Event, _owner: Delegate) -> AnonymousUser:
    return AnonymousUser()


def closed_account(event: Event, _owner: Delegate) -> Delegate:
    person = participant(event)
    User.objects.filter(delegate=person).update(is_active=False)
    person.refresh_from_db()
    return person


def operator(_event: Event, _owner: Delegate) -> User:
    return make_user(is_superuser=True)


def cochair(event: Event, _owner: Delegate) -> User:
    return make_holder(event, on_behalf_of=office(OrganisationKind.CIVIL_SOCIETY))


def unconfirmed(event: Event, _owner: Delegate) -> Delegate:
    person, place = make_delegate(), office(OrganisationKind.CIVIL_SOCIETY)
    make_participation(person, event, confirmed=False, organisation=place)
    return person


def colleague_who_took_no_part(_event: Event, owner: Delegate) -> Delegate:
    person = make_delegate()
    make_affiliation(person, organisation=owner.participations.get().organisation)
    return person


def of(kind: str) -> Making:
    """Who took part for such an organisation."""
    return lambda event, _owner: participant(event, kind)


same_constituency = of(OrganisationKind.CIVIL_SOCIETY)


def also_of(kind: str, *, sat_with: str = OrganisationKind.CIVIL_SOCIETY, **fields: Any) -> Making:
    """Who also works, or worked, for another one; who is of a government now has shown first."""

    def make(event: Event, _owner: Delegate) -> Delegate:
        person = participant(event, sat_with)
        make_affiliation(person, organisation=office(kind), **fields)
        if kind == OrganisationKind.GOVERNMENT and fields.get("until", TODAY) == TODAY:
            show_first(person)
        return person

    return make


def acts_for_a_government(event: Event, _owner: Delegate) -> Delegate:
    person = participant(event)
    acts_for(person, office(OrganisationKind.GOVERNMENT))
    show_first(person)
    return person


def suspended_right_of_a_government(event: Event, _owner: Delegate) -> Delegate:
    person, place = participant(event), office(OrganisationKind.GOVERNMENT)
    acts_for(person, place, effective_on=None, suspended_at=NOON)
    return person


def met(*, by_owner: bool = False, **fields: Any) -> Making:
    """Between whom and the owner there is such an introduction."""

    def make(_event: Event, owner: Delegate) -> Delegate:
        person = make_delegate()
        first, second = (owner, person) if by_owner else (person, owner)
        make_introduction(first, second, **fields)
        return person

    return make


ASKED: dict[str, Any] = {"accepted": False, "first_accepted_at": NOON}
introduced, asked = met(), met(**ASKED)
refused, ended = met(**ASKED, second_ended_at=LATER), met(first_ended_at=LATER)


def proposed_by_a_cochair(event: Event, owner: Delegate) -> Eyes:
    return met(accepted=False, proposed_by=make_user())(event, owner)


def introduced_to_another_person(event: Event, _owner: Delegate) -> Eyes:
    return introduced(event, participant(event))


GOVERNMENT = OrganisationKind.GOVERNMENT
# The channels seen of an owner listed to everyone: M only me, I introduced, C constituency,
# P participants, E everyone.
SEES: dict[str, tuple[Making, str]] = {
    "visitor": (visitor, "E"),
    "closed account": (closed_account, "E"),
    "account without delegate": (lambda _event, _owner: make_user(), "E"),
    "operator": (operator, "E"),
    "co-chair": (cochair, "E"),
    "unconfirmed": (unconfirmed, "E"),
    "of another event": (lambda _event, _owner: participant(make_event()), "E"),
    "colleague who took no part": (colleague_who_took_no_part, "E"),
    "same constituency": (same_constituency, "CPE"),
    "other constituency": (of(GOVERNMENT), "PE"),
    "national society": (of(OrganisationKind.NATIONAL_SOCIETY), "PE"),
    "still there": (also_of(OrganisationKind.CIVIL_SOCIETY), "CPE"),
    "moved to a government": (also_of(GOVERNMENT), "PE"),
    "was with a government": (also_of(GOVERNMENT, until=YESTERDAY), "CPE"),
    "moved to one of no constituency": (also_of(OrganisationKind.OTHER), "CPE"),
    "acts for a government": (acts_for_a_government, "PE"),
    "suspended right of a government": (suspended_right_of_a_government, "CPE"),
    "moved to civil society": (
        also_of(OrganisationKind.CIVIL_SOCIETY, sat_with=GOVERNMENT),
        "PE",
    ),
    "removed a wrong employer": (also_of(GOVERNMENT, removed_at=NOON), "CPE"),
    "works there until today": (also_of(GOVERNMENT, until=TODAY), "PE"),
    "introduced": (introduced, "ICPE"),
    "introduced as the other side": (met(by_owner=True), "ICPE"),
    "asked": (asked, "E"),
    "asked by the owner": (met(by_owner=True, **ASKED), "E"),
    "proposed by a co-chair": (proposed_by_a_cochair, "E"),
    "refused": (refused, "E"),
    "ended": (ended, "E"),
    "introduced to another person": (introduced_to_another_person, "E"),
}


@pytest.mark.parametrize(("make", "expected"), SEES.values(), ids=SEES)
def test_channel_requires_channel_and_listing_audience(
    event: Event, make: Making, expected: str
) -> None:
    owner = make_owner(event)
    viewer = make(event, owner)
    for letter, listed_to in AUDIENCE_OF.items():
        owner.write(listed_to=listed_to)
        seen = expected if letter in expected else None
        assert seen_by(viewer, owner) == seen, listed_to


def test_owner_sees_own_profile_regardless_of_listing(event: Event) -> None:
    owner = make_owner(event)
    assert owner.user is not None
    for audience, hidden_at in product(Audience, (None, NOON)):
        owner.write(listed_to=audience, hidden_at=hidden_at)
        viewer = get_viewer(owner.user, TODAY)
        profile = visibility.find_profile(viewer, owner.handle, TODAY)
        assert profile is not None and profile.is_own and len(profile.channels) == 5
        assert owner in visibility.listed_delegates(viewer, TODAY)


def test_viewers_without_constituency_share_none(event: Event) -> None:
    owner = make_delegate(listed_to=Audience.EVERYONE)
    make_participation(owner, event, organisation=office(OrganisationKind.OTHER))
    make_channel(owner, value="constituency@example.org", audience=Audience.CONSTITUENCY)
    make_channel(owner, value="participants@example.org", audience=Audience.PARTICIPANTS)
    assert seen_by(participant(event, OrganisationKind.OTHER), owner) == "P"


def test_national_societies_belong_to_red_cross_constituency(event: Event) -> None:
    owner = make_delegate(listed_to=Audience.CONSTITUENCY)
    make_participation(owner, event, organisation=office(OrganisationKind.NATIONAL_SOCIETY))
    for kind, seen in (
        (OrganisationKind.NATIONAL_SOCIETY, ""),
        (OrganisationKind.MOVEMENT, ""),
        (OrganisationKind.CIVIL_SOCIETY, None),
    ):
        assert seen_by(participant(event, kind), owner) == seen


def test_constituency_is_shared_at_one_event_and_not_across_two(event: Event) -> None:
    """Both met at both events, and never sat together at either."""
    owner, person = make_delegate(listed_to=Audience.CONSTITUENCY), make_delegate()
    second = make_event()
    for who, kinds in (
        (owner, (OrganisationKind.GOVERNMENT, OrganisationKind.AGENCY)),
        (person, (OrganisationKind.AGENCY, OrganisationKind.GOVERNMENT)),
    ):
        for where, kind in zip((event, second), kinds, strict=True):
            make_participation(who, where, organisation=office(kind))
    assert seen_by(person, owner) is None
    third = make_event()
    for who in (owner, person):
        make_participation(who, third, organisation=office(OrganisationKind.AGENCY))
    assert seen_by(person, owner) == ""


def acts_for(person: Delegate, place: Organisation, **fields: Any) -> None:
    assert person.user is not None
    make_grant(person.user, make_event(), on_behalf_of=place, **fields)


def speaks_for(person: Delegate, place: Organisation, **fields: Any) -> None:
    make_participation(person, make_event(), organisation=place, **fields)


def works_for(person: Delegate, place: Organisation, **fields: Any) -> None:
    make_affiliation(person, organisation=place, **fields)


NO_LONGER = {"confirmed_at": None, "details_open_on": None}
# Each way in which someone belongs to a government, besides having taken part for it here.
BELONGINGS: list[tuple[Callable[..., None], dict[str, Any]]] = [
    (works_for, {}),
    (works_for, {"until": date(2019, 12, 31)}),
    (speaks_for, {}),
    (speaks_for, NO_LONGER | {"suspended_at": NOON}),
    (speaks_for, NO_LONGER | {"ended_at": NOON}),
    (acts_for, {}),
    (acts_for, {"valid_until": YESTERDAY}),
]
# By name, by another body of its government, by its country, by its constituency.
WAYS = ["organisation", "government", "country", "constituency"]


def leave_out(owner: Delegate, way: str, place: Organisation, **fields: Any) -> None:
    if way == "government":
        make_exception(owner, organisation=office(place.kind, country=place.country), **fields)
        return
    whom = {
        "organisation": place,
        "country": place.country,
        "constituency": Constituency.GOVERNMENTS,
    }[way]
    make_exception(owner, **{way: whom}, **fields)


def confirm(row: Participation, place: Organisation, **fields: Any) -> None:
    make_confirmation(row, make_user(), capacity="cochair", on_behalf_of=place, **fields)


@pytest.mark.parametrize(("belong", "fields"), BELONGINGS)
def test_listing_exclusion_hides_profile(
    event: Event, belong: Callable[..., None], fields: dict[str, Any]
) -> None:
    place = office(OrganisationKind.GOVERNMENT, country="AU")
    owner = make_owner(event, Audience.PARTICIPANTS)
    person, other = participant(event), participant(event, country="TH")
    belong(person, place, **fields)
    for way in WAYS:
        leave_out(owner, way, place)
        assert seen_by(person, owner) is None, way
        assert seen_by(other, owner) == "CPE", way
        # No introduction leads past it, whoever asked; without it, one is in force.
        introduction = make_introduction(person, owner)
        assert seen_by(person, owner) is None, way
        assert seen_by(owner, person) is None, way
        owner.exceptions.all().delete()
        assert seen_by(person, owner) == "ICPE", way
        introduction.delete()


@pytest.mark.parametrize(("belong", "fields"), BELONGINGS)
def test_channel_exclusion_hides_that_channel(
    event: Event, belong: Callable[..., None], fields: dict[str, Any]
) -> None:
    place = office(OrganisationKind.GOVERNMENT, country="AU")
    owner = make_owner(event, Audience.PARTICIPANTS)
    channel = owner.channels.get(audience=Audience.PARTICIPANTS)
    person, other = participant(event), participant(event, country="TH")
    belong(person, place, **fields)
    show_first(person)
    moved = belong in (works_for, acts_for) and not fields  # who now sits with a government
    for way in WAYS:
        leave_out(owner, way, place, channel=channel)
        assert seen_by(person, owner) == ("E" if moved else "CE"), way
        assert seen_by(other, owner) == "CPE", way
        introduction = make_introduction(person, owner)
        assert seen_by(person, owner) == "ICPE", way
        introduction.delete()
        owner.exceptions.all().delete()


def test_exclusion_applies_to_every_audience_but_everyone(event: Event) -> None:
    """Anyone can sign out and look."""
    place = office(OrganisationKind.GOVERNMENT, country="AU")
    owner, person = make_owner(event, Audience.CONSTITUENCY), participant(event)
    works_for(person, place, until=YESTERDAY)
    assert seen_by(person, owner) == "CPE"
    for way in WAYS:
        leave_out(owner, way, place)
        assert seen_by(person, owner) is None, way
        owner.exceptions.all().delete()
    owner.write(listed_to=Audience.EVERYONE)
    works_for(person, place)
    show_first(person)
    for way in WAYS:
        leave_out(owner, way, place)
        leave_out(owner, way, place, channel=owner.channels.get(audience=Audience.EVERYONE))
        assert seen_by(person, owner) == "PE", way
        owner.exceptions.all().delete()


def test_exclusion_affects_named_organisation_only(event: Event) -> None:
    """And no one whom another person excludes."""
    owner, person = make_owner(event, Audience.PARTICIPANTS), participant(event)
    for kind, country in (
        (OrganisationKind.AGENCY, ""),
        (OrganisationKind.CIVIL_SOCIETY, "TH"),
        (OrganisationKind.OTHER, "NZ"),
    ):
        place = office(kind, country=country)
        make_affiliation(person, organisation=place, until=YESTERDAY)
        make_exception(make_owner(event, Audience.PARTICIPANTS), organisation=place)
    friend = introduced(event, owner)
    for way in WAYS:
        leave_out(owner, way, office(OrganisationKind.GOVERNMENT, country="AU"))
        assert seen_by(person, owner) == "CPE", way
        assert seen_by(friend, owner) == "ICPE", way
        owner.exceptions.all().delete()


def test_exclusion_of_government_leaves_out_other_governments(event: Event) -> None:
    """Those without a country may be bodies of different governments."""
    excluded = office(OrganisationKind.GOVERNMENT, country="AU")
    unknown = office(OrganisationKind.GOVERNMENT)
    owner = make_owner(event, Audience.PARTICIPANTS)
    make_exception(owner, organisation=excluded)
    make_exception(owner, organisation=unknown)
    make_exception(owner, organisation=office(OrganisationKind.CIVIL_SOCIETY, country="NZ"))
    for kind, country, seen in (
        (OrganisationKind.GOVERNMENT, "NZ", "PE"),
        (OrganisationKind.GOVERNMENT, "", "PE"),
        (OrganisationKind.CIVIL_SOCIETY, "AU", "CPE"),
        (OrganisationKind.CIVIL_SOCIETY, "NZ", "CPE"),
        (OrganisationKind.GOVERNMENT, "AU", None),
    ):
        assert seen_by(participant(event, kind, country=country), owner) == seen, (kind, country)


@pytest.mark.parametrize("is_second_excluded", [False, True])
def test_exclusion_of_government_applies_to_who_confirmed(
    event: Event, is_second_excluded: bool
) -> None:
    owner, person = make_owner(event, Audience.PARTICIPANTS), participant(event)
    police = office(OrganisationKind.GOVERNMENT, country="ID")
    ministry = office(OrganisationKind.GOVERNMENT, country="ID")
    other = office(OrganisationKind.GOVERNMENT, country="ID" if is_second_excluded else "AU")
    make_exception(owner, organisation=police)
    make_exception(owner, channel=owner.channels.get(audience="constituency"), organisation=police)
    assert seen_by(person, owner) == "CPE"
    for place in (ministry, other):
        confirm(person.participations.get(), place)
    assert seen_by(person, owner) == (None if is_second_excluded else "CPE")


@pytest.mark.parametrize("of_listing", [True, False])
def test_exclusion_reaches_whom_the_excluded_alone_confirmed(
    event: Event, of_listing: bool
) -> None:
    owner, person = make_owner(event, Audience.PARTICIPANTS), participant(event)
    channel = None if of_listing else owner.channels.get(audience=Audience.PARTICIPANTS)
    place, other = (office(OrganisationKind.AGENCY, country="CH") for _ in range(2))
    confirm(person.participations.get(), place)
    exceptions: list[tuple[dict[str, Any], bool]] = [
        ({"organisation": place}, True),
        ({"organisation": other}, False),
        ({"constituency": Constituency.AGENCIES}, True),
        ({"constituency": Constituency.CIVIL_SOCIETY}, True),  # the viewer's own
        ({"constituency": Constituency.GOVERNMENTS}, False),
        ({"country": "CH"}, True),
        ({"country": "FR"}, False),
    ]
    left = None if of_listing else "CE"
    for exception, is_left_out in exceptions:
        make_exception(owner, channel=channel, **exception)
        assert seen_by(person, owner) == (left if is_left_out else "CPE"), exception
        owner.exceptions.all().delete()


def test_meeting_elsewhere_leads_to_no_one_whom_the_excluded_alone_confirmed(
    event: Event,
) -> None:
    """They sat in one constituency here; elsewhere they met as well, but sat apart."""
    owner, person = make_owner(event, Audience.CONSTITUENCY), participant(event)
    elsewhere = make_event()
    make_participation(owner, elsewhere, organisation=office(OrganisationKind.AGENCY))
    make_participation(person, elsewhere, organisation=office(OrganisationKind.CIVIL_SOCIETY))
    excluded, other = (office(OrganisationKind.AGENCY) for _ in range(2))
    for place, confirmer in ((event, excluded), (elsewhere, other)):
        confirm(person.participations.get(event=place), confirmer)
    assert seen_by(person, owner) == "CPE"
    make_exception(owner, organisation=excluded)
    assert seen_by(person, owner) is None


def test_confirmation_of_a_participation_that_ended_does_not_count(event: Event) -> None:
    """Only the excluded office confirmed that the viewer takes part now."""
    owner, person = make_owner(event, Audience.PARTICIPANTS), participant(event)
    excluded, other = (office(OrganisationKind.AGENCY) for _ in range(2))
    make_exception(owner, organisation=excluded)
    now = person.participations.get()
    former = make_participation(person, event, ended_at=NOON)
    for row, place in ((former, other), (now, excluded)):
        confirm(row, place)
    assert seen_by(person, owner) is None


def test_profile_takes_as_many_queries_with_more_exclusions(
    event: Event, django_assert_num_queries: Any
) -> None:
    owner, person = make_owner(event, Audience.PARTICIPANTS), participant(event)
    assert person.user is not None
    viewer = get_viewer(person.user, TODAY)
    for _number in range(3):
        make_exception(owner, organisation=office(OrganisationKind.GOVERNMENT, country="AU"))
        with django_assert_num_queries(6):
            assert visibility.find_profile(viewer, owner.handle, TODAY, revealed=True)


@pytest.mark.parametrize(
    ("days", "seen", "has_begun"),
    [
        ({"valid_from": TODAY}, "PE", True),
        ({"valid_until": TODAY}, "PE", True),
        ({"valid_from": TODAY + timedelta(days=1)}, "CPE", False),
        ({"valid_until": YESTERDAY}, "CPE", True),
    ],
)
def test_who_acts_for_a_government_leaves_civil_society_for_those_days(
    event: Event, days: dict[str, date], seen: str, has_begun: bool
) -> None:
    """An exclusion applies from the first day on."""
    owner, person = make_owner(event), participant(event)
    ministry = office(OrganisationKind.GOVERNMENT)
    acts_for(person, ministry, **days)
    show_first(person)
    assert seen_by(person, owner) == seen
    owner.write(listed_to=Audience.PARTICIPANTS)
    make_exception(owner, organisation=ministry)
    assert seen_by(person, owner) == (None if has_begun else "CPE")


# Governments show first -------------------------------------------------------------------------


def official_of(event: Event, **shares: Any) -> Delegate:
    person = make_delegate(listed_to=shares.pop("listed_to", Audience.PARTICIPANTS))
    make_participation(person, event, organisation=office(OrganisationKind.GOVERNMENT))
    make_channel(person, **{"audience": Audience.PARTICIPANTS} | shares)
    return person


def test_government_sees_civil_society_while_it_shows_a_work_contact(event: Event) -> None:
    owner, open_owner = make_owner(event, Audience.PARTICIPANTS), make_owner(event)
    official = official_of(event)
    assert [seen_by(official, each) for each in (owner, open_owner)] == ["PE", "PE"]
    for hides in ({"listed_to": "only_me"}, {"hidden_at": NOON}):
        Delegate.objects.filter(pk=official.pk).update(**hides)
        assert [seen_by(official, each) for each in (owner, open_owner)] == [None, "E"]
        Delegate.objects.filter(pk=official.pk).update(listed_to="participants", hidden_at=None)
    # Who is of civil society shows nothing, sees what governments share, and writes first.
    assert seen_by(participant(event), owner) == "CPE"
    assert owner.user is not None
    viewer = get_viewer(owner.user, TODAY)
    assert visibility.listed_delegates(viewer, TODAY).filter(pk=official.pk).exists()


@pytest.mark.parametrize(
    ("shares", "sees"),
    [
        ({}, True),
        ({"audience": "everyone", "listed_to": "everyone"}, True),
        ({"kind": "phone", "value": "+62 21 5555 0100"}, True),
        ({"kind": "site", "value": "https://example.org"}, False),
        ({"kind": "other", "value": "Ask at the desk"}, False),
        ({"audience": "constituency"}, False),
        ({"audience": "introduced"}, False),
        ({"listed_to": "constituency"}, False),
    ],
)
def test_work_contact_is_one_that_civil_society_can_use(
    event: Event, shares: dict[str, str], sees: bool
) -> None:
    owner = make_owner(event, Audience.PARTICIPANTS)
    assert seen_by(official_of(event, **shares), owner) == ("PE" if sees else None)


@pytest.mark.parametrize("of_listing", [True, False])
def test_government_that_excludes_civil_society_does_not_show(
    event: Event, of_listing: bool
) -> None:
    owner, official = make_owner(event, Audience.PARTICIPANTS), official_of(event)
    channel = None if of_listing else official.channels.get()
    for left_out, sees in (
        ({"constituency": Constituency.CIVIL_SOCIETY}, False),
        ({"country": "TH"}, False),
        ({"organisation": office(OrganisationKind.CIVIL_SOCIETY)}, False),
        ({"organisation": office(OrganisationKind.GOVERNMENT, country="AU")}, True),
        ({"constituency": Constituency.AGENCIES}, True),
    ):
        row = make_exception(official, channel=channel, **left_out)
        assert seen_by(official, owner) == ("PE" if sees else None), left_out
        row.delete()


def test_government_need_not_show_others_or_where_introduced(event: Event) -> None:
    official = official_of(event, audience="only_me")
    owner = make_owner(event, Audience.PARTICIPANTS)
    assert seen_by(official, owner) is None
    make_introduction(official, owner)
    assert seen_by(official, owner) == "ICPE"
    agency = make_delegate(listed_to=Audience.PARTICIPANTS)
    make_participation(agency, event, organisation=office(OrganisationKind.AGENCY))
    assert seen_by(official, agency) is not None


def test_seat_at_a_second_meeting_does_not_open_civil_society(event: Event) -> None:
    """A government's delegate who sits with others elsewhere is still of the government."""
    second = make_event()
    owner = make_owner(event, Audience.PARTICIPANTS)
    make_participation(owner, second, organisation=office(OrganisationKind.CIVIL_SOCIETY))
    official = official_of(event, audience="only_me")
    make_participation(official, second, organisation=office(OrganisationKind.AGENCY))
    assert seen_by(official, owner) is None


@pytest.mark.parametrize("change", ["hidden", "closed", "withdrawn", "erased"])
def test_hidden_delegate_is_hidden_from_everyone(event: Event, change: str) -> None:
    owner = make_owner(event)
    eyes = [make(event, owner) for make in (visitor, same_constituency, operator, introduced)]
    assert [seen_by(who, owner) for who in eyes] == ["E", "CPE", "E", "ICPE"]
    withdrawn = {"listed_to": Audience.ONLY_ME, "consented_at": None}
    changed: dict[str, dict[str, Any]] = {
        "hidden": {"hidden_at": NOON},
        "closed": {},
        "withdrawn": withdrawn,
        "erased": withdrawn | {"erased_at": NOON, "user": None, "name": ""},
    }
    Delegate.objects.filter(pk=owner.pk).update(**changed[change])
    if change == "closed":
        User.objects.filter(delegate=owner).update(is_active=False)
    assert [seen_by(who, owner) for who in eyes] == [None, None, None, None]
    assert visibility.public_profiles(TODAY) == []


def test_delegate_without_consent_is_hidden_even_if_listed() -> None:
    """The database refuses such a row; the door would not show it either."""
    person = Delegate(name="Not agreed", user=make_user(), listed_to=Audience.EVERYONE, pk=0)
    assert not visibility._is_listed(person, ProfileOwner(0), ANONYMOUS_VIEWER)
    person.consented_at = NOON
    assert visibility._is_listed(person, ProfileOwner(0), ANONYMOUS_VIEWER)
    person.erased_at = NOON
    assert not visibility._is_listed(person, ProfileOwner(0), ANONYMOUS_VIEWER)
    assert person.user is not None
    person.erased_at, person.user.is_active = None, False
    assert not visibility._is_listed(person, ProfileOwner(0), ANONYMOUS_VIEWER)
    person.user = None
    assert not visibility._is_listed(person, ProfileOwner(0), ANONYMOUS_VIEWER)


def test_hidden_delegate_still_sees_others(event: Event) -> None:
    """Who hides oneself still sees what one may see."""
    owner, person = make_owner(event), participant(event)
    Delegate.objects.filter(pk=person.pk).update(hidden_at=NOON)
    assert seen_by(person, owner) == "CPE"


def test_made_up_viewer_of_a_preview_sees_what_that_role_sees(event: Event) -> None:
    owner = make_owner(event)
    assert owner.user
    own = visibility.get_viewer(owner.user, TODAY)
    for role, seen in (
        ("participant", "PE"),
        ("constituency", "CPE"),
        ("introduced", "ICPE"),
        ("signed in", "E"),
    ):
        viewer = visibility.hypothetical_viewer(own, role)
        assert viewer.signed_in
        profile = visibility.find_profile(viewer, owner.handle, TODAY, revealed=True)
        assert profile is not None
        values = {channel.value for channel in profile.channels}
        assert values == {f"{AUDIENCE_OF[letter]}@example.org" for letter in seen}


def test_unknown_audience_admits_no_one() -> None:
    owner = ProfileOwner(1, frozenset({(1, "agencies")}))
    viewer = Viewer(
        delegate=2,
        signed_in=True,
        events=frozenset({1}),
        event_constituencies=frozenset({(1, "agencies")}),
        introduced=frozenset({1}),
    )
    for word in ("", "all", "Everyone", "friends"):
        assert not is_in_audience(word, ExceptionSet(), viewer, owner)


@pytest.mark.parametrize(
    ("letter", "containing"), [("M", "MICPE"), ("I", "ICPE"), ("C", "CPE"), ("P", "PE"), ("E", "E")]
)
def test_audiences_contain_each_other_in_their_order(letter: str, containing: str) -> None:
    found = [other for other, it in AUDIENCE_OF.items() if is_within(AUDIENCE_OF[letter], it)]
    assert "".join(found) == containing


def test_viewer_is_all_that_is_known_of_the_person() -> None:
    person, other = make_delegate(), make_delegate()
    assert person.user is not None
    tomorrow = TODAY + timedelta(days=1)
    events = [make_event() for _ in range(5)]
    offices = {
        name: office(kind, country=country)
        for name, kind, country in (
            ("sat", OrganisationKind.CIVIL_SOCIETY, "TH"),
            ("later", OrganisationKind.AGENCY, ""),
            ("unconfirmed", OrganisationKind.GOVERNMENT, "ID"),
            ("ended", OrganisationKind.GOVERNMENT, ""),
            ("works", OrganisationKind.CIVIL_SOCIETY, "MY"),
            ("left", OrganisationKind.NATIONAL_SOCIETY, "FJ"),
            ("removed", OrganisationKind.MOVEMENT, ""),
            ("acts", OrganisationKind.CIVIL_SOCIETY, ""),
            ("acted", OrganisationKind.GOVERNMENT, "NR"),
            ("suspended", OrganisationKind.GOVERNMENT, "TO"),
            ("pending", OrganisationKind.GOVERNMENT, "NZ"),
            ("no-effect", OrganisationKind.GOVERNMENT, "AU"),
            ("confirms", OrganisationKind.GOVERNMENT, "LK"),
            ("confirms-too", OrganisationKind.AGENCY, "CH"),
        )
    }
    sat = make_participation(person, events[0], organisation=offices["sat"], details_open_on=TODAY)
    make_participation(person, events[1], organisation=offices["later"], details_open_on=tomorrow)
    make_participation(person, events[2], organisation=offices["unconfirmed"], confirmed=False)
    make_participation(person, events[3], organisation=offices["ended"], ended_at=NOON)
    make_affiliation(person, organisation=offices["works"], until=TODAY)
    make_affiliation(person, organisation=offices["left"], until=YESTERDAY)
    make_affiliation(person, organisation=offices["removed"], removed_at=NOON)
    for name, fields in (
        ("acts", {"valid_until": TODAY}),
        ("acted", {"valid_until": YESTERDAY}),
        ("suspended", {"effective_on": None, "suspended_at": NOON}),
        ("pending", {"effective_on": None}),
    ):
        make_grant(person.user, make_event(), on_behalf_of=offices[name], **fields)
    make_grant(person.user, make_event())
    for name, has_effect in (("confirms", True), ("confirms-too", True), ("no-effect", False)):
        confirm(sat, offices[name], has_effect=has_effect)
    make_confirmation(sat, make_user())
    met, asked = make_delegate(), make_delegate()
    make_introduction(person, met)
    make_introduction(asked, person, accepted=False, first_accepted_at=NOON)
    make_introduction(other, met)
    make_participation(other, events[4])
    ids = {name: place.pk for name, place in offices.items()}
    confirmers = {
        EventConfirmer(events[0].pk, ids["confirms"], "governments", "LK"),
        EventConfirmer(events[0].pk, ids["confirms-too"], "agencies", "CH"),
    }
    expected = Viewer(
        delegate=person.pk,
        signed_in=True,
        events=frozenset({events[0].pk}),
        event_constituencies=frozenset({(events[0].pk, "civil-society")}),
        confirmed_by=frozenset(confirmers),
        organisations=frozenset(
            number
            for name, number in ids.items()
            if name not in ("unconfirmed", "pending", "no-effect", "confirms", "confirms-too")
        ),
        governments=frozenset({"NR", "TO"}),
        countries=frozenset({"TH", "MY", "FJ", "NR", "TO"}),
        constituencies=frozenset({"civil-society", "agencies", "governments", "red-cross"}),
        introduced=frozenset({met.pk}),
    )
    assert get_viewer(person.user, TODAY) == expected
    people = Delegate.objects.filter(pk__in=[person.pk, met.pk])
    viewers = get_viewers(people, TODAY)
    assert viewers[person.pk] == expected
    assert viewers[met.pk].introduced == {person.pk, other.pk}
    assert len(viewers) == 2
