"""A party can say that a text recorded in its name is not its own, and only it can withdraw that.

For 14 days, only its own people and the co-chairs' desk know.
"""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from outcomes.models import Commitment, CommitmentParty, Dispute, ProgressUpdate
from outcomes.reporting.disputes import dispute_text
from outcomes.reporting.party_confirmation import confirm_update
from outcomes.sources.hashes import source_hash
from participants.models import Delegate, Organisation, Participation, User
from participants.privacy.erasure import erase_own_data
from roundtable.audit.models import AuditEntry
from roundtable.models import Event
from roundtable.web.row_keys import row_key
from tests.decide import agree, page_of
from tests.factories import (
    make_commitment,
    make_delegate,
    make_dispute,
    make_event,
    make_government,
    make_group,
    make_organisation,
    make_participation,
    make_party,
    make_statement,
    make_update,
    make_user,
)
from tests.fixture_types import Deliver, Sign
from tests.meetings import Meeting
from tests.outcomes.commitments.test_publication import (
    NOW,
    SHELTERS,
    belize,
    clock,
    compare_by_both,
    draft,
    edit,
    meeting,
    pass_time,
    public_pages,
    speaker,
    told,
)
from tests.outcomes.test_outcomes_admin import filled, page
from tests.page_text import page_html, page_text

__all__ = ["belize", "clock", "draft", "meeting", "speaker", "told"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("recorded_templates")]
SENTENCE = "Government of Belize does not recognise this text (2 March 2026)"
EARLIER = "Government of Belize does not recognise an earlier wording of this text (2 March 2026)"


@pytest.fixture
def row(draft: Commitment) -> Commitment:
    """Public, and recorded in the name of Belize."""
    draft.state = "public"
    draft.save()
    return draft


def texts_page(row: Commitment) -> str:
    return f"/me/commitments/{row.parties.get().pk}/recorded/"


def press(browser: Client, row: Commitment, act: str, key: str = "commitment") -> str:
    """Presses a button beside a text on the page of the party's own people."""
    path = texts_page(row)
    form = browser.get(path).content.decode().split(f'value="{key}"')[1]
    shown = form.split('name="shown"')[1].split('value="')[1].split('"')[0]
    answer = browser.post(path, {"text": key, "shown": shown, "act": act}, follow=True)
    assert answer.status_code == 200
    return page_html(answer)


def shown(row: Commitment, query: str = "") -> str:
    """The public page of the commitment."""
    return page_html(Client().get(f"{row.get_absolute_url()}{query}"))


def test_dispute_is_private_for_fourteen_days_and_then_beside_the_text(
    client_of: Sign,
    meeting: Meeting,
    row: Commitment,
    speaker: Delegate,
    deliver: Deliver,
    clock: Any,
) -> None:
    """On all other pages and in files: test_dispute_marks.py."""
    point = make_statement(row.event).outcomes.filter(parent__isnull=False)[0]
    row.outcomes.add(point)
    browser = client_of(speaker)
    link = f'href="{texts_page(row)}"'
    assert link in browser.get(row.get_absolute_url()).content.decode()
    said = press(browser, row, "dispute")
    assert "does not recognise this text (2 March 2026)" in said and "16 March 2026" in said
    [message] = [mail for mail in deliver() if mail.to == [meeting.first.email]]
    assert "Government of Belize does not recognise the text of RT-C1" in message.body
    assert "On 16 March 2026, everyone can read" in " ".join(message.body.split())
    assert "speaker@example.org" not in message.body and "Zq Speaker" not in message.body
    clock.shift(timedelta(days=13))
    assert "does not recognise" not in shown(row)
    clock.shift(timedelta(days=1))
    assert SENTENCE in shown(row)
    # As of an earlier day, only what was public then.
    visitor = Client()
    for path in (row.get_absolute_url(), "/commitments/", point.get_absolute_url()):
        assert SENTENCE in page_html(visitor.get(f"{path}?as_of=2026-03-16")), path
        assert SENTENCE not in page_html(visitor.get(f"{path}?as_of=2026-03-15")), path
    actions = AuditEntry.objects.filter(actor__isnull=False).values_list("action", flat=True)
    assert "dispute text" in actions


