"""A roundtable as a workbook (XLSX): the tables of its file as sheets, out and in again."""

from outcomes.workbook.bringing_in import Preview, bring_in, load, preview
from outcomes.workbook.reading import LARGEST, read
from outcomes.workbook.writing import TooLongError, write

__all__ = ["LARGEST", "Preview", "TooLongError", "bring_in", "load", "preview", "read", "write"]
