"""What was agreed in a release's database, and what came of it, in each state."""

from datetime import date, datetime, timedelta

from django.core.files.base import ContentFile

from outcomes.changes.own_calendar import make_address
from outcomes.models import (
    Assessment,
    Circulation,
    CirculationReply,
    Commitment,
    CommitmentParty,
    Corrigendum,
    EditorialState,
    ImplementationStatus,
    LeadAnswer,
    OfferedMilestone,
    Outcome,
    RelatedText,
    Reminder,
    Response,
    Statement,
    Subscription,
    Undertaking,
)
from outcomes.models.version import save_version
from outcomes.reporting import proposals
from outcomes.reporting.handover import hand_over, stop_reminders
from outcomes.reporting.joins import answer_join, ask_leads
from outcomes.reporting.links import create_report_link
from outcomes.sources.hashes import undertaking_hash
from outcomes.statements import corrigenda, signing, silence_procedure
from participants.models import EventRole, Organisation, User
from roundtable.models import Event
from tests.factories import (
    NOON,
    make_addressee,
    make_commitment,
    make_delegate,
    make_dispute,
    make_event,
    make_evidence,
    make_grant,
    make_group,
    make_organisation,
    make_outcome,
    make_participation,
    make_party,
    make_role,
    make_statement,
    make_update,
    make_user,
    mark_as_earlier,
    save,
)
from tests.follow_up_factories import (
    make_assessment,
    make_follow,
    make_milestone,
    make_offer,
    make_recommendation,
    make_related_text,
    make_reminder,
    make_report_link,
    make_response,
    make_round,
    make_round_request,
    make_undertaking,
)
from tests.silence_procedure import (
    AFTER_DEADLINE,
    CIRCULATED_AT,
    DEADLINE,
    AgreementCase,
    make_circulation,
    make_corrigendum,
    make_reply,
    make_rewording,
    make_version,
    publish_draft,
)


def fill(table: AgreementCase, at: datetime) -> None:
    """All that is about statements, commitments and reports."""
    _correct(publish_draft(table), table, at)
    table.event.is_public = True
    table.event.save()
    _add_agreement("AGR", "circulated", table)
    _add_agreement("ADO", "adopted", table)
    _add_stopped(at)
    _add_corrigenda(at)
    _add_points(table.event, at)
    _add_reports(table.event, at)
    _add_contributions(table.event, at)
    _add_requests(table.event, at)
    _add_proposed(table.event, table.first, at)
    _add_recorded(table.event, at)
    _add_joins(table.event, at)
    _add_follows(table.event, at)


def _correct(statement: Statement, table: AgreementCase, at: datetime) -> None:
    """A correction that was agreed, signed and published."""
    point = statement.outcomes.points()[0]
    draft = corrigenda.draft_corrigendum(
        statement,
        fields={"reason": "A slip of the pen.", "source": "", "hides_previous_text": False},
        new_texts={point.pk: "protect those who were, or may be, trafficked"},
        by=table.first,
        at=AFTER_DEADLINE,
    )
    later = AFTER_DEADLINE + timedelta(days=3)
    version = silence_procedure.circulate(
        draft, deadline=later, by=table.first, at=AFTER_DEADLINE
    ).version
    for user in (table.first, table.second):
        signing.sign(draft, sha256=version.sha256, by=user, at=later)
    corrigenda.publish_corrigendum(draft, by=table.second, at=at)


def _add_agreement(code: str, state: str, table: AgreementCase) -> None:
    """A statement on its way: still circulated, or signed and not published."""
    event = make_event(code=code, slug=code.lower(), is_public=False)
    for user, office in zip((table.first, table.second), table.cochairs, strict=True):
        make_role(event, organisation=office, role=EventRole.Role.COCHAIR)
        make_grant(user, event, on_behalf_of=office)
    make_role(event, organisation=table.shelter)
    statement = make_statement(event, points=0, published=False)
    make_outcome(statement, parent=statement.outcomes.get(), position=1)
    deadline = DEADLINE if state == "adopted" else DEADLINE + timedelta(days=60)
    version = silence_procedure.circulate(
        statement, deadline=deadline, by=table.first, at=CIRCULATED_AT
    ).version
    if state == "adopted":
        for user in (table.first, table.second):
            signing.sign(statement, sha256=version.sha256, by=user, at=AFTER_DEADLINE)


