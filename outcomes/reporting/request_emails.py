"""The letter that asks one person about several commitments, each with a link of its own."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q, QuerySet

from outcomes.models import CommitmentParty
from outcomes.reporting.links import create_report_link
from participants.accounts.addresses import delivery_address
from participants.accounts.emails import email_delegate
from participants.models import Delegate
from roundtable.mail.models import MailBatch, QueuedEmail


@dataclass(frozen=True)
class DigestItem:
    """One commitment in the letter; the text is empty while its roundtable is not public."""

    reference: str
    text: str
    due_on: date | None
    url: str


def parties_with_focal_point() -> QuerySet[CommitmentParty]:
    """The parties whose focal point accepted to be asked, with what a letter says of them."""
    return CommitmentParty.objects.filter(
        focal_point__isnull=False, focal_point_accepted_at__isnull=False
    ).select_related("commitment__event", "organisation", "group")


def can_receive_mail(delegate: Delegate) -> bool:
    """Whether the person may be written to: not hidden, not erased, and with a mailbox."""
    is_unreachable = delegate.hidden_at or delegate.erased_at or delegate.user is None
    return not is_unreachable and bool(delegate.user and delivery_address(delegate.user))


def reachable_q() -> Q:
    """Condition for parties whose focal point may be written to, as far as the database knows."""
    return Q(
        focal_point__hidden_at=None,
        focal_point__erased_at=None,
        focal_point__user__is_active=True,
    )


def queue_digest(
    delegate: Delegate,
    parties: Iterable[CommitmentParty],
    *,
    dedup_key: str,
    template: str,
    at: datetime,
    batch: MailBatch | None = None,
    **context: object,
) -> QueuedEmail | None:
    """Queues one letter with a link for each of these parties, the earliest due date first.

    All of them must have this person as their focal point. None where nobody is to get it, or the
    cause had its letter: then no link is made either.
    """
    if not can_receive_mail(delegate) or QueuedEmail.objects.filter(dedup_key=dedup_key).exists():
        return None
    rows = sorted(parties, key=lambda party: (party.commitment.due_on or date.max, party.pk))
    items = [
        DigestItem(
            reference=party.commitment.reference,
            text=party.commitment.text if party.commitment.event.is_public else "",
            due_on=party.commitment.due_on,
            url=create_report_link(party, at=at),
        )
        for party in rows
    ]
    values = {**context, "items": items}
    return email_delegate(
        delegate, dedup_key=dedup_key, template=template, context=values, at=at, batch=batch
    )
