"""Organisations assess commitments of others; a party is refused with a sentence."""

from typing import Any

import pytest
from django.test import Client

from outcomes.models import Assessment, Commitment
from participants.models import Delegate, OrganisationKind
from participants.participation.confirmation import confirm_participations
from roundtable.models import Event
from tests.factories import (
    NOON,
    make_commitment,
    make_delegate,
    make_event,
    make_group,
    make_holder,
    make_organisation,
    make_participation,
    make_party,
    make_role,
    make_user,
)
from tests.fixture_types import Deliver, Sign
from tests.form_fields import send_form
from tests.outcomes.contributions.test_offers import NO_ORGANISATION
from tests.outcomes.test_outcomes_admin import run_admin_action
from tests.page_text import get_text, page_links, page_text
from tests.recorded_fixtures import recorded

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine(NOON, tick=False)]
LIST, PAGE, PUBLIC = "/me/assessments/", "/me/assessments/meet-c7/", "/commitments/meet-c7/"
FOUND = {
    "act": "hand-in",
    "version": "new",
    "finding": "limited",
    "text": "One desk of five is open.",
    "source": "https://example.org/visit",
    "assessed_on": "2026-02-01",
    "has_no_personal_details": "on",
}


@pytest.fixture
@recorded
def meeting(db: None) -> Event:
    """A roundtable with one commitment, undertaken by governments and an office."""
    event = make_event(code="MEET", slug="meet", title="Meeting")
    commitment = make_commitment(event, reference="MEET-C7", text="Open five desks.")
    make_party(commitment, organisation=make_organisation(name="Desk Office", slug="desk"))
    make_party(commitment, group=make_group(name="Governments", member_rule="governments"))
    return event


def speaker(event: Event, **organisation: Any) -> Delegate:
    person, body = make_delegate(), make_organisation(**organisation)
    make_role(event, organisation=body)
    make_participation(person, event, organisation=body)
    return person


def test_approved_assessment_appears_on_page(
    client: Client, client_of: Sign, meeting: Event
) -> None:
    assert PAGE in page_links(client.get(PUBLIC))
    watch = client_of(speaker(meeting, name="Watch"))
    get_text(watch, PAGE)
    assert not Assessment.objects.exists()
    assert watch.post(PAGE, FOUND)["Location"] == LIST
    row = Assessment.objects.get()
    assert (row.organisation.name, row.state) == ("Watch", "submitted")
    assert "MEET-C7 Open five desks. Watch: Limited, 1 February 2026" in get_text(watch, LIST)
    assert "One desk" not in page_text(client.get(PUBLIC))
    desk = client_of(make_holder(meeting))
    run_admin_action(desk, Assessment, "ask_for_changes", row.pk, note="Which one?")
    assert "Someone who checked this text asks you to change this: Which one?" in get_text(
        watch, PAGE
    )
    again = FOUND | {"version": f"{row.pk}-2", "text": "The desk in the north is open."}
    assert watch.post(PAGE, again).status_code == 302
    run_admin_action(desk, Assessment, "approve", row.pk)
    said = page_text(client.get(PUBLIC))
    assert "Watch Limited, 1 February 2026 The desk in the north is open." in said
    assert "Version shown now Limited, 1 February 2026 The desk in the north is open." in get_text(
        watch, PAGE
    )


def test_party_cannot_assess_own_commitment(client_of: Sign, meeting: Event) -> None:
    office = make_delegate()
    commitment = Commitment.objects.get()
    body = commitment.parties.exclude(organisation=None).get().organisation
    make_participation(office, meeting, organisation=body)
    member = speaker(meeting, name="Aland", kind=OrganisationKind.GOVERNMENT)
    for person, name in ((office, "Desk Office"), (member, "Aland")):
        browser = client_of(person)
        for answer in (browser.get(PAGE), browser.post(PAGE, FOUND)):
            assert answer.status_code == 403
            assert f"{name} is a party to this commitment, so it reports instead." in page_text(
                answer
            )
    assert not Assessment.objects.exists()


def test_assessment_by_later_party_cannot_be_approved(client_of: Sign, meeting: Event) -> None:
    client_of(speaker(meeting, name="Watch")).post(PAGE, FOUND)
    row = Assessment.objects.get()
    make_party(row.commitment, organisation=row.organisation)
    said = run_admin_action(client_of(make_holder(meeting)), Assessment, "approve", row.pk)
    row.refresh_from_db()
    assert row.state == "submitted"
    assert (
        "This organisation is a party to this commitment, so it cannot assess it. It reports"
        " on it instead."
    ) in said


