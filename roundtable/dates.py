"""Days as somebody writes them on a command line."""

from argparse import ArgumentTypeError
from datetime import date

from django.utils.translation import gettext


def parse_day(text: str) -> date:
    """The day that was written.

    Raises ArgumentTypeError where it is none.
    """
    try:
        return date.fromisoformat(text)
    except ValueError as problem:
        raise ArgumentTypeError(gettext("write the day like 2027-03-01")) from problem
