"""The daily command finds what someone does who has the database, but no key and no file."""

import hashlib
import json
import logging
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from pytest_django import Settings

from outcomes.models import Statement, StatementVersion
from outcomes.statements.verify import find_statement_faults, published_texts
from participants.models import Delegate
from participants.privacy.erasure import erase_delegate
from roundtable.audit import log as audit
from roundtable.audit.mirror import bring_up_to_date
from roundtable.audit.models import AuditEntry, AuditHead, AuditKey
from roundtable.models import Event
from tests.factories import NOON, make_delegate
from tests.recorded_fixtures import recorded
from tests.silence_procedure import make_agreement_case, publish_draft

pytestmark = [pytest.mark.django_db, pytest.mark.each_database]
POINT = "protect those who were trafficked"
ADVICE = (
    "Something other than the portal changed the database, or a backup was restored. Do what "
    "docs/operations.md says under “When verify finds something”."
)


@pytest.fixture
@recorded
def rows() -> Statement:
    """A signed statement, and log entries about two people."""
    statement = publish_draft(make_agreement_case(is_public=True))
    for name in ("One", "Other"):
        audit.record(action="reveal", at=NOON, subject=make_delegate(name=name))
    return statement


@pytest.fixture
def published(rows: Statement) -> Statement:
    """The same, with the line that the first act after an installation writes."""
    bring_up_to_date([])
    return rows


@pytest.fixture
def statement(published: Statement) -> Statement:
    """The same, checked once, so that the file outside the database has it."""
    assert verify() == ""
    return published


def verify(*arguments: str) -> str:
    """What is wrong."""
    err = StringIO()
    try:
        call_command("verify", *arguments, stdout=StringIO(), stderr=err)
    except CommandError as problem:
        return f"{err.getvalue()}{problem}"
    return err.getvalue()


