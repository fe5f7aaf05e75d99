"""Links in emails: keys that no page keeps, and the short sessions that they open."""

from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from itertools import pairwise
from urllib.parse import urlsplit

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.contrib.sessions.models import Session
from django.core import signing
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from outcomes.models import CommitmentParty
from outcomes.reporting.links import create_report_link, links_in_text
from outcomes.reporting.proposals import link_url
from participants.accounts.emails import hide_url
from participants.email_links.links import former_hash
from participants.models import Delegate, EmailLink, User
from roundtable.models import Event
from tests.email_links import LinkClient, make_email_link, page_of
from tests.factories import NOON, make_commitment, make_party
from tests.follow_up_factories import make_undertaking
from tests.form_fields import form_fields, press
from tests.page_text import page_html, page_text

pytestmark = pytest.mark.django_db
Sign = Callable[[User | Delegate], Client]
REPORT = {"status": "in-progress", "reported_on": "2026-03-01", "text": "Three courses were held."}


@pytest.fixture
def party(event: Event, focal_point: Delegate) -> CommitmentParty:
    return event.commitments.get(reference="RT2024-C1").parties.get()


@pytest.fixture
def link(party: CommitmentParty) -> str:
    """The address in the email to the focal point."""
    return urlsplit(create_report_link(party, at=timezone.now())).path


def key_in(path: str) -> str:
    return path.split("/")[2]


# The key --------------------------------------------------------------------------------


def test_no_page_contains_the_key(client: Client, link: str) -> None:
    answer = Client.generic(client, "GET", link)
    assert (answer.status_code, answer.content) == (302, b"")
    page = client.get(answer["Location"])
    assert page.status_code == 200 and "no-store" in answer["Cache-Control"]
    for text in (answer["Location"], page.content.decode(), str(client.session.items())):
        assert key_in(link) not in text


def test_key_is_random_and_says_nothing(delegate: Delegate) -> None:
    paths = {urlsplit(hide_url(delegate, NOON)).path for _number in range(3)}
    assert len(paths) == 3
    for path in paths:
        assert len(key_in(path)) == 43
        assert delegate.handle not in path and not path.startswith("/hide")
    hashes = EmailLink.objects.values_list("key_hash", flat=True)
    assert len({*hashes}) == 3 and not {key_in(path) for path in paths} & {*hashes}


def test_link_works_for_its_purpose_only(client: Client, link: str) -> None:
    number = page_of(client, link).split("/")[2]
    for folder in ("hide", "review", "following", "proposals", "invitations"):
        answer = client.get(f"/{folder}/{number}/")
        assert answer.status_code == 404, folder
        assert "Open the link in the email again" in page_text(answer)


@pytest.mark.parametrize("purpose", ["report", "proposal"])
def test_link_ends_when_the_address_leaves_the_account(
    purpose: str, party: CommitmentParty, focal_point: Delegate
) -> None:
    at = timezone.now()
    if purpose == "report":
        url = create_report_link(party, at=at)
    else:
        row = make_commitment(party.commitment.event, state="proposed", proposed_at=at)
        office = focal_point.participations.get().organisation
        asked = make_party(row, organisation=office, focal_point=focal_point)
        url = link_url(make_undertaking(asked, created_at=at, expires_at=at + timedelta(days=60)))
    browser = LinkClient()
    page = page_of(browser, url)
    assert browser.get(page).status_code == 200
    EmailAddress.objects.create(user=focal_point.user, email="other@example.org", verified=True)
    EmailAddress.objects.filter(user=focal_point.user).exclude(email="other@example.org").delete()
    answer = browser.get(page)
    assert answer.status_code == 404
    assert "You cannot use this link" in page_text(answer)


def test_link_that_hides_outlives_the_address(delegate: Delegate) -> None:
    """Or someone who removes the owner's address takes the brake away, too."""
    url = hide_url(delegate, timezone.now())
    EmailAddress.objects.filter(user=delegate.user).delete()
    LinkClient().post(url)
    delegate.refresh_from_db()
    assert delegate.hidden_at


# The session ----------------------------------------------------------------------------


def test_opening_gives_the_session_a_new_key(
    client: Client, client_of: Sign, delegate: Delegate, link: str
) -> None:
    """A key that someone planted in the browser must not open the page as well."""
    client.get(link)
    planted = client.cookies["sessionid"].value
    page = page_of(client, urlsplit(hide_url(delegate, timezone.now())).path)
    other = Client()
    other.cookies["sessionid"] = planted
    assert client.get(page).status_code == 200
    assert other.get(page).status_code == 404


def test_opening_twice_signs_no_one_out(client_of: Sign, delegate: Delegate, link: str) -> None:
    """As a double click does: both requests have the same cookie."""
    browser, other = client_of(delegate), Client()
    other.cookies["sessionid"] = browser.cookies["sessionid"].value
    for each in (browser, other, browser):
        page_of(each, link)
        assert each.get("/me/").status_code == 200


def test_numbers_of_pages_tell_nothing_of_other_emails(client: Client, delegate: Delegate) -> None:
    numbers = [
        int(page_of(client, hide_url(delegate, timezone.now())).split("/")[2]) for _email in "abc"
    ]
    assert all(abs(first - second) > 1000 for first, second in pairwise(numbers))


