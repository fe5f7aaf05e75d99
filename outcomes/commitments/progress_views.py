"""Views of progress: statistics and matrix."""

from datetime import date
from functools import partial
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from outcomes.commitments import statistics
from outcomes.commitments.as_of import as_of_context
from outcomes.commitments.charts import bar_chart, column_chart
from outcomes.commitments.commitment_index import quarter_name, quarter_number
from outcomes.commitments.filters import CommitmentScopeForm
from outcomes.commitments.matrix import MatrixForm, build_matrix
from outcomes.commitments.summary import Summary, progress_context, progress_summary
from participants.directory.redirects import redirect_former_name


@require_safe
@login_not_required
def progress(request: HttpRequest) -> HttpResponse:
    on = timezone.localdate()
    form = CommitmentScopeForm(request.GET, on)
    if redirect := redirect_former_name(request, form, "party"):
        return redirect
    context: dict[str, object] = {"form": form, "page": None}
    if form.is_valid():
        filters = form.active_parameters()
        context |= as_of_context(form.day) | {
            "find_summary": partial(_find_summary, form),
            "find_charts": partial(_find_charts, form, on),
            "matrix_query": urlencode(
                {
                    name: value
                    for name, value in filters.items()
                    if name in (*form.scope_fields, "event", "as_of")
                }
            ),
        }
    return render(
        request, "outcomes/commitments/progress.html", context, status=400 if form.errors else 200
    )


def _find_summary(form: CommitmentScopeForm) -> Summary:
    index, found = form.index, form.index_rows
    counts = statistics.index_counts(index, found)
    return progress_summary(counts, statistics.year_of_roundtables(index, found))


def _find_charts(form: CommitmentScopeForm, on: date) -> dict[str, object]:
    filters = form.active_parameters()
    query = statistics.filter_query(filters)
    found = statistics.progress_statistics(form.index, form.index_rows, form.day or on, filters)
    number = found.counts["all"]
    return {
        "progress": found,
        "where": progress_context(found.counts, _find_summary(form), query),
        "plain": [
            (
                name,
                title,
                parts,
                statistics.largest_of([(part.label, part.count) for part in parts], number),
                bar_chart((part.label, [part]) for part in parts),
            )
            for name, title, parts in (
                ("fresh", _("By date of the last report"), found.freshness),
                ("finding", _("By independent assessment"), found.findings),
            )
        ],
        "breakdowns": [
            (
                each,
                each.short_answer(number),
                bar_chart((line.label, line.parts) for line in each.lines),
            )
            for each in found.breakdowns
        ],
        "due": column_chart(
            ((str(line.label), line.parts) for line in found.due),
            quarter_name(quarter_number(form.day or on)),
        ),
        "over_time": column_chart((str(line.label), line.parts) for line in found.quarters),
    }


@require_safe
@login_not_required
def progress_matrix(request: HttpRequest) -> HttpResponse:
    on = timezone.localdate()
    form = MatrixForm(request.GET, on)
    context: dict[str, object] = {"form": form}
    if form.is_valid():
        context |= as_of_context(form.day)
        if event := form.chosen_event():
            context |= {"event": event, "matrix": build_matrix(event, on, form.day)}
    return render(
        request,
        "outcomes/commitments/progress_matrix.html",
        context,
        status=400 if form.errors else 200,
    )
