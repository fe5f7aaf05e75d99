"""Waiting periods that leave out weekends."""

from datetime import UTC, datetime, timedelta

from roundtable.working_days import add_working_days


def test_working_days_leave_out_weekends() -> None:
    friday = datetime(2026, 3, 6, 12, tzinfo=UTC)
    assert add_working_days(friday, 1) == friday + timedelta(days=3)
    assert add_working_days(friday, 5) == friday + timedelta(days=7)
