"""A recorded commitment is public once two organisations compared it and its parties were told."""

from collections.abc import Callable
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
from outcomes.models import Commitment, CommitmentParty, ProgressUpdate
from outcomes.sources.comparisons import valid_comparisons
from outcomes.sources.hashes import source_hash
from participants.models import Delegate, Organisation, User
from roundtable.models import Event
from tests.canaries import all_paths, make_complete_event, response_text
from tests.changed_columns import other_value
from tests.conftest import FULL_WALKS
from tests.factories import (
    compare_with_source,
    make_commitment,
    make_delegate,
    make_event,
    make_government,
    make_grant,
    make_holder,
    make_organisation,
    make_participation,
    make_party,
    make_statement,
    make_theme,
    make_user,
)
from tests.outcomes.test_outcomes_admin import filled, page
from tests.page_text import get_text, page_html

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("recorded_templates")]
Sign = Callable[..., Client]
Deliver = Callable[[], list[Any]]
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
SHELTERS = "Pay for ten shelters from the national budget"


@pytest.fixture(autouse=True)
def clock() -> Any:
    with time_machine.travel(NOW, tick=False) as moved:
        yield moved


@pytest.fixture
def event() -> Event:
    return make_event(code="R2026", title="Roundtable 2026")


def holder(name: str, event: Event, role: str, country: str) -> User:
    government = make_government(country, f"Ministry of {country}")
    return make_holder(event, f"{name}@example.org", role=role, on_behalf_of=government)


@pytest.fixture
def indonesia(event: Event) -> User:
    return holder("indonesia", event, "cochair", "ID")


@pytest.fixture
def australia(event: Event) -> User:
    return holder("australia", event, "cochair", "AU")


@pytest.fixture
def belize() -> Organisation:
    return make_government("BZ", "Government of Belize")


@pytest.fixture
def draft(event: Event, belize: Organisation) -> Commitment:
    row = make_commitment(
        event,
        reference="R2026-C1",
        text=SHELTERS,
        state="draft",
        source_title="Budget speech 2026",
        place_in_source="page 4",
    )
    make_party(row, organisation=belize)
    return row


def compare_page(row: Commitment) -> str:
    return f"/admin/outcomes/commitment/{row.pk}/compare/"


def compare(browser: Client, row: Commitment) -> str:
    text = browser.get(compare_page(row)).content.decode()
    shown = text.partition('name="shown" value="')[2].partition('"')[0]
    return page_html(browser.post(compare_page(row), {"shown": shown}, follow=True))


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
    client_of: Sign, event: Event, indonesia: User, draft: Commitment
) -> None:
    browser = client_of(indonesia)
    Commitment.objects.update(source_title="", place_in_source="")
    draft.refresh_from_db()
    shown = page_html(browser.get(compare_page(draft)))
    assert "a source that is not known" in shown
    assert "Add its source, then compare it." in shown
    assert "I compared it" not in shown
    # Who opened the page before has the button.
    refused = browser.post(compare_page(draft), {"shown": source_hash(draft)})
    assert refused.status_code == 400
    assert not draft.comparisons.exists()
    # A statement that was signed here is its own source.
    make_statement(event, adoption="signed")
    assert "the statement, signed in this portal" in page_html(browser.get(compare_page(draft)))
    assert "Your comparison is saved." in compare(browser, draft)


def test_cochair_alone_puts_no_words_in_a_partys_mouth(
    client_of: Sign, event: Event, indonesia: User, belize: Organisation
) -> None:
    browser, address = client_of(indonesia), page(Commitment, "add")
    sent = filled(browser, address) | {
        "event": event.pk,
        "reference": "R2026-C1",
        "text": SHELTERS,
        "source_title": "Budget speech 2026",
        "parties-TOTAL_FORMS": 1,
        "parties-0-organisation": belize.pk,
        "parties-0-role": "lead",
    }
    assert browser.post(address, sent).status_code == 302
    row = Commitment.objects.get()
    assert row.state == "draft"
    compare(browser, row)
    assert "has already compared this text" in compare(browser, row)
    call_command("make_due_changes")
    visitor = Client()
    for path in public_pages(event):
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
    client_of: Sign,
    event: Event,
    draft: Commitment,
    belize: Organisation,
    indonesia: User,
    australia: User,
    deliver: Deliver,
    clock: Any,
) -> None:
    speaker = make_delegate(name="Zq Speaker", user=make_user("speaker@example.org"))
    make_participation(speaker, event, organisation=belize)
    compare(client_of(indonesia), draft)
    told = compare(client_of(australia), draft)
    assert "Its parties are told. It becomes public on 16 March 2026." in told
    [message] = [row for row in deliver() if row.to == ["speaker@example.org"]]
    text = " ".join(message.body.split())
    assert f"> {SHELTERS}" in text and "Budget speech 2026" in text
    assert "On 16 March 2026 it becomes public" in text
    clock.shift(timedelta(days=14, minutes=-1))
    call_command("make_due_changes")
    assert Client().get(draft.get_absolute_url()).status_code == 404
    clock.shift(timedelta(minutes=1))
    call_command("make_due_changes")
    shown = page_html(Client().get(draft.get_absolute_url()))
    assert "Recorded from" in shown and "Budget speech 2026" in shown and "page 4" in shown
    assert (
        "Compared with the source by two organisations: <bdi>Ministry of ID</bdi> on 2 March 2026, "
        "<bdi>Ministry of AU</bdi> on 2 March 2026."
    ) in " ".join(shown.replace("&#32;", " ").split())
    draft.refresh_from_db()
    # It is new on the day on which everyone could first read it.
    assert draft.recorded_at == NOW + timedelta(days=14)


