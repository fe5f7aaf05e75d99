"""One save is one version, with its links; restoring one; words and reasons that are deleted."""

import functools
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client

from outcomes.datasets.tables import (
    COUNTS,
    DOCUMENTS,
    MILESTONES,
    PARTIES,
    ROLES,
)
from outcomes.models import Commitment, Milestone, Outcome, StatementVersion
from participants.models import Delegate, User
from roundtable.audit.verify import find_log_faults
from roundtable.history.versions import RecordHistory, add_versions, one_version
from roundtable.mail.models import QueuedEmail
from roundtable.models import Event
from tests.factories import (
    NOON,
    compare_with_source,
    make_commitment,
    make_event,
    make_grant,
    make_group,
    make_organisation,
    make_party,
    make_role,
    make_statement,
    make_theme,
    make_update,
    make_user,
)
from tests.fixture_types import Sign
from tests.follow_up_factories import make_milestone, make_offer, make_related_text
from tests.outcomes.changes.test_history import change, restore, versions
from tests.outcomes.test_outcomes_admin import filled, page
from tests.processes import PRODUCTION_ENVIRONMENT, manage
from tests.recorded_fixtures import recorded
from tests.silence_procedure import make_corrigendum, make_rewording

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("recorded_templates")]
CANARY = "Zqcanary Zqperson"


@pytest.fixture
@recorded
def event() -> Event:
    event = make_event(code="DESK", slug="desk", title="Desk roundtable", is_public=False)
    make_statement(event, published=False)
    make_commitment(event, reference="DESK-C1", text="Train ten officers.", state="draft")
    return event


@pytest.fixture
@recorded
def editor(event: Event) -> User:
    user = make_user("zq-editor@example.org")
    make_grant(user, event, role="editor", on_behalf_of=make_organisation(short_name="FO"))
    return user


def added(prefix: str, number: int, **fields: object) -> dict[str, object]:
    """What a browser sends for a new row of a formset, the first after `number` others."""
    sent = {f"{prefix}-{number}-{name}": value for name, value in fields.items()}
    return sent | {f"{prefix}-TOTAL_FORMS": number + 1}


def state_of(row: Any) -> dict[str, Any]:
    """What a record says, with its links, but without the numbers of linked rows."""
    row = type(row).objects.get(pk=row.pk)
    found = {field.name: getattr(row, field.attname) for field in row._meta.concrete_fields}
    found |= {field.name: set(getattr(row, field.name).all()) for field in row._meta.many_to_many}
    linked = RecordHistory.of(type(row)).rows_of([row.pk])[row.pk]
    for relation, rows in linked.items():
        contents = ({name: part[name] for name in part if name != "id"} for part in rows)
        found[relation] = sorted(json.dumps(part, default=str) for part in contents)
    return found


# One save ----------------------------------------------------------------------------------


def test_save_with_links_is_one_version_with_its_reason(
    client_of: Sign, event: Event, editor: User
) -> None:
    commitment: Any = event.commitments.get()
    point, office = event.statement.outcomes.points()[0], make_organisation(name="Coast guard")
    make_role(event, organisation=office)
    before = commitment.history.count()
    sent = added("parties", 0, organisation=office.pk, role="lead")
    sent |= added("milestones", 0, title="Trainers are hired", due_on="2030-02-01")
    change(
        client_of(editor),
        commitment,
        text="Train twenty officers.",
        outcomes=[str(point.pk)],
        why="The minutes say so",
        **sent,
    )
    assert commitment.history.count() == before + 1
    version = commitment.history.latest()
    assert (version.text, version.history_change_reason) == (
        "Train twenty officers.",
        "The minutes say so",
    )
    assert [link.outcome_id for link in version.outcomes.all()] == [point.pk]
    [party], [milestone] = version.rows["parties"], version.rows["milestones"]
    assert (party["organisation"], party["role"]) == (office.pk, "lead")
    assert (milestone["title"], milestone["due_on"]) == ("Trainers are hired", "2030-02-01")
    assert versions(client_of(editor), commitment)[0] == (
        "You · “ The minutes say so ” Text Train ten officers. Train twenty officers. "
        f"Points it answers nothing {point} Parties nothing Coast guard, lead "
        "Milestones nothing Trainers are hired, 1 February 2030"
    )


