"""The yearly question: asked, narrowed, warned twice, erased; each once, in order, never early."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from io import StringIO
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core.mail import EmailMultiAlternatives
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from participants.accounts.addresses import remove_sign_in_address
from participants.models import Consent, Delegate, EmailLink, RetentionAction, User
from participants.privacy import consent, retention
from participants.privacy.erasure import erase_delegate
from participants.privacy.retention import add_months
from roundtable.mail.models import QueuedEmail
from roundtable.models import AuditEntry, Event
from tests.conftest import FULL_WALKS
from tests.email_links import LinkClient, links_for, page_of
from tests.factories import (
    NOON,
    make_channel,
    make_consent,
    make_delegate,
    make_grant,
    make_participation,
    make_user,
)
from tests.form_fields import form_fields
from tests.page_text import page_html, page_text
from tests.participants.privacy.test_consent import all_rows
from tests.recorded_fixtures import recorded

pytestmark = pytest.mark.django_db
Sign = Callable[[User | Delegate], Client]
Deliver = Callable[[], list[EmailMultiAlternatives]]

# A person who agrees on 2 March 2026 and never answers again.
ASKED = date(2027, 2, 2)
NARROWED = date(2027, 3, 4)
WARNED = date(2028, 1, 4)
WARNED_AGAIN = date(2028, 2, 19)
ERASED = date(2028, 3, 4)
ALL_STEPS = ["requested", "made-private", "warned", "warned-again"]
DAYS = (ASKED, NARROWED, WARNED, WARNED_AGAIN, ERASED)


@pytest.fixture(autouse=True)
def address(settings: Settings) -> None:
    settings.PORTAL_URL = "https://portal.example.org"


@pytest.fixture
@recorded
def person(event: Event) -> Delegate:
    """Agreed on 2 March 2026 and shares one channel with participants."""
    person = make_delegate(
        name="Sita Silent", user=make_user("sita@example.org"), listed_to="participants"
    )
    make_channel(person, value="sita.inside@example.org", audience="participants")
    return person


def run(on: date) -> dict[str, int]:
    """One run at noon of that day."""
    return dict(retention.run_retention(on=on, at=datetime.combine(on, time(12), UTC)))


def run_and_send(on: date, deliver: Deliver) -> dict[str, int]:
    """One run, and the worker's after it."""
    with time_machine.travel(datetime.combine(on, time(12), UTC), tick=False):
        done = run(on)
        deliver()
    return done


def path_of(person: Delegate) -> str:
    return retention.review_url(person, timezone.now()).removeprefix("https://portal.example.org")


def steps() -> list[tuple[str, date]]:
    return list(RetentionAction.objects.order_by("pk").values_list("action", "taken_on"))


# The rule -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 3, 2), 11, date(2027, 2, 2)),
        (date(2026, 3, 31), 11, date(2027, 2, 28)),
        (date(2027, 3, 31), 11, date(2028, 2, 29)),
        (date(2026, 1, 31), 11, date(2026, 12, 31)),
        (date(2026, 2, 1), 11, date(2027, 1, 1)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2026, 12, 15), 12, date(2027, 12, 15)),
    ],
)
def test_periods_use_calendar_months(day: date, months: int, later: date) -> None:
    assert add_months(day, months) == later


def days_of_two_years() -> list[date]:
    """Every day until the erasure; else each day about a step, and one of each fortnight."""
    every = [NOON.date() + timedelta(days=days) for days in range((ERASED - NOON.date()).days + 1)]
    if FULL_WALKS:
        return every
    near = {day + timedelta(days=days) for day in DAYS for days in (-1, 0, 1)}
    return [day for place, day in enumerate(every) if place % 14 == 0 or day in near]


@pytest.mark.walk
def test_unanswered_review_runs_through_every_stage(person: Delegate, deliver: Deliver) -> None:
    done = {}
    for day in days_of_two_years():
        if result := run_and_send(day, deliver):
            done[day] = result
    assert done == {
        ASKED: {"requested": 1},
        NARROWED: {"made-private": 1},
        WARNED: {"warned": 1},
        WARNED_AGAIN: {"warned-again": 1},
        ERASED: {"erased": 1},
    }
    person.refresh_from_db()
    assert (person.name, person.user) == ("", None)
    assert not User.objects.filter(email="sita@example.org").exists()


