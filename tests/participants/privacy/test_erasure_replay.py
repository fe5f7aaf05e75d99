"""The ledger of erasures holds, and a restored backup is erased again."""

import json
import stat
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.core.management import CommandError, call_command
from django.core.serializers import deserialize, serialize
from django.db import models, transaction
from pytest_django import Settings

from participants.models import ContactChannel, Delegate, Erasure, InvitationRequest, User
from participants.privacy import erasure_ledger
from participants.privacy.checks import check_erasure_key
from participants.privacy.erasure import erase_account, erase_delegate
from roundtable.audit.verify import find_log_faults
from roundtable.models import AuditEntry, Event
from tests.factories import (
    NOON,
    channel_with,
    make_channel,
    make_delegate,
    make_invitation_request,
    make_participation,
    make_user,
)
from tests.recorded_fixtures import recorded

pytestmark = pytest.mark.django_db
LATER = datetime(2026, 5, 1, 9, 30, tzinfo=UTC)
# HMAC-SHA-256 with the key of the tests' settings, as openssl computes it.
MARK_OF_HANDLE = "f40886fe810c3f13e25ff95b05c5fc41a2b471204941738397aed5f4794a2735"
MARK_OF_ADDRESS = "f45ebb140e8b024f8d8c8bf1063b54675adba51200340691b4f721c25a1e2099"
MARK_OF_ACCOUNT = "83ac0f88f475d76dc17e9a3cedc5069f9102db9b400bced2488b75d0e7498bc3"
MARK_OF_KEY = "fedc805cef444adb857a42b2b4d539fa7edd7bccce6945d8f1b569c5ddfb2f93"
AT = "2026-05-01T09:30:00+00:00"
MARKS = [
    ("account", MARK_OF_ACCOUNT),
    ("address", MARK_OF_ADDRESS),
    ("handle", MARK_OF_HANDLE),
    ("key", MARK_OF_KEY),
]
LINES = [{"kind": kind, "mark": mark, "at": AT} for kind, mark in MARKS]