def test_new_record_roundtable_and_point_keep_their_links_in_a_version(
    client_of: Sign, event: Event, editor: User
) -> None:
    client, point = client_of(editor), event.statement.outcomes.points()[0]
    address = page(Commitment, "add")
    sent = filled(client, address, event=event.pk, reference="DESK-C2", text="Print leaflets.")
    sent |= added("milestones", 0, title="First draft", due_on="2030-02-01")
    assert client.post(address, sent | {"outcomes": [str(point.pk)]}).status_code == 302
    version = Commitment.objects.get(reference="DESK-C2").history.get()
    assert version.history_type == "+" and version.outcomes.count() == 1
    assert version.rows["milestones"][0]["title"] == "First draft"
    theme, group = make_theme(), make_group(name="Governments")
    change(client, point, themes=[str(theme.pk)], **added("addressees", 0, group=group.pk))
    version = point.history.get()
    assert [link.theme_id for link in version.themes.all()] == [theme.pk]
    assert version.rows["addressees"][0]["group"] == group.pk
    before = event.history.count()
    change(client, event, city="Denpasar", **added("documents", 0, title="Agenda"))
    assert event.history.count() == before + 1
    assert event.history.latest().rows["documents"][0]["title"] == "Agenda"


def test_version_holds_what_is_stored_not_what_an_instance_held(event: Event) -> None:
    commitment = event.commitments.get()
    stale = Commitment.objects.get(pk=commitment.pk)
    Commitment.objects.filter(pk=commitment.pk).update(text="Train forty officers.")
    stale.due_on = NOON.date()
    stale.save(update_fields=["due_on"])
    assert stale.history.latest().text == "Train forty officers."


def test_undone_changes_make_no_version(event: Event) -> None:
    commitment = event.commitments.get()
    before = commitment.history.count()
    with one_version():
        commitment.save()
        with pytest.raises(RuntimeError), one_version():
            Milestone.objects.create(commitment=commitment, title="Step", due_on=NOON.date())
            raise RuntimeError
    assert commitment.history.count() == before + 1
    assert Milestone.history.count() == 0


def test_milestone_page_and_approved_offer_add_a_version_of_the_commitment(
    client_of: Sign, event: Event, editor: User
) -> None:
    milestone = make_milestone(commitment=event.commitments.get())
    before = milestone.commitment.history.count()
    change(client_of(editor), milestone, title="Curriculum is printed")
    history = milestone.commitment.history
    assert history.count() == before + 1
    assert history.latest().rows["milestones"][0]["title"] == "Curriculum is printed"
    offer = make_offer(outcome=event.statement.outcomes.points()[0])
    assert offer.commitment
    [version] = offer.commitment.history.all()
    assert version.outcomes.count() == 1 and len(version.rows["parties"]) == 1


def test_versions_hold_all_public_fields_of_linked_rows_and_no_person() -> None:
    links = {"commitment", "event", "outcome"}
    tables = (PARTIES, MILESTONES, ROLES, COUNTS, DOCUMENTS)
    datasets = {dataset.model: dataset for dataset in tables}
    for model in (Commitment, Outcome, Event):
        for relation, linked in RecordHistory.of(model).linked_rows.items():
            related: Any = model._meta.get_field(relation).related_model
            fields = {field.name: field for field in related._meta.concrete_fields}
            targets = {fields[name].related_model for name in linked.fields}
            assert not targets & {Delegate, User}
            editable = {name for name in fields if fields[name].editable} - links - {"id"}
            expected = set(datasets[related].fields) if related in datasets else editable
            assert expected - set(linked.fields) <= {"focal_point"}, relation


# Versions that earlier releases stored -------------------------------------------------------


def stored_before(commitment: Any, texts: list[str]) -> None:
    """Two or three versions for each save, one after the other, all but the last without links."""
    history = commitment.history.model.objects.filter(id=commitment.pk)
    history.delete()
    points = commitment.event.statement.outcomes.points()
    for number, text in enumerate(texts):
        commitment.text = text
        commitment.save()
        commitment.outcomes.set([points[number]])
    for number, row in enumerate(history.order_by("history_id")):
        day = NOON + timedelta(days=texts.index(row.text))
        row.rows, row.history_date = None, day + timedelta(milliseconds=20 * number)
        row.history_type = "~" if number else "+"
        row.save()