def test_emails_state_consequence_and_date(person: Delegate, deliver: Deliver) -> None:
    for day in DAYS[:4]:
        run_and_send(day, deliver)
    emails = deliver()
    said = [
        ("Is this still correct?", "If you do not answer before 4 March 2027,"),
        ("Only you can see your profile", "your profile is erased on 4 March 2028 or later."),
        *[("Your profile will be erased", "On 4 March 2028 or later, it is erased")] * 2,
    ]
    assert [email.subject for email in emails] == [subject for subject, _words in said]
    for email, (_subject, words) in zip(emails, said, strict=True):
        assert email.to == ["sita@example.org"]
        html = str(email.alternatives[0][0])
        for text in (str(email.body), html):
            assert words in text
            assert links_for("review", text)
            assert links_for("hide", text)
            for secret in ("Sita", "Silent", "sita.inside", person.handle):
                assert secret not in text


def test_unanswered_review_narrows_listing_and_channels(person: Delegate) -> None:
    make_consent(person)
    run(ASKED)
    person.refresh_from_db()
    assert person.listed_to == "participants"
    run(NARROWED)
    person.refresh_from_db()
    assert (person.listed_to, person.consented_at) == ("only_me", None)
    assert person.channels.get().audience == "only_me"
    last = person.consents.last()
    assert last is not None and (last.action, last.by) == ("withdrawn", "review")
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.actor) == ("consent withdrawn", "")


def test_dry_and_second_run_of_a_day_do_nothing(person: Delegate, deliver: Deliver) -> None:
    for day in DAYS:
        before = all_rows()
        at = datetime.combine(day, time(12), UTC)
        tried = retention.run_retention(on=day, at=at, dry_run=True)
        assert all_rows() == before
        done = run_and_send(day, deliver)
        assert done == dict(tried) and sum(done.values()) == 1
        before = all_rows()
        assert run_and_send(day, deliver) == {}
        assert all_rows() == before


def test_run_after_long_gap_starts_with_first_stage(person: Delegate, deliver: Deliver) -> None:
    """After four years without a run, it runs every few days."""
    done = []
    for days in range(0, 500, 3 if FULL_WALKS else 7):
        done += list(run_and_send(date(2030, 6, 1) + timedelta(days=days), deliver))
    assert done == [*ALL_STEPS, "erased"]
    assert not RetentionAction.objects.exists()


@given(st.lists(st.integers(1, 400), min_size=5, max_size=40))
def test_waiting_periods_are_independent_of_run_order(gaps: list[int]) -> None:
    """Whatever days it runs on, each step comes once, in order, after its wait."""
    since = date(2026, 3, 2)
    on, taken = since, dict[str, date]()
    erased = None
    for gap in gaps:
        on += timedelta(days=gap)
        step, day = retention.next_action(since, taken)
        if on < day:
            continue
        if step == "erased":
            erased = on
            break
        assert step not in taken
        taken[step] = on
    assert list(taken) == ALL_STEPS[: len(taken)]
    days = [since, *taken.values(), *([erased] if erased else [])]
    waits = [(later - earlier).days for earlier, later in pairwise(days)]
    for wait, least in zip(waits, [334, 30, 305, 14, 14], strict=False):
        assert wait >= least
    if erased:
        assert list(taken) == ALL_STEPS
        assert (erased - taken["made-private"]).days >= 365


def test_late_warning_announces_sufficient_notice(person: Delegate, deliver: Deliver) -> None:
    run_and_send(ASKED, deliver)
    run_and_send(NARROWED, deliver)
    run_and_send(date(2029, 1, 1), deliver)
    assert "On 29 January 2029 or later, it is erased" in str(deliver()[-1].body)
    assert run_and_send(date(2029, 1, 14), deliver) == {}
    assert run_and_send(date(2029, 1, 15), deliver) == {"warned-again": 1}
    assert "On 29 January 2029 or later, it is erased" in str(deliver()[-1].body)
    assert run_and_send(date(2029, 1, 28), deliver) == {}
    assert run_and_send(date(2029, 1, 29), deliver) == {"erased": 1}


def test_unsent_warning_does_not_count(person: Delegate, deliver: Deliver) -> None:
    """The mail worker was not running."""
    for day in (ASKED, NARROWED, WARNED):
        run(day)
    assert run(WARNED_AGAIN) == {}
    assert run(date(2029, 1, 1)) == {}
    with time_machine.travel(datetime(2029, 1, 1, 12, tzinfo=UTC), tick=False):
        deliver()
    assert run(date(2029, 1, 14)) == {}
    assert run(date(2029, 1, 15)) == {"warned-again": 1}
    assert run(date(2029, 6, 1)) == {}
    with time_machine.travel(datetime(2029, 6, 1, 12, tzinfo=UTC), tick=False):
        deliver()
    assert run(date(2029, 6, 14)) == {}
    assert run(date(2029, 6, 15)) == {"erased": 1}


