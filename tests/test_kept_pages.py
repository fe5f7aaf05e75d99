"""Whatever changes, a visitor reads it on the next request, through the pages that are kept."""

import random
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import count
from threading import Event as Signal
from typing import Any

import pytest
from django.db import DEFAULT_DB_ALIAS, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from outcomes.models import (
    Assessment,
    Commitment,
    Document,
    EditorialState,
    Evidence,
    Outcome,
    ProgressUpdate,
    Response,
    Statement,
)
from outcomes.reporting.review import request_text_changes
from participants.models import (
    Affiliation,
    Audience,
    Consent,
    ContactChannel,
    Delegate,
    Organisation,
    User,
)
from participants.organisations.archive import set_archived
from participants.privacy import consent, erasure
from roundtable.cache import public_stamp
from roundtable.cache.responses import KeptResponse, store
from roundtable.models import Event
from roundtable.web.limits import LimitCount
from tests.canaries import all_paths, canaries_of, find_canaries, make_portal, response_text
from tests.conftest import FULL, FULL_WALKS
from tests.factories import make_dispute, make_event, make_update
from tests.shared_database import in_a_thread, shared_database

__all__ = ["shared_database"]  # fixture
pytestmark = [pytest.mark.crawl, pytest.mark.django_db(transaction=True)]
Record = Callable[[str, object], None]
ANSWERS = 1000 if FULL else 150  # while others write
# Pages of each kind, which are always asked for.
SOME = re.compile(
    r"/|/(roundtables|outcomes|commitments|organisations|directory|progress)/|/feed\.atom"
    r"|/search/\?q=zq|/roundtables/zq-event-slug/|/outcomes/zq-event-slug/1\.a/"
    r"|/commitments/zq(event|other)-c1/|/organisations/organisation-of-event/|/directory/OPEN(/|\.vcf)"
)


