"""The report of an import, and the method that stores every row."""

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from copy import copy
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import DatabaseError, models, transaction
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from outcomes.imports.records.errors import Mistake, excerpt
from outcomes.imports.records.format import BIG_TABLES
from outcomes.imports.records.new_records import NewRecord
from outcomes.imports.records.permissions import row_refusals
from outcomes.imports.records.validation import FileEntry
from participants.permissions import EventPermissions
from roundtable.database.fields import field_of
from roundtable.history.versions import add_versions_of_owners
from roundtable.text.diff import normalise_newlines

MAX_VALUE_LENGTH = 60  # characters
_UNREADABLE = re.compile("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f\\ufffe\\uffff]")
CONTEXT_LENGTH = 20  # characters before the first difference


def differs(row: models.Model, name: str, value: Any) -> bool:
    if isinstance(value, models.Model):
        return bool(getattr(row, f"{name}_id") != value.pk)
    stored = getattr(row, name)
    if isinstance(stored, str) and isinstance(value, str):
        return normalise_text(stored) != normalise_text(value)
    return bool(stored != value)


def changed_values(row: models.Model, values: Mapping[str, Any]) -> dict[str, Any]:
    """Those that differ from what is stored; all of a new row."""
    is_new = row._state.adding
    return {name: value for name, value in values.items() if is_new or differs(row, name, value)}


def replace_unreadable(text: str) -> str:
    """Replaces control characters and others that a workbook cannot hold."""
    return _UNREADABLE.sub("\N{REPLACEMENT CHARACTER}", normalise_newlines(text))


def normalise_text(text: str) -> str:
    """The text as it comes back from a file, where a tab becomes a space."""
    return replace_unreadable(text).replace("\t", " ")


def describe_change(row: models.Model, location: str, name: str, value: Any) -> str:
    """`row` must still have the old value."""
    attribute = field_of(type(row), name).attname
    edited_at = _edited_by_person_at(row, lambda any_row: getattr(any_row, attribute))
    return _change_message(
        f"{location}.{name}", to_file_text(getattr(row, name)), to_file_text(value), edited_at
    )


def describe_link_change(
    row: models.Model, location: str, name: str, wanted: Iterable[models.Model]
) -> str:
    """`row` must still have the old links."""
    field = row._meta.get_field(name)
    assert isinstance(field, models.ManyToManyField)
    other = f"{field.m2m_reverse_field_name()}_id"

    def read(any_row: models.Model) -> set[Any]:
        if any_row is row:
            return {linked.pk for linked in before}
        return {getattr(link, other) for link in getattr(any_row, name).all()}

    before = list(getattr(row, name).all())
    edited_at = _edited_by_person_at(row, read)
    return _change_message(f"{location}.{name}", row_names(before), row_names(wanted), edited_at)


def _edited_by_person_at(row: models.Model, read: Callable[[Any], Any]) -> datetime | None:
    """None if no person entered the current value, or without history."""
    history = getattr(row, "history", None)
    if history is None:
        return None
    now, first = read(row), None
    for record in history.order_by("-history_date", "-history_id").iterator():
        if read(record) != now:
            break
        first = record
    return first.history_date if first and first.history_user_id else None


def _change_message(where: str, before: str, after: str, edited_at: datetime | None) -> str:
    pairs = zip(before, after, strict=False)
    first_difference = next(
        (n for n, (old, new) in enumerate(pairs) if old != new), min(len(before), len(after))
    )
    start = max(first_difference - CONTEXT_LENGTH, 0)
    values = {
        "where": where,
        "before": _value_excerpt(before, start),
        "after": _value_excerpt(after, start),
    }
    sentence = _("[%(where)s] %(before)s -> %(after)s.") % values
    if edited_at is None:
        return sentence
    return (
        sentence
        + " "
        + _("A person wrote the earlier value on %s. If it was correct, write it in the file.")
        % localtime(edited_at).date()
    )


def _value_excerpt(text: str, start: int) -> str:
    if not text:
        return _("nothing")
    return f"“{'…' if start else ''}{excerpt(text[start:], MAX_VALUE_LENGTH)}”"


def field_values(row: models.Model) -> dict[str, Any]:
    """All but the key, as JSON can have them."""
    found = {
        column.attname: getattr(row, column.attname)
        for column in row._meta.concrete_fields
        if not column.primary_key
    }
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in found.items()
    }


