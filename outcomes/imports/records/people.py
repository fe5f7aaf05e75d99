"""The delegates of a file: new ones wait to be confirmed, and nobody is merged without a yes."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from outcomes.imports.records.duplicate_matcher import ALL, NEW, SAME, SAME_ROW, Alike, compared
from outcomes.imports.records.errors import Mistake, nearest, shown
from outcomes.imports.records.permissions import refusals_of_person
from outcomes.imports.records.results import Fate, Question, Report, differs, plain
from outcomes.imports.records.validation import Entry
from participants.models import Affiliation, Delegate, FormerHandle, Organisation, Participation
from participants.permissions import Rights, acts_for, organisations_seen_by
from roundtable.audit import log as audit
from roundtable.models import Event


class Called:
    """Organisations of a file, and those beside them that who brings it in may see."""

    def __init__(self, here: Mapping[str, Organisation], event: Event, mine: Rights | None) -> None:
        self.here, self.event, self.mine = here, event, mine
        self.named = _by_name(here.values())

    @cached_property
    def others(self) -> dict[str, Organisation]:
        """Those that do not stand in the file."""
        rows = organisations_seen_by(self.mine) if self.mine else Organisation.objects.all()
        rows = rows.filter(is_demonstration=self.event.is_demonstration)
        return {row.slug: row for row in rows if row.slug not in self.here}

    @cached_property
    def others_named(self) -> dict[str, list[Organisation]]:
        """The same by what they are called."""
        return _by_name(self.others.values())

    def __call__(self, word: str) -> Organisation:
        """The organisation that is meant; raises ValidationError where none or several may be."""
        if word in self.here:
            return self.here[word]
        if found := self.named.get(compared(word)):
            return _only(found)
        if word in self.others:
            return self.others[word]
        if found := self.others_named.get(compared(word)):
            return _only(found)
        names = [row.name for row in (*self.here.values(), *self.others.values())]
        advice = nearest(word, [*self.here, *names]) or _("Add it to the sheet “Organisations”.")
        raise ValidationError(_("“%s” is not known here. ") % shown(word) + advice)


def _only(found: list[Organisation]) -> Organisation:
    if len(found) > 1:
        slugs = ", ".join(sorted(row.slug for row in found))
        raise ValidationError(_("Several are called so. Write one of: %s.") % slugs)
    return found[0]


def _by_name(rows: Iterable[Organisation]) -> dict[str, list[Organisation]]:
    found: dict[str, list[Organisation]] = defaultdict(list)
    for row in rows:
        for name in {compared(row.name), compared(row.short_name)} - {""}:
            found[name].append(row)
    return found


OF_DELEGATE = ("name", "name_latin", "invitation_email")
HAD_ONCE = (*OF_DELEGATE, "capacity")  # of a person at a roundtable, whatever rows there are
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
        people.take(entry, organisation)
    people.finish()


@dataclass
class _Row:
    """A row of the file, and those beneath it that are about the same person."""

    entry: Entry
    organisation: Organisation
    handle: str  # empty for somebody new
    again: list[tuple[Entry, Organisation]] = field(default_factory=list)


class _People:
    """Who takes part already, and who comes in now."""

    def __init__(self, entries: list[Entry], event: Event, report: Report) -> None:
        self.event, self.report = event, report
        rows = Participation.objects.filter(event=event, delegate__erased_at=None)
        rows = rows.select_related("delegate", "organisation").order_by("pk")
        self.parts = {row.delegate.handle: row for row in rows}
        for part in self.parts.values():
            part.event = event  # else each asks for it
        self.workplaces = workplaces(rows)
        self.alike = Alike(self.parts.values())
        given = [entry.values.get("handle", "") for entry in entries]
        merged = FormerHandle.objects.filter(
            handle__in=given, delegate__participations__event=event
        )
        self.now = dict(merged.values_list("handle", "delegate__handle"))
        self.rows: dict[str, _Row] = {}  # by what is answered for the person of each
        self.by_handle: dict[str, _Row] = {}
        self.named: set[str] = set()  # handles
        self.new: list[list[models.Model]] = []
        self.added: dict[str, Delegate] = {}  # by handle
        self.changed: dict[str, Delegate] = {}

    def take(self, entry: Entry, organisation: Organisation) -> None:
        """Notes one row of the file, or asks whether it is somebody who is there already."""
        handle = entry.values.pop("handle", "")
        handle = self.now.get(handle, handle)
        if not handle:
            handle = self._answered(entry, organisation)
            if first := self.rows.get(handle) or self.by_handle.get(handle):
                first.again.append((entry, organisation))
                return
        row = _Row(entry, organisation, handle)
        self.rows[f"{SAME_ROW}{entry.place}"] = row
        if handle:
            self.by_handle.setdefault(handle, row)

    def _bring(self, row: _Row) -> None:
        entry, handle = row.entry, row.handle
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
        refused = len(self.report.mistakes)
        self._join(row, part)
        self._store(entry, part, row.organisation)
        if row.again and len(self.report.mistakes) == refused:
            self._work_too(row, part)

    def finish(self) -> None:
        """Stores who is changed, then those who are new, all at once, and says who is kept."""
        for row in self.rows.values():
            self._bring(row)
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
                list(people.values()),
                act=act,
                at=at,
                actor=by.user,
                organisation=body,
                detail=self.event.code,
            )

    def _answered(self, entry: Entry, organisation: Organisation) -> str:
        """Whom a row without a handle is about; if empty, nobody yet."""
        found = self.alike.find(entry, organisation)
        answer = self.report.answers.get(entry.place, "")
        if not answer and found:
            answer = self._answered_for_all(found)
        if found and answer not in {NEW, *(word for word, _who in found)}:
            title = f"{entry.values['name']}, {organisation}"
            self.report.questions.append(Question(entry.place, title, tuple(found)))
        handle = answer if answer in dict(found) else ""
        self.alike.add(entry, organisation, handle or f"{SAME_ROW}{entry.place}")
        return handle

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
        if self._refuses(part, changed_keys, entry):
            return
        refused = len(report.mistakes)
        for (row, values), (_row, changed) in zip(parts, touched, strict=True):
            if changed or row._state.adding:
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
            (self.added if is_new else self.changed)[part.delegate.handle] = part.delegate
        fate = Fate.ADDED if is_new else Fate.CHANGED if changes else Fate.UNCHANGED
        report.count(entry.place, fate, given["name"], changes)

    def _join(self, row: _Row, part: Participation) -> None:
        """Fills with what further rows say what the first leaves open; tells what has no place."""
        given = row.entry.values
        for entry, organisation in row.again:
            values = entry.values
            if self._refuses(part, (), entry):
                continue
            for name in HAD_ONCE:
                if not given.get(name):
                    given |= {name: values[name]} if values.get(name) else {}
                elif compared(values.get(name) or given[name]) != compared(given[name]):
                    words = _("“%(left)s” is left out: the same person has “%(kept)s” above.")
                    said = {"left": shown(values[name]), "kept": shown(given[name])}
                    self.report.notes.append(Mistake(f"{entry.place}.{name}", words % said))
            if organisation == row.organisation and not given.get("post"):
                given |= {"post": values["post"]} if values.get("post") else {}

    def _work_too(self, row: _Row, part: Participation) -> None:
        """Adds the other places of work, and the other posts, of the person of a row."""
        own = row.entry.values.get("post", "")
        is_stored = not part.delegate._state.adding
        works = list(part.delegate.affiliations.all()) if is_stored else []
        held = {(work.organisation_id, compared(work.post)) for work in works if not work.until}
        held.add((row.organisation.pk, compared(own)))
        is_written = bool(own or works)
        for entry, organisation in row.again:
            post, name = entry.values.get("post", ""), entry.values["name"]
            is_known = (organisation.pk, compared(post)) in held
            if is_known or (not post and organisation.pk in dict(held)):
                self.report.count(entry.place, Fate.UNCHANGED, name)
                continue
            if self._refuses(part, {"post"}, entry):
                continue
            if not is_written:
                # Who is written to work elsewhere alone speaks no longer for the first.
                self.new.append([self._workplace(part, row.organisation)])
                is_written = True
            work = Affiliation(delegate=part.delegate)
            self._check(work, {"organisation": organisation, "post": post}, entry.place)
            held.add((organisation.pk, compared(post)))
            self.new.append([work])
            if part.delegate.handle not in self.added:
                self.changed[part.delegate.handle] = part.delegate
            said = ("post", "", ", ".join(filter(None, [post, str(organisation)])))
            self.report.count(entry.place, Fate.ADDED, name, (said,))

    def _refuses(self, part: Participation, changed: Collection[str], entry: Entry) -> bool:
        found = list(refusals_of_person(part, changed, entry.values, self.report.by))
        for name, sentence in found:
            self.report.refuse(f"{entry.place}.{name}" if name else entry.place, sentence)
        return bool(found)

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
    rows = rows.select_related("delegate", "organisation").order_by("-pk")
    return {(row.delegate.handle, row.organisation_id): row for row in rows}
