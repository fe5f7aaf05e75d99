"""The index is at all times what its definitions find, on both databases."""

import re
from collections.abc import Callable, Iterator

import pytest
from django.db import connection, models, transaction
from django.test import Client
from pytest_django import DjangoDbBlocker

from outcomes.models import (
    Commitment,
    CommitmentParty,
    Evidence,
    Milestone,
    Outcome,
    ProgressUpdate,
    Statement,
    Theme,
)
from outcomes.search import index
from outcomes.search.checks import check_search_index
from outcomes.search.index import NAME, get_index, is_index_installed
from outcomes.search.kinds import KINDS, CountryName, Kind
from participants.models import Organisation, OrganisationChange, SlugRedirect
from roundtable.database import triggers
from roundtable.models import Event
from tests.canaries import make_complete_event
from tests.changed_columns import change_rows, columns, field_of
from tests.conftest import FULL
from tests.factories import (
    NOON,
    make_commitment,
    make_event,
    make_evidence,
    make_organisation,
    make_party,
    make_role,
    make_statement,
    make_theme,
    make_update,
    make_user,
    save,
)
from tests.follow_up_factories import make_assessment, make_milestone, make_response
from tests.search_index import assert_exact, belonging, indexed

pytestmark = [pytest.mark.django_db, pytest.mark.each_database]


