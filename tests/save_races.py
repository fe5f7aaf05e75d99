"""People choose while co-chairs save: `python -m tests.save_races ROUNDS [SEED]`.

Two workers of gunicorn serve the database that DATABASE_URL names. Ends with an error where a save
undid what a person chose, or where a page failed. SQLite lets one request write at a time, so this
needs PostgreSQL.
"""

import os
import secrets
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from random import Random
from socket import socket
from threading import Event as Signal
from typing import Any
from urllib.parse import urlencode

from tests.processes import PRODUCTION_ENVIRONMENT, TIMEOUT, program_path, running_process
from tests.processes import wait_for_output as wait_for

folder = tempfile.TemporaryDirectory(prefix="roundtable-races-")
ENVIRONMENT = PRODUCTION_ENVIRONMENT | {
    "DATABASE_URL": os.environ["DATABASE_URL"],
    "DATA_DIR": f"{folder.name}/data",
    "STATIC_ROOT": f"{folder.name}/static",
    "ERASURE_LEDGER": f"{folder.name}/erasures.log",
    "HOME": folder.name,
    "WEB_CONCURRENCY": "2",
}
os.environ.update(ENVIRONMENT, DJANGO_SETTINGS_MODULE="roundtable.settings")

import django  # noqa: E402

django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connections  # noqa: E402
from django.test import Client  # noqa: E402

from participants.email_links.links import SESSION_KEY  # noqa: E402
from participants.models import (  # noqa: E402
    Audience,
    AudienceException,
    Delegate,
    EmailLink,
    User,
)
from roundtable.models import Event  # noqa: E402
from tests.email_links import make_email_link  # noqa: E402
from tests.factories import (  # noqa: E402
    make_channel,
    make_delegate,
    make_event,
    make_grant,
    make_participation,
    make_user,
)
from tests.form_fields import form_fields  # noqa: E402
from tests.sign_in import record_email_code, sign_in  # noqa: E402

HOST = "portal.example.org"
CSRF = "c" * 32
LONGEST_WAIT = 0.15  # seconds between the first save at the desk and the choice
Fields = dict[str, Any]


