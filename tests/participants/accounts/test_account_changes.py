"""A new address, or no second factor, by a command on the server, which the owner can undo."""

from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core.management import CommandError, call_command
from django.test import Client
from lxml import html

from participants.models import (
    AccountChange,
    Audience,
    Delegate,
    Grant,
    Introduction,
    Participation,
    User,
)
from participants.participation.account_changes import run_account_changes
from participants.participation.confirmation import confirm_participations
from roundtable.allauth_compat import RecoveryCodes
from roundtable.mail.models import QueuedEmail
from roundtable.models import AuditEntry
from tests.factories import (
    NOON,
    make_affiliation,
    make_channel,
    make_delegate,
    make_government,
    make_grant,
    make_introduction,
    make_invitation,
    make_participation,
    make_user,
)
from tests.form_fields import send_form
from tests.mail_queue import queued_emails
from tests.page_text import get_text, page_text
from tests.participants.accounts.test_reauthentication import newest_code
from tests.participants.participation.test_confirmation import Meeting, account, meeting, shelter
from tests.sign_in import add_authenticator, forget_limits, is_in, totp_code

__all__ = ["meeting"]
pytestmark = [pytest.mark.django_db, pytest.mark.time_machine(NOON, tick=False)]
Sign = Callable[..., Client]
OLD, SECOND, NEW = "old@example.org", "own@example.org", "new@example.org"
CODE_PAGE = "/admin/participants/participation/code/"
NAME = "Dewi Lestari"
WEEK, MONTH = timedelta(days=7), timedelta(days=30)


@pytest.fixture
def row(meeting: Meeting) -> Participation:
    """Of a person from a shelter, whom everyone may see, with an introduction and details."""
    user = make_user(OLD)
    EmailAddress.objects.create(user=user, email=SECOND, verified=True)
    person = make_delegate(name=NAME, user=user, listed_to=Audience.EVERYONE, post="Director")
    make_channel(person, value="dewi.open@example.org", audience=Audience.EVERYONE)
    make_introduction(person, make_delegate(), message="zq-message")
    return make_participation(person, meeting.event, organisation=shelter())


def run(command: str, *words: str, **options: Any) -> str:
    out = StringIO()
    call_command(command, *words, stdout=out, **options)
    return out.getvalue()


def ask(**options: Any) -> str:
    given = {"reason": "Left the organisation", "evidence": "Called her number of 2018"}
    return run("change_address", OLD, NEW, **given | options)


def fetch(browser: Client, **typed: str) -> str:
    """What the page answers to someone who types what the person said."""
    said = {"name": NAME, "email": NEW, "spoke": "Called", "has_spoken": "on"}
    answer = send_form(browser, browser.get(CODE_PAGE), containing="spoke", **said | typed)
    assert answer.status_code == 200
    return words(answer)


def words(answer: Any) -> str:
    """Of a page of the desk."""
    part = html.fromstring(answer.content.decode()).get_element_by_id("content-main")
    return " ".join(part.text_content().split())


def code_in(text: str) -> str:
    """Empty if there is none."""
    return text.split("The code is: ")[1].split()[0] if "The code is: " in text else ""


def wait(meeting: Meeting, client_of: Sign) -> AccountChange:
    """The change of address has its code, and waits."""
    ask()
    run("change_address", OLD, code=code_in(fetch(client_of(meeting.confirmer))))
    return AccountChange.objects.get()


def enter_code(browser: Client, email: str) -> Any:
    """What the page answers to the code that was sent there."""
    forget_limits()
    send_form(browser, browser.get("/accounts/login/"), containing="login", login=email)
    page = browser.get("/accounts/login/code/confirm/")
    return send_form(browser, page, containing="code", code=newest_code())


def sign_in_by_code(email: str) -> Client:
    """As far as a code by email leads."""
    browser = Client()
    enter_code(browser, email)
    return browser


def enter_factor(browser: Client, code: str) -> Any:
    page = browser.get("/accounts/2fa/authenticate/")
    return send_form(browser, page, containing="code", code=code)


def is_seen(person: Delegate) -> bool:
    return Client().get(f"/directory/{person.handle}/").status_code == 200


def subjects(address: str) -> list[str]:
    found = [email.subject for email in queued_emails(to=address)]
    return [subject for subject in found if "account" in subject.lower()]


def get_html(browser: Client, address: str) -> str:
    return browser.get(address).content.decode()


def recovery_code(user: User) -> str:
    return str(RecoveryCodes.activate(user).get_unused_codes()[0])


# A lost mailbox ----------------------------------------------------------------------------


