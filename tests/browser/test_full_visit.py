"""One whole visit on a phone, without scripts: invited, agreed, listed, found, hidden, erased.

With SHOTS=FOLDER in the environment it takes a picture of each page on the way.
"""

import os
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from io import BytesIO

import pytest
from allauth.mfa.models import Authenticator
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from playwright.sync_api import Page, expect

from participants.models import Delegate, Participation, User
from participants.participation.confirmation import confirm_participations
from roundtable.audit.verify import find_log_faults
from roundtable.encryption import decrypt
from roundtable.mail.models import MailBatch
from tests.browser.conftest import Visit
from tests.browser.test_profile_editing import NUMBER, choose
from tests.browser.test_sign_in_pages import app_code, ask_for_code, code_sent_to, enter
from tests.email_links import links_for
from tests.factories import make_affiliation, make_delegate, make_participation
from tests.mail_queue import deliver_mail

NAME, ADDRESS = "Huỳnh Thị Lan", "lan@example.org"
WHATSAPP = "+61 491 570 156"
LEFT_OUT = "Movement Regional Delegation (example)"


@dataclass
class Phones:
    """The phone of each person, by name."""

    visit: Callable[..., Visit]
    opened: dict[str, Visit] = field(default_factory=dict)
    taken: int = 0

    def __call__(self, name: str, path: str) -> Page:
        """Opens a page on this phone."""
        return self._phone(name).open(path)

    def _phone(self, name: str) -> Visit:
        if name not in self.opened:
            who = User.objects.filter(email=f"{name}@example.org").first()
            signed_in = who if name in ("delegate", "ayse") else None
            self.opened[name] = self.visit("/about/", who=signed_in, width=360, javascript=False)
        return self.opened[name]

    def reads(self, name: str, path: str, status: int = 200) -> str:
        """What this phone is answered; to show it takes as long again."""
        answer = self._phone(name).page.request.get(path)
        assert answer.status == status, path
        return answer.text()

    def keep(self, page: Page, name: str) -> None:
        """Takes a picture of the page, where pictures are wanted."""
        self.taken += 1
        if folder := os.environ.get("SHOTS"):
            page.screenshot(path=f"{folder}/{self.taken:02}-{name}.png", full_page=True)

    def sees(self, name: str, handle: str, *texts: str) -> None:
        """This one finds her, opens her, and sees these details of her and no others."""
        assert NAME in self.reads(name, "/directory/?demonstration=yes&q=huynh+lan")
        page = self(name, f"/directory/{handle}/")
        page.get_by_role("button", name="Show what is shared with me").click()
        for text in (NUMBER, WHATSAPP):
            shown = page.get_by_role("link", name=text)
            expect(shown).to_have_count(1 if text in texts else 0)

    def sees_nothing(self, name: str, handle: str) -> None:
        """To this one she is not there."""
        text = self.reads(name, "/directory/?demonstration=yes&q=huynh+lan")
        assert NAME not in text
        assert "No one you can see in the directory matches." in " ".join(text.split())
        self.reads(name, f"/directory/{handle}/", 404)


@pytest.fixture
def phones(visit: Callable[..., Visit]) -> Phones:
    """A phone for each person."""
    return Phones(visit)


@pytest.fixture
def lan(delegate: User) -> Delegate:
    """Someone whom the co-chairs wrote down, and who has not been invited yet."""
    met = delegate.delegate.participations.confirmed()[0]
    person = make_delegate(
        name=NAME, invitation_email=ADDRESS, user=None, is_demonstration=True, post="Nurse"
    )
    make_participation(person, met.event, organisation=met.organisation, confirmed=False)
    make_affiliation(person, organisation=met.organisation)
    return person


def link_in_mail(address: str, target: str) -> str:
    """The newest link to this path, or for this purpose, in the emails to this address."""
    found = []
    for message in deliver_mail():
        if message.to == [address] and target.startswith("/"):
            found += re.findall(rf"{target}[\w:./-]*", str(message.body))
        elif message.to == [address]:
            found += links_for(target, message.body)
    return str(found[-1])


