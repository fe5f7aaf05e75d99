"""Rights at the desk: requested, confirmed by other organisations, announced, and handed over.

A right is in force seven days after another organisation confirmed it, or when two have. One
organisation suspends it for five working days at most; another one ends the suspension before, or
agrees to end the right.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext

from participants.accounts.addresses import mask_address
from participants.accounts.carry_over import differences_of_requests
from participants.accounts.emails import email_account, email_holders
from participants.accounts.request_kind import RequestKind
from participants.decisions.engine import add_act, ask, forget_pending
from participants.decisions.independence import RIGHT
from participants.decisions.kind import Shown, Signer, register
from participants.display_names import display_name, with_display_names
from participants.models import (
    Act,
    Grant,
    GrantConfirmation,
    Organisation,
    User,
)
from participants.permissions import (
    CAPACITIES,
    Body,
    ConfirmingRight,
    EventPermissions,
    acting_organisation,
    bodies_of,
    bodies_with_rights,
    body_of,
    confirming_rights,
    event_of_holders,
    independent_right,
    was_suspended_by_others,
)
from roundtable.audit import log as audit
from roundtable.models import Event
from roundtable.working_days import add_working_days

# So long, any holder of a right can stop a new one.
WAITING_PERIOD = timedelta(days=7)
# So long, one organisation suspends a right. Then silence gives it back.
WORKING_DAYS_SUSPENDED = 5
ANNOUNCED = "participants/accounts/emails/grant_announced"


@transaction.atomic
def request_grant(*, grant: Grant, by: User, at: datetime) -> Grant:
    """Saves a right that is not in force, and asks others to confirm it."""
    grant.requested_by, grant.granted_at, grant.effective_on = by, at, None
    _store(grant)
    ask([grant], by=by, at=at)
    _record("request grant", grant, by, at)
    return grant


@transaction.atomic
def appoint(*, grant: Grant, at: datetime) -> Grant:
    """Gives a right at once, from the server; also one that was suspended."""
    same = Grant.objects.filter(user=grant.user, event=grant.event, role=grant.role)
    same = same.exclude(valid_until__lt=at.date())  # what has ended explains past decisions
    grant = same.filter(on_behalf_of=grant.on_behalf_of).order_by("pk").last() or grant
    if grant.pk is None or not _took_effect(grant, at):
        grant.valid_from = grant.effective_on = at.date()
    grant.valid_until = grant.suspended_at = None
    grant.suspension_reason = ""
    grant.granted_at, grant.must_accept = at, False
    _store(grant)
    audit.record(
        action="appoint",
        at=at,
        subject=grant.user,
        organisation=grant.on_behalf_of.slug if grant.on_behalf_of else "",
        detail=f"{grant.event.code} {grant.role}",
    )
    _announce(grant, "appointed", at)
    return grant


class Rights(RequestKind[Grant]):
    """A right at the desk, which others than the requester and the holder confirm."""

    model = Grant
    signature = GrantConfirmation
    subject = "grant"
    independence = RIGHT
    related = ("user", "event", "on_behalf_of", "requested_by", "replaces")
    wait = WAITING_PERIOD
    called = "right"
    # Stopped while it waits, it can still be confirmed by two.
    endings = frozenset({Act.What.WITHDRAWN, Act.What.EXPIRED})
    is_forgotten_everywhere = True
    label = _lazy("Rights")
    effect = _lazy("In force seven days after one organisation agrees, at once when two do.")

    def visible(self, viewer: EventPermissions) -> QuerySet[Grant]:
        rows = self.rows() if viewer.is_operator else self.rows().filter(event__in=viewer.granting)
        return with_display_names(rows, "user", "requested_by")

    def shown(self, items: Sequence[Grant], viewer: EventPermissions) -> list[Shown]:
        found = super().shown(items, viewer)
        differs, elsewhere = differences_of_requests(items, viewer), self._elsewhere(items, viewer)
        for row, shown in zip(items, found, strict=True):
            if not row.suspended_at:
                shown.caution = differs.get(row.pk) or elsewhere.get(row.pk) or shown.caution
        return found

    def _elsewhere(self, items: Sequence[Grant], viewer: EventPermissions) -> dict[int, str]:
        """Of accounts that have rights for other organisations: for which, that the viewer sees."""
        held = Grant.objects.active(viewer.on).filter(user__in={row.user_id for row in items})
        held = held.filter(pk__in=self.visible(viewer).order_by().values("pk"))
        bodies: dict[int, dict[Body, str]] = defaultdict(dict)
        for right in held.exclude(on_behalf_of=None).select_related("on_behalf_of"):
            assert right.on_behalf_of
            bodies[right.user_id][body_of(right.on_behalf_of)] = right.on_behalf_of.name
        return {
            row.pk: _("this account has a right for %s") % next(iter(bodies[row.user_id].values()))
            for row in items
            if row.on_behalf_of
            and bodies[row.user_id]
            and body_of(row.on_behalf_of) not in bodies[row.user_id]
        }

    def show(self, row: Grant, viewer: EventPermissions) -> Shown:
        organisation = row.on_behalf_of.name if row.on_behalf_of else "–"
        words = {
            "person": display_name(row.user, viewer),
            "right": row.get_role_display(),
            "organisation": organisation,
        }
        days = _("From %s, until someone ends it") % date_format(row.valid_from)
        if row.valid_until:
            days = _("From %(first)s to %(last)s") % {
                "first": date_format(row.valid_from),
                "last": date_format(row.valid_until),
            }
        facts: list[tuple[str, str]] = [
            (_("Roundtable"), str(row.event)),
            (_("On behalf of"), organisation),
            (_("Days"), days),
            (_("Reason"), row.reason),
        ]
        if row.must_accept:
            accepted = _("Yes") if row.accepted_at else _("Not yet. Until then, it opens nothing.")
            facts.append((_("Accepted by its holder"), accepted))
        if row.suspended_at:
            facts.append((_("Reason of the suspension"), row.suspension_reason))
        asked = [act.bundle_id for act in self.acts(row) if act.bundle_id]
        return Shown(
            _("Give %(person)s the right “%(right)s”, for %(organisation)s") % words,
            line=row.reason,
            facts=facts,
            mailbox=mask_address(row.user.email),
            caution=_("it was stopped") if row.suspended_at else "",
            group=(row.event_id, asked[-1]) if asked else None,
            letter_page=f"{reverse('admin:participants_grant_changelist')}?q={quote(row.event.code)}",
            together=partial(_several, row.event),
        )

    def since(self, item: Grant) -> datetime:
        return item.granted_at

    def undecided(self, at: datetime) -> QuerySet[Grant]:
        return self.rows().exclude(effective_on__lte=at.date())

    def due(self, at: datetime) -> QuerySet[Grant]:
        return self.rows().filter(effective_on=None).exclude(valid_until__lt=at.date())

    def people(self, item: Grant) -> list[User]:
        return [item.user]

    def organisations(self, item: Grant) -> list[Organisation]:
        return [item.on_behalf_of] if item.on_behalf_of else []

    def asker(self, item: Grant) -> User | None:
        return item.requested_by

    def may_stop(self, item: Grant, signer: Signer) -> bool:
        """The person who asked. Others suspend it, with a reason."""
        return item.requested_by == signer.user and not _took_effect(item, signer.at)

    def is_open(self, item: Grant, acts: Sequence[Act], at: datetime) -> bool:
        return not _took_effect(item, at) and super().is_open(item, acts, at)

    def is_made(self, item: Grant, at: datetime) -> bool:
        return _took_effect(item, at)

    def due_on(self, item: Grant) -> date | None:
        return item.effective_on

    def begin_wait(self, item: Grant, day: date, at: datetime) -> None:
        if item.suspended_at is None:
            item.effective_on = day
        self._store_confirmed(item, at)

    def end_wait(self, primary_keys: Collection[int]) -> None:
        Grant.objects.filter(pk__in=primary_keys).update(effective_on=None)

    def make(self, item: Grant, at: datetime) -> None:
        item.effective_on, item.suspended_at = at.date(), None
        item.suspension_reason = ""
        self._store_confirmed(item, at)

    def _store_confirmed(self, item: Grant, at: datetime) -> None:
        _store(item)
        if item.replaces and item.effective_on:
            _end_before(item.replaces, max(item.effective_on, item.valid_from), at)
        if not item.must_accept:  # else the holder was told when it was asked
            _tell_holder(item, "confirmed", at)

    def end(self, item: Grant, act: Act) -> None:
        _drop_confirmations(item)
        item.valid_until = max(item.valid_from, act.at.date() - timedelta(days=1))
        _store(item)
        self.tell_asker(item, act)

    def record(self, verb: str, item: Grant, by: User | None, at: datetime, **more: Any) -> None:
        _record(f"{verb} grant" if by else "end request of grant", item, by, at)


def _several(event: Event, number: int) -> str:
    sentence = ngettext(
        "Give %(number)d right at %(event)s", "Give %(number)d rights at %(event)s", number
    )
    return sentence % {"number": number, "event": event}


RIGHTS = register(Rights())


def _end_before(grant: Grant, day: date, at: datetime) -> None:
    """The successor's grant is in force on that day."""
    last = max(day - timedelta(days=1), grant.valid_from)
    if grant.valid_until is None or last < grant.valid_until:
        grant.valid_until = last
        _store(grant)
        _announce(grant, "ending", at)


