"""Files on their way in, at the desk: looked at row by row, then stored as a whole."""

from time import monotonic, sleep
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from outcomes.imports.forms import ColumnsForm, FileForm, LettersForm, TableForm
from outcomes.imports.matching import MAPPED, Table, best_place, tables_of
from outcomes.imports.readers.pages import Opened
from outcomes.imports.storage import forget, keep, noted
from outcomes.imports.tasks import ask, is_silent
from outcomes.models import Upload
from participants.permissions import Rights

ANSWER = "answer."  # begins the names of fields that answer a question
AWAITED = 2.0  # seconds; a page that loads itself anew would take readers off their place
SHOWN = 200  # rows on a page


class UploadsMixin(admin.ModelAdmin):  # type: ignore[type-arg]
    """The addresses at which files come in."""

    def get_urls(self) -> list[Any]:
        """With those of the form and of each upload."""
        wrap = self.admin_site.admin_view
        at = "workbook/in/<slug:key>/"
        ours = [
            path("workbook/in/", wrap(self.workbook_in_view), name="roundtable_event_workbook_in"),
            path(at, wrap(self.upload_view), name="roundtable_event_upload"),
            path(f"{at}<int:page>/", wrap(self.upload_view), name="roundtable_event_upload_page"),
        ]
        return [*ours, *super().get_urls()]

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def workbook_in_view(self, request: HttpRequest) -> HttpResponse:
        """Takes a file, for who edits some roundtable; and what of one's own is under way."""
        mine = self._editor(request)
        form = FileForm(request.POST or None, request.FILES or None, mine=mine)
        if request.method == "POST" and form.is_valid():
            upload = keep(
                user=mine.user,
                chunks=form.cleaned_data["file"].chunks(),
                event=form.cleaned_data["event"],
                at=timezone.now(),
            )
            ask(upload, Upload.Wants.LOOK)
            return redirect("admin:roundtable_event_upload", upload.key)
        uploads = Upload.objects.filter(user=mine.user, ended_at=None)
        context = {"form": form, "uploads": uploads, "title": _("Bring a roundtable in")}
        return self._page(request, "admin/workbook_in.html", context)

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def upload_view(self, request: HttpRequest, key: str, page: int = 1) -> HttpResponse:
        """How far a file is, what it would do, and what one says to that; for its owner alone.

        Raises Http404 for another person's, and for one that is gone.
        """
        mine = self._editor(request)
        upload = get_object_or_404(Upload.objects.select_related("event"), key=key, user=mine.user)
        if request.method != "POST":
            upload = _awaited(upload)
        if upload.state == Upload.State.ASKS:
            return self._columns_view(request, upload, mine)
        if request.method == "POST":
            return self._act(request, upload)
        if upload.state == Upload.State.WAITING:
            found: dict[str, Any] = {
                "progress": noted(upload, "progress") if upload.claimed_at else None,
                "is_silent": is_silent(upload, timezone.now()),
            }
        elif upload.state == Upload.State.SHOWN:
            found = _shown(upload, page)
        else:
            found = {}
        context = {"upload": upload, "title": _("Bring a roundtable in"), **found}
        return self._page(request, "admin/upload.html", context)

    def _act(self, request: HttpRequest, upload: Upload) -> HttpResponse:
        if any("\0" in word for sent in request.POST.items() for word in sent):
            raise BadRequest("The database keeps no text with this sign.")
        act = request.POST.get("act", "")
        here = redirect("admin:roundtable_event_upload", upload.key)
        if act == "drop":
            forget(upload)
            self.message_user(request, _("The file is removed."), messages.SUCCESS)
            return redirect("admin:roundtable_event_workbook_in")
        if act == "again":
            ask(upload, Upload.Wants(upload.wants))
        elif act == "look":
            answers = upload.choices.get("answers", {}) | _answers(request.POST)
            ask(upload, Upload.Wants.LOOK, answers=answers)
        elif act == "store":
            ask(upload, Upload.Wants.STORE, digest=request.POST.get("digest", ""))
        elif act == "columns":
            ask(upload, Upload.Wants.LOOK, but=("columns",), asks=True)
        else:
            raise BadRequest("There is no such act.")
        return here

    def _columns_view(self, request: HttpRequest, upload: Upload, mine: Rights) -> HttpResponse:
        given = noted(upload, "pages")
        opened = Opened.from_json(given) if given else Opened()
        tables = tables_of(opened)
        if not tables:
            raise Http404
        act = request.POST.get("act")
        if act in ("drop", "again"):
            return self._act(request, upload)
        letters_form = LettersForm(
            request.POST if act == "letters" else None,
            readings=opened.readings,
            initial={"letters": opened.letters},
        )
        if letters_form.is_valid():
            letters = letters_form.cleaned_data["letters"]
            ask(upload, Upload.Wants.LOOK, but=("columns",), asks=True, letters=letters)
            return redirect("admin:roundtable_event_upload", upload.key)
        is_read = bool(opened.letters or not opened.readings)
        chosen, place = _table(tables, request.POST or upload.choices)
        is_given = act == "map"
        form = ColumnsForm(
            request.POST if is_given else None,
            mine=mine,
            table=chosen,
            cells=opened.pages[chosen.page],
            place=place,
            initial={"event": upload.event, "order": upload.choices.get("order", "")},
        )
        if is_given and form.is_valid():
            with transaction.atomic():
                upload.event = form.cleaned_data["event"]
                ask(
                    upload,
                    Upload.Wants.LOOK,
                    page=chosen.page,
                    place=place,
                    columns={str(number): key for number, key in form.columns.items()},
                    order=form.cleaned_data["order"],
                    answers={},
                )
            return redirect("admin:roundtable_event_upload", upload.key)
        context = {
            "upload": upload,
            "title": _("What are the columns?") if is_read else _("How are its letters written?"),
            "form": form,
            "letters_form": letters_form if opened.readings else None,
            "is_read": is_read,
            "table_form": TableForm(tables=tables, initial={"page": chosen.page, "place": place}),
            "table": chosen,
            "place": place,
            "first_row": chosen.top + 1,
        }
        return self._page(request, "admin/upload_columns.html", context)

    def _editor(self, request: HttpRequest) -> Rights:
        mine: Rights = self.rights_of(request)  # type: ignore[attr-defined]
        if not mine.edits_somewhere:
            raise PermissionDenied
        return mine

    def _page(self, request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
        given = {**self.admin_site.each_context(request), "opts": self.opts, **context}
        return render(request, template, given)


def _awaited(upload: Upload) -> Upload:
    """The upload once the worker is done with it, or after a moment: most files are small.

    Raises Http404 where it is removed meanwhile.
    """
    until = monotonic() + AWAITED
    while upload.state == Upload.State.WAITING and monotonic() < until:
        sleep(0.2)
        upload = get_object_or_404(Upload.objects.select_related("event"), pk=upload.pk)
    return upload


def _table(tables: list[Table], chosen: Any) -> tuple[Table, str]:
    by_page = {table.page: table for table in tables}
    table = by_page.get(str(chosen.get("page", "")), tables[0])
    place = str(chosen.get("place", ""))
    return table, place if place in MAPPED else best_place(table)


def _shown(upload: Upload, page: int) -> dict[str, Any]:
    """What the page shows of a result: a part of its rows.

    Raises Http404 for a page that there is not.
    """
    found = noted(upload, "result") or {"mistakes": [], "rows": [], "questions": []}
    pages = max(1, *(-(-len(found[part]) // SHOWN) for part in ("mistakes", "rows", "questions")))
    if not 1 <= page <= pages:
        raise Http404
    part = slice((page - 1) * SHOWN, page * SHOWN)
    return {
        "found": found,
        "rows": found["rows"][part],
        "mistakes": found["mistakes"][part],
        "questions": found["questions"][part],
        "page": page,
        "pages": range(1, pages + 1),
        "is_mapped": "columns" in upload.choices,
    }


def _answers(sent: QueryDict) -> dict[str, str]:
    """What was answered about people who look alike, by where they stand in the file."""
    return {
        key.removeprefix(ANSWER): str(value)
        for key, value in sent.items()
        if key.startswith(ANSWER) and value
    }
