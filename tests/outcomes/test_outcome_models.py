"""What may be stored of outcomes and commitments, how numbers are given, what is latest."""

import string
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db.models import Model
from django.urls import resolve
from hypothesis import example, given
from hypothesis import strategies as st

from outcomes.models import (
    SUBSCRIPTION_TARGETS,
    Commitment,
    CommitmentParty,
    Corrigendum,
    EditorialText,
    Evidence,
    Freshness,
    ImplementationStatus,
    ImportedRow,
    ImportRecipe,
    OfferedMilestone,
    Outcome,
    ProgressUpdate,
    Statement,
    Upload,
    freshness_of,
    freshness_q,
)
from outcomes.models.outcome import letter_number
from participants.models import Audience, Delegate, Organisation
from tests.constraints import (
    InvalidRows,
    assert_database_rejects,
    assert_rejected,
    constraints_of,
    duplicate_of,
    with_values,
)
from tests.factories import (
    NOON,
    make_addressee,
    make_commitment,
    make_comparison,
    make_delegate,
    make_dispute,
    make_document,
    make_event,
    make_evidence,
    make_group,
    make_organisation,
    make_outcome,
    make_party,
    make_role,
    make_statement,
    make_synonyms,
    make_theme,
    make_update,
    make_user,
)
from tests.follow_up_factories import (
    make_assessment,
    make_follow,
    make_milestone,
    make_offer,
    make_related_text,
    make_reminder,
    make_response,
    make_round,
    make_round_request,
    make_undertaking,
)
from tests.silence_procedure import (
    make_circulation,
    make_corrigendum,
    make_reply,
    make_rewording,
    make_sign_off,
    make_version,
)

pytestmark = [pytest.mark.django_db, pytest.mark.each_database]


FOLLOWABLE: dict[str, Callable[[], Any]] = {
    "commitment": make_commitment,
    "event": make_event,
    "organisation": make_organisation,
    "outcome": lambda: a_point(),
    "theme": make_theme,
}


def make_upload() -> Upload:
    return Upload.objects.create(
        user=make_user(), uploaded_at=NOON, state="waiting", next_task="preview"
    )


def a_point() -> Outcome:
    return make_statement().outcomes.points()[0]


def an_update(**fields: Any) -> ProgressUpdate:
    return make_update(make_commitment(), **fields)


def a_party(**fields: Any) -> CommitmentParty:
    return make_party(make_commitment(), **fields)


def followed_again(name: str) -> Model:
    return duplicate_of(make_follow(**{name: FOLLOWABLE[name]()}))


def compared_again(make: Callable[[], Statement | Corrigendum | Commitment], rule: str) -> Model:
    row = make_comparison(make(), None if rule == "operator_once" else make_organisation())
    changed: dict[str, Any] = {"by": make_user()}
    if rule == "once_per_person":
        changed = {"on_behalf_of": make_organisation()}
    return with_values(duplicate_of(row), **changed)


MARCH_3 = date(2018, 3, 3)
EDITORIAL: dict[str, Callable[..., EditorialText]] = {
    "assessment": make_assessment,
    "offer": make_offer,
    "progressupdate": an_update,
    "response": make_response,
}


def breaking_editorial(name: str, make: Callable[..., EditorialText]) -> InvalidRows:
    """How each rule of the way to approval is broken, for one kind of text."""
    return {
        f"{name}_approved_has_decider_and_date": lambda: with_values(make(), approved_by=None),
        f"{name}_submitted_without_personal_details": lambda: with_values(
            make(), has_no_personal_details=False
        ),
        f"{name}_change_requested_has_note": lambda: with_values(
            make(approved=False), state="change-requested", submitted_at=NOON
        ),
        f"{name}_state_valid": lambda: with_values(
            make(approved=False), state="lost", submitted_at=NOON
        ),
    }