@pytest.fixture(scope="module")
def portal_once(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with django_db_blocker.unblock(), transaction.atomic():
        theme = make_theme(slug="theme", name="zq-theme-name")
        event = make_complete_event("event", theme)
        make_complete_event("hush", theme, is_public=False)
        answered = make_commitment(event, text="zq-second")
        answered.outcomes.add(*Outcome.objects.filter(statement__event=event))
        make_party(answered, organisation=make_organisation(is_name_published=False))
        make_evidence(make_update(answered, status="closed"))
        renamed = Organisation.objects.get(slug="organisation-of-event")
        given = {"organisation": renamed, "reason": "Its law", "requested_by": make_user()}
        for former in ("zq-formerly", "zq-before that"):
            name = {"what": "name", "name": "New", "former_name": former, "done_at": NOON}
            OrganisationChange.objects.create(**given, **name)
        OrganisationChange.objects.create(**given, what="publish")
        save(SlugRedirect(slug="zq-merged-office", organisation=renamed))
        yield
        transaction.set_rollback(True)


@pytest.fixture
def portal(portal_once: None, db: None) -> None:
    """Everything that can be found, and the same hidden."""


def test_each_kind_has_rows_and_hidden_rows(portal: None) -> None:
    for kind in KINDS:
        assert kind.rows.count() > 0, kind.name
        if kind.name != "theme":
            assert kind.rows.count() < kind.rows.model._default_manager.count(), kind.name
    assert_exact()
    words = str(indexed())
    assert "hush" not in words and "second" in words


TOUCHED = sorted(
    {touch.model for kind in KINDS for touch in kind.touches}, key=lambda model: model.__name__
)


NAMED = {
    (touch.model, name) for kind in KINDS for touch in kind.touches for name in touch.fields.split()
}
# Unless at full size, of those that the index does not hold every fourth.
COLUMNS = [
    (model, column)
    for number, (model, column) in enumerate(columns(TOUCHED))
    if FULL or number % 4 == 0 or (model, field_of(model, column).name) in NAMED
]


@pytest.mark.parametrize(
    ("model", "column"), COLUMNS, ids=lambda part: getattr(part, "__name__", part)
)
def test_any_changed_column_moves_the_index(
    portal: None, model: type[models.Model], column: str
) -> None:
    before, moved = indexed(), list[bool]()

    def look() -> None:
        assert_exact()
        moved.append(indexed() != before)

    change_rows(model, column, look)
    if any(moved):
        assert (model, field_of(model, column).name) in NAMED


@pytest.mark.parametrize("model", TOUCHED, ids=lambda model: model.__name__)
def test_any_deleted_row_leaves_the_index(portal: None, model: type[models.Model]) -> None:
    for pk in list(model._default_manager.order_by("pk").values_list("pk", flat=True)):
        try:
            with transaction.atomic():
                model._base_manager.filter(pk=pk).delete()
                assert_exact()
                transaction.set_rollback(True)
        except (models.ProtectedError, models.RestrictedError):
            continue


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_each_table_behind_a_kind_has_a_trigger_and_functions_of_the_database(kind: Kind) -> None:
    view = get_index().view(kind)
    tables = set(re.findall(r'(?:FROM|JOIN) "(\w+)"', view))
    assert tables - {CountryName._meta.db_table} == {
        touch.model._meta.db_table for touch in kind.touches
    }
    assert "django_" not in view.lower()


def test_bulk_writes_move_the_index(portal: None) -> None:
    event = Event.objects.get(slug="zq-event-slug")
    Commitment.objects.bulk_create(
        Commitment(event=event, reference=f"ZQEVENT-C{number}", text="bulky", state="public")
        for number in range(50, 60)
    )
    assert_exact()
    assert str(indexed()).count("bulki" if connection.vendor != "sqlite" else "bulky") == 10
    rows = list(Commitment.objects.filter(text="bulky"))
    for row in rows:
        row.text = "other"
    Commitment.objects.bulk_update(rows, ["text"])
    assert_exact()
    CommitmentParty.objects.bulk_create(
        CommitmentParty(commitment=row, organisation=Organisation.objects.all()[0]) for row in rows
    )
    assert_exact()
    Commitment.objects.filter(text="other").update(state="draft")
    assert_exact()
    assert "other" not in str(indexed())


# Many rows at once, of a table that a kind reads itself, through another one, or by a link.
CHANGES: list[Callable[[], object]] = [
    lambda: Event.objects.filter(slug="zq-event-slug").update(is_public=False),
    lambda: Event.objects.filter(slug="zq-hush-slug").update(is_public=True),
    lambda: Event.objects.update(is_public=True, title="other", country="VN"),
    lambda: Statement.objects.update(state="draft", published_at=None),
    lambda: Outcome.objects.filter(number="1").update(text="other lead-in"),
    lambda: Theme.objects.all().delete(),
    lambda: Commitment.outcomes.through.objects.all().delete(),
    lambda: Organisation.objects.update(name="other", short_name="", country=""),
    lambda: ProgressUpdate.objects.update(state="draft", approved_by=None, approved_at=None),
    lambda: Evidence.objects.update(is_public=False),
    lambda: OrganisationChange.objects.filter(what="publish").update(done_at=NOON),
]


@pytest.mark.parametrize("number", range(len(CHANGES)))
def test_change_of_many_rows_moves_the_index(portal: None, number: int) -> None:
    before = indexed()
    CHANGES[number]()
    assert_exact()
    assert indexed() != before


def test_new_rows_of_each_kind_are_found(portal: None) -> None:
    event = make_event(code="FRESH")
    make_role(event, organisation=make_organisation(name="fresh office"))
    point = make_statement(event).outcomes.points()[0]
    assert_exact()
    point.themes.add(make_theme(name="fresh theme"))
    commitment = make_commitment(event, text="fresh")
    commitment.outcomes.set([point])
    assert_exact()
    make_milestone(commitment=commitment)
    make_evidence(make_update(commitment))
    make_assessment(commitment=commitment)
    make_response()
    assert_exact()


def test_change_that_is_undone_leaves_the_index(portal: None) -> None:
    before = indexed()
    with transaction.atomic():
        Event.objects.update(is_public=False)
        assert not indexed()
        transaction.set_rollback(True)
    assert indexed() == before


def test_unrelated_change_writes_nothing(portal: None) -> None:
    with connection.cursor() as cursor:
        sql = f"SELECT max(rowid) FROM {NAME}_docsize"
        if connection.vendor != "sqlite":
            sql = f"SELECT string_agg(ctid::text || xmin::text, ',') FROM {NAME}"
        cursor.execute(sql)
        before = cursor.fetchone()
        Commitment.objects.update(recorded_at=NOON, members_reporting=3)
        ProgressUpdate.objects.update(revision=7)
        cursor.execute(sql)
        assert cursor.fetchone() == before


class TestInstallation:
    """`migrate` makes the index, and the check says if it is missing."""

    def test_check_is_silent(self) -> None:
        assert is_index_installed()
        assert check_search_index(["default"]) == [] == check_search_index(None)

    def test_missing_trigger_is_reported_and_comes_back(self, portal: None) -> None:
        (first, *_others) = get_index().triggers()
        with connection.cursor() as cursor:
            if connection.vendor == "sqlite":
                cursor.execute(f'DROP TRIGGER "{first.name}"')
            else:
                cursor.execute(f'DROP FUNCTION "{first.name}" CASCADE')
        (problem,) = check_search_index(["default"])
        assert problem.id == "outcomes.W001" and problem.hint == "Run manage.py migrate."
        Event.objects.filter(slug="zq-event-slug").update(title="moved while it was missing")
        index.install("default")
        assert check_search_index(["default"]) == []
        assert_exact()

    def test_nothing_is_made_twice(self, portal: None, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(index, "replace", None)
        index.install("default")

    def test_before_a_migration_nothing_is_in_its_way(self, portal: None) -> None:
        index.uninstall("default", plan=[])
        assert is_index_installed()
        index.uninstall("default", plan=[("a migration", False)])
        assert not is_index_installed()
        index.uninstall("default", plan=[("a migration", False)])
        with connection.cursor() as cursor:
            if connection.vendor == "sqlite":
                cursor.execute("ALTER TABLE outcomes_milestone RENAME TO moved")
                cursor.execute("ALTER TABLE moved RENAME TO outcomes_milestone")
        Milestone.objects.update(title="changed during a migration")
        index.install("default")
        assert is_index_installed()
        assert_exact()

    def test_other_triggers_stay(self) -> None:
        before = triggers._existing(NAME, "default")
        other = triggers.Trigger("other__1", "roundtable_series", triggers.DELETE, ("SELECT 1",))
        if connection.vendor != "sqlite":
            other = triggers.Trigger("other__1", "roundtable_series", triggers.DELETE, ())
        triggers.replace("other", [other], "1", "default")
        assert triggers.is_installed("other", [other], "1", "default")
        assert not triggers.is_installed("other", [other], "2", "default")
        index.uninstall("default")
        assert triggers.is_installed("other", [other], "1", "default")
        index.install("default")
        assert triggers._existing(NAME, "default") == before
        triggers.remove("other", "default")
        assert not triggers.is_installed("other", [other], "1", "default")


def test_another_plan_finds_the_words_of_a_row_in_the_same_order(portal: None) -> None:
    commitment = make_commitment(Event.objects.get(slug="zq-event-slug"))
    parties = [
        make_party(commitment, organisation=make_organisation(name=name, short_name=""))
        for name in ("one office", "two office", "three office")
    ]
    with connection.cursor() as cursor:
        for kind_of_plan in ("indexscan", "bitmapscan"):
            if connection.vendor != "sqlite":
                cursor.execute(f"SET LOCAL enable_{kind_of_plan} = off")
        # A row that is written again is the last one of its table.
        CommitmentParty.objects.filter(pk=parties[0].pk).update(role=parties[0].role)
        cursor.execute("ANALYZE")
    assert_exact()


def test_search_never_shows_what_is_hidden_even_if_the_index_is_wrong(
    portal: None, client: Client
) -> None:
    """Each record is read by the rule of what is public."""
    index.uninstall("default")
    Event.objects.update(is_public=False)
    page = client.get("/search/?q=zq").content.decode()
    assert "event-commitment" not in page and "zq-event" not in page
    assert belonging() != indexed()
