"""What somebody decides about several rows at once; rows they may not decide about stay."""

from collections.abc import Iterable
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from outcomes.models import (
    Commitment,
    CommitmentParty,
    EditorialState,
    ProgressUpdate,
    ReportingRound,
    RoundRequest,
    Statement,
)
from outcomes.reporting.request_emails import parties_with_focal_point
from outcomes.reporting.rounds import parties_to_ask, queue_round_emails, unanswered_requests
from outcomes.reporting.submission import CHANGED_MEANWHILE, notify_author
from participants.models import User
from participants.permissions import acting_organisation, permissions_of
from roundtable.audit import log as audit
from roundtable.mail.models import MailBatch
from roundtable.models import Event

# A draft is its author's: nobody decides about it.
_NOT_APPROVABLE = (EditorialState.DRAFT, EditorialState.APPROVED)
_NOT_RETURNABLE = (EditorialState.DRAFT, EditorialState.CHANGE_REQUESTED)


def _lock_unchanged(read: ProgressUpdate) -> ProgressUpdate:
    """The row as it is stored now, locked.

    Raises ValidationError where its words are others than those that were read.
    """
    stored = ProgressUpdate.objects.select_for_update().get(pk=read.pk)
    if stored.revision != read.revision:
        raise ValidationError(CHANGED_MEANWHILE)
    return stored


@transaction.atomic
def approve_updates(
    *, updates: Iterable[ProgressUpdate], by: User, at: datetime
) -> list[ProgressUpdate]:
    """Approves those that were handed in and are not approved yet, and returns them.

    Raises ValidationError where one of them was changed since it was read, or may name a person:
    nobody ticked that it does not.
    """
    done = []
    for update in map(_lock_unchanged, updates):
        event = update.commitment.event
        if update.state not in _NOT_APPROVABLE and _may_decide(by, event, at):
            update.approve(by=by, at=at)
            _record("approve update", event, by, at, detail=str(update))
            done.append(update)
    return done


@transaction.atomic
def request_update_changes(
    *, updates: Iterable[ProgressUpdate], note: str, by: User, at: datetime
) -> list[ProgressUpdate]:
    """Sends those back that were not sent back yet, with a note to their authors.

    Returns them; the authors get a letter. Raises ValidationError where the note is empty, or one
    was changed since it was read.
    """
    done = []
    for update in map(_lock_unchanged, updates):
        event = update.commitment.event
        if update.state not in _NOT_RETURNABLE and _may_decide(by, event, at):
            update.request_change(note=note, at=at)
            _record("ask for changes", event, by, at, detail=str(update))
            notify_author(update, at=at)
            done.append(update)
    return done


@transaction.atomic
def publish_statements(
    *, statements: Iterable[Statement], by: User, at: datetime
) -> list[Statement]:
    """Publishes those that were adopted elsewhere, as their source records, and returns them.

    Raises ValidationError where one of them has no points, names no source, or was circulated
    here: then its co-chairs sign it.
    """
    done = []
    for given in statements:
        statement = Statement.objects.select_for_update().get(pk=given.pk)
        is_publishable = (
            statement.state == statement.State.DRAFT
            and statement.adoption == statement.Adoption.SOURCE
        )
        if not is_publishable or not _may_decide(by, statement.event, at):
            continue
        if not statement.source_title:
            raise ValidationError(
                _("Say where it was adopted: fill in the source. What was agreed here is signed.")
            )
        if statement.versions.filter(circulation__isnull=False).exists():
            raise ValidationError(
                _("It was circulated here, so silence and both signatures come before publishing.")
            )
        version = statement.publish(at)
        detail = f"{statement.event.code} version {version.number} {version.sha256}"
        _record("publish statement", statement.event, by, at, detail)
        done.append(statement)
    return done


@transaction.atomic
def open_round(
    *, reporting_round: ReportingRound, commitments: QuerySet[Commitment], by: User, at: datetime
) -> int:
    """Stores the round and asks each accepted focal point of these commitments; how many parties.

    Raises ValidationError where the last day for an answer is over.
    """
    reporting_round.opened_by, reporting_round.opened_at = by, at
    reporting_round.full_clean()
    reporting_round.save()
    parties = parties_to_ask(commitments)
    RoundRequest.objects.bulk_create(
        RoundRequest(round=reporting_round, party=party) for party in parties
    )
    queue_round_emails(parties, reporting_round=reporting_round, is_reminder=False, at=at)
    _record("open round", reporting_round.event, by, at)
    return len(parties)


@transaction.atomic
def remind_round_parties(
    *, reporting_round: ReportingRound, by: User, at: datetime, batch: MailBatch | None = None
) -> int:
    """Asks those again who have not answered and want reminders; how many parties.

    None of them twice on one day. Of a batch the letters leave with the batch.
    """
    if not _may_decide(by, reporting_round.event, at):
        return 0
    # Locked, so that two presses at once are one.
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


def parties_to_remind(reporting_round: ReportingRound, at: datetime) -> list[CommitmentParty]:
    """The parties that would be asked again at that moment."""
    open_requests = unanswered_requests(reporting_round, for_reminder=True).filter(
        Q(reminded_at=None) | Q(reminded_at__date__lt=at.date())
    )
    party_ids = list(open_requests.values_list("party", flat=True))
    parties = parties_with_focal_point().filter(pk__in=party_ids)
    return list(parties.select_related("focal_point__user").order_by("pk"))


def _may_decide(user: User, event: Event, at: datetime) -> bool:
    rights = permissions_of(user, at.date())
    return rights is not None and rights.may_decide(event.pk)


def _record(action: str, event: Event, by: User, at: datetime, detail: str = "") -> None:
    audit.record(
        action=action,
        at=at,
        actor=by,
        organisation=acting_organisation(by, event.pk, at.date()),
        detail=detail or event.code,
    )
