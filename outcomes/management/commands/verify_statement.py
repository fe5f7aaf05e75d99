"""The command that checks published statements against their hashes."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from outcomes.models import Statement
from outcomes.verifying import faults


class Command(BaseCommand):
    """Names each published statement whose text is not the one that was published or signed."""

    help = "Checks published statements against the SHA-256 of what was published and signed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which one, and perhaps a copy to check against it."""
        parser.add_argument("slug", nargs="?", help="The roundtable; all of them unless given.")
        parser.add_argument(
            "--file", type=Path, help="A copy of statement.txt to check against the published text."
        )

    def handle(
        self, *args: Any, slug: str | None = None, file: Path | None = None, **options: Any
    ) -> None:
        """Prints the hash of each statement.

        Raises CommandError where one is not as it was published, or where there is none.
        """
        rows = Statement.objects.filter(state=Statement.State.PUBLISHED).select_related("event")
        rows = rows.filter(event__slug=slug) if slug else rows
        if slug and not rows:
            raise CommandError(_("No statement of that roundtable is published."))
        if file and not slug:
            raise CommandError(_("Name the roundtable whose statement the file is a copy of."))
        found = []
        for statement in rows.order_by("event__code"):
            found += faults(statement)
            latest = statement.versions.filter(published_at__isnull=False).last()
            if latest:
                self.stdout.write(f"{latest.sha256}  {statement.event.slug}")
            if file and latest and _read(file) != latest.text.encode():
                found.append(_("The file says something else than the published text."))
        for sentence in found:
            self.stderr.write(sentence)
        if found:
            raise CommandError(_("A statement is not as it was published."))


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise CommandError(_("The file cannot be read.")) from error
