"""Command that adds the demonstration."""

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils import timezone
from django.utils.translation import gettext as _

from outcomes.demo.build import FIRST_DAY, create_demo, demo_exists
from outcomes.imports.records.errors import FileRejectedError


class Command(BaseCommand):
    """Creates the demonstration once; a second run changes nothing."""

    help = "Adds the demonstration, with made-up people and progress. Only for development."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--on", metavar="DATE", help="The day of the latest progress; today if omitted."
        )

    def handle(self, *args: Any, on: str | None = None, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError(
                _("Do not add made-up people to a portal in use. Set DEBUG=true first.")
            )
        day = timezone.localdate() if on is None else day_of(on)
        try:
            message = self.make(day)
        except FileRejectedError as refusal:
            raise CommandError(refusal.as_text("demonstration.toml")) from None
        except ValidationError as problem:
            raise CommandError(" ".join(problem.messages)) from None
        except DatabaseError as problem:
            reason = (str(problem).strip().splitlines() or [""])[0]
            raise CommandError(
                _("The database rejected the data (%s). Nothing was changed.") % reason
            ) from problem
        if options["verbosity"]:
            self.stdout.write(message)

    def make(self, on: date) -> str:
        if demo_exists():
            return _("The demonstration already exists. Nothing was changed.")
        if on < FIRST_DAY:
            raise CommandError(_("Choose %s or a later day.") % FIRST_DAY)
        create_demo(on)
        return _("The demonstration was added.")


def day_of(text: str) -> date:
    """Raises CommandError if the text is not a date."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise CommandError(_("“%s” is not a date. Write it like 2026-03-01.") % text) from None
