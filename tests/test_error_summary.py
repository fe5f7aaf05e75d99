"""The summary of errors at the top of a form: each of its links leads to a field of the page.

The title of such a page starts with "Error:".
"""

import re
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.test import Client

from participants.models import Delegate, User
from roundtable.models import Event
from tests.factories import (
    NOON,
    make_commitment,
    make_delegate,
    make_participation,
    make_party,
)
from tests.form_fields import form_fields
from tests.page_text import page_html
from tests.sign_in import record_email_code
from tests.silence_procedure import (
    CIRCULATED_AT,
    circulate_draft,
    make_agreement_case,
    press_agreement_button,
)

pytestmark = pytest.mark.django_db
Sign = Callable[[User | Delegate], Client]


def summary_of(answer: Any) -> tuple[list[str], list[str]]:
    """Its errors, and those of its links that lead nowhere."""
    page = page_html(answer)
    assert page.count('role="alert"') == 1
    [summary] = re.findall(r'<div class="(?:wrong|errornote)[^"]*" role="alert">(.*?)</div>', page)
    links = re.findall(r'<a href="#([^"]+)">([^<]+)</a>', summary)
    assert links
    return [text for _, text in links], [to for to, _ in links if f'id="{to}"' not in page]


def check_summary(answer: Any, title: str, *errors: str) -> None:
    """Its title, its errors, and that each link leads to a field."""
    assert f"<title>Error: {title} · Roundtable</title>" in page_html(answer)
    assert summary_of(answer) == ([*errors], [])


def test_request_for_invitation_lists_its_errors(client: Client) -> None:
    answer = client.post("/invite-me/", {"name": "Ana", "address": "ana@example.org"})
    assert "<title>Error: Ask for an invitation · Roundtable</title>" in page_html(answer)
    assert summary_of(answer)[0] == [
        "Roundtable: This field is required.",
        "Organisation: This field is required.",
        "Email address: This field is required.",
    ]
    assert summary_of(answer)[1] == []


@pytest.mark.parametrize(
    ("path", "sent"),
    [
        (
            "/me/",
            {
                "name": "",
                "languages": "zz",
                "listed_to": "nobody",
                "channel-TOTAL_FORMS": "1",
                "channel-INITIAL_FORMS": "0",
                "channel-0-kind": "email",
                "channel-0-value": "no address",
                "channel-0-audience": "nobody",
            },
        ),
        ("/me/audience/", {"audience": "nobody", "countries": "ZZ", "organisations": "0"}),
        ("/me/erase/", {"word": "other"}),
    ],
)
def test_links_lead_to_fields(client_of: Sign, path: str, sent: dict[str, str]) -> None:
    answer = client_of(make_delegate()).post(path, sent)
    assert answer.status_code == 400
    errors, leading_nowhere = summary_of(answer)
    assert errors and leading_nowhere == []


def test_links_of_report_lead_to_fields(client_of: Sign) -> None:
    person, party = make_delegate(), make_party(make_commitment())
    make_participation(person, party.commitment.event)
    party.request_focal_point(person)
    party.accept(NOON)
    browser, path = client_of(person), f"/me/commitments/{party.pk}/report/"
    sent = form_fields(browser.get(path).content.decode(), containing="text")
    sent |= {"act": ["hand-in"], "text": ["Ask ana@example.org."], "evidence-url": ["no address"]}
    answer = browser.post(path, sent)
    errors, leading_nowhere = summary_of(answer)
    assert errors[0] == "Status: Choose the status of the commitment."
    assert leading_nowhere == []
    assert "<title>Error: Report · Roundtable</title>" in page_html(answer)


def test_task_that_is_not_returned_lists_its_errors(client_of: Sign, focal_point: Delegate) -> None:
    party = focal_point.focal_point_for.get()
    answer = client_of(focal_point).post(
        f"/me/commitments/{party.pk}/report/", {"act": "hand-over", "suggestion": "x" * 301}
    )
    error = "Ensure this value has at most 300 characters (it has 301)."
    check_summary(answer, "Report", f"Who could do it?: {error}")


@pytest.mark.parametrize(
    ("path", "sent", "title", "error"),
    [
        ("login/", {"login": "dewi"}, "Sign in", "Email: Enter a valid email address."),
        (
            "login/code/confirm/",
            {"code": "0"},
            "Enter the code",
            "Code: This code is not correct. Check it, then enter it again.",
        ),
        (
            "email/",
            {"email": "dewi", "action_add": "yes"},
            "Sign-in addresses",
            "Email: Enter a valid email address.",
        ),
        (
            "reauthenticate/",
            {"code": ""},
            "Confirm that it is you",
            "Code from the email: This field is required.",
        ),
        (
            "2fa/totp/activate/",
            {"code": "0"},
            "Add an app",
            "Authenticator code: This code is not correct. Enter the code that the app shows now.",
        ),
    ],
)
def test_account_pages_list_their_errors(
    client: Client, delegate: Delegate, path: str, sent: dict[str, str], title: str, error: str
) -> None:
    assert delegate.user is not None
    if path == "login/code/confirm/":
        client.post("/accounts/login/", {"login": delegate.user.email})
    elif path != "login/":
        client.force_login(
            delegate.user, backend="allauth.account.auth_backends.AuthenticationBackend"
        )
        record_email_code(client, delegate.user)
    check_summary(client.post(f"/accounts/{path}", sent), title, error)


