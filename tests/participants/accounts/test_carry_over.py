"""Rights of the last roundtable, carried over to the next one by the pages' own forms."""

import re
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.core.mail import EmailMultiAlternatives
from django.test import Client
from django.urls import reverse

from participants.accounts.carry_over import rights_to_accept
from participants.accounts.grants import appoint
from participants.decisions.engine import make_due
from participants.models import Act, Grant, Organisation, User
from participants.participation.digest import digest, send_digests
from participants.permissions import event_of_holders, permissions_of
from roundtable.models import Event
from tests.decide import QUEUE
from tests.factories import (
    NOON,
    make_affiliation,
    make_delegate,
    make_event,
    make_government,
    make_holder,
    make_invitation_request,
    make_user,
)
from tests.form_fields import press
from tests.meetings import Meeting
from tests.page_text import page_text
from tests.sign_in import add_authenticator, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("recorded_templates")]
Sign = Callable[..., Client]
Deliver = Callable[[], list[EmailMultiAlternatives]]
MINE = "/me/rights/"
LETTER = "Letters of 1 March 2026"
ACT = Act.What


@pytest.fixture(autouse=True)
def clock() -> Any:
    with time_machine.travel(NOON, tick=False) as travelled:
        yield travelled


class Second(Meeting):
    """The last roundtable, and the next one, which has no rights yet."""

    def __init__(self) -> None:
        super().__init__("confirmer")
        Organisation.history.update(history_date=NOON - timedelta(days=60))
        Grant.objects.update(granted_at=NOON - timedelta(days=60))
        self.next = make_event(
            code="NEXT",
            series=self.event.series,
            title="Next",
            starts_on=date(2026, 9, 1),
            ends_on=date(2026, 9, 2),
            is_public=False,
        )
        self.page = reverse("admin:carry_over", args=[self.next.pk])
        for user in User.objects.all():
            add_authenticator(user)

    def is_open_to(self, user: User) -> bool:
        return Grant.objects.active(NOON.date()).filter(user=user, event=self.next).exists()


@pytest.fixture
def second(db: None) -> Second:
    return Second()


def ask(browser: Client, second: Second, **typed: object) -> str:
    return page_text(press(browser, second.page, second.page, "Ask", letter=LETTER, **typed))


def ticks(page: Any) -> int:
    return len(re.findall(r"\schecked\s*>", page.content.decode()))


def look_at_all(browser: Client, page: Any = None) -> Any:
    page = page or browser.get(QUEUE)
    word = "all" if "Look at all" in page_text(page) else "1"
    return press(browser, page, f"{QUEUE}together/", f"Look at {word}")


def agree_to_all(browser: Client, together: Any = None) -> str:
    """Ticks what starts unticked, too."""
    together = together or look_at_all(browser)
    values = [row.split('"')[0] for row in together.content.decode().split('value="grant:')[1:]]
    ticked = [f"grant:{value}" for value in values]
    return page_text(press(browser, together, f"{QUEUE}agree/", "Agree", d=ticked))


def accept(browser: Client, page: str = MINE, button: str = "Accept") -> str:
    return page_text(press(browser, page, MINE, button))


def test_second_meeting_takes_fifteen_presses_and_two_emails_a_person(
    second: Second, client_of: Sign, deliver: Deliver, clock: Any
) -> None:
    first = client_of(second.first)
    assert f'href="{second.page}"' in first.get("/admin/").content.decode()
    asked = press(first, second.page, second.page, "Ask", letter=LETTER)
    assert "3 rights are asked for" in page_text(asked)
    # The page that follows is the queue, where her own right waits.
    assert "You accepted it." in page_text(press(first, asked, MINE, "Accept"))
    presses = 3  # the link on the start page, and these two
    for user in (second.second, second.confirmer):
        browser = client_of(user)
        accepted = press(browser, QUEUE, MINE, "Accept")
        assert "You accepted it." in page_text(accepted)
        together = look_at_all(browser, accepted)
        unticked = together.content.decode().count('type="checkbox"') - ticks(together)
        assert "You agreed to 2 things." in agree_to_all(browser, together)
        presses += 4 + unticked  # Decide, Accept, Look, Agree, and the rows of governments
    # Asked by the first: the second and the confirmer decide about hers, one of them about theirs.
    assert Grant.objects.filter(event=second.next, effective_on=NOON.date()).count() == 1
    send_digests(at=NOON)
    told = Counter(mail.to[0] for mail in deliver())
    assert set(told) == {"first@example.org", "second@example.org", "confirmer@example.org"}
    assert max(told.values()) <= 2
    assert second.is_open_to(second.first) and not second.is_open_to(second.second)
    clock.shift(timedelta(days=7))
    on = (NOON + timedelta(days=7)).date()
    assert Grant.objects.active(on).filter(event=second.next).count() == 3
    assert event_of_holders(second.next, on) == second.next
    assert presses <= 15, presses


