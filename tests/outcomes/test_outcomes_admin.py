"""The co-chairs' desk for roundtables and outcomes: what is changed, decided, deleted, exported."""

import csv
import io
import re
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from outcomes.models import Commitment, CommitmentParty, Outcome, ProgressUpdate, Statement
from participants.models import Delegate, Organisation, User
from roundtable.audit.models import AuditEntry
from roundtable.models import Event
from tests.factories import (
    NOON,
    make_addressee,
    make_commitment,
    make_delegate,
    make_dispute,
    make_event,
    make_evidence,
    make_grant,
    make_group,
    make_holder,
    make_organisation,
    make_outcome,
    make_participation,
    make_party,
    make_role,
    make_series,
    make_statement,
    make_theme,
    make_update,
    make_user,
    republish,
)
from tests.follow_up_factories import make_milestone
from tests.recorded_fixtures import recorded

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("recorded_templates")]
Sign = Callable[[User | Delegate], Client]


@pytest.fixture
@recorded
def admin_event(db: None) -> Event:
    """A roundtable that is not public, with a draft statement and a commitment."""
    event = make_event(code="DESK", slug="desk", title="Desk roundtable", is_public=False)
    make_statement(event, published=False)
    commitment = make_commitment(event, reference="DESK-C1", text="Desk commitment")
    make_update(commitment, approved=False).submit(at=NOON)
    return event


def signed(sign: Sign, role: str, event: Event) -> Client:
    """Someone with a grant; "elsewhere" is a co-chair of another roundtable."""
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
    """What a browser would send from the form of a page, with some fields changed."""
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


def run_admin_action(client: Client, model: type, action: str, *rows: int, note: str = "") -> str:
    """Sends an action of a list; its status, and the page that follows."""
    response = client.post(
        page(model, "changelist"),
        {"action": action, "note": note, "_selected_action": [str(row) for row in rows]},
        follow=True,
    )
    return response.content.decode()


# Decisions ---------------------------------------------------------------------------------


def test_updates_are_approved_and_returned(client_of: Sign, admin_event: Event) -> None:
    update = ProgressUpdate.objects.get()
    client = signed(client_of, "cochair", admin_event)
    for selection in ("abc", "9" * 30, ""):
        sent = {"action": "approve", "_selected_action": selection}
        assert client.post(page(ProgressUpdate, "changelist"), sent).status_code == 400
    assert "1 text is checked." in run_admin_action(client, ProgressUpdate, "approve", update.pk)
    update.refresh_from_db()
    assert update.state == "approved"
    assert Commitment.objects.get().latest_update == update
    address = page(ProgressUpdate, "change", update.pk)
    assert client.post(address, {"text": "Other words"}).status_code == 403
    ask = partial(run_admin_action, client, ProgressUpdate, "ask_for_changes", update.pk)
    assert "Enter what the author must change." in ask()
    assert "You asked for a change to 1 text." in ask(note="Since when?")
    update.refresh_from_db()
    assert (update.state, update.note) == ("change-requested", "Since when?")
    assert Commitment.objects.get().latest_update == update.placeholder
    acts = AuditEntry.objects.filter(detail__startswith="DESK: DESK-C1")
    assert list(acts.values_list("action", flat=True)) == [
        "approve update",
        "ask for changes to update",
    ]


def test_only_cochair_reviews_updates(client_of: Sign, admin_event: Event) -> None:
    update = ProgressUpdate.objects.get()
    approved = make_update(admin_event.commitments.get())
    for role in ("editor", "reader", "elsewhere"):
        client = signed(client_of, role, admin_event)
        run_admin_action(client, ProgressUpdate, "approve", update.pk)
        run_admin_action(client, ProgressUpdate, "ask_for_changes", approved.pk, note="Why?")
    update.refresh_from_db()
    approved.refresh_from_db()
    assert (update.state, approved.state) == ("submitted", "approved")


def test_editor_cannot_publish_event_or_change_its_code(
    client_of: Sign, admin_event: Event
) -> None:
    client = signed(client_of, "editor", admin_event)
    address = page(Event, "change", admin_event.pk)
    sent = filled(client, address, title="New title", is_public="on", code="OTHER")
    assert client.post(address, sent).status_code == 302
    admin_event.refresh_from_db()
    assert (admin_event.title, admin_event.is_public, admin_event.code) == (
        "New title",
        False,
        "DESK",
    )


