"""One organisation suspends a right for five working days; others decide before."""

import random
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.mail import EmailMultiAlternatives
from django.core.management import call_command
from django.test import Client

from participants.accounts.grants import (
    agree_to_end_grant,
    end_grant,
    end_old_suspensions,
    restore_grant,
    suspend_grant,
)
from participants.decisions.engine import right
from participants.models import Grant, GrantConfirmation, Organisation, User
from participants.permissions import bodies_with_rights
from roundtable.audit.models import AuditEntry
from roundtable.models import Event
from tests.conftest import FULL
from tests.decide import agree, page_of
from tests.factories import make_event, make_government, make_grant, make_organisation, make_user
from tests.form_fields import press, send_form
from tests.participants.accounts.test_grant_confirmation import LIST, Holders, holders

__all__ = ["holders"]
TUESDAY = datetime(2026, 3, 3, 12, tzinfo=UTC)
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("recorded_templates"),
    pytest.mark.time_machine(TUESDAY, tick=False),
]
Sign = Callable[..., Client]
TODAY = TUESDAY.date()
NEXT_TUESDAY = TUESDAY + timedelta(days=7)  # five working days later


def right_of(user: User) -> Grant:
    return user.grants.get()


def is_active(*grants: Grant, on: date = TODAY) -> bool:
    found = Grant.objects.active(on).filter(pk__in=[grant.pk for grant in grants])
    return found.count() == len(grants)


def decide_page(grant: Grant) -> str:
    return f"{LIST}{grant.pk}/decide/"


def suspend(browser: Client, grant: Grant, reason: str = "A doubt") -> Any:
    """By the page of its own that the page of the right links."""
    address = f"{LIST}{grant.pk}/suspend/"
    assert address in browser.get(page_of(grant)).content.decode()
    return send_form(browser, browser.get(address), containing="reason", reason=reason)


def send(browser: Client, grant: Grant, act: str) -> str:
    """Also what no page of theirs offers."""
    return browser.post(decide_page(grant), {"act": act}, follow=True).content.decode()


def offers(browser: Client, grant: Grant, words: str) -> bool:
    return words in browser.get(page_of(grant)).content.decode()


@pytest.fixture
def others(holders: Holders) -> dict[str, Grant]:
    """Whom a co-chair would disable: each acts for another organisation."""
    cohost = holders.holder("cohost", make_organisation(name="Host"), "host@example.org")
    editor = holders.holder("editor", make_organisation(name="Secretariat"), "editor@example.org")
    people = {"confirmer": holders.confirmer, "cohost": cohost, "editor": editor}
    return {role: right_of(user) for role, user in people.items()}


@pytest.fixture
def colleague(holders: Holders) -> User:
    """Of the first co-chair's government."""
    return holders.holder("cochair", make_government("ID", "Police"), "police@example.org")


# What one co-chair, or two accounts of one government, try -----------------------------------


def test_one_cochair_disables_no_one_for_good(
    holders: Holders, others: dict[str, Grant], client_of: Sign, time_machine: Any
) -> None:
    attacker = client_of(holders.first)
    answer = suspend(attacker, others["editor"], reason=" ")
    assert "Nothing is changed yet." in answer.content.decode() and is_active(others["editor"])
    for grant in others.values():
        assert "You suspended this right." in suspend(attacker, grant).content.decode()
        assert not is_active(grant)
        # Who suspended it neither ends it nor keeps others from giving it back.
        for act in ("end", "restore", "confirm"):
            assert "Nothing is changed." in send(attacker, grant, act)
    assert not is_active(*others.values())
    answer = press(
        client_of(holders.second),
        page_of(others["editor"]),
        decide_page(others["editor"]),
        "End the suspension",
    )
    assert "You ended the suspension." in answer.content.decode()
    assert is_active(others["editor"])
    # Not again, and not once the others are back by themselves.
    assert attacker.get(f"{LIST}{others['editor'].pk}/suspend/").status_code == 403
    time_machine.move_to(NEXT_TUESDAY - timedelta(days=1))
    call_command("make_due_changes", verbosity=0)
    assert not is_active(others["confirmer"], on=NEXT_TUESDAY.date())
    time_machine.move_to(NEXT_TUESDAY)
    call_command("make_due_changes", verbosity=0)
    assert is_active(*others.values(), on=NEXT_TUESDAY.date())
    attacker = client_of(holders.first)
    for grant in others.values():
        address = f"{LIST}{grant.pk}/suspend/"
        assert attacker.post(address, {"reason": "Again"}).status_code == 403
    assert is_active(*others.values(), on=NEXT_TUESDAY.date())


