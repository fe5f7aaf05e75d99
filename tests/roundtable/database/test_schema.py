"""The portal starts only on tables that the migrations of this version made."""

import os
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import DEFAULT_DB_ALIAS, OperationalError, connection, connections
from django.db.migrations import Migration
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.questioner import NonInteractiveMigrationQuestioner
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import QuerySet
from django.test import override_settings
from pytest_django import DjangoDbBlocker

from roundtable.checks import check_schema
from roundtable.database import schema
from roundtable.database.schema import MigrationHash, fault
from roundtable.management.commands.migrate import Command
from tests.processes import (
    PRODUCTION_ENVIRONMENT,
    TIMEOUT,
    manage,
    program_path,
    run,
    running_process,
    wait_for_output,
)
from tests.upgrade.releases import listed

SQUASHED = [
    (app, name)
    for app in ("outcomes", "participants", "roundtable")
    for name in ("0001_initial", "0001_squashed_0002_plain_words", "0002_plain_words")
]
# Later migrations are those that `make freeze` listed.
RECORDED = sorted((Path(name).parts[0], Path(name).stem) for name in listed())
LATER = [migration for migration in RECORDED if migration not in SQUASHED]


@pytest.fixture(scope="module")
def migrated(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[None]:
    """A database of its own that knows its migrations as after `migrate`, which takes longer."""
    before, given = connections[DEFAULT_DB_ALIAS], connections.settings[DEFAULT_DB_ALIAS]
    name = f"test_schema_{os.environ.get('PYTEST_XDIST_WORKER', '')}"
    if before.vendor == "sqlite":
        name = str(tmp_path_factory.mktemp("schema") / "portal.sqlite3")
    connections.settings[DEFAULT_DB_ALIAS] = given | {
        "TEST": given["TEST"] | {"NAME": name, "MIGRATE": True}
    }
    del connections[DEFAULT_DB_ALIAS]
    creation = connections[DEFAULT_DB_ALIAS].creation
    with django_db_blocker.unblock():
        creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        with override_settings(MIGRATION_MODULES={}):
            recorder().ensure_schema()
            for migration in migrations().values():
                schema.record(migration, DEFAULT_DB_ALIAS)
                recorder().record_applied(migration.app_label, migration.name)
            yield
        creation.destroy_test_db(given["NAME"], verbosity=0)
    connections.settings[DEFAULT_DB_ALIAS] = given
    connections[DEFAULT_DB_ALIAS] = before


def migrations() -> dict[tuple[str, str], Migration]:
    """Those that the files hold."""
    return MigrationLoader(connection).disk_migrations


@pytest.fixture
def database(migrated: None, db: None) -> None:
    """The same; what a test changes in it is taken back."""


def hashes() -> QuerySet[MigrationHash]:
    return MigrationHash._base_manager.all()


def recorder() -> MigrationRecorder:
    return MigrationRecorder(connection)


@pytest.mark.usefixtures("database")
def test_migrated_database_is_accepted() -> None:
    assert fault() == ""
    assert sorted(schema.recorded(DEFAULT_DB_ALIAS)) == RECORDED


def _edit() -> None:
    hashes().filter(app="outcomes", name="0001_initial").update(sha256="0" * 64)


def _take_back(*apps: str) -> None:
    for app in apps:
        recorder().record_unapplied(app, "0001_initial")


def _apply_unknown() -> None:
    recorder().record_applied("outcomes", "9999_later")
    hashes().create(app="outcomes", name="9999_later", sha256="0" * 64)


def _record_nothing() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {MigrationHash._meta.db_table}")


def _leave_an_unknown_one() -> None:
    _record_nothing()
    recorder().record_applied("outcomes", "0002_earlier")


BEFORE = r"the database was made before version 0\.1\.0; use a new, .+"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (_edit, r"the database was made with another version of outcomes\.0001_initial; .+"),
        (
            lambda: hashes().update(sha256="0" * 64),
            rf".+ another version of outcomes\.0001_initial \(and {len(RECORDED) - 1} more\); .+",
        ),
        (
            lambda: _take_back("mfa"),
            r"the database lacks 1 migration; run manage\.py migrate, then .+",
        ),
        (
            lambda: _take_back("mfa", "outcomes"),
            r"the database lacks 2 migrations; run manage\.py migrate, then .+",
        ),
        (_apply_unknown, r"the database has outcomes\.9999_later, which this version .+"),
        (_record_nothing, BEFORE),
        (lambda: hashes().exclude(name__contains="_squashed_").delete(), BEFORE),
        (_leave_an_unknown_one, BEFORE),
        (lambda: hashes().filter(app="roundtable").delete(), BEFORE),
    ],
)
@pytest.mark.usefixtures("database")
def test_database_of_another_version_is_refused(
    change: Callable[[], object], sentence: str
) -> None:
    change()
    found = fault()
    assert re.fullmatch(sentence, found), found
    assert re.fullmatch(r"[^.;]+(\.\w+[^.;]*)*; [^;]+\.", found), "one sentence, with what to do"
    (error,) = check_schema(databases=["default"])
    assert (error.id, error.msg.lower()) == ("roundtable.E001", found.lower())


