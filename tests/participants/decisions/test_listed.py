"""What the queue lists beside the kinds: items with rules and a page of their own."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from outcomes.models import Commitment
from outcomes.reporting.review import approve_texts
from participants.models import Delegate, InvitationRequest, User
from participants.onboarding.requests import refuse_request
from tests.conftest import FULL
from tests.decide import QUEUE, agree, waiting
from tests.factories import (
    NOON,
    make_addressee,
    make_commitment,
    make_delegate,
    make_event,
    make_holder,
    make_invitation_request,
    make_organisation,
    make_participant_list,
    make_participation,
    make_statement,
    make_update,
)
from tests.follow_up_factories import make_assessment, make_offer, make_response
from tests.page_text import page_text
from tests.participants.decisions.test_decisions import World

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("recorded_templates")]
Sign = Callable[[User | Delegate], Client]
TEXTS = {"Reports": 1, "Replies": 1, "Offers": 1, "Findings": 1}
DECIDED = "Decided in the last 30 days"


@pytest.fixture(autouse=True)
def clock() -> Any:
    with time_machine.travel(NOON, tick=False) as travelled:
        yield travelled


class Table:
    """A roundtable with co-chairs of two organisations."""

    def __init__(self) -> None:
        self.event = make_event(code="RT", slug="rt")
        self.statement = make_statement(self.event)
        self.office = make_organisation(name="Zq Office")
        self.first = self.holder("first@example.org")
        self.second = self.holder("second@example.org")

    def holder(self, address: str, **grant: Any) -> User:
        given = {"on_behalf_of": make_organisation()} | grant
        return make_holder(self.event, address, **given)

    def fill(self, times: int = 1) -> list[Any]:
        texts: list[Any] = []
        for _time in range(times):
            point = self.statement.outcomes.get(number="1.a")
            office = make_organisation(name="Zq Office")
            make_addressee(point, organisation=office)
            # Each offer that is checked becomes a commitment with the next number.
            number = 100 * (Commitment.objects.count() + 1)
            commitment = make_commitment(self.event, reference=f"RT-C{number}")
            of_both: dict[str, Any] = {"organisation": office, "approved": False}
            texts += [
                make_update(commitment, approved=False),
                make_response(outcome=point, **of_both),
                make_offer(outcome=point, **of_both),
                make_assessment(commitment=commitment, **of_both),
            ]
            make_invitation_request(self.event)
            make_participant_list(self.event, requested_by=self.second)
        for row in texts:
            row.submit(at=NOON)
        return texts


def links(browser: Client) -> list[str]:
    page = browser.get(QUEUE).content.decode()
    return re.findall(r'<a href="(/admin/(?:outcomes|participants)/[^"]+)"', page)


def past(browser: Client) -> str:
    after = page_text(browser.get(QUEUE)).partition(DECIDED)[2]
    return after.partition("This desk does not show")[0].strip()


def test_each_is_listed_for_who_decides_it_and_leads_to_the_page_that_does(
    client_of: Sign,
) -> None:
    table = Table()
    texts = table.fill()
    of_office = table.holder("office@example.org", on_behalf_of=texts[1].organisation)
    editor = table.holder("editor@example.org", role="editor")
    unknown = table.holder("unknown@example.org", role="editor", on_behalf_of=None)
    reader = table.holder("reader@example.org", role="reader")
    elsewhere = make_holder(make_event(), "else@example.org", on_behalf_of=make_organisation())
    all_rows = TEXTS | {"Requests and nominations": 1, "Lists to download": 1}
    first = client_of(table.first)
    assert waiting(first) == all_rows
    assert waiting(client_of(table.second)) == TEXTS | {"Requests and nominations": 1}
    own = {"Reports", "Requests and nominations", "Lists to download"}
    assert waiting(client_of(of_office)).keys() == own
    assert waiting(client_of(editor)) == TEXTS
    for user in (unknown, reader, elsewhere):
        assert waiting(client_of(user)) == {} and links(client_of(user)) == []
    words = page_text(first.get(QUEUE))
    assert (
        "Check the reply of Zq Office to RT 1.a Needs one person of another organisation" in words
    )
    assert "since 2 March 2026" in words
    # None is ticked: nothing is read together.
    assert 'name="d"' not in first.get(QUEUE).content.decode() and "Tick several" not in words
    assert len(links(first)) == 6
    for address in links(first):
        page = first.get(address)
        assert page.status_code == 200 and "<form" in page.content.decode(), address


@pytest.mark.parametrize(
    "how",
    [
        {"state": "adopted", "adoption": "signed"},
        {"adoption": "source", "source_title": "Paper 1", "source_url": "https://source.example/"},
    ],
    ids=["to publish", "to compare"],
)
def test_text_entered_without_a_history_waits_since_the_roundtable(
    client_of: Sign, how: dict[str, Any]
) -> None:
    """As one that an earlier version of the portal took in."""
    event = make_event(starts_on=date(2024, 5, 6), ends_on=date(2024, 5, 7))
    make_statement(event, published=False, **how).history.all().delete()
    holder = make_holder(event, "holder@example.org", on_behalf_of=make_organisation())
    assert "since 7 May 2024" in page_text(client_of(holder).get(QUEUE))


def test_request_stays_for_who_had_it_when_the_person_hides(client_of: Sign) -> None:
    table = Table()
    make_invitation_request(table.event, name="Zq Guest", email="guest@example.org")
    other = client_of(table.second)
    before = page_text(other.get(QUEUE))
    assert "Invite Zq Guest (Example Shelter) to " in before
    person = make_delegate(user=None, name="Zq Guest", invitation_email="guest@example.org")
    row = make_participation(person, table.event, confirmed=False, is_protected_from_desk=True)
    person.write(hidden_at=NOON)
    assert "Zq Guest (Example Shelter)" in page_text(other.get(QUEUE))
    assert waiting(other)["Requests and nominations"] == 1
    # Decided, it is no longer there for who does not see the person.
    request = InvitationRequest.objects.get()
    assert refuse_request(invitation_request=request, by=table.first, at=NOON)
    assert "Zq Guest" not in past(other)
    row.delete()
    assert "Zq Guest" in past(other)


def test_queue_and_first_page_ask_the_same_queries_for_however_many(client_of: Sign) -> None:
    table, before = Table(), 0
    browser = client_of(table.first)
    asked: dict[str, set[int]] = {QUEUE: set(), "/admin/": set()}
    for page in asked:
        browser.get(page)
    for total in (1, 6, *([60, 600] if FULL else [])):
        table.fill(total - before)
        for row in table.fill(min(total - before, 10)):
            assert approve_texts(rows=[row], by=table.second, at=NOON)
        make_invitation_request(table.event, decision="refused", decided_at=NOON)
        before = total
        for page, numbers in asked.items():
            with CaptureQueriesContext(connection) as queries:
                browser.get(page)
            numbers.add(len(queries))
    assert [len(numbers) for numbers in asked.values()] == [1, 1]


def test_what_was_decided_is_listed_for_a_month_for_who_may_see_it(
    client_of: Sign, clock: Any
) -> None:
    world = World()
    right = world.ask_right()
    browser = client_of(world.first)
    assert DECIDED not in page_text(browser.get(QUEUE))
    for user in (world.first, world.second):
        agree(client_of(user), right)
    finding = make_assessment(
        commitment=make_commitment(world.event, reference="RT-C9"), approved=False
    )
    finding.submit(at=NOON)
    clock.shift(timedelta(days=1))
    checked = f"/admin/outcomes/assessment/{finding.pk}/"
    form = {"revision": str(finding.revision)}
    assert client_of(world.second).post(f"{checked}approve/", form).status_code == 302
    browser = client_of(world.first)
    lines = past(browser)
    assert re.fullmatch(
        r"Check the finding of Organisation \d+ on RT-C9 checked · co-chair, for .+ 3 March 2026 "
        r"Give .+ decided · .+, .+ 2 March 2026",
        lines,
    ), lines
    elsewhere = make_holder(make_event(), "else@example.org", on_behalf_of=make_organisation())
    assert DECIDED not in page_text(client_of(elsewhere).get(QUEUE))
    clock.shift(timedelta(days=29, minutes=1))
    browser = client_of(world.first)
    assert "decided ·" not in past(browser) and "checked ·" in past(browser)
    for _number in range(60):
        make_invitation_request(
            world.event, decision="refused", decided_at=NOON + timedelta(days=9)
        )
    assert browser.get(QUEUE).content.decode().count("refused ·") == 50


def test_digest_tells_of_texts_once_and_a_week_later(deliver: Any, clock: Any) -> None:
    table = Table()

    def digests() -> dict[str, str]:
        before = len(deliver())
        call_command("send_reminders", verbosity=0)
        mails = deliver()[before:]
        return {m.to[0]: m.body for m in mails if m.subject.startswith("What waits at")}

    (update, *_others) = table.fill()
    assert set(digests()) == {"first@example.org", "second@example.org"} and digests() == {}
    clock.shift(timedelta(days=1))
    assert digests() == {}
    approve_texts(rows=[update], by=table.first, at=NOON + timedelta(days=1))
    clock.shift(timedelta(days=1))
    body = digests()["second@example.org"]
    assert "RT: Reports 1, checked" in body and "RT: Findings 1\n" in body
    assert "RT: Reports 1\n" not in body and "Zq" not in body
    for days, number in ((1, 0), (5, 0), (1, 2)):
        clock.shift(timedelta(days=days))
        assert len(digests()) == number
