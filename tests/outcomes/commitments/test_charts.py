"""Pictures that are drawn on the server."""

from outcomes.commitments.charts import seating_dots
from participants.models import Constituency
from participants.organisations.attendance import ConstituencyGroup


def test_seats_are_drawn_once_and_not_above_limit() -> None:
    two = [
        ConstituencyGroup(Constituency.GOVERNMENTS, unnamed_count=13),
        ConstituencyGroup(Constituency.CIVIL_SOCIETY, has_unknown_count=True),
    ]
    assert [dot.seat_class for dot in seating_dots(two)] == ["gov"] * 13
    assert (seating_dots(two)[0].x, seating_dots(two)[0].y) == ("110.0", "22.0")
    assert seating_dots([ConstituencyGroup(Constituency.GOVERNMENTS, unnamed_count=200_000)]) == []
