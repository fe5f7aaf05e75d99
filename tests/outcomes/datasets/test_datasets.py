"""Each public field of a table has a column, or is named here with the reason why not."""

from collections import Counter

import pytest
from django.db import models

from outcomes.datasets import tables
from outcomes.datasets.columns import Dataset
from outcomes.datasets.delegates import DELEGATES
from outcomes.imports.records.format import TABLES

DATASETS = {name: table for name, table in vars(tables).items() if isinstance(table, Dataset)} | {
    "DELEGATES": DELEGATES
}

# By dataset, what is no column.
LEFT_OUT = {
    # The roundtable whose file first names the organisation says it.
    # Only the desk decides whether a name is published: a file must not do so by mistake.
    "ORGANISATIONS": "is_demonstration is_name_published",
    # The order of the rows, and the table in which they are.
    "POINTS": "position",
    "LEAD_INS": "position kind",
    # Publishing sets it.
    "STATEMENTS": "published_at",
    "CORRIGENDA": "state published_at",
    # The author's promise to the co-chairs.
    "RESPONSES": "has_no_personal_details",
    "ASSESSMENTS": "has_no_personal_details",
    "OFFERS": "has_no_personal_details",
    # Never public: where the party agreed to publication.
    "COMMITMENTS": "consent",
    # In no file: only the person writes about themselves, and who is protected stays secret.
    "DELEGATES": "about is_protected listed_to",
}
# Of the tables that a roundtable file does not have.
IN_NO_FILE = {
    *("PARTIES", "MILESTONES", "RESPONSES", "ASSESSMENTS"),
    *("OFFERS", "OFFERED_MILESTONES", "CORRIGENDA"),
}


def own_fields(model: type[models.Model]) -> set[str]:
    """What a person can write: no keys, no links to a parent, nothing that the portal sets."""
    return {
        field.name
        for field in model._meta.concrete_fields
        if field.editable and not field.primary_key and not field.is_relation
    }


@pytest.mark.parametrize("name", DATASETS)
def test_each_field_has_a_column_or_a_reason(name: str) -> None:
    table = DATASETS[name]
    left_out = own_fields(table.model) - {column.name for column in table.columns}
    assert left_out == set(LEFT_OUT.get(name, "").split()), (
        f"Add each new field of {table.model.__name__} as a column of {name}."
    )


@pytest.mark.parametrize("name", DATASETS)
def test_columns_have_help_fields_and_headings_of_their_own(name: str) -> None:
    table = DATASETS[name]
    named = {*table.not_cited.split(), *table.not_compared.split(), table.identifier} - {""}
    assert named <= set(table.fields)
    links = {field.name for field in table.model._meta.many_to_many}
    for column in table.columns:
        found = column.help if column.is_list else table.get_field(column.name).help_text
        assert found, column.name
        is_link = column.field is None and column.name in links
        assert not is_link or column.is_list, column.name
    headings = Counter(word for column in table.columns for word in column.synonyms.split())
    assert {word for word, number in headings.items() if number > 1} == set()


def test_every_other_dataset_is_in_the_file() -> None:
    def within(table: Dataset) -> list[Dataset]:
        return [table, *(found for inner in table.tables.values() for found in within(inner))]

    used = [id(found) for table in TABLES.values() for found in within(table)]
    assert {name for name, table in DATASETS.items() if id(table) not in used} == IN_NO_FILE
