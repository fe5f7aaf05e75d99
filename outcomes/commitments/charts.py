"""Pictures drawn on the server: the seats round the table, and shares of a whole."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from django.utils.functional import Promise
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from outcomes.models import Status
from participants.models import Constituency
from participants.organisations.attendance import Bench

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
    query: str = ""  # what asks the list of commitments for them


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


def shares(counts: dict[str, int], query: str = "") -> list[Share]:
    """The parts in a fixed order, silence last; `counts` by status word.

    `query` begins the query string that asks the list of commitments for each of them.
    """
    return [
        Share(
            slug=slug,
            label=label,
            tone="silent" if slug == NO_UPDATE else TONES[Status(slug)],
            count=counts.get(slug, 0),
            query=f"{query}status={slug}",
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


@dataclass(frozen=True)
class Strip:
    """One part of a bar or column: where it starts, how long it is, and whether a number fits."""

    part: Share
    start: str
    length: str
    middle: str
    fits: bool


@dataclass(frozen=True)
class Track:
    """One bar or column with its words; `place` holds the heights of the words, bar and numbers.

    Of a column, `place` holds where it starts along the line, and how wide it is.
    """

    label: str
    total: int
    strips: list[Strip]
    place: tuple[str, ...]


@dataclass(frozen=True)
class Tick:
    """A mark of the scale, what it says, and how the words stand to it: "", "mid" or "end"."""

    place: str
    label: str
    anchor: str = ""


@dataclass(frozen=True)
class Plot:
    """Bars along the line, or columns beside each other, over a scale of whole numbers.

    Lengths along the line are percentages and heights are em, so that the words stay as large as
    the text around them in a window of any width.
    """

    tracks: list[Track]
    ticks: list[Tick]
    years: list[Tick]
    height: str
    foot: str  # where the scale ends and its words begin


ROW, WORDS, BAR, FOOT, COLUMN = 3.7, 1.2, 1.6, 1.6, 13.0  # em
LONGEST_LABEL = 40
LEAST_FOR_A_NUMBER = 10  # per cent of the width of a phone
GAP = 0.86  # of the width that a column has
MARKS = 5


def marks(most: int) -> list[int]:
    """Whole numbers from 0 to `most` or more, in even steps of 1, 2, 5, 10, 20, 50 …"""
    step = 1
    while most > step * MARKS:
        step = step * 5 // 2 if str(step).startswith("2") else step * 2
    most = max(most, 1)
    return [*range(0, most, step), -(-most // step) * step]


def plot_bars(lines: Iterable[tuple[str | Promise, list[Share]]]) -> Plot:
    """One bar for each line, as long as its parts are many together."""
    kept = list(lines)
    scale = marks(_most(parts for _label, parts in kept))
    tracks = [
        Track(
            label=Truncator(str(label)).chars(LONGEST_LABEL),
            total=_total(parts),
            strips=list(_strips(parts, 100 / scale[-1], "%")),
            place=tuple(f"{row * ROW + offset:.2f}em" for offset in (WORDS, 1.7, 2.85)),
        )
        for row, (label, parts) in enumerate(kept)
    ]
    ticks = [
        Tick(f"{100 * number / scale[-1]:.2f}%", str(number), "mid" if number else "")
        for number in scale
    ]
    ticks[-1] = replace(ticks[-1], anchor="end")
    foot = len(kept) * ROW
    return Plot(tracks, ticks, [], f"{foot + FOOT:.2f}em", f"{foot:.2f}em")


def plot_columns(lines: Iterable[tuple[str, list[Share]]]) -> Plot:
    """One column for each line, in order, and the first of each year named by its first word."""
    kept = list(lines)
    scale = marks(_most(parts for _label, parts in kept))
    width = 100 / max(len(kept), 1)
    tracks = [
        Track(
            label=label,
            total=_total(parts),
            strips=list(_strips(parts, -COLUMN / scale[-1], "em", COLUMN)),
            place=(f"{column * width:.2f}%", f"{width * GAP:.2f}%"),
        )
        for column, (label, parts) in enumerate(kept)
    ]
    ticks = [
        Tick(f"{COLUMN * (1 - number / scale[-1]):.2f}em", str(number)) for number in scale[1:]
    ]
    firsts = {label.split()[0]: column for column, (label, _parts) in reversed([*enumerate(kept)])}
    years = [
        Tick(f"{column * width:.2f}%", year)
        for year, column in sorted(firsts.items())
        if column * width <= 85  # what begins later has no room for its words
    ]
    every = -(-len(years) // MARKS) or 1
    return Plot(tracks, ticks, years[::every], f"{COLUMN + FOOT}em", f"{COLUMN}em")


def _total(parts: list[Share]) -> int:
    return sum(part.count for part in parts)


def _most(of_lines: Iterable[list[Share]]) -> int:
    return max((_total(parts) for parts in of_lines), default=0)


def _strips(parts: list[Share], per_one: float, unit: str, foot: float = 0.0) -> Iterator[Strip]:
    """The parts that are there, end to end from `foot`; `per_one` less than 0 leads upwards."""
    start = foot
    for part in parts:
        length = part.count * per_one
        if part.count:
            yield Strip(
                part=part,
                start=f"{min(start, start + length):.2f}{unit}",
                length=f"{abs(length):.2f}{unit}",
                middle=f"{start + length / 2:.2f}{unit}",
                fits=length >= LEAST_FOR_A_NUMBER,
            )
        start += length
