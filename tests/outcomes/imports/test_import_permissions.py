"""What co-chairs and editors may not do by a button does not come by file either."""

import re
from typing import Any

import pytest
from django.test import Client

from outcomes.datasets.tables import COMMITMENTS, PARTIES
from outcomes.imports.records.snapshot import event_content
from outcomes.models import Commitment, Statement
from participants.models import Delegate, Organisation, Participation, SlugRedirect, User
from roundtable.models import AuditEntry, Event
from tests.conftest import FULL
from tests.factories import (
    NOON,
    compare_with_source,
    hold_list,
    make_commitment,
    make_delegate,
    make_event,
    make_government,
    make_grant,
    make_holder,
    make_organisation,
    make_participation,
    make_role,
    make_user,
)
from tests.fixture_types import Deliver, Sign
from tests.follow_up_factories import make_undertaking
from tests.import_pages import admin_text, confirm_import, preview_file
from tests.outcomes.imports.test_people_import import UPDATE, book_of, seat, send_without_button
from tests.roundtable_files import changed_workbook, database_rows

pytestmark = pytest.mark.django_db
ADDED = "Only operators can add this. Ask an operator, or remove it from the file."
OPERATORS = "Only operators can change this. Restore the earlier value, or ask an operator."
HERE = "You cannot change this here. Restore the earlier value, or ask an operator."
CONFIRMED = (
    "Other organisations confirm this change. Restore the earlier value, and request the change on "
    "the page of the organisation."
)
ROLES = (
    "Other organisations confirm who is co-chair or co-host. Restore what was there before, and "
    "request the change on the page of the roundtable."
)
WORDS = "This is published, and other people cite it. Restore the earlier value."


def who(event: Event, role: str) -> User:
    return make_holder(event, role=role)


def changed(event: Event, **cells: Any) -> bytes:
    """The workbook of a roundtable with its delegates, and some cells written over."""
    return changed_workbook(event_content(event, people=Delegate.objects.all()), cells)


def refused(client: Client, content: bytes, *, directly: bool = True) -> str:
    """What the page says; fails where anything is stored, even by a request without the page."""
    before = database_rows()
    answer = preview_file(client, content)
    said = admin_text(answer)
    assert "nothing is saved" in said
    if directly:
        assert "nothing is saved" in admin_text(
            send_without_button(client, answer, "import", digest="0" * 64)
        )
    assert database_rows() == before
    return said


@pytest.mark.parametrize("role", ["cochair", "editor"])
def test_reimported_download_changes_nothing(client_of: Sign, talk: Event, role: str) -> None:
    seat(talk, name="Rita Sen", invitation_email="rita@example.org")
    user = who(talk, role)
    client = client_of(user)
    if role == "cochair":
        hold_list(user, talk)
    for address in ("workbook", *(["workbook/people"] if role == "cochair" else [])):
        content = client.post(f"/admin/roundtable/event/{talk.pk}/{address}/").content
        content = content or client.get(f"/admin/roundtable/event/{talk.pk}/{address}/").content
        assert "The portal already has everything in this file." in admin_text(
            preview_file(client, content)
        )


