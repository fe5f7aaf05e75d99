"""Rights at the desk: requested, confirmed by other organisations, announced, and handed over.

A right is in force seven days after another organisation confirmed it, or when two have.
"""

from datetime import date, datetime, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from participants.accounts.emails import email_account, email_holders
from participants.models import (
    AddressConfirmation,
    Grant,
    GrantConfirmation,
    ListClosureConfirmation,
    OrganisationChange,
    OrganisationChangeConfirmation,
    ParticipationConfirmation,
    User,
)
from participants.permissions import (
    CAPACITIES,
    ConfirmingRight,
    acting_organisation,
    bodies_with_rights,
    confirming_rights,
    event_of_holders,
    independent_right,
)
from roundtable.audit import log as audit

# So long, any holder of a right can stop a new one.
WAITING_PERIOD = timedelta(days=7)


@transaction.atomic
def request_grant(*, grant: Grant, by: User, at: datetime) -> Grant:
    """Saves a right that is not in force, and tells those who can confirm it."""
    grant.requested_by, grant.granted_at, grant.effective_on = by, at, None
    grant.full_clean()
    grant.save()
    _record("request grant", grant, by, at)
    _announce(grant, "requested", at)
    return grant


@transaction.atomic
def appoint(*, grant: Grant, at: datetime) -> Grant:
    """Gives a right at once, from the server; also one that was suspended."""
    same = Grant.objects.filter(user=grant.user, event=grant.event, role=grant.role)
    same = same.exclude(valid_until__lt=at.date())  # what has ended explains past decisions
    grant = same.filter(on_behalf_of=grant.on_behalf_of).order_by("pk").last() or grant
    was_in_force = grant.pk is not None and _is_in_force(grant, at)
    if not was_in_force:
        grant.valid_from = grant.effective_on = at.date()
    grant.valid_until = grant.suspended_at = None
    grant.granted_at = at
    grant.full_clean()
    grant.save()
    audit.record(
        action="appoint",
        at=at,
        subject=grant.user,
        organisation=grant.on_behalf_of.slug if grant.on_behalf_of else "",
        detail=f"{grant.event.code} {grant.role}",
    )
    _announce(grant, "appointed", at)
    return grant


def right_to_confirm(grant: Grant, by: User, at: datetime) -> ConfirmingRight | None:
    """By which right the user may confirm the grant now; None if not.

    Neither who receives or requested it, nor anyone of an organisation that did or that has
    already confirmed it.
    """
    if _is_in_force(grant, at):
        return None
    confirmations = grant.confirmations.select_related("on_behalf_of", "by")
    people = [grant.user, grant.requested_by, *(row.by for row in confirmations)]
    organisations = [grant.on_behalf_of, *(row.on_behalf_of for row in confirmations)]
    return independent_right(
        by,
        [grant.event],
        people=filter(None, people),
        organisations=filter(None, organisations),
        on=at.date(),
    )


@transaction.atomic
def confirm_grant(*, grant: Grant, by: User, shown_hash: str, at: datetime) -> bool:
    """Returns False if the user may not confirm it, or if it is not what the page showed."""
    locked = Grant.objects.select_for_update(of=("self",)).get(pk=grant.pk)
    locked.confirmations.exclude(content_hash=locked.content_hash).delete()
    right = right_to_confirm(locked, by, at)
    if right is None or shown_hash != locked.content_hash:
        return False
    right.confirm(GrantConfirmation(grant=locked), by=by, at=at, content_hash=locked.content_hash)
    if locked.confirmations.count() > 1:
        locked.effective_on, locked.suspended_at = at.date(), None
    elif locked.suspended_at is None:
        locked.effective_on = (at + WAITING_PERIOD).date()
    locked.full_clean()
    locked.save()
    if locked.replaces and locked.effective_on:
        _end_before(locked.replaces, max(locked.effective_on, locked.valid_from), at)
    _record("confirm grant", locked, by, at)
    _announce(locked, "confirmed", at)
    return True


def _end_before(grant: Grant, day: date, at: datetime) -> None:
    """The successor's grant is in force on that day."""
    last = max(day - timedelta(days=1), grant.valid_from)
    if grant.valid_until is None or last < grant.valid_until:
        grant.valid_until = last
        grant.full_clean()
        grant.save()
        _announce(grant, "ending", at)