def test_save_of_an_earlier_release_is_shown_and_restored_as_one(
    client_of: Sign, event: Event, editor: User
) -> None:
    commitment: Any = event.commitments.get()
    one, _two = event.statement.outcomes.points()
    stored_before(commitment, ["First words.", "Second words."])
    client = client_of(editor)
    newest, oldest = versions(client, commitment)
    assert newest.startswith(
        "The portal, automatically or from a file Text First words. Second words. "
        "Points it answers share what works"
    )
    assert oldest == "The portal, automatically or from a file · First version Restore this version"
    half, first = commitment.history.order_by("history_id")[:2]
    address = page(Commitment, "restore", commitment.pk, half.history_id)
    assert client.get(address).status_code == 404
    assert [part.text for part in (half, first)] == ["First words."] * 2
    restore(client, commitment, first.history_id)
    assert (commitment.text, list(commitment.outcomes.all())) == ("First words.", [one])
    # And what the version does not tell stays.
    preview = client.get(page(Commitment, "restore", commitment.pk, first.history_id + 3))
    assert "parties, milestones, related texts" in preview.content.decode()


# Restoring -----------------------------------------------------------------------------------


def test_each_version_is_restored_with_all_its_links(
    client_of: Sign, event: Event, editor: User
) -> None:
    commitment: Any = event.commitments.get()
    client, (one, two) = client_of(editor), event.statement.outcomes.points()
    office, agency = make_organisation(name="Coast guard"), make_organisation(name="Agency")
    first = make_party(commitment, organisation=office)
    make_milestone(commitment=commitment, title="Step one")
    make_related_text(commitment=commitment)
    add_versions([commitment])
    row = {"kind": "restates", "title": "Plan", "url": "https://example.org", "quote": "q"}
    for sent in (
        {"outcomes": [str(one.pk)], "text": "Second words.", "milestones-0-title": "Step 1"},
        added("parties", 1, organisation=agency.pk, role="partner") | {"due_on": "2030-01-01"},
        {"parties-0-DELETE": "on", "parties-1-role": "lead", "outcomes": [str(two.pk)]},
        added("parties", 1, organisation=office.pk, role="partner")
        | {"milestones-0-DELETE": "on", "outcomes": []},
        {"related_texts-0-DELETE": "on", "is_open": "on"},
        added("related_texts", 0, **row, source="s") | {"due_on": "", "text": "Last words."},
    ):
        change(client, commitment, **sent)
    # The states that existed, from what was stored at each moment.
    numbers = list(commitment.history.order_by("history_id").values_list("history_id", flat=True))
    states = {}
    for number in numbers[1:]:
        version = commitment.history.get(history_id=number)
        states[number] = (
            version.text,
            version.due_on,
            version.is_open,
            {link.outcome_id for link in version.outcomes.all()},
            sorted((part["organisation"], part["role"]) for part in version.rows["parties"]),
            sorted(part["title"] for part in version.rows["milestones"]),
            sorted(part["title"] for part in version.rows["related_texts"]),
        )
    assert len(set(map(str, states.values()))) == len(states) == 7
    preview = client.get(page(Commitment, "restore", commitment.pk, numbers[2])).content.decode()
    assert "Second" in preview and "Last" in preview and 'value="Restore this version"' in preview
    for number in (*numbers[1:-1], *reversed(numbers[1:-2]), numbers[-1]):
        count = commitment.history.count()
        answer = restore(client, commitment, number)
        assert answer.status_code == 302, answer.content.decode()
        assert commitment.history.count() == count + 1
        assert versions(client, commitment)[0].startswith("You · “ Restored to the version of ")
        assert (
            commitment.text,
            commitment.due_on,
            commitment.is_open,
            {point.pk for point in commitment.outcomes.all()},
            sorted((party.organisation_id, party.role) for party in commitment.parties.all()),
            sorted(step.title for step in commitment.milestones.all()),
            sorted(text.title for text in commitment.related_texts.all()),
        ) == states[number]
    assert not type(first).objects.filter(pk=first.pk).exists()


def test_restored_party_stays_the_same_row_and_reported_one_is_not_removed(
    client_of: Sign, event: Event, editor: User
) -> None:
    commitment: Any = event.commitments.get()
    client, party = client_of(editor), make_party(commitment)
    add_versions([commitment])
    then = commitment.history.latest().history_id
    change(client, commitment, **{"parties-0-role": "partner"})
    restore(client, commitment, then)
    assert list(commitment.parties.values_list("pk", "role")) == [(party.pk, "lead")]
    without = commitment.history.earliest("history_id").history_id
    make_update(commitment, party=party)
    state = state_of(commitment)
    answer = restore(client, commitment, without)
    assert "This version cannot be restored, and nothing is changed." in answer.content.decode()
    assert state_of(commitment) == state


