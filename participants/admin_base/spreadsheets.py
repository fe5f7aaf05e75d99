"""Spreadsheet exports of the rows that the viewer sees, safe against formula injection."""

from typing import Any

from django.contrib.admin.views.main import SEARCH_VAR
from django.core.exceptions import BadRequest
from django.db.models import QuerySet
from django.http import HttpRequest
from import_export.admin import ExportMixin
from import_export.formats.base_formats import CSV, XLSX
from import_export.forms import ExportForm
from openpyxl import Workbook

from participants.admin_base.fields import request_permissions
from participants.admin_base.lists import MAX_SEARCH_LENGTH, reject_unreadable_query
from roundtable.text.spreadsheet_text import BYTE_ORDER_MARK
from roundtable.text.spreadsheets import add_row, csv_text, xlsx_content


class SafeCSV(CSV):
    """CSV by the portal's own writer."""

    CONTENT_TYPE = "text/csv; charset=utf-8"

    def export_data(self, dataset: Any, **kwargs: Any) -> str:
        return BYTE_ORDER_MARK + csv_text([dataset.headers or [], *dataset])


class SafeXLSX(XLSX):
    """XLSX by the portal's own writer."""

    def export_data(self, dataset: Any, **kwargs: Any) -> bytes:
        book = Workbook(write_only=True)
        sheet = book.create_sheet()
        for row in [dataset.headers or [], *dataset]:
            add_row(sheet, row)
        return b"".join(xlsx_content(book))


class SafeExportMixin(ExportMixin):
    """Export of the listed rows, for users who may edit."""

    export_form_class = ExportForm
    formats = [SafeCSV, SafeXLSX]

    def has_export_permission(self, request: HttpRequest) -> bool:
        return request_permissions(request).can_edit_any

    def get_export_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        if len(request.GET.get(SEARCH_VAR, "")) > MAX_SEARCH_LENGTH:
            raise BadRequest("The search is too long.")
        with reject_unreadable_query():
            rows: QuerySet[Any] = super().get_export_queryset(request)
            return rows
