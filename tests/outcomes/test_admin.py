"""The co-chairs' desk for roundtables and outcomes: what is changed, decided, deleted, exported."""

import csv
import io
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from outcomes.models import Commitment, CommitmentParty, Outcome, ProgressUpdate, Statement
from participants.models import Delegate, Organisation, User
from roundtable.audit.log import AuditEntry
from roundtable.models import Event, Series
from tests.factories import (
    NOON,
    make_addressee,
    make_commitment,
    make_delegate,
    make_event,
    make_evidence,
    make_grant,
    make_group,
    make_organisation,
    make_participation,
    make_party,
    make_role,
    make_statement,
    make_theme,
    make_update,
    make_user,
)
from tests.follow_up import make_milestone
from tests.recorded import recorded

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noted_templates")]
Sign = Callable[[User | Delegate], Client]
UNDECIDED = ["editor", "reader", "elsewhere"]


@pytest.fixture
@recorded
def desk(db: None) -> Event:
    """A roundtable that is not public, with a draft statement and a commitment."""
    event = make_event(code="DESK", slug="desk", title="Desk roundtable", is_public=False)
    make_statement(event, published=False)
    commitment = make_commitment(event, reference="DESK-C1", text="Desk commitment")
    make_update(commitment, approved=False).submit(at=NOON)
    return event


def signed(sign: Sign, role: str, event: Event) -> Client:
    """Somebody with a grant; "elsewhere" is a co-chair of another roundtable."""
    user = make_user(f"{role}@example.org", is_superuser=role == "operator")
    if role == "elsewhere":
        make_grant(user, make_event(code="ELSE"))
    elif role != "operator":
        make_grant(user, event, role=role)
    return sign(user)


def page(model: type, name: str, *args: object) -> str:
    """The address of a page of the admin."""
    meta = model._meta  # type: ignore[attr-defined]
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_{name}", args=args)


def filled(client: Client, address: str, **changes: object) -> dict[str, Any]:
    """What a browser would send from the form of a page, with some fields filled in anew."""
    context = client.get(address).context
    forms = [context["adminform"].form]
    for inline in context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    # Which text the page was opened with.
    sent: dict[str, Any] = {"opened": getattr(context.get("original"), "revision", "")}
    for form in forms:
        for field in form:
            value = field.value()
            if value is None or value is False or field.field.disabled:
                continue
            sent[field.html_name] = [str(v) for v in value] if isinstance(value, list) else value
    return sent | changes


def act(client: Client, model: type, action: str, *rows: int, note: str = "") -> str:
    """Sends an action of a list; its status, and the page that follows."""
    response = client.post(
        page(model, "changelist"),
        {"action": action, "note": note, "_selected_action": [str(row) for row in rows]},
        follow=True,
    )
    return response.content.decode()


# Decisions ---------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["operator", "cochair"])
def test_updates_are_approved_and_sent_back(client_of: Sign, desk: Event, role: str) -> None:
    update = ProgressUpdate.objects.get()
    client = signed(client_of, role, desk)
    assert "1 update is approved." in act(client, ProgressUpdate, "approve", update.pk)
    update.refresh_from_db()
    assert update.state == "approved"
    assert Commitment.objects.get().latest_update == update
    assert "Say what to change." in act(client, ProgressUpdate, "ask_for_changes", update.pk)
    answer = act(client, ProgressUpdate, "ask_for_changes", update.pk, note="Since when?")
    assert "1 update was sent back." in answer
    update.refresh_from_db()
    assert (update.state, update.note) == ("change-requested", "Since when?")
    assert Commitment.objects.get().latest_update is None
    acts = AuditEntry.objects.filter(detail__startswith="DESK-C1").values_list("act", flat=True)
    assert list(acts) == ["approve update", "ask for changes"]


