"""No one but a party reports in its name, and no one checks what is theirs."""

from datetime import date
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.utils import timezone

from outcomes.commitments.statistics import count_by_status
from outcomes.imports.records.loader import load_content
from outcomes.imports.records.snapshot import event_content
from outcomes.models import Commitment, ProgressUpdate
from outcomes.reporting.links import create_report_link
from outcomes.reporting.review import approve_texts
from participants.models import Grant, Organisation, User
from roundtable.audit.models import AuditEntry
from roundtable.web.row_keys import row_key
from tests.email_links import LinkClient
from tests.factories import (
    NOON,
    make_commitment,
    make_delegate,
    make_event,
    make_evidence,
    make_government,
    make_holder,
    make_organisation,
    make_participation,
    make_party,
    make_update,
)
from tests.fixture_types import Sign
from tests.mail_queue import deliver_mail
from tests.outcomes.test_outcomes_admin import filled, page, run_admin_action
from tests.page_text import get_text, page_html, page_text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("recorded_templates")]
DECIDING = ("cochair", "editor")
ENTERED = {
    "status": "fulfilled",
    "reported_on": "2025-06-01",
    "text": "Belize paid for ten shelters.",
    "source": "https://example.org/gazette",
    "has_no_personal_details": "on",
}


class BelizeCase:
    """A commitment of Belize, at a roundtable with two co-chairs and an editor."""

    def __init__(self) -> None:
        self.event = make_event(code="BZ", slug="bz")
        self.commitment = make_commitment(self.event, reference="BZ-C1", text="Pay for shelters")
        belize = {"kind": "government", "country": "BZ"}
        self.belize = make_organisation(name="Government of Belize", **belize)
        self.police = make_organisation(name="Police of Belize", **belize)
        self.party = make_party(self.commitment, organisation=self.belize)
        self.cochair = self.holder("cochair")
        self.other = self.holder("cochair")
        self.editor = self.holder("editor")
        self.delegate = make_delegate(name="Farah Belize")
        make_participation(self.delegate, self.event, organisation=self.belize)
        self.party.request_focal_point(self.delegate)
        self.party.accept(NOON)

    def holder(self, role: str, organisation: Organisation | None = None) -> User:
        return make_holder(self.event, role=role, on_behalf_of=organisation or make_organisation())

    def link(self) -> str:
        return urlsplit(create_report_link(self.party, at=timezone.now())).path

    def update(self) -> ProgressUpdate:
        return ProgressUpdate.objects.get(commitment=self.commitment)


@pytest.fixture
def case() -> BelizeCase:
    return BelizeCase()


def enter(browser: Client, case: BelizeCase, **fields: Any) -> Any:
    """Adds a report with the form of the desk."""
    add = page(ProgressUpdate, "add")
    given = {"commitment": case.commitment.pk, "party": case.party.pk, **ENTERED} | fields
    return browser.post(add, filled(browser, add, **given))


def assert_not_reported(case: BelizeCase) -> None:
    """Nowhere does it count or read as if Belize had reported."""
    case.commitment.refresh_from_db()
    assert (case.commitment.latest_status, case.commitment.latest_update) == ("", None)
    counts = count_by_status(Commitment.objects.filter(event=case.event), timezone.localdate())
    assert (counts["no-update"], counts["fulfilled"]) == (1, 0)
    text = get_text(LinkClient(), "/commitments/bz-c1/")
    assert "What the party reports" not in text and "No party has reported." in text
    assert "Fulfilled" not in text.split("Recorded from sources")[0]
    assert "Fulfilled" not in get_text(LinkClient(), "/roundtables/bz/").split("Fulfilled 0")[0]


def check(user: User, update: ProgressUpdate, sign: Sign) -> Any:
    """Posts the decision to its address, as if the page had been open."""
    sent = {"revision": update.revision}
    return sign(user).post(page(ProgressUpdate, "approve", update.pk), sent)