def invite(phones: Phones, cochair: User, lan: Delegate) -> None:
    """A co-chair comes in with both factors, invites her, and confirms that she took part."""
    secret = decrypt(Authenticator.objects.get(user=cochair, type="totp").data["secret"])
    page = phones("cochair", "/admin/")
    ask_for_code(page, cochair.email)
    enter(page, code_sent_to(cochair.email))
    expect(page.get_by_role("heading", level=1)).to_have_text("Enter your second factor")
    page.get_by_label("Code").fill(app_code(secret))
    page.locator("main").get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your tasks")
    page = phones("cochair", "/admin/participants/delegate/?q=Thị+Lan")
    page.locator("#result_list > li").filter(has_text=NAME).locator("input.action-select").check()
    page.locator("select[name=action]").select_option("invite")
    page.get_by_role("button", name="Go").click()
    for words in (NAME, ADDRESS):
        expect(page.locator("#content-main")).to_contain_text(words)
    phones.keep(page, "invite")
    page.get_by_role("button", name="Send the invitation").click()
    expect(page.locator("ul.messages")).to_be_visible()
    page = phones("cochair", "/admin/decide/")
    page.get_by_role("link", name=NAME).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(NAME)
    phones.keep(page, "confirm")
    page.get_by_role("button", name="Agree").click()
    expect(page.locator("ul.messages")).to_be_visible()
    # The confirmer of civil society confirms too, and a week passes.
    confirmer = User.objects.get(email="confirmer-civil-society@example.org")
    rows = Participation.objects.filter(delegate=lan)
    assert confirm_participations(participations=rows, by=confirmer, at=timezone.now())
    rows.update(details_open_on=timezone.localdate())
    # It waits ten minutes, in which it could be cancelled.
    assert not [message for message in deliver_mail() if message.to == [ADDRESS]]
    now = timezone.now()
    MailBatch.objects.update(send_after=now)
    DBTaskResult.objects.filter(run_after__gt=now).update(run_after=now)


def come_in(phones: Phones) -> None:
    """She opens the link from the mail, checks what is written, chooses and agrees."""
    page = phones("lan", link_in_mail(ADDRESS, "invitation"))
    phones.keep(page, "invitation")
    page.get_by_role("button", name="Continue and send me a code").click()
    phones.keep(page, "code")
    enter(page, code_sent_to(ADDRESS))
    expect(page.get_by_role("heading", level=1)).to_have_text("Is this you?")
    phones.keep(page, "is-this-you")
    page.get_by_role("button", name="This is me: continue").click()
    choose(
        page.get_by_role("group", name="Who can see you in the directory"),
        "Everyone at the meeting",
    )
    for number, (kind, value, audience) in enumerate(
        [
            ("mobile", NUMBER, "Everyone at the meeting"),
            ("whatsapp", WHATSAPP, "People I said yes to"),
        ]
    ):
        if number:
            page.locator("summary").filter(has_text="Add another contact detail").click()
        row = page.locator("fieldset.channel").nth(number)
        row.get_by_role("combobox").select_option(kind)
        row.get_by_label("Address or number").fill(value)
        choose(row, audience)
    page.get_by_label("I have read the notice and agree").check()
    phones.keep(page, "whom-do-you-share-with")
    page.get_by_role("button", name="Agree and finish").click()
    expect(page.get_by_role("status").first).to_contain_text("Welcome.")


def be_found(phones: Phones, handle: str) -> None:
    """Another participant finds her by filters, opens her, and keeps the card."""
    page = phones("delegate", "/directory/?demonstration=yes")
    page.get_by_label("Name").fill("lan huynh")
    page.locator("main").get_by_role("button", name="Search").click()
    expect(page.locator(".result strong")).to_have_text("1")
    phones.keep(page, "found")
    page.get_by_role("link", name=NAME).click()
    expect(page.locator("main")).not_to_contain_text(NUMBER)
    page.get_by_role("button", name="Show what is shared with me").click()
    phones.keep(page, "shown")
    with page.expect_download() as started:
        page.get_by_role("button", name="Download contact card (.vcf)").click()
    card = started.value.path().read_text()
    assert f"FN:{NAME}" in card
    assert NUMBER.replace(" ", "") in card and WHATSAPP.replace(" ", "") not in card


def be_introduced(phones: Phones, handle: str) -> None:
    """The other one asks to be introduced; she accepts."""
    page = phones("delegate", f"/directory/{handle}/")
    page.get_by_role("link", name="Ask for an introduction").click()
    page.get_by_label("Why would you like").fill("About the clinic at the harbour.")
    phones.keep(page, "ask-to-be-introduced")
    page.get_by_role("button", name="Send request").click()
    phones.sees("delegate", handle, NUMBER)
    page = phones("lan", link_in_mail(ADDRESS, "/me/introductions/"))
    expect(page.locator("main")).to_contain_text("About the clinic at the harbour.")
    phones.keep(page, "introductions")
    page.get_by_role("button", name="Accept").click()
    phones.sees("delegate", handle, NUMBER, WHATSAPP)


