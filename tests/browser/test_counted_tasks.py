"""How many presses the most frequent tasks take on a phone, without a script."""

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from outcomes.models import Commitment, CommitmentParty, Outcome, ProgressUpdate
from outcomes.reporting.links import create_report_link
from participants.models import Delegate, Grant, Invitation, Participation, User
from participants.onboarding.invitations import invitation_url
from tests.browser.conftest import Visit
from tests.browser.portal import TIMEOUT_MS
from tests.factories import make_event, make_holder, make_organisation, make_statement
from tests.fixture_types import Sign
from tests.import_pages import ALTERED, import_pledges, pledges, run_import_worker
from tests.meetings import Delegations, Meeting, SecondMeeting

Open = Callable[..., Visit]


class Walk:
    """Presses on a page, and counts them."""

    def __init__(self, opened: Visit) -> None:
        self.page: Page = opened.page
        self.presses = 0

    def press(self, what: Locator) -> None:
        self.presses += 1
        what.click()
        # A click that opens a page ends when its first byte arrives: before there is a document.
        self.page.wait_for_load_state()

    def link(self, name: str) -> None:
        self.press(self.page.get_by_role("main").get_by_role("link", name=name).first)

    def choose(self, label: str, file: Path) -> None:
        self.presses += 1
        self.page.get_by_label(label).set_input_files(file)

    def button(self, name: str) -> None:
        self.press(self.page.get_by_role("button", name=name, exact=True))


@pytest.fixture
def walk(visit: Open) -> Callable[..., Walk]:
    def begin(path: str, width: int = 360, **how: object) -> Walk:
        return Walk(visit(path, width=width, javascript=False, **how))

    return begin


@pytest.fixture
def report_link(delegate: User) -> str:
    """The address in the focal point's email."""
    party = CommitmentParty.objects.get(
        focal_point=delegate.delegate, focal_point_accepted_at__isnull=False
    )
    return urlsplit(create_report_link(party, at=timezone.now())).path


@pytest.mark.parametrize("width", [360, 1280])
def test_what_a_government_reports_takes_two_presses(walk: Callable[..., Walk], width: int) -> None:
    visitor = walk("/", width=width)
    visitor.press(visitor.page.get_by_role("link", name="that are named"))
    visitor.link("Australia")
    expect(visitor.page.locator(".where-line")).to_have_text(
        "1 commitment. No party has reported on it yet."
    )
    assert visitor.presses == 2


def test_first_sharing_takes_five_presses(walk: Callable[..., Walk], invited: User) -> None:
    person = walk("/welcome/", who=invited)
    person.button("This is me: continue")
    listing = person.page.get_by_role("group", name="Who can see you in the directory")
    person.press(listing.locator("label").filter(has_text="Everyone at the meeting"))
    detail = person.page.get_by_role("group", name="Add another contact detail").first
    detail.get_by_label("Address or number").fill("+61 491 570 110")
    person.press(detail.locator("label").filter(has_text="Everyone at the meeting"))
    person.press(person.page.get_by_label("I have read the notice and agree"))
    person.button("Agree and finish")
    told = person.page.get_by_role("status")
    expect(told).to_contain_text("Welcome.")
    expect(told).to_contain_text(
        "Mobile phone: People introduced to you. From when the co-chairs confirm your "
        "participation, participants too. No one else can see it."
    )
    assert person.presses == 5
    channel = Delegate.objects.get(user=invited).channels.get()
    assert (channel.kind, channel.audience) == ("mobile", "participants")


def test_form_says_that_no_one_sees_a_detail_of_an_unlisted_person(
    walk: Callable[..., Walk], invited: User
) -> None:
    person = walk("/welcome/", who=invited)
    person.button("This is me: continue")
    page = person.page
    listing = page.get_by_role("group", name="Who can see you in the directory")
    detail = page.get_by_role("group", name="Add another contact detail").first
    unseen = detail.get_by_text("No one sees this yet")
    expect(unseen).to_be_hidden()  # it is for no one but the person
    person.press(detail.locator("label").filter(has_text="Everyone at the meeting"))
    expect(unseen).to_be_visible()
    person.press(listing.locator("label").filter(has_text="Everyone at the meeting"))
    expect(unseen).to_be_hidden()
    expect(detail.get_by_text("participants too. Of these people, only those")).to_be_visible()