@pytest.mark.parametrize("lost", ["refused", "gone"])
def test_unreachable_person_is_kept_and_counted(person: Delegate, lost: str) -> None:
    """Counted while there is a mailbox, whatever other emails were sent."""
    for day in (ASKED, NARROWED, WARNED):
        run(day)
    warning = QueuedEmail.objects.latest("pk")
    if lost == "refused":
        warning.done_at = datetime(2028, 1, 4, 20, tzinfo=UTC)
        warning.save()
    else:
        warning.delete()
    assert QueuedEmail.objects.exists()
    for day in (WARNED_AGAIN, ERASED, date(2035, 1, 1)):
        assert run(day) == {"unwarned": 1}
    assert Delegate.objects.filter(name="Sita Silent").exists()
    shut(person, "closed")
    assert run(WARNED_AGAIN) == {}


def test_review_is_pending_from_the_request_to_the_answer(person: Delegate) -> None:
    def pending(on: date) -> list[Delegate]:
        run(on)
        found = list(retention.with_review_pending(Delegate.objects.order_by("pk")))
        assert found == [
            row for row in Delegate.objects.order_by("pk") if retention.is_review_pending(row)
        ]
        return found

    make_delegate(reviewed_on=ASKED)
    assert not retention.is_review_pending(make_delegate(user=None))
    joined = make_delegate(
        consented_at=None,
        reviewed_on=None,
        user=make_user(joined_at=datetime(2026, 3, 9, tzinfo=UTC)),
    )
    assert pending(ASKED - timedelta(days=1)) == []
    assert pending(ASKED) == [person]
    assert pending(ASKED + timedelta(days=7)) == [person, joined]
    person.write(reviewed_on=ASKED)
    make_delegate(reviewed_on=date(2026, 3, 9))  # not asked, as another of that day was
    without_account = make_delegate(user=None, reviewed_on=ASKED)
    without_account.retention_actions.create(
        review_started_on=ASKED, action="requested", taken_on=ASKED
    )
    assert not retention.is_review_pending(without_account)
    assert list(retention.with_review_pending(Delegate.objects.all())) == [joined]


def test_running_out_counts_who_is_asked_within_thirty_days(person: Delegate, event: Event) -> None:
    others = make_delegate(reviewed_on=date(2026, 6, 1)), make_delegate(user=None)
    for one in (person, *others):
        make_participation(one, event)
    for _ in range(2):
        make_delegate()  # took part in nothing
    make_delegate(user=None, reviewed_on=person.reviewed_on)  # whom no one asks
    first = ASKED - timedelta(days=30)
    taking_part = Delegate.objects.filter(participations__event=event)
    assert retention.count_reviews_due(taking_part, first) == 1
    assert retention.count_reviews_due(taking_part, first - timedelta(days=1)) == 0
    assert retention.count_reviews_due(Delegate.objects.all(), first) == 3
    run(ASKED)
    assert retention.count_reviews_due(taking_part, ASKED) == 1
    run(NARROWED)
    assert retention.count_reviews_due(taking_part, NARROWED) == 0
    # What became of one person says nothing of another with the same dates.
    make_participation(make_delegate(reviewed_on=person.reviewed_on), event)
    assert retention.count_reviews_due(taking_part, NARROWED) == 1
    # Who answered late is counted again after a year.
    person.write(reviewed_on=NARROWED)
    only = Delegate.objects.filter(pk=person.pk)
    assert retention.count_reviews_due(only, date(2028, 1, 4)) == 0
    assert retention.count_reviews_due(only, date(2028, 1, 6)) == 1


def shut(person: Delegate, how: str) -> None:
    """From now on, no email reaches the person."""
    assert person.user is not None
    if how == "closed":
        User.objects.filter(pk=person.user.pk).update(is_active=False)
    else:
        remove_sign_in_address(person.user, "sita@example.org")