def test_two_accounts_of_one_government_are_one(
    holders: Holders, others: dict[str, Grant], client_of: Sign, colleague: User
) -> None:
    grant = others["confirmer"]
    make_grant(holders.confirmer, holders.event, role="cohost", on_behalf_of=make_organisation())
    suspend(client_of(holders.first), grant)
    # The holder does not give it back by another right.
    assert "Nothing is changed." in send(client_of(holders.confirmer), grant, "restore")
    browser = client_of(colleague)
    assert not offers(browser, grant, "Agree to end this right")
    assert "Nothing is changed." in send(browser, grant, "end")
    assert "Nothing is changed." in send(browser, grant, "restore")
    assert "A second organisation" not in send(browser, grant, "end")
    assert not is_active(grant)
    assert restore_grant(grant=grant, by=holders.second, at=TUESDAY)
    assert browser.get(f"{LIST}{grant.pk}/suspend/").status_code == 403
    # Nor does the colleague of the holder give it back.
    held = right_of(holders.first)
    assert suspend_grant(grant=held, reason="A doubt", by=holders.second, at=TUESDAY)
    assert not restore_grant(grant=held, by=colleague, at=TUESDAY)


def test_cochair_of_two_roundtables_disables_no_one_at_either(
    holders: Holders, others: dict[str, Grant], following: Event, client_of: Sign
) -> None:
    """The attacker suspends the same people at each, and answers for one with the other."""
    for user, organisation in (
        (holders.first, holders.indonesia),
        (holders.second, holders.australia),
    ):
        make_grant(user, following, on_behalf_of=organisation)
    confirmer = make_grant(
        holders.confirmer, following, role="confirmer", on_behalf_of=holders.network
    )
    attacker, helper = client_of(holders.first), client_of(holders.second)
    for grant in (others["confirmer"], confirmer):
        suspend(attacker, grant)
        assert "Nothing is changed." in send(attacker, grant, "end")
        press(helper, page_of(grant), decide_page(grant), "End the suspension")
        assert is_active(grant)
        assert attacker.get(f"{LIST}{grant.pk}/suspend/").status_code == 403


@pytest.mark.parametrize("seed", range(50 if FULL else 3))
def test_someone_can_always_act(
    holders: Holders, others: dict[str, Grant], colleague: User, seed: int
) -> None:
    """Fifty orders of suspending, giving back and ending, by one organisation and an operator."""
    rng = random.Random(seed)
    attackers = [holders.first, colleague, holders.operator]
    mine = {right_of(holders.first), right_of(colleague)}
    rights = list(Grant.objects.order_by("pk"))
    at = TUESDAY
    for _act in range(40):
        by, grant = rng.choice(attackers), rng.choice(rights)
        act = rng.choice(["suspend", "restore", "end", "wait"])
        if act == "suspend":
            suspend_grant(grant=grant, reason="x", by=by, at=at)
        elif act == "restore":
            restore_grant(grant=grant, by=by, at=at)
        elif act == "end":
            agree_to_end_grant(grant=grant, by=by, at=at)
        else:
            at += timedelta(days=1)
            end_old_suspensions(at=at)
        active = Grant.objects.active(at.date()).filter(event=holders.event)
        bodies = bodies_with_rights(active.exclude(role="editor"))
        assert len(bodies) > 1, (seed, act)
    end_old_suspensions(at=at + timedelta(days=7))
    assert is_active(*set(rights) - mine, on=(at + timedelta(days=7)).date())


