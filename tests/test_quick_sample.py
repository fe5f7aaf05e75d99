"""What `make quick` asks, whole and for an area, and which tenth `make prove` asks PostgreSQL."""

import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import eight_of_each_file, in_tenth


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


def test_ten_seeds_choose_about_a_tenth_each_and_no_two_the_same() -> None:
    names = [f"many.py::{number}" for number in range(1000)]
    tenths = [{name for name in names if in_tenth(name, str(seed))} for seed in range(10)]
    assert all(60 <= len(tenth) <= 140 for tenth in tenths)
    assert len({frozenset(tenth) for tenth in tenths}) == 10


@pytest.mark.own_process
@pytest.mark.prove
@pytest.mark.parametrize(("area", "is_sample"), [((), True), (("search",), False)])
def test_quick_run_asks_eight_of_a_file_and_all_of_an_area(
    area: tuple[str, ...], is_sample: bool
) -> None:
    environment = {
        key: value
        for key, value in os.environ.items()
        if "PYTEST" not in key and key not in {"FULL", "POSTGRES_FOLLOWS"}
    }
    found = subprocess.run(
        ["tests/run.sh", "quick", *area],
        env=environment | {"PYTEST_ADDOPTS": "--collect-only -q"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    (number,) = re.findall(r"^tests/outcomes/search/test_index.py: (\d+)$", found, re.MULTILINE)
    assert (int(number) == 8) is is_sample