@pytest.mark.walk
@pytest.mark.parametrize("how", ["closed", "no address"])
def test_unreachable_person_waits_full_period(person: Delegate, deliver: Deliver, how: str) -> None:
    shut(person, how)
    done = {}
    for day in days_of_two_years():
        if result := run_and_send(day, deliver):
            done[day] = result
            # Once more on the same day changes nothing.
            assert run(day) == {}
    assert done == {
        ASKED: {"requested": 1, "unreached": 1},
        NARROWED: {"made-private": 1, "unreached": 1},
        ERASED: {"erased": 1, "unreached": 1},
    }
    person.refresh_from_db()
    assert (person.name, person.user, person.listed_to) == ("", None, "only_me")
    assert not QueuedEmail.objects.exists()


def test_restored_mailbox_is_warned_before_erasure(person: Delegate, deliver: Deliver) -> None:
    shut(person, "closed")
    for day in (ASKED, NARROWED, WARNED, WARNED_AGAIN):
        run_and_send(day, deliver)
    User.objects.filter(email="sita@example.org").update(is_active=True)
    assert run_and_send(ERASED, deliver) == {"warned": 1}
    assert [email.to for email in deliver()] == [["sita@example.org"]]
    assert run_and_send(ERASED + timedelta(days=14), deliver) == {"warned-again": 1}
    assert run_and_send(ERASED + timedelta(days=27), deliver) == {}
    assert run_and_send(ERASED + timedelta(days=28), deliver) == {"erased": 1}


def test_lost_mailbox_does_not_shorten_announced_period(person: Delegate, deliver: Deliver) -> None:
    run_and_send(ASKED, deliver)
    run_and_send(NARROWED, deliver)
    run_and_send(date(2029, 1, 1), deliver)
    assert "On 29 January 2029 or later, it is erased" in str(deliver()[-1].body)
    shut(person, "closed")
    assert run_and_send(date(2029, 1, 28), deliver) == {}
    assert run_and_send(date(2029, 1, 29), deliver) == {"erased": 1, "unreached": 1}


# Whom it concerns -----------------------------------------------------------------------


def test_review_without_consent_starts_at_joining(event: Event) -> None:
    came = datetime(2026, 5, 10, tzinfo=UTC)
    user = make_user("came@example.org", joined_at=came)
    make_delegate(user=user, consented_at=None, reviewed_on=None)
    assert run(date(2027, 4, 9)) == {}
    assert run(date(2027, 4, 10)) == {"requested": 1}
    assert run(date(2027, 5, 10)) == {"made-private": 1}
    assert not Consent.objects.exists()


def test_invited_and_erased_people_are_not_reviewed(event: Event) -> None:
    invited = make_delegate(user=None, invitation_email="invited@example.org")
    make_participation(invited, event, entered_at=datetime(2034, 12, 25, tzinfo=UTC))
    erased = make_delegate()
    Delegate.objects.filter(pk=erased.pk).update(
        name="", user=None, listed_to="only_me", erased_at=datetime(2026, 3, 3, tzinfo=UTC)
    )
    assert run(date(2035, 1, 1)) == {}


@pytest.mark.parametrize("task", ["grant", "operator"])
def test_grant_holders_and_operators_are_narrowed_but_not_erased(
    person: Delegate, event: Event, deliver: Deliver, task: str
) -> None:
    assert person.user is not None
    if task == "grant":
        make_grant(person.user, event, valid_until=date(2029, 12, 31))
    else:
        User.objects.filter(pk=person.user.pk).update(is_superuser=True)
    assert run_and_send(ASKED, deliver) == {"requested": 1}
    assert run_and_send(NARROWED, deliver) == {"made-private": 1}
    for day in (WARNED, WARNED_AGAIN, ERASED):
        assert run_and_send(day, deliver) == {}
    # Once the task has ended the warnings come first.
    if task == "grant":
        assert run_and_send(date(2030, 1, 1), deliver) == {"warned": 1}


def test_unwritable_ledger_stops_erasure_and_is_reported(
    person: Delegate, deliver: Deliver, settings: Settings, tmp_path: Path
) -> None:
    for day in (ASKED, NARROWED, WARNED, WARNED_AGAIN):
        run_and_send(day, deliver)
    other = make_delegate(reviewed_on=date(2027, 4, 1))
    settings.ERASURE_LEDGER = tmp_path / "no" / "such" / "ledger"
    assert run_and_send(ERASED, deliver) == {"failed": 1, "requested": 1}
    person.refresh_from_db()
    assert person.name == "Sita Silent" and other.retention_actions.count() == 1
    with (
        time_machine.travel(datetime.combine(ERASED, time(12), UTC), tick=False),
        pytest.raises(CommandError, match="Correct ERASURE_LEDGER"),
    ):
        call_command("review_profiles", "--clock-is-right", stdout=StringIO())


