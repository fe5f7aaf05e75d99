"""Members of a group report on its commitment, each for itself, and no one for the group."""

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from outcomes.commitments.statistics import count_by_status
from outcomes.imports.records.loader import load_content
from outcomes.imports.records.snapshot import event_content
from outcomes.models import Commitment, CommitmentParty, ProgressUpdate
from outcomes.reporting.links import create_report_link
from outcomes.reporting.rounds import parties_to_ask
from outcomes.sources.hashes import source_hash, undertaking_hash
from participants.models import Organisation, User
from roundtable.web.row_keys import row_key
from tests.email_links import LinkClient
from tests.factories import (
    make_commitment,
    make_delegate,
    make_event,
    make_government,
    make_group,
    make_holder,
    make_organisation,
    make_participation,
    make_party,
    make_role,
    make_update,
)
from tests.fixture_types import Sign
from tests.outcomes.test_outcomes_admin import filled, page
from tests.page_text import get_text, page_html

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("recorded_templates")]
REPORT = {
    "act": "hand-in",
    "version": "0",
    "status": "fulfilled",
    "reported_on": "2025-06-01",
    "text": "We sent our list.",
    "source": "https://example.org/list",
    "has_no_personal_details": "on",
}


class GroupCase:
    """A commitment of all participants, who are an agency, a shelter and two co-chairs."""

    def __init__(self) -> None:
        self.event = make_event(code="GR", slug="gr")
        self.group = make_group(slug="all", name="participants", member_rule="participants")
        self.commitment = make_commitment(self.event, reference="GR-C1", text="Share lists")
        self.party = make_party(self.commitment, group=self.group)
        self.agency, self.shelter = (
            make_organisation(name=name, slug=name.lower()) for name in ("Agency", "Shelter")
        )
        for organisation in (self.agency, self.shelter):
            make_role(self.event, organisation=organisation)
        self.cochairs = [self.cochair("AU"), self.cochair("ID")]
        self.anna = make_delegate(name="Anna of the agency")
        make_participation(self.anna, self.event, organisation=self.agency)

    def cochair(self, country: str) -> User:
        office = make_government(country)
        make_role(self.event, organisation=office, role="cochair")
        return make_holder(self.event, role="cochair", on_behalf_of=office)

    def member(self, organisation: Organisation) -> CommitmentParty:
        return CommitmentParty.objects.get(commitment=self.commitment, organisation=organisation)


@pytest.fixture
def case() -> GroupCase:
    return GroupCase()


def take(browser: Client, name: str) -> Any:
    return browser.post(f"/me/commitments/gr-c1/for/{name}/")


def check(case: GroupCase, update: ProgressUpdate, client_of: Sign) -> None:
    address = page(ProgressUpdate, "approve", update.pk)
    sent = {"revision": update.revision}
    assert client_of(case.cochairs[0]).post(address, sent).status_code == 302


