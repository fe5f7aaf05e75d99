"""Reporting by the link in an email and signed in: drafts, submission, and concurrent edits."""

import re
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.utils import timezone

from outcomes.models import CommitmentParty, EditorialState, ProgressUpdate
from outcomes.reporting.links import create_report_link
from participants.models import Delegate, EmailLink, User
from roundtable.models import Event
from tests.email_links import page_of
from tests.factories import make_party, make_update
from tests.fixture_types import Sign
from tests.outcomes.test_outcomes_admin import filled
from tests.outcomes.test_outcomes_admin import page as page_of_desk
from tests.page_text import get_text, page_html, page_links, page_text

pytestmark = pytest.mark.django_db
CHANGED = "This report changed after you opened it. Check the new version, then try again."
BOTH = (
    "Someone saved another version after you opened this page. Nothing is overwritten. "
    "Both versions are shown here."
)
FORM = {
    "status": "in-progress",
    "completion": "50",
    "reported_on": "2026-03-01",
    "text": "Three courses were held.",
    "obstacles": "",
    "next_steps": "A fourth course.",
    "reason": "",
    "source": "",
}


def seen_on(browser: Client, path: str) -> str:
    """Which text the form on the page was opened with."""
    page = page_html(browser.get(path))
    return page.split('name="version" value="')[1].split('"')[0]


def send(browser: Client, path: str, act: str, **changes: str) -> Any:
    values = FORM | {"act": act} | changes
    if "version" not in values:
        values["version"] = seen_on(browser, path)
    return browser.post(path, values)


def newest(party: CommitmentParty) -> ProgressUpdate:
    return ProgressUpdate.objects.filter(party=party).latest("pk")


def test_form_is_prefilled_with_last_report_and_get_stores_nothing(
    client: Client, path: str, party: CommitmentParty
) -> None:
    page = client.get(path)
    text = page_text(page)
    assert "Train officers." in text and "Nothing new since 1 March 2025" in text
    chosen = re.findall(r'<input type="radio"[^>]* value="([^"]*)"[^>]* checked>', page_html(page))
    assert chosen == ["in-progress"]
    for query in ("", "?act=unchanged", "?act=draft&text=x"):
        client.get(path + query)
        client.head(path + query)
    assert party.updates.count() == 1


def test_draft_is_saved_continued_and_deleted(
    client: Client, client_of: Sign, path: str, party: CommitmentParty, focal_point: Delegate
) -> None:
    assert "Delete draft" not in page_text(client.get(path))
    reply = send(client, path, "draft", status="", text="Half a sen")
    assert reply["Location"] == page_of(client, path)
    draft = newest(party)
    assert (draft.state, draft.status, draft.text) == (EditorialState.DRAFT, "", "Half a sen")
    page = client.get(path)
    assert "Half a sen</textarea>" in page.content.decode()
    assert (
        "(UTC) is saved here. Only the focal point sees a draft. If someone else takes over your "
        "task, they see it too."
    ) in page_text(page)
    assert "Nothing new since" not in page_text(page) and "Delete draft" in page_text(page)
    # In the public page there is nothing of it, and the status stays.
    assert "Half a sen" not in get_text(Client(), "/commitments/rt2024-c1/")
    party.commitment.refresh_from_db()
    assert party.commitment.status == "in-progress"
    # By another link, and signed in.
    other = urlsplit(create_report_link(party, at=timezone.now())).path
    assert "Half a sen" in client.get(other).content.decode()
    browser, own = client_of(focal_point), f"/me/commitments/{party.pk}/report/"
    listed = browser.get("/me/commitments/")
    assert "Continue your draft" in page_text(listed) and own in page_links(listed)
    seen = seen_on(client, path)
    assert send(browser, own, "draft", text="A whole sentence.").status_code == 302
    assert [row.text for row in party.updates.unapproved()] == ["A whole sentence."]
    assert CHANGED in page_text(send(client, path, "discard", version=seen))
    assert newest(party).text == "A whole sentence."
    seen = seen_on(client, path)
    for _press in range(2):
        assert send(client, path, "discard", version=seen).status_code == 302
        assert newest(party).is_approved
    # What was submitted once is not deleted.
    send(client, path, "hand-in", has_no_personal_details="on")
    send(client, path, "draft")
    assert "Delete draft" not in page_text(client.get(path))
    send(client, path, "discard")
    assert newest(party).state == EditorialState.DRAFT