BREAKING: InvalidRows = {
    **{
        rule: broken
        for name, make in EDITORIAL.items()
        for rule, broken in breaking_editorial(name, make).items()
    },
    "assessment_finding_valid": lambda: with_values(make_assessment(), finding="poor"),
    "assessment_has_text": lambda: with_values(make_assessment(), text=""),
    "subscription_has_one_target": lambda: with_values(make_follow(), event=make_event()),
    "subscription_frequency_valid": lambda: with_values(make_follow(), frequency="hourly"),
    **{
        f"subscription_{name}_unique": partial(followed_again, name)
        for name in SUBSCRIPTION_TARGETS
    },
    "milestone_has_title": lambda: with_values(make_milestone(), title=""),
    "offer_approved_has_commitment": lambda: with_values(
        make_offer(), outcome=a_point(), commitment=None
    ),
    "offer_answers_a_point_or_the_statement": lambda: with_values(
        make_offer(), outcome=a_point(), statement=make_statement()
    ),
    "offer_lead_answer_has_its_day": lambda: with_values(
        make_offer(), lead_answer="agreed", lead_hash="0" * 64
    ),
    "offer_lead_is_asked_about_a_text": lambda: with_values(make_offer(), lead_asked_at=NOON),
    "offer_has_text": lambda: with_values(make_offer(), text=""),
    "offered_milestone_has_title": lambda: OfferedMilestone(
        offer=make_offer(), title="", due_on=date(2026, 5, 1)
    ),
    "offer_of_something_new_or_to_join": lambda: with_values(
        make_offer(approved=False), outcome=None, commitment=None
    ),
    "related_text_is_whole": lambda: with_values(make_related_text(), quote=""),
    "related_text_kind_valid": lambda: with_values(make_related_text(), kind="likes"),
    "related_text_of_one_point_or_one_commitment": lambda: with_values(
        make_related_text(), outcome=a_point()
    ),
    "reminder_unique": lambda: duplicate_of(make_reminder()),
    "reminder_kind_valid": lambda: with_values(make_reminder(), kind="often"),
    "undertaking_one_current_per_party": lambda: duplicate_of(make_undertaking()),
    "undertaking_ends_after_it_begins": lambda: with_values(make_undertaking(), expires_at=NOON),
    "undertaking_answer_has_its_day": lambda: with_values(make_undertaking(), answer="accepted"),
    "undertaking_note_only_if_declined": lambda: with_values(make_undertaking(), note="No"),
    "undertaking_declined_is_ended": lambda: with_values(
        make_undertaking(), answer="declined", answered_at=NOON
    ),
    "undertaking_has_content_hash": lambda: with_values(make_undertaking(), content_hash=""),
    "commitment_proposed_has_its_day": lambda: with_values(make_commitment(), state="proposed"),
    "commitment_undertaken_is_public": lambda: with_values(
        make_commitment(), basis="undertaken", state="draft"
    ),
    "response_stance_valid": lambda: with_values(make_response(), stance="loved"),
    "round_request_unique_per_party": lambda: duplicate_of(make_round_request()),
    "round_has_title": lambda: with_values(make_round(), title=""),
    "addressee_group_unique": lambda: duplicate_of(make_addressee(a_point())),
    "addressee_is_one_organisation_or_one_group": lambda: with_values(
        make_addressee(a_point()), organisation=make_organisation()
    ),
    "addressee_organisation_unique": lambda: duplicate_of(
        make_addressee(a_point(), organisation=make_organisation())
    ),
    "circulation_ends_after_it_begins": lambda: with_values(make_circulation(), deadline=NOON),
    "circulation_stopped_has_date_and_reason": lambda: with_values(
        make_circulation(), stop_reason="objected"
    ),
    "corrigendum_one_at_a_time": lambda: duplicate_of(make_corrigendum()),
    "corrigendum_published_has_date": lambda: with_values(make_corrigendum(), state="published"),
    "corrigendum_state_valid": lambda: with_values(make_corrigendum(), state="whispered"),
    "reply_has_date": lambda: with_values(make_reply(), answer="agree"),
    "reply_unique": lambda: duplicate_of(make_reply()),
    "rewording_changes_text": lambda: with_values(make_rewording(), before="other words"),
    "rewording_of_the_introduction_unique": lambda: duplicate_of(
        make_rewording(outcome=None, before="We met.")
    ),
    "rewording_unique": lambda: duplicate_of(make_rewording()),
    "sign_off_has_text_and_date": lambda: with_values(make_sign_off(), signed_at=None),
    "sign_off_unique_per_cochair": lambda: with_values(
        duplicate_of(make_sign_off()), signer=make_user()
    ),
    "sign_off_unique_per_person": lambda: with_values(
        duplicate_of(make_sign_off()), organisation=make_organisation()
    ),
    "source_comparison_of_one_text": lambda: with_values(
        make_comparison(make_statement()), corrigendum=make_corrigendum()
    ),
    **{
        f"source_comparison_{name}_{rule}": partial(compared_again, make, rule)
        for name, make in (
            ("statement", make_statement),
            ("corrigendum", make_corrigendum),
            ("commitment", make_commitment),
        )
        for rule in ("once_per_body", "once_per_person", "operator_once")
    },
    "dispute_of_one_text": lambda: with_values(
        make_dispute(a_party()),
        update=an_update(reported_by="recorded"),
    ),
    "dispute_settled_has_date_and_way": lambda: with_values(
        make_dispute(a_party()), settled_at=NOON
    ),
    "dispute_of_party_open_once": lambda: duplicate_of(make_dispute(a_party())),
    "dispute_of_update_open_once": lambda: duplicate_of(
        make_dispute(an_update(reported_by="recorded"))
    ),
    "statement_adopted_here_is_signed": lambda: with_values(
        make_statement(published=False), state="adopted"
    ),
    "statement_version_has_text": lambda: with_values(make_version(), text=""),
    "statement_version_number_unique": lambda: duplicate_of(make_version()),
    "commitment_basis_and_state_valid": lambda: with_values(make_commitment(), state="hidden"),
    "commitment_letter_has_date_and_consent": lambda: with_values(
        make_commitment(), source_kind="letter", source_dated_on=date(2027, 3, 3)
    ),
    "commitment_has_text": lambda: with_values(make_commitment(), text=""),
    "commitment_latest_update_as_copied": lambda: with_values(
        Commitment.objects.get(pk=an_update().commitment_id), latest_status=""
    ),
    "commitment_reference_uppercase": lambda: with_values(make_commitment(), reference="bp2018-c1"),
    "document_unique": lambda: duplicate_of(make_document(make_event())),
    "evidence_is_one_address_or_one_file": lambda: with_values(make_evidence(an_update()), url=""),
    "outcome_has_text": lambda: with_values(a_point(), text=""),
    "outcome_kind_valid": lambda: with_values(a_point(), kind="wish"),
    "outcome_lead_ins_have_no_parent": lambda: with_values(a_point(), kind=Outcome.Kind.LEAD_IN),
    "outcome_number_unique": lambda: with_values(
        make_outcome(make_statement(), kind=Outcome.Kind.LEAD_IN), number="1"
    ),
    "party_accepted_has_focal_point": lambda: with_values(a_party(), focal_point_accepted_at=NOON),
    "party_group_has_no_focal_point": lambda: with_values(
        a_party(group=make_group()), focal_point=make_delegate()
    ),
    "party_group_unique": lambda: duplicate_of(a_party(group=make_group())),
    "party_is_one_organisation_or_one_group": lambda: with_values(a_party(), organisation=None),
    "party_organisation_unique": lambda: duplicate_of(a_party()),
    "party_role_valid": lambda: with_values(a_party(), role="king"),
    "statement_adoption_valid": lambda: with_values(make_statement(), adoption="sung"),
    "statement_published_has_date": lambda: with_values(make_statement(), published_at=None),
    "statement_state_valid": lambda: with_values(
        make_statement(published=False), state="whispered"
    ),
    "synonyms_have_words": lambda: with_values(make_synonyms(), words=""),
    "update_confirmed_is_of_party": lambda: with_values(
        an_update(reported_by="recorded"), confirmed_at=NOON
    ),
    "update_in_place_of_has_no_text": lambda: with_values(an_update(), in_place_of=an_update()),
    "update_of_party_has_hash": lambda: with_values(an_update(), party_hash=""),
    "update_recorded_has_source": lambda: with_values(an_update(reported_by="recorded"), source=""),
    "update_reported_by_valid": lambda: with_values(an_update(), reported_by="nobody"),
    "upload_done_has_date": lambda: with_values(make_upload(), state="done"),
    "imported_row_result_valid": lambda: ImportedRow(
        upload=make_upload(), model="commitment", object_id=1, result="lost"
    ),
    "imported_row_kept_valid": lambda: ImportedRow(
        upload=make_upload(), model="commitment", object_id=1, result="added", kept="lost"
    ),
    "import_recipe_unique": lambda: duplicate_of(
        ImportRecipe.objects.create(
            event=make_event(), name="List", shape="s", content={}, used_at=NOON
        )
    ),
    "upload_state_valid": lambda: with_values(make_upload(), state="lost"),
    "update_has_text": lambda: with_values(an_update(), text=""),
    "update_end_has_reason": lambda: with_values(
        an_update(status=ImplementationStatus.CLOSED), reason=""
    ),
    "update_end_has_source": lambda: with_values(
        an_update(status=ImplementationStatus.FULFILLED), source=""
    ),
    "update_status_valid": lambda: with_values(an_update(), status="finished"),
    "update_completion_valid": lambda: with_values(an_update(), completion=30),
}


