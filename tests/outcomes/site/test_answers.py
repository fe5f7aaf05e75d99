"""Each page answers first: one sentence everywhere, and acts that lead somewhere."""

import re
from datetime import UTC, date, datetime, timedelta
from html import unescape
from itertools import product
from typing import Any

import pytest
from django.test import Client

from outcomes.changes.subscriptions import send_notifications
from outcomes.exports import views
from outcomes.exports.share_image import Picture
from roundtable.models import Event
from tests.factories import (
    make_commitment,
    make_delegate,
    make_event,
    make_organisation,
    make_party,
    make_series,
    make_statement,
    make_update,
    make_user,
)
from tests.fixture_types import Deliver, Sign
from tests.follow_up_factories import make_follow
from tests.page_text import page_text

TODAY = datetime(2026, 3, 2, 12, tzinfo=UTC)
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.each_database,
    pytest.mark.time_machine(TODAY, tick=False),
]
OF_ROUNDTABLE = (
    "3 commitments: 1 in progress, 2 never reported on. 1 of the 3 is past its due date."
)
OF_COMMITMENT = "In progress. Last report: Office, 1 February 2026."
PAGES = [
    "/",
    "/roundtables/here/",
    "/outcomes/here/1/",
    "/outcomes/here/1.a/",
    "/commitments/",
    "/commitments/?event=here&status=in-progress",
    "/commitments/here-c1/",
    "/organisations/office/",
    "/progress/",
    "/progress/?event=here",
]


@pytest.fixture
def event() -> Event:
    event = make_event(
        slug="here", code="HERE", title="Meeting", series=make_series(name="Process")
    )
    statement = make_statement(event, points=1)
    office = make_organisation(slug="office", name="Office")
    reported = make_commitment(event, reference="HERE-C1", text="Train officers")
    reported.outcomes.set(statement.outcomes.filter(number="1.a"))
    make_party(reported, organisation=office)
    make_update(reported, reported_on=date(2026, 2, 1))
    late = make_commitment(event, reference="HERE-C2", due_on=date(2025, 1, 1))
    make_party(late, organisation=office)
    make_party(make_commitment(event, reference="HERE-C3"), organisation=office)
    return event


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[Picture]:
    """The share images that were drawn."""
    pictures: list[Picture] = []

    def draw(picture: Picture) -> bytes:
        pictures.append(picture)
        return b""

    monkeypatch.setattr(views, "draw_share_image", draw)
    return pictures


def sentence_of(page: str) -> str:
    """The sentence with which a page opens."""
    (found,) = re.findall(r'<p class="where-line">(.*?)</p>', page, re.DOTALL)
    return " ".join(unescape(re.sub("<[^>]*>", "", found)).split())


def test_each_page_opens_with_one_sentence(event: Event, client_of: Sign) -> None:
    browser = client_of(make_user("op@example.org", is_superuser=True))
    for path in (
        "/",
        "/roundtables/here/",
        "/commitments/?event=here",
        "/progress/?event=here",
        "/roundtables/here/brief/",
    ):
        assert sentence_of(browser.get(path).content.decode()) == OF_ROUNDTABLE, path
    said = sentence_of(browser.get("/organisations/office/").content.decode())
    assert said == f"{OF_ROUNDTABLE} It reported on 1 of the 3 itself."


def test_roundtable_says_the_same_wherever_it_is_shared(
    event: Event,
    client: Client,
    drawn: list[Picture],
    deliver: Deliver,
) -> None:
    page = client.get("/roundtables/here/").content.decode()
    assert f'<meta name="description" content="{OF_ROUNDTABLE}">' in page
    assert f'<meta property="og:description" content="{OF_ROUNDTABLE}">' in page
    assert OF_ROUNDTABLE in client.get("/roundtables/here.atom").content.decode()
    client.get("/roundtables/here.png")
    assert [str(picture.summary) for picture in drawn] == [OF_ROUNDTABLE]
    assert OF_ROUNDTABLE in email_about(deliver, event=event)


def test_commitment_says_the_same_wherever_it_is_shared(
    event: Event,
    client: Client,
    drawn: list[Picture],
    deliver: Deliver,
) -> None:
    page = client.get("/commitments/here-c1/").content.decode()
    assert sentence_of(page) == OF_COMMITMENT
    assert f'<meta name="description" content="{OF_COMMITMENT}">' in page
    assert OF_COMMITMENT in client.get("/commitments/here-c1.atom").content.decode()
    client.get("/commitments/here-c1.png")
    assert [str(picture.summary) for picture in drawn] == [OF_COMMITMENT]
    # Who reads the email knows the commitment, and the party is on its page.
    commitment = event.commitments.get(reference="HERE-C1")
    assert "In progress." in email_about(deliver, commitment=commitment)


def email_about(deliver: Deliver, **followed: Any) -> str:
    """What is sent to a follower about a report."""
    make_follow(make_user(), frequency="at-once", notified_until=TODAY, **followed)
    commitment = Event.objects.get().commitments.get(reference="HERE-C1")
    update = make_update(commitment, approved=False, reported_on=date(2026, 2, 1))
    later = TODAY + timedelta(hours=1)
    update.approve(by=make_user(), at=later)
    send_notifications(on=TODAY.date(), at=later + timedelta(hours=1))
    (email,) = deliver()
    return " ".join(str(email.body).split())


def acts_of(page: str) -> str:
    """The row of what one can do, in a page."""
    (found,) = re.findall(
        r'<ul class="acts".*?(?:</details>|</a>)\s*</li>\s*</ul>', page, re.DOTALL
    )
    return str(found)


def test_each_act_leads_somewhere(event: Event, client_of: Sign) -> None:
    participant = client_of(make_delegate(user=make_user("who@example.org")))
    followed = set()
    for browser, path in product((Client(), participant), PAGES):
        acts = acts_of(browser.get(path).content.decode())
        for name in ("Copy citation", "Download", "Share", "Follow"):
            assert f">{name}</" in acts, name
        links = [unescape(link) for link in re.findall(r'href="([^"]+)"', acts)]
        assert len(links) >= 3
        for link in links:
            if not link.startswith("mailto:") and link not in followed:
                followed.add(link)
                answer = browser.get(link, follow=True)
                assert answer.status_code == 200, link
                b"".join(answer.streaming_content if answer.streaming else [])  # type: ignore[attr-defined]


def test_page_is_cited_with_what_it_says(event: Event, client: Client) -> None:
    for path, citation in [
        ("/roundtables/here/", "Process, Meeting, 14–15 May 2024."),
        ("/outcomes/here/1.a/", "Process, Meeting, point 1.a, 14–15 May 2024."),
        ("/commitments/here-c1/", "Process, Meeting, HERE-C1, 14–15 May 2024."),
        (
            "/organisations/office/?as_of=2026-02-15",
            "Roundtable, 15 February 2026: Office — ",
        ),
        ("/progress/", f"Roundtable, 2 March 2026: {OF_ROUNDTABLE}"),
        (
            "/commitments/?event=here",
            f"Roundtable, 2 March 2026: Roundtable: Meeting, May 2024 (HERE) — {OF_ROUNDTABLE}",
        ),
    ]:
        words = page_text(client.get(path)).partition("Copy citation ")[2]
        assert words.startswith(citation), words
        assert f"https://portal.example.org{path} " in words