@pytest.fixture(autouse=True)
def committed_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What follows a commit follows at once; test_erasure_ledger.py commits."""
    monkeypatch.setattr(transaction, "on_commit", lambda act, **_options: act())


@pytest.fixture
@recorded
def dewi(event: Event, cochair: User) -> Delegate:
    """A person whose marks are known."""
    user = make_user("dewi@example.org", pk=7007, joined_at=NOON)
    person = make_delegate(name="Dewi Lestari", handle="abcdefghjk", user=user)
    make_participation(person, event, confirmed_by=cochair)
    make_channel(person, value="dewi.channel@example.org")
    return person


def backup() -> str:
    """What a backup of the database holds of people."""
    rows: list[models.Model] = []
    for label in ("participants", "account"):
        for model in apps.get_app_config(label).get_models():
            rows += model._base_manager.all()
    return str(serialize("json", rows))


def restore(kept: str) -> None:
    """Puts people back as they were, and the table of erasures too."""
    Erasure.objects.all().delete()
    for row in deserialize("json", kept):
        row.object.save_base()  # sealed again


def replayed() -> list[str]:
    out = StringIO()
    call_command("replay_erasures", stdout=out)
    return out.getvalue().splitlines()


NOTHING_TO_DO = [
    "Erased again: 0 by handle, 0 by account, 0 requests.",
    "Ledger: 0 marks added to the table, 0 to the file.",
]


def test_ledger_is_stored_in_table_and_file(dewi: Delegate, ledger: Path) -> None:
    assert erasure_ledger.compute_mark("address", " Dewi@Example.ORG ") == MARK_OF_ADDRESS
    erase_delegate(dewi, by=None, at=LATER)
    assert [json.loads(line) for line in ledger.read_text().splitlines()] == LINES
    rows = list(Erasure.objects.order_by("kind").values_list("kind", "mark", "at"))
    assert rows == [(kind, mark, LATER) for kind, mark in MARKS]
    assert stat.S_IMODE(ledger.stat().st_mode) == 0o600


def test_marks_depend_on_key(dewi: Delegate, ledger: Path, settings: Settings) -> None:
    settings.ERASURE_KEY = "another key"
    erase_delegate(dewi, by=None, at=LATER)
    assert MARK_OF_ADDRESS not in ledger.read_text()
    assert MARK_OF_HANDLE not in ledger.read_text()


def test_erasure_fails_when_file_is_not_writable(
    dewi: Delegate, settings: Settings, tmp_path: Path
) -> None:
    settings.ERASURE_LEDGER = tmp_path / "absent" / "erasures.log"
    with pytest.raises(FileNotFoundError):
        erase_delegate(dewi, by=None, at=LATER)
    assert Delegate.objects.get(pk=dewi.pk).name == "Dewi Lestari"
    assert ContactChannel.objects.filter(delegate=dewi).exists()
    assert not Erasure.objects.exists()
    assert not AuditEntry.objects.exists()


def test_restored_person_is_erased_again(dewi: Delegate, ledger: Path) -> None:
    kept = backup()
    erase_delegate(dewi, by=dewi.user, at=LATER)
    lines = ledger.read_text()
    restore(kept)
    assert Delegate.objects.get(handle="abcdefghjk").name == "Dewi Lestari"
    assert channel_with("dewi.channel@example.org")
    assert replayed() == [
        "Erased again: 1 by handle, 0 by account, 0 requests.",
        "Ledger: 4 marks added to the table, 0 to the file.",
    ]
    person = Delegate.objects.get(pk=dewi.pk)
    assert (person.name, person.user, person.erased_at) == ("", None, LATER)
    assert not User.objects.filter(email="dewi@example.org").exists()
    assert not EmailAddress.objects.filter(email="dewi@example.org").exists()
    assert not channel_with("dewi.channel@example.org")
    assert ledger.read_text() == lines
    assert Erasure.objects.count() == 4
    assert [entry.action for entry in AuditEntry.objects.all()] == ["erase", "erase again"]
    assert find_log_faults() == []
    assert replayed() == NOTHING_TO_DO


@pytest.mark.parametrize("address", ["before@example.org", "after@example.org"])
def test_restored_account_is_recognised_with_any_address(address: str) -> None:
    user = make_user("before@example.org", joined_at=NOON)
    kept = backup()
    User.objects.filter(pk=user.pk).update(email=address)
    EmailAddress.objects.update(email=address)
    erase_account(User.objects.get(pk=user.pk), by=user, at=LATER)
    restore(kept)
    assert User.objects.filter(email="before@example.org").exists()
    assert replayed()[0] == "Erased again: 0 by handle, 1 by account, 0 requests."
    assert not User.objects.filter(email="before@example.org").exists()


def test_ledger_with_other_key_is_rejected(dewi: Delegate, settings: Settings) -> None:
    kept = backup()
    erase_delegate(dewi, by=None, at=LATER)
    restore(kept)
    own, settings.ERASURE_KEY = settings.ERASURE_KEY, "another key"
    with pytest.raises(CommandError, match=r"^The ledger was written with another ERASURE_KEY, "):
        replayed()
    assert Delegate.objects.get(pk=dewi.pk).name == "Dewi Lestari"
    settings.ERASURE_KEY = own
    assert replayed()[0] == "Erased again: 1 by handle, 0 by account, 0 requests."


def test_profile_is_recognised_by_older_account(dewi: Delegate) -> None:
    kept = backup()
    erase_delegate(dewi, by=None, at=LATER)
    restore(kept.replace("abcdefghjk", "kjhgfedcba"))
    assert replayed()[0] == "Erased again: 0 by handle, 1 by account, 0 requests."
    assert Delegate.objects.get(pk=dewi.pk).name == ""


def test_older_request_of_that_address_is_removed(event: Event, dewi: Delegate) -> None:
    older = make_invitation_request(event, email="DEWI@example.org")
    kept = backup()
    erase_delegate(dewi, by=None, at=LATER)
    newer = make_invitation_request(
        event, email="dewi@example.org", requested_at=LATER + timedelta(minutes=1)
    )
    other = make_invitation_request(event, email="another@example.org")
    restore(kept)
    assert InvitationRequest.objects.filter(pk=older.pk).exists()
    assert replayed()[0] == "Erased again: 1 by handle, 0 by account, 0 requests."
    assert set(InvitationRequest.objects.all()) == {other, newer}


def test_missing_file_is_rebuilt_from_table_and_no_one_else_erased(
    dewi: Delegate, delegate: Delegate, ledger: Path
) -> None:
    assert replayed() == NOTHING_TO_DO
    assert not ledger.exists()
    erase_delegate(dewi, by=None, at=LATER)
    user = make_user("dewi@example.org", joined_at=LATER + timedelta(minutes=1))
    again = make_delegate(name="Dewi Lestari", user=user)  # invited anew
    assert replayed() == NOTHING_TO_DO
    ledger.unlink()
    assert replayed()[1] == "Ledger: 0 marks added to the table, 4 to the file."
    assert [json.loads(line) for line in ledger.read_text().splitlines()] == LINES
    assert replayed() == NOTHING_TO_DO
    for person, owner in ((again, user), (delegate, delegate.user)):
        person.refresh_from_db()
        assert (person.name, person.user) == ("Dewi Lestari", owner)
    assert delegate.channels.count() == 3


def line(**changed: object) -> bytes:
    return json.dumps({"kind": "handle", "mark": "0" * 64, "at": AT} | changed).encode()


DAMAGED = [
    *(b"nonsense", b"{", b"[]", b"7", b"null", b"\xff\xfe\x00", b"[" * 100_000),
    b'{"kind": "handle"}',
    *(line(kind="person"), line(kind=["handle"])),
    *(line(mark="0" * 63), line(mark="G" * 64), line(mark=7)),
    *(line(at="2026-05-01T09:30:00"), line(at="yesterday")),
]


def test_damaged_lines_are_reported_and_rest_applied(dewi: Delegate, ledger: Path) -> None:
    kept = backup()
    erase_delegate(dewi, by=None, at=LATER)
    first, *others = ledger.read_bytes().splitlines()
    ledger.write_bytes(b"\n".join([first, *DAMAGED, *others]) + b"\n")
    restore(kept)
    out, err = StringIO(), StringIO()
    with pytest.raises(CommandError) as problem:
        call_command("replay_erasures", stdout=out, stderr=err)
    assert problem.value.returncode == 1
    assert str(problem.value) == (
        "All other lines were applied. Correct the file, then run this command again."
    )
    assert err.getvalue().splitlines() == [
        f"Line {number} of the ledger is damaged." for number in range(2, len(DAMAGED) + 2)
    ]
    assert out.getvalue().startswith("Erased again: 1 by handle, 0 by account, 0 requests.\n")
    assert Delegate.objects.get(pk=dewi.pk).name == ""


def test_truncated_line_does_not_break_next_one(dewi: Delegate, ledger: Path) -> None:
    ledger.write_text('{"kind": "handle", "ma')
    erase_delegate(dewi, by=None, at=LATER)
    lines = ledger.read_text().splitlines()
    assert lines[0] == '{"kind": "handle", "ma'
    assert [json.loads(line) for line in lines[1:]] == LINES


def test_weak_key_gives_warning(settings: Settings) -> None:
    assert check_erasure_key() == []
    for key in ("", "short", settings.SECRET_KEY):
        settings.ERASURE_KEY = key
        assert [warning.id for warning in check_erasure_key()] == ["participants.W001"]