def test_member_reports_for_itself_and_not_for_the_group(client_of: Sign, case: GroupCase) -> None:
    browser = client_of(case.anna)
    text = get_text(browser, "/me/commitments/")
    assert "You do not report for the group. GR-C1 Share lists" in text
    assert "Report for Agency" in text and "Report for Shelter" not in text
    answer = take(browser, "agency")
    assert answer.url == f"/me/commitments/{case.member(case.agency).pk}/report/"
    assert take(browser, "agency").url == answer.url  # a double click
    assert "Report for Agency" not in get_text(browser, "/me/commitments/")
    assert browser.post(answer.url, REPORT).status_code == 302
    update = ProgressUpdate.objects.get()
    assert (update.reported_by, update.party) == ("member", case.member(case.agency))
    assert "Fulfilled" not in get_text(LinkClient(), "/commitments/gr-c1/")
    check(case, update, client_of)
    case.commitment.refresh_from_db()
    assert (case.commitment.latest_status, case.commitment.members_reporting) == ("", 1)
    text = get_text(LinkClient(), "/commitments/gr-c1/")
    assert (
        "Status Not reported on as a whole. Party: participants. "
        "1 member of a group has reported for itself."
    ) in text
    assert "1 of 4 members named in this record have reported. Fulfilled 1" in text
    assert "Agency Fulfilled We sent our list." in text
    assert "What the party reports" not in text
    assert "Parties participants Due date not recorded Answers" in text
    counts = count_by_status(Commitment.objects.all(), timezone.localdate())
    assert (counts["no-update"], counts["fulfilled"]) == (1, 0)
    listed = get_text(LinkClient(), "/commitments/?event=gr")
    assert "answers the whole statement 1 member has reported for itself" in listed
    total = "0 of 1 commitment reported by its party, 1 by members of a group."
    for path in ("/commitments/?event=gr", "/progress/?event=gr", "/roundtables/gr/"):
        assert total in get_text(LinkClient(), path), path
    assert "1 member has reported" in get_text(LinkClient(), "/commitments/?party=all")
    assert "GR-C1" not in get_text(LinkClient(), "/commitments/?party=agency")
    assert "Status reported by a member" in get_text(LinkClient(), "/changes/")


def test_as_of_counts_members_that_had_reported(client_of: Sign, case: GroupCase) -> None:
    for organisation, day in ((case.agency, 1), (case.shelter, 9)):
        member = make_party(case.commitment, organisation=organisation, role="member")
        make_update(
            case.commitment, party=member, reported_by="member", reported_on=date(2025, 6, day)
        )
        if day == 1:
            make_update(
                case.commitment, party=member, reported_by="member", reported_on=date(2025, 5, 9)
            )
    case.commitment.refresh_from_db()
    assert case.commitment.members_reporting == 2
    text = get_text(LinkClient(), "/commitments/gr-c1/?as_of=2025-06-05")
    assert "1 of 4 members named in this record have reported. In progress 1" in text
    assert "Shelter" not in text
    listed = get_text(LinkClient(), "/commitments/?event=gr&as_of=2025-06-05")
    assert "1 member has reported for itself" in listed
    total = "0 of 1 commitment reported by its party, 1 by members of a group."
    assert total in listed and total in get_text(LinkClient(), "/progress/?as_of=2025-06-05")
    assert "by members" not in get_text(LinkClient(), "/progress/?as_of=2025-05-05")


def test_only_people_of_a_member_take_its_task(client_of: Sign, case: GroupCase) -> None:
    stranger = make_organisation(name="Stranger", slug="stranger")
    other = make_delegate()
    make_participation(other, case.event, organisation=stranger)  # in no role at the roundtable
    for person, name in ((case.anna, "shelter"), (case.anna, "none"), (other, "stranger")):
        assert take(client_of(person), name).url == "/me/commitments/"
    assert take(client_of(case.cochairs[0]), "agency").url == "/me/commitments/"
    assert case.commitment.parties.count() == 1
    case.anna.participations.update(confirmed_at=None, details_open_on=None)
    assert take(client_of(case.anna), "agency").url == "/me/commitments/"
    assert case.commitment.parties.count() == 1


def test_colleague_takes_the_task_of_who_has_left(client_of: Sign, case: GroupCase) -> None:
    colleague = make_delegate()
    make_participation(colleague, case.event, organisation=case.agency)
    take(client_of(case.anna), "agency")
    browser = client_of(colleague)
    assert "Report for Agency" not in get_text(browser, "/me/commitments/")
    assert take(browser, "agency").url == "/me/commitments/"
    case.anna.participations.get().delete()
    assert take(browser, "agency").url.endswith("/report/")
    assert case.member(case.agency).focal_point == colleague
    assert "Report for Agency" not in get_text(browser, "/me/commitments/")
    # A direct party does not report as a member, too.
    make_party(case.commitment, organisation=case.shelter)
    person = make_delegate()
    make_participation(person, case.event, organisation=case.shelter)
    assert "Report for Shelter" not in get_text(client_of(person), "/me/commitments/")


