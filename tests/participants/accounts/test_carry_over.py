"""Rights of the last roundtable, carried over to the next one by the pages' own forms."""

import re
import time
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
from participants.models import Act, Grant, GrantConfirmation, Organisation, User
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
    make_grant,
    make_holder,
    make_invitation_request,
    make_organisation,
    make_organisation_change,
    make_participation,
    make_role,
    make_user,
)
from tests.form_fields import press, send_form
from tests.meetings import SecondMeeting, are_old
from tests.page_text import page_text
from tests.sign_in import add_authenticator, sign_in, totp_code

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


class Second(SecondMeeting):
    def __init__(self) -> None:
        super().__init__(NOON)
        self.page = reverse("admin:carry_over", args=[self.next.pk])
        self.other_network = make_organisation(name="Other", kind="civil-society")
        are_old(NOON)

    def editor(self, email: str) -> User:
        user = self.holder("editor", self.office, email)
        add_authenticator(user)
        return user

    def grant(self, user: User) -> Grant:
        return Grant.objects.get(event=self.next, user=user)

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
    return page_text(press(browser, together, f"{QUEUE}agree/", "Agree", d=values_of(together)))


def values_of(together: Any) -> list[str]:
    return re.findall(r'value="(grant:\d+)"', together.content.decode())


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


def test_digest_tells_the_holder_once_that_the_right_is_in_force(
    second: Second, client_of: Sign, deliver: Deliver, clock: Any
) -> None:
    def told(email: str) -> int:
        """In how many emails."""
        words = f"as {row.get_role_display()} at “{second.next}” is in force\n"
        return sum(words in str(mail.body) for mail in deliver() if mail.to == [email])

    editor = second.editor("editor@example.org")
    ask(client_of(second.first), second)
    row = second.grant(editor)
    agree_to_all(client_of(second.second))
    send_digests(at=NOON)
    for days in (7, 1):  # another organisation agreed, and no one stopped it; then she accepts
        clock.shift(timedelta(days=days))
        send_digests(at=NOON + timedelta(days=days))
        assert told(editor.email) == 0
    clock.shift(timedelta(hours=1))
    accept(client_of(editor))
    for days in (9, 10, 11):
        send_digests(at=NOON + timedelta(days=days))
    assert told(editor.email) == 1
    assert told("first@example.org") == told("second@example.org") == 0


def test_row_of_several_rights_leads_to_their_list(second: Second, client_of: Sign) -> None:
    ask(client_of(second.first), second)
    browser = client_of(second.second)
    (page,) = re.findall(
        r'<a href="([^"]+)"><bdi>Give \d rights at', browser.get(QUEUE).content.decode()
    )
    listed = page_text(browser.get(page))
    assert "3 grants" in listed and listed.count(LETTER) == 3


def test_six_rights_are_one_email_to_each_holder(
    second: Second, client_of: Sign, deliver: Deliver
) -> None:
    two_roles = second.holder("cohost", second.office, "more@example.org")
    make_grant(two_roles, second.event, role="editor", on_behalf_of=second.office)
    second.editor("editor@example.org")
    assert "6 rights are asked for" in ask(
        client_of(second.first), second, d=[str(row.pk) for row in Grant.objects.all()]
    )
    send_digests(at=NOON)
    told = Counter(mail.to[0] for mail in deliver())
    assert len(told) == 5 and max(told.values()) == 2


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


def test_second_factor_must_be_fresh(second: Second, client_of: Sign, clock: Any) -> None:
    ask(client_of(second.first), second)
    browser = client_of(second.second)
    page = browser.get(QUEUE)
    clock.shift(timedelta(minutes=10))
    asked = press(browser, page, MINE, "Accept")
    assert "/accounts/2fa/reauthenticate/" in asked.redirect_chain[-1][0]
    assert not Grant.objects.exclude(accepted_at=None).exists()
    proved = send_form(browser, asked, containing="code", code=totp_code(at=time.time()))
    assert "You accepted it." in page_text(proved) and proved.redirect_chain[-1][0] == QUEUE
    assert Grant.objects.exclude(accepted_at=None).get().user == second.second


def test_page_of_before_changes_nothing(second: Second, client_of: Sign) -> None:
    browser, other = client_of(second.first), client_of(second.second)
    page, other_page = browser.get(second.page), other.get(second.page)
    for _twice in range(2):
        assert press(browser, page, second.page, "Ask", letter=LETTER).status_code == 200
    # What the other one sends was offered when the page was opened.
    answer = press(other, other_page, second.page, "Ask", letter=LETTER)
    assert "No right is left to carry over." in page_text(answer)
    assert Grant.objects.filter(event=second.next).count() == 3
    page = browser.get(MINE)
    for _twice in range(2):
        press(browser, page, MINE, "Accept")
    assert "no longer waits for you" in page_text(press(browser, page, MINE, "Decline"))
    own = Grant.objects.get(event=second.next, user=second.first)
    assert own.accepted_at == NOON and not own.acts.filter(what=ACT.WITHDRAWN).exists()
    answer = other.post(MINE, {"right": str(second.grant(second.second).pk)}, follow=True)
    assert "Nothing is changed." in page_text(answer)
    assert not second.grant(second.second).acts.filter(what=ACT.WITHDRAWN).exists()


