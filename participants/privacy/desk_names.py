"""Which co-chairs read someone's name at their desk, for that person."""

from collections.abc import Iterator
from datetime import date

from participants.models import Delegate, Grant
from participants.permissions import permissions_of, visible_people


def cochairs_naming(person: Delegate, on: date) -> Iterator[Grant]:
    """The grants of those who do, by the rule of the desk itself."""
    events = person.participations.values("event")
    grants = Grant.objects.active(on).filter(
        role=Grant.Role.COCHAIR, event__in=events, user__is_active=True
    )
    rows = grants.exclude(user=person.user_id or 0).select_related("user", "on_behalf_of")
    return (row for row in rows.order_by("pk") if _is_named_to(row, person, on))


def _is_named_to(grant: Grant, person: Delegate, on: date) -> bool:
    permissions = permissions_of(grant.user, on)
    assert permissions is not None
    return visible_people(permissions).filter(pk=person.pk).exists()