def test_every_constraint_is_tested() -> None:
    assert sorted(BREAKING) == constraints_of("outcomes")


@pytest.mark.parametrize("name", BREAKING)
def test_constraint_holds_and_has_a_validation_message(name: str) -> None:
    assert_rejected(BREAKING[name](), name)


def file_beside_an_address() -> Model:
    row = make_evidence(an_update())
    row.file.save("report.txt", ContentFile(b"report"), save=False)
    return row


def place_of_a_report() -> Model:
    update = an_update()
    update.request_change(note="Say more.", at=NOON)
    return ProgressUpdate.objects.get(in_place_of=update)


def reported_commitment() -> Model:
    return Commitment.objects.get(pk=an_update().commitment_id)


LETTER: dict[str, Any] = {
    "source_kind": "letter",
    "source_dated_on": MARCH_3,
    "consent": "Letter",
}
# The other ways in which a rule of several parts is broken.
ALSO_BREAKING: dict[str, list[tuple[Callable[[], Model], dict[str, Any]]]] = {
    "outcome_lead_ins_have_no_parent": [(a_point, {"parent": None})],
    "statement_published_has_date": [
        (partial(make_statement, published=False), {"published_at": NOON})
    ],
    "evidence_is_one_address_or_one_file": [(file_beside_an_address, {})],
    "progressupdate_approved_has_decider_and_date": [
        (an_update, {"approved_at": None}),
        (an_update, {"approved_by": None, "approved_at": None}),
        (an_update, {"state": "submitted"}),
        (partial(an_update, approved=False), {"approved_at": NOON}),
        (partial(an_update, approved=False), {"approved_by_id": 1}),
    ],
    "progressupdate_submitted_without_personal_details": [(an_update, {"submitted_at": None})],
    "update_in_place_of_has_no_text": [
        *(
            (place_of_a_report, {name: "Words."})
            for name in ("text", "obstacles", "next_steps", "reason", "source")
        ),
        (
            place_of_a_report,
            {"reported_by": "recorded", "party_hash": "", "submitter_unknown": True},
        ),
        (place_of_a_report, {"state": "draft", "approved_by": None, "approved_at": None}),
    ],
    "update_status_valid": [
        (partial(an_update, approved=False), {"status": "finished"}),
        (an_update, {"status": ""}),
    ],
    "commitment_letter_has_date_and_consent": [
        (reported_commitment, {**LETTER, "source_dated_on": None}),
        (reported_commitment, {**LETTER, "source_kind": "dream"}),
    ],
    "commitment_basis_and_state_valid": [(reported_commitment, {"basis": "hearsay"})],
    "commitment_proposed_has_its_day": [(reported_commitment, {"proposed_at": NOON})],
    "commitment_reference_uppercase": [(reported_commitment, {"reference": ""})],
    "commitment_latest_update_as_copied": [(reported_commitment, {"latest_reported_on": None})],
}


@pytest.mark.parametrize("name", ALSO_BREAKING)
def test_each_part_of_a_constraint_holds(name: str) -> None:
    for make, fields in ALSO_BREAKING[name]:
        assert_database_rejects(with_values(make(), **fields), name)


def test_commitment_is_stored_with_each_kind_of_source() -> None:
    proposed: dict[str, Any] = {"state": "proposed", "proposed_at": NOON}
    for fields in ({}, LETTER, proposed):
        make_commitment(**fields)
    assert Commitment.objects.count() == 3


def test_incomplete_update_is_refused_in_words() -> None:
    commitment = make_commitment()
    with pytest.raises(ValidationError, match="Describe what was done"):
        with_values(make_update(commitment), text=" ").full_clean()
    with pytest.raises(ValidationError, match="Describe what was done"):
        make_update(commitment, text="")
    make_update(commitment, text="", is_unchanged=True)
    for row, missing in (
        (ProgressUpdate(commitment=commitment), {"party", "reported_on"}),
        (ProgressUpdate(reported_on=MARCH_3), {"commitment"}),
    ):
        with pytest.raises(ValidationError) as refusal:
            row.full_clean()
        assert missing <= set(refusal.value.message_dict)


