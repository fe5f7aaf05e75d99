"""The progress updates of a file: what is new is handed in, and waits for a co-chair."""

from collections import defaultdict
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from outcomes.imports.records.errors import shown
from outcomes.imports.records.results import Fate, Report, differs, plain
from outcomes.imports.records.validation import Entry
from outcomes.models import CommitmentParty, ProgressUpdate, State
from outcomes.reporting.submission import hand_in
from roundtable.models import Event

Key = tuple[str, str, date]
NAMED_BY = ("reference", "party", "reported_on", "of_that_day", "state")


def reported_at(event: Event) -> dict[Key, list[ProgressUpdate]]:
    """What was handed in or approved at a roundtable; a draft is its author's.

    By reference, party and day, and where a party reported twice on a day, in the order of that.
    """
    rows = ProgressUpdate.objects.filter(commitment__event=event).exclude(state=State.DRAFT)
    rows = rows.select_related("commitment", "party__organisation", "party__group")
    found: dict[Key, list[ProgressUpdate]] = defaultdict(list)
    for row in rows.order_by("commitment__pk", "reported_on", "recorded_at", "pk"):
        found[row.commitment.reference, slug_of(row.party), row.reported_on].append(row)
    return found


def slug_of(party: CommitmentParty) -> str:
    """The short name of the organisation or group."""
    body = party.organisation or party.group
    return body.slug if body else ""


def apply_updates(entries: list[Entry], event: Event, *, report: Report, at: datetime) -> None:
    """Hands in what is new, and leaves alone what is approved; what the file leaves out stays."""
    if not entries or report.mistakes:
        return
    stored = reported_at(event)
    rows = CommitmentParty.objects.filter(commitment__event=event)
    rows = rows.select_related("commitment__event", "organisation", "group")
    parties = {(row.commitment.reference, slug_of(row)): row for row in rows}
    references = {reference for reference, _slug in parties}
    seen: set[tuple[Any, ...]] = set()
    for entry in entries:
        given = entry.values
        reference, slug, day, number = (given[name] for name in NAMED_BY[:4])
        named = (reference, slug, day, number)
        party = parties.get((reference, slug))
        there = stored.get((reference, slug, day), [])
        if party is None:
            _refuse_party(entry, reference in references, report)
        elif named in seen:
            report.refuse(entry.place, _("The same stands above already. Remove one of them."))
        elif not 1 <= number <= len(there) + 1:
            sentence = _("There are fewer of that day. Write %d.") % (len(there) + 1)
            report.refuse(f"{entry.place}.of_that_day", sentence)
        elif number <= len(there):
            _change(entry, there[number - 1], report, at)
        else:
            there.append(_add(entry, party, report, at))
            stored[reference, slug, day] = there
        seen.add(named)


def _refuse_party(entry: Entry, is_known: bool, report: Report) -> None:
    if is_known:
        sentence = _("“%s” is no party to it. Add it on the sheet “Commitments”.")
        report.refuse(f"{entry.place}.party", sentence % shown(entry.values["party"]))
        return
    sentence = _("“%s” is no commitment of this roundtable that has a party.")
    report.refuse(f"{entry.place}.reference", sentence % shown(entry.values["reference"]))


def _add(entry: Entry, party: CommitmentParty, report: Report, at: datetime) -> ProgressUpdate:
    commitment = party.commitment
    row = ProgressUpdate(commitment=commitment, party=party, recorded_at=at)
    values = _words(entry) | {"reported_on": entry.values["reported_on"]}
    if entry.values["state"] in ("", State.SUBMITTED):
        if _check(row, entry, values, report, at):
            hand_in(row, at=at)
            written = tuple((name, "", plain(value)) for name, value in values.items() if value)
            report.count(entry.place, Fate.ADDED, str(row), written)
    else:
        sentence = _("It is new here and waits for a co-chair's approval. Leave this empty.")
        report.refuse(f"{entry.place}.state", sentence)
    return row


def _change(entry: Entry, row: ProgressUpdate, report: Report, at: datetime) -> None:
    values = _words(entry)
    changed = {name: value for name, value in values.items() if differs(row, name, value)}
    if entry.values["state"] not in ("", row.state):
        sentence = _("Co-chairs approve, or ask for changes, at the desk. Leave it as it was.")
        report.refuse(f"{entry.place}.state", sentence)
    elif not changed:
        report.count(entry.place, Fate.UNCHANGED, str(row))
    elif row.state == State.APPROVED:
        sentence = _("It is approved, and everyone reads it. Ask for changes at the desk first.")
        for name in changed:
            report.refuse(f"{entry.place}.{name}", sentence)
    else:
        written = tuple(
            (name, plain(getattr(row, name)), plain(value)) for name, value in changed.items()
        )
        if _check(row, entry, changed, report, at):
            hand_in(row, at=at)
            report.count(entry.place, Fate.CHANGED, str(row), written)


def _words(entry: Entry) -> dict[str, Any]:
    return {name: value for name, value in entry.values.items() if name not in NAMED_BY}


def _check(
    row: ProgressUpdate, entry: Entry, values: dict[str, Any], report: Report, at: datetime
) -> bool:
    """Whether the row may be handed in with these values, and notes why not."""
    for name, value in values.items():
        setattr(row, name, value)
    row.author = report.by.user if report.by else None
    row.is_unchanged = row.is_unchanged and not row.text
    row.state, row.submitted_at = State.SUBMITTED, at
    try:
        # Its party is read already, and the rest of what the database asks is asked by `clean`.
        row.full_clean(exclude={"author", "commitment", "party"}, validate_constraints=False)
    except ValidationError as problem:
        report.refuse_all(entry.place, problem, entry.values)
        return False
    return True
