"""Command that walks the table of what is kept how long, and deletes what is due."""

import logging
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from outcomes.data_protection.retention import retention_rules
from roundtable.workers.jobs import add_clock_argument, start_job

log = logging.getLogger(__name__)


class Command(BaseCommand):
    """Deletes what is due; a row of the table that fails stops no other."""

    help = "Deletes what was kept long enough, row by row of docs/privacy. Run it every hour."

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_clock_argument(parser)

    def handle(self, *args: Any, clock_is_right: bool, **options: Any) -> None:
        at = timezone.now()
        start_job("apply_retention", at=at, clock_is_right=clock_is_right)
        failures = []
        for rule in retention_rules():
            if rule.run is None:
                continue
            try:
                number = rule.run(at)
            except CommandError as refusal:
                failures.append(f"{rule.name}: {refusal}")
            except Exception as problem:
                # Without its text, in which a name can stand.
                log.exception("%s failed.", rule.name)
                failures.append(f"{rule.name}: {type(problem).__name__}")
            else:
                if number:
                    words = {"what": rule.what, "number": number}
                    self.stdout.write(_("%(what)s: %(number)d deleted.") % words)
        if failures:
            raise CommandError(" ".join(failures))
