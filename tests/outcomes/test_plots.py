"""Pictures that are drawn on the server."""

from outcomes.commitments.charts import seats
from participants.models import Constituency
from participants.organisations.attendance import Bench


def test_seats_are_drawn_once_each_and_not_where_they_are_too_many() -> None:
    two = [
        Bench(Constituency.GOVERNMENTS, unnamed=13),
        Bench(Constituency.CIVIL_SOCIETY, number_unknown=True),
    ]
    assert [dot.seat_class for dot in seats(two)] == ["gov"] * 13
    assert (seats(two)[0].x, seats(two)[0].y) == ("110.0", "22.0")
    assert seats([Bench(Constituency.GOVERNMENTS, unnamed=200_000)]) == []
