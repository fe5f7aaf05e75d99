"""Whether the records of consent are those that the log was told of."""

from collections import Counter
from datetime import datetime

from participants.consents import LOGGED_AS, told_of
from participants.models import Consent, Delegate
from roundtable.audit.log import AuditEntry, AuditHead, AuditKey

Told = tuple[str, str, datetime, str]  # of whom by opaque key, what, when, under which wording


def consent_faults() -> list[str]:
    """A sentence for each person whose consents are not those of the log; none if all is well."""
    keys = _keys()
    known = set(keys.values())
    in_log = Counter(
        (entry.subject, entry.act, entry.at, entry.detail)
        for entry in AuditEntry.objects.filter(act__startswith=LOGGED_AS).iterator()
        if entry.subject in known
    )
    in_table = Counter(
        (keys.get(row.delegate_id, ""), LOGGED_AS + row.act, row.at, told_of(row))
        for row in Consent.objects.select_related("notice").iterator()
    )
    first = _log_begins()
    unknown = [told for told in in_table - in_log if first is None or told[2] >= first]
    differing = {told[0] for told in [*(in_log - in_table), *unknown]}
    return [
        f"The consents of {key} are not those that the log was told of."
        if key
        else "There is a consent of somebody whom the log does not know."
        for key in sorted(differing)
    ]


def _keys() -> dict[int, str]:
    prefix = f"{Delegate._meta.label_lower}:"
    mapped = AuditKey.objects.filter(subject__startswith=prefix)
    return {int(row.subject.removeprefix(prefix)): row.key for row in mapped if row.is_genuine}


def _log_begins() -> datetime | None:
    """When the first entry was made, where older ones were removed for their age."""
    head = AuditHead.objects.filter(pk=1, removed_to__gt=0).first()
    entry = AuditEntry.objects.order_by("sequence").first() if head else None
    return entry.at if entry else None
