"""What a co-chair can do about a person who left the organisation they represented."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from participants.accounts.addresses import has_joined
from participants.accounts.departure import (
    clear_invitation_address,
    current_affiliations_of,
    end_affiliations,
)
from participants.models import Delegate, User
from participants.participation.confirmation import (
    suspend_participation,
    void_changed_confirmations,
)
from participants.permissions import EventPermissions
from roundtable.audit import log as audit


def may_record_departure(delegate: Delegate, permissions: EventPermissions) -> bool:
    """Whether this user may record that the person has left.

    Not for themselves, and only operators may do it for an operator.
    """
    events = delegate.participations.values_list("event_id", flat=True)
    if delegate.erased_at or not any(permissions.may_decide(event) for event in events):
        return False
    user = delegate.user
    return user is None or (
        user != permissions.user and (permissions.is_operator or not user.is_superuser)
    )


@transaction.atomic
def record_departure(
    *, delegate: Delegate, by: User, events: Collection[int], at: datetime
) -> bool:
    """Suspends the participations of a person who has joined, in these roundtables.

    Only the owner of an account removes an address or closes it. Of a person who has not joined,
    the work there ends and the invitation address is removed. Returns False if nothing changed.
    """
    person = Delegate.objects.select_for_update().get(pk=delegate.pk)
    parts = person.participations.filter(event__in=events)
    if has_joined(person):
        suspended = [
            suspend_participation(
                participation=part,
                reason=_("A co-chair recorded that the person left the organisation."),
                by=by,
                at=at,
                has_left=True,
            )
            for part in parts.order_by("pk")
        ]
        if not any(suspended):
            return False
    else:
        left = current_affiliations_of(person, at.date())
        end_affiliations(left.filter(organisation__in=parts.values("organisation")), at.date())
        clear_invitation_address(person, person.invitation_email.lower(), at)
        void_changed_confirmations(person.participations.all())
    audit.record(action="left organisation", at=at, actor=by, subject=person)
    return True
