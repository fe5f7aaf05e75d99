"""Geometry of charts: seating plan, bars and columns."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from textwrap import wrap

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from outcomes.commitments.status import CONTRADICTING_FINDINGS
from outcomes.models import Assessment, ImplementationStatus
from participants.models import Constituency
from participants.organisations.attendance import ConstituencyGroup

SEATING_CENTRE, SEATING_RADIUS = 110, 88  # in an image 220 units wide
MAX_SEATS = 200  # smaller dots would be hard to see
SEAT_CLASSES = {
    Constituency.GOVERNMENTS: "gov",
    Constituency.RED_CROSS: "rcrc",
    Constituency.CIVIL_SOCIETY: "cso",
    Constituency.AGENCIES: "agency",
    Constituency.OTHER: "other",
}


@dataclass(frozen=True)
class SeatDot:
    """A seat; coordinates are strings, so that no locale changes the point."""

    x: str
    y: str
    radius: str
    seat_class: str


def seating_dots(constituency_groups: Iterable[ConstituencyGroup]) -> list[SeatDot]:
    """Seats clockwise from the top; empty above MAX_SEATS."""
    classes = [
        SEAT_CLASSES[bench.constituency]
        for bench in constituency_groups
        for _n in range(bench.total)
    ]
    if not 0 < len(classes) <= MAX_SEATS:
        return []
    angle = 2 * math.pi / len(classes)
    radius = min(8.2, SEATING_RADIUS * math.sin(angle / 2) * 0.72 if len(classes) > 1 else 8.2)
    return [
        SeatDot(
            x=f"{SEATING_CENTRE + SEATING_RADIUS * math.sin(number * angle):.1f}",
            y=f"{SEATING_CENTRE - SEATING_RADIUS * math.cos(number * angle):.1f}",
            radius=f"{radius:.1f}",
            seat_class=seat_class,
        )
        for number, seat_class in enumerate(classes)
    ]


@dataclass(frozen=True)
class Share:
    """A part of a whole, such as the commitments with one status."""

    slug: str
    label: str | Promise
    tone: str
    count: int
    query: str = ""  # query string of the list of these commitments
    doubt: "Share | None" = None  # those of which an assessor found less; drawn hatched

    @property
    def with_doubt(self) -> list["Share"]:
        return [self, self.doubt] if self.doubt else [self]


NO_UPDATE = "no-update"
FOUND_LESS = "found_less"  # key of counts: fulfilled, but an assessor found less
# As in static/css/portal.css, for pictures and PDF. Silence is an outline.
COLOURS = {
    "open": "#55606b",
    "underway": "#1a5fa0",
    "done": "#1b6e45",
    "ended": "#7b4a5c",
    "replaced": "#b79aa5",
}
# In the order of charts and filters.
TONES = {
    ImplementationStatus.FULFILLED: "done",
    ImplementationStatus.IN_PROGRESS: "underway",
    ImplementationStatus.PLANNING: "open",
    ImplementationStatus.CLOSED: "ended",
    ImplementationStatus.SUPERSEDED: "replaced",
}
UNDER_WAY = ("open", "underway")
STATUS_CHOICES: list[tuple[str, str | Promise]] = [
    *((status.value, status.label) for status in TONES),
    (NO_UPDATE, _("Never reported on")),
]


def status_shares(counts: dict[str, int], query: str = "") -> list[Share]:
    """Shares in fixed order, from counts by status.

    `query` is the start of the query string of each link to the list of commitments; without it,
    there are no links.
    """
    return [
        Share(
            slug=slug,
            label=label,
            tone="silent" if slug == NO_UPDATE else TONES[ImplementationStatus(slug)],
            count=counts.get(slug, 0),
            query=f"{query}status={slug}" if query else "",
            doubt=_doubt(counts, query) if slug == ImplementationStatus.FULFILLED else None,
        )
        for slug, label in STATUS_CHOICES
    ]


def _doubt(counts: dict[str, int], query: str) -> Share | None:
    if not counts.get(FOUND_LESS):
        return None
    findings = sorted(CONTRADICTING_FINDINGS[ImplementationStatus.FULFILLED])
    filters = "".join(f"&finding={finding}" for finding in findings)
    return Share(
        slug=FOUND_LESS,
        label=_("of them, a finding says less"),
        tone="doubt",
        count=counts[FOUND_LESS],
        query=f"{query}status={ImplementationStatus.FULFILLED}{filters}" if query else "",
    )


def parts_of_bar(shares: list[Share]) -> list[Share]:
    """None for one commitment that is under way: a full bar would read as 100 %."""
    if sum(share.count for share in shares) > 1:
        return shares
    return [] if any(share.count and share.tone in UNDER_WAY for share in shares) else shares


def drawn(parts: Iterable[Share]) -> Iterator[Share]:
    """The parts of a picture; those of which an assessor found less are parts of their own."""
    for part in parts:
        if part.doubt:
            yield replace(part, count=part.count - part.doubt.count)
            yield replace(part.doubt, label=_("Fulfilled, but a finding says less"))
        else:
            yield part


Finding = Assessment.Finding
# "No evidence available" has no mark.
FINDING_STEPS = {
    Finding.NOT_STARTED: 0,
    Finding.LIMITED: 1,
    Finding.SUBSTANTIAL: 2,
    Finding.COMPLETE: 3,
}


@dataclass(frozen=True)
class BarSegment:
    """A part of a bar that is 100 units wide and 6 high."""

    x: str
    width: str
    tone: str
    y: str = "0.5"
    height: str = "5"

    @property
    def colour(self) -> str:
        return "url(#doubt)" if self.tone == "doubt" else COLOURS.get(self.tone, "none")


def bar_segments(parts: list[Share]) -> list[BarSegment]:
    total = sum(part.count for part in parts)
    found, x = [], 0.0
    for part in drawn(parts):
        width = 100 * part.count / total if part.count else 0.0
        if width:
            found.append(BarSegment(x=f"{x:.2f}", width=f"{width:.2f}", tone=part.tone))
        x += width
    return found


@dataclass(frozen=True)
class ChartSegment:
    """A part of a bar or column; `fits`: its number has space."""

    part: Share
    start: str
    length: str
    middle: str
    fits: bool


@dataclass(frozen=True)
class ChartBar:
    """A bar or column.

    `place`: of a bar, positions of total, bar and numbers in em; of a column, start and width in %.
    `texts`: the lines of the label of a bar, with their positions.
    """

    label: str
    total: int
    strips: list[ChartSegment]
    place: tuple[str, ...]
    texts: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class ChartTick:
    """A mark on the axis; `anchor` is "", "mid" or "end"."""

    place: str
    label: str
    anchor: str = ""


@dataclass(frozen=True)
class Chart:
    """A bar or column chart.

    Horizontal lengths are percentages and vertical ones em: text keeps its size at any width.
    """

    tracks: list[ChartBar]
    ticks: list[ChartTick]
    years: list[ChartTick]
    height: str
    foot: str  # vertical position of the axis labels
    today: str = ""  # horizontal position of its mark


ROW_HEIGHT, LABEL_HEIGHT, BAR_HEIGHT, AXIS_HEIGHT, COLUMN_HEIGHT = 3.7, 1.2, 1.6, 1.6, 13.0  # em
MAX_LABEL_LENGTH = 40
MIN_LENGTH_FOR_NUMBER = 10  # per cent; shorter ones have no space for a number on a phone
COLUMN_WIDTH_RATIO = 0.86  # the rest is the gap between columns
MAX_INTERVALS = 5


def scale_ticks(maximum: int) -> list[int]:
    """Axis values from 0 to at least `maximum`, in steps of 1, 2, 5, 10, 20, 50 …"""
    step = 1
    while maximum > step * MAX_INTERVALS:
        step = step * 5 // 2 if str(step).startswith("2") else step * 2
    maximum = max(maximum, 1)
    return [*range(0, maximum, step), -(-maximum // step) * step]


def bar_chart(lines: Iterable[tuple[str | Promise, list[Share]]]) -> Chart:
    rows = list(lines)
    scale = scale_ticks(_max_total(parts for _label, parts in rows))
    tracks, top = [], 0.0
    for label, parts in rows:
        texts = wrap(str(label), MAX_LABEL_LENGTH)
        bar = top + LABEL_HEIGHT * len(texts)
        tracks.append(
            ChartBar(
                label=str(label),
                total=_total(parts),
                strips=list(_segments(parts, 100 / scale[-1], "%")),
                place=tuple(f"{bar + offset:.2f}em" for offset in (0, 0.5, 1.65)),
                texts=[
                    (f"{top + LABEL_HEIGHT * number:.2f}em", text)
                    for number, text in enumerate(texts, 1)
                ],
            )
        )
        top = bar + ROW_HEIGHT - LABEL_HEIGHT
    ticks = [
        ChartTick(f"{100 * number / scale[-1]:.2f}%", str(number), "mid" if number else "")
        for number in scale
    ]
    ticks[-1] = replace(ticks[-1], anchor="end")
    return Chart(tracks, ticks, [], f"{top + AXIS_HEIGHT:.2f}em", f"{top:.2f}em")


def column_chart(lines: Iterable[tuple[str, list[Share]]], today: str = "") -> Chart:
    """One column for each line, with a label for each year, and a mark before that of today."""
    rows = list(lines)
    scale = scale_ticks(_max_total(parts for _label, parts in rows))
    width = 100 / max(len(rows), 1)
    tracks = [
        ChartBar(
            label=label,
            total=_total(parts),
            strips=list(_segments(parts, -COLUMN_HEIGHT / scale[-1], "em", COLUMN_HEIGHT)),
            place=(f"{column * width:.2f}%", f"{width * COLUMN_WIDTH_RATIO:.2f}%"),
        )
        for column, (label, parts) in enumerate(rows)
    ]
    ticks = [
        ChartTick(f"{COLUMN_HEIGHT * (1 - number / scale[-1]):.2f}em", str(number))
        for number in scale[1:]
    ]
    firsts = {label.split()[0]: column for column, (label, _parts) in reversed([*enumerate(rows)])}
    years = [
        ChartTick(f"{column * width:.2f}%", year)
        for year, column in sorted(firsts.items())
        if column * width <= 85  # a later label would be cut off
    ]
    every = -(-len(years) // MAX_INTERVALS) or 1
    labels = [label for label, _parts in rows]
    return Chart(
        tracks,
        ticks,
        years[::every],
        f"{COLUMN_HEIGHT + AXIS_HEIGHT}em",
        f"{COLUMN_HEIGHT}em",
        today=f"{labels.index(today) * width:.2f}%" if today in labels else "",
    )


def _total(parts: list[Share]) -> int:
    return sum(part.count for part in parts)


def _max_total(of_lines: Iterable[list[Share]]) -> int:
    return max((_total(parts) for parts in of_lines), default=0)


def _segments(
    parts: list[Share], per_one: float, unit: str, baseline: float = 0.0
) -> Iterator[ChartSegment]:
    """The non-empty parts, end to end from `baseline`; upwards if `per_one` is negative."""
    start = baseline
    for part in drawn(parts):
        length = part.count * per_one
        if part.count:
            yield ChartSegment(
                part=part,
                start=f"{min(start, start + length):.2f}{unit}",
                length=f"{abs(length):.2f}{unit}",
                middle=f"{start + length / 2:.2f}{unit}",
                fits=length >= MIN_LENGTH_FOR_NUMBER,
            )
        start += length
