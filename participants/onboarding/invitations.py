"""Inviting people of a roundtable: whom, by whom, and the link that only its mail holds."""

import secrets
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext as _

from participants.accounts.addresses import has_left, remove_closed
from participants.accounts.emails import hide_url_of
from participants.models import Affiliation, Delegate, Invitation, Participation, User
from participants.models.delegate import new_handle
from participants.participation.confirmation import addresses_of
from participants.permissions import Rights, acts_for, rights_of
from participants.privacy.erasure import remove_rows_of
from roundtable.audit import log as audit
from roundtable.mail.batches import Batch, recheck
from roundtable.mail.queue import Letter, post
from roundtable.models import Event

# What the co-chairs know without the person. Any other field begins anew.
KEPT = {"id", "handle", "name", "name_latin", "invitation_email", "is_demonstration"}


@transaction.atomic
def empty(delegate: Delegate, *, by: User, at: datetime) -> None:
    """Leaves what the co-chairs know of the person, who had an account that is closed now.

    Nobody knows who reads the mail of the next invitation: what one wrote, shared and agreed to,
    and who looked, is not handed on.
    """
    person = Delegate.objects.select_for_update().get(pk=delegate.pk)
    closed = person.user
    for party in person.focal_point_for.all():
        party.ask(person)
    remove_rows_of(person, keeping={Affiliation, Participation})
    for column in person._meta.concrete_fields:
        if column.name not in KEPT:
            setattr(person, column.attname, column.get_default())
    person.handle = new_handle()
    person.full_clean()
    person.save()
    audit.forget(person)
    if closed:
        remove_closed(closed)
    audit.record(act="empty profile", at=at, actor=by, subject=person)
    delegate.refresh_from_db()


VALID = timedelta(days=14)
# Who pressed the button in time may take another day to finish.
FINISHING = timedelta(days=1)


# What begins the cause of the letter of an invitation.
CAUSE = "invitation:"


@transaction.atomic
def invite(
    *, delegate: Delegate, event: Event, by: User, at: datetime, batch: Batch | None = None
) -> Invitation:
    """Sends a link to the person's invitation address; an earlier open one stops working.

    Of a batch it leaves with the batch, and can be called off until then: the earlier one works
    again.
    A record whose account is closed is emptied first: who comes in finds nothing of before.
    Raises ValidationError, with a sentence for the co-chair, where the person cannot be invited.
    """
    person = Delegate.objects.select_for_update().get(pk=delegate.pk)
    rights = rights_of(by, at.date())
    if problem := why_not(person, event, rights=rights, own=addresses_of(by)):
        raise ValidationError(problem)
    if person.user:
        empty(person, by=by, at=at)
    is_open = {"delegate": person, "event": event, "answered_at": None, "revoked_at": None}
    Invitation.objects.filter(**is_open).update(revoked_at=at)
    token = secrets.token_urlsafe(32)
    invitation = Invitation(
        delegate=person,
        event=event,
        email=person.invitation_email,
        token_hash=Invitation.digest(token),
        invited_by=by,
        invited_at=at,
        expires_at=at + VALID,
    )
    invitation.full_clean()
    invitation.save()
    audit.record(
        act="invite",
        at=at,
        actor=by,
        subject=person,
        organisation=acts_for(by, event.pk, at.date()),
        detail=event.code,
    )
    context = {
        "event": event,
        "inviter": inviter_of(invitation, at.date()),
        "url": f"{settings.PORTAL_URL}{reverse('invitation', args=[token])}",
        "expires_on": invitation.expires_at.date(),
        # The address may sign somebody in already, whose own link it then is.
        "hide_url": hide_url_of(invitation.email.lower()),
    }
    template = "participants/mail/invitation"
    post(
        cause=f"{CAUSE}{invitation.pk}",
        to=invitation.email,
        template=template,
        context=context,
        at=at,
        not_after=invitation.expires_at,
        batch=batch,
    )
    return invitation


def end_links(causes: Iterable[str], *, at: datetime) -> int:
    """Takes back the invitations whose letters had these causes, and will not leave; how many.

    What each of them replaced works again, where the person has that link or is about to get it.
    """
    numbers = [int(cause.removeprefix(CAUSE)) for cause in causes if cause.startswith(CAUSE)]
    rows = list(Invitation.objects.filter(pk__in=numbers, answered_at=None, revoked_at=None))
    for row in rows:
        Invitation.objects.filter(pk=row.pk).update(revoked_at=at)
        if before := _replaced_by(row):
            Invitation.objects.filter(pk=before.pk).update(revoked_at=None)
    return len(rows)


def _replaced_by(invitation: Invitation) -> Invitation | None:
    """The newest one that this took the place of and whose own letter was, or will be, sent."""
    same = {"delegate": invitation.delegate_id, "event": invitation.event_id, "answered_at": None}
    while before := (
        # By the moment: what was taken back for another reason stays so.
        Invitation.objects.filter(**same, revoked_at=invitation.invited_at)
        .exclude(pk=invitation.pk)
        .first()
    ):
        letters = Letter.objects.filter(cause=f"{CAUSE}{before.pk}")
        if letters.filter(Q(done_at=None) | Q(is_sent=True)).exists():
            return before
        invitation = before
    return None


