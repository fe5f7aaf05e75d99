"""Two entries of one organisation become one."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from outcomes.duplicates.relations import Moved, Rule, fill, move, relations_of
from outcomes.models import Assessment, Follow, Offer, Response
from participants.models import EventRole, FormerSlug, Grant, Organisation, User
from participants.permissions import may_edit_organisation, rights_of
from roundtable.audit import log as audit

RULES: dict[str, Rule] = {
    "participants.EventRole.organisation": "once",
    "outcomes.OutcomeAddressee.organisation": "once",
    "outcomes.CommitmentParty.organisation": "once",
    "participants.Grant.on_behalf_of": "move",
    # Who left one of them out leaves out both: nobody is shown more.
    "participants.AudienceException.organisation": "once",
    "participants.Affiliation.organisation": "fold",
    "participants.Participation.organisation": "move",
    "participants.FormerSlug.organisation": "move",
    "outcomes.Reply.organisation": "apart",
    "outcomes.SignOff.organisation": "apart",
    "outcomes.Follow.organisation": "by hand",
    "outcomes.Offer.organisation": "move",
    "outcomes.Response.organisation": "move",
    "outcomes.Assessment.organisation": "move",
}
# What the page of the organisation shows, and the desk may count.
COUNTED = (
    "participants.EventRole.organisation",
    "outcomes.OutcomeAddressee.organisation",
    "outcomes.CommitmentParty.organisation",
    "participants.Participation.organisation",
    "outcomes.Response.organisation",
    "outcomes.Offer.organisation",
    "outcomes.Assessment.organisation",
)


def may_merge(first: Organisation, second: Organisation, by: User, at: datetime) -> bool:
    """Operators, and whoever may edit both."""
    rights = rights_of(by, at.date())
    return rights is not None and all(may_edit_organisation(rights, row) for row in (first, second))


def which_stays(first: Organisation, second: Organisation, by: User, at: datetime) -> list[Any]:
    """Which of the two can stay: either, by an operator; else the one that others link to.

    That is the one with a public page; of two alike, the one that was here first. Its short name
    in addresses is changed by nobody else at the desk, and so by no merge.
    """
    rights = rights_of(by, at.date())
    if rights is not None and rights.is_operator:
        return [first, second]
    rows = {row.pk: row for row in (first, second)}
    public = Organisation.objects.published().filter(pk__in=rows).values_list("pk", flat=True)
    return [rows[min(set(public) or rows)]]


@transaction.atomic
def merge_organisations(
    *, stays: Organisation, goes: Organisation, by: User, at: datetime
) -> Moved:
    """Moves every link to the one that stays, and removes the other; how many, by what it is.

    The old address leads to the one that stays. Raises ValidationError, in words for the desk,
    where something would be lost or doubled, or somebody would be shown more than before.
    """
    if stays.pk == goes.pk or not may_merge(stays, goes, by, at):
        raise ValidationError(_("You may not merge these two."))
    stays, goes = (Organisation.objects.select_for_update().get(pk=row.pk) for row in (stays, goes))
    if stays not in which_stays(stays, goes, by, at):
        raise ValidationError(_("Others link to “%s”, so that one has to stay.") % goes)
    _check(stays, goes)
    wrong_before = _wrong(stays) | _wrong(goes)
    moved: Moved = Moved()
    relations = relations_of(Organisation)
    for name, rule in RULES.items():
        number = move(relations[name], rule, stays=stays, goes=goes)
        if number and name in COUNTED:
            moved[str(relations[name].related_model._meta.verbose_name_plural)] += number
    _move_follows(stays, goes)
    if wrong := _wrong(stays) - wrong_before:
        raise ValidationError(
            _("Merged, they would contradict each other: %s.") % sorted(map(str, wrong))[0]
        )
    old = goes.slug
    goes.delete()
    fill(stays, goes, ("short_name", "site", "description", "role_mailbox"))
    FormerSlug.objects.create(slug=old, organisation=stays)
    stays.full_clean()
    stays.save()
    audit.record(act="merge organisation", at=at, actor=by, detail=f"{old} → {stays.slug}"[:200])
    return moved


def _check(stays: Organisation, goes: Organisation) -> None:
    if stays.is_demonstration != goes.is_demonstration:
        raise ValidationError(_("One of them is made up and the other one is not."))
    if (stays.kind, stays.country) != (goes.kind, goes.country):
        # Both decide who is inside an audience, and who is left out.
        raise ValidationError(
            _("They differ in kind or country. An operator has to make these the same first.")
        )
    roles = EventRole.objects.filter(role=EventRole.Role.COCHAIR)
    chaired = [set(roles.filter(organisation=row).values_list("event")) for row in (stays, goes)]
    if chaired[0] & chaired[1]:
        raise ValidationError(_("Both are co-chairs of one roundtable: two keys would become one."))
    chairing = Grant.objects.filter(role=Grant.Role.COCHAIR)
    events = [
        chairing.filter(on_behalf_of=row).values_list("event", flat=True) for row in (stays, goes)
    ]
    if set(events[0]) & set(events[1]):
        raise ValidationError(
            _("Co-chairs act for both of them at one roundtable: two keys would become one.")
        )


def _move_follows(stays: Organisation, goes: Organisation) -> None:
    """Who follows both follows one: as fast as either was told, and missing nothing."""
    known = {row.user_id: row for row in Follow.objects.filter(organisation=stays)}
    for row in Follow.objects.filter(organisation=goes):
        same = known.get(row.user_id)
        if same is None:
            row.organisation = stays
            row.save()
            continue
        if Follow.Pace.AT_ONCE in (row.pace, same.pace):
            same.pace = Follow.Pace.AT_ONCE
        # The earlier moment: something may be told twice, nothing is left out.
        same.told_until = min(row.told_until, same.told_until)
        row.delete()
        same.save()


def _wrong(row: Organisation) -> set[Any]:
    """Its texts that could not be written today, such as a verdict on its own commitment."""
    found = set()
    for model in (Response, Offer, Assessment):
        for text in model._default_manager.filter(organisation=row):
            try:
                text.clean()
            except ValidationError:
                found.add(text)
    return found
