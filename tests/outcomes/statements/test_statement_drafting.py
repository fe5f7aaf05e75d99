"""The text of a draft, written as one document: order, numbers, and concurrent editors."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from outcomes.models import Outcome, Statement
from participants.models import User
from roundtable.audit.models import AuditEntry
from roundtable.models import Event
from tests.factories import make_holder, make_outcome
from tests.fixture_types import Sign
from tests.recorded_fixtures import recorded
from tests.silence_procedure import (
    AgreementCase,
    circulate_draft,
    make_agreement_case,
    publish_draft,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("recorded_templates")]


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


def save(client: Client, statement: Statement, seen: Any = None, **changes: str) -> Any:
    """Sends the page as it was seen, or as it is now, with some fields changed."""
    sent = (opened(client, statement) if seen is None else seen) | changes
    return client.post(address(statement), sent, follow=True)


def remove(client: Client, statement: Statement, text: str) -> Any:
    key = key_of(text)
    sent = {f"base-{key}": text}
    return client.post(button(statement, "remove_sentence", key), sent, follow=True)


def stays(statement: Statement, number: str, text: str) -> bool:
    return (number, text) in numbered_texts(statement)


def numbered_texts(statement: Statement) -> list[tuple[str, str]]:
    statement.refresh_from_db()
    return [(row.number, row.text) for row in statement.outcomes.numbered()]


def key_of(text: str) -> int:
    return Outcome.objects.get(text=text).pk


def test_statement_is_edited_on_one_page(client_of: Sign, table: AgreementCase) -> None:
    client, statement = client_of(table.first), table.statement
    head, point = key_of("Co-chairs will:"), key_of("report back")
    changes = {
        "text-title": "What we agreed",
        "text-introduction": "We met in Bali.\r\nIt rained.",
        f"text-{point}": "report back within a year",
        f"kind-{point}": "undertaking",
        f"new-{head}": "meet again",
        f"newkind-{head}": "undertaking",
        "new": "Donors are asked to:",
    }
    answer = save(client, statement, **changes)
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
    assert (entry.action, entry.detail) == ("write statement", "AG")
    assert entry.organisation == "ag-indonesia"


def test_move_buttons_reorder_renumber_and_save(client_of: Sign, table: AgreementCase) -> None:
    client, statement = client_of(table.first), table.statement
    short = {"Participants agreed to:": "P", "Co-chairs will:": "C"}
    for direction, text, after in (
        ("up", "share what works", ["1 P", "1.a share", "1.b protect", "2 C", "2.a report"]),
        ("up", "share what works", ["1 P", "1.a share", "1.b protect", "2 C", "2.a report"]),
        ("up", "report back", ["1 P", "1.a share", "1.b protect", "1.c report", "2 C"]),
        ("down", "report back", ["1 P", "1.a share", "1.b protect", "2 C", "2.a report"]),
        (
            "down",
            "protect those who were trafficked",
            ["1 P", "1.a share", "2 C", "2.a protect", "2.b report"],
        ),
        ("up", "Co-chairs will:", ["1 C", "1.a protect", "1.b report", "2 P", "2.a share"]),
    ):
        key = key_of(text)
        answer = client.post(button(statement, f"move_{direction}", key), opened(client, statement))
        assert answer.headers["Location"] == f"{address(statement)}#line-{key}"
        texts = numbered_texts(statement)
        assert [f"{number} {short.get(t, t.split()[0])}" for number, t in texts] == after
    key = key_of("share what works")
    sent = opened(client, statement) | {f"text-{key}": "share openly"}
    client.post(button(statement, "move_up", key), sent)
    assert stays(statement, "1.c", "share openly")


def test_sentence_is_removed_after_confirmation(client_of: Sign, table: AgreementCase) -> None:
    client, statement = client_of(table.first), table.statement
    key = key_of("share what works")
    text = client.get(f"{address(statement)}?delete={key}").content.decode()
    assert "Delete 1.b?" in text
    answer = remove(client, statement, "share what works")
    assert "The sentence is deleted." in answer.content.decode()
    assert "Someone else" not in answer.content.decode()
    assert not stays(statement, "1.b", "share what works")
    answer = remove(client, statement, "Participants agreed to:")
    assert answer.status_code == 400
    assert "This lead-in still has points. Move or delete them first." in answer.content.decode()
    assert stays(statement, "1", "Participants agreed to:")


# Two editors -------------------------------------------------------------------------------


def test_concurrent_edits_of_different_sentences_are_kept(
    client_of: Sign, table: AgreementCase
) -> None:
    first, second = client_of(table.first), client_of(table.second)
    statement, lead_in = table.statement, key_of("Co-chairs will:")
    one, other = key_of("share what works"), key_of("report back")
    mine = opened(first, statement)
    changes = {f"text-{other}": "report soon", f"kind-{other}": "undertaking"}
    save(second, statement, **changes, **{f"new-{lead_in}": "write"})
    answer = save(first, statement, mine, **{f"text-{one}": "share what fails too"})
    assert (
        "Someone else made changes at the same time. We kept their changes in: 2.a"
        in answer.content.decode()
    )
    assert stays(statement, "1.b", "share what fails too")
    assert stays(statement, "2.a", "report soon") and stays(statement, "2.b", "write")
    assert Outcome.objects.get(pk=other).kind == "undertaking"


def test_concurrent_edit_of_same_sentence_shows_conflict(
    client_of: Sign, table: AgreementCase
) -> None:
    first, second = client_of(table.first), client_of(table.second)
    statement, key = table.statement, key_of("share what works")
    seen = opened(first, statement)
    save(second, statement, **{f"text-{key}": "share what works best"})
    mine = {f"text-{key}": "share what fails", "text-title": "Mine too"}
    answer = save(first, statement, seen, **mine)
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
    assert stays(statement, "1.b", "share what works best")
    assert statement.title == "Outcome statement"
    # Having seen it, the first decides.
    [line] = [row for row in answer.context["lines"] if row.key == str(key)]
    save(first, statement, seen, **mine, **{f"base-{key}": line.base})
    assert stays(statement, "1.b", "share what fails")
    assert statement.title == "Mine too"


def test_text_for_removed_sentences_is_returned(client_of: Sign, table: AgreementCase) -> None:
    first, second = client_of(table.first), client_of(table.second)
    statement, key = table.statement, key_of("share what works")
    head = key_of("Co-chairs will:")
    seen = opened(first, statement)
    for text in ("share what works", "report back", "Co-chairs will:"):
        remove(second, statement, text)
    for change, words in (
        ({f"text-{key}": "share <all> of it"}, "share &lt;all&gt; of it"),
        ({f"new-{head}": "write letters"}, "write letters"),
    ):
        answer = save(first, statement, seen, **change)
        assert answer.status_code == 400
        assert "Someone else deleted this sentence. Your text was:" in answer.content.decode()
        assert words in answer.content.decode()


def test_validation_error_keeps_other_editors_changes(
    client_of: Sign, table: AgreementCase
) -> None:
    first, second = client_of(table.first), client_of(table.second)
    statement, key = table.statement, key_of("share what works")
    mine = opened(first, statement)
    save(second, statement, **{f"text-{key}": "share what works best"})
    answer = save(first, statement, mine, **{"text-title": "x" * 20_001})
    assert answer.status_code == 400
    # The editor fixes the text on the page and sends it again.
    again = {"text-title": "Short"}
    for line in answer.context["lines"]:
        again |= {f"base-{line.key}": line.base}
        again.setdefault(f"text-{line.key}", line.text)
    save(first, statement, again)
    assert stays(statement, "1.b", "share what works best")
    assert statement.title == "Short"


def test_sentence_changed_after_confirmation_is_not_removed(
    client_of: Sign, table: AgreementCase
) -> None:
    first, second = client_of(table.first), client_of(table.second)
    statement, key = table.statement, key_of("share what works")
    save(second, statement, **{f"text-{key}": "share what works best"})
    sent = {f"base-{key}": "share what works"}
    answer = first.post(button(statement, "remove_sentence", key), sent)
    assert answer.status_code == 400
    assert (
        "Someone changed this sentence after you selected “Delete”. Read it again, then decide."
    ) in answer.content.decode()
    assert stays(statement, "1.b", "share what works best")


@pytest.mark.parametrize(
    ("reach", "state"), [(circulate_draft, "circulated"), (publish_draft, "published")]
)
def test_circulated_or_published_text_stays(
    client_of: Sign, table: AgreementCase, reach: Callable[[AgreementCase], object], state: str
) -> None:
    """Also if its pages were opened while it was a draft."""
    client, statement = client_of(table.first), table.statement
    seen = opened(client, statement)
    reach(table)
    answer = save(client, statement, seen, **{"text-title": "Sneaked in"})
    assert (
        "You can change only a draft. Withdraw the text first, or write a correction."
        in answer.content.decode()
    )
    sent = {"title": "Sneaked in", "language": "fr", "source_title": "Report"}
    client.post(reverse("admin:outcomes_statement_change", args=[statement.pk]), sent)
    for name in ("move_up", "remove_sentence"):
        answer = client.post(button(statement, name, key_of("share what works")), seen, follow=True)
        assert "You can change only a draft." in answer.content.decode()
    assert [text for _number, text in numbered_texts(statement)][2] == "share what works"
    assert (statement.title, statement.language) == ("Outcome statement", "en")
    assert statement.state == state


# Bad input ---------------------------------------------------------------------------------


def test_empty_or_too_long_text_is_rejected(client_of: Sign, table: AgreementCase) -> None:
    client, statement = client_of(table.first), table.statement
    before, point = numbered_texts(statement), f"text-{key_of('report back')}"
    for changes, sentence, kept in (
        (
            {point: " ", "text-title": "Kept on the page"},
            "This field is empty. Enter text, or delete the sentence with its “Delete” link.",
            'value="Kept on the page"',
        ),
        ({"text-introduction": "x" * 20_001}, "at most 20000 characters", "x" * 20_001),
        ({"text-title": "x" * 201}, "", "x" * 201),
    ):
        answer = save(client, statement, **changes)
        assert answer.status_code == 400
        assert sentence in answer.content.decode() and kept in answer.content.decode()
    assert numbered_texts(statement) == before


def test_invalid_forms_and_unknown_sentences_change_nothing(
    client_of: Sign, table: AgreementCase
) -> None:
    client, statement = client_of(table.first), table.statement
    before = numbered_texts(statement)
    for sent in ({"text-99999999999999999999": "x"}, {"text-1٣": "x"}):
        assert client.post(address(statement), sent).status_code in (302, 400)
    for name in ("move_up", "move_down", "remove_sentence"):
        for number in (0, 999999999999999999):
            assert client.post(button(statement, name, number)).status_code == 302
        # The browser opens it without the form, for example after signing in again.
        answer = client.get(button(statement, name, key_of("share what works")))
        assert answer.headers["Location"] == address(statement)
    assert numbered_texts(statement) == before


@pytest.mark.parametrize(("role", "status"), [("editor", 302), ("reader", 403)])
def test_editor_edits_and_reader_reads(
    client_of: Sign, table: AgreementCase, role: str, status: int
) -> None:
    user = make_holder(table.event, "other@example.org", role=role)
    client, statement = client_of(user), table.statement
    before, key = numbered_texts(statement), key_of("share what works")
    page = client.get(address(statement))
    assert page.status_code == 200
    assert ("<textarea" in page.content.decode()) == (role == "editor")
    sent = opened(client, statement) | {"text-title": "Theirs"}
    assert client.post(address(statement), sent).status_code == status
    statement.refresh_from_db()
    assert statement.title == ("Theirs" if role == "editor" else "Outcome statement")
    for name in ("move_up", "remove_sentence"):
        sent = opened(client, statement)
        assert client.post(button(statement, name, key), sent).status_code == status
    assert (numbered_texts(statement) == before) == (role == "reader")


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


def test_statement_page_links_once_to_the_public_page(
    client_of: Sign, cochair: User, event: Event
) -> None:
    client = client_of(cochair)
    for page in ("change", "text", "agreement"):
        path = reverse(f"admin:outcomes_statement_{page}", args=[event.statement.pk])
        assert client.get(path).content.decode().count(">Public page</a>") == 1