# Changing ----------------------------------------------------------------------------------


def test_commitment_change_permissions(client_of: Sign, admin_event: Event) -> None:
    commitment = admin_event.commitments.get()
    address = page(Commitment, "change", commitment.pk)
    for role in ("operator", "cochair", "editor"):
        client = signed(client_of, role, admin_event)
        assert client.post(address, filled(client, address, text=role)).status_code == 302
        commitment.refresh_from_db()
        assert commitment.text == role
    client = signed(client_of, "reader", admin_event)
    assert client.post(address, {"text": "New words"}).status_code == 403
    commitment.refresh_from_db()
    assert commitment.text == "editor"


def folds(answer: Any) -> list[str]:
    """What the closed groups of a form are called."""
    return re.findall(
        r"<details><summary>\s*<h2[^>]*>\s*(.*?)\s*</h2>", answer.content.decode(), re.S
    )


def test_long_form_folds_into_groups_that_say_what_is_in_them(
    client_of: Sign, admin_event: Event
) -> None:
    commitment = admin_event.commitments.get()
    make_milestone(commitment=commitment)
    make_milestone(commitment=commitment, title="Second")
    address = page(Commitment, "change", commitment.pk)
    client = signed(client_of, "cochair", admin_event)
    assert folds(client.get(address)) == [
        "Source and due date",
        "Progress reports",
        "Parties (1)",
        "Milestones (2)",
        "Related texts (0)",
    ]
    # Groups with an error are open.
    refused = client.post(address, filled(client, address, due_on="never"))
    assert folds(refused)[0] == "Progress reports"
    # The parties of a new commitment can be entered at once.
    assert folds(client.get(page(Commitment, "add"))) == ["Milestones (0)", "Related texts (0)"]
    # The filters of the list fold too, all but the first.
    shown = client.get(page(Commitment, "changelist")).content.decode()
    titles = re.findall(r"<h3>(.*?)</h3>", shown)
    assert titles == ["State", "Roundtable", "Order"]
    # A long text is cut after a whole word.
    words = "Strengthen the protection of migrants by training each recruiter in unmistakable terms"
    Commitment.objects.filter(pk=commitment.pk).update(text=words)
    offered = client.get(page(ProgressUpdate, "add")).content.decode()
    cut = "Strengthen the protection of migrants by training each recruiter in…"
    assert f"\nDESK-C1 {cut}\n" in offered


def test_replacing_focal_point_resets_acceptance(client_of: Sign, admin_event: Event) -> None:
    first, second, stranger = (make_delegate(name=f"Person {n}") for n in range(3))
    party = CommitmentParty.objects.get()
    for person in (first, second):
        make_participation(person, admin_event, organisation=party.organisation)
    party.request_focal_point(first)
    party.accept(NOON)
    client = signed(client_of, "cochair", admin_event)
    address = page(Commitment, "change", admin_event.commitments.get().pk)

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


def test_duplicate_party_is_rejected(client_of: Sign, admin_event: Event) -> None:
    organisation = make_organisation()
    client = signed(client_of, "cochair", admin_event)
    commitment = admin_event.commitments.get().pk
    address = page(Commitment, "change", commitment)
    sent = filled(client, address)
    for number in (1, 2):
        sent |= {
            f"parties-{number}-organisation": organisation.pk,
            f"parties-{number}-role": "partner",
            f"parties-{number}-commitment": commitment,
        }
    response = client.post(address, sent | {"parties-TOTAL_FORMS": 3})
    assert f"“{organisation}” appears twice here. Remove one of them." in response.content.decode()


def test_rows_cannot_be_attached_to_other_events(client_of: Sign, admin_event: Event) -> None:
    other = make_event(code="OTHER")
    client = signed(client_of, "cochair", admin_event)
    address = page(Commitment, "add")
    sent = filled(client, address, event=other.pk, reference="OTHER-C9", text="Intrusion")
    assert client.post(address, sent).status_code == 200
    assert not other.commitments.exists()
    points = make_statement(other).outcomes.points()
    address = page(Commitment, "change", admin_event.commitments.get().pk)
    sent = filled(client, address, outcomes=[points[0].pk])
    assert client.post(address, sent).status_code == 200
    assert not admin_event.commitments.get().outcomes.exists()


