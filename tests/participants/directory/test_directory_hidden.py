"""Whoever is hidden, and whatever is hidden, changes no byte of any answer of the directory."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from django.db import transaction
from django.db.models import OuterRef, QuerySet
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from participants.directory import forms
from participants.directory.people_index import Office
from participants.models import (
    Affiliation,
    Audience,
    Delegate,
    DelegateLanguage,
    Organisation,
    OrganisationKind,
)
from participants.privacy import visibility
from tests.canaries import response_text
from tests.conftest import FULL, FULL_EXAMPLES
from tests.factories import (
    make_affiliation,
    make_channel,
    make_delegate,
    make_event,
    make_organisation,
    make_participation,
    make_role,
    make_user,
)
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db
PUBLIC_OFFICES = ["labour", "shelter", "agency", "mission"]
SECRET_OFFICES = ["house", "refuge"]
OFFICES = PUBLIC_OFFICES + SECRET_OFFICES
KIND_OF = dict(zip(OFFICES, [*OrganisationKind.values][: len(OFFICES)], strict=True))
COUNTRY_OF = dict(zip(OFFICES, ["TH", "ID", "", "TH", "NP", "MM"], strict=True))
LANGUAGES = ["en", "th", "id", "ne"]
NAMES = ["Anna", "Ánna", "Budi", "สมศรี", "Zed"]


@dataclass(frozen=True)
class Made:
    """Someone, and what is known of that person."""

    name: str
    post: str
    listed_to: Audience
    offices: list[str]
    languages: list[str]


def made(listed_to: list[Audience]) -> st.SearchStrategy[Made]:
    return st.builds(
        Made,
        name=st.sampled_from(NAMES),
        post=st.sampled_from(["", "Head", "Adviser"]),
        listed_to=st.sampled_from(listed_to),
        offices=st.lists(st.sampled_from(OFFICES), unique=True, max_size=2),
        languages=st.lists(st.sampled_from(LANGUAGES), unique=True, max_size=2),
    )


SHOWN = st.lists(made([Audience.EVERYONE, Audience.PARTICIPANTS]), max_size=4)
HIDDEN = st.lists(made([Audience.ONLY_ME, Audience.INTRODUCED]), min_size=1, max_size=4)
# Random; sent when the number of waiting things is counted again.
SESSION_COOKIE = re.compile(r"Set-Cookie: sessionid=.*")
ASKED: list[dict[str, Any]] = [
    *({"q": words} for words in ("anna", "สมศรี", "head", "zed")),
    *({"organisation": slug} for slug in OFFICES),
    *({"kind": kind} for kind in KIND_OF.values()),
    *({"country": code} for code in ("TH", "ID", "NP", "MM")),
    *({"language": code} for code in LANGUAGES),
    {"q": "anna", "country": "TH", "language": "en"},
    {"event": "asked"},
    {"event": "asked", "role": ["participant", "cochair"], "country": ["TH", "ID"]},
    {"more": "organisation"},
    {"organisation": "labour", "kind": KIND_OF["labour"]},
    {"page": "2"},
]


class World:
    """A roundtable, its public offices, and some that the public does not know."""

    def __init__(self, shown: list[Made], hidden: list[Made]) -> None:
        self.event = make_event(slug="asked")
        secret = make_event(is_public=False)
        self.offices = {
            slug: make_organisation(
                slug=slug, name=f"Office {slug}", kind=KIND_OF[slug], country=COUNTRY_OF[slug]
            )
            for slug in OFFICES
        }
        for slug, office in self.offices.items():
            make_role(self.event if slug in PUBLIC_OFFICES else secret, organisation=office)
        self.by = make_user()
        # Between the others, so that they could stand anywhere.
        self.hidden = [self.add(person, f"hidden{place:04}") for place, person in enumerate(hidden)]
        self.shown = [self.add(person, f"shown{place:05}") for place, person in enumerate(shown)]
        self.reader = self.add(Made("Reader", "", Audience.ONLY_ME, [], []), "reader0000")

    def add(self, person: Made, handle: str) -> Delegate:
        delegate = make_delegate(
            handle=handle, name=person.name, post=person.post, listed_to=person.listed_to
        )
        for slug in person.offices:
            make_affiliation(delegate, organisation=self.offices[slug])
        for code in person.languages:
            DelegateLanguage.objects.create(delegate=delegate, language=code)
        make_participation(
            delegate, self.event, confirmed_by=self.by, organisation=self.offices["labour"]
        )
        return delegate

    def change_what_is_hidden(self, other: list[Made]) -> None:
        """Hidden people become others, and those who are shown hide other things."""
        for delegate, person in zip(self.hidden, other, strict=False):
            delegate.affiliations.all().delete()
            delegate.languages.all().delete()
            for slug in person.offices:
                make_affiliation(delegate, organisation=self.offices[slug])
            for code in person.languages:
                DelegateLanguage.objects.create(delegate=delegate, language=code)
            Delegate.objects.filter(pk=delegate.pk).update(name=person.name, post=person.post)
        for place, delegate in enumerate(self.shown):
            delegate.affiliations.filter(organisation__slug__in=SECRET_OFFICES).delete()
            slug = SECRET_OFFICES[place % 2]
            make_affiliation(delegate, organisation=self.offices[slug], since=date(2026, 1, 1))
            past = self.offices[PUBLIC_OFFICES[place % 4]]
            make_affiliation(delegate, organisation=past, until=date(2020, 1, 1))
            make_channel(delegate, value=f"{OFFICES[place]}@example.org")
            delegate.write(about="anna head labour", invitation_email="zed@example.org")

    def answers(self, asked: list[dict[str, Any]]) -> dict[str, str]:
        """What the directory says to a visitor and to a participant who ask for this."""
        assert self.reader.user is not None
        visitor, participant = Client(), Client()
        sign_in(participant, self.reader.user)
        found = {}
        for view in ("", "table", "country"):
            for query in [{}, *asked]:
                for who, browser in (("visitor", visitor), ("participant", participant)):
                    answer = browser.get("/directory/", query | {"view": view})
                    text = response_text(answer)
                    text = SESSION_COOKIE.sub("", text)
                    found[f"{who} {view} {query}"] = text.split("csrfmiddlewaretoken")[0]
        return found


@contextmanager
def undone() -> Iterator[None]:
    """Leaves the database as it was."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def assert_same(before: dict[str, str], after: dict[str, str]) -> None:
    assert [asked for asked in before if after[asked] != before[asked]] == []


