"""Facets of the directory: numbers of people whom the viewer sees, and of no one else."""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

import pytest
from django.test import Client

from participants.models import (
    Audience,
    Delegate,
    DelegateLanguage,
    EventRole,
    Organisation,
    OrganisationKind,
    Participation,
    User,
)
from roundtable.models import Event
from tests.conftest import FULL, FULL_WALKS
from tests.facet_panels import Choice, facet_labels, shown_chips, shown_facets
from tests.factories import (
    make_affiliation,
    make_channel,
    make_commitment,
    make_confirmation,
    make_delegate,
    make_event,
    make_exception,
    make_introduction,
    make_organisation,
    make_participation,
    make_party,
    make_role,
    make_statement,
    make_theme,
    make_user,
)
from tests.page_text import page_html, page_text

pytestmark = [pytest.mark.django_db, pytest.mark.each_database]
Sign = Callable[[User | Delegate], Client]
TRIES = 100 if FULL else 6
WORKPLACE = ("organisation", "kind", "country", "theme", "role")
Values = dict[str, set[str]]


@dataclass
class Person:
    """Someone, the values of each workplace, and of what is the person's own."""

    delegate: Delegate
    listed_to: Audience
    is_public: bool  # shares a channel with everyone
    places: list[Values] = field(default_factory=list)
    languages: set[str] = field(default_factory=set)
    events: set[str] = field(default_factory=set)

    def is_listed(self, viewer: "Person | None", open_events: set[str]) -> bool:
        if self is viewer or self.listed_to == Audience.EVERYONE:
            return True
        return self.listed_to == Audience.PARTICIPANTS and bool(self.events & open_events)

    def values(self, viewer: "Person | None", open_events: set[str]) -> Values:
        is_known = self is viewer or (self.listed_to == Audience.EVERYONE and self.is_public)
        events = self.events if is_known else self.events & open_events
        return {"event": events - {"hidden"}, "language": self.languages}


