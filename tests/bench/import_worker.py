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
    print(json.dumps({"seconds": cpu_seconds() - before, "megabytes": most_megabytes()}))


def cpu_seconds() -> float:
    """Of this process, and of those that it waited for."""
    return sum(
        used.ru_utime + used.ru_stime
        for used in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )


def most_megabytes() -> float:
    """Of this process alone: ru_maxrss begins with what the process that started it had."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


if __name__ == "__main__":
    main(*sys.argv[1:])
