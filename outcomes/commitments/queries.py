"""Rows that several pages read in the same way, in a constant number of queries."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Prefetch, QuerySet

from outcomes.models import (
    Commitment,
    CommitmentParty,
    Corrigendum,
    Outcome,
    Rewording,
    SignOff,
    Statement,
)
from participants.privacy import visibility
from roundtable.models import Event

MAX_CONTACTS = 24


def with_parties(commitments: QuerySet[Commitment]) -> QuerySet[Commitment]:
    """With all that a line of the ledger shows: event, latest update, parties, points."""
    parties = CommitmentParty.objects.select_related("organisation", "group").order_by("role", "pk")
    points = Outcome.objects.select_related("statement__event").order_by("pk")
    return commitments.select_related("event", "latest_update").prefetch_related(
        Prefetch("parties", parties), Prefetch("outcomes", points)
    )


def contacts_context(on: date, event: Event | None = None) -> dict[str, object]:
    """For `_contacts.html`: the first who share with everyone, and whether there are more."""
    people = visibility.public_profiles(on, event, MAX_CONTACTS + 1)
    return {"people": people[:MAX_CONTACTS], "has_more_people": len(people) > MAX_CONTACTS}


def focal_point_cards(
    viewer: visibility.Viewer, commitments: Iterable[Commitment], on: date
) -> dict[int, visibility.Card]:
    """The cards of focal points who accepted and are listed to the viewer, by number of the person.

    `commitments` come from `with_parties`.
    """
    delegate_ids = {
        party.focal_point_id
        for commitment in commitments
        for party in commitment.parties.all()
        if party.focal_point_id and party.focal_point_accepted_at
    }
    return visibility.cards_by_id(viewer, delegate_ids, on) if delegate_ids else {}


@dataclass(frozen=True)
class VisibleRewording:
    """How a sentence was corrected, with the words that anyone may still read."""

    row: Rewording
    before: str | None  # None where words were taken out that should never have stood there
    after: str | None


def verification_context(statement: Statement) -> dict[str, object]:
    """For `_check_text.html`: the published versions, who signed, and what was corrected.

    `version` is the one that the page shows; none where the page says something else.
    """
    versions = statement.public_versions()
    latest = versions[-1] if versions else None
    signed = SignOff.objects.filter(
        version__statement=statement, version__published_at__isnull=False, signed_at__isnull=False
    )
    return {
        "version": latest if latest and latest.text == statement.canonical_text() else None,
        "versions": versions,
        "signed": signed.filter(version__corrigendum=None).select_related("organisation"),
        "corrigenda": _published_corrigenda(statement),
    }


def _published_corrigenda(statement: Statement) -> list[tuple[Corrigendum, list[VisibleRewording]]]:
    """Its published corrections, the latest first, each with what it changed."""
    rewordings = Rewording.objects.select_related("outcome__statement__event")
    rows = Corrigendum.objects.published().filter(statement=statement)
    found, hidden = [], set[int | None]()
    for corrigendum in rows.prefetch_related(Prefetch("rewordings", rewordings)):
        parts = list(corrigendum.rewordings.all())
        found.append((corrigendum, [_visible_rewording(row, corrigendum, hidden) for row in parts]))
        if corrigendum.hides_previous_text:
            hidden |= {row.outcome_id for row in parts}
    return found


def visible_rewordings(outcome: Outcome) -> list[VisibleRewording]:
    """How a sentence was corrected since it was published, the latest first."""
    rows = Rewording.objects.filter(
        outcome=outcome, corrigendum__in=Corrigendum.objects.published().values("pk")
    ).select_related("corrigendum")
    found, hidden = [], set[int | None]()
    for row in rows.order_by("-corrigendum__published_at", "-pk"):
        found.append(_visible_rewording(row, row.corrigendum, hidden))
        if row.corrigendum.hides_previous_text:
            hidden.add(row.outcome_id)
    return found


def _visible_rewording(
    row: Rewording, corrigendum: Corrigendum, hidden: set[int | None]
) -> VisibleRewording:
    """`hidden` are the sentences whose words of then a later correction took out."""
    is_hidden = row.outcome_id in hidden
    return VisibleRewording(
        row=row,
        before=None if is_hidden or corrigendum.hides_previous_text else row.before,
        after=None if is_hidden else row.after,
    )
