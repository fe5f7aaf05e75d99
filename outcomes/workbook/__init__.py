"""A roundtable as a workbook or as CSVs: the tables of its file as sheets, out and in again."""

from outcomes.workbook.bringing_in import Preview, bring_in, load, preview
from outcomes.workbook.reading import LARGEST, read
from outcomes.workbook.writing import TooLongError, write, write_csvs

__all__ = [
    "LARGEST",
    "Preview",
    "TooLongError",
    "bring_in",
    "load",
    "preview",
    "read",
    "write",
    "write_csvs",
]
