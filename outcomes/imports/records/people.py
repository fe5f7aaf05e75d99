"""Imports delegates: new ones wait for confirmation, and duplicates are never merged unasked."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from outcomes.imports.records.duplicate_matcher import (
    ALL_ROWS,
    NEW_PERSON,
    ROW_PREFIX,
    SAME_PERSON,
    DuplicateMatcher,
    normalise_name,
)
from outcomes.imports.records.errors import Mistake, excerpt, suggest_similar
from outcomes.imports.records.new_records import NewRecord, insert_records, log_people
from outcomes.imports.records.permissions import PERSON_FIELDS, person_refusals
from outcomes.imports.records.results import (
    DuplicateQuestion,
    ImportReport,
    RowResult,
    differs,
    to_file_text,
)
from outcomes.imports.records.validation import FileEntry
from participants.accounts.addresses import has_joined
from participants.models import (
    Affiliation,
    Delegate,
    HandleRedirect,
    Letter,
    Organisation,
    Participation,
)
from participants.participation.confirmation import split_shared_person, void_changed_confirmations
from participants.permissions import EventPermissions, visible_organisations, visible_people
from participants.proposals.lifecycle import (
    must_accept,
    propose_name_latin,
    propose_participation,
    propose_workplace,
)
from roundtable.models import Event


class OrganisationResolver:
    """Finds an organisation by slug or name: in the file, then among those the user can see."""

    def __init__(
        self,
        in_file: Mapping[str, Organisation],
        event: Event,
        permissions: EventPermissions | None,
    ) -> None:
        self.in_file, self.event, self.permissions = in_file, event, permissions
        self.named = _by_name(in_file.values())

    @cached_property
    def others(self) -> dict[str, Organisation]:
        """Visible organisations outside the file, by slug."""
        rows = (
            visible_organisations(self.permissions)
            if self.permissions
            else Organisation.objects.all()
        )
        rows = rows.filter(is_demonstration=self.event.is_demonstration)
        return {row.slug: row for row in rows if row.slug not in self.in_file}

    @cached_property
    def others_by_name(self) -> dict[str, list[Organisation]]:
        """Visible organisations outside the file, by normalised name."""
        return _by_name(self.others.values())

    def __call__(self, word: str) -> Organisation:
        """Raises ValidationError if no organisation or several match."""
        if word in self.in_file:
            return self.in_file[word]
        if found := self.named.get(normalise_name(word)):
            return _single(found)
        if word in self.others:
            return self.others[word]
        if found := self.others_by_name.get(normalise_name(word)):
            return _single(found)
        names = [row.name for row in (*self.in_file.values(), *self.others.values())]
        advice = suggest_similar(word, [*self.in_file, *names]) or _(
            "Add it to the sheet “Organisations”."
        )
        raise ValidationError(_("We do not know “%s” here. ") % excerpt(word) + advice)


def _single(found: list[Organisation]) -> Organisation:
    if len(found) > 1:
        slugs = ", ".join(sorted(row.slug for row in found))
        raise ValidationError(
            _("Several organisations have this name. Write one of these short names: %s.") % slugs
        )
    return found[0]


def _by_name(rows: Iterable[Organisation]) -> dict[str, list[Organisation]]:
    found: dict[str, list[Organisation]] = defaultdict(list)
    for row in rows:
        for name in {normalise_name(row.name), normalise_name(row.short_name)} - {""}:
            found[name].append(row)
    return found


DELEGATE_FIELDS = ("name", "name_latin", "invitation_email")
# Once the person has joined, only they change these.
OWNER_FIELDS = {"name", "invitation_email"}
# A person has one value of these per roundtable, even with several rows in the file.
SINGLE_VALUE_FIELDS = (
    *DELEGATE_FIELDS,
    "capacity",
)


def apply_delegates(
    entries: list[FileEntry],
    event: Event,
    *,
    organisations: Mapping[str, Organisation],
    report: ImportReport,
    are_all_known: bool = True,
) -> None:
    """Without `are_all_known`, an unknown organisation may be one with a mistake in its row."""
    if not entries:
        return
    importer = _PeopleImporter(entries, event, report)
    resolve_organisation = OrganisationResolver(organisations, event, report.by)
    for entry in entries:
        known = importer.stored_organisation(entry)
        if known is None and entry.missing:
            report.mistakes += entry.missing
            continue
        if entry.invalid and "organisation" not in entry.values:
            continue
        if known and "organisation" not in entry.values:
            importer.add_entry(entry, known)
            continue
        try:
            organisation = resolve_organisation(entry.values["organisation"])
        except ValidationError as problem:
            if are_all_known:
                report.add_mistake(f"{entry.location}.organisation", problem.messages[0])
            continue
        if not entry.invalid:
            importer.add_entry(entry, organisation)
    importer.save()


@dataclass
class _PersonRow:
    """A row of the file, with later rows about the same person."""

    entry: FileEntry
    organisation: Organisation
    handle: str  # empty for a new person
    repeats: list[tuple[FileEntry, Organisation]] = field(default_factory=list)


class _PeopleImporter:
    def __init__(self, entries: list[FileEntry], event: Event, report: ImportReport) -> None:
        self.event, self.report = event, report
        rows = Participation.objects.filter(event=event, delegate__in=self._people())
        rows = rows.select_related("delegate__user", "organisation").order_by("pk")
        self.participations = {row.delegate.handle: row for row in rows}
        for part in self.participations.values():
            part.event = event  # saves one query per row
        self.affiliations_by_key = current_affiliations(rows)
        self.matcher = DuplicateMatcher(self.participations.values())
        given = [entry.values.get("handle", "") for entry in entries]
        merged = HandleRedirect.objects.filter(
            handle__in=given, delegate__in=[row.delegate_id for row in rows]
        )
        self.merged_handles = dict(merged.values_list("handle", "delegate__handle"))
        self.rows: dict[str, _PersonRow] = {}  # by the answer that selects the row
        self.by_handle: dict[str, _PersonRow] = {}
        self.named: set[str] = set()  # handles
        self.new_people: dict[str, NewRecord] = {}  # by handle
        self.new_rows: list[models.Model] = []  # of people who are stored
        self.added: dict[str, Delegate] = {}  # by handle
        self.changed: dict[str, Delegate] = {}

    def _people(self) -> "models.QuerySet[Delegate]":
        """Whom this file may be about. All others look absent; commands see everyone."""
        people = visible_people(self.report.by) if self.report.by else Delegate.objects.all()
        return people.filter(erased_at=None)

    def stored_organisation(self, entry: FileEntry) -> Organisation | None:
        """That of a person whom the file names by handle, and who is at the roundtable."""
        handle = entry.values.get("handle", "")
        found = self.participations.get(self.merged_handles.get(handle, handle))
        return found.organisation if found else None

    def add_entry(self, entry: FileEntry, organisation: Organisation) -> None:
        """Adds a question if it may be someone who is already stored."""
        handle = entry.values.pop("handle", "")
        handle = self.merged_handles.get(handle, handle)
        if not handle:
            handle = self._resolve_person(entry, organisation)
            if first := self.rows.get(handle) or self.by_handle.get(handle):
                first.repeats.append((entry, organisation))
                return
        row = _PersonRow(entry, organisation, handle)
        self.rows[f"{ROW_PREFIX}{entry.location}"] = row
        if handle:
            self.by_handle.setdefault(handle, row)

    def _import_row(self, row: _PersonRow) -> None:
        entry, handle = row.entry, row.handle
        participation = self._participation_of(handle)
        if participation is None:
            sentence = _("There is no such person here. Leave the cell empty for a new person.")
            self.report.add_mistake(f"{entry.location}.handle", sentence)
            return
        if handle and handle in self.named:
            sentence = _("This person is already in an earlier row. Remove one of the two rows.")
            self.report.add_mistake(entry.location, sentence)
            return
        self.named.add(participation.delegate.handle)
        mistakes_before = len(self.report.mistakes)
        for entry_of_same, _organisation in row.repeats:
            self.report.first_entries[entry_of_same.location] = entry.location
        self._merge_repeats(row, participation)
        self._store(entry, participation, row.organisation)
        if row.repeats and len(self.report.mistakes) == mistakes_before:
            self._add_other_affiliations(row, participation)

    def save(self) -> None:
        for row in self.rows.values():
            self._import_row(row)
        if self.report.mistakes:
            return
        new = list(self.new_people.values())
        if not self.report.is_preview:
            insert_records(new)
        self.report.new_records += new
        for kind in (Participation, Affiliation):
            rows = [row for row in self.new_rows if type(row) is kind]
            manager: Any = kind._default_manager
            manager.bulk_create(rows, batch_size=500)
        if not self.report.is_preview:
            changed = Participation.objects.filter(delegate__in=self.changed.values())
            void_changed_confirmations(changed)
            self._confirm_and_log()
        if unmentioned := len(self.participations.keys() - self.named):
            text = ngettext("%d delegate", "%d delegates", unmentioned)
            self.report.kept.append(text % unmentioned)

    def _confirm_and_log(self) -> None:
        by, at = self.report.by, self.report.at
        if by is None or at is None:
            return
        for act, people in (("add delegate", self.added), ("change delegate", self.changed)):
            log_people(list(people.values()), self.event, action=act, by=by.user, at=at)

    def _resolve_person(self, entry: FileEntry, organisation: Organisation) -> str:
        """The answer that identifies the person; empty for a new one."""
        found = self.matcher.find(entry, organisation)
        answer = self.report.answers.get(entry.location, "")
        if not answer and found:
            answer = self._answer_for_all(found)
        if found and answer not in {NEW_PERSON, *(word for word, _who in found)}:
            title = f"{entry.values['name']}, {organisation}"
            self.report.questions.append(DuplicateQuestion(entry.location, title, tuple(found)))
        handle = answer if answer in dict(found) else ""
        self.matcher.add(entry, organisation, handle or f"{ROW_PREFIX}{entry.location}")
        return handle

    def _answer_for_all(self, found: list[tuple[str, str]]) -> str:
        answer = self.report.answers.get(ALL_ROWS, "")
        if answer == SAME_PERSON:
            return found[0][0] if len(found) == 1 else ""
        return answer

    def _participation_of(self, handle: str) -> Participation | None:
        """A stored or new participation; None if the user can see no such person."""
        if not handle:
            delegate = Delegate(is_demonstration=self.event.is_demonstration)
            return Participation(event=self.event, delegate=delegate)
        if handle in self.participations:
            return self.participations[handle]
        rows = self._people().filter(handle=handle).select_related("user")
        if not self.report.is_preview:
            # Who joins at this moment has not read what the file says.
            rows = rows.select_for_update(of=("self",), no_key=True)
        permissions = self.report.by
        if permissions and not permissions.is_operator:
            parts = Participation.objects.filter(event__in=permissions.editable)
            rows = rows.filter(pk__in=parts.values("delegate"))
        person = rows.first()
        return Participation(event=self.event, delegate=person) if person else None

    @cached_property
    def letters(self) -> dict[tuple[int, date], Letter]:
        """By organisation and date."""
        rows = Letter.objects.filter(event=self.event)
        return {(row.organisation_id, row.dated_on): row for row in rows}

    def _store(
        self, entry: FileEntry, participation: Participation, organisation: Organisation
    ) -> None:
        given, report, person = entry.values, self.report, participation.delegate
        rows: list[tuple[models.Model, dict[str, Any]]] = [
            (person, {name: given[name] for name in DELEGATE_FIELDS if name in given}),
            (participation, {"organisation": organisation}),
        ]
        if "capacity" in given:
            rows[1][1]["capacity"] = given["capacity"]
        if given.get("nomination") and not (participation.nomination or participation.confirmed_at):
            rows[1][1]["nomination"] = given["nomination"]
            if day := given.get("letter_dated_on"):
                rows[1][1]["letter"] = self.letters.get((organisation.pk, day))
                if rows[1][1]["letter"] is None:
                    sentence = _("No letter of this organisation and date is on record. Enter it.")
                    report.add_mistake(f"{entry.location}.letter_dated_on", sentence)
                    return
        if given.get("post"):
            affiliation = self._affiliation_for(participation, organisation)
            rows.append((affiliation, {"post": given["post"]}))
        is_new = participation._state.adding
        row_changes = [_RowChange(row, values) for row, values in rows]
        changed_keys = {name for change in row_changes for name, _was, _is in change.texts}
        if self._reject_forbidden_changes(participation, changed_keys, entry):
            return
        if has_joined(person):
            self._keep_own_fields(entry, row_changes[0])
        mistakes_before = len(report.mistakes)
        confirmed_hash = participation.content_hash if participation.confirmed_at else ""
        for change in row_changes:
            if change.texts or change.row._state.adding:
                self._validate(change.row, change.values, entry.location)
        if len(report.mistakes) > mistakes_before:
            return
        is_other = bool(confirmed_hash) and participation.content_hash != confirmed_hash
        if is_other and participation.confirmations.exists():
            sentence = _("After this change, the participation must be confirmed again.")
            report.notes.append(Mistake(entry.location, sentence))
        if changed_keys & set(PERSON_FIELDS):
            self._leave_to_others(person)
        to_add = []
        for change in row_changes:
            row = change.row
            new_values = {name: getattr(row, name) for name, _was, _is in change.texts}
            if must_accept(person):
                new_values = self._propose(row, new_values, entry)
                if isinstance(row, Affiliation) or row._state.adding:
                    continue
            if row._state.adding:
                if isinstance(row, Participation):
                    self._enter(row)
                to_add.append(row)
            elif new_values and not report.is_preview:
                self._write(row, new_values, entry)
        if person._state.adding:
            _person, *parts = to_add
            self.new_people[person.handle] = NewRecord(entry.location, person, parts)
        else:
            self.new_rows += to_add
        changes = tuple(text for change in row_changes for text in change.texts)
        if is_new or changes:
            is_added = is_new and not must_accept(person)
            (self.added if is_added else self.changed)[person.handle] = person
        result = (
            RowResult.ADDED if is_new else RowResult.CHANGED if changes else RowResult.UNCHANGED
        )
        report.add_row(entry.location, result, given.get("name", person.name), changes)

    def _keep_own_fields(self, entry: FileEntry, change: "_RowChange") -> None:
        """Leaves out what only a person who has joined changes, with a note for each."""
        for name, _was, given in change.texts:
            if name in OWNER_FIELDS:
                words = _(
                    "“%s” is not imported. This person has joined the portal, so only they can "
                    "change this."
                )
                note = Mistake(f"{entry.location}.{name}", words % excerpt(given))
                self.report.notes.append(note)
        change.texts = [text for text in change.texts if text[0] not in OWNER_FIELDS]
        for name in OWNER_FIELDS & change.values.keys():
            del change.values[name]

    def _leave_to_others(self, person: Delegate) -> None:
        if self.report.by and not person._state.adding and not self.report.is_preview:
            split_shared_person(person, self.report.by)

    def _enter(self, row: Participation) -> None:
        row.enter(self.report.by.user if self.report.by else None)

    def _write(self, row: models.Model, values: dict[str, Any], entry: FileEntry) -> None:
        if not isinstance(row, Delegate):
            fields = list(values)
            if isinstance(row, Participation) and "organisation" in values:
                self._enter(row)
                fields += ["entered_by", "is_protected_from_desk"]
            row.save(update_fields=fields)
            return
        row.lock()
        if has_joined(row):  # perhaps just now
            values = {name: value for name, value in values.items() if name not in OWNER_FIELDS}
        try:
            row.write(**values)
        except ValidationError as problem:  # erased just now
            self.report.add_validation_errors(entry.location, problem, values)

    def _propose(
        self, row: models.Model, values: dict[str, Any], entry: FileEntry
    ) -> dict[str, Any]:
        """Proposes what the person must accept, and returns the other values."""
        by, at = self.report.by.user if self.report.by else None, self.report.at
        assert at is not None
        is_preview = self.report.is_preview
        proposed: set[str] = set()
        if isinstance(row, Affiliation) and (values or row._state.adding):
            if not is_preview:
                propose_workplace(
                    row.delegate,
                    affiliation=None if row._state.adding else row,
                    organisation=row.organisation,
                    post=row.post,
                    since=row.since,
                    until=row.until,
                    by=by,
                    at=at,
                )
            proposed = {"post"}
        elif isinstance(row, Participation) and (values or row._state.adding):
            if not is_preview:
                propose_participation(
                    row.delegate,
                    event=row.event,
                    organisation=row.organisation,
                    capacity=row.capacity,
                    letter=row.letter,
                    nomination=row.nomination,
                    by=by,
                    at=at,
                )
            proposed = {"organisation"} if row._state.adding else set(values)
        elif isinstance(row, Delegate) and "name_latin" in values:
            if not is_preview:
                propose_name_latin(row, values["name_latin"], by=by, at=at)
            proposed = {"name_latin"}
        for name in proposed:
            sentence = _("This person has an account. It counts once the person accepts it.")
            self.report.notes.append(Mistake(f"{entry.location}.{name}", sentence))
        return {name: value for name, value in values.items() if name not in proposed}

    def _merge_repeats(self, row: _PersonRow, participation: Participation) -> None:
        """Fills empty values from later rows; adds a note for each value that contradicts."""
        given = row.entry.values
        for entry, organisation in row.repeats:
            values = entry.values
            if self._reject_forbidden_changes(participation, (), entry):
                continue
            for name in SINGLE_VALUE_FIELDS:
                if not given.get(name):
                    given |= {name: values[name]} if values.get(name) else {}
                elif normalise_name(values.get(name) or given[name]) != normalise_name(given[name]):
                    words = _(
                        "“%(left)s” is not imported. The same person has “%(kept)s” in an earlier "
                        "row."
                    )
                    details = {"left": excerpt(values[name]), "kept": excerpt(given[name])}
                    self.report.notes.append(Mistake(f"{entry.location}.{name}", words % details))
            if organisation == row.organisation and not given.get("post"):
                given |= {"post": values["post"]} if values.get("post") else {}

    def _add_other_affiliations(self, row: _PersonRow, participation: Participation) -> None:
        own = row.entry.values.get("post", "")
        is_stored = not participation.delegate._state.adding
        affiliations = list(participation.delegate.affiliations.all()) if is_stored else []
        known_work = {
            (affiliation.organisation_id, normalise_name(affiliation.post))
            for affiliation in affiliations
            if not affiliation.until
        }
        known_work.add((row.organisation.pk, normalise_name(own)))
        is_written = bool(own or affiliations)
        for entry, organisation in row.repeats:
            post, name = entry.values.get("post", ""), entry.values["name"]
            is_known = (organisation.pk, normalise_name(post)) in known_work
            if is_known or (not post and organisation.pk in dict(known_work)):
                self.report.add_row(entry.location, RowResult.UNCHANGED, name)
                continue
            if self._reject_forbidden_changes(participation, {"post"}, entry):
                continue
            self._leave_to_others(participation.delegate)
            new: list[models.Model] = []
            if not is_written:
                # Without it, the only stored affiliation would be another organisation, and the
                # person would no longer speak for the first one.
                new.append(self._affiliation_for(participation, row.organisation))
                is_written = True
            affiliation = Affiliation(delegate=participation.delegate)
            self._validate(
                affiliation, {"organisation": organisation, "post": post}, entry.location
            )
            known_work.add((organisation.pk, normalise_name(post)))
            new.append(affiliation)
            if must_accept(participation.delegate):
                for work in new:
                    self._propose(work, {}, entry)
            elif person := self.new_people.get(participation.delegate.handle):
                person.parts.extend(new)
            else:
                self.new_rows += new
            if participation.delegate.handle not in self.added:
                self.changed[participation.delegate.handle] = participation.delegate
            change = ("post", "", ", ".join(filter(None, [post, str(organisation)])))
            self.report.add_row(entry.location, RowResult.ADDED, name, (change,))

    def _reject_forbidden_changes(
        self, participation: Participation, changed: Collection[str], entry: FileEntry
    ) -> bool:
        refusals = person_refusals(participation, changed, entry.values, self.report.by)
        return self.report.reject(entry.location, refusals)

    def _validate(self, row: models.Model, values: dict[str, Any], location: str) -> None:
        for name, value in values.items():
            setattr(row, name, value)
        self.report.validate(row, location, values)

    def _affiliation_for(
        self, participation: Participation, organisation: Organisation
    ) -> Affiliation:
        found = self.affiliations_by_key.get((participation.delegate.handle, organisation.pk))
        return found or Affiliation(delegate=participation.delegate, organisation=organisation)


class _RowChange:
    """The values that the file has for a row, and those that differ, as texts."""

    def __init__(self, row: models.Model, values: dict[str, Any]) -> None:
        self.row, self.values = row, values
        is_new = row._state.adding
        # Key, old and new text; of a new row, of every value.
        self.texts = [
            (name, "" if is_new else to_file_text(getattr(row, name)), to_file_text(value))
            for name, value in values.items()
            if (value if is_new else differs(row, name, value))
        ]


def current_affiliations(
    parts: "models.QuerySet[Participation]",
) -> dict[tuple[str, int], Affiliation]:
    """Affiliations without an end date, by handle and organisation."""
    rows = Affiliation.objects.filter(delegate__in=parts.values("delegate"), until=None)
    rows = rows.select_related("delegate", "organisation").order_by("-pk")
    return {(row.delegate.handle, row.organisation_id): row for row in rows}
