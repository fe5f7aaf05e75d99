"""What may be stored of outcomes and commitments, how numbers are given, what is latest."""

import string
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db.models import Model
from django.urls import resolve
from hypothesis import given
from hypothesis import strategies as st

from outcomes.models import (
    FOLLOWED,
    Commitment,
    CommitmentParty,
    Editorial,
    Evidence,
    OfferedStep,
    Outcome,
    ProgressUpdate,
    Statement,
    Status,
    Upload,
)
from outcomes.models.statement import letters
from participants.models import Audience, Delegate
from tests.agreeing import (
    make_circulation,
    make_corrigendum,
    make_reply,
    make_rewording,
    make_sign_off,
    make_version,
)
from tests.constraints import (
    Breaking,
    again,
    assert_database_refuses,
    assert_words_refuse,
    changed,
    constraints_of,
)
from tests.factories import (
    NOON,
    make_addressee,
    make_commitment,
    make_delegate,
    make_document,
    make_event,
    make_evidence,
    make_group,
    make_organisation,
    make_outcome,
    make_party,
    make_statement,
    make_theme,
    make_update,
    make_user,
)
from tests.follow_up import (
    make_assessment,
    make_follow,
    make_milestone,
    make_offer,
    make_related_text,
    make_reminder,
    make_report_link,
    make_response,
    make_round,
    make_round_request,
)

pytestmark = pytest.mark.django_db


FOLLOWABLE: dict[str, Callable[[], Any]] = {
    "commitment": make_commitment,
    "event": make_event,
    "organisation": make_organisation,
    "outcome": lambda: a_point(),
    "theme": make_theme,
}


def make_upload() -> Upload:
    return Upload.objects.create(user=make_user(), uploaded_at=NOON, state="waiting", wants="look")


def a_point() -> Outcome:
    return make_statement().outcomes.points()[0]


def followed_again(name: str) -> Model:
    return again(make_follow(**{name: FOLLOWABLE[name]()}))


EDITORIAL: dict[str, Callable[..., Editorial]] = {
    "assessment": make_assessment,
    "offer": make_offer,
    "progressupdate": lambda **fields: make_update(make_commitment(), **fields),
    "response": make_response,
}


def breaking_editorial(name: str, make: Callable[..., Editorial]) -> Breaking:
    """How each rule of the way to approval is broken, for one kind of text."""
    return {
        f"{name}_approved_by_someone_at_some_time": lambda: changed(make(), approved_by=None),
        f"{name}_handed_in_names_nobody": lambda: changed(make(), names_nobody=False),
        f"{name}_sent_back_with_a_note": lambda: changed(
            make(approved=False), state="change-requested", submitted_at=NOON
        ),
        f"{name}_state_known": lambda: changed(
            make(approved=False), state="lost", submitted_at=NOON
        ),
    }


