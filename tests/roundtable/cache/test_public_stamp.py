"""The stamp differs after each change of what anyone may see, and never before it shows."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
from django.apps import apps
from django.core.checks import run_checks
from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction

from outcomes.models import Commitment, Document, Outcome, Theme
from participants.models import Organisation, SlugRedirect
from roundtable.cache import public_stamp
from roundtable.cache.public_stamp import MAX_ROWS, TABLE, read_stamp
from roundtable.database import triggers
from roundtable.database.schema import own_apps
from roundtable.limits import LimitCount
from roundtable.models import Event
from tests.factories import (
    make_event,
    make_organisation,
    make_series,
    make_statement,
    make_theme,
)
from tests.shared_database import shared_database

__all__ = ["shared_database"]  # fixture
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.each_database]
needs_postgresql = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite has one writer at a time"
)


@pytest.fixture(autouse=True)
def stamp_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever earlier tests did to the database."""
    monkeypatch.setattr(public_stamp, "_silent_until", 0.0)
    monkeypatch.setattr(public_stamp, "_next_check", 0.0)


@pytest.fixture
def other(shared_database: None) -> Iterator[Any]:
    """A second connection; it begins its transactions by itself."""
    public_stamp.install(DEFAULT_DB_ALIAS)
    found = connections.create_connection(DEFAULT_DB_ALIAS)
    yield found
    found.close()


def run(using: Any, sql: str) -> None:
    with using.cursor() as cursor:
        cursor.execute(sql)


# The tables ------------------------------------------------------------------------------


def test_each_table_changes_the_stamp_or_has_a_reason_not_to() -> None:
    reasons = {model.__name__: reason for model, reason in public_stamp.own_models()}
    listed: dict[str, str] = {}
    for label in own_apps():
        listed |= getattr(apps.get_app_config(label), "never_public", {})
    assert {name: reason for name, reason in reasons.items() if reason} == listed
    assert all(len(reason) > 10 for reason in listed.values())
    assert len(reasons) == sum(1 for _model in public_stamp.own_models())
    watched = {one.table for one in public_stamp.wanted_triggers(connection.vendor)}
    assert len(watched) == len(reasons) - len(listed) > 60


# Changes ---------------------------------------------------------------------------------


def add_in_bulk() -> None:
    Document.objects.bulk_create(
        [Document(event=Event.objects.get(), title=str(number)) for number in range(3)]
    )


def update_in_bulk() -> None:
    rows = list(Organisation.objects.all())
    for row in rows:
        row.description = "Changed"
    Organisation.objects.bulk_update(rows, ["description"])


