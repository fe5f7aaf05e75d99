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
    digest = hashlib.sha256(TEXT.encode()).hexdigest()
    assert digest in page
    assert "/roundtables/agree/statement.txt" in page
    assert Client().get("/roundtables/agree/statement-1.txt").content.decode() == TEXT
    entry = AuditEntry.objects.get(action="publish statement")
    assert entry.detail == f"AG version 1 {digest}"
    Outcome.objects.filter(number="1.a").update(text="as nothing but a mistake could say")
    page = Client().get("/roundtables/agree/").content.decode()
    assert digest not in page and "This page differs from what was published." in page


def test_unpublished_text_is_not_found() -> None:
    make_statement(make_event(slug="draft"), published=False)
    make_statement(make_event(slug="hidden", is_public=False))
    sign_draft(make_agreement_case(is_public=True))
    for slug in ("draft", "hidden", "agree", "none"):
        for path in ("statement.txt", "statement-1.txt"):
            assert Client().get(f"/roundtables/{slug}/{path}").status_code == 404


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


def test_text_is_split_into_its_blocks() -> None:
    assert [(block.number, block.text) for block in split_blocks(TEXT)] == [
        ("", "Outcome statement"),
        ("", "AG, en"),
        ("", "We met in Bali.\n\nIt rained."),
        ("1", "Participants agreed to:"),
        ("1.a", "protect those who were trafficked"),
        ("1.b", "share what works\nand what does not"),
    ]


def test_versions_are_compared_side_by_side() -> None:
    head = "T\nAG, en\n\n1       We agree:\n"
    before = f"{head}1.a     be kind\n1.b     be brief\n"

    def differing(after: str) -> list[tuple[TextBlock | None, TextBlock | None]]:
        rows = compare_texts(before, f"{head}{after}")
        return [(row.before, row.after) for row in rows if row.differs]

    kind, brief = TextBlock("1.a", "be kind"), TextBlock("1.b", "be brief")
    moved = differing("1.a     be brief\n1.b     be very kind\n")
    assert moved == [(kind, TextBlock("1.b", "be very kind"))]
    assert differing("") == [(kind, None), (brief, None)]
    # Half the words are enough; of two that are equally near, the first one.
    quiet, quick = TextBlock("1.a", "be quiet"), TextBlock("1.b", "be quick")
    assert differing("1.a     be quiet\n1.b     be quick\n") == [(kind, quiet), (brief, quick)]
    assert differing("1.a     stay brief today\n") == [
        (None, TextBlock("1.a", "stay brief today")),
        (kind, None),
        (brief, None),
    ]
    before = f"{head}1.a     –\n"
    assert differing("1.a     —\n") == [
        (None, TextBlock("1.a", "—")),
        (TextBlock("1.a", "–"), None),
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
    versions = StatementVersion.objects
    if fault in ("row", "both"):
        Outcome.objects.filter(number="1.a").update(text="protect nobody")
    if fault == "version":
        versions.update(text=TEXT.replace("Bali", "Bari"))
    if fault == "both":  # someone with access to the database makes all of it agree
        text = TEXT.replace("protect those who were trafficked", "protect nobody")
        digest = hashlib.sha256(text.encode()).hexdigest()
        versions.update(text=text, sha256=digest)
        SignOff.objects.update(sha256=digest)
    if fault == "signature":
        SignOff.objects.filter(organisation__name="Australia").delete()
    if fault == "gone":
        versions.all().delete()
    assert sentence in find_statement_faults()
