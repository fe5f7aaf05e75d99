"""Following by email: the button, the emails, and unsubscribing with one button."""

from datetime import UTC, date, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.test import Client

from outcomes.changes.subscriptions import send_notifications, unsubscribe_url_for
from outcomes.models import Commitment, Subscription
from participants.models import Consent, Delegate, EmailLink, User
from participants.privacy import consent, erasure
from roundtable.mail.models import QueuedEmail
from roundtable.models import Event
from roundtable.web.row_keys import row_key
from tests.email_links import LinkClient, page_of
from tests.factories import make_theme, make_update, make_user, save
from tests.fixture_types import Deliver, Sign
from tests.follow_up_factories import make_follow
from tests.form_fields import form_fields
from tests.page_text import get_text, page_text

pytestmark = pytest.mark.django_db
HOST = "https://portal.example.org"
MONDAY = datetime(2026, 3, 9, tzinfo=UTC)
TUESDAY = MONDAY + timedelta(days=1, hours=9)


@pytest.fixture
def commitment(event: Event) -> Commitment:
    return event.commitments.get(reference="RT2024-C2")


@pytest.fixture
def reader(delegate: Delegate) -> User:
    assert delegate.user
    return delegate.user


def approve(commitment: Commitment, at: datetime, **fields: Any) -> None:
    update = make_update(commitment, approved=False, party=commitment.parties.get(), **fields)
    update.approve(by=make_user(), at=at)


# The button ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("page", "name"),
    [
        ("/roundtables/roundtable-2024/", "event"),
        ("/outcomes/roundtable-2024/1.a/", "outcome"),
        ("/commitments/rt2024-c2/", "commitment"),
        ("/organisations/example/", "organisation"),
        ("/outcomes/?theme=care", "theme"),
    ],
)
def test_each_page_has_a_button_that_follows_it(
    commitment: Commitment, reader: User, client_of: Sign, page: str, name: str
) -> None:
    organisation = commitment.parties.get().organisation
    assert organisation
    organisation.slug = "example"
    save(organisation)
    commitment.event.statement.outcomes.get(number="1.a").themes.add(make_theme(slug="care"))
    browser = client_of(reader)
    text = browser.get(page).content.decode()
    asked = form_fields(text, "/me/following/", containing="key")
    assert asked["kind"] == [name]
    asked["frequency"] = ["weekly" for _chosen in asked["frequency"]]
    with time_machine.travel(TUESDAY, tick=False):
        answer = browser.post("/me/following/", asked)
    assert (answer.status_code, answer["Location"]) == (302, page)
    row = Subscription.objects.get()
    assert (row.user, row.frequency, row.notified_until) == (reader, "weekly", TUESDAY)
    assert getattr(row, name)
    assert ">Follow</button>" in text
    after = client_of(reader).get(page).content.decode()
    assert "You follow this page. When something changes, we email you once a week." in after
    assert ">Follow</button>" not in after
    # Whoever is not signed in is led there and back.
    assert "/accounts/login/?next=" in Client().get(page).content.decode()


def test_following_twice_changes_frequency_without_duplicates(
    commitment: Commitment, reader: User, client_of: Sign
) -> None:
    make_follow(reader, commitment=commitment, notified_until=MONDAY)
    asked = {"kind": "commitment", "key": "rt2024-c2", "frequency": "at-once"}
    client_of(reader).post("/me/following/", asked)
    row = Subscription.objects.get()
    assert (row.frequency, row.notified_until) == ("at-once", MONDAY)


def test_what_is_not_public_cannot_be_followed(
    commitment: Commitment, reader: User, client_of: Sign
) -> None:
    Event.objects.update(is_public=False)
    browser = client_of(reader)
    for kind, key in (
        ("commitment", "rt2024-c2"),
        ("commitment", "rt2024-c9"),
        ("event", "roundtable-2024"),
        ("user", "1"),
        ("", ""),
    ):
        asked = {"kind": kind, "key": key, "frequency": "weekly"}
        answer = browser.post("/me/following/", asked, follow=True)
        assert (
            "Your choice was not saved. Open the page again, then choose."
            in answer.content.decode()
        )
    assert not Subscription.objects.exists()


def test_own_page_lists_changes_and_cancels_subscriptions(
    commitment: Commitment, reader: User, client_of: Sign
) -> None:
    mine = make_follow(reader, commitment=commitment)
    other = make_follow(make_user("other@example.org"), commitment=commitment)
    browser = client_of(reader)
    assert "RT2024-C2" in browser.get("/me/following/").content.decode()
    browser.post("/me/following/", {"row": row_key(mine), "frequency": "at-once"})
    mine.refresh_from_db()
    assert mine.frequency == "at-once"
    browser.post("/me/following/", {"row": row_key(other), "frequency": "stop"})
    assert Subscription.objects.count() == 2
    browser.post("/me/following/", {"row": row_key(mine), "frequency": "stop"})
    assert list(Subscription.objects.all()) == [other]
    assert "You do not follow anything." in get_text(browser, "/me/following/")
    # What is hidden is not named, and can be unfollowed.
    row = make_follow(reader, commitment=commitment)
    Event.objects.update(is_public=False)
    text = browser.get("/me/following/").content.decode()
    assert "No longer public" in text and "RT2024-C2" not in text
    browser.post("/me/following/", {"row": row_key(row), "frequency": "stop"})
    assert list(Subscription.objects.all()) == [other]


