"""Addressees by points: each answer or its absence, and the commitments under each point."""

import re
from datetime import date
from typing import Any

import pytest
from django.test import Client

from outcomes.models import Outcome, Response
from participants.models import OrganisationKind, RecordedCount
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
from tests.follow_up_factories import make_response
from tests.page_text import get_text, page_html, page_links, page_text
from tests.recorded_fixtures import recorded

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine(NOON, tick=False)]
PAGE = "/progress/matrix/"
Stance = Response.Stance


@pytest.fixture
@recorded
def asked() -> Event:
    """Point 1.a speaks to governments, of which two are named, and 1.b to one CSO alone."""
    event = make_event(code="ASKED", slug="asked", title="The roundtable")
    offices = {}
    for name, kind in (
        ("Aland", OrganisationKind.GOVERNMENT),
        ("Beland", OrganisationKind.GOVERNMENT),
        ("Aid", OrganisationKind.CIVIL_SOCIETY),
        ("Bystander", OrganisationKind.CIVIL_SOCIETY),
    ):
        offices[name] = make_organisation(slug=name.lower(), name=name, kind=kind)
        make_role(event, organisation=offices[name])
    aland = offices["Aland"]
    save(RecordedCount(event=event, kind=OrganisationKind.GOVERNMENT, number=13))
    first, second = make_statement(event).outcomes.points()
    governments = make_group(name="Governments", slug="governments", member_rule="governments")
    make_addressee(first, group=governments)
    make_addressee(second, organisation=offices["Aid"])
    make_response(outcome=first, organisation=aland, stance=Stance.NOTED)
    in_part: dict[str, Any] = {"stance": Stance.IN_PART, "answered_on": date(2025, 5, 1)}
    make_response(outcome=first, organisation=aland, **in_part)
    make_response(outcome=first, organisation=offices["Beland"], approved=False)

    promised = make_commitment(event, reference="ASKED-C1")
    promised.outcomes.set([first, second])
    make_party(promised, organisation=aland)
    make_party(promised, organisation=offices["Aid"])
    make_update(promised, status="fulfilled")
    make_update(promised, approved=False, status="closed", reported_on=date(2026, 1, 1))
    silent = make_commitment(event, reference="ASKED-C2")
    silent.outcomes.add(first)
    make_party(silent, group=governments)
    of_another = make_commitment(event, reference="ASKED-C3")
    of_another.outcomes.add(second)
    make_party(of_another, organisation=offices["Bystander"])
    make_party(make_commitment(event, reference="ASKED-C4"), organisation=aland)
    later = make_commitment(make_event(code="LATER"), reference="LATER-C1")
    later.outcomes.add(first)
    make_party(later, organisation=aland)
    return event


def rows_of(browser: Client, path: str = PAGE) -> dict[str, list[str]]:
    """The content of each row, by the first word of its header."""
    page = page_html(browser.get(path))
    rows = {}
    for row in page.split("<tbody>")[1].split("</tbody>")[0].split("</tr>")[:-1]:
        head, *cells = re.split(r"<td(?: [^>]*)?>", row)
        words = " ".join(re.sub(r"<[^>]*>", " ", head).split()).removesuffix(" Show")
        rows[words] = [" ".join(re.sub(r"<[^>]*>", " ", cell).split()) for cell in cells]
    return rows


def test_each_cell_shows_response_and_commitments(client: Client, asked: Event) -> None:
    assert rows_of(client) == {
        "Governments as a group · 2 members named · 11 more members, names not recorded": [
            "1 of 2 answered Never reported on 1",
            "– not addressed to it",
        ],
        "Aland": ["Supported in part Fulfilled 1 Never reported on 1", "Fulfilled 1"],
        "Beland": ["No answer yet", "– not addressed to it"],
        "Aid": ["Fulfilled 1", "No answer yet Fulfilled 1"],
        "Others not addressed by any point": ["– nothing", "Never reported on 1"],
    }


def test_table_labels_its_counts_and_the_direction_of_its_heads(
    client: Client, asked: Event
) -> None:
    text = get_text(client, PAGE)
    assert "1 of 3 answers requested by recommendations have been given. " in text
    assert (
        "The roundtable, May 2024 (ASKED) · 4 addressees · 2 points · "
        "4 commitments under these points"
    ) in text
    assert "1 commitment of this roundtable is under no point, so it is not in the table." in text
    page = page_html(client.get(PAGE)).split("<table")[1].split("</table>")[0]
    assert page.count("<caption ") == 1
    assert (page.count('<th scope="col">'), page.count('<th scope="row">')) == (3, 5)
    assert page.count("<th") == 9  # with the head itself
    assert len(re.findall(r"<td[ >]", page)) == 10
    assert "/progress/matrix/?event=asked" in page_links(client.get("/progress/?event=asked"))


