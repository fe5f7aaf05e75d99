"""The ledger of commitments, and one of them with all that became of it."""

import re
from datetime import date
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client

from outcomes.commitments.filters import CommitmentFilterForm
from outcomes.models import Commitment, CommitmentParty, ImplementationStatus, Outcome
from participants.models import Audience, Delegate, OrganisationKind
from roundtable.models import Event
from tests.facet_panels import shown_facets
from tests.factories import (
    NOON,
    make_commitment,
    make_delegate,
    make_event,
    make_evidence,
    make_group,
    make_organisation,
    make_party,
    make_series,
    make_statement,
    make_theme,
    make_update,
)
from tests.page_text import FILES, acts, get_text, page_html, page_links, page_text
from tests.recorded_fixtures import recorded

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine(NOON, tick=False)]


@pytest.fixture
@recorded
def register() -> Event:
    """Eight commitments of two roundtables, one at each status and more."""
    series = make_series(name="Process")
    event = make_event(code="OLD", slug="old", title="Old roundtable", series=series)
    point = make_statement(event, points=1).outcomes.get(parent__isnull=False)
    theme = make_theme(slug="protection", name="Protection")
    point.themes.add(theme)
    ministry = make_organisation(
        slug="ministry", name="Ministry of Labour", short_name="MoL", country="ID"
    )
    aid = make_organisation(
        slug="aid", name="Aid", country="TH", kind=OrganisationKind.CIVIL_SOCIETY
    )
    everyone = make_group(slug="participants", name="participants")
    for number, (text, due_on, status, reported_on) in enumerate(
        (
            ("fulfilled", date(2025, 1, 1), "fulfilled", date(2024, 12, 1)),
            ("underway", date(2026, 3, 2), "in-progress", date(2026, 1, 10)),
            ("planned", date(2026, 3, 1), "planning", date(2025, 6, 1)),
            ("closed", None, "closed", date(2025, 7, 1)),
            ("superseded", date(2025, 5, 5), "superseded", date(2025, 8, 1)),
            ("silent", date(2026, 4, 1), "", None),
            ("silentlate", date(2024, 1, 1), "", None),
        ),
        start=1,
    ):
        commitment = make_commitment(event, reference=f"OLD-C{number}", text=text, due_on=due_on)
        make_party(commitment, organisation=ministry)
        if status:
            make_update(commitment, status=status, reported_on=reported_on)
    make_party(Commitment.objects.get(text="planned"), organisation=aid, role="partner")
    make_party(Commitment.objects.get(text="silent"), group=everyone)
    Commitment.objects.get(text="underway").outcomes.add(point)
    new = make_event(
        code="NEW",
        slug="new",
        title="New roundtable",
        series=series,
        starts_on=date(2025, 1, 1),
        ends_on=date(2025, 1, 1),
    )
    made_up = make_organisation(slug="made-up", name="Made up")
    make_party(make_commitment(new, reference="NEW-C1", text="pretended"), organisation=made_up)
    return event


OF_OLD = "fulfilled underway planned closed superseded silent silentlate"
EVERY = f"pretended {OF_OLD}"
# A query, and what it finds; test_facets.py and test_statistics.py ask each filter.
FILTERED: list[tuple[dict[str, str], str]] = [
    ({}, EVERY),
    ({"status": "no-update"}, "pretended silent silentlate"),
    # What is due today is not late; what has ended never is.
    ({"overdue": "yes"}, "planned silentlate"),
    ({"overdue": "yes", "status": "fulfilled"}, ""),
    ({"kind": "civil-society", "country": "TH"}, "planned"),
    ({"event": "old", "party": "ministry", "country": "ID", "status": "closed"}, "closed"),
]


def listed(answer: Any) -> str:
    """The texts of the commitments, in order."""
    texts = dict(Commitment.objects.values_list("reference", "text"))
    links = re.findall(r"/commitments/([a-z]+-c\d+)/", " ".join(page_links(answer)))
    return " ".join(texts[reference.upper()] for reference in links)


def test_commitments_are_filtered(client: Client, register: Event) -> None:
    for query, texts in FILTERED:
        answer = client.get("/commitments/", query)
        assert answer.status_code == 200, query
        text, number = page_text(answer), len(texts.split())
        said = f" {number} of 8 commitments match: " if query else " 8 commitments: "
        assert said in text, query
        assert listed(answer) == texts, query
        assert ("No commitments match. Use fewer filters." in text) == (texts == ""), query


def test_commitments_are_sorted(client: Client, register: Event) -> None:
    for order, texts in (
        ("due", "silentlate fulfilled superseded planned underway silent closed pretended"),
        ("updated", "underway superseded closed planned fulfilled silent silentlate pretended"),
    ):
        assert listed(client.get("/commitments/", {"sort": order})) == texts


