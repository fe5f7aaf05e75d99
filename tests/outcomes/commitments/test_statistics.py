"""Figures of progress and lists of commitments agree with a plain count, for made-up worlds.

Today, and as of earlier days: each world has commitments, parties, reports and assessments of
several days, members of groups that report, and what others recorded.
"""

import csv
import io
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from outcomes.commitments.charts import Share
from outcomes.models import (
    ENDED_STATUSES,
    Assessment,
    Commitment,
    CommitmentParty,
    EditorialState,
    ImplementationStatus,
    Outcome,
    ProgressUpdate,
)
from participants.models import OrganisationKind
from tests.conftest import FULL, FULL_EXAMPLES
from tests.factories import (
    NOON,
    make_event,
    make_group,
    make_organisation,
    make_statement,
    make_theme,
    make_user,
)

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.each_database,
    pytest.mark.usefixtures("recorded_templates"),
    pytest.mark.time_machine(NOON, tick=False),
]
TODAY = date(2026, 3, 2)
STARTS = [date(2023, 5, 1), date(2024, 11, 30), date(2025, 12, 1)]
DAYS = [*STARTS, date(2024, 3, 2), date(2024, 3, 3), date(2025, 3, 2), date(2025, 3, 3), TODAY]
DAYS_AFTER = {start: sorted(day for day in DAYS if day >= start) for start in STARTS}
# By slug: kind and country of each organisation; the group has neither.
OFFICES = {
    "ministry": (OrganisationKind.GOVERNMENT, "ID"),
    "office": (OrganisationKind.GOVERNMENT, "TH"),
    "society": (OrganisationKind.NATIONAL_SOCIETY, "ID"),
    "agency": (OrganisationKind.AGENCY, ""),
}
GROUP = "governments"
MEMBERS = ("first-member", "second-member")
NEVER = "never"


@dataclass
class Meeting:
    """A roundtable with two points, and the themes of each."""

    slug: str
    starts_on: date
    is_public: bool
    is_published: bool
    themes: list[set[str]]

    def shown_themes(self, number: str) -> set[str]:
        return self.themes[number == "1.b"] if self.is_public and self.is_published else set()


@dataclass
class Promise:
    """What was undertaken, and all that was said of it: (is approved, day, word), in order."""

    reference: str
    meeting: Meeting
    added_on: date
    is_withdrawn: bool
    points: set[tuple[int, str]]  # the number of a roundtable, and that of its point
    parties: dict[str, date]  # the day on which each was added
    due_on: date | None
    reports: list[tuple[bool, date, str]] = field(default_factory=list)
    of_members: list[tuple[bool, date, str]] = field(default_factory=list)
    recorded: list[tuple[bool, date, str]] = field(default_factory=list)
    findings: list[tuple[bool, date, str]] = field(default_factory=list)

    def parties_on(self, day: date) -> set[str]:
        return {slug for slug, joined_on in self.parties.items() if joined_on <= day}


def last(said: list[tuple[bool, date, str]], until: date) -> tuple[date, str] | None:
    """Day and word of what was approved and is of the latest day; of one day, what came last."""
    found = None
    for is_approved, day, word in said:
        if is_approved and day <= until and (found is None or day >= found[0]):
            found = (day, word)
    return found


