"""The hash of what two organisations compare with a source. For stored rows, it never changes.

So a column of a dataset has a place of its own below, or it enters by its name, where it is filled.
"""

import json
from collections.abc import Iterator, Mapping

from django.db.models import Model

from outcomes.datasets.columns import Dataset
from outcomes.datasets.tables import (
    COMMITMENTS,
    CORRIGENDA,
    MILESTONES,
    PARTIES,
    POINTS,
    STATEMENTS,
)
from outcomes.models import Commitment, Corrigendum, Statement
from outcomes.models.canonical import sha256_of
from roundtable.database.fields import field_of

RecordedText = Statement | Corrigendum | Commitment
Names = Mapping[int | None, str]  # of organisations that now have other ones, by id


def source_hash(text: RecordedText, wording: str = "", names: Names | None = None) -> str:
    """`wording` is that of another version."""
    if isinstance(text, Commitment):
        content = _commitment(text, wording, names or {})
    elif isinstance(text, Statement):
        content = _statement(text, wording)
    else:
        content = _corrigendum(text, wording)
    return sha256_of(json.dumps(content))


def undertaking_hash(commitment: Commitment) -> str:
    """Of what its parties undertake; another organisation of the same name is another party."""
    parties = commitment.parties.without_members().values_list("role", "organisation", "group")
    return sha256_of(json.dumps([source_hash(commitment), sorted(map(str, parties))]))


def _commitment(row: Commitment, wording: str, names: Names) -> list[object]:
    placed = (
        "reference text due_on source_kind source_dated_on source_title source_url place_in_source"
    )
    content = [
        row.reference,
        " ".join((wording or row.text).split()),
        str(row.due_on or ""),
        *([row.source_kind, row.consent] if row.is_letter else []),
        *([str(row.source_dated_on)] if row.source_dated_on else []),
        row.source_title,
        row.source_url,
        row.place_in_source,
        sorted(point.number for point in row.outcomes.all()),
        sorted(
            (
                party.role,
                names.get(party.organisation_id) or str(party),
                *_filled(party, _others(PARTIES, "role")),
            )
            for party in row.parties.all()
            if not party.is_member
        ),
    ]
    others = _others(MILESTONES, "title due_on")
    steps = [
        (step.title, str(step.due_on), *_filled(step, others)) for step in row.milestones.all()
    ]
    return [
        *content,
        *([sorted(steps)] if steps else []),
        *_filled(row, _others(COMMITMENTS, placed)),
    ]


def _statement(row: Statement, wording: str) -> list[object]:
    content = [wording or row.canonical_text(), row.source_title, row.source_url]
    others = _others(STATEMENTS, "language title introduction source_title source_url")
    of_sentences = _others(POINTS, "number text")
    sentences = row.outcomes.numbered() if of_sentences else []
    by_number = [(each.number, *_filled(each, of_sentences)) for each in sentences]
    return [*content, *_filled(row, others), *(each for each in by_number if len(each) > 1)]


def _corrigendum(row: Corrigendum, wording: str) -> list[object]:
    content = [wording or row.canonical_text(), row.source, row.reason, row.hides_previous_text]
    others = _others(CORRIGENDA, "source reason hides_previous_text")
    return [*content, *_filled(row, others)]


def _others(dataset: Dataset, placed: str) -> list[str]:
    """The columns that have no place of their own in the hash."""
    return sorted(set(dataset.compared) - set(placed.split()))


def _filled(row: Model, names: list[str]) -> Iterator[tuple[str, str]]:
    """With another value than rows get that were stored before the column was added."""
    for name in names:
        value = getattr(row, name)
        if value not in ("", None, field_of(type(row), name).get_default()):
            yield name, " ".join(str(value).split())