@pytest.mark.usefixtures("database")
def test_migrate_runs_all_the_same_and_records_over_no_hash() -> None:
    _edit()
    told = StringIO()
    call_command("migrate", verbosity=0, stderr=told)
    assert told.getvalue().startswith("Roundtable cannot start: the database was made with another")
    assert hashes().get(app="outcomes", name="0001_initial").sha256 == "0" * 64


@pytest.mark.usefixtures("database")
def test_migrate_refuses_a_database_of_before_and_writes_nothing() -> None:
    _record_nothing()
    recorder().migration_qs.exclude(name="0001_initial").delete()
    applied, tables = recorder().applied_migrations().keys(), connection.introspection.table_names()
    with pytest.raises(CommandError) as refused:
        call_command("migrate", verbosity=0, stderr=StringIO())
    assert str(refused.value) == (
        "Nothing was changed: the database was made before version 0.1.0; use a new, empty "
        "database, and import your roundtables into it."
    )
    assert recorder().applied_migrations().keys() == applied
    assert connection.introspection.table_names() == tables


@pytest.mark.usefixtures("database")
def test_unapplied_migration_is_forgotten_and_recorded_again() -> None:
    last = migrations()["outcomes", "0001_initial"]
    command = Command()
    command.verbosity = 0
    recorder().record_unapplied(*RECORDED[0])
    command.migration_progress_callback("unapply_success", last)
    assert sorted(schema.recorded(DEFAULT_DB_ALIAS)) == RECORDED[1:]
    # Of an attempt that failed: no table was made with it.
    hashes().create(app="outcomes", name="0001_initial", sha256="0" * 64)
    assert "lacks 1 migration;" in fault()
    command.migration_progress_callback("apply_start", last)
    recorder().record_applied(*RECORDED[0])
    assert fault() == ""


def squashed() -> list[Migration]:
    found = [migration for migration in migrations().values() if migration.replaces]
    own = [migration for migration in found if migration.app_label in schema.own_apps()]
    assert len(own) == 3
    return own


@pytest.mark.usefixtures("database")
def test_database_that_squashed_migrations_made_is_accepted() -> None:
    hashes().all().delete()
    command = Command()
    command.verbosity = 0
    for migration in squashed():
        command.migration_progress_callback("apply_start", migration)
    assert sorted(schema.recorded(DEFAULT_DB_ALIAS)) == SQUASHED
    for later in LATER:
        recorder().record_unapplied(*later)
    assert f"lacks {len(LATER)} migration" in fault()


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("counted", [False, True])
def test_database_that_replaced_migrations_made_is_accepted(counted: bool) -> None:
    for migration in squashed():
        hashes().filter(name=migration.name).delete()
        if not counted:
            recorder().record_unapplied(migration.app_label, migration.name)
    assert fault() == ""
    _edit()
    assert "made with another version of outcomes.0001_initial;" in fault()


def test_squashed_migrations_make_the_same_models() -> None:
    with override_settings(MIGRATION_MODULES={}):
        replaced = MigrationLoader(None, replace_migrations=False)
        before, after = replaced.project_state(), MigrationLoader(None).project_state()
    assert len(after.models) > 60
    detector = MigrationAutodetector(before, after, NonInteractiveMigrationQuestioner())
    assert detector.changes(replaced.graph) == {}