@dataclass
class World:
    """All that there is."""

    meetings: list[Meeting]
    promises: list[Promise]

    def themes(self, promise: Promise) -> set[str]:
        return {
            theme
            for meeting, number in promise.points
            for theme in self.meetings[meeting].shown_themes(number)
        }

    def words(self, promise: Promise, name: str, on: date) -> set[str]:
        """What a filter of this name finds the promise by, as of that day."""
        parties = promise.parties_on(on)
        offices = [OFFICES[slug] for slug in parties if slug != GROUP]
        latest, finding = last(promise.reports, on), last(promise.findings, on)
        is_ended = latest is not None and latest[1] in set(ENDED_STATUSES)
        is_late = promise.due_on is not None and promise.due_on < on and not is_ended
        return {
            "event": {promise.meeting.slug},
            "party": parties,
            "point": {f"{self.meetings[one].slug}/{number}" for one, number in promise.points},
            "theme": self.themes(promise) or {"~none"},
            "kind": {str(kind.value) for kind, _country in offices} or {"~none"},
            "country": {country for _kind, country in offices if country} or {"~none"},
            "status": {latest[1] if latest else "no-update"},
            "fresh": {age(latest[0], on) if latest else NEVER},
            "finding": {finding[1] if finding else "none"},
            "overdue": {"yes"} if is_late else set(),
        }[name]

    def found(self, asked: dict[str, str]) -> list[Promise]:
        """The public promises that all of these filters find."""
        on, filters = day_of(asked), {**asked}
        filters.pop("as_of", None)
        return [
            promise
            for promise in self.promises
            if promise.meeting.is_public
            and not promise.is_withdrawn
            and promise.added_on <= on
            and all(word in self.words(promise, name, on) for name, word in filters.items())
        ]

    def count(self, asked: dict[str, str], name: str) -> dict[str, Counter[str]]:
        """By each word of a filter, how many stand at each status."""
        tally: dict[str, Counter[str]] = {}
        on = day_of(asked)
        for promise in self.found(asked):
            for word in self.words(promise, name, on):
                if asked.get(name, word) == word:
                    status = next(iter(self.words(promise, "status", on)))
                    tally.setdefault(word, Counter())[status] += 1
        return tally

    def quarters(self, asked: dict[str, str]) -> dict[str, Counter[str]]:
        """How many had each status at the end of each quarter since the first was added."""
        promises, on = self.found(asked), day_of(asked)
        first = min((promise.added_on for promise in promises), default=None)
        told: dict[str, Counter[str]] = {}
        for year in range(2023, 2027):
            for quarter, end in enumerate([(3, 31), (6, 30), (9, 30), (12, 31)], start=1):
                until = date(year, *end)
                if first is None or until < first or (year, 3 * quarter - 2) > (on.year, on.month):
                    continue
                told[f"{year} Q{quarter}"] = Counter(
                    reported[1]
                    if (reported := last(promise.reports, min(until, on)))
                    else "no-update"
                    for promise in promises
                    if promise.added_on <= until
                )
        return told


def day_of(asked: dict[str, str]) -> date:
    return date.fromisoformat(asked["as_of"]) if "as_of" in asked else TODAY


def age(day: date, on: date) -> str:
    """How many whole years lie between the two days, in the words of the filter."""
    years = on.year - day.year - ((day.month, day.day) > (on.month, on.day))
    return ["under-a-year", "one-to-two", "over-two"][min(years, 2)]


@st.composite
def worlds(draw: st.DrawFn) -> World:
    themes = st.sets(st.sampled_from(["prevention", "protection"]))
    meetings = [
        Meeting(
            slug=f"meeting-{number}",
            starts_on=start,
            is_public=number == 0 or draw(st.booleans()),
            is_published=draw(st.booleans()),
            themes=[draw(themes), draw(themes)],
        )
        for number, start in enumerate(STARTS)
    ]
    points = st.sets(st.tuples(st.integers(0, 2), st.sampled_from(["1.a", "1.b"])), max_size=3)
    promises = []
    for number in range(draw(st.integers(0, 7))):
        meeting = draw(st.sampled_from(meetings))
        days = st.sampled_from(DAYS_AFTER[meeting.starts_on])
        reports = st.tuples(st.booleans(), days, st.sampled_from(ImplementationStatus.values))
        findings = st.tuples(st.booleans(), days, st.sampled_from(Assessment.Finding.values))
        by_members = st.tuples(st.booleans(), days, st.sampled_from(MEMBERS))
        parties = st.sampled_from([*OFFICES, GROUP])
        promises.append(
            Promise(
                reference=f"MADE-C{number + 1}",
                meeting=meeting,
                added_on=draw(st.sampled_from(DAYS)),
                is_withdrawn=draw(st.integers(0, 5)) == 5,
                points=draw(points),
                parties=draw(st.dictionaries(parties, st.sampled_from(DAYS), max_size=3)),
                due_on=draw(st.sampled_from([None, *DAYS])),
                reports=draw(st.lists(reports, max_size=3)),
                of_members=draw(st.lists(by_members, max_size=2)),
                recorded=draw(st.lists(reports, max_size=1)),
                findings=draw(st.lists(findings, max_size=2)),
            )
        )
    for promise in promises:
        if not promise.parties:
            promise.reports = promise.recorded = []  # no one reports
        if GROUP not in promise.parties:
            promise.of_members = []
    return World(meetings, promises)


