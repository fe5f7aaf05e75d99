"""What is kept of each release: `keys.env`, the folder `data`, and a database for each engine."""

import gzip
from datetime import datetime
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
ROOT = FOLDER.parent.parent
# Migrations never change once they are listed here.
LIST = FOLDER / "migrations.sha256"


def releases() -> list[str]:
    """The releases, oldest first."""
    found = [path.parent.name for path in FOLDER.glob("*/keys.env")]
    return sorted(found, key=lambda name: [int(part) for part in name.split(".")])


def keys_of(release: str) -> dict[str, str]:
    """SECRET_KEY, ERASURE_KEY and CLOCK, the moment at which the database was made."""
    lines = (FOLDER / release / "keys.env").read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))


def write_keys(release: str) -> None:
    """Gives a new release its keys and its clock; those of one that has them stay."""
    file = FOLDER / release / "keys.env"
    if file.exists():
        return
    file.parent.mkdir()
    file.write_text(
        "# Keys of a made-up portal. They protect nothing.\n"
        f"SECRET_KEY=for-tests-of-release-{release}-only-{'a' * 40}\n"
        f"ERASURE_KEY=erasures-of-release-{release}-in-tests-only-{'b' * 40}\n"
        # The days that it is filled with are around this one.
        "CLOCK=2026-03-20T12:00:10+00:00\n",
        encoding="utf-8",
    )


def clock_of(release: str) -> datetime:
    """The moment at which the database was made, and is asked again."""
    return datetime.fromisoformat(keys_of(release)["CLOCK"])


def database_of(release: str, vendor: str) -> Path:
    """SQL text, or the file of SQLite, whose tables to search no text can make again."""
    if release == "0.1.0":  # without such tables, and not compressed
        return FOLDER / release / f"{vendor}.sql"
    names = {"sqlite": "portal.sqlite3.gz", "postgresql": "postgresql.sql.gz"}
    return FOLDER / release / names[vendor]


def read_database(release: str, vendor: str) -> bytes:
    content = database_of(release, vendor).read_bytes()
    return content if release == "0.1.0" else gzip.decompress(content)


def migration_files() -> list[Path]:
    """The files of the portal's own migrations, from the root of the project."""
    found = ROOT.glob("*/migrations/[0-9]*.py")
    return sorted(path.relative_to(ROOT) for path in found)


def listed() -> dict[str, str]:
    """The hash of each migration that was released, by its file."""
    if not LIST.exists():
        return {}
    lines = LIST.read_text(encoding="utf-8").splitlines()
    return {name: digest for digest, name in (line.split("  ", 1) for line in lines)}
