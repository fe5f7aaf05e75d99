"""The same viewer reads of the same people everywhere: two lists have no difference that tells."""

import csv
import io
import re
from collections.abc import Callable, Iterator
from io import BytesIO
from itertools import product
from random import Random
from typing import Any

import openpyxl
import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoDbBlocker

from outcomes.imports.records.snapshot import event_content
from outcomes.imports.workbook import export
from outcomes.models import Commitment, ProgressUpdate
from participants.models import (
    Delegate,
    Introduction,
    InvitationRequest,
    ParticipantList,
    Participation,
    User,
)
from tests.conftest import FULL
from tests.factories import (
    NOON,
    hold_list,
    make_commitment,
    make_delegate,
    make_event,
    make_grant,
    make_invitation,
    make_invitation_request,
    make_organisation,
    make_participation,
    make_party,
    make_update,
    make_user,
)
from tests.import_pages import admin_text, preview_file
from tests.outcomes.test_outcomes_admin import page
from tests.participants.participation.test_participant_list import fetch

pytestmark = pytest.mark.django_db
Sign = Callable[..., Client]
Names = set[str]
ROLES = ("cochair", "cohost", "confirmer", "editor", "reader", "operator")
# So long that no random key of a page has one.
NAME = re.compile(r"Zq[a-z]{12}")


class World:
    """People with every combination of states, here and elsewhere, and those who look."""

    def __init__(self, seed: int) -> None:
        random = Random(seed)
        self.here = make_event(code="HERE", slug="here", is_public=False)
        self.elsewhere = make_event(code="ELSE", slug="elsewhere", is_public=False)
        self.office = make_organisation(name="Office", slug="office")
        self.viewers = {role: make_user(f"{role}@example.org") for role in ROLES[:-1]}
        for role, user in self.viewers.items():
            make_grant(user, self.here, role=role, on_behalf_of=make_organisation())
        self.viewers["operator"] = make_user("operator@example.org", is_superuser=True)
        self.expected: dict[str, Names] = {role: set() for role in ROLES}
        self.everyone: list[str] = []
        self.rows_here = 0
        self.commitment = make_commitment(self.here, reference="HERE-C1")
        make_party(self.commitment, organisation=self.office)
        bools = (False, True)
        states = list(product(bools, bools, bools, bools))
        for turn, events in enumerate(({"here"}, {"elsewhere"}, {"here", "elsewhere"})):
            for state in states:
                # Unless at full size, those here alone have half of the states, others the rest.
                if FULL or sum(state) % 2 == (turn > 0):
                    self._add(random, state, events)

    def _add(self, random: Random, state: tuple[bool, ...], events: set[str]) -> None:
        hidden, is_protected, protected, erased = state
        name = "Zq" + "".join(random.choices("abcdefghijklmnopqrstuvwxyz", k=12))
        email = f"{name.lower()}@example.org"
        person = make_delegate(
            name=name,
            invitation_email=email,
            hidden_at=NOON if hidden else None,
            is_protected=is_protected,
        )
        inviter = self.viewers[random.choice(ROLES)]
        for event in events:
            make_participation(
                person,
                getattr(self, event),
                organisation=self.office,
                is_protected_from_desk=protected,
            )
        if "here" in events:
            answered = {"answer": "agreed", "answered_at": NOON}
            make_invitation(person, self.here, email=email, invited_by=inviter, **answered)
            decided = {"decision": "invited", "decided_at": NOON}
            make_invitation_request(self.here, name=name, email=email, **decided)
        if erased:
            nothing: dict[str, Any] = {"name": "", "user": None, "invitation_email": ""}
            rows = Delegate.objects.filter(pk=person.pk)
            rows.update(erased_at=NOON, consented_at=None, **nothing)
            InvitationRequest.objects.filter(email=email).delete()
            return
        self.everyone.append(name)
        self.expected["operator"].add(name)
        if "here" not in events:
            return
        self.rows_here += 1
        for role in ROLES[:-1]:
            # Only a co-chair invites, or a confirmer, people of organisations at risk.
            is_inviter = role in ("cochair", "confirmer") and inviter == self.viewers[role]
            if not protected or is_inviter or role == "confirmer":
                self.expected[role].add(name)


def named(text: str) -> Names:
    return set(NAME.findall(text))


def text_of(browser: Client, address: str) -> str:
    answer = browser.get(address)
    assert answer.status_code == 200, address
    return str(answer.content.decode())


def select_of(text: str, name: str) -> Names:
    (found,) = re.findall(rf'<select name="{name}".*?</select>', text, re.DOTALL)
    return named(found)


