"""The participant list: requested with a purpose, approved by another co-chair.

It contains the name, organisation, post and invitation address, and nothing that people share.
At each download, it has the people whom the downloader sees in the other lists too, so none that
were erased or entered as protected from the desk. Hidden people stay: a list from before would tell
who hides. Each person in it reads who downloaded it, for which organisation, why and when.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Prefetch, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from participants.accounts.emails import email_account
from participants.decisions.kind import Shown
from participants.decisions.listed import Listed, register
from participants.models import (
    Affiliation,
    Grant,
    ParticipantList,
    Participation,
    User,
)
from participants.permissions import (
    Body,
    EventPermissions,
    acting_organisation,
    bodies_with_rights,
    body_of,
    people_with_address,
    permissions_of,
)
from participants.privacy.access_log import log_download
from roundtable.audit import log as audit
from roundtable.models import Event


@dataclass(frozen=True)
class ParticipantTable:
    """Headers and lines in the shape that the export formats expect."""

    headers: list[str]
    lines: Sequence[tuple[str, ...]]

    def __iter__(self) -> Iterator[tuple[str, ...]]:
        return iter(self.lines)


DOWNLOAD_PERIOD = timedelta(days=7)


def cochaired_for(user: User, event: Event, on: date) -> set[Body]:
    """For whom the user is a co-chair of the event. All bodies of one government are one."""
    return bodies_with_rights(
        Grant.objects.active(on).filter(user=user, event=event, role=Grant.Role.COCHAIR)
    )


def list_request_problem(*, event: Event, by: User, on: date) -> str:
    """Empty if this user can request the list."""
    if not cochaired_for(by, event, on):
        return _(
            "Only a co-chair who acts for an organisation can get the list. An operator "
            "can enter in your grant which organisation you act for."
        )
    return ""


def may_decide_list(row: ParticipantList, by: User, at: datetime) -> bool:
    return decidable_lists(ParticipantList.objects.filter(pk=row.pk), by, at.date()).exists()


def decidable_lists(
    rows: "QuerySet[ParticipantList]", by: User, on: date
) -> "QuerySet[ParticipantList]":
    """Only a co-chair for another organisation than the requester may decide."""
    open_rows = rows.filter(decided_at=None, requested_by__isnull=False).exclude(requested_by=by)
    asked = list(open_rows.order_by().values_list("pk", "event", "requested_by"))
    grants = Grant.objects.active(on).filter(
        role=Grant.Role.COCHAIR,
        on_behalf_of__isnull=False,
        event__in={event for _pk, event, _asker in asked},
    )
    bodies: defaultdict[tuple[int, int | None], set[Body]] = defaultdict(set)
    for grant in grants.select_related("on_behalf_of"):
        assert grant.on_behalf_of
        bodies[grant.event_id, grant.user_id].add(body_of(grant.on_behalf_of))
    found = []
    for pk, event, asker in asked:
        own, others = bodies[event, by.pk], bodies[event, asker]
        if own and others and not own & others:
            found.append(pk)
    return rows.filter(pk__in=found)


class ListsToAgree(Listed[ParticipantList]):
    """Requests for a list, for a co-chair of another organisation."""

    name = "participantlist"
    label = _lazy("Lists to download")
    effect = _lazy("Who asked can download the list for seven days.")
    needed = _lazy("a co-chair of another organisation")

    def rows(self, viewer: EventPermissions) -> QuerySet[ParticipantList]:
        rows = ParticipantList.objects.select_related("event")
        return rows if viewer.is_operator else rows.filter(event__in=viewer.decidable)

    def to_decide(self, at: datetime) -> QuerySet[ParticipantList]:
        return ParticipantList.objects.filter(decided_at=None)

    def waiting(self, viewer: EventPermissions, at: datetime) -> QuerySet[ParticipantList]:
        return decidable_lists(self.rows(viewer), viewer.user, viewer.on)

    def shown(self, items: Sequence[ParticipantList], viewer: EventPermissions) -> list[Shown]:
        sentence = _("Agree that someone downloads the list of participants of %s")
        page = "admin:participants_participantlist_change"
        return [Shown(sentence % row.event, page=reverse(page, args=[row.pk])) for row in items]

    def since(self, item: ParticipantList) -> datetime:
        return item.requested_at

    def ended(self, viewer: EventPermissions) -> QuerySet[ParticipantList]:
        return self.rows(viewer).exclude(decided_at=None)

    def outcome(self, row: ParticipantList) -> str:
        return _("agreed") if row.expires_at else _("refused")


register(ListsToAgree())


@transaction.atomic
def request_list(*, event: Event, purpose: str, by: User, at: datetime) -> ParticipantList:
    """Raises ValidationError if `by` may not request it, or the purpose is empty."""
    if problem := list_request_problem(event=event, by=by, on=at.date()):
        raise ValidationError(problem)
    row = ParticipantList(event=event, purpose=purpose, requested_by=by, requested_at=at)
    row.full_clean()
    row.save()
    _log_list_action("ask list of participants", row, by, at)
    return row


@transaction.atomic
def decide_list(*, row: ParticipantList, agrees: bool, by: User, at: datetime) -> bool:
    """Returns False if `by` may not decide."""
    locked = ParticipantList.objects.select_for_update().get(pk=row.pk)
    if not may_decide_list(locked, by, at):
        return False
    locked.decided_by, locked.decided_at = by, at
    locked.expires_at = at + DOWNLOAD_PERIOD if agrees else None
    locked.full_clean()
    locked.save()
    _log_list_action(f"{'agree to' if agrees else 'refuse'} list of participants", locked, by, at)
    assert locked.requested_by is not None
    path = reverse("admin:participants_participantlist_change", args=[locked.pk])
    email_account(
        locked.requested_by,
        dedup_key=f"list {locked.pk} decided",
        template="participants/participation/emails/participant_list_decided",
        context={
            "event": locked.event,
            "agrees": agrees,
            "url": f"{settings.PORTAL_URL}{path}",
            "until": locked.expires_at,
        },
        at=at,
    )
    return True


def may_download_list(row: ParticipantList, by: User, at: datetime) -> bool:
    is_own = row.requested_by is not None and row.requested_by.pk == by.pk
    return is_own and row.is_downloadable(at) and bool(cochaired_for(by, row.event, at.date()))


def downloadable_list(event: Event, by: User, at: datetime) -> ParticipantList | None:
    rows = ParticipantList.objects.filter(event=event, requested_by=by).select_related(
        "requested_by"
    )
    return next((row for row in rows.order_by("-pk") if may_download_list(row, by, at)), None)


@transaction.atomic
def download_list(*, row: ParticipantList, by: User, at: datetime) -> ParticipantTable:
    """The list as it is now. Each person in it can see that it was downloaded.

    Raises ValidationError if it can no longer be downloaded.
    """
    if not may_download_list(row, by, at):
        raise ValidationError(_("You can no longer download this list. Request it again."))
    rows = []
    participations = list(_listed_participations(row.event, by, at.date()))
    for participation in participations:
        person, organisation = participation.delegate, participation.organisation
        working: list[Affiliation] = person.working  # type: ignore[attr-defined]
        posts = [work.post for work in working if work.organisation_id == organisation.pk]
        post, address = next(iter(posts), participation.capacity), person.invitation_email
        rows.append((person.name, person.name_latin, organisation.name, post, address))
    rows.sort(key=lambda line: ((line[1] or line[0]).casefold(), line))
    log_download([participation.delegate for participation in participations], row, by=by, at=at)
    _log_list_action("fetch list of participants", row, by, at)
    headers = [_("Name"), _("Name in Latin letters"), _("Organisation"), _("Post")]
    return ParticipantTable([*headers, _("Invitation address")], rows)


def _listed_participations(event: Event, by: User, on: date) -> "QuerySet[Participation]":
    permissions = permissions_of(by, on)
    assert permissions is not None  # may_download_list()
    people = people_with_address(permissions)
    working = Affiliation.objects.current(on).order_by("pk")
    participations = Participation.objects.confirmed().filter(event=event, delegate__in=people)
    now = Prefetch("delegate__affiliations", queryset=working, to_attr="working")
    return (
        participations.select_related("delegate", "organisation")
        .prefetch_related(now)
        .order_by("pk")
    )


def _log_list_action(action: str, row: ParticipantList, by: User, at: datetime) -> None:
    office = acting_organisation(by, row.event_id, at.date())
    detail = f"{row.event.code} list {row.pk}"
    audit.record(action=action, at=at, actor=by, organisation=office, detail=detail)
