"""Where things stand: distributions, each with its denominator, and a table that says the same."""

import re
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from PIL import Image

from outcomes.commitments.charts import Share, bar_chart, column_chart, scale_ticks
from roundtable.models import Event
from tests.conftest import FULL
from tests.factories import (
    NOON,
    make_commitment,
    make_event,
    make_group,
    make_organisation,
    make_party,
    make_statement,
    make_theme,
    make_update,
)
from tests.follow_up_factories import make_assessment
from tests.page_text import get_text, page_html, page_links, page_text
from tests.recorded_fixtures import recorded

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine(NOON, tick=False)]


@pytest.fixture
@recorded
def register() -> Event:
    """Four commitments of public roundtables, and one of a hidden one."""
    days = {"starts_on": date(2023, 5, 1), "ends_on": date(2023, 5, 2)}
    event = make_event(code="OLD", slug="old", **days)
    ministry = make_organisation(slug="ministry", kind="government", country="ID")
    office = make_organisation(slug="office", kind="government", country="TH")
    protection = make_theme(slug="protection", name="Protection")
    first, second = make_statement(event).outcomes.points()
    for point in (first, second):
        point.themes.add(protection)
    second.themes.add(make_theme(slug="prevention", name="Prevention"))
    shared = make_commitment(event, reference="OLD-C1")
    shared.outcomes.set([first, second])
    make_party(shared, organisation=ministry)
    make_party(shared, organisation=office)
    make_update(shared, status="planning", reported_on=date(2023, 8, 1))
    make_update(shared, status="fulfilled", reported_on=date(2025, 3, 3))
    make_update(shared, approved=False, status="closed", reported_on=date(2026, 1, 1))
    lab = make_assessment(commitment=shared, assessed_on=date(2025, 5, 1)).organisation
    for assessor, finding, is_approved in ((lab, "substantial", True), (None, "complete", False)):
        make_assessment(
            commitment=shared,
            organisation=assessor or make_organisation(),
            finding=finding,
            approved=is_approved,
            assessed_on=date(2025, 6, 1),
        )
    stale = make_commitment(event, reference="OLD-C2")
    make_party(stale, organisation=ministry)
    make_update(stale, reported_on=date(2025, 3, 2))
    make_party(make_commitment(event, reference="OLD-C3"), group=make_group())
    make_commitment(make_event(code="NEW", slug="new"), reference="NEW-C1")
    hidden = make_commitment(make_event(code="HID", is_public=False))
    hidden.outcomes.add(first)
    make_update(hidden)
    return event


def test_page_shows_each_count_of_each_distribution(client: Client, register: Event) -> None:
    text = get_text(client, "/progress/")
    assert (
        "Progress so far 4 commitments: 1 fulfilled, 1 in progress, 2 never reported on. "
        "Assessors looked at the fulfilled one and found less. Fulfilled 1 "
        "of them, a finding says less 1 In progress 1 Never reported on 2 Copy citation"
    ) in text
    assert (
        "Commitments Under a year ago 1 One to two years ago 1 Over two years ago 0 Never 2 "
        in text
    )
    assert (
        "No evidence available 0 Not started 0 Limited 0 Substantial 1 Complete 0 "
        "No independent assessment 3 By theme Prevention: 1 of 4 Of 4 commitments. "
        "A commitment with two themes counts under both."
    ) in text
    less = "1 (1: a finding says less)"
    one = f"{less} 0 0 0 0 0 1"
    assert f"All Prevention {one} Protection {one} No theme recorded 0 1 0 0 0 2 3 " in text
    assert f"All Government {less} 1 0 0 0 0 2 No organisation recorded 0 0 0 0 0 2 2 " in text
    assert (
        f"All Indonesia {less} 1 0 0 0 0 2 Thailand {one} No country recorded 0 0 0 0 0 2 2 "
        in text
    )


@pytest.mark.crawl
def test_each_count_links_to_matching_list(client: Client, register: Event) -> None:
    answer = client.get("/progress/?event=old")
    links = [link for link in page_links(answer) if link.startswith("/commitments/?")]
    assert "/commitments/?event=old&theme=protection&status=fulfilled" in links
    assert "/commitments/?event=old&fresh=never" in links
    assert "/commitments/?event=old&finding=substantial" in links
    assert "/commitments/?event=old&country=~none" in links
    assert "/commitments/?event=old&status=in-progress" in links
    page = page_html(answer).replace("&amp;", "&")
    numbers = re.findall(r'<td><a href="([^"]+)">(\d+)<', page)
    assert len(numbers) > 10
    for link, number in numbers if FULL else numbers[::6]:
        assert f" {number} of " in get_text(client, link), link


def test_filtered_dimension_has_one_row(client: Client, register: Event) -> None:
    text = get_text(client, "/progress/?country=TH")
    assert "Progress so far 1 commitment: 1 fulfilled. " in text
    assert "All Thailand 1 (1: a finding says less) 0 0 0 0 0 1 Over time" in text


