"""A form that is sent twice acts once, whoever lost the first answer."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event as Signal
from typing import Any
from unittest.mock import Mock

import pytest
import time_machine
from allauth.core.exceptions import ImmediateHttpResponse, ReauthenticationRequired
from django.contrib.admin.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.test import Client, RequestFactory
from django.utils import timezone
from pytest_django import Settings

from outcomes.models import Commitment
from participants.models import Audience, ContactChannel, Delegate, RevealBudget, User
from roundtable.encryption import DecryptionError
from roundtable.models import AuditEntry, Event, IdempotencyKey
from roundtable.web import idempotency
from tests.canaries import response_text
from tests.factories import channel_with, make_delegate, make_event, make_party
from tests.form_fields import form_fields
from tests.shared_database import in_a_thread, shared_database

__all__ = ["shared_database"]  # fixture

pytestmark = [pytest.mark.usefixtures("recorded_templates"), pytest.mark.each_database]
Sign = Callable[[User | Delegate], Client]
Fields = dict[str, Any]
PATIENCE = 30  # seconds


def form_at(browser: Client, path: str, action: str = "") -> Fields:
    """The form of a page, as it would be sent untouched."""
    return form_fields(browser.get(path).content.decode(), action)


def new_channel(browser: Client, value: str = "dewi.new@example.org") -> Fields:
    """The form of one's own profile with one more address to reach one at."""
    fields = form_at(browser, "/me/")
    number = int(fields["channel-TOTAL_FORMS"][0])
    row = next(
        index for index in range(number) if not fields.get(f"channel-{index}-value", ["x"])[0]
    )
    return fields | {
        f"channel-{row}-kind": "email",
        f"channel-{row}-value": value,
        f"channel-{row}-audience": Audience.ONLY_ME,
    }


def told(answer: Any) -> list[str]:
    """The messages that the page after this answer shows."""
    page = answer.client.get(answer["Location"])
    return [str(message) for message in page.context["messages"]]


def test_channel_sent_twice_is_stored_once(client_of: Sign, delegate: Delegate) -> None:
    browser = client_of(delegate)
    sent = new_channel(browser)
    first = browser.post("/me/", sent)
    assert (first.status_code, first["Location"]) == (302, "/me/")
    assert told(first)[:1] == ["Your profile is saved. Select “See what others see” to check it."]
    assert delegate.channels.count() == 4
    again = browser.post("/me/", sent)
    assert (again.status_code, again["Location"]) == (302, "/me/")
    assert told(again) == []
    # Nor from another session.
    assert client_of(delegate).post("/me/", sent).status_code == 302
    assert delegate.channels.count() == 4
    assert [row.value for row in ContactChannel.objects.all()].count("dewi.new@example.org") == 1


def test_same_key_with_other_content_is_new_write(client_of: Sign, delegate: Delegate) -> None:
    browser = client_of(delegate)
    fields = form_at(browser, "/me/")
    # There and back again, from a page that the browser kept: each time something else is wanted.
    for post in ("Adviser", "Minister", "Adviser"):
        assert browser.post("/me/", fields | {"post": post}).status_code == 302
        delegate.refresh_from_db()
        assert delegate.post == post
    assert IdempotencyKey.objects.count() == 1


def test_rejected_form_can_be_corrected(client_of: Sign, delegate: Delegate) -> None:
    browser = client_of(delegate)
    sent = new_channel(browser)
    answer = browser.post("/me/", sent | {"name": ""})
    assert answer.status_code == 400
    assert not IdempotencyKey.objects.exists()
    corrected = form_fields(answer.content.decode()) | {"name": "Dewi Lestari"}
    assert corrected["once"] != sent["once"]
    assert browser.post("/me/", corrected).status_code == 302
    assert delegate.channels.count() == 4