def store(world: World) -> None:
    """Writes the world into the database."""
    by = make_user()
    approved = {"state": EditorialState.APPROVED, "approved_by": by, "approved_at": NOON}
    waits = {"state": EditorialState.SUBMITTED}
    handed_in = {"has_no_personal_details": True, "submitted_at": NOON}
    themes = {slug: make_theme(slug=slug) for slug in ("prevention", "protection")}
    parties: dict[str, dict[str, Any]] = {GROUP: {"group": make_group(slug=GROUP)}}
    for slug, (kind, country) in OFFICES.items():
        office = make_organisation(slug=slug, kind=kind, country=country)
        parties[slug] = {"organisation": office}
    members = [make_organisation(slug=slug, country="MY") for slug in MEMBERS]
    assessor = make_organisation()
    events, points = {}, {}
    for number, meeting in enumerate(world.meetings):
        event = make_event(
            slug=meeting.slug,
            starts_on=meeting.starts_on,
            ends_on=meeting.starts_on,
            is_public=meeting.is_public,
        )
        events[meeting.slug] = event
        statement = make_statement(event, published=meeting.is_published)
        both = Outcome.objects.filter(statement=statement, parent__isnull=False)
        for name, point, named in zip(
            ("1.a", "1.b"), both.order_by("position"), meeting.themes, strict=True
        ):
            points[number, name] = point
            point.themes.set([themes[theme] for theme in named])
    for promise in world.promises:
        row = Commitment.objects.create(
            state="draft" if promise.is_withdrawn else "public",
            event=events[promise.meeting.slug],
            reference=promise.reference,
            text="Train officers.",
            due_on=promise.due_on,
            recorded_at=last_second(promise.added_on),
        )
        row.outcomes.set([points[point] for point in promise.points])
        made = CommitmentParty.objects.bulk_create(
            CommitmentParty(
                commitment=row, recorded_at=last_second(promise.parties[slug]), **parties[slug]
            )
            for slug in sorted(promise.parties)
        )
        of_members = {
            office.slug: CommitmentParty(commitment=row, organisation=office, role="member")
            for office in (members if promise.of_members else [])
        }
        CommitmentParty.objects.bulk_create(of_members.values())
        said = [("party", made[0], *report) for report in promise.reports]
        said += [("recorded", made[0], *report) for report in promise.recorded]
        said += [
            ("member", of_members[slug], is_approved, day, "planning")
            for is_approved, day, slug in promise.of_members
        ]
        updates = ProgressUpdate.objects.bulk_create(
            ProgressUpdate(
                commitment=row,
                party=party,
                reported_on=day,
                recorded_at=NOON,
                status=status,
                text="Done.",
                source="A report",
                reason="A reason",
                reported_by=reported_by,
                party_hash="" if reported_by == "recorded" else "0" * 64,
                **handed_in,
                **(approved if is_approved else waits),
            )
            for reported_by, party, is_approved, day, status in said
        )
        if updates:
            updates[0].refresh_latest()
        Assessment.objects.bulk_create(
            Assessment(
                commitment=row,
                organisation=assessor,
                assessed_on=day,
                finding=finding,
                text="Found.",
                **handed_in,
                **(approved if is_approved else waits),
            )
            for is_approved, day, finding in promise.findings
        )


