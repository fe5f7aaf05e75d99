"""A party can say that a text recorded in its name is not its own, and only it can withdraw that.

For 14 days, only its own people and the co-chairs' desk know.
"""

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.management import call_command
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
from tests.outcomes.commitments.test_publication import (
    NOW,
    SHELTERS,
    australia,
    belize,
    clock,
    compare,
    draft,
    event,
    holder,
    indonesia,
    public_pages,
)
from tests.outcomes.test_outcomes_admin import filled, page
from tests.page_text import page_html, page_text

__all__ = ["australia", "belize", "clock", "draft", "event", "indonesia"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("recorded_templates")]
Sign = Callable[..., Client]
Deliver = Callable[[], list[Any]]
SENTENCE = "Government of Belize does not recognise this text (2 March 2026)"
EARLIER = "Government of Belize does not recognise an earlier wording of this text (2 March 2026)"
FOURTEEN_DAYS = timedelta(days=14)


@pytest.fixture
def speaker(event: Event, belize: Organisation) -> Delegate:
    person = make_delegate(name="Zq Speaker", user=make_user("speaker@example.org"))
    make_participation(person, event, organisation=belize)
    return person


@pytest.fixture
def row(draft: Commitment) -> Commitment:
    """Public, and recorded in the name of Belize."""
    draft.state = "public"
    draft.save()
    return draft


def texts_page(row: Commitment) -> str:
    return f"/me/commitments/{row.parties.get().pk}/recorded/"


def hidden_value(text: str, name: str) -> str:
    found = re.search(rf'name="{name}"\s+value="(\w+)"', text)
    assert found is not None
    return found[1]


def press(browser: Client, path: str, act: str, key: str = "commitment") -> str:
    text = browser.get(path).content.decode()
    form = text[text.index(f'value="{key}"') :]
    sent = {"text": key, "shown": hidden_value(form, "shown"), "act": act}
    answer = browser.post(path, sent, follow=True)
    assert answer.status_code == 200
    return page_html(answer)


def pages_of(row: Commitment) -> list[str]:
    return [row.get_absolute_url(), *public_pages(row.event), "/organisations/belize/"]


def shown_on(row: Commitment) -> list[str]:
    visitor = Client()
    return [path for path in pages_of(row) if SENTENCE in page_html(visitor.get(path))]


def test_dispute_is_private_for_fourteen_days_and_then_beside_the_text(
    client_of: Sign,
    row: Commitment,
    belize: Organisation,
    speaker: Delegate,
    indonesia: User,
    deliver: Deliver,
    clock: Any,
) -> None:
    Organisation.objects.filter(pk=belize.pk).update(slug="belize")
    point = make_statement(row.event).outcomes.filter(parent__isnull=False)[0]
    row.outcomes.add(point)
    browser = client_of(speaker)
    link = f'href="{texts_page(row)}"'
    assert link in browser.get(row.get_absolute_url()).content.decode()
    told = press(browser, texts_page(row), "dispute")
    assert "does not recognise this text (2 March 2026)" in told and "16 March 2026" in told
    [message] = [mail for mail in deliver() if mail.to == ["indonesia@example.org"]]
    assert "Government of Belize does not recognise the text of R2026-C1" in message.body
    assert "On 16 March 2026, everyone can read" in " ".join(message.body.split())
    assert "speaker@example.org" not in message.body and "Zq Speaker" not in message.body
    clock.shift(FOURTEEN_DAYS - timedelta(days=1))
    visitor = Client()
    for path in [*pages_of(row), point.get_absolute_url()]:
        assert "does not recognise" not in visitor.get(path).content.decode(), path
    clock.shift(timedelta(days=1))
    assert shown_on(row) == [
        row.get_absolute_url(),
        "/commitments/",
        "/changes/",
        "/search/?q=shelters",
        f"/roundtables/{row.event.slug}/",
        "/organisations/belize/",
    ]
    assert SENTENCE in page_html(visitor.get(point.get_absolute_url()))
    brief = page_html(client_of(indonesia).get(f"/roundtables/{row.event.slug}/brief/"))
    assert SENTENCE in brief
    # As of an earlier day, only what was public then.
    for path in (row.get_absolute_url(), "/commitments/", point.get_absolute_url()):
        assert SENTENCE in page_html(visitor.get(f"{path}?as_of=2026-03-16")), path
        assert SENTENCE not in page_html(visitor.get(f"{path}?as_of=2026-03-15")), path
    actions = AuditEntry.objects.filter(actor__isnull=False).values_list("action", flat=True)
    assert "dispute text" in actions


