"""Command that checks the integrity of the audit log."""

import re
from argparse import ArgumentParser
from collections import Counter
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from participants.models import Consent, Delegate
from participants.privacy.consent import ACTION_PREFIX, log_detail
from roundtable.audit.models import AuditEntry, AuditHead, AuditKey
from roundtable.audit.verify import check_kept_hash, find_log_faults

# Key of the person, action, time, and wording.
LoggedConsent = tuple[str, str, datetime, str]


def find_consent_faults() -> list[str]:
    """One sentence for each person whose consents differ from the log."""
    keys = _keys_by_delegate()
    known_keys = set(keys.values())
    in_log = Counter(
        (entry.subject, entry.action, entry.at, entry.detail)
        for entry in AuditEntry.objects.filter(action__startswith=ACTION_PREFIX).iterator()
        if entry.subject in known_keys
    )
    in_table = Counter(
        (keys.get(row.delegate_id, ""), ACTION_PREFIX + row.action, row.at, log_detail(row))
        for row in Consent.objects.select_related("notice").iterator()
    )
    log_start = _log_start()
    # Older consents cannot be checked, because their entries were pruned.
    unknown = [
        consent for consent in in_table - in_log if log_start is None or consent[2] >= log_start
    ]
    differing = {consent[0] for consent in [*(in_log - in_table), *unknown]}
    return [
        f"The consents of {key} differ from those in the log."
        if key
        else "There is a consent of a person who is not in the log."
        for key in sorted(differing)
    ]


def _keys_by_delegate() -> dict[int, str]:
    prefix = f"{Delegate._meta.label_lower}:"
    mapped = AuditKey.objects.filter(subject__startswith=prefix)
    return {
        int(row.subject.removeprefix(prefix)): row.key for row in mapped if row.has_valid_signature
    }


def _log_start() -> datetime | None:
    """Time of the oldest entry, or None if no entries were pruned."""
    head = AuditHead.objects.filter(pk=1, pruned_through__gt=0).first()
    entry = AuditEntry.objects.order_by("sequence").first() if head else None
    return entry.at if entry else None


class Command(BaseCommand):
    """Reports changed, removed, added or moved entries, and consents that differ."""

    help = "Finds log entries that were changed, removed, added or moved, and changed consents."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--kept",
            metavar="NUMBER:SEAL",
            help="The end of the log that an earlier run printed.",
        )

    def handle(self, *args: Any, kept: str | None = None, **options: Any) -> None:
        problems = find_log_faults() + find_consent_faults()
        if kept is not None:
            problems += check_kept_hash(*_parse_log_head(kept))
        for sentence in problems:
            self.stderr.write(sentence)
        if problems:
            raise CommandError(_("The log was changed after it was written."))
        number = AuditEntry.objects.count()
        message = ngettext(
            "The log is complete and unchanged: %d entry.",
            "The log is complete and unchanged: %d entries.",
            number,
        )
        self.stdout.write(message % number)
        head = AuditHead.objects.filter(pk=1).first()
        if head:
            end = _(
                "It ends with %(number)d:%(seal)s. Keep this line somewhere else. You can use"
                " it with --kept to detect a log that was written again."
            )
            self.stdout.write(end % {"number": head.sequence, "seal": head.chain_hash})


def _parse_log_head(kept: str) -> tuple[int, str]:
    read = re.fullmatch(r"(\d{1,18}):([0-9a-f]{64})", kept)
    if not read:
        raise CommandError(
            _("Write the number and the seal in the form 120:0a1b…, exactly as printed.")
        )
    return int(read[1]), read[2]
