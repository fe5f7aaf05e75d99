"""Two entries of one person become one; two accounts never do."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from outcomes.duplicates.relations import Moved, Rule, fill, move, relations_of
from outcomes.models import ReportLink
from participants.models import Delegate, FormerHandle, User
from participants.participation.confirmation import addresses_of, is_own
from participants.permissions import acts_for, rights_of
from roundtable.audit import log as audit

RULES: dict[str, Rule] = {
    "participants.DelegateLanguage.delegate": "theirs",
    "participants.Consent.delegate": "theirs",
    "participants.ContactChannel.delegate": "theirs",
    "participants.AudienceException.delegate": "theirs",
    "participants.Introduction.first": "theirs",
    "participants.Introduction.second": "theirs",
    "participants.ReviewStep.delegate": "theirs",
    "participants.Participation.delegate": "by hand",
    "participants.Invitation.delegate": "by hand",
    "outcomes.CommitmentParty.focal_point": "by hand",
    "outcomes.ReportLink.delegate": "by hand",
    "participants.Affiliation.delegate": "fold",
    "participants.FormerHandle.delegate": "move",
}
# What people write about themselves.
OWN_WORDS = ("post", "about")


def which_stays(first: Delegate, second: Delegate) -> list[Delegate]:
    """Which of the two can stay: the one with an account, either where none has, none where both.

    What somebody with an account shares and agreed to is moved by nobody.
    """
    accounts = [row for row in (first, second) if row.user_id]
    return {0: [first, second], 1: accounts}.get(len(accounts), [])


def may_merge(first: Delegate, second: Delegate, by: User, at: datetime) -> bool:
    """Operators, and co-chairs of every roundtable of both; nobody oneself."""
    rights = rights_of(by, at.date())
    if rights is None or any(is_own(row, by, addresses_of(by)) for row in (first, second)):
        return False
    events = [set(row.participations.values_list("event", flat=True)) for row in (first, second)]
    return rights.is_operator or all(some and some <= rights.decidable for some in events)


@transaction.atomic
def merge_people(*, stays: Delegate, goes: Delegate, by: User, at: datetime) -> Moved:
    """Moves every link to the one that stays, and removes the other; how many, by what it is.

    The old address leads to the one that stays. Raises ValidationError, in words for the desk,
    where something would be lost or doubled, or somebody would be shown more than before.
    """
    if stays.pk == goes.pk or not may_merge(stays, goes, by, at):
        raise ValidationError(_("You may not merge these two."))
    stays, goes = (Delegate.objects.select_for_update().get(pk=row.pk) for row in (stays, goes))
    _check(stays, goes)
    moved: Moved = Moved()
    relations = relations_of(Delegate)
    for name, rule in RULES.items():
        number = move(relations[name], rule, stays=stays, goes=goes)
        if number and name == "participants.Affiliation.delegate":
            moved[str(relations[name].related_model._meta.verbose_name_plural)] += number
    if number := _move_participations(stays, goes):
        moved[_("participations")] += number
    _end_invitations(stays, goes, at)
    _ask_anew(stays, goes, at)
    handle, former = goes.handle, goes.pk
    audit.key_of(goes)  # by which what the log says of that entry is found again
    goes.delete()
    fill(stays, goes, ("name_latin", "invitation_email", *OWN_WORDS))
    stays.full_clean()
    stays.save()
    FormerHandle.objects.create(handle=handle, number=former, delegate=stays)
    event = stays.participations.order_by("pk").values_list("event_id", flat=True).first()
    office = acts_for(by, event, at.date()) if event else ""
    audit.record(act="merge person", at=at, actor=by, subject=stays, organisation=office)
    return moved


def _check(stays: Delegate, goes: Delegate) -> None:
    if stays.user_id and goes.user_id:
        raise ValidationError(_("Each has an account, so only the person can give one up."))
    if goes.user_id:
        raise ValidationError(_("The one with an account has to stay."))
    if stays.is_demonstration != goes.is_demonstration:
        raise ValidationError(_("One of them is made up and the other one is not."))
    if stays.erased_at or goes.erased_at or goes.paused_at or goes.is_protected:
        raise ValidationError(_("These two cannot be merged."))
    for name in OWN_WORDS:
        kept, other = getattr(stays, name), getattr(goes, name)
        if not other or kept == other:
            continue
        if stays.user_id:
            # Nobody else writes into a profile.
            raise ValidationError(
                _("It holds what only the person decides about, so it cannot be merged.")
            )
        if kept:
            raise ValidationError(
                _(
                    "Each says something else under “%s”, and one would be lost. Leave both, or "
                    "remove the one that is wrong."
                )
                % Delegate._meta.get_field(name).verbose_name  # type: ignore[union-attr]
            )
    addresses = {row.invitation_email.lower() for row in (stays, goes)} - {""}
    if len(addresses) > 1:
        raise ValidationError(
            _("Their invitation addresses differ. Make sure which is right, and write it in both.")
        )


def _move_participations(stays: Delegate, goes: Delegate) -> int:
    """Moves where one took part, and says how many; what both have stands once.

    With an account, what moves is to be confirmed anew: it opens doors.
    """
    rows = list(goes.participations.select_related("event", "organisation"))
    known = {part.event_id: part for part in stays.participations.all()}
    number = 0
    for row in rows:
        same = known.get(row.event_id)
        if same is None:
            row.delegate = stays
            if stays.user_id:
                row.confirmed_by = row.confirmed_at = None
            row.save()
            number += 1
            continue
        differs = row.capacity and same.capacity and row.capacity != same.capacity
        if row.organisation_id != same.organisation_id or differs:
            raise ValidationError(
                _("They took part in “%s” in different ways. Correct one of them first.")
                % row.event
            )
        same.capacity = same.capacity or row.capacity
        if not stays.user_id and not same.confirmed_at:
            same.confirmed_by, same.confirmed_at = row.confirmed_by, row.confirmed_at
        same.save()
        row.delete()
    return number


def _end_invitations(stays: Delegate, goes: Delegate, at: datetime) -> None:
    """What was sent to the other one is kept, and works no more: invite the one that stays."""
    goes.invitations.filter(answered_at=None, revoked_at=None).update(revoked_at=at)
    goes.invitations.update(delegate=stays)


def _ask_anew(stays: Delegate, goes: Delegate, at: datetime) -> None:
    """Of what the other one was to be asked about, the one that stays is asked; no link works."""
    ReportLink.objects.filter(delegate=goes, revoked_at=None).update(revoked_at=at)
    ReportLink.objects.filter(delegate=goes).update(delegate=stays)
    for party in goes.focal_point_for.all():
        party.ask(stays)
