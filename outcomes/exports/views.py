"""Views of files to take away, and of the page that describes them."""

from collections.abc import Iterable
from os import fstat
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    JsonResponse,
    StreamingHttpResponse,
)
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from outcomes.changes.calendars import Days, build_calendar, due_dates, meetings
from outcomes.changes.feeds import build_feed
from outcomes.changes.scope import FoundCommitments
from outcomes.changes.topics import Topic, absolute_url, find_topic, followed_filters
from outcomes.commitments.as_of import DayForm, RecordDayForm
from outcomes.commitments.charts import parts_of_bar, status_shares
from outcomes.commitments.queries import with_parties
from outcomes.commitments.statistics import count_by_status, index_counts, year_of_roundtables
from outcomes.commitments.status import commitment_reports
from outcomes.commitments.summary import (
    commitment_summary,
    finding_bars,
    period_shares,
    progress_summary,
    status_periods,
)
from outcomes.exports.citations import citation
from outcomes.exports.formats import FORMATS, Export, ids_array
from outcomes.exports.listings import LISTINGS, Listing
from outcomes.exports.packages import PACKAGES, open_package
from outcomes.exports.reading import BATCH_SIZE, Table
from outcomes.exports.share_image import Picture, draw_share_image
from outcomes.exports.tables import TABLES
from outcomes.models import Assessment, Commitment, Milestone, ProgressUpdate
from participants.demonstration import ScopeForm, scope_of_page
from participants.directory.redirects import redirect_former_name
from roundtable.cache.responses import MAX_PAGE_BYTES
from roundtable.filters.facets import FacetForm
from roundtable.filters.query_forms import QueryForm
from roundtable.models import Event
from roundtable.templatetags.portal import event_dates
from roundtable.web import limits
from roundtable.web.limits import Limit, too_many_requests
from roundtable.web.middleware import open_to_other_sites

MAX_FILTERS_IN_NAME = 80  # characters
LONG_FILE_LIMIT = Limit("long file", 10, 60)


@require_safe
@login_not_required
def bibtex(request: HttpRequest, kind: str, **names: str) -> HttpResponse:
    """How to cite a record, for reference managers."""
    found = citation(_topic_or_404(kind, names))
    assert found
    response = HttpResponse(
        found.bibtex(timezone.localdate()),
        content_type="application/x-bibtex; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{found.key}.bib"'},
    )
    return open_to_other_sites(response)


@require_safe
@login_not_required
def event_image(request: HttpRequest, slug: str) -> HttpResponse:
    """What a shared link to a roundtable shows."""
    event = get_object_or_404(Event.objects.published().select_related("series"), slug=slug)
    counts = count_by_status(Commitment.objects.public().filter(event=event), timezone.localdate())
    return _image(
        Picture(
            eyebrow=f"{event_dates(event)} · {event.series}",
            title=event.title,
            summary=progress_summary(counts, event.starts_on.year),
            parts=parts_of_bar(status_shares(counts)),
            is_demonstration=event.is_demonstration,
        )
    )


@require_safe
@login_not_required
def commitment_image(request: HttpRequest, reference: str) -> HttpResponse:
    on = timezone.localdate()
    rows = with_parties(Commitment.objects.published(), on)
    row = get_object_or_404(
        rows.select_related("latest_update__party__organisation", "latest_update__party__group"),
        reference=reference.upper(),
    )
    updates = ProgressUpdate.objects.published().filter(commitment=row)
    reports = commitment_reports(row, updates.select_related("party"), on)
    periods = status_periods(row, reports.entries, on)
    return _image(
        Picture(
            eyebrow=f"{row.reference} · {row.event}",
            title=row.text,
            summary=commitment_summary(row, row.latest_update, on),
            parts=period_shares(periods),
            ends=(date_format(periods[0].since, "YEAR_MONTH_FORMAT"), _("Today")),
            found=finding_bars(periods, Assessment.objects.approved().filter(commitment=row)),
            is_demonstration=row.event.is_demonstration,
        )
    )


