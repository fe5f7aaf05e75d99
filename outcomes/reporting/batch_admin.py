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
from participants.admin_base.filters import EventFilter, WaitsFilter
from participants.admin_base.private import PrivateAdmin
from participants.models import User
from participants.onboarding.invitations import end_links
from participants.permissions import Rights, acts_for, rights_of
from roundtable.audit import log as audit
from roundtable.mail.batches import Batch
from roundtable.mail.batches import call_off as remove_letters


@transaction.atomic
def call_off(*, batch: Batch, by: User, at: datetime) -> bool:
    """Nothing of the batch is sent, and links in it end; false where it has left, or one may not.

    An invitation stops working, and the one that it replaced works again; who was asked again
    counts as not asked, and may be asked anew.
    """
    rights = rights_of(by, at.date())
    if rights is None or not rights.may_decide(batch.event.pk):
        return False
    causes = remove_letters(batch, at=at)
    if causes is None:
        return False
    end_links(causes, at=at)
    if batch.act == Batch.Act.REMIND:
        requests = RoundRequest.objects.filter(round__event=batch.event, nudged_at=batch.made_at)
        links = ReportLink.objects.filter(party__round_requests__in=requests, revoked_at=None)
        links.filter(made_at=batch.made_at).update(revoked_at=at)
        requests.update(nudged_at=None)
    audit.record(
        act="call off letters",
        at=at,
        actor=by,
        organisation=acts_for(by, batch.event.pk, at.date()),
        detail=f"{batch.event.code} {batch.act}",
    )
    return True


@admin.register(Batch)
class BatchAdmin(PrivateAdmin):
    """What was done to many at once and causes mail; no recipient stands here."""

    event_path = "event"
    list_display = ["act", "event", "number", "made_at", "state"]
    list_display_links = None
    list_filter = [WaitsFilter, "act", EventFilter]
    list_select_related = ["event"]
    actions = ["call_off"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Those of the roundtables that the viewer decides about, each with its letters counted."""
        mine = self.rights_of(request)
        rows: QuerySet[Any] = super().get_queryset(request)
        rows = rows if mine.is_operator else self.within(rows, mine.decidable)
        counted: QuerySet[Any] = rows.annotate(number_of_letters=Count("letters"))
        return counted

    def waiting(self, rows: QuerySet[Any], mine: Rights) -> QuerySet[Any]:
        """Those that can be called off still."""
        return rows.filter(called_off_at=None, held_until__gt=timezone.now())

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Co-chairs and operators; there is no page of one batch."""
        return self.rights_of(request).decides_somewhere and obj is None

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
    def number(self, row: Any) -> str:
        """How many invitations; of reminders none is told, for who hides gets none."""
        return str(row.number_of_letters) if row.act == Batch.Act.INVITE else "–"

    @admin.display(description=_("state"))
    def state(self, row: Batch) -> str:
        """Whether it has left."""
        if row.called_off_at:
            moment = timezone.localtime(row.called_off_at)
            return gettext("Called off at %s") % date_format(moment, "DATETIME_FORMAT")
        moment = timezone.localtime(row.held_until)
        words = (
            gettext("Left at %s") if row.held_until <= timezone.now() else gettext("Leaves at %s")
        )
        return words % date_format(moment, "DATETIME_FORMAT")

    @admin.action(description=_("Call it off"), permissions=["decide"])
    def call_off(self, request: HttpRequest, queryset: QuerySet[Batch]) -> None:
        """Stops what has not left, and ends the links in it."""
        by, at = self.rights_of(request).user, timezone.now()
        rows = list(queryset)
        done = sum(call_off(batch=row, by=by, at=at) for row in rows)
        if done:
            text = ngettext(
                "It is called off: nothing of it is sent, and links in it do not work.",
                "%d are called off: nothing of them is sent, and links in them do not work.",
                done,
            )
            if any(row.act == Batch.Act.INVITE for row in rows):
                former = gettext("An invitation that somebody had before works again.")
                text = f"{text} {former}"
            self.message_user(request, text % done if "%d" in text else text, messages.SUCCESS)
        if left := len(rows) - done:
            text = ngettext(
                "%d has left, or was called off before.",
                "%d have left, or were called off before.",
                left,
            )
            self.message_user(request, text % left, messages.WARNING)