@pytest.mark.walk
@settings(max_examples=FULL_EXAMPLES // 5 if FULL else 2)  # an example asks for many pages
@given(
    shown=SHOWN,
    hidden=HIDDEN,
    other=HIDDEN,
    asked=st.lists(st.sampled_from(ASKED), min_size=1, max_size=2 if FULL else 1),
)
def test_hidden_delegates_change_no_byte_of_directory(
    shown: list[Made], hidden: list[Made], other: list[Made], asked: list[dict[str, Any]]
) -> None:
    with undone():
        world = World(shown, hidden)
        before = world.answers(asked)
        assert not any("hidden0" in text for text in before.values())
        world.change_what_is_hidden(other)
        assert_same(before, world.answers(asked))
        Delegate.objects.filter(pk__in=[person.pk for person in world.hidden]).delete()
        assert_same(before, world.answers(asked))


def all_delegates(_viewer: visibility.Viewer, _on: date) -> QuerySet[Delegate]:
    """A door that lists everyone."""
    places = Affiliation.objects.filter(delegate=OuterRef("pk")).order_by("pk")
    return visibility.with_first_workplace(Delegate.objects.all(), places)


def every_office() -> dict[int, Office]:
    """Whether the public knows it or not."""
    return {
        row.pk: Office(row.slug, row.name, row.kind, row.country.code)
        for row in Organisation.objects.all()
    }


@pytest.mark.walk
@pytest.mark.parametrize(
    ("module", "name", "door"),
    [
        (visibility, "listed_delegates", all_delegates),
        (forms, "public_offices", every_office),
    ],
    ids=lambda part: getattr(part, "__name__", part),
)
def test_test_detects_leaking_visibility(
    monkeypatch: pytest.MonkeyPatch, module: object, name: str, door: object
) -> None:
    monkeypatch.setattr(module, name, door)
    shown = [Made("Anna", "Head", Audience.EVERYONE, ["labour"], ["en"])]
    hidden = [Made("Zed", "Head", Audience.ONLY_ME, ["shelter"], ["ne"])]
    other = [Made("Budi", "", Audience.ONLY_ME, [], [])]
    asked: list[dict[str, Any]] = ASKED if FULL else [{"q": "head"}]
    world = World(shown, hidden)
    before = world.answers(asked)
    world.change_what_is_hidden(other)
    after = world.answers(asked)
    changed = {asked for asked in before if after[asked] != before[asked]}
    assert {
        "visitor  {}",
        "visitor table {'q': 'head'}",
        "participant country {}",
    } <= changed
