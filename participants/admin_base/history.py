"""The history of a record in the admin: who changed what and why, and restoring a version.

Restoring fills in and submits the record's own form, so the form's permissions and validation
apply.
"""

from datetime import date
from operator import itemgetter
from types import SimpleNamespace
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Q
from django.forms import all_valid
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern
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
    has_deleted_words,
    history_rows,
    is_part_of_save,
    linked_names,
    linked_texts,
    rows_label,
    rows_text,
)
from roundtable.history.redaction import is_wording, redact_reasons, redact_words
from roundtable.history.versions import (
    MAX_REASON_LENGTH,
    REASONS_REDACTED,
    REDACTED,
    RecordHistory,
    linked_ids,
    m2m_links,
    one_version,
    values_differ,
)
from roundtable.text.diff import diff_words

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

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: Any = None,
    ) -> Any:
        if request.method != "POST":
            return super().changeform_view(request, object_id, form_url, extra_context)
        with transaction.atomic():
            with one_version():
                answer = super().changeform_view(request, object_id, form_url, extra_context)
            self._redact(request)
        return answer

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
        records = [form.instance]
        parts = [part for formset in formsets for part in formset.forms]
        # The boxes apply to what changed on this page, or to the whole record if no words changed.
        all_words = not any(_has_changed_words(part) for part in (form, *parts))
        if change and {"redact", "redact_reasons"} & set(request.POST):
            kept = [formset for formset in formsets if hasattr(formset.model, "history")]
            records += [part.instance for formset in kept for part in formset.initial_forms]
            if all_words:
                for record in records[1:]:
                    record._change_reason = _reason_for_change(request, form)
                    record.save()
            # With their keys, which deleted rows lose.
            request.redactions = [(type(row), row.pk, all_words) for row in records]  # type: ignore[attr-defined]
        super().save_related(request, form, formsets, change)

    def _redact(self, request: HttpRequest) -> None:
        for model, pk, all_words in getattr(request, "redactions", ()):
            if "redact" in request.POST:
                self.redact_words(model, pk, all_words=all_words)
            if "redact_reasons" in request.POST:
                redact_reasons(model, pk)

    def redact_words(self, model: Any, pk: int, *, all_words: bool) -> set[str]:
        return redact_words(model, pk, all_words=all_words)

    # History and restoring -------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
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
        following = history_rows(row).filter(
            Q(history_date__gt=past.history_date)
            | Q(history_date=past.history_date, history_id__gt=past.history_id)
        )
        next_row = following.last()
        if next_row and is_part_of_save(past, next_row):
            raise Http404  # the record was never in this state
        newest = history_rows(row).values_list("history_id", flat=True)[0]
        earlier = EarlierVersion(self, request, row, past)
        # Someone saved the record after this page was opened.
        is_stale = request.method == "POST" and request.POST.get("version") != str(newest)
        is_sent = request.method == "POST" and not is_stale and bool(earlier.differences)
        if is_sent and earlier.is_valid():
            self._restore(request, earlier)
            text = _("The version of %s is restored.") % _format_timestamp(past)
            self.message_user(request, text, messages.SUCCESS)
            return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", row.pk)
        context = {
            "title": _("Restore the version of %s?") % _format_timestamp(past),
            "original": row,
            "newest_version": newest,
            "differences": earlier.differences,
            "stays": earlier.unchanged,
            "has_deleted_words": has_deleted_words(past),
            "is_stale": is_stale,
            "mistakes": earlier.mistakes() if is_sent else [],
            "why": request.POST.get(
                "why", _("Restored to the version of %s") % _format_timestamp(past)
            ),
            "max_length": MAX_REASON_LENGTH,
        }
        return render_page(request, self.model, "participants/admin/restore_version.html", context)

    @transaction.atomic
    def _restore(self, request: HttpRequest, earlier: "EarlierVersion") -> None:
        # The same steps as on the record's own change page.
        form = earlier.form
        with one_version():
            row = self.save_form(request, form, change=True)
            self.save_model(request, row, form, True)
            self.save_related(request, form, earlier.formsets, True)
        message = _("Restored: %s") % ", ".join(
            difference.label for difference in earlier.differences
        )
        self.log_change(request, row, message)


