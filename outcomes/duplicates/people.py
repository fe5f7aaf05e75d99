"""Merges two entries of one person, but never two accounts."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from outcomes.duplicates.comparison import changes_by_rule
from outcomes.duplicates.relations import (
    MergeRule,
    move_relation,
    relations_of,
    values_for_blanks,
)
from participants.models import Delegate, HandleRedirect, Participation, Proposal, User
from participants.participation.confirmation import (
    is_own_profile,
    split_shared_person,
    void_changed_confirmations,
)
from participants.permissions import acting_organisation, login_addresses, permissions_of
from participants.proposals.lifecycle import propose_participations_of
from roundtable.audit import log as audit

PERSON_RULES: dict[str, MergeRule] = {
    "participants.DelegateLanguage.delegate": MergeRule("theirs"),
    "participants.Consent.delegate": MergeRule("theirs"),
    "participants.ConsentRequest.delegate": MergeRule("theirs"),
    "participants.ContactChannel.delegate": MergeRule("theirs"),
    "participants.AudienceException.delegate": MergeRule("theirs"),
    "participants.Introduction.first": MergeRule("theirs"),
    "participants.Introduction.second": MergeRule("theirs"),
    "participants.RetentionAction.delegate": MergeRule("theirs"),
    "participants.HidingCode.delegate": MergeRule("theirs"),
    "participants.Participation.delegate": MergeRule(
        "by hand",
        ("event",),
        gettext_lazy(
            "They move. Where both took part, one is left. Someone with an account is asked first, "
            "and must be confirmed again."
        ),
    ),
    "participants.Invitation.delegate": MergeRule(
        "by hand", ("event",), gettext_lazy("They move. Open ones stop working.")
    ),
    "outcomes.CommitmentParty.focal_point": MergeRule(
        "by hand", ("commitment__event",), gettext_lazy("They move. The person is asked again.")
    ),
    "participants.EmailLink.delegate": MergeRule("by hand"),
    "outcomes.Undertaking.delegate": MergeRule(
        "by hand",
        ("party__commitment__event",),
        gettext_lazy("Answers move. Questions without an answer end."),
    ),
    "participants.Affiliation.delegate": MergeRule("fold", ()),
    "participants.HandleRedirect.delegate": MergeRule("move"),
    "outcomes.Handover.returned_by": MergeRule("move"),
    "participants.Proposal.delegate": MergeRule("theirs"),
    # Deleted with the entry.
    "participants.Proposal.duplicate": MergeRule("by hand"),
}
# Texts that people write about themselves.
PROFILE_TEXT_FIELDS = ("post", "about")


def person_targets(first: Delegate, second: Delegate) -> list[Delegate]:
    """The one with an account, both if neither has one, else none.

    Only the owner of an account can move its consents and visibility settings.
    """
    accounts = [row for row in (first, second) if row.user_id]
    return {0: [first, second], 1: accounts}.get(len(accounts), [])


def may_merge_people(first: Delegate, second: Delegate, by: User, at: datetime) -> bool:
    """Operators, and co-chairs of every roundtable of both; never for their own profile."""
    rights = permissions_of(by, at.date())
    if rights is None or any(
        is_own_profile(row, by, login_addresses(by)) for row in (first, second)
    ):
        return False
    events = [set(row.participations.values_list("event", flat=True)) for row in (first, second)]
    # A roundtable that the viewer cannot see must not change what happens here.
    seen = [some & rights.readable for some in events]
    return rights.is_operator or all(some and some <= rights.decidable for some in seen)


@transaction.atomic
def merge_people(*, target: Delegate, duplicate: Delegate, by: User, at: datetime) -> list[str]:
    """Moves all links to `target` and deletes `duplicate`, whose address then redirects.

    Returns what changes, in sentences. Raises ValidationError if data would be lost or doubled, or
    if someone could then see more than before.
    """
    if target.pk == duplicate.pk or not may_merge_people(target, duplicate, by, at):
        raise ValidationError(
            _("You do not have permission to merge these two entries. Ask an operator.")
        )
    target, duplicate = (
        Delegate.objects.select_for_update().get(pk=row.pk) for row in (target, duplicate)
    )
    permissions = permissions_of(by, at.date())
    assert permissions is not None  # may_merge_people()
    for row in (target, duplicate):
        split_shared_person(row, permissions)
    _check_people(target, duplicate)
    changes = list(changes_by_rule(PERSON_RULES, duplicate, permissions))
    confirmed = Participation.objects.confirmed_or_frozen().filter(delegate__in=[target, duplicate])
    confirmed_ids = list(confirmed.values_list("pk", flat=True))
    relations = relations_of(Delegate)
    for name, rule in PERSON_RULES.items():
        move_relation(relations[name], rule, target=target, duplicate=duplicate)
    if target.user_id:
        known = {part.event_id: part for part in target.participations.all()}
        for part in duplicate.participations.filter(event__in=known).select_related("event"):
            _check_same(known[part.event_id], part)
        propose_participations_of(duplicate, target, by=by, at=at)
    else:
        _move_participations(target, duplicate)
    _transfer_requests(target, duplicate, at)
    handle, former = duplicate.handle, duplicate.pk
    audit.get_or_create_key(duplicate)  # finds the audit entries of the duplicate later
    duplicate.delete()
    # The address of a person who has joined is changed by that person only.
    address = () if target.user_id else ("invitation_email",)
    names = ("name_latin", *address, *PROFILE_TEXT_FIELDS)
    filled = values_for_blanks(target, duplicate, names)
    # Whether the other entry was hidden is not told.
    target.write(**filled, hidden_at=target.hidden_at or duplicate.hidden_at)
    void_changed_confirmations(target.participations.all())
    lost = target.participations.filter(pk__in=confirmed_ids, confirmed_at=None)
    HandleRedirect.objects.create(handle=handle, merged_pk=former, delegate=target)
    event = target.participations.order_by("pk").values_list("event_id", flat=True).first()
    office = acting_organisation(by, event, at.date()) if event else ""
    audit.record(action="merge person", at=at, actor=by, subject=target, organisation=office)
    if filled:
        labels = ", ".join(_label(name) for name in filled)
        changes.append(_("Filled from the other entry: %s.") % labels)
    for part in lost.select_related("event").order_by("pk"):
        changes.append(_("The participation at %s must be confirmed again.") % part.event)
    return changes


def merge_proposed(row: Proposal, *, at: datetime) -> None:
    """Merges once the person accepts. Raises ValidationError as merge_people() does."""
    assert row.duplicate and row.proposed_by
    if not may_merge_people(row.delegate, row.duplicate, row.proposed_by, at):
        raise ValidationError(
            _(
                "Nothing is merged: the person who proposed this no longer has the right to. "
                "Remove the entry, or ask a co-chair."
            )
        )
    work = list(row.duplicate.affiliations.values_list("pk", flat=True))
    merge_people(target=row.delegate, duplicate=row.duplicate, by=row.proposed_by, at=at)
    row.delegate.affiliations.filter(pk__in=work).update(accepted_at=at)
    audit.record(action="accept entry", at=at, actor=row.delegate.user, subject=row.delegate)


def _check_people(target: Delegate, duplicate: Delegate) -> None:
    if target.user_id and duplicate.user_id:
        raise ValidationError(
            _("Both entries have an account. Only the person can close one of the accounts.")
        )
    if duplicate.user_id:
        raise ValidationError(_("You must keep the entry that has an account."))
    if target.is_demonstration != duplicate.is_demonstration:
        raise ValidationError(
            _("Only one of these entries is made up, so they cannot be merged. Keep both entries.")
        )
    # Whether someone hides makes no difference here: the answer would tell.
    if target.erased_at or duplicate.erased_at:
        raise ValidationError(_("These two entries cannot be merged. Keep both entries."))
    for name in PROFILE_TEXT_FIELDS:
        target_value, duplicate_value = getattr(target, name), getattr(duplicate, name)
        if not duplicate_value or target_value == duplicate_value:
            continue
        if target.user_id:
            # Only the owner of an account edits the profile.
            raise ValidationError(
                _(
                    "The entry contains details that only the person decides about, so it cannot "
                    "be merged. Keep both entries."
                )
            )
        if target_value:
            raise ValidationError(
                _(
                    "The entries have different text under “%s”, and one text would be lost. Keep"
                    " both entries, or delete the wrong text."
                )
                % _label(name)
            )
    addresses = {row.invitation_email.lower() for row in (target, duplicate)} - {""}
    if len(addresses) > 1:
        raise ValidationError(
            _(
                "The invitation addresses are different. Find out which one is right, and correct "
                "the other one. The address of a person who has joined stays."
            )
        )


def _label(name: str) -> str:
    return str(Delegate._meta.get_field(name).verbose_name)  # type: ignore[union-attr]


def _check_same(same: Participation, row: Participation) -> None:
    """Raises ValidationError if one would lose what it says."""
    differs = row.capacity and same.capacity and row.capacity != same.capacity
    if row.organisation_id != same.organisation_id or differs:
        raise ValidationError(
            _("The entries show a different participation in “%s”. Correct one of them first.")
            % row.event
        )


def _move_participations(target: Delegate, duplicate: Delegate) -> None:
    """Where both took part, one participation is left."""
    ended = Participation.with_ended.filter(delegate=duplicate, ended_at__isnull=False)
    ended.update(delegate=target)
    rows = list(duplicate.participations.select_related("event", "organisation"))
    known = {part.event_id: part for part in target.participations.all()}
    for row in rows:
        same = known.get(row.event_id)
        if same is None:
            row.delegate = target
            row.save()
            continue
        _check_same(same, row)
        same.capacity = same.capacity or row.capacity
        same.took_effect_at = same.took_effect_at or row.took_effect_at
        same.entered_by = same.entered_by or row.entered_by
        same.is_protected_from_desk |= row.is_protected_from_desk
        same.save()
        row.delete()


def _transfer_requests(target: Delegate, duplicate: Delegate, at: datetime) -> None:
    # Open invitations stop working: a new one can go to the entry that is kept.
    duplicate.invitations.filter(answered_at=None, revoked_at=None).update(revoked_at=at)
    duplicate.invitations.update(delegate=target)
    # Links stop working, and `target` is asked again for each commitment.
    duplicate.email_links.revoke(at)
    duplicate.email_links.update(delegate=target)
    duplicate.undertakings.filter(answer="").end(at)
    duplicate.undertakings.update(delegate=target)
    for party in duplicate.focal_point_for.all():
        party.request_focal_point(target)
