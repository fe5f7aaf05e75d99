"""What had been reported by a day: on statement, points, commitments, progress and their lists."""

import re
from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.test import Client
from django.utils import timezone

from outcomes.commitments.as_of import (
    AsOfForm,
    as_of,
    assessments_as_of,
    check_as_of_day,
    existing_as_of,
    last_meeting_before,
    parties_as_of,
    responses_as_of,
    status_columns_for,
    updates_as_of,
    with_counted_parties,
    withdrawn_since,
)
from outcomes.models import (
    Assessment,
    Commitment,
    CommitmentParty,
    ImplementationStatus,
    ProgressUpdate,
    Response,
)
from participants.models import Organisation
from roundtable.models import Event
from tests.conftest import FULL
from tests.factories import (
    NOON,
    make_addressee,
    make_commitment,
    make_event,
    make_evidence,
    make_group,
    make_organisation,
    make_party,
    make_role,
    make_series,
    make_statement,
    make_update,
    republish,
)
from tests.follow_up_factories import (
    make_assessment,
    make_milestone,
    make_recommendation,
    make_response,
    make_undertaking,
)
from tests.page_text import page_html, page_text
from tests.recorded_fixtures import recorded

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("recorded_templates"),
    pytest.mark.time_machine(NOON, tick=False),
]
PAGES = ("/roundtables/old/", "/commitments/old-c1/", "/outcomes/old/1.a/")
DAYS = {"starts_on": date(2018, 5, 1), "ends_on": date(2018, 5, 2)}
LINE = (
    "This page shows the commitments and parties that were added to this portal by that day, and "
    "reports for that day or earlier, including reports published later. The wording is that of "
    "today. Commitments and parties that are no longer public are not counted."
)


@pytest.fixture
@recorded
def reported_commitment() -> Commitment:
    """A commitment that came to planning, then to fulfilled, each told years later."""
    point = make_recommendation(event=make_event(code="OLD", slug="old", **DAYS))
    office = point.addressed_organisations().get()
    for stance, day in (("noted", date(2018, 9, 1)), ("supported", date(2020, 1, 1))):
        make_response(
            outcome=point,
            organisation=office,
            stance=stance,
            text=f"Answer {stance}",
            answered_on=day,
        )
    event = point.statement.event
    row = make_commitment(event, reference="OLD-C1", text="Train.", due_on=date(2019, 3, 1))
    row.outcomes.set([point])
    make_party(row, organisation=make_organisation(name="Example Aid"))
    make_update(row, status="planning", reported_on=date(2019, 1, 1), text="First words.")
    last = make_update(row, status="fulfilled", reported_on=date(2019, 6, 1), text="Last words.")
    make_evidence(last, title="Late proof", is_public=True)
    draft: dict[str, Any] = {"approved": False, "status": "closed", "text": "Zq-secret."}
    make_update(row, reported_on=date(2019, 2, 1), **draft)
    assessor = make_organisation(name="Example Watch")
    for finding, day in (("limited", date(2019, 2, 1)), ("complete", date(2020, 2, 1))):
        make_assessment(
            commitment=row,
            organisation=assessor,
            finding=finding,
            text=f"Found {finding}.",
            assessed_on=day,
        )
    make_milestone(
        commitment=row, title="Plan", due_on=date(2019, 4, 1), reached_on=date(2019, 5, 15)
    )
    return row


def seen(path: str) -> str:
    answer = Client().get(path)
    assert answer.status_code == 200, answer.content.decode()
    return page_text(answer)


def test_commitment_shows_reports_up_to_date(reported_commitment: Commitment) -> None:
    path = "/commitments/old-c1/"
    first = seen(f"{path}?as_of=2018-05-01")
    assert "Never reported on" in first and "Past its due date" not in first
    assert "No independent assessment is recorded in this portal." in first
    before = seen(f"{path}?as_of=2019-05-14")
    assert LINE in before and "As of 14 May 2019." in before
    assert "Planning" in before and "First words." in before and "Past its due date" in before
    assert "Found limited." in before and "Due 1 April 2019" in before
    gone = ["Fulfilled", "Last words.", "Late proof", "Found complete.", "Reached", "Zq-secret."]
    assert [word for word in gone if word in before] == []
    reached = seen(f"{path}?as_of=2019-05-15")
    assert "Reached 15 May 2019" in reached and "Planning" in reached
    then = seen(f"{path}?as_of=2019-06-01")
    assert "Fulfilled" in then and "Last words." in then and "Late proof" in then
    assert "Past its due date" not in then and "Found complete." not in then
    now = seen(f"{path}?utm=1&as_of=")
    assert "Found complete." in now and LINE not in now
    assert "Fulfilled" in now and "Zq-secret." not in now


