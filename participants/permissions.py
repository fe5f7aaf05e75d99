"""Permissions. They come from operator status or from grants that are valid on the given day."""

import functools
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol, TypeVar

from allauth.account.models import EmailAddress
from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.lookups import Exact

from participants.models import (
    Affiliation,
    Capacity,
    Delegate,
    Grant,
    Group,
    Invitation,
    Organisation,
    OrganisationKind,
    Participation,
    Proposal,
    User,
)
from participants.models.confirmation import Confirmation
from participants.models.organisation import OrganisationQuerySet, kinds_of
from participants.models.organisation_change import DECIDED_ROLES
from participants.models.participation import ParticipationQuerySet
from roundtable.models import Event

AnyUser = User | AnonymousUser
ConfirmationT = TypeVar("ConfirmationT", bound=Confirmation)
EDITORS = (Grant.Role.COCHAIR, Grant.Role.EDITOR)
# Lookups from an organisation to the roundtables it is involved in. Ended participations count:
# what exceptions match stays within its roundtable, and its kind and country stay settled.
DIRECT_EVENT_PATHS = (
    "roles__event",
    "participations__event",
    "commitment_parties__commitment__event",
    "addressed_by__outcome__statement__event",
    "responses__outcome__statement__event",
    "assessments__commitment__event",
    "offers__outcome__statement__event",
    "offers__statement__event",
    "offers__commitment__event",
    "replies__circulation__version__statement__event",
    "sign_offs__version__statement__event",
    "source_comparisons__statement__event",
    "source_comparisons__corrigendum__statement__event",
    "source_comparisons__commitment__event",
    "grants__event",
    "proposals__event",
)
PROPOSED_WORKPLACES = "proposals__delegate__participations__event"
EVENT_PATHS = (
    *DIRECT_EVENT_PATHS,
    "affiliations__delegate__participations__event",
    PROPOSED_WORKPLACES,
)


def may_enter_admin(user: AnyUser) -> bool:
    return isinstance(user, User) and user.is_staff


def events_of_organisation(organisation: Organisation) -> "set[int]":
    """Ids of the events that the organisation or its people are involved in."""
    return events_by_organisation([organisation.pk])[organisation.pk]


def events_by_organisation(ids: Iterable[int]) -> "dict[int, set[int]]":
    """The events_of_organisation() of each, with one query."""
    found: dict[int, set[int]] = {pk: set() for pk in ids}
    organisations = Organisation.objects.filter(pk__in=found).order_by()
    # A proposed participation concerns its own roundtable only.
    more = {PROPOSED_WORKPLACES: {"proposals__event": None}}
    first, *others = [
        organisations.filter(**{f"{path}__isnull": False}, **more.get(path, {})).values_list(
            "pk", path
        )
        for path in EVENT_PATHS
    ]
    for pk, event in first.union(*others):
        found[pk].add(event)
    return found