# What spans tables


def test_place_of_a_point_is_checked() -> None:
    statement, elsewhere = make_statement(published=False), make_statement()
    lead_in, point = statement.outcomes.lead_ins()[0], statement.outcomes.points()[0]
    numbered = elsewhere.outcomes.points()[0]
    other, later = (make_outcome(of, kind=Outcome.Kind.LEAD_IN) for of in (statement, elsewhere))
    with_values(point, parent=other).full_clean()  # it has no number yet
    for row, parent, sentence in (
        (
            point,
            elsewhere.outcomes.lead_ins()[0],
            "This lead-in is in another statement. Choose a lead-in of the same statement.",
        ),
        (point, statement.outcomes.points()[1], "Choose a lead-in, not a point."),
        (
            with_values(lead_in, kind=Outcome.Kind.PRINCIPLE),
            other,
            "This sentence has points of its own, so it cannot be under a lead-in.",
        ),
        (numbered, later, "1.a already has its number, so it must stay under its lead-in."),
    ):
        with pytest.raises(ValidationError) as refusal:
            with_values(row, parent=parent).full_clean()
        assert refusal.value.message_dict == {"parent": [sentence]}


def test_published_number_is_frozen() -> None:
    for number in ("1.b", "7", ""):
        with pytest.raises(ValidationError) as refusal:
            with_values(a_point(), number=number).full_clean()
        assert "The number 1.a cannot change, because others cite it." in refusal.value.messages


def test_number_has_a_format_and_a_url() -> None:
    statement = make_statement(published=False)
    row, slug = statement.outcomes.points()[0], statement.event.slug
    for number in ("1.", "a", "1.A", "1.a\n", "1a", "1.1", " 1", "12345", "1.abcde"):
        with pytest.raises(ValidationError, match="Enter a number such as"):
            with_values(row, number=number).full_clean()
    for number in ("9999", "1.abcd", "9999.zzzz"):
        row.number = number
        row.full_clean()
        assert row.get_absolute_url() == f"/outcomes/{slug}/{number}/"
        assert resolve(f"/outcomes/{slug}/{number.upper()}/").url_name == "outcome-detail"


def test_longest_reference_has_url() -> None:
    event = make_event(code="ABCDEFGHIJ12")
    for digits in ("1", "12345678"):
        row = make_commitment(event, reference=f"{event.code}-C{digits}")
        for reference in (row.reference, row.reference.lower()):
            found = resolve(f"/commitments/{reference}/")
            assert found.kwargs["reference"] == reference
        assert resolve(row.get_absolute_url()).url_name == "commitment-detail"


@pytest.mark.parametrize(
    ("references", "message"),
    [
        (["EV-C123456789", "EV-C1\n", "EV-c1", "EV-C١", "EV-C"], "Enter a reference like BP2018"),
        (["OTHER-C1", "EVX-C1"], "Begin with the roundtable's code: EV-C…"),
        ([""], "This field cannot be blank."),
    ],
)
def test_reference_has_the_code_of_its_roundtable_and_a_number(
    references: list[str], message: str
) -> None:
    commitment = make_commitment(make_event(code="EV"))
    commitment.full_clean()
    for reference in references:
        with pytest.raises(ValidationError, match=message) as refusal:
            with_values(commitment, reference=reference).full_clean()
        assert list(refusal.value.message_dict) == ["reference"]


@pytest.mark.parametrize("made_up", [True, False])
def test_made_up_and_real_are_not_mixed(made_up: bool) -> None:
    event = make_event(is_demonstration=not made_up)
    commitment, point = make_commitment(event), make_statement(event).outcomes.points()[0]
    organisation = make_organisation(is_demonstration=made_up)
    person = make_delegate(is_demonstration=made_up)
    makers: list[Callable[[], Model]] = [
        partial(make_party, commitment, organisation=organisation),
        partial(make_party, commitment, focal_point=person),
        partial(make_addressee, point, organisation=organisation),
    ]
    for make in makers:
        with pytest.raises(ValidationError, match="Made-up entries belong to demonstrations only"):
            make()


def test_update_by_party_of_other_commitment_is_rejected() -> None:
    with pytest.raises(ValidationError) as refusal:
        an_update(party=a_party())
    assert refusal.value.message_dict == {"party": ["Choose a party to this commitment."]}


@pytest.mark.parametrize(
    ("field", "day", "words"),
    [
        ("reported_on", date(2024, 5, 13), "The roundtable began on 2024-05-14. Choose that day"),
        ("reported_on", date(2025, 3, 4), "This day is after the day the update was written."),
        ("reported_on", date(2999, 1, 1), "This day is after the day the update was written."),
        ("received_on", date(2025, 3, 4), "This day is in the future."),
        ("reported_on", date(2024, 5, 14), ""),
        ("reported_on", date(2025, 3, 3), ""),
        ("received_on", date(2025, 3, 3), ""),
    ],
)
def test_report_is_of_a_day_that_its_author_can_know(field: str, day: date, words: str) -> None:
    commitment = make_commitment(make_event(starts_on=date(2024, 5, 14)))
    row = make_update(commitment, recorded_at=datetime(2025, 3, 2, 23, tzinfo=UTC))
    with_values(row, **{field: day})
    if not words:
        row.full_clean()
        return
    with pytest.raises(ValidationError) as refusal:
        row.full_clean()
    assert list(refusal.value.message_dict) == [field]
    assert words in refusal.value.messages[0]


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


def test_publish_again_keeps_numbers_though_the_order_changed() -> None:
    statement = make_statement(points=2)
    first = statement.outcomes.points()[0]
    Outcome.objects.filter(pk=first.pk).update(position=7)
    statement.publish(NOON)
    assert [row.number for row in statement.outcomes.points()] == ["1.b", "1.a"]


