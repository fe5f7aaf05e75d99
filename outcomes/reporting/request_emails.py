"""The letter that asks one person about several commitments, each with a link of its own."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q, QuerySet

from outcomes.models import CommitmentParty
from outcomes.reporting.links import report_link
from participants.accounts.addresses import mailbox_of
from participants.accounts.emails import write_to
from participants.models import Delegate
from roundtable.mail.batches import Batch
from roundtable.mail.queue import Letter


@dataclass(frozen=True)
class Asked:
    """One commitment in the letter; the text is empty while its roundtable is not public."""

    reference: str
    text: str
    due_on: date | None
    url: str


def answered_for() -> QuerySet[CommitmentParty]:
    """The parties whose focal point accepted to be asked, with what a letter says of them."""
    return CommitmentParty.objects.filter(
        focal_point__isnull=False, focal_point_accepted_at__isnull=False
    ).select_related("commitment__event", "organisation", "group")


def takes_letters(delegate: Delegate) -> bool:
    """Whether the person may be written to: not hidden, not erased, and with a mailbox."""
    gone = delegate.paused_at or delegate.erased_at or delegate.user is None
    return not gone and bool(delegate.user and mailbox_of(delegate.user))


def reachable() -> Q:
    """Condition for parties whose focal point may be written to, as far as the database knows."""
    return Q(
        focal_point__paused_at=None,
        focal_point__erased_at=None,
        focal_point__user__is_active=True,
    )


def write_digest(
    delegate: Delegate,
    parties: Iterable[CommitmentParty],
    *,
    cause: str,
    template: str,
    at: datetime,
    batch: Batch | None = None,
    **context: object,
) -> Letter | None:
    """Queues one letter with a link for each of these parties, the earliest due date first.

    All of them must have this person as their focal point. None where nobody is to get it, or the
    cause had its letter: then no link is made either.
    """
    if not takes_letters(delegate) or Letter.objects.filter(cause=cause).exists():
        return None
    rows = sorted(parties, key=lambda party: (party.commitment.due_on or date.max, party.pk))
    asked = [
        Asked(
            reference=party.commitment.reference,
            text=party.commitment.text if party.commitment.event.is_public else "",
            due_on=party.commitment.due_on,
            url=report_link(party, at=at),
        )
        for party in rows
    ]
    values = {**context, "asked": asked}
    return write_to(delegate, cause=cause, template=template, context=values, at=at, batch=batch)
