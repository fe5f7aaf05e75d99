"""Stores the entries of a file: all changes or none."""

from collections.abc import Callable, Container, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from django.db import models
from django.utils.translation import gettext as _

from outcomes.imports.records.commitments import apply_commitments
from outcomes.imports.records.errors import UNREADABLE, FileRejectedError, Mistake, excerpt
from outcomes.imports.records.format import BIG_TABLES
from outcomes.imports.records.parsing import parse_toml
from outcomes.imports.records.people import apply_delegates
from outcomes.imports.records.permissions import OrganisationFinder, is_unrestricted, may_import
from outcomes.imports.records.references import StoredRows, check_references, find_stored_rows
from outcomes.imports.records.reports import apply_updates
from outcomes.imports.records.results import ImportReport, changed_values, normalise_text
from outcomes.imports.records.statement import apply_statement
from outcomes.imports.records.validation import FileEntry, missing_table, validate_content
from outcomes.models import Document, Theme
from outcomes.statements.emails import tell_participants_of_public_event
from participants.models import EventRole, Group, Organisation, Participation, RecordedCount
from participants.models.organisation import distinct_slug
from participants.organisations.emails import tell_of_mailbox_change
from participants.participation.confirmation import void_changed_confirmations
from participants.permissions import EVENT_PATHS, EventPermissions
from roundtable.audit import log as audit
from roundtable.history.versions import one_version
from roundtable.models import Event, Series

AnyModel = TypeVar("AnyModel", bound=models.Model)

# The lookups from a shared row to the roundtables that use it.
EVENT_LOOKUPS: dict[type[models.Model], tuple[str, ...]] = {
    Series: ("events",),
    Theme: ("outcomes__statement__event",),
    Group: ("addressed_by__outcome__statement__event", "commitment_parties__commitment__event"),
    Organisation: EVENT_PATHS,
}


def store_shared(
    row: AnyModel, entry: FileEntry, event: Event | None, report: ImportReport
) -> AnyModel:
    """Refuses changes that affect another roundtable."""
    if row.pk is not None:
        changed = changed_values(row, entry.values)
        if report.reject_forbidden_changes(row, entry.location, changed):
            return row
        if changed and _is_used_elsewhere(row, event):
            for name in changed:
                report.add_mistake(
                    f"{entry.location}.{name}",
                    _(
                        "Another roundtable also uses this, with a different value. Restore the "
                        "earlier value, or first change it for both at the co-chairs' desk."
                    ),
                )
            return row
    return report.store_entry(row, entry)


def check_slug(
    entry: FileEntry,
    other: type[Group] | type[Organisation],
    taken: Container[str],
    report: ImportReport,
) -> bool:
    """Adds a mistake if a row of the other model has this slug: it is among those `taken`."""
    # Only operators can add groups; others get that message, because this one would reveal
    # organisations that they cannot see.
    is_refused = other is Organisation and not is_unrestricted(report.by)
    if is_refused or entry.values["slug"] not in taken:
        return True
    report.add_mistake(
        f"{entry.location}.slug",
        _("A group already has this short name. Choose another one.")
        if other is Group
        else _("An organisation already has this short name. Choose another one."),
    )
    return False


def _is_used_elsewhere(row: models.Model, event: Event | None) -> bool:
    others = Event.objects.exclude(pk=event.pk) if event else Event.objects.all()
    rows = type(row)._default_manager.filter(pk=row.pk)
    return any(rows.filter(**{f"{path}__in": others}).exists() for path in EVENT_LOOKUPS[type(row)])


def load_file(path: Path, *, at: datetime) -> ImportReport:
    """Stores the roundtable of a TOML file; `at` is when a new statement counts as published.

    Raises FileRejectedError with every mistake, and then changes nothing.
    """
    return load_content(parse_toml(path), at=at)


