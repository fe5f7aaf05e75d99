"""What `make quick` asks when it is not told an area."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.conftest import eight_of_each_file


@dataclass(frozen=True)
class Item:
    nodeid: str

    @property
    def path(self) -> Path:
        return Path(self.nodeid.partition("::")[0])


def sample(*names: str) -> list[str]:
    """The tests that are asked, in their order; "few.py::first[case]" is one."""
    items: list[Any] = [Item(name) for name in names]
    asked = eight_of_each_file(items)
    return [item.nodeid for item in items if item in asked]


def test_small_file_is_asked_in_full_with_the_first_case_of_each_test() -> None:
    asked = sample("few.py::one[a]", "few.py::one[b]", "few.py::two", "few.py::three[c]")
    assert asked == ["few.py::one[a]", "few.py::two", "few.py::three[c]"]


def test_eight_tests_of_a_large_file_are_spread_over_it() -> None:
    asked = sample(*(f"many.py::{number}" for number in range(20)), "few.py::one")
    many = [f"many.py::{number}" for number in (0, 2, 5, 7, 10, 12, 15, 17)]
    assert asked == [*many, "few.py::one"]