def test_lost_mailbox_from_the_telephone_call_to_the_new_sign_in(
    meeting: Meeting, row: Participation, client_of: Sign, time_machine: Any
) -> None:
    person = row.delegate
    session = client_of(person)
    # She calls the operator, who enters the command, and then her confirmer.
    said = ask()
    assert "Code for a change of address" in said and f"change_address {OLD} --code" in said
    assert subjects(OLD) == subjects(SECOND) == ["Someone asked to change your account"]
    assert is_seen(person) and is_in(session)  # the operator alone hides no one
    desk = client_of(meeting.confirmer)
    assert 'href="/admin/participants/participation/code/"' in get_html(
        desk, "/admin/participants/participation/"
    )
    code = code_in(fetch(desk, name="LESTARI  dewi"))
    run("change_address", OLD, code=code.lower())
    assert not is_seen(person) and not is_in(session)
    assert subjects(SECOND)[1:] == ["Your account changes in seven days"]
    time_machine.shift(WEEK - timedelta(minutes=1))
    run("review_profiles")
    assert not EmailAddress.objects.filter(email=NEW).exists()
    time_machine.shift(timedelta(minutes=1))
    assert "Changes of accounts made: 1" in run("review_profiles")
    assert subjects(NEW) == subjects(OLD) == ["You have a new account"]
    browser = sign_in_by_code(NEW)
    page = get_text(browser, "/me/")
    assert is_in(browser) and "dewi.open@" not in page and "Director" not in page
    new = Delegate.objects.get(user__email=NEW)
    assert (new.name, new.listed_to, new.post) == (NAME, Audience.ONLY_ME, "")
    assert new.handle != person.handle and not is_seen(person)
    assert "zq-message" not in get_text(browser, "/me/introductions/")
    own = new.participations.get()
    assert (own.organisation, own.confirmed_at) == (row.organisation, None)
    assert own.took_effect_at == row.took_effect_at  # it goes on to match exclusions
    later = NOON + WEEK
    for by in (meeting.first, meeting.confirmer):
        confirm_participations(participations=[own], by=by, at=later)
    own.refresh_from_db()
    assert own.confirmed_at == later
    time_machine.shift(MONTH)
    assert "Former accounts erased: 1" in run("review_profiles", clock_is_right=True)
    assert not Delegate.objects.filter(pk=person.pk).exists()
    assert not User.objects.filter(email=OLD).exists() and not Introduction.objects.exists()
    assert is_in(sign_in_by_code(NEW)) and not AccountChange.objects.exists()


def test_ex_employer_who_holds_the_old_mailbox_gets_nothing(
    meeting: Meeting, row: Participation, client_of: Sign, time_machine: Any
) -> None:
    """As the one who asks for her account, and as the one who reads her mail during the wait."""
    employer = shelter("Her former shelter")
    make_affiliation(row.delegate, organisation=employer, until=NOON.date() - MONTH)
    boss = meeting.holder(Grant.Role.CONFIRMER, employer)
    ask()
    assert not code_in(fetch(client_of(boss)))
    run("change_address", OLD, code=code_in(fetch(client_of(meeting.confirmer))))
    # During the wait, the old mailbox freezes the account, and stops nothing.
    browser = Client()
    answer = enter_code(browser, OLD)
    assert answer.status_code == 403 and "This account is frozen" in page_text(answer)
    for told in ("tell us now", "passkey, an app or a recovery code"):
        assert told in page_text(answer)
    assert NEW not in answer.content.decode() and NAME not in answer.content.decode()
    assert not is_in(browser) and not is_in(sign_in_by_code(SECOND))
    assert AccountChange.objects.get().closed_at is None and not is_seen(row.delegate)
    time_machine.shift(WEEK)
    assert run_account_changes(at=NOON + WEEK) == {"account made": 1}
    # Afterwards it opens neither account.
    assert not is_in(sign_in_by_code(OLD))
    assert is_in(sign_in_by_code(NEW))


@pytest.mark.parametrize("factor", ["app", "recovery code", "app to reset"])
def test_factor_stops_the_change_during_the_wait(
    meeting: Meeting, row: Participation, client_of: Sign, time_machine: Any, factor: str
) -> None:
    owner = account(row)
    if factor != "recovery code":
        add_authenticator(owner)
    code = recovery_code(owner)
    if factor == "app to reset":
        run("reset_factor", OLD, reason="Lost phone", evidence="Came by")
    else:
        wait(meeting, client_of)
    browser = sign_in_by_code(OLD)
    assert not is_in(browser) and not is_seen(row.delegate)
    enter_factor(browser, code if factor == "recovery code" else totp_code())
    assert is_in(browser) and is_seen(row.delegate)
    assert AccountChange.objects.get().outcome == "stopped"
    assert subjects(SECOND)[-1] == "Your account does not change"
    time_machine.shift(WEEK)
    assert run_account_changes(at=NOON + WEEK) == {}


