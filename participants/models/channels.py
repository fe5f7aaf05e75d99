"""Kinds of contact details: how each is validated, shown and linked."""

from urllib.parse import quote

import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email
from django.db import models
from django.utils.translation import gettext_lazy as _


class ChannelKind(models.TextChoices):
    """Ways to reach someone."""

    EMAIL = "email", _("Email")
    PHONE = "phone", _("Phone")
    MOBILE = "mobile", _("Mobile phone")
    SIGNAL = "signal", _("Signal")
    WHATSAPP = "whatsapp", _("WhatsApp")
    SITE = "site", _("Website")
    OTHER = "other", _("Other")


PHONE_KINDS = {ChannelKind.PHONE, ChannelKind.MOBILE, ChannelKind.WHATSAPP}
# By which someone can be reached directly.
WORK_KINDS = {ChannelKind.EMAIL, ChannelKind.SIGNAL, *PHONE_KINDS}
WRONG_LENGTH_ERRORS = {
    phonenumbers.NumberParseException.TOO_SHORT_AFTER_IDD,
    phonenumbers.NumberParseException.TOO_SHORT_NSN,
    phonenumbers.NumberParseException.TOO_LONG,
}
_validate_url = URLValidator(schemes=["http", "https"])


def lacks_country_code(kind: str, value: str) -> bool:
    return kind in PHONE_KINDS and not value.strip().startswith(("+", "00"))


def clean_value(kind: str, value: str, country: str = "") -> str:
    """The value in its usual form, for example +622155550100 for a phone number.

    `country` is that of a number without a country code. Raises ValidationError with a sentence
    about what to enter instead.
    """
    value = value.strip()
    if kind == ChannelKind.EMAIL:
        validate_email(value)
    elif kind == ChannelKind.SITE:
        try:
            _validate_url(value)
        except ValidationError as problem:
            raise ValidationError(
                _(
                    "This web address is not complete. Enter the full address, starting with "
                    "https://"
                )
            ) from problem
    elif kind in PHONE_KINDS or (kind == ChannelKind.SIGNAL and value.startswith("+")):
        return _clean_number(value, country)
    return value


def _clean_number(value: str, country: str) -> str:
    if value.startswith("00"):  # as people dial it
        value = f"+{value[2:]}"
    try:
        number = phonenumbers.parse(value, country or None)
        is_possible = phonenumbers.is_possible_number(number)
    except phonenumbers.NumberParseException as problem:
        if problem.error_type not in WRONG_LENGTH_ERRORS:
            raise ValidationError(
                _(
                    "We cannot read this number. Start with + and the country code, for example "
                    "+62 21 5555 0100."
                )
            ) from problem
        is_possible = False
    if not is_possible:
        raise ValidationError(_("This number is too short or too long. Check the digits."))
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def display_value(kind: str, value: str) -> str:
    """Groups the digits of phone numbers."""
    if value.startswith("+") and kind in PHONE_KINDS | {ChannelKind.SIGNAL}:
        try:
            number = phonenumbers.parse(value)
        except phonenumbers.NumberParseException:
            return value
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    return value


def contact_url(kind: str, value: str) -> str:
    """Empty if nothing safe can be opened."""
    if kind == ChannelKind.EMAIL:
        return f"mailto:{quote(value, safe='@+')}"
    if kind in (ChannelKind.PHONE, ChannelKind.MOBILE):
        return f"tel:{value}"
    if kind == ChannelKind.WHATSAPP:
        return f"https://wa.me/{value.removeprefix('+')}"
    return value if kind == ChannelKind.SITE else ""
