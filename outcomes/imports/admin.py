"""Import pages at the co-chairs’ desk: upload, preview row by row, then import."""

import json
from time import monotonic, sleep
from typing import Any

from django.apps import apps
from django.contrib import admin, messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from outcomes.imports.comparison import items_to_compare, sign_compared
from outcomes.imports.forms import ComparedFileForm, EncodingForm, UploadForm, editable_events
from outcomes.imports.lists.forms import ListForm
from outcomes.imports.lists.page import list_context, rows_left
from outcomes.imports.lists.recipe import Recipe
from outcomes.imports.lists.tables import find_tables, is_own_format
from outcomes.imports.readers.pages import SourceFile
from outcomes.imports.storage import create_upload, delete_upload, read_json, write_json
from outcomes.imports.tasks import enqueue_list_import, enqueue_run, is_stalled, undo_import
from outcomes.imports.undo import ask_to_undo
from outcomes.models import ImportedRow, ImportRecipe, Upload
from outcomes.reporting.publication import COMMITMENT_COMPARISONS
from participants.admin_base.fields import request_permissions
from participants.permissions import EventPermissions
from roundtable.text.spreadsheet_text import BYTE_ORDER_MARK
from roundtable.text.spreadsheets import csv_text

ANSWER_PREFIX = "answer."  # prefix of the form fields that answer questions
WAIT_SECONDS = 2.0  # most files are read by then
REFRESH_SECONDS = 5
PAGE_SIZE = 200  # rows
PAST_IMPORTS = 30


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
            path(f"{at}left/", wrap(self.rows_left_view), name="roundtable_event_rows_left"),
            path(f"{at}compare/", wrap(self.compare_view), name="roundtable_event_compare_import"),
            path(f"{at}undo/", wrap(self.undo_view), name="roundtable_event_undo_import"),
        ]
        return [*ours, *super().get_urls()]

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def upload_list_view(self, request: HttpRequest) -> HttpResponse:
        permissions = self._require_editor(request)
        recipes = ImportRecipe.objects.filter(event__in=editable_events(permissions))
        if request.method == "POST" and request.POST.get("act") == "forget":
            number = request.POST.get("recipe", "")
            recipes.filter(pk=int(number) if number.isdecimal() else 0).delete()
            return redirect("admin:roundtable_event_import")
        form = UploadForm(request.POST or None, request.FILES or None, permissions=permissions)
        if request.method == "POST" and form.is_valid():
            upload = create_upload(
                user=permissions.user,
                chunks=form.cleaned_data["file"].chunks(),
                event=form.cleaned_data["event"],
                at=timezone.now(),
                file_name=form.cleaned_data["file"].name,
            )
            enqueue_run(upload, Upload.Task.PREVIEW)
            return redirect("admin:roundtable_event_upload", upload.key)
        uploads = own_imports(permissions).filter(finished_at=None)
        past = Upload.objects.filter(
            finished_at__isnull=False, event__in=editable_events(permissions)
        )
        context = {
            "form": form,
            "uploads": uploads,
            "past": past.select_related("event", "user")
            .annotate(
                added=Count("imported_rows", Q(imported_rows__result="added")),
                changed=Count("imported_rows", Q(imported_rows__result="changed")),
                rows=Count("imported_rows"),
            )
            .order_by("-finished_at")[:PAST_IMPORTS],
            "recipes": recipes.select_related("event"),
            "title": _("Import"),
        }
        return self._render(request, "outcomes/imports/admin/upload_new.html", context)

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def upload_view(self, request: HttpRequest, key: str, page: int = 1) -> HttpResponse:
        """Raises Http404 if the user is not the owner."""
        permissions = self._require_editor(request)
        upload = get_object_or_404(own_imports(permissions).select_related("event"), key=key)
        # PostgreSQL cannot store NUL characters.
        if any("\0" in word for sent in request.POST.items() for word in sent):
            raise BadRequest("The database keeps no text with this sign.")
        if request.method != "POST":
            upload = _wait_for_worker(upload)
        is_interrupted = (read_json(upload, "result") or {}).get("can_retry")
        source = None if is_interrupted else _list_of(upload)
        if upload.state == Upload.State.PREVIEWED and source:
            return self._list_view(request, upload, source, permissions, page)
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
        act = request.POST.get("act", "")
        here = redirect("admin:roundtable_event_upload", upload.key)
        if act == "drop":
            was_begun = upload.state != Upload.State.DONE and upload.imported_rows.exists()
            delete_upload(upload, timezone.now())
            said = (
                _("The file is deleted. What was imported before is kept. You can undo it here.")
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
        else:
            raise BadRequest("There is no such act.")
        return here

    def _list_view(
        self,
        request: HttpRequest,
        upload: Upload,
        source: SourceFile,
        permissions: EventPermissions,
        page: int,
    ) -> HttpResponse:
        act = request.POST.get("act")
        if act in ("drop", "again"):
            return self._handle_action(request, upload)
        here = redirect("admin:roundtable_event_upload", upload.key)
        encoding_form = EncodingForm(
            request.POST if act == "encoding" else None,
            encoding_samples=source.encoding_samples,
            initial={"encoding": source.encoding},
        )
        if encoding_form.is_valid():
            encoding = encoding_form.cleaned_data["encoding"]
            write_json(upload, "recipe", None)
            enqueue_run(upload, Upload.Task.PREVIEW, encoding=encoding)
            return here
        context: dict[str, Any] = {
            "upload": upload,
            "title": upload.file_name or _("Import a roundtable"),
            "encoding_form": encoding_form if source.encoding_samples else None,
        }
        recipe = read_json(upload, "recipe")
        if recipe is None:
            template = "outcomes/imports/admin/upload_encoding.html"
            return self._render(request, template, context)
        form = ListForm(
            request.POST if act in ("check", "import") else None,
            upload=upload,
            source=source,
            recipe=Recipe.from_json(recipe),
            asked=read_json(upload, "list") or {},
            permissions=permissions,
        )
        if form.is_bound and form.is_valid():
            new = json.loads(json.dumps(form.new_recipe().to_json()))
            answers = upload.choices.get("answers", {}) | _parse_answers(request.POST)
            upload.event = form.cleaned_data["event"]
            upload.source = form.cleaned_data["source"]
            named = recipe | {"name": new["name"]}
            is_as_checked = (new, answers) == (named, upload.choices.get("answers", {}))
            if act == "import" and is_as_checked:
                enqueue_list_import(
                    upload,
                    source,
                    Recipe.from_json(new),
                    digest=request.POST.get("digest", ""),
                    at=timezone.now(),
                )
                return here
            if act == "import":
                said = _("You changed something. Look at the result, then import it.")
                self.message_user(request, said, messages.WARNING)
            write_json(upload, "recipe", new)
            enqueue_run(upload, Upload.Task.PREVIEW, answers=answers)
            return here
        context |= list_context(form, _result_context(upload, page)) | {"form": form}
        return self._render(request, "outcomes/imports/admin/upload_list.html", context)

    @method_decorator(require_safe)
    def rows_left_view(self, request: HttpRequest, key: str) -> HttpResponse:
        """The rows of a list that were not read, each with the reason."""
        permissions = self._require_editor(request)
        upload = get_object_or_404(Upload, key=key, user=permissions.user)
        source, recipe = _list_of(upload), read_json(upload, "recipe")
        if source is None or recipe is None:
            raise Http404
        rows = rows_left(source, Recipe.from_json(recipe), read_json(upload, "list") or {})
        headers = {"Content-Disposition": 'attachment; filename="rows-left.csv"'}
        content = BYTE_ORDER_MARK + csv_text(rows)
        return HttpResponse(content, content_type="text/csv; charset=utf-8", headers=headers)

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def compare_view(self, request: HttpRequest, key: str) -> HttpResponse:
        """An import of commitments, for who compares them: first asks for their own download."""
        viewer, now = request_permissions(request), timezone.now()
        imported = get_object_or_404(
            Upload.objects.select_related("event"), key=key, reading__isnull=False
        )
        items = items_to_compare(imported, viewer, now)
        if not items:
            raise Http404
        own = Upload.objects.filter(
            user=viewer.user, choices__compares=imported.pk, finished_at=None
        )
        upload = own.order_by("-pk").first()
        act = request.POST.get("act")
        form = ComparedFileForm(*((request.POST, request.FILES) if act == "file" else ()))
        if form.is_valid():
            for earlier in own:
                delete_upload(earlier, now)
            chunks = form.cleaned_data["file"].chunks()
            upload = create_upload(user=viewer.user, chunks=chunks, event=imported.event, at=now)
            encoding = imported.choices.get("encoding", "")
            enqueue_run(upload, Upload.Task.PREVIEW, compares=imported.pk, encoding=encoding)
            return redirect("admin:roundtable_event_compare_import", imported.key)
        if upload:
            upload = _wait_for_worker(upload)
        compared = read_json(upload, "compared") if upload else None
        if act == "agree" and upload and compared:
            done = sign_compared({pk: compared["same"].get(str(pk), "") for pk in items}, by=viewer)
            delete_upload(upload, now)
            said = ngettext("You compared %d commitment.", "You compared %d commitments.", done)
            self.message_user(request, said % done, messages.SUCCESS)
            return redirect("admin:decide")
        same = [row for pk, row in items.items() if compared and str(pk) in compared["same"]]
        context = {
            "title": _("Compare a list with its source"),
            "imported": imported,
            "upload": upload,
            "form": form,
            "found": compared,
            "mistakes": (read_json(upload, "result") or {}).get("mistakes", []) if upload else [],
            "number": len(items),
            "kind": COMMITMENT_COMPARISONS.name,
            "same": same,
            "different": [
                (row, compared["different"].get(str(pk)))
                for pk, row in items.items()
                if compared and row not in same
            ],
        }
        answer = self._render(request, "outcomes/imports/admin/upload_compare.html", context)
        if upload and upload.state == Upload.State.WAITING:
            answer["Refresh"] = str(REFRESH_SECONDS)
        return answer

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def undo_view(self, request: HttpRequest, key: str) -> HttpResponse:
        """For everyone who may edit the roundtable: two people share the work."""
        permissions = self._require_editor(request)
        past = Upload.objects.filter(
            finished_at__isnull=False, event__in=editable_events(permissions)
        )
        upload = get_object_or_404(past.select_related("event"), key=key)
        if request.method == "POST":
            ask_to_undo(upload, by=permissions, at=timezone.now())
            undo_import.enqueue(upload.pk)
            return redirect("admin:roundtable_event_undo_import", upload.key)
        is_waiting = bool(upload.undo_asked_at and not upload.undone_at)
        deadline = monotonic() + WAIT_SECONDS
        while is_waiting and monotonic() < deadline:
            sleep(0.2)
            is_waiting = Upload.objects.filter(pk=upload.pk, undone_at=None).exists()
        upload = past.select_related("event").get(pk=upload.pk)
        rows = upload.imported_rows
        counts = rows.values("model", "kept").annotate(n=Count("pk")).order_by("model", "kept")
        context = {
            "upload": upload,
            "title": _("Undo an import"),
            "counts": [
                (_kind_name(one["model"]), ImportedRow.Kept(one["kept"]).label, one["n"])
                for one in counts
                if one["kept"]
            ],
            "open": rows.filter(kept="").count(),
            "is_waiting": is_waiting,
        }
        answer = self._render(request, "outcomes/imports/admin/upload_undo.html", context)
        if is_waiting:
            answer["Refresh"] = str(REFRESH_SECONDS)
        return answer

    def _require_editor(self, request: HttpRequest) -> EventPermissions:
        permissions = request_permissions(request)
        if not permissions.can_edit_any:
            raise PermissionDenied
        return permissions

    def _render(self, request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
        given = {**self.admin_site.each_context(request), "opts": self.opts, **context}
        return render(request, template, given)


def own_imports(permissions: EventPermissions) -> QuerySet[Upload]:
    """Without files that are only compared with an import."""
    found = Upload.objects.filter(user=permissions.user)
    return found.exclude(choices__has_key="compares")


def _kind_name(model_name: str) -> str:
    """The plural of what imported rows became."""
    found = {str(model._meta.model_name): model for model in apps.get_models()}.get(model_name)
    return str(found._meta.verbose_name_plural if found else model_name)


def _wait_for_worker(upload: Upload) -> Upload:
    """The upload once the worker is done or WAIT_SECONDS are over; Http404 if it is deleted."""
    # Most files are small, so the reader usually sees the result immediately.
    deadline = monotonic() + WAIT_SECONDS
    while upload.state == Upload.State.WAITING and monotonic() < deadline:
        sleep(0.2)
        upload = get_object_or_404(Upload.objects.select_related("event"), pk=upload.pk)
    return upload


def _list_of(upload: Upload) -> SourceFile | None:
    """The file, if a person says what its columns are."""
    pages = read_json(upload, "pages")
    source = SourceFile.from_json(pages) if pages else None
    is_list = source and not is_own_format(source) and find_tables(source)
    return source if is_list else None


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
    }


def _parse_answers(sent: QueryDict) -> dict[str, str]:
    return {
        key.removeprefix(ANSWER_PREFIX): str(value)
        for key, value in sent.items()
        if key.startswith(ANSWER_PREFIX) and value
    }
