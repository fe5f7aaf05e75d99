"""How a person is named at the co-chairs' desk."""

from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _

from participants.models import Delegate, Grant, Participation, User
from participants.permissions import EventPermissions


def display_name(person: Delegate | User | None, viewer: EventPermissions | None) -> str:
    """The only way in which the admin names a person. No viewer: a command on the server.

    It is the name if the viewer may see the person. Otherwise it is what the account does in the
    viewer's own roundtables. What depends on other roundtables looks the same whether they are
    public or not.
    """
    if person is None:
        return _("A person whose account was deleted")
    delegate = person if isinstance(person, Delegate) else getattr(person, "delegate", None)
    if delegate is not None and (viewer is None or viewer.can_see(delegate)):
        return str(delegate)
    if isinstance(person, Delegate):
        return _("A person who is not shown here")
    if person.is_superuser:
        return _("The operator (account %d)") % person.pk
    grants = [row for row in person.grants.all() if viewer is None or viewer.may_read(row.event_id)]
    if not grants:
        return _("Someone of another roundtable (account %d)") % person.pk
    grant = max(grants, key=lambda row: (row.valid_from, row.pk))
    words = {"role": grant.get_role_display(), "number": person.pk}
    if grant.on_behalf_of is None:
        return _("%(role)s (account %(number)d)") % words
    words["organisation"] = grant.on_behalf_of.internal_short
    return _("%(role)s, for %(organisation)s (account %(number)d)") % words


def participant_name(row: Participation, viewer: EventPermissions) -> str:
    """Someone who takes part, by organisation only if the viewer may not name the person."""
    if viewer.can_see(row.delegate):
        return str(row.delegate)
    return _("A delegate of %s") % row.organisation.internal_short


def with_display_names(rows: QuerySet[Any], *accounts: str) -> QuerySet[Any]:
    """Fetches what display_name() reads of these accounts, such as "requested_by".

    Without names, the rows are accounts themselves.
    """
    grants = Grant.objects.select_related("on_behalf_of")
    prefixes = [f"{name}__" for name in accounts] or [""]
    found: QuerySet[Any] = rows.select_related(*(f"{prefix}delegate" for prefix in prefixes))
    return found.prefetch_related(
        *(Prefetch(f"{prefix}grants", queryset=grants) for prefix in prefixes)
    )
