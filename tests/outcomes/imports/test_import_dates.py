"""Days of a spreadsheet, as people write them."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from outcomes.imports.workbook.dates import is_ambiguous_date, parse_date

MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


@pytest.mark.parametrize(
    "text",
    [
        *("2018-05-14", "14 May 2018", "14/05/2018", "5/14/2018", "14.5.2018", "May 14, 2018"),
        *("14-May-2018", "14th of May 2018".replace(" of", ""), "2018/05/14", "43234", 43234.0),
        *("2018-05-14 00:00:00", "2018-05-14T00:00", "14 MAY 2018"),
    ],
)
def test_days_are_read_as_people_write_them(text: object) -> None:
    assert parse_date(text) == date(2018, 5, 14)


@pytest.mark.parametrize(
    "text",
    [
        "soon",
        "14/05/18",
        "31/02/2018",
        "2018",
        "14 Mai 2018",
        "7 Janu 2018",
        1.5,
        "",
        "٤٣٢٣٤",
        "00/05/2018",
        9_999,
        "9999",
        100_000,
        float("inf"),
    ],
)
def test_what_is_no_day_is_said(text: object) -> None:
    with pytest.raises(ValidationError, match="Write a date such as 2018-05-14"):
        parse_date(text)


def test_which_is_the_month_is_asked_and_never_guessed() -> None:
    with pytest.raises(ValidationError, match="Write 2018-06-05 or 2018-05-06"):
        parse_date("05/06/2018")
    assert parse_date("05/06/2018", date_order="day") == date(2018, 6, 5)
    assert parse_date("05/06/2018", date_order="month") == date(2018, 5, 6)
    assert parse_date("05/05/2018") == date(2018, 5, 5)
    assert parse_date("14/05/2018", date_order="month") == date(2018, 5, 14)
    assert parse_date("12/11/2018", date_order="day") == date(2018, 11, 12)
    assert parse_date("13/05/2018", date_order="month") == date(2018, 5, 13)
    assert parse_date("12/13/2018") == parse_date("13/12/2018") == date(2018, 12, 13)


@pytest.mark.parametrize(("number", "name"), list(enumerate(MONTHS, 1)))
def test_months_are_read_in_full_and_by_three_letters(number: int, name: str) -> None:
    for text in (f"7 {name} 2018", f"7 {name[:3]} 2018", f"{name} 7, 2018"):
        assert parse_date(text) == date(2018, number, 7)


def test_september_is_read_by_four_letters() -> None:
    assert parse_date("7 Sept 2018") == date(2018, 9, 7)


@pytest.mark.parametrize(
    ("number", "day"), [(10_000, date(1927, 5, 18)), (99_999, date(2173, 10, 13))]
)
def test_numbers_of_spreadsheet_programs_are_days(number: int, day: date) -> None:
    assert parse_date(number) == parse_date(float(number)) == parse_date(str(number)) == day


@pytest.mark.parametrize("text", ["01/05/2018", "05/01/2018", "12/05/2018", "05/12/2018"])
def test_numbers_up_to_twelve_are_either_day_or_month(text: str) -> None:
    assert is_ambiguous_date(text)


@pytest.mark.parametrize(
    "text", ["00/05/2018", "05/00/2018", "13/05/2018", "05/13/2018", "05/05/2018", "5 May 2018"]
)
def test_other_numbers_are_not_either(text: str) -> None:
    assert not is_ambiguous_date(text)
