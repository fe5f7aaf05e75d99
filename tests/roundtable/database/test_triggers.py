"""A set of triggers is what the code says, and whatever is missing is noticed."""

from importlib import import_module

import pytest
from django.apps import apps
from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models.signals import pre_migrate

from roundtable.database import triggers
from roundtable.database.triggers import INSERT, UPDATE, Trigger, TriggerSet
from roundtable.models import Series
from tests.factories import make_series

pytestmark = [pytest.mark.django_db, pytest.mark.each_database]
needs_postgresql = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite knows triggers for each row only"
)


def renaming(name: str) -> Trigger:
    """Gives all series this name once one is added."""
    statement = f"UPDATE roundtable_series SET name = '{name}'"
    return Trigger("try__name", "roundtable_series", INSERT, (statement,))


def install(*wanted: Trigger) -> None:
    triggers.replace("try", wanted, "hash", DEFAULT_DB_ALIAS)


def is_installed(*wanted: Trigger) -> bool:
    return triggers.is_installed("try", wanted, "hash", DEFAULT_DB_ALIAS)


def names() -> set[str]:
    return set(Series.objects.values_list("name", flat=True))


def test_triggers_are_replaced_and_removed() -> None:
    for word in ("first", "second"):
        install(renaming(word))
        make_series(name="third")
        assert names() == {word} and is_installed(renaming(word))
    triggers.remove("try", DEFAULT_DB_ALIAS)
    assert not is_installed(renaming("second"))
    make_series(name="third")
    assert names() == {"second", "third"}


@needs_postgresql
def test_trigger_for_each_statement_runs_once() -> None:
    statement = "INSERT INTO roundtable_series (name, slug, site) VALUES ('x', random()::text, '')"
    make_series(), make_series()
    install(
        Trigger(
            "try__add", "roundtable_series", f"{UPDATE} OR DELETE", (statement,), "", "STATEMENT"
        )
    )
    Series.objects.update(site="https://example.org/")
    assert Series.objects.filter(name="x").count() == 1


@needs_postgresql
def test_disabled_trigger_counts_as_missing() -> None:
    install(renaming("first"))
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE roundtable_series DISABLE TRIGGER try__name")
    assert not is_installed(renaming("first"))


def test_what_earlier_versions_installed_goes() -> None:
    for name in triggers.EARLIER:
        noting = (f"INSERT INTO {name} VALUES (NEW.id)",)
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE TABLE {name} (row_id bigint)")
        earlier = Trigger(f"{name}__1_insert", "roundtable_series", INSERT, noting)
        triggers.replace(name, [earlier], "hash", DEFAULT_DB_ALIAS)
    make_series()
    portal = apps.get_app_config("roundtable")
    pre_migrate.send(portal, using=DEFAULT_DB_ALIAS, plan=["a migration"])
    assert not TriggerSet._base_manager.filter(name__in=triggers.EARLIER).exists()
    migration = import_module("roundtable.migrations.0011_no_rows_that_changed").Migration
    with connection.cursor() as cursor:
        for operation in migration.operations:
            cursor.execute(operation.sql)
    assert not {*triggers.EARLIER} & {*connection.introspection.table_names()}
    make_series()  # no trigger is left
