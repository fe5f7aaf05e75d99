"""Hashes of what was compared stay the same in each version of the portal, and miss no column."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from outcomes.datasets import tables
from outcomes.datasets.columns import Column
from outcomes.models import Commitment, CommitmentParty, Corrigendum, Statement
from outcomes.sources import hashes
from outcomes.sources.hashes import RecordedText, source_hash, undertaking_hash
from tests.changed_columns import other_value
from tests.constraints import with_values
from tests.factories import (
    NOON,
    make_commitment,
    make_event,
    make_group,
    make_organisation,
    make_outcome,
    make_party,
    make_role,
    make_statement,
)
from tests.follow_up_factories import make_milestone

pytestmark = pytest.mark.django_db
MARCH_3 = date(2018, 3, 3)
SOURCE: dict[str, Any] = {
    "source_title": "Communiqué  of\r\nministers",
    "source_url": "https://example.org/a?b=1",
    "source_dated_on": MARCH_3,
    "place_in_source": "p. 3",
}


def full_statement() -> Statement:
    statement = make_statement(
        make_event(code="XY"),
        points=1,
        title="Outcome statement",
        introduction="We met.\n\nWe agreed.",
        language="fr",
        source_title="Communiqué",
        source_url="https://example.org/a",
        source_retrieved_on=date(2018, 3, 4),
    )
    statement.outcomes.filter(number="1.a").update(text="share what works;")
    return statement


def full_commitment(**fields: Any) -> Commitment:
    statement = full_statement()
    lead_in = statement.outcomes.lead_ins()[0]
    point = make_outcome(statement, parent=lead_in, number="1.z", text="train officers;")
    row = make_commitment(
        statement.event,
        reference="XY-C1",
        text=" Train  officers\nof all ranks. ",
        due_on=date(2026, 12, 31),
        is_open=True,
        **(SOURCE | fields),
    )
    row.outcomes.add(point, lead_in)
    make_party(row, organisation=make_organisation(name="Office"))
    make_party(row, organisation=make_organisation(name="Ministère"), role="partner")
    make_party(row, group=make_group(name="Members", member_rule="participants"))
    make_milestone(commitment=row, title="Law", due_on=date(2026, 6, 1))
    make_milestone(
        commitment=row,
        title="Draft law",
        due_on=date(2026, 1, 1),
        reached_on=date(2026, 1, 2),
    )
    return row


def full_letter() -> Commitment:
    return full_commitment(source_kind="letter", consent="Letter of 4 March")


def plain_commitment() -> Commitment:
    return make_commitment(
        make_event(code="XY"), reference="XY-C1", text="Meet.", source_title="", source_url=""
    )


def full_corrigendum() -> Corrigendum:
    statement = full_statement()
    row = Corrigendum.objects.create(
        statement=statement, reason="A slip.", source="Page 2", hides_previous_text=True
    )
    row.rewordings.create(
        outcome=statement.outcomes.lead_ins()[0], before="We will:", after="We shall:"
    )
    return row


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (plain_commitment, "4776a704c7e1b6d32a79435ac78f1265f4024f7cf12419565b0d3f20d8fd5239"),
        (full_commitment, "a7fccef15fd7d40d9507d2f8244f837bab8f96d7c10411c4b2899662dc0f4eff"),
        (full_letter, "6ac50bf1e3c38eb216e4f33673ea59b395afb8b679f77ee101e95f021502a279"),
        (full_statement, "6df10ad03c2fc0d057f1d675f41092befb4baa012be17b7c07f1aedbf38e4000"),
        (full_corrigendum, "f52c2b4efe31c2d69a22c489eaf6fb31b43f1b3d599a26cb3a4704e4f7879f58"),
    ],
)
def test_hash_is_that_of_earlier_releases(make: Callable[[], RecordedText], expected: str) -> None:
    assert source_hash(make()) == expected


# Every table that a hash is made of, with a text, the rows of the text, and a column that no one
# compares, or that is no column yet.
TABLES = [
    (full_letter, "COMMITMENTS", "", "is_open", True),
    (full_letter, "MILESTONES", "milestones", "reached_on", MARCH_3),
    (full_letter, "PARTIES", "parties", "reminders_stopped_at", NOON),
    (full_statement, "STATEMENTS", "", "source_retrieved_on", MARCH_3),
    (full_statement, "POINTS", "outcomes", "place_in_source", "First list"),
    (full_corrigendum, "CORRIGENDA", "", "state", "circulated"),
]


@pytest.mark.parametrize(("make", "table", "part"), [row[:3] for row in TABLES])
def test_each_column_that_is_compared_is_in_the_hash(
    make: Callable[[], RecordedText], table: str, part: str
) -> None:
    text = make()
    row = getattr(text, part).last() if part else text
    for name in getattr(tables, table).compared:
        before, stored = source_hash(text), getattr(row, name)
        with_values(row, **{name: other_value(row, name)}).save()
        text = type(text)._default_manager.get(pk=text.pk)
        assert source_hash(text) != before, name
        with_values(row, **{name: stored}).save()


@pytest.mark.parametrize(("make", "table", "part", "name", "value"), TABLES)
def test_new_column_enters_the_hash_where_it_is_filled(
    make: Callable[[], RecordedText],
    table: str,
    part: str,
    name: str,
    value: object,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    text = make()
    rows: Any = getattr(text, part) if part else type(text)._default_manager
    rows.update(**{name: rows.model._meta.get_field(name).get_default()})

    def found() -> str:
        return source_hash(type(text)._default_manager.get(pk=text.pk))

    before, dataset = found(), getattr(tables, table)
    excepted = dataset.not_compared.replace(name, "")
    added = replace(dataset, columns=(*dataset.columns, Column(name)), not_compared=excepted)
    monkeypatch.setattr(hashes, table, added)
    assert found() == before
    rows.filter(pk=rows.last().pk).update(**{name: value})
    assert found() != before


def test_commitment_is_compared_again_once_its_parties_points_or_milestones_changed() -> None:
    point = full_statement().outcomes.points()[0]
    commitment = make_commitment(point.statement.event)
    party = make_party(commitment, organisation=make_organisation(name="Ministry"))
    milestone = make_milestone(commitment=commitment, title="Draft law")
    seen = [source_hash(commitment)]

    def assert_changed() -> None:
        seen.append(source_hash(Commitment.objects.get(pk=commitment.pk)))
        assert len(set(seen)) == len(seen)

    with_values(milestone, title="Law").save()
    assert_changed()
    with_values(milestone, due_on=date(2030, 1, 1)).save()
    assert_changed()
    milestone.delete()
    assert_changed()
    commitment.outcomes.add(point)
    assert_changed()
    party.role = CommitmentParty.Role.PARTNER
    party.save()
    assert_changed()
    named = Commitment.objects.get(pk=commitment.pk)
    assert source_hash(named, names={party.organisation_id: "Office"}) not in seen
    assert source_hash(named, names={0: "Office"}) == seen[-1]
    assert source_hash(named, f" {commitment.text} \n") == seen[-1]
    assert source_hash(named, "Other words") not in seen
    assert party.organisation is not None
    with_values(party.organisation, name="Office").save()
    assert_changed()
    make_party(commitment, group=make_group(member_rule="participants"))
    assert_changed()
    member = make_role(commitment.event).organisation
    make_party(commitment, organisation=member, role="member")
    assert source_hash(Commitment.objects.get(pk=commitment.pk)) == seen[-1]
    before = undertaking_hash(commitment)
    commitment.parties.filter(role="member").delete()
    assert undertaking_hash(commitment) == before


def test_undertaking_of_another_organisation_of_the_same_name_is_another_one() -> None:
    commitment = make_commitment()
    party = make_party(commitment, organisation=make_organisation(name="Ministry"))
    before = undertaking_hash(Commitment.objects.get())
    party.organisation = make_organisation(name="Ministry")
    party.save()
    assert undertaking_hash(Commitment.objects.get()) != before
