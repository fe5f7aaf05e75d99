"""From the rows of sheets to the tables of a roundtable file, and where each row stands."""

from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from outcomes.imports.records.errors import Mistake, shown
from outcomes.imports.records.format import TABLES
from outcomes.imports.records.snapshot import Content
from outcomes.imports.records.validation import places_of
from outcomes.imports.workbook.sheets import ROLE_SHEET, SENTENCE_SHEET, Sheet, label_of
from outcomes.models import Outcome


@dataclass
class Read:
    """The content of a workbook, its mistakes so far, and where each of its rows stands."""

    content: Content = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)
    places: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)  # what to look at, though nothing is wrong

    def located(self, mistakes: list[Mistake]) -> list[Mistake]:
        """The same mistakes, each with its sheet, row and column instead of table and key."""
        return [
            Mistake(self.cell_of(mistake.where), mistake.on_sheet or mistake.sentence)
            for mistake in mistakes
        ]

    def cell_of(self, where: str) -> str:
        """The sheet, row and column of what messages about a file call so."""
        prefix, key = where, ""
        while prefix and prefix not in self.places:
            prefix, _dot, last = prefix.rpartition(".")
            key = last
        if not prefix:
            return where
        return ", ".join(filter(None, [self.places[prefix], label_of(key)]))


@dataclass
class Row:
    """One row of a sheet, each value by its key."""

    values: Content
    number: int  # in its sheet; 0 where it stands as it is stored, and not in the file

    def place_in(self, sheet: Sheet) -> str:
        """Where it stands, for people."""
        return f"{sheet.title}, row {self.number}" if self.number else sheet.title


def arrange(sheet: Sheet, rows: dict[str, list[Row]], found: Read) -> None:
    """Puts the rows of one sheet where a roundtable file has them."""
    own = rows[sheet.title]
    if sheet is ROLE_SHEET:
        _arrange_roles(own, found)
    elif sheet is SENTENCE_SHEET:
        _arrange_sentences(own, found)
    elif sheet.is_upright:
        found.places[sheet.place] = sheet.title
        if own[0].values:
            found.content[sheet.place] = own[0].values
    elif own:
        found.content[sheet.place] = [row.values for row in own]
        _note(sheet.place, sheet, own, found)


def _note(place: str, sheet: Sheet, rows: list[Row], found: Read) -> list[str]:
    names = places_of(place, sheet.table, [row.values for row in rows])
    for name, row in zip(names, rows, strict=True):
        found.places[name] = row.place_in(sheet)
    return names


def _arrange_roles(rows: list[Row], found: Read) -> None:
    owners = found.content.get("organisations", [])
    names = places_of("organisations", TABLES["organisations"], owners)
    theirs: dict[str, list[Row]] = {str(owner.get("slug", "")): [] for owner in owners}
    for row in rows:
        slug = str(row.values.pop(ROLE_SHEET.owner, ""))
        if slug in theirs and slug:
            theirs[slug].append(row)
            continue
        words = _("“%s” is not on the sheet “Organisations”. Add it there.") % shown(slug)
        found.mistakes.append(
            Mistake(
                f"{row.place_in(ROLE_SHEET)}, {label_of(ROLE_SHEET.owner)}",
                words if slug else _("This cell is empty. Fill it in."),
            )
        )
    for owner, name in zip(owners, names, strict=True):
        if own := theirs.pop(str(owner.get("slug", "")), []):
            owner["roles"] = [row.values for row in own]
            _note(f"{name}.roles", ROLE_SHEET, own, found)


def _arrange_sentences(rows: list[Row], found: Read) -> None:
    groups: list[tuple[Row, list[Row]]] = []
    for row in rows:
        if row.values.get("kind") == Outcome.Kind.LEAD_IN:
            groups.append((row, []))
        elif groups:
            groups[-1][1].append(row)
        else:
            found.mistakes.append(
                Mistake(
                    row.place_in(SENTENCE_SHEET),
                    _("It stands under nothing. Write the lead-in above it, of the kind lead-in."),
                )
            )
    if not groups:
        return
    for lead_in, _points in groups:
        del lead_in.values["kind"]
    names = _note(SENTENCE_SHEET.place, SENTENCE_SHEET, [row for row, _points in groups], found)
    for name, (lead_in, points) in zip(names, groups, strict=True):
        if points:
            lead_in.values["points"] = [row.values for row in points]
            _note(f"{name}.points", SENTENCE_SHEET, points, found)
    statement = found.content.setdefault("statement", {})
    statement["lead_ins"] = [lead_in.values for lead_in, _points in groups]
