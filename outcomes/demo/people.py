"""Made-up people: accounts, profiles, contact channels and participations."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from random import Random
from typing import TypeVar

from django.db import models

from participants.accounts.addresses import set_sign_in_address
from participants.accounts.second_factor import add_authenticator_app
from participants.models import (
    Affiliation,
    Audience,
    ContactChannel,
    Delegate,
    DelegateLanguage,
    Grant,
    Organisation,
    Participation,
    User,
)
from participants.models.channels import ChannelKind
from roundtable.models import Event

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"


@dataclass(frozen=True)
class Person:
    """One made-up delegate; demonstration-people.toml explains the fields."""

    key: str
    name: str
    organisation: str
    post: str
    languages: list[str]
    latin: str = ""
    earlier: str = ""
    capacity: str = ""
    about: str = ""
    listed_to: str = ""
    channels: dict[str, str] = field(default_factory=dict)
    is_confirmed: bool = True
    is_protected: bool = False
    leaves_out: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class StaffAccount:
    """An account with a grant for the demonstration."""

    email: str
    role: str
    organisation: str


def load_people() -> tuple[list[StaffAccount], list[Person]]:
    content = tomllib.loads((FIXTURES / "demonstration-people.toml").read_text("utf-8"))
    return [StaffAccount(**row) for row in content["helpers"]], [
        Person(**row) for row in content["people"]
    ]


AnyModel = TypeVar("AnyModel", bound=models.Model)
HANDLE_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
# Numbers that the authorities of these countries reserve for fiction.
PHONE_NUMBERS = [
    *(f"+61491570{n}" for n in ("006", 156, 157, 158, 159, 110, 313, 737, 266, 491)),
    *(f"+447700900{n}" for n in range(100, 130)),
    *(f"+120255501{n:02}" for n in range(30)),
]


def save_valid(row: AnyModel) -> AnyModel:
    # The database checks the constraints: to validate each of them here as well would take as long
    # as all other work for the demonstration.
    row.full_clean(validate_constraints=False)
    row.save()
    return row


def noon(day: date) -> datetime:
    """Noon of a day, in UTC."""
    return datetime.combine(day, time(12), UTC)


def demo_organisation(name: str) -> Organisation:
    return Organisation.objects.get(slug=f"example-{name}")


def get_or_create_user(email: str, day: date) -> User:
    user = User.objects.filter(email=email).first() or User(email=email, joined_at=noon(day))
    set_sign_in_address(user, email)
    return user


def add_staff(helpers: list[StaffAccount], event: Event) -> list[User]:
    """Returns the co-chairs."""
    before = event.starts_on - timedelta(days=60)
    cochairs = []
    for helper in helpers:
        user = get_or_create_user(helper.email, before)
        add_authenticator_app(user)
        save_valid(
            Grant(
                user=user,
                event=event,
                role=helper.role,
                on_behalf_of=demo_organisation(helper.organisation),
                valid_from=before,
            )
        )
        if helper.role == Grant.Role.COCHAIR:
            cochairs.append(user)
    return cochairs


def add_people(people: list[Person], event: Event, *, by: User, random: Random) -> None:
    numbers = iter(PHONE_NUMBERS)
    for person in people:
        delegate = _add_delegate(person, event, random)
        _add_affiliations(person, delegate, event)
        for code in person.languages:
            save_valid(DelegateLanguage(delegate=delegate, language=code))
        for kind, audience in person.channels.items():
            value = _channel_value(person, kind, numbers)
            save_valid(ContactChannel(delegate=delegate, kind=kind, value=value, audience=audience))
        confirmed = person.is_confirmed
        save_valid(
            Participation(
                delegate=delegate,
                event=event,
                organisation=demo_organisation(person.organisation),
                capacity=person.capacity,
                confirmed_by=by if confirmed else None,
                confirmed_at=noon(event.ends_on + timedelta(days=5)) if confirmed else None,
            )
        )


def _add_delegate(person: Person, event: Event, random: Random) -> Delegate:
    email = f"{person.key}@example.org"
    user = (
        get_or_create_user(email, event.ends_on + timedelta(days=12)) if person.listed_to else None
    )
    return save_valid(
        Delegate(
            handle="".join(random.choices(HANDLE_ALPHABET, k=10)),
            name=person.name,
            name_latin=person.latin,
            post=person.post,
            about=person.about,
            invitation_email=email,
            user=user,
            listed_to=person.listed_to or Audience.ONLY_ME,
            consented_at=user.joined_at if user else None,
            reviewed_on=user.joined_at.date() if user else None,
            is_protected=person.is_protected,
            is_demonstration=True,
        )
    )


def _add_affiliations(person: Person, delegate: Delegate, event: Event) -> None:
    moved = date(event.starts_on.year - 2, 9, 1)
    if person.earlier:
        save_valid(
            Affiliation(
                delegate=delegate,
                organisation=demo_organisation(person.earlier),
                since=date(moved.year - 3, 2, 1),
                until=moved - timedelta(days=1),
            )
        )
    save_valid(
        Affiliation(
            delegate=delegate,
            organisation=demo_organisation(person.organisation),
            post=person.post,
            since=moved if person.earlier else None,
        )
    )


def _channel_value(person: Person, kind: str, numbers: Iterator[str]) -> str:
    if kind == ChannelKind.EMAIL:
        return f"{person.key}.office@example.org"
    if kind == ChannelKind.SITE:
        return f"https://example.org/people/{person.key}"
    if kind == ChannelKind.OTHER:
        return "Reception desk, arrivals hall, every weekday from 9 to 5"
    return next(numbers)
