"""Rounds of reporting: opened, answered, asked again, and two of them unanswered."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from outcomes.models import CommitmentParty, ReportingRound, RoundRequest
from outcomes.reporting.actions import open_round, remind_round_parties, remind_rounds
from outcomes.reporting.focal_points import ask_focal_point
from outcomes.reporting.rounds import round_status
from participants.models import Consent, Delegate, User
from participants.privacy import consent
from roundtable.audit.models import AuditEntry
from roundtable.mail.batches import CANCEL_WINDOW
from roundtable.mail.models import MailBatch, QueuedEmail
from roundtable.models import Event
from tests.email_links import links_for
from tests.factories import (
    make_commitment,
    make_delegate,
    make_event,
    make_grant,
    make_group,
    make_holder,
    make_organisation,
    make_participation,
    make_party,
    make_update,
    make_user,
)
from tests.fixture_types import Deliver, Sign
from tests.follow_up_factories import make_round, make_round_request
from tests.form_fields import press, send_form
from tests.import_pages import admin_text
from tests.outcomes.test_outcomes_admin import page
from tests.page_text import get_text
from tests.recorded_fixtures import recorded

pytestmark = pytest.mark.django_db
TODAY = datetime(2026, 5, 4, 12, tzinfo=UTC)
ADD = reverse("admin:outcomes_reportinground_add")
LIST = reverse("admin:outcomes_reportinground_changelist")


@pytest.fixture(autouse=True)
def today() -> "time_machine.Traveller":  # type: ignore[misc]
    with time_machine.travel(TODAY, tick=False) as traveller:
        yield traveller


@pytest.fixture
@recorded
def parties(event: Event, delegate: Delegate, focal_point: Delegate) -> list[CommitmentParty]:
    """One party of Farah, two of Dewi, one whose focal point has not accepted, one that ended."""
    first = event.commitments.get(reference="RT2024-C1").parties.get()
    found = [first]
    for number in (7, 8, 9, 10):
        commitment = make_commitment(event, reference=f"RT2024-C{number}")
        party = make_party(commitment)
        party.request_focal_point(delegate)
        if number != 9:
            party.accept(TODAY)
        found.append(party)
    make_update(found[4].commitment, party=found[4], status="fulfilled")
    return found


def desk_text(browser: Client, address: str) -> str:
    """The words of a page of the desk, with single spaces between them."""
    content = browser.get(address).content.decode().split('<main id="main"')[1]
    return " ".join(re.sub(r"<[^>]*>", " ", content).split())


def opened(browser: Client, event: Event, **values: str) -> str:
    """Opens a round on the page that lists whom it asks; what the pages before and after say."""
    given = {"event": str(event.pk), "title": "Before the conference", "due_on": "2026-06-01"}
    page = browser.get(ADD)
    if page.status_code != 200:
        return ""
    listed = send_form(browser, page, containing="due_on", **given | values)
    if 'name="confirmed"' not in listed.content.decode():
        return str(listed.content.decode())
    done = send_form(browser, listed, containing="confirmed")
    return str(listed.content.decode() + done.content.decode())


def ask_again(browser: Client, row: ReportingRound) -> str:
    sent = {"action": "ask_again", "_selected_action": str(row.pk), "confirmed": "yes"}
    return browser.post(LIST, sent, follow=True).content.decode()


def asked_in(row: ReportingRound) -> list[str]:
    return [request.party.commitment.reference for request in row.requests.order_by("pk")]


def test_round_whose_last_day_is_past_is_not_opened(
    client_of: Sign, cochair: User, event: Event, parties: list[CommitmentParty]
) -> None:
    row = ReportingRound(event=event, title="Before the conference", due_on=date(2026, 5, 3))
    with pytest.raises(ValidationError, match="This day is in the past"):
        open_round(reporting_round=row, commitments=event.commitments.all(), by=cochair, at=TODAY)
    text = opened(client_of(cochair), event, due_on="2026-05-03")
    assert "This day is in the past. Choose a later day." in text
    assert not ReportingRound.objects.exists()
    assert not QueuedEmail.objects.exists()


def test_round_sends_one_email_per_accepted_focal_point(
    client_of: Sign,
    cochair: User,
    event: Event,
    parties: list[CommitmentParty],
    deliver: Deliver,
) -> None:
    assert "3 parties are asked to report." in opened(client_of(cochair), event)
    row = ReportingRound.objects.get()
    assert (row.opened_by, row.opened_at, row.title) == (cochair, TODAY, "Before the conference")
    assert asked_in(row) == ["RT2024-C1", "RT2024-C7", "RT2024-C8"]
    entry = AuditEntry.objects.get(action="open round")
    assert (entry.detail, entry.at, bool(entry.actor)) == ("RT2024", TODAY, True)
    mails = {mail.to[0]: str(mail.body) for mail in deliver()}
    assert {
        who: (re.findall(r"RT2024-C\d+", body), len(links_for("report", body)))
        for who, body in mails.items()
    } == {
        "focal@example.org": (["RT2024-C1"], 1),
        "delegate@example.org": (["RT2024-C7", "RT2024-C8"], 2),
    }
    body = mails["focal@example.org"]
    assert "The co-chairs ask for a report: Before the conference" in body
    assert "Please answer by 1 June 2026." in body


def test_round_says_whom_it_asks_and_whom_it_cannot(
    client_of: Sign, cochair: User, event: Event, parties: list[CommitmentParty]
) -> None:
    office = parties[1].commitment
    make_party(office, organisation=None, group=make_group(name="Governments"))
    make_party(office, organisation=make_organisation(name="No One"))
    left = make_party(office, organisation=make_organisation(name="Left"))
    gone = make_delegate()
    make_participation(gone, event, organisation=left.organisation, confirmed=False)
    left.request_focal_point(gone)
    left.accept(TODAY)
    browser, given = client_of(cochair), {"event": str(event.pk), "title": "Spring"}
    given |= {"due_on": "2026-06-01", "references": "RT2024-C7, RT2024-C9"}
    listed = send_form(browser, browser.get(ADD), containing="due_on", **given)
    assert not ReportingRound.objects.exists()
    text = admin_text(listed)
    assert "It asks 1 of 5 parties. Commitment Party RT2024-C7 Organisation" in text
    not_asked = (
        "RT2024-C7 Governments A group has no focal point. Its members report for themselves. "
        "RT2024-C7 No One It has no focal point. "
        "RT2024-C7 Left Its focal point does not take part for it, or is not confirmed. "
    )
    assert not_asked in text
    assert "Its focal point has not accepted the task yet." in text
    # Who accepts since then is asked only once the page showed it.
    parties[3].accept(TODAY)
    again = send_form(browser, listed, containing="confirmed")
    assert "It asks 2 of 5 parties." in admin_text(again)
    assert not ReportingRound.objects.exists()
    done = send_form(browser, again, containing="confirmed").content.decode()
    assert "2 parties are asked to report." in done
    assert "3 parties are not asked. The page of the round says why." in done
    row = ReportingRound.objects.get()
    change = page(ReportingRound, "change", row.pk)
    assert not_asked in desk_text(browser, change)
    CommitmentParty.objects.filter(organisation__name="No One").delete()
    assert "No One" not in desk_text(browser, change)


def test_round_includes_selected_commitments_only(
    client_of: Sign, cochair: User, event: Event, parties: list[CommitmentParty]
) -> None:
    browser = client_of(cochair)
    for wrong in ("RT2024-C10", "rt2024-c8, OTHER-C1"):
        assert (
            ": not a commitment of this roundtable, or it has ended. Correct or delete this "
            "reference."
        ) in opened(browser, event, references=wrong)
    assert "No one can be asked" in opened(browser, event, references="RT2024-C9")
    assert not ReportingRound.objects.exists()
    assert "1 party is asked to report." in opened(browser, event, references="rt2024-c8")
    assert asked_in(ReportingRound.objects.get()) == ["RT2024-C8"]


def test_only_cochair_opens_round(client_of: Sign, event: Event) -> None:
    for meeting, role in ((event, "editor"), (event, "reader"), (make_event(), "cochair")):
        opened(client_of(make_holder(meeting, role=role)), event)
        assert not ReportingRound.objects.exists()


def test_cochair_repeats_request_once_a_day(
    client_of: Sign,
    cochair: User,
    event: Event,
    parties: list[CommitmentParty],
    deliver: Deliver,
    today: "time_machine.Traveller",
) -> None:
    browser = client_of(cochair)
    opened(browser, event)
    row = ReportingRound.objects.get()
    make_round()  # of another roundtable
    update = make_update(parties[1].commitment, party=parties[1], approved=False)
    change = page(ReportingRound, "change", row.pk)
    assert "0 of 3 parties have answered" in desk_text(browser, change)
    update.submit(at=TODAY + timedelta(hours=1))
    text = desk_text(browser, change)
    assert "1 of 3 parties have answered" in text
    assert re.findall(r"(RT2024-C\d+) Organisation \d+ (Answered|Not yet)", text) == [
        ("RT2024-C7", "Answered"),
        ("RT2024-C1", "Not yet"),
        ("RT2024-C8", "Not yet"),
    ]
    listed = desk_text(browser, LIST)
    for fact in ("Before the conference", "Roundtable 2024, May 2024 (RT2024) ·", ": 1 June 2026"):
        assert fact in listed
    assert "1 of 3" in listed
    before = len(deliver())
    assert "We will ask 2 parties again in ten minutes." in ask_again(browser, row)
    assert (
        "No one is asked again. All have answered, want no reminders, or were asked again "
        "today. Or you are not a co-chair of this roundtable."
    ) in ask_again(browser, row)
    today.shift(CANCEL_WINDOW)
    assert sorted(mail.to[0] for mail in deliver()[before:]) == [
        "delegate@example.org",
        "focal@example.org",
    ]
    assert deliver()[before].subject == "Reminder: please report progress"
    today.shift(timedelta(days=1))
    parties[0].reminders_stopped_at = TODAY
    parties[0].save()
    assert "We will ask 1 party again in ten minutes." in ask_again(client_of(cochair), row)
    today.shift(CANCEL_WINDOW)
    assert [mail.to[0] for mail in deliver()[before + 2 :]] == ["delegate@example.org"]


def test_hidden_focal_point_is_counted_but_gets_no_email(
    client_of: Sign,
    cochair: User,
    event: Event,
    focal_point: Delegate,
    parties: list[CommitmentParty],
    deliver: Deliver,
    today: "time_machine.Traveller",
) -> None:
    consent.hide_profile(focal_point, by=Consent.By.OWNER, at=TODAY)
    before = len(deliver())
    browser = client_of(cochair)
    assert "3 parties are asked to report." in opened(browser, event)
    assert "We will ask 3 parties again in ten minutes." in ask_again(
        browser, ReportingRound.objects.get()
    )
    today.shift(CANCEL_WINDOW)
    assert [mail.to[0] for mail in deliver()[before:]] == ["delegate@example.org"] * 2


@pytest.mark.parametrize("accepts", ["before the email is sent", "after it"])
def test_successor_is_asked_instead_of_who_returned_the_task(
    client_of: Sign,
    cochair: User,
    event: Event,
    focal_point: Delegate,
    parties: list[CommitmentParty],
    deliver: Deliver,
    today: "time_machine.Traveller",
    accepts: str,
) -> None:
    party, successor = parties[0], make_delegate(user=make_user("next@example.org"))
    make_participation(successor, event, organisation=party.organisation)
    desk = client_of(cochair)
    opened(desk, event)
    row = ReportingRound.objects.get()
    ask_again(desk, row)
    (former,) = [mail for mail in deliver() if mail.to == ["focal@example.org"]]
    (link,) = links_for("report", former.body)
    own = f"/me/commitments/{party.pk}/"

    press(client_of(focal_point), "/me/commitments/", own, "This is not my task")
    party.refresh_from_db()
    ask_focal_point(party, successor, at=TODAY)
    before = len(deliver())
    if accepts == "before the email is sent":
        press(client_of(successor), "/me/commitments/", own, "Accept")
    today.shift(CANCEL_WINDOW)
    mails = [mail for mail in deliver()[before:] if "RT2024-C1" in str(mail.body)]
    if accepts == "after it":
        assert mails == [] and row.requests.get(party=party).reminded_at is None
        press(client_of(successor), "/me/commitments/", own, "Accept")
        mails = [mail for mail in deliver()[before:] if "RT2024-C1" in str(mail.body)]
    assert {mail.to[0] for mail in mails} == {"next@example.org"}
    assert "Please answer by 1 June 2026." in str(mails[-1].body)
    (path,) = links_for("report", mails[-1].body)
    assert Client().get(path, follow=True).status_code == 200
    assert Client().get(link, follow=True).status_code == 404
    batches = desk_text(client_of(cochair), reverse("admin:roundtable_mailbatch_changelist"))
    assert ", to the focal points at that time" in batches


def test_rounds_of_other_events_are_not_found(client_of: Sign, cochair: User, event: Event) -> None:
    theirs = make_round(event=make_event(code="ELSE"), title="zq-their round")
    browser = client_of(cochair)
    assert "zq-their" not in desk_text(browser, LIST)
    assert browser.get(page(ReportingRound, "change", theirs.pk)).status_code == 404
    make_round_request(round=theirs)
    assert "zq-their" not in ask_again(browser, theirs)
    assert RoundRequest.objects.get().reminded_at is None


def test_only_who_decides_reminds(
    event: Event, cochair: User, parties: list[CommitmentParty]
) -> None:
    row = make_round(event=event)
    make_round_request(round=row, party=parties[1])
    unasked = make_round_request(round=row, party=parties[3])  # no one has accepted the task
    make_round(event=event)
    make_grant(editor := make_user(), event, role="editor")
    for user, number in ((editor, 0), (cochair, 1), (cochair, 0)):
        assert remind_round_parties(reporting_round=row, by=user, at=timezone.now()) == number
    entry = AuditEntry.objects.get(action="nudge round")
    assert entry.detail == event.code
    unasked.refresh_from_db()
    assert unasked.reminded_at is None


def test_rounds_of_each_roundtable_are_reminded_together(
    event: Event, cochair: User, parties: list[CommitmentParty]
) -> None:
    rows = two_rounds(event, parties[1])
    other = make_round()
    make_grant(cochair, other.event)
    assert remind_rounds(rounds=[*rows, other], by=cochair, at=timezone.now()) == 2
    batch = MailBatch.objects.get()
    assert (batch.event, batch.action) == (event, "remind")
    assert set(QueuedEmail.objects.values_list("batch", flat=True)) == {batch.pk}
    assert remind_rounds(rounds=[*rows, other], by=cochair, at=timezone.now()) == 0
    assert MailBatch.objects.count() == 1


def two_rounds(event: Event, party: CommitmentParty) -> list[ReportingRound]:
    rows = [
        make_round(event=event, title=title, opened_at=TODAY - timedelta(days=days), due_on=due_on)
        for title, days, due_on in (
            ("Before the spring meeting", 60, date(2026, 3, 20)),
            ("Before the conference", 30, date(2026, 5, 3)),
        )
    ]
    for row in rows:
        make_round_request(round=row, party=party)
    return rows


def test_two_unanswered_rounds_are_shown(
    client: Client, event: Event, focal_point: Delegate
) -> None:
    party = focal_point.focal_point_for.get()
    first, second = two_rounds(event, party)
    silence = (
        "No answer to two requests Before the spring meeting: requested on 5 March 2026, "
        "answers due by 20 March 2026 Before the conference: requested on 4 April 2026, "
        "answers due by 3 May 2026"
    )
    text = get_text(client, "/commitments/rt2024-c1/")
    assert silence in text and "Farah" not in text
    assert "No answer" not in get_text(client, "/commitments/rt2024-c2/")
    assert "No answer" not in get_text(client, "/commitments/rt2024-c1/?as_of=2026-05-03")
    second.due_on = TODAY.date()  # its last day is not over
    second.save()
    assert "No answer" not in get_text(client, "/commitments/rt2024-c1/")
    first.due_on = second.due_on = date(2026, 5, 3)
    second.save()
    update = make_update(party.commitment, party=party, approved=False)
    assert silence in get_text(client, "/commitments/rt2024-c1/")  # a draft is no answer
    update.submit(at=TODAY)
    assert "No answer" not in get_text(client, "/commitments/rt2024-c1/")


def test_answer_resets_unanswered_round_count(
    client: Client, event: Event, focal_point: Delegate
) -> None:
    party = focal_point.focal_point_for.get()
    two_rounds(event, party)
    update = make_update(party.commitment, party=party, approved=False)
    update.submit(at=TODAY - timedelta(days=40))  # between the two
    assert "No answer" not in get_text(client, "/commitments/rt2024-c1/")
    third = make_round(event=event, opened_at=TODAY - timedelta(days=5), due_on=date(2026, 5, 2))
    make_round_request(round=third, party=party)
    assert "No answer to two requests Before the conference: requested on" in get_text(
        client, "/commitments/rt2024-c1/"
    )


def test_answer_counts_last_submission_not_draft(event: Event) -> None:
    party = make_party(make_commitment(event, reference="RT2024-C9"))
    asked = make_round(event=event, opened_at=datetime(2026, 2, 1, tzinfo=UTC))
    make_round_request(round=asked, party=party)
    update = make_update(party.commitment, party=party, approved=False)
    update.submit(at=datetime(2026, 1, 1, tzinfo=UTC))
    update.request_change(note="How many?", at=datetime(2026, 1, 5, tzinfo=UTC))
    assert round_status(asked).answered == 0
    update.submit(at=datetime(2026, 2, 2, tzinfo=UTC))
    assert round_status(asked).answered == 1
    update.save_draft()
    assert round_status(asked).answered == 0