def test_commitment_sent_twice_is_stored_once(client_of: Sign, cochair: User, event: Event) -> None:
    browser = client_of(cochair)
    path = "/admin/outcomes/commitment/add/"
    sent = form_at(browser, path) | {
        "event": event.pk,
        "reference": "RT2024-C9",
        "text": "Open a hotline.",
        "_addanother": "",
    }
    first = browser.post(path, sent)
    assert (first.status_code, first["Location"]) == (302, path)
    assert len(told(first)) == 1
    again = browser.post(path, sent)
    assert (again.status_code, again["Location"]) == (302, path)
    assert told(again) == []
    assert Commitment.objects.filter(text="Open a hotline.").count() == 1
    assert LogEntry.objects.count() == 1
    # A mistake is answered with the form and 200, and keeps nothing.
    refused = browser.post(path, form_at(browser, path) | {"event": event.pk, "text": ""})
    assert refused.status_code == 200
    assert IdempotencyKey.objects.count() == 1


def test_row_added_in_popup_twice_is_stored_once(client_of: Sign, operator: User) -> None:
    browser = client_of(operator)
    path = "/admin/roundtable/series/add/?_to_field=id&_popup=1"
    sent = form_at(browser, path) | {"name": "New series", "slug": "new-series"}
    first = browser.post(path, sent)
    assert first.status_code == 200
    assert "popup_response.js" in first.content.decode()
    again = browser.post(path, sent)
    assert again.status_code == 302
    assert re.fullmatch(r"/admin/roundtable/series/\d+/change/\?_popup=1", again["Location"])
    assert browser.get(again["Location"]).status_code == 200
    assert LogEntry.objects.count() == 1


def test_repeated_delete_shows_one_message(client_of: Sign, operator: User) -> None:
    row = make_event(code="GONE", slug="gone", title="Gone for good", is_public=False)
    browser = client_of(operator)
    path = f"/admin/roundtable/event/{row.pk}/delete/"
    page = browser.get(path).content.decode()
    assert (
        "Do you want to delete “Gone for good, May 2024 (GONE)”? "
        "This also deletes everything listed here:"
    ) in page
    sent = form_fields(page)
    first = browser.post(path, sent)
    assert not Event.objects.filter(pk=row.pk).exists()
    assert len(told(first)) == 1
    again = browser.post(path, sent)
    assert (again.status_code, again["Location"]) == (302, first["Location"])
    assert told(again) == []


def looks() -> tuple[int, int]:
    """How many looks are on record, and how many are counted."""
    spent = sum(row.used for row in RevealBudget.objects.all())
    return AuditEntry.objects.filter(action__in=("reveal", "vcard")).count(), spent


@pytest.fixture
def viewer(client_of: Sign, delegate: Delegate, quiet_delegate: Delegate) -> Client:
    return client_of(quiet_delegate)


def show_form(viewer: Client, delegate: Delegate) -> tuple[str, Fields]:
    action = f"/directory/{delegate.handle}/show/"
    return action, form_at(viewer, f"/directory/{delegate.handle}/", action)


def test_repeated_reveal_is_logged_once(viewer: Client, delegate: Delegate) -> None:
    action, sent = show_form(viewer, delegate)
    for _ in range(3):
        page = viewer.post(action, sent)
        assert page.status_code == 200
        assert "dewi.inside@example.org" in page.content.decode()
        assert looks() == (1, 1)
    # No page is kept, nor what was on it.
    kept = IdempotencyKey.objects.get()
    assert kept.redirect_to == ""
    assert "example.org" not in repr(kept.__dict__)
    # A fresh page is a new look.
    action, sent = show_form(viewer, delegate)
    viewer.post(action, sent)
    assert looks() == (2, 2)


def test_repeated_vcard_request_is_logged_once(viewer: Client, delegate: Delegate) -> None:
    action, sent = show_form(viewer, delegate)
    card = f"/directory/{delegate.handle}.vcf"
    sent = form_fields(viewer.post(action, sent).content.decode(), card)
    assert looks() == (1, 1)
    for _ in range(2):
        answer = viewer.post(card, sent)
        assert "dewi.inside@example.org" in answer.content.decode()
        assert looks() == (2, 2)


def test_repeated_reveal_shows_current_visibility(viewer: Client, delegate: Delegate) -> None:
    action, sent = show_form(viewer, delegate)
    viewer.post(action, sent)
    ContactChannel.objects.filter(pk=channel_with("dewi.inside@example.org").pk).update(
        audience=Audience.ONLY_ME
    )
    page = viewer.post(action, sent).content.decode()
    assert "dewi.open@example.org" in page and "dewi.inside@example.org" not in page
    Delegate.objects.filter(pk=delegate.pk).update(listed_to=Audience.ONLY_ME)
    hidden = viewer.post(action, sent)
    assert hidden.status_code == 404
    assert looks() == (1, 1)


