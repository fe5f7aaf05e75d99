"""How long the portal takes to reject roundtable files that are made to take long."""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from outcomes.imports.records.validation import clean_words
from tests.roundtable_files import HEAD, rejection_messages

SECONDS = 10
TEXTS = {
    "dotted key": HEAD + ".".join(["a"] * 40_000) + " = 1",
    "dotted table": HEAD + f"[{' . '.join(['a'] * 20_000)}]",
    "dotted key in a table": HEAD + "x = { " + ".".join(['"a.a"'] * 20_000) + " = 1 }",
    "letters": "a" * 900_000,
    "escapes": '"\\' * 450_000,
    "quotes": '"' * 900_000,
    "words": "a " * 450_000,
}
WORDS = [f"word-{number}" for number in range(30_000)]


def run() -> bool:
    """Prints the seconds for each file, and says whether the goals are met."""
    took = [measure("list of 30,000 words", lambda: clean_words(WORDS))]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "hostile.toml"
        for name, text in TEXTS.items():
            path.write_text(text, "utf-8")
            took.append(measure(name, lambda: rejection_messages(path)))
    return max(took) < SECONDS


def measure(name: str, act: Callable[[], object]) -> float:
    """Prints and returns how many seconds it takes."""
    began = time.perf_counter()
    act()
    seconds = time.perf_counter() - began
    print(f"{name}: {seconds:.2f} s of {SECONDS}")
    return seconds
