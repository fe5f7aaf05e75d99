"""Command that checks the log, the keys of people, consents and published statements."""

import logging
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from outcomes.models import Statement
from outcomes.statements.verify import (
    earlier_versions,
    find_removed_versions,
    find_statement_faults,
    published_texts,
    removed_versions,
    renew_seals,
)
from participants.privacy.erasure_ledger import append_missing_marks
from participants.privacy.verify import find_consent_faults
from roundtable.audit import log as audit
from roundtable.audit.mirror import (
    MAX_REASON,
    Mirror,
    bring_up_to_date,
    read_mirror,
    record_restore,
)
from roundtable.audit.models import AuditEntry, AuditKey
from roundtable.audit.verify import find_line_faults, find_log_faults, find_mirror_faults
from roundtable.history.redaction import overwrite_deleted_words

log = logging.getLogger(__name__)
LOGGED_FAULTS = 10


class Command(BaseCommand):
    """Names what something other than the portal changed, and completes the files of marks."""

    help = (
        "Finds entries of the log, keys of people, consents and published statements that were "
        "changed or removed. Run it daily, and after a backup was restored."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--copy", type=Path, metavar="FILE", help="Also compare with a copy of SEAL_LEDGER."
        )
        parser.add_argument(
            "--head",
            metavar="LINE",
            help="Also compare with the line of an email that a co-chair kept.",
        )
        parser.add_argument(
            "--after-restore",
            metavar="REASON",
            help="Accept that the log is behind SEAL_LEDGER, because a backup was restored. The "
            "log keeps the reason. Do not name people.",
        )

    def handle(
        self,
        *args: Any,
        copy: Path | None = None,
        head: str | None = None,
        after_restore: str | None = None,
        **options: Any,
    ) -> None:
        self.report(find_log_faults() + find_consent_faults() + find_statement_faults())
        mirror = _read(Path(settings.SEAL_LEDGER))
        if after_restore is not None:
            self.accept_restore(after_restore.strip(), mirror)
            mirror = _read(Path(settings.SEAL_LEDGER))
        faults = find_mirror_faults(mirror) + find_removed_versions(mirror)
        if copy:
            given = _read(copy)
            if not given.exists:
                raise CommandError(_("The copy cannot be read."))
            faults += find_mirror_faults(given) + find_removed_versions(given)
        if head is not None:
            try:
                faults += find_line_faults(head, timezone.now())
            except ValueError:
                raise CommandError(
                    _("Write the whole line of the email, in quotation marks.")
                ) from None
        self.report(faults)
        self.complete_files()
        self.describe()

    def accept_restore(self, reason: str, mirror: Mirror) -> None:
        if not 0 < len(reason) <= MAX_REASON:
            raise CommandError(
                _("Write why the backup was restored, in %d characters at most.") % MAX_REASON
            )
        removed = removed_versions(mirror)
        if not find_mirror_faults(mirror) and not removed:
            self.stdout.write(
                _("The log is not behind SEAL_LEDGER, so there is nothing to accept.")
            )
            return
        try:
            record_restore(reason, removed=removed)
        except OSError:
            raise CommandError(
                _("SEAL_LEDGER cannot be written. Correct it, then try again.")
            ) from None
        audit.record(action="restore backup", at=timezone.now(), detail=reason)

    def report(self, faults: list[str]) -> None:
        """Ends the command if there are any."""
        if not faults:
            return
        for sentence in faults:
            self.stderr.write(sentence)
        # As an error, so that the operator gets an email.
        shown = " ".join(faults[:LOGGED_FAULTS])
        log.error("verify found %d faults. %s", len(faults), shown)
        raise CommandError(
            _(
                "Something other than the portal changed the database, or a backup was restored. "
                "Do what docs/operations.md says under “When verify finds something”."
            )
        )

    def complete_files(self) -> None:
        audit.renew_seal()
        renew_seals()
        try:
            bring_up_to_date(published_texts())
            append_missing_marks()
        except OSError as problem:
            log.error("The files of seals and marks cannot be written (%s).", problem.strerror)
            raise CommandError(
                _("SEAL_LEDGER or ERASURE_LEDGER cannot be written. Correct it, then try again.")
            ) from None
        overwrite_deleted_words()

    def describe(self) -> None:
        for statement in Statement.objects.published().select_related("event"):
            for sentence in earlier_versions(statement):
                self.stdout.write(sentence)
        self.stdout.write(
            _(
                "All seals are valid: %(entries)d log entries, %(keys)d keys, %(texts)d published "
                "texts."
            )
            % {
                "entries": AuditEntry.objects.count(),
                "keys": AuditKey.objects.count(),
                "texts": len(published_texts()),
            }
        )


def _read(path: Path) -> Mirror:
    try:
        return read_mirror(path)
    except OSError:
        raise CommandError(
            _("%s cannot be read. Correct its owner and mode, then try again.") % path.name
        ) from None
