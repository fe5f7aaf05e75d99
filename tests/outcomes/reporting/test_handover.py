"""A task ends: its focal point gives it back, leaves, is let go or loses the participation."""

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.utils import timezone

from outcomes.models import CommitmentParty, Handover
from outcomes.reporting.links import create_report_link
from participants.accounts.departure import end_affiliations
from participants.models import Delegate, EmailLink, Participation, User
from roundtable.models import Event
from tests.email_links import page_of
from tests.factories import make_affiliation
from tests.fixture_types import Deliver, Sign
from tests.form_fields import press
from tests.page_text import get_text, page_html, page_text

pytestmark = pytest.mark.django_db


def test_focal_point_resigns_with_suggested_successor(
    client: Client,
    client_of: Sign,
    path: str,
    party: CommitmentParty,
    cochair: User,
    deliver: Deliver,
) -> None:
    other = urlsplit(create_report_link(party, at=timezone.now())).path
    words = "Bo of the <b>north</b> desk"
    client.handler.enforce_csrf_checks = True
    page = page_of(client, path)
    reply = press(client, page, page, "Return task", suggestion=words)
    assert reply.status_code == 200
    assert "You will no longer be asked about RT2024-C1." in page_text(reply)
    party.refresh_from_db()
    assert (party.focal_point, party.focal_point_accepted_at) == (None, None)
    assert [row.suggestion for row in Handover.objects.all()] == [words]
    assert not EmailLink.objects.of("report").filter(revoked_at=None).exists()
    for link in (path, other):
        assert client.get(link).status_code == 404
    (mail,) = deliver()
    assert mail.to == ["cochair@example.org"]
    assert mail.subject == "A commitment needs a new focal point"
    # Only the desk shows whom they suggest.
    assert "RT2024-C1" in str(mail.body) and "north" not in str(mail.body)
    address = f"/admin/outcomes/commitment/{party.commitment_id}/change/"
    assert f"https://portal.example.org{address}" in str(mail.body)
    page = client_of(cochair).get(address).content.decode()
    assert "Bo of the &lt;b&gt;north&lt;/b&gt; desk" in page


def test_draft_is_kept_for_successor(
    client: Client, path: str, party: CommitmentParty, delegate: Delegate
) -> None:
    form = {"act": "draft", "reported_on": "2026-03-01", "text": "Half a sen"}
    page = page_html(client.get(path))
    client.post(path, form | {"version": page.split('name="version" value="')[1].split('"')[0]})
    client.post(path, {"act": "hand-over", "suggestion": ""})
    party.refresh_from_db()
    party.request_focal_point(delegate)
    party.accept(timezone.now())
    next_path = urlsplit(create_report_link(party, at=timezone.now())).path
    assert "Half a sen" in client.get(next_path).content.decode()


def test_too_long_message_is_rejected_and_role_kept(
    client: Client, path: str, party: CommitmentParty
) -> None:
    reply = client.post(path, {"act": "hand-over", "suggestion": "x" * 301})
    assert "Ensure this value has at most 300 characters" in page_text(reply)
    assert "x" * 301 in reply.content.decode()
    party.refresh_from_db()
    assert party.focal_point_id and not Handover.objects.exists()


def test_resignation_while_signed_in_is_notified_and_a_declined_request_is_not(
    client_of: Sign,
    event: Event,
    party: CommitmentParty,
    focal_point: Delegate,
    path: str,
    deliver: Deliver,
) -> None:
    browser = client_of(focal_point)
    asked = event.commitments.get(reference="RT2024-C2").parties.get()
    asked.request_focal_point(focal_point)
    browser.post(f"/me/commitments/{asked.pk}/", {"answer": "decline"})
    assert not Handover.objects.exists() and deliver() == []
    reply = browser.post(f"/me/commitments/{party.pk}/", {"answer": "decline"})
    assert reply.status_code == 302
    assert Handover.objects.get().party == party and len(deliver()) == 1
    assert not EmailLink.objects.of("report").filter(revoked_at=None).exists()


def test_reminders_are_stopped_and_resumed(
    client: Client, path: str, party: CommitmentParty
) -> None:
    assert "Stop reminders about this commitment" in get_text(client, path)
    reply = client.post(path, {"act": "stop"})
    assert reply["Location"] == page_of(client, path)
    party.refresh_from_db()
    assert party.reminders_stopped_at
    assert "You do not get reminders about this commitment." in get_text(client, path)
    client.post(path, {"act": "remind"})
    party.refresh_from_db()
    assert party.reminders_stopped_at is None


def leave_party(party: CommitmentParty, part: Participation) -> None:
    make_affiliation(part.delegate, organisation=part.organisation)
    make_affiliation(part.delegate, organisation=party.organisation)
    left = part.delegate.affiliations.filter(organisation=party.organisation)
    end_affiliations(left, timezone.localdate())


def leave_represented_organisation(party: CommitmentParty, part: Participation) -> None:
    make_affiliation(part.delegate, organisation=part.organisation)
    end_affiliations(part.delegate.affiliations.all(), timezone.localdate())


def let_go(party: CommitmentParty, part: Participation) -> None:
    party.request_focal_point(None)


def suspend(party: CommitmentParty, part: Participation) -> None:
    Participation.objects.filter(pk=part.pk).update(
        confirmed_at=None, details_open_on=None, suspended_at=timezone.now()
    )


def end(party: CommitmentParty, part: Participation) -> None:
    Participation.objects.filter(pk=part.pk).update(ended_at=timezone.now())


@pytest.mark.parametrize(
    "lose", [leave_party, leave_represented_organisation, let_go, suspend, end]
)
def test_links_and_pages_of_focal_point_end_with_the_task(
    client: Client,
    client_of: Sign,
    focal_point: Delegate,
    party: CommitmentParty,
    lose: Callable[[CommitmentParty, Participation], None],
) -> None:
    path, late = (
        urlsplit(create_report_link(party, at=timezone.now() - timedelta(days=days))).path
        for days in (0, 31)
    )
    own = f"/me/commitments/{party.pk}/report/"
    browser = client_of(focal_point)
    assert client.get(path).status_code == 200 and browser.get(own).status_code == 200
    lose(party, focal_point.participations.get())
    answer, expired = client.get(path), client.get(late)
    assert (answer.status_code, answer.content) == (404, expired.content)
    assert client.post(path, {"act": "draft", "text": "Mine"}).status_code == 404
    assert browser.get(own).status_code == 404
    assert "RT2024-C1" not in browser.get("/me/commitments/").content.decode()


def test_focal_point_who_returns_reports_again(
    client: Client, focal_point: Delegate, party: CommitmentParty, path: str
) -> None:
    leave_represented_organisation(party, part := focal_point.participations.get())
    assert client.get(path).status_code == 404
    make_affiliation(focal_point, organisation=part.organisation)
    assert client.get(path).status_code == 200
