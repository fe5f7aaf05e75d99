"""Template tags for the status and focal points of commitments."""

from datetime import date
from functools import cache
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from outcomes.commitments.charts import FINDING_STEPS, SEAT_CLASSES, TONES
from outcomes.commitments.status import findings_of, status_words
from outcomes.commitments.summary import finding_sentence, reported_total
from outcomes.datasets.values import other_columns
from outcomes.models import (
    Assessment,
    Commitment,
    ImplementationStatus,
    Milestone,
    Offer,
    Outcome,
    Statement,
)
from participants.models import Constituency
from participants.privacy.visibility import Card

register = template.Library()
register.filter("reported_total", reported_total)
register.filter("status_words", status_words)
register.filter("other_columns", other_columns)


@register.simple_tag
def status(of: ImplementationStatus | str | None) -> SafeString:
    """Icon and label of a status; None means never reported on."""
    return _drawn_status(str(of or ""), get_language())


@cache  # a list shows dozens of them
def _drawn_status(of: str, _language: str | None) -> SafeString:
    known = ImplementationStatus(of) if of else None
    context = {"tone": TONES[known], "label": known.label} if known else {"tone": "silent"}
    return render_to_string("outcomes/_status.html", context)


@register.simple_tag
def findings(commitment: Commitment) -> SafeString:
    """What assessors found, beside the status."""
    words = dict.fromkeys(row.finding for row in findings_of(commitment))
    return format_html_join(" ", "{}", ((finding(word),) for word in words))


@register.simple_tag
def finding(of: str) -> SafeString:
    return _drawn_finding(of, get_language())


@cache
def _drawn_finding(of: str, _language: str | None) -> SafeString:
    return render_to_string("outcomes/_finding.html", _finding_context(of))


@register.inclusion_tag("outcomes/_finding.html")
def finding_mark(of: str) -> dict[str, Any]:
    """Its three steps without words, for a line that says it."""
    return _finding_context(of) | {"is_mark": True}


def _finding_context(of: str) -> dict[str, Any]:
    known = Assessment.Finding(of)
    steps = FINDING_STEPS.get(known)
    filled = None if steps is None else [number <= steps for number in (1, 2, 3)]
    return {"filled": filled, "label": known.label}


@register.filter
def finding_line(row: Assessment) -> SafeString | str:
    """The sentence about a finding, which begins in bold."""
    words, label = finding_sentence(row), row.get_finding_display()
    if not words.startswith(label):  # as in some languages
        return words
    return format_html("<b>{}</b>{}", label, words.removeprefix(label))


@register.filter
def seat_class(constituency: Constituency) -> str:
    return SEAT_CLASSES[constituency]


@register.filter
def is_overdue(commitment: Commitment | Milestone, today: date) -> bool:
    return commitment.is_overdue(today)


@register.filter
def is_reached(milestone: Milestone, today: date) -> bool:
    return milestone.is_reached(today)


@register.filter
def is_due_soon(commitment: Commitment | Milestone, today: date) -> bool:
    return commitment.is_due_soon(today)


@register.filter
def lead_state(offer: Offer, today: date) -> str:
    return offer.lead_state(today)


@register.filter
def published_points(commitment: Commitment) -> list[Outcome]:
    return [
        outcome
        for outcome in commitment.outcomes.all()
        if outcome.statement.state == Statement.State.PUBLISHED
        and outcome.statement.event.is_public
        and outcome.number
    ]


@register.filter
def focal_points(commitment: Commitment, cards: dict[int, Card]) -> list[Card]:
    found = [
        cards[party.focal_point_id]
        for party in commitment.parties.all()
        if party.focal_point_id in cards and party.focal_point_accepted_at
    ]
    return list(dict.fromkeys(found))
