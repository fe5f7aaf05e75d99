"""More than twenty things of several kinds, read together: one changed, one declined since."""

from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from outcomes.models import Commitment
from outcomes.organisations.changes import request_change
from participants.accounts.grants import request_grant
from participants.models import (
    DelegationChange,
    Grant,
    Organisation,
    OrganisationChange,
    Participation,
)
from participants.participation.closure import agree_to_close, list_hash
from participants.participation.confirmation import ask_for
from participants.participation.delegation_changes import request_change as request_freezing
from tests.browser.conftest import Visit
from tests.browser.test_admin_pages import look
from tests.factories import (
    make_commitment,
    make_delegate,
    make_government,
    make_letter,
    make_organisation,
    make_participation,
    make_user,
)
from tests.meetings import Meeting, are_old

Open = Callable[..., Visit]
LONG = (
    "Directorate-General for the Coordination of Humanitarian Assistance and the Protection of "
    "Displaced and Stateless Persons Zusammenarbeitsvereinbarungskoordinationsstelle"
)


class Mixed(Meeting):
    """What waits for one co-chair: 23 things with a letter or a source, and one without."""

    def __init__(self) -> None:
        super().__init__("cohost", "confirmer")
        self.at = timezone.now()
        self.operator = make_user("runs@example.org", is_superuser=True)
        self.agency = make_organisation(name=LONG, kind="agency")
        self.shelter = make_organisation(name="مأوى الحالات الطارئة", country="MY")
        self.ministry = make_government("MY")
        self.leaving = make_organisation(name="Network that leaves", kind="civil-society")
        bodies = [
            make_organisation(name=f"{LONG[:90]} {number}", kind="agency") for number in range(4)
        ]
        are_old(self.at)
        self.new = make_organisation(name="Founded last week", kind="civil-society")
        self.people = [
            *self.seats(self.agency, *(f"Person {number}" for number in range(5))),
            *self.seats(self.shelter, "آنا الأمين", "Lwin Moe"),
            *self.seats(self.ministry, "Dato’ Sri Haji Ahmad Faisal bin Haji Abdul Rahman"),
            *self.seats(self.new, "Ana Neu"),
        ]
        for place in range(5):
            self.ask_right(make_government(("MY", "TH", "BD", "LA", "NP")[place]), place)
        for body in bodies:
            self.ask_change(body)
        for title in ("A law", "A law", "A law", "A speech of the minister"):
            make_commitment(
                self.event,
                state="draft",
                source_title=title,
                source_url="https://law.example.org/" + "a-long-address-" * 9,
            )
        change = DelegationChange(
            event=self.event, organisation=self.leaving, what="freeze", reason="Letter of 1 May"
        )
        make_participation(make_delegate(), self.event, organisation=self.leaving)
        request_freezing(change=change, by=self.confirmer, at=self.at)
        shown = list_hash(self.event)
        assert agree_to_close(event=self.event, by=self.second, shown_hash=shown, at=self.at)

    def seats(self, body: Organisation, *names: str) -> list[Participation]:
        letter = make_letter(self.event, organisation=body)
        rows = [
            make_participation(
                make_delegate(name=name),
                self.event,
                confirmed=False,
                entered_at=self.at,
                organisation=body,
                letter=letter,
                nomination=f"{name}, Adviser",
            )
            for name in names
        ]
        ask_for(rows, by=None, at=self.at)
        return rows

    def ask_right(self, body: Organisation, number: int) -> None:
        grant = Grant(
            user=make_user(f"right-{number}@example.org"),
            event=self.event,
            role=Grant.Role.READER,
            on_behalf_of=body,
            valid_from=self.at.date(),
            reason="Letter of 1 May",
        )
        request_grant(grant=grant, by=self.operator, at=self.at)

    def ask_change(self, body: Organisation) -> None:
        change = OrganisationChange(
            organisation=body,
            what="give role",
            event=self.event,
            role="cohost",
            reason="Their letter of 1 May",
        )
        request_change(change=change, by=self.operator, at=self.at)


@pytest.mark.parametrize(
    ("width", "scheme", "rtl"),
    [
        (360, "dark", True),
        pytest.param(1280, "light", False, marks=pytest.mark.prove),
    ],
)
def test_things_of_each_kind_are_read_together_and_only_what_was_read_is_agreed_to(
    restored: None, visit: Open, width: int, scheme: str, rtl: bool
) -> None:
    meeting = Mixed()

    def opened() -> Page:
        settings = {"width": width, "scheme": scheme, "rtl": rtl, "javascript": False}
        page: Page = visit("/admin/decide/", who=meeting.first, **settings).page
        return page

    page, how = opened(), f"{width}-{scheme}"
    faults = look(page, "decide", how, asks=False)
    page.get_by_role("button", name="Look at all 23").click()
    expect(page.get_by_role("heading", name="This is what you decide")).to_be_visible()
    faults += look(page, "decide-mixed", how, asks=False)
    assert faults == []
    expect(page.locator("[name=d]:checked")).to_have_count(16)
    # What has no heading of a letter says what it is.
    for heading in ("Organisations", "Texts compared", "Rights"):
        expect(page.get_by_role("main").get_by_text(heading, exact=True)).to_be_visible()
    for alone in ("Freeze the delegation of Network that leaves", "Close the list"):
        expect(page.get_by_role("listitem").filter(has_text=alone)).to_be_visible()
    # In another tab, one is declined, and one is changed.
    other = opened()
    other.get_by_role("link", name="Compare RT-").click()
    other.get_by_label("Why do you decline?").fill("The speech has another date.")
    other.get_by_role("button", name="Decline", exact=True).click()
    meeting.people[5].delegate.write(name="Someone else", user=None)
    button = page.get_by_role("button", name="Agree to the ticked ones")
    button.dblclick(no_wait_after=True)
    told = page.locator("main")
    expect(told).to_contain_text("You agreed to 14 things.")
    expect(told).to_contain_text("2 are not decided: they changed after you opened the page")
    frozen = Participation.objects.filter(organisation=meeting.leaving, frozen_at=None)
    assert not frozen.exists()
    rows = Participation.objects.filter(event=meeting.event, confirmations__isnull=False)
    assert rows.count() == 6 and not meeting.people[5].confirmations.exists()
    assert Commitment.objects.filter(event=meeting.event, comparisons__isnull=False).count() == 3
    other.goto("/admin/decide/?show=declined")
    expect(other.get_by_role("link", name="Compare RT-")).to_have_count(1)
