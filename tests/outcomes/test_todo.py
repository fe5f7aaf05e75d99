"""The first page of the desk: what waits for whoever opens it, in numbers that the lists keep."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from html import unescape
from typing import Any

import pytest
import time_machine
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from outcomes.admin_site import MODEL_GROUPS
from outcomes.statements import signing
from participants.models import Capacity, Delegate, User
from roundtable.models import Event
from tests.decide import QUEUE, waiting
from tests.factories import (
    NOON,
    make_addressee,
    make_commitment,
    make_confirmation,
    make_delegate,
    make_event,
    make_grant,
    make_holder,
    make_invitation,
    make_invitation_request,
    make_organisation,
    make_participation,
    make_party,
    make_statement,
    make_update,
    make_user,
)
from tests.follow_up_factories import (
    make_assessment,
    make_offer,
    make_response,
    make_round,
    make_round_request,
)
from tests.page_text import page_html
from tests.silence_procedure import (
    AFTER_DEADLINE,
    CIRCULATED_AT,
    circulate_draft,
    make_agreement_case,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("recorded_templates")]
Sign = Callable[[User | Delegate], Client]

EVERYTHING = [
    "Decide",
    "Invitations not answered",
    "Commitments past their due date",
    "Commitments whose parties have not answered two reporting rounds",
    "Commitments whose focal point returned the task",
]
OF_EDITORS = EVERYTHING[:1] + EVERYTHING[-3:]


def fill(event: Event) -> None:
    """One row for each line of the page, and beside each a row that needs nothing."""
    statement = make_statement(event)
    office = make_organisation()
    point = statement.outcomes.get(number="1.a")
    make_addressee(point, organisation=office)
    make_response(outcome=point, organisation=office, approved=False).submit(at=NOON)
    make_offer(outcome=point, organisation=office, approved=False).submit(at=NOON)
    calm = make_commitment(event)
    make_update(calm, by=make_user())
    make_update(calm, approved=False).submit(at=NOON)
    make_assessment(commitment=calm, organisation=office, approved=False).submit(at=NOON)
    make_assessment(commitment=calm, organisation=office, approved=False)
    make_commitment(event, due_on=date(2020, 1, 1))
    silent = make_party(make_commitment(event))
    for _number in range(2):
        asked = make_round(event=event, opened_at=NOON, due_on=NOON.date())
        make_round_request(round=asked, party=silent)
    once = make_party(make_commitment(event))
    make_round_request(round=asked, party=once)
    left = make_party(make_commitment(event))
    left.handovers.create(handed_over_at=NOON)
    guest = make_delegate(user=None, invitation_email=f"guest@{event.slug}.example.org")
    make_participation(guest, event, confirmed=False, entered_at=NOON)
    make_invitation(guest, event)
    there = make_delegate(user=None)
    took_part = make_participation(there, event)
    for capacity in (Capacity.COHOST, Capacity.CONFIRMER):
        make_confirmation(
            took_part, make_user(), capacity=capacity, on_behalf_of=make_organisation()
        )
    make_invitation(there, event, answer="agreed", answered_at=NOON)
    make_invitation_request(event)
    make_invitation_request(event, decision="refused", decided_at=NOON)


def lines(client: Client) -> dict[str, tuple[int, str]]:
    """What the page says waits: by its words the number and the address."""
    text = page_html(client.get("/admin/"))
    found = re.findall(
        r'<li><a href="([^"]+)"><strong class="number">(\d+)</strong> <span>([^<]+)</span>', text
    )
    return {label: (int(number), unescape(address)) for address, number, label in found}


def number_on(page: Any) -> int:
    """Of the list behind a line."""
    found = page.context["cl"].result_count if "cl" in page.context else page.context["number"]
    return int(found)


def person(role: str, event: Event) -> User:
    user = make_user(f"todo-{role}@example.org", is_superuser=role == "operator")
    if role != "operator":
        make_grant(user, event, role=role, on_behalf_of=make_organisation())
    return user


@pytest.mark.parametrize(
    ("role", "number", "decided", "expected"),
    [
        ("cochair", 1, 6, EVERYTHING),
        ("editor", 1, 4, OF_EDITORS),
        ("reader", 1, 0, []),
        ("operator", 2, 12, EVERYTHING),
    ],
)
def test_user_sees_what_waits_in_numbers_that_the_lists_keep(
    client_of: Sign, role: str, number: int, decided: int, expected: list[str]
) -> None:
    event = make_event(is_public=False)
    fill(event)
    fill(make_event(is_public=False))
    client = client_of(person(role, event))
    found = lines(client)
    assert [(found[label][0], label) for label in found] == [
        (decided if label == "Decide" else number, label) for label in expected
    ]
    for label, (shown, address) in found.items():
        assert number_on(client.get(address)) == shown, label


def test_counts_match_for_cochair_who_reads_another_roundtable(client_of: Sign) -> None:
    event, other = make_event(), make_event()
    fill(event)
    fill(other)  # where nothing is theirs to decide
    user = person("cochair", event)
    make_grant(user, event, role="editor", valid_until=timezone.localdate() + timedelta(days=3))
    make_grant(user, other, role="reader")
    client = client_of(user)
    found = lines(client)
    assert len(found) >= len(EVERYTHING)
    for label, (number, address) in found.items():
        assert number_on(client.get(address)) == number, label


def test_empty_todo_shows_message_and_all_records(client_of: Sign) -> None:
    text = page_html(client_of(person("cochair", make_event())).get("/admin/"))
    assert "You have nothing to do." in text
    assert "to check" not in text
    heads = re.findall(r"<h3>([^<]+)</h3>", text)
    assert heads == ["The meeting", "Participants", "Commitments and reports", "Access and emails"]
    assert text.index("Your tasks") < text.index("All records")
    placed = {name for _title, names in MODEL_GROUPS for name in names}
    assert {model.__name__ for model in admin.site._registry} - placed == set()


def test_own_participation_and_requests_are_not_in_todo(
    client_of: Sign,
) -> None:
    event = make_event()
    user = person("cochair", event)
    make_participation(make_delegate(user=user), event, confirmed=False)
    other = make_event()
    make_grant(user, other)
    invited = make_delegate(user=None, invitation_email="Todo-Cochair@example.org")
    make_participation(invited, other, confirmed=False)
    assert lines(client_of(user)) == {}


def test_operator_sees_expiring_grants(client_of: Sign) -> None:
    event, today = make_event(), timezone.localdate()
    for days in (0, 30, 31, -1):
        grant = make_grant(make_user(), event, role="reader", valid_from=today - timedelta(days=99))
        grant.valid_until = today + timedelta(days=days)
        grant.save()
    found = lines(client_of(person("operator", event)))
    assert found == {
        "Grants that end within 30 days": (2, "/admin/participants/grant/?holds=ends-soon")
    }


# Profiles that are asked soon ---------------------------------------------------------------

ASKED = "Profiles with a yearly review in the next 30 days, or with no answer to it yet"


def make_old(event: Event, number: int, **fields: object) -> list[Delegate]:
    """People whose profile was last found right 11 months ago."""
    today = timezone.localdate()
    people = []
    for _number in range(number):
        one = make_delegate(reviewed_on=today - timedelta(days=330), **fields)
        make_participation(one, event)
        people.append(one)
    return people


def test_profiles_are_counted_from_five_without_names(client_of: Sign) -> None:
    event = make_event()
    client = client_of(person("cochair", event))
    people = make_old(event, 4)
    make_old(make_event(), 5)
    assert ASKED not in lines(client)
    # The number does not tell of people who are not in the list behind it, or who hides.
    (protected,) = make_old(event, 1)
    protected.participations.update(is_protected_from_desk=True)
    assert ASKED not in lines(client)
    people += make_old(event, 1, hidden_at=NOON)
    assert lines(client)[ASKED] == (5, "/admin/participants/delegate/?invitation=agreed")
    assert not any(one.name in client.get("/admin/").content.decode() for one in people)


def test_reviewed_or_closed_profile_is_not_counted(client_of: Sign) -> None:
    event = make_event()
    client = client_of(person("cochair", event))
    people = make_old(event, 6)
    assert lines(client)[ASKED][0] == 6
    narrowed = people[0]
    assert narrowed.reviewed_on
    narrowed.retention_actions.create(
        review_started_on=narrowed.reviewed_on, action="made-private", taken_on=timezone.localdate()
    )
    assert lines(client)[ASKED][0] == 5
    Delegate.objects.filter(pk=people[1].pk).update(reviewed_on=timezone.localdate())
    assert ASKED not in lines(client)


# The page itself ----------------------------------------------------------------------------


def started(client: Client) -> dict[str, tuple[str, str]]:
    """What one can start: by its words the address and the hint."""
    text = page_html(client.get("/admin/"))
    section = text.partition('class="module start">')[2].partition("</ul>")[0]
    found = re.findall(r'<a href="([^"]+)">([^<]+)</a><p class="quiet">([^<]*)</p>', section)
    return {label: (address, hint) for address, label, hint in found}


def test_each_task_to_start_has_its_number(client_of: Sign) -> None:
    event = make_event()
    statement = make_statement(event)
    make_update(make_commitment(event))
    make_commitment(event, due_on=date(2020, 1, 1))
    make_commitment(make_event())  # of others
    make_participation(make_delegate(), event)
    client = client_of(person("cochair", event))
    assert started(client) == {
        "Add people whom a letter names": (
            "/admin/participants/delegate/add/",
            "Enter the letter with the first of them, and choose it for the others.",
        ),
        "Start the next roundtable": (f"/admin/start-next/{event.pk}/", str(event)),
        "Ask for reports": (
            "/admin/outcomes/reportinground/add/",
            "Of 2 commitments, 1 past their due date, 1 never reported on.",
        ),
        "Correct a published text": (
            f"/admin/outcomes/statement/{statement.pk}/corrigendum/",
            "1 text is published. The former wording stays on record.",
        ),
        "Record a commitment": (
            "/admin/outcomes/commitment/add/",
            "2 commitments are recorded.",
        ),
        "Import delegates or commitments": (
            "/admin/roundtable/event/workbook/in/",
            "1 person is recorded. You see each row before anything is saved.",
        ),
    }
    for address, _hint in started(client).values():
        assert client.get(address).status_code == 200


def test_empty_desk_names_the_first_step(client_of: Sign) -> None:
    operator = client_of(make_user("first@example.org", is_superuser=True))
    label, (address, hint) = next(iter(started(operator).items()))
    assert (label, address) == ("Add the first roundtable", "/admin/roundtable/event/add/")
    assert hint == "Then write its text, invite its delegates and record what they undertake."
    assert operator.get(address).status_code == 200
    make_event()
    assert "Add the first roundtable" not in started(operator)


@pytest.mark.parametrize(("is_published", "page"), [(True, "corrigendum"), (False, "text")])
def test_the_text_leads_to_where_it_is_changed(
    client_of: Sign, is_published: bool, page: str
) -> None:
    event = make_event()
    statement = make_statement(event, published=is_published)
    point = statement.outcomes.points()[0]
    client = client_of(person("cochair", event))
    text = page_html(client.get(f"/admin/outcomes/statement/{statement.pk}/change/"))
    address = f"/admin/outcomes/statement/{statement.pk}/{page}/"
    assert f'<a href="{address}">The text</a>' in text
    assert client.get(address).status_code == 200
    # A point's own page leads to its statement, where the text is.
    of_point = page_html(client.get(f"/admin/outcomes/outcome/{point.pk}/change/"))
    assert f'<a href="{address}">The text</a>' in of_point


def test_query_count_is_independent_of_rows(client_of: Sign) -> None:
    event = make_event()
    client = client_of(person("cochair", event))
    fill(event)
    make_old(event, 5)
    make_event(series=event.series)  # whose first rights the same holders confirm
    numbers = []
    client.get("/admin/")  # reads the content types, which a process keeps
    for _round in range(2):
        with CaptureQueriesContext(connection) as asked:
            client.get("/admin/")
        numbers.append(len(asked))
        for _number in range(3):
            make_event(series=event.series)
            another = make_event()
            cochair = User.objects.get(email="todo-cochair@example.org")
            make_grant(cochair, another, on_behalf_of=make_organisation())
            fill(another)
    assert numbers[0] == numbers[1] <= 40


def test_text_is_in_the_queue_until_it_is_published(client_of: Sign) -> None:
    table = make_agreement_case()
    version = circulate_draft(table).version
    label = "Texts to sign or publish"
    agreement = f"/admin/outcomes/statement/{table.statement.pk}/agreement/"
    with time_machine.travel(CIRCULATED_AT, tick=False):
        assert label not in waiting(client_of(table.first))
    with time_machine.travel(AFTER_DEADLINE, tick=False):
        first, second = client_of(table.first), client_of(table.second)
        assert waiting(first)[label] == 1 and lines(first)["Decide"][0] == 1
        assert f'<a href="{agreement}"><bdi>Sign the text of ' in page_html(first.get(QUEUE))
        signing.sign(table.statement, sha256=version.sha256, by=table.first, at=AFTER_DEADLINE)
        assert label not in waiting(first)
        assert waiting(second)[label] == 1
        signing.sign(table.statement, sha256=version.sha256, by=table.second, at=AFTER_DEADLINE)
        operator = make_user("operator@example.org", is_superuser=True)
        for user in (table.first, table.second, operator):
            assert waiting(client_of(user))[label] == 1
            assert "Publish the signed text of " in page_html(client_of(user).get(QUEUE))
        signing.publish_signed(table.statement, by=table.first, at=AFTER_DEADLINE)
        host = make_holder(table.event, "host@example.org", on_behalf_of=table.ministry)
        for other in (host, operator, table.first):
            assert label not in waiting(client_of(other))
