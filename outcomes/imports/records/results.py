"""What loading did to each row, and the one way in which it stores a row."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from outcomes.imports.records.errors import Mistake, shown
from outcomes.imports.records.permissions import refusals
from outcomes.imports.records.validation import Entry
from participants.permissions import Rights
from roundtable.text_diff import plain_lines

SHOWN = 60  # signs of a value that are shown
_UNREADABLE = re.compile("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f\\ufffe\\uffff]")
BEFORE = 20  # signs in front of the first difference


def differs(row: models.Model, name: str, value: Any) -> bool:
    """Whether a row holds something else than this value."""
    if isinstance(value, models.Model):
        return bool(getattr(row, f"{name}_id") != value.pk)
    stored = getattr(row, name)
    if isinstance(stored, str) and isinstance(value, str):
        return comparable(stored) != comparable(value)
    return bool(stored != value)


def readable(text: str) -> str:
    """The same without control characters and the like: no workbook holds them, or none is read."""
    return _UNREADABLE.sub("\N{REPLACEMENT CHARACTER}", plain_lines(text))


def comparable(text: str) -> str:
    """The same as it would come back from a file: where a text has one line, a tab is a blank."""
    return readable(text).replace("\t", " ")


def describe_field(row: models.Model, place: str, name: str, value: Any) -> str:
    """The sentence about a field that gets another value; the row still has the former one."""
    attribute = row._meta.get_field(name).attname  # type: ignore[union-attr]
    written = _written(row, lambda any_row: getattr(any_row, attribute))
    return _sentence(f"{place}.{name}", plain(getattr(row, name)), plain(value), written)


def describe_links(row: models.Model, place: str, name: str, wanted: Iterable[models.Model]) -> str:
    """The sentence about a list of other rows that becomes another list."""
    field = row._meta.get_field(name)
    assert isinstance(field, models.ManyToManyField)
    other = f"{field.m2m_reverse_field_name()}_id"

    def read(any_row: models.Model) -> set[Any]:
        if any_row is row:
            return {linked.pk for linked in before}
        return {getattr(link, other) for link in getattr(any_row, name).all()}

    before = list(getattr(row, name).all())
    written = _written(row, read)
    return _sentence(f"{place}.{name}", names(before), names(wanted), written)


def _written(row: models.Model, read: Callable[[Any], Any]) -> datetime | None:
    """When a person wrote what stands; None where no person did, or no history is kept."""
    history = getattr(row, "history", None)
    if history is None:
        return None
    now, first = read(row), None
    for record in history.order_by("-history_date", "-history_id").iterator():
        if read(record) != now:
            break
        first = record
    return first.history_date if first and first.history_user_id else None


def _sentence(where: str, before: str, after: str, written: datetime | None) -> str:
    alike = zip(before, after, strict=False)
    same = next(
        (n for n, (old, new) in enumerate(alike) if old != new), min(len(before), len(after))
    )
    start = max(same - BEFORE, 0)
    values = {"where": where, "before": _cut(before, start), "after": _cut(after, start)}
    sentence = _("[%(where)s] %(before)s -> %(after)s.") % values
    if written is None:
        return sentence
    return (
        sentence
        + " "
        + _("A person had written the former on %s: put it into the file if it was right.")
        % localtime(written).date()
    )


def _cut(text: str, start: int) -> str:
    if not text:
        return _("nothing")
    return f"“{'…' if start else ''}{shown(text[start:], SHOWN)}”"


def plain(value: Any) -> str:
    """A value as a file writes it."""
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def names(rows: Iterable[models.Model]) -> str:
    """What rows are called, in one line."""
    return ", ".join(sorted(str(row) for row in rows))


AnyModel = TypeVar("AnyModel", bound=models.Model)


class Fate(StrEnum):
    """What becomes of a row."""

    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REMOVED = "removed"


@dataclass(frozen=True)
class RowReport:
    """What became of one row: where it stands in the file, and what was written over what."""

    place: str
    fate: Fate
    title: str
    changes: tuple[tuple[str, str, str], ...] = ()  # key, before, after


@dataclass(frozen=True)
class Question:
    """A new person who looks like somebody else: whether it is the same one, only people know."""

    place: str
    title: str
    alike: tuple[tuple[str, str], ...]  # what to answer for each, and who that is

    @property
    def for_a_command(self) -> str:
        """What to do where nobody can answer."""
        return _(
            "It may be the same person as %s. Write the handle of that person, or bring it in at "
            "the desk, which asks."
        ) % "; ".join(f"{who} ({word})" for word, who in self.alike)


@dataclass
class Report:
    """How many rows were added, changed, removed and left alone, and what was kept."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0
    # Sentences about each field that got another value, and each row that was removed.
    changes: list[str] = field(default_factory=list)
    removals: list[str] = field(default_factory=list)
    # Sentences about rows that the file does not name and that stay all the same.
    kept: list[str] = field(default_factory=list)
    mistakes: list[Mistake] = field(default_factory=list)
    notes: list[Mistake] = field(default_factory=list)  # what is left out, though nothing is wrong
    new: set[models.Model] = field(default_factory=set)
    rows: list[RowReport] = field(default_factory=list)
    # Who brings it in, and when; without anybody it is a command, which may do all of it.
    by: Rights | None = None
    at: datetime | None = None
    # What was answered to questions, by place; and those that nobody answered.
    answers: Mapping[str, str] = field(default_factory=dict)
    questions: list[Question] = field(default_factory=list)
    tick: Callable[[int], None] | None = None  # is told how many rows are done

    @property
    def digest(self) -> str:
        """Stands for all that was done, so that it can be told whether a second try does it too."""
        return sha256(repr(self.rows).encode()).hexdigest()

    def refuse(self, where: str, sentence: str) -> None:
        """Notes a mistake that only what is stored already could show."""
        self.mistakes.append(Mistake(where, sentence))

    def store(self, row: AnyModel, place: str, values: dict[str, Any]) -> AnyModel:
        """Checks the row with these values, and stores it where something differs.

        Where it is refused, the mistakes are noted and a new row stays without its key.
        """
        owners = [value for value in values.values() if isinstance(value, models.Model)]
        if any(owner.pk is None for owner in owners):
            return row  # the mistake stands at its owner
        is_new = row._state.adding
        changed = [name for name in values if not is_new and differs(row, name, values[name])]
        if not is_new and not changed:
            self.count(place, Fate.UNCHANGED, str(row))
            return row
        sentences = [describe_field(row, place, name, values[name]) for name in changed]
        written = tuple(
            (name, plain(getattr(row, name)), plain(values[name]))
            for name in (values if is_new else changed)
            if not isinstance(values[name], models.Model)
        )
        if self.refuses(
            row, place, {name: values[name] for name in (values if is_new else changed)}
        ):
            return row
        for name, value in values.items():
            setattr(row, name, value)
        try:
            row.full_clean()
        except ValidationError as problem:
            self.refuse_all(place, problem, values)
            return row
        if is_new:
            row.save()
            self.new.add(row)
            written = tuple((name, "", after) for name, _before, after in written if after)
            self.count(place, Fate.ADDED, str(row), written)
        else:
            # Of what else stands there, somebody may have changed some since it was read.
            row.save(update_fields=changed)
            self.changes += sentences
            self.count(place, Fate.CHANGED, str(row), written)
        return row

    def refuses(self, row: models.Model, place: str, values: Mapping[str, Any]) -> bool:
        """Whether who brings it in may not store these other values of a row; notes why."""
        found = list(refusals(row, values, self.by))
        for name, sentence in found:
            self.refuse(f"{place}.{name}" if name else place, sentence)
        return bool(found)

    def count(
        self, place: str, fate: Fate, title: str, changes: tuple[tuple[str, str, str], ...] = ()
    ) -> None:
        """Notes what became of a row."""
        self.added += fate == Fate.ADDED
        self.changed += fate == Fate.CHANGED
        self.unchanged += fate == Fate.UNCHANGED
        self.removed += fate == Fate.REMOVED
        self.rows.append(RowReport(place, fate, title, changes))
        if self.tick:
            self.tick(len(self.rows))

    def refuse_all(self, place: str, problem: ValidationError, names: Collection[str]) -> None:
        """Notes what a row's own check found, each mistake at its key where the file has it."""
        for name, messages in problem.message_dict.items():
            for sentence in messages:
                self.refuse(f"{place}.{name}" if name in names else place, sentence)

    def store_entry(self, row: AnyModel, entry: Entry, **links: Any) -> AnyModel:
        """As `store`, with the values of one table of the file."""
        return self.store(row, entry.place, entry.values | links)

    def link(self, row: models.Model, place: str, name: str, wanted: list[AnyModel]) -> None:
        """Makes a row's list of other rows these; a row that was refused has none to link."""
        if any(other.pk is None for other in wanted):
            return
        manager = getattr(row, name)
        if set(manager.all()) != set(wanted):
            if row not in self.new:
                self.changes.append(describe_links(row, place, name, wanted))
                links = (name, names(manager.all()), names(wanted))
                self.count(place, Fate.CHANGED, str(row), (links,))
            manager.set(wanted)

    def remove(self, rows: Iterable[models.Model], place: str) -> None:
        """Removes rows that the file names no longer."""
        for row in list(rows):
            self.removals.append(f"[{place}] {shown(row, 200)}")
            self.count(place, Fate.REMOVED, str(row))
            row.delete()
