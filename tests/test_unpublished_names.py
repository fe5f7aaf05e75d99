"""An organisation that does not want its name published is counted, and named nowhere in public."""

from collections.abc import Callable
from html import unescape

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from outcomes.changes import subscriptions
from participants.models import Audience, Delegate, Organisation, OrganisationKind, User
from participants.organisations.attendance import count_unpublished
from roundtable.models import Event
from tests.canaries import EVENT_TEXTS, all_paths, make_complete_event, response_text
from tests.conftest import FULL_WALKS
from tests.factories import (
    NOON,
    make_affiliation,
    make_commitment,
    make_delegate,
    make_holder,
    make_introduction,
    make_organisation,
    make_participation,
    make_party,
    make_role,
    make_theme,
    make_update,
    make_user,
)
from tests.follow_up_factories import make_assessment, make_follow, make_offer, make_response
from tests.mail_queue import deliver_mail
from tests.recorded_fixtures import recorded

pytestmark = pytest.mark.django_db
Sign = Callable[[User | Delegate], Client]
# What would name it, in lower case: its own words, its web address, and those of its role.
TELLING = [
    *(
        f"zq-event-{word}"
        for word in ("organisation", "short", "description", "mailbox", "ministry", "wording")
    ),
    "organisation-of-event",
]
assert {word.removeprefix("zq-event-") for word in TELLING[:-1]} <= set(EVENT_TEXTS)


@pytest.fixture
@recorded
def at_risk(db: None) -> Organisation:
    """A co-chair, party, addressee and author of each text; it does not want to be named."""
    event = make_complete_event("event", make_theme(slug="theme", name="Theme"))
    organisation = Organisation.objects.get(slug="organisation-of-event")
    organisation.kind = OrganisationKind.CIVIL_SOCIETY
    organisation.is_name_published = False
    organisation.save()
    make_role(event, organisation=organisation)
    commitment = event.commitments.get()
    other = make_commitment(event, text="Another", reference="ZQEVENT-C2", is_open=True)
    make_party(other)
    make_update(other)
    third = make_commitment(event, text="A third", reference="ZQEVENT-C3")
    make_update(third)
    point = commitment.outcomes.get()
    make_response(outcome=point, organisation=organisation, text="We agree.")
    make_offer(outcome=point, organisation=organisation, text="A room.")
    make_offer(commitment=other, outcome=None, organisation=organisation, text="We join.")
    make_assessment(commitment=third, organisation=organisation, text="It goes well.")
    # Its people may be found without it.
    person = make_delegate(name="Amal Open", listed_to=Audience.EVERYONE)
    make_participation(person, event, organisation=organisation)
    make_affiliation(person, organisation=organisation)
    return organisation


@pytest.fixture
@recorded
def reader(at_risk: Organisation) -> Delegate:
    """Took part in the same roundtable, and was asked to be introduced to one of its people."""
    reader = make_delegate(name="Rita Reader", listed_to=Audience.EVERYONE)
    event = Event.objects.get()
    make_participation(reader, event)
    person = Delegate.objects.get(name="Amal Open")
    make_introduction(person, reader, accepted=False, first_accepted_at=NOON)
    make_follow(reader.user, organisation=at_risk)
    make_follow(reader.user, event=event)
    return reader


def told(text: str, path: str = "") -> list[str]:
    text = unescape(text).lower().replace("\r\n ", "").replace(path, "")
    return [word for word in TELLING if word in text]


def paths_that_may_name() -> list[str]:
    # A filter by its address repeats the address.
    paths = [path for path in all_paths() if "organisation-of-event" not in path]
    assert len(paths) > 150
    return paths


def naming_paths(client: Client, paths: list[str]) -> list[str]:
    return [path for path in paths if told(response_text(client.get(path)), path)]


@pytest.mark.walk
@pytest.mark.parametrize("who", ["visitor", "delegate"])
def test_name_is_on_no_page_feed_or_file(client_of: Sign, reader: Delegate, who: str) -> None:
    client = client_of(reader) if who == "delegate" else Client()
    # Unless at full size, of four neighbours, which are mostly of one kind, each reader asks one.
    part = slice(None) if FULL_WALKS else slice(who == "delegate", None, 4)
    assert naming_paths(client, paths_that_may_name()[part]) == []


