"""What everyone may see is kept until something public changes."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
import time_machine
from django.db import DEFAULT_DB_ALIAS, connection, transaction
from django.template import Context, Template
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from outcomes.changes.log import change_log
from outcomes.commitments.commitment_index import commitment_index
from outcomes.commitments.statistics import count_by_status, index_counts
from outcomes.models import Commitment
from participants.models import User
from roundtable.cache import public_stamp, responses, values
from roundtable.cache.values import PublicCache, get_or_set, question
from roundtable.models import Event
from tests.canaries import make_portal
from tests.conftest import FULL
from tests.factories import make_commitment, make_event, make_update

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.each_database]
TODAY = date(2026, 3, 2)
ALWAYS = datetime(1900, 1, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def stamped(monkeypatch: pytest.MonkeyPatch, db: None) -> None:
    """Whatever earlier tests did to the database, and with nothing kept."""
    monkeypatch.setattr(public_stamp, "_silent_until", 0.0)
    monkeypatch.setattr(public_stamp, "_next_check", 0.0)
    forget()
    public_stamp.install(DEFAULT_DB_ALIAS)


def forget() -> None:
    for store in (responses.store, values.store, values.pinned):
        store.clear()


class Counter:
    """Counts how often it is asked."""

    calls = 0

    def __call__(self) -> int:
        self.calls += 1
        return self.calls


def test_number_is_counted_again_where_it_may_be_another(monkeypatch: pytest.MonkeyPatch) -> None:
    count = Counter()

    def twice() -> list[int]:
        return [get_or_set("key", count), get_or_set("key", count)]

    assert twice() == [1, 1]
    assert get_or_set("other", count) == 2
    make_event()  # a public change
    assert twice() == [3, 3]
    with translation.override("de"):
        assert twice() == [4, 4]
    assert twice() == [3, 3]
    with transaction.atomic():
        assert twice() == [5, 6]
    assert twice() == [3, 3]
    with time_machine.travel(datetime(2100, 1, 1, tzinfo=UTC)):
        monkeypatch.setattr(public_stamp, "_next_check", 0.0)
        assert twice() == [7, 7]
    monkeypatch.setattr(values, "read_stamp", lambda: None)
    assert twice() == [8, 9]


def test_number_that_changed_while_it_was_counted_is_not_kept() -> None:
    def count() -> int:
        make_event()
        return Event.objects.count()

    assert [get_or_set("key", count), get_or_set("key", count)] == [1, 2]
    # Nor more numbers than the store may hold.
    calls, some = Counter(), PublicCache(2)
    for key in ("a", "b", "c", "c", "b", "a"):
        get_or_set(key, calls, some)
    assert calls.calls == 4  # "a" was dropped
    rows = Event.objects.all()
    asked = [rows, rows.filter(pk=1), rows.filter(pk=2), rows.order_by("code"), rows.none()]
    assert len({question(one) for one in asked}) == len(asked)


def test_numbers_of_pages_follow_each_change() -> None:
    def numbers() -> tuple[int, int, int]:
        counts = count_by_status(Commitment.objects.published(), TODAY)
        index = commitment_index(TODAY)
        log = change_log(ALWAYS, datetime(2100, 1, 1, tzinfo=UTC))
        return counts["reported"], index_counts(index, index.everything)["reported"], log.count()

    commitment = make_commitment(make_event())
    assert numbers() == numbers() == (0, 0, 1)
    make_update(commitment)
    assert numbers() == (1, 1, 2)
    Event.objects.update(is_public=False)
    assert numbers() == (0, 0, 0)


PART = Template(
    "{% load portal %}{% public_cache place %}{{ word }}{% endpublic_cache %}\n"
    "{% public_cache place %}{{ word }}!{% endpublic_cache %}"
)


def test_part_of_a_page_is_rendered_once_for_each_key() -> None:
    def part(place: str, word: str) -> list[str]:
        return PART.render(Context({"place": place, "word": word})).split("\n")

    assert part("here", "<b>") == ["&lt;b&gt;", "&lt;b&gt;!"]
    assert part("here", "new") == ["&lt;b&gt;", "&lt;b&gt;!"]
    assert part("there", "new") == ["new", "new!"]
    make_event()
    assert part("here", "new") == ["new", "new!"]


def test_request_reads_the_stamp_once(client: Client) -> None:
    make_commitment(make_event())
    for _time in range(2):
        responses.store.clear()
        with CaptureQueriesContext(connection) as queries:
            client.get("/commitments/")
        read = [query for query in queries if query["sql"] == public_stamp.READ]
        assert len(read) == 1


def test_stamp_is_read_again_where_something_may_change() -> None:
    with public_stamp.reading_once():
        before = public_stamp.read_stamp()
        make_event()
        assert public_stamp.read_stamp() == before
        with transaction.atomic():
            assert public_stamp.read_stamp() is None
    assert public_stamp.read_stamp() != before


PAGES = (
    "/",
    "/changes/",
    "/commitments/",
    "/directory/",
    "/organisations/",
    "/outcomes/",
    "/progress/",
    "/roundtables/zq-event-slug/",
    "/search/?q=zq",
)


def test_nothing_that_only_some_may_see_is_kept(client_of: Callable[[User], Client]) -> None:
    def read(client: Client, page: str) -> str:
        responses.store.clear()
        response = client.get(page)
        assert response.status_code == 200
        # Tokens of forms are new each time.
        return re.sub(r'value="[-\w]{20,}"', "", response.content.decode())

    readers = [user for user in make_portal().values() if user and user.is_active]
    clients = [Client(), *map(client_of, readers if FULL else readers[::3])]
    for page in PAGES:
        alone = []
        for client in clients:
            forget()
            alone.append(read(client, page))
        forget()
        assert [read(client, page) for client in clients] == alone
        forget()
        assert [read(client, page) for client in reversed(clients)] == alone[::-1]
