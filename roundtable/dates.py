"""Dates as command-line arguments."""

from argparse import ArgumentTypeError
from datetime import date

from django.utils.translation import gettext


def parse_day(text: str) -> date:
    """Raises ArgumentTypeError if the text is not a date like 2027-03-01."""
    try:
        return date.fromisoformat(text)
    except ValueError as problem:
        raise ArgumentTypeError(gettext("write the date like 2027-03-01")) from problem
