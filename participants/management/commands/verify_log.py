"""The command that looks whether the log of acts is as it was written."""

import re
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from participants.comparing import consent_faults
from roundtable.audit.log import AuditEntry, AuditHead
from roundtable.audit.verify import compared, faults


class Command(BaseCommand):
    """Names each entry that was changed, removed, added or moved, and consents that differ."""

    help = "Finds entries of the log that were changed, removed, added or moved, and consents too."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What an earlier run printed, if it was kept."""
        parser.add_argument(
            "--kept", metavar="NUMBER:SEAL", help="What an earlier run said that the log ends with."
        )

    def handle(self, *args: Any, kept: str | None = None, **options: Any) -> None:
        """Prints what is wrong, or that all is well.

        Raises CommandError where an entry is not as it was written.
        """
        found = faults() + consent_faults()
        if kept is not None:
            found += compared(*_read(kept))
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


def _read(kept: str) -> tuple[int, str]:
    read = re.fullmatch(r"(\d{1,18}):([0-9a-f]{64})", kept)
    if not read:
        raise CommandError(_("Write the number and the seal like 120:0a1b…, as it was printed."))
    return int(read[1]), read[2]
