"""All public tables in one file: CSV with a data package, and SQLite.

Each is made once and kept until something public changes or a new day begins.
"""

import fcntl
import hashlib
import json
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile

from django.conf import settings
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from outcomes.changes.topics import absolute_url
from outcomes.exports.formats import Export, csv_rows, ids_array
from outcomes.exports.listings import LISTINGS
from outcomes.exports.reading import ColumnType, FileColumn, Table
from outcomes.exports.tables import EXPORTED_ON, TABLES
from participants.demonstration import QUERY
from roundtable.cache.public_stamp import read_stamp
from roundtable.text.spreadsheet_text import LIST_SEPARATOR


def open_package(ending: str, on: date, is_demonstration: bool) -> IO[bytes]:
    """The file of this ending as of now, of the record or of the demonstration."""
    stamp = read_stamp()  # before reading, so that what is kept is as new as the stamp, or newer
    folder = settings.DATA_DIR / "exports"
    if is_demonstration:
        folder /= "demonstration"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    version = repr((stamp, on, settings.PORTAL_URL, get_language()))
    kept = folder / f"{hashlib.sha256(version.encode()).hexdigest()}.{ending}"
    # Other requests wait for the same file.
    with (folder / f"{ending}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if stamp is not None and kept.exists():
            return kept.open("rb")
        with TemporaryDirectory(dir=folder) as place:
            made = Path(place) / f"roundtable.{ending}"
            PACKAGES[ending].write(made, on, is_demonstration)
            if stamp is None:
                return made.open("rb")  # readable until it is closed
            for former in folder.glob(f"*.{ending}"):
                former.unlink()
            return made.rename(kept).open("rb")


def _export(table: Table, on: date, is_demonstration: bool) -> Export:
    rows = LISTINGS[table.kind].all_rows(is_demonstration)
    ids = ids_array(rows.values_list("pk", flat=True).iterator())
    return Export(table, ids, on, _address("data", is_demonstration))


def _address(page: str, is_demonstration: bool, *names: str) -> str:
    return absolute_url(reverse(page, args=names)) + (QUERY if is_demonstration else "")


def _title(is_demonstration: bool) -> str:
    title = _("Roundtable: what was agreed, and what came of it")
    return _("%s (demonstration)") % title if is_demonstration else title


def write_zip(path: Path, on: date, is_demonstration: bool) -> None:
    with ZipFile(path, "w", ZIP_DEFLATED) as file:
        for table in TABLES.values():
            with file.open(f"{table.name}.csv", "w", force_zip64=True) as rows:
                export = _export(table, on, is_demonstration)
                for text in csv_rows(export, {EXPORTED_ON.name: on.isoformat()}):
                    rows.write(text.encode())
        file.writestr("datapackage.json", _json(_data_package(on, is_demonstration)))
        file.writestr("dcat.jsonld", _json(_catalogue(on, is_demonstration)))


def _json(content: dict[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def _data_package(on: date, is_demonstration: bool) -> dict[str, Any]:
    """As datapackage.org describes it."""
    return {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": "roundtable",
        "title": _title(is_demonstration),
        "homepage": settings.PORTAL_URL,
        "created": f"{on.isoformat()}T00:00:00Z",
        "resources": [
            {
                "name": table.name,
                "title": str(table.title),
                "path": f"{table.name}.csv",
                "type": "table",
                "format": "csv",
                "mediatype": "text/csv",
                "encoding": "utf-8",
                "schema": {"fields": [_field(column) for column in (*table.columns, EXPORTED_ON)]},
            }
            for table in TABLES.values()
        ],
    }


def _field(column: FileColumn) -> dict[str, Any]:
    words = str(column.help)
    match column.type:
        case ColumnType.LIST:
            words += " " + _("Several are separated by “%s”.") % LIST_SEPARATOR
            kind: dict[str, Any] = {"type": "string"}
        case ColumnType.BOOLEAN:
            kind = {"type": "boolean", "trueValues": ["yes"], "falseValues": ["no"]}
        case _:
            kind = {"type": column.type.value}
    return {"name": column.name, **kind, "description": words}


def _catalogue(on: date, is_demonstration: bool) -> dict[str, Any]:
    """The same in the words of W3C's DCAT, for catalogues of data."""
    page = _address("data", is_demonstration)
    files = [
        (str(table.title), _address(f"{table.kind}-file", is_demonstration, "csv"), "text/csv")
        for table in TABLES.values()
    ]
    files += [
        (_("All tables"), _address("data-package", is_demonstration, ending), kind.media_type)
        for ending, kind in PACKAGES.items()
    ]
    return {
        "@context": {"dcat": "http://www.w3.org/ns/dcat#", "dct": "http://purl.org/dc/terms/"},
        "@id": page,
        "@type": "dcat:Dataset",
        "dct:title": _title(is_demonstration),
        "dct:description": _(
            "Roundtables, the points that they agreed, commitments, reports, answers to "
            "recommendations, and organisations. No people."
        ),
        "dct:modified": on.isoformat(),
        "dct:rights": _("You may reuse figures and agreed text if you name the source."),
        "dcat:landingPage": {"@id": page},
        "dcat:distribution": [
            {
                "@type": "dcat:Distribution",
                "dct:title": title,
                "dcat:downloadURL": {"@id": address},
                "dcat:mediaType": media_type,
            }
            for title, address, media_type in files
        ],
    }


def write_sqlite(path: Path, on: date, is_demonstration: bool) -> None:
    """For Datasette and others; the table "columns" says what each column contains."""
    database = sqlite3.connect(path)
    try:
        database.execute("CREATE TABLE columns (table_name TEXT, name TEXT, description TEXT)")
        for table in TABLES.values():
            columns = (*table.columns, EXPORTED_ON)
            named = ", ".join(f'"{column.name}" {SQLITE_TYPES[column.type]}' for column in columns)
            places = ", ".join("?" for _column in columns)
            database.execute(f'CREATE TABLE "{table.name}" ({named})')
            for rows in _export(table, on, is_demonstration).batches():
                database.executemany(
                    f'INSERT INTO "{table.name}" VALUES ({places})',
                    ([*map(_stored, row.values()), on.isoformat()] for row in rows),
                )
            database.executemany(
                "INSERT INTO columns VALUES (?, ?, ?)",
                ((table.name, column.name, str(column.help)) for column in columns),
            )
        database.commit()
    finally:
        database.close()


SQLITE_TYPES = {
    ColumnType.STRING: "TEXT",
    ColumnType.DATE: "TEXT",
    ColumnType.LIST: "TEXT",
    ColumnType.BOOLEAN: "INTEGER",
    ColumnType.INTEGER: "INTEGER",
}


def _stored(value: Any) -> Any:
    return LIST_SEPARATOR.join(value) if isinstance(value, list) else value


@dataclass(frozen=True)
class Package:
    """A way to write all tables into one file."""

    media_type: str
    write: Callable[[Path, date, bool], None]


PACKAGES = {
    "zip": Package("application/zip", write_zip),
    "sqlite": Package("application/vnd.sqlite3", write_sqlite),
}