def test_empty_form_shows_required_errors(
    client_of: Sign, admin_event: Event, operator: User
) -> None:
    client = client_of(operator)
    organisation = make_organisation(is_demonstration=True)
    for model in (Event, Commitment, Statement, ProgressUpdate, Organisation):
        address = page(model, "add")
        sent = filled(client, address)
        sent |= {name: 1 for name in sent if name.endswith("-TOTAL_FORMS")}
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
        assert response.status_code == 200, model
        assert response.context["errors"], model


def test_demo_organisation_is_not_offered_for_new_event(client_of: Sign, operator: User) -> None:
    client = client_of(operator)
    address = page(Event, "add")
    typed = {
        "series": make_series().pk,
        "title": "New",
        "code": "NEW",
        "slug": "new",
        "starts_on": "2026-01-01",
        "ends_on": "2026-01-02",
        "time_zone": "Asia/Bangkok",
        "roles-0-organisation": make_organisation(is_demonstration=True).pk,
        "roles-0-role": "cochair",
    }
    response = client.post(address, filled(client, address, **typed))
    assert (
        "Made-up entries belong to demonstrations only, and real entries to real roundtables"
        " only. Choose another one."
    ) in response.content.decode()


def test_evidence_requires_url(client_of: Sign, admin_event: Event) -> None:
    update = ProgressUpdate.objects.get()
    client = signed(client_of, "cochair", admin_event)
    address = page(ProgressUpdate, "change", update.pk)
    sent = filled(client, address, **{"evidence-0-title": "Report"})
    assert client.post(address, sent).status_code == 200
    sent["evidence-0-url"] = "https://example.org/report"
    assert client.post(address, sent).status_code == 302
    assert update.evidence.get().title == "Report"


def test_point_cannot_become_lead_in(client_of: Sign, admin_event: Event) -> None:
    point = admin_event.statement.outcomes.points()[0]
    client = signed(client_of, "cochair", admin_event)
    address = page(Outcome, "change", point.pk)
    assert client.post(address, filled(client, address, kind="lead-in")).status_code == 200
    assert client.post(address, filled(client, address, kind="principle")).status_code == 302


# Deleting ----------------------------------------------------------------------------------


def test_only_operator_deletes_published_records(
    client_of: Sign, admin_event: Event, operator: User
) -> None:
    commitment = admin_event.commitments.get()
    approved = make_update(commitment)
    admin_event.statement.publish(NOON)
    rows = [
        (ProgressUpdate, approved.pk),
        (Commitment, commitment.pk),
        (Statement, admin_event.statement.pk),
        (Outcome, admin_event.statement.outcomes.points()[0].pk),
        (Event, admin_event.pk),
    ]
    cochair = signed(client_of, "cochair", admin_event)
    for model, pk in rows:
        assert cochair.post(page(model, "delete", pk), {"post": "yes"}).status_code == 403, model
        run_admin_action(cochair, model, "delete_selected", pk)
        cochair.post(
            page(model, "changelist"),
            {"action": "delete_selected", "_selected_action": pk, "post": "yes"},
        )
        assert model.objects.filter(pk=pk).exists(), model  # type: ignore[attr-defined]
    # What a party reported in public, no one deletes; what others recorded, an operator.
    recorded = make_update(commitment, reported_by="recorded")
    for row, status in ((approved, 403), (recorded, 302)):
        response = client_of(operator).post(page(ProgressUpdate, "delete", row.pk), {"post": "yes"})
        assert response.status_code == status
    commitment.refresh_from_db()
    assert (commitment.latest_update, commitment.latest_recorded_update) == (approved, None)


