"""Emptying all tables at once empties the index, too."""

import pytest
from django.core.management import call_command

from outcomes.search.index import is_index_installed
from tests.factories import make_commitment, make_event
from tests.search_index import indexed


@pytest.mark.each_database
@pytest.mark.django_db(transaction=True)
def test_flush_empties_the_index() -> None:
    make_commitment(make_event(), text="flushed")
    assert indexed()
    call_command("flush", interactive=False, verbosity=0)
    assert not indexed()
    assert is_index_installed()