@dataclass
class Browser:
    """Someone who is signed in at the portal, or a visitor."""

    port: int
    session: str = ""

    def ask(self, method: str, address: str, fields: Fields | None = None) -> tuple[int, str]:
        """The status and the page."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT)
        headers = {
            "Host": HOST,
            "X-Forwarded-Proto": "https",
            "Referer": f"https://{HOST}/",
            "Cookie": f"{settings.CSRF_COOKIE_NAME}={CSRF}; "
            f"{settings.SESSION_COOKIE_NAME}={self.session}",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        body = urlencode({"csrfmiddlewaretoken": CSRF, **(fields or {})}, doseq=True)
        connection.request(method, address, body if method == "POST" else None, headers)
        response: HTTPResponse = connection.getresponse()
        page = response.read().decode()
        connection.close()
        return response.status, page

    def form_of(self, address: str, containing: str) -> Fields:
        """What the form of a page would send untouched, as often as one likes."""
        _status, page = self.ask("GET", address)
        fields = form_fields(page, containing=containing)
        return {name: value for name, value in fields.items() if name != "once"}


@dataclass
class Portal:
    """The portal under gunicorn, and who works at its desk."""

    port: int
    event: Event
    cochair: Browser
    operator: Browser
    random: Random
    statuses: Counter[str] = field(default_factory=Counter)

    def owner_of(self, person: Delegate) -> Browser:
        """The person, who signed in with a code just now."""
        client = Client()
        assert person.user
        sign_in(client, person.user, second_factor=False)
        record_email_code(client, person.user)
        return Browser(self.port, client.cookies[settings.SESSION_COOKIE_NAME].value)

    def new_person(self) -> Delegate:
        """A delegate whom everyone can see."""
        person = make_delegate(name="Dewi Lestari", listed_to=Audience.EVERYONE)
        make_participation(person, self.event)
        make_channel(person, audience=Audience.EVERYONE)
        return person

    def saves_at_desk(self, person: Delegate) -> list[Callable[[int], int]]:
        """Two co-chairs who propose a name, and an operator who saves what the person does there.

        The desk saves nothing else of a person who has joined.
        """
        address = f"/admin/participants/delegate/{person.pk}/change/"
        found = []
        for browser, name, number in (
            (self.cochair, "name_latin", 2),
            (self.operator, "participations-0-capacity", 1),
        ):
            opened = browser.form_of(address, name)
            # Without these, each field that differs from what is stored counts as changed.
            opened = {key: value for key, value in opened.items() if not key.startswith("initial-")}
            found += [self._save(browser, address, opened, name)] * number
        return found

    def _save(
        self, browser: Browser, address: str, opened: Fields, name: str
    ) -> Callable[[int], int]:
        def save(number: int) -> int:
            fields = opened | {name: f"Dewi {number}"}
            return browser.ask("POST", address, fields)[0]

        return save

    def choose_while_desk_saves(self, person: Delegate, choose: Callable[[], int]) -> int:
        """The status of the choice; co-chairs save before it, at the same moment and after it."""
        enough = Signal()

        def repeat(save: Callable[[int], int]) -> None:
            number = 0
            while not enough.is_set():
                number += 1
                self.statuses[f"desk {save(number)}"] += 1

        savers = self.saves_at_desk(person)
        wait = self.random.uniform(0, LONGEST_WAIT)
        with ThreadPoolExecutor(len(savers)) as pool:
            saving = [pool.submit(repeat, save) for save in savers]
            try:
                time.sleep(wait)
                status = choose()
            finally:
                enough.set()
            for one in saving:
                one.result()
        return status


def _hide_link(person: Delegate) -> EmailLink:
    return make_email_link(secrets.token_hex(), delegate=person, user=person.user)


def hide_by_link(portal: Portal) -> bool:
    person = portal.new_person()
    assert person.user
    password = person.user.password
    link, session, now = _hide_link(person), SessionStore(), time.time()
    session[SESSION_KEY] = {str(link.number): [link.pk, now, now]}  # as if the link had been opened
    session.create()
    visitor, address = Browser(portal.port, session.session_key or ""), f"/hide/{link.number}/"
    status = portal.choose_while_desk_saves(person, lambda: visitor.ask("POST", address)[0])
    assert status == 200, status
    person.refresh_from_db()
    person.user.refresh_from_db()
    is_public = visitor.ask("GET", person.get_absolute_url())[0] == 200
    return bool(person.hidden_at and not is_public and person.user.password != password)


def withdraw(portal: Portal) -> bool:
    person = portal.new_person()
    _choose(portal, person, "/me/consent/withdraw/")
    return (person.consented_at, person.listed_to) == (None, Audience.ONLY_ME)


def narrow(portal: Portal) -> bool:
    person = portal.new_person()
    _choose(portal, person, "/me/audience/", audience=Audience.ONLY_ME)
    return person.listed_to == Audience.ONLY_ME


def protect(portal: Portal) -> bool:
    person = portal.new_person()
    _choose(
        portal,
        person,
        "/me/",
        **{
            "name": person.name,
            "listed_to": Audience.INTRODUCED,
            "is_protected": "on",
            "channel-TOTAL_FORMS": "0",
            "channel-INITIAL_FORMS": "0",
        },
    )
    return person.is_protected and person.listed_to == Audience.INTRODUCED


def end_links(portal: Portal) -> bool:
    person = portal.new_person()
    link = _hide_link(person)
    _choose(portal, person, "/me/show/", end_links="1")
    link.refresh_from_db()
    return link.revoked_at is not None


def erase(portal: Portal) -> bool:
    person = portal.new_person()
    account = person.user
    assert account
    _choose(portal, person, "/me/erase/", word="erase")
    is_gone = not User.objects.filter(pk=account.pk).exists()
    return bool(person.erased_at and is_gone) and (person.name, person.name_latin) == ("", "")


def _choose(portal: Portal, person: Delegate, address: str, **fields: Any) -> None:
    owner = portal.owner_of(person)
    status = portal.choose_while_desk_saves(person, lambda: owner.ask("POST", address, fields)[0])
    assert status == 302, (address, status)
    person.refresh_from_db()


def exclude_from_two_tabs(portal: Portal) -> bool:
    """One tab excludes a government; the other one, opened before, saves the audience."""
    person = portal.new_person()
    person.write(listed_to=Audience.PARTICIPANTS)
    owner = portal.owner_of(person)
    opened = owner.form_of("/me/audience/", "audience")
    excluding = opened | {"constituencies": "governments"}
    barrier = Signal()

    def send(fields: Fields) -> int:
        barrier.wait()
        return owner.ask("POST", "/me/audience/", fields)[0]

    with ThreadPoolExecutor(2) as pool:
        sent = [pool.submit(send, fields) for fields in (excluding, opened)]
        barrier.set()
        statuses = [one.result() for one in sent]
    portal.statuses[f"tabs {sorted(statuses)}"] += 1
    # Whoever reads that the exclusion is not saved has lost nothing unseen.
    return statuses[0] != 302 or AudienceException.objects.filter(delegate=person).exists()


CHOICES: dict[str, Callable[[Portal], bool]] = {
    "hide by link": hide_by_link,
    "withdraw": withdraw,
    "narrow": narrow,
    "protect": protect,
    "end links": end_links,
    "erase": erase,
    "exclude, with two tabs": exclude_from_two_tabs,
}


@contextmanager
def served(random: Random) -> Iterator[Portal]:
    log = Path(folder.name) / "log"
    with socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [program_path("gunicorn"), "--config", "deploy/gunicorn.conf.py"]
    with running_process([*command, "--bind", f"127.0.0.1:{port}"], ENVIRONMENT, log) as process:
        wait_for("Booting worker", log, process)
        event = make_event()
        cochair = make_user("cochair@example.org")
        make_grant(cochair, event)
        operator = make_user("operator@example.org", is_superuser=True)
        desk = []
        for user in (cochair, operator):
            client = Client()
            sign_in(client, user)
            desk.append(Browser(port, client.cookies[settings.SESSION_COOKIE_NAME].value))
        yield Portal(port, event, desk[0], desk[1], random)
        process.terminate()
        process.wait(timeout=TIMEOUT)
    # What failed is in the log, and nothing else: visitors are not logged.
    if '"error"' in (text := log.read_text()):
        sys.stderr.write(text[-3000:])


def main(rounds: str, seed: str = "1") -> None:
    """So many races for each choice; says how many of them the person lost."""
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    lost: Counter[str] = Counter()
    with served(Random(int(seed))) as portal:
        for name, race in CHOICES.items():
            for _round in range(int(rounds)):
                try:
                    lost[name] += not race(portal)
                except AssertionError as problem:
                    lost[f"{name}: {problem}"] += 1
            sys.stdout.write(f"{name}: {lost[name]} of {rounds} undone\n")
            sys.stdout.flush()
        connections.close_all()
    answers = ", ".join(f"{number} × {what}" for what, number in sorted(portal.statuses.items()))
    sys.stdout.write(f"{answers}\n")
    failed = [what for what in portal.statuses if what.startswith("desk 5")]
    if lost.total() or failed:
        sys.exit(f"Lost: {dict(+lost)}, failed: {failed}")


if __name__ == "__main__":
    main(*sys.argv[1:])
