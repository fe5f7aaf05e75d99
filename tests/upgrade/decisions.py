"""What a release knows of all that people agree on: kept with it, and compared after an upgrade."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.apps import apps as present
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

from outcomes.sources.comparisons import Comparisons, is_publishable, is_released
from participants.accounts.grants import is_suspended
from participants.decisions.engine import make_due, state
from participants.decisions.kind import kinds
from participants.models import Grant, Participation
from participants.participation.confirmation import has_effect
from tests.upgrade.releases import FOLDER

# In this time, what waits comes, and no request ends.
LATER = timedelta(days=8)
KEPT = (
    "participants.Act participants.Bundle participants.DelegationChange "
    "participants.DelegationChangeConfirmation participants.Participation "
    "participants.ParticipationConfirmation participants.Grant participants.GrantConfirmation "
    "participants.ListClosure participants.ListClosureConfirmation participants.OrganisationChange "
    "participants.OrganisationChangeConfirmation participants.ParticipantList "
    "outcomes.SourceComparison outcomes.SignOff outcomes.Assessment outcomes.ProgressUpdate "
    "outcomes.Response outcomes.Offer outcomes.StatementVersion outcomes.Undertaking "
    "outcomes.Dispute outcomes.Commitment outcomes.Statement outcomes.Corrigendum"
)
# What a migration names otherwise, by the former name.
NEW_NAMES = {
    ("outcomes.SourceComparison", "compared_by_id"): "by_id",
    ("outcomes.SourceComparison", "compared_at"): "confirmed_at",
    ("outcomes.SourceComparison", "organisation_id"): "on_behalf_of_id",
}
# By label, id and column.
Values = dict[tuple[str, int, str], Any]


class Kept:
    """What is stored in the release's database, read before the migrations."""

    def __init__(self, release: str, at: datetime) -> None:
        self.release, self.at = release, at
        loader = MigrationExecutor(connection).loader
        done = [node for node in loader.applied_migrations if node in loader.graph.nodes]
        self.values = values(loader.project_state(done).apps)

    def wrong(self) -> Iterator[str]:
        """What is otherwise now."""
        yield from other_values(self.values)
        then = set(file_of(self.release).read_text(encoding="utf-8").splitlines())
        now = set(described(self.at))
        yield from (f"no longer: {line}" for line in sorted(then - now))
        yield from (f"only now: {line}" for line in sorted(now - then))


def values(apps: Any) -> Values:
    """What is stored of these."""
    found: Values = {}
    for label in KEPT.split():
        try:
            model = apps.get_model(label)
        except LookupError:
            continue
        for row in model._base_manager.values():
            for column, value in row.items():
                found[label, row["id"], NEW_NAMES.get((label, column), column)] = value
    return found


def other_values(before: Values) -> Iterator[str]:
    """Of the columns that are still there."""
    now = values(present)
    columns = {(label, column) for label, _pk, column in now}
    for (label, pk, column), value in before.items():
        found = now.get((label, pk, column), "no row")
        if (label, column) in columns and found != value:
            yield f"{column} of {label} {pk} was {value!r}, is {found!r}"


def described(at: datetime) -> Iterator[str]:
    """A line for each item, as it is now, and after the runs of the next days."""
    yield from (f"now {line}" for line in _lines(at))
    with transaction.atomic():
        for days in range(LATER.days + 1):
            make_due(at + timedelta(days=days))
        later = list(_lines(at + LATER))
        transaction.set_rollback(True)
    yield from (f"later {line}" for line in later)


def _lines(at: datetime) -> Iterator[str]:
    for kind in kinds().values():
        item: Any
        for item in kind.model._base_manager.order_by("pk"):
            given = kind.given(item)
            words = [kind.name, item.pk, state(item, given, kind.acts(item), at).name]
            words += [f"{row.capacity}:{row.by_id}:{row.on_behalf_of_id}" for row in given]
            if isinstance(item, Participation):
                words += [f"effect={has_effect(item, item.confirmations.all())}"]
            if isinstance(item, Grant):
                words += [f"suspended={is_suspended(item, at.date())}"]
            if isinstance(kind, Comparisons):
                words += [f"publishable={is_publishable(item)}", f"released={is_released(item)}"]
            yield " ".join(map(str, [*words, kind.content_hash(item)]))


def file_of(release: str) -> Path:
    """The lines as the release knew them, the same on both engines."""
    return FOLDER / release / "decisions.txt"
