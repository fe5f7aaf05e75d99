"""Two entries of one organisation become one."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from outcomes.merging.moving import Moved, Rule, fill, move, relations_of
from outcomes.models import Assessment, Offer, Response
from participants.models import EventRole, FormerSlug, Grant, Organisation, User
from participants.permissions import may_edit_organisation, rights_of
from roundtable import audit

RULES: dict[str, Rule] = {
    "participants.EventRole.organisation": "once",
    "outcomes.OutcomeAddressee.organisation": "once",
    "outcomes.CommitmentParty.organisation": "once",
    "participants.Grant.on_behalf_of": "move",
    # Who left one of them out leaves out both: nobody is shown more.
    "participants.AudienceException.organisation": "once",
    "participants.Affiliation.organisation": "move",
    "participants.Participation.organisation": "move",
    "participants.FormerSlug.organisation": "move",
    "outcomes.Reply.organisation": "apart",
    "outcomes.SignOff.organisation": "apart",
    "outcomes.Follow.organisation": "once",
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
    _check(stays, goes)
    wrong_before = _wrong(stays) | _wrong(goes)
    moved: Moved = Moved()
    relations = relations_of(Organisation)
    for name, rule in RULES.items():
        number = move(relations[name], rule, stays=stays, goes=goes)
        if number and name in COUNTED:
            moved[str(relations[name].related_model._meta.verbose_name_plural)] += number
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
