"""A new address for someone who lost the mailbox: two people, a week, and the owner can stop it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from participants.accounts.address_requests import put_addresses_in_place
from participants.accounts.grants import suspend_grant
from participants.models import (
    AddressRequest,
    Audience,
    Consent,
    Delegate,
    Grant,
    Participation,
    User,
)
from participants.participation.address_requests import (
    agree_to_address,
    request_address,
    stop_as_confirmer,
)
from participants.privacy.consent import hide_profile, unhide_profile
from roundtable.mail.models import QueuedEmail
from roundtable.models import AuditEntry
from tests.factories import (
    NOON,
    make_channel,
    make_delegate,
    make_organisation,
    make_participation,
    make_user,
)
from tests.form_fields import form_fields
from tests.page_text import get_text
from tests.participants.accounts.test_reauthentication import newest_code
from tests.participants.participation.test_confirmation import (
    ENTERED,
    Meeting,
    account,
    meeting,
    ministry,
    shelter,
)
from tests.sign_in import forget_limits

__all__ = ["meeting"]
pytestmark = pytest.mark.django_db
Sign = Callable[..., Client]
OLD, SECOND, NEW = "old@example.org", "second@example.org", "new@example.org"
REQUESTS = reverse("admin:participants_addressrequest_changelist")
ADD = reverse("admin:participants_addressrequest_add")
WEEK = timedelta(days=7)


@pytest.fixture(autouse=True)
def clock() -> Any:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def row(meeting: Meeting) -> Participation:
    """Of a person from a shelter, whom everyone may see."""
    user = make_user(OLD)
    EmailAddress.objects.create(user=user, email=SECOND, verified=True)
    person = make_delegate(name="Dewi Lestari", user=user, listed_to=Audience.EVERYONE)
    make_channel(person, value="dewi.open@example.org", audience=Audience.EVERYONE)
    return make_participation(person, meeting.event, organisation=shelter())


def requested(meeting: Meeting, row: Participation) -> AddressRequest:
    return request_address(participation=row, email=NEW, reason="Called", by=meeting.first, at=NOON)


def agreed(meeting: Meeting, row: Participation) -> AddressRequest:
    request = requested(meeting, row)
    assert agree_to_address(request=request, by=meeting.confirmer, at=NOON)
    request.refresh_from_db()
    return request


def is_seen(person: Delegate) -> bool:
    status = Client().get(f"/directory/{person.handle}/").status_code
    assert status in (200, 404)
    return status == 200


def subjects(address: str) -> list[str]:
    rows = QueuedEmail.objects.filter(recipient=address).order_by("pk")
    return list(rows.values_list("subject", flat=True))


def sign_in_by_code(email: str) -> Client:
    forget_limits()
    browser = Client()
    browser.post("/accounts/login/", {"login": email})
    browser.post("/accounts/login/code/confirm/", {"code": newest_code()})
    return browser


def test_two_people_of_two_organisations_change_the_address_after_a_week(
    meeting: Meeting, row: Participation, client_of: Sign, clock: Any
) -> None:
    owner, person = account(row), row.delegate
    factor = Authenticator.objects.create(user=owner, type="totp", data={})
    session, password = client_of(owner, second_factor=False), owner.password
    first = client_of(meeting.first)
    fields = form_fields(first.get(ADD).content.decode(), containing="reason")
    sent = fields | {"participation": row.pk, "email": NEW, "reason": "Called her"}
    assert first.post(ADD, sent)["Location"] == REQUESTS
    assert is_seen(person)  # one of them alone hides no one
    chosen = {"action": "agree", "_selected_action": AddressRequest.objects.get().pk}
    first.post(REQUESTS, chosen)
    client_of(meeting.second).post(REQUESTS, chosen)  # no confirmer of the constituency
    assert AddressRequest.objects.get().agreed_at is None
    client_of(meeting.confirmer).post(REQUESTS, chosen)
    assert AddressRequest.objects.get().agreed_at == NOON
    assert not is_seen(person)
    told = ["Someone asked to change your sign-in address"]
    told += ["Your sign-in address changes in seven days"]
    assert subjects(OLD) == subjects(SECOND) == told
    clock.shift(WEEK - timedelta(minutes=1))
    assert put_addresses_in_place(at=NOON + WEEK - timedelta(minutes=1)) == 0
    clock.shift(timedelta(minutes=1))
    call_command("review_profiles")
    owner.refresh_from_db()
    person.refresh_from_db()
    # Co-chairs do not learn how the person signs in.
    assert (owner.email, person.invitation_email) == (NEW, "")
    rows = EmailAddress.objects.filter(user=owner, verified=True).order_by("email")
    assert [row.email for row in rows] == [NEW, SECOND]
    assert is_seen(person) and person.listed_to == Audience.EVERYONE
    assert session.get("/me/").status_code == 302 and owner.password != password
    assert list(Authenticator.objects.filter(user=owner)) == [factor]
    assert subjects(NEW) == ["Your sign-in address has changed"]
    assert subjects(OLD) == ["Your sign-in address has changed"]
    assert AddressRequest.objects.get().email == ""
    actions = AuditEntry.objects.order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["request new address", "agree to new address", "new address"]


def test_notices_have_no_details(meeting: Meeting, row: Participation) -> None:
    agreed(meeting, row)
    put_addresses_in_place(at=NOON + WEEK)
    for email in QueuedEmail.objects.all():
        for text in (email.subject, email.text):
            assert not [word for word in (NEW, OLD, "Called", "Dewi", "dewi") if word in text]


def test_owner_stops_it_by_signing_in(meeting: Meeting, row: Participation) -> None:
    request = agreed(meeting, row)
    browser = sign_in_by_code(SECOND)
    assert browser.get("/me/").status_code == 200
    request.refresh_from_db()
    assert (request.outcome, request.email) == ("stopped", "")
    assert is_seen(row.delegate)
    assert put_addresses_in_place(at=NOON + WEEK) == 0
    assert User.objects.get(pk=request.user_id).email == OLD
    assert subjects(OLD)[-1] == "Your sign-in address does not change"


def test_signing_in_stops_a_request_that_no_second_one_agreed_to(
    meeting: Meeting, row: Participation
) -> None:
    request = requested(meeting, row)
    sign_in_by_code(OLD)
    assert not agree_to_address(request=request, by=meeting.confirmer, at=NOON)
    assert is_seen(row.delegate)


def test_owner_stops_it_by_a_button(meeting: Meeting, row: Participation, client_of: Sign) -> None:
    browser = client_of(row.delegate)
    agreed(meeting, row)
    page = get_text(browser, "/me/")
    assert "Someone asked to change your sign-in address." in page and NEW not in page
    assert browser.get("/me/new-address/stop/")["Location"] == "/me/"
    assert not is_seen(row.delegate)
    answer = browser.post("/me/new-address/stop/", follow=True)
    page = answer.content.decode()
    assert "The request is stopped." in page and "Someone asked to change" not in page
    assert is_seen(row.delegate)


def test_wait_changes_no_choice_of_the_owner(meeting: Meeting, row: Participation) -> None:
    person = row.delegate
    hidden_at = NOON - timedelta(days=1)
    person.write(hidden_at=hidden_at)
    request = agreed(meeting, row)
    stop_as_confirmer(request=request, by=meeting.second, at=NOON)
    person.refresh_from_db()
    assert person.hidden_at == hidden_at and not is_seen(person)
    assert unhide_profile(person, at=NOON) and is_seen(person)


def test_owner_can_hide_during_the_wait(meeting: Meeting, row: Participation) -> None:
    request, person = agreed(meeting, row), row.delegate
    assert hide_profile(person, by=Consent.By.LINK, at=NOON)
    stop_as_confirmer(request=request, by=meeting.second, at=NOON)
    assert not is_seen(person)


@pytest.mark.parametrize("who", ["second", "cohost"])
def test_one_cochair_and_no_confirmer_do_not_agree(
    meeting: Meeting, row: Participation, who: str
) -> None:
    request = requested(meeting, row)
    for user in (meeting.first, getattr(meeting, who), make_user(is_superuser=True)):
        assert not agree_to_address(request=request, by=user, at=NOON)
    assert is_seen(row.delegate)


def test_two_accounts_of_one_government_do_not_agree(meeting: Meeting) -> None:
    own = make_participation(make_delegate(), meeting.event, organisation=ministry("MY"))
    request = request_address(
        participation=own, email=NEW, reason="Called", by=meeting.first, at=NOON
    )
    same = meeting.holder(Grant.Role.COCHAIR, ministry("ID"))
    assert not agree_to_address(request=request, by=same, at=NOON)
    assert agree_to_address(request=request, by=meeting.second, at=NOON)


def test_no_one_requests_for_their_own_organisation_or_themselves(meeting: Meeting) -> None:
    own = make_participation(make_delegate(), meeting.event, organisation=meeting.indonesia)
    self = make_participation(make_delegate(user=meeting.first), meeting.event)
    for row in (own, self):
        with pytest.raises(ValidationError, match="could not confirm"):
            request_address(participation=row, email=NEW, reason="x", by=meeting.first, at=NOON)
    assert not AddressRequest.objects.exists() and not QueuedEmail.objects.exists()


def test_operator_stands_in_once_after_five_working_days(
    meeting: Meeting, row: Participation
) -> None:
    request = request_address(
        participation=row, email=NEW, reason="Called", by=meeting.confirmer, at=ENTERED
    )
    operator = make_user(is_superuser=True)
    early = ENTERED + timedelta(days=1)
    assert not agree_to_address(request=request, by=operator, at=early)
    assert agree_to_address(request=request, by=operator, at=NOON)


def test_not_for_operators_or_people_without_account(meeting: Meeting) -> None:
    for user in (None, make_user(is_superuser=True), make_user(is_active=False)):
        other = make_participation(make_delegate(user=user), meeting.event)
        with pytest.raises(ValidationError, match="Choose someone who has joined"):
            request_address(participation=other, email=NEW, reason="x", by=meeting.first, at=NOON)


def test_a_second_request_waits_for_the_first(meeting: Meeting, row: Participation) -> None:
    requested(meeting, row)
    with pytest.raises(ValidationError, match="already requested"):
        request_address(participation=row, email=OLD, reason="x", by=meeting.second, at=NOON)


def test_address_of_another_account_changes_nothing(meeting: Meeting, row: Participation) -> None:
    request = agreed(meeting, row)
    make_user(NEW)
    assert put_addresses_in_place(at=NOON + WEEK) == 0
    request.refresh_from_db()
    assert request.outcome == "stopped" and account(row).email == OLD
    assert is_seen(row.delegate)


def test_new_address_is_shown_to_those_who_decide_only(
    meeting: Meeting, row: Participation, client_of: Sign
) -> None:
    requested(meeting, row)
    reader = meeting.holder(Grant.Role.READER, make_organisation())
    assert client_of(reader).get(REQUESTS).status_code == 403
    assert NEW in client_of(meeting.confirmer).get(REQUESTS).content.decode()
    assert NEW not in str(client_of(row.delegate).get("/me/data.json").content)


def test_those_who_can_agree_are_told(meeting: Meeting, row: Participation) -> None:
    requested(meeting, row)
    subject = "A request for a new address needs a second person"
    assert subjects(meeting.confirmer.email) == subjects(meeting.second.email) == [subject]
    assert subjects(meeting.first.email) == []


def test_agreement_of_a_suspended_right_does_not_count(
    meeting: Meeting, row: Participation
) -> None:
    request = requested(meeting, row)
    grant = meeting.first.grants.get()
    assert suspend_grant(grant=grant, reason="Doubt", by=meeting.second, at=NOON)
    assert agree_to_address(request=request, by=meeting.confirmer, at=NOON)
    request.refresh_from_db()
    assert request.agreed_at is None and is_seen(row.delegate)


def test_suspension_during_the_wait_stops_the_change(meeting: Meeting, row: Participation) -> None:
    """One of the two may be an impostor, whom another holder finds in time."""
    request = agreed(meeting, row)
    assert suspend_grant(
        grant=meeting.confirmer.grants.get(), reason="Doubt", by=meeting.second, at=NOON
    )
    assert put_addresses_in_place(at=NOON + WEEK) == 0
    request.refresh_from_db()
    assert request.outcome == "stopped"
    assert account(row).email == OLD