def last_second(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 23, 59, 59, tzinfo=UTC)


NARROWING = ["event", "party", "country", "kind", "theme", "point"]
LISTING = [*NARROWING, "status", "fresh", "finding", "overdue"]
OPEN = {  # what may be asked for whatever there is
    "kind": {str(kind.value) for kind in OrganisationKind} | {"~none"},
    "theme": {"~none"},
    "country": {"~none"},
    "status": {*ImplementationStatus.values, "no-update"},
    "fresh": {"under-a-year", "one-to-two", "over-two", NEVER},
    "finding": {*Assessment.Finding.values, "none"},
    "overdue": {"yes"},
}


def offered(world: World, name: str) -> list[str]:
    """The words that a filter takes."""
    meetings = [meeting for meeting in world.meetings if meeting.is_public]
    words = set(OPEN.get(name, ()))
    if name == "event":
        words |= {meeting.slug for meeting in meetings}
    elif name == "point":
        words |= {f"{one.slug}/1.{a}" for one in meetings if one.is_published for a in "ab"}
    elif name == "theme":
        words |= {theme for one in meetings for a in "ab" for theme in one.shown_themes(f"1.{a}")}
    elif name in ("party", "country"):
        words.update(*(world.words(promise, name, TODAY) for promise in world.found({})))
    return sorted(words)


def draw_filter(data: st.DataObject, world: World, names: list[str]) -> dict[str, str]:
    chosen = data.draw(st.lists(st.sampled_from(names), max_size=3, unique=True))
    day = data.draw(st.sampled_from([None, *DAYS]))
    as_of = {"as_of": day.isoformat()} if day else {}
    return as_of | {
        name: data.draw(st.sampled_from(words))
        for name in chosen
        if (words := offered(world, name))
    }


def counted(parts: list[Share]) -> Counter[str]:
    return +Counter({part.slug: part.count for part in parts})


@pytest.mark.longest
@pytest.mark.crawl
@settings(max_examples=FULL_EXAMPLES if FULL else 5)
@given(world=worlds(), data=st.data())
def test_statistics_and_lists_match_plain_count(world: World, data: st.DataObject) -> None:
    with transaction.atomic():
        store(world)
        link = check_progress(world, draw_filter(data, world, NARROWING), data)
        if link:
            check_list(world, link)
        check_list(world, draw_filter(data, world, LISTING))
        check_other_pages(world, data.draw(st.sampled_from([None, *DAYS])))
        transaction.set_rollback(True)


def check_progress(
    world: World, asked: dict[str, str], data: st.DataObject
) -> dict[str, str] | None:
    """Compares all figures, and gives one of the filters that they lead to."""
    answer = Client().get("/progress/", asked)
    assert answer.status_code == 200, asked
    shown = answer.context["progress"]
    promises, on = world.found(asked), day_of(asked)
    voices = count_voices(promises, on)
    assert {name: shown.counts[name] for name in voices} == voices
    for name, parts in (
        ("status", shown.status),
        ("fresh", shown.freshness),
        ("finding", shown.findings),
    ):
        expected = Counter(word for one in promises for word in world.words(one, name, on))
        assert counted(parts) == expected, name
    for each in shown.breakdowns:
        told = {}
        for line in each.lines:
            words = dict(pair.split("=") for pair in line.query.strip("?").split("&"))
            told[words[each.name]] = counted(line.parts)
        assert told == world.count(asked, each.name), each.name
    over_time = {str(line.label): counted(line.parts) for line in shown.quarters}
    assert over_time == world.quarters(asked)
    parts = [*shown.status, *shown.freshness, *shown.findings]
    parts += [part for one in shown.breakdowns for line in one.lines for part in line.parts]
    leads = [part for part in parts if part.count]
    if not leads:
        return None
    lead = data.draw(st.sampled_from(leads))
    query = dict(pair.split("=") for pair in lead.query.strip("?").split("&"))
    words = {name: word.replace("%2F", "/") for name, word in query.items()}
    assert len(world.found(words)) == lead.count
    return words


