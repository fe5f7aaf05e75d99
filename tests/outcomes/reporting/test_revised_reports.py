"""A public report that is returned is hidden at once, and what the party last said still counts."""

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from outcomes.commitments.statistics import count_by_status
from outcomes.imports.records.snapshot import event_content
from outcomes.models import Commitment, ProgressUpdate
from roundtable.audit.models import AuditEntry
from roundtable.web.row_keys import row_key
from tests.factories import make_evidence, make_party, make_update, make_user
from tests.fixture_types import Sign
from tests.mail_queue import deliver_mail
from tests.outcomes.reporting.test_voices import BelizeCase
from tests.outcomes.test_outcomes_admin import filled, page, run_admin_action
from tests.page_text import get_text, page_text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("recorded_templates")]
SENTENCE = (
    "The report of 3 March 2026 is being revised. Its status still counts; its text is hidden."
)
NAME = "Zqasha"
PAGES = (
    "/",
    "/commitments/bz-c1/",
    "/commitments/",
    "/roundtables/bz/",
    "/changes/?since=2024-01-01",
    "/feed.atom",
    "/search/?q=shelters",
)


@pytest.fixture
def case() -> BelizeCase:
    return BelizeCase()


@pytest.fixture
def report(case: BelizeCase) -> ProgressUpdate:
    """The newest of two public ones; it names a person, and says that the commitment ended."""
    words: dict[str, Any] = dict.fromkeys(
        ("text", "obstacles", "next_steps", "reason", "source"), NAME
    )
    make_update(case.commitment, status="planning", reported_on=date(2025, 1, 1))
    newest = make_update(
        case.commitment,
        status="closed",
        completion=50,
        reported_on=date(2026, 3, 3),
        author=case.delegate.user,
        approved=False,
        **words,
    )
    make_evidence(newest, title=NAME)
    newest.claim_for_party()
    newest.approve(by=case.other, at=timezone.now())
    return newest


def return_report(client_of: Sign, case: BelizeCase, report: ProgressUpdate) -> None:
    browser = client_of(case.cochair)
    text = run_admin_action(
        browser, ProgressUpdate, "ask_for_changes", report.pk, note="Leave out the name."
    )
    assert "You asked for a change to 1 text." in text
    report.refresh_from_db()


def test_returned_report_is_hidden_and_an_older_one_does_not_replace_it(
    client_of: Sign, case: BelizeCase, report: ProgressUpdate
) -> None:
    assert NAME in get_text(Client(), "/commitments/bz-c1/")
    return_report(client_of, case, report)
    assert case.delegate.user
    assert case.delegate.user.email in [mail.to[0] for mail in deliver_mail()]
    assert AuditEntry.objects.get(action="ask for changes to update").actor is not None
    visitor = Client()
    for path in PAGES:
        assert NAME not in visitor.get(path).content.decode(), path
    shown = get_text(visitor, "/commitments/bz-c1/")
    latest = "What the party reports Closed without being fulfilled As of 3 March 2026"
    assert latest in shown and "How much is done half" in shown
    assert SENTENCE in shown
    earlier = get_text(visitor, "/commitments/bz-c1/", as_of="2026-03-04")
    assert latest in earlier and SENTENCE in earlier
    counts = count_by_status(Commitment.objects.filter(event=case.event), timezone.localdate())
    assert (counts["closed"], counts["planning"]) == (1, 0)
    brief = get_text(client_of(case.other), "/roundtables/bz/brief/")
    assert SENTENCE in brief and NAME not in brief and "ask for it" not in brief


