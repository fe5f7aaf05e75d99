"""Admin page on which two organisations compare a text with its source."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from outcomes.models import Corrigendum, Statement
from outcomes.sources.comparisons import (
    are_sufficient,
    can_be_compared,
    latest_text,
    obstacle_to_comparing,
    pending_comparisons,
    record_comparison,
    source_of,
)
from outcomes.sources.hashes import source_hash
from outcomes.statements.agreement import AgreedText, text_in_progress
from outcomes.statements.comparison import split_blocks
from outcomes.statements.drafting_admin import FORM_METHODS, get_statement
from participants.admin_base.base import RowPages
from participants.admin_base.fields import request_permissions
from participants.admin_base.site import render_page


def text_to_compare(statement: Statement) -> AgreedText | None:
    """The text that is not public yet; else the latest that is; None if it is signed here."""
    text = text_in_progress(statement) or latest_text(statement)
    return text if can_be_compared(text) else None


@FORM_METHODS
def compare_view(request: HttpRequest, object_id: str) -> HttpResponse:
    statement, at = get_statement(request, object_id), timezone.now()
    text, user = text_to_compare(statement), request_permissions(request).user
    if text is None:
        raise Http404
    mistakes = []
    if request.method == "POST":
        try:
            record_comparison(text, shown_hash=request.POST.get("shown", ""), by=user, at=at)
        except ValidationError as refusal:
            mistakes = refusal.messages
        else:
            messages.success(request, _success_message(text))
            return redirect("admin:outcomes_statement_agreement", statement.pk)
    obstacle = obstacle_to_comparing(text, user, at)
    places = {row.number: row.place_in_source for row in statement.outcomes.numbered()}
    blocks = split_blocks(text.canonical_text())
    context = {
        "title": _("Compare with the source"),
        "statement": statement,
        "event": statement.event,
        "text": text,
        "is_correction": isinstance(text, Corrigendum),
        "source": source_of(text),
        "rows": [(block, places.get(block.number, "")) for block in blocks],
        "comparisons": pending_comparisons(text),
        "shown": source_hash(text),
        "obstacle": obstacle,
        "mistakes": mistakes,
    }
    template = "outcomes/statements/admin/statement_compare.html"
    return render_page(request, Statement, template, context, status=400 if mistakes else 200)


def _success_message(text: AgreedText) -> str:
    if are_sufficient(pending_comparisons(text)):
        return _("Two organisations have compared the text. A co-chair can publish it.")
    return _("Your comparison is saved. Someone of another organisation must compare it too.")


SOURCE_PAGES: RowPages = {"compare/": ("compare", compare_view)}
