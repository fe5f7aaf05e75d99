"""What the index reads where PostgreSQL counted the tables while they were empty."""

import pytest
from django.db import connection, transaction

from tests.bench import dataset
from tests.search_index import count_rows_read


@pytest.mark.django_db
@pytest.mark.each_database
@pytest.mark.skipif(connection.vendor != "postgresql", reason="only PostgreSQL plans with counts")
def test_indexing_reads_no_table_or_index_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dataset, "EVENTS", 8)
    monkeypatch.setattr(dataset, "POINTS", 3)
    with transaction.atomic():  # as a preview that takes its rows back
        dataset.make_dataset(100, 300)
        transaction.set_rollback(True)
    dataset.analyse_tables()
    before = count_rows_read()
    dataset.make_dataset(100, 300)
    # To look through all rows for each of them would read 19 million.
    assert count_rows_read() - before < 1_000_000