Refusal = tuple[dict[str, Any], str, str]  # the changed cells, where the mistake is, what is said
# Each can be in one file with the others.
TOGETHER: list[Refusal] = [
    ({"Series_B2": "Other talks"}, "Series, row 2, Name", OPERATORS),
    ({"Themes_B2": "Ashore"}, "Themes, row 2, Name", OPERATORS),
    ({"Themes_A3": "new", "Themes_B3": "New"}, "Themes, row 3", ADDED),
    ({"Groups_C2": "Everybody"}, "Groups, row 2, Description", OPERATORS),
    ({"Groups_A3": "new", "Groups_B3": "New"}, "Groups, row 3", ADDED),
    ({"Points_C3": "never meet"}, "Points, row 3, Text", WORDS),
    ({"Statement_B3": "Other words"}, "Statement, Introduction", WORDS),
    ({"Statement_B2": "Other title"}, "Statement, Title", WORDS),
    ({"Organisations_B2": "Another name"}, "Organisations, row 2, Name", CONFIRMED),
    ({"Organisations_C2": "Another"}, "Organisations, row 2, Short name", CONFIRMED),
    ({"Organisations_D2": "agency"}, "Organisations, row 2, Kind", CONFIRMED),
    ({"Organisations_E2": "TH"}, "Organisations, row 2, Country", CONFIRMED),
]
ALONE: list[Refusal] = [
    (
        {"Points_A2": "2", "Points_A3": "2.a", "Points_A4": "2.b", "Commitments_J2": "2.a"},
        "Points, rows 2–4, Number",
        WORDS,
    ),
    (
        {"Points_A5": "1.c", "Points_B5": "principle", "Points_C5": "more."},
        "Points, row 5",
        "The statement is published, so you cannot add a point to it.",
    ),
    (
        {"Roundtable_B2": "talk-2"},
        "Roundtable, Slug",
        "There is no roundtable with this short name that you can edit.",
    ),
    ({"Roundtable_B1": "TALK2", "Commitments_A2": "TALK2-C1"}, "Roundtable, Code", "The round"),
    (
        {"Roundtable_B12": "yes"},
        "Roundtable, Is demonstration",
        "A real roundtable cannot become made up, or the reverse.",
    ),
    ({"Series_B1": "others"}, "Series, Slug", "Only operators can choose the series. Write talks."),
]


@pytest.mark.crawl
@pytest.mark.walk
@pytest.mark.parametrize("refusals", [TOGETHER, *([one] for one in ALONE)])
def test_operator_only_fields_are_rejected_by_cell(
    client_of: Sign, talk: Event, refusals: list[Refusal]
) -> None:
    cells = {cell: value for written, *_said in refusals for cell, value in written.items()}
    # Which button was pressed makes no difference to the rule: one of each sheet will do.
    directly = FULL or "B2" in "".join(cells)
    client = client_of(who(talk, "cochair"))
    said = refused(client, changed(talk, **cells), directly=directly)
    for _cells, where, sentence in refusals:
        assert f"{where.replace('Series, row 2', 'Series')} {sentence}".strip() in said


@pytest.mark.each_database
def test_operator_renames_no_settled_organisation_by_import(
    client_of: Sign, talk: Event, operator: User
) -> None:
    Statement.objects.filter(event=talk).update(state="published", published_at=NOON)
    content = changed(talk, Organisations_B2="Government of Guatemala", Groups_B2="Guatemala")
    said = refused(client_of(operator), content)
    assert f"Organisations, row 2, Name {CONFIRMED}" in said
    sentence = "A public text names this group. Restore the earlier value."
    assert f"Groups, row 2, Name {sentence}" in said


@pytest.mark.walk
def test_event_without_grant_is_treated_as_unknown(client_of: Sign, talk: Event) -> None:
    other = make_event(slug="hidden-talk", code="HIDDEN1", is_public=False, series=talk.series)
    reader = make_user("reads@example.org")
    make_grant(reader, other, role="reader")
    make_grant(reader, talk)
    absent = changed(
        talk, Roundtable_B2="absent-talk", Roundtable_B1="ABSENT1", Commitments_A2="ABSENT1-C1"
    )
    content = changed(other, Roundtable_B3="Mine now")
    for user in (who(talk, "cochair"), reader):
        client = client_of(user)
        lines = {
            refused(client, book).partition("Correct the mistakes in the file")[0]
            for book in (absent, content)
        }
        assert len(lines) == 1
        assert "There is no roundtable with this short name that you can edit." in lines.pop()


