"""Command that imports one roundtable from a file."""

from argparse import ArgumentParser
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils import timezone
from django.utils.translation import gettext as _

from outcomes.imports import preview
from outcomes.imports.records.errors import FileRejectedError, excerpt
from outcomes.imports.records.loader import load_file
from outcomes.imports.records.parsing import read_bytes
from outcomes.imports.records.results import ImportReport
from outcomes.imports.workbook import parsing
from roundtable.models import Event


def _load_path(path: Path, code: str, *, at: datetime) -> ImportReport:
    if path.suffix.lower() not in (".xlsx", ".zip", ".csv"):
        return load_file(path, at=at)
    event = Event.objects.filter(code=code).first() if code else None
    if code and event is None:
        raise CommandError(_("No roundtable has the code %s.") % excerpt(code))
    parsed = parsing.parse_workbook(read_bytes(path, parsing.MAX_FILE_MEGABYTES), event=event)
    return preview.import_workbook(parsed, at=at)


class Command(BaseCommand):
    """Imports a roundtable file; a second run updates and creates no duplicates."""

    help = (
        "Adds or updates one roundtable from a file: TOML, XLSX, a ZIP of CSVs, or one CSV "
        "(docs/data.md)."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", help="The roundtable file.")
        parser.add_argument(
            "--roundtable",
            metavar="CODE",
            default="",
            help="Which roundtable a file without the sheet “Roundtable” belongs to.",
        )

    def handle(self, *args: Any, file: str, roundtable: str, **options: Any) -> None:
        try:
            report = _load_path(Path(file), roundtable, at=timezone.now())
        except FileRejectedError as refusal:
            raise CommandError(refusal.as_text(file)) from None
        except DatabaseError as problem:
            reason = (str(problem).strip().splitlines() or [""])[0]
            raise CommandError(
                _("%(file)s: The database rejected the data (%(reason)s). Nothing was changed.")
                % {"file": excerpt(file, 200), "reason": reason}
            ) from problem
        if options["verbosity"]:
            self.print_report(file, report)

    def print_report(self, file: str, report: ImportReport) -> None:
        self.stdout.write(
            _(
                "%(file)s: %(added)d added, %(changed)d changed, %(removed)d removed, "
                "%(unchanged)d unchanged."
            )
            % (vars(report) | {"file": excerpt(file, 200)})
        )
        for sentence in report.changes:
            self.stdout.write(_("Changed: %s") % sentence)
        for sentence in report.removals:
            self.stdout.write(_("Removed: %s.") % sentence)
        for what in report.kept:
            self.stdout.write(_("Not in the file, but kept: %s.") % what)
