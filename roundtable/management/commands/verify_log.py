"""The command that looks whether the log of acts is as it was written."""

import re
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from roundtable.audit import AuditEntry, AuditHead
from roundtable.verifying import faults


class Command(BaseCommand):
    """Names each entry that was changed, removed, added or moved."""

    help = "Finds entries of the log that were changed, removed, added or moved."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What an earlier run printed, if it was kept."""
        parser.add_argument(
            "--kept", metavar="NUMBER:SEAL", help="What an earlier run said that the log ends with."
        )

    def handle(self, *args: Any, kept: str | None = None, **options: Any) -> None:
        """Prints what is wrong, or that all is well.

        Raises CommandError where an entry is not as it was written.
        """
        found = faults()
        if kept is not None:
            found += _compared(kept)
        for sentence in found:
            self.stderr.write(sentence)
        if found:
            raise CommandError(_("The log is not as it was written."))
        number = AuditEntry.objects.count()
        whole = ngettext("The log is whole: %d entry.", "The log is whole: %d entries.", number)
        self.stdout.write(whole % number)
        head = AuditHead.objects.filter(pk=1).first()
        if head:
            end = _(
                "It ends with %(number)d:%(seal)s. Keep this line somewhere else: --kept finds a "
                "log that was written anew."
            )
            self.stdout.write(end % {"number": head.sequence, "seal": head.seal})


def _compared(kept: str) -> list[str]:
    read = re.fullmatch(r"(\d{1,18}):([0-9a-f]{64})", kept)
    if not read:
        raise CommandError(_("Write the number and the seal like 120:0a1b…, as it was printed."))
    entry = AuditEntry.objects.filter(sequence=int(read[1])).first()
    if entry is None or entry.seal == read[2]:
        # One that was removed for its age is not missed, and any other gap was found.
        return []
    return [_("Entry %d does not carry the seal that you kept.") % entry.sequence]