def ending_problem(grant: Grant, on: date | None, at: datetime) -> str:
    """Empty if one person may decide that this day is the last one of the grant."""
    if on is None or (grant.valid_until and on > grant.valid_until):
        return _("A right cannot be made longer. Request another one, from the day after.")
    if on < (at + WAITING_PERIOD).date() and _took_effect(grant, at):
        return _(
            "This day is too early: all who have a right there are told seven days before. To stop "
            "a right at once, suspend it."
        )
    if _took_effect(grant, at) and not _leaves_two(grant, at):
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
    if not _took_effect(locked, at):
        _drop_confirmations(locked)  # what was confirmed had another last day
    locked.valid_until = on
    _store(locked)
    _record("end grant", locked, by, at)
    _announce(locked, "ending", at)
    return ""


def right_to_suspend(grant: Grant, by: User, at: datetime) -> ConfirmingRight | None:
    """By which right the user may suspend the grant, or stop one that is not in force; None if not.

    Not a second time for the same organisation, as long as no other one has: it would never end.
    """
    if grant.user_id == by.pk or grant.effective_on is None or grant.suspended_at:
        return None
    on = at.date()
    if (grant.suspended_by_id or grant.suspended_for_id) and not was_suspended_by_others(
        grant, bodies_of(by, on), partial(bodies_of, on=on)
    ):
        return None
    if _took_effect(grant, at) and not _leaves_two(grant, at):
        return None
    return next(iter(confirming_rights(by, event_of_holders(grant.event, on), on)), None)


