"""Which tenth `make prove` asks PostgreSQL."""

from tests.conftest import in_tenth


def test_ten_seeds_choose_about_a_tenth_each_and_no_two_the_same() -> None:
    names = [f"many.py::{number}" for number in range(1000)]
    tenths = [{name for name in names if in_tenth(name, str(seed))} for seed in range(10)]
    assert all(60 <= len(tenth) <= 140 for tenth in tenths)
    assert len({frozenset(tenth) for tenth in tenths}) == 10
