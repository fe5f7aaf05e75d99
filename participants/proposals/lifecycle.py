"""What others enter about a person with an account: proposed, then accepted or removed.

It shows and counts only once the person accepts it. Before a person joins, entries are stored at
once: the person reads them when answering the invitation.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from participants.accounts.emails import email_delegate
from participants.decisions.engine import ask
from participants.models import (
    Affiliation,
    Delegate,
    Letter,
    Organisation,
    Participation,
    Proposal,
    User,
)
from participants.privacy.audience_choice import excludable_organisations
from roundtable.audit import log as audit
from roundtable.models import Event

Kind = Proposal.Kind


def must_accept(person: Delegate) -> bool:
    """Whether what others enter about this person waits until the person accepts it."""
    return person.user_id is not None


def propose_workplace(
    person: Delegate,
    *,
    affiliation: Affiliation | None,
    organisation: Organisation,
    post: str,
    since: date | None,
    until: date | None,
    by: User | None,
    at: datetime,
) -> bool:
    """Proposes a new workplace, or a change of `affiliation`. False if the same already waits."""
    subject: dict[str, Any] = {"kind": Kind.WORKPLACE, "affiliation": affiliation}
    values: dict[str, Any] = {"post": post, "since": since, "until": until}
    # Of a new workplace, one proposal waits for each organisation.
    (values if affiliation else subject)["organisation"] = organisation
    return _propose(person, subject, values, by=by, at=at)


def propose_participation(
    person: Delegate,
    *,
    event: Event,
    organisation: Organisation,
    capacity: str,
    letter: Letter | None,
    nomination: str,
    by: User | None,
    at: datetime,
) -> bool:
    """Proposes a participation, or a change of the one there. False if the same already waits."""
    subject = {"kind": Kind.PARTICIPATION, "event": event}
    values: dict[str, Any] = {"organisation": organisation, "capacity": capacity}
    values |= {"letter": letter, "nomination": nomination}
    return _propose(person, subject, values, by=by, at=at)


def propose_participations_of(
    duplicate: Delegate, person: Delegate, *, by: User | None, at: datetime
) -> None:
    """Before both entries become one. What was ever confirmed stays for exceptions."""
    known = {part.event_id: part for part in person.participations.all()}
    for row in list(duplicate.participations.select_related("event", "organisation")):
        same = known.get(row.event_id)
        adds_capacity = (
            same and same.organisation_id == row.organisation_id and not same.capacity
        ) and row.capacity
        if same is None or adds_capacity:
            propose_participation(
                person,
                event=row.event,
                organisation=row.organisation,
                capacity=row.capacity,
                letter=row.letter,
                nomination=row.nomination,
                by=by,
                at=at,
            )
        if row.took_effect_at:
            row.confirmations.all().delete()
            row.confirmed_at = row.details_open_on = None
            row.ended_at = at
            row.save()
    ended = Participation.with_ended.filter(delegate=duplicate, ended_at__isnull=False)
    ended.update(delegate=person)


def propose_name_latin(person: Delegate, name: str, *, by: User | None, at: datetime) -> bool:
    return _propose(person, {"kind": Kind.NAME_LATIN}, {"name_latin": name}, by=by, at=at)


def propose_merge(person: Delegate, duplicate: Delegate, *, by: User, at: datetime) -> bool:
    return _propose(person, {"kind": Kind.MERGE, "duplicate": duplicate}, {}, by=by, at=at)


@transaction.atomic
def _propose(
    person: Delegate,
    subject: dict[str, Any],
    values: dict[str, Any],
    *,
    by: User | None,
    at: datetime,
) -> bool:
    Delegate.lock_all([person.pk])
    if not Delegate.objects.filter(pk=person.pk, user__isnull=False, erased_at=None).exists():
        return False  # erased just now
    row = Proposal.objects.filter(delegate=person, **subject).first()
    if row and all(getattr(row, name) == value for name, value in values.items()):
        return False
    row = row or Proposal(delegate=person, **subject)
    for name, value in values.items():
        setattr(row, name, value)
    row.proposed_by, row.proposed_at = by, at
    row.on_behalf_of = organisation_acted_for(by, person, at.date(), row.event)
    row.full_clean()
    row.save()
    audit.record(
        action="propose entry",
        at=at,
        actor=by,
        subject=person,
        organisation=row.on_behalf_of.slug if row.on_behalf_of else "",
    )
    # However many entries follow, one email a day is enough.
    email_delegate(
        person,
        dedup_key=f"entered:{person.pk}:{at:%Y-%m-%d}",
        template="participants/proposals/emails/entered",
        context={"url": f"{settings.PORTAL_URL}{reverse('me')}"},
        at=at,
    )
    return True


def organisation_acted_for(
    by: User | None, person: Delegate, on: date, event: Event | None = None
) -> Organisation | None:
    """For whom someone at the desk enters something about the person, at a roundtable."""
    if by is None:
        return None
    events: Any = [event] if event else person.participations.values("event")
    grants = by.grants.active(on).filter(event__in=events, on_behalf_of__isnull=False)
    grant = grants.select_related("on_behalf_of").order_by("pk").first()
    return grant.on_behalf_of if grant else None


@transaction.atomic
def accept_proposal(row: Proposal, *, at: datetime) -> None:
    """Takes over what was entered; accepting a merge is up to the code that merges."""
    person = row.delegate
    match row.kind:
        case Kind.NAME_LATIN:
            person.write(name_latin=row.name_latin)
        case Kind.PARTICIPATION:
            _accept_participation(row, at)
        case _:
            _accept_workplace(row, at)
    audit.record(
        action="accept entry",
        at=at,
        actor=person.user,
        subject=person,
        detail=row.event.code if row.event else "",
    )
    row.delete()


def _accept_participation(row: Proposal, at: datetime) -> None:
    """It can be confirmed from now on."""
    person, event, organisation = row.delegate, row.event, row.organisation
    assert event is not None and organisation is not None
    part = person.participations.filter(event=event).first()
    is_new = part is None or part.organisation_id != organisation.pk
    if part and part.organisation_id != organisation.pk:
        _end_or_delete(part, at)
        part = None
    if part is None:
        part = Participation(
            delegate=person,
            event=event,
            organisation=organisation,
            letter=row.letter,
            nomination=row.nomination,
            entered_at=at,
        )
        part.enter(row.proposed_by)
    part.capacity = row.capacity
    part.full_clean()
    part.save()
    if is_new:
        ask([part], by=row.proposed_by, at=at, letter=part.letter)


def _end_or_delete(part: Participation, at: datetime) -> None:
    """What was once confirmed stays: exceptions still match it."""
    if part.took_effect_at:
        part.ended_at = at
        part.save(update_fields=["ended_at"])
    else:
        audit.forget_subject(part)
        part.delete()


def _accept_workplace(row: Proposal, at: datetime) -> None:
    work, organisation = row.affiliation, row.organisation
    assert organisation is not None
    if work and work.organisation_id != organisation.pk:
        # Those who exclude the former organisation still exclude the person.
        _mark_removed(work, at)
        work = None
    work = work or Affiliation(delegate=row.delegate, organisation=organisation)
    work.post, work.since, work.until = row.post, row.since, row.until
    work.accepted_at, work.entered_for = at, row.on_behalf_of
    work.full_clean()
    work.save()


@transaction.atomic
def remove_proposal(row: Proposal, *, at: datetime) -> None:
    audit.record(action="remove entry", at=at, actor=row.delegate.user, subject=row.delegate)
    row.delete()


@transaction.atomic
def remove_affiliation(row: Affiliation, *, at: datetime) -> None:
    """Removes it at the wish of the person. Exclusions still match it."""
    _mark_removed(row, at)
    row.proposals.all().delete()
    audit.record(action="remove entry", at=at, actor=row.delegate.user, subject=row.delegate)


@transaction.atomic
def remove_participation(row: Participation, *, at: datetime) -> None:
    """Ends it at the wish of the person. Exceptions still match it if it was ever confirmed."""
    person = row.delegate
    person.proposals.filter(event=row.event).delete()
    audit.record(
        action="remove entry", at=at, actor=person.user, subject=person, detail=row.event.code
    )
    _end_or_delete(row, at)


def _mark_removed(row: Affiliation, at: datetime) -> None:
    row.removed_at = at
    row.save(update_fields=["removed_at"])


@dataclass(frozen=True)
class Record:
    """What a person may read of one of two entries before they are merged."""

    name: str
    name_latin: str
    organisations: list[str]
    roundtables: list[str]
    # Of what the person may not know, only the numbers.
    number_of_other_organisations: int
    number_of_other_roundtables: int


def readable_record(record: Delegate, reader: Delegate) -> Record:
    """Without organisations and roundtables that the reader could not see elsewhere."""
    parts = list(record.participations.select_related("event", "organisation"))
    own_events = set(reader.participations.values_list("event", flat=True))
    known = [part for part in parts if part.event.is_public or part.event_id in own_events]
    posts = {
        (work.organisation, work.post)
        for work in record.affiliations.select_related("organisation")
    }
    employers = {organisation for organisation, _post in posts}
    posts |= {(part.organisation, "") for part in parts if part.organisation not in employers}
    readable = set(excludable_organisations(reader, []).values_list("pk", flat=True))
    shown = sorted((place.name, post) for place, post in posts if place.pk in readable)
    return Record(
        name=record.name,
        name_latin=record.name_latin,
        organisations=[", ".join(filter(None, words)) for words in shown],
        roundtables=[str(part.event) for part in known],
        number_of_other_organisations=len(posts) - len(shown),
        number_of_other_roundtables=len(parts) - len(known),
    )


@dataclass(frozen=True)
class Entries:
    """All that others entered about a person."""

    proposals: list[Proposal]
    focal_points: list[Any]  # parties of commitments
    workplaces: list[Affiliation]

    @property
    def number_waiting(self) -> int:
        asked = [party for party in self.focal_points if not party.focal_point_accepted_at]
        return len(self.proposals) + len(asked)


def entries_about(person: Delegate) -> Entries:
    related = (
        "affiliation__organisation",
        "organisation",
        "event",
        "on_behalf_of",
        "duplicate",
        "delegate",
    )
    proposals = list(person.proposals.select_related(*related))
    for row in proposals:
        if row.duplicate:
            row.own_record = readable_record(person, person)  # type: ignore[attr-defined]
            row.other_record = readable_record(row.duplicate, person)  # type: ignore[attr-defined]
    public = person.focal_point_for.filter(commitment__state="public")
    parties = public.select_related("commitment__event", "organisation", "group")
    work = person.affiliations.select_related("organisation", "entered_for").order_by("pk")
    return Entries(proposals, list(parties.order_by("pk")), list(work))
