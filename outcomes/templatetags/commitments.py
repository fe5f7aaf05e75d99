"""How a commitment's status and its focal points are drawn."""

from datetime import date

from django import template

from outcomes.commitments.charts import TONES
from outcomes.models import Commitment, ImplementationStatus, Milestone, Outcome, Statement
from participants.privacy.visibility import Card

register = template.Library()


@register.inclusion_tag("outcomes/_status.html")
def status(of: ImplementationStatus | str | None) -> dict[str, object]:
    """Shape, word and colour of a status; None is silence, which is drawn as an outline."""
    if not of:
        return {"tone": "silent", "label": ""}
    known = ImplementationStatus(of)
    return {"tone": TONES[known], "label": known.label}


@register.filter
def is_overdue(commitment: Commitment | Milestone, today: date) -> bool:
    """Whether its due date has passed and no update has ended it."""
    return commitment.is_overdue(today)


@register.filter
def is_reached(milestone: Milestone, today: date) -> bool:
    """Whether it was reached by that day."""
    return milestone.is_reached(today)


@register.filter
def is_due_soon(commitment: Commitment | Milestone, today: date) -> bool:
    """Whether it is due within 30 days."""
    return commitment.is_due_soon(today)


@register.filter
def published_points(commitment: Commitment) -> list[Outcome]:
    """The points it answers, as far as everyone may read them."""
    return [
        outcome
        for outcome in commitment.outcomes.all()
        if outcome.statement.state == Statement.State.PUBLISHED
        and outcome.statement.event.is_public
        and outcome.number
    ]


@register.filter
def focal_points(commitment: Commitment, cards: dict[int, Card]) -> list[Card]:
    """The cards of those whom this viewer may ask about it."""
    found = [
        cards[party.focal_point_id]
        for party in commitment.parties.all()
        if party.focal_point_id in cards and party.focal_point_accepted_at
    ]
    return list(dict.fromkeys(found))
