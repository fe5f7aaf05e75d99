"""Pictures drawn on the server: the seats round the table, and shares of a whole."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from outcomes.models import Status
from participants.models import Constituency
from participants.roll import Bench

CENTRE, RING = 110, 88  # of a picture 220 units wide
MOST_SEATS = 200  # more could not be told apart
SEAT_CLASSES = {
    Constituency.GOVERNMENTS: "gov",
    Constituency.RED_CROSS: "rcrc",
    Constituency.CIVIL_SOCIETY: "cso",
    Constituency.AGENCIES: "agency",
    Constituency.OTHER: "other",
}


@dataclass(frozen=True)
class Dot:
    """One seat of the picture; positions as text, so that no language changes the decimal point."""

    x: str
    y: str
    radius: str
    seat_class: str


def seats(benches: Iterable[Bench]) -> list[Dot]:
    """One dot for each seat that is known, clockwise from the top; none where they are too many."""
    classes = [SEAT_CLASSES[bench.constituency] for bench in benches for _n in range(bench.total)]
    if not 0 < len(classes) <= MOST_SEATS:
        return []
    step = 2 * math.pi / len(classes)
    radius = min(8.2, RING * math.sin(step / 2) * 0.72 if len(classes) > 1 else 8.2)
    return [
        Dot(
            x=f"{CENTRE + RING * math.sin(number * step):.1f}",
            y=f"{CENTRE - RING * math.cos(number * step):.1f}",
            radius=f"{radius:.1f}",
            seat_class=seat_class,
        )
        for number, seat_class in enumerate(classes)
    ]


@dataclass(frozen=True)
class Share:
    """One part of a whole: how many commitments stand at a status."""

    slug: str
    label: str | Promise
    tone: str
    count: int


NO_UPDATE = "no-update"
TONES = {
    Status.PLANNING: "open",
    Status.IN_PROGRESS: "underway",
    Status.FULFILLED: "done",
    Status.CLOSED: "ended",
    Status.SUPERSEDED: "ended",
}
STATUS_CHOICES: list[tuple[str, str | Promise]] = [
    (Status.FULFILLED.value, Status.FULFILLED.label),
    (Status.IN_PROGRESS.value, Status.IN_PROGRESS.label),
    (Status.PLANNING.value, Status.PLANNING.label),
    (Status.CLOSED.value, Status.CLOSED.label),
    (Status.SUPERSEDED.value, Status.SUPERSEDED.label),
    (NO_UPDATE, _("No update yet")),
]


def shares(counts: dict[str, int]) -> list[Share]:
    """The parts in a fixed order, silence last; `counts` by status word."""
    return [
        Share(
            slug=slug,
            label=label,
            tone="silent" if slug == NO_UPDATE else TONES[Status(slug)],
            count=counts.get(slug, 0),
        )
        for slug, label in STATUS_CHOICES
    ]


@dataclass(frozen=True)
class Bar:
    """One part of a bar that is 100 units wide."""

    x: str
    width: str
    tone: str


def bars(parts: list[Share]) -> list[Bar]:
    """The parts side by side, as wide as they are many."""
    total = sum(part.count for part in parts)
    drawn, x = [], 0.0
    for part in parts:
        width = 100 * part.count / total if part.count else 0.0
        if width:
            drawn.append(Bar(x=f"{x:.2f}", width=f"{width:.2f}", tone=part.tone))
        x += width
    return drawn
