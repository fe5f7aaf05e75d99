"""Admin page to edit the text of a statement as one document."""

from typing import Any

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

from outcomes.models import Statement
from outcomes.statements.agreement import record_act
from outcomes.statements.comparison import split_blocks
from outcomes.statements.drafting import (
    KIND_CHOICES,
    MAX_SENTENCE_LENGTH,
    DraftForm,
    MergeResult,
    draft_lines,
    merge_edits,
    move_sentence,
    remove_sentence,
    save_edits,
)
from participants.models import User


def may_edit_text(request: HttpRequest, statement: Statement | None) -> bool:
    """True only on the page that restores an earlier version of a draft."""
    # Other edits go through the page of the document, which detects conflicts.
    match = request.resolver_match
    is_restoring = bool(match and (match.url_name or "").endswith("_restore"))
    return is_restoring and statement is not None and statement.state == Statement.State.DRAFT


class DraftingMixin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Admin page of a draft."""

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.text_view)
        return [
            path("<path:object_id>/text/", view, name="outcomes_statement_text"),
            *super().get_urls(),
        ]

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def text_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        statement = self.get_object(request, object_id)
        if statement is None or not self.has_view_permission(request, statement):
            raise Http404
        may_write = self.has_change_permission(request, statement)
        is_draft = statement.state == Statement.State.DRAFT
        if request.method != "POST":
            asked = request.GET.get("take_out", "")
            return self._render(request, statement, may_write and is_draft, asked=asked)
        if not may_write:
            raise PermissionDenied
        with transaction.atomic():
            # Lock, so that no one circulates or edits it between check and save.
            statement = Statement.objects.select_for_update().get(pk=statement.pk)
            if statement.state != Statement.State.DRAFT:
                words = _(
                    "You can change only a draft. Withdraw the text first, or write a correction."
                )
                messages.error(request, words)
                return _redirect_to_text(statement)
            act, _dash, key = request.POST.get("act", "").partition("-")
            number = int(key) if key.isascii() and key.isdecimal() and len(key) < 19 else 0
            if act == "remove":
                return self._remove_sentence(request, statement, number)
            return self._save(request, statement, DraftForm(request.POST), act, number)

    def _remove_sentence(
        self, request: HttpRequest, statement: Statement, number: int
    ) -> HttpResponse:
        base = request.POST.get(f"base-{number}", "")
        try:
            done = remove_sentence(statement, number, base)
        except ValidationError as mistake:
            return self._render(request, statement, True, errors=mistake.messages)
        if not done:
            words = _(
                "Someone changed this sentence after you selected “Delete”. Read it again, "
                "then decide."
            )
            return self._render(request, statement, True, errors=[words], asked=str(number))
        record_act("take out sentence", statement, _current_user(request), timezone.now())
        messages.success(
            request, _("The sentence is deleted. The rest of the draft is not changed.")
        )
        return _redirect_to_text(statement)

    def _save(
        self, request: HttpRequest, statement: Statement, form: DraftForm, act: str, number: int
    ) -> HttpResponse:
        if not form.is_valid():
            return self._render(request, statement, True, form=form)
        merged = merge_edits(statement, form)
        if merged.conflicts or merged.lost or any(line.errors for line in merged.lines):
            return self._render(request, statement, True, form=form, merged=merged)
        try:
            with transaction.atomic():
                save_edits(statement, merged, form)
                if act in ("up", "down"):
                    move_sentence(statement, number, -1 if act == "up" else 1)
        except ValidationError as mistake:
            return self._render(request, statement, True, form=form, errors=mistake.messages)
        record_act("write statement", statement, _current_user(request), timezone.now())
        messages.success(request, _("The text is saved. It stays a draft until you circulate it."))
        if merged.changed_by_others:
            names = ", ".join(line.name for line in merged.changed_by_others)
            words = _("Someone else made changes at the same time. We kept their changes in: %s")
            messages.info(request, words % names)
        return _redirect_to_text(statement, f"#line-{number}" if act in ("up", "down") else "")

    def _render(
        self,
        request: HttpRequest,
        statement: Statement,
        may_write: bool,
        *,
        form: DraftForm | None = None,
        merged: MergeResult | None = None,
        errors: list[str] | None = None,
        asked: str = "",
    ) -> HttpResponse:
        lines = merged.lines if merged else draft_lines(statement)
        if form is not None and merged is None:
            # Keep the submitted text and its base, so that the next save can detect conflicts.
            for line in lines:
                line.text = form.data.get(f"text-{line.key}", line.text)
                line.base = form.data.get(f"base-{line.key}", line.base)
                line.kind = form.data.get(f"kind-{line.key}", line.kind)
                line.base_kind = form.data.get(f"basekind-{line.key}", line.base_kind)
                line.errors = form.errors_for(line.key)
        sent: Any = form.data if form is not None else {}
        for line in lines:
            line.new = sent.get(f"new-{line.closes}", "")
        context = {
            **self.admin_site.each_context(request),
            "title": _("The text"),
            "opts": self.opts,
            "statement": statement,
            "event": statement.event,
            "lines": lines,
            "kinds": KIND_CHOICES,
            "max_length": str(MAX_SENTENCE_LENGTH),  # without the separators of a language
            "new": sent.get("new", ""),
            "merged": merged,
            "errors": errors or [],
            "is_refused": form is not None or bool(errors),
            "may_write": may_write,
            "asked": next((line for line in lines if line.key == asked and line.number), None),
            "preview": split_blocks(statement.canonical_text()),
        }
        return render(
            request,
            "outcomes/statements/admin/statement_text.html",
            context,
            status=400 if context["is_refused"] else 200,
        )


def _current_user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def _redirect_to_text(statement: Statement, place: str = "") -> HttpResponse:
    return redirect(reverse("admin:outcomes_statement_text", args=[statement.pk]) + place)