@dataclass(frozen=True)
class EventPermissions:
    """What a user may do on one day, by event id. Operators may do everything."""

    user: User
    is_operator: bool
    readable: frozenset[int]
    editable: frozenset[int]
    decidable: frozenset[int]
    confirmable: frozenset[int]
    # Each with the constituency whose participants the user confirms there.
    constituencies: frozenset[tuple[int, str]]
    on: date

    def may_read(self, event_id: int | None) -> bool:
        return self.is_operator or event_id in self.readable

    def may_edit(self, event_id: int | None) -> bool:
        return self.is_operator or event_id in self.editable

    def may_decide(self, event_id: int | None) -> bool:
        return self.is_operator or event_id in self.decidable

    def may_invite(
        self, event_id: int, organisation: Organisation, *, is_protected: bool = False
    ) -> bool:
        """People of an organisation at risk are invited by their constituency's confirmer alone.

        Protected people too, beside who entered them: other co-chairs do not see them.
        """
        is_confirmer = (event_id, organisation.constituency) in self.constituencies
        if organisation.is_name_published:
            return self.may_decide(event_id) or (is_protected and is_confirmer)
        return is_confirmer

    @property
    def can_invite_any(self) -> bool:
        return self.can_decide_any or bool(self.constituencies)

    @property
    def can_edit_any(self) -> bool:
        return self.is_operator or bool(self.editable)

    @property
    def can_decide_any(self) -> bool:
        return self.is_operator or bool(self.decidable)

    @property
    def can_confirm_any(self) -> bool:
        """Whether some confirmation may be theirs; `confirming_rights` says by which right."""
        return self.is_operator or bool(self.confirmable)

    @functools.cached_property
    def bodies(self) -> "set[Body]":
        return bodies_of(self.user, self.on)

    @functools.cached_property
    def colleagues(self) -> list[int]:
        """Ids of the user's account, and of everyone of the same bodies.

        Those of whom no organisation is known count as colleagues, because they may be. An operator
        acts for no organisation.
        """
        if self.bodies:
            others = people_of(organisations_in(self.bodies), self.on)
        elif self.is_operator:
            others = User.objects.none()
        else:
            known = people_of(Organisation.objects.all(), self.on)
            others = User.objects.filter(is_superuser=False).exclude(pk__in=known.values("pk"))
        return [self.user.pk, *others.order_by().values_list("pk", flat=True)]

    @functools.cached_property
    def granting(self) -> frozenset[int]:
        """Roundtables whose rights the user may know of: also those that wait for holders."""
        own = self.decidable | self.confirmable
        return own | events_held_for(own, self.on)

    @functools.cached_property
    def named_to_confirmer(self) -> Q:
        """Of protected participations, those whose people the user confirms and may name."""
        found = Q(pk__in=[])
        for event, constituency in sorted(self.constituencies):
            found |= _named_to_confirmer(self.user, event, constituency, self.on)
        return found

    @functools.cached_property
    def _visible_person_ids(self) -> frozenset[int]:
        return frozenset(visible_people(self).values_list("pk", flat=True))

    def can_see(self, person: Delegate) -> bool:
        """The rule of visible_people() for one person, with one query for all of them."""
        return self.is_operator or person.pk in self._visible_person_ids


def permissions_of(user: AnyUser, on: date) -> EventPermissions | None:
    """None if the user has no access to the admin on that day."""
    if not isinstance(user, User) or not user.is_active:
        return None
    # An operator confirms no constituency.
    held = user.grants.none() if user.is_superuser else user.grants.active(on)
    grants = list(held.select_related("on_behalf_of"))
    if not grants and not user.is_superuser:
        return None
    return EventPermissions(
        user=user,
        on=on,
        is_operator=user.is_superuser,
        readable=frozenset(grant.event_id for grant in grants),
        editable=frozenset(grant.event_id for grant in grants if grant.role in EDITORS),
        decidable=frozenset(grant.event_id for grant in grants if grant.role == Grant.Role.COCHAIR),
        confirmable=frozenset(
            grant.event_id
            for grant in grants
            if grant.role in CAPACITIES and grant.on_behalf_of_id is not None
        ),
        constituencies=frozenset(
            (grant.event_id, grant.on_behalf_of.constituency)
            for grant in grants
            if grant.role == Grant.Role.CONFIRMER and grant.on_behalf_of is not None
        ),
    )


class OfEvent(Protocol):
    """A row of one roundtable."""

    @property
    def event(self) -> Event: ...


def may_decide(user: AnyUser, subject: Event | OfEvent, at: datetime) -> bool:
    """Whether the user is a co-chair of the roundtable, or an operator, at that time."""
    permissions = permissions_of(user, at.date())
    event = subject if isinstance(subject, Event) else subject.event
    return permissions is not None and permissions.may_decide(event.pk)


def login_addresses(user: User) -> set[str]:
    """Sign-in addresses of the account in lower case, verified or not."""
    login_emails = EmailAddress.objects.filter(user=user).values_list("email", flat=True)
    return {address.lower() for address in (user.email, *login_emails)}


# All bodies of one government are one.
Body = tuple[str, str]


def body_of(organisation: Organisation) -> Body:
    if organisation.kind == OrganisationKind.GOVERNMENT:
        # Those without a country count as one, because they may be.
        return "government", str(organisation.country)
    return "organisation", str(organisation.pk)


def bodies_of(user: User, on: date) -> set[Body]:
    """All that the person acts for, works for, or took part for. They never confirm these."""
    return bodies_by_user([user.pk], on)[user.pk]


