"""On whose behalf somebody looks at a person, as the log keeps it."""

from datetime import date

from django.db.models import F, Q

from participants.models import Affiliation, Delegate, Grant, Participation, User

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