def test_report_entered_by_form_is_neither_checked_by_its_author_nor_the_party_s(
    client_of: Sign, case: BelizeCase
) -> None:
    browser = client_of(case.cochair)
    claim = {"reported_by": "party", "party_hash": "0" * 64, "state": "approved"}
    assert enter(browser, case, **claim).status_code == 302
    update = case.update()
    assert (update.state, update.reported_by, update.party_hash) == ("submitted", "recorded", "")
    assert check(case.cochair, update, client_of).status_code == 403
    text = run_admin_action(browser, ProgressUpdate, "approve", update.pk)
    assert "someone of another organisation must do it." in text
    assert not approve_texts(rows=[update], by=case.cochair, at=timezone.now())
    assert "Fulfilled" not in get_text(LinkClient(), "/commitments/bz-c1/")
    assert_not_reported(case)
    shown = client_of(case.other).get(page(ProgressUpdate, "review", update.pk)).content.decode()
    assert "<bdi>Government of Belize</bdi></strong>, which did not report it." in shown
    assert "Recorded from: https://example.org/gazette" in shown
    assert check(case.other, update, client_of).status_code == 302
    assert case.update().state == "approved"
    assert_not_reported(case)
    text = get_text(LinkClient(), "/commitments/bz-c1/")
    assert "Government of Belize Fulfilled Recorded from: https://example.org/gazette" in text
    assert "own words" not in text.split("Independent assessments")[0]
    counts = count_by_status(Commitment.objects.filter(event=case.event), timezone.localdate())
    assert counts["recorded"] == 1
    total = "0 of 1 commitment reported by its party, 1 recorded from sources."
    pages = ("/", "/commitments/?event=bz", "/progress/", "/roundtables/bz/")
    for address in (*pages, "/roundtables/bz/brief/"):
        assert total in get_text(client_of(case.other), address), address


def test_report_without_source_stays_a_draft(client_of: Sign, case: BelizeCase) -> None:
    browser = client_of(case.cochair)
    assert enter(browser, case, status="in-progress", source="").status_code == 302
    assert case.update().state == "draft"
    text = browser.get(page(ProgressUpdate, "changelist")).content.decode()
    assert "It is saved as a draft, and not submitted yet. Enter where this was taken from" in text


def test_report_is_checked_by_no_one_who_entered_or_edited_it(
    client_of: Sign, case: BelizeCase
) -> None:
    enter(client_of(case.cochair), case)
    change, other = page(ProgressUpdate, "change", case.update().pk), client_of(case.other)
    assert other.post(change, filled(other, change, text="Paid.")).status_code == 302
    update = case.update()
    assert update.author == case.other
    for user, status in ((case.cochair, 403), (case.other, 403), (case.editor, 302)):
        assert check(user, update, client_of).status_code == status
    assert_not_reported(case)


def test_file_cannot_report_for_a_party_of_a_real_roundtable(case: BelizeCase) -> None:
    content = event_content(case.event, people=None)
    content["updates"] = [
        {
            "reference": "BZ-C1",
            "party": case.belize.slug,
            "reported_on": date(2025, 6, 1),
            "status": "fulfilled",
            "text": "Paid.",
            "source": "Gazette",
            "has_no_personal_details": True,
        }
    ]
    load_content(content, at=timezone.now())
    assert case.update().reported_by == "recorded"


def test_text_is_not_checked_by_its_own_organisation(client_of: Sign, case: BelizeCase) -> None:
    office, ministry = make_government("AU"), make_government("AU")
    author = case.holder("cochair", office)
    update = make_update(case.commitment, approved=False, author=author, reported_by="recorded")
    update.submit(at=NOON)
    # The author's colleagues, another body of their government, and one of the party's.
    own = [case.holder(role, o) for o in (office, ministry, case.police) for role in DECIDING]
    seconded = case.holder("cochair")  # who took part for the party
    make_participation(make_delegate(user=seconded), case.event, organisation=case.police)
    unknown = make_holder(case.event, role=Grant.Role.EDITOR)
    for user in (*own, seconded, unknown):
        assert check(user, update, client_of).status_code == 403
    assert case.update().state == "submitted"
    assert check(case.editor, update, client_of).status_code == 302
    assert case.update().approved_by == case.editor


