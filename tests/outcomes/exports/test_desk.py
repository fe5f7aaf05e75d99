"""Exports at the desk: the columns of the public files, of the rows that a co-chair sees."""

import csv
from datetime import date
from io import BytesIO, StringIO
from typing import Any

import pytest
import time_machine
from django.test import Client
from openpyxl import load_workbook

from participants.models import User
from roundtable.models import Event
from tests.factories import (
    NOON,
    make_commitment,
    make_event,
    make_grant,
    make_organisation,
    make_party,
    make_role,
    make_user,
)
from tests.fixture_types import Sign

pytestmark = [pytest.mark.django_db, pytest.mark.each_database]
CSV, XLSX = "0", "1"


@pytest.fixture
def cochair() -> User:
    """Of one roundtable; there is another one."""
    event = make_event(code="OWN", slug="own", starts_on=date(2024, 5, 14))
    shown = make_commitment(event, reference="OWN-C1", text="=1+1", is_open=True)
    office = make_organisation(slug="office", name="Office", role_mailbox="desk@example.org")
    make_role(event, organisation=office)
    make_party(shown, organisation=office)
    make_commitment(event, reference="OWN-C2", text="Later.", state="draft")
    make_commitment(make_event(code="OTHER"), reference="OTHER-C1", text="Zqhidden", state="draft")
    user = make_user("cochair@example.org")
    make_grant(user, event)
    return user


def export(browser: Client, model: str, kind: str) -> Any:
    with time_machine.travel(NOON, tick=False):
        answer = browser.post(f"/admin/{model}/export/", {"format": kind, "resource": ""})
    assert answer.status_code == 200, answer.content[:2000]
    return answer


def rows_of(answer: Any) -> list[dict[str, str]]:
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.content.startswith("\ufeff".encode())
    return list(csv.DictReader(StringIO(answer.content.decode("utf-8-sig"))))


def test_commitments_have_the_columns_of_the_public_file(client_of: Sign, cochair: User) -> None:
    browser = client_of(cochair)
    rows = rows_of(export(browser, "outcomes/commitment", CSV))
    public = Client().get("/commitments.csv").content.decode("utf-8-sig")
    [header, *_rest] = csv.reader(StringIO(public))
    assert [*rows[0]] == [*header[:-2], "state", "exported_on"]
    shown, draft = sorted(rows, key=lambda row: row["reference"])
    assert (draft["reference"], draft["state"]) == ("OWN-C2", "draft")
    assert (shown["text"], shown["is_open"], shown["parties"]) == ("'=1+1", "yes", "Office")
    assert (shown["roundtable"], shown["status"], shown["state"]) == ("own", "no-update", "public")
    assert shown["url"] == "https://portal.example.org/commitments/own-c1/"
    assert shown["exported_on"] == "2026-03-02"


def test_workbook_has_formulas_as_text(client_of: Sign, cochair: User) -> None:
    answer = export(client_of(cochair), "outcomes/commitment", XLSX)
    sheet: Any = load_workbook(BytesIO(answer.content)).active
    header, *rows = sheet.iter_rows(values_only=True)
    found = [dict(zip(header, row, strict=True)) for row in rows]
    assert {row["reference"]: row["text"] for row in found} == {
        "OWN-C1": "=1+1",
        "OWN-C2": "Later.",
    }
    assert "f" not in {cell.data_type for row in sheet.iter_rows() for cell in row}


def test_organisations_have_their_mailbox_too(client_of: Sign, cochair: User) -> None:
    rows = rows_of(export(client_of(cochair), "participants/organisation", CSV))
    [office] = [row for row in rows if row["slug"] == "office"]
    assert office["role_mailbox"] == "desk@example.org"
    assert office["roundtables"] == "own participant"
    assert "role_mailbox" not in Client().get("/organisations.csv").content.decode()


def test_export_takes_as_many_queries_with_more_rows(
    client_of: Sign, cochair: User, django_assert_max_num_queries: Any
) -> None:
    browser = client_of(cochair)
    event = Event.objects.get(code="OWN")
    for number in range(10, 60):
        make_party(make_commitment(event, reference=f"OWN-C{number}"))
    with django_assert_max_num_queries(40):
        assert len(rows_of(export(browser, "outcomes/commitment", CSV))) == 52
