"""Who takes part for an organisation, two people of two other organisations decide.

For a government, one of the two is a co-chair. For others, one is a co-chair or a co-host, and the
other is the confirmer of that constituency.
"""

from collections.abc import Sequence
from datetime import datetime
from itertools import permutations
from typing import Any, TypeVar

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from participants.decisions.kind import Kind, Signer, kind_of
from participants.models import Capacity, Organisation, OrganisationKind
from participants.models.confirmation import Confirmation
from participants.permissions import Body, ConfirmingRight, body_of
from roundtable.models import Event
from roundtable.working_days import add_working_days

# So long, the operator leaves it to a co-chair or co-host.
WORKING_DAYS_BEFORE_STAND_IN = 5
CHAIRS = (Capacity.COCHAIR, Capacity.OPERATOR)
CHAIRS_AND_HOSTS = (*CHAIRS, Capacity.COHOST)
ItemT = TypeVar("ItemT", bound=Any)


def lock_events(rows: QuerySet[Any]) -> None:
    """Before what is of these roundtables. No list is closed, no delegation frozen until then."""
    events = Event.objects.filter(pk__in=rows.values("event")).order_by("pk")
    list(events.select_for_update(no_key=True).values_list("pk"))


def confirmation_body(confirmation: Confirmation) -> Body | None:
    return body_of(confirmation.on_behalf_of) if confirmation.on_behalf_of else None


def _is_of_constituency(confirmation: Confirmation, of: Organisation) -> bool:
    organisation = confirmation.on_behalf_of
    return (
        confirmation.capacity == Capacity.CONFIRMER
        and organisation is not None
        and organisation.constituency == of.constituency
    )


class AboutDelegation(Kind[ItemT]):
    """Of one organisation at one roundtable. `waits_since` says when the operator may stand in."""

    def organisations(self, item: ItemT) -> list[Organisation]:
        return [item.organisation]

    def rights(
        self, item: ItemT, signer: Signer, given: Sequence[Confirmation]
    ) -> list[ConfirmingRight]:
        rights = [
            right
            for right in super().rights(item, signer, given)
            if self._counts(right, item, signer.at) and self._is_missing(right, item, given)
        ]
        # The constituency's own confirmation is the rarer one.
        return sorted(rights, key=lambda right: right.capacity != Capacity.CONFIRMER)

    def _counts(self, right: ConfirmingRight, item: ItemT, at: datetime) -> bool:
        organisation: Organisation = item.organisation
        match right.capacity:
            case Capacity.OPERATOR:
                return at >= add_working_days(item.waits_since, WORKING_DAYS_BEFORE_STAND_IN)
            case Capacity.CONFIRMER if organisation.kind != OrganisationKind.GOVERNMENT:
                assert right.organisation is not None
                return right.organisation.constituency == organisation.constituency
        return True

    def _is_missing(
        self, right: ConfirmingRight, item: ItemT, given: Sequence[Confirmation]
    ) -> bool:
        """Whether a confirmation by this right is still required."""
        if item.organisation.kind == OrganisationKind.GOVERNMENT:
            return right.capacity in CHAIRS or all(row.capacity in CHAIRS for row in given)
        if right.capacity == Capacity.CONFIRMER:
            return not any(_is_of_constituency(row, item.organisation) for row in given)
        return not any(row.capacity in CHAIRS_AND_HOSTS for row in given)

    def missing(self, item: ItemT, given: Sequence[Confirmation]) -> str:
        organisation: Organisation = item.organisation
        is_government = organisation.kind == OrganisationKind.GOVERNMENT
        chairs = CHAIRS if is_government else CHAIRS_AND_HOSTS
        missing = []
        if not any(row.capacity in chairs for row in given):
            missing.append(_("a co-chair") if is_government else _("a co-chair or co-host"))
        if is_government:
            if not missing or not given:
                missing.append(_("another organisation"))
        elif not any(_is_of_constituency(row, organisation) for row in given):
            missing.append(_("the confirmer for %s") % organisation.constituency.label)
        return _(" and ").join(str(name) for name in missing)

    def is_agreed(self, item: ItemT, given: Sequence[Confirmation]) -> bool:
        return any(
            self._are_required_two(item, first, second) for first, second in permutations(given, 2)
        )

    def _are_required_two(self, item: ItemT, first: Confirmation, second: Confirmation) -> bool:
        bodies = {confirmation_body(first), confirmation_body(second)}
        if len(bodies) < 2 or body_of(item.organisation) in bodies:
            return False
        if item.organisation.kind == OrganisationKind.GOVERNMENT:
            return first.capacity in CHAIRS and second.capacity != Capacity.OPERATOR
        return first.capacity in CHAIRS_AND_HOSTS and _is_of_constituency(second, item.organisation)


def missing_confirmation(item: Any) -> str:
    kind = kind_of(item)
    return _("Waits for %s") % kind.missing(item, kind.given(item))
