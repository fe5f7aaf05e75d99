"""Pictures that are drawn on the server."""

from outcomes.commitments.charts import TONES, seating_dots
from outcomes.models import ImplementationStatus
from participants.models import Constituency
from participants.organisations.attendance import ConstituencyGroup
from tests.conftest import ROOT


def test_seats_are_drawn_once_and_not_above_limit() -> None:
    two = [
        ConstituencyGroup(Constituency.GOVERNMENTS, unnamed_count=13),
        ConstituencyGroup(Constituency.CIVIL_SOCIETY, has_unknown_count=True),
    ]
    assert [dot.seat_class for dot in seating_dots(two)] == ["gov"] * 13
    assert (seating_dots(two)[0].x, seating_dots(two)[0].y) == ("110.0", "22.0")
    assert seating_dots([ConstituencyGroup(Constituency.GOVERNMENTS, unnamed_count=200_000)]) == []


def test_each_status_has_a_colour() -> None:
    assert set(TONES) == set(ImplementationStatus)
    css = (ROOT / "static" / "css" / "portal.css").read_text("utf-8")
    rules = [line for line in css.splitlines() if line.lstrip().startswith(".underway {")]
    (line,) = rules
    # The colour of "open" is the one without a rule.
    assert [tone for tone in TONES.values() if f".{tone}" not in line] == ["open"]