@pytest.mark.parametrize("factor", ["app", "recovery code"])
def test_factor_of_before_brings_the_former_account_back(
    meeting: Meeting, row: Participation, client_of: Sign, time_machine: Any, factor: str
) -> None:
    """The one who asked was not the owner."""
    owner, person = account(row), row.delegate
    if factor == "app":
        add_authenticator(owner)
    code = recovery_code(owner)
    confirm_participations(participations=[row], by=meeting.first, at=NOON)
    grant = make_grant(owner, meeting.event, role="editor", on_behalf_of=row.organisation)
    wait(meeting, client_of)
    time_machine.shift(WEEK)
    run_account_changes(at=NOON + WEEK)
    impostor = sign_in_by_code(NEW)
    assert is_in(impostor) and not Participation.objects.confirmed().filter(pk=row.pk).exists()
    assert not Grant.objects.active((NOON + WEEK).date()).filter(user=owner).exists()
    time_machine.shift(MONTH - WEEK)
    browser = sign_in_by_code(SECOND)
    enter_factor(browser, totp_code() if factor == "app" else code)
    assert is_in(browser) and not is_in(impostor)
    assert is_seen(person) and "dewi.open@" in get_html(browser, "/me/")
    assert "zq-message" in get_text(browser, "/me/introductions/")
    row.refresh_from_db()
    assert (row.confirmed_at, row.ended_at) == (NOON, None) and row.details_open_on
    assert row.confirmations.count() == 1
    grant.refresh_from_db()
    assert (grant.valid_until, grant.effective_on) == (None, grant.valid_from)
    assert subjects(NEW)[-1] == subjects(OLD)[-1] == "Your account is as before"
    assert run_account_changes(at=NOON + MONTH) == {"former account erased": 1}
    assert not User.objects.filter(email=NEW).exists()
    assert Delegate.objects.filter(name=NAME).get() == person and is_in(browser)


def test_after_thirty_days_a_factor_of_before_opens_nothing(
    meeting: Meeting, row: Participation, client_of: Sign, time_machine: Any
) -> None:
    add_authenticator(account(row))
    wait(meeting, client_of)
    time_machine.shift(WEEK)
    run_account_changes(at=NOON + WEEK)
    time_machine.shift(MONTH)  # and the daily run is late
    browser = sign_in_by_code(OLD)
    assert enter_factor(browser, totp_code()).status_code == 403
    assert not is_in(browser) and is_in(sign_in_by_code(NEW))


def test_operator_and_a_cochair_who_lie_read_nothing(
    meeting: Meeting, row: Participation, client_of: Sign, time_machine: Any
) -> None:
    """Not of the person, in pages and emails, and not of those who share with participants."""
    sharing = make_delegate(name="Zq Sharing", listed_to=Audience.PARTICIPANTS)
    make_participation(sharing, meeting.event)
    assert client_of(row.delegate).get(f"/directory/{sharing.handle}/").status_code == 200
    ask()
    run("change_address", OLD, code=code_in(fetch(client_of(meeting.first))))
    time_machine.shift(WEEK)
    run_account_changes(at=NOON + WEEK)
    browser = sign_in_by_code(NEW)
    assert is_in(browser)
    assert browser.get(f"/directory/{sharing.handle}/").status_code == 404
    secret = ("dewi.open", 'value="Director"', "zq-message", "Zq Sharing", OLD, SECOND, "2018")
    for address in ("/me/", "/me/data.json", "/me/introductions/", "/directory/"):
        page = browser.get(address).content.decode()
        assert not [word for word in secret if word in page], address
    for email in queued_emails(subject="account"):
        text = email.subject + email.text
        assert not [word for word in (NEW, OLD, "Called", "Dewi", "dewi") if word in text]


# Who gives the code ------------------------------------------------------------------------


