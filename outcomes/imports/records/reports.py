"""Imports progress updates: new ones are submitted, and another organisation checks them."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from outcomes.imports.records.errors import excerpt
from outcomes.imports.records.results import (
    ImportReport,
    RowResult,
    Touched,
    changed_values,
    to_file_text,
)
from outcomes.imports.records.validation import FileEntry
from outcomes.models import (
    Commitment,
    CommitmentParty,
    EditorialState,
    ProgressUpdate,
    ReportedBy,
)
from outcomes.reporting.submission import BATCH_SIZE, submit_updates, tell_parties
from participants.models import Group, Organisation
from roundtable.models import Event

UpdateKey = tuple[str, str, date]
IDENTIFYING_KEYS = ("reference", "party", "reported_on", "of_that_day", "state")


def updates_by_key(
    event: Event, references: Collection[str] | None = None
) -> dict[UpdateKey, list[ProgressUpdate]]:
    """Submitted and approved updates by reference, party and day, oldest first.

    Drafts are left out: they belong to their author. `references` names some commitments.
    """
    rows = ProgressUpdate.objects.filter(commitment__event=event, in_place_of=None)
    if references is not None:
        rows = rows.filter(commitment__reference__in=references)
    rows = rows.exclude(state=EditorialState.DRAFT)
    # Each organisation is in memory once.
    rows = rows.select_related("commitment", "party__focal_point__user")
    rows = rows.prefetch_related("commitment__event", "party__organisation", "party__group")
    found: dict[UpdateKey, list[ProgressUpdate]] = defaultdict(list)
    for row in rows.order_by("commitment__pk", "reported_on", "recorded_at", "pk"):
        found[row.commitment.reference, party_slug(row.party), row.reported_on].append(row)
    return found


def party_slug(party: CommitmentParty) -> str:
    body = party.organisation or party.group
    return body.slug if body else ""


def apply_updates(
    entries: list[FileEntry],
    event: Event,
    *,
    bodies: Mapping[str, Group | Organisation],
    uncertain: Collection[str],
    report: ImportReport,
    at: datetime,
) -> None:
    """Submits new and changed updates; refuses changes to approved ones.

    `bodies` are the organisations and groups by the word in the file: a new one may get another
    slug. Reports are recorded from a source: no file reports in the name of a party. In a file with
    mistakes, nothing is said about the parties of `uncertain` commitments. Those about a new draft
    are stored with it. No one checks them, and no party is told, before the commitment is public.
    """
    if not entries:
        return
    is_rejected = bool(report.mistakes)
    named = {entry.values.get("reference", "") for entry in entries}
    stored = updates_by_key(event, named if report.is_part else None)
    unnamed = sum(map(len, stored.values()))
    rows = CommitmentParty.objects.filter(commitment__event=event)
    if report.is_part:
        rows = rows.filter(commitment__reference__in=named)
    rows = rows.select_related("commitment", "focal_point__user")
    rows = rows.prefetch_related("commitment__event", "organisation", "group")
    parties = {(row.commitment.reference, party_slug(row)): row for row in rows}
    new_records = {}
    for record in report.new_records:
        if isinstance(record.row, Commitment):
            new_records[record.row.reference] = record
            for part in record.parts:
                if isinstance(part, CommitmentParty):
                    parties[record.row.reference, party_slug(part)] = part
    references = {reference for reference, _slug in parties}
    seen: set[tuple[Any, ...]] = set()
    new: list[ProgressUpdate] = []
    changed: list[ProgressUpdate] = []
    for entry in entries:
        given = entry.values
        if not set(IDENTIFYING_KEYS[:3]) <= given.keys() or "of_that_day" in entry.invalid:
            continue
        reference, slug, day = (given[name] for name in IDENTIFYING_KEYS[:3])
        if slug in bodies:
            slug = bodies[slug].slug
        number = given.get("of_that_day", 1)
        key = (reference, slug, day, number)
        party = parties.get((reference, slug))
        stored_updates = stored.get((reference, slug, day), [])
        if party is None and is_rejected and reference in uncertain:
            continue
        if party is None:
            _reject_party(entry, reference in references, report)
        elif key in seen:
            report.add_mistake(
                entry.location, _("The file already has this report above. Remove one of the two.")
            )
        elif not 1 <= number <= len(stored_updates) + 1:
            sentence = _("There are fewer reports from this party on that day. Write %d.") % (
                len(stored_updates) + 1
            )
            report.add_mistake(f"{entry.location}.of_that_day", sentence)
        elif entry.invalid:
            continue
        elif number <= len(stored_updates):
            unnamed -= 1
            changed += _change_update(entry, stored_updates[number - 1], report, at)
        else:
            row = ProgressUpdate(commitment=party.commitment, party=party, recorded_at=at)
            added = _add_update(entry, row, report, at)
            if reference in new_records:
                new_records[reference].parts.extend(added)
                report.with_new_records.add(entry.location)
            else:
                new += added
            stored_updates.append(row)
            stored[reference, slug, day] = stored_updates
        seen.add(key)
    if unnamed:
        text = ngettext("%d progress report", "%d progress reports", unnamed)
        report.kept.append(text % unnamed)
    if report.mistakes:
        return
    for record in new_records.values():
        for row in record.reports:
            row.mark_submitted(at=at)
    submit_updates(new, changed, at=at)
    report.touched += [Touched(row, RowResult.ADDED) for row in new]
    if report.by:
        editing = ProgressUpdate.edited_by.through
        editing.objects.bulk_create(
            (editing(progressupdate=row, user=report.by.user) for row in [*new, *changed]),
            BATCH_SIZE,
            ignore_conflicts=True,
        )
    if not report.is_preview:
        tell_parties([*new, *changed], at=at)


def _reject_party(entry: FileEntry, is_known: bool, report: ImportReport) -> None:
    if is_known:
        sentence = _("“%s” is not a party to this commitment. Add it on the sheet “Commitments”.")
        report.add_mistake(f"{entry.location}.party", sentence % excerpt(entry.values["party"]))
        return
    sentence = _("This roundtable has no commitment “%s” with a party. Check the reference.")
    report.add_mistake(f"{entry.location}.reference", sentence % excerpt(entry.values["reference"]))


def _add_update(
    entry: FileEntry, row: ProgressUpdate, report: ImportReport, at: datetime
) -> list[ProgressUpdate]:
    """Returns the update if it is valid."""
    values = _update_values(entry) | {"reported_on": entry.values["reported_on"]}
    if report.reject_incomplete(row, entry):
        return []
    if entry.values.get("state", "") not in ("", EditorialState.SUBMITTED):
        sentence = _("This report is new. Someone must check it first. Leave the state empty.")
        report.add_mistake(f"{entry.location}.state", sentence)
        return []
    if row.event.is_demonstration and report.by is None:  # a command, such as that of the demo
        row.reported_by = ReportedBy.PARTY
    if not _validate_update(row, entry, values, report, at):
        return []
    if row.is_of_party:
        row.claim_for_party()
    changes = tuple((name, "", to_file_text(value)) for name, value in values.items() if value)
    report.add_row(entry.location, RowResult.ADDED, str(row), changes)
    return [row]


def _change_update(
    entry: FileEntry, row: ProgressUpdate, report: ImportReport, at: datetime
) -> list[ProgressUpdate]:
    """Returns the update if it changed and is valid."""
    values = _update_values(entry)
    changed = changed_values(row, values)
    if entry.values.get("state", "") not in ("", row.state):
        sentence = _(
            "Reports are checked, or returned for a change, at the co-chairs' desk. "
            "Restore the earlier state."
        )
        report.add_mistake(f"{entry.location}.state", sentence)
    elif not changed:
        report.add_row(entry.location, RowResult.UNCHANGED, str(row))
    elif row.state == EditorialState.APPROVED:
        sentence = _(
            "This report is checked, and everyone can read it. First ask for a change at"
            " the co-chairs' desk."
        )
        for name in changed:
            report.add_mistake(f"{entry.location}.{name}", sentence)
    else:
        changes = tuple(
            (name, to_file_text(getattr(row, name)), to_file_text(value))
            for name, value in changed.items()
        )
        row.record_for_party()
        before = {name: (getattr(row, name), value) for name, value in changed.items()}
        if _validate_update(row, entry, changed, report, at):
            report.add_row(entry.location, RowResult.CHANGED, str(row), changes)
            report.touched.append(Touched(row, RowResult.CHANGED, before))
            return [row]
    return []


def _update_values(entry: FileEntry) -> dict[str, Any]:
    return {name: value for name, value in entry.values.items() if name not in IDENTIFYING_KEYS}


def _validate_update(
    row: ProgressUpdate,
    entry: FileEntry,
    values: dict[str, Any],
    report: ImportReport,
    at: datetime,
) -> bool:
    """Sets the values; adds the mistakes and returns False if they are invalid."""
    for name, value in values.items():
        setattr(row, name, value)
    row.author = report.by.user if report.by else None
    row.is_unchanged = row.is_unchanged and not row.text
    row.state, row.submitted_at = EditorialState.SUBMITTED, at
    try:
        if row.commitment.pk is None:
            row.check_day(row.commitment.event)
        # Saves queries: the party comes from the database, and `clean` covers the constraints.
        row.full_clean(exclude={"author", "commitment", "party"}, validate_constraints=False)
    except ValidationError as problem:
        report.add_validation_errors(entry.location, problem, entry.values)
        return False
    return True
