"""A row of a tracker is a commitment and a report on it, with status, day and source."""

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from outcomes.models import Commitment, EditorialState, ProgressUpdate, Upload
from outcomes.reporting.publication import publish
from participants.models import User
from roundtable.models import Event
from tests.decide import waiting
from tests.factories import compare_with_source, make_holder, make_organisation
from tests.fixture_types import Sign
from tests.import_pages import (
    admin_text,
    check_list,
    csv,
    import_list,
    list_fields,
    preview_file,
)
from tests.outcomes.imports.test_undo import kept_rows, undo_newest
from tests.page_text import page_text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("recorded_templates")]
HEADINGS = "No;Commitment;Lead;Status;Progress"
ROWS = (
    "P-1;Train officers.;Port Authority;Completed;40 officers trained",
    "P-2;Open a line.;Harbour Clinic;Ongoing;",
    "P-3;Publish a guide.;Port Authority;;",
)
ANSWERS = {
    "all.report.reported_on": "2025-06-01",
    "all.report.has_no_personal_details": "yes",
    "source": "https://example.org/tracker.csv",
}


@pytest.fixture
def browser(client_of: Sign, editor: User) -> Client:
    return client_of(editor)


def answer_words(answer: Any, **words: str) -> dict[str, str]:
    fields = {field.label: field.html_name for field in answer.context["form"]}
    return {fields[word]: choice for word, choice in words.items()}


def preview_tracker(browser: Client, talk: Event, *rows: str, **answers: str) -> Any:
    answer = preview_file(browser, csv(HEADINGS, *(rows or ROWS)), talk, name="list.csv")
    answer = check_list(browser, answer, **ANSWERS | answers)
    given = {"Completed": "fulfilled", "Ongoing": "in-progress", "Dropped": "closed"}
    asked = {question["word"] for question in answer.context["words"]}
    open_words = {word: choice for word, choice in given.items() if word in asked}
    return check_list(browser, answer, **answer_words(answer, **open_words) | answers)


def import_tracker(browser: Client, talk: Event, *rows: str, **answers: str) -> None:
    import_list(browser, preview_tracker(browser, talk, *rows, **answers))
    assert Upload.objects.latest("pk").state == Upload.State.DONE


def reports() -> list[tuple[str, str, str, date, str, str]]:
    rows = ProgressUpdate.objects.filter(commitment__text__in=["Train officers.", "Open a line."])
    return [
        (
            row.commitment.text,
            str(row.party.organisation),
            row.status,
            row.reported_on,
            row.text,
            row.source,
        )
        for row in rows.order_by("commitment__reference", "reported_on")
    ]


def test_page_asks_for_day_and_check(browser: Client, talk: Event) -> None:
    answer = preview_file(browser, csv(HEADINGS, *ROWS), talk)
    fields = list_fields(answer)
    assert [fields[f"column{n}"] for n in range(5)] == [
        *("row_key", "text", "leads", "report.status", "report.text")
    ]
    assert answer.context["missing"] == ["Reports name no person and no shelter", "Report: as of"]
    answer = check_list(browser, answer, **ANSWERS)
    said = admin_text(answer)
    assert "“Completed” under Report: status, in 1 row" in said
    assert "3 rows: 1 to add" in said  # the row without a status


def test_status_published_is_no_report(browser: Client, talk: Event) -> None:
    rows = ("Commitment;Lead;Status", "Train officers.;port;Published")
    answer = preview_file(browser, csv(*rows), talk)
    assert list_fields(answer)["column2"] == ""
    assert "1 row: 1 to add" in admin_text(answer)


def test_report_waits_for_its_commitment(browser: Client, talk: Event, client_of: Sign) -> None:
    import_tracker(browser, talk)
    address = ANSWERS["source"]
    day = date(2025, 6, 1)
    assert reports() == [
        ("Train officers.", "Port Authority", "fulfilled", day, "40 officers trained", address),
        ("Open a line.", "Harbour Clinic", "in-progress", day, "Ongoing", address),
    ]
    rows = ProgressUpdate.objects.filter(commitment__text="Train officers.")
    report = rows.get()
    assert report.state == EditorialState.SUBMITTED and report.reported_by == "recorded"
    assert [*report.edited_by.all()] == [Upload.objects.get().user]
    other = client_of(make_holder(talk, on_behalf_of=make_organisation()))
    assert "Reports" not in waiting(other)
    compare_with_source(report.commitment)
    publish(Commitment.objects.get(pk=report.commitment_id), at=timezone.now())
    assert waiting(other)["Reports"] == 1
    page = f"/admin/outcomes/progressupdate/{report.pk}/review/"
    assert "40 officers trained" in page_text(other.get(page))


def test_next_list_adds_only_what_changed(browser: Client, talk: Event) -> None:
    import_tracker(browser, talk)
    answer = preview_tracker(browser, talk)
    assert "3 rows: 0 to add, 0 to change, 3 as on record." in admin_text(answer)
    rows = (ROWS[0], "P-2;Open a line.;Harbour Clinic;Completed;It is open", ROWS[2])
    later = {"all.report.reported_on": "2026-02-01"}
    answer = preview_tracker(browser, talk, *rows, **later)
    assert "3 rows: 0 to add, 2 to change, 1 as on record." in admin_text(answer)
    import_list(browser, answer)
    assert [row[2:5] for row in reports()] == [
        ("fulfilled", date(2025, 6, 1), "40 officers trained"),
        ("fulfilled", date(2026, 2, 1), "40 officers trained"),
        ("in-progress", date(2025, 6, 1), "Ongoing"),
        ("fulfilled", date(2026, 2, 1), "It is open"),
    ]


def test_undo_takes_reports_and_commitments_back(browser: Client, talk: Event) -> None:
    before = kept_rows()
    import_tracker(browser, talk, recipe_name="")
    assert ProgressUpdate.objects.filter(commitment__text="Open a line.").exists()
    assert "What stays" not in undo_newest(browser)
    assert kept_rows() == before


def test_ended_commitment_keeps_the_words_of_the_list(browser: Client, talk: Event) -> None:
    import_tracker(browser, talk, "P-1;Train officers.;port;Dropped;No money")
    row = ProgressUpdate.objects.get(commitment__text="Train officers.")
    assert (row.status, row.reason) == ("closed", "No money")


def test_row_with_status_and_no_lead_stays(browser: Client, talk: Event) -> None:
    answer = preview_tracker(browser, talk, ROWS[0], "P-9;Meet.;;Completed;")
    said = admin_text(answer)
    assert "A report needs an organisation that leads the commitment." in said
    assert "2 rows: 1 to add" in said


def test_new_lead_and_its_status_come_together(browser: Client, talk: Event) -> None:
    rows = ("P-1;Train officers.;Ministry of Labour;Completed;", "P-2;Open a line.;port;Ongoing;")
    import_tracker(browser, talk, *rows, rest="new", rest_kind="government")
    assert [row[:3] for row in reports()] == [
        ("Train officers.", "Ministry of Labour", "fulfilled"),
        ("Open a line.", "Port Authority", "in-progress"),
    ]