def test_later_reveal_is_logged_again(viewer: Client, delegate: Delegate) -> None:
    action, sent = show_form(viewer, delegate)
    start = timezone.now()
    with time_machine.travel(start, tick=False) as clock:
        viewer.post(action, sent)
        clock.shift(timedelta(minutes=9, seconds=59))
        viewer.post(action, sent)
        assert looks() == (1, 1)
        clock.shift(timedelta(seconds=1))
        viewer.post(action, sent)
        assert looks()[0] == 2
        # Which is repeated in its turn.
        viewer.post(action, sent)
        assert looks()[0] == 2


def test_spent_budget_does_not_consume_key(
    viewer: Client, delegate: Delegate, settings: Settings
) -> None:
    settings.REVEALS_PER_DAY = 0
    action, sent = show_form(viewer, delegate)
    assert viewer.post(action, sent).status_code == 429
    assert not IdempotencyKey.objects.exists()
    settings.REVEALS_PER_DAY = 5
    assert viewer.post(action, sent).status_code == 200
    assert looks() == (1, 1)


def test_keys_are_per_user(client_of: Sign, delegate: Delegate, quiet_delegate: Delegate) -> None:
    first, second = client_of(delegate), client_of(quiet_delegate)
    key = form_at(first, "/me/")["once"]
    for browser, owner in ((first, delegate), (second, quiet_delegate)):
        assert browser.post("/me/", form_at(browser, "/me/") | {"once": key, "post": "Same"})
        owner.refresh_from_db()
        assert owner.post == "Same"
    assert IdempotencyKey.objects.count() == 2


def test_same_key_at_other_url_is_new_write(
    client_of: Sign, event: Event, delegate: Delegate
) -> None:
    commitment = event.commitments.get(reference="RT2024-C2")
    parties = [make_party(commitment), make_party(commitment)]
    for party in parties:
        party.request_focal_point(delegate)
    browser = client_of(delegate)
    for party in parties:
        browser.post(f"/me/commitments/{party.pk}/", {"answer": "accept", "once": "same"})
        party.refresh_from_db()
        assert party.focal_point_accepted_at is not None


def test_failed_request_stores_neither_key_nor_write(
    client_of: Sign, delegate: Delegate, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = client_of(delegate)
    sent = new_channel(browser) | {"post": "Adviser"}

    def fail(*_args: Any) -> None:
        raise RuntimeError("after all is stored")

    with monkeypatch.context() as patch:
        patch.setattr("participants.me_views.messages.success", fail)
        with pytest.raises(RuntimeError, match="after all is stored"):
            browser.post("/me/", sent)
    delegate.refresh_from_db()
    assert (delegate.post, delegate.channels.count()) == ("", 3)
    assert not IdempotencyKey.objects.exists()
    assert browser.post("/me/", sent).status_code == 302
    delegate.refresh_from_db()
    assert (delegate.post, delegate.channels.count()) == ("Adviser", 4)


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (ImmediateHttpResponse(HttpResponseRedirect("/elsewhere/")), 302),
        (ReauthenticationRequired(), 302),
        (DecryptionError("sealed"), 403),
    ],
)
def test_raised_answer_stores_neither_key_nor_write(
    client_of: Sign,
    delegate: Delegate,
    monkeypatch: pytest.MonkeyPatch,
    answer: Exception,
    status: int,
) -> None:
    browser = client_of(delegate)
    sent = form_at(browser, "/me/") | {"post": "Adviser"}
    with monkeypatch.context() as patch:
        after = Mock(side_effect=answer)
        patch.setattr("participants.me_views.messages.success", after)
        assert browser.post("/me/", sent).status_code == status
    delegate.refresh_from_db()
    assert delegate.post == "" and not IdempotencyKey.objects.exists()


