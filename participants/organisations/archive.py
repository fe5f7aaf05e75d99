"""Archiving organisations. They are never deleted, because people exclude them."""

from datetime import datetime
from typing import Any

from django.db import transaction

from participants.models import Organisation, User
from participants.permissions import may_edit_organisation, permissions_of
from roundtable.audit import log as audit


@transaction.atomic
def set_archived(
    *, organisation: Organisation, archived: bool, reason: str, by: User, at: datetime
) -> bool:
    """Archives or restores an organisation. Returns False if it already was.

    Raises PermissionError if `by` may not edit it.
    """
    row: Any = Organisation.objects.select_for_update().get(pk=organisation.pk)
    permissions = permissions_of(by, at.date())
    if permissions is None or not may_edit_organisation(permissions, row):
        raise PermissionError("Only who may edit an organisation may archive it.")
    if (row.archived_at is not None) == archived:
        return False
    row.archived_at = at if archived else None
    row._change_reason = reason  # kept in the history
    row.save()
    audit.record(
        action="archive organisation" if archived else "restore organisation",
        at=at,
        actor=by,
        organisation=row.slug,
    )
    return True
