"""Command that imports one roundtable from a TOML file."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils import timezone
from django.utils.translation import gettext as _

from outcomes.imports.records.errors import FileRejectedError, excerpt
from outcomes.imports.records.loader import load_file
from outcomes.imports.records.results import ImportReport


class Command(BaseCommand):
    """Imports a roundtable file; a second run updates and creates no duplicates."""

    help = (
        "Adds or updates one roundtable from a TOML file (docs/data.md). `import_file` imports "
        "workbooks and lists."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", help="The roundtable file.")

    def handle(self, *args: Any, file: str, **options: Any) -> None:
        try:
            report = load_file(Path(file), at=timezone.now())
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