@transaction.atomic
def suspend_grant(*, grant: Grant, reason: str, by: User, at: datetime) -> bool:
    """One holder of a right stops another one at once. What was confirmed stays so.

    Returns False if the user may not do this, or if fewer than two organisations would be left to
    confirm anything.
    """
    list(Grant.objects.select_for_update(of=("self",)).filter(event=grant.event).order_by("pk"))
    locked = Grant.objects.get(pk=grant.pk)
    right = right_to_suspend(locked, by, at)
    if right is None:
        return False
    if not _took_effect(locked, at):
        _drop_confirmations(locked)
        add_act(locked, Act.What.STOPPED, at, by=by, organisation=right.organisation, reason=reason)
    locked.suspended_at, locked.suspended_by, locked.suspended_for = at, by, right.organisation
    locked.suspension_reason = reason
    _store(locked)
    if not locked.sleeps:  # else nothing was signed by it
        forget_pending(locked.user, locked.event, at)
    _record("suspend grant", locked, by, at)
    _announce(locked, "suspended", at)
    return True


def is_suspended(grant: Grant, on: date) -> bool:
    """Whether it was in force, and still can be again."""
    is_over = grant.valid_until is not None and grant.valid_until < on
    return grant.suspended_at is not None and grant.effective_on is not None and not is_over