def test_event_and_points_show_state_as_of_date(reported_commitment: Commitment) -> None:
    before = seen("/roundtables/old/?as_of=2019-05-31")
    assert "Planning" in before and "Past its due date" in before
    assert "Reported 1 January 2019" in before
    assert "Fulfilled" not in before
    assert "Fulfilled" in seen("/roundtables/old/?as_of=2019-06-01")
    point = reported_commitment.outcomes.get().get_absolute_url()
    assert "Noted" in seen(f"{point}?as_of=2019-12-31")
    assert "No answer yet" in seen(f"{point}?as_of=2018-08-31")
    answered = seen(f"{point}?as_of=2020-01-01")
    assert "Answer supported" in answered and "Answer noted" not in answered


def test_matrix_shows_state_as_of_date(reported_commitment: Commitment) -> None:
    office = reported_commitment.outcomes.get().addressed_organisations().get()
    make_party(reported_commitment, organisation=office)
    then = seen("/progress/matrix/?as_of=2019-05-31")
    assert "As of 31 May 2019." in then and LINE in then
    assert "1 of 1 answer requested by recommendations has been given." in then
    assert "Noted" in then and "Supported" not in then
    assert "Planning 1" in then and "Fulfilled" not in then
    before = seen("/progress/matrix/?as_of=2018-08-31")
    assert "0 of 1 answer requested" in before and "No answer yet" in before
    assert "Never reported on 1" in before and "Planning" not in before
    now = seen("/progress/matrix/")
    assert "Supported" in now and "Fulfilled 1" in now and LINE not in now
    page = page_html(Client().get("/progress/matrix/?event=old&as_of=2019-05-31"))
    for kept in (
        "/outcomes/old/1.a/?as_of=2019-05-31#answers",
        "/outcomes/old/1.a/?as_of=2019-05-31",
        "/progress/?event=old&amp;as_of=2019-05-31",
    ):
        assert f'href="{kept}"' in page
    assert re.search(r'href="/commitments/\?[^"]*as_of=2019-05-31[^"]*status=planning"', page)
    assert 'rel="canonical" href="https://portal.example.org/progress/matrix/?event=old"' in page
    # It is the latest roundtable that had begun.
    make_statement(make_event(code="NEW", slug="new", title="Newer", starts_on=date(2020, 1, 1)))
    assert "Planning 1" in seen("/progress/matrix/?as_of=2019-05-31")
    assert "No roundtable had begun by that day." in seen("/progress/matrix/?as_of=2018-04-30")


def test_links_keep_as_of_date_and_canonical_url_has_none(reported_commitment: Commitment) -> None:
    page = page_html(Client().get("/roundtables/old/?as_of=2019-05-31"))
    assert 'href="/commitments/old-c1/?as_of=2019-05-31"' in page
    assert 'href="/outcomes/old/1.a/?as_of=2019-05-31"' in page
    assert 'href="/commitments/?as_of=2019-05-31&amp;event=old&amp;status=planning"' in page
    for path in (*PAGES, "/progress/"):
        canonical = f'<link rel="canonical" href="https://portal.example.org{path}">'
        assert canonical in page_html(Client().get(path))
        page = page_html(Client().get(f"{path}?as_of=2019-05-31"))
        assert canonical.removesuffix('">') in page
        assert "as_of=" not in page.split('rel="canonical"')[1].split(">")[0]


def test_list_is_filtered_and_sorted_as_of_date(reported_commitment: Commitment) -> None:
    other = make_commitment(reported_commitment.event, reference="OLD-C2", due_on=date(2019, 1, 1))
    make_update(other, reported_on=date(2021, 1, 1))

    def found(query: str) -> list[str]:
        page = Client().get(f"/commitments/?{query}").context["page"]
        return [row.reference for row in page.object_list]

    assert found("as_of=2019-06-01&overdue=yes") == ["OLD-C2"]
    assert found("as_of=2020-12-31&sort=updated") == ["OLD-C1", "OLD-C2"]
    assert found("as_of=2021-01-01&sort=updated") == ["OLD-C2", "OLD-C1"]


