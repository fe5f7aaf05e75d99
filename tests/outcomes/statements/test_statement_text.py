"""The published text as a file with its hash, and how a change of it is found."""

import hashlib

import pytest
from django.test import Client

from outcomes.models import Outcome, SignOff, StatementVersion
from outcomes.statements.comparison import TextBlock, compare_texts, split_blocks
from outcomes.statements.verify import find_statement_faults
from roundtable.audit.models import AuditEntry
from tests.factories import make_event, make_outcome, make_statement
from tests.recorded_fixtures import recorded
from tests.silence_procedure import make_agreement_case, publish_draft, sign_draft

pytestmark = pytest.mark.django_db
CHANGED = (
    "AG: version 1 was changed after it was saved, or something other than the portal wrote it."
)
TEXT = """Outcome statement
AG, en

        We met in Bali.

        It rained.

1       Participants agreed to:
1.a     protect those who were trafficked
1.b     share what works
        and what does not
"""


@pytest.fixture
@recorded
def statement() -> "object":
    table = make_agreement_case(is_public=True)
    table.statement.introduction = "We met in Bali.\r\n\r\n  It rained.  "
    table.statement.save()
    Outcome.objects.filter(text="share what works").update(
        text="share what works\nand what does not"
    )
    return publish_draft(table)


def test_anyone_can_check_the_text(statement: "object") -> None:
    answer = Client().get("/roundtables/agree/statement.txt")
    assert answer.content.decode() == TEXT
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    page = Client().get("/roundtables/agree/").content.decode()
    assert hashlib.sha256(answer.content).hexdigest() in page
    assert "/roundtables/agree/statement.txt" in page
    assert Client().get("/roundtables/agree/statement-1.txt").content.decode() == TEXT


@pytest.mark.parametrize("what", ["draft", "hidden", "signed", "none"])
def test_unpublished_text_is_not_found(what: str) -> None:
    event = make_event(slug="agree", is_public=what != "hidden") if what != "signed" else None
    if what == "signed":
        sign_draft(make_agreement_case(is_public=True))
    elif what != "none":
        make_statement(event, published=what == "hidden")
    for path in ("statement.txt", "statement-1.txt"):
        assert Client().get(f"/roundtables/agree/{path}").status_code == 404


def test_text_cannot_imitate_another_sentence() -> None:
    """A point whose own lines begin like points is one point still."""
    statement = make_statement(points=0, published=False)
    make_outcome(statement, parent=statement.outcomes.get(), text="be kind\n1.b     and brief")
    first = statement.canonical_text()
    statement.outcomes.points().delete()
    for position, text in enumerate(("be kind", "and brief"), start=1):
        make_outcome(
            statement, parent=statement.outcomes.get(parent=None), text=text, position=position
        )
    assert first != statement.canonical_text()
    assert split_blocks(first)[-1] == TextBlock("1.a", "be kind\n1.b     and brief")


def test_text_is_independent_of_line_endings() -> None:
    statement = make_statement(published=False, introduction="One.\r\nTwo.")
    before = statement.canonical_text()
    statement.introduction = "One.\nTwo.\n"
    assert statement.canonical_text() == before


def test_versions_are_compared_side_by_side() -> None:
    before = "T\nAG, en\n\n1       We agree:\n1.a     be kind\n1.b     be brief\n"
    after = "T\nAG, en\n\n1       We agree:\n1.a     be brief\n1.b     be very kind\n"
    rows = [row for row in compare_texts(before, after) if row.differs]
    assert [(row.before and row.before.text, row.after and row.after.text) for row in rows] == [
        ("be kind", "be very kind"),
    ]
    assert [(row.before and row.before.number, row.after and row.after.number) for row in rows] == [
        ("1.a", "1.b")
    ]
    rows = [row for row in compare_texts(before, "T\nAG, en\n\n1       We agree:\n") if row.differs]
    assert [(row.before and row.before.text, row.after) for row in rows] == [
        ("be kind", None),
        ("be brief", None),
    ]


# Changes that are found ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        ("row", "AG: the pages do not show the version that was published."),
        ("version", CHANGED),
        ("both", "AG: the log has a different text."),
        ("signature", "AG: version 1 has a missing signature."),
        ("gone", "AG: no version was saved when it was published."),
    ],
)
def test_changes_are_detected(statement: "object", fault: str, sentence: str) -> None:
    assert find_statement_faults() == []
    version = StatementVersion.objects.get()
    if fault in ("row", "both"):
        Outcome.objects.filter(number="1.a").update(text="protect nobody")
    if fault == "version":
        StatementVersion.objects.update(text=TEXT.replace("Bali", "Bari"))
    if fault == "both":  # someone with access to the database makes all of it agree
        text = TEXT.replace("protect those who were trafficked", "protect nobody")
        digest = hashlib.sha256(text.encode()).hexdigest()
        StatementVersion.objects.update(text=text, sha256=digest)
        SignOff.objects.update(sha256=digest)
    if fault == "signature":
        SignOff.objects.first().delete()  # type: ignore[union-attr]
    if fault == "gone":
        version.delete()
    assert sentence in find_statement_faults()


def test_audit_log_contains_hash(statement: "object") -> None:
    detail = AuditEntry.objects.get(action="publish statement").detail
    assert detail == f"AG version 1 {hashlib.sha256(TEXT.encode()).hexdigest()}"
