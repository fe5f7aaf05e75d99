"""What somebody does to several rows at once."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from participants.models import Participation, User
from participants.permissions import acts_for, rights_of
from roundtable import audit


@transaction.atomic
def confirm_participations(
    *, participations: Iterable[Participation], by: User, at: datetime
) -> list[Participation]:
    """Confirms those that this person may confirm, and returns them.

    Left as they are: confirmed ones, those of roundtables that this person is no co-chair of,
    and the person's own.
    """
    rights = rights_of(by, at.date())
    confirmed = []
    for row in participations:
        is_own = row.delegate.user_id == by.pk
        if row.confirmed_at or is_own or rights is None or not rights.may_decide(row.event_id):
            continue
        row.confirmed_by, row.confirmed_at = by, at
        row.full_clean()
        row.save()
        audit.record(
            act="confirm participation",
            at=at,
            actor=by,
            subject=row.delegate,
            organisation=acts_for(by, row.event_id, at.date()),
            detail=row.event.code,
        )
        confirmed.append(row)
    return confirmed
