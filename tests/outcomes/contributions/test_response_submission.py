"""Organisations answer recommendations: who may, what they submit, and what co-chairs decide."""

from datetime import date
from typing import Any

import pytest
from django.test import Client

from outcomes.models import Outcome, Response
from participants.models import Delegate, EventRole, OrganisationKind
from roundtable.models import AuditEntry, Event
from tests.factories import (
    NOON,
    make_addressee,
    make_affiliation,
    make_delegate,
    make_event,
    make_group,
    make_holder,
    make_organisation,
    make_participation,
    make_role,
    make_statement,
    make_user,
)
from tests.fixture_types import Sign
from tests.follow_up_factories import make_response
from tests.outcomes.contributions.test_offers import NO_ORGANISATION
from tests.outcomes.test_outcomes_admin import run_admin_action
from tests.page_text import get_text, page_text
from tests.recorded_fixtures import recorded

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine(NOON, tick=False)]
LIST, PAGE, POINT = "/me/answers/", "/me/answers/asked/1.a/", "/outcomes/asked/1.a/"
ANSWER = {
    "stance": "in-part",
    "text": "We train nurses.",
    "source": "https://example.org/letter",
    "answered_on": "2026-02-01",
    "has_no_personal_details": "on",
}


@pytest.fixture
@recorded
def asked() -> Event:
    """A roundtable of a government and a CSO; 1.a recommends to governments, 1.b is a principle."""
    event = make_event(code="ASKED", slug="asked", title="Asked roundtable")
    for name, kind in (
        ("Aland", OrganisationKind.GOVERNMENT),
        ("Aid", OrganisationKind.CIVIL_SOCIETY),
    ):
        organisation = make_organisation(slug=name.lower(), name=name, kind=kind)
        make_role(event, organisation=organisation, role=EventRole.Role.PARTICIPANT)
    statement = make_statement(event, points=2)
    group = make_group(name="Governments", member_rule="governments")
    make_addressee(statement.outcomes.get(parent=None), group=group)
    Outcome.objects.filter(number="1.a").update(text="train nurses")
    Outcome.objects.filter(number="1.b").update(kind=Outcome.Kind.PRINCIPLE, text="be kind")
    return event


def of(event: Event, slug: str, **fields: Any) -> Delegate:
    """Someone with a seat for that organisation."""
    person = make_delegate()
    organisation = event.roles.get(organisation__slug=slug).organisation
    make_participation(person, event, organisation=organisation, **fields)
    return person


def send(browser: Client, act: str = "hand-in", edition: str = "new", **fields: str) -> Any:
    return browser.post(PAGE, ANSWER | {"act": act, "version": edition} | fields)


def test_response_goes_from_draft_to_page(client: Client, client_of: Sign, asked: Event) -> None:
    aland = client_of(of(asked, "aland"))
    assert (
        "Aland: Asked roundtable, May 2024 (ASKED) "
        "1.a Participants agreed to: train nurses Answer 1.a No answer yet"
    ) in get_text(aland, LIST)
    assert "be kind" not in get_text(aland, LIST)
    assert get_text(aland, PAGE) and not Response.objects.exists()
    answer = send(aland, act="keep", has_no_personal_details="")
    assert answer.status_code == 302 and answer["Location"] == LIST
    row = Response.objects.get()
    assert (row.state, row.stance, row.author) == (
        "draft",
        "in-part",
        Delegate.objects.get().user,
    )
    assert "Continue writing 1.a Draft, not submitted" in get_text(aland, LIST)
    assert "We train nurses." in get_text(aland, PAGE)
    assert send(aland, version=f"{row.pk}-1").status_code == 302
    assert "Submitted, not shown yet" in get_text(aland, LIST)
    assert "nurses." not in page_text(client.get(POINT))
    desk = client_of(make_holder(asked, "cochair@example.org"))
    run_admin_action(desk, Response, "ask_for_changes", row.pk, note="Say how many.")
    assert "Someone who checked this text asks you to change this: Say how many." in get_text(
        aland, LIST
    )
    assert "Say how many." in get_text(aland, PAGE)
    assert "Say how many." not in client.get(POINT).content.decode()
    assert send(aland, version=f"{row.pk}-3", text="We train 50 nurses.").status_code == 302
    run_admin_action(desk, Response, "approve", row.pk)
    assert (
        "Aland : Supported in part, 1 February 2026 We train 50 nurses. "
        "Source: https://example.org/letter"
    ) in page_text(client.get(POINT))
    own_list = get_text(aland, LIST)
    assert "Shown: Supported in part, 1 February 2026. Answer again 1.a" in own_list
    assert "Shown to everyone" in own_list and "No answer yet" not in own_list
    acts = list(AuditEntry.objects.order_by("pk").values_list("action", "detail"))
    assert acts == [
        ("ask for changes to response", "ASKED: 1.a · Aland"),
        ("approve response", "ASKED: 1.a · Aland"),
    ]


def test_new_response_is_pending_beside_published_one(client_of: Sign, asked: Event) -> None:
    aland = client_of(of(asked, "aland"))
    organisation = asked.roles.get(organisation__slug="aland").organisation
    point = Outcome.objects.get(number="1.a")
    old = make_response(outcome=point, organisation=organisation, text="As before.")
    assert "Version shown now Supported, 1 April 2025 As before." in get_text(aland, PAGE)
    assert send(aland).status_code == 302
    old.refresh_from_db()
    assert old.is_approved and old.text == "As before."
    assert "As before." in page_text(Client().get(POINT))
    assert Response.objects.count() == 2


