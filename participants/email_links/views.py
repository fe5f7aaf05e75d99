"""Opens links in emails, and the pages that they lead to."""

from collections.abc import Callable
from functools import wraps

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from participants.email_links.links import (
    ONE_CLICK,
    close_links,
    link_for_key,
    open_link,
    opened_link,
)
from participants.models import EmailLink
from roundtable.allauth_compat import renew_key
from roundtable.logs import log_security_event
from roundtable.web.kept_forms import form_context
from roundtable.web.limits import Limit, consume, too_many_requests

Purpose = EmailLink.Purpose
LinkView = Callable[[HttpRequest, EmailLink], HttpResponse]
OPENED_LINKS = Limit("opening of a link", 30, 10 * 60)
PAGES: dict[str, str] = {
    Purpose.INVITATION: "invitation",
    Purpose.REPORT: "report-by-link",
    Purpose.PROPOSAL: "proposal-by-link",
    Purpose.REVIEW: "review-by-link",
    Purpose.HIDE: "hide-by-link",
    Purpose.UNSUBSCRIBE: "unsubscribe-by-link",
}


# No CSRF check: email programs send the one-click POST without cookies. The key is the secret, and
# a GET changes nothing but the session.
@csrf_exempt
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@cache_control(private=True, no_store=True)
def open_email_link(request: HttpRequest, key: str, former: str = "") -> HttpResponse:
    """Leads to a page without the key, so that no history, log or Referer keeps it."""
    link = link_for_key(key, former=former)
    act = ONE_CLICK.get(link.purpose) if link else None
    if request.method == "POST":
        if link is None or act is None:
            return HttpResponseNotAllowed(["GET", "HEAD"])
        act(link, timezone.now())
        return HttpResponse(status=204)
    if link is None:
        return redirect("link-closed")
    if request.method == "GET":
        if wait := consume(OPENED_LINKS, str(link.pk)):
            return too_many_requests(request, wait)
        if not request.user.is_authenticated:
            renew_key(request)  # someone may have left a session in this browser
        open_link(request, link)
        log_security_event("opened an emailed link", request, account=link.user_id)
    return redirect(PAGES[link.purpose], link.number)


@require_safe
@login_not_required
def link_closed(request: HttpRequest) -> HttpResponse:
    return render_closed(request)


def render_closed(request: HttpRequest) -> HttpResponse:
    return render(request, "participants/email_links/closed.html", status=404)


@require_http_methods(["GET", "HEAD", "POST"])
@login_not_required
def close(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        close_links(request)
    return redirect("home")


def page_of_link(purpose: str) -> Callable[[LinkView], Callable[..., HttpResponse]]:
    """A page for those who opened a link with this purpose. The link may have ended since."""

    def decorate(view: LinkView) -> Callable[..., HttpResponse]:
        @login_not_required
        @require_http_methods(["GET", "HEAD", "POST"])
        @cache_control(private=True, no_store=True)
        @wraps(view)
        def page(request: HttpRequest, number: int) -> HttpResponse:
            link = opened_link(request, purpose, number)
            request.opened_link = link  # type: ignore[attr-defined]  # for the masthead
            return view(request, link) if link else _ask_to_open_again(request)

        return page

    return decorate


def _ask_to_open_again(request: HttpRequest) -> HttpResponse:
    """The same page for each number. What was written is sent once the link is open again."""
    was_sent = request.method == "POST"
    context = {"was_sent": was_sent, **(form_context(request) if was_sent else {})}
    return render(request, "participants/email_links/open_again.html", context, status=404)