def test_report_is_submitted_for_review_and_returned_with_a_note(
    client: Client, client_of: Sign, path: str, party: CommitmentParty, focal_point: Delegate
) -> None:
    assert send(client, path, "hand-in", has_no_personal_details="on").status_code == 302
    update = newest(party)
    assert (update.state, update.text, update.completion) == (
        EditorialState.SUBMITTED,
        "Three courses were held.",
        50,
    )
    assert update.author == focal_point.user and update.submitted_at
    text = get_text(client, path)
    assert "Thank you. Your report is submitted. The co-chairs have had it since" in text
    assert "someone of another organisation checks it for personal details. Then everyone" in text
    public = get_text(Client(), "/commitments/rt2024-c1/")
    update.request_change(note="Say how many officers.", at=timezone.now())
    sentence = "A co-chair asks for a change: Say how many officers."
    assert sentence in get_text(client, path)
    assert sentence in get_text(client_of(focal_point), "/me/commitments/")
    # It stays with the draft, and no one else can read it.
    send(client, path, "draft", text="")
    assert sentence in get_text(client, path) and newest(party).state == EditorialState.DRAFT
    public += get_text(Client(), "/commitments/rt2024-c1/")
    assert "Three courses" not in public and "Say how many" not in public
    send(client, path, "hand-in", has_no_personal_details="on")
    assert sentence not in get_text(client, path)
    assert party.updates.count() == 2


MISSING: list[tuple[dict[str, str], str]] = [
    ({"text": "  "}, "Describe what was done."),
    ({"status": ""}, "Choose the status of the commitment."),
    (
        {"status": "fulfilled"},
        "A commitment can end only with a source. Enter where people can read that it ended.",
    ),
    (
        {"status": "closed", "source": "A plan"},
        "Explain why the commitment ends without being fulfilled.",
    ),
    (
        {"has_no_personal_details": ""},
        "Check that the text names no person and no shelter, then tick the box.",
    ),
    ({"reported_on": "2019-01-01"}, "The roundtable began on"),
    ({"reported_on": "soon"}, "Enter a valid date."),
]


def test_missing_fields_show_errors_and_input_is_kept(
    client: Client, path: str, party: CommitmentParty
) -> None:
    for changes, sentence in MISSING:
        values = {"has_no_personal_details": "on", "next_steps": "Keep these words."} | changes
        reply = send(client, path, "hand-in", **values)
        assert reply.status_code == 200
        assert sentence in page_text(reply) and "Keep these words." in reply.content.decode()
    assert party.updates.count() == 1


def test_contact_details_are_flagged_before_submission(
    client: Client, path: str, party: CommitmentParty
) -> None:
    words = "Ask ana@example.org or +62 21 555 0198."
    reply = send(client, path, "hand-in", text=words, has_no_personal_details="on")
    text = page_text(reply)
    assert (
        "These look like contact details. Delete them, or confirm that everyone may read them."
    ) in text
    assert "ana@example.org +62 21 555 0198" in text and party.updates.count() == 1
    found = "ana@example.org · +62 21 555 0198"
    assert f'name="contacts_confirmed" value="{found}"' in page_html(reply)
    # A yes covers what was pointed out, and nothing that was added later.
    more = f"{words} Or bo@example.org."
    reply = send(
        client, path, "hand-in", text=more, has_no_personal_details="on", contacts_confirmed=found
    )
    assert "bo@example.org" in page_text(reply) and party.updates.count() == 1
    reply = send(
        client, path, "hand-in", text=words, has_no_personal_details="on", contacts_confirmed=found
    )
    assert reply.status_code == 302 and newest(party).text == words


def test_nothing_new_is_reported_with_one_click(
    client: Client, path: str, party: CommitmentParty
) -> None:
    seen = seen_on(client, path)
    reply = client.post(path, {"act": "unchanged", "version": seen})
    assert reply["Location"] == page_of(client, path)
    update = newest(party)
    assert (update.state, update.is_unchanged, update.text) == (EditorialState.SUBMITTED, True, "")
    assert (update.status, update.reported_on) == ("in-progress", timezone.now().date())
    # Pressed twice, there is one.
    reply = client.post(path, {"act": "unchanged", "version": seen})
    assert reply["Location"] == page_of(client, path)
    assert party.updates.count() == 2


