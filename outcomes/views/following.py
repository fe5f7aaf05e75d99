"""Staying in touch: feeds and calendars of what everyone may see, and mail about it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import (
    conditional_page,
    require_http_methods,
    require_safe,
)

from outcomes import calendars, feeds, following
from outcomes.follow_form import FollowForm
from outcomes.models import Follow
from outcomes.topics import Topic, find
from participants.models import User


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


@require_http_methods(["GET", "HEAD", "POST"])
def my_following(request: HttpRequest) -> HttpResponse:
    """What I follow by mail: begun from the page of each thing, changed and stopped here."""
    assert isinstance(request.user, User)
    if request.method == "POST":
        form = FollowForm(request.POST, user=request.user)
        if not form.is_valid():
            messages.error(request, _("Press “Follow”, “Change” or “Stop” once more."))
            return redirect("my-following")
        messages.success(request, form.act(timezone.now()))
        return redirect(form.topic.path if form.topic else "my-following")
    rows = list(Follow.objects.filter(user=request.user).order_by("-pk"))
    topics = following.topics_of(rows)
    context = {"follows": [(row, topics.get(row.pk)) for row in rows], "paces": Follow.Pace.choices}
    return render(request, "outcomes/my_following.html", context)


# The address holds the secret, so nothing but it is asked for: mail programs send no cookie.
@csrf_exempt
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@cache_control(private=True, no_store=True)
def stop_by_link(request: HttpRequest, token: str) -> HttpResponse:
    """Ends all mail about what somebody follows, by one press in the mail program or here.

    Both pages are the same whatever became of the person, for messages are handed on.
    """
    if not following.is_ours(token):
        raise Http404
    if request.method == "POST":
        following.stop_all(token)
    context = {"is_done": request.method == "POST"}
    response = render(request, "outcomes/stop_following.html", context)
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
