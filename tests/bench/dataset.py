"""A hundred thousand commitments with three hundred thousand updates, made in a minute or two."""

from datetime import UTC, date, datetime, timedelta
from random import Random

from django.core.management.color import no_style
from django.db import connection
from django.db.models import OuterRef, Subquery

from outcomes.models import (
    ENDED_STATUSES,
    Commitment,
    CommitmentParty,
    EditorialState,
    ImplementationStatus,
    Outcome,
    ProgressUpdate,
    ReportedBy,
    Statement,
    Theme,
)
from participants.models import Organisation, OrganisationKind, User
from roundtable.models import Event, Series

COMMITMENTS = 100_000
UPDATES = 300_000
EVENTS, OFFICES, THEMES, POINTS = 20, 400, 30, 40  # points of each roundtable
COUNTRIES = ["ID", "AU", "TH", "MY", "PH", "VN", "KH", "LA", "MM", "BD", "LK", "NP", "IN", "PK", ""]
TODAY = date(2026, 3, 2)
BATCH_SIZE = 5000


def make_dataset(
    commitments: int = COMMITMENTS, updates: int = UPDATES, events: int = EVENTS
) -> None:
    """Stores them, with parties, points and themes; the same on each run."""
    forget_plans()
    random = Random(5)
    user = User.objects.create(email="cochair@example.org")
    points = _make_points(random, events)
    offices = _make_organisations()
    by_event = {event: [point for point in points if point[1] == event] for event in range(events)}
    made, parties, answers = [], [], []
    for number in range(1, commitments + 1):
        event = random.randrange(events)
        made.append(
            Commitment(
                pk=number,
                event_id=event + 1,
                reference=f"BENCH{event:02}-C{number}",
                state="public",
                text=f"Train {number} officers at the border in the law on trafficking.",
                due_on=TODAY + timedelta(days=random.randint(-1500, 900))
                if random.random() < 0.7
                else None,
            )
        )
        for office in random.sample(offices, k=random.choice([1, 1, 1, 2, 3])):
            parties.append(CommitmentParty(commitment_id=number, organisation_id=office))
        answers += [
            Commitment.outcomes.through(commitment_id=number, outcome_id=point)
            for point, _event in random.sample(by_event[event], k=random.choice([0, 1, 1, 2]))
        ]
    Commitment.objects.bulk_create(made, BATCH_SIZE)
    CommitmentParty.objects.bulk_create(parties, BATCH_SIZE)
    Commitment.outcomes.through.objects.bulk_create(answers, BATCH_SIZE)
    _make_updates(commitments, updates, user, random)
    with connection.cursor() as cursor:
        # PostgreSQL does not count the numbers that are given above.
        for sql in connection.ops.sequence_reset_sql(no_style(), [Series, Event, Commitment]):
            cursor.execute(sql)


def _make_points(random: Random, events: int) -> list[tuple[int, int]]:
    """The number of each point, with that of its roundtable."""
    Series.objects.create(pk=1, slug="bench", name="Bench")
    themes = Theme.objects.bulk_create(
        Theme(slug=f"theme-{number}", name=f"Theme {number:02}") for number in range(THEMES)
    )
    found = []
    for number in range(events):
        day = date(2016, 1, 10) + timedelta(days=3200 // events * number)
        event = Event.objects.create(
            pk=number + 1,
            series_id=1,
            code=f"BENCH{number:02}",
            slug=f"bench-{number}",
            title=f"Roundtable {number}",
            starts_on=day,
            ends_on=day,
            time_zone="UTC",
            is_public=number > 0,
        )
        statement = Statement.objects.create(event=event, title="Statement")
        lead_in = Outcome.objects.create(
            statement=statement, kind=Outcome.Kind.LEAD_IN, text="Agreed:"
        )
        for position in range(POINTS):
            point = Outcome.objects.create(
                statement=statement,
                parent=lead_in,
                position=position,
                kind=Outcome.Kind.RECOMMENDATION,
                text=f"share what works ({position})",
            )
            point.themes.set(random.sample(themes, k=random.randint(0, 3)))
            found.append((point.pk, number))
        statement.publish(datetime(day.year, day.month, day.day, 12, tzinfo=UTC))
    # Where nothing was undertaken, to compare with.
    Event.objects.create(
        pk=events + 1,
        series_id=1,
        code="NONE",
        slug="none",
        title="Roundtable without commitments",
        starts_on=TODAY,
        ends_on=TODAY,
        time_zone="UTC",
        is_public=True,
    )
    return found


def _make_organisations() -> list[int]:
    kinds = list(OrganisationKind)
    rows = Organisation.objects.bulk_create(
        Organisation(
            slug=f"office-{number}",
            name=f"Office {number:03}",
            kind=kinds[number % len(kinds)],
            country=COUNTRIES[number % len(COUNTRIES)],
        )
        for number in range(OFFICES)
    )
    return [row.pk for row in rows]


def _make_updates(commitments: int, updates: int, user: User, random: Random) -> None:
    """Updates of three in four commitments, some of them waiting."""
    party_of = dict(CommitmentParty.objects.order_by("-pk").values_list("commitment", "pk"))
    statuses = list(ImplementationStatus)
    rows = []
    for _number in range(updates):
        commitment = random.randint(1, commitments * 3 // 4)
        status = random.choice(statuses)
        day = TODAY - timedelta(days=random.randint(0, 2500))
        rows.append(
            ProgressUpdate(
                commitment_id=commitment,
                party_id=party_of[commitment],
                reported_on=day,
                status=status,
                text="Two courses were held. The next is planned with the border police.",
                source="https://example.org/report" if status in ENDED_STATUSES else "",
                reported_by=ReportedBy.PARTY,
                party_hash="0" * 64,
                reason="The law changed." if status in ENDED_STATUSES else "",
                has_no_personal_details=True,
                submitted_at=datetime(day.year, day.month, day.day, tzinfo=UTC),
                **(
                    {
                        "state": EditorialState.APPROVED,
                        "approved_by": user,
                        "approved_at": datetime(day.year, day.month, day.day, tzinfo=UTC),
                    }
                    if random.random() < 0.9
                    else {"state": EditorialState.SUBMITTED}
                ),
            )
        )
    ProgressUpdate.objects.bulk_create(rows, BATCH_SIZE)
    analyse_tables()
    latest = ProgressUpdate.objects.approved().filter(commitment=OuterRef("pk"))
    Commitment.objects.filter(updates__state=EditorialState.APPROVED).update(
        latest_update=Subquery(latest.values("pk")[:1]),
        latest_status=Subquery(latest.values("status")[:1]),
        latest_reported_on=Subquery(latest.values("reported_on")[:1]),
    )


def analyse_tables() -> None:
    """Lets the database count its rows, as its own upkeep does in time."""
    with connection.cursor() as cursor:
        may_vacuum = connection.vendor == "postgresql" and not connection.in_atomic_block
        cursor.execute("VACUUM ANALYZE" if may_vacuum else "ANALYZE")


def forget_plans() -> None:
    """As in a new session: that of the tests keeps plans that it made for the tables of others."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("DISCARD PLANS")
