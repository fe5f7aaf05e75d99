"""Turns keys of the change log into `Change` values."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from typing import Any

from django.db.models import Model, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from outcomes.changes.corrections import field_corrections, with_previous_row
from outcomes.changes.values import Change, ChangeKind
from outcomes.commitments.queries import disputes_shown
from outcomes.commitments.status import finding_labels
from outcomes.models import (
    Assessment,
    Commitment,
    ImplementationStatus,
    Milestone,
    Offer,
    Outcome,
    ProgressUpdate,
    ReportedBy,
    Response,
    Statement,
)
from participants.models import Organisation
from roundtable.models import Event


def commitment_subject(commitment: Commitment) -> dict[str, Any]:
    return {
        "reference": commitment.reference,
        "subject": commitment.text,
        "url": commitment.get_absolute_url(),
        "commitment": commitment.pk,
        "event": str(commitment.event),
        "is_demonstration": commitment.event.is_demonstration,
    }


def _statement_subject(statement: Statement) -> dict[str, Any]:
    return event_subject(statement.event) | {"subject": statement.title}


def event_subject(event: Event) -> dict[str, Any]:
    return {
        "reference": event.code,
        "subject": event.title,
        "url": event.get_absolute_url(),
        "event": str(event),
        "is_demonstration": event.is_demonstration,
    }


def _outcome_subject(outcome: Outcome) -> dict[str, Any]:
    event = outcome.statement.event
    return event_subject(event) | {
        "reference": outcome.number,
        "subject": outcome.text,
        "url": outcome.get_absolute_url(),
    }


def _organisation_subject(organisation: Organisation) -> dict[str, Any]:
    return {
        "reference": "",
        "subject": organisation.public_name,
        "url": organisation.get_absolute_url(),
        "is_demonstration": organisation.is_demonstration,
    }


# Of each record whose texts are corrected: its subject, and the rows that are read with it.
SUBJECTS: dict[type[Model], tuple[Callable[[Any], dict[str, Any]], tuple[str, ...]]] = {
    Event: (event_subject, ()),
    Statement: (_statement_subject, ("event",)),
    Outcome: (_outcome_subject, ("statement__event",)),
    Commitment: (commitment_subject, ("event",)),
    Milestone: (lambda row: commitment_subject(row.commitment), ("commitment__event",)),
    Organisation: (_organisation_subject, ()),
}
CORRECTION_SOURCES = {model: f"corrected-{model._meta.model_name}" for model in SUBJECTS}
DescribedChanges = Iterator[tuple[int, Change]]
ChangeKey = tuple[datetime, str, int]


def describe_changes(keys: list[ChangeKey], on: date) -> list[Change]:
    """Returns the changes in the order of `keys`; a corrected row can give several.

    With the disputes that everyone can read on that day, and what assessors found since then.
    """
    found: dict[tuple[str, int], list[Change]] = {}
    for source, describe in DESCRIBERS.items():
        if numbers := [row for _at, kind, row in keys if kind == source]:
            for row, change in describe(numbers):
                found.setdefault((source, row), []).append(change)
    changes = [change for _at, source, row in keys for change in found.get((source, row), ())]
    return _with_disputes(_with_findings(changes), on)


def _with_findings(changes: list[Change]) -> list[Change]:
    """Beside each status; beside one that is no longer current, those of its day."""
    ids = {change.commitment for change in changes if change.kind == ChangeKind.UPDATE}
    rows = Assessment.objects.approved().filter(commitment__in=ids).select_related("commitment")
    found: dict[int, list[Assessment]] = {}
    for row in rows.order_by("-assessed_on", "-pk") if ids else ():
        found.setdefault(row.commitment_id, []).append(row)
    return [
        replace(change, findings=_findings_beside(change, found[change.commitment]))
        if change.kind == ChangeKind.UPDATE and change.commitment in found
        else change
        for change in changes
    ]


def _findings_beside(change: Change, newest_first: list[Assessment]) -> tuple[str, ...]:
    is_current = newest_first[0].commitment.latest_update_id == change.update
    day = timezone.localdate(change.at)
    last: dict[int, Assessment] = {}
    for row in newest_first:
        if is_current or row.assessed_on <= day:
            last.setdefault(row.organisation_id, row)
    return tuple(finding_labels(last.values()))


def _with_disputes(changes: list[Change], on: date) -> list[Change]:
    sentences: dict[tuple[str, int], str] = {}
    for row in disputes_shown(
        on,
        commitments={change.commitment for change in changes} - {0},
        updates={change.update for change in changes} - {0},
    ):
        about = ("update", row.update_id or 0)
        if row.party:
            about = ("commitment", row.party.commitment_id)
        sentences.setdefault(about, row.sentence)
    if not sentences:
        return changes
    return [
        replace(
            change,
            disputes=tuple(
                sentences[about]
                for about in (("commitment", change.commitment), ("update", change.update))
                if about in sentences
            ),
        )
        for change in changes
    ]


def _previously_approved(rows: "QuerySet[Any]", day: str, *same: str) -> "QuerySet[Any]":
    """Earlier rows, by the day that they are about, approved by then; for a Subquery."""
    known = rows.filter(
        **{name: OuterRef(name) for name in same}, approved_at__lte=OuterRef("approved_at")
    ).exclude(pk=OuterRef("pk"))
    same_day = Q(**{day: OuterRef(day)})
    earlier = Q(**{f"{day}__lt": OuterRef(day)})
    if day == "reported_on":  # the same order as for the status of a commitment
        earlier |= same_day & Q(recorded_at__lt=OuterRef("recorded_at"))
        same_day &= Q(recorded_at=OuterRef("recorded_at"))
    earlier |= same_day & Q(pk__lt=OuterRef("pk"))
    return known.filter(earlier)


def _statements(numbers: Iterable[int]) -> DescribedChanges:
    for row in Statement.objects.filter(pk__in=numbers).select_related("event"):
        change = Change(
            at=_required(row.published_at),
            kind=ChangeKind.STATEMENT,
            key=f"statement-{row.pk}",
            field=_("Statement"),
            before="",
            after=row.title,
            **_statement_subject(row),
        )
        yield row.pk, change


def _updates(numbers: Iterable[int]) -> DescribedChanges:
    before = _previously_approved(
        ProgressUpdate.objects.approved(), "reported_on", "commitment", "reported_by"
    ).filter(~Q(reported_by=ReportedBy.MEMBER) | Q(party=OuterRef("party")))
    rows: Any = ProgressUpdate.objects.filter(pk__in=numbers).annotate(
        status_before=Subquery(before.values("status")[:1])
    )
    field_names = {
        ReportedBy.PARTY: _("Status"),
        # These do not change the status.
        ReportedBy.MEMBER: _("Status reported by a member"),
        ReportedBy.RECORDED: _("Recorded status"),
    }
    for row in rows.select_related("commitment__event", "party__organisation", "party__group"):
        change = Change(
            at=_required(row.approved_at),
            kind=ChangeKind.UPDATE,
            key=f"update-{row.pk}",
            field=field_names[ReportedBy(row.reported_by)],
            before=str(
                ImplementationStatus(row.status_before).label
                if row.status_before
                else _("Never reported on")
                if row.is_of_party
                else _("Nothing recorded")
            ),
            after=str(ImplementationStatus(row.status).label),
            by=(
                row.party.public_name
                if row.is_of_party
                else _("recorded for %(party)s") % {"party": row.party.public_name}
            ),
            day=row.reported_on,
            text=row.text,
            update=row.pk,
            **commitment_subject(row.commitment),
        )
        yield row.pk, change


def _responses(numbers: Iterable[int]) -> DescribedChanges:
    before = _previously_approved(
        Response.objects.approved(), "answered_on", "outcome", "organisation"
    )
    rows: Any = Response.objects.filter(pk__in=numbers).annotate(
        stance_before=Subquery(before.values("stance")[:1])
    )
    for row in rows.select_related("outcome__statement__event", "organisation"):
        stance = row.stance_before
        change = Change(
            at=_required(row.approved_at),
            kind=ChangeKind.RESPONSE,
            key=f"response-{row.pk}",
            field=_("Answer"),
            before=str(Response.Stance(stance).label if stance else _("No answer yet")),
            after=row.get_stance_display(),
            by=row.organisation.short,
            day=row.answered_on,
            text=row.text,
            **_outcome_subject(row.outcome),
        )
        yield row.pk, change


def _assessments(numbers: Iterable[int]) -> DescribedChanges:
    before = _previously_approved(
        Assessment.objects.approved(), "assessed_on", "commitment", "organisation"
    )
    rows: Any = Assessment.objects.filter(pk__in=numbers).annotate(
        finding_before=Subquery(before.values("finding")[:1])
    )
    for row in rows.select_related("commitment__event", "organisation"):
        finding = row.finding_before
        change = Change(
            at=_required(row.approved_at),
            kind=ChangeKind.ASSESSMENT,
            key=f"assessment-{row.pk}",
            field=_("Finding"),
            before=str(Assessment.Finding(finding).label if finding else _("Not assessed yet")),
            after=row.get_finding_display(),
            by=row.organisation.short,
            day=row.assessed_on,
            text=row.text,
            **commitment_subject(row.commitment),
        )
        yield row.pk, change


def _commitments(numbers: Iterable[int]) -> DescribedChanges:
    for row in Commitment.objects.filter(pk__in=numbers).select_related("event"):
        change = Change(
            at=row.recorded_at,
            kind=ChangeKind.COMMITMENT,
            key=f"commitment-{row.pk}",
            field=_("Commitment"),
            before="",
            after=row.text,
            **commitment_subject(row),
        )
        yield row.pk, change


def _joined(numbers: Iterable[int]) -> DescribedChanges:
    rows = Offer.objects.filter(pk__in=numbers, commitment__isnull=False)
    for row in rows.select_related("commitment__event", "organisation"):
        assert row.commitment
        change = Change(
            at=_required(row.approved_at),
            kind=ChangeKind.JOINED,
            key=f"offer-{row.pk}",
            field=_("Party"),
            before="",
            after=row.organisation.short,
            by=row.organisation.short,
            **commitment_subject(row.commitment),
        )
        yield row.pk, change


def _milestones(numbers: Iterable[int]) -> DescribedChanges:
    history: Any = Milestone.history.model.objects.filter(history_id__in=numbers)
    history_rows = list(history.values_list("history_id", "history_date", "id"))
    milestones = Milestone.objects.select_related("commitment__event").in_bulk(
        {pk for _number, _at, pk in history_rows}
    )
    for number, at, pk in history_rows:
        row = milestones[pk]
        assert row.reached_on
        change = Change(
            at=at,
            kind=ChangeKind.MILESTONE,
            key=f"milestone-{row.pk}",
            field=row.title,
            before=_("due %s") % date_format(row.due_on),
            after=_("reached %s") % date_format(row.reached_on),
            day=row.reached_on,
            **commitment_subject(row.commitment),
        )
        yield number, change


def _required(at: datetime | None) -> datetime:
    assert at  # published and approved rows always have a time
    return at


def _corrections(model: type[Model], numbers: Iterable[int]) -> DescribedChanges:
    """Yields one change for each corrected field, with the subject as it is today."""
    history: Any = model.history.model.objects  # type: ignore[attr-defined]
    rows = list(with_previous_row(history.filter(history_id__in=numbers)))
    before = history.in_bulk([row.previous_row for row in rows])
    describe, joined = SUBJECTS[model]
    corrected: Any = model._default_manager.filter(pk__in={row.id for row in rows})
    if joined:
        corrected = corrected.select_related(*joined)
    found = {row.pk: row for row in corrected}
    subjects = {pk: describe(row) for pk, row in found.items()}
    for row in rows:
        for difference in field_corrections(model, before[row.previous_row], row):
            change = Change(
                at=row.history_date,
                kind=ChangeKind.CORRECTION,
                key=f"{model._meta.model_name}-{row.id}-{row.history_id}-{difference.field}",
                field=_("milestone “%(title)s”, %(field)s")
                % {"title": found[row.id].title, "field": difference.label}
                if model is Milestone
                else difference.label,
                before=_("(deleted)")
                if difference.field in (before[row.previous_row].taken_out or ())
                else difference.before,
                after=_("(deleted)")
                if difference.field in (row.taken_out or ())
                else difference.after,
                **subjects[row.id],
            )
            yield row.history_id, change


DESCRIBERS: dict[str, Callable[[Iterable[int]], DescribedChanges]] = {
    ChangeKind.STATEMENT.value: _statements,
    ChangeKind.UPDATE.value: _updates,
    ChangeKind.RESPONSE.value: _responses,
    ChangeKind.ASSESSMENT.value: _assessments,
    ChangeKind.COMMITMENT.value: _commitments,
    ChangeKind.JOINED.value: _joined,
    ChangeKind.MILESTONE.value: _milestones,
    **{source: partial(_corrections, model) for model, source in CORRECTION_SOURCES.items()},
}
