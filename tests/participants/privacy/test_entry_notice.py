"""People whom others entered are told within 30 days or erased, and remove themselves."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from unittest.mock import Mock, patch

import pytest
import time_machine
from django.core.mail import EmailMultiAlternatives
from django.db.migrations.recorder import MigrationRecorder
from pytest_django import Settings

from participants.models import Delegate, Invitation, User
from participants.onboarding.invitations import send_invitation
from participants.privacy import entry_notice
from roundtable.mail.models import QueuedEmail
from roundtable.models import Event
from tests.email_links import LinkClient
from tests.factories import NOON, make_event
from tests.form_fields import press
from tests.page_text import page_text
from tests.participants.privacy.test_people_who_never_joined import enter, names, run

pytestmark = [pytest.mark.django_db, pytest.mark.each_database]
ROOT = Path(__file__).resolve().parents[3]
Deliver = Callable[[], list[EmailMultiAlternatives]]
TOLD = ["Told that others entered them: 1"]
UNTOLD = ["Erased, because no email could tell them within 30 days: 1"]
NOTHING = ["Nothing is due."]


def day(number: int) -> date:
    return NOON.date() + timedelta(days=number)


def link_in(text: str) -> str:
    found = re.search(r"https://portal\.example\.org(/links/\S+)", text)
    assert found
    return found[1]


def test_person_is_told_once_in_two_weeks_and_kept(event: Event, deliver: Deliver) -> None:
    enter("Ines", event)
    assert run(day(13)) == NOTHING
    assert run(day(14), "--dry-run")[1:] == TOLD and not QueuedEmail.objects.exists()
    assert run(day(14)) == TOLD
    [message] = deliver()
    assert message.to == ["ines@example.org"]
    words = " ".join(str(message.body).split())
    for part in (str(event), "The office runs this portal", "we erase it on 2 March 2027"):
        assert part in words, part
    for number in (15, 30, 31, 364):
        assert run(day(number)) == NOTHING
    assert names() == {"Ines"}
    assert run(day(365)) == ["Erased, because they never joined: 1"]


def test_who_cannot_be_told_is_erased_after_thirty_days(event: Event) -> None:
    enter("Nobox", event)
    Delegate.objects.update(invitation_email="")
    assert run(day(29)) == NOTHING
    assert names() == {"Nobox"}
    assert run(day(30)) == UNTOLD
    assert names() == set()


def test_who_was_told_at_no_mailbox_is_erased(event: Event) -> None:
    enter("Bounced", event)
    assert run(day(14)) == TOLD
    QueuedEmail.objects.update(done_at=NOON + timedelta(days=15), is_sent=False)
    assert run(day(29)) == NOTHING
    assert run(day(30)) == UNTOLD


def test_invitation_tells(event: Event, cochair: User, deliver: Deliver) -> None:
    person = enter("Ines", event)
    with time_machine.travel(NOON, tick=False):
        send_invitation(delegate=person, event=event, by=cochair, at=NOON)
        assert [email.to for email in deliver()] == [["ines@example.org"]]
    assert run(day(14)) == run(day(31)) == NOTHING
    assert names() == {"Ines"}
    # At the corrected address, no one was told yet.
    person.refresh_from_db()
    person.write(invitation_email="other@example.org")
    assert run(day(32)) == TOLD
    assert [email.to for email in deliver()][1:] == [["other@example.org"]]


def test_nothing_is_sent_while_no_one_is_responsible(event: Event, settings: Settings) -> None:
    settings.OPERATOR_NAME = ""
    enter("Ines", event)
    assert run(day(14)) == NOTHING
    assert run(day(30)) == UNTOLD


def test_made_up_people_are_neither_told_nor_erased(event: Event) -> None:
    Event.objects.filter(pk=event.pk).update(is_demonstration=True)
    enter("Made-up", event, is_protected_from_desk=False)
    Delegate.objects.update(is_demonstration=True, invitation_email="")
    assert run(day(31)) == NOTHING


def test_person_removes_themselves_without_an_account(event: Event, deliver: Deliver) -> None:
    enter("Ines", event)
    enter("Other", make_event(), at=NOON + timedelta(days=20))
    run(day(14))
    [message] = deliver()
    address = link_in(str(message.body))
    with time_machine.travel(NOON + timedelta(days=200), tick=False):
        browser = LinkClient()
        page = browser.get(address)
        assert "You are entered here" in page_text(page)
        assert names() == {"Ines", "Other"}, "a GET removes no one"
        answer = press(browser, page, page.request["PATH_INFO"], "Remove me")
        assert "Your data is deleted" in page_text(answer)
        assert names() == {"Other"}
        assert not User.objects.filter(email="ines@example.org").exists()
        assert browser.get(address).status_code == 404


def test_expired_invitation_still_removes(event: Event, cochair: User, deliver: Deliver) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        person = enter("Ines", event)
        send_invitation(delegate=person, event=event, by=cochair, at=NOON)
        [message] = deliver()
        clock.shift(timedelta(days=40))
        browser = LinkClient()
        page = browser.get(link_in(str(message.body)))
        assert "You cannot use this invitation" in page_text(page)
        press(browser, page, page.request["PATH_INFO"], "Remove me")
        assert names() == set()


def test_days_before_the_upgrade_do_not_count(
    event: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter("Nobox", event)
    Delegate.objects.update(invitation_email="")
    installed = NOON + timedelta(days=100)
    monkeypatch.setattr(entry_notice, "rule_began", lambda: installed)
    assert run(day(129)) == NOTHING
    assert run(day(130)) == UNTOLD


def test_rule_began_when_its_release_was_installed() -> None:
    rows = Mock()
    rows.filter.return_value.values_list.return_value.first.return_value = NOON
    with (
        patch.object(MigrationRecorder, "has_table", return_value=True),
        patch.object(MigrationRecorder, "migration_qs", rows),
    ):
        assert entry_notice.rule_began.__wrapped__() == NOON
    named = rows.filter.call_args.kwargs
    assert (ROOT / named["app"] / "migrations" / f"{named['name']}.py").exists()


@pytest.mark.parametrize("became", ["corrected", "joined", "declined"])
def test_link_removes_no_one_else(
    event: Event, cochair: User, deliver: Deliver, became: str
) -> None:
    with time_machine.travel(NOON + timedelta(days=14), tick=False) as clock:
        person = enter("Ines", event)
        run(day(14))
        if became == "declined":
            send_invitation(delegate=person, event=event, by=cochair, at=datetime.now(UTC))
        address = link_in(str(deliver()[-1].body))
        clock.shift(timedelta(days=20))
        person.refresh_from_db()
        if became == "corrected":
            person.write(invitation_email="other@example.org")
        elif became == "joined":
            person.write(user=cochair)
        else:
            Invitation.objects.update(answer="not-me", answered_at=NOON)
        browser = LinkClient()
        page = browser.get(address)
        assert page.status_code == 404
        browser.post(page.wsgi_request.path, {"answer": "remove"})
        assert names() == {"Ines"}
