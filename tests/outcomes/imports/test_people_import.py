"""A workbook imports delegates and updates. It confirms, merges and publishes nothing."""

from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.timezone import now
from lxml import html
from openpyxl import load_workbook

from outcomes.imports import preview
from outcomes.imports.records.results import RowResult
from outcomes.imports.records.snapshot import event_content
from outcomes.imports.storage import read_json
from outcomes.imports.workbook import export
from outcomes.models import ProgressUpdate, Upload
from participants.models import (
    Affiliation,
    Delegate,
    HandleRedirect,
    Organisation,
    Participation,
    SlugRedirect,
    User,
)
from participants.permissions import permissions_of
from participants.privacy import access_log
from roundtable.audit.log import get_or_create_key
from roundtable.audit.verify import find_log_faults
from roundtable.models import AuditEntry, Event
from tests.decide import waiting
from tests.factories import (
    NOON,
    hold_list,
    make_affiliation,
    make_channel,
    make_confirmation,
    make_delegate,
    make_document,
    make_event,
    make_grant,
    make_holder,
    make_organisation,
    make_participation,
    make_update,
    make_user,
)
from tests.fixture_types import Deliver, Sign
from tests.import_pages import (
    admin_text,
    confirm_import,
    press_button,
    preview_file,
    run_import_worker,
)
from tests.page_text import page_html
from tests.roundtable_files import (
    database_rows,
    load_roundtable,
    open_workbook,
    parse_workbook,
    rejection_messages,
)

pytestmark = pytest.mark.django_db


def seat(event: Event, **fields: Any) -> Delegate:
    """Takes part for the Port Authority, and has never signed in."""
    confirmed = fields.pop("confirmed", True)
    person = make_delegate(**{"user": None} | fields)
    port = Organisation.objects.get(slug="port")
    given = {"organisation": port, "capacity": "head of delegation"}
    make_participation(person, event, confirmed=confirmed, **given)
    return person


def book_of(event: Event, sheet: str, rows: list[dict[str, Any]], *, people: bool = True) -> bytes:
    """The workbook of a roundtable with more rows on one sheet, each cell by its heading."""
    book = open_workbook(event_content(event, people=Delegate.objects.all() if people else None))
    page = book[sheet]
    headings = {str(cell.value): cell.column for cell in page[1]}
    for values in rows:
        at = values.pop("row", page.max_row + 1)
        for heading, value in values.items():
            page.cell(at, headings[heading]).value = value
    stored = BytesIO()
    book.save(stored)
    return stored.getvalue()


def send_without_button(browser: Client, answer: Any, act: str, **sent: str) -> Any:
    """Sends what no button of this page sends; the page after the worker was there."""
    response = browser.post(answer.wsgi_request.path, {"act": act, **sent})
    assert response.status_code == 302
    run_import_worker()
    return browser.get(response["Location"])


def test_posts_round_trip(browser: Client, talk: Event) -> None:
    person = seat(talk)
    person.participations.update(capacity="head  of\u00a0delegation")
    port = Organisation.objects.get(slug="port")
    make_affiliation(person, organisation=port, post="หัวหน้า\u200bฝ่าย  \u00adA")
    answer = preview_file(browser, book_of(talk, "Delegates", []))
    assert "The portal already has everything in this file." in admin_text(answer)
    row = {"Name": "Rita Sen", "Organisation": "port", "Post": "Head\nof Unit"}
    answer = preview_file(browser, book_of(talk, "Delegates", [row]))
    assert "Post: Head of Unit" in admin_text(answer)