def test_party_withdraws_and_the_past_stays(
    client_of: Sign,
    row: Commitment,
    speaker: Delegate,
    indonesia: User,
    deliver: Deliver,
    clock: Any,
) -> None:
    press(client_of(speaker), texts_page(row), "dispute")
    clock.shift(timedelta(days=20))
    assert SENTENCE in page_html(Client().get(row.get_absolute_url()))
    browser = client_of(speaker)  # the session has ended
    before = len(deliver())
    press(browser, texts_page(row), "withdraw")
    [message] = [mail for mail in deliver()[before:] if mail.to == [indonesia.email]]
    assert message.subject.endswith(f"A party recognises a text of {row.reference} again")
    dispute = Dispute.objects.get()
    assert (dispute.settled_how, dispute.settled_at) == ("withdrawn", timezone.now())
    assert SENTENCE not in page_html(Client().get(row.get_absolute_url()))
    assert SENTENCE in page_html(Client().get(f"{row.get_absolute_url()}?as_of=2026-03-20"))
    assert SENTENCE not in page_html(Client().get(f"{row.get_absolute_url()}?as_of=2026-03-22"))
    # And it can dispute the text again.
    press(browser, texts_page(row), "dispute")
    assert Dispute.objects.open().count() == 1


def test_commitment_withdrawn_within_its_days_was_never_shown(
    client_of: Sign, row: Commitment, speaker: Delegate, clock: Any
) -> None:
    press(client_of(speaker), texts_page(row), "dispute")
    press(client_of(speaker), texts_page(row), "withdraw")
    clock.shift(timedelta(days=30))
    for query in ("", "?as_of=2026-03-16", "?as_of=2026-03-02"):
        assert SENTENCE not in page_html(Client().get(f"{row.get_absolute_url()}{query}"))


def compare_by_both(client_of: Sign, row: Commitment, *users: User) -> None:
    for user in users:
        compare(client_of(user), row)
    row.refresh_from_db()


def edit(browser: Client, row: Commitment, **words: Any) -> None:
    address = page(Commitment, "change", row.pk)
    assert browser.post(address, filled(browser, address) | words).status_code == 302
    row.refresh_from_db()


def test_disputed_draft_does_not_become_public(
    client_of: Sign,
    draft: Commitment,
    speaker: Delegate,
    indonesia: User,
    australia: User,
    deliver: Deliver,
    clock: Any,
) -> None:
    assert client_of(speaker).get(texts_page(draft)).status_code == 404  # not told yet
    compare_by_both(client_of, draft, indonesia, australia)
    [message] = [mail for mail in deliver() if mail.to == ["speaker@example.org"]]
    assert texts_page(draft) in message.body
    press(client_of(speaker), texts_page(draft), "dispute")
    clock.shift(timedelta(days=15))
    call_command("make_due_changes", "--clock-is-right")
    draft.refresh_from_db()
    assert draft.state == "draft"
    told = page_html(client_of(indonesia).get(f"/admin/outcomes/commitment/{draft.pk}/compare/"))
    assert "A party does not recognise this text." in told
    press(client_of(speaker), texts_page(draft), "withdraw")
    call_command("make_due_changes", "--clock-is-right")
    draft.refresh_from_db()
    assert draft.is_public


