"""Names of backups, and which of them are kept.

Erased people are in the backups made before, so they are kept for three months and not longer.
"""

from datetime import datetime
from pathlib import Path

PREFIX, SUFFIX = "roundtable-", ".age"
DAYS, WEEKS, MONTHS = 7, 5, 3
MOMENT_LENGTH, KEY_LENGTH = len("2026-12-01T050000Z"), 8


def path_for(folder: Path, at: datetime, recipient: str) -> Path:
    """The name ends with the end of the public key, because each key opens its own only."""
    return folder / f"{PREFIX}{at:%Y-%m-%dT%H%M%SZ}-{recipient[-KEY_LENGTH:]}{SUFFIX}"


def made_at(path: Path) -> datetime | None:
    """None if it is another file."""
    try:
        return datetime.fromisoformat(path.stem.removeprefix(PREFIX)[:MOMENT_LENGTH])
    except ValueError:
        return None


def delete_old(folder: Path) -> int:
    """Keeps the newest of each key in each of the last days, weeks and months that have one."""
    backups = {path: at for path in folder.iterdir() if (at := made_at(path))}
    newest_first = sorted(backups, key=lambda path: backups[path], reverse=True)
    kept: set[Path] = set()
    for number, period in ((DAYS, "%Y-%m-%d"), (WEEKS, "%G-%V"), (MONTHS, "%Y-%m")):
        newest: dict[str, dict[str, Path]] = {}
        for path in newest_first:
            keys = newest.setdefault(f"{backups[path]:{period}}", {})
            keys.setdefault(path.stem[len(PREFIX) + MOMENT_LENGTH :], path)
        kept.update(path for keys in list(newest.values())[:number] for path in keys.values())
    old = set(backups) - kept
    for path in old:
        path.unlink()
    return len(old)
