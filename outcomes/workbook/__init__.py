"""A roundtable as a workbook (XLSX): the tables of its file as sheets, out and in again."""

from outcomes.workbook.reading import LARGEST, read
from outcomes.workbook.writing import write

__all__ = ["LARGEST", "read", "write"]
