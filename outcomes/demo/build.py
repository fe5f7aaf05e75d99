"""Makes the whole demonstration, or leaves one that is there as it is."""

from datetime import date
from random import Random

from django.db import transaction

from outcomes.demo.contributions import (
    add_answers,
    add_findings,
    add_related_texts,
    add_rounds,
    add_steps,
)
from outcomes.demo.people import FIXTURES, add_helpers, add_people, noon, read_cast
from outcomes.demo.progress import add_focal_points, add_progress
from outcomes.demo.sharing import add_invitations, add_sharing
from outcomes.imports.records.loader import load
from participants.models import Delegate, Participation
from roundtable.models import Event

SLUG = "demonstration"
SEED = 2023  # the same people and progress in every copy
FIRST_DAY = date(2023, 9, 1)  # before it there would be nothing to report


def is_there() -> bool:
    """Whether the demonstration has been made; people may have changed it since."""
    return Participation.objects.filter(event__slug=SLUG, event__is_demonstration=True).exists()


@transaction.atomic
def make(on: date) -> Event:
    """Makes the demonstration with progress up to that day.

    Raises FileRefused or ValidationError where something real stands in its way.
    """
    random = Random(SEED)
    load(FIXTURES / "demonstration.toml", at=noon(date(2023, 3, 20)))
    event = Event.objects.get(slug=SLUG)
    event.commitments.update(recorded_at=noon(date(2023, 3, 20)))
    helpers, people = read_cast()
    cochairs = add_helpers(helpers, event)
    add_people(people, event, by=cochairs[0], random=random)
    add_sharing(people, by=cochairs[0], on=on)
    add_invitations(event, by=cochairs[0], on=on)
    delegate = Delegate.objects.get(user__email="delegate@example.org")
    add_focal_points(event, delegate=delegate, random=random)
    add_progress(event, by=cochairs, on=on, random=random)
    add_answers(event, by=cochairs, on=on, random=random)
    add_findings(event, by=cochairs, on=on, random=random)
    add_steps(event, on=on)
    add_related_texts(event)
    add_rounds(event, by=cochairs[0], on=on)
    return event