class World:
    """Two public roundtables and a hidden one, offices with and without commitments, people."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.events = {slug: make_event(slug=slug, code=slug.upper()) for slug in ("one", "two")}
        self.events["hidden"] = make_event(slug="hidden", title="Canary", is_public=False)
        self.offices: dict[Organisation, Values] = {}
        themes = [make_theme(slug=slug, name=slug.title()) for slug in ("health", "work")]
        points = make_statement(self.events["one"], points=2).outcomes.points()
        for point, theme in zip(points, themes, strict=True):
            point.themes.add(theme)
        draft = make_statement(self.events["two"], published=False).outcomes.filter(number="")[0]
        draft.themes.add(make_theme(slug="draft", name="Draft Canary"))
        kinds = OrganisationKind.values
        for number in range(4):
            office = make_organisation(
                slug=f"office-{number}",
                kind=random.choice(kinds[:3]),
                country=random.choice(["TH", "ID", ""]),
            )
            roles = random.sample(EventRole.Role.values, 2)
            make_role(self.events["one"], organisation=office, role=roles[0])
            make_role(self.events["hidden"], organisation=office, role=roles[1])
            about = random.sample([*zip(points, themes, strict=True)], random.randint(0, 2))
            row = make_commitment(self.events["one"])
            make_party(row, organisation=office)
            row.outcomes.set([*(point for point, _theme in about), draft])
            hidden = make_commitment(self.events["one"], state="draft")
            make_party(hidden, organisation=office)
            hidden.outcomes.set(points)
            self.offices[office] = {
                "organisation": {office.slug},
                "kind": {office.kind},
                "country": {str(office.country)} - {""},
                "theme": {theme.slug for _point, theme in about},
                "role": {roles[0]},
            }
        self.secret = make_organisation(slug="secret", name="Secret Canary", country="NP")
        self.people = [self._make_person() for _number in range(14)]
        self.reader = self._make_person(Audience.ONLY_ME)

    def _make_person(self, listed_to: Audience | None = None) -> Person:
        random = self.random
        audience = listed_to or random.choice(
            [Audience.EVERYONE, Audience.EVERYONE, Audience.PARTICIPANTS, Audience.ONLY_ME]
        )
        row = make_delegate(listed_to=audience)
        person = Person(row, audience, is_public=random.random() < 0.5)
        make_channel(row, audience=Audience.EVERYONE if person.is_public else Audience.PARTICIPANTS)
        for office in random.sample([*self.offices], random.choice([0, 1, 1, 2])):
            make_affiliation(row, organisation=office)
            person.places.append(self.offices[office])
        make_affiliation(row, organisation=self.secret)
        languages = ["en", "th", "id"] if audience != Audience.ONLY_ME else ["ne"]
        for code in random.sample(languages, random.randint(0, 2) if len(languages) > 1 else 1):
            DelegateLanguage.objects.create(delegate=row, language=code)
            person.languages.add(code)
        for slug in random.sample([*self.events], random.randint(0, 3)):
            make_participation(row, self.events[slug], organisation=next(iter(self.offices)))
            person.events.add(slug)
        make_participation(
            row, make_event(slug=f"not-confirmed-{row.handle.lower()}"), confirmed=False
        )
        return person

    def visible(self, viewer: Person | None) -> list[tuple[Person, Values]]:
        open_events = viewer.events if viewer else set()
        return [
            (person, person.values(viewer, open_events))
            for person in (*self.people, self.reader)
            if person.is_listed(viewer, open_events)
        ]


def matching_places(person: Person, chosen: Choice, without: str = "") -> list[Values]:
    asked = {name: {*found} for name, found in chosen.items() if name in WORKPLACE}
    asked.pop(without, None)
    return [place for place in person.places if all(place[name] & asked[name] for name in asked)]


def is_found(person: Person, own: Values, chosen: Choice, without: str = "") -> bool:
    asks_place = any(name in WORKPLACE and name != without for name in chosen)
    if asks_place and not matching_places(person, chosen, without):
        return False
    return all(own[name] & {*chosen[name]} for name in own if name in chosen and name != without)


def expected_facets(
    people: list[tuple[Person, Values]], chosen: Choice
) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for name in (*WORKPLACE, "event", "language"):
        counts: dict[str, int] = dict.fromkeys(chosen.get(name, ()), 0)
        for person, own in people:
            if not is_found(person, own, chosen, without=name):
                continue
            places = matching_places(person, chosen, without=name)
            has = own.get(name) or set().union(*(place.get(name, set()) for place in places))
            for value in has if name in WORKPLACE or name in own else ():
                counts[value] = counts.get(value, 0) + 1
        if counts:
            found[name] = counts
    return found


def random_choices(people: list[tuple[Person, Values]], random: Random) -> list[Choice]:
    values: dict[str, set[str]] = {}
    for person, own in people:
        for each in (own, *person.places):
            for name, found in each.items():
                values.setdefault(name, set()).update(found)
    offered = {name: sorted(found) for name, found in sorted(values.items()) if found}
    choices: list[Choice] = [{}, *({name: found[:1]} for name, found in offered.items())]
    for _number in range(TRIES):
        names = random.sample([*offered], random.randint(1, min(4, len(offered))))
        choices.append(
            {
                name: random.sample(offered[name], min(len(offered[name]), random.choice([1, 2])))
                for name in names
            }
        )
    return choices


@pytest.mark.parametrize("seed", range(4 if FULL_WALKS else 2 if FULL else 1))
@pytest.mark.parametrize("is_signed_in", [False, True])
def test_numbers_of_people_are_true(
    client: Client, client_of: Sign, seed: int, is_signed_in: bool
) -> None:
    random = Random(seed)
    world = World(random)
    viewer = world.reader if is_signed_in else None
    browser = client_of(viewer.delegate) if viewer else client
    people = world.visible(viewer)
    for chosen in random_choices(people, random):
        answer = browser.get("/directory/", chosen)
        assert answer.status_code == 200, chosen
        assert shown_facets(answer) == expected_facets(people, chosen), chosen
        number = sum(is_found(person, own, chosen) for person, own in people)
        if chosen:
            assert f" {number} of {len(people)} " in page_text(answer), chosen
        assert "Canary" not in page_html(answer)


def test_participant_asks_who_was_at_the_meeting(client: Client, client_of: Sign) -> None:
    event, other = make_event(slug="mine"), make_event(slug="other")
    reader = make_delegate(name="Reader")
    make_participation(reader, event)
    for name, listed_to, there in (
        ("Open Ona", Audience.EVERYONE, event),
        ("Inside Ines", Audience.PARTICIPANTS, event),
        ("Quiet Quentin", Audience.ONLY_ME, event),
        ("Other Olga", Audience.EVERYONE, other),
    ):
        make_participation(make_delegate(name=name, listed_to=listed_to), there)
    answer = client_of(reader).get("/directory/?event=mine")
    text = page_text(answer)
    assert "3 of 4 people match: Roundtable: " in text
    assert [name for name in ("Ona", "Ines", "Quentin", "Olga") if name in text] == ["Ona", "Ines"]
    # Who is listed to everyone did not say to everyone that she took part.
    assert shown_facets(answer)["event"] == {"mine": 3}
    for slug in ("mine", "other"):
        answer = client.get(f"/directory/?event={slug}")
        assert "0 of 2 people match:" in page_text(answer)
        assert shown_facets(answer)["event"] == {slug: 0}


def test_everyone_knows_of_people_on_the_page_of_the_roundtable(client: Client) -> None:
    event = make_event(slug="open")
    person = make_delegate(name="Open Ona", listed_to=Audience.EVERYONE)
    make_participation(person, event)
    assert "event" not in shown_facets(client.get("/directory/"))
    make_channel(person, audience=Audience.EVERYONE)
    assert shown_facets(client.get("/directory/"))["event"] == {"open": 1}
    assert "Open Ona" in page_text(client.get("/roundtables/open/"))
    Event.objects.update(is_public=False)
    assert "event" not in shown_facets(client.get("/directory/"))


def test_each_meeting_is_asked_alone(client_of: Sign) -> None:
    """They met twice; where the reader was confirmed by an excluded office does not count."""
    first, second = make_event(slug="first"), make_event(slug="second")
    reader, person = make_delegate(), make_delegate(listed_to=Audience.PARTICIPANTS)
    excluded = make_organisation()
    for event in (first, second):
        make_participation(person, event)
        make_participation(reader, event)
    row = Participation.objects.get(delegate=reader, event=second)
    make_confirmation(row, make_user(), capacity="cochair", on_behalf_of=excluded)
    make_exception(person, organisation=excluded)
    facets = shown_facets(client_of(reader).get("/directory/"))
    assert facets["event"] == {"first": 2, "second": 1}


def test_introduction_does_not_tell_of_meetings(client_of: Sign) -> None:
    event = make_event(slug="mine")
    reader, person = make_delegate(), make_delegate(listed_to=Audience.INTRODUCED)
    make_participation(reader, event)
    make_participation(person, event)
    make_introduction(reader, person)
    answer = client_of(reader).get("/directory/")
    assert "2 people" in page_text(answer)
    assert shown_facets(answer)["event"] == {"mine": 1}


def test_words_narrow_the_numbers(client: Client) -> None:
    event = make_event()
    for number, kind in enumerate(OrganisationKind.values[:2]):
        office = make_organisation(slug=f"office-{number}", kind=kind)
        make_role(event, organisation=office)
        for name in ("Anna", "Budi"):
            person = make_delegate(name=f"{name} {number}", listed_to=Audience.EVERYONE)
            make_affiliation(person, organisation=office)
    answer = client.get("/directory/?q=anna&organisation=office-0")
    assert shown_facets(answer)["organisation"] == {"office-0": 1, "office-1": 1}
    assert "1 of 4 people match: Name or post: anna" in page_text(answer)
    assert shown_chips(answer)["Name or post: anna"] == "/directory/?organisation=office-0"
    assert shown_facets(client.get("/directory/?q=nobody")) == {}


def test_roles_and_languages_are_named(client: Client) -> None:
    office = make_organisation()
    make_role(make_event(), organisation=office, role=EventRole.Role.COCHAIR)
    person = make_delegate(listed_to=Audience.EVERYONE)
    make_affiliation(person, organisation=office)
    DelegateLanguage.objects.create(delegate=person, language="th")
    answer = client.get("/directory/")
    assert facet_labels(answer, "role") == ["Co-chair"]
    assert facet_labels(answer, "language") == ["Thai"]
