"""The list of participants: asked for with a purpose, agreed to by another side, given to one.

It holds what co-chairs keep (name, organisation, post, invitation address) and nothing that people
share. Whoever is erased, hidden or protected at the moment of a download is left out. Each copy
carries its mark in every line, and one line of a person who does not exist.
"""

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.urls import reverse
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _

from participants.accounts.emails import write_to_account, write_to_cochairs
from participants.models import Affiliation, Delegate, Grant, ParticipantList, Participation, User
from participants.permissions import acts_for
from participants.privacy.access_log import note_export
from roundtable.audit import log as audit
from roundtable.models import Event


@dataclass(frozen=True)
class Listing:
    """The lines of a list beneath their heads, as the spreadsheets take them."""

    headers: list[str]
    lines: Sequence[tuple[str, ...]]

    def __iter__(self) -> Iterator[tuple[str, ...]]:
        return iter(self.lines)


WORKS_FOR = timedelta(days=7)
UNMISTAKABLE = "abcdefghjkmnpqrstuvwxyz23456789"
# Of many places, so that a made-up name stands out in no list.
GIVEN_NAMES = ("Ana", "Amir", "Chandra", "Daniel", "Elena", "Farid", "Grace", "Kamal", "Maya")
FAMILY_NAMES = ("Adler", "Aziz", "Costa", "Dewi", "Haddad", "Kaya", "Lim", "Okoro", "Perera")


def offices_of(user: User, event: Event, on: date) -> set[int]:
    """The organisations for which this person is a co-chair of the roundtable on that day."""
    grants = Grant.objects.active(on).filter(user=user, event=event, role=Grant.Role.COCHAIR)
    return set(grants.exclude(on_behalf_of=None).values_list("on_behalf_of_id", flat=True))


def why_not_ask(*, event: Event, by: User, on: date) -> str:
    """Why this person cannot ask for the list; empty where nothing is wrong."""
    if not offices_of(by, event, on):
        return _(
            "The list goes to a co-chair who acts for an organisation. An operator can write into "
            "your grant on whose behalf you act."
        )
    return ""


def may_decide(row: ParticipantList, by: User, at: datetime) -> bool:
    """Whether this person is the other side: a co-chair for another organisation alone."""
    if row.decided_at or row.asked_by is None or by.pk == row.asked_by.pk:
        return False
    mine, theirs = (offices_of(user, row.event, at.date()) for user in (by, row.asked_by))
    return bool(mine) and bool(theirs) and not mine & theirs


def for_decision(
    rows: "QuerySet[ParticipantList]", by: User, on: date
) -> "QuerySet[ParticipantList]":
    """Those of the rows that `may_decide` lets this person decide, asked of the database."""
    chairing = Grant.objects.active(on).filter(
        event=OuterRef("event"), role=Grant.Role.COCHAIR, on_behalf_of__isnull=False
    )
    mine, theirs = chairing.filter(user=by), chairing.filter(user=OuterRef("asked_by"))
    same = theirs.filter(
        on_behalf_of__in=Grant.objects.active(on)
        .filter(user=by, role=Grant.Role.COCHAIR, event=OuterRef("event"))
        .values("on_behalf_of")
    )
    open_rows = rows.filter(decided_at=None, asked_by__isnull=False).exclude(asked_by=by)
    return open_rows.filter(Exists(mine), Exists(theirs), ~Exists(same))


@transaction.atomic
def ask(*, event: Event, purpose: str, by: User, at: datetime) -> ParticipantList:
    """Asks for the list, and tells the co-chairs.

    Raises ValidationError for who may not, and where the purpose is empty.
    """
    if problem := why_not_ask(event=event, by=by, on=at.date()):
        raise ValidationError(problem)
    name = _made_up_name()
    domain = settings.CANARY_DOMAIN or urlsplit(settings.PORTAL_URL).hostname or "localhost"
    mailbox = f"{name.replace(' ', '.')}.{get_random_string(4, UNMISTAKABLE)}"
    row = ParticipantList(
        event=event,
        purpose=purpose,
        asked_by=by,
        asked_at=at,
        mark=get_random_string(12, UNMISTAKABLE),
        made_up_name=name,
        made_up_email=f"{mailbox}@{domain}".lower(),
    )
    row.full_clean()
    row.save()
    _record("ask list of participants", row, by, at)
    url = f"{settings.PORTAL_URL}{reverse('admin:participants_participantlist_changelist')}"
    write_to_cochairs(
        event,
        cause=f"list {row.pk} asked",
        template="participants/mail/list_asked",
        context={"event": event, "url": url},
        at=at,
    )
    return row


@transaction.atomic
def decide(*, row: ParticipantList, agrees: bool, by: User, at: datetime) -> bool:
    """The other side says yes or no, and who asked gets a letter; false where one may not."""
    kept = ParticipantList.objects.select_for_update().get(pk=row.pk)
    if not may_decide(kept, by, at):
        return False
    kept.decided_by, kept.decided_at = by, at
    kept.expires_at = at + WORKS_FOR if agrees else None
    kept.full_clean()
    kept.save()
    _record(f"{'agree to' if agrees else 'refuse'} list of participants", kept, by, at)
    assert kept.asked_by is not None
    path = reverse("admin:participants_participantlist_change", args=[kept.pk])
    write_to_account(
        kept.asked_by,
        cause=f"list {kept.pk} decided",
        template="participants/mail/list_decided",
        context={
            "event": kept.event,
            "agrees": agrees,
            "url": f"{settings.PORTAL_URL}{path}",
            "until": kept.expires_at,
        },
        at=at,
    )
    return True


