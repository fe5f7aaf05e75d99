"""A wrong clock deletes nothing and lets nothing take effect: jobs compare it with their runs."""

from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import Client

from participants.models import Delegate
from roundtable.audit import log as audit
from roundtable.audit.mirror import read_mirror
from roundtable.audit.verify import find_log_faults, find_mirror_faults
from roundtable.models import AuditEntry, AuditKey, Event, Job
from roundtable.web.idempotency import IdempotencyKey
from tests.factories import NOON, make_delegate, make_participation

pytestmark = [pytest.mark.django_db, pytest.mark.each_database]
JOBS = (
    "review_profiles",
    "apply_retention",
    "clean_up_mail",
    "make_due_changes",
)
AHEAD = NOON + timedelta(days=1200)
NOTHING = (
    "The clock says 2029-06-14, and {job} last ran on 2026-03-02. Nothing was done. If the "
    "clock is wrong, correct it. If it is right, run {job} once with --clock-is-right."
)


def counts() -> tuple[int, int, int, int]:
    rows = (AuditEntry, AuditKey, Delegate, IdempotencyKey)
    entries, keys, people, forms = (model._base_manager.count() for model in rows)
    return entries, keys, people, forms


@pytest.fixture
def portal(event: Event) -> Event:
    """Ten people who never joined, what the log says of them, and a form."""
    for _number in range(10):
        person = make_delegate(user=None)
        make_participation(person, event, confirmed=False)
        audit.record(action="invite", at=NOON, subject=person)
    IdempotencyKey.objects.create(key="k", answered_at=NOON, request_digest="d")
    return event


@pytest.mark.usefixtures("portal")
@pytest.mark.parametrize("has_run", [True, False], ids=["later run", "first run"])
def test_clock_ahead_deletes_nothing(has_run: bool) -> None:
    before = counts()
    if has_run:
        with time_machine.travel(NOON, tick=False):
            for job in JOBS:
                call_command(job)
    with time_machine.travel(AHEAD, tick=False):
        for job in JOBS:
            with pytest.raises(CommandError) as refused:
                call_command(job)
            said = NOTHING.format(job=job)
            if not has_run:
                said = said.replace(f"{job} last ran on", "the newest entry of the log is of")
            assert str(refused.value) == said
        assert counts() == before
        for job in JOBS:
            call_command(job, "--clock-is-right")
        entries, _keys, people, forms = counts()
        assert (people, forms) == (0, 0) and entries < before[0] + 11
        for job in JOBS:
            call_command(job)


@pytest.mark.parametrize("days", [14, -30])
def test_two_weeks_and_a_clock_that_was_put_back_are_accepted(days: int) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        call_command("apply_retention")
        clock.shift(timedelta(days=days))
        call_command("apply_retention")
        assert Job.objects.get().last_run_at == NOON + timedelta(days=days)
        clock.shift(timedelta(days=14, seconds=1))
        with pytest.raises(CommandError):
            call_command("apply_retention")


def test_new_portal_and_new_job_run_at_once(event: Event) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        call_command("apply_retention")
        audit.record(action="invite", at=NOON)
        for _week in range(4):
            clock.shift(timedelta(days=7))
            call_command("apply_retention")
        call_command("clean_up_mail")  # another job ran a moment ago, though the log is silent


@pytest.mark.usefixtures("portal")
def test_what_would_be_done_is_shown_at_any_time() -> None:
    with time_machine.travel(AHEAD, tick=False):
        call_command("review_profiles", "--dry-run")
        assert not Job.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("portal")
def test_verify_names_a_log_that_a_wrong_clock_removed() -> None:
    mirror = Path(settings.SEAL_LEDGER)
    with time_machine.travel(AHEAD, tick=False):
        for job in JOBS:
            call_command(job, "--clock-is-right")
        assert find_log_faults() == []
        assert find_mirror_faults(read_mirror(mirror)) == [
            "The log had 10 entries on 2026-03-02. The next one is of 2029-06-14, and entries up "
            "to 10 were removed because of their age: the clock was ahead, or no one used the "
            "portal for 1200 days."
        ]
        with pytest.raises(CommandError):
            call_command("verify")
        call_command("verify", "--after-restore", "No one used the portal.")
        call_command("verify")
    assert Client().get("/").status_code == 200
