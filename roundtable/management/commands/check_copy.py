"""The command by which `backup` checks a restored copy of the database."""

import json
import sys
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from roundtable.backups.databases import count_rows


class Command(BaseCommand):
    """Counts the rows of this database, and verifies it."""

    help = "Compares the database with numbers of rows on standard input, and verifies it."

    def handle(self, *args: Any, **options: Any) -> None:
        expected, found = json.load(sys.stdin), count_rows()
        different = sorted(
            table for table in {*expected, *found} if expected.get(table) != found.get(table)
        )
        if different:
            names = ", ".join(different)
            raise CommandError(_("These tables have lost or gained rows: %s.") % names)
        call_command("verify", stdout=self.stdout, stderr=self.stderr)
