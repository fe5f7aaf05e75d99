"""Days pass, and each row of the table deletes what it says, on the day that it says."""

from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.test import Client
from django_tasks_db.models import DBTaskResult

from outcomes.data_protection.retention import retention_rules
from outcomes.imports.storage import create_upload, folder_path
from outcomes.models import ImportRecipe, Upload
from participants.models import (
    Delegate,
    EmailLink,
    Introduction,
    InvitationRequest,
    Letter,
    ParticipantList,
    User,
)
from roundtable.audit import log as audit
from roundtable.mail.models import QueuedEmail
from roundtable.models import AuditEntry, CacheEntry, Event, IdempotencyKey, LimitCount
from tests.email_links import make_email_link
from tests.factories import (
    NOON,
    make_delegate,
    make_introduction,
    make_invitation_request,
    make_letter,
    make_participant_list,
    make_user,
)

pytestmark = [pytest.mark.django_db, pytest.mark.each_database]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def make_all(event: Event, user: User) -> dict[str, Callable[[], bool]]:
    """A row of each kind, made at NOON; by rule, whether it is still there."""
    upload = create_upload(user=user, chunks=[b"a"], event=None, at=NOON)
    make_invitation_request(event, requested_at=NOON)
    Letter.objects.filter(pk=make_letter(event).pk).update(file="letters/no-such-file")
    introduction = make_introduction(make_delegate(), make_delegate(), message="zq-why")
    make_participant_list(event, requested_at=NOON)
    QueuedEmail.objects.create(dedup_key="review:1", queued_at=NOON, done_at=NOON, is_sent=True)
    DBTaskResult.objects.create(
        backend_name="mail", finished_at=NOON, enqueued_at=NOON, args_kwargs={}, task_path="zq"
    )
    make_email_link("zq", expires_at=NOON + 100 * DAY, revoked_at=NOON, created_at=NOON - DAY)
    Session.objects.create(session_key="zq", session_data="", expire_date=NOON + 8 * HOUR)
    UserSession.objects.create(
        user=user, session_key="zq", ip="192.0.2.7", user_agent="Zq", created_at=NOON
    )
    reading = Upload.objects.create(
        user=user, state="done", uploaded_at=NOON, finished_at=NOON, reading={}
    )
    ImportRecipe.objects.create(name="zq", event=event, shape="s", content={}, used_at=NOON)
    IdempotencyKey.objects.create(key="k", answered_at=NOON, request_digest="d")
    LimitCount.objects.create(key="k", number=1, ends_at=NOON + DAY)
    CacheEntry.objects.create(cache_key="k", value="v", expires=NOON)
    audit.record(action="reveal", at=NOON)
    LogEntry.objects.create(
        user=user,
        action_time=NOON,
        action_flag=2,
        content_type=ContentType.objects.get_for_model(Delegate),
        object_repr="zq",
    )
    return {
        "requests": InvitationRequest.objects.exists,
        "letters": Letter.objects.exclude(file="").exists,
        "introductions": Introduction.objects.filter(pk=introduction.pk).exclude(message="").exists,
        "lists": ParticipantList.objects.exists,
        "uploads": lambda: (
            folder_path(upload).exists() or Upload.objects.filter(finished_at=None).exists()
        ),
        "readings": Upload.objects.filter(pk=reading.pk, reading__isnull=False).exists,
        "recipes": ImportRecipe.objects.exists,
        "email keys": QueuedEmail.objects.exists,
        "tasks": DBTaskResult.objects.exists,
        "links": EmailLink.objects.exists,
        "sessions": UserSession.objects.exists,
        "forms": IdempotencyKey.objects.exists,
        "limits": LimitCount.objects.exists,
        "cache": CacheEntry.objects.exists,
        "log": AuditEntry.objects.filter(action="reveal").exists,
        "desk": LogEntry.objects.exists,
    }


# By rule, the last run that keeps it and the first that does not, counted from NOON.
DELETED = {
    "cache": (-HOUR, 0 * HOUR),
    "readings": (-HOUR, 0 * HOUR),
    "sessions": (7 * HOUR, 8 * HOUR),
    "forms": (23 * HOUR, DAY),
    "limits": (23 * HOUR, DAY),
    "uploads": (47 * HOUR, 48 * HOUR),
    "tasks": (7 * DAY, 7 * DAY + HOUR),
    "letters": (29 * DAY, 30 * DAY),
    "links": (30 * DAY, 30 * DAY + HOUR),
    "requests": (364 * DAY, 365 * DAY),
    "recipes": (364 * DAY, 365 * DAY),
    "introductions": (364 * DAY, 365 * DAY),
    "lists": (730 * DAY, 731 * DAY),
    "log": (730 * DAY, 731 * DAY),
    "desk": (730 * DAY, 731 * DAY),
    "email keys": (3 * 366 * DAY, 3 * 366 * DAY + HOUR),
}


def test_each_row_deletes_on_its_day(event: Event) -> None:
    assert set(DELETED) == {rule.name for rule in retention_rules() if rule.run}
    exists = make_all(event, make_user())
    moments = sorted({NOON + length for pair in DELETED.values() for length in pair})
    for moment in moments:
        with time_machine.travel(moment, tick=False):
            call_command("apply_retention", "--clock-is-right", stdout=StringIO())
        for name, (kept, deleted) in DELETED.items():
            if not NOON + kept < moment < NOON + deleted:
                assert exists[name]() == (moment <= NOON + kept), (name, moment)


def test_row_that_fails_stops_no_other_and_is_named(
    event: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    audit.record(action="reveal", at=NOON)
    AuditEntry.objects.update(action="export")
    CacheEntry.objects.create(cache_key="k", value="v", expires=NOON)

    def fail(_at: Any) -> int:
        raise ValueError("zq-name")

    monkeypatch.setattr("participants.privacy.retention.delete_old_letters", fail)
    with time_machine.travel(NOON + 800 * DAY, tick=False), pytest.raises(CommandError) as problem:
        call_command("apply_retention", "--clock-is-right", stdout=StringIO())
    said = "letters: ValueError log: The log was changed after it was written. Run verify first."
    assert str(problem.value) == said
    assert AuditEntry.objects.exists() and not CacheEntry.objects.exists()


def test_network_address_goes_with_the_session(
    client_of: Callable[..., Client], delegate: Delegate
) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        client_of(delegate)
        Session.objects.update(expire_date=NOON + 8 * HOUR)
        UserSession.objects.get_or_create(
            user=delegate.user,
            session_key=Session.objects.get().session_key,
            defaults={"ip": "192.0.2.7", "user_agent": "Zq"},
        )
        call_command("apply_retention", stdout=StringIO())
        assert UserSession.objects.exists()
        clock.shift(8 * HOUR)
        call_command("apply_retention", stdout=StringIO())
        assert not UserSession.objects.exists() and not Session.objects.exists()
