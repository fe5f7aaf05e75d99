"""Invitations: who can be invited by whom, and the link that only the email contains."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext as _

from participants.accounts.addresses import delete_closed_account, is_closed
from participants.accounts.emails import hide_url_for
from participants.email_links.links import create_link
from participants.models import (
    Affiliation,
    Delegate,
    EmailLink,
    EventRole,
    Grant,
    Invitation,
    Organisation,
    Participation,
    User,
)
from participants.models.delegate import generate_handle
from participants.models.invitation import INVITATION_KEY_PREFIX
from participants.participation.confirmation import void_confirmations
from participants.permissions import (
    EventPermissions,
    acting_organisation,
    login_addresses,
    permissions_of,
)
from participants.privacy.entry_notice import LINK_LIFETIME
from participants.privacy.erasure import delete_related_rows
from participants.privacy.retention import day_of_erasure_after
from roundtable.audit import log as audit
from roundtable.mail.batches import register_recipient_check
from roundtable.mail.models import MailBatch, QueuedEmail
from roundtable.mail.queue import enqueue, render_email
from roundtable.models import Event
from roundtable.responsibility import responsibility_faults

VALID_FOR = timedelta(days=14)
# People who press the button in time get another day to finish.
GRACE_PERIOD = timedelta(days=1)
EMAIL_TEMPLATE = "participants/onboarding/emails/invitation"
PREVIEW_KEY = "for-each-person-another-one"
# What co-chairs know without the person. All other fields are reset.
KEPT_FIELDS = {"id", "handle", "name", "name_latin", "invitation_email", "is_demonstration"}


@transaction.atomic
def reset_profile(delegate: Delegate, *, by: User, at: datetime) -> None:
    """Resets the profile of a person whose account was closed."""
    person = Delegate.objects.select_for_update().get(pk=delegate.pk)
    closed_account = person.user
    if closed_account:
        closed_account.lock()
    for party in person.focal_point_for.all():
        party.request_focal_point(person)
    # Someone else may read the mailbox now. Do not pass on what the person wrote, shared or agreed
    # to, or who viewed the profile.
    delete_related_rows(person, except_models={Affiliation, Participation})
    person.affiliations.update(accepted_at=None)
    defaults = {
        column.name: column.get_default()
        for column in person._meta.concrete_fields
        if column.name not in KEPT_FIELDS
    }
    person.write(**defaults | {"handle": generate_handle()})
    void_confirmations(person)
    audit.forget_subject(person)
    if closed_account:
        delete_closed_account(closed_account)
    audit.record(action="empty profile", at=at, actor=by, subject=person)
    delegate.refresh_from_db()


@transaction.atomic
def send_invitation(
    *,
    delegate: Delegate,
    event: Event,
    by: User,
    at: datetime,
    own_words: str = "",
    batch: MailBatch | None = None,
) -> Invitation:
    """Sends a link to the invitation address and revokes an earlier open link.

    If the account is closed, the profile is reset first. If the batch is cancelled, the earlier
    link works again. Raises ValidationError if the person cannot be invited.
    """
    person = Delegate.objects.select_for_update().get(pk=delegate.pk)
    permissions = permissions_of(by, at.date())
    if problem := invitation_error(
        person, event, permissions=permissions, own_addresses=login_addresses(by)
    ):
        raise ValidationError(problem)
    if person.user:
        reset_profile(person, by=by, at=at)
    pending = {"delegate": person, "event": event, "answered_at": None, "revoked_at": None}
    Invitation.objects.filter(**pending).update(revoked_at=at)
    invitation = Invitation(
        delegate=person,
        event=event,
        email=person.invitation_email,
        invited_by=by,
        invited_at=at,
        expires_at=at + VALID_FOR,
        own_words=own_words,
    )
    invitation.full_clean()
    invitation.save()
    audit.record(
        action="invite",
        at=at,
        actor=by,
        subject=person,
        organisation=acting_organisation(by, event.pk, at.date()),
        detail=event.code,
    )
    # If the address already signs someone in, the link hides that person.
    hide_url = hide_url_for(invitation.email.lower(), at)
    enqueue(
        dedup_key=f"{INVITATION_KEY_PREFIX}{invitation.pk}",
        to=invitation.email,
        template=EMAIL_TEMPLATE,
        context={**_email_context(invitation, invitation_url(invitation)), "hide_url": hide_url},
        at=at,
        send_before=invitation.expires_at,
        # No organisation's mailbox: who edits the organisation could read the answers.
        reply_to=settings.CONTACT_EMAIL,
        batch=batch,
    )
    return invitation


def invitation_url(invitation: Invitation, key: str = "") -> str:
    return create_link(
        EmailLink.Purpose.INVITATION,
        delegate=invitation.delegate,
        target=invitation,
        at=invitation.invited_at,
        # Longer than the invitation: by the same link, people remove themselves.
        lifetime=LINK_LIFETIME,
        key=key,
    )


def _email_context(invitation: Invitation, url: str) -> dict[str, Any]:
    event, on = invitation.event, invitation.invited_at.date()
    roles = event.roles.filter(role=EventRole.Role.COCHAIR).select_related("organisation")
    return {
        "event": event,
        "cochairs": ", ".join(role.organisation.public_name for role in roles.order_by("pk")),
        "inviter": inviting_organisation(invitation, on),
        # Marked on each line, so that they cannot be taken for words of the portal.
        "own_words": [f"> {line}" for line in invitation.own_words.splitlines()],
        "url": url,
        "expires_on": invitation.expires_at.date(),
        "erased_on": day_of_erasure_after(invitation.invited_at),
    }


def preview_invitation(
    *, event: Event, by: User, own_words: str, at: datetime
) -> dict[str, object]:
    """The email as each person gets it, apart from the link."""
    invitation = Invitation(
        event=event, invited_by=by, invited_at=at, expires_at=at + VALID_FOR, own_words=own_words
    )
    url = f"{settings.PORTAL_URL}{reverse('open-link', args=[PREVIEW_KEY])}"
    return {"event": event, **render_email(EMAIL_TEMPLATE, _email_context(invitation, url))}


def revoke_cancelled_invitations(dedup_keys: Iterable[str], *, at: datetime) -> int:
    """Returns the number of revoked invitations.

    A replaced invitation works again if its own email was or will be sent.
    """
    invitation_ids = [
        int(dedup_key.removeprefix(INVITATION_KEY_PREFIX))
        for dedup_key in dedup_keys
        if dedup_key.startswith(INVITATION_KEY_PREFIX)
    ]
    rows = list(Invitation.objects.filter(pk__in=invitation_ids, answered_at=None, revoked_at=None))
    for row in rows:
        Invitation.objects.filter(pk=row.pk).update(revoked_at=at)
        if replaced := _replaced_invitation(row):
            Invitation.objects.filter(pk=replaced.pk).update(revoked_at=None)
    return len(rows)


def _replaced_invitation(invitation: Invitation) -> Invitation | None:
    others = Invitation.objects.filter(
        delegate=invitation.delegate_id, event=invitation.event_id, answered_at=None
    )
    while replaced := (
        # Match the exact time, so that invitations revoked for another reason stay revoked.
        others.filter(revoked_at=invitation.invited_at).exclude(pk=invitation.pk).first()
    ):
        emails = QueuedEmail.objects.filter(dedup_key=f"{INVITATION_KEY_PREFIX}{replaced.pk}")
        if emails.filter(Q(done_at=None) | Q(is_sent=True)).exists():
            return replaced
        invitation = replaced
    return None


def invitation_error(
    delegate: Delegate,
    event: Event,
    *,
    permissions: EventPermissions | None,
    own_addresses: set[str],
) -> str:
    """Empty if the user with `own_addresses` can invite the person."""
    places = [part for part in delegate.participations.all() if part.event_id == event.pk]
    is_protected = any(part.is_protected_from_desk for part in places)
    organisations = [part.organisation for part in places]
    if problem := inviting_right_error(
        permissions, event, organisations, is_protected=is_protected
    ):
        return problem
    assert permissions is not None
    if delegate.erased_at:
        return _("This person asked to be erased.")
    if (
        delegate.user_id == permissions.user.pk
        or delegate.invitation_email.lower() in own_addresses
    ):
        return _("This is you. Someone else must invite you.")
    # If the account is closed, the person can be invited again, with an empty profile.
    if delegate.user and not is_closed(delegate.user):
        return _("This person has already joined.")
    if not delegate.invitation_email:
        return _("There is no invitation address. Add one first.")
    if not places:
        return _("This person does not take part in the roundtable.")
    return ""


def inviting_right_error(
    permissions: EventPermissions | None,
    event: Event,
    organisations: Sequence[Organisation],
    *,
    is_protected: bool = False,
) -> str:
    """Empty if the user may invite people of these organisations."""
    if problem := next(responsibility_faults(), ""):
        return problem
    at_risk = [row for row in organisations if not row.is_name_published]
    if permissions is not None and (at_risk or is_protected):
        if all(
            permissions.may_invite(event.pk, row, is_protected=is_protected)
            for row in organisations
        ):
            return ""
    if at_risk:
        text = _(
            "The name of this organisation is not published. Only the confirmer for %s can invite "
            "its people."
        )
        return text % at_risk[0].constituency.label
    if permissions is None or not permissions.may_decide(event.pk):
        return _("You are not a co-chair of this roundtable.")
    return ""


def inviting_organisation(invitation: Invitation, on: date) -> str:
    if invitation.invited_by is None:
        return ""
    grant = (
        invitation.invited_by.grants.active(on)
        .filter(event=invitation.event_id, on_behalf_of__isnull=False)
        .select_related("on_behalf_of")
        .first()
    )
    return grant.on_behalf_of.public_name if grant and grant.on_behalf_of else ""


def open_invitations() -> QuerySet[Invitation]:
    """Unanswered and unrevoked ones, while the address and the participation are unchanged."""
    return Invitation.objects.filter(
        Exists(_participations()),
        delegate__user=None,
        answered_at=None,
        revoked_at=None,
        delegate__erased_at=None,
        # After a correction, the old address may belong to someone else.
        delegate__invitation_email=F("email"),
    ).select_related("delegate", "event", "invited_by")


def _participations() -> QuerySet[Participation]:
    """Of the invited person, there, in a query of invitations."""
    return Participation.objects.filter(delegate=OuterRef("delegate"), event=OuterRef("event"))


def has_inviter(on: date) -> Q:
    """Condition that the person who sent the invitation may still invite on that day."""
    grants = Grant.objects.active(on).filter(user=OuterRef("invited_by"), event=OuterRef("event"))
    is_at_risk = Exists(_participations().filter(organisation__is_name_published=False))
    is_protected = Exists(_participations().filter(is_protected_from_desk=True))
    is_confirmer = Exists(grants.filter(role=Grant.Role.CONFIRMER))
    cochairs = grants.filter(role=Grant.Role.COCHAIR)
    is_cochair = Q(invited_by__is_superuser=True) | Q(Exists(cochairs))
    return Q(invited_by__is_active=True) & (
        Q(is_at_risk, is_confirmer)
        | (Q(~is_at_risk) & (is_cochair | Q(is_protected, is_confirmer)))
    )


def valid_invitations(at: datetime) -> QuerySet[Invitation]:
    """Open ones whose inviter may still invite."""
    return open_invitations().filter(has_inviter(at.date()))


def find_open_invitation(link: EmailLink, at: datetime) -> Invitation | None:
    rows = valid_invitations(at).filter(pk=link.target_id or 0, expires_at__gt=at)
    return rows.first() if link.is_valid(at) else None


def has_lost_inviter(rows: QuerySet[Invitation], at: datetime) -> bool:
    """Whether one of these would be open, if its inviter could still invite."""
    found = rows.filter(expires_at__gt=at, pk__in=open_invitations().values("pk"))
    return found.exclude(pk__in=valid_invitations(at).values("pk")).exists()


def verified_addresses(user: User) -> set[str]:
    verified = EmailAddress.objects.filter(user=user, verified=True).values_list("email", flat=True)
    return {address.lower() for address in verified}


def pending_invitation_for(user: User, at: datetime) -> Invitation | None:
    rows = valid_invitations(at).filter(expires_at__gt=at - GRACE_PERIOD)
    return _of_addresses(rows, user).order_by("invited_at", "pk").first()


def has_lost_invitation(user: User, at: datetime) -> bool:
    """Whether the user is invited, but by someone who can no longer invite."""
    return has_lost_inviter(_of_addresses(Invitation.objects.all(), user), at)


def _of_addresses(rows: QuerySet[Invitation], user: User) -> QuerySet[Invitation]:
    return rows.annotate(address=Lower("email")).filter(address__in=verified_addresses(user))


@transaction.atomic
def get_or_create_account(invitation: Invitation, at: datetime) -> User | None:
    """None if the account is closed."""
    address = invitation.email.lower()
    user = User.objects.filter(email__iexact=address).first()
    if user is None:
        verified = EmailAddress.objects.filter(email__iexact=address, verified=True)
        owner = verified.select_related("user").first()
        user = owner.user if owner else None
    if user is None:
        user = User(email=address, joined_at=at)
        user.set_unusable_password()
        user.full_clean()
        user.save()
        # The sign-in code verifies the address. The link does not, because it may be forwarded.
        EmailAddress.objects.create(user=user, email=address, verified=False, primary=True)
    return user if user.is_active else None


@register_recipient_check(INVITATION_KEY_PREFIX)
@transaction.atomic
def recheck_invitation(email: QueuedEmail, at: datetime) -> str:
    """Empty if the invitation must no longer be sent."""
    invitation_id = int(email.dedup_key.removeprefix(INVITATION_KEY_PREFIX))
    rows = Invitation.objects.select_related("delegate__user", "event", "invited_by")
    row = rows.filter(pk=invitation_id, answered_at=None, revoked_at=None).first()
    if row is None:
        return ""
    person, event, by = row.delegate, row.event, row.invited_by
    if by is None or invitation_error(
        person, event, permissions=permissions_of(by, at.date()), own_addresses=login_addresses(by)
    ):
        revoke_cancelled_invitations([email.dedup_key], at=at)
        return ""
    # A co-chair corrected the address. The new mailbox gets its own link, because the reader of the
    # old one may know this one.
    if row.email != person.invitation_email:
        send_invitation(delegate=person, event=event, by=by, at=at, own_words=row.own_words)
        return ""
    return row.email
