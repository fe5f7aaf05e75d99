"""Preview page of an admin action on several rows."""

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
    """Asks to confirm an action. `form` is filled in if `shows_form`, else it has hidden fields."""
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
