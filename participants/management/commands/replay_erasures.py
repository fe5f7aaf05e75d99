"""The command that erases again whoever a restored backup brought back."""

from typing import Any

from django.core.management import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from participants.replaying import replay


class Command(BaseCommand):
    """Reads the ledger of erasures, file and table, and erases again."""

    help = "Erases again whoever a restored backup brought back. Run it after every restore."

    def handle(self, *args: Any, **options: Any) -> None:
        """Prints what was done.

        Raises CommandError where lines of the file are damaged, after all others were applied.
        """
        done = replay(at=timezone.now())
        self.stdout.write(
            _("Erased again: %(people)d by handle, %(accounts)d by address, %(requests)d requests.")
            % vars(done)
        )
        self.stdout.write(
            _("Ledger: %(rows)d marks added to the table, %(lines)d to the file.") % vars(done)
        )
        for number in done.damaged:
            self.stderr.write(_("Line %d of the ledger is damaged.") % number)
        if done.damaged:
            raise CommandError(_("All other lines were applied. Mend the file and run it again."))
