"""Progress reports are imported in bulk, as if each had been submitted alone."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from outcomes.imports.preview import import_workbook
from outcomes.imports.records.errors import FileRejectedError
from outcomes.imports.records.results import ImportReport
from outcomes.models import EditorialState, ProgressUpdate
from participants.models import User
from participants.permissions import permissions_of
from roundtable.models import Event
from tests.factories import NOON, make_holder
from tests.fixture_types import Deliver
from tests.roundtable_files import parse_workbook

pytestmark = pytest.mark.django_db
HEADING = "Reference,Party,Reported on,Status,Text,Source,Has no personal details\n"


@pytest.fixture
def editor(event: Event) -> User:
    return make_holder(event, role="editor")


def import_reports(event: Event, user: User, number: int, text: str = "Trained") -> ImportReport:
    """Imports reports of one party, each of another day."""
    commitment = event.commitments.get(reference="RT2024-C2")
    party = commitment.parties.get()
    slug = party.organisation.slug if party.organisation else ""
    days = [date(2025, 1, 1) + timedelta(days=day) for day in range(number)]
    rows = [f"RT2024-C2,{slug},{day},in-progress,{text} {day},Website,yes\n" for day in days]
    parsed = parse_workbook((HEADING + "".join(rows)).encode(), event=event)
    permissions = permissions_of(user, NOON.date())
    return import_workbook(parsed, by=permissions, at=NOON)


def test_number_of_queries_is_independent_of_reports(event: Event, editor: User) -> None:
    counts = []
    for number, text in ((2, "Trained"), (12, "Trained"), (2, "Learned"), (12, "Learned")):
        if text == "Trained":
            ProgressUpdate.objects.filter(commitment__reference="RT2024-C2").delete()
        with CaptureQueriesContext(connection) as queries:
            import_reports(event, editor, number, text)
        counts.append(len(queries))
    assert counts[0] == counts[1]
    # These change two reports, and then the ten others.
    assert counts[2] == counts[3]


def test_imported_reports_are_submitted(event: Event, editor: User) -> None:
    report = import_reports(event, editor, 3)
    assert report.added == 3
    rows = ProgressUpdate.objects.filter(commitment__reference="RT2024-C2").order_by("reported_on")
    assert [(row.text, row.state, row.revision) for row in rows] == [
        ("Trained 2025-01-01", EditorialState.SUBMITTED, 1),
        ("Trained 2025-01-02", EditorialState.SUBMITTED, 1),
        ("Trained 2025-01-03", EditorialState.SUBMITTED, 1),
    ]
    ids = [row.pk for row in rows]
    assert all(list(row.edited_by.all()) == [editor] for row in rows)
    assert {(row.author, row.submitted_at, row.reported_by) for row in rows} == {
        (editor, NOON, "recorded")
    }
    rows.update(state=EditorialState.CHANGE_REQUESTED, note="Shorten it.", obstacles="Rain.")
    report = import_reports(event, editor, 3, text="Learned")
    assert (report.added, report.changed) == (0, 3)
    assert [row.pk for row in rows.all()] == ids
    assert {(row.state, row.revision, row.obstacles) for row in rows.all()} == {
        (EditorialState.SUBMITTED, 2, "Rain.")
    }
    assert rows.all()[2].text == "Learned 2025-01-03"


def test_invalid_report_stores_none(event: Event, editor: User) -> None:
    before = ProgressUpdate.objects.count()
    with pytest.raises(FileRejectedError):
        import_reports(event, editor, 3, text=" " * 3 + "x" * 20_001)
    assert ProgressUpdate.objects.count() == before


@pytest.mark.usefixtures("cochair")
def test_no_email_is_sent_about_imported_reports(
    event: Event, editor: User, deliver: Deliver
) -> None:
    import_reports(event, editor, 3)
    assert deliver() == []
