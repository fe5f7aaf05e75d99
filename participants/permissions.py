"""Who may do what. Rights come from grants alone, for the days on which they hold."""

from dataclasses import dataclass
from datetime import date

from django.contrib.auth.models import AnonymousUser
from django.db.models import F, Q

from participants.models import Affiliation, Delegate, Grant, Organisation, Participation, User
from participants.models.organisation import OrganisationQuerySet

AnyUser = User | AnonymousUser
EDITORS = (Grant.Role.COCHAIR, Grant.Role.EDITOR)
# The ways in which an organisation has to do with a roundtable.
DIRECTLY = (
    "roles__event",
    "participations__event",
    "commitment_parties__commitment__event",
    "addressed_by__outcome__statement__event",
    "responses__outcome__statement__event",
    "assessments__commitment__event",
    "offers__outcome__statement__event",
    "offers__commitment__event",
    "replies__circulation__version__statement__event",
    "sign_offs__version__statement__event",
    "grants__event",
)
EVENTS_OF_ORGANISATION = (*DIRECTLY, "affiliations__delegate__participations__event")


def may_enter_admin(user: AnyUser) -> bool:
    """Operators, and whoever holds a grant today."""
    return isinstance(user, User) and user.is_staff


def events_of_organisation(organisation: Organisation) -> "set[int]":
    """Numbers of the events that the organisation has to do with in any way."""
    itself = Organisation.objects.filter(pk=organisation.pk).order_by()
    first, *others = [
        itself.filter(**{f"{path}__isnull": False}).values_list(path, flat=True)
        for path in EVENTS_OF_ORGANISATION
    ]
    return set(first.union(*others))


@dataclass(frozen=True)
class Rights:
    """What somebody may do on one day, by number of roundtable; an operator may do all of it."""

    user: User
    is_operator: bool
    readable: frozenset[int]
    editable: frozenset[int]
    decidable: frozenset[int]

    def may_read(self, event_id: int | None) -> bool:
        """Whether any grant covers this roundtable."""
        return self.is_operator or event_id in self.readable

    def may_edit(self, event_id: int | None) -> bool:
        """Whether a co-chair's or an editor's grant covers this roundtable."""
        return self.is_operator or event_id in self.editable

    def may_decide(self, event_id: int | None) -> bool:
        """Whether a co-chair's grant covers this roundtable."""
        return self.is_operator or event_id in self.decidable

    @property
    def edits_somewhere(self) -> bool:
        """Whether there is a roundtable that this person may edit."""
        return self.is_operator or bool(self.editable)

    @property
    def decides_somewhere(self) -> bool:
        """Whether there is a roundtable that this person may decide about."""
        return self.is_operator or bool(self.decidable)


def rights_of(user: AnyUser, on: date) -> Rights | None:
    """What this person may do on that day; None for who has no business in the admin."""
    if not isinstance(user, User) or not user.is_active:
        return None
    grants = [] if user.is_superuser else list(user.grants.active(on))
    if not grants and not user.is_superuser:
        return None
    return Rights(
        user=user,
        is_operator=user.is_superuser,
        readable=frozenset(grant.event_id for grant in grants),
        editable=frozenset(grant.event_id for grant in grants if grant.role in EDITORS),
        decidable=frozenset(grant.event_id for grant in grants if grant.role == Grant.Role.COCHAIR),
    )


def may_edit_organisation(rights: Rights, organisation: Organisation) -> bool:
    """Operators, and editors of every roundtable that the organisation has to do with."""
    if rights.is_operator:
        return True
    return rights.edits_somewhere and events_of_organisation(organisation) <= rights.editable


def decides_audiences(organisation: Organisation) -> bool:
    """Whether the organisation has a role, or anybody ever spoke, worked or acted for it."""
    ways = ("roles", "participations", "affiliations", "grants")
    itself = Organisation.objects.filter(pk=organisation.pk)
    return any(itself.filter(**{f"{way}__isnull": False}).exists() for way in ways)


def edits_all_of(person: Delegate, mine: Rights) -> bool:
    """Whether every roundtable of the person is one that the viewer edits."""
    events = set(person.participations.values_list("event_id", flat=True))
    return mine.is_operator or events <= mine.editable


def acts_for(user: User, event_id: int, on: date) -> str:
    """The short name of the organisation that this person acts for at a roundtable, or nothing."""
    grant = (
        user.grants.active(on)
        .filter(event_id=event_id, on_behalf_of__isnull=False)
        .select_related("on_behalf_of")
        .first()
    )
    return grant.on_behalf_of.slug if grant and grant.on_behalf_of else ""


def known_directly(events: frozenset[int]) -> Q:
    """Organisations that have to do with these roundtables, otherwise than through a person."""
    known = Q()
    for path in DIRECTLY:
        known |= Q(pk__in=Organisation.objects.filter(**{f"{path}__in": events}).values("pk"))
    return known


def organisations_seen_by(rights: Rights) -> OrganisationQuerySet:
    """Public ones, those of the viewer's roundtables, and those that belong to none so far."""
    if rights.is_operator:
        return Organisation.objects.all()
    involved = Q()
    for path in EVENTS_OF_ORGANISATION:
        involved |= Q(pk__in=Organisation.objects.filter(**{f"{path}__isnull": False}).values("pk"))
    # Where somebody works may have been written for another roundtable of that person.
    people = Participation.objects.filter(event__in=rights.readable).values("delegate")
    others = Participation.objects.exclude(event__in=rights.readable).values("delegate")
    employers = Affiliation.objects.filter(delegate__in=people).exclude(delegate__in=others)
    theirs = known_directly(rights.readable) | Q(pk__in=employers.values("organisation"))
    public = Q(pk__in=Organisation.objects.published().values("pk"))
    return Organisation.objects.filter(public | theirs | ~involved)


# In an entry of the log: the viewer held a co-chair's grant for a roundtable of that person.
AS_COCHAIR = "as co-chair"


def behalf_of(user: User, person: Delegate, on: date) -> tuple[str, str]:
    """The short name of the organisation that this user acts for, and whether as a co-chair.

    A co-chair acts for whom the grant names; everybody else for where they work, else for whom
    they spoke at the latest roundtable, else for whom another grant names.
    """
    grants = user.grants.active(on).filter(
        event__in=person.participations.values("event"), role=Grant.Role.COCHAIR
    )
    # The one that names an organisation comes first.
    named = F("on_behalf_of").asc(nulls_last=True)
    chaired = list(grants.order_by(named, "pk").values_list("on_behalf_of__slug", flat=True)[:1])
    body = chaired[0] if chaired else None
    return body or _usual(user, on), AS_COCHAIR if chaired else ""


def _usual(user: User, on: date) -> str:
    work = Affiliation.objects.filter(Q(until=None) | Q(until__gte=on), delegate__user=user)
    works_for = work.order_by(F("since").desc(nulls_last=True), "pk")
    seats = Participation.objects.confirmed().filter(delegate__user=user)
    spoke_for = seats.order_by("-event__starts_on", "-event")
    acts_for = user.grants.active(on).exclude(on_behalf_of=None).order_by("pk")
    return (
        works_for.values_list("organisation__slug", flat=True).first()
        or spoke_for.values_list("organisation__slug", flat=True).first()
        or acts_for.values_list("on_behalf_of__slug", flat=True).first()
        or ""
    )