def test_only_who_could_confirm_the_person_gets_a_code(
    meeting: Meeting, row: Participation, client_of: Sign
) -> None:
    ask()
    answers = set()
    elsewhere = meeting.holder(Grant.Role.CONFIRMER, make_government("FR"))  # not civil society's
    colleague = meeting.holder(Grant.Role.COCHAIR, row.organisation)
    operator = make_user(is_superuser=True)
    make_delegate(user=operator)
    make_affiliation(operator.delegate, organisation=meeting.australia)
    for user in (elsewhere, colleague, meeting.second):
        answers.add(fetch(client_of(user)))
    desk = client_of(meeting.first)
    for typed in ({"name": "Dewi"}, {"email": OLD}, {"email": "none@example.org"}):
        answers.add(fetch(desk, **typed).replace(typed.get("email", NEW), NEW))
    # Equal answers, so that no one learns of whom a change is asked.
    assert len({answer.split("The person's full name")[0] for answer in answers}) == 1
    assert not any(code_in(answer) for answer in answers)
    assert AuditEntry.objects.filter(action="fetch no code").count() == 6
    assert client_of(operator).get(CODE_PAGE).status_code == 403
    assert code_in(fetch(desk)) and code_in(fetch(client_of(meeting.cohost)))
    reader = meeting.holder(Grant.Role.READER, shelter("Readers"))
    assert client_of(reader).get(CODE_PAGE).status_code == 403
    row.confirmed_at = row.details_open_on = None
    row.save()
    assert not code_in(fetch(client_of(meeting.confirmer)))


def test_code_needs_the_tick_and_is_for_one_change(
    meeting: Meeting, row: Participation, client_of: Sign
) -> None:
    ask()
    desk = client_of(meeting.confirmer)
    said = {"name": NAME, "email": NEW, "spoke": "Called"}
    answer = send_form(desk, desk.get(CODE_PAGE), containing="spoke", **said)
    assert answer.status_code == 400 and not code_in(words(answer))
    first, second = code_in(fetch(desk)), code_in(fetch(desk))
    assert first != second
    stored = AccountChange.objects.get()
    assert second.replace("-", "") not in stored.code_hash
    assert (stored.code_by, stored.code_at, stored.spoke) == (meeting.confirmer, NOON, "Called")
    with pytest.raises(CommandError, match="not the code"):
        run("change_address", OLD, code=first)
    other = make_participation(make_delegate(user=make_user()), meeting.event)
    with pytest.raises(CommandError, match="not the code"):
        run("change_address", account(other).email, code=second)
    run("change_address", row.delegate.handle, code=second)
    with pytest.raises(CommandError, match="not the code"):
        run("change_address", OLD, code=second)


def test_one_account_tries_ten_times_a_day(
    meeting: Meeting, row: Participation, client_of: Sign
) -> None:
    desk = client_of(meeting.confirmer)
    for _try in range(10):
        fetch(desk)
    said = {"name": NAME, "email": NEW, "spoke": "Called", "has_spoken": "on"}
    answer = send_form(desk, desk.get(CODE_PAGE), containing="spoke", **said)
    assert answer.status_code == 429


# The commands ------------------------------------------------------------------------------


def test_commands_say_what_is_wrong(meeting: Meeting, row: Participation) -> None:
    make_user("boss@example.org", is_superuser=True)
    reasons = {"reason": "Lost", "evidence": "Called"}
    for words, problem in (
        (("none@example.org", NEW), "No one has the address"),
        ((OLD,), "Enter the new address"),
        ((meeting.first.email, "any@example.org"), "no confirmed participation"),
        ((OLD, "no address"), "valid email address"),
        ((OLD, SECOND), "already signs in"),
        ((OLD, meeting.first.email), "Another account uses"),
        (("boss@example.org", NEW), "create_operator"),
    ):
        with pytest.raises(CommandError, match=problem):
            run("change_address", *words, **reasons)
    with pytest.raises(CommandError, match="--reason and --evidence"):
        run("change_address", OLD, NEW, reason="Lost")
    with pytest.raises(CommandError, match="no second factor"):
        run("reset_factor", OLD, **reasons)
    assert not AccountChange.objects.exists()
    ask()
    with pytest.raises(CommandError, match="already open"):
        ask()
    run("change_address", OLD, stop=True)
    assert AccountChange.objects.get().email == ""
    with pytest.raises(CommandError, match="No change"):
        run("change_address", OLD, stop=True)


def test_request_without_a_code_ends_after_two_weeks(
    meeting: Meeting, row: Participation, client_of: Sign, time_machine: Any
) -> None:
    ask()
    code = code_in(fetch(client_of(meeting.confirmer)))
    time_machine.shift(timedelta(days=14))
    with pytest.raises(CommandError, match="too old"):
        run("change_address", OLD, code=code)
    assert not code_in(fetch(client_of(meeting.confirmer)))
    assert "ended without a code: 1" in run("review_profiles")
    assert subjects(OLD)[-1] == "Your account does not change"