# Answering ------------------------------------------------------------------------------


@pytest.mark.parametrize("after", [ASKED, NARROWED, WARNED_AGAIN])
def test_answer_restarts_review_period(person: Delegate, deliver: Deliver, after: date) -> None:
    for day in DAYS:
        if day <= after:
            run_and_send(day, deliver)
    answered = after + timedelta(days=1)
    with time_machine.travel(datetime.combine(answered, time(9), UTC), tick=False):
        assert LinkClient().post(path_of(person), notice_shown()).status_code == 302
    person.refresh_from_db()
    assert person.reviewed_on == answered
    again = add_months(answered, 11)
    assert run_and_send(again - timedelta(days=1), deliver) == {}
    assert run_and_send(again, deliver) == {"requested": 1}
    end = again + timedelta(days=30)
    told = f"If you do not answer before {end.day} {end:%B %Y},"
    assert told in str(deliver()[-1].body)


def notice_shown() -> dict[str, str]:
    return {"notice_sha256": consent.current_notice("en").sha256}


def test_answer_by_link_renews_without_signing_in(person: Delegate, deliver: Deliver) -> None:
    run_and_send(ASKED, deliver)
    browser = LinkClient(enforce_csrf_checks=True)
    path = page_of(browser, path_of(person))
    before = all_rows()
    answer = browser.get(path)
    page = page_html(answer)
    assert answer.status_code == 200
    assert "Is this still correct?" in page and "Confirm my profile</button>" in page
    for word in ("Sita", "sita", person.handle):
        assert word not in page.replace(path, "")
    assert answer["Cache-Control"] == "private, no-store"
    assert all_rows() == before
    sent = form_fields(page, containing="notice_sha256")
    assert browser.post(path, notice_shown()).status_code == 403  # without the form's CSRF key
    answer = browser.post(path, sent)
    assert (answer.status_code, answer["Location"]) == (302, path)
    assert "Your answer is recorded." in browser.get(path).content.decode()
    person.refresh_from_db()
    assert person.listed_to == "participants" and person.consented_at is not None
    renewed = person.consents.get()
    assert (renewed.action, renewed.by, renewed.notice.version) == ("renewed", "link", 4)
    before = all_rows()
    del sent["once"]
    assert browser.post(path, sent).status_code == 200
    assert all_rows() == before


def test_answer_while_signed_in_renews(person: Delegate, client_of: Sign) -> None:
    run(ASKED)
    browser = client_of(person)
    page = browser.get("/me/").content.decode()
    assert "Is all of this still correct?" in page
    before = all_rows()
    assert "Confirm my profile</button>" in browser.get("/me/review/").content.decode()
    assert all_rows() == before
    answer = browser.post("/me/review/", notice_shown())
    assert (answer.status_code, answer["Location"]) == (302, "/me/")
    page = browser.get("/me/").content.decode()
    assert "Thank you. We will ask you again in eleven months." in page
    assert "Is all of this still correct?" not in page
    assert [(row.action, row.by) for row in person.consents.all()] == [("renewed", "owner")]


def test_answer_after_narrowing_does_not_restore_sharing(person: Delegate) -> None:
    run(ASKED)
    run(NARROWED)
    path = path_of(person)
    assert (
        "Participants and visitors see nothing about you until you agree."
        in LinkClient().get(path).content.decode()
    )
    assert LinkClient().post(path, notice_shown()).status_code == 302
    person.refresh_from_db()
    assert (person.listed_to, person.consented_at) == ("only_me", None)
    assert person.reviewed_on is not None
    assert [row.action for row in person.consents.all()] == ["withdrawn"]
    assert [entry.action for entry in AuditEntry.objects.all()] == ["consent withdrawn", "review"]


def test_answer_that_arrives_after_erasure_changes_nothing(person: Delegate) -> None:
    answering = Delegate.objects.get(pk=person.pk)
    erase_delegate(person, by=None, at=NOON)
    before = all_rows()
    notice = consent.current_notice("en")
    retention.confirm_profile(answering, notice=notice, by=Consent.By.LINK, at=NOON)
    assert all_rows() == before


