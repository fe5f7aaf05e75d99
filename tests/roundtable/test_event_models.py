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
@pytest.mark.parametrize("code", ["2024X", "EV-1", "EV 1", "EV1\n", "ÉV1", "ev1"])
def test_event_code_allows_uppercase_letters_and_digits_only(code: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        with_values(make_event(is_public=False), code=code).full_clean()
    assert "Use capital letters and digits." in refusal.value.message_dict["code"]


@pytest.mark.django_db
@pytest.mark.parametrize("field", ["code", "slug"])
def test_event_names_are_unique(field: str) -> None:
    first = make_event()
    with pytest.raises(ValidationError, match="already exists"):
        with_values(make_event(is_public=False), **{field: getattr(first, field)}).full_clean()


def publish_statement(event: Event) -> None:
    make_statement(event)


def make_public_for_a_while(event: Event) -> None:
    for public in (True, False):
        event.is_public = public
        event.save()


CITED: dict[str, Callable[[Event], object]] = {
    "public": lambda event: Event.objects.filter(pk=event.pk).update(is_public=True),
    "public for a while": make_public_for_a_while,
    "has a commitment": make_commitment,
    "has numbered points": publish_statement,
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
def test_uncited_event_can_be_renamed() -> None:
    event = make_event(is_public=False)
    make_statement(event, published=False)
    event.code, event.slug = "OTHER", "other"
    event.full_clean()


@pytest.mark.django_db
def test_series_names_are_unique() -> None:
    with pytest.raises(ValidationError, match="already exists"):
        Series(slug=make_series().slug, name="Another").full_clean()


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["Bangkok", "Asia/Atlantis", "+07:00", "../etc/localtime", "\x00"])
def test_event_with_invalid_time_zone_is_rejected(name: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        with_values(make_event(), time_zone=name).full_clean()
    assert "time_zone" in refusal.value.message_dict


@pytest.mark.django_db
def test_event_of_one_day_is_allowed() -> None:
    event = make_event(starts_on=date(2024, 5, 14), ends_on=date(2024, 5, 14))
    assert event.ends_on == event.starts_on


@pytest.mark.django_db
def test_published_events_are_the_public_ones() -> None:
    shown = make_event(is_public=True)
    make_event(is_public=False)
    assert list(Event.objects.published()) == [shown]


@pytest.mark.django_db
def test_series_with_events_cannot_be_deleted() -> None:
    event = make_event()
    with pytest.raises(models.ProtectedError):
        event.series.delete()


@pytest.mark.django_db
def test_event_history_stores_previous_values() -> None:
    event = make_event(title="First title")
    event.title = "Second title"
    event.save()
    assert [row.title for row in event.history.all()] == ["Second title", "First title"]


def fields_without_help() -> list[str]:
    return [
        f"{model.__name__}.{field.name}"
        for app in ("roundtable", "participants", "outcomes")
        for model in models_of(app)
        for field in (*model._meta.concrete_fields, *model._meta.many_to_many)
        if not (isinstance(field, models.AutoField) or str(field.help_text).strip())
    ]


def test_every_field_has_help_text() -> None:
    assert set(fields_without_help()) == NOT_OURS


def test_every_help_text_is_a_sentence() -> None:
    for app in ("roundtable", "participants", "outcomes"):
        for model in models_of(app):
            for field in model._meta.get_fields():
                text = str(getattr(field, "help_text", ""))
                assert not text or text[-1] == ".", f"{model.__name__}.{field.name}: {text}"


def test_real_event_cannot_become_demo(db: None) -> None:
    for row in (make_event(), make_organisation()):
        row.is_demonstration = True
        with pytest.raises(ValidationError, match="You cannot change it"):
            row.full_clean()
