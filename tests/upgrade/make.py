"""Makes the database of a release: `make release-database RELEASE=0.1.0` does it on each engine.

`python -m tests.upgrade.make RELEASE` fills a new database and writes it down. The clock is stopped
and nothing is random, so that it is the same each time.
"""

import gzip
import os
import random
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from unittest.mock import patch

from tests.upgrade.releases import FOLDER, ROOT, clock_of, database_of, write_keys

RELEASE = sys.argv[1]
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
if RELEASE != VERSION:
    sys.exit(f"This is version {VERSION}: only its own database can be made.")
if os.environ.get("PYTHONHASHSEED") != "0":  # else sets have another order each time
    os.environ["PYTHONHASHSEED"] = "0"
    os.execv(sys.executable, [sys.executable, "-m", "tests.upgrade.make", RELEASE])
write_keys(RELEASE)
folder = TemporaryDirectory(prefix="roundtable-release-")
os.environ.update(
    RELEASE=RELEASE, DATA=folder.name, DJANGO_SETTINGS_MODULE="tests.upgrade.settings"
)
os.environ.setdefault("DATABASE_URL", f"sqlite:///{folder.name}/portal.sqlite3")

import django  # noqa: E402

django.setup()

import time_machine  # noqa: E402
from django.apps import apps  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from simple_history.models import HistoricalChanges  # noqa: E402

from outcomes.imports.records.loader import load_file  # noqa: E402
from outcomes.models import StatementVersion  # noqa: E402
from tests.canaries import make_portal  # noqa: E402
from tests.factories import mark_as_earlier  # noqa: E402
from tests.sign_in import add_authenticator  # noqa: E402
from tests.silence_procedure import make_agreement_case  # noqa: E402
from tests.upgrade import fill_decisions, fill_outcomes, fill_people  # noqa: E402
from tests.upgrade.decisions import described, file_of  # noqa: E402

# No row of these is in a new release's database.
EXEMPT = {
    # Counted or made again, and kept for minutes.
    "roundtable.CacheEntry",
    "roundtable.LimitCount",
    # Before two were required, participations alone were confirmed.
    "participants.DelegationChangeConfirmation.capacity=alone",
    "participants.GrantConfirmation.capacity=alone",
    "participants.ListClosureConfirmation.capacity=alone",
    "participants.OrganisationChangeConfirmation.capacity=alone",
    # No operator confirms these.
    "participants.GrantConfirmation.capacity=operator",
    "participants.OrganisationChangeConfirmation.capacity=operator",
}
MOST = 12  # values of a field, each of which must be there; more are countries and languages
# Lines of pg_dump that differ from version to version, or that an older server does not know.
UNKNOWN = ("SET transaction_timeout", "\\restrict", "\\unrestrict", "-- Dumped")
RECORD = ROOT / "outcomes" / "fixtures" / "bali-process-2018.toml"


@contextmanager
def nothing_random() -> Iterator[None]:
    """Lets each random text and key be the same in each run."""
    seeded = Random(RELEASE)
    random.seed(RELEASE)
    with (
        patch("os.urandom", seeded.randbytes),
        patch("random._urandom", seeded.randbytes),
        time_machine.travel(clock_of(RELEASE), tick=False),
    ):
        yield


def fill() -> None:
    """The record of 2018, and a made-up portal with every state."""
    at = clock_of(RELEASE)
    load_file(RECORD, at=at)
    readers = make_portal()
    for version in StatementVersion.objects.exclude(statement__event__code="BP2018"):
        mark_as_earlier(version)
    operator, cochair = readers["operator"], readers["co-chair"]
    assert operator and cochair
    for user in (operator, cochair):
        add_authenticator(user)
    table = make_agreement_case()
    fill_outcomes.fill(table, at)
    fill_people.fill(table, operator, at)
    fill_decisions.fill(operator, at)


def missing() -> Iterator[str]:
    """What has no row: each model of the portal, and each value of a field with few of them."""
    for model in apps.get_models():
        config = apps.get_app_config(model._meta.app_label)
        if Path(config.path).parent != ROOT or issubclass(model, HistoricalChanges):
            continue
        rows = model._base_manager.all()
        if not rows.exists():
            yield model._meta.label
        for field in model._meta.concrete_fields:
            values = {value for value, _label in field.flatchoices if value != ""}
            if 0 < len(values) < MOST:
                there = set(rows.values_list(field.attname, flat=True))
                yield from (f"{field}={value}" for value in values - there)


def dump_sqlite() -> bytes:
    """The file, without what was deleted."""
    with TemporaryDirectory() as place, connection.cursor() as cursor:
        copy = Path(place) / "copy.sqlite3"
        cursor.execute("VACUUM INTO %s", [str(copy)])
        return copy.read_bytes()


def dump_postgresql() -> bytes:
    """The database as pg_dump writes it, for older and newer servers and for any owner."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            # Rows in the order of their numbers: else it is that of the last changes.
            cursor.execute(f'CLUSTER "{table}" USING "{_primary_key(table)}"')
            cursor.execute(f'ALTER TABLE "{table}" SET WITHOUT CLUSTER')
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    where = Path(os.environ.get("PGBIN", "") or programs[-1])
    options = ["--no-owner", "--no-privileges", "--inserts", "--rows-per-insert=50"]
    found = subprocess.run(
        [where / "pg_dump", *options, "--dbname", os.environ["DATABASE_URL"]],
        capture_output=True,
        text=True,
        check=True,
    )
    lines = [line for line in found.stdout.split("\n") if not line.startswith(UNKNOWN)]
    return "\n".join(lines).encode()


def _primary_key(table: str) -> str:
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, table)
    return next(name for name, row in found.items() if row["primary_key"])


def main() -> None:
    """Fills, checks that nothing is missing, and writes down."""
    with nothing_random():
        call_command("migrate", verbosity=0)
        fill()
        if gaps := sorted(set(missing()) - EXEMPT):
            sys.exit("Nothing in the database has: " + ", ".join(gaps))
        call_command("verify", verbosity=0)
        lines = "\n".join(described(clock_of(RELEASE)))
    content = dump_sqlite() if connection.vendor == "sqlite" else dump_postgresql()
    connection.close()
    file_of(RELEASE).write_text(f"{lines}\n", encoding="utf-8")
    database_of(RELEASE, connection.vendor).write_bytes(gzip.compress(content, mtime=0))
    kept = FOLDER / RELEASE / "data"
    shutil.rmtree(kept, ignore_errors=True)
    shutil.copytree(folder.name, kept, ignore=shutil.ignore_patterns("portal.sqlite3*"))
    folder.cleanup()


if __name__ == "__main__":
    main()
