"""All who take part for one organisation at a roundtable: frozen, and brought back.

Both take the same two as a participation of that organisation. What was public stays public.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from participants.accounts.grants import end_rights
from participants.accounts.request_kind import ChangeKind
from participants.accounts.sessions import end_sessions
from participants.decisions.engine import ask, sign
from participants.decisions.independence import FREEZING
from participants.decisions.kind import Shown, Signer, register
from participants.display_names import display_name, with_display_names
from participants.models import (
    Delegate,
    DelegationChange,
    DelegationChangeConfirmation,
    Grant,
    Invitation,
    ListClosure,
    Participation,
    User,
)
from participants.participation.confirmation import (
    NOTICE_PERIOD,
    RELATED,
    tell_person,
    tell_who_shares,
)
from participants.participation.requirement import AboutDelegation, lock_events
from participants.permissions import (
    EventPermissions,
    body_of,
    organisations_in,
    visible_organisations,
)
from roundtable.audit import log as audit

What = DelegationChange.What


class DelegationChanges(ChangeKind[DelegationChange], AboutDelegation[DelegationChange]):
    """That a delegation is frozen, or comes back."""

    model = DelegationChange
    signature = DelegationChangeConfirmation
    subject = "delegation_change"
    independence = FREEZING
    related = ("event", "organisation", "requested_by")
    called = "delegation"
    label = _lazy("Delegations")
    effect = _lazy("Frozen, its people see nothing of others, and its rights and links end.")

    def visible(self, viewer: EventPermissions) -> QuerySet[DelegationChange]:
        """Who confirms there. The organisation itself reads of it once it is made."""
        rows = self.rows()
        if not viewer.is_operator:
            rows = rows.filter(event__in=viewer.confirmable)
        seen = visible_organisations(viewer).exclude(
            pk__in=organisations_in(viewer.bodies).values("pk")
        )
        rows = rows.filter(organisation__in=seen.values("pk"))
        return with_display_names(rows, "requested_by")

    def show(self, row: DelegationChange, viewer: EventPermissions) -> Shown:
        is_freeze = row.what == What.FREEZE
        words = {"organisation": row.organisation.name, "event": row.event}
        sentence = _("Bring the delegation of %(organisation)s to %(event)s back")
        if is_freeze:
            sentence = _("Freeze the delegation of %(organisation)s to %(event)s")
        return Shown(
            sentence % words,
            line=row.reason,
            facts=[
                (_("Reason"), row.reason),
                (_("Requested by"), display_name(row.requested_by, viewer)),
            ],
        )

    def lock(self, primary_keys: Iterable[int]) -> list[DelegationChange]:
        """No one of the delegation is confirmed at the same moment."""
        ids = list(primary_keys)
        lock_events(DelegationChange.objects.filter(pk__in=ids))
        return super().lock(ids)

    def may_stop(self, item: DelegationChange, signer: Signer) -> bool:
        """The person who asked. Others leave it."""
        return item.is_open and item.requested_by == signer.user

    def make(self, item: DelegationChange, at: datetime) -> None:
        rows = Participation.with_ended.filter(event=item.event, organisation=item.organisation)
        Delegate.lock_all(rows.values_list("delegate", flat=True))
        counting = rows.confirmed_or_frozen().filter(ended_at=None).select_related(*RELATED)
        people, is_frozen = list(counting), item.what == What.FREEZE
        rows.update(frozen_at=at if is_frozen else None)
        if is_frozen:
            self._end_rights_and_links(item, at)
        else:
            self._open_again(item, people, at)
        for row in people:
            tell_person(row, "frozen" if is_frozen else "brought back", at)
            if is_frozen and row.delegate.user:
                end_sessions(row.delegate.user)
        item.done_at = at
        item.save()
        self.record("make", item, None, at)

    def _end_rights_and_links(self, item: DelegationChange, at: datetime) -> None:
        """Those that act for the organisation there. A person's own links stay."""
        end_rights(Grant.objects.filter(event=item.event, on_behalf_of=item.organisation), at=at)
        people = Participation.objects.filter(event=item.event, organisation=item.organisation)
        Invitation.objects.filter(
            event=item.event,
            delegate__in=people.values("delegate"),
            answered_at=None,
            revoked_at=None,
        ).update(revoked_at=at)
        for party in item.organisation.commitment_parties.filter(
            commitment__event=item.event, focal_point__isnull=False
        ):
            party.decline()

    def _open_again(
        self, item: DelegationChange, people: list[Participation], at: datetime
    ) -> None:
        """As after the first confirmation: those who share something are told a week before."""
        closed = ListClosure.objects.filter(event=item.event, closed_at__isnull=False)
        if people and closed.exists():
            rows = Participation.objects.filter(pk__in=[row.pk for row in people])
            rows.update(details_open_on=(at + NOTICE_PERIOD).date())
            tell_who_shares(item.event, people, at)

    def record(
        self, verb: str, item: DelegationChange, by: User | None, at: datetime, **more: Any
    ) -> None:
        audit.record(
            action=f"{verb} change of delegation",
            at=at,
            actor=by,
            organisation=item.organisation.slug,
            detail=f"{item.event.code} {item.what}",
        )


FREEZINGS = register(DelegationChanges())


def problem(change: DelegationChange, by: User, at: datetime) -> str:
    """Empty if the person may ask for it now."""
    signer = Signer(by, at)
    if not signer.rights_at(change.event, FREEZING):
        return _("Only a co-chair, co-host or confirmer of this roundtable can ask for this.")
    if body_of(change.organisation) in signer.own_bodies:
        return _("You cannot ask for this about an organisation of your own.")
    is_frozen = DelegationChange.objects.is_frozen(change.event, change.organisation)
    if is_frozen and change.what == What.FREEZE:
        return _("This delegation is frozen already.")
    if not is_frozen and change.what == What.BRING_BACK:
        return _("This delegation is not frozen.")
    return ""


@transaction.atomic
def request_change(*, change: DelegationChange, by: User, at: datetime) -> DelegationChange:
    """Who asks signs it too, if they are one of the two. Raises ValidationError if they may not."""
    if found := problem(change, by, at):
        raise ValidationError(found)
    change.requested_by, change.requested_at = by, at
    change.full_clean()
    change.save()
    ask([change], by=by, at=at)
    FREEZINGS.record("request", change, by, at)
    sign(FREEZINGS, {change.pk: change.content_hash}, by=by, at=at)
    return change
