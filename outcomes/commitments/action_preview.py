"""The page that says what an act on many rows would do, before it is done."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.forms import Form
from django.http import HttpRequest
from django.template.response import TemplateResponse


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
    form: Form | None = None,
    shows_form: bool = False,
) -> TemplateResponse:
    """Two columns of what will happen to what, what is left alone and why, and one button.

    `form` is filled in on the page where `shows_form`, and goes along unseen otherwise.
    """
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
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
    return TemplateResponse(request, "outcomes/admin/action_preview.html", context)
