"""Themes of points, which this portal sorts them by."""

from collections.abc import Iterable
from datetime import datetime

from outcomes.models import Outcome, Theme
from participants.models import User
from participants.permissions import acting_organisation
from roundtable.audit import log as audit
from roundtable.history.versions import one_version
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
        audit.record(
            action=f"change themes of {number} points",
            at=at,
            actor=by,
            organisation=acting_organisation(by, event.pk, at.date()),
            detail=event.code,
        )
    return changed
