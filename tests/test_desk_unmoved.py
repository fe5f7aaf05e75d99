"""What a person does to be safe moves nothing at the desk.

Whoever works there can keep yesterday's lists. So everything that an account of the desk can read
is read before and after someone protects the profile, withdraws a detail, hides and shows again:
each page that links lead to, and what each form of these pages answers, such as files, searches and
what a list asks before it acts. It must be the same, byte for byte.
"""

import re
from collections import Counter, deque
from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit
from zipfile import ZipFile

import pytest
import time_machine
from django.db import transaction
from django.test import Client

from participants.models import Audience, Delegate, Organisation, User
from participants.participation.digest import send_digests
from roundtable.audit import log as audit
from roundtable.audit.mirror import bring_up_to_date
from tests.conftest import FULL_WALKS
from tests.factories import (
    NOON,
    hold_list,
    make_account_change,
    make_channel,
    make_commitment,
    make_delegate,
    make_event,
    make_grant,
    make_invitation,
    make_invitation_request,
    make_organisation,
    make_participation,
    make_party,
    make_statement,
    make_update,
    make_user,
)
from tests.follow_up_factories import make_round
from tests.form_fields import press
from tests.form_walk import document_of, forms_of, own_links, route_of, send
from tests.mail_queue import queued_emails
from tests.sign_in import forget_limits

pytestmark = [pytest.mark.crawl, pytest.mark.django_db]
Sign = Callable[[User | Delegate], Client]
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
NEW_EACH_TIME = re.compile(
    rb'(csrfmiddlewaretoken|once|_initial-\w+)" value="[\w-]*"|data-kept="[^"]*"'
)
# More pages of these kinds are opened than one: they are about people.
ABOUT_PEOPLE = re.compile(r"admin:participants_(delegate|participation|introduction|accountchange)")
# What is sent there shows people before it acts, or is a file.
ASKED = {
    "admin:participants_delegate_changelist",
    "admin:participants_participation_changelist",
    "admin:participants_participation_close",
    "admin:participants_participantlist_changelist",
    "admin:participants_participantlist_fetch",
    "admin:participants_invitationrequest_change",
    "admin:roundtable_event_people_workbook",
}
Page = tuple[int, bytes]


class Reader:
    """An account of the desk, and what it found at each address."""

    def __init__(self, browser: Client) -> None:
        self.browser = browser
        self.pages: dict[str, Page] = {}
        self.forms: dict[Any, Any] = {}
        self.answers: dict[Any, Page] = {}

    def walk(self) -> None:
        waiting, opened = deque(["/admin/"]), Counter[Any]()
        while waiting:
            path = waiting.popleft().partition("?_changelist_filters")[0]
            parts = urlsplit(path)
            names = [name for name, _value in parse_qsl(parts.query)]
            kind: tuple[Any, ...] = route_of(path), *names[:1]
            if not FULL_WALKS and not ABOUT_PEOPLE.match(kind[0]):
                kind = kind[0], bool(names)
            limit = 4 if FULL_WALKS else 2 if ABOUT_PEOPLE.match(kind[0]) else 1
            is_known = path in self.pages or opened[kind] >= limit or len(names) > 1
            if is_known or not path.startswith("/admin/"):
                continue
            opened[kind] += 1
            answer = self.read(path)
            if leads_to := answer.headers.get("Location"):
                waiting.append(urljoin(path, leads_to))
            elif (document := document_of(answer)) is not None:
                waiting.extend(own_links(document, path))
                for form in forms_of(document, path):
                    # Others are "Save" and then another page.
                    if not form.act.startswith(("_add", "_continue")) and form.route in ASKED:
                        self.forms.setdefault(form.kind, form)
        self.send()

    def read(self, path: str) -> Any:
        answer = self.browser.get(path)
        self.pages[path] = masked(answer)
        return answer

    def send(self) -> None:
        """What the forms answer; what they change is taken back."""
        for kind, form in self.forms.items():
            forget_limits()
            with transaction.atomic():
                self.answers[kind] = masked(send(self.browser, form))
                transaction.set_rollback(True)

    def moved(self, *, about_people: bool = False) -> list[str]:
        """Where something else is read now, perhaps only on pages about people."""
        pages, answers = dict(self.pages), dict(self.answers)
        for path in pages:
            if not about_people or path == "/admin/" or ABOUT_PEOPLE.match(route_of(path)):
                self.read(path)
        self.send()
        found = [path for path in pages if self.pages[path] != pages[path]]
        return found + [str(kind) for kind in answers if self.answers[kind] != answers[kind]]