def test_later_sentences_get_free_numbers() -> None:
    statement = make_statement(points=2)
    lead_in = statement.outcomes.lead_ins()[0]
    for position, number in ((0, "1.c"), (9, "1.d")):
        added = make_outcome(statement, parent=lead_in, position=position)
        statement.publish(NOON)
        added.refresh_from_db()
        assert added.number == number
    Outcome.objects.update(position=5)
    first = make_outcome(statement, kind=Outcome.Kind.LEAD_IN, position=0)
    make_outcome(statement, parent=first)
    statement.publish(NOON)
    assert numbers_of(statement) == ["2", "2.a", "1", "1.a", "1.b", "1.c", "1.d"]


def test_statement_without_a_point_cannot_be_published() -> None:
    statement = make_statement(published=False, points=0)
    with pytest.raises(ValidationError, match="The statement has no point yet"):
        statement.publish(NOON)
    statement.refresh_from_db()
    assert statement.state == Statement.State.DRAFT


@given(st.integers(min_value=0, max_value=10**9))
@example(0)
@example(25)
@example(26)
@example(701)
@example(702)
def test_letters_enumerate_each_number_once(number: int) -> None:
    back = 0
    for letter in letter_number(number):
        back = back * 26 + string.ascii_lowercase.index(letter) + 1
    assert back - 1 == number


# What is latest, and who sees what


def test_approve_makes_the_update_the_latest() -> None:
    commitment, chair = make_commitment(), make_user()
    assert commitment.status is None
    update = make_update(commitment, approved=False, status=ImplementationStatus.FULFILLED)
    commitment.refresh_from_db()
    assert (commitment.latest_update, commitment.status) == (None, None)
    update.approve(by=chair, at=NOON)
    commitment.refresh_from_db()
    assert commitment.latest_update == update
    assert commitment.status == ImplementationStatus.FULFILLED
    assert (update.state, update.approved_by, update.approved_at) == ("approved", chair, NOON)


def test_draft_and_text_of_an_unknown_submitter_need_no_source() -> None:
    row = an_update(reported_by="recorded", approved=False)
    with_values(row, source="").save()
    for fields in ({"received_on": date(2025, 3, 1)}, {"submitter_unknown": True}):
        an_update(reported_by="recorded", source="", **fields)
    assert ProgressUpdate.objects.approved().count() == 2


def test_text_is_the_party_s_from_its_claim_to_an_edit_by_others() -> None:
    row = an_update()
    row.submitter_unknown, row.refused_hash = True, "0" * 64
    row.claim_for_party(confirmed_at=NOON)
    assert (row.reported_by, row.submitter_unknown, row.refused_hash) == ("party", False, "")
    assert (row.party_hash, row.confirmed_at) == (row.content_hash, NOON)
    assert not row.awaits_party
    row.submitter_unknown = True
    row.record_for_party()
    assert (row.reported_by, row.submitter_unknown) == ("recorded", False)
    assert (row.confirmed_at, row.awaits_party) == (None, True)
    row.party_hash = ""
    assert not row.awaits_party


def test_dispute_of_an_earlier_text_is_settled_once_another_is_approved() -> None:
    update = an_update(reported_by="recorded")
    dispute, later = make_dispute(update), NOON + timedelta(days=1)
    update.request_change(note="Say more.", at=NOON)
    update.text = "Three courses were held."
    update.approve(by=make_user(), at=later)
    dispute.refresh_from_db()
    assert dispute.settled_at == later


def test_place_of_a_report_keeps_all_but_its_words() -> None:
    update = an_update(submitted_at=NOON, completion=75, obstacles="None", next_steps="More")
    update.confirmed_at = NOON
    update.save()
    decision = update.approved_by, update.approved_at
    update.request_change(note="Say more.", at=NOON + timedelta(days=1))
    place = ProgressUpdate.objects.get(in_place_of=update)
    for name in (
        *("commitment", "party", "reported_on", "recorded_at", "submitted_at", "status"),
        *("completion", "reported_by", "party_hash", "confirmed_at", "has_no_personal_details"),
    ):
        assert getattr(place, name) == getattr(update, name) not in ("", None)
    assert (place.state, place.approved_by, place.approved_at) == ("approved", *decision)
    assert (place.is_placeholder, update.is_placeholder) == (True, False)
    recorded = an_update(reported_by="recorded")
    recorded.request_change(note="Say more.", at=NOON)
    waiting = an_update(approved=False)
    waiting.request_change(note="Say more.", at=NOON)
    assert ProgressUpdate.objects.filter(in_place_of__isnull=False).count() == 1


def test_origin_of_a_report_is_said() -> None:
    party = CommitmentParty(organisation=Organisation(name="Ministry"))
    cases: list[tuple[dict[str, Any], str]] = [
        (
            {"reported_by": "party", "received_on": MARCH_3},
            "Sent by Ministry on 3 March 2018, entered by the secretariat.",
        ),
        (
            {"reported_by": "party", "confirmed_at": NOON},
            "Entered by the secretariat, confirmed by Ministry.",
        ),
        (
            {"reported_by": "member"},
            "A member's own words about itself, checked for personal details.",
        ),
        ({"reported_by": "party"}, "The party's own words, checked for personal details."),
        (
            {"reported_by": "party", "in_place_of_id": 7},
            "The report of 1 March 2025 is being revised. Its status still counts; its text is "
            "hidden.",
        ),
        (
            {"reported_by": "recorded", "party_hash": "0"},
            "Submitted by Ministry, then edited by the secretariat.",
        ),
        (
            {"reported_by": "recorded", "submitter_unknown": True},
            "Recorded for Ministry. The submitter is not known.",
        ),
        (
            {"reported_by": "recorded", "received_on": MARCH_3},
            "Recorded from a message of Ministry of 3 March 2018, entered by the secretariat.",
        ),
        ({"reported_by": "recorded", "source": "Minutes"}, "Recorded from: Minutes"),
    ]
    for fields, origin in cases:
        row = ProgressUpdate(party=party, reported_on=date(2025, 3, 1), **fields)
        assert row.origin == origin
        assert row.origin_names_source == ("Minutes" in origin)
        assert row.is_of_party == (fields["reported_by"] != "recorded")
        assert row.is_of_member == (fields["reported_by"] == "member")
        has_source = bool({"received_on", "submitter_unknown", "source"} & set(fields))
        assert row.has_source == has_source


