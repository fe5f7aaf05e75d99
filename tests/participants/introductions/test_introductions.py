"""Introductions: asked for or proposed, accepted by both, refused without a word."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client

from participants.introductions import lifecycle
from participants.models import Audience, Delegate, Introduction, User
from participants.privacy import visibility
from participants.privacy.visibility import Viewer
from roundtable.mail.models import QueuedEmail
from roundtable.models import Event
from tests.factories import (
    NOON,
    make_channel,
    make_delegate,
    make_introduction,
    make_participation,
    make_user,
)
from tests.mail_queue import queued_emails
from tests.recorded_fixtures import recorded

pytestmark = pytest.mark.django_db
Sign = Callable[[User | Delegate], Client]
ON = NOON.date()


@pytest.fixture
@recorded
def shelter(event: Event) -> Delegate:
    """Protected: seen by people introduced to her, and by no one else."""
    shelter = make_delegate(
        name="Sita Shelter", is_protected=True, listed_to=Audience.INTRODUCED, post="Night desk"
    )
    make_participation(shelter, event)
    make_channel(shelter, value="sita.night@example.org", audience=Audience.INTRODUCED)
    return shelter


def eyes(who: Delegate) -> Viewer:
    assert who.user is not None
    return visibility.get_viewer(who.user, ON)


def values(viewer: Delegate, who: Delegate) -> list[str] | None:
    """The contact details that the viewer reads on the page after "Show"."""
    profile = visibility.find_profile(eyes(viewer), who.handle, ON, revealed=True)
    return None if profile is None else [channel.value for channel in profile.channels]


def emails_to(who: Delegate) -> int:
    assert who.user is not None
    return len(queued_emails(to=who.user.email))


def request(by: Delegate, who: Delegate, at: datetime = NOON) -> Introduction:
    row = lifecycle.request_introduction(by=by, handle=who.handle, message="Hello", at=at)
    assert row is not None
    return row


def seen_by(who: Delegate, at: datetime = NOON) -> list[lifecycle.IntroductionSummary]:
    return lifecycle.list_introductions(who, eyes(who), at)


def test_introduction_is_requested_and_accepted(
    client_of: Sign, focal_point: Delegate, quiet_delegate: Delegate
) -> None:
    make_channel(focal_point, value="farah.friends@example.org", audience=Audience.INTRODUCED)
    asking, asked = client_of(quiet_delegate), client_of(focal_point)
    path = f"/directory/{focal_point.handle}/introduce/"
    assert f'href="{path}"' in asking.get(focal_point.get_absolute_url()).content.decode()
    assert asking.post(path, {"message": " "}).status_code == 400
    answer = asking.post(path, {"message": "About the hotline"})
    assert (answer.status_code, answer["Location"]) == (302, "/me/introductions/")
    assert emails_to(focal_point) == 1

    page = asked.get("/me/introductions/").content.decode()
    assert "Quiet Quentin" in page and "About the hotline" in page
    row = Introduction.objects.get()
    asked.post(f"/me/introductions/{row.handle}/", {"answer": "accept"})
    assert emails_to(quiet_delegate) == 1
    assert values(quiet_delegate, focal_point) == [
        "farah.inside@example.org",
        "farah.friends@example.org",
    ]
    assert "Farah Point" in asking.get("/me/introductions/").content.decode()

    asked.post(f"/me/introductions/{row.handle}/", {"answer": "end"})
    assert values(quiet_delegate, focal_point) == ["farah.inside@example.org"]
    assert emails_to(quiet_delegate) == 1


def test_only_visible_delegates_can_be_asked(
    client_of: Sign, quiet_delegate: Delegate, outsider: Delegate, shelter: Delegate
) -> None:
    client = client_of(outsider)
    absent = client.get("/directory/nobodyhere/introduce/")
    for hidden in (quiet_delegate, shelter):
        address = f"/directory/{hidden.handle}/introduce/"
        for answer in (client.get(address), client.post(address, {"message": "Hello"})):
            assert answer.status_code == 404
        assert client.get(address).content.replace(hidden.handle.encode(), b"nobodyhere") == (
            absent.content
        )
    assert not Introduction.objects.exists() and not QueuedEmail.objects.exists()


def test_rejection_is_not_revealed(
    client_of: Sign, delegate: Delegate, quiet_delegate: Delegate
) -> None:
    row = request(quiet_delegate, delegate)
    client = client_of(quiet_delegate)
    waiting = seen_by(quiet_delegate)
    lifecycle.end_introduction(row, by=delegate, at=NOON + timedelta(hours=1))
    assert seen_by(quiet_delegate) == waiting
    assert seen_by(delegate) == []
    # Asking again gets the same answer and sends no email.
    assert request(quiet_delegate, delegate, NOON + timedelta(days=9)) == row
    assert (Introduction.objects.count(), emails_to(delegate)) == (1, 1)
    assert client.get("/me/introductions/").status_code == 200
    late = request(quiet_delegate, delegate, NOON + timedelta(days=366))
    assert late != row and emails_to(delegate) == 2


def test_withdrawn_request_is_removed(delegate: Delegate, quiet_delegate: Delegate) -> None:
    for email_count, days in ((1, 0), (1, 1), (2, 31)):
        at = NOON + timedelta(days=days)
        row = request(quiet_delegate, delegate, at)
        assert len(seen_by(delegate, at)) == 1
        lifecycle.end_introduction(row, by=quiet_delegate, at=at)
        assert seen_by(quiet_delegate, at) == seen_by(delegate, at) == []
        # Going round in circles writes once a month.
        assert emails_to(delegate) == email_count


def test_rejected_request_cannot_be_repeated(delegate: Delegate, quiet_delegate: Delegate) -> None:
    first = request(quiet_delegate, delegate)
    lifecycle.end_introduction(first, by=delegate, at=NOON)
    lifecycle.end_introduction(first, by=quiet_delegate, at=NOON)
    later = NOON + timedelta(days=60)
    request(quiet_delegate, delegate, later)
    (side,) = seen_by(quiet_delegate, later)
    assert (side.proposer, side.is_accepted, side.needs_my_answer) == ("reader", False, False)
    assert seen_by(delegate, later) == []
    assert emails_to(delegate) == 1


def test_ended_introduction_is_not_announced(delegate: Delegate, quiet_delegate: Delegate) -> None:
    row = make_introduction(quiet_delegate, delegate)
    before = seen_by(quiet_delegate)
    lifecycle.end_introduction(row, by=delegate, at=NOON)
    assert seen_by(quiet_delegate) == before
    assert seen_by(delegate) == []


def test_rejected_proposal_stays_visible_to_other_side(
    cochair: User, delegate: Delegate, quiet_delegate: Delegate
) -> None:
    row = lifecycle.propose_introduction(
        first=quiet_delegate, second=delegate, by=cochair, message="", at=NOON
    )
    before = seen_by(quiet_delegate)
    lifecycle.end_introduction(row, by=delegate, at=NOON)
    assert seen_by(quiet_delegate) == before
    lifecycle.accept_introduction(row, by=quiet_delegate, at=NOON)
    (side,) = seen_by(quiet_delegate)
    assert (side.is_accepted, side.needs_my_answer) == (False, False)
    assert not Introduction.objects.accepted().exists()


def test_requester_card_is_hidden_after_acceptance_if_unlisted(
    event: Event, delegate: Delegate, client_of: Sign
) -> None:
    asker = make_delegate(name="Asking Asma")
    make_participation(asker, event)
    row = request(asker, delegate)
    (side,) = seen_by(delegate)
    assert side.card is not None and side.card.name == "Asking Asma"
    lifecycle.accept_introduction(row, by=delegate, at=NOON)
    # Once it is answered, the door decides: she is listed to no one.
    (side,) = seen_by(delegate)
    assert side.card is None
    Introduction.objects.update(second_accepted_at=None)
    asker.write(consented_at=None)
    (side,) = seen_by(delegate)
    assert side.card is None
    answer = client_of(asker).post(f"/directory/{delegate.handle}/introduce/", {"message": "x"})
    assert (answer.status_code, answer["Location"]) == (302, "/me/consent/")


def test_mutual_request_accepts_introduction(delegate: Delegate, focal_point: Delegate) -> None:
    first = request(delegate, focal_point)
    assert request(focal_point, delegate) == first
    assert list(Introduction.objects.accepted()) == [first]


def test_at_most_twenty_requests_are_pending(delegate: Delegate, quiet_delegate: Delegate) -> None:
    for _number in range(20):
        row = make_introduction(
            quiet_delegate, make_delegate(), accepted=False, first_accepted_at=NOON
        )
    with pytest.raises(lifecycle.TooManyRequests):
        request(quiet_delegate, delegate)
    lifecycle.end_introduction(row, by=row.second, at=NOON)  # to refuse tells nothing
    with pytest.raises(lifecycle.TooManyRequests):
        request(quiet_delegate, delegate)
    assert Introduction.objects.count() == 20


def test_only_the_two_delegates_can_answer(
    client_of: Sign, delegate: Delegate, quiet_delegate: Delegate, outsider: Delegate
) -> None:
    path = f"/me/introductions/{request(quiet_delegate, delegate).handle}/"
    assert client_of(outsider).post(path, {"answer": "accept"}).status_code == 404
    # Who asked cannot accept for the other.
    assert client_of(quiet_delegate).post(path, {"answer": "accept"}).status_code == 302
    assert not Introduction.objects.accepted().exists()


def test_cochair_introduces_a_protected_person(
    cochair: User, quiet_delegate: Delegate, shelter: Delegate
) -> None:
    words = "You both run hotlines"
    row = lifecycle.propose_introduction(
        first=quiet_delegate, second=shelter, by=cochair, message=words, at=NOON
    )
    assert (emails_to(quiet_delegate), emails_to(shelter)) == (1, 1)
    (side,) = seen_by(quiet_delegate)
    assert (side.card, side.message, side.proposer) == (None, words, lifecycle.Proposer.COCHAIRS)
    lifecycle.accept_introduction(row, by=quiet_delegate, at=NOON)
    assert values(quiet_delegate, shelter) is None
    lifecycle.accept_introduction(row, by=shelter, at=NOON)
    assert values(quiet_delegate, shelter) == ["sita.night@example.org"]


def test_only_cochair_introduces(
    cochair: User, quiet_delegate: Delegate, delegate: Delegate, outsider: Delegate
) -> None:
    for first, second, by in (
        (quiet_delegate, delegate, make_user()),
        (quiet_delegate, outsider, cochair),
    ):
        with pytest.raises(PermissionError):
            lifecycle.propose_introduction(first=first, second=second, by=by, message="", at=NOON)
    assert not Introduction.objects.exists()


def test_query_count_is_independent_of_introductions(
    client_of: Sign, quiet_delegate: Delegate, django_assert_num_queries: Callable[[int], object]
) -> None:
    client = client_of(quiet_delegate)
    client.get("/me/introductions/")
    for number in (1, 3):
        while Introduction.objects.count() < number:
            make_introduction(make_delegate(), quiet_delegate, accepted=False)
        with django_assert_num_queries(8):  # type: ignore[attr-defined]
            client.get("/me/introductions/")
