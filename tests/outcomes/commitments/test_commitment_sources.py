"""Three voices on a commitment's page: what the party says, what it reported, what others found."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from outcomes.changes.descriptions import describe_changes
from outcomes.models import (
    Assessment,
    Commitment,
    CompletionLevel,
    ImplementationStatus,
    ProgressUpdate,
)
from outcomes.reporting.actions import end_commitments
from outcomes.reporting.drafts import draft_for, report_no_change
from participants.models import User
from roundtable.audit.models import AuditEntry
from roundtable.mail.models import QueuedEmail
from tests.factories import (
    NOON,
    make_commitment,
    make_delegate,
    make_event,
    make_evidence,
    make_group,
    make_holder,
    make_organisation,
    make_participation,
    make_party,
    make_update,
    make_user,
)
from tests.follow_up_factories import (
    make_assessment,
    make_milestone,
    make_related_text,
)
from tests.page_text import get_text, page_links, page_text
from tests.recorded_fixtures import recorded

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine(NOON, tick=False)]
PAGE = "/commitments/told-c1/"
Finding = Assessment.Finding
OWN_WORDS = "The party's own words, checked for personal details."


@pytest.fixture
@recorded
def told() -> Commitment:
    """A commitment of one ministry that has not reported."""
    commitment = make_commitment(make_event(code="TOLD"), reference="TOLD-C1", text="Train nurses")
    make_party(commitment, organisation=make_organisation(slug="mol", name="Ministry of Labour"))
    return commitment


def voices_in(client: Client) -> str:
    """What the page says below the heading of the latest report."""
    return get_text(client, PAGE).split("What the party reports", maxsplit=1)[1]


def representative(commitment: Commitment) -> User:
    """Someone who took part for the party to the commitment."""
    delegate, organisation = make_delegate(), commitment.parties.get().organisation
    make_participation(delegate, commitment.event, organisation=organisation)
    assert delegate.user
    return delegate.user


def report_by(author: User | None, commitment: Commitment, **fields: Any) -> ProgressUpdate:
    """A report that its author submitted and a co-chair approved a day later."""
    update = make_update(commitment, approved=False, author=author, **fields)
    update.submit(at=NOON - timedelta(days=1))
    update.approve(by=make_user(), at=NOON)
    return update


def test_page_shows_party_report_and_assessment(client: Client, told: Commitment) -> None:
    update = report_by(
        representative(told),
        told,
        reported_on=date(2025, 6, 1),
        completion=CompletionLevel.THREE_QUARTERS,
        text="Three courses were held.",
        obstacles="Trainers are missing.",
        next_steps="A fourth course.",
    )
    make_evidence(update, title="List of courses", dated_on=date(2025, 5, 1))
    make_evidence(update, title="Private list", is_public=False)
    watch = make_organisation(slug="watch", name="Example Watch")
    make_assessment(
        commitment=told,
        organisation=watch,
        finding=Finding.SUBSTANTIAL,
        assessed_on=date(2025, 7, 1),
        text="We saw three courses.",
        source="https://example.org/watch",
    )
    answer = client.get(PAGE)
    assert (
        "What the party reports In progress "
        "As of 1 June 2025 · Under a year ago How much is done three quarters "
        f"What was reported {OWN_WORDS} "
        "1 June 2025 · Ministry of Labour In progress Three courses were held. "
        "What is difficult Trainers are missing. Next steps A fourth course. "
        "List of courses , 1 May 2025 "
        "Independent assessments The organisation's own words, checked for personal details. "
        "Example Watch Substantial, 1 July 2025 We saw three courses. "
        "Source: https://example.org/watch"
    ) in page_text(answer)
    assert {"/organisations/watch/", "https://example.org/watch"} <= set(page_links(answer))
    assert "The party and the assessor differ" not in page_text(answer)
    assert "Each party" not in page_text(answer)


def recorded_by(author: User | None, commitment: Commitment, **fields: Any) -> ProgressUpdate:
    """What the desk entered from a source, and another organisation checked."""
    given = {"reported_by": "recorded", "source": "Gazette of Belize"} | fields
    return report_by(author, commitment, **given)


def test_recorded_status_is_not_shown_as_what_the_party_reports(
    client: Client, told: Commitment
) -> None:
    update = recorded_by(
        make_user(),
        told,
        status="fulfilled",
        text="All nurses were trained.",
        source="https://example.org/gazette",
    )
    answer = client.get(PAGE)
    text = page_text(answer)
    assert (
        "What was reported No party has reported. This does not mean that nothing was done. "
        "Recorded from sources Others recorded this, checked "
        "for personal details. The party did not report it here. It does not set the status of "
        "the commitment. 1 March 2025 · Ministry of Labour Fulfilled "
        "Recorded from: https://example.org/gazette All nurses were trained."
    ) in text
    assert OWN_WORDS not in text and "What the party reports" not in text
    assert "https://example.org/gazette" in page_links(answer)
    told.refresh_from_db()
    assert (told.latest_update, told.status) == (None, None)
    assert told.latest_recorded_update == update
    [change] = describe_changes([(NOON, "update", update.pk)], NOON.date())
    assert (change.by, str(change.field)) == (
        "recorded for Ministry of Labour",
        "Recorded status",
    )
    assert change.before == "Nothing recorded"


def test_what_is_recorded_of_an_unknown_submitter_says_so(client: Client, told: Commitment) -> None:
    recorded_by(make_user(), told, source="", submitter_unknown=True)
    sentence = "Recorded for Ministry of Labour. The submitter is not known."
    assert sentence in get_text(client, PAGE)


def test_report_stays_the_party_s_beside_later_records(client: Client, told: Commitment) -> None:
    report_by(
        representative(told),
        told,
        text="We trained 20.",
        reported_on=date(2025, 4, 1),
    )
    recorded_by(make_user(), told, status="fulfilled", reported_on=date(2025, 6, 1))
    assert (
        "What the party reports In progress As of 1 April 2025 · Under a year ago "
        f"What was reported {OWN_WORDS} 1 April 2025 · Ministry of Labour In progress "
        "We trained 20. Recorded from sources"
    ) in get_text(client, PAGE)
    text = get_text(client, f"{PAGE}?as_of=2025-05-01")
    assert "In progress" in text and "Recorded from sources" not in text


def end(commitment: Commitment, by: User, **fields: Any) -> int:
    """As the action of the desk; whether it recorded the end."""
    given: dict[str, Any] = {
        "status": ImplementationStatus.CLOSED,
        "on": date(2026, 3, 1),
        "reason": "The law was not passed.",
        "source": "Minutes of 1 March",
    }
    return end_commitments(commitments=[commitment], by=by, at=NOON, **given | fields)


def test_ending_by_cochair_does_not_end_the_commitment(client: Client, told: Commitment) -> None:
    for author in (make_holder(told.event), representative(told)):
        end(told, author)
        assert "Closed without being fulfilled" not in get_text(client, PAGE)
        update = ProgressUpdate.objects.get()
        assert (update.author, list(update.edited_by.all())) == (author, [author])
        entry = AuditEntry.objects.filter(action="end commitment").latest("pk")
        assert entry.detail == str(update)
        update.approve(by=make_user(), at=NOON)
        text = get_text(client, PAGE)
        assert "What the party reports" not in text and "No party has reported." in text
        assert "Closed without being fulfilled Recorded from: Minutes of 1 March" in text
        told.refresh_from_db()
        assert told.latest_status == ""
        ProgressUpdate.objects.all().delete()


def test_end_on_a_day_before_the_roundtable_is_recorded_of_no_commitment(
    told: Commitment,
) -> None:
    with pytest.raises(ValidationError):
        end(told, make_holder(told.event), on=told.event.starts_on - timedelta(days=1))
    assert not ProgressUpdate.objects.exists()


def test_party_is_told_that_a_cochair_recorded_an_end(told: Commitment) -> None:
    party = told.parties.get()
    party.request_focal_point(person := make_delegate())
    party.accept(NOON)
    make_participation(person, told.event, organisation=party.organisation)
    assert end(told, make_holder(told.event)) == 1
    sent = [email.dedup_key.split()[0] for email in QueuedEmail.objects.order_by("dedup_key")]
    assert sent == ["entered"]


def test_report_of_earlier_focal_point_stays_words_of_the_party(
    client: Client, told: Commitment
) -> None:
    delegate, party = make_delegate(), told.parties.get()
    party.request_focal_point(delegate)
    party.accept(NOON)
    update = report_by(delegate.user, told)
    assert f"What was reported {OWN_WORDS}" in get_text(client, PAGE)
    [change] = describe_changes([(NOON, "update", update.pk)], NOON.date())
    assert change.by == "Ministry of Labour"
    party.request_focal_point(make_delegate())
    assert f"What was reported {OWN_WORDS}" in get_text(client, PAGE)


def test_nothing_new_repeats_the_party_s_own_report_alone(
    told: Commitment,
) -> None:
    recorded_by(make_user(), told, status=ImplementationStatus.CLOSED)
    party = told.parties.get()
    version = draft_for(party).version
    member = representative(told)
    assert not report_no_change(party, version=version, by=member, at=NOON)


def test_unreported_commitment_has_no_freshness(client: Client, told: Commitment) -> None:
    text = get_text(client, PAGE)
    assert "Never reported on. Party: Ministry of Labour." in text
    assert "What was reported No party has reported. " in text
    assert "No independent assessment is recorded in this portal." in text
    assert "What the party reports" not in text and "last reported" not in text
    assert "Related texts" not in text


def test_ended_commitment_shows_reason_and_source(client: Client, told: Commitment) -> None:
    make_update(
        told,
        status=ImplementationStatus.CLOSED,
        reason="The money went to flood relief.",
        source="https://example.org/end",
    )
    answer = client.get(PAGE)
    assert (
        "Why it ends The money went to flood relief. Source: https://example.org/end"
    ) in page_text(answer)
    assert "https://example.org/end" in page_links(answer)


def test_nothing_new_shows_date_of_last_change(client: Client, told: Commitment) -> None:
    own = make_update(told, reported_on=date(2024, 9, 1)).party
    aid = make_party(told, organisation=make_organisation(name="Harbour Aid"))
    make_update(told, party=aid, reported_on=date(2024, 10, 1), text="We helped.")
    for day in (date(2025, 2, 1), date(2025, 8, 1)):
        make_update(told, party=own, reported_on=day, is_unchanged=True, text="")
    assert (
        "1 August 2025 · Ministry of Labour In progress Nothing new since 1 February 2025 "
        "1 February 2025 · Ministry of Labour In progress Nothing new since 1 September 2024 "
        "1 October 2024 · Harbour Aid In progress We helped. "
    ) in voices_in(client)


def test_page_marks_contradicting_sources(client: Client, told: Commitment) -> None:
    lab = make_organisation(name="Watch")
    made = make_assessment(commitment=told, organisation=lab)
    for status, finding, is_said in (
        ("fulfilled", "limited", True),
        ("fulfilled", "not-started", True),
        ("fulfilled", "substantial", True),
        ("fulfilled", "complete", False),
        # Whoever found no evidence has found nothing.
        ("fulfilled", "no-evidence", False),
        ("in-progress", "limited", False),
        ("in-progress", "substantial", False),
        ("in-progress", "not-started", True),
        ("in-progress", "complete", True),
        ("planning", "not-started", False),
        ("planning", "limited", False),
        ("planning", "substantial", True),
        ("closed", "limited", False),
        ("closed", "complete", True),
        ("superseded", "complete", True),
    ):
        ProgressUpdate.objects.all().delete()
        make_update(told, status=status)
        Assessment.objects.filter(pk=made.pk).update(finding=finding)
        sentence = (
            "The party and the assessor differ: Ministry of Labour reports "
            f"“{ImplementationStatus(status).label}”; Watch found “{Finding(finding).label}”."
        )
        text = get_text(client, PAGE)
        assert (sentence in text) is is_said, (status, finding)
        assert ("The party and the assessor differ" in text) is is_said


def test_each_party_has_its_own_latest_update(client: Client, told: Commitment) -> None:
    own = told.parties.get()
    aid = make_party(told, organisation=make_organisation(name="Harbour Aid"))
    make_party(told, group=make_group(name="participants"))
    for party, status, day in (
        (aid, "planning", date(2025, 1, 1)),
        (own, "fulfilled", date(2025, 9, 1)),
        (aid, "in-progress", date(2025, 4, 1)),
    ):
        make_update(told, party=party, status=status, reported_on=day)
    text = voices_in(client)
    assert text.startswith(" Fulfilled As of 1 September 2025 ")
    assert (
        "Each party Ministry of Labour: Fulfilled 1 September 2025 "
        "Harbour Aid: In progress 1 April 2025 participants: Never reported on "
        "The parties report different statuses. "
        "The commitment has the status of the latest report."
    ) in text
    # Of the two, it is said whom an assessor contradicts.
    lab = make_organisation(name="Watch")
    make_assessment(commitment=told, organisation=lab, finding=Finding.NOT_STARTED)
    make_update(told, party=own, status="planning", reported_on=date(2025, 10, 1))
    assert (
        "The party and the assessor differ: Harbour Aid reports “In progress”; "
        "Watch found “Not started”."
    ) in get_text(client, PAGE)


def test_unapproved_assessment_is_hidden(client: Client, told: Commitment) -> None:
    make_update(told, status=ImplementationStatus.FULFILLED)
    before = client.get(PAGE).content
    row = make_assessment(commitment=told, approved=False)
    assert client.get(PAGE).content == before
    row.submit(at=NOON)
    assert client.get(PAGE).content == before
    row.request_change(note="Which course?", at=NOON)
    assert client.get(PAGE).content == before
    row.approve(by=make_user(), at=NOON)
    assert "The party and the assessor differ" in get_text(client, PAGE)


def test_old_report_is_marked(client: Client) -> None:
    event = make_event(code="TOLD", starts_on=date(2018, 5, 14), ends_on=date(2018, 5, 15))
    make_update(make_commitment(event, reference="TOLD-C1"), reported_on=date(2019, 1, 1))
    assert "As of 1 January 2019 · Over two years ago" in get_text(client, PAGE)


def test_milestones_are_described_in_words(client: Client, told: Commitment) -> None:
    for title, due_on, reached_on in (
        ("Trainers found", date(2025, 1, 1), date(2025, 2, 1)),
        ("Courses planned", date(2026, 3, 1), None),
        ("First course", date(2026, 3, 20), None),
        ("Last course", date(2027, 1, 1), None),
    ):
        make_milestone(commitment=told, title=title, due_on=due_on, reached_on=reached_on)
    assert (
        "Milestones Trainers found Reached 1 February 2025 "
        "Courses planned Past its due date Due 1 March 2026 "
        "First course Due 20 March 2026 within 30 days "
        "Last course Due 1 January 2027"
    ) in get_text(client, PAGE)
    # Nothing is late where the commitment ended.
    make_update(told, status=ImplementationStatus.SUPERSEDED)
    assert "Past its due date" not in get_text(client, PAGE)


def test_texts_of_each_source_are_escaped(client: Client, told: Commitment) -> None:
    evil = "<svg onload=alert(1)>"
    make_update(told, text=evil, obstacles=evil, next_steps=evil, reason=evil, source=evil)
    make_assessment(commitment=told, text=evil, source=f"https://example.org/{evil}")
    make_milestone(commitment=told, title=evil, due_on=date(2026, 5, 1))
    make_related_text(commitment=told, title=evil, quote=evil, source=evil)
    page = client.get(PAGE).content.decode()
    assert "<svg onload" not in page
    assert page.count("&lt;svg onload") >= 9
