"""A recorded commitment is public once two organisations compared it and its parties were told."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from outcomes.changes.log import latest_changes
from outcomes.datasets.tables import COMMITMENTS
from outcomes.models import Commitment, CommitmentParty, ProgressUpdate, Statement
from outcomes.reporting.publication import COMMITMENT_COMPARISONS
from outcomes.sources.comparisons import valid_comparisons
from outcomes.sources.hashes import source_hash
from participants.decisions.engine import sign
from participants.decisions.queue import queue
from participants.models import Delegate, Organisation, User
from participants.permissions import permissions_of
from roundtable.models import Event
from tests.changed_columns import other_value
from tests.decide import QUEUE, agree, agree_together, offers, page_of, value_of
from tests.factories import (
    compare_with_source,
    make_commitment,
    make_delegate,
    make_government,
    make_organisation,
    make_participation,
    make_party,
    make_statement,
    make_user,
)
from tests.fixture_types import Deliver, Sign
from tests.form_fields import press
from tests.meetings import Meeting
from tests.outcomes.test_outcomes_admin import filled, page
from tests.page_text import get_text, page_html, page_text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("recorded_templates")]
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
SHELTERS = "Pay for ten shelters from the national budget"
SOURCE = {"source_title": "Budget speech 2026", "place_in_source": "page 4"}


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    with time_machine.travel(NOW, tick=False) as moved:
        yield moved


@pytest.fixture
def meeting() -> Meeting:
    return Meeting()


@pytest.fixture
def belize() -> Organisation:
    return make_government("BZ", "Government of Belize")


@pytest.fixture
def draft(meeting: Meeting, belize: Organisation) -> Commitment:
    row = make_commitment(meeting.event, reference="RT-C1", text=SHELTERS, state="draft", **SOURCE)
    make_party(row, organisation=belize)
    return row


@pytest.fixture
def speaker(meeting: Meeting, belize: Organisation) -> Delegate:
    person = make_delegate(name="Zq Speaker", user=make_user("speaker@example.org"))
    make_participation(person, meeting.event, organisation=belize)
    return person


@pytest.fixture
def told(deliver: Deliver, speaker: Delegate) -> Callable[[], list[Any]]:
    """The emails to the speaker."""
    return lambda: [mail for mail in deliver() if mail.to == ["speaker@example.org"]]


def compare_by_both(client_of: Sign, meeting: Meeting, row: Commitment) -> None:
    for user in (meeting.first, meeting.second):
        agree(client_of(user), row)
    row.refresh_from_db()


def edit(browser: Client, row: Commitment, **words: Any) -> str:
    """Saves the form of the desk with these fields changed."""
    address = page(Commitment, "change", row.pk)
    answer = browser.post(address, filled(browser, address) | words, follow=True)
    assert answer.redirect_chain, page_html(answer)
    row.refresh_from_db()
    return page_html(answer)


def pass_time(clock: Any, row: Commitment, **time: int) -> None:
    clock.shift(timedelta(**time))
    call_command("make_due_changes", "--clock-is-right")
    row.refresh_from_db()


def public_pages(event: Event) -> list[str]:
    return [
        "/",
        "/commitments/",
        "/progress/",
        "/changes/",
        "/search/?q=shelters",
        "/organisations/",
        f"/roundtables/{event.slug}/",
        f"/roundtables/{event.slug}/brief/",
    ]


def test_commitment_without_a_source_is_not_compared(
    client_of: Sign, meeting: Meeting, draft: Commitment
) -> None:
    browser = client_of(meeting.first)
    Commitment.objects.update(source_title="", place_in_source="")
    draft.refresh_from_db()
    assert "Add its source, then compare it." in get_text(browser, page_of(draft))
    assert not offers(browser, draft)
    # A statement that was signed here is its own source.
    make_statement(meeting.event, adoption="signed")
    opened = browser.get(page_of(draft))
    # Who opened the page before has the button.
    Statement.objects.update(adoption="source")
    refused = press(browser, opened, page_of(draft), "Agree")
    assert "1 is not decided" in page_text(refused) and not draft.comparisons.exists()
    Statement.objects.update(adoption="signed")
    assert "You agreed to 1 thing." in agree(browser, draft)


def test_cochair_alone_puts_no_words_in_a_partys_mouth(
    client_of: Sign, meeting: Meeting, belize: Organisation
) -> None:
    browser, address = client_of(meeting.first), page(Commitment, "add")
    sent = filled(browser, address) | {
        "event": meeting.event.pk,
        "reference": "RT-C1",
        "text": SHELTERS,
        "source_title": "Budget speech 2026",
        "parties-TOTAL_FORMS": 1,
        "parties-0-organisation": belize.pk,
        "parties-0-role": "lead",
    }
    assert browser.post(address, sent).status_code == 302
    row = Commitment.objects.get()
    assert row.state == "draft"
    agree(browser, row)
    assert "has already compared this text" in get_text(browser, page_of(row))
    assert not offers(browser, row)
    call_command("make_due_changes")
    visitor = Client()
    for path in public_pages(meeting.event):
        text = visitor.get(path).content.decode()
        assert SHELTERS not in text and "Government of Belize" not in text, path
    assert visitor.get(row.get_absolute_url()).status_code == 404
    assert visitor.get(f"/organisations/{belize.slug}/").status_code == 404
    # Nor is it reported on.
    party = CommitmentParty.objects.get()
    address = page(ProgressUpdate, "add")
    assert f'<option value="{party.pk}"' not in browser.get(address).content.decode()
    sent = filled(browser, address) | {"party": party.pk, "status": "fulfilled", "text": "Done"}
    assert browser.post(address, sent).status_code == 200
    assert not ProgressUpdate.objects.exists()


def test_two_organisations_compare_and_the_party_is_told_fourteen_days_before(
    client_of: Sign, meeting: Meeting, draft: Commitment, told: Deliver, clock: Any
) -> None:
    compare_by_both(client_of, meeting, draft)
    said = get_text(client_of(meeting.first), page_of(draft))
    assert "Its parties are told. It becomes public on 16 March 2026." in said
    [message] = told()
    text = " ".join(message.body.split())
    assert f"> {SHELTERS}" in text and "Budget speech 2026" in text
    assert "On 16 March 2026 it becomes public" in text
    pass_time(clock, draft, days=14, minutes=-1)
    assert Client().get(draft.get_absolute_url()).status_code == 404
    pass_time(clock, draft, minutes=1)
    shown = page_html(Client().get(draft.get_absolute_url()))
    assert "Recorded from" in shown and "Budget speech 2026" in shown and "page 4" in shown
    assert (
        "Compared with the source by two organisations: <bdi>Government ID</bdi> on 2 March 2026, "
        "<bdi>Government AU</bdi> on 2 March 2026."
    ) in " ".join(shown.replace("&#32;", " ").split())
    # It is new on the day on which everyone could first read it.
    assert draft.recorded_at == NOW + timedelta(days=14)


def test_what_changed_is_compared_again(
    client_of: Sign, meeting: Meeting, draft: Commitment
) -> None:
    first, second = client_of(meeting.first), client_of(meeting.second)
    agree(first, draft)
    opened = second.get(page_of(draft))
    Commitment.objects.update(text="Something else")
    assert "1 is not decided" in page_text(press(second, opened, page_of(draft), "Agree"))
    agree(second, draft)
    draft.refresh_from_db()
    assert draft.state == "draft"
    agree(first, draft)
    assert "This commitment is public." in get_text(first, page_of(draft))


def test_change_of_any_column_voids_the_comparisons(client_of: Sign, meeting: Meeting) -> None:
    letter = {"source_kind": "letter", "source_dated_on": NOW.date(), "consent": "Letter"}
    row = make_commitment(meeting.event, reference="RT-C1", state="draft", **letter)
    browser = client_of(make_user("op@example.org", is_superuser=True))
    stored = Commitment.objects.values(*COMMITMENTS.compared, "state").get()
    for name in COMMITMENTS.compared:
        Commitment.objects.update(**stored)
        row.refresh_from_db()
        compare_with_source(row)
        row.refresh_from_db()
        assert row.is_public
        edit(browser, row, **{name: "RT-C9" if name == "reference" else other_value(row, name)})
        assert (row.state, valid_comparisons(row)) == ("draft", []), name
        row.comparisons.all().delete()


@pytest.mark.usefixtures("speaker")
def test_edit_while_the_parties_are_told_stops_publication(
    client_of: Sign, meeting: Meeting, draft: Commitment, clock: Any
) -> None:
    compare_by_both(client_of, meeting, draft)
    edit(client_of(meeting.first), draft, text="X")
    pass_time(clock, draft, days=15)
    assert (draft.state, draft.parties_told_at) == ("draft", None)


def test_no_single_account_deletes_what_is_public_or_was(
    client_of: Sign, meeting: Meeting, operator: User
) -> None:
    row = make_commitment(meeting.event)
    for state in ("public", "draft"):
        row.state = state  # if it is a draft, this account may have changed it before
        row.save()
        for user in (meeting.first, operator):
            answer = client_of(user).post(page(Commitment, "delete", row.pk), {"post": "yes"})
            assert answer.status_code == 403
    assert Commitment.objects.exists()


def test_focal_point_of_a_draft_is_asked_once_it_is_public(
    client_of: Sign,
    meeting: Meeting,
    draft: Commitment,
    speaker: Delegate,
    told: Deliver,
    clock: Any,
) -> None:
    def asked() -> int:
        return sum("focal point" in mail.subject for mail in told())

    edit(client_of(meeting.first), draft, **{"parties-0-focal_point": speaker.pk})
    assert asked() == 0
    assert SHELTERS not in client_of(speaker).get("/me/").content.decode()
    compare_by_both(client_of, meeting, draft)
    pass_time(clock, draft, days=14)
    assert asked() == 1


def test_lists_of_roundtables_and_points_count_public_commitments_alone(
    client_of: Sign, meeting: Meeting, draft: Commitment
) -> None:
    event = meeting.event
    point = make_statement(event).outcomes.filter(parent__isnull=False)[0]
    proposed = make_commitment(event, reference="RT-C6", state="proposed", proposed_at=NOW)
    public = make_commitment(event, reference="RT-C7")
    for row in (draft, proposed, public):
        row.outcomes.add(point)
    for path in ("/roundtables/", "/outcomes/"):
        text = page_html(Client().get(path))
        assert "1 commitment<" in text, path
        assert "2 commitments<" not in text and "3 commitments<" not in text, path
    # Before the roundtable is public, its page links what everyone will read.
    Event.objects.update(is_public=False)
    reader = meeting.holder("reader", make_organisation())
    text = page_html(client_of(reader).get(f"/roundtables/{event.slug}/"))
    assert public.reference in text
    assert draft.reference not in text and proposed.reference not in text


def test_changed_commitment_is_a_draft_again_and_then_says_what_changed(
    client_of: Sign, meeting: Meeting, clock: Any
) -> None:
    row = make_commitment(
        meeting.event, reference="RT-C1", text="Train officers", recorded_at=NOW, **SOURCE
    )
    make_party(row)
    clock.shift(timedelta(days=1))
    saved = edit(client_of(meeting.first), row, text=SHELTERS)
    assert "This commitment is a draft again." in saved
    visitor = Client()
    shown = get_text(visitor, row.get_absolute_url())  # people cite this address
    assert "Everyone could read this commitment. It was changed since" in shown
    assert SHELTERS not in shown and "Train officers" not in shown
    assert SHELTERS not in visitor.get("/changes/").content.decode()
    # No address of its party is known, so no one waits for it.
    compare_by_both(client_of, meeting, row)
    assert row.is_public
    assert SHELTERS in visitor.get(row.get_absolute_url()).content.decode()
    changes = latest_changes(NOW, NOW + timedelta(days=2), meeting.event)
    assert ("Train officers", SHELTERS) in {(change.before, change.after) for change in changes}
    assert row.recorded_at == NOW  # a corrected one is not new


def test_other_parties_or_points_make_it_a_draft_again(
    client_of: Sign, meeting: Meeting, belize: Organisation
) -> None:
    point = make_statement(meeting.event).outcomes.filter(parent__isnull=False)[0]
    browser = client_of(meeting.first)
    for changed in ({"parties-0-organisation": belize.pk}, {"outcomes": [point.pk]}):
        row = make_commitment(meeting.event)
        make_party(row)
        edit(browser, row, **changed)
        assert row.state == "draft", changed


def test_focal_point_and_openness_are_changed_without_a_comparison(
    client_of: Sign, meeting: Meeting, belize: Organisation, speaker: Delegate
) -> None:
    row = make_commitment(meeting.event, text="Train\r\nofficers")
    make_party(row, organisation=belize)
    browser = client_of(meeting.first)
    edit(browser, row, **{"parties-0-focal_point": speaker.pk, "is_open": "on"})
    assert (row.state, row.is_open) == ("public", True)
    assert row.parties.get().focal_point == speaker


def test_letter_of_the_party_is_published_with_its_consent_and_stays_private(
    client_of: Sign, meeting: Meeting, draft: Commitment, told: Deliver
) -> None:
    browser, address = client_of(meeting.first), page(Commitment, "change", draft.pk)
    letter = {"source_kind": "letter", "source_title": "Letter 12/2026", "place_in_source": ""}
    answer = browser.post(address, filled(browser, address) | letter)
    assert "Of a letter or email, enter its date" in page_html(answer)
    letter |= {"source_dated_on": "2026-02-20", "consent": "Zq email of 25 February 2026"}
    edit(browser, draft, **letter)
    asked = get_text(client_of(meeting.second), page_of(draft))
    assert "Consent to publication Zq email of 25 February 2026" in asked
    compare_by_both(client_of, meeting, draft)
    assert draft.is_public
    text = page_html(Client().get(draft.get_absolute_url()))
    assert (
        "a letter or email of the party of 20 February 2026, published with its written consent"
        "</bdi>, Letter 12/2026"
    ) in text
    assert "Zq email" not in text
    [message] = told()
    assert "With its written consent, it is public now." in " ".join(message.body.split())
    assert "Zq email" not in message.body


def test_known_party_has_its_fourteen_days_also_after_a_change_on_the_same_day(
    client_of: Sign, meeting: Meeting, draft: Commitment, told: Deliver
) -> None:
    """The party had an email about the same text that day, so it gets no second one."""
    compare_by_both(client_of, meeting, draft)
    for text in ("Something else", SHELTERS):
        edit(client_of(meeting.first), draft, text=text)
        compare_by_both(client_of, meeting, draft)
    assert (draft.text, draft.state, draft.parties_told_at) == (SHELTERS, "draft", NOW)
    assert len(told()) == 2


def test_commitments_of_one_document_are_compared_together(
    client_of: Sign, meeting: Meeting, draft: Commitment, belize: Organisation, deliver: Deliver
) -> None:
    meeting.holder("reader", make_government("TH"))
    rows = [draft]
    for number in (2, 3):
        source = SOURCE | {"place_in_source": f"page {number}"}
        rows.append(
            make_commitment(meeting.event, reference=f"RT-C{number}", state="draft", **source)
        )
        make_party(rows[-1], organisation=belize)
    other = make_commitment(meeting.event, reference="RT-C4", state="draft", source_title="A law")
    first, second = client_of(meeting.first), client_of(meeting.second)
    for row in rows:
        agree(first, row)
    assert deliver() == []

    def listed(browser: Client) -> list[str]:
        text = browser.get(QUEUE).content.decode()
        ids = ",".join(re.findall(r'value="commitment:([\d,]+)"', text)).split(",")
        return [row.reference for row in (*rows, other) if str(row.pk) in ids]

    assert (listed(first), len(listed(second))) == (["RT-C4"], 4)
    # The links of earlier emails lead on.
    former = page(Commitment, "changelist")
    assert first.get(f"{former}?waits=me")["Location"] == QUEUE
    assert first.get(f"{former}{other.pk}/compare/")["Location"] == page_of(other)
    # The other organisation reads them together, each beside its source.
    together = press(second, QUEUE, f"{QUEUE}together/", d=value_of(*rows))
    for words in ("page 2", "page 3", rows[2].text):
        assert words in page_text(together)
    assert "You agreed to 3 things." in agree_together(second, together, *rows)
    assert listed(second) == ["RT-C4"]
    # What changes is compared again, by both.
    changed = {"text": "Pay for nine", "state": "draft", "parties_told_at": None}
    Commitment.objects.filter(pk=rows[0].pk).update(**changed)
    assert listed(first) == listed(second) == ["RT-C1", "RT-C4"]


def test_what_waits_is_read_with_as_many_queries_however_much_it_is(
    meeting: Meeting, belize: Organisation
) -> None:
    numbers = set()
    for number in (1, 6, 60, 600):
        rows = Commitment.objects.bulk_create(
            Commitment(event=meeting.event, reference=f"RT-C{n}", text=SHELTERS, **SOURCE)
            for n in range(Commitment.objects.count(), number)
        )
        parties = (CommitmentParty(commitment=row, organisation=belize) for row in rows)
        CommitmentParty.objects.bulk_create(parties)
        shown = source_hash(rows[0])
        assert sign(COMMITMENT_COMPARISONS, {rows[0].pk: shown}, by=meeting.first, at=NOW)
        permissions = permissions_of(meeting.second, NOW.date())
        assert permissions
        with CaptureQueriesContext(connection) as queries:
            [group] = queue(permissions, NOW)
        assert group.number == number
        numbers.add(len(queries))
    assert len(numbers) == 1


def test_document_is_not_said_to_answer_the_statement(draft: Commitment) -> None:
    """Its source does not say so, and no one else may."""
    Commitment.objects.update(state="public")
    visitor = Client()
    assert "Answers not recorded" in get_text(visitor, draft.get_absolute_url())
    assert "whole statement" not in get_text(visitor, "/commitments/?event=rt")
    Commitment.objects.update(source_title="")  # the source of the statement
    assert "Answers the whole statement" in get_text(visitor, draft.get_absolute_url())


def test_party_whose_mailbox_alone_is_known_is_told_fourteen_days_before(
    client_of: Sign,
    meeting: Meeting,
    draft: Commitment,
    belize: Organisation,
    deliver: Deliver,
    settings: Any,
) -> None:
    settings.CONTACT_EMAIL = "contact@example.org"
    Organisation.objects.filter(pk=belize.pk).update(role_mailbox="office@belize.example")
    compare_by_both(client_of, meeting, draft)
    assert (draft.state, draft.parties_told_at) == ("draft", NOW)
    [mail] = [mail for mail in deliver() if mail.to == ["office@belize.example"]]
    text = " ".join(mail.body.split())
    assert f"> {SHELTERS}" in text and "On 16 March 2026 it becomes public" in text
    assert "Write to: contact@example.org" in text and "/me/commitments/" not in text


def test_focal_point_is_told_that_the_desk_ended_the_task(
    client_of: Sign, meeting: Meeting, belize: Organisation, speaker: Delegate, told: Deliver
) -> None:
    row = make_commitment(meeting.event, reference="RT-C1")
    party = make_party(row, organisation=belize)
    party.request_focal_point(speaker)
    party.accept(NOW)
    edit(client_of(meeting.first), row, **{"parties-0-focal_point": ""})
    party.refresh_from_db()
    assert party.focal_point is None
    [mail] = told()
    assert mail.subject.endswith("You are no longer the focal point of a commitment")
