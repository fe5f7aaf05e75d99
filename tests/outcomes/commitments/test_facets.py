"""Facets of commitments and points: their numbers, how they combine, and the chips."""

from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from django.test import Client

from outcomes.models import (
    ENDED_STATUSES,
    Assessment,
    ImplementationStatus,
    Outcome,
)
from participants.models import Organisation
from tests.conftest import FULL
from tests.facet_panels import (
    checked_values,
    expected_facets,
    facet_labels,
    matches,
    random_choices,
    shown_chips,
    shown_facets,
)
from tests.factories import (
    NOON,
    make_addressee,
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
from tests.page_text import page_html, page_links, page_text

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.each_database,
    pytest.mark.time_machine(NOON, tick=False),
]
TODAY = date(2026, 3, 2)
TRIES = 150 if FULL else 8
SEEDS = range(4 if FULL else 1)
Row = dict[str, set[str]]
# Values that rows have and no facet may name: an organisation without a published name, and the
# country that only this one has.
NOT_OFFERED = {"shelter", "MM"}


def make_parties() -> list[Organisation]:
    return [
        make_organisation(slug=slug, name=slug.title(), kind=kind, country=country)
        for slug, kind, country in (
            ("labour", "government", "TH"),
            ("police", "government", "ID"),
            ("aid", "civil-society", "TH"),
            ("agency", "agency", ""),
        )
    ] + [
        make_organisation(
            slug="shelter", name="Shelter Canary", country="MM", is_name_published=False
        )
    ]


