"""After a breach, one command says whose data it was."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from participants.models import ParticipantList
from participants.privacy import visibility
from participants.privacy.access_log import log_download
from participants.privacy.erasure import erase_delegate
from roundtable.audit.models import AuditEntry
from roundtable.models import Event
from tests.factories import (
    NOON,
    make_channel,
    make_delegate,
    make_participant_list,
    make_participation,
    make_user,
)

pytestmark = pytest.mark.django_db


def listed(*arguments: str) -> list[str]:
    out = StringIO()
    call_command("list_affected", *arguments, stdout=out)
    return out.getvalue().splitlines()


def test_people_whose_details_an_account_read_are_listed(event: Event) -> None:
    thief = make_user("thief@example.org")
    make_participation(make_delegate(user=thief), event)
    shown = make_delegate(listed_to="everyone", user=make_user("shown@example.org"))
    make_participation(shown, event)
    make_channel(shown, value="zq@example.org", audience="participants")
    invited = make_delegate(user=None, invitation_email="invited@example.org")
    gone = make_delegate()
    other = make_delegate(user=make_user("other@example.org"))
    shown.languages.create(language="fr")
    assert listed("thief@example.org") == ["In all: 0 people."]
    visibility.reveal(thief, shown.handle, NOON)
    row: ParticipantList = make_participant_list(event)
    log_download([invited, gone], row, by=thief, at=NOON + timedelta(days=1))
    log_download([other], row, by=make_user(), at=NOON)
    erase_delegate(gone, by=None, at=NOON)
    assert listed("THIEF@example.org") == [
        "shown@example.org (fr): reveal 2026-03-02 12:00",
        "invited@example.org: export 2026-03-03 12:00",
        "In all: 3 people.",
        "1 person was erased since.",
    ]
    assert listed("thief@example.org", "--since", "2026-03-03")[0].startswith("invited@")
    assert AuditEntry.objects.filter(action="list affected").count() == 3
    everyone = listed()
    assert {"shown@example.org (fr)", "invited@example.org", "other@example.org"} <= set(everyone)
    assert everyone[-1] == f"In all: {len(everyone) - 1} people."
    with pytest.raises(CommandError, match="No account has this address"):
        listed("no-one@example.org")