def test_party_withdraws_and_the_past_stays(
    client_of: Sign,
    meeting: Meeting,
    row: Commitment,
    speaker: Delegate,
    deliver: Deliver,
    clock: Any,
) -> None:
    press(client_of(speaker), row, "dispute")
    clock.shift(timedelta(days=20))
    assert SENTENCE in shown(row)
    browser = client_of(speaker)  # the session has ended
    before = len(deliver())
    press(browser, row, "withdraw")
    [message] = [mail for mail in deliver()[before:] if mail.to == [meeting.first.email]]
    assert message.subject.endswith(f"A party recognises a text of {row.reference} again")
    dispute = Dispute.objects.get()
    assert (dispute.settled_how, dispute.settled_at) == ("withdrawn", timezone.now())
    assert SENTENCE not in shown(row)
    assert SENTENCE in shown(row, "?as_of=2026-03-20")
    assert SENTENCE not in shown(row, "?as_of=2026-03-22")
    # And it can dispute the text again; what it withdraws within the days was never shown.
    press(browser, row, "dispute")
    assert Dispute.objects.open().count() == 1
    press(browser, row, "withdraw")
    clock.shift(timedelta(days=30))
    again = "does not recognise this text (22 March 2026)"
    for query in ("", "?as_of=2026-04-06", "?as_of=2026-03-22"):
        assert again not in shown(row, query)


def test_disputed_draft_does_not_become_public(
    client_of: Sign,
    meeting: Meeting,
    draft: Commitment,
    speaker: Delegate,
    told: Deliver,
    clock: Any,
) -> None:
    assert client_of(speaker).get(texts_page(draft)).status_code == 404  # not told yet
    compare_by_both(client_of, meeting, draft)
    [message] = told()
    assert texts_page(draft) in message.body
    press(client_of(speaker), draft, "dispute")
    pass_time(clock, draft, days=15)
    assert draft.state == "draft"
    desk = page_html(client_of(meeting.first).get(page_of(draft)))
    assert "A party does not recognise this text." in desk
    press(client_of(speaker), draft, "withdraw")
    pass_time(clock, draft)
    assert draft.is_public


def test_another_text_settles_it_after_two_organisations_compared_that(
    client_of: Sign,
    meeting: Meeting,
    draft: Commitment,
    speaker: Delegate,
    told: Deliver,
    clock: Any,
) -> None:
    compare_by_both(client_of, meeting, draft)
    press(client_of(speaker), draft, "dispute")
    edit(client_of(meeting.first), draft, text="Pay for two shelters")
    assert Dispute.objects.open().exists()
    clock.shift(timedelta(days=1))
    compare_by_both(client_of, meeting, draft)
    assert Dispute.objects.get().settled_how == "replaced"
    assert len(told()) == 2
    pass_time(clock, draft, days=13)
    assert draft.state == "draft"  # 14 days from when the party was told of this text
    pass_time(clock, draft, days=1)
    for query in ("", "?as_of=2026-03-17"):
        text = shown(draft, query)
        assert "Pay for two shelters" in text and "does not recognise" not in text
    assert Client().get(f"{draft.get_absolute_url()}?as_of=2026-03-16").status_code == 400


@pytest.mark.parametrize("state", ["public", "draft"])
def test_desk_changes_a_text_and_back_without_settling_the_dispute(
    client_of: Sign,
    meeting: Meeting,
    draft: Commitment,
    speaker: Delegate,
    clock: Any,
    state: str,
) -> None:
    compare_by_both(client_of, meeting, draft)
    if state == "public":
        pass_time(clock, draft, days=14)
    press(client_of(speaker), draft, "dispute")
    browser = client_of(meeting.first)
    edit(browser, draft, text="Something else")
    edit(browser, draft, text=SHELTERS)
    third = meeting.holder("cochair", make_government("TH"))
    agree(client_of(third), draft)  # what the others compared is the text again
    pass_time(clock, draft, days=60)
    assert draft.state == "draft" and Dispute.objects.open().exists()
    # Its party can still withdraw the dispute, and is told before the text is public again.
    press(client_of(speaker), draft, "withdraw")
    pass_time(clock, draft)
    assert draft.state == "draft" and draft.parties_told_at == timezone.now()
    pass_time(clock, draft, days=14)
    assert draft.is_public


def test_desk_can_neither_settle_nor_delete_a_dispute(
    client_of: Sign, meeting: Meeting, row: Commitment, speaker: Delegate, operator: User
) -> None:
    press(client_of(speaker), row, "dispute")
    with pytest.raises(NoReverseMatch):
        reverse("admin:outcomes_dispute_changelist")
    for user in (meeting.first, operator):
        browser = client_of(user)
        for act in ("withdraw", "dispute"):
            sent = {"text": "commitment", "act": act, "shown": source_hash(row)}
            assert browser.post(texts_page(row), sent).status_code == 404
        address = page(Commitment, "change", row.pk)
        sent = filled(browser, address) | {"parties-0-DELETE": "on"}
        answer = browser.post(address, sent)
        assert answer.status_code == 200 and "does not recognise this text" in page_html(answer)
        assert browser.post(page(Commitment, "delete", row.pk), {"post": "yes"}).status_code == 403
        assert Dispute.objects.open().count() == 1