@pytest.mark.parametrize("role", UNDECIDED)
def test_nobody_else_decides_about_updates(client_of: Sign, desk: Event, role: str) -> None:
    update = ProgressUpdate.objects.get()
    approved = make_update(desk.commitments.get())
    client = signed(client_of, role, desk)
    act(client, ProgressUpdate, "approve", update.pk)
    act(client, ProgressUpdate, "ask_for_changes", approved.pk, note="Why?")
    update.refresh_from_db()
    approved.refresh_from_db()
    assert (update.state, approved.state) == ("submitted", "approved")


def test_an_editor_neither_shows_a_roundtable_nor_changes_its_code(
    client_of: Sign, desk: Event
) -> None:
    client = signed(client_of, "editor", desk)
    address = page(Event, "change", desk.pk)
    sent = filled(client, address, title="New title", is_public="on", code="OTHER")
    assert client.post(address, sent).status_code == 302
    desk.refresh_from_db()
    assert (desk.title, desk.is_public, desk.code) == ("New title", False, "DESK")


@pytest.mark.parametrize("selection", ["abc", "9" * 30, ""])
def test_an_action_refuses_a_selection_that_is_none(
    client_of: Sign, desk: Event, selection: str
) -> None:
    response = signed(client_of, "cochair", desk).post(
        page(ProgressUpdate, "changelist"), {"action": "approve", "_selected_action": selection}
    )
    assert response.status_code == 400


# Changing ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "status"), [("operator", 302), ("cochair", 302), ("editor", 302), ("reader", 403)]
)
def test_who_changes_a_commitment(client_of: Sign, desk: Event, role: str, status: int) -> None:
    commitment = desk.commitments.get()
    address = page(Commitment, "change", commitment.pk)
    client = signed(client_of, role, desk)
    sent = filled(client, address, text="New words") if role != "reader" else {"text": "New words"}
    assert client.post(address, sent).status_code == status
    commitment.refresh_from_db()
    assert (commitment.text == "New words") == (status == 302)


def test_approved_words_stay_until_changes_are_asked_for(client_of: Sign, desk: Event) -> None:
    update = make_update(desk.commitments.get())
    client = signed(client_of, "cochair", desk)
    address = page(ProgressUpdate, "change", update.pk)
    assert client.post(address, {"text": "Other words"}).status_code == 403


def test_another_focal_point_has_not_accepted(client_of: Sign, desk: Event) -> None:
    first, second, stranger = (make_delegate(name=f"Person {n}") for n in range(3))
    make_participation(first, desk)
    make_participation(second, desk)
    party = CommitmentParty.objects.get()
    party.ask(first)
    party.accept(NOON)
    client = signed(client_of, "cochair", desk)
    address = page(Commitment, "change", desk.commitments.get().pk)

    assert client.post(address, filled(client, address)).status_code == 302
    party.refresh_from_db()
    assert party.focal_point_accepted_at == NOON

    sent = filled(client, address, **{"parties-0-focal_point": stranger.pk})
    assert client.post(address, sent).status_code == 200
    party.refresh_from_db()
    assert party.focal_point == first

    sent = filled(client, address, **{"parties-0-focal_point": second.pk})
    assert client.post(address, sent).status_code == 302
    party.refresh_from_db()
    assert party.focal_point_id == second.pk
    assert not party.focal_point_accepted_at


def test_a_party_stands_once(client_of: Sign, desk: Event) -> None:
    organisation = make_organisation()
    client = signed(client_of, "cochair", desk)
    address = page(Commitment, "change", desk.commitments.get().pk)
    sent = filled(client, address)
    for number in (1, 2):
        sent |= {
            f"parties-{number}-organisation": organisation.pk,
            f"parties-{number}-role": "partner",
            f"parties-{number}-commitment": desk.commitments.get().pk,
        }
    response = client.post(address, sent | {"parties-TOTAL_FORMS": 3})
    assert "stands here twice." in response.content.decode()


