"""One value of the file: of the right type, readable, and what its field may hold."""

import re
import unicodedata
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models
from django.utils.translation import gettext as _
from django_countries.fields import CountryField

from outcomes.loading.mistakes import nearest, shown
from participants.models.delegate import validate_visible

LINE_SIGNS = {"\n", "\t"}  # control characters that a text of several lines may hold
_validate_url = URLValidator(schemes=["http", "https"])


def clean_value(
    field: "models.Field[Any, Any]",
    value: object,
    *,
    required: bool,
    allowed: tuple[str, ...] = (),
) -> Any:
    """The value as the field stores it; where some words are allowed, only one of those.

    Raises ValidationError with a sentence that says what to write instead.
    """
    if isinstance(field, models.BooleanField):
        _expect(isinstance(value, bool), _("Write true or false, without quotes."))
    elif isinstance(field, models.DateField):
        _expect(type(value) is date, _("Write a date such as 2018-05-14, without quotes."))
    elif isinstance(field, models.IntegerField):
        _expect(type(value) is int, _("Write a whole number, without quotes."))
    else:
        value = clean_text(value, one_line=not isinstance(field, models.TextField))
        if not value and not required:
            return value
        if not value:
            raise ValidationError(_("It is empty. %s") % field.help_text)
        validate_visible(value)
        if isinstance(field, models.SlugField) and not re.fullmatch(r"[a-z0-9-]+", value):
            raise ValidationError(_("Use small letters, digits and hyphens only."))
        _check_choice(field, value, allowed)
        if isinstance(field, models.URLField):
            _check_address(value)
    return field.clean(value, None)


def clean_text(value: object, *, one_line: bool) -> str:
    """A text without blanks at its ends.

    Raises ValidationError where it is no text, or holds what nobody can read.
    """
    if not isinstance(value, str):
        raise ValidationError(_("Write text in quotes."))
    text = value.strip()
    if one_line:
        text = text.replace("\t", " ")  # as somebody pastes it from a table
    if value and not text:
        raise ValidationError(_("It holds nothing but blanks. Write the text, or remove the key."))
    for sign in text:
        if sign in LINE_SIGNS and one_line:
            raise ValidationError(_("Write it on one line."))
        if unicodedata.category(sign) == "Cc" and sign not in LINE_SIGNS:
            raise ValidationError(
                _("It holds the control character U+%04X. Remove it.") % ord(sign)
            )
    return text


def clean_words(value: object) -> list[str]:
    """A list of words, none of them twice.

    Raises ValidationError where it is something else.
    """
    if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
        raise ValidationError(_('Write a list of words in quotes, such as ["one", "two"].'))
    seen: set[str] = set()
    for word in value:
        if word in seen:
            raise ValidationError(_("“%s” stands here twice. Remove one.") % shown(word))
        seen.add(word)
    return list(value)


def _expect(is_right: bool, sentence: str) -> None:
    if not is_right:
        raise ValidationError(sentence)


def _check_address(value: str) -> None:
    try:
        _validate_url(value)
    except ValidationError as problem:
        raise ValidationError(_("Write the whole address, beginning with https://")) from problem


def _check_choice(field: "models.Field[Any, Any]", value: str, allowed: tuple[str, ...]) -> None:
    known = list(allowed) or [str(choice) for choice, _label in field.flatchoices]
    if not known or value in known:
        return
    if isinstance(field, CountryField):
        raise ValidationError(
            _("“%s” is no country's code. Write two capital letters such as TH.") % shown(value)
        )
    sentence = _("“%(value)s” is not known here. Write one of: %(known)s.") % {
        "value": shown(value),
        "known": ", ".join(known),
    }
    raise ValidationError(f"{sentence} {nearest(value, known)}".strip())