def returns_on(grant: Grant) -> date:
    """The day on which a suspended right is in force again, unless others decide before."""
    assert grant.suspended_at is not None
    return add_working_days(grant.suspended_at, WORKING_DAYS_SUSPENDED).date()


def right_to_answer_suspension(grant: Grant, by: User, at: datetime) -> ConfirmingRight | None:
    """By which right the user may end the suspension, or agree to end the right; None if not.

    Neither the holder nor who suspended it, nor anyone of the organisation of either.
    """
    if not is_suspended(grant, at.date()):
        return None
    return independent_right(
        by,
        [grant.event],
        people=filter(None, [grant.user, grant.suspended_by]),
        organisations=filter(None, [grant.on_behalf_of, grant.suspended_for]),
        on=at.date(),
    )


def right_to_agree_to_end(grant: Grant, by: User, at: datetime) -> ConfirmingRight | None:
    """As right_to_answer_suspension(). What an operator suspended, no organisation has yet."""
    return right_to_answer_suspension(grant, by, at) if grant.suspended_for_id else None


@transaction.atomic
def restore_grant(*, grant: Grant, by: User, at: datetime) -> bool:
    """One other organisation ends the suspension. Returns False if the user may not do this."""
    locked = Grant.objects.select_for_update(of=("self",)).get(pk=grant.pk)
    if right_to_answer_suspension(locked, by, at) is None:
        return False
    _record("restore grant", locked, by, at)
    _end_suspension(locked, at)
    return True


@transaction.atomic
def agree_to_end_grant(*, grant: Grant, by: User, at: datetime) -> bool:
    """A second organisation ends the suspended right. Returns False if the user may not do this."""
    locked = Grant.objects.select_for_update(of=("self",)).get(pk=grant.pk)
    if right_to_agree_to_end(locked, by, at) is None:
        return False
    locked.valid_until = max(locked.valid_from, at.date() - timedelta(days=1))
    _store(locked)
    _record("agree to end grant", locked, by, at)
    _announce(locked, "ended", at)
    return True


@transaction.atomic
def end_old_suspensions(*, at: datetime) -> int:
    """No other organisation agreed to end these rights. Returns how many are in force again."""
    rows = Grant.objects.filter(suspended_at__isnull=False, effective_on__isnull=False)
    due = [
        row
        for row in rows.select_for_update(of=("self",)).order_by("pk")
        if is_suspended(row, at.date()) and returns_on(row) <= at.date()
    ]
    for row in due:
        _record("end suspension of grant", row, None, at)
        _end_suspension(row, at)
    return len(due)


def _end_suspension(grant: Grant, at: datetime) -> None:
    """Who suspended it stays recorded: that organisation does not suspend it again."""
    grant.suspended_at, grant.suspension_reason = None, ""
    _store(grant)
    _announce(grant, "returned", at)


def _drop_confirmations(grant: Grant) -> None:
    """The successor does not come, so the former grant keeps its own last day."""
    if grant.replaces and grant.confirmations.exists():
        Grant.objects.filter(pk=grant.replaces.pk).update(valid_until=grant.valid_until)
    grant.confirmations.all().delete()
    grant.effective_on = None


