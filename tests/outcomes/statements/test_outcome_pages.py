"""Points of a statement: listed and filtered, and each as a full sentence."""

import pytest
from django.test import Client

from outcomes.models import Outcome, Statement
from participants.models import User
from roundtable.models import Event
from tests.factories import NOON as PUBLISHED
from tests.factories import (
    make_addressee,
    make_commitment,
    make_event,
    make_group,
    make_organisation,
    make_outcome,
    make_role,
    make_series,
    make_statement,
    make_theme,
)
from tests.fixture_types import Sign
from tests.page_text import FILES, acts, get_text, page_html, page_links, page_text
from tests.recorded_fixtures import recorded

pytestmark = pytest.mark.django_db


@pytest.fixture
@recorded
def agreed() -> Statement:
    """Two lead-ins with three points, as the first roundtable had them."""
    event = make_event(
        code="BP", slug="first", title="First roundtable", series=make_series(name="Process")
    )
    statement = make_statement(
        event,
        points=0,
        published=False,
        source_title="The hosts' page",
        source_url="https://example.org/source",
    )
    first = statement.outcomes.get()
    first.text = "Governments and CSOs can collaborate to:"
    first.save()
    second = make_outcome(
        statement,
        kind=Outcome.Kind.LEAD_IN,
        text="Examples of good practices includes:",
        position=1,
    )
    governments, csos = (
        make_group(slug="governments", name="governments"),
        make_group(slug="csos", name="CSOs"),
    )
    office = make_organisation(slug="office", name="Office for Migrants")
    make_role(event, organisation=office)
    make_addressee(first, group=governments)
    share = make_outcome(
        statement, parent=first, text="share information; and", place_in_source="first list"
    )
    share.themes.add(make_theme(slug="sharing", name="Information sharing"))
    make_addressee(share, group=csos)
    build = make_outcome(
        statement, parent=first, text="build networks.", position=1, classified_by_portal=False
    )
    make_addressee(build, organisation=office)
    make_outcome(statement, parent=second, text="Strong networks", kind=Outcome.Kind.GOOD_PRACTICE)
    statement.publish(PUBLISHED)
    return statement


@pytest.fixture
@recorded
def later(agreed: Statement) -> Statement:
    """A roundtable three years on, with one point."""
    days = {"starts_on": "2027-05-14", "ends_on": "2027-05-15"}
    event = make_event(code="BQ", slug="second", title="Second roundtable", **days)
    statement = make_statement(event, points=1)
    statement.outcomes.filter(number="1.a").update(text="act early.")
    return statement


SHARE, BUILD = "share information; and", "build networks."
STRONG, EARLY = "Strong networks", "act early."


def test_points_are_filtered_and_ordered(client: Client, later: Statement) -> None:
    for query, points in [
        ({}, [EARLY, SHARE, BUILD, STRONG]),
        ({"kind": "recommendation"}, [EARLY, SHARE, BUILD]),
        ({"kind": "undertaking"}, []),
        # What a lead-in is addressed to, its points are.
        ({"addressee": "governments"}, [SHARE, BUILD]),
        ({"event": "first", "kind": "recommendation", "addressee": "office"}, [BUILD]),
    ]:
        text = get_text(client, "/outcomes/", **query)
        count = f"{len(points)} of 4 points match:" if query else "4 points"
        listed = text.split(f" {count} ", 1)[1]
        found = sorted((p for p in (SHARE, BUILD, STRONG, EARLY) if p in listed), key=listed.index)
        assert found == points
        assert ("No points match. Choose fewer filters." in text) == (points == [])


def test_point_shows_lead_in_and_commitments(client: Client, later: Statement) -> None:
    point = Outcome.objects.get(text=SHARE)
    for _number in range(2):
        make_commitment(point.statement.event).outcomes.add(point)
    text = get_text(client, "/outcomes/", theme="sharing")
    assert (
        "1.a Governments and CSOs can collaborate to: share information; and "
        "First roundtable, May 2024 (BP) Recommendation 2 commitments"
    ) in text
    assert "0 commitments" in get_text(client, "/outcomes/", kind="good-practice")
    text = get_text(client, "/outcomes/", event="second")
    assert "Second roundtable, May 2027 (BQ)" in text


def test_filters_offer_only_what_is_public(client: Client, agreed: Statement) -> None:
    hidden = make_event(slug="hidden", title="Hidden roundtable", is_public=False)
    point = make_statement(hidden, points=1).outcomes.points()[0]
    make_addressee(point, group=make_group(slug="secret", name="Secret group"))
    point.themes.add(make_theme(slug="secret", name="Secret theme"))
    drafted = make_statement(make_event(slug="drafted"), points=1, published=False)
    group = make_group(slug="drafted", name="Drafted group")
    make_addressee(drafted.outcomes.points()[0], group=group)
    page = page_html(client.get("/outcomes/"))
    for word in ("Hidden roundtable", "Secret group", "Secret theme", "Drafted group"):
        assert word not in page
    for slug in ("governments", "csos", "office"):
        assert f'name="addressee" value="{slug}">' in page
    make_commitment(agreed.event).outcomes.add(agreed.outcomes.get(number="1.a"))
    commitments = client.get("/commitments/").content.decode()
    assert "Information sharing" in commitments and "Secret theme" not in commitments
    for path in ("/outcomes/", "/commitments/"):
        assert client.get(path, {"theme": "secret"}).status_code == 400


