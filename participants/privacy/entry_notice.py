"""Telling people that others entered them, and removing them by the link in that email.

Who was not invited within two weeks gets one email. Whom no email reached within 30 days of the
first entry is erased. The links of invitations remove people, too, also after they expired.
"""

from datetime import date, datetime, timedelta
from functools import cache

from django.conf import settings
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Min

from participants.accounts.emails import hide_url_for
from participants.email_links.links import create_link
from participants.models import Delegate, EmailLink, Erasure, Invitation
from participants.privacy.erasure import accounts_only_to_join, erase_account, erase_or_delete
from participants.privacy.erasure_ledger import compute_mark
from roundtable.mail.models import QueuedEmail
from roundtable.mail.queue import enqueue
from roundtable.models import Event
from roundtable.responsibility import responsibility_faults

TOLD_AFTER = timedelta(days=14)
UNTOLD_KEPT_FOR = timedelta(days=30)
# As long as someone who does not join can be kept after the last entry or invitation.
LINK_LIFETIME = timedelta(days=366)
EMAIL_TEMPLATE = "participants/privacy/emails/entered"


def _dedup_key(person: Delegate) -> str:
    """Of the present address: if it is corrected, the new one is told, too."""
    mark = compute_mark(Erasure.Kind.ADDRESS, person.invitation_email)
    return f"entered:{person.pk}:{mark[:16]}"


def _email_to(person: Delegate) -> QueuedEmail | None:
    return QueuedEmail.objects.filter(dedup_key=_dedup_key(person)).first()


def is_told(person: Delegate) -> bool:
    """Whether an email reached the mail server, or still can."""
    if not person.invitation_email:
        return False
    invitations = person.invitations.sent().filter(email__iexact=person.invitation_email)
    email = _email_to(person)
    return invitations.exists() or bool(email and (email.is_sent or email.done_at is None))


def day_of_erasure_untold(first_entry: datetime) -> date:
    """Days before the portal had this rule do not count."""
    began = rule_began()
    since = max(first_entry, began) if began else first_entry
    return since.date() + UNTOLD_KEPT_FOR


@cache
def rule_began() -> datetime | None:
    """When the release that brought the rule was installed: it has this migration."""
    recorder = MigrationRecorder(connection)
    if not recorder.has_table():
        return None
    rows = recorder.migration_qs.filter(app="outcomes", name="0031_imported_rows")
    applied: datetime | None = rows.values_list("applied", flat=True).first()
    return applied


def first_entry(person: Delegate) -> datetime | None:
    entered: datetime | None = person.participations.aggregate(Min("entered_at"))["entered_at__min"]
    return entered


def is_to_be_told(person: Delegate, entered: datetime, on: date) -> bool:
    return bool(
        on >= entered.date() + TOLD_AFTER
        and person.invitation_email
        and _email_to(person) is None
        # The email says who is responsible.
        and not any(responsibility_faults())
    )


@transaction.atomic
def tell_entered(person: Delegate, *, erased_on: date, at: datetime) -> None:
    events = Event.objects.filter(participations__delegate=person).distinct().order_by("pk")
    url = create_link(EmailLink.Purpose.INVITATION, delegate=person, at=at, lifetime=LINK_LIFETIME)
    enqueue(
        dedup_key=_dedup_key(person),
        to=person.invitation_email,
        template=EMAIL_TEMPLATE,
        context={
            "events": [str(event) for event in events],
            "operator": settings.OPERATOR_NAME,
            "privacy_url": f"{settings.PORTAL_URL}/privacy/",
            "erased_on": erased_on,
            "url": url,
            # If the address already signs someone in, the link hides that person.
            "hide_url": hide_url_for(person.invitation_email.lower(), at),
        },
        at=at,
        # No organisation's mailbox: who edits the organisation could read the answers.
        reply_to=settings.CONTACT_EMAIL,
    )


def person_to_remove(link: EmailLink, at: datetime) -> Delegate | None:
    """Who can remove themselves by this link: only the mailbox that is still their address."""
    person = link.delegate
    if person is None or person.user_id or person.erased_at or not link.is_valid(at):
        return None
    if link.target_id:
        address = Invitation.objects.filter(pk=link.target_id, delegate=person, answered_at=None)
        is_own = address.filter(email__iexact=person.invitation_email).exists()
    else:
        email = _email_to(person)
        is_own = email is not None and email.queued_at == link.created_at
    return person if is_own and person.invitation_email else None


@transaction.atomic
def remove_entered(link: EmailLink, *, at: datetime) -> bool:
    """False if the person has joined or was erased since the page was opened."""
    if link.delegate_id is None:
        return False
    Delegate.lock_all([link.delegate_id])
    link = EmailLink.objects.select_related("delegate").get(pk=link.pk)
    person = person_to_remove(link, at)
    if person is None:
        return False
    erase_unjoined(person, at=at)
    return True


def erase_unjoined(person: Delegate, *, at: datetime) -> None:
    """With the account that the link of an invitation made."""
    accounts = accounts_only_to_join(person)
    erase_or_delete(person, by=None, at=at)
    for account in accounts:
        erase_account(account, by=None, at=at)