# The emails ------------------------------------------------------------------------------


def test_immediate_email_describes_change(
    commitment: Commitment, reader: User, deliver: Deliver
) -> None:
    make_follow(reader, commitment=commitment, frequency="at-once", notified_until=MONDAY)
    approve(commitment, TUESDAY, text="Words of the update.")
    assert (
        send_notifications(on=TUESDAY.date(), at=TUESDAY + timedelta(minutes=2)) == {}
    )  # it may be under way
    assert send_notifications(on=TUESDAY.date(), at=TUESDAY + timedelta(minutes=3)) == {
        "at-once": 1
    }
    assert send_notifications(on=TUESDAY.date(), at=TUESDAY + timedelta(minutes=3)) == {}
    assert send_notifications(on=TUESDAY.date(), at=TUESDAY + timedelta(minutes=9)) == {}
    [mail] = deliver()
    assert (mail.to, mail.subject) == (["delegate@example.org"], "What changed")
    text = str(mail.body)
    assert f"RT2024-C2, Update: In progress\n{HOST}/commitments/rt2024-c2/\n" in text
    assert "Words of the update" not in text and "Print leaflets" not in text
    assert f"Progress so far:\n\nIn progress.\n{HOST}/commitments/rt2024-c2/\n\nTo change" in text
    assert str(commitment.parties.get().organisation) not in text


def test_weekly_digest_is_sent_once_from_monday(
    commitment: Commitment, reader: User, deliver: Deliver
) -> None:
    first = commitment.event.commitments.get(reference="RT2024-C1")
    before = MONDAY - timedelta(days=5)
    for row in (commitment, first):
        make_follow(reader, commitment=row, notified_until=before)
    make_follow(reader, event=commitment.event, notified_until=before)
    approve(commitment, MONDAY - timedelta(days=2))
    approve(first, MONDAY - timedelta(days=1))
    approve(commitment, MONDAY + timedelta(hours=1))  # for the next email
    sunday = MONDAY - timedelta(minutes=1)
    assert send_notifications(on=sunday.date(), at=sunday) == {}
    assert send_notifications(on=TUESDAY.date(), at=TUESDAY) == {"weekly": 1}
    for days in range(1, 6):
        later = TUESDAY + timedelta(days=days)
        assert send_notifications(on=later.date(), at=later) == {}
    [mail] = deliver()
    assert str(mail.body).count(", Update: ") == 2
    following = MONDAY + timedelta(days=7, hours=5)
    assert send_notifications(on=following.date(), at=following) == {"weekly": 1}
    assert str(deliver()[-1].body).count(", Update: ") == 1


def test_digest_for_future_date_is_not_sent(commitment: Commitment, reader: User) -> None:
    make_follow(reader, commitment=commitment, notified_until=MONDAY)
    approve(commitment, TUESDAY)
    assert send_notifications(on=date(2099, 1, 1), at=TUESDAY + timedelta(hours=1)) == {}
    assert Subscription.objects.get().notified_until == MONDAY


def test_command_prints_counts_without_names(commitment: Commitment, reader: User) -> None:
    make_follow(reader, commitment=commitment, frequency="at-once", notified_until=MONDAY)
    approve(commitment, TUESDAY)
    said = []
    with time_machine.travel(TUESDAY + timedelta(days=1), tick=False):
        for _time in range(2):
            out = StringIO()
            call_command("send_notifications", "--on", "2026-03-10", stdout=out)
            said.append(out.getvalue())
    assert said == [
        "Immediate emails: 1. Weekly emails: 0.\n",
        "There are no notifications to send.\n",
    ]


def test_hidden_erased_and_unreachable_people_get_no_email(
    commitment: Commitment, delegate: Delegate, quiet_delegate: Delegate, outsider: Delegate
) -> None:
    for person in (delegate, quiet_delegate, outsider):
        make_follow(person.user, commitment=commitment, frequency="at-once", notified_until=MONDAY)
    approve(commitment, TUESDAY)
    consent.hide_profile(delegate, by=Consent.By.OWNER, at=TUESDAY)
    erasure.erase_delegate(quiet_delegate, by=None, at=TUESDAY)
    assert outsider.user
    User.objects.filter(pk=outsider.user.pk).update(email="0@no-address.invalid")
    closed = make_user("closed@example.org", is_active=False)
    make_follow(closed, commitment=commitment, frequency="at-once", notified_until=MONDAY)
    before = QueuedEmail.objects.count()
    assert send_notifications(on=TUESDAY.date(), at=TUESDAY + timedelta(hours=1)) == {}
    assert QueuedEmail.objects.count() == before
    consent.unhide_profile(delegate, at=TUESDAY)
    assert send_notifications(on=TUESDAY.date(), at=TUESDAY + timedelta(hours=1)) == {"at-once": 1}


