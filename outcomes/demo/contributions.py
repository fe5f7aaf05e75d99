"""What made-up addressees answered and assessors found, and how commitments hang together."""

from datetime import date, timedelta
from random import Random

from outcomes.demo.people import noon, organisation, store
from outcomes.demo.phrases import ANSWERS, FINDINGS, STEPS, WRITTEN_ELSEWHERE
from outcomes.models import (
    Assessment,
    Commitment,
    Milestone,
    Outcome,
    RelatedText,
    ReportingRound,
    Response,
    RoundRequest,
    Status,
)
from outcomes.models.response import is_party
from outcomes.reporting.rounds import whom_to_ask
from participants.models import User
from roundtable.models import Event

# Who looks into what others promised.
ASSESSORS = ["institute-for-labour-research", "lantern-network-of-survivors"]
# Of every five addressees one has not answered, and one answer waits for approval.
UNANSWERED, WAITING = 0, 3
# How many days before the last one each round was opened, and how many days it ran.
ROUNDS = [
    ("For the yearly report of 2024", 500, 45),
    ("For the yearly report of 2025", 160, 45),
    ("Before the next meeting", 12, 40),
]


def add_answers(event: Event, *, by: list[User], on: date, random: Random) -> None:
    """Answers of most addressees to the recommendations."""
    points = Outcome.objects.filter(
        statement__event=event, kind=Outcome.Kind.RECOMMENDATION
    ).order_by("pk")
    number = 0
    for point in points:
        for addressee in point.addressed_organisations().order_by("pk"):
            number += 1
            if number % 5 == UNANSWERED:
                continue
            stance = random.choice(Response.Stance.values)
            day = event.ends_on + timedelta(days=random.randint(40, 170))
            answer = store(
                Response(
                    outcome=point,
                    organisation=addressee,
                    stance=stance,
                    text=random.choice(ANSWERS[Response.Stance(stance)]),
                    answered_on=day,
                    source=f"https://example.org/answers/{number}",
                    names_nobody=True,
                )
            )
            if number % 5 == WAITING:
                answer.submit(at=noon(on - timedelta(days=number)))
            else:
                answer.approve(by=random.choice(by), at=noon(day + timedelta(days=5)))


def add_findings(event: Event, *, by: list[User], on: date, random: Random) -> None:
    """Assessments by who is not a party; some find less than was reported."""
    found = event.commitments.exclude(latest_status="").order_by("pk")
    for number, commitment in enumerate(found[::3]):
        assessor = organisation(ASSESSORS[number % len(ASSESSORS)])
        if is_party(assessor, commitment):
            continue
        assert commitment.latest_reported_on is not None
        latest = min(commitment.latest_reported_on + timedelta(days=60), on - timedelta(days=6))
        finding = _finding(commitment, differs=number % 2 == 0)
        row = store(
            Assessment(
                commitment=commitment,
                organisation=assessor,
                finding=finding,
                text=random.choice(FINDINGS[finding]),
                assessed_on=latest,
                source=f"https://example.org/{commitment.reference.lower()}/assessment",
                names_nobody=True,
            )
        )
        row.approve(by=random.choice(by), at=noon(latest + timedelta(days=4)))


def _finding(commitment: Commitment, *, differs: bool) -> Assessment.Finding:
    if commitment.status == Status.FULFILLED:
        return Assessment.Finding.LIMITED if differs else Assessment.Finding.COMPLETE
    if commitment.status == Status.IN_PROGRESS:
        return Assessment.Finding.NOT_STARTED if differs else Assessment.Finding.SUBSTANTIAL
    return Assessment.Finding.NO_EVIDENCE if differs else Assessment.Finding.LIMITED


def add_steps(event: Event, *, on: date) -> None:
    """Steps on the way of some commitments, reached where their day has passed.

    Each is written down a month after the roundtable, and as reached on the day itself.
    """
    for commitment in event.commitments.exclude(due_on=None).order_by("pk")[::4]:
        assert commitment.due_on is not None
        days = (commitment.due_on - event.ends_on).days
        for number, title in enumerate(STEPS, start=1):
            due = event.ends_on + timedelta(days=days * number // (len(STEPS) + 1))
            step = Milestone(commitment=commitment, title=title, due_on=due)
            step._history_date = noon(event.ends_on + timedelta(days=30))  # type: ignore[attr-defined]
            store(step)
            if due < on - timedelta(days=60):
                step.reached_on = due + timedelta(days=9)
                step._history_date = noon(step.reached_on)  # type: ignore[attr-defined]
                store(step)


def add_related_texts(event: Event) -> None:
    """What points and commitments have to do with texts elsewhere."""
    for about, kind, title, url, quote, source in WRITTEN_ELSEWHERE:
        is_point = "." in about
        store(
            RelatedText(
                outcome=Outcome.objects.get(statement__event=event, number=about)
                if is_point
                else None,
                commitment=None if is_point else event.commitments.get(reference=about),
                kind=kind,
                title=title,
                url=url,
                quote=quote,
                source=source,
            )
        )


def add_rounds(event: Event, *, by: User, on: date) -> None:
    """Two rounds that are over, which some parties left unanswered, and one that runs."""
    asked = whom_to_ask(event.commitments.all())
    for title, days, lasts in ROUNDS:
        opened = on - timedelta(days=days)
        if opened <= event.ends_on:
            continue
        row = store(
            ReportingRound(
                event=event,
                title=title,
                due_on=opened + timedelta(days=lasts),
                opened_by=by,
                opened_at=noon(opened),
            )
        )
        for party in asked:
            store(RoundRequest(round=row, party=party))
