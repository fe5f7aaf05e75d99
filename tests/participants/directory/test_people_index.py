"""The index of people in memory: where they work and what they speak."""

from datetime import date

import pytest

from participants.directory.people_index import people_index
from participants.models import DelegateLanguage
from tests.factories import make_affiliation, make_delegate, make_organisation

pytestmark = [pytest.mark.django_db, pytest.mark.each_database]


def test_index_names_present_offices_and_languages() -> None:
    offices = [make_organisation(), make_organisation()]
    one, two, three = people = [make_delegate() for _number in range(3)]
    for number, person in enumerate(people):
        make_affiliation(person, organisation=offices[number % 2])
        DelegateLanguage.objects.create(delegate=person, language="th")
    make_affiliation(two, organisation=offices[0], until=date(2020, 1, 1))
    index = people_index(date(2026, 3, 2))
    assert index.by_language == {"th": 1 << one.pk | 1 << two.pk | 1 << three.pk}
    assert index.by_workplace == {
        offices[0].pk: 1 << one.pk | 1 << three.pk,
        offices[1].pk: 1 << two.pk,
    }
