"""A co-chair and the operator remove a lost second factor together, never one of them alone."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from participants.accounts.recovery import (
    approve_reset,
    may_approve_reset,
    request_reset,
)
from participants.display_names import display_name
from participants.models import Delegate, FactorReset, User
from participants.permissions import permissions_of
from roundtable.audit import log as audit
from roundtable.mail.models import QueuedEmail
from roundtable.models import AuditEntry, Event
from tests.factories import (
    NOON,
    make_event,
    make_factor_reset,
    make_grant,
    make_organisation,
    make_user,
)
from tests.recorded_fixtures import recorded
from tests.sign_in import add_authenticator

pytestmark = pytest.mark.django_db
Sign = Callable[..., Client]
LIST = "/admin/participants/factorreset/"
LATER = NOON + timedelta(hours=1)


def is_of_old(user: User) -> User:
    """Makes the account, and its second factor, older than what a reset asks for."""
    long_ago = NOON - timedelta(days=60)
    user.write(joined_at=long_ago)
    user.grants.update(granted_at=long_ago)
    add_authenticator(user)
    Authenticator.objects.filter(user=user).update(created_at=long_ago)
    return user


@pytest.fixture
def cochair(cochair: User) -> User:
    """Has been one for long."""
    return is_of_old(cochair)


@pytest.fixture
@recorded
def locked_out_editor(event: Event) -> User:
    """An editor of the event who has lost the telephone."""
    user = make_user("loser@example.org")
    organisation = make_organisation(name="Ministry of Ships", short_name="Ships")
    make_grant(user, event, role="editor", on_behalf_of=organisation)
    add_authenticator(user)
    return user


def has_factor(user: User) -> bool:
    return bool(Authenticator.objects.filter(user=user).exists())


def elsewhere() -> User:
    user = make_user("elsewhere@example.org")
    make_grant(user, make_event())
    return is_of_old(user)


@pytest.mark.parametrize("asks", ["cochair", "operator"])
def test_cochair_and_operator_together_remove_factor(
    cochair: User, operator: User, locked_out_editor: User, client_of: Sign, asks: str
) -> None:
    first, second = (cochair, operator) if asks == "cochair" else (operator, cochair)
    browser = client_of(locked_out_editor)
    row = request_reset(user=locked_out_editor, by=first, reason="She called", at=NOON)
    assert has_factor(locked_out_editor) and browser.get("/me/").status_code == 200
    assert approve_reset(reset=row, by=second, at=LATER)
    row.refresh_from_db()
    assert (row.requested_by, row.approved_by, row.approved_at) == (first, second, LATER)
    assert not has_factor(locked_out_editor) and browser.get("/me/").status_code == 302
    acts = AuditEntry.objects.values_list("action", flat=True)
    assert list(acts) == ["ask factor reset", "reset factor"]
    emails = QueuedEmail.objects.order_by("pk").values_list("recipient", "subject")
    needed = [("operator@example.org", "A reset of a second factor needs you")]
    assert list(emails) == [
        ("loser@example.org", "A change to your sign-in was requested"),
        ("cochair@example.org", "A reset of a second factor was requested"),
        *(needed if asks == "cochair" else []),
        ("loser@example.org", "Your sign-in details have changed"),
        ("cochair@example.org", "A second factor was removed"),
    ]
    assert not approve_reset(reset=row, by=second, at=LATER)


def test_only_operator_is_reset_on_the_server(
    operator: User, locked_out_editor: User, client_of: Sign
) -> None:
    add_authenticator(operator)
    browser = client_of(operator)
    with pytest.raises(CommandError, match="No operator has the address"):
        call_command("reset_factor", locked_out_editor.email)
    assert has_factor(locked_out_editor) and browser.get("/me/").status_code == 200
    call_command("reset_factor", "Operator@example.org")
    assert not has_factor(operator) and browser.get("/me/").status_code == 302
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.actor) == ("reset factor", "")
    email = QueuedEmail.objects.get()
    assert (email.recipient, email.subject) == (
        "operator@example.org",
        "Your sign-in details have changed",
    )


def test_reset_requires_two_other_people(
    event: Event, cochair: User, operator: User, locked_out_editor: User
) -> None:
    both = make_user("both@example.org", is_superuser=True)
    make_grant(both, event)
    is_of_old(both)
    row = request_reset(user=locked_out_editor, by=both, reason="Called", at=NOON)
    assert not approve_reset(reset=row, by=both, at=LATER)
    assert not approve_reset(reset=row, by=locked_out_editor, at=LATER)
    row.delete()
    for user in (both, cochair, locked_out_editor):
        add_authenticator(user)
        with pytest.raises(ValidationError):
            request_reset(user=user, by=user, reason="Mine", at=NOON)
        mine = make_factor_reset(user, requested_by=operator)
        assert not approve_reset(reset=mine, by=user, at=LATER)
        assert has_factor(user)
        mine.delete()


def test_two_people_of_same_side_are_not_enough(
    event: Event, cochair: User, operator: User, locked_out_editor: User
) -> None:
    other_cochair, other_operator = make_user(), make_user(is_superuser=True)
    make_grant(other_cochair, event)
    is_of_old(other_cochair)
    for first, second in ((cochair, other_cochair), (operator, other_operator)):
        row = request_reset(user=locked_out_editor, by=first, reason="Called", at=NOON)
        assert not approve_reset(reset=row, by=second, at=LATER)
        row.delete()
    assert has_factor(locked_out_editor)


def test_strangers_editors_and_former_cochairs_cannot_reset(
    event: Event, cochair: User, operator: User, locked_out_editor: User, delegate: Delegate
) -> None:
    former, editor = make_user(), make_user()
    make_grant(former, event, valid_until=date(2024, 6, 1))
    make_grant(editor, event, role="editor")
    assert delegate.user is not None
    for user in (former, editor, delegate.user):
        is_of_old(user)
    for user in (elsewhere(), former, editor, delegate.user):
        with pytest.raises(ValidationError):
            request_reset(user=locked_out_editor, by=user, reason="Called", at=NOON)
        row = request_reset(user=locked_out_editor, by=operator, reason="Called", at=NOON)
        assert not approve_reset(reset=row, by=user, at=LATER)
        row.delete()
    assert has_factor(locked_out_editor)


def test_requester_must_still_have_role(
    cochair: User, operator: User, locked_out_editor: User
) -> None:
    row = request_reset(user=locked_out_editor, by=cochair, reason="Called", at=NOON)
    cochair.grants.update(valid_until=date(2024, 6, 1))
    assert not approve_reset(reset=row, by=operator, at=LATER)
    cochair.delete()
    assert not approve_reset(reset=row, by=operator, at=LATER)
    assert has_factor(locked_out_editor)


def test_participant_factor_can_be_reset(
    cochair: User, operator: User, delegate: Delegate, outsider: Delegate
) -> None:
    assert delegate.user is not None and outsider.user is not None
    add_authenticator(delegate.user)
    row = request_reset(user=delegate.user, by=operator, reason="Called", at=NOON)
    assert approve_reset(reset=row, by=cochair, at=LATER)
    assert not has_factor(delegate.user)
    row = request_reset(user=outsider.user, by=operator, reason="Called", at=NOON)
    assert not approve_reset(reset=row, by=cochair, at=LATER)


def test_admin_requests_and_approves_reset(
    cochair: User, operator: User, locked_out_editor: User, client_of: Sign
) -> None:
    make_user("stranger@example.org")
    desk = client_of(cochair)
    page = desk.get(f"{LIST}add/").content.decode()
    assert f"editor, for Ships (account {locked_out_editor.pk})" in page
    assert "<ol><li>Speak to the person by telephone or face to face." in page
    assert "loser@" not in page and "stranger@" not in page
    assert desk.post(f"{LIST}add/", {"user": locked_out_editor.pk, "reason": ""}).status_code == 200
    assert not FactorReset.objects.exists()
    desk.post(f"{LIST}add/", {"user": locked_out_editor.pk, "reason": "She came by"})
    row = FactorReset.objects.get()
    assert (row.user, row.requested_by, row.approved_at) == (locked_out_editor, cochair, None)
    answer = desk.post(f"{LIST}add/", {"user": locked_out_editor.pk, "reason": "Again"})
    assert "This reset is already requested." in answer.content.decode()
    chosen = {"action": "agree", "_selected_action": [row.pk]}
    answer = desk.post(LIST, chosen, follow=True)
    assert "One person alone is not enough." in answer.content.decode()
    assert has_factor(locked_out_editor)
    FactorReset.objects.update(requested_at=row.requested_at - timedelta(hours=1))
    page = client_of(operator).get(LIST).content.decode()
    assert "She came by" in page and "loser@" not in page
    answer = client_of(operator).post(LIST, chosen, follow=True)
    assert "1 second factor is removed." in answer.content.decode() and not has_factor(
        locked_out_editor
    )


def test_admin_hides_reset_from_others(
    event: Event, cochair: User, operator: User, locked_out_editor: User, client_of: Sign
) -> None:
    row = make_factor_reset(locked_out_editor, requested_by=operator, reason="Told by a voice")
    reader = make_user()
    make_grant(reader, event, role="reader")
    assert client_of(reader).get(LIST).status_code == 403
    for user in (elsewhere(), locked_out_editor):
        answer = client_of(user).get(LIST)
        assert "Told by a voice" not in answer.content.decode()
        client_of(user).post(LIST, {"action": "agree", "_selected_action": [row.pk]})
    assert has_factor(locked_out_editor)
    own = make_factor_reset(cochair, requested_by=operator, reason="About the viewer")
    page = client_of(cochair).get(LIST).content.decode()
    assert "About the viewer" not in page and "Told by a voice" in page
    client_of(cochair).post(LIST, {"action": "agree", "_selected_action": [own.pk]})
    own.refresh_from_db()
    assert own.approved_at is None


# Who counts as a co-chair, and who is told --------------------------------------------


def test_operator_cannot_be_both_sides(
    event: Event, cochair: User, operator: User, locked_out_editor: User, client_of: Sign
) -> None:
    desk = client_of(operator)
    new = {"email": "second.self@example.org", "is_active": "on"}
    assert desk.post("/admin/participants/user/add/", new).status_code == 302
    second_self = User.objects.get(email="second.self@example.org")
    make_grant(second_self, event, valid_from=date(2020, 1, 1), granted_at=timezone.now())
    browser = client_of(second_self)
    answer = browser.post(f"{LIST}add/", {"user": locked_out_editor.pk, "reason": "Mine"})
    assert "You cannot request a reset for this account." in answer.content.decode()
    assert not FactorReset.objects.exists()
    row = request_reset(
        user=locked_out_editor, by=operator, reason="Mine", at=timezone.now() - timedelta(hours=2)
    )
    browser.post(LIST, {"action": "agree", "_selected_action": [row.pk]})
    assert has_factor(locked_out_editor)


@pytest.mark.parametrize("action", ["add user", "change user", "add grant", "change grant"])
@pytest.mark.parametrize(("days", "counts"), [(29, False), (31, True)])
def test_recently_changed_grant_does_not_count_for_thirty_days(
    cochair: User, operator: User, locked_out_editor: User, action: str, days: int, counts: bool
) -> None:
    subject = cochair if "user" in action else cochair.grants.get()
    given = NOON - timedelta(days=days)
    audit.record(action=action, at=given, actor=operator, subject=subject)
    row = request_reset(
        user=locked_out_editor, by=operator, reason="Called", at=NOON - timedelta(hours=1)
    )
    assert approve_reset(reset=row, by=cochair, at=NOON) is counts
    assert has_factor(locked_out_editor) is not counts


@pytest.mark.parametrize(("days", "counts"), [(29, False), (31, True)])
def test_grant_start_date_is_not_its_creation_date(
    cochair: User, operator: User, locked_out_editor: User, days: int, counts: bool
) -> None:
    grant = cochair.grants.get()
    assert grant.valid_from == date(2024, 1, 1) and not AuditEntry.objects.exists()
    cochair.grants.update(granted_at=NOON - timedelta(days=days))
    row = request_reset(
        user=locked_out_editor, by=operator, reason="Called", at=NOON - timedelta(hours=1)
    )
    assert approve_reset(reset=row, by=cochair, at=NOON) is counts


@pytest.mark.parametrize(("days", "counts"), [(29, False), (31, True)])
def test_new_account_or_new_factor_of_a_cochair_does_not_count(
    cochair: User, operator: User, locked_out_editor: User, days: int, counts: bool
) -> None:
    begun = NOON - timedelta(days=days)
    row = request_reset(
        user=locked_out_editor, by=operator, reason="Called", at=NOON - timedelta(hours=1)
    )
    Authenticator.objects.filter(user=cochair).update(created_at=begun)
    assert may_approve_reset(row, cochair, NOON) is counts
    is_of_old(cochair)
    assert may_approve_reset(row, cochair, NOON)
    User.objects.filter(pk=cochair.pk).update(joined_at=begun)
    assert may_approve_reset(row, cochair, NOON) is counts
    User.objects.filter(pk=cochair.pk).update(joined_at=NOON - timedelta(days=60))
    Authenticator.objects.filter(user=cochair).delete()
    assert not may_approve_reset(row, cochair, NOON)


def test_approval_requires_one_hour_wait(
    cochair: User, operator: User, locked_out_editor: User
) -> None:
    row = request_reset(user=locked_out_editor, by=operator, reason="Called", at=NOON)
    assert not approve_reset(reset=row, by=cochair, at=LATER - timedelta(seconds=1))
    assert approve_reset(reset=row, by=cochair, at=LATER)


def test_each_cochair_is_notified_once_and_can_withdraw_request(
    event: Event, cochair: User, operator: User, locked_out_editor: User, client_of: Sign
) -> None:
    other, second = make_user("other@example.org"), make_event()
    for given in (event, second):
        make_grant(other, given)
    make_grant(locked_out_editor, second, role="reader")
    row = request_reset(user=locked_out_editor, by=operator, reason="Called", at=NOON)
    told = QueuedEmail.objects.filter(subject="A reset of a second factor was requested")
    assert sorted(told.values_list("recipient", flat=True)) == [
        "cochair@example.org",
        "other@example.org",
    ]
    assert "/admin/participants/factorreset/" in told[0].text and "loser" not in told[0].text
    desk = client_of(other)
    assert desk.post(f"{LIST}{row.pk}/delete/", {"post": "yes"}).status_code == 302
    assert not FactorReset.objects.exists()


def test_accounts_are_shown_by_name_and_organisation(
    event: Event, cochair: User, operator: User, delegate: Delegate, locked_out_editor: User
) -> None:
    assert delegate.user is not None
    viewer = permissions_of(cochair, timezone.localdate())
    for person, name in (
        (delegate.user, "Dewi Lestari"),
        (locked_out_editor, f"editor, for Ships (account {locked_out_editor.pk})"),
        (operator, f"The operator (account {operator.pk})"),
        (cochair, f"co-chair (account {cochair.pk})"),
        (None, "A person whose account was deleted"),
    ):
        assert display_name(person, viewer) == name
