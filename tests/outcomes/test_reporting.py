"""Reporting by the link in a mail and signed in: drafts, what is handed in, and two at once."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.utils import timezone

from outcomes.models import CommitmentParty, ProgressUpdate, ReportLink, State
from outcomes.reporting.links import report_link
from participants.models import Delegate, User
from roundtable.models import Event
from tests.factories import make_party, make_update
from tests.reading import links_of, read, text_of

pytestmark = pytest.mark.django_db
Sign = Callable[[User | Delegate], Client]
FORM = {
    "status": "in-progress",
    "step": "50",
    "reported_on": "2026-03-01",
    "text": "Three courses were held.",
    "obstacles": "",
    "next_steps": "A fourth course.",
    "reason": "",
    "source": "",
}


@pytest.fixture
def party(event: Event, focal_point: Delegate) -> CommitmentParty:
    """Has an approved report for 1 March 2025, and a focal point who accepted."""
    return event.commitments.get(reference="RT2024-C1").parties.get()


@pytest.fixture
def path(party: CommitmentParty) -> str:
    """The address in the focal point's mail."""
    return urlsplit(report_link(party, at=timezone.now())).path


def seen_on(browser: Client, path: str) -> str:
    """Which text the form on the page was opened with."""
    page = browser.get(path).content.decode()
    return page.split('name="seen" value="')[1].split('"')[0]


def send(browser: Client, path: str, act: str, **changes: str) -> Any:
    values = FORM | {"act": act} | changes
    if "seen" not in values:
        values["seen"] = seen_on(browser, path)
    return browser.post(path, values)


def newest(party: CommitmentParty) -> ProgressUpdate:
    return ProgressUpdate.objects.filter(party=party).latest("pk")


def test_page_is_filled_with_what_was_said_last(client: Client, path: str) -> None:
    page = client.get(path)
    text = text_of(page)
    assert "Train officers." in text and "Nothing new since 1 March 2025" in text
    assert '<option value="in-progress" selected>' in page.content.decode()
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert not page.cookies


def test_looking_stores_nothing(client: Client, path: str, party: CommitmentParty) -> None:
    for query in ("", "?act=unchanged", "?act=draft&text=x"):
        client.get(path + query)
        client.head(path + query)
    assert party.updates.count() == 1


def test_draft_is_kept_and_opened_again(client: Client, path: str, party: CommitmentParty) -> None:
    reply = send(client, path, "draft", status="", text="Half a sen")
    assert (reply.status_code, reply["Location"]) == (302, path)
    draft = newest(party)
    assert (draft.state, draft.status, draft.text) == (State.DRAFT, "", "Half a sen")
    page = client.get(path)
    assert "Half a sen</textarea>" in page.content.decode()
    assert "is kept here. Nobody else sees it until you hand it in." in text_of(page)
    assert "Nothing new since" not in text_of(page)
    # In the public page there is nothing of it, and the status stays.
    assert "Half a sen" not in read(Client(), "/commitments/rt2024-c1/")
    party.commitment.refresh_from_db()
    assert party.commitment.status == "in-progress"


def test_draft_goes_on_in_another_link_and_signed_in(
    client: Client, client_of: Sign, path: str, party: CommitmentParty, focal_point: Delegate
) -> None:
    send(client, path, "draft", text="Half a sen")
    other = urlsplit(report_link(party, at=timezone.now())).path
    assert "Half a sen" in client.get(other).content.decode()
    browser = client_of(focal_point)
    assert "Go on with your draft" in read(browser, "/me/commitments/")
    own = f"/me/commitments/{party.pk}/report/"
    assert own in links_of(browser.get("/me/commitments/"))
    assert send(browser, own, "draft", text="A whole sentence.").status_code == 302
    assert [row.text for row in party.updates.open()] == ["A whole sentence."]


def test_update_is_handed_in_and_waits(client: Client, path: str, party: CommitmentParty) -> None:
    assert send(client, path, "hand-in", names_nobody="on").status_code == 302
    update = newest(party)
    assert (update.state, update.text, update.step) == (
        State.SUBMITTED,
        "Three courses were held.",
        50,
    )
    assert update.author == party.focal_point.user and update.submitted_at  # type: ignore[union-attr]
    text = read(client, path)
    assert "is with the co-chairs; it shows once one of them approves it." in text
    assert "Three courses" not in read(Client(), "/commitments/rt2024-c1/")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"text": "  "}, "Say what was done."),
        ({"status": ""}, "Say how far the commitment has come."),
        ({"status": "fulfilled"}, "A commitment ends with a source: say where that can be read."),
        ({"status": "closed", "source": "A plan"}, "Say why it ends without being fulfilled."),
        ({"names_nobody": ""}, "Tick that it names no person and no shelter."),
        ({"reported_on": "2019-01-01"}, "The roundtable began on"),
        ({"reported_on": "soon"}, "Enter a valid date."),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_lost(
    client: Client, path: str, party: CommitmentParty, changes: dict[str, str], sentence: str
) -> None:
    values = {"names_nobody": "on", "next_steps": "Keep these words."} | changes
    reply = send(client, path, "hand-in", **values)
    assert reply.status_code == 200
    assert sentence in text_of(reply) and "Keep these words." in reply.content.decode()
    assert party.updates.count() == 1


