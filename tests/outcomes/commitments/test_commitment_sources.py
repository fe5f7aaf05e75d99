"""Three voices on a commitment's page: what the party says, what it reported, what others found."""

from datetime import date, timedelta
from itertools import product
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from outcomes.changes.descriptions import describe_changes
from outcomes.commitments.status import CONTRADICTING_FINDINGS
from outcomes.models import (
    Assessment,
    Commitment,
    CompletionLevel,
    ImplementationStatus,
    ProgressUpdate,
    RelatedText,
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
    make_grant,
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
def unreported_commitment() -> Commitment:
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


def test_page_shows_party_report_and_assessment(
    client: Client, unreported_commitment: Commitment
) -> None:
    update = report_by(
        representative(unreported_commitment),
        unreported_commitment,
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
        commitment=unreported_commitment,
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
    client: Client, unreported_commitment: Commitment
) -> None:
    update = recorded_by(
        make_user(),
        unreported_commitment,
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
    unreported_commitment.refresh_from_db()
    assert (unreported_commitment.latest_update, unreported_commitment.status) == (None, None)
    assert unreported_commitment.latest_recorded_update == update
    [change] = describe_changes([(NOON, "update", update.pk)], NOON.date())
    assert (change.by, str(change.field)) == (
        "recorded for Ministry of Labour",
        "Recorded status",
    )
    assert change.before == "Nothing recorded"


def test_recorded_message_names_its_day(client: Client, unreported_commitment: Commitment) -> None:
    recorded_by(make_user(), unreported_commitment, source="", received_on=date(2026, 2, 3))
    assert (
        "Recorded from a message of Ministry of Labour of 3 February 2026, entered by the "
        "secretariat."
    ) in get_text(client, PAGE)


def test_recorded_text_of_before_says_that_its_submitter_is_not_known(
    client: Client, unreported_commitment: Commitment
) -> None:
    recorded_by(make_user(), unreported_commitment, source="", submitter_unknown=True)
    text = get_text(client, PAGE)
    assert "Recorded for Ministry of Labour. The submitter is not known." in text


def test_report_stays_the_party_s_beside_later_records(
    client: Client, unreported_commitment: Commitment
) -> None:
    report_by(
        representative(unreported_commitment),
        unreported_commitment,
        text="We trained 20.",
        reported_on=date(2025, 4, 1),
    )
    recorded_by(
        make_user(), unreported_commitment, status="fulfilled", reported_on=date(2025, 6, 1)
    )
    assert (
        "What the party reports In progress As of 1 April 2025 · Under a year ago "
        f"What was reported {OWN_WORDS} 1 April 2025 · Ministry of Labour In progress "
        "We trained 20. Recorded from sources"
    ) in get_text(client, PAGE)
    text = get_text(client, f"{PAGE}?as_of=2025-05-01")
    assert "In progress" in text and "Recorded from sources" not in text


def test_ending_by_cochair_does_not_end_the_commitment(
    client: Client, unreported_commitment: Commitment
) -> None:
    cochair = make_holder(unreported_commitment.event)
    for author in (cochair, representative(unreported_commitment)):
        end_commitments(
            commitments=[unreported_commitment],
            status=ImplementationStatus.CLOSED,
            on=date(2026, 3, 1),
            reason="The law was not passed.",
            source="Minutes of 1 March",
            by=author,
            at=NOON,
        )
        assert "Closed without being fulfilled" not in get_text(client, PAGE)
        update = ProgressUpdate.objects.get()
        assert (update.author, list(update.edited_by.all())) == (author, [author])
        entry = AuditEntry.objects.filter(action="end commitment").latest("pk")
        assert entry.detail == str(update)
        update.approve(by=make_user(), at=NOON)
        text = get_text(client, PAGE)
        assert "What the party reports" not in text and "No party has reported." in text
        assert "Closed without being fulfilled Recorded from: Minutes of 1 March" in text
        unreported_commitment.refresh_from_db()
        assert unreported_commitment.latest_status == ""
        ProgressUpdate.objects.all().delete()


def test_end_on_a_day_before_the_roundtable_is_recorded_of_no_commitment(
    unreported_commitment: Commitment,
) -> None:
    make_grant(cochair := make_user(), unreported_commitment.event)
    with pytest.raises(ValidationError):
        end_commitments(
            commitments=[unreported_commitment],
            status=ImplementationStatus.CLOSED,
            on=unreported_commitment.event.starts_on - timedelta(days=1),
            reason="No budget.",
            source="Minutes",
            by=cochair,
            at=NOON,
        )
    assert not ProgressUpdate.objects.exists()


def test_party_is_told_that_a_cochair_recorded_an_end(unreported_commitment: Commitment) -> None:
    make_grant(cochair := make_user(), unreported_commitment.event)
    party = unreported_commitment.parties.get()
    party.request_focal_point(person := make_delegate())
    party.accept(NOON)
    make_participation(person, unreported_commitment.event, organisation=party.organisation)
    number = end_commitments(
        commitments=[unreported_commitment],
        status=ImplementationStatus.CLOSED,
        on=date(2026, 3, 1),
        reason="No budget.",
        source="Minutes",
        by=cochair,
        at=NOON,
    )
    assert number == 1
    sent = [email.dedup_key.split()[0] for email in QueuedEmail.objects.order_by("dedup_key")]
    assert sent == ["entered", "waiting"]


def test_report_of_earlier_focal_point_stays_words_of_the_party(
    client: Client, unreported_commitment: Commitment
) -> None:
    delegate, party = make_delegate(), unreported_commitment.parties.get()
    party.request_focal_point(delegate)
    party.accept(NOON)
    update = report_by(delegate.user, unreported_commitment)
    assert f"What was reported {OWN_WORDS}" in get_text(client, PAGE)
    [change] = describe_changes([(NOON, "update", update.pk)], NOON.date())
    assert change.by == "Ministry of Labour"
    party.request_focal_point(make_delegate())
    assert f"What was reported {OWN_WORDS}" in get_text(client, PAGE)


def test_nothing_new_repeats_the_party_s_own_report_alone(
    unreported_commitment: Commitment,
) -> None:
    recorded_by(make_user(), unreported_commitment, status=ImplementationStatus.CLOSED)
    party = unreported_commitment.parties.get()
    version = draft_for(party).version
    member = representative(unreported_commitment)
    assert not report_no_change(party, version=version, by=member, at=NOON)


def test_unreported_commitment_has_no_freshness(
    client: Client, unreported_commitment: Commitment
) -> None:
    text = get_text(client, PAGE)
    assert "Never reported on. Party: Ministry of Labour." in text
    assert "What was reported No party has reported. " in text
    assert "No independent assessment is recorded in this portal." in text
    assert "What the party reports" not in text and "last reported" not in text


def test_ended_commitment_shows_reason_and_source(
    client: Client, unreported_commitment: Commitment
) -> None:
    make_update(
        unreported_commitment,
        status=ImplementationStatus.CLOSED,
        reason="The money went to flood relief.",
        source="https://example.org/end",
    )
    answer = client.get(PAGE)
    assert (
        "Why it ends The money went to flood relief. Source: https://example.org/end"
    ) in page_text(answer)
    assert "https://example.org/end" in page_links(answer)


def test_nothing_new_shows_date_of_last_change(
    client: Client, unreported_commitment: Commitment
) -> None:
    first = make_update(unreported_commitment, reported_on=date(2024, 9, 1))
    other = make_party(unreported_commitment, organisation=make_organisation(name="Harbour Aid"))
    make_update(
        unreported_commitment, party=other, reported_on=date(2024, 10, 1), text="We helped."
    )
    for day in (date(2025, 2, 1), date(2025, 8, 1)):
        make_update(
            unreported_commitment, party=first.party, reported_on=day, is_unchanged=True, text=""
        )
    text = voices_in(client)
    assert (
        "1 August 2025 · Ministry of Labour In progress Nothing new since 1 February 2025 "
        "1 February 2025 · Ministry of Labour In progress Nothing new since 1 September 2024 "
        "1 October 2024 · Harbour Aid In progress We helped. "
    ) in text


@pytest.mark.parametrize(
    ("status", "finding", "is_said"),
    [
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
    ],
)
def test_page_marks_contradicting_sources(
    client: Client, unreported_commitment: Commitment, status: str, finding: str, is_said: bool
) -> None:
    make_update(unreported_commitment, status=status)
    make_assessment(
        commitment=unreported_commitment,
        organisation=make_organisation(name="Watch"),
        finding=finding,
    )
    sentence = (
        "The party and the assessor differ: Ministry of Labour reports "
        f"“{ImplementationStatus(status).label}”; Watch found “{Finding(finding).label}”."
    )
    assert (sentence in get_text(client, PAGE)) is is_said
    assert ("The party and the assessor differ" in get_text(client, PAGE)) is is_said


def test_every_status_has_its_contradictions() -> None:
    assert set(CONTRADICTING_FINDINGS) == set(ImplementationStatus)
    for status, finding in product(ImplementationStatus, Finding):
        if finding == Finding.NO_EVIDENCE:
            assert finding not in CONTRADICTING_FINDINGS[status]


def test_latest_finding_of_each_assessor_counts(
    client: Client, unreported_commitment: Commitment
) -> None:
    make_update(unreported_commitment, status=ImplementationStatus.FULFILLED)
    watch, rights = make_organisation(name="Watch"), make_organisation(name="Rights")
    for organisation, day, finding in (
        (watch, date(2025, 2, 1), Finding.NOT_STARTED),
        (watch, date(2025, 9, 1), Finding.LIMITED),
        (rights, date(2025, 5, 1), Finding.COMPLETE),
    ):
        make_assessment(
            commitment=unreported_commitment,
            organisation=organisation,
            assessed_on=day,
            finding=finding,
        )
    text = get_text(client, PAGE)
    assert (
        "The party and the assessor differ: Ministry of Labour reports “Fulfilled”; "
        "Watch found “Limited”."
    ) in text
    assert "Not started" not in text
    assert "Rights Complete, 1 May 2025" in text


def test_each_party_has_its_own_latest_update(
    client: Client, unreported_commitment: Commitment
) -> None:
    own = unreported_commitment.parties.get()
    aid = make_party(unreported_commitment, organisation=make_organisation(name="Harbour Aid"))
    make_party(unreported_commitment, group=make_group(name="participants"))
    make_update(
        unreported_commitment,
        party=aid,
        status=ImplementationStatus.PLANNING,
        reported_on=date(2025, 1, 1),
    )
    make_update(
        unreported_commitment,
        party=own,
        status=ImplementationStatus.FULFILLED,
        reported_on=date(2025, 9, 1),
    )
    make_update(
        unreported_commitment,
        party=aid,
        status=ImplementationStatus.IN_PROGRESS,
        reported_on=date(2025, 4, 1),
    )
    text = voices_in(client)
    assert text.startswith(" Fulfilled As of 1 September 2025 ")
    assert (
        "Each party Ministry of Labour: Fulfilled 1 September 2025 "
        "Harbour Aid: In progress 1 April 2025 participants: Never reported on "
        "The parties report different statuses. "
        "The commitment has the status of the latest report."
    ) in text


def test_contradicted_party_is_named(client: Client, unreported_commitment: Commitment) -> None:
    aid = make_party(unreported_commitment, organisation=make_organisation(name="Harbour Aid"))
    make_update(
        unreported_commitment,
        party=unreported_commitment.parties.all()[0],
        reported_on=date(2025, 9, 1),
    )
    make_update(
        unreported_commitment,
        party=aid,
        status=ImplementationStatus.FULFILLED,
        reported_on=date(2025, 4, 1),
    )
    make_assessment(commitment=unreported_commitment, organisation=make_organisation(name="Watch"))
    assert (
        "The party and the assessor differ: Harbour Aid reports “Fulfilled”; Watch found “Limited”."
    ) in get_text(client, PAGE)


@pytest.mark.parametrize("state", ["draft", "submitted", "sent back"])
def test_unapproved_assessment_is_hidden(
    client: Client, unreported_commitment: Commitment, state: str
) -> None:
    make_update(unreported_commitment, status=ImplementationStatus.FULFILLED)
    before = client.get(PAGE).content
    row = make_assessment(commitment=unreported_commitment, approved=False)
    if state != "draft":
        row.submit(at=NOON)
    if state == "sent back":
        row.request_change(note="Which course?", at=NOON)
    assert client.get(PAGE).content == before
    row.approve(by=make_user(), at=NOON)
    assert "The party and the assessor differ" in get_text(client, PAGE)


def test_old_report_is_marked(client: Client) -> None:
    event = make_event(code="TOLD", starts_on=date(2018, 5, 14), ends_on=date(2018, 5, 15))
    make_update(make_commitment(event, reference="TOLD-C1"), reported_on=date(2019, 1, 1))
    assert "As of 1 January 2019 · Over two years ago" in get_text(client, PAGE)


def test_milestones_are_described_in_words(
    client: Client, unreported_commitment: Commitment
) -> None:
    for title, due_on, reached_on in (
        ("Trainers found", date(2025, 1, 1), date(2025, 2, 1)),
        ("Courses planned", date(2026, 3, 1), None),
        ("First course", date(2026, 3, 20), None),
        ("Last course", date(2027, 1, 1), None),
    ):
        make_milestone(
            commitment=unreported_commitment, title=title, due_on=due_on, reached_on=reached_on
        )
    assert (
        "Milestones Trainers found Reached 1 February 2025 "
        "Courses planned Past its due date Due 1 March 2026 "
        "First course Due 20 March 2026 within 30 days "
        "Last course Due 1 January 2027"
    ) in get_text(client, PAGE)


def test_nothing_is_overdue_where_the_commitment_ended(
    client: Client, unreported_commitment: Commitment
) -> None:
    make_milestone(commitment=unreported_commitment, due_on=date(2025, 1, 1))
    assert "Past its due date" in get_text(client, PAGE)
    make_update(unreported_commitment, status=ImplementationStatus.SUPERSEDED)
    assert "Past its due date" not in get_text(client, PAGE)


def test_related_text_has_relation_title_quote_source_and_address(
    client: Client, unreported_commitment: Commitment
) -> None:
    assert "Related texts" not in get_text(client, PAGE)
    make_related_text(
        commitment=unreported_commitment,
        kind=RelatedText.Kind.DERIVES_FROM,
        title="Plan of the working group",
        url="https://example.org/plan?a=1&b=2",
        quote="Nurses are trained <yearly>.",
        source="the plan itself",
    )
    answer = client.get(PAGE)
    assert (
        "Related texts derives from: Plan of the working group Nurses are trained <yearly>. "
        "Linked by: the plan itself https://example.org/plan?a=1&b=2"
    ) in page_text(answer)
    assert "https://example.org/plan?a=1&b=2" in page_links(answer)


def test_texts_of_each_source_are_escaped(
    client: Client, unreported_commitment: Commitment
) -> None:
    evil = "<svg onload=alert(1)>"
    make_update(
        unreported_commitment, text=evil, obstacles=evil, next_steps=evil, reason=evil, source=evil
    )
    make_assessment(
        commitment=unreported_commitment, text=evil, source=f"https://example.org/{evil}"
    )
    make_milestone(commitment=unreported_commitment, title=evil, due_on=date(2026, 5, 1))
    make_related_text(commitment=unreported_commitment, title=evil, quote=evil, source=evil)
    page = client.get(PAGE).content.decode()
    assert "<svg onload" not in page
    assert page.count("&lt;svg onload") >= 9
