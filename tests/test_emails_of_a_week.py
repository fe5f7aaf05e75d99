"""Who is emailed, and when, in a week of a meeting and until its text is published.

By the pages' own forms and the daily commands.
"""

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from lxml import html
from PIL import Image

from outcomes.models import Circulation, Outcome, Statement
from participants.accounts.log_head import send_log_head
from participants.models import (
    Delegate,
    Grant,
    ListClosure,
    Organisation,
    OrganisationChange,
    Participation,
    User,
)
from tests.decide import QUEUE, agree
from tests.factories import (
    NOON,
    make_delegate,
    make_organisation,
    make_outcome,
    make_participation,
    make_role,
    make_statement,
    make_user,
    show_first,
)
from tests.fixture_types import Sign
from tests.form_fields import press, send_form
from tests.mail_queue import deliver_mail
from tests.meetings import SecondMeeting, are_old
from tests.page_text import page_text
from tests.sign_in import add_authenticator

pytestmark = pytest.mark.django_db
SUBJECTS = {
    "What waits at the co-chairs’ desk, and what was decided": "digest",
    "A right at the co-chairs' desk waits for you": "accept",
    "A text to agree on": "text",
    "A text needs your answer": "text reminder",
    "A text needs your signature": "sign",
    "The agreed text is public": "published",
    "A text is no longer circulated": "text stopped",
    "An organisation objected to a text": "objection",
    "Your participation is confirmed": "confirmed",
    "More people will see what you share at the meeting": "late",
}
PEOPLE = "/admin/participants/delegate/"


class Week(SecondMeeting):
    """Six people with rights, and a delegate who shares something."""

    ben: Delegate  # who comes later

    def __init__(self, sign: Sign) -> None:
        super().__init__(NOON)
        self.sign = sign
        self.cohost = self.holder("cohost", self.office, "cohost@example.org")
        self.editors = [
            self.holder("editor", body, f"editor-{number}@example.org")
            for number, body in enumerate((self.office, self.network))
        ]
        Grant.objects.update(granted_at=NOON - timedelta(days=60))
        self.operator = make_user("operator@example.org", is_superuser=True)
        for user in (self.cohost, *self.editors):
            add_authenticator(user)
        self.shelter = make_organisation(name="Shelter", kind="civil-society")
        for body in (self.indonesia, self.australia, self.office, self.network, self.shelter):
            is_cochair = body in (self.indonesia, self.australia)
            role = "cochair" if is_cochair else "participant"
            make_role(self.event, organisation=body, role=role)
        self.ana = self.delegate("ana", self.office)
        show_first(self.ana)
        are_old(NOON)
        self.holders = [self.first, self.second, self.confirmer, self.cohost, *self.editors]
        self.days: list[dict[str, str]] = []

    def delegate(self, name: str, body: Organisation, **fields: Any) -> Delegate:
        person = make_delegate(name=name.title(), user=make_user(f"{name}@example.org"))
        make_participation(person, self.event, organisation=body, **fields)
        return person

    def on(self, user: User | Delegate | None) -> Client:
        assert user
        return self.sign(user)

    def enter(self, *names: str, body: Organisation) -> None:
        """The first with a letter, the others from the same one."""
        browser = self.on(self.editors[0])
        typed = {"letter_day": "2026-02-20", "letter_file": image()}
        for name in names:
            row = {
                "event": str(self.event.pk),
                "organisation": str(body.pk),
                "nomination": f"Ms {name}, Adviser",
                **typed,
            }
            sent = {f"participations-0-{field}": value for field, value in row.items()}
            send_form(browser, browser.get(f"{PEOPLE}add/"), containing="name", name=name, **sent)
            letter = Participation.objects.latest("pk").letter
            assert letter
            typed = {"letter": str(letter.pk)}

    def agree_to_all(self, *users: User) -> None:
        for user in users:
            browser = self.on(user)
            page = press(browser, QUEUE, f"{QUEUE}together/", "Look at all")
            shown = html.fromstring(page.content.decode())
            ticked = shown.xpath("//input[@name='d']/@value")
            assert ticked
            press(browser, page, f"{QUEUE}agree/", "Agree", d=ticked)

    def sleep(self, clock: time_machine.Traveller) -> None:
        """The night, with what the portal does at five, and then the emails since the last one."""
        clock.move_to(datetime.now(UTC).replace(hour=5) + timedelta(days=1))
        for command in ("send_notifications", "make_due_changes", "send_reminders"):
            call_command(command, verbosity=0)
        day = defaultdict(list)
        for message in deliver_mail():
            subject = str(message.subject)
            day[message.to[0].partition("@")[0]].append(SUBJECTS.get(subject, subject))
        mail.outbox.clear()
        self.days.append({who: ", ".join(sorted(told)) for who, told in day.items()})
        clock.shift(timedelta(hours=4))


def image() -> SimpleUploadedFile:
    content = BytesIO()
    Image.new("RGB", (9, 9), "white").save(content, "PNG")
    return SimpleUploadedFile("Letter.png", content.getvalue())


