"""What the index of commitments in memory contains."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from random import Random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from outcomes.commitments.commitment_index import commitment_index
from outcomes.models import Commitment, Outcome
from participants.directory.people_index import people_index
from roundtable.cache.public_stamp import own_models
from roundtable.filters.facet_index import bits_of, ids_of_bits
from tests.canaries import make_complete_event
from tests.conftest import FULL
from tests.factories import (
    make_commitment,
    make_group,
    make_organisation,
    make_party,
    make_theme,
    make_update,
)
from tests.follow_up_factories import make_assessment

TODAY = date(2026, 3, 2)


@pytest.fixture
def portal(db: None) -> None:
    """Commitments with all that they are counted by, and the same hidden."""
    theme = make_theme(slug="theme")
    event = make_complete_event("event", theme)
    make_complete_event("hush", theme, is_public=False)
    commitment = make_commitment(event)
    commitment.outcomes.add(*Outcome.objects.filter(statement__event=event))
    make_party(commitment, organisation=make_organisation(name="Hushed", is_name_published=False))
    party = make_party(commitment, organisation=make_organisation(country="TH"))
    make_party(commitment, group=make_group())
    make_assessment(commitment=commitment)
    make_update(commitment, party=party, status="planning", reported_on=date(2024, 6, 5))
    make_update(commitment, party=party, status="fulfilled", reported_on=date(2025, 6, 7))
    make_update(make_commitment(event), reported_by="recorded", reported_on=date(2024, 7, 1))
    Commitment.objects.update(recorded_at=datetime(2024, 6, 1, tzinfo=UTC))


@pytest.mark.each_database
@pytest.mark.parametrize("day", [None, date(2025, 1, 1)])
def test_index_has_all_facets_of_public_commitments(portal: None, day: date | None) -> None:
    index = commitment_index(TODAY, day)
    facets = {"status", "event", "starts", "party", "kind", "country", "theme", "fresh"}
    assert index.bits.keys() >= facets | {"finding", "voice", "moved"}
    public = Commitment.objects.published().values_list("pk", flat=True)
    assert index.everything == bits_of([*public])
    assert Commitment.objects.count() > len(public)
    for name, values in index.bits.items():
        for rows in values.values():
            assert rows and not rows & ~index.everything, name
    # Of a hidden roundtable, and an organisation that is not named.
    assert index.labels and "hush" not in repr((index.bits, index.labels)).lower()


@pytest.mark.django_db
@pytest.mark.parametrize("read", [commitment_index, people_index], ids=["commitments", "people"])
def test_each_table_behind_an_index_changes_the_stamp(read: Callable[[date], object]) -> None:
    with CaptureQueriesContext(connection) as queries:
        read(TODAY)
    tables = set(re.findall(r'(?:FROM|JOIN) "(\w+)"', "".join(one["sql"] for one in queries)))
    assert tables <= {model._meta.db_table for model, reason, _part in own_models() if not reason}


def test_ids_of_bits() -> None:
    for seed in range(200 if FULL else 20):
        random = Random(seed)
        pks = random.sample(range(1, random.choice([30, 600, 5000])), random.randint(0, 25))
        bits, right = bits_of(pks), sorted(pks)
        assert [*ids_of_bits(bits)] == right
        first = random.randint(0, 30)
        last = first + random.randint(0, 10)
        assert [*ids_of_bits(bits, first, last)] == right[first:last], seed