def test_new_delegate_is_unconfirmed_and_unlisted(
    client_of: Sign, operator: User, talk: Event
) -> None:
    somchai = {
        "Name": "สมชาย ใจดี",
        "Name latin": "Somchai Jaidee",
        "Organisation": "port",
        "Capacity": "adviser",
        "Post": "Head of Protection",
        "Invitation email": "somchai@example.org",
    }
    rita = {"Name": "Rita Sen", "Organisation": "harbour CLINIC"}
    content = book_of(talk, "Delegates", [somchai, rita])
    browser = client_of(operator)
    before = database_rows()
    answer = preview_file(browser, content)
    said = admin_text(answer)
    assert "To add: 2. To change: 0." in said
    assert "Delegates, row 2 To add: สมชาย ใจดี Name: สมชาย ใจดี" in said
    assert database_rows() == before
    confirm_import(browser, answer)
    part = Participation.objects.get(delegate__name="สมชาย ใจดี")
    person = part.delegate
    assert (part.confirmed_at, person.user, person.listed_to) == (None, None, "only_me")
    assert (part.organisation.slug, part.capacity) == ("port", "adviser")
    assert (person.name_latin, person.invitation_email) == ("Somchai Jaidee", "somchai@example.org")
    assert Affiliation.objects.get().post == "Head of Protection"
    entry = AuditEntry.objects.get(action="add delegate", subject=get_or_create_key(person))
    assert (entry.actor, entry.detail) == (get_or_create_key(operator), "TALK1")
    assert AuditEntry.objects.filter(action="add delegate").count() == 2
    assert list(find_log_faults()) == []
    assert Participation.objects.get(delegate__name="Rita Sen").organisation.slug == "harbour"
    # Downloaded with them and imported again, it changes nothing.
    cochair = make_holder(talk)
    hold_list(cochair, talk)
    browser = client_of(cochair)
    again = browser.post(f"/admin/roundtable/event/{talk.pk}/workbook/people/").content
    said = admin_text(preview_file(browser, again))
    assert "The portal already has everything in this file." in said


def test_rows_about_a_joined_person_are_only_proposed(
    browser: Client, talk: Event, deliver: Deliver
) -> None:
    person = seat(talk, name="Rita Sen", name_latin="Rita", user=make_user("rita@example.org"))
    part = person.participations.get()
    work = make_affiliation(person, organisation=part.organisation, post="Clerk")
    row = {"Handle": person.handle, "Name": "Rita Sen", "Name latin": "Rita Senn"}
    row |= {"Organisation": part.organisation.slug, "Post": "Informant"}
    answer = preview_file(browser, book_of(talk, "Delegates", [row], people=False))
    assert admin_text(answer).count("It counts once the person accepts it.") == 2
    assert not person.proposals.exists()
    confirm_import(browser, answer)
    person.refresh_from_db()
    work.refresh_from_db()
    assert (person.name_latin, work.post) == ("Rita", "Clerk")
    assert sorted(person.proposals.values_list("kind", "name_latin", "post")) == [
        ("name_latin", "Rita Senn", ""),
        ("workplace", "", "Informant"),
    ]
    assert person.proposals.get(kind="workplace").affiliation == work
    assert [email.to for email in deliver()] == [["rita@example.org"]]


def test_new_workplace_of_a_joined_person_is_only_proposed(browser: Client, talk: Event) -> None:
    address = "rita@example.org"
    person = seat(talk, name="Rita Sen", user=make_user(address), invitation_email=address)
    rita = {"Name": "Rita Sen", "Invitation email": address}
    rows = [
        {**rita, "Organisation": "port"},
        {**rita, "Organisation": "harbour", "Post": "Informant"},
    ]
    answer = preview_file(browser, book_of(talk, "Delegates", rows, people=False))
    same = press_button(browser, answer, "preview", **{"answer.*": "same"})
    confirm_import(browser, same)
    assert not person.affiliations.exists()
    assert sorted(person.proposals.values_list("organisation__slug", "post")) == [
        ("harbour", "Informant"),
        ("port", ""),
    ]