def test_point_is_a_full_sentence_with_all_that_is_known(client: Client, agreed: Statement) -> None:
    assert get_text(client, "/outcomes/first/1.a/") == (
        "First roundtable, May 2024 (BP) Point 1.a "
        "Governments and CSOs can collaborate to: share information; and "
        "Progress so far No commitment to this point is recorded. "
        + acts(
            "/outcomes/first/1.a/",
            "First roundtable, May 2024 (BP), point 1.a — No commitment to this point is recorded.",
            "Process, First roundtable, point 1.a, 14–15 May 2024.",
            f"{FILES} Its answers: {FILES}",
        )
        + "Kind Recommendation (classified by this portal) "
        "Addressed to CSOs, governments "
        "Themes Information sharing "
        "Source The hosts' page , first list "
        "Answers of the addressees The organisations addressed are not recorded. "
        "Commitments No commitment to this point is recorded. "
        "Offer a commitment "
        "Part 1 See in the statement Next: 1.b "
        "See this page as of an earlier day Show this day What changed since an earlier day "
        "Report a mistake No contact address is set for this portal."
    )


def test_source_classification_is_not_attributed_to_portal(
    client: Client, agreed: Statement
) -> None:
    text = get_text(client, "/outcomes/first/1.b/")
    assert "Kind Recommendation Addressed to Office for Migrants , governments" in text
    assert "Themes not recorded" in text
    text = get_text(client, "/outcomes/first/2.a/")
    assert "Addressed to no one in particular" in text


def test_lead_in_page_shows_points(client: Client, agreed: Statement) -> None:
    text = get_text(client, "/outcomes/first/1/")
    assert (
        "Part 1 Governments and CSOs can collaborate to: "
        "Progress so far No commitment to this part is recorded. "
        "Copy citation Process, First roundtable, part 1, 14–15 May 2024. "
    ) in text
    assert (
        "sign in . 1.a share information; and 1.b build networks. Addressed to governments"
    ) in text
    assert "See in the statement Next: 2" in text


def test_neighbours_are_linked(client: Client, agreed: Statement) -> None:
    here, statement = "/outcomes/first/", "/roundtables/first/"
    for number, links in [
        ("1.a", [f"{here}1/", f"{statement}#1.a", f"{here}1.b/"]),
        ("1.b", [f"{here}1.a/", f"{here}1/", f"{statement}#1.b", f"{here}2.a/"]),
        ("2.a", [f"{here}1.b/", f"{here}2/", f"{statement}#2.a"]),
        ("1", [f"{statement}#1", f"{here}2/"]),
        ("2", [f"{here}1/", f"{statement}#2"]),
    ]:
        answer = client.get(f"{here}{number}/")
        around = (here, f"{statement}#")
        found = [link for link in page_links(answer) if link.startswith(around)]
        files = (".atom", ".ics", ".bib", ".xlsx", ".csv", ".json")
        found = [link for link in found if not link.endswith(files)]
        assert found[-len(links) :] == links


def test_commitments_are_listed_under_point(client: Client, agreed: Statement) -> None:
    point = Outcome.objects.get(text=SHARE)
    commitment = make_commitment(agreed.event, reference="BP-C1", text="Open a desk")
    commitment.outcomes.add(point)
    hidden = make_commitment(make_event(code="HID", is_public=False), text="Hidden promise")
    hidden.outcomes.add(point)
    text = get_text(client, "/outcomes/first/1.a/")
    assert "Commitments BP-C1 Open a desk No party recorded · answers 1.a" in text
    assert "Hidden promise" not in text


def test_demo_point_is_marked(client: Client, later: Statement) -> None:
    Event.objects.filter(slug="second").update(is_demonstration=True)
    text = get_text(client, "/outcomes/second/1.a/")
    assert text.startswith("Demonstration All of its content is made up.")
    assert "14–15 May 2027 (demonstration). https://portal.example.org/outcomes/second/1.a/" in text