@pytest.mark.walk
def test_walk_finds_a_name_that_is_published(at_risk: Organisation) -> None:
    Organisation.objects.update(is_name_published=True)
    named = [
        "/",
        "/changes/",
        "/commitments/",
        "/commitments/zqevent-c1/",
        "/commitments/zqevent-c3.atom",
        "/directory/",
        "/feed.atom",
        "/organisations/",
        "/outcomes/zq-event-slug/1.a/",
        "/outcomes/",
        "/progress/matrix/",
        "/roundtables/zq-event-slug/",
        "/search/?q=zq",
    ]
    every = paths_that_may_name()
    assert set(named) <= set(every)
    found = naming_paths(Client(), every if FULL_WALKS else named)
    assert set(named) <= set(found)


def test_it_is_counted_on_the_page_of_the_roundtable(client_of: Sign, reader: Delegate) -> None:
    for client in (Client(), client_of(reader)):
        page = " ".join(client.get("/roundtables/zq-event-slug/").content.decode().split())
        assert "1 civil society organisation, name not published" in page
        second = make_organisation(is_name_published=False, name="zq-event-short")
        role = make_role(Event.objects.get(), organisation=second)
        page = " ".join(client.get("/roundtables/zq-event-slug/").content.decode().split())
        assert "2 civil society organisations, names not published" in page
        assert told(page) == []
        role.delete()


def test_name_of_a_government_is_always_published() -> None:
    with pytest.raises(ValidationError, match="always published"):
        make_organisation(kind=OrganisationKind.GOVERNMENT, is_name_published=False)


def test_each_kind_is_counted_in_words() -> None:
    for kind in list(OrganisationKind)[1:]:
        one, two = (count_unpublished(kind, number) for number in (1, 2))
        assert one.startswith("1 ") and one.endswith(", name not published")
        assert two.startswith("2 ") and two.endswith(", names not published")
        row = make_organisation(kind=kind, is_name_published=False)
        assert row.public_name.endswith(", name not published")


def test_neither_its_pages_nor_filters_nor_the_search_find_it(
    client_of: Sign, at_risk: Organisation, reader: Delegate
) -> None:
    for client in (Client(), client_of(reader)):
        for ending in ("/", ".atom", ".ics"):
            absent = client.get(f"/organisations/organisation-of-nothing{ending}")
            hidden = client.get(path := f"/organisations/organisation-of-event{ending}")
            assert (hidden.status_code, absent.status_code) == (404, 404)
            assert told(response_text(hidden), path) == []
        for start in ("/commitments/?party=", "/outcomes/?addressee="):
            hidden = client.get(f"{start}{at_risk.slug}")
            absent = client.get(f"{start}nothing-{at_risk.slug}")
            assert hidden.status_code == absent.status_code == 400
            assert told(hidden.content.decode(), at_risk.slug) == []
        for word in ("zq-event-organisation", "zq-event-short", "zq-event-mailbox"):
            page = client.get("/search/", {"q": word}).content.decode().replace(word, "")
            assert told(page) == [] and "name not published" not in page


def test_emails_to_followers_do_not_name_it(reader: Delegate) -> None:
    commitment = Event.objects.get().commitments.get(reference="ZQEVENT-C1")
    make_update(commitment, text="News", by=make_user())
    subscriptions.send_notifications(on=NOON.date(), at=NOON)
    for email in deliver_mail():
        assert told(f"{email.subject} {email.body} {email.alternatives}") == []


def test_desk_sees_the_name_and_decides(client_of: Sign, at_risk: Organisation) -> None:
    cochair = make_holder(Event.objects.get())
    client, path = client_of(cochair), f"/admin/participants/organisation/{at_risk.pk}/change/"
    page = client.get(path).content.decode()
    assert "zq-event-organisation" in page and 'name="is_name_published"' not in page
    assert f"/admin/participants/organisationchange/publish/{at_risk.pk}/" in page
    event = f"/admin/roundtable/event/{Event.objects.get().pk}/change/"
    assert "zq-event-organisation" in client.get(event).content.decode()
