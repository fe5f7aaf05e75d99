"""Actions of co-chairs; rows that the user may not decide about stay unchanged."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from outcomes.models import (
    ENDED_STATUSES,
    Commitment,
    CommitmentParty,
    EditorialState,
    ImplementationStatus,
    ProgressUpdate,
    ReportingRound,
    RoundRequest,
)
from outcomes.reporting.rounds import parties_to_ask, queue_round_emails, unanswered_requests
from outcomes.reporting.submission import tell_parties
from participants.models import User
from participants.permissions import EventPermissions, acting_organisation, may_decide
from roundtable.audit import log as audit
from roundtable.mail.batches import create_batch
from roundtable.mail.models import MailBatch
from roundtable.models import Event


@transaction.atomic
def open_round(
    *, reporting_round: ReportingRound, commitments: QuerySet[Commitment], by: User, at: datetime
) -> int:
    """Emails all accepted focal points; returns the number of parties."""
    reporting_round.opened_by, reporting_round.opened_at = by, at
    reporting_round.full_clean()
    reporting_round.save()
    reporting_round.commitments.set(commitments.order_by())
    parties = list(parties_to_ask(at.date()).filter(commitment__in=commitments.order_by()))
    RoundRequest.objects.bulk_create(
        RoundRequest(round=reporting_round, party=party) for party in parties
    )
    queue_round_emails(parties, reporting_round=reporting_round, is_reminder=False, at=at)
    _record("open round", reporting_round.event, by, at)
    return len(parties)


def reason_cannot_end(commitment: Commitment, *, rights: EventPermissions, on: date) -> str:
    """Empty if the user can end the commitment as of that day."""
    if not rights.may_decide(commitment.event_id):
        return _("You are not a co-chair of its roundtable. Ask a co-chair to end it.")
    if commitment.latest_status in ENDED_STATUSES:
        return _("It has already ended. You do not need to do anything.")
    if commitment.updates.recorded().filter(status__in=ENDED_STATUSES).exists():
        return _("It is already recorded that it ended. You do not need to do anything.")
    if not reporting_party(commitment):
        return _("It has no party to report for. Add a party first.")
    if on < commitment.event.starts_on:
        return _("Its roundtable began after that day. Choose a later day.")
    if commitment.latest_reported_on and on < commitment.latest_reported_on:
        return _("There is a report for a later day. Choose that day or a later one.")
    return ""


def reporting_party(commitment: Commitment) -> CommitmentParty | None:
    """The lead party, else the first."""
    parties = sorted(
        (party for party in commitment.parties.all() if not party.is_member),
        key=lambda party: (party.role != CommitmentParty.Role.LEAD, party.pk),
    )
    return parties[0] if parties else None


@transaction.atomic
def end_commitments(
    *,
    commitments: Iterable[Commitment],
    status: ImplementationStatus,
    on: date,
    reason: str,
    source: str,
    by: User,
    at: datetime,
) -> int:
    """Records from a source that each commitment ended, or none if one is invalid.

    Another organisation checks the records. They do not set the status: only the party's own report
    does. Returns their number.
    """
    recorded = []
    for commitment in commitments:
        party = reporting_party(commitment)
        assert party is not None
        update = ProgressUpdate(
            commitment=commitment,
            party=party,
            reported_on=on,
            recorded_at=at,
            status=status,
            text=reason,
            reason=reason,
            source=source,
            has_no_personal_details=True,
            author=by,
            state=EditorialState.DRAFT,
        )
        update.full_clean()
        update.submit(at=at)
        update.edited_by.add(by)
        _record("end commitment", commitment.event, by, at, detail=str(update))
        recorded.append(update)
    tell_parties(recorded, at=at)
    return len(recorded)


@transaction.atomic
def remind_round_parties(
    *, reporting_round: ReportingRound, by: User, at: datetime, batch: MailBatch | None = None
) -> int:
    """Reminds parties without an answer, at most once a day; returns their number."""
    if not may_decide(by, reporting_round, at):
        return 0
    # Lock, so that a double click sends one reminder.
    ReportingRound.objects.select_for_update().get(pk=reporting_round.pk)
    parties = parties_to_remind(reporting_round, at)
    if not parties:
        return 0
    reporting_round.requests.filter(party__in=parties).update(reminded_at=at)
    queue_round_emails(
        parties, reporting_round=reporting_round, is_reminder=True, at=at, batch=batch
    )
    _record("nudge round", reporting_round.event, by, at)
    return len(parties)


@transaction.atomic
def remind_rounds(*, rounds: Iterable[ReportingRound], by: User, at: datetime) -> int:
    """Reminds the parties of several rounds; the emails of a roundtable are cancelled together."""
    by_event: dict[Event, list[ReportingRound]] = {}
    for row in rounds:
        by_event.setdefault(row.event, []).append(row)
    reminded = 0
    for event, rows in by_event.items():
        batch = create_batch(event=event, action=MailBatch.Action.REMIND, at=at)
        number = sum(
            remind_round_parties(reporting_round=row, by=by, at=at, batch=batch) for row in rows
        )
        # If all people of a batch are hidden, it has no emails, but it stays: its absence would
        # reveal them.
        if not number:
            batch.delete()
        reminded += number
    return reminded


def parties_to_remind(reporting_round: ReportingRound, at: datetime) -> list[CommitmentParty]:
    open_requests = unanswered_requests(reporting_round, for_reminder=True).filter(
        Q(reminded_at=None) | Q(reminded_at__date__lt=at.date())
    )
    party_ids = list(open_requests.values_list("party", flat=True))
    return list(parties_to_ask(at.date()).filter(pk__in=party_ids))


def _record(action: str, event: Event, by: User, at: datetime, detail: str = "") -> None:
    audit.record(
        action=action,
        at=at,
        actor=by,
        organisation=acting_organisation(by, event.pk, at.date()),
        detail=detail or event.code,
    )
