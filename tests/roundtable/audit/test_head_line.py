"""Who holds the server can write the log again; last month's line in a mailbox tells."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.core.management import CommandError, call_command

from participants.accounts.log_head import send_log_head
from roundtable.audit import log as audit
from roundtable.audit.verify import find_line_faults, find_log_faults, head_line
from roundtable.models import AuditEntry, AuditHead, AuditKey, QueuedEmail
from tests.factories import NOON, make_event, make_holder

pytestmark = [pytest.mark.django_db, pytest.mark.each_database]
ACTIONS = ["invite", "reveal", "hide", "appoint", "merge"]
LATER = NOON + timedelta(days=30)


def write_log(actions: list[str]) -> None:
    """As the portal writes it: the forger has its code and its keys."""
    for model in (AuditEntry, AuditHead, AuditKey):
        model.objects.all().delete()
    for action in actions:
        audit.record(action=action, at=NOON)


def remove_as_if_old() -> None:
    write_log(ACTIONS)
    audit.prune_entries(before=LATER, at=LATER)


REWRITTEN = "Entry 5 does not have the seal that it had on 2026-03-02"
FORGERIES: dict[str, tuple[Callable[[], None], str]] = {
    "changed": (lambda: write_log(["invite", "reveal", "show", "appoint", "merge"]), REWRITTEN),
    "removed": (lambda: write_log([*ACTIONS[:2], *ACTIONS[3:], "invite"]), REWRITTEN),
    "added": (lambda: write_log([*ACTIONS[:2], "erase", *ACTIONS[2:]]), REWRITTEN),
    "cut off": (lambda: write_log(ACTIONS[:4]), "Entry 5 is missing. On 2026-03-02 the log ended"),
    "called old": (remove_as_if_old, "not old enough to be removed"),
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_line_of_last_month_tells_of_each_forgery(forgery: str) -> None:
    write_log(ACTIONS)
    line = head_line(NOON)
    audit.record(action="invite", at=LATER)
    assert find_line_faults(line, LATER) == []
    assert find_line_faults(f'roundtable verify --head "{line}"', LATER) == []
    forge, words = FORGERIES[forgery]
    forge()
    assert find_log_faults() == []  # the log alone does not tell
    with time_machine.travel(LATER, tick=False), pytest.raises(CommandError):
        call_command("verify", "--head", line)
    [fault] = find_line_faults(line, LATER)
    assert words in fault


def test_line_of_what_was_removed_because_of_its_age_proves_nothing() -> None:
    write_log(ACTIONS)
    line, at = head_line(NOON), NOON + timedelta(days=settings.LOG_RETENTION_DAYS + 1)
    audit.prune_entries(before=at, at=at)
    assert "Take a later line." in find_line_faults(line, at)[0]


@pytest.mark.parametrize("line", ["", "412", "2026-03-02 x y", "yesterday 5 abc"])
def test_half_a_line_is_refused(line: str) -> None:
    with pytest.raises(CommandError, match="Write the whole line"):
        call_command("verify", "--head", line)


def test_each_cochair_gets_the_line_once_a_month() -> None:
    event = make_event()
    for name in ("first", "second"):
        make_holder(event, f"{name}@example.org")
    audit.record(action="invite", at=NOON)
    assert send_log_head(at=NOON) == 2
    assert send_log_head(at=NOON + timedelta(days=20)) == 0
    assert send_log_head(at=LATER) == 2
    texts = QueuedEmail.objects.filter(dedup_key__startswith="log head 2026-03")
    assert all(f'verify --head "{head_line(NOON)}"' in email.text for email in texts)