def bodies_by_user(users: Iterable[int], on: date) -> dict[int, set[Body]]:
    """The bodies_of() each, with one query."""
    found: dict[int, set[Body]] = {user: set() for user in users}
    acting = Grant.objects.held(on).filter(user__in=found, on_behalf_of__isnull=False)
    # A removed one too: else people could make themselves eligible.
    working = Affiliation.with_removed.filter(
        Q(until=None) | Q(until__gte=on), delegate__user__in=found
    )
    took_part = Participation.with_ended.filter(delegate__user__in=found)
    rows: list[QuerySet[Any, Any]] = [
        given.order_by().values_list(
            user, *(f"{way}__{name}" for name in ("pk", "kind", "country"))
        )
        for given, user, way in (
            (acting, "user", "on_behalf_of"),
            (working, "delegate__user", "organisation"),
            (took_part, "delegate__user", "organisation"),
        )
    ]
    for user, pk, kind, country in rows[0].union(*rows[1:]):
        found[user].add(body_of(Organisation(pk=pk, kind=kind, country=country)))
    return found


def was_suspended_by_others(
    row: Grant | Participation, own: set[Body], bodies_of_user: Callable[[User], set[Body]]
) -> bool:
    """Whether no one of these organisations suspended it last."""
    # The account that suspended it may be erased since.
    others = set(bodies_of_user(row.suspended_by)) if row.suspended_by else set()
    if row.suspended_for:
        others.add(body_of(row.suspended_for))
    # Two operators act for no organisation.
    return not own & others and bool(own or others)


def organisations_in(bodies: Iterable[Body]) -> QuerySet[Organisation]:
    """The reverse of body_of()."""
    by_kind: dict[str, list[str]] = {"government": [], "organisation": []}
    for kind, key in bodies:
        by_kind[kind].append(key)
    government = Q(kind=OrganisationKind.GOVERNMENT)
    return Organisation.objects.filter(
        government & Q(country__in=by_kind["government"])
        | ~government & Q(pk__in=by_kind["organisation"])
    )


def people_of(organisations: QuerySet[Organisation], on: date) -> QuerySet[User]:
    """The reverse of bodies_of()."""
    ids = organisations.order_by().values("pk")
    work = Affiliation.with_removed.filter(Q(until=None) | Q(until__gte=on), organisation__in=ids)
    took_part = Participation.with_ended.filter(organisation__in=ids)
    grants = Grant.objects.held(on).filter(on_behalf_of__in=ids)
    return User.objects.filter(
        Q(pk__in=grants.values("user"))
        | Q(delegate__in=work.values("delegate"))
        | Q(delegate__in=took_part.values("delegate"))
    )


@dataclass(frozen=True)
class ConfirmingRight:
    """A right to confirm, and for whom; an operator stands in for a co-chair and for no one."""

    capacity: Capacity | None  # None for editors, who compare texts and confirm nothing
    organisation: Organisation | None = None

    def fill(
        self, row: ConfirmationT, *, by: User, at: datetime, content_hash: str
    ) -> ConfirmationT:
        """Completes a confirmation that names only what is confirmed."""
        row.by, row.capacity, row.on_behalf_of = by, self.capacity or "", self.organisation
        row.confirmed_at, row.content_hash = at, content_hash
        return row


def _confirming_grants(on: date, others: Iterable[str] = ()) -> QuerySet[Grant]:
    return Grant.objects.active(on).filter(
        role__in=[*CAPACITIES, *others], on_behalf_of__isnull=False, user__is_active=True
    )


def bodies_with_rights(grants: QuerySet[Grant]) -> set[Body]:
    return {body_of(row) for row in Organisation.objects.filter(grants__in=grants)}


def has_two_holders(event: Event, on: date) -> bool:
    """Whether two organisations can confirm what concerns the roundtable."""
    if event.pk is None:
        return False
    return len(bodies_with_rights(_confirming_grants(on).filter(event=event))) > 1


def role_needs_confirmation(event: Event, role: str, on: date) -> bool:
    """Whether other organisations confirm that an organisation gets, or loses, this role."""
    return role in DECIDED_ROLES and has_two_holders(event_of_holders(event, on), on)


def event_of_holders(event: Event, on: date) -> Event:
    """The roundtable itself; until co-chairs of two organisations are in force, the last one.

    Otherwise a co-chair and a confirmer could decide who the other co-chairs are.
    """
    return _events_of_holders([event], on)[0]