def test_another_text_settles_it_after_two_organisations_compared_that(
    client_of: Sign,
    draft: Commitment,
    speaker: Delegate,
    indonesia: User,
    australia: User,
    deliver: Deliver,
    clock: Any,
) -> None:
    compare_by_both(client_of, draft, indonesia, australia)
    press(client_of(speaker), texts_page(draft), "dispute")
    edit(client_of(indonesia), draft, text="Pay for two shelters")
    assert Dispute.objects.open().exists()
    clock.shift(timedelta(days=1))
    compare_by_both(client_of, draft, indonesia, australia)
    assert Dispute.objects.get().settled_how == "replaced"
    assert len([mail for mail in deliver() if mail.to == ["speaker@example.org"]]) == 2
    clock.shift(timedelta(days=13))
    call_command("make_due_changes", "--clock-is-right")
    draft.refresh_from_db()
    assert draft.state == "draft"  # 14 days from when the party was told of this text
    clock.shift(timedelta(days=1))
    call_command("make_due_changes", "--clock-is-right")
    for query in ("", "?as_of=2026-03-17"):
        shown = page_html(Client().get(f"{draft.get_absolute_url()}{query}"))
        assert "Pay for two shelters" in shown and "does not recognise" not in shown
    assert Client().get(f"{draft.get_absolute_url()}?as_of=2026-03-16").status_code == 400


@pytest.mark.parametrize("state", ["public", "draft"])
def test_desk_changes_a_text_and_back_without_settling_the_dispute(
    client_of: Sign,
    event: Event,
    draft: Commitment,
    speaker: Delegate,
    indonesia: User,
    australia: User,
    clock: Any,
    state: str,
) -> None:
    compare_by_both(client_of, draft, indonesia, australia)
    if state == "public":
        clock.shift(FOURTEEN_DAYS)
        call_command("make_due_changes", "--clock-is-right")
    press(client_of(speaker), texts_page(draft), "dispute")
    browser = client_of(indonesia)
    edit(browser, draft, text="Something else")
    edit(browser, draft, text=SHELTERS)
    third = holder("thailand", event, "cochair", "TH")
    compare_by_both(client_of, draft, third)
    clock.shift(timedelta(days=60))
    call_command("make_due_changes", "--clock-is-right")
    draft.refresh_from_db()
    assert draft.state == "draft" and Dispute.objects.open().exists()
    # Its party can still withdraw the dispute, and is told before the text is public again.
    press(client_of(speaker), texts_page(draft), "withdraw")
    call_command("make_due_changes", "--clock-is-right")
    draft.refresh_from_db()
    assert draft.state == "draft" and draft.parties_told_at == timezone.now()
    clock.shift(FOURTEEN_DAYS)
    call_command("make_due_changes", "--clock-is-right")
    draft.refresh_from_db()
    assert draft.is_public


@pytest.mark.parametrize("who", ["cochair", "operator"])
def test_desk_can_neither_settle_nor_delete_a_dispute(
    client_of: Sign, event: Event, row: Commitment, speaker: Delegate, indonesia: User, who: str
) -> None:
    press(client_of(speaker), texts_page(row), "dispute")
    user = indonesia if who == "cochair" else make_user("op@example.org", is_superuser=True)
    browser = client_of(user)
    with pytest.raises(NoReverseMatch):
        reverse("admin:outcomes_dispute_changelist")
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
    client_of: Sign, event: Event, row: Commitment, speaker: Delegate, indonesia: User
) -> None:
    other = make_commitment(event, reference="R2026-C2")
    make_dispute(make_update(other, reported_by="recorded"))
    make_commitment(event, reference="R2026-C3")
    press(client_of(speaker), texts_page(row), "dispute")
    browser = client_of(indonesia)
    address = page(Commitment, "changelist")
    found = page_html(browser.get(f"{address}?standing=disputed"))
    assert "R2026-C1" in found and "R2026-C2" in found and "R2026-C3" not in found
    desk = browser.get("/admin/").content.decode()
    assert "standing=disputed" in desk
    form = page_html(browser.get(page(Commitment, "change", row.pk)))
    assert "Government of Belize does not recognise the commitment (2 March 2026)" in form