# What others decide --------------------------------------------------------------------------


def test_suspension_keeps_what_was_confirmed(holders: Holders, others: dict[str, Grant]) -> None:
    grant = others["confirmer"]
    given = GrantConfirmation.objects.create(
        grant=grant,
        by=holders.second,
        capacity="cochair",
        on_behalf_of=holders.australia,
        confirmed_at=TUESDAY,
        content_hash=grant.content_hash,
    )
    assert suspend_grant(grant=grant, reason="A doubt", by=holders.first, at=TUESDAY)
    grant.refresh_from_db()
    assert (grant.suspended_by, grant.suspended_for) == (holders.first, holders.indonesia)
    assert grant.suspension_reason == "A doubt"
    assert list(grant.confirmations.all()) == [given]
    assert restore_grant(grant=grant, by=holders.second, at=TUESDAY)
    grant.refresh_from_db()
    assert (grant.suspended_at, grant.suspension_reason) == (None, "")
    assert grant.effective_on == grant.valid_from
    actions = AuditEntry.objects.order_by("sequence").values_list("action", flat=True)
    assert list(actions) == ["suspend grant", "restore grant"]


def test_second_organisation_agrees_to_end_a_right(
    holders: Holders,
    others: dict[str, Grant],
    client_of: Sign,
    time_machine: Any,
    deliver: Callable[[], list[EmailMultiAlternatives]],
) -> None:
    grant = others["confirmer"]
    suspend(client_of(holders.first), grant, "The office closed")
    told = {mail.to[0]: " ".join(str(mail.body).split()) for mail in deliver()}
    assert set(told) >= {"confirmer@example.org", "second@example.org", "host@example.org"}
    for body in told.values():
        assert "Government ID suspended it, for this reason: The office closed" in body
        assert "It is in force again on 10 March 2026" in body
    browser = client_of(holders.second)
    page = " ".join(browser.get(page_of(grant)).content.decode().split())
    assert "Suspended until 10 March 2026" in page and "The office closed" in page
    answer = press(browser, page_of(grant), decide_page(grant), "Agree to end this right")
    assert "You agreed to end this right." in answer.content.decode()
    assert "has ended" in {mail.to[0]: mail.subject for mail in deliver()}["confirmer@example.org"]
    time_machine.move_to(NEXT_TUESDAY)
    call_command("make_due_changes", verbosity=0)
    grant.refresh_from_db()
    assert not is_active(grant, on=NEXT_TUESDAY.date())
    # Another right can be requested for the same person.
    operator = client_of(holders.operator)
    sent = {"user": grant.user_id, "event": grant.event_id, "role": grant.role, "reason": "New"}
    sent |= {"on_behalf_of": holders.network.pk, "valid_from": "2026-03-10"}
    assert operator.post(f"{LIST}add/", sent).status_code == 302


def test_operator_and_one_organisation_end_no_right(
    holders: Holders, others: dict[str, Grant], client_of: Sign
) -> None:
    """An operator acts for no organisation, so the other one would be the only one."""
    grant = others["confirmer"]
    suspend(client_of(holders.operator), grant)
    browser = client_of(holders.first)
    assert offers(browser, grant, "End the suspension")
    assert not offers(browser, grant, "Agree to end this right")
    assert "Nothing is changed." in send(browser, grant, "end")
    assert "Nothing is changed." in send(client_of(holders.operator), grant, "restore")
    assert end_grant(grant=grant, on=TODAY, by=holders.operator, at=TUESDAY) != ""
    assert end_old_suspensions(at=NEXT_TUESDAY) == 1
    assert is_active(grant)


