"""What an operator must mend, for the desk and for programs that watch the portal."""

import shutil
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from roundtable.audit.mirror import mirror_can_continue
from roundtable.database.outages import outage_of
from roundtable.database.schema import fault
from roundtable.database.sealed import key_fault
from roundtable.mail.health import email_faults
from roundtable.responsibility import responsibility_faults
from roundtable.workers.tick import job_faults

MIN_FREE = 500 * 2**20  # bytes


def disk_faults(at: datetime) -> Iterator[str]:
    free = shutil.disk_usage(settings.DATA_DIR).free
    if free < MIN_FREE:
        yield _("Only %d MB are free on the disk of DATA_DIR.") % (free // 2**20)


def schema_faults(at: datetime) -> Iterator[str]:
    if found := fault():
        yield found[0].upper() + found[1:]


def key_faults(at: datetime) -> Iterator[str]:
    if not fault() and (found := key_fault()):
        yield found


def seal_faults(at: datetime) -> Iterator[str]:
    try:
        if not mirror_can_continue(Path(settings.SEAL_LEDGER)):
            yield _("The log does not continue SEAL_LEDGER. Run verify.")
    except OSError:
        yield _("SEAL_LEDGER cannot be written. Correct its owner and mode.")


CHECKS: dict[str, Callable[[datetime], Iterator[str]]] = {
    "migrations": schema_faults,
    "disk": disk_faults,
    "emails": email_faults,
    "jobs": lambda at: iter(()) if settings.DEBUG else job_faults(at),  # no timer runs there
    "seals": seal_faults,
    "key": key_faults,
    "responsibility": responsibility_faults,
}


def portal_faults(at: datetime) -> dict[str, list[str]]:
    """Sentences by what is wrong; nothing if all is well."""
    found: dict[str, list[str]] = {}
    for name, check in CHECKS.items():
        try:
            found[name] = list(check(at))
        except Exception as problem:
            if not (outage := outage_of(problem)):
                raise
            return {"database": [_("The portal waits: %s.") % outage.value]}
    return {name: sentences for name, sentences in found.items() if sentences}