def test_rows_cannot_be_attached_to_others(client_of: Sign, desk: Event) -> None:
    other = make_event(code="OTHER")
    client = signed(client_of, "cochair", desk)
    address = page(Commitment, "add")
    sent = filled(client, address, event=other.pk, reference="OTHER-C9", text="Intrusion")
    assert client.post(address, sent).status_code == 200
    assert not other.commitments.exists()
    points = make_statement(other).outcomes.points()
    address = page(Commitment, "change", desk.commitments.get().pk)
    sent = filled(client, address, outcomes=[points[0].pk])
    assert client.post(address, sent).status_code == 200
    assert not desk.commitments.get().outcomes.exists()


@pytest.mark.parametrize("model", [Event, Commitment, Statement, ProgressUpdate, Organisation])
def test_an_empty_form_asks_to_be_filled_in(
    client_of: Sign, desk: Event, operator: User, model: type
) -> None:
    client = client_of(operator)
    address = page(model, "add")
    sent = filled(client, address)
    for name in list(sent):
        if name.endswith("-TOTAL_FORMS"):
            sent[name] = 1
    organisation = make_organisation(is_demonstration=True)
    sent |= {
        "roles-0-organisation": organisation.pk,
        "roles-0-role": "cochair",
        "parties-0-organisation": organisation.pk,
        "parties-0-role": "lead",
        "evidence-0-title": "Without an address",
        "outcomes-0-text": "We agreed:",
        "event": "",
    }
    response = client.post(address, sent)
    assert response.status_code == 200
    assert response.context["errors"]


def test_a_made_up_organisation_stays_out_of_a_new_roundtable(
    client_of: Sign, operator: User
) -> None:
    client = client_of(operator)
    address = page(Event, "add")
    sent = filled(
        client,
        address,
        series=Series.objects.create(slug="s", name="S").pk,
        title="New",
        code="NEW",
        slug="new",
        starts_on="2026-01-01",
        ends_on="2026-01-02",
        time_zone="Asia/Bangkok",
        **{
            "roles-0-organisation": make_organisation(is_demonstration=True).pk,
            "roles-0-role": "cochair",
        },
    )
    response = client.post(address, sent)
    assert "What is made up belongs to demonstrations only" in response.content.decode()


def test_evidence_needs_an_address(client_of: Sign, desk: Event) -> None:
    update = ProgressUpdate.objects.get()
    client = signed(client_of, "cochair", desk)
    address = page(ProgressUpdate, "change", update.pk)
    sent = filled(client, address, **{"evidence-0-title": "Report"})
    assert client.post(address, sent).status_code == 200
    sent["evidence-0-url"] = "https://example.org/report"
    assert client.post(address, sent).status_code == 302
    assert update.evidence.get().title == "Report"


def test_a_point_never_becomes_a_lead_in(client_of: Sign, desk: Event) -> None:
    point = desk.statement.outcomes.points()[0]
    client = signed(client_of, "cochair", desk)
    address = page(Outcome, "change", point.pk)
    assert client.post(address, filled(client, address, kind="lead-in")).status_code == 200
    assert client.post(address, filled(client, address, kind="principle")).status_code == 302


# Deleting ----------------------------------------------------------------------------------


def test_what_others_cite_is_deleted_by_operators_alone(
    client_of: Sign, desk: Event, operator: User
) -> None:
    commitment = desk.commitments.get()
    approved = make_update(commitment)
    desk.statement.publish(NOON)
    rows = [
        (ProgressUpdate, approved.pk),
        (Commitment, commitment.pk),
        (Statement, desk.statement.pk),
        (Outcome, desk.statement.outcomes.points()[0].pk),
        (Event, desk.pk),
    ]
    cochair = signed(client_of, "cochair", desk)
    for model, pk in rows:
        assert cochair.post(page(model, "delete", pk), {"post": "yes"}).status_code == 403, model
        act(cochair, model, "delete_selected", pk)
        cochair.post(
            page(model, "changelist"),
            {"action": "delete_selected", "_selected_action": pk, "post": "yes"},
        )
        assert model.objects.filter(pk=pk).exists(), model  # type: ignore[attr-defined]
    response = client_of(operator).post(
        page(ProgressUpdate, "delete", approved.pk), {"post": "yes"}
    )
    assert response.status_code == 302
    assert Commitment.objects.get().latest_update is None


