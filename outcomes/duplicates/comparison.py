"""Two entries side by side: why they look alike, and what a merge would move."""

import re
from collections.abc import Iterable, Iterator
from functools import reduce
from operator import or_
from urllib.parse import urlsplit

from django.db import models
from django.db.models import Q
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from outcomes.duplicates.relations import MergeRule, relations_of
from participants.display_names import display_name
from participants.models import (
    Affiliation,
    Delegate,
    Organisation,
    Participation,
)
from participants.participation.confirmation import participations_to_confirm_again
from participants.permissions import EventPermissions, visible_people
from roundtable.text.name_folding import normalise_for_search

MAX_NAMES = 20
SMALL_WORDS = {"of", "the", "and", "for", "mr", "mrs", "ms", "miss", "dr", "prof", "sir", "madam"}


def organisation_similarities(first: Organisation, second: Organisation) -> Iterator[str]:
    yield from _same_names([first.name, first.short_name], [second.name, second.short_name])
    if first.country and first.country == second.country:
        yield _("Both are in %s.") % first.country.name
    if first.kind == second.kind:
        yield _("Both have the kind “%s”.") % first.get_kind_display()
    if _host(first.site) and _host(first.site) == _host(second.site):
        yield _("Both have the website %s.") % _host(first.site)
    if first.role_mailbox and first.role_mailbox.lower() == second.role_mailbox.lower():
        yield _("Both have the role mailbox %s.") % first.role_mailbox


def person_similarities(
    first: Delegate, second: Delegate, permissions: EventPermissions
) -> Iterator[str]:
    """Does not repeat the address: the page shows it to those who may read it."""
    yield from _same_names([first.name, first.name_latin], [second.name, second.name_latin])
    address = first.invitation_email.lower()
    if permissions.can_decide_any and address and address == second.invitation_email.lower():
        yield _("Both have the same invitation address.")
    rows = Participation.objects.filter(_seen(["event"], permissions))
    first_parts, second_parts = (rows.filter(delegate=row) for row in (first, second))
    both = Organisation.objects.filter(pk__in=first_parts.values("organisation"))
    for office in both.filter(pk__in=second_parts.values("organisation")).order_by("name"):
        yield _("Both took part for %s.") % office


def _same_names(first: list[str], second: list[str]) -> Iterator[str]:
    letters = [{"".join(_words(name)) for name in names} - {""} for names in (first, second)]
    words = [{tuple(sorted(_words(name))) for name in names} - {()} for names in (first, second)]
    if letters[0] & letters[1]:
        yield _("Both have the same name.")
    elif words[0] & words[1]:
        yield _("Both names have the same words.")


def _words(name: str) -> list[str]:
    found = re.findall(r"\w+", normalise_for_search(name))
    return [word for word in found if word not in SMALL_WORDS]


def _host(site: str) -> str:
    return (urlsplit(site).hostname or "").removeprefix("www.")


def _seen(ways: Iterable[str], permissions: EventPermissions) -> Q:
    if permissions.is_operator or not ways:
        return Q()
    return reduce(or_, (Q((f"{way}__in", permissions.readable)) for way in ways))


def changes_by_rule(
    rules: dict[str, MergeRule], duplicate: models.Model, permissions: EventPermissions
) -> Iterator[str]:
    """What a merge does to the rows of the duplicate, as far as the viewer may see them."""
    relations = relations_of(type(duplicate))
    for name, rule in rules.items():
        if rule.counted_by is None:
            continue
        model, field = relations[name].related_model, relations[name].field
        rows = model._default_manager.filter(
            _seen(rule.counted_by, permissions), Q((field.name, duplicate))
        )
        if model in (Participation, Affiliation):
            rows = rows.filter(delegate__in=visible_people(permissions))
        if number := rows.count():
            yield f"{capfirst(str(model._meta.verbose_name_plural))}, {number}: {rule.words}"


def who_must_be_confirmed_again(
    before: Organisation, after: Organisation | None, permissions: EventPermissions
) -> str:
    """In words, once `after` replaces `before`; empty if the viewer sees no one of them.

    Without `after`, whatever its kind or country will be.
    """
    if after:
        lost = [row.pk for row in participations_to_confirm_again(before, after, permissions.on)]
    else:
        counted = Participation.objects.confirmed_or_frozen().filter(organisation=before)
        lost = list(counted.values_list("pk", flat=True))
    rows = Participation.objects.filter(
        _seen(["event"], permissions), pk__in=lost, delegate__in=visible_people(permissions)
    )
    names = [
        f"{display_name(row.delegate, permissions)}, {row.event}"
        for row in rows.order_by("event", "pk")
    ]
    if not names:
        return ""
    text = "; ".join(names[:MAX_NAMES])
    if more := len(names[MAX_NAMES:]):
        text += ngettext(" and %d more", " and %d more", more) % more
    values = {"number": len(names), "names": text}
    return _("Must be confirmed again by two organisations, %(number)d: %(names)s") % values