def end_rights(grants: QuerySet[Grant], *, at: datetime) -> dict[str, list[date | None]]:
    """All these rights end at once. Returns what return_rights() needs."""
    former = {}
    rows = grants.exclude(valid_until__lt=at.date()).order_by("pk")
    for grant in rows.select_for_update(of=("self",)):
        former[str(grant.pk)] = [grant.valid_until, grant.effective_on]
        grant.valid_until = max(at.date() - timedelta(days=1), grant.valid_from)
        # One that was in force on an earlier day goes on to match exceptions.
        if grant.valid_until >= at.date() or not _took_effect(grant, at):
            grant.effective_on = None
        _store(grant)
        forget_pending(grant.user, grant.event, at)
        _announce(grant, "ending", at)
    return former


def return_rights(user: User, former: dict[str, list[date | None]], *, at: datetime) -> None:
    for pk, (valid_until, effective_on) in former.items():
        for grant in user.grants.filter(pk=pk):
            grant.valid_until, grant.effective_on = valid_until, effective_on
            _store(grant)
            grant.refresh_from_db()
            _announce(grant, "undone", at)


def _leaves_two(grant: Grant, at: datetime) -> bool:
    """Whether two organisations keep rights to confirm there, or others confirm for it."""
    others = Grant.objects.active(at.date()).filter(
        event=grant.event, role__in=CAPACITIES, user__is_active=True
    )
    is_needed = grant.role in CAPACITIES and grant.on_behalf_of_id is not None
    is_needed = is_needed and event_of_holders(grant.event, at.date()) == grant.event
    return not is_needed or len(bodies_with_rights(others.exclude(pk=grant.pk))) > 1


def _took_effect(grant: Grant, at: datetime) -> bool:
    """Whether it is in force, or was before it was suspended."""
    return grant.effective_on is not None and grant.effective_on <= at.date()


def _store(grant: Grant) -> None:
    grant.full_clean()
    grant.save()


def _record(action: str, grant: Grant, by: User | None, at: datetime, *, note: str = "") -> None:
    audit.record(
        action=action,
        at=at,
        actor=by,
        subject=grant.user,
        organisation=acting_organisation(by, grant.event_id, at.date()) if by else "",
        detail=f"{grant.event.code} {grant.role}{note}",
    )


def _announce(grant: Grant, what: str, at: datetime) -> None:
    """Tells the person, and everyone who has a right there: it was not asked of them before."""
    events = {grant.event_id, event_of_holders(grant.event, at.date()).pk}
    holders = Grant.objects.held(at.date()).filter(event__in=events).exclude(user=grant.user)
    key, context = _announcement(grant, what, at)
    email_holders(holders, dedup_key=key, template=ANNOUNCED, context=context, at=at)
    _tell_holder(grant, what, at)


def _announcement(grant: Grant, what: str, at: datetime) -> tuple[str, dict[str, Any]]:
    path = reverse("admin:participants_grant_changelist")
    context = {
        "grant": grant,
        "what": what,
        "is_in_force": _took_effect(grant, at),
        "returns_on": returns_on(grant) if is_suspended(grant, at.date()) else None,
        "url": f"{settings.PORTAL_URL}{path}",
    }
    key = f"grant {grant.pk} {what} {grant.confirmations.count()} {at.isoformat()}"
    return key, context


def _tell_holder(grant: Grant, what: str, at: datetime) -> None:
    key, context = _announcement(grant, what, at)
    context["is_own"] = True
    key = f"{key} own"
    email_account(grant.user, dedup_key=key, template=ANNOUNCED, context=context, at=at)


def handover_problem(grant: Grant, *, to: User, on: date, today: date) -> str:
    """Empty if the grant can be transferred."""
    if grant.suspended_at:
        return _("This grant is suspended. It can be transferred once it is in force again.")
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
    _record("hand over grant", locked, by, at, note=f" from {on}")
    email_account(
        locked.user,
        dedup_key=f"grant {new_grant.pk} from {locked.user_id}",
        template="participants/accounts/emails/grant_handed_over",
        context={"grant": new_grant},
        at=at,
    )
    return new_grant
