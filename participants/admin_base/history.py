"""The history of a record in the admin: who changed what and why, and restoring a version.

Restoring fills in and submits the record's own form, so the form's permissions and validation
apply.
"""

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.decorators import method_decorator
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from participants.admin_base.base import GrantScopedAdmin
from participants.admin_base.fields import ReasonField, request_permissions
from participants.admin_base.site import render_page
from participants.admin_base.versions import (
    FieldChange,
    build_versions,
    field_text,
    history_rows,
    linked_texts,
)
from roundtable.history import (
    MAX_REASON_LENGTH,
    REDACTED,
    linked_ids,
    m2m_links,
    redacted_fields,
    values_differ,
)
from roundtable.text_diff import diff_words

PAGE_SIZE = 20


class HistoryAdmin(GrantScopedAdmin):
    """Admin of records whose earlier versions are kept."""

    # Reasons for changes ---------------------------------------------------------------

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form: Any = super().get_form(request, obj, change, **kwargs)
        if obj is not None:
            widget = forms.TextInput(attrs={"class": "vTextField"})
            form.base_fields["why"] = ReasonField(widget=widget)
        return form

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if change:
            obj._change_reason = _reason_for_change(request, form)
            if "why" in form.changed_data:
                form.changed_data.remove("why")  # it is not a field of the model
        super().save_model(request, obj, form, change)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        if change:
            for part in formset.initial_forms:
                part.instance._change_reason = _reason_for_change(request, form)
        super().save_formset(request, form, formset, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        # The redaction box applies to what changed on this page, or to the whole record if nothing
        # changed.
        is_ticked = change and _reason_for_change(request, form) == REDACTED
        if not is_ticked or _is_changed(form):
            return
        # Rows without a history, such as parties, never showed an earlier text.
        kept = [formset for formset in formsets if hasattr(formset.model, "history")]
        if any(_is_changed(part) for formset in kept for part in formset.forms):
            newest = history_rows(form.instance)[:1].get()
            newest.history_change_reason = None
            newest.save()
            return
        for row in (part.instance for formset in kept for part in formset.initial_forms):
            row._change_reason = REDACTED
            row.save()

    # History and restoring -------------------------------------------------------------

    def get_urls(self) -> list[Any]:
        restore = {"history/<bounded_int:number>/": ("restore", self.restore_view)}
        return [*self.row_urls(restore), *super().get_urls()]

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        row, more = self.get_object(request, object_id), dict(extra_context or {})
        if row is not None:
            page = Paginator(history_rows(row), PAGE_SIZE).get_page(request.GET.get("past"))
            first = max(page.start_index(), 1)  # start_index() is 0 on an empty page
            rows = list(history_rows(row)[first - 1 : page.end_index() + 1])
            event = self.event_id_of(row) if self.event_path else None
            history = build_versions(row, rows, request_permissions(request), event)
            if len(rows) > len(page.object_list) and history and history[-1].is_first:
                history.pop()  # it is shown on the next page
            may_restore = self.has_change_permission(request, row)
            more |= {"versions": history, "past": page, "may_restore": may_restore}
        return super().history_view(request, object_id, more)

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def restore_view(self, request: HttpRequest, object_id: str, number: int) -> HttpResponseBase:
        row = self.row_or_404(request, object_id)
        if not self.has_change_permission(request, row):
            raise PermissionDenied
        past = get_object_or_404(history_rows(row), history_id=number)
        newest = history_rows(row).values_list("history_id", flat=True)[0]
        form, differences, unchanged = self._form_at_version(request, row, past)
        # Someone saved the record after this page was opened.
        is_stale = request.method == "POST" and request.POST.get("version") != str(newest)
        if request.method == "POST" and not is_stale and differences and form.is_valid():
            self._restore(request, form)
            text = _("The version of %s is restored.") % _format_timestamp(past)
            self.message_user(request, text, messages.SUCCESS)
            return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", row.pk)
        context = {
            "title": _("Restore the version of %s?") % _format_timestamp(past),
            "original": row,
            "newest_version": newest,
            "differences": differences,
            "stays": unchanged,
            "is_stale": is_stale,
            "mistakes": [message for name, said in form.errors.items() for message in said]
            if request.method == "POST" and not is_stale
            else [],
            "why": request.POST.get(
                "why", _("Restored to the version of %s") % _format_timestamp(past)
            ),
            "max_length": MAX_REASON_LENGTH,
        }
        return render_page(request, self.model, "participants/admin/restore_version.html", context)

    def _form_at_version(
        self, request: HttpRequest, row: Any, past: Any
    ) -> tuple[Any, list[FieldChange], list[str]]:
        """The form filled with an earlier version, the differences, and fields that stay."""
        kind = self.get_form(request, row, change=True)
        filled = kind(instance=row)
        redacted = redacted_fields(type(row), [row.pk]).get(past.history_id, set())
        links = m2m_links(type(past))
        differences, unchanged = [], []
        form_data: dict[str, Any] = {"opened": str(getattr(row, "revision", ""))}
        for bound in filled:
            if (value := bound.value()) is not None and value is not False:
                form_data[bound.html_name] = _form_value(value)
        for field in [*type(past).tracked_fields, *past._history_m2m_fields]:
            name = field.name
            was = linked_ids(past, name) if name in links else getattr(past, field.attname)
            now = (
                sorted(getattr(row, name).values_list("pk", flat=True))
                if name in links
                else getattr(row, field.attname)
            )
            if was == now or not field.editable:
                continue
            bound = filled[name] if name in filled.fields else None
            if bound is None or bound.field.disabled or name in redacted:
                unchanged.append(str(field.verbose_name))
                continue
            form_data.pop(bound.html_name, None)
            if was is not None and was is not False:
                form_data[bound.html_name] = _form_value(was)
            texts = (
                linked_texts(field, now, was)
                if name in links
                else [field_text(row, field), field_text(past, field)]
            )
            differences.append(FieldChange(str(field.verbose_name), *diff_words(*texts)))
        form_data["why"] = request.POST.get("why", "")
        return kind(form_data, instance=row), differences, unchanged

    @transaction.atomic
    def _restore(self, request: HttpRequest, form: Any) -> None:
        # The same steps as on the record's own change page.
        row = self.save_form(request, form, change=True)
        self.save_model(request, row, form, True)
        self.save_related(request, form, [], True)
        message = _("Restored: %s") % ", ".join(
            str(form.fields[name].label) for name in form.changed_data
        )
        self.log_change(request, row, message)


def _is_changed(form: Any) -> bool:
    return any(
        values_differ(form.initial.get(name), form.cleaned_data.get(name))
        for name in form.changed_data
    )


def _reason_for_change(request: HttpRequest, form: Any) -> str:
    # The old text should never have been there, so no reason is kept with it.
    if "take_out" in request.POST:
        return REDACTED
    why: str = form.cleaned_data.get("why", "").strip()
    # A typed reason must not be mistaken for the redaction mark.
    return f"{why}."[:MAX_REASON_LENGTH] if why == REDACTED else why


def _form_value(value: Any) -> Any:
    if isinstance(value, list):
        return [getattr(one, "pk", one) for one in value]
    return value if isinstance(value, bool | int | date) else str(value)


def _format_timestamp(past: Any) -> str:
    return date_format(localtime(past.history_date), "DATETIME_FORMAT")