# Reasons -------------------------------------------------------------------------------------


def test_reasons_are_deleted_on_the_page_of_the_record(
    client_of: Sign, event: Event, editor: User
) -> None:
    commitment, client = event.commitments.get(), client_of(editor)
    step = make_milestone(commitment=commitment)
    sent = {"milestones-0-title": "Curriculum is printed", "due_on": "2030-01-01"}
    change(client, commitment, **sent, why=f"{CANARY} asked for it")
    assert CANARY in versions(client, commitment)[0]
    change(client, commitment, redact_reasons="on")
    assert where_is(CANARY) == {}
    said = versions(client, commitment)
    assert said[0] == "You · “ Reasons that should not have been here. ”"
    assert said[1].startswith("You · “ (deleted) ” Due nothing 1 January 2030")
    assert "“ (deleted) ”" in " ".join(versions(client, step))
    # The words of these versions are still there, so they can be restored.
    restore(client, commitment, commitment.history.earliest("history_id").history_id)
    assert commitment.due_on is None
    assert LogEntry.objects.filter(object_id=str(commitment.pk)).count() == 3


# Words ---------------------------------------------------------------------------------------


@functools.cache
def columns_by_table() -> dict[str, list[str]]:
    described = connection.introspection.get_table_description
    with connection.cursor() as cursor:
        return {
            table: [column.name for column in described(cursor, table)]
            for table in connection.introspection.table_names(cursor)
        }


def where_is(words: str) -> dict[str, int]:
    """Text columns of all tables that contain these words, with the number of rows."""
    quote, found = connection.ops.quote_name, dict[str, int]()
    with connection.cursor() as cursor:
        for table, columns in columns_by_table().items():
            containing = ", ".join(
                f"COUNT(*) FILTER (WHERE LOWER(CAST({quote(column)} AS TEXT)) LIKE %s)"
                for column in columns
            )
            sought = [f"%{words.lower()}%"] * len(columns)
            cursor.execute(f"SELECT {containing} FROM {quote(table)}", sought)
            numbers = dict(zip(columns, cursor.fetchone(), strict=True))
            found |= {f"{table}.{column}": number for column, number in numbers.items() if number}
    return found


def name_in_all_places(client: Client, event: Event) -> Any:
    """A commitment from an offer, of which each text named a person for a while."""
    offer = make_offer(
        outcome=event.statement.outcomes.points()[0],
        text=f"Train officers with {CANARY}.",
        approved=False,
    )
    offer.milestones.create(title=f"{CANARY} is hired", due_on=NOON.date())
    offer.approve(by=make_user(), at=NOON)
    commitment: Any = offer.commitment
    make_related_text(commitment=commitment, quote=f"As {CANARY} said")
    make_party(commitment)
    row = {"place_in_source": f"List of {CANARY}", "why": "As in the source"}
    change(client, commitment, **row, **{"related_texts-0-source": f"{CANARY}, letter"})
    QueuedEmail.objects.create(
        dedup_key="waiting",
        recipient="reader@example.org",
        subject=str(commitment)[:200],
        text=f"Everyone can read:\n{commitment.text.replace(' ', chr(10))}\n",
        queued_at=NOON,
    )
    return commitment


@pytest.mark.each_database
def test_deleted_words_are_in_no_column_of_the_database(
    client_of: Sign, event: Event, editor: User
) -> None:
    client = client_of(editor)
    commitment = name_in_all_places(client, event)
    assert {
        "django_admin_log.object_repr",
        "outcomes_commitment.text",
        "outcomes_historicalcommitment.place_in_source",
        "outcomes_historicalcommitment.rows",
        "outcomes_historicalcommitment.text",
        "outcomes_historicalmilestone.title",
        "outcomes_milestone.title",
        "outcomes_offer.text",
        "outcomes_offeredmilestone.title",
        "outcomes_relatedtext.quote",
    } <= set(where_is(CANARY))
    # Sealed, so only the row says what it has.
    assert CANARY in QueuedEmail.objects.get(dedup_key="waiting").subject
    sent = {
        "text": "Train officers.",
        "place_in_source": "Annex",
        "milestones-0-title": "Trainers are hired",
        "related_texts-0-quote": "As it says",
        "related_texts-0-source": "A letter",
    }
    change(client, commitment, **sent, redact="on")
    assert where_is(CANARY) == {}
    assert where_is("Zqcanary") == {}
    email = QueuedEmail.objects.get(dedup_key="waiting")
    assert email.text == "Everyone can read:\n(deleted)\n" and CANARY not in email.subject
    assert find_log_faults() == []
    text = client.get(page(Commitment, "history", commitment.pk)).content.decode()
    assert "(deleted)" in text and "(deleted 1)" not in text


