"""The text of a draft, written as one document: order, numbers, and concurrent editors."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from outcomes.models import Outcome, Statement
from participants.models import Delegate, User
from roundtable.audit.models import AuditEntry
from roundtable.models import Event
from tests.factories import make_grant, make_holder, make_outcome, make_user
from tests.recorded_fixtures import recorded
from tests.silence_procedure import (
    AgreementCase,
    circulate_draft,
    make_agreement_case,
    publish_draft,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("recorded_templates")]
Sign = Callable[[User | Delegate], Client]


@pytest.fixture
@recorded
def table(db: None) -> AgreementCase:
    found = make_agreement_case()
    second = make_outcome(
        found.statement, kind=Outcome.Kind.LEAD_IN, text="Co-chairs will:", position=2
    )
    make_outcome(found.statement, parent=second, text="report back", position=1)
    return found


def address(statement: Statement) -> str:
    return reverse("admin:outcomes_statement_text", args=[statement.pk])


def button(statement: Statement, name: str, number: int) -> str:
    return reverse(f"admin:outcomes_statement_{name}", args=[statement.pk, number])


def opened(client: Client, statement: Statement) -> dict[str, Any]:
    """What a browser would send from the unchanged page."""
    sent: dict[str, Any] = {}
    for line in client.get(address(statement)).context["lines"]:
        sent |= {f"text-{line.key}": line.text, f"base-{line.key}": line.base}
        if line.kind and not line.is_lead_in:
            sent |= {f"kind-{line.key}": line.kind, f"basekind-{line.key}": line.base_kind}
    return sent


def numbered_texts(statement: Statement) -> list[tuple[str, str]]:
    statement.refresh_from_db()
    return [(row.number, row.text) for row in statement.outcomes.numbered()]


def key_of(text: str) -> int:
    return Outcome.objects.get(text=text).pk


def test_statement_is_edited_on_one_page(client_of: Sign, table: AgreementCase) -> None:
    client, statement = client_of(table.first), table.statement
    sent = opened(client, statement)
    sent |= {
        "text-title": "What we agreed",
        "text-introduction": "We met in Bali.\r\nIt rained.",
        f"text-{key_of('report back')}": "report back within a year",
        f"kind-{key_of('report back')}": "undertaking",
        f"new-{key_of('Co-chairs will:')}": "meet again",
        f"newkind-{key_of('Co-chairs will:')}": "undertaking",
        "new": "Donors are asked to:",
    }
    answer = client.post(address(statement), sent, follow=True)
    assert "The text is saved." in answer.content.decode()
    assert numbered_texts(statement) == [
        ("1", "Participants agreed to:"),
        ("1.a", "protect those who were trafficked"),
        ("1.b", "share what works"),
        ("2", "Co-chairs will:"),
        ("2.a", "report back within a year"),
        ("2.b", "meet again"),
        ("3", "Donors are asked to:"),
    ]
    assert statement.title == "What we agreed"
    assert statement.introduction == "We met in Bali.\nIt rained."
    assert Outcome.objects.get(text="meet again").kind == "undertaking"
    assert set(statement.outcomes.values_list("number", flat=True)) == {""}
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.organisation, entry.detail) == (
        "write statement",
        "ag-indonesia",
        "AG",
    )


@pytest.mark.parametrize(
    ("direction", "text", "after"),
    [
        ("up", "share what works", ["1 P", "1.a share", "1.b protect", "2 C", "2.a report"]),
        ("down", "share what works", ["1 P", "1.a protect", "2 C", "2.a share", "2.b report"]),
        ("up", "report back", ["1 P", "1.a protect", "1.b share", "1.c report", "2 C"]),
        ("up", "Co-chairs will:", ["1 C", "1.a report", "2 P", "2.a protect", "2.b share"]),
        (
            "up",
            "protect those who were trafficked",
            ["1 P", "1.a protect", "1.b share", "2 C", "2.a report"],
        ),
    ],
)
def test_move_buttons_reorder_and_renumber(
    client_of: Sign, table: AgreementCase, direction: str, text: str, after: list[str]
) -> None:
    client, statement = client_of(table.first), table.statement
    key = key_of(text)
    answer = client.post(button(statement, f"move_{direction}", key), opened(client, statement))
    assert answer.headers["Location"] == f"{address(statement)}#line-{key}"
    short = {"Participants agreed to:": "P", "Co-chairs will:": "C"}
    found = [f"{number} {short.get(t, t.split()[0])}" for number, t in numbered_texts(statement)]
    assert found == after


def test_move_saves_edited_text(client_of: Sign, table: AgreementCase) -> None:
    client, statement = client_of(table.first), table.statement
    key = key_of("share what works")
    sent = opened(client, statement)
    client.post(button(statement, "move_up", key), sent | {f"text-{key}": "share openly"})
    assert numbered_texts(statement)[1] == ("1.a", "share openly")


def test_sentence_is_removed_after_confirmation(client_of: Sign, table: AgreementCase) -> None:
    client, statement = client_of(table.first), table.statement
    key = key_of("share what works")
    text = client.get(f"{address(statement)}?delete={key}").content.decode()
    assert "Delete 1.b?" in text
    sent = {f"base-{key}": "share what works"}
    answer = client.post(button(statement, "remove_sentence", key), sent, follow=True)
    assert "The sentence is deleted." in answer.content.decode()
    assert "Someone else" not in answer.content.decode()
    assert ("1.b", "share what works") not in numbered_texts(statement)
    lead_in = key_of("Participants agreed to:")
    sent = {f"base-{lead_in}": "Participants agreed to:"}
    answer = client.post(button(statement, "remove_sentence", lead_in), sent)
    assert answer.status_code == 400
    assert "This lead-in still has points. Move or delete them first." in answer.content.decode()
    assert Outcome.objects.filter(pk=lead_in).exists()


# Two editors -------------------------------------------------------------------------------


def test_concurrent_edits_of_different_sentences_are_kept(
    client_of: Sign, table: AgreementCase
) -> None:
    first, second = client_of(table.first), client_of(table.second)
    statement = table.statement
    mine, theirs = opened(first, statement), opened(second, statement)
    one, other = key_of("share what works"), key_of("report back")
    second.post(address(statement), theirs | {f"text-{other}": "report back soon"})
    answer = first.post(
        address(statement), mine | {f"text-{one}": "share what fails too"}, follow=True
    )
    assert (
        "Someone else made changes at the same time. We kept their changes in: 2.a"
        in answer.content.decode()
    )
    assert ("1.b", "share what fails too") in numbered_texts(statement)
    assert ("2.a", "report back soon") in numbered_texts(statement)


def test_concurrent_edit_of_same_sentence_shows_conflict(
    client_of: Sign, table: AgreementCase
) -> None:
    first, second = client_of(table.first), client_of(table.second)
    statement, key = table.statement, key_of("share what works")
    mine, theirs = opened(first, statement), opened(second, statement)
    second.post(address(statement), theirs | {f"text-{key}": "share what works best"})
    sent = mine | {f"text-{key}": "share what fails", "text-title": "Mine too"}
    answer = first.post(address(statement), sent)
    assert answer.status_code == 400
    text = answer.content.decode()
    assert (
        "Someone else changed the same sentence while you were writing. Your changes are not"
        " saved yet, but nothing is lost. Compare the marked text, then save again."
    ) in text
    assert "<ins>best</ins>" in text
    assert ">share what fails</textarea>" in text
    assert 'value="Mine too"' in text
    # Nothing from the first editor is stored.
    assert ("1.b", "share what works best") in numbered_texts(statement)
    assert statement.title == "Outcome statement"
    # Having seen it, the first decides.
    [line] = [row for row in answer.context["lines"] if row.key == str(key)]
    again = sent | {f"base-{key}": line.base}
    assert first.post(address(statement), again).status_code == 302
    assert ("1.b", "share what fails") in numbered_texts(statement)
    assert statement.title == "Mine too"


def test_text_for_removed_sentence_is_returned(client_of: Sign, table: AgreementCase) -> None:
    first, second = client_of(table.first), client_of(table.second)
    statement, key = table.statement, key_of("share what works")
    mine = opened(first, statement)
    second.post(button(statement, "remove_sentence", key), {f"base-{key}": "share what works"})
    answer = first.post(address(statement), mine | {f"text-{key}": "share <all> of it"})
    assert answer.status_code == 400
    assert "Someone else deleted this sentence. Your text was:" in answer.content.decode()
    assert "share &lt;all&gt; of it" in answer.content.decode()


def test_sentence_added_by_another_editor_is_kept(client_of: Sign, table: AgreementCase) -> None:
    first, second = client_of(table.first), client_of(table.second)
    statement = table.statement
    mine = opened(first, statement)
    lead_in = key_of("Co-chairs will:")
    second.post(address(statement), opened(second, statement) | {f"new-{lead_in}": "write"})
    first.post(address(statement), mine | {"text-title": "Other title"})
    assert ("2.b", "write") in numbered_texts(statement)


def test_new_point_under_removed_lead_in_is_returned(client_of: Sign, table: AgreementCase) -> None:
    first, second = client_of(table.first), client_of(table.second)
    statement, head = table.statement, key_of("Co-chairs will:")
    sent = opened(first, statement) | {f"new-{head}": "write letters"}
    for text in ("report back", "Co-chairs will:"):
        key = key_of(text)
        second.post(button(statement, "remove_sentence", key), {f"base-{key}": text})
    answer = first.post(address(statement), sent)
    assert answer.status_code == 400
    assert "write letters" in answer.content.decode()


def test_validation_error_keeps_other_editors_changes(
    client_of: Sign, table: AgreementCase
) -> None:
    first, second = client_of(table.first), client_of(table.second)
    statement, key = table.statement, key_of("share what works")
    mine = opened(first, statement)
    second.post(
        address(statement), opened(second, statement) | {f"text-{key}": "share what works best"}
    )
    answer = first.post(address(statement), mine | {"text-title": "x" * 20_001})
    assert answer.status_code == 400
    # The editor fixes the text on the page and sends it again.
    again = {"text-title": "Short"}
    for line in answer.context["lines"]:
        again |= {f"base-{line.key}": line.base}
        again.setdefault(f"text-{line.key}", line.text)
    first.post(address(statement), again)
    assert ("1.b", "share what works best") in numbered_texts(statement)
    assert statement.title == "Short"


def test_sentence_changed_after_confirmation_is_not_removed(
    client_of: Sign, table: AgreementCase
) -> None:
    first, second = client_of(table.first), client_of(table.second)
    statement, key = table.statement, key_of("share what works")
    second.post(
        address(statement), opened(second, statement) | {f"text-{key}": "share what works best"}
    )
    sent = {f"base-{key}": "share what works"}
    answer = first.post(button(statement, "remove_sentence", key), sent)
    assert answer.status_code == 400
    assert (
        "Someone changed this sentence after you selected “Delete”. Read it again, then decide."
    ) in answer.content.decode()
    assert ("1.b", "share what works best") in numbered_texts(statement)


def test_kind_chosen_by_another_editor_is_kept(client_of: Sign, table: AgreementCase) -> None:
    first, second = client_of(table.first), client_of(table.second)
    statement, key = table.statement, key_of("report back")
    mine = opened(first, statement)
    second.post(address(statement), opened(second, statement) | {f"kind-{key}": "undertaking"})
    first.post(address(statement), mine | {"text-introduction": "Hello."})
    assert Outcome.objects.get(pk=key).kind == "undertaking"


def test_stale_form_does_not_restore_old_text(client_of: Sign, table: AgreementCase) -> None:
    """The form of source and title was opened while it was a draft; now it goes round."""
    client, statement = client_of(table.first), table.statement
    change = reverse("admin:outcomes_statement_change", args=[statement.pk])
    sent = {"title": "Sneaked in", "language": "fr", "source_title": "Report"}
    circulate_draft(table)
    client.post(change, sent)
    statement.refresh_from_db()
    assert (statement.state, statement.title, statement.language) == (
        "circulated",
        "Outcome statement",
        "en",
    )


# Bad input ---------------------------------------------------------------------------------


def test_empty_sentence_is_rejected(client_of: Sign, table: AgreementCase) -> None:
    client, statement = client_of(table.first), table.statement
    before, key = numbered_texts(statement), key_of("report back")
    sent = opened(client, statement) | {f"text-{key}": " ", "text-title": "Kept on the page"}
    answer = client.post(address(statement), sent)
    assert answer.status_code == 400
    assert (
        "This field is empty. Enter text, or delete the sentence with its “Delete” link."
        in answer.content.decode()
    )
    assert 'value="Kept on the page"' in answer.content.decode()
    assert numbered_texts(statement) == before


@pytest.mark.parametrize("sent", [{"text-99999999999999999999": "x"}, {"text-1٣": "x"}])
def test_invalid_form_changes_nothing(
    client_of: Sign, table: AgreementCase, sent: dict[str, str]
) -> None:
    client, statement = client_of(table.first), table.statement
    before = numbered_texts(statement)
    assert client.post(address(statement), sent).status_code in (302, 400)
    assert numbered_texts(statement) == before


@pytest.mark.parametrize("number", [0, 999999999999999999])
@pytest.mark.parametrize("name", ["move_up", "move_down", "remove_sentence"])
def test_button_for_unknown_sentence_changes_nothing(
    client_of: Sign, table: AgreementCase, name: str, number: int
) -> None:
    client, statement = client_of(table.first), table.statement
    before = numbered_texts(statement)
    assert client.post(button(statement, name, number)).status_code == 302
    assert numbered_texts(statement) == before


def test_button_address_leads_to_text_page(client_of: Sign, table: AgreementCase) -> None:
    """The browser opens it without the form, for example after signing in again."""
    client, statement = client_of(table.first), table.statement
    before = numbered_texts(statement)
    for name in ("move_up", "move_down", "remove_sentence"):
        answer = client.get(button(statement, name, key_of("share what works")))
        assert answer.headers["Location"] == address(statement)
    assert numbered_texts(statement) == before


@pytest.mark.parametrize("name", ["move_up", "remove_sentence"])
def test_buttons_obey_role_and_state(client_of: Sign, table: AgreementCase, name: str) -> None:
    reader, statement = make_user("other@example.org"), table.statement
    make_grant(reader, table.event, role="reader")
    before, key = numbered_texts(statement), key_of("share what works")
    sent = opened(client_of(table.first), statement)
    assert client_of(reader).post(button(statement, name, key), sent).status_code == 403
    circulate_draft(table)
    answer = client_of(table.first).post(button(statement, name, key), sent, follow=True)
    assert "You can change only a draft." in answer.content.decode()
    assert numbered_texts(statement) == before


def test_too_long_text_shows_error(client_of: Sign, table: AgreementCase) -> None:
    client, statement = client_of(table.first), table.statement
    sent = opened(client, statement) | {"text-introduction": "x" * 20_001}
    answer = client.post(address(statement), sent)
    assert answer.status_code == 400
    assert "at most 20000 characters" in answer.content.decode()
    assert "x" * 20_001 in answer.content.decode()
    sent = opened(client, statement) | {"text-title": "x" * 201}
    assert client.post(address(statement), sent).status_code == 400


@pytest.mark.parametrize("act", ["circulated", "published"])
def test_circulated_or_published_statement_is_read_only(
    client_of: Sign, table: AgreementCase, act: str
) -> None:
    client, statement = client_of(table.first), table.statement
    sent = opened(client, statement) | {"text-title": "Sneaked in"}
    circulate_draft(table) if act == "circulated" else publish_draft(table)
    answer = client.post(address(statement), sent, follow=True)
    assert (
        "You can change only a draft. Withdraw the text first, or write a correction."
        in answer.content.decode()
    )
    statement.refresh_from_db()
    assert statement.title == "Outcome statement"


@pytest.mark.parametrize(("role", "status"), [("editor", 302), ("reader", 403)])
def test_editor_edits_and_reader_reads(
    client_of: Sign, table: AgreementCase, role: str, status: int
) -> None:
    user = make_holder(table.event, "other@example.org", role=role)
    client, statement = client_of(user), table.statement
    page = client.get(address(statement))
    assert page.status_code == 200
    assert ("<textarea" in page.content.decode()) == (role == "editor")
    sent = opened(client, statement) | {"text-title": "Theirs"}
    assert client.post(address(statement), sent).status_code == status
    statement.refresh_from_db()
    assert statement.title == ("Theirs" if role == "editor" else "Outcome statement")


def test_other_admin_forms_cannot_change_text(client_of: Sign, table: AgreementCase) -> None:
    """One door: the form of a point and that of the statement leave the words alone."""
    client, statement = client_of(table.first), table.statement
    point = statement.outcomes.points()[0]
    change = reverse("admin:outcomes_outcome_change", args=[point.pk])
    assert 'name="text"' not in client.get(change).content.decode()
    change = reverse("admin:outcomes_statement_change", args=[statement.pk])
    assert 'name="introduction"' not in client.get(change).content.decode()
    assert 'name="title"' in client.get(change).content.decode()
    circulate_draft(table)
    assert 'name="title"' not in client.get(change).content.decode()


def test_new_statement_redirects_to_text_page(client_of: Sign, table: AgreementCase) -> None:
    table.statement.delete()
    sent = {"event": table.event.pk, "title": "Outcome statement", "language": "en"}
    answer = client_of(table.first).post(reverse("admin:outcomes_statement_add"), sent)
    statement = Statement.objects.get()
    assert answer.headers["Location"] == address(statement)


@pytest.mark.parametrize("page", ["change", "text", "agreement"])
def test_statement_page_links_once_to_the_public_page(
    client_of: Sign, cochair: User, event: Event, page: str
) -> None:
    path = reverse(f"admin:outcomes_statement_{page}", args=[event.statement.pk])
    assert client_of(cochair).get(path).content.decode().count(">Public page</a>") == 1
