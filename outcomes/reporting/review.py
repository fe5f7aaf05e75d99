"""Checks of submitted texts: progress updates, responses, offers and assessments.

Someone of another organisation checks form and personal details, never substance. Texts that the
user may not check, or that wait for a lead, stay unchanged.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any, TypeVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from outcomes.models import (
    Assessment,
    Commitment,
    EditorialState,
    EditorialText,
    Offer,
    ProgressUpdate,
    Response,
)
from outcomes.reporting.focal_points import people_to_tell
from outcomes.reporting.joins import is_ready, tell_leads
from outcomes.reporting.request_emails import can_receive_mail
from outcomes.reporting.submission import (
    CHANGED_MEANWHILE,
    SubmittedText,
    notify_author,
    tell_authors,
)
from participants.accounts.emails import email_delegate
from participants.decisions.kind import Shown
from participants.decisions.listed import Listed, register
from participants.models import User
from participants.permissions import (
    EventPermissions,
    acting_organisation,
    organisations_in,
    permissions_of,
)
from roundtable.audit import log as audit

ReviewedT = TypeVar("ReviewedT", ProgressUpdate, Response, Offer, Assessment)


def may_check(rights: EventPermissions, row: EditorialText) -> bool:
    """Whether someone else wrote it, for another organisation: see `checkable`."""
    rows = type(row)._default_manager.filter(pk=row.pk)
    has_right = rights.is_operator or row.event.pk in events_to_check(rights)
    return has_right and checkable(rows, rights).exists()


def may_review(rights: EventPermissions, row: EditorialText) -> bool:
    return row.state == EditorialState.SUBMITTED and may_check(rights, row)


def events_to_check(rights: EventPermissions) -> frozenset[int]:
    """Co-chairs check, and editors whose organisation is known."""
    return rights.editable if rights.bodies else rights.decidable


def checkable(rows: QuerySet[Any], rights: EventPermissions) -> QuerySet[Any]:
    """Texts that neither come from an organisation of the user, nor were written by a colleague.

    All bodies of one government are one organisation. No one checks a report before its commitment
    is public.
    """
    is_report = rows.model is ProgressUpdate
    own = organisations_in(rights.bodies).order_by().values("pk")
    is_own = Q(author__pk__among=rights.colleagues) | Q(
        **{"party__organisation__in" if is_report else "organisation__in": own}
    )
    if is_report:
        rows = rows.filter(commitment__in=Commitment.objects.public().values("pk"))
        edited = ProgressUpdate.edited_by.through.objects.filter(user__pk__among=rights.colleagues)
        is_own |= Q(pk__in=edited.values("progressupdate"))
    return rows.exclude(is_own)


def of_events(rows: QuerySet[Any], rights: EventPermissions) -> QuerySet[Any]:
    """Texts of the roundtables where the user checks."""
    if rights.is_operator:
        return rows
    events = events_to_check(rights)
    return rows.filter(reduce(or_, (Q((f"{way}__in", events)) for way in rows.model.event_lookups)))


def waiting_for_check(rows: QuerySet[Any], rights: EventPermissions) -> QuerySet[Any]:
    return checkable(of_events(rows.filter(state=EditorialState.SUBMITTED), rights), rights)


def reference_of(row: SubmittedText) -> str:
    """Of the point, the text or the commitment that it is about."""
    if point := getattr(row, "outcome", None):
        return f"{row.event.code} {point.number}"
    if getattr(row, "statement", None):
        return row.event.code
    assert not isinstance(row, Response) and row.commitment
    return row.commitment.reference


class Checks(Listed[SubmittedText]):
    """Texts of one kind, for one person of another organisation to check."""

    effect = _("Form and personal details are checked. Then it is public.")
    needed = _("one person of another organisation")
    day_field, person_field = "approved_at", "approved_by"

    def __init__(
        self, model: type[SubmittedText], label: str | Promise, sentence: str | Promise
    ) -> None:
        self.model, self.name = model, str(model._meta.model_name)
        self.label, self.sentence = label, sentence

    def rows(self) -> QuerySet[Any]:
        rows: QuerySet[Any] = self.model._default_manager.select_related(*self.model.event_lookups)
        if self.model is not ProgressUpdate:
            return rows.select_related("organisation")
        return rows.select_related("party__organisation", "party__group").filter(in_place_of=None)

    def to_decide(self, at: datetime) -> QuerySet[Any]:
        return self.model._default_manager.filter(state=EditorialState.SUBMITTED)

    def waiting(self, viewer: EventPermissions, at: datetime) -> QuerySet[Any]:
        rows = waiting_for_check(self.rows(), viewer)
        if self.model is Offer:
            on = timezone.localdate(at)
            joining = rows.filter(outcome=None, statement=None)
            rows = rows.exclude(pk__in=[row.pk for row in joining if row.waits_for_lead(on)])
        return rows

    def shown(self, items: Sequence[SubmittedText], viewer: EventPermissions) -> list[Shown]:
        return [
            Shown(
                str(self.sentence)
                % {
                    "reference": reference_of(row),
                    "sender": row.party if isinstance(row, ProgressUpdate) else row.organisation,
                },
                page=reverse(f"admin:outcomes_{self.name}_review", args=[row.pk]),
            )
            for row in items
        ]

    def since(self, item: SubmittedText) -> datetime:
        assert item.submitted_at
        return (item.ready_at if isinstance(item, Offer) else None) or item.submitted_at

    def ended(self, viewer: EventPermissions) -> QuerySet[Any]:
        return of_events(self.rows(), viewer)

    def outcome(self, row: SubmittedText) -> str | Promise:
        return _("checked")


register(Checks(ProgressUpdate, _("Reports"), _("Check the report of %(sender)s on %(reference)s")))
register(Checks(Response, _("Replies"), _("Check the reply of %(sender)s to %(reference)s")))
register(Checks(Offer, _("Offers"), _("Check the offer of %(sender)s for %(reference)s")))
register(Checks(Assessment, _("Findings"), _("Check the finding of %(sender)s on %(reference)s")))


@transaction.atomic
def approve_texts(*, rows: Iterable[ReviewedT], by: User, at: datetime) -> list[ReviewedT]:
    """Makes checked texts public, and tells their authors.

    A request to join waits for the lead of the commitment.

    Raises ValidationError if one changed since it was read or may name a person.
    """
    done = _decide(
        rows,
        "approve",
        lambda row: row.approve(by=by, at=at),
        may=lambda rights, row: (
            may_check(rights, row) and (not isinstance(row, Offer) or is_ready(row, at=at))
        ),
        done_already=EditorialState.APPROVED,
        by=by,
        at=at,
    )
    tell_authors(done, at=at)
    tell_leads(done, at=at)
    _tell_assessed(done, at=at)
    return done


def _tell_assessed(rows: Iterable[EditorialText], *, at: datetime) -> None:
    """Everyone who takes part for a party, that someone assessed its commitment."""
    on = timezone.localdate(at)
    for row in rows:
        if not isinstance(row, Assessment) or not row.event.is_public:
            continue
        context = {
            "event": row.event,
            "reference": row.commitment.reference,
            "organisation": row.organisation.public_name,
            "url": f"{settings.PORTAL_URL}{row.commitment.get_absolute_url()}",
        }
        parties = row.commitment.parties.select_related("organisation", "commitment__event")
        for person in {person for party in parties for person in people_to_tell(party, on)}:
            if can_receive_mail(person):
                email_delegate(
                    person,
                    dedup_key=f"assessed {row.pk} {row.revision} {person.pk}",
                    template="outcomes/contributions/emails/assessed",
                    context=context,
                    at=at,
                )


@transaction.atomic
def request_text_changes(
    *, rows: Iterable[ReviewedT], note: str, by: User, at: datetime
) -> list[ReviewedT]:
    """Returns texts to their authors and emails them.

    Raises ValidationError if the note is empty or a text changed since it was read.
    """
    done = _decide(
        rows,
        "ask for changes to",
        lambda row: row.request_change(note=note, at=at),
        # A co-chair can always make a text private again, of their own organisation too.
        may=lambda rights, row: rights.may_decide(row.event.pk) or may_check(rights, row),
        done_already=EditorialState.CHANGE_REQUESTED,
        by=by,
        at=at,
    )
    for row in done:
        notify_author(row, at=at)
    return done


def _decide(
    rows: Iterable[ReviewedT],
    act: str,
    change: Callable[[ReviewedT], None],
    *,
    may: Callable[[EventPermissions, ReviewedT], bool],
    done_already: EditorialState,
    by: User,
    at: datetime,
) -> list[ReviewedT]:
    done: list[ReviewedT] = []
    rights = permissions_of(by, at.date())
    for read in rows:
        # The author may have withdrawn or changed it since the page was opened.
        row = type(read).objects.select_for_update().filter(pk=read.pk).first()
        if row is None or row.revision != read.revision:
            raise ValidationError(CHANGED_MEANWHILE)
        event = row.event
        # Drafts belong to their authors.
        if row.state in (EditorialState.DRAFT, done_already) or not (rights and may(rights, row)):
            continue
        change(row)
        kind = "update" if isinstance(row, ProgressUpdate) else type(row).__name__.lower()
        audit.record(
            action=f"{act} {kind}",
            at=at,
            actor=by,
            organisation=acting_organisation(by, event.pk, at.date()),
            detail=f"{event.code}: {row.log_name}",
        )
        done.append(row)
    return done
