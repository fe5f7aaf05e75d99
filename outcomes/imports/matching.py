"""Tables with columns of other names: what each may be, and the same table with ours."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from outcomes.imports.readers.pages import Computed, Opened, Rows
from outcomes.imports.records.duplicate_matcher import compared
from outcomes.imports.workbook.dates import day_of, is_either
from outcomes.imports.workbook.export import ABOUT, WORDS
from outcomes.imports.workbook.parsing import UNSEEN, key_of, sheets_of, tidy
from outcomes.imports.workbook.sheets import SHEETS, Sheet, label_of

_SIGNS = re.compile(r"[^\w\s]|_")
MAPPED = {sheet.place: sheet for sheet in SHEETS if not sheet.is_upright and not sheet.owner}
SHOWN = 3  # rows, as examples
LOOKED_AT = 20  # rows, for that of the headings
# What others call our columns, without case, accents and blanks.
CALLED: dict[str, dict[str, str]] = {
    "delegates": {
        "name": "fullname participant participantname nameofparticipant delegate delegatename "
        "firstname givenname givennames forename lastname surname familyname nom prenom nombre "
        "apellido apellidos nama name",
        "name_latin": "latinname nameinlatinletters romanname englishname romanizedname",
        "organisation": "organization organisationname organizationname org institution agency "
        "ministry affiliation employer company representing nationalsociety government body "
        "organisme organizacion entity departmentorministry ministryorganisation",
        "post": "position jobtitle designation function title functiontitle poste cargo jabatan "
        "positiontitle occupation",
        "capacity": "role delegationrole participationas attendingas participation status type",
        "invitation_email": "email emailaddress mail mailaddress contactemail workemail courriel "
        "correo correoelectronico officialemail emailid",
    },
    "organisations": {
        "slug": "code id shortnameinaddresses",
        "name": "organisation organization organisationname organizationname fullname institution",
        "short_name": "acronym abbreviation short",
        "kind": "type category constituency",
        "country": "countrycode iso iso2",
        "site": "website url web homepage",
        "role_mailbox": "email mailbox contact officeemail",
    },
    "commitments": {
        "reference": "ref id number no code commitmentno",
        "text": "commitment action suggestedaction actiontext description recommendation pledge "
        "undertaking whatwillbedone",
        "place_in_source": "area section chapter page placeinthesource year reportyear",
        "due_on": "due duedate deadline bywhen targetdate by",
        "leads": "lead leadorganisation country responsible responsibleparty organisation "
        "organization government party who actor",
        "partners": "partner supportedby with jointlywith",
        "outcomes": "points point answers recommendations",
    },
    "updates": {
        "reference": "ref commitment commitmentno id",
        "party": "organisation organization country reportedby by who",
        "reported_on": "date asof reported reportdate day",
        "status": "state implementation",
        "text": "progress whatwasdone description update report",
        "obstacles": "challenges difficulties whatstandsintheway",
        "next_steps": "next whatisnext nextstep plans",
    },
    "documents": {
        "title": "document name",
        "publisher": "author source by",
        "url": "link address website",
        "dated_on": "date dated",
    },
    "themes": {"name": "theme topic title", "slug": "code id"},
    "groups": {"name": "group title", "slug": "code id"},
    "counts": {"kind": "type category", "number": "count total howmany"},
}


@dataclass(frozen=True)
class Table:
    """One page of a file that is none of ours: its headings, and what stands beneath them."""

    page: str
    top: int  # which row has the headings
    headings: list[str]
    samples: list[list[str]] = field(default_factory=list)  # of each column
    rows: int = 0


def is_ours(given: Opened) -> bool:
    """Whether a file has a sheet of ours, by name and columns; else somebody says what it is.

    What more a file of ours has is said to be wrong.
    """
    ours = {sheet.title.lower(): sheet for sheet in SHEETS}
    named = [
        (sheet, cells)
        for title, cells in given.pages.items()
        if (sheet := ours.get(tidy(title).lower())) and not given.is_bare
    ]
    is_empty = not any(given.pages.values())
    return bool(named) and (is_empty or any(_has_columns_of(*page) for page in named))


def _has_columns_of(sheet: Sheet, cells: Rows) -> bool:
    if not sheet.is_upright:
        return sheet in sheets_of(cells)
    words = [key for row in cells if row and (key := key_of(row[0]))]
    return bool(words) and sum(key in sheet.keys for key in words) * 2 >= len(words)


def tables_of(given: Opened) -> list[Table]:
    """The pages of a file that is not ours, the longest first."""
    found = []
    for page, cells in given.pages.items():
        if page in (ABOUT, WORDS) or not any(cells):
            continue
        top = _top(cells)
        width = max(len(row) for row in cells)
        headings = [tidy(_shown(cell)) for cell in cells[top]]
        headings += [""] * (width - len(headings))
        beneath = [row for row in cells[top + 1 :] if any(tidy(_shown(cell)) for cell in row)]
        samples = [
            [tidy(_shown(row[column])) for row in beneath[:SHOWN] if column < len(row)]
            for column in range(width)
        ]
        found.append(Table(page, top, headings, samples, len(beneath)))
    return sorted(found, key=lambda table: -table.rows)


def _top(cells: Rows) -> int:
    """The row that has most headings of any sheet; else the first that is filled as those below."""
    best, most = 0, 0
    for number, row in enumerate(cells[:LOOKED_AT]):
        known = max((sum(bool(key) for key in guesses(place, row)) for place in MAPPED), default=0)
        if known > most:
            best, most = number, known
    if most:
        return best
    width = max(len(row) for row in cells)
    return next(number for number, row in enumerate(cells) if len(row) * 2 > width)


def guesses(place: str, headings: list[Any]) -> list[str]:
    """Which key of a sheet each column may be; empty where nothing tells."""
    sheet, called = MAPPED[place], CALLED.get(place, {})
    found: list[str] = []
    for heading in headings:
        own = key_of(heading)
        key = own if own in sheet.keys else _meant(heading, called)
        is_free = key not in found or is_joined(sheet, key)
        found.append(key if is_free else "")
    return found


def _meant(heading: Any, called: dict[str, str]) -> str:
    """The key that a heading names as a whole, else by its last word that names one."""
    words = _SIGNS.sub(" ", _shown(heading)).split()
    for word in ["".join(words), *reversed(words)]:
        for key, names in called.items():
            if compared(word) in names.split():
                return key
    return ""


def best_place(table: Table) -> str:
    """The sheet that a table looks most like; of several that with its very words, or its name."""

    def likeness(place: str) -> tuple[int, int, bool, bool]:
        sheet = MAPPED[place]
        known = sum(bool(key) for key in guesses(place, table.headings))
        own = len({key_of(heading) for heading in table.headings} & set(sheet.keys))
        # Where nothing tells, it is a list of people: that is what hosts have.
        return known, own, tidy(table.page).lower() == sheet.title.lower(), place == "delegates"

    return max(MAPPED, key=likeness)


def is_joined(sheet: Sheet, key: str) -> bool:
    """Whether several columns may make one value, such as first and family name."""
    kind = sheet.field_of(key)
    is_text = type(kind) in (models.CharField, models.TextField) and not kind.choices  # type: ignore[union-attr]
    return is_text and key not in (sheet.table.identifier, "organisation", "reference", "party")


def is_order_open(table: Table, cells: Rows, place: str, columns: Mapping[int, str]) -> bool:
    """Whether days stand there of which day and month could be either."""
    days = _of_days(MAPPED[place], columns)
    return any(
        isinstance(row[column], str) and is_either(row[column])
        for row in cells[table.top + 1 :]
        for column in days
        if column < len(row)
    )


def mapped(
    table: Table,
    cells: Rows,
    *,
    place: str,
    columns: Mapping[int, str],
    order: str = "",
    parties: Mapping[str, str] | None = None,
) -> Opened:
    """The table as one of our sheets; each row keeps its number.

    `parties` are short names by what organisations and groups are called.
    """
    sheet = MAPPED[place]
    keys = list(dict.fromkeys(columns.values()))
    rows: Rows = [[] for _above in range(table.top)]
    rows.append([label_of(key) for key in keys])
    for row in cells[table.top + 1 :]:
        values: list[Any] = []
        for key in keys:
            parts = [row[n] for n, name in columns.items() if name == key and n < len(row)]
            values.append(_one(sheet, key, [_clean(part) for part in parts], order, parties or {}))
        rows.append(values)
    return Opened({sheet.title: rows})


def _one(sheet: Sheet, key: str, parts: list[Any], order: str, parties: Mapping[str, str]) -> Any:
    filled = [part for part in parts if part not in (None, "")]
    if len(filled) > 1:
        return " ".join(_shown(part) for part in filled)
    value = filled[0] if filled else None
    if isinstance(value, str) and key in _of_days(sheet, {0: key}).values():
        return _day(value, order)
    if key in ("leads", "partners", "addressees", "party") and isinstance(value, str):
        return parties.get(compared(value), value)
    return value


def _day(value: str, order: str) -> Any:
    try:
        return day_of(value, order=order)
    except ValidationError:
        return value  # said of its cell


def _of_days(sheet: Sheet, columns: Mapping[int, str]) -> dict[int, str]:
    return {
        number: key
        for number, key in columns.items()
        if isinstance(sheet.field_of(key), models.DateField)
    }


def _clean(cell: Any) -> Any:
    """The cell without what nobody sees; the lines of a text stay."""
    if not isinstance(cell, str):
        return cell
    lines = UNSEEN.sub("", cell).replace("\N{NO-BREAK SPACE}", " ").split("\n")
    return "\n".join(" ".join(line.split()) for line in lines).strip()


def _shown(cell: Any) -> str:
    if cell is None or isinstance(cell, Computed):
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return cell.date().isoformat() if hasattr(cell, "date") else _iso(cell)


def _iso(cell: Any) -> str:
    return cell.isoformat() if isinstance(cell, date) else str(cell)