def test_scanner_that_opens_a_link_again_and_again_is_refused(client: Client, link: str) -> None:
    with time_machine.travel(NOON, tick=False):
        answers = [Client().get(link).status_code for _try in range(32)]
        assert answers[:30] == [302] * 30 and answers[31] == 429
        sessions = Session.objects.count()
        assert Client().head(link).status_code == 302
        assert Session.objects.count() == sessions == 30


def test_each_link_in_one_browser_opens_its_own_page(
    client: Client, party: CommitmentParty, focal_point: Delegate, link: str
) -> None:
    second = party.commitment.event.commitments.get(reference="RT2024-C2").parties.get()
    second.request_focal_point(focal_point)
    second.accept(timezone.now())
    first_page = page_of(client, link)
    second_page = page_of(client, create_report_link(second, at=timezone.now()))
    version = form_fields(page_html(client.get(first_page)), containing="version")["version"]
    client.post(first_page, {**REPORT, "act": "draft", "version": version})
    assert [row.party for row in party.updates.unapproved()] == [party]
    assert not second.updates.exists()
    assert client.get(second_page).status_code == 200


@pytest.mark.parametrize(
    ("visits", "status"),
    [([59], 200), ([60], 404), ([50, 50, 50], 200), ([*[50] * 9, 29], 200), ([*[50] * 9, 30], 404)],
)
def test_page_closes_after_an_hour_without_use_and_after_eight_hours(
    client: Client, link: str, visits: list[int], status: int
) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        page = page_of(client, link)
        for minutes in visits:
            clock.shift(timedelta(minutes=minutes))
            answer = client.get(page)
        assert answer.status_code == status
        if status == 404:
            assert "It closes after an hour without use" in page_text(answer)
            assert client.get(link).status_code == 200  # opened once more


def test_what_was_written_is_sent_after_the_link_is_opened_again(
    link: str, party: CommitmentParty
) -> None:
    browser = LinkClient(enforce_csrf_checks=True)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        page = page_of(browser, link)
        fields = form_fields(page_html(browser.get(page)), containing="version")
        clock.shift(timedelta(hours=2))
        answer = browser.post(page, {**fields, **REPORT, "act": "draft"})
        assert answer.status_code == 404 and not party.updates.unapproved().exists()
        said = page_text(answer)
        assert "nothing has changed yet" in said and "You can also sign in" not in said
        browser.get(link)
        assert press(browser, answer, page, "Send again").redirect_chain == [(page, 302)]
    assert [row.text for row in party.updates.unapproved()] == ["Three courses were held."]


def test_text_is_shown_if_the_link_ended_while_it_was_written(
    client: Client, link: str, party: CommitmentParty
) -> None:
    page = page_of(client, link)
    EmailLink.objects.of("report", party).revoke(timezone.now())
    said = page_text(client.post(page, {**REPORT, "act": "hand-in"}))
    assert "What you wrote is not saved" in said and "Three courses were held." in said
    assert "What you wrote" not in page_text(client.get(page))


def test_button_closes_the_page(client: Client, link: str) -> None:
    page = page_of(client, link)
    assert 'action="/close-links/"' in page_html(client.get(page))
    assert client.get("/close-links/")["Location"] == "/"
    assert client.get(page).status_code == 200
    assert client.post("/close-links/")["Location"] == "/"
    assert client.get(page).status_code == 404


def test_unknown_number_and_number_of_others_look_alike(client: Client, link: str) -> None:
    number = page_of(LinkClient(), link).split("/")[2]
    answers = [client.get(f"/report/{pk}/") for pk in (number, "987654")]
    assert answers[0].content == answers[1].content
    assert not client.cookies
    answers.append(client.post(f"/report/{number}/"))
    assert {answer.status_code for answer in answers} == {404}


def test_links_of_the_release_before_are_found_in_waiting_emails(party: CommitmentParty) -> None:
    content = [7, NOON.isoformat()]
    row = make_email_link(purpose="report", target_id=party.pk)
    EmailLink.objects.filter(pk=row.pk).update(key_hash=former_hash(content))
    token = signing.dumps(content, salt="outcomes.reporting.links")
    text = f"https://portal.example.org/report/{token}/ and https://example.org/report/2018/"
    assert list(links_in_text(text, created_at=NOON)) == [row]
    assert list(links_in_text(text, created_at=NOON + timedelta(days=1))) == []


# What is left ---------------------------------------------------------------------------


def test_expired_links_are_deleted(delegate: Delegate) -> None:
    make_email_link("kept", delegate=delegate)
    make_email_link("gone", delegate=delegate, expires_at=NOON + timedelta(days=1))
    make_email_link("withdrawn", revoked_at=timezone.now() - timedelta(days=31))
    make_email_link("still shown", revoked_at=timezone.now() - timedelta(days=29))
    printed = StringIO()
    call_command("apply_retention", stdout=printed)
    assert printed.getvalue() == "Links in emails: 2 deleted.\n"
    left = set(EmailLink.objects.values_list("key_hash", flat=True))
    assert left == {EmailLink.digest("kept"), EmailLink.digest("still shown")}
