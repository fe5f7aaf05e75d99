"""The picture that a shared link shows: how far things are, drawn without a browser."""

from dataclasses import dataclass, field
from functools import cache
from io import BytesIO

from django.utils.translation import gettext as _
from PIL import Image, ImageDraw, ImageFont
from ttf_opensans import OPENSANS_REGULAR, OPENSANS_SEMIBOLD

from outcomes.commitments.charts import COLOURS, BarSegment, Share, drawn
from outcomes.commitments.summary import Summary

WIDTH, HEIGHT, MARGIN = 1200, 630, 72
PAPER, INK, SOFT, BRAND, ACCENT, LINE = (
    "#fbfaf6",
    "#17222c",
    "#4b5864",
    "#0b5a5e",
    "#a8471f",
    "#8b8778",
)
BAR_TOP, BAR_HEIGHT, DASH, FOUND_HEIGHT = 436, 44, 12, 24
MAX_TITLE_LINES, MAX_SUMMARY_LINES = 2, 4


@dataclass(frozen=True)
class Picture:
    """What a share image says."""

    eyebrow: str
    title: str
    summary: Summary
    parts: list[Share] = field(default_factory=list)  # of the bar
    ends: tuple[str, str] | None = None  # the first and last day of a bar that is a time
    found: list[BarSegment] = field(default_factory=list)  # as finding_bars(), below the bar
    is_demonstration: bool = False


def draw_share_image(picture: Picture) -> bytes:
    """A PNG of few colours, so that it stays small."""
    image = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, WIDTH, 14), fill=BRAND)
    width = WIDTH - 2 * MARGIN
    if picture.is_demonstration:
        words = _("Demonstration")
        label = _font(30).getlength(words)
        _text(draw, WIDTH - MARGIN - label, 44, words, Style(30, ACCENT, 1), label)
        width -= int(label) + MARGIN
    _text(draw, MARGIN, 44, picture.eyebrow, Style(30, SOFT, 1), width)
    top = _text(draw, MARGIN, 100, picture.title, Style(46, INK, MAX_TITLE_LINES, is_bold=True))
    _text(draw, MARGIN, top + 22, str(picture.summary), Style(34, INK, MAX_SUMMARY_LINES))
    _bar(draw, picture.parts)
    if picture.ends:
        first, last = picture.ends
        below = BAR_TOP + BAR_HEIGHT + 4
        for bar in picture.found:
            left = MARGIN + (WIDTH - 2 * MARGIN) * float(bar.x) / 100
            right = left + (WIDTH - 2 * MARGIN) * float(bar.width) / 100 - 4
            top = below + FOUND_HEIGHT * (1 - float(bar.height) / 5)
            draw.rectangle((left, top, right, below + FOUND_HEIGHT), fill=INK)
        below += FOUND_HEIGHT + 4 if picture.found else 0
        _text(draw, MARGIN, below, first, Style(24, SOFT, 1))
        _text(draw, WIDTH - MARGIN - _font(24).getlength(last), below, last, Style(24, SOFT, 1))
    _text(draw, MARGIN, HEIGHT - 84, "Roundtable", Style(34, BRAND, 1, is_bold=True))
    file = BytesIO()
    image.quantize(64).save(file, "PNG", optimize=True)
    return file.getvalue()


@dataclass(frozen=True)
class Style:
    """How a text is drawn."""

    size: int
    colour: str
    lines: int  # at most
    is_bold: bool = False


def _text(
    draw: ImageDraw.ImageDraw,
    x: float,
    y: float,
    text: str,
    style: Style,
    width: float = WIDTH - 2 * MARGIN,
) -> float:
    """Returns where the next text may begin."""
    font = _font(style.size, style.is_bold)
    for line in _wrapped(text, font, width, style.lines):
        draw.text((x, y), line, font=font, fill=style.colour)
        y += style.size * 1.3
    return y


def _wrapped(text: str, font: ImageFont.FreeTypeFont, width: float, lines: int) -> list[str]:
    """Text that the font cannot draw is left out: empty boxes would tell nothing."""
    if not can_draw(text):
        return []
    found = [""]
    for word in text.split():
        longer = f"{found[-1]} {word}".strip()
        if font.getlength(longer) <= width:
            found[-1] = longer
        elif len(found) == lines:
            while font.getlength(f"{found[-1]}…") > width:
                found[-1] = found[-1][:-1]
            found[-1] += "…"
            break
        else:
            found.append(word)
    return found


def can_draw(text: str) -> bool:
    """Whether the font, which has Latin and Cyrillic letters, draws all of it."""
    return all(map(_has_glyph, set(text)))


@cache
def _has_glyph(character: str) -> bool:
    def drawn(one: str) -> bytes:
        return bytes(_font(30).getmask(one))

    return character.isspace() or drawn(character) != drawn("\ue123")


@cache
def _font(size: int, is_bold: bool = False) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype((OPENSANS_SEMIBOLD if is_bold else OPENSANS_REGULAR).path, size)


def _bar(draw: ImageDraw.ImageDraw, shares: list[Share]) -> None:
    total, left = sum(share.count for share in shares), float(MARGIN)
    for share in drawn(shares):
        if not share.count:
            continue
        right = left + (WIDTH - 2 * MARGIN) * share.count / total
        box = (left, BAR_TOP, right - 4, BAR_TOP + BAR_HEIGHT)
        if share.tone == "doubt":
            _hatched(draw, *box)
        elif share.tone in COLOURS:
            draw.rectangle(box, fill=COLOURS[share.tone])
        else:
            _dashed(draw, *box)  # silence is an outline, never a fill
        left = right


def _hatched(
    draw: ImageDraw.ImageDraw, left: float, top: float, right: float, bottom: float
) -> None:
    draw.rectangle((left, top, right, bottom), outline=COLOURS["done"], width=3)
    x = left - (bottom - top)
    while x < right:  # each line rises from the left, and is cut at the edges
        low = (max(x, left), bottom - max(left - x, 0))
        high = (min(x + bottom - top, right), top + max(x + bottom - top - right, 0))
        draw.line((*low, *high), fill=COLOURS["done"], width=5)
        x += 2 * DASH


def _dashed(
    draw: ImageDraw.ImageDraw, left: float, top: float, right: float, bottom: float
) -> None:
    x = left
    while x < right:
        end = min(x + DASH, right)
        draw.line((x, top, end, top), fill=LINE, width=3)
        draw.line((x, bottom, end, bottom), fill=LINE, width=3)
        x += 2 * DASH
    for edge in (left, right):
        draw.line((edge, top, edge, bottom), fill=LINE, width=3)
