"""Signing in by a code: whom it lets in, and what it does not tell."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.contrib.sessions.models import Session
from django.core import mail
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from participants.accounts.sign_in_limits import is_known_browser
from participants.models import Delegate, User
from roundtable.allauth_compat import RecoveryCodes
from roundtable.mail.models import QueuedEmail
from tests.conftest import FULL
from tests.factories import NOON, make_user
from tests.form_fields import send_form
from tests.mail_queue import deliver_mail
from tests.page_text import page_text
from tests.participants.accounts.test_reauthentication import newest_code
from tests.recorded_fixtures import recorded
from tests.sign_in import forget_limits, is_in, record_email_code

pytestmark = pytest.mark.django_db
Sign = Callable[[User | Delegate], Client]
LOGIN, CODE = "/accounts/login/", "/accounts/login/code/confirm/"
NEW_EACH_TIME = re.compile(r'name="csrfmiddlewaretoken" value="\w+"')


@pytest.fixture
@recorded
def dewi() -> User:
    return make_user("dewi@example.org")


def ask(browser: Client, email: str = "dewi@example.org", **more: str) -> Any:
    return browser.post(LOGIN, {"login": email} | more)


def enter(browser: Client, code: str, **more: str) -> Any:
    return browser.post(CODE, {"code": code} | more)


def code_in(message: Any) -> str:
    found = re.findall(r"^([A-Z0-9]{4}-[A-Z0-9]{4})$", message.body, re.MULTILINE)
    assert len(found) == 1
    return str(found[0])


def words(answer: Any) -> str:
    """The page, without the token that is new each time."""
    return NEW_EACH_TIME.sub("", answer.content.decode())


def test_code_signs_in(client: Client, dewi: User) -> None:
    page = client.get(LOGIN).content.decode()
    assert "We send a code to it. There is no password." in page
    assert 'type="password"' not in page
    answer = ask(client)
    assert (answer.status_code, answer["Location"]) == (302, CODE)
    [message] = deliver_mail()
    assert (message.to, message.cc, message.bcc) == (["dewi@example.org"], [], [])
    assert message.from_email == "Roundtable <portal@example.org>"
    assert not is_in(client)
    assert "Enter the code" in client.get(CODE).content.decode()
    before = client.cookies["sessionid"].value
    answer = enter(client, code_in(message))
    assert (answer.status_code, answer["Location"]) == (302, "/me/")
    cookie = answer.cookies["sessionid"]
    assert cookie.value != before and cookie["max-age"] == 28800
    assert is_in(client)
    assert client.get(LOGIN)["Location"] == "/me/"


def test_code_ignores_case_spaces_and_hyphens(dewi: User) -> None:
    for change in (str.lower, lambda code: code.replace("-", ""), lambda code: f" {code} "):
        forget_limits()
        browser = Client()
        ask(browser, "DEWI@Example.ORG")
        enter(browser, change(newest_code()))
        assert is_in(browser)


def test_session_does_not_contain_the_code(dewi: User) -> None:
    """Of any of the three codes that we email."""
    browser = Client()

    def stored() -> str:
        return "".join(str(row.get_decoded()) for row in Session.objects.all())

    ask(browser)
    code = newest_code()
    assert code not in stored() and code.replace("-", "") not in stored()
    browser.post(CODE, {"action": "resend"})
    assert newest_code() not in stored()
    enter(browser, newest_code())
    browser.post("/accounts/email/", {"action_add": "", "email": "home@example.org"})
    assert newest_code() not in stored()
    browser.post("/accounts/confirm-email/", {"code": newest_code()})
    browser.post("/accounts/reauthenticate/", {"send": "yes"})
    assert newest_code() not in stored()
    assert browser.post("/accounts/reauthenticate/", {"code": newest_code()}).status_code == 302
    assert EmailAddress.objects.filter(user=dewi, verified=True).count() == 2


def test_third_wrong_code_ends_sign_in(dewi: User) -> None:
    for tries in (2, 3):
        browser = Client()
        ask(browser)
        right = newest_code()
        answers = [enter(browser, "AAAA-AAAA") for _try in range(tries)]
        assert "This code is not correct. Check it, then enter it again." in page_text(answers[1])
        assert not is_in(browser)
        enter(browser, right)
        assert is_in(browser) == (tries == 2)
    assert answers[2]["Location"] == "/accounts/login/code/"


def test_code_works_once_in_requesting_session(dewi: User) -> None:
    make_user("other@example.org")
    first, second, third = Client(), Client(), Client()
    ask(first)
    ask(second, "other@example.org")
    of_first, of_second = (code_in(message) for message in deliver_mail())
    for browser, code in ((first, of_second), (second, of_first), (third, of_first)):
        enter(browser, code)
        assert not is_in(browser)
    enter(first, of_first)
    assert is_in(first)
    first.post("/accounts/logout/")
    enter(first, of_first)
    assert not is_in(first)


def test_code_is_valid_for_ten_minutes(dewi: User) -> None:
    for minutes, lets_in in ((9, True), (11, False)):
        forget_limits()
        browser = Client()
        with time_machine.travel(NOON, tick=False) as clock:
            ask(browser)
            clock.shift(timedelta(minutes=minutes))
            enter(browser, newest_code())
            assert is_in(browser) == lets_in


def test_code_can_be_sent_again(client: Client, dewi: User) -> None:
    ask(client)
    assert "Send another code" in client.get(CODE).content.decode()
    answer = client.post(CODE, {"action": "resend"})
    assert (answer.status_code, answer["Location"]) == (302, CODE)
    page = client.get(CODE).content.decode()
    assert "If the address is registered here, we have sent a code to it." in page
    first, second = (code_in(message) for message in deliver_mail())
    assert first != second
    enter(client, first)
    assert not is_in(client)
    enter(client, second)
    assert is_in(client)


def test_unknown_address_gets_same_pages_and_no_email(dewi: User) -> None:
    make_user("gone@example.org", is_active=False)
    pages: dict[str, list[Any]] = {}
    for email in ("dewi@example.org", "nobod@example.org", "gone@example.org"):
        mail.outbox.clear()
        browser = Client()
        asked = ask(browser, email)
        pages[email] = [
            (asked.status_code, asked["Location"], sorted(asked.cookies), asked.content),
            words(browser.get(CODE)),
            words(enter(browser, "AAAA-AAAA")),
            browser.post(CODE, {"action": "resend"})["Location"],
            words(browser.get(CODE)),
        ]
        assert [message.to for message in deliver_mail()] == (
            [[email], [email]] if email.startswith("dewi") else []
        )
    known, *unknown = (
        [str(step).replace(email, "ADDRESS") for step in steps] for email, steps in pages.items()
    )
    assert unknown == [known, known]


def test_invalid_address_shows_error_and_is_kept(client: Client) -> None:
    answer = ask(client, "dewi at example")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "Enter a valid email address." in page and 'value="dewi at example"' in page
    assert "This field is required." in ask(client, "").content.decode()
    for hostile in (
        "<script>alert(1)</script>@example.org",
        "a\0@example.org",
        "x" * 400,
        "dewi@example.org\r\nBcc: all@example.org",
    ):
        answer = ask(client, hostile)
        assert answer.status_code == 200
        assert "<script>alert" not in answer.content.decode()
    assert deliver_mail() == []


def come_back(browser: Client) -> None:
    browser.post("/accounts/logout/")
    ask(browser)
    enter(browser, newest_code())
    assert is_in(browser)


def test_owner_signs_in_after_a_thousand_tries_by_others(dewi: User) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        owner = Client()
        ask(owner)
        enter(owner, newest_code())
        assert is_in(owner)
        tries = 1000 if FULL else 40
        for number in range(tries):
            clock.shift(timedelta(seconds=40_000 // tries))
            stranger = Client(REMOTE_ADDR=f"192.0.2.{number % 250}")
            ask(stranger)
        assert QueuedEmail.objects.count() == 30  # in a day, from anywhere
        come_back(owner)
        # In another browser, the owner reads what else to do.
        said = page_text(ask(Client(REMOTE_ADDR="198.51.100.7")))
        assert "Wait 54 minutes, then try again. A passkey works immediately, and so do" in said
        clock.shift(timedelta(hours=1))
        come_back(Client(REMOTE_ADDR="198.51.100.7"))


def test_recovery_code_gets_past_the_tries_of_strangers(dewi: User) -> None:
    codes = RecoveryCodes.activate(dewi).get_unused_codes()
    with time_machine.travel(NOON, tick=False):
        for number in range(30):
            ask(Client(REMOTE_ADDR=f"192.0.2.{number}"))
        owner = Client(REMOTE_ADDR="198.51.100.7")
        page = owner.get(LOGIN)
        assert "Recovery code" not in page_text(page)
        refused = send_form(owner, page, containing="login", login="Dewi@example.org")
        assert refused.status_code == 429 and "so do a recovery code" in page_text(refused)
        for _try in range(20):
            stranger = Client()
            values = {"login": dewi.email, "recovery_code": "00000000"}
            asked = send_form(stranger, stranger.get(LOGIN), containing="login", **values)
            assert asked.status_code == 429
        entered = f"{codes[0][:4]} {codes[0][4:]}"
        page = send_form(owner, refused, containing="login", recovery_code=entered)
        assert page.redirect_chain == [(CODE, 302)]
        send_form(owner, page, containing="code", code=newest_code())
        assert is_in(owner)
        # Each works once, and opens nothing without the code by email.
        assert ask(Client(), recovery_code=codes[0]).status_code == 429
        # Nothing tells of whom there is an account.
        for address in ("nobod@example.org", "agus@example.org"):
            answer = Client().post(LOGIN, {"login": address, "recovery_code": codes[1]})
            assert answer.status_code == 302


def test_refusal_is_the_same_for_a_wrong_recovery_code_and_an_unknown_address(dewi: User) -> None:
    RecoveryCodes.activate(dewi)
    said = set()
    with time_machine.travel(NOON, tick=False):
        for address in ("dewi@example.org", "nobod@example.org"):
            for _try in range(3):
                ask(Client(), address)
            with CaptureQueriesContext(connection) as queries:
                answer = ask(Client(), address, recovery_code="12345678")
            said.add((words(answer).replace(address, "ADDRESS"), len(queries)))
    assert len(said) == 1 and "Recovery code" in said.pop()[0]


def test_stranger_beside_the_owner_locks_no_one_out(dewi: User) -> None:
    """Both are in one network, as in a hotel."""
    with time_machine.travel(NOON, tick=False):
        owner = Client()
        ask(owner)
        enter(owner, newest_code())
        for _try in range(40):  # of which three are answered with a code
            ask(Client(), "address@example.org")
        assert ask(Client(), "other@example.org").status_code == 302
        for number in range(40):
            ask(Client(), f"address{number}@example.org")
        assert "Too many codes" in page_text(ask(Client(), "another@example.org"))
        come_back(owner)


def test_strangers_of_one_network_do_not_spend_the_day_of_others(dewi: User) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        for _try in range(200 if FULL else 20):
            clock.shift(timedelta(minutes=2))
            ask(Client(REMOTE_ADDR="192.0.2.1"))
        assert QueuedEmail.objects.count() == 10
        assert ask(Client(REMOTE_ADDR="198.51.100.7")).status_code == 302


def begun_anew(browser: Client) -> Client:
    """Without the sign-in that waits for its code."""
    browser.cookies.pop("sessionid", None)
    return browser


def test_known_browser_has_a_limit_too_and_tells_no_address(dewi: User) -> None:
    with time_machine.travel(NOON, tick=False):
        browser = Client()
        ask(browser)
        enter(browser, newest_code())
        cookie = browser.cookies["known_browser"]
        assert re.fullmatch(r"[0-9a-f]{32}", cookie.value)
        assert cookie["httponly"] and cookie["samesite"] == "Lax"
        browser.post("/accounts/logout/")
        for _time in range(5):
            assert ask(begun_anew(browser)).status_code == 302
        assert "Wait 10 minutes" in page_text(ask(begun_anew(browser)))
        # It is known for this address alone, and no one can make one up.
        make_user("agus@example.org")
        for _time in range(3):
            assert ask(begun_anew(browser), "agus@example.org").status_code == 302
        assert "Wait 5 minutes" in page_text(ask(begun_anew(browser), "agus@example.org"))
        known = browser.cookies["known_browser"].value
        browser.cookies["known_browser"] = "0" * 32
        for _time in range(2):
            assert ask(begun_anew(browser)).status_code == 302
        assert "Wait 5 minutes" in page_text(ask(begun_anew(browser)))
        # It stays known for several accounts.
        forget_limits()
        browser.cookies["known_browser"] = known
        ask(begun_anew(browser), "agus@example.org")
        enter(browser, newest_code())
        request = RequestFactory().get("/")
        request.COOKIES["known_browser"] = browser.cookies["known_browser"].value
        for address, is_known in (("Dewi", True), ("agus", True), ("ines", False)):
            assert is_known_browser(request, f"{address}@example.org") == is_known


def test_sign_up_is_closed(client: Client) -> None:
    before = list(User.objects.values())
    given = {"email": "new@example.org"}
    for answer in (client.get("/accounts/signup/"), client.post("/accounts/signup/", given)):
        assert answer.status_code == 200
        assert "You need an invitation" in answer.content.decode()
        assert "<input" not in answer.content.decode().split("<main")[1].split("</main>")[0]
    assert list(User.objects.values()) == before
    assert not EmailAddress.objects.filter(email="new@example.org").exists()
    assert deliver_mail() == []


@pytest.mark.parametrize(
    "target", ["/commitments/?sort=due", "/directory/abcdefghjk/", "http://testserver/outcomes/"]
)
def test_next_url_of_portal_is_opened(client: Client, dewi: User, target: str) -> None:
    answer = ask(client, next=target)
    assert answer.status_code == 302
    page = client.get(answer["Location"]).content.decode()
    assert f'name="next" value="{target}"' in page
    assert enter(client, newest_code(), next=target)["Location"] == target


@pytest.mark.parametrize(
    "target",
    [
        "https://example.org/",
        "//example.org/",
        "///example.org/",
        "/\\example.org/",
        "\\\\example.org",
        "https:example.org",
        "javascript:alert(1)",
        "data:text/html,hello",
        "http://testserver@example.org/",
        "http://testserver.example.org/",
        " https://example.org/",
        "\thttps://example.org/",
    ],
)
def test_external_next_url_is_ignored(client: Client, dewi: User, target: str) -> None:
    answer = ask(client, next=target)
    assert answer["Location"] == CODE
    answer = enter(client, newest_code(), next=target)
    assert (answer.status_code, answer["Location"]) == (302, "/me/")
    answer = client.post("/accounts/logout/", {"next": target})
    assert (answer.status_code, answer["Location"]) == (302, "/")


def test_requested_page_is_opened_after_sign_in(client: Client, dewi: User) -> None:
    where = client.get("/me/preview/?viewer=cochair")["Location"]
    assert where == "/accounts/login/?next=/me/preview/%3Fviewer%3Dcochair"
    page = client.get(where).content.decode()
    assert 'name="next" value="/me/preview/?viewer=cochair"' in page


def test_closed_account_is_signed_out_immediately(client_of: Sign, dewi: User) -> None:
    browser = client_of(dewi)
    assert is_in(browser)
    User.objects.update(is_active=False)
    assert not is_in(browser)


def test_second_address_signs_in(client: Client, dewi: User) -> None:
    EmailAddress.objects.create(user=dewi, email="home@example.org", verified=True)
    ask(client, "home@example.org")
    [message] = deliver_mail()
    assert message.to == ["home@example.org"]
    enter(client, code_in(message))
    assert is_in(client)


def test_foreign_address_is_not_revealed(client_of: Sign, dewi: User) -> None:
    make_user("taken@example.org")
    browser = client_of(dewi)
    record_email_code(browser, dewi)
    answers = []
    for email in ("taken@example.org", "empty@example.org"):
        forget_limits()
        mail.outbox.clear()
        answer = browser.post("/accounts/email/", {"action_add": "", "email": email})
        page = words(browser.get("/accounts/confirm-email/"))
        answers.append((answer.status_code, answer["Location"], page.replace(email, "ADDRESS")))
        [message] = deliver_mail()
        assert message.to == [email]
        if email.startswith("taken"):
            browser.post("/accounts/confirm-email/", {"code": code_in(message)})
            assert "Another account may use it." in page_text(browser.get("/accounts/email/"))
    assert answers[0] == answers[1]
    mine = EmailAddress.objects.filter(user=dewi)
    assert list(mine.values_list("email", flat=True)) == ["dewi@example.org"]
    assert EmailAddress.objects.get(email="taken@example.org").user != dewi
