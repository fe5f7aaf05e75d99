"""Addressees by points: each answer or its absence, and the commitments under each point."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from outcomes.models import Outcome, Response, Status
from participants.models import EventRole, Kind, RecordedCount
from roundtable.models import Event
from tests.factories import (
    NOON,
    make_addressee,
    make_commitment,
    make_event,
    make_group,
    make_organisation,
    make_party,
    make_role,
    make_statement,
    make_update,
    save,
)
from tests.follow_up import make_response
from tests.reading import links_of, read, text_of
from tests.recorded import recorded
from tests.roundtable_files import RECORD, load

pytestmark = pytest.mark.django_db
PAGE = "/progress/matrix/"
Stance = Response.Stance


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    """2 March 2026."""
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
@recorded
def asked() -> Event:
    """Point 1.a speaks to governments, of which two are named, and 1.b to one CSO alone."""
    event = make_event(code="ASKED", slug="asked", title="The roundtable")
    offices = {}
    for name, kind in (
        ("Aland", Kind.GOVERNMENT),
        ("Beland", Kind.GOVERNMENT),
        ("Aid", Kind.CIVIL_SOCIETY),
        ("Bystander", Kind.CIVIL_SOCIETY),
    ):
        offices[name] = make_organisation(slug=name.lower(), name=name, kind=kind)
        make_role(event, organisation=offices[name], role=EventRole.Role.PARTICIPANT)
    save(RecordedCount(event=event, kind=Kind.GOVERNMENT, number=13))
    first, second = make_statement(event).outcomes.points()
    governments = make_group(name="Governments", slug="governments", made_of="governments")
    make_addressee(first, group=governments)
    make_addressee(second, organisation=offices["Aid"])
    make_response(outcome=first, organisation=offices["Aland"], stance=Stance.NOTED)
    make_response(
        outcome=first,
        organisation=offices["Aland"],
        stance=Stance.IN_PART,
        answered_on=date(2025, 5, 1),
    )
    make_response(outcome=first, organisation=offices["Beland"], approved=False)

    promised = make_commitment(event, reference="ASKED-C1")
    promised.outcomes.set([first, second])
    make_party(promised, organisation=offices["Aland"])
    make_party(promised, organisation=offices["Aid"])
    make_update(promised, status=Status.FULFILLED)
    make_update(promised, approved=False, status=Status.CLOSED, reported_on=date(2026, 1, 1))
    silent = make_commitment(event, reference="ASKED-C2")
    silent.outcomes.add(first)
    make_party(silent, group=governments)
    of_another = make_commitment(event, reference="ASKED-C3")
    of_another.outcomes.add(second)
    make_party(of_another, organisation=offices["Bystander"])
    make_party(make_commitment(event, reference="ASKED-C4"), organisation=offices["Aland"])
    later = make_commitment(make_event(code="LATER"), reference="LATER-C1")
    later.outcomes.add(first)
    make_party(later, organisation=offices["Aland"])
    return event


def rows_of(browser: Client, path: str = PAGE) -> dict[str, list[str]]:
    """What stands in each row, by the first word of its header."""
    page = browser.get(path).content.decode()
    rows = {}
    for row in page.split("<tbody>")[1].split("</tbody>")[0].split("</tr>")[:-1]:
        head, *cells = re.split(r"<td>", row)
        words = " ".join(re.sub(r"<[^>]*>", " ", head).split())
        rows[words] = [" ".join(re.sub(r"<[^>]*>", " ", cell).split()) for cell in cells]
    return rows


def test_each_cell_says_answer_and_commitments(client: Client, asked: Event) -> None:
    assert rows_of(client) == {
        "Governments as a group, 2 members named, 11 more not recorded": [
            "1 of 2 answered No update yet 1",
            "– does not speak to it",
        ],
        "Aland": ["Supported in part Fulfilled 1 No update yet 1", "Fulfilled 1"],
        "Beland": ["Answer awaited", "– does not speak to it"],
        "Aid": ["Fulfilled 1", "Answer awaited Fulfilled 1"],
        "Others whom no point speaks to": ["– nothing", "No update yet 1"],
    }


def test_table_says_what_its_counts_are_of(client: Client, asked: Event) -> None:
    text = read(client, PAGE)
    assert "1 of 3 answers that recommendations ask for have been given. " in text
    assert (
        "The roundtable, 14–15 May 2024: 4 addressees, 2 points, 4 commitments under them." in text
    )
    assert (
        "1 commitment of this roundtable stands under no point, so it is not in the table." in text
    )


def test_headers_name_their_direction(client: Client, asked: Event) -> None:
    page = client.get(PAGE).content.decode().split("<table")[1].split("</table>")[0]
    assert page.count("<caption ") == 1
    assert (page.count('<th scope="col">'), page.count('<th scope="row">')) == (3, 5)
    assert page.count("<th") == 9  # with the head itself
    assert page.count("<td>") == 10


def test_every_number_leads_to_the_list_that_it_counts(client: Client, asked: Event) -> None:
    answer = client.get(PAGE)
    links = [link for link in links_of(answer) if "point=" in link]
    assert "/commitments/?point=asked%2F1.a&party=aland&status=fulfilled" in links
    assert "/commitments/?point=asked%2F1.a&party=governments&status=no-update" in links
    page = answer.content.decode().replace("&amp;", "&")
    for link in links:
        number = re.sub(r"<[^>]*>", "", page.split(f'href="{link}">')[1].split("</a>")[0]).split()
        assert f" {number[-1]} of " in read(client, link), link
    assert "/outcomes/asked/1.a/" in links_of(answer)
    assert "/outcomes/asked/1.a/#answers" in links_of(answer)
    assert 'id="answers"' in client.get("/outcomes/asked/1.a/").content.decode()


def test_lists_are_narrowed_to_a_point(client: Client, asked: Event) -> None:
    text = read(client, "/commitments/?point=asked/1.b")
    assert " 2 of 2 commitments " in text
    assert "Point All points 1.b, The roundtable" in text
    assert " 1 of 2 commitments has" not in read(client, "/progress/?point=asked/1.b")
    for wrong in ("asked/9.z", "asked", "other/1.a", "asked/1.a%00", "%00/1.a"):
        answer = client.get(f"/commitments/?point={wrong}")
        assert answer.status_code == 400, wrong
        assert "There is no such point." in text_of(answer)


def test_point_that_is_hidden_is_no_point(client: Client, asked: Event) -> None:
    Event.objects.filter(pk=asked.pk).update(is_public=False)
    assert client.get("/commitments/?point=asked/1.a").status_code == 400
    assert client.get(f"{PAGE}?event=asked").status_code == 400


def test_hidden_commitments_stand_in_no_cell(client: Client, asked: Event) -> None:
    hidden = make_commitment(make_event(code="HIDDEN", is_public=False))
    hidden.outcomes.set(Outcome.objects.points())
    before = rows_of(client)
    make_party(hidden, organisation=asked.roles.get(organisation__name="Beland").organisation)
    assert rows_of(client) == before


@pytest.mark.parametrize("kind", ["principle", "good-practice", "undertaking"])
def test_what_recommends_nothing_asks_for_no_answer(
    client: Client, asked: Event, kind: str
) -> None:
    Outcome.objects.points().update(kind=kind)
    rows = rows_of(client)
    assert rows["Beland"] == ["– asks for no answer", "– does not speak to it"]
    assert "0 of 0 answers that recommendations ask for" in read(client, PAGE)


def test_rows_are_those_that_a_point_is_addressed_to(client: Client, asked: Event) -> None:
    make_addressee(
        Outcome.objects.lead_ins().get(statement__event=asked),
        group=make_group(name="All", made_of="participants"),
    )
    make_addressee(Outcome.objects.points()[0], group=make_group(name="CSOs"))
    rows = rows_of(client)
    names = [words for words in rows if "group" not in words]
    assert sorted(names) == ["Aid", "Aland", "Beland", "Bystander"]
    assert rows["CSOs as a group, 0 members named"][0] == "Its members are not recorded"
    for point in Outcome.objects.points():
        number = [*Outcome.objects.points()].index(point)
        for office in point.addressed_organisations():
            assert re.match("Answer|Supp", rows[office.name][number])


def test_latest_roundtable_that_agreed_on_something_is_shown(client: Client, asked: Event) -> None:
    days: dict[str, Any] = {"starts_on": date(2025, 1, 1), "ends_on": date(2025, 1, 2)}
    make_event(code="NEXT", slug="next", title="The next one", **days)
    assert "The roundtable, 14–15 May 2024: " in read(client, PAGE)
    assert "No points of this roundtable are published yet. The next one" in read(
        client, f"{PAGE}?event=next"
    )
    make_statement(Event.objects.get(slug="next"))
    assert "No point of this roundtable says to whom it is addressed." in read(client, PAGE)


def test_nothing_at_all_says_so(client: Client) -> None:
    assert "No roundtable is published yet." in read(client, PAGE)


def test_what_the_page_does_not_know_is_a_mistake(client: Client, asked: Event) -> None:
    for query in ("event=nothing", "page=1", "theme=x"):
        answer = client.get(f"{PAGE}?{query}")
        assert answer.status_code == 400
        assert "<table" not in answer.content.decode()


def test_2018_is_told_as_its_source_tells_it(client: Client) -> None:
    load(RECORD)
    rows = rows_of(client, f"{PAGE}?event=bali-process-2018")
    said = {cell for cells in rows.values() for cell in cells}
    assert "Answer awaited" in said
    assert not any(str(stance.label) in cell for stance in Stance for cell in said)


def test_progress_leads_here(client: Client, asked: Event) -> None:
    assert "/progress/matrix/?event=asked" in links_of(client.get("/progress/?event=asked"))


def test_costs_the_same_for_any_number_of_addressees(client: Client, asked: Event) -> None:
    with CaptureQueriesContext(connection) as few:
        client.get(PAGE)
    for number in range(5):
        office = make_organisation(kind=Kind.GOVERNMENT, name=f"Office {number}")
        make_role(asked, organisation=office)
        for point in Outcome.objects.points():
            make_addressee(point, organisation=office)
    with CaptureQueriesContext(connection) as many:
        client.get(PAGE)
    assert len(many) == len(few)