def test_invalid_date_is_rejected(reported_commitment: Commitment) -> None:
    for day, words in [
        ("2026-03-03", "That day is in the future. Choose today or an earlier day."),
        ("yesterday", "Enter the day like this: 2019-06-01."),
        ("0001-01-01", "There is no information for that day. Choose a later day."),
        ("2019-01-01&as_of=2020-01-01", "“as_of” appears more than once. Choose one."),
        ("\0", "Enter the day like this: 2019-06-01."),
    ]:
        # One form reads the day for all pages.
        every = (*PAGES, "/progress/", "/progress/matrix/")
        for path in every if FULL or day == "yesterday" else [every[len(day) % len(every)]]:
            answer = Client().get(f"{path}?as_of={day}")
            assert answer.status_code == 400, path
            assert words in page_text(answer), path
            assert "Train." not in page_text(answer)


def test_days_from_1900_to_today_can_be_looked_back_to() -> None:
    today = date(2026, 3, 2)
    for day in (date(1900, 1, 1), today):
        assert check_as_of_day(day, today) == day
    for day in (date(1899, 12, 31), date(2026, 3, 3)):
        with pytest.raises(ValidationError):
            check_as_of_day(day, today)


def test_date_before_event_is_rejected(reported_commitment: Commitment) -> None:
    began = "The roundtable began on 1 May 2018."
    added = "This commitment was added to this portal on 1 May 2018. Choose that day or later."
    for path in (*PAGES, "/progress/matrix/?event=old"):
        answer = Client().get(f"{path}{'&' if '?' in path else '?'}as_of=2018-04-30")
        assert answer.status_code == 400
        assert (added if path.startswith("/commitments") else began) in page_text(answer)


def test_hidden_records_are_absent_on_any_date(reported_commitment: Commitment) -> None:
    Event.objects.update(is_public=False)
    for path in PAGES:
        for query in ("", "?as_of=2019-06-01", "?as_of=nonsense", "?as_of=2000-01-01"):
            assert Client().get(path + query).status_code == 404


def test_meeting_before_is_the_last_public_one_of_the_series() -> None:
    series, other = make_series(), make_series()
    first, last, _hidden, _other = (
        make_event(series=of, starts_on=day, ends_on=day, is_public=is_public)
        for of, day, is_public in (
            (series, date(2018, 5, 1), True),
            (series, date(2022, 5, 1), True),
            (series, date(2023, 5, 1), False),
            (other, date(2024, 5, 1), True),
        )
    )
    assert last_meeting_before(last, date(2025, 1, 1)) == date(2022, 5, 1)
    assert last_meeting_before(last, date(2022, 5, 1)) == date(2018, 5, 1)
    assert last_meeting_before(first, date(2018, 5, 1)) == date(2018, 5, 1)
    assert last_meeting_before(first, date(2018, 4, 30)) is None


# Each voice of that day -------------------------------------------------------------------


def test_undertaking_and_comparisons_are_those_of_the_day() -> None:
    event = make_event(code="OLD", slug="old", **DAYS)
    offered = make_commitment(event, reference="OLD-C1", basis="undertaken")
    party = make_party(offered, organisation=make_organisation(name="Belize"))
    answered = datetime(2025, 6, 1, 12, tzinfo=UTC)
    make_undertaking(party, answer="accepted", answered_at=answered)
    source = {"state": "draft", "source_title": "Communiqué"}
    recorded_one = make_commitment(event, reference="OLD-C2", **source)
    with time_machine.travel(answered):
        republish(recorded_one)
    compared = "Compared with the source by two organisations"
    for path, words in (
        ("/commitments/old-c1/", "accepted by Belize on 1 June 2025"),
        ("/commitments/old-c2/", compared),
    ):
        assert words in page_text(Client().get(path))
        assert words in page_text(Client().get(f"{path}?as_of=2025-06-01"))
        assert words not in page_text(Client().get(f"{path}?as_of=2025-05-31"))
    earlier = page_text(Client().get("/commitments/old-c1/?as_of=2025-05-31"))
    assert "Undertaken here not yet on this day" in earlier