def _add_stopped(at: datetime) -> None:
    """Circulations that were stopped, and each answer to one."""
    for stop in Circulation.StopReason:
        statement = make_statement(published=False)
        circulation = make_circulation(make_version(statement), stop_reason=stop, stopped_at=at)
    for answer in CirculationReply.Answer:
        fields = {"answer": answer, "text": "As we said.", "answered_at": at}
        make_reply(circulation, author=make_user(), **fields)


def _add_corrigenda(at: datetime) -> None:
    """A correction in each state."""
    for state, _label in Corrigendum._meta.get_field("state").flatchoices:
        row = make_corrigendum()
        make_rewording(row)
        when = at if state == "published" else None
        Corrigendum.objects.filter(pk=row.pk).update(state=state, published_at=when)
        if state == "adopted":
            text = row.statement.canonical_text().replace("share what works", "other words")
            make_circulation(save_version(row.statement_id, text, corrigendum_id=row.pk, at=at))


def _add_points(event: Event, at: datetime) -> None:
    """A point of each kind, and a text related in each way."""
    statement = make_statement(published=False)
    for position, kind in enumerate(Outcome.Kind, start=3):
        if kind != Outcome.Kind.LEAD_IN:
            parent = statement.outcomes.get(kind=Outcome.Kind.LEAD_IN)
            make_outcome(statement, parent=parent, position=position, kind=kind)
    mark_as_earlier(statement.publish(at))
    commitment = make_commitment(event, due_on=date(2026, 5, 1), is_open=True)
    for related in RelatedText.Kind:
        make_related_text(commitment=commitment, kind=related)
    make_related_text(commitment=None, outcome=statement.outcomes.points()[0])
    make_milestone(commitment=commitment, reached_on=date(2026, 3, 1))
    make_milestone(commitment=commitment)


def _add_reports(event: Event, at: datetime) -> None:
    """Commitments in each status, and reports in each editorial state, with evidence."""
    commitments = []
    for number, status in enumerate(ImplementationStatus):
        commitment = make_commitment(event, due_on=date(2026, 1 + number, 1))
        make_party(commitment, role=CommitmentParty.Role.PARTNER)
        make_party(commitment, group=make_group())
        update = make_update(commitment, status=status, completion=number * 25)
        make_evidence(update)
        commitments.append(commitment)
    for state in EditorialState:
        update = make_update(commitments[1], approved=False, author=make_user())
        if state != EditorialState.DRAFT:
            update.submit(at=at)
        if state == EditorialState.CHANGE_REQUESTED:
            update.request_change(note="Name the course.", at=at)
        if state == EditorialState.APPROVED:
            update.approve(by=make_user(), at=at)
        file = ContentFile(b"%PDF-1.4 A report.", f"report-{state}.pdf")
        make_evidence(update, url="", file=file, media_type="application/pdf")
    make_update(commitments[1], is_unchanged=True, text="Nothing new.")
    make_update(commitments[2]).delete_with_evidence()


def _add_contributions(event: Event, at: datetime) -> None:
    """Responses, offers and assessments in each editorial state."""
    open_one = make_commitment(event, is_open=True)
    for stance in Response.Stance:
        make_response(outcome=make_recommendation(event=make_event()), stance=stance)
    for finding in Assessment.Finding:
        make_assessment(commitment=open_one, finding=finding)
    point = make_recommendation(event=make_event(code="ANS", slug="ans"))
    for state in EditorialState:
        office = make_organisation()
        make_addressee(point, organisation=office)
        rows = (
            make_response(outcome=point, organisation=office, approved=False),
            make_offer(commitment=open_one, organisation=office, approved=False),
            make_offer(outcome=point, organisation=office, approved=False),
            make_assessment(commitment=open_one, organisation=make_organisation(), approved=False),
        )
        save(OfferedMilestone(offer=rows[1], title="Find a room", due_on=date(2026, 6, 1)))
        for row in rows:
            if state != EditorialState.DRAFT:
                row.submit(at=at)
            if state == EditorialState.CHANGE_REQUESTED:
                row.request_change(note="Say by when.", at=at)
            if state == EditorialState.APPROVED:
                row.approve(by=make_user(), at=at)


