"""Requests to join an open commitment: its lead is asked before, and told after."""

from collections.abc import Iterable
from datetime import date, datetime

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from outcomes.models import (
    Commitment,
    CommitmentParty,
    EditorialState,
    EditorialText,
    LeadAnswer,
    Offer,
)
from outcomes.reporting.focal_points import (
    active_participations_of,
    may_be_focal_point,
    people_to_tell,
)
from outcomes.reporting.request_emails import can_receive_mail
from outcomes.reporting.submission import notify_author
from participants.accounts.emails import email_delegate
from participants.models import Delegate, User
from participants.permissions import bodies_of, body_of, organisations_in
from roundtable.audit import log as audit

EMAILS = "outcomes/contributions/emails"


def ask_leads(row: Offer, *, at: datetime) -> None:
    """One email to everyone who takes part for a lead; about the same text, no one is asked again.

    The caller locks the row.
    """
    if row.lead_hash == row.join_hash() and (row.lead_asked_at or row.lead_answer):
        return
    if row.lead_answer == LeadAnswer.DECLINED:
        row.note = ""  # of the lead, about another text
    people = _people_to_ask(row, timezone.localdate(at))
    row.lead_asked_at = at if people else None
    row.lead_hash = row.join_hash() if people else ""
    row.lead_answer, row.lead_answered_at, row.lead_answered_by = "", None, None
    row.save()
    for person in people:
        _email(person, "join_requested", row, url=reverse("join-request", args=[row.pk]), at=at)


def is_ready(row: Offer, *, at: datetime) -> bool:
    """Whether no lead must be waited for. It is asked now if no one was known for it before."""
    if not row.is_joining:
        return True
    if row.state != EditorialState.SUBMITTED:  # else the lead could not answer
        return False
    if not row.lead_decision and not row.is_lead_asked:
        ask_leads(row, at=at)
    return not row.waits_for_lead(timezone.localdate(at))


def joins_to_answer(user: User, on: date) -> QuerySet[Offer]:
    """Requests about which the user speaks for a lead, also those that are answered.

    No one answers who also works for, acts for or took part for the organisation that asks.
    """
    represented = active_participations_of(user, on).filter(
        organisation=OuterRef("organisation"), event=OuterRef("commitment__event")
    )
    led = CommitmentParty.objects.filter(
        Exists(represented), role=CommitmentParty.Role.LEAD, commitment=OuterRef("commitment")
    )
    own = organisations_in(bodies_of(user, on)).order_by().values("pk")
    rows = Offer.objects.joining().filter(Exists(led))
    return rows.exclude(Q(organisation__in=own) | Q(author=user)).order_by("submitted_at", "pk")


def unanswered_joins(user: User, on: date) -> QuerySet[Offer]:
    rows = joins_to_answer(user, on).filter(state=EditorialState.SUBMITTED, lead_answer="")
    return rows.select_related("organisation", "commitment__event")


def answer_join(
    row: Offer, *, answer: LeadAnswer, note: str = "", shown_hash: str, by: User, at: datetime
) -> bool:
    """False if the text changed since it was read, or no longer waits. The caller locks the row.

    One agreement is enough; but until the text is public, each lead can decline it.
    """
    is_open = row.state == EditorialState.SUBMITTED
    if not is_open or row.join_hash() != shown_hash:
        return False
    if row.is_declined() or row.lead_decision == answer:
        return row.lead_decision == answer  # a double click
    row.lead_hash, row.lead_answer = row.join_hash(), answer
    row.lead_answered_at, row.lead_answered_by = at, by
    if answer == LeadAnswer.AGREED:
        row.save()
    else:
        row.request_change(note=note or _("The lead gave no reason."), at=at)
    context = {"commitment": row.commitment, "note": note}
    notify_author(row, at=at, template=f"{EMAILS}/join_{answer}", context=context)
    part = active_participations_of(by, timezone.localdate(at)).filter(event=row.event).first()
    audit.record(
        action="agree to join" if answer == LeadAnswer.AGREED else "decline join",
        at=at,
        actor=by,
        organisation=part.organisation.slug if part else "",
        detail=f"{row.event.code}: {row.log_name}",
    )
    return True


def tell_leads(rows: Iterable[EditorialText], *, at: datetime) -> None:
    """After the check, that another organisation joined."""
    for row in rows:
        if isinstance(row, Offer) and row.is_joining and row.commitment and row.event.is_public:
            url = row.commitment.get_absolute_url()
            for person in _people_of_leads(row.commitment, timezone.localdate(at)):
                if person.user_id != row.author_id:  # who hears that the text is public
                    _email(person, "joined", row, url=url, at=at)


def _people_to_ask(row: Offer, on: date) -> list[Delegate]:
    assert row.commitment
    asking = body_of(row.organisation)
    return [
        person
        for person in _people_of_leads(row.commitment, on)
        if person.user and person.user != row.author and asking not in bodies_of(person.user, on)
    ]


def _people_of_leads(commitment: Commitment, on: date) -> list[Delegate]:
    """Everyone who can receive an email, once; a hidden person counts as not known."""
    leads = commitment.parties.filter(role=CommitmentParty.Role.LEAD)
    found = {
        person.pk: person
        for party in leads.select_related("organisation", "commitment__event")
        for person in people_to_tell(party, on)
        if may_be_focal_point(person, party.organisation, commitment.event, on)
        and can_receive_mail(person)
    }
    return list(found.values())


def _email(person: Delegate, template: str, row: Offer, *, url: str, at: datetime) -> None:
    email_delegate(
        person,
        dedup_key=f"{template} {row.pk} {row.revision} {person.pk}",
        template=f"{EMAILS}/{template}",
        context={
            "event": row.event,
            "reference": row.commitment.reference if row.commitment else "",
            "organisation": row.organisation.public_name,
            "day": row.lead_waits_until,
            "url": f"{settings.PORTAL_URL}{url}",
        },
        at=at,
    )
