"""Bulk changes: themes of points, and the end of commitments."""

from collections.abc import Iterable
from datetime import date, datetime

from django.utils.translation import gettext as _

from outcomes.models import (
    ENDED_STATUSES,
    Commitment,
    CommitmentParty,
    Outcome,
    Theme,
)
from participants.models import User
from participants.permissions import EventPermissions, acting_organisation
from roundtable.audit import log as audit
from roundtable.history import one_version
from roundtable.models import Event


@one_version()
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


def _record(action: str, event: Event, by: User, at: datetime, detail: str = "") -> None:
    office = acting_organisation(by, event.pk, at.date())
    audit.record(action=action, at=at, actor=by, organisation=office, detail=detail or event.code)
