"""A circulated text on a phone, and a draft that is changed by keyboard."""

from collections.abc import Callable
from datetime import timedelta

from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from outcomes.statements import silence_procedure
from tests.browser.checks import check_page
from tests.browser.conftest import Visit
from tests.silence_procedure import make_agreement_case


def test_circulated_text_is_accessible_and_a_draft_is_changed_by_keyboard(
    restored: None, visit: Callable[..., Visit]
) -> None:
    table, now = make_agreement_case(title="Second Roundtable"), timezone.now()
    circulation = silence_procedure.circulate(
        table.statement, deadline=now + timedelta(days=7), by=table.first, at=now
    )
    for path in ("/me/texts/", reverse("my-circulation", args=[circulation.pk])):
        check_page(visit(path, who=table.speaker.user, width=360).page)
    silence_procedure.withdraw(table.statement, by=table.first, at=now)
    text = reverse("admin:outcomes_statement_text", args=[table.statement.pk])
    page = visit(text, who=table.first).page
    page.get_by_label("1.b", exact=True).focus()
    page.keyboard.press("End")
    page.keyboard.type(", children first")
    page.get_by_role("button", name="Move 1.b up").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("1.a", exact=True)).to_have_value("share what works, children first")
