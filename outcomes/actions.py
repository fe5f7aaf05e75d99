"""What somebody decides about several rows at once; rows they may not decide about stay."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from outcomes.models import ProgressUpdate, Statement
from participants.models import User
from participants.permissions import acts_for, rights_of
from roundtable import audit
from roundtable.models import Event


@transaction.atomic
def approve_updates(
    *, updates: Iterable[ProgressUpdate], by: User, at: datetime
) -> list[ProgressUpdate]:
    """Approves those that are not approved yet, and returns them.

    Raises ValidationError where one of them may name a person: nobody ticked that it does not.
    """
    done = []
    for update in updates:
        event = update.commitment.event
        if update.state != update.State.APPROVED and _may_decide(by, event, at):
            update.approve(by=by, at=at)
            _record("approve update", event, by, at, detail=str(update))
            done.append(update)
    return done


@transaction.atomic
def ask_for_changes(
    *, updates: Iterable[ProgressUpdate], note: str, by: User, at: datetime
) -> list[ProgressUpdate]:
    """Sends those back that were not sent back yet, with a note to their authors.

    Returns them. Raises ValidationError where the note is empty, or one was never handed in.
    """
    done = []
    for update in updates:
        event = update.commitment.event
        if update.state != update.State.CHANGE_REQUESTED and _may_decide(by, event, at):
            update.request_change(note=note, at=at)
            _record("ask for changes", event, by, at, detail=str(update))
            done.append(update)
    return done


@transaction.atomic
def publish_statements(
    *, statements: Iterable[Statement], by: User, at: datetime
) -> list[Statement]:
    """Publishes those that were adopted as their source records, and returns them.

    Raises ValidationError where one of them has no points.
    """
    done = []
    for statement in statements:
        is_due = (
            statement.state != statement.State.PUBLISHED
            and statement.adoption == statement.Adoption.SOURCE
        )
        if is_due and _may_decide(by, statement.event, at):
            statement.publish(at)
            _record("publish statement", statement.event, by, at)
            done.append(statement)
    return done


def _may_decide(user: User, event: Event, at: datetime) -> bool:
    rights = rights_of(user, at.date())
    return rights is not None and rights.may_decide(event.pk)


def _record(act: str, event: Event, by: User, at: datetime, detail: str = "") -> None:
    audit.record(
        act=act,
        at=at,
        actor=by,
        organisation=acts_for(by, event.pk, at.date()),
        detail=detail or event.code,
    )
