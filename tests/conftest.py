"""The cast that every page is asked about, and how the tests run."""

import fcntl
import gc
import logging
import os
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest
from django.core.cache import cache
from django.core.mail import EmailMultiAlternatives
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.template.base import Template
from django.test import Client
from django.test.utils import _TestState
from hypothesis import HealthCheck, settings
from pytest_django import Settings

from participants.models import Audience, Delegate, User
from roundtable.models import Event
from roundtable.web import limits
from tests.email_links import LinkClient
from tests.factories import (
    NOON,
    make_channel,
    make_commitment,
    make_delegate,
    make_event,
    make_grant,
    make_participation,
    make_party,
    make_role,
    make_statement,
    make_update,
    make_user,
)
from tests.mail_queue import deliver_mail
from tests.processes import PRODUCTION_ENVIRONMENT, manage
from tests.recorded_fixtures import recorded
from tests.sign_in import sign_in

# A worker makes a hundred thousand objects before its first test, and nearly all of them stay.
if "PYTEST_XDIST_WORKER" in os.environ:
    gc.disable()

_ledgers = count(1)
FULL = os.environ.get("FULL") == "1"
ON_POSTGRES = os.environ.get("DATABASE_URL", "").startswith("postgres")
# The second run: what walks through the whole portal takes a shorter way.
IS_POSTGRES_RUN = ON_POSTGRES and not FULL
# The first of two runs, which leaves a part to the second.
POSTGRES_FOLLOWS = os.environ.get("POSTGRES_FOLLOWS") == "1"
# The run of `make quick` over all areas, which asks a part of each file.
QUICK = os.environ.get("QUICK") == "1"
# With FULL=1 walks through every page, which reads the same on either database, have their full
# size on SQLite, and on PostgreSQL the size that they have on SQLite without it.
FULL_WALKS = FULL and not ON_POSTGRES
# Of what the databases answer alike, `make prove` asks PostgreSQL a tenth: another one with
# another SEED, and all of it with WHOLE=1, before a release.
SEED = os.environ.get("SEED", "1")
WHOLE = os.environ.get("WHOLE") == "1"
ROOT = Path(__file__).resolve().parent.parent
SAMPLES = Path(os.environ.get("SAMPLES") or ROOT.parent / "shared" / "data")

# A row takes its time to store, and a fixture is made once for all examples.
settings.register_profile("patient", deadline=None, suppress_health_check=[*HealthCheck])
_patient = settings.get_profile("patient")
settings.register_profile("quick", _patient, max_examples=20, derandomize=True)
# PostgreSQL answers each example slower; its own run looks for what differs there.
FULL_EXAMPLES = 50 if ON_POSTGRES else 100
settings.register_profile("prove", _patient, max_examples=FULL_EXAMPLES)
settings.load_profile("prove" if FULL else "quick")


# Last, so that what -m leaves out takes no place in a part.
@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Asks each thing once, on one database or the other, save with FULL=1."""
    # What takes long begins early, so that nothing else waits for it at the end.
    order = ("longest", "own_process", "walk")
    items.sort(key=lambda item: [not _is_marked(item, name) for name in order])
    if FULL:
        _leave_out(config, items, {item for item in items if ON_POSTGRES and not _is_proved(item)})
        return
    left_out = {item for item in items if item.get_closest_marker("prove")}
    if ON_POSTGRES:
        left_out |= set(items) - _asked_on_postgres(items)
    elif POSTGRES_FOLLOWS:
        left_out |= _left_to_postgres(items)
    elif QUICK:
        able = [item for item in items if item not in left_out]
        left_out = set(items) - eight_of_each_file(able)
    _leave_out(config, items, left_out)


def _is_proved(item: pytest.Item) -> bool:
    """Whether `make prove` asks it on PostgreSQL, too."""
    if WHOLE or not _asks(item):
        return _asks(item)
    marker = item.get_closest_marker("django_db")
    waits_for_locks = marker is not None and marker.kwargs.get("transaction", False)
    return waits_for_locks or _is_marked(item, "each_database") or in_tenth(item.nodeid, SEED)


def in_tenth(name: str, seed: str) -> bool:
    """Whether this seed chooses it: the same answer in each process."""
    return crc32(f"{seed} {name}".encode()) % 10 == 0


def _asked_on_postgres(items: list[pytest.Item]) -> set[pytest.Item]:
    """What the databases may answer differently in full, and of everything else a part."""
    able = [
        item
        for item in items
        if _asks(item) and not _is_marked(item, "prove", "own_process", "walk")
    ]
    others = [item for item in able if not _is_marked(item, "each_database")]
    return set(able) - set(others) | _part(others)


def _left_to_postgres(items: list[pytest.Item]) -> set[pytest.Item]:
    """All that PostgreSQL is asked, save what it is asked less of, and a part of the full."""
    left = _asked_on_postgres(items)
    in_full = [item for item in items if item in left and _is_marked(item, "each_database")]
    smaller = {item for item in left if _is_marked(item, "crawl")} - set(in_full)
    return left - smaller - _part(in_full)


def _part(items: list[pytest.Item]) -> set[pytest.Item]:
    """Of many cases of a test the first and then one in six; of a file's tests every tenth one."""
    asked = set()
    cases: Counter[str] = Counter()
    kept_in_file: Counter[Path] = Counter()
    for item in items:
        name = item.nodeid.partition("[")[0]
        cases[name] += 1
        if cases[name] > 1 and cases[name] % 6:
            continue
        kept_in_file[item.path] += 1
        if kept_in_file[item.path] % 10 == 1:
            asked.add(item)
    return asked


