"""The list of participants: a purpose, two co-chairs, marked copies, seven days, a log entry."""

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import openpyxl
import pytest
import time_machine
from django.core.mail import EmailMultiAlternatives
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from participants.models import Audience, Delegate, ParticipantList, User
from roundtable.audit.models import AuditEntry
from roundtable.mail.models import QueuedEmail
from roundtable.models import Event
from tests.factories import (
    NOON,
    make_affiliation,
    make_channel,
    make_delegate,
    make_event,
    make_holder,
    make_organisation,
    make_participant_list,
    make_participation,
)
from tests.recorded_fixtures import recorded

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("recorded_templates")]
Sign = Callable[[User | Delegate], Client]
Deliver = Callable[[], list[EmailMultiAlternatives]]
LIST = "/admin/participants/participantlist/"


@pytest.fixture
@recorded
def meeting() -> Event:
    """A roundtable with two confirmed participants, and others whom no list may hold."""
    event = make_event(code="DESK", slug="desk", is_public=False)
    office = make_organisation(name="Harbour Office")
    rita = make_delegate(
        name="Rita Sen", user=None, invitation_email="rita@example.org", post="zq-own-post"
    )
    make_participation(rita, event, organisation=office)
    make_affiliation(rita, organisation=office, post="Head of unit")
    wim = make_delegate(
        name="=Wim", invitation_email="wim@example.org", listed_to=Audience.EVERYONE
    )
    make_participation(wim, event, organisation=office, capacity="Observer")
    make_channel(wim, audience=Audience.EVERYONE, kind="email", value="zq-channel@example.org")
    protected = make_delegate(name="Zq Protected")
    make_participation(protected, event, organisation=office, is_protected_from_desk=True)
    erased = make_delegate(name="Zq Erased", user=None)
    make_participation(erased, event, organisation=office)
    Delegate.objects.filter(pk=erased.pk).update(name="", erased_at=NOON)
    make_participation(make_delegate(name="Zq Unconfirmed"), event, confirmed=False)
    make_participation(make_delegate(name="Zq Elsewhere"), make_event())
    return event


def cochair(event: Event, word: str, **fields: Any) -> User:
    given = {"on_behalf_of": make_organisation(short_name=f"{word} office")} | fields
    return make_holder(event, f"zq-{word}@example.org", **given)


@pytest.fixture
def first(meeting: Event) -> User:
    return cochair(meeting, "first")


@pytest.fixture
def second(meeting: Event) -> User:
    return cochair(meeting, "second")


def ask(client: Client, event: Event, purpose: str = "Badges for the next meeting") -> Any:
    return client.post(f"{LIST}add/", {"event": event.pk, "purpose": purpose})


def decide(client: Client, row: ParticipantList, action: str = "agree") -> str:
    sent = {"action": action, "_selected_action": str(row.pk)}
    return client.post(LIST, sent, follow=True).content.decode()


def fetch(client: Client, row: ParticipantList, kind: str = "csv") -> Any:
    address = reverse("admin:participants_participantlist_fetch", args=[row.pk])
    return client.post(address, {"format": kind})


def agreed(client_of: Sign, event: Event, first: User, second: User) -> ParticipantList:
    assert ask(client_of(first), event).status_code == 302
    row = ParticipantList.objects.latest("pk")
    assert "1 request is decided." in decide(client_of(second), row)
    row.refresh_from_db()
    return row


def choose_canary(client: Client, event: Event, choice: str = "on") -> Any:
    address = reverse("admin:participants_participantlist_canary", args=[event.pk])
    return client.post(address, {choice: "yes"}, follow=True)


def lines(answer: Any) -> list[list[str]]:
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


# What it holds --------------------------------------------------------------------------------


