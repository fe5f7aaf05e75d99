"""Hiding without a mailbox: by a code on paper, and by anyone at the desk."""

import re
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.core.mail import EmailMultiAlternatives
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from participants.models import Delegate, HidingCode, User
from participants.privacy import hiding
from participants.privacy.hiding_views import CODES, NAMES_A_DAY
from roundtable.audit import log as audit
from roundtable.models import AuditEntry, Event
from tests.email_links import LinkClient
from tests.factories import (
    NOON,
    make_delegate,
    make_event,
    make_holder,
    make_organisation,
    make_participation,
    make_user,
)
from tests.form_fields import press
from tests.page_text import get_text, page_html, page_text
from tests.participants.accounts.test_reauthentication import prove
from tests.participants.accounts.test_timing_protection import NEW_EACH_TIME, VALUE
from tests.participants.privacy.test_consent import all_rows
from tests.sign_in import forget_limits, record_email_code

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.each_database,
    pytest.mark.time_machine(NOON, tick=False),
]
Sign = Callable[..., Client]
Deliver = Callable[[], list[EmailMultiAlternatives]]
CODE_PAGE, HIDE, DESK = "/me/paper-code/", "/hide/", "/admin/hide/"
SHOWN_CODE = re.compile(r"<code>([A-Z0-9]{4}-[A-Z0-9]{4}-[A-Z0-9]{4})</code>")
CHECKED = re.compile(r'SELECT \? AS "_check" .*')
ANSWER = "If this person is here, they are hidden"


def code_on(answer: Any) -> str:
    [code] = SHOWN_CODE.findall(page_html(answer))
    return str(code)


def make_code(browser: Client) -> str:
    """As the person does, on the page that follows the welcome."""
    return code_on(press(browser, CODE_PAGE, CODE_PAGE, "Make my code"))


def hide_with(code: str, browser: Client | None = None) -> Any:
    return press(browser or LinkClient(), HIDE, HIDE, "Hide everything now", code=code)


def at_desk(browser: Client, **typed: str) -> Any:
    """The desk's buttons are inputs, which press() does not look for."""
    page = browser.get(DESK)
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page_html(page))
    assert token and 'value="Hide this person"' in page_html(page)
    fields = {"csrfmiddlewaretoken": token[1], "name": "", "code": ""} | typed
    return browser.post(DESK, fields, follow=True)


def is_hidden(person: Delegate) -> bool:
    person.refresh_from_db()
    return person.hidden_at is not None


# The code -------------------------------------------------------------------------------


def test_code_is_shown_once_and_only_its_hash_is_saved(delegate: Delegate, client_of: Sign) -> None:
    browser = client_of(delegate)
    assert CODE_PAGE in page_html(browser.get("/me/"))
    answer = press(browser, CODE_PAGE, CODE_PAGE, "Make my code")
    code = code_on(answer)
    assert answer["Cache-Control"] == "private, no-store"
    assert not set(code) & set("0O1IL2Z5S8B")
    row = HidingCode.objects.get()
    assert row.code_hash == HidingCode.digest(code)
    saved = repr(all_rows())
    assert code not in saved and code.replace("-", "") not in saved
    assert not SHOWN_CODE.search(page_html(browser.get(CODE_PAGE)))


def test_code_hides_without_signing_in(
    delegate: Delegate, client_of: Sign, deliver: Deliver
) -> None:
    browser = client_of(delegate)
    code = make_code(browser)
    stranger = LinkClient()
    for page in ("/accounts/login/", "/"):  # the way there
        assert f'href="{HIDE}"' in page_html(stranger.get(page))
    deliver()
    answer = hide_with(code, stranger)
    assert ANSWER in page_text(answer)
    assert is_hidden(delegate)
    assert browser.get("/me/").status_code == 302  # signed out
    assert "Dewi Lestari" not in get_text(stranger, "/directory/")
    own = [email for email in deliver() if email.to == ["delegate@example.org"]]
    assert [email.subject for email in own] == ["Your profile is hidden"]
    assert "Dewi" not in own[0].body
    for written in (code.lower(), code.replace("-", " ")):
        delegate.write(hidden_at=None)
        hide_with(written, stranger)
        assert is_hidden(delegate), written


