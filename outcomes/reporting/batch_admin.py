"""Mail on hold: what leaves in some minutes, and calling it off."""

from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from outcomes.models import ReportLink, RoundRequest
from participants.admin_base.filters import EventFilter, PendingFilter
from participants.admin_base.private import PrivateAdmin
from participants.models import User
from participants.onboarding.invitations import revoke_cancelled_invitations
from participants.permissions import EventPermissions, acting_organisation, permissions_of
from roundtable.audit import log as audit
from roundtable.mail.batches import cancel_batch as remove_letters
from roundtable.mail.models import MailBatch


@transaction.atomic
def cancel_batch(*, batch: MailBatch, by: User, at: datetime) -> bool:
    """Nothing of the batch is sent, and links in it end; false where it has left, or one may not.

    An invitation stops working, and the one that it replaced works again; who was asked again
    counts as not asked, and may be asked anew.
    """
    rights = permissions_of(by, at.date())
    if rights is None or not rights.may_decide(batch.event.pk):
        return False
    causes = remove_letters(batch, at=at)
    if causes is None:
        return False
    revoke_cancelled_invitations(causes, at=at)
    if batch.action == MailBatch.Action.REMIND:
        requests = RoundRequest.objects.filter(
            round__event=batch.event, reminded_at=batch.created_at
        )
        links = ReportLink.objects.filter(party__round_requests__in=requests, revoked_at=None)
        links.filter(created_at=batch.created_at).update(revoked_at=at)
        requests.update(reminded_at=None)
    audit.record(
        action="call off letters",
        at=at,
        actor=by,
        organisation=acting_organisation(by, batch.event.pk, at.date()),
        detail=f"{batch.event.code} {batch.action}",
    )
    return True


@admin.register(MailBatch)
class BatchAdmin(PrivateAdmin):
    """What was done to many at once and causes mail; no recipient stands here."""

    event_path = "event"
    list_display = ["action", "event", "email_count", "created_at", "state"]
    list_display_links = None
    list_filter = [PendingFilter, "action", EventFilter]
    list_select_related = ["event"]
    actions = ["cancel"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Those of the roundtables that the viewer decides about, each with its letters counted."""
        permissions = self.permissions_of(request)
        rows: QuerySet[Any] = super().get_queryset(request)
        rows = (
            rows if permissions.is_operator else self.limit_to_events(rows, permissions.decidable)
        )
        counted: QuerySet[Any] = rows.annotate(number_of_emails=Count("emails"))
        return counted

    def filter_pending(self, rows: QuerySet[Any], permissions: EventPermissions) -> QuerySet[Any]:
        """Those that can be called off still."""
        return rows.filter(cancelled_at=None, send_after__gt=timezone.now())

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Co-chairs and operators; there is no page of one batch."""
        return self.permissions_of(request).can_decide_any and obj is None

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody: an act makes it."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody: calling off keeps that it was done."""
        return False

    @admin.display(description=_("letters"))
    def email_count(self, row: Any) -> str:
        """How many invitations; of reminders none is told, for who hides gets none."""
        return str(row.number_of_emails) if row.action == MailBatch.Action.INVITE else "–"

    @admin.display(description=_("state"))
    def state(self, row: MailBatch) -> str:
        """Whether it has left."""
        if row.cancelled_at:
            moment = timezone.localtime(row.cancelled_at)
            return gettext("Called off at %s") % date_format(moment, "DATETIME_FORMAT")
        moment = timezone.localtime(row.send_after)
        words = (
            gettext("Left at %s") if row.send_after <= timezone.now() else gettext("Leaves at %s")
        )
        return words % date_format(moment, "DATETIME_FORMAT")

    @admin.action(description=_("Call it off"), permissions=["decide"])
    def cancel(self, request: HttpRequest, queryset: QuerySet[MailBatch]) -> None:
        """Stops what has not left, and ends the links in it."""
        by, at = self.permissions_of(request).user, timezone.now()
        rows = list(queryset)
        done = sum(cancel_batch(batch=row, by=by, at=at) for row in rows)
        if done:
            text = ngettext(
                "It is called off: nothing of it is sent, and links in it do not work.",
                "%d are called off: nothing of them is sent, and links in them do not work.",
                done,
            )
            if any(row.action == MailBatch.Action.INVITE for row in rows):
                restored = gettext("An invitation that somebody had before works again.")
                text = f"{text} {restored}"
            self.message_user(request, text % done if "%d" in text else text, messages.SUCCESS)
        if skipped := len(rows) - done:
            text = ngettext(
                "%d has left, or was called off before.",
                "%d have left, or were called off before.",
                skipped,
            )
            self.message_user(request, text % skipped, messages.WARNING)