def test_ways_to_reach_somebody_are_pointed_out_before_anything_is_sent(
    client: Client, path: str, party: CommitmentParty
) -> None:
    words = "Ask ana@example.org or +62 21 555 0198."
    reply = send(client, path, "hand-in", text=words, names_nobody="on")
    text = text_of(reply)
    assert "they look like ways to reach somebody." in text
    assert "ana@example.org +62 21 555 0198" in text and party.updates.count() == 1
    found = "ana@example.org · +62 21 555 0198"
    # A yes stands for what was pointed out, and for nothing that came since.
    more = f"{words} Or bo@example.org."
    reply = send(client, path, "hand-in", text=more, names_nobody="on", contacts_stay=found)
    assert "bo@example.org" in text_of(reply) and party.updates.count() == 1
    reply = send(client, path, "hand-in", text=words, names_nobody="on", contacts_stay=found)
    assert reply.status_code == 302 and newest(party).text == words


def test_nothing_new_is_one_press(client: Client, path: str, party: CommitmentParty) -> None:
    seen = seen_on(client, path)
    reply = client.post(path, {"act": "unchanged", "seen": seen})
    assert (reply.status_code, reply["Location"]) == (302, path)
    update = newest(party)
    assert (update.state, update.is_unchanged, update.text) == (State.SUBMITTED, True, "")
    assert (update.status, update.reported_on) == ("in-progress", timezone.now().date())
    # Pressed twice, there is one.
    reply = client.post(path, {"act": "unchanged", "seen": seen})
    assert (reply.status_code, reply["Location"]) == (302, path)
    assert party.updates.count() == 2


def test_nothing_new_is_not_said_where_another_party_has_reported_since(
    client: Client, path: str, party: CommitmentParty
) -> None:
    partner = make_party(party.commitment)
    seen = seen_on(client, path)
    make_update(
        party.commitment, party=partner, status="fulfilled", reported_on=timezone.now().date()
    )
    assert "Nothing new since" not in read(client, path)
    reply = client.post(path, {"act": "unchanged", "seen": seen})
    assert "Something else was stored meanwhile." in text_of(reply)
    party.commitment.refresh_from_db()
    assert party.commitment.latest_status == "fulfilled"


def test_link_that_was_sent_to_somebody_stays_shut_when_they_are_asked_again(
    client: Client, path: str, party: CommitmentParty, focal_point: Delegate
) -> None:
    party.ask(None)
    party.ask(focal_point)
    party.accept(timezone.now())
    assert client.get(path).status_code == 404


def test_nothing_new_needs_a_report_before(
    client: Client, event: Event, focal_point: Delegate
) -> None:
    party = event.commitments.get(reference="RT2024-C2").parties.get()
    party.ask(focal_point)
    party.accept(timezone.now())
    path = urlsplit(report_link(party, at=timezone.now())).path
    assert "Nothing new since" not in read(client, path)
    reply = client.post(path, {"act": "unchanged", "seen": seen_on(client, path)})
    assert reply.status_code == 200 and party.updates.count() == 0


def test_author_reads_what_the_cochair_asks(
    client: Client, client_of: Sign, path: str, party: CommitmentParty, focal_point: Delegate
) -> None:
    send(client, path, "hand-in", names_nobody="on")
    newest(party).request_change(note="Say how many officers.", at=timezone.now())
    sentence = "A co-chair asks for a change: Say how many officers."
    assert sentence in read(client, path)
    assert sentence in read(client_of(focal_point), "/me/commitments/")
    # It stays beside a draft, and nobody else reads it.
    send(client, path, "draft", text="")
    assert sentence in read(client, path) and newest(party).state == State.DRAFT
    assert "Say how many" not in read(Client(), "/commitments/rt2024-c1/")
    send(client, path, "hand-in", names_nobody="on")
    assert sentence not in read(client, path)
    assert party.updates.count() == 2


def test_two_texts_are_shown_side_by_side_and_none_is_lost(
    client: Client, path: str, party: CommitmentParty
) -> None:
    send(client, path, "draft", text="The first.")
    seen = seen_on(client, path)
    send(client, path, "draft", text="Of another tab.", seen=seen)
    reply = send(client, path, "draft", text="Of this tab.", seen=seen)
    assert reply.status_code == 200
    text = text_of(reply)
    assert "Nothing is overwritten: here are both." in text
    assert "What is stored Of another tab. What you wrote Of this tab." in text
    assert "Of this tab.</textarea>" in reply.content.decode()
    assert newest(party).text == "Of another tab."
    # What the form then says is a choice made with both in sight.
    seen = reply.content.decode().split('name="seen" value="')[1].split('"')[0]
    assert send(client, path, "draft", text="Both.", seen=seen).status_code == 302
    assert [row.text for row in party.updates.open()] == ["Both."]


