"""Admin pages to edit the text of a statement as one document."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
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
from participants.admin_base.base import RowPages
from participants.admin_base.fields import request_permissions
from participants.admin_base.site import render_page
from roundtable.history.versions import one_version

FORM_METHODS = require_http_methods(["GET", "HEAD", "POST"])
Edit = Callable[[HttpRequest, Statement], HttpResponse]


def may_edit_text(request: HttpRequest, statement: Statement | None) -> bool:
    """True only on the page that restores an earlier version of a draft."""
    # Other edits go through the page of the document, which detects conflicts.
    match = request.resolver_match
    is_restoring = bool(match and (match.url_name or "").endswith("_restore"))
    return is_restoring and statement is not None and statement.state == Statement.State.DRAFT


def get_statement(request: HttpRequest, object_id: str) -> Statement:
    """Raises Http404 if it is absent or belongs to a roundtable that the viewer may not read."""
    model_admin: Any = admin.site.get_model_admin(Statement)
    statement: Statement = model_admin.row_or_404(request, object_id)
    return statement


@FORM_METHODS
def text_view(request: HttpRequest, object_id: str) -> HttpResponse:
    if request.method == "POST":
        return _edit(request, object_id, _save)
    asked = request.GET.get("delete", "")
    return _text_page(request, get_statement(request, object_id), asked=asked)


@FORM_METHODS
def move_up_view(request: HttpRequest, object_id: str, number: int) -> HttpResponse:
    return _edit(request, object_id, partial(_save, moved=number, offset=-1))


@FORM_METHODS
def move_down_view(request: HttpRequest, object_id: str, number: int) -> HttpResponse:
    return _edit(request, object_id, partial(_save, moved=number, offset=1))


@FORM_METHODS
def remove_view(request: HttpRequest, object_id: str, number: int) -> HttpResponse:
    return _edit(request, object_id, partial(_remove, number=number))


TEXT_PAGES: RowPages = {
    "text/": ("text", text_view),
    "text/<bounded_int:number>/up/": ("move_up", move_up_view),
    "text/<bounded_int:number>/down/": ("move_down", move_down_view),
    "text/<bounded_int:number>/delete/": ("remove_sentence", remove_view),
}


def _edit(request: HttpRequest, object_id: str, edit: Edit) -> HttpResponse:
    if request.method != "POST":  # as after signing in again
        return redirect("admin:outcomes_statement_text", object_id)
    statement = get_statement(request, object_id)
    if not request_permissions(request).may_edit(statement.event_id):
        raise PermissionDenied
    with transaction.atomic():
        # Lock, so that no one circulates or edits it between check and save.
        statement = Statement.objects.select_for_update().get(pk=statement.pk)
        if statement.state == Statement.State.DRAFT:
            return edit(request, statement)
    words = _("You can change only a draft. Withdraw the text first, or write a correction.")
    messages.error(request, words)
    return _redirect_to_text(statement)


def _save(
    request: HttpRequest, statement: Statement, moved: int | None = None, offset: int = 0
) -> HttpResponse:
    form = DraftForm(request.POST)
    if not form.is_valid():
        return _text_page(request, statement, form=form)
    merged = merge_edits(statement, form)
    if merged.conflicts or merged.lost or any(line.errors for line in merged.lines):
        return _text_page(request, statement, form=form, merged=merged)
    try:
        with one_version():
            save_edits(statement, merged, form)
            if moved is not None:
                move_sentence(statement, moved, offset)
    except ValidationError as mistake:
        return _text_page(request, statement, form=form, errors=mistake.messages)
    record_act("write statement", statement, request_permissions(request).user, timezone.now())
    messages.success(request, _("The text is saved. It stays a draft until you circulate it."))
    if merged.changed_by_others:
        names = ", ".join(line.name for line in merged.changed_by_others)
        words = _("Someone else made changes at the same time. We kept their changes in: %s")
        messages.info(request, words % names)
    return _redirect_to_text(statement, "" if moved is None else f"#line-{moved}")


def _remove(request: HttpRequest, statement: Statement, number: int) -> HttpResponse:
    try:
        done = remove_sentence(statement, number, request.POST.get(f"base-{number}", ""))
    except ValidationError as mistake:
        return _text_page(request, statement, errors=mistake.messages)
    if not done:
        words = _(
            "Someone changed this sentence after you selected “Delete”. Read it again, then decide."
        )
        return _text_page(request, statement, errors=[words], asked=str(number))
    record_act("take out sentence", statement, request_permissions(request).user, timezone.now())
    words = _("The sentence is deleted. The rest of the draft is not changed.")
    messages.success(request, words)
    return _redirect_to_text(statement)


def _text_page(
    request: HttpRequest,
    statement: Statement,
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
    is_draft = statement.state == Statement.State.DRAFT
    context = {
        "title": _("The text"),
        "statement": statement,
        "event": statement.event,
        "lines": lines,
        "kinds": KIND_CHOICES,
        "max_length": str(MAX_SENTENCE_LENGTH),  # without the separators of a language
        "new": sent.get("new", ""),
        "merged": merged,
        "errors": errors or [],
        "is_refused": form is not None or bool(errors),
        "may_write": is_draft and request_permissions(request).may_edit(statement.event_id),
        "asked": next((line for line in lines if line.key == asked and line.number), None),
        "preview": split_blocks(statement.canonical_text()),
    }
    status = 400 if context["is_refused"] else 200
    template = "outcomes/statements/admin/statement_text.html"
    return render_page(request, Statement, template, context, status=status)


def _redirect_to_text(statement: Statement, place: str = "") -> HttpResponse:
    return redirect(reverse("admin:outcomes_statement_text", args=[statement.pk]) + place)
