"""Transfer of a grant to another account."""

from datetime import date, datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from participants.accounts.emails import email_account
from participants.models import Grant, User
from participants.permissions import acting_organisation
from roundtable.audit import log as audit


def handover_problem(grant: Grant, *, to: User, on: date, today: date) -> str:
    """Empty if the grant can be transferred."""
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
    # An account has only one grant per role and roundtable, past ones included.
    if Grant.objects.filter(user=to, event=grant.event_id, role=grant.role).exists():
        return _(
            "This account has, or had, this role for this roundtable. Change the dates of"
            " that grant instead."
        )
    return ""


@transaction.atomic
def hand_over_grant(*, grant: Grant, to: User, on: date, by: User, at: datetime) -> Grant:
    """Ends the grant the day before, creates the same one for `to`, and emails both.

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
        granted_at=at,
    )
    new_grant.full_clean()
    new_grant.save()
    locked.valid_until = on - timedelta(days=1)
    locked.full_clean()
    locked.save()
    organisation = acting_organisation(by, locked.event_id, at.date())
    detail = f"{locked.event.code} {locked.role} from {on}"
    for action, subject in (("hand over grant", locked.user), ("receive grant", to)):
        audit.record(
            action=action,
            at=at,
            actor=by,
            subject=subject,
            organisation=organisation,
            detail=detail,
        )
    for user, received in ((locked.user, False), (to, True)):
        email_account(
            user,
            dedup_key=f"grant {new_grant.pk} {'to' if received else 'from'} {user.pk}",
            template="participants/accounts/emails/grant_handed_over",
            context={"grant": locked, "new": new_grant, "received": received},
            at=at,
        )
    return new_grant
