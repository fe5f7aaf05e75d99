"""The command that runs the worker of a queue."""

from argparse import ArgumentParser
from typing import Any

from django_tasks_db.management.commands import db_worker

from roundtable.workers import second_worker
from roundtable.workers.worker import Worker

# The library's command makes the worker that its module names.
db_worker.Worker = Worker  # type: ignore[misc]


class Command(db_worker.Command):
    """The library's command, and one option for the second process of a worker."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Adds the option."""
        super().add_arguments(parser)
        parser.add_argument(
            "--end-with-input",
            action="store_true",
            help="End, after the task, when the standard input ends.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Runs the worker."""
        if options["end_with_input"]:
            second_worker.end_with_input()
        super().handle(*args, **options)