def test_commitment_of_a_party_with_no_known_address_is_public_at_once(
    client_of: Sign, draft: Commitment, indonesia: User, australia: User
) -> None:
    compare(client_of(indonesia), draft)
    assert "This commitment is public." in compare(client_of(australia), draft)
    assert Client().get(draft.get_absolute_url()).status_code == 200


@pytest.mark.parametrize("change", ["text", "party", "source"])
def test_what_changed_is_compared_again(
    client_of: Sign, draft: Commitment, indonesia: User, australia: User, change: str
) -> None:
    compare(client_of(indonesia), draft)
    stale = client_of(australia).get(compare_page(draft)).content.decode()
    shown = stale.partition('name="shown" value="')[2].partition('"')[0]
    if change == "party":
        make_party(draft)
    else:
        field = {"text": "text", "source": "source_title"}[change]
        Commitment.objects.update(**{field: "Something else"})
    refused = client_of(australia).post(compare_page(draft), {"shown": shown})
    assert refused.status_code == 400
    compare(client_of(australia), draft)
    draft.refresh_from_db()
    assert draft.state == "draft"
    assert "This commitment is public." in compare(client_of(indonesia), draft)


def test_change_of_any_column_voids_the_comparisons(client_of: Sign, event: Event) -> None:
    letter = {"source_kind": "letter", "source_dated_on": NOW.date(), "consent": "Letter"}
    row = make_commitment(event, reference="R2026-C1", **letter)
    browser = client_of(make_user("op@example.org", is_superuser=True))
    address = page(Commitment, "change", row.pk)
    stored = Commitment.objects.values(*COMMITMENTS.compared, "state").get()
    for name in COMMITMENTS.compared:
        Commitment.objects.update(**stored)
        row.refresh_from_db()
        compare_with_source(row)
        value = "R2026-C9" if name == "reference" else other_value(row, name)
        assert browser.post(address, filled(browser, address) | {name: value}).status_code == 302
        row.refresh_from_db()
        assert (row.state, valid_comparisons(row)) == ("draft", []), name
        row.comparisons.all().delete()


def test_edit_while_the_parties_are_told_stops_publication(
    client_of: Sign,
    event: Event,
    draft: Commitment,
    belize: Organisation,
    indonesia: User,
    australia: User,
    clock: Any,
) -> None:
    speaker = make_delegate(user=make_user("speaker@example.org"))
    make_participation(speaker, event, organisation=belize)
    for user in (indonesia, australia):
        compare(client_of(user), draft)
    browser, address = client_of(indonesia), page(Commitment, "change", draft.pk)
    assert browser.post(address, filled(browser, address) | {"text": "X"}).status_code == 302
    clock.shift(timedelta(days=15))
    call_command("make_due_changes", "--clock-is-right")
    draft.refresh_from_db()
    assert (draft.state, draft.parties_told_at) == ("draft", None)


@pytest.mark.parametrize("state", ["public", "draft"])
@pytest.mark.parametrize("who", ["cochair", "operator"])
def test_no_single_account_deletes_what_is_public_or_was(
    client_of: Sign, event: Event, indonesia: User, who: str, state: str
) -> None:
    row = make_commitment(event)
    row.state = state  # if it is a draft, this account may have changed it before
    row.save()
    user = indonesia if who == "cochair" else make_user("op@example.org", is_superuser=True)
    answer = client_of(user).post(page(Commitment, "delete", row.pk), {"post": "yes"})
    assert answer.status_code == 403
    assert Commitment.objects.exists()