def test_report_without_news_takes_one_press(walk: Callable[..., Walk], report_link: str) -> None:
    focal_point = walk(report_link)
    focal_point.press(focal_point.page.get_by_role("button", name="Nothing new since"))
    expect(focal_point.page.get_by_role("status")).to_contain_text("Your report is submitted.")
    assert focal_point.presses == 1


def test_report_takes_three_fields_and_is_not_refused(
    walk: Callable[..., Walk], report_link: str
) -> None:
    focal_point = walk(report_link)
    page = focal_point.page
    focal_point.press(page.get_by_label("In progress"))
    page.get_by_label("What was done").fill("The pathway was tested.")
    focal_point.press(page.get_by_label("Names no person and no shelter"))
    focal_point.button("Submit report")
    expect(page.get_by_role("status")).to_contain_text("Your report is submitted.")
    assert ProgressUpdate.objects.latest("pk").text == "The pathway was tested."
    assert page.get_by_label("What was done").is_hidden()


def test_reason_is_asked_when_the_commitment_ends(
    walk: Callable[..., Walk], report_link: str
) -> None:
    page = walk(report_link).page
    assert page.locator(".masthead").inner_text().strip() == "Roundtable"  # and no menu
    for status, is_asked in (
        ("In progress", False),
        ("Fulfilled", True),
        ("Closed without being fulfilled", True),
    ):
        page.get_by_label(status, exact=True).check()
        for field in ("Where this can be read", "Why it ends"):
            expect(page.get_by_label(field)).to_be_visible(visible=is_asked)