@pytest.mark.parametrize(
    "who", ["other organisation", "unconfirmed", "ended", "left", "elsewhere", "focal point"]
)
def test_only_who_takes_part_for_the_party_can_dispute(
    client_of: Sign, event: Event, row: Commitment, belize: Organisation, who: str
) -> None:
    person = make_delegate(user=make_user("zq@example.org"))
    place = make_event(code="ELSE") if who == "elsewhere" else event
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
    client_of: Sign, event: Event, row: Commitment
) -> None:
    ministry = make_government("BZ", "Ministry of Finance")
    person = make_delegate(user=make_user("finance@example.org"))
    make_participation(person, event, organisation=ministry)
    press(client_of(person), texts_page(row), "dispute")
    assert Dispute.objects.get().disputed_by == person.user


def test_no_one_disputes_for_a_group(client_of: Sign, event: Event, speaker: Delegate) -> None:
    row = make_commitment(event)
    make_party(row, group=make_group())
    browser = client_of(speaker)
    assert browser.get(texts_page(row)).status_code == 404
    assert texts_page(row) not in browser.get(row.get_absolute_url()).content.decode()


def test_changed_text_is_read_again_before_it_is_disputed(
    client_of: Sign, row: Commitment, speaker: Delegate
) -> None:
    browser = client_of(speaker)
    shown = hidden_value(browser.get(texts_page(row)).content.decode(), "shown")
    Commitment.objects.update(text="Pay for two shelters")
    sent = {"text": "commitment", "act": "dispute", "shown": shown}
    answer = browser.post(texts_page(row), sent)
    assert answer.status_code == 400 and "This text changed" in page_html(answer)
    for wrong in ({"act": "settle"}, {}, {"act": "dispute", "text": "report-9"}):
        assert browser.post(texts_page(row), wrong).status_code == 400
    assert not Dispute.objects.exists()


def test_second_press_disputes_once(row: Commitment, speaker: Delegate, deliver: Deliver) -> None:
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


def test_recorded_report_is_disputed(
    client_of: Sign,
    row: Commitment,
    report: ProgressUpdate,
    speaker: Delegate,
    indonesia: User,
    deliver: Deliver,
    clock: Any,
) -> None:
    make_update(row, text="Own words", reported_on=date(2026, 1, 6))
    assert "Own words" not in client_of(speaker).get(texts_page(row)).content.decode()
    press(client_of(speaker), texts_page(row), "dispute", f"report-{report.pk}")
    [message] = [mail for mail in deliver() if mail.to == ["indonesia@example.org"]]
    assert "the report of 5 January 2026" in " ".join(message.body.split())
    clock.shift(timedelta(days=13))
    assert SENTENCE not in page_html(Client().get(row.get_absolute_url()))
    clock.shift(timedelta(days=1))
    shown = page_html(Client().get(row.get_absolute_url()))
    assert shown.index(SENTENCE) > shown.index("Recorded from sources")
    assert SENTENCE not in page_html(Client().get("/commitments/"))
    # The desk takes it back and checks it again: it is the same text.
    report.refresh_from_db()
    report.save_draft()
    report.approve(by=make_user(), at=timezone.now())
    assert SENTENCE in page_html(Client().get(row.get_absolute_url()))
    assert EARLIER not in page_html(Client().get(row.get_absolute_url()))


