"""Confirming participations."""

from collections.abc import Iterable
from datetime import datetime

from allauth.account.models import EmailAddress
from django.db import transaction

from participants.models import Delegate, Participation, User
from participants.permissions import acting_organisation, permissions_of
from roundtable.audit import log as audit


@transaction.atomic
def confirm_participations(
    *, participations: Iterable[Participation], by: User, at: datetime
) -> list[Participation]:
    """Confirms and returns those that this user may confirm.

    Skips confirmed ones, the user's own, and those of roundtables they do not co-chair.
    """
    rights = permissions_of(by, at.date())
    own_addresses = login_addresses(by)
    confirmed = []
    given = list(participations)
    Delegate.lock_all(row.delegate_id for row in given)
    # An erasure may just have removed some, which must not come back.
    stored = Participation.objects.select_related("delegate", "event", "organisation")
    for row in stored.filter(pk__in=[row.pk for row in given]).order_by("pk"):
        own = is_own_profile(row.delegate, by, own_addresses)
        if row.confirmed_at or own or rights is None or not rights.may_decide(row.event_id):
            continue
        row.confirmed_by, row.confirmed_at = by, at
        row.full_clean()
        row.save()
        audit.record(
            action="confirm participation",
            at=at,
            actor=by,
            subject=row.delegate,
            organisation=acting_organisation(by, row.event_id, at.date()),
            detail=row.event.code,
        )
        confirmed.append(row)
    return confirmed


def login_addresses(user: User) -> set[str]:
    """Sign-in addresses of the account in lower case, verified or not."""
    login_emails = EmailAddress.objects.filter(user=user).values_list("email", flat=True)
    return {address.lower() for address in (user.email, *login_emails)}


def is_own_profile(delegate: Delegate, user: User, own_addresses: set[str] | None = None) -> bool:
    """Also true if the invitation address is one of the user's own addresses."""
    if delegate.user_id == user.pk:
        return True
    invited = delegate.invitation_email.lower()
    return bool(invited) and invited in (
        login_addresses(user) if own_addresses is None else own_addresses
    )