def why_not(delegate: Delegate, event: Event, *, rights: Rights | None, own: set[str]) -> str:
    """Why somebody cannot invite that person to that roundtable; empty where nothing is wrong.

    `own` are the addresses of who invites.
    """
    if rights is None or not rights.may_decide(event.pk):
        return _("You are no co-chair of this roundtable.")
    if delegate.erased_at:
        return _("This person asked to be erased.")
    if delegate.user_id == rights.user.pk or delegate.invitation_email.lower() in own:
        return _("This is you. Another co-chair can invite you.")
    # Closed since the person left: the record may be invited anew, and begins empty.
    if delegate.user and not has_left(delegate.user):
        return _("This person has joined already.")
    if not delegate.invitation_email:
        return _("There is no invitation address. Write one first.")
    if event.pk not in {part.event_id for part in delegate.participations.all()}:
        return _("This person does not take part in the roundtable.")
    return ""


def inviter_of(invitation: Invitation, on: date) -> str:
    """Whom the co-chair who invites acts for; empty where no grant says it."""
    if invitation.invited_by is None:
        return ""
    grant = (
        invitation.invited_by.grants.active(on)
        .filter(event=invitation.event_id, on_behalf_of__isnull=False)
        .select_related("on_behalf_of")
        .first()
    )
    return grant.on_behalf_of.name if grant and grant.on_behalf_of else ""


def open_invitations() -> QuerySet[Invitation]:
    """Those that nobody answered or took back, and that still go to the person's address.

    Who takes part in the roundtable no more is not invited to it any more either.
    """
    seat = Participation.objects.filter(delegate=OuterRef("delegate"), event=OuterRef("event"))
    return Invitation.objects.filter(
        Exists(seat),
        delegate__user=None,
        answered_at=None,
        revoked_at=None,
        delegate__erased_at=None,
        # An address that a co-chair has corrected since is somebody else's.
        delegate__invitation_email=F("email"),
    ).select_related("delegate", "event", "invited_by")


def find(token: str, at: datetime) -> Invitation | None:
    """The invitation that a link belongs to, while it can be answered."""
    wanted = Invitation.digest(token)
    return open_invitations().filter(token_hash=wanted, expires_at__gt=at).first()


def proved_addresses(user: User) -> set[str]:
    """The addresses whose mail this account has shown that it gets, in small letters."""
    proved = EmailAddress.objects.filter(user=user, verified=True).values_list("email", flat=True)
    return {address.lower() for address in proved}


def waiting_for(user: User, at: datetime) -> Invitation | None:
    """The first invitation to an address that this account has proved to be its own."""
    rows = open_invitations().filter(expires_at__gt=at - FINISHING)
    rows = rows.annotate(address=Lower("email")).filter(address__in=proved_addresses(user))
    return rows.order_by("invited_at", "pk").first()


@transaction.atomic
def account_for(invitation: Invitation, at: datetime) -> User | None:
    """The account of the invited address, made where there is none; None where it is closed."""
    address = invitation.email.lower()
    user = User.objects.filter(email__iexact=address).first()
    if user is None:
        proved = EmailAddress.objects.filter(email__iexact=address, verified=True)
        known = proved.select_related("user").first()
        user = known.user if known else None
    if user is None:
        user = User(email=address, joined_at=at)
        user.set_unusable_password()
        user.full_clean()
        user.save()
        # Proved by the code, not by the link, which may have been handed on.
        EmailAddress.objects.create(user=user, email=address, verified=False, primary=True)
    return user if user.is_active else None


def masked(email: str) -> str:
    """An address as it may stand on a page that a forwarded link opens: a…@example.org."""
    name, _at, host = email.rpartition("@")
    return f"{name[:1]}…@{host}"


@recheck(CAUSE)
@transaction.atomic
def invited(letter: Letter, at: datetime) -> str:
    """The address of an invitation that is open, and that could be made at this moment too.

    Where a co-chair has corrected the address meanwhile, an invitation of its own goes there: this
    letter may hold a link that belongs to who reads the mail of the former one.
    """
    number = int(letter.cause.removeprefix(CAUSE))
    rows = Invitation.objects.select_related("delegate__user", "event", "invited_by")
    row = rows.filter(pk=number, answered_at=None, revoked_at=None).first()
    if row is None:
        return ""
    person, event, by = row.delegate, row.event, row.invited_by
    if by is None or why_not(person, event, rights=rights_of(by, at.date()), own=addresses_of(by)):
        end_links([letter.cause], at=at)
        return ""
    if row.email != person.invitation_email:
        invite(delegate=person, event=event, by=by, at=at)
        return ""
    return row.email
