"""No introduction leads past an exception, and no one learns that there is one."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from participants.introductions import lifecycle
from participants.models import (
    Audience,
    AudienceException,
    Constituency,
    Delegate,
    Introduction,
    Organisation,
    OrganisationKind,
    User,
)
from participants.privacy import visibility
from roundtable.audit.models import AuditEntry
from roundtable.mail.models import QueuedEmail
from roundtable.models import Event
from tests.factories import (
    NOON,
    make_affiliation,
    make_channel,
    make_delegate,
    make_event,
    make_exception,
    make_government,
    make_grant,
    make_introduction,
    make_invitation,
    make_organisation,
    make_participation,
    make_user,
)
from tests.participants.introductions.test_introductions import (
    emails_to,
    request,
    seen_by,
    values,
)

pytestmark = pytest.mark.django_db
Sign = Callable[[User | Delegate], Client]
PAGE = "/me/introductions/"
ADD = "/admin/participants/introduction/add/"
LIST = "/admin/participants/introduction/"


@pytest.fixture
def atlantis(db: None) -> Organisation:
    return make_government("AU", "Ministry of Atlantis")


@pytest.fixture
def official(event: Event, atlantis: Organisation) -> Delegate:
    """Represents the government of Atlantis, and shares an address with introduced people."""
    official = make_delegate(name="Oskar Official", listed_to=Audience.INTRODUCED)
    make_participation(official, event, organisation=atlantis)
    make_channel(official, value="oskar.work@example.org", audience=Audience.INTRODUCED)
    return official


@pytest.fixture
def shelter(event: Event, cochair: User) -> Delegate:
    """Protected: seen by people introduced to her, and at the desk by the co-chair who invited."""
    shelter = make_delegate(
        name="Sita Shelter", is_protected=True, listed_to=Audience.INTRODUCED, post="Night desk"
    )
    place = make_organisation(name="Safe House", country="TH")
    make_participation(shelter, event, organisation=place)
    make_invitation(shelter, event, invited_by=cochair, answer="agreed", answered_at=NOON)
    make_channel(shelter, value="sita.night@example.org", audience=Audience.INTRODUCED)
    return shelter


def exclude(owner: Delegate, way: str, place: Organisation) -> AudienceException:
    if way == "government":
        other = make_government(place.country)
        return make_exception(owner, organisation=other)
    whom = {
        "organisation": place,
        "country": place.country,
        "constituency": place.constituency,
    }[way]
    return make_exception(owner, **{way: whom})


def page_of(client: Client, path: str = PAGE) -> str:
    """The page without what is random in it."""
    text = client.get(path).content.decode()
    text = re.sub(r'value="[^"]{20,}"', "", text)
    return re.sub(r"/me/introductions/[a-z2-9]{10}/", "/me/introductions/", text)


# By name, by another body of its government, by its country, by its constituency.
WAYS = ["organisation", "government", "country", "constituency"]


# The attack: a co-chair of a government proposes, and her colleague accepts. ------------------


@pytest.mark.parametrize("way", WAYS)
def test_cochair_cannot_introduce_a_colleague_past_an_exclusion(
    client_of: Sign,
    cochair: User,
    official: Delegate,
    shelter: Delegate,
    atlantis: Organisation,
    way: str,
) -> None:
    exclude(shelter, way, atlantis)
    chair, colleague, asked = client_of(cochair), client_of(official), client_of(shelter)
    data = {"first": official.pk, "second": shelter.pk, "message": "Meet a friend"}
    assert chair.post(ADD, data).status_code == 302
    row = Introduction.objects.get()
    # It does not reach her: neither page, nor email, nor answer.
    assert "Meet a friend" not in asked.get(PAGE).content.decode()
    assert emails_to(shelter) == 0
    assert asked.post(f"{PAGE}{row.handle}/", {"answer": "accept"}).status_code == 404
    assert colleague.post(f"{PAGE}{row.handle}/", {"answer": "accept"}).status_code == 302
    assert values(official, shelter) is None
    row.refresh_from_db()
    assert row.second_accepted_at is None


def test_cochair_and_colleague_do_not_learn_of_an_exclusion(
    client_of: Sign, cochair: User, official: Delegate, shelter: Delegate, atlantis: Organisation
) -> None:
    """Two people ask for the same; one of the two is excluded. Both read the same."""
    other = make_delegate(name=shelter.name, is_protected=True, listed_to=Audience.INTRODUCED)
    place = shelter.participations.get().organisation
    event = official.participations.get().event
    make_participation(other, event, organisation=place)
    make_invitation(other, event, invited_by=cochair, answer="agreed", answered_at=NOON)
    exclude(shelter, "organisation", atlantis)
    seen = []
    for asked in (shelter, other):
        log = AuditEntry.objects.count()
        chair, colleague = client_of(cochair), client_of(official)
        data = {"first": official.pk, "second": asked.pk, "message": "Meet a friend"}
        answer = chair.post(ADD, data, follow=True)
        told = re.findall(r'class="success[^>]*>(.+?)</', answer.content.decode(), re.DOTALL)
        before = page_of(colleague)
        accept = colleague.post(
            f"{PAGE}{Introduction.objects.get(second=asked).handle}/", {"answer": "accept"}
        )
        again = chair.post(ADD, data)
        seen.append(
            (
                answer.redirect_chain,
                re.sub(r"introduction \d+", "introduction", str(told)),
                page_of(chair, LIST).count("Not yet accepted by both"),
                before,
                (accept.status_code, accept["Location"]),
                page_of(colleague),
                again.status_code,
                emails_to(official),
                AuditEntry.objects.count() - log,
            )
        )
        QueuedEmail.objects.all().delete()
        Introduction.objects.all().delete()
    assert seen[0] == seen[1]
    assert "Safe House" in seen[0][3] and "Thailand" in seen[0][3]


def test_each_side_reads_organisations_of_the_shared_roundtable_before_answering(
    client_of: Sign, cochair: User, official: Delegate, shelter: Delegate
) -> None:
    elsewhere = make_organisation(name="Second Job", country="NR")
    make_affiliation(shelter, organisation=elsewhere)
    make_participation(shelter, make_event(), organisation=elsewhere)
    data = {"first": official.pk, "second": shelter.pk, "message": ""}
    assert client_of(cochair).post(ADD, data).status_code == 302
    page = client_of(shelter).get(PAGE).content.decode()
    assert "Ministry of Atlantis" in page and "Australia" in page
    assert "Oskar" not in page
    reader = client_of(official)
    page = reader.get(PAGE).content.decode()
    assert "Safe House" in page and "Thailand" in page
    assert [word for word in ("Sita", "Second Job", "Nauru") if word in page] == []
    read = visibility.organisations_before_answer(official, [], [shelter.pk], NOON.date())
    assert list(read) == [shelter.pk]  # and of no one else who took part
    Organisation.objects.filter(name="Safe House").update(is_name_published=False)
    page = reader.get(PAGE).content.decode()
    assert "Safe House" not in page
    assert "A civil society organisation, name not published" in page and "Thailand" in page


def test_person_asked_reads_every_present_organisation_of_the_requester(
    client_of: Sign, event: Event, atlantis: Organisation, delegate: Delegate
) -> None:
    asker = make_delegate(name="Asking Asma")
    make_participation(asker, event, organisation=make_organisation(name="Front Group"))
    make_affiliation(asker, organisation=atlantis)
    for name, until in (
        ("Former Job", timezone.localdate() - timedelta(days=1)),
        ("Last Day", timezone.localdate()),
    ):
        make_affiliation(asker, organisation=make_organisation(name=name), until=until)
    assert asker.user is not None
    agency = make_organisation(name="Grant Agency", kind=OrganisationKind.AGENCY)
    make_grant(asker.user, make_event(), role="reader", on_behalf_of=agency)
    make_grant(asker.user, make_event(), role="reader")
    make_grant(make_user(), event, on_behalf_of=make_organisation())
    page = client_of(asker).get(f"/directory/{delegate.handle}/introduce/").content.decode()
    assert "its country" in page
    client_of(asker).post(f"/directory/{delegate.handle}/introduce/", {"message": "Hello"})
    page = client_of(delegate).get(PAGE).content.decode()
    assert "Asking Asma" in page
    assert "Front Group" in page and "Ministry of Atlantis" in page and "Australia" in page
    assert "Former Job" not in page
    today = timezone.localdate()
    read = visibility.organisations_before_answer(delegate, [asker.pk], [], today)
    assert list(read) == [asker.pk]
    assert sorted(place.name for place in read[asker.pk]) == [
        *("Front Group", "Grant Agency", "Last Day", "Ministry of Atlantis")
    ]


def test_requester_reads_the_country_where_the_card_is_visible(
    client_of: Sign, quiet_delegate: Delegate, delegate: Delegate, event: Event
) -> None:
    place = make_organisation(name="Harbour Office", country="ID")
    event.roles.create(organisation=place, role="participant")
    make_affiliation(delegate, organisation=place)
    client = client_of(quiet_delegate)
    path = f"/directory/{delegate.handle}/introduce/"
    assert "Indonesia" in client.get(path).content.decode()
    client.post(path, {"message": "Hello"})
    page = client.get(PAGE).content.decode()
    assert "Harbour Office" in page and "Indonesia" in page


# Requests -------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("side", ["requester", "asked"])
def test_request_between_excluded_people_is_refused_silently(
    client_of: Sign, event: Event, atlantis: Organisation, way: str, side: str
) -> None:
    seen = []
    for is_excluded in (False, True):
        asker, asked = make_delegate(name="Asker"), make_delegate(name="Asked")
        for person in (asker, asked):
            make_participation(person, event, organisation=atlantis)
        Delegate.objects.filter(pk=asked.pk).update(listed_to=Audience.EVERYONE)
        if is_excluded:
            exclude(asker if side == "requester" else asked, way, atlantis)
        log = AuditEntry.objects.count()
        client = client_of(asker)
        answer = client.post(f"/directory/{asked.handle}/introduce/", {"message": "Hello"})
        page = page_of(client)
        assert asker.user is not None
        assert "Hello" in page
        page = page.replace(asked.handle, "").replace(asker.user.email, "")
        reached = "Hello" in client_of(asked).get(PAGE).content.decode()
        assert (emails_to(asked), reached) == ((0, False) if is_excluded else (1, True))
        added = AuditEntry.objects.count() - log
        seen.append((answer.status_code, answer["Location"], page, emails_to(asker), added))
    assert seen[0] == seen[1]


def test_refused_request_ends_like_an_unanswered_one(
    delegate: Delegate, quiet_delegate: Delegate
) -> None:
    make_exception(quiet_delegate, organisation=delegate.participations.get().organisation)
    later = NOON + timedelta(days=300)
    assert request(quiet_delegate, delegate) == request(quiet_delegate, delegate, later)
    assert len(seen_by(quiet_delegate, later)) == 1
    assert seen_by(quiet_delegate, NOON + timedelta(days=366)) == []


def test_own_request_does_not_accept_what_did_not_arrive(
    delegate: Delegate, quiet_delegate: Delegate
) -> None:
    """She excludes him, so his request never arrived. To ask him does not answer it."""
    row = make_introduction(quiet_delegate, delegate, accepted=False, first_accepted_at=NOON)
    make_exception(delegate, organisation=quiet_delegate.participations.get().organisation)
    quiet_delegate.write(listed_to=Audience.EVERYONE)
    assert request(delegate, quiet_delegate) != row
    assert not Introduction.objects.accepted().exists()
    assert emails_to(quiet_delegate) == 0


# In force -------------------------------------------------------------------------------------


@pytest.mark.parametrize("side", ["viewer", "owner"])
def test_later_exclusion_ends_the_effect_at_once_and_removal_restores_it(
    client_of: Sign, official: Delegate, shelter: Delegate, atlantis: Organisation, side: str
) -> None:
    row = make_introduction(official, shelter)
    assert values(official, shelter) == ["sita.night@example.org"]
    assert values(shelter, official) == ["oskar.work@example.org"]
    browsers = client_of(official), client_of(shelter)
    safe_house = shelter.participations.get().organisation
    owner, place = (shelter, atlantis) if side == "owner" else (official, safe_house)
    for way in WAYS:
        if way == "government" and side == "viewer":
            continue  # the shelter is none
        exception = exclude(owner, way, place)
        for browser, one, other in zip(
            browsers, (official, shelter), (shelter, official), strict=True
        ):
            assert values(one, other) is None, way
            assert browser.get(other.get_absolute_url()).status_code == 404
            page = browser.get(PAGE).content.decode()
            assert "A person who shares nothing with you at the moment" in page
        exception.delete()
        assert values(official, shelter) == ["sita.night@example.org"]
        assert values(shelter, official) == ["oskar.work@example.org"]
    row.refresh_from_db()
    assert row.first_ended_at is None and row.second_ended_at is None


def test_exclusion_does_not_reach_those_who_share_a_roundtable_or_a_country_with_the_excluded(
    event: Event, shelter: Delegate
) -> None:
    """Only bodies of one government count as one organisation, if its country is known."""
    helper, unknown = (make_delegate(listed_to=Audience.INTRODUCED) for _ in range(2))
    make_channel(helper, value="helper@example.org", audience=Audience.INTRODUCED)
    make_participation(helper, event, organisation=make_organisation(country="NR"))
    government = {"kind": OrganisationKind.GOVERNMENT, "country": ""}
    make_participation(unknown, event, organisation=make_organisation(**government))
    excluded = make_organisation(name="Watched by many", country="NR")
    others = [make_delegate(), make_delegate()]
    make_participation(others[0], event, organisation=excluded)
    make_affiliation(others[0], organisation=excluded)
    assert others[1].user is not None
    make_grant(others[1].user, event, on_behalf_of=excluded)
    for person in (helper, unknown):
        make_introduction(shelter, person)
    make_exception(helper, organisation=excluded)
    make_exception(shelter, organisation=excluded)
    make_exception(shelter, organisation=make_organisation(**government))
    assert values(shelter, helper) == ["helper@example.org"]
    assert values(shelter, unknown) == []
    assert values(helper, shelter) == ["sita.night@example.org"]


@pytest.mark.parametrize("excluder", ["first", "second"])
@pytest.mark.parametrize("proposer", ["first", "cochair", "erased", "accepted"])
def test_introduction_reaches_whom_it_does_not_tell_of_an_exclusion(
    event: Event, cochair: User, proposer: str, excluder: str
) -> None:
    """A request that is excluded never arrives. A proposal reaches the one who is excluded.

    What both accepted reaches both.
    """
    first, second = make_delegate(), make_delegate()
    for person in (first, second):
        make_participation(person, event)
    asked, accepted = proposer == "first", proposer == "accepted"
    row = make_introduction(
        first,
        second,
        accepted=accepted,
        proposed_by={"cochair": cochair, "erased": None}.get(proposer, first.user),
        **({"first_accepted_at": NOON} if asked else {}),
    )
    owner, other = (first, second) if excluder == "first" else (second, first)
    exclude(owner, "organisation", other.participations.get().organisation)
    people = (first, second, make_delegate())
    reached = [
        person
        for person in people
        if Introduction.objects.reaching(person).filter(pk=row.pk).exists()
    ]
    assert reached == ([first, second] if accepted else [first] if asked else [other])


def test_other_exclusions_end_no_introduction(
    official: Delegate, shelter: Delegate, atlantis: Organisation
) -> None:
    """Of another kind or government, of one contact detail, or by another person."""
    make_introduction(official, shelter)
    for kind, country in ((OrganisationKind.AGENCY, "AU"), (OrganisationKind.GOVERNMENT, "ID")):
        make_exception(shelter, organisation=make_organisation(kind=kind, country=country))
    make_exception(make_delegate(), organisation=atlantis)
    make_exception(shelter, channel=shelter.channels.get(), constituency=Constituency.GOVERNMENTS)
    assert values(official, shelter) == ["sita.night@example.org"]
    assert values(shelter, official) == ["oskar.work@example.org"]


@pytest.mark.parametrize("owner_is_first", [True, False])
def test_preview_leaves_out_introductions_that_the_other_person_excludes(
    event: Event, shelter: Delegate, owner_is_first: bool
) -> None:
    other = make_delegate()
    make_participation(other, event)
    pair = (shelter, other) if owner_is_first else (other, shelter)
    row = make_introduction(*pair)
    make_introduction(make_delegate(), make_delegate())
    exclude(other, "organisation", shelter.participations.get().organisation)
    assert list(Introduction.objects.not_excluding(other)) == [row]
    assert not Introduction.objects.not_excluding(shelter).exists()


def test_introduction_is_not_in_force_while_one_side_is_hidden(
    official: Delegate, shelter: Delegate
) -> None:
    make_introduction(official, shelter)
    for hidden in (official, shelter):
        hidden.write(hidden_at=NOON)
        assert values(official, shelter) is None
        assert values(shelter, official) is None
        hidden.write(hidden_at=None)
        assert values(official, shelter) == ["sita.night@example.org"]


def test_answer_is_not_announced_to_who_excluded_the_other_meanwhile(
    client_of: Sign, cochair: User, official: Delegate, shelter: Delegate, atlantis: Organisation
) -> None:
    row = lifecycle.propose_introduction(
        first=official, second=shelter, by=cochair, message="", at=NOON
    )
    lifecycle.accept_introduction(row, by=shelter, at=NOON)
    exclude(shelter, "organisation", atlantis)
    QueuedEmail.objects.all().delete()
    client_of(official).post(f"{PAGE}{row.handle}/", {"answer": "accept"})
    assert emails_to(shelter) == 0
    assert values(official, shelter) is None