class World:
    """Commitments to points of two public roundtables, and some that no one may know of."""

    def __init__(self, random: Random, commitments: int) -> None:
        self.random = random
        self.organisations = make_parties()
        self.group = make_group(slug="participants", name="participants")
        self.themes = [make_theme(slug=slug, name=slug.title()) for slug in ("health", "work")]
        make_theme(slug="unused", name="Unused Canary")
        self.points: list[tuple[Outcome, set[str]]] = []
        self.point_rows: list[Row] = []
        days = {"starts_on": date(2018, 5, 14), "ends_on": date(2018, 5, 15)}
        self.events = [make_event(code=code, slug=code.lower(), **days) for code in ("OLD", "NEW")]
        for event in self.events:
            self._agree(event)
        self.rows = [self._commit(number) for number in range(commitments)]
        self._hide()

    def _agree(self, event: object) -> None:
        statement = make_statement(event, points=4)  # type: ignore[arg-type]
        lead_in = statement.outcomes.get(parent=None)
        of_lead_in = {self._address(lead_in) for _number in range(self.random.randint(0, 2))}
        for point in statement.outcomes.filter(parent=lead_in):
            point.kind = self.random.choice(Outcome.Kind.values[1:])
            point.save()
            themes = {theme for theme in self.themes if self.random.random() < 0.4}
            point.themes.set(themes)
            addressed = {self._address(point) for _n in range(self.random.randint(0, 2))}
            slugs = {theme.slug for theme in themes}
            self.points.append((point, slugs))
            self.point_rows.append(
                {
                    "event": {statement.event.slug},
                    "theme": slugs,
                    "kind": {str(point.kind)},
                    "addressee": addressed | of_lead_in,
                }
            )

    def _address(self, outcome: Outcome) -> str:
        organisation = self.random.choice([None, *self.organisations])
        addressed = outcome.addressees.filter(organisation=organisation)
        if not addressed.exists():
            if organisation:
                make_addressee(outcome, organisation=organisation)
            else:
                make_addressee(outcome, group=self.group)
        return organisation.slug if organisation else self.group.slug

    def _commit(self, number: int) -> Row:
        random = self.random
        event = random.choice(self.events)
        due_on = random.choice([None, TODAY, TODAY - timedelta(days=1), date(2027, 1, 1)])
        row = make_commitment(
            event,
            reference=f"{event.code}-C{number + 1}",
            due_on=due_on,
            is_open=random.random() < 0.3,
        )
        parties = random.sample(self.organisations, random.randint(0, 3))
        for place, organisation in enumerate(parties):
            make_party(row, organisation=organisation, role="partner" if place else "lead")
        slugs = {organisation.slug for organisation in parties}
        if not parties or random.random() < 0.2:
            make_party(row, group=self.group)
            slugs.add(self.group.slug)
        answered = random.sample(self.points, random.randint(0, 2))
        row.outcomes.set([point for point, _themes in answered])
        year, fresh = random.choice(
            [(2026, "under-a-year"), (2025, "one-to-two"), (2020, "over-two"), (0, "never")]
        )
        status = "no-update"
        if year:
            status = random.choice(ImplementationStatus.values)
            make_update(row, status=status, reported_on=date(year, 1, 1))
        finding = "none"
        if random.random() < 0.4:
            earlier, finding = random.sample(Assessment.Finding.values, 2)
            lab = make_organisation()
            for day, word in ((date(2025, 1, 1), earlier), (date(2025, 2, 1), finding)):
                make_assessment(commitment=row, organisation=lab, finding=word, assessed_on=day)
            make_assessment(commitment=row, finding=earlier, approved=False)
        is_late = due_on is not None and due_on < TODAY and status not in ENDED_STATUSES
        themes = {theme for _point, named in answered for theme in named}
        return {
            "event": {event.slug},
            "status": {status},
            "overdue": {"yes"} if is_late else set(),
            "party": slugs,
            "kind": {organisation.kind for organisation in parties} or {"~none"},
            "country": {str(office.country) for office in parties if office.country} or {"~none"},
            "theme": themes or {"~none"},
            "fresh": {fresh},
            "finding": {finding},
            "joining": {"open"} if row.is_open and status not in ENDED_STATUSES else set(),
        }

    def _hide(self) -> None:
        """A draft, and everything of a roundtable that is not public."""
        hidden = make_event(code="HID", slug="hidden", title="Hidden Canary", is_public=False)
        office = make_organisation(slug="house", name="House Canary", country="NP")
        point = make_statement(hidden).outcomes.points()[0]
        point.themes.set(self.themes)
        make_addressee(point, organisation=office)
        for event in (self.events[0], hidden):
            draft = make_commitment(event, state="draft" if event.is_public else "public")
            make_party(draft, organisation=office)
            make_party(draft, group=make_group(name=f"Group Canary {event.code}"))
            draft.outcomes.set([self.points[0][0]])


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("what", ["commitment", "point"])
def test_numbers_of_facets_are_true(client: Client, what: str, seed: int) -> None:
    random = Random(seed)
    world = World(random, commitments=30 if what == "commitment" else 2)
    path, rows, all_of_them = "/commitments/", world.rows, " 30 commitments: "
    if what == "point":
        path, rows, all_of_them = "/outcomes/", world.point_rows, "8 points "
    for chosen in random_choices(rows, random, TRIES, NOT_OFFERED):
        answer = client.get(path, chosen)
        assert answer.status_code == 200, chosen
        assert shown_facets(answer) == expected_facets(rows, chosen, NOT_OFFERED), chosen
        assert {name: {*values} for name, values in checked_values(answer).items()} == {
            name: {*values} for name, values in chosen.items()
        }
        found = sum(matches(row, chosen) for row in rows)
        said = f"{found} of {len(rows)} {what}s match: " if chosen else all_of_them
        assert said in page_text(answer), chosen
        assert "Canary" not in page_html(answer)


def test_numbers_of_an_earlier_day_are_true(client: Client) -> None:
    event = make_event(code="OLD", slug="old")
    first = make_commitment(event, due_on=date(2025, 3, 1))
    make_party(first, organisation=make_organisation(slug="aid", name="Aid"))
    make_update(first, reported_on=date(2025, 6, 1), status="fulfilled")
    later = make_commitment(event, recorded_at=datetime(2025, 9, 1, tzinfo=UTC))
    make_party(later, organisation=make_organisation(slug="police", name="Police"))
    late = make_party(first, organisation=make_organisation(slug="agency", name="Agency"))
    late.recorded_at = datetime(2025, 9, 1, tzinfo=UTC)
    late.save()
    then = shown_facets(client.get("/commitments/?as_of=2025-05-01"))
    assert (then["status"], then["party"], then["overdue"]) == (
        {"no-update": 1},
        {"aid": 1},
        {"yes": 1},
    )
    now = shown_facets(client.get("/commitments/"))
    assert (now["status"], now["party"]) == (
        {"fulfilled": 1, "no-update": 1},
        {"agency": 1, "aid": 1, "police": 1},
    )
    answer = client.get("/commitments/?as_of=2025-05-01&party=aid")
    assert " 1 of 1 commitment matches: " in page_text(answer)
    assert shown_chips(answer) == {
        "Party: Aid": "/commitments/?as_of=2025-05-01",
        "As of: 1 May 2025": "/commitments/?party=aid",
    }


