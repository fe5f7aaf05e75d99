"""What points at people in a text, found by its looks."""

import pytest

from outcomes.reporting.pii_scan import find_contact_details


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Write to ana.lima@example.org.", ["ana.lima@example.org"]),
        ("ana (at) example [dot] org", ["ana (at) example [dot] org"]),
        ("Full width: ana@example.org", ["ana@example.org"]),
        ("un\u00adseen: ana\u200b@example.org", ["ana@example.org"]),
        ("Call +62 21 5555 0100 or +62-812-5555-0100.", ["+62 21 5555 0100", "+62-812-5555-0100"]),
        ("Call (021) 5555 0100.", ["(021) 5555 0100"]),
        ("Call 0812 5555 0100", ["0812 5555 0100"]),
        ("Call 02-555-0100, twice: 02-555-0100", ["02-555-0100"]),
        ("Call 212-555-0100", ["212-555-0100"]),
        ("Number 6281255550100", ["6281255550100"]),
        ("رقم ٠٢١٥٥٥٥٠١٠٠", ["02155550100"]),
        ("Chat at https://wa.me/6281255550100", ["wa.me/6281255550100"]),
        (
            "First +62 21 5555 0100, then ana@example.org",
            ["+62 21 5555 0100", "ana@example.org"],
        ),
    ],
)
def test_contact_details_are_detected(text: str, found: list[str]) -> None:
    assert find_contact_details(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Two courses were held, for 120 nurses, on 14 May 2024.",
        "From 2018-2019-2020, on 2026-03-02 and 02.03.2026, 01/02/2026.",
        "It cost 1 250 000 000 rupiah, or 1,250,000.50, or 1.250.000.000.",
        "Act no. 21/2007, article 12.",
        "See https://example.org/2026/0123456789/report",
        "At 10:30 @ the office",
        "A share of 0.1234567 in 2024",
    ],
)
def test_ordinary_words_are_not_contact_details(text: str) -> None:
    assert find_contact_details(text) == []


def test_long_text_is_scanned_quickly() -> None:
    for text in ("a" * 200_000, "1 " * 100_000, "a@" * 100_000, "0(" * 100_000):
        find_contact_details(text)


def test_first_matches_are_listed_and_rest_counted() -> None:
    found = find_contact_details("\n".join(f"ana{number}@example.org" for number in range(60)))
    assert found[:2] == ["ana0@example.org", "ana1@example.org"]
    assert len(found) == 51
    assert found[-1] == "10 more are not listed here."