def lists(browser: Client, world: World) -> dict[str, Names]:
    """What everyone who enters the admin may open."""
    people, participations = page(Delegate, "changelist"), page(Participation, "changelist")
    pks = list(Delegate.objects.values_list("pk", flat=True))
    each = "".join(browser.get(page(Delegate, "change", pk)).content.decode() for pk in pks)
    rows = list(Participation.objects.values_list("pk", flat=True))
    parts = "".join(browser.get(page(Participation, "change", pk)).content.decode() for pk in rows)
    return {
        "people": named(text_of(browser, people)),
        "search": named(text_of(browser, f"{people}?q=zq")),
        "people of the roundtable": named(text_of(browser, f"{people}?roundtable={world.here.pk}")),
        "pages of people": named(each),
        "participations": named(text_of(browser, participations)),
        "pages of participations": named(parts),
        "search of participations": named(text_of(browser, f"{participations}?q=zq")),
        "confirmed": named(text_of(browser, f"{participations}?confirmed=yes")),
    }


def choices(browser: Client, world: World) -> dict[str, Names]:
    """What editors choose from."""
    commitment = text_of(browser, page(Commitment, "change", world.commitment.pk))
    return {"focal points": select_of(commitment, "parties-0-focal_point")}


def matches(browser: Client, world: World) -> Names:
    """Whom an import takes for people who are already there."""
    content = event_content(world.here)
    rows = [{"name": name, "organisation": "office"} for name in world.everyone]
    answer = preview_file(browser, export.write_workbook(content | {"delegates": rows}))
    return set(re.findall(r"The same person as (Zq\w+)", admin_text(answer)))


def decisions(browser: Client, world: World) -> dict[str, Names]:
    """What co-chairs and operators read."""
    introduction = text_of(browser, page(Introduction, "add"))
    names = " ".join(f"{name}," for name in world.everyone)
    update = make_update(world.commitment, approved=False, text="Done.", obstacles=names)
    update.submit(at=NOON)
    review = text_of(browser, page(ProgressUpdate, "review", update.pk))
    findings = review[review.index("What the portal checked") :]
    sent = {
        "action": "left",
        "_selected_action": list(map(str, Delegate.objects.values_list("pk", flat=True))),
    }
    return {
        "first of an introduction": select_of(introduction, "first"),
        "second of an introduction": select_of(introduction, "second"),
        "requests": named(text_of(browser, page(InvitationRequest, "changelist"))),
        "findings": named(findings),
        "actions": named(browser.post(page(Delegate, "changelist"), sent).content.decode()),
    }


def files(browser: Client, world: World, user: User) -> dict[str, Names]:
    """What a co-chair downloads."""
    row = hold_list(user, world.here)
    listing = " ".join(text_of(browser, page(ParticipantList, "change", row.pk)).split())
    assert "the people whom you also see in your list of delegates now" in listing
    rows = csv.reader(io.StringIO(fetch(browser, row).content.decode()))
    address = reverse("admin:roundtable_event_people_workbook", args=[world.here.pk])
    said = text_of(browser, address)
    sheet = openpyxl.load_workbook(BytesIO(browser.post(address).content))["Delegates"]
    cells = [str(cell.value) for line in sheet.iter_rows() for cell in line]
    number = len(named(" ".join(cells)))
    assert f"names {number} " in " ".join(said.split())
    return {
        "list of participants": named(" ".join(cell for line in rows for cell in line)),
        "workbook": named(" ".join(cells)),
    }


def read_everything(browser: Client, world: World, role: str) -> dict[str, Names]:
    found = lists(browser, world)
    if role in ("cochair", "editor", "operator"):
        found |= choices(browser, world)
        if role != "operator":
            found["import"] = matches(browser, world)
    if role in ("cochair", "operator"):
        found |= decisions(browser, world)
    if role == "cochair":
        found |= files(browser, world, world.viewers[role])
    address = reverse("admin:participants_participation_close", args=[world.here.pk])
    if role != "operator":
        # Also people whom the viewer may not name.
        number = f"Confirmed people: {world.rows_here}<"
        assert number in " ".join(text_of(browser, address).split())
    return found


@pytest.fixture(scope="module", params=range(10 if FULL else 1))
def world(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[World]:
    """For all who look."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield World(request.param)
        transaction.set_rollback(True)


@pytest.mark.parametrize("role", ROLES)
def test_every_list_names_the_same_people(
    world: World, db: None, client_of: Sign, role: str
) -> None:
    browser = client_of(world.viewers[role])
    found = read_everything(browser, world, role)
    expected = world.expected[role]
    # An operator reads all roundtables; what is about one of them has its people only.
    here = expected & set(
        Delegate.objects.filter(participations__event=world.here).values_list("name", flat=True)
    )
    of_one = {"people of the roundtable", "focal points", "requests"}
    assert len(expected) > 2
    for where, names in found.items():
        assert names == (here if where in of_one else expected), where