BREAKING: Breaking = {
    **{
        rule: broken
        for name, make in EDITORIAL.items()
        for rule, broken in breaking_editorial(name, make).items()
    },
    "assessment_finding_known": lambda: changed(make_assessment(), finding="poor"),
    "assessment_has_a_text": lambda: changed(make_assessment(), text=""),
    "follow_one_thing": lambda: changed(make_follow(), event=make_event()),
    "follow_pace_known": lambda: changed(make_follow(), pace="hourly"),
    **{f"follow_{name}_once": partial(followed_again, name) for name in FOLLOWED},
    "milestone_has_a_title": lambda: changed(make_milestone(), title=""),
    "offer_approved_became_a_commitment": lambda: changed(
        make_offer(), outcome=a_point(), commitment=None
    ),
    "offer_has_a_text": lambda: changed(make_offer(), text=""),
    "offered_step_has_a_title": lambda: OfferedStep(
        offer=make_offer(), title="", due_on=date(2026, 5, 1)
    ),
    "offer_of_something_new_or_to_join": lambda: changed(
        make_offer(approved=False), outcome=None, commitment=None
    ),
    "related_text_is_whole": lambda: changed(make_related_text(), quote=""),
    "related_text_kind_known": lambda: changed(make_related_text(), kind="likes"),
    "related_text_of_one_point_or_one_commitment": lambda: changed(
        make_related_text(), outcome=a_point()
    ),
    "reminder_once": lambda: again(make_reminder()),
    "reminder_step_known": lambda: changed(make_reminder(), step="often"),
    "report_link_ends_after_it_begins": lambda: changed(make_report_link(), expires_at=NOON),
    "response_stance_known": lambda: changed(make_response(), stance="loved"),
    "round_asks_each_party_once": lambda: again(make_round_request()),
    "round_has_a_title": lambda: changed(make_round(), title=""),
    "addressee_group_once": lambda: again(make_addressee(a_point())),
    "addressee_is_one_organisation_or_one_group": lambda: changed(
        make_addressee(a_point()), organisation=make_organisation()
    ),
    "addressee_organisation_once": lambda: again(
        make_addressee(a_point(), organisation=make_organisation())
    ),
    "circulation_ends_after_it_begins": lambda: changed(make_circulation(), deadline=NOON),
    "circulation_stopped_at_some_time_and_why": lambda: changed(
        make_circulation(), stop="objected"
    ),
    "corrigendum_one_at_a_time": lambda: again(make_corrigendum()),
    "corrigendum_published_at_some_time": lambda: changed(make_corrigendum(), state="published"),
    "corrigendum_state_known": lambda: changed(make_corrigendum(), state="whispered"),
    "reply_at_some_time": lambda: changed(make_reply(), answer="agree"),
    "reply_once": lambda: again(make_reply()),
    "rewording_changes_something": lambda: changed(make_rewording(), before="other words"),
    "rewording_of_the_introduction_once": lambda: again(
        make_rewording(outcome=None, before="We met.")
    ),
    "rewording_once": lambda: again(make_rewording()),
    "sign_off_of_a_text_at_some_time": lambda: changed(make_sign_off(), signed_at=None),
    "sign_off_once_for_each_cochair": lambda: changed(again(make_sign_off()), signer=make_user()),
    "sign_off_once_for_each_person": lambda: changed(
        again(make_sign_off()), organisation=make_organisation()
    ),
    "statement_adopted_here_is_signed": lambda: changed(
        make_statement(published=False), state="adopted"
    ),
    "statement_version_has_a_text": lambda: changed(make_version(), text=""),
    "statement_version_number_once": lambda: again(make_version()),
    "commitment_has_a_text": lambda: changed(make_commitment(), text=""),
    "commitment_latest_update_as_copied": lambda: changed(
        Commitment.objects.get(pk=make_update(make_commitment()).commitment_id), latest_status=""
    ),
    "commitment_reference_in_capitals": lambda: changed(make_commitment(), reference="bp2018-c1"),
    "document_once": lambda: again(make_document(make_event())),
    "evidence_is_one_address_or_one_file": lambda: changed(
        make_evidence(make_update(make_commitment())), url=""
    ),
    "outcome_has_a_text": lambda: changed(a_point(), text=""),
    "outcome_kind_known": lambda: changed(a_point(), kind="wish"),
    "outcome_lead_ins_have_no_parent": lambda: changed(a_point(), kind=Outcome.Kind.LEAD_IN),
    "outcome_number_once": lambda: changed(
        make_outcome(make_statement(), kind=Outcome.Kind.LEAD_IN), number="1"
    ),
    "party_accepted_by_somebody": lambda: changed(
        make_party(make_commitment()), focal_point_accepted_at=NOON
    ),
    "party_group_once": lambda: again(make_party(make_commitment(), group=make_group())),
    "party_is_one_organisation_or_one_group": lambda: changed(
        make_party(make_commitment()), organisation=None
    ),
    "party_organisation_once": lambda: again(make_party(make_commitment())),
    "party_role_known": lambda: changed(make_party(make_commitment()), role="king"),
    "statement_adoption_known": lambda: changed(make_statement(), adoption="sung"),
    "statement_published_at_some_time": lambda: changed(make_statement(), published_at=None),
    "statement_state_known": lambda: changed(make_statement(published=False), state="whispered"),
    "upload_done_at_some_time": lambda: changed(make_upload(), state="done"),
    "upload_state_known": lambda: changed(make_upload(), state="lost"),
    "update_has_a_text": lambda: changed(make_update(make_commitment()), text=""),
    "update_end_has_a_reason": lambda: changed(
        make_update(make_commitment(), status=Status.CLOSED), reason=""
    ),
    "update_end_has_a_source": lambda: changed(
        make_update(make_commitment(), status=Status.FULFILLED), source=""
    ),
    "update_status_known": lambda: changed(make_update(make_commitment()), status="finished"),
    "update_step_known": lambda: changed(make_update(make_commitment()), step=30),
}


