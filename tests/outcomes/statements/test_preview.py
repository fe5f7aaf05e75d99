"""Only people with a right to a roundtable see its pages before they are public."""

import pytest
from django.test import Client
from django.urls import reverse

from participants.models import User
from roundtable.mail.models import QueuedEmail
from tests.factories import make_commitment, make_event, make_holder, make_user
from tests.fixture_types import Sign
from tests.page_text import page_html, page_text
from tests.recorded_fixtures import recorded
from tests.silence_procedure import AgreementCase, make_agreement_case, publish_draft

pytestmark = pytest.mark.django_db
PAGE = "/roundtables/agree/"
PAGES = [PAGE, f"{PAGE}brief/", f"{PAGE}statement.txt"]
NOT_PUBLIC = "Not public yet: only people with a right to this roundtable see this page."


@pytest.fixture
@recorded
def case(db: None) -> AgreementCase:
    found = make_agreement_case()
    make_commitment(found.event, text="Pay for ten shelters")
    return found


def reader(case: AgreementCase) -> User:
    return make_holder(case.event, role="reader")


def test_pages_are_shown_before_they_are_public(client_of: Sign, case: AgreementCase) -> None:
    for user in (case.first, reader(case), make_user(is_superuser=True)):
        client = client_of(user)
        for path in PAGES:
            answer = client.get(path)
            assert answer.status_code == 200
            assert answer.headers["Cache-Control"] == "private, no-store"
            assert answer.headers["X-Robots-Tag"] == "noindex"
            assert "protect those who were trafficked" in answer.content.decode()
            if not path.endswith(".txt"):
                assert NOT_PUBLIC in page_text(answer)
                assert '<meta name="robots" content="noindex">' in answer.content.decode()
                assert "1.a" in page_text(answer)
    # Links lead to no page that is absent.
    page = page_html(client.get(PAGE))
    assert "Pay for ten shelters" in page
    for absent in ("/commitments/ev", "/outcomes/agree/", "agree.atom"):
        assert absent not in page


def test_pages_are_absent_for_everybody_else(client_of: Sign, case: AgreementCase) -> None:
    publish_draft(case)
    elsewhere = make_holder(make_event())
    former = make_holder(case.event, valid_until="2025-01-01")
    clients = [client_of(person) for person in (case.speaker, elsewhere, former)]
    without_factor = [Client(), client_of(reader(case), second_factor=False)]
    for path in (*PAGES, f"{PAGE}statement-1.txt"):
        # With the brief, everyone with a right is asked for the second factor.
        for client in clients if "brief" in path else clients + without_factor:
            shown, absent = client.get(path), client.get(path.replace("agree", "absent"))
            assert shown.status_code == absent.status_code == 404
            assert page_text(shown).replace("agree", "absent") == page_text(absent)
    case.event.is_public = True
    case.event.save()
    for path in PAGES:
        answer = client_of(case.first).get(path)
        assert "X-Robots-Tag" not in answer.headers
        assert "Not public yet" not in answer.content.decode()


def test_emails_are_shown_before_they_are_sent(client_of: Sign, case: AgreementCase) -> None:
    path = reverse("admin:outcomes_statement_emails", args=[case.statement.pk])
    page = page_html(client_of(reader(case)).get(path))
    for subject in (
        "A text to agree on",
        "A text needs your signature",
        "The agreed text is public",
    ):
        assert f"<bdi>{subject}</bdi>" in page
    assert "The statement of Roundtable" in page
    assert not QueuedEmail.objects.exists()
    elsewhere = make_holder(make_event())
    assert client_of(elsewhere).get(path).status_code == 404