def test_focal_point_of_a_draft_is_asked_once_it_is_public(
    client_of: Sign,
    event: Event,
    draft: Commitment,
    belize: Organisation,
    indonesia: User,
    australia: User,
    deliver: Deliver,
    clock: Any,
) -> None:
    speaker: Delegate = make_delegate(user=make_user("speaker@example.org"))
    make_participation(speaker, event, organisation=belize)
    browser, address = client_of(indonesia), page(Commitment, "change", draft.pk)
    sent = filled(browser, address) | {"parties-0-focal_point": speaker.pk}
    assert browser.post(address, sent).status_code == 302
    assert not [row for row in deliver() if "focal point" in row.subject]
    assert SHELTERS not in client_of(speaker).get("/me/").content.decode()
    for user in (indonesia, australia):
        compare(client_of(user), draft)
    clock.shift(timedelta(days=14))
    call_command("make_due_changes")
    assert [row.to for row in deliver() if "focal point" in row.subject] == [
        ["speaker@example.org"]
    ]


@pytest.mark.walk
@pytest.mark.parametrize("reader", ["visitor", "participant"])
def test_draft_is_on_no_public_page(client_of: Sign, reader: str) -> None:
    event = make_complete_event("event", make_theme(slug="theme", name="Theme"))
    row = make_commitment(
        event, reference="ZQEVENT-C7777777", text="Zq-draft promise", state="draft"
    )
    make_party(row, organisation=make_organisation(name="Zq-draft office", country="NP"))
    row.outcomes.add(event.commitments.exclude(pk=row.pk).get().outcomes.get())
    person = make_delegate()
    make_participation(person, event)
    browser = Client() if reader == "visitor" else client_of(person)
    # Unless at full size, of four neighbours, which are mostly of one kind, each reads one.
    paths = all_paths() if FULL_WALKS else all_paths()[reader == "visitor" :: 4]
    assert len(paths) > 30
    for path in paths:
        text = response_text(browser.get(path)).lower()
        assert "zq-draft" not in text and "zqevent-c7777777" not in text, path


@pytest.mark.parametrize("state", ["draft", "proposed"])
def test_lists_of_roundtables_and_points_count_public_commitments_alone(
    client_of: Sign, event: Event, draft: Commitment, state: str
) -> None:
    point = make_statement(event).outcomes.filter(parent__isnull=False)[0]
    draft.outcomes.add(point)
    proposed_at = NOW if state == "proposed" else None
    Commitment.objects.update(state=state, proposed_at=proposed_at)
    public = make_commitment(event, reference="R2026-C7")
    public.outcomes.add(point)
    for path in ("/roundtables/", "/outcomes/"):
        text = page_html(Client().get(path))
        assert "1 commitment<" in text and "2 commitments<" not in text, path
    # Before the roundtable is public, its page links what everyone will read.
    Event.objects.update(is_public=False)
    reader = make_user()
    make_grant(reader, event, role="reader")
    text = page_html(client_of(reader).get(f"/roundtables/{event.slug}/"))
    assert public.reference in text and draft.reference not in text


def test_changed_commitment_is_a_draft_again_and_then_says_what_changed(
    client_of: Sign,
    event: Event,
    indonesia: User,
    australia: User,
    clock: Any,
) -> None:
    row = make_commitment(
        event,
        reference="R2026-C1",
        text="Train officers",
        recorded_at=NOW,
        source_title="Budget speech 2026",
    )
    make_party(row)
    clock.shift(timedelta(days=1))
    browser, address = client_of(indonesia), page(Commitment, "change", row.pk)
    answer = browser.post(address, filled(browser, address) | {"text": SHELTERS}, follow=True)
    assert "This commitment is a draft again." in page_html(answer)
    visitor = Client()
    shown = get_text(visitor, row.get_absolute_url())  # people cite this address
    assert "Everyone could read this commitment. It was changed since" in shown
    assert SHELTERS not in shown and "Train officers" not in shown
    assert SHELTERS not in visitor.get("/changes/").content.decode()
    for user in (indonesia, australia):
        compare(client_of(user), row)
    assert SHELTERS in visitor.get(row.get_absolute_url()).content.decode()
    changes = latest_changes(NOW, NOW + timedelta(days=2), event)
    assert ("Train officers", SHELTERS) in {(change.before, change.after) for change in changes}
    row.refresh_from_db()
    assert row.recorded_at == NOW  # a corrected one is not new


