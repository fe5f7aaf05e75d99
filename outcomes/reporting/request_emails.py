"""Emails that ask one person to report on several commitments."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q, QuerySet

from outcomes.models import CommitmentParty
from outcomes.reporting.focal_points import with_active_focal_point
from outcomes.reporting.links import create_report_link
from participants.accounts.addresses import delivery_address
from participants.accounts.emails import email_delegate
from participants.models import Delegate
from participants.models.delegate import available_q
from roundtable.mail.models import MailBatch, QueuedEmail


@dataclass(frozen=True)
class DigestItem:
    """A commitment in the email; `text` is empty until its roundtable is public.

    `due_on` is when the commitment is due, or with `is_asked`, the last day of a round.
    """

    reference: str
    text: str
    due_on: date | None
    url: str
    is_asked: bool


def parties_with_focal_point() -> QuerySet[CommitmentParty]:
    """Parties with an accepted focal point."""
    return (
        CommitmentParty.objects.public()
        .filter(focal_point__isnull=False, focal_point_accepted_at__isnull=False)
        .select_related("commitment__event", "organisation", "group")
    )


def asked_by(party: CommitmentParty) -> date | None:
    """The last day of the round that asked, where the query of the party annotated it."""
    day: date | None = getattr(party, "asked_by", None)
    return day


def can_receive_mail(delegate: Delegate) -> bool:
    """False for a person who is hidden or erased, or has no email address."""
    return bool(delegate.is_available and has_address(delegate))


def has_address(delegate: Delegate) -> bool:
    """Also true for a hidden person, so that the answer tells the desk of no one who hides."""
    is_gone = delegate.erased_at or delegate.new_address_agreed_at
    return bool(not is_gone and delegate.user and delivery_address(delegate.user))


def reachable_q() -> Q:
    """The part of `can_receive_mail` that the database can check, for parties."""
    return available_q("focal_point__") & Q(focal_point__user__is_active=True)


def queue_digest(
    delegate: Delegate,
    parties: Sequence[CommitmentParty],
    *,
    dedup_key: str,
    template: str,
    at: datetime,
    batch: MailBatch | None = None,
    **context: object,
) -> QueuedEmail | None:
    """Queues one email with a report link for each party, earliest due date first.

    `delegate` is the focal point of all parties; those that this person left are omitted. Without
    an email, no links are created.
    """
    if not can_receive_mail(delegate) or QueuedEmail.objects.filter(dedup_key=dedup_key).exists():
        return None
    given = CommitmentParty.objects.filter(pk__in=[party.pk for party in parties])
    active = set(with_active_focal_point(given, at.date()).values_list("pk", flat=True))
    rows = sorted(
        (party for party in parties if party.pk in active),
        key=lambda party: (asked_by(party) or party.commitment.due_on or date.max, party.pk),
    )
    if not rows:
        return None
    items = [
        DigestItem(
            reference=party.commitment.reference,
            text=party.commitment.text if party.commitment.event.is_public else "",
            due_on=asked_by(party) or party.commitment.due_on,
            url=create_report_link(party, at=at),
            is_asked=asked_by(party) is not None,
        )
        for party in rows
    ]
    values = {**context, "items": items}
    return email_delegate(
        delegate, dedup_key=dedup_key, template=template, context=values, at=at, batch=batch
    )
