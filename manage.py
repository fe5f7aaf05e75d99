#!/usr/bin/env python
"""Runs Roundtable's commands."""

import os
import sys

from django.apps import apps
from django.core.management import BaseCommand, ManagementUtility
from django.utils.module_loading import import_string

# Commands that work without the portal's tables, or look at them, or make them. Every other one
# is refused on tables of another version: so is a new one, unless somebody adds it here.
TOOLS = {
    "check",
    "collectstatic",
    "compilemessages",
    "createcachetable",
    "dbshell",
    "diffsettings",
    "findstatic",
    "help",
    "makemessages",
    "makemigrations",
    "migrate",
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
    """Django's commands and the portal's own, as far as they fit the database."""

    def fetch_command(self, subcommand: str) -> BaseCommand:
        """The command; ends with one sentence where it does not fit the database."""
        command = super().fetch_command(subcommand)
        # Where the apps could not be read, runserver waits until that is mended.
        if (
            self.argv[1] not in TOOLS
            and not HELP & set(self.argv)
            and apps.is_installed("roundtable")
        ):
            import_string("roundtable.schema.require")()
        return command


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "roundtable.settings")
    Commands(sys.argv).execute()