def _events_of_holders(events: list[Event], on: date) -> list[Event]:
    """The event_of_holders() of each."""
    series = Event.objects.filter(series__in={event.series_id for event in events})
    # Co-chairs who have been in force, and holders who can still confirm.
    chairing = Grant.objects.awake().filter(
        role=Grant.Role.COCHAIR, effective_on__lte=on, valid_from__lte=on
    )
    cochairs = _bodies_by_event(chairing.filter(event__in=series.values("pk")))
    holders = _bodies_by_event(_confirming_grants(on).filter(event__in=series.values("pk")))
    latest_first = series.filter(starts_on__isnull=False).order_by("-starts_on", "-pk")
    able = [row for row in latest_first if row.pk in holders]

    def event_of(event: Event) -> Event:
        is_own = len(cochairs[event.pk]) > 1 and len(holders[event.pk]) > 1
        if event.starts_on is None or is_own:
            return event
        before = (row for row in able if row.starts_on and row.starts_on < event.starts_on)
        return next(before, event)

    return [event_of(event) for event in events]


def _bodies_by_event(grants: QuerySet[Grant]) -> "defaultdict[int, set[Body]]":
    found: defaultdict[int, set[Body]] = defaultdict(set)
    for grant in grants.filter(on_behalf_of__isnull=False).select_related("on_behalf_of"):
        assert grant.on_behalf_of
        found[grant.event_id].add(body_of(grant.on_behalf_of))
    return found


def events_held_for(events: frozenset[int], on: date) -> frozenset[int]:
    """Later roundtables whose first rights the holders of these ones confirm."""
    series = Event.objects.filter(pk__in=events).values("series")
    later = list(Event.objects.filter(series__in=series).exclude(pk__in=events))
    held_for = zip(later, _events_of_holders(later, on), strict=True)
    return frozenset(event.pk for event, holder in held_for if holder.pk in events)


# By which right the holder of a grant confirms.
CAPACITIES = {
    Grant.Role.COCHAIR: Capacity.COCHAIR,
    Grant.Role.COHOST: Capacity.COHOST,
    Grant.Role.CONFIRMER: Capacity.CONFIRMER,
}


def confirming_rights_by_event(
    user: User, on: date, others: Iterable[str] = ()
) -> dict[int, list[ConfirmingRight]]:
    """By which rights the user may confirm what concerns a roundtable, by its id."""
    grants = _confirming_grants(on, others).filter(user=user)
    found: dict[int, list[ConfirmingRight]] = {}
    for grant in grants.select_related("on_behalf_of").order_by("pk"):
        right = ConfirmingRight(CAPACITIES.get(Grant.Role(grant.role)), grant.on_behalf_of)
        found.setdefault(grant.event_id, []).append(right)
    return found


def stand_in(user: User) -> list[ConfirmingRight]:
    """Where an operator acts for no organisation, the operator stands in for a co-chair."""
    is_operator = user.is_active and user.is_superuser
    return [ConfirmingRight(Capacity.OPERATOR)] if is_operator else []


def confirming_rights(user: User, event: Event, on: date) -> list[ConfirmingRight]:
    return confirming_rights_by_event(user, on).get(event.pk) or stand_in(user)


def independent_right(
    by: User,
    events: Iterable[Event],
    *,
    people: Iterable[User],
    organisations: Iterable[Organisation],
    on: date,
) -> ConfirmingRight | None:
    """By which right the user confirms what these people and organisations are involved in.

    None if the user is one of them, or acts for, works for or took part for an organisation that
    is involved, also through one of the people.
    """
    people = set(people)
    involved = {body_of(organisation) for organisation in organisations}
    for person in people:
        involved |= bodies_of(person, on)
    if by in people or involved & bodies_of(by, on):
        return None
    rights = confirming_rights_by_event(by, on)
    for event in events:
        if right := next(iter(rights.get(event_of_holders(event, on).pk, ())), None):
            return right
    return None


