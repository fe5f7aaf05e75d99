"""What one co-chair can do to a person who has joined, and to one who has not."""

from collections.abc import Callable
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from participants.accounts.addresses import is_closed
from participants.models import Delegate, Invitation, User
from participants.onboarding.acceptance import decline_invitation
from participants.participation.departure import may_record_departure, record_departure
from participants.permissions import EventPermissions, permissions_of
from participants.privacy.audiences import get_viewer
from roundtable.mail.models import QueuedEmail
from roundtable.models import AuditEntry, Event
from tests.factories import (
    NOON,
    make_affiliation,
    make_confirmation,
    make_delegate,
    make_grant,
    make_invitation,
    make_participation,
    make_user,
)
from tests.form_fields import form_fields
from tests.mail_queue import queued_emails
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
DELEGATES = reverse("admin:participants_delegate_changelist")


def page_of(person: Delegate) -> str:
    return reverse("admin:participants_delegate_change", args=[person.pk])


def save_at_desk(browser: Client, person: Delegate, **values: str) -> Any:
    """What a co-chair sends who writes these fields into the page of a person."""
    page = browser.get(page_of(person)).content.decode()
    fields = form_fields(page, containing="participations-TOTAL_FORMS")
    return browser.post(page_of(person), fields | values)


def left(browser: Client, *people: Delegate) -> str:
    chosen = {"action": "left", "_selected_action": [row.pk for row in people]}
    browser.post(DELEGATES, chosen)
    answer = browser.post(DELEGATES, chosen | {"confirmed": "yes"}, follow=True)
    return answer.content.decode()


def emails_to(address: str) -> list[str]:
    return [email.subject for email in queued_emails(to=address)]


def test_one_cochair_cannot_become_a_person_who_has_joined(
    meeting: Meeting, client_of: Sign
) -> None:
    victim = make_delegate(name="Dewi", invitation_email="dewi@example.org")
    row = meeting.takes_part(shelter(), victim)
    assert confirm(row, meeting.first, meeting.confirmer)
    owner, handle = account(row), victim.handle
    browser = client_of(meeting.first)
    save_at_desk(browser, victim, invitation_email="", name="Somebody")
    left(browser, victim)
    save_at_desk(browser, victim, invitation_email="mine@example.org")
    chosen = {"action": "invite", "_selected_action": [victim.pk], "confirmed": "yes"}
    browser.post(DELEGATES, chosen)
    victim.refresh_from_db()
    assert (victim.name, victim.invitation_email) == ("Dewi", "dewi@example.org")
    assert (victim.user, victim.handle) == (owner, handle)
    assert owner.is_active and EmailAddress.objects.get(user=owner).email == owner.email
    assert not Invitation.objects.exists()
    assert emails_to(owner.email) == [
        "Your participation is confirmed",
        "Your participation is suspended",
    ]


@pytest.mark.parametrize("is_operator", [False, True])
def test_desk_says_that_the_owner_changes_name_and_address(
    meeting: Meeting, client_of: Sign, is_operator: bool
) -> None:
    victim = make_delegate(name="Dewi", invitation_email="dewi@example.org")
    make_participation(victim, meeting.event)
    user = make_user(is_superuser=True) if is_operator else meeting.first
    browser = client_of(user)
    page = " ".join(browser.get(page_of(victim)).content.decode().split())
    assert "Only they can change their name and their addresses" in page
    assert save_at_desk(browser, victim, name="X", name_latin="Dewi L").status_code == 302
    victim.refresh_from_db()
    assert (victim.name, victim.name_latin) == ("Dewi", "")
    assert victim.proposals.get().name_latin == "Dewi L"


def test_departure_suspends_and_tells_a_person_who_has_joined(
    meeting: Meeting, client_of: Sign
) -> None:
    row = meeting.takes_part(shelter(), details_open_on=None)
    person, owner = row.delegate, account(row)
    work = make_affiliation(person, organisation=row.organisation)
    assert confirm(row, meeting.first, meeting.confirmer)
    page = left(client_of(meeting.first), person)
    assert "You recorded that 1 person left." in page
    row.refresh_from_db()
    work.refresh_from_db()
    assert row.confirmed_at is None and row.suspended_by == meeting.first
    assert get_viewer(owner, NOON.date()).events == frozenset()
    # What others say about where a person works is no fact.
    assert work.until is None
    _confirmed, email = queued_emails(to=owner.email)
    assert "recorded that you left the organisation" in email.text
    assert "I have left an organisation" in " ".join(email.text.split())
    assert AuditEntry.objects.filter(action="left organisation").count() == 1


def test_departure_without_a_confirmed_participation_changes_nothing(
    meeting: Meeting, client_of: Sign
) -> None:
    row = meeting.takes_part(shelter())
    page = left(client_of(meeting.first), row.delegate)
    assert "1 person is not changed" in page
    assert not AuditEntry.objects.filter(action="left organisation").exists()
    assert not QueuedEmail.objects.exists()