def test_desk_finds_disputed_commitments(
    client_of: Sign, meeting: Meeting, row: Commitment, speaker: Delegate
) -> None:
    other = make_commitment(meeting.event, reference="RT-C2")
    make_dispute(make_update(other, reported_by="recorded"))
    make_commitment(meeting.event, reference="RT-C3")
    press(client_of(speaker), row, "dispute")
    browser = client_of(meeting.first)
    address = page(Commitment, "changelist")
    found = page_html(browser.get(f"{address}?standing=disputed"))
    assert "RT-C1" in found and "RT-C2" in found and "RT-C3" not in found
    assert "standing=disputed" in browser.get("/admin/").content.decode()
    form = page_html(browser.get(page(Commitment, "change", row.pk)))
    assert "Government of Belize does not recognise the commitment (2 March 2026)" in form


@pytest.mark.parametrize(
    "who", ["other organisation", "unconfirmed", "ended", "left", "elsewhere", "focal point"]
)
def test_only_who_takes_part_for_the_party_can_dispute(
    client_of: Sign, meeting: Meeting, row: Commitment, belize: Organisation, who: str
) -> None:
    person = make_delegate(user=make_user("zq@example.org"))
    place = make_event(code="ELSE") if who == "elsewhere" else meeting.event
    organisation = make_organisation() if who == "other organisation" else belize
    if who != "focal point":
        make_participation(person, place, organisation=organisation, confirmed=who != "unconfirmed")
    if who == "ended":
        Participation.objects.update(ended_at=NOW)
    if who == "left":
        person.affiliations.create(organisation=make_organisation(), post="Officer")
    if who == "focal point":  # of before it was asked whether the person takes part
        CommitmentParty.objects.update(focal_point=person, focal_point_accepted_at=NOW)
    browser = client_of(person)
    assert texts_page(row) not in browser.get(row.get_absolute_url()).content.decode()
    sent = {"text": "commitment", "act": "dispute", "shown": source_hash(row)}
    assert browser.get(texts_page(row)).status_code == 404
    assert browser.post(texts_page(row), sent).status_code == 404
    assert Client().post(texts_page(row), sent).status_code in (302, 403)
    assert not Dispute.objects.exists()


def test_another_body_of_the_same_government_can_dispute(
    client_of: Sign, meeting: Meeting, row: Commitment
) -> None:
    ministry = make_government("BZ", "Ministry of Finance")
    person = make_delegate(user=make_user("finance@example.org"))
    make_participation(person, meeting.event, organisation=ministry)
    press(client_of(person), row, "dispute")
    assert Dispute.objects.get().disputed_by == person.user


def test_no_one_disputes_for_a_group(client_of: Sign, meeting: Meeting, speaker: Delegate) -> None:
    row = make_commitment(meeting.event)
    make_party(row, group=make_group())
    browser = client_of(speaker)
    assert browser.get(texts_page(row)).status_code == 404
    assert texts_page(row) not in browser.get(row.get_absolute_url()).content.decode()


def test_changed_text_is_read_again_before_it_is_disputed(
    client_of: Sign, row: Commitment, speaker: Delegate
) -> None:
    browser, read = client_of(speaker), source_hash(row)
    Commitment.objects.update(text="Pay for two shelters", source_title="", place_in_source="")
    assert "Source: a source that is not known" in page_text(browser.get(texts_page(row)))
    sent = {"text": "commitment", "act": "dispute", "shown": read}
    answer = browser.post(texts_page(row), sent)
    assert answer.status_code == 400 and "This text changed" in page_html(answer)
    for wrong in ({"act": "settle"}, {}, {"act": "dispute", "text": "report-9"}):
        assert browser.post(texts_page(row), wrong).status_code == 400
    assert not Dispute.objects.exists()


def test_second_press_disputes_once(row: Commitment, speaker: Delegate) -> None:
    party, by = row.parties.get(), speaker.user
    assert by is not None
    for _press in range(2):
        assert dispute_text(
            party, key="commitment", content_hash=source_hash(row), by=by, at=timezone.now()
        )
    assert Dispute.objects.count() == 1


@pytest.fixture
def report(row: Commitment) -> ProgressUpdate:
    return make_update(
        row, reported_by="recorded", text="Ten shelters opened.", reported_on=date(2026, 1, 5)
    )


def publish(report: ProgressUpdate, text: str) -> None:
    """The desk takes it back, and checks it with this text."""
    report.refresh_from_db()
    report.save_draft()
    report.text = text
    report.approve(by=make_user(), at=timezone.now())


