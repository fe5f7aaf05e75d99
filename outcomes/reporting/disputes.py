"""A party does not recognise a text that is recorded in its name. Only the party withdraws this."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property

from outcomes.models import (
    Commitment,
    CommitmentParty,
    CommitmentState,
    Dispute,
    ProgressUpdate,
)
from outcomes.models.commitment import Basis
from outcomes.models.dispute import PRIVATE_PERIOD
from outcomes.reporting.focal_points import active_participations_of, are_one_body
from outcomes.reporting.publication import announce
from outcomes.sources.hashes import source_hash
from participants.accounts.emails import email_cochairs
from participants.models import User
from roundtable.audit import log as audit


@dataclass(frozen=True)
class DisputableText:
    """The commitment, or a report on it, as recorded in the name of a party."""

    party: CommitmentParty
    update: ProgressUpdate | None  # None for the commitment
    on: date

    @property
    def key(self) -> str:
        return f"report-{self.update.pk}" if self.update else "commitment"

    @cached_property
    def content_hash(self) -> str:
        return self.update.content_hash if self.update else source_hash(self.party.commitment)

    @cached_property
    def dispute(self) -> Dispute | None:
        """The open one, or one about an earlier wording."""
        return (self.update or self.party).disputes.unsettled().first()

    @property
    def public_from(self) -> date:
        """When everyone reads of a dispute of today."""
        return self.on + PRIVATE_PERIOD


def spoken_for(commitment: Commitment, user: User, on: date) -> list[CommitmentParty]:
    """`commitment` comes from `with_parties`."""
    return of_participant(commitment.parties.all(), user, on)


def of_participant(
    parties: Iterable[CommitmentParty], user: User, on: date
) -> list[CommitmentParty]:
    """Those for which the user takes part at the roundtable. A group has no people."""
    own = list(active_participations_of(user, on))
    return [
        row
        for row in parties
        if row.organisation
        and any(
            one.event_id == row.commitment.event_id
            and are_one_body(row.organisation, one.organisation)
            for one in own
        )
    ]


def party_spoken_for(
    parties: QuerySet[CommitmentParty], number: int, user: User, on: date
) -> CommitmentParty | None:
    """None as well for a draft that its parties were not told of, unless they dispute it."""
    disputes = Dispute.objects.open().filter(party=OuterRef("pk"))
    known = parties.filter(
        Q(commitment__state=CommitmentState.PUBLIC)
        | Q(commitment__parties_told_at__isnull=False)
        | Exists(disputes),
        organisation__isnull=False,
    )
    party = known.select_related("commitment__event", "organisation").filter(pk=number).first()
    if party is None:
        return None
    return next(iter(of_participant([party], user, on)), None)


def disputable_texts(party: CommitmentParty, on: date) -> list[DisputableText]:
    """First the commitment, then what others recorded about its progress."""
    updates = ProgressUpdate.objects.recorded().approved().filter(party=party)
    texts = [DisputableText(party, row, on) for row in updates]
    is_recorded = party.commitment.basis == Basis.RECORDED
    return [DisputableText(party, None, on), *texts] if is_recorded else texts


def open_disputes(commitment: int | OuterRef) -> QuerySet[Dispute]:
    """About the commitment, and about reports on it."""
    return Dispute.objects.open().filter(
        Q(party__commitment=commitment) | Q(update__commitment=commitment)
    )


@transaction.atomic
def dispute_text(
    party: CommitmentParty, *, key: str, content_hash: str, by: User, at: datetime
) -> bool:
    """False if the text changed since the party read it."""
    text = _locked(party, key, at)
    if text is None or text.content_hash != content_hash:
        return False
    rows = (text.update or party).disputes
    rows.settle_former(content_hash, at)
    if rows.open().exists():  # a double click
        return True
    row = Dispute(
        party=None if text.update else party,
        update=text.update,
        disputed_by=by,
        disputed_on=text.on,
        content_hash=content_hash,
    )
    row.full_clean()
    row.save()
    _record("dispute text", text, by, at)
    _tell_desk(row, "disputed", at)
    return True


@transaction.atomic
def withdraw_dispute(party: CommitmentParty, *, key: str, by: User, at: datetime) -> bool:
    """False if this text is not disputed."""
    text = _locked(party, key, at)
    dispute = text.dispute if text else None
    if text is None or dispute is None:
        return False
    (text.update or party).disputes.withdraw(at)
    _record("withdraw dispute", text, by, at)
    tell_desk_of_withdrawal(dispute, at=at)
    # If it was compared during the dispute, its parties were not told.
    announce(party.commitment, at=at)
    return True


def _locked(party: CommitmentParty, key: str, at: datetime) -> DisputableText | None:
    # The same lock as publication, and as what changes a report.
    commitments = Commitment.objects.select_for_update(of=("self",)).select_related("event")
    party.commitment = commitments.get(pk=party.commitment_id)
    texts = disputable_texts(party, timezone.localdate(at))
    return next((text for text in texts if text.key == key), None)


def _record(action: str, text: DisputableText, by: User, at: datetime) -> None:
    party = text.party
    assert party.organisation is not None
    detail = str(text.update or party.commitment.reference)
    organisation = party.organisation.slug
    audit.record(action=action, at=at, actor=by, organisation=organisation, detail=detail)


def tell_desk_of_withdrawal(row: Dispute, *, at: datetime) -> None:
    _tell_desk(row, "dispute_withdrawn", at)


def _tell_desk(row: Dispute, template: str, at: datetime) -> None:
    commitment = row.text_party.commitment
    page = reverse("admin:outcomes_commitment_change", args=[commitment.pk])
    email_cochairs(
        commitment.event,
        dedup_key=f"{template} {row.pk}",
        template=f"outcomes/commitments/emails/{template}",
        context={
            "event": commitment.event,
            "commitment": commitment,
            "party": row.text_party,
            "update": row.update,
            "day": row.public_from,
            "url": f"{settings.PORTAL_URL}{page}",
        },
        at=at,
    )
