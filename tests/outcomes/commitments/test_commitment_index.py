"""The index of commitments in memory follows each change of what it counts."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from random import Random
from typing import Any

import pytest
from django.db import DEFAULT_DB_ALIAS, connection, models, transaction
from pytest_django import DjangoDbBlocker

from outcomes.commitments import commitment_index as module
from outcomes.commitments.as_of import as_of
from outcomes.commitments.commitment_index import CHANGED_COMMITMENTS
from outcomes.models import Commitment, Milestone, Outcome, Theme
from participants.models import Organisation
from roundtable.cache import public_stamp
from roundtable.filters.facet_index import FacetIndex, bits_of, ids_of_bits
from roundtable.models import Event
from tests.canaries import make_complete_event
from tests.changed_columns import changes_of, columns, field_of
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
DAYS = (None, date(2025, 1, 1)) if FULL else (date(2025, 1, 1),)
TOUCHED = sorted(
    {touch.model for touch in CHANGED_COMMITMENTS.touches}, key=lambda model: model.__name__
)


NAMED = {
    (touch.model, name) for touch in CHANGED_COMMITMENTS.touches for name in touch.fields.split()
}
COLUMNS = [
    (model, column)
    for model, column in columns(TOUCHED)
    if FULL or (model, field_of(model, column).name) in NAMED
]


@pytest.fixture(scope="module")
def portal_once(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with django_db_blocker.unblock(), transaction.atomic():
        theme = make_theme(slug="theme")
        event = make_complete_event("event", theme)
        make_complete_event("hush", theme, is_public=False)
        commitment = make_commitment(event)
        commitment.outcomes.add(*Outcome.objects.filter(statement__event=event))
        office = make_organisation(country="TH")
        make_party(commitment, organisation=make_organisation(is_name_published=False))
        party = make_party(commitment, organisation=office)
        make_party(commitment, group=make_group())
        make_assessment(commitment=commitment)
        make_update(commitment, party=party, status="planning", reported_on=date(2024, 6, 5))
        make_update(commitment, party=party, status="fulfilled", reported_on=date(2025, 6, 7))
        make_update(make_commitment(event), reported_by="recorded")
        Commitment.objects.update(recorded_at=datetime(2024, 6, 1, tzinfo=UTC))
        yield
        transaction.set_rollback(True)


@pytest.fixture
def portal(portal_once: None, db: None) -> None:
    """Commitments with all that they are counted by, and the same hidden."""


def read(rows: Any, day: date | None) -> FacetIndex:
    return module._query(rows, day or TODAY, day).read()


def published(day: date | None) -> Any:
    return as_of(Commitment.objects.published(), day)


class Followed:
    """Indexes of the days, and what is noted after they were read."""

    def __init__(self) -> None:
        self.position = CHANGED_COMMITMENTS.position()
        self.before = {day: read(published(day), day) for day in DAYS}

    def assert_exact(self) -> bool:
        """True if an index changed."""
        now = {day: read(published(day), day) for day in DAYS}
        pks = CHANGED_COMMITMENTS.since(self.position, 1000)
        assert pks is not None
        for day, index in self.before.items():
            followed = index.with_rows(pks, read(published(day).filter(pk__among=[*pks]), day))
            assert followed.everything == now[day].everything
            assert followed.bits == now[day].bits
            assert followed.labels.items() >= now[day].labels.items()
        return any(self.before[day].bits != now[day].bits for day in DAYS)


@pytest.mark.django_db
@pytest.mark.each_database
class TestChanges:
    """Each is noted for the commitments that it is behind."""

    def test_index_has_all_facets(self, portal: None) -> None:
        index = read(published(None), None)
        facets = {"status", "event", "starts", "party", "kind", "country", "theme", "fresh"}
        assert index.bits.keys() >= facets | {"finding", "voice", "moved"}
        assert 0 < index.everything.bit_count() < Commitment.objects.count()

    @pytest.mark.parametrize(
        ("model", "column"), COLUMNS, ids=lambda part: getattr(part, "__name__", part)
    )
    def test_any_changed_column(self, portal: None, model: type[models.Model], column: str) -> None:
        followed, changed = Followed(), 0
        for _change in changes_of(model, column):
            changed += followed.assert_exact()
        touches = [touch for touch in CHANGED_COMMITMENTS.touches if touch.model is model]
        if changed:
            named = {name for touch in touches for name in touch.fields.split()}
            assert field_of(model, column).name in named

    @pytest.mark.parametrize("model", [Event, Organisation, Theme])
    def test_changed_slug(self, portal: None, model: type[models.Model]) -> None:
        followed = Followed()
        for pk in model._default_manager.values_list("pk", flat=True):
            model._default_manager.filter(pk=pk).update(slug=f"other-{pk}")
        assert followed.assert_exact()

    @pytest.mark.parametrize("model", TOUCHED, ids=lambda model: model.__name__)
    def test_any_deleted_row(self, portal: None, model: type[models.Model]) -> None:
        followed = Followed()
        for pk in list(model._default_manager.order_by("pk").values_list("pk", flat=True)):
            try:
                with transaction.atomic():
                    model._base_manager.filter(pk=pk).delete()
                    followed.assert_exact()
                    transaction.set_rollback(True)
            except (models.ProtectedError, models.RestrictedError):
                continue

    def test_new_rows(self, portal: None) -> None:
        followed = Followed()
        event = Event.objects.get(slug="zq-event-slug")
        commitment = make_commitment(event)
        assert followed.assert_exact()
        make_update(commitment)
        make_assessment(commitment=commitment)
        commitment.outcomes.set(Outcome.objects.published().filter(statement__event=event))
        assert followed.assert_exact()

    def test_other_changes_are_not_noted(self, portal: None) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {CHANGED_COMMITMENTS.name}")
        position = CHANGED_COMMITMENTS.position()
        Milestone.objects.update(title="other")
        Commitment.objects.update(text="other")
        Organisation.objects.update(description="other")
        assert CHANGED_COMMITMENTS.since(position, 10) == set()

    def test_each_table_is_noted(self, portal: None) -> None:
        day = DAYS[-1]
        sql = module._query(published(day), TODAY, day).sql
        tables = set(re.findall(r'(?:FROM|JOIN) "(\w+)"', sql))
        assert tables == {model._meta.db_table for model in TOUCHED}

    def test_too_many_or_all_are_read_again(self, portal: None) -> None:
        position = CHANGED_COMMITMENTS.position()
        Commitment.objects.update(is_open=True)
        number = Commitment.objects.count()
        found = CHANGED_COMMITMENTS.since(position, number)
        assert found is not None and len(found) == number
        assert CHANGED_COMMITMENTS.since(position, number - 1) is None
        CHANGED_COMMITMENTS.install(DEFAULT_DB_ALIAS)
        assert CHANGED_COMMITMENTS.since(position, 1000) is None

    def test_old_notes_are_deleted(self, portal: None) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {CHANGED_COMMITMENTS.name}")
        position = CHANGED_COMMITMENTS.position()
        (old, new, *_others) = Commitment.objects.all()
        Commitment.objects.filter(pk__in=[old.pk, new.pk]).update(is_open=True)
        two_days = 2 * 24 * 60 * 60
        with connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE {CHANGED_COMMITMENTS.name} SET noted_at = noted_at - %s WHERE row_id = %s",
                [two_days + 60, old.pk],
            )
        CHANGED_COMMITMENTS.delete_old()
        assert CHANGED_COMMITMENTS.since(position, 1000) == {new.pk}


@pytest.mark.django_db
@pytest.mark.each_database
def test_before_a_migration_nothing_is_in_its_way(portal: None) -> None:
    CHANGED_COMMITMENTS.uninstall(DEFAULT_DB_ALIAS, plan=[])
    assert CHANGED_COMMITMENTS.is_noted() and public_stamp.is_complete()
    position = CHANGED_COMMITMENTS.position()
    CHANGED_COMMITMENTS.uninstall(DEFAULT_DB_ALIAS, plan=[("a migration", False)])
    assert not CHANGED_COMMITMENTS.is_noted() and not public_stamp.is_complete()
    Commitment.objects.update(is_open=True)  # not noted
    CHANGED_COMMITMENTS.install(DEFAULT_DB_ALIAS)
    assert CHANGED_COMMITMENTS.is_noted() and public_stamp.is_complete()
    assert CHANGED_COMMITMENTS.since(position, 1000) is None


@pytest.mark.parametrize("seed", range(200 if FULL else 20))
def test_ids_of_bits(seed: int) -> None:
    random = Random(seed)
    pks = random.sample(range(1, random.choice([30, 600, 5000])), random.randint(0, 25))
    bits, right = bits_of(pks), sorted(pks)
    assert [*ids_of_bits(bits)] == right
    first = random.randint(0, 30)
    last = first + random.randint(0, 10)
    assert [*ids_of_bits(bits, first, last)] == right[first:last]


def test_following_a_change_copies_only_what_changed() -> None:
    """A copy of everything takes megabytes, and stays until the collector of garbage comes."""
    many, row = 1 << 100_000, 1 << 10
    before = FacetIndex(many | row, {"status": {"planning": many, "fulfilled": row}}, {})
    now = FacetIndex(row, {"status": {"in-progress": row}}, {})
    after = before.with_rows({10}, now)
    assert after.bits["status"] == {"planning": many, "in-progress": row}
    assert after.bits["status"]["planning"] is before.bits["status"]["planning"]