def test_what_was_handed_in_is_deleted_by_cochairs_alone(client_of: Sign, desk: Event) -> None:
    address = page(ProgressUpdate, "delete", ProgressUpdate.objects.get().pk)
    for role, status, left in (("editor", 403, 1), ("cochair", 302, 0)):
        client = signed(client_of, role, desk)
        assert client.post(address, {"post": "yes"}).status_code == status
        assert ProgressUpdate.objects.count() == left


def test_draft_is_its_authors_alone(client_of: Sign, desk: Event) -> None:
    update = ProgressUpdate.objects.get()
    update.keep()
    author = make_user("author@example.org")
    make_grant(author, desk, role="editor")
    update.author = author
    update.save()
    for role in ("operator", "cochair", "reader"):
        client = signed(client_of, role, desk)
        assert client.get(page(ProgressUpdate, "change", update.pk)).status_code == 404
        assert "DESK-C1" not in client.get(page(ProgressUpdate, "changelist")).content.decode()
        act(client, ProgressUpdate, "approve", update.pk)
    mine = client_of(author)
    assert mine.get(page(ProgressUpdate, "change", update.pk)).status_code == 200
    update.refresh_from_db()
    assert update.state == "draft"


def test_text_that_changed_since_it_was_read_is_not_decided_about(
    client_of: Sign, desk: Event
) -> None:
    update = ProgressUpdate.objects.get()
    client = signed(client_of, "cochair", desk)
    read = client.get(page(ProgressUpdate, "change", update.pk)).content.decode()
    seen = read.split('name="seen" value="')[1].split('"')[0]
    update.text = "Other words."
    update.submit(at=NOON)
    for action in ("approve", "ask_for_changes"):
        sent = {"action": action, "_selected_action": update.pk, "seen": seen, "note": "Why?"}
        answer = client.post(page(ProgressUpdate, "changelist"), sent, follow=True)
        assert "It was changed since you opened it." in answer.content.decode()
        update.refresh_from_db()
        assert update.state == "submitted"
    again = client.get(page(ProgressUpdate, "change", update.pk)).content.decode()
    sent["seen"] = again.split('name="seen" value="')[1].split('"')[0]
    client.post(page(ProgressUpdate, "changelist"), sent | {"action": "approve"})
    update.refresh_from_db()
    assert update.is_approved


def test_desk_never_overwrites_what_the_author_wrote_meanwhile(
    client_of: Sign, desk: Event
) -> None:
    update = ProgressUpdate.objects.get()
    client = signed(client_of, "editor", desk)
    address = page(ProgressUpdate, "change", update.pk)
    sent = filled(client, address, text="My words.")
    update.text = "Words of the author."
    update.submit(at=NOON)
    answer = client.post(address, sent)
    assert answer.status_code == 200
    assert "reads now: “Words of the author.”" in answer.content.decode()
    update.refresh_from_db()
    assert update.text == "Words of the author."
    assert client.post(address, filled(client, address, text="Both.")).status_code == 302
    update.refresh_from_db()
    assert update.text == "Both."


def test_what_stands_in_the_way_of_deleting_is_counted_not_named(
    client_of: Sign, desk: Event
) -> None:
    organisation = make_organisation()
    make_grant(make_user("hidden@example.org"), desk, on_behalf_of=organisation)
    client = signed(client_of, "cochair", desk)
    text = client.get(page(Organisation, "delete", organisation.pk)).content.decode()
    assert "1 entry that refers to it" in text
    assert "hidden@example.org" not in text


# Organisations -----------------------------------------------------------------------------


