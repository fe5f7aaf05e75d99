"""Review of submitted texts: progress updates, responses, offers and assessments.

Texts that the user may not decide about stay unchanged.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TypeVar

from django.core.exceptions import ValidationError
from django.db import transaction

from outcomes.models import (
    Assessment,
    EditorialState,
    EditorialText,
    Offer,
    ProgressUpdate,
    Response,
)
from outcomes.reporting.submission import CHANGED_MEANWHILE, notify_author
from participants.models import User
from participants.permissions import EventPermissions, acting_organisation, may_decide
from roundtable.audit import log as audit

ReviewedT = TypeVar("ReviewedT", ProgressUpdate, Response, Offer, Assessment)


def may_review(rights: EventPermissions, row: EditorialText) -> bool:
    return row.state == EditorialState.SUBMITTED and rights.may_decide(row.event.pk)


@transaction.atomic
def approve_texts(*, rows: Iterable[ReviewedT], by: User, at: datetime) -> list[ReviewedT]:
    """Raises ValidationError if one changed since it was read or may name a person."""
    return _decide(
        rows,
        "approve",
        lambda row: row.approve(by=by, at=at),
        done_already=EditorialState.APPROVED,
        by=by,
        at=at,
    )


@transaction.atomic
def request_text_changes(
    *, rows: Iterable[ReviewedT], note: str, by: User, at: datetime
) -> list[ReviewedT]:
    """Returns texts to their authors and emails them.

    Raises ValidationError if the note is empty or a text changed since it was read.
    """
    done = _decide(
        rows,
        "ask for changes to",
        lambda row: row.request_change(note=note, at=at),
        done_already=EditorialState.CHANGE_REQUESTED,
        by=by,
        at=at,
    )
    for row in done:
        notify_author(row, at=at)
    return done


def _decide(
    rows: Iterable[ReviewedT],
    act: str,
    change: Callable[[ReviewedT], None],
    *,
    done_already: EditorialState,
    by: User,
    at: datetime,
) -> list[ReviewedT]:
    done = []
    for read in rows:
        # The author may have withdrawn or changed it since the page was opened.
        row = type(read).objects.select_for_update().filter(pk=read.pk).first()
        if row is None or row.revision != read.revision:
            raise ValidationError(CHANGED_MEANWHILE)
        event = row.event
        # Drafts belong to their authors.
        if row.state in (EditorialState.DRAFT, done_already) or not may_decide(by, event, at):
            continue
        change(row)
        kind = "update" if isinstance(row, ProgressUpdate) else type(row).__name__.lower()
        audit.record(
            action=f"{act} {kind}",
            at=at,
            actor=by,
            organisation=acting_organisation(by, event.pk, at.date()),
            detail=f"{event.code}: {row}",
        )
        done.append(row)
    return done
