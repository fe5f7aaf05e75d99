"""How changes of public records are kept.

Only events, statements, outcomes, commitments, milestones and organisations have a history; people
never do, because old copies would outlive an erasure.
"""

from typing import Any

from django.db import models
from django.http import HttpRequest
from simple_history.models import HistoricalRecords

# Why a row was changed: what stood there before is to be read by nobody.
TAKEN_OUT = "taken out"


def _user_id(request: HttpRequest | None = None, **kwargs: Any) -> int | None:
    user = getattr(request, "user", None)
    return user.pk if user is not None and user.is_authenticated else None


def _get_user(record: Any) -> int | None:
    user_id: int | None = record.history_user_id
    return user_id


def _set_user(record: Any, user_id: int | None) -> None:
    record.history_user_id = user_id


def record_history(m2m_fields: tuple[str, ...] = ()) -> HistoricalRecords:
    """A history that names its author by number.

    A foreign key to the user would tie this app's migrations to the app above it.
    """
    return HistoricalRecords(
        history_user_id_field=models.BigIntegerField(null=True),
        history_user_getter=_get_user,
        history_user_setter=_set_user,
        get_user=_user_id,
        m2m_fields=m2m_fields,
    )