@pytest.fixture(autouse=True)
def empty_store(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(public_stamp, "_silent_until", 0.0)
    monkeypatch.setattr(public_stamp, "_next_check", 0.0)
    store.clear()


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How many answers came from the store."""
    found: Counter[str] = Counter()
    make = KeptResponse.response

    def noted(one: KeptResponse) -> Any:
        found["answers"] += 1
        return make(one)

    monkeypatch.setattr(KeptResponse, "response", noted)
    return found


def named(key: str) -> Delegate:
    return Delegate.objects.get(name=f"zq-{key}-name")


def account(key: str) -> User:
    user = named(key).user
    assert user
    return user


def operator() -> User:
    return User.objects.get(email="operator@example.org")


def run(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def return_report() -> None:
    rows = ProgressUpdate.objects.published().filter(text="zq-event-update")
    request_text_changes(
        rows=rows,
        note="Take a name out.",
        by=User.objects.get(email="cochair@example.org"),
        at=timezone.now(),
    )


def archive_organisation() -> None:
    assert set_archived(
        organisation=Organisation.objects.get(slug="office-open"),
        archived=True,
        reason="Closed",
        by=operator(),
        at=timezone.now(),
    )


def add_documents() -> None:
    event = Event.objects.get(slug="zq-event-slug")
    Document.objects.bulk_create([Document(event=event, title=f"New {n}") for n in range(3)])


def change_texts_in_bulk() -> None:
    rows = list(Commitment.objects.all())
    for row in rows:
        row.text += " Changed in bulk."
    Commitment.objects.bulk_update(rows, ["text"])


def approve_assessment() -> None:
    row = Assessment.objects.filter(state=EditorialState.SUBMITTED)[0]
    row.approve(by=operator(), at=timezone.now())


def report_anew() -> None:
    make_update(Commitment.objects.get(reference="ZQEVENT-C1"), text="A new report.")


def in_one_transaction() -> None:
    with transaction.atomic():
        Event.objects.filter(slug="zq-event-slug").update(summary="First")
        with transaction.atomic():
            Event.objects.filter(slug="zq-event-slug").update(venue="Second")


def close_account() -> None:
    User.objects.filter(delegate__name="Delegate").update(is_active=False)


def dispute_report() -> None:
    update = ProgressUpdate.objects.published().filter(commitment__reference="ZQOTHER-C1")[0]
    make_dispute(update)


def change_private_parts() -> None:
    """The tables of which only a part is private."""
    now = timezone.now()
    User.objects.update(last_login=now, password="!new")
    Delegate.objects.exclude(listed_to="everyone").filter(consented_at__isnull=False).update(
        consented_at=now, reviewed_on=now.date()
    )
    run("UPDATE participants_contactchannel SET value = id || value WHERE audience <> 'everyone'")
    drafts = "state = 'draft' AND submitted_at IS NULL"
    run(f"UPDATE outcomes_progressupdate SET text = 'Changed', status = '' WHERE {drafts}")


def rows_of(model: Any, **conditions: Any) -> Any:
    """Changes rows without loading them."""
    return model.objects.filter(**conditions).update


# Unless at full size, the others are left to test_public_stamp.py.
UNSEEN = "what no page shows is changed"
ALWAYS = {
    UNSEEN,
    "a profile is hidden",
    "an account is closed",
    "an organisation is archived",
    "texts are changed in bulk",
}
# In this order. After each, what was kept must show it.
CHANGES: dict[str, Callable[[], object]] = {
    UNSEEN: change_private_parts,
    "a contact detail is for participants": lambda: rows_of(
        ContactChannel, delegate__name="zq-open-name", audience=Audience.EVERYONE
    )(audience=Audience.PARTICIPANTS),
    "a workplace ends": lambda: rows_of(Affiliation, delegate__name="zq-open-name")(
        until=timezone.localdate().replace(year=2025)
    ),
    "a profile is hidden": lambda: consent.hide_profile(
        named("open"), by=Consent.By.OWNER, at=timezone.now()
    ),
    "a profile is shown": lambda: consent.unhide_profile(named("open"), at=timezone.now()),
    "consent is withdrawn": lambda: consent.withdraw_consent(
        named("open"), by=Consent.By.OWNER, at=timezone.now()
    ),
    "a profile is for everyone": lambda: named("paused").write(
        hidden_at=None, listed_to=Audience.EVERYONE
    ),
    "a person is erased": lambda: erasure.erase_own_data(account("paused"), at=timezone.now()),
    "an account is closed": close_account,
    "an organisation is archived": archive_organisation,
    "the name of an organisation is not published": lambda: rows_of(
        Organisation, slug="organisation-of-other"
    )(is_name_published=False),
    "a report is returned": return_report,
    "a report is public": report_anew,
    "a report is disputed": dispute_report,
    "an assessment is public": approve_assessment,
    "a file is private": lambda: rows_of(Evidence, title="zq-other-evidence")(is_public=False),
    "an answer is removed": lambda: Response.objects.filter(text="zq-other-response").delete(),
    "documents are added in bulk": add_documents,
    "texts are changed in bulk": change_texts_in_bulk,
    "a theme is renamed by SQL": lambda: run("UPDATE outcomes_theme SET name = 'By SQL'"),
    "a theme is removed from points": lambda: Outcome.themes.through.objects.all().delete(),
    "two changes in one transaction": in_one_transaction,
    "a statement is a draft again": lambda: rows_of(Statement, title="zq-other-statement")(
        state=Statement.State.DRAFT, published_at=None
    ),
    "a roundtable is not public": lambda: rows_of(Event, slug="zq-other-slug")(is_public=False),
    "a commitment is a draft": lambda: rows_of(Commitment, reference="ZQEVENT-C1")(state="draft"),
}


def visit(path: str, **headers: str) -> str:
    return response_text(Client(headers=headers).get(path))


def shown(paths: list[str]) -> dict[str, str]:
    return {path: visit(path) for path in paths}


def made_anew(paths: list[str]) -> dict[str, str]:
    """The same past the store."""
    return {path: visit(path, authorization="Basic eA==") for path in paths}


def public_paths() -> list[str]:
    """The pages that are kept: some, and at full size each fifth of the others.

    Not workbooks, which hold the second in which they were written, nor archives, whose ETag is
    another one after each change.
    """
    handle = named("open").handle
    paths = [path for path in all_paths() if SOME.fullmatch(path.replace(handle, "OPEN"))]
    others = [path for path in all_paths() if not re.search(r"\.(xlsx|zip)", path)]
    paths += others[::5] if FULL_WALKS else []
    return [path for path in dict.fromkeys(paths) if "ETag" in Client().get(path)]


@pytest.mark.walk
def test_each_change_shows_on_the_next_request(kept: Counter[str], record_property: Record) -> None:
    """And to make a page reads no table that is never public, nor one of another package.

    The counts of limits are no part of a page.
    """
    make_portal()
    watched = {one.table for one in public_stamp.wanted_triggers(connection.vendor)}
    others = {*connection.introspection.table_names()} - watched - {public_stamp.TABLE}
    paths = public_paths()
    assert len(paths) > 12
    with CaptureQueriesContext(connection) as queries:
        made_anew(paths)
    asked = " ".join(query["sql"] for query in queries)
    assert {table for table in others if f'"{table}"' in asked} <= {LimitCount._meta.db_table}
    assert len(queries) > 4 * len(paths)  # some files need two or three
    compared, unseen = 0, []
    for name, change in CHANGES.items():
        if not FULL and name not in ALWAYS:
            continue
        before, again = shown(paths), shown(paths)
        assert again == before, name
        stamp = public_stamp.read_stamp()
        change()
        assert (public_stamp.read_stamp() == stamp) == (name == UNSEEN), name
        now = shown(paths)
        assert now == made_anew(paths), name
        unseen += [name] if now == before else []
        compared += len(paths)
        if name in ("a profile is hidden", "consent is withdrawn"):
            assert not find_canaries("".join(now.values())) & canaries_of("open", "name", "post")
    assert unseen == [UNSEEN, "an organisation is archived"]  # what only the desk shows
    assert kept["answers"] >= compared
    record_property("pages compared with kept ones after a change", compared)


# Under writes ----------------------------------------------------------------------------


class Writer:
    """Gives a roundtable one title after the other, in transactions that take their time."""

    def __init__(self, event: Event) -> None:
        self.event = event
        self.committed = 0

    def write(self, enough: Signal) -> None:
        times = random.Random(self.event.pk)
        for number in count(1):
            if enough.is_set():
                return
            with transaction.atomic():
                Event.objects.filter(pk=self.event.pk).update(title=f"Title {number} end")
                if connection.vendor == "postgresql":
                    # Others begin and commit in between.
                    time.sleep(times.choice([0, 0.002, 0.02]))
            self.committed = number
            time.sleep(times.choice([0, 0.01, 0.1]))


def titles(path: str) -> Iterator[tuple[str, int]]:
    """Of each roundtable on the page the number that its title has."""
    page = Client().get(path).content.decode()
    for slug, number in re.findall(
        r'href="/roundtables/([\w-]+)/"[^>]*>[^<]*Title (\d+) end', page
    ):
        yield slug, int(number)


@pytest.mark.each_database
def test_no_answer_is_older_than_what_was_committed_before_the_request(
    shared_database: None, kept: Counter[str], record_property: Record
) -> None:
    public_stamp.install(DEFAULT_DB_ALIAS)
    events = [make_event(slug=f"round-{number}", title="Title 0 end") for number in range(2)]
    writers = {event.slug: Writer(event) for event in events}
    enough = Signal()
    stale: list[str] = []

    def has_met_both() -> bool:
        changes = sum(writer.committed for writer in writers.values())
        return changes > 5 and kept["answers"] > 5

    def read() -> int:
        answers = 0
        while answers < ANSWERS // 2 or (not has_met_both() and answers < 50 * ANSWERS):
            least = {slug: writer.committed for slug, writer in writers.items()}
            found = dict(titles("/roundtables/"))
            assert found.keys() == least.keys()
            stale.extend(slug for slug in least if found[slug] < least[slug])
            answers += 1
        return answers

    with ThreadPoolExecutor(4) as pool:
        writing = [
            pool.submit(in_a_thread, partial(writer.write, enough)) for writer in writers.values()
        ]
        reading = [pool.submit(in_a_thread, read) for _reader in range(2)]
        try:
            answers = sum(one.result() for one in reading)
        finally:
            enough.set()
        for one in writing:
            one.result()
    assert stale == []
    assert has_met_both()
    changes = sum(writer.committed for writer in writers.values())
    record_property("answers during writes", answers)
    record_property("of them from the store", kept["answers"])
    record_property("changes meanwhile", changes)