def test_replacing_a_code_needs_proof_and_ends_the_old_one(
    delegate: Delegate, client_of: Sign
) -> None:
    browser = client_of(delegate)
    old = make_code(browser)
    asked = browser.post(CODE_PAGE)
    assert asked["Location"].startswith("/accounts/reauthenticate/")
    prove(browser, CODE_PAGE)
    new = code_on(press(browser, CODE_PAGE, CODE_PAGE, "Replace my code"))
    hide_with(old)
    assert not is_hidden(delegate)
    hide_with(new)
    assert is_hidden(delegate)


def test_right_code_is_never_blocked(delegate: Delegate, client_of: Sign) -> None:
    code = make_code(client_of(delegate))
    for _try in range(CODES.number):
        assert hide_with("AAAA-AAAA-AAAA").status_code == 200
    wrong = hide_with("AAAA-AAAA-AAAA")
    right = hide_with(code)
    assert is_hidden(delegate)
    assert right.status_code == wrong.status_code == 429
    assert right["Retry-After"] and ANSWER in page_text(right)
    assert page_text(right) == page_text(wrong)


# The desk -------------------------------------------------------------------------------


@pytest.fixture
def holder(event: Event) -> User:
    """Holds the least right there is, for an organisation."""
    watch = make_organisation(name="Night Watch", slug="night-watch")
    return make_holder(event, "reader@example.org", role="reader", on_behalf_of=watch)


def test_desk_hides_by_full_name(delegate: Delegate, holder: User, client_of: Sign) -> None:
    desk = client_of(holder)
    assert f'href="{DESK}"' in page_html(desk.get("/admin/"))
    for name, latin, typed in (
        ("Dewi Lestari", "", "dewi lestari"),
        ("Dewi Lestari", "", "  Lestari,  DEWI "),
        ("Inés Núñez-Ortiz", "", "ines nunez ortiz"),
        ("Nguyễn Thị Hồng", "", "Hong Nguyen Thi"),
        ("สมชาย ใจดี", "", "ใจดี สมชาย"),
        ("Деви Лестари", "Devi Lestari", "devi lestari"),
    ):
        forget_limits()
        delegate.write(name=name, name_latin=latin, hidden_at=None)
        answer = at_desk(desk, name=typed)
        assert f"{ANSWER}." in page_html(answer)
        assert answer.redirect_chain == [(DESK, 302)]
        assert is_hidden(delegate), typed
    delegate.write(name="Dewi Lestari", hidden_at=None)
    forget_limits()
    for typed in ("Dewi", "Dewi Lestar", "Dewi A Lestari", "- -"):
        assert f"{ANSWER}." in page_html(at_desk(desk, name=typed))
        assert not is_hidden(delegate), typed


def test_desk_hides_all_of_the_name_at_its_own_meetings_alone(
    event: Event, delegate: Delegate, outsider: Delegate, holder: User, client_of: Sign
) -> None:
    double = make_delegate(name="Lestari Dewi", user=None)
    make_participation(double, event, confirmed=False)
    outsider.write(name="Dewi Lestari")
    at_desk(client_of(holder), name="Dewi Lestari")
    assert [is_hidden(each) for each in (delegate, double, outsider)] == [True, True, False]


def test_desk_hides_by_code_whoever_it_is(
    outsider: Delegate, holder: User, client_of: Sign
) -> None:
    code = make_code(client_of(outsider))
    assert f"{ANSWER}." in page_html(at_desk(client_of(holder), code=code))
    assert is_hidden(outsider)


@pytest.mark.parametrize("is_there", [True, False])
def test_one_account_names_five_a_day(
    event: Event, delegate: Delegate, holder: User, client_of: Sign, *, is_there: bool
) -> None:
    browser = client_of(holder)
    for number in range(NAMES_A_DAY.number):
        name = f"Person {number}"
        if is_there:
            make_participation(make_delegate(name=name), event)
        assert at_desk(browser, name=name).status_code == 200
    answer = at_desk(browser, name="Dewi Lestari")
    assert answer.status_code == 429
    assert "Nothing was done." in page_html(answer)
    assert not is_hidden(delegate)
    # A code works all the same.
    code = hiding.make_code(delegate, at=NOON)
    at_desk(browser, code=code)
    assert is_hidden(delegate)


def test_only_the_desk_opens_its_page_and_gives_a_name_or_a_code(
    holder: User, delegate: Delegate, client_of: Sign
) -> None:
    answer = at_desk(client_of(holder), name="Someone", code="AAAA")
    assert answer.status_code == 400
    assert "Enter a full name or a paper code, and not both." in page_html(answer)
    assert client_of(delegate).get(DESK).status_code == 403
    assert LinkClient().get(DESK).status_code == 302


