"""Who may do what. Rights come from grants alone, for the days on which they hold."""

from datetime import date

from django.contrib.auth.models import AnonymousUser

from participants.models import Grant, Organisation, User
from roundtable.models import Event

AnyUser = User | AnonymousUser
EDITORS = (Grant.Role.COCHAIR, Grant.Role.EDITOR)


def may_enter_admin(user: AnyUser) -> bool:
    """Operators, and whoever holds a grant today."""
    return isinstance(user, User) and user.is_staff


def granted_events(user: User, on: date, roles: tuple[str, ...] = ()) -> "set[int]":
    """Numbers of the events for which this person holds a grant on that day.

    `roles` narrows it to grants of these roles.
    """
    grants = user.grants.active(on)
    if roles:
        grants = grants.filter(role__in=roles)
    return set(grants.values_list("event_id", flat=True))


def can_read_event(user: User, event: Event, on: date) -> bool:
    """Operators, and any grant for this event."""
    return user.is_active and (user.is_superuser or event.pk in granted_events(user, on))


def can_edit_event(user: User, event: Event, on: date) -> bool:
    """Operators, co-chairs and editors of this event."""
    return user.is_active and (user.is_superuser or event.pk in granted_events(user, on, EDITORS))


def can_decide(user: User, event: Event, on: date) -> bool:
    """Who approves updates, confirms participation and publishes: operators and co-chairs."""
    return user.is_active and (
        user.is_superuser or event.pk in granted_events(user, on, (Grant.Role.COCHAIR,))
    )


def can_edit_organisation(user: User, organisation: Organisation, on: date) -> bool:
    """Operators, and editors of every event that the organisation has to do with."""
    if not user.is_active or user.is_superuser:
        return user.is_active
    editable = granted_events(user, on, EDITORS)
    return bool(editable) and events_of_organisation(organisation) <= editable


def events_of_organisation(organisation: Organisation) -> "set[int]":
    """Numbers of the events that the organisation has to do with in any way."""
    return set(
        Event.objects.filter(roles__organisation=organisation)
        .union(
            Event.objects.filter(participations__organisation=organisation),
            Event.objects.filter(commitments__parties__organisation=organisation),
            Event.objects.filter(participations__delegate__affiliations__organisation=organisation),
            Event.objects.filter(statement__outcomes__addressees__organisation=organisation),
        )
        .values_list("pk", flat=True)
    )
