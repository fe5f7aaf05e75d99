"""Finds consents that differ from those in the log."""

from collections import Counter
from datetime import datetime

from participants.models import Consent, Delegate
from participants.privacy.consent import ACTION_PREFIX, log_detail
from roundtable.audit.models import AuditEntry, AuditHead, AuditKey

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
