"""Imports the statement; its sentences keep their numbers when others move around them."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import count
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from outcomes.imports.records.commitments import Parties, party_link
from outcomes.imports.records.permissions import may_publish
from outcomes.imports.records.results import ImportReport, RowReport, RowResult
from outcomes.imports.records.validation import FileEntry
from outcomes.models import Corrigendum, Outcome, OutcomeAddressee, Rewording, Statement, Theme
from outcomes.models.outcome import letter_number
from outcomes.models.version import save_version
from outcomes.sources.comparisons import is_released
from outcomes.statements.comparison import split_blocks
from outcomes.statements.emails import tell_participants
from outcomes.statements.publication import publish_from_source
from participants.permissions import EventPermissions
from roundtable.models import Event

Texts = dict[int | None, str]


def current_texts(statement: Statement) -> Texts:
    """The texts by primary key of the outcome; the key None is the introduction."""
    return {None: statement.introduction, **dict(statement.outcomes.values_list("pk", "text"))}


def record_source_correction(
    statement: Statement, before: Texts, *, location: str, report: ImportReport, at: datetime
) -> None:
    """Records changed texts of a published statement as a correction by the source.

    Refused unless a release ships this text: two organisations decide about other corrections.
    """
    text = statement.canonical_text()
    latest = statement.versions.filter(published_at__isnull=False).order_by("-number").first()
    if latest and latest.text == text:
        return
    if refusal := _correction_refusal(statement, text, latest.text if latest else ""):
        report.add_mistake(location, refusal)
        return
    new = {n: words for n, words in current_texts(statement).items() if words != before.get(n, "")}
    corrigendum = Corrigendum(
        statement=statement,
        reason=_("The source was read again."),
        source=statement.source_title,
        state=Statement.State.PUBLISHED,
        published_at=at,
    )
    corrigendum.full_clean()
    corrigendum.save()
    rows = {row.pk: row for row in statement.outcomes.all()}
    for number, after in new.items():
        Rewording(
            corrigendum=corrigendum,
            outcome=rows[number] if number else None,
            before=before.get(number, ""),
            after=after,
        ).save()
    version = save_version(statement.pk, text, at=at, corrigendum_id=corrigendum.pk, published=True)
    tell_participants(version, at=at)


def _correction_refusal(statement: Statement, text: str, published: str) -> str:
    """Why a file may not correct the published text to this one; empty if it may."""
    if statement.adoption == Statement.Adoption.SIGNED:
        return _(
            "The co-chairs signed this text in the portal. Correct it at the co-chairs' desk, not "
            "with a file."
        )
    if not is_released(statement):
        return _(
            "This text is published. Correct it at the co-chairs' desk, where two organisations "
            "compare the correction with the source."
        )
    if statement.corrigenda.exclude(state=Statement.State.PUBLISHED).exists():
        return _(
            "There is an unfinished correction of this text at the co-chairs' desk. Finish it "
            "first."
        )
    hidden = {
        block.text
        for version in statement.versions.all()
        if version.is_hidden
        for block in split_blocks(version.text)
    }
    public = {block.text for block in split_blocks(published)}
    if any(block.text in hidden - public for block in split_blocks(text)):
        return _(
            "A correction deleted these words because they should never have been there. Delete "
            "them from the file too."
        )
    return ""


CIRCULATING_STATES = (Statement.State.CIRCULATED, Statement.State.ADOPTED)


def apply_statement(
    entry: FileEntry | None,
    event: Event,
    *,
    parties: Parties,
    themes: Mapping[str, Theme],
    report: ImportReport,
    at: datetime,
) -> dict[str, Outcome]:
    """Stores the statement; returns its outcomes by their number in the file."""
    if entry is None:
        return {}
    mistakes_before = len(report.mistakes)
    rows = Statement.objects.all()
    if not report.is_preview:
        rows = rows.select_for_update(no_key=True)
    stored = rows.filter(event=event).first()
    published = Statement.State.PUBLISHED
    is_publishing = entry.values.get("state") == published and not (
        stored and stored.state == published
    )
    mistake = _forbidden_change(entry, stored)
    if mistake is None and is_publishing:
        mistake = _forbidden_publication(entry, stored, event, report.by)
    if mistake:
        report.add_mistake(f"{entry.location}.{mistake[0]}", mistake[1])
        return {}
    if is_publishing:  # `publish` below sets the state, after all points are stored
        entry.values["state"] = stored.state if stored else Statement.State.DRAFT
    before, wording_before = (
        (current_texts(stored), stored.canonical_text()) if stored else ({}, "")
    )
    statement = report.store_entry(stored or Statement(), entry, event=event)
    if statement.pk is None:
        return {}
    has_numbers = is_publishing or statement.state == published
    outcomes = _apply_outcomes(entry, statement, has_numbers, parties, themes, report)
    if stored and stored.state in CIRCULATING_STATES and stored.canonical_text() != wording_before:
        report.add_mistake(
            entry.location,
            _("The text is circulated. To change it, first withdraw it at the co-chairs' desk."),
        )
    is_sound = len(report.mistakes) == mistakes_before and not _has_invalid(entry)
    if stored and has_numbers and not is_publishing and is_sound:
        record_source_correction(statement, before, location=entry.location, report=report, at=at)
    if is_publishing and is_sound:
        state = statement.state
        try:
            publish_from_source(statement, by=report.by.user if report.by else None, at=at)
        except ValidationError as refusal:
            report.add_mistake(f"{entry.location}.state", " ".join(refusal.messages))
            return outcomes
        change = ("state", str(state), str(statement.state))
        report.rows.append(RowReport(entry.location, RowResult.CHANGED, str(statement), (change,)))
    return outcomes


def _has_invalid(entry: FileEntry) -> bool:
    rows = [row for inner in entry.tables.values() for row in inner]
    return bool(entry.invalid) or any(_has_invalid(row) for row in rows)


def _forbidden_change(entry: FileEntry, stored: Statement | None) -> tuple[str, str] | None:
    """The field that no file may change so, and the message."""
    before = stored.state if stored else Statement.State.DRAFT
    after = entry.values.get("state", before)
    if before == Statement.State.PUBLISHED != after:
        return "state", _(
            "The statement is already published, and other people cite it. Do not change the state."
        )
    if before != after and (before in CIRCULATING_STATES or after in CIRCULATING_STATES):
        return "state", _(
            "Circulating and signing happen at the co-chairs' desk. Write: %s."
        ) % before
    was_circulated = stored and stored.versions.filter(circulation__isnull=False).exists()
    if before != after and was_circulated:
        return "state", _(
            "The statement was circulated in the portal, so its co-chairs publish it. Write: %s."
        ) % before
    adoption = stored.adoption if stored else Statement.Adoption.SOURCE
    if entry.values.get("adoption", adoption) != adoption:
        return "adoption", _("Only signatures in the portal decide this. Write: %s.") % adoption
    return None


def _forbidden_publication(
    entry: FileEntry, stored: Statement | None, event: Event, by: EventPermissions | None
) -> tuple[str, str] | None:
    """The field with the mistake, and the message."""
    if not may_publish(event, by):
        return "state", _("Only a co-chair can publish the statement. Do not change the state.")
    if by and not entry.values.get("source_title", stored.source_title if stored else ""):
        return "source_title", _(
            "Enter the source that shows where the text was adopted. A text agreed in this portal "
            "is signed instead."
        )
    return None


def _apply_outcomes(
    entry: FileEntry,
    statement: Statement,
    has_numbers: bool,
    parties: Parties,
    themes: Mapping[str, Theme],
    report: ImportReport,
) -> dict[str, Outcome]:
    outcomes: dict[str, Outcome] = {}
    rows = _OutcomeMatcher(statement, entry, has_numbers, report)
    for lead_in in entry.all("lead_ins"):
        stored_lead_in = rows.store(lead_in, None)
        outcomes[lead_in.word("number")] = stored_lead_in
        for point in lead_in.all("points"):
            outcome = rows.store(point, stored_lead_in)
            outcomes[point.word("number")] = outcome
            if outcome.pk and "themes" in point.lists and "themes" not in point.invalid:
                named = [themes[slug] for slug in point.lists["themes"]]
                report.set_links(outcome, point.location, "themes", named)
            if outcome.pk and "addressees" in point.lists:
                _apply_addressees(outcome, point, parties, report)
    for outcome in rows.unmatched() if "lead_ins" in entry.tables else []:
        report.kept.append(
            _("point %s") % (outcome.number or f"“{Truncator(outcome.text).words(10)}”")
        )
    return outcomes


def numbered_outcomes(statement: Statement) -> dict[str, Outcome]:
    """Lead-ins and points by number, in order.

    Those without a number have the one that publishing would give them.
    """
    found: dict[str, Outcome] = {}
    rows_by_parent: dict[int | None, list[Outcome]] = {}
    for row in statement.outcomes.order_by("position", "pk"):
        rows_by_parent.setdefault(row.parent_id, []).append(row)
    lead_ins = rows_by_parent.get(None, [])
    for number, lead_in in _with_numbers(lead_ins, (str(n) for n in count(1))):
        points = rows_by_parent.get(lead_in.pk, [])
        numbers = (f"{number}.{letter_number(n)}" for n in count())
        found |= {number: lead_in} | dict(_with_numbers(points, numbers))
    return found


def _with_numbers(rows: list[Outcome], possible: Iterable[str]) -> list[tuple[str, Outcome]]:
    taken = {row.number for row in rows}
    free = (number for number in possible if number not in taken)
    return [(row.number or next(free), row) for row in rows]


class _OutcomeMatcher:
    """Matches the entries of a file to the stored outcomes of a statement."""

    def __init__(
        self, statement: Statement, entry: FileEntry, has_numbers: bool, report: ImportReport
    ) -> None:
        self.statement, self.has_numbers, self.report = statement, has_numbers, report
        self.available = {row.pk: row for row in statement.outcomes.order_by("position", "pk")}
        self.numbered = numbered_outcomes(statement)
        self.last_stored: dict[int | None, tuple[int, int]] = {}  # position and number, by parent
        entries = [
            sentence
            for lead_in in entry.all("lead_ins")
            for sentence in [lead_in, *lead_in.all("points")]
        ]
        self.file_numbers = {sentence.word("number") for sentence in entries}
        self.file_texts = {sentence.values.get("text") for sentence in entries}

    def store(self, entry: FileEntry, parent: Outcome | None) -> Outcome:
        if (parent is not None and parent.pk is None) or "number" not in entry.values:
            return Outcome()
        row = self._match(entry, parent) or Outcome()
        self.available.pop(row.pk, None)
        position = self._position_of(row, parent.pk if parent else None)
        given: dict[str, Any] = {
            "statement": self.statement,
            "parent": parent,
            "position": position,
        }
        if parent is None:
            given["kind"] = Outcome.Kind.LEAD_IN
        if not self.has_numbers:
            given["number"] = row.number
        return self.report.store_entry(row, entry, **given)

    def unmatched(self) -> list[Outcome]:
        return list(self.available.values())

    def _position_of(self, row: Outcome, parent: int | None) -> int:
        """The stored position if that keeps the order of the file, else the next free one."""
        last, number = self.last_stored.get(parent, (0, 0))
        keeps_position = (
            row.pk and row.parent_id == parent and (row.position, row.pk) > (last, number)
        )
        position = row.position if keeps_position else last + 1
        self.last_stored[parent] = (position, row.pk or number)
        return position

    def _match(self, entry: FileEntry, parent: Outcome | None) -> Outcome | None:
        number, text = entry.values["number"], entry.values.get("text")
        for row in self.available.values():
            if row.number == number:
                return row
        siblings = [
            row
            for row in self.available.values()
            if row.parent_id == (parent.pk if parent else None)
        ]
        # The same text with another number: the number is frozen, so storing it adds the mistake.
        for row in siblings:
            if row.text == text and row.number not in self.file_numbers:
                return row
        # A draft has no numbers: those of the file are the ones that it was exported with.
        row = self.numbered.get(number, Outcome())
        is_free = row in siblings and (text is None or row.text not in self.file_texts)
        return row if is_free else None


def _apply_addressees(
    outcome: Outcome, point: FileEntry, parties: Parties, report: ImportReport
) -> None:
    stored_ids = []
    for slug in point.lists["addressees"]:
        party = parties.get(slug)
        if party is None or party.pk is None:
            continue  # the mistake is reported at the organisation
        link = party_link(party)
        row = outcome.addressees.filter(**link).first() or OutcomeAddressee()
        stored_ids.append(
            report.store(row, f"{point.location}.addressees", {"outcome": outcome, **link}).pk
        )
    removed = outcome.addressees.exclude(pk__in=[pk for pk in stored_ids if pk])
    report.remove(removed, f"{point.location}.addressees")
