"""Whoever has a grant for one roundtable sees nothing at the desk of another that is not public."""

import re
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from outcomes.models import Outcome
from participants.models import Delegate, User
from roundtable.models import Event
from tests.conftest import FULL_WALKS
from tests.factories import (
    NOON,
    make_addressee,
    make_affiliation,
    make_commitment,
    make_delegate,
    make_event,
    make_holder,
    make_invitation,
    make_invitation_request,
    make_organisation,
    make_participation,
    make_party,
    make_role,
    make_series,
    make_statement,
    make_update,
)
from tests.follow_up_factories import (
    make_assessment,
    make_milestone,
    make_offer,
    make_response,
    make_round,
    make_round_request,
)

pytestmark = pytest.mark.django_db
Sign = Callable[[User | Delegate], Client]
# What differs from one look at the same page to the next.
CHANGING = re.compile(
    r'name="(csrfmiddlewaretoken|once)" value="[^"]+"|value="\d\d:\d\d:\d\d"'
    r'|"readonly">\d{1,2} \w+ \d{4}, \d\d:\d\d<'
)


def fill(event: Event, word: str) -> User:
    """A roundtable with one row of all that the desk shows, each with this word; its co-chair."""
    statement = make_statement(event, title=f"{word} statement")
    office = make_organisation(name=f"{word} office", slug=f"{word}-office")
    make_role(event, organisation=office)
    point = statement.outcomes.get(number="1.a")
    Outcome.objects.filter(pk=point.pk).update(text=f"{word} point")
    make_addressee(point, organisation=office)
    make_response(outcome=point, organisation=office, approved=False).submit(at=NOON)
    make_offer(outcome=point, organisation=office, approved=False, text=word).submit(at=NOON)
    commitment = make_commitment(event, text=f"{word} commitment", due_on=date(2020, 1, 1))
    make_milestone(commitment=commitment, title=f"{word} step")
    party = make_party(commitment, organisation=office)
    make_update(commitment, approved=False, party=party).submit(at=NOON)
    other = make_organisation(name=f"{word} institute", slug=f"{word}-institute")
    make_assessment(commitment=commitment, organisation=other, approved=False).submit(at=NOON)
    for _number in range(2):
        asked = make_round(event=event, title=f"{word} round", opened_at=NOON, due_on=NOON.date())
        make_round_request(round=asked, party=party)
    guest = make_delegate(user=None, name=f"{word} guest", invitation_email=f"{word}@example.org")
    make_participation(guest, event, organisation=office, confirmed=False)
    make_affiliation(guest, organisation=make_organisation(name=f"{word} employer"))
    make_invitation(guest, event)
    make_invitation_request(event, name=f"{word} asker")
    cochair = make_holder(event, f"{word}-chair@example.org", on_behalf_of=office)
    make_participation(make_delegate(user=cochair, name=f"{word} chair"), event)
    return cochair


VERBS = ["change", "history", "delete"]
FILTERS = ["waits=me", "standing=overdue", "standing=silent", "invitation=unanswered"]


def filters_of(options: admin.ModelAdmin[Any]) -> set[str]:
    """The names by which an address asks for the filters of a list."""
    return {getattr(one, "parameter_name", "") for one in options.list_filter}


def addresses(word: str) -> Iterator[str]:
    """Each list, searched and with each filter, each empty form, and each page of each row.

    Unless at full size: the filters that the list has, and of each kind a search or the empty form,
    the form of one row, and its history or its deletion.
    """
    yield "/admin/"
    yield "/admin/outcomes/"
    yield "/admin/participants/"
    for place, (model, options) in enumerate(admin.site._registry.items()):
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        listed = reverse(f"{name}_changelist")
        yield listed
        if FULL_WALKS or place % 2:
            yield f"{listed}?q={word}"
        for query in FILTERS:
            if FULL_WALKS or query.partition("=")[0] in filters_of(options):
                yield f"{listed}?{query}"
        if FULL_WALKS or not place % 2:
            yield reverse(f"{name}_add")
        rows = model._default_manager.order_by("pk").values_list("pk", flat=True)
        for pk in list(rows)[: None if FULL_WALKS else 1]:
            for verb in VERBS if FULL_WALKS else ("change", VERBS[1 + place % 2]):
                yield reverse(f"{name}_{verb}", args=[pk])


def seen(client: Client, paths: list[str]) -> dict[str, tuple[int, str]]:
    """What each page answers, without what changes from one look to the next."""
    found = {}
    for path in paths:
        answer = client.get(path)
        found[path] = answer.status_code, CHANGING.sub("", answer.content.decode())
    return found


ROLES = [
    "cochair",
    pytest.param("editor", marks=pytest.mark.prove),
    pytest.param("reader", marks=pytest.mark.prove),
]


@pytest.mark.walk
@pytest.mark.parametrize("role", ROLES)
def test_admin_pages_are_unaffected_by_other_events(client_of: Sign, role: str) -> None:
    series = make_series()
    mine = make_event(title="Zqmine", code="ZQMINE", slug="zqmine", is_public=False, series=series)
    user = fill(mine, "Zqmine")
    user.grants.update(role=role)
    client = client_of(user)
    paths = list(addresses("Zqhidden"))
    before = seen(client, paths)
    assert sum(status == 200 for status, _text in before.values()) > 50, before.keys()
    # The desk does show what is the viewer's own.
    assert "Zqmine office" in before["/admin/participants/organisation/"][1]
    hidden = make_event(
        title="Zqhidden",
        code="ZQH",
        slug="zqhidden",
        is_public=False,
        city="Zqhidden",
        series=make_series(name="Zqhidden series", slug="zqhidden-series"),
    )
    fill(hidden, "Zqhidden")
    after = seen(client, paths)
    assert [path for path in paths if before[path] != after[path]] == []
    new = [path for path in addresses("Zqhidden") if path not in before]
    for path, (_status, text) in seen(client, new).items():
        assert "zqhidden" not in text.lower().replace("?q=zqhidden", ""), path
