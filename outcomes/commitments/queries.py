"""Querysets and template contexts that several pages share."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any, TypeVar

from django.db.models import Count, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from outcomes.commitments.as_of import as_of, parties_as_of, updates_as_of
from outcomes.models import (
    Assessment,
    Commitment,
    CommitmentParty,
    Corrigendum,
    Dispute,
    EditorialState,
    Offer,
    Outcome,
    ProgressUpdate,
    Rewording,
    SignOff,
    Statement,
    Undertaking,
)
from outcomes.sources.comparisons import source_check
from participants.models import Organisation, membership_condition
from participants.privacy import visibility
from roundtable.cache.values import get_or_set
from roundtable.models import Event

DisputableT = TypeVar("DisputableT", CommitmentParty, ProgressUpdate)
MAX_CONTACTS = 24


def with_parties(
    commitments: QuerySet[Commitment], on: date, day: date | None = None
) -> QuerySet[Commitment]:
    """Loads everything that the list of commitments shows; `on` is today, `day` an earlier day."""
    points = Outcome.objects.select_related("statement__event").order_by("pk")
    return commitments.select_related("event").prefetch_related(
        parties_shown(on, day=day), findings_shown(day=day), Prefetch("outcomes", points)
    )


def commitments_of_groups(
    organisation: Organisation, on: date, day: date | None = None
) -> QuerySet[Commitment]:
    """Those of the groups that the organisation belonged to, if it did not make them itself."""
    by_group = CommitmentParty.objects.filter(
        membership_condition(organisation, "commitment__event"), group__isnull=False
    )
    found = (
        Commitment.objects.published()
        .filter(pk__in=parties_as_of(by_group, day).values("commitment"))
        .exclude(pk__in=organisation.commitment_parties.order_by().values("commitment"))
    )
    return as_of(with_parties(found, on, day), day).order_by("-event__starts_on", "pk")


def commitments_to(outcome: Outcome) -> QuerySet[Commitment]:
    """To a point, or to a part of a statement and its points."""
    if outcome.parent_id:
        return outcome.commitments.published()
    answers = Commitment.outcomes.through.objects.filter(
        Q(outcome=outcome) | Q(outcome__parent=outcome)
    )
    return Commitment.objects.published().filter(pk__in=answers.values("commitment"))


def own_reports(organisation: Organisation, day: date | None = None) -> QuerySet[Any]:
    """The commitments on which the organisation itself reported, each once."""
    reports = ProgressUpdate.objects.published().setting_status()
    found = updates_as_of(reports, day).filter(party__organisation=organisation)
    return found.order_by().values("commitment").distinct()


def number_of(rows: QuerySet[Any], field: str) -> Coalesce:
    """How many of these rows each row of a list has; `field` leads from them to it.

    In a subquery, only those of the rows on the page are counted.
    """
    own = rows.order_by().filter(**{field: OuterRef("pk")}).values(field)
    return Coalesce(Subquery(own.annotate(number=Count("*")).values("number")), 0)


@dataclass(frozen=True)
class PartyUndertaking:
    """When a party undertook a commitment here: it offered or joined it, or accepted the text."""

    party: str
    on: date
    is_offer: bool


def undertaken_by(commitment: Commitment, day: date | None = None) -> list[PartyUndertaking]:
    """For each party of which it is known; with `day`, of those that had undertaken it by then."""
    if not commitment.is_undertaken:
        return []
    rows = Undertaking.objects.current().filter(party__commitment=commitment)
    accepted = {row.party_id: row.answered_at for row in rows if row.is_accepted}
    offers = Offer.objects.filter(commitment=commitment, state=EditorialState.APPROVED)
    offered: dict[int | None, datetime | None] = {
        row.organisation_id: row.submitted_at for row in offers
    }
    found = []
    for party in commitment.parties.all():
        at = accepted.get(party.pk) or offered.get(party.organisation_id)
        if at is not None:
            is_offer = party.pk not in accepted
            found.append(PartyUndertaking(party.public_name, timezone.localdate(at), is_offer))
    return [row for row in found if day is None or row.on <= day]


def with_disputes(rows: QuerySet[DisputableT], on: date) -> QuerySet[DisputableT]:
    """Parties, or reports, with what everyone can read on that day that the party disputes."""
    shown = Dispute.objects.public_on(on)
    return rows.prefetch_related(Prefetch("disputes", shown, to_attr="public_disputes"))


def parties_shown(on: date, path: str = "parties", day: date | None = None) -> Prefetch[str]:
    """For each place that shows the text of a commitment, with `_disputes.html` beside it.

    With `day`, the parties and disputes of that earlier day.
    """
    parties = parties_as_of(CommitmentParty.objects.without_members(), day).order_by("role", "pk")
    parties = parties.select_related("organisation", "group")
    return Prefetch(path, with_disputes(parties, day or on))


def findings_shown(path: str = "assessments", day: date | None = None) -> Prefetch[str]:
    """For each place that shows the status of a commitment, with what assessors found beside it."""
    newest = Assessment.objects.newest(day).select_related("organisation")
    return Prefetch(path, newest, to_attr="newest_findings")


def dispute_sentences(commitment: Commitment) -> list[str]:
    """`commitment` has its `parties_shown`."""
    parties: Any = commitment.parties.all()
    return [row.sentence for party in parties for row in party.public_disputes[:1]]


def disputes_shown(
    on: date, *, commitments: Iterable[int] = (), updates: Iterable[int] = ()
) -> list[Dispute]:
    """Of texts that are in no queryset, such as those of the change log; in one query."""
    shown = Dispute.objects.public_on(on).filter(
        Q(party__commitment__in=commitments) | Q(update__in=updates)
    )
    names = ("organisation", "group", "commitment")
    return list(
        shown.select_related(
            *(f"{path}__{name}" for path in ("party", "update__party") for name in names)
        )
    )


class Disputes:
    """Which party does not recognise a text, in a sentence."""

    def __init__(self, on: date) -> None:
        self._on = on
        # They are few, and to look for them among many rows takes long.
        rows = Dispute.objects.public_on(on).order_by()
        found = rows.values_list("update", "party__commitment", "update__commitment")
        self._updates, *commitments = map(set, zip(*found, strict=True)) if found else [set()] * 3
        self._commitments = set().union(*commitments)

    def of_commitments(self, ids: Iterable[int]) -> dict[int, str]:
        found: dict[int, dict[int, str]] = {}  # by party, its present wording first
        if some := self._commitments.intersection(ids):
            for dispute in disputes_shown(self._on, commitments=some):
                party = dispute.text_party
                found.setdefault(party.commitment_id, {}).setdefault(party.pk, dispute.sentence)
        return {pk: " ".join(sentences.values()) for pk, sentences in found.items()}

    def of_updates(self, ids: Iterable[int]) -> dict[int | None, str]:
        found: dict[int | None, str] = {}
        if some := self._updates.intersection(ids):
            for dispute in disputes_shown(self._on, updates=some):
                found.setdefault(dispute.update_id, dispute.sentence)
        return found


def contacts_context(
    on: date, event: Event | None = None, *, is_demonstration: bool = False
) -> dict[str, object]:
    """Context of `_contacts.html`."""
    find = partial(
        visibility.public_profiles, on, event, MAX_CONTACTS + 1, is_demonstration=is_demonstration
    )
    is_public = event is None or event.is_public
    key = ("contacts", event and event.pk, is_demonstration)
    people = get_or_set(key, find) if is_public else find()
    return {"people": people[:MAX_CONTACTS], "has_more_people": len(people) > MAX_CONTACTS}


def focal_point_cards(
    viewer: visibility.Viewer, commitments: Iterable[Commitment], on: date
) -> dict[int, visibility.Card]:
    """Cards of accepted focal points that the viewer may see, by delegate ID."""
    delegate_ids = {
        party.focal_point_id
        for commitment in commitments
        for party in commitment.parties.all()
        if party.focal_point_id and party.focal_point_accepted_at
    }
    return visibility.cards_by_id(viewer, delegate_ids, on) if delegate_ids else {}


@dataclass(frozen=True)
class VisibleRewording:
    """A correction of a sentence, with the wording that is still public."""

    row: Rewording
    before: str | None  # None if a later correction hides this wording
    after: str | None

    @property
    def name(self) -> str:
        return self.row.outcome.number if self.row.outcome else _("introduction")


def verification_context(statement: Statement) -> dict[str, object]:
    """Context of `_check_text.html`; `version` is None if the page shows another text."""
    versions = statement.public_versions()
    latest = versions[-1] if versions else None
    is_recorded = statement.adoption == Statement.Adoption.SOURCE
    signed = SignOff.objects.filter(
        version__statement=statement, version__published_at__isnull=False, signed_at__isnull=False
    )
    return {
        "version": latest if latest and latest.text == statement.canonical_text() else None,
        "versions": versions,
        "signed": signed.filter(version__corrigendum=None).select_related("organisation"),
        "corrigenda": published_corrigenda(statement),
        "source_check": source_check(latest) if latest and is_recorded else None,
    }


def published_corrigenda(statement: Statement) -> list[tuple[Corrigendum, list[VisibleRewording]]]:
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
    """`hidden` are the outcomes whose earlier wording a later correction hides."""
    is_hidden = row.outcome_id in hidden
    return VisibleRewording(
        row=row,
        before=None if is_hidden or corrigendum.hides_previous_text else row.before,
        after=None if is_hidden else row.after,
    )