def test_six_rights_are_one_email_to_each_holder(
    second: Second, client_of: Sign, deliver: Deliver
) -> None:
    for role in ("cohost", "editor", "confirmer"):
        second.holder(role, second.office, f"{role}.more@example.org")
    assert "6 rights are asked for" in ask(
        client_of(second.first), second, d=[str(row.pk) for row in Grant.objects.all()]
    )
    send_digests(at=NOON)
    told = Counter(mail.to[0] for mail in deliver())
    assert len(told) == 6 and max(told.values()) == 2


def test_right_that_sleeps_opens_what_no_right_opens(second: Second, client_of: Sign) -> None:
    """The holder has no other right left."""
    ask(client_of(second.first), second)
    Grant.objects.filter(event=second.event, user=second.confirmer).update(
        valid_until=NOON.date() - timedelta(days=1)
    )
    own = Grant.objects.get(event=second.next, user=second.confirmer)
    agree_to_all(client_of(second.second))
    Grant.objects.filter(pk=own.pk).update(effective_on=NOON.date())
    other = make_user("none@example.org")
    pages = ("/admin/", QUEUE, second.page, f"{QUEUE}grant/{own.pk}/", "/roundtables/next/")
    sleeper, nobody = Client(), Client()
    sign_in(sleeper, second.confirmer, second_factor=True)
    sign_in(nobody, other)
    answers = [[browser.get(page).status_code for page in pages] for browser in (sleeper, nobody)]
    assert answers[0] == answers[1] and answers[0][0] == 403
    assert permissions_of(second.confirmer, NOON.date()) is None
    assert "You accepted it." in accept(sleeper)
    assert sleeper.get("/admin/").status_code == 200


def test_sleeping_rights_of_two_cochairs_decide_nothing(second: Second, client_of: Sign) -> None:
    ask(client_of(second.first), second)
    Grant.objects.filter(event=second.next).update(effective_on=NOON.date())
    make_holder(second.next, role="confirmer", on_behalf_of=second.office)
    make_holder(second.next, role="confirmer", on_behalf_of=make_government("MY"))
    assert event_of_holders(second.next, NOON.date()) == second.event
    make_invitation_request(second.next)
    waiting = digest(second.first, NOON, since=NOON - timedelta(days=1)).waiting
    assert not any("invitation" in line.words for line in waiting)


def test_accepting_needs_the_second_factor(second: Second, client_of: Sign) -> None:
    ask(client_of(second.first), second)
    browser = Client()
    sign_in(browser, second.confirmer, second_factor=False)
    page = press(browser, MINE, MINE, "Accept")
    assert "/accounts/2fa/reauthenticate/" in page.redirect_chain[-1][0]
    Authenticator.objects.filter(user=second.confirmer).delete()
    page = press(browser, MINE, MINE, "Accept")
    assert page.redirect_chain[-1][0].startswith("/accounts/2fa/")
    assert not Grant.objects.exclude(accepted_at=None).exists()


def test_holder_declines_what_others_agreed_to(second: Second, client_of: Sign) -> None:
    ask(client_of(second.first), second)
    row = Grant.objects.get(event=second.next, user=second.first)
    for user in (second.second, second.confirmer):
        agree_to_all(client_of(user))
    row.refresh_from_db()
    assert row.effective_on == NOON.date()
    assert "You declined it." in accept(client_of(second.first), button="Decline")
    row.refresh_from_db()
    assert row.effective_on is None and not row.confirmations.exists()
    assert row.acts.filter(what=ACT.WITHDRAWN, by=second.first).exists()
    assert rights_to_accept(second.first, NOON) == []
    make_due(NOON + timedelta(days=9))
    assert not Grant.objects.active(date(2026, 4, 1)).filter(pk=row.pk).exists()


