"""Statistics of tables, with which the database plans its queries."""

from django.db import connection, models

ROWS_READ = 1000  # of each index; a whole table of 100,000 rows takes seconds


def update_table_statistics() -> None:
    """For SQLite, which never does this by itself."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA analysis_limit={ROWS_READ}")
            cursor.execute("ANALYZE")


def count_rows(model: type[models.Model]) -> None:
    """Tells PostgreSQL's planner how many rows a table has now, within the open transaction.

    By itself PostgreSQL counts committed rows only. It would plan a large import for few rows.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f'ANALYZE "{model._meta.db_table}"')
