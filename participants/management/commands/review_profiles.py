"""Command that runs the yearly profile review, and erases who never joined."""

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from participants.models import RetentionAction
from participants.participation import account_changes
from participants.privacy import notice_changes, retention
from roundtable.management.dates import add_day_argument
from roundtable.workers.jobs import add_clock_argument, start_job

RESULT_LABELS = {
    RetentionAction.Action.CONFIRMATION_REQUESTED: _("Asked: %d"),
    RetentionAction.Action.MADE_PRIVATE: _("Changed to “Only me”: %d"),
    RetentionAction.Action.WARNED: _("Warned: %d"),
    RetentionAction.Action.WARNED_AGAIN: _("Warned a second time: %d"),
    retention.ERASED: _("Erased: %d"),
    notice_changes.ASKED: _("Asked to agree to the new notice: %d"),
    notice_changes.REMINDED: _("Reminded of the new notice: %d"),
    notice_changes.NARROWED: _("Changed to “Only me”, without consent to the new notice: %d"),
    retention.TOLD: _("Told that others entered them: %d"),
    retention.UNTOLD_ERASED: _("Erased, because no email could tell them within 30 days: %d"),
    retention.NEVER_JOINED_ERASED: _("Erased, because they never joined: %d"),
    account_changes.MADE: _("Changes of accounts made: %d"),
    account_changes.STOPPED: _("Changes of accounts that are no longer possible: %d"),
    account_changes.EXPIRED: _("Changes of accounts ended without a code: %d"),
    account_changes.FORMER_ERASED: _("Former accounts erased: %d"),
    retention.WITHOUT_MAILBOX: _("Of these, without a mailbox, so no email was sent: %d"),
    retention.WARNING_FAILED: _("Kept, because the mail server refused a warning: %d"),
    retention.ERASURE_FAILED: _(
        "Not erased, because the ledger of erasures could not be written: %d"
    ),
}


class Command(BaseCommand):
    """Runs each review action that is due."""

    help = (
        "Runs the yearly review: asks, makes private, warns and erases. Asks people to agree to "
        "a new notice. Tells people whom others entered, and erases those who never joined. "
        "Makes changes of "
        "accounts that no one stopped, and erases former accounts. Run it daily."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_day_argument(parser)
        add_clock_argument(parser)
        parser.add_argument(
            "--dry-run", action="store_true", help="Show what would be done, and do nothing."
        )

    def handle(
        self, *args: Any, on: date | None, dry_run: bool, clock_is_right: bool, **options: Any
    ) -> None:
        today = timezone.localdate()
        on = on or today
        if on > today and not dry_run and not settings.DEBUG:
            raise CommandError(
                gettext(
                    "%s is in the future, and we warn no one early. Add --dry-run to see what "
                    "would happen."
                )
                % on
            )
        if not dry_run:
            start_job("review_profiles", at=timezone.now(), clock_is_right=clock_is_right)
        done = notice_changes.run_notice_requests(on=on, at=timezone.now(), dry_run=dry_run)
        if not dry_run:
            done += account_changes.run_account_changes(at=timezone.now())
        done += retention.run_retention(on=on, at=timezone.now(), dry_run=dry_run)
        if dry_run:
            self.stdout.write(gettext("Nothing is done. A real run would do this:"))
        # Only counts, no names: timer output is emailed and kept.
        for result, words in RESULT_LABELS.items():
            if done[result]:
                self.stdout.write(str(words) % done[result])
        if not done:
            self.stdout.write(gettext("Nothing is due."))
        if done[retention.ERASURE_FAILED]:
            raise CommandError(gettext("Correct ERASURE_LEDGER, then run this command again."))