def test_people_workbook_has_no_addresses_and_is_logged(
    client_of: Sign, operator: User, talk: Event
) -> None:
    person = seat(talk, name="Rita Sen", invitation_email="rita@example.org")
    make_channel(person, value="rita.channel@example.org")
    make_affiliation(person, organisation=Organisation.objects.get(slug="port"), post="Clerk")
    cochair, editor = make_user(), make_user()
    make_grant(cochair, talk, on_behalf_of=make_organisation())
    make_grant(editor, talk, role="editor")
    address = f"/admin/roundtable/event/{talk.pk}/workbook/people/"
    assert client_of(editor).get(address).status_code == 403
    assert client_of(editor).post(address).status_code == 403
    # No one downloads it alone: two people must request it, as for the list of participants.
    for user in (cochair, make_user(is_superuser=True)):
        page = client_of(user).get(address)
        main = html.fromstring(page.content).get_element_by_id("content-main")
        ways = [link.get("href") for link in main.iter("a")]
        assert (reverse("admin:participants_participantlist_add") in ways) == (user == cochair)
        assert {client_of(user).get(way).status_code for way in ways} == {200}
        assert "A co-chair for another organisation must agree." in admin_text(page)
        assert client_of(user).post(address).status_code == 403
    hold_list(cochair, talk)
    protected = seat(talk, name="Zq Protected")
    protected.participations.update(is_protected_from_desk=True)
    page = client_of(cochair).get(address)
    assert "The workbook names 1 person, with organisation" in admin_text(page)
    assert not AuditEntry.objects.filter(action="export").exists()
    content = client_of(cochair).post(address).content
    page = load_workbook(BytesIO(content))["Delegates"]
    assert page.max_row == 2
    assert [cell.value for cell in page[2]] == [
        *(person.handle, "Rita Sen", None, "port", "head of delegation", "Clerk", None, None, None)
    ]
    assert AuditEntry.objects.get(action="export").subject == get_or_create_key(person)
    (look,) = access_log.describe_entries(access_log.access_entries(person), person)
    assert (look.is_by_cochair, look.purpose) == (True, "Badges")
    plain = client_of(editor).get(f"/admin/roundtable/event/{talk.pk}/workbook/").content
    assert load_workbook(BytesIO(plain))["Delegates"].max_row == 1


def test_existing_delegate_is_matched_by_handle(browser: Client, talk: Event) -> None:
    person = seat(talk, name="Rita Sen", invitation_email="rita@example.org")
    content = book_of(talk, "Delegates", [{"row": 2, "Name": "Rita Sén", "Post": "Clerk"}])
    answer = preview_file(browser, content)
    assert "Name: <del>Rita Sen</del> <ins>Rita Sén</ins>" in page_html(answer)
    confirm_import(browser, answer)
    person.refresh_from_db()
    assert (person.name, person.invitation_email) == ("Rita Sén", "rita@example.org")
    assert Affiliation.objects.get().post == "Clerk"
    assert Participation.objects.get().confirmed_at is not None
    assert AuditEntry.objects.get(subject=get_or_create_key(person)).action == "change delegate"


def test_preview_says_what_must_be_confirmed_again(browser: Client, talk: Event) -> None:
    person = seat(talk, name="Rita Sen")
    make_confirmation(person.participations.get(), make_user())
    again = "After this change, the participation must be confirmed again."
    answer = preview_file(browser, book_of(talk, "Delegates", [{"row": 2, "Post": "Clerk"}]))
    assert again not in admin_text(answer)
    answer = preview_file(browser, book_of(talk, "Delegates", [{"row": 2, "Name": "Rita Sén"}]))
    assert f"Delegates, row 2: {again}" in admin_text(answer)
    confirm_import(browser, answer)
    assert person.participations.get().confirmed_at is None


def test_list_of_handles_and_posts_keeps_the_rest(talk: Event, tmp_path: Path) -> None:
    person = seat(talk, name="Rita Sen")
    path = tmp_path / "list.csv"
    path.write_text(f"Handle,Post\n{person.handle},Clerk\n", "utf-8")
    assert load_roundtable(path, "TALK1").startswith("0 added, 1 changed, 0 removed")
    person.refresh_from_db()
    part = person.participations.get()
    assert (person.name, part.organisation.slug, part.capacity) == (
        "Rita Sen",
        "port",
        "head of delegation",
    )
    assert person.affiliations.get().post == "Clerk"
    path.write_text("Handle,Post\nzzzzzzzzzz,Clerk\n", "utf-8")
    assert [line.partition(". ")[0] for line in rejection_messages(path, "TALK1")] == [
        "[Delegates, row 2, Name] This is missing",
        "[Delegates, row 2, Organisation] This is missing",
    ]


def test_import_keeps_name_and_address_of_person_who_has_joined(
    browser: Client, talk: Event
) -> None:
    own = {"name": "Rita Sen", "invitation_email": "rita@example.org"}
    person = seat(talk, user=make_user(), **own)
    cells = {"row": 2, "Name": "Rob", "Invitation email": "rob@example.org", "Capacity": "adviser"}
    answer = preview_file(browser, book_of(talk, "Delegates", [cells]))
    text = admin_text(answer)
    for value in ("Rob", "rob@example.org"):
        assert f"“{value}” is not imported. This person has joined the portal, so only" in text
    confirm_import(browser, answer)
    person.refresh_from_db()
    assert (person.name, person.invitation_email) == tuple(own.values())
    part = person.participations.get()
    assert (part.capacity, part.confirmed_at is not None) == ("head of delegation", True)
    assert person.proposals.get().capacity == "adviser"


