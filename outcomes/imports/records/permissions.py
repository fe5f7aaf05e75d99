"""What a user may store by import: the same that the co-chairs’ desk allows."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from outcomes.models import Outcome, Statement, Theme
from participants.models import EventRole, Group, Organisation, Participation, SlugRedirect
from participants.models.organisation import base_of_slug
from participants.participation.confirmation import is_own_profile
from participants.permissions import (
    EventPermissions,
    affects_audiences,
    can_edit_visible_events_of,
    has_settled_name,
    may_edit_organisation,
    role_needs_confirmation,
    visible_organisations,
)
from roundtable.models import Event, Series

Refusals = Iterator[tuple[str, str]]  # the key (empty for the whole row) and a sentence
PERSON_FIELDS = ("name", "name_latin", "invitation_email", "post")


def row_refusals(
    row: models.Model, values: Mapping[str, Any], permissions: EventPermissions | None
) -> Iterable[tuple[str, str]]:
    """The keys whose new values this user may not store, each with a sentence.

    An empty key means the whole row. Commands may store everything, operators all but what other
    organisations confirm.
    """
    if permissions is None:
        return []
    if isinstance(row, Group) and permissions.is_operator:
        return _settled_group_refusals(row, values)
    found = list(_needs_confirmation(row, values))
    if (rule := _RULES.get(type(row))) and not permissions.is_operator:
        names = {name for name, _sentence in found}
        found += [item for item in rule(row, values, permissions) if item[0] not in names]
    return found


def _needs_confirmation(row: models.Model, new: Mapping[str, Any]) -> Refusals:
    if isinstance(row, Organisation) and not row._state.adding:
        for names, is_settled in (
            ({"name", "short_name"}, has_settled_name),
            ({"kind", "country"}, affects_audiences),
        ):
            changed = names & new.keys()
            for name in sorted(changed) if changed and is_settled(row) else ():
                yield (
                    name,
                    _(
                        "Other organisations confirm this change. Restore the earlier value, and "
                        "request the change on the page of the organisation."
                    ),
                )
    is_new_role = isinstance(row, EventRole) and row._state.adding
    if is_new_role and role_needs_confirmation(new["event"], new["role"], timezone.localdate()):
        yield "role", str(ROLE_NEEDS_CONFIRMATION)


def _settled_group_refusals(row: Group, new: Mapping[str, Any]) -> Refusals:
    changed = {"name", "description"} & new.keys()
    for name in sorted(changed) if changed and has_settled_name(row) else ():
        yield name, _("A public text names this group. Restore the earlier value.")


ROLE_NEEDS_CONFIRMATION = gettext_lazy(
    "Other organisations confirm who is co-chair or co-host. Restore what was there before, and "
    "request the change on the page of the roundtable."
)


def is_unrestricted(permissions: EventPermissions | None) -> bool:
    """Whether it is a command or an operator."""
    return permissions is None or permissions.is_operator


def may_import(event: Event | None, permissions: EventPermissions | None) -> bool:
    if permissions is None or permissions.is_operator:
        return True
    # The same answer for a missing roundtable and a forbidden one, so that neither is revealed.
    return event is not None and permissions.may_edit(event.pk)


def may_publish(event: Event, permissions: EventPermissions | None) -> bool:
    return permissions is None or permissions.may_decide(event.pk)


class OrganisationFinder:
    """Finds organisations by the short names of a file; those the user cannot see look absent."""

    def __init__(self, slugs: Iterable[str], permissions: EventPermissions | None) -> None:
        wanted = list(slugs)
        merged = SlugRedirect.objects.filter(slug__in=wanted)
        self._merged = {row.slug: row.organisation for row in merged.select_related("organisation")}
        if permissions is None or permissions.is_operator:
            stored = Organisation.objects.filter(slug__in=wanted)
            self._stored = {row.slug: row for row in stored}
        else:
            # Once: this query takes long to build.
            rows = list(visible_organisations(permissions).order_by("-pk")) if wanted else []
            visible = {row.pk for row in rows}
            self._merged = {slug: row for slug, row in self._merged.items() if row.pk in visible}
            # A short name of theirs has an ending, which the file does not.
            self._stored = {base_of_slug(row.slug): row for row in rows}
            self._stored |= {row.slug: row for row in rows}

    def stored(self, slug: str) -> Organisation | None:
        return self._stored.get(slug)

    def merged_into(self, slug: str) -> Organisation | None:
        return None if slug in self._stored else self._merged.get(slug)


def person_refusals(
    participation: Participation,
    changed: Collection[str],
    given: Collection[str],
    permissions: EventPermissions | None,
) -> Refusals:
    """As `row_refusals`, for one row about a person.

    `changed` are the keys with a new value, `given` all keys of the row.
    """
    person = participation.delegate
    is_new_person, is_stored = person._state.adding, not participation._state.adding
    may_decide = permissions is None or permissions.may_decide(participation.event_id)
    if "invitation_email" in given and not may_decide:
        yield (
            "invitation_email",
            _("Only co-chairs can change invitation addresses. Leave this cell empty."),
        )
    if permissions and changed and not is_new_person and is_own_profile(person, permissions.user):
        yield "", _("This is your own entry. Ask another co-chair to change it.")
        return
    if is_stored and "organisation" in changed:
        if participation.took_effect_at or (person.user_id and not is_unrestricted(permissions)):
            yield (
                "organisation",
                _(
                    "You cannot change the organisation the person represented. It already "
                    "decides what that person can see. Restore the earlier value."
                ),
            )
    changed_fields = [name for name in PERSON_FIELDS if name in changed]
    if permissions and changed_fields and not is_new_person:
        if not can_edit_visible_events_of(person, permissions):
            for name in changed_fields:
                yield name, _NOT_ALLOWED


_OPERATORS_ONLY = _(
    "Only operators can change this. Restore the earlier value, or ask an operator."
)
_NOT_ALLOWED = _("You cannot change this here. Restore the earlier value, or ask an operator.")


def _operator_only_refusals(
    row: models.Model, new: Mapping[str, Any], permissions: EventPermissions
) -> Refusals:
    if row._state.adding:
        yield "", _("Only operators can add this. Ask an operator, or remove it from the file.")
        return
    for name in new:
        yield name, _OPERATORS_ONLY


def _event_refusals(row: Event, new: Mapping[str, Any], permissions: EventPermissions) -> Refusals:
    for name in new:
        if name in ("code", "slug", "is_demonstration", "series"):
            yield name, _OPERATORS_ONLY
    if "is_public" in new and not permissions.may_decide(row.pk):
        yield (
            "is_public",
            _("Only a co-chair can decide whether everyone sees it. Restore the earlier value."),
        )


def _organisation_refusals(
    row: Organisation, new: Mapping[str, Any], permissions: EventPermissions
) -> Refusals:
    if row._state.adding or not new:
        return
    if not may_edit_organisation(permissions, row):
        for name in new:
            yield name, _NOT_ALLOWED


def _statement_refusals(
    row: Statement, new: Mapping[str, Any], permissions: EventPermissions
) -> Refusals:
    frozen = ("title", "introduction", "language") if _is_published(row) else ()
    for name in new:
        if name in frozen:
            yield name, _("This is published, and other people cite it. Restore the earlier value.")


def _outcome_refusals(
    row: Outcome, new: Mapping[str, Any], permissions: EventPermissions
) -> Refusals:
    if not _is_published(new.get("statement") or row.statement):
        return
    if row._state.adding:
        yield (
            "",
            _(
                "The statement is published, so you cannot add a point to it. Remove the "
                "point from the file."
            ),
        )
        return
    for name in new:
        if name in ("text", "number", "position", "parent"):
            key = name if name in ("text", "number") else ""
            yield key, _("This is published, and other people cite it. Restore the earlier value.")


def _is_published(statement: Statement) -> bool:
    return bool(statement.state == Statement.State.PUBLISHED)


_RULES: dict[type[models.Model], Callable[..., Refusals]] = {
    Series: _operator_only_refusals,
    Theme: _operator_only_refusals,
    Group: _operator_only_refusals,
    Event: _event_refusals,
    Organisation: _organisation_refusals,
    Statement: _statement_refusals,
    Outcome: _outcome_refusals,
}
