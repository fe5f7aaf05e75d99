"""The page on which an action on several rows is confirmed."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse

from participants.admin_base.site import render_page


def render_action_preview(
    model_admin: Any,
    request: HttpRequest,
    *,
    title: str,
    explanation: str,
    column_titles: tuple[str, str],
    rows: Sequence[tuple[str, str]],
    selected_ids: Iterable[int],
    action: str,
    button: str,
    excluded: Sequence[tuple[str, str]] = (),
    form: forms.Form | None = None,
    shows_form: bool = False,
) -> HttpResponse:
    """Asks to confirm an action. `form` is filled in if `shows_form`, else it has hidden fields."""
    context = {
        "title": title,
        "explanation": explanation,
        "column_titles": column_titles,
        "rows": rows,
        "selected_ids": list(selected_ids),
        "action": action,
        "button": button,
        "excluded": excluded,
        "form": form,
        "shows_form": shows_form,
    }
    return render_page(
        request, model_admin.model, "participants/admin/action_preview.html", context
    )
