"""Roundtable files: what is stored, what a second run changes, and what others rely on."""

from pathlib import Path

import pytest

from outcomes.models import Commitment, Outcome, Statement
from participants.models import Organisation
from roundtable.models import AuditEntry, Event
from tests.factories import make_delegate, make_event, make_organisation, make_party, make_update
from tests.roundtable_files import (
    POINTS,
    SLUG,
    database_rows,
    load_roundtable,
    rejection_messages,
    replace_text,
)

pytestmark = pytest.mark.django_db


def cut(file: Path, *tables: str) -> Path:
    """The same file without these tables, each named by its first line or lines."""
    for table in tables:
        text = file.read_text("utf-8")
        start = text.index(table)
        end = text.find("\n\n", start)
        file.write_text(text[:start] + (text[end + 2 :] if end > 0 else ""), "utf-8")
    return file


def test_every_table_is_stored_once(file: Path) -> None:
    assert load_roundtable(file) == "20 added, 0 changed, 0 removed, 0 unchanged.\n"
    event = Event.objects.get(slug="talk-1")
    assert (event.code, event.series.slug, event.is_public) == ("TALK1", "talks", False)
    assert {(r.organisation.slug, r.role) for r in event.roles.all()} == {
        ("harbour", "cohost"),
        ("port", "participant"),
    }
    assert [(c.kind, c.number) for c in event.recorded_counts.all()] == [("government", 4)]
    assert [d.title for d in event.documents.all()] == ["Agenda"]
    assert event.statement.state == Statement.State.PUBLISHED
    point = Outcome.objects.get(number="1.a")
    assert (point.parent and point.parent.number, point.text) == ("1", "meet again;")
    assert [theme.slug for theme in point.themes.all()] == ["sea"]
    assert {str(addressee) for addressee in point.addressees.all()} == {"All", "Port Authority"}
    commitment = event.commitments.get()
    assert [outcome.number for outcome in commitment.outcomes.all()] == ["1.a"]
    assert {(str(party), party.role) for party in commitment.parties.all()} == {
        ("Harbour Clinic", "lead"),
        ("Port Authority", "lead"),
        ("All", "partner"),
    }
    entry = AuditEntry.objects.get(action="load file")
    assert (entry.actor, entry.detail) == ("", "TALK1")
    before = database_rows()
    assert load_roundtable(file) == "0 added, 0 changed, 0 removed, 20 unchanged.\n"
    assert database_rows() == before


def test_key_that_the_file_lacks_changes_nothing(file: Path) -> None:
    load_roundtable(file)
    before, text = database_rows(), file.read_text("utf-8")
    for key in (
        "starts_on = 2025-01-01\n",
        'name = "Port Authority"\n',
        "number = 4\n",
        'state = "published"\n',
        'text = "listen first."\n',
        'themes = ["sea"]\n',
        'addressees = ["all", "port"]\n',
        "due_on = 2026-01-01\n",
        'outcomes = ["1.a"]\n',
        'leads = ["harbour", "port"]\n',
    ):
        said = load_roundtable(replace_text(file, key, ""))
        assert said.startswith("0 added, 0 changed, 0 removed, "), key
        assert said.count("\n") == 1, key
        assert database_rows() == before, key
        file.write_text(text, "utf-8")


def test_new_row_needs_its_required_keys(file: Path) -> None:
    load_roundtable(file)
    for before, after in (
        ('reference = "TALK1-C1"\ntext = "Meet again"\n', 'reference = "TALK1-C2"\n'),
        ('number = "1.b"\nkind = "principle"\ntext = "listen', 'number = "1.c"\ntext = "learn'),
        ('slug = "port"\nname = "Port Authority"\n', 'slug = "post"\n'),
        ('leads = ["harbour", "port"]\n', ""),
        ('addressees = ["all", "port"]\n', ""),
    ):
        replace_text(file, before, after)
    assert [line.partition(". ")[0] for line in rejection_messages(file)] == [
        "[organisations(post).name] This key is missing",
        f"[{POINTS}(1.c).kind] This key is missing",
        "[commitments(TALK1-C2).text] This key is missing",
    ]


