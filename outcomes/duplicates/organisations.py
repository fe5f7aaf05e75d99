"""Merges two entries of one organisation."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from outcomes.datasets.tables import ORGANISATIONS
from outcomes.duplicates.comparison import changes_by_rule
from outcomes.duplicates.relations import (
    MergeRule,
    move_relation,
    records_naming,
    relations_of,
    values_for_blanks,
)
from outcomes.models import Assessment, Offer, Response, Subscription
from participants.accounts.grants import RIGHTS
from participants.decisions.engine import forget
from participants.models import (
    DelegationChange,
    EventRole,
    Grant,
    GrantConfirmation,
    Organisation,
    OrganisationChange,
    Proposal,
    SlugRedirect,
    User,
)
from participants.organisations.emails import people_taking_part_for, tell_of_mailbox_change
from participants.participation.confirmation import recheck_confirmations
from participants.permissions import (
    affects_audiences,
    events_of_organisation,
    has_settled_name,
    may_edit_organisation,
    permissions_of,
)
from roundtable.audit import log as audit
from roundtable.history.versions import add_versions

OF_OUTCOME = "outcome__statement__event"
ORGANISATION_RULES: dict[str, MergeRule] = {
    "participants.Act.on_behalf_of": MergeRule("move"),
    "participants.Bundle.on_behalf_of": MergeRule("move"),
    "participants.EventRole.organisation": MergeRule("once", ("event",)),
    "outcomes.OutcomeAddressee.organisation": MergeRule("once", (OF_OUTCOME,)),
    "outcomes.CommitmentParty.organisation": MergeRule("once", ("commitment__event",)),
    "participants.Grant.on_behalf_of": MergeRule("move", ("event",)),
    "participants.Grant.suspended_for": MergeRule("move"),
    # Hidden from one entry means hidden from the merged one: no one may see more than before.
    "participants.AudienceException.organisation": MergeRule("once"),
    "participants.Affiliation.organisation": MergeRule("fold", ()),
    "participants.InvitationRequest.nominated_for": MergeRule("move"),
    "participants.Affiliation.entered_for": MergeRule("move"),
    "participants.Proposal.organisation": MergeRule("by hand"),
    "participants.Proposal.on_behalf_of": MergeRule("move"),
    "participants.Letter.organisation": MergeRule("move", ("event",)),
    "participants.Participation.organisation": MergeRule("move", ("event",)),
    "participants.Participation.suspended_for": MergeRule("move"),
    "participants.GrantConfirmation.on_behalf_of": MergeRule("apart"),
    "participants.ListClosureConfirmation.on_behalf_of": MergeRule("apart"),
    "participants.ParticipationConfirmation.on_behalf_of": MergeRule("apart"),
    "participants.DelegationChange.organisation": MergeRule("by hand"),
    "participants.DelegationChangeConfirmation.on_behalf_of": MergeRule("apart"),
    "participants.OrganisationChange.organisation": MergeRule("by hand"),
    "participants.OrganisationChange.target": MergeRule("by hand"),
    "participants.OrganisationChangeConfirmation.on_behalf_of": MergeRule("apart"),
    "participants.SlugRedirect.organisation": MergeRule("move"),
    "outcomes.CirculationReply.organisation": MergeRule("apart"),
    "outcomes.SignOff.organisation": MergeRule("apart"),
    "outcomes.SourceComparison.on_behalf_of": MergeRule("apart"),
    "outcomes.Subscription.organisation": MergeRule("by hand"),
    "outcomes.Offer.organisation": MergeRule(
        "move", (OF_OUTCOME, "statement__event", "commitment__event")
    ),
    "outcomes.Response.organisation": MergeRule("move", (OF_OUTCOME,)),
    "outcomes.Assessment.organisation": MergeRule("move", ("commitment__event",)),
}


def may_merge_organisations(
    first: Organisation, second: Organisation, by: User, at: datetime
) -> bool:
    rights = permissions_of(by, at.date())
    return rights is not None and all(may_edit_organisation(rights, row) for row in (first, second))


def needs_confirmation(duplicate: Organisation) -> bool:
    """Whether a merge moves people, rights, roles or texts to another name."""
    return affects_audiences(duplicate) or bool(events_of_organisation(duplicate))


@transaction.atomic
def merge_organisations(
    *, target: Organisation, duplicate: Organisation, by: User, at: datetime
) -> list[str]:
    """As apply_merge, if this user may merge them. Raises ValidationError if not.

    Returns what changes, in sentences.
    """
    if target.pk == duplicate.pk or not may_merge_organisations(target, duplicate, by, at):
        raise ValidationError(_("You do not have permission to merge these two entries."))
    permissions = permissions_of(by, at.date())
    assert permissions is not None  # may_merge_organisations()
    changes = list(changes_by_rule(ORGANISATION_RULES, duplicate, permissions))
    apply_merge(target=target, duplicate=duplicate, by=by, at=at)
    return changes


@transaction.atomic
def apply_merge(*, target: Organisation, duplicate: Organisation, by: User, at: datetime) -> None:
    """Moves all links to `target` and deletes `duplicate`, whose address then redirects.

    Raises ValidationError if data would be lost or doubled, or if someone could then see more than
    before.
    """
    target, duplicate = (
        Organisation.objects.select_for_update().get(pk=row.pk) for row in (target, duplicate)
    )
    check_merge(target=target, duplicate=duplicate)
    invalid_before = _invalid_texts(target) | _invalid_texts(duplicate)
    relations = relations_of(Organisation)
    naming = records_naming(duplicate)
    mailbox = target.role_mailbox
    # Whose mailbox changes: the target's if it had none, else the duplicate's.
    concerned = list(people_taking_part_for(duplicate if mailbox else target))
    for name, rule in ORGANISATION_RULES.items():
        move_relation(relations[name], rule, target=target, duplicate=duplicate)
    _merge_subscriptions(target, duplicate)
    _merge_proposals(target, duplicate)
    if newly_invalid := _invalid_texts(target) - invalid_before:
        raise ValidationError(
            _(
                "These entries cannot be merged, because their texts would contradict each "
                "other: %s. Keep both entries."
            )
            % sorted(map(str, newly_invalid))[0]
        )
    open_changes = OrganisationChange.objects.filter(done_at=None, stopped_at=None)
    open_changes.filter(target=duplicate).update(stopped_at=at)
    for model in (OrganisationChange, DelegationChange):
        rows = model.objects.filter(organisation=duplicate)
        rows.filter(done_at=None, stopped_at=None).update(stopped_at=at)
        rows.update(organisation=target)
    OrganisationChange.objects.filter(target=duplicate).update(target=target)
    old = duplicate.slug
    duplicate.delete()
    target.is_name_published &= duplicate.is_name_published
    names = set(ORGANISATIONS.fields) - set(ORGANISATIONS.required())
    if has_settled_name(target):
        names.discard("short_name")
    for name, value in values_for_blanks(target, duplicate, names).items():
        setattr(target, name, value)
    SlugRedirect.objects.create(slug=old, organisation=target)
    target.full_clean()
    target.save()
    if duplicate.role_mailbox not in ("", mailbox):
        former = duplicate.role_mailbox if mailbox else ""
        tell_of_mailbox_change(target, former=former, by=by, at=at, merged=concerned)
    add_versions(naming)
    recheck_confirmations(target, at)
    # What the two confirmed may be a right of the one organisation that they are now.
    forget(RIGHTS, GrantConfirmation.objects.filter(on_behalf_of=target), at)
    audit.record(
        action="merge organisation", at=at, actor=by, detail=f"{old} → {target.slug}"[:200]
    )


def _merge_proposals(target: Organisation, duplicate: Organisation) -> None:
    new = Proposal.objects.filter(kind=Proposal.Kind.WORKPLACE, affiliation=None)
    # One new workplace waits for each person and organisation.
    doubled = new.filter(organisation=target).values("delegate")
    new.filter(organisation=duplicate, delegate__in=doubled).delete()
    Proposal.objects.filter(organisation=duplicate).update(organisation=target)


def check_merge(*, target: Organisation, duplicate: Organisation) -> None:
    """Raises ValidationError if the two cannot be one."""
    if target.is_demonstration != duplicate.is_demonstration:
        raise ValidationError(
            _("Only one of these entries is made up, so they cannot be merged. Keep both entries.")
        )
    if (target.kind, target.country) != (duplicate.kind, duplicate.country):
        # Both decide who belongs to an audience.
        raise ValidationError(
            _(
                "These entries differ in kind or country. Request the same kind and country for "
                "both first, then merge again."
            )
        )
    roles = EventRole.objects.filter(role=EventRole.Role.COCHAIR)
    its_roles = roles.filter(organisation=duplicate)
    if roles.filter(organisation=target, event__in=its_roles.values("event")).exists():
        raise ValidationError(
            _(
                "Both are co-chairs of one roundtable. They cannot be merged, because two "
                "signatures would become one. If one is wrong, first remove its role as co-chair."
            )
        )
    grants = Grant.objects.filter(role=Grant.Role.COCHAIR)
    its_grants = grants.filter(on_behalf_of=duplicate)
    if grants.filter(on_behalf_of=target, event__in=its_grants.values("event")).exists():
        raise ValidationError(
            _(
                "Co-chairs act for both of them at one roundtable. They cannot be merged, "
                "because two signatures would become one. If one is wrong, end its grant first."
            )
        )


def _merge_subscriptions(target: Organisation, duplicate: Organisation) -> None:
    known = {row.user_id: row for row in Subscription.objects.filter(organisation=target)}
    for row in Subscription.objects.filter(organisation=duplicate):
        same = known.get(row.user_id)
        if same is None:
            row.organisation = target
            row.save()
            continue
        if Subscription.Frequency.AT_ONCE in (row.frequency, same.frequency):
            same.frequency = Subscription.Frequency.AT_ONCE
        # The earlier time: a notification may repeat, but none is lost.
        same.notified_until = min(row.notified_until, same.notified_until)
        row.delete()
        same.save()


def _invalid_texts(row: Organisation) -> set[Any]:
    """Texts that fail validation, such as an assessment of its own commitment."""
    found = set()
    for model in (Response, Offer, Assessment):
        for text in model._default_manager.filter(organisation=row):
            try:
                text.clean()
            except ValidationError:
                found.add(text)
    return found
