"""What the page “Decide” shows of a text that two organisations compare with its source."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from outcomes.models import Corrigendum, Statement
from outcomes.sources.comparisons import can_be_compared, latest_text, obstacle_to_comparing
from outcomes.statements.agreement import AgreedText, statement_of, text_in_progress
from outcomes.statements.comparison import split_blocks
from outcomes.statements.drafting_admin import FORM_METHODS, get_statement
from participants.admin_base.base import RowPages
from participants.admin_base.fields import request_permissions
from participants.decisions.kind import kind_of


def text_to_compare(statement: Statement) -> AgreedText | None:
    """The text that is not public yet; else the latest that is; None if it is signed here."""
    text = text_in_progress(statement) or latest_text(statement)
    return text if can_be_compared(text) else None


@FORM_METHODS
def compare_view(request: HttpRequest, object_id: str) -> HttpResponse:
    text = text_to_compare(get_statement(request, object_id))
    if text is None:
        raise Http404
    return redirect("admin:decide_one", kind_of(text).name, text.pk)


def text_details(request: HttpRequest, text: AgreedText) -> tuple[str, dict[str, Any]]:
    statement = statement_of(text)
    places = {row.number: row.place_in_source for row in statement.outcomes.numbered()}
    blocks = split_blocks(text.canonical_text())
    context = {
        "statement": statement,
        "text": text,
        "is_correction": isinstance(text, Corrigendum),
        "rows": [(block, places.get(block.number, "")) for block in blocks],
        "obstacle": obstacle_to_comparing(text, request_permissions(request).user, timezone.now()),
    }
    return "outcomes/statements/admin/_source_text.html", context


SOURCE_PAGES: RowPages = {"compare/": ("compare", compare_view)}
