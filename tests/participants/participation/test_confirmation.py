"""Who takes part is confirmed by two people of two organisations."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.urls import reverse
from django.utils import timezone

from outcomes.duplicates.organisations import merge_organisations
from participants.models import (
    Audience,
    Capacity,
    Delegate,
    EventRole,
    Grant,
    Invitation,
    ListClosure,
    Organisation,
    OrganisationKind,
    Participation,
    ParticipationConfirmation,
    User,
)
from participants.participation.closure import agree_to_close, list_hash
from participants.participation.confirmation import (
    PARTICIPATIONS,
    confirm_participations,
    count_renewed_confirmations,
    recheck_confirmations,
    suspend_participation,
    tell_of_earlier_confirmations,
    void_changed_confirmations,
)
from participants.privacy.audiences import get_viewer
from participants.privacy.visibility import reveal
from tests import meetings
from tests.decide import QUEUE, agree, page_of
from tests.factories import (
    NOON,
    make_channel,
    make_confirmation,
    make_delegate,
    make_event,
    make_exception,
    make_government,
    make_holder,
    make_invitation,
    make_organisation,
    make_participation,
    make_role,
    make_user,
    show_first,
)
from tests.form_fields import press, send_form
from tests.page_text import page_text
from tests.participants.accounts.test_reauthentication import prove

pytestmark = pytest.mark.django_db
GOVERNMENT, CIVIL_SOCIETY = OrganisationKind.GOVERNMENT, OrganisationKind.CIVIL_SOCIETY
LIST = reverse("admin:participants_participation_changelist")
ENTERED = datetime(2026, 2, 2, 12, tzinfo=UTC)  # four weeks before NOON


class Meeting(meetings.Meeting):
    def takes_part(
        self, organisation: Organisation, person: Delegate | None = None, **fields: Any
    ) -> Participation:
        given: dict[str, Any] = {"confirmed": False, "entered_at": ENTERED} | fields
        person = person or make_delegate()
        return make_participation(person, self.event, organisation=organisation, **given)


@pytest.fixture
def meeting(db: None) -> Meeting:
    return Meeting("cohost", "confirmer")


def account(row: Participation) -> User:
    assert row.delegate.user
    return row.delegate.user


def confirm(row: Participation, *users: User, at: datetime = NOON) -> bool:
    """Whether the participation counts after each of these has tried to confirm it."""
    for user in users:
        confirm_participations(participations=[row], by=user, at=at)
    row.refresh_from_db()
    return row.confirmed_at is not None


def shelter(name: str = "A shelter") -> Organisation:
    return make_organisation(name=name, kind=CIVIL_SOCIETY)


def test_civil_society_needs_a_cochair_or_cohost_and_its_own_confirmer(meeting: Meeting) -> None:
    row = meeting.takes_part(shelter())
    assert not confirm(row, meeting.first, meeting.first)
    assert row.confirmations.get().by == meeting.first
    assert get_viewer(account(row), NOON.date()).events == frozenset()
    for users, is_enough in (
        ((meeting.first, meeting.second), False),
        ((meeting.first, meeting.confirmer), True),
        ((meeting.confirmer, meeting.cohost), True),
    ):
        assert confirm(meeting.takes_part(shelter()), *users) == is_enough
    agency = make_organisation(kind=OrganisationKind.AGENCY)
    row = meeting.takes_part(agency)
    assert not confirm(row, meeting.first, meeting.confirmer)
    assert row.confirmations.count() == 1


def test_government_needs_two_other_organisations_with_a_cochair(meeting: Meeting) -> None:
    for users, is_enough in (
        ((meeting.first, meeting.second), True),
        ((meeting.first, meeting.cohost), True),
        ((meeting.first, meeting.confirmer), True),
        ((meeting.cohost, meeting.confirmer), False),
    ):
        assert confirm(meeting.takes_part(make_government("MY")), *users) == is_enough
    for signed, words in (
        ([], "a co-chair and another organisation"),
        ([meeting.cohost], "a co-chair"),
        ([meeting.second], "another organisation"),
    ):
        row = meeting.takes_part(make_government("MY"))
        confirm(row, *signed)
        assert PARTICIPATIONS.missing(row, PARTICIPATIONS.given(row)) == words
    # Two accounts of one government are one.
    police = meeting.holder(Grant.Role.COCHAIR, make_government("ID", "Police"))
    row = meeting.takes_part(make_government("MY"))
    assert not confirm(row, meeting.first, police)
    assert row.confirmations.count() == 1
    assert confirm(row, meeting.second)


def test_no_one_confirms_their_own_organisation_or_participation(meeting: Meeting) -> None:
    row = meeting.takes_part(make_government("ID", "Police"))
    assert not confirm(row, meeting.first, meeting.second)
    assert row.confirmations.get().by == meeting.second
    assert not confirm(meeting.takes_part(meeting.network), meeting.confirmer, meeting.first)
    lender = shelter("Lender")
    own = meeting.takes_part(lender, make_delegate(user=meeting.first))
    for row in (own, meeting.takes_part(lender)):
        assert not confirm(row, meeting.first)
        assert not row.confirmations.exists()


def test_operator_stands_in_for_a_cochair_after_five_working_days(meeting: Meeting) -> None:
    operator = make_user(is_superuser=True)
    row = meeting.takes_part(shelter())
    # Entered on a Monday; the fifth working day after is the next Monday.
    assert not confirm(row, operator, at=datetime(2026, 2, 9, 11, tzinfo=UTC))
    assert not row.confirmations.exists()
    assert not confirm(row, operator, at=datetime(2026, 2, 9, 12, tzinfo=UTC))
    assert confirm(row, meeting.confirmer)


def test_operators_never_stand_in_for_a_confirmer_or_twice(meeting: Meeting) -> None:
    one, two = make_user(is_superuser=True), make_user(is_superuser=True)
    assert not confirm(meeting.takes_part(shelter()), one, two, meeting.first)
    row = meeting.takes_part(make_government("MY"))
    assert not confirm(row, one, two)
    assert row.confirmations.count() == 1
    assert confirm(row, meeting.cohost)


def test_only_a_grant_in_force_at_the_roundtable_confirms(meeting: Meeting) -> None:
    waiting = make_holder(
        meeting.event, role=Grant.Role.CONFIRMER, on_behalf_of=meeting.network, effective_on=None
    )
    assert not confirm(meeting.takes_part(shelter()), waiting, meeting.first)
    # An editor may enter the role of an own organisation.
    editor = meeting.holder(Grant.Role.EDITOR, meeting.office)
    make_role(meeting.event, organisation=meeting.office, role=EventRole.Role.COHOST)
    row = meeting.takes_part(shelter())
    assert not confirm(row, editor, meeting.confirmer)
    assert row.confirmations.get().by == meeting.confirmer
    elsewhere = make_participation(
        make_delegate(), make_event(), organisation=shelter(), confirmed=False, entered_at=ENTERED
    )
    assert not confirm(elsewhere, meeting.first, meeting.confirmer)
    assert not elsewhere.confirmations.exists()


def test_changed_organisation_must_be_confirmed_again(meeting: Meeting) -> None:
    row = meeting.takes_part(shelter())
    assert confirm(row, meeting.first, meeting.confirmer)
    row.organisation = shelter("Another shelter")
    row.save()
    void_changed_confirmations([row])
    row.refresh_from_db()
    assert row.confirmed_at is None and row.details_open_on is None
    assert not row.confirmations.exists()


@pytest.mark.parametrize("country", ["ID", "MY"])
def test_confirmer_who_became_of_one_government_with_others_no_longer_counts(
    meeting: Meeting, country: str
) -> None:
    row = meeting.takes_part(make_government("MY"))
    assert confirm(row, meeting.first, meeting.cohost)
    Organisation.objects.filter(pk=meeting.office.pk).update(kind=GOVERNMENT, country=country)
    recheck_confirmations(meeting.office, NOON)
    row.refresh_from_db()
    assert row.confirmed_at is None


def test_one_confirmer_suspends_and_two_bring_back(meeting: Meeting) -> None:
    row = meeting.takes_part(shelter())
    assert confirm(row, meeting.first, meeting.confirmer)
    assert suspend_participation(participation=row, reason="Doubt", by=meeting.second, at=NOON)
    row.refresh_from_db()
    assert (row.confirmed_at, row.details_open_on) == (None, None)
    assert (row.suspended_by, row.suspended_for) == (meeting.second, meeting.australia)
    kept = ParticipationConfirmation.with_earlier.filter(participation=row, has_effect=True)
    assert {given.by for given in kept} == {meeting.first, meeting.confirmer}
    assert not row.confirmations.exists()
    assert not confirm(row, meeting.first)
    assert confirm(row, meeting.confirmer)
    assert row.suspended_at is None and row.confirmations.count() == kept.count() == 2
    reader = meeting.holder(Grant.Role.READER, meeting.office)
    assert not suspend_participation(participation=row, reason="Doubt", by=reader, at=NOON)


def test_details_open_a_week_after_two_organisations_close_the_list(meeting: Meeting) -> None:
    event, viewer, owner = meeting.event, *(meeting.takes_part(shelter()) for _ in range(2))
    for row in (viewer, owner):
        confirm(row, meeting.first, meeting.confirmer)
    Delegate.objects.filter(pk=owner.delegate.pk).update(listed_to=Audience.PARTICIPANTS)
    make_channel(owner.delegate, value="safe@example.org", audience=Audience.PARTICIPANTS)
    user = account(viewer)
    assert reveal(user, owner.delegate.handle, NOON) is None
    shown = list_hash(event)
    assert agree_to_close(event=event, by=meeting.first, shown_hash=shown, at=NOON)
    assert not agree_to_close(event=event, by=meeting.first, shown_hash=shown, at=NOON)
    assert reveal(user, owner.delegate.handle, NOON) is None
    # Someone else's list is not the one that was shown.
    late = meeting.takes_part(shelter())
    confirm(late, meeting.first, meeting.confirmer)
    assert not agree_to_close(event=event, by=meeting.second, shown_hash=shown, at=NOON)
    shown = list_hash(event)
    assert agree_to_close(event=event, by=meeting.second, shown_hash=shown, at=NOON)
    assert not ListClosure.objects.get().closed_at
    assert agree_to_close(event=event, by=meeting.cohost, shown_hash=shown, at=NOON)
    assert ListClosure.objects.get().closed_at == NOON
    assert reveal(user, owner.delegate.handle, NOON + timedelta(days=6)) is None
    profile = reveal(user, owner.delegate.handle, NOON + timedelta(days=7))
    assert profile and [channel.value for channel in profile.channels] == ["safe@example.org"]


def test_whoever_is_added_later_sees_details_a_week_after_all_were_told(
    meeting: Meeting, deliver: Any
) -> None:
    owner, sharer = meeting.takes_part(shelter()), make_delegate(listed_to=Audience.EVERYONE)
    confirm(owner, meeting.first, meeting.confirmer)
    Delegate.objects.filter(pk=owner.delegate.pk).update(listed_to=Audience.PARTICIPANTS)
    make_channel(sharer, audience=Audience.PARTICIPANTS)
    recipients = {account(owner).email, account(make_participation(sharer, meeting.event)).email}
    for user in (meeting.first, meeting.cohost):
        shown = list_hash(meeting.event)
        assert agree_to_close(event=meeting.event, by=user, shown_hash=shown, at=NOON)
    told = [mail for mail in deliver() if mail.subject.startswith("More people")]
    assert len(told) == 2 and {mail.to[0] for mail in told} == recipients
    assert "is closed. From 9 March 2026, the people on it see" in " ".join(told[0].body.split())
    late = meeting.takes_part(shelter("Late shelter"))
    confirm(late, meeting.first, meeting.confirmer)
    emails = [mail for mail in deliver() if mail.subject.startswith("More people")][2:]
    assert len(emails) == 2 and {mail.to[0] for mail in emails} == recipients
    email = emails[0]
    assert "1 person was added" in email.body and "9 March 2026" in email.body
    assert "Late shelter" not in email.body
    viewer = account(late)
    assert get_viewer(viewer, date(2026, 3, 8)).events == frozenset()
    assert get_viewer(viewer, date(2026, 3, 9)).events == {meeting.event.pk}


def test_exception_leaves_out_whom_only_excepted_organisations_confirmed(
    meeting: Meeting,
) -> None:
    office, row = shelter(), meeting.takes_part(make_government("MY"))
    confirm(row, meeting.first, meeting.second)
    Participation.objects.update(details_open_on=NOON.date())
    owner = make_delegate(listed_to=Audience.PARTICIPANTS)
    make_participation(owner, meeting.event, organisation=office)
    make_channel(owner, value="safe@example.org", audience=Audience.PARTICIPANTS)
    show_first(row.delegate)
    user = account(row)
    assert reveal(user, owner.handle, NOON)
    make_exception(owner, country="ID", organisation=None)
    assert reveal(user, owner.handle, NOON)  # Australia confirmed too
    make_exception(owner, organisation=meeting.australia)
    assert reveal(user, owner.handle, NOON) is None


def test_earlier_confirmation_by_one_keeps_its_effect_and_is_named(
    meeting: Meeting, client_of: Any
) -> None:
    row = make_participation(make_delegate(), meeting.event, organisation=shelter())
    make_confirmation(row, meeting.first)
    browser = client_of(meeting.second)
    assert browser.get(f"{LIST}?waits=me")["Location"] == QUEUE  # the link of earlier emails
    page = browser.get(QUEUE).content.decode()
    assert "One person confirmed it, before two were required." in page
    assert confirm(row, meeting.second, meeting.confirmer)
    assert row.confirmations.filter(capacity=Capacity.ALONE).count() == 1


def test_list_is_closed_at_the_desk(meeting: Meeting, client_of: Any) -> None:
    organisation = shelter()
    row, colleague = meeting.takes_part(organisation), meeting.takes_part(organisation)
    late = meeting.takes_part(shelter("Another shelter"))
    for confirmed in (row, colleague):
        confirm(confirmed, meeting.first, meeting.confirmer)
    address = reverse("admin:participants_participation_close", args=[meeting.event.pk])
    asker, other = client_of(meeting.first), client_of(meeting.second)
    page = asker.get(address).content.decode()
    assert "Confirmed people: 2" in page and "Their organisations: 1<" in page
    assert "Not confirmed, and not on the list: 1" in page
    asked = press(asker, address, address, "Agree to close").content.decode()
    assert "The list is closed when another organisation agrees too." in asked
    closure = ListClosure.objects.get()
    assert other.get(address)["Location"] == page_of(closure)
    assert "Close the list of participants of Roundtable" in page_text(other.get(QUEUE))
    assert "1 has its effect now." in agree(other, closure)
    confirm(late, meeting.first, meeting.confirmer)
    assert "It is decided." in page_text(asker.get(address, follow=True))
    row.refresh_from_db()
    assert row.details_open_on == timezone.localdate() + timedelta(days=7)
    stranger = make_holder(make_event(), on_behalf_of=meeting.office)
    assert client_of(stranger).get(address).status_code == 404


# What an attacker tried ----------------------------------------------------------------------


def test_confirmer_confirms_only_what_the_page_showed(meeting: Meeting, client_of: Any) -> None:
    maria = make_delegate(user=None, invitation_email="maria@example.org")
    row = meeting.takes_part(shelter(), maria)
    browser = client_of(meeting.confirmer)
    page = browser.get(page_of(row))
    assert "m…@example.org" in page.content.decode()
    row.delegate.write(invitation_email="impostor@example.org")
    answer = press(browser, page, page_of(row), "Agree")
    assert "1 is not decided: it changed after you opened the page" in page_text(answer)
    assert not row.confirmations.exists()


def test_page_shows_only_the_mailbox_that_answered_for_this_roundtable(
    meeting: Meeting, client_of: Any
) -> None:
    row = meeting.takes_part(shelter())
    elsewhere = make_event(is_public=False)
    for event, email, day in (
        (meeting.event, "rina.here@example.org", 0),
        (elsewhere, "nora.elsewhere@example.org", 1),
    ):
        at = NOON + timedelta(days=day)
        answer = {"answer": Invitation.Answer.ACCEPTED, "answered_at": at}
        make_invitation(row.delegate, event, email=email, **answer)
    for user in (meeting.first, meeting.confirmer):
        browser = client_of(user)
        page = browser.get(page_of(row)).content.decode()
        assert "r…@example.org" in page and "n…@example.org" not in page
    # What the owner gave up is hers no more.
    EmailAddress.objects.create(user=account(row), email="rina.here@example.org", verified=True)
    owner = client_of(row.delegate)
    prove(owner)
    owner.post("/accounts/email/", {"action_remove": "", "email": "rina.here@example.org"})
    assert "r…@example.org" not in browser.get(page_of(row)).content.decode()


def test_seconded_confirmer_and_their_government_are_one(meeting: Meeting) -> None:
    meeting.takes_part(meeting.indonesia, make_delegate(user=meeting.confirmer))
    for order in ((meeting.confirmer, meeting.first), (meeting.first, meeting.confirmer)):
        row = meeting.takes_part(shelter())
        assert not confirm(row, *order)
        assert row.confirmations.count() == 1


def test_merge_by_one_account_keeps_no_confirmation(meeting: Meeting) -> None:
    made_up, real = shelter("Made up"), shelter("Real")
    row = meeting.takes_part(made_up)
    assert confirm(row, meeting.first, meeting.confirmer)
    operator = make_user(is_superuser=True)
    merge_organisations(target=real, duplicate=made_up, by=operator, at=NOON)
    row.refresh_from_db()
    assert (row.organisation, row.confirmed_at) == (real, None)


def test_participation_that_lost_its_effect_is_never_deleted(meeting: Meeting) -> None:
    row = meeting.takes_part(shelter(), make_delegate(user=None))
    assert confirm(row, meeting.first, meeting.confirmer)
    row.delegate.write(name="Someone else")
    void_changed_confirmations([row])
    row.refresh_from_db()
    row.delete()
    assert Participation.with_ended.get(pk=row.pk).ended_at is not None


# After the upgrade: what one person had confirmed -----------------------------------------------


@pytest.mark.parametrize(("role", "number"), [("first", 60), ("cohost", 2), ("confirmer", 2)])
def test_participations_of_before_are_confirmed_in_three_presses(
    meeting: Meeting, client_of: Any, role: str, number: int
) -> None:
    for place in range(number):
        row = make_participation(
            make_delegate(name=f"Person {place}"),
            meeting.event,
            organisation=shelter(f"Shelter {place}"),
        )
        make_confirmation(row, make_user())
    Organisation.history.update(history_date=NOON - timedelta(days=90))
    user = getattr(meeting, role)
    browser = client_of(user)
    assert f'href="{QUEUE}"' in browser.get("/admin/").content.decode()
    together = press(browser, QUEUE, f"{QUEUE}together/", f"Look at all {number}")
    agreed = press(browser, together, f"{QUEUE}agree/", "Agree to the ticked ones")
    assert f"You agreed to {number} things." in page_text(agreed)
    assert meeting.event.participations.filter(confirmations__by=user).count() == number


def test_owner_is_told_before_a_second_confirmation_lets_more_people_see(
    meeting: Meeting, deliver: Any
) -> None:
    owner, indifferent = make_delegate(listed_to=Audience.PARTICIPANTS), make_delegate()
    for person in (owner, indifferent):
        make_participation(person, meeting.event)
    make_exception(owner, country="ID", organisation=None)
    row = make_participation(make_delegate(), meeting.event, organisation=shelter())
    make_confirmation(row, meeting.first, on_behalf_of=meeting.indonesia)

    def sees(at: datetime) -> bool:
        return reveal(account(row), owner.handle, at) is not None

    def told() -> str:
        new = deliver()[len(read) :]
        read.extend(new)
        assert owner.user and {mail.to[0] for mail in new} <= {owner.user.email}
        text = " ".join(" ".join(mail.body.split()) for mail in new)
        assert row.delegate.name not in text and meeting.indonesia.name not in text
        return text

    read = list(deliver())
    assert not sees(NOON)
    assert tell_of_earlier_confirmations(at=NOON) == 1
    assert "No one sees more of you. Some see less" in told()
    assert tell_of_earlier_confirmations(at=NOON + timedelta(days=1)) == 0
    assert confirm(row, meeting.second) and not sees(NOON)
    assert confirm(row, meeting.confirmer)
    assert "From 9 March 2026, you exclude such a participant only if" in told()
    for days, number, is_seen in ((6, 0, False), (7, 1, True), (8, 0, True)):
        at = NOON + timedelta(days=days)
        assert count_renewed_confirmations(at=at) == number
        assert sees(at) == is_seen


def test_cochair_who_enters_a_participation_has_confirmed_it(client_of: Any) -> None:
    event = make_event()
    user = make_holder(event, on_behalf_of=make_government("AU"))
    browser, add = client_of(user), "/admin/participants/delegate/add/"
    for country, confirmed in (("ID", 1), ("AU", 0)):  # another government, and the own one
        entered = {
            "name": f"Person of {country}",
            "participations-TOTAL_FORMS": "1",
            "participations-0-event": str(event.pk),
            "participations-0-organisation": str(make_government(country).pk),
        }
        answer = send_form(browser, browser.get(add), containing="name", **entered)
        row = Participation.objects.latest("pk")
        assert row.confirmed_at is None  # another organisation must confirm it too
        assert row.confirmations.filter(by=user).count() == confirmed
        said = "You entered this participation, so it counts as confirmed by you."
        assert (said in answer.content.decode()) == bool(confirmed)
