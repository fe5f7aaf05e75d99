"""What who brings a file in may store: by file nothing comes that no button would do."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from outcomes.models import Outcome, Statement, Theme
from participants.models import FormerSlug, Group, Organisation, Participation
from participants.participation.confirmation import is_own
from participants.permissions import (
    Rights,
    decides_audiences,
    edits_all_of,
    may_edit_organisation,
    organisations_seen_by,
)
from roundtable.models import Event, Series

Refusals = Iterator[tuple[str, str]]  # the key, or nothing for the whole row, and a sentence
OF_PERSON = ("name", "name_latin", "invitation_email", "post")


def refusals(
    row: models.Model, values: Mapping[str, Any], mine: Rights | None
) -> Iterable[tuple[str, str]]:
    """Why these other values of a row may not be stored, each by its key.

    A command may store all of it, and so may an operator.
    """
    rule = _RULES.get(type(row))
    if rule is None or mine is None or mine.is_operator:
        return []
    return rule(row, values, mine)


def may_bring_in(event: Event | None, mine: Rights | None) -> bool:
    """Whether the roundtable of a file is there to be changed, or may be made.

    One that somebody does not edit is for them as if it were not there.
    """
    if mine is None or mine.is_operator:
        return True
    return event is not None and mine.may_edit(event.pk)


def may_choose_series(mine: Rights | None) -> bool:
    """Whether a file may move a roundtable to another series."""
    return mine is None or mine.is_operator


def may_publish(event: Event, mine: Rights | None) -> bool:
    """Whether a file may publish the statement of a roundtable."""
    return mine is None or mine.may_decide(event.pk)


def hidden(slugs: Iterable[str], mine: Rights | None) -> set[str]:
    """Short names of organisations that are taken, by whom one does not see."""
    if mine is None or mine.is_operator:
        return set()
    seen = organisations_seen_by(mine).filter(slug__in=(wanted := list(slugs)))
    taken = Organisation.objects.filter(slug__in=wanted)
    unseen = set(taken.values_list("slug", flat=True)) - set(seen.values_list("slug", flat=True))
    merged = FormerSlug.objects.filter(slug__in=wanted)
    merged = merged.exclude(organisation__in=organisations_seen_by(mine).values("pk"))
    return unseen | set(merged.values_list("slug", flat=True))


def refusals_of_person(
    part: Participation, changed: Collection[str], given: Collection[str], mine: Rights | None
) -> Refusals:
    """The same for one row about a person: what changes, and what the file says at all."""
    person = part.delegate
    is_there = not part._state.adding
    may_all = mine is None or mine.is_operator
    if mine and not mine.may_decide(part.event_id) and "invitation_email" in given:
        yield (
            "invitation_email",
            _("Co-chairs alone keep invitation addresses. Leave this cell empty."),
        )
    if mine and changed and not person._state.adding and is_own(person, mine.user):
        yield "", _("This is you. Ask another co-chair to change it.")
        return
    if is_there and "organisation" in changed:
        if part.confirmed_at or (person.user_id and not may_all):
            yield (
                "organisation",
                _("Whom somebody spoke for stays once it decides what that person sees."),
            )
    touched = [name for name in OF_PERSON if name in changed]
    if mine and touched and not person._state.adding and not edits_all_of(person, mine):
        for name in touched:
            yield name, _NOT_HERE


_OPERATORS = _("Operators keep this. Leave it as it was, or ask one.")
_NOT_HERE = _("You may not change this here. Leave it as it was, or ask an operator.")


def _kept_by_operators(row: models.Model, new: Mapping[str, Any], mine: Rights) -> Refusals:
    if row._state.adding:
        yield "", _("Operators add these. Ask one, or leave it out.")
        return
    for name in new:
        yield name, _OPERATORS


def _of_event(row: Event, new: Mapping[str, Any], mine: Rights) -> Refusals:
    for name in new:
        if name in ("code", "slug", "is_demonstration", "series"):
            yield name, _OPERATORS
    if "is_public" in new and not mine.may_decide(row.pk):
        yield "is_public", _("A co-chair decides whether everyone sees it. Leave it as it was.")


def _of_organisation(row: Organisation, new: Mapping[str, Any], mine: Rights) -> Refusals:
    if row._state.adding or not new:
        return
    may_edit = may_edit_organisation(mine, row)
    settled = ("kind", "country") if may_edit and decides_audiences(row) else ()
    for name in new:
        if not may_edit or name in settled:
            yield name, _NOT_HERE


def _of_statement(row: Statement, new: Mapping[str, Any], mine: Rights) -> Refusals:
    frozen = ("title", "introduction", "language") if _is_published(row) else ()
    for name in new:
        if name in frozen:
            yield name, _("It is published, and others cite its words. Leave it as it was.")


def _of_outcome(row: Outcome, new: Mapping[str, Any], mine: Rights) -> Refusals:
    if not _is_published(new.get("statement") or row.statement):
        return
    if row._state.adding:
        yield "", _("The statement is published: no point is added to it.")
        return
    for name in new:
        if name in ("text", "number", "position", "parent"):
            key = name if name in ("text", "number") else ""
            yield key, _("It is published, and others cite its words. Leave it as it was.")


def _is_published(statement: Statement) -> bool:
    return bool(statement.state == Statement.State.PUBLISHED)


_RULES: dict[type[models.Model], Callable[..., Refusals]] = {
    Series: _kept_by_operators,
    Theme: _kept_by_operators,
    Group: _kept_by_operators,
    Event: _of_event,
    Organisation: _of_organisation,
    Statement: _of_statement,
    Outcome: _of_outcome,
}
