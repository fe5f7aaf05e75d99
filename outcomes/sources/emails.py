"""Emails about texts that are recorded from a source."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q
from django.urls import reverse

from outcomes.models import Commitment, Corrigendum, SourceComparison
from outcomes.sources.hashes import RecordedText
from participants.accounts.emails import email_holders
from participants.models import Grant

REPEATED_AFTER = timedelta(days=7)


def ask_others_to_compare(text: RecordedText, row: SourceComparison, *, at: datetime) -> int:
    """Tells the co-chairs of other organisations that theirs is missing, and again each week.

    Returns the number of emails.
    """
    weeks = (at - row.confirmed_at) // REPEATED_AFTER
    dedup_key = f"compare {row.pk} {row.content_hash} week {weeks}"
    if isinstance(text, Commitment):
        path = reverse("admin:outcomes_commitment_changelist") + "?waits=me"
        # One email about all of a document, which someone compares one by one.
        year, week, _day = at.date().isocalendar()
        dedup_key = f"compare commitments {text.event.pk} {year}-{week}"
    else:
        statement = text.statement if isinstance(text, Corrigendum) else text
        path = reverse("admin:outcomes_statement_compare", args=[statement.pk])
    cochairs = Grant.objects.active(at.date()).filter(event=text.event, role=Grant.Role.COCHAIR)
    own = Q(user=row.by)
    if row.on_behalf_of:
        own |= Q(on_behalf_of=row.on_behalf_of)
    emails = email_holders(
        cochairs.exclude(own),
        dedup_key=dedup_key,
        template="outcomes/sources/emails/comparison_requested",
        context={
            "event": text.event,
            "is_commitment": isinstance(text, Commitment),
            "is_correction": isinstance(text, Corrigendum),
            "organisation": row.on_behalf_of,
            "url": f"{settings.PORTAL_URL}{path}",
        },
        at=at,
    )
    return len(emails)
