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
    organisation_to_compare_for,
    pending_comparisons,
    record_comparison,
)
from outcomes.sources.hashes import source_hash
from outcomes.statements.agreement import AgreedText, StatementState, text_in_progress
from outcomes.statements.comparison import split_blocks
from outcomes.statements.drafting_admin import FORM_METHODS, get_statement
from participants.admin_base.base import RowPages
from participants.admin_base.fields import request_permissions
from participants.admin_base.site import render_page


def text_to_compare(statement: Statement) -> AgreedText | None:
    """The text that is not public yet; else the latest that is; None if it is signed here."""
    text = text_in_progress(statement)
    if statement.adoption == Statement.Adoption.SIGNED:
        return None
    if text is not None and text.state != StatementState.DRAFT:
        return None
    if text is None:
        latest = statement.corrigenda.filter(state=StatementState.PUBLISHED)
        text = latest.order_by("-published_at", "-pk").first() or statement
    was_circulated = text.versions.filter(circulation__isnull=False).exists()
    return None if was_circulated or not source_of(text) else text


def source_of(text: AgreedText) -> str:
    return text.source if isinstance(text, Corrigendum) else text.source_title


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
    try:
        organisation_to_compare_for(text, user, at)
        obstacle = ""
    except ValidationError as refusal:
        obstacle = " ".join(refusal.messages)
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
