"""Views of changes: feeds, calendars, subscriptions, change log and briefing."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from outcomes.changes import calendars, feeds, own_calendar, pdf, subscriptions
from outcomes.changes.brief import build_brief
from outcomes.changes.forms import ChangesForm, SubscriptionForm
from outcomes.changes.log import change_log
from outcomes.changes.topics import Topic, absolute_url, find_topic, followed_filters
from outcomes.commitments.as_of import EARLIEST_DAY, end_of, last_meeting_before
from outcomes.commitments.filters import CommitmentFilterForm
from outcomes.commitments.summary import progress_context, progress_summary
from outcomes.models import CalendarAddress, Subscription
from outcomes.statements.preview import event_or_404, mark_preview
from participants.accounts.second_factor import second_factor_required
from participants.demonstration import scope_of_page
from participants.directory.redirects import redirect_former_name
from participants.email_links.views import page_of_link
from participants.models import EmailLink, User
from participants.permissions import permissions_of
from roundtable.filters.query_forms import get_page
from roundtable.models import Event
from roundtable.web.limits import Limit, limited
from roundtable.web.middleware import open_to_other_sites

PDF_LIMIT = Limit("PDF", 10, 60)
MAX_CHANGES = 1000  # on all pages of the list; earlier ones are found by their day


@require_safe
@login_not_required
def feed(request: HttpRequest, kind: str = "", **names: str) -> HttpResponse:
    words = feeds.topic_feed(_find(request, kind, names), timezone.now())
    response = HttpResponse(words, content_type="application/atom+xml; charset=utf-8")
    return open_to_other_sites(response)


@require_safe
@login_not_required
def calendar(request: HttpRequest, kind: str = "", **names: str) -> HttpResponse:
    topic, form = _find(request, kind, names), calendars.CalendarForm(request.GET)
    if not form.is_valid():
        sentence = _("Write the year and the page in digits, for example ?year=2026&page=2")
        return HttpResponse(sentence, content_type="text/plain; charset=utf-8", status=400)
    given = form.cleaned_data
    days = calendars.Days(timezone.localdate(), given["year"], given["page"] or 1)
    words = calendars.topic_calendar(topic, days)
    response = HttpResponse(words, content_type="text/calendar; charset=utf-8")
    return open_to_other_sites(response)


@require_safe
@login_not_required
def follow(request: HttpRequest) -> HttpResponse:
    """How to follow the commitments that the filters find, or the whole portal."""
    form = CommitmentFilterForm(request.GET)
    if former := redirect_former_name(request, form, "party"):
        return former
    query = followed_filters(form)
    names = ("commitment-changes", "commitment-dates") if query else ("feed", "calendar")
    feed_path, calendar_path = (reverse(name) + query for name in names)
    context = {
        "form": form,
        "query": query,
        "feed_path": feed_path,
        "feed": absolute_url(feed_path),
        "calendar_path": calendar_path,
        "calendar": absolute_url(calendar_path),
        "most": calendars.MAX_CALENDAR_ENTRIES,
        "of_a_year": f"{calendar_path}?year={timezone.localdate().year}",
    }
    status = 400 if form.errors else 200
    return render(request, "outcomes/changes/follow.html", context, status=status)


def _find(request: HttpRequest, kind: str, names: dict[str, str]) -> Topic:
    topic = find_topic(kind, "/".join(names.values()))
    if topic is None:
        raise Http404
    if kind in ("", "theme"):  # of which the demonstration has its own
        topic = replace(topic, is_demonstration=scope_of_page(request).is_demonstration)
    return topic


@require_http_methods(["GET", "HEAD", "POST"])
def my_subscriptions(request: HttpRequest) -> HttpResponse:
    assert isinstance(request.user, User)
    if request.method == "POST":
        form = SubscriptionForm(request.POST, user=request.user)
        if not form.is_valid():
            messages.error(
                request,
                _("Your choice was not saved. Open the page again, then choose."),
            )
            return redirect("my-subscriptions")
        messages.success(request, form.act(timezone.now()))
        return redirect(form.topic.path if form.topic else "my-subscriptions")
    rows = list(Subscription.objects.filter(user=request.user).order_by("-pk"))
    topics = subscriptions.topics_by_subscription(rows)
    context = {
        "subscriptions": [(row, topics.get(row.pk)) for row in rows],
        "paces": Subscription.Frequency.choices,
    }
    return render(request, "outcomes/changes/my_subscriptions.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def my_calendar(request: HttpRequest) -> HttpResponse:
    assert isinstance(request.user, User)
    address = ""
    if request.method == "POST":
        if "delete" in request.POST:
            CalendarAddress.objects.filter(user=request.user).delete()
            messages.success(request, _("The address of your calendar no longer works."))
            return redirect("my-calendar")
        address = own_calendar.make_address(request.user, timezone.now())
    context = {
        "address": address,
        "saved": CalendarAddress.objects.filter(user=request.user).first(),
        "number": own_calendar.own_commitments(request.user, timezone.localdate()).count(),
    }
    return render(request, "outcomes/changes/my_calendar.html", context)


@require_safe
@login_not_required
def calendar_at_secret_address(request: HttpRequest, key: str) -> HttpResponse:
    owner = own_calendar.find_owner(key)
    if owner is None:
        raise Http404
    words = own_calendar.build_own_calendar(owner, timezone.localdate())
    headers = {"Cache-Control": "private, no-cache"}
    return HttpResponse(words, content_type="text/calendar; charset=utf-8", headers=headers)


@page_of_link(EmailLink.Purpose.UNSUBSCRIBE)
def unsubscribe_by_link(request: HttpRequest, link: EmailLink) -> HttpResponse:
    """Deletes all subscriptions of the account, on POST."""
    if request.method == "POST":
        subscriptions.unsubscribe_all(link, timezone.now())
    # The same page whether or not the account exists: emails get forwarded.
    context = {"is_done": request.method == "POST"}
    return render(request, "outcomes/changes/unsubscribe.html", context)


@require_safe
@login_not_required
def change_list(request: HttpRequest) -> HttpResponse:
    now, on = timezone.now(), timezone.localdate()
    form = ChangesForm(request.GET, on)
    context: dict[str, object] = {"form": form, "page": None}
    if form.is_valid():
        asked = form.cleaned_data
        events = Event.objects.published().filter(is_demonstration=form.is_demonstration)
        events = events.select_related("series")
        if asked["event"]:
            events = events.filter(slug=asked["event"])
        event = events.filter(starts_on__lte=on).first() or events.first()
        since = datetime.combine(asked["since"] or EARLIEST_DAY, time(), UTC)
        found = change_log(
            since,
            end_of(asked["until"]) if asked["until"] else now,
            event if asked["event"] else None,
            is_demonstration=form.is_demonstration,
            is_until_now=not asked["until"],
        )
        number = found.count(MAX_CHANGES + 1)
        page = get_page(form, found, min(number, MAX_CHANGES))
        is_more = number > MAX_CHANGES
        context |= {
            "page": page,
            "is_more": is_more,
            "earlier": _earlier_day(page.object_list[-1].at, asked["until"])
            if is_more and not page.has_next()
            else None,
            "series": event.series if event else None,
            "last_meeting": last_meeting_before(event, on) if event else None,
        }
    return render(
        request, "outcomes/changes/change_list.html", context, status=400 if form.errors else 200
    )


def _earlier_day(last: datetime, until: date | None) -> date:
    """The last day of what comes after the list: that of its last change, which is not all of it.

    If the whole list is of one day, the day before.
    """
    day = timezone.localdate(last)
    return day if until is None or day < until else until - timedelta(days=1)


@second_factor_required
@require_safe
def event_brief(request: HttpRequest, slug: str) -> HttpResponse:
    context = _brief_context(request, slug) | {"has_pdf": pdf.can_render_pdf()}
    page = render(request, "outcomes/changes/brief.html", context)
    return mark_preview(page, context["event"])


@second_factor_required
@require_safe
@limited(PDF_LIMIT)
def event_brief_pdf(request: HttpRequest, slug: str) -> HttpResponse:
    context = _brief_context(request, slug)
    if not pdf.can_render_pdf():
        raise Http404
    style = (settings.BASE_DIR / "static" / "css" / "brief.css").read_text()
    document = pdf.render_pdf(
        render_to_string("outcomes/changes/brief_pdf.html", context, request), style
    )
    name = f"brief-{slug}-{context['today']}.pdf"
    headers = {"Content-Disposition": content_disposition_header(True, name) or "attachment"}
    file = HttpResponse(document, content_type="application/pdf", headers=headers)
    return mark_preview(file, context["event"])


def _brief_context(request: HttpRequest, slug: str) -> dict[str, Any]:
    """Template context; raises Http404 without a grant for the roundtable."""
    on = timezone.localdate()
    rights = permissions_of(request.user, on)
    event = event_or_404(request, slug)
    if rights is None or not rights.may_read(event.pk):
        raise Http404
    brief = build_brief(event, on, timezone.now())
    return {
        "event": event,
        "is_preview": not event.is_public,
        "brief": brief,
        "today": on,
        **progress_context(
            brief.counts,
            progress_summary(brief.counts, event.starts_on.year),
            f"?event={event.slug}&",
        ),
    }
