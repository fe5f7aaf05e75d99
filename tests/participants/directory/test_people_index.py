"""The index of people in memory follows each change of where they work and what they speak."""

from datetime import date

import pytest
from django.db import models, transaction

from participants.directory.people_index import CHANGED_PEOPLE, _query
from participants.models import Affiliation, Delegate, DelegateLanguage
from tests.changed_columns import changes_of, columns, field_of
from tests.factories import make_affiliation, make_delegate, make_organisation

pytestmark = [pytest.mark.django_db, pytest.mark.each_database]
TODAY = date(2026, 3, 2)
TOUCHED = [Affiliation, DelegateLanguage]


class Followed:
    """The index, and what is noted after it was read."""

    def __init__(self) -> None:
        self.position = CHANGED_PEOPLE.position()
        self.before = _query(Delegate.objects.all(), TODAY).read()

    def assert_exact(self) -> bool:
        """True if the index changed."""
        people = Delegate.objects.all()
        now = _query(people, TODAY).read()
        pks = CHANGED_PEOPLE.since(self.position, 1000)
        assert pks is not None
        followed = self.before.with_rows(pks, _query(people.filter(pk__among=[*pks]), TODAY).read())
        assert followed.bits == now.bits
        return self.before.bits != now.bits


@pytest.fixture
def people(db: None) -> None:
    offices = [make_organisation(), make_organisation()]
    for number in range(3):
        person = make_delegate()
        make_affiliation(person, organisation=offices[number % 2])
        DelegateLanguage.objects.create(delegate=person, language="th")


def test_index_names_offices_and_languages(people: None) -> None:
    one, two, three = Delegate.objects.order_by("pk").values_list("pk", flat=True)
    bits = _query(Delegate.objects.all(), TODAY).read().bits
    assert bits["language"] == {"th": 1 << one | 1 << two | 1 << three}
    assert [*bits["workplace"].values()] == [1 << one | 1 << three, 1 << two]


@pytest.mark.parametrize(
    ("model", "column"), columns(TOUCHED), ids=lambda part: getattr(part, "__name__", part)
)
def test_any_changed_column(people: None, model: type[models.Model], column: str) -> None:
    followed, changed = Followed(), 0
    for _change in changes_of(model, column):
        changed += followed.assert_exact()
    touches = [touch for touch in CHANGED_PEOPLE.touches if touch.model is model]
    if changed:
        assert field_of(model, column).name in " ".join(touch.fields for touch in touches).split()


@pytest.mark.parametrize("model", [Delegate, *TOUCHED], ids=lambda model: model.__name__)
def test_any_deleted_row(people: None, model: type[models.Model]) -> None:
    followed = Followed()
    for pk in list(model._default_manager.values_list("pk", flat=True)):
        with transaction.atomic():
            model._base_manager.filter(pk=pk).delete()
            assert followed.assert_exact()
            transaction.set_rollback(True)


def test_new_rows(people: None) -> None:
    followed = Followed()
    make_affiliation(make_delegate(), organisation=make_organisation())
    assert followed.assert_exact()