def test_response_requires_speaking_for_organisation(client_of: Sign, asked: Event) -> None:
    aland = asked.roles.get(organisation__slug="aland").organisation
    elsewhere, worker = make_delegate(), make_delegate()  # no one has confirmed the worker's seat
    make_participation(elsewhere, make_event())
    left, moved, starts = (of(asked, "aland") for _number in range(3))
    make_affiliation(worker, organisation=aland)
    make_affiliation(left, organisation=aland, until=date(2026, 3, 2))
    make_affiliation(moved, organisation=make_organisation())
    make_affiliation(starts, organisation=aland, since=date(2026, 3, 3))
    not_addressed = of(asked, "aid")
    unconfirmed = of(asked, "aland", confirmed=False)
    for person in (unconfirmed, not_addressed, elsewhere, worker, left, moved, starts):
        browser = client_of(person)
        assert "train nurses" not in get_text(browser, LIST)
        assert browser.get(PAGE).status_code == 404
        assert send(browser).status_code == 404
    assert NO_ORGANISATION in get_text(client_of(worker), LIST)
    cochair = make_holder(asked, "cochair@example.org", on_behalf_of=aland)
    assert send(client_of(cochair)).status_code == 404
    assert not Response.objects.exists()
    stays = of(asked, "aland")
    make_affiliation(stays, organisation=aland, since=date(2026, 3, 2), until=date(2026, 3, 3))
    assert send(client_of(stays)).status_code == 302


def test_unpublished_event_requests_no_response(client_of: Sign, asked: Event) -> None:
    browser = client_of(of(asked, "aland"))
    Event.objects.update(is_public=False)
    assert "nurses" not in get_text(browser, LIST) and "Asked" not in get_text(browser, LIST)
    assert browser.get(PAGE).status_code == send(browser).status_code == 404
    assert browser.get("/me/answers/asked/1.b/").status_code == 404


def test_submission_requires_confirmation_and_past_date(client_of: Sign, asked: Event) -> None:
    aland = client_of(of(asked, "aland"))
    answer = send(aland, has_no_personal_details="")
    assert answer.status_code == 400
    assert (
        "Read your text again. If it names no person and no shelter, tick this box."
        in page_text(answer)
    )
    answer = send(aland, act="keep", answered_on="2026-03-04")
    assert "This day is in the future. Choose today or an earlier day." in page_text(answer)
    assert send(aland, act="keep", answered_on="2024-05-13").status_code == 400
    assert not Response.objects.exists()
    assert send(aland, answered_on="2026-03-03").status_code == 302


def test_contact_details_are_flagged_before_submission(client_of: Sign, asked: Event) -> None:
    aland = client_of(of(asked, "aland"))
    text = "Ask dewi@example.org or +62 812 3456 7890."
    assert send(aland, act="keep", text=text).status_code == 302
    row = Response.objects.get()
    answer = send(aland, version=f"{row.pk}-1", text=text)
    assert answer.status_code == 400
    said = page_text(answer)
    assert (
        "Everyone will read this text, and it seems to contain someone's address or phone "
        "number. Delete it, or submit again if it may be public."
    ) in said
    assert "dewi@example.org +62 812 3456 7890" in said
    row.refresh_from_db()
    assert row.state == "draft"
    other = send(aland, version=f"{row.pk}-1", text=text, confirmed_contacts="rima@example.org")
    assert other.status_code == 400
    seen = "dewi@example.org\r\n+62 812 3456 7890"
    assert send(aland, version=f"{row.pk}-1", text=text, confirmed_contacts=seen).status_code == 302
    row.refresh_from_db()
    assert row.state == "submitted"
    cochair = make_holder(asked, "cochair@example.org")
    page = client_of(cochair).get(f"/admin/outcomes/response/{row.pk}/change/").content.decode()
    assert "<bdi>dewi@example.org</bdi>" in page


def test_conflicting_drafts_are_shown_side_by_side(client_of: Sign, asked: Event) -> None:
    first, second = (client_of(of(asked, "aland")) for _number in range(2))
    assert send(first, text="The first text.").status_code == 302
    answer = send(second, text="The second text.")
    assert answer.status_code == 400
    said = page_text(answer)
    assert (
        "Someone at your organisation saved this after you opened it. Your text is not saved"
        " yet. Compare both versions, then save again."
    ) in said
    assert said.index("The first text.") < said.index("The second text.")
    row = Response.objects.get()
    assert row.text == "The first text."
    assert f'name="version" value="{row.pk}-1"' in answer.content.decode()
    assert send(second, version=f"{row.pk}-1", text="Both texts.").status_code == 302
    row.refresh_from_db()
    assert row.text == "Both texts."
    # What is approved in between is not overwritten.
    row.approve(by=make_user(), at=NOON)
    assert send(second, version=f"{row.pk}-2", text="Too late.").status_code == 400
    row.refresh_from_db()
    assert (row.text, row.is_approved) == ("Both texts.", True)


def test_admin_neither_shows_nor_approves_drafts(client_of: Sign, asked: Event) -> None:
    send(client_of(of(asked, "aland")), act="keep")
    row = Response.objects.get()
    desk = client_of(make_holder(asked, "cochair@example.org"))
    assert "Aland" not in desk.get("/admin/outcomes/response/?").content.decode()
    assert desk.get(f"/admin/outcomes/response/{row.pk}/change/").status_code == 404
    run_admin_action(desk, Response, "approve", row.pk)
    row.refresh_from_db()
    assert row.state == "draft"
