"""Admin of participant lists: request, approval and download."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import URLPattern, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from participants.admin_base.base import RowPages
from participants.admin_base.fields import request_permissions
from participants.admin_base.filters import EventFilter
from participants.admin_base.private import PrivateAdmin
from participants.admin_base.spreadsheets import SafeCSV, SafeXLSX
from participants.display_names import display_name, with_display_names
from participants.models import ParticipantList
from participants.participation import participant_list
from participants.permissions import EventPermissions
from roundtable.models import Event

FORMATS: dict[str, type[SafeCSV | SafeXLSX]] = {"csv": SafeCSV, "xlsx": SafeXLSX}


class ParticipantListForm(forms.ModelForm):  # type: ignore[type-arg]
    """The roundtable and the purpose of a list."""

    permissions: EventPermissions  # of the requester

    def clean_event(self) -> Event:
        event: Event = self.cleaned_data["event"]
        if problem := participant_list.list_request_problem(
            event=event, by=self.permissions.user, on=timezone.localdate()
        ):
            raise ValidationError(problem)
        return event


@admin.register(ParticipantList)
class ParticipantListAdmin(PrivateAdmin):
    """Requests for participant lists of the viewer's roundtables."""

    event_path = "event"
    cochairs_only = True
    waits_in_queue = True
    # Submit a new request instead. All are kept: the people in a list read its purpose.
    unavailable = ("change", "delete")
    saving_is_audited = True
    form = ParticipantListForm
    change_form_template = "participants/participation/admin/participant_list_change_form.html"
    fieldsets = [
        (
            None,
            {
                "fields": ["event", "purpose"],
                "description": _(
                    "The list contains the name, organisation, post and invitation address of "
                    "people whose participation is confirmed. It contains nothing that people "
                    "share. A co-chair for another organisation must agree. Then only you can "
                    "download it, for seven days. Each person in it reads that you downloaded it, "
                    "for which organisation, when, and your purpose."
                ),
            },
        )
    ]
    list_display = ["purpose", "event", "requested_by", "requested_at", "state"]
    list_filter = [EventFilter]
    search_fields = ["purpose", "event__code"]
    actions = ["agree", "refuse"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ParticipantList]:
        rows = super().get_queryset(request).select_related("event")
        return with_display_names(rows, "requested_by")

    def get_field_queryset(self, db: Any, db_field: Any, request: HttpRequest) -> QuerySet[Any]:
        permissions = request_permissions(request)
        return Event.objects.filter(pk__in=permissions.decidable)

    def has_add_permission(self, request: HttpRequest) -> bool:
        # An operator is not a co-chair, so has no list to request.
        return bool(request_permissions(request).decidable)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        by = request_permissions(request).user
        stored = participant_list.request_list(
            event=obj.event, purpose=obj.purpose, by=by, at=timezone.now()
        )
        obj.pk = stored.pk

    @admin.display(description=_("state"))
    def state(self, row: ParticipantList) -> str:
        if row.decided_at is None:
            return gettext("Waiting for another co-chair")
        if row.expires_at is None:
            return gettext("Refused")
        until = date_format(timezone.localtime(row.expires_at), "DATETIME_FORMAT")
        over = row.expires_at <= timezone.now()
        return (
            gettext("Expired on %s") if over else gettext("Available for download until %s")
        ) % until

    @admin.action(description=_("Agree to the download"), permissions=["decide"])
    def agree(self, request: HttpRequest, queryset: QuerySet[ParticipantList]) -> None:
        self._decide(request, queryset, agrees=True)

    @admin.action(description=_("Refuse"), permissions=["decide"])
    def refuse(self, request: HttpRequest, queryset: QuerySet[ParticipantList]) -> None:
        self._decide(request, queryset, agrees=False)

    def _decide(self, request: HttpRequest, rows: QuerySet[Any], *, agrees: bool) -> None:
        by, at = request_permissions(request).user, timezone.now()
        chosen = list(rows)
        done = sum(
            participant_list.decide_list(row=row, agrees=agrees, by=by, at=at) for row in chosen
        )
        self.report_counts(
            request,
            done=done,
            success=ngettext_lazy("%d request is decided.", "%d requests are decided."),
            skipped=len(chosen) - done,
            warning=ngettext_lazy(
                "%d request is not changed. Only a co-chair who acts for a different "
                "organisation than the requester can decide, and only once.",
                "%d requests are not changed. Only a co-chair who acts for a different "
                "organisation than the requester can decide, and only once.",
            ),
        )

    def get_urls(self) -> list[URLPattern]:
        download: RowPages = {"fetch/": ("fetch", self.download_view)}
        return [*self.row_urls(download), *super().get_urls()]

    def row_context(self, request: HttpRequest, row: ParticipantList) -> dict[str, Any]:
        by, at = request_permissions(request).user, timezone.now()
        return {
            "state": self.state(row),
            "asker": display_name(row.requested_by, request_permissions(request)),
            "may_decide": participant_list.may_decide_list(row, by, at),
            "may_fetch": participant_list.may_download_list(row, by, at),
            "formats": sorted(FORMATS),
        }

    @method_decorator(require_POST)
    def download_view(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        row, by = self.row_or_404(request, object_id), request_permissions(request).user
        if row.requested_by_id != by.pk:
            raise PermissionDenied
        try:
            data = participant_list.download_list(row=row, by=by, at=timezone.now())
        except ValidationError as problem:
            self.message_user(request, " ".join(problem.messages), messages.ERROR)
            return redirect(reverse("admin:participants_participantlist_changelist"))
        kind = FORMATS.get(request.POST.get("format", ""), SafeXLSX)()
        return _download_response(data, kind, f"participants-{row.event.slug}")


def _download_response(
    data: participant_list.ParticipantTable, kind: SafeCSV | SafeXLSX, name: str
) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}.{kind.get_extension()}"'}
    content = kind.export_data(data)
    return HttpResponse(content, content_type=kind.get_content_type(), headers=headers)