def test_departure_of_an_invited_person_removes_the_address(meeting: Meeting) -> None:
    person = make_delegate(user=None, invitation_email="invited@example.org")
    row = meeting.takes_part(shelter(), person)
    assert confirm(row, meeting.first, meeting.confirmer)
    work = make_affiliation(person, organisation=row.organisation)
    elsewhere = make_affiliation(person)
    invitation = make_invitation(person, meeting.event, email=person.invitation_email)
    record_departure(delegate=person, by=meeting.first, events=[meeting.event.pk], at=NOON)
    for changed in (person, row, work, elsewhere, invitation):
        changed.refresh_from_db()
    assert person.invitation_email == "" and invitation.revoked_at == NOON
    assert work.until == NOON.date() and elsewhere.until is None
    assert row.confirmed_at is None


def test_own_operator_and_foreign_entries_are_not_offered(
    event: Event, cochair: User, operator: User, delegate: Delegate, outsider: Delegate
) -> None:
    def may(user: User, person: Delegate) -> bool:
        rights = permissions_of(user, NOON.date())
        assert isinstance(rights, EventPermissions)
        return may_record_departure(person, rights)

    assert may(cochair, delegate) and may(operator, delegate)
    assert not may(cochair, outsider)
    editor = make_user()
    make_grant(editor, event, role="editor")
    assert not may(editor, delegate)
    assert delegate.user is not None
    make_grant(delegate.user, event)
    assert not may(delegate.user, delegate)
    delegate.user.write(is_superuser=True)
    delegate.refresh_from_db()
    assert not may(cochair, delegate) and may(operator, delegate)


def test_admin_asks_first_and_names_no_one_else(
    meeting: Meeting, client_of: Sign, outsider: Delegate
) -> None:
    row = meeting.takes_part(shelter())
    waiting = make_delegate(user=None, name="Wati Waits")
    make_participation(waiting, meeting.event)
    chosen = {
        "action": "left",
        "_selected_action": [row.delegate_id, waiting.pk, outsider.pk],
    }
    page = client_of(meeting.first).post(DELEGATES, chosen).content.decode()
    assert "Did these people leave their organisation?" in page
    assert "These people have an account:" in page and "These people have not joined:" in page
    assert "Wati Waits" in page and "Olga" not in page
    assert 'value="Record that these people left"' in page
    assert not AuditEntry.objects.exists()


def test_admin_names_who_records_the_others(cochair: User, event: Event, client_of: Sign) -> None:
    own = make_delegate(user=cochair)
    make_participation(own, event)
    chosen = {"action": "left", "_selected_action": own.pk}
    page = " ".join(client_of(cochair).post(DELEGATES, chosen).content.decode().split())
    assert "You cannot record this for any of these people. Read below who can." in page
    assert "For people of other roundtables, ask their co-chairs." in page


def test_changed_name_or_address_of_an_invited_person_voids_confirmations(
    meeting: Meeting, client_of: Sign
) -> None:
    for change in ({"name": "Somebody Else"}, {"invitation_email": "other@example.org"}):
        person = make_delegate(user=None, invitation_email="invited@example.org")
        row = meeting.takes_part(shelter(), person)
        assert confirm(row, meeting.first, meeting.confirmer)
        assert save_at_desk(client_of(meeting.first), person, **change).status_code == 302
        row.refresh_from_db()
        assert row.confirmed_at is None and not row.confirmations.exists(), change


def test_declined_record_gets_a_new_handle_and_loses_confirmations(meeting: Meeting) -> None:
    person = make_delegate(user=None, invitation_email="stranger@example.org")
    row = make_participation(person, meeting.event, took_effect_at=NOON)
    handle = person.handle
    make_confirmation(row, by=meeting.first)
    invitation = make_invitation(
        person, meeting.event, email=person.invitation_email, expires_at=timezone.now()
    )
    assert decline_invitation(invitation=invitation, by=None, at=NOON)
    person.refresh_from_db()
    row.refresh_from_db()
    assert person.handle != handle
    assert row.confirmed_at is None and not row.confirmations.exists()
    assert row.took_effect_at  # exceptions still match it


def test_page_of_an_earlier_closed_account_still_takes_an_address(
    meeting: Meeting, client_of: Sign
) -> None:
    user = make_user()
    person = make_delegate(user=user)
    make_participation(person, meeting.event)
    user.write(is_active=False, email="gone@no-address.invalid")
    assert is_closed(user)
    browser = client_of(meeting.first)
    save_at_desk(browser, person, invitation_email="new@example.org")
    person.refresh_from_db()
    assert person.invitation_email == "new@example.org"


def test_desk_does_not_write_the_portals_own_words_about_a_nomination(
    meeting: Meeting, client_of: Sign
) -> None:
    row = meeting.takes_part(shelter())
    browser = client_of(meeting.first)
    forged = "Nominated in the portal on 3 March 2026 by a person who represents Shelter"
    name = "participations-0-nomination"
    answer = save_at_desk(browser, row.delegate, **{name: forged})
    assert "Only the portal writes that someone was nominated in it." in answer.content.decode()
    row.refresh_from_db()
    assert row.nomination == ""
    assert save_at_desk(browser, row.delegate, **{name: "Letter"}).status_code == 302
    row.refresh_from_db()
    assert row.nomination == "Letter"