def test_commitment_that_is_a_draft_now_keeps_its_past_without_its_text() -> None:
    event = make_event(code="OLD", slug="old", **DAYS)
    row = make_commitment(event, reference="OLD-C1", text="Zqsecret text")
    Commitment.history.update(history_date=datetime(2020, 1, 1, tzinfo=UTC))
    make_update(row, status="planning", reported_on=date(2020, 2, 1))
    row.state = "draft"
    row.text = "Another text"
    row._history_date = datetime(2021, 1, 1, tzinfo=UTC)  # type: ignore[attr-defined]
    row.save()
    Commitment.history.filter(history_date__year__gte=2022).delete()
    path = "/commitments/old-c1/"
    now, then = seen(path), seen(f"{path}?as_of=2020-03-01")
    assert "Everyone could read this commitment. It was changed since" in now
    assert "Everyone could read this commitment on that day." in then
    assert "Planning Reported 1 February 2020" in then
    for shown in (now, then):
        assert "Zqsecret" not in shown and "Another text" not in shown
    assert "Planning" not in seen(f"{path}?as_of=2020-01-02")
    for day in ("2019-12-31", "2021-01-02"):
        assert Client().get(f"{path}?as_of={day}").status_code == 404
    event.is_public = False
    event.save()
    for query in ("", "?as_of=2020-03-01"):
        assert Client().get(f"{path}{query}").status_code == 404


# What was added later ---------------------------------------------------------------------


@pytest.fixture
def late_commitment(reported_commitment: Commitment) -> Commitment:
    """Of the same source and roundtable, entered on 20 February 2026, with a report of 2019."""
    with time_machine.travel(datetime(2026, 2, 20, 23, 59, tzinfo=UTC), tick=False):
        row = make_commitment(
            reported_commitment.event,
            reference="OLD-C9",
            text="Entered late.",
            place_in_source="introduction",
            recorded_at=timezone.now(),
        )
    row.outcomes.set(reported_commitment.outcomes.all())
    make_party(row, organisation=Organisation.objects.get(name="Example Aid"))
    make_update(row, status=ImplementationStatus.FULFILLED, reported_on=date(2019, 5, 1))
    return row


def test_what_was_added_later_is_in_no_number_of_an_earlier_day(
    late_commitment: Commitment,
) -> None:
    party = late_commitment.parties.get().organisation
    assert party
    for day, number in (("2026-02-19", 1), ("2026-02-20", 2)):

        def context(path: str, day: str = day) -> Any:
            return Client().get(path, {"as_of": day}).context

        listed, progress = context("/commitments/"), context("/progress/")["progress"]
        assert (listed["counts"]["all"], len(listed["page"].object_list)) == (number, number)
        assert (progress.counts["all"], progress.counts["reported"]) == (number, number)
        assert sum(part.count for part in progress.quarters[-1].parts) == number
        before = {part.slug: part.count for part in progress.quarters[-2].parts if part.count}
        assert before == {"fulfilled": 1}
        event, point = context("/roundtables/old/"), context("/outcomes/old/1.a/")
        assert (event["counts"]["all"], len(event["commitments"])) == (number, number)
        under = event["text"].parts[0][1][0].first_commitments
        assert (len(under), len(point["commitments"])) == (number, number)
        matrix = context("/progress/matrix/")["matrix"]
        assert (matrix.counts["all"], matrix.commitments_under_points) == (number, number)
        assert len(context(party.get_absolute_url())["commitments"]) == number
    late_commitment.outcomes.clear()
    for day, number in (("2026-02-19", 0), ("2026-02-20", 1)):
        matrix = context("/progress/matrix/", day)["matrix"]
        assert matrix.commitments_elsewhere == number
        shown = "OLD-C9" in seen(f"/outcomes/old/1.a/?as_of={day}")  # to the whole statement
        assert shown == bool(number)


def test_both_days_are_said(late_commitment: Commitment) -> None:
    path = late_commitment.get_absolute_url()
    answer = Client().get(f"{path}?as_of=2026-02-19")
    assert answer.status_code == 400
    added = "This commitment was added to this portal on 20 February 2026. Choose that day or"
    assert added in page_text(answer)
    assert "Entered late." not in page_text(answer)
    for query in ("", "?as_of=2026-02-20"):
        shown = seen(path + query)
        assert "Undertaken 2 May 2018 Added to this portal 20 February 2026" in shown
    row = "Undertaken 2 May 2018, added here 20 February 2026"
    assert row in seen("/commitments/?as_of=2026-02-20")
    assert row not in seen("/commitments/")
    late_commitment.place_in_source = ""  # no one knows when
    late_commitment.save()
    assert "Undertaken" not in seen(path)
    late_commitment.source_title, late_commitment.source_dated_on = "A plan", date(2020, 3, 4)
    late_commitment.save()
    assert "Undertaken 4 March 2020 Added to this portal 20 February 2026" in seen(path)
    Event.objects.update(is_public=False)
    assert Client().get(f"{path}?as_of=2026-02-19").status_code == 404