def to_file_text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def row_names(rows: Iterable[models.Model]) -> str:
    return ", ".join(sorted(str(row) for row in rows))


AnyModel = TypeVar("AnyModel", bound=models.Model)


def _any_value(column: "models.Field[Any, Any]") -> Any:
    if isinstance(column, models.DateField):
        return date.min
    if isinstance(column, models.IntegerField):
        return 0
    return next((value for value, _label in column.flatchoices), "–")


class RowResult(StrEnum):
    """The result of an import for one row."""

    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REMOVED = "removed"


@dataclass(frozen=True)
class RowReport:
    """The result for one row, its location in the file, and the changed values."""

    location: str
    result: RowResult
    title: str
    changes: tuple[tuple[str, str, str], ...] = ()  # key, before, after


# About how many entries of a table are stored in one transaction. All rows about people are stored
# together, because each is compared with all others.
PART_SIZES = {"organisations": 50, "commitments": 50, "updates": 300}
OTHER_TABLES = ("themes", "groups", "counts", "documents", "statement")


@dataclass(frozen=True)
class Part:
    """What an import stores in one transaction: entries or tables, and the digest of the result."""

    entries: list[str]
    digest: str


class AllBut:
    """The entries and tables of a file that are left out when a part of it is stored."""

    def __init__(self, part: Part) -> None:
        self.kept = {*part.entries, "event"}
        self.is_early = table_of(part.entries[0]) in ("series", "organisations")

    def __contains__(self, location: object) -> bool:
        table = table_of(str(location))
        if location in self.kept or table in self.kept or location in BIG_TABLES:
            return False
        # The parts after those of organisations need them all.
        return table != "organisations" or self.is_early


def table_of(location: str) -> str:
    return location.partition(".")[0].partition("(")[0]


def digest_of(rows: list[RowReport]) -> str:
    """Identifies a result, to check that a second run does the same."""
    return sha256(repr(rows).encode()).hexdigest()


@dataclass(frozen=True)
class DuplicateQuestion:
    """A new person who may be a duplicate: only the user can decide."""

    location: str
    title: str
    candidates: tuple[tuple[str, str], ...]  # the answer that selects each, and a title

    @property
    def command_message(self) -> str:
        """The advice for a command, which cannot ask."""
        return _(
            "This may be the same person as %s. Write the handle of that person. Or "
            "import the file at the co-chairs' desk, which asks you."
        ) % "; ".join(f"{who} ({word})" for word, who in self.candidates)


@dataclass(frozen=True)
class Touched:
    """A row that an import stored or removed.

    `values` are those that it changed, before and after; of a removed row, those it had.
    """

    row: models.Model
    result: RowResult
    values: dict[str, Any] = field(default_factory=dict)


