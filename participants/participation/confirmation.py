"""What somebody does to several rows at once."""

from collections.abc import Iterable
from datetime import datetime

from allauth.account.models import EmailAddress
from django.db import transaction

from participants.models import Delegate, Participation, User
from participants.permissions import acts_for, rights_of
from roundtable.audit import log as audit


@transaction.atomic
def confirm_participations(
    *, participations: Iterable[Participation], by: User, at: datetime
) -> list[Participation]:
    """Confirms those that this person may confirm, and returns them.

    Left as they are: confirmed ones, those of roundtables that this person is no co-chair of,
    and the person's own, which an invitation to one's own address is too.
    """
    rights = rights_of(by, at.date())
    own_addresses = addresses_of(by)
    confirmed = []
    for row in participations:
        own = is_own(row.delegate, by, own_addresses)
        if row.confirmed_at or own or rights is None or not rights.may_decide(row.event_id):
            continue
        row.confirmed_by, row.confirmed_at = by, at
        row.full_clean()
        row.save()
        audit.record(
            act="confirm participation",
            at=at,
            actor=by,
            subject=row.delegate,
            organisation=acts_for(by, row.event_id, at.date()),
            detail=row.event.code,
        )
        confirmed.append(row)
    return confirmed


def addresses_of(user: User) -> set[str]:
    """The addresses that an account signs in with, or wants to, in small letters."""
    signing_in = EmailAddress.objects.filter(user=user).values_list("email", flat=True)
    return {address.lower() for address in (user.email, *signing_in)}


def is_own(delegate: Delegate, user: User, addresses: set[str] | None = None) -> bool:
    """Whether the profile is this person's own, which one invited at an own address is too.

    `addresses` are those of the person, where they are at hand.
    """
    if delegate.user_id == user.pk:
        return True
    invited = delegate.invitation_email.lower()
    return bool(invited) and invited in (addresses_of(user) if addresses is None else addresses)