@pytest.mark.parametrize("is_of_party", [True, False])
def test_only_cochair_deletes_a_text_that_the_desk_recorded(
    client_of: Sign, admin_event: Event, is_of_party: bool
) -> None:
    """No one deletes what a party submitted, or does not recognise."""
    row = ProgressUpdate.objects.get()
    address = page(ProgressUpdate, "delete", row.pk)
    editor, cochair = (signed(client_of, role, admin_event) for role in ("editor", "cochair"))
    if not is_of_party:
        ProgressUpdate.objects.update(reported_by="recorded", party_hash="")
        dispute = make_dispute(row)
        assert cochair.post(address, {"post": "yes"}).status_code == 403
        dispute.delete()
    assert editor.post(address, {"post": "yes"}).status_code == 403
    assert cochair.post(address, {"post": "yes"}).status_code == (403 if is_of_party else 302)
    assert ProgressUpdate.objects.exists() == is_of_party


def test_draft_is_visible_to_its_author_only(client_of: Sign, admin_event: Event) -> None:
    update = ProgressUpdate.objects.get()
    update.save_draft()
    author = make_holder(admin_event, "author@example.org", role="editor")
    update.author = author
    update.save()
    for role in ("operator", "cochair", "reader"):
        client = signed(client_of, role, admin_event)
        assert client.get(page(ProgressUpdate, "change", update.pk)).status_code == 404
        assert "DESK-C1" not in client.get(page(ProgressUpdate, "changelist")).content.decode()
        run_admin_action(client, ProgressUpdate, "approve", update.pk)
    mine = client_of(author)
    assert mine.get(page(ProgressUpdate, "change", update.pk)).status_code == 200
    update.refresh_from_db()
    assert update.state == "draft"


def test_admin_does_not_overwrite_concurrent_author_changes(
    client_of: Sign, admin_event: Event
) -> None:
    update = ProgressUpdate.objects.get()
    client = signed(client_of, "editor", admin_event)
    address = page(ProgressUpdate, "change", update.pk)
    sent = filled(client, address, text="My words.")
    update.text = "Words of the author."
    update.submit(at=NOON)
    answer = client.post(address, sent)
    assert answer.status_code == 200
    assert (
        "Someone saved this after you opened it. Your changes are not saved yet. "
        "“What was done” now contains: “Words of the author.” Compare, then save again."
    ) in answer.content.decode()
    update.refresh_from_db()
    assert update.text == "Words of the author."
    assert client.post(address, filled(client, address, text="Both.")).status_code == 302
    update.refresh_from_db()
    assert update.text == "Both."


def test_protected_objects_are_counted_not_named_on_delete(
    client_of: Sign, admin_event: Event
) -> None:
    organisation = make_organisation()
    make_grant(make_user("hidden@example.org"), admin_event, on_behalf_of=organisation)
    client = signed(client_of, "cochair", admin_event)
    answer = client.get(page(Organisation, "delete", organisation.pk))
    assert answer.status_code == 403  # no one deletes an organisation
    assert "hidden@example.org" not in answer.content.decode()
    # Of other rows the page would say this.
    request: Any = RequestFactory().get("/")
    request.user = User.objects.get(email="cochair@example.org")
    model_admin = admin.site.get_model_admin(Organisation)
    *_rest, protected = model_admin.get_deleted_objects([organisation], request)
    assert protected == ["1 entry that refers to it"]


# Organisations -----------------------------------------------------------------------------


def test_organisation_of_other_event_is_visible_once_public(
    client_of: Sign, admin_event: Event
) -> None:
    public, draft = make_event(code="PUBLIC"), make_event(code="DRAFT", is_public=False)
    shown = make_role(public).organisation
    hidden = make_role(draft).organisation
    free = make_organisation()
    mine = make_role(admin_event).organisation
    client = signed(client_of, "cochair", admin_event)
    rows = client.get(page(Organisation, "changelist")).context["cl"].result_list
    keys = {row.pk for row in rows}
    assert {shown.pk, free.pk, mine.pk} <= keys
    assert hidden.pk not in keys
    assert client.get(page(Organisation, "change", hidden.pk)).status_code == 404
    for row, status in ((shown, 403), (free, 200), (mine, 200)):
        response = client.post(
            page(Organisation, "change", row.pk), {"name": "", "site": "no address"}
        )
        assert response.status_code == status, row