def test_party_counts_from_the_day_it_was_added(reported_commitment: Commitment) -> None:
    joined = make_organisation(name="Later Aid", country="MY", kind="government")
    at = datetime(2025, 6, 2, tzinfo=UTC)
    make_party(reported_commitment, organisation=joined, role="partner", recorded_at=at)
    own = joined.get_absolute_url()
    for day, is_shown in (("2025-06-01", False), ("2025-06-02", True)):
        for path in ("/commitments/", *PAGES):
            page = page_html(Client().get(f"{path}?as_of={day}"))
            assert (f'href="{own}?as_of={day}"' in page) == is_shown, path
        query = {"kind": "government", "as_of": day}
        listed = Client().get("/commitments/", query).context["counts"]
        progress = Client().get("/progress/", query).context["progress"].counts
        assert listed["all"] == progress["all"] == is_shown
        assert ("Train." in seen(f"{own}?as_of={day}")) == is_shown


def test_organisation_shows_an_earlier_day(late_commitment: Commitment) -> None:
    organisation = late_commitment.parties.get().organisation
    assert organisation
    event = late_commitment.event
    make_role(event, organisation=organisation)
    make_role(make_event(title="Next one", starts_on=date(2022, 1, 1)), organisation=organisation)
    point = late_commitment.outcomes.get()
    make_addressee(point, organisation=organisation)
    answer: dict[str, Any] = {"stance": "noted", "answered_on": date(2019, 6, 1)}
    make_response(outcome=point, organisation=organisation, **answer)
    path = organisation.get_absolute_url()
    then = seen(f"{path}?as_of=2019-05-31")
    assert LINE in then and "As of 31 May 2019." in then
    assert "Planning Found: Limited Past its due date" in then.replace("Due 1 March 2019 ", "")
    missing = ["Entered late.", "Fulfilled", "Noted", "Next one"]
    assert [word for word in missing if word in then] == []
    page = page_html(Client().get(f"{path}?as_of=2019-06-01"))
    for kept in (
        "/commitments/old-c1/?as_of=2019-06-01",
        "/outcomes/old/1.a/?as_of=2019-06-01",
        "/roundtables/old/?as_of=2019-06-01",
        f"{path}?as_of=2019-06-01",
        f"/commitments/?party={organisation.slug}&amp;as_of=2019-06-01",
    ):
        assert f'href="{kept}"' in page, kept
    assert f'rel="canonical" href="https://portal.example.org{path}"' in page
    now = seen(path)
    assert [word for word in missing if word not in now] == [] and LINE not in now
    for day in ("2026-03-03", "yesterday", "2019-01-01&as_of=2020-01-01"):
        assert Client().get(f"{path}?as_of={day}").status_code == 400
    assessor = Organisation.objects.get(name="Example Watch")
    make_assessment(commitment=late_commitment, organisation=assessor, assessed_on=date(2019, 1, 1))
    path = assessor.get_absolute_url()
    then, now = seen(f"{path}?as_of=2019-06-01"), seen(path)
    assert ", 1 February 2019" in then and "1 February 2020" not in then
    assert "Entered late." not in then and "Entered late." in now


def counted_parties(day: date | None) -> set[int]:
    rows: Any = with_counted_parties(Commitment.objects.all(), day)
    return set(rows.exclude(counted_parties=None).values_list("counted_parties", flat=True))


def test_what_is_recorded_at_midnight_exists_from_the_new_day() -> None:
    row = make_commitment(recorded_at=datetime(2026, 3, 3, tzinfo=UTC))
    party = make_party(row, recorded_at=datetime(2026, 3, 3, tzinfo=UTC))
    make_assessment(commitment=row, assessed_on=date(2026, 3, 1))
    for day, exists in ((date(2026, 3, 2), False), (date(2026, 3, 3), True)):
        assert existing_as_of(Commitment.objects.all(), day).exists() == exists
        assert parties_as_of(CommitmentParty.objects.filter(pk=party.pk), day).exists() == exists
        assert counted_parties(day) == ({party.pk} if exists else set())
        assert assessments_as_of(Assessment.objects.all(), day).exists() == exists


