"""Makes rows of the follow-up: answers, assessments, offers, links, reminders, rounds."""

import secrets
from datetime import date, timedelta
from typing import Any

from outcomes.models import (
    Assessment,
    CommitmentParty,
    Milestone,
    Offer,
    Outcome,
    RelatedText,
    Reminder,
    ReportingRound,
    Response,
    RoundRequest,
    Subscription,
    Undertaking,
)
from outcomes.sources.hashes import undertaking_hash
from participants.models import Delegate, EmailLink, EventRole, User
from tests.email_links import make_email_link
from tests.factories import (
    NOON,
    make_addressee,
    make_commitment,
    make_delegate,
    make_event,
    make_organisation,
    make_party,
    make_role,
    make_statement,
    make_theme,
    make_user,
    save,
)


def make_recommendation(**fields: Any) -> Outcome:
    """A published recommendation to one organisation that was at the roundtable."""
    point = make_statement(**fields).outcomes.points()[0]
    point.kind = Outcome.Kind.RECOMMENDATION
    save(point)
    organisation = make_organisation()
    make_role(point.statement.event, organisation=organisation, role=EventRole.Role.PARTICIPANT)
    make_addressee(point, organisation=organisation)
    return point


def make_response(*, approved: bool = True, by: User | None = None, **fields: Any) -> Response:
    given: dict[str, Any] = {
        "stance": Response.Stance.SUPPORTED,
        "text": "We will change the law.",
        "answered_on": date(2025, 4, 1),
        "has_no_personal_details": True,
    } | fields
    if "outcome" not in given:
        given["outcome"] = make_recommendation()
    if "organisation" not in given:
        given["organisation"] = given["outcome"].addressed_organisations().first()
    row = save(Response(**given))
    if approved:
        row.approve(by=by or make_user(), at=NOON)
    return row


def make_assessment(*, approved: bool = True, by: User | None = None, **fields: Any) -> Assessment:
    given: dict[str, Any] = {
        "finding": Assessment.Finding.LIMITED,
        "text": "One of the two courses was held.",
        "assessed_on": date(2025, 5, 1),
        "has_no_personal_details": True,
    } | fields
    given.setdefault("commitment", None)
    given["commitment"] = given["commitment"] or make_commitment()
    given.setdefault("organisation", None)
    given["organisation"] = given["organisation"] or make_organisation()
    row = save(Assessment(**given))
    if approved:
        row.approve(by=by or make_user(), at=NOON)
    return row


def make_offer(*, approved: bool = True, by: User | None = None, **fields: Any) -> Offer:
    given: dict[str, Any] = {
        "text": "Train fifty nurses.",
        "has_no_personal_details": True,
    } | fields
    if not {"outcome", "commitment"} & set(given):
        given["commitment"] = make_commitment(is_open=True)
    given.setdefault("organisation", None)
    given["organisation"] = given["organisation"] or make_organisation()
    row = save(Offer(**given))
    if approved:
        row.approve(by=by or make_user(), at=NOON)
    return row


def make_milestone(**fields: Any) -> Milestone:
    given: dict[str, Any] = {"title": "Curriculum is written", "due_on": date(2026, 5, 1)} | fields
    if "commitment" not in given:
        given["commitment"] = make_commitment()
    return save(Milestone(**given))


def make_related_text(**fields: Any) -> RelatedText:
    given: dict[str, Any] = {
        "kind": RelatedText.Kind.IMPLEMENTS,
        "title": "A plan",
        "url": "https://example.org/plan",
        "quote": "Courses for nurses",
        "source": "this portal",
    } | fields
    if not {"outcome", "commitment"} & set(given):
        given["commitment"] = make_commitment()
    return save(RelatedText(**given))


def make_report_link(
    party: CommitmentParty | None = None, delegate: Delegate | None = None, **fields: Any
) -> EmailLink:
    party, delegate = party or make_party(make_commitment()), delegate or make_delegate()
    given: dict[str, Any] = {
        "purpose": EmailLink.Purpose.REPORT,
        "target_id": party.pk,
        "delegate": delegate,
        "user": delegate.user,
        "expires_at": NOON + timedelta(days=30),
    } | fields
    return make_email_link(secrets.token_hex(), **given)


def make_undertaking(party: CommitmentParty | None = None, **fields: Any) -> Undertaking:
    """Of a party that is asked now, with the text as it is."""
    if party is None:
        proposed = make_commitment(state="proposed", proposed_at=NOON)
        party = make_party(proposed, focal_point=make_delegate())
    given: dict[str, Any] = {
        "party": party,
        "delegate": party.focal_point,
        "content_hash": undertaking_hash(party.commitment),
        "created_at": NOON,
        "expires_at": NOON + timedelta(days=60),
    } | fields
    return save(Undertaking(**given))


def make_reminder(**fields: Any) -> Reminder:
    given: dict[str, Any] = {
        "due_on": date(2026, 4, 1),
        "sent_on": date(2026, 3, 2),
        "kind": Reminder.Kind.BEFORE,
    } | fields
    if "party" not in given:
        given["party"] = make_party(make_commitment())
    return save(Reminder(**given))


def make_round(**fields: Any) -> ReportingRound:
    given: dict[str, Any] = {
        "title": "Before the ministerial conference",
        "opened_at": NOON,
        "due_on": date(2026, 6, 1),
    } | fields
    if "event" not in given:
        given["event"] = make_event()
    return save(ReportingRound(**given))


def make_round_request(**fields: Any) -> RoundRequest:
    given = dict(fields)
    if "party" not in given:
        given["party"] = make_party(make_commitment())
    if "round" not in given:
        given["round"] = make_round(event=given["party"].commitment.event)
    return save(RoundRequest(**given))


def make_follow(user: User | None = None, **fields: Any) -> Subscription:
    given: dict[str, Any] = {"notified_until": NOON} | fields
    if not {"event", "theme", "organisation", "outcome", "commitment"} & set(given):
        given["theme"] = make_theme()
    return save(Subscription(user=user or make_user(), **given))
