"""Submission of texts for approval, and the emails about it.

Emails never quote a text, because it can still contain personal data.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy

from outcomes.models import (
    Assessment,
    Commitment,
    EditorialState,
    Offer,
    ProgressUpdate,
    Response,
)
from outcomes.reporting.focal_points import active_participations, active_participations_of
from outcomes.reporting.links import create_report_link
from outcomes.reporting.request_emails import can_receive_mail, queue_digest
from participants.accounts.addresses import delivery_address
from participants.accounts.emails import email_delegate, hide_url_for
from participants.models import Delegate, Participation, User
from participants.permissions import permissions_of
from roundtable.mail.queue import enqueue
from roundtable.models import Event

CHANGED_MEANWHILE = gettext_lazy(
    "This text changed after you opened it. Nothing is decided yet. Read the new "
    "version, then decide."
)

BATCH_SIZE = 500  # rows per query
SubmittedText = Response | Offer | Assessment | ProgressUpdate
REVIEWED_KINDS: tuple[type[SubmittedText], ...] = (ProgressUpdate, Response, Offer, Assessment)


def submit_updates(
    new: Sequence[ProgressUpdate], changed: Sequence[ProgressUpdate], *, at: datetime
) -> None:
    """As `submit()`, for many reports, with bulk queries."""
    for row in (*new, *changed):
        row.mark_submitted(at=at)
    ProgressUpdate.objects.bulk_create(new, BATCH_SIZE)
    # `bulk_update` takes longer than one query for each row, because of its conditions.
    ProgressUpdate.objects.bulk_create(
        changed,
        BATCH_SIZE,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=[
            field.name for field in ProgressUpdate._meta.concrete_fields if field.name != "id"
        ],
    )


def tell_parties(updates: Iterable[ProgressUpdate], *, at: datetime) -> None:
    """One email to each accepted focal point, with a link to confirm what was entered.

    Of a party without one, everyone who took part for it gets an email. Of a commitment that is not
    public, no one is told until it is.
    """
    entered: dict[Delegate, list[ProgressUpdate]] = {}
    without_focal_point: dict[tuple[int, int], list[ProgressUpdate]] = {}
    for update in updates:
        is_draft = update.state == EditorialState.DRAFT or not update.commitment.is_public
        if update.is_of_party or is_draft:
            continue
        party = update.party
        if party.focal_point and party.focal_point_accepted_at:
            entered.setdefault(party.focal_point, []).append(update)
        elif party.organisation_id:
            key = (update.commitment.event_id, party.organisation_id)
            without_focal_point.setdefault(key, []).append(update)
    if without_focal_point:
        _tell_participants(without_focal_point, at=at)
    for person, rows in entered.items():
        first = min(row.pk for row in rows)
        queue_digest(
            person,
            list({row.party_id: row.party for row in rows}.values()),
            dedup_key=f"entered {first}.{max(row.revision for row in rows)} {person.pk}",
            template="outcomes/reporting/emails/report_entered",
            at=at,
        )


def _tell_participants(
    entered: dict[tuple[int, int], list[ProgressUpdate]], *, at: datetime
) -> None:
    """No one can confirm it for the party yet, but its own people know.

    The reports are by roundtable and organisation.
    """
    events, organisations = ({key[part] for key in entered} for part in (0, 1))
    people = active_participations(at.date())
    people = people.filter(event__in=events, organisation__in=organisations)
    for participation in people.select_related("delegate__user"):
        person = participation.delegate
        rows = entered.get((participation.event_id, participation.organisation_id), ())
        if rows and can_receive_mail(person):
            first = min(row.pk for row in rows)
            email_delegate(
                person,
                dedup_key=f"entered {first}.{max(row.revision for row in rows)} {person.pk}",
                template="outcomes/reporting/emails/report_entered_unasked",
                context={
                    "event": participation.event,
                    "references": sorted({row.commitment.reference for row in rows}),
                    "url": f"{settings.PORTAL_URL}{reverse('my-commitments')}",
                },
                at=at,
            )


def pending_texts(kind: type[Any], event: Event) -> QuerySet[Any]:
    """Those of which someone can be asked to check them."""
    belongs = reduce(or_, (Q((way, event)) for way in kind.event_lookups))
    found: QuerySet[Any] = kind.objects.filter(belongs, state=EditorialState.SUBMITTED)
    if kind is ProgressUpdate:
        found = found.filter(commitment__in=Commitment.objects.public().values("pk"))
    return found.order_by("submitted_at")


def notify_author(
    row: SubmittedText,
    *,
    at: datetime,
    template: str = "outcomes/reporting/emails/changes_requested",
    context: dict[str, Any] | None = None,
) -> None:
    """Emails the author of a text that was decided about, or the people who can edit it now."""
    what = template.rpartition("/")[2]
    for person, path in _next_editors(row, at):
        url = path and f"{settings.PORTAL_URL}{path}"
        if can_be_emailed(person):
            email_writer(
                person,
                dedup_key=f"{what} {row._meta.model_name} {row.pk} {row.revision} {person.pk}",
                template=template,
                context={
                    "event": row.event,
                    "url": url or create_report_link(row.party, at=at),  # type: ignore[union-attr]
                    **(context or {}),
                },
                at=at,
            )


def tell_authors(rows: Iterable[SubmittedText], *, at: datetime) -> None:
    """Emails authors, once each, that their texts were checked and are public."""
    published: dict[User, list[SubmittedText]] = {}
    for row in rows:
        if row.author and row.event.is_public:
            published.setdefault(row.author, []).append(row)
    for author, texts in published.items():
        first = texts[0]
        email_writer(
            author,
            dedup_key=f"public {first._meta.model_name} {first.pk} {first.revision}",
            template="outcomes/reporting/emails/texts_published",
            context={
                "event": first.event,
                "urls": [f"{settings.PORTAL_URL}{_public_path(row)}" for row in texts],
            },
            at=at,
        )


def _public_path(row: SubmittedText) -> str:
    topic: Any = getattr(row, "outcome", None) or row.commitment  # type: ignore[union-attr]
    path: str = topic.get_absolute_url()
    return path


def can_be_emailed(person: User) -> bool:
    """False for a person who is hidden or erased, or has no email address."""
    delegate = Delegate.objects.filter(user=person).first()
    return bool(delivery_address(person)) and (delegate is None or can_receive_mail(delegate))


def email_writer(
    person: User, *, dedup_key: str, template: str, context: dict[str, Any], at: datetime
) -> None:
    """Emails someone who wrote a text, if possible."""
    if not can_be_emailed(person):
        return
    mailbox = delivery_address(person)
    context = {**context, "hide_url": hide_url_for(mailbox, at)}
    enqueue(dedup_key=dedup_key, to=mailbox, template=template, context=context, at=at)


def _next_editors(row: SubmittedText, at: datetime) -> list[tuple[User, str]]:
    """Returns users and the path of the edit page; an empty path means a report link."""
    if isinstance(row, ProgressUpdate):
        return _report_editors(row, at)
    event = row.event
    if isinstance(row, Response):
        path = reverse("my-response", args=[event.slug, row.outcome.number])
    elif isinstance(row, Assessment):
        path = reverse("my-assessment", args=[row.commitment.reference])
    else:
        path = reverse("my-offer", args=[row.pk])
    participations = Participation.objects.confirmed().filter(
        event=event, organisation=row.organisation
    )
    users = User.objects.filter(delegate__in=participations.values("delegate")).order_by("pk")
    representatives = [
        user
        for user in users
        if active_participations_of(user, at.date())
        .filter(event=event, organisation=row.organisation)
        .exists()
    ]
    author = [user for user in representatives if user.pk == row.author_id]
    return [(user, path) for user in author or representatives]


def _report_editors(row: ProgressUpdate, at: datetime) -> list[tuple[User, str]]:
    author = row.author
    rights = permissions_of(author, at.date()) if author else None
    focal_point = row.party.focal_point if row.party.focal_point_accepted_at else None
    focal_point_user = focal_point.user if focal_point else None
    if (
        author
        and rights
        and rights.may_edit(row.commitment.event_id)
        and focal_point_user != author
    ):
        return [(author, reverse("admin:outcomes_progressupdate_change", args=[row.pk]))]
    return [(focal_point_user, "")] if focal_point_user else []
