"""What was written is not lost when the session ends, and no other account gets it."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from outcomes.models import CommitmentParty, ProgressUpdate
from outcomes.reporting.links import create_report_link
from participants.models import Delegate, User
from roundtable.models import Event
from tests.email_links import LinkClient, page_of
from tests.form_fields import form_fields, forms_of, press
from tests.page_text import page_html, page_text
from tests.participants.accounts.test_reauthentication import newest_code
from tests.sign_in import forget_limits

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
LOGIN, CONFIRM_CODE = "/accounts/login/", "/accounts/login/code/confirm/"
TEXT = "Two courses,\r\nin “Ōtara” <b>."


@pytest.fixture
def clock() -> Iterator[Any]:
    with time_machine.travel(NOW, tick=False) as moved:
        yield moved


@pytest.fixture
def party(event: Event, focal_point: Delegate) -> CommitmentParty:
    return event.commitments.get(reference="RT2024-C1").parties.get()


@pytest.fixture
def path(party: CommitmentParty) -> str:
    return f"/me/commitments/{party.pk}/report/"


def sign_in(browser: Client, email: str = "focal@example.org") -> None:
    forget_limits()
    asked = press(browser, LOGIN, LOGIN, "Send me a code", login=email)
    press(browser, asked, CONFIRM_CODE, code=newest_code())
    assert browser.get("/me/").status_code == 200


@pytest.fixture
def browser(path: str, clock: Any) -> Client:
    """With a session of the focal point."""
    browser = Client(enforce_csrf_checks=True)
    sign_in(browser)
    return browser


def wait_eight_hours(browser: Client, clock: Any) -> None:
    clock.shift(timedelta(hours=8, seconds=1))


def lose_the_cookie(browser: Client, clock: Any) -> None:
    """As browsers do after eight hours."""
    wait_eight_hours(browser, clock)
    del browser.cookies["sessionid"]


def sign_out(browser: Client, clock: Any) -> None:
    press(browser, "/accounts/logout/", "/accounts/logout/")
    assert browser.get("/me/").status_code == 302


def hide_elsewhere(browser: Client, clock: Any) -> None:
    other = Client(enforce_csrf_checks=True)
    sign_in(other)
    press(other, "/me/", "/me/hide/", "Hide everything now")


@pytest.mark.parametrize("end", [wait_eight_hours, lose_the_cookie, sign_out, hide_elsewhere])
def test_text_is_kept_until_its_author_signs_in(
    browser: Client, path: str, clock: Any, end: Callable[..., None]
) -> None:
    page, before = browser.get(path), ProgressUpdate.objects.count()
    end(browser, clock)
    kept = press(browser, page, path, "Save as a draft", text=TEXT)
    assert (kept.status_code, kept["Cache-Control"]) == (403, "private, no-store")
    assert "You are signed out, so nothing has changed yet." in page_text(kept)
    assert f'href="{LOGIN}" target="_blank"' in page_html(kept)
    # Once more before signing in.
    kept = press(browser, kept, path, "Send again")
    assert kept.status_code == 403 and ProgressUpdate.objects.count() == before
    sign_in(browser)  # in another tab, which makes the token of this one old
    answer = press(browser, kept, path, "Send again")
    assert answer.redirect_chain == [(path, 302)]
    assert ProgressUpdate.objects.latest("pk").text == TEXT


def test_text_is_saved_after_signing_in_again_in_another_tab(
    browser: Client, path: str, clock: Any
) -> None:
    page, profile = browser.get(path), browser.get("/me/")
    sign_out(browser, clock)
    answer = press(browser, profile, "/me/hide/", "Hide everything now")
    assert answer.redirect_chain == [(f"{LOGIN}?next=/me/hide/", 302)], "no text is lost"
    file = SimpleUploadedFile("report.pdf", b"%PDF-1.4")
    kept = press(browser, page, path, "Save as a draft", text=TEXT, **{"evidence-file": file})
    assert "A file cannot be kept. Add it once more afterwards." in page_text(kept)
    sign_in(browser)
    answer = press(browser, page, path, "Save as a draft", text=TEXT)
    assert answer.redirect_chain == [(path, 302)]
    assert ProgressUpdate.objects.latest("pk").text == TEXT


def test_other_account_never_gets_the_text(
    browser: Client, path: str, clock: Any, quiet_delegate: Delegate
) -> None:
    page = browser.get(path)
    sign_out(browser, clock)
    kept = press(browser, page, path, "Save as a draft", text=TEXT)
    sign_in(browser, "quiet@example.org")
    for shown, button in ((page, "Save as a draft"), (kept, "Send again")):
        answer = press(browser, shown, path, button, text=TEXT)
        assert answer.status_code == 403
        assert "Another account wrote this" in page_text(answer)
        assert "Ōtara" not in answer.content.decode() and "Send again" not in page_html(answer)
    # The author signs in again and finds it.
    sign_out(browser, clock)
    sign_in(browser)
    assert press(browser, kept, path, "Send again").redirect_chain == [(path, 302)]
    assert ProgressUpdate.objects.latest("pk").text == TEXT


def test_emailed_link_keeps_text_after_signing_in(party: CommitmentParty, clock: Any) -> None:
    browser = LinkClient(enforce_csrf_checks=True)
    path = page_of(browser, urlsplit(create_report_link(party, at=timezone.now())).path)
    page = browser.get(path)
    sign_in(browser)
    asked = press(browser, page, path, "Save as a draft", text=TEXT)
    assert "You signed in or out after you opened the page" in page_text(asked)
    assert press(browser, asked, path, "Send again").redirect_chain == [(path, 302)]
    assert ProgressUpdate.objects.latest("pk").text == TEXT


def test_what_another_site_sent_is_refused_and_not_shown(browser: Client, path: str) -> None:
    """Even if it knew the mark of the account."""
    before = ProgressUpdate.objects.count()
    form = form_fields(page_html(browser.get(path)), containing="text") | {"text": TEXT}
    form["csrfmiddlewaretoken"] = ["x" * 32]
    for sent in (form, form | {"written_by": "x" * 32}):
        for origin in ({"origin": "https://elsewhere.example"}, {"origin": "null"}, {}):
            answer = browser.post(path, sent, headers=origin)
            assert answer.status_code == 403
            assert "Ōtara" not in answer.content.decode()
            assert "Send again" not in page_html(answer)
    assert ProgressUpdate.objects.count() == before


def test_page_without_session_is_the_same_at_each_address(db: None) -> None:
    pages = set()
    for path in ("/me/", "/me/commitments/1/report/", "/admin/roundtable/event/9/change/"):
        page = page_html(Client().post(path, {"text": "x"}))
        token = form_fields(page, path, containing="text")["csrfmiddlewaretoken"][0]
        pages.add(page.replace(token, "").replace(path, ""))
    assert len(pages) == 1


def test_each_form_of_a_page_names_its_account(
    client_of: Callable[[User], Client], cochair: User, event: Event
) -> None:
    browser, marks = client_of(cochair), set()
    for path in (
        "/accounts/email/",
        "/accounts/2fa/reauthenticate/",
        "/admin/outcomes/commitment/",
        f"/admin/roundtable/event/{event.pk}/change/",
    ):
        forms = [form for form in forms_of(page_html(browser.get(path))) if form.method == "post"]
        assert forms, path
        marks |= {tuple(form.fields["written_by"]) for form in forms}
    assert len(marks) == 1
    for path in ("/invite-me/", LOGIN):
        assert "written_by" not in Client().get(path).content.decode()
