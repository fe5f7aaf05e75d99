"""Whether emails leave the portal."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from roundtable.mail.models import QueuedEmail
from roundtable.workers.worker import last_sign

SILENT_AFTER = timedelta(minutes=5)
# An email that no worker tried; and one that the mail server refused, or that was interrupted.
LATE_AFTER = timedelta(minutes=5)
REFUSED_AFTER = timedelta(minutes=30)
# Fewer may be wrong addresses.
GIVEN_UP_IN_A_ROW = 3


def email_faults(at: datetime) -> Iterator[str]:
    """One sentence for each reason why emails do not leave."""
    if last_sign("mail") is None:
        yield _("The mail worker does not run, so no email leaves. Start roundtable-mail.")
    yield from silent_worker(at)
    yield from late_emails(at)
    yield from given_up_emails()


def silent_worker(at: datetime) -> Iterator[str]:
    sign = last_sign("mail")
    if sign and at - sign > SILENT_AFTER:
        minutes = (at - sign) // timedelta(minutes=1)
        yield (
            ngettext(
                "The mail worker did nothing for %d minute, so no email leaves. Restart"
                " roundtable-mail, and read its log.",
                "The mail worker did nothing for %d minutes, so no email leaves. Restart"
                " roundtable-mail, and read its log.",
                minutes,
            )
            % minutes
        )


def late_emails(at: datetime) -> Iterator[str]:
    waiting = QueuedEmail.objects.filter(
        Q(batch=None) | Q(batch__send_after__lt=at - LATE_AFTER, batch__cancelled_at=None),
        done_at=None,
    )
    numbers = waiting.aggregate(
        untried=Count("pk", filter=Q(attempts=0, queued_at__lt=at - LATE_AFTER)),
        refused=Count("pk", filter=Q(attempts__gt=0, queued_at__lt=at - REFUSED_AFTER)),
    )
    if number := numbers["untried"]:
        yield (
            ngettext(
                "%d email has waited for more than 5 minutes. Check that roundtable-mail runs.",
                "%d emails have waited for more than 5 minutes. Check that roundtable-mail runs.",
                number,
            )
            % number
        )
    if number := numbers["refused"]:
        yield (
            ngettext(
                "%d email has waited for 30 minutes or more. Read the log of roundtable-mail.",
                "%d emails have waited for 30 minutes or more. Read the log of roundtable-mail.",
                number,
            )
            % number
        )


def given_up_emails() -> Iterator[str]:
    """After hours of refusals an email is given up, and no longer waits."""
    tried = QueuedEmail.objects.filter(attempts__gt=0, done_at__isnull=False).order_by("-done_at")
    last = tried.values_list("is_sent", flat=True)[:GIVEN_UP_IN_A_ROW]
    if len(last) == GIVEN_UP_IN_A_ROW and not any(last):
        yield _(
            "The last %d emails were given up. Read the log of roundtable-mail, then try the mail"
            " server with sendtestemail."
        ) % len(last)
