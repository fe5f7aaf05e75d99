"""Staying in touch: feeds and calendars of what everyone may see."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import conditional_page, require_safe

from outcomes import calendars, feeds
from outcomes.topics import Topic, find


@require_safe
@login_not_required
@conditional_page
def feed(request: HttpRequest, kind: str = "", **names: str) -> HttpResponse:
    """What moved, for a feed reader."""
    words = feeds.feed(_find(kind, names), timezone.now())
    return HttpResponse(words, content_type="application/atom+xml; charset=utf-8")


@require_safe
@login_not_required
@conditional_page
def calendar(request: HttpRequest, kind: str = "", **names: str) -> HttpResponse:
    """Due dates and milestones, for a calendar program."""
    words = calendars.calendar(_find(kind, names), timezone.localdate())
    return HttpResponse(words, content_type="text/calendar; charset=utf-8")


def _find(kind: str, names: dict[str, str]) -> Topic:
    topic = find(kind, "/".join(names.values()))
    if topic is None:
        raise Http404
    return topic