def count_voices(promises: list[Promise], on: date) -> dict[str, int]:
    silent = [one for one in promises if last(one.reports, on) is None]
    return {
        "all": len(promises),
        "reported": len(promises) - len(silent),
        "recorded": sum(last(one.recorded, on) is not None for one in silent),
        "by_members": sum(last(one.of_members, on) is not None for one in silent),
    }


def check_other_pages(world: World, day: date | None) -> None:
    """The pages of roundtables and organisations, and the matrix, of the same day."""
    query = f"?as_of={day}" if day else ""
    on, as_of = day or TODAY, {"as_of": str(day)} if day else {}
    meeting = world.meetings[0]
    found = world.found({"event": meeting.slug, **as_of})
    if meeting.starts_on <= on:
        page = Client().get(f"/roundtables/{meeting.slug}/{query}").context
        counts = count_voices(found, on)
        assert {name: page["counts"][name] for name in counts} == counts
        assert [row.reference for row in page["commitments"]] == [one.reference for one in found]
        if meeting.is_published:
            matrix = Client().get(f"/progress/matrix/?event={meeting.slug}&{query.strip('?')}")
            assert matrix.context["matrix"].counts == counts
            under = {one.reference for one in world.found(as_of) if names_point(one, 0)}
            assert matrix.context["matrix"].commitments_under_points == len(under)
    for slug in sorted({slug for one in world.found({}) for slug in one.parties} - {GROUP})[:1]:
        page = Client().get(f"/organisations/{slug}/{query}").context
        expected = {one.reference for one in world.found({"party": slug, **as_of})}
        assert {row.reference for row in page["commitments"]} == expected
        shown = {
            row.reference: {party.organisation or party.group for party in row.parties.all()}
            for row in page["commitments"]
        }
        assert {name: {one.slug for one in parties} for name, parties in shown.items()} == {
            one.reference: one.parties_on(on) for one in world.found(as_of | {"party": slug})
        }


def names_point(promise: Promise, meeting: int) -> bool:
    return any(number == meeting for number, _point in promise.points)


def check_files(shown: Iterable[Commitment], asked: dict[str, str], on: date) -> None:
    """The same rows in the same order, each with its status, and the same reports."""
    expected = [(row.reference, row.status or "no-update") for row in shown]
    rows = Client().get("/commitments.json", asked).json()["rows"]
    assert [(row["reference"], row["status"]) for row in rows] == expected
    text = Client().get("/commitments.csv", asked).content.decode("utf-8-sig")
    rows = csv.DictReader(io.StringIO(text, newline=""))
    assert [(row["reference"], row["status"]) for row in rows] == expected
    book = load_workbook(io.BytesIO(Client().get("/commitments.xlsx", asked).content))
    head, *cells = book.worksheets[0].iter_rows(values_only=True)
    places = head.index("reference"), head.index("status")
    assert [tuple(row[place] for place in places) for row in cells] == expected
    rows = Client().get("/api/v1/commitments", asked).json()["rows"]
    assert [(row["reference"], row["status"]) for row in rows] == sorted(expected)
    reports = Client().get("/reports.json", asked).json()["rows"]
    assert Counter(row["reference"] for row in reports) == Counter(
        ProgressUpdate.objects.filter(
            commitment__reference__in=[reference for reference, _status in expected],
            state=EditorialState.APPROVED,
            reported_on__lte=on,
        ).values_list("commitment__reference", flat=True)
    )


def check_list(world: World, asked: dict[str, str]) -> None:
    answer = Client().get("/commitments/", asked)
    assert answer.status_code == 200, asked
    page, counts = answer.context["page"], answer.context["counts"]
    found = world.found(asked)
    assert {row.reference for row in page.object_list} == {one.reference for one in found}
    assert page.paginator.count == counts["all"] == len(found)
    assert counts["overdue"] == len(world.found(asked | {"overdue": "yes"}))
    check_files(page.object_list, asked, day_of(asked))