@dataclass
class ImportReport:
    """What an import added, changed, removed and kept, with its mistakes and open questions."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0
    # A sentence for each changed field and each removed row.
    changes: list[str] = field(default_factory=list)
    removals: list[str] = field(default_factory=list)
    # Rows that are kept although the file does not name them.
    kept: list[str] = field(default_factory=list)
    mistakes: list[Mistake] = field(default_factory=list)
    notes: list[Mistake] = field(default_factory=list)  # values that are not imported
    new_rows: set[models.Model] = field(default_factory=set)
    rows: list[RowReport] = field(default_factory=list)
    # `by` is None for a command, which may change everything.
    by: EventPermissions | None = None
    at: datetime | None = None
    # Answers by location, and the questions without an answer.
    answers: Mapping[str, str] = field(default_factory=dict)
    questions: list[DuplicateQuestion] = field(default_factory=list)
    on_progress: Callable[[int], None] | None = None  # receives the number of rows done
    is_preview: bool = False
    is_part: bool = False  # other entries of the file are left out
    # What an import stores apart, and the references of commitments that became public.
    new_records: list[NewRecord] = field(default_factory=list)
    with_new_records: set[str] = field(default_factory=set)  # locations of their reports
    published: set[str] = field(default_factory=set)
    touched: list[Touched] = field(default_factory=list)
    # The entries of the big tables, with the party that a report is about; and the first entry
    # about a person by each later one.
    entries: dict[str, str] = field(default_factory=dict)
    first_entries: dict[str, str] = field(default_factory=dict)

    def parts(self) -> list[Part]:
        """All that changes, in the order in which it is stored, but what is stored apart."""
        rows: dict[str, list[RowReport]] = defaultdict(list)
        for row in self.rows:
            rows[self._entry_of(row.location)].append(row)
        changed = {
            entry
            for entry, own in rows.items()
            if any(row.result != RowResult.UNCHANGED for row in own)
        }
        changed -= {record.location for record in self.new_records} | self.with_new_records
        by_table: dict[str, list[str]] = defaultdict(list)
        for location in self.entries:
            if self.first_entries.get(location, location) in changed:
                by_table[table_of(location)].append(location)
        chosen: list[list[str]] = []
        if changed & {"series", "event"}:
            chosen.append(["series", "event"])
        for table in BIG_TABLES:
            chosen += self._in_parts(by_table[table], PART_SIZES.get(table))
            if table == "organisations" and (self.published or changed & {*OTHER_TABLES}):
                chosen.append([*OTHER_TABLES])
        return [
            Part(own, digest_of([row for entry in own for row in rows.get(entry, ())]))
            for own in chosen
        ]

    def _in_parts(self, entries: list[str], size: int | None) -> list[list[str]]:
        """All reports about a party are in one part: its people get one email about them."""
        parts: list[list[str]] = []
        party = ""
        for entry in sorted(entries, key=self.entries.__getitem__):
            is_same = bool(party) and self.entries[entry] == party
            if not parts or (size and len(parts[-1]) >= size and not is_same):
                parts.append([])
            parts[-1].append(entry)
            party = self.entries[entry]
        return parts

    def digest_of_entries(self, entries: Collection[str]) -> str:
        rows: dict[str, list[RowReport]] = {entry: [] for entry in entries}
        for row in self.rows:
            rows.get(self._entry_of(row.location), []).append(row)
        return digest_of([row for own in rows.values() for row in own])

    def _entry_of(self, location: str) -> str:
        """What a row of the report is about: an entry, the first one about a person, or a table."""
        found = location
        while found and found not in self.entries:
            found = found.rpartition(".")[0]
        return self.first_entries.get(found, found) or table_of(location)

    def add_mistake(self, where: str, message: str) -> None:
        self.mistakes.append(Mistake(where, message))

    def store(self, row: AnyModel, location: str, values: dict[str, Any]) -> AnyModel:
        """Validates and stores the row if a value differs.

        If it is invalid, adds the mistakes; a new row then stays without a primary key.
        """
        owners = [value for value in values.values() if isinstance(value, models.Model)]
        if any(owner.pk is None for owner in owners):
            return row  # the mistake is reported at its owner
        is_new, changed = row._state.adding, changed_values(row, values)
        if not is_new and not changed:
            self.add_row(location, RowResult.UNCHANGED, str(row))
            return row
        sentences = [
            describe_change(row, location, name, value)
            for name, value in changed.items()
            if not is_new
        ]
        row_changes = tuple(
            (name, to_file_text(getattr(row, name)), to_file_text(value))
            for name, value in changed.items()
            if not isinstance(value, models.Model)
        )
        if self.reject_forbidden_changes(row, location, changed):
            return row
        before = {
            name: (getattr(row, name), value) for name, value in changed.items() if not is_new
        }
        for name, value in values.items():
            setattr(row, name, value)
        try:
            row.full_clean()
        except ValidationError as problem:
            self.add_validation_errors(location, problem, values)
            return row
        if is_new:
            row.save()
            add_versions_of_owners(row)
            self.new_rows.add(row)
            row_changes = tuple((name, "", after) for name, _before, after in row_changes if after)
            self.add_row(location, RowResult.ADDED, str(row), row_changes)
        else:
            # Only these: someone may have changed other fields since the row was read.
            row.save(update_fields=[*changed])
            add_versions_of_owners(row)
            self.changes += sentences
            self.add_row(location, RowResult.CHANGED, str(row), row_changes)
        self.touched.append(Touched(row, RowResult.ADDED if is_new else RowResult.CHANGED, before))
        return row

    def reject_forbidden_changes(
        self, row: models.Model, location: str, values: Mapping[str, Any]
    ) -> bool:
        """Whether the user may not store these values; adds the mistakes."""
        return self.reject(location, row_refusals(row, values, self.by))

    def reject(self, location: str, refusals: Iterable[tuple[str, str]]) -> bool:
        """Whether there is a refusal; each has a key, or none, and a sentence."""
        found = list(refusals)
        for name, sentence in found:
            self.add_mistake(f"{location}.{name}" if name else location, sentence)
        return bool(found)

    def add_row(
        self,
        location: str,
        result: RowResult,
        title: str,
        changes: tuple[tuple[str, str, str], ...] = (),
    ) -> None:
        self.added += result == RowResult.ADDED
        self.changed += result == RowResult.CHANGED
        self.unchanged += result == RowResult.UNCHANGED
        self.removed += result == RowResult.REMOVED
        self.rows.append(RowReport(location, result, title, changes))
        if self.on_progress:
            self.on_progress(len(self.rows))

    def add_validation_errors(
        self, location: str, problem: ValidationError, names: Collection[str]
    ) -> None:
        for name, messages in problem.message_dict.items():
            for sentence in messages:
                self.add_mistake(f"{location}.{name}" if name in names else location, sentence)

    def validate(
        self,
        row: models.Model,
        location: str,
        names: Collection[str] = (),
        *,
        are_valid: Collection[str] = (),
    ) -> None:
        """Adds the mistakes in a row that is stored in bulk, at these keys or all fields.

        The values of the fields `are_valid` were validated with the file.
        """
        fields = row._meta.concrete_fields
        try:
            # Related new rows may have no primary key yet; the database checks the relations.
            related = {field.name for field in fields if field.is_relation}
            row.clean_fields(exclude=related.union(are_valid))
            row.clean()
        except ValidationError as problem:
            names = names or {field.name for field in fields}
            self.add_validation_errors(location, problem, names)

    def validate_constraints(self, row: models.Model, location: str) -> None:
        """Asks the database about a row that it could refuse."""
        try:
            row.validate_constraints()
        except ValidationError as problem:
            self.add_validation_errors(location, problem, ())

    def store_entry(self, row: AnyModel, entry: FileEntry, **links: Any) -> AnyModel:
        if self.reject_incomplete(row, entry) or entry.invalid:
            return self._stand_in(row, entry, links)
        return self.store(row, entry.location, entry.values | links)

    def _stand_in(self, row: AnyModel, entry: FileEntry, links: dict[str, Any]) -> AnyModel:
        """The row in place of one with mistakes, so that rows below it are checked as well.

        The mistakes undo all this. A new row gets any valid value where the file has none.
        """
        is_new = row._state.adding
        owners = [value for value in links.values() if isinstance(value, models.Model)]
        if any(owner.pk is None for owner in owners):
            return row
        given = entry.values | links
        changed = changed_values(row, given)
        if self.reject_forbidden_changes(row, entry.location, changed) or not is_new:
            return row
        for name, value in given.items():
            setattr(row, name, value)
        for column in row._meta.concrete_fields:
            if column.name not in given and not (column.blank or column.has_default()):
                setattr(row, column.name, _any_value(column))
        try:
            with transaction.atomic():
                row.save()
        except DatabaseError:
            row.pk = None
        return row

    def reject_incomplete(self, row: models.Model, entry: FileEntry) -> bool:
        """Whether the row is new and lacks required values; adds the mistakes."""
        if row._state.adding:
            self.mistakes += entry.missing
        return row._state.adding and bool(entry.missing)

    def set_links(
        self, row: models.Model, location: str, name: str, wanted: list[AnyModel]
    ) -> None:
        """Does nothing if one of the wanted rows was refused."""
        if any(other.pk is None for other in wanted):
            return
        manager = getattr(row, name)
        if set(manager.all()) != set(wanted):
            if row not in self.new_rows:
                self.changes.append(describe_link_change(row, location, name, wanted))
                links = (name, row_names(manager.all()), row_names(wanted))
                self.add_row(location, RowResult.CHANGED, str(row), (links,))
                keys = sorted(one.pk for one in manager.all()), sorted(one.pk for one in wanted)
                self.touched.append(Touched(row, RowResult.CHANGED, {name: keys}))
            manager.set(wanted)

    def remove(self, rows: Iterable[models.Model], location: str) -> None:
        for row in list(rows):
            self.removals.append(f"[{location}] {excerpt(row, 200)}")
            self.add_row(location, RowResult.REMOVED, str(row))
            self.touched.append(Touched(copy(row), RowResult.REMOVED, field_values(row)))
            row.delete()
            add_versions_of_owners(row)