CHANGES: dict[str, Callable[[], object]] = {
    "a row is added": lambda: make_organisation(),
    "rows are added in bulk": add_in_bulk,
    "a row is saved": lambda: Event.objects.get().save(),
    "rows are updated": lambda: Event.objects.update(title="Changed"),
    "rows are updated in bulk": update_in_bulk,
    "rows are updated by SQL": lambda: run(connection, "UPDATE outcomes_outcome SET text = 'x'"),
    "a link is added": lambda: Outcome.objects.all()[0].themes.add(Theme.objects.get()),
    "rows are deleted": lambda: SlugRedirect.objects.all().delete(),
    "rows are deleted by SQL": lambda: run(connection, "DELETE FROM outcomes_theme"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_stamp_changes_with(change: str) -> None:
    make_statement(make_event())
    make_theme()
    SlugRedirect.objects.create(slug="former", organisation=make_organisation())
    before = read_stamp()
    CHANGES[change]()
    assert None not in (before, read_stamp()) and read_stamp() != before


def test_stamp_is_the_same_after_what_no_page_shows() -> None:
    make_event()
    before = read_stamp()
    LimitCount.objects.create(key="x", ends_at="2026-01-01T00:00Z")
    with suppress(ZeroDivisionError), transaction.atomic():
        Event.objects.update(title="Not kept")
        raise ZeroDivisionError
    assert read_stamp() == before is not None


def test_stamp_changes_if_only_a_part_of_a_transaction_is_undone() -> None:
    make_event(title="Before")
    before = read_stamp()
    with transaction.atomic():
        with suppress(ZeroDivisionError), transaction.atomic():
            Event.objects.update(title="Undone")
            raise ZeroDivisionError
        Event.objects.update(title="Kept")
    assert read_stamp() != before


def test_stamp_never_returns_to_an_earlier_one() -> None:
    seen = {read_stamp()}
    for _number in range(3 * MAX_ROWS):
        make_series()
        seen.add(read_stamp())
    assert len(seen) == 3 * MAX_ROWS + 1 and None not in seen
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {TABLE}")
        assert cursor.fetchone()[0] <= MAX_ROWS


# Several connections ---------------------------------------------------------------------


def test_stamp_changes_with_the_commit_of_another_connection(other: Any) -> None:
    make_event(title="Before")
    before = read_stamp()
    other.set_autocommit(False)
    run(other, "UPDATE roundtable_event SET title = 'After'")
    assert read_stamp() == before and Event.objects.get().title == "Before"
    other.commit()
    assert read_stamp() != before and Event.objects.get().title == "After"


@needs_postgresql
def test_earlier_change_that_is_committed_later_changes_the_stamp(other: Any) -> None:
    """A counter that moves before the commit would mark the page without it as new."""
    first, second = make_event(title="A"), make_event(title="B")
    other.set_autocommit(False)
    run(other, f"UPDATE roundtable_event SET title = 'A2' WHERE id = {first.pk}")
    # Does not wait for the other one, as it would for a counter in one row.
    run(connection, "SET lock_timeout = '2s'")
    Event.objects.filter(pk=second.pk).update(title="B2")
    between = read_stamp()
    assert set(Event.objects.values_list("title", flat=True)) == {"A", "B2"}
    other.commit()
    assert None not in (between, read_stamp()) and read_stamp() != between


@needs_postgresql
def test_rows_of_the_stamp_are_replaced_while_another_transaction_is_open(other: Any) -> None:
    event = make_event()
    other.set_autocommit(False)
    for _number in range(MAX_ROWS):
        make_series()
    # This one replaces the rows, and does not end.
    run(other, f"UPDATE roundtable_event SET title = 'Slow' WHERE id = {event.pk}")
    run(connection, "SET lock_timeout = '2s'")
    seen = {read_stamp()}
    for _number in range(2 * MAX_ROWS):
        make_series()
        seen.add(read_stamp())
    other.commit()
    seen.add(read_stamp())
    assert len(seen) == 2 * MAX_ROWS + 2


# Where it is not known -------------------------------------------------------------------


def test_there_is_no_stamp_without_triggers() -> None:
    assert read_stamp() and "roundtable.W003" not in found_by_checks()
    wanted, sha256 = public_stamp._plan(DEFAULT_DB_ALIAS)
    triggers.replace(public_stamp.NAME, wanted[1:], sha256, DEFAULT_DB_ALIAS)
    public_stamp._next_check = 0.0
    assert read_stamp() is None and "roundtable.W003" in found_by_checks()
    public_stamp.install(DEFAULT_DB_ALIAS)
    assert read_stamp() and "roundtable.W003" not in found_by_checks()


def found_by_checks() -> set[str]:
    return {str(found.id) for found in run_checks(tags=["database"], databases=["default"])}


def test_there_is_no_stamp_while_migrations_run() -> None:
    before = read_stamp()
    public_stamp.suspend(DEFAULT_DB_ALIAS, plan=[])
    assert read_stamp() == before
    public_stamp.suspend(DEFAULT_DB_ALIAS, plan=["a migration"])
    make_event()
    assert read_stamp() is None
    public_stamp.install(DEFAULT_DB_ALIAS)
    assert read_stamp() not in (None, before)


def test_there_is_no_stamp_within_a_transaction() -> None:
    with transaction.atomic():
        Commitment.objects.update(text="May be undone")
        assert read_stamp() is None
    assert read_stamp()


def test_database_that_does_not_answer_is_not_asked_again_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = [100.0]
    monkeypatch.setattr(public_stamp, "monotonic", lambda: clock[0])
    before = read_stamp()
    with monkeypatch.context() as patched:
        patched.setattr(public_stamp, "READ", "SELECT * FROM no_such_table")
        assert before and read_stamp() is None
    assert read_stamp() is None
    clock[0] += public_stamp.PAUSE
    assert read_stamp() == before
