"""Taking out of a record what its person wrote, before somebody may come into it anew."""

from datetime import datetime

from django.db import transaction

from participants.accounts.addresses import remove_closed
from participants.models import Affiliation, Delegate, Participation, User
from participants.models.delegate import new_handle
from participants.privacy.erasure import remove_rows_of
from roundtable.audit import log as audit

# What the co-chairs know without the person. Any other field begins anew.
KEPT = {"id", "handle", "name", "name_latin", "invitation_email", "is_demonstration"}


@transaction.atomic
def empty(delegate: Delegate, *, by: User, at: datetime) -> None:
    """Leaves what the co-chairs know of the person, who had an account that is closed now.

    Nobody knows who reads the mail of the next invitation: what one wrote, shared and agreed to,
    and who looked, is not handed on.
    """
    person = Delegate.objects.select_for_update().get(pk=delegate.pk)
    closed = person.user
    for party in person.focal_point_for.all():
        party.ask(person)
    remove_rows_of(person, keeping={Affiliation, Participation})
    for column in person._meta.concrete_fields:
        if column.name not in KEPT:
            setattr(person, column.attname, column.get_default())
    person.handle = new_handle()
    person.full_clean()
    person.save()
    audit.forget(person)
    if closed:
        remove_closed(closed)
    audit.record(act="empty profile", at=at, actor=by, subject=person)
    delegate.refresh_from_db()
