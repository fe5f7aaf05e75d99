"""Waiting periods that leave out weekends."""

from datetime import datetime, timedelta


def add_working_days(start: datetime, number: int) -> datetime:
    day = start
    while number:
        day += timedelta(days=1)
        number -= day.weekday() < 5
    return day
