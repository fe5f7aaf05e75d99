"""Sixty people in Chromium: two co-chairs, a co-host and a confirmer confirm them, then close.

With SHOTS=FOLDER in the environment it takes a picture of each step.
"""

import os
from collections import Counter
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.urls import reverse
from playwright.sync_api import Page, expect

from participants.models import Organisation, OrganisationKind, User
from tests.browser.conftest import Visit
from tests.browser.test_reporting_round import Walk
from tests.factories import (
    make_delegate,
    make_event,
    make_government,
    make_holder,
    make_organisation,
    make_participation,
    make_user,
)
from tests.mail_queue import deliver_mail

Open = Callable[..., Visit]
CIVIL_SOCIETY = OrganisationKind.CIVIL_SOCIETY
# Two of each organisation: of 15 governments, the co-chairs' own included, and of 15 shelters.
COUNTRIES = "ID AU TH MY NZ LK BD PK MV NP PH VN KH JO TR"


class Meeting:
    """Sixty people whom their organisations nominated by letter, entered and not confirmed."""

    def __init__(self) -> None:
        self.event = make_event(code="SIXTY", slug="sixty", title="Third Roundtable")
        governments = [make_government(code) for code in COUNTRIES.split()]
        shelters = [
            make_organisation(name=f"Shelter {number}", kind=CIVIL_SOCIETY)
            for number in range(1, 16)
        ]
        network = make_organisation(name="Network", kind=CIVIL_SOCIETY)
        office = make_organisation(name="Office", kind=OrganisationKind.AGENCY)
        self.holders = {
            "first co-chair": self._holder("cochair", governments[0]),
            "second co-chair": self._holder("cochair", governments[1]),
            "co-host": self._holder("cohost", office),
            "confirmer": self._holder("confirmer", network),
        }
        self.operator = make_user("operator@example.org", is_superuser=True)
        number = 0
        for organisation in [*governments, *shelters]:
            for _person in range(2):
                number += 1
                person = make_delegate(
                    name=f"Person {number}", user=None, invitation_email=f"p{number}@example.org"
                )
                make_participation(
                    person,
                    self.event,
                    organisation=organisation,
                    confirmed=False,
                    nomination="Letter of 3 March",
                )

    def _holder(self, role: str, organisation: Organisation) -> User:
        email = f"{organisation.slug}@desk.example"
        return make_holder(self.event, email, role=role, on_behalf_of=organisation)

    def confirmed(self) -> int:
        return self.event.participations.filter(confirmed_at__isnull=False).count()


@pytest.fixture
def meeting(restored: None) -> Meeting:
    return Meeting()


class Presses:
    """Counts what someone presses from the first page of the desk on."""

    def __init__(self, page: Page, walk: Walk, name: str) -> None:
        self.page, self.walk, self.name, self.count = page, walk, name, 0

    def link(self, words: str) -> None:
        self._press(self.page.get_by_role("link", name=words).first)

    def button(self, words: str) -> None:
        self._press(self.page.get_by_role("button", name=words).first)

    def _press(self, what: object) -> None:
        what.click()  # type: ignore[attr-defined]
        self.count += 1
        self.walk.keep(self.page, f"{self.name}-{self.count}".replace(" ", "-"))


def confirm_all(presses: Presses, number: int) -> None:
    presses.link("Participations to confirm")
    presses.button(f"Review all {number} participations")
    presses.button(f"Confirm these {number} people")
    expect(presses.page.locator("ul.messagelist")).to_contain_text(
        f"You confirmed {number} participations."
    )


@pytest.mark.walk
@pytest.mark.prove
def test_meeting_of_sixty_is_confirmed_and_closed(visit: Open, meeting: Meeting) -> None:
    walk, presses = Walk(), dict[str, Presses]()
    call_command("send_reminders", verbosity=0, stdout=StringIO())
    told = Counter(mail.to[0] for mail in deliver_mail() if mail.to[0].endswith("@desk.example"))
    assert told == {user.email: 1 for user in meeting.holders.values()}
    for name, user in meeting.holders.items():
        desk = visit("/admin/", who=user)
        walk.keep(desk.page, f"{name}-desk".replace(" ", "-"))
        presses[name] = Presses(desk.page, walk, name)
    # Each is asked for all but their own, and for what no one of their kind has confirmed.
    for name, number, confirmed in (
        ("first co-chair", 58, 0),  # not Indonesia's two
        ("second co-chair", 28, 26),  # the governments but Australia
        ("co-host", 4, 30),  # the co-chairs' own two each, which wait for another organisation
        ("confirmer", 30, 60),  # civil society
    ):
        confirm_all(presses[name], number)
        assert meeting.confirmed() == confirmed, name
        assert presses[name].count == 3

    for name, said in (
        ("first co-chair", "You agreed. The list is closed when another organisation agrees too."),
        ("co-host", "The list is closed. Participants see what others share in seven days."),
    ):
        person = presses[name]
        person.page.goto(reverse("admin:index"))
        person.count = 0
        person.link("Participations")
        person.link("Close the list of SIXTY")
        person.button("Agree to close this list")
        expect(person.page.locator("ul.messagelist")).to_contain_text(said)
        assert person.count == 3
    assert meeting.event.participations.filter(details_open_on=None).count() == 0

    mails = Counter((mail.to[0], mail.subject) for mail in deliver_mail())
    assert max(mails.values(), default=1) == 1
    if folder := os.environ.get("SHOTS"):
        lines = sorted(f"{address}: {subject}" for address, subject in mails)
        Path(folder, "emails.txt").write_text("\n".join(lines))