@pytest.mark.parametrize("day", [None, date(2026, 3, 3)])
def test_what_is_only_recorded_or_only_by_members_has_no_status_of_the_party(
    day: date | None,
) -> None:
    at = datetime(2026, 3, 1, tzinfo=UTC)
    names: dict[int, str] = {}
    for voices in ("", "recorded", "party", "recorded party"):
        commitment = make_commitment(recorded_at=at)
        names[commitment.pk] = voices
        for voice in voices.split():
            make_update(commitment, reported_by=voice, reported_on=at.date(), recorded_at=at)
            ProgressUpdate.objects.update(approved_at=at)
    if day is None:
        Commitment.objects.update(members_reporting=1)
        Commitment.objects.filter(latest_recorded_update__isnull=False).update(members_reporting=0)
    columns, rows = status_columns_for(day), as_of(Commitment.objects.all(), day)
    assert {row.members_reported for row in rows} == ({0, 1} if day is None else {0})
    only_recorded = rows.filter(columns.is_only_recorded)
    assert [names[row.pk] for row in only_recorded] == ["recorded"]
    by_members = rows.filter(columns.is_only_by_members)
    assert [names[row.pk] for row in by_members] == ([""] if day is None else [])


def test_withdrawn_commitment_is_known_of_days_on_which_it_was_public() -> None:
    row = make_commitment(make_event(code="XY"), reference="XY-C1")
    Commitment.objects.update(recorded_at=datetime(2026, 2, 28, 12, tzinfo=UTC))
    row.refresh_from_db()
    assert withdrawn_since("XY-C1", None) is None  # it is public
    row.state = "draft"
    row.save()
    first, second = row.history.order_by("history_id")
    for entry, number in ((first, 1), (second, 5)):
        entry.history_date = datetime(2026, 3, number, 9, tzinfo=UTC)
        entry.save()
    days = [date(2026, 2, 27), date(2026, 2, 28)]
    days += [date(2026, 3, number) for number in (1, 4, 5, 6)]
    found = [withdrawn_since("XY-C1", day) for day in days]
    assert found == [None, None, row, row, None, None]
    assert withdrawn_since("XY-C1", None) == row
    for day in (None, date(2026, 3, 4)):
        assert withdrawn_since("XY-C2", day) is None
    first.state = "draft"
    first.save()
    assert withdrawn_since("XY-C1", None) is None
    assert withdrawn_since("XY-C1", date(2026, 3, 4)) is None
    first.state = "public"
    first.save()
    row.event.is_public = False
    row.event.save()
    assert withdrawn_since("XY-C1", None) is None


def test_what_happened_on_the_day_counts() -> None:
    at = datetime(2026, 3, 2, 23, 59, tzinfo=UTC)
    commitment = make_commitment(recorded_at=at)
    make_party(commitment, recorded_at=at, group=make_group(member_rule="participants"))
    make_party(commitment, recorded_at=at, role="partner")
    counted = set(commitment.parties.values_list("pk", flat=True))
    member = make_role(commitment.event).organisation
    make_party(commitment, recorded_at=at, organisation=member, role="member")
    make_update(commitment, reported_on=at.date(), recorded_at=at)
    make_assessment(commitment=commitment, assessed_on=at.date())
    make_response(answered_on=at.date())
    for day, exists in ((date(2026, 3, 1), False), (date(2026, 3, 2), True), (None, True)):
        assert updates_as_of(ProgressUpdate.objects.all(), day).exists() == exists
        assert assessments_as_of(Assessment.objects.all(), day).exists() == exists
        assert responses_as_of(Response.objects.all(), day).exists() == exists
        assert counted_parties(day) == (counted if exists else set())
    Assessment.objects.update(assessed_on=date(2026, 3, 1))
    assert not assessments_as_of(Assessment.objects.all(), date(2026, 3, 1)).exists()


def test_day_before_a_record_is_refused_and_its_first_day_is_not() -> None:
    first, today = date(2026, 3, 2), date(2026, 3, 9)
    event = make_event(starts_on=first, ends_on=first)
    for record in (make_commitment(event), make_statement(event).outcomes.points()[0], event):
        for day, is_valid in ((date(2026, 3, 1), False), (first, True)):
            form = AsOfForm(QueryDict(f"as_of={day}&unknown=1"), today)
            form.check(record)
            assert form.is_valid() == is_valid
            assert form.day == (day if is_valid else None)
    assert AsOfForm(QueryDict("as_of=2026-03-10"), today).day is None
    assert AsOfForm(QueryDict("as_of=2026-03-09"), today).day == today