def _image(picture: Picture) -> HttpResponse:
    response = HttpResponse(draw_share_image(picture), content_type="image/png")
    return open_to_other_sites(response)


@require_safe
@login_not_required
def data(request: HttpRequest) -> HttpResponse:
    context = {"tables": TABLES.values(), "form": scope_of_page(request)}
    return render(request, "outcomes/exports/data.html", context)


@require_safe
@login_not_required
def data_package(request: HttpRequest, ending: str) -> HttpResponseBase:
    """All tables in one file."""
    is_demonstration = scope_of_page(request).is_demonstration
    file = open_package(ending, timezone.localdate(), is_demonstration)
    response = FileResponse(
        file,
        as_attachment=True,
        filename=f"{'demonstration' if is_demonstration else 'roundtable'}.{ending}",
        content_type=PACKAGES[ending].media_type,
    )
    if fstat(file.fileno()).st_size > MAX_PAGE_BYTES:
        return open_to_other_sites(response)
    with file:  # small enough to be kept with its hash
        return open_to_other_sites(HttpResponse(file.read(), headers=response.headers))


@require_safe
@login_not_required
def list_file(request: HttpRequest, kind: str, ending: str) -> HttpResponseBase:
    """The rows that the filters find."""
    listing = LISTINGS[kind]
    form = listing.form(request.GET)
    if refused := _refused(request, listing, form, ending):
        return refused
    page = reverse(listing.page)
    return _send(request, listing.table, listing.ids(form), ending, form, page)


@require_safe
@login_not_required
def list_calendar(request: HttpRequest, kind: str) -> HttpResponse:
    """The meetings, or what is due of the commitments that the filters find."""
    listing, days = LISTINGS[kind], Days(timezone.localdate())
    form = listing.form(request.GET)
    if form.is_valid() and isinstance(form, DayForm) and form.day:
        form.add_error("as_of", _("A calendar is about today. Delete “as_of” from the address."))
    if refused := _refused(request, listing, form, "ics"):
        return refused
    name = _("Roundtables")
    if kind == "event":
        entries = meetings(listing.rows(form), days)
    else:
        found = [*listing.ids(form)]
        commitments = Commitment.objects.published().filter(pk__among=found)
        milestones = Milestone.objects.filter(commitment__pk__among=found)
        name, entries = _("Commitments: due dates"), due_dates(commitments, milestones, days)
    if filters := _in_words(form):
        name += f" ({filters})"
    words = build_calendar(name, _same_page(request, reverse(listing.page)), entries)
    return open_to_other_sites(HttpResponse(words, content_type="text/calendar; charset=utf-8"))


@require_safe
@login_not_required
def list_feed(request: HttpRequest) -> HttpResponse:
    """The changes of the commitments that the filters find."""
    listing, now = LISTINGS["commitment"], timezone.now()
    form = listing.form(request.GET)
    if form.is_valid() and form.day:
        form.add_error("as_of", _("A feed is about today. Delete “as_of” from the address."))
    if refused := _refused(request, listing, form, "atom"):
        return refused
    query = followed_filters(form)
    if not query:
        return redirect("feed")
    words = build_feed(
        _("Commitments: changes") + f" ({_in_words(form)})",
        reverse(listing.page) + query,
        reverse("commitment-changes") + query,
        progress_summary(
            index_counts(form.index, form.index_rows),
            year_of_roundtables(form.index, form.index_rows),
        ),
        FoundCommitments(query, [*listing.ids(form)]),
        now,
    )
    content_type = "application/atom+xml; charset=utf-8"
    return open_to_other_sites(HttpResponse(words, content_type=content_type))


