"""The benchmarks: `make bench` prints them, on SQLite and where it is found on PostgreSQL.

python -m tests.bench signing-in
python -m tests.bench pages [COMMITMENTS]
python -m tests.bench bringing [DELEGATES]
python -m tests.bench desk [ROWS]
python -m tests.bench hostile
"""

import os
import sys
import tempfile
from pathlib import Path

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
django.setup()

from django.conf import settings  # noqa: E402  Django must be set up first
from django.db import connection  # noqa: E402

from tests.bench import admin_lists, hostile, imports, pages, sign_in_timing  # noqa: E402


def main(what: str, *numbers: str) -> None:
    """Runs one benchmark on a database of its own; ends with an error where it misses its goal."""
    connection.creation.create_test_db(verbosity=0)
    folder = tempfile.TemporaryDirectory(prefix="roundtable-bench-")
    settings.SEAL_LEDGER = Path(folder.name) / "seals.log"
    try:
        benchmarks = {
            "pages": pages.run,
            "bringing": imports.run,
            "desk": admin_lists.run,
            "hostile": hostile.run,
            "signing-in": sign_in_timing.run,
        }
        met = benchmarks[what](*map(int, numbers))
    finally:
        connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)
        folder.cleanup()
    sys.exit(not met)


if __name__ == "__main__":
    main(*sys.argv[1:])