@pytest.mark.each_database
def test_each_part_of_narrowed_list_is_in_order_of_due_dates() -> None:
    event = make_event(slug="here")
    others = make_event(slug="there")
    for text, due_on in (
        ("seventh", None),
        ("fourth", date(2026, 3, 31)),
        ("first", date(2026, 2, 3)),
        ("sixth", date(2026, 12, 1)),
        ("third", date(2026, 3, 1)),
        ("second", date(2026, 2, 20)),
        ("fifth", date(2026, 3, 31)),
        ("eighth", None),
    ):
        make_commitment(event, text=text, due_on=due_on)
        make_commitment(others, text="of another roundtable", due_on=due_on)
    form = CommitmentFilterForm(QueryDict("event=here&sort=due"), date(2026, 3, 2))
    assert form.is_valid()
    rows = form.found_rows(Commitment.objects.published())
    expected = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth"]
    for first in range(8):
        for last in range(first + 1, 9):
            assert [row.text for row in rows[first:last]] == expected[first:last]
    by_id = dict(Commitment.objects.values_list("pk", "text"))
    assert [by_id[pk] for pk in form.found_ids(Commitment.objects.published())] == expected


def test_each_status_shows_count(client: Client, register: Event) -> None:
    answer = client.get("/commitments/?event=old&status=fulfilled")
    assert [*shown_facets(answer)["status"].items()] == [
        ("fulfilled", 1),
        ("in-progress", 1),
        ("planning", 1),
        ("closed", 1),
        ("superseded", 1),
        ("no-update", 2),
    ]
    assert "/commitments/?event=old" in page_links(answer)  # takes the status out again


def test_list_row_shows_parties_text_and_status(client: Client, register: Event) -> None:
    text = get_text(client, "/commitments/")
    assert (
        "NEW-C1 pretended Made up · answers the whole statement "
        "Never reported on No due date recorded"
    ) in text
    assert (
        "OLD-C2 underway MoL · answers 1.a In progress Due 2 March 2026 within 30 days "
        "Reported 10 January 2026"
    ) in text
    assert (
        "OLD-C3 planned MoL (lead), Aid · answers the whole statement Planning Past its due date "
        "Due 1 March 2026 Reported 1 June 2025"
    ) in text
    assert "OLD-C6 silent MoL , participants" in text
    assert "Never reported on Due 1 April 2026 within 30 days" in text
    # A day more is not soon.
    Commitment.objects.filter(text="silent").update(due_on=date(2026, 4, 2))
    assert "Never reported on Due 2 April 2026 OLD-C7" in get_text(client, "/commitments/")
    # What has ended is not late.
    assert "Fulfilled Due 1 January 2025 Reported 1 December 2024" in text


def test_contacts_are_on_same_page(
    client: Client, event: Event, delegate: Delegate, quiet_delegate: Delegate
) -> None:
    make_delegate(name="Listed Only", listed_to=Audience.EVERYONE)
    text = get_text(client, "/commitments/")
    assert "Shared contact details Dewi Lestari Email dewi.open@example.org" in text
    for other in ("Listed Only", "Quiet Quentin", "dewi.inside", "dewi.private"):
        assert other not in text
    # A search for nothing keeps them.
    assert "dewi.open@example.org" in get_text(client, "/commitments/", status="superseded")


def test_empty_list_shows_message(client: Client) -> None:
    text = get_text(client, "/commitments/")
    assert " Apply filters No commitments are recorded. " in text
    assert " 0 of 0 " not in text
    assert "Shared contact details No one shares contact details with everyone." in text
    assert "Participants may see more after signing in. Directory" in text