def test_removed_row_and_later_deletion_leave_no_words(
    client_of: Sign, event: Event, editor: User
) -> None:
    commitment, client = event.commitments.get(), client_of(editor)
    step = make_milestone(commitment=commitment, title=f"{CANARY} is hired")
    second = make_milestone(commitment=commitment, title="Second step")
    add_versions([commitment])
    change(client, commitment, **{"milestones-0-DELETE": "on"}, redact="on")
    assert where_is(CANARY) == {}
    assert not Milestone.objects.filter(pk=step.pk).exists()
    assert "Second step" in str(commitment.history.first().rows)
    # The name was edited before: the box deletes it without another change of words.
    change(client, commitment, text=f"Train with {CANARY}.")
    change(client, commitment, text="Train ten officers.")
    change(client, commitment, due_on="2030-01-01", redact="on")
    assert where_is(CANARY) == {}
    # On the page of a milestone, the words of its commitment's versions, too.
    change(client, second, title=f"{CANARY} is hired")
    change(client, second, title="Trainers are hired", redact="on")
    assert where_is(CANARY) == {}


def test_changes_between_deleted_wordings_stay_changes(
    client_of: Sign, event: Event, editor: User
) -> None:
    commitment, client = event.commitments.get(), client_of(editor)
    for text in (f"{CANARY} trains.", f"{CANARY} teaches.", f"{CANARY} trains."):
        change(client, commitment, text=text)
    change(client, commitment, text="Officers learn.", redact="on")
    texts = list(commitment.history.order_by("history_id").values_list("text", flat=True))
    assert texts == [
        "(deleted 1)",
        "(deleted 2)",
        "(deleted 3)",
        "(deleted 2)",
        "Officers learn.",
    ]
    assert where_is(CANARY) == {}


def test_corrected_statement_keeps_hidden_words_in_sealed_versions_only(
    client_of: Sign, event: Event
) -> None:
    """A published version is what people signed or compared, so its text and hash stay."""
    statement = event.statement
    statement.source_title = "Communiqué"
    point = statement.outcomes.points()[0]
    point.text = f"share what {CANARY} knows;"
    point.save()
    statement.publish(NOON)
    row = make_corrigendum(statement, hides_previous_text=True, source="Page 1")
    make_rewording(row, outcome=point, before=point.text, after="share what works;")
    compare_with_source(row)
    assert where_is(CANARY) == {"outcomes_statementversion.text": 1}
    assert all(version.is_intact for version in StatementVersion.objects.all())


REDACT = """
from pathlib import Path
from django.db import connection
from roundtable.models import Event, Series
from roundtable.history.redaction import redact_words

database = Path(connection.settings_dict["NAME"])
wal = database.with_name(database.name + "-wal")

def found():
    # The search index has its stem.
    return {path.suffix: path.read_bytes().count(b"zqcanar") for path in (database, wal)}

series = Series.objects.create(slug="s", name="S")
event = Event(series=series, code="A1", slug="a1", title="T", time_zone="UTC")
event.starts_on = event.ends_on = "2024-01-01"
event.is_public = True
event.summary = "zqcanary " * 20
event.save()
with connection.cursor() as cursor:
    cursor.execute("PRAGMA wal_checkpoint(PASSIVE)")
event.summary = "It met."
event.save()
before = found()
redact_words(Event, event.pk, all_words=False)
print(min(before.values()) > 0, found())
"""


@pytest.mark.own_process
def test_deleted_words_are_in_no_byte_of_the_file(migrated_file: Path, tmp_path: Path) -> None:
    (tmp_path / "roundtable.sqlite3").write_bytes(migrated_file.read_bytes())
    environment = PRODUCTION_ENVIRONMENT | {
        "DATABASE_URL": "",
        "DATA_DIR": str(tmp_path),
        "ERASURE_LEDGER": str(tmp_path / "erasures.log"),
    }
    result = manage("shell", "--no-imports", "--command", REDACT, **environment)
    assert (result.stdout, result.stderr) == ("True {'.sqlite3': 0, '.sqlite3-wal': 0}\n", "")