def test_report_says_what_is_missing() -> None:
    given = {
        "status": "in-progress",
        "text": "Two courses were held.",
        "reported_by": "party",
        "has_no_personal_details": True,
    }
    cases: list[tuple[dict[str, Any], str]] = [
        ({}, ""),
        ({"status": ""}, "status"),
        ({"text": " "}, "text"),
        ({"text": " ", "is_unchanged": True}, ""),
        ({"status": "closed", "source": "Minutes"}, "reason"),
        ({"status": "superseded", "source": "Minutes", "reason": " "}, "reason"),
        ({"status": "closed", "reason": "No budget"}, "source"),
        ({"status": "fulfilled", "source": " "}, "source"),
        ({"status": "fulfilled", "source": "Minutes"}, ""),
        ({"reported_by": "recorded"}, "source"),
        ({"reported_by": "recorded", "source": "Minutes"}, ""),
        ({"reported_by": "recorded", "party_hash": "0"}, ""),
        ({"has_no_personal_details": False}, "has_no_personal_details"),
    ]
    for fields, missing in cases:
        found = ProgressUpdate(**given | fields).missing_fields()
        assert list(found) == ([missing] if missing else []), fields


def test_draft_of_a_report_is_saved_while_it_is_incomplete() -> None:
    row = an_update(approved=False)
    row.text, row.source, row.reason, row.party_hash = "", "", "", ""
    for status in ("", "in-progress", "fulfilled", "closed"):
        row.status = status
        row.save()
        row.refresh_from_db()
        assert (row.state, row.status, row.text) == ("draft", status, "")


def test_report_is_another_one_once_anything_of_it_is() -> None:
    update = an_update()
    evidence = make_evidence(update)
    seen = [update.content_hash]
    assert ProgressUpdate.objects.get(pk=update.pk).content_hash == seen[0]
    changes: list[tuple[Model, dict[str, Any]]] = [
        *(
            (update, {name: "Three courses were held."})
            for name in ("text", "obstacles", "next_steps", "reason", "source")
        ),
        (update, {"status": "planning"}),
        (update, {"reported_on": date(2025, 2, 28)}),
        (update, {"completion": 75}),
        (update, {"is_unchanged": True}),
        (update, {"party": a_party()}),
        (evidence, {"title": "Report of the police"}),
        (evidence, {"url": "https://example.org/other"}),
        (evidence, {"dated_on": date(2024, 2, 1)}),
        (evidence, {"key": "another-key"}),
    ]
    for row, fields in changes:
        with_values(row, **fields)
        evidence.save()
        seen.append(update.content_hash)
        assert len(set(seen)) == len(seen), fields


@pytest.mark.parametrize("make", [make_response, make_offer, make_assessment])
def test_text_stays_draft_until_author_confirms_no_personal_details(
    make: Callable[..., EditorialText],
) -> None:
    row, chair = make(approved=False, has_no_personal_details=False), make_user()
    steps = (
        partial(row.submit, at=NOON),
        partial(row.approve, by=chair, at=NOON),
        partial(row.request_change, note="Say more.", at=NOON),
    )
    for step in steps:
        with pytest.raises(
            ValidationError, match="Check that the text names no person and no shelter"
        ):
            step()
    assert row.state == "draft"


def test_text_is_at_most_twenty_thousand_characters_long() -> None:
    row = make_response(approved=False)
    with_values(row, text="a" * 20_000).full_clean()
    with pytest.raises(ValidationError, match="At most 20000 are possible"):
        with_values(row, text="a" * 20_001).full_clean()


def test_change_is_requested_in_words_and_each_save_is_a_revision() -> None:
    row, later = make_response(approved=False), NOON + timedelta(days=1)
    row.submit(at=NOON)
    seen = [row.revision]
    for note in ("", " "):
        with pytest.raises(ValidationError, match="Enter what the author must change"):
            row.request_change(note=note, at=NOON)
    steps: list[Callable[[], None]] = [
        partial(row.request_change, note="Say more.", at=later),
        row.save_draft,
        partial(row.submit, at=NOON),
        partial(row.request_change, note="Say more.", at=later),
        partial(row.approve, by=make_user(), at=later),
    ]
    for step in steps:
        step()
        seen.append(row.revision)
        assert row.submitted_at == NOON  # decisions keep it
    assert seen == sorted(set(seen))
    row.refresh_from_db()
    assert row.revision == seen[-1]


def test_latest_reports_on_the_latest_day_and_was_recorded_last() -> None:
    commitment = make_commitment()
    newest = make_update(commitment, reported_on=date(2025, 6, 1), recorded_at=NOON)
    make_update(commitment, reported_on=date(2024, 6, 1))
    make_update(commitment, reported_on=date(2025, 6, 1), recorded_at=NOON - timedelta(days=1))
    assert commitment.latest_update == newest


def test_updates_are_told_apart_by_whose_words_they_are() -> None:
    commitment = make_commitment()
    own, recorded = (make_update(commitment, reported_by=voice) for voice in ("party", "recorded"))
    make_party(commitment, group=make_group(member_rule="participants"))
    office = make_role(commitment.event).organisation
    member = make_party(commitment, organisation=office, role="member")
    of_member = make_update(commitment, party=member)
    updates = ProgressUpdate.objects.all()
    assert set(updates.of_party()) == {own, of_member}
    assert list(updates.setting_status()) == [own]
    assert list(updates.of_members()) == [of_member]
    assert list(updates.recorded()) == [recorded]