def test_another_wording_of_a_report_does_not_end_its_dispute(
    client_of: Sign, row: Commitment, report: ProgressUpdate, speaker: Delegate, clock: Any
) -> None:
    key = f"report-{report.pk}"
    press(client_of(speaker), texts_page(row), "dispute", key)

    def publish(text: str) -> None:
        report.refresh_from_db()
        report.save_draft()
        report.text = text
        report.approve(by=make_user(), at=timezone.now())

    def shown(query: str = "") -> str:
        return page_html(Client().get(f"{row.get_absolute_url()}{query}"))

    clock.shift(timedelta(days=10))
    publish("Ten shelters  opened.")
    assert EARLIER not in shown()
    clock.shift(timedelta(days=10))
    assert EARLIER in shown() and SENTENCE not in shown()
    publish("Ten shelters opened.")
    assert SENTENCE in shown() and EARLIER not in shown()
    clock.shift(timedelta(days=10))
    publish("Two shelters opened.")
    assert EARLIER in shown() and SENTENCE in shown("?as_of=2026-03-20")
    asked = page_html(client_of(speaker).get(texts_page(row)))
    assert "Your organisation does not recognise an earlier wording" in asked
    press(client_of(speaker), texts_page(row), "dispute", key)
    clock.shift(FOURTEEN_DAYS)
    newest = "does not recognise this text (1 April 2026)"
    assert newest in shown() and EARLIER not in shown()
    press(client_of(speaker), texts_page(row), "withdraw", key)
    assert newest not in shown() and EARLIER not in shown()


def test_party_recognises_the_other_wording_of_a_report(
    client_of: Sign, row: Commitment, report: ProgressUpdate, speaker: Delegate, clock: Any
) -> None:
    key, browser = f"report-{report.pk}", client_of(speaker)
    press(browser, texts_page(row), "dispute", key)
    report.save_draft()
    report.text = "Two shelters opened."
    report.approve(by=make_user(), at=timezone.now())
    press(browser, texts_page(row), "withdraw", key)
    clock.shift(FOURTEEN_DAYS)
    assert EARLIER not in page_html(Client().get(row.get_absolute_url()))
    assert Dispute.objects.get().settled_how == "withdrawn"


def test_texts_to_dispute_name_their_source(
    client_of: Sign, row: Commitment, speaker: Delegate
) -> None:
    Commitment.objects.update(source_title="", source_url="", place_in_source="")
    shown = page_text(client_of(speaker).get(texts_page(row)))
    assert "Source: a source that is not known" in shown


def test_report_that_the_party_confirms_is_no_longer_disputed(
    client_of: Sign,
    row: Commitment,
    report: ProgressUpdate,
    speaker: Delegate,
    indonesia: User,
    deliver: Deliver,
) -> None:
    press(client_of(speaker), texts_page(row), "dispute", f"report-{report.pk}")
    before = len(deliver())
    assert confirm_update(
        report.party,
        key=row_key(report),
        content_hash=report.content_hash,
        by=speaker.user,
        at=timezone.now(),
    )
    assert Dispute.objects.get().settled_how == "withdrawn"
    assert [mail.to[0] for mail in deliver()[before:]] == [indonesia.email]


def test_texts_of_a_hidden_roundtable_are_shown_to_their_party_alone(
    client_of: Sign,
    event: Event,
    row: Commitment,
    speaker: Delegate,
    clock: Any,
) -> None:
    Event.objects.filter(pk=event.pk).update(is_public=False)
    press(client_of(speaker), texts_page(row), "dispute")
    clock.shift(timedelta(days=20))
    outsider = make_delegate(user=make_user("zq@example.org"))
    make_participation(outsider, make_event(code="OPEN"))
    beside = make_delegate(user=make_user("beside@example.org"))
    make_participation(beside, event)
    for browser in (Client(), client_of(outsider)):
        for path in [*pages_of(row), texts_page(row)]:
            text = browser.get(path, follow=True).content.decode()
            assert SHELTERS not in text and "does not recognise" not in text, path
    assert client_of(beside).get(texts_page(row)).status_code == 404


def test_dispute_outlives_the_account(
    client_of: Sign, row: Commitment, speaker: Delegate, clock: Any
) -> None:
    press(client_of(speaker), texts_page(row), "dispute")
    assert speaker.user is not None
    erase_own_data(speaker.user, at=timezone.now())
    clock.shift(timedelta(days=20))
    text = page_html(Client().get(row.get_absolute_url()))
    assert SENTENCE in text and "Zq Speaker" not in text
