"""Hiding everything with one button: signed in, or with the link in every email."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core import signing
from django.core.mail import EmailMultiAlternatives
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from outcomes.changes import subscriptions
from outcomes.models import Subscription
from participants.accounts import emails
from participants.directory.profile_forms import ProfileForm
from participants.email_links.links import delete_ended_links
from participants.models import Consent, Delegate, User
from participants.privacy import consent, retention
from participants.privacy.erasure import erase_delegate
from roundtable.database.sealed import Sealed
from roundtable.encryption import DecryptionError
from roundtable.models import AuditEntry
from tests.canaries import (
    CHANNELS,
    PROFILE,
    all_paths,
    canaries_of,
    find_canaries_in_pages,
    find_canaries_in_reveals,
    make_portal,
)
from tests.conftest import FULL_WALKS
from tests.email_links import LinkClient, links_for, page_of
from tests.factories import (
    NOON,
    make_delegate,
    make_event,
    make_user,
)
from tests.follow_up_factories import make_follow
from tests.form_fields import form_fields, press
from tests.page_text import page_html, page_text
from tests.participants.accounts.test_reauthentication import newest_code
from tests.participants.privacy.test_consent import all_rows
from tests.sign_in import record_email_code

pytestmark = pytest.mark.django_db
Sign = Callable[[User | Delegate], Client]
Deliver = Callable[[], list[EmailMultiAlternatives]]
BUTTON = "Hide everything now</button>"
LOGIN, CONFIRM_CODE = "/accounts/login/", "/accounts/login/code/confirm/"
CSRF_KEY = re.compile(rb'name="csrfmiddlewaretoken" value="\w+"')


def path_of(delegate: Delegate) -> str:
    """The address of the page, without the host, which emails contain."""
    return emails.hide_url(delegate, timezone.now()).removeprefix("https://portal.example.org")


@pytest.fixture(autouse=True)
def address(settings: Settings) -> None:
    settings.PORTAL_URL = "https://portal.example.org"


def is_signed_in(browser: Client) -> bool:
    return browser.get("/me/").status_code == 200


# The link -------------------------------------------------------------------------------


def test_link_hides_with_one_click_without_signing_in(delegate: Delegate, client_of: Sign) -> None:
    assert emails.hide_url(delegate, NOON).startswith("https://portal.example.org/links/")
    sessions = [client_of(delegate), client_of(delegate)]
    stranger = LinkClient(enforce_csrf_checks=True)
    assert "Dewi Lestari" in stranger.get("/directory/").content.decode()
    path = page_of(stranger, path_of(delegate))
    before = all_rows()
    asked = stranger.get(path)
    page = asked.content.decode()
    assert asked.status_code == 200 and asked["Cache-Control"] == "private, no-store"
    assert page.count(BUTTON) == 1
    for telling in ("Dewi", "delegate@example.org", delegate.handle):
        assert telling not in page
    assert all_rows() == before
    answer = stranger.post(path, form_fields(page_html(asked), containing="csrfmiddlewaretoken"))
    assert answer.status_code == 200
    delegate.refresh_from_db()
    assert delegate.hidden_at is not None
    page = answer.content.decode()
    assert "If this link still works, no participant or visitor can see your profile now." in page
    assert "The top of “Your profile” shows whether you are hidden." in page
    assert "Sign in, open “Your profile” and select “Show my profile again”." in page
    assert BUTTON not in page
    assert "Dewi Lestari" not in stranger.get("/directory/").content.decode()
    assert stranger.get(delegate.get_absolute_url()).status_code == 404
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.detail, entry.subject != "") == ("pause", "link", True)
    assert not any(is_signed_in(browser) for browser in sessions)


def test_invalid_links_show_identical_page(delegate: Delegate) -> None:
    path, salt = path_of(delegate), "participants.accounts.emails"
    before = all_rows()
    for wrong in (
        "/links/nothing/",
        path[:-3] + "/",
        "/hide/nothing/",  # an earlier link, unsigned
        f"/hide/{signing.dumps([delegate.handle, delegate.user_id, 0])}/",  # with another salt
        f"/hide/{signing.dumps('x', salt=salt)}/",
        f"/hide/{signing.dumps([1, 2, 3, 4], salt=salt)}/",
    ):
        assert Client().get(wrong)["Location"] == "/links/"
        assert Client().post(wrong).status_code == 405
    assert Client().get("/links/").status_code == 404
    assert all_rows() == before


FATES: dict[str, tuple[dict[str, Any], Callable[[Delegate], object] | None]] = {
    "shown": ({"listed_to": "everyone"}, None),
    "hidden": ({"hidden_at": NOON}, None),
    "never agreed": ({"consented_at": None}, None),
    "closed": ({}, lambda person: User.objects.filter(delegate=person).update(is_active=False)),
    "another account": ({}, lambda person: person.write(user=make_user())),
    "old links ended": ({}, lambda person: consent.revoke_hide_links(person, at=NOON)),
    "erased": ({}, lambda person: erase_delegate(person, by=person.user, at=NOON)),
    "no row": ({}, lambda person: person.delete()),
}


def link_after(fate: str) -> str:
    fields, happens = FATES[fate]
    person = make_delegate(**fields)
    path = path_of(person)
    if happens:
        happens(person)
    return path


def test_link_does_not_reveal_account_state() -> None:
    """Whoever finds a message that was forwarded learns nothing, by looking or by pressing.

    Nor by the time that it takes.
    """
    asked: set[tuple[int, bytes, str]] = set()
    pressed: set[tuple[int, bytes, str]] = set()
    asked_again: set[tuple[int, bytes, str]] = set()
    work = {}
    for fate in FATES:
        path = link_after(fate)
        with CaptureQueriesContext(connection) as found:
            LinkClient().get(path)
        work[fate] = len(found.captured_queries)
        browser = LinkClient()
        page = page_of(browser, path)
        first, pressing, second = browser.get(page), browser.post(page), browser.get(page)
        for answer, seen in ((first, asked), (pressing, pressed), (second, asked_again)):
            content = CSRF_KEY.sub(b"", answer.content)
            seen.add((answer.status_code, content, repr(sorted(answer.headers.items()))))
    assert (len(asked), len(pressed)) == (1, 1)
    assert asked_again == asked
    assert {status for status, *_rest in asked | pressed} == {200}
    assert asked != pressed
    assert len(set(work.values())) == 1, work


@pytest.mark.parametrize("fate", ["another account", "old links ended", "erased", "no row"])
def test_outdated_link_does_not_hide(fate: str) -> None:
    path = link_after(fate)
    before = all_rows()
    assert LinkClient().post(path).status_code == 200
    assert all_rows() == before


def test_link_is_valid_for_two_years(delegate: Delegate) -> None:
    with time_machine.travel(NOON, tick=False):
        path = path_of(delegate)
    with time_machine.travel(NOON + timedelta(days=730), tick=False):
        LinkClient().post(path)
        delegate.refresh_from_db()
        assert delegate.hidden_at is None
        delete_ended_links(timezone.now())
        assert LinkClient().get(path).status_code == 200
    with time_machine.travel(NOON + timedelta(days=730, seconds=1), tick=False):
        delete_ended_links(timezone.now())
        assert Client().get(path)["Location"] == "/links/"
    with time_machine.travel(NOON, tick=False):
        path = path_of(delegate)
    with time_machine.travel(NOON + timedelta(days=730, seconds=-1), tick=False):
        LinkClient().post(path)
    delegate.refresh_from_db()
    assert delegate.hidden_at


def test_links_work_after_the_secret_key_changes(delegate: Delegate, settings: Settings) -> None:
    assert delegate.user
    make_follow(delegate.user, event=make_event())
    hide = path_of(delegate)
    review = retention.review_url(delegate, NOON)
    unsubscribe = subscriptions.unsubscribe_url_for(delegate.user, NOON)
    settings.SECRET_KEY = "changed" * 9
    LinkClient().post(hide)
    delegate.refresh_from_db()
    assert delegate.hidden_at
    assert LinkClient().get(review).status_code == 200
    LinkClient().post(unsubscribe)
    assert not Subscription.objects.exists()


# Sessions -------------------------------------------------------------------------------


def test_button_ends_every_session_but_this_one(
    delegate: Delegate, quiet_delegate: Delegate, client_of: Sign
) -> None:
    at_work, at_home, other = client_of(delegate), client_of(delegate), client_of(quiet_delegate)
    answer = at_work.post("/me/hide/")
    assert (answer.status_code, answer["Location"]) == (302, "/me/")
    assert is_signed_in(at_work) and is_signed_in(other)
    assert not is_signed_in(at_home)
    # Nor does a link of one person end the session of another.
    at_work.post(path_of(quiet_delegate))
    assert is_signed_in(at_work) and not is_signed_in(other)
    quiet_delegate.refresh_from_db()
    assert quiet_delegate.hidden_at is not None


def test_hiding_again_changes_nothing(delegate: Delegate, client_of: Sign) -> None:
    """Someone else has one of her emails and presses again and again."""
    LinkClient().post(path_of(delegate))
    browser, link = client_of(Delegate.objects.get(pk=delegate.pk)), path_of(delegate)
    before = all_rows()
    for _time in range(3):
        assert LinkClient().post(link).status_code == 200
    browser.post(link)
    browser.post("/me/hide/")
    assert is_signed_in(browser)
    assert all_rows() == before


# Ending old links -----------------------------------------------------------------------


def test_unhiding_can_revoke_old_links(
    delegate: Delegate, client_of: Sign, deliver: Deliver
) -> None:
    assert delegate.user
    EmailAddress.objects.create(user=delegate.user, email="dewi.home@example.org", verified=True)
    old = path_of(delegate)
    LinkClient().post(old)
    user = User.objects.get(pk=delegate.user.pk)
    browser = client_of(user)
    record_email_code(browser, user)
    page = page_html(browser.get("/me/"))
    assert "End old links and show my profile</button>" in page
    deliver()
    answer = browser.post("/me/show/", {"end_links": "yes"})
    assert (answer.status_code, answer["Location"]) == (302, "/me/")
    delegate.refresh_from_db()
    assert delegate.hidden_at is None
    assert [entry.action for entry in AuditEntry.objects.all()] == ["pause", "end links", "resume"]
    sent = deliver()[-2:]
    assert [email.to for email in sent] == [
        ["delegate@example.org"],
        ["dewi.home@example.org"],
    ]
    assert {email.subject for email in sent} == {"A new link for you"}
    assert (
        "You ended the links in older emails, so they can no longer hide your profile."
        in sent[0].body
    )
    LinkClient().post(old)
    delegate.refresh_from_db()
    assert delegate.hidden_at is None and is_signed_in(browser)
    [new] = links_for("hide", sent[0].body)
    assert new != old
    LinkClient().post(new)
    delegate.refresh_from_db()
    assert delegate.hidden_at is not None and not is_signed_in(browser)


# What it says, and undoing it -----------------------------------------------------------


def test_person_hides_although_a_sealed_text_no_longer_opens(delegate: Delegate) -> None:
    Delegate.objects.filter(pk=delegate.pk).update(about=Sealed("sealed1.00000000.AAAA"))
    with pytest.raises(DecryptionError):
        _ = Delegate.objects.get(pk=delegate.pk).about
    LinkClient().post(path_of(delegate))
    assert Delegate.objects.get(pk=delegate.pk).hidden_at


def test_hidden_person_sees_notice_and_unhides(delegate: Delegate, client_of: Sign) -> None:
    browser = client_of(delegate)
    assert BUTTON in browser.get("/me/").content.decode()
    with time_machine.travel(datetime(2026, 3, 2, 13, tzinfo=UTC), tick=False):
        browser = client_of(delegate)
        browser.post("/me/hide/")
        page = browser.get("/me/").content.decode()
        assert "Your profile has been hidden since 2 March 2026." in page
        assert page.index("Your profile has been hidden since") < page.index("<h1>")
        assert "dewi.inside@example.org" in page
        assert BUTTON not in page
        asked = browser.post("/me/show/")
        assert asked["Location"] == "/accounts/reauthenticate/?next=%2Fme%2Fshow%2F"
        assert "Your profile has been hidden since" in browser.get("/me/").content.decode()
        assert delegate.user
        record_email_code(browser, delegate.user)
        answer = browser.post("/me/show/")
        assert (answer.status_code, answer["Location"]) == (302, "/me/")
        assert "Your profile has been hidden since" not in browser.get("/me/").content.decode()
    delegate.refresh_from_db()
    assert (delegate.hidden_at, delegate.listed_to) == (None, "everyone")
    assert "Dewi Lestari" in Client().get("/directory/").content.decode()
    assert [entry.action for entry in AuditEntry.objects.all()] == ["pause", "resume"]


def test_get_changes_nothing(delegate: Delegate, client_of: Sign) -> None:
    browser = client_of(delegate)
    link = path_of(delegate)
    for hidden_at in (NOON, None):
        delegate.write(hidden_at=hidden_at)
        before = all_rows()
        for path in ("/me/hide/", "/me/show/", "/me/", link):
            assert browser.get(path).status_code in (200, 302), path
            assert browser.head(path).status_code in (200, 302), path
        if hidden_at:  # an old page neither ends links nor shows again
            answer = browser.post("/me/show/", {"end_links": "yes"})
            assert answer["Location"] == "/accounts/reauthenticate/?next=%2Fme%2Fshow%2F"
        else:
            assert browser.post("/me/show/").status_code == 302
        assert all_rows() == before


def test_hiding_goes_through_signing_in(delegate: Delegate, client_of: Sign) -> None:
    """Signed out in another tab; the person must not believe that they are hidden."""
    browser = client_of(delegate)
    browser.handler.enforce_csrf_checks = True
    page = browser.get("/me/")
    press(browser, "/accounts/logout/", "/accounts/logout/")
    asked = press(browser, page, "/me/hide/", "Hide everything now")
    asked = press(browser, asked, LOGIN, "Send me a code", login="delegate@example.org")
    shown = press(browser, asked, CONFIRM_CODE, code=newest_code())
    assert shown.redirect_chain[-1] == ("/me/hide/", 302)
    assert "You are not hidden yet" in page_text(shown)
    delegate.refresh_from_db()
    assert delegate.hidden_at is None
    # The page that is still open has an old token.
    answer = press(browser, page, "/me/hide/", "Hide everything now")
    assert "Your profile has been hidden since" in page_text(answer)
    delegate.refresh_from_db()
    assert delegate.hidden_at is not None
    assert browser.get("/me/hide/")["Location"] == "/me/"


def test_concurrent_profile_save_does_not_unhide(
    delegate: Delegate, client_of: Sign, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Someone uses the link while the form is open."""
    save = ProfileForm.save

    def hide_then_save(form: ProfileForm, *given: Any, **named: Any) -> Delegate:
        consent.hide_profile(Delegate.objects.get(pk=delegate.pk), by=Consent.By.LINK, at=NOON)
        return save(form, *given, **named)

    monkeypatch.setattr(ProfileForm, "save", hide_then_save)
    values = {"name": "Dewi L.", "listed_to": "everyone"}
    rows = {"channel-TOTAL_FORMS": "0", "channel-INITIAL_FORMS": "0"}
    client_of(delegate).post("/me/", values | rows)
    delegate.refresh_from_db()
    assert (delegate.name, delegate.hidden_at) == ("Dewi L.", NOON)


