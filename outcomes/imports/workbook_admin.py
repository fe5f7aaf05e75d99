"""Workbook downloads at the co-chairs’ desk: empty, or with the data of a roundtable."""

from collections.abc import Callable

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from outcomes.imports.records.snapshot import dispute_rows, event_content
from outcomes.imports.workbook import export
from participants.admin_base.fields import request_permissions
from participants.models import Delegate, Participation
from participants.participation import participant_list
from participants.permissions import people_with_address
from participants.privacy.access_log import log_download
from roundtable.models import Event

XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ZIP_TYPE = "application/zip"


class WorkbookMixin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Admin views of workbooks."""

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        ours = [
            path(
                "workbook/",
                wrap(self.empty_workbook_view),
                name="roundtable_event_empty_workbook",
            ),
            path(
                "<path:object_id>/workbook/",
                wrap(self.workbook_view),
                name="roundtable_event_workbook",
            ),
            path(
                "<path:object_id>/workbook.zip",
                wrap(self.csvs_view),
                name="roundtable_event_csvs",
            ),
            path(
                "<path:object_id>/workbook/people/",
                wrap(self.people_workbook_view),
                name="roundtable_event_people_workbook",
            ),
        ]
        return [*ours, *super().get_urls()]

    @method_decorator(require_safe)
    def empty_workbook_view(self, request: HttpRequest) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return _download_response(export.write_workbook({}), "roundtable")

    @method_decorator(require_safe)
    def workbook_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """All stored data, even drafts."""
        event = self._get_event(request, object_id)
        return self._workbook_response(request, event, export.write_workbook)

    @method_decorator(require_safe)
    def csvs_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        event = self._get_event(request, object_id)
        return self._workbook_response(request, event, export.write_csvs)

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def people_workbook_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """For co-chairs; each person sees the export in their access log."""
        event = self._get_event(request, object_id)
        permissions = request_permissions(request)
        if not permissions.may_decide(event.pk):
            raise PermissionDenied
        parts = Participation.objects.filter(event=event)
        people = people_with_address(permissions).filter(pk__in=parts.values("delegate"))
        at = timezone.now()
        row = participant_list.downloadable_list(event, permissions.user, at)
        if request.method == "POST":
            if row is None:
                raise PermissionDenied
            write = export.write_csvs if "csvs" in request.POST else export.write_workbook
            answer = self._workbook_response(request, event, write, people=people)
            if answer.status_code == 200:
                log_download(list(people), row, by=permissions.user, at=at)
            return answer
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Workbook with delegates"),
            "event": event,
            "number": people.count() if row else 0,
            "can_export": row is not None,
            "problem": participant_list.list_request_problem(
                event=event, by=permissions.user, on=timezone.localdate(at)
            ),
        }
        return render(request, "outcomes/imports/admin/export_people.html", context)

    def _get_event(self, request: HttpRequest, object_id: str) -> Event:
        """Raises PermissionDenied, and Http404 without a grant for this roundtable."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        event: Event | None = self.get_object(request, object_id)
        if event is None:
            raise Http404
        return event

    def _workbook_response(
        self,
        request: HttpRequest,
        event: Event,
        write: Callable[..., bytes],
        *,
        people: QuerySet[Delegate] | None = None,
    ) -> HttpResponse:
        try:
            content = event_content(event, people=people)
            content["disputes"] = dispute_rows(event, timezone.localdate())
            book = write(content)
        except export.CellTooLongError:
            text = _(
                "One of the texts is longer than a workbook cell can hold (32,767 characters). "
                "Download as CSV files instead."
            )
            self.message_user(request, text, messages.ERROR)
            return redirect("admin:roundtable_event_change", event.pk)
        return _download_response(book, event.slug)


def _download_response(content: bytes, name: str) -> HttpResponse:
    is_book = b"[Content_Types].xml" in content
    file = f"{name}.xlsx" if is_book else f"{name}.zip"
    headers = {"Content-Disposition": f'attachment; filename="{file}"'}
    return HttpResponse(content, content_type=XLSX_TYPE if is_book else ZIP_TYPE, headers=headers)
