"""Dates as command-line arguments."""

from argparse import ArgumentParser, ArgumentTypeError
from datetime import date

from django.utils.translation import gettext


def add_day_argument(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--on",
        type=parse_day,
        metavar="YYYY-MM-DD",
        help="The day to act for; today if omitted.",
    )


def parse_day(text: str) -> date:
    """Raises ArgumentTypeError if the text is not a date like 2027-03-01."""
    try:
        return date.fromisoformat(text)
    except ValueError as problem:
        raise ArgumentTypeError(gettext("write the date like 2027-03-01")) from problem