def may_edit_organisation(permissions: EventPermissions, organisation: Organisation) -> bool:
    """Editors must edit every roundtable that they know the organisation to be involved in.

    Others do not count: a page that is locked for no visible reason would tell of them.
    """
    if permissions.is_operator:
        return True
    if not permissions.can_edit_any:
        return False
    events = events_of_organisation(organisation)
    public_roles = organisation.roles.filter(event__is_public=True)
    known = events & permissions.readable | set(public_roles.values_list("event", flat=True))
    return known <= permissions.editable if known else not events


def affects_audiences(organisation: Organisation) -> bool:
    """Whether the organisation has or had a role, participants, staff, grants or commitments.

    Each public body of a government does: people exclude it, and so all bodies of its country.
    """
    relations = ("roles", "participations", "affiliations", "grants", "commitment_parties")
    organisations = Organisation.objects.filter(pk=organisation.pk)
    return any(organisations.filter(**{f"{way}__isnull": False}).exists() for way in relations) or (
        organisation.kind == OrganisationKind.GOVERNMENT and organisations.published().exists()
    )


def has_settled_name(row: Organisation | Group) -> bool:
    """Whether a text or a person counts on the name: another one is another speaker."""
    if isinstance(row, Organisation) and affects_audiences(row):
        return True
    return type(row).objects.named_in_public().filter(pk=row.pk).exists()


def can_edit_visible_events_of(delegate: Delegate, permissions: EventPermissions) -> bool:
    """Roundtables that the viewer cannot see do not count: locked fields would tell of them."""
    events = set(delegate.participations.values_list("event_id", flat=True))
    return permissions.is_operator or events & permissions.readable <= permissions.editable


def visible_people(permissions: EventPermissions) -> QuerySet[Delegate]:
    """Whom the viewer may name: the same people in every list, file, choice and search.

    It depends on how each was entered and on the rights of the viewer, and on nothing that a person
    does later: whoever hides, or protects the profile, would be the difference between two lists.
    """
    if permissions.is_operator:
        return Delegate.objects.all()
    return Delegate.objects.filter(pk__in=_named_participations(permissions).values("delegate"))


def people_with_address(permissions: EventPermissions) -> QuerySet[Delegate]:
    """Those of them whose invitation address the viewer may read: the people in files.

    Of protected people, an operator reads it nowhere: who has the address can be found.
    """
    if permissions.is_operator:
        protected = Participation.with_ended.filter(is_protected_from_desk=True)
        return Delegate.objects.filter(erased_at=None).exclude(pk__in=protected.values("delegate"))
    rows = _named_participations(permissions).filter(
        Q(event__in=permissions.decidable) | permissions.named_to_confirmer
    )
    return Delegate.objects.filter(pk__in=rows.values("delegate"))


def visible_participations(permissions: EventPermissions) -> ParticipationQuerySet:
    """Also of people whom the viewer may not name: each is "a delegate of" an organisation."""
    if permissions.is_operator:
        return Participation.objects.all()
    return Participation.objects.filter(event__in=permissions.readable, delegate__erased_at=None)


def _named_participations(permissions: EventPermissions) -> ParticipationQuerySet:
    return visible_participations(permissions).filter(_is_named_to(permissions))


def _is_named_to(permissions: EventPermissions) -> Q:
    """Of participations: protected ones only to who entered or invited, and to two confirmers."""
    inviting = permissions.decidable | {
        event for event, _constituency in permissions.constituencies
    }
    invitations = Invitation.objects.filter(
        delegate=OuterRef("delegate"),
        event=OuterRef("event"),
        event__in=inviting,
        answer__in=["", Invitation.Answer.ACCEPTED],
        revoked_at=None,
    )
    inviter = Subquery(invitations.order_by("-invited_at", "-pk").values("invited_by")[:1])
    return (
        Q(is_protected_from_desk=False)
        | Q(entered_by=permissions.user.pk, event__in=permissions.editable)
        | Q(Exact(inviter, permissions.user.pk))
        | permissions.named_to_confirmer
    )