def masked(answer: Any) -> Page:
    content = b"".join(answer) if answer.streaming else answer.content
    if content.startswith(b"PK"):  # a workbook
        with ZipFile(BytesIO(content)) as file:
            content = b"".join(file.read(name) for name in file.namelist())
    return answer.status_code, NEW_EACH_TIME.sub(b"", content)


class Desk:
    """One roundtable, the accounts of its desk, and two people who become afraid."""

    def __init__(self) -> None:
        self.event = event = make_event(code="HERE", slug="here", title="Here")
        make_statement(event)
        shelter = make_organisation(name="Shelter")
        self.users: dict[str, User] = {"operator": make_user(is_superuser=True)}
        for role in ("cochair", "editor", "confirmer"):
            self.users[role] = make_user()
            make_grant(self.users[role], event, role=role, on_behalf_of=make_organisation())
        self.person = self._add(shelter, name="Zq Afraid")
        self.protected = self._add(shelter, name="Zq Protected", is_protected_from_desk=True)
        self._add(make_organisation(), name="Zq Other")
        commitment = make_commitment(event, reference="HERE-C1")
        party = make_party(commitment, organisation=shelter)
        party.request_focal_point(self.person)
        party.accept(NOON)
        make_update(commitment, approved=False, text="Zq Afraid trained officers.").submit(at=NOON)
        make_round(event=event)
        nomination = make_invitation_request(event, name="Zq New", nominated_for=shelter)
        nomination.nominated_by = self.person.user
        nomination.save()
        assert self.person.user is not None
        make_account_change(self.person.user)
        hold_list(self.users["cochair"], event)

    def _add(self, organisation: Organisation, *, name: str, **fields: Any) -> Delegate:
        person = make_delegate(
            name=name, listed_to=Audience.PARTICIPANTS, invitation_email=f"{name[3:]}@example.org"
        )
        make_participation(person, self.event, organisation=organisation, **fields)
        make_channel(person, audience=Audience.PARTICIPANTS)
        invited = {"invited_by": self.users["cochair"], "email": person.invitation_email}
        make_invitation(person, self.event, answer="agreed", answered_at=NOON, **invited)
        return person


def emails(desk: Desk) -> list[tuple[str, str, str]]:
    """What the accounts of the desk get today."""
    with transaction.atomic():
        send_digests(at=NOW)
        addresses = [user.email for user in desk.users.values()]
        mine = [email for email in queued_emails() if email.recipient in addresses]
        found = [(email.recipient, email.subject, email.text) for email in mine]
        transaction.set_rollback(True)
    return found


def hide_all(browser: Client) -> None:
    answer = press(
        browser,
        "/me/",
        "/me/",
        "Save",
        **{"listed_to": "only_me", "is_protected": "on", "channel-0-DELETE": "on"},
    )
    assert answer.redirect_chain
    press(browser, "/me/", "/me/hide/", "Hide everything now")


# Editors and confirmers read what a co-chair reads, and less.
LESS = [pytest.param(role, marks=pytest.mark.prove) for role in ("editor", "confirmer")]


@pytest.mark.parametrize("role", ["cochair", "operator", *LESS])
def test_nothing_moves_at_the_desk(client_of: Sign, role: str) -> None:
    with time_machine.travel(NOW, tick=False):
        desk = Desk()
        audit.record(action="invite", at=NOW)
        bring_up_to_date([])  # a test commits nothing, and so writes no seal
        people = {person: client_of(person) for person in (desk.person, desk.protected)}
        reader = Reader(client_of(desk.users[role]))
        reader.walk()
        assert any("Zq Afraid" in page.decode() for _status, page in reader.pages.values())
        told = emails(desk)
        for person, browser in people.items():
            hide_all(browser)
            person.refresh_from_db()
            assert person.hidden_at and person.is_protected and not person.channels.exists()
        assert reader.moved() == []
        assert emails(desk) == told
        for person in people:
            press(client_of(person), "/me/", "/me/show/", "Show my profile again")
        assert reader.moved(about_people=not FULL_WALKS) == []
