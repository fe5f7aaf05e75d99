"""The page of results."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from outcomes.search.forms import SearchForm
from outcomes.search.index import MAX_COUNT
from outcomes.search.search import PEOPLE, Found, find
from participants.privacy import visibility
from roundtable.filters.query_forms import get_page
from roundtable.web.limits import Limit, limited

SEARCH_LIMIT = Limit("search", 120, 60)
FIRST_ROWS = 5  # of each kind


@require_safe
@login_not_required
@limited(SEARCH_LIMIT)
def search_page(request: HttpRequest) -> HttpResponse:
    form = SearchForm(request.GET)
    context: dict[str, object] = {"form": form, "most": MAX_COUNT, "people": PEOPLE}
    if form.is_valid() and form.cleaned_data["q"]:
        on = timezone.localdate()
        viewer = visibility.get_viewer(request.user, on)
        found = find(form.cleaned_data["q"], viewer, on, form.is_demonstration)
        context |= {"found": found} | _results(form, found)
    status = 400 if form.errors else 200
    return render(request, "outcomes/search/search.html", context, status=status)


def _results(form: SearchForm, found: Found) -> dict[str, object]:
    """The first rows of each section, or a page of one."""
    if not form.cleaned_data["kind"]:
        return {"sections": found.first_rows(FIRST_ROWS)}
    rows: Any = found.section(form.cleaned_data["kind"])
    if rows is None:
        return {"sections": []}
    page = get_page(form, rows, len(rows))
    return {"sections": [(rows, page.object_list)], "page": page}
