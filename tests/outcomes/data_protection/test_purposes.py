"""Each field that can hold a person has a purpose, and two pages show them all."""

from typing import Any

import pytest
from django.apps import apps
from django.db import models
from django.test import Client

from outcomes.data_protection.purposes import (
    NO_PERSON,
    TECHNICAL,
    USES,
    Purpose,
    base_of,
    fields_with_people,
    holdings,
    use_of,
)
from outcomes.data_protection.retention import retention_rules
from participants.models import Delegate
from participants.models.personal_data import shown_of
from tests.page_text import page_text
from tests.privacy_docs import PAGE
from tests.privacy_docs import page as docs_page


def without_purpose(model: Any) -> set[str]:
    return {field.name for field in fields_with_people(model) if use_of(model, field.name) is None}


@pytest.mark.parametrize("model", apps.get_models(), ids=lambda model: model._meta.label)
def test_each_field_that_can_hold_a_person_has_a_purpose(model: Any) -> None:
    assert without_purpose(model) == set()


@pytest.mark.parametrize(
    "field",
    [
        models.CharField(max_length=9),
        models.FileField(),
        models.JSONField(),
        models.EmailField(),
        models.GenericIPAddressField(),
        models.ForeignKey(Delegate, on_delete=models.CASCADE, related_name="+"),
    ],
    ids=lambda field: type(field).__name__,
)
def test_new_field_without_a_purpose_fails(field: Any) -> None:
    model: Any = apps.get_model("participants", "Participation")
    field.set_attributes_from_name("seat")
    field.model = model
    columns = model._meta.local_fields
    columns.append(field)
    model._meta._expire_cache()
    try:
        assert without_purpose(model) == {"seat"}
    finally:
        columns.remove(field)
        model._meta._expire_cache()
    assert without_purpose(model) == set()


def test_each_name_in_the_table_exists() -> None:
    rules = {rule.name for rule in retention_rules()}
    used: dict[str, set[str]] = {}
    names: set[str] = set()
    for label, uses in USES.items():
        own = {field.name for field in apps.get_model(label)._meta.get_fields()}
        for use in uses:
            assert use.kept in rules, label
            for name in use.fields.split():
                used.setdefault(f"{use} {name}", set()).update({name} & own)
        names |= own
    assert [row for row, found in used.items() if not found] == []
    every = {field.name for model in apps.get_models() for field in model._meta.get_fields()}
    assert set(TECHNICAL.split()) <= every
    others = set(NO_PERSON.split())
    assert {apps.get_model(label)._meta.label for label in others} == others
    assert not others & set(USES)


def test_each_model_of_your_data_is_held_for_a_purpose() -> None:
    held = {row.model for purpose in Purpose for row in holdings(purpose)}
    assert {base_of(model) for model in apps.get_models() if shown_of(model)} <= held


def test_docs_are_current() -> None:
    assert PAGE.read_text() == docs_page(), "Run make privacy."


@pytest.mark.django_db
def test_privacy_page_shows_both_tables(client: Client) -> None:
    text = page_text(client.get("/privacy/"))
    for words in (
        "consent, which the person can withdraw at any time",
        "contact detail",
        "the person, and those whom the person chose",
        "The file of a letter in which an organisation names people",
        "the last decision about one of them; after 12 months, even if no one decided",
    ):
        assert words in text, words
    for rule in retention_rules():
        assert rule.what in text, rule.name
