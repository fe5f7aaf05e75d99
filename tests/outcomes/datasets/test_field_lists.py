"""Forms, exports and pages that name the fields of a table have each public field."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.utils import flatten, flatten_fieldsets
from django.db import models
from django.forms import ModelForm
from django.test import Client

from outcomes.contributions.forms import (
    AssessmentForm,
    OfferedMilestoneForm,
    OfferForm,
    ResponseForm,
)
from outcomes.datasets import values
from outcomes.datasets.columns import Column, Dataset
from outcomes.datasets.tables import COMMITMENTS
from outcomes.models import Commitment, ImplementationStatus, Outcome
from outcomes.reporting.forms import UpdateForm
from outcomes.statements.corrigenda_admin import CorrigendumForm
from participants.models import User
from tests.decide import page_of
from tests.factories import (
    NOON,
    make_commitment,
    make_document,
    make_event,
    make_organisation,
    make_outcome,
    make_role,
    make_statement,
    make_update,
    save,
)
from tests.fixture_types import Sign
from tests.follow_up_factories import make_assessment, make_milestone, make_response
from tests.outcomes.datasets.test_datasets import DATASETS

# By admin class, what it leaves out.
NOT_IN_ADMIN = {
    # A rule decides who can sign and report, so only a file sets it.
    "GroupAdmin": {"member_rule"},
}


def stored_names(table: Dataset) -> set[str]:
    """The columns that are fields of the model itself."""
    options = table.model._meta
    known = {field.name for field in (*options.concrete_fields, *options.many_to_many)}
    return {column.name for column in table.columns if column.field is None} & known


def admin_forms(model: type[models.Model]) -> Iterator[tuple[str, set[str]]]:
    """By the name of its class, the fields of each form of the admin that edits the model."""
    for model_admin in admin.site._registry.values():
        if model_admin.model is model:
            fieldsets: Any = model_admin.fieldsets
            yield type(model_admin).__name__, set(flatten_fieldsets(fieldsets))
        for inline in model_admin.inlines:
            if inline.model is model:
                yield inline.__name__, set(flatten(inline.fields or ()))


@pytest.mark.parametrize("name", DATASETS)
def test_admin_has_each_public_field(name: str) -> None:
    table = DATASETS[name]
    found = list(admin_forms(table.model))
    if name == "CORRIGENDA":  # on pages beside those of its statement
        found.append((CorrigendumForm.__name__, set(CorrigendumForm.base_fields)))
    assert found, f"No form of the admin edits {table.model.__name__}."
    for form, fields in found:
        missing = stored_names(table) - fields - NOT_IN_ADMIN.get(form, set())
        assert not missing, f"{form} does not have the public fields {sorted(missing)} of {name}."


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("REPORTS", UpdateForm),
        ("RESPONSES", ResponseForm),
        ("ASSESSMENTS", AssessmentForm),
        ("OFFERS", OfferForm),
        ("OFFERED_MILESTONES", OfferedMilestoneForm),
    ],
)
def test_form_of_authors_has_each_public_field(name: str, form: type[ModelForm[Any]]) -> None:
    missing = stored_names(DATASETS[name]) - set(form.base_fields)
    if form is UpdateForm:
        missing.remove("received_on")  # only the desk enters messages of a party
    assert not missing, f"{form.__name__} does not have the public fields {sorted(missing)}."


def _lead_in(words: dict[str, Any]) -> Outcome:
    lead_in = make_statement(make_event()).outcomes.lead_ins()[0]
    for name, value in words.items():
        setattr(lead_in, name, value)
    return save(lead_in)


def _point(words: dict[str, Any]) -> Outcome:
    statement = make_statement(make_event(), published=False)
    point = make_outcome(statement, parent=statement.outcomes.lead_ins()[0], **words)
    statement.publish(NOON)
    point.refresh_from_db()
    return point


def _report(words: dict[str, Any]) -> Commitment:
    commitment = make_commitment()
    make_update(commitment, status=ImplementationStatus.CLOSED, **words)
    return commitment


FILLED: dict[str, Callable[[dict[str, Any]], Any]] = {
    "ROUNDTABLES": lambda words: make_event(**words),
    "STATEMENTS": lambda words: make_statement(make_event(), **words).event,
    "LEAD_INS": _lead_in,
    "POINTS": _point,
    "ORGANISATIONS": lambda words: (
        make_role(make_event(), organisation=make_organisation(**words)).organisation
    ),
    "COMMITMENTS": lambda words: make_commitment(**words),
    "MILESTONES": lambda words: make_milestone(due_on=date(2030, 1, 1), **words).commitment,
    "REPORTS": _report,
    "DOCUMENTS": lambda words: make_document(make_event(), **words).event,
    "RESPONSES": lambda words: make_response(**words).outcome,
    "ASSESSMENTS": lambda words: make_assessment(**words).commitment,
}


@pytest.mark.django_db
def test_pages_of_a_commitment_show_a_column_that_they_do_not_name(
    client_of: Sign, operator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    added = replace(COMMITMENTS, columns=(*COMMITMENTS.columns, Column("consent")))
    monkeypatch.setattr(values, "COMMITMENTS", added)
    row = make_commitment(consent="zqxvar & more")
    browser = client_of(operator)
    for path in (row.get_absolute_url(), page_of(row)):
        text = browser.get(path).content.decode()
        assert "Consent to publication" in text and "zqxvar &amp; more" in text, path


# Many points are in the same place, such as “first list”.
NOT_SEARCHED = {"LEAD_INS": {"place_in_source"}, "POINTS": {"place_in_source"}}


@pytest.mark.django_db
@pytest.mark.usefixtures("recorded_templates")
@pytest.mark.parametrize("name", FILLED)
def test_page_and_search_have_each_public_text(client: Client, name: str) -> None:
    table = DATASETS[name]
    words: dict[str, Any] = {}
    for field in table.free_texts:
        word = f"zqxvar{field}".replace("_", "")
        is_url = isinstance(table.get_field(field), models.URLField)
        words[field] = f"https://zqxvar.org/{word}" if is_url else word
    page = client.get(FILLED[name](words).get_absolute_url()).content.decode()
    missing = {field for field, text in words.items() if text not in page}
    assert not missing, f"The page does not show {sorted(missing)} of {name}."
    answers = {
        field: client.get("/search/", {"q": text}).context["found"]
        for field, text in words.items()
        if "/" not in text
    }
    missing = {field for field, found in answers.items() if found.corrected or not found.sections}
    assert missing == NOT_SEARCHED.get(name, set())