def test_merged_delegate_is_matched_by_former_handle(talk: Event, tmp_path: Path) -> None:
    person = seat(talk, name="Rita Sen")
    HandleRedirect.objects.create(handle="aaaaaaaaaa", merged_pk=0, delegate=person)
    port = Organisation.objects.get(slug="port")
    SlugRedirect.objects.create(slug="old-port", organisation=port)
    path = tmp_path / "talk.xlsx"
    path.write_bytes(book_of(talk, "Delegates", [{"row": 2, "Handle": "aaaaaaaaaa"}]))
    assert load_roundtable(path).startswith("0 added, 0 changed")
    rows = [{"Slug": "old-port", "Name": "Port Authority", "Kind": "government"}]
    path.write_bytes(book_of(talk, "Organisations", rows))
    assert rejection_messages(path) == [
        "[Organisations, row 4, Slug] This organisation was merged into another one. Write port."
    ]


@pytest.mark.parametrize(
    "cells",
    [
        {"Name": "ríta  SEN", "Organisation": "port"},
        {"Name": "R. Sen", "Organisation": "harbour", "Invitation email": "Rita@Example.org"},
    ],
)
def test_possible_duplicate_is_asked_about_and_never_merged_silently(
    browser: Client, talk: Event, cells: dict[str, str]
) -> None:
    person = seat(talk, name="Rita Sen", invitation_email="rita@example.org", confirmed=False)
    content = book_of(talk, "Delegates", [dict(cells)], people=False)
    answer = preview_file(browser, content)
    assert "1 person may already be in the portal" in admin_text(answer)
    assert "The same person as Rita Sen, Port Authority" in admin_text(answer)
    assert "Import all changes" not in answer.content.decode()
    before = database_rows()
    # Not even by a request that leaves the question out.
    digest = read_json(Upload.objects.get(), "result")["digest"]
    assert "1 person may already be in the portal" in admin_text(
        send_without_button(browser, answer, "import", digest=digest)
    )
    wrong = {"answer.delegates(#1)": make_delegate(user=None).handle}
    before = database_rows()
    again = admin_text(press_button(browser, answer, "preview", **wrong))
    assert "1 person may already be in the portal" in again
    assert database_rows() == before
    other = press_button(browser, answer, "preview", **{"answer.delegates(#1)": "new"})
    assert "To add: 1. To change: 0." in admin_text(other)
    same = press_button(browser, answer, "preview", **{"answer.delegates(#1)": person.handle})
    assert "To change: 1." in admin_text(same)
    assert database_rows() == before
    # A page of before stores nothing else than what it showed.
    late = confirm_import(browser, other)
    assert "The data changed after you opened this page." in admin_text(late)
    assert database_rows() == before
    assert "Everything is imported." in admin_text(confirm_import(browser, same))
    assert Participation.objects.count() == 1
    answer = preview_file(browser, content)
    person.refresh_from_db()
    if "may already be in the portal" in admin_text(answer):
        answer = press_button(browser, answer, "preview", **{"answer.delegates(#1)": "new"})
    confirm_import(browser, answer)
    assert Participation.objects.count() == 2


def test_people_of_other_events_are_not_revealed(browser: Client, talk: Event) -> None:
    other = make_event()
    seat(other, name="Rita Sen", invitation_email="rita@example.org")
    cells = {"Name": "Rita Sen", "Organisation": "port", "Invitation email": "rita@example.org"}
    answer = preview_file(browser, book_of(talk, "Delegates", [cells]))
    said = admin_text(answer)
    assert "To add: 1." in said and "may already be in the portal" not in said


