"""Workbooks at the desk: a roundtable to download, and an empty one to fill in."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_safe

from outcomes import workbook
from outcomes.loading.describing import content_of

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class WorkbookMixin(admin.ModelAdmin):  # type: ignore[type-arg]
    """The addresses of the workbooks of roundtables."""

    def get_urls(self) -> list[Any]:
        """With that of the empty workbook, and of a roundtable's."""
        return [
            path(
                "workbook/",
                self.admin_site.admin_view(self.empty_workbook_view),
                name="roundtable_event_empty_workbook",
            ),
            path(
                "<path:object_id>/workbook/",
                self.admin_site.admin_view(self.workbook_view),
                name="roundtable_event_workbook",
            ),
            *super().get_urls(),
        ]

    @method_decorator(require_safe)
    def empty_workbook_view(self, request: HttpRequest) -> HttpResponse:
        """One to fill in, with explanations; for who may work at the desk at all."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return _download(workbook.write({}), "roundtable")

    @method_decorator(require_safe)
    def workbook_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The roundtable as it is stored, drafts of its statement included.

        Raises Http404 for one that the viewer has no grant for.
        """
        event = self.get_object(request, object_id)
        if event is None:
            if not self.has_view_permission(request):
                raise PermissionDenied
            raise Http404
        if not self.has_view_permission(request, event):
            raise PermissionDenied
        return _download(workbook.write(content_of(event)), event.slug)


def _download(content: bytes, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}.xlsx"'}
    return HttpResponse(content, content_type=XLSX, headers=headers)
