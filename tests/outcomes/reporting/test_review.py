"""The approval desk: what is pointed out, to whom, and what is decided there."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from lxml import html

from outcomes.models import Assessment, Offer, ProgressUpdate, Response
from outcomes.reporting.pii_scan import find_names
from participants.models import User
from participants.permissions import permissions_of
from roundtable.models import Event
from tests.factories import (
    NOON,
    make_delegate,
    make_evidence,
    make_grant,
    make_organisation,
    make_participation,
    make_update,
)
from tests.fixture_types import Sign
from tests.follow_up_factories import make_assessment, make_offer, make_response
from tests.outcomes.reporting.test_rounds import desk_text
from tests.outcomes.test_outcomes_admin import page, run_admin_action, signed
from tests.recorded_fixtures import recorded

pytestmark = pytest.mark.django_db
TEXT = "MARIA LOPEZ took calls on 0812 5555 0100 in the Casa Azul."


@pytest.fixture
@recorded
def submitted(event: Event) -> ProgressUpdate:
    """A submitted update that names a hidden person and a hidden house."""
    make_participation(make_delegate(name="María del Carmen López", user=None), event)
    make_organisation(name="Casa Azul")
    update = make_update(event.commitments.all()[0], approved=False, text=TEXT)
    update.submit(at=NOON)
    return update


NAMES = {
    "We thank maria lopez.": ["maria lopez"],
    "López, María": ["López, María"],
    "María  del\nCarmen López spoke.": ["María del Carmen López"],
    "Marias Lopezes": [],
    "Maria and the Lopez family": [],
    "Łukasz Ørsted": ["Łukasz Ørsted"],
    "Lukasz Orsted": ["Lukasz Orsted"],
    "ขอบคุณสมชายใจดีมาก": ["สมชายใจดี"],
    "Held at CASA AZUL": ["CASA AZUL"],
    "Held by Organisation Known": [],
    "": [],
}


def test_known_names_are_detected(event: Event, cochair: User) -> None:
    for name in ("María del Carmen López", "Łukasz Ørsted", "สมชายใจดี"):
        make_participation(make_delegate(name=name, user=None), event)
    viewer = permissions_of(cochair, timezone.localdate())
    assert viewer is not None
    make_organisation(name="Casa Azul")
    public = event.commitments.all()[0].parties.get().organisation
    assert public
    public.name = "Organisation Known"
    public.save()
    assert {text: find_names(text, viewer) for text in NAMES} == NAMES


def decide(browser: Client, row: Any, decision: str, **sent: Any) -> Any:
    """Presses a button of the page on which the text is read."""
    read = read_revision(browser.get(page(type(row), "review", row.pk)))
    return browser.post(page(type(row), decision, row.pk), {"revision": read, **sent}, follow=True)


def read_revision(answer: Any) -> str:
    """Which version of the text a page shows."""
    found = re.search(r'name="revision" value="(\d+)"', answer.content.decode())
    assert found
    return found[1]


def test_cochair_reads_text_and_findings_then_approves(
    client_of: Sign, cochair: User, submitted: ProgressUpdate
) -> None:
    browser = client_of(cochair)
    text = desk_text(browser, page(ProgressUpdate, "review", submitted.pk))
    assert (
        f"What will be published Status In progress What was done {TEXT} "
        f"What changed since 1 March 2025 What was done Two courses were held. {TEXT} "
        "What the portal checked Possible addresses and phone numbers 0812 5555 0100 "
        "People and hidden places of your roundtables MARIA LOPEZ Casa Azul Do not repeat"
    ) in text
    answer = decide(browser, submitted, "approve")
    assert "The text is checked." in answer.content.decode()
    assert answer.redirect_chain == [(page(ProgressUpdate, "changelist"), 302)]
    submitted.refresh_from_db()
    assert (submitted.is_approved, submitted.approved_by) == (True, cochair)
    again = browser.get(page(ProgressUpdate, "review", submitted.pk))
    assert again["Location"] == page(ProgressUpdate, "change", submitted.pk)


def test_change_is_requested_with_a_note(
    client_of: Sign, cochair: User, submitted: ProgressUpdate
) -> None:
    browser = client_of(cochair)
    refused = decide(browser, submitted, "request_change", note=" ")
    assert refused.status_code == 400
    assert re.search(
        r'role="alert">.+<a href="#id_note">What the author must change: Enter what',
        " ".join(refused.content.decode().split()),
    )
    answer = decide(browser, submitted, "request_change", note="Leave out the number.")
    assert "You asked for a change." in answer.content.decode()
    submitted.refresh_from_db()
    assert (submitted.state, submitted.note) == ("change-requested", "Leave out the number.")
    assert (
        "This was already decided, or the author withdrew it."
        in browser.post(
            page(ProgressUpdate, "approve", submitted.pk),
            {"revision": submitted.revision},
            follow=True,
        ).content.decode()
    )
    submitted.refresh_from_db()
    assert submitted.state == "change-requested"


def press(browser: Client, address: str, label: str, **typed: str) -> Any:
    """What a browser sends if someone types on the page, then presses the button."""
    browser.handler.enforce_csrf_checks = True
    root = html.fromstring(browser.get(address).content.decode())
    (button,) = root.xpath(f"//main//*[@type='submit' and @value='{label}']")
    for name, text in typed.items():
        (field,) = root.xpath(f"//main//textarea[@name='{name}']")
        field.value = text
    (form,) = button.xpath("ancestor::form")
    return browser.post(button.get("formaction") or form.get("action"), dict(form.form_values()))


def test_note_typed_beside_publish_is_not_lost(
    client_of: Sign, cochair: User, submitted: ProgressUpdate
) -> None:
    browser, address = client_of(cochair), page(ProgressUpdate, "review", submitted.pk)
    answer = press(browser, address, "Checked: publish", note="Leave out the number.")
    assert answer.status_code == 400
    shown = answer.content.decode()
    assert html.fromstring(shown).xpath("//textarea[@name='note']")[0].value.strip() == (
        "Leave out the number."
    )
    desk = client_of(cochair)
    listed = run_admin_action(desk, ProgressUpdate, "approve", submitted.pk, note="Shorter.")
    for text in (shown, listed):
        assert "Nothing was published, because no one gets a note about a published text." in text
    submitted.refresh_from_db()
    assert submitted.state == "submitted"
    press(browser, address, "Checked: publish")
    submitted.refresh_from_db()
    assert submitted.is_approved


def test_page_shows_what_changed_since_the_published_report_and_evidence(
    client_of: Sign, cochair: User, submitted: ProgressUpdate
) -> None:
    browser, address = client_of(cochair), page(ProgressUpdate, "review", submitted.pk)
    public = ProgressUpdate.objects.approved()
    public.update(status="planning", text="MARIA LOPEZ took calls.", reported_on=date(2024, 6, 3))
    assert (
        "What changed since 3 June 2024 Status Planning In progress "
        "What was done MARIA LOPEZ took calls. MARIA LOPEZ took calls on"
    ) in desk_text(browser, address)
    public.update(reported_on=submitted.reported_on + timedelta(days=1))
    assert "What changed since" not in desk_text(browser, address)
    public.update(reported_on=date(2024, 6, 3))
    ProgressUpdate.objects.filter(pk=submitted.pk).update(text="", is_unchanged=True)
    text = desk_text(browser, address)
    assert "What will be published Nothing new since the last report. Status In progress" in text
    assert "What changed since" not in text
    make_evidence(submitted, title="Report", url="https://example.org/maria")
    make_evidence(submitted, title="Minutes", url="https://example.org/2", is_public=False)
    text = desk_text(browser, address)
    assert "Evidence Report : https://example.org/maria" in text
    assert "Evidence that only co-chairs can open Minutes : https://example.org/2" in text


def test_decision_leads_to_the_next_submitted_text(
    client_of: Sign, cochair: User, submitted: ProgressUpdate
) -> None:
    second = make_update(submitted.commitment, approved=False, text="We print leaflets.")
    second.submit(at=NOON + timedelta(hours=1))
    browser = client_of(cochair)
    first_page, second_page = (
        page(ProgressUpdate, "review", row.pk) for row in (submitted, second)
    )
    assert "Submitted text 1 of 2" in browser.get(first_page).content.decode()
    skip = '<a href="{}">Skip to the next text</a>'
    assert skip.format(second_page) in browser.get(first_page).content.decode()
    assert skip.format(first_page) in browser.get(second_page).content.decode()
    assert decide(browser, submitted, "approve").redirect_chain == [(second_page, 302)]


@pytest.mark.parametrize("role", ["editor", "reader"])
def test_others_cannot_review(
    client_of: Sign, event: Event, submitted: ProgressUpdate, role: str
) -> None:
    browser = signed(client_of, role, event)
    answer = browser.get(page(ProgressUpdate, "review", submitted.pk), follow=True)
    assert answer.redirect_chain == [(page(ProgressUpdate, "change", submitted.pk), 302)]
    assert page(ProgressUpdate, "review", submitted.pk) not in answer.content.decode()
    for decision in ("approve", "request_change"):
        sent = {"revision": submitted.revision, "note": "No."}
        answer = browser.post(page(ProgressUpdate, decision, submitted.pk), sent)
        assert answer.status_code == 403
    submitted.refresh_from_db()
    assert submitted.state == "submitted"


def test_list_and_page_lead_submitted_texts_to_their_review(
    client_of: Sign, cochair: User, submitted: ProgressUpdate
) -> None:
    approved, browser = make_update(submitted.commitment), client_of(cochair)
    review = page(ProgressUpdate, "review", submitted.pk)
    content = browser.get(page(ProgressUpdate, "changelist")).content.decode()
    assert f'href="{review}"' in content
    assert f'href="{page(ProgressUpdate, "change", approved.pk)}"' in content
    assert f"{submitted.commitment.reference} <bdi>Train officers.</bdi>" in content
    content = browser.get(page(ProgressUpdate, "change", submitted.pk)).content.decode()
    assert f'<a href="{review}">Check and publish</a>' in content


def test_changed_or_withdrawn_text_is_not_decided(
    client_of: Sign, cochair: User, submitted: ProgressUpdate
) -> None:
    browser, sent = client_of(cochair), {"revision": submitted.revision, "note": ""}
    submitted.submit(at=NOON)
    answer = browser.post(page(ProgressUpdate, "request_change", submitted.pk), sent)
    content = answer.content.decode()
    assert "This text changed after you opened it." in content
    assert "Enter what the author must change." in content
    sent = {"revision": submitted.revision, "note": "Why?"}
    submitted.save_draft()
    for number in (submitted.pk, 999_999):
        answer = browser.post(page(ProgressUpdate, "approve", number), sent, follow=True)
        assert answer.redirect_chain == [(page(ProgressUpdate, "changelist"), 302)]
        assert (
            "This text is no longer here. Its author may have withdrawn it."
        ) in answer.content.decode()
    submitted.refresh_from_db()
    assert submitted.state == "draft"


def test_answer_and_offer_are_reviewed_with_their_point(
    client_of: Sign, cochair: User, event: Event
) -> None:
    row = make_response(approved=False, stance="noted", text="We passed it on.")
    make_grant(cochair, row.event)
    row.submit(at=NOON)
    browser, point = client_of(cochair), row.outcome
    text = desk_text(browser, page(Response, "review", row.pk))
    assert f"{row.event.code} {point.number} {point.text} From {row.organisation}" in text
    assert (
        "What will be published Answer Noted In the organisation&#x27;s own words We passed" in text
    )
    point = event.statement.outcomes.filter(parent__isnull=False)[0]
    offer = make_offer(outcome=point, approved=False, text="Open a desk.", due_on=date(2027, 6, 1))
    offer.milestones.create(title="Find a room", due_on=date(2027, 1, 1))
    offer.submit(at=NOON)
    text = desk_text(browser, page(Offer, "review", offer.pk))
    assert "Open a desk. Due 1 June 2027" in text
    assert "Milestone Find a room, 1 January 2027" in text
    assert "If you publish it, it becomes a commitment with the next reference." in text


def test_detected_names_are_hidden_from_author(
    client_of: Sign, cochair: User, submitted: ProgressUpdate
) -> None:
    submitted.author = cochair
    submitted.save()
    answer = client_of(cochair).get(page(ProgressUpdate, "review", submitted.pk), follow=True)
    assert answer.redirect_chain == [(page(ProgressUpdate, "change", submitted.pk), 302)]
    text = " ".join(answer.content.decode().split())
    assert "Someone of another organisation must check this text." in text
    assert "Casa Azul Do not" not in text and "roundtables MARIA" not in text


def test_cochair_reviews_detected_names_of_other_texts(
    client_of: Sign, cochair: User, event: Event
) -> None:
    make_participation(make_delegate(name="María López", user=None), event)
    row = make_assessment(
        commitment=event.commitments.all()[0], approved=False, text="Maria Lopez told us."
    )
    row.submit(at=NOON)
    browser, address = client_of(cochair), page(Assessment, "review", row.pk)
    assert "hidden places of your roundtables Maria Lopez Do not repeat" in desk_text(
        browser, address
    )


@pytest.mark.parametrize(("decision", "note"), [("approve", ""), ("request_change", "How many?")])
def test_text_that_changed_meanwhile_is_shown_before_it_is_decided(
    client_of: Sign, cochair: User, event: Event, decision: str, note: str
) -> None:
    row = make_assessment(commitment=event.commitments.all()[0], approved=False, text="One desk.")
    row.submit(at=NOON)
    browser, address = client_of(cochair), page(Assessment, decision, row.pk)
    sent = {
        "revision": read_revision(browser.get(page(Assessment, "review", row.pk))),
        "note": note,
    }
    row.text = "Two desks."
    row.submit(at=NOON)
    answer = browser.post(address, sent)
    assert answer.status_code == 400
    content = answer.content.decode()
    assert (
        "This text changed after you opened it. Nothing is decided yet. Read the new "
        "version, then decide."
    ) in content
    assert "Two desks." in content and f"{note}</textarea>" in content
    row.refresh_from_db()
    assert row.state == "submitted"
    browser.post(address, sent | {"revision": read_revision(answer)})
    row.refresh_from_db()
    assert row.state == {"approve": "approved", "request_change": "change-requested"}[decision]
