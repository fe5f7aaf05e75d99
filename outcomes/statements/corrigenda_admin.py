"""Admin page to correct a published statement."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from outcomes.models import Corrigendum, Statement
from outcomes.models.canonical import sha256_of
from outcomes.statements import agreement
from outcomes.statements.corrigenda import discard_corrigendum, draft_corrigendum
from participants.models import User
from roundtable.text_diff import normalise_newlines


class CorrigendumForm(forms.ModelForm):  # type: ignore[type-arg]
    """Reason and source of a correction, and a field for each sentence."""

    class Meta:
        model = Corrigendum
        fields = ["reason", "source", "hides_previous_text"]
        widgets = {"reason": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, statement: Statement, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        new = (
            {row.outcome_id: row.after for row in self.instance.rewordings.all()}
            if (self.instance.pk)
            else {}
        )
        self.stored: dict[int | None, str] = {None: statement.introduction}
        labels: dict[int | None, str] = {None: _("Introduction")}
        for row in statement.outcomes.numbered():
            self.stored[row.pk], labels[row.pk] = row.text, row.number
        for key, text in self.stored.items():
            self.fields[f"text-{key or 0}"] = forms.CharField(
                label=labels[key],
                required=key is not None,
                initial=new.get(key, text),
                widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
            )

    @property
    def sentence_fields(self) -> list[forms.BoundField]:
        return [field for field in self if field.name.startswith("text-")]

    @property
    def other_fields(self) -> list[forms.BoundField]:
        return [field for field in self if not field.name.startswith("text-")]

    def changed(self) -> dict[int | None, str]:
        """New wording by outcome ID, or None for the introduction."""
        found = {
            key: normalise_newlines(self.cleaned_data[f"text-{key or 0}"]) for key in self.stored
        }
        return {
            key: text for key, text in found.items() if text != normalise_newlines(self.stored[key])
        }


class CorrigendumMixin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Admin page of a correction."""

    def get_urls(self) -> list[Any]:
        return [
            path(
                "<path:object_id>/corrigendum/",
                self.admin_site.admin_view(self.corrigendum_view),
                name="outcomes_statement_corrigendum",
            ),
            *super().get_urls(),
        ]

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def corrigendum_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        statement: Statement | None = self.get_object(request, object_id)
        if statement is None or statement.state != Statement.State.PUBLISHED:
            raise Http404
        if not self.permissions_of(request).may_decide(statement.event_id):  # type: ignore[attr-defined]
            raise PermissionDenied
        assert isinstance(request.user, User)
        row = _get_open_corrigendum(statement)
        form = CorrigendumForm(
            request.POST if request.method == "POST" else None,
            instance=row or Corrigendum(statement=statement),
            statement=statement,
        )
        try:
            if done := self._handle_post(request, statement, form):
                messages.success(request, done)
                return redirect(reverse("admin:outcomes_statement_agreement", args=[statement.pk]))
        except ValidationError as mistake:
            form.add_error(None, mistake.messages)
            row = _get_open_corrigendum(statement)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Correct the published text"),
            "opts": self.opts,
            "statement": statement,
            "corrigendum": row,
            "opened": draft_fingerprint(row),
            "form": form,
        }
        status = 400 if form.is_bound else 200
        return render(
            request, "outcomes/statements/admin/statement_corrigendum.html", context, status=status
        )

    @transaction.atomic
    def _handle_post(
        self, request: HttpRequest, statement: Statement, form: CorrigendumForm
    ) -> str:
        """Saves or discards the draft; returns the success message, or "" if invalid."""
        assert isinstance(request.user, User)
        if not form.is_bound:
            return ""
        Statement.objects.select_for_update().get(pk=statement.pk)
        row, at = _get_open_corrigendum(statement), timezone.now()
        if request.POST.get("opened") != draft_fingerprint(row):
            raise ValidationError(
                [
                    _(
                        "Someone saved a correction after you opened this page. Your changes are"
                        " not saved yet. Their correction is below. If you save now, yours "
                        "replaces it."
                    ),
                    *(f"{part}: “{part.after}”" for part in (row.rewordings.all() if row else [])),
                ]
            )
        if row and request.POST.get("act") == "discard":
            discard_corrigendum(row, by=request.user, at=at)
            return _("The correction is discarded.")
        if not form.is_valid():
            return ""
        given, changed = form.cleaned_data, form.changed()
        draft_corrigendum(statement, fields=given, new_texts=changed, by=request.user, at=at)
        return _("The correction is saved as a draft.")


def _get_open_corrigendum(statement: Statement) -> Corrigendum | None:
    row = agreement.text_in_progress(statement)
    assert row is None or isinstance(row, Corrigendum)
    return row


def draft_fingerprint(row: Corrigendum | None) -> str:
    """Hash of the draft, so that no one replaces a draft that they did not see."""
    if row is None:
        return "none"
    words = [f"{part.outcome_id} {part.after}" for part in row.rewordings.order_by("pk")]
    return sha256_of(
        "\0".join([row.state, row.reason, row.source, str(row.hides_previous_text), *words])
    )