@pytest.mark.parametrize("status", ["planning", "fulfilled", "closed"])
def test_change_request_keeps_the_place_of_the_latest_update(status: str) -> None:
    commitment = make_commitment()
    make_update(commitment, reported_on=date(2024, 6, 1))
    latest = make_update(commitment, reported_on=date(2025, 6, 1), status=status)
    latest.request_change(note="Say more.", at=NOON)
    commitment.refresh_from_db()
    assert commitment.latest_update == latest.placeholder
    assert (commitment.latest_status, commitment.latest_reported_on) == (status, date(2025, 6, 1))
    latest.approve(by=make_user(), at=NOON)
    commitment.refresh_from_db()
    assert commitment.latest_update == latest


def test_change_request_restores_previous_recorded_update() -> None:
    commitment = make_commitment()
    before, latest = (
        make_update(commitment, reported_on=date(year, 6, 1), reported_by="recorded")
        for year in (2024, 2025)
    )
    for row, left in ((latest, before), (before, None)):
        row.request_change(note="Say more.", at=NOON)
        commitment.refresh_from_db()
        assert commitment.latest_recorded_update == left


def test_deleting_the_latest_update_restores_the_one_before() -> None:
    commitment = make_commitment()
    before, latest = (
        make_update(commitment, reported_on=date(year, 6, 1)) for year in (2024, 2025)
    )
    latest.delete_with_evidence()
    commitment.refresh_from_db()
    assert commitment.latest_update == before
    before.delete()
    commitment.refresh_from_db()
    assert commitment.latest_update is None
    assert (commitment.latest_status, commitment.latest_reported_on) == ("", None)


@pytest.mark.parametrize("status", ImplementationStatus)
def test_overdue_and_due_soon(status: ImplementationStatus) -> None:
    today = date(2025, 3, 1)
    ended = status in ("fulfilled", "closed", "superseded")
    event = make_event()
    never = make_commitment(event, due_on=date(2025, 2, 28))
    assert never.is_overdue(today) and never in Commitment.objects.overdue(today)
    for due, late, soon in (
        (date(2025, 2, 28), True, False),
        (today, False, True),
        (date(2025, 3, 31), False, True),
        (date(2025, 4, 1), False, False),
        (None, False, False),
    ):
        row = make_commitment(event, due_on=due)
        make_update(row, status=status)
        assert row.is_overdue(today) == (late and not ended), due
        assert row.is_due_soon(today) == (soon and not ended)
        overdue = Commitment.objects.overdue(today).filter(pk=row.pk)
        assert overdue.exists() == row.is_overdue(today)
        assert (row in Commitment.objects.not_ended()) == (not ended)


def test_commitment_has_partners_and_takes_more_while_it_is_open_and_not_ended() -> None:
    row = make_commitment()
    make_party(row)
    assert not row.has_partners
    make_party(row, role="partner")
    assert row.has_partners
    for is_open, status, state, can_be_joined in (
        (True, "", "public", True),
        (True, "in-progress", "public", True),
        (True, "closed", "public", False),
        (False, "in-progress", "public", False),
        (True, "", "draft", False),
    ):
        row = Commitment(is_open=is_open, latest_status=status, state=state)
        assert row.can_be_joined == can_be_joined


@pytest.mark.parametrize(
    ("reported_on", "on", "freshness"),
    [
        (date(2025, 3, 3), date(2026, 3, 2), Freshness.UNDER_A_YEAR),
        (date(2025, 3, 2), date(2026, 3, 2), Freshness.ONE_TO_TWO),
        (date(2024, 3, 3), date(2026, 3, 2), Freshness.ONE_TO_TWO),
        (date(2024, 3, 2), date(2026, 3, 2), Freshness.OVER_TWO),
        (date(2024, 2, 29), date(2025, 2, 28), Freshness.UNDER_A_YEAR),
        (date(2024, 2, 29), date(2025, 3, 1), Freshness.ONE_TO_TWO),
        (date(2023, 3, 1), date(2024, 2, 29), Freshness.UNDER_A_YEAR),
        (date(2023, 2, 28), date(2024, 2, 29), Freshness.ONE_TO_TWO),
        (None, date(2026, 3, 2), Freshness.NEVER),
    ],
)
def test_freshness_is_the_same_for_an_object_and_in_a_query(
    reported_on: date | None, on: date, freshness: Freshness
) -> None:
    commitment = make_commitment(make_event(starts_on=date(2018, 5, 14)))
    if reported_on:
        make_update(commitment, reported_on=reported_on, recorded_at=NOON)
    assert freshness_of(commitment.reported_on, on) == freshness
    found = [
        each for each in Freshness if Commitment.objects.filter(freshness_q(each, on)).exists()
    ]
    assert found == [freshness]


def test_commitments_that_answer_no_point_answer_the_statement_of_their_roundtable() -> None:
    point = a_point()
    event = point.statement.event
    whole, to_a_point = make_commitment(event), make_commitment(event)
    to_a_point.outcomes.add(point)
    make_commitment()  # of another roundtable
    assert list(Commitment.objects.answering_whole_statement(event)) == [whole]