def test_nothing_new_needs_a_report_of_the_party_that_is_the_latest(
    client: Client, event: Event, focal_point: Delegate, path: str, party: CommitmentParty
) -> None:
    without = event.commitments.get(reference="RT2024-C2").parties.get()
    without.request_focal_point(focal_point)
    without.accept(timezone.now())
    bare = urlsplit(create_report_link(without, at=timezone.now())).path
    assert "Nothing new since" not in get_text(client, bare)
    reply = client.post(bare, {"act": "unchanged", "version": seen_on(client, bare)})
    assert reply.status_code == 200 and without.updates.count() == 0
    # A report of a commitment that ended keeps its source.
    today = timezone.now().date()
    make_update(party.commitment, party=party, status="fulfilled", reported_on=today)
    client.post(path, {"act": "unchanged", "version": seen_on(client, path)})
    update = newest(party)
    assert (update.status, update.source) == ("fulfilled", "https://example.org/report")
    update.delete()
    seen, partner = seen_on(client, path), make_party(party.commitment)
    make_update(party.commitment, party=partner, status="planning", reported_on=today)
    assert "Nothing new since" not in get_text(client, path)
    reply = client.post(path, {"act": "unchanged", "version": seen})
    assert CHANGED in page_text(reply)
    party.commitment.refresh_from_db()
    assert party.commitment.latest_status == "planning"


def test_conflicting_texts_are_shown_side_by_side(
    client: Client, path: str, party: CommitmentParty
) -> None:
    send(client, path, "draft", text="The first.")
    seen = seen_on(client, path)
    send(client, path, "draft", text="Of another tab.", version=seen)
    reply = send(client, path, "draft", text="Of this tab.", version=seen)
    assert reply.status_code == 200
    text = page_text(reply)
    assert BOTH in text
    assert "Saved version Of another tab. Your version Of this tab." in text
    assert "Of this tab.</textarea>" in reply.content.decode()
    assert newest(party).text == "Of another tab."
    # What the form then says is a choice made with both in sight.
    seen = page_html(reply).split('name="version" value="')[1].split('"')[0]
    assert send(client, path, "draft", text="Both.", version=seen).status_code == 302
    assert [row.text for row in party.updates.unapproved()] == ["Both."]


@pytest.mark.parametrize("act", ["draft", "hand-in"])
def test_repeated_form_is_submitted_once_and_unknown_buttons_do_nothing(
    client: Client, path: str, party: CommitmentParty, act: str
) -> None:
    for unknown in ("", "approve", f"{act} "):
        assert "Select one of the buttons." in page_text(send(client, path, unknown))
    assert party.updates.count() == 1
    seen = seen_on(client, path)
    for _time in range(2):
        reply = send(client, path, act, has_no_personal_details="on", version=seen)
        assert reply.status_code == 302
    assert party.updates.count() == 2


@pytest.mark.usefixtures("recorded_templates")
def test_what_others_did_in_between_is_not_overwritten(
    client: Client, client_of: Sign, path: str, party: CommitmentParty, cochair: User
) -> None:
    send(client, path, "hand-in", has_no_personal_details="on")
    update, seen = newest(party), seen_on(client, path)
    update.approve(by=cochair, at=timezone.now())
    reply = send(client, path, "draft", text="Four courses.", version=seen)
    assert reply.status_code == 200
    assert "Saved version Three courses were held. Your version Four courses." in page_text(reply)
    assert "Three courses were held." in get_text(Client(), "/commitments/rt2024-c1/")
    send(client, path, "hand-in", text="The first.", has_no_personal_details="on")
    desk, seen = client_of(cochair), seen_on(client, path)
    address = page_of_desk(ProgressUpdate, "change", newest(party).pk)
    sent = filled(desk, address, text="The co-chair's.")
    assert desk.post(address, sent).status_code == 302
    assert BOTH in page_text(send(client, path, "draft", text="Mine.", version=seen))
    assert newest(party).text == "The co-chair's."


def test_foreign_expired_or_revoked_link_cannot_report(
    client: Client,
    party: CommitmentParty,
    focal_point: Delegate,
    quiet_delegate: Delegate,
    path: str,
) -> None:
    sent = FORM | {"act": "draft", "version": "0"}
    late = urlsplit(create_report_link(party, at=timezone.now() - timedelta(days=31))).path
    assert client.post(late, sent).status_code == 404
    # A link that was revoked stays so after a new request.
    for person in (quiet_delegate, focal_point):
        party.request_focal_point(person)
        party.accept(timezone.now())
        assert client.get(path).status_code == client.post(path, sent).status_code == 404
    assert party.updates.count() == 1 and EmailLink.objects.count() == 2


def test_only_focal_point_reports_signed_in(
    client_of: Sign,
    party: CommitmentParty,
    delegate: Delegate,
    outsider: Delegate,
    cochair: User,
    operator: User,
    focal_point: Delegate,
) -> None:
    path = f"/me/commitments/{party.pk}/report/"
    for who in (delegate, outsider, cochair, operator):
        browser = client_of(who)
        assert browser.get(path).status_code == 404
        assert browser.post(path, FORM | {"act": "draft", "version": "0"}).status_code == 404
    party.request_focal_point(focal_point)  # asked again, and not answered yet
    assert client_of(focal_point).get(path).status_code == 404
    assert party.updates.count() == 1
