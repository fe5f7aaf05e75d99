"""The portal in Chromium, filled once; what goes wrong on any page fails the test."""

import fcntl
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.core.cache import cache
from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.test import override_settings
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Dialog,
    Page,
    Request,
    Response,
    sync_playwright,
)
from pytest_django import DjangoDbBlocker

from participants.models import User
from tests.browser import CHROMIUM, pages, portal
from tests.conftest import FULL

pytest.register_assert_rewrite("tests.browser.checks")


class Visit:
    """One page as someone opened it, and all that went wrong on it since."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.expected = 200
        self.problems: list[str] = []
        self.responses: list[Response] = []
        self.listeners: dict[str, Callable[..., None]] = {
            "console": self._on_console,
            "pageerror": lambda error: self.problems.append(f"script failed: {error}"),
            "dialog": self._on_dialog,
            "requestfailed": self._on_failure,
            "response": self._on_response,
        }
        for event, listener in self.listeners.items():
            page.on(event, listener)  # type: ignore[call-overload]

    def end(self) -> None:
        """Notes nothing more of the page, which the next test may open."""
        for event, listener in self.listeners.items():
            self.page.remove_listener(event, listener)

    def open(self, path: str, status: int = 200) -> Page:
        """Goes to a page that answers with this status."""
        self.expected = status
        response = self.page.goto(path)
        assert response is not None and response.status == status, (path, response)
        return self.page

    def _on_console(self, message: ConsoleMessage) -> None:
        if self.expected >= 400 and message.location["url"] == self.page.url:
            return  # the browser tells of the page's own status
        if message.text.startswith("Clear-Site-Data header"):
            return  # it did what signing out asks for
        self.problems.append(f"console: {message.text} ({message.location['url']})")

    def _on_dialog(self, dialog: Dialog) -> None:
        self.problems.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _on_failure(self, request: Request) -> None:
        if request.failure != "net::ERR_ABORTED":  # by a download, or by going elsewhere
            self.problems.append(f"failed: {request.url} {request.failure}")

    def _on_response(self, response: Response) -> None:
        self.responses.append(response)
        is_page = response.request.is_navigation_request()
        if response.status >= 400 and not (is_page and response.status == self.expected):
            self.problems.append(f"{response.status}: {response.url}")


def fill(file: Path, filled: Path) -> None:
    """Fills the file; only the first process builds what it holds, and the others copy it."""
    if filled.exists():
        shutil.copyfile(filled, file)
        return
    # Creates the tables from the models, which is faster; at full size with the migrations.
    none = {} if FULL else {app.label: None for app in apps.get_app_configs()}
    with override_settings(MIGRATION_MODULES=none):
        call_command("migrate", run_syncdb=True, verbosity=0)
    portal.load_data()
    connection.close()  # which brings all of it into the one file
    shutil.copyfile(file, filled)


@pytest.fixture(scope="package")
def database(
    django_test_environment: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Path]:
    """A database file that holds the roundtable of 2018 and the demonstration."""
    if connection.vendor != "sqlite":
        pytest.fail("The browser tests bring their own SQLite file: unset DATABASE_URL.")
    # Playwright's loop runs in the thread that also asks the database.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    file = tmp_path_factory.mktemp("portal") / "portal.sqlite3"
    base = tmp_path_factory.getbasetemp()
    common = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    before, named = connections[DEFAULT_DB_ALIAS], connections.settings[DEFAULT_DB_ALIAS]["NAME"]
    with django_db_blocker.unblock():
        connections.settings[DEFAULT_DB_ALIAS]["NAME"] = str(file)
        del connections[DEFAULT_DB_ALIAS]
        with (common / "portal.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            fill(file, common / "filled.sqlite3")
        yield file
        connection.close()
        connections.settings[DEFAULT_DB_ALIAS]["NAME"] = named
        connections[DEFAULT_DB_ALIAS] = before


@pytest.fixture(scope="package")
def address(database: Path) -> Iterator[str]:
    """Where the portal answers; without TLS, so that cookies travel without it too."""
    plain = override_settings(SESSION_COOKIE_SECURE=False, CSRF_COOKIE_SECURE=False)
    with plain, portal.run_server() as address:
        yield address


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """Chromium, started once."""
    if not os.access(CHROMIUM, os.X_OK):
        pytest.fail(f"{CHROMIUM or 'Chromium'} is not there. CHROMIUM=FILE names the browser.")
    with sync_playwright() as playwright:
        browser = portal.launch_browser(playwright)
        yield browser
        browser.close()


@pytest.fixture
def restored(database: Path) -> Iterator[None]:
    """Leaves the data, and the counts of attempts, as each test found them."""
    kept = sqlite3.connect(":memory:")
    connection.ensure_connection()
    connection.connection.backup(kept)
    cache.clear()
    yield
    kept.backup(connection.connection)
    kept.close()


@pytest.fixture(scope="package")
def shared_page(address: str, chromium: Browser) -> Iterator[Page]:
    """A page for tests that only look, since to start one takes Chromium longer than to look."""
    context = portal.new_context(chromium, address, width=360)
    yield context.new_page()
    context.close()


@pytest.fixture
def look(
    restored: None, address: str, shared_page: Page
) -> Iterator[Callable[[pages.Page, User | None], Visit]]:
    """Opens a page of the portal 360 pixels wide: `look(page, user)`. Nothing may go wrong."""
    visits: list[Visit] = []

    def opened(page: pages.Page, who: User | None = None, *, with_styles: bool = False) -> Visit:
        if with_styles:  # else a style sheet is answered by 304, which has no body to measure
            cache = shared_page.context.new_cdp_session(shared_page)
            cache.send("Network.clearBrowserCache")
            cache.detach()
        shared_page.context.clear_cookies()
        if who is not None:
            portal.add_session(shared_page.context, who, address)
        shared_page.set_viewport_size({"width": 360, "height": portal.HEIGHTS[360]})
        shared_page.emulate_media(color_scheme="light")
        made = Visit(shared_page)
        visits.append(made)
        made.open(page.path, page.status)
        return made

    yield opened
    for made in visits:
        made.end()
    assert [complaint for made in visits for complaint in made.problems] == []


@pytest.fixture
def visit(restored: None, address: str, chromium: Browser) -> Iterator[Callable[..., Visit]]:
    """Opens a page of a new browser: `visit("/", who=user, width=360)`.

    At the end nothing may have gone wrong: console, scripts, requests, policy, dialogs.
    """
    visits: list[Visit] = []
    contexts: list[BrowserContext] = []

    def opened(path: str, *, status: int = 200, **how: object) -> Visit:
        context = portal.new_context(chromium, address, **how)  # type: ignore[arg-type]
        contexts.append(context)
        made = Visit(context.new_page())
        visits.append(made)
        made.open(path, status)
        return made

    yield opened
    for context in contexts:
        context.close()
    assert [complaint for made in visits for complaint in made.problems] == []


@pytest.fixture
def delegate(database: Path) -> User:
    """Signs in as a delegate of the demonstration."""
    return User.objects.get(email="delegate@example.org")


@pytest.fixture
def cochair(database: Path) -> User:
    """Signs in as a co-chair of the demonstration."""
    return User.objects.get(email="cochair@example.org")


@pytest.fixture
def invited(database: Path) -> User:
    """Signs in as someone who was invited and has not answered."""
    return User.objects.get(email="bounmy@example.org")
