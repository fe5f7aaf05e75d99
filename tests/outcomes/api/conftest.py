"""A row of each table."""

import pytest

from outcomes.models import Commitment
from tests.factories import (
    make_commitment,
    make_event,
    make_organisation,
    make_party,
    make_statement,
    make_update,
)
from tests.follow_up_factories import make_response


@pytest.fixture
def commitment(db: None) -> Commitment:
    event = make_event(slug="here", code="HERE")
    make_statement(event)
    row = make_commitment(event, reference="HERE-C1")
    make_party(row, organisation=make_organisation(slug="office"))
    make_update(row)
    make_response()
    return row
