"""How a roundtable comes in: read from a file, checked as a whole, then stored.

The format is described in docs/roundtable-file.md.
"""

from outcomes.loading.applying import load, load_content
from outcomes.loading.mistakes import FileRefused, Mistake
from outcomes.loading.report import Fate, Question, Report, RowReport

__all__ = [
    "Fate",
    "FileRefused",
    "Mistake",
    "Question",
    "Report",
    "RowReport",
    "load",
    "load_content",
]
