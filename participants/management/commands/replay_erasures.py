"""The command that erases again whoever a restored backup brought back."""

from typing import Any

from django.core.management import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from participants.erasures import OtherKey
from participants.replaying import replay


class Command(BaseCommand):
    """Reads the ledger of erasures, file and table, and erases again."""

    help = "Erases again whoever a restored backup brought back. Run it after every restore."

    def handle(self, *args: Any, **options: Any) -> None:
        """Prints what was done.

        Raises CommandError where lines of the file are damaged, after all others were applied, and
        where the ledger was written with another key, before anything is done.
        """
        try:
            done = replay(at=timezone.now())
        except OtherKey:
            raise CommandError(
                _(
                    "The ledger was written with another ERASURE_KEY, so nobody was erased. Start "
                    "the portal with that key and run this again."
                )
            ) from None
        self.stdout.write(
            _("Erased again: %(people)d by handle, %(accounts)d by account, %(requests)d requests.")
            % vars(done)
        )
        self.stdout.write(
            _("Ledger: %(rows)d marks added to the table, %(lines)d to the file.") % vars(done)
        )
        for number in done.damaged:
            self.stderr.write(_("Line %d of the ledger is damaged.") % number)
        if done.damaged:
            raise CommandError(_("All other lines were applied. Mend the file and run it again."))