def test_emails_until_the_text_is_published_by_person_and_day(client_of: Sign) -> None:
    with time_machine.travel(NOON.replace(hour=9), tick=False) as clock:
        week = Week(client_of)
        send_log_head(at=NOON)  # once a month, whatever happens
        deliver_mail().clear()
        for act in (
            six_rights_and_two_roles,
            None,
            people_of_a_letter,
            text_circulated,
            objection,
            list_closed,
            late_participant,
            corrected_text_circulated,
            None,
            None,
            text_signed_and_published,
        ):
            if act:
                act(week)
            week.sleep(clock)
    desk = dict.fromkeys(("cohost", "confirmer", "first", "operator", "second"), "digest")
    assert week.days == [
        # Six rights and two roles: at most two emails to each, that day or later.
        {
            "cohost": "accept, digest",
            "confirmer": "accept, digest",
            "editor-0": "accept, digest",
            "editor-1": "accept, digest",
            "first": "accept, digest",
            "operator": "digest",
            "second": "accept, digest",
        },
        {},
        # Ben has an account. Cy and Dee, of one letter, have none.
        desk | {"ben": "confirmed"},
        {"ana": "text", "ben": "text"},
        {"ana": "text stopped", "ben": "text stopped", "first": "objection", "second": "objection"},
        # The list is closed, and then two people are late: to who shares something.
        desk | {"ana": "late"},
        desk | {"ana": "late"},
        # Two days for the corrected text: no reminder on the day on which they were told.
        {"ana": "text", "ben": "text"},
        {"ana": "text reminder", "ben": "text reminder"},
        {"first": "digest, sign", "second": "digest, sign"},
        {
            "ana": "published",
            "ben": "published",
            "first": "digest",
            "operator": "digest",
            "second": "digest",
        },
    ]


def six_rights_and_two_roles(week: Week) -> None:
    page = reverse("admin:carry_over", args=[week.next.pk])
    asked = press(week.on(week.first), page, page, "Ask", letter="Letters of 1 March")
    assert "6 rights are asked for" in page_text(asked)
    page = reverse("admin:participants_organisationchange_role", args=[week.next.pk])
    for body in (week.indonesia, week.australia):
        typed = {"organisation": str(body.pk), "role": "cochair", "what": "give role"}
        browser = week.on(week.operator)
        send_form(browser, browser.get(page), containing="reason", reason="Their letter", **typed)
    assert OrganisationChange.objects.count() == 2
    for user in week.holders:
        press(week.on(user), "/me/rights/", "/me/rights/", "Accept")
    week.agree_to_all(week.second, week.confirmer, week.cohost)


def people_of_a_letter(week: Week) -> None:
    waits = {"confirmed": False, "entered_at": datetime.now(UTC), "nomination": "Mr Ben"}
    week.ben = week.delegate("ben", week.shelter, **waits)
    week.enter("Cy", "Dee", body=week.shelter)
    week.agree_to_all(week.first, week.confirmer)


def text_circulated(week: Week) -> None:
    statement = make_statement(week.event, points=0, published=False, introduction="We met.")
    make_outcome(statement, parent=statement.outcomes.get(), text="protect those who flee")
    circulate(week, statement, "2026-03-12")


def circulate(week: Week, statement: Statement, deadline: str) -> None:
    page = reverse("admin:outcomes_statement_agreement", args=[statement.pk])
    action = reverse("admin:outcomes_statement_circulate", args=[statement.pk])
    answer = press(week.on(week.first), page, action, deadline=deadline)
    assert "is circulated" in page_text(answer), page_text(answer)


def objection(week: Week) -> None:
    page = reverse("my-circulation", args=[Circulation.objects.get().pk])
    sent = {"answer": "object", "text": "Say children too."}
    press(week.on(week.ben), page, page, "", **sent)


def list_closed(week: Week) -> None:
    page = reverse("admin:participants_participation_close", args=[week.event.pk])
    press(week.on(week.first), page, page, "Agree to close")
    agree(week.on(week.second), ListClosure.objects.get())


def late_participant(week: Week) -> None:
    week.enter("Eve", "Fay", body=week.shelter)
    week.agree_to_all(week.second, week.confirmer)


def corrected_text_circulated(week: Week) -> None:
    statement = Statement.objects.get()
    Outcome.objects.filter(statement=statement, text__startswith="protect").update(
        text="protect those who flee, children first"
    )
    circulate(week, statement, "2026-03-11")


def text_signed_and_published(week: Week) -> None:
    statement = Statement.objects.get()
    page = reverse("admin:outcomes_statement_agreement", args=[statement.pk])
    for user in (week.first, week.second):
        press(week.on(user), page, reverse("admin:outcomes_statement_sign", args=[statement.pk]))
    action = reverse("admin:outcomes_statement_publish", args=[statement.pk])
    press(week.on(week.first), page, action)
    statement.refresh_from_db()
    assert statement.state == "published"