def test_erased_account_still_counts_for_the_organisation_that_suspended(
    holders: Holders, others: dict[str, Grant], colleague: User
) -> None:
    grant = others["confirmer"]
    assert suspend_grant(grant=grant, reason="A doubt", by=holders.first, at=TUESDAY)
    Grant.objects.filter(pk=grant.pk).update(suspended_by=None)
    for act in (restore_grant, agree_to_end_grant):
        assert not act(grant=grant, by=colleague, at=TUESDAY)
    assert restore_grant(grant=grant, by=holders.second, at=TUESDAY)
    assert not suspend_grant(grant=grant, reason="Again", by=colleague, at=TUESDAY)


def test_organisation_of_a_suspended_person_does_not_confirm_what_the_person_requested(
    holders: Holders, colleague: User
) -> None:
    """A suspension does not make two people of one government independent of each other."""
    grant = requested(holders.event, "cochair", make_government("MY"))
    Grant.objects.filter(pk=grant.pk).update(requested_by=colleague)
    held = right_of(colleague)
    assert suspend_grant(grant=held, reason="A doubt", by=holders.second, at=TUESDAY)
    grant.refresh_from_db()
    assert right(grant, holders.first, TUESDAY).right is None
    assert right(grant, holders.second, TUESDAY).right


# The next roundtable -------------------------------------------------------------------------


@pytest.fixture
def following(holders: Holders) -> Event:
    return make_event(
        series=holders.event.series, starts_on=date(2027, 5, 1), ends_on=date(2027, 5, 2)
    )


def requested(event: Event, role: str, organisation: Organisation) -> Grant:
    """A right that one organisation has confirmed, which is not in force yet."""
    return make_grant(
        make_user(f"{role}.{organisation.pk}@example.org"),
        event,
        role=role,
        on_behalf_of=organisation,
        effective_on=None,
        reason="Letter",
    )


def test_two_confirmers_do_not_push_the_holders_of_the_last_roundtable_out(
    holders: Holders, following: Event, client_of: Sign
) -> None:
    office = make_organisation(name="Second office")
    for organisation in (office, make_organisation(name="Third office")):
        make_grant(make_user(), following, role="confirmer", on_behalf_of=organisation)
    first, second = (
        requested(following, "cochair", make_government(country)) for country in ("MY", "TH")
    )
    for grant in (first, second):
        for user in (holders.first, holders.second):
            # Who confirms last ends their own say, and still reads what became of it.
            assert "You agreed to 1 thing." in agree(client_of(user), grant)
    assert is_active(first, second)
    # From now on, the roundtable's own holders decide.
    third = requested(following, "editor", make_government("PH"))
    assert client_of(holders.first).get(page_of(third)).status_code == 404
    assert client_of(first.user).get(page_of(third)).status_code == 200


def test_suspended_cochair_does_not_bring_the_last_holders_back(
    holders: Holders, following: Event
) -> None:
    rights = [
        make_grant(make_user(), following, on_behalf_of=make_government(country))
        for country in ("MY", "TH", "PH")
    ]
    for grant in rights[1:]:
        suspend_grant(grant=grant, reason="A doubt", by=rights[0].user, at=TUESDAY)
    new = requested(following, "cochair", make_government("SG"))
    assert not suspend_grant(grant=rights[0], reason="x", by=holders.first, at=TUESDAY)
    assert right(new, holders.first, TUESDAY).right is None
    assert right(new, rights[0].user, TUESDAY).right


def test_last_holders_suspend_at_a_roundtable_that_has_too_few_of_its_own(
    holders: Holders, following: Event
) -> None:
    only = make_grant(make_user(), following, on_behalf_of=make_government("MY"))
    assert suspend_grant(grant=only, reason="A doubt", by=holders.first, at=TUESDAY)
    assert not is_active(only)
    assert restore_grant(grant=only, by=holders.second, at=TUESDAY)