def ending_problem(grant: Grant, on: date | None, at: datetime) -> str:
    """Empty if one person may decide that this day is the last one of the grant."""
    if on is None or (grant.valid_until and on > grant.valid_until):
        return _("A right cannot be made longer. Request another one, from the day after.")
    if on < (at + WAITING_PERIOD).date() and _is_in_force(grant, at):
        return _(
            "This day is too early: all who have a right there are told seven days before. To stop "
            "a right at once, suspend it."
        )
    if _is_in_force(grant, at) and not _leaves_two(grant, at):
        return _("Two organisations must keep a right there. First request one for another person.")
    return ""


@transaction.atomic
def end_grant(*, grant: Grant, on: date | None, by: User, at: datetime) -> str:
    """Ends a grant earlier than planned, and tells all who have a right there.

    Returns a problem, or an empty string.
    """
    list(Grant.objects.select_for_update(of=("self",)).filter(event=grant.event).order_by("pk"))
    locked = Grant.objects.get(pk=grant.pk)
    if problem := ending_problem(locked, on, at):
        return problem
    if not _is_in_force(locked, at):
        # What was confirmed had another last day.
        _keep_predecessor(locked)
        locked.confirmations.all().delete()
        locked.effective_on = None
    locked.valid_until = on
    locked.full_clean()
    locked.save()
    _record("end grant", locked, by, at)
    _announce(locked, "ending", at)
    return ""


def may_suspend(grant: Grant, by: User, at: datetime) -> bool:
    event = event_of_holders(grant.event, at.date())
    return (
        bool(confirming_rights(by, event, at.date()))
        and grant.user_id != by.pk
        and grant.effective_on is not None
        and (not _is_in_force(grant, at) or _leaves_two(grant, at))
    )


@transaction.atomic
def suspend_grant(*, grant: Grant, by: User, at: datetime) -> bool:
    """One holder of a right stops another one at once; two bring it back.

    Returns False if the user may not do this, or if fewer than two organisations would be left to
    confirm anything.
    """
    list(Grant.objects.select_for_update(of=("self",)).filter(event=grant.event).order_by("pk"))
    locked = Grant.objects.get(pk=grant.pk)
    if not may_suspend(locked, by, at):
        return False
    if not _is_in_force(locked, at):
        _keep_predecessor(locked)
    locked.confirmations.all().delete()
    locked.effective_on, locked.suspended_at = None, at
    locked.full_clean()
    locked.save()
    _forget_pending_confirmations(locked, at)
    _record("suspend grant", locked, by, at)
    _announce(locked, "suspended", at)
    return True


def _keep_predecessor(grant: Grant) -> None:
    """The successor does not come, so the former grant keeps its own last day."""
    if grant.replaces and grant.confirmations.exists():
        Grant.objects.filter(pk=grant.replaces.pk).update(valid_until=grant.valid_until)


def _forget_pending_confirmations(grant: Grant, at: datetime) -> None:
    """What the person confirmed, and what has no effect yet, no longer counts."""
    forget_pending(GrantConfirmation.objects.filter(by=grant.user), at)
    ParticipationConfirmation.objects.filter(
        by=grant.user, participation__event=grant.event, participation__confirmed_at=None
    ).delete()
    AddressConfirmation.objects.filter(
        by=grant.user, request__participation__event=grant.event, request__closed_at=None
    ).delete()
    ListClosureConfirmation.objects.filter(
        by=grant.user, closure__event=grant.event, closure__closed_at=None
    ).delete()
    changes = OrganisationChange.objects.filter(done_at=None, stopped_at=None)
    OrganisationChangeConfirmation.objects.filter(by=grant.user, change__in=changes).delete()
    changes.filter(confirmations=None).update(effective_on=None)


def forget_pending(given: QuerySet[GrantConfirmation], at: datetime) -> None:
    """Removes those of these confirmations whose grants are not in force."""
    pending = Grant.objects.filter(confirmations__in=given).exclude(effective_on__lte=at.date())
    ids = list(pending.values_list("pk", flat=True))
    given.filter(grant__in=ids).delete()
    Grant.objects.filter(pk__in=ids, confirmations=None).update(effective_on=None)


