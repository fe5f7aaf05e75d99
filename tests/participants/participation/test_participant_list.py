"""The list of participants: a purpose, two co-chairs, seven days, a log entry."""

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import openpyxl
import pytest
import time_machine
from django.core.mail import EmailMultiAlternatives
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from lxml import html

from participants.models import Audience, Delegate, ParticipantList, User
from roundtable.audit.models import AuditEntry
from roundtable.models import Event
from tests.decide import waiting
from tests.factories import (
    NOON,
    make_affiliation,
    make_channel,
    make_delegate,
    make_event,
    make_grant,
    make_holder,
    make_organisation,
    make_participant_list,
    make_participation,
    make_role,
)
from tests.form_fields import press, send_form
from tests.mail_queue import queued_emails
from tests.page_text import page_html
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


def lines(answer: Any) -> list[list[str]]:
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


# What it holds --------------------------------------------------------------------------------


def test_list_contains_cochair_data_and_nothing_shared(
    client_of: Sign, meeting: Event, first: User, second: User
) -> None:
    row = agreed(client_of, meeting, first, second)
    answer = fetch(client_of(first), row)
    assert answer.status_code == 200
    assert answer["Content-Disposition"] == 'attachment; filename="participants-desk.csv"'
    assert lines(answer) == [
        ["Name", "Name in Latin letters", "Organisation", "Post", "Invitation address"],
        ["'=Wim", "", "Harbour Office", "Observer", "wim@example.org"],
        ["Rita Sen", "", "Harbour Office", "Head of unit", "rita@example.org"],
    ]
    # The workbook says the same, without formulas.
    workbook = fetch(client_of(first), row, "xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(workbook.content)).active
    assert sheet is not None
    found = {str(cells[0].value): cells for cells in sheet.iter_rows(min_row=2)}
    assert set(found) == {"=Wim", "Rita Sen"}
    assert found["=Wim"][0].data_type == "s"


# Who reads of it ------------------------------------------------------------------------------


def looks_of(client: Client) -> list[str]:
    page = html.fromstring(client.get("/me/looks/").content)
    return [" ".join(row.text_content().split()) for row in page.find_class("timeline")[0]]


def test_people_in_a_list_read_by_whom_for_whom_why_and_when(
    client_of: Sign, meeting: Event, first: User, second: User
) -> None:
    make_delegate(name="Chandra Chair", user=first)
    # At another roundtable of hers, where she acts for others.
    other = make_event()
    make_grant(first, other, on_behalf_of=make_organisation(name="Another office"))
    wim = Delegate.objects.get(name="=Wim")
    make_participation(wim, other)
    make_role(meeting, organisation=first.grants.get(event=meeting).on_behalf_of)
    chair = client_of(first)
    page = chair.get(f"{LIST}add/")
    purpose = "<b>Badges</b>, made by the venue"
    send_form(chair, page, containing="purpose", event=str(meeting.pk), purpose=purpose)
    row = ParticipantList.objects.get()
    change = f"{LIST}{row.pk}/change/"
    press(client_of(second), change, LIST, "Agree to the download")
    owner = client_of(wim)
    assert "No one has opened or downloaded your details" in page_html(owner.get("/me/looks/"))
    with time_machine.travel(timezone.now() + timedelta(minutes=30), tick=False):
        when = timezone.now()
        address = reverse("admin:participants_participantlist_fetch", args=[row.pk])
        assert "wim@" in press(chair, change, address, "Download as CSV").content.decode()
    office = first.grants.get(event=meeting).on_behalf_of
    assert office is not None
    assert looks_of(owner) == [
        f"{date_format(when, 'DATETIME_FORMAT')} (UTC)"
        f"Exported a list that includes your name · {office.name}"
        f" Chandra Chair, co-chair Purpose: {purpose}"
    ]
    assert "1 time in the last 30 days" in page_html(owner.get("/me/"))
    assert "&lt;b&gt;Badges&lt;/b&gt;, made by the venue" in page_html(owner.get("/me/data/"))
    # Others in the list are not named, and those who are not in it read nothing.
    assert "Rita" not in owner.get("/me/looks/").content.decode()
    for name in ("Zq Protected", "Zq Unconfirmed", "Zq Elsewhere"):
        text = page_html(client_of(Delegate.objects.get(name=name)).get("/me/looks/"))
        assert "No one has opened or downloaded your details" in text


def test_each_download_is_logged_for_listed_delegates_who_stay_when_they_hide(
    client_of: Sign, meeting: Event, first: User, second: User
) -> None:
    row = agreed(client_of, meeting, first, second)
    wim = Delegate.objects.get(name="=Wim")
    before = fetch(client_of(first), row).content
    wim.write(hidden_at=NOON)
    assert b"wim@" in before
    assert fetch(client_of(first), row).content == before
    assert len(looks_of(client_of(wim))) == 2
    assert AuditEntry.objects.filter(action="export").count() == 4
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
    assert [to for to, _body in mails] == ["zq-first@example.org"]
    assert any(f"{LIST}{row.pk}/change/" in body for _to, body in mails)
    assert not any("Badges" in body or "Rita" in body for _to, body in mails)


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
            assert "Lists to download" not in waiting(client_of(user))
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
        assert waiting(client_of(user)).get("Lists to download", 0) == number


def test_rejection_ends_request(client_of: Sign, meeting: Event, first: User, second: User) -> None:
    ask(client_of(first), meeting)
    row = ParticipantList.objects.get()
    assert "1 request is decided." in decide(client_of(second), row, "refuse")
    [email] = queued_emails(to=first.email, subject="Your request")
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
    assert numbers[1] == numbers[2]
