"""Checks across the tables of a file: references exist, and numbers fit together."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from outcomes.imports.records.commitments import PARTY_ROLES
from outcomes.imports.records.errors import Mistake, excerpt, suggest_similar
from outcomes.imports.records.permissions import OrganisationFinder
from outcomes.imports.records.statement import numbered_outcomes
from outcomes.imports.records.validation import FileEntry
from outcomes.models import Outcome, Statement, Theme
from participants.models import Group, Organisation
from participants.permissions import EventPermissions
from roundtable.models import Event

_IN_THEMES = (
    gettext_lazy("Add it under [[themes]]."),
    gettext_lazy("Add it to the sheet “Themes”."),
)
_IN_PARTIES = (
    gettext_lazy("Add it under [[organisations]] or [[groups]]."),
    gettext_lazy("Add it to the sheet “Organisations” or “Groups”."),
)
_IN_STATEMENT = (gettext_lazy("Write a number from the statement."),) * 2
_SLUG = re.compile("[a-z0-9-]+")
# None if they are not all known, so that an unknown name may be right.
Names = set[str] | None


@dataclass
class StoredRows:
    """What the rows of a file may name although the file does not contain it."""

    parties: dict[str, Group | Organisation] = field(default_factory=dict)
    themes: dict[str, Theme] = field(default_factory=dict)
    outcomes: dict[str, Outcome] = field(default_factory=dict)  # by number


def find_stored_rows(
    file: FileEntry, event: Event | None, permissions: EventPermissions | None
) -> StoredRows:
    """`event` is None if it is new, or if the user may not edit it."""
    points = [
        point
        for statement in file.all("statement")
        for lead_in in statement.all("lead_ins")
        for point in lead_in.all("points")
    ]
    parties = _named_slugs(points, "addressees")
    parties |= _named_slugs(file.all("commitments"), *PARTY_ROLES)
    given = file.one("event")
    is_demonstration = event.is_demonstration if event else False
    if given:
        is_demonstration = given.values.get("is_demonstration", is_demonstration)
    finder = OrganisationFinder(parties, permissions)
    organisations = {slug: found for slug in parties if (found := finder.stored(slug))}
    statement = Statement.objects.filter(event=event).first() if event else None
    return StoredRows(
        parties={row.slug: row for row in Group.objects.filter(slug__in=parties)}
        | {
            slug: row
            for slug, row in organisations.items()
            if row.is_demonstration == is_demonstration
        },
        themes={
            row.slug: row for row in Theme.objects.filter(slug__in=_named_slugs(points, "themes"))
        },
        outcomes=numbered_outcomes(statement) if statement else {},
    )


def _named_slugs(entries: Iterable[FileEntry], *keys: str) -> set[str]:
    words = {word for entry in entries for key in keys for word in entry.lists.get(key, [])}
    return {word for word in words if _SLUG.fullmatch(word)}


def check_references(
    file: FileEntry, stored: StoredRows, *, are_names_known: bool = True
) -> Iterator[Mistake]:
    """A name that belongs to a row with a mistake counts as known."""
    groups = _values_of(file.all("groups"), "slug")
    organisations = _values_of(file.all("organisations"), "slug")
    parties: Names = organisations | groups | stored.parties.keys()
    if not (are_names_known and _are_readable([*file.all("groups"), *file.all("organisations")])):
        parties = None
    for entry in file.all("groups"):
        if entry.values.get("slug") in organisations:
            sentence = _("An organisation already has this short name. Choose another one.")
            yield entry.reject("slug", sentence)
    statement = file.one("statement")
    points = [
        row
        for part in file.all("statement")
        for lead_in in part.all("lead_ins")
        for row in [lead_in, *lead_in.all("points")]
    ]
    numbers: Names = stored.outcomes.keys() | _values_of(points, "number")
    if not (are_names_known and _are_readable(points, "number")):
        numbers = None
    if statement:
        if are_names_known:
            yield from _check_statement(statement, stored)
        themes: Names = _values_of(file.all("themes"), "slug") | stored.themes.keys()
        if not (are_names_known and _are_readable(file.all("themes"))):
            themes = None
        for lead_in in statement.all("lead_ins"):
            yield from _check_points(lead_in, parties, themes)
    yield from _check_dates(file)
    for entry in file.all("commitments"):
        yield from _check_commitment(entry, file, parties, numbers)


def _check_dates(file: FileEntry) -> Iterator[Mistake]:
    event = file.one("event")
    first, last = (event.values.get(k) if event else None for k in ("starts_on", "ends_on"))
    if event and first and last and last < first:
        yield event.reject(
            "ends_on", _("The last day is before the first day. Correct one of them.")
        )


def _check_statement(statement: FileEntry, stored: StoredRows) -> Iterator[Mistake]:
    has_points = any(lead_in.all("points") for lead_in in statement.all("lead_ins"))
    has_points = has_points or any(row.parent_id for row in stored.outcomes.values())
    if statement.values.get("state") == Statement.State.PUBLISHED and not has_points:
        yield statement.reject(
            "state",
            _("The statement has no point yet. Add a point, or write another state until then."),
        )


def _check_points(lead_in: FileEntry, parties: Names, themes: Names) -> Iterator[Mistake]:
    parent_number = lead_in.values.get("number")
    if parent_number and "." in parent_number:
        yield lead_in.reject("number", _("Write a number without a letter, such as 1."))
    for point in lead_in.all("points"):
        number = point.values.get("number")
        is_above_known = parent_number and "." not in parent_number
        if is_above_known and number and not number.startswith(f"{parent_number}."):
            sentence = _("This point belongs to %(above)s. Write a number such as %(above)s.a.")
            yield point.reject("number", sentence % {"above": parent_number})
        if point.values.get("kind") == Outcome.Kind.LEAD_IN:
            sentence = _("A point cannot be a lead-in. Write its kind, such as recommendation.")
            yield point.reject("kind", sentence)
        yield from _check_known(point, "themes", themes, _IN_THEMES)
        yield from _check_known(point, "addressees", parties, _IN_PARTIES)


def _check_commitment(
    entry: FileEntry, file: FileEntry, parties: Names, numbers: Names
) -> Iterator[Mistake]:
    event = file.one("event")
    code = event.values.get("code") if event else None
    reference = entry.values.get("reference")
    if code and reference and not reference.startswith(f"{code}-C"):
        yield entry.reject("reference", _("Begin with the roundtable's code: %s-C…") % code)
    yield from _check_known(entry, "leads", parties, _IN_PARTIES)
    yield from _check_known(entry, "partners", parties, _IN_PARTIES)
    yield from _check_known(entry, "outcomes", numbers, _IN_STATEMENT)
    for word in set(entry.lists.get("leads", [])) & set(entry.lists.get("partners", [])):
        entry.invalid["partners"] = word
        yield Mistake(
            f"{entry.location}.partners",
            _("“%s” is already a lead. Remove it from one of the two lists.") % excerpt(word),
        )


def _check_known(
    entry: FileEntry, key: str, known: Names, advice: tuple[str | Promise, ...]
) -> Iterator[Mistake]:
    """`advice` is for a TOML file and for a workbook."""
    if known is None:
        return
    for word in entry.lists.get(key, []):
        if word not in known:
            entry.invalid[key] = word
            similar = suggest_similar(word, sorted(known))
            in_file, on_sheet = (
                _("We do not know “%(word)s” here. %(advice)s")
                % {"word": excerpt(word), "advice": similar or text}
                for text in advice
            )
            yield Mistake(f"{entry.location}.{key}", in_file, on_sheet)


def _values_of(entries: Iterable[FileEntry], key: str) -> set[str]:
    return {entry.word(key) for entry in entries} - {""}


def _are_readable(entries: Iterable[FileEntry], key: str = "slug") -> bool:
    return all(entry.word(key) for entry in entries)