@pytest.mark.walk
def test_only_cochair_publishes_statement_by_import(client_of: Sign, talk: Event) -> None:
    content = changed(talk, Statement_B4="published")
    Statement.objects.update(state="draft", published_at=None)
    said = refused(client_of(who(talk, "editor")), content)
    assert "Statement, State Only a co-chair can publish the statement." in said
    content = changed(talk, Statement_B4="circulated")
    said = refused(client_of(who(talk, "cochair")), content)
    assert "Statement, State Circulating and signing happen at the co-chairs" in said
    content = changed(talk, Roundtable_B11="yes")
    said = refused(client_of(who(talk, "editor")), content)
    assert "Roundtable, Is public Only a co-chair can decide whether everyone sees it." in said
    compare_with_source(Statement.objects.get())
    cochair = who(talk, "cochair")
    client = client_of(cochair)
    answer = preview_file(client, changed(talk, Roundtable_B11="yes", Statement_B4="published"))
    assert "State: draft published" in admin_text(answer)
    confirm_import(client, answer)
    talk.refresh_from_db()
    assert talk.is_public and talk.statement.state == "published"
    acts = AuditEntry.objects.values_list("action", flat=True)
    assert "publish statement" in acts and "load workbook" in acts
    content = changed(talk, Statement_B4="circulated")
    assert "Statement, State The statement is already published" in refused(client, content)


@pytest.mark.walk
def test_participants_are_told_of_a_statement_that_an_import_makes_public(
    client_of: Sign, talk: Event, deliver: Deliver
) -> None:
    participant = make_delegate(user=make_user("zq-participant@example.org"))
    make_participation(participant, talk)
    client = client_of(who(talk, "cochair"))
    assert not talk.is_public and talk.statement.state == "published"
    answer = preview_file(client, changed(talk, Roundtable_B11="yes"))
    assert deliver() == []
    confirm_import(client, answer)
    talk.refresh_from_db()
    assert talk.is_public
    assert [(mail.to, mail.subject) for mail in deliver()] == [
        (["zq-participant@example.org"], "The agreed text is public")
    ]


def test_draft_statement_is_editable_by_import(client_of: Sign, talk: Event) -> None:
    Statement.objects.update(state="draft", published_at=None)
    talk.statement.outcomes.update(number="")
    client = client_of(who(talk, "editor"))
    answer = preview_file(client, changed(talk, Points_C3="meet often;", Organisations_A4="quay"))
    assert "Organisations, row 4, Name This cell is empty. Fill it in." in admin_text(answer)
    answer = preview_file(client, changed(talk, Points_C3="meet often;"))
    confirm_import(client, answer)
    assert talk.statement.outcomes.filter(text="meet often;").exists()


@pytest.mark.crawl
@pytest.mark.walk
def test_import_does_not_reveal_organisation_of_hidden_event(client_of: Sign, talk: Event) -> None:
    secret = make_organisation(slug="secret-shelter", name="Secret Shelter")
    make_role(make_event(is_public=False), organisation=secret)
    client = client_of(who(talk, "cochair"))
    rows = [{"Name": "Rita Sen", "Organisation": word} for word in ("secret-shelter", "xyzzy")]
    said = [refused(client, book_of(talk, "Delegates", [row])) for row in rows]
    assert said[0].replace("secret-shelter", "xyzzy") == said[1]
    content = book_of(talk, "Delegates", [{"Name": "Rita", "Organisation": "Secret Shelter"}])
    assert "We do not know “Secret Shelter” here." in refused(client, content)
    # One that is taken where the co-chair cannot see it is stored like any other.
    SlugRedirect.objects.create(slug="merged", organisation=secret)
    told = []
    for slug, name in (("secret-shelter", "One"), ("merged", "Two"), ("xyzzy", "Three")):
        cells = {"Slug": slug, "Name": name, "Kind": "other"}
        answer = preview_file(client, book_of(talk, "Organisations", [cells]))
        stored = re.search(rf"{slug}-[0-9a-f]{{4}}", text := admin_text(answer))
        assert stored and "Secret Shelter" not in text
        told.append(text.replace(stored[0], "SLUG").replace(name, "NAME"))
        confirm_import(client, answer)
        added = Organisation.objects.get(name=name)
        assert added.slug == stored[0]
        # The same row, in a file without the ending, finds it again.
        cells = {"Slug": slug, "Name": name, "Kind": "other"}
        answer = preview_file(client, book_of(talk, "Organisations", [cells]))
        assert "The portal already has everything in this file." in admin_text(answer)
        added.delete()
    assert told[0] == told[1] == told[2]
    secret.refresh_from_db()
    assert secret.name == "Secret Shelter"


