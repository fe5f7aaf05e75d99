"""A portal full of rows: the dataset, people who are listed to everyone, and a small roundtable."""

from datetime import UTC, date, datetime, timedelta
from random import Random

from django.db import DEFAULT_DB_ALIAS

from outcomes.models import Commitment, CommitmentParty, Milestone, Outcome, Statement
from outcomes.search import index
from participants.models import (
    Affiliation,
    Audience,
    ContactChannel,
    Delegate,
    EventRole,
    Organisation,
    Participation,
    User,
)
from participants.models.channels import ChannelKind
from roundtable.cache import public_stamp
from roundtable.models import Event
from tests.bench.dataset import BATCH_SIZE, EVENTS, TODAY, analyse_tables, make_dataset

AT = datetime(2026, 1, 1, tzinfo=UTC)
SMALL_EVENT = "bench-small"
PARTICIPANTS, SMALL_COMMITMENTS, SMALL_POINTS = 60, 30, 11


def make_listed_people(number: int, events: int = EVENTS) -> list[Delegate]:
    """That many, each with an account, a workplace and an address that everyone may see."""
    random = Random(11)
    offices = list(Organisation.objects.values_list("pk", flat=True))
    users = User.objects.bulk_create(
        (User(email=f"listed{place}@example.org", password="!") for place in range(number)),
        BATCH_SIZE,
    )
    people = Delegate.objects.bulk_create(
        (
            Delegate(
                name=f"{random.choice(['Anna', 'Budi', 'Chan', 'Dewi'])} Sen {place}",
                post="Officer",
                user=user,
                handle=f"p{place:06}",
                listed_to=Audience.EVERYONE,
                consented_at=AT,
                reviewed_on=AT.date(),
            )
            for place, user in enumerate(users)
        ),
        BATCH_SIZE,
    )
    Affiliation.objects.bulk_create(
        (Affiliation(delegate=person, organisation_id=random.choice(offices)) for person in people),
        BATCH_SIZE,
    )
    Participation.objects.bulk_create(
        (
            Participation(
                delegate=person, event_id=random.randint(1, events), organisation_id=offices[0]
            )
            for person in people
        ),
        BATCH_SIZE,
    )
    ContactChannel.objects.bulk_create(
        (
            ContactChannel(
                delegate=person,
                kind=ChannelKind.EMAIL,
                value=f"office{place}@example.org",
                audience=Audience.EVERYONE,
            )
            for place, person in enumerate(people)
        ),
        BATCH_SIZE,
    )
    return people


def make_milestones() -> None:
    """One of each tenth commitment."""
    Milestone.objects.bulk_create(
        (
            Milestone(commitment_id=number, title="The course is held.", due_on=due_on)
            for number, due_on in Commitment.objects.exclude(due_on=None)
            .order_by("pk")
            .values_list("pk", "due_on")
            if due_on and number % 10 == 0
        ),
        BATCH_SIZE,
    )


def make_small_event(people: list[Delegate]) -> Event:
    """The first sixty people took part in it."""
    day = date(2026, 1, 15)  # the latest one, so that the home page shows it
    event = Event.objects.create(
        series_id=1,
        code="SMALL",
        slug=SMALL_EVENT,
        title="Small roundtable",
        starts_on=day,
        ends_on=day,
        time_zone="UTC",
        is_public=True,
    )
    statement = Statement.objects.create(event=event, title="Statement")
    lead_in = Outcome.objects.create(
        statement=statement, kind=Outcome.Kind.LEAD_IN, text="It was agreed to"
    )
    points = [
        Outcome.objects.create(
            statement=statement,
            parent=lead_in,
            position=position,
            kind=Outcome.Kind.RECOMMENDATION,
            text=f"share what works ({position})",
        )
        for position in range(SMALL_POINTS)
    ]
    statement.publish(datetime(day.year, day.month, day.day, 12, tzinfo=UTC))
    offices = list(Organisation.objects.order_by("pk")[:PARTICIPANTS])
    EventRole.objects.bulk_create(
        EventRole(event=event, organisation=office, role=EventRole.Role.PARTICIPANT)
        for office in offices
    )
    Participation.objects.bulk_create(
        Participation(
            delegate=person,
            event=event,
            organisation=offices[place % len(offices)],
            confirmed_at=AT,
            took_effect_at=AT,
            details_open_on=AT.date(),
        )
        for place, person in enumerate(people[:PARTICIPANTS])
    )
    for number in range(SMALL_COMMITMENTS):
        commitment = Commitment.objects.create(
            event=event,
            reference=f"SMALL-C{number + 1}",
            state="public",
            text=f"Train {number} officers.",
            due_on=TODAY + timedelta(days=30 * number),
        )
        CommitmentParty.objects.create(commitment=commitment, organisation=offices[number])
        commitment.outcomes.set([points[number % len(points)]])
    return event


def fill(commitments: int, people: int = 0, events: int = EVENTS) -> None:
    """The same rows on each run: commitments, three times as many updates, a ninth of people.

    Without triggers, which would take longer than the rows themselves.
    """
    index.uninstall(DEFAULT_DB_ALIAS, plan=["filling"])
    public_stamp.suspend(DEFAULT_DB_ALIAS, plan=["filling"])
    make_dataset(commitments, 3 * commitments, events)
    make_milestones()
    make_small_event(make_listed_people(people or max(commitments // 9, 100), events))
    index.install(DEFAULT_DB_ALIAS)
    public_stamp.install(DEFAULT_DB_ALIAS)
    analyse_tables()