def test_only_participant_representative_assesses(client_of: Sign, meeting: Event) -> None:
    outsider = client_of(speaker(make_event(), name="Elsewhere"))
    for answer in (outsider.get(PAGE), outsider.post(PAGE, FOUND)):
        assert answer.status_code == 403
        assert NO_ORGANISATION in page_text(answer)
    watch = client_of(speaker(meeting, name="Watch"))
    Event.objects.update(is_public=False)
    assert watch.get(PAGE).status_code == watch.post(PAGE, FOUND).status_code == 404
    assert not Assessment.objects.exists()


def test_assessment_is_read_for_personal_details_and_of_a_past_day(
    client_of: Sign, meeting: Event
) -> None:
    watch = client_of(speaker(meeting, name="Watch"))
    answer = watch.post(PAGE, FOUND | {"text": "Ask rima [at] example [dot] org."})
    assert answer.status_code == 400 and "rima [at] example [dot] org" in page_text(answer)
    answer = watch.post(PAGE, FOUND | {"assessed_on": "2026-03-09", "act": "keep"})
    assert "This day is in the future. Choose today or an earlier day." in page_text(answer)
    assert not Assessment.objects.exists()


def test_page_says_who_checks_a_text(client_of: Sign, meeting: Event) -> None:
    browser = client_of(speaker(meeting))
    for address in ("/me/answers/", "/me/offers/", LIST):
        text = get_text(browser, address)
        assert "Another organisation checks each" in text and "for personal details" in text
        assert "co-chair" not in text


def test_assessor_reads_who_must_still_confirm_and_hears_once_confirmed(
    client_of: Sign, meeting: Event, deliver: Deliver
) -> None:
    watch = make_organisation(name="Watch", kind=OrganisationKind.CIVIL_SOCIETY)
    person = make_delegate(user=make_user("watch@example.org"))
    row = make_participation(person, meeting, organisation=watch, confirmed=False)
    union = make_organisation(name="Union", kind=OrganisationKind.CIVIL_SOCIETY)
    chair = make_holder(meeting, on_behalf_of=make_organisation())
    confirmer = make_holder(meeting, role="confirmer", on_behalf_of=union)
    browser = client_of(person)
    waits = "Watch, Meeting, May 2024 (MEET): Waits for {}"
    both = waits.format("a co-chair or co-host and the confirmer for Civil society")
    for address in (LIST, PAGE, "/me/offers/", "/me/answers/"):
        assert both in page_text(browser.get(address)), address
    confirm_participations(participations=[row], by=chair, at=NOON)
    assert waits.format("the confirmer for Civil society") in get_text(browser, LIST)
    assert [mail.subject for mail in deliver() if mail.to == ["watch@example.org"]] == []
    confirm_participations(participations=[row], by=confirmer, at=NOON)
    assert "cannot write" not in get_text(browser, LIST)
    (mail,) = [mail for mail in deliver() if mail.to == ["watch@example.org"]]
    assert mail.subject == "Your participation is confirmed"
    assert "You can now write for your organisation" in " ".join(str(mail.body).split())


def test_parties_hear_of_a_published_finding(
    client_of: Sign, meeting: Event, deliver: Deliver
) -> None:
    commitment = Commitment.objects.get()
    office = commitment.parties.exclude(organisation=None).get().organisation
    party = make_delegate(user=make_user("party@example.org"))
    hidden = make_delegate(user=make_user("hidden@example.org"), hidden_at=NOON)
    for person in (party, hidden):
        make_participation(person, meeting, organisation=office)
    browser = client_of(speaker(meeting, name="Watch"))
    send_form(browser, browser.get(PAGE), containing="finding", **FOUND | {"version": "new"})
    cochair = make_holder(meeting, on_behalf_of=make_organisation())
    deliver()
    run_admin_action(client_of(cochair), Assessment, "approve", Assessment.objects.get().pk)
    mails = {mail.to[0]: mail for mail in deliver()}
    mail = mails["party@example.org"]
    assert mail.subject == "Watch assessed MEET-C7" and "hidden@example.org" not in mails
    body = " ".join(str(mail.body).split())
    assert "Watch published a finding about the commitment MEET-C7" in body
    assert PUBLIC in body and "One desk of five" not in body
