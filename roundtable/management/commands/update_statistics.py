"""The command that lets the database count its rows."""

from typing import Any

from django.core.management.base import BaseCommand

from roundtable.database.statistics import update_table_statistics


class Command(BaseCommand):
    """Lets the database plan its queries by the rows of today."""

    help = "Lets SQLite count its rows, so that it answers fast. Run it daily."

    def handle(self, *args: Any, **options: Any) -> None:
        update_table_statistics()