def may_fetch(row: ParticipantList, by: User, at: datetime) -> bool:
    """Whether this is who asked, still a co-chair there, within the seven days."""
    is_own = row.asked_by is not None and row.asked_by.pk == by.pk
    return is_own and row.can_be_fetched(at) and bool(offices_of(by, row.event, at.date()))


def held(event: Event, by: User, at: datetime) -> ParticipantList | None:
    """The list of a roundtable that this person may fetch now, or None."""
    rows = ParticipantList.objects.filter(event=event, asked_by=by).select_related("asked_by")
    return next((row for row in rows.order_by("-pk") if may_fetch(row, by, at)), None)


@transaction.atomic
def fetch(*, row: ParticipantList, by: User, at: datetime) -> Listing:
    """The list as it is now; each person in it reads that somebody took it.

    Raises ValidationError where it cannot be fetched any more.
    """
    if not may_fetch(row, by, at):
        raise ValidationError(_("This list can be fetched no more. Ask for it again."))
    rows = [(row.made_up_name, "", "", "", row.made_up_email, row.mark)]
    seats = list(_seats(row.event, at.date()))
    for seat in seats:
        person, work = seat.delegate, _work_at(seat)
        post = work.post if work else seat.capacity
        office, address = seat.organisation.name, person.invitation_email
        rows.append((person.name, person.name_latin, office, post, address, row.mark))
    # Of nobody's organisation: one that others of the list work for, and the same in each copy.
    if seats:
        place = int.from_bytes(row.mark.encode()) % len(seats)
        rows[0] = (*rows[0][:2], *rows[place + 1][2:4], *rows[0][4:])
    rows.sort(key=lambda line: ((line[1] or line[0]).casefold(), line))
    note_export(people=[seat.delegate for seat in seats], by=by, at=at)
    _record("fetch list of participants", row, by, at)
    return Listing(_headers(), rows)


def _made_up_name() -> str:
    """A name that nobody here has, as long as there is one."""
    every = [f"{first} {last}" for first in GIVEN_NAMES for last in FAMILY_NAMES]
    taken = set(Delegate.objects.filter(name__in=every).values_list("name", flat=True))
    return secrets.choice([name for name in every if name not in taken] or every)


def _headers() -> list[str]:
    return [
        _("Name"),
        _("Name in Latin letters"),
        _("Organisation"),
        _("Post"),
        _("Invitation address"),
        _("Copy"),
    ]


def _seats(event: Event, on: date) -> "QuerySet[Participation]":
    """The confirmed participations of who is neither erased, hidden nor protected now."""
    working = Affiliation.objects.filter(Q(until=None) | Q(until__gte=on)).order_by("pk")
    seats = Participation.objects.confirmed().filter(
        event=event,
        delegate__erased_at=None,
        delegate__paused_at=None,
        delegate__is_protected=False,
    )
    now = Prefetch("delegate__affiliations", queryset=working, to_attr="working")
    return seats.select_related("delegate", "organisation").prefetch_related(now).order_by("pk")


def _work_at(seat: Participation) -> Affiliation | None:
    working: list[Affiliation] = seat.delegate.working  # type: ignore[attr-defined]
    return next((work for work in working if work.organisation_id == seat.organisation_id), None)


def whose(text: str) -> "QuerySet[ParticipantList]":
    """The lists that a mark, a made-up name or a made-up address comes from."""
    text = text.strip()
    return ParticipantList.objects.filter(
        Q(mark__iexact=text) | Q(made_up_email__iexact=text) | Q(made_up_name__iexact=text)
    )


def with_askers(rows: "QuerySet[ParticipantList]") -> "QuerySet[ParticipantList]":
    """Fetches at once what `named` reads of who asked for each."""
    grants = Grant.objects.select_related("on_behalf_of")
    return rows.select_related("event", "asked_by").prefetch_related(
        "asked_by__delegate__participations", Prefetch("asked_by__grants", queryset=grants)
    )


def named(user: User | None, event: Event) -> str:
    """A co-chair as the other ones read it: by name where that person took part, else by office."""
    if user is None:
        return _("somebody whose account is gone")
    person: Delegate | None = getattr(user, "delegate", None)
    if person and any(part.event_id == event.pk for part in person.participations.all()):
        return str(person)
    held = (grant.on_behalf_of for grant in user.grants.all() if grant.event_id == event.pk)
    office = next((office.short for office in held if office), "")
    words = {"office": office, "number": user.pk}
    return _("%(office)s (account %(number)d)") % words if office else _("account %d") % user.pk


def _record(act: str, row: ParticipantList, by: User, at: datetime) -> None:
    office = acts_for(by, row.event_id, at.date())
    detail = f"{row.event.code} list {row.pk}"
    audit.record(act=act, at=at, actor=by, organisation=office, detail=detail)
