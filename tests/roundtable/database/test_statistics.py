"""SQLite knows how many rows its tables have."""

import pytest
from django.core.management import call_command
from django.db import connection

from tests.factories import make_event

pytestmark = pytest.mark.django_db


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL does this by itself")
def test_daily_command_counts_rows_of_sqlite() -> None:
    make_event()
    call_command("update_statistics")
    with connection.cursor() as cursor:
        cursor.execute("SELECT stat FROM sqlite_stat1 WHERE idx = 'event_latest'")
        assert cursor.fetchone()[0].startswith("1 ")