def test_no_one_speaks_for_a_group(client_of: Sign, case: GroupCase) -> None:
    case.party.focal_point = case.anna
    with pytest.raises(ValidationError, match="No one speaks for a group"):
        case.party.full_clean()
    browser = client_of(case.cochairs[0])
    change = page(Commitment, "change", case.commitment.pk)
    form = filled(browser, change)
    answer = browser.post(change, form | {"parties-0-focal_point": case.anna.pk})
    assert "No one speaks for a group. Add the members that report" in page_html(answer)
    case.party.refresh_from_db()
    assert case.party.focal_point is None


def test_desk_asks_a_member_and_its_page_stays_public(client_of: Sign, case: GroupCase) -> None:
    """Members change nothing of what was compared with the source."""
    compared = source_hash(case.commitment), undertaking_hash(case.commitment)
    browser = client_of(case.cochairs[0])
    change = page(Commitment, "change", case.commitment.pk)
    form = filled(browser, change) | {
        "parties-TOTAL_FORMS": "2",
        "parties-1-organisation": case.agency.pk,
        "parties-1-role": "member",
        "parties-1-focal_point": case.anna.pk,
    }
    stranger = make_organisation()
    answer = browser.post(change, form | {"parties-1-organisation": stranger.pk})
    assert "This organisation is not a member of a group that is a party here." in page_html(answer)
    assert browser.post(change, form).status_code == 302
    member = case.member(case.agency)
    assert (member.focal_point, member.focal_point_accepted_at) == (case.anna, None)
    case.commitment.refresh_from_db()
    assert case.commitment.is_public
    assert (source_hash(case.commitment), undertaking_hash(case.commitment)) == compared
    member.accept(timezone.now())
    assert list(parties_to_ask(timezone.localdate())) == [member]
    link = create_report_link(member, at=timezone.now())
    assert client_of(case.cochairs[1]).get(link).status_code == 200


def test_what_the_desk_edits_is_not_the_member_s(client_of: Sign, case: GroupCase) -> None:
    take(client_of(case.anna), "agency")
    member = case.member(case.agency)
    client_of(case.anna).post(f"/me/commitments/{member.pk}/report/", REPORT)
    update = ProgressUpdate.objects.get()
    browser = client_of(case.cochairs[0])
    change = page(ProgressUpdate, "change", update.pk)
    assert browser.post(change, filled(browser, change, text="All is done.")).status_code == 302
    update.refresh_from_db()
    assert (update.reported_by, update.awaits_party) == ("recorded", True)
    shown = f"/me/commitments/{member.pk}/report/"
    assert "All is done." in get_text(client_of(case.anna), shown)
    sent = {"act": "confirm", "number": row_key(update), "shown": update.content_hash}
    assert client_of(case.anna).post(shown, sent).status_code == 302
    update.refresh_from_db()
    assert update.reported_by == "member"


def test_file_without_members_keeps_them(case: GroupCase) -> None:
    member = make_party(case.commitment, organisation=case.agency, role="member")
    content = event_content(case.event, people=None)
    assert content["commitments"][0]["leads"] == ["all"]
    assert "members" not in content["commitments"][0]
    report = load_content(content, at=timezone.now())
    assert {row.result for row in report.rows} == {"unchanged"}
    content["commitments"][0]["due_on"] = date(2030, 1, 1)
    load_content(content, at=timezone.now())
    assert case.member(case.agency) == member


def test_governments_without_a_country_do_not_speak_for_one_another(
    client_of: Sign, case: GroupCase
) -> None:
    first, second = (make_government("", f"Government {number}") for number in range(2))
    make_role(case.event, organisation=second)
    person = make_delegate()
    make_participation(person, case.event, organisation=first)
    assert take(client_of(person), second.slug).url == "/me/commitments/"
    party = make_party(case.commitment, organisation=second)
    page = f"/me/commitments/{party.pk}/recorded/"
    assert client_of(person).get(page).status_code == 404