def test_constraints_are_all_tried() -> None:
    assert sorted(BREAKING) == constraints_of("outcomes")


@pytest.mark.parametrize("name", BREAKING)
def test_constraint_holds_in_the_database(name: str) -> None:
    assert_database_refuses(BREAKING[name](), name)


@pytest.mark.parametrize("name", BREAKING)
def test_constraint_is_explained_before_saving(name: str) -> None:
    assert_words_refuse(BREAKING[name]())


def test_point_without_a_lead_in_is_refused() -> None:
    row = changed(a_point(), parent=None)
    assert_database_refuses(row, "outcome_lead_ins_have_no_parent")


def test_draft_that_says_it_was_published_is_refused() -> None:
    row = changed(make_statement(published=False), published_at=NOON)
    assert_database_refuses(row, "statement_published_at_some_time")


def test_draft_update_that_names_an_approver_is_refused() -> None:
    row = changed(make_update(make_commitment(), approved=False), approved_by=make_user())
    assert_database_refuses(row, "progressupdate_approved_by_someone_at_some_time")


def test_evidence_of_an_address_and_a_file_is_refused() -> None:
    row = make_evidence(make_update(make_commitment()))
    row.file.save("report.txt", ContentFile(b"report"), save=False)
    assert_database_refuses(row, "evidence_is_one_address_or_one_file")


# What spans tables


def test_point_under_a_lead_in_of_another_statement_is_refused() -> None:
    with pytest.raises(ValidationError) as refusal:
        make_outcome(make_statement(), parent=make_statement().outcomes.lead_ins()[0])
    assert refusal.value.message_dict == {"parent": ["The lead-in stands in another statement."]}


def test_point_under_a_point_is_refused() -> None:
    point = a_point()
    with pytest.raises(ValidationError) as refusal:
        make_outcome(point.statement, parent=point)
    assert refusal.value.message_dict == {"parent": ["Choose a lead-in, not a point."]}


def test_lead_in_with_points_cannot_become_a_point() -> None:
    statement = make_statement()
    other = make_outcome(statement, kind=Outcome.Kind.LEAD_IN)
    lead_in = statement.outcomes.lead_ins().exclude(pk=other.pk).get()
    lead_in.parent, lead_in.kind = other, Outcome.Kind.PRINCIPLE
    with pytest.raises(ValidationError) as refusal:
        lead_in.full_clean()
    assert refusal.value.message_dict == {"parent": ["This one has points of its own."]}


@pytest.mark.parametrize("number", ["1.b", "7", ""])
def test_published_number_is_frozen(number: str) -> None:
    point = a_point()
    with pytest.raises(ValidationError) as refusal:
        changed(point, number=number).full_clean()
    assert "The number 1.a is frozen: others cite it." in refusal.value.messages


def test_numbered_point_stays_under_its_lead_in() -> None:
    point = a_point()
    other = make_outcome(point.statement, kind=Outcome.Kind.LEAD_IN)
    with pytest.raises(ValidationError) as refusal:
        changed(point, parent=other).full_clean()
    assert refusal.value.message_dict == {
        "parent": ["1.a has its number, so it stays under its lead-in."]
    }


def test_point_without_a_number_may_move() -> None:
    statement = make_statement(published=False)
    other = make_outcome(statement, kind=Outcome.Kind.LEAD_IN)
    changed(statement.outcomes.points()[0], parent=other).full_clean()


@pytest.mark.parametrize(
    "number", ["1.", "a", "1.A", "1.a\n", "1a", "1.1", " 1", "12345", "1.abcde"]
)
def test_number_of_another_form_is_refused(number: str) -> None:
    statement = make_statement(published=False)
    with pytest.raises(ValidationError, match="Write a number such as"):
        changed(statement.outcomes.points()[0], number=number).full_clean()