def load_content(
    content: dict[str, Any],
    *,
    at: datetime,
    by: EventPermissions | None = None,
    answers: Mapping[str, str] | None = None,
    on_progress: Callable[[int], None] | None = None,
    is_preview: bool = False,
    is_rejected: bool = False,
    are_names_known: bool = True,
    skipped: Container[str] = (),
) -> ImportReport:
    """Stores the roundtable of a parsed file.

    `by` is None for a command. `answers` are the answers to duplicate questions, by location;
    `on_progress` receives the number of rows done. A preview locks only the rows that it changes:
    the caller rolls it back. `is_rejected` is true if the file already has mistakes: the others are
    found in the same round. Entries at the locations `skipped` are left out. Raises
    FileRejectedError with every mistake, and then changes nothing.
    """
    file, mistakes = validate_content(content, skipped)
    with one_version():
        event = _stored_event(file, by, is_preview=is_preview)
        is_known = all("slug" in entry.values for entry in file.all("event"))
        is_readable = is_known and content.get("event") is not UNREADABLE
        if event is None and "series" not in content and is_readable:
            mistakes.append(missing_table("series"))
        stored_rows = find_stored_rows(file, event, by)
        mistakes += check_references(file, stored_rows, are_names_known=are_names_known)
        if not (file.all("event") and is_known) or not are_names_known:
            raise FileRejectedError(_in_file_order(mistakes, content, file))
        report = ImportReport(
            entries={
                entry.location: entry.word("party")
                for table in BIG_TABLES
                for entry in file.all(table)
            },
            is_part=skipped != (),
            mistakes=mistakes,
            by=by,
            at=at,
            answers=answers or {},
            on_progress=on_progress,
            is_preview=is_preview,
        )
        _apply(file, stored_rows, report, at)
        if by is None:  # a command cannot answer questions
            for question in report.questions:
                report.add_mistake(question.location, question.command_message)
        if report.mistakes or is_rejected:
            raise FileRejectedError(_in_file_order(report.mistakes, content, file))
        if by is None and (report.added or report.changed or report.removed):
            audit.record(action="load file", at=at, detail=file.all("event")[0].values["code"])
    return report


def _in_file_order(
    mistakes: Iterable[Mistake], content: Iterable[str], file: FileEntry
) -> list[Mistake]:
    """`content` has the tables in the order of the file."""
    places: dict[str, int] = {}
    waiting = [entry for name in reversed([*content]) for entry in reversed(file.all(name))]
    while waiting:
        entry = waiting.pop()
        places[entry.location] = len(places)
        waiting += [one for rows in entry.tables.values() for one in reversed(rows)]

    def place(mistake: Mistake) -> int:
        location = str(mistake.where)
        while location and location not in places:
            location = location.rpartition(".")[0]
        return places.get(location, -1)

    return sorted(mistakes, key=place)


def _stored_event(
    file: FileEntry, by: EventPermissions | None, *, is_preview: bool
) -> Event | None:
    """The stored roundtable of the file, if the user may edit it.

    Imports of one roundtable run one at a time: the second sees what the first added, and creates
    no duplicates. Others can still add rows that refer to the roundtable.
    """
    slugs = [entry.values["slug"] for entry in file.all("event") if "slug" in entry.values]
    rows = Event.objects.all() if is_preview else Event.objects.select_for_update(no_key=True)
    event = rows.filter(slug__in=slugs).first()
    return event if may_import(event, by) else None


