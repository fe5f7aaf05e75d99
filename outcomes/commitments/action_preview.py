"""The page that says what an act on many rows would do, before it is done."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.forms import Form
from django.http import HttpRequest
from django.template.response import TemplateResponse


def preview(
    desk: Any,
    request: HttpRequest,
    *,
    title: str,
    says: str,
    heads: tuple[str, str],
    lines: Sequence[tuple[str, str]],
    numbers: Iterable[int],
    action: str,
    button: str,
    left: Sequence[tuple[str, str]] = (),
    form: Form | None = None,
    is_asking: bool = False,
) -> TemplateResponse:
    """Two columns of what will happen to what, what is left alone and why, and one button.

    `form` is filled in on the page where `is_asking`, and goes along unseen otherwise.
    """
    context = {
        **desk.admin_site.each_context(request),
        "opts": desk.opts,
        "title": title,
        "says": says,
        "heads": heads,
        "lines": lines,
        "numbers": list(numbers),
        "action": action,
        "button": button,
        "left": left,
        "form": form,
        "is_asking": is_asking,
    }
    return TemplateResponse(request, "admin/preview.html", context)
