"""docs/data.md describes each key of the roundtable file, and no other."""

import re

import pytest

from outcomes.datasets.columns import Dataset
from outcomes.imports.records.format import TABLES
from tests.roundtable_files import ROOT

# Reports have no single identifier.
IDENTIFIERS = {"updates": {"reference", "party", "reported_on", "of_that_day"}}
EXAMPLES = {"BP2018", "Asia/Bangkok", "en", '"1"', '"1.a"', '"BP2018-C1"'}

# Values that a file cannot have.
NOT_IN_FILES = {"signed", "lead-in"}


def tables(within: dict[str, Dataset], before: str = "") -> list[tuple[str, Dataset]]:
    """Every table by the name that its header has."""
    found = []
    for name, table in within.items():
        found += [(before + name, table), *tables(table.tables, f"{before}{name}.")]
    return found


def row_of(name: str, table: Dataset) -> str:
    header = f"[[{name}]]" if table.is_list else f"[{name}]"
    text = (ROOT / "docs" / "data.md").read_text("utf-8")
    found = [line for line in text.splitlines() if line.startswith(f"| `{header}` |")]
    assert len(found) == 1, f"docs/data.md needs one row for `{header}` in “Tables and keys”."
    return found[0].split("|")[2]


def words(text: str) -> set[str]:
    return set(re.findall(r"`(.*?)`", text))


@pytest.mark.parametrize(("name", "table"), tables(TABLES))
def test_each_key_is_documented(name: str, table: Dataset) -> None:
    keys, row = {*table.fields, *table.lists}, row_of(name, table)
    missing = keys - words(row)
    assert not missing, f"docs/data.md does not describe {sorted(missing)} of {name}."
    choices = [
        {str(value) for value, _label in table.get_field(key).flatchoices} for key in table.fields
    ]
    for values in choices:
        # Countries, for example, are not listed.
        if values & words(row):
            missing = values - words(row) - NOT_IN_FILES
            assert not missing, f"docs/data.md does not describe {sorted(missing)} of {name}."
    unknown = words(row) - keys - set().union(*choices) - EXAMPLES
    assert not unknown, f"{name} has no {sorted(unknown)}, but docs/data.md describes it."


@pytest.mark.parametrize(("name", "table"), tables(TABLES))
def test_required_keys_and_identifiers_are_marked(name: str, table: Dataset) -> None:
    row = row_of(name, table)
    late = set(table.required()) - words(row.split(";")[0])
    assert not late, f"docs/data.md must name {sorted(late)} of {name} before the first semicolon."
    expected = IDENTIFIERS.get(name, {table.identifier} - {""})
    bold = set(re.findall(r"\*\*`(.*?)`\*\*", row))
    assert bold == expected, f"docs/data.md must have {sorted(expected)} of {name} in bold."