def test_each_count_links_to_matching_list(client: Client, asked: Event) -> None:
    answer = client.get(PAGE)
    links = [link for link in page_links(answer) if "point=" in link]
    assert "/commitments/?point=asked%2F1.a&party=aland&status=fulfilled" in links
    assert "/commitments/?point=asked%2F1.a&party=governments&status=no-update" in links
    page = page_html(answer).replace("&amp;", "&")
    for link in links:
        number = re.sub(r"<[^>]*>", "", page.split(f'href="{link}">')[1].split("</a>")[0]).split()
        assert f" {number[-1]} of " in get_text(client, link), link
    assert "/outcomes/asked/1.a/" in page_links(answer)
    assert "/outcomes/asked/1.a/#answers" in page_links(answer)
    assert 'id="answers"' in client.get("/outcomes/asked/1.a/").content.decode()


def test_lists_are_narrowed_to_a_point(client: Client, asked: Event) -> None:
    text = get_text(client, "/commitments/?point=asked/1.b")
    assert " 2 of 5 commitments match: Point: 1.b, The roundtable" in text
    assert " 1 of 2 commitments has" not in get_text(client, "/progress/?point=asked/1.b")
    for wrong in ("asked/9.z", "asked", "other/1.a", "asked/1.a%00", "%00/1.a"):
        answer = client.get(f"/commitments/?point={wrong}")
        assert answer.status_code == 400, wrong
        assert "This point does not exist. Choose another point." in page_text(answer)
    for query in ("event=nothing", "page=1", "theme=x"):
        answer = client.get(f"{PAGE}?{query}")
        assert answer.status_code == 400
        assert "<table" not in answer.content.decode()
    Event.objects.filter(pk=asked.pk).update(is_public=False)
    assert client.get("/commitments/?point=asked/1.a").status_code == 400
    assert client.get(f"{PAGE}?event=asked").status_code == 400
    Event.objects.update(is_public=False)
    assert "No roundtable is published yet." in get_text(client, PAGE)


def test_hidden_commitments_are_absent_from_cells(client: Client, asked: Event) -> None:
    hidden = make_commitment(make_event(code="HIDDEN", is_public=False))
    hidden.outcomes.set(Outcome.objects.points())
    before = rows_of(client)
    beland = asked.roles.get(organisation__name="Beland").organisation
    make_party(hidden, organisation=beland)
    assert rows_of(client) == before


def test_non_recommendation_awaits_no_response(client: Client, asked: Event) -> None:
    for kind in ("principle", "good-practice", "undertaking"):
        Outcome.objects.points().update(kind=kind)
        beland = rows_of(client)["Beland"]
        assert beland == ["– no answer requested", "– not addressed to it"], kind
        said = "0 of 0 answers requested by recommendations have been given."
        assert said in get_text(client, PAGE)


def test_rows_are_addressees(client: Client, asked: Event) -> None:
    make_addressee(
        Outcome.objects.lead_ins().get(statement__event=asked),
        group=make_group(name="All", member_rule="participants"),
    )
    make_addressee(Outcome.objects.points()[0], group=make_group(name="CSOs"))
    rows = rows_of(client)
    names = [words for words in rows if "group" not in words]
    assert sorted(names) == ["Aid", "Aland", "Beland", "Bystander"]
    assert rows["CSOs as a group · 0 members named"][0] == "Its members are not recorded"
    for point in Outcome.objects.points():
        number = [*Outcome.objects.points()].index(point)
        for office in point.addressed_organisations():
            assert re.match("No answer yet|Supp", rows[office.name][number])


def test_latest_event_with_statement_is_default(client: Client, asked: Event) -> None:
    days: dict[str, Any] = {"starts_on": date(2025, 1, 1), "ends_on": date(2025, 1, 2)}
    make_event(code="NEXT", slug="next", title="The next one", **days)
    assert "The roundtable, May 2024 (ASKED) · " in get_text(client, PAGE)
    assert (
        "No points of this roundtable are published yet. The next one, January 2025 (NEXT)"
    ) in get_text(client, f"{PAGE}?event=next")
    make_statement(Event.objects.get(slug="next"))
    assert "The points of this roundtable do not say who they are addressed to." in get_text(
        client, PAGE
    )