def test_source_of_a_commitment_is_named_with_its_day() -> None:
    commitment = make_commitment(make_event(ends_on=date(2024, 5, 16)))
    none = {"source_title": "", "source_url": "", "place_in_source": "", "source_dated_on": None}
    title, url = {"source_title": "Minutes"}, {"source_url": "https://example.org/a"}
    place, day = {"place_in_source": "p. 3"}, {"source_dated_on": MARCH_3}
    letter = "a letter or email of the party of 3 March 2018, published with its written consent"
    cases: list[tuple[dict[str, Any], str, str, date | None]] = [
        ({}, "a source that is not known", "", None),
        (place, "the source of the statement", "p. 3", date(2024, 5, 16)),
        (title, "Minutes", "", None),
        (url, "https://example.org/a", "", None),
        (title | place, "Minutes", "p. 3", None),
        (url | place, "https://example.org/a", "p. 3", None),
        (title | url, "Minutes", "", None),
        (title | place | day, "Minutes", "3 March 2018, p. 3", MARCH_3),
        (title | day | {"source_kind": "letter"}, letter, "Minutes", MARCH_3),
    ]
    for fields, name, details, undertaken_on in cases:
        with_values(commitment, **none | fields)
        assert (commitment.source_name, commitment.source_details) == (name, details)
        assert commitment.undertaken_on == undertaken_on
    commitment.basis = "undertaken"
    assert commitment.undertaken_on is None


def test_latest_of_a_commitment_is_what_is_stored_or_what_was_so_on_the_day() -> None:
    row = Commitment(latest_status="planning", latest_reported_on=MARCH_3)
    row.members_reporting, row.latest_recorded_update_id = 2, 7
    found = row.status, row.reported_on, row.members_reported, row.is_recorded
    assert found == (ImplementationStatus.PLANNING, MARCH_3, 2, True)
    vars(row).update(
        status_as_of="", reported_on_as_of=None, members_reporting_as_of=0, is_recorded_as_of=False
    )
    found = row.status, row.reported_on, row.members_reported, row.is_recorded
    assert found == (None, None, 0, False)
    assert not Commitment().is_recorded


def test_commitment_from_another_source_answers_no_statement() -> None:
    for fields, answers in (
        ({}, True),
        ({"place_in_source": "List 1"}, True),
        ({"source_title": "Minutes"}, False),
        ({"source_url": "https://example.org/a"}, False),
        ({"source_kind": "letter"}, False),
        ({"source_kind": "letter", "basis": "undertaken"}, True),
        ({"source_title": "Minutes", "basis": "undertaken"}, True),
    ):
        commitment = Commitment(**{"basis": "recorded"} | fields)
        assert commitment.answers_statement == answers, fields


def test_day_of_undertaking_is_said_where_it_is_before_the_day_of_recording() -> None:
    row = make_commitment(recorded_at=datetime(2025, 3, 2, tzinfo=UTC))
    assert row.recorded_on == date(2025, 3, 2)
    for day, is_before in (
        (MARCH_3, True),
        (date(2025, 3, 1), True),
        (date(2025, 3, 2), False),
        (None, False),
    ):
        row.source_dated_on = day
        assert row.undertaken_before == (day if is_before else None)


def test_commitment_was_public_if_it_once_was() -> None:
    row = make_commitment()
    assert (row.is_public, row.is_proposed, row.was_public) == (True, False, True)
    with_values(row, state="draft").save()
    assert (row.is_public, row.was_public) == (False, True)
    draft = make_commitment(state="proposed", proposed_at=NOON)
    assert (draft.is_public, draft.is_proposed, draft.was_public) == (False, True, False)


def test_name_of_a_commitment_is_its_reference_and_first_words() -> None:
    row = Commitment(reference="XY-C1", text="one " * 11)
    assert str(row) == f"XY-C1{' one' * 10}…"


def test_commitments_are_sorted_by_due_date() -> None:
    event = make_event()
    later, sooner = (make_commitment(event, due_on=date(2025, 4, day)) for day in (9, 2))
    make_commitment(event, due_on=date(2025, 4, 1))
    make_commitment(event)
    assert list(Commitment.objects.due_from(date(2025, 4, 2))) == [sooner, later]


def test_focal_point_counts_once_that_person_accepted() -> None:
    party = a_party()
    first, second = make_delegate(), make_delegate(listed_to=Audience.EVERYONE)

    def stored() -> tuple[int | None, datetime | None]:
        row = CommitmentParty.objects.get(pk=party.pk)
        return row.focal_point_id, row.focal_point_accepted_at

    party.request_focal_point(first)
    assert stored() == (first.pk, None)
    party.accept(NOON)
    assert stored() == (first.pk, NOON)
    party.request_focal_point(second)
    assert stored() == (second.pk, None)
    party.decline()
    assert stored() == (None, None)


def test_focal_points_who_are_erased_leave_their_parties_open() -> None:
    people = [make_delegate(), make_delegate(), make_delegate()]
    for person in people:
        party = a_party()
        party.request_focal_point(person)
        party.accept(NOON)
    people[0].delete()
    Delegate.objects.all().delete()
    for party in CommitmentParty.objects.all():
        assert (party.focal_point, party.focal_point_accepted_at) == (None, None)
    assert CommitmentParty.objects.count() == 3


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
    assert list(ProgressUpdate.objects.unapproved()) == [unapproved]
    assert list(Commitment.objects.published()) == [commitment]
    assert list(ProgressUpdate.objects.published()) == [update]

    for of in (of_hidden, unapproved):
        make_evidence(of)
    make_evidence(update, is_public=False)
    evidence = make_evidence(update)
    assert list(Evidence.objects.published()) == [evidence]


def test_address_that_runs_a_script_is_refused() -> None:
    statement = make_statement()
    rows: list[tuple[Model, str]] = [
        (statement, "source_url"),
        (statement.event, "source_url"),
        (statement.event.series, "site"),
        (make_document(statement.event), "url"),
        (make_organisation(), "site"),
        (make_evidence(an_update()), "url"),
        (make_commitment(), "source_url"),
    ]
    for row, field in rows:
        with pytest.raises(ValidationError) as refusal:
            with_values(row, **{field: "javascript:alert(document.cookie)"}).full_clean()
        assert field in refusal.value.message_dict
