"""Bulk changes: themes of points, and the end of commitments."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from outcomes.models import (
    ENDED_STATUSES,
    Commitment,
    CommitmentParty,
    EditorialState,
    ImplementationStatus,
    Outcome,
    ProgressUpdate,
    Theme,
)
from participants.models import User
from participants.permissions import EventPermissions, acting_organisation
from roundtable.audit import log as audit
from roundtable.models import Event


@transaction.atomic
def change_themes(
    *,
    points: Iterable[Outcome],
    add: Iterable[Theme],
    remove: Iterable[Theme],
    reason: str,
    by: User,
    at: datetime,
) -> int:
    """Returns the number of changed points."""
    add, remove, changed = list(add), list(remove), 0
    counts: dict[Event, int] = {}
    for point in points:
        before = set(point.themes.all())
        after = (before - set(remove)) | set(add)
        if before == after:
            continue
        record: object = point
        record._change_reason = reason  # type: ignore[attr-defined]
        point.themes.set(after)
        changed += 1
        event = point.statement.event
        counts[event] = counts.get(event, 0) + 1
    for event, number in counts.items():
        _record(f"change themes of {number} points", event, by, at)
    return changed


def reason_cannot_end(commitment: Commitment, *, rights: EventPermissions, on: date) -> str:
    """Empty if the user can end the commitment as of that day."""
    if not rights.may_decide(commitment.event_id):
        return _("You are not a co-chair of its roundtable. Ask a co-chair to end it.")
    if commitment.latest_status in ENDED_STATUSES:
        return _("It has already ended. You do not need to do anything.")
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
        commitment.parties.all(),
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
    """Creates and approves a final update for each commitment, or for none if one is invalid."""
    ended = 0
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
        update.approve(by=by, at=at)
        _record("end commitment", commitment.event, by, at, detail=str(update))
        ended += 1
    return ended


def _record(action: str, event: Event, by: User, at: datetime, detail: str = "") -> None:
    office = acting_organisation(by, event.pk, at.date())
    audit.record(action=action, at=at, actor=by, organisation=office, detail=detail or event.code)
