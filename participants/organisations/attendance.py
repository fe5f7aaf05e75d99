"""Attendance of a roundtable: organisations by constituency, and unnamed participants."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import ngettext_lazy

from participants.models import Constituency, Organisation, Participation
from participants.models.organisation import (
    CONSTITUENCY_BY_KIND,
    EventRole,
    OrganisationKind,
    RecordedCount,
)
from roundtable.models import Event


@dataclass
class AttendingOrganisation:
    """An organisation with its roles at one roundtable."""

    organisation: Organisation
    roles: list[EventRole] = field(default_factory=list)

    def role_names(self) -> list[str]:
        return [
            role.get_role_display()
            for role in self.roles
            if role.role != EventRole.Role.PARTICIPANT
        ]


@dataclass
class ConstituencyGroup:
    """Organisations of one constituency, and recorded counts of unnamed ones."""

    constituency: Constituency
    organisations: list[AttendingOrganisation] = field(default_factory=list)
    counts: list[RecordedCount] = field(default_factory=list)
    unnamed_count: int = 0
    has_unknown_count: bool = False

    @property
    def total(self) -> int:
        return len(self.organisations) + self.unnamed_count

    @property
    def named(self) -> list[AttendingOrganisation]:
        return [row for row in self.organisations if row.organisation.is_name_published]

    @property
    def unpublished_sentences(self) -> list[str]:
        """For example “1 civil society organisation, name not published”."""
        unpublished = Counter(
            attending.organisation.kind
            for attending in self.organisations
            if not attending.organisation.is_name_published
        )
        return [
            count_unpublished(OrganisationKind(kind), number)
            for kind, number in sorted(unpublished.items())
        ]

    @property
    def description(self) -> str:
        text = _("%(constituency)s: %(number)d.")
        if self.has_unknown_count and not self.total:
            text = _("%(constituency)s: we do not know how many.")
        return text % {"constituency": self.constituency.label, "number": self.total}


UNPUBLISHED_COUNTS = {
    OrganisationKind.GOVERNMENT: ngettext_lazy(
        "%(n)d government, name not published", "%(n)d governments, names not published", "n"
    ),
    OrganisationKind.NATIONAL_SOCIETY: ngettext_lazy(
        "%(n)d national Red Cross or Red Crescent Society, name not published",
        "%(n)d national Red Cross or Red Crescent Societies, names not published",
        "n",
    ),
    OrganisationKind.MOVEMENT: ngettext_lazy(
        "%(n)d member of the Red Cross and Red Crescent Movement, name not published",
        "%(n)d members of the Red Cross and Red Crescent Movement, names not published",
        "n",
    ),
    OrganisationKind.CIVIL_SOCIETY: ngettext_lazy(
        "%(n)d civil society organisation, name not published",
        "%(n)d civil society organisations, names not published",
        "n",
    ),
    OrganisationKind.AGENCY: ngettext_lazy(
        "%(n)d international agency, name not published",
        "%(n)d international agencies, names not published",
        "n",
    ),
    OrganisationKind.OTHER: ngettext_lazy(
        "%(n)d other organisation, name not published",
        "%(n)d other organisations, names not published",
        "n",
    ),
}


def count_unpublished(kind: OrganisationKind, number: int) -> str:
    return UNPUBLISHED_COUNTS[kind] % {"n": number}


def count_named(groups: list[ConstituencyGroup]) -> int:
    """Those that the list of organisations has."""
    return sum(len(group.named) for group in groups)


def filter_by_role(groups: list[ConstituencyGroup], role: EventRole.Role) -> list[EventRole]:
    return [
        event_role
        for group in groups
        for attending in group.organisations
        for event_role in attending.roles
        if event_role.role == role
    ]


def _count_unrecorded(event: Event, recorded: Collection[int]) -> Counter[str]:
    """Organisations by kind whose role is not recorded, but of which someone was confirmed.

    They are counted and not named: of a small organisation, the name would tell who was there.
    Whether a person is hidden, protected or suspended does not change the number.
    """
    took_part = Participation.objects.ever_confirmed().filter(event=event)
    others = took_part.exclude(organisation__in=recorded).order_by()
    rows = others.values_list("organisation__kind", "organisation").distinct()
    return Counter(kind for kind, _organisation in rows)


def attendance_by_constituency(event: Event) -> list[ConstituencyGroup]:
    """Leaves out constituencies without any record."""
    groups = {constituency: ConstituencyGroup(constituency) for constituency in Constituency}
    attending_by_id: dict[int, AttendingOrganisation] = {}
    named_counts: Counter[str] = Counter()
    roles = event.roles.select_related("organisation").order_by("organisation__name", "pk")
    for role in roles:
        attending = attending_by_id.get(role.organisation_id)
        if attending is None:
            attending = attending_by_id[role.organisation_id] = AttendingOrganisation(
                role.organisation
            )
            groups[role.organisation.constituency].organisations.append(attending)
        attending.roles.append(role)
    for attending in attending_by_id.values():
        # Recorded counts do not include organisations that only observed.
        if any(role.role != EventRole.Role.OBSERVER for role in attending.roles):
            named_counts[attending.organisation.kind] += 1
    unnamed_counts = _count_unrecorded(event, attending_by_id)
    for count in event.recorded_counts.all():
        group = groups[CONSTITUENCY_BY_KIND[OrganisationKind(count.kind)]]
        group.counts.append(count)
        if count.number is None:
            group.has_unknown_count = True
        else:
            more = count.number - named_counts[count.kind]
            unnamed_counts[count.kind] = max(more, unnamed_counts[count.kind])
    for kind, number in unnamed_counts.items():
        groups[CONSTITUENCY_BY_KIND[OrganisationKind(kind)]].unnamed_count += number
    return [group for group in groups.values() if group.total or group.has_unknown_count]
