"""Made-up reports, evidence, responses, assessments, milestones, related texts and rounds."""

from datetime import date, timedelta

from django.db.models import Q

from outcomes.demo.people import Row, noon, save_valid
from outcomes.models import (
    Assessment,
    CommitmentParty,
    Evidence,
    Milestone,
    Outcome,
    ProgressUpdate,
    RelatedText,
    ReportingRound,
    Response,
    RoundRequest,
)
from outcomes.reporting.drafts import VERSION_FIELD, draft_for, save_report
from outcomes.reporting.review import request_text_changes
from outcomes.reporting.rounds import parties_to_ask
from participants.models import Organisation, User
from roundtable.models import Event


def review_reports(content: Row, event: Event, *, by: list[User], on: date) -> None:
    """Approves the reports of the roundtable file, but for the newest ones on some commitments."""
    updates = list(
        ProgressUpdate.objects.filter(commitment__event=event)
        .select_related("commitment__event", "party__focal_point__user")
        .order_by("reported_on", "pk")
    )
    # The import stored all of them at one moment, and knows no authors.
    for update in updates:
        update.recorded_at = update.submitted_at = noon(update.reported_on + timedelta(days=1))
        focal_point = update.party.focal_point
        update.author = focal_point.user if focal_point else None
    ProgressUpdate.objects.bulk_update(updates, ["recorded_at", "submitted_at", "author"])
    newest = {update.commitment.reference: update for update in updates}
    submitted = [newest[reference] for reference in content["submitted"]]
    returned = [newest[reference] for reference in content["returned"]]
    for number, update in enumerate(updates):
        at = noon(min(update.reported_on + timedelta(days=3 + number % 7), on))
        if update in returned:
            request_text_changes(rows=[update], note=content["what_to_change"], by=by[0], at=at)
        elif update not in submitted:
            update.approve(by=by[number % len(by)], at=at)


def add_drafts(rows: list[Row], event: Event, *, on: date) -> None:
    for row in rows:
        slug = row.pop("party")
        party = CommitmentParty.objects.get(
            Q(organisation__slug=slug) | Q(group__slug=slug),
            commitment=event.commitments.get(reference=row.pop("reference")),
        )
        author = User.objects.filter(email=row.pop("author", "")).first()
        day = on - timedelta(days=row.pop("days_ago"))
        data = row | {VERSION_FIELD: draft_for(party).version, "reported_on": day.isoformat()}
        result = save_report(party, data, {}, submitting=False, by=author, at=noon(day))
        assert result.is_saved, result.form.errors


def add_evidence(rows: list[Row], event: Event) -> None:
    updates = ProgressUpdate.objects.filter(commitment__event=event).select_related("commitment")
    by_day = {(update.commitment.reference, update.reported_on): update for update in updates}
    for row in rows:
        update = by_day[row.pop("reference"), row.pop("reported_on")]
        save_valid(Evidence(update=update, **row))


def add_responses(rows: list[Row], event: Event, *, by: list[User], on: date) -> None:
    points = {point.number: point for point in Outcome.objects.filter(statement__event=event)}
    for number, row in enumerate(rows):
        is_pending = row.pop("is_pending", False)
        organisation = Organisation.objects.get(slug=row.pop("organisation"))
        point = points[row.pop("number")]
        response = Response(outcome=point, organisation=organisation, **row)
        response.has_no_personal_details = True
        save_valid(response)
        if is_pending:
            response.submit(at=noon(on - timedelta(days=number + 1)))
        else:
            at = noon(response.answered_on + timedelta(days=5))
            response.approve(by=by[number % len(by)], at=at)


def add_assessments(rows: list[Row], event: Event, *, by: list[User]) -> None:
    for number, row in enumerate(rows):
        organisation = Organisation.objects.get(slug=row.pop("organisation"))
        commitment = event.commitments.get(reference=row.pop("reference"))
        assessment = Assessment(commitment=commitment, organisation=organisation, **row)
        assessment.has_no_personal_details = True
        save_valid(assessment)
        at = noon(assessment.assessed_on + timedelta(days=4))
        assessment.approve(by=by[number % len(by)], at=at)


def add_milestones(content: Row, event: Event, *, on: date) -> None:
    """With history entries on the days when people would have written them."""
    for reference, days in content["due_on"].items():
        commitment = event.commitments.get(reference=reference)
        for title, due_on in zip(content["titles"], days, strict=True):
            milestone = Milestone(commitment=commitment, title=title, due_on=due_on)
            milestone._history_date = noon(event.ends_on + timedelta(days=30))  # type: ignore[attr-defined]
            save_valid(milestone)
            if due_on < on - timedelta(days=60):
                milestone.reached_on = due_on + timedelta(days=9)
                milestone._history_date = noon(milestone.reached_on)  # type: ignore[attr-defined]
                save_valid(milestone)


def add_related_texts(rows: list[Row], event: Event) -> None:
    for row in rows:
        if number := row.pop("number", ""):
            row["outcome"] = Outcome.objects.get(statement__event=event, number=number)
        else:
            row["commitment"] = event.commitments.get(reference=row.pop("reference"))
        save_valid(RelatedText(**row))


def add_rounds(rows: list[Row], event: Event, *, by: User, on: date) -> None:
    # `open_round` would also make a link to the report for each party, in emails that no one reads.
    parties = parties_to_ask(on).filter(commitment__event=event)
    for row in rows:
        opened_on = on - timedelta(days=row["days_ago"])
        if opened_on <= event.ends_on:
            continue
        reporting_round = save_valid(
            ReportingRound(
                event=event,
                title=row["title"],
                due_on=opened_on + timedelta(days=row["days_open"]),
                opened_by=by,
                opened_at=noon(opened_on),
            )
        )
        RoundRequest.objects.bulk_create(
            RoundRequest(round=reporting_round, party=party) for party in parties
        )
