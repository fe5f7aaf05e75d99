#!/usr/bin/env python
"""Runs management commands, if the database schema matches this version."""

import os
import sys

from django.apps import apps
from django.core.management import BaseCommand, ManagementUtility
from django.utils.module_loading import import_string

# Commands that do not need the portal's tables, inspect them or create them. All other commands
# are rejected if the schema is of another version, new commands too, unless you add them here.
TOOLS = {
    "check",
    "collectstatic",
    "compilemessages",
    "dbshell",
    "diffsettings",
    "findstatic",
    "help",
    "makemessages",
    "makemigrations",
    "migrate",
    "restore",
    "sendtestemail",
    "shell",
    "showmigrations",
    "sqlmigrate",
    "squashmigrations",
    "test",
    "version",
}
HELP = {"-h", "--help", "--version"}


class Commands(ManagementUtility):
    """Rejects commands if the database schema is of another version."""

    def fetch_command(self, subcommand: str) -> BaseCommand:
        """Exits with one sentence if the schema does not match."""
        command = super().fetch_command(subcommand)
        # If the apps cannot be loaded, runserver waits until the code is fixed.
        if (
            self.argv[1] not in TOOLS
            and not HELP & set(self.argv)
            and apps.is_installed("roundtable")
        ):
            import_string("roundtable.database.schema.require")()
        return command


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "roundtable.settings")
    if not import_string("roundtable.environment.env").bool("DEBUG", default=False):
        # The message of an error can contain a row with what people entered.
        sys.excepthook = import_string("roundtable.logs.log_uncaught")
    Commands(sys.argv).execute()