def _named_to_confirmer(user: User, event: int, constituency: str, on: date) -> Q:
    """The protected participations of a roundtable that the user confirms for a constituency.

    At most two confirmers read who these people are: the first ones of two organisations. No one
    confirms people of their own organisation, so of these, the third one reads it.
    """
    kinds = kinds_of(constituency)
    grants = Grant.objects.active(on).filter(
        event=event,
        role=Grant.Role.CONFIRMER,
        on_behalf_of__kind__in=kinds,
        user__is_active=True,
    )
    first: dict[int, int] = {}  # the first confirmer of each organisation
    for organisation, holder in grants.order_by("pk").values_list("on_behalf_of", "user"):
        if holder not in first.values():
            first.setdefault(organisation, holder)
    for place, (organisation, holder) in enumerate(list(first.items())[:3]):
        if holder == user.pk:
            rows = Q(is_protected_from_desk=True, event=event, organisation__kind__in=kinds)
            stands_in = Q(organisation__in=list(first)[:2])
            return rows & (~Q(organisation=organisation) if place < 2 else stands_in)
    return Q(pk__in=[])


def acting_organisation(user: User, event_id: int, on: date) -> str:
    """Slug of the organisation that the user acts for at a roundtable, or "" if none."""
    grant = (
        user.grants.active(on)
        .filter(event_id=event_id, on_behalf_of__isnull=False)
        .select_related("on_behalf_of")
        .first()
    )
    return grant.on_behalf_of.slug if grant and grant.on_behalf_of else ""


@functools.lru_cache(maxsize=64)
def involved_condition(events: frozenset[int], paths: Iterable[str] = DIRECT_EVENT_PATHS) -> Q:
    """Organisations involved in these events, not counting their people's participation."""
    known = Q()
    for path in paths:
        known |= Q(pk__in=Organisation.objects.filter(**{f"{path}__in": events}).values("pk"))
    return known


def visible_organisations(permissions: EventPermissions) -> OrganisationQuerySet:
    """Public ones, those of the viewer's roundtables, and those of no roundtable."""
    if permissions.is_operator:
        return Organisation.objects.all()
    # An affiliation may come from another roundtable of the person, so it stays hidden here.
    people = Participation.objects.filter(event__in=permissions.readable).values("delegate")
    others = Participation.objects.exclude(event__in=permissions.readable).values("delegate")
    involved_there = involved_condition(permissions.readable)
    for entries in (Affiliation.with_removed, Proposal.objects.filter(event=None)):
        employers = entries.filter(delegate__in=people).exclude(delegate__in=others)
        involved_there |= Q(pk__in=employers.values("organisation"))
    public = Q(pk__in=Organisation.objects.published().values("pk"))
    return Organisation.objects.filter(public | involved_there | ~_is_involved())


@functools.cache
def _is_involved() -> Q:
    found = Q()
    for path in EVENT_PATHS:
        first = Organisation.objects.order_by().filter(
            pk=OuterRef("pk"), **{f"{path}__isnull": False}
        )
        found |= Q(Exists(first))
    return found


# Detail of a log entry: the viewer was a co-chair of a roundtable of the person.
AS_COCHAIR = "as co-chair"


def acting_capacity(user: User, person: Delegate, on: date) -> tuple[str, str]:
    """Slug of the organisation that the user acts for, and AS_COCHAIR or an empty string.

    A co-chair acts for the organisation in the grant, if there is one. Everyone else acts for their
    employer, else for the organisation of their latest participation or of another grant.
    """
    grants = list(
        user.grants.active(on).order_by("pk").values_list("role", "event", "on_behalf_of__slug")
    )
    chairing = [(event, slug) for role, event, slug in grants if role == Grant.Role.COCHAIR]
    events = set(person.participations.values_list("event", flat=True)) if chairing else set()
    chaired_for = [slug for event, slug in chairing if event in events]
    organisation_slug = (
        next(filter(None, chaired_for), "")
        or _employer(user, on)
        or _represented(user)
        or next((slug for _role, _event, slug in grants if slug), "")
    )
    return organisation_slug, AS_COCHAIR if chaired_for else ""


def _employer(user: User, on: date) -> str | None:
    affiliations = Affiliation.objects.filter(Q(until=None) | Q(until__gte=on), delegate__user=user)
    rows = affiliations.order_by(F("since").desc(nulls_last=True), "pk")
    return rows.values_list("organisation__slug", flat=True).first()


def _represented(user: User) -> str | None:
    participations = Participation.objects.confirmed().filter(delegate__user=user)
    rows = participations.order_by("-event__starts_on", "-event")
    return rows.values_list("organisation__slug", flat=True).first()