# What the party sent, and confirms --------------------------------------------------------------


def buttons(browser: Client, path: str) -> dict[str, str]:
    """What the form below an entered text sends."""
    html = page_html(browser.get(path))
    return {
        name: html.split(f'name="{name}" value="')[1].split('"')[0] for name in ("number", "shown")
    }


def test_party_is_told_and_confirms_what_was_entered_from_its_message(
    client_of: Sign, case: BelizeCase
) -> None:
    enter(client_of(case.cochair), case, source="Letter", received_on="2025-06-03")
    mails = [mail for mail in deliver_mail() if mail.subject == "Is this your report?"]
    assert [mail.to for mail in mails] == [[case.delegate.user.email]]  # type: ignore[union-attr]
    assert "Belize paid for ten shelters." not in mails[0].body
    update = case.update()
    assert check(case.other, update, client_of).status_code == 302
    assert "Recorded from a message of Government of Belize of 3 June 2025" in get_text(
        LinkClient(), "/commitments/bz-c1/"
    )
    assert_not_reported(case)
    browser, path = LinkClient(), case.link()
    assert "Entered for you: is this your report?" in page_text(browser.get(path))
    sent = buttons(browser, path)
    browser.get(path, sent | {"act": "confirm"})
    assert_not_reported(case)
    assert browser.post(path, sent | {"act": "confirm"}).status_code == 302
    assert browser.post(path, sent | {"act": "confirm"}).status_code == 302  # the same press twice
    update = case.update()
    assert (update.reported_by, update.state) == ("party", "approved")
    case.commitment.refresh_from_db()
    assert case.commitment.latest_status == "fulfilled"
    assert case.commitment.latest_recorded_update is None
    text = get_text(LinkClient(), "/commitments/bz-c1/")
    assert "Sent by Government of Belize on 3 June 2025, entered by the secretariat." in text
    assert "What the party reports Fulfilled" in text and "Recorded from sources" not in text
    assert AuditEntry.objects.filter(action="confirm report").count() == 1


def test_people_of_a_party_without_focal_point_are_told(client_of: Sign, case: BelizeCase) -> None:
    case.party.request_focal_point(None)
    enter(client_of(case.cochair), case)
    subject = "A text about your organisation was entered"
    [mail] = [mail for mail in deliver_mail() if mail.subject == subject]
    assert mail.to == [case.delegate.user.email]  # type: ignore[union-attr]
    assert "BZ-C1" in mail.body and "Belize paid" not in mail.body


def test_party_refuses_what_was_entered_in_its_name(client_of: Sign, case: BelizeCase) -> None:
    enter(client_of(case.cochair), case, source="", received_on="2025-06-03", status="planning")
    assert check(case.other, case.update(), client_of).status_code == 302
    browser = client_of(case.delegate)
    path = f"/me/commitments/{case.party.pk}/report/"
    assert "Read what others entered for you" in get_text(browser, "/me/commitments/")
    sent = buttons(browser, path)
    assert browser.post(path, sent | {"act": "refuse"}).status_code == 302
    update = case.update()
    assert (update.state, update.reported_by) == ("change-requested", "recorded")
    assert "Belize paid" not in get_text(LinkClient(), "/commitments/bz-c1/")
    assert "Entered for you" not in get_text(browser, path)
    [mail] = [m for m in deliver_mail() if m.subject == "A party did not confirm a report"]
    assert mail.to == [case.cochair.email]
    text = run_admin_action(client_of(case.other), ProgressUpdate, "approve", update.pk)
    assert "The party did not confirm this text." in text
    assert case.update().state == "change-requested"


def test_public_source_is_not_refused_but_can_be_confirmed(
    client_of: Sign, case: BelizeCase
) -> None:
    enter(client_of(case.cochair), case)
    assert check(case.other, case.update(), client_of).status_code == 302
    browser, path = LinkClient(), case.link()
    sent = buttons(browser, path)
    assert "This is not our report" not in page_text(browser.get(path))
    assert browser.post(path, sent | {"act": "refuse"}).status_code == 200
    assert case.update().state == "approved"
    browser.post(path, sent | {"act": "confirm"})
    assert case.update().reported_by == "party"


