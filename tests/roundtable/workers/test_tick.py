"""One timer runs every regular command, and what is late or failed is told."""

import fcntl
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import Mock

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django import Settings

from roundtable.checks import check_jobs
from roundtable.models import Job
from roundtable.workers import tick as tick_module
from roundtable.workers.tick import DAILY, HOURLY, OFTEN, SCHEDULE, WEEKLY, job_faults, last_due
from tests.factories import NOON

pytestmark = [pytest.mark.django_db, pytest.mark.each_database]
NO_BACKUP = "No backup is made. Set BACKUP_FOLDER and BACKUP_RECIPIENT; see docs/operations.md."


@pytest.fixture(autouse=True)
def folder(settings: Settings, tmp_path: Path) -> Path:
    settings.DATA_DIR = tmp_path
    return tmp_path


def tick() -> None:
    """Of all commands, `backup` fails: it is not set up."""
    with pytest.raises(CommandError) as failed:
        call_command("tick")
    assert str(failed.value) == f"backup: {NO_BACKUP}"


def started_at(moment: datetime) -> set[str]:
    return set(Job.objects.filter(started_at=moment).values_list("name", flat=True))


def test_each_command_runs_when_it_is_due_and_one_that_fails_stops_no_other() -> None:
    often = {"send_notifications"}
    hourly = often | {"clean_up_mail", "apply_retention"}
    with time_machine.travel(NOON, tick=False) as clock:
        tick()
        assert started_at(NOON) == set(SCHEDULE)
        done = set(Job.objects.filter(done_at=NOON, failure="").values_list("name", flat=True))
        assert done == set(SCHEDULE) - {"backup"}
        for minutes, expected in ((5, set()), (5, often), (49, often), (1, hourly)):
            clock.shift(timedelta(minutes=minutes))
            # What failed is tried again after an hour.
            if minutes == 1:
                tick()
                expected = expected | {"backup"}
            else:
                call_command("tick")
            assert started_at(timezone.now()) == expected
        clock.move_to(NOON.replace(hour=5) + DAILY)
        tick()
        assert started_at(timezone.now()) == set(SCHEDULE)
        clock.move_to(NOON)  # it was ahead
        tick()
        assert started_at(NOON) == set(SCHEDULE)


def test_command_that_runs_is_not_run_beside_and_a_killed_one_runs_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        tick()
        Job.objects.filter(name="verify").update(started_at=NOON - DAILY, seconds=None)
        with (folder / "jobs" / "verify").open() as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            call_command("tick")
            assert "verify" not in started_at(NOON)
        call_command("tick")
        assert "verify" in started_at(NOON)
        Job.objects.filter(name="verify").update(started_at=NOON - DAILY)
        with monkeypatch.context() as killed, pytest.raises(KeyboardInterrupt):
            killed.setattr(tick_module, "call_command", Mock(side_effect=KeyboardInterrupt))
            tick_module.run_due(NOON)
        clock.shift(timedelta(minutes=59))
        call_command("tick")
        assert "verify" not in started_at(timezone.now())
        clock.shift(timedelta(minutes=1))
        tick()
        assert "verify" in started_at(timezone.now())


def test_failed_and_late_commands_are_named() -> None:
    with time_machine.travel(NOON, tick=False):
        assert list(job_faults(NOON)) == [
            "The regular commands have never run. Start roundtable-tick.timer."
        ]
        assert check_jobs(["default"]) == []  # an installation checks before it starts anything
        tick()
    failed = f"backup failed. It was last done: –. {NO_BACKUP}"
    assert list(job_faults(NOON + timedelta(minutes=69))) == [failed]
    late = "send_notifications is late. It was last done: 2 March 2026, 12:00."
    assert list(job_faults(NOON + timedelta(minutes=70))) == [late, failed]
    with time_machine.travel(NOON + timedelta(minutes=70), tick=False):
        assert [found.msg for found in check_jobs(["default"])] == [late, failed]
    assert len(list(job_faults(NOON + WEEKLY))) == len(SCHEDULE)
    Job.objects.filter(name="verify").update(done_at=None, seconds=None)  # killed the first time
    never = "verify is late. It was last done: –."
    assert list(job_faults(NOON + timedelta(minutes=59))) == [failed]
    assert never in list(job_faults(NOON + timedelta(minutes=70)))


@pytest.mark.parametrize(
    ("every", "at", "due"),
    [
        (OFTEN, "2026-03-04 12:09:59", "2026-03-04 12:00:00"),
        (HOURLY, "2026-03-04 12:59:59", "2026-03-04 12:00:00"),
        (DAILY, "2026-03-04 04:59:59", "2026-03-03 05:00:00"),
        (DAILY, "2026-03-04 05:00:00", "2026-03-04 05:00:00"),
        (WEEKLY, "2026-03-04 05:00:00", "2026-03-02 05:00:00"),
        (WEEKLY, "2026-03-02 04:59:59", "2026-02-23 05:00:00"),
    ],
)
def test_commands_are_due_on_the_clock(every: timedelta, at: str, due: str) -> None:
    moment, expected = (datetime.fromisoformat(text).replace(tzinfo=UTC) for text in (at, due))
    assert last_due(every, moment) == expected
