"""Whether an invitation that waited may leave, and to which address."""

from datetime import datetime

from django.db import transaction

from participants.actions import addresses_of
from participants.invitations import CAUSE, end_links, invite, why_not
from participants.models import Invitation
from participants.permissions import rights_of
from roundtable.mail.batches import recheck
from roundtable.mail.queue import Letter


@recheck(CAUSE)
@transaction.atomic
def invited(letter: Letter, at: datetime) -> str:
    """The address of an invitation that is open, and that could be made at this moment too.

    Where a co-chair has corrected the address meanwhile, an invitation of its own goes there: this
    letter may hold a link that belongs to who reads the mail of the former one.
    """
    number = int(letter.cause.removeprefix(CAUSE))
    rows = Invitation.objects.select_related("delegate__user", "event", "invited_by")
    row = rows.filter(pk=number, answered_at=None, revoked_at=None).first()
    if row is None:
        return ""
    person, event, by = row.delegate, row.event, row.invited_by
    if by is None or why_not(person, event, rights=rights_of(by, at.date()), own=addresses_of(by)):
        end_links([letter.cause], at=at)
        return ""
    if row.email != person.invitation_email:
        invite(delegate=person, event=event, by=by, at=at)
        return ""
    return row.email
