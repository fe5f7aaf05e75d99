"""A lost second factor is taken off by a co-chair and the operator together, by nobody alone."""

from collections.abc import Callable
from datetime import date

import pytest
from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError
from django.test import Client

from participants.models import Delegate, FactorReset, User
from participants.resetting import agree, ask, name_of
from roundtable.mailing import Letter
from roundtable.models import AuditEntry, Event
from tests.factories import (
    NOON,
    make_event,
    make_factor_reset,
    make_grant,
    make_organisation,
    make_user,
)
from tests.signing_in import add_app

pytestmark = pytest.mark.django_db
Sign = Callable[..., Client]
LIST = "/admin/participants/factorreset/"


@pytest.fixture
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
    return user


@pytest.mark.parametrize("asks", ["cochair", "operator"])
def test_cochair_and_operator_together_take_it_off(
    cochair: User, operator: User, loser: User, client_of: Sign, asks: str
) -> None:
    first, second = (cochair, operator) if asks == "cochair" else (operator, cochair)
    browser = client_of(loser)
    row = ask(user=loser, by=first, reason="She called", at=NOON)
    assert has_factor(loser) and browser.get("/me/").status_code == 200
    assert agree(reset=row, by=second, at=NOON)
    row.refresh_from_db()
    assert (row.asked_by, row.agreed_by, row.agreed_at) == (first, second, NOON)
    assert not has_factor(loser) and browser.get("/me/").status_code == 302
    acts = AuditEntry.objects.values_list("act", flat=True)
    assert list(acts) == ["ask factor reset", "reset factor"]
    letters = Letter.objects.order_by("pk").values_list("recipient", "subject")
    assert list(letters) == [
        ("loser@example.org", "A change to your sign-in was asked for"),
        ("loser@example.org", "Your sign-in was changed"),
    ]
    assert not agree(reset=row, by=second, at=NOON)


def test_nobody_does_it_alone_or_for_themselves(
    event: Event, cochair: User, operator: User, loser: User
) -> None:
    both = make_user("both@example.org", is_superuser=True)
    make_grant(both, event)
    row = ask(user=loser, by=both, reason="Called", at=NOON)
    assert not agree(reset=row, by=both, at=NOON)
    assert not agree(reset=row, by=loser, at=NOON)
    row.delete()
    for user in (both, cochair, loser):
        add_app(user)
        with pytest.raises(ValidationError):
            ask(user=user, by=user, reason="Mine", at=NOON)
        mine = make_factor_reset(user, asked_by=operator)
        assert not agree(reset=mine, by=user, at=NOON)
        assert has_factor(user)
        mine.delete()


def test_two_of_the_same_side_are_not_enough(
    event: Event, cochair: User, operator: User, loser: User
) -> None:
    other_cochair, other_operator = make_user(), make_user(is_superuser=True)
    make_grant(other_cochair, event)
    for first, second in ((cochair, other_cochair), (operator, other_operator)):
        row = ask(user=loser, by=first, reason="Called", at=NOON)
        assert not agree(reset=row, by=second, at=NOON)
        row.delete()
    assert has_factor(loser)


def test_strangers_editors_and_former_cochairs_have_no_say(
    event: Event, cochair: User, operator: User, loser: User, delegate: Delegate
) -> None:
    former, editor = make_user(), make_user()
    make_grant(former, event, valid_until=date(2024, 6, 1))
    make_grant(editor, event, role="editor")
    assert delegate.user is not None
    for nobody in (elsewhere(), former, editor, delegate.user):
        with pytest.raises(ValidationError):
            ask(user=loser, by=nobody, reason="Called", at=NOON)
        row = ask(user=loser, by=operator, reason="Called", at=NOON)
        assert not agree(reset=row, by=nobody, at=NOON)
        row.delete()
    assert has_factor(loser)


def test_whoever_asked_must_still_be_who_they_were(
    cochair: User, operator: User, loser: User
) -> None:
    row = ask(user=loser, by=cochair, reason="Called", at=NOON)
    cochair.grants.update(valid_until=date(2024, 6, 1))
    assert not agree(reset=row, by=operator, at=NOON)
    cochair.delete()
    assert not agree(reset=row, by=operator, at=NOON)
    assert has_factor(loser)


def test_participants_factor_is_reset_too(
    cochair: User, operator: User, delegate: Delegate, outsider: Delegate
) -> None:
    assert delegate.user is not None and outsider.user is not None
    add_app(delegate.user)
    row = ask(user=delegate.user, by=operator, reason="Called", at=NOON)
    assert agree(reset=row, by=cochair, at=NOON)
    assert not has_factor(delegate.user)
    row = ask(user=outsider.user, by=operator, reason="Called", at=NOON)
    assert not agree(reset=row, by=cochair, at=NOON)


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


def test_accounts_read_by_name_and_office(
    cochair: User, operator: User, delegate: Delegate, loser: User
) -> None:
    assert delegate.user is not None
    assert name_of(delegate.user) == "Dewi Lestari"
    assert name_of(loser) == f"editor, for Ships (account {loser.pk})"
    assert name_of(operator) == f"The operator (account {operator.pk})"
    assert name_of(cochair) == f"account {cochair.pk}"
