"""Merging what stands here twice: every link moves, nothing is lost, and nobody is shown more."""

from outcomes.merging.moving import Moved
from outcomes.merging.organisations import merge_organisations
from outcomes.merging.people import merge_people, which_stays

__all__ = ["Moved", "merge_organisations", "merge_people", "which_stays"]