def test_unpublished_changes_are_not_sent(commitment: Commitment, reader: User) -> None:
    organisation = commitment.parties.get().organisation
    for row in (
        {"commitment": commitment},
        {"event": commitment.event},
        {"organisation": organisation},
    ):
        make_follow(reader, frequency="at-once", notified_until=MONDAY, **row)
    waiting = make_update(commitment, approved=False, party=commitment.parties.get())
    waiting.submit(at=TUESDAY)
    assert send_notifications(on=TUESDAY.date(), at=TUESDAY + timedelta(minutes=30)) == {}
    approve(commitment, TUESDAY + timedelta(minutes=40))
    Event.objects.update(is_public=False)
    assert send_notifications(on=TUESDAY.date(), at=TUESDAY + timedelta(hours=1)) == {}
    # Nor once it is public again: what happened in between was not.
    Event.objects.update(is_public=True)
    assert send_notifications(on=TUESDAY.date(), at=TUESDAY + timedelta(hours=2)) == {}


# The press that ends it ------------------------------------------------------------------


def test_one_click_unsubscribe_works(
    commitment: Commitment, reader: User, deliver: Deliver
) -> None:
    make_follow(reader, commitment=commitment, frequency="at-once", notified_until=MONDAY)
    make_follow(reader, event=commitment.event, notified_until=MONDAY)
    other = make_follow(
        make_user("other@example.org"), commitment=commitment, notified_until=MONDAY
    )
    approve(commitment, TUESDAY)
    send_notifications(on=TUESDAY.date(), at=TUESDAY + timedelta(hours=1))
    [mail] = deliver()
    headers = mail.message()
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = headers["List-Unsubscribe"].replace("\n", "").replace(" ", "").strip("<>")
    assert address.startswith(f"{HOST}/links/")
    assert address in str(mail.body)
    path = address.removeprefix(HOST)
    # A mail program comes from anywhere, without a cookie, and says no more than this.
    program = Client(enforce_csrf_checks=True)
    one_click = (path, "List-Unsubscribe=One-Click", "application/x-www-form-urlencoded")
    answer = program.post(*one_click)
    assert (answer.status_code, answer.content, answer.cookies) == (204, b"", {})
    assert list(Subscription.objects.all()) == [other]
    assert program.post(*one_click).status_code == 204  # a second press is no mistake
    follow = make_follow(reader, event=commitment.event, notified_until=MONDAY)
    EmailLink.objects.of("unsubscribe").revoke(MONDAY)
    assert program.post(*one_click).status_code == 204
    assert Subscription.objects.filter(pk=follow.pk).exists()
    assert send_notifications(on=TUESDAY.date(), at=TUESDAY + timedelta(days=1)) == {}


def test_unsubscribe_link_reveals_nothing_and_rejects_tampering(reader: User) -> None:
    make_follow(reader)
    gone = make_user("gone@example.org")
    paths = [unsubscribe_url_for(user, MONDAY).removeprefix(HOST) for user in (reader, gone)]
    gone.delete()
    browsers = [LinkClient(), LinkClient()]
    pages = [page_of(*pair) for pair in zip(browsers, paths, strict=True)]
    asked = [page_text(browser.get(page)) for browser, page in zip(browsers, pages, strict=True)]
    assert asked[0] == asked[1] and "Stop all these emails" in asked[0]
    assert Subscription.objects.exists()
    done = [page_text(browser.post(page)) for browser, page in zip(browsers, pages, strict=True)]
    assert done[0] == done[1] and "Emails stopped" in done[0]
    assert not Subscription.objects.exists()
    for wrong in (paths[0][:-2] + "x/", "/following/x/", "/following/WyJ4Il0:x:y/"):
        assert Client().get(wrong)["Location"] == "/links/"
        assert Client().post(wrong).status_code == 405


# What is held, and what erasing leaves ----------------------------------------------------


def test_subscriptions_are_in_personal_data_and_erased(
    commitment: Commitment, delegate: Delegate, client_of: Sign
) -> None:
    assert delegate.user
    make_follow(delegate.user, commitment=commitment, frequency="at-once", notified_until=MONDAY)
    text = client_of(delegate).get("/me/data/").content.decode()
    assert "What you follow by email" in text and "RT2024-C2" in text
    approve(commitment, TUESDAY)
    assert send_notifications(on=TUESDAY.date(), at=TUESDAY + timedelta(hours=1)) == {"at-once": 1}
    email = QueuedEmail.objects.get(dedup_key__startswith="follows:")
    assert email.unsubscribe_url
    erasure.erase_delegate(delegate, by=None, at=TUESDAY + timedelta(hours=2))
    email.refresh_from_db()
    assert not Subscription.objects.exists()
    assert (email.recipient, email.text, email.unsubscribe_url) == ("", "", "")
