"""How far commitments are, in one sentence: every form that it has."""

from datetime import date

import pytest

from outcomes.commitments.queries import with_parties
from outcomes.commitments.summary import commitment_summary, progress_summary
from outcomes.models import Commitment
from tests.factories import (
    make_commitment,
    make_dispute,
    make_event,
    make_group,
    make_organisation,
    make_party,
    make_role,
    make_update,
)

NONE = {
    "all": 0,
    "reported": 0,
    "overdue": 0,
    "recorded": 0,
    "by_members": 0,
    "fulfilled": 0,
    "in-progress": 0,
    "planning": 0,
    "closed": 0,
    "superseded": 0,
    "no-update": 0,
}


@pytest.mark.parametrize(
    ("counts", "since", "sentence"),
    [
        ({}, 2018, "No commitments are recorded."),
        (
            {"all": 2, "no-update": 2},
            2018,
            "2 commitments. No party has reported on them since 2018.",
        ),
        ({"all": 1, "no-update": 1}, 2018, "1 commitment. No party has reported on it since 2018."),
        (
            {"all": 1, "no-update": 1, "overdue": 1},
            None,
            "1 commitment. No party has reported on it yet. It is past its due date.",
        ),
        (
            {
                "all": 60,
                "reported": 39,
                "fulfilled": 12,
                "in-progress": 14,
                "planning": 7,
                "closed": 4,
                "superseded": 2,
                "no-update": 21,
                "overdue": 9,
            },
            2023,
            "60 commitments: 12 fulfilled, 14 in progress, 7 in planning, 4 closed without being "
            "fulfilled, 2 superseded, 21 never reported on. 9 of the 60 are past their due date.",
        ),
        (
            {"all": 9, "reported": 3, "fulfilled": 3, "no-update": 6, "recorded": 2, "overdue": 1},
            None,
            "9 commitments: 3 fulfilled, 6 never reported on. 1 of the 9 is past its due date. "
            "3 of 9 commitments reported by their party, 2 recorded from sources.",
        ),
        (
            {"all": 3, "no-update": 3, "by_members": 1},
            2024,
            "3 commitments. No party has reported on them since 2024. "
            "0 of 3 commitments reported by their party, 1 by members of a group.",
        ),
    ],
)
def test_commitments_in_one_sentence(
    counts: dict[str, int], since: int | None, sentence: str
) -> None:
    assert str(progress_summary(NONE | counts, since)) == sentence


@pytest.fixture
def commitment(db: None) -> Commitment:
    row = make_commitment(make_event(), due_on=date(2026, 1, 31))
    make_party(row, organisation=make_organisation(name="Office"))
    make_party(row, organisation=make_organisation(name="Agency"), role="partner")
    return row


BEFORE, AFTER = date(2026, 1, 31), date(2026, 2, 1)


def sentence(commitment: Commitment, on: date) -> str:
    row = with_parties(Commitment.objects.all(), on).get(pk=commitment.pk)
    return str(commitment_summary(row, row.latest_update, on))


@pytest.mark.django_db
def test_one_commitment_in_one_sentence(commitment: Commitment) -> None:
    assert sentence(commitment, BEFORE) == (
        "Never reported on. Parties: Office, Agency. Due on 31 January 2026."
    )
    assert sentence(commitment, AFTER) == (
        "Never reported on. Parties: Office, Agency. Past its due date, 31 January 2026."
    )
    make_update(commitment)
    assert sentence(commitment, BEFORE) == (
        "In progress. Last report: Office, 1 March 2025. Due on 31 January 2026."
    )
    assert sentence(commitment, AFTER) == (
        "In progress, and past its due date, 31 January 2026. Last report: Office, 1 March 2025."
    )
    make_update(
        commitment,
        status="closed",
        reported_on=date(2025, 9, 1),
        reason="The money went\nto flood relief",
    )
    assert sentence(commitment, AFTER) == (
        "Closed without being fulfilled: The money went to flood relief — Office, 1 September 2025."
    )


@pytest.mark.django_db
def test_disputed_text_is_never_without_its_dispute(commitment: Commitment) -> None:
    make_dispute(commitment.parties.get(organisation__name="Office"), disputed_on=date(2026, 1, 1))
    assert sentence(commitment, AFTER) == (
        "Never reported on. Office does not recognise this text (1 January 2026). Parties: Office, "
        "Agency. Past its due date, 31 January 2026."
    )


@pytest.mark.django_db
def test_group_does_not_report_through_its_members() -> None:
    commitment = make_commitment(make_event())
    make_party(commitment, group=make_group(name="Governments", member_rule="participants"))
    role = make_role(commitment.event)
    member = make_party(commitment, organisation=role.organisation, role="member")
    make_update(commitment, party=member, reported_by="member")
    assert sentence(commitment, AFTER) == (
        "Not reported on as a whole. Party: Governments. 1 member of a group has reported for "
        "itself. No due date is recorded."
    )


@pytest.mark.django_db
def test_organisation_at_risk_is_not_named() -> None:
    commitment = make_commitment(make_event())
    make_party(commitment, organisation=make_organisation(name="zz", is_name_published=False))
    assert "A civil society organisation, name not published" in sentence(commitment, AFTER)
    make_update(commitment)
    assert "zz" not in sentence(commitment, AFTER)