def test_empty_value_empties_the_field(file: Path) -> None:
    load_roundtable(file)
    replace_text(file, 'site = "https://example.org/"', 'site = ""')
    replace_text(file, "due_on = 2026-01-01", 'due_on = ""')
    replace_text(file, "number = 4", 'number = ""')
    replace_text(file, 'partners = ["all"]', "partners = []")
    load_roundtable(file)
    assert Organisation.objects.get(slug="harbour").site == ""
    commitment = Commitment.objects.get()
    assert commitment.due_on is None
    assert commitment.event.recorded_counts.get().number is None
    assert {party.role for party in commitment.parties.all()} == {"lead"}


def test_rows_that_the_file_lacks_are_kept_and_named(file: Path) -> None:
    load_roundtable(file)
    before = database_rows()
    cut(file, '[[organisations.roles]]\nrole = "participant"', "[[counts]]", "[[documents]]")
    text = file.read_text("utf-8")
    more = '[[counts]]\nkind = "agency"\n\n[[documents]]\ntitle = "Map"\n\n[statement]'
    file.write_text(text.replace("[statement]", more), "utf-8")
    said = load_roundtable(file).splitlines()
    assert said[0].startswith("2 added, 0 changed, 0 removed, ")
    assert said[1:] == [
        "Not in the file, but kept: role “Port Authority, participant”.",
        "Not in the file, but kept: number “Government: 4”.",
        "Not in the file, but kept: document “Agenda”.",
    ]
    after = database_rows()
    for table in ("participants.EventRole", "participants.RecordedCount", "outcomes.Document"):
        assert set(before[table]) <= set(after[table])


def test_tables_that_the_file_lacks_are_kept(file: Path) -> None:
    load_roundtable(file)
    before = database_rows()
    text = file.read_text("utf-8")
    event = text[text.index("[event]") : text.index("[[themes]]")]
    commitments = text[text.index("[[commitments]]") :]
    for part in (event, event + commitments):
        file.write_text(part, "utf-8")
        said = load_roundtable(file)
        assert said.startswith("0 added, 0 changed, 0 removed, ") and said.count("\n") == 1
        assert database_rows() == before


def test_referenced_rows_are_kept_and_reported(file: Path) -> None:
    load_roundtable(file)
    commitment = Commitment.objects.get()
    make_update(commitment, party=commitment.parties.get(organisation__slug="harbour"))
    commitment.parties.get(organisation__slug="port").request_focal_point(make_delegate())
    replace_text(file, 'leads = ["harbour", "port"]', "leads = []")
    cut(file, '[[statement.lead_ins.points]]\nnumber = "1.b"')
    said = load_roundtable(file).splitlines()
    assert said[0].startswith("0 added, 0 changed, 0 removed, ")
    kept = "Not in the file, but kept: "
    assert sorted(said[1:]) == [
        f"{kept}party Harbour Clinic of TALK1-C1, which has updates, disputes or a focal point.",
        f"{kept}party Port Authority of TALK1-C1, which has updates, disputes or a focal point.",
        f"{kept}point 1.b.",
    ]
    assert commitment.parties.count() == 3
    replace_text(file, 'reference = "TALK1-C1"', 'reference = "TALK1-C2"')
    assert f"{kept}commitment TALK1-C1." in load_roundtable(file).splitlines()


def test_draft_point_that_the_file_lacks_is_not_written_over(file: Path) -> None:
    load_roundtable(replace_text(file, 'state = "published"', 'state = "draft"'))
    point = '[[statement.lead_ins.points]]\nnumber = "1.c"\nkind = "principle"\ntext = "go."\n\n'
    text = file.read_text("utf-8")
    file.write_text(text.replace("[[commitments]]", f"{point}[[commitments]]"), "utf-8")
    load_roundtable(file)
    ids = {row.text: row.pk for row in Outcome.objects.points()}
    cut(file, '[[statement.lead_ins.points]]\nnumber = "1.b"')
    replace_text(file, 'text = "go."', 'text = "go slowly."')
    assert "kept: point “listen first.”" in load_roundtable(file)
    assert {row.text: row.pk for row in Outcome.objects.points()} == {
        "meet again;": ids["meet again;"],
        "listen first.": ids["listen first."],
        "go slowly.": ids["go."],
    }