@pytest.mark.parametrize("number", ["9999", "1.abcd", "9999.zzzz"])
def test_longest_number_has_an_address(number: str) -> None:
    statement = make_statement(published=False)
    row = statement.outcomes.points()[0]
    row.number = number
    row.full_clean()
    slug = statement.event.slug
    assert row.get_absolute_url() == f"/outcomes/{slug}/{number}/"
    assert resolve(f"/outcomes/{slug}/{number.upper()}/").url_name == "outcome-detail"


@pytest.mark.parametrize("digits", ["1", "12345678"])
def test_longest_reference_has_an_address(digits: str) -> None:
    event = make_event(code="ABCDEFGHIJ12")
    row = make_commitment(event, reference=f"{event.code}-C{digits}")
    for reference in (row.reference, row.reference.lower()):
        found = resolve(f"/commitments/{reference}/")
        assert found.kwargs["reference"] == reference
    assert resolve(row.get_absolute_url()).url_name == "commitment-detail"


@pytest.mark.parametrize("reference", ["EV-C123456789", "EV-C1\n", "EV-c1", "EV-C١"])
def test_reference_without_an_address_is_refused(reference: str) -> None:
    event = make_event(code="EV")
    with pytest.raises(ValidationError, match="Write it like BP2018-C1") as refusal:
        make_commitment(event, reference=reference)
    assert "reference" in refusal.value.message_dict


@pytest.mark.parametrize("reference", ["OTHER-C1", "EVX-C1", "EV-C"])
def test_commitment_begins_with_the_code_of_its_roundtable(reference: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        make_commitment(make_event(code="EV"), reference=reference)
    assert "reference" in refusal.value.message_dict


@pytest.mark.parametrize("made_up", [True, False])
def test_made_up_and_real_never_meet_behind_a_commitment(made_up: bool) -> None:
    commitment = make_commitment(make_event(is_demonstration=not made_up))
    with pytest.raises(ValidationError, match="What is made up"):
        make_party(commitment, organisation=make_organisation(is_demonstration=made_up))
    with pytest.raises(ValidationError, match="What is made up"):
        make_party(commitment, focal_point=make_delegate(is_demonstration=made_up))


@pytest.mark.parametrize("made_up", [True, False])
def test_made_up_and_real_never_meet_in_an_address(made_up: bool) -> None:
    point = make_statement(make_event(is_demonstration=not made_up)).outcomes.points()[0]
    with pytest.raises(ValidationError, match="What is made up"):
        make_addressee(point, organisation=make_organisation(is_demonstration=made_up))


def test_update_by_a_party_to_another_commitment_is_refused() -> None:
    with pytest.raises(ValidationError) as refusal:
        make_update(make_commitment(), party=make_party(make_commitment()))
    assert refusal.value.message_dict == {"party": ["Choose a party to this commitment."]}


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2024, 5, 13), "The roundtable began on 2024-05-14. Choose that day or later."),
        (date(2025, 3, 4), "That is after the day of writing."),
        (date(2999, 1, 1), "That is after the day of writing."),
    ],
)
def test_update_as_of_a_day_that_cannot_be_is_refused(day: date, words: str) -> None:
    commitment = make_commitment(make_event(starts_on=date(2024, 5, 14)))
    with pytest.raises(ValidationError) as refusal:
        make_update(commitment, reported_on=day, recorded_at=datetime(2025, 3, 2, 23, tzinfo=UTC))
    assert list(refusal.value.message_dict) == ["reported_on"]
    assert words in refusal.value.messages[0]


@pytest.mark.parametrize("day", [date(2024, 5, 14), date(2025, 3, 2), date(2025, 3, 3)])
def test_update_from_the_first_day_to_the_day_of_writing(day: date) -> None:
    commitment = make_commitment(make_event(starts_on=date(2024, 5, 14)))
    make_update(commitment, reported_on=day, recorded_at=datetime(2025, 3, 2, 23, tzinfo=UTC))
    assert commitment.latest_update and commitment.latest_update.reported_on == day


# Numbers


def numbers_of(statement: Statement) -> list[str]:
    found = []
    for lead_in in statement.outcomes.lead_ins():
        found += [lead_in.number, *(p.number for p in lead_in.points.order_by("position", "pk"))]
    return found