def _refused(request: HttpRequest, listing: Listing, form: Any, ending: str) -> HttpResponse | None:
    """The answer to filters that find no file."""
    if listing.organisation_field:
        if former := redirect_former_name(request, form, listing.organisation_field):
            return former
    if form.is_valid() and form.data.keys() & set(form.page_fields):
        form.add_error(None, _("A file has all rows. Delete “page” from the web address."))
    return _mistakes(form, ending) if form.errors else None


@require_safe
@login_not_required
def record_file(request: HttpRequest, kind: str, ending: str, **names: str) -> HttpResponseBase:
    """One record, as a row of its table."""
    topic = _topic_or_404(kind, names)
    form = _day_form(request, topic)
    assert topic.row
    if form.errors:
        return _mistakes(form, ending)
    return _send(request, TABLES[kind], [topic.row.pk], ending, form, topic.path)


@require_safe
@login_not_required
def file_about_record(
    request: HttpRequest, kind: str, ending: str, **names: str
) -> HttpResponseBase:
    """The reports on a commitment, or the answers to a point."""
    topic = _topic_or_404(kind, names)
    form = _day_form(request, topic)
    if form.errors:
        return _mistakes(form, ending)
    table = TABLES["report" if kind == "commitment" else "response"]
    rows = table.rows(form.day).filter(**{kind: topic.row}).values_list("pk", flat=True)
    return _send(request, table, rows, ending, form, topic.path)


def _day_form(request: HttpRequest, topic: Topic) -> RecordDayForm:
    form = RecordDayForm(request.GET, timezone.localdate())
    if form.is_valid():
        form.check(topic.row)
    return form


def _topic_or_404(kind: str, names: dict[str, str]) -> Topic:
    topic = find_topic(kind, "/".join(names.values()))
    if topic is None:
        raise Http404
    return topic


def _mistakes(form: QueryForm, ending: str) -> HttpResponse:
    """What is wrong with the query string, in sentences."""
    sentences = form.error_sentences()
    if ending == "json":
        response: HttpResponse = JsonResponse({"mistakes": sentences}, status=400)
    else:
        words = "\n".join([*sentences, ""])
        response = HttpResponse(words, content_type="text/plain; charset=utf-8", status=400)
    return open_to_other_sites(response)


def _send(
    request: HttpRequest,
    table: Table,
    ids: Iterable[int],
    ending: str,
    form: QueryForm,
    page: str,
) -> HttpResponseBase:
    on = timezone.localdate()
    export = Export(
        table,
        ids_array(ids),
        on,
        absolute_url(_same_page(request, page)),
        filters=_in_words(form),
        day=form.day if isinstance(form, DayForm) else None,
    )
    headers = {"Content-Type": FORMATS[ending].media_type}
    if ending != "json":  # browsers show it, the others they store
        # A file without rows says here alone what was filtered.
        found = slugify(export.filters)[:MAX_FILTERS_IN_NAME].rstrip("-")
        name = f"{'-'.join(filter(None, (table.name, str(on), found)))}.{ending}"
        headers["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    content = FORMATS[ending].write(export)
    if len(export.ids) <= BATCH_SIZE:
        return open_to_other_sites(HttpResponse(b"".join(content), headers=headers))
    if wait := limits.wait_of_reader(LONG_FILE_LIMIT, request, False):
        return too_many_requests(request, wait)
    return open_to_other_sites(StreamingHttpResponse(content, headers=headers))


def _same_page(request: HttpRequest, page: str) -> str:
    query = request.META["QUERY_STRING"]
    return f"{page}?{query}" if query else page


def _in_words(form: QueryForm) -> str:
    """Whether it is of the demonstration, and the filters that are on."""
    is_demonstration = isinstance(form, ScopeForm) and form.is_demonstration
    found = [_("Demonstration")] if is_demonstration else []
    if isinstance(form, FacetForm):
        found += [f"{chip.label}: {chip.value}" for chip in form.chips]
    elif isinstance(form, DayForm) and form.day:
        found.append(f"{form.fields['as_of'].label}: {date_format(form.day)}")
    return "; ".join(found)
