"""Changes of organisations: requested, confirmed by other organisations, then made."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from outcomes.duplicates.organisations import apply_merge, check_merge
from outcomes.models import Commitment, CommitmentParty, Dispute, SourceComparison, Undertaking
from outcomes.sources.hashes import source_hash, undertaking_hash
from participants.accounts.request_kind import ChangeKind
from participants.decisions.engine import ask
from participants.decisions.independence import ORGANISATION_CHANGE
from participants.decisions.kind import Shown, Signer, register
from participants.display_names import display_name, with_display_names
from participants.models import (
    Delegate,
    EventRole,
    Organisation,
    OrganisationChange,
    OrganisationChangeConfirmation,
    Participation,
    User,
)
from participants.models.organisation_change import kind_and_country, names_in_words
from participants.participation.confirmation import (
    keep_merged_confirmations,
    recheck_confirmations,
)
from participants.permissions import (
    EVENT_PATHS,
    EventPermissions,
    confirming_rights,
    event_of_holders,
    events_by_organisation,
    involved_condition,
    may_edit_organisation,
    permissions_of,
    visible_organisations,
)
from roundtable.audit import log as audit
from roundtable.history.versions import add_versions
from roundtable.models import Event


def events_concerned(changes: Iterable[OrganisationChange]) -> dict[int, list[Event]]:
    """By change, the roundtables whose co-chairs, co-hosts and confirmers decide about it."""
    sides = {row.pk: [row.organisation_id, row.target_id] for row in changes if row.event is None}
    ids = events_by_organisation(pk for both in sides.values() for pk in both if pk)
    events = Event.objects.in_bulk(set().union(*ids.values()))
    return {
        row.pk: [row.event]
        if row.event
        else [events[pk] for pk in sorted(set().union(*(ids[pk] for pk in sides[row.pk] if pk)))]
        for row in changes
    }


def of_events(
    rows: QuerySet[OrganisationChange], events: frozenset[int]
) -> QuerySet[OrganisationChange]:
    involved = Organisation.objects.filter(involved_condition(events, EVENT_PATHS)).values("pk")
    of_organisation = Q(organisation__in=involved) | Q(target__in=involved)
    return rows.filter(Q(event__in=events) | (Q(event=None) & of_organisation))


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
    """Saves a change that is not made yet, and asks others to confirm it.

    Raises ValidationError if it cannot be made, or PermissionError if `by` may not request it.
    """
    if not may_request(change, by, at):
        raise PermissionError("Only who may edit an organisation may request its change.")
    change.requested_by, change.requested_at = by, at
    change.full_clean()
    _check(change)
    change.save()
    ask([change], by=by, at=at)
    _record("request change of organisation", change, by, at)
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


class OrganisationChanges(ChangeKind[OrganisationChange]):
    """A change that others than the requester and the organisation confirm."""

    model = OrganisationChange
    signature = OrganisationChangeConfirmation
    subject = "change"
    independence = ORGANISATION_CHANGE
    related = ("organisation", "target", "event", "requested_by")
    wait = timedelta(days=7)
    called = "change"
    is_forgotten_everywhere = True
    label = _lazy("Organisations")
    effect = _lazy("A kind, a country or a merge changes who may see what.")

    def visible(self, viewer: EventPermissions) -> QuerySet[OrganisationChange]:
        rows = self.rows()
        if not viewer.is_operator:
            rows = of_events(rows, viewer.readable)
        # The page names both entries.
        seen = visible_organisations(viewer).values("pk")
        rows = rows.filter(organisation__in=seen).filter(Q(target=None) | Q(target__in=seen))
        return with_display_names(rows, "requested_by")

    def show(self, row: OrganisationChange, viewer: EventPermissions) -> Shown:
        facts: list[tuple[str, str]] = [
            (_("Now"), f"{names_in_words(row.organisation)}, {kind_and_country(row.organisation)}"),
            (_("Then"), row.summary),
            (_("Reason"), row.reason),
            (_("Requested by"), display_name(row.requested_by, viewer)),
        ]
        is_merge = row.what == row.What.MERGE
        return Shown(
            str(row),
            # What moves is read on its own page.
            line="" if is_merge else row.reason,
            facts=facts,
        )

    def read_more(self, items: Sequence[OrganisationChange]) -> dict[int, list[Event]]:
        return events_concerned(items)

    def events(self, item: OrganisationChange) -> list[Event]:
        found: list[Event] = self.more(item)
        return found

    def organisations(self, item: OrganisationChange) -> list[Organisation]:
        return [row for row in (item.organisation, item.target) if row]

    def may_stop(self, item: OrganisationChange, signer: Signer) -> bool:
        """The person who requested it, and people with a right to confirm at a roundtable of it."""
        holders = (event_of_holders(event, signer.on) for event in self.events(item))
        return item.is_open and (
            signer.user == item.requested_by
            or any(confirming_rights(signer.user, event, signer.on) for event in holders)
        )

    def due_on(self, item: OrganisationChange) -> date | None:
        return item.effective_on

    def begin_wait(self, item: OrganisationChange, day: date, at: datetime) -> None:
        item.effective_on = day
        item.save()

    def end_wait(self, primary_keys: Collection[int]) -> None:
        OrganisationChange.objects.filter(pk__in=primary_keys).update(effective_on=None)

    def make(self, item: OrganisationChange, at: datetime) -> None:
        _check(item)
        # People are locked before organisations, and both before the log.
        sides = [item.organisation_id, item.target_id]
        concerned = Participation.with_ended.filter(
            Q(organisation__in=sides) | Q(confirmations__on_behalf_of__in=sides)
        )
        Delegate.lock_all(concerned.values_list("delegate", flat=True))
        item.done_at = at
        if item.what == item.What.NAME:
            item.former_name = item.organisation.name
        item.save()
        if item.target:
            _merge(item.organisation, item.target, by=item.requested_by, at=at)
        elif item.event:
            _set_role(item, item.event)
        else:
            _set_fields(item, at)
        _record("make change of organisation", item, None, at)

    def record(
        self, verb: str, item: OrganisationChange, by: User | None, at: datetime, **more: Any
    ) -> None:
        _record(f"{verb} change of organisation", item, by, at)


CHANGES = register(OrganisationChanges())


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
