"""A statement in Chromium: drafted, circulated, objected to, changed, agreed by silence, signed by
both, published, corrected.

With SHOTS=FOLDER in the environment it takes a picture of each step.
"""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from outcomes.models import Circulation
from tests.browser.checks import check_page
from tests.browser.conftest import Visit
from tests.browser.test_reporting_round import Walk
from tests.silence_procedure import AgreementCase, make_agreement_case

Open = Callable[..., Visit]
LONG = (
    "establish, within one year and in consultation with those who were trafficked, a pathway by "
    "which people are referred from the first official whom they meet to a safe place"
)


@pytest.fixture
def table(restored: None) -> AgreementCase:
    """Two co-chairs, a shelter that speaks, a ministry that does not, and nothing written yet."""
    found = make_agreement_case(
        title="Second Government and Civil Society Roundtable", is_public=True
    )
    found.statement.outcomes.all().delete()
    found.statement.introduction = ""
    found.statement.save()
    return found


@pytest.mark.walk
def test_statement_goes_from_draft_to_correction(visit: Open, table: AgreementCase) -> None:
    walk, statement = Walk(), table.statement
    text = reverse("admin:outcomes_statement_text", args=[statement.pk])
    agreement = reverse("admin:outcomes_statement_agreement", args=[statement.pk])
    first, second = visit("/admin/", who=table.first), visit("/admin/", who=table.second)
    _draft(first.open(text), walk)
    _circulate(first.open(agreement), walk, "circulated")
    address = reverse("my-circulation", args=[_open_one().pk])
    for path in ("/me/texts/", address):
        check_page(visit(path, who=table.speaker.user, width=360).page)

    # The shelter objects, on a phone and without scripts.
    phone = visit(address, who=table.speaker.user, width=360, javascript=False)
    page = phone.page
    walk.keep(page, "asked")
    page.get_by_label("Object", exact=True).check()
    page.get_by_label("Comment, or what you object to").fill("Say that children come first.")
    page.get_by_role("button", name="Send answer").click()
    expect(page.locator("main")).to_contain_text(
        "Your objection is sent to the co-chairs. This version of the text is stopped."
    )
    walk.keep(page, "objected")
    page = first.open(agreement)
    expect(page.locator("#content")).to_contain_text("Say that children come first.")
    walk.keep(page, "objection-read")

    # The co-chairs change the text, by keyboard alone, and send it round again.
    page = first.open(text)
    page.get_by_label("1.b", exact=True).focus()
    page.keyboard.press("End")
    page.keyboard.type(", children first")
    page.get_by_role("button", name="Move 1.b up").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("1.a", exact=True)).to_have_value("share what works, children first")
    walk.keep(page, "changed")
    _circulate(first.open(agreement), walk, "circulated-again")
    page = first.open(reverse("admin:outcomes_statement_version", args=[statement.pk, 2]))
    expect(page.locator("ins").first).to_be_visible()
    walk.keep(page, "side-by-side")
    page = phone.open(reverse("my-circulation", args=[_open_one().pk]))
    expect(page.locator("main")).to_contain_text("What changed since version 1")
    walk.keep(page, "asked-again")

    # No one says anything until the deadline; each co-chair signs, and one publishes.
    _let_the_deadline_pass()
    latest = Circulation.objects.latest("pk").pk
    walk.keep(phone.open(reverse("my-circulation", args=[latest])), "agreed")
    page = first.open("/admin/")
    expect(page.locator("#content")).to_contain_text(
        "Texts to sign or publish, and corrections to publish"
    )
    walk.keep(page, "to-do")
    page = first.open(agreement)
    page.get_by_role("button", name="Sign for Indonesia").click()
    expect(page.locator("ul.messagelist")).to_contain_text("Now the other co-chair must sign")
    walk.keep(page, "signed-once")
    page = second.open(agreement)
    page.get_by_role("button", name="Sign for Australia").click()
    expect(page.locator("ul.messagelist")).to_contain_text("the text is adopted")
    walk.keep(page, "adopted")
    page.get_by_role("button", name="Publish text").click()
    expect(page.locator("ul.messagelist")).to_contain_text("The statement is published.")
    visitor = visit("/roundtables/agree/", width=360)
    expect(visitor.page.locator("#statement")).to_contain_text(
        "Signed in this portal by the co-chairs."
    )
    visitor.page.get_by_text("Check this text").click()
    walk.keep(visitor.page, "published")

    # It is corrected in the same way; the words of before are kept.
    page = second.open(reverse("admin:outcomes_statement_corrigendum", args=[statement.pk]))
    page.get_by_label("Reason").fill("A word was left out in copying.")
    page.get_by_label("1.a", exact=True).fill("share openly what works, children first")
    walk.keep(page, "correction")
    page.get_by_role("button", name="Save correction").click()
    _circulate(page, walk, "correction-circulated")
    _let_the_deadline_pass()
    for seen, name in ((first, "Indonesia"), (second, "Australia")):
        page = seen.open(agreement)
        page.get_by_role("button", name=f"Sign for {name}").click()
    page.get_by_role("button", name="Publish text").click()
    expect(page.locator("ul.messagelist")).to_contain_text("The correction is published.")
    page = visitor.open("/outcomes/agree/1.a/")
    expect(page.locator("main ins")).to_have_text("openly")
    expect(page.locator("main")).to_contain_text("A word was left out in copying.")
    walk.keep(page, "corrected")
    walk.keep(visitor.open("/roundtables/agree/"), "corrected-statement")


def _draft(page: Page, walk: Walk) -> None:
    page.get_by_label("Introduction", exact=True).fill("After two days, participants agreed that:")
    page.get_by_label("New lead-in").fill("Governments and civil society are encouraged to:")
    page.get_by_role("button", name="Save").first.click()
    for words in (LONG, "share what works"):
        page.get_by_label("New point under 1").fill(words)
        page.get_by_role("button", name="Save").first.click()
    expect(page.locator("#preview")).to_contain_text("1.b")
    walk.keep(page, "drafted")


def _circulate(page: Page, walk: Walk, name: str) -> None:
    page.get_by_role("button", name="Circulate text").click()
    expect(page.locator("ul.messagelist")).to_contain_text("Organisations asked to answer: 4.")
    walk.keep(page, name)


def _open_one() -> Circulation:
    return Circulation.objects.get(stop_reason="")


def _let_the_deadline_pass() -> None:
    now = timezone.now()
    Circulation.objects.filter(deadline__gt=now).update(
        opened_at=now - timedelta(days=9), deadline=now - timedelta(hours=1)
    )