def test_demo_editor_adds_demo_organisations(client_of: Sign) -> None:
    demonstration = make_event(is_demonstration=True)
    client = signed(client_of, "cochair", demonstration)
    sent = {"name": "Made up", "kind": "agency"}
    assert client.post(page(Organisation, "add"), sent).status_code == 302
    assert Organisation.objects.get(name="Made up").is_demonstration


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
    point = make_outcome(event.statement, parent=lead_in)
    make_addressee(point, group=make_group())
    point.themes.add(make_theme())


def queries(client: Client, address: str) -> int:
    """How many questions a page asks of the database."""
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    return len(asked)


@pytest.mark.walk
def test_pages_use_constant_number_of_queries(client_of: Sign, admin_event: Event) -> None:
    fill(admin_event)
    client = signed(client_of, "cochair", admin_event)
    pages = [
        page(model, "changelist")
        for model in (Event, Organisation, Delegate, Statement, Outcome, Commitment, ProgressUpdate)
    ]
    pages += [
        page(Event, "change", admin_event.pk),
        page(Statement, "change", admin_event.statement.pk),
    ]
    for _twice in range(2):  # the first time, more is read
        before = {address: queries(client, address) for address in pages}
    fill(admin_event)
    fill(admin_event)
    assert {address: queries(client, address) for address in pages} == before
    assert all(number <= 20 for number in before.values()), before


# Spreadsheets ------------------------------------------------------------------------------


def export(client: Client, model: type, kind: int, **query: object) -> Any:
    """Downloads a list: 0 as CSV, 1 as a workbook."""
    address = page(model, "export")
    return client.post(address, {"format": kind, "resource": ""}, query_params=query)


def test_export_contains_viewers_rows_and_no_person(client_of: Sign, admin_event: Event) -> None:
    other = make_event(code="OTHER", is_public=False)
    make_commitment(other)
    person = make_delegate(name="Canary Person")
    make_participation(person, admin_event)
    make_party(admin_event.commitments.get(), focal_point=person)
    client = signed(client_of, "cochair", admin_event)
    content = export(client, Commitment, 0).content.decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(content))
    assert (row["reference"], row["is_open"]) == ("DESK-C1", "no")
    assert "Canary" not in content
    hidden = make_role(other).organisation
    assert hidden.slug not in export(client, Organisation, 0).content.decode()


def test_export_names_list_filters(client_of: Sign, admin_event: Event) -> None:
    make_commitment(admin_event, reference="DESK-C2", text="Quite different")
    content = export(signed(client_of, "editor", admin_event), Commitment, 0, q="different").content
    assert b"DESK-C2" in content
    assert b"DESK-C1" not in content
    reader = signed(client_of, "reader", admin_event)
    for model in (Commitment, Organisation):
        assert reader.get(page(model, "export")).status_code == 403
        assert export(reader, model, 0).status_code == 403


def test_milestones_related_texts_and_openness_are_saved_in_admin(
    client_of: Sign, admin_event: Event
) -> None:
    client = signed(client_of, "editor", admin_event)
    commitment = admin_event.commitments.get()
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


def test_previous_text_can_be_hidden_from_change_log(
    client_of: Sign, client: Client, admin_event: Event
) -> None:
    admin_event.is_public = True
    admin_event.save()
    commitment = admin_event.commitments.get()
    step = make_milestone(commitment=commitment, title="Ask Zq Person")
    for model in (admin_event, commitment, step):
        model.history.update(history_date=NOON)
    editor = signed(client_of, "editor", admin_event)
    address = page(Commitment, "change", commitment.pk)
    assert "Delete the earlier text" in editor.get(address).content.decode()
    sent = filled(editor, address, text="Train with survivors.", redact="on", source_title="Plan")
    sent["milestones-0-title"] = "Ask survivors"
    assert editor.post(address, sent).status_code == 302
    republish(commitment)
    told = client.get("/changes/").content.decode()
    assert "(deleted)" in told and "Train with survivors." in told
    assert "Desk commitment" not in told
    assert "Ask survivors" in told and "Zq Person" not in told


def test_points_of_a_new_commitment_name_their_meeting(
    client_of: Sign, operator: User, admin_event: Event
) -> None:
    make_statement(make_event(code="ZQ2030", slug="zq"))
    page = client_of(operator).get(reverse("admin:outcomes_commitment_add")).content.decode()
    assert "DESK: share what works" in page and "ZQ2030: 1.a share what works" in page