def test_publish_numbers_in_order_of_position() -> None:
    statement = make_statement(published=False, points=0)
    second = make_outcome(statement, kind=Outcome.Kind.LEAD_IN, position=2)
    first = make_outcome(statement, kind=Outcome.Kind.LEAD_IN, position=1)
    statement.outcomes.lead_ins().filter(position=0).delete()
    make_outcome(statement, parent=second, position=5)
    late = make_outcome(statement, parent=first, position=9)
    early = make_outcome(statement, parent=first, position=3)
    statement.publish(NOON)
    for row, number in ((first, "1"), (early, "1.a"), (late, "1.b"), (second, "2")):
        row.refresh_from_db()
        assert row.number == number
    assert numbers_of(statement) == ["1", "1.a", "1.b", "2", "2.a"]
    statement.refresh_from_db()
    assert (statement.state, statement.published_at) == (Statement.State.PUBLISHED, NOON)


def test_publish_counts_past_z() -> None:
    statement = make_statement(points=28)
    assert numbers_of(statement)[-3:] == ["1.z", "1.aa", "1.ab"]


def test_publish_again_keeps_numbers_though_the_order_changed() -> None:
    statement = make_statement(points=2)
    first = statement.outcomes.points()[0]
    Outcome.objects.filter(pk=first.pk).update(position=7)
    statement.publish(NOON)
    assert [row.number for row in statement.outcomes.points()] == ["1.b", "1.a"]


@pytest.mark.parametrize("position", [0, 9])
def test_point_that_comes_later_gets_a_free_number(position: int) -> None:
    statement = make_statement(points=2)
    lead_in = statement.outcomes.lead_ins()[0]
    added = make_outcome(statement, parent=lead_in, position=position)
    statement.publish(NOON)
    added.refresh_from_db()
    assert added.number == "1.c"


def test_lead_in_that_comes_later_gets_a_free_number() -> None:
    statement = make_statement(points=1)
    Outcome.objects.update(position=5)
    added = make_outcome(statement, kind=Outcome.Kind.LEAD_IN, position=0)
    make_outcome(statement, parent=added)
    statement.publish(NOON)
    assert numbers_of(statement) == ["2", "2.a", "1", "1.a"]


def test_statement_without_a_point_cannot_be_published() -> None:
    statement = make_statement(published=False, points=0)
    with pytest.raises(ValidationError, match="There is no point yet"):
        statement.publish(NOON)
    statement.refresh_from_db()
    assert statement.state == Statement.State.DRAFT


@pytest.mark.parametrize(
    ("number", "word"),
    [(0, "a"), (25, "z"), (26, "aa"), (51, "az"), (52, "ba"), (701, "zz"), (702, "aaa")],
)
def test_letters_count(number: int, word: str) -> None:
    assert letters(number) == word


@given(st.integers(min_value=0, max_value=10**9))
def test_letters_count_every_number_once(number: int) -> None:
    back = 0
    for letter in letters(number):
        back = back * 26 + string.ascii_lowercase.index(letter) + 1
    assert back - 1 == number


# What is latest, and who sees what


def test_approve_makes_the_update_the_latest() -> None:
    commitment, chair = make_commitment(), make_user()
    assert commitment.status is None
    update = make_update(commitment, approved=False, status=Status.FULFILLED)
    commitment.refresh_from_db()
    assert (commitment.latest_update, commitment.status) == (None, None)
    update.approve(by=chair, at=NOON)
    commitment.refresh_from_db()
    assert commitment.latest_update == update
    assert commitment.status == Status.FULFILLED
    assert (update.state, update.approved_by, update.approved_at) == (
        ProgressUpdate.State.APPROVED,
        chair,
        NOON,
    )


def test_latest_is_the_one_that_reports_on_the_latest_day() -> None:
    commitment = make_commitment()
    newest = make_update(commitment, reported_on=date(2025, 6, 1))
    make_update(commitment, reported_on=date(2024, 6, 1))
    assert commitment.latest_update == newest


