"""The summary of errors at the top of a form: each of its links leads to a field of the page."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from participants.models import Delegate, User
from tests.factories import NOON, make_commitment, make_delegate, make_participation, make_party
from tests.form_fields import form_fields
from tests.page_text import page_html

pytestmark = pytest.mark.django_db
Sign = Callable[[User | Delegate], Client]


def summary_of(answer: Any) -> tuple[list[str], list[str]]:
    """Its errors, and those of its links that lead nowhere."""
    page = page_html(answer)
    [summary] = re.findall(r'<div class="wrong" role="alert">(.*?)</div>', page)
    links = re.findall(r'<a href="#([^"]+)">([^<]+)</a>', summary)
    assert links
    return [text for _, text in links], [to for to, _ in links if f'id="{to}"' not in page]


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
