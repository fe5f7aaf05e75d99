"""What may be stored of the meeting, and that every field of the portal explains itself."""

from collections.abc import Callable
from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import models

from roundtable.mail.batches import HELD, hold
from roundtable.models import Event, Series
from tests.constraints import (
    Breaking,
    assert_database_refuses,
    assert_words_refuse,
    changed,
    constraints_of,
    models_of,
)
from tests.factories import (
    NOON,
    make_commitment,
    make_event,
    make_organisation,
    make_series,
    make_statement,
)

# Fields of Django's own base class of accounts.
NOT_OURS = {"User.password", "User.last_login"}


BREAKING: Breaking = {
    "batch_called_off_in_time": lambda: changed(
        hold(event=make_event(), act="invite", at=NOON), called_off_at=NOON + HELD
    ),
    "event_ends_after_it_starts": lambda: changed(make_event(), ends_on=date(2024, 5, 13)),
    "event_code_in_capitals": lambda: changed(make_event(), code="Ev2024"),
    "event_has_a_slug": lambda: changed(make_event(), slug=""),
}


def test_constraints_are_all_tried() -> None:
    assert sorted(BREAKING) == constraints_of("roundtable")


@pytest.mark.django_db
@pytest.mark.parametrize("name", BREAKING)
def test_constraint_holds_in_the_database(name: str) -> None:
    assert_database_refuses(BREAKING[name](), name)


@pytest.mark.django_db
@pytest.mark.parametrize("name", BREAKING)
def test_constraint_is_explained_before_saving(name: str) -> None:
    assert_words_refuse(BREAKING[name]())


@pytest.mark.django_db
def test_event_without_a_code_is_refused_by_the_database() -> None:
    assert_database_refuses(changed(make_event(), code=""), "event_code_in_capitals")


@pytest.mark.django_db
@pytest.mark.parametrize("code", ["2024X", "EV-1", "EV 1", "EV1\n", "ÉV1", "ev1"])
def test_event_code_has_capital_letters_and_digits_only(code: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        changed(make_event(is_public=False), code=code).full_clean()
    assert "Use capital letters and digits." in refusal.value.message_dict["code"]


@pytest.mark.django_db
@pytest.mark.parametrize("field", ["code", "slug"])
def test_event_is_named_once(field: str) -> None:
    first = make_event()
    with pytest.raises(ValidationError, match="already exists"):
        changed(make_event(is_public=False), **{field: getattr(first, field)}).full_clean()


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
def test_event_keeps_the_names_that_others_cite(why: str, field: str, value: str) -> None:
    event = make_event(is_public=False)
    CITED[why](event)
    event = Event.objects.get(pk=event.pk)
    event.full_clean()
    with pytest.raises(ValidationError) as refusal:
        changed(event, **{field: value}).full_clean()
    assert list(refusal.value.message_dict) == [field]


@pytest.mark.django_db
def test_event_that_nobody_cites_may_be_renamed() -> None:
    event = make_event(is_public=False)
    make_statement(event, published=False)
    event.code, event.slug = "OTHER", "other"
    event.full_clean()


@pytest.mark.django_db
def test_series_is_named_once() -> None:
    with pytest.raises(ValidationError, match="already exists"):
        Series(slug=make_series().slug, name="Another").full_clean()


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["Bangkok", "Asia/Atlantis", "+07:00", "../etc/localtime", "\x00"])
def test_event_in_no_time_zone_is_refused(name: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        changed(make_event(), time_zone=name).full_clean()
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
def test_event_history_keeps_what_was_written_before() -> None:
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


def test_every_field_explains_itself() -> None:
    assert set(fields_without_help()) == NOT_OURS


def test_every_explanation_is_a_sentence() -> None:
    for app in ("roundtable", "participants", "outcomes"):
        for model in models_of(app):
            for field in model._meta.get_fields():
                text = str(getattr(field, "help_text", ""))
                assert not text or text[-1] == ".", f"{model.__name__}.{field.name}: {text}"


def test_real_never_becomes_made_up(db: None) -> None:
    for row in (make_event(), make_organisation()):
        row.is_demonstration = True
        with pytest.raises(ValidationError, match="stays so"):
            row.full_clean()