@pytest.mark.parametrize("change", ["party", "points"])
def test_other_parties_or_points_make_it_a_draft_again(
    client_of: Sign, event: Event, indonesia: User, belize: Organisation, change: str
) -> None:
    row = make_commitment(event)
    make_party(row)
    browser, address = client_of(indonesia), page(Commitment, "change", row.pk)
    sent = filled(browser, address)
    if change == "party":
        sent |= {"parties-0-organisation": belize.pk}
    else:
        point = make_statement(event).outcomes.filter(parent__isnull=False)[0]
        sent |= {"outcomes": [point.pk]}
    assert browser.post(address, sent).status_code == 302
    row.refresh_from_db()
    assert row.state == "draft"


def test_focal_point_and_openness_are_changed_without_a_comparison(
    client_of: Sign, event: Event, indonesia: User, belize: Organisation
) -> None:
    row = make_commitment(event, text="Train\r\nofficers")
    make_party(row, organisation=belize)
    speaker = make_delegate(user=make_user("speaker@example.org"))
    make_participation(speaker, event, organisation=belize)
    browser, address = client_of(indonesia), page(Commitment, "change", row.pk)
    sent = filled(browser, address) | {"parties-0-focal_point": speaker.pk, "is_open": "on"}
    assert browser.post(address, sent).status_code == 302
    row.refresh_from_db()
    assert (row.state, row.is_open) == ("public", True)
    assert row.parties.get().focal_point == speaker


def test_letter_of_the_party_is_published_with_its_consent_and_stays_private(
    client_of: Sign,
    event: Event,
    draft: Commitment,
    belize: Organisation,
    indonesia: User,
    australia: User,
    deliver: Deliver,
) -> None:
    speaker = make_delegate(user=make_user("speaker@example.org"))
    make_participation(speaker, event, organisation=belize)
    browser, address = client_of(indonesia), page(Commitment, "change", draft.pk)
    letter = {"source_kind": "letter", "source_title": "Letter 12/2026", "place_in_source": ""}
    answer = browser.post(address, filled(browser, address) | letter)
    assert "Of a letter or email, enter its date" in page_html(answer)
    letter |= {"source_dated_on": "2026-02-20", "consent": "Zq email of 25 February 2026"}
    assert browser.post(address, filled(browser, address) | letter).status_code == 302
    assert (
        "Zq email of 25 February 2026"
        in client_of(australia).get(compare_page(draft)).content.decode()
    )
    compare(client_of(indonesia), draft)
    assert "This commitment is public." in compare(client_of(australia), draft)
    text = page_html(Client().get(draft.get_absolute_url()))
    assert (
        "a letter or email of the party of 20 February 2026, published with its written consent"
        "</bdi>, Letter 12/2026"
    ) in text
    assert "Zq email" not in text
    [message] = [row for row in deliver() if row.to == ["speaker@example.org"]]
    assert "With its written consent, it is public now." in " ".join(message.body.split())
    assert "Zq email" not in message.body


def test_known_party_has_its_fourteen_days_also_after_a_change_on_the_same_day(
    client_of: Sign,
    event: Event,
    draft: Commitment,
    belize: Organisation,
    indonesia: User,
    australia: User,
    deliver: Deliver,
) -> None:
    """The party had an email about the same text that day, so it gets no second one."""
    speaker = make_delegate(user=make_user("speaker@example.org"))
    make_participation(speaker, event, organisation=belize)
    browser, address = client_of(indonesia), page(Commitment, "change", draft.pk)
    for text in (SHELTERS, "Something else", SHELTERS):
        if text != Commitment.objects.get().text:
            assert (
                browser.post(address, filled(browser, address) | {"text": text}).status_code == 302
            )
        for user in (indonesia, australia):
            compare(client_of(user), draft)
    draft.refresh_from_db()
    assert (draft.text, draft.state, draft.parties_told_at) == (SHELTERS, "draft", NOW)
    told = [row for row in deliver() if row.to == ["speaker@example.org"]]
    assert len(told) == 2