def test_page_says_in_words_that_nothing_is_reported_or_found(client: Client) -> None:
    assert get_text(client, "/progress/").endswith("No commitments match. Use fewer filters.")
    event = make_event(slug="silent", starts_on=date(2018, 5, 1), ends_on=date(2018, 5, 2))
    for _number in range(2):
        make_commitment(event, recorded_at=NOON)
    text = get_text(client, "/progress/?event=silent")
    assert (
        "Progress so far 2 commitments. No party has reported on them since 2018. "
        "Never reported on 2 Copy citation"
    ) in text
    assert "By theme" not in text and "Over time" not in text


def test_unknown_filter_is_rejected(client: Client) -> None:
    for query in ("page=1", "status=fulfilled", "theme=nothing", "kind=church", "country=XX"):
        answer = client.get(f"/progress/?{query}")
        assert answer.status_code == 400
        assert "We show no results, for this reason:" in page_text(answer)


def test_unpublished_points_give_no_theme(client: Client, register: Event) -> None:
    secret = make_theme(slug="secret", name="Secret theme")
    draft = make_statement(make_event(), published=False).outcomes.exclude(parent=None)[0]
    published = make_statement(make_event()).outcomes.points()[0]
    for point in (draft, published):  # the latter, so that it can be asked for
        point.themes.add(secret)
    make_commitment(draft.statement.event).outcomes.add(draft)
    assert " 0 of 5 commitments match: " in get_text(client, "/commitments/?theme=secret")
    assert "Secret theme 0" not in get_text(client, "/progress/").split("By theme")[1]


def test_scale_counts_in_whole_even_steps() -> None:
    for most, scale in (
        (0, [0, 1]),
        (1, [0, 1]),
        (4, [0, 1, 2, 3, 4]),
        (6, [0, 2, 4, 6]),
        (23, [0, 5, 10, 15, 20, 25]),
        (61, [0, 20, 40, 60, 80]),
        (100_000, [0, 20_000, 40_000, 60_000, 80_000, 100_000]),
    ):
        assert scale_ticks(most) == scale


def test_bar_length_matches_count() -> None:
    plot = bar_chart([("One", [share(1), share(0), share(4)]), ("A word " * 9, [share(2)])])
    one, other = plot.tracks
    assert [(strip.start, strip.length, strip.fits) for strip in one.strips] == [
        ("0.00%", "20.00%", True),
        ("20.00%", "80.00%", True),
    ]
    assert (one.total, other.total, len(other.label)) == (5, 2, 63)
    assert [(tick.place, tick.label, tick.anchor) for tick in plot.ticks][::5] == [
        ("0.00%", "0", ""),
        ("100.00%", "5", "end"),
    ]


def test_columns_are_on_scale_and_labelled_by_year() -> None:
    lines = [
        (f"{year} Q{quarter}", [share(1), share(1)]) for year in (2023, 2024) for quarter in (3, 4)
    ]
    plot = column_chart(lines)
    assert [(strip.start, strip.length) for strip in plot.tracks[0].strips] == [
        ("6.50em", "6.50em"),
        ("0.00em", "6.50em"),
    ]
    assert [(year.place, year.label) for year in plot.years] == [
        ("0.00%", "2023"),
        ("50.00%", "2024"),
    ]


def share(count: int) -> Share:
    return Share(slug="planning", label="Planning", tone="open", count=count)


@pytest.mark.parametrize(
    ("statuses", "bars"), [(["in-progress"], 0), (["fulfilled"], 1), ([""], 1)]
)
def test_full_bar_is_not_drawn_for_one_commitment_under_way(
    client: Client, statuses: list[str], bars: int
) -> None:
    event = make_event(slug="one")
    for status in statuses:
        row = make_commitment(event)
        if status:
            make_update(row, status=status)
    page = client.get("/roundtables/one/").content.decode()
    assert page.count('<svg class="stack"') == bars
    assert "1 commitment" in page and "status=" in page
    picture: Any = Image.open(BytesIO(client.get("/roundtables/one.png").content)).convert("RGB")
    blue = (26, 95, 160)
    assert not any(
        max(abs(one - two) for one, two in zip(picture.getpixel((x, 470)), blue, strict=True)) < 9
        for x in range(80, 1100, 50)
    )


def test_picture_of_one_commitment_is_a_time(client: Client) -> None:
    row = make_commitment(
        make_event(code="TIME"), reference="TIME-C1", recorded_at=datetime(2024, 1, 1, tzinfo=UTC)
    )
    make_update(row, reported_on=date(2026, 1, 1))
    picture = Image.open(BytesIO(client.get("/commitments/time-c1.png").content)).convert("RGB")
    left, right = (picture.getpixel((x, 470)) for x in (300, 1120))
    assert left != right
