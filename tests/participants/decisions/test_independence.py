"""Who may be one of those who agree: what the table of independence.py says, asked of each kind.

Each person is described by what the test made. A line of the table that the code does not obey
fails here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from django.db import transaction

from outcomes.reporting.publication import COMMITMENT_COMPARISONS
from participants.decisions.engine import right
from participants.decisions.independence import DECIDING, Independence
from participants.models import Organisation, User
from tests.factories import (
    NOON,
    make_commitment,
    make_event,
    make_government,
    make_grant,
    make_organisation,
    make_party,
    make_user,
)
from tests.participants.decisions.test_decisions import CASES, World, stored

pytestmark = pytest.mark.django_db
ROLES = ["cochair", "cohost", "confirmer", "editor", "reader"]


class Roundtables(World):
    """The last one has co-chairs of two organisations; this one may not have them yet."""

    def __init__(self, *, is_new: bool) -> None:
        super().__init__()
        days = {"starts_on": date(2016, 5, 1), "ends_on": date(2016, 5, 2)}
        self.last = make_event(series=self.event.series, **days)
        for user, organisation in ((self.first, self.indonesia), (self.second, self.australia)):
            make_grant(user, self.last, on_behalf_of=organisation)
        if is_new:
            self.event.grants.exclude(role="confirmer").update(role="editor")

    def ask_comparing(self) -> Any:
        row = make_commitment(self.event, state="draft", source_title="A law")
        make_party(row, organisation=self.shelter)
        return row


@dataclass(frozen=True)
class Person:
    """Someone who has nothing but this."""

    role: str  # or "operator"
    body: str  # of who asked, whom it is about, or another one
    is_of_last: bool = False

    def account(self, world: Roundtables, about: Organisation) -> User:
        if self.role == "operator":
            return make_user(is_superuser=True)
        bodies = {
            "asker": make_government("ID", "Police"),
            "about": about,
            "other": make_organisation(kind="civil-society", country="NZ"),
        }
        user, event = make_user(), world.last if self.is_of_last else world.event
        make_grant(user, event, role=self.role, on_behalf_of=bodies[self.body])
        return user


PEOPLE = [
    Person("operator", "none"),
    *(Person(*drawn) for drawn in product(ROLES, ["asker", "about", "other"], [False, True])),
]


# A list and a text are about no organisation.
NOT_OWN = {
    "right": ("asker", "about"),
    "change": ("asker", "about"),
    "participation": ("about",),
    "freezing": ("about",),
    "closing": (),
    "comparing": (),
}


def may_agree(name: str, rule: Independence, person: Person, *, is_new: bool, waited: int) -> bool:
    """`waited` are the days since it was asked."""
    if person.role == "operator":
        return rule.operator and (waited > 7 or name not in ("participation", "freezing"))
    if person.body in NOT_OWN[name]:
        return False
    decides_here = person.is_of_last == (is_new and rule.from_last_roundtable)
    return decides_here and person.role in DECIDING | rule.roles


def is_asked_about(name: str, person: Person) -> bool:
    """A government's confirmer confirms no one of civil society, and no such rule is asked here."""
    return not (name in ("participation", "freezing") and person.role == "confirmer") or (
        person.body != "asker"
    )


def people_of(name: str) -> Iterator[Person]:
    return (person for person in PEOPLE if is_asked_about(name, person))


@pytest.mark.parametrize("waited", [0, 20])
@pytest.mark.parametrize("name", [*CASES, "comparing"])
def test_those_agree_whom_the_table_names(name: str, waited: int) -> None:
    kind = CASES[name].kind if name in CASES else COMMITMENT_COMPARISONS
    rule, at = kind.independence, NOON + timedelta(days=waited)
    for is_new in (False, True) if rule.from_last_roundtable else (False,):
        with transaction.atomic():
            world = Roundtables(is_new=is_new)
            item = asked(name, world)
            found, expected = {}, {}
            for person in people_of(name):
                with transaction.atomic():
                    account = person.account(world, about(item, world))
                    found[person] = right(stored(item), account, at).right is not None
                    transaction.set_rollback(True)
                expected[person] = may_agree(name, rule, person, is_new=is_new, waited=waited)
            assert found == expected
            transaction.set_rollback(True)


def asked(name: str, world: Roundtables) -> Any:
    """By the first co-chair; what they signed with it is of another content, and gone."""
    if name == "right":
        world.operator = world.first
    item = getattr(world, f"ask_{name}")()
    if name == "participation":
        entered_at: datetime = NOON
        type(item).objects.filter(pk=item.pk).update(entered_at=entered_at)
    getattr(item, "confirmations", item.__class__.objects.none()).all().delete()
    return item


def about(item: Any, world: Roundtables) -> Organisation:
    organisation = getattr(item, "organisation", None) or getattr(item, "on_behalf_of", None)
    return organisation or world.shelter


# In words -------------------------------------------------------------------------------------

DECIDE = {"cochair other", "cohost other", "confirmer other"}
OR_COLLEAGUES = DECIDE | {"operator none", "cochair asker"}
# As the table says, and written without it: who may agree, by role and body.
IN_WORDS = {
    "right": DECIDE,
    "change": DECIDE,
    "participation": OR_COLLEAGUES,
    "freezing": OR_COLLEAGUES,
    "closing": OR_COLLEAGUES | {"cochair about"},
    "comparing": OR_COLLEAGUES | {"cochair about", "editor other"},
}
PERSONS = [*IN_WORDS["comparing"], "reader other"]


@pytest.mark.parametrize("name", IN_WORDS)
def test_table_says_what_is_meant(name: str) -> None:
    world = Roundtables(is_new=False)
    item, agree = asked(name, world), set()
    for words in PERSONS:
        with transaction.atomic():
            role, body = words.split()
            account = Person(role, body).account(world, about(item, world))
            if right(stored(item), account, NOON + timedelta(days=20)).right:
                agree.add(words)
            transaction.set_rollback(True)
    assert agree == IN_WORDS[name]
    # Only rights and changes are decided by co-chairs of the last roundtable.
    world.event.grants.exclude(role="confirmer").update(role="reader")
    decides = right(stored(item), world.second, NOON).right is not None
    assert decides == (name in ("right", "change"))


def test_operator_closes_a_list_in_place_of_a_cochair() -> None:
    world = World()
    kind, item = CASES["closing"].kind, world.ask_closing()
    signatures = [
        kind.signature(closure=item, by=world.operator, capacity="operator"),
        kind.signature(closure=item, by=world.cohost, on_behalf_of=world.office, capacity="cohost"),
    ]
    assert kind.is_agreed(item, signatures)
