"""Template tags for the status and focal points of commitments."""

from datetime import date
from functools import cache

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from outcomes.commitments.charts import SEAT_CLASSES, TONES
from outcomes.commitments.summary import reported_total
from outcomes.models import Commitment, ImplementationStatus, Milestone, Offer, Outcome, Statement
from participants.models import Constituency
from participants.privacy.visibility import Card

register = template.Library()
register.filter("reported_total", reported_total)


@register.simple_tag
def status(of: ImplementationStatus | str | None) -> SafeString:
    """Icon and label of a status; None means never reported on."""
    return _drawn_status(str(of or ""), get_language())


@cache  # a list shows dozens of them
def _drawn_status(of: str, _language: str | None) -> SafeString:
    known = ImplementationStatus(of) if of else None
    context = {"tone": TONES[known], "label": known.label} if known else {"tone": "silent"}
    return render_to_string("outcomes/_status.html", context)


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