def _apply(file: FileEntry, stored: StoredRows, report: ImportReport, at: datetime) -> None:
    slug = file.all("event")[0].values["slug"]
    was_public = Event.objects.filter(slug=slug, is_public=True).exists()
    event = _apply_event(file, report)
    if event.pk is None:
        return
    themes = stored.themes | _apply_named(Theme, file.all("themes"), event, report)
    groups = _apply_named(Group, file.all("groups"), event, report)
    organisations = _apply_organisations(file, event, report, at)
    _apply_counts_and_documents(file, event, report)
    parties = stored.parties | groups | organisations
    outcomes = stored.outcomes | apply_statement(
        file.one("statement"), event, parties=parties, themes=themes, report=report, at=at
    )
    # Without the right code, no reference can be right.
    is_code_right = "code" not in file.all("event")[0].invalid
    uncertain = apply_commitments(
        file.all("commitments") if is_code_right else [],
        event,
        parties=parties,
        outcomes=outcomes,
        report=report,
    )
    are_readable = all(
        entry.word("slug") and entry.invalid.get("name") is not UNREADABLE
        for entry in file.all("organisations")
    )
    apply_delegates(
        file.all("delegates"),
        event,
        organisations=organisations,
        report=report,
        are_all_known=are_readable,
    )
    updates = file.all("updates") if is_code_right else []
    apply_updates(updates, event, bodies=parties, uncertain=uncertain, report=report, at=at)
    if event.is_public and not was_public:
        tell_participants_of_public_event(event, at=at)


def _apply_named(
    model: type[AnyModel], entries: list[FileEntry], event: Event, report: ImportReport
) -> dict[str, AnyModel]:
    """Themes or groups, by the word in the file."""
    found: dict[str, AnyModel] = {}
    taken = _slugs_of(Organisation, entries)
    for entry in entries:
        if "slug" not in entry.values:
            found[entry.word("slug")] = model()
        elif model is Theme or check_slug(entry, Organisation, taken, report):
            slug = entry.values["slug"]
            row = model._default_manager.filter(slug=slug).first() or model()
            found[slug] = store_shared(row, entry, event, report)
    return found


def _apply_event(file: FileEntry, report: ImportReport) -> Event:
    series, event = file.one("series"), file.all("event")[0]
    stored = Event.objects.filter(slug=event.values["slug"]).first()
    if not may_import(stored, report.by):
        report.add_mistake(
            f"{event.location}.slug",
            _(
                "There is no roundtable with this short name that you can edit. Only "
                "operators create new ones."
            ),
        )
        return Event()
    mistakes_before = len(report.mistakes)
    code = event.values.get("code")
    if stored and code and stored.code != code:
        report.add_mistake(
            f"{event.location}.code",
            _(
                "The roundtable with this short name has the code %s. Other people cite this "
                "code, so write it here."
            )
            % stored.code,
        )
    elif not stored and code and Event.objects.filter(code=code).exists():
        report.add_mistake(
            f"{event.location}.code",
            _("Another roundtable already has this code. Choose another one."),
        )
    is_demonstration = event.values.get("is_demonstration")
    if stored and is_demonstration not in (None, stored.is_demonstration):
        report.add_mistake(
            f"{event.location}.is_demonstration",
            _(
                "A real roundtable cannot become made up, or the reverse. For a new "
                "roundtable, choose another short name."
            ),
        )
    if len(report.mistakes) > mistakes_before:
        event.invalid["code"] = code
        return stored or Event()
    if series is None or "slug" not in series.values:
        if stored:
            return report.store_entry(stored, event)
        # A mistake, which undoes this.
        any_series = Series.objects.first() or Series.objects.create(name="–", slug="-")
        return report.store_entry(Event(), event, series=any_series)
    slug = series.values["slug"]
    if stored and not is_unrestricted(report.by) and slug != stored.series.slug:
        sentence = _("Only operators can choose the series. Write %s.") % stored.series.slug
        report.add_mistake(f"{series.location}.slug", sentence)
        return stored
    row = store_shared(Series.objects.filter(slug=slug).first() or Series(), series, stored, report)
    return report.store_entry(stored or Event(), event, series=row)


