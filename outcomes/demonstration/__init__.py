"""The demonstration: a made-up roundtable with people and three years of progress."""

from outcomes.demonstration.making import FIRST_DAY, is_there, make

__all__ = ["FIRST_DAY", "is_there", "make"]