def test_commitments_of_one_document_are_compared_one_after_the_other(
    client_of: Sign,
    event: Event,
    draft: Commitment,
    belize: Organisation,
    indonesia: User,
    australia: User,
    deliver: Deliver,
) -> None:
    holder("reader", event, "reader", "TH")
    rows = [draft]
    for number in (2, 3):
        source = {"source_title": "Budget speech 2026", "place_in_source": f"page {number}"}
        rows.append(make_commitment(event, reference=f"R2026-C{number}", state="draft", **source))
        make_party(rows[-1], organisation=belize)
    other = make_commitment(event, reference="R2026-C4", state="draft", source_title="A law")
    first, second = client_of(indonesia), client_of(australia)
    saved = "Your comparison of R2026-C1 is saved. 2 more from this source are not compared"
    assert saved in compare(first, rows[0])
    text = compare(first, rows[1])
    assert "Your comparison of R2026-C2 is saved. 1 more from this source is not compared" in text
    assert rows[2].text in text and "R2026-C3" in text
    assert "Your comparison is saved." in compare(first, rows[2])
    [message] = deliver()
    assert message.to == ["australia@example.org"]
    text = "Someone compared commitments of Roundtable 2026, May 2024 (R2026) with their source."
    assert text in " ".join(message.body.split())
    address = f"{page(Commitment, 'changelist')}?waits=me"
    assert address in message.body

    def listed(browser: Client) -> list[str]:
        text = page_html(browser.get(address))
        return [row.reference for row in (*rows, other) if row.reference in text]

    assert (listed(first), len(listed(second))) == (["R2026-C4"], 4)
    assert "Commitments to compare with their source" in page_html(second.get("/admin/"))
    for row in rows:
        compare(second, row)
    assert listed(second) == ["R2026-C4"]
    # What changes is compared again, by both.
    changed = {"text": "Pay for nine", "state": "draft", "parties_told_at": None}
    Commitment.objects.filter(pk=rows[0].pk).update(**changed)
    assert listed(first) == listed(second) == ["R2026-C1", "R2026-C4"]


def test_desk_counts_drafts_to_compare_in_constant_queries(
    client_of: Sign, event: Event, draft: Commitment, indonesia: User
) -> None:
    browser = client_of(indonesia)
    compare(browser, draft)
    with CaptureQueriesContext(connection) as before:
        browser.get("/admin/")
    for number in range(2, 8):
        row = make_commitment(event, reference=f"R2026-C{number}", state="draft")
        make_party(row, organisation=draft.parties.get().organisation)
        compare(browser, row)
        make_commitment(event, reference=f"R2026-C{number + 10}", state="draft")
    with CaptureQueriesContext(connection) as after:
        browser.get("/admin/")
    assert len(after) <= len(before) + 1


def test_document_is_not_said_to_answer_the_statement(event: Event, draft: Commitment) -> None:
    """Its source does not say so, and no one else may."""
    Commitment.objects.update(state="public")
    visitor = Client()
    assert "Answers not recorded" in get_text(visitor, draft.get_absolute_url())
    assert "whole statement" not in get_text(visitor, f"/commitments/?event={event.slug}")
    Commitment.objects.update(source_title="")  # the source of the statement
    assert "Answers the whole statement" in get_text(visitor, draft.get_absolute_url())


def test_party_whose_mailbox_alone_is_known_is_told_fourteen_days_before(
    client_of: Sign,
    draft: Commitment,
    belize: Organisation,
    indonesia: User,
    australia: User,
    deliver: Deliver,
    settings: Any,
) -> None:
    settings.CONTACT_EMAIL = "contact@example.org"
    Organisation.objects.filter(pk=belize.pk).update(role_mailbox="office@belize.example")
    for user in (indonesia, australia):
        compare(client_of(user), draft)
    draft.refresh_from_db()
    assert (draft.state, draft.parties_told_at) == ("draft", NOW)
    [mail] = [mail for mail in deliver() if mail.to == ["office@belize.example"]]
    text = " ".join(mail.body.split())
    assert f"> {SHELTERS}" in text and "On 16 March 2026 it becomes public" in text
    assert "Write to: contact@example.org" in text and "/me/commitments/" not in text


def test_focal_point_is_told_that_the_desk_ended_the_task(
    client_of: Sign, event: Event, belize: Organisation, indonesia: User, deliver: Deliver
) -> None:
    person = make_delegate(user=make_user("speaker@example.org"))
    make_participation(person, event, organisation=belize)
    row = make_commitment(event, reference="R2026-C1")
    party = make_party(row, organisation=belize)
    party.request_focal_point(person)
    party.accept(NOW)
    browser, address = client_of(indonesia), page(Commitment, "change", row.pk)
    browser.post(address, filled(browser, address) | {"parties-0-focal_point": ""})
    party.refresh_from_db()
    assert party.focal_point is None
    [mail] = deliver()
    assert mail.to == ["speaker@example.org"]
    assert mail.subject.endswith("You are no longer the focal point of a commitment")
