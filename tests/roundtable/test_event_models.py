"""What may be stored of the meeting, and that every field of the portal explains itself."""

from collections.abc import Callable
from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import models

from roundtable.mail.batches import CANCEL_WINDOW, create_batch
from roundtable.models import Event, Series
from tests.constraints import (
    InvalidRows,
    assert_database_rejects,
    assert_rejected,
    constraints_of,
    models_of,
    with_values,
)
from tests.factories import (
    NOON,
    make_commitment,
    make_event,
    make_organisation,
    make_series,
    make_statement,
)

pytestmark = pytest.mark.each_database

# Fields of Django's own base class of accounts.
NOT_OURS = {"User.password", "User.last_login"}


BREAKING: InvalidRows = {
    "batch_cancelled_before_sending": lambda: with_values(
        create_batch(event=make_event(), action="invite", at=NOON),
        cancelled_at=NOON + CANCEL_WINDOW,
    ),
    "event_ends_after_it_starts": lambda: with_values(make_event(), ends_on=date(2024, 5, 13)),
    "event_code_uppercase": lambda: with_values(make_event(), code="Ev2024"),
    "event_has_slug": lambda: with_values(make_event(), slug=""),
}


def test_every_constraint_is_tested() -> None:
    assert sorted(BREAKING) == constraints_of("roundtable")


@pytest.mark.django_db
@pytest.mark.parametrize("name", BREAKING)
def test_constraint_holds_and_has_a_validation_message(name: str) -> None:
    assert_rejected(BREAKING[name](), name)


@pytest.mark.django_db
def test_database_rejects_event_without_code() -> None:
    assert_database_rejects(with_values(make_event(), code=""), "event_code_uppercase")


@pytest.mark.django_db
def test_names_are_unique_and_well_formed() -> None:
    first, row = make_event(), make_event(is_public=False)
    wrong = [
        ("code", code) for code in ("2024X", "EV-1", "EV 1", "EV1\n", "ÉV1", "ev1", first.code)
    ]
    wrong += [("slug", first.slug)]
    zones = ("Bangkok", "Asia/Atlantis", "+07:00", "../etc/localtime", "\x00")
    wrong += [("time_zone", zone) for zone in zones]
    for field, value in wrong:
        before = getattr(row, field)
        with pytest.raises(ValidationError) as refusal:
            with_values(row, **{field: value}).full_clean()
        assert list(refusal.value.message_dict) == [field], value
        with_values(row, **{field: before}).full_clean()
    with pytest.raises(ValidationError, match="already exists"):
        Series(slug=make_series().slug, name="Another").full_clean()
    with pytest.raises(models.ProtectedError):
        first.series.delete()
    # A day alone is a roundtable, and what no one cites yet can be renamed.
    make_statement(row, published=False)
    with_values(row, ends_on=row.starts_on, code="OTHER", slug="other").full_clean()


def make_public_for_a_while(event: Event) -> None:
    for public in (True, False):
        event.is_public = public
        event.save()


CITED: dict[str, Callable[[Event], object]] = {
    "public": lambda event: Event.objects.filter(pk=event.pk).update(is_public=True),
    "public for a while": make_public_for_a_while,
    "has a commitment": make_commitment,
    "has numbered points": make_statement,
}


@pytest.mark.django_db
@pytest.mark.parametrize("why", CITED)
@pytest.mark.parametrize(("field", "value"), [("code", "OTHER"), ("slug", "other")])
def test_cited_event_names_are_frozen(why: str, field: str, value: str) -> None:
    event = make_event(is_public=False)
    CITED[why](event)
    event = Event.objects.get(pk=event.pk)
    event.full_clean()
    with pytest.raises(ValidationError) as refusal:
        with_values(event, **{field: value}).full_clean()
    assert list(refusal.value.message_dict) == [field]


@pytest.mark.django_db
def test_event_history_stores_previous_values() -> None:
    event = make_event(title="First title")
    event.title = "Second title"
    event.save()
    assert [row.title for row in event.history.all()] == ["Second title", "First title"]


def test_every_field_has_a_sentence_of_help() -> None:
    without = set()
    for model in (
        row for app in ("roundtable", "participants", "outcomes") for row in models_of(app)
    ):
        for field in (*model._meta.concrete_fields, *model._meta.many_to_many):
            text = str(field.help_text).strip()
            if not text and not isinstance(field, models.AutoField):
                without.add(f"{model.__name__}.{field.name}")
            assert not text or text[-1] == ".", f"{model.__name__}.{field.name}: {text}"
    assert without == NOT_OURS


def test_real_event_cannot_become_demo(db: None) -> None:
    for row in (make_event(), make_organisation()):
        row.is_demonstration = True
        with pytest.raises(ValidationError, match="You cannot change it"):
            row.full_clean()
