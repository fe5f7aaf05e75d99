"""Adds new migrations to the list of those that never change: `make freeze`."""

import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
django.setup()

from roundtable.database.schema import hash_of  # noqa: E402  models can be read only now
from tests.upgrade.releases import LIST, ROOT, listed, migration_files  # noqa: E402


def changed() -> list[str]:
    """The files of released migrations that are not as they were."""
    return [
        name
        for name, digest in listed().items()
        if not (ROOT / name).is_file() or hash_of(ROOT / name) != digest
    ]


def main() -> None:
    """Appends what is not listed; ends with one sentence where a listed file was changed."""
    if found := changed():
        sys.exit(f"{found[0]} was released: restore it, and write a new migration instead.")
    new = [path for path in migration_files() if path.as_posix() not in listed()]
    lines = [f"{hash_of(ROOT / path)}  {path.as_posix()}\n" for path in new]
    with LIST.open("a", encoding="utf-8") as file:
        file.writelines(lines)


if __name__ == "__main__":
    main()
