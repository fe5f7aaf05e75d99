"""The command that runs the worker of a queue."""

from django_tasks_db.management.commands import db_worker

from roundtable.worker import Worker

# The library's command makes the worker that its module names.
db_worker.Worker = Worker  # type: ignore[misc]

Command = db_worker.Command
