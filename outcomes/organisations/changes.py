"""Changes of organisations: requested, confirmed by other organisations, announced, then made."""

from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from outcomes.duplicates.organisations import apply_merge, check_merge
from outcomes.models import Commitment, CommitmentParty, Dispute, SourceComparison, Undertaking
from outcomes.sources.hashes import source_hash, undertaking_hash
from participants.accounts.emails import email_holders
from participants.models import (
    Delegate,
    EventRole,
    Grant,
    Organisation,
    OrganisationChange,
    OrganisationChangeConfirmation,
    Participation,
    User,
)
from participants.participation.confirmation import (
    keep_merged_confirmations,
    recheck_confirmations,
)
from participants.permissions import (
    ConfirmingRight,
    confirming_rights,
    event_of_holders,
    events_of_organisation,
    independent_right,
    may_edit_organisation,
    permissions_of,
)
from roundtable.audit import log as audit
from roundtable.history.versions import add_versions
from roundtable.models import Event

# So long, anyone with a right at one of the roundtables can stop a change.
WAITING_PERIOD = timedelta(days=7)


def events_concerned(change: OrganisationChange) -> list[Event]:
    """The roundtables whose co-chairs, co-hosts and confirmers decide about the change."""
    if change.event:
        return [change.event]
    ids = events_of_organisation(change.organisation)
    if change.target:
        ids |= events_of_organisation(change.target)
    return list(Event.objects.filter(pk__in=ids).order_by("pk"))


def may_request(change: OrganisationChange, by: User, at: datetime) -> bool:
    permissions = permissions_of(by, at.date())
    if permissions is None:
        return False
    if change.event:
        return permissions.may_edit(change.event_id)
    rows = [change.organisation, *([change.target] if change.target else [])]
    return all(may_edit_organisation(permissions, row) for row in rows)


@transaction.atomic
def request_change(*, change: OrganisationChange, by: User, at: datetime) -> OrganisationChange:
    """Saves a change that is not made yet, and tells those who can confirm it.

    Raises ValidationError if it cannot be made, or PermissionError if `by` may not request it.
    """
    if not may_request(change, by, at):
        raise PermissionError("Only who may edit an organisation may request its change.")
    change.requested_by, change.requested_at = by, at
    change.full_clean()
    _check(change)
    change.save()
    _record("request change of organisation", change, by, at)
    _announce(change, "requested", at)
    return change


def _check(change: OrganisationChange) -> None:
    """Raises ValidationError if the change can no longer be made."""
    if change.target:
        check_merge(target=change.target, duplicate=change.organisation)
    elif change.event:
        has_role = change.event.roles.filter(organisation=change.organisation, role=change.role)
        if has_role.exists() == (change.what == change.What.GIVE_ROLE):
            raise ValidationError(
                _("This organisation already has this role.")
                if change.what == change.What.GIVE_ROLE
                else _("This organisation does not have this role.")
            )


def valid_confirmations(change: OrganisationChange) -> QuerySet[OrganisationChangeConfirmation]:
    """Those of the organisations as they are now."""
    return change.confirmations.filter(content_hash=change.content_hash)


def right_to_confirm(change: OrganisationChange, by: User, at: datetime) -> ConfirmingRight | None:
    """By which right the user may confirm the change now; None if not."""
    if not change.is_open:
        return None
    confirmations = valid_confirmations(change).select_related("on_behalf_of", "by")
    organisations = [change.organisation, change.target]
    organisations += [row.on_behalf_of for row in confirmations]
    return independent_right(
        by,
        events_concerned(change),
        people=[change.requested_by, *(row.by for row in confirmations)],
        organisations=filter(None, organisations),
        on=at.date(),
    )


@transaction.atomic
def confirm_change(*, change: OrganisationChange, by: User, shown_hash: str, at: datetime) -> bool:
    """Makes the change once two organisations confirmed it.

    Returns False if the user may not confirm it, or if it is not what the page showed. Raises
    ValidationError if it can no longer be made.
    """
    locked = _lock(change)
    content_hash = locked.content_hash
    locked.confirmations.exclude(content_hash=content_hash).delete()
    right = right_to_confirm(locked, by, at)
    if right is None or shown_hash != content_hash:
        return False
    right.confirm(
        OrganisationChangeConfirmation(change=locked), by=by, at=at, content_hash=content_hash
    )
    if locked.confirmations.count() > 1:
        _make(locked, at, confirmed_by=by)
    else:
        locked.effective_on = (at + WAITING_PERIOD).date()
        locked.save()
        _record("confirm change of organisation", locked, by, at)
        _announce(locked, "confirmed", at)
    return True


def may_stop(change: OrganisationChange, by: User, at: datetime) -> bool:
    """The person who requested it, and people with a right to confirm at a roundtable of it."""
    holders = (event_of_holders(event, at.date()) for event in events_concerned(change))
    return change.is_open and (
        by == change.requested_by
        or any(confirming_rights(by, event, at.date()) for event in holders)
    )


@transaction.atomic
def stop_change(*, change: OrganisationChange, by: User, at: datetime) -> bool:
    locked = _lock(change)
    if not may_stop(locked, by, at):
        return False
    locked.stopped_at = at
    locked.save()
    _record("stop change of organisation", locked, by, at)
    _announce(locked, "stopped", at)
    return True


