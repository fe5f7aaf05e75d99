"""How each row of the log is told: as whom it is about, what changed, and where that stands."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.db.models import Model, OuterRef, Q, QuerySet, Subquery
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from outcomes.changes.corrections import differences, with_row_before
from outcomes.changes.values import Change, Kind
from outcomes.models import (
    Assessment,
    Commitment,
    Milestone,
    Offer,
    Outcome,
    ProgressUpdate,
    Response,
    Statement,
    Status,
)
from participants.models import Organisation
from roundtable.history import taken_out
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


CORRECTIONS: dict[type[Model], str] = {
    Event: "corrected-event",
    Statement: "corrected-statement",
    Outcome: "corrected-outcome",
    Commitment: "corrected-commitment",
    Milestone: "corrected-milestone",
    Organisation: "corrected-organisation",
}
Told = Iterator[tuple[int, Change]]
Key = tuple[datetime, str, int]


def tell(keys: list[Key]) -> list[Change]:
    """The changes behind these keys, in their order."""
    found: dict[tuple[str, int], list[Change]] = {}
    for source, of in SOURCES.items():
        if numbers := [row for _at, kind, row in keys if kind == source]:
            for row, change in of(numbers):
                found.setdefault((source, row), []).append(change)
    for model, source in CORRECTIONS.items():
        if numbers := [row for _at, kind, row in keys if kind == source]:
            for row, change in _corrections(model, numbers):
                found.setdefault((source, row), []).append(change)
    return [change for _at, source, row in keys for change in found.get((source, row), ())]


def _before(rows: "QuerySet[Any]", day: str, *same: str) -> "QuerySet[Any]":
    """What was approved by then and is true for the latest day before."""
    known = rows.filter(
        **{name: OuterRef(name) for name in same}, approved_at__lte=OuterRef("approved_at")
    ).exclude(pk=OuterRef("pk"))
    same_day = Q(**{day: OuterRef(day)})
    earlier = Q(**{f"{day}__lt": OuterRef(day)})
    if day == "reported_on":  # as the status of one day is decided
        earlier |= same_day & Q(recorded_at__lt=OuterRef("recorded_at"))
        same_day &= Q(recorded_at=OuterRef("recorded_at"))
    earlier |= same_day & Q(pk__lt=OuterRef("pk"))
    return known.filter(earlier)


def _statements(numbers: Iterable[int]) -> Told:
    for row in Statement.objects.filter(pk__in=numbers).select_related("event"):
        yield (
            row.pk,
            Change(
                at=_moment(row.published_at),
                kind=Kind.STATEMENT,
                key=f"statement-{row.pk}",
                field=_("Statement"),
                before="",
                after=row.title,
                **of_event(row.event) | {"subject": row.title},
            ),
        )


def _updates(numbers: Iterable[int]) -> Told:
    before = _before(ProgressUpdate.objects.approved(), "reported_on", "commitment")
    rows: Any = ProgressUpdate.objects.filter(pk__in=numbers).annotate(
        status_before=Subquery(before.values("status")[:1])
    )
    for row in rows.select_related("commitment__event", "party__organisation", "party__group"):
        yield (
            row.pk,
            Change(
                at=_moment(row.approved_at),
                kind=Kind.UPDATE,
                key=f"update-{row.pk}",
                field=_("Status"),
                before=str(
                    Status(row.status_before).label if row.status_before else _("No update yet")
                ),
                after=str(Status(row.status).label),
                by=str(row.party),
                day=row.reported_on,
                text=row.text,
                **of_commitment(row.commitment),
            ),
        )


def _responses(numbers: Iterable[int]) -> Told:
    before = _before(Response.objects.approved(), "answered_on", "outcome", "organisation")
    rows: Any = Response.objects.filter(pk__in=numbers).annotate(
        stance_before=Subquery(before.values("stance")[:1])
    )
    for row in rows.select_related("outcome__statement__event", "organisation"):
        stance = row.stance_before
        yield (
            row.pk,
            Change(
                at=_moment(row.approved_at),
                kind=Kind.RESPONSE,
                key=f"response-{row.pk}",
                reference=row.outcome.number,
                subject=row.outcome.text,
                field=_("Answer"),
                before=str(Response.Stance(stance).label if stance else _("Awaited")),
                after=row.get_stance_display(),
                url=row.outcome.get_absolute_url(),
                by=row.organisation.short,
                day=row.answered_on,
                text=row.text,
                event=row.outcome.statement.event.title,
                is_demonstration=row.outcome.statement.event.is_demonstration,
            ),
        )


def _assessments(numbers: Iterable[int]) -> Told:
    before = _before(Assessment.objects.approved(), "assessed_on", "commitment", "organisation")
    rows: Any = Assessment.objects.filter(pk__in=numbers).annotate(
        finding_before=Subquery(before.values("finding")[:1])
    )
    for row in rows.select_related("commitment__event", "organisation"):
        finding = row.finding_before
        yield (
            row.pk,
            Change(
                at=_moment(row.approved_at),
                kind=Kind.ASSESSMENT,
                key=f"assessment-{row.pk}",
                field=_("Finding"),
                before=str(Assessment.Finding(finding).label if finding else _("Not assessed yet")),
                after=row.get_finding_display(),
                by=row.organisation.short,
                day=row.assessed_on,
                text=row.text,
                **of_commitment(row.commitment),
            ),
        )


def _commitments(numbers: Iterable[int]) -> Told:
    for row in Commitment.objects.filter(pk__in=numbers).select_related("event"):
        yield (
            row.pk,
            Change(
                at=row.recorded_at,
                kind=Kind.COMMITMENT,
                key=f"commitment-{row.pk}",
                field=_("Commitment"),
                before="",
                after=row.text,
                **of_commitment(row),
            ),
        )


def _joined(numbers: Iterable[int]) -> Told:
    rows = Offer.objects.filter(pk__in=numbers, commitment__isnull=False)
    for row in rows.select_related("commitment__event", "organisation"):
        assert row.commitment
        yield (
            row.pk,
            Change(
                at=_moment(row.approved_at),
                kind=Kind.JOINED,
                key=f"offer-{row.pk}",
                field=_("Party"),
                before="",
                after=row.organisation.short,
                by=row.organisation.short,
                **of_commitment(row.commitment),
            ),
        )


def _milestones(numbers: Iterable[int]) -> Told:
    history: Any = Milestone.history.model.objects.filter(history_id__in=numbers)
    told = list(history.values_list("history_id", "history_date", "id"))
    milestones = Milestone.objects.select_related("commitment__event").in_bulk(
        {pk for _number, _at, pk in told}
    )
    for number, at, pk in told:
        row = milestones[pk]
        assert row.reached_on
        yield (
            number,
            Change(
                at=at,
                kind=Kind.MILESTONE,
                key=f"milestone-{row.pk}",
                field=row.title,
                before=_("due %s") % date_format(row.due_on),
                after=_("reached %s") % date_format(row.reached_on),
                day=row.reached_on,
                **of_commitment(row.commitment),
            ),
        )


SOURCES = {
    Kind.STATEMENT.value: _statements,
    Kind.UPDATE.value: _updates,
    Kind.RESPONSE.value: _responses,
    Kind.ASSESSMENT.value: _assessments,
    Kind.COMMITMENT.value: _commitments,
    Kind.JOINED.value: _joined,
    Kind.MILESTONE.value: _milestones,
}


def _moment(at: datetime | None) -> datetime:
    assert at  # what is approved was approved at some time
    return at


def _corrections(model: type[Model], numbers: Iterable[int]) -> Told:
    """Each changed field of these rows of the history, told of the row as it is today."""
    history: Any = model.history.model.objects  # type: ignore[attr-defined]
    rows = list(with_row_before(history.filter(history_id__in=numbers)))
    before = history.in_bulk([row.row_before for row in rows])
    unread = taken_out(model, {row.id for row in rows})
    subjects = subjects_of(model, {row.id for row in rows})
    for row in rows:
        name = CORRECTIONS[model].removeprefix("corrected-")
        for difference in differences(model, before[row.row_before], row):
            yield (
                row.history_id,
                Change(
                    at=row.history_date,
                    kind=Kind.CORRECTION,
                    key=f"{name}-{row.id}-{row.history_id}-{difference.field}",
                    field=difference.label,
                    before=_("(taken out)")
                    if difference.field in unread.get(row.row_before, ())
                    else difference.before,
                    after=_("(taken out)")
                    if difference.field in unread.get(row.history_id, ())
                    else difference.after,
                    **subjects[row.id],
                ),
            )