def test_detail_page_shows_full_record(client: Client, register: Event) -> None:
    commitment = Commitment.objects.get(text="underway")
    commitment.place_in_source = "introduction"
    commitment.save()
    update = make_update(
        commitment,
        status=ImplementationStatus.PLANNING,
        reported_on=date(2025, 2, 3),
        text="First <b>step</b>.\n\nSecond.",
    )
    make_evidence(update, title="Report", dated_on=date(2025, 2, 1))
    make_evidence(update, title="Private report", is_public=False)
    make_update(
        commitment, approved=False, text="Not approved", status=ImplementationStatus.FULFILLED
    )
    answer = client.get("/commitments/old-c2/")
    point = Outcome.objects.get(number="1.a")
    assert page_text(answer) == (
        "Old roundtable, May 2024 (OLD) · OLD-C2 underway "
        "Status In progress. Last report: Ministry of Labour, 10 January 2026. "
        "Due on 2 March 2026. "
        "May 2024 Today Not reported on Planning February 2025 In progress January 2026 "
        + acts(
            "/commitments/old-c2/",
            "OLD-C2: underway — In progress. Last report: Ministry of Labour, 10 January 2026. "
            "Due on 2 March 2026.",
            "Process, Old roundtable, OLD-C2, 14–15 May 2024.",
            f"{FILES} Its reports: {FILES}",
        )
        + f"Parties MoL Due date 2 March 2026 Answers 1.a {point.text} "
        "Recorded from the source of the statement, introduction "
        "Two organisations have not yet compared it with the source. "
        "Added to this portal 14 May 2024 "
        "Who to ask No contact is shown for this commitment. "
        "Participants may see more after signing in. What the party reports "
        "In progress As of 10 January 2026 · Under a year ago "
        "What was reported The party's own words, checked for personal details. "
        "10 January 2026 · Ministry of Labour Planning → In progress Two courses were held. "
        "3 February 2025 · Ministry of Labour Planning First <b>step</b>. Second. "
        "Report , 1 February 2025 "
        "Independent assessments No independent assessment is recorded in this portal. "
        "Write an assessment "
        "See this page as of an earlier day Show this day What changed since an earlier day "
        "Report a mistake No contact address is set for this portal."
    )
    assert "https://example.org/report" in page_links(answer)
    page = page_html(answer)
    assert 'rel="noopener noreferrer nofollow">Report</a>' in page
    assert '<time datetime="2025-02-03">3 February 2025</time>' in page


def test_role_mailbox_is_shown_without_focal_point(client: Client, register: Event) -> None:
    ministry = CommitmentParty.objects.filter(commitment__text="silent").first()
    assert ministry is not None and ministry.organisation is not None
    ministry.organisation.role_mailbox = "desk@example.org"
    ministry.organisation.save()
    answer = client.get("/commitments/old-c6/")
    assert "No contact is shown for this commitment. Ask MoL" in page_text(answer)
    assert "mailto:desk@example.org" in page_links(answer)


def test_commitment_without_parties_shows_message(client: Client) -> None:
    commitment = make_commitment(make_event(code="BARE"), reference="BARE-C1", text="Bare")
    text = get_text(client, commitment.get_absolute_url())
    assert "Parties No party recorded Due date not recorded Answers the whole statement" in text
    assert "Never reported on. No due date is recorded." in text


def test_demo_commitment_is_marked(client: Client, register: Event) -> None:
    Event.objects.filter(slug="new").update(is_demonstration=True)
    text = get_text(client, "/commitments/new-c1/")
    assert text.startswith(
        "Demonstration All of its content is made up. New roundtable, January 2025 (NEW) · NEW-C1"
    )
    assert "NEW-C1, 1 January 2025 (demonstration)." in text


def test_other_reference_spellings_redirect(client: Client, register: Event) -> None:
    for wrong in ("old-c99", "old", "old-c", "old-c1x", "old-c01", "old-c١"):
        assert client.get(f"/commitments/{wrong}/").status_code == 404
    for spelling in ("Old-C1", "OLD-c1"):
        answer = client.get(f"/commitments/{spelling}/")
        assert (answer.status_code, answer["Location"]) == (301, "/commitments/old-c1/")


def test_commitment_text_is_escaped(client: Client) -> None:
    event = make_event(code="EVIL", title="<img src=x onerror=alert(1)>")
    commitment = make_commitment(event, reference="EVIL-C1", text="<script>alert(1)</script>")
    update = make_update(commitment, text="<svg onload=alert(1)>")
    make_evidence(update, title="<a href=x>", url="https://example.org/?a=1&b=\"'")
    for path in ("/commitments/", "/commitments/evil-c1/", "/", event.get_absolute_url()):
        page = client.get(path).content.decode()
        for markup in ("<script>alert", "<svg onload", "<img src=x", "<a href=x>", "b=\"'"):
            assert markup not in page


def test_each_status_has_a_shape_of_its_own(client: Client) -> None:
    event = make_event(code="SHAPE", slug="shape")
    for number, status in enumerate(ImplementationStatus.values, start=1):
        commitment = make_commitment(event, reference=f"SHAPE-C{number}")
        make_party(commitment)
        make_update(commitment, status=status)
    last = f"SHAPE-C{len(ImplementationStatus.values) + 1}"
    make_commitment(event, reference=last, due_on=date(2025, 1, 1))
    page = page_html(client.get("/commitments/"))
    shapes = re.findall(r'<span class="status \w*"><svg[^>]*>(.*?)</svg>([^<]*)</span>', page)
    named = {label: shape for shape, label in shapes}
    assert named.pop("Past their due date") == named["Past its due date"]
    # Five statuses, "Never reported on" and "Past its due date".
    assert len(named) == 7 == len(set(named.values()))
