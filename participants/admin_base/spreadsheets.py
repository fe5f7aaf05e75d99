"""Spreadsheet exports of the rows that the viewer sees, safe against formula injection."""

import csv
import io
from collections.abc import Iterable
from typing import Any

import openpyxl
from django.contrib.admin.views.main import SEARCH_VAR
from django.core.exceptions import BadRequest
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from import_export.admin import ExportMixin
from import_export.formats.base_formats import CSV, XLSX
from import_export.forms import ExportForm
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from participants.admin_base.fields import request_permissions
from participants.admin_base.lists import MAX_SEARCH_LENGTH, reject_unreadable_query
from participants.models import Delegate
from participants.privacy.access_log import log_export
from roundtable.spreadsheet_text import (
    BYTE_ORDER_MARK,
    FORMULA_STARTS,
    escape_formula,
    escape_xlsx,
)


def write_text_cell(cell: Any, text: str) -> None:
    """Writes text so that no spreadsheet program reads it as a formula."""
    # XLSX cannot contain control characters.
    plain = ILLEGAL_CHARACTERS_RE.sub("\N{REPLACEMENT CHARACTER}", text)
    cell.value, cell.data_type = escape_xlsx(plain), "s"
    cell.quotePrefix = text.startswith(FORMULA_STARTS)


class SafeCSV(CSV):
    """CSV that puts an apostrophe before formulas."""

    CONTENT_TYPE = "text/csv; charset=utf-8"

    def export_data(self, dataset: Any, **kwargs: Any) -> str:
        target = io.StringIO()
        target.write(BYTE_ORDER_MARK)
        writer = csv.writer(target)
        for row in [dataset.headers or [], *dataset]:
            writer.writerow([escape_formula("" if cell is None else str(cell)) for cell in row])
        return target.getvalue()


class SafeXLSX(XLSX):
    """XLSX that stores all text as text, never as a formula."""

    def export_data(self, dataset: Any, **kwargs: Any) -> bytes:
        book = openpyxl.Workbook()
        sheet = book.active
        for number, row in enumerate([dataset.headers or [], *dataset], start=1):
            for column, value in enumerate(row, start=1):
                cell = sheet.cell(number, column)
                if isinstance(value, str):
                    write_text_cell(cell, value)
                else:
                    cell.value = value
        target = io.BytesIO()
        book.save(target)
        return target.getvalue()


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

    def exported_delegates(self, rows: QuerySet[Any]) -> Iterable[Delegate]:
        """People named in the export. Each of them can see that it happened."""
        return ()

    def get_export_data(
        self, file_format: Any, request: HttpRequest, queryset: QuerySet[Any], **kwargs: Any
    ) -> Any:
        with transaction.atomic():
            user = request_permissions(request).user
            log_export(people=self.exported_delegates(queryset), by=user, at=timezone.now())
            return super().get_export_data(file_format, request, queryset, **kwargs)
