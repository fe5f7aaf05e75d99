"""A lost second factor is taken off by a co-chair and the operator together, by nobody alone."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from participants.accounts.recovery import agree, ask, may_agree, name_of
from participants.models import Delegate, FactorReset, User
from roundtable.audit import log as audit
from roundtable.mail.queue import Letter
from roundtable.models import AuditEntry, Event
from tests.factories import (
    NOON,
    make_event,
    make_factor_reset,
    make_grant,
    make_organisation,
    make_user,
)
from tests.recorded import recorded
from tests.signing_in import add_app

pytestmark = pytest.mark.django_db
Sign = Callable[..., Client]
LIST = "/admin/participants/factorreset/"
LATER = NOON + timedelta(hours=1)


def is_of_old(user: User) -> User:
    """Makes the account, and its second factor, older than what a reset asks for."""
    long_ago = NOON - timedelta(days=60)
    user.joined_at = long_ago
    user.save()
    user.grants.update(given_at=long_ago)
    add_app(user)
    Authenticator.objects.filter(user=user).update(created_at=long_ago)
    return user


@pytest.fixture
def cochair(cochair: User) -> User:
    """Has been one for long."""
    return is_of_old(cochair)


@pytest.fixture
@recorded
def loser(event: Event) -> User:
    """An editor of the event who has lost the telephone."""
    user = make_user("loser@example.org")
    organisation = make_organisation(name="Ministry of Ships", short_name="Ships")
    make_grant(user, event, role="editor", on_behalf_of=organisation)
    add_app(user)
    return user


def has_factor(user: User) -> bool:
    return bool(Authenticator.objects.filter(user=user).exists())


def elsewhere() -> User:
    user = make_user("elsewhere@example.org")
    make_grant(user, make_event())
    return is_of_old(user)


@pytest.mark.parametrize("asks", ["cochair", "operator"])
def test_cochair_and_operator_together_take_it_off(
    cochair: User, operator: User, loser: User, client_of: Sign, asks: str
) -> None:
    first, second = (cochair, operator) if asks == "cochair" else (operator, cochair)
    browser = client_of(loser)
    row = ask(user=loser, by=first, reason="She called", at=NOON)
    assert has_factor(loser) and browser.get("/me/").status_code == 200
    assert agree(reset=row, by=second, at=LATER)
    row.refresh_from_db()
    assert (row.asked_by, row.agreed_by, row.agreed_at) == (first, second, LATER)
    assert not has_factor(loser) and browser.get("/me/").status_code == 302
    acts = AuditEntry.objects.values_list("act", flat=True)
    assert list(acts) == ["ask factor reset", "reset factor"]
    letters = Letter.objects.order_by("pk").values_list("recipient", "subject")
    assert list(letters) == [
        ("loser@example.org", "A change to your sign-in was asked for"),
        ("cochair@example.org", "A reset of a second factor was asked for"),
        ("loser@example.org", "Your sign-in was changed"),
        ("cochair@example.org", "A second factor was taken off"),
    ]
    assert not agree(reset=row, by=second, at=LATER)


def test_nobody_does_it_alone_or_for_themselves(
    event: Event, cochair: User, operator: User, loser: User
) -> None:
    both = make_user("both@example.org", is_superuser=True)
    make_grant(both, event)
    is_of_old(both)
    row = ask(user=loser, by=both, reason="Called", at=NOON)
    assert not agree(reset=row, by=both, at=LATER)
    assert not agree(reset=row, by=loser, at=LATER)
    row.delete()
    for user in (both, cochair, loser):
        add_app(user)
        with pytest.raises(ValidationError):
            ask(user=user, by=user, reason="Mine", at=NOON)
        mine = make_factor_reset(user, asked_by=operator)
        assert not agree(reset=mine, by=user, at=LATER)
        assert has_factor(user)
        mine.delete()


def test_two_of_the_same_side_are_not_enough(
    event: Event, cochair: User, operator: User, loser: User
) -> None:
    other_cochair, other_operator = make_user(), make_user(is_superuser=True)
    make_grant(other_cochair, event)
    is_of_old(other_cochair)
    for first, second in ((cochair, other_cochair), (operator, other_operator)):
        row = ask(user=loser, by=first, reason="Called", at=NOON)
        assert not agree(reset=row, by=second, at=LATER)
        row.delete()
    assert has_factor(loser)


def test_strangers_editors_and_former_cochairs_have_no_say(
    event: Event, cochair: User, operator: User, loser: User, delegate: Delegate
) -> None:
    former, editor = make_user(), make_user()
    make_grant(former, event, valid_until=date(2024, 6, 1))
    make_grant(editor, event, role="editor")
    assert delegate.user is not None
    for user in (former, editor, delegate.user):
        is_of_old(user)
    for nobody in (elsewhere(), former, editor, delegate.user):
        with pytest.raises(ValidationError):
            ask(user=loser, by=nobody, reason="Called", at=NOON)
        row = ask(user=loser, by=operator, reason="Called", at=NOON)
        assert not agree(reset=row, by=nobody, at=LATER)
        row.delete()
    assert has_factor(loser)


def test_whoever_asked_must_still_be_who_they_were(
    cochair: User, operator: User, loser: User
) -> None:
    row = ask(user=loser, by=cochair, reason="Called", at=NOON)
    cochair.grants.update(valid_until=date(2024, 6, 1))
    assert not agree(reset=row, by=operator, at=LATER)
    cochair.delete()
    assert not agree(reset=row, by=operator, at=LATER)
    assert has_factor(loser)


def test_participants_factor_is_reset_too(
    cochair: User, operator: User, delegate: Delegate, outsider: Delegate
) -> None:
    assert delegate.user is not None and outsider.user is not None
    add_app(delegate.user)
    row = ask(user=delegate.user, by=operator, reason="Called", at=NOON)
    assert agree(reset=row, by=cochair, at=LATER)
    assert not has_factor(delegate.user)
    row = ask(user=outsider.user, by=operator, reason="Called", at=NOON)
    assert not agree(reset=row, by=cochair, at=LATER)


def test_desk_asks_and_agrees(cochair: User, operator: User, loser: User, client_of: Sign) -> None:
    make_user("stranger@example.org")
    desk = client_of(cochair)
    page = desk.get(f"{LIST}add/").content.decode()
    assert f"editor, for Ships (account {loser.pk})" in page
    assert "loser@" not in page and "stranger@" not in page
    assert desk.post(f"{LIST}add/", {"user": loser.pk, "reason": ""}).status_code == 200
    assert not FactorReset.objects.exists()
    desk.post(f"{LIST}add/", {"user": loser.pk, "reason": "She came by"})
    row = FactorReset.objects.get()
    assert (row.user, row.asked_by, row.agreed_at) == (loser, cochair, None)
    answer = desk.post(f"{LIST}add/", {"user": loser.pk, "reason": "Again"})
    assert "This was asked for already." in answer.content.decode()
    chosen = {"action": "agree", "_selected_action": [row.pk]}
    answer = desk.post(LIST, chosen, follow=True)
    assert "not one person alone" in answer.content.decode() and has_factor(loser)
    FactorReset.objects.update(asked_at=row.asked_at - timedelta(hours=1))
    page = client_of(operator).get(LIST).content.decode()
    assert "She came by" in page and "loser@" not in page
    answer = client_of(operator).post(LIST, chosen, follow=True)
    assert "1 second factor is off." in answer.content.decode() and not has_factor(loser)


def test_desk_shows_nothing_of_it_to_others(
    event: Event, cochair: User, operator: User, loser: User, client_of: Sign
) -> None:
    row = make_factor_reset(loser, asked_by=operator, reason="Told by a voice")
    reader = make_user()
    make_grant(reader, event, role="reader")
    assert client_of(reader).get(LIST).status_code == 403
    for user in (elsewhere(), loser):
        answer = client_of(user).get(LIST)
        assert "Told by a voice" not in answer.content.decode()
        client_of(user).post(LIST, {"action": "agree", "_selected_action": [row.pk]})
    assert has_factor(loser)
    own = make_factor_reset(cochair, asked_by=operator, reason="About the viewer")
    page = client_of(cochair).get(LIST).content.decode()
    assert "About the viewer" not in page and "Told by a voice" in page
    client_of(cochair).post(LIST, {"action": "agree", "_selected_action": [own.pk]})
    own.refresh_from_db()
    assert own.agreed_at is None


# Who counts as a co-chair, and who is told --------------------------------------------


def test_operator_alone_cannot_be_both_sides(
    event: Event, cochair: User, operator: User, loser: User, client_of: Sign
) -> None:
    desk = client_of(operator)
    grant = {
        "grants-TOTAL_FORMS": "1",
        "grants-INITIAL_FORMS": "0",
        "grants-0-event": event.pk,
        "grants-0-role": "cochair",
        "grants-0-valid_from": "2020-01-01",
    }
    new = {"email": "second.self@example.org", "is_active": "on"} | grant
    assert desk.post("/admin/participants/user/add/", new).status_code == 302
    second_self = User.objects.get(email="second.self@example.org")
    browser = client_of(second_self)
    answer = browser.post(f"{LIST}add/", {"user": loser.pk, "reason": "Mine"})
    assert "You cannot ask for this account." in answer.content.decode()
    assert not FactorReset.objects.exists()
    row = ask(user=loser, by=operator, reason="Mine", at=timezone.now() - timedelta(hours=2))
    browser.post(LIST, {"action": "agree", "_selected_action": [row.pk]})
    assert has_factor(loser)


@pytest.mark.parametrize("act", ["add user", "change user", "add grant", "change grant"])
@pytest.mark.parametrize(("days", "counts"), [(29, False), (31, True)])
def test_grant_counts_thirty_days_after_the_desk_touched_it(
    cochair: User, operator: User, loser: User, act: str, days: int, counts: bool
) -> None:
    subject = cochair if "user" in act else cochair.grants.get()
    given = NOON - timedelta(days=days)
    audit.record(act=act, at=given, actor=operator, subject=subject)
    row = ask(user=loser, by=operator, reason="Called", at=NOON - timedelta(hours=1))
    assert agree(reset=row, by=cochair, at=NOON) is counts
    assert has_factor(loser) is not counts


@pytest.mark.parametrize(("days", "counts"), [(29, False), (31, True)])
def test_first_day_of_a_grant_says_nothing_of_when_it_was_given(
    cochair: User, operator: User, loser: User, days: int, counts: bool
) -> None:
    grant = cochair.grants.get()
    assert grant.valid_from == date(2024, 1, 1) and not AuditEntry.objects.exists()
    cochair.grants.update(given_at=NOON - timedelta(days=days))
    row = ask(user=loser, by=operator, reason="Called", at=NOON - timedelta(hours=1))
    assert agree(reset=row, by=cochair, at=NOON) is counts


@pytest.mark.parametrize(("days", "counts"), [(29, False), (31, True)])
def test_new_account_or_new_factor_of_a_cochair_does_not_count(
    cochair: User, operator: User, loser: User, days: int, counts: bool
) -> None:
    begun = NOON - timedelta(days=days)
    row = ask(user=loser, by=operator, reason="Called", at=NOON - timedelta(hours=1))
    Authenticator.objects.filter(user=cochair).update(created_at=begun)
    assert may_agree(row, cochair, NOON) is counts
    is_of_old(cochair)
    assert may_agree(row, cochair, NOON)
    User.objects.filter(pk=cochair.pk).update(joined_at=begun)
    assert may_agree(row, cochair, NOON) is counts
    User.objects.filter(pk=cochair.pk).update(joined_at=NOON - timedelta(days=60))
    Authenticator.objects.filter(user=cochair).delete()
    assert not may_agree(row, cochair, NOON)


def test_hour_passes_between_asking_and_agreeing(
    cochair: User, operator: User, loser: User
) -> None:
    row = ask(user=loser, by=operator, reason="Called", at=NOON)
    assert not agree(reset=row, by=cochair, at=LATER - timedelta(seconds=1))
    assert agree(reset=row, by=cochair, at=LATER)


def test_each_cochair_is_told_once_and_can_take_the_request_back(
    event: Event, cochair: User, operator: User, loser: User, client_of: Sign
) -> None:
    other, second = make_user("other@example.org"), make_event()
    for given in (event, second):
        make_grant(other, given)
    make_grant(loser, second, role="reader")
    row = ask(user=loser, by=operator, reason="Called", at=NOON)
    told = Letter.objects.filter(subject="A reset of a second factor was asked for")
    assert sorted(told.values_list("recipient", flat=True)) == [
        "cochair@example.org",
        "other@example.org",
    ]
    assert "/admin/participants/factorreset/" in told[0].text and "loser" not in told[0].text
    desk = client_of(other)
    assert desk.post(f"{LIST}{row.pk}/delete/", {"post": "yes"}).status_code == 302
    assert not FactorReset.objects.exists()


def test_accounts_read_by_name_and_office(
    cochair: User, operator: User, delegate: Delegate, loser: User
) -> None:
    assert delegate.user is not None
    assert name_of(delegate.user) == "Dewi Lestari"
    assert name_of(loser) == f"editor, for Ships (account {loser.pk})"
    assert name_of(operator) == f"The operator (account {operator.pk})"
    assert name_of(cochair) == f"account {cochair.pk}"