def test_new_notice_is_shown_before_consent(
    person: Delegate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    consent.give_consent(
        person,
        notice=consent.current_notice("en"),
        by=Consent.By.OWNER,
        at=datetime(2026, 3, 2, 12, tzinfo=UTC),
    )
    shown, link = notice_shown(), path_of(person)
    page = page_html(LinkClient().get(link))
    assert "Select the button to renew your consent to the notice." in page
    (tmp_path / "sharing-4.en.txt").write_text(consent.current_notice("en").text)
    (tmp_path / "sharing-5.en.txt").write_text("I agree to other things.")
    monkeypatch.setattr(consent, "NOTICE_DIR", tmp_path)
    before = all_rows()
    answer = LinkClient().post(link, shown)
    page = page_html(answer)
    assert answer.status_code == 400
    assert "The consent notice has changed since you opened this page." in page
    assert "If you select the button, you agree to the new text." in page
    assert "I agree to other things." in page
    assert all_rows() == before
    assert LinkClient().post(link, notice_shown()).status_code == 302
    assert [row.notice.version for row in person.consents.all()] == [4, 5]


@pytest.mark.parametrize("change", ["moved", "lost mailbox", "address of another", "closed"])
def test_link_ends_with_its_account_and_address(person: Delegate, change: str) -> None:
    path = path_of(person)
    addresses = EmailAddress.objects.filter(user=person.user)
    if change == "moved":
        person.write(user=make_user())
    elif change == "lost mailbox":  # removed by the person; someone else may read it
        addresses.delete()
    elif change == "address of another":
        addresses.update(user=make_user(), primary=False)
    else:
        User.objects.filter(delegate=person).update(is_active=False)
    before = all_rows()
    answers = [LinkClient().get(path), LinkClient().post(path, notice_shown())]
    assert {answer.status_code for answer in answers} == {404}
    assert all("You cannot use this link" in page_text(answer) for answer in answers)
    assert all_rows() == before


def test_link_is_of_one_person_with_that_account(person: Delegate) -> None:
    path_of(person)
    link = EmailLink.objects.get(purpose=EmailLink.Purpose.REVIEW)
    find = retention.delegate_for_review_link
    assert find(link, timezone.now()) == (person, True)
    link.user = make_user()
    assert find(link, timezone.now()) is None
    link.user, link.delegate = person.user, make_delegate(user=None)
    assert find(link, timezone.now()) is None
    link.user = None
    assert find(link, timezone.now()) is None
    link.delegate = None
    assert find(link, timezone.now()) is None


def test_link_is_valid_for_two_years(person: Delegate) -> None:
    begin = datetime(2026, 3, 2, 12, tzinfo=UTC)
    with time_machine.travel(begin, tick=False):
        path = path_of(person)
    with time_machine.travel(begin + timedelta(days=730, seconds=-1), tick=False):
        assert LinkClient().get(path).status_code == 200
    with time_machine.travel(begin + timedelta(days=730, seconds=1), tick=False):
        assert LinkClient().get(path).status_code == 404
        assert LinkClient().post(path, notice_shown()).status_code == 404


# The command ----------------------------------------------------------------------------


def said(*arguments: Any, **options: Any) -> list[str]:
    out = StringIO()
    call_command("review_profiles", "--clock-is-right", *arguments, stdout=out, **options)
    return out.getvalue().splitlines()


def test_command_prints_counts_without_names(person: Delegate) -> None:
    make_delegate()
    shut(person, "closed")
    unreached = "Of these, without a mailbox, so no email was sent: 1"
    with time_machine.travel(datetime(2027, 3, 10, 5, tzinfo=UTC), tick=False):
        assert said("--on", "2027-02-01") == ["Nothing is due."]
        assert said("--dry-run", "--on", "2027-02-02") == [
            "Nothing is done. A real run would do this:",
            "Asked: 2",
            unreached,
        ]
        assert said("--on", "2027-02-02") == ["Asked: 2", unreached]
        assert said("--on", "2027-02-02") == ["Nothing is due."]
        assert said() == ["Changed to “Only me”: 2", unreached]
    assert Counter(steps()) == {("requested", ASKED): 2, ("made-private", date(2027, 3, 10)): 2}


def test_command_rejects_future_date(person: Delegate, settings: Settings) -> None:
    with time_machine.travel(datetime(2027, 2, 1, 23, 59, tzinfo=UTC), tick=False):
        with pytest.raises(CommandError, match="2027-02-02 is in the future"):
            said("--on", "2027-02-02")
        with pytest.raises(CommandError, match="write the date like 2027-03-01"):
            said("--on", "1 March")
        assert steps() == []
        assert said("--on", "2027-02-02", "--dry-run")[1] == "Asked: 1"
        settings.DEBUG = True
        assert said("--on", "2027-02-02") == ["Asked: 1"]