def _apply_organisations(
    file: FileEntry, event: Event, report: ImportReport, at: datetime
) -> dict[str, Organisation]:
    organisations: dict[str, Organisation] = {}
    roles: list[int] = []
    changed: list[Organisation] = []
    entries = file.all("organisations")
    named = [entry.values["slug"] for entry in entries if "slug" in entry.values]
    finder = OrganisationFinder(named, report.by)
    taken = _slugs_of(Group, entries)
    stored_roles = {(row.organisation_id, row.role): row for row in event.roles.all()}
    for entry in entries:
        if "slug" not in entry.values:
            organisations[entry.word("slug")] = Organisation(name=entry.word("name"))
            continue
        slug = entry.values["slug"]
        stored = finder.stored(slug)
        if merged_into := finder.merged_into(slug):
            sentence = _("This organisation was merged into another one. Write %s.")
            report.add_mistake(f"{entry.location}.slug", sentence % merged_into.slug)
            continue
        if stored and stored.is_demonstration != event.is_demonstration:
            report.add_mistake(
                f"{entry.location}.slug",
                _("A made-up organisation already has this short name. Choose another one.")
                if stored.is_demonstration
                else _("A real organisation already has this short name. Choose another one."),
            )
            continue
        if not check_slug(entry, Group, taken, report):
            continue
        if stored is None and entry.values.keys() == {"slug"} and not entry.invalid:
            report.mistakes.append(_unknown_organisation(entry))
            continue
        organisation = stored or Organisation(is_demonstration=event.is_demonstration)
        if stored:
            entry.values["slug"] = stored.slug
        elif not is_unrestricted(report.by):
            entry.values["slug"] = distinct_slug(slug, event.code)
        former_mailbox = organisation.role_mailbox
        changes_before = report.changed
        row = store_shared(organisation, entry, event, report)
        if report.changed > changes_before:
            changed.append(row)
        if stored and row.role_mailbox != former_mailbox:
            tell_of_mailbox_change(
                row, former=former_mailbox, by=report.by.user if report.by else None, at=at
            )
        organisations[slug] = row
        roles += [
            report.store_entry(
                stored_roles.get((row.pk, role.values["role"])) or EventRole(),
                role,
                event=event,
                organisation=row,
            ).pk
            for role in entry.all("roles")
            if "role" in role.values
        ]
    if not report.is_preview:
        # It locks their people, and they could not hide until the end.
        void_changed_confirmations(Participation.objects.filter(organisation__in=changed))
    if any("roles" in entry.tables for entry in entries):
        unnamed = event.roles.exclude(pk__in=[pk for pk in roles if pk])
        report.kept += [_("role “%s”") % row for row in unnamed.select_related("organisation")]
    return organisations


def _unknown_organisation(entry: FileEntry) -> Mistake:
    message = _("This organisation is new. Add its name and its kind.")
    on_sheet = _("“%s” is not on the sheet “Organisations”. Add it there.")
    return Mistake(entry.location, message, on_sheet % excerpt(entry.values["slug"]))


def _slugs_of(model: type[models.Model], entries: Iterable[FileEntry]) -> set[str]:
    """Those of the entries that a stored row has."""
    named = [entry.values["slug"] for entry in entries if "slug" in entry.values]
    return set(model._default_manager.filter(slug__in=named).values_list("slug", flat=True))


def _apply_counts_and_documents(file: FileEntry, event: Event, report: ImportReport) -> None:
    counts = {row.kind: row for row in event.recorded_counts.all()}
    for entry in file.all("counts"):
        if "kind" not in entry.values:
            continue
        row = counts.pop(entry.values["kind"], RecordedCount())
        report.store_entry(row, entry, event=event)
    by_title = {normalise_text(row.title): row for row in event.documents.order_by("-pk")}
    unnamed = {row.pk: row for row in event.documents.order_by("pk")}
    for entry in file.all("documents"):
        if "title" not in entry.values:
            continue
        document = by_title.get(normalise_text(entry.values["title"]), Document())
        report.store_entry(document, entry, event=event)
        unnamed.pop(document.pk, None)
    if file.all("counts"):
        report.kept += [_("number “%s”") % row for row in counts.values()]
    if file.all("documents"):
        report.kept += [_("document “%s”") % excerpt(row, 200) for row in unnamed.values()]