def height(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollHeight"))


def test_welcome_stays_short(walk: Callable[..., Walk], invited: User) -> None:
    invitation = Invitation.objects.get(email=invited.email, answer="")
    letter = walk(urlsplit(invitation_url(invitation)).path)
    assert height(letter.page) <= 2000
    person = walk("/welcome/", who=invited)
    assert height(person.page) <= 2000
    person.button("This is me: continue")
    # Twice, each audience says who is in it, and nothing of the six sentences is hidden.
    assert height(person.page) <= 3300


def test_profile_with_six_details_stays_short(walk: Callable[..., Walk], delegate: User) -> None:
    assert delegate.delegate.channels.count() == 6
    page = walk("/me/", who=delegate).page
    profile = page.locator("#profile").bounding_box()
    assert profile is not None and profile["height"] <= 2000
    task = page.get_by_role("link", name="Report on 1 commitment").first.bounding_box()
    assert task is not None and task["y"] < 740


def test_invited_person_is_off_lists_in_two_presses_and_hides_by_paper_code_in_two(
    walk: Callable[..., Walk], invited: User
) -> None:
    person = walk("/welcome/", who=invited)
    person.press(person.page.get_by_label("Keep my name off lists"))
    person.button("This is me: continue")
    assert person.presses == 2
    record = Delegate.objects.get(invitation_email=invited.email)
    assert record.is_protected
    person.button("Finish without sharing")
    person.button("Make my code")
    code = person.page.locator(".codes code").inner_text()
    visitor = walk("/")
    visitor.press(visitor.page.get_by_role("link", name="Hide with a paper code"))
    visitor.page.get_by_label("Paper code").fill(code)
    visitor.button("Hide everything now")
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text(
        "If this person is here, they are hidden"
    )
    assert visitor.presses == 2
    record.refresh_from_db()
    assert record.hidden_at


def test_second_meeting_takes_fifteen_presses_together(
    restored: None, walk: Callable[..., Walk]
) -> None:
    meeting = SecondMeeting(timezone.now())
    first = walk("/admin/", who=meeting.first)
    first.link("Carry over the rights")
    first.page.get_by_label("Letters that name").fill("Letters of 1 March")
    first.button("Ask for the ticked rights")
    first.button("Accept")
    presses = first.presses
    for user in (meeting.second, meeting.confirmer):
        person = walk("/admin/", who=user)
        person.link("Decide")
        person.button("Accept")
        person.button("Look at all 2")
        unticked = person.page.locator("[name=d]:not(:checked)")
        while unticked.count():  # rows of governments
            person.press(unticked.first)
        person.button("Agree to the ticked ones")
        expect(person.page.get_by_role("status")).to_contain_text("You agreed to 2 things.")
        presses += person.presses
    rights = Grant.objects.filter(event=meeting.next)
    assert rights.exclude(accepted_at=None).exclude(effective_on=None).count() == 3
    assert presses <= 15, presses


def test_sixty_people_of_twelve_letters_take_twenty_presses(
    restored: None, walk: Callable[..., Walk]
) -> None:
    meeting = Delegations(timezone.now())
    for user in (meeting.first, meeting.confirmer):
        person = walk("/admin/", who=user)
        person.link("Decide")
        person.button("Look at all 60")
        assert height(person.page) <= 6000  # what a letter's people have in common is said once
        unticked = person.page.locator("[name=d]:not(:checked)")
        assert unticked.count() == 1  # the letter of the organisation that is new on record
        person.press(unticked)
        for name in ("Person 1 2", "Person 8 0"):
            person.press(person.page.get_by_label(f"Confirm {name} for"))
        person.press(person.page.get_by_label("Leave out: Confirm Person 11 4"))
        person.button("Agree to the ticked ones")
        expect(person.page.get_by_role("status")).to_contain_text("You agreed to 57 things.")
        assert person.presses <= 20, person.presses
    rows = Participation.objects.filter(event=meeting.event)
    assert rows.exclude(confirmed_at=None).count() == 57


@pytest.mark.prove
def test_382_imported_pledges_take_six_presses_and_five_altered_cells_are_found(
    restored: None,
    walk: Callable[..., Walk],
    client_of: Sign,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setattr("outcomes.imports.admin.WAIT_SECONDS", 0)
    meeting = Meeting("confirmer")
    editor = meeting.holder("editor", meeting.office)
    for slug, name in (("port", "Port Authority"), ("harbour", "Harbour Clinic")):
        make_organisation(slug=slug, name=name, kind="agency")
    import_pledges(client_of(editor), meeting.event, pledges(**ALTERED))
    download = tmp_path / "download.csv"
    download.write_bytes(pledges())
    for user in (meeting.first, meeting.confirmer):
        person = walk("/admin/", who=user)
        person.link("Decide")
        person.link("Compare 382 commitments with")
        person.choose("File", download)
        person.button("Compare")
        run_import_worker()
        person.page.reload()  # as the page does by itself
        different = person.page.get_by_role("listitem").filter(has_text="in your file")
        expect(different).to_have_text(
            [
                re.compile("here “Train no officers of post 7.”"),
                re.compile("Leads: here “Harbour Clinic”, in your file “–”"),
                re.compile("Due on: here “2037-05-01”, in your file “2027-05-01”"),
                re.compile("here “Train the officers of post 3O1.”"),
                re.compile("Leads: here “Harbour Clinic”, in your file “–”"),
            ]
        )
        person.page.set_default_timeout(300_000)  # 377 signatures, on a busy machine too
        person.button("I read this: all 377 are as in the source")
        person.page.set_default_timeout(TIMEOUT_MS)
        expect(person.page.get_by_role("status")).to_contain_text("You compared 377 commitments.")
        assert person.presses <= 6, person.presses
    rows = Commitment.objects.filter(event=meeting.event)
    assert rows.exclude(parties_told_at=None).count() == 377
    waiting = rows.filter(parties_told_at=None)
    assert {row.reference for row in waiting} == {f"RT-C{n}" for n in (7, 90, 150, 301, 382)}


def test_typo_in_a_published_point_takes_four_presses_and_two(
    restored: None, walk: Callable[..., Walk]
) -> None:
    statement = make_statement(make_event(), source_title="Communiqué", introduction="We met.")
    point = statement.outcomes.get(number="1.a")
    Outcome.objects.filter(pk=point.pk).update(text="protect all who flee")
    statement.publish(timezone.now())
    users = [
        make_holder(statement.event, on_behalf_of=make_organisation(name=f"Office {number}"))
        for number in range(2)
    ]
    first = walk("/admin/", who=users[0])
    first.link("Correct a published text")
    first.page.get_by_label("1.a", exact=True).fill("Protect all who flee")
    first.page.get_by_label("Reason").fill("A slip.")
    first.page.get_by_label("Source").fill("Page 2")
    first.button("Save correction")
    first.link("Compare with the source")
    first.button("Agree")
    second = walk("/admin/decide/", who=users[1])
    second.link("Compare a correction of the text")
    second.button("Agree")
    expect(second.page.get_by_role("status")).to_contain_text("1 has its effect now.")
    point.refresh_from_db()
    assert point.text == "Protect all who flee"
    assert (first.presses, second.presses) == (4, 2)