def test_an_organisation_of_another_roundtable_is_seen_once_public(
    client_of: Sign, desk: Event
) -> None:
    public, draft = make_event(code="PUBLIC"), make_event(code="DRAFT", is_public=False)
    shown = make_role(public).organisation
    hidden = make_role(draft).organisation
    free = make_organisation()
    mine = make_role(desk).organisation
    client = signed(client_of, "cochair", desk)
    rows = client.get(page(Organisation, "changelist")).context["cl"].result_list
    keys = {row.pk for row in rows}
    assert {shown.pk, free.pk, mine.pk} <= keys
    assert hidden.pk not in keys
    assert client.get(page(Organisation, "change", hidden.pk)).status_code == 404
    for row, status in ((shown, 403), (free, 200), (mine, 200)):
        response = client.post(page(Organisation, "change", row.pk), {"name": ""})
        assert response.status_code == status, row


def test_who_works_on_demonstrations_adds_made_up_organisations(client_of: Sign) -> None:
    demonstration = make_event(is_demonstration=True)
    client = signed(client_of, "cochair", demonstration)
    sent = {"name": "Made up", "slug": "made-up", "kind": "agency"}
    assert client.post(page(Organisation, "add"), sent).status_code == 302
    assert Organisation.objects.get(slug="made-up").is_demonstration


# Lists -------------------------------------------------------------------------------------


def fill(event: Event) -> None:
    """One more row for each list."""
    organisation = make_role(event).organisation
    commitment = make_commitment(event)
    commitment.outcomes.set(event.statement.outcomes.points()[:1])
    person = make_delegate()
    make_participation(person, event, organisation=organisation)
    party = make_party(commitment, organisation=organisation, focal_point=person)
    make_evidence(make_update(commitment, party=party, approved=False))
    lead_in = event.statement.outcomes.lead_ins()[0]
    point = make_outcome_under(lead_in)
    make_addressee(point, group=make_group())
    point.themes.add(make_theme())


def make_outcome_under(lead_in: Outcome) -> Outcome:
    """A point beneath a lead-in."""
    return Outcome.objects.create(
        statement=lead_in.statement, parent=lead_in, kind="principle", text="one more"
    )


def queries(client: Client, address: str) -> int:
    """How many questions a page asks of the database."""
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert client.get(address).status_code == 200
    return len(asked)


def test_pages_ask_a_constant_number_of_questions(client_of: Sign, desk: Event) -> None:
    fill(desk)
    client = signed(client_of, "cochair", desk)
    pages = [
        page(model, "changelist")
        for model in (Event, Organisation, Delegate, Statement, Outcome, Commitment, ProgressUpdate)
    ]
    pages += [page(Event, "change", desk.pk), page(Statement, "change", desk.statement.pk)]
    before = {address: queries(client, address) for address in pages}
    before = {address: queries(client, address) for address in pages}
    fill(desk)
    fill(desk)
    assert {address: queries(client, address) for address in pages} == before
    assert all(number <= 20 for number in before.values()), before


# Spreadsheets ------------------------------------------------------------------------------

FORMULAS = [
    "=1+1",
    "+1",
    "-1+cmd|' /C calc'!A0",
    "@SUM(1+9)*cmd|' /C calc'!A0",
    "\t=1",
    "\r=1",
    "\n=1",
    "＝1",
    "＋1",
    "－1",
    "＠1",
]


def export(client: Client, model: type, kind: int, **query: object) -> Any:
    """Downloads a list: 0 as CSV, 1 as a workbook."""
    address = page(model, "export")
    return client.post(address, {"format": kind, "resource": ""}, query_params=query)


@pytest.mark.parametrize("words", FORMULAS)
def test_no_cell_is_a_formula(client_of: Sign, desk: Event, words: str) -> None:
    Commitment.objects.update(text=words)
    client = signed(client_of, "cochair", desk)
    content = export(client, Commitment, 0).content.decode()
    row = next(csv.DictReader(io.StringIO(content, newline="")))
    assert row["text"] == f"'{words}"
    book = openpyxl.load_workbook(io.BytesIO(export(client, Commitment, 1).content))
    cell = book.active["C2"]
    assert (cell.value.replace("_x000D_", "\r"), cell.data_type) == (words, "s")
    assert cell.quotePrefix


