"""What a release's database is filled with can be made on today's tables."""

from collections import defaultdict
from datetime import UTC, datetime

import pytest
import time_machine

from participants.decisions.engine import State, state
from participants.decisions.kind import kinds
from tests.factories import make_user
from tests.upgrade import fill_decisions

AT = datetime(2026, 3, 20, 12, tzinfo=UTC)
ENDED = {State.WITHDRAWN, State.EXPIRED}
STATES = {
    "participation": {State.ASKED, State.AGREED, State.MADE},
    "grant": {State.ASKED, State.WAITING, State.AGREED, State.MADE} | ENDED,
    "organisationchange": set(State),
    "delegationchange": {State.ASKED, State.MADE} | ENDED,
    "listclosure": {State.ASKED, State.MADE},
    "statement": {State.ASKED, State.AGREED, State.MADE},
    "corrigendum": {State.ASKED, State.MADE},
    "commitment": {State.ASKED, State.MADE},
}


@pytest.mark.django_db
def test_each_kind_is_there_in_each_state() -> None:
    with time_machine.travel(AT, tick=False):
        fill_decisions.fill(make_user(is_superuser=True), AT)
    found = defaultdict(set)
    for kind in kinds().values():
        for item in kind.model._base_manager.all():
            found[kind.name].add(state(item, kind.given(item), kind.acts(item), AT))
    assert found == STATES