@pytest.mark.walk
def test_editor_cannot_import_invitation_addresses(client_of: Sign, talk: Event) -> None:
    person = seat(talk, name="Rita Sen", invitation_email="rita@example.org")
    rows: list[dict[str, Any]] = [
        {"Name": "R. S.", "Organisation": "harbour", "Invitation email": "rita@example.org"},
        {"row": 2, "Invitation email": "other@example.org"},
    ]
    for row in rows:
        said = refused(client_of(who(talk, "editor")), book_of(talk, "Delegates", [dict(row)]))
        assert "Only co-chairs can change invitation addresses. Leave this cell empty." in said
        assert "rita@" not in said and "may already be in the portal" not in said
    client = client_of(who(talk, "cochair"))
    answer = preview_file(client, book_of(talk, "Delegates", [rows[1]]))
    confirm_import(client, answer)
    person.refresh_from_db()
    assert person.invitation_email == "other@example.org"


def test_person_of_other_event_is_treated_as_unknown(client_of: Sign, talk: Event) -> None:
    hidden = make_event(is_public=False)
    stranger = make_delegate(user=None, name="Strange Stranger")
    make_participation(stranger, hidden)
    client = client_of(who(talk, "cochair"))
    rows = [
        {"Handle": handle, "Name": "Ours", "Organisation": "port"}
        for handle in (stranger.handle, "zzzzzzzzzz")
    ]
    said = [refused(client, book_of(talk, "Delegates", [row])) for row in rows]
    assert said[0] == said[1]
    assert "Handle There is no such person here. Leave the cell empty for a new person." in said[0]
    # A person in two roundtables keeps the name in the one that the co-chair cannot see.
    both = seat(talk, name="Rita Sen")
    make_participation(both, hidden)
    content = book_of(talk, "Delegates", [{"row": 2, "Name": "Rita"}])
    confirm_import(client, preview_file(client, content))
    both.refresh_from_db()
    names = hidden.participations.values_list("delegate__name", flat=True)
    assert (both.name, set(names)) == ("Rita", {"Rita Sen", "Strange Stranger"})
    # In one that the co-chair reads, the person keeps it in both.
    make_participation(both, seen := make_event())
    make_grant(User.objects.get(grants__event=talk), seen, role="reader")
    content = book_of(talk, "Delegates", [{"row": 2, "Name": "Rita S."}])
    assert f"Delegates, row 2, Name {HERE}" in refused(client, content)


def test_own_or_confirmed_participation_cannot_be_changed_by_import(
    client_of: Sign, talk: Event
) -> None:
    cochair = who(talk, "cochair")
    seat(talk, name="Chair", user=cochair)
    seat(talk, name="Rita Sen")
    client = client_of(cochair)
    content = book_of(talk, "Delegates", [{"row": 2, "Capacity": "head"}])
    assert "Delegates, row 2 This is your own entry." in refused(client, content)
    content = book_of(talk, "Delegates", [{"row": 3, "Organisation": "harbour"}])
    said = refused(client, content)
    assert "Delegates, row 3, Organisation You cannot change the organisation the person" in said
    Participation.objects.update(confirmed_at=None, details_open_on=None, took_effect_at=None)
    answer = preview_file(client, content)
    assert "Organisation: Port Authority Harbour Clinic" in admin_text(answer)


def test_import_cannot_approve_update(client_of: Sign, talk: Event) -> None:
    content = book_of(talk, "Updates", [UPDATE | {"State": "approved"}])
    said = refused(client_of(who(talk, "cochair")), content)
    assert "Updates, row 2, State This report is new. Someone must check it first." in said