def make_due_changes(at: datetime) -> tuple[int, int]:
    """Makes the changes whose waiting period is over. Returns how many, and how many failed."""
    due = OrganisationChange.objects.filter(
        done_at=None, stopped_at=None, effective_on__lte=at.date()
    )
    done = failed = 0
    for change in due.order_by("pk"):
        try:
            with transaction.atomic():
                locked = _lock(change)
                if not locked.is_open:
                    continue
                if not valid_confirmations(locked).exists():
                    # An organisation changed since, so it must be confirmed again.
                    locked.confirmations.all().delete()
                    locked.effective_on = None
                    locked.save()
                    _announce(locked, "requested", at)
                    failed += 1
                    continue
                _make(locked, at)
                done += 1
        except ValidationError:
            failed += 1
    return done, failed


def _lock(change: OrganisationChange) -> OrganisationChange:
    rows = OrganisationChange.objects.select_for_update(of=("self",))
    locked = rows.select_related("organisation", "target", "event", "requested_by")
    return locked.get(pk=change.pk)


def _make(change: OrganisationChange, at: datetime, *, confirmed_by: User | None = None) -> None:
    _check(change)
    # People are locked before organisations, and both before the log.
    sides = [change.organisation_id, change.target_id]
    concerned = Participation.with_ended.filter(
        Q(organisation__in=sides) | Q(confirmations__on_behalf_of__in=sides)
    )
    Delegate.lock_all(concerned.values_list("delegate", flat=True))
    events = events_concerned(change)  # after a merge, the other entry is gone
    change.done_at = at
    if change.what == change.What.NAME:
        change.former_name = change.organisation.name
    change.save()
    if change.target:
        _merge(change.organisation, change.target, by=change.requested_by, at=at)
    elif change.event:
        _set_role(change, change.event)
    else:
        _set_fields(change, at)
    if confirmed_by:
        _record("confirm change of organisation", change, confirmed_by, at)
    _record("make change of organisation", change, None, at)
    _announce(change, "made", at, events)


def _merge(duplicate: Organisation, target: Organisation, *, by: User, at: datetime) -> None:
    slug = duplicate.slug
    kept = keep_merged_confirmations(target=target, duplicate=duplicate, at=at)
    apply_merge(target=target, duplicate=duplicate, by=by, at=at)
    for row in kept:
        audit.record(
            action="keep confirmations",
            at=at,
            subject=row.delegate,
            detail=f"{row.event.code} {slug} → {target.slug}"[:200],
        )


def _set_fields(change: OrganisationChange, at: datetime) -> None:
    is_name = change.what == change.What.NAME
    hashes = _hashes_of_commitments(change.organisation) if is_name else {}
    row: Organisation = Organisation.objects.select_for_update().get(pk=change.organisation_id)
    if change.what == change.What.KIND:
        row.kind, row.country = change.kind, change.country
    elif is_name:
        row.name, row.short_name = change.name, change.short_name
    else:
        row.is_name_published = True
    row.full_clean()
    row._change_reason = change.reason[:100]  # type: ignore[attr-defined]  # kept in the history
    row.save()
    if not is_name:
        recheck_confirmations(row, at)
    for commitment, (compared, undertaken) in hashes.items():
        _keep_what_counts(commitment, compared, undertaken)


def _hashes_of_commitments(organisation: Organisation) -> dict[Commitment, tuple[str, str]]:
    """Of those that name it. As everywhere, they are locked before organisations."""
    parties = CommitmentParty.objects.filter(organisation=organisation)
    rows = Commitment.objects.filter(pk__in=parties.values("commitment")).order_by("pk")
    return {
        row: (source_hash(row), undertaking_hash(row))
        for row in rows.select_for_update(of=("self",))
    }


def _keep_what_counts(commitment: Commitment, compared: str, undertaken: str) -> None:
    """What was compared, undertaken or disputed is the same text of the same parties.

    The hashes are those of before: they hold the names of the parties.
    """
    comparisons = SourceComparison.objects.filter(commitment=commitment, content_hash=compared)
    comparisons.update(content_hash=source_hash(commitment))
    disputes = Dispute.objects.about_commitment(commitment).filter(content_hash=compared)
    disputes.update(content_hash=source_hash(commitment))
    undertakings = Undertaking.objects.filter(party__commitment=commitment, content_hash=undertaken)
    undertakings.update(content_hash=undertaking_hash(commitment))


def _set_role(change: OrganisationChange, event: Event) -> None:
    if change.what == change.What.END_ROLE:
        event.roles.filter(organisation=change.organisation, role=change.role).delete()
    else:
        role = EventRole(event=event, organisation=change.organisation, role=change.role)
        role.full_clean()
        role.save()
    add_versions([event])


def _record(action: str, change: OrganisationChange, by: User | None, at: datetime) -> None:
    what = " ".join(
        str(value)
        for value in (
            change.what,
            change.kind,
            change.country,
            change.target.slug if change.target else "",
            change.role,
            change.event.code if change.event else "",
        )
        if value
    )
    audit.record(
        action=action, at=at, actor=by, organisation=change.organisation.slug, detail=what[:200]
    )


def _announce(
    change: OrganisationChange, step: str, at: datetime, events: list[Event] | None = None
) -> None:
    """Tells everyone who has a right at one of the roundtables. Emails name no organisation."""
    events = events_concerned(change) if events is None else events
    on = at.date()
    ids = {row.pk for event in events for row in (event, event_of_holders(event, on))}
    path = reverse("admin:participants_organisationchange_change", args=[change.pk])
    email_holders(
        Grant.objects.held(on).filter(event__in=ids),
        dedup_key=f"organisation change {change.pk} {step} {at.isoformat()}",
        template="outcomes/organisations/emails/change_announced",
        context={
            "change": change,
            "step": step,
            "url": f"{settings.PORTAL_URL}{path}",
        },
        at=at,
    )
