"""Workbooks at the desk: a roundtable to download, an empty one to fill in, and the way back."""

import binascii
from base64 import b64decode, b64encode
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from outcomes import workbook
from outcomes.loading import Fate
from outcomes.loading.describing import content_of
from participants.looks import note_export
from participants.models import Delegate, User
from participants.permissions import Rights, acts_for
from roundtable import audit
from roundtable.models import Event

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ZIP = "application/zip"
ANSWER = "answer."  # begins the names of fields that answer a question
LARGEST = 1_500_000  # bytes: it travels with the page between looking and storing


class WorkbookForm(forms.Form):
    """The file that is brought in."""

    file = forms.FileField(
        label=gettext_lazy("Workbook (XLSX), or CSVs in a ZIP"),
        help_text=gettext_lazy(
            "Up to 1.5 MB. You see first what it would add and change; nothing is stored yet."
        ),
    )

    def clean_file(self) -> bytes:
        """What the file holds; raises ValidationError where it is too large."""
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        if file.size is None or file.size > LARGEST:
            raise ValidationError(
                _("It is larger than 1.5 MB. Load it with the command load_roundtable instead.")
            )
        content: bytes = file.read()
        return content


class WorkbookMixin(admin.ModelAdmin):  # type: ignore[type-arg]
    """The addresses of the workbooks of roundtables."""

    def get_urls(self) -> list[Any]:
        """With those of the empty workbook, of a roundtable's, and of the way back."""
        wrap = self.admin_site.admin_view
        ours = [
            path(
                "workbook/",
                wrap(self.empty_workbook_view),
                name="roundtable_event_empty_workbook",
            ),
            path("workbook/in/", wrap(self.workbook_in_view), name="roundtable_event_workbook_in"),
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
        """One to fill in, with explanations; for who may work at the desk at all."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return _download(workbook.write({}), "roundtable")

    @method_decorator(require_safe)
    def workbook_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The roundtable as it is stored, drafts of its statement included.

        Raises Http404 for one that the viewer has no grant for.
        """
        if not self.has_view_permission(request):
            raise PermissionDenied
        return self._book(request, self._event(request, object_id), workbook.write, people=False)

    @method_decorator(require_safe)
    def csvs_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The same as CSVs.

        Raises Http404 for one that the viewer has no grant for.
        """
        if not self.has_view_permission(request):
            raise PermissionDenied
        event = self._event(request, object_id)
        return self._book(request, event, workbook.write_csvs, people=False)

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def people_workbook_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The same with who took part, for who edits it; each of them reads of it.

        Raises Http404 for a roundtable that the viewer has no grant for.
        """
        if not self.has_view_permission(request):
            raise PermissionDenied
        event = self._event(request, object_id)
        mine: Rights = self.rights_of(request)  # type: ignore[attr-defined]
        if not mine.may_edit(event.pk):
            raise PermissionDenied
        people = Delegate.objects.filter(participations__event=event, erased_at=None)
        if request.method == "POST":
            as_csvs = "csvs" in request.POST
            write = workbook.write_csvs if as_csvs else workbook.write
            answer = self._book(request, event, write, people=True)
            if answer.status_code == 200:
                note_export(people=people, by=mine.user, at=timezone.now())
            return answer
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Workbook with its delegates"),
            "event": event,
            "number": people.count(),
        }
        return render(request, "admin/people_workbook.html", context)

    def _event(self, request: HttpRequest, object_id: str) -> Event:
        event: Event | None = self.get_object(request, object_id)
        if event is None:
            raise Http404
        return event

    def _book(
        self, request: HttpRequest, event: Event, write: Callable[..., bytes], *, people: bool
    ) -> HttpResponse:
        try:
            book = write(content_of(event, people=people))
        except workbook.TooLongError:
            text = _("One of its texts is longer than a cell of a workbook holds (32,767 signs).")
            self.message_user(request, text, messages.ERROR)
            return redirect("admin:roundtable_event_change", event.pk)
        return _download(book, event.slug)

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def workbook_in_view(self, request: HttpRequest) -> HttpResponse:
        """What a workbook would do, and doing it, for who edits; a new roundtable: operators."""
        mine: Rights = self.rights_of(request)  # type: ignore[attr-defined]
        if not mine.edits_somewhere:
            raise PermissionDenied
        at, content, found, is_late = timezone.now(), b"", None, False
        answers = _answers(request.POST)
        form = WorkbookForm(request.POST or None, request.FILES or None)
        if "book" in request.POST:
            form = WorkbookForm()
            content = _decoded(request.POST["book"])
            digest = request.POST.get("digest", "")
            found = workbook.bring_in(content, digest=digest, by=mine, answers=answers, at=at)
            if found is None:
                _record(content, mine.user, at)
                self.message_user(request, _("All of it is stored."), messages.SUCCESS)
                return redirect("admin:roundtable_event_changelist")
            is_late = "look" not in request.POST
        elif form.is_valid():
            content = form.cleaned_data["file"]
            found = workbook.preview(content, by=mine, at=at)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Bring a roundtable in"),
            "form": form,
            "found": found,
            "counts": {fate.value: found.count(fate) for fate in Fate} if found else {},
            "book": b64encode(content).decode(),
            "answers": answers,
            "is_late": is_late,
        }
        return render(request, "admin/workbook_in.html", context)


def _download(content: bytes, name: str) -> HttpResponse:
    is_book = b"[Content_Types].xml" in content
    file = f"{name}.xlsx" if is_book else f"{name}.zip"
    headers = {"Content-Disposition": f'attachment; filename="{file}"'}
    return HttpResponse(content, content_type=XLSX if is_book else ZIP, headers=headers)


def _answers(sent: QueryDict) -> dict[str, str]:
    """What was answered about people who look alike, by where they stand in the file."""
    return {
        key.removeprefix(ANSWER): str(value)
        for key, value in sent.items()
        if key.startswith(ANSWER) and value
    }


def _decoded(text: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""  # no workbook, and said to be none


def _record(content: bytes, user: User, at: datetime) -> None:
    event = Event.objects.get(code=workbook.read(content).content["event"]["code"])
    body = acts_for(user, event.pk, at.date())
    audit.record(act="load workbook", at=at, actor=user, organisation=body, detail=event.code)