def test_numbers_are_stored_once_the_statement_is_published(file: Path) -> None:
    load_roundtable(replace_text(file, 'state = "published"', 'state = "draft"'))
    assert {outcome.number for outcome in Outcome.objects.all()} == {""}
    assert Commitment.objects.get().outcomes.get().text == "meet again;"
    before = database_rows()
    load_roundtable(file)
    assert database_rows() == before

    load_roundtable(replace_text(file, 'state = "draft"', 'state = "published"'))
    assert {outcome.number for outcome in Outcome.objects.all()} == {"1", "1.a", "1.b"}
    published_at = Statement.objects.get().published_at
    assert published_at
    load_roundtable(file)
    assert Statement.objects.get().published_at == published_at


def test_points_may_be_moved(file: Path) -> None:
    load_roundtable(file)
    text = file.read_text("utf-8")
    point = '[[statement.lead_ins.points]]\nnumber = "1.b"\nkind = "principle"\n'
    point += 'text = "listen first."\n\n'
    first = '[[statement.lead_ins.points]]\nnumber = "1.a"'
    file.write_text(text.replace(point, "").replace(first, point + first), "utf-8")
    numbers = {outcome.pk: outcome.number for outcome in Outcome.objects.all()}
    load_roundtable(file)
    assert [outcome.number for outcome in Outcome.objects.points()] == ["1.b", "1.a"]
    assert {outcome.pk: outcome.number for outcome in Outcome.objects.all()} == numbers


@pytest.mark.parametrize(
    ("before", "after", "where", "says"),
    [
        (
            'number = "1.b"',
            'number = "1.c"',
            f"{POINTS}(1.c).number",
            "The number 1.b cannot change, because others cite it.",
        ),
        ('code = "TALK1"', 'code = "TALK2"', "event.code", "TALK1"),
        (
            SLUG,
            'slug = "talk-2"',
            "event.code",
            "Another roundtable already has this code. Choose another one.",
        ),
        (
            SLUG,
            f"{SLUG}\nis_demonstration = true",
            "event.is_demonstration",
            "A real roundtable cannot become made up, or the reverse. For a new roundtable, choose "
            "another short name.",
        ),
        ('state = "published"', 'state = "draft"', "statement.state", "is already published"),
    ],
)
def test_published_identifiers_cannot_change(
    file: Path, before: str, after: str, where: str, says: str
) -> None:
    load_roundtable(file)
    replace_text(file, before, after)
    if "code" in before:
        replace_text(file, "TALK1-C1", "TALK2-C1")
    sentences = rejection_messages(file)
    assert len(sentences) == 1
    assert sentences[0].startswith(f"[{where}] ")
    assert says in sentences[0]


def test_real_and_demo_organisations_are_not_mixed(file: Path) -> None:
    make_organisation(slug="harbour", is_demonstration=True)
    assert rejection_messages(file) == [
        "[organisations(harbour).slug] A made-up organisation already has this short name. Choose "
        "another one."
    ]
    replace_text(file, 'slug = "talk-1"', 'slug = "talk-1"\nis_demonstration = true')
    make_organisation(slug="port")
    assert rejection_messages(file) == [
        "[organisations(port).slug] A real organisation already has this short name. Choose "
        "another one."
    ]


def test_commitment_of_other_event_is_not_changed(file: Path) -> None:
    other = make_event(code="TALK")
    make_party(
        Commitment.objects.create(event=other, reference="TALK1-C1", text="From a former mistake")
    )
    sentences = rejection_messages(file)
    assert [sentence.split("]")[0] for sentence in sentences] == [
        "[commitments(TALK1-C1).reference"
    ]
