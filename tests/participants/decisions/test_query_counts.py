"""What people decide takes as many queries for 600 items as for one, of each kind."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from outcomes.models import Commitment, Corrigendum, Outcome, Rewording, Statement
from participants.decisions.kind import kind_named, kinds
from participants.models import (
    Act,
    Delegate,
    DelegationChange,
    EventRole,
    Grant,
    ListClosure,
    Organisation,
    OrganisationChange,
    OrganisationKind,
    Participation,
    User,
)
from roundtable.models import Event, Series
from tests.conftest import FULL
from tests.decide import QUEUE
from tests.factories import NOON, make_user
from tests.meetings import Meeting
from tests.page_text import page_text
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db
BY_ROUNDTABLE = {"listclosure", "statement", "corrigendum"}
ROWS = [1, 60, *([600] if FULL else [])]


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    with time_machine.travel(NOON + timedelta(days=1), tick=False):
        yield


class Crowd(Meeting):
    """As many rows as one wants, each signed by a confirmer; the co-chair is the other one."""

    def __init__(self) -> None:
        super().__init__("confirmer")
        self.number = 0

    def make(self, name: str, number: int) -> None:
        """Until there are so many of this kind."""
        new, self.number = range(self.number, number), number
        getattr(self, f"make_{name}")(new)
        kind = kind_named(name)
        assert kind
        items = list(kind.rows().order_by("-pk")[: len(new)])
        if not issubclass(kind.model, Commitment | Statement | Corrigendum):
            act = {"what": Act.What.ASKED, "by": self.second, "content_hash": "0" * 64, "at": NOON}
            Act.objects.bulk_create(Act(item=item, **act) for item in items)
        self.sign(kind, items)

    def sign(self, kind: Any, items: list[Any]) -> None:
        given = {"by": self.confirmer, "on_behalf_of": self.network, "confirmed_at": NOON}
        if kind.signature._meta.model_name != "sourcecomparison":
            given["capacity"] = "confirmer"
        kind.signature._default_manager.bulk_create(
            kind.signature(**{kind.subject: item}, content_hash=kind.content_hash(item), **given)
            for item in items
        )

    def organisations(self, new: range) -> list[Organisation]:
        kind = OrganisationKind.CIVIL_SOCIETY
        return Organisation.objects.bulk_create(
            Organisation(slug=f"crowd-{number}", name=f"Crowd {number}", kind=kind)
            for number in new
        )

    def events(self, new: range) -> list[Event]:
        series = Series.objects.get()
        return Event.objects.bulk_create(
            Event(
                series=series,
                code=f"C{number}",
                slug=f"c-{number}",
                title=f"C {number}",
                starts_on=self.event.starts_on,
                ends_on=self.event.ends_on,
                time_zone=self.event.time_zone,
            )
            for number in new
        )

    def make_grant(self, new: range) -> None:
        users = User.objects.bulk_create(User(email=f"crowd{number}@example.org") for number in new)
        Grant.objects.bulk_create(
            Grant(
                user=user,
                event=self.event,
                role=Grant.Role.READER,
                on_behalf_of=organisation,
                valid_from=NOON.date(),
                granted_at=NOON,
                requested_by=self.second,
                reason="Letter",
            )
            for user, organisation in zip(users, self.organisations(new), strict=True)
        )

    def make_organisationchange(self, new: range) -> None:
        organisations = self.organisations(new)
        EventRole.objects.bulk_create(
            EventRole(event=self.event, organisation=organisation, role="participant")
            for organisation in organisations
        )
        OrganisationChange.objects.bulk_create(
            OrganisationChange(
                organisation=organisation,
                what="kind",
                kind="agency",
                reason="Letter",
                requested_by=self.second,
            )
            for organisation in organisations
        )

    def make_participation(self, new: range) -> None:
        self.people(new, [self.event] * len(new), confirmed_at=None)

    def people(self, new: range, events: list[Event], **fields: Any) -> None:
        people = Delegate.objects.bulk_create(Delegate(name=f"Person {number}") for number in new)
        rows = zip(people, events, self.organisations(new), strict=True)
        Participation.objects.bulk_create(
            Participation(
                delegate=person,
                event=event,
                organisation=organisation,
                nomination="Letter",
                entered_at=NOON,
                **fields,
            )
            for person, event, organisation in rows
        )

    def make_delegationchange(self, new: range) -> None:
        DelegationChange.objects.bulk_create(
            DelegationChange(
                event=self.event,
                organisation=organisation,
                what="freeze",
                reason="Letter",
                requested_by=self.confirmer,
            )
            for organisation in self.organisations(new)
        )

    def make_listclosure(self, new: range) -> None:
        events = self.events(new)
        ListClosure.objects.bulk_create(ListClosure(event=event) for event in events)
        self.people(new, events, confirmed_at=NOON, took_effect_at=NOON)

    def make_statement(self, new: range, **fields: Any) -> list[Statement]:
        rows = Statement.objects.bulk_create(
            Statement(event=event, title="Text", source_title="A page", **fields)
            for event in self.events(new)
        )
        Statement.history.bulk_history_create(rows, default_date=NOON)
        Outcome.objects.bulk_create(
            Outcome(statement=row, kind=Outcome.Kind.LEAD_IN, text="Agreed:") for row in rows
        )
        return rows

    def make_corrigendum(self, new: range) -> None:
        rows = self.make_statement(new, state="published", published_at=NOON)
        corrigenda = Corrigendum.objects.bulk_create(
            Corrigendum(statement=row, reason="A name", source="A page") for row in rows
        )
        Rewording.objects.bulk_create(Rewording(corrigendum=row, after="New") for row in corrigenda)

    def make_commitment(self, new: range) -> None:
        Commitment.objects.bulk_create(
            Commitment(
                event=self.event,
                reference=f"RT-C{number}",
                text="Train officers",
                recorded_at=NOON,
                source_title="A page",
            )
            for number in new
        )


@pytest.mark.parametrize("name", sorted(kind.name for kind in kinds().values()))
def test_as_many_queries_for_however_many(name: str, client: Client) -> None:
    world, asked = Crowd(), []
    # No one has rights at 600 roundtables.
    operator = make_user("runs@example.org", is_superuser=True)
    sign_in(client, operator if name in BY_ROUNDTABLE else world.first)
    for number in (1, *ROWS):
        world.make(name, number)
        with CaptureQueriesContext(connection) as queries:
            client.get(QUEUE)
            page = client.post(f"{QUEUE}together/", {"all": name})
        words = page_text(page)
        assert f"{number} thing" in words or f"To be read alone {number} " in words
        asked.append(len(queries))
    # The first time, no session is stored.
    assert len(set(asked[1:])) == 1, asked


@pytest.mark.parametrize("name", sorted({kind.name for kind in kinds().values()} - BY_ROUNDTABLE))
def test_each_more_that_one_agrees_to_takes_as_many_queries(name: str, client: Client) -> None:
    world, asked = Crowd(), []
    sign_in(client, world.first)
    world.make(name, 60)
    page = client.post(f"{QUEUE}together/", {"all": name}).content.decode()
    shown = dict(re.findall(r'name="shown-([^"]+)" value="([^"]+)"', page))
    for number in (1, 2, 18, 34):  # the first press enters people in the log
        ticked = [shown.popitem() for _number in range(number)]
        sent = {f"shown-{value}": token for value, token in ticked}
        with CaptureQueriesContext(connection) as queries:
            client.post(f"{QUEUE}agree/", sent | {"d": [value for value, _token in ticked]})
        asked.append(len(queries))
    assert asked[3] - asked[2] == asked[2] - asked[1]
    assert f"You agreed to {number} things." in page_text(client.get(QUEUE))