def test_payloads_of_the_large_sample_are_text(client_of: Sign, desk: Event, samples: Any) -> None:
    client = signed(client_of, "cochair", desk)
    for words in (samples / "hostile/csv-injection/csv-payload.txt").read_text().splitlines():
        Commitment.objects.update(text=words)
        rows = csv.reader(io.StringIO(export(client, Commitment, 0).content.decode()))
        for cell in list(rows)[1]:
            assert not cell.startswith(("=", "+", "-", "@"))


def test_an_export_holds_the_viewers_rows_and_no_person(client_of: Sign, desk: Event) -> None:
    other = make_event(code="OTHER", is_public=False)
    make_commitment(other)
    person = make_delegate(name="Canary Person")
    make_participation(person, desk)
    make_party(desk.commitments.get(), focal_point=person)
    client = signed(client_of, "cochair", desk)
    content = export(client, Commitment, 0).content.decode()
    assert [row["reference"] for row in csv.DictReader(io.StringIO(content))] == ["DESK-C1"]
    assert "Canary" not in content
    hidden = make_role(other).organisation
    assert hidden.slug not in export(client, Organisation, 0).content.decode()


def test_an_export_shows_what_the_list_was_filtered_by(client_of: Sign, desk: Event) -> None:
    make_commitment(desk, reference="DESK-C2", text="Quite different")
    content = export(signed(client_of, "editor", desk), Commitment, 0, q="different").content
    assert b"DESK-C2" in content
    assert b"DESK-C1" not in content


@pytest.mark.parametrize("model", [Commitment, Organisation])
def test_readers_export_nothing(client_of: Sign, desk: Event, model: type) -> None:
    client = signed(client_of, "reader", desk)
    assert client.get(page(model, "export")).status_code == 403
    assert export(client, model, 0).status_code == 403


def test_steps_other_texts_and_openness_are_kept_at_the_desk(client_of: Sign, desk: Event) -> None:
    client = signed(client_of, "editor", desk)
    commitment = desk.commitments.get()
    address = page(Commitment, "change", commitment.pk)
    sent = filled(
        client,
        address,
        is_open="on",
        **{
            "milestones-0-title": "A plan is published",
            "milestones-0-due_on": "2030-01-01",
            "related_texts-0-kind": "implements",
            "related_texts-0-title": "A pledge",
            "related_texts-0-url": "https://example.org/pledge",
            "related_texts-0-quote": "We will train officers.",
            "related_texts-0-source": "The pledge itself",
        },
    )
    assert client.post(address, sent).status_code == 302
    commitment.refresh_from_db()
    assert commitment.is_open
    assert [step.title for step in commitment.milestones.all()] == ["A plan is published"]
    assert [text.title for text in commitment.related_texts.all()] == ["A pledge"]


def test_what_stood_there_before_can_be_kept_out_of_the_log(
    client_of: Sign, client: Client, desk: Event
) -> None:
    desk.is_public = True
    desk.save()
    commitment = desk.commitments.get()
    step = make_milestone(commitment=commitment, title="Ask Zq Person")
    for model in (desk, commitment, step):
        model.history.update(history_date=NOON)
    editor = signed(client_of, "editor", desk)
    address = page(Commitment, "change", commitment.pk)
    assert "Do not show what stood here before" in editor.get(address).content.decode()
    sent = filled(editor, address, text="Train with survivors.", take_out="on")
    sent["milestones-0-title"] = "Ask survivors"
    assert editor.post(address, sent).status_code == 302
    told = client.get("/changes/").content.decode()
    assert "(taken out)" in told and "Train with survivors." in told
    assert "Desk commitment" not in told
    assert "Ask survivors" in told and "Zq Person" not in told
