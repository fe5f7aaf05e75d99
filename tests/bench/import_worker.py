"""A worker that does the imports that wait, and prints what that cost as JSON: run by `lists`."""

import json
import os
import resource
import sys
from pathlib import Path

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
django.setup()

from django.conf import settings  # noqa: E402  Django must be set up first

from tests.mail_queue import run_queue  # noqa: E402


def main(data_folder: str) -> None:
    settings.DATA_DIR = Path(data_folder)
    settings.SEAL_LEDGER = settings.DATA_DIR / "seals.log"
    before = cpu_seconds()
    run_queue(backend="imports")
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps({"seconds": cpu_seconds() - before, "megabytes": kilobytes / 1024}))


def cpu_seconds() -> float:
    """Of this process, and of those that it waited for."""
    return sum(
        used.ru_utime + used.ru_stime
        for used in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