@pytest.mark.parametrize("act", ["draft", "hand-in"])
def test_form_sent_twice_acts_once(
    client: Client, path: str, party: CommitmentParty, act: str
) -> None:
    seen = seen_on(client, path)
    for _time in range(2):
        reply = send(client, path, act, names_nobody="on", seen=seen)
        assert reply.status_code == 302
    assert party.updates.count() == 2


def test_what_was_approved_meanwhile_is_not_overwritten(
    client: Client, path: str, party: CommitmentParty, operator: User
) -> None:
    send(client, path, "hand-in", names_nobody="on")
    seen = seen_on(client, path)
    newest(party).approve(by=operator, at=timezone.now())
    reply = send(client, path, "draft", text="Four courses.", seen=seen)
    assert reply.status_code == 200
    assert "What is stored Three courses were held. What you wrote Four courses." in text_of(reply)
    assert "Three courses were held." in read(Client(), "/commitments/rt2024-c1/")


def test_what_a_cochair_changed_at_the_desk_is_not_overwritten(
    client: Client, client_of: Sign, path: str, party: CommitmentParty, cochair: User
) -> None:
    send(client, path, "hand-in", text="The first.", names_nobody="on")
    draft, seen = newest(party), seen_on(client, path)
    desk = client_of(cochair)
    address = f"/admin/outcomes/progressupdate/{draft.pk}/change/"
    form = {
        "opened": draft.revision,
        "party": party.pk,
        "reported_on": "2026-03-01",
        "status": "in-progress",
        "text": "The co-chair's.",
        "names_nobody": "on",
        "evidence-TOTAL_FORMS": "0",
        "evidence-INITIAL_FORMS": "0",
    }
    assert desk.post(address, form).status_code == 302
    reply = send(client, path, "draft", text="Mine.", seen=seen)
    assert "Nothing is overwritten: here are both." in text_of(reply)
    assert newest(party).text == "The co-chair's."


@pytest.mark.parametrize("act", ["", "approve", "unchanged "])
def test_other_acts_do_nothing(client: Client, path: str, party: CommitmentParty, act: str) -> None:
    reply = send(client, path, act)
    assert "Press one of the buttons." in text_of(reply) and party.updates.count() == 1


def test_link_of_somebody_else_or_too_old_reports_nothing(
    client: Client, party: CommitmentParty, quiet_delegate: Delegate, path: str
) -> None:
    late = urlsplit(report_link(party, at=timezone.now() - timedelta(days=31))).path
    assert client.post(late, FORM | {"act": "draft", "seen": "0"}).status_code == 404
    party.ask(quiet_delegate)
    party.accept(timezone.now())
    assert client.post(path, FORM | {"act": "draft", "seen": "0"}).status_code == 404
    assert party.updates.count() == 1 and ReportLink.objects.count() == 2


def test_signed_in_only_the_focal_point_reports(
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
        assert browser.post(path, FORM | {"act": "draft", "seen": "0"}).status_code == 404
    party.ask(focal_point)  # asked again, and not answered yet
    assert client_of(focal_point).get(path).status_code == 404
    assert party.updates.count() == 1


def test_report_of_an_ended_commitment_carries_its_source_on(
    client: Client, path: str, party: CommitmentParty
) -> None:
    make_update(party.commitment, party=party, status="fulfilled", reported_on=timezone.now())
    client.post(path, {"act": "unchanged", "seen": seen_on(client, path)})
    update = newest(party)
    assert (update.status, update.source) == ("fulfilled", "https://example.org/report")


def test_draft_is_thrown_away_only_while_it_was_never_handed_in(
    client: Client, path: str, party: CommitmentParty
) -> None:
    assert "Throw the draft away" not in text_of(client.get(path))
    send(client, path, "draft")
    seen = seen_on(client, path)
    send(client, path, "draft", text="Other words.")
    assert "Something else was stored meanwhile." in text_of(
        send(client, path, "discard", seen=seen)
    )
    assert newest(party).text == "Other words."
    seen = seen_on(client, path)
    assert send(client, path, "discard", seen=seen).status_code == 302
    assert newest(party).is_approved
    assert send(client, path, "discard", seen=seen).status_code == 302  # the same press, twice
    assert newest(party).is_approved
    send(client, path, "hand-in", names_nobody="on")
    send(client, path, "draft")
    assert "Throw the draft away" not in text_of(client.get(path))
    send(client, path, "discard")
    assert newest(party).state == State.DRAFT