def test_similar_rows_of_one_file_are_asked_about(browser: Client, talk: Event) -> None:
    rows = [
        {"Name": "Rita Sen", "Organisation": "port"},
        {"Name": "RITA SEN", "Organisation": "Port Authority"},
    ]
    answer = preview_file(browser, book_of(talk, "Delegates", rows))
    assert "Delegates, row 3 : RITA SEN, Port Authority" in admin_text(answer)
    assert "The same person as Rita Sen, in an earlier row" in admin_text(answer)
    same = press_button(browser, answer, "preview", **{"answer.*": "same"})
    assert "To add: 1. To change: 0. To remove: 0." in admin_text(same)
    other = press_button(browser, answer, "preview", **{"answer.*": "new"})
    assert "To add: 2." in admin_text(other)


def test_rows_of_same_person_are_combined(browser: Client, talk: Event) -> None:
    rita = {"Name": "Rita Sen", "Invitation email": "rita@example.org"}
    rows = [
        rita | {"Organisation": "port"},
        rita | {"Organisation": "harbour", "Post": "Trainer", "Name latin": "Rita"},
        rita | {"Organisation": "harbour", "Post": "Clerk", "Capacity": "adviser"},
        rita | {"Name": "R. Sen", "Organisation": "harbour", "Capacity": "observer"},
        {"Name": "Omar Said", "Organisation": "port", "Post": "Head"},
        {"Name": "Said Omar", "Organisation": "port", "Post": "Guide"},
    ]
    content = book_of(talk, "Delegates", rows)
    same = {"answer.*": "same"}
    answer = press_button(browser, preview_file(browser, content), "preview", **same)
    said = admin_text(answer)
    assert "To add: 5. To change: 0. To remove: 0." in said
    assert "Delegates, row 3 To add: Rita Sen Post: Trainer, Harbour Clinic" in said
    assert "Delegates, row 4 To add: Rita Sen Post: Clerk, Harbour Clinic" in said
    another = "is not imported. The same person has"
    assert f"Delegates, row 5, Name: “R. Sen” {another} “Rita Sen” in an earlier row." in said
    assert f"row 5, Capacity: “observer” {another} “adviser” in an earlier row." in said
    assert "Delegates, row 7 To add: Said Omar Post: Guide, Port Authority" in said
    confirm_import(browser, answer)
    part = Participation.objects.get(delegate__name="Rita Sen")
    assert (part.organisation.slug, part.capacity) == ("port", "adviser")
    assert part.delegate.name_latin == "Rita"
    work = Affiliation.objects.order_by("pk").values_list(
        "delegate__name", "organisation__slug", "post"
    )
    assert sorted(work) == [
        ("Omar Said", "port", "Guide"),
        ("Omar Said", "port", "Head"),
        ("Rita Sen", "harbour", "Clerk"),
        ("Rita Sen", "harbour", "Trainer"),
        ("Rita Sen", "port", ""),
    ]
    # The same list once more, and what is downloaded, add nothing.
    before = database_rows()
    again = press_button(browser, preview_file(browser, content), "preview", **same)
    for answer in (again, preview_file(browser, book_of(talk, "Delegates", []))):
        assert "The portal already has everything in this file." in admin_text(answer)
    assert database_rows() == before


def test_second_row_adds_affiliation(client_of: Sign, operator: User, talk: Event) -> None:
    person = seat(talk, name="Rita Sen", invitation_email="rita@example.org")
    cells = {"Name": "Rita Sen", "Invitation email": "rita@example.org"}
    rows = [cells | {"Organisation": "port"}, cells | {"Organisation": "harbour"}]
    browser = client_of(operator)
    answer = preview_file(browser, book_of(talk, "Delegates", rows, people=False))
    answer = press_button(browser, answer, "preview", **{"answer.*": "same"})
    assert "To add: 1. To change: 0." in admin_text(answer)
    confirm_import(browser, answer)
    assert Participation.objects.get().organisation.slug == "port"
    assert {row.organisation.slug for row in person.affiliations.all()} == {"port", "harbour"}
    assert AuditEntry.objects.get(action="change delegate").subject == get_or_create_key(person)
    # Users cannot add one to themselves, nor to people of roundtables that they do not edit.
    cochair = make_holder(talk)
    person.affiliations.all().delete()
    make_participation(person, seen := make_event())
    make_grant(cochair, seen, role="reader")
    browser = client_of(cochair)
    answer = preview_file(browser, book_of(talk, "Delegates", rows, people=False))
    answer = press_button(browser, answer, "preview", **{"answer.*": "same"})
    assert "Delegates, row 3, Post You cannot change this here." in admin_text(answer)


