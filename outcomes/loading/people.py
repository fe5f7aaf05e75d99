"""The delegates of a file: new ones wait to be confirmed, and nobody is merged without a yes."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from outcomes.loading.alike import ALL, NEW, SAME, SAME_ROW, Alike
from outcomes.loading.called import Called
from outcomes.loading.changes import differs, plain
from outcomes.loading.checking import Entry
from outcomes.loading.permitted import refusals_of_person
from outcomes.loading.report import Fate, Question, Report
from participants.models import Affiliation, Delegate, FormerHandle, Organisation, Participation
from participants.permissions import acts_for
from roundtable import audit
from roundtable.models import Event

OF_DELEGATE = ("name", "name_latin", "invitation_email")
Parts = list[tuple[models.Model, dict[str, Any]]]


def apply_delegates(
    entries: list[Entry],
    event: Event,
    *,
    organisations: Mapping[str, Organisation],
    report: Report,
) -> None:
    """Stores who takes part; those that the file does not name stay."""
    if not entries:
        return
    people = _People(entries, event, report)
    called = Called(organisations, event, report.by)
    for entry in entries:
        try:
            organisation = called(entry.values["organisation"])
        except ValidationError as problem:
            report.refuse(f"{entry.place}.organisation", problem.messages[0])
            continue
        people.bring(entry, organisation)
    people.finish()


class _People:
    """Who takes part already, and who comes in now."""

    def __init__(self, entries: list[Entry], event: Event, report: Report) -> None:
        self.event, self.report = event, report
        rows = Participation.objects.filter(event=event, delegate__erased_at=None)
        rows = rows.select_related("delegate", "organisation").order_by("pk")
        self.parts = {row.delegate.handle: row for row in rows}
        self.workplaces = workplaces(rows)
        self.alike = Alike(self.parts.values())
        given = [entry.values.get("handle", "") for entry in entries]
        merged = FormerHandle.objects.filter(
            handle__in=given, delegate__participations__event=event
        )
        self.now = dict(merged.values_list("handle", "delegate__handle"))
        self.named: set[str] = set()  # handles
        self.new: list[list[models.Model]] = []
        self.added: list[Delegate] = []
        self.changed: list[Delegate] = []

    def bring(self, entry: Entry, organisation: Organisation) -> None:
        """Stores one row of the file, or asks whether it is somebody who is there already."""
        handle = entry.values.pop("handle", "")
        handle = self.now.get(handle, handle) or self._answered(entry, organisation)
        if handle == SAME_ROW:
            self.report.count(entry.place, Fate.UNCHANGED, entry.values["name"])
            return
        part = self._part_of(handle)
        if part is None:
            sentence = _("There is no such person here. Leave it empty for somebody new.")
            self.report.refuse(f"{entry.place}.handle", sentence)
            return
        if handle and handle in self.named:
            sentence = _("This person stands above already. Remove one of the two rows.")
            self.report.refuse(entry.place, sentence)
            return
        self.named.add(part.delegate.handle)
        self._store(entry, part, organisation)

    def finish(self) -> None:
        """Stores those who are new, all at once, and says who is kept."""
        if self.report.mistakes:
            return
        for kind in (Delegate, Participation, Affiliation):
            rows = [row for parts in self.new for row in parts if type(row) is kind]
            manager: Any = kind._default_manager
            manager.bulk_create([row for row in rows if row._state.adding], batch_size=500)
        self._record()
        if kept := len(self.parts.keys() - self.named):
            text = ngettext("%d delegate", "%d delegates", kept)
            self.report.kept.append(text % kept)

    def _record(self) -> None:
        """One entry of the log for each person who is new or changed, as at the desk."""
        by, at = self.report.by, self.report.at
        if by is None or at is None:
            return
        body = acts_for(by.user, self.event.pk, at.date())
        for act, people in (("add delegate", self.added), ("change delegate", self.changed)):
            audit.record_all(
                people, act=act, at=at, actor=by.user, organisation=body, detail=self.event.code
            )

    def _answered(self, entry: Entry, organisation: Organisation) -> str:
        """Whom a row without a handle is about: somebody who is there, or, if empty, nobody yet."""
        found = self.alike.find(entry, organisation)
        answer = self.report.answers.get(entry.place, "")
        if not answer and found:
            answer = self._answered_for_all(found)
        if found and answer not in {NEW, *(word for word, _who in found)}:
            title = f"{entry.values['name']}, {organisation}"
            self.report.questions.append(Question(entry.place, title, tuple(found)))
        if answer.startswith(SAME_ROW) and answer in dict(found):
            return SAME_ROW
        self.alike.add(entry, organisation)
        return answer if answer in dict(found) else ""

    def _answered_for_all(self, found: list[tuple[str, str]]) -> str:
        answer = self.report.answers.get(ALL, "")
        if answer == SAME:
            return found[0][0] if len(found) == 1 else ""
        return answer

    def _part_of(self, handle: str) -> Participation | None:
        """The part in this roundtable of who has this handle; None where one sees nobody."""
        if not handle:
            delegate = Delegate(is_demonstration=self.event.is_demonstration)
            return Participation(event=self.event, delegate=delegate)
        if handle in self.parts:
            return self.parts[handle]
        rows = Delegate.objects.filter(handle=handle, erased_at=None)
        mine = self.report.by
        if mine and not mine.is_operator:
            rows = rows.filter(participations__event__in=mine.editable)
        person = rows.distinct().first()
        return Participation(event=self.event, delegate=person) if person else None

    def _store(self, entry: Entry, part: Participation, organisation: Organisation) -> None:
        given, report = entry.values, self.report
        of_part = {"organisation": organisation}
        if "capacity" in given:
            of_part["capacity"] = given["capacity"]
        parts: Parts = [
            (part.delegate, {name: given[name] for name in OF_DELEGATE if name in given}),
            (part, of_part),
        ]
        if given.get("post"):
            parts.append((self._workplace(part, organisation), {"post": given["post"]}))
        is_new = part._state.adding
        touched = [(row, _changes(row, values)) for row, values in parts]
        changed_keys = {name for _row, changed in touched for name, _was, _is in changed}
        why_not = list(refusals_of_person(part, changed_keys, given, report.by))
        for name, sentence in why_not:
            report.refuse(f"{entry.place}.{name}" if name else entry.place, sentence)
        if why_not:
            return
        refused = len(report.mistakes)
        for row, values in parts:
            self._check(row, values, entry.place)
        if len(report.mistakes) > refused:
            return
        if is_new:
            self.new.append([row for row, _values in parts])
        for row, changed in touched:
            if row._state.adding and not is_new:
                self.new.append([row])
            elif changed and not row._state.adding:
                # Only this: what a person shares, or hides, may be changed at this very moment.
                row.save(update_fields=[name for name, _was, _is in changed])
        changes = tuple(change for _row, changed in touched for change in changed)
        if is_new or changes:
            (self.added if is_new else self.changed).append(part.delegate)
        fate = Fate.ADDED if is_new else Fate.CHANGED if changes else Fate.UNCHANGED
        report.count(entry.place, fate, given["name"], changes)

    def _check(self, row: models.Model, values: dict[str, Any], place: str) -> None:
        for name, value in values.items():
            setattr(row, name, value)
        # What a new row points to may have no number yet; the database asks for the rest.
        pointing = {field.name for field in row._meta.concrete_fields if field.is_relation}
        try:
            row.clean_fields(exclude=pointing)
            row.clean()
        except ValidationError as problem:
            self.report.refuse_all(place, problem, values)

    def _workplace(self, part: Participation, organisation: Organisation) -> Affiliation:
        found = self.workplaces.get((part.delegate.handle, organisation.pk))
        return found or Affiliation(delegate=part.delegate, organisation=organisation)


def _changes(row: models.Model, values: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Key, before and after of all that would be written over; of a new row, what it holds."""
    is_new = row._state.adding
    return [
        (name, "" if is_new else plain(getattr(row, name)), plain(value))
        for name, value in values.items()
        if (value if is_new else differs(row, name, value))
    ]


def workplaces(parts: "models.QuerySet[Participation]") -> dict[tuple[str, int], Affiliation]:
    """Where it is written what people do where they work; what has ended is left alone."""
    rows = Affiliation.objects.filter(delegate__in=parts.values("delegate"), until=None)
    rows = rows.select_related("delegate").order_by("-pk")
    return {(row.delegate.handle, row.organisation_id): row for row in rows}
