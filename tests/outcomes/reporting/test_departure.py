"""A person who leaves, is let go or loses the participation cannot report any more."""

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.utils import timezone

from outcomes.models import CommitmentParty
from outcomes.reporting.links import create_report_link
from participants.accounts.departure import end_affiliations
from participants.models import Delegate, Participation, User
from roundtable.models import Event
from tests.factories import make_affiliation

pytestmark = pytest.mark.django_db
Sign = Callable[[User | Delegate], Client]


@pytest.fixture
def party(event: Event, focal_point: Delegate) -> CommitmentParty:
    return event.commitments.get(reference="RT2024-C1").parties.get()


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
    client: Client, focal_point: Delegate, party: CommitmentParty
) -> None:
    path = urlsplit(create_report_link(party, at=timezone.now())).path
    leave_represented_organisation(party, part := focal_point.participations.get())
    assert client.get(path).status_code == 404
    make_affiliation(focal_point, organisation=part.organisation)
    assert client.get(path).status_code == 200