def test_unchanged_rows_need_no_query(talk: Event) -> None:
    port = Organisation.objects.get(slug="port")
    mine = permissions_of(make_holder(talk), now().date())
    assert mine
    asked = []
    for more in (1, 2):
        make_document(talk)
        for _person in range(more):
            make_affiliation(seat(talk), organisation=port, post="Clerk")
        read = parse_workbook(
            export.write_workbook(event_content(talk, people=Delegate.objects.all()))
        )
        with CaptureQueriesContext(connection) as queries:
            shown = preview.preview_import(read, by=mine, at=now())
        assert not shown.mistakes and shown.count(RowResult.CHANGED) == 0
        asked.append(len(queries))
    assert asked[0] == asked[1]


@pytest.mark.crawl
@pytest.mark.walk
def test_person_errors_name_their_cell(talk: Event, tmp_path: Path) -> None:
    person, other = seat(talk, name="Rita Sen"), make_delegate(user=None)
    other.write(erased_at=now(), name="")
    absent = "There is no such person here. Leave the cell empty for a new person."
    cases: list[tuple[dict[str, str], str]] = [
        ({"Handle": "zzzzzzzzzz"}, f"Handle] {absent}"),
        ({"Handle": other.handle}, f"Handle] {absent}"),
        (
            {"Organisation": "Port Autority"},
            "Organisation] We do not know “Port Autority” here. Did you mean “Port Authority”?",
        ),
        ({"Handle": person.handle}, f"Handle] “{person.handle}” already appears above."),
        (
            {"Invitation email": "nowhere"},
            "Invitation email] Enter a valid email address.",
        ),
        ({"Organisation": ""}, "Organisation] This cell is empty. Fill it in."),
    ]
    path = tmp_path / "talk.xlsx"
    names = ("Ana", "Ben", "Cho", "Dev", "Eva", "Fay")
    rows = [
        {"Name": name, "Organisation": "port"} | cells
        for name, (cells, _said) in zip(names, cases, strict=True)
    ]
    path.write_bytes(book_of(talk, "Delegates", rows))
    said = rejection_messages(path)
    for number, (line, (_cells, begins)) in enumerate(zip(said, cases, strict=True), start=3):
        assert line.startswith(f"[Delegates, row {number}, {begins}"), line
    path.write_bytes(book_of(talk, "Delegates", [{"Name": "RITA sen", "Organisation": "port"}]))
    (line,) = rejection_messages(path)
    assert line.startswith("[Delegates, row 3] This may be the same person as Rita Sen, Port Auth")
    assert person.handle in line and line.endswith(
        ". Write the handle of that person. Or import the file at the co-chairs' desk, which asks "
        "you."
    )


UPDATE = {
    "Reference": "TALK1-C1",
    "Party": "port",
    "Reported on": date(2025, 6, 1),
    "Status": "in-progress",
    "Text": "+ Two courses",
    "Source": "Report of the port",
    "Has no personal details": "yes",
}


def test_new_update_is_submitted_for_review(client_of: Sign, talk: Event) -> None:
    cochair = make_user(is_superuser=True)
    chair = make_user("chair@example.org")
    make_grant(chair, talk)
    browser = client_of(cochair)
    answer = preview_file(browser, book_of(talk, "Updates", [dict(UPDATE)]))
    assert "To add: 1." in admin_text(answer)
    confirm_import(browser, answer)
    update = ProgressUpdate.objects.get()
    assert (update.state, update.approved_by, update.author) == ("submitted", None, cochair)
    assert (update.text, str(update.party)) == ("+ Two courses", "Port Authority")
    assert talk.commitments.get().latest_update is None
    assert "Reports" in waiting(client_of(chair))
    book = browser.get(f"/admin/roundtable/event/{talk.pk}/workbook/").content
    assert load_workbook(BytesIO(book))["Updates"]["F2"].value is None
    said = admin_text(preview_file(browser, book))
    assert "The portal already has everything in this file." in said