def test_unknown_point_is_not_found(client: Client, agreed: Statement) -> None:
    make_statement(make_event(slug="hidden", is_public=False))
    make_statement(make_event(slug="drafted"), published=False)
    for path in [
        "/outcomes/first/3/",
        "/outcomes/first/1.c/",
        "/outcomes/first/0/",
        "/outcomes/first/1./",
        "/outcomes/first/.a/",
        "/outcomes/first/1a/",
        "/outcomes/first/1.a.b/",
        "/outcomes/first/12345/",
        "/outcomes/first/١/",
        "/outcomes/FIRST/1/",
        "/outcomes/hidden/1/",
        "/outcomes/drafted/1/",
    ]:
        answer = client.get(path)
        assert answer.status_code == 404
        assert "Page not found" in page_text(answer)
    assert client.get("/outcomes/first/1.a/").status_code == 200
    agreed.outcomes.filter(number="1").update(number="")
    assert client.get("/outcomes/first/1.a/").status_code == 404  # its lead-in has no number


def test_unnumbered_point_is_not_shown(client: Client, agreed: Statement) -> None:
    """Added after the statement was published."""
    lead_in = agreed.outcomes.get(number="1")
    late = make_outcome(agreed, parent=lead_in, text="added later", position=9)
    later = make_outcome(agreed, kind=Outcome.Kind.LEAD_IN, text="Later still:", position=9)
    make_outcome(agreed, parent=later, text="under the later one")
    commitment = make_commitment(agreed.event, reference="BP-C1", text="Promise")
    commitment.outcomes.add(late)
    for path in (
        "/outcomes/",
        "/outcomes/first/1/",
        "/outcomes/first/1.b/",
        "/outcomes/first/2/",
        "/outcomes/first/2.a/",
        "/roundtables/first/",
        "/commitments/",
        "/commitments/bp-c1/",
        "/search/?q=later",
    ):
        text = page_text(client.get(path))
        assert "added later" not in text and "Later still" not in text, path
        assert "the later one" not in text, path
    assert "3 points agreed" in get_text(client, "/roundtables/")
    assert "3 points" in get_text(client, "/outcomes/")
    agreed.publish(PUBLISHED)
    assert "4 points agreed" not in get_text(client, "/roundtables/")
    assert "5 points agreed" in get_text(client, "/roundtables/")
    assert "added later" in get_text(client, "/outcomes/first/1.c/")
    assert "the later one" in get_text(client, "/outcomes/first/3.a/")


def test_events_with_the_same_title_are_told_apart(
    client: Client, client_of: Sign, operator: User
) -> None:
    for code, slug, day in (("BP2018", "first", "2018-05-14"), ("BP2024", "second", "2024-11-30")):
        event = make_event(code=code, slug=slug, title="Joint meeting", starts_on=day, ends_on=day)
        make_statement(event)
        make_commitment(event)
    make_event(code="LAST", title="Latest meeting", starts_on="2025-01-01", ends_on="2025-01-01")
    for path in ("/commitments/", "/outcomes/"):
        page = page_html(client.get(path))
        assert 'value="first"><bdi>Joint meeting, May 2018 (BP2018)</bdi>' in page
        assert 'value="second"><bdi>Joint meeting, November 2024 (BP2024)</bdi>' in page
    assert get_text(client, "/").endswith(
        "Other roundtables Latest meeting, January 2025 (LAST) "
        "Joint meeting, May 2018 (BP2018) All roundtables"
    )
    desk = client_of(operator)
    pages = [page_html(desk.get(f"/admin/outcomes/commitment/{part}")) for part in ("", "add/")]
    for label in ("Joint meeting, May 2018 (BP2018)", "Joint meeting, November 2024 (BP2024)"):
        assert f">{label}</a>" in pages[0].split("<h3>Roundtable</h3>")[1]
        assert f">{label}</option>" in pages[1].split('<select name="event"')[1]


def test_commitments_to_the_whole_statement_are_named_beside_each_point(client: Client) -> None:
    event = make_event(code="WHOLE", slug="whole")
    statement = make_statement(event, points=2)
    first = statement.outcomes.points().order_by("pk")[0]
    Outcome.objects.points().update(kind=Outcome.Kind.RECOMMENDATION)
    assert "No commitment yet" in get_text(client, "/roundtables/whole/")
    assert "whole statement" not in get_text(client, first.get_absolute_url())
    make_commitment(event, reference="WHOLE-C1")
    make_commitment(event, reference="WHOLE-C2").outcomes.add(first)
    page = get_text(client, "/roundtables/whole/")
    assert page.count("Only commitments to the whole statement") == 1
    assert "No commitment yet" not in page
    assert (
        "Commitments Commitments to the whole statement: WHOLE-C1 Offer a commitment"
    ) in get_text(client, "/outcomes/whole/1.b/")
    assert "Commitments to the whole statement: WHOLE-C1 Offer a commitment" in get_text(
        client, "/outcomes/whole/1.a/"
    )


def test_address_of_a_citation_reads_from_left_to_right(client: Client) -> None:
    make_statement(make_event(slug="cited"), points=1)
    for path in ("/roundtables/cited/", "/outcomes/cited/1.a/"):
        page = page_html(client.get(path))
        assert f'<span class="address" dir="ltr">https://portal.example.org{path}</span>' in page