def _add_requests(event: Event, at: datetime) -> None:
    """Focal points asked, accepted, gone; links, reminders, rounds."""
    for key in ("asked", "accepted", "gave it back", "stopped"):
        person = make_delegate(name=f"Focal Point who {key}")
        party = make_party(make_commitment(event, due_on=date(2026, 4, 1)))
        make_participation(person, event, organisation=party.organisation)
        party.request_focal_point(person)
        if key == "asked":
            continue
        party.accept(NOON)
        create_report_link(party, at=at)
        make_report_link(party, person, revoked_at=at)
        for kind in Reminder.Kind:
            make_reminder(party=party, kind=kind)
        make_undertaking(party, ended_at=at)
        make_round_request(party=party, reminded_at=at if key == "accepted" else None)
        if key == "gave it back":
            hand_over(party, suggestion="Ask the registry.", by=person.user, at=at)
        if key == "stopped":
            stop_reminders(party, at=at)
    make_round(event=event)


def _add_proposed(event: Event, by: User, at: datetime) -> None:
    """Proposed to two parties, with each answer of them."""
    for answers in ((), ("accepted",), ("accepted", "accepted"), ("accepted", "declined")):
        commitment = make_commitment(event, state="draft")
        for _number in range(2):
            party, person = make_party(commitment), make_delegate()
            make_participation(person, event, organisation=party.organisation)
            party.request_focal_point(person)
        shown = undertaking_hash(commitment)
        proposals.propose(commitment, shown_hash=shown, by=by, at=at)
        asked = Undertaking.objects.filter(party__commitment=commitment)
        for row, answer in zip(asked, answers, strict=False):
            if answer == "accepted":
                assert proposals.accept(row, shown_hash=shown, at=at)
            else:
                assert proposals.decline(row, shown_hash=shown, note="Too early.", at=at)


def _add_recorded(event: Event, at: datetime) -> None:
    """What others recorded, of which some is disputed; and reports of members of a group."""
    make_commitment(
        event, source_kind="letter", source_dated_on=date(2026, 1, 9), consent="Letter of 9 January"
    )
    for key in ("open", "withdrawn", "replaced"):
        commitment = make_commitment(event)
        party = make_party(commitment)
        update = make_update(commitment, party=party, reported_by="recorded")
        settled = {"settled_at": at, "settled_how": key} if key != "open" else {}
        make_dispute(party, **settled)
        make_dispute(update, **settled)
    make_party(commitment, group=make_group(member_rule="participants"))
    office = make_role(event).organisation
    member = make_party(commitment, organisation=office, role=CommitmentParty.Role.MEMBER)
    make_update(commitment, party=member, reported_by="member")


def _add_joins(event: Event, at: datetime) -> None:
    """Requests to join a commitment that its lead agreed to, or declined."""
    commitment = make_commitment(event, is_open=True)
    speaker = make_user()
    office = make_party(commitment).organisation
    make_participation(make_delegate(user=speaker), event, organisation=office)
    for answer in LeadAnswer:
        row = make_offer(commitment=commitment, approved=False)
        row.submit(at=at)
        ask_leads(row, at=at)
        shown = row.join_hash()
        assert answer_join(row, answer=answer, shown_hash=shown, by=speaker, at=at)


def _add_follows(event: Event, at: datetime) -> None:
    """Each kind of topic, at each frequency; and an own calendar."""
    make_address(make_user(), at)
    point = Outcome.objects.points().published().first()
    topics = {
        "event": event,
        "organisation": Organisation.objects.first(),
        "outcome": point,
        "commitment": Commitment.objects.first(),
    }
    for frequency in Subscription.Frequency:
        user: User = make_user()
        make_follow(user, frequency=frequency)
        for name, topic in topics.items():
            make_follow(user, frequency=frequency, **{name: topic})