def test_no_one_accepts_for_another_or_after_sixty_days(second: Second, client_of: Sign) -> None:
    browser = client_of(second.first)
    ask(browser, second)
    theirs = Grant.objects.get(event=second.next, user=second.second)
    sent = {"right": str(theirs.pk), "act": "accept"}
    assert "no longer waits for you" in page_text(browser.post(MINE, sent, follow=True))
    Grant.objects.filter(event=second.next).update(granted_at=NOON - timedelta(days=60))
    own = Grant.objects.get(event=second.next, user=second.first)
    browser.post(MINE, {"right": str(own.pk), "act": "accept"})
    assert not Grant.objects.exclude(accepted_at=None).exists()


def test_whoever_asks_agrees_to_none_of_them(second: Second, client_of: Sign) -> None:
    browser = client_of(second.first)
    ask(browser, second)
    assert 'value="grant:' not in browser.get(QUEUE).content.decode()
    colleague = second.holder("cochair", second.indonesia, "colleague@example.org")
    assert 'value="grant:' not in client_of(colleague).get(QUEUE).content.decode()


def test_only_offered_rights_are_asked_for_and_once(second: Second, client_of: Sign) -> None:
    browser = client_of(second.first)
    elsewhere = make_holder(make_event(), on_behalf_of=second.office)
    chosen = [str(row.pk) for row in Grant.objects.all()]
    assert "3 rights are asked for" in ask(browser, second, d=[*chosen, "x", "9" * 30])
    assert not elsewhere.grants.filter(event=second.next).exists()
    assert "No right is left to carry over." in page_text(browser.get(second.page))
    assert second.page not in browser.get("/admin/").content.decode()


def test_nothing_is_asked_without_letter_or_ticks(second: Second, client_of: Sign) -> None:
    browser = client_of(second.first)
    page = press(browser, second.page, second.page, "Ask", letter="")
    assert page.status_code == 400 and ticks(page) == 3
    assert "Tick the rights" in ask(browser, second, d=[])
    assert not second.next.grants.exists()


@pytest.mark.parametrize(
    "why",
    [
        "the account cannot open the desk now",
        "the right is suspended",
        "the right ends, or ended, on",
        "the organisation is archived",
        "the person left the organisation",
    ],
)
def test_right_that_differs_starts_unticked_on_both_pages(
    second: Second, client_of: Sign, why: str
) -> None:
    row = Grant.objects.get(user=second.confirmer)
    if "account" in why:
        Authenticator.objects.filter(user=second.confirmer).delete()
    elif "suspended" in why:
        row.suspended_at = NOON
    elif "ends" in why:
        row.valid_until = NOON.date() + timedelta(days=9)
    elif "archived" in why:
        Organisation.objects.filter(pk=second.network.pk).update(archived_at=NOON)
    else:
        person = make_delegate(user=second.confirmer)
        make_affiliation(person, organisation=second.network, until=NOON.date())
    row.save()
    browser = client_of(second.first)
    assert f"Unticked: {why}" in page_text(browser.get(second.page))
    assert ticks(browser.get(second.page)) == 2
    ask(browser, second, d=[str(row.pk)])
    together = look_at_all(client_of(second.second))
    assert f"Unticked: {why}" in page_text(together)


def test_page_is_absent_for_who_does_not_decide_there(second: Second, client_of: Sign) -> None:
    editor = second.holder("editor", second.office, "editor@example.org")
    other = make_holder(make_event(), on_behalf_of=second.office)
    for user in (editor, other, second.confirmer):
        assert client_of(user).get(second.page).status_code == 404
    operator = make_user("runs@example.org", is_superuser=True)
    assert client_of(operator).get(second.page).status_code == 200
    Event.objects.filter(pk=second.next.pk).update(
        starts_on=NOON.date() - timedelta(days=1), ends_on=NOON.date() - timedelta(days=1)
    )
    assert client_of(operator).get(second.page).status_code == 404


def test_server_gives_a_right_that_sleeps_at_once(second: Second, client_of: Sign) -> None:
    ask(client_of(second.first), second)
    row = Grant.objects.get(event=second.next, user=second.second)
    appoint(grant=row, at=NOON)
    assert second.is_open_to(second.second)