def test_line_ends_make_no_other_hash(tmp_path: Path) -> None:
    (tmp_path / "unix").write_bytes("é\nb\n".encode())
    (tmp_path / "other").write_bytes("é\r\nb\r\n".encode())
    assert schema.hash_of(tmp_path / "unix") == schema.hash_of(tmp_path / "other")


def test_database_that_cannot_be_used_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails() -> str:
        raise OperationalError("unable to open database file")

    monkeypatch.setattr(schema, "fault", fails)
    with pytest.raises(SystemExit, match=r"cannot be used \(unable to open database file\)\.$"):
        schema.require()


# Programs that start -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def edited(migrated: None, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a portal whose database was made with another file."""
    folder = tmp_path_factory.mktemp("edited")
    file = folder / "portal.sqlite3"
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(file)])
    with closing(sqlite3.connect(file)) as database, database:
        database.execute(
            "UPDATE roundtable_migration_hash SET sha256 = '0' "
            "WHERE app = 'outcomes' AND name = '0001_initial'"
        )
    return PRODUCTION_ENVIRONMENT | {"DATABASE_URL": f"sqlite:///{file}", "DATA_DIR": str(folder)}


SENTENCE = (
    "Roundtable cannot start: the database was made with another version of "
    "outcomes.0001_initial; install that version of the portal, or import an export from it into "
    "a new database.\n"
)


@pytest.mark.own_process
@pytest.mark.parametrize(
    "command",
    [
        # Any command, and one that Django starts in a process of its own.
        ["send_reminders"],
        ["runserver", "localhost:0"],
        *(
            pytest.param(command.split(), marks=pytest.mark.prove)
            for command in (
                "load_roundtable outcomes/fixtures/bali-process-2018.toml",
                "db_worker --backend mail",
                "runserver localhost:0 --noreload",
            )
        ),
    ],
    ids=" ".join,
)
def test_command_ends_with_one_sentence(edited: dict[str, str], command: list[str]) -> None:
    result = manage(*command, **edited)
    assert (result.returncode, result.stdout, result.stderr) == (1, "", SENTENCE)


@pytest.mark.own_process
@pytest.mark.parametrize(
    "command",
    [
        ["check"],
        pytest.param(["send_reminders", "--help"], marks=pytest.mark.prove),
        pytest.param(["showmigrations"], marks=pytest.mark.prove),
        pytest.param(["help", "send_reminders"], marks=pytest.mark.prove),
    ],
)
def test_tool_runs_all_the_same(edited: dict[str, str], command: list[str]) -> None:
    result = manage(*command, **edited)
    assert (result.returncode, result.stderr) == (0, "")


@pytest.mark.own_process
def test_gunicorn_ends_with_one_sentence(edited: dict[str, str], tmp_path: Path) -> None:
    gunicorn = [program_path("gunicorn"), "--config", "deploy/gunicorn.conf.py"]
    static = {"STATIC_ROOT": str(tmp_path)}
    result = run([*gunicorn, "--bind", f"unix:{tmp_path}/socket"], edited | static)
    assert result.returncode != 0
    assert (result.stdout, result.stderr) == ("", SENTENCE)


@pytest.mark.own_process
def test_gunicorn_starts_while_the_database_is_away(tmp_path: Path) -> None:
    environment = PRODUCTION_ENVIRONMENT | {
        "DATABASE_URL": f"postgres://portal@/portal?host={tmp_path}",
        "STATIC_ROOT": str(tmp_path),
    }
    command = [program_path("gunicorn"), "--config", "deploy/gunicorn.conf.py", "--workers", "1"]
    log = tmp_path / "log"
    with running_process(
        [*command, "--bind", f"unix:{tmp_path}/socket"], environment, log
    ) as process:
        wait_for_output("Booting worker", log, process)
        process.terminate()
        process.wait(timeout=TIMEOUT)
    assert "The database cannot be reached, so its migrations were not checked." in log.read_text()
    assert "Traceback" not in log.read_text()