class EarlierVersion:
    """The form and the formsets of a record, filled in with an earlier version."""

    def __init__(self, admin: HistoryAdmin, request: HttpRequest, row: Any, past: Any) -> None:
        self.admin, self.request, self.row, self.past = admin, request, row, past
        self.differences: list[FieldChange] = []
        self.unchanged: list[str] = []
        self.formsets: list[Any] = []
        self.form = self._fill_form()
        if has_deleted_words(past):
            self.differences = []  # what remains of it was never a state of the record
        elif past.rows is None:
            relations = RecordHistory.of(type(row)).linked_rows
            self.unchanged += [rows_label(past, relation) for relation in relations]
        else:
            self._fill_formsets()

    def is_valid(self) -> bool:
        return bool(self.form.is_valid() and all_valid(self.formsets))

    def mistakes(self) -> list[str]:
        forms = [self.form, *(form for formset in self.formsets for form in formset.forms)]
        found = [message for form in forms for said in form.errors.values() for message in said]
        return found + [
            message for formset in self.formsets for message in formset.non_form_errors()
        ]

    def _fill_form(self) -> Any:
        row, past = self.row, self.past
        kind = self.admin.get_form(self.request, row, change=True)
        filled = kind(instance=row)
        links = m2m_links(type(past))
        form_data: dict[str, Any] = {"opened": str(getattr(row, "revision", ""))}
        form_data |= _present_values(filled)
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
            if bound is None or bound.field.disabled or name in (past.taken_out or ()):
                self.unchanged.append(str(field.verbose_name))
                continue
            form_data.pop(bound.html_name, None)
            if was is not None and was is not False:
                form_data[bound.html_name] = _form_value(was)
            texts = (
                linked_texts(field, now, was)
                if name in links
                else [field_text(row, field), field_text(past, field)]
            )
            self.differences.append(FieldChange(str(field.verbose_name), *diff_words(*texts)))
        form_data["why"] = self.request.POST.get("why", "")
        return kind(form_data, instance=row)

    def _fill_formsets(self) -> None:
        present = SimpleNamespace(
            instance_type=type(self.row),
            rows=RecordHistory.of(type(self.row)).rows_of([self.row.pk])[self.row.pk],
        )
        names = linked_names([self.past, present])
        for kind, inline in self.admin.get_formsets_with_inlines(self.request, self.row):
            relation = kind.fk.remote_field.get_accessor_name()
            if relation not in self.past.rows:
                continue
            texts = [rows_text(version, relation, names) for version in (present, self.past)]
            if texts[0] != texts[1]:
                label = rows_label(self.past, relation)
                self.differences.append(FieldChange(label, *diff_words(*texts)))
                self.formsets.append(self._fill_formset(kind, inline, present.rows[relation]))

    def _fill_formset(self, kind: Any, inline: Any, present: list[dict[str, Any]]) -> Any:
        relation, prefix = kind.fk.remote_field.get_accessor_name(), kind.get_default_prefix()
        options = {
            "instance": self.row,
            "prefix": prefix,
            "queryset": inline.get_queryset(self.request),
        }
        filled = kind(**options)
        pairs, new = _match_rows(self.past.rows[relation], present)
        known = {row["id"] for row in present}
        data: dict[str, Any] = {}
        for form in filled.initial_forms:
            data |= _present_values(form)
            if form.instance.pk not in known:
                continue  # it is no part of a version
            if form.instance.pk in pairs:
                data |= _row_values(form.prefix, pairs[form.instance.pk])
            else:
                data[f"{form.prefix}-DELETE"] = "on"
        count = len(filled.initial_forms)
        for number, row in enumerate(new, start=count):
            data |= _row_values(f"{prefix}-{number}", row)
        data |= {f"{prefix}-TOTAL_FORMS": count + len(new), f"{prefix}-INITIAL_FORMS": count}
        return kind(data, **options)


def _match_rows(
    past: list[dict[str, Any]], present: list[dict[str, Any]]
) -> tuple[dict[int, dict[str, Any]], list[dict[str, Any]]]:
    """By primary key, what each present row becomes; and the rows that are added again.

    A row that was deleted and entered again is found by its content, so that it stays the same row.
    """
    pairs, left = {}, list(past)
    for same in (itemgetter("id"), _row_content, _row_subject):
        free = {same(row): row["id"] for row in present if row["id"] not in pairs}
        for row in list(left):
            if (pk := free.pop(same(row), None)) is not None:
                pairs[pk] = row
                left.remove(row)
    return pairs, left


def _row_content(row: dict[str, Any]) -> Any:
    return tuple(str(value) for name, value in row.items() if name != "id")


def _row_subject(row: dict[str, Any]) -> Any:
    return tuple(row.get(name) for name in ("organisation", "group", "title", "kind"))


def _row_values(prefix: str, row: dict[str, Any]) -> dict[str, Any]:
    names = [name for name in row if name not in ("id", "taken_out")]
    # An empty value replaces what the row says now.
    return {f"{prefix}-{name}": "" if row[name] is None else row[name] for name in names}


def _present_values(form: Any) -> dict[str, Any]:
    return {
        bound.html_name: _form_value(value)
        for bound in form
        if (value := bound.value()) is not None and value is not False
    }


def _has_changed_words(form: Any) -> bool:
    fields = {field.name for field in form._meta.model._meta.concrete_fields if is_wording(field)}
    if not form.has_changed():
        return False
    if form.cleaned_data.get("DELETE"):
        return bool(fields & set(form.fields))
    return any(
        values_differ(form.initial.get(name), form.cleaned_data.get(name))
        for name in fields.intersection(form.changed_data)
    )


def _reason_for_change(request: HttpRequest, form: Any) -> str:
    # The old text should never have been there, so no reason is kept with it.
    if "redact" in request.POST:
        return REDACTED
    why: str = form.cleaned_data.get("why", "").strip()
    # A typed reason must not be mistaken for a redaction mark.
    why = f"{why}." if why in (REDACTED, REASONS_REDACTED) else why
    return why or (REASONS_REDACTED if "redact_reasons" in request.POST else "")


def _form_value(value: Any) -> Any:
    if isinstance(value, list):
        return [getattr(one, "pk", one) for one in value]
    return value if isinstance(value, bool | int | date) else str(value)


def _format_timestamp(past: Any) -> str:
    return date_format(localtime(past.history_date), "DATETIME_FORMAT")
