"""Admin of emails on hold, which co-chairs can cancel."""

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

from outcomes.models import RoundRequest
from participants.admin_base.fields import request_permissions
from participants.admin_base.filters import ChoiceFilter, EventFilter
from participants.admin_base.private import PrivateAdmin
from participants.models import EmailLink, User
from participants.onboarding.invitations import revoke_cancelled_invitations
from participants.permissions import acting_organisation, may_decide
from roundtable.audit import log as audit
from roundtable.mail.batches import cancel_batch as remove_letters
from roundtable.mail.models import MailBatch


@transaction.atomic
def cancel_batch(*, batch: MailBatch, by: User, at: datetime) -> bool:
    """Cancels all emails and revokes their links; false if sent or not permitted.

    Earlier invitations become valid again, and reminded parties count as not reminded.
    """
    if not may_decide(by, batch, at):
        return False
    causes = remove_letters(batch, at=at)
    if causes is None:
        return False
    revoke_cancelled_invitations(causes, at=at)
    if batch.action == MailBatch.Action.REMIND:
        requests = RoundRequest.objects.filter(
            round__event=batch.event, reminded_at=batch.created_at
        )
        links = EmailLink.objects.of(EmailLink.Purpose.REPORT)
        asked = links.filter(target_id__in=requests.values("party"), created_at=batch.created_at)
        asked.revoke(at)
        requests.update(reminded_at=None)
    audit.record(
        action="call off letters",
        at=at,
        actor=by,
        organisation=acting_organisation(by, batch.event.pk, at.date()),
        detail=f"{batch.event.code} {batch.action}",
    )
    return True


class OnHoldFilter(ChoiceFilter):
    """Emails that the viewer can still cancel, as counted on the first page."""

    title = _("waiting for me")
    parameter_name = "waits"
    options = [("me", _("Needs my decision"))]

    def rows(self, queryset: QuerySet[Any], value: str) -> QuerySet[Any]:
        return queryset.filter(cancelled_at=None, send_after__gt=timezone.now())


@admin.register(MailBatch)
class BatchAdmin(PrivateAdmin):
    """Admin of bulk emails; recipients are not shown."""

    event_path = "event"
    cochairs_only = True
    unavailable = ("add", "change", "delete")
    list_display = ["action", "event", "email_count", "created_at", "state"]
    list_display_links = None
    list_filter = [OnHoldFilter, "action", EventFilter]
    list_select_related = ["event"]
    actions = ["cancel"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[MailBatch]:
        rows = super().get_queryset(request)
        counted: QuerySet[Any] = rows.annotate(number_of_emails=Count("emails"))
        return counted

    def has_view_permission(self, request: HttpRequest, obj: MailBatch | None = None) -> bool:
        return obj is None and super().has_view_permission(request)

    @admin.display(description=_("emails"))
    def email_count(self, row: Any) -> str:
        # Hidden people get no reminder, so the number of reminders would reveal them.
        return str(row.number_of_emails) if row.action == MailBatch.Action.INVITE else "–"

    @admin.display(description=_("state"))
    def state(self, row: MailBatch) -> str:
        if row.cancelled_at:
            moment = timezone.localtime(row.cancelled_at)
            return gettext("Cancelled at %s") % date_format(moment, "DATETIME_FORMAT")
        moment = timezone.localtime(row.send_after)
        words = gettext("Sent at %s")
        if row.send_after > timezone.now():
            words = gettext("Will be sent at %s")
        elif row.action == MailBatch.Action.REMIND:
            # Not how many: hidden people get none.
            words = gettext("Sent at %s, to the focal points at that time")
        return words % date_format(moment, "DATETIME_FORMAT")

    @admin.action(description=_("Cancel emails"), permissions=["decide"])
    def cancel(self, request: HttpRequest, queryset: QuerySet[MailBatch]) -> None:
        by, at = request_permissions(request).user, timezone.now()
        rows = list(queryset)
        done = sum(cancel_batch(batch=row, by=by, at=at) for row in rows)
        if done:
            text = ngettext(
                "These emails are cancelled. They will not be sent, and the links in them do "
                "not work.",
                "The emails of %d actions are cancelled. They will not be sent, and the links"
                " in them do not work.",
                done,
            )
            if any(row.action == MailBatch.Action.INVITE for row in rows):
                restored = gettext(
                    "If a person had an earlier invitation, that invitation works again."
                )
                text = f"{text} {restored}"
            self.message_user(request, text % done if "%d" in text else text, messages.SUCCESS)
        if skipped := len(rows) - done:
            text = ngettext(
                "%d was already sent or cancelled.",
                "%d were already sent or cancelled.",
                skipped,
            )
            self.message_user(request, text % skipped, messages.WARNING)
