"""Programs that watch the portal learn whether it answers and whether it works, and no one else."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from roundtable.audit import log as audit
from roundtable.models import AuditHead, Job
from roundtable.monitoring import faults
from roundtable.workers.tick import SCHEDULE
from roundtable.workers.worker import leave_sign

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.each_database]
LOCAL: dict[str, Any] = {}
PROXIED: dict[str, Any] = {"HTTP_X_FORWARDED_FOR": "127.0.0.1"}


@pytest.fixture(autouse=True)
def working_portal(settings: Settings, tmp_path: Path) -> None:
    settings.DATA_DIR, settings.MONITOR_TOKEN = tmp_path, "a-token"
    leave_sign("mail")
    now = timezone.now()
    Job.objects.bulk_create(
        Job(name=name, started_at=now, done_at=now, seconds=1.0) for name in SCHEDULE
    )


def ask(**caller: Any) -> tuple[int, dict[str, Any]]:
    response = Client(**caller).get("/readyz")
    return response.status_code, response.json()


def test_local_programs_and_those_with_the_token_are_answered() -> None:
    for caller in (LOCAL, PROXIED | {"HTTP_AUTHORIZATION": "Bearer a-token"}):
        assert ask(**caller) == (200, {"ready": True, "faults": {}})
        assert Client(**caller).get("/healthz").content == b"ok"
    for caller in (PROXIED, PROXIED | {"HTTP_AUTHORIZATION": "Bearer "}, {"REMOTE_ADDR": "::2"}):
        for path in ("/healthz", "/readyz"):
            assert Client(**caller).get(path).status_code == 404


def test_without_a_token_no_token_is_right(settings: Settings) -> None:
    settings.MONITOR_TOKEN = ""
    browser = Client(**PROXIED, HTTP_AUTHORIZATION="Bearer ")
    assert browser.get("/readyz").status_code == 404


def worker_is_silent(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    (Path(settings.DATA_DIR) / "workers" / "mail").unlink()


def disk_is_full(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    usage = SimpleNamespace(free=500 * 2**20 - 1)
    monkeypatch.setattr("shutil.disk_usage", lambda folder: usage)


def schema_is_old(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    monkeypatch.setattr(faults, "fault", lambda: "the database lacks 1 migration.")


def job_failed(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    Job.objects.filter(name="backup").update(failure="The disk of backups is full.")


def log_was_written_again(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    audit.record(action="invite", at=timezone.now())
    AuditHead.objects.update(sequence=0)


def file_of_seals_was_lost(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    audit.record(action="invite", at=timezone.now())
    Path(settings.SEAL_LEDGER).unlink()


@pytest.mark.parametrize(
    ("break_it", "name", "words"),
    [
        (worker_is_silent, "emails", "The mail worker does not run"),
        (disk_is_full, "disk", "Only 499 MB are free on the disk"),
        (schema_is_old, "migrations", "The database lacks 1 migration."),
        (job_failed, "jobs", "The disk of backups is full."),
        (log_was_written_again, "seals", "Run verify"),
        (file_of_seals_was_lost, "seals", "Run verify"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_each_fault_is_named(
    break_it: Callable[[pytest.MonkeyPatch, Settings], None],
    name: str,
    words: str,
    monkeypatch: pytest.MonkeyPatch,
    settings: Settings,
    caplog: pytest.LogCaptureFixture,
) -> None:
    break_it(monkeypatch, settings)
    status, answer = ask()
    assert (status, answer["ready"], list(answer["faults"])) == (503, False, [name])
    [sentence] = answer["faults"][name]
    assert words in sentence
    assert caplog.messages == []  # what is logged as an error is emailed


class OperationalError(Exception):
    """As the driver of PostgreSQL raises it if the server does not answer."""

    pgcode = None


def test_database_that_is_away_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(at: object) -> None:
        raise OperationalError

    monkeypatch.setitem(faults.CHECKS, "emails", fail)
    sentence = "The portal waits: the database is away."
    assert ask() == (503, {"ready": False, "faults": {"database": [sentence]}})