def test_second_factor_lists_its_errors(client_of: Sign, cochair: User) -> None:
    answer = client_of(cochair).post("/accounts/2fa/reauthenticate/", {"code": "000000"})
    check_summary(
        answer,
        "Confirm that it is you",
        "Code: This code is not correct. Enter the code that the app shows now.",
    )


@pytest.mark.parametrize(
    ("path", "title", "error"),
    [
        (
            "/changes/?since=soon",
            "What changed",
            "Since: Enter the day like this: 2019-06-01.",
        ),
        (
            "/directory/?country=XX",
            "Directory",
            "Country: Select a valid choice. XX is not one of the available choices.",
        ),
    ],
)
def test_filters_link_their_errors(
    client: Client, delegate: Delegate, path: str, title: str, error: str
) -> None:
    check_summary(client.get(path), title, error)


def test_offer_lists_errors_of_its_milestones(client_of: Sign, event: Event) -> None:
    person = make_delegate()
    make_participation(person, event)
    sent = {
        "text": "Train fifty nurses.",
        "version": "new",
        "milestones-TOTAL_FORMS": "1",
        "milestones-INITIAL_FORMS": "0",
        "milestones-0-title": "Write the curriculum.",
        "milestones-0-due_on": "soon",
    }
    answer = client_of(person).post("/me/offers/new/roundtable-2024/1.a/", sent)
    check_summary(answer, "Offer a commitment", "Due: Enter a valid date.")


def test_answer_to_a_text_lists_its_errors(client_of: Sign) -> None:
    case = make_agreement_case()
    circulation = circulate_draft(case)
    with time_machine.travel(CIRCULATED_AT, tick=False):
        answer = client_of(case.speaker).post(f"/me/texts/{circulation.pk}/", {})
    check_summary(answer, f"Outcome statement · {case.event}", "Answer: This field is required.")


@pytest.mark.parametrize(
    ("path", "sent", "title", "errors"),
    [
        (
            "participants/user/add/",
            {},
            "Add account",
            ["Email address: This field is required."],
        ),
        (
            "participants/grant/add/",
            {"role": "x"},
            "Add grant",
            [
                "Account: This field is required.",
                "Roundtable: This field is required.",
                "Role: Select a valid choice. x is not one of the available choices.",
                "Reason: This field is required.",
                "From: This field is required.",
            ],
        ),
        (
            "participants/grant/{grant}/hand-over/",
            {"email": "dewi", "on": "2026-03-02"},
            "Transfer grant",
            ["Sign-in address of the successor: Enter a valid email address."],
        ),
        (
            "roundtable/event/workbook/in/",
            {"event": ""},
            "Import",
            ["Workbook, CSV, CSVs in a ZIP, or JSON: This field is required."],
        ),
        (
            "outcomes/statement/{statement}/corrigendum/",
            {},
            "Correct the published text",
            [
                "1: This field is required.",
                "1.a: This field is required.",
                "1.b: This field is required.",
                "Reason: This field is required.",
                "Source: This field is required.",
            ],
        ),
        (
            "outcomes/commitment/",
            {"action": "end", "_selected_action": "{commitment}", "asked": "yes"},
            "Record that commitments ended",
            [
                "Final status: This field is required.",
                "As of: This field is required.",
                "Why they end: This field is required.",
                "Source of this information: This field is required.",
                "Names no person and no shelter: This field is required.",
            ],
        ),
        (
            "outcomes/commitment/export/",
            {"format": "99"},
            "Export",
            ["Format: Select a valid choice. 99 is not one of the available choices."],
        ),
    ],
)
def test_admin_pages_list_their_errors(
    client_of: Sign,
    event: Event,
    cochair: User,
    operator: User,
    path: str,
    sent: dict[str, str],
    title: str,
    errors: list[str],
) -> None:
    rows = {
        "grant": cochair.grants.get().pk,
        "statement": event.statement.pk,
        "commitment": event.commitments.get(reference="RT2024-C1").pk,
    }
    answer = client_of(operator).post(
        f"/admin/{path}".format(**rows),
        {name: value.format(**rows) for name, value in sent.items()},
    )
    check_summary(answer, title, *errors)


def test_pages_of_a_draft_link_their_errors(client_of: Sign) -> None:
    case = make_agreement_case()
    browser, path = client_of(case.first), f"/admin/outcomes/statement/{case.statement.pk}/"
    [point] = case.statement.outcomes.filter(text="share what works")
    sent = {f"text-{point.pk}": "", f"base-{point.pk}": point.text}
    error = "This field is empty. Enter text, or delete the sentence with its “Delete” link."
    check_summary(browser.post(f"{path}text/", sent), "The text", f"1.b: {error}")
    answer = press_agreement_button(browser, case.statement, "circulate", deadline="soon")
    question = "Last day to answer (no answer counts as agreement)"
    check_summary(answer, "Agreement", f"{question}: Enter a valid date.")
