"""Puts the rows of sheets into the tables of a roundtable file, and records their locations."""

from dataclasses import dataclass, field, replace

from django.utils.translation import gettext as _

from outcomes.datasets.tables import LEAD_INS
from outcomes.imports.records.errors import UNREADABLE, CellLocation, Mistake
from outcomes.imports.records.format import TABLES
from outcomes.imports.records.snapshot import Content
from outcomes.imports.records.validation import entry_locations
from outcomes.imports.workbook.sheets import OUTCOME_SHEET, ROLE_SHEET, Sheet, column_label
from outcomes.models import Outcome


@dataclass
class ParsedWorkbook:
    """The content of a workbook, its mistakes so far, and the location of each row."""

    content: Content = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)
    locations: dict[str, CellLocation] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)  # hints that are no mistakes
    are_names_known: bool = True  # whether the file has the rows that its other rows name
    sheets: list[str] = field(default_factory=list)  # in the order of the file
    # If its columns were matched: the name of its page, and its heading by our label.
    page: str = ""
    headings: dict[str, str] = field(default_factory=dict)

    def locate_mistakes(self, mistakes: list[Mistake]) -> list[Mistake]:
        return [
            Mistake(
                self.cell_location(str(mistake.where)), mistake.sheet_message or mistake.message
            )
            for mistake in mistakes
        ]

    def in_file_order(self, mistakes: list[Mistake]) -> list[Mistake]:
        """By sheet and row, with the names that the file has for sheets and columns."""

        def place(mistake: Mistake) -> tuple[int, tuple[int, ...]]:
            where = mistake.where
            if isinstance(where, str):
                where = CellLocation(where)
            sheet, rows = where.sheet, where.rows
            return self.sheets.index(sheet) if sheet in self.sheets else -1, rows[:1]

        return [self._as_seen(mistake) for mistake in sorted(mistakes, key=place)]

    def _as_seen(self, mistake: Mistake) -> Mistake:
        where = mistake.where
        if not self.page or not isinstance(where, CellLocation):
            return mistake
        column = self.headings.get(str(where.column), where.column)
        return replace(mistake, where=replace(where, sheet=self.page, column=column))

    def cell_location(self, where: str) -> str | CellLocation:
        """The sheet, row and column for a table and key."""
        prefix, key = where, ""
        while prefix and prefix not in self.locations:
            prefix, _dot, last = prefix.rpartition(".")
            key = last
        if not prefix:
            return where
        return replace(self.locations[prefix], column=column_label(key))


@dataclass
class SheetRow:
    """One row of a sheet, with the values by key."""

    values: Content
    number: int  # in its sheet

    def location_in(self, sheet: Sheet, column: str = "") -> CellLocation:
        return CellLocation(sheet.title, (self.number,), column)


def add_rows(sheet: Sheet, own: list[SheetRow], parsed: ParsedWorkbook) -> None:
    if sheet is ROLE_SHEET:
        _add_roles(own, parsed)
    elif sheet is OUTCOME_SHEET:
        _add_outcomes(own, parsed)
    elif sheet.is_vertical:
        parsed.locations[sheet.table_path] = CellLocation(sheet.title)
        if own:
            parsed.content[sheet.table_path] = own[0].values
    elif own:
        parsed.content[sheet.table_path] = [row.values for row in own]
        _record_locations(sheet.table_path, sheet, own, parsed)


def _record_locations(
    table_path: str, sheet: Sheet, rows: list[SheetRow], parsed: ParsedWorkbook
) -> list[str]:
    names = entry_locations(table_path, sheet.table, [row.values for row in rows])
    for name, row in zip(names, rows, strict=True):
        parsed.locations[name] = row.location_in(sheet)
    return names


def _add_roles(rows: list[SheetRow], parsed: ParsedWorkbook) -> None:
    rows_by_owner: dict[str, list[SheetRow]] = {}
    for row in rows:
        slug = row.values.pop(ROLE_SHEET.owner, "")
        if slug is UNREADABLE:
            continue
        if slug:
            rows_by_owner.setdefault(str(slug), []).append(row)
            continue
        where = row.location_in(ROLE_SHEET, column_label(ROLE_SHEET.owner))
        parsed.mistakes.append(Mistake(where, _("This cell is empty. Fill it in.")))
    if not rows_by_owner:
        return
    owners = parsed.content.setdefault("organisations", [])
    on_sheet = {str(owner.get("slug", "")) for owner in owners}
    owners += [{"slug": slug} for slug in rows_by_owner if slug not in on_sheet]
    names = entry_locations("organisations", TABLES["organisations"], owners)
    for owner, name in zip(owners, names, strict=True):
        if own := rows_by_owner.pop(str(owner.get("slug", "")), []):
            parsed.locations.setdefault(name, own[0].location_in(ROLE_SHEET))
            owner["roles"] = [row.values for row in own]
            _record_locations(f"{name}.roles", ROLE_SHEET, own, parsed)


def _add_outcomes(rows: list[SheetRow], parsed: ParsedWorkbook) -> None:
    groups: list[tuple[SheetRow, list[SheetRow]]] = []
    for row in rows:
        if row.values.get("kind") == Outcome.Kind.LEAD_IN:
            groups.append((row, []))
        elif groups:
            groups[-1][1].append(row)
        elif row.values.get("kind") is UNREADABLE or not parsed.are_names_known:
            parsed.are_names_known = False  # it may be the lead-in of the rows below
        else:
            parsed.mistakes.append(
                Mistake(
                    row.location_in(OUTCOME_SHEET),
                    _("This point has no lead-in. Add a row of the kind lead-in above it."),
                )
            )
    if not groups:
        return
    for lead_in, _points in groups:
        # The columns of points are on the same sheet: a lead-in leaves them empty.
        lead_in.values = {
            key: value for key, value in lead_in.values.items() if value or key in LEAD_INS.keys
        }
        del lead_in.values["kind"]
    names = _record_locations(
        OUTCOME_SHEET.table_path, OUTCOME_SHEET, [row for row, _points in groups], parsed
    )
    for name, (lead_in, points) in zip(names, groups, strict=True):
        if points:
            lead_in.values["points"] = [row.values for row in points]
            _record_locations(f"{name}.points", OUTCOME_SHEET, points, parsed)
    statement = parsed.content.setdefault("statement", {})
    statement["lead_ins"] = [lead_in.values for lead_in, _points in groups]