def test_suspending_a_right_that_sleeps_drops_no_signature(second: Second, client_of: Sign) -> None:
    ask(client_of(second.first), second)
    agree_to_all(client_of(second.confirmer))
    signed = GrantConfirmation.objects.filter(by=second.confirmer)
    assert signed.count() == 2
    sleeps = second.grant(second.confirmer)
    Grant.objects.filter(pk=sleeps.pk).update(effective_on=NOON.date())
    page = reverse("admin:participants_grant_suspend", args=[sleeps.pk])
    by = client_of(second.second)
    send_form(by, by.get(page), containing="reason", reason="Not named again")
    sleeps.refresh_from_db()
    assert sleeps.suspended_at and signed.count() == 2
    assert Act.objects.filter(item_id=sleeps.pk, what=ACT.STOPPED).count() == 0
    # Accepted, it is still suspended.
    assert "You accepted it." in accept(client_of(second.confirmer))
    assert not second.is_open_to(second.confirmer)


def test_declined_right_is_not_offered_again(second: Second, client_of: Sign, clock: Any) -> None:
    ask(client_of(second.first), second)
    accept(client_of(second.confirmer), button="Decline")
    clock.shift(timedelta(days=61))
    make_due(NOON + timedelta(days=61))
    text = page_text(client_of(second.first).get(second.page))
    assert "2 rights of" in text and "confirmer" not in text


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
        "the organisation changed on",
        "this roundtable has others in this role",
        "the organisation is not among those of this roundtable",
        "the person left the organisation",
    ],
)
def test_one_wrong_right_of_twelve_starts_unticked_on_both_pages(
    second: Second, client_of: Sign, why: str
) -> None:
    for number in range(8):
        second.editor(f"{number}@example.org")
    wrong = second.holder("cohost", second.network, "wrong@example.org")
    add_authenticator(wrong)
    row = Grant.objects.get(user=wrong)
    row.granted_at = NOON - timedelta(days=60)
    if "account" in why:
        Authenticator.objects.filter(user=wrong).delete()
    elif "suspended" in why:
        row.suspended_at = NOON
    elif "ends" in why:
        row.valid_until = NOON.date() + timedelta(days=9)
    elif "archived" in why:
        row.on_behalf_of = second.other_network
        Organisation.objects.filter(pk=second.other_network.pk).update(archived_at=NOON)
    elif "changed" in why:
        row.on_behalf_of = second.other_network
        renamed = {"what": "name", "name": "New", "kind": ""}
        make_organisation_change(second.other_network, done_at=NOON, **renamed)
    elif "among" in why:
        row.on_behalf_of = second.other_network
        for organisation in Organisation.objects.exclude(pk=second.other_network.pk):
            make_role(second.next, organisation=organisation, role="participant")
    elif "others" in why:
        make_role(second.next, organisation=second.office, role="cohost")
    else:
        person = make_delegate(user=wrong)
        make_participation(person, second.event, organisation=second.office)
        make_affiliation(person, organisation=second.network, until=NOON.date())
    row.save()
    browser = client_of(second.first)
    page = browser.get(second.page)
    assert (ticks(page), page_text(page).count(f"Unticked: {why}")) == (11, 1)
    ask(browser, second, d=[str(row.pk) for row in Grant.objects.all()])
    together = look_at_all(client_of(second.second))
    assert page_text(together).count(f"Unticked: {why}") == 1
    # Rows of governments start unticked too.
    assert ticks(together) == 9 and len(values_of(together)) == 11


def test_right_for_another_organisation_than_before_starts_unticked(
    second: Second, client_of: Sign
) -> None:
    ask(client_of(second.first), second)
    former = Grant.objects.filter(event=second.event, user=second.confirmer)
    former.update(on_behalf_of=second.other_network)
    text = page_text(look_at_all(client_of(second.second)))
    assert "Unticked: you see no such right at the last roundtable" in text


def test_rights_of_another_roundtable_look_as_if_there_were_none(
    second: Second, client_of: Sign
) -> None:
    """To a co-chair of the next roundtable alone, which has its own holders."""
    here = make_holder(second.next, on_behalf_of=second.office)
    make_holder(second.next, on_behalf_of=second.network)
    add_authenticator(here)
    Grant.objects.filter(user=second.confirmer, event=second.event).update(suspended_at=NOON)
    browser = client_of(here)
    page = browser.get(second.page)
    assert "No right is left to carry over." in page_text(page)
    assert "Network" not in page_text(page) and not ticks(page)
    sent = {"letter": LETTER, "d": [str(row.pk) for row in Grant.objects.all()]}
    assert browser.post(second.page, sent).status_code == 400
    assert not Grant.objects.filter(must_accept=True).exists()
    operator = client_of(make_user("runs@example.org", is_superuser=True))
    ask(operator, second, d=[str(row.pk) for row in Grant.objects.all()])
    together = look_at_all(browser)
    text = page_text(together)
    assert "Unticked: you see no such right" in text and "suspended" not in text
    assert (len(values_of(together)), ticks(together)) == (3, 0)


def test_person_at_risk_is_not_named_to_who_could_not_see_her(
    second: Second, client_of: Sign
) -> None:
    """Nor is it told where she works, whether she hides or not."""
    browser, second_cochair = client_of(second.first), client_of(second.second)
    person = make_delegate(name="Zq Hidden", user=second.confirmer)
    make_participation(
        person, second.event, organisation=second.network, is_protected_from_desk=True
    )
    pages = [page_text(browser.get(second.page))]
    make_affiliation(person, organisation=second.network, until=NOON.date())
    pages.append(page_text(browser.get(second.page)))
    person.write(hidden_at=NOON)
    pages.append(page_text(browser.get(second.page)))
    assert len(set(pages)) == 1 and "Zq" not in pages[0]
    assert f"confirmer, for Network (account {second.confirmer.pk})" in pages[0]
    asked = ask(browser, second)
    together = page_text(look_at_all(second_cochair))
    assert "3 rights are asked for" in asked and "Zq" not in asked + together
    assert "left the organisation" not in together


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