def sql(statement: str, *values: str | int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_valid_seals_are_counted(published: Statement, settings: Settings) -> None:
    out = StringIO()
    call_command("verify", stdout=out)
    entries, keys = AuditEntry.objects.count(), AuditKey.objects.count()
    assert out.getvalue() == (
        f"All seals are valid: {entries} log entries, {keys} keys, 1 published texts.\n"
    )
    [_first, text, *_end] = lines(settings.SEAL_LEDGER)
    digest = hashlib.sha256(StatementVersion.objects.get().text.encode()).hexdigest()
    assert (text["text"], text["version"]) == (f"outcomes.statement:{published.pk}", 1)
    assert (text["sha256"], text["entry"], text["keys"]) == (digest, entries, keys)


def test_new_portal_has_valid_seals() -> None:
    assert verify() == ""


# The four forgeries ----------------------------------------------------------------------


def cut_tail() -> None:
    last = AuditHead.objects.get().sequence - 2
    [row] = AuditEntry.objects.filter(sequence=last).values()
    sql("DELETE FROM roundtable_auditentry WHERE sequence > %s", last)
    sql(
        "UPDATE roundtable_audithead SET sequence = %s, chain_hash = %s",
        *(last, row["chain_hash"]),
    )


def test_cut_tail_with_rewritten_head_is_found(statement: Statement) -> None:
    end = AuditHead.objects.get().sequence
    cut_tail()
    wrong = verify()
    assert f"Something other than the portal wrote that the log ends at entry {end - 2}" in wrong
    assert wrong.endswith(ADVICE)


def test_cut_tail_with_an_earlier_head_is_found(published: Statement) -> None:
    """Someone kept the row that the portal sealed when the log ended there."""
    [earlier] = AuditHead.objects.values()
    for _number in range(2):
        audit.record(action="reveal", at=NOON)
    assert verify() == ""
    sql("DELETE FROM roundtable_auditentry WHERE sequence > %s", earlier["sequence"])
    AuditHead.objects.update(**earlier)
    end = earlier["sequence"]
    assert verify() == (
        f"Entries {end + 1} to {end + 2} are missing. The log ends at entry {end}; the file of "
        f"seals goes on to entry {end + 2}. Either the end of the log was cut off, or a backup was "
        f"restored.\n{ADVICE}"
    )


def test_deleted_key_is_found(statement: Statement, caplog: pytest.LogCaptureFixture) -> None:
    number = AuditKey.objects.count()
    sql("DELETE FROM roundtable_auditkey WHERE subject LIKE %s", "participants.delegate:%")
    assert verify() == (
        f"The log should have {number} keys of people and objects, but has {number - 2}: no "
        f"erasure removed the others.\n{ADVICE}"
    )
    [record] = [row for row in caplog.records if row.levelno == logging.ERROR]
    assert record.getMessage().startswith("verify found 1 faults. The log should have ")
    sql("UPDATE roundtable_audithead SET key_count = %s", number - 2)
    assert "Something other than the portal wrote that the log ends at" in verify()


def test_erasure_is_no_deleted_key(statement: Statement) -> None:
    erase_delegate(Delegate.objects.get(name="One"), by=None, at=NOON)
    assert verify() == ""


def forge_point() -> None:
    """Changes a point, its version, and the hashes of the version and the signatures."""
    text = StatementVersion.objects.get().text.replace(POINT, "protect no one")
    digest = hashlib.sha256(text.encode()).hexdigest()
    sql("UPDATE outcomes_outcome SET text = %s WHERE text = %s", "protect no one", POINT)
    sql("UPDATE outcomes_statementversion SET text = %s, sha256 = %s", text, digest)
    sql("UPDATE outcomes_signoff SET sha256 = %s", digest)


def test_forged_point_with_version_and_hash_is_found(statement: Statement) -> None:
    # As two years later, when the entry of the publication is removed.
    assert audit.prune_entries(before=NOON.replace(year=NOON.year + 1), at=NOON)
    forge_point()
    assert verify() == (
        "AG: version 1 was changed after it was saved, or something other than the portal wrote "
        f"it.\n{ADVICE}"
    )


def test_forged_text_with_an_earlier_key_is_found_by_the_file(
    statement: Statement, settings: Settings
) -> None:
    audit.prune_entries(before=NOON.replace(year=NOON.year + 1), at=NOON)
    forge_point()
    version = StatementVersion.objects.get()
    version.set_seal()
    version.save()
    assert find_statement_faults() == []
    assert verify() == f"AG: version 1 is not published as the file of seals says.\n{ADVICE}"


def test_statement_returned_to_draft_is_found(statement: Statement) -> None:
    sql("UPDATE outcomes_statement SET state = 'draft', published_at = NULL")
    assert "AG: version 1 was published, but the statement is not public.\n" in verify()
    sql("UPDATE outcomes_statementversion SET published_at = NULL")
    assert "AG: version 1 was changed after it was saved" in verify()


def test_statement_returned_to_draft_without_versions_is_found(statement: Statement) -> None:
    sql("UPDATE outcomes_statement SET state = 'draft', published_at = NULL")
    for table in ("signoff", "circulationreply", "circulation", "statementversion"):
        sql(f"DELETE FROM outcomes_{table}")
    assert verify() == f"AG: version 1 is not published as the file of seals says.\n{ADVICE}"


def test_publication_that_the_portal_did_not_make_is_found(statement: Statement) -> None:
    text = StatementVersion.objects.get()
    sql(
        "INSERT INTO outcomes_statementversion (statement_id, number, text, sha256, created_at, "
        "published_at, published_before_comparisons, seal) "
        "SELECT statement_id, 2, text, sha256, created_at, published_at, "
        "published_before_comparisons, seal FROM outcomes_statementversion WHERE id = %s",
        text.pk,
    )
    assert "AG: version 2 was changed after it was saved, or something other than" in verify()


def test_removed_signature_is_found(statement: Statement) -> None:
    sql("UPDATE outcomes_signoff SET signed_at = NULL, sha256 = ''")
    assert "AG: version 1 was changed after it was saved" in verify()


# After a restore -------------------------------------------------------------------------


@pytest.fixture
def restored(published: Statement, settings: Settings) -> Statement:
    """An older backup is back; since then, another text was published and someone erased."""
    [earlier] = AuditHead.objects.values()
    audit.record(action="reveal", at=NOON)
    assert verify() == ""
    with Path(settings.SEAL_LEDGER).open("a") as file:
        line = lines(settings.SEAL_LEDGER)[-1]
        file.write(json.dumps(line | {"text": "outcomes.statement:0", "version": 1, "sha256": "a"}))
        file.write("\n")
    sql("DELETE FROM roundtable_auditentry WHERE sequence > %s", earlier["sequence"])
    AuditHead.objects.update(**earlier)
    return published


def test_restore_is_accepted_with_a_reason(restored: Statement, settings: Settings) -> None:
    assert "or a backup was restored." in verify()
    before = len(lines(settings.SEAL_LEDGER))
    assert verify("--after-restore", "The disk failed.") == ""
    entry = AuditEntry.objects.get(action="restore backup")
    assert (entry.detail, entry.sequence) == ("The disk failed.", AuditHead.objects.get().sequence)
    assert lines(settings.SEAL_LEDGER)[before]["restored"] == "The disk failed."
    assert verify() == ""


def test_restore_hides_no_forgery(restored: Statement) -> None:
    forge_point()
    assert "AG: version 1 was changed after it was saved" in verify("--after-restore", "Disk.")
    assert not AuditEntry.objects.filter(action="restore backup").exists()


def test_restore_needs_a_reason(restored: Statement) -> None:
    for reason in ("", "  ", "x" * 121):
        assert verify("--after-restore", reason) == (
            "Write why the backup was restored, in 120 characters at most."
        )


def test_restore_is_not_accepted_without_one(statement: Statement) -> None:
    assert verify("--after-restore", "No reason.") == ""
    assert not AuditEntry.objects.filter(action="restore backup").exists()


# Files and keys --------------------------------------------------------------------------


def test_copy_of_the_file_is_compared(
    statement: Statement, settings: Settings, tmp_path: Path
) -> None:
    """Someone with the server cuts the log and the file; a copy is on another machine."""
    [earlier] = AuditHead.objects.values()
    short = settings.SEAL_LEDGER.read_text()
    audit.record(action="reveal", at=NOON)
    assert verify() == ""
    copy = tmp_path / "seals.log"
    copy.write_text(settings.SEAL_LEDGER.read_text())
    assert verify("--copy", str(copy)) == ""
    settings.SEAL_LEDGER.write_text(short)
    sql("DELETE FROM roundtable_auditentry WHERE sequence > %s", earlier["sequence"])
    AuditHead.objects.update(**earlier)
    assert verify() == ""
    assert "is missing. The log ends at entry" in verify("--copy", str(copy))
    assert verify("--copy", str(tmp_path / "none")) == "The copy cannot be read."


def test_file_that_cannot_be_read_is_named(published: Statement, settings: Settings) -> None:
    settings.SEAL_LEDGER = Path(settings.SEAL_LEDGER).parent
    assert verify() == (
        f"{settings.SEAL_LEDGER.name} cannot be read. Correct its owner and mode, then try again."
    )


def test_texts_are_sealed_with_the_newer_key(statement: Statement, settings: Settings) -> None:
    settings.SEAL_KEY, settings.SEAL_KEY_FALLBACKS = "a newer key", [settings.SEAL_KEY]
    assert StatementVersion.objects.get().sealing_key == 1
    assert verify() == ""
    assert StatementVersion.objects.get().sealing_key == 0


def test_publication_is_in_the_file_after_the_commit(
    event: Event, settings: Settings, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        statement = publish_draft(make_agreement_case(is_public=True))
        assert not settings.SEAL_LEDGER.exists()
    [version] = statement.versions.all()
    found = [line for line in lines(settings.SEAL_LEDGER) if "text" in line]
    assert [(line["version"], line["sha256"]) for line in found] == [(1, version.sha256)]


def test_demonstration_is_not_in_the_file(published: Statement) -> None:
    assert len(published_texts()) == 1
    Event.objects.update(is_demonstration=True)
    assert published_texts() == []