def test_text_that_changed_since_the_party_read_it_is_not_confirmed(
    client_of: Sign, case: BelizeCase
) -> None:
    desk = client_of(case.cochair)
    enter(desk, case, received_on="2025-06-03")
    browser, path = LinkClient(), case.link()
    sent = buttons(browser, path)
    change = page(ProgressUpdate, "change", case.update().pk)
    desk.post(change, filled(desk, change, text="Belize paid for a hundred shelters."))
    answer = browser.post(path, sent | {"act": "confirm"})
    assert "This report changed after you opened it." in page_text(answer)
    assert case.update().reported_by == "recorded"


def test_confirmation_of_anything_else_changes_nothing(case: BelizeCase) -> None:
    other = make_update(make_commitment(case.event), approved=False, reported_by="recorded")
    other.submit(at=NOON)
    sent = {"act": "confirm", "shown": other.content_hash}
    for number in ("", "x", "99999", "²", "1" * 30, str(other.pk), row_key(other)):
        assert LinkClient().post(case.link(), sent | {"number": number}).status_code in (200, 302)
    other.refresh_from_db()
    assert other.reported_by == "recorded"


def test_edited_report_of_the_party_waits_for_the_party(client_of: Sign, case: BelizeCase) -> None:
    earlier = make_update(case.commitment, author=case.delegate.user, reported_on=date(2025, 1, 1))
    update = make_update(
        case.commitment,
        approved=False,
        author=case.delegate.user,
        reported_on=date(2025, 6, 1),
        text="We paid for two.",
        source="Budget",
    )
    update.submit(at=NOON)
    desk, change = client_of(case.cochair), page(ProgressUpdate, "change", update.pk)
    assert desk.post(change, filled(desk, change)).status_code == 302
    update.refresh_from_db()
    assert update.reported_by == "party"  # nothing changed
    assert desk.post(change, filled(desk, change, text="We paid for ten.")).status_code == 302
    update.refresh_from_db()
    assert (update.reported_by, update.state) == ("recorded", "submitted")
    text = run_admin_action(client_of(case.other), ProgressUpdate, "approve", update.pk)
    assert "It waits until the party confirms it." in text
    assert "We paid for ten." not in get_text(LinkClient(), "/commitments/bz-c1/")
    case.commitment.refresh_from_db()
    assert case.commitment.latest_update == earlier
    browser, path = LinkClient(), case.link()
    assert "Submitted by Government of Belize, then edited by the secretariat." in page_text(
        browser.get(path)
    )
    browser.post(path, buttons(browser, path) | {"act": "confirm"})
    run_admin_action(client_of(case.other), ProgressUpdate, "approve", update.pk)
    case.commitment.refresh_from_db()
    assert case.commitment.latest_update == update
    assert "Entered by the secretariat, confirmed by Government of Belize." in get_text(
        LinkClient(), "/commitments/bz-c1/"
    )


def test_evidence_added_at_the_desk_is_not_the_party_s(client_of: Sign, case: BelizeCase) -> None:
    update = make_update(case.commitment, approved=False, author=case.delegate.user)
    update.submit(at=NOON)
    make_evidence(update)
    text = run_admin_action(client_of(case.other), ProgressUpdate, "approve", update.pk)
    assert "It waits until the party confirms it." in text
    assert case.update().state == "submitted"


def test_report_does_not_become_that_of_another_party(client_of: Sign, case: BelizeCase) -> None:
    """A co-chair's own organisation reports, and then the desk names Belize as the party."""
    commitment = make_commitment(case.event, reference="BZ-C2")
    party = make_party(commitment)
    own, update = party.organisation, make_update(commitment, status="fulfilled")
    browser, change = client_of(case.cochair), page(Commitment, "change", commitment.pk)
    sent = filled(browser, change, **{"parties-0-organisation": str(case.belize.pk)})
    answer = browser.post(change, sent)
    assert "There are reports of this party." in answer.content.decode()
    party.refresh_from_db()
    assert (party.organisation, update.party) == (own, party)
