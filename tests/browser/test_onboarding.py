"""Coming in on a phone: invited, checked, agreed, with and without scripts."""

import re
from collections.abc import Callable

from allauth.account.models import EmailAddress
from playwright.sync_api import expect

from participants.models import Audience, Delegate
from roundtable.mail.models import QueuedEmail
from tests.browser.checks import check_page, with_and_without_scripts
from tests.browser.conftest import Visit


@with_and_without_scripts
def test_invited_person_accepts_and_signs_in(visit: Callable[..., Visit], javascript: bool) -> None:
    opened = visit("/links/demonstration-binita/", width=360, javascript=javascript)
    page = opened.page
    expect(page.locator("main")).to_contain_text("b…@example.org")
    page.get_by_role("button", name="Continue and send me a code").click()
    email = QueuedEmail.objects.get(recipient="binita@example.org", done_at=None)
    [code] = re.findall(r"^([A-Z0-9]{4}-[A-Z0-9]{4})$", email.text, re.MULTILINE)
    page.get_by_label("Code").fill(code)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Is this you?")
    page.get_by_label("Post").fill("Coordinator")
    page.get_by_role("button", name="This is me: continue").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What you share")

    group = page.get_by_role("group", name="Add another contact detail").first
    group.get_by_label("Kind of contact", exact=True).select_option("email")
    group.get_by_label("Address or number").fill("binita.office@example.org")
    opened.expected = 400
    page.get_by_role("button", name="Agree and finish").click()
    expect(page.get_by_role("alert")).to_contain_text("Nothing is saved yet.")
    expect(group.get_by_label("Address or number")).to_have_value("binita.office@example.org")
    if javascript:
        check_page(page)
    opened.expected = 200
    page.get_by_label("I have read the notice and agree").check()
    page.get_by_role("button", name="Agree and finish").click()
    expect(page.get_by_role("status")).to_contain_text("Welcome.")

    assert EmailAddress.objects.get(email="binita@example.org").verified
    person = Delegate.objects.get(user__email="binita@example.org")
    assert (person.post, person.listed_to) == ("Coordinator", Audience.ONLY_ME)
    assert person.channels.get().audience == Audience.ONLY_ME


def test_not_me_needs_one_click(visit: Callable[..., Visit]) -> None:
    opened = visit("/links/demonstration-binita/", width=360)
    opened.page.get_by_role("button", name="This is not me").click()
    expect(opened.page.get_by_role("heading", level=1)).to_have_text("Thank you for telling us")
    check_page(opened.page)
    assert not Delegate.objects.filter(invitation_email="binita@example.org").exists()
