"""Two others freeze all who take part for one organisation at a roundtable, or bring them back."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from outcomes.duplicates.organisations import apply_merge
from participants.decisions.engine import make_due, sign
from participants.models import (
    Act,
    Audience,
    DelegationChange,
    EmailLink,
    Grant,
    Invitation,
    Organisation,
    Participation,
    User,
)
from participants.participation.closure import agree_to_close, list_hash
from participants.participation.confirmation import void_changed_confirmations
from participants.participation.delegation_changes import FREEZINGS, request_change
from participants.privacy.audiences import get_viewer
from participants.privacy.visibility import reveal
from tests.decide import QUEUE, page_of, value_of
from tests.factories import (
    NOON,
    make_channel,
    make_commitment,
    make_delegate,
    make_event,
    make_exception,
    make_government,
    make_grant,
    make_invitation,
    make_organisation,
    make_party,
    make_role,
    make_user,
)
from tests.follow_up_factories import make_report_link, make_undertaking
from tests.form_fields import press, send_form
from tests.page_text import page_text
from tests.participants.participation.test_confirmation import (
    Meeting,
    account,
    confirm,
    meeting,
    shelter,
)

__all__ = ["meeting"]
pytestmark = pytest.mark.django_db
Sign = Callable[..., Client]
LIST = reverse("admin:participants_delegationchange_changelist")
ADD = reverse("admin:participants_delegationchange_add")


@pytest.fixture
def house(db: None) -> Organisation:
    return shelter()


@pytest.fixture
def row(meeting: Meeting, house: Organisation) -> Participation:
    """Someone of the shelter, who shares an address with everyone who took part."""
    found = meeting.takes_part(house, sharer())
    assert confirm(found, meeting.first, meeting.confirmer)
    return found


@pytest.fixture
def other(meeting: Meeting) -> Participation:
    """Someone else there, who shares the same."""
    found = meeting.takes_part(shelter("Another shelter"), sharer())
    assert confirm(found, meeting.first, meeting.confirmer)
    return found


def sharer() -> Any:
    person = make_delegate(listed_to=Audience.PARTICIPANTS)
    make_channel(person, audience=Audience.PARTICIPANTS)
    return person


def close(meeting: Meeting) -> None:
    for user in (meeting.first, meeting.second):
        assert agree_to_close(
            event=meeting.event, by=user, shown_hash=list_hash(meeting.event), at=NOON
        )


def request(browser: Client, meeting: Meeting, organisation: Organisation, **typed: str) -> Any:
    entered = {"organisation": organisation.pk, "event": meeting.event.pk, "reason": "Stolen"}
    entered |= {"what": "freeze"}
    return send_form(browser, browser.get(ADD), containing="reason", **entered | typed)


def decide(browser: Client, button: str = "Agree") -> Any:
    page = page_of(DelegationChange.objects.get(done_at=None))
    return press(browser, page, page, button)


def ask(
    meeting: Meeting, organisation: Organisation, what: str = "freeze", at: Any = NOON
) -> DelegationChange:
    change = DelegationChange(
        event=meeting.event, organisation=organisation, what=what, reason="Stolen"
    )
    return request_change(change=change, by=meeting.first, at=at)


def make(
    meeting: Meeting, organisation: Organisation, what: str = "freeze", at: Any = NOON
) -> DelegationChange:
    """By a co-chair and the confirmer of civil society."""
    change = ask(meeting, organisation, what, at)
    assert sign(FREEZINGS, {change.pk: change.content_hash}, by=meeting.confirmer, at=at)
    change.refresh_from_db()
    assert change.done_at == at
    return change


def sees(viewer: Participation, owner: Participation, at: Any) -> bool:
    profile = reveal(account(viewer), owner.delegate.handle, at)
    return profile is not None and len(profile.channels) == 1


# Who, and how many ---------------------------------------------------------------------------


def test_two_freeze_a_delegation_and_its_details_close_in_both_directions(
    meeting: Meeting, row: Participation, other: Participation, client_of: Sign
) -> None:
    close(meeting)
    now = timezone.now()
    assert sees(row, other, now) and sees(other, row, now)
    inside = client_of(account(row))
    assert inside.get(reverse("me")).status_code == 200
    request(client_of(meeting.first), meeting, row.organisation)
    asked = DelegationChange.objects.get()
    words = page_text(client_of(meeting.second).get(page_of(asked)))
    assert "It needs the confirmer for Civil society." in words
    assert sees(row, other, now) and sees(other, row, now)
    page = decide(client_of(meeting.confirmer))
    assert "1 has its effect now." in page_text(page)
    assert not sees(row, other, now) and not sees(other, row, now)
    # Sessions end, and the person reads why.
    assert inside.get(reverse("me")).status_code == 302
    person = User.objects.get(pk=account(row).pk)
    page = client_of(person).get(reverse("me")).content.decode()
    assert "(frozen)" in page
    desk = client_of(meeting.first).get(reverse("admin:participants_participation_changelist"))
    assert "· State: Frozen" in page_text(desk)


def test_only_who_confirms_there_and_is_not_of_the_organisation_asks(
    meeting: Meeting, row: Participation, client_of: Sign
) -> None:
    own = "You cannot ask for this about an organisation of your own."
    colleague = meeting.holder("cohost", make_organisation())
    meeting.takes_part(row.organisation, make_delegate(user=colleague))
    for user, organisation in (
        (meeting.holder("cochair", row.organisation), row.organisation),
        (colleague, row.organisation),
        (meeting.first, make_government("ID", "Police")),
    ):
        assert own in request(client_of(user), meeting, organisation).content.decode()
    for role in ("editor", "reader"):
        browser = client_of(meeting.holder(role, make_organisation()))
        assert browser.get(ADD).status_code == browser.get(LIST).status_code == 403
    there = DelegationChange(
        event=make_event(), organisation=row.organisation, what="freeze", reason="Stolen"
    )
    with pytest.raises(ValidationError, match="Only a co-chair, co-host or confirmer of this"):
        request_change(change=there, by=meeting.first, at=NOON)
    assert not DelegationChange.objects.exists()
    page = request(client_of(meeting.first), meeting, row.organisation, reason="")
    assert "This field is required." in page.content.decode()
    # A confirmer of others asks, and is not one of the two.
    agencies = meeting.holder("confirmer", make_organisation(kind="agency"))
    request(client_of(agencies), meeting, row.organisation)
    assert not DelegationChange.objects.get().confirmations.exists()


def test_the_organisation_itself_reads_nothing_of_a_request(
    meeting: Meeting, row: Participation, client_of: Sign
) -> None:
    own = meeting.holder("cochair", row.organisation)
    request(client_of(meeting.first), meeting, row.organisation)
    change = DelegationChange.objects.get()
    browser = client_of(own)
    assert "Stolen" not in browser.get(LIST).content.decode()
    assert browser.get(f"{LIST}{change.pk}/change/").status_code == 404
    assert browser.get(page_of(change)).status_code == 404
    browser.post(f"{QUEUE}agree/", {"d": value_of(change)})
    assert change.confirmations.count() == 1
    assert "Stolen" in client_of(meeting.second).get(LIST).content.decode()


def test_it_waits_once_and_only_who_asked_withdraws_it(
    meeting: Meeting, row: Participation, client_of: Sign
) -> None:
    browser = client_of(meeting.first)
    request(browser, meeting, row.organisation)
    again = request(client_of(meeting.second), meeting, row.organisation)
    assert "Such a request already waits" in again.content.decode()
    waiting = page_text(client_of(meeting.confirmer).get(QUEUE))
    assert "Freeze the delegation of A shelter to Roundtable" in waiting
    change = DelegationChange.objects.get()
    client_of(meeting.second).post(page_of(change), {"act": "stop"})
    change.refresh_from_db()
    assert change.is_open
    decide(browser, "Withdraw")
    change.refresh_from_db()
    assert change.acts.last().what == Act.What.WITHDRAWN and not change.is_open
    request(browser, meeting, row.organisation)
    assert DelegationChange.objects.filter(stopped_at=None).count() == 1


def test_freezing_tells_no_one_who_takes_part(
    meeting: Meeting, row: Participation, client_of: Sign
) -> None:
    """The page answers the same for each person who is there, or not."""
    empty = make_role(meeting.event, organisation=shelter("A shelter.")).organisation
    answers = []
    for organisation in (row.organisation, empty):
        request(client_of(meeting.first), meeting, organisation)
        change = DelegationChange.objects.get(done_at=None)
        page = decide(client_of(meeting.confirmer)).content.decode()
        start = page.index('<ul class="messages">')
        answers.append(page[start : page.index("</ul>", start)])
        change.refresh_from_db()
        assert change.done_at
    assert answers[0] == answers[1]


# What ends, and what stays -------------------------------------------------------------------


def test_rights_and_links_that_act_for_it_there_end(meeting: Meeting, row: Participation) -> None:
    person, organisation, elsewhere = row.delegate, row.organisation, make_event()
    own = meeting.holder("cochair", organisation)
    kept = make_grant(own, elsewhere, on_behalf_of=organisation)
    waiting = make_grant(
        make_user(), meeting.event, role="reader", on_behalf_of=organisation, effective_on=None
    )
    government = meeting.takes_part(make_government("MY"))
    confirm(government, own)
    assert government.confirmations.exists()
    party = make_party(make_commitment(meeting.event), organisation=organisation)
    party.request_focal_point(person)
    party.accept(NOON)
    report, proposal = make_report_link(party, person), make_undertaking(party, delegate=person)
    invited = make_delegate(user=None, invitation_email="new@example.org")
    meeting.takes_part(organisation, invited)
    invitation = make_invitation(invited, meeting.event, email="new@example.org")
    of_other = make_invitation(meeting.takes_part(shelter()).delegate, meeting.event)
    hide = make_report_link(party, person, purpose=EmailLink.Purpose.HIDE)
    make(meeting, organisation)
    today = NOON.date()
    assert set(Grant.objects.active(today).filter(on_behalf_of=organisation)) == {kept}
    waiting.refresh_from_db()
    assert waiting.valid_until and waiting.valid_until < today
    assert not government.confirmations.exists()
    for ended in (report, invitation):
        ended.refresh_from_db()
        assert ended.revoked_at
    proposal.refresh_from_db()
    party.refresh_from_db()
    assert party.focal_point is None
    for stays in (hide, of_other):
        stays.refresh_from_db()
        assert stays.revoked_at is None
    make(meeting, organisation, "bring back", NOON + timedelta(days=1))
    party.refresh_from_db()
    assert party.focal_point is None
    assert set(Grant.objects.active(today).filter(on_behalf_of=organisation)) == {kept}
    assert not Invitation.objects.filter(pk=invitation.pk, revoked_at=None).exists()


def test_other_bodies_meetings_and_organisations_are_as_before(meeting: Meeting) -> None:
    ministry, police = make_government("MY"), make_government("MY", "Police")
    elsewhere = make_event()
    frozen, other = (meeting.takes_part(each) for each in (ministry, police))
    for each in (frozen, other):
        assert confirm(each, meeting.first, meeting.second)
    there = Participation.objects.create(
        delegate=frozen.delegate,
        event=elsewhere,
        organisation=ministry,
        confirmed_at=NOON,
        took_effect_at=NOON,
    )
    change = ask(meeting, ministry)
    assert sign(FREEZINGS, {change.pk: change.content_hash}, by=meeting.second, at=NOON)
    assert set(Participation.objects.confirmed()) == {other, there}


def test_people_are_told_once_and_those_who_are_confirmed_later_are_frozen_too(
    meeting: Meeting, row: Participation, other: Participation, deliver: Callable[[], list[Any]]
) -> None:
    close(meeting)
    unconfirmed = meeting.takes_part(row.organisation, sharer())
    before = len(deliver())
    make(meeting, row.organisation)
    told = deliver()[before:]
    subject = "The participations of your organisation are frozen"
    assert [(mail.subject, mail.to) for mail in told] == [(subject, [account(row).email])]
    body = " ".join(told[0].body.split())
    assert "Two organisations froze all participations of the organisation" in body
    assert row.organisation.name not in body and "Stolen" not in body
    assert confirm(unconfirmed, meeting.first, meeting.confirmer)
    assert unconfirmed.frozen_at == NOON and unconfirmed.details_open_on is None
    last = deliver()[before + 1 :]
    assert [(mail.subject, mail.to) for mail in last] == [(subject, [account(unconfirmed).email])]
    assert not sees(other, unconfirmed, NOON + timedelta(days=30))
    assert not get_viewer(account(unconfirmed), date(2026, 6, 1)).events
    # Who left the delegation is confirmed for another organisation as everyone is.
    moved = Participation.objects.get(pk=unconfirmed.pk)
    moved.organisation = shelter("Third shelter")
    moved.save()
    void_changed_confirmations([moved])
    assert confirm(moved, meeting.first, meeting.confirmer)
    assert moved.frozen_at is None


def test_brought_back_they_see_others_after_a_week_of_notice(
    meeting: Meeting,
    row: Participation,
    other: Participation,
    client_of: Sign,
    deliver: Callable[[], list[Any]],
) -> None:
    def told_of_return(organisation: Organisation, at: datetime) -> dict[str, list[str]]:
        before = len(deliver())
        make(meeting, organisation, "bring back", at)
        return {mail.subject: mail.to for mail in deliver()[before:]}

    counts = {"Your participation counts again": [account(row).email]}
    make(meeting, row.organisation, at=NOON - timedelta(days=2))
    person = account(row)
    person.refresh_from_db()
    browser = client_of(person)
    assert told_of_return(row.organisation, NOON - timedelta(days=1)) == counts
    assert browser.get(reverse("me")).status_code == 200  # still signed in
    empty = make_role(meeting.event, organisation=shelter("Empty")).organisation
    for organisation in (row.organisation, empty):
        make(meeting, organisation)
    close(meeting)  # while they are frozen, they have no part in it
    row.refresh_from_db()
    assert row.details_open_on is None
    at = NOON + timedelta(days=20)
    assert told_of_return(empty, at) == {}
    assert told_of_return(row.organisation, at) == counts | {
        "More people will see what you share at the meeting": [account(other).email]
    }
    assert sees(other, row, at)
    assert not sees(row, other, at + timedelta(days=6))
    assert sees(row, other, at + timedelta(days=7))


def test_it_is_frozen_or_brought_back_only_if_it_is_not(
    meeting: Meeting, row: Participation, client_of: Sign
) -> None:
    browser = client_of(meeting.first)
    answer = request(browser, meeting, row.organisation, what="bring back")
    assert "This delegation is not frozen." in answer.content.decode()
    make(meeting, row.organisation)
    answer = request(browser, meeting, row.organisation)
    assert "This delegation is frozen already." in answer.content.decode()
    request(browser, meeting, row.organisation, what="bring back")
    decide(client_of(meeting.confirmer))
    assert Participation.objects.confirmed().filter(pk=row.pk).exists()


def test_exceptions_match_a_frozen_delegation_and_its_former_rights(
    meeting: Meeting, row: Participation, other: Participation
) -> None:
    holder = meeting.holder("cochair", row.organisation)
    person = make_delegate(user=holder)
    assert confirm(meeting.takes_part(shelter(), person), meeting.first, meeting.confirmer)
    close(meeting)
    make_exception(other.delegate, organisation=row.organisation)
    make(meeting, row.organisation)
    for user in (holder, account(row)):
        viewer = get_viewer(user, date(2026, 6, 1))
        assert row.organisation.pk in viewer.organisations
        assert reveal(user, other.delegate.handle, NOON + timedelta(days=30)) is None


def test_nothing_public_changes(meeting: Meeting, row: Participation, client: Client) -> None:
    meeting.event.is_public = True
    meeting.event.save()
    row.delegate.write(listed_to=Audience.EVERYONE)
    make_channel(row.delegate, value="open@example.org", audience=Audience.EVERYONE)
    pages = [
        meeting.event.get_absolute_url(),
        reverse("delegate-list"),
        reverse("delegate-detail", args=[row.delegate.handle]),
        f"{reverse('delegate-list')}?event=rt",
    ]
    before = [client.get(page).content for page in pages]
    assert all(row.delegate.name in page.decode() for page in before)
    make(meeting, row.organisation)
    assert [client.get(page).content for page in pages] == before


def test_merged_delegation_stays_frozen(meeting: Meeting, row: Participation) -> None:
    target = make_organisation(name="The house", kind="civil-society", country="MY")
    Organisation.objects.filter(pk=row.organisation.pk).update(country="MY")
    row.organisation.refresh_from_db()
    make(meeting, row.organisation)
    apply_merge(target=target, duplicate=row.organisation, by=meeting.first, at=NOON)
    row.refresh_from_db()
    assert row.organisation == target and row.frozen_at
    assert DelegationChange.objects.is_frozen(meeting.event, target)


# When it is not made -------------------------------------------------------------------------


def test_all_of_it_is_made_or_nothing(
    meeting: Meeting, row: Participation, monkeypatch: pytest.MonkeyPatch
) -> None:
    change = ask(meeting, row.organisation)

    def fails(*_given: object) -> None:
        raise ValidationError("The rights cannot be ended.")

    with monkeypatch.context() as broken:
        broken.setattr(FREEZINGS, "_end_rights_and_links", fails)
        assert sign(FREEZINGS, {change.pk: change.content_hash}, by=meeting.confirmer, at=NOON)
    row.refresh_from_db()
    assert row.frozen_at is None
    assert make_due(NOON).made == 1
    row.refresh_from_db()
    assert row.frozen_at
