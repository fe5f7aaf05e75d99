"""The benchmarks: `make bench` prints them, on SQLite and where it is found on PostgreSQL.

python -m tests.bench signing-in
python -m tests.bench pages [keep]
python -m tests.bench sessions
python -m tests.bench kept-pages [COMMITMENTS]
python -m tests.bench imports [DELEGATES]
python -m tests.bench lists [ROWS]
python -m tests.bench admin-lists [ROWS]
python -m tests.bench hostile
python -m tests.bench files [COMMITMENTS]
python -m tests.bench peers [COMMITMENTS]
"""

import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
django.setup()

from django.conf import settings  # noqa: E402  Django must be set up first
from django.db import connection  # noqa: E402

from tests.bench import (  # noqa: E402
    admin_lists,
    files,
    hostile,
    imports,
    kept_pages,
    lists,
    pages,
    peers,
    sessions,
    sign_in_timing,
)


def main(what: str, *options: str) -> None:
    """Runs one benchmark on a database of its own; ends with an error where it misses its goal."""
    folder = tempfile.TemporaryDirectory(prefix="roundtable-bench-")
    if connection.vendor == "sqlite":  # a file, as in production
        connection.settings_dict["TEST"]["NAME"] = f"{folder.name}/bench.sqlite3"
    connection.creation.create_test_db(verbosity=0)
    settings.SEAL_LEDGER = Path(folder.name) / "seals.log"
    try:
        benchmarks: dict[str, Callable[..., bool]] = {
            "pages": pages.run,
            "sessions": sessions.run,
            "kept-pages": kept_pages.run,
            "imports": imports.run,
            "lists": lists.run,
            "admin-lists": admin_lists.run,
            "hostile": hostile.run,
            "files": files.run,
            "peers": peers.run,
            "signing-in": sign_in_timing.run,
        }
        met = benchmarks[what](*(int(one) if one.isdecimal() else one for one in options))
    finally:
        connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)
        folder.cleanup()
    sys.exit(not met)


if __name__ == "__main__":
    main(*sys.argv[1:])
