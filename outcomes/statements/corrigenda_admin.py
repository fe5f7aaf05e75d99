"""Admin pages to correct a published statement."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from outcomes.models import Corrigendum, Statement
from outcomes.models.canonical import sha256_of
from outcomes.statements import agreement
from outcomes.statements.corrigenda import discard_corrigendum, draft_corrigendum
from outcomes.statements.drafting_admin import FORM_METHODS, get_statement
from participants.admin_base.base import RowPages
from participants.admin_base.fields import request_permissions
from participants.admin_base.site import render_page
from participants.models import User
from roundtable.text.diff import normalise_newlines


class CorrigendumForm(forms.ModelForm):  # type: ignore[type-arg]
    """Reason and source of a correction, and a field for each sentence."""

    class Meta:
        model = Corrigendum
        fields = ["reason", "source", "hides_previous_text"]
        widgets = {"reason": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, statement: Statement, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.statement = statement
        self.label_suffix = ""
        rewordings = self.instance.rewordings.all() if self.instance.pk else ()
        new = {row.outcome_id: row.after for row in rewordings}
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
        self.fields["source"].required = statement.adoption == Statement.Adoption.SOURCE
        # As on the page, so that its mistakes are listed in that order.
        self.order_fields([name for name in self.fields if name.startswith("text-")])

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


DraftChange = Callable[[Corrigendum | None, CorrigendumForm, User, datetime], str]


@FORM_METHODS
def corrigendum_view(request: HttpRequest, object_id: str) -> HttpResponse:
    statement = _published_statement(request, object_id)
    if request.method == "POST":
        return _change_draft(request, statement, _store)
    row = _get_open_corrigendum(statement)
    form = CorrigendumForm(instance=row or Corrigendum(statement=statement), statement=statement)
    return _corrigendum_page(request, statement, form, row)


@FORM_METHODS
def discard_view(request: HttpRequest, object_id: str) -> HttpResponse:
    if request.method != "POST":  # as after signing in again
        return redirect("admin:outcomes_statement_corrigendum", object_id)
    return _change_draft(request, _published_statement(request, object_id), _discard)


CORRIGENDUM_PAGES: RowPages = {
    "corrigendum/": ("corrigendum", corrigendum_view),
    "corrigendum/discard/": ("discard_corrigendum", discard_view),
}


def _published_statement(request: HttpRequest, object_id: str) -> Statement:
    statement = get_statement(request, object_id)
    if statement.state != Statement.State.PUBLISHED:
        raise Http404
    if not request_permissions(request).may_decide(statement.event_id):
        raise PermissionDenied
    return statement


def _change_draft(request: HttpRequest, statement: Statement, change: DraftChange) -> HttpResponse:
    row = _get_open_corrigendum(statement)
    instance = row or Corrigendum(statement=statement)
    form = CorrigendumForm(request.POST, instance=instance, statement=statement)
    by, at = request_permissions(request).user, timezone.now()
    try:
        with transaction.atomic():
            Statement.objects.select_for_update().get(pk=statement.pk)
            row = _get_open_corrigendum(statement)
            _check_unchanged(row, request.POST.get("opened"))
            done = change(row, form, by, at)
    except ValidationError as mistake:
        form.add_error(None, mistake.messages)
        row, done = _get_open_corrigendum(statement), ""
    if not done:
        return _corrigendum_page(request, statement, form, row)
    messages.success(request, done)
    return redirect("admin:outcomes_statement_agreement", statement.pk)


def _check_unchanged(row: Corrigendum | None, opened: str | None) -> None:
    if opened == draft_fingerprint(row):
        return
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


def _store(row: Corrigendum | None, form: CorrigendumForm, by: User, at: datetime) -> str:
    if not form.is_valid():
        return ""
    draft_corrigendum(
        form.statement, fields=form.cleaned_data, new_texts=form.changed(), by=by, at=at
    )
    if form.statement.adoption == Statement.Adoption.SOURCE:
        return _(
            "The correction is saved as a draft. It is public once two people of two organisations "
            "compared it with its source. You can be one of them."
        )
    return _("The correction is saved as a draft. It waits on your desk until you publish it.")


def _discard(row: Corrigendum | None, form: CorrigendumForm, by: User, at: datetime) -> str:
    if row is None:
        raise ValidationError(_("This action is not possible now. Open the page again."))
    discard_corrigendum(row, by=by, at=at)
    return _("The correction is discarded.")


def _corrigendum_page(
    request: HttpRequest, statement: Statement, form: CorrigendumForm, row: Corrigendum | None
) -> HttpResponse:
    context = {
        "title": _("Correct the published text"),
        "statement": statement,
        "corrigendum": row,
        "opened": draft_fingerprint(row),
        "form": form,
    }
    template = "outcomes/statements/admin/statement_corrigendum.html"
    status = 400 if form.is_bound else 200
    return render_page(request, Statement, template, context, status=status)


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
