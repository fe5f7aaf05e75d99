"""What co-chairs decide about the texts of organisations: answers, offers, assessments."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TypeVar

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from outcomes.models import Assessment, Offer, Response
from outcomes.models.editorial import State
from outcomes.reporting.submission import event_of, tell_author
from participants.models import User
from participants.permissions import acts_for, rights_of
from roundtable.audit import log as audit
from roundtable.models import Event

CHANGED_SINCE = _("It was changed since you opened it. Nothing is decided yet: read it again.")
Written = TypeVar("Written", Response, Offer, Assessment)


@transaction.atomic
def approve(*, rows: Iterable[Written], by: User, at: datetime) -> list[Written]:
    """Approves those that were handed in, and returns them.

    Raises ValidationError where one of them cannot be shown.
    """
    return _decide(
        rows, "approve", lambda row: row.approve(by=by, at=at), but=State.APPROVED, by=by, at=at
    )


@transaction.atomic
def send_back(*, rows: Iterable[Written], note: str, by: User, at: datetime) -> list[Written]:
    """Sends those back that were handed in, with a note to who wrote them, and returns them.

    Their authors get a letter. Raises ValidationError where the note is empty.
    """
    done = _decide(
        rows,
        "ask for changes to",
        lambda row: row.request_change(note=note, at=at),
        but=State.CHANGE_REQUESTED,
        by=by,
        at=at,
    )
    for row in done:
        tell_author(row, at=at)
    return done


def _decide(
    rows: Iterable[Written],
    act: str,
    change: Callable[[Written], None],
    *,
    but: State,
    by: User,
    at: datetime,
) -> list[Written]:
    done = []
    for given in rows:
        # Its author may have taken it back, or changed it, a moment ago.
        row = type(given).objects.select_for_update().get(pk=given.pk)
        if row.revision != given.revision:
            raise ValidationError(CHANGED_SINCE)
        event = event_of(row)
        if row.state in (State.DRAFT, but) or not _may_decide(by, event, at):
            continue
        change(row)
        audit.record(
            act=f"{act} {type(row).__name__.lower()}",
            at=at,
            actor=by,
            organisation=acts_for(by, event.pk, at.date()),
            detail=f"{event.code}: {row}",
        )
        done.append(row)
    return done


def _may_decide(user: User, event: Event, at: datetime) -> bool:
    rights = rights_of(user, at.date())
    return rights is not None and rights.may_decide(event.pk)