def test_revised_report_is_public_again_in_its_place(
    client_of: Sign, case: BelizeCase, report: ProgressUpdate
) -> None:
    return_report(client_of, case, report)
    browser, path = client_of(case.delegate), f"/me/commitments/{case.party.pk}/report/"
    form = browser.get(path).context["form"]
    sent = {name: form[name].value() or "" for name in form.fields}
    words = dict.fromkeys(("text", "obstacles", "next_steps", "reason"), "Nine are built.")
    sent |= words | {"has_no_personal_details": "on", "act": "hand-in"}
    sent |= {"version": f"{report.pk}.{report.revision}", "source": "Gazette"}
    evidence = report.evidence.get()
    answer = browser.post(path, sent | {"remove": row_key(evidence)})
    assert answer.status_code == 302, page_text(answer)
    assert SENTENCE in get_text(Client(), "/commitments/bz-c1/")
    run_admin_action(client_of(case.other), ProgressUpdate, "approve", report.pk)
    shown = get_text(Client(), "/commitments/bz-c1/")
    assert "Nine are built." in shown and SENTENCE not in shown
    assert not ProgressUpdate.objects.exclude(in_place_of=None).exists()
    case.commitment.refresh_from_db()
    assert case.commitment.latest_update == report


@pytest.mark.parametrize("role", ["cochair", "operator"])
def test_desk_neither_deletes_nor_moves_what_a_party_said_in_public(
    client_of: Sign, case: BelizeCase, report: ProgressUpdate, role: str
) -> None:
    operator = make_user(is_superuser=True)
    browser = client_of(case.cochair if role == "cochair" else operator)
    delete = page(ProgressUpdate, "delete", report.pk)
    for is_returned in (False, True):
        if is_returned:
            return_report(client_of, case, report)
        assert browser.post(delete, {"post": "yes"}).status_code == 403
        sent = {"action": "delete_selected", "_selected_action": report.pk, "post": "yes"}
        browser.post(page(ProgressUpdate, "changelist"), sent)
        assert ProgressUpdate.objects.filter(pk=report.pk).exists()
    assert SENTENCE in get_text(Client(), "/commitments/bz-c1/")
    # Once another party confirmed it, the status of the first one would be gone.
    other = make_party(case.commitment, role="partner")
    change = page(ProgressUpdate, "change", report.pk)
    answer = browser.post(change, filled(browser, change, text="Someone was paid.", party=other.pk))
    assert answer.status_code == 302
    report.refresh_from_db()
    assert (report.text, report.party) == ("Someone was paid.", case.party)
    # What the desk recorded itself, it can still correct.
    recorded = make_update(
        case.commitment, reported_by="recorded", party=case.party, approved=False
    )
    recorded.submit(at=timezone.now())
    change = page(ProgressUpdate, "change", recorded.pk)
    assert browser.post(change, filled(browser, change, party=other.pk)).status_code == 302
    recorded.refresh_from_db()
    assert recorded.party == other


def test_desk_edits_it_and_the_place_is_kept_until_the_party_confirms(
    client_of: Sign, case: BelizeCase, report: ProgressUpdate
) -> None:
    return_report(client_of, case, report)
    browser, change = client_of(case.cochair), page(ProgressUpdate, "change", report.pk)
    answer = browser.post(change, filled(browser, change, text="Someone was paid."))
    assert answer.status_code == 302
    run_admin_action(client_of(case.other), ProgressUpdate, "approve", report.pk)
    assert SENTENCE in get_text(Client(), "/commitments/bz-c1/")
    # The form of the party carries on, and cannot repeat a text that is hidden.
    form = page_text(client_of(case.delegate).get(f"/me/commitments/{case.party.pk}/report/"))
    assert "Nothing new" not in form


def test_place_is_in_no_list_of_the_desk_and_in_no_file(
    client_of: Sign, case: BelizeCase, report: ProgressUpdate
) -> None:
    return_report(client_of, case, report)
    place = ProgressUpdate.objects.get(in_place_of=report)
    browser = client_of(case.other)
    assert browser.get(page(ProgressUpdate, "change", place.pk)).status_code in (302, 404)
    text = browser.get(page(ProgressUpdate, "changelist")).content.decode()
    assert page(ProgressUpdate, "change", place.pk) not in text
    states = [row["state"] for row in event_content(case.event)["updates"]]
    assert sorted(states) == ["approved", "change-requested"]


def test_recorded_report_leaves_no_place(client_of: Sign, case: BelizeCase) -> None:
    """It is not the party's voice."""
    row = make_update(case.commitment, reported_by="recorded", text="A newspaper says so.")
    return_report(client_of, case, row)
    assert ProgressUpdate.objects.get() == row
    assert "newspaper" not in get_text(Client(), "/commitments/bz-c1/")
