"""A long import gives way to acts that hide someone."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event as Signal

import pytest
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from pytest_django import Settings

from participants.models import Delegate, User
from roundtable.database import giving_way
from roundtable.database.giving_way import GaveWayError, is_someone_passing, passing
from roundtable.web.middleware import ROUTES_THAT_PASS, PassingMiddleware
from tests.factories import make_delegate
from tests.form_fields import press
from tests.shared_database import in_a_thread, shared_database
from tests.url_patterns import page_paths

__all__ = ["shared_database"]  # fixture

Sign = Callable[[User | Delegate], Client]
PATIENCE = 60  # seconds


@pytest.fixture(autouse=True)
def folder(settings: Settings, tmp_path: Path) -> Path:
    settings.DATA_DIR = tmp_path
    return tmp_path


@pytest.mark.each_database
@pytest.mark.usefixtures("shared_database", "recorded_templates")
def test_hiding_passes_a_transaction_that_changed_the_same_person(
    client_of: Sign, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = make_delegate(name="Rita Sen")
    browser = client_of(person)
    is_changed, is_hidden = Signal(), Signal()
    monkeypatch.setattr(giving_way, "pause", lambda seconds: is_hidden.wait(PATIENCE))
    attempts: list[str] = []

    @transaction.atomic
    def change() -> None:
        with giving_way.giving_way():
            attempts.append("begun")
            person.write(name_latin="Rita Sen Port")
            is_changed.set()
            while not is_hidden.is_set():
                Delegate.objects.exists()
            attempts.append("done")

    def hide() -> None:
        assert is_changed.wait(PATIENCE)
        try:
            press(browser, "/me/hide/", "/me/hide/")
        finally:
            is_hidden.set()

    with ThreadPoolExecutor(2) as pool:
        acts = (lambda: giving_way.until_not_in_the_way(change), hide)
        for one in [pool.submit(in_a_thread, act) for act in acts]:
            one.result(PATIENCE)
    person.refresh_from_db()
    assert person.hidden_at
    assert person.name_latin == "Rita Sen Port"
    assert attempts == ["begun", "begun", "done"]


@pytest.mark.each_database
@pytest.mark.django_db
def test_transaction_that_is_in_no_ones_way_goes_on() -> None:
    if connection.vendor == "sqlite":
        pytest.skip("SQLite has one lock, so everyone is in the way.")
    with passing(), giving_way.giving_way():
        assert not Delegate.objects.exists()


@pytest.mark.django_db
def test_taken_error_still_ends_the_transaction(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(giving_way, "_is_in_the_way", lambda: True)
    with passing(), pytest.raises(GaveWayError), giving_way.giving_way():
        try:
            Delegate.objects.exists()
        except GaveWayError:
            Delegate.objects.exists()


def test_only_forms_that_hide_pass() -> None:
    paths = page_paths()
    assert paths.keys() >= ROUTES_THAT_PASS
    seen = []

    def view(request: HttpRequest) -> HttpResponse:
        seen.append(is_someone_passing())
        return HttpResponse()

    middleware, make = PassingMiddleware(view), RequestFactory()
    for request in (make.post("/me/hide/"), make.get("/me/hide/"), make.post("/me/show/")):
        middleware(request)
    assert seen == [True, False, False]
    assert not is_someone_passing()


def test_form_is_answered_without_a_place_for_the_lock(folder: Path) -> None:
    (folder / "passing.lock").mkdir()
    answered = PassingMiddleware(lambda request: HttpResponse())(RequestFactory().post("/me/hide/"))
    assert answered.status_code == 200
    assert not is_someone_passing()
