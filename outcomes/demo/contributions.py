"""Made-up responses, assessments, milestones, related texts and reporting rounds."""

from datetime import date, timedelta
from random import Random

from outcomes.demo.people import demo_organisation, noon, save_valid
from outcomes.demo.phrases import ASSESSMENT_TEXTS, MILESTONE_TITLES, RELATED_TEXTS, RESPONSE_TEXTS
from outcomes.models import (
    Assessment,
    Commitment,
    ImplementationStatus,
    Milestone,
    Outcome,
    RelatedText,
    ReportingRound,
    Response,
    RoundRequest,
)
from outcomes.models.response import is_party
from outcomes.reporting.rounds import parties_to_ask
from participants.models import User
from roundtable.models import Event

ASSESSORS = ["institute-for-labour-research", "lantern-network-of-survivors"]
# Of every five addressees, one has not answered, and one response waits for approval.
UNANSWERED_REMAINDER, PENDING_REMAINDER = 0, 3
# Title, days from opening to the last day of progress, days until it is due.
ROUNDS = [
    ("For the yearly report of 2024", 500, 45),
    ("For the yearly report of 2025", 160, 45),
    ("Before the next meeting", 12, 40),
]


def add_responses(event: Event, *, by: list[User], on: date, random: Random) -> None:
    points = Outcome.objects.filter(
        statement__event=event, kind=Outcome.Kind.RECOMMENDATION
    ).order_by("pk")
    number = 0
    for point in points:
        for addressee in point.addressed_organisations().order_by("pk"):
            number += 1
            if number % 5 == UNANSWERED_REMAINDER:
                continue
            stance = random.choice(Response.Stance.values)
            day = event.ends_on + timedelta(days=random.randint(40, 170))
            response = save_valid(
                Response(
                    outcome=point,
                    organisation=addressee,
                    stance=stance,
                    text=random.choice(RESPONSE_TEXTS[Response.Stance(stance)]),
                    answered_on=day,
                    source=f"https://example.org/answers/{number}",
                    has_no_personal_details=True,
                )
            )
            if number % 5 == PENDING_REMAINDER:
                response.submit(at=noon(on - timedelta(days=number)))
            else:
                response.approve(by=random.choice(by), at=noon(day + timedelta(days=5)))


def add_assessments(event: Event, *, by: list[User], on: date, random: Random) -> None:
    found = event.commitments.exclude(latest_status="").order_by("pk")
    for number, commitment in enumerate(found[::3]):
        assessor = demo_organisation(ASSESSORS[number % len(ASSESSORS)])
        if is_party(assessor, commitment):
            continue
        assert commitment.latest_reported_on is not None
        latest = min(commitment.latest_reported_on + timedelta(days=60), on - timedelta(days=6))
        finding = _finding(commitment, differs=number % 2 == 0)
        row = save_valid(
            Assessment(
                commitment=commitment,
                organisation=assessor,
                finding=finding,
                text=random.choice(ASSESSMENT_TEXTS[finding]),
                assessed_on=latest,
                source=f"https://example.org/{commitment.reference.lower()}/assessment",
                has_no_personal_details=True,
            )
        )
        row.approve(by=random.choice(by), at=noon(latest + timedelta(days=4)))


def _finding(commitment: Commitment, *, differs: bool) -> Assessment.Finding:
    if commitment.status == ImplementationStatus.FULFILLED:
        return Assessment.Finding.LIMITED if differs else Assessment.Finding.COMPLETE
    if commitment.status == ImplementationStatus.IN_PROGRESS:
        return Assessment.Finding.NOT_STARTED if differs else Assessment.Finding.SUBSTANTIAL
    return Assessment.Finding.NO_EVIDENCE if differs else Assessment.Finding.LIMITED


def add_milestones(event: Event, *, on: date) -> None:
    """With history entries on the days when people would have written them."""
    for commitment in event.commitments.exclude(due_on=None).order_by("pk")[::4]:
        assert commitment.due_on is not None
        days = (commitment.due_on - event.ends_on).days
        for number, title in enumerate(MILESTONE_TITLES, start=1):
            due = event.ends_on + timedelta(days=days * number // (len(MILESTONE_TITLES) + 1))
            milestone = Milestone(commitment=commitment, title=title, due_on=due)
            milestone._history_date = noon(event.ends_on + timedelta(days=30))  # type: ignore[attr-defined]
            save_valid(milestone)
            if due < on - timedelta(days=60):
                milestone.reached_on = due + timedelta(days=9)
                milestone._history_date = noon(milestone.reached_on)  # type: ignore[attr-defined]
                save_valid(milestone)


def add_related_texts(event: Event) -> None:
    for about, kind, title, url, quote, source in RELATED_TEXTS:
        is_point = "." in about
        save_valid(
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
    parties = parties_to_ask(event.commitments.all())
    for title, days, lasts in ROUNDS:
        opened = on - timedelta(days=days)
        if opened <= event.ends_on:
            continue
        row = save_valid(
            ReportingRound(
                event=event,
                title=title,
                due_on=opened + timedelta(days=lasts),
                opened_by=by,
                opened_at=noon(opened),
            )
        )
        for party in parties:
            save_valid(RoundRequest(round=row, party=party))
