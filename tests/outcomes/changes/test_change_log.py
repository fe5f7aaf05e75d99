"""The log of what changed in public, and what it never contains."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from outcomes.changes.log import change_log, latest_changes
from outcomes.changes.values import Change, ChangeKind
from outcomes.datasets import tables
from outcomes.models import (
    Assessment,
    Commitment,
    ImplementationStatus,
    Milestone,
    Outcome,
    Response,
    Statement,
)
from participants.models import Organisation
from roundtable.history.redaction import redact_words
from roundtable.history.versions import add_versions
from roundtable.models import Event
from tests.changed_columns import other_value
from tests.factories import (
    NOON,
    make_commitment,
    make_event,
    make_organisation,
    make_outcome,
    make_party,
    make_role,
    make_statement,
    make_theme,
    make_update,
    make_user,
    save,
)
from tests.follow_up_factories import (
    make_assessment,
    make_milestone,
    make_offer,
    make_recommendation,
    make_response,
)
from tests.recorded_fixtures import recorded

pytestmark = pytest.mark.django_db
ALWAYS = datetime(2000, 1, 1, tzinfo=UTC)
END = datetime(2100, 1, 1, tzinfo=UTC)


def at(day: int, hour: int = 12) -> datetime:
    return datetime(2026, 3, day, hour, tzinfo=UTC)


def settle(row: Any, when: datetime = ALWAYS) -> None:
    """All that happened to it so far happened at that time."""
    row.history.update(history_date=when)


def correct(row: Any, when: datetime, **fields: Any) -> None:
    for name, value in fields.items():
        setattr(row, name, value)
    row._history_date = when
    save(row)


def lines(found: list[Change]) -> list[tuple[str, str, str, str]]:
    return [(str(row.kind), row.field, row.before, row.after) for row in found]


@pytest.fixture
@recorded
def meeting() -> Event:
    event = make_event(code="RT2024", slug="roundtable-2024", title="Roundtable 2024")
    settle(event)
    return event


def test_update_entry_shows_status_before_and_after(meeting: Event) -> None:
    commitment = make_commitment(meeting, text="Train officers.", recorded_at=ALWAYS)
    party = make_party(commitment, organisation=make_organisation(name="Example Aid"))
    for day, status, when in (
        (date(2025, 1, 1), ImplementationStatus.PLANNING, at(1)),
        (date(2025, 6, 1), ImplementationStatus.FULFILLED, at(2)),
        (date(2025, 3, 1), ImplementationStatus.IN_PROGRESS, at(3)),  # told late, of an earlier day
    ):
        update = make_update(
            commitment, approved=False, reported_on=day, status=status, party=party, text="Words."
        )
        update.approve(by=make_user(), at=when)
    found = latest_changes(at(1), at(4))
    assert lines(found) == [
        ("update", "Status", "Planning", "In progress"),
        ("update", "Status", "Planning", "Fulfilled"),
        ("update", "Status", "Never reported on", "Planning"),
    ]
    latest = found[0]
    assert (latest.at, latest.day) == (at(3), date(2025, 3, 1))
    assert latest.by == "Example Aid"
    assert (latest.reference, latest.subject) == (commitment.reference, "Train officers.")
    assert (latest.url, latest.text) == (commitment.get_absolute_url(), "Words.")
    assert [row.at for row in latest_changes(at(2), at(3))] == [at(2)]


def test_responses_assessments_joining_and_milestones_are_logged(meeting: Event) -> None:
    point = make_recommendation(event=meeting)
    make_response(outcome=point, stance=Response.Stance.NOTED, answered_on=date(2025, 1, 1))
    make_response(outcome=point, stance=Response.Stance.IN_PART, answered_on=date(2025, 2, 1))
    commitment = make_commitment(meeting, recorded_at=ALWAYS, is_open=True)
    assessor = make_organisation()
    make_assessment(commitment=commitment, organisation=assessor)
    make_assessment(
        commitment=commitment,
        organisation=assessor,
        finding=Assessment.Finding.COMPLETE,
        assessed_on=date(2025, 6, 1),
    )
    make_offer(commitment=commitment, organisation=make_organisation(name="Example Nurses"))
    make_milestone(commitment=commitment, title="Curriculum", reached_on=date(2026, 2, 27))
    make_milestone(commitment=commitment, title="Not reached")
    late = make_commitment(meeting, text="Print leaflets.", recorded_at=at(5))
    assert sorted(lines(latest_changes(at(1) - timedelta(days=9), END))) == [
        ("assessment", "Finding", "Limited", "Complete"),
        ("assessment", "Finding", "Not assessed yet", "Limited"),
        ("commitment", "Commitment", "", "Print leaflets."),
        ("joined", "Party", "", "Example Nurses"),
        ("milestone", "Curriculum", "due 1 May 2026", "reached 27 February 2026"),
        ("response", "Answer", "No answer yet", "Noted"),
        ("response", "Answer", "Noted", "Supported in part"),
        ("statement", "Statement", "", "Outcome statement"),
    ]
    [recorded] = [row for row in latest_changes(at(1), END) if row.kind == ChangeKind.COMMITMENT]
    assert (recorded.at, recorded.url) == (at(5), late.get_absolute_url())


def test_reached_milestone_is_logged_once(meeting: Event) -> None:
    milestone = make_milestone(commitment=make_commitment(meeting, recorded_at=ALWAYS))
    settle(milestone)
    correct(milestone, at(1), reached_on=date(2026, 2, 1))
    correct(milestone, at(2), title="Curriculum for nurses is written")
    correct(milestone, at(3), reached_on=date(2026, 2, 2))
    found = latest_changes(at(1), END)
    assert lines(found) == [
        (
            "correction",
            "milestone “Curriculum for nurses is written”, description",
            "Curriculum is written",
            "Curriculum for nurses is written",
        ),
        (
            "milestone",
            "Curriculum for nurses is written",
            "due 1 May 2026",
            "reached 2 February 2026",
        ),
    ]
    assert [row.at for row in found] == [at(2), at(1)]


def test_correction_entry_lists_each_changed_field(meeting: Event) -> None:
    statement = make_statement(meeting, introduction="Sixty took part.")
    point = statement.outcomes.points()[0]
    commitment = make_commitment(meeting, text="Train officers.", recorded_at=ALWAYS)
    office = make_organisation(name="Example Ofice", country="TH")
    make_role(meeting, organisation=office, recorded_at=ALWAYS)
    point.save()
    for row in (statement, *statement.outcomes.all(), commitment, office):
        settle(row)
    point.refresh_from_db()
    correct(meeting, at(1), city="Bangkok")
    correct(statement, at(2), introduction="Sixteen took part.")
    correct(point, at(3), text="share what works")
    correct(commitment, at(4), text="Train all officers.", due_on=date(2027, 1, 1))
    correct(commitment, at(5), is_open=True)  # no text
    correct(office, at(6), name="Example Office", role_mailbox="new@example.org")
    before = point.history.order_by("history_date")[0].text
    assert lines(latest_changes(ALWAYS + timedelta(days=1), END)) == [
        ("correction", "name", "Example Ofice", "Example Office"),
        ("correction", "text", "Train officers.", "Train all officers."),
        ("correction", "due", "no due date", "1 January 2027"),
        ("correction", "text", before, "share what works"),
        ("correction", "introduction", "Sixty took part.", "Sixteen took part."),
        ("statement", "Statement", "", "Outcome statement"),
        ("correction", "city", "", "Bangkok"),
    ]
    # Two fields were corrected at once, and what has no text is no change.
    assert change_log(ALWAYS + timedelta(days=1), END).count() == 6


CITED: dict[str, Callable[[], Any]] = {
    "ROUNDTABLES": lambda: make_event(ends_on=date(2031, 2, 1)),
    "STATEMENTS": make_statement,
    "POINTS": lambda: make_statement().outcomes.points()[0],
    "LEAD_INS": lambda: make_statement().outcomes.lead_ins()[0],
    "COMMITMENTS": lambda: make_commitment(consent="Letter of 4 March", source_dated_on=NOON),
    "MILESTONES": make_milestone,
    "ORGANISATIONS": lambda: make_role(make_event(), recorded_at=ALWAYS).organisation,
}


@pytest.mark.parametrize("table", CITED)
def test_log_has_corrections_of_each_column_that_is_cited(table: str) -> None:
    dataset, row = getattr(tables, table), CITED[table]()
    row.save()
    for model in (Event, Statement, Outcome, Commitment, Milestone, Organisation):
        add_versions(model._default_manager.all())
        settle(model)
    for number, name in enumerate(dataset.wordings, 1):
        correct(row, at(number), **{name: other_value(row, name)})
        found = latest_changes(at(number), at(number) + timedelta(minutes=1))
        [change] = [one for one in found if one.kind == ChangeKind.CORRECTION]
        assert change.field.endswith(str(row._meta.get_field(name).verbose_name))
        assert "None" not in (change.before, change.after), name


def test_unpublished_text_is_not_shown_as_before(meeting: Event) -> None:
    """Each was written while it was hidden, corrected, and published after that."""
    hidden = make_event(is_public=False, title="zq-draft")
    settle(hidden)
    correct(hidden, at(1), title="Corrected in private")
    commitment = make_commitment(hidden, text="zq-draft", recorded_at=ALWAYS)
    settle(commitment)
    correct(commitment, at(1), text="Corrected in private")
    office = make_organisation(name="zq-draft")
    settle(office)
    make_role(hidden, organisation=office, recorded_at=ALWAYS)
    correct(office, at(1), name="Corrected in private")
    statement: Any = make_statement(meeting, published=False, title="zq-draft")
    point = make_outcome(statement, parent=statement.outcomes.get(parent=None), text="zq-draft")
    settle(statement)
    settle(point)
    correct(statement, at(1), title="Corrected in private")
    correct(point, at(1), text="Corrected in private")
    later = make_organisation(name="zq-draft")
    settle(later)
    correct(later, at(1), name="Corrected in private")
    make_role(meeting, organisation=later, recorded_at=at(2))
    # Now all of it goes public; what is corrected right after publication was never read before.
    correct(hidden, at(2), is_public=True)
    correct(commitment, at(2) + timedelta(seconds=2), text="Corrected at once")
    statement.refresh_from_db()
    statement._history_date = at(2)
    statement.publish(NOON)
    statement.outcomes.model.history.filter(statement=statement, history_date__gt=at(3)).update(
        history_date=at(2)
    )
    assert [row for row in latest_changes(at(1), END) if row.kind == ChangeKind.CORRECTION] == []
    # From then on corrections are public.
    correct(commitment, at(4), text="Corrected in public")
    point = Outcome.objects.get(pk=point.pk)
    correct(point, at(4), text="Corrected in public")
    correct(office, at(4), name="Corrected in public")
    assert sorted(
        (row.before, row.after)
        for row in latest_changes(at(1), END)
        if row.kind == ChangeKind.CORRECTION
    ) == [
        ("Corrected at once", "Corrected in public"),
        ("Corrected in private", "Corrected in public"),
        ("Corrected in private", "Corrected in public"),
    ]


def test_correction_made_while_hidden_is_not_logged(meeting: Event) -> None:
    commitment = make_commitment(meeting, text="First.", recorded_at=ALWAYS)
    settle(commitment)
    correct(meeting, at(1, 10), is_public=False)
    correct(commitment, at(1, 11), text="zq-hidden")
    correct(commitment, at(1, 12), text="Second.")
    correct(meeting, at(1, 13), is_public=True)
    found = [row for row in latest_changes(at(1), END) if row.kind == ChangeKind.CORRECTION]
    assert lines(found) == []


def test_records_not_public_today_are_not_logged() -> None:
    hidden = make_event(is_public=False)
    commitment = make_commitment(hidden, recorded_at=at(1))
    make_update(commitment)
    make_assessment(commitment=commitment)
    make_milestone(commitment=commitment, reached_on=date(2026, 2, 1))
    public = make_commitment(make_event(), recorded_at=ALWAYS)
    update = make_update(public, approved=False)
    update.submit(at=NOON)
    make_assessment(commitment=public, approved=False)
    make_response(approved=False)
    make_statement(hidden)
    make_statement(make_event(), published=False)
    found = latest_changes(ALWAYS + timedelta(days=1), END)
    assert [row for row in found if row.kind != ChangeKind.STATEMENT] == []
    # That of the answer that no one approved.
    assert [row.url for row in found] == [
        Response.objects.get().outcome.statement.event.get_absolute_url()
    ]


def test_log_is_limited_to_one_object(meeting: Event) -> None:
    theme = make_theme()
    point = make_recommendation(event=meeting)
    point.themes.add(theme)
    organisation = point.addressed_organisations()[0]
    response = make_response(outcome=point)
    under = make_commitment(meeting, recorded_at=ALWAYS)
    under.outcomes.add(point)
    make_update(under, party=make_party(under, organisation=organisation))
    other = make_commitment(make_event(), recorded_at=ALWAYS)
    make_update(other)
    make_assessment(commitment=other, organisation=organisation)

    def of(about: Any) -> list[str]:
        return sorted(row.kind for row in latest_changes(at(1), END, about))

    assert of(meeting) == ["response", "statement", "update"]
    assert of(theme) == of(point) == of(point.parent) == ["response", "update"]
    assert of(under) == ["update"]
    assert of(other) == ["assessment", "update"]
    assert of(organisation) == ["assessment", "response", "update"]
    assert of(make_theme()) == of(make_event()) == of(make_organisation()) == []
    assert response.outcome == point


def test_hidden_previous_text_is_absent_from_log(meeting: Event) -> None:
    commitment: Any = make_commitment(meeting, text="Train officers.", recorded_at=ALWAYS)
    settle(commitment)
    correct(commitment, at(5), text="Train officers with Maria.")
    commitment._change_reason = "taken out"
    correct(commitment, at(6), text="Train officers with survivors.")
    redact_words(Commitment, commitment.pk, all_words=False)
    commitment._change_reason = None
    correct(commitment, at(7), text="Train all officers.")
    assert lines(latest_changes(at(1), at(8))) == [
        ("correction", "text", "Train officers with survivors.", "Train all officers."),
        ("correction", "text", "(deleted)", "Train officers with survivors."),
        ("correction", "text", "Train officers.", "(deleted)"),
    ]