# Only the person learns of it -----------------------------------------------------------


def test_only_the_person_reads_who_hid_them_and_shows_themselves_again(
    delegate: Delegate, holder: User, client_of: Sign, deliver: Deliver
) -> None:
    at_desk(client_of(holder), name="Dewi Lestari")
    [email] = [each for each in deliver() if each.to == ["delegate@example.org"]]
    assert "Night Watch" not in email.body
    assert delegate.user
    user = User.objects.get(pk=delegate.user.pk)
    browser = client_of(user)
    who = "It was hidden at the co-chairs' desk, for this organisation: Night Watch."
    assert who in get_text(browser, "/me/")
    # Nor is there anything in what the holder can read about what they did.
    entry = AuditEntry.objects.get(action="pause")
    assert (entry.actor, entry.organisation, entry.detail) == ("", "night-watch", "desk")
    press(browser, "/me/", "/me/show/", "Show my profile again")
    assert is_hidden(delegate)
    record_email_code(browser, user)
    press(browser, "/me/", "/me/show/", "Show my profile again")
    assert not is_hidden(delegate)


def test_own_data_of_the_holder_is_the_same_for_everyone(
    delegate: Delegate, holder: User, client_of: Sign
) -> None:
    browser, seen = client_of(holder), []
    for name in ("Dewi Lestari", "No One"):
        at_desk(browser, name=name)
        log = get_text(browser, "/me/data/").partition("Log entries about what you did")[2]
        seen.append(re.findall(r"Hiding someone requested|Profile hidden\b", log))
    assert seen == [["Hiding someone requested"], ["Hiding someone requested"] * 2]


# The same work --------------------------------------------------------------------------


def shape(step: Callable[[], Any]) -> tuple[Any, Counter[str]]:
    forget_limits()
    with CaptureQueriesContext(connection) as asked:
        answer = step()
    body = NEW_EACH_TIME.sub("", answer.content.decode())
    seen = (answer.status_code, answer.get("Location"), sorted(answer.headers), body)
    # A constraint that is checked with one value or another is the same question.
    queries = (
        CHECKED.sub("a constraint", VALUE.sub("?", query["sql"]))
        for query in asked.captured_queries
    )
    return seen, Counter(query for query in queries if "SAVEPOINT" not in query)


def people_and_codes() -> dict[str, str]:
    """By what became of a person with a code: that code."""
    fates = {"shown": {}, "hidden": {"hidden_at": NOON}}
    found = {"no one": "AAAA-AAAA-AAAA"}
    for fate, fields in fates.items():
        person = make_delegate(user=make_user(f"{fate}@example.org"), **fields)
        found[fate] = hiding.make_code(person, at=NOON)
    return found


def test_right_and_wrong_codes_cause_equal_work() -> None:
    codes = people_and_codes()
    shapes = {}
    for fate, code in codes.items():
        browser = LinkClient()
        browser.get(HIDE)
        shapes[fate] = shape(lambda: browser.post(HIDE, {"code": code}))  # noqa: B023
    assert Delegate.objects.get(user__email="shown@example.org").hidden_at
    for fate in ("shown", "hidden"):
        assert shapes[fate][0] == shapes["no one"][0], fate
        assert shapes[fate][1] == shapes["no one"][1], fate
    assert sum(shapes["no one"][1].values()) > 20, "the questions were counted"


def test_right_and_wrong_names_cause_equal_work(
    event: Event, holder: User, client_of: Sign
) -> None:
    make_participation(make_delegate(name="Ana One"), event)
    make_participation(make_delegate(name="Eva Two", hidden_at=NOON), event)
    elsewhere = make_event(code="ELSE", slug="elsewhere")
    make_participation(make_delegate(name="Ida Three"), elsewhere)
    for person in Delegate.objects.all():
        audit.get_or_create_key(person)
    browser = client_of(holder)
    at_desk(browser, name="Nobody Atall")  # afterwards, the log knows the holder
    shapes = {
        name: shape(lambda: browser.post(DESK, {"name": name, "code": ""}))  # noqa: B023
        for name in ("No One", "Ana One", "Eva Two", "Ida Three")
    }
    assert len({repr(seen) for seen, _asked in shapes.values()}) == 1
    for name in shapes:
        assert shapes[name][1] == shapes["No One"][1], name


def test_made_up_person_leaves_nothing(delegate: Delegate) -> None:
    before = all_rows()
    hide_with("AAAA-AAAA-AAAA")
    assert all_rows() == before
