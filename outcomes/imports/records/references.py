"""What one table says about another: who is named must be there, and numbers must fit."""

from collections.abc import Iterable, Iterator

from django.utils.translation import gettext as _

from outcomes.imports.records.errors import Mistake, nearest, shown
from outcomes.imports.records.validation import Entry
from outcomes.models import Outcome, Statement


def check_references(file: Entry) -> Iterator[Mistake]:
    """The mistakes that show only where tables are read together."""
    groups = _words(file.all("groups"), "slug")
    bodies = _words(file.all("organisations"), "slug")
    for entry in file.all("groups"):
        if entry.values.get("slug") in bodies:
            yield Mistake(
                f"{entry.place}.slug", _("An organisation has this short name. Choose another one.")
            )
    statement = file.one("statement")
    numbers: set[str] = set()
    if statement:
        yield from _check_statement(statement)
        for lead_in in statement.all("lead_ins"):
            numbers |= _words([lead_in, *lead_in.all("points")], "number")
            yield from _check_points(lead_in, bodies | groups, _words(file.all("themes"), "slug"))
    yield from _check_dates(file)
    for entry in file.all("commitments"):
        yield from _check_commitment(entry, file, bodies | groups, numbers)


def _check_dates(file: Entry) -> Iterator[Mistake]:
    event = file.one("event")
    first, last = (event.values.get(k) if event else None for k in ("starts_on", "ends_on"))
    if event and first and last and last < first:
        yield Mistake(f"{event.place}.ends_on", _("The last day is before the first day."))


def _check_statement(statement: Entry) -> Iterator[Mistake]:
    has_points = any(lead_in.all("points") for lead_in in statement.all("lead_ins"))
    if statement.values.get("state") == Statement.State.PUBLISHED and not has_points:
        yield Mistake(
            f"{statement.place}.state",
            _("There is no point yet. Add one, or write another state until there is."),
        )


def _check_points(lead_in: Entry, parties: set[str], themes: set[str]) -> Iterator[Mistake]:
    above = lead_in.values.get("number")
    if above and "." in above:
        yield Mistake(f"{lead_in.place}.number", _("Write a number without a letter, such as 1."))
    for point in lead_in.all("points"):
        number = point.values.get("number")
        if above and "." not in above and number and not number.startswith(f"{above}."):
            yield Mistake(
                f"{point.place}.number",
                _("It stands under %(above)s. Write a number such as %(above)s.a.")
                % {"above": above},
            )
        if point.values.get("kind") == Outcome.Kind.LEAD_IN:
            yield Mistake(
                f"{point.place}.kind",
                _("A point is no lead-in. Write what it is, such as recommendation."),
            )
        yield from _check_named(point, "themes", themes, _("Add it under [[themes]]."))
        yield from _check_named(
            point, "addressees", parties, _("Add it under [[organisations]] or [[groups]].")
        )


def _check_commitment(
    entry: Entry, file: Entry, parties: set[str], numbers: set[str]
) -> Iterator[Mistake]:
    event = file.one("event")
    code, reference = event and event.values.get("code"), entry.values.get("reference")
    if code and reference and not reference.startswith(f"{code}-C"):
        yield Mistake(
            f"{entry.place}.reference", _("Begin with the roundtable's code: %s-C…") % code
        )
    advice = _("Add it under [[organisations]] or [[groups]].")
    yield from _check_named(entry, "leads", parties, advice)
    yield from _check_named(entry, "partners", parties, advice)
    yield from _check_named(entry, "outcomes", numbers, _("Write a number of the statement."))
    for word in set(entry.lists.get("leads", [])) & set(entry.lists.get("partners", [])):
        yield Mistake(
            f"{entry.place}.partners", _("“%s” is a lead already. Remove one.") % shown(word)
        )


def _check_named(entry: Entry, key: str, known: set[str], advice: str) -> Iterator[Mistake]:
    for word in entry.lists.get(key, []):
        if word not in known:
            sentence = _("“%(word)s” is not in this file. %(advice)s") % {
                "word": shown(word),
                "advice": nearest(word, sorted(known)) or advice,
            }
            yield Mistake(f"{entry.place}.{key}", sentence)


def _words(entries: Iterable[Entry], key: str) -> set[str]:
    return {entry.values[key] for entry in entries if key in entry.values}
