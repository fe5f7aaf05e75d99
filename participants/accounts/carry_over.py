"""The rights of the last roundtable, asked for again together.

Only the accounts that had them are offered, each for the same role and organisation: the person who
asks names no one, and is not one of those who agree. Each right opens nothing until its holder
accepts it with the second factor. That its organisation names the holder again is in the letter to
which the person who asks refers. All who decide read this beside each right.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, time
from itertools import groupby
from operator import attrgetter

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from participants.accounts.emails import email_account
from participants.accounts.second_factor import SECOND_FACTOR_TYPES
from participants.decisions.engine import add_act, ask
from participants.decisions.kind import REQUEST_PERIOD, kind_of
from participants.models import Act, Affiliation, EventRole, Grant, OrganisationChange, User
from participants.permissions import (
    EventPermissions,
    body_of,
    confirming_rights,
    event_of_holders,
    permissions_of,
)
from roundtable.models import Event

# In the order in which they are offered.
ROLES = (Grant.Role.COCHAIR, Grant.Role.COHOST, Grant.Role.CONFIRMER, Grant.Role.EDITOR)
Change = OrganisationChange.What
IDENTITY_CHANGES = (Change.KIND, Change.NAME, Change.MERGE, Change.PUBLISH)


def may_carry_over(viewer: EventPermissions, event: Event) -> bool:
    """Who decides about the rights there, until the roundtable is over."""
    holders = event_of_holders(event, viewer.on)
    return event.ends_on >= viewer.on and viewer.may_decide(holders.pk)


def events_to_fill(viewer: EventPermissions) -> list[tuple[Event, int]]:
    """Those to which the viewer can carry rights over, with how many."""
    events = Event.objects.filter(ends_on__gte=viewer.on).order_by("starts_on", "pk")
    if not viewer.is_operator:
        events = events.filter(pk__in=viewer.granting)
    found = [(row, len(to_carry_over(row, viewer))) for row in events]
    return [(row, number) for row, number in found if number and may_carry_over(viewer, row)]


def to_carry_over(event: Event, viewer: EventPermissions) -> list[Grant]:
    """The rights of the last roundtable that their holders do not have, or wait for, here.

    Without those that the viewer may not know of, and those that the holder declined.
    """
    here = Grant.objects.filter(event=event)
    present = here.exclude(valid_until__lt=viewer.on).exclude(
        must_accept=True, accepted_at=None, granted_at__date__lte=viewer.on - REQUEST_PERIOD
    )
    declined = here.filter(acts__what=Act.What.WITHDRAWN, acts__by=F("user"))
    taken = {place for rows in (present, declined) for place in rows.values_list("user", "role")}
    rows = [
        row
        for place, row in _last_rights(event, viewer).items()
        if place not in taken and row.user.is_active
    ]
    return sorted(rows, key=lambda row: (ROLES.index(Grant.Role(row.role)), row.pk))


def _last_rights(event: Event, viewer: EventPermissions) -> dict[tuple[int, str], Grant]:
    """By account and role, the newest of the last roundtable that has some.

    None if the viewer may not know of its rights.
    """
    on = viewer.on
    held = Grant.objects.awake().filter(role__in=ROLES, effective_on__lte=on)
    earlier = Event.objects.filter(
        series=event.series_id, starts_on__lt=event.starts_on, grants__in=held
    )
    last = earlier.order_by("-starts_on", "-pk").first()
    if last is None or not (viewer.is_operator or last.pk in viewer.granting):
        return {}
    rows = held.filter(event=last).select_related("user__delegate", "event", "on_behalf_of")
    return {(row.user_id, row.role): row for row in rows.order_by("valid_from", "pk")}


def differences(rows: Collection[Grant], event: Event, viewer: EventPermissions) -> dict[int, str]:
    """By right of the last roundtable, what is no longer as it was there, or is not so here.

    Where people work is compared only of those whom the viewer may name.
    """
    on, users = viewer.on, {row.user_id for row in rows}
    factors = Authenticator.objects.filter(user__in=users, type__in=SECOND_FACTOR_TYPES)
    with_factor = set(factors.values_list("user", flat=True))
    people = [person for row in rows if (person := getattr(row.user, "delegate", None))]
    work = Affiliation.objects.filter(delegate__in=filter(viewer.can_see, people))
    places = work.values_list("delegate__user", "organisation")
    left = set(places) - set(places.filter(pk__in=work.current(on).values("pk")))
    bodies = {row.on_behalf_of_id for row in rows}
    changes = OrganisationChange.objects.filter(
        Q(organisation__in=bodies) | Q(target__in=bodies),
        what__in=IDENTITY_CHANGES,
        done_at__isnull=False,
    )
    changed: dict[int, datetime] = {}
    for change in changes.order_by("done_at"):
        assert change.done_at
        changed[change.target_id or change.organisation_id] = change.done_at
    recorded = defaultdict(set)
    for role in event.roles.select_related("organisation"):
        recorded[role.role].add(body_of(role.organisation))
    taking_part = {body for bodies_of_role in recorded.values() for body in bodies_of_role}
    found = {}
    for row in rows:
        body, end = row.on_behalf_of, row.valid_until
        if not row.user.is_active or row.user_id not in with_factor:
            why = _("the account cannot open the desk now")
        elif row.suspended_at:
            why = _("the right is suspended")
        elif end and end < on + REQUEST_PERIOD:
            why = _("the right ends, or ended, on %s") % date_format(end)
        elif body and body.archived_at:
            why = _("the organisation is archived")
        elif body and body.pk in changed and changed[body.pk] > row.granted_at:
            why = _("the organisation changed on %s") % date_format(changed[body.pk])
        elif body and row.role in recorded and body_of(body) not in recorded[row.role]:
            why = _("this roundtable has others in this role")
        elif body and EventRole.Role.PARTICIPANT in recorded and body_of(body) not in taking_part:
            why = _("the organisation is not among those of this roundtable")
        elif body and (row.user_id, body.pk) in left:
            why = _("the person left the organisation")
        else:
            continue
        found[row.pk] = why
    return found


def differences_of_requests(requests: Sequence[Grant], viewer: EventPermissions) -> dict[int, str]:
    """The same of rights that were carried over, by these."""
    found = {}
    carried = [row for row in requests if row.must_accept]
    for event in {row.event for row in carried}:
        rows, last = [row for row in carried if row.event == event], _last_rights(event, viewer)
        differs = differences(list(last.values()), event, viewer)
        for row in rows:
            old = last.get((row.user_id, row.role))
            if old is None or old.on_behalf_of_id != row.on_behalf_of_id:
                found[row.pk] = _("you see no such right at the last roundtable")
            else:
                found[row.pk] = differs.get(old.pk, "")
    return found


@transaction.atomic
def carry_over(
    event: Event, chosen: Iterable[int], *, letter: str, by: User, at: datetime
) -> list[Grant]:
    """Asks for those of the offered rights, and tells each holder once."""
    Event.objects.select_for_update().get(pk=event.pk)  # two who press at once ask once
    on, wanted, rows = at.date(), set(chosen), []
    viewer = permissions_of(by, on)
    for former in to_carry_over(event, viewer) if viewer else []:
        if former.pk in wanted:
            row = Grant(
                user=former.user,
                event=event,
                role=former.role,
                on_behalf_of=former.on_behalf_of,
                reason=letter,
                valid_from=on,
                requested_by=by,
                granted_at=at,
                must_accept=True,
            )
            row.full_clean()
            row.save()
            rows.append(row)
    if not rows:
        return []
    right = next(iter(confirming_rights(by, event_of_holders(event, on), on)), None)
    bundle = ask(rows, by=by, at=at, organisation=right.organisation if right else None)
    for row in rows:
        kind_of(row).record("request", row, by, at)
    by_holder = attrgetter("user_id")
    for _holder, own in groupby(sorted(rows, key=by_holder), by_holder):
        grants = list(own)
        email_account(
            grants[0].user,
            dedup_key=f"carry over {bundle.pk} {grants[0].user_id}",
            template="participants/accounts/emails/right_to_accept",
            context={
                "event": event,
                "grants": grants,
                "url": f"{settings.PORTAL_URL}{reverse('my-rights')}",
            },
            at=at,
        )
    return rows


def rights_to_accept(user: User, at: datetime) -> list[Grant]:
    """Those that wait for their holder, decided by others or not; for 60 days."""
    rows = user.grants.filter(must_accept=True, accepted_at=None).exclude(valid_until__lt=at.date())
    rows = rows.filter(granted_at__gt=at - REQUEST_PERIOD).order_by("event", "pk")
    found = rows.select_related("event", "on_behalf_of").prefetch_related("acts")
    return [row for row in found if not kind_of(row).ended(row.acts.all())]


def rights_begun(user: User, since: datetime, at: datetime) -> list[Grant]:
    """Those that this person accepted and that came into force since then."""
    rows = user.grants.active(at.date()).filter(must_accept=True).order_by("event", "pk")
    found = rows.select_related("event").prefetch_related("confirmations")
    return [row for row in found if since < _began_at(row, at) <= at]


def _began_at(row: Grant, at: datetime) -> datetime:
    """When the last of what a right needs was there: acceptance, signature and its day."""
    assert row.accepted_at and row.effective_on
    day = datetime.combine(max(row.effective_on, row.valid_from), time(), at.tzinfo)
    return max([day, row.accepted_at, *(given.confirmed_at for given in row.confirmations.all())])


@transaction.atomic
def answer_right(number: int, *, accepts: bool, by: User, at: datetime) -> bool:
    """The holder accepts it, or ends it. Returns False if it does not wait for this person."""
    locked = Grant.objects.select_for_update(of=("self",)).filter(pk=number, user=by).first()
    if locked is None or locked not in rights_to_accept(by, at):
        return False
    kind = kind_of(locked)
    if accepts:
        locked.accepted_at = at
        locked.full_clean()
        locked.save()
    else:
        kind.end(locked, add_act(locked, Act.What.WITHDRAWN, at, by=by))
    kind.record("accept" if accepts else "decline", locked, by, at)
    return True
