"""Reminders: one email per person, each step once, and none for people who are hidden or gone."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from outcomes.models import CommitmentParty, Reminder
from outcomes.reporting.links import party_for_link
from outcomes.reporting.reminders import send_reminders
from participants.email_links.links import link_for_key
from participants.models import Consent, Delegate, EmailLink
from participants.privacy import consent
from participants.privacy.erasure import erase_delegate
from roundtable.models import Event
from tests.email_links import links_for
from tests.factories import make_commitment, make_event, make_participation, make_party, make_update
from tests.fixture_types import Deliver
from tests.follow_up_factories import make_round, make_round_request

pytestmark = pytest.mark.django_db

DUE = date(2026, 6, 1)
BEFORE = date(2026, 5, 2)
AFTER = date(2026, 7, 1)


def noon(day: date) -> datetime:
    return datetime.combine(day, time(12), UTC)


def run(day: date) -> int:
    return send_reminders(on=day, at=noon(day))


def accepted(person: Delegate, event: Event, **fields: Any) -> CommitmentParty:
    """A party to a commitment due on 1 June 2026 whose focal point is this person."""
    party = make_party(make_commitment(event, **{"due_on": DUE} | fields))
    party.request_focal_point(person)
    party.accept(noon(date(2026, 1, 1)))
    return party


def sent_steps() -> list[tuple[str, str]]:
    return [(row.party.commitment.reference, row.kind) for row in Reminder.objects.order_by("pk")]


def test_each_reminder_is_sent_once_on_its_date(
    event: Event, delegate: Delegate, deliver: Deliver
) -> None:
    accepted(delegate, event, reference="RT2024-C7")
    days = [BEFORE - timedelta(days=1), BEFORE, BEFORE, BEFORE + timedelta(days=1)]
    days += [DUE - timedelta(days=1), DUE, DUE, AFTER - timedelta(days=1), AFTER, AFTER]
    days += [AFTER + timedelta(days=400)]
    assert [run(day) for day in days] == [0, 1, 0, 0, 0, 1, 0, 0, 1, 0, 0]
    assert sent_steps() == [("RT2024-C7", step) for step in ("before", "due", "after")]
    bodies = [str(mail.body) for mail in deliver()]
    assert [re.findall(r"RT2024-C7, .*", body) for body in bodies] == [
        ["RT2024-C7, due on 1 June 2026"],
        ["RT2024-C7, due today"],
        ["RT2024-C7, was due on 1 June 2026"],
    ]


def test_one_email_lists_due_items_with_own_links(
    event: Event, delegate: Delegate, focal_point: Delegate, deliver: Deliver
) -> None:
    late = accepted(delegate, event, reference="RT2024-C7", text="Open a helpline.")
    soon = accepted(delegate, event, reference="RT2024-C8", due_on=date(2026, 6, 20))
    accepted(delegate, event, reference="RT2024-C9", due_on=date(2026, 9, 1))
    accepted(focal_point, event, reference="RT2024-C10")
    assert run(DUE) == 2
    mails = {mail.to[0]: mail for mail in deliver()}
    assert set(mails) == {"delegate@example.org", "focal@example.org"}
    mail = mails["delegate@example.org"]
    assert mail.subject == "What is due"
    body, html = str(mail.body), str(mail.alternatives[0][0])
    assert re.findall(r"RT2024-C\d+", body) == ["RT2024-C7", "RT2024-C8"]
    assert "Open a helpline." in body and "Open a helpline." in html
    assert "“Stop reminders about this commitment” or “This is not my task”" in body
    paths = links_for("report", body)
    assert paths == links_for("report", html)
    links = [found for path in paths if (found := link_for_key(path.split("/")[2]))]
    assert [(party_for_link(link, noon(DUE)), link.delegate) for link in links] == [
        (late, delegate),
        (soon, delegate),
    ]
    assert party_for_link(links[0], noon(DUE + timedelta(days=30))) is None


def test_commitment_of_unpublished_event_is_named_by_reference_only(
    delegate: Delegate, deliver: Deliver
) -> None:
    closed = make_event(code="SHUT", is_public=False)
    make_participation(delegate, closed)
    accepted(delegate, closed, reference="SHUT-C1", text="Not said aloud yet.")
    run(DUE)
    body = str(deliver()[0].body)
    assert "SHUT-C1" in body and "Not said aloud" not in body


def hide(person: Delegate) -> None:
    consent.hide_profile(person, by=Consent.By.OWNER, at=noon(BEFORE))


def shut(person: Delegate) -> None:
    assert person.user
    person.user.write(is_active=False)


def remove(person: Delegate) -> None:
    erase_delegate(person, by=None, at=noon(BEFORE))


@pytest.mark.parametrize("vanish", [hide, shut, remove])
def test_hidden_or_erased_delegate_gets_no_reminder(
    event: Event, delegate: Delegate, vanish: Callable[[Delegate], None], deliver: Deliver
) -> None:
    accepted(delegate, event)
    vanish(delegate)
    before = len(deliver())
    assert run(DUE) == 0
    assert (len(deliver()), sent_steps(), EmailLink.objects.of("report").count()) == (before, [], 0)
    if vanish == hide:
        consent.unhide_profile(delegate, at=noon(DUE))
        # Of what was missed, only the latest.
        assert [run(AFTER + timedelta(days=90)), run(AFTER), run(DUE), run(BEFORE)] == [1, 0, 0, 0]
        assert [step for _reference, step in sent_steps()] == ["after"]


def test_no_reminder_without_acceptance_or_after_opt_out(event: Event, delegate: Delegate) -> None:
    asked = accepted(delegate, event)
    asked.request_focal_point(delegate)
    stopped = accepted(delegate, event)
    stopped.reminders_stopped_at = noon(BEFORE)
    stopped.save()
    accepted(delegate, event, due_on=None)
    assert run(DUE) == 0


def test_ended_or_reported_commitments_are_omitted(event: Event, delegate: Delegate) -> None:
    ended = accepted(delegate, event)
    make_update(ended.commitment, party=ended, status="fulfilled")
    reported = accepted(delegate, event, reference="RT2024-C7")
    update = make_update(reported.commitment, party=reported, approved=False)
    update.submit(at=noon(BEFORE + timedelta(days=3)))
    assert run(BEFORE + timedelta(days=4)) == 0
    update.request_change(note="Say how many.", at=noon(BEFORE + timedelta(days=5)))
    assert run(BEFORE + timedelta(days=6)) == 1
    update.submit(at=noon(BEFORE + timedelta(days=7)))
    assert run(DUE) == 1
    assert sent_steps() == [("RT2024-C7", "before"), ("RT2024-C7", "due")]


def test_changed_due_date_and_new_focal_point_restart_reminders(
    event: Event, delegate: Delegate, focal_point: Delegate
) -> None:
    party = accepted(delegate, event)
    assert run(DUE) == 1
    party.request_focal_point(focal_point)
    party.accept(noon(DUE))
    assert [run(DUE + timedelta(days=1)), run(DUE + timedelta(days=2))] == [1, 0]
    party.commitment.due_on = date(2027, 6, 1)
    party.commitment.save()
    assert [run(date(2027, 5, 1)), run(date(2027, 5, 2)), run(date(2027, 5, 2))] == [0, 1, 0]


def test_reminders_go_by_the_day_of_a_round_that_asked(
    event: Event, delegate: Delegate, deliver: Deliver
) -> None:
    party = accepted(delegate, event, reference="RT2024-C7", due_on=date(2026, 5, 1))
    last_day = date(2026, 8, 20)
    row = make_round(event=event, opened_at=noon(date(2026, 7, 25)), due_on=last_day)
    asked = make_round_request(round=row, party=party)
    month = timedelta(days=30)
    # The round itself asked less than thirty days before its last day.
    days = [date(2026, 7, 26), last_day - timedelta(days=1), last_day, last_day]
    days += [last_day + month - timedelta(days=1), last_day + month, last_day + month]
    assert [run(day) for day in days] == [0, 0, 1, 0, 0, 1, 0]
    assert [row.due_on for row in Reminder.objects.all()] == [last_day, last_day]
    assert [re.findall(r"RT2024-C7, .*", str(mail.body)) for mail in deliver()] == [
        ["RT2024-C7, report due today"],
        ["RT2024-C7, report was due on 20 August 2026"],
    ]
    # Once the round is long over, the day of the commitment counts again.
    assert run(last_day + 2 * month + timedelta(days=1)) == 1
    asked.round.due_on = date(2027, 3, 1)
    asked.round.save()
    asked.reminded_at = noon(date(2027, 2, 1))
    asked.save()
    assert [run(date(2027, 2, 1)), run(date(2027, 3, 1))] == [0, 1]
    make_update(party.commitment, party=party, approved=False).submit(at=noon(date(2027, 3, 2)))
    assert run(date(2027, 3, 31)) == 0


def test_command_prints_counts_without_names(event: Event, delegate: Delegate) -> None:
    accepted(delegate, event)
    said = []
    for _time in range(2):
        out = StringIO()
        call_command("send_reminders", "--on", "2026-06-01", stdout=out)
        said.append(out.getvalue())
    assert said == ["1 person gets a reminder.\n", "Nothing is due.\n"]
    with pytest.raises(CommandError, match="write the date like 2027-03-01"):
        call_command("send_reminders", "--on", "soon")