def _leaves_two(grant: Grant, at: datetime) -> bool:
    """Whether two organisations have rights to confirm there without this grant."""
    others = Grant.objects.active(at.date()).filter(
        event=grant.event, role__in=CAPACITIES, user__is_active=True
    )
    is_needed = grant.role in CAPACITIES and grant.on_behalf_of_id is not None
    return not is_needed or len(bodies_with_rights(others.exclude(pk=grant.pk))) > 1


def _is_in_force(grant: Grant, at: datetime) -> bool:
    return grant.effective_on is not None and grant.effective_on <= at.date()


def _record(action: str, grant: Grant, by: User, at: datetime) -> None:
    audit.record(
        action=action,
        at=at,
        actor=by,
        subject=grant.user,
        organisation=acting_organisation(by, grant.event_id, at.date()),
        detail=f"{grant.event.code} {grant.role}",
    )


def _announce(grant: Grant, what: str, at: datetime) -> None:
    """Tells the person, and everyone who has a right there."""
    path = reverse("admin:participants_grant_changelist")
    context = {
        "grant": grant,
        "what": what,
        "is_in_force": _is_in_force(grant, at),
        "url": f"{settings.PORTAL_URL}{path}",
    }
    key = f"grant {grant.pk} {what} {grant.confirmations.count()} {at.isoformat()}"
    events = {grant.event_id, event_of_holders(grant.event, at.date()).pk}
    active, suspended = Grant.objects.active(at.date()), Q(suspended_at__isnull=False)
    holders = Grant.objects.filter(Q(pk__in=active) | suspended, event__in=events)
    holders = holders.exclude(user=grant.user)
    template = "participants/accounts/emails/grant_announced"
    email_holders(holders, dedup_key=key, template=template, context=context, at=at)
    email_account(
        grant.user,
        dedup_key=f"{key} own",
        template=template,
        context={**context, "is_own": True},
        at=at,
    )


def handover_problem(grant: Grant, *, to: User, on: date, today: date) -> str:
    """Empty if the grant can be transferred."""
    if grant.suspended_at:
        return _("This grant is suspended. Two organisations must confirm it first.")
    if on < today:
        return _("This day is in the past. Choose today or a later day.")
    if on <= grant.valid_from:
        return _(
            "The grant starts on %s. Choose a later day, or change the grant itself."
        ) % date_format(grant.valid_from)
    if grant.valid_until and on > grant.valid_until:
        return _("The grant ends on %s. Choose that day or an earlier one.") % date_format(
            grant.valid_until
        )
    if to.pk == grant.user_id:
        return _("This account already has the grant. Choose another account.")
    if not to.is_active:
        return _("This account is closed. Choose another account.")
    same = Grant.objects.filter(user=to, event=grant.event_id, role=grant.role)
    if same.exclude(valid_until__lt=on).exists():
        return _("This account already has this role for this roundtable. Choose another account.")
    return ""


@transaction.atomic
def hand_over_grant(*, grant: Grant, to: User, on: date, by: User, at: datetime) -> Grant:
    """Requests the same grant for `to`, and emails the holder, whose grant then ends.

    It ends on the day before the new one is in force: until then, it is needed.
    Raises ValidationError if the transfer is not possible.
    """
    locked = Grant.objects.select_for_update().get(pk=grant.pk)
    if problem := handover_problem(locked, to=to, on=on, today=at.date()):
        raise ValidationError(problem)
    new_grant = Grant(
        user=to,
        event=locked.event,
        role=locked.role,
        on_behalf_of=locked.on_behalf_of,
        valid_from=on,
        valid_until=locked.valid_until,
        replaces=locked,
        reason=_("Transferred from the present holder."),
    )
    request_grant(grant=new_grant, by=by, at=at)
    organisation = acting_organisation(by, locked.event_id, at.date())
    detail = f"{locked.event.code} {locked.role} from {on}"
    audit.record(
        action="hand over grant",
        at=at,
        actor=by,
        subject=locked.user,
        organisation=organisation,
        detail=detail,
    )
    email_account(
        locked.user,
        dedup_key=f"grant {new_grant.pk} from {locked.user_id}",
        template="participants/accounts/emails/grant_handed_over",
        context={"grant": new_grant},
        at=at,
    )
    return new_grant