def test_recorded_report_is_disputed(
    client_of: Sign,
    meeting: Meeting,
    row: Commitment,
    report: ProgressUpdate,
    speaker: Delegate,
    deliver: Deliver,
    clock: Any,
) -> None:
    make_update(row, text="Own words", reported_on=date(2026, 1, 6))
    assert "Own words" not in client_of(speaker).get(texts_page(row)).content.decode()
    press(client_of(speaker), row, "dispute", f"report-{report.pk}")
    [message] = [mail for mail in deliver() if mail.to == [meeting.first.email]]
    assert "the report of 5 January 2026" in " ".join(message.body.split())
    clock.shift(timedelta(days=13))
    assert SENTENCE not in shown(row)
    clock.shift(timedelta(days=1))
    text = shown(row)
    assert text.index(SENTENCE) > text.index("Recorded from sources")
    assert SENTENCE not in page_html(Client().get("/commitments/"))
    publish(report, report.text)  # it is the same text
    assert SENTENCE in shown(row) and EARLIER not in shown(row)


def test_another_wording_of_a_report_does_not_end_its_dispute(
    client_of: Sign, row: Commitment, report: ProgressUpdate, speaker: Delegate, clock: Any
) -> None:
    key = f"report-{report.pk}"
    press(client_of(speaker), row, "dispute", key)
    clock.shift(timedelta(days=10))
    publish(report, "Ten shelters  opened.")
    assert EARLIER not in shown(row)
    clock.shift(timedelta(days=10))
    assert EARLIER in shown(row) and SENTENCE not in shown(row)
    publish(report, "Ten shelters opened.")
    assert SENTENCE in shown(row) and EARLIER not in shown(row)
    clock.shift(timedelta(days=10))
    publish(report, "Two shelters opened.")
    assert EARLIER in shown(row) and SENTENCE in shown(row, "?as_of=2026-03-20")
    asked = page_html(client_of(speaker).get(texts_page(row)))
    assert "Your organisation does not recognise an earlier wording" in asked
    press(client_of(speaker), row, "dispute", key)
    clock.shift(timedelta(days=14))
    newest = "does not recognise this text (1 April 2026)"
    assert newest in shown(row) and EARLIER not in shown(row)
    press(client_of(speaker), row, "withdraw", key)
    assert newest not in shown(row) and EARLIER not in shown(row)


def test_party_recognises_the_other_wording_of_a_report(
    client_of: Sign, row: Commitment, report: ProgressUpdate, speaker: Delegate, clock: Any
) -> None:
    key, browser = f"report-{report.pk}", client_of(speaker)
    press(browser, row, "dispute", key)
    publish(report, "Two shelters opened.")
    press(browser, row, "withdraw", key)
    clock.shift(timedelta(days=14))
    assert EARLIER not in shown(row)
    assert Dispute.objects.get().settled_how == "withdrawn"


def test_report_that_the_party_confirms_is_no_longer_disputed(
    client_of: Sign,
    meeting: Meeting,
    row: Commitment,
    report: ProgressUpdate,
    speaker: Delegate,
    deliver: Deliver,
) -> None:
    press(client_of(speaker), row, "dispute", f"report-{report.pk}")
    before = len(deliver())
    assert confirm_update(
        report.party,
        key=row_key(report),
        content_hash=report.content_hash,
        by=speaker.user,
        at=timezone.now(),
    )
    assert Dispute.objects.get().settled_how == "withdrawn"
    assert {mail.to[0] for mail in deliver()[before:]} == {
        meeting.first.email,
        meeting.second.email,
    }


def test_texts_of_a_hidden_roundtable_are_shown_to_their_party_alone(
    client_of: Sign, row: Commitment, speaker: Delegate, clock: Any
) -> None:
    Event.objects.filter(pk=row.event_id).update(is_public=False)
    press(client_of(speaker), row, "dispute")
    clock.shift(timedelta(days=20))
    outsider = make_delegate(user=make_user("zq@example.org"))
    make_participation(outsider, make_event(code="OPEN"))
    beside = make_delegate(user=make_user("beside@example.org"))
    make_participation(beside, row.event)
    for browser in (Client(), client_of(outsider)):
        for path in [*public_pages(row.event), row.get_absolute_url(), texts_page(row)]:
            text = browser.get(path, follow=True).content.decode()
            assert SHELTERS not in text and "does not recognise" not in text, path
    assert client_of(beside).get(texts_page(row)).status_code == 404


def test_dispute_outlives_the_account(
    client_of: Sign, row: Commitment, speaker: Delegate, clock: Any
) -> None:
    press(client_of(speaker), row, "dispute")
    assert speaker.user is not None
    erase_own_data(speaker.user, at=timezone.now())
    clock.shift(timedelta(days=20))
    text = shown(row)
    assert SENTENCE in text and "Zq Speaker" not in text