# Nothing is visible ---------------------------------------------------------------------


@pytest.mark.walk
def test_hidden_or_withdrawn_delegate_is_absent_from_every_page(
    settings: Settings, client_of: Sign
) -> None:
    settings.REVEALS_PER_DAY = 10_000
    readers = make_portal()
    theirs = canaries_of("open", *PROFILE, *CHANNELS) | canaries_of("inside", *PROFILE, *CHANNELS)
    roles = list(readers) if FULL_WALKS else ["nobody", "operator", "delegate", "owner"]
    hides, withdraws = (Delegate.objects.get(name=f"zq-{key}-name") for key in ("open", "inside"))

    def opened_by(role: str, *, whole: bool) -> set[str]:
        user = readers[role]
        browser = client_of(user) if user else Client()
        asked = all_paths() if FULL_WALKS else all_paths()[::6]
        found = find_canaries_in_pages(browser, asked) if whole else set()
        of_whom = None if FULL_WALKS else [hides.handle, withdraws.handle]
        return (found | find_canaries_in_reveals(browser, of_whom)) & theirs

    assert canaries_of("open", "name", "everyone") <= opened_by("operator", whole=False)
    opened = opened_by("delegate", whole=False)
    assert canaries_of("open", "name", "partic") | canaries_of("inside", "name", "partic") <= opened
    assert LinkClient().post(path_of(hides)).status_code == 200
    consent.withdraw_consent(withdraws, by=Consent.By.OWNER, at=NOON)
    found = {role: opened_by(role, whole=FULL_WALKS or role == "delegate") for role in roles}
    assert found == {role: set() for role in roles}