def test_latest_of_one_day_is_the_one_recorded_last() -> None:
    commitment = make_commitment()
    second = make_update(commitment, recorded_at=datetime(2025, 6, 2, tzinfo=UTC))
    make_update(commitment, recorded_at=datetime(2025, 6, 1, tzinfo=UTC))
    assert commitment.latest_update == second


def test_change_requested_shows_the_update_before() -> None:
    commitment = make_commitment()
    before = make_update(commitment, reported_on=date(2024, 6, 1))
    latest = make_update(commitment, reported_on=date(2025, 6, 1))
    latest.request_change(note="Say more.", at=NOON)
    commitment.refresh_from_db()
    assert commitment.latest_update == before
    before.request_change(note="Say more.", at=NOON)
    commitment.refresh_from_db()
    assert commitment.latest_update is None


@pytest.mark.parametrize("status", Status)
def test_overdue_and_due_soon(status: Status) -> None:
    today = date(2025, 3, 1)
    ended = status in (Status.FULFILLED, Status.CLOSED, Status.SUPERSEDED)
    event = make_event()
    for due, late, soon in (
        (date(2025, 2, 28), True, False),
        (today, False, True),
        (date(2025, 3, 31), False, True),
        (date(2025, 4, 1), False, False),
        (None, False, False),
    ):
        row = make_commitment(event, due_on=due)
        make_update(row, status=status)
        assert row.is_overdue(today) == (late and not ended)
        assert row.is_due_soon(today) == (soon and not ended)
        overdue = Commitment.objects.overdue(today).filter(pk=row.pk)
        assert overdue.exists() == row.is_overdue(today)


def test_commitment_without_an_update_can_be_overdue() -> None:
    row = make_commitment(due_on=date(2025, 2, 28))
    assert row.is_overdue(date(2025, 3, 1))
    assert list(Commitment.objects.overdue(date(2025, 3, 1))) == [row]


def test_due_next_comes_first() -> None:
    event = make_event()
    later, sooner = (make_commitment(event, due_on=date(2025, 4, day)) for day in (9, 2))
    make_commitment(event, due_on=date(2025, 3, 1))
    make_commitment(event)
    assert list(Commitment.objects.due_from(date(2025, 3, 2))) == [sooner, later]


def test_focal_point_counts_once_that_person_accepted() -> None:
    party = make_party(make_commitment())
    first, second = make_delegate(), make_delegate(listed_to=Audience.EVERYONE)

    def stored() -> tuple[int | None, datetime | None]:
        row = CommitmentParty.objects.get(pk=party.pk)
        return row.focal_point_id, row.focal_point_accepted_at

    party.ask(first)
    assert stored() == (first.pk, None)
    party.accept(NOON)
    assert stored() == (first.pk, NOON)
    party.ask(second)
    assert stored() == (second.pk, None)
    party.decline()
    assert stored() == (None, None)


@pytest.mark.parametrize("together", [True, False])
def test_focal_points_who_are_erased_leave_their_parties_open(together: bool) -> None:
    people = [make_delegate(), make_delegate()]
    parties = [make_party(make_commitment()) for _ in people]
    for party, person in zip(parties, people, strict=True):
        party.ask(person)
        party.accept(NOON)
    if together:
        Delegate.objects.all().delete()
    else:
        for person in people:
            person.delete()
    for party in CommitmentParty.objects.all():
        assert (party.focal_point, party.focal_point_accepted_at) == (None, None)
    assert CommitmentParty.objects.count() == 2


def test_published_is_what_is_public_and_approved() -> None:
    hidden = make_event(is_public=False)
    make_statement(hidden)
    draft = make_statement(published=False)
    shown = make_statement()
    assert list(Statement.objects.published()) == [shown]
    assert set(Outcome.objects.published()) == set(shown.outcomes.all())
    assert not draft.outcomes.published().exists()

    of_hidden = make_update(make_commitment(hidden))
    commitment = make_commitment(shown.event)
    unapproved = make_update(commitment, approved=False)
    update = make_update(commitment)
    assert list(Commitment.objects.published()) == [commitment]
    assert list(ProgressUpdate.objects.published()) == [update]

    for of in (of_hidden, unapproved):
        make_evidence(of)
    make_evidence(update, is_public=False)
    evidence = make_evidence(update)
    assert list(Evidence.objects.published()) == [evidence]