def test_each_chip_takes_its_own_value_back(client: Client) -> None:
    event = make_event(code="OLD", slug="old", title="Old roundtable")
    for slug in ("aid", "police"):
        make_party(
            make_commitment(event), organisation=make_organisation(slug=slug, name=slug.title())
        )
    query = "event=old&party=aid&party=police&status=no-update&sort=due"
    answer = client.get(f"/commitments/?{query}&page=1")
    assert shown_chips(answer) == {
        f"Roundtable: {event}": f"/commitments/?{query.replace('event=old&', '')}",
        "Party: Aid": f"/commitments/?{query.replace('party=aid&', '')}",
        "Party: Police": f"/commitments/?{query.replace('party=police&', '')}",
        "Status: Never reported on": f"/commitments/?{query.replace('status=no-update&', '')}",
    }
    assert "/commitments/?sort=due" in page_links(answer)  # clear all
    assert "Filters 4 chosen " in page_text(answer)
    for url in shown_chips(answer).values():
        fewer = client.get(url)
        assert fewer.status_code == 200
        assert len(shown_chips(fewer)) == 3
        assert url not in shown_chips(fewer).values()
    for query in ("", "?sort=due", "?party=&status=&overdue=&page=1"):
        answer = client.get(f"/commitments/{query}")
        assert shown_chips(answer) == {} and "Clear all" not in page_html(answer)
        assert " chosen " not in page_text(answer)


def test_most_frequent_values_come_first_and_all_can_be_shown(client: Client) -> None:
    event = make_event(slug="old")
    offices = [make_organisation(slug=f"o{n:02}", name=f"Office {n:02}") for n in range(12)]
    for place, office in enumerate(offices):
        for _number in range(place // 3 + 1):
            make_party(make_commitment(event), organisation=office)
    page = client.get("/commitments/?party=o00")
    names = ["Office 09", "Office 10", "Office 11", "Office 06", "Office 07", "Office 08"]
    assert facet_labels(page, "party") == [*names, "Office 03", "Office 04", "Office 00"]
    assert '<button class="button" name="more" value="party">Show all 12</button>' in page_html(
        page
    )
    assert '<details id="filters" class="fold">' in page_html(page)
    # The button is part of the form, which keeps what is ticked.
    whole = client.get("/commitments/?party=o00&more=party")
    assert facet_labels(whole, "party") == [office.name for office in offices]
    assert "Show all" not in page_html(whole)
    assert '<details id="filters" class="fold" open>' in page_html(whole)
    assert checked_values(whole) == {"party": ["o00"]}
    assert shown_chips(whole) == {"Party: Office 00": "/commitments/?"}


def test_values_that_are_not_offered_are_refused(client: Client) -> None:
    World(Random(1), commitments=10)
    for path, query, sentence in (
        ("/commitments/", "party=aid&party=nothing", "Party: Select a valid choice. nothing is"),
        ("/commitments/", "party=shelter", "Party: Select a valid choice. shelter is"),
        ("/commitments/", "country=MM", "Country: Select a valid choice. MM is"),
        ("/commitments/", "event=hidden", "Roundtable: This roundtable does not exist."),
        ("/commitments/", "theme=unused", "Theme: This theme does not exist."),
        ("/commitments/", "overdue=no", "Due date: Select a valid choice. no is"),
        ("/commitments/", "more=nothing", "Select a valid choice. nothing is"),
        ("/commitments/", "sort=due&sort=due", "“sort” appears more than once. Choose one."),
        ("/outcomes/", "addressee=shelter", "Addressed to: Select a valid choice. shelter is"),
        ("/outcomes/", "event=old&event=hidden", "This roundtable does not exist."),
    ):
        answer = client.get(f"{path}?{query}")
        assert answer.status_code == 400, query
        assert sentence in page_text(answer), query
        assert shown_facets(answer) == {} and "Canary" not in page_html(answer), query
