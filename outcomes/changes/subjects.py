"""Whom a change is about: what of it stands in each change, as the row is today."""

from typing import Any

from django.db.models import Model

from outcomes.models import Commitment, Milestone, Outcome, Statement
from participants.models import Organisation
from roundtable.models import Event


def of_commitment(commitment: Commitment) -> dict[str, Any]:
    """For a change of this commitment."""
    return {
        "reference": commitment.reference,
        "subject": commitment.text,
        "url": commitment.get_absolute_url(),
        "event": commitment.event.title,
        "is_demonstration": commitment.event.is_demonstration,
    }


def subjects_of(model: type[Model], numbers: set[int]) -> dict[int, dict[str, Any]]:
    """For changes of these rows, by their numbers."""
    if model is Organisation:
        return {row.pk: _of_organisation(row) for row in _bulk(Organisation, numbers)}
    if model is Commitment:
        return {row.pk: of_commitment(row) for row in _bulk(Commitment, numbers, "event")}
    if model is Milestone:
        rows = _bulk(Milestone, numbers, "commitment__event")
        return {row.pk: of_commitment(row.commitment) for row in rows}
    if model is Outcome:
        return {row.pk: _of_outcome(row) for row in _bulk(Outcome, numbers, "statement__event")}
    if model is Statement:
        return {
            row.pk: of_event(row.event) | {"subject": row.title}
            for row in _bulk(Statement, numbers, "event")
        }
    return {row.pk: of_event(row) for row in _bulk(Event, numbers)}


def _bulk(model: Any, numbers: set[int], *joined: str) -> Any:
    rows = model.objects.filter(pk__in=numbers)
    return rows.select_related(*joined) if joined else rows


def of_event(event: Event) -> dict[str, Any]:
    """For a change of this roundtable."""
    return {
        "reference": event.code,
        "subject": event.title,
        "url": event.get_absolute_url(),
        "event": event.title,
        "is_demonstration": event.is_demonstration,
    }


def _of_outcome(outcome: Outcome) -> dict[str, Any]:
    event = outcome.statement.event
    return of_event(event) | {
        "reference": outcome.number,
        "subject": outcome.text,
        "url": outcome.get_absolute_url(),
    }


def _of_organisation(organisation: Organisation) -> dict[str, Any]:
    return {
        "reference": "",
        "subject": organisation.name,
        "url": organisation.get_absolute_url(),
        "is_demonstration": organisation.is_demonstration,
    }