@pytest.mark.walk
def test_group_slug_error_does_not_reveal_organisations(client_of: Sign, talk: Event) -> None:
    make_role(make_event(is_public=False), organisation=make_organisation(slug="secret-body"))
    client = client_of(who(talk, "editor"))
    said = [
        refused(client, changed(talk, Groups_A3=slug, Groups_B3="Any")).replace(slug, "…")
        for slug in ("secret-body", "free-body")
    ]
    assert said[0] == said[1]
    assert ADDED in said[0]


@pytest.mark.parametrize("role", ["operator", "cochair"])
def test_file_changes_nothing_that_other_organisations_confirm(
    client_of: Sign, talk: Event, role: str
) -> None:
    user = make_user(is_superuser=True) if role == "operator" else who(talk, role)
    client = client_of(user)
    assert CONFIRMED in refused(client, changed(talk, Organisations_D2="agency"))
    rows = {"Roles_B2": "cochair"}
    talk.roles.update(role="observer")
    before = preview_file(client, changed(talk, **rows))
    assert "nothing is saved" not in admin_text(before)  # no one can confirm it yet
    for country in ("ID", "AU"):
        make_grant(make_user(), talk, on_behalf_of=make_government(country))
    assert ROLES in refused(client, changed(talk, **rows))
    talk.roles.update(role="cochair")
    answer = preview_file(client, changed(talk, Roles_B2="participant"))
    assert "Not in the file, but kept role “Harbour Clinic, co-chair”" in admin_text(answer)
    confirm_import(client, answer)
    assert talk.roles.filter(role="cochair").count() == 2


@pytest.mark.walk
def test_file_makes_a_changed_commitment_a_draft_and_new_ones_are_drafts(
    client_of: Sign, talk: Event
) -> None:
    stored = talk.commitments.earliest("pk")
    assert stored.state == "public"
    client = client_of(who(talk, "cochair"))
    make_commitment(talk, reference="TALK1-C50", text="Meet twice")
    texts = {"Commitments_B2": "Pay for ten shelters", "Commitments_B3": "Meet often"}
    answer = preview_file(client, changed(talk, **texts))
    said = admin_text(answer)
    # The numbers first, then what follows from them, once.
    assert (
        "To add: 0. To change: 2. To remove: 0. Unchanged: 19. Commitments, rows 2–3: This changes "
        "a public commitment. It is a draft until two organisations" in said
    )
    assert said.count("It is a draft until") == 1
    confirm_import(client, answer)
    stored.refresh_from_db()
    assert (stored.text, stored.state) == ("Pay for ten shelters", "draft")
    row = {"Reference": "TALK1-C77", "Text": "Fulfil all", "Leads": "port"}
    confirm_import(client, preview_file(client, book_of(talk, "Commitments", [row])))
    assert talk.commitments.get(reference="TALK1-C77").state == "draft"
    for path in ("/commitments/", f"/roundtables/{talk.slug}/", "/changes/"):
        text = Client().get(path).content.decode()
        assert "Pay for ten shelters" not in text and "Fulfil all" not in text


@pytest.mark.walk
def test_file_ends_a_proposal_and_undertakes_nothing(client_of: Sign, talk: Event) -> None:
    fields = {*COMMITMENTS.fields, *PARTIES.fields}
    assert fields.isdisjoint({"basis", "state", "proposed_at", "undertakings"})
    stored = talk.commitments.earliest("pk")
    Commitment.objects.filter(pk=stored.pk).update(state="proposed", proposed_at=NOON)
    stored.refresh_from_db()
    asked = make_undertaking(stored.parties.earliest("pk"), answer="accepted", answered_at=NOON)
    client = client_of(who(talk, "cochair"))
    confirm_import(client, preview_file(client, changed(talk, Commitments_B2="Pay for shelters")))
    stored.refresh_from_db()
    asked.refresh_from_db()
    assert (stored.text, stored.state, stored.basis) == ("Pay for shelters", "draft", "recorded")
    assert stored.proposed_at is None and asked.ended_at is not None