def test_approved_update_is_not_changed(talk: Event, tmp_path: Path) -> None:
    party = talk.commitments.get().parties.get(organisation__slug="port")
    update = make_update(talk.commitments.get(), party=party, reported_on=date(2025, 3, 1))
    twice = make_update(talk.commitments.get(), party=party, reported_on=date(2025, 3, 1))
    make_update(talk.commitments.get(), party=party, approved=False)  # a draft is its author's
    path = tmp_path / "talk.xlsx"
    path.write_bytes(book_of(talk, "Updates", []))
    page = load_workbook(path)["Updates"]
    assert [[cell.value for cell in row[:4]] for row in page.iter_rows(min_row=2)] == [
        ["TALK1-C1", "port", page["C2"].value, None],
        ["TALK1-C1", "port", page["C2"].value, 2],
    ]
    assert load_roundtable(path).startswith("0 added, 0 changed, 0 removed")
    path.write_bytes(book_of(talk, "Updates", [{"row": 3, "Text": "Other words."}]))
    assert rejection_messages(path) == [
        "[Updates, row 3, Text] This report is checked, and everyone can read it. First ask for a "
        "change at the co-chairs' desk."
    ]
    path.write_bytes(book_of(talk, "Updates", [{"row": 2, "State": "submitted"}]))
    assert rejection_messages(path)[0].startswith(
        "[Updates, row 2, State] Reports are checked, or returned for a change"
    )
    update.refresh_from_db()
    twice.refresh_from_db()
    assert update.state == twice.state == "approved"


@pytest.mark.crawl
@pytest.mark.walk
def test_update_errors_name_their_cell(talk: Event, tmp_path: Path) -> None:
    cases: list[tuple[dict[str, Any], str]] = [
        (
            {"Has no personal details": None},
            "Has no personal details] Check that the text names no person",
        ),
        ({"Text": None}, "Text] Describe what was done."),
        (
            {"Text": "x" * 20_001},
            "Text] This text has 20001 characters. At most 20000 are possible.",
        ),
        ({"Status": "closed"}, "Reason] Explain why the commitment ends"),
        (
            {"Party": "all", "Reference": "TALK1-C9"},
            "Reference] This roundtable has no commitment “TALK1-C9”",
        ),
        ({"Party": "elsewhere"}, "Party] “elsewhere” is not a party to this commitment."),
        (
            {"Of that day": 3},
            "Of that day] There are fewer reports from this party on that day. Write 1.",
        ),
        ({"State": "approved"}, "State] This report is new. Someone must"),
        ({"Reported on": date(2020, 1, 1)}, "Reported on] The roundtable began"),
        ({"Completion": 30}, "Completion] Value 30 is not a valid choice."),
    ]
    days = (date(2025, 6, number) for number in range(1, 11))
    rows = [
        UPDATE | {"Reported on": day} | cells
        for day, (cells, _said) in zip(days, cases, strict=True)
    ]
    path = tmp_path / "talk.xlsx"
    path.write_bytes(book_of(talk, "Updates", rows))
    said = rejection_messages(path)
    for number, (_cells, sentence) in enumerate(cases, start=2):
        assert any(line.startswith(f"[Updates, row {number}, {sentence}") for line in said), said


def test_family_name_first_is_matched(browser: Client, talk: Event) -> None:
    seat(talk, name="Rita Sen")
    names = ("SEN, Rita", "Sen Rita", "Ms Rita Sen", "rita  sén")
    rows = [{"Name": name, "Organisation": "port"} for name in names]
    answer = preview_file(browser, book_of(talk, "Delegates", rows, people=False))
    assert "4 people may already be in the portal" in admin_text(answer)
    assert admin_text(answer).count("The same person as Rita Sen, Port Authority") == 4


def test_profile_hidden_during_import_stays_hidden(talk: Event, tmp_path: Path) -> None:
    """A file that was read before a person hid only proposes the other name."""
    person = seat(talk, name="Rita Sen", user=make_user(), consented_at=NOON, listed_to="everyone")
    book = book_of(talk, "Delegates", [{"row": 2, "Name latin": "Rita S"}])
    path = tmp_path / "talk.xlsx"
    path.write_bytes(book)
    clean = Delegate.clean

    def hide(row: Delegate) -> None:  # in the middle of it
        Delegate.objects.filter(pk=row.pk).update(listed_to="only_me", hidden_at=NOON)
        clean(row)

    with patch.object(Delegate, "clean", hide):
        load_roundtable(path)
    person.refresh_from_db()
    assert (person.name_latin, person.listed_to, person.hidden_at) == ("", "only_me", NOON)
    assert person.proposals.get().name_latin == "Rita S"