def test_list_contains_cochair_data_decoy_row_and_mark(
    client_of: Sign, meeting: Event, first: User, second: User
) -> None:
    for user in (first, second):
        choose_canary(client_of(user), meeting)
    row = agreed(client_of, meeting, first, second)
    answer = fetch(client_of(first), row)
    assert answer.status_code == 200
    assert answer["Content-Disposition"] == (
        f'attachment; filename="participants-desk-{row.watermark}.csv"'
    )
    head, *rows = lines(answer)
    columns = "Name, Name in Latin letters, Organisation, Post, Invitation address, Copy"
    assert ", ".join(head) == columns
    assert [one for one in rows if one[4] != row.canary_email] == [
        ["'=Wim", "", "Harbour Office", "Observer", "wim@example.org", row.watermark],
        ["Rita Sen", "", "Harbour Office", "Head of unit", "rita@example.org", row.watermark],
    ]
    [made_up] = [one for one in rows if one[4] == row.canary_email]
    # Organisation and post are those of someone in the list, and the same in each copy.
    assert made_up[3] in ("Observer", "Head of unit")
    assert [*made_up[:3], *made_up[4:]] == [
        row.canary_name,
        "",
        "Harbour Office",
        row.canary_email,
        row.watermark,
    ]
    assert lines(fetch(client_of(first), row))[1:] == rows
    assert row.canary_email.endswith("@portal.example.org")
    text = answer.content.decode().lower()
    for chance in (row.canary_email, row.watermark):
        text = text.replace(chance, "")
    assert "zq" not in text
    # The workbook says the same, without formulas.
    workbook = fetch(client_of(first), row, "xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(workbook.content)).active
    assert sheet is not None
    found = {str(cells[0].value): cells for cells in sheet.iter_rows(min_row=2)}
    assert set(found) == {"=Wim", "Rita Sen", row.canary_name}
    assert found["=Wim"][0].data_type == "s"
    assert {cells[5].value for cells in found.values()} == {row.watermark}


def test_two_lists_have_different_marks(
    client_of: Sign, meeting: Event, first: User, second: User, settings: Settings
) -> None:
    settings.CANARY_DOMAIN = "Mail.example.net"
    one, two = (agreed(client_of, meeting, *pair) for pair in ((first, second), (second, first)))
    assert one.watermark != two.watermark and one.canary_email != two.canary_email
    assert one.watermark not in fetch(client_of(second), two).content.decode()
    assert one.canary_email.endswith("@mail.example.net")


def names(client_of: Sign, row: ParticipantList, first: User) -> set[str]:
    found = lines(fetch(client_of(first), row))[1:]
    assert {line[5] for line in found} == {row.watermark}
    return {line[0] for line in found}


def test_list_contains_no_made_up_person_unless_two_cochairs_agreed(
    client_of: Sign, meeting: Event, first: User, second: User
) -> None:
    row = agreed(client_of, meeting, first, second)
    assert names(client_of, row, first) == {"'=Wim", "Rita Sen"}
    same_office = cochair(meeting, "same", on_behalf_of=first.grants.get().on_behalf_of)
    for user in (first, first, same_office):
        page = choose_canary(client_of(user), meeting).content.decode()
        assert "It is off." in page
    assert names(client_of, row, first) == {"'=Wim", "Rita Sen"}
    assert "It is on." in choose_canary(client_of(second), meeting).content.decode()
    assert names(client_of, row, first) == {"'=Wim", "Rita Sen", row.canary_name}
    assert "It is off." in choose_canary(client_of(second), meeting, "off").content.decode()
    assert names(client_of, row, first) == {"'=Wim", "Rita Sen"}
    acts = AuditEntry.objects.filter(action__contains="made-up").values_list("action", flat=True)
    assert list(acts) == [
        "agree to made-up person in lists",
        "agree to made-up person in lists",
        "turn off made-up person in lists",
    ]


def test_list_for_the_venue_never_contains_a_made_up_person(
    client_of: Sign, meeting: Event, first: User, second: User
) -> None:
    for user in (first, second):
        choose_canary(client_of(user), meeting)
    client_of(first).post(
        f"{LIST}add/", {"event": meeting.pk, "purpose": "Door", "is_for_venue": "on"}
    )
    row = ParticipantList.objects.get()
    decide(client_of(second), row)
    row.refresh_from_db()
    assert row.is_for_venue
    assert names(client_of, row, first) == {"'=Wim", "Rita Sen"}


def test_only_cochairs_for_an_organisation_decide_about_the_made_up_person(
    client_of: Sign, meeting: Event, first: User, operator: User
) -> None:
    choose_canary(client_of(first), meeting)
    others = [cochair(meeting, role, role=role) for role in ("cohost", "editor")]
    for user in (operator, *others, cochair(meeting, "alone", on_behalf_of=None)):
        for choice in ("on", "off"):
            choose_canary(client_of(user), meeting, choice)
            assert meeting.canary_confirmations.get().by == first, user


# Who reads of it ------------------------------------------------------------------------------


def test_each_download_is_logged_for_listed_delegates_who_stay_when_they_hide(
    client_of: Sign, meeting: Event, first: User, second: User
) -> None:
    row = agreed(client_of, meeting, first, second)
    wim = Delegate.objects.get(name="=Wim")
    page = client_of(wim).get("/me/looks/").content.decode()
    assert "Exported a list that includes your name" not in page
    before = fetch(client_of(first), row).content
    wim.write(hidden_at=NOON)
    assert b"wim@" in before
    assert fetch(client_of(first), row).content == before
    page = client_of(wim).get("/me/looks/").content.decode()
    assert page.count("Exported a list that includes your name") == 2
    assert AuditEntry.objects.filter(action="export").count() == 4
    protected = Delegate.objects.get(name="Zq Protected")
    assert "Exported" not in client_of(protected).get("/me/looks/").content.decode()
    acts = AuditEntry.objects.filter(action__contains="list of").values_list("action", flat=True)
    assert list(acts) == [
        "ask list of participants",
        "agree to list of participants",
        "fetch list of participants",
        "fetch list of participants",
    ]


def test_notification_emails_contain_no_names(
    client_of: Sign, meeting: Event, first: User, second: User, deliver: Deliver
) -> None:
    row = agreed(client_of, meeting, first, second)
    mails = [(mail.to[0], str(mail.body)) for mail in deliver()]
    assert sorted(to for to, _body in mails) == [
        "zq-first@example.org",
        "zq-first@example.org",
        "zq-second@example.org",
    ]
    assert any(f"{LIST}{row.pk}/change/" in body for _to, body in mails)
    assert not any(
        "Badges" in body or "Rita" in body or row.watermark in body for _to, body in mails
    )


# Who may ask, agree and fetch -----------------------------------------------------------------


def test_only_permitted_users_request_list_for_a_purpose(
    client_of: Sign, meeting: Event, first: User
) -> None:
    others = [cochair(meeting, role, role=role) for role in ("editor", "reader")]
    others.append(cochair(make_event(is_public=False), "elsewhere"))
    others.append(cochair(meeting, "alone", on_behalf_of=None))
    for user in others:
        assert ask(client_of(user), meeting).status_code in (200, 403)
    text = ask(client_of(first), meeting, purpose=" ").content.decode()
    assert "This field is required." in text
    assert not ParticipantList.objects.exists()


def test_operator_cannot_request_approve_or_download(
    client_of: Sign, operator: User, meeting: Event, first: User
) -> None:
    client = client_of(operator)
    assert ask(client, meeting).status_code == 403
    ask(client_of(first), meeting)
    row = ParticipantList.objects.get()
    assert "1 request is not changed." in decide(client, row)
    ParticipantList.objects.update(decided_at=NOON, expires_at=timezone.now() + timedelta(days=1))
    assert fetch(client, row).status_code == 403


def test_only_cochair_of_other_organisation_approves(client_of: Sign, meeting: Event) -> None:
    interior, police = (
        make_organisation(short_name=name, kind="government", country="ID")
        for name in ("Interior", "Police")
    )
    asking = cochair(meeting, "interior", on_behalf_of=interior)
    assert ask(client_of(asking), meeting).status_code == 302
    row = ParticipantList.objects.get()
    for user in (
        asking,
        cochair(meeting, "same", on_behalf_of=interior),
        cochair(meeting, "police", on_behalf_of=police),  # all bodies of one government are one
        cochair(meeting, "editor", role="editor"),
        cochair(meeting, "alone", on_behalf_of=None),
    ):
        decide(client_of(user), row)
        row.refresh_from_db()
        assert (row.decided_at, row.expires_at) == (None, None)
        if user.grants.get().role == "cochair":
            assert client_of(user).get(f"{LIST}?waits=me").context["cl"].result_count == 0
    fetch(client_of(asking), row)
    assert not AuditEntry.objects.filter(action="export").exists()


def test_pending_list_is_shown_to_approvers_only(
    client_of: Sign, operator: User, meeting: Event, first: User, second: User
) -> None:
    ask(client_of(first), meeting)
    for word in ("other", "another"):
        make_participant_list(
            meeting, requested_by=cochair(meeting, word, valid_until=timezone.localdate())
        )
    make_participant_list(meeting, decided_at=NOON)
    same = cochair(meeting, "same", on_behalf_of=first.grants.get().on_behalf_of)
    for user, number in ((first, 2), (same, 2), (second, 3), (operator, 0)):
        client = client_of(user)
        assert client.get(f"{LIST}?waits=me").context["cl"].result_count == number
        text = client.get("/admin/").content.decode()
        assert ("Lists of participants to agree to" in text) == bool(number)


def test_rejection_ends_request(client_of: Sign, meeting: Event, first: User, second: User) -> None:
    ask(client_of(first), meeting)
    row = ParticipantList.objects.get()
    assert "1 request is decided." in decide(client_of(second), row, "refuse")
    email = QueuedEmail.objects.get(recipient=first.email, subject__contains="Your request")
    assert "You cannot download it. Ask the other co-chairs why." in email.text
    assert "1 request is not changed." in decide(client_of(second), row)
    answer = fetch(client_of(first), row)
    assert answer.status_code == 302
    assert "Refused" in client_of(first).get(LIST).content.decode()


def test_only_requester_downloads(
    client_of: Sign, meeting: Event, first: User, second: User
) -> None:
    row = agreed(client_of, meeting, first, second)
    assert fetch(client_of(second), row).status_code == 403
    assert fetch(client_of(cochair(make_event(), "third")), row).status_code == 404
    address = reverse("admin:participants_participantlist_fetch", args=[row.pk])
    assert client_of(first).get(address).status_code == 405
    assert "Download as CSV" in client_of(first).get(f"{LIST}{row.pk}/change/").content.decode()
    assert "Download as" not in client_of(second).get(f"{LIST}{row.pk}/change/").content.decode()


def test_access_expires_after_seven_days_or_with_grant(
    client_of: Sign, meeting: Event, first: User, second: User
) -> None:
    row = agreed(client_of, meeting, first, second)
    assert row.expires_at and row.decided_at
    assert row.expires_at - row.decided_at == timedelta(days=7)
    with time_machine.travel(row.expires_at - timedelta(minutes=1), tick=False):
        assert fetch(client_of(first), row).status_code == 200
    with time_machine.travel(row.expires_at, tick=False):
        client = client_of(first)
        assert fetch(client, row).status_code == 302
        assert "Expired on" in client.get(LIST).content.decode()
    first.grants.update(role="editor")
    assert fetch(client_of(first), row).status_code in (403, 404)


# Whose copy it is -----------------------------------------------------------------------------


def test_leaked_copy_identifies_its_owner(
    client_of: Sign,
    operator: User,
    meeting: Event,
    first: User,
    second: User,
    capsys: pytest.CaptureFixture[str],
) -> None:
    row = agreed(client_of, meeting, first, second)
    make_participant_list(meeting, canary_name=f"Not {row.canary_name}")
    for text in (row.watermark.upper(), row.canary_email, f" {row.canary_name}"):
        call_command("trace_participant_list", text)
        told = capsys.readouterr().out
        assert told.startswith(
            f"DESK: requested by co-chair, for first office (account {first.pk}) on "
        )
        assert "Badges for the next meeting" in told and len(told.splitlines()) == 1
    with pytest.raises(CommandError, match="No list of participants contains “nothing”"):
        call_command("trace_participant_list", "nothing")
    found = client_of(operator).get(f"{LIST}?q={row.watermark}").context["cl"].result_list
    assert list(found) == [row]


def test_decoy_row_cannot_be_identified(
    client_of: Sign, meeting: Event, first: User, second: User
) -> None:
    row = agreed(client_of, meeting, first, second)
    client = client_of(first)
    for text in (row.watermark, row.canary_email, row.canary_name):
        assert client.get(LIST, {"q": text}).context["cl"].result_count == 0
    for address in (LIST, f"{LIST}{row.pk}/change/"):
        page = client.get(address).content.decode()
        assert row.canary_email not in page and row.canary_name not in page


def test_request_time_is_independent_of_list_length(
    client_of: Sign, meeting: Event, first: User
) -> None:
    made = [(make_participant_list(meeting, requested_by=first), "first office (account")]
    numbers = []
    for number in range(3):
        browser = client_of(first)
        with CaptureQueriesContext(connection) as asked:
            text = browser.get(LIST).content.decode()
        assert all(words in text for _row, words in made)
        numbers.append(len(asked))
        person = make_delegate(name=f"Asker {number}")
        make_participation(person, meeting)
        made.append((make_participant_list(meeting, requested_by=person.user), f"Asker {number}"))
        other = cochair(meeting, f"other{number}")
        made.append(
            (make_participant_list(meeting, requested_by=other), f"other{number} office (account")
        )
    assert numbers[1:] == [11, 11]