def leave_out(phones: Phones) -> None:
    """She leaves an organisation out, and reads who that leaves."""
    page = phones("lan", "/me/")
    page.locator(".lines summary").first.click()
    page.get_by_role("link", name="Exclude").first.click()
    page.locator("summary").filter(has_text="Organisations").click()
    page.get_by_label(LEFT_OUT).check()
    page.get_by_role("button", name="Show who can see it").click()
    told = page.get_by_role("status")
    expect(told).to_contain_text(
        re.compile(rf"Participants of your .* Excluded: {re.escape(LEFT_OUT)}")
    )
    expect(told).to_contain_text("This is not saved yet.")
    phones.keep(page, "leave-out")
    page.get_by_role("button", name="Save", exact=True).click()


def hide_and_show(phones: Phones, handle: str) -> None:
    """She hides by the link in a mail, without signing in, and shows herself again."""
    page = phones("borrowed", link_in_mail(ADDRESS, "hide"))
    phones.sees("delegate", handle, NUMBER, WHATSAPP)  # to open the page changes nothing
    phones.keep(page, "hide")
    page.get_by_role("button", name="Hide everything now").click()
    phones.keep(page, "hidden")
    expect(page.get_by_role("heading", level=1)).to_have_text("Check that your profile is hidden")
    for name in ("stranger", "delegate", "ayse"):
        phones.sees_nothing(name, handle)

    page = phones("lan", "/me/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    ask_for_code(page, ADDRESS)
    enter(page, code_sent_to(ADDRESS))
    phones.keep(page, "me-hidden")
    page.get_by_role("button", name="Show my profile again").click()
    phones.sees("delegate", handle, NUMBER, WHATSAPP)
    phones.sees_nothing("stranger", handle)
    phones.sees_nothing("ayse", handle)


def go(phones: Phones) -> None:
    """She takes her data along and erases herself."""
    page = phones("lan", "/me/data/")
    phones.keep(page, "data")
    with page.expect_download() as started:
        page.get_by_role("link", name="Download all (ZIP)").click()
    with zipfile.ZipFile(BytesIO(started.value.path().read_bytes())) as archive:
        assert NAME in archive.read("my-data.txt").decode()
    page.get_by_role("link", name="Erase everything about me").click()
    page.get_by_label("Type the word").fill("erase")
    phones.keep(page, "erase")
    page.get_by_role("button", name="Erase everything now").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Erasure complete")
    phones.keep(page, "erased")


@pytest.mark.walk
def test_full_visit_from_invitation_to_erasure(
    phones: Phones, cochair: User, delegate: User, lan: Delegate
) -> None:
    invite(phones, cochair, lan)
    names = ("stranger", "delegate", "ayse")
    for name in names:
        phones.sees_nothing(name, lan.handle)
    come_in(phones)

    phones.sees_nothing("stranger", lan.handle)
    phones.sees("ayse", lan.handle, NUMBER)
    be_found(phones, lan.handle)
    be_introduced(phones, lan.handle)
    phones.sees("ayse", lan.handle, NUMBER)

    page = phones("lan", "/me/looks/")
    looks = page.locator(".timeline > li")
    expect(looks.filter(has_text="Harbour Legal Aid (example)").first).to_be_visible()
    expect(looks.filter(has_text="Downloaded your contact card")).to_have_count(1)
    expect(looks.filter(has_text=LEFT_OUT)).to_have_count(2)
    phones.keep(page, "looks")

    leave_out(phones)
    phones.sees_nothing("ayse", lan.handle)
    phones.sees("delegate", lan.handle, NUMBER, WHATSAPP)
    page = phones("lan", "/me/preview/?viewer=participant")
    expect(page.locator("article.framed")).to_contain_text(NUMBER)
    expect(page.locator("article.framed")).not_to_contain_text(WHATSAPP)
    phones.keep(page, "preview")

    hide_and_show(phones, lan.handle)
    go(phones)
    for name in names:
        phones.sees_nothing(name, lan.handle)
    assert not [message for message in deliver_mail() if NAME in str(message.subject)]
    assert deliver_mail()[-1].to == [ADDRESS] and deliver_mail()[-1].subject == (
        "Your request is complete"
    )
    expect(phones("delegate", "/me/introductions/").locator("main")).not_to_contain_text(NAME)
    told = len(deliver_mail())
    ask_for_code(phones("lan", "/accounts/login/"), ADDRESS)
    assert len(deliver_mail()) == told
    assert list(find_log_faults()) == []
