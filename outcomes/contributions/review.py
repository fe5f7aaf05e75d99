"""Review of answers, offers and assessments by co-chairs."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TypeVar

from django.core.exceptions import ValidationError
from django.db import transaction

from outcomes.models import Assessment, Offer, Response
from outcomes.models.editorial import EditorialState
from outcomes.reporting.submission import CHANGED_MEANWHILE, event_of, notify_author
from participants.models import User
from participants.permissions import acting_organisation, permissions_of
from roundtable.audit import log as audit
from roundtable.models import Event

EditorialT = TypeVar("EditorialT", Response, Offer, Assessment)


@transaction.atomic
def approve_texts(*, rows: Iterable[EditorialT], by: User, at: datetime) -> list[EditorialT]:
    """Omits texts that the user may not decide about. Raises ValidationError on a conflict."""
    return _decide(
        rows,
        "approve",
        lambda row: row.approve(by=by, at=at),
        excluded_state=EditorialState.APPROVED,
        by=by,
        at=at,
    )


@transaction.atomic
def request_text_changes(
    *, rows: Iterable[EditorialT], note: str, by: User, at: datetime
) -> list[EditorialT]:
    """Returns texts to their authors and emails them; omits texts as `approve_texts`.

    Raises ValidationError if a text changed or the note is empty.
    """
    done = _decide(
        rows,
        "ask for changes to",
        lambda row: row.request_change(note=note, at=at),
        excluded_state=EditorialState.CHANGE_REQUESTED,
        by=by,
        at=at,
    )
    for row in done:
        notify_author(row, at=at)
    return done


def _decide(
    rows: Iterable[EditorialT],
    act: str,
    change: Callable[[EditorialT], None],
    *,
    excluded_state: EditorialState,
    by: User,
    at: datetime,
) -> list[EditorialT]:
    done = []
    for given in rows:
        # The author may have withdrawn or changed it since the page was opened.
        row = type(given).objects.select_for_update().get(pk=given.pk)
        if row.revision != given.revision:
            raise ValidationError(CHANGED_MEANWHILE)
        event = event_of(row)
        if row.state in (EditorialState.DRAFT, excluded_state) or not _may_decide(by, event, at):
            continue
        change(row)
        audit.record(
            action=f"{act} {type(row).__name__.lower()}",
            at=at,
            actor=by,
            organisation=acting_organisation(by, event.pk, at.date()),
            detail=f"{event.code}: {row}",
        )
        done.append(row)
    return done


def _may_decide(user: User, event: Event, at: datetime) -> bool:
    rights = permissions_of(user, at.date())
    return rights is not None and rights.may_decide(event.pk)