def test_key_does_not_bypass_permissions(client_of: Sign, delegate: Delegate) -> None:
    sent = new_channel(client_of(delegate))
    assert client_of(delegate).post("/me/", sent)["Location"] == "/me/"
    # The session is over: signing in comes first, and nothing tells that the form was sent.
    assert Client().post("/me/", sent).status_code == 403
    forged = Client(enforce_csrf_checks=True)
    forged.cookies = client_of(delegate).cookies
    assert forged.post("/me/", sent).status_code == 403


def test_stored_response_expires_after_a_day(client_of: Sign, delegate: Delegate) -> None:
    browser = client_of(delegate)
    sent = form_at(browser, "/me/")
    assert len(told(browser.post("/me/", sent))) == 1
    age = timedelta(days=1, seconds=1)
    IdempotencyKey.objects.update(answered_at=timezone.now() - age)
    assert len(told(browser.post("/me/", sent))) == 1  # old enough to be a new write


def test_page_with_session_has_new_key_each_time(viewer: Client, delegate: Delegate) -> None:
    keys = {show_form(viewer, delegate)[1]["once"][0] for _ in range(3)}
    assert len(keys) == 3 and all(len(key) == 22 for key in keys)
    for path in (f"/directory/{delegate.handle}/", "/", "/commitments/", "/accounts/login/"):
        assert 'name="once"' not in response_text(Client().get(path))


def upload(text: bytes) -> HttpRequest:
    file = SimpleUploadedFile("rows.csv", text)
    request = RequestFactory().post("/import/", {"once": "key", "format": "csv", "file": file})
    request.COOKIES["sessionid"] = "session"
    request.user = User()
    return request


@pytest.mark.django_db
def test_uploaded_file_is_hashed_and_stays_readable() -> None:
    read: list[bytes] = []

    def store(request: HttpRequest) -> HttpResponse:
        read.append(request.FILES["file"].read())  # type: ignore[union-attr]
        return HttpResponse(status=302, headers={"Location": "/rows/"})

    middleware = idempotency.IdempotencyMiddleware(store)
    for text in (b"a,b", b"a,b", b"a,c"):
        answer: Any = middleware.process_view(upload(text), store, (), {})
        assert answer.render()["Location"] == "/rows/"
    assert read == [b"a,b", b"a,c"]


@pytest.mark.parametrize("fails", [False, True], ids=["done", "refused"])
def test_concurrent_request_gets_first_response(
    shared_database: None, client_of: Sign, monkeypatch: pytest.MonkeyPatch, fails: bool
) -> None:
    delegate = make_delegate(name="Dewi Lestari")
    browsers = [client_of(delegate), client_of(delegate)]
    sent = new_channel(browsers[0])
    inside, answered = Signal(), Signal()
    save = ContactChannel.save
    stored: list[str] = []

    def save_slowly(channel: ContactChannel, *args: Any, **kwargs: Any) -> None:
        first = not inside.is_set()
        inside.set()
        save(channel, *args, **kwargs)
        stored.append(channel.value)
        # The other has every chance to overtake, and waits.
        if first:
            assert not answered.wait(0.5)
            if fails:
                raise ConnectionError("the machine stops here")

    monkeypatch.setattr(ContactChannel, "save", save_slowly)

    for browser in browsers:  # each of which hears of every exception
        browser.raise_request_exception = False

    def send_first() -> Any:
        return browsers[0].post("/me/", sent)

    def send_second() -> Any:
        assert inside.wait(PATIENCE)
        answer = browsers[1].post("/me/", sent)
        answered.set()
        return answer

    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(in_a_thread, act) for act in (send_first, send_second)]
        first, second = (one.result(PATIENCE) for one in both)
    assert (second.status_code, second["Location"]) == (302, "/me/")
    assert first.status_code == (500 if fails else 302)
    assert len(stored) == (2 if fails else 1)
    assert [row.value for row in delegate.channels.all()].count("dewi.new@example.org") == 1
    assert IdempotencyKey.objects.count() == 1


def test_expired_keys_are_deleted(db: None) -> None:
    now = timezone.now()
    for key, age in (("a", timedelta(hours=23)), ("b", timedelta(hours=25))):
        IdempotencyKey.objects.create(key=key * 64, answered_at=now - age, request_digest="c" * 64)
    assert idempotency.prune_keys(now) == 1
    assert IdempotencyKey.objects.get().key == "a" * 64
