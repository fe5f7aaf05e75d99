"""Creates the demonstration, unless it exists."""

from datetime import date
from random import Random

from django.db import transaction

from outcomes.demo.contributions import (
    add_assessments,
    add_milestones,
    add_related_texts,
    add_responses,
    add_rounds,
)
from outcomes.demo.people import FIXTURES, add_people, add_staff, load_people, noon
from outcomes.demo.progress import add_focal_points, add_progress
from outcomes.demo.sharing import add_invitations, add_sharing
from outcomes.imports.records.loader import load_file
from participants.models import Delegate, Participation
from roundtable.models import Event

SLUG = "demonstration"
SEED = 2023  # every copy has the same people and progress
FIRST_DAY = date(2023, 9, 1)  # earlier, there would be no progress to show


def demo_exists() -> bool:
    return Participation.objects.filter(event__slug=SLUG, event__is_demonstration=True).exists()


@transaction.atomic
def create_demo(on: date) -> Event:
    """Creates the demonstration with progress until that day.

    Raises FileRejectedError or ValidationError if real data is in the way.
    """
    random = Random(SEED)
    load_file(FIXTURES / "demonstration.toml", at=noon(date(2023, 3, 20)))
    event = Event.objects.get(slug=SLUG)
    event.commitments.update(recorded_at=noon(date(2023, 3, 20)))
    helpers, people = load_people()
    cochairs = add_staff(helpers, event)
    add_people(people, event, by=cochairs[0], random=random)
    add_sharing(people, by=cochairs[0], on=on)
    add_invitations(event, by=cochairs[0], on=on)
    delegate = Delegate.objects.get(user__email="delegate@example.org")
    add_focal_points(event, delegate=delegate, random=random)
    add_progress(event, by=cochairs, on=on, random=random)
    add_responses(event, by=cochairs, on=on, random=random)
    add_assessments(event, by=cochairs, on=on, random=random)
    add_milestones(event, on=on)
    add_related_texts(event)
    add_rounds(event, by=cochairs[0], on=on)
    return event
