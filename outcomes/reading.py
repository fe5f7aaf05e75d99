"""Rows that several pages read in the same way, in a constant number of queries."""

from collections.abc import Iterable
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
from participants import sharing
from roundtable.models import Event

CONTACTS = 24


def with_parties(commitments: QuerySet[Commitment]) -> QuerySet[Commitment]:
    """With all that a line of the ledger shows: event, latest update, parties, points."""
    parties = CommitmentParty.objects.select_related("organisation", "group").order_by("role", "pk")
    points = Outcome.objects.select_related("statement__event").order_by("pk")
    return commitments.select_related("event", "latest_update").prefetch_related(
        Prefetch("parties", parties), Prefetch("outcomes", points)
    )


def contacts(on: date, event: Event | None = None) -> dict[str, object]:
    """For `_contacts.html`: the first who share with everyone, and whether there are more."""
    people = sharing.shared_with_everyone(on, event, CONTACTS + 1)
    return {"people": people[:CONTACTS], "has_more_people": len(people) > CONTACTS}


def reach(
    viewer: sharing.Viewer, commitments: Iterable[Commitment], on: date
) -> dict[int, sharing.Card]:
    """The cards of focal points who accepted and are listed to the viewer, by number of the person.

    `commitments` come from `with_parties`.
    """
    asked = {
        party.focal_point_id
        for commitment in commitments
        for party in commitment.parties.all()
        if party.focal_point_id and party.focal_point_accepted_at
    }
    return sharing.cards_by_number(viewer, asked, on) if asked else {}


def checkable(statement: Statement) -> dict[str, object]:
    """For `_check_text.html`: the published versions, who signed, and what was corrected."""
    versions = statement.public_versions()
    rewordings = Rewording.objects.select_related("outcome__statement__event")
    signed = SignOff.objects.filter(
        version__statement=statement, version__published_at__isnull=False
    )
    return {
        "version": versions[-1] if versions else None,
        "versions": versions,
        "signed": signed.filter(version__corrigendum=None).select_related("organisation"),
        "corrigenda": Corrigendum.objects.published()
        .filter(statement=statement)
        .prefetch_related(Prefetch("rewordings", rewordings)),
    }


def corrected(outcome: Outcome) -> list[Rewording]:
    """How a sentence was corrected since it was published, the latest first."""
    return list(
        Rewording.objects.filter(
            outcome=outcome, corrigendum__in=Corrigendum.objects.published().values("pk")
        )
        .select_related("corrigendum")
        .order_by("-corrigendum__published_at", "-pk")
    )