def eight_of_each_file(items: list[pytest.Item]) -> set[pytest.Item]:
    """Of a test with many cases the first, and of a file's tests eight, evenly chosen."""
    files: dict[Path, dict[str, pytest.Item]] = {}
    for item in items:
        files.setdefault(item.path, {}).setdefault(item.nodeid.partition("[")[0], item)
    asked = set()
    for cases in files.values():
        tests = list(cases.values())
        size = min(len(tests), 8)
        asked |= {tests[number * len(tests) // size] for number in range(size)}
    return asked


def _leave_out(config: pytest.Config, items: list[pytest.Item], left_out: set[pytest.Item]) -> None:
    if left_out:
        config.hook.pytest_deselected(items=list(left_out))
        items[:] = [item for item in items if item not in left_out]


def _asks(item: pytest.Item) -> bool:
    """Whether it asks the database."""
    marked = item.get_closest_marker("django_db") is not None
    return marked or "db" in getattr(item, "fixturenames", ())


def _is_marked(item: pytest.Item, *names: str) -> bool:
    return any(item.get_closest_marker(name) for name in names)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """A long test keeps no log: each line would keep its whole request until the test ends."""
    if _is_marked(item, "longest"):
        logging.disable()


def pytest_runtest_teardown(item: pytest.Item) -> None:
    """Frees what a long test has left: the collector looks at old objects hardly ever."""
    if _is_marked(item, "longest"):
        logging.disable(logging.NOTSET)
        gc.collect()


def pytest_collection_finish() -> None:
    """Spares the collector of garbage what stays to the end: a tenth of the time."""
    gc.collect()
    gc.freeze()
    gc.enable()
    gc.set_threshold(100_000, 50, 100)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Says what was counted, and where the large samples are absent."""
    counted: Counter[str] = Counter()
    for report in terminalreporter.getreports("passed"):
        counted.update({what: int(str(number)) for what, number in report.user_properties})
    for what, number in sorted(counted.items()):
        terminalreporter.write_line(f"{number} {what}")
    if not SAMPLES.is_dir():
        terminalreporter.write_line(
            f"The large samples were not tried: {SAMPLES} is not there. SAMPLES=DIR names them."
        )


@pytest.fixture(scope="session", autouse=True)
def plain_templates(django_test_environment: None) -> Callable[..., str]:
    """Templates as in production: to note each for a test takes as long as many a page."""
    template: Any = Template
    state: Any = _TestState
    noting: Callable[..., str] = template._render
    template._render = state.saved_data.template_render
    return noting


@pytest.fixture
def recorded_templates(
    plain_templates: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lets a test read the context of an answer."""
    monkeypatch.setattr(Template, "_render", plain_templates)


@pytest.fixture(autouse=True)
def reset_rate_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test begins with the limits on sign-in unspent, and may read any number of pages."""
    cache.clear()
    monkeypatch.setattr(limits, "wait_of_reader", lambda *_asked: 0)


@pytest.fixture
def deliver(db: None) -> Callable[[], list[EmailMultiAlternatives]]:
    """Sends what is queued, as the worker does, and gives all that was sent in this test."""
    return deliver_mail


@pytest.fixture
def samples() -> Path:
    """The folder of large samples; the test is left out where there is none."""
    if not SAMPLES.is_dir():
        pytest.skip("no samples: SAMPLES=DIR names them")
    return SAMPLES


@pytest.fixture(scope="session")
def ledgers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the ledgers of erasures."""
    return tmp_path_factory.mktemp("ledgers")


@pytest.fixture(autouse=True)
def uploads(settings: Settings, ledgers: Path) -> Path:
    """The folder of uploaded files."""
    settings.DATA_DIR = ledgers
    return ledgers / "uploads"


@pytest.fixture(autouse=True)
def ledger(settings: Settings, ledgers: Path) -> Path:
    """The file that erasures of this test are marked in; it does not exist yet."""
    settings.ERASURE_LEDGER = ledgers / f"{next(_ledgers)}.log"
    settings.SEAL_LEDGER = settings.ERASURE_LEDGER.with_suffix(".seals")
    assert isinstance(settings.ERASURE_LEDGER, Path)
    return settings.ERASURE_LEDGER


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file as `migrate` makes it in a folder that was not there; copy it.

    Only the first process that wants it runs the command.
    """
    base = tmp_path_factory.getbasetemp()
    common = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder = common / "some" / "where"
    environment = PRODUCTION_ENVIRONMENT | {"DATABASE_URL": "", "DATA_DIR": str(folder)}
    with (common / "migrated.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            result = manage("migrate", "--verbosity", "0", **environment)
            assert (result.returncode, result.stderr) == (0, "")
    return folder / "roundtable.sqlite3"


@pytest.fixture
@recorded
def event(db: None) -> Event:
    """A public roundtable with a published statement and two commitments."""
    event = make_event(code="RT2024", slug="roundtable-2024", title="Roundtable 2024")
    make_statement(event)
    make_update(make_commitment(event, reference="RT2024-C1", text="Train officers."))
    make_party(make_commitment(event, reference="RT2024-C2", text="Print leaflets."))
    return event


@pytest.fixture
@recorded
def operator(db: None) -> User:
    """Runs the portal."""
    return make_user("operator@example.org", is_superuser=True)


@pytest.fixture
@recorded
def cochair(event: Event) -> User:
    """Holds a co-chair's grant for the event."""
    user = make_user("cochair@example.org")
    make_grant(user, event)
    return user


@pytest.fixture
@recorded
def delegate(event: Event, cochair: User) -> Delegate:
    """Took part, is listed to everyone, and shares one channel with each audience."""
    delegate = make_delegate(
        name="Dewi Lestari",
        user=make_user("delegate@example.org"),
        listed_to=Audience.EVERYONE,
    )
    make_participation(delegate, event, confirmed_by=cochair)
    make_channel(delegate, value="dewi.open@example.org", audience=Audience.EVERYONE)
    make_channel(delegate, value="dewi.inside@example.org", audience=Audience.PARTICIPANTS)
    make_channel(delegate, value="dewi.private@example.org", audience=Audience.ONLY_ME)
    return delegate


@pytest.fixture
@recorded
def handle(event: Event, delegate: Delegate) -> str:
    """The delegate's handle, with an organisation that test_urls.py names."""
    organisation = delegate.participations.get().organisation
    organisation.slug = "open-office"
    organisation.save()
    make_role(event, organisation=organisation)
    return delegate.handle


@pytest.fixture
@recorded
def quiet_delegate(event: Event, cochair: User) -> Delegate:
    """Took part, and shares nothing with anyone."""
    delegate = make_delegate(name="Quiet Quentin", user=make_user("quiet@example.org"))
    make_participation(delegate, event, confirmed_by=cochair)
    make_channel(delegate, value="quentin.private@example.org")
    return delegate


@pytest.fixture
@recorded
def focal_point(event: Event, cochair: User) -> Delegate:
    """Took part, is listed to participants, and accepted to be asked about the first commitment."""
    delegate = make_delegate(
        name="Farah Point",
        user=make_user("focal@example.org"),
        listed_to=Audience.PARTICIPANTS,
    )
    make_participation(delegate, event, confirmed_by=cochair)
    make_channel(delegate, value="farah.inside@example.org", audience=Audience.PARTICIPANTS)
    party = event.commitments.get(reference="RT2024-C1").parties.get()
    party.request_focal_point(delegate)
    party.accept(NOON)
    return delegate


@pytest.fixture
@recorded
def outsider(db: None) -> Delegate:
    """Took part in another event, and is listed to its participants."""
    delegate = make_delegate(
        name="Olga Outside",
        user=make_user("outsider@example.org"),
        listed_to=Audience.PARTICIPANTS,
    )
    make_participation(delegate, make_event(code="OTHER", slug="other", title="Other roundtable"))
    make_channel(delegate, value="olga.inside@example.org", audience=Audience.PARTICIPANTS)
    return delegate


@pytest.fixture
def client() -> Client:
    return LinkClient()


@pytest.fixture
def client_of() -> Callable[..., Client]:
    """Signs someone in: `client_of(delegate).get("/")`.

    Whoever may work in the admin with a second factor, save with `second_factor=False`.
    """

    def signed_in(who: User | Delegate, *, second_factor: bool | None = None) -> Client:
        user = who.user if isinstance(who, Delegate) else who
        assert user is not None
        client = LinkClient()
        sign_in(client, user, second_factor=second_factor)
        return client

    return signed_in


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """As if the database was made long ago: some rules count from when a release was installed."""
    with django_db_blocker.unblock():
        recorder = MigrationRecorder(connection)
        if recorder.has_table():
            recorder.migration_qs.update(applied=datetime(2020, 1, 1, tzinfo=UTC))
