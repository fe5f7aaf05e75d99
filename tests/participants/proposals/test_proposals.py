"""What others enter about a person with an account counts only once the person accepts it."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.core.mail import EmailMultiAlternatives
from django.test import Client
from django.utils import timezone

from participants.models import Audience, Delegate, Organisation, Proposal, User
from participants.privacy.visibility import find_profile, get_viewer
from participants.proposals.lifecycle import propose_merge, propose_workplace
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
    make_holder,
    make_organisation,
    make_participation,
    make_role,
    make_user,
)
from tests.outcomes.test_outcomes_admin import filled, page
from tests.page_text import get_text, page_text
from tests.recorded_fixtures import recorded

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("recorded_templates")]
Sign = Callable[[User | Delegate], Client]
Deliver = Callable[[], list[EmailMultiAlternatives]]
WAITS = "What you entered does not show or count until the person accepts it."


@pytest.fixture
@recorded
def ministry(event: Event) -> Organisation:
    """For which the co-chair acts: a government that takes part."""
    ministry = make_government("TH", "Ministry of Interior")
    make_role(event, organisation=ministry)
    return ministry


@pytest.fixture
@recorded
def attacker(event: Event, ministry: Organisation) -> User:
    """A co-chair who acts for the ministry."""
    return make_holder(event, "attacker@example.org", on_behalf_of=ministry)


@pytest.fixture
@recorded
def shelter(event: Event, attacker: User) -> Organisation:
    shelter = make_organisation(name="Harbour Shelter", country="TH")
    make_role(event, organisation=shelter)
    return shelter


@pytest.fixture
@recorded
def person(event: Event, shelter: Organisation) -> Delegate:
    """A delegate of civil society with an account, who works at the shelter."""
    person = make_delegate(
        name="รินา สุข",
        name_latin="Rina Suk",
        user=make_user("rina@example.org"),
        listed_to=Audience.EVERYONE,
    )
    make_participation(person, event, organisation=shelter)
    make_affiliation(person, organisation=shelter, post="Counsellor", since=date(2020, 1, 1))
    return person


@pytest.fixture
@recorded
def colleague(event: Event, person: Delegate) -> Delegate:
    """Shares an address with the constituency, except with governments."""
    colleague = make_delegate(
        name="Carla Colleague",
        user=make_user("carla@example.org"),
        listed_to=Audience.CONSTITUENCY,
    )
    make_participation(colleague, event)
    make_channel(colleague, value="carla.in@example.org", audience=Audience.CONSTITUENCY)
    make_exception(colleague, constituency="governments", organisation=None)
    return colleague


@pytest.fixture
@recorded
def double(
    event: Event, person: Delegate, shelter: Organisation, ministry: Organisation
) -> Delegate:
    """A made-up second entry of the person, said to work for the ministry."""
    double = make_delegate(name="Rina Suk", name_latin="Rina Suck", user=None)
    make_participation(double, event, organisation=shelter, confirmed=False)
    make_affiliation(double, organisation=ministry, post="Informant")
    return double


def save_person(browser: Client, person: Delegate, **changes: object) -> str:
    address = page(Delegate, "change", person.pk)
    answer = browser.post(address, filled(browser, address, **changes), follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def new_workplace(browser: Client, person: Delegate, place: Organisation) -> None:
    save_person(
        browser,
        person,
        **{
            "affiliations-TOTAL_FORMS": 2,
            "affiliations-1-organisation": place.pk,
            "affiliations-1-post": "Informant",
            "affiliations-1-since": "2026-01-01",
        },
    )


def changed_post(browser: Client, person: Delegate, _place: Organisation) -> None:
    save_person(browser, person, **{"affiliations-0-post": "Informant"})


def ended_workplace(browser: Client, person: Delegate, _place: Organisation) -> None:
    save_person(browser, person, **{"affiliations-0-until": "2021-01-01"})


def name_in_latin_letters(browser: Client, person: Delegate, _place: Organisation) -> None:
    save_person(browser, person, name_latin="Informant", **{"initial-name_latin": "Rina Suk"})


def new_participation(browser: Client, person: Delegate, place: Organisation) -> None:
    """At a second roundtable, where the co-chair has rights, too."""
    elsewhere = make_event(code="SECOND", title="Second roundtable")
    make_grant(User.objects.get(email="attacker@example.org"), elsewhere, on_behalf_of=place)
    save_person(
        browser,
        person,
        **{
            "participations-TOTAL_FORMS": 2,
            "participations-1-event": elsewhere.pk,
            "participations-1-organisation": place.pk,
            "participations-1-capacity": "Informant",
        },
    )


def changed_capacity(browser: Client, person: Delegate, _place: Organisation) -> None:
    save_person(browser, person, **{"participations-0-capacity": "Informant"})


def merged_double(browser: Client, person: Delegate, _place: Organisation) -> None:
    double = Delegate.objects.get(name="Rina Suk")
    sent = {
        "action": "merge_two_people",
        "_selected_action": [str(person.pk), str(double.pk)],
        "target": person.pk,
        "confirmed": "yes",
    }
    answer = browser.post(page(Delegate, "changelist"), sent, follow=True)
    assert "once this person accepts" in answer.content.decode()


ATTACKS = [
    new_workplace,
    changed_post,
    ended_workplace,
    new_participation,
    changed_capacity,
    name_in_latin_letters,
    merged_double,
]


def what_shows(person: Delegate, colleague: Delegate, *browsers: Client) -> list[object]:
    """The public page, the directory, the constituency, and what the person sees."""
    on = timezone.localdate()
    viewer = get_viewer(Delegate.objects.get(pk=person.pk).user or User(), on)
    seen = find_profile(viewer, colleague.handle, on, revealed=True)
    pages = [
        page_text(browser.get(path))
        for browser in browsers
        for path in (person.get_absolute_url(), "/directory/", "/directory/?q=Informant")
    ]
    return [*pages, viewer, seen]


def waiting(person: Delegate) -> Proposal:
    return person.proposals.get()


def answer(browser: Client, row: Proposal, word: str, **fields: str) -> str:
    address = f"/me/entries/{row.handle}/"
    if word == "accept" and row.kind == Proposal.Kind.MERGE:
        address += "merge/"
    sent = {"answer": word, "shown": row.content_hash} | fields
    return page_text(browser.post(address, sent, follow=True))


# The attacks of one co-chair ------------------------------------------------------------------


@pytest.mark.parametrize("attack", ATTACKS)
def test_entry_by_a_cochair_waits_for_the_person_who_removes_it(
    client: Client,
    client_of: Sign,
    deliver: Deliver,
    attacker: User,
    person: Delegate,
    colleague: Delegate,
    double: Delegate,
    ministry: Organisation,
    attack: Callable[..., None],
) -> None:
    browsers = client, client_of(colleague)
    before = what_shows(person, colleague, *browsers)
    assert "carla.in@example.org" in str(before[-1])
    attack(client_of(attacker), person, ministry)
    assert what_shows(person, colleague, *browsers) == before
    # One email, without what was entered, and once a day.
    (email,) = deliver()
    assert email.to == ["rina@example.org"]
    assert "does not show and does not count" in " ".join(str(email.body).split())
    assert "Informant" not in str(email.body) and "Ministry" not in str(email.body)
    assert not QueuedEmail.objects.filter(done_at=None).exists()
    text = get_text(client_of(person), "/me/")
    assert "Answer 1 proposed entry about you" in text
    assert "Entered for Ministry of Interior on" in text and "attacker" not in text
    # The desk reads that it waits.
    desk = client_of(attacker).get(page(Delegate, "change", person.pk)).content.decode()
    assert desk.count("Proposed, waits for the person") == 1
    text = answer(client_of(person), waiting(person), "remove")
    assert text.startswith("The entry is removed. It never counted.")
    assert not Proposal.objects.exists()
    assert what_shows(person, colleague, *browsers) == before
    assert Delegate.objects.filter(pk=double.pk).exists()


def test_accepted_workplace_shows_and_counts(
    client: Client,
    client_of: Sign,
    attacker: User,
    person: Delegate,
    colleague: Delegate,
    ministry: Organisation,
) -> None:
    new_workplace(client_of(attacker), person, ministry)
    browser = client_of(person)
    assert "Proposed: Ministry of Interior, Informant, from 1 January 2026" in get_text(
        browser, "/me/"
    )
    assert answer(browser, waiting(person), "accept").startswith("You accepted the entry.")
    assert "Ministry of Interior" in get_text(client, person.get_absolute_url())
    # She left the constituency, and is of a government.
    assert what_shows(person, colleague)[-1] is None
    text = get_text(browser, "/me/")
    assert "Entered for Ministry of Interior. You accepted on" in text
    assert "waits for your answer" not in text


def test_accepted_post_and_name_replace_the_old_ones(
    client: Client, client_of: Sign, attacker: User, person: Delegate, ministry: Organisation
) -> None:
    browser = client_of(person)
    for attack in (changed_post, name_in_latin_letters):
        attack(client_of(attacker), person, ministry)
        answer(browser, waiting(person), "accept")
    work = person.affiliations.get()
    assert (work.post, work.since) == ("Informant", date(2020, 1, 1))
    assert work.accepted_at is not None and work.entered_for == ministry
    person.refresh_from_db()
    assert person.name_latin == "Informant"
    acts = AuditEntry.objects.filter(action__endswith=" entry").values_list("action", flat=True)
    assert list(acts.order_by("pk")) == ["propose entry", "accept entry"] * 2


def test_person_reads_both_entries_before_a_merge(
    client_of: Sign,
    attacker: User,
    person: Delegate,
    double: Delegate,
    ministry: Organisation,
) -> None:
    double.write(invitation_email="attacker@mailbox.example.org")
    merged_double(client_of(attacker), person, ministry)
    browser = client_of(person)
    text = get_text(browser, "/me/")
    assert "Is this other entry you, too?" in text
    assert "The other entry Name Rina Suk, Rina Suck Organisations" in text
    assert "Harbour Shelter; Ministry of Interior, Informant" in text
    assert answer(browser, waiting(person), "accept").startswith(
        "The other entry is merged into yours."
    )
    assert not Delegate.objects.filter(pk=double.pk).exists()
    assert {row.organisation.name for row in person.affiliations.all()} == {
        "Harbour Shelter",
        "Ministry of Interior",
    }
    person.refresh_from_db()
    assert (person.name_latin, person.invitation_email) == ("Rina Suk", "")


def test_merge_shows_nothing_that_the_person_could_not_see(
    client_of: Sign, operator: User, person: Delegate, double: Delegate
) -> None:
    hidden = make_event(title="Hidden roundtable", code="HID", is_public=False)
    make_participation(
        double, hidden, organisation=make_organisation(name="Hidden office"), confirmed=False
    )
    propose_merge(person, double, by=operator, at=NOON)
    text = get_text(client_of(person), "/me/")
    assert text.count("and 1 that is not public") == 2
    assert "Hidden" not in text
    assert "Entered by the operators of this portal on 2 March 2026." in text


def test_merge_needs_the_right_of_the_proposer_still(
    client_of: Sign, attacker: User, person: Delegate, double: Delegate, ministry: Organisation
) -> None:
    merged_double(client_of(attacker), person, ministry)
    attacker.grants.all().delete()
    text = answer(client_of(person), waiting(person), "accept")
    assert text.startswith(
        "Nothing is merged: the person who proposed this no longer has the right"
    )
    assert Delegate.objects.filter(pk=double.pk).exists()


# What exactly is accepted ---------------------------------------------------------------------


@pytest.mark.parametrize("attack", [new_workplace, new_participation, merged_double])
def test_entry_that_changed_meanwhile_is_not_accepted(
    client_of: Sign,
    attacker: User,
    person: Delegate,
    double: Delegate,
    ministry: Organisation,
    attack: Callable[..., None],
) -> None:
    attack(client_of(attacker), person, ministry)
    opened = waiting(person).content_hash
    if attack is merged_double:
        double.write(name="Someone else")
    else:
        Proposal.objects.update(post="Spy", capacity="Spy")
    text = answer(client_of(person), waiting(person), "accept", shown=opened)
    assert text.startswith("This entry changed after you opened the page. Nothing is accepted.")
    assert person.affiliations.count() == person.participations.count() == 1
    assert person.proposals.count() == 1


def test_newer_entry_replaces_the_one_that_waits(
    client_of: Sign, deliver: Deliver, attacker: User, person: Delegate, ministry: Organisation
) -> None:
    browser = client_of(attacker)
    for _time in range(2):
        new_workplace(browser, person, ministry)
        changed_post(browser, person, ministry)
        name_in_latin_letters(browser, person, ministry)
    save_person(browser, person, **{"affiliations-0-post": "Spy"})
    assert sorted(person.proposals.values_list("kind", "post")) == [
        ("name_latin", ""),
        ("workplace", "Informant"),
        ("workplace", "Spy"),
    ]
    assert [email.to for email in deliver()] == [["rina@example.org"]]


@pytest.mark.parametrize("word", ["accept", "remove"])
def test_only_the_person_answers(
    client_of: Sign,
    attacker: User,
    operator: User,
    person: Delegate,
    colleague: Delegate,
    double: Delegate,
    ministry: Organisation,
    word: str,
) -> None:
    for attack in (changed_post, merged_double):
        attack(client_of(attacker), person, ministry)
    work = person.affiliations.get()
    for who in (attacker, operator, colleague):
        browser = client_of(who)
        for row in person.proposals.all():
            for address in (f"/me/entries/{row.handle}/", f"/me/entries/{row.handle}/merge/"):
                sent = {"answer": word, "shown": row.content_hash}
                assert browser.post(address, sent).status_code == 404
        assert browser.post(f"/me/workplaces/{work.key}/").status_code == 404
    assert person.proposals.count() == 2 and person.affiliations.count() == 1


def test_get_changes_nothing(
    client_of: Sign, attacker: User, person: Delegate, ministry: Organisation
) -> None:
    changed_post(client_of(attacker), person, ministry)
    row, browser = waiting(person), client_of(person)
    query = f"?answer=accept&shown={row.content_hash}"
    for path in (f"/me/entries/{row.handle}/", f"/me/workplaces/{person.affiliations.get().key}/"):
        assert browser.get(path + query)["Location"] == "/me/"
    assert answer(browser, row, "perhaps").startswith("Select “Accept” or “Remove”.")
    assert person.proposals.count() == person.affiliations.count() == 1


# Removing what counts -------------------------------------------------------------------------


def test_removed_workplace_no_longer_shows_or_counts(
    client: Client,
    client_of: Sign,
    person: Delegate,
    shelter: Organisation,
    colleague: Delegate,
    ministry: Organisation,
) -> None:
    colleague.exceptions.all().delete()
    wrong = make_affiliation(person, organisation=ministry)
    assert what_shows(person, colleague)[-1] is None
    browser = client_of(person)
    browser.post(f"/me/workplaces/{wrong.key}/")
    assert "carla.in@example.org" in str(what_shows(person, colleague)[-1])
    assert "Harbour Shelter" in get_text(client, person.get_absolute_url())
    text = get_text(browser, "/me/")
    assert "Entered before you joined. The organisation was not recorded." in text
    path = f"/me/workplaces/{person.affiliations.get().key}/"
    assert page_text(browser.post(path, follow=True)).startswith("The workplace is removed.")
    assert "Harbour Shelter" not in get_text(client, person.get_absolute_url())
    assert not person.affiliations.exists()
    assert browser.post(path).status_code == 404


@pytest.mark.parametrize("way", ["removes it", "accepts another one"])
def test_former_organisation_is_still_excluded(
    client_of: Sign,
    event: Event,
    operator: User,
    colleague: Delegate,
    ministry: Organisation,
    way: str,
) -> None:
    official = make_delegate(user=make_user())
    make_participation(official, event)
    work = make_affiliation(official, organisation=ministry)
    assert what_shows(official, colleague)[-1] is None
    if way == "removes it":
        client_of(official).post(f"/me/workplaces/{work.key}/")
        assert not official.affiliations.exists()
    else:
        new = make_organisation(name="New shelter")
        save_person(client_of(operator), official, **{"affiliations-0-organisation": new.pk})
        assert what_shows(official, colleague)[-1] is None
        answer(client_of(official), waiting(official), "accept")
        assert [row.organisation for row in official.affiliations.all()] == [new]
    work.refresh_from_db()
    assert work.removed_at is not None
    assert what_shows(official, colleague)[-1] is None


# Before the person joins ----------------------------------------------------------------------


def test_entries_before_joining_are_stored_at_once(
    client_of: Sign,
    deliver: Deliver,
    attacker: User,
    person: Delegate,
    double: Delegate,
    shelter: Organisation,
    ministry: Organisation,
) -> None:
    browser = client_of(attacker)
    changed_post(browser, double, ministry)
    assert double.affiliations.get().post == "Informant"
    new_workplace(browser, double, shelter)
    assert double.affiliations.get(organisation=shelter).entered_for == ministry
    name = {"name_latin": "Rina", "initial-name_latin": "Rina Suck"}
    assert WAITS not in save_person(browser, double, **name)
    double.refresh_from_db()
    assert double.name_latin == "Rina"
    # Nor does the page say so when nothing is entered.
    assert WAITS not in save_person(browser, person)
    assert not Proposal.objects.exists() and deliver() == []


def test_desk_of_another_roundtable_does_not_see_what_waits(
    client_of: Sign, person: Delegate, event: Event
) -> None:
    elsewhere = make_event(is_public=False)
    make_participation(person, elsewhere)
    editor = make_user()
    make_grant(editor, elsewhere, role="editor")
    hidden = make_organisation(name="Hidden office")
    make_role(make_event(is_public=False), organisation=hidden)
    values: dict[str, Any] = {"post": "Clerk", "since": None, "until": None, "at": NOON}
    propose_workplace(person, affiliation=None, organisation=hidden, by=None, **values)
    text = client_of(editor).get(page(Delegate, "change", person.pk)).content.decode()
    assert "Hidden office" not in text and "Proposed, waits" not in text


def test_page_without_script_has_a_form_for_each_entry(
    client_of: Sign, attacker: User, person: Delegate, double: Delegate, ministry: Organisation
) -> None:
    for attack in ATTACKS:
        attack(client_of(attacker), person, ministry)
    html = client_of(person).get("/me/").content.decode()
    forms = re.findall(r'action="(/me/(?:entries|workplaces)/\w+/)"', html)
    # The end of the workplace replaced its new post.
    assert len(forms) == len(set(forms)) == 7
    assert html.count('formaction="/me/entries/') == 1
    assert "Answer 6 proposed entries about you" in html
