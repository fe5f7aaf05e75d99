"""Each role, about each kind of decision, in each state: what table.txt says."""

import os

import pytest

from tests.participants.decisions.table import KINDS, TABLE_PATH, Kind, table_lines


@pytest.mark.prove
@pytest.mark.longest
@pytest.mark.walk
@pytest.mark.django_db
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_each_role_can_do_what_the_table_says(kind: Kind) -> None:
    found = table_lines([kind])
    others = [line for line in _written() if not line.startswith(f"{kind.name} | ")]
    if os.environ.get("WRITE_TABLE"):
        TABLE_PATH.write_text("\n".join([*sorted([*others, *found]), ""]))
    assert sorted(set(_written()) - set(others)) == found


def _written() -> list[str]:
    return TABLE_PATH.read_text().splitlines() if TABLE_PATH.exists() else []
