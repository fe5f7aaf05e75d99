"""Import pages at the co-chairs’ desk: upload, preview row by row, then import."""

from time import monotonic, sleep
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from outcomes.imports.forms import ColumnMatchingForm, EncodingForm, TableForm, UploadForm
from outcomes.imports.matching import MATCHABLE_SHEETS, SourceTable, find_tables, guess_sheet
from outcomes.imports.readers.pages import SourceFile
from outcomes.imports.storage import create_upload, delete_upload, read_json
from outcomes.imports.tasks import enqueue_run, is_stalled
from outcomes.models import Upload
from participants.admin_base.fields import request_permissions
from participants.permissions import EventPermissions

ANSWER_PREFIX = "answer."  # prefix of the form fields that answer questions
WAIT_SECONDS = 2.0  # most files are read by then
REFRESH_SECONDS = 5
PAGE_SIZE = 200  # rows


class UploadsMixin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Admin views of uploads."""

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        at = "workbook/in/<slug:key>/"
        ours = [
            path("workbook/in/", wrap(self.upload_list_view), name="roundtable_event_import"),
            path(at, wrap(self.upload_view), name="roundtable_event_upload"),
            path(
                f"{at}<bounded_int:page>/",
                wrap(self.upload_view),
                name="roundtable_event_upload_page",
            ),
        ]
        return [*ours, *super().get_urls()]

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def upload_list_view(self, request: HttpRequest) -> HttpResponse:
        permissions = self._require_editor(request)
        form = UploadForm(request.POST or None, request.FILES or None, permissions=permissions)
        if request.method == "POST" and form.is_valid():
            upload = create_upload(
                user=permissions.user,
                chunks=form.cleaned_data["file"].chunks(),
                event=form.cleaned_data["event"],
                at=timezone.now(),
            )
            enqueue_run(upload, Upload.Task.PREVIEW)
            return redirect("admin:roundtable_event_upload", upload.key)
        uploads = Upload.objects.filter(user=permissions.user, finished_at=None)
        context = {"form": form, "uploads": uploads, "title": _("Import a roundtable")}
        return self._render(request, "outcomes/imports/admin/upload_new.html", context)

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def upload_view(self, request: HttpRequest, key: str, page: int = 1) -> HttpResponse:
        """Raises Http404 if the user is not the owner."""
        permissions = self._require_editor(request)
        upload = get_object_or_404(
            Upload.objects.select_related("event"), key=key, user=permissions.user
        )
        if request.method != "POST":
            upload = _wait_for_worker(upload)
        if upload.state == Upload.State.NEEDS_MAPPING:
            return self._matching_view(request, upload, permissions)
        if request.method == "POST":
            return self._handle_action(request, upload)
        if upload.state == Upload.State.WAITING:
            found: dict[str, Any] = {
                "progress": read_json(upload, "progress") if upload.claimed_at else None,
                "is_stalled": is_stalled(upload, timezone.now()),
                # A reader who needs more time can stop it.
                "refresh_seconds": 0 if "stop" in request.GET else REFRESH_SECONDS,
            }
        elif upload.state == Upload.State.PREVIEWED:
            found = _result_context(upload, page)
        else:
            found = {}
        context = {
            "upload": upload,
            "title": _("Import a roundtable"),
            "stored": upload.choices.get("stored"),
            "total": upload.choices.get("total"),
            **found,
        }
        answer = self._render(request, "outcomes/imports/admin/upload_detail.html", context)
        if seconds := found.get("refresh_seconds"):
            answer["Refresh"] = str(seconds)
        return answer

    def _handle_action(self, request: HttpRequest, upload: Upload) -> HttpResponse:
        # PostgreSQL cannot store NUL characters.
        if any("\0" in word for sent in request.POST.items() for word in sent):
            raise BadRequest("The database keeps no text with this sign.")
        act = request.POST.get("act", "")
        here = redirect("admin:roundtable_event_upload", upload.key)
        if act == "drop":
            was_begun = upload.choices.get("checked") and upload.state != Upload.State.DONE
            delete_upload(upload)
            said = (
                _("The file is deleted. What was imported before is kept.")
                if was_begun
                else _("The file is deleted.")
            )
            self.message_user(request, said, messages.SUCCESS)
            return redirect("admin:roundtable_event_import")
        if act == "again":
            enqueue_run(upload, Upload.Task(upload.next_task), discard=("resumed",))
        elif act == "preview":
            answers = upload.choices.get("answers", {}) | _parse_answers(request.POST)
            enqueue_run(upload, Upload.Task.PREVIEW, answers=answers)
        elif act == "import":
            enqueue_run(upload, Upload.Task.IMPORT, digest=request.POST.get("digest", ""))
        elif act == "columns":
            enqueue_run(upload, Upload.Task.PREVIEW, discard=("columns",), choose_again=True)
        else:
            raise BadRequest("There is no such act.")
        return here

    def _matching_view(
        self, request: HttpRequest, upload: Upload, permissions: EventPermissions
    ) -> HttpResponse:
        pages = read_json(upload, "pages")
        source = SourceFile.from_json(pages) if pages else SourceFile()
        tables = find_tables(source)
        if not tables:
            raise Http404
        act = request.POST.get("act")
        if act in ("drop", "again"):
            return self._handle_action(request, upload)
        encoding_form = EncodingForm(
            request.POST if act == "encoding" else None,
            encoding_samples=source.encoding_samples,
            initial={"encoding": source.encoding},
        )
        if encoding_form.is_valid():
            encoding = encoding_form.cleaned_data["encoding"]
            enqueue_run(
                upload,
                Upload.Task.PREVIEW,
                discard=("columns",),
                choose_again=True,
                encoding=encoding,
            )
            return redirect("admin:roundtable_event_upload", upload.key)
        is_encoding_known = bool(source.encoding or not source.encoding_samples)
        chosen, sheet_key = _choose_table(tables, request.POST or upload.choices)
        is_submitted = act == "map"
        form = ColumnMatchingForm(
            request.POST if is_submitted else None,
            permissions=permissions,
            table=chosen,
            cells=source.pages[chosen.page],
            sheet_key=sheet_key,
            initial={"event": upload.event, "date_order": upload.choices.get("date_order", "")},
        )
        if is_submitted and form.is_valid():
            with transaction.atomic():
                upload.event = form.cleaned_data["event"]
                enqueue_run(
                    upload,
                    Upload.Task.PREVIEW,
                    page=chosen.page,
                    sheet_key=sheet_key,
                    columns={str(number): key for number, key in form.columns.items()},
                    date_order=form.cleaned_data["date_order"],
                    answers={},
                )
            return redirect("admin:roundtable_event_upload", upload.key)
        context = {
            "upload": upload,
            "title": _("Which column is which?")
            if is_encoding_known
            else _("Which text encoding is correct?"),
            "form": form,
            "encoding_form": encoding_form if source.encoding_samples else None,
            "is_encoding_known": is_encoding_known,
            "table_form": TableForm(
                tables=tables, initial={"page": chosen.page, "sheet_key": sheet_key}
            ),
            "table": chosen,
            "sheet_key": sheet_key,
            "first_row": chosen.heading_row + 1,
        }
        return self._render(request, "outcomes/imports/admin/upload_columns.html", context)

    def _require_editor(self, request: HttpRequest) -> EventPermissions:
        permissions = request_permissions(request)
        if not permissions.can_edit_any:
            raise PermissionDenied
        return permissions

    def _render(self, request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
        given = {**self.admin_site.each_context(request), "opts": self.opts, **context}
        return render(request, template, given)


def _wait_for_worker(upload: Upload) -> Upload:
    """The upload once the worker is done or WAIT_SECONDS are over; Http404 if it is deleted."""
    # Most files are small, so the reader usually sees the result immediately.
    deadline = monotonic() + WAIT_SECONDS
    while upload.state == Upload.State.WAITING and monotonic() < deadline:
        sleep(0.2)
        upload = get_object_or_404(Upload.objects.select_related("event"), pk=upload.pk)
    return upload


def _choose_table(tables: list[SourceTable], chosen: Any) -> tuple[SourceTable, str]:
    by_page = {table.page: table for table in tables}
    table = by_page.get(str(chosen.get("page", "")), tables[0])
    sheet_key = str(chosen.get("sheet_key", ""))
    return table, sheet_key if sheet_key in MATCHABLE_SHEETS else guess_sheet(table)


def _result_context(upload: Upload, page: int) -> dict[str, Any]:
    """Raises Http404 if there is no such page."""
    found = read_json(upload, "result") or {"mistakes": [], "rows": [], "questions": []}
    pages = max(
        1, *(-(-len(found[part]) // PAGE_SIZE) for part in ("mistakes", "rows", "questions"))
    )
    if not 1 <= page <= pages:
        raise Http404
    part = slice((page - 1) * PAGE_SIZE, page * PAGE_SIZE)
    return {
        "found": found,
        "rows": found["rows"][part],
        "mistakes": found["mistakes"][part],
        "questions": found["questions"][part],
        "page": page,
        "pages": range(1, pages + 1),
        "is_mapped": "columns" in upload.choices,
    }


def _parse_answers(sent: QueryDict) -> dict[str, str]:
    return {
        key.removeprefix(ANSWER_PREFIX): str(value)
        for key, value in sent.items()
        if key.startswith(ANSWER_PREFIX) and value
    }