@pytest.mark.parametrize("meanwhile", ["giver suspended", "address taken"])
def test_change_stops_if_it_is_no_longer_possible(
    meeting: Meeting, row: Participation, client_of: Sign, time_machine: Any, meanwhile: str
) -> None:
    wait(meeting, client_of)
    if meanwhile == "giver suspended":
        meeting.confirmer.grants.update(effective_on=None)
    else:
        make_user(NEW)
    time_machine.shift(WEEK)
    assert run_account_changes(at=NOON + WEEK) == {"account stopped": 1}
    assert is_in(sign_in_by_code(OLD)) and is_seen(row.delegate)


def test_protected_person_is_seen_by_who_invited_them_only(
    meeting: Meeting, row: Participation, client_of: Sign
) -> None:
    row.is_protected_from_desk = True
    row.save()
    values = {"answer": "agreed", "answered_at": NOON, "invited_by": meeting.first}
    make_invitation(row.delegate, meeting.event, email=OLD, **values)
    wait(meeting, client_of)
    run_account_changes(at=NOON + WEEK)
    pages = [
        get_html(client_of(user), "/admin/participants/participation/")
        for user in (meeting.first, meeting.second)
    ]
    assert [NAME in page for page in pages] == [True, False] and OLD not in pages[0]


# A lost second factor ----------------------------------------------------------------------


def test_reset_of_a_factor_waits_and_leaves_nothing_to_who_reads_the_mail(
    row: Participation, time_machine: Any
) -> None:
    owner = account(row)
    add_authenticator(owner)
    codes = RecoveryCodes.activate(owner).get_unused_codes()
    run("reset_factor", OLD, reason="Lost phone", evidence="Came by")
    assert subjects(OLD) == subjects(SECOND) == ["Your account changes in seven days"]
    assert not is_seen(row.delegate)
    time_machine.shift(WEEK)
    assert run_account_changes(at=NOON + WEEK) == {"account made": 1}
    browser = sign_in_by_code(SECOND)
    assert is_in(browser) and "dewi.open@" not in get_html(browser, "/me/")
    new = Delegate.objects.get(user__email=OLD)
    assert new.handle != row.delegate.handle and new.participations.get().confirmed_at is None
    assert not Authenticator.objects.filter(user=new.user).exists()
    # The owner finds the paper with the codes.
    assert "get your former account back" in get_text(browser, "/me/")
    page = browser.get("/me/account-before/")
    assert send_form(browser, page, containing="code", code="00000000").status_code == 400
    send_form(browser, browser.get("/me/account-before/"), containing="code", code=codes[0])
    assert not is_in(browser)
    browser = sign_in_by_code(SECOND)
    assert not is_in(browser)
    enter_factor(browser, codes[1])
    assert "dewi.open@" in get_html(browser, "/me/") and is_seen(row.delegate)
    run_account_changes(at=NOON + WEEK)
    assert Delegate.objects.filter(name=NAME).get() == row.delegate
    assert sorted(EmailAddress.objects.filter(user=owner).values_list("email", flat=True)) == [
        OLD,
        SECOND,
    ]


def test_only_operator_does_not_wait(operator: User, client_of: Sign) -> None:
    add_authenticator(operator)
    browser = client_of(operator)
    run("reset_factor", "Operator@example.org")
    assert not Authenticator.objects.filter(user=operator).exists() and not is_in(browser)
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.actor) == ("reset factor", "")
    told = QueuedEmail.objects.get()
    assert (told.recipient, told.subject) == (
        "operator@example.org",
        "Your second factor was removed",
    )


def test_one_of_two_operators_waits_and_is_no_operator_then(
    operator: User, time_machine: Any
) -> None:
    make_user("other.operator@example.org", is_superuser=True)
    add_authenticator(operator)
    run("reset_factor", operator.email, reason="Lost phone", evidence="Came by")
    assert Authenticator.objects.filter(user=operator).exists()
    time_machine.shift(WEEK)
    run_account_changes(at=NOON + WEEK)
    assert is_in(sign_in_by_code("operator@example.org"))
    assert not User.objects.get(email="operator@example.org").is_superuser


# The upgrade -------------------------------------------------------------------------------


def test_owner_is_told_once_of_a_request_that_an_upgrade_ended(row: Participation) -> None:
    AccountChange.objects.create(
        user=account(row),
        kind="address",
        reason="Called",
        requested_at=NOON,
        closed_at=NOON,
        outcome="upgraded",
    )
    for _run in range(2):
        run_account_changes(at=NOON)
    assert subjects(OLD) == subjects(SECOND) == ["Your account does not change"]
    assert not AccountChange.objects.exists()
